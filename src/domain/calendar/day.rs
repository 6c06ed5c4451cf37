//! One day of a school's year, and why it is what it is.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// What a day is for a school. Each date is exactly one of these, so nothing is counted twice (G5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DayKind {
    /// The school has a session.
    SchoolDay,
    /// A day of the week on which the school never opens: Saturday, Sunday, and at some nurseries more.
    Weekend,
    /// Outside the terms.
    Holiday,
    /// A bank holiday of the school's division, in term or out of it.
    BankHoliday,
    /// Staff are in, children are not.
    Inset,
    /// Closed for a reason of its own: snow, a burst pipe, a polling day.
    Closure,
}

/// One day with the reason why it is not a school day, if it is not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Day {
    /// The date.
    pub on: NaiveDate,
    /// What it is.
    pub kind: DayKind,
    /// Why nothing is counted on it, in words: "Saturday", "May half-term", "Good Friday", "INSET day".
    /// In a list of skipped days a school day has the reason "clock paused".
    pub reason: Option<String>,
}
