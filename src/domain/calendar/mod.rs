//! School days, working days and calendar days: what counts, and the working shown.
//!
//! A [`CalendarSpec`] is what a school typed in; a [`Calendar`] is the same, checked, with the bank
//! holidays of its division. Everything that counts days goes through a [`Calendar`], and every answer
//! is a [`Working`] that shows its days. Where the calendar does not reach, the answer is
//! [`CalendarMissing`], never a guess (R36, G8).

mod bank_holidays;
mod checked;
mod count;
mod day;
mod holiday;
mod local;
mod spec;
#[cfg(test)]
mod tests;
mod words;
mod working;

use serde::{Deserialize, Serialize};

pub use bank_holidays::{BankHolidays, BankHolidaysProblem, Division};
pub use checked::{Calendar, CalendarMissing, Gap};
pub use count::{NoDueDate, Pause};
pub use day::{Day, DayKind};
pub use holiday::{Holiday, SchoolWeek};
pub use local::{
    WallTime, day_and_time, end_of_local_day, local_date, local_instant, local_time_words, start_of_local_day,
};
pub use spec::{CalendarProblem, CalendarSpec, Closure, SchoolYear, Term};
pub use words::{long_date, range_words, short_date};
pub use working::{Direction, SkippedRun, Working};

/// What a limit counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
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

impl Unit {
    /// The amount with its unit, as people say it: "15 school days", "1 month".
    pub fn amount_words(self, amount: u16) -> String {
        let (one, many) = match self {
            Self::SchoolDays => ("school day", "school days"),
            Self::WorkingDays => ("working day", "working days"),
            Self::TermWeekdays => ("weekday in term", "weekdays in term"),
            Self::CalendarDays => ("calendar day", "calendar days"),
            Self::CalendarMonths => ("month", "months"),
        };
        format!("{amount} {}", if amount == 1 { one } else { many })
    }

    /// Whether a letter that arrives on a day that does not count is taken as received on the next that
    /// does. Working days, and the statutory calendar days and months, run from the day itself (R38 and
    /// the worked cells of table 8.4).
    pub(crate) fn is_deemed_forward(self) -> bool {
        match self {
            Self::SchoolDays | Self::TermWeekdays => true,
            Self::WorkingDays | Self::CalendarDays | Self::CalendarMonths => false,
        }
    }

    /// Whether a pause stops this clock. Calendar days and months are the law's own clocks, and nothing
    /// that a school does stops them (R38).
    pub(crate) fn can_be_paused(self) -> bool {
        match self {
            Self::SchoolDays | Self::TermWeekdays | Self::WorkingDays => true,
            Self::CalendarDays | Self::CalendarMonths => false,
        }
    }
}
