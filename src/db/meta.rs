//! Small facts of the whole installation.

use diesel::prelude::*;

use super::connection::{Conn, Tx};
use super::error::DbError;
use super::schema::meta;

/// The value of that key.
pub fn get(tx: &mut Tx, key: &str) -> Result<Option<String>, DbError> {
    Ok(meta::table.find(key).select(meta::value).first(&mut tx.conn).optional()?)
}

/// Keeps others from changing what is set until the transaction ends, so that two who read and then write come one after
/// the other. SQLite has one writer at a time anyway.
pub fn hold(tx: &mut Tx) -> Result<(), DbError> {
    match &mut tx.conn {
        // A number of our own, let go at the end of the transaction.
        Conn::Pg(conn) => {
            diesel::sql_query("SELECT pg_advisory_xact_lock(7310421)").execute(conn)?;
        }
        Conn::Sqlite(_) => {}
    }
    Ok(())
}

/// Sets the value of that key.
pub fn set(tx: &mut Tx, key: &str, value: &str) -> Result<(), DbError> {
    let row = (meta::key.eq(key), meta::value.eq(value));
    let new = meta::value.eq(value);
    match &mut tx.conn {
        Conn::Pg(conn) => diesel::insert_into(meta::table)
            .values(row)
            .on_conflict(meta::key)
            .do_update()
            .set(new)
            .execute(conn)?,
        Conn::Sqlite(conn) => diesel::insert_into(meta::table)
            .values(row)
            .on_conflict(meta::key)
            .do_update()
            .set(new)
            .execute(conn)?,
    };
    Ok(())
}

/// Sets the value of a key that has none yet. Of several who do so at once, the first one's stays.
pub fn set_first(tx: &mut Tx, key: &str, value: &str) -> Result<(), DbError> {
    let row = (meta::key.eq(key), meta::value.eq(value));
    match &mut tx.conn {
        Conn::Pg(conn) => {
            diesel::insert_into(meta::table).values(row).on_conflict(meta::key).do_nothing().execute(conn)?
        }
        Conn::Sqlite(conn) => {
            diesel::insert_into(meta::table).values(row).on_conflict(meta::key).do_nothing().execute(conn)?
        }
    };
    Ok(())
}
