//! What was changed in the settings, and who read what.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::connection::Tx;
use super::error::DbError;
use super::schema::{read_log, settings_log};
use super::types::At;
use super::visibility::Seen;
use crate::domain::ids::{PartyNo, PersonId, SchoolId};

/// A change of a setting (R71).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingChanged {
    /// When.
    pub at: DateTime<Utc>,
    /// By whom; `None` for the command line.
    pub person: Option<PersonId>,
    /// At which school; `None` for all.
    pub school: Option<SchoolId>,
    /// What.
    pub what: String,
    /// From what.
    pub before: Option<String>,
    /// To what.
    pub after: Option<String>,
}

/// Logs a change of a setting. The log only grows.
pub fn log_setting(tx: &mut Tx, change: &SettingChanged) -> Result<(), DbError> {
    diesel::insert_into(settings_log::table)
        .values((
            settings_log::at.eq(At::from(change.at)),
            settings_log::person_id.eq(change.person),
            settings_log::school_id.eq(change.school),
            settings_log::what.eq(&change.what),
            settings_log::before.eq(change.before.as_deref()),
            settings_log::after.eq(change.after.as_deref()),
        ))
        .execute(&mut tx.conn)?;
    Ok(())
}

/// The changes at a school, the newest first.
pub fn settings(tx: &mut Tx, school: SchoolId, limit: u32) -> Result<Vec<SettingChanged>, DbError> {
    type Row = (At, Option<PersonId>, Option<SchoolId>, String, Option<String>, Option<String>);
    let rows: Vec<Row> = settings_log::table
        .filter(settings_log::school_id.eq(school))
        .order(settings_log::id.desc())
        .limit(i64::from(limit))
        .select((
            settings_log::at,
            settings_log::person_id,
            settings_log::school_id,
            settings_log::what,
            settings_log::before,
            settings_log::after,
        ))
        .load(&mut tx.conn)?;
    let change = |(at, person, school, what, before, after): Row| SettingChanged {
        at: at.0,
        person,
        school,
        what,
        before,
        after,
    };
    Ok(rows.into_iter().map(change).collect())
}

/// Who read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reader {
    /// Somebody with a post.
    Person(PersonId),
    /// A party of the case.
    Party(PartyNo),
}

/// How a case was read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Way {
    /// On a page.
    Page,
    /// By the API: with a token, or by the link of a family.
    Api,
    /// Nobody noted it: it was before ways were noted, or the program read for itself.
    #[default]
    Unknown,
}

impl Way {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Page, Self::Api, Self::Unknown];

    /// The word for it in the API and in the database.
    pub fn key(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::Api => "api",
            Self::Unknown => "unknown",
        }
    }

    fn of(key: &str) -> Result<Self, DbError> {
        Self::ALL.into_iter().find(|way| way.key() == key).ok_or_else(|| DbError::corrupt("read_log", "way"))
    }
}

/// A reading of case content (R69).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// By whom.
    pub reader: Reader,
    /// When.
    pub at: DateTime<Utc>,
    /// What: a page, a document, an export.
    pub what: String,
    /// How.
    pub way: Way,
    /// Why, where a reason is asked for.
    pub about: Option<String>,
}

/// Logs a reading.
pub fn log_reading(tx: &mut Tx, seen: Seen, reading: &Reading) -> Result<(), DbError> {
    let (person, party) = match reading.reader {
        Reader::Person(person) => (Some(person), None),
        Reader::Party(party) => (None, Some(party)),
    };
    diesel::insert_into(read_log::table)
        .values((
            read_log::case_id.eq(seen.case()),
            read_log::person_id.eq(person),
            read_log::party_no.eq(party),
            read_log::at.eq(At::from(reading.at)),
            read_log::what.eq(&reading.what),
            read_log::way.eq(reading.way.key()),
            read_log::about.eq(reading.about.as_deref()),
        ))
        .execute(&mut tx.conn)?;
    Ok(())
}

/// Who read a case, the newest first.
pub fn readings(tx: &mut Tx, seen: Seen, limit: u32) -> Result<Vec<Reading>, DbError> {
    type Row = (Option<PersonId>, Option<PartyNo>, At, String, String, Option<String>);
    let rows: Vec<Row> = read_log::table
        .filter(read_log::case_id.eq(seen.case()))
        .order(read_log::id.desc())
        .limit(i64::from(limit))
        .select((
            read_log::person_id,
            read_log::party_no,
            read_log::at,
            read_log::what,
            read_log::way,
            read_log::about,
        ))
        .load(&mut tx.conn)?;
    let reading = |(person, party, at, what, way, about): Row| {
        let reader = match (person, party) {
            (Some(person), None) => Reader::Person(person),
            (None, Some(party)) => Reader::Party(party),
            (Some(_), Some(_)) | (None, None) => return Err(DbError::corrupt("read_log", "person_id")),
        };
        Ok(Reading { reader, at: at.0, what, way: Way::of(&way)?, about })
    };
    rows.into_iter().map(reading).collect()
}
