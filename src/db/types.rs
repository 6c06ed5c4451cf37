//! SQL types that both databases know, and how the domain's values are stored in them.
//!
//! | value | PostgreSQL | SQLite |
//! |---|---|---|
//! | an id | `uuid` | 16-byte BLOB |
//! | an instant | `timestamptz` | INTEGER, microseconds since 1970 in UTC |
//! | a date | `date` | TEXT, `2026-09-01` |
//! | a closed set of words, a reference | `text` | TEXT |
//! | a number inside a case | `integer` | INTEGER |
//! | a digest | `bytea` | BLOB |

use std::io::Write;

use chrono::{DateTime, Datelike, NaiveDate, SubsecRound, Utc};
use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::pg::{Pg, PgValue};
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sql_types::{BigInt, Binary, HasSqlType, Integer, Text};
use diesel::sqlite::Sqlite;
use serde::Serialize;
use serde::de::value::{Error as WordError, StrDeserializer};
use serde::de::{DeserializeOwned, IntoDeserializer};

use super::access::LinkKind;
use super::connection::{MultiBackend, MultiRawValue};
use super::doors::{Computer, Reach, SignInSecret, Way};
use super::drafts::Trace;
use super::error::DbError;
use super::mailbox::ActKind;
use super::outbox::{Carries, MessageState, Origin, Outcome};
use super::work_list::StateKey;
use crate::domain::calendar::Unit;
use crate::domain::case::state::{Audience, InvolvedAs};
use crate::domain::case::vocabulary::{
    Channel, ClosedReason, ExternalBodyKind, Finding, HearingBasis, Kind, PairVerdict, PartyKind,
    PreferredContact, RedirectReason, Relationship, SubjectRole,
};
use crate::domain::deadline::{DeadlineRule, OwedBy};
use crate::domain::device::{Browser, System};
use crate::domain::ids::{
    AbsenceId, CalendarId, CaseId, DeadlineNo, DocumentNo, FileId, MeetingNo, MessageId, PartyNo, PersonId,
    PointNo, PostId, ProcedureId, RemedyNo, RunNo, SchoolId, TrustId,
};
use crate::domain::person::{Independence, Role};
use crate::domain::procedure::{Anchor, Regime, StageKey, StageKind};
use crate::domain::record::ChainHash;
use crate::domain::reference::Reference;
use crate::domain::school::{Nation, SchoolKind};

/// The SQL types of our own.
pub(super) mod sql {
    use diesel::query_builder::QueryId;
    use diesel::sql_types::SqlType;

    /// 128 bits.
    #[derive(Clone, Copy, Debug, Default, SqlType, QueryId)]
    #[diesel(postgres_type(oid = 2950, array_oid = 2951))]
    #[diesel(sqlite_type(name = "Binary"))]
    pub struct Uuid;

    /// A moment, to the microsecond.
    #[derive(Clone, Copy, Debug, Default, SqlType, QueryId)]
    #[diesel(postgres_type(oid = 1184, array_oid = 1185))]
    #[diesel(sqlite_type(name = "Long"))]
    pub struct Instant;

    /// A date.
    #[derive(Clone, Copy, Debug, Default, SqlType, QueryId)]
    #[diesel(postgres_type(oid = 1082, array_oid = 1182))]
    #[diesel(sqlite_type(name = "Text"))]
    pub struct Day;
}

/// A SHA-256 digest: of a token, a body, a file. The secret itself is never stored.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Digest(pub [u8; 32]);

impl std::fmt::Debug for Digest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Digest(…)")
    }
}

/// An id that the domain has no name for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key(pub uuid::Uuid);

/// The instant as both databases can keep it: without what is shorter than a microsecond.
pub fn to_microseconds(at: DateTime<Utc>) -> DateTime<Utc> {
    at.trunc_subsecs(6)
}

/// A value as JSON text.
pub(super) fn to_json(value: &impl Serialize) -> Result<String, DbError> {
    serde_json::to_string(value).map_err(|error| DbError::Internal(Box::new(error)))
}

