//! Putting dates off, stopping the clocks, and starting them again.

use crate::domain::calendar::{Unit, local_date, short_date};
use crate::domain::deadline::{Deadline, DeadlineRule, Due, Moved};
use crate::domain::procedure::Extension;

use super::super::command::{Extend, Resume, Suspend};
use super::super::context::{Context, DeadlineMaker, pauses_of};
use super::super::event::Event;
use super::super::refusal::{Refusal, RefusalCode};
use super::super::state::Case;

/// The deadlines that the handler may put off: the law's own are none of them.
fn extendable(case: &Case) -> impl Iterator<Item = &Deadline> {
    let run = case.run().map(|run| run.no);
    case.deadlines.iter().filter(move |deadline| {
        deadline.is_open()
            && deadline.run == run
            && matches!(deadline.rule, DeadlineRule::Respond | DeadlineRule::Convene | DeadlineRule::Outcome)
    })
}

pub(super) fn may_extend(case: &Case, ctx: &Context<'_>) -> Result<(), Refusal> {
    let Some(deadline) = extendable(case).next() else {
        return Err(Refusal::new(RefusalCode::NotOnCase, "There is no date here that can be put off")
.unless("Only the date of the reply, of the hearing or of its findings can be, while it runs. Write to the family if something else takes longer"));
    };
    if cap(case, deadline, ctx) == Cap::None {
        return Err(Refusal::new(RefusalCode::BeyondCap, "The procedure does not let this date be put off")
.unless("Reply by the date. If you cannot, tell the family when the answer comes. It then counts as late"));
    }
    match deadline.due.date() {
        Some(due) if due >= ctx.today => Ok(()),
        Some(due) => Err(Refusal::new(
            RefusalCode::AfterDue,
            format!("It was due on {}, and a date is put off only before it passes", short_date(due)),
        )
        .unless("Reply as soon as you can, and say sorry for the delay")),
        None => Err(Refusal::new(RefusalCode::CalendarMissing, "There is no due date yet")
            .unless("An administrator adds the term dates that are missing")),
    }
}

/// How far a date may be put off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cap {
    /// Not at all.
    None,
    /// By so many of the deadline's own units after the original date.
    Units(u16),
    /// As both sides agree.
    Agreed,
}

fn cap(case: &Case, deadline: &Deadline, ctx: &Context<'_>) -> Cap {
    match deadline.rule {
        DeadlineRule::Respond => match ctx.stage_of(case).and_then(|stage| stage.extension) {
            None => Cap::None,
            Some(Extension::UpTo(units)) => Cap::Units(units),
            Some(Extension::ByAgreement) => Cap::Agreed,
        },
        // A panel that cannot meet in time gives an anticipated date and keeps the family informed (2.6).
        DeadlineRule::Convene | DeadlineRule::Outcome => Cap::Agreed,
        DeadlineRule::Acknowledge
        | DeadlineRule::Window
        | DeadlineRule::Clarification
        | DeadlineRule::Confirmation
        | DeadlineRule::Consent
        | DeadlineRule::Papers
        | DeadlineRule::DataProtection
        | DeadlineRule::EarlyYears
        | DeadlineRule::SubjectAccess
        | DeadlineRule::InformationRequest
        | DeadlineRule::Review
        | DeadlineRule::Remedy => Cap::None,
    }
}

/// The last day to which a date may be put off, where there is a cap. The cap counts what was put off
/// before, and not the days of a pause (R42).
pub fn latest_extension(case: &Case, deadline: &Deadline, ctx: &Context<'_>) -> Option<chrono::NaiveDate> {
    let Cap::Units(units) = cap(case, deadline, ctx) else { return None };
    let unit = deadline.basis?.unit;
    let left = units.saturating_sub(extended_so_far(deadline, unit, ctx)?);
    ctx.calendar.extend_from(deadline.due.date()?, left, unit).ok().map(|working| working.due_on)
}

