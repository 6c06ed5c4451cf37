//! What a case asks of people today, derived from its facts and never stored: for lists and the home page.

use std::borrow::Cow;
use std::cmp::Ordering;

use chrono::NaiveDate;
use serde::Serialize;

use crate::domain::calendar::{Calendar, Unit, local_date, short_date};
use crate::domain::deadline::{Deadline, DeadlineRule, Due, OwedBy, Standing as DeadlineStanding};
use crate::domain::ids::DeadlineNo;
use crate::domain::procedure::{Procedure, Stage};

use super::state::{Case, Standing};
use super::vocabulary::Flag;

/// Why a case asks for attention, in the order in which the home page shows it (S2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AttentionKind {
    /// A child may be at risk: before everything else, whatever the dates (R14).
    ChildAtRisk,
    /// Nobody has it: first somebody is found, whatever is due.
    Unassigned,
    /// The school has missed a date.
    Overdue,
    /// The school owes something today.
    DueToday,
    /// The school owes something later in this week.
    DueThisSchoolWeek,
    /// The next step is the school's.
    WaitingOnUs,
    /// The next step is the family's.
    WaitingOnFamily,
    /// Nobody has acknowledged it yet.
    New,
    /// A date cannot be told until the calendar reaches far enough (G8).
    CalendarMissing,
}

impl AttentionKind {
    /// All of them, in order.
    pub const ALL: [Self; 9] = [
        Self::ChildAtRisk,
        Self::Unassigned,
        Self::Overdue,
        Self::DueToday,
        Self::DueThisSchoolWeek,
        Self::WaitingOnUs,
        Self::WaitingOnFamily,
        Self::New,
        Self::CalendarMissing,
    ];

    /// The word for it in the API and in filters.
    pub fn key(self) -> &'static str {
        match self {
            Self::ChildAtRisk => "child_at_risk",
            Self::Overdue => "overdue",
            Self::DueToday => "due_today",
            Self::DueThisSchoolWeek => "due_this_school_week",
            Self::WaitingOnUs => "waiting_on_us",
            Self::WaitingOnFamily => "waiting_on_family",
            Self::New => "new",
            Self::Unassigned => "unassigned",
            Self::CalendarMissing => "calendar_missing",
        }
    }

    /// What people read.
    pub fn title(self) -> &'static str {
        match self {
            Self::ChildAtRisk => "A child may be at risk",
            Self::Overdue => "Overdue",
            Self::DueToday => "Due today",
            Self::DueThisSchoolWeek => "Due this school week",
            Self::WaitingOnUs => "Waiting for the school",
            Self::WaitingOnFamily => "Waiting for the family",
            Self::New => "New",
            Self::Unassigned => "Nobody has it yet",
            Self::CalendarMissing => "No date until the calendar reaches it",
        }
    }

    /// The one with that key.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.key() == key)
    }
}

/// One thing that a case asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Attention {
    /// What.
    pub kind: AttentionKind,
    /// Which deadline it comes from, where it comes from one.
    pub deadline: Option<DeadlineNo>,
    /// Its label in words: "Reply: overdue by 2 school days" (S11).
    pub words: String,
}

