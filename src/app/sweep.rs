//! What time does to cases: reminders, news of dates that were missed, lapsed windows, dates that a calendar makes
//! possible at last.
//!
//! The sweep has no input and can run at any moment, as often as one likes: it compares what is stored with
//! the time and adds what is missing (G16, G17).

use chrono::{Days, NaiveDate, TimeDelta};

use crate::db;
use crate::db::visibility::Seen;
use crate::domain::calendar::local_date;
use crate::domain::case::clock::due_work;
use crate::domain::case::event::Actor;
use crate::domain::deadline::DeadlineRule;
use crate::domain::ids::{CaseId, SchoolId};

use super::App;
use super::cases::step;
use super::error::Error;
use super::work_list::not_there;

/// How far ahead a closing window is looked at: further than three school days ever reach, holidays included.
const AHEAD: Days = Days::new(80);

/// How far ahead a date that the school owes is looked at: to the next school day over a long weekend. After a
/// holiday its reminder goes on the day itself.
const SOON: Days = Days::new(5);

/// How far back a date that was missed is looked at: further than a summer holiday reaches, in which staff are
/// told nothing. Families are told of dates of the last days alone (`was_just_missed`).
const MISSED: Days = Days::new(80);

/// How long an answer is kept for a request that may be repeated (A6).
const REPEATED: TimeDelta = TimeDelta::days(30);

/// Looks at every case that time may have something to do with, and does it.
///
/// # Errors
/// The first fault, when a case cannot be read or the database cannot be used. All other cases are done.
pub fn sweep(app: &App) -> Result<usize, Error> {
    let (mut changed, mut first_fault) = (0, None);
    tidy(app)?;
    for case in candidates(app)? {
        match sweep_one(app, case) {
            Ok(more) => changed += more,
            Err(fault) => {
                tracing::error!(case = %case.0, %fault, "the sweep left out a case");
                first_fault.get_or_insert(fault);
            }
        }
    }
    if changed > 0 {
        app.nudge();
    }
    first_fault.map_or(Ok(changed), Err)
}

/// Removes what families began and never sent, and answers that nobody repeats any more, once their time is over.
fn tidy(app: &App) -> Result<(), Error> {
    let now = app.now();
    app.db().write(move |tx| {
        db::files::forget_expired(tx, now)?;
        db::drafts::forget_expired(tx, super::drafts::REMEMBERED, now)?;
        db::idempotency::forget(tx, now - REPEATED)?;
        Ok(())
    })
}

/// The cases whose window closes soon or is over, those with a date that is close or was missed, and those that wait
/// for a calendar.
fn candidates(app: &App) -> Result<Vec<CaseId>, Error> {
    let today = local_date(app.now());
    app.db().read(|tx| {
        let mut cases = Vec::new();
        for record in db::schools::all(tx)? {
            cases.extend(of_school(tx, record.school.id, today)?);
        }
        cases.sort_unstable();
        cases.dedup();
        Ok(cases)
    })
}

fn of_school(tx: &mut db::Tx, school: SchoolId, today: NaiveDate) -> Result<Vec<CaseId>, Error> {
    let before = today.checked_add_days(AHEAD).unwrap_or(NaiveDate::MAX);
    let windows = db::cases::open_deadlines(tx, school, &[DeadlineRule::Window], None, before)?;
    let soon = today.checked_add_days(SOON).unwrap_or(NaiveDate::MAX);
    let owed = [&DeadlineRule::REMINDED_OF[..], &DeadlineRule::ASKED].concat();
    let owed = db::cases::open_deadlines(tx, school, &owed, today.checked_sub_days(MISSED), soon)?;
    let undated = db::cases::awaiting_calendar(tx, school)?;
    let dated = windows.into_iter().chain(owed).chain(undated).map(|deadline| deadline.case);
    Ok(dated.chain(with_nobody_there(tx, school, today)?).collect())
}

/// The cases that rest with somebody who is away or gone, while nobody looks after them (S40). A delegate may be barred
/// from a case of somebody who is away, so those are looked at too.
fn with_nobody_there(tx: &mut db::Tx, school: SchoolId, today: NaiveDate) -> Result<Vec<CaseId>, Error> {
    let directory = db::absences::directory(tx, school)?;
    let mut cases = Vec::new();
    for group in not_there(school, &directory, today) {
        cases.extend(db::absences::cases_with(tx, school, group.role, &group.people)?);
    }
    let away = directory.absences().iter().filter(|away| away.covers(today) && away.delegate.is_some());
    for away in away {
        cases.extend(db::absences::cases_with(tx, school, away.post.role, &[away.person])?);
    }
    Ok(cases)
}

/// Each case is a transaction of its own, so that one fault stops no other.
fn sweep_one(app: &App, case: CaseId) -> Result<usize, Error> {
    let inside = app.clone();
    app.db().write(move |tx| {
        let Some(loaded) = db::cases::load(tx, Seen::by_the_system(case))? else { return Ok(0) };
        let setting = inside.worlds().bound(tx, &loaded.case)?;
        let events = due_work(&loaded.case, &setting.context(inside.now(), Actor::Clock));
        if events.is_empty() {
            return Ok(0);
        }
        step(tx, &inside, loaded, Actor::Clock, |_, _| Ok(events))?;
        Ok::<usize, Error>(1)
    })
}
