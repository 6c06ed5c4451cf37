//! The answer: what was found on each point, what we did and will do, and how to take it further (R47).

use crate::domain::calendar::long_date;
use crate::domain::case::event::Event;
use crate::domain::case::state::{Answer, Reply, StageRun, State};
use crate::domain::case::vocabulary::{ClosedReason, Finding};
use crate::domain::deadline::Due;
use crate::domain::ids::PointNo;
use crate::domain::procedure::{ExitText, Skip, StageKind};
use crate::domain::text::capital;

use super::desk::{Desk, date_line};
use super::draft::Draft;

pub(super) fn informal(desk: &Desk<'_>) -> Draft {
    let noun = desk.noun();
    let reply = desk.run().and_then(|run| run.reply.as_ref());
    Draft::about(format!("our answer to your {noun}"))
        .say(format!("{} has answered your {noun}.", capital(&desk.author_words())))
        .say_if(it_is_late(desk, Late::Answer))
        .then(|draft| what_to_do(draft, desk))
        .say_if(desk.question_is_over().then_some("You need not answer our question any more."))
        .quote_under("Our answer", reply.map(|reply| &reply.message))
        .then(|draft| points(draft, desk))
        .then(|draft| steps_and_actions(draft, reply))
        .then(|draft| going_on(draft, desk))
}

pub(super) fn formal(desk: &Desk<'_>) -> Draft {
    let reply = desk.run().and_then(|run| run.reply.as_ref());
    Draft::about("our answer to your formal complaint")
        .say(format!("{} has decided on your formal complaint.", capital(&desk.author_words())))
        .say_if(it_is_late(desk, Late::Answer))
        .then(|draft| what_to_do(draft, desk))
        .quote_under("Our answer", reply.map(|reply| &reply.message))
        .quote_under("What we did to look into it", reply.and_then(|reply| reply.steps_taken.as_ref()))
        .then(|draft| points(draft, desk))
        .quote_under("What we will do", reply.and_then(|reply| reply.actions.as_ref()))
        .then(|draft| going_on(draft, desk))
}

/// What may come late.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Late {
    /// The answer of a stage.
    Answer,
    /// What a panel found.
    Findings,
}

/// A late answer says so itself, and whose fault that is (R40).
pub(super) fn it_is_late(desk: &Desk<'_>, what: Late) -> Option<String> {
    let due = desk.answered_late()?;
    let (what, comes) = match what {
        Late::Answer => ("this answer", "It comes"),
        Late::Findings => ("these findings", "They come"),
    };
    Some(format!(
        "You were to have {what} by {}. {comes} late, on {}. You waited too long, and that was our fault.",
        long_date(due),
        long_date(desk.facts.today)
    ))
}

fn steps_and_actions(draft: Draft, reply: Option<&Reply>) -> Draft {
    draft
        .quote_under("What we did to look into it", reply.and_then(|reply| reply.steps_taken.as_ref()))
        .quote_under("What we will do", reply.and_then(|reply| reply.actions.as_ref()))
}

/// Whether the family had said that it is settled before the answer was sent.
fn is_settled(desk: &Desk<'_>) -> bool {
    match &desk.case().state {
        State::Closed { reason, .. } => *reason == ClosedReason::Settled,
        State::Screening { .. }
        | State::Open(_)
        | State::Replied
        | State::Hearing(_)
        | State::Suspended { .. } => false,
    }
}

/// How it came to be settled before the answer went out: by the family's own word, with its day.
fn told_us(desk: &Desk<'_>) -> String {
    let heard = |event: &Event| {
        if let Event::Settled { heard_by: Some(heard), .. } = event { heard.told_on } else { None }
    };
    let on = desk.facts.events.iter().find_map(|recorded| heard(&recorded.event));
    match on {
        Some(on) => format!(
            "We have on record that you told us on {} that it is settled. So it is closed.",
            long_date(on)
        ),
        None => "We have on record that it is settled, so it is closed.".to_owned(),
    }
}

/// The way back, with the last day for it: the same time as for taking an answer further.
fn if_not_settled(draft: Draft, desk: &Desk<'_>) -> Draft {
    let last = desk.run().and_then(|run| run.reply.as_ref()).and_then(|reply| reply.last_date);
    let draft = draft.heading("If that is not right");
    let lines = last.map(|last| date_line("Tell us by", last)).into_iter().collect();
    draft.dates(lines).say("Ring us or write to us, and we open it again. You can then take it further.")
}

fn what_to_do(draft: Draft, desk: &Desk<'_>) -> Draft {
    if is_settled(desk) {
        return draft
            .say(told_us(desk))
            .say("You do not need to do anything. What we promised to do, we still do.");
    }
    match (desk.last_date(), desk.next_stage()) {
        (Some(last), _) => draft
            .say("What you need to do: read it, and tell us whether it is settled.")
            .dates(vec![date_line("Last date to take it further", last)]),
        (None, Some(_)) => draft.say("What you need to do: read it, and tell us whether it is settled."),
        (None, None) => draft.say("This is the last answer that the school's procedure gives."),
    }
}

/// Each point with what was found and why. At an informal stage one answer may cover all of them.
pub(super) fn points(draft: Draft, desk: &Desk<'_>) -> Draft {
    let Some(run) = desk.run() else { return draft };
    if run.answers.iter().all(|answer| answer.reasons.is_none()) {
        return draft;
    }
    answers_in_order(run).into_iter().fold(draft, |draft, answer| point(draft, desk, answer))
}

