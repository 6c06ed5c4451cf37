//! The ladder as a fixed tracker of steps (P24).

use crate::domain::calendar::{local_date, short_date};
use crate::domain::case::state::{Case, StageRun, Standing};
use crate::domain::deadline::{Deadline, DeadlineRule};
use crate::domain::procedure::{Procedure, Stage, StageKey, StageKind};

/// One step of the ladder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What people call it.
    pub title: String,
    /// Where it stands.
    pub state: StepState,
    /// When, or by when: one short line.
    pub note: Option<String>,
    /// Its parts: the formal procedure is one step with two (domain.md 9.0).
    pub parts: Vec<Step>,
}

/// Where a step stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepState {
    /// Behind us.
    Done,
    /// We are here.
    Current,
    /// Not reached.
    NotYet,
    /// Not part of this case.
    LeftOut,
}

/// The steps of a case's ladder, in order. They are outside the reader's control, and always all there.
pub fn tracker(case: &Case, procedure: &Procedure) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut rest = procedure.stages.as_slice();
    while let Some((stage, after)) = rest.split_first() {
        match after.split_first() {
            Some((second, beyond)) if are_one_step(stage, second) => {
                steps.push(formal_step(vec![rung(stage, case, procedure), rung(second, case, procedure)]));
                rest = beyond;
            }
            Some(_) | None => {
                steps.push(rung(stage, case, procedure));
                rest = after;
            }
        }
    }
    steps
}

/// The written part and the panel are one step where the procedure names them as parts of one: F1 and F2.
fn are_one_step(first: &Stage, second: &Stage) -> bool {
    let letter = |stage: &Stage| stage.key.0.chars().next();
    first.kind == StageKind::Formal && second.kind == StageKind::Panel && letter(first) == letter(second)
}

fn formal_step(parts: Vec<Step>) -> Step {
    let states: Vec<StepState> = parts.iter().map(|part| part.state).collect();
    let state = if states.contains(&StepState::Current) {
        StepState::Current
    } else if states.iter().all(|state| *state == StepState::LeftOut) {
        StepState::LeftOut
    } else if states.contains(&StepState::Done) {
        // Between the answer and the panel the step has begun; at the end it is behind us.
        if states.contains(&StepState::NotYet) { StepState::Current } else { StepState::Done }
    } else {
        StepState::NotYet
    };
    Step { title: "The formal procedure".to_owned(), state, note: None, parts }
}

fn rung(stage: &Stage, case: &Case, procedure: &Procedure) -> Step {
    let stands = state_of(stage, case, procedure);
    let run = case.runs.iter().rev().find(|run| run.stage == stage.key);
    let note = run.and_then(|run| note(run, stands, case));
    Step { title: stage.title.clone(), state: stands, note, parts: Vec::new() }
}

fn state_of(stage: &Stage, case: &Case, procedure: &Procedure) -> StepState {
    let closed = case.standing() == Standing::Closed;
    let reached = case.runs.iter().any(|run| run.stage == stage.key);
    let here = case.run().is_some_and(|run| run.stage == stage.key);
    match (closed, reached) {
        (false, true) if here => StepState::Current,
        (true | false, true) => StepState::Done,
        (true, false) => StepState::LeftOut,
        (false, false) if is_behind(stage, case, procedure) => StepState::LeftOut,
        (false, false) => StepState::NotYet,
    }
}

/// Whether the case began above that stage, or went past it.
fn is_behind(stage: &Stage, case: &Case, procedure: &Procedure) -> bool {
    let place = |key: &StageKey| procedure.stages.iter().position(|other| other.key == *key);
    let here = case.run().map_or(&case.first_stage, |run| &run.stage);
    place(&stage.key) < place(here)
}

fn note(run: &StageRun, state: StepState, case: &Case) -> Option<String> {
    if let Some(reply) = &run.reply {
        return Some(format!("Answered on {}", short_date(local_date(reply.sent_at))));
    }
    match state {
        StepState::Current => due_note(run, case),
        StepState::Done => Some("Went on without an answer".to_owned())
            .filter(|_| case.run().map(|now| now.no) != Some(run.no)),
        StepState::NotYet | StepState::LeftOut => None,
    }
}

fn due_note(run: &StageRun, case: &Case) -> Option<String> {
    let of = |rule: DeadlineRule| {
        case.deadlines
            .iter()
            .find(|deadline| deadline.rule == rule && deadline.run == Some(run.no) && deadline.is_open())
    };
    let dated = |words: &str, deadline: &Deadline| {
        deadline.due.date().map(|due| format!("{words} by {}", short_date(due)))
    };
    of(DeadlineRule::Respond)
        .and_then(|deadline| dated("Answer", deadline))
        .or_else(|| of(DeadlineRule::Outcome).and_then(|deadline| dated("Findings", deadline)))
        .or_else(|| of(DeadlineRule::Convene).and_then(|deadline| dated("Hearing", deadline)))
}
