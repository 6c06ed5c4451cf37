//! Looking first: accepting, redirecting, refusing what is late, and giving a stage to somebody.

use std::collections::BTreeSet;

use crate::domain::calendar::long_date;
use crate::domain::ids::{PersonId, RunNo};
use crate::domain::person::{Cover, Role};
use crate::domain::text::Words;

use super::super::command::{Accept, Assign, KeepOnRecord, Redirect, RefuseLate, ReviewRefusal};
use super::super::context::{Context, DeadlineMaker};
use super::super::event::Event;
use super::super::refusal::{Refusal, RefusalCode};
use super::super::state::{Case, Handler, InvolvedAs, RunCause, State};
use super::super::vocabulary::{ClosedReason, Flag, RefusalReview, ReopenReason, ScreeningReason};
use super::By;
use super::closing;
use super::consent;
use super::ladder;
use super::raising::{self, stage_deadlines, stage_started};

/// Whether an anonymous concern is looked into is for the headteacher, the chair or the trust (R16).
pub(super) fn may_accept(case: &Case, ctx: &Context<'_>) -> Result<(), Refusal> {
    let State::Screening { reasons } = &case.state else { return Ok(()) };
    consent::is_there(case)?;
    let relations = ctx.relations(case);
    let decides = relations.contains(&By::Authority) || relations.contains(&By::SafeguardingLead);
    if reasons.contains(&ScreeningReason::Anonymous) && !decides {
        return Err(Refusal::new(
            RefusalCode::NotYours,
            "The headteacher, the chair or a trust officer decides whether an anonymous concern is looked into",
        )
        .unless("Ask one of them to accept it"));
    }
    Ok(())
}

/// The chairs to whom a case that is being checked must go, because nobody else may decide what it waits for: the
/// headteacher is complained about, and it came late (R11), or it is anonymous and there is no trust officer (R16).
/// Nobody where somebody else may, so that the chair stays clear for a panel.
pub fn only_the_chair(case: &Case, ctx: &Context<'_>) -> Vec<PersonId> {
    let State::Screening { reasons } = &case.state else { return Vec::new() };
    let barred = case.subjects.iter().filter_map(|subject| subject.person).collect();
    let scene = ctx.scene(&case.subjects, case.child.as_ref(), &barred);
    let nobody = |role: Role| scene.clear_holders(role).is_empty();
    let at_risk = case.flags.contains(&Flag::ChildAtRisk);
    let lead_decides = at_risk && !nobody(Role::DesignatedSafeguardingLead);
    let late = reasons.contains(&ScreeningReason::Late) && !at_risk;
    let anonymous =
        reasons.contains(&ScreeningReason::Anonymous) && nobody(Role::TrustOfficer) && !lead_decides;
    if nobody(Role::Headteacher) && (late || anonymous) {
        scene.clear_holders(Role::ChairOfGovernors).into_iter().map(|person| person.id).collect()
    } else {
        Vec::new()
    }
}

/// That a case which is being checked came late, and by how much, in a sentence; nothing where it came in time (R11, R12).
pub fn came_late(case: &Case, ctx: &Context<'_>) -> Option<String> {
    let State::Screening { reasons } = &case.state else { return None };
    let last = case.last_incident_on.filter(|_| reasons.contains(&ScreeningReason::Late))?;
    let bar = ctx.procedure.time_bar?;
    let until = ctx.calendar.due(last, bar.amount, bar.unit).ok()?.due_on;
    Some(format!(
        "It last happened on {}. By the procedure it is raised by {}, and this was received on {}.",
        long_date(last),
        long_date(until),
        long_date(case.received_on)
    ))
}

/// The headteacher or the chair refuses what came late; a trust officer does where both are shut out (R11).
pub(super) fn may_refuse_late(case: &Case, ctx: &Context<'_>) -> Result<(), Refusal> {
    let State::Screening { reasons } = &case.state else { return Ok(()) };
    if !reasons.contains(&ScreeningReason::Late) {
        return Err(Refusal::new(
            RefusalCode::WrongState,
            "Nothing says that it came late, so it cannot be refused as late",
        )
        .unless("Accept it, or send its points to where they belong"));
    }
    if case.flags.contains(&Flag::ChildAtRisk) {
        return Err(Refusal::new(
            RefusalCode::WrongState,
            "A child may be at risk, and for that it is never too late",
        )
        .unless("Accept it, or send it to the safeguarding lead\u{2019}s own route"));
    }
    let of_the_school = [Role::Headteacher, Role::ChairOfGovernors];
    let holds_one = |person| of_the_school.into_iter().any(|role| ctx.holds(person, role));
    let one_is_clear =
        ctx.directory.people().iter().any(|person| holds_one(person.id) && !case.is_shut_out(person.id));
    if !one_is_clear || super::acting_person(ctx).is_some_and(holds_one) {
        return Ok(());
    }
    Err(Refusal::new(RefusalCode::NotYours, "The headteacher or the chair of governors decides this")
        .unless("Ask one of them"))
}

