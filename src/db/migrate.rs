//! Migrations, embedded in the binary.

use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::migration::{Migration, MigrationSource};
use diesel::pg::Pg;
use diesel::sqlite::Sqlite;
use diesel::{Connection, PgConnection, SqliteConnection};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::connection::{Conn, DatabaseUrl, Purpose, Tx};
use super::error::DbError;

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// The number under which everybody who migrates waits for each other ("heard" on a telephone).
const LOCK: &str = "SELECT pg_advisory_xact_lock(43273)";

/// How long to wait for another process that is migrating.
const PATIENCE: Duration = Duration::from_mins(1);

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Brings the database up to this version, and answers with the names of the steps that it took.
///
/// All steps are one transaction: either the database is as this version wants it, or it is as it was.
/// Of two processes that start together, one migrates and the other finds nothing left to do.
pub fn run(url: &DatabaseUrl) -> Result<Vec<String>, DbError> {
    match connect(url)? {
        Conn::Sqlite(mut conn) => conn.exclusive_transaction(up_sqlite),
        Conn::Pg(mut conn) => conn.transaction(up_postgres),
    }
    .map_err(|Undone(error)| error)
}

/// The steps that the database still lacks.
pub fn pending(url: &DatabaseUrl) -> Result<Vec<String>, DbError> {
    match connect(url)? {
        Conn::Sqlite(mut conn) => names(conn.pending_migrations(SQLITE)),
        Conn::Pg(mut conn) => names(conn.pending_migrations(POSTGRES)),
    }
}

/// Takes back the newest step, data and all, and answers with its name. For tests and for developers.
pub fn revert_last(url: &DatabaseUrl) -> Result<String, DbError> {
    let reverted = match connect(url)? {
        Conn::Sqlite(mut conn) => conn.revert_last_migration(SQLITE).map(|version| version.to_string()),
        Conn::Pg(mut conn) => conn.revert_last_migration(POSTGRES).map(|version| version.to_string()),
    };
    reverted.map_err(DbError::Internal)
}

fn connect(url: &DatabaseUrl) -> Result<Conn, DbError> {
    Ok(Tx::connect(url, Purpose::Write, PATIENCE)?.conn)
}

/// A failed migration, so that the transaction around it is undone.
struct Undone(DbError);

impl From<diesel::result::Error> for Undone {
    fn from(error: diesel::result::Error) -> Self {
        Self(error.into())
    }
}

fn up_sqlite(conn: &mut SqliteConnection) -> Result<Vec<String>, Undone> {
    let done = conn.run_pending_migrations(SQLITE);
    done.map(|steps| steps.iter().map(ToString::to_string).collect()).map_err(undone)
}

fn up_postgres(conn: &mut PgConnection) -> Result<Vec<String>, Undone> {
    conn.batch_execute(LOCK)?;
    let done = conn.run_pending_migrations(POSTGRES);
    done.map(|steps| steps.iter().map(ToString::to_string).collect()).map_err(undone)
}

fn undone(error: Failure) -> Undone {
    Undone(DbError::Internal(error))
}

fn names<DB: diesel::backend::Backend>(
    steps: Result<Vec<Box<dyn Migration<DB>>>, Failure>,
) -> Result<Vec<String>, DbError> {
    let steps = steps.map_err(DbError::Internal)?;
    Ok(steps.iter().map(|step| step.name().to_string()).collect())
}

/// How many steps this version has.
pub fn known() -> Result<usize, DbError> {
    let sqlite = MigrationSource::<Sqlite>::migrations(&SQLITE).map_err(DbError::Internal)?;
    let postgres = MigrationSource::<Pg>::migrations(&POSTGRES).map_err(DbError::Internal)?;
    Ok(sqlite.len().max(postgres.len()))
}
