//! The school's own days: adding the terms of another school year.

use chrono::NaiveDate;

use super::App;
use super::access::users::{ChangedBy, log_change};
use super::error::{Error, FieldCode, FieldProblem};
use crate::db::calendars::StoredCalendar;
use crate::db::schools::Rules;
use crate::db::{self, Tx};
use crate::domain::calendar::{BankHolidays, Calendar, CalendarSpec, SchoolYear, range_words};
use crate::domain::ids::CalendarId;

/// The terms of a school year, as a school publishes them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Published {
    /// The first and last day of each term or half-term.
    pub terms: Vec<(NaiveDate, NaiveDate)>,
    /// Training days.
    pub inset: Vec<NaiveDate>,
}

/// Adds a school year to a school's calendar, as a new version of it. No date that is known moves; what waited for
/// these days gets its date with the next sweep. Answers with the days that the year covers, in words.
///
/// # Errors
/// `NotFound` for an unknown school; `Invalid` when the days do not hold together, or the calendar has them already.
pub fn add_year(app: &App, by: ChangedBy, slug: &str, published: &Published) -> Result<String, Error> {
    let year = SchoolYear::from_terms(&published.terms, &published.inset)
        .map_err(|found| does_not_fit(found.reason))?;
    let (inside, slug, now) = (app.clone(), slug.to_owned(), app.now());
    let words = range_words(year.from, year.to);
    app.db().write(move |tx| {
        let school = db::schools::find_by_slug(tx, &slug)?.ok_or(Error::NotFound)?.school;
        let rules = db::schools::rules(tx, school.id)?.ok_or(Error::NotFound)?;
        let old = db::calendars::find(tx, rules.calendar)?
            .ok_or_else(|| Error::fault("a school's calendar is not stored"))?;
        let spec = with_year(&old, year)?;
        let id = CalendarId(inside.ids().uuid(now));
        let new = StoredCalendar {
            id,
            school: school.id,
            version: newest_version(tx, &old)? + 1,
            spec,
            reason: "A school year was added".to_owned(),
            created_by: by.person(),
            created_at: now,
        };
        db::calendars::add(tx, &new)?;
        db::schools::set_rules(tx, school.id, Rules { calendar: id, ..rules })?;
        log_change(tx, by, now, Some(school.id), "calendar", (Some(old.spec), Some(new.spec)))
    })?;
    app.nudge();
    Ok(words)
}

fn with_year(old: &StoredCalendar, year: SchoolYear) -> Result<String, Error> {
    let internal = |source: serde_json::Error| Error::Internal(Box::new(source));
    let mut spec: CalendarSpec = serde_json::from_str(&old.spec).map_err(internal)?;
    spec.years.push(year);
    spec.years.sort_by_key(|year| year.from);
    Calendar::new(old.id, old.version, spec.clone(), BankHolidays::shipped()).map_err(|found| {
        Error::Invalid(
            found
                .iter()
                .map(|one| FieldProblem::new("terms", FieldCode::DoesNotFit, one.to_string()))
                .collect(),
        )
    })?;
    serde_json::to_string(&spec).map_err(internal)
}

fn newest_version(tx: &mut Tx, old: &StoredCalendar) -> Result<u32, Error> {
    Ok(db::calendars::newest(tx, old.school)?.map_or(old.version, |newest| newest.version))
}

fn does_not_fit(words: String) -> Error {
    Error::Invalid(vec![FieldProblem::new("terms", FieldCode::DoesNotFit, words)])
}