/// Each screening reason answered in words lets the case in. Clocks count from receipt all the same.
pub(super) fn accept(case: &Case, command: &Accept, ctx: &Context<'_>) -> Result<Vec<Event>, Refusal> {
    let State::Screening { reasons } = &case.state else { return Ok(Vec::new()) };
    let answered: BTreeSet<_> = command.answers.iter().map(|answer| answer.reason).collect();
    if let Some(missing) = reasons.iter().find(|reason| !answered.contains(reason)) {
        return Err(Refusal::new(
            RefusalCode::ScreeningUnanswered,
            format!("Say what you found about this: {}", missing.title()),
        )
        .unless("Each reason for checking has an answer")
        .at("answers"));
    }
    if !answered.is_subset(reasons) {
        return Err(Refusal::new(
            RefusalCode::ScreeningUnanswered,
            "Answer only the reasons for which this case is being checked",
        )
        .at("answers"));
    }
    let mut events = vec![Event::Accepted { answers: command.answers.clone() }];
    let chosen = chosen_handler(case, command, ctx).map_err(|refusal| refusal.at("handler"))?;
    events.extend(first_run(case, chosen, ctx)?);
    Ok(events)
}

/// Whoever accepts a case in which a child may be at risk says who has it: who is complained about is often not
/// named yet, and the class teacher may be the one (R14, R22).
fn chosen_handler(case: &Case, command: &Accept, ctx: &Context<'_>) -> Result<Option<Handler>, Refusal> {
    match command.handler {
        Some(person) => Ok(Some(Handler { role: may_handle(case, person, ctx)?, person: Some(person) })),
        None if !must_choose(case, ctx) => Ok(None),
        None => Err(Refusal::new(
            RefusalCode::Field,
            "Choose who will have the case: a child may be at risk, so nobody gets it by the usual order",
        )
        .unless("Everybody who may have it is in the list of the form")),
    }
}

/// Whether whoever accepts must choose who has it.
pub fn must_choose(case: &Case, ctx: &Context<'_>) -> bool {
    case.run().is_none() && case.flags.contains(&Flag::ChildAtRisk) && !who_may_handle(case, ctx).is_empty()
}

/// The first stage, with the limits that count since receipt. When it is another stage than the one that
/// was foreseen, because it turned out who is complained about, it has limits of its own.
fn first_run(case: &Case, chosen: Option<Handler>, ctx: &Context<'_>) -> Result<Vec<Event>, Refusal> {
    let barred = ctx.barred(case);
    let scene = ctx.scene(&case.subjects, case.child.as_ref(), &barred);
    let stage = scene.first_stage().ok_or_else(|| {
        Refusal::new(RefusalCode::NotOnCase, "This school has no complaints procedure yet")
            .unless("An administrator chooses one in the settings")
    })?;
    let points = case.open_points().map(|point| point.no).collect();
    let mut started = stage_started(RunNo(1), stage, &scene, case.received_on, RunCause::First, points, ctx);
    if let (Event::StageStarted { handler, .. }, Some(chosen)) = (&mut started, chosen) {
        *handler = chosen;
    }
    let mut events = vec![started];
    if stage.key != case.first_stage && case.has_clocks() {
        let mut maker = DeadlineMaker::after(Some(case));
        events.extend(stage_deadlines(stage, RunNo(1), case.received_on, ctx, &mut maker));
    }
    Ok(events)
}

pub(super) fn may_redirect(case: &Case) -> Result<(), Refusal> {
    case.open_points().next().map(|_| ()).ok_or_else(|| {
        Refusal::new(RefusalCode::NoPoint, "No point is left to send on")
            .unless("Raise what is new as a case of its own")
    })
}

