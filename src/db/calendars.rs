//! Versions of the schools' calendars.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::connection::Tx;
use super::error::DbError;
use super::schema::calendars;
use super::types::At;
use crate::domain::ids::{CalendarId, PersonId, SchoolId};

#[derive(Queryable, Insertable)]
#[diesel(table_name = calendars)]
#[diesel(treat_none_as_default_value = false)]
struct CalendarRow {
    id: CalendarId,
    school_id: SchoolId,
    version: i32,
    spec: String,
    reason: String,
    created_by: Option<PersonId>,
    created_at: At,
}

/// A version of a calendar as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredCalendar {
    /// Its id.
    pub id: CalendarId,
    /// Whose.
    pub school: SchoolId,
    /// Its version, from 1.
    pub version: u32,
    /// Terms, INSET days and closures as JSON. The caller parses it.
    pub spec: String,
    /// Why it was made.
    pub reason: String,
    /// By whom; `None` for the program itself.
    pub created_by: Option<PersonId>,
    /// When.
    pub created_at: DateTime<Utc>,
}

/// Stores a version. School and version must be new.
pub fn add(tx: &mut Tx, calendar: &StoredCalendar) -> Result<(), DbError> {
    let row = CalendarRow {
        id: calendar.id,
        school_id: calendar.school,
        version: i32::try_from(calendar.version)
            .map_err(|_| DbError::internal("a version beyond counting"))?,
        spec: calendar.spec.clone(),
        reason: calendar.reason.clone(),
        created_by: calendar.created_by,
        created_at: calendar.created_at.into(),
    };
    diesel::insert_into(calendars::table).values(&row).execute(&mut tx.conn)?;
    Ok(())
}

/// The version of that id.
pub fn find(tx: &mut Tx, id: CalendarId) -> Result<Option<StoredCalendar>, DbError> {
    let row: Option<CalendarRow> = calendars::table.find(id).first(&mut tx.conn).optional()?;
    row.map(CalendarRow::into_stored).transpose()
}

/// The newest version of a school.
pub fn newest(tx: &mut Tx, school: SchoolId) -> Result<Option<StoredCalendar>, DbError> {
    let row: Option<CalendarRow> = calendars::table
        .filter(calendars::school_id.eq(school))
        .order(calendars::version.desc())
        .first(&mut tx.conn)
        .optional()?;
    row.map(CalendarRow::into_stored).transpose()
}

impl CalendarRow {
    fn into_stored(self) -> Result<StoredCalendar, DbError> {
        Ok(StoredCalendar {
            id: self.id,
            school: self.school_id,
            version: u32::try_from(self.version).map_err(|_| DbError::corrupt("calendars", "version"))?,
            spec: self.spec,
            reason: self.reason,
            created_by: self.created_by,
            created_at: self.created_at.0,
        })
    }
}
