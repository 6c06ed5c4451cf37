//! The database: the only place that knows diesel.
//!
//! [`Db::read`] and [`Db::write`] hand out a [`Tx`]; every other function here takes one first. The same
//! queries run on SQLite and PostgreSQL. A case's content is given only for a [`visibility::Seen`], which
//! is what looking for a case on somebody's behalf answers with.

pub mod absences;
pub mod access;
pub mod alike;
pub mod asking;
pub mod backup;
pub mod calendars;
pub mod case_rows;
pub mod cases;
pub mod check;
mod connection;
pub mod doors;
pub mod drafts;
mod error;
pub mod events;
pub mod files;
pub mod idempotency;
pub mod logs;
pub mod mailbox;
pub mod meta;
pub mod migrate;
pub mod originals;
pub mod outbox;
pub mod passkeys;
pub mod people;
#[cfg(test)]
mod plans;
pub mod procedures;
mod schema;
pub mod schools;
mod types;
pub mod visibility;
pub mod ways_in;
pub mod work_list;
mod writer;

pub use connection::{DatabaseUrl, Db, DbOptions, NotADatabase, Tx};
pub use error::DbError;
pub use types::{Digest, to_microseconds};

/// What no text in the database holds: PostgreSQL refuses even a question with it.
const NUL: char = '\0';
