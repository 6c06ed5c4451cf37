//! What can go wrong in a use case, as its callers must tell it apart.

use crate::db::DbError;
use crate::domain::case::refusal::Refusal;
use crate::domain::record::RecordError;

/// One field that does not fit, with the words that people read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldProblem {
    /// Where: a JSON pointer without the leading slash (`complainant/email`).
    pub field: String,
    /// A stable code: `missing`, `too_long`, `not_an_email` and the like.
    pub code: &'static str,
    /// How to put it right.
    pub words: String,
}

impl FieldProblem {
    /// A problem at a field.
    pub fn new(field: impl Into<String>, code: &'static str, words: impl Into<String>) -> Self {
        Self { field: field.into(), code, words: words.into() }
    }
}

/// Why a use case did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such thing, or the caller may not know that there is.
    #[error("there is no such thing here")]
    NotFound,
    /// Nobody is signed in.
    #[error("sign in first")]
    SignInNeeded,
    /// The caller may know of it and may not do this.
    #[error("{0}")]
    Forbidden(Refusal),
    /// Fields that do not fit.
    #[error("some answers need another look")]
    Invalid(Vec<FieldProblem>),
    /// The rules do not let this happen now.
    #[error("{0}")]
    Refused(Refusal),
    /// Somebody else changed it first.
    #[error("somebody else changed this case while you were working on it")]
    Stale {
        /// The version that it has now.
        current: u32,
    },
    /// The caller did not say which version it saw.
    #[error("say which version of the case you saw")]
    VersionNeeded,
    /// The same key was used for another request.
    #[error("this idempotency key was used for another request")]
    KeyReused,
    /// Too many requests.
    #[error("too many requests; wait {0} seconds")]
    TooMany(u64),
    /// The database is busy.
    #[error("the service is busy; try again in a moment")]
    Busy,
    /// A fault of the program or the machine. Logged once, at the edge.
    #[error("something went wrong on our side")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl Error {
    /// A fault with no more to it than words.
    pub fn fault(words: &'static str) -> Self {
        Self::Internal(words.into())
    }
}

impl From<DbError> for Error {
    fn from(error: DbError) -> Self {
        match error {
            DbError::Busy => Self::Busy,
            DbError::Stale => Self::Stale { current: 0 },
            other @ (DbError::UniqueViolation { .. }
            | DbError::Corrupt { .. }
            | DbError::Unavailable(_)
            | DbError::Internal(_)) => Self::Internal(Box::new(other)),
        }
    }
}

impl From<RecordError> for Error {
    fn from(error: RecordError) -> Self {
        Self::Internal(Box::new(error))
    }
}
