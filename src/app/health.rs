//! Whether the program can work, without anything about anybody (A22).

use std::time::Duration;

use crate::db;

use super::App;
use super::error::Error;
use super::files::scan::{Answers, Scanner};

/// What waits: to be sent, and to be scanned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Queue {
    /// How many messages.
    pub waiting: u64,
    /// For how long the oldest of them could have left; nothing while none is due.
    pub oldest: Duration,
    /// How many files wait for the virus scanner.
    pub files: u64,
    /// Whether the virus scanner answered when it was asked last; nothing where there is none.
    pub scanner: Option<Answers>,
}

/// Asks the database what waits.
///
/// # Errors
/// When the database does not answer.
pub fn queue(app: &App) -> Result<Queue, Error> {
    let (waiting, first) = app.db().read(db::outbox::queue)?;
    let files = app.db().read(db::files::unscanned)?;
    let oldest = first.and_then(|due| (app.now() - due).to_std().ok()).unwrap_or_default();
    Ok(Queue { waiting, oldest, files, scanner: app.scanner().map(Scanner::answers) })
}
