//! Up the ladder: moving on, a new handler, the window closing, pauses, opening again.

use crate::domain::calendar::{local_date, long_date};
use crate::domain::case::event::Event;
use crate::domain::case::state::{PointStatus, RunCause, State};
use crate::domain::case::vocabulary::ReopenReason;
use crate::domain::procedure::StageKind;
use crate::domain::text::capital;

use super::desk::{ActedBy, Desk, date_line, points_words};
use super::draft::Draft;
use super::reply::your_points;

pub(super) fn moved_up(desk: &Desk<'_>) -> Draft {
    let noun = desk.noun();
    let happened = match desk.acted_by() {
        ActedBy::You => format!("You have taken your {noun} further."),
        ActedBy::School | ActedBy::Unsaid => format!("Your {noun} has gone to the next step."),
    };
    Draft::about(format!("your {noun} has moved on"))
        .say(format!("{happened} {}", with_whom(desk)))
        .say("You do not need to do anything now. What you told us before goes along with it.")
        .dates_owed(desk)
        .then(|draft| what_goes_on(draft, desk))
        .then(|draft| panel_next(draft, desk))
        .how_counted(desk)
}

fn with_whom(desk: &Desk<'_>) -> String {
    let who = desk.handler_role();
    let is_panel = desk.run().is_some_and(|run| run.kind == StageKind::Panel);
    match (desk.run().and_then(|run| run.handler.person), is_panel) {
        (Some(_), true) => format!("{} has it now and arranges a hearing.", capital(who)),
        (Some(_), false) => {
            format!("{} has it now. They have not decided on it before.", capital(who))
        }
        (None, _) => format!("It goes to {who}. We are choosing somebody who has had no part in it."),
    }
}

/// The points that were carried over; why and what is wanted stand there for whoever wrote them alone (P18).
fn what_goes_on(draft: Draft, desk: &Desk<'_>) -> Draft {
    let Some(run) = desk.run() else { return draft };
    let draft = your_points(draft.heading("What we look at now"), desk, &run.points);
    match (&run.cause, desk.acted_by()) {
        (RunCause::Escalated { why, wanted, .. }, ActedBy::You) => draft
            .quote_under(why_heading(desk), Some(why))
            .quote_under("What you want to happen", Some(wanted)),
        (RunCause::First | RunCause::Escalated { .. } | RunCause::Reopened(_), _) => draft,
    }
}

