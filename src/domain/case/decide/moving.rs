//! A family may pick the wrong school of a trust: the case goes to the right one, as if it had come there at once.

use std::collections::BTreeSet;

use crate::domain::ids::RunNo;
use crate::domain::text::Words;

use super::super::command::MoveSchool;
use super::super::context::{Context, DeadlineMaker, Destination};
use super::super::event::Event;
use super::super::refusal::{Refusal, RefusalCode};
use super::super::state::{Bound, Case, RunCause, StageRun, State, Subject};
use super::super::vocabulary::{Flag, ScreeningReason};
use super::raising::{self, stage_deadlines, stage_started};

/// There is another school to go to, and nobody has said anything to the family yet but that we have it.
pub(super) fn may_move(case: &Case, ctx: &Context<'_>) -> Result<(), Refusal> {
    if ctx.neighbours.schools.is_empty() {
        return Err(Refusal::new(
            RefusalCode::NotOnCase,
            "No other school of the trust is here to move it to",
        )
        .unless("Send its points to the right place: the letter tells the family where to go"));
    }
    let begun =
        |run: &StageRun| run.no != RunNo(1) || run.cause != RunCause::First || !run.answers.is_empty();
    if case.run().is_some_and(begun) {
        return Err(Refusal::new(
            RefusalCode::NotOnCase,
            "This school has begun to answer it, so it stays here",
        )
        .unless("Send the points that are about the other school to the right place"));
    }
    Ok(())
}

/// It moves as a whole: procedure and calendar of the other school as of the same receipt, and routed anew by who is
/// complained about.
pub(super) fn move_school(
    case: &Case,
    command: &MoveSchool,
    ctx: &Context<'_>,
) -> Result<Vec<Event>, Refusal> {
    let chosen = ctx.neighbours.chosen.as_ref().filter(|chosen| chosen.school.id == command.school);
    let there = chosen.filter(|chosen| chosen.school.id != case.school).ok_or_else(|| {
        Refusal::new(RefusalCode::NotOnCase, "Choose another school of the trust")
            .unless("A school of somebody else is told by the family: send the points to the right place")
            .at("school")
    })?;
    let at = ctx.at(there);
    let subjects = known_there(case, &at);
    let shut_out: BTreeSet<_> = at.barred(case).into_iter().chain(persons(&subjects)).collect();
    let scene = at.scene(&subjects, case.child.as_ref(), &shut_out);
    let stage = scene.first_stage().ok_or_else(|| no_procedure(there))?;
    let mut events = vec![moved(case, command, &subjects, stage.key.clone(), ctx, there)];
    if case.flags.contains(&Flag::ChildAtRisk) {
        let hidden_from = case.shut_out().into_iter().chain(persons(&subjects)).collect();
        let people = raising::whom_to_alert(&subjects, &hidden_from, &at);
        events.push(Event::AlertRaised { flag: Flag::ChildAtRisk, people });
    }
    if case.run().is_some() {
        let points = case.open_points().map(|point| point.no).collect();
        events.push(stage_started(RunNo(1), stage, &scene, case.received_on, RunCause::First, points, &at));
    }
    if case.has_clocks() {
        let mut maker = DeadlineMaker::after(Some(case));
        events.extend(stage_deadlines(stage, RunNo(1), case.received_on, &at, &mut maker));
    }
    Ok(events)
}

fn no_procedure(there: &Destination) -> Refusal {
    Refusal::new(RefusalCode::NotOnCase, format!("{} has no complaints procedure yet", there.school.name))
        .unless("An administrator chooses one in the settings")
        .at("school")
}

/// Whom the family meant, among the people of the other school.
fn known_there(case: &Case, at: &Context<'_>) -> Vec<Subject> {
    let known = |subject: &Subject| {
        // Whoever holds a post at both is the one who was meant; a guess by name or role comes after whom staff know.
        let known = subject.person.filter(|person| at.has_a_post(*person));
        let guessed = || raising::person_meant(subject.role, subject.name.as_ref(), case.child.as_ref(), at);
        Subject { person: known.or_else(guessed), ..subject.clone() }
    };
    case.subjects.iter().map(known).collect()
}

fn persons(subjects: &[Subject]) -> impl Iterator<Item = crate::domain::ids::PersonId> {
    subjects.iter().filter_map(|subject| subject.person)
}

fn moved(
    case: &Case,
    command: &MoveSchool,
    subjects: &[Subject],
    first_stage: crate::domain::procedure::StageKey,
    ctx: &Context<'_>,
    there: &Destination,
) -> Event {
    Event::SchoolMoved {
        from: case.school,
        from_name: Words::ours(ctx.school.name.as_str()),
        to: there.school.id,
        to_name: Words::ours(there.school.name.as_str()),
        bound: Bound {
            procedure: there.procedure_id,
            regime: there.procedure.regime,
            nation: there.procedure.nation,
            calendar: there.calendar.id(),
        },
        first_stage,
        subjects: subjects.to_vec(),
        screening: still_to_check(case, subjects),
        reason: command.reason.clone(),
    }
}

/// What a person looks at there first: what was to be looked at here, and who is meant where nobody of that name works
/// there (R22).
fn still_to_check(case: &Case, subjects: &[Subject]) -> BTreeSet<ScreeningReason> {
    let State::Screening { reasons } = &case.state else { return BTreeSet::new() };
    let mut reasons = reasons.clone();
    if subjects.iter().any(raising::is_meant_but_unknown) {
        reasons.insert(ScreeningReason::SubjectUnknown);
    } else if reasons.len() > 1 {
        reasons.remove(&ScreeningReason::SubjectUnknown);
    }
    reasons
}
