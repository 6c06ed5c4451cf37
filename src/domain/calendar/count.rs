//! Counting days (domain.md 8.1): day 0 is the day of receipt, or the next that counts; day 1 is the
//! next counted day after it; due by the end of day N. The time of day never matters (G1).

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::domain::calendar::Unit;
use crate::domain::calendar::checked::{
    Calendar, CalendarMissing, Way, check_range, is_weekday, step, step_months,
};
use crate::domain::calendar::day::{Day, DayKind};
use crate::domain::calendar::words::long_date;
use crate::domain::calendar::working::{Direction, Working};

/// The limit of an information request: 20 school days or 60 working days, whichever ends first (R15).
const FOI_SCHOOL_DAYS: u16 = 20;
/// See [`FOI_SCHOOL_DAYS`].
const FOI_WORKING_DAYS: u16 = 60;

/// The reason of a skipped day that would have counted, had the clock not stood still.
pub(super) const CLOCK_PAUSED: &str = "clock paused";

/// A time in which a clock stood still: a day `d` with `from <= d < to` is not counted (R42, G10).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Pause {
    /// The first day that is not counted.
    pub from: NaiveDate,
    /// The day on which counting goes on; `None` while the clock stands still.
    pub to: Option<NaiveDate>,
}

impl Pause {
    fn holds(self, on: NaiveDate) -> bool {
        self.from <= on && self.to.is_none_or(|to| on < to)
    }
}

/// Why a clock that can be paused has no due date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoDueDate {
    /// The calendar does not reach far enough.
    #[error(transparent)]
    Missing(#[from] CalendarMissing),
    /// The clock stands still now, so that the days left are known and the date is not.
    #[error(
        "The clock has been paused since {}. The date appears when the pause ends.",
        long_date(*since)
    )]
    Paused {
        /// The first day of the pause that is still open.
        since: NaiveDate,
    },
}

/// One walk through the days.
#[derive(Clone, Copy)]
struct Walk {
    from: NaiveDate,
    amount: u16,
    unit: Unit,
    way: Way,
}

/// What a walk found: where it ended, and what it met.
struct Found {
    end: NaiveDate,
    counted: Vec<NaiveDate>,
    skipped: Vec<Day>,
}

impl Calendar {
    /// The day from which a limit runs, day 0. School days and weekdays in term: the day itself if it
    /// counts, else the next that does (R31, G2). Working days, calendar days and months: the day itself
    /// (R38).
    ///
    /// # Errors
    /// [`CalendarMissing`] when the calendar ends first.
    pub fn counts_from(&self, received_on: NaiveDate, unit: Unit) -> Result<NaiveDate, CalendarMissing> {
        Ok(self.deem(received_on, unit)?.end)
    }

    /// The due date of something received on a day, with its working.
    ///
    /// # Errors
    /// [`CalendarMissing`] when the calendar ends first.
    pub fn due(&self, received_on: NaiveDate, amount: u16, unit: Unit) -> Result<Working, CalendarMissing> {
        let day_zero = self.deem(received_on, unit)?;
        let found = self.walk(Walk::on(day_zero.end, amount, unit), never_paused)?;
        Ok(self.working((received_on, amount, unit), Direction::After, day_zero, found))
    }

    /// The due date when the clock stood still for some of the time. Days that would not have counted
    /// anyway cost nothing in a pause (G10, G11). The law's own clocks, calendar days and months, are
    /// never paused: for them this is [`due`](Self::due) (R38).
    ///
    /// # Errors
    /// [`NoDueDate::Paused`] when the count runs into a pause that is still open: the date cannot be told
    /// until it ends. [`NoDueDate::Missing`] when the calendar ends first.
    pub fn due_pausing(
        &self,
        received_on: NaiveDate,
        amount: u16,
        unit: Unit,
        pauses: &[Pause],
    ) -> Result<Working, NoDueDate> {
        if !unit.can_be_paused() {
            return Ok(self.due(received_on, amount, unit)?);
        }
        let day_zero = self.deem(received_on, unit)?;
        let stands_still = |on| match pauses.iter().find(|pause| pause.holds(on)) {
            Some(Pause { from, to: None }) => Err(NoDueDate::Paused { since: *from }),
            Some(Pause { to: Some(_), .. }) => Ok(true),
            None => Ok(false),
        };
        let found = self.walk(Walk::on(day_zero.end, amount, unit), stands_still)?;
        let mut working = self.working((received_on, amount, unit), Direction::After, day_zero, found);
        working.pauses = pauses.iter().copied().filter(|pause| pause.from <= working.due_on).collect();
        Ok(working)
    }