/// Points that belong elsewhere go there, with a letter; the rest goes on (R13). A request that the law sets a time
/// for has its clock from receipt (R15). A formal case whose every point goes elsewhere is concluded too (R55).
pub(super) fn redirect(case: &Case, command: &Redirect, ctx: &Context<'_>) -> Result<Vec<Event>, Refusal> {
    if command.points.is_empty() {
        return Err(Refusal::new(RefusalCode::Field, "Choose at least one point").at("points"));
    }
    let open: BTreeSet<_> = case.open_points().map(|point| point.no).collect();
    if let Some(wrong) = command.points.iter().find(|point| !open.contains(point)) {
        return Err(Refusal::new(RefusalCode::NotOnCase, format!("Point {wrong} is not open on this case"))
            .at("points"));
    }
    let mut events = vec![Event::Redirected {
        points: command.points.clone(),
        reason: command.reason,
        words: command.words.clone(),
    }];
    events.extend(raising::clock_of_request(case, command.reason, ctx));
    if open.iter().all(|point| command.points.contains(point)) {
        let none = Words::ours("Every point was sent to the place where it belongs");
        events.extend(case.run().and_then(|run| closing::concluded(run, None, Some(&none))));
        events.push(Event::Closed { reason: ClosedReason::Redirected });
    }
    Ok(events)
}

/// An anonymous concern need not be looked into, unless a child may be at risk (R16).
pub(super) fn may_keep_on_record(case: &Case) -> Result<(), Refusal> {
    let State::Screening { reasons } = &case.state else { return Ok(()) };
    if !reasons.contains(&ScreeningReason::Anonymous) {
        return Err(Refusal::new(
            RefusalCode::NotOnCase,
            "Whoever raised it gave a name, so it has an answer",
        )
        .unless("Accept it, or send its points to where they belong"));
    }
    if case.flags.contains(&Flag::ChildAtRisk) {
        return Err(Refusal::new(
            RefusalCode::NotOnCase,
            "A child may be at risk, and that is looked into whoever tells of it",
        )
        .unless("Accept it, or send it to the safeguarding lead\u{2019}s own route"));
    }
    Ok(())
}

/// It stays on record with the decision; there is nobody to write to.
pub(super) fn keep_on_record(command: &KeepOnRecord) -> Vec<Event> {
    vec![
        Event::KeptOnRecord { reason: command.reason.clone(), referred_to: command.referred_to.clone() },
        Event::Closed { reason: ClosedReason::KeptOnRecord },
    ]
}

/// A late matter is refused only after it was considered (R11).
pub(super) fn refuse_late(command: &RefuseLate) -> Vec<Event> {
    vec![
        Event::RefusedLate { consideration: command.consideration.clone(), reason: command.reason.clone() },
        Event::Closed { reason: ClosedReason::OutOfTime },
    ]
}

/// Whoever refused does not judge their own refusal, and it is looked at again once (R11).
pub(super) fn may_review_refusal(case: &Case, ctx: &Context<'_>) -> Result<(), Refusal> {
    let refused = matches!(case.state, State::Closed { reason: ClosedReason::OutOfTime, .. });
    let deciders: Vec<PersonId> = case
        .involvement
        .iter()
        .filter(|line| line.involved_as == InvolvedAs::Decided)
        .map(|line| line.person)
        .collect();
    if !refused || deciders.len() > 1 {
        let why = if refused { "It was looked at again already" } else { "It was not refused as too late" };
        return Err(Refusal::new(RefusalCode::NotOnCase, why)
            .unless("Open it again if there is something new, or if the school made a mistake"));
    }
    if super::acting_person(ctx).is_some_and(|me| deciders.contains(&me)) {
        return Err(Refusal::new(
            RefusalCode::DecidedBefore,
            "You refused it, so somebody else looks at it again",
        )
        .unless("Ask the chair of governors, the headteacher or a trust officer"));
    }
    Ok(())
}

/// The refusal stands, or the case is let in with dates from today.
pub(super) fn review_refusal(
    case: &Case,
    command: &ReviewRefusal,
    ctx: &Context<'_>,
) -> Result<Vec<Event>, Refusal> {
    let reviewed = Event::RefusalReviewed { outcome: command.outcome, reasons: command.reasons.clone() };
    match command.outcome {
        RefusalReview::Stands => Ok(vec![reviewed]),
        RefusalReview::LetIn => {
            let again = ladder::begun_again(case, ReopenReason::RefusalReviewed, ctx)?;
            Ok([reviewed].into_iter().chain(again).collect())
        }
    }
}

/// Gives the stage to somebody who has the post and is free of conflict (R22, R23).
/// Whether there is anybody to whom it can be given.
pub(super) fn may_assign(case: &Case, ctx: &Context<'_>) -> Result<(), Refusal> {
    if case.run().is_some() && who_may_handle(case, ctx).is_empty() {
        return Err(Refusal::new(RefusalCode::LacksPost, "Nobody else at the school may have this stage")
            .unless("An administrator gives the role to somebody who has had no part in it"));
    }
    Ok(())
}

