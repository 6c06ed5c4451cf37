//! The one letter to whoever is complained about: what was decided, when a formal stage or a panel has decided (9.2,
//! 9.5, R54). It has no link, no words of the family, no contact data, and nothing of anybody else (R22).

use crate::domain::case::event::Event;
use crate::domain::case::state::Answer;
use crate::domain::case::vocabulary::Finding;
use crate::domain::procedure::StageKind;
use crate::domain::text::Words;

use super::desk::Desk;
use super::draft::Draft;

pub(super) fn outcome(desk: &Desk<'_>) -> Draft {
    let by_panel = desk.run().is_some_and(|run| run.kind == StageKind::Panel);
    let happened = if by_panel {
        "A panel has decided on a complaint about you. This letter tells you the outcome."
    } else {
        "A formal complaint about you has been decided. This letter tells you the outcome."
    };
    Draft::about("the outcome of a complaint")
        .say(happened)
        .say("You do not need to do anything. Keep this to yourself, and do not talk to the family about it.")
        .quote_under("What we tell you", to_subject(desk))
        .then(|draft| findings(draft, desk))
        .heading("What you can do")
        .say(
            "You do not see the complaint itself, because it belongs to the family. If you want to talk about the \
             outcome, ask your manager or the clerk. You can bring a colleague or somebody from your union.",
        )
        .say_if((!by_panel).then_some(
            "The family may take it further. If they do, you are asked for your side, and you hear the outcome again.",
        ))
}

/// What the person who decided wrote for whoever is complained about.
fn to_subject<'a>(desk: &Desk<'a>) -> Option<&'a Words> {
    match desk.event() {
        Some(Event::Replied { to_subject, .. } | Event::FindingsIssued { to_subject, .. }) => {
            to_subject.as_ref()
        }
        Some(_) | None => None,
    }
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
