//! Who read what of a case (R69).
//!
//! A page must not wait for the disk because somebody looks at it, so readings wait in memory and are
//! written together: every second by [`keep_every_second`], before the log is shown, and when the server
//! ends. They are never dropped: when too many wait, because the database takes none, whoever opens the
//! next case writes them first, and without that the case does not open.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::db;
use crate::db::logs::Reader;
use crate::db::visibility::Seen;
use crate::domain::case::action::By;
use crate::domain::case::context::Context;
use crate::domain::case::refusal::{Refusal, RefusalCode};
use crate::domain::case::state::Case;
use crate::domain::reference::Reference;

use super::App;
use super::cases::{Caller, Opened, open_to};
use super::error::Error;
use super::people::Colleague;
use super::work_list::CaseSummary;

pub use crate::db::logs::{Reader as ReadBy, Reading, Way};

/// How many may wait.
const AT_MOST: usize = 5_000;
/// How many are written in one transaction, so that concerns that come in do not wait for long.
const AT_ONCE: usize = 200;
/// How many the log shows.
const SHOWN: u32 = 500;
/// How long a reading waits at most while the server runs.
const EVERY: Duration = Duration::from_secs(1);

/// What of a case was opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// The case as a whole: its page, or the case in the API.
    Case,
    /// What can be done on it, with the form.
    Action,
    /// Its record.
    Record,
    /// Its dates.
    Deadlines,
    /// Its messages.
    Messages,
    /// Who is involved.
    Involvement,
    /// Who read it.
    Readings,
    /// Its line in a list that left: as a file, or by the API.
    Listed,
}

impl What {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Case,
        Self::Action,
        Self::Record,
        Self::Deadlines,
        Self::Messages,
        Self::Involvement,
        Self::Readings,
        Self::Listed,
    ];

    /// The word for it in the API and in the database.
    pub fn key(self) -> &'static str {
        match self {
            Self::Case => "case",
            Self::Action => "action",
            Self::Record => "record",
            Self::Deadlines => "deadlines",
            Self::Messages => "messages",
            Self::Involvement => "involvement",
            Self::Readings => "readings",
            Self::Listed => "list",
        }
    }

    /// What people read, after "opened".
    pub fn title(self) -> &'static str {
        match self {
            Self::Case => "the case",
            Self::Action => "a form of the case",
            Self::Record => "the record",
            Self::Deadlines => "the dates",
            Self::Messages => "the messages",
            Self::Involvement => "the list of who is involved",
            Self::Readings => "the list of who has read it",
            Self::Listed => "its line in a list that was taken away",
        }
    }
}

/// Readings that are not written yet.
#[derive(Debug, Default)]
pub(super) struct Waiting(Mutex<Vec<(Seen, Reading)>>);

impl Waiting {
    fn lock(&self) -> MutexGuard<'_, Vec<(Seen, Reading)>> {
        // Whoever panicked while holding it left a list that is whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The first of those that wait, taken out.
    fn some(&self) -> Vec<(Seen, Reading)> {
        let mut waiting = self.lock();
        let count = waiting.len().min(AT_ONCE);
        waiting.drain(..count).collect()
    }
}

/// Notes that this caller opened this.
///
/// # Errors
/// When too many wait and the database takes none.
pub(super) fn note(app: &App, caller: &Caller, seen: Seen, what: What) -> Result<(), Error> {
    let reader = match caller {
        Caller::Colleague(colleague) => Reader::Person(colleague.id),
        Caller::Family(link) => Reader::Party(link.who()),
    };
    wait(app, [(seen, reading(app, reader, what))])
}

fn reading(app: &App, reader: Reader, what: What) -> Reading {
    Reading { reader, at: app.now(), what: what.key().to_owned(), way: app.way(), about: None }
}

/// Notes that the lines of these cases left in a list. It costs a list no more than a line in memory for each.
///
/// # Errors
/// As for `note`.
pub fn note_listed(app: &App, colleague: &Colleague, cases: &[CaseSummary]) -> Result<(), Error> {
    let reader = Reader::Person(colleague.id);
    // The list came from the rule of who sees which case.
    let seen = |case: &CaseSummary| Seen::by_the_system(case.id);
    wait(app, cases.iter().map(|case| (seen(case), reading(app, reader, What::Listed))))
}

fn wait(app: &App, new: impl IntoIterator<Item = (Seen, Reading)>) -> Result<(), Error> {
    let waiting = {
        let mut waiting = app.readings().lock();
        waiting.extend(new);
        waiting.len()
    };
    if waiting > AT_MOST { keep(app) } else { Ok(()) }
}

/// Writes every reading that waits.
///
/// # Errors
/// When the database cannot be used; then they go on waiting.
pub fn keep(app: &App) -> Result<(), Error> {
    loop {
        let batch = Arc::new(app.readings().some());
        if batch.is_empty() {
            return Ok(());
        }
        let inside = Arc::clone(&batch);
        let kept = app.db().write(move |tx| {
            inside.iter().try_for_each(|(seen, reading)| db::logs::log_reading(tx, *seen, reading))
        });
        if let Err(error) = kept {
            app.readings().lock().splice(0..0, batch.iter().cloned());
            return Err(error.into());
        }
    }
}

/// Keeps readings until the program ends.
pub async fn keep_every_second(app: App) {
    loop {
        tokio::time::sleep(EVERY).await;
        let inside = app.clone();
        match tokio::task::spawn_blocking(move || keep(&inside)).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::error!(%error, "who read cases could not be written; it waits"),
            Err(error) => tracing::error!(%error, "writing who read cases broke off"),
        }
    }
}

/// Who read a case, the newest first, for those who lead it.
///
/// # Errors
/// `NotFound` for families and whoever may not know of the case, `Forbidden` for staff who do not lead it.
pub fn of_case(app: &App, caller: &Caller, reference: &Reference) -> Result<(Opened, Vec<Reading>), Error> {
    if let Caller::Family(_) = caller {
        return Err(Error::NotFound);
    }
    let opened = open_to(app, caller, reference, What::Readings)?;
    if !leads(&opened.case, &opened.context()) {
        let refusal = Refusal::new(RefusalCode::NotYours, "Who has read a case is for those who lead it")
            .unless("Ask the complaints co-ordinator or the headteacher");
        return Err(Error::Forbidden(refusal));
    }
    keep(app)?;
    let readings = app.db().read(|tx| {
        let seen = caller.find(tx, app, reference)?;
        Ok::<_, Error>(db::logs::readings(tx, seen, SHOWN)?)
    })?;
    Ok((opened, readings))
}

/// The handler, the co-ordinator, and the head, chair or trust officer: those to whom others turn when
/// somebody read what was not theirs to read.
pub fn leads(case: &Case, ctx: &Context<'_>) -> bool {
    let relations = ctx.relations(case);
    [By::Handler, By::Coordinator, By::Authority].iter().any(|by| relations.contains(by))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_thing_that_is_opened_has_its_own_word() {
        let mut keys: Vec<&str> = What::ALL.into_iter().map(What::key).collect();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), What::ALL.len());
    }
}
