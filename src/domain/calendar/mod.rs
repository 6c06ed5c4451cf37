//! School days, working days and calendar days: what counts, and the working shown.

use serde::{Deserialize, Serialize};

/// What a limit counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Days on which the school has a session.
    SchoolDays,
    /// Monday to Friday less the bank holidays of the school's nation.
    WorkingDays,
    /// Weekdays within term, INSET days included.
    TermWeekdays,
    /// Every day.
    CalendarDays,
    /// The same day of a later month, or its last day.
    CalendarMonths,
}
