//! Keeping an installation: migrations and backups.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, ExitCode};
use std::sync::mpsc::RecvTimeoutError;
use std::time::Duration;

use crate::app::maintenance::{self, OldKey};
use crate::config::Config;

use super::serve::opening;
use super::{Failure, tell, tell_error};

/// `heard migrate`.
pub(super) fn migrate(config: &Config) -> Result<ExitCode, Failure> {
    let url = config.database_url.expose();
    let lacking = maintenance::lacking(url)?;
    if lacking > 0 {
        tell_error(&format!("{lacking} steps to take. All of them are taken, or none…"));
    }
    let done = maintenance::migrate(url)?;
    for name in &done {
        tell(&format!("Done: {name}"));
    }
    tell(if done.is_empty() { "The database was up to date." } else { "The database is up to date." });
    Ok(ExitCode::SUCCESS)
}

/// `heard change-key`.
pub(super) fn change_key(config: &Config, old: OldKey) -> Result<ExitCode, Failure> {
    let changed = maintenance::change_key(opening(config)?, old)?;
    tell(match old {
        OldKey::AtHand => "The key was changed. Copy it to a safe place, apart from the backups.",
        OldKey::Lost => "A new key was put in the place of the lost one. Copy it to a safe place.",
    });
    match (old, changed) {
        (_, 0) => tell("Nobody had a second step."),
        (OldKey::AtHand, _) => tell(&format!(
            "{changed} second steps go on as before. Their owners make new recovery codes on their account pages."
        )),
        (OldKey::Lost, _) => {
            tell(&format!("{changed} second steps have ended. Tell their owners to set them up anew."));
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// `heard backup`: one folder with the database, which holds the files too.
pub(super) fn backup(config: &Config, to: &Path) -> Result<ExitCode, Failure> {
    let url = config.database_url.expose();
    let size = maintenance::size_of_file(url)?;
    std::fs::create_dir(to).map_err(|error| format!("{}: {error}", to.display()))?;
    let copied = match size {
        Some(bytes) => copy_sqlite(url, &to.join("heard.db"), bytes),
        None => dump_postgres(url, &to.join("heard.sql")),
    };
    if let Err(failure) = copied {
        // Half a copy would be taken for a whole one, and the next attempt would find its place taken.
        if let Err(error) = std::fs::remove_dir_all(to) {
            tell_error(&format!("{}: {error}. Delete it: the copy in it is not whole", to.display()));
        }
        return Err(failure);
    }
    tell(&format!("Copied the database, with every file in it, to {}", to.display()));
    tell(
        "The key (heard.key) is not in it. Keep a copy of it elsewhere: without it nobody's second step works.",
    );
    Ok(ExitCode::SUCCESS)
}

/// How often whoever waits for a copy is told how far it is.
const TOLD_EVERY: Duration = Duration::from_secs(5);

/// The copy is written beside the thread that tells how much of it is there.
fn copy_sqlite(url: &str, target: &Path, bytes: u64) -> Result<(), Failure> {
    const MEGA: u64 = 1_000_000;
    tell_error(&format!("Copying {} MB…", bytes.div_ceil(MEGA)));
    let (done, ended) = std::sync::mpsc::channel::<()>();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            while ended.recv_timeout(TOLD_EVERY) == Err(RecvTimeoutError::Timeout) {
                let so_far = target.metadata().map_or(0, |about| about.len());
                tell_error(&format!("{} of about {} MB", so_far / MEGA, bytes.div_ceil(MEGA)));
            }
        });
        let copied = maintenance::copy_sqlite(url, target);
        drop(done);
        Ok(copied?)
    })
}

fn dump_postgres(url: &str, target: &Path) -> Result<(), Failure> {
    tell_error("pg_dump writes the database…");
    let file = std::fs::File::create_new(target)?;
    let (address, password) = without_password(url)?;
    let mut dump = Command::new("pg_dump");
    dump.args(["--no-owner", "--no-privileges", "--dbname", address.as_str()]).stdout(file);
    if let Some(password) = password {
        // By the environment, because everybody on the machine reads the list of processes.
        dump.env("PGPASSWORD", password);
    }
    let status = dump
        .status()
        .map_err(|error| format!("pg_dump: {error}. Install the client programs of PostgreSQL"))?;
    if !status.success() {
        return Err(format!("pg_dump ended with {status}").into());
    }
    let mut file = std::fs::OpenOptions::new().append(true).open(target)?;
    // A dump sets an empty search path.
    writeln!(file, "\nSET search_path = public;\n{}", maintenance::END_OF_A_DUMP)?;
    Ok(())
}

/// The address of a database, and the password that stood in it.
fn without_password(url: &str) -> Result<(url::Url, Option<String>), Failure> {
    let mut url = url::Url::parse(url)?;
    let password = url.password().map(decoded).transpose()?;
    url.set_password(None).map_err(|()| "this address of a database takes no password")?;
    Ok((url, password))
}

/// The text behind `%41`. A plus sign is a plus sign here, unlike in a form.
fn decoded(text: &str) -> Result<String, Failure> {
    let mut pieces = text.split('%');
    let mut bytes = pieces.next().unwrap_or_default().as_bytes().to_vec();
    for piece in pieces {
        let (code, rest) =
            piece.split_at_checked(2).ok_or("the password of the database ends with a lone %")?;
        bytes.extend(hex::decode(code)?);
        bytes.extend(rest.as_bytes());
    }
    Ok(String::from_utf8(bytes)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_password_of_a_database_goes_another_way() {
        let (url, password) =
            without_password("postgres://heard:a%2Fb%20+%C3%A9@db.example/heard?sslmode=require").unwrap();
        assert_eq!(url.as_str(), "postgres://heard@db.example/heard?sslmode=require");
        assert_eq!(password.as_deref(), Some("a/b +é"));
        assert_eq!(without_password("postgres://db.example/heard").unwrap().1, None);
        assert!(without_password("postgres://heard:a%2@db.example/heard").is_err());
    }
}
