//! A refusal: why an action is not allowed, and what would make it possible, in words that anybody reads.

use serde::Serialize;

macro_rules! refusal_codes {
    ($($(#[doc = $meaning:literal])+ $name:ident,)+) => {
        /// The stable code of a refusal. Clients may branch on it; people read the sentence.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, utoipa::ToSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum RefusalCode { $($(#[doc = $meaning])+ $name,)+ }

        impl RefusalCode {
            /// Every code.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// What it means, for whoever writes a client.
            pub fn meaning(self) -> &'static str {
                match self { $(Self::$name => concat!($($meaning),+).trim_ascii(),)+ }
            }
        }
    };
}

refusal_codes! {
    /// The actor's posts do not give this action on this case.
    NotYours,
    /// The case is not where this action begins.
    WrongState,
    /// A field is missing or does not fit.
    Field,
    /// Nobody can be reached, and the concern is not anonymous on purpose.
    NoWayToReach,
    /// There is no point to answer.
    NoPoint,
    /// A screening reason has no answer.
    ScreeningUnanswered,
    /// The person is complained about (R22).
    IsSubject,
    /// The person decided an earlier stage (R23).
    DecidedBefore,
    /// The person is a witness.
    IsWitness,
    /// The person is already involved and cannot sit on the panel (R25).
    AlreadyInvolved,
    /// The person does not hold the post that is needed.
    LacksPost,
    /// A point has no answer or finding yet (R19).
    PointUnanswered,
    /// The letter lacks something that the policy or the law asks for (R46, R47).
    LetterIncomplete,
    /// The due date has passed already (R39).
    AfterDue,
    /// The new date is not later than the old one, or beyond the cap (R39).
    BeyondCap,
    /// The window is over (R48).
    WindowOver,
    /// The stage may not be left out (R49).
    CannotSkip,
    /// There is no stage after this one; the outside body comes next (R56).
    LastStage,
    /// Fewer members than the rule asks for (R25).
    PanelTooSmall,
    /// No independent member, or no reason why they count as one (R25).
    PanelNotIndependent,
    /// The day is not a school day.
    NotASchoolDay,
    /// Too little notice, or papers too late (R44).
    TooSoon,
    /// Later than the limit, without a reason.
    BeyondLimit,
    /// Three offers come before a fixed date (R52).
    OffersLeft,
    /// A recipient of R54 is neither sent to nor marked.
    NotDistributed,
    /// What was done about it is missing (R55).
    NoActionTaken,
    /// Two people are needed.
    SecondPersonNeeded,
    /// The calendar does not reach far enough (R36).
    CalendarMissing,
    /// There is no such thing on this case.
    NotOnCase,
    /// Reminders come before a window lapses.
    RemindersDue,
    /// The message has left, or its time to be called back is over (S7).
    MessageHasLeft,
    /// The message is on its way, or a person dealt with it already.
    MessageIsDealtWith,
}

/// A refusal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{sentence}")]
pub struct Refusal {
    /// Its stable code.
    pub code: RefusalCode,
    /// Why, in one or two sentences.
    pub sentence: String,
    /// What would make it possible, where something would.
    pub makes_possible: Option<String>,
    /// The field that it is about, as a JSON pointer without the leading slash ("points/0/reasons").
    pub field: Option<String>,
}

impl Refusal {
    /// A refusal without more.
    pub fn new(code: RefusalCode, sentence: impl Into<String>) -> Self {
        Self { code, sentence: sentence.into(), makes_possible: None, field: None }
    }

    /// With what would make it possible.
    #[must_use]
    pub fn unless(mut self, makes_possible: impl Into<String>) -> Self {
        self.makes_possible = Some(makes_possible.into());
        self
    }

    /// At a field.
    #[must_use]
    pub fn at(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }
}
