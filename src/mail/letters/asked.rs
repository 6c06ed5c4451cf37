//! To those who are asked to say something that the school cannot say for them: whether what they said was written down
//! right (R9), and whether they agree that somebody raises it for them (R10).

use crate::domain::case::event::Event;
use crate::domain::case::state::AskedConsent;
use crate::domain::case::vocabulary::{AgreesFor, ConsentAnswer};
use crate::domain::deadline::DeadlineRule;
use crate::mail::DateLine;

use super::desk::{Desk, date_line};
use super::draft::Draft;

/// Whoever said it, once more: nothing waits for them, and it goes on all the same.
pub(super) fn confirmation_reminder(desk: &Desk<'_>) -> Draft {
    let noun = desk.noun();
    Draft::about("is what we wrote down right?")
        .say(format!("You told us about your {noun}, and we wrote it down. You have not told us yet whether it is right."))
        .say(if desk.facts.links.case.is_some() {
            "What you need to do: read it on your own page, and tell us there."
        } else {
            "What you need to do: read what we sent you, and ring us or write to us."
        })
        .dates(answer_by(desk, DeadlineRule::Confirmation, "Tell us by"))
        .say(format!(
            "If we hear nothing, your {noun} goes on as we wrote it down. You can still tell us later what is wrong or missing."
        ))
}

/// The day by which an answer is asked for, while it is to come.
fn answer_by(desk: &Desk<'_>, rule: DeadlineRule, words: &str) -> Vec<DateLine> {
    let on = desk.case().open_deadline(rule).and_then(|deadline| desk.to_come(deadline));
    on.map(|on| date_line(words, on)).into_iter().collect()
}

/// Who raised it, and for whom the reader is asked.
struct Asking<'a> {
    who: &'a str,
    agrees_for: AgreesFor,
}

impl<'a> Asking<'a> {
    fn of(desk: &Desk<'a>) -> Self {
        let asked: Option<AskedConsent> = desk.party().and_then(|party| party.asked);
        let whom = asked.and_then(|asked| desk.case().party(asked.whom));
        Self {
            who: whom.map_or("Somebody", |party| party.name.as_str()),
            agrees_for: asked.map_or(AgreesFor::Themselves, |asked| asked.agrees_for),
        }
    }

    /// The reader, or the child for whom they answer.
    const fn whom(&self) -> &'static str {
        match self.agrees_for {
            AgreesFor::Themselves => "you",
            AgreesFor::Child => "your child",
        }
    }
}

/// Says who raises it and at which school, and nothing of what it says: whoever reads this may not be the one who was
/// meant (R10, E2).
pub(super) fn consent_asked(desk: &Desk<'_>) -> Draft {
    let asking = Asking::of(desk);
    consent(
        desk,
        "do you agree?",
        format!("{} has raised something with us for {}.", asking.who, asking.whom()),
    )
}

/// The one reminder.
pub(super) fn consent_reminder(desk: &Desk<'_>) -> Draft {
    let asking = Asking::of(desk);
    let happened = format!(
        "We asked whether you agree that {} raises something with us for {}. We have not heard from you.",
        asking.who,
        asking.whom()
    );
    consent(desk, "we still need your answer", happened)
}

fn consent(desk: &Desk<'_>, subject: &str, happened: String) -> Draft {
    let Asking { who, agrees_for } = Asking::of(desk);
    let whom = Asking { who, agrees_for }.whom();
    Draft::about(subject)
        .say(happened)
        .say(if desk.facts.links.case.is_some() {
            "What you need to do: open your own link, and tell us yes or no. Keep the link to yourself."
        } else {
            "What you need to do: tell us yes or no."
        })
        .dates(answer_by(desk, DeadlineRule::Consent, "Tell us by"))
        .say(format!("Until you agree, we tell {who} nothing about {whom}."))
        .heading("If you say yes")
        .say(format!("We deal with it, and tell {who} what we found. That can include things about {whom}."))
        .heading("If you say no")
        .say(format!(
            "We tell {who} nothing about {whom}. You can talk to us yourself at any time, about anything."
        ))
        .heading("If you do not know them, or this is not for you")
        .say("Ring us. You do not have to answer.")
}

/// What they answered, in writing: whoever answered in their name without asking them is found out by it.
pub(super) fn consent_noted(desk: &Desk<'_>) -> Draft {
    let Asking { who, agrees_for } = Asking::of(desk);
    let whom = Asking { who, agrees_for }.whom();
    let (said, follows) = match consent_answer(desk) {
        Some(ConsentAnswer::Agree) => (
            format!("You told us that you agree that {who} raises something with us for {whom}."),
            format!("We can now tell {who} what we find."),
        ),
        Some(ConsentAnswer::Refuse) | None => (
            format!("You told us that you do not agree that {who} raises something with us for {whom}."),
            format!("We tell {who} nothing about {whom}."),
        ),
    };
    Draft::about("thank you for your answer")
        .say(said)
        .say(follows)
        .say("You do not need to do anything. If this was not you, or you want to change it, tell us today.")
}

fn consent_answer(desk: &Desk<'_>) -> Option<ConsentAnswer> {
    match desk.event()? {
        Event::ConsentRecorded { .. } => Some(ConsentAnswer::Agree),
        Event::ConsentRefused { .. } => Some(ConsentAnswer::Refuse),
        _ => None,
    }
}

/// To whoever has the case: what was written down is not what was meant.
pub(super) fn put_right() -> Draft {
    Draft::about("what was written down is put right")
        .say("Somebody whose words were written down has told us what is wrong or missing in them.")
        .say("What you need to do: read it before you go on. What was written down before stands beside it.")
}

/// To whoever has the case: the answer about consent is there.
pub(super) fn consent_answered(desk: &Desk<'_>) -> Draft {
    let (said, next) = match consent_answer(desk) {
        Some(ConsentAnswer::Agree) => (
            "Somebody for whom a case was raised agrees to it.",
            "What you need to do: go on with the case. Its answers can now be shared with whoever raised it.",
        ),
        Some(ConsentAnswer::Refuse) | None => (
            "Somebody for whom a case was raised does not agree to it.",
            "What you need to do: share nothing with whoever raised it. Close the case with its letter, or ask another \
             parent.",
        ),
    };
    Draft::about("an answer about consent").say(said).say(next)
}
