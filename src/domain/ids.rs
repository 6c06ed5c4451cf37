//! Ids as types, so that a school can never be passed where a person is meant.
//!
//! Things that live on their own have a UUID. Things inside a case have a small number: it is what
//! people say ("point 2"), it stays the same for ever, and it keeps the pure domain free of randomness.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! uuid_id {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    )+};
}

uuid_id! {
    /// A case: one matter, one reference, from the first word to the last.
    CaseId,
    /// A person who works for a school or trust, as staff or as a volunteer.
    PersonId,
    /// One role held by one person at one place for a time.
    PostId,
    /// A time for which somebody is away from a post.
    AbsenceId,
    /// A school. It stays the same when the school changes its URN (R79).
    SchoolId,
    /// A trust, or the body that stands in its place.
    TrustId,
    /// One version of one procedure.
    ProcedureId,
    /// One version of one school's calendar.
    CalendarId,
    /// A message in the outbox; its Message-ID is made from it.
    MessageId,
    /// A stored file.
    FileId,
}

macro_rules! case_number {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
        #[serde(transparent)]
        pub struct $name(pub u16);

        impl $name {
            /// The number after the last of `existing`, counting from 1.
            pub fn next_after(existing: usize) -> Self {
                Self(u16::try_from(existing).unwrap_or(u16::MAX - 1).saturating_add(1))
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    )+};
}

case_number! {
    /// A point: one head of complaint, numbered as the complainant gave it.
    PointNo,
    /// A stage run: the record of one stage within one case.
    RunNo,
    /// A party: complainant, supporter, witness and so on.
    PartyNo,
    /// Somebody who helps a complainant, numbered among those who help the same one.
    HelperNo,
    /// A meeting with the family.
    MeetingNo,
    /// A deadline of a case.
    DeadlineNo,
    /// A remedy: something promised, with an owner and a date.
    RemedyNo,
    /// A document on a case.
    DocumentNo,
}
