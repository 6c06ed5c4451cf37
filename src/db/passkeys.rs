//! Passkeys: the public half of each, under the name that its owner gave it.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::connection::Tx;
use super::error::DbError;
use super::schema::passkeys;
use super::types::At;
use crate::domain::ids::PersonId;

/// A passkey by which somebody signs in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passkey {
    /// By what its device calls it.
    pub credential: Vec<u8>,
    /// Whose it is.
    pub person: PersonId,
    /// What its owner calls it.
    pub name: String,
    /// Its public half and its counter, as the library that checks it writes them.
    pub content: String,
    /// Since when.
    pub created_at: DateTime<Utc>,
    /// When somebody last signed in with it.
    pub last_used_at: Option<DateTime<Utc>>,
}

#[derive(Queryable, Insertable)]
#[diesel(table_name = passkeys)]
#[diesel(treat_none_as_default_value = false)]
struct Row {
    credential: Vec<u8>,
    person_id: PersonId,
    name: String,
    content: String,
    created_at: At,
    last_used_at: Option<At>,
}

impl From<Row> for Passkey {
    fn from(row: Row) -> Self {
        Self {
            credential: row.credential,
            person: row.person_id,
            name: row.name,
            content: row.content,
            created_at: row.created_at.0,
            last_used_at: row.last_used_at.map(|at| at.0),
        }
    }
}

/// Keeps a passkey.
pub fn add(tx: &mut Tx, passkey: &Passkey) -> Result<(), DbError> {
    let row = Row {
        credential: passkey.credential.clone(),
        person_id: passkey.person,
        name: passkey.name.clone(),
        content: passkey.content.clone(),
        created_at: At::from(passkey.created_at),
        last_used_at: passkey.last_used_at.map(At::from),
    };
    diesel::insert_into(passkeys::table).values(row).execute(&mut tx.conn)?;
    Ok(())
}

/// The passkey that its device calls so.
pub fn find(tx: &mut Tx, credential: &[u8]) -> Result<Option<Passkey>, DbError> {
    let row: Option<Row> = passkeys::table.find(credential).first(&mut tx.conn).optional()?;
    Ok(row.map(Passkey::from))
}

/// The passkeys of a person, the oldest first.
pub fn of(tx: &mut Tx, person: PersonId) -> Result<Vec<Passkey>, DbError> {
    let rows: Vec<Row> = passkeys::table
        .filter(passkeys::person_id.eq(person))
        .order((passkeys::created_at, passkeys::credential))
        .load(&mut tx.conn)?;
    Ok(rows.into_iter().map(Passkey::from).collect())
}

/// How many passkeys a person has.
pub fn count(tx: &mut Tx, person: PersonId) -> Result<i64, DbError> {
    Ok(passkeys::table.filter(passkeys::person_id.eq(person)).count().get_result(&mut tx.conn)?)
}

/// Notes that somebody signed in with it, and how often it says that it was used.
pub fn note_use(tx: &mut Tx, credential: &[u8], content: &str, now: DateTime<Utc>) -> Result<(), DbError> {
    diesel::update(passkeys::table.find(credential))
        .set((passkeys::content.eq(content), passkeys::last_used_at.eq(Some(At::from(now)))))
        .execute(&mut tx.conn)?;
    Ok(())
}

/// Takes a passkey away.
pub fn remove(tx: &mut Tx, credential: &[u8]) -> Result<(), DbError> {
    diesel::delete(passkeys::table.find(credential)).execute(&mut tx.conn)?;
    Ok(())
}

/// Takes all passkeys of a person away.
pub fn remove_all_of(tx: &mut Tx, person: PersonId) -> Result<(), DbError> {
    diesel::delete(passkeys::table.filter(passkeys::person_id.eq(person))).execute(&mut tx.conn)?;
    Ok(())
}