    /// The last day on which something can still be done that must be done so long before an event. The
    /// day of the event is not counted (R44).
    ///
    /// # Errors
    /// [`CalendarMissing`] when the calendar begins later.
    pub fn due_before(
        &self,
        event_on: NaiveDate,
        amount: u16,
        unit: Unit,
    ) -> Result<Working, CalendarMissing> {
        let walk = Walk { way: Way::Back, ..Walk::on(event_on, amount, unit) };
        let found = self.walk(walk, never_paused)?;
        Ok(self.working((event_on, amount, unit), Direction::Before, Found::at(event_on), found))
    }

    /// A due date moved on by so many counted days. Day 1 is the first counted day after the old date,
    /// whatever day that was.
    ///
    /// # Errors
    /// [`CalendarMissing`] when the calendar ends first.
    pub fn extend_from(
        &self,
        due_on: NaiveDate,
        amount: u16,
        unit: Unit,
    ) -> Result<Working, CalendarMissing> {
        self.plainly((due_on, amount, unit), Direction::Extension)
    }

    /// The due date of a request under the Freedom of Information Act: 20 school days or 60 working days,
    /// whichever ends first (R15). Day 1 is the first counted day after receipt, whatever day that was:
    /// the law knows no deemed receipt (R38).
    ///
    /// # Errors
    /// [`CalendarMissing`] when the calendar ends before either is told.
    pub fn due_foi(&self, received_on: NaiveDate) -> Result<Working, CalendarMissing> {
        let school = self.plainly((received_on, FOI_SCHOOL_DAYS, Unit::SchoolDays), Direction::After)?;
        let working = self.plainly((received_on, FOI_WORKING_DAYS, Unit::WorkingDays), Direction::After)?;
        Ok(if working.due_on < school.due_on { working } else { school })
    }

    /// How many counted days lie after `a` up to and with `b`; negative when `b` comes before `a` ("3
    /// school days left", "2 working days late"). In months: whole months.
    ///
    /// # Errors
    /// [`CalendarMissing`] when the calendar does not reach from one to the other.
    pub fn days_between(&self, a: NaiveDate, b: NaiveDate, unit: Unit) -> Result<i32, CalendarMissing> {
        if b < a {
            return self.days_between(b, a, unit).map(|days| -days);
        }
        match unit {
            Unit::CalendarMonths => whole_months(a, b),
            Unit::SchoolDays | Unit::WorkingDays | Unit::TermWeekdays | Unit::CalendarDays => {
                let (mut on, mut days) = (a, 0);
                while on < b {
                    on = step(on, Way::On)?;
                    days += i32::from(self.counts(on, unit)?);
                }
                Ok(days)
            }
        }
    }

    /// The first counted day after `day`.
    ///
    /// # Errors
    /// [`CalendarMissing`] when the calendar ends first.
    pub fn next_counted(&self, day: NaiveDate, unit: Unit) -> Result<NaiveDate, CalendarMissing> {
        self.first_counted_from(step(day, Way::On)?, unit)
    }

    /// The day itself if it counts, else the first counted day after it.
    ///
    /// # Errors
    /// [`CalendarMissing`] when the calendar ends first.
    pub fn first_counted_from(&self, day: NaiveDate, unit: Unit) -> Result<NaiveDate, CalendarMissing> {
        Ok(self.seek(day, unit, Way::On)?.end)
    }

    /// Whether a day is counted in a unit.
    ///
    /// # Errors
    /// [`CalendarMissing`] when the lists that the unit needs do not reach it. Working days need only the
    /// bank holidays; calendar days and months need nothing.
    pub fn counts(&self, on: NaiveDate, unit: Unit) -> Result<bool, CalendarMissing> {
        match unit {
            Unit::SchoolDays => Ok(match self.kind(on)? {
                DayKind::SchoolDay => true,
                DayKind::Weekend
                | DayKind::Holiday
                | DayKind::BankHoliday
                | DayKind::Inset
                | DayKind::Closure => false,
            }),
            Unit::TermWeekdays => Ok(match self.kind(on)? {
                DayKind::SchoolDay | DayKind::Inset => is_weekday(on),
                DayKind::Weekend | DayKind::Holiday | DayKind::BankHoliday | DayKind::Closure => false,
            }),
            Unit::WorkingDays => Ok(self.bank_holiday(on)?.is_none() && is_weekday(on)),
            Unit::CalendarDays | Unit::CalendarMonths => check_range(on).map(|()| true),
        }
    }

    /// Counts on from a day as it is, with no deemed receipt and no pause.
    fn plainly(
        &self,
        asked: (NaiveDate, u16, Unit),
        direction: Direction,
    ) -> Result<Working, CalendarMissing> {
        let (from, amount, unit) = asked;
        let found = self.walk(Walk::on(from, amount, unit), never_paused)?;
        Ok(self.working(asked, direction, Found::at(from), found))
    }

