//! What can go wrong in a use case, as its callers must tell it apart.

use serde::{Serialize, Serializer};

use crate::db::DbError;
use crate::domain::case::refusal::Refusal;
use crate::domain::record::RecordError;
use crate::domain::reference::Reference;

macro_rules! field_codes {
    ($($(#[doc = $meaning:literal])+ $name:ident = $key:literal,)+) => {
        /// What is wrong with a field, for programs: stable. People read the words.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum FieldCode { $($(#[doc = $meaning])+ $name,)+ }

        impl FieldCode {
            /// Every code.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// The word for it.
            pub const fn key(self) -> &'static str {
                match self { $(Self::$name => $key,)+ }
            }
        }
    };
}

field_codes! {
    /// An answer is needed.
    Missing = "missing",
    /// It is of another kind than is wanted.
    DoesNotFit = "does_not_fit",
    /// There is no such field.
    UnknownField = "unknown_field",
    /// It is none of the words that can be chosen.
    UnknownChoice = "unknown_choice",
    /// It has a character that cannot be stored.
    HiddenCharacter = "hidden_character",
    /// It is longer than it may be.
    TooLong = "too_long",
    /// It is shorter than it has to be.
    TooShort = "too_short",
    /// There are more than there may be.
    TooMany = "too_many",
    /// The file is larger than is kept.
    TooLarge = "too_large",
    /// The file has no bytes.
    Empty = "empty",
    /// The file is no PDF and no photo.
    WrongKind = "wrong_kind",
    /// The file can be opened with a password alone.
    PasswordProtected = "password_protected",
    /// The file cannot be read.
    Damaged = "damaged",
    /// A file that was sent before is not kept any more.
    Gone = "gone",
    /// It is no email address.
    NotAnEmail = "not_an_email",
    /// It is no day of the calendar.
    NotADate = "not_a_date",
    /// It is no number.
    NotANumber = "not_a_number",
    /// It is no tag of a language.
    NotALanguage = "not_a_language",
    /// It is no key for repeating a request.
    NotAKey = "not_a_key",
    /// The last day is before the first.
    NotAStretch = "not_a_stretch",
    /// It lies outside what can be asked for.
    OutOfRange = "out_of_range",
    /// The day is still to come.
    InTheFuture = "in_the_future",
    /// The last day is before the first.
    BeforeFrom = "before_from",
    /// The day is over.
    Over = "over",
    /// It has ended already.
    Ended = "ended",
    /// It is the address that it was before.
    SameAddress = "same_address",
    /// The password is the address of its owner.
    SameAsAddress = "same_as_address",
    /// The password is one character again and again.
    OneCharacter = "one_character",
    /// The password is among the first that anybody tries, or made like them.
    Common = "common",
    /// The password is made of names that people here know.
    Local = "local",
    /// Too many messages went to that address.
    TooManyAddresses = "too_many_addresses",
    /// Too many codes were asked for.
    TooManyCodes = "too_many_codes",
    /// A code was mailed and is to be sent along.
    CodeNeeded = "code_needed",
    /// The code is not right, or too old.
    CodeWrong = "code_wrong",
    /// The email address and the password do not belong together.
    NoMatch = "no_match",
    /// They hold no post.
    NoPost = "no_post",
    /// Somebody has that address already.
    Taken = "taken",
    /// They have that post already.
    Held = "held",
    /// Somebody else has that post, which only one person holds.
    HeldByAnother = "held_by_another",
    /// They are the last administrator.
    LastAdministrator = "last_administrator",
    /// That post is none of a trust.
    NotAtTheTrust = "not_at_the_trust",
    /// There are several trusts, or none.
    NoSingleTrust = "no_single_trust",
    /// There is no such post.
    NoSuchPost = "no_such_post",
    /// There is no such person.
    UnknownPerson = "unknown_person",
    /// There is no such school.
    UnknownSchool = "unknown_school",
    /// The cursor is none of this list.
    UnknownCursor = "unknown_cursor",
}

impl Serialize for FieldCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.key())
    }
}

/// One field that does not fit, with the words that people read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldProblem {
    /// Where: a JSON pointer without the leading slash (`complainant/email`).
    pub field: String,
    /// What is wrong with it, for programs.
    pub code: FieldCode,
    /// How to put it right.
    pub words: String,
}

impl FieldProblem {
    /// A problem at a field.
    pub fn new(field: impl Into<String>, code: FieldCode, words: impl Into<String>) -> Self {
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
    /// Reading that case keeps the caller off its panel: they say first that they go on knowingly (R24, 9.3).
    #[error("reading this case keeps its reader off its panel")]
    WouldBar(Reference),
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