fn answers_in_order(run: &StageRun) -> Vec<&Answer> {
    let mut answers: Vec<&Answer> = run.answers.iter().collect();
    answers.sort_by_key(|answer| answer.point);
    answers
}

fn point(draft: Draft, desk: &Desk<'_>, answer: &Answer) -> Draft {
    let yours = desk.point(answer.point).and_then(|point| desk.words_of(point));
    let draft = draft.heading(&format!("Point {}: {}", answer.point, answer.finding.title().to_lowercase()));
    let draft = match yours {
        Some(words) => draft.say("You told us:").quote(words),
        None => draft,
    };
    let by_panel = desk.run().is_some_and(|run| run.kind == StageKind::Panel);
    let (found, reasons_are) = if by_panel {
        (found_by_the_panel(answer.finding), "The panel's reasons:")
    } else {
        (found(answer.finding), "Our reasons:")
    };
    let draft = draft.say(found);
    let draft = match &answer.reasons {
        Some(reasons) => draft.say(reasons_are).quote(reasons.as_str()),
        None => draft,
    };
    match &answer.policy_reference {
        Some(policy) => draft.say("It rests on this policy or rule:").quote(policy.as_str()),
        None => draft,
    }
}

/// What a finding means, for somebody who has never seen the word.
fn found(finding: Finding) -> &'static str {
    match finding {
        Finding::Upheld => "We found that you were right about this.",
        Finding::PartlyUpheld => "We found that you were right about part of this.",
        Finding::NotUpheld => "We did not find that this was so, or could not show it.",
        Finding::ResolvedWithoutFinding => "We answered this without deciding who was right.",
    }
}

/// The same, in the words of a panel, which the school is not.
fn found_by_the_panel(finding: Finding) -> &'static str {
    match finding {
        Finding::Upheld => "The panel found that you were right about this.",
        Finding::PartlyUpheld => "The panel found that you were right about part of this.",
        Finding::NotUpheld => "The panel did not find that this was so, or could not show it.",
        Finding::ResolvedWithoutFinding => "The panel answered this without deciding who was right.",
    }
}

/// The words of points, for whoever raised them.
pub(super) fn your_points(draft: Draft, desk: &Desk<'_>, points: &[PointNo]) -> Draft {
    points.iter().filter_map(|no| desk.point(*no)).fold(draft, |draft, point| match desk.words_of(point) {
        Some(words) => draft.say(format!("Point {}. You told us:", point.no)).quote(words),
        None => draft.say(format!("Point {}.", point.no)),
    })
}

/// How to take it further and by when, how to say that it is settled, and what happens otherwise.
fn going_on(draft: Draft, desk: &Desk<'_>) -> Draft {
    if is_settled(desk) {
        return if_not_settled(draft, desk);
    }
    match desk.next_stage() {
        Some((stage, who)) => {
            let draft = draft
                .heading("If it is settled")
                .say("Tell us. We then close it.")
                .heading("If it is not settled")
                .say(format!(
                    "You can take it further. The next step is called \u{201c}{}\u{201d}. It goes to {who}, {}.",
                    stage.title,
                    what_they_do(stage.kind)
                ))
                .say("Tell us which points are not settled, why, and what would put them right.");
            by_when(shortcuts(draft, desk), desk)
        }
        None => exits(draft, desk),
    }
}

fn what_they_do(kind: StageKind) -> &'static str {
    match kind {
        StageKind::Informal | StageKind::Formal => "who has not decided on it before",
        StageKind::Panel => "who arranges a hearing before a panel",
    }
}

fn shortcuts(draft: Draft, desk: &Desk<'_>) -> Draft {
    desk.shortcuts().into_iter().fold(draft, |draft, stage| {
        let skips = desk.next_stage().is_some_and(|(next, _)| next.skip == Skip::ByComplainant);
        if !skips {
            return draft;
        }
        draft.say(format!(
            "You may leave that step out and go straight to \u{201c}{}\u{201d}. Tell us why.",
            stage.title
        ))
    })
}

fn by_when(draft: Draft, desk: &Desk<'_>) -> Draft {
    let Some(window) = desk.window() else { return draft };
    match window.due {
        Due::On(last) => {
            let draft = draft.say(format!("The last date for that is {}.", long_date(last)));
            let draft = match desk.working(window) {
                Some(working) => draft.heading("How we worked out the date").say(working),
                None => draft,
            };
            draft.heading("If you do nothing").say(
                "We remind you twice before that date. After it, we close the case as not taken further. What we \
                 promised to do, we still do.",
            )
        }
        Due::CalendarMissing(on) => draft.say(format!(
            "We cannot work out the last date for that yet. The school's term dates do not reach {}. When they \
             do, we write to you. You lose no time.",
            long_date(on)
        )),
        Due::Paused => draft.say("The time for that stands still while the case is paused."),
    }
}

/// Where to go after the last stage, each with what it looks at (R56).
pub(super) fn exits(draft: Draft, desk: &Desk<'_>) -> Draft {
    let draft = draft
        .heading("If you are still not satisfied")
        .say("There is no further step at the school. You can go to a body outside it.");
    desk.facts.procedure.exit_texts().into_iter().fold(draft, body)
}

fn body(draft: Draft, exit: ExitText) -> Draft {
    let draft = draft.say(format!("{}: {}", exit.name, exit.looks_at)).say_if(exit.within);
    match url::Url::parse(&exit.address) {
        Ok(url) => draft.link(&format!("{} website", exit.name), &url),
        Err(_) => draft.say(exit.address),
    }
}
