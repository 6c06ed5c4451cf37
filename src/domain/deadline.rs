//! Deadlines: rule, anchor and calendar make a due date; lateness is computed on read (R40).

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::calendar::Unit;
use super::ids::{CalendarId, DeadlineNo, RemedyNo, RunNo};
use super::procedure::Anchor;
use super::text::Words;

/// What a deadline is for. One kind of row serves them all (domain.md 9.4).
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum DeadlineRule {
    /// The handler acknowledges.
    Acknowledge,
    /// The handler replies.
    Respond,
    /// The complainant may take it further until then.
    Window,
    /// The complainant answers a question.
    Clarification,
    /// Whoever said it says whether what was written down is right (R9).
    Confirmation,
    /// Whoever is asked says whether somebody may raise it for them (R10).
    Consent,
    /// The panel meets.
    Convene,
    /// The papers go out.
    Papers,
    /// The panel's findings go out.
    Outcome,
    /// A data protection complaint is acknowledged: 30 calendar days (R15, law).
    DataProtection,
    /// An early years complaint has its outcome: 28 calendar days (R15, law).
    EarlyYears,
    /// Somebody who asked for their personal data has it: one calendar month (R15, law).
    SubjectAccess,
    /// Somebody who asked for information has it: 20 school days, or 60 working days if that is sooner (R15, law).
    InformationRequest,
    /// A suspension, or a decision to stop corresponding, is looked at again.
    Review,
    /// Something that was promised is done.
    Remedy,
}

impl DeadlineRule {
    /// Every rule, in the order above.
    pub const ALL: [Self; 15] = [
        Self::Acknowledge,
        Self::Respond,
        Self::Window,
        Self::Clarification,
        Self::Confirmation,
        Self::Consent,
        Self::Convene,
        Self::Papers,
        Self::Outcome,
        Self::DataProtection,
        Self::EarlyYears,
        Self::SubjectAccess,
        Self::InformationRequest,
        Self::Review,
        Self::Remedy,
    ];

    /// Those that the law sets. They belong to the case, and they outlive it.
    pub const STATUTORY: [Self; 4] =
        [Self::DataProtection, Self::EarlyYears, Self::SubjectAccess, Self::InformationRequest];

    /// The word for it in the API and in the database.
    pub fn key(self) -> &'static str {
        match self {
            Self::Acknowledge => "acknowledge",
            Self::Respond => "respond",
            Self::Window => "window",
            Self::Clarification => "clarification",
            Self::Confirmation => "confirmation",
            Self::Consent => "consent",
            Self::Convene => "convene",
            Self::Papers => "papers",
            Self::Outcome => "outcome",
            Self::DataProtection => "data_protection",
            Self::EarlyYears => "early_years",
            Self::SubjectAccess => "subject_access",
            Self::InformationRequest => "information_request",
            Self::Review => "review",
            Self::Remedy => "remedy",
        }
    }

    /// What must happen, as people read it: "Reply by 17 July".
    pub fn title(self) -> &'static str {
        match self {
            Self::Acknowledge => "Acknowledge",
            Self::Respond => "Reply",
            Self::Window => "Last date to take it further",
            Self::Clarification => "Family to answer our question",
            Self::Confirmation => "Family to say whether what we wrote down is right",
            Self::Consent => "Answer about consent",
            Self::Convene => "Hold the panel hearing",
            Self::Papers => "Send out the papers",
            Self::Outcome => "Send the panel's findings",
            Self::DataProtection => "Acknowledge the data protection complaint (law)",
            Self::EarlyYears => "Give the early years outcome (law)",
            Self::SubjectAccess => "Answer the request for personal data (law)",
            Self::InformationRequest => "Answer the request for information (law)",
            Self::Review => "Review",
            Self::Remedy => "Do what was promised",
        }
    }

    /// Those that the school owes a family and that nobody may forget (R41).
    pub const REMINDED_OF: [Self; 8] = [
        Self::Acknowledge,
        Self::Respond,
        Self::Convene,
        Self::Outcome,
        Self::DataProtection,
        Self::EarlyYears,
        Self::SubjectAccess,
        Self::InformationRequest,
    ];

    /// Those by which somebody outside the school is asked to answer. Nothing waits for them, and each has one reminder
    /// (R9, R10).
    pub const ASKED: [Self; 2] = [Self::Confirmation, Self::Consent];

    /// Whether the law sets it: never deemed forward, never paused (R38).
    pub fn is_statutory(self) -> bool {
        match self {
            Self::DataProtection | Self::EarlyYears | Self::SubjectAccess | Self::InformationRequest => true,
            Self::Acknowledge
            | Self::Respond
            | Self::Window
            | Self::Clarification
            | Self::Confirmation
            | Self::Consent
            | Self::Convene
            | Self::Papers
            | Self::Outcome
            | Self::Review
            | Self::Remedy => false,
        }
    }

    /// Who has to act before it.
    pub fn owed_by(self) -> OwedBy {
        match self {
            Self::Window | Self::Clarification | Self::Confirmation | Self::Consent => OwedBy::Family,
            Self::Acknowledge
            | Self::Respond
            | Self::Convene
            | Self::Papers
            | Self::Outcome
            | Self::DataProtection
            | Self::EarlyYears
            | Self::SubjectAccess
            | Self::InformationRequest
            | Self::Review
            | Self::Remedy => OwedBy::School,
        }
    }
}

