//! An online copy of a SQLite database. PostgreSQL brings `pg_dump`, which makes a better one.

use std::path::Path;
use std::time::Duration;

use diesel::sql_types::Text;
use diesel::{RunQueryDsl, sql_query};

use super::connection::{Conn, DatabaseUrl, Purpose, Tx};
use super::error::DbError;

/// Copies a SQLite database into a file that is not there yet, as it is at one moment, while it is in use.
pub fn copy_to(url: &DatabaseUrl, target: &Path) -> Result<(), DbError> {
    let target = target.to_str().ok_or_else(|| DbError::internal("the path of the copy is not UTF-8"))?;
    match Tx::connect(url, Purpose::Write, Duration::from_mins(1))?.conn {
        Conn::Sqlite(mut conn) => {
            sql_query("VACUUM INTO ?").bind::<Text, _>(target).execute(&mut conn)?;
            Ok(())
        }
        Conn::Pg(_) => Err(DbError::internal("a PostgreSQL database is copied with pg_dump")),
    }
}
