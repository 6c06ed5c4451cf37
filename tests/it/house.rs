//! The house rules that a compiler does not hold: who may know whom, and what is never in the source.
//!
//! Source is read by tokens, so comments and texts do not count. Every rule is also tried on a planted
//! violation: a scanner that finds nothing proves nothing.

mod layers;
mod paths;
mod spoken;
mod strangers;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::kit::package;

/// Every file under a folder whose ending is one of these, in order; nothing if the folder is not there.
fn files_under(folder: &Path, endings: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let Ok(entries) = fs::read_dir(folder) else {
        return found;
    };
    for path in entries.map(|entry| entry.expect("a folder of the package can be read").path()) {
        if path.is_dir() && !path.ends_with("node_modules") {
            found.extend(files_under(&path, endings));
        } else if path.extension().is_some_and(|ending| endings.iter().any(|wanted| ending == *wanted)) {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// The text of a file and its path within the package, with `/` between the parts.
fn read(file: &Path) -> (String, String) {
    let name = file.strip_prefix(package()).expect("the file is in the package").display().to_string();
    (name, fs::read_to_string(file).expect("source is UTF-8"))
}

/// Fails with every violation on a line of its own.
fn assert_none(violations: &[String]) {
    assert!(violations.is_empty(), "\n{}", violations.join("\n"));
}

#[test]
fn every_layer_knows_only_those_below_it() {
    let violations: Vec<String> = files_under(&package().join("src"), &["rs"])
        .iter()
        .map(|file| read(file))
        .flat_map(|(name, source)| layers::violations(&name, &source))
        .collect();
    assert_none(&violations);
}

#[test]
fn no_lint_is_allowed_away_and_nothing_is_left_to_do() {
    let mut files = vec![package().join("build.rs")];
    files.retain(|file| file.exists());
    files.extend(["src", "tests"].iter().flat_map(|folder| files_under(&package().join(folder), &["rs"])));
    let violations: Vec<String> = files
        .iter()
        .map(|file| read(file))
        .flat_map(|(name, source)| paths::shortcuts(&name, &source))
        .collect();
    assert_none(&violations);
}

#[test]
fn pages_styles_and_scripts_ask_no_other_host_and_borrow_no_crown() {
    let mut files = files_under(&package().join("src"), &["html", "txt", "css", "svg", "js"]);
    files.extend(files_under(&package().join("static"), &["html", "scss", "css", "svg", "js", "mjs"]));
    let violations: Vec<String> = files
        .iter()
        // Scripts that npm packages built name their documentation in their error texts.
        .filter(|file| {
            !(file.starts_with(package().join("static/dist")) && file.extension().is_some_and(|e| e == "js"))
        })
        .map(|file| read(file))
        .flat_map(|(name, text)| strangers::violations(&name, &text))
        .collect();
    assert_none(&violations);
    let fonts = files_under(&package().join("static"), &["woff", "woff2", "ttf", "otf", "eot"]);
    assert!(fonts.is_empty(), "the system's own fonts are used: {fonts:?}");
}

/// The folders of one database's migrations. Each has an `up.sql`.
/// The table of moves, which is printed for those who change the program (docs/DOMAIN.md) and nowhere else.
const FOR_THE_BOOK: &str = "src/domain/case/action.rs";

#[test]
fn no_rule_is_named_where_people_read() {
    let sources = files_under(&package().join("src"), &["rs"]);
    let templates = files_under(&package().join("src"), &["html"]);
    let said = sources.iter().map(|file| read(file)).filter(|(name, _)| name != FOR_THE_BOOK);
    let mut violations: Vec<String> =
        said.flat_map(|(name, source)| spoken::named_rules(&name, &source)).collect();
    violations.extend(
        templates
            .iter()
            .map(|file| read(file))
            .flat_map(|(name, text)| spoken::named_in_template(&name, &text)),
    );
    assert_none(&violations);
}

fn migrations(database: &str) -> BTreeSet<String> {
    let folder = package().join("migrations").join(database);
    files_under(&folder, &["sql"])
        .iter()
        .filter(|file| file.ends_with("up.sql"))
        .map(|file| file.parent().unwrap_or(file).strip_prefix(&folder).unwrap_or(file).display().to_string())
        .collect()
}

#[test]
fn both_databases_have_the_same_migrations() {
    let (sqlite, postgres) = (migrations("sqlite"), migrations("postgres"));
    let one_sided: Vec<&String> = sqlite.symmetric_difference(&postgres).collect();
    assert!(one_sided.is_empty(), "only one of migrations/sqlite and migrations/postgres has {one_sided:?}");
}