/// Somebody whom nobody answered does not have to be dissatisfied with an answer.
fn why_heading(desk: &Desk<'_>) -> &'static str {
    let from = match desk.run().map(|run| &run.cause) {
        Some(RunCause::Escalated { from, .. }) => desk.case().run_no(*from),
        Some(RunCause::First | RunCause::Reopened(_)) | None => None,
    };
    if from.is_some_and(|run| run.reply.is_none()) {
        "Why you take it further"
    } else {
        "Why you are not satisfied"
    }
}

pub(super) fn panel_next(draft: Draft, desk: &Desk<'_>) -> Draft {
    let panel = desk.stage().and_then(|stage| stage.panel.as_ref());
    let Some(panel) = panel else { return draft };
    draft.heading("What happens next").steps(vec![
        format!(
            "{} names a panel of {} people who have had no part in it.",
            capital(desk.handler_role()),
            panel.members
        ),
        "We tell you who they are. You can object to one of them.".to_owned(),
        "We set a date. You may be there, and you may bring somebody with you.".to_owned(),
        "Everybody gets the same papers before the hearing.".to_owned(),
        "The panel decides and sends you its findings.".to_owned(),
    ])
}

pub(super) fn handler_changed(desk: &Desk<'_>) -> Draft {
    let (noun, who) = (desk.noun(), desk.handler_role());
    let somebody_had_it = match desk.event() {
        Some(Event::Assigned { before, .. }) => before.is_some(),
        Some(_) | None => true,
    };
    let now = match (desk.run().and_then(|run| run.handler.person), somebody_had_it) {
        (Some(_), true) => format!("Your {noun} is now with somebody else: {who}."),
        (Some(_), false) => format!("We have chosen who looks into your {noun}. It is with {who} now."),
        (None, _) => {
            format!("Your {noun} goes to somebody else: {who}. {}", desk.until_somebody_has_it())
        }
    };
    Draft::about(format!("who has your {noun}"))
        .say(now)
        .say("You do not need to do anything. You do not have to explain it again.")
        .say_if((!desk.dates().is_empty()).then_some("A new person does not change our dates."))
        .dates_owed(desk)
}

pub(super) fn window_reminder_first(desk: &Desk<'_>) -> Draft {
    let run = desk.run().map(|run| run.no);
    let some_settled =
        desk.case().points.iter().any(|point| run.map(PointStatus::Settled) == Some(point.status));
    let said_for_themselves =
        desk.party().is_some_and(|party| party.settled_in_part_after.is_some_and(|after| Some(after) == run));
    let happened = if some_settled || said_for_themselves {
        "We answered you, and not all of it is settled yet."
    } else {
        "We answered you, and have not heard whether it is settled."
    };
    reminder(desk, "a date to remember", happened)
}

pub(super) fn window_reminder_second(desk: &Desk<'_>) -> Draft {
    reminder(desk, "the last date is close", "This is our last reminder that you can take it further.")
}

fn reminder(desk: &Desk<'_>, subject: &str, happened: &str) -> Draft {
    let next = desk.next_stage().map(|(stage, who)| {
        format!("The next step is called \u{201c}{}\u{201d}. It goes to {who}.", stage.title)
    });
    Draft::about(subject)
        .say(happened)
        .say("What you need to do: tell us that it is settled, or take it further.")
        .last_date(desk, desk.last_date())
        .say_if(next)
        .say(if_you_do_nothing(desk))
        .say("What we promised to do, we still do.")
}

pub(super) fn settled_in_part(desk: &Desk<'_>) -> Draft {
    let (settled, unsettled) = match desk.event() {
        Some(Event::Settled { settled, unsettled, .. } | Event::SettledForOne { settled, unsettled, .. }) => {
            (settled.as_slice(), unsettled.as_slice())
        }
        Some(_) | None => (&[][..], &[][..]),
    };
    let done = (!settled.is_empty()).then(|| format!("Settled: {}.", points_words(settled)));
    let happened = match desk.acted_by() {
        ActedBy::You => "You told us what is settled and what is not.",
        ActedBy::School | ActedBy::Unsaid => "We wrote down what is settled and what is not.",
    };
    let next = desk.next_stage().map(|(stage, who)| {
        format!("The next step is called \u{201c}{}\u{201d}. It goes to {who}.", stage.title)
    });
    Draft::about("what is settled and what is not")
        .say(happened)
        .list(done.into_iter().chain([format!("Not settled: {}.", points_words(unsettled))]).collect())
        .say("What you need to do: if you want, take what is not settled further.")
        .last_date(desk, desk.last_date())
        .say_if(next)
        .say(if_you_do_nothing(desk))
}

/// What silence means: before the last date, and after it.
fn if_you_do_nothing(desk: &Desk<'_>) -> &'static str {
    if desk.last_date().is_some_and(|last| last < desk.facts.today) {
        "If we do not hear from you now, we close the case."
    } else {
        "If you do nothing, we close the case after that date."
    }
}

/// The reason, on whose authority, and when it is looked at again: never a silent stop (R42).
pub(super) fn suspended(desk: &Desk<'_>) -> Draft {
    let noun = desk.noun();
    let draft = Draft::about(format!("your {noun} is paused")).say(format!("We have paused your {noun}."));
    let State::Suspended { reason, authority, review_on, .. } = &desk.case().state else { return draft };
    draft
        .say("You do not need to do anything. You can still write to us and add files.")
        .dates(vec![date_line("We look at the pause again by", *review_on)])
        .quote_under("Why", Some(reason))
        .quote_under("Who decided this", Some(authority))
        .heading("What this means for the dates")
        .say(
            "The days of the pause do not count, for us or for you. When we go on, we write to you with the new \
             dates. Dates that the law sets do not stop.",
        )
}

pub(super) fn resumed(desk: &Desk<'_>) -> Draft {
    let noun = desk.noun();
    let reason = match desk.event() {
        Some(Event::Resumed { reason }) => reason.as_ref(),
        Some(_) | None => None,
    };
    let last = desk.window().filter(|window| window.is_open()).and_then(|window| window.due.date());
    Draft::about(format!("your {noun} goes on"))
        .say(format!("The pause is over. We go on with your {noun}."))
        .say("You do not need to do anything now. These are the new dates.")
        .last_date(desk, last)
        .dates_owed(desk)
        .quote_under("What has changed", reason)
}

pub(super) fn reopened(desk: &Desk<'_>) -> Draft {
    let noun = desk.noun();
    let why = match desk.run().map(|run| &run.cause) {
        Some(RunCause::Reopened(ground)) => Some(ground_words(*ground)),
        Some(RunCause::First | RunCause::Escalated { .. }) | None => None,
    };
    let on = desk.run().map_or(desk.facts.today, |run| local_date(run.started_at));
    Draft::about(format!("your {noun} is open again"))
        .say(format!("We opened your {noun} again on {}.", long_date(on)))
        .say_if(why)
        .say(with_whom_again(desk))
        .say("You do not need to do anything now. If you have something new, send it to us.")
        .dates_owed(desk)
        .how_counted(desk)
}

fn with_whom_again(desk: &Desk<'_>) -> String {
    let who = desk.handler_role();
    match desk.run().and_then(|run| run.handler.person) {
        Some(_) => format!("{} has it now.", capital(who)),
        None => format!("It goes to {who}. We are choosing somebody who has had no part in it."),
    }
}

fn ground_words(ground: ReopenReason) -> &'static str {
    match ground {
        ReopenReason::OutsideBody => "A body outside the school has told us to look at it again.",
        ReopenReason::NewEvidence => "Something new has come to light.",
        ReopenReason::RefusalReviewed => {
            "We looked again at our decision that it came too late, and look into it after all."
        }
        ReopenReason::SchoolError => "We found that the school made a mistake in dealing with it.",
    }
}