/// A value from the JSON text of that table and column.
pub(super) fn from_json<T: DeserializeOwned>(text: &str, table: &str, column: &str) -> Result<T, DbError> {
    serde_json::from_str(text).map_err(|_| DbError::corrupt(table, column))
}

/// What a value's column holds is not what it should.
fn unreadable<T>() -> String {
    let name = std::any::type_name::<T>();
    format!("not a {}", name.rsplit("::").next().unwrap_or(name))
}

macro_rules! both_ways_through_the_enum {
    ($sql_type:ty, $($value:ty),+) => {$(
        impl FromSql<$sql_type, MultiBackend> for $value {
            fn from_sql(value: MultiRawValue<'_>) -> deserialize::Result<Self> {
                value.from_sql::<Self, $sql_type>()
            }
        }

        impl ToSql<$sql_type, MultiBackend> for $value {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, MultiBackend>) -> serialize::Result {
                out.set_value((<$sql_type>::default(), self));
                Ok(IsNull::No)
            }
        }
    )+};
}

macro_rules! has_sql_type {
    ($($sql_type:ty),+) => {$(
        impl HasSqlType<$sql_type> for MultiBackend {
            fn metadata(lookup: &mut Self::MetadataLookup) -> Self::TypeMetadata {
                Self::lookup_sql_type::<$sql_type>(lookup)
            }
        }
    )+};
}

has_sql_type!(sql::Uuid, sql::Instant, sql::Day);

/// A value of the crate can stand in a query and in a row.
macro_rules! expressions {
    ($sql_type:ty, $($value:ty),+) => {$(
        const _: () = {
            #[derive(AsExpression, FromSqlRow)]
            #[diesel(foreign_derive)]
            #[diesel(sql_type = $sql_type)]
            #[expect(dead_code, reason = "it only tells diesel which type to write the code for")]
            struct Proxy($value);
        };
    )+};
}

macro_rules! ids {
    ($($id:ident),+ $(,)?) => {
        expressions!(sql::Uuid, $($id),+);
        both_ways_through_the_enum!(sql::Uuid, $($id),+);
        $(
            impl FromSql<sql::Uuid, Sqlite> for $id {
                fn from_sql(value: <Sqlite as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
                    let bytes = <Vec<u8> as FromSql<Binary, Sqlite>>::from_sql(value)?;
                    let uuid = uuid::Uuid::from_slice(&bytes).map_err(|_| unreadable::<Self>())?;
                    Ok(Self(uuid))
                }
            }

            impl FromSql<sql::Uuid, Pg> for $id {
                fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
                    let uuid = uuid::Uuid::from_slice(value.as_bytes()).map_err(|_| unreadable::<Self>())?;
                    Ok(Self(uuid))
                }
            }

            impl ToSql<sql::Uuid, Sqlite> for $id {
                fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
                    out.set_value(self.0.as_bytes().as_slice());
                    Ok(IsNull::No)
                }
            }

            impl ToSql<sql::Uuid, Pg> for $id {
                fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
                    out.write_all(self.0.as_bytes())?;
                    Ok(IsNull::No)
                }
            }
        )+
    };
}

ids!(AbsenceId, CaseId, PersonId, PostId, SchoolId, TrustId, ProcedureId, CalendarId, MessageId, FileId, Key);

macro_rules! numbers {
    ($($number:ident),+ $(,)?) => {
        expressions!(Integer, $($number),+);
        both_ways_through_the_enum!(Integer, $($number),+);
        $(
            impl FromSql<Integer, Sqlite> for $number {
                fn from_sql(value: <Sqlite as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
                    let number = <i32 as FromSql<Integer, Sqlite>>::from_sql(value)?;
                    Ok(Self(u16::try_from(number).map_err(|_| unreadable::<Self>())?))
                }
            }

            impl FromSql<Integer, Pg> for $number {
                fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
                    let number = <i32 as FromSql<Integer, Pg>>::from_sql(value)?;
                    Ok(Self(u16::try_from(number).map_err(|_| unreadable::<Self>())?))
                }
            }

            impl ToSql<Integer, Sqlite> for $number {
                fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
                    out.set_value(i32::from(self.0));
                    Ok(IsNull::No)
                }
            }

            impl ToSql<Integer, Pg> for $number {
                fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
                    out.write_all(&i32::from(self.0).to_be_bytes())?;
                    Ok(IsNull::No)
                }
            }
        )+
    };
}