/// How many units it was put off already.
fn extended_so_far(deadline: &Deadline, unit: Unit, ctx: &Context<'_>) -> Option<u16> {
    let mut total = 0_u16;
    for change in &deadline.changes {
        if let (Moved::Extended(_), Due::On(from), Due::On(to)) = (&change.why, change.from, change.to) {
            let days = ctx.calendar.days_between(from, to, unit).ok()?;
            total = total.saturating_add(u16::try_from(days).unwrap_or_default());
        }
    }
    Some(total)
}

/// Puts a date off: before it passes, with a reason, to a later day within the cap (R39).
pub(super) fn extend(case: &Case, command: &Extend, ctx: &Context<'_>) -> Result<Vec<Event>, Refusal> {
    let wanted = |deadline: &&Deadline| command.deadline.is_none_or(|no| no == deadline.no);
    let deadline = extendable(case).find(wanted).ok_or_else(|| {
        Refusal::new(RefusalCode::NotOnCase, "That date cannot be put off")
            .unless("Only the date of the reply, of the hearing or of its findings can be, while it runs")
            .at("deadline")
    })?;
    let due = deadline.due.date().ok_or_else(|| {
        Refusal::new(RefusalCode::CalendarMissing, "There is no due date yet")
            .unless("An administrator adds the term dates that are missing")
    })?;
    if due < ctx.today {
        return Err(Refusal::new(
            RefusalCode::AfterDue,
            format!("It was due on {}, and a date is put off only before it passes", short_date(due)),
        )
        .unless("Reply as soon as you can, and say sorry for the delay"));
    }
    if command.new_due_on <= due {
        return Err(Refusal::new(RefusalCode::BeyondCap, format!("Choose a date after {}", short_date(due)))
            .at("new_due_on"));
    }
    a_counted_day(command.new_due_on, deadline, ctx)?;
    match (cap(case, deadline, ctx), latest_extension(case, deadline, ctx)) {
        (Cap::None, _) => Err(Refusal::new(
            RefusalCode::BeyondCap,
            "The procedure does not let this date be put off",
        )
        .unless(
            "Reply by the date. If you cannot, tell the family when the answer comes. It then counts as late",
        )),
        (Cap::Units(_), Some(latest)) if command.new_due_on > latest => Err(Refusal::new(
            RefusalCode::BeyondCap,
            format!("The procedure allows a date up to {}", short_date(latest)),
        )
        .unless("Choose an earlier day, and reply by it")
        .at("new_due_on")),
        (Cap::Units(_), None) => {
            Err(Refusal::new(RefusalCode::CalendarMissing, "The calendar does not reach far enough")
                .unless("An administrator adds the term dates that are missing")
                .at("new_due_on"))
        }
        (Cap::Units(_) | Cap::Agreed, _) => Ok(vec![Event::DeadlineMoved {
            no: deadline.no,
            to: Due::On(command.new_due_on),
            why: Moved::Extended(command.reason.clone()),
        }]),
    }
}

/// A date that is put off falls on a day that its own unit counts.
fn a_counted_day(on: chrono::NaiveDate, deadline: &Deadline, ctx: &Context<'_>) -> Result<(), Refusal> {
    let unit = deadline.basis.map_or(Unit::SchoolDays, |basis| basis.unit);
    match ctx.calendar.counts(on, unit) {
        Ok(true) => Ok(()),
        Ok(false) => Err(Refusal::new(
            RefusalCode::NotASchoolDay,
            format!("{} does not count at this school: it is closed that day", short_date(on)),
        )
        .unless("Choose a day on which the school is open")
        .at("new_due_on")),
        Err(missing) => Err(Refusal::new(RefusalCode::CalendarMissing, missing.to_string())
            .unless("An administrator adds the term dates that are missing")
            .at("new_due_on")),
    }
}

/// Whether a suspension stops this clock. The law's own clocks, promises and reviews run on (R38).
fn stops(deadline: &Deadline) -> bool {
    deadline.is_open()
        && match deadline.rule {
            DeadlineRule::Acknowledge
            | DeadlineRule::Respond
            | DeadlineRule::Window
            | DeadlineRule::Clarification
            | DeadlineRule::Convene
            | DeadlineRule::Papers
            | DeadlineRule::Outcome => true,
            DeadlineRule::DataProtection
            | DeadlineRule::EarlyYears
            | DeadlineRule::SubjectAccess
            | DeadlineRule::InformationRequest
            | DeadlineRule::Confirmation
            | DeadlineRule::Consent
            | DeadlineRule::Review
            | DeadlineRule::Remedy => false,
        }
}

