//! What time by itself does to a case: dates that the calendar now reaches, reminders of a window that is
//! closing and of a date that is close, news of a date that was missed, and the end of a case that nobody took
//! further.

use chrono::{Days, NaiveDate, NaiveTime};

use crate::domain::calendar::{Unit, local_date, local_instant};
use crate::domain::deadline::{DateReminder, Deadline, DeadlineRule, Due, Moved};
use crate::domain::record::stamp;

use super::action::Action;
use super::command::{Command, Lapse};
use super::context::{Context, pauses_of};
use super::decide::{counted_again, decide, ready};
use super::event::{Actor, Event};
use super::evolve::evolve;
use super::state::{Case, Handler, RunCause, StageRun, Standing, Unattended};
use crate::domain::notice::who_finds_somebody;
use crate::domain::person::Cover;

/// The first reminder goes when so many counted days are left, or fewer.
const FIRST_REMINDER: u16 = 3;
/// The second goes when so many are left, or fewer.
const SECOND_REMINDER: u16 = 1;

/// Whoever is asked to answer is reminded when so many school days are left, or fewer.
const LAST_DAYS_TO_ANSWER: u16 = 2;

/// For how long a missed date is news to a family: longer than any run of bank holidays and weekends.
const NEWS_FOR: Days = Days::new(10);

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
    if !arrived.is_empty() {
        return arrived;
    }
    let there = somebody_is_there(case, ctx);
    there
        .into_iter()
        .chain(reminder(case, ctx))
        .chain(date_reminders(case, ctx))
        .chain(reminders_to_answer(case, ctx))
        .collect()
}

/// A case never rests with somebody who is away or gone without a warning (S40). Where their post is another's now, it
/// goes to that one: back to whoever was away, or on to who came after. Otherwise somebody is told, the last of them a
/// person at the trust, or the chair; once for each time, and again when those who were told are away too.
fn somebody_is_there(case: &Case, ctx: &Context<'_>) -> Option<Event> {
    let run = case.run().filter(|_| case.standing() != Standing::Closed)?;
    let person = run.handler.person?;
    let until = match ctx.cover(case)? {
        Cover::Here | Cover::LookedAfter { .. } => return None,
        Cover::Away { until } => Some(until),
        Cover::Gone => None,
    };
    if let Some(handler) = successor(case, run, ctx).filter(|_| until.is_none()) {
        return Some(Event::Assigned { run: run.no, handler, before: Some(person), reason: None });
    }
    let told = who_finds_somebody(case, ctx);
    let now = Unattended { run: run.no, person, until, told };
    let is_known = case.unattended.as_ref() == Some(&now);
    (!is_known && is_day(ctx)).then_some(Event::HandlerMissing {
        run: now.run,
        person: now.person,
        until: now.until,
        told: now.told,
    })
}

