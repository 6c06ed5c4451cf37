//! Up the ladder and off it: settling, taking further, lapsing, withdrawing, opening again.

use std::collections::BTreeSet;

use crate::domain::calendar::short_date;
use crate::domain::deadline::{DeadlineRule, Due};
use crate::domain::ids::{PartyNo, PersonId, PointNo, RunNo};
use crate::domain::person::Role;
use crate::domain::procedure::{Skip, Stage, StageKey};
use crate::domain::text::Words;

use super::super::command::{AlreadySettled, Escalate, Reopen, Settle, Withdraw};
use super::super::context::{Context, DeadlineMaker};
use super::super::event::{Actor, Event};
use super::super::refusal::{Refusal, RefusalCode};
use super::super::state::{Case, RunCause, StageRun, Standing, State};
use super::super::vocabulary::{ClosedReason, Flag, Recipient, ReopenReason};
use super::raising::{self, stage_deadlines, stage_started};
use super::{closing, recording};

/// Reminders before a window lapses.
const REMINDERS: u8 = 2;

fn present(case: &Case) -> Result<&StageRun, Refusal> {
    case.run().ok_or_else(|| {
        Refusal::new(RefusalCode::WrongState, "The case has no stage yet")
            .unless("It has one when it is accepted")
    })
}

/// Yes or no for each point; when every point is settled the case closes.
pub(super) fn settle(case: &Case, command: &Settle, ctx: &Context<'_>) -> Result<Vec<Event>, Refusal> {
    let run = present(case)?;
    let open: Vec<PointNo> = case.open_points().map(|point| point.no).collect();
    if let Some(wrong) = command.settled.iter().find(|point| !open.contains(point)) {
        return Err(Refusal::new(RefusalCode::NotOnCase, format!("Point {wrong} is not open on this case"))
            .at("settled"));
    }
    let heard_by = match (super::recorded_by_staff(ctx), &command.heard_by) {
        (true, None) => {
            return Err(
                Refusal::new(RefusalCode::Field, "Write how the family told you, and when").at("heard_by")
            );
        }
        (true, Some(words)) => Some(AlreadySettled { heard_by: words.clone(), told_on: None, party: None }),
        (false, _) => None,
    };
    let unsettled: Vec<PointNo> =
        open.iter().copied().filter(|point| !command.settled.contains(point)).collect();
    let all = unsettled.is_empty();
    if let Some(party) = one_of_several(case, command.party, ctx)? {
        return Ok(vec![Event::SettledForOne {
            party,
            run: run.no,
            settled: command.settled.clone(),
            unsettled,
            words: command.words.clone(),
            heard_by: command.heard_by.clone().filter(|_| heard_by.is_some()),
        }]);
    }
    let mut events = vec![Event::Settled {
        run: run.no,
        settled: command.settled.clone(),
        unsettled,
        words: command.words.clone(),
        heard_by,
    }];
    if all {
        let actions = run.reply.as_ref().and_then(|reply| reply.actions.as_ref());
        events.extend(closing::settled(case, run.kind, actions));
    }
    Ok(events)
}

/// Whose own part it is that ends, while the case goes on for somebody else (P18). None where only one person goes on:
/// then the whole case ends.
pub(super) fn one_of_several(
    case: &Case,
    said_by_staff: Option<PartyNo>,
    ctx: &Context<'_>,
) -> Result<Option<PartyNo>, Refusal> {
    let who = match ctx.actor {
        Actor::Complainant(me) => Some(me),
        Actor::Person(_) | Actor::Public | Actor::Clock => said_by_staff,
    };
    match who {
        Some(no) if !case.going_on().any(|party| party.no == no) => Err(Refusal::new(
            RefusalCode::NotOnCase,
            "Choose somebody who raised it and has not ended their own part",
        )
        .at("party")),
        Some(no) => Ok(case.goes_on_without(no).then_some(no)),
        None if case.going_on().count() > 1 => Err(Refusal::new(
            RefusalCode::Field,
            "Choose who of them told you: the case goes on for the others",
        )
        .at("party")),
        None => Ok(None),
    }
}

/// Whether a case may be taken further now: there is a stage above, and it was answered or the answer is
/// late enough (9.1).
pub(super) fn may_escalate(case: &Case, ctx: &Context<'_>) -> Result<(), Refusal> {
    let run = present(case)?;
    let stage = ctx.procedure.stage(&run.stage);
    if stage.is_none_or(|stage| stage.next.is_empty()) {
        return Err(Refusal::new(
            RefusalCode::LastStage,
            "This was the last stage of the school's procedure",
        )
        .unless(exits_words(ctx)));
    }
    if case.standing() == Standing::Replied {
        return Ok(());
    }
    match no_reply_from(case, ctx) {
        Some(from) if ctx.today >= from => Ok(()),
        Some(from) => {
            Err(Refusal::new(RefusalCode::WrongState, "The reply is not overdue for long enough yet")
                .unless(format!("If there is no reply, it can be taken further from {}", short_date(from))))
        }
        None => Err(Refusal::new(RefusalCode::WrongState, "It has not been answered yet")
            .unless("It can be taken further after the reply, or when the reply is late")),
    }
}

