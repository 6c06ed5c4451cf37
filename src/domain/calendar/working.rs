//! The working behind a due date: which days were counted, which were not, and why.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::domain::calendar::Unit;
use crate::domain::calendar::count::{CLOCK_PAUSED, Pause};
use crate::domain::calendar::day::{Day, DayKind};
use crate::domain::calendar::words::{joined, long_date, range_words};
use crate::domain::ids::CalendarId;

/// How a date was counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = CountedWhichWay)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// On from a receipt.
    After,
    /// Back from an event, such as a hearing (R44).
    Before,
    /// On from an earlier due date.
    Extension,
}

/// A due date with its working, as pages, the API and mails show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Working {
    /// The day of receipt; counting back, the day of the event; extending, the old due date.
    pub received_on: NaiveDate,
    /// Day 0 (G2). The same as `received_on` unless that day does not count.
    pub counts_from_on: NaiveDate,
    /// The last day, to its end.
    pub due_on: NaiveDate,
    /// How many days or months.
    pub amount: u16,
    /// Of what.
    pub unit: Unit,
    /// Which way.
    pub direction: Direction,
    /// The counted days in the order of counting: day 1 first. Empty for months.
    pub counted: Vec<NaiveDate>,
    /// The days passed over in the order of counting, each with its reason.
    pub skipped: Vec<Day>,
    /// The pauses that the count met.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pauses: Vec<Pause>,
    /// Which calendar was used.
    pub calendar_id: CalendarId,
    /// Which version of it.
    pub calendar_version: u32,
}

/// Days next to each other that were passed over, with one reason in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SkippedRun {
    /// The first day.
    pub from: NaiveDate,
    /// The last day.
    pub to: NaiveDate,
    /// Why: "school holiday", "weekend and Early May bank holiday".
    pub reason: String,
}

impl std::fmt::Display for SkippedRun {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", range_words(self.from, self.to), self.reason)
    }
}

impl Working {
    /// The days passed over, grouped: "18 July to 2 September 2026: school holiday". Weekends and bank
    /// holidays within a school holiday are part of it.
    pub fn skipped_runs(&self) -> Vec<SkippedRun> {
        self.runs().iter().filter_map(|run| skipped_run(run)).collect()
    }

    /// The working in plain English.
    pub fn sentence(&self) -> String {
        let mut sentences = vec![self.opening()];
        sentences.extend(self.deemed());
        sentences.push(self.counting());
        sentences.extend(self.passed_over());
        sentences.extend(self.pauses.iter().map(|pause| self.pause_words(*pause)));
        sentences.join(" ")
    }

    /// The steps of the count one by one, for a list: without the day from which it runs, which whoever asks
    /// knows better by name, and without the days passed over, which have a list of their own.
    pub fn steps(&self) -> Vec<String> {
        let pauses = self.pauses.iter().map(|pause| self.pause_words(*pause));
        self.deemed().into_iter().chain([self.counting()]).chain(pauses).collect()
    }

    /// Days passed over that lie next to each other, in order of date.
    fn runs(&self) -> Vec<Vec<&Day>> {
        let mut days: Vec<_> = self.skipped.iter().collect();
        days.sort_by_key(|day| day.on);
        let mut runs: Vec<Vec<&Day>> = Vec::new();
        for day in days {
            match runs.last_mut() {
                Some(run) if run.last().is_some_and(|last| last.on.succ_opt() == Some(day.on)) => {
                    run.push(day);
                }
                Some(_) | None => runs.push(vec![day]),
            }
        }
        runs
    }

    fn opening(&self) -> String {
        let on = long_date(self.received_on);
        let amount = self.unit.amount_words(self.amount);
        match self.direction {
            Direction::After => format!("Sent on {on}."),
            Direction::Before => format!("It takes place on {on}. That day is not counted."),
            Direction::Extension => format!("Extended by {amount} from {on}."),
        }
    }

    fn deemed(&self) -> Option<String> {
        if self.counts_from_on == self.received_on {
            return None;
        }
        let why = self
            .runs()
            .first()
            .and_then(|run| skipped_run(run))
            .map_or(String::new(), |run| format!(" ({})", run.reason));
        Some(format!(
            "The school is closed on that day{why}, so it counts from {}.",
            long_date(self.counts_from_on)
        ))
    }

