//! Keeping an installation: migrations and backups.

use std::path::Path;
use std::process::{Command, ExitCode};

use crate::app::maintenance;
use crate::config::Config;

use super::{Failure, tell, tell_error};

/// `heard migrate`.
pub(super) fn migrate(config: &Config) -> Result<ExitCode, Failure> {
    let done = maintenance::migrate(config.database_url.expose())?;
    for name in &done {
        tell(&format!("Done: {name}"));
    }
    tell(if done.is_empty() { "The database was up to date." } else { "The database is up to date." });
    Ok(ExitCode::SUCCESS)
}

/// `heard backup`: one folder with the database, which holds the files too.
pub(super) fn backup(config: &Config, to: &Path) -> Result<ExitCode, Failure> {
    std::fs::create_dir(to).map_err(|error| format!("{}: {error}", to.display()))?;
    let url = config.database_url.expose();
    if maintenance::is_one_file(url)? {
        maintenance::copy_sqlite(url, &to.join("heard.db"))?;
    } else {
        dump_postgres(url, &to.join("heard.sql"))?;
    }
    tell(&format!("Copied the database, with every file in it, to {}", to.display()));
    Ok(ExitCode::SUCCESS)
}

fn dump_postgres(url: &str, target: &Path) -> Result<(), Failure> {
    tell_error("pg_dump writes the database…");
    let file = std::fs::File::create_new(target)?;
    // The address goes by the environment of pg_dump, where the list of processes does not show it.
    let status = Command::new("pg_dump")
        .args(["--no-owner", "--no-privileges"])
        .env("PGDATABASE", url)
        .stdout(file)
        .status()
        .map_err(|error| format!("pg_dump: {error}. Install the client programs of PostgreSQL"))?;
    if status.success() { Ok(()) } else { Err(format!("pg_dump ended with {status}").into()) }
}
