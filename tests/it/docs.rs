//! Documents that are drawn from the code, so that they cannot drift: docs/DOMAIN.md.
//!
//! `HEARD_UPDATE_DOCS=1 cargo test --test it docs` writes them anew.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use heard::domain::case::action::{By, TABLE};
use heard::domain::case::state::Standing;
use heard::domain::procedure;

use crate::kit::package;

const BEGIN: &str = "<!-- drawn from the code: begin -->";
const END: &str = "<!-- drawn from the code: end -->";

/// The states of a case as a drawing, with the actions that lead from one to the next.
fn states() -> String {
    let mut text = String::from("| state | phase | people read |\n|---|---|---|\n");
    for standing in Standing::ALL {
        let _ = writeln!(
            text,
            "| `{}` | {} | {} |",
            standing.state_key(),
            standing.phase_key().map_or_else(String::new, |phase| format!("`{phase}`")),
            standing.title()
        );
    }
    text
}

/// The table of moves, a row an action.
fn moves() -> String {
    let mut text = String::from(
        "| action | who | from | to | what must hold | what follows |\n|---|---|---|---|---|---|\n",
    );
    for row in TABLE {
        let by: Vec<&str> = row.by.iter().map(|by| by.letter()).collect();
        let from: BTreeSet<String> = row.from.iter().map(|from| name(*from)).collect();
        let from = match from.len() {
            14 => "any".to_owned(),
            13 if !row.from.contains(&Standing::Closed) => "any but closed".to_owned(),
            _ => row.from.iter().map(|from| name(*from)).collect::<Vec<_>>().join(", "),
        };
        let _ = writeln!(
            text,
            "| **{}**<br>`{}` | {} | {} | {} | {} | {} |",
            row.title,
            row.key,
            by.join(", "),
            from,
            row.to,
            row.guard,
            row.effects
        );
    }
    text
}

fn name(standing: Standing) -> String {
    standing
        .phase_key()
        .map_or_else(|| standing.state_key().to_owned(), |phase| format!("{}.{phase}", standing.state_key()))
}

fn letters() -> String {
    let all = [
        By::Complainant,
        By::Staff,
        By::Handler,
        By::Coordinator,
        By::Clerk,
        By::Authority,
        By::PanelMember,
        By::SafeguardingLead,
        By::Clock,
    ];
    let named: Vec<String> = all.iter().map(|by| format!("{} {}", by.letter(), by.title())).collect();
    format!("Who: {}.\n", named.join("; "))
}

/// Each procedure with its stages, in the words of the published page.
fn ladders() -> String {
    let mut text = String::new();
    for procedure in procedure::defaults() {
        let _ = writeln!(text, "### {} ({})\n", procedure.title, procedure.key);
        for step in procedure.steps() {
            let _ = writeln!(text, "- **{}: {}.** {}", step.key, step.title, step.handled_by);
            for limit in step.limits.iter().chain(&step.hearing).chain(&step.window).chain(&step.skip) {
                let _ = writeln!(text, "  - {limit}");
            }
        }
        for exit in procedure.exit_texts() {
            let _ = writeln!(text, "- After the last stage: **{}**. {}", exit.name, exit.looks_at);
        }
        text.push('\n');
    }
    text
}

#[test]
fn the_domain_is_drawn_from_the_code() {
    let drawn = format!(
        "## The states of a case\n\n{}\n## The moves\n\n{}\n{}\n## The ladders\n\n{}",
        states(),
        letters(),
        moves(),
        ladders()
    );
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/DOMAIN.md");
    let document = std::fs::read_to_string(&path).unwrap();
    let (before, rest) = document.split_once(BEGIN).expect("the mark where the drawing begins");
    let (_, after) = rest.split_once(END).expect("the mark where it ends");
    let expected = format!("{before}{BEGIN}\n\n{drawn}\n{END}{after}");
    if std::env::var_os("HEARD_UPDATE_DOCS").is_some() {
        std::fs::write(&path, &expected).unwrap();
    }
    assert!(document == expected, "docs/DOMAIN.md is not what the code does: run with HEARD_UPDATE_DOCS=1");
}

/// Whoever looks for something finds its folder on the map.
#[test]
fn the_map_of_the_code_names_every_folder() {
    let map = fs::read_to_string(package().join("docs/ARCHITECTURE.md")).unwrap();
    let mut folders: Vec<_> = ["src", "static/js", "static/scss", "tests/it", "tests/browser", "tests/bench"]
        .map(|folder| package().join(folder))
        .to_vec();
    let mut missing = Vec::new();
    while let Some(folder) = folders.pop() {
        let own =
            folder.strip_prefix(package()).unwrap().to_str().unwrap().trim_start_matches("src/").to_owned();
        let name = folder.file_name().unwrap().to_str().unwrap();
        // Snapshots lie beside their tests; the templates have a folder for each folder of pages.
        if ["snapshots", "node_modules"].contains(&name) || own.starts_with("web/templates/") {
            continue;
        }
        let row = own.rsplit_once('/').map_or("", |(row, _)| row);
        let beside = map
            .lines()
            .any(|line| line.contains(&format!("`{row}/")) && line.contains(&format!("`{name}/`")));
        if own != "src" && !beside && !map.contains(&format!("`{own}/")) {
            missing.push(own);
        }
        let inside = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
        folders.extend(inside.filter(|path| path.is_dir()));
    }
    assert_eq!(missing, Vec::<String>::new(), "docs/ARCHITECTURE.md says nothing of these");
}

/// What `heard permissions` prints stands in docs/PERMISSIONS.md, for whoever has not installed it.
#[test]
fn the_permissions_are_printed_by_the_program() {
    let path = package().join("docs/PERMISSIONS.md");
    let document = fs::read_to_string(&path).unwrap_or_default();
    let head = document.split_once("## ").map_or(document.as_str(), |(head, _)| head);
    let expected = format!("{head}{}", heard::domain::permissions::tables());
    if std::env::var_os("HEARD_UPDATE_DOCS").is_some() {
        fs::write(&path, &expected).unwrap();
    }
    assert!(
        document == expected,
        "docs/PERMISSIONS.md is not what the code does: run with HEARD_UPDATE_DOCS=1"
    );
    let printed =
        std::process::Command::new(env!("CARGO_BIN_EXE_heard")).arg("permissions").output().unwrap();
    assert_eq!(
        String::from_utf8(printed.stdout).unwrap().trim_end(),
        heard::domain::permissions::tables().trim_end()
    );
}
