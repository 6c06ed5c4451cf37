//! Makes sure that `static/dist`, which is embedded in the program, is there and fits its sources.
//!
//! The stylesheet and the script are built by npm when `static/dist` is missing or when the content of a source
//! has changed. The content decides, never the time of a file: a fresh clone has new times and old content.
//! `HEARD_STATIC_DIST` names a folder built elsewhere, where npm is not wanted; it is copied.

use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::SystemTime;

/// Single files that the build reads, below `static/`; the folders below are read whole.
const SOURCES: [&str; 6] =
    [".npmrc", "package.json", "package-lock.json", "build.mjs", "favicon.svg", "licences.txt"];
const SOURCE_FOLDERS: [&str; 2] = ["scss", "js"];
const OTHER_FOLDER: &str = "HEARD_STATIC_DIST";

type Outcome<T> = Result<T, String>;

fn main() -> ExitCode {
    match prepare() {
        Ok(()) => ExitCode::SUCCESS,
        Err(words) => {
            for line in words.lines().filter(|line| !line.is_empty()) {
                println!("cargo::error={line}");
            }
            ExitCode::FAILURE
        }
    }
}

fn prepare() -> Outcome<()> {
    println!("cargo::rerun-if-env-changed={OTHER_FOLDER}");
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=migrations");
    println!("cargo::rerun-if-changed=askama.toml");
    println!("cargo::rerun-if-changed=static/dist/manifest.json");
    let sources = sources()?;
    for source in &sources {
        println!("cargo::rerun-if-changed={}", source.display());
    }
    let dist = Path::new("static/dist");
    match other_folder() {
        Some(built) => {
            println!("cargo::rerun-if-changed={}", built.join("manifest.json").display());
            copy(&built, dist)?;
        }
        None => build_when_stale(&sources, dist)?,
    }
    for (variable, file) in [("HEARD_CSS", ".css"), ("HEARD_JS", ".js")] {
        println!("cargo::rustc-env={variable}={}", the_one(dist, "heard-", file)?);
    }
    println!("cargo::rustc-env=HEARD_ICON={}", the_one(dist, "favicon-", ".svg")?);
    age(&dist.join("manifest.json"))
}

#[expect(clippy::disallowed_methods, reason = "a build script has no configuration but its environment")]
fn other_folder() -> Option<PathBuf> {
    std::env::var(OTHER_FOLDER).ok().filter(|folder| !folder.is_empty()).map(PathBuf::from)
}

/// Every file that decides what the built folder holds, in a fixed order.
fn sources() -> Outcome<Vec<PathBuf>> {
    let root = Path::new("static");
    let mut found: Vec<PathBuf> = SOURCES.iter().map(|name| root.join(name)).collect();
    for folder in SOURCE_FOLDERS {
        found.extend(files_of(&root.join(folder))?);
    }
    found.sort();
    Ok(found)
}

fn files_of(folder: &Path) -> Outcome<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).map_err(|error| told("read", folder, &error))?;
    entries
        .map(|entry| entry.map(|found| found.path()).map_err(|error| told("read", folder, &error)))
        .collect()
}

fn build_when_stale(sources: &[PathBuf], dist: &Path) -> Outcome<()> {
    let wanted = digest(sources)?;
    let stamp = dist.join("sources.hash");
    if fs::read_to_string(&stamp).is_ok_and(|built| built == wanted) {
        return Ok(());
    }
    npm(&["ci", "--ignore-scripts", "--no-audit", "--no-fund"])?;
    npm(&["run", "build"])?;
    fs::write(&stamp, wanted).map_err(|error| told("write", &stamp, &error))
}

/// One number for the names and contents of the sources. It is compared with itself on one machine only, so the
/// standard library's hasher does.
fn digest(sources: &[PathBuf]) -> Outcome<String> {
    let mut hasher = DefaultHasher::new();
    for source in sources {
        source.hash(&mut hasher);
        fs::read(source).map_err(|error| told("read", source, &error))?.hash(&mut hasher);
    }
    Ok(format!("{:016x}", hasher.finish()))
}

fn npm(arguments: &[&str]) -> Outcome<()> {
    let command = if cfg!(windows) { "npm.cmd" } else { "npm" };
    let output = Command::new(command).args(arguments).current_dir("static").output().map_err(|_| {
        "Heard's pages need Node.js 20.19 or later with npm to build their stylesheet, and npm is not here. \
         Install Node.js, or set HEARD_STATIC_DIST to the static/dist of a copy that was built elsewhere."
            .to_owned()
    })?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(format!("`npm {}` in static/ did not finish:\n{said}", arguments.join(" ")))
}

/// Puts the files of a folder built elsewhere in the place that is embedded.
fn copy(from: &Path, to: &Path) -> Outcome<()> {
    let real = |folder: &Path| fs::canonicalize(folder).ok();
    if real(from).is_some() && real(from) == real(to) {
        return Err(format!("{OTHER_FOLDER} names {} itself: leave it out", to.display()));
    }
    if to.exists() {
        fs::remove_dir_all(to).map_err(|error| told("empty", to, &error))?;
    }
    fs::create_dir_all(to).map_err(|error| told("make", to, &error))?;
    for file in files_of(from)? {
        if let Some(name) = file.file_name() {
            // Content only: a folder that was read-only there must not be read-only here.
            let content = fs::read(&file).map_err(|error| told("read", &file, &error))?;
            fs::write(to.join(name), content).map_err(|error| told("copy", &file, &error))?;
        }
    }
    Ok(())
}

/// The name of the one file that begins and ends like this: between the two stands the hash of its content.
fn the_one(dist: &Path, begins: &str, ends: &str) -> Outcome<String> {
    let names: Vec<String> = files_of(dist)?
        .iter()
        .filter_map(|file| file.file_name()?.to_str().map(str::to_owned))
        .filter(|name| name.starts_with(begins) && name.ends_with(ends))
        .collect();
    match names.as_slice() {
        [name] => Ok(name.clone()),
        _ => Err(format!("{} should hold one {begins}…{ends} and holds {}", dist.display(), names.len())),
    }
}

/// Makes a file look old. Cargo runs this script again when a file that it watches is newer than the last run,
/// and we have just written this one: without this, the next build would start with a needless second run.
fn age(file: &Path) -> Outcome<()> {
    File::options()
        .append(true)
        .open(file)
        .and_then(|opened| opened.set_modified(SystemTime::UNIX_EPOCH))
        .map_err(|error| told("touch", file, &error))
}

fn told(verb: &str, path: &Path, error: &std::io::Error) -> String {
    format!("could not {verb} {}: {error}", path.display())
}
