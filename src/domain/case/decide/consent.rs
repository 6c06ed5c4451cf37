//! What somebody raises for another: nothing of it is shared before that person agrees (R10).

use crate::domain::calendar::Unit;
use crate::domain::deadline::DeadlineRule;
use crate::domain::ids::PartyNo;
use crate::domain::procedure::{Anchor, Limit};

use super::super::command::{AnswerConsent, AskConsent, CloseWithoutConsent, Contact, RecordConsent};
use super::super::context::{Context, DeadlineMaker};
use super::super::event::{Actor, Event};
use super::super::evolve;
use super::super::refusal::{Refusal, RefusalCode};
use super::super::state::{AskedConsent, Case, Consent, Party};
use super::super::vocabulary::{Channel, ClosedReason, ConsentAnswer, Flag, PartyKind, Relationship};
use super::recording::address_of;

/// Within how many school days somebody is asked to say whether they agree.
const WITHIN: Limit = Limit { amount: 10, unit: Unit::SchoolDays, anchor: Anchor::InformationAsked };

/// Whoever waits for a consent that can be asked for by mail. Where a child may be at risk nobody is: the mail could
/// reach the very person whom the child fears, and its safety waits for nobody (R14).
pub(super) fn may_ask(case: &Case) -> Result<&Party, Refusal> {
    let party = may_record(case)?;
    if case.flags.contains(&Flag::ChildAtRisk) {
        return Err(Refusal::new(
            RefusalCode::NotOnCase,
            "A child may be at risk, so nobody is asked for consent by email",
        )
        .unless("The safeguarding lead decides who is told of it. Accept it without waiting for consent"));
    }
    Ok(party)
}

/// Asks somebody by a link of their own. Whoever was asked before is asked no more.
pub(super) fn ask(case: &Case, command: &AskConsent, ctx: &Context<'_>) -> Result<Vec<Event>, Refusal> {
    let whom = may_ask(case)?;
    let email = address_of(command.email.as_str())?;
    let is_theirs = |known: &crate::domain::text::Words| {
        known.as_str().trim().eq_ignore_ascii_case(email.as_str().trim())
    };
    if ctx.letters.address_of(whom).is_some_and(is_theirs) {
        return Err(Refusal::new(
            RefusalCode::Field,
            format!("This is the address of {}, who cannot agree for somebody else", whom.name),
        )
        .unless("Give the address of the person who is to agree, or record the consent that they gave in another way")
        .at("email"));
    }
    let contact = Contact {
        name: command.name.clone(),
        email: Some(email),
        phone: None,
        address: None,
        relationship: Relationship::Public,
        preferred_contact: None,
        language: None,
        adjustments: None,
        safe_contact_note: None,
    };
    let no = PartyNo::next_after(case.parties.len());
    let asked =
        AskedConsent { whom: whom.no, agrees_for: command.agrees_for, asked_on: ctx.today, ended: None };
    let party = Party { asked: Some(asked), ..evolve::party(no, PartyKind::AskedToAgree, &contact) };
    let by = DeadlineMaker::after(Some(case)).by_limit(ctx, DeadlineRule::Consent, None, WITHIN, ctx.today);
    Ok(vec![Event::ConsentAsked { party, whom: whom.no }, by])
}

/// Whoever is asked, while nothing has come of it.
pub(super) fn may_answer<'c>(
    case: &'c Case,
    ctx: &Context<'_>,
) -> Result<(&'c Party, AskedConsent), Refusal> {
    let found = case.asked_to_agree().filter(|(party, _)| ctx.actor == Actor::Complainant(party.no));
    found.ok_or_else(|| {
        Refusal::new(RefusalCode::NotOnCase, "This was answered, or is not asked any more")
            .unless("Ring the school if you want to change what you said")
    })
}

/// The answer, by the person's own hand.
pub(super) fn answer(case: &Case, command: &AnswerConsent, ctx: &Context<'_>) -> Result<Vec<Event>, Refusal> {
    let (party, asked) = may_answer(case, ctx)?;
    Ok(vec![match command.answer {
        ConsentAnswer::Agree => Event::ConsentRecorded {
            party: asked.whom,
            consent: Consent { given_by: party.name.clone(), given_on: ctx.today, how: Channel::Online },
        },
        ConsentAnswer::Refuse => Event::ConsentRefused { party: party.no },
    }])
}

/// Whoever raised it for somebody else and waits for their consent.
pub(super) fn may_record(case: &Case) -> Result<&Party, Refusal> {
    case.awaits_consent().ok_or_else(|| {
        Refusal::new(RefusalCode::NotOnCase, "Nobody on this case waits for the consent of somebody else")
            .unless("This is for what somebody raises for another person")
    })
}

pub(super) fn record(case: &Case, command: &RecordConsent, ctx: &Context<'_>) -> Result<Vec<Event>, Refusal> {
    let party = may_record(case)?.no;
    let consent = consent(command, ctx)?;
    Ok(vec![Event::ConsentRecorded { party, consent }])
}

/// The consent as somebody wrote it down.
fn consent(command: &RecordConsent, ctx: &Context<'_>) -> Result<Consent, Refusal> {
    if command.given_on > ctx.today {
        return Err(Refusal::new(
            RefusalCode::Field,
            "Enter the day on which they agreed. It cannot be in the future",
        )
        .at("given_on"));
    }
    Ok(Consent { given_by: command.given_by.clone(), given_on: command.given_on, how: command.how })
}

/// Whoever joins to raise it for somebody else comes with the consent of that person: from their first letter on they
/// would read what is that person's own (R10).
pub(super) fn of_whoever_joins(
    no: PartyNo,
    (kind, relationship): (PartyKind, Relationship),
    given: Option<&RecordConsent>,
    ctx: &Context<'_>,
) -> Result<Option<Event>, Refusal> {
    let for_another = kind == PartyKind::Complainant && relationship == Relationship::ThirdParty;
    match (for_another, given) {
        (true, Some(given)) => {
            let consent = consent(given, ctx).map_err(|refusal| refusal.at("consent/given_on"))?;
            Ok(Some(Event::ConsentRecorded { party: no, consent }))
        }
        (true, None) => Err(Refusal::new(
            RefusalCode::Field,
            "They raise it for somebody else. Give the consent of that person, or of a parent",
        )
        .unless("Nothing is shared with them before. Ask for the consent first, and add them then")
        .at("consent/given_by")),
        (false, Some(_)) => {
            Err(Refusal::new(RefusalCode::Field, "Consent is for somebody who raises it for another person")
                .unless("Leave the consent out")
                .at("consent/given_by"))
        }
        (false, None) => Ok(None),
    }
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
