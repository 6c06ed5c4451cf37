//! What a family has typed and not sent yet.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::connection::{Conn, Tx};
use super::error::DbError;
use super::schema::drafts;
use super::types::{At, Digest};
use crate::domain::ids::SchoolId;

/// A draft.
#[derive(Clone, PartialEq, Eq)]
pub struct Draft {
    /// For which school.
    pub school: SchoolId,
    /// What was typed, as JSON.
    pub data: String,
    /// When it is forgotten.
    pub expires_at: DateTime<Utc>,
}

impl std::fmt::Debug for Draft {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Draft({} bytes)", self.data.len())
    }
}

/// Keeps a draft, or what it has become.
pub fn keep(tx: &mut Tx, secret: Digest, draft: &Draft, now: DateTime<Utc>) -> Result<(), DbError> {
    let new = (
        drafts::school_id.eq(draft.school),
        drafts::data.eq(&draft.data),
        drafts::updated_at.eq(At::from(now)),
        drafts::expires_at.eq(At::from(draft.expires_at)),
    );
    let row = (drafts::token_hash.eq(secret), new);
    match &mut tx.conn {
        Conn::Pg(conn) => diesel::insert_into(drafts::table)
            .values(row)
            .on_conflict(drafts::token_hash)
            .do_update()
            .set(new)
            .execute(conn)?,
        Conn::Sqlite(conn) => diesel::insert_into(drafts::table)
            .values(row)
            .on_conflict(drafts::token_hash)
            .do_update()
            .set(new)
            .execute(conn)?,
    };
    Ok(())
}

/// The draft of that secret, if it has not expired.
pub fn find(tx: &mut Tx, secret: Digest, now: DateTime<Utc>) -> Result<Option<Draft>, DbError> {
    let row: Option<(SchoolId, String, At)> = drafts::table
        .find(secret)
        .filter(drafts::expires_at.gt(At::from(now)))
        .select((drafts::school_id, drafts::data, drafts::expires_at))
        .first(&mut tx.conn)
        .optional()?;
    Ok(row.map(|(school, data, expires_at)| Draft { school, data, expires_at: expires_at.0 }))
}

/// Removes a draft that was sent.
pub fn remove(tx: &mut Tx, secret: Digest) -> Result<(), DbError> {
    diesel::delete(drafts::table.find(secret)).execute(&mut tx.conn)?;
    Ok(())
}

/// Removes the drafts that have expired.
pub fn forget_expired(tx: &mut Tx, now: DateTime<Utc>) -> Result<usize, DbError> {
    let expired = drafts::table.filter(drafts::expires_at.le(At::from(now)));
    Ok(diesel::delete(expired).execute(&mut tx.conn)?)
}
