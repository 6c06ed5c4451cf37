//! The letters to whoever is complained about: that it went further and they are asked for their side, when a panel
//! hears it (2.4, 2.6), and what was decided (9.2, 9.5, R54). They have no link, no words of the family, no contact
//! data of it, and nothing of anybody else (R22).

use crate::domain::calendar::day_and_time;
use crate::domain::case::event::Event;
use crate::domain::case::state::{Answer, Standing};
use crate::domain::case::vocabulary::{Finding, HearingBasis};
use crate::domain::deadline::DeadlineRule;
use crate::domain::notice::Recipient;
use crate::domain::procedure::StageKind;
use crate::domain::text::{Words, capital};

use super::desk::{Desk, date_line};
use super::draft::Draft;
use super::hearing::hearing_lines;

pub(super) fn outcome(desk: &Desk<'_>) -> Draft {
    let by_panel = desk.run().is_some_and(|run| run.kind == StageKind::Panel);
    let happened = if by_panel {
        "A panel has decided on a complaint about you. This letter tells you the outcome."
    } else {
        "A formal complaint about you has been decided. This letter tells you the outcome."
    };
    Draft::about("the outcome of a complaint")
        .say(happened)
        .say(what_to_do(desk))
        .quote_under("What we tell you", to_subject(desk))
        .then(|draft| findings(draft, desk))
        .heading("What you can do")
        .say(format!(
            "You do not see the complaint itself, because it belongs to the family. If you want to talk about the \
             outcome, {}. You can bring a colleague or somebody from your union.",
            ask(desk)
        ))
        .say_if((!by_panel).then_some(
            "The family may take it further. If they do, you are asked for your side, and you hear the outcome again.",
        ))
}

/// Where something was written for them, that may ask something of them: a letter to the family, for example.
fn what_to_do(desk: &Desk<'_>) -> &'static str {
    if to_subject(desk).is_some() {
        "What you need to do: read what we tell you, and do what it asks of you. Keep this to yourself."
    } else {
        "You do not need to do anything. Keep this to yourself, and do not talk to the family about it."
    }
}

/// Whom they turn to: nobody who works for them (2.3).
fn ask(desk: &Desk<'_>) -> String {
    desk.clerk().map_or_else(
        || "ask whoever looks after complaints".to_owned(),
        |(clerk, role)| format!("ask {}, {}, at {}", clerk.name, desk.role(role), clerk.email),
    )
}

/// It is at a formal stage, or before a panel: they are asked for their side before anything is decided.
pub(super) fn moved_up(desk: &Desk<'_>) -> Draft {
    let by_panel = desk.run().is_some_and(|run| run.kind == StageKind::Panel);
    let happened = if by_panel {
        "There is a complaint about you. It has gone to a panel, which hears it."
    } else {
        "There is a complaint about you. It is at a formal step now."
    };
    let next = if by_panel {
        "You can give your side before the panel decides. The clerk writes to you with the day of the hearing."
            .to_owned()
    } else {
        format!(
            "You can give your side before anything is decided. {} asks you for it and tells you what it is about.",
            capital(desk.handler_role())
        )
    };
    Draft::about("a complaint, and your side of it")
        .say(happened)
        .say("You do not need to do anything now. Keep this to yourself, and do not talk to the family about it.")
        .heading("What happens next")
        .say(next)
        .heading("What you can do")
        .say("Write down what you remember while it is fresh. Keep what may show it, such as messages.")
        .say(format!(
            "If you have a question, {}. You can bring a colleague or somebody from your union when you are asked.",
            ask(desk)
        ))
}

/// When the panel meets, and how they are heard (2.4, 2.6).
pub(super) fn hearing(desk: &Desk<'_>) -> Draft {
    let papers = desk.case().open_deadline(DeadlineRule::Papers);
    let by = papers.and_then(|deadline| desk.to_come(deadline));
    Draft::about("a hearing")
        .say(match desk.hearing_date().map(|date| date.basis) {
            Some(HearingBasis::Offered) => {
                "A day is offered for the hearing of a complaint about you. It may still change."
            }
            Some(HearingBasis::Agreed | HearingBasis::Fixed) | None => {
                "The hearing of a complaint about you has a day."
            }
        })
        .say("What you need to do: tell the clerk whether you want to give your side there, or in writing.")
        .dates(hearing_lines(desk))
        .dates(by.map(|by| date_line("Send the clerk your side in writing by", by)).into_iter().collect())
        .heading("What you can do")
        .say(format!(
            "If you have a question, {}. The clerk tells you when to come and what the panel wants to ask. What you \
             send in goes to both sides.",
            ask(desk)
        ))
        .say("You can bring a colleague or somebody from your union. Do not talk to the family about it.")
}

/// It is not held on that day; where the case goes on, another letter follows.
pub(super) fn hearing_off(desk: &Desk<'_>) -> Draft {
    let when = desk.hearing_date().map_or_else(String::new, |date| format!(" on {}", day_and_time(date.at)));
    let next = if desk.case().standing() == Standing::Closed {
        "The case is closed, so there is no other."
    } else {
        "We write to you when there is another day."
    };
    Draft::about("a hearing is cancelled")
        .say(format!("The hearing{when} of a complaint about you will not be held."))
        .say(format!("You do not need to do anything. {next}"))
}

/// What the person who decided wrote for whoever gets this letter: their own words, or those for all of them.
fn to_subject<'a>(desk: &Desk<'a>) -> Option<&'a Words> {
    let (Event::Replied { to_subject, to_subjects, .. }
    | Event::FindingsIssued { to_subject, to_subjects, .. }) = desk.event()?
    else {
        return None;
    };
    let own = match desk.notice.to {
        Recipient::Person(person) => to_subjects.get(&person),
        Recipient::Party(_) => None,
    };
    own.or(to_subject.as_ref())
}

/// What was found on each point. Points are tied to nobody, so where several people are complained about the findings
/// could be another's: then only the words that were written for them go out.
fn findings(draft: Draft, desk: &Desk<'_>) -> Draft {
    let Some(run) = desk.run().filter(|_| desk.case().subjects.len() == 1) else { return draft };
    let mut answers: Vec<&Answer> = run.answers.iter().collect();
    answers.sort_by_key(|answer| answer.point);
    let lines =
        answers.into_iter().map(|answer| format!("Point {}: {}", answer.point, found(answer.finding)));
    draft
        .heading("What was found")
        .list(lines.collect())
        .say_if(to_subject(desk).is_none().then_some("The clerk can tell you what each point was about."))
}

fn found(finding: Finding) -> &'static str {
    match finding {
        Finding::Upheld => "upheld. It was found to be right.",
        Finding::PartlyUpheld => "partly upheld. Part of it was found to be right.",
        Finding::NotUpheld => "not upheld. It was not found to be so, or could not be shown.",
        Finding::ResolvedWithoutFinding => "answered, without a decision on who was right.",
    }
}
