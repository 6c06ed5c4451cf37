//! Connections, and the only way to a transaction: [`Db::read`] and [`Db::write`].

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use diesel::r2d2::{ManageConnection, Pool};
use diesel::{Connection, ConnectionError, PgConnection, SqliteConnection};

use super::error::DbError;
use super::writer::Writer;

/// Where the database is.
#[derive(Clone, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// A file of SQLite.
    Sqlite(PathBuf),
    /// A PostgreSQL server and a database on it.
    Postgres(String),
}

/// The text is no database address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("write a database address as sqlite:/path/to/heard.db or postgres://user:password@host/database")]
pub struct NotADatabase;

impl DatabaseUrl {
    /// Reads `sqlite:/path`, `sqlite:///path`, `postgres://…`, `postgresql://…` or a plain path.
    pub fn parse(text: &str) -> Result<Self, NotADatabase> {
        let text = text.trim();
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return Ok(Self::Postgres(text.to_owned()));
        }
        let path = match text.split_once(':') {
            Some(("sqlite", path)) => path.strip_prefix("//").unwrap_or(path),
            Some((scheme, _)) if scheme.chars().all(char::is_alphanumeric) => return Err(NotADatabase),
            Some(_) | None => text,
        };
        if path.is_empty() || path.starts_with(':') {
            return Err(NotADatabase);
        }
        Ok(Self::Sqlite(path.into()))
    }

    /// The file, when it is one.
    pub fn file(&self) -> Option<&Path> {
        match self {
            Self::Sqlite(path) => Some(path),
            Self::Postgres(_) => None,
        }
    }
}

/// The password stays out of logs.
impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            Self::Postgres(_) => f.write_str("postgres://…"),
        }
    }
}

/// How much the database may hold open and let wait.
#[derive(Clone, Copy, Debug)]
pub struct DbOptions {
    /// Connections for reading SQLite.
    pub readers: u32,
    /// Connections to PostgreSQL.
    pub postgres_pool: u32,
    /// Writes that may wait for SQLite's one writer; more are answered with [`DbError::Busy`].
    pub queue: usize,
    /// How long to wait for a connection, or for another process's lock.
    pub patience: Duration,
}

impl Default for DbOptions {
    fn default() -> Self {
        Self { readers: 4, postgres_pool: 12, queue: 1024, patience: Duration::from_secs(5) }
    }
}

/// One of the two databases. The queries of this layer are written once, for both.
#[derive(diesel::MultiConnection)]
pub(super) enum Conn {
    /// PostgreSQL.
    Pg(PgConnection),
    /// SQLite.
    Sqlite(SqliteConnection),
}

/// An open transaction. Only [`Db::read`] and [`Db::write`] hand one out, and no function of this layer
/// can be called without one.
pub struct Tx {
    pub(super) conn: Conn,
}

impl fmt::Debug for Tx {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tx")
    }
}

/// What a connection is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    Read,
    Write,
}

impl Tx {
    /// Opens a connection and sets it up; the transaction comes with [`Tx::begin`].
    pub(super) fn connect(
        url: &DatabaseUrl,
        purpose: Purpose,
        patience: Duration,
    ) -> Result<Self, ConnectionError> {
        let conn = match url {
            DatabaseUrl::Postgres(url) => Conn::Pg(PgConnection::establish(url)?),
            DatabaseUrl::Sqlite(path) => Conn::Sqlite(open_sqlite(path, purpose, patience)?),
        };
        Ok(Self { conn })
    }

    /// A read sees one moment of the database; a write of SQLite takes its lock at once, so that it can
    /// never fail half-way because another process wrote first.
    pub(super) fn begin(&mut self, purpose: Purpose) -> Result<(), DbError> {
        match (&mut self.conn, purpose) {
            (Conn::Sqlite(conn), Purpose::Read) => {
                AnsiTransactionManager::begin_transaction_sql(conn, "BEGIN")
            }
            (Conn::Sqlite(conn), Purpose::Write) => {
                AnsiTransactionManager::begin_transaction_sql(conn, "BEGIN IMMEDIATE")
            }
            (Conn::Pg(conn), Purpose::Read) => AnsiTransactionManager::begin_transaction_sql(
                conn,
                "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
            ),
            (Conn::Pg(conn), Purpose::Write) => AnsiTransactionManager::begin_transaction_sql(conn, "BEGIN"),
        }
        .map_err(DbError::from)
    }