    fn deem(&self, received_on: NaiveDate, unit: Unit) -> Result<Found, CalendarMissing> {
        if unit.is_deemed_forward() {
            self.seek(received_on, unit, Way::On)
        } else {
            check_range(received_on)?;
            Ok(Found::at(received_on))
        }
    }

    fn seek(&self, from: NaiveDate, unit: Unit, way: Way) -> Result<Found, CalendarMissing> {
        let mut found = Found::at(from);
        while !self.counts(found.end, unit)? {
            found.skipped.push(self.unit_day(found.end, unit)?);
            found.end = step(found.end, way)?;
        }
        Ok(found)
    }

    /// Walks until `amount` days are counted. `paused` is asked only about days that count.
    fn walk<E: From<CalendarMissing>>(
        &self,
        walk: Walk,
        paused: impl Fn(NaiveDate) -> Result<bool, E>,
    ) -> Result<Found, E> {
        check_range(walk.from)?;
        let mut found = Found::at(walk.from);
        if walk.unit == Unit::CalendarMonths {
            found.end = step_months(walk.from, walk.amount, walk.way)?;
            return Ok(found);
        }
        let mut on = walk.from;
        while found.counted.len() < usize::from(walk.amount) {
            on = step(on, walk.way)?;
            if !self.counts(on, walk.unit)? {
                found.skipped.push(self.unit_day(on, walk.unit)?);
            } else if paused(on)? {
                found
                    .skipped
                    .push(Day { reason: Some(CLOCK_PAUSED.to_owned()), ..self.unit_day(on, walk.unit)? });
            } else {
                found.counted.push(on);
                found.end = on;
            }
        }
        Ok(found)
    }

    /// What a day is as far as the unit looks: working days know weekends and bank holidays only, and
    /// need no term dates; to weekdays in term a Saturday with lessons is still a Saturday.
    fn unit_day(&self, on: NaiveDate, unit: Unit) -> Result<Day, CalendarMissing> {
        match unit {
            Unit::SchoolDays => self.day(on),
            Unit::TermWeekdays if is_weekday(on) => self.day(on),
            Unit::TermWeekdays | Unit::WorkingDays | Unit::CalendarDays | Unit::CalendarMonths => {
                self.office_day(on)
            }
        }
    }

    fn office_day(&self, on: NaiveDate) -> Result<Day, CalendarMissing> {
        let title = self.bank_holiday(on)?;
        let (kind, reason) = match (title, is_weekday(on)) {
            (Some(title), true | false) => (DayKind::BankHoliday, Some(title.to_owned())),
            (None, false) => (DayKind::Weekend, Some(on.format("%A").to_string())),
            (None, true) => (DayKind::SchoolDay, None),
        };
        Ok(Day { on, kind, reason })
    }

    fn working(
        &self,
        (received_on, amount, unit): (NaiveDate, u16, Unit),
        direction: Direction,
        day_zero: Found,
        found: Found,
    ) -> Working {
        Working {
            received_on,
            counts_from_on: day_zero.end,
            due_on: found.end,
            amount,
            unit,
            direction,
            counted: found.counted,
            skipped: day_zero.skipped.into_iter().chain(found.skipped).collect(),
            pauses: Vec::new(),
            calendar_id: self.id(),
            calendar_version: self.version(),
        }
    }
}

impl Walk {
    fn on(from: NaiveDate, amount: u16, unit: Unit) -> Self {
        Self { from, amount, unit, way: Way::On }
    }
}

/// A clock that runs on every day that counts.
#[expect(clippy::unnecessary_wraps, reason = "a walk asks a question that may have no answer")]
fn never_paused(_: NaiveDate) -> Result<bool, CalendarMissing> {
    Ok(false)
}

impl Found {
    fn at(end: NaiveDate) -> Self {
        Self { end, counted: Vec::new(), skipped: Vec::new() }
    }
}

/// The whole months from `a` to `b`, where `a <= b`: the 31st to the last day of a shorter month is one.
fn whole_months(a: NaiveDate, b: NaiveDate) -> Result<i32, CalendarMissing> {
    check_range(a)?;
    check_range(b)?;
    let calendar = (b.year() - a.year()) * 12 + b.month0().cast_signed() - a.month0().cast_signed();
    let amount = u16::try_from(calendar).unwrap_or_default();
    let reached = amount == 0 || step_months(a, amount, Way::On).is_ok_and(|there| there <= b);
    Ok(if reached { calendar } else { calendar - 1 })
}