/// Everything that a case asks for on that day, the most pressing first.
pub fn attention(case: &Case, today: NaiveDate, calendar: &Calendar) -> Vec<Attention> {
    let over = unrecorded_hearing(case, today);
    let mut deadlines: Vec<Cow<'_, Deadline>> = case
        .deadlines
        .iter()
        .filter(|deadline| deadline.is_open())
        // A hearing that is over is to be written down; that it was to be held says nothing more.
        .filter(|deadline| over.is_none() || deadline.rule != DeadlineRule::Convene)
        .map(|deadline| case.as_asked(deadline))
        .collect();
    deadlines.sort_by_key(|deadline| (deadline.due.date(), deadline.no));
    let dated = deadlines.into_iter().filter_map(|deadline| {
        let kind = of_deadline(&deadline, today)?;
        let words = format!("{}: {}", deadline.rule.title(), label(&deadline, today, calendar));
        Some(Attention { kind, deadline: Some(deadline.no), words })
    });
    let whole = of_case(case).into_iter().map(|kind| Attention {
        kind,
        deadline: None,
        words: kind.title().to_owned(),
    });
    let unrecorded = over.map(|on| Attention {
        kind: AttentionKind::Overdue,
        deadline: None,
        words: if case.standing() == Standing::HearingScheduled {
            format!(
                "Set a new day for the hearing: it was to be on {}, and no papers went out",
                short_date(on)
            )
        } else {
            format!("Record the hearing: it was on {}", short_date(on))
        },
    });
    let mut all: Vec<Attention> = dated.chain(whole).chain(unrecorded).collect();
    all.sort_by_key(|attention| attention.kind);
    all
}

/// What one deadline asks of the school. What the family owes presses nobody here.
fn of_deadline(deadline: &Deadline, today: NaiveDate) -> Option<AttentionKind> {
    match (deadline.standing(today, local_date), deadline.rule.owed_by()) {
        (DeadlineStanding::CalendarMissing, OwedBy::School | OwedBy::Family) => {
            Some(AttentionKind::CalendarMissing)
        }
        (DeadlineStanding::Overdue, OwedBy::School) => Some(AttentionKind::Overdue),
        (DeadlineStanding::DueToday, OwedBy::School) => Some(AttentionKind::DueToday),
        (DeadlineStanding::Running, OwedBy::School) => {
            let week = Calendar::school_week_of(today);
            let soon = deadline.due.date().is_some_and(|due| week.contains(due));
            soon.then_some(AttentionKind::DueThisSchoolWeek)
        }
        (
            DeadlineStanding::Overdue | DeadlineStanding::DueToday | DeadlineStanding::Running,
            OwedBy::Family,
        )
        | (
            DeadlineStanding::Paused
            | DeadlineStanding::Met
            | DeadlineStanding::MetLate
            | DeadlineStanding::Missed
            | DeadlineStanding::Dropped,
            OwedBy::School | OwedBy::Family,
        ) => None,
    }
}

/// The day of a hearing that is over and is not written down.
pub fn unrecorded_hearing(case: &Case, today: NaiveDate) -> Option<NaiveDate> {
    case.hearing_is_set().filter(|on| *on < today)
}

/// Whether the date of that deadline cannot be told until the calendar reaches further (G8).
pub fn awaits_calendar(deadline: &Deadline) -> bool {
    deadline.is_open() && matches!(deadline.due, Due::CalendarMissing(_))
}

/// Whose move it is. Nobody's, while the clocks are stopped and after the end.
pub fn whose_move(case: &Case) -> Option<OwedBy> {
    match case.standing() {
        Standing::Screening
        | Standing::OpenNew
        | Standing::OpenWorking
        | Standing::OpenMeetingBooked
        | Standing::HearingRequested
        | Standing::HearingAppointed
        | Standing::HearingScheduled
        | Standing::HearingPapersOut
        | Standing::HearingHeard
        | Standing::HearingDecided => Some(OwedBy::School),
        // After the last stage there is no window: the school closes the case.
        Standing::Replied if case.open_deadline(DeadlineRule::Window).is_none() => Some(OwedBy::School),
        Standing::OpenAwaitingInformation | Standing::Replied => Some(OwedBy::Family),
        Standing::Suspended | Standing::Closed => None,
    }
}