    /// A savepoint inside the transaction.
    pub(super) fn begin_inner(&mut self) -> Result<(), DbError> {
        Ok(<Conn as Connection>::TransactionManager::begin_transaction(&mut self.conn)?)
    }

    /// Keeps what was done since the last begin.
    pub(super) fn keep(&mut self) -> Result<(), DbError> {
        Ok(<Conn as Connection>::TransactionManager::commit_transaction(&mut self.conn)?)
    }

    /// Undoes what was done since the last begin.
    pub(super) fn undo(&mut self) -> Result<(), DbError> {
        Ok(<Conn as Connection>::TransactionManager::rollback_transaction(&mut self.conn)?)
    }

    /// How many transactions are open, one inside the other.
    pub(super) fn depth(&mut self) -> Result<u32, DbError> {
        let status = <Conn as Connection>::TransactionManager::transaction_manager_status_mut(&mut self.conn);
        Ok(status.transaction_depth()?.map_or(0, std::num::NonZero::get))
    }
}

/// How much of the database file a reading connection maps into memory, in bytes: 1 GiB. The rest is read as usual.
const MAPPED: u64 = 1 << 30;

fn open_sqlite(
    path: &Path,
    purpose: Purpose,
    patience: Duration,
) -> Result<SqliteConnection, ConnectionError> {
    let path = path
        .to_str()
        .ok_or_else(|| ConnectionError::BadConnection("the path of the database is not UTF-8".to_owned()))?;
    let mut conn = SqliteConnection::establish(path)?;
    // Whoever reads maps the file: a page of cases touches thousands of its pages, and copying each into a cache of
    // every connection's own takes longer than reading it where it is.
    let read_only = match purpose {
        Purpose::Read => format!("PRAGMA query_only = ON; PRAGMA mmap_size = {MAPPED};"),
        Purpose::Write => String::new(),
    };
    conn.batch_execute(&format!(
        "PRAGMA busy_timeout = {};
         PRAGMA journal_mode = WAL;
         PRAGMA synchronous = FULL;
         PRAGMA foreign_keys = ON;
         PRAGMA temp_store = MEMORY;
         {read_only}",
        patience.as_millis()
    ))
    .map_err(ConnectionError::CouldntSetupConfiguration)?;
    Ok(conn)
}

/// Makes connections for a pool. The variant follows the address: the stock manager tries each and
/// hides why none answered.
#[derive(Debug)]
struct Connector {
    url: DatabaseUrl,
    purpose: Purpose,
    patience: Duration,
}

impl ManageConnection for Connector {
    type Connection = Tx;
    type Error = ConnectionError;

    fn connect(&self) -> Result<Tx, ConnectionError> {
        Tx::connect(&self.url, self.purpose, self.patience)
    }

    fn is_valid(&self, tx: &mut Tx) -> Result<(), ConnectionError> {
        tx.conn.batch_execute("SELECT 1").map_err(ConnectionError::CouldntSetupConfiguration)
    }

    /// A connection that comes back inside a transaction was left by a panic.
    fn has_broken(&self, tx: &mut Tx) -> bool {
        tx.depth().map_or(true, |depth| depth > 0)
    }
}

/// The database.
#[derive(Clone)]
pub struct Db {
    ways: Arc<Ways>,
}

enum Ways {
    Postgres(Pool<Connector>),
    Sqlite { readers: Pool<Connector>, writer: Writer },
}

impl fmt::Debug for Db {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match *self.ways {
            Ways::Postgres(_) => "Db(postgres)",
            Ways::Sqlite { .. } => "Db(sqlite)",
        })
    }
}

