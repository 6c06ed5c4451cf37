//! A school's calendar as it is typed in and stored, and what can be wrong with it.

use std::collections::BTreeSet;

use chrono::{Datelike, Days, NaiveDate, Weekday};
use serde::{Deserialize, Serialize};

use crate::domain::calendar::bank_holidays::{Division, YEARS};
use crate::domain::calendar::words::{long_date, range_words, short_date};

/// The longest that a school year may be, in days: fourteen months, for a school that opens in August
/// and covers the next August too.
const LONGEST_YEAR: u64 = 430;
/// The longest reason for a closure, in characters.
const LONGEST_REASON: usize = 200;

/// One version of one school's calendar, as stored. [`Calendar::new`](super::Calendar::new) checks it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CalendarSpec {
    /// Whose bank holidays the school keeps.
    pub division: Division,
    /// The school years, in any order.
    pub years: Vec<SchoolYear>,
    /// The days of the week on which the school opens in term; Monday to Friday unless said (G4).
    #[serde(default = "monday_to_friday")]
    pub open_weekdays: Vec<Weekday>,
}

/// One school year.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SchoolYear {
    /// The first day that these dates answer for.
    pub from: NaiveDate,
    /// The last day that these dates answer for.
    pub to: NaiveDate,
    /// The terms and half-terms, in any order.
    pub terms: Vec<Term>,
    /// INSET days, inside a term or beside it.
    #[serde(default)]
    pub inset: Vec<NaiveDate>,
    /// Days on which the school was closed for a reason of its own.
    #[serde(default)]
    pub closures: Vec<Closure>,
}

/// A stretch in which the school is open, both days included.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Term {
    /// The first day.
    pub first: NaiveDate,
    /// The last day.
    pub last: NaiveDate,
    /// What the school calls it: "Autumn 1".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// A day on which the school was closed for a reason of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Closure {
    /// The day.
    pub on: NaiveDate,
    /// Why, in words that families may read: "snow".
    pub reason: String,
}

/// One thing that is wrong with a calendar: where, and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {reason}")]
pub struct CalendarProblem {
    /// Where, in words: "School year 1 September 2025 to 31 August 2026, term 3".
    pub place: String,
    /// Why, and what would put it right.
    pub reason: String,
}

fn monday_to_friday() -> Vec<Weekday> {
    vec![Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri]
}

impl CalendarSpec {
    /// A calendar of a school that opens Monday to Friday.
    pub fn new(division: Division, years: Vec<SchoolYear>) -> Self {
        Self { division, years, open_weekdays: monday_to_friday() }
    }

    /// Everything that is wrong with it; empty when it can be used. A calendar without years can: every
    /// date is then missing (G8).
    pub(super) fn problems(&self) -> Vec<CalendarProblem> {
        let mut problems = Vec::new();
        if self.open_weekdays.is_empty() {
            problems.push(problem("Opening days", "Choose at least one day of the week"));
        }
        for year in &self.years {
            year.report(&mut problems);
        }
        self.report_years_that_overlap(&mut problems);
        problems
    }

    /// Covers may overlap while no school day does: a school that opens in August does so inside the
    /// holiday that the year before still covers.
    fn report_years_that_overlap(&self, problems: &mut Vec<CalendarProblem>) {
        let mut years: Vec<_> = self.years.iter().collect();
        years.sort_by_key(|year| year.from);
        for pair in years.windows(2) {
            let [earlier, later] = pair else { continue };
            let Some(last) = earlier.terms.iter().map(|term| term.last).max() else {
                continue;
            };
            if later.from <= last {
                problems.push(problem(
                    &later.place(),
                    &format!(
                        "starts before the year before it ends, whose last term ends on {}",
                        short_date(last)
                    ),
                ));
            }
        }
    }
}

impl SchoolYear {
    /// A school year from its terms (first and last day) and INSET days. It covers 1 September to 31
    /// August, and from an earlier first day when the school opens in August.
    ///
    /// # Errors
    /// When there is no term to tell the year from, or a date has no next year.
    pub fn from_terms(
        terms: &[(NaiveDate, NaiveDate)],
        inset: &[NaiveDate],
    ) -> Result<Self, CalendarProblem> {
        let days = || terms.iter().flat_map(|(first, last)| [*first, *last]).chain(inset.iter().copied());
        let opens = terms.iter().map(|(first, _)| *first).min();
        let september = opens.and_then(|on| {
            let year = if on.month() >= 8 { on.year() } else { on.year() - 1 };
            Some((NaiveDate::from_ymd_opt(year, 9, 1)?, NaiveDate::from_ymd_opt(year + 1, 8, 31)?))
        });
        let Some((from, to)) = september else {
            return Err(problem("School year", "There are no terms. Add the first and last day of each"));
        };
        Ok(Self {
            from: days().min().map_or(from, |first| first.min(from)),
            to: days().max().map_or(to, |last| last.max(to)),
            terms: terms
                .iter()
                .map(|(first, last)| Term { first: *first, last: *last, name: None })
                .collect(),
            inset: inset.to_vec(),
            closures: Vec::new(),
        })
    }