/// Whose move it is, and whether anybody has it.
fn of_case(case: &Case) -> Vec<AttentionKind> {
    let mut kinds: Vec<AttentionKind> = match whose_move(case) {
        Some(OwedBy::School) => vec![AttentionKind::WaitingOnUs],
        Some(OwedBy::Family) => vec![AttentionKind::WaitingOnFamily],
        None => Vec::new(),
    };
    if case.standing() == Standing::OpenNew {
        kinds.push(AttentionKind::New);
    }
    let has_handler = case.run().is_none_or(|run| run.handler.person.is_some());
    if !has_handler && case.standing() != Standing::Closed {
        kinds.push(AttentionKind::Unassigned);
    }
    if case.flags.contains(&Flag::ChildAtRisk) && case.standing() != Standing::Closed {
        kinds.push(AttentionKind::ChildAtRisk);
    }
    kinds
}

/// Where a deadline stands, in words: "overdue by 2 school days", "due today", "3 school days left" (S11).
pub fn label(deadline: &Deadline, today: NaiveDate, calendar: &Calendar) -> String {
    match deadline.standing(today, local_date) {
        DeadlineStanding::Overdue | DeadlineStanding::DueToday | DeadlineStanding::Running => {
            // School days where a person set the date.
            let unit = deadline.basis.map_or(Unit::SchoolDays, |basis| basis.unit);
            let words = |due| words_of_date(due, today, Some((calendar, unit)));
            deadline.due.date().map_or_else(|| "not due yet".to_owned(), words)
        }
        DeadlineStanding::Paused => "paused".to_owned(),
        DeadlineStanding::CalendarMissing => "no date until the calendar reaches it".to_owned(),
        DeadlineStanding::Met => "done in time".to_owned(),
        DeadlineStanding::MetLate => "done late".to_owned(),
        DeadlineStanding::Missed => "missed".to_owned(),
        DeadlineStanding::Dropped => "no longer needed".to_owned(),
    }
}

/// The words for a date that is still owed, counted in its own unit. Where nothing can be counted, the date itself
/// says it.
pub fn words_of_date(due: NaiveDate, today: NaiveDate, counting: Option<(&Calendar, Unit)>) -> String {
    let counted = counting.and_then(|(calendar, unit)| {
        let days = calendar.days_between(today, due, unit).ok()?;
        Some((days, unit.amount_words(u16::try_from(days.abs()).unwrap_or(u16::MAX))))
    });
    match (due.cmp(&today), counted) {
        (Ordering::Equal, _) => "due today".to_owned(),
        (Ordering::Less, Some((..=-1, amount))) => format!("overdue by {amount}"),
        (Ordering::Less, _) => format!("overdue since {}", short_date(due)),
        (Ordering::Greater, Some((1.., amount))) => format!("{amount} left"),
        (Ordering::Greater, _) => format!("due on {}", short_date(due)),
    }
}

/// In which unit a date of that rule is counted, at that stage of that procedure: school days in most, working or
/// calendar days in some (domain.md 8). What no limit counts, a person sets, and it is told in school days.
pub fn unit_of(rule: DeadlineRule, stage: Option<&Stage>, procedure: &Procedure) -> Unit {
    let panel = stage.and_then(|stage| stage.panel.as_ref());
    let limit = match rule {
        DeadlineRule::Acknowledge => stage.and_then(|stage| stage.acknowledge),
        DeadlineRule::Respond => stage.and_then(|stage| stage.respond),
        DeadlineRule::Window => stage.and_then(|stage| stage.window),
        DeadlineRule::Clarification => Some(procedure.clarification),
        DeadlineRule::Convene => panel.map(|panel| panel.convene),
        DeadlineRule::Papers => panel.map(|panel| panel.papers),
        DeadlineRule::Outcome => panel.map(|panel| panel.outcome),
        DeadlineRule::DataProtection | DeadlineRule::EarlyYears | DeadlineRule::SubjectAccess => {
            return Unit::CalendarDays;
        }
        DeadlineRule::Confirmation
        | DeadlineRule::Consent
        | DeadlineRule::InformationRequest
        | DeadlineRule::Review
        | DeadlineRule::Remedy => None,
    };
    limit.map_or(Unit::SchoolDays, |limit| limit.unit)
}