impl Db {
    /// Opens the database. It must have been migrated ([`super::migrate::run`]).
    pub fn open(url: &DatabaseUrl, options: DbOptions) -> Result<Self, DbError> {
        let ways = match url {
            DatabaseUrl::Postgres(_) => Ways::Postgres(pool(url, Purpose::Write, options)?),
            DatabaseUrl::Sqlite(_) => {
                // The writer opens first: it makes the file and its write-ahead log.
                let writer = Writer::start(url.clone(), options)?;
                Ways::Sqlite { readers: pool(url, Purpose::Read, options)?, writer }
            }
        };
        Ok(Self { ways: Arc::new(ways) })
    }

    /// Reads one moment of the database. Nothing can be written.
    pub fn read<T, E: From<DbError>>(&self, f: impl FnOnce(&mut Tx) -> Result<T, E>) -> Result<T, E> {
        let pool = match &*self.ways {
            Ways::Postgres(pool) | Ways::Sqlite { readers: pool, .. } => pool,
        };
        let mut tx = pool.get().map_err(|_| DbError::Busy)?;
        tx.begin(Purpose::Read)?;
        let answer = f(&mut tx);
        tx.undo()?;
        answer
    }

    /// Writes in one transaction, and returns when it is durable. An error of `f` undoes what `f` did
    /// and nothing else. `f` does database work only: hashing, rendering and files stay outside.
    pub fn write<T, E>(&self, f: impl FnOnce(&mut Tx) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        match &*self.ways {
            Ways::Sqlite { writer, .. } => writer.write(f),
            Ways::Postgres(pool) => write_alone(pool, f),
        }
    }
}

fn pool(url: &DatabaseUrl, purpose: Purpose, options: DbOptions) -> Result<Pool<Connector>, DbError> {
    let (size, test) = match url {
        // A server may have gone away and come back; a file does not.
        DatabaseUrl::Postgres(_) => (options.postgres_pool, true),
        DatabaseUrl::Sqlite(_) => (options.readers, false),
    };
    let unavailable = |error: diesel::r2d2::PoolError| DbError::Unavailable(error.to_string());
    let pool = Pool::builder()
        .max_size(size)
        // None in reserve: a connection that is still being made in the background when a command ends meets
        // an OpenSSL that has already cleaned up after itself, and the command dies after its work is done.
        .min_idle(Some(0))
        .test_on_check_out(test)
        .connection_timeout(options.patience)
        .build(Connector { url: url.clone(), purpose, patience: options.patience })
        .map_err(unavailable)?;
    // The first is made now, so that a database that is not there is told at the start, and why.
    drop(pool.get().map_err(unavailable)?);
    Ok(pool)
}

fn write_alone<T, E: From<DbError>>(
    pool: &Pool<Connector>,
    f: impl FnOnce(&mut Tx) -> Result<T, E>,
) -> Result<T, E> {
    let mut tx = pool.get().map_err(|_| DbError::Busy)?;
    tx.begin(Purpose::Write)?;
    // After a panic the connection goes back inside its transaction, and the pool throws it away.
    let answer = catch_unwind(AssertUnwindSafe(|| f(&mut tx))).map_err(|_| panicked())?;
    match &answer {
        Ok(_) => tx.keep()?,
        Err(_) => tx.undo()?,
    }
    answer
}

pub(super) fn panicked() -> DbError {
    DbError::internal("a write panicked; it was undone")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_a_file_or_a_server() {
        for (text, path) in [
            ("sqlite:/var/heard.db", "/var/heard.db"),
            ("sqlite:///var/heard.db", "/var/heard.db"),
            ("sqlite:data/heard.db", "data/heard.db"),
            (" data/heard.db ", "data/heard.db"),
        ] {
            assert_eq!(DatabaseUrl::parse(text), Ok(DatabaseUrl::Sqlite(path.into())), "{text}");
        }
        let server = DatabaseUrl::parse("postgres://jo:secret@db/heard").unwrap();
        assert_eq!(server.file(), None);
        assert!(!format!("{server:?}").contains("secret"));
        for wrong in ["", "sqlite:", "sqlite::memory:", "mysql://db/heard"] {
            assert_eq!(DatabaseUrl::parse(wrong), Err(NotADatabase), "{wrong}");
        }
    }
}
