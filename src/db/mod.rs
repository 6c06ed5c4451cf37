//! The database: the only place that knows diesel.
//!
//! [`Db::read`] and [`Db::write`] hand out a [`Tx`]; every other function here takes one first. The same
//! queries run on SQLite and PostgreSQL.

mod connection;
mod error;
pub mod migrate;
mod schema;
mod types;
mod writer;

pub use connection::{DatabaseUrl, Db, DbOptions, NotADatabase, Tx};
pub use error::DbError;
pub use types::{Digest, to_microseconds};
