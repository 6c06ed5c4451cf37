//! Who may know whom.

use super::paths::named_paths;

/// A part of the package: its folder or file under `src`, and the other parts that it may name.
struct Layer {
    name: &'static str,
    knows: &'static [&'static str],
}

/// From the ground up. A part that is not here is a violation: give it a place first.
const LAYERS: &[Layer] = &[
    Layer { name: "domain", knows: &[] },
    Layer { name: "secret", knows: &[] },
    Layer { name: "clock", knows: &["domain"] },
    Layer { name: "key", knows: &["clock", "secret"] },
    Layer { name: "config", knows: &["domain", "key", "secret", "urls"] },
    Layer { name: "urls", knows: &["domain"] },
    Layer { name: "files", knows: &["domain"] },
    Layer { name: "pdf", knows: &["domain"] },
    Layer { name: "chart", knows: &["domain"] },
    Layer { name: "telemetry", knows: &["domain"] },
    Layer { name: "db", knows: &["domain", LEAVES] },
    Layer { name: "mail", knows: &["domain", LEAVES] },
    Layer { name: "app", knows: &["domain", "db", "mail", LEAVES] },
    Layer { name: "web", knows: &["domain", "app", LEAVES] },
    Layer { name: "worker", knows: &["domain", "app", LEAVES] },
    // The commands start the server and the worker.
    Layer { name: "cli", knows: &["domain", "app", "web", "worker", LEAVES] },
    Layer { name: "main", knows: &["cli"] },
];

/// Stands for every leaf: what a layer above the domain may always use.
const LEAVES: &str = "leaves";
const LEAF_NAMES: &[&str] =
    &["config", "clock", "key", "secret", "urls", "files", "pdf", "chart", "telemetry"];

/// Where an outside crate or a part of `std` is at home. Nobody else names it.
const HOMES: &[(&str, &[&str])] = &[
    ("diesel", &["db"]),
    ("diesel_migrations", &["db"]),
    ("libsqlite3_sys", &["db"]),
    ("pq_sys", &["db"]),
    ("lettre", &["mail"]),
    ("actix_web", &["web", "cli", "worker", "main"]),
    ("actix_multipart", &["web"]),
];

/// What the domain never names, because it has no IO, no clock and no randomness.
const NEVER_IN_THE_DOMAIN: &[&str] = &[
    "askama",
    "argon2",
    "chrono::Local",
    "chrono::Utc::now",
    "clap",
    "governor",
    "rand",
    "rust_embed",
    "rustls",
    "std::env",
    "std::fs",
    "std::io",
    "std::net",
    "std::process",
    "std::thread",
    "std::time::Instant",
    "std::time::SystemTime",
    "tokio",
    "tracing",
    "tracing_subscriber",
];

/// Every name in the file that its layer may not know, as `file:line: what`.
/// `file` is the path within the package, such as `src/domain/ids.rs`.
pub fn violations(file: &str, source: &str) -> Vec<String> {
    let module = module_of(file);
    let name = module.first().map_or("lib", String::as_str);
    if name == "lib" {
        return Vec::new();
    }
    let Some(layer) = LAYERS.iter().find(|layer| layer.name == name) else {
        return vec![format!("{file}: `{name}` is in no layer: give it a place in tests/it/house/layers.rs")];
    };
    named_paths(file, source, &module)
        .iter()
        .filter_map(|named| Some((named.line, complaint(layer, &named.path)?)))
        .map(|(line, what)| format!("{file}:{line}: {what}"))
        .collect()
}

/// `src/domain/case/mod.rs` is `domain::case`; `src/lib.rs` is the crate itself.
fn module_of(file: &str) -> Vec<String> {
    let path = file.trim_start_matches("src/").trim_end_matches(".rs").trim_end_matches("/mod");
    path.split('/').filter(|part| *part != "lib").map(str::to_owned).collect()
}