/// Where it can go after the last stage (R56).
fn exits_words(ctx: &Context<'_>) -> String {
    let bodies: Vec<&str> = ctx.procedure.exits.iter().map(|exit| exit.name.as_str()).collect();
    format!("You can go to {}", super::one_of(&bodies))
}

/// The stages that may follow, by name.
fn goes_to(here: Option<&Stage>, ctx: &Context<'_>) -> String {
    let next = here.map(|stage| stage.next.as_slice()).unwrap_or_default();
    let titles: Vec<String> = next
        .iter()
        .filter_map(|key| ctx.procedure.stage(key))
        .map(|stage| format!("\u{201c}{}\u{201d}", stage.title))
        .collect();
    let titles: Vec<&str> = titles.iter().map(String::as_str).collect();
    format!("It can go to {}", super::one_of(&titles))
}

/// The day from which an unanswered case may be taken further: some days after the reply was due (9.1).
///
/// Where the reply counts from an acknowledgement that never came, it is due as if that had come on its last
/// day, so that silence cannot hold a family up.
pub fn no_reply_from(case: &Case, ctx: &Context<'_>) -> Option<chrono::NaiveDate> {
    let due = if let Some(respond) = case.open_deadline(DeadlineRule::Respond) {
        respond.due.date()?
    } else {
        let last_day = case.open_deadline(DeadlineRule::Acknowledge)?.due.date()?;
        let limit = ctx.stage_of(case)?.respond?;
        ctx.calendar.due(last_day, limit.amount, limit.unit).ok()?.due_on
    };
    let wait = ctx.procedure.no_reply;
    ctx.calendar.extend_from(due, wait.amount, wait.unit).ok().map(|working| working.due_on)
}

/// Whether a complainant has not had what was written to them: no time runs out on an answer that never came.
pub fn never_came(ctx: &Context<'_>) -> bool {
    ctx.unsent.contains(&Recipient::Complainant)
}

/// Whether the window of the present run is over on this day.
pub fn window_is_over(case: &Case, ctx: &Context<'_>) -> bool {
    let window = case.open_deadline(DeadlineRule::Window);
    !never_came(ctx) && window.and_then(|window| window.due.date()).is_some_and(|last| ctx.today > last)
}

/// Takes the unsettled points to the next stage, with why and what is wanted.
pub(super) fn escalate(case: &Case, command: &Escalate, ctx: &Context<'_>) -> Result<Vec<Event>, Refusal> {
    let run = present(case)?;
    let points = unsettled_points(case, &command.points)?;
    in_time(case, command, ctx)?;
    let (stage, skipped) = next_stage(run, command.to_stage.as_ref(), ctx)?;
    if !skipped.is_empty() && command.skip_reason.is_none() {
        return Err(Refusal::new(RefusalCode::CannotSkip, "Say why a stage is left out").at("skip_reason"));
    }
    let began = RunCause::Escalated {
        from: run.no,
        why: command.why.clone(),
        wanted: command.wanted.clone(),
        skip_reason: command.skip_reason.clone().filter(|_| !skipped.is_empty()),
        skipped,
        late_cause: command.late_cause.clone(),
    };
    Ok(begin_run(case, stage, began, points, ctx))
}

fn unsettled_points(case: &Case, asked: &[PointNo]) -> Result<Vec<PointNo>, Refusal> {
    let open: BTreeSet<PointNo> = case.open_points().map(|point| point.no).collect();
    let points: BTreeSet<PointNo> = asked.iter().copied().collect();
    if points.is_empty() {
        return Err(
            Refusal::new(RefusalCode::NoPoint, "Choose at least one point that is not settled").at("points")
        );
    }
    if let Some(wrong) = points.difference(&open).next() {
        return Err(Refusal::new(RefusalCode::NotOnCase, format!("Point {wrong} is not open on this case"))
            .at("points"));
    }
    Ok(points.into_iter().collect())
}

