//! A checked calendar, and what each day of it is.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use chrono::{Datelike, Days, Months, NaiveDate, Weekday};

use crate::domain::calendar::bank_holidays::{BankHolidays, Division, YEARS};
use crate::domain::calendar::day::{Day, DayKind};
use crate::domain::calendar::spec::{CalendarProblem, CalendarSpec};
use crate::domain::calendar::words::short_date;
use crate::domain::ids::CalendarId;

/// What the reason of a day outside the terms is called where it has no name of its own.
const SCHOOL_HOLIDAY: &str = "school holiday";

/// One version of one school's calendar, checked, with its bank holidays.
#[derive(Clone, Debug)]
pub struct Calendar {
    id: CalendarId,
    version: u32,
    spec: CalendarSpec,
    bank_holidays: &'static BankHolidays,
    /// All terms of all years, by date; they do not overlap.
    terms: Vec<RangeInclusive<NaiveDate>>,
    inset: BTreeSet<NaiveDate>,
    closures: BTreeMap<NaiveDate, String>,
}

/// Which list ended before the answer was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gap {
    /// The school's term dates end before that day.
    NotYetEntered,
    /// The school's term dates begin after that day, or leave it out between two school years.
    LeftOut,
    /// The list of bank holidays does not know that year.
    BankHolidays,
    /// The date lies outside 2000 to 2100.
    OutOfRange,
}

/// The calendar does not reach a day that is needed. No date is told instead of a guessed one (R36, G8).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CalendarMissing {
    /// The first day that was needed and is not there.
    pub on: NaiveDate,
    /// Which list ended.
    pub gap: Gap,
}

impl std::error::Error for CalendarMissing {}

impl std::fmt::Display for CalendarMissing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let on = short_date(self.on);
        match self.gap {
            Gap::NotYetEntered => write!(
                f,
                "The calendar does not reach {on} yet. \
                 Add the term dates for that school year, and the date appears by itself."
            ),
            Gap::LeftOut => write!(
                f,
                "The calendar has no entry for {on}. \
                 Add the term dates for that school year, and the date appears by itself."
            ),
            Gap::BankHolidays => write!(
                f,
                "The list of bank holidays does not reach {on}. \
                 Add the list for that year, and the date appears by itself."
            ),
            Gap::OutOfRange => {
                write!(f, "{on} is not between 2000 and 2100. Check the year and the number of days.")
            }
        }
    }
}

impl Calendar {
    /// Checks a stored calendar and joins it with the bank holidays.
    ///
    /// # Errors
    /// Every problem that was found, each with its place and its reason.
    pub fn new(
        id: CalendarId,
        version: u32,
        spec: CalendarSpec,
        bank_holidays: &'static BankHolidays,
    ) -> Result<Self, Vec<CalendarProblem>> {
        let problems = spec.problems();
        if !problems.is_empty() {
            return Err(problems);
        }
        let mut terms: Vec<_> =
            spec.years.iter().flat_map(|year| &year.terms).map(|term| term.first..=term.last).collect();
        terms.sort_by_key(|term| *term.start());
        let inset = spec.years.iter().flat_map(|year| year.inset.iter().copied()).collect();
        let closures = spec
            .years
            .iter()
            .flat_map(|year| &year.closures)
            .map(|closure| (closure.on, closure.reason.trim().to_owned()))
            .collect();
        Ok(Self { id, version, spec, bank_holidays, terms, inset, closures })
    }

    /// Which calendar this is.
    pub fn id(&self) -> CalendarId {
        self.id
    }

    /// Which version of the school's calendar this is, counting from 1.
    pub fn version(&self) -> u32 {
        self.version
    }

    /// The calendar as it was typed in.
    pub fn spec(&self) -> &CalendarSpec {
        &self.spec
    }

    /// Whose bank holidays it keeps.
    pub fn division(&self) -> Division {
        self.spec.division
    }

    /// The last day that the term dates answer for; `None` when there are none yet. For "the calendar
    /// ends in July: add the next year".
    pub fn covered_to(&self) -> Option<NaiveDate> {
        self.spec.years.iter().map(|year| year.to).max()
    }

    /// What a day is, with its reason.
    ///
    /// # Errors
    /// [`CalendarMissing`] when the term dates or the bank holidays do not reach it.
    pub fn day(&self, on: NaiveDate) -> Result<Day, CalendarMissing> {
        let kind = self.kind(on)?;
        let reason = match kind {
            DayKind::SchoolDay => None,
            DayKind::Weekend => Some(weekend_reason(on)),
            DayKind::Holiday => Some(self.holiday_reason(on)),
            DayKind::BankHoliday => self.bank_holiday(on)?.map(str::to_owned),
            DayKind::Inset => Some("INSET day".to_owned()),
            DayKind::Closure => self.closures.get(&on).cloned(),
        };
        Ok(Day { on, kind, reason })
    }

