//! An online copy of a SQLite database. PostgreSQL brings `pg_dump`, which makes a better one.

use std::path::Path;
use std::time::Duration;

use diesel::sql_types::Text;
use diesel::{Connection as _, RunQueryDsl, SqliteConnection, sql_query};

use super::connection::{Conn, DatabaseUrl, Purpose, Tx};
use super::error::DbError;

/// What a copy is told to do with the messages that waited when it was made (G25), in SQL that both databases
/// know: they leave from the database that was copied, and must not leave from the copy too.
pub const FLAG_WHAT_WAITS: &str =
    "UPDATE outbox SET state = 'flagged' WHERE state IN ('waiting', 'sending');";

/// Copies a SQLite database into a file that is not there yet, as it is at one moment, while it is in use.
/// What waits to be sent is flagged in the copy: a person looks before it leaves from there.
pub fn copy_to(url: &DatabaseUrl, target: &Path) -> Result<(), DbError> {
    let target = target.to_str().ok_or_else(|| DbError::internal("the path of the copy is not UTF-8"))?;
    match Tx::connect(url, Purpose::Write, Duration::from_mins(1))?.conn {
        Conn::Sqlite(mut conn) => {
            sql_query("VACUUM INTO ?").bind::<Text, _>(target).execute(&mut conn)?;
            let mut copy =
                SqliteConnection::establish(target).map_err(|error| DbError::Internal(Box::new(error)))?;
            sql_query(FLAG_WHAT_WAITS).execute(&mut copy)?;
            Ok(())
        }
        Conn::Pg(_) => Err(DbError::internal("a PostgreSQL database is copied with pg_dump")),
    }
}
