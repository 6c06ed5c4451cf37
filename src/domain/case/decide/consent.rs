//! What somebody raises for another: nothing of it is shared before that person agrees (R10).

use super::super::command::{CloseWithoutConsent, RecordConsent};
use super::super::context::Context;
use super::super::event::Event;
use super::super::refusal::{Refusal, RefusalCode};
use super::super::state::{Case, Consent, Party};
use super::super::vocabulary::{ClosedReason, Flag};

/// Whoever raised it for somebody else and waits for their consent.
pub(super) fn may_record(case: &Case) -> Result<&Party, Refusal> {
    case.awaits_consent().ok_or_else(|| {
        Refusal::new(RefusalCode::NotOnCase, "Nobody on this case waits for the consent of somebody else")
            .unless("This is for what somebody raises for another person")
    })
}

pub(super) fn record(case: &Case, command: &RecordConsent, ctx: &Context<'_>) -> Result<Vec<Event>, Refusal> {
    let party = may_record(case)?.no;
    if command.given_on > ctx.today {
        return Err(Refusal::new(
            RefusalCode::Field,
            "Enter the day on which they agreed. It cannot be in the future",
        )
        .at("given_on"));
    }
    let consent =
        Consent { given_by: command.given_by.clone(), given_on: command.given_on, how: command.how };
    Ok(vec![Event::ConsentRecorded { party, consent }])
}

/// A case that waits for consent is not accepted. The safety of a child waits for nobody's consent (R14).
pub(super) fn is_there(case: &Case) -> Result<(), Refusal> {
    let Some(party) = case.awaits_consent().filter(|_| !case.flags.contains(&Flag::ChildAtRisk)) else {
        return Ok(());
    };
    Err(Refusal::new(
        RefusalCode::WrongState,
        format!("{} raised it for somebody else, and no consent is recorded", party.name),
    )
    .unless(
        "Ask that person or a parent, and record the consent. Without it, close the case with its letter",
    ))
}

pub(super) fn may_close_without(case: &Case) -> Result<(), Refusal> {
    may_record(case)?;
    if case.flags.contains(&Flag::ChildAtRisk) {
        return Err(Refusal::new(
            RefusalCode::NotOnCase,
            "A child may be at risk, and that waits for nobody\u{2019}s consent",
        )
        .unless("Accept it, or send it to the safeguarding lead\u{2019}s own route"));
    }
    Ok(())
}

pub(super) fn close_without(command: &CloseWithoutConsent) -> Vec<Event> {
    vec![
        Event::ConsentNotGiven { asked: command.asked.clone() },
        Event::Closed { reason: ClosedReason::NoConsent },
    ]
}
