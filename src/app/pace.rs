//! How fast one account goes through cases, and how much is done on one case: nobody is shut out, they wait (2.4.1).
//!
//! The numbers lie far above what a busy office does in a day. Whoever reaches that of reading is reading everything there
//! is, or somebody else does so in their name: the log says so, and an administrator finds it on the first page. Counts are
//! kept in the memory of one process. What this machine asks for itself is not counted.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::App;
use super::access::administrator::Administrator;
use super::access::limit::Limit;
use super::access::staff;
use super::cases::Caller;
use super::error::Error;
use crate::db::visibility::Seen;
use crate::domain::case::event::Actor;
use crate::domain::ids::{CaseId, PartyNo, PersonId};

/// So many at once, and so many in each hour after that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// At once.
    pub at_once: u32,
    /// In each hour.
    pub an_hour: u32,
}

/// The numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rates {
    /// Openings of cases, or of parts of them, by one account; a page of a case counts two.
    pub reads: Rate,
    /// What one account does on cases.
    pub deeds: Rate,
    /// Files that one account adds.
    pub files: Rate,
    /// What anybody does on one case.
    pub deeds_on_a_case: Rate,
}

impl Default for Rates {
    fn default() -> Self {
        Self {
            reads: Rate { at_once: 600, an_hour: 1_440 },
            deeds: Rate { at_once: 120, an_hour: 720 },
            files: Rate { at_once: 60, an_hour: 360 },
            deeds_on_a_case: Rate { at_once: 200, an_hour: 720 },
        }
    }
}

impl Rate {
    fn limit<K: std::hash::Hash + Eq + Clone>(self) -> Limit<K> {
        Limit::new(self.at_once, Duration::from_secs(3600) / self.an_hour.max(1))
    }
}

/// An account, as it is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Account {
    Person(PersonId),
    Family(CaseId, PartyNo),
}

impl Account {
    fn of(caller: &Caller, seen: Seen) -> Option<Self> {
        match caller.actor() {
            Actor::Person(person) => Some(Self::Person(person)),
            Actor::Complainant(party) => Some(Self::Family(seen.case(), party)),
            Actor::Public | Actor::Clock => None,
        }
    }
}

/// For how long an administrator is told that somebody was slowed.
const TOLD_FOR: TimeDelta = TimeDelta::hours(24);

/// The counts of one process.
#[derive(Debug)]
pub(super) struct Pace {
    reads: Limit<Account>,
    deeds: Limit<Account>,
    files: Limit<Account>,
    deeds_on_a_case: Limit<CaseId>,
    slowed: Mutex<BTreeMap<PersonId, DateTime<Utc>>>,
}

impl Pace {
    pub(super) fn of(rates: Rates) -> Self {
        Self {
            reads: rates.reads.limit(),
            deeds: rates.deeds.limit(),
            files: rates.files.limit(),
            deeds_on_a_case: rates.deeds_on_a_case.limit(),
            slowed: Mutex::default(),
        }
    }

    fn slow(&self, person: PersonId, now: DateTime<Utc>) {
        let mut slowed = self.slowed.lock().unwrap_or_else(PoisonError::into_inner);
        slowed.retain(|_, at| now - *at < TOLD_FOR);
        slowed.insert(person, now);
    }
}

/// Whether what an application does is counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Counted {
    /// Commands, the worker, the demo at its start, and requests of this machine.
    #[default]
    No,
    /// Requests from elsewhere.
    Yes,
}

fn reached(limit: &'static str, account: Option<Account>) -> impl FnOnce(Error) -> Error {
    move |error| {
        let person = match account {
            Some(Account::Person(person)) => Some(person.to_string()),
            Some(Account::Family(..)) | None => None,
        };
        tracing::warn!(target: "security", event = "limit_reached", limit, person);
        error
    }
}

/// One more opening of a case.
///
/// # Errors
/// `TooMany` with the seconds to wait.
pub(super) fn reads(app: &App, caller: &Caller, seen: Seen) -> Result<(), Error> {
    let (Some(pace), Some(account)) = (app.pace(), Account::of(caller, seen)) else { return Ok(()) };
    let taken = pace.reads.take(&account).map_err(reached("reads_of_an_account", Some(account)));
    if let (Err(_), Account::Person(person)) = (&taken, account) {
        pace.slow(person, app.now());
    }
    taken.map(drop)
}

/// One more deed on a case that its caller may know of: for whoever may not, nothing is counted, so that nobody can use up
/// what others have, or learn from it that there is a case.
///
/// # Errors
/// `TooMany` with the seconds to wait.
pub(super) fn acts(app: &App, caller: &Caller, seen: Seen) -> Result<(), Error> {
    let (Some(pace), Some(account)) = (app.pace(), Account::of(caller, seen)) else { return Ok(()) };
    pace.deeds.take(&account).map_err(reached("deeds_of_an_account", Some(account)))?;
    pace.deeds_on_a_case.take(&seen.case()).map_err(reached("deeds_on_a_case", None)).map(drop)
}

/// One more file for a case.
///
/// # Errors
/// `TooMany` with the seconds to wait.
pub(super) fn adds_a_file(app: &App, caller: &Caller, seen: Seen) -> Result<(), Error> {
    let (Some(pace), Some(account)) = (app.pace(), Account::of(caller, seen)) else { return Ok(()) };
    pace.files.take(&account).map_err(reached("files_of_an_account", Some(account))).map(drop)
}

/// Somebody who opened cases faster than anybody works.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slowed {
    /// Who.
    pub person: PersonId,
    /// Their name.
    pub name: String,
    /// When they were slowed last.
    pub at: DateTime<Utc>,
}

/// Whoever of those whom the administrator looks after was slowed in the last day, the last one first.
///
/// # Errors
/// When the database cannot be used.
pub fn slowed(app: &App, by: &Administrator) -> Result<Vec<Slowed>, Error> {
    let known = app.all_paces().slowed.lock().unwrap_or_else(PoisonError::into_inner).clone();
    if known.is_empty() {
        return Ok(Vec::new());
    }
    let mut found: Vec<Slowed> = staff::roster(app, by)?
        .into_iter()
        .filter_map(|entry| {
            let at = known.get(&entry.person.id).filter(|at| app.now() - **at < TOLD_FOR)?;
            Some(Slowed { person: entry.person.id, name: entry.person.name, at: *at })
        })
        .collect();
    found.sort_by_key(|slowed| std::cmp::Reverse(slowed.at));
    Ok(found)
}