pub(super) fn assign(case: &Case, command: &Assign, ctx: &Context<'_>) -> Result<Vec<Event>, Refusal> {
    let Some(run) = case.run() else {
        return Err(Refusal::new(RefusalCode::WrongState, "The case has no stage yet")
            .unless("Accept the case first"));
    };
    let role = may_handle(case, command.handler, ctx).map_err(|refusal| refusal.at("handler"))?;
    if run.handler.person == Some(command.handler) {
        let name = ctx.directory.name(command.handler);
        return Err(Refusal::new(RefusalCode::Field, format!("{name} has this case already")).at("handler"));
    }
    Ok(vec![Event::Assigned {
        run: run.no,
        handler: Handler { role, person: Some(command.handler) },
        before: run.handler.person,
        reason: command.reason.clone(),
    }])
}

/// In which role that person may have the present stage.
pub fn may_handle(case: &Case, person: PersonId, ctx: &Context<'_>) -> Result<Role, Refusal> {
    let name = ctx.directory.name(person);
    if case.is_subject(person) {
        // The refusal does not tell that somebody is complained about to whoever may not know; staff who can
        // assign see the subjects of a case anyway.
        return Err(Refusal::new(
            RefusalCode::IsSubject,
            format!("{name} is complained about, so cannot have this case"),
        )
        .unless("Choose somebody else"));
    }
    if case.is_shut_out(person) {
        return Err(Refusal::new(
            RefusalCode::DecidedBefore,
            format!("{name} stepped back from this case, so cannot have it"),
        )
        .unless("Choose somebody else"));
    }
    let present = case.run().map(|run| run.no);
    let earlier = |line: &&super::super::state::Involvement| {
        line.person == person && (line.run != present || line.involved_as == InvolvedAs::Witness)
    };
    if let Some(line) = case.involvement.iter().filter(earlier).find(|line| {
        matches!(
            line.involved_as,
            InvolvedAs::Decided | InvolvedAs::Handled | InvolvedAs::StoodIn | InvolvedAs::Witness
        )
    }) {
        let (code, why) = match line.involved_as {
            InvolvedAs::Witness => (RefusalCode::IsWitness, "saw what happened"),
            _ => (RefusalCode::DecidedBefore, "had an earlier stage of this case"),
        };
        return Err(Refusal::new(code, format!("{name} {why}, so cannot have this one"))
            .unless("Choose somebody who has had no part in it"));
    }
    let barred = BTreeSet::new();
    let scene = ctx.scene(&case.subjects, case.child.as_ref(), &barred).after(case.earlier_runs());
    let ahead = case.run().is_none().then(|| scene.first_stage()).flatten();
    let Some(stage) = ctx.stage_of(case).or(ahead) else {
        return Err(Refusal::new(RefusalCode::NotOnCase, "The procedure has no such stage")
            .unless("An administrator looks at the procedure in the settings"));
    };
    let mut roles = scene.roles_for(stage);
    if case.flags.contains(&Flag::ChildAtRisk) && scene.safeguarding_lead_may_have(stage) {
        roles.push(Role::DesignatedSafeguardingLead);
    }
    roles.iter().copied().find(|role| ctx.holds(person, *role)).ok_or_else(|| {
        let titles: Vec<&str> = roles.iter().map(|role| role.title()).collect();
        Refusal::new(RefusalCode::LacksPost, format!("{name} does not hold a post for this stage"))
            .unless(format!("This stage is for the {}", super::one_of(&titles)))
    })
}

/// Everybody who may have the present stage, for the choices of a form.
pub fn who_may_handle(case: &Case, ctx: &Context<'_>) -> Vec<PersonId> {
    ctx.directory
        .people()
        .iter()
        .map(|person| person.id)
        .filter(|person| case.run().is_none_or(|run| run.handler.person != Some(*person)))
        .filter(|person| {
            let there = |role| !is_away(*person, role, ctx);
            may_handle(case, *person, ctx).is_ok_and(there)
        })
        .collect()
}

/// Whether whoever holds that role is away from it, so that nobody gives them a case unawares (S40).
fn is_away(person: PersonId, role: Role, ctx: &Context<'_>) -> bool {
    match ctx.directory.cover(person, role, ctx.school.id, ctx.today, |_| true) {
        Cover::Here => false,
        Cover::LookedAfter { .. } | Cover::Away { .. } | Cover::Gone => true,
    }
}