    fn counting(&self) -> String {
        let due = long_date(self.due_on);
        let amount = self.unit.amount_words(self.amount);
        match (self.direction, self.counted.as_slice()) {
            (Direction::Before, _) => format!("{amount} before is {due}."),
            (Direction::After | Direction::Extension, []) if self.amount == 0 => {
                format!("{due} is the last day.")
            }
            (Direction::After | Direction::Extension, []) => format!("{amount} later is {due}."),
            (Direction::After | Direction::Extension, [_]) => {
                format!("Day 1, {due}, is the last day: {amount}.")
            }
            (Direction::After | Direction::Extension, [first, ..]) => format!(
                "Day 1 is {}. Day {}, {due}, is the last day: {amount}.",
                long_date(*first),
                self.amount
            ),
        }
    }

    /// Weekends by themselves are said once and not listed.
    fn passed_over(&self) -> Option<String> {
        if self.unit == Unit::CalendarDays && self.amount > 0 {
            return Some("Every day counts, weekends and holidays too.".to_owned());
        }
        let (weekends, others): (Vec<_>, Vec<_>) =
            self.runs().into_iter().partition(|run| run.iter().all(|day| is_plain_weekend(day)));
        let mut parts: Vec<_> = others
            .iter()
            .filter_map(|run| skipped_run(run))
            .map(|run| format!("{} ({})", range_words(run.from, run.to), run.reason))
            .collect();
        if !weekends.is_empty() {
            parts.push(if parts.is_empty() { "weekends" } else { "other weekends" }.to_owned());
        }
        (!parts.is_empty()).then(|| format!("Not counted: {}.", parts.join("; ")))
    }

    fn pause_words(&self, pause: Pause) -> String {
        let paused = |day: &&Day| {
            pause.from <= day.on
                && pause.to.is_none_or(|to| day.on < to)
                && day.reason.as_deref() == Some(CLOCK_PAUSED)
        };
        let days = u16::try_from(self.skipped.iter().filter(paused).count()).unwrap_or(u16::MAX);
        let until = pause.to.map_or(String::new(), |to| format!(" until {}", long_date(to)));
        let effect = match days {
            0 => "which changes nothing, because no day in it would have counted".to_owned(),
            1.. => format!("which left out {}", self.unit.amount_words(days)),
        };
        format!("The clock was paused from {}{until}, {effect}.", long_date(pause.from))
    }
}

/// Saturday and Sunday, or another day of the week on which the school never opens.
fn is_plain_weekend(day: &Day) -> bool {
    match day.kind {
        DayKind::Weekend => true,
        DayKind::SchoolDay | DayKind::Holiday | DayKind::BankHoliday | DayKind::Inset | DayKind::Closure => {
            false
        }
    }
}

fn skipped_run(run: &[&Day]) -> Option<SkippedRun> {
    let (first, last) = (run.first()?, run.last()?);
    let in_holiday = run.iter().any(|day| day.kind == DayKind::Holiday);
    let mut reasons: Vec<String> = Vec::new();
    for reason in run.iter().filter_map(|day| reason_in_run(day, in_holiday)) {
        if !reasons.contains(&reason) {
            reasons.push(reason);
        }
    }
    Some(SkippedRun { from: first.on, to: last.on, reason: joined(&reasons) })
}

/// What a day adds to the reason of its run; within a school holiday, weekends and bank holidays add
/// nothing.
fn reason_in_run(day: &Day, in_holiday: bool) -> Option<String> {
    match day.kind {
        DayKind::Weekend | DayKind::BankHoliday if in_holiday => None,
        DayKind::Weekend => Some(match day.reason.as_deref() {
            Some("Saturday" | "Sunday") | None => "weekend".to_owned(),
            Some(other) => other.to_owned(),
        }),
        DayKind::SchoolDay | DayKind::Holiday | DayKind::BankHoliday | DayKind::Inset | DayKind::Closure => {
            day.reason.clone()
        }
    }
}
