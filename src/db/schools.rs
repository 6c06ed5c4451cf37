//! Trusts, schools, and what binds a new case of a school.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::NUL;
use super::connection::{Conn, Tx};
use super::error::DbError;
use super::schema::{school_rules, schools, trusts};
use super::types::At;
use crate::domain::ids::{CalendarId, ProcedureId, SchoolId, TrustId};
use crate::domain::school::{Nation, School, SchoolKind};

/// A school with what only its own pages show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SchoolRecord {
    /// The school.
    pub school: School,
    /// Its unique reference number, in England.
    pub urn: Option<String>,
    /// Whom to ask about personal data, in words.
    pub privacy_contact: String,
    /// Whom to tell when a child is at risk, in words.
    pub safeguarding_contact: String,
    /// Rises with every change of a setting.
    pub settings_version: u64,
}

#[derive(Queryable, Insertable)]
#[diesel(table_name = schools)]
#[diesel(treat_none_as_default_value = false)]
struct SchoolRow {
    id: SchoolId,
    trust_id: TrustId,
    slug: String,
    name: String,
    kind: SchoolKind,
    nation: Nation,
    urn: Option<String>,
    phone: String,
    email: String,
    address: String,
    office_hours: String,
    privacy_contact: String,
    safeguarding_contact: String,
    settings_version: i64,
    created_at: At,
}

impl SchoolRow {
    fn into_record(self) -> SchoolRecord {
        SchoolRecord {
            school: School {
                id: self.id,
                trust: self.trust_id,
                slug: self.slug,
                name: self.name,
                kind: self.kind,
                nation: self.nation,
                phone: self.phone,
                email: self.email,
                address: self.address,
                office_hours: self.office_hours,
            },
            urn: self.urn,
            privacy_contact: self.privacy_contact,
            safeguarding_contact: self.safeguarding_contact,
            settings_version: u64::try_from(self.settings_version).unwrap_or_default(),
        }
    }
}

/// Stores a trust, or the body that stands in its place.
pub fn add_trust(tx: &mut Tx, id: TrustId, name: &str, now: DateTime<Utc>) -> Result<(), DbError> {
    diesel::insert_into(trusts::table)
        .values((trusts::id.eq(id), trusts::name.eq(name), trusts::created_at.eq(At::from(now))))
        .execute(&mut tx.conn)?;
    Ok(())
}

/// Every trust with its name, the oldest first.
pub fn all_trusts(tx: &mut Tx) -> Result<Vec<(TrustId, String)>, DbError> {
    let rows = trusts::table.order((trusts::created_at, trusts::id)).select((trusts::id, trusts::name));
    Ok(rows.load(&mut tx.conn)?)
}

/// Stores a school. Its slug must be new. It opens for cases once it has its rules ([`set_rules`]).
pub fn add(tx: &mut Tx, record: &SchoolRecord, now: DateTime<Utc>) -> Result<(), DbError> {
    let school = &record.school;
    let row = SchoolRow {
        id: school.id,
        trust_id: school.trust,
        slug: school.slug.clone(),
        name: school.name.clone(),
        kind: school.kind,
        nation: school.nation,
        urn: record.urn.clone(),
        phone: school.phone.clone(),
        email: school.email.clone(),
        address: school.address.clone(),
        office_hours: school.office_hours.clone(),
        privacy_contact: record.privacy_contact.clone(),
        safeguarding_contact: record.safeguarding_contact.clone(),
        settings_version: 1,
        created_at: now.into(),
    };
    diesel::insert_into(schools::table).values(&row).execute(&mut tx.conn)?;
    Ok(())
}

/// Every school, in the order of their slugs.
pub fn all(tx: &mut Tx) -> Result<Vec<SchoolRecord>, DbError> {
    let rows: Vec<SchoolRow> = schools::table.order(schools::slug).load(&mut tx.conn)?;
    Ok(rows.into_iter().map(SchoolRow::into_record).collect())
}