/// Inside the window it moves up. After it, it needs good cause, judged by somebody who is not complained
/// about: staff who record it with the cause have judged it (R48).
fn in_time(case: &Case, command: &Escalate, ctx: &Context<'_>) -> Result<(), Refusal> {
    if !window_is_over(case, ctx) {
        return Ok(());
    }
    let last = case.open_deadline(DeadlineRule::Window).and_then(|deadline| deadline.due.date());
    let sentence = last.map_or_else(
        || "The time to take it further is over".to_owned(),
        |last| format!("The last date to take it further was {}", short_date(last)),
    );
    let refusal = Refusal::new(RefusalCode::WindowOver, sentence);
    match (super::recorded_by_staff(ctx), &command.late_cause) {
        (true, Some(_)) => Ok(()),
        (true, None) => {
            Err(refusal.unless("Write the good cause for which you let it through").at("late_cause"))
        }
        (false, _) => {
            Err(refusal.unless("If there was a good reason for the delay, ask the school to look at it"))
        }
    }
}

/// The stage to go to, and those that are left out on the way.
fn next_stage<'p>(
    run: &StageRun,
    to: Option<&StageKey>,
    ctx: &'p Context<'_>,
) -> Result<(&'p Stage, Vec<StageKey>), Refusal> {
    let here = ctx.procedure.stage(&run.stage);
    let usual = here.and_then(|stage| stage.next.first());
    let target = to.or(usual).ok_or_else(|| {
        Refusal::new(RefusalCode::LastStage, "There is no stage after this one").unless(exits_words(ctx))
    })?;
    let stage = ctx
        .procedure
        .stage(target)
        .filter(|_| here.is_some_and(|from| from.next.contains(target)))
        .ok_or_else(|| {
        Refusal::new(RefusalCode::CannotSkip, "The procedure does not go from here to that stage")
            .unless(goes_to(here, ctx))
            .at("to_stage")
    })?;
    let between = |key: &StageKey| {
        let place = |wanted: &StageKey| ctx.procedure.stages.iter().position(|stage| stage.key == *wanted);
        place(key) > place(&run.stage) && place(key) < place(target)
    };
    let skipped: Vec<&Stage> = ctx.procedure.stages.iter().filter(|stage| between(&stage.key)).collect();
    if let Some(fixed) = skipped.iter().find(|stage| stage.skip == Skip::Never) {
        return Err(Refusal::new(
            RefusalCode::CannotSkip,
            format!("The stage \u{201c}{}\u{201d} cannot be left out", fixed.title),
        )
        .unless("Take it to that stage first. It can go on from there")
        .at("to_stage"));
    }
    Ok((stage, skipped.into_iter().map(|stage| stage.key.clone()).collect()))
}

/// A new stage run, with its handler clear of earlier roles and its deadlines from today.
fn begin_run(
    case: &Case,
    stage: &Stage,
    began: RunCause,
    points: Vec<PointNo>,
    ctx: &Context<'_>,
) -> Vec<Event> {
    let run = RunNo::next_after(case.runs.len());
    let barred = ctx.barred(case);
    let scene = ctx.scene(&case.subjects, case.child.as_ref(), &barred).after(&case.runs);
    let mut events = vec![stage_started(run, stage, &scene, ctx.today, began, points, ctx)];
    if case.has_clocks() {
        events.extend(stage_deadlines(stage, run, ctx.today, ctx, &mut DeadlineMaker::after(Some(case))));
    }
    events
}

/// A window lapses only after its last date and two reminders.
pub(super) fn may_lapse(case: &Case, ctx: &Context<'_>) -> Result<(), Refusal> {
    let run = present(case)?;
    if never_came(ctx) {
        return Err(Refusal::new(RefusalCode::WindowOver, "The family has not had the answer yet")
            .unless("Post it or tell them, and note at the message on which day"));
    }
    match case.open_deadline(DeadlineRule::Window).map(|deadline| deadline.due) {
        Some(Due::On(last)) if ctx.today > last => {}
        Some(Due::On(last)) => {
            return Err(Refusal::new(
                RefusalCode::WindowOver,
                format!("The family may take it further until {}", short_date(last)),
            )
            .unless("It closes by itself after that day and two reminders"));
        }
        Some(Due::CalendarMissing(_) | Due::Paused) | None => {
            return Err(Refusal::new(RefusalCode::CalendarMissing, "There is no last date yet")
                .unless("An administrator adds the term dates that are missing"));
        }
    }
    if run.window_reminders < REMINDERS || run.window_reminded_on.is_none_or(|day| day >= ctx.today) {
        return Err(Refusal::new(
            RefusalCode::RemindersDue,
            "Two reminders go to the family before the case closes by itself",
        )
        .unless("They go by themselves, on school days before the last date or after it"));
    }
    Ok(())
}

pub(super) fn lapse(case: &Case) -> Vec<Event> {
    let concluded = case.run().into_iter().filter_map(|run| {
        closing::concluded_by_reply(
            case,
            run.kind,
            run.reply.as_ref().and_then(|reply| reply.actions.as_ref()),
        )
    });
    concluded.chain([Event::Closed { reason: ClosedReason::NotPursued }]).collect()
}

