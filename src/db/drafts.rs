//! What a family has typed and not sent yet.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use super::connection::{Conn, Tx};
use super::error::DbError;
use super::schema::{draft_links, drafts};
use super::types::{At, Digest, Key};
use crate::domain::ids::{MessageId, SchoolId};

/// What stays of a draft when its time is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trace {
    /// That there was one, without a word of it: whoever comes back is told.
    Kept,
    /// Nothing: it was sent, or nothing had been typed.
    None,
}

/// A draft.
#[derive(Clone, PartialEq, Eq)]
pub struct Draft {
    /// For which school.
    pub school: SchoolId,
    /// What was typed, as JSON; empty once it was deleted.
    pub data: String,
    /// When it is deleted.
    pub expires_at: DateTime<Utc>,
}

impl std::fmt::Debug for Draft {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Draft({} bytes)", self.data.len())
    }
}

/// Keeps a draft, or what it has become.
pub fn keep(
    tx: &mut Tx,
    secret: Digest,
    draft: &Draft,
    trace: Trace,
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    let new = (
        drafts::school_id.eq(draft.school),
        drafts::data.eq(&draft.data),
        drafts::updated_at.eq(At::from(now)),
        drafts::expires_at.eq(At::from(draft.expires_at)),
        drafts::trace.eq(trace),
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

/// The draft of that secret, or the trace of one. Whoever asks looks at its time: a draft that is over may still
/// wait for the sweep.
pub fn find(tx: &mut Tx, secret: Digest) -> Result<Option<(Draft, Trace)>, DbError> {
    let row: Option<(SchoolId, String, At, Trace)> = drafts::table
        .find(secret)
        .select((drafts::school_id, drafts::data, drafts::expires_at, drafts::trace))
        .first(&mut tx.conn)
        .optional()?;
    Ok(row.map(|(school, data, expires_at, trace)| (Draft { school, data, expires_at: expires_at.0 }, trace)))
}

/// Removes a draft that was sent.
pub fn remove(tx: &mut Tx, secret: Digest) -> Result<(), DbError> {
    diesel::delete(drafts::table.find(secret)).execute(&mut tx.conn)?;
    Ok(())
}

/// How a draft is found on another device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WayBack {
    /// By the link that this message will bring.
    Mail(MessageId),
    /// By a code, of which this is the digest.
    Code(Digest),
}

/// Gives a draft a way back, in place of the one that it had.
pub fn add_way_back(tx: &mut Tx, draft: Digest, way: WayBack) -> Result<(), DbError> {
    remove_way_back(tx, draft)?;
    let (message, token) = match way {
        WayBack::Mail(message) => (Some(Key(message.0)), None),
        WayBack::Code(token) => (None, Some(token)),
    };
    diesel::insert_into(draft_links::table)
        .values((
            draft_links::draft_hash.eq(draft),
            draft_links::message_id.eq(message),
            draft_links::token_hash.eq(token),
        ))
        .execute(&mut tx.conn)?;
    Ok(())
}

/// Its way back opens nothing any more.
pub fn remove_way_back(tx: &mut Tx, draft: Digest) -> Result<(), DbError> {
    diesel::delete(draft_links::table.find(draft)).execute(&mut tx.conn)?;
    Ok(())
}

/// The link of a mail that leaves now. Whether its draft still has that mail as its way back.
pub fn link_leaves(tx: &mut Tx, message: MessageId, token: Digest) -> Result<Found, DbError> {
    let row = draft_links::table.filter(draft_links::message_id.eq(Key(message.0)));
    let changed = diesel::update(row).set(draft_links::token_hash.eq(token)).execute(&mut tx.conn)?;
    Ok(if changed > 0 { Found::Yes } else { Found::No })
}

/// Whether there was a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// There was.
    Yes,
    /// There was none.
    No,
}

/// The draft that a link or code leads to. Looking changes nothing (G27).
pub fn by_way_back(tx: &mut Tx, token: Digest) -> Result<Option<Digest>, DbError> {
    Ok(draft_links::table
        .filter(draft_links::token_hash.eq(token))
        .select(draft_links::draft_hash)
        .first(&mut tx.conn)
        .optional()?)
}

/// The draft is on another device from now on, and its way back leads there.
pub fn moves(tx: &mut Tx, from: Digest, to: Digest) -> Result<(), DbError> {
    diesel::update(drafts::table.find(from)).set(drafts::token_hash.eq(to)).execute(&mut tx.conn)?;
    diesel::update(draft_links::table.find(from))
        .set(draft_links::draft_hash.eq(to))
        .execute(&mut tx.conn)?;
    Ok(())
}

/// Deletes every word of the drafts that have expired. That there was one is `remembered` for so long.
pub fn forget_expired(tx: &mut Tx, remembered: TimeDelta, now: DateTime<Utc>) -> Result<usize, DbError> {
    let over = drafts::expires_at.le(At::from(now));
    let gone = diesel::delete(drafts::table.filter(over).filter(drafts::trace.eq(Trace::None)))
        .execute(&mut tx.conn)?;
    diesel::delete(drafts::table.filter(drafts::expires_at.le(At::from(now - remembered))))
        .execute(&mut tx.conn)?;
    let emptied = diesel::update(drafts::table.filter(over).filter(drafts::data.ne("")))
        .set(drafts::data.eq(""))
        .execute(&mut tx.conn)?;
    let kept = drafts::table.filter(drafts::data.ne("")).filter(drafts::trace.eq(Trace::Kept));
    let without = draft_links::draft_hash.ne_all(kept.select(drafts::token_hash));
    diesel::delete(draft_links::table.filter(without)).execute(&mut tx.conn)?;
    Ok(gone + emptied)
}
