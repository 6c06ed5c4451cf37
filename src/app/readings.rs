//! Who read what of a case (R69).
//!
//! A page must not wait for the disk because somebody looks at it, so readings wait in memory and are
//! written together: every second by [`keep_every_second`], before the log is shown, and when the server
//! ends. They are never dropped: when too many wait, because the database takes none, whoever opens the
//! next case writes them first, and without that the case does not open.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::NaiveDate;

use crate::db;
use crate::db::logs::{Logged, Place, Reader, ReadingsSearch};
use crate::db::visibility::Seen;
use crate::domain::calendar::local_date;
use crate::domain::case::action::By;
use crate::domain::case::context::Context;
use crate::domain::case::refusal::{Refusal, RefusalCode};
use crate::domain::case::state::Case;
use crate::domain::ids::{CaseId, PersonId, SchoolId};
use crate::domain::person::{Place as Where, Post, Role};
use crate::domain::reference::Reference;

use super::App;
use super::cases::{Caller, Opened, open_to};
use super::error::{Error, FieldCode, FieldProblem};
use super::logs::Days;
use super::people::Colleague;
use super::schools;
use super::work_list::CaseSummary;
use super::world::World;

pub use crate::db::logs::{How, Reader as ReadBy, Reading, ReadingOfCase, Way};

/// How many may wait.
const AT_MOST: usize = 5_000;
/// How many are written in one transaction, so that concerns that come in do not wait for long.
const AT_ONCE: usize = 200;
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
    /// Who read it, as a file that was taken away.
    ReadingsFile,
}

impl What {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Case,
        Self::Action,
        Self::Record,
        Self::Deadlines,
        Self::Messages,
        Self::Involvement,
        Self::Readings,
        Self::Listed,
        Self::ReadingsFile,
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
            Self::ReadingsFile => "readings_file",
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
            Self::ReadingsFile => "the list of who has read it, as a file",
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

/// Which readings are asked for. Every part that is there must hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// By that person.
    pub person: Option<PersonId>,
    /// In that way.
    pub how: Option<How>,
    /// On these days.
    pub days: Days,
    /// Where the page before ended.
    pub after: Option<Place>,
}

impl Asked {
    fn search(&self) -> Result<ReadingsSearch, Error> {
        Ok(ReadingsSearch { person: self.person, how: self.how, span: self.days.span()?, after: self.after })
    }
}

/// What the list of readings is asked for: to be looked at, or to be taken away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum For {
    /// A page of it, here or by the API.
    Reading,
    /// A file. That it was taken is logged as a reading of its own (R69).
    Taking,
}

/// A page of readings.
#[derive(Clone, Debug)]
pub struct Page<T> {
    /// The readings, the newest first.
    pub entries: Vec<T>,
    /// Where the next page begins.
    pub next: Option<Place>,
}

fn page<T>(mut found: Vec<Logged<T>>, limit: usize) -> Page<T> {
    let more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().filter(|_| more).map(|last| last.place);
    Page { entries: found.into_iter().map(|logged| logged.entry).collect(), next }
}

/// Who read a case, the newest first, for those who lead it, the data protection officer and inspectors.
///
/// # Errors
/// `NotFound` for families and whoever may not know of the case, `Forbidden` for staff who do not lead it, `Invalid` for
/// days that are no stretch.
pub fn of_case(
    app: &App,
    caller: &Caller,
    reference: &Reference,
    (asked, wanted): (&Asked, For),
    limit: usize,
) -> Result<(Opened, Page<Reading>), Error> {
    if let Caller::Family(_) = caller {
        return Err(Error::NotFound);
    }
    let what = match wanted {
        For::Reading => What::Readings,
        For::Taking => What::ReadingsFile,
    };
    let opened = open_to(app, caller, reference, what)?;
    if !may_be_told(&opened.case, &opened.context()) {
        let refusal = Refusal::new(
            RefusalCode::NotYours,
            "Who has read a case is for those who lead it, the data protection officer and inspectors",
        )
        .unless("Ask the complaints co-ordinator or the headteacher");
        return Err(Error::Forbidden(refusal));
    }
    let search = asked.search()?;
    keep(app)?;
    let found = app.db().read(|tx| {
        let seen = caller.find(tx, app, reference)?;
        Ok::<_, Error>(db::logs::readings(tx, seen, &search, limit.saturating_add(1))?)
    })?;
    Ok((opened, page(found, limit)))
}

/// The handler, the co-ordinator, and the head, chair or trust officer: those to whom others turn when
/// somebody read what was not theirs to read. And those who watch over it: the data protection officer, and inspectors.
pub fn may_be_told(case: &Case, ctx: &Context<'_>) -> bool {
    let relations = ctx.relations(case);
    let leads = [By::Handler, By::Coordinator, By::Authority, By::DataProtection];
    let inspects = |person| ctx.holds(person, Role::Inspector);
    leads.iter().any(|by| relations.contains(by)) || ctx.actor.person().is_some_and(inspects)
}