/// What is wrong with a path in this layer, if anything is.
fn complaint(layer: &Layer, path: &[String]) -> Option<String> {
    let text = path.join("::");
    let name = layer.name;
    if let [root, other, ..] = path
        && (root == "crate" || root == "heard")
    {
        return (!may_know(layer, other)).then(|| format!("`{name}` may not know `{other}` ({text})"));
    }
    if let Some((stranger, homes)) = HOMES.iter().find(|(stranger, _)| begins_with(path, stranger)) {
        return (!homes.contains(&name)).then(|| format!("`{stranger}` is for {homes:?} alone ({text})"));
    }
    let impure = name == "domain" && NEVER_IN_THE_DOMAIN.iter().any(|never| begins_with(path, never));
    impure.then(|| format!("the domain is pure ({text})"))
}

/// A name at the root of the crate that is no layer is a macro or a re-export: the compiler's business.
fn may_know(layer: &Layer, other: &str) -> bool {
    layer.name == other
        || layer.knows.contains(&other)
        || (layer.knows.contains(&LEAVES) && LEAF_NAMES.contains(&other))
        || LAYERS.iter().all(|known| known.name != other)
}

fn begins_with(path: &[String], start: &str) -> bool {
    let start: Vec<&str> = start.split("::").collect();
    path.len() >= start.len() && path.iter().zip(&start).all(|(part, wanted)| part == wanted)
}

mod tests {
    use super::*;

    #[test]
    fn planted_violations_are_found() {
        for (file, source) in [
            ("src/domain/ids.rs", "use crate::clock::Clock;"),
            ("src/domain/ids.rs", "use super::super::db::cases;"),
            ("src/domain/ids.rs", "use diesel::prelude::*;"),
            ("src/domain/ids.rs", "fn f() { std::fs::read(\"x\"); }"),
            ("src/domain/ids.rs", "use std::time; fn f() { time::SystemTime::now(); }"),
            ("src/domain/ids.rs", "use chrono::Utc; fn f() { Utc::now(); }"),
            ("src/domain/case/mod.rs", "use tokio as t;"),
            ("src/db/cases.rs", "use crate::app::App;"),
            ("src/db/mod.rs", "use crate::mail::Mailer;"),
            ("src/mail/mod.rs", "use crate::{db::Db, domain::ids};"),
            ("src/app/mod.rs", "use crate::web::routes;"),
            ("src/app/mod.rs", "use diesel::Connection;"),
            ("src/web/pages/case.rs", "use crate::db::cases;"),
            ("src/web/pages/case.rs", "use lettre::Message;"),
            ("src/worker.rs", "use crate::db::Db;"),
            ("src/cli/doctor.rs", "fn f() { crate::db::check(); }"),
            ("src/config.rs", "use crate::app::App;"),
            ("src/main.rs", "use heard::db::Db;"),
            ("src/novelty.rs", ""),
        ] {
            assert_eq!(violations(file, source).len(), 1, "{file}: {source}");
        }
    }

    #[test]
    fn what_is_right_is_left_alone() {
        for (file, source) in [
            (
                "src/domain/ids.rs",
                "use super::person::Person; use crate::domain::text; use std::time::Duration;",
            ),
            (
                "src/domain/ids.rs",
                "use chrono::{DateTime, Utc}; fn f(now: DateTime<Utc>) { Utc.timestamp(); }",
            ),
            ("src/db/cases.rs", "use diesel::prelude::*; use crate::{clock::Clock, domain::ids};"),
            ("src/mail/mod.rs", "use lettre::Message; use crate::urls;"),
            ("src/app/cases.rs", "use crate::{db, domain, mail, clock};"),
            ("src/web/pages/case.rs", "use crate::app::cases; use actix_web::web;"),
            ("src/cli/serve.rs", "use crate::{app, web, worker, config};"),
            ("src/main.rs", "use heard::cli;"),
            ("src/lib.rs", "pub mod db; pub use db::Db;"),
        ] {
            assert_eq!(violations(file, source), Vec::<String>::new(), "{file}: {source}");
        }
    }
}
