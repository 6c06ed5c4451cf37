//! Answers to repeated requests (G18).

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::connection::{Conn, Tx};
use super::error::DbError;
use super::schema::idempotency;
use super::types::{At, Digest};
use crate::domain::reference::Reference;

/// The first answer to a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    /// The digest of the request's body, so that a key is not reused for another.
    pub body: Digest,
    /// The status of the answer.
    pub status: u16,
    /// The answer.
    pub response: String,
}

/// The answer that was given to that key before. Of two requests with one key that run at the same time on
/// PostgreSQL the second waits here until the first has ended, and then finds its answer; SQLite has one writer.
pub fn find(tx: &mut Tx, scope: &str, key: &str) -> Result<Option<Answered>, DbError> {
    if let Conn::Pg(conn) = &mut tx.conn {
        diesel::sql_query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))")
            .bind::<diesel::sql_types::Text, _>(format!("{scope}\n{key}"))
            .execute(conn)?;
    }
    let row: Option<(Digest, i32, String)> = idempotency::table
        .find((scope, key))
        .select((idempotency::body_hash, idempotency::status, idempotency::response))
        .first(&mut tx.conn)
        .optional()?;
    row.map(|(body, status, response)| {
        let status = u16::try_from(status).map_err(|_| DbError::corrupt("idempotency", "status"))?;
        Ok(Answered { body, status, response })
    })
    .transpose()
}

/// Keeps an answer, in the transaction of what it answers.
pub fn keep(
    tx: &mut Tx,
    scope: &str,
    key: &str,
    answer: &Answered,
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    diesel::insert_into(idempotency::table)
        .values((
            idempotency::scope.eq(scope),
            idempotency::key.eq(key),
            idempotency::body_hash.eq(answer.body),
            idempotency::status.eq(i32::from(answer.status)),
            idempotency::response.eq(&answer.response),
            idempotency::created_at.eq(At::from(now)),
        ))
        .execute(&mut tx.conn)?;
    Ok(())
}

/// An answer that is kept, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    scope: String,
    key: String,
    /// The answer.
    pub response: String,
}

/// The answers in which a case is named. They are those of the last days, looked through one by one: words are seldom
/// taken out.
pub fn naming(tx: &mut Tx, reference: &Reference) -> Result<Vec<Kept>, DbError> {
    let rows: Vec<(String, String, String)> = idempotency::table
        .filter(idempotency::response.like(format!("%{reference}%")))
        .select((idempotency::scope, idempotency::key, idempotency::response))
        .load(&mut tx.conn)?;
    Ok(rows.into_iter().map(|(scope, key, response)| Kept { scope, key, response }).collect())
}

/// Puts what is left of an answer in its place.
pub fn rewrite(tx: &mut Tx, kept: &Kept, left: &str) -> Result<(), DbError> {
    diesel::update(idempotency::table.find((&kept.scope, &kept.key)))
        .set(idempotency::response.eq(left))
        .execute(&mut tx.conn)?;
    Ok(())
}

/// Forgets the answers older than that.
pub fn forget(tx: &mut Tx, before: DateTime<Utc>) -> Result<usize, DbError> {
    let old = idempotency::table.filter(idempotency::created_at.lt(At::from(before)));
    Ok(diesel::delete(old).execute(&mut tx.conn)?)
}