/// Stops the clocks, with a reason, an authority and a review date (R42).
pub(super) fn suspend(case: &Case, command: &Suspend, ctx: &Context<'_>) -> Result<Vec<Event>, Refusal> {
    if command.review_on <= ctx.today {
        return Err(
            Refusal::new(RefusalCode::Field, "Choose a review date that is still to come").at("review_on")
        );
    }
    let mut events = vec![Event::Suspended {
        reason: command.reason.clone(),
        authority: command.authority.clone(),
        review_on: command.review_on,
    }];
    events.extend(
        case.deadlines.iter().filter(|deadline| stops(deadline)).map(|deadline| Event::DeadlineMoved {
            no: deadline.no,
            to: Due::Paused,
            why: Moved::Paused,
        }),
    );
    events.push(DeadlineMaker::after(Some(case)).by_hand(DeadlineRule::Review, None, command.review_on));
    Ok(events)
}

/// Starts the clocks again: the days of the pause do not count (G10).
pub(super) fn resume(case: &Case, command: &Resume, ctx: &Context<'_>) -> Vec<Event> {
    let mut pauses = pauses_of(case);
    if let Some(last) = pauses.last_mut() {
        last.to = Some(ctx.today);
    }
    let mut events = vec![Event::Resumed { reason: command.reason.clone() }];
    for deadline in case.deadlines.iter().filter(|deadline| deadline.is_open() && deadline.due == Due::Paused)
    {
        let to = counted_again(deadline, &pauses, ctx);
        events.push(Event::DeadlineMoved { no: deadline.no, to, why: Moved::Resumed });
    }
    events
}

/// The date with the pauses left out; an extension that was granted before stays granted.
pub(in crate::domain::case) fn counted_again(
    deadline: &Deadline,
    pauses: &[crate::domain::calendar::Pause],
    ctx: &Context<'_>,
) -> Due {
    let last_dated = deadline.changes.iter().rev().find(|change| change.from.date().is_some());
    let before_pause = last_dated.map(|change| (change.from, local_date(change.at)));
    match (deadline.basis, before_pause) {
        // Papers count back from the hearing, whose day a pause does not move (R44).
        (_, Some((due, _))) if deadline.rule == DeadlineRule::Papers => due,
        (_, Some((Due::On(due), since))) => {
            // The days that were still to run when a clock stopped run on from the day it starts again. Between two
            // pauses there may have been no date, where the calendar was missing: then both count.
            let unit = deadline.basis.map_or(Unit::SchoolDays, |basis| basis.unit);
            let after = |due: Due, pause: &crate::domain::calendar::Pause| match due {
                Due::On(day) => days_left(day, *pause, unit, ctx),
                Due::CalendarMissing(_) | Due::Paused => due,
            };
            pauses.iter().filter(|pause| pause.from >= since).fold(Due::On(due), after)
        }
        (Some(basis), _) => ctx.counted(deadline.rule, basis, pauses).1,
        (None, _) => deadline.original_due,
    }
}

fn days_left(
    due: chrono::NaiveDate,
    pause: crate::domain::calendar::Pause,
    unit: Unit,
    ctx: &Context<'_>,
) -> Due {
    let resumed_on = pause.to.unwrap_or(ctx.today);
    let missed = |on| Due::CalendarMissing(on);
    let Some(eve) = pause.from.pred_opt() else { return missed(pause.from) };
    let left = match ctx.calendar.days_between(eve, due, unit) {
        Ok(left) => left,
        Err(missing) => return missed(missing.on),
    };
    // What was overdue when the clock stopped stays overdue: its date does not move.
    let Some(left) = u16::try_from(left).ok().filter(|left| *left > 0) else { return Due::On(due) };
    let Some(day_before) = resumed_on.pred_opt() else { return missed(resumed_on) };
    match ctx.calendar.extend_from(day_before, left, unit) {
        Ok(working) => Due::On(working.due_on.max(due)),
        Err(missing) => missed(missing.on),
    }
}
