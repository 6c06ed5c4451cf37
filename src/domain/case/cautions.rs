//! What somebody may want to think of again before a step is done. None of it is refused: whoever acts decides, and
//! the page that asks first says it.

use crate::domain::calendar::{Unit, local_date, long_date};

use crate::domain::ids::DocumentNo;
use crate::domain::procedure::StageKind;
use crate::domain::text::Words;

use super::context::Context;
use super::decide::why_closed;
use super::event::{Event, Recorded};
use super::state::{Case, Declaration, Hearing, RunCause, StageRun};
use super::timeline::listed;

/// What speaks against a step, in sentences; `after` is the case as it would be.
pub fn cautions(new: &[Recorded], after: &Case, ctx: &Context<'_>) -> Vec<String> {
    new.iter().flat_map(|recorded| of_event(&recorded.event, after, ctx)).collect()
}

fn of_event(event: &Event, after: &Case, ctx: &Context<'_>) -> Vec<String> {
    if let Event::MeetingArranged { at, .. } = event {
        return closed_on(local_date(*at), ctx).into_iter().collect();
    }
    if let Event::PanelAppointed { members, .. } = event {
        return even_panel(members.len()).into_iter().collect();
    }
    if let Event::PapersCirculated { run, documents, .. } = event {
        let hearing = after.run_no(*run).and_then(|run| run.hearing.as_ref());
        let members = hearing.map(|hearing| declarations(hearing, ctx)).unwrap_or_default();
        return one_sided(documents, after).into_iter().chain(members).collect();
    }
    if let Event::Replied { run, to_subject, .. } = event {
        let heard = after.run_no(*run).and_then(|run| sides_not_heard(run, after, ctx));
        let told = heard.into_iter().chain(same_words(to_subject.as_ref(), after, ctx));
        return told.chain(kept_from(after)).collect();
    }
    if let Event::FindingsIssued { to_subject, .. } = event {
        return same_words(to_subject.as_ref(), after, ctx).into_iter().chain(kept_from(after)).collect();
    }
    if let Event::MessageSent { to, .. } = event {
        return kept_from(after).filter(|_| !to.is_empty()).into_iter().collect();
    }
    Vec::new()
}

/// Who gets nothing of it before somebody agreed for whom they raised it (R10).
fn kept_from(case: &Case) -> Option<String> {
    let waiting = case.going_on().filter(|party| case.waits_for_consent(party.no));
    let names: Vec<&str> = waiting.map(|party| party.name.as_str()).collect();
    (!names.is_empty()).then(|| {
        format!(
            "This does not go to {}: no consent is recorded of the person for whom they raised it.",
            listed(&names)
        )
    })
}

/// Those who are complained about and get letters.
fn reached<'a>(case: &'a Case, ctx: &'a Context<'_>) -> Vec<&'a str> {
    let people = case.subjects.iter().filter_map(|subject| subject.person);
    people.filter(|person| ctx.has_a_post(*person)).map(|person| ctx.directory.name(person)).collect()
}

/// Whoever was told that they are asked for their side has been (2.4).
fn sides_not_heard(run: &StageRun, case: &Case, ctx: &Context<'_>) -> Option<String> {
    let asked = run.kind == StageKind::Formal && matches!(run.cause, RunCause::Escalated { .. });
    let names = reached(case, ctx);
    (asked && !names.is_empty()).then(|| {
        format!(
            "{} had word that they can give their side before anything is decided. Answer only once you have asked for it, \
             and write what they said into a note.",
            listed(&names)
        )
    })
}

/// What is written for one of several goes to all of them.
fn same_words(words: Option<&Words>, case: &Case, ctx: &Context<'_>) -> Option<String> {
    let names = reached(case, ctx);
    (words.is_some() && names.len() > 1).then(|| {
        format!(
            "What you tell whoever is complained about goes to {} in the same words. Leave out what is about one of them \
             alone, and tell them that yourself.",
            listed(&names)
        )
    })
}

/// The panel hears two sides; papers of one alone leave the school's case to be told on the day.
fn one_sided(documents: &[DocumentNo], case: &Case) -> Option<String> {
    let from_school =
        |no: &DocumentNo| case.documents.iter().any(|document| document.no == *no && document.from.is_none());
    (!documents.iter().any(from_school)).then(|| {
        "None of these papers comes from the school. The panel and the family will not know the school\u{2019}s case \
         before the hearing."
            .to_owned()
    })
}

/// A meeting may be on any day, and on one without school there may be nobody to open the door.
fn closed_on(on: chrono::NaiveDate, ctx: &Context<'_>) -> Option<String> {
    if ctx.calendar.counts(on, Unit::SchoolDays) != Ok(false) {
        return None;
    }
    Some(format!(
        "{} is not a school day{}. Keep the day only if everybody can come and the door is open.",
        long_date(on),
        why_closed(on, ctx)
    ))
}

/// An even number can be split down the middle, and nobody has a second vote (1.3).
fn even_panel(members: usize) -> Option<String> {
    members.is_multiple_of(2).then(|| {
        format!("A panel of {members} can be split evenly. Three or five members always have a majority.")
    })
}

/// The papers hold the case: a member who is not to sit had better not read them (R27).
fn declarations(hearing: &Hearing, ctx: &Context<'_>) -> Vec<String> {
    hearing
        .members
        .iter()
        .filter_map(|member| {
            let name = ctx.directory.name(member.person);
            match hearing.declaration_of(member.person) {
                Some(Declaration::Nothing) => None,
                Some(Declaration::Interest(_)) => {
                    Some(format!("{name} declared an interest and would get the papers all the same."))
                }
                None => Some(format!("{name} has not declared yet whether anything stands in the way.")),
            }
        })
        .collect()
}
