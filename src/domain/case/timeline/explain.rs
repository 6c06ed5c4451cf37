//! How a date was worked out: the same steps for family and staff (P25, S31).

use chrono::NaiveDate;

use crate::domain::calendar::{Calendar, Unit, Working, local_date, long_date};
use crate::domain::deadline::{Basis, Change, Deadline, DeadlineRule, Due, Moved};
use crate::domain::procedure::Anchor;

use crate::domain::case::context::{Context, pauses_of};
use crate::domain::case::state::{Case, RunCause};

use super::was_told;

/// A date with its working in sentences.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explained {
    /// The date.
    pub due_on: NaiveDate,
    /// The steps, one sentence each.
    pub steps: Vec<String>,
    /// The days that were not counted, and why.
    pub working: Working,
}

/// The working behind a deadline, counted again from what it was made of. `None` where a person set the
/// date, where there is none yet, and where counting again would end at another day: a working that does not
/// lead to the date that holds is never shown.
pub fn deadline_working(deadline: &Deadline, case: &Case, ctx: &Context<'_>) -> Option<Working> {
    let due = deadline.due.date()?;
    let basis = deadline.basis?;
    let working = match extended_from(deadline) {
        Some(before) => extension(before, due, basis.unit, ctx.calendar)?,
        None => counted(deadline, basis, case, ctx)?,
    };
    (working.due_on == due).then_some(working)
}

/// The same in sentences. The first names the fact from which it counts.
pub fn explain(deadline: &Deadline, case: &Case, ctx: &Context<'_>) -> Option<Explained> {
    let working = deadline_working(deadline, case, ctx)?;
    let basis = deadline.basis?;
    let first = match extended_from(deadline) {
        Some(before) => {
            let amount = basis.unit.amount_words(working.amount);
            format!("It was due on {}. It was put off by {amount}.", long_date(before))
        }
        None => opening(deadline, basis, working.received_on, case),
    };
    let steps = [first].into_iter().chain(working.steps()).collect();
    Some(Explained { due_on: working.due_on, steps, working })
}

/// The date before the last change, when that put the date off.
fn extended_from(deadline: &Deadline) -> Option<NaiveDate> {
    let last = deadline.changes.last()?;
    match last.why {
        Moved::Extended(_) | Moved::RemindedLate => last.from.date(),
        Moved::Paused
        | Moved::Resumed
        | Moved::CalendarArrived
        | Moved::HearingMoved
        | Moved::ToldOtherwise { .. } => None,
    }
}

fn extension(before: NaiveDate, due: NaiveDate, unit: Unit, calendar: &Calendar) -> Option<Working> {
    let days = calendar.days_between(before, due, unit).ok()?;
    calendar.extend_from(before, u16::try_from(days).ok()?, unit).ok()
}

fn counted(deadline: &Deadline, basis: Basis, case: &Case, ctx: &Context<'_>) -> Option<Working> {
    if deadline.rule == DeadlineRule::InformationRequest {
        return ctx.calendar.due_foi(basis.anchor_on).ok();
    }
    if basis.anchor == Anchor::HearingOn {
        let hearing_on = hearing_on(deadline, case).unwrap_or(basis.anchor_on);
        return ctx.calendar.due_before(hearing_on, basis.amount, basis.unit).ok();
    }
    // Only a pause that this deadline went through moved it; one that ended before it was set did not.
    let stood_still = deadline.changes.iter().any(|change| change.to == Due::Paused);
    let pauses = if stood_still { pauses_of(case) } else { Vec::new() };
    ctx.calendar.due_pausing(basis.anchor_on, basis.amount, basis.unit, &pauses).ok()
}

/// The day of the hearing that holds now: when it moved, the deadline moved along.
fn hearing_on(deadline: &Deadline, case: &Case) -> Option<NaiveDate> {
    let hearing = case.run_no(deadline.run?)?.hearing.as_ref()?;
    hearing.dates.last().map(|date| local_date(date.at))
}

/// The day on which an answer was told without mail, and the day on which the family had it.
fn told_otherwise(change: &Change) -> Option<(NaiveDate, NaiveDate)> {
    match change.why {
        Moved::ToldOtherwise { on, there_on } => Some((on, there_on)),
        Moved::Extended(_)
        | Moved::Paused
        | Moved::Resumed
        | Moved::CalendarArrived
        | Moved::HearingMoved
        | Moved::RemindedLate => None,
    }
}

fn opening(deadline: &Deadline, basis: Basis, from: NaiveDate, case: &Case) -> String {
    let on = long_date(from);
    let fact = match basis.anchor {
        Anchor::Received => match deadline.run.and_then(|run| case.run_no(run)).map(|run| &run.cause) {
            Some(RunCause::Escalated { .. }) => format!("It was taken further on {on}."),
            Some(RunCause::Reopened(_)) => format!("It was opened again on {on}."),
            Some(RunCause::First) | None => format!("We received it on {on}."),
        },
        Anchor::Acknowledged => format!("It was acknowledged on {on}."),
        Anchor::ResponseSent => match deadline.changes.iter().rev().find_map(told_otherwise) {
            Some((posted, there_on)) => format!("{}.", was_told(posted, there_on)),
            None => format!("The answer was sent on {on}."),
        },
        Anchor::HearingOn => return format!("The hearing is on {on}. That day is not counted."),
        Anchor::HearingHeld => format!("The hearing was held on {on}."),
        Anchor::InformationAsked => format!("We asked on {on}."),
        Anchor::LastIncident => format!("It last happened on {on}."),
        Anchor::FinalAnswer => format!("The final answer was sent on {on}."),
    };
    let amount = basis.unit.amount_words(basis.amount);
    match deadline.rule {
        DeadlineRule::DataProtection
        | DeadlineRule::EarlyYears
        | DeadlineRule::SubjectAccess
        | DeadlineRule::InformationRequest => {
            format!("{fact} The law gives {amount}. That day is not counted.")
        }
        DeadlineRule::Confirmation | DeadlineRule::Consent => {
            format!("{fact} We ask for an answer within {amount}. That day is not counted.")
        }
        DeadlineRule::Acknowledge
        | DeadlineRule::Respond
        | DeadlineRule::Window
        | DeadlineRule::Clarification
        | DeadlineRule::Convene
        | DeadlineRule::Papers
        | DeadlineRule::Outcome
        | DeadlineRule::Review
        | DeadlineRule::Remedy => format!("{fact} The procedure gives {amount}. That day is not counted."),
    }
}