/// Who has to act before a deadline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OwedBy {
    /// The school, trust or panel.
    School,
    /// The complainant.
    Family,
}

/// What is said about a date that the school owes, without anybody acting (R41, E13). Each is said once for each
/// day that a date has had.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DateReminder {
    /// Whoever has the case: it is due on the next school day, or today.
    Coming,
    /// Whoever has the case, and somebody beside them: its day has passed.
    LateToSchool,
    /// The family: its day has passed.
    LateToFamily,
    /// Whoever is asked to answer by then: it is close, and they have not (R9, R10).
    ToAnswer,
}

/// A due date, or the reason why there is none yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Due {
    /// By the end of that local day.
    On(NaiveDate),
    /// The school's calendar does not reach that far; the first uncovered day. Never a guess (R36).
    CalendarMissing(NaiveDate),
    /// The clock is stopped; a date comes when it runs again.
    Paused,
}

impl Due {
    /// The date, if there is one.
    pub fn date(self) -> Option<NaiveDate> {
        match self {
            Self::On(date) => Some(date),
            Self::CalendarMissing(_) | Self::Paused => None,
        }
    }
}

/// How a date was made: from when, how much of what, by which calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Basis {
    /// The fact that it counts from.
    pub anchor: Anchor,
    /// The local day of that fact.
    pub anchor_on: NaiveDate,
    /// How many.
    pub amount: u16,
    /// Of what.
    pub unit: Unit,
    /// By which version of the school's calendar.
    pub calendar: CalendarId,
}

/// Why a due date moved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Moved {
    /// The handler put it off before it was due, and said why (R39).
    Extended(Words),
    /// The case was suspended.
    Paused,
    /// The clock ran again after a suspension (R42).
    Resumed,
    /// The calendar reached far enough at last (G8).
    CalendarArrived,
    /// The hearing moved.
    HearingMoved,
    /// The family was to be reminded before its last date, and was not: they get time after the reminder.
    RemindedLate,
    /// The answer could not go by mail, and was told in another way: the time to take it further counts from the
    /// day on which the family had it (domain.md 8.1).
    ToldOtherwise {
        /// The day on which it was posted, handed over or said.
        on: NaiveDate,
        /// The day on which they had it.
        there_on: NaiveDate,
    },
}

/// One change of a due date. Both dates stay in the record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// What it was.
    pub from: Due,
    /// What it became.
    pub to: Due,
    /// When it was changed.
    pub at: DateTime<Utc>,
    /// Why.
    pub why: Moved,
}

/// How a deadline ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ended {
    /// What was owed was done at that instant.
    Met(DateTime<Utc>),
    /// It no longer applies: the case closed or went on before.
    Dropped(DateTime<Utc>),
}

/// A deadline of a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deadline {
    /// Its number in the case.
    pub no: DeadlineNo,
    /// What it is for.
    pub rule: DeadlineRule,
    /// The stage run that it belongs to; statutory ones belong to the case.
    pub run: Option<RunNo>,
    /// The remedy that it belongs to.
    pub remedy: Option<RemedyNo>,
    /// How it was made; absent where a person set the date.
    pub basis: Option<Basis>,
    /// When it is due.
    pub due: Due,
    /// When it was due at first.
    pub original_due: Due,
    /// Every change since.
    pub changes: Vec<Change>,
    /// How it ended, if it did.
    pub ended: Option<Ended>,
}

/// Where a deadline stands on a given day. Computed, never stored (R40).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, utoipa::ToSchema)]
#[schema(as = DeadlineStanding)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Not met, and its day has passed.
    Overdue,
    /// Not met, and today is its day.
    DueToday,
    /// Not met yet, and its day is to come.
    Running,
    /// The clock is stopped.
    Paused,
    /// There is no date until the calendar reaches far enough.
    CalendarMissing,
    /// Met by its day.
    Met,
    /// Met after its day.
    MetLate,
    /// The school owed it, its day passed, and the case went on or ended without it (R40).
    Missed,
    /// No longer applies.
    Dropped,
}

impl Deadline {
    /// Whether it still waits to be met.
    pub fn is_open(&self) -> bool {
        self.ended.is_none()
    }

    /// Where it stands on that local day. `local_day` turns an instant into the school's date.
    pub fn standing(&self, today: NaiveDate, local_day: impl Fn(DateTime<Utc>) -> NaiveDate) -> Standing {
        match (self.ended, self.due) {
            (Some(Ended::Dropped(at)), Due::On(due))
                if self.rule.owed_by() == OwedBy::School && local_day(at) > due =>
            {
                Standing::Missed
            }
            (Some(Ended::Dropped(_)), _) => Standing::Dropped,
            (Some(Ended::Met(at)), Due::On(due)) if local_day(at) > due => Standing::MetLate,
            (Some(Ended::Met(_)), _) => Standing::Met,
            (None, Due::CalendarMissing(_)) => Standing::CalendarMissing,
            (None, Due::Paused) => Standing::Paused,
            (None, Due::On(due)) if due < today => Standing::Overdue,
            (None, Due::On(due)) if due == today => Standing::DueToday,
            (None, Due::On(_)) => Standing::Running,
        }
    }
}
