//! Supporters and interpreters with a link of their own: who adds them, what they may do, and how it ends (R10, R20).

use crate::domain::ids::{HelperNo, PartyNo};
use crate::domain::text::Words;

use super::super::action::Action;
use super::super::command::{AddHelper, Contact, EndHelper};
use super::super::context::Context;
use super::super::event::{Actor, Event};
use super::super::evolve;
use super::super::refusal::{Refusal, RefusalCode};
use super::super::state::{Case, Helping, Party};
use super::super::vocabulary::{HelperScope, Relationship};
use super::recording::address_of;

/// How many people may help one complainant at a time: enough for a friend, an interpreter and an adviser.
const AT_A_TIME: usize = 5;

/// Whether whoever acts by a helper's hand may do that. A helper never adds others, never changes how somebody is
/// reached, and never withdraws.
pub(super) fn may(case: &Case, action: Action, ctx: &Context<'_>) -> Result<(), Refusal> {
    let Some(hand) = ctx.hand else { return Ok(()) };
    let refusal =
        |words| Refusal::new(RefusalCode::NotYours, words).unless("Ask the person whom you help to do it");
    let Some(help) = case.help_of(hand) else { return Err(refusal("Your help has ended")) };
    match help.may {
        HelperScope::Read => Err(refusal("You can read this, and not write")),
        HelperScope::ReadAndWrite if writes(action) => Ok(()),
        HelperScope::ReadAndWrite => Err(refusal("This is for the person whom you help")),
    }
}

/// What somebody may do who writes on behalf of a complainant.
fn writes(action: Action) -> bool {
    matches!(
        action,
        Action::GiveInformation
            | Action::ConfirmConcern
            | Action::Settle
            | Action::Escalate
            | Action::SendMessage
            | Action::AddDocument
    )
}

/// The events with whose hand it was, where somebody helped.
pub(super) fn by_hand(mut events: Vec<Event>, ctx: &Context<'_>) -> Vec<Event> {
    if let Some(helper) = ctx.hand {
        let count = u16::try_from(events.len()).unwrap_or(u16::MAX);
        events.insert(0, Event::HelperActed { helper, events: count });
    }
    events
}

/// Somebody helps from now on. The complainant's own word is consent; staff say where it is (R10).
pub(super) fn add(case: &Case, command: &AddHelper, ctx: &Context<'_>) -> Result<Vec<Event>, Refusal> {
    let whom = whom(case, command.whom, ctx)?;
    if super::recorded_by_staff(ctx) && command.consent.is_none() {
        return Err(Refusal::new(
            RefusalCode::Field,
            "Write where the consent of the person whom they help is, such as their email of a day",
        )
        .at("consent"));
    }
    let email = address_of(command.email.as_str())?;
    let known: Vec<(&Party, Helping)> = case.helpers_of(whom).collect();
    let help = |(_, help): &&(&Party, Helping)| help.ended_at.is_none();
    let same = |party: &Party| party.email.as_ref().is_some_and(|known| is_the_same(known, &email));
    if known.iter().filter(help).any(|(party, _)| same(party)) {
        return Err(Refusal::new(RefusalCode::Field, "Somebody who helps has this email address already")
            .unless("End their help first, if what they may do is to change")
            .at("email"));
    }
    if known.iter().filter(help).count() >= AT_A_TIME {
        return Err(Refusal::new(
            RefusalCode::Field,
            format!("At most {AT_A_TIME} people can help at a time"),
        )
        .unless("End the help of somebody first")
        .at("name"));
    }
    let contact = contact(command.name.clone(), email);
    let no = PartyNo::next_after(case.parties.len());
    let helps = Helping { whom, no: HelperNo::next_after(known.len()), may: command.may, ended_at: None };
    let party = Party { helps: Some(helps), ..evolve::party(no, command.helps_as.kind(), &contact) };
    let consent = command.consent.clone().filter(|_| super::recorded_by_staff(ctx));
    Ok(vec![Event::HelperAdded { party, consent }])
}

/// Whether somebody helps whose help could end.
pub(super) fn may_end(case: &Case, ctx: &Context<'_>) -> Result<(), Refusal> {
    let helps = |whom| case.helpers_of(whom).any(|(_, help)| help.ended_at.is_none());
    let somebody = match ctx.actor {
        Actor::Complainant(me) => helps(me),
        Actor::Person(_) | Actor::Public | Actor::Clock => case.complainants().any(|party| helps(party.no)),
    };
    if somebody {
        return Ok(());
    }
    Err(Refusal::new(RefusalCode::NotOnCase, "Nobody helps with a link of their own")
        .unless("Once somebody is added who helps, their help can be ended at any time"))
}

/// Their link opens nothing from now on.
pub(super) fn end(case: &Case, command: &EndHelper, ctx: &Context<'_>) -> Result<Vec<Event>, Refusal> {
    let whom = whom(case, command.whom, ctx)?;
    let is_meant = |help: &Helping| help.no == command.helper && help.ended_at.is_none();
    let meant = case.helpers_of(whom).find(|(_, help)| is_meant(help));
    let (party, _) = meant
        .ok_or_else(|| Refusal::new(RefusalCode::NotOnCase, "Choose somebody who helps now").at("helper"))?;
    Ok(vec![Event::HelperEnded { party: party.no }])
}

/// Who is helped: whoever acts, or whom staff name where several people raised it.
fn whom(case: &Case, named: Option<PartyNo>, ctx: &Context<'_>) -> Result<PartyNo, Refusal> {
    let complainants: Vec<PartyNo> = case.complainants().map(|party| party.no).collect();
    let whom = match (ctx.actor, named, complainants.as_slice()) {
        (Actor::Complainant(me), _, _) => Some(me),
        (Actor::Person(_) | Actor::Public | Actor::Clock, Some(no), _) => Some(no),
        (Actor::Person(_) | Actor::Public | Actor::Clock, None, [only]) => Some(*only),
        (Actor::Person(_) | Actor::Public | Actor::Clock, None, _) => None,
    };
    whom.filter(|no| complainants.contains(no)).ok_or_else(|| {
        Refusal::new(RefusalCode::NotOnCase, "Choose whom they help: somebody who raised it").at("whom")
    })
}

fn is_the_same(one: &Words, other: &Words) -> bool {
    one.as_str().trim().eq_ignore_ascii_case(other.as_str().trim())
}

fn contact(name: Words, email: Words) -> Contact {
    Contact {
        name,
        email: Some(email),
        phone: None,
        address: None,
        relationship: Relationship::ThirdParty,
        preferred_contact: None,
        language: None,
        adjustments: None,
        safe_contact_note: None,
    }
}
