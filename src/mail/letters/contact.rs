//! How somebody is reached was put right: a letter to where they are now, one to where they were, and the code that
//! shows that a new address is theirs.

use crate::domain::case::contact::TurnTo;
use crate::domain::case::event::Event;
use crate::domain::case::vocabulary::ContactWay;
use crate::domain::reference::Reference;
use crate::domain::school::School;
use crate::domain::text::capital;
use crate::mail::{Block, Language, Letter};

use super::desk::{ActedBy, Desk, all_of};
use super::draft::Draft;

/// To the party, at the address that they have now.
pub(super) fn corrected(desk: &Desk<'_>) -> Draft {
    let happened = match desk.acted_by() {
        ActedBy::You => "You have put right how we reach you.",
        ActedBy::School | ActedBy::Unsaid => "We have put right how we reach you.",
    };
    let (changed, removed) = ways(desk);
    let by_email = desk.party().is_some_and(|party| party.email.is_some());
    Draft::about("your contact details")
        .say(happened)
        .say("You do not need to do anything. If this is not right, tell us today.")
        .list(changed.into_iter().chain(removed).collect())
        .say_if(
            (!by_email)
                .then_some("We have no email address for you now, so we ring you or send you letters."),
        )
}

/// To the address that they had before. It says nothing of the new one: somebody else may read this.
pub(super) fn corrected_before(desk: &Desk<'_>) -> Draft {
    Draft::about("your contact details")
        .say(format!("{} This is our last message to this one.", what_is_known_now(desk)))
        .say(format!("You do not need to do anything if that is right. If it is not, {}.", tell_whom(desk)))
        .say("Links in earlier messages to this address do not open your page any more.")
}

fn what_is_known_now(desk: &Desk<'_>) -> &'static str {
    match desk.event() {
        Some(Event::ContactCorrected { email: Some(_), .. }) => "We have another email address for you now.",
        Some(_) | None => "We have no email address for you any more.",
    }
}

fn tell_whom(desk: &Desk<'_>) -> String {
    let phone = &desk.facts.school.phone;
    match desk.turn_to() {
        TurnTo::Office => format!("ring the school today on {phone}"),
        TurnTo::Instead { person, role } => {
            format!("ring the school today on {phone} and ask for {}, {}", person.name, desk.role(role))
        }
    }
}

/// What is new and what is gone, without the details themselves: mail is read over shoulders.
fn ways(desk: &Desk<'_>) -> (Option<String>, Option<String>) {
    let Some(Event::ContactCorrected { email, phone, address, removed, .. }) = desk.event() else {
        return (None, None);
    };
    let new = [email, phone, address].map(Option::is_some);
    let changed = ContactWay::ALL.iter().copied().zip(new).filter(|(_, new)| *new).map(|(way, _)| way);
    (line("New", changed.collect()), line("Taken away", removed.clone()))
}

fn line(what: &str, ways: Vec<ContactWay>) -> Option<String> {
    let names: Vec<String> = ways.into_iter().map(|way| way.title().to_owned()).collect();
    (!names.is_empty()).then(|| format!("{}: {}.", capital(what), all_of(&names)))
}

/// What the letter with the code is written from.
#[derive(Clone, Copy, Debug)]
pub struct NewAddress<'a> {
    /// The school.
    pub school: &'a School,
    /// The reader's name.
    pub name: &'a str,
    /// The case.
    pub reference: &'a Reference,
    /// The six digits.
    pub code: &'a str,
    /// Where an answer to this letter goes.
    pub answers_go_to: &'a str,
}

/// Writes the letter to an address that somebody gave as their new one. It says nothing of what the case is about: the
/// address may be another's (E2).
pub fn confirm_address(facts: &NewAddress<'_>) -> Letter {
    let NewAddress { school, reference, code, .. } = facts;
    Letter {
        language: Language::ENGLISH,
        subject: format!("{}: a code for your new address ({reference})", school.name),
        greeting: format!("Dear {}", facts.name),
        blocks: vec![
            Block::Paragraph("Somebody gave us this address as their new email address.".to_owned()),
            Block::Paragraph(
                "What you need to do: if it was you, type this code on the page where you gave it."
                    .to_owned(),
            ),
            Block::Inset((*code).to_owned()),
            Block::Paragraph(
                "The code works for 10 minutes. Never tell it to anybody, staff of the school included."
                    .to_owned(),
            ),
            Block::Heading("If it was not you".to_owned()),
            Block::Paragraph("You do not have to do anything. We do not write to you again.".to_owned()),
        ],
        sign_off: vec![school.name.clone()],
        footer: vec![format!(
            "Help: ring {} or write to {}. The office answers {}.",
            school.phone, facts.answers_go_to, school.office_hours
        )],
    }
}