numbers!(PointNo, RunNo, PartyNo, MeetingNo, DeadlineNo, RemedyNo, DocumentNo);

/// The word of a value of a closed set: the one that the API uses too.
fn word(value: &impl Serialize) -> Result<String, serde_json::Error> {
    let quoted = serde_json::to_string(value)?;
    Ok(quoted.trim_matches('"').to_owned())
}

fn of_word<T: DeserializeOwned>(word: &str) -> deserialize::Result<T> {
    let deserializer: StrDeserializer<'_, WordError> = word.into_deserializer();
    Ok(T::deserialize(deserializer).map_err(|_| unreadable::<T>())?)
}

macro_rules! words {
    ($($word:ident),+ $(,)?) => {
        expressions!(Text, $($word),+);
        both_ways_through_the_enum!(Text, $($word),+);
        $(
            impl FromSql<Text, Sqlite> for $word {
                fn from_sql(value: <Sqlite as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
                    of_word(&<String as FromSql<Text, Sqlite>>::from_sql(value)?)
                }
            }

            impl FromSql<Text, Pg> for $word {
                fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
                    of_word(&<String as FromSql<Text, Pg>>::from_sql(value)?)
                }
            }

            impl ToSql<Text, Sqlite> for $word {
                fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
                    out.set_value(word(self)?);
                    Ok(IsNull::No)
                }
            }

            impl ToSql<Text, Pg> for $word {
                fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
                    out.write_all(word(self)?.as_bytes())?;
                    Ok(IsNull::No)
                }
            }
        )+
    };
}

words!(
    ActKind,
    Anchor,
    Audience,
    Browser,
    Channel,
    ClosedReason,
    Computer,
    DeadlineRule,
    ExternalBodyKind,
    Finding,
    HearingBasis,
    Carries,
    Independence,
    InvolvedAs,
    Kind,
    LinkKind,
    MessageState,
    Nation,
    Origin,
    Outcome,
    OwedBy,
    PairVerdict,
    PartyKind,
    PreferredContact,
    Reach,
    RedirectReason,
    Reference,
    Regime,
    Relationship,
    Role,
    SchoolKind,
    SignInSecret,
    StageKey,
    Trace,
    StageKind,
    StateKey,
    SubjectRole,
    System,
    Unit,
    Way,
);

macro_rules! digests {
    ($($digest:ident),+) => {
        expressions!(Binary, $($digest),+);
        both_ways_through_the_enum!(Binary, $($digest),+);
        $(
            impl FromSql<Binary, Sqlite> for $digest {
                fn from_sql(value: <Sqlite as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
                    let bytes = <Vec<u8> as FromSql<Binary, Sqlite>>::from_sql(value)?;
                    Ok(Self(bytes.try_into().map_err(|_| unreadable::<Self>())?))
                }
            }

            impl FromSql<Binary, Pg> for $digest {
                fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
                    Ok(Self(value.as_bytes().try_into().map_err(|_| unreadable::<Self>())?))
                }
            }

            impl ToSql<Binary, Sqlite> for $digest {
                fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
                    out.set_value(self.0.as_slice());
                    Ok(IsNull::No)
                }
            }

            impl ToSql<Binary, Pg> for $digest {
                fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
                    out.write_all(&self.0)?;
                    Ok(IsNull::No)
                }
            }
        )+
    };
}

digests!(Digest, ChainHash);

/// Where PostgreSQL begins to count: 1 January 2000, in microseconds since 1970.
const POSTGRES_EPOCH: i64 = 946_684_800_000_000;
/// The same as days since 1 January of the year 1, which is day 1.
const POSTGRES_EPOCH_DAY: i32 = 730_120;

/// A moment in a row or a query, to the microsecond. A type of our own, because diesel wants one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct At(pub DateTime<Utc>);

