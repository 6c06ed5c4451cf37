//! What becomes of a case if its family takes it further today: to whom it goes, and by when an answer comes (P26,
//! P27).

use crate::domain::calendar::long_date;
use crate::domain::case::command::{Command, Escalate};
use crate::domain::case::context::Context;
use crate::domain::case::decide::decide;
use crate::domain::case::evolve::evolve;
use crate::domain::case::state::Case;
use crate::domain::deadline::DeadlineRule;
use crate::domain::procedure::called;
use crate::domain::record::stamp;
use crate::domain::text::Words;

/// The sentences, made by trying it: the same rules say what is done when it is done. None where it cannot be taken
/// further now.
pub fn if_taken_further(case: &Case, ctx: &Context<'_>) -> Vec<String> {
    let trial = Command::Escalate(Escalate {
        points: case.open_points().map(|point| point.no).collect(),
        why: Words::ours("-"),
        wanted: Words::ours("-"),
        to_stage: None,
        skip_reason: None,
        late_cause: None,
    });
    let Ok(events) = decide(case, &trial, ctx) else { return Vec::new() };
    let mut after = case.clone();
    for event in &events {
        let stamp = stamp(after.length, ctx.now, ctx.today, ctx.actor);
        evolve(&mut after, &stamp, event);
    }
    to_whom(&after, ctx).into_iter().chain(by_when(&after)).collect()
}

fn to_whom(after: &Case, ctx: &Context<'_>) -> Option<String> {
    let run = after.run()?;
    let title = ctx.procedure.stage(&run.stage)?.title.as_str();
    let who = called(run.handler.role, ctx.procedure.regime);
    Some(format!("It goes to {who}, at the step \u{201c}{title}\u{201d}."))
}

fn by_when(after: &Case) -> Option<String> {
    let due = |rule| after.open_deadline(rule).and_then(|deadline| deadline.due.date()).map(long_date);
    let answer = due(DeadlineRule::Respond).map(|day| format!("you have an answer by {day}"));
    let hearing = || due(DeadlineRule::Convene).map(|day| format!("the panel meets by {day}"));
    let word = || due(DeadlineRule::Acknowledge).map(|day| format!("you hear from them by {day}"));
    answer.or_else(hearing).or_else(word).map(|what| format!("If you send it today, {what}."))
}