    fn place(&self) -> String {
        format!("School year {}", range_words(self.from, self.to))
    }

    /// Whether the year's dates answer for that day.
    pub(super) fn covers(&self, on: NaiveDate) -> bool {
        (self.from..=self.to).contains(&on)
    }

    fn report(&self, problems: &mut Vec<CalendarProblem>) {
        let before = problems.len();
        self.report_cover(problems);
        if problems.len() > before {
            return;
        }
        for (index, term) in self.terms.iter().enumerate() {
            self.report_term(index, term, problems);
        }
        self.report_terms_that_overlap(problems);
        self.report_single_days("INSET days", self.inset.iter().copied(), problems);
        self.report_single_days("closures", self.closures.iter().map(|closure| closure.on), problems);
        self.report_reasons(problems);
    }

    fn report_cover(&self, problems: &mut Vec<CalendarProblem>) {
        for on in [self.from, self.to] {
            if !YEARS.contains(&on.year()) {
                problems.push(problem(&self.place(), &unbelievable(on)));
            }
        }
        if self.to < self.from {
            problems.push(problem(&self.place(), "The last day comes before the first. Swap them"));
        } else if self.from.checked_add_days(Days::new(LONGEST_YEAR)).is_some_and(|limit| limit < self.to) {
            problems.push(problem(
                &self.place(),
                "This is longer than fourteen months. Enter each school year by itself",
            ));
        }
    }

    fn report_term(&self, index: usize, term: &Term, problems: &mut Vec<CalendarProblem>) {
        let place = format!("{}, {}", self.place(), term.label(index));
        for on in [term.first, term.last] {
            if !YEARS.contains(&on.year()) {
                problems.push(problem(&place, &unbelievable(on)));
            } else if !self.covers(on) {
                problems.push(problem(&place, &format!("{} is outside the school year", long_date(on))));
            }
        }
        if term.last < term.first {
            problems.push(problem(&place, "The last day comes before the first. Swap them"));
        }
    }

    fn report_terms_that_overlap(&self, problems: &mut Vec<CalendarProblem>) {
        let mut terms: Vec<_> = self.terms.iter().enumerate().collect();
        terms.sort_by_key(|(_, term)| term.first);
        for pair in terms.windows(2) {
            let [(earlier_index, earlier), (later_index, later)] = pair else {
                continue;
            };
            if later.first <= earlier.last {
                problems.push(problem(
                    &format!("{}, {}", self.place(), later.label(*later_index)),
                    &format!(
                        "starts on {}, before {} ends on {}",
                        long_date(later.first),
                        earlier.label(*earlier_index),
                        long_date(earlier.last)
                    ),
                ));
            }
        }
    }

    fn report_single_days(
        &self,
        what: &str,
        days: impl Iterator<Item = NaiveDate>,
        problems: &mut Vec<CalendarProblem>,
    ) {
        let place = format!("{}, {what}", self.place());
        let mut seen = BTreeSet::new();
        for on in days {
            if !YEARS.contains(&on.year()) {
                problems.push(problem(&place, &unbelievable(on)));
            } else if !self.covers(on) {
                problems.push(problem(&place, &format!("{} is outside the school year", long_date(on))));
            }
            if !seen.insert(on) {
                problems.push(problem(&place, &format!("{} is there twice", long_date(on))));
            }
        }
    }

    fn report_reasons(&self, problems: &mut Vec<CalendarProblem>) {
        for closure in &self.closures {
            let reason = closure.reason.trim();
            let fault = if reason.is_empty() {
                "Say why the school was closed"
            } else if reason.chars().count() > LONGEST_REASON {
                "Say why in 200 characters or fewer"
            } else if reason.chars().any(char::is_control) {
                "Write the reason on one line, in plain characters"
            } else {
                continue;
            };
            let place = format!("{}, closure on {}", self.place(), long_date(closure.on));
            problems.push(problem(&place, fault));
        }
    }
}

impl Term {
    /// How a problem names it: by the school's name for it, or by its place in the list.
    fn label(&self, index: usize) -> String {
        self.name.clone().unwrap_or_else(|| format!("term {}", index + 1))
    }
}

fn unbelievable(on: NaiveDate) -> String {
    format!("The year {} is not between 2000 and 2100. Check the year", on.year())
}

fn problem(place: &str, reason: &str) -> CalendarProblem {
    CalendarProblem { place: place.to_owned(), reason: reason.to_owned() }
}
