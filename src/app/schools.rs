//! What anybody may know of a school: how to reach it, its procedure, its calendar.

use std::sync::Arc;

use chrono::NaiveDate;
use sha2::{Digest as _, Sha256};

use crate::db;
use crate::domain::calendar::{Day, Unit, Working, local_date};
use crate::domain::ids::SchoolId;
use crate::domain::text::{EmailAddress, Words};

use super::cases::{Answer, first_answer, remember};
use super::error::{Error, FieldCode, FieldProblem};
use super::people::Colleague;
use super::world::World;
use super::{App, IdempotencyKey};

pub use crate::db::procedures::CopyAsked;

/// The longest stretch of days that is told at once: two school years.
const LONGEST_STRETCH: i64 = 800;

/// Every school, in the order of their slugs.
///
/// # Errors
/// When the database cannot be used.
pub fn all(app: &App) -> Result<Vec<Arc<World>>, Error> {
    app.db().read(|tx| {
        let schools = db::schools::all(tx)?;
        schools.iter().map(|record| app.worlds().of(tx, record.school.id)).collect()
    })
}

/// The school of that slug.
///
/// # Errors
/// `NotFound` for an unknown slug.
pub fn find(app: &App, slug: &str) -> Result<Arc<World>, Error> {
    app.db().read(|tx| {
        let record = db::schools::find_by_slug(tx, slug)?.ok_or(Error::NotFound)?;
        app.worlds().of(tx, record.school.id)
    })
}

/// The slug of a school.
///
/// # Errors
/// `NotFound` for an unknown id.
pub fn slug_of(app: &App, id: SchoolId) -> Result<String, Error> {
    let found = app.db().read(|tx| db::schools::find(tx, id))?;
    found.map(|record| record.school.slug).ok_or(Error::NotFound)
}

/// The days from one to another, both included, each with what it is. Days beyond the calendar are left out.
///
/// # Errors
/// `Invalid` when the stretch is empty or longer than two school years.
pub fn days(world: &World, from: NaiveDate, to: NaiveDate) -> Result<Vec<Day>, Error> {
    let length = (to - from).num_days();
    if !(0..LONGEST_STRETCH).contains(&length) {
        return Err(Error::Invalid(vec![FieldProblem::new(
            "to",
            FieldCode::NotAStretch,
            "Ask for at most two years, the first day first",
        )]));
    }
    Ok(from.iter_days().take_while(|day| *day <= to).filter_map(|day| world.calendar.day(day).ok()).collect())
}

/// Which way a limit is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// On from the day of receipt.
    After,
    /// Back from a hearing.
    Before,
}

/// A due date with its working.
///
/// # Errors
/// `Refused` with `calendar_missing` when the calendar does not reach; never a guess (R36).
pub fn due(
    world: &World,
    received: NaiveDate,
    amount: u16,
    unit: Unit,
    direction: Direction,
) -> Result<Working, Error> {
    use crate::domain::case::refusal::{Refusal, RefusalCode};
    let working = match direction {
        Direction::After => world.calendar.due(received, amount, unit),
        Direction::Before => world.calendar.due_before(received, amount, unit),
    };
    working.map_err(|missing| Error::Refused(Refusal::new(RefusalCode::CalendarMissing, missing.to_string())))
}

/// Whoever asks for a copy of the procedure.
#[derive(Clone, Debug)]
pub struct CopyRequest {
    /// Their name.
    pub name: Words,
    /// Where it is mailed.
    pub email: Option<EmailAddress>,
    /// Where it is posted, when there is no email address.
    pub address: Option<Words>,
}

impl CopyRequest {
    /// What makes two requests the same request.
    fn fingerprint(&self) -> [u8; 32] {
        let email = self.email.as_ref().map(EmailAddress::as_str);
        let address = self.address.as_ref().map(Words::as_str);
        Sha256::digest(format!("{:?}", (self.name.as_str(), email, address))).into()
    }
}

/// Where a request that may be repeated came from, and its key.
#[derive(Clone, Debug)]
pub struct Repeatable {
    /// The network.
    pub origin: String,
    /// The key, if one was given.
    pub key: Option<IdempotencyKey>,
}

/// Somebody asks for a copy of the procedure: it is sent, and the request is logged with its date (R7). Asking again
/// under the same key sends no second one (A6).
///
/// # Errors
/// `NotFound` for an unknown school, `Invalid` without a way to send it.
pub fn ask_for_copy(app: &App, slug: &str, request: CopyRequest, again: Repeatable) -> Result<(), Error> {
    if request.email.is_none() && request.address.is_none() {
        return Err(Error::Invalid(vec![FieldProblem::new(
            "email",
            FieldCode::Missing,
            "Enter an email address or a postal address",
        )]));
    }
    let (inside, slug) = (app.clone(), slug.to_owned());
    app.db().write(move |tx| {
        let record = db::schools::find_by_slug(tx, &slug)?.ok_or(Error::NotFound)?;
        let scope = format!("copy {slug} {}", again.origin);
        let fingerprint = request.fingerprint();
        if first_answer(tx, &scope, again.key.as_ref(), fingerprint)?.is_some() {
            return Ok(());
        }
        let world = inside.worlds().of(tx, record.school.id)?;
        let message = super::copies::message(&inside, &world, &request);
        db::outbox::insert(tx, &message)?;
        let asked = CopyAsked {
            school: world.school.id,
            procedure: world.procedure_id,
            name: request.name.as_str().to_owned(),
            email: request.email.as_ref().map(|email| email.as_str().to_owned()),
            address: request.address.as_ref().map(|address| address.as_str().to_owned()),
            asked_at: inside.now(),
            message: Some(message.id),
        };
        db::procedures::log_copy(tx, &asked)?;
        let answer = Answer { status: 202, body: String::new(), version: 0 };
        remember(tx, &inside, &scope, again.key.as_ref(), fingerprint, &answer)
    })?;
    app.nudge();
    Ok(())
}

/// How many copies the log shows.
const COPIES_SHOWN: u32 = 500;

/// The copies of the procedure that were asked for at a school, the newest first, each with its version (R7): for
/// those who see to such mail. Others read none.
///
/// # Errors
/// `NotFound` for an unknown school.
pub fn copies_asked_for(
    app: &App,
    colleague: &Colleague,
    slug: &str,
) -> Result<Vec<(CopyAsked, u32)>, Error> {
    let today = local_date(app.now());
    app.db().read(|tx| {
        let school = db::schools::find_by_slug(tx, slug)?.ok_or(Error::NotFound)?.school.id;
        if !super::messages::sees_to_general_mail(colleague, school, today) {
            return Ok(Vec::new());
        }
        let mut copies = Vec::new();
        for copy in db::procedures::copies(tx, school, COPIES_SHOWN)? {
            let version = db::procedures::find(tx, copy.procedure)?.map_or(0, |stored| stored.version);
            copies.push((copy, version));
        }
        Ok(copies)
    })
}

/// Until when a school is closed, and from when clocks count, for the notice on its pages (P45).
pub fn holiday_now(app: &App, world: &World) -> Option<crate::domain::calendar::Holiday> {
    world.calendar.holiday_at(local_date(app.now())).ok().flatten()
}
