//! A database for each test.
//!
//! Migrating takes long, copying does not: the first test that asks for a migrated database makes a
//! template, and every other test gets a copy. On PostgreSQL nobody may be connected to a template
//! while it is copied, so connecting to it is switched off as soon as it is made.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};
use tempfile::TempDir;
use url::Url;

use super::setting;

/// The variable that names a PostgreSQL server and a database on it from which others can be made.
const SERVER: &str = "HEARD_TEST_DATABASE_URL";

/// Which of the two databases this run is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    Sqlite,
    Postgres,
}

/// The backend of this run.
pub fn backend() -> Backend {
    if server().is_some() { Backend::Postgres } else { Backend::Sqlite }
}

/// A database that is gone when this value is dropped.
#[derive(Debug)]
pub struct TestDatabase {
    url: String,
    place: Place,
}

/// Where a database lives, and so how it is removed.
#[derive(Debug)]
enum Place {
    /// The file lives in this folder, which removes itself.
    Folder(TempDir),
    /// The server, and the name of the database on it.
    Server { server: Url, name: String },
}

impl TestDatabase {
    /// The address as the product takes it: `sqlite:///path` or `postgres://…`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The SQLite file; `None` on PostgreSQL.
    pub fn file(&self) -> Option<PathBuf> {
        match &self.place {
            Place::Folder(folder) => Some(file_in(folder.path())),
            Place::Server { .. } => None,
        }
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        if let Place::Server { server, name } = &self.place {
            // A failure here would hide the failure of the test; the cluster is thrown away anyhow.
            drop(PgConnection::establish(server.as_str()).map(|mut connection| {
                connection.batch_execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
            }));
        }
    }
}

/// A database without a table in it.
pub fn empty_database() -> TestDatabase {
    match server() {
        None => {
            let folder = new_folder();
            TestDatabase { url: sqlite_url(&file_in(folder.path())), place: Place::Folder(folder) }
        }
        Some(server) => {
            let name = new_name();
            administer(&server, &format!("CREATE DATABASE {name}"));
            on_server(server, name)
        }
    }
}

/// A database made once in a process, from which each test gets a copy. Put it into a `static`:
///
/// ```ignore
/// static MIGRATED: Template = Template::new(migrate);
/// let database = MIGRATED.copy();
/// ```
#[derive(Debug)]
pub struct Template {
    make: fn(&str),
    made: OnceLock<Made>,
}

/// Where the template lives. It is never dropped: the process ends first.
#[derive(Debug)]
enum Made {
    Sqlite(TempDir),
    Postgres { server: Url, name: String },
}

impl Template {
    /// `make` is called at the first copy, with the URL of an empty database. It must leave no
    /// connection open.
    pub const fn new(make: fn(&str)) -> Self {
        Self { make, made: OnceLock::new() }
    }

    /// A database of the caller's own, with everything that the template has.
    pub fn copy(&self) -> TestDatabase {
        match self.made.get_or_init(|| made_by(self.make)) {
            Made::Sqlite(template) => {
                let folder = new_folder();
                let file = file_in(folder.path());
                fs::copy(file_in(template.path()), &file).expect("the template can be copied");
                TestDatabase { url: sqlite_url(&file), place: Place::Folder(folder) }
            }
            Made::Postgres { server, name: template } => {
                let name = new_name();
                administer(server, &format!("CREATE DATABASE {name} TEMPLATE {template}"));
                on_server(server.clone(), name)
            }
        }
    }
}

fn made_by(make: fn(&str)) -> Made {
    match server() {
        None => {
            let folder = new_folder();
            let file = file_in(folder.path());
            make(&sqlite_url(&file));
            let log = file.with_extension("sqlite-wal");
            assert!(!log.exists(), "a connection was left open: {} is there", log.display());
            Made::Sqlite(folder)
        }
        Some(server) => {
            let name = new_name();
            administer(&server, &format!("CREATE DATABASE {name}"));
            make(with_database(&server, &name).as_str());
            administer(&server, &format!("ALTER DATABASE {name} WITH ALLOW_CONNECTIONS false"));
            Made::Postgres { server, name }
        }
    }
}

fn server() -> Option<Url> {
    setting(SERVER).map(|text| Url::parse(&text).expect("HEARD_TEST_DATABASE_URL is a URL"))
}

fn on_server(server: Url, name: String) -> TestDatabase {
    TestDatabase { url: with_database(&server, &name).into(), place: Place::Server { server, name } }
}

fn administer(server: &Url, statement: &str) {
    PgConnection::establish(server.as_str())
        .expect("the PostgreSQL server of the tests answers")
        .batch_execute(statement)
        .unwrap_or_else(|error| panic!("{statement}: {error}"));
}

fn with_database(server: &Url, name: &str) -> Url {
    let mut url = server.clone();
    url.set_path(name);
    url
}

/// A name that no other test, in this process or another, has.
fn new_name() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    format!("heard_test_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed))
}

fn new_folder() -> TempDir {
    tempfile::Builder::new().prefix("heard-test-").tempdir().expect("a temporary folder can be made")
}

fn file_in(folder: &Path) -> PathBuf {
    folder.join("heard.sqlite")
}

fn sqlite_url(file: &Path) -> String {
    format!("sqlite://{}", file.display())
}

mod tests {
    use diesel::sql_types::BigInt;
    use diesel::{QueryableByName, RunQueryDsl, SqliteConnection, sql_query};

    use super::*;

    #[derive(QueryableByName)]
    struct Count {
        #[diesel(sql_type = BigInt)]
        rows: i64,
    }

    /// Runs the statement, then counts the rows of `pupil`.
    fn pupils_after(url: &str, statement: &str) -> i64 {
        let count = sql_query("SELECT count(*) AS rows FROM pupil");
        let count: Count = if let Some(file) = url.strip_prefix("sqlite://") {
            let mut connection = SqliteConnection::establish(file).unwrap();
            connection.batch_execute(statement).unwrap();
            count.get_result(&mut connection).unwrap()
        } else {
            let mut connection = PgConnection::establish(url).unwrap();
            connection.batch_execute(statement).unwrap();
            count.get_result(&mut connection).unwrap()
        };
        count.rows
    }

    const MAKE: &str = "CREATE TABLE pupil (id INT); INSERT INTO pupil VALUES (1)";

    #[test]
    fn copies_have_what_the_template_has_and_keep_their_own_rows() {
        static RUNS: AtomicU32 = AtomicU32::new(0);
        static TEMPLATE: Template = Template::new(|url| {
            RUNS.fetch_add(1, Ordering::Relaxed);
            assert_eq!(pupils_after(url, MAKE), 1);
        });
        let (one, other) = (TEMPLATE.copy(), TEMPLATE.copy());
        assert_eq!(pupils_after(one.url(), "INSERT INTO pupil VALUES (2)"), 2);
        assert_eq!(pupils_after(other.url(), "SELECT 1"), 1);
        assert_eq!(RUNS.load(Ordering::Relaxed), 1, "the template is made once");
    }

    #[test]
    fn a_dropped_database_is_gone() {
        let database = empty_database();
        let url = database.url().to_owned();
        assert_eq!(pupils_after(&url, MAKE), 1);
        match backend() {
            Backend::Sqlite => {
                let file = database.file().unwrap();
                drop(database);
                assert!(!file.exists());
            }
            Backend::Postgres => {
                assert_eq!(database.file(), None);
                drop(database);
                assert!(PgConnection::establish(&url).is_err());
            }
        }
    }
}