/// Who has the post now that whoever has the stage had.
fn successor(case: &Case, run: &StageRun, ctx: &Context<'_>) -> Option<Handler> {
    let barred = ctx.barred(case);
    let scene = ctx.scene(&case.subjects, case.child.as_ref(), &barred).after(case.earlier_runs());
    let next = scene.route(ctx.stage_of(case)?);
    (next.role == run.handler.role && next.person.is_some() && next.person != run.handler.person)
        .then_some(next)
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
    let run =
        case.run().filter(|_| case.standing() == Standing::Replied && somebody_has_the_answer(case, ctx))?;
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

/// Whether a complainant has the answer: they are reminded, whoever else still waits for theirs.
fn somebody_has_the_answer(case: &Case, ctx: &Context<'_>) -> bool {
    case.going_on().any(|party| !ctx.letters.without_answer.contains(&party.no))
}

/// Nobody is told of a date at night: not before seven in the morning.
fn is_day(ctx: &Context<'_>) -> bool {
    NaiveTime::from_hms_opt(7, 0, 0).is_some_and(|seven| ctx.now >= local_instant(ctx.today, seven))
}

/// What is to be said today about dates that are close, or that were missed (R41, E13).
fn date_reminders(case: &Case, ctx: &Context<'_>) -> Vec<Event> {
    if !is_day(ctx) {
        return Vec::new();
    }
    // A hearing that is set keeps its date, also on the last day and until it is written up.
    let is_kept = |rule| rule == DeadlineRule::Convene && case.hearing_is_set().is_some();
    let owed = case.deadlines.iter().filter(|deadline| {
        deadline.is_open() && DeadlineRule::REMINDED_OF.contains(&deadline.rule) && !is_kept(deadline.rule)
    });
    owed.flat_map(|deadline| reminders_of(deadline, case, ctx)).collect()
}

fn reminders_of(deadline: &Deadline, case: &Case, ctx: &Context<'_>) -> Vec<Event> {
    let Some(due) = deadline.due.date() else { return Vec::new() };
    let all = [DateReminder::Coming, DateReminder::LateToSchool, DateReminder::LateToFamily];
    let is_time = |reminder: &DateReminder| match reminder {
        DateReminder::Coming => is_close(deadline, due, ctx),
        DateReminder::LateToSchool => due < ctx.today && is_school_day(ctx),
        DateReminder::LateToFamily => {
            was_just_missed(due, ctx) && is_weekday(ctx) && case.family_waits_for(deadline)
        }
        DateReminder::ToAnswer => false,
    };
    let is_new = |reminder: &DateReminder| !was_said(case, deadline, due, *reminder);
    let due_now = all.into_iter().filter(is_new).filter(is_time);
    due_now.map(|reminder| Event::DateReminded { no: deadline.no, due, reminder }).collect()
}

/// Whether that was said of that deadline while it had that day.
fn was_said(case: &Case, deadline: &Deadline, due: NaiveDate, reminder: DateReminder) -> bool {
    case.date_reminders
        .iter()
        .any(|known| (known.no, known.due, known.reminder) == (deadline.no, due, reminder))
}

/// Whoever is asked to say whether it was written down right, or whether they agree, is reminded once (R9, R10): on a
/// school day, when so many are left or fewer; late rather than never, and then within days of it.
fn reminders_to_answer(case: &Case, ctx: &Context<'_>) -> Vec<Event> {
    if !is_day(ctx) || !is_school_day(ctx) {
        return Vec::new();
    }
    let asked = case
        .deadlines
        .iter()
        .filter(|deadline| deadline.is_open() && DeadlineRule::ASKED.contains(&deadline.rule));
    let of_one = |deadline: &Deadline| {
        let due = deadline.due.date()?;
        let is_close = || {
            let left = ctx.calendar.days_between(ctx.today, due, Unit::SchoolDays);
            due >= ctx.today && left.is_ok_and(|left| left <= i32::from(LAST_DAYS_TO_ANSWER))
        };
        let reminder = DateReminder::ToAnswer;
        let is_time = is_somebody_asked(case, deadline.rule) && (is_close() || was_just_missed(due, ctx));
        (is_time && !was_said(case, deadline, due, reminder)).then_some(Event::DateReminded {
            no: deadline.no,
            due,
            reminder,
        })
    };
    asked.filter_map(of_one).collect()
}

fn is_somebody_asked(case: &Case, rule: DeadlineRule) -> bool {
    match rule {
        DeadlineRule::Confirmation => case.awaits_confirmation().is_some(),
        _ => case.asked_to_agree().is_some(),
    }
}

/// A family is told of every date that it was given, the first of them that somebody writes to say who is looking at
/// it (R41), within days of it or not at all: the first sweep after an update, or after a server
/// stood still for weeks, mails nobody about what they have long known.
fn was_just_missed(due: NaiveDate, ctx: &Context<'_>) -> bool {
    let from = ctx.today.checked_sub_days(NEWS_FOR).unwrap_or(NaiveDate::MIN);
    (from..ctx.today).contains(&due)
}

/// Staff are written to on school days alone (G15).
fn is_school_day(ctx: &Context<'_>) -> bool {
    ctx.calendar.counts(ctx.today, Unit::SchoolDays) == Ok(true)
}

/// A family that waits is told in the holidays too, but not at a weekend or on a bank holiday.
fn is_weekday(ctx: &Context<'_>) -> bool {
    ctx.calendar.counts(ctx.today, Unit::WorkingDays) == Ok(true)
}

/// Due today, or on the next school day. A date that was set today is not told of twice on the same day.
fn is_close(deadline: &Deadline, due: NaiveDate, ctx: &Context<'_>) -> bool {
    let new = deadline.basis.is_some_and(|basis| basis.anchor_on >= ctx.today);
    let soon = || ctx.calendar.next_counted(ctx.today, Unit::SchoolDays).is_ok_and(|next| due <= next);
    !new && is_school_day(ctx) && due >= ctx.today && (due == ctx.today || soon())
}
