//! When the school is shut, for the notice to families (P45, E12), and the school week of a day.

use chrono::{Datelike, Days, NaiveDate};

use crate::domain::calendar::Unit;
use crate::domain::calendar::checked::{Calendar, CalendarMissing, Way, step};
use crate::domain::calendar::day::DayKind;

/// A school holiday: every closed day in a row, weekends, bank holidays and INSET days at its ends
/// included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holiday {
    /// The first closed day, or the first that the calendar knows.
    pub from: NaiveDate,
    /// The last closed day.
    pub to: NaiveDate,
    /// The day on which school opens again, from which a concern counts.
    pub back_on: NaiveDate,
}

/// Monday to Sunday around a day, for "due this school week".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SchoolWeek {
    /// The Monday.
    pub monday: NaiveDate,
    /// The Sunday.
    pub sunday: NaiveDate,
}

impl SchoolWeek {
    /// Whether a day lies in the week.
    pub fn contains(self, on: NaiveDate) -> bool {
        (self.monday..=self.sunday).contains(&on)
    }
}

impl Calendar {
    /// The school holiday that a day lies in. `None` on a school day, and in a weekend, bank holiday,
    /// INSET day or closure that stands by itself: those are too short to announce.
    ///
    /// # Errors
    /// [`CalendarMissing`] when the calendar does not know the day, or not when school opens again.
    pub fn holiday_at(&self, on: NaiveDate) -> Result<Option<Holiday>, CalendarMissing> {
        if self.kind(on)? == DayKind::SchoolDay {
            return Ok(None);
        }
        let from = self.first_closed(on)?;
        let mut is_holiday = false;
        for day in from.iter_days() {
            match self.kind(day) {
                Ok(DayKind::SchoolDay) => break,
                Ok(DayKind::Holiday) => is_holiday = true,
                Ok(DayKind::Weekend | DayKind::BankHoliday | DayKind::Inset | DayKind::Closure) => {}
                Err(missing) => return Err(missing),
            }
        }
        if !is_holiday {
            return Ok(None);
        }
        let back_on = self.first_counted_from(on, Unit::SchoolDays)?;
        Ok(Some(Holiday { from, to: step(back_on, Way::Back)?, back_on }))
    }

    /// The week that a day lies in; the same for every school.
    pub fn school_week_of(on: NaiveDate) -> SchoolWeek {
        let past_monday = u64::from(on.weekday().num_days_from_monday());
        let monday = on.checked_sub_days(Days::new(past_monday)).unwrap_or(on);
        SchoolWeek { monday, sunday: monday.checked_add_days(Days::new(6)).unwrap_or(on) }
    }

    /// The first of the closed days in a row that end on `on`. The calendar's own beginning is an end.
    fn first_closed(&self, on: NaiveDate) -> Result<NaiveDate, CalendarMissing> {
        let mut first = on;
        loop {
            let before = step(first, Way::Back)?;
            match self.kind(before) {
                Ok(DayKind::SchoolDay) | Err(_) => return Ok(first),
                Ok(
                    DayKind::Weekend
                    | DayKind::Holiday
                    | DayKind::BankHoliday
                    | DayKind::Inset
                    | DayKind::Closure,
                ) => first = before,
            }
        }
    }
}
