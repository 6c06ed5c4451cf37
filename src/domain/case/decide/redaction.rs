//! Taking words or a file out (S22): one message or one file, with a reason that stands in its place.

use crate::domain::calendar::long_date;
use crate::domain::ids::DocumentNo;
use crate::domain::redaction::{Between, Passage, SHORTEST, texts};
use crate::domain::text::Words;

use super::super::action::By;
use super::super::command::{TakeOut, TakeOutFile};
use super::super::context::Context;
use super::super::event::{Event, Left, Recorded};
use super::super::refusal::{Refusal, RefusalCode};
use super::super::state::Case;

/// What stands where the same words stood again in one text.
pub const AGAIN: &str = "[taken out]";

/// The entries out of which words can be taken: each with its texts.
pub fn entries<'r>(ctx: &Context<'r>) -> impl Iterator<Item = &'r Recorded> {
    ctx.record.iter().filter(|recorded| !texts(&recorded.event).is_empty())
}

/// The words go from every text of the entry in which they stand.
pub(super) fn take_out(command: &TakeOut, ctx: &Context<'_>) -> Result<Vec<Event>, Refusal> {
    let chosen = entries(ctx).find(|recorded| recorded.stamp.seq == command.entry).ok_or_else(|| {
        Refusal::new(RefusalCode::NotOnCase, "Choose one of the texts on this case").at("entry")
    })?;
    let passage = Passage::of(command.words.as_str()).ok_or_else(|| {
        let sentence =
            format!("Copy at least {SHORTEST} letters, so that nothing else is taken out with them");
        Refusal::new(RefusalCode::Field, sentence).at("words")
    })?;
    if passage.taken_out_of(command.reason.as_str(), Between::Space, "", "").is_some() {
        return Err(Refusal::new(RefusalCode::Field, "Give the reason without the words that you take out")
            .at("reason"));
    }
    let left: Vec<Left> = texts(&chosen.event)
        .into_iter()
        .filter_map(|text| {
            let mark = |part| mark(part, &command.reason, ctx);
            let left = passage.taken_out_of(
                &text.words,
                Between::Space,
                &mark("Part of this was taken out"),
                AGAIN,
            )?;
            let nothing_else = passage.taken_out_of(&text.words, Between::Space, "", "")?;
            let whole = !nothing_else.chars().any(char::is_alphanumeric);
            Some(Left { slot: text.slot, words: Words::ours(if whole { mark("Taken out") } else { left }) })
        })
        .collect();
    if left.is_empty() {
        return Err(Refusal::new(
            RefusalCode::Field,
            "These words do not stand in that text. Copy them exactly as they stand there",
        )
        .at("words"));
    }
    Ok(vec![Event::WordsTakenOut { entry: command.entry, left, reason: command.reason.clone() }])
}

pub(super) fn may_take_out_file(case: &Case) -> Result<(), Refusal> {
    if case.documents.iter().any(|document| !case.is_taken_out(document.no)) {
        return Ok(());
    }
    Err(Refusal::new(RefusalCode::NotOnCase, "There is no file to take out")
        .unless("Files stand on the case once they are added"))
}

/// The file goes for everybody, papers of a hearing too, and so does its name.
pub(super) fn take_out_file(
    case: &Case,
    command: &TakeOutFile,
    ctx: &Context<'_>,
) -> Result<Vec<Event>, Refusal> {
    let there =
        |no: DocumentNo| case.documents.iter().any(|document| document.no == no) && !case.is_taken_out(no);
    if !there(command.document) {
        return Err(Refusal::new(RefusalCode::NotOnCase, "Choose a file that is on this case").at("document"));
    }
    if command.instead.is_some_and(|no| no == command.document || !there(no)) {
        return Err(
            Refusal::new(RefusalCode::NotOnCase, "Choose another file that is on this case").at("instead")
        );
    }
    let added = |recorded: &&Recorded| matches!(&recorded.event, Event::DocumentAdded { document } if document.no == command.document);
    let Some(added) = ctx.record.iter().find(added) else {
        return Err(Refusal::new(RefusalCode::NotOnCase, "Choose a file that is on this case").at("document"));
    };
    let name = mark("File taken out", &command.reason, ctx);
    let left = texts(&added.event)
        .into_iter()
        .map(|text| Left { slot: text.slot, words: Words::ours(name.clone()) })
        .collect();
    Ok(vec![Event::FileTakenOut {
        document: command.document,
        entry: added.stamp.seq,
        left,
        instead: command.instead,
        reason: command.reason.clone(),
    }])
}

/// What stands in a letter where the words stood.
pub fn mark_of_a_letter(reason: &Words, ctx: &Context<'_>) -> String {
    mark("Part of this was taken out", reason, ctx)
}

/// What everybody reads in place of what was taken out: what, when, by whom and why.
fn mark(what: &str, reason: &Words, ctx: &Context<'_>) -> String {
    format!("[{what} on {} by {}: {}]", long_date(ctx.today), by(ctx), reason.as_str().trim_end_matches('.'))
}

/// By which post, as families know it.
fn by(ctx: &Context<'_>) -> &'static str {
    use crate::domain::person::Role;
    let holds = |role| ctx.actor.person().is_some_and(|person| ctx.holds(person, role));
    [
        (Role::Clerk, By::Clerk.title()),
        (Role::ComplaintsCoordinator, By::Coordinator.title()),
        (Role::DataProtectionOfficer, By::DataProtection.title()),
        (Role::TrustOfficer, "an officer of the trust"),
    ]
    .into_iter()
    .find(|(role, _)| holds(*role))
    .map_or("the school", |(_, title)| title)
}