    /// What a day is, without the words.
    pub(super) fn kind(&self, on: NaiveDate) -> Result<DayKind, CalendarMissing> {
        self.check_cover(on)?;
        Ok(if self.bank_holiday(on)?.is_some() {
            DayKind::BankHoliday
        } else if !self.spec.open_weekdays.contains(&on.weekday()) {
            DayKind::Weekend
        } else if self.closures.contains_key(&on) {
            DayKind::Closure
        } else if self.inset.contains(&on) {
            DayKind::Inset
        } else if self.is_in_term(on) {
            DayKind::SchoolDay
        } else {
            DayKind::Holiday
        })
    }

    /// The bank holiday on that day, which needs no term dates.
    pub(super) fn bank_holiday(&self, on: NaiveDate) -> Result<Option<&str>, CalendarMissing> {
        if self.bank_holidays.years(self.spec.division).contains(&on.year()) {
            Ok(self.bank_holidays.title(self.spec.division, on))
        } else {
            check_range(on)?;
            Err(CalendarMissing { on, gap: Gap::BankHolidays })
        }
    }

    fn check_cover(&self, on: NaiveDate) -> Result<(), CalendarMissing> {
        check_range(on)?;
        if self.spec.years.iter().any(|year| year.covers(on)) {
            return Ok(());
        }
        let gap =
            if self.covered_to().is_some_and(|last| on < last) { Gap::LeftOut } else { Gap::NotYetEntered };
        Err(CalendarMissing { on, gap })
    }

    fn is_in_term(&self, on: NaiveDate) -> bool {
        let begun = self.terms.partition_point(|term| *term.start() <= on);
        begun.checked_sub(1).and_then(|last| self.terms.get(last)).is_some_and(|term| term.contains(&on))
    }

    /// "May half-term" where the gap between two terms is one, else "school holiday". Scottish schools
    /// have no half-terms by that name.
    fn holiday_reason(&self, on: NaiveDate) -> String {
        let named = match self.division() {
            Division::EnglandAndWales | Division::NorthernIreland => self.half_term(on),
            Division::Scotland => None,
        };
        named.unwrap_or(SCHOOL_HOLIDAY).to_owned()
    }

    /// A half-term is a gap of one or two weeks (three to ten weekdays, INSET days left out) in October,
    /// February or May; its middle says which.
    fn half_term(&self, on: NaiveDate) -> Option<&'static str> {
        let next = self.terms.partition_point(|term| *term.start() <= on);
        let before = *self.terms.get(next.checked_sub(1)?)?.end();
        let after = *self.terms.get(next)?.start();
        let weekdays = before
            .iter_days()
            .skip(1)
            .take_while(|day| *day < after)
            .filter(|day| is_weekday(*day) && !self.inset.contains(day))
            .take(11)
            .count();
        let half = u64::try_from((after - before).num_days() / 2).ok()?;
        match ((3..=10).contains(&weekdays), before.checked_add_days(Days::new(half))?.month()) {
            (true, 10 | 11) => Some("October half-term"),
            (true, 2) => Some("February half-term"),
            (true, 5 | 6) => Some("May half-term"),
            (true | false, _) => None,
        }
    }
}

/// "Saturday", or "not open on Mondays" at a nursery that opens on other days (G4).
fn weekend_reason(on: NaiveDate) -> String {
    let weekday = on.format("%A");
    if is_weekday(on) { format!("not open on {weekday}s") } else { weekday.to_string() }
}

/// Monday to Friday.
pub(super) fn is_weekday(on: NaiveDate) -> bool {
    match on.weekday() {
        Weekday::Mon | Weekday::Tue | Weekday::Wed | Weekday::Thu | Weekday::Fri => true,
        Weekday::Sat | Weekday::Sun => false,
    }
}

/// Refuses dates that nobody means.
pub(super) fn check_range(on: NaiveDate) -> Result<(), CalendarMissing> {
    if YEARS.contains(&on.year()) { Ok(()) } else { Err(CalendarMissing { on, gap: Gap::OutOfRange }) }
}

/// Which way to go through the days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    On,
    Back,
}

/// The next or the previous day, within 2000 to 2100, so that every walk ends.
pub(super) fn step(on: NaiveDate, way: Way) -> Result<NaiveDate, CalendarMissing> {
    let next = match way {
        Way::On => on.succ_opt(),
        Way::Back => on.pred_opt(),
    }
    .ok_or(CalendarMissing { on, gap: Gap::OutOfRange })?;
    check_range(next)?;
    Ok(next)
}

/// The same day that many months away, or that month's last day (R15).
pub(super) fn step_months(on: NaiveDate, amount: u16, way: Way) -> Result<NaiveDate, CalendarMissing> {
    let months = Months::new(u32::from(amount));
    let there = match way {
        Way::On => on.checked_add_months(months),
        Way::Back => on.checked_sub_months(months),
    }
    .ok_or(CalendarMissing { on, gap: Gap::OutOfRange })?;
    check_range(there)?;
    Ok(there)
}
