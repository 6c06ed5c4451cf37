//! What can go wrong with the database, as its callers must tell it apart.

use diesel::result::{DatabaseErrorInformation, DatabaseErrorKind, Error as DieselError};

/// A read or write did not succeed. No message carries what was stored: a table or a column at most.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// Too many are waiting to write, or another process holds the database. Trying again later helps.
    #[error("the database is busy")]
    Busy,
    /// Somebody else changed it since it was read.
    #[error("it was changed by somebody else in the meantime")]
    Stale,
    /// The table holds a row of that key already.
    #[error("the table {table} has such a row already")]
    UniqueViolation {
        /// The table.
        table: String,
    },
    /// A stored value is none that this version knows.
    #[error("stored data cannot be read: {place}")]
    Corrupt {
        /// The table and column, or the type and column.
        place: String,
    },
    /// The database cannot be reached, or its disk is full.
    #[error("the database is not available: {0}")]
    Unavailable(String),
    /// A fault of the program.
    #[error("the database refused a statement")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl DbError {
    /// A stored value of that table and column is none that this version knows.
    pub fn corrupt(table: &str, column: &str) -> Self {
        Self::Corrupt { place: format!("{table}.{column}") }
    }

    /// Whether a row of that table was there already.
    pub fn is_duplicate_in(&self, name: &str) -> bool {
        matches!(self, Self::UniqueViolation { table } if table == name)
    }

    pub(super) fn internal(words: impl Into<String>) -> Self {
        Self::Internal(words.into().into())
    }
}

impl From<DieselError> for DbError {
    fn from(error: DieselError) -> Self {
        match error {
            DieselError::DatabaseError(kind, info) => of_database(kind, info),
            DieselError::DeserializationError(reason) => Self::Corrupt { place: reason.to_string() },
            other => Self::Internal(Box::new(other)),
        }
    }
}

impl From<diesel::ConnectionError> for DbError {
    fn from(error: diesel::ConnectionError) -> Self {
        Self::Unavailable(error.to_string())
    }
}

fn of_database(kind: DatabaseErrorKind, info: Box<dyn DatabaseErrorInformation + Send + Sync>) -> DbError {
    match kind {
        DatabaseErrorKind::UniqueViolation => DbError::UniqueViolation { table: table_of(info.as_ref()) },
        DatabaseErrorKind::SerializationFailure => DbError::Busy,
        DatabaseErrorKind::ClosedConnection => DbError::Unavailable("the connection was closed".to_owned()),
        _ => match info.message() {
            "database is locked" | "database table is locked" => DbError::Busy,
            full @ ("database or disk is full" | "disk I/O error") => DbError::Unavailable(full.to_owned()),
            _ => DbError::Internal(Box::new(DieselError::DatabaseError(kind, info))),
        },
    }
}

/// PostgreSQL says the table; SQLite writes `UNIQUE constraint failed: people.email_key`.
fn table_of(info: &dyn DatabaseErrorInformation) -> String {
    info.table_name().map_or_else(
        || {
            let column = info.message().rsplit(": ").next().unwrap_or_default();
            column.split('.').next().unwrap_or_default().to_owned()
        },
        str::to_owned,
    )
}