/// Whoever holds one of these posts at a school reads who has read its cases, of those that they see.
const WATCH: [Role; 2] = [Role::DataProtectionOfficer, Role::Inspector];

/// The schools at which somebody watches over who reads cases.
fn watched(colleague: &Colleague, today: NaiveDate) -> Vec<SchoolId> {
    let watches = |post: &&Post| WATCH.contains(&post.role) && post.is_held_on(today);
    let places = colleague.posts.iter().filter(watches).flat_map(|post| match post.place {
        Where::School(school) => vec![school],
        Where::Trust => colleague.trust_schools.clone(),
    });
    let reached = |school: &SchoolId| colleague.only_school.is_none_or(|only| only == *school);
    let mut schools: Vec<SchoolId> = places.filter(reached).collect();
    schools.sort_unstable();
    schools.dedup();
    schools
}

/// Whether somebody watches over who reads cases, at any school.
pub fn watches(colleague: &Colleague, today: NaiveDate) -> bool {
    !watched(colleague, today).is_empty()
}

/// The slugs of the schools at which somebody watches over who reads cases.
///
/// # Errors
/// When the database cannot be used.
pub fn schools_watched(app: &App, colleague: &Colleague) -> Result<Vec<String>, Error> {
    let own = watched(colleague, local_date(app.now()));
    let mut worlds = schools::all(app)?;
    worlds.retain(|world| own.contains(&world.school.id));
    Ok(worlds.iter().map(|world| world.school.slug.clone()).collect())
}

/// How many days back the readings of a school go unless more are asked for: of all that were ever read, nobody looks
/// through everything.
const DAYS_BACK: u64 = 30;

/// The readings of a school's cases.
#[derive(Clone, Debug)]
pub struct OfSchool {
    /// The school.
    pub world: Arc<World>,
    /// The slugs and names of all schools that the reader may ask for, by name.
    pub schools: Vec<(String, String)>,
    /// The days that were looked through.
    pub days: Days,
    /// The readings.
    pub page: Page<ReadingOfCase>,
}

/// Who read the cases of a school, the newest first, for whoever watches over it, as far as they see the cases. Without
/// a school it is the first of theirs, without a first day the last 30.
///
/// # Errors
/// `Forbidden` for whoever does not watch over any; `Invalid` for a school that is not theirs and days that are no
/// stretch.
pub fn of_school(
    app: &App,
    colleague: &Colleague,
    (school, asked): (Option<&str>, &Asked),
    wanted: For,
    limit: usize,
) -> Result<OfSchool, Error> {
    let today = local_date(app.now());
    let watched = watched(colleague, today);
    if watched.is_empty() {
        let refusal = Refusal::new(
            RefusalCode::NotYours,
            "Who has read the cases of a school is for its data protection officer and inspectors",
        );
        return Err(Error::Forbidden(
            refusal.unless("Those who lead a case see who has read it on its page"),
        ));
    }
    let mut worlds = schools::all(app)?;
    worlds.retain(|world| watched.contains(&world.school.id));
    worlds.sort_by(|one, other| one.school.name.cmp(&other.school.name));
    let here = worlds.iter().find(|world| school.is_none_or(|slug| slug == world.school.slug)).cloned();
    let world = here.ok_or_else(|| {
        let words = "Ask for a school of yours";
        Error::Invalid(vec![FieldProblem::new("school", FieldCode::UnknownChoice, words)])
    })?;
    let days =
        Days { from: asked.days.from.or_else(|| days_back(asked.days.to.unwrap_or(today))), ..asked.days };
    let search = Asked { days, ..*asked }.search()?;
    keep(app)?;
    let viewer = colleague.viewer(today);
    let found = app.db().read(|tx| {
        let more = limit.saturating_add(1);
        Ok::<_, Error>(db::logs::readings_in_sight(tx, &viewer, world.school.id, &search, more)?)
    })?;
    let page = page(found, limit);
    if wanted == For::Taking {
        let cases: BTreeMap<CaseId, Seen> =
            page.entries.iter().map(|entry| (entry.seen.case(), entry.seen)).collect();
        let reader = Reader::Person(colleague.id);
        wait(app, cases.into_values().map(|seen| (seen, reading(app, reader, What::ReadingsFile))))?;
    }
    let schools = worlds.iter().map(|world| (world.school.slug.clone(), world.school.name.clone())).collect();
    Ok(OfSchool { world, schools, days, page })
}

fn days_back(last: NaiveDate) -> Option<NaiveDate> {
    last.checked_sub_days(chrono::Days::new(DAYS_BACK))
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