/// The schools of a trust that are set up, by name.
pub fn open_of_trust(tx: &mut Tx, trust: TrustId) -> Result<Vec<(SchoolId, String)>, DbError> {
    let mut rows: Vec<(SchoolId, String)> = schools::table
        .inner_join(school_rules::table.on(school_rules::school_id.eq(schools::id)))
        .filter(schools::trust_id.eq(trust))
        .select((schools::id, schools::name))
        .load(&mut tx.conn)?;
    rows.sort_by(|one, other| one.1.cmp(&other.1));
    Ok(rows)
}

/// The school of that id.
pub fn find(tx: &mut Tx, id: SchoolId) -> Result<Option<SchoolRecord>, DbError> {
    let row: Option<SchoolRow> = schools::table.find(id).first(&mut tx.conn).optional()?;
    Ok(row.map(SchoolRow::into_record))
}

/// The school of that slug.
pub fn find_by_slug(tx: &mut Tx, slug: &str) -> Result<Option<SchoolRecord>, DbError> {
    if slug.contains(NUL) {
        return Ok(None);
    }
    let row: Option<SchoolRow> =
        schools::table.filter(schools::slug.eq(slug)).first(&mut tx.conn).optional()?;
    Ok(row.map(SchoolRow::into_record))
}

/// Raises a school's settings version. Every change of a setting calls it in its own transaction.
pub fn touch_settings(tx: &mut Tx, school: SchoolId) -> Result<(), DbError> {
    diesel::update(schools::table.find(school))
        .set(schools::settings_version.eq(schools::settings_version + 1_i64))
        .execute(&mut tx.conn)?;
    Ok(())
}

/// Raises the settings version of every school of a trust.
pub fn touch_settings_of_trust(tx: &mut Tx, trust: TrustId) -> Result<(), DbError> {
    diesel::update(schools::table.filter(schools::trust_id.eq(trust)))
        .set(schools::settings_version.eq(schools::settings_version + 1_i64))
        .execute(&mut tx.conn)?;
    Ok(())
}

/// What a new case of a school is bound to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// The version of the procedure.
    pub procedure: ProcedureId,
    /// The version of the calendar.
    pub calendar: CalendarId,
}

/// What a new case of a school is bound to; `None` while the school is not set up.
pub fn rules(tx: &mut Tx, school: SchoolId) -> Result<Option<Rules>, DbError> {
    let row: Option<(ProcedureId, CalendarId)> = school_rules::table
        .find(school)
        .select((school_rules::procedure_id, school_rules::calendar_id))
        .first(&mut tx.conn)
        .optional()?;
    Ok(row.map(|(procedure, calendar)| Rules { procedure, calendar }))
}

/// Sets what new cases of a school are bound to, and raises its settings version. Cases that have begun
/// keep what they began with (R4).
pub fn set_rules(tx: &mut Tx, school: SchoolId, rules: Rules) -> Result<(), DbError> {
    let row = (
        school_rules::school_id.eq(school),
        school_rules::procedure_id.eq(rules.procedure),
        school_rules::calendar_id.eq(rules.calendar),
    );
    let new = (school_rules::procedure_id.eq(rules.procedure), school_rules::calendar_id.eq(rules.calendar));
    match &mut tx.conn {
        Conn::Pg(conn) => diesel::insert_into(school_rules::table)
            .values(row)
            .on_conflict(school_rules::school_id)
            .do_update()
            .set(new)
            .execute(conn)?,
        Conn::Sqlite(conn) => diesel::insert_into(school_rules::table)
            .values(row)
            .on_conflict(school_rules::school_id)
            .do_update()
            .set(new)
            .execute(conn)?,
    };
    touch_settings(tx, school)
}

/// Changes a school's own details, its slug excepted, and raises its settings version.
pub fn update(tx: &mut Tx, record: &SchoolRecord) -> Result<(), DbError> {
    let school = &record.school;
    diesel::update(schools::table.find(school.id))
        .set((
            schools::name.eq(&school.name),
            schools::urn.eq(record.urn.as_deref()),
            schools::phone.eq(&school.phone),
            schools::email.eq(&school.email),
            schools::address.eq(&school.address),
            schools::office_hours.eq(&school.office_hours),
            schools::privacy_contact.eq(&record.privacy_contact),
            schools::safeguarding_contact.eq(&record.safeguarding_contact),
        ))
        .execute(&mut tx.conn)?;
    touch_settings(tx, school.id)
}
