//! What time by itself does to a case: dates that the calendar now reaches, reminders of a window that is
//! closing, and the end of a case that nobody took further.

use crate::domain::calendar::{Unit, local_date};
use crate::domain::deadline::{DeadlineRule, Due, Moved};
use crate::domain::record::stamp;

use super::action::Action;
use super::command::{Command, Lapse};
use super::context::{Context, pauses_of};
use super::decide::{counted_again, decide, never_came, ready};
use super::event::{Actor, Event};
use super::evolve::evolve;
use super::state::{Case, RunCause, Standing};

/// The first reminder goes when so many counted days are left, or fewer.
const FIRST_REMINDER: u16 = 3;
/// The second goes when so many are left, or fewer.
const SECOND_REMINDER: u16 = 1;

/// What the sweep must add to the record of a case now. Whoever adds it and asks again on the same day gets
/// nothing (G16, G17).
pub fn due_work(case: &Case, ctx: &Context<'_>) -> Vec<Event> {
    let ctx = Context { actor: Actor::Clock, ..*ctx };
    let mut events = next_work(case, &ctx);
    if events.is_empty() {
        return events;
    }
    // One thing may bring on the next: a window that has a date at last may be over already.
    let mut after = case.clone();
    for event in &events {
        let stamp = stamp(after.length, ctx.now, ctx.today, ctx.actor);
        evolve(&mut after, &stamp, event);
    }
    events.extend(due_work(&after, &ctx));
    events
}

fn next_work(case: &Case, ctx: &Context<'_>) -> Vec<Event> {
    if ready(case, Action::Lapse, ctx).is_ok() {
        return decide(case, &Command::Lapse(Lapse {}), ctx).unwrap_or_default();
    }
    let arrived = dates_that_arrived(case, ctx);
    if arrived.is_empty() { reminder(case, ctx).into_iter().collect() } else { arrived }
}

/// Deadlines that had no date and can be dated now (G8).
fn dates_that_arrived(case: &Case, ctx: &Context<'_>) -> Vec<Event> {
    let pauses = pauses_of(case);
    let dates = case
        .deadlines
        .iter()
        .filter(|deadline| deadline.is_open() && matches!(deadline.due, Due::CalendarMissing(_)))
        .map(|deadline| (deadline.no, counted_again(deadline, &pauses, ctx)))
        .filter(|(_, due)| due.date().is_some())
        .map(|(no, to)| Event::DeadlineMoved { no, to, why: Moved::CalendarArrived });
    counting_that_begins(case, ctx).into_iter().chain(dates).collect()
}

/// The day from which the present run counts, where the calendar did not reach it when the run began.
fn counting_that_begins(case: &Case, ctx: &Context<'_>) -> Option<Event> {
    let run = case.run().filter(|run| run.counts_from_on.is_none() && case.standing() != Standing::Closed)?;
    let began = match run.cause {
        RunCause::First => case.received_on,
        RunCause::Escalated { .. } | RunCause::Reopened(_) => local_date(run.started_at),
    };
    let counts_from_on = ctx.calendar.counts_from(began, ctx.unit_of(ctx.stage_of(case)?)).ok()?;
    Some(Event::CountingBegins { run: run.no, counts_from_on })
}

/// The next reminder of the window, when it is time for it: on a school day (G15), at most one a day. What was missed
/// while nothing ran goes late rather than never (G16), and the window stays open for it.
fn reminder(case: &Case, ctx: &Context<'_>) -> Option<Event> {
    let run = case.run().filter(|_| case.standing() == Standing::Replied && !never_came(ctx))?;
    if run.window_reminded_on == Some(ctx.today)
        || ctx.calendar.counts(ctx.today, Unit::SchoolDays) != Ok(true)
    {
        return None;
    }
    let window = case.open_deadline(DeadlineRule::Window)?;
    let unit = window.basis.map_or(Unit::SchoolDays, |basis| basis.unit);
    let last = window.due.date()?;
    let number = run.window_reminders + 1;
    let before = match number {
        1 => FIRST_REMINDER,
        2 => SECOND_REMINDER,
        _ => return None,
    };
    if last < ctx.today {
        // Nobody is reminded of a date that is over: they get the time that the reminder promises.
        let to = ctx.calendar.extend_from(ctx.today, before, unit).ok()?.due_on;
        return Some(Event::DeadlineMoved { no: window.no, to: Due::On(to), why: Moved::RemindedLate });
    }
    let left = ctx.calendar.days_between(ctx.today, last, unit).ok()?;
    (left <= i32::from(before)).then_some(Event::WindowReminded { run: run.no, number })
}