/// Findings that are made go to all who are to have them, and then the case is closed as completed (R54). They
/// cannot be taken back with the complaint.
pub(super) fn may_withdraw(case: &Case) -> Result<(), Refusal> {
    let standing = match &case.state {
        State::Suspended { earlier, .. } => earlier.standing(),
        State::Screening { .. }
        | State::Open(_)
        | State::Replied
        | State::Hearing(_)
        | State::Closed { .. } => case.standing(),
    };
    if standing != Standing::HearingDecided {
        return Ok(());
    }
    Err(Refusal::new(
        RefusalCode::WrongState,
        "The panel has made its findings, so it is too late to withdraw",
    )
    .unless("The clerk closes the case as soon as everybody who is to have the findings has them"))
}

/// The complainant's own link is enough; staff say where the written confirmation is (R57). What concerns the
/// safety of a child goes on: whoever leads on safeguarding is told, and owns what is left to do.
pub(super) fn withdraw(case: &Case, command: &Withdraw, ctx: &Context<'_>) -> Result<Vec<Event>, Refusal> {
    if super::recorded_by_staff(ctx) && command.confirmation.is_none() {
        return Err(Refusal::new(RefusalCode::Field, "Write where the family's written confirmation is")
            .at("confirmation"));
    }
    if let Some(party) = one_of_several(case, command.party, ctx)? {
        return Ok(vec![Event::WithdrawnForOne {
            party,
            reason: command.reason.clone(),
            confirmation: command.confirmation.clone(),
        }]);
    }
    let mut events =
        vec![Event::Withdrawn { reason: command.reason.clone(), confirmation: command.confirmation.clone() }];
    events.extend(safety_goes_on(case, ctx));
    if let Some(run) = case.run() {
        let actions = run.reply.as_ref().and_then(|reply| reply.actions.clone());
        let none = Words::ours("The complaint was withdrawn before it was answered");
        events.extend(closing::concluded(run, actions.as_ref(), Some(&none)));
    }
    events.push(Event::Closed { reason: ClosedReason::Withdrawn });
    Ok(events)
}

/// An action for the safeguarding lead that survives the closing, due tomorrow whatever the calendar, and an alert
/// at once (R14, R57).
fn safety_goes_on(case: &Case, ctx: &Context<'_>) -> Vec<Event> {
    if !case.flags.contains(&Flag::ChildAtRisk) {
        return Vec::new();
    }
    let people = raising::whom_to_alert(&case.subjects, &case.shut_out(), ctx);
    let leads = |person: &&PersonId| ctx.holds(**person, Role::DesignatedSafeguardingLead);
    let owner = people.iter().find(leads).or_else(|| people.first()).copied();
    let mut events = vec![Event::AlertRaised { flag: Flag::ChildAtRisk, people }];
    let tomorrow = ctx.today.succ_opt().unwrap_or(ctx.today);
    let what = Words::ours(
        "The family withdrew this, and a child may be at risk. Look into the safety of the child all the same, \
         and write down what was done",
    );
    events.extend(owner.into_iter().flat_map(|owner| recording::promised(case, &what, owner, tomorrow)));
    events
}

/// A new run of the last stage. Points that were settled or sent elsewhere stay so while others are open;
/// when none is, all of the last run are open again.
pub(super) fn reopen(case: &Case, command: &Reopen, ctx: &Context<'_>) -> Result<Vec<Event>, Refusal> {
    if command.ground == ReopenReason::RefusalReviewed {
        return Err(Refusal::new(RefusalCode::Field, "A refusal is looked at again by an action of its own")
            .unless("Use \u{201c}Look at the refusal again\u{201d}")
            .at("ground"));
    }
    let reopened = Event::Reopened { ground: command.ground, reason: command.reason.clone() };
    Ok([reopened].into_iter().chain(begun_again(case, command.ground, ctx)?).collect())
}

/// The new run, with its dates from today.
pub(super) fn begun_again(
    case: &Case,
    ground: ReopenReason,
    ctx: &Context<'_>,
) -> Result<Vec<Event>, Refusal> {
    let key = case.run().map_or(&case.first_stage, |run| &run.stage);
    let stage = ctx.procedure.stage(key).ok_or_else(|| {
        Refusal::new(RefusalCode::NotOnCase, "The procedure has no such stage")
            .unless("Raise it as a new case, and say there which one it continues")
    })?;
    let of_last_run = case
        .run()
        .map_or_else(|| case.points.iter().map(|point| point.no).collect(), |run| run.points.clone());
    let open: Vec<PointNo> =
        case.open_points().map(|point| point.no).filter(|point| of_last_run.contains(point)).collect();
    let points = if open.is_empty() { of_last_run } else { open };
    Ok(begin_run(case, stage, RunCause::Reopened(ground), points, ctx))
}