impl From<DateTime<Utc>> for At {
    fn from(at: DateTime<Utc>) -> Self {
        Self(to_microseconds(at))
    }
}

/// A date in a row or a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct On(pub NaiveDate);

impl From<NaiveDate> for On {
    fn from(on: NaiveDate) -> Self {
        Self(on)
    }
}

expressions!(sql::Instant, At);
expressions!(sql::Day, On);
both_ways_through_the_enum!(sql::Instant, At);
both_ways_through_the_enum!(sql::Day, On);

fn instant(microseconds: i64) -> deserialize::Result<At> {
    Ok(DateTime::from_timestamp_micros(microseconds).map(At).ok_or_else(unreadable::<At>)?)
}

impl FromSql<sql::Instant, Sqlite> for At {
    fn from_sql(value: <Sqlite as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        instant(<i64 as FromSql<BigInt, Sqlite>>::from_sql(value)?)
    }
}

impl FromSql<sql::Instant, Pg> for At {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        let since_2000 = <i64 as FromSql<BigInt, Pg>>::from_sql(value)?;
        instant(since_2000.saturating_add(POSTGRES_EPOCH))
    }
}

impl ToSql<sql::Instant, Sqlite> for At {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.0.timestamp_micros());
        Ok(IsNull::No)
    }
}

impl ToSql<sql::Instant, Pg> for At {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        out.write_all(&self.0.timestamp_micros().saturating_sub(POSTGRES_EPOCH).to_be_bytes())?;
        Ok(IsNull::No)
    }
}

impl FromSql<sql::Day, Sqlite> for On {
    fn from_sql(value: <Sqlite as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        let text = <String as FromSql<Text, Sqlite>>::from_sql(value)?;
        Ok(Self(text.parse().map_err(|_| unreadable::<Self>())?))
    }
}

impl FromSql<sql::Day, Pg> for On {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        let since_2000 = <i32 as FromSql<Integer, Pg>>::from_sql(value)?;
        let day = since_2000.checked_add(POSTGRES_EPOCH_DAY).and_then(NaiveDate::from_num_days_from_ce_opt);
        Ok(Self(day.ok_or_else(unreadable::<Self>)?))
    }
}

impl ToSql<sql::Day, Sqlite> for On {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.0.format("%Y-%m-%d").to_string());
        Ok(IsNull::No)
    }
}

impl ToSql<sql::Day, Pg> for On {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        out.write_all(&(self.0.num_days_from_ce() - POSTGRES_EPOCH_DAY).to_be_bytes())?;
        Ok(IsNull::No)
    }
}

/// The date that stands where nothing is owed any more: after every real one, so that such rows come last.
pub(super) fn never() -> On {
    On(NaiveDate::from_ymd_opt(9999, 12, 31).unwrap_or(NaiveDate::MAX))
}

/// The date that stands where an open case has no date yet: after every real one, before `never`.
pub(super) fn idle() -> On {
    On(NaiveDate::from_ymd_opt(9999, 12, 30).unwrap_or(NaiveDate::MAX))
}

/// The date, unless it is one that stands for none.
pub(super) fn unless_none(date: On) -> Option<NaiveDate> {
    (date < idle()).then_some(date.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn postgres_counts_from_the_first_of_january_2000() {
        let day = NaiveDate::from_ymd_opt(2000, 1, 1).unwrap();
        assert_eq!(day.num_days_from_ce(), POSTGRES_EPOCH_DAY);
        let midnight = day.and_hms_opt(0, 0, 0).unwrap().and_utc();
        assert_eq!(midnight.timestamp_micros(), POSTGRES_EPOCH);
    }

    #[test]
    fn words_are_those_of_the_api() {
        assert_eq!(word(&Role::ChairOfGovernors).unwrap(), "chair_of_governors");
        assert_eq!(of_word::<Role>("chair_of_governors").unwrap(), Role::ChairOfGovernors);
        assert!(of_word::<Role>("king").unwrap_err().to_string().contains("Role"));
    }
}
