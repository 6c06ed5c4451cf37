//! Keeping the record: notes, messages, files, people, promises, outside bodies.

use chrono::NaiveDate;

use crate::domain::deadline::{Deadline, DeadlineRule, Due};
use crate::domain::ids::{DocumentNo, PartyNo, PersonId, RemedyNo};
use crate::domain::person::Role;
use crate::domain::record::stamp;
use crate::domain::text::{EmailAddress, Words};

use super::super::command::{
    AddAction, AddDocument, AddParty, CompleteAction, CorrectContact, MarkAtRisk, MarkSubject, MeetDuty,
    RecordExternalContact, Recuse, SendMessage, SentFile,
};
use super::super::context::{Context, DeadlineMaker};
use super::super::event::{Actor, Event};
use super::super::evolve;
use super::super::refusal::{Refusal, RefusalCode};
use super::super::state::{
    Audience, Case, Document, ExternalContact, Handler, InvolvedAs, Party, Standing, Subject,
};
use super::super::vocabulary::{ContactWay, Flag, PartyKind};
use super::{consent, raising};

/// A contact with a body outside, with the stage that was open then (R75).
pub(super) fn external_contact(
    case: &Case,
    command: &RecordExternalContact,
    ctx: &Context<'_>,
) -> Result<Vec<Event>, Refusal> {
    if command.contacted_on > ctx.today {
        return Err(Refusal::new(
            RefusalCode::Field,
            "Enter the day of the contact. It cannot be in the future",
        )
        .at("contacted_on"));
    }
    let stage_then = case.run().filter(|_| case.standing() != Standing::Closed).map(|run| run.stage.clone());
    Ok(vec![Event::ExternalContactRecorded {
        contact: ExternalContact {
            body: command.body,
            contacted_on: command.contacted_on,
            reference: command.reference.clone(),
            words: command.words.clone(),
            stage_then,
        },
    }])
}

/// Messages about a case go to whoever raised it, and to nobody else who takes part (R12, P18).
fn is_complainant(case: &Case, no: PartyNo) -> Result<(), Refusal> {
    let sentence = match case.party(no) {
        Some(party) if case.waits_for_consent(no) => {
            return Err(Refusal::new(
                RefusalCode::NotOnCase,
                format!(
                    "{} raised it for somebody else, and no consent is recorded: nothing is shared with them",
                    party.name
                ),
            )
            .unless("Record the consent first, or write to somebody else who raised it")
            .at("to"));
        }
        Some(party) if party.kind == PartyKind::Complainant && party.ended.is_none() => return Ok(()),
        Some(party) if party.kind == PartyKind::Complainant => {
            format!("{} has ended their own part, and is written to no more", party.name)
        }
        Some(party) => format!(
            "{} takes part as {}, and messages about the case go to complainants alone",
            party.name,
            party.kind.title().to_lowercase()
        ),
        None => format!("There is no person {no} on this case"),
    };
    Err(Refusal::new(RefusalCode::NotOnCase, sentence).unless("Choose somebody who raised it").at("to"))
}

/// A message from the family goes to the school; one from staff to the complainants, each for themselves.
pub(super) fn send_message(
    case: &Case,
    command: &SendMessage,
    ctx: &Context<'_>,
) -> Result<Vec<Event>, Refusal> {
    let to: Vec<PartyNo> = match (ctx.actor, command.to) {
        (Actor::Complainant(_), _) => Vec::new(),
        (Actor::Person(_) | Actor::Public | Actor::Clock, Some(no)) => vec![no],
        (Actor::Person(_) | Actor::Public | Actor::Clock, None) => {
            super::answering::somebody_may_be_told(case)?;
            case.may_be_told().map(|party| party.no).collect()
        }
    };
    for no in &to {
        is_complainant(case, *no)?;
    }
    if to.is_empty() && super::recorded_by_staff(ctx) {
        return Err(Refusal::new(RefusalCode::NoWayToReach, "Nobody on this case can be written to").at("to"));
    }
    Ok(vec![Event::MessageSent { to, words: command.words.clone() }])
}

pub(super) fn add_document(case: &Case, command: &AddDocument, ctx: &Context<'_>) -> Vec<Event> {
    let from = match ctx.actor {
        Actor::Complainant(party) => Some(party),
        Actor::Person(_) | Actor::Public | Actor::Clock => None,
    };
    vec![Event::DocumentAdded {
        document: Document {
            no: DocumentNo::next_after(case.documents.len()),
            file: command.file,
            name: command.name.clone(),
            media_type: command.media_type.clone(),
            bytes: command.bytes,
            sha256: command.sha256.clone(),
            audience: if from.is_some() { Audience::Family } else { command.audience },
            from,
            scan: command.scan,
            added_by: None,
        },
    }]
}

/// The files that came with a concern: from whoever raised it.
pub(super) fn sent_along(files: &[SentFile]) -> Vec<Event> {
    let document = |(place, sent): (usize, &SentFile)| Document {
        no: DocumentNo::next_after(place),
        file: sent.file,
        name: sent.name.clone(),
        media_type: sent.media_type.clone(),
        bytes: sent.bytes,
        sha256: sent.sha256.clone(),
        audience: Audience::Family,
        from: Some(PartyNo::next_after(0)),
        scan: sent.scan,
        added_by: None,
    };
    files.iter().enumerate().map(document).map(|document| Event::DocumentAdded { document }).collect()
}

/// Somebody joins. A colleague who saw what happened is noted as witness, and a stage that they had goes at once to
/// whoever is clear of it (R23).
pub(super) fn add_party(case: &Case, command: &AddParty, ctx: &Context<'_>) -> Result<Vec<Event>, Refusal> {
    let no = PartyNo::next_after(case.parties.len());
    if command.party == PartyKind::AskedToAgree {
        return Err(Refusal::new(RefusalCode::Field, "Whoever is asked to agree gets a link of their own")
            .unless("Ask for the consent by email instead")
            .at("party"));
    }
    let as_what = (command.party, command.contact.relationship);
    let consent = consent::of_whoever_joins(no, as_what, command.consent.as_ref(), ctx)?;
    let joins = command.party == PartyKind::Complainant;
    if joins && command.about.is_none() {
        return Err(Refusal::new(
            RefusalCode::Field,
            "Write what it is about, in your own words: they read nothing that somebody else wrote",
        )
        .at("about"));
    }
    let mut events = vec![Event::PartyAdded {
        party: evolve::party(no, command.party, &command.contact),
        about: command.about.clone().filter(|_| joins),
        earlier_answers: command.earlier_answers.filter(|_| joins),
    }];
    events.extend(consent);
    if let Some(person) = command.person {
        may_be_witness(command.party, person, ctx)?;
        events.push(Event::Involved { person, involved_as: InvolvedAs::Witness });
        events.extend(passed_on(case, person, case.subjects.clone(), ctx));
    }
    Ok(events)
}

/// How somebody is reached is put right: their own by a complainant, anybody's by staff (P28). Who may be reached no
/// more could not be told of a right, so at least one way stays.
pub(super) fn correct_contact(
    case: &Case,
    command: &CorrectContact,
    ctx: &Context<'_>,
) -> Result<Vec<Event>, Refusal> {
    let party = whose_contact(case, command, ctx)?;
    let email = command.email.as_ref().map(|email| address_of(email.as_str())).transpose()?;
    let removed: Vec<ContactWay> =
        ContactWay::ALL.iter().copied().filter(|way| is_removed(*way, command, party)).collect();
    let changed = |new: &Option<Words>, old: Option<&Words>| new.clone().filter(|_| new.as_ref() != old);
    let (email, phone, address) = (
        changed(&email, ctx.letters.address_of(party)),
        changed(&command.phone, party.phone.as_ref()),
        changed(&command.address, party.address.as_ref()),
    );
    if [&email, &phone, &address].iter().all(|new| new.is_none()) && removed.is_empty() {
        return Err(Refusal::new(RefusalCode::Field, "Nothing is different from what we have")
            .unless("Change what is wrong, and send it again"));
    }
    let event = Event::ContactCorrected { party: party.no, email, phone, address, removed };
    let mut after = case.clone();
    evolve::evolve(&mut after, &stamp(case.length, ctx.now, ctx.today, ctx.actor), &event);
    let reached = after
        .party(party.no)
        .is_some_and(|party| party.email.is_some() || party.phone.is_some() || party.address.is_some());
    if reached {
        return Ok(vec![event]);
    }
    Err(Refusal::new(RefusalCode::NoWayToReach, "Leave at least one way to reach them").at("remove"))
}

/// Taken away, and not put right in the same breath.
fn is_removed(way: ContactWay, command: &CorrectContact, party: &Party) -> bool {
    let (given, known) = match way {
        ContactWay::Email => (&command.email, &party.email),
        ContactWay::Phone => (&command.phone, &party.phone),
        ContactWay::Address => (&command.address, &party.address),
    };
    let asked = command.remove.as_ref().is_some_and(|ways| ways.contains(&way));
    asked && given.is_none() && known.is_some()
}

/// An address that mail can go to.
pub(super) fn address_of(typed: &str) -> Result<Words, Refusal> {
    let parsed =
        EmailAddress::parse(typed).map_err(|how| Refusal::new(RefusalCode::Field, how).at("email"))?;
    Words::line(parsed.as_str())
        .map_err(|problem| Refusal::new(RefusalCode::Field, problem.to_string()).at("email"))
}

/// Whose details they are.
///
/// # Errors
/// When staff do not say whose, where several take part, or name somebody who does not.
pub fn whose_contact<'c>(
    case: &'c Case,
    command: &CorrectContact,
    ctx: &Context<'_>,
) -> Result<&'c Party, Refusal> {
    let no = match (ctx.actor, command.party, case.parties.as_slice()) {
        (Actor::Complainant(me), _, _) => Some(me),
        (Actor::Person(_) | Actor::Public | Actor::Clock, Some(no), _) => Some(no),
        (Actor::Person(_) | Actor::Public | Actor::Clock, None, [only]) => Some(only.no),
        (Actor::Person(_) | Actor::Public | Actor::Clock, None, _) => None,
    };
    no.and_then(|no| case.party(no)).ok_or_else(|| {
        Refusal::new(RefusalCode::NotOnCase, "Choose somebody who takes part in this case").at("party")
    })
}

fn may_be_witness(party: PartyKind, person: PersonId, ctx: &Context<'_>) -> Result<(), Refusal> {
    if party != PartyKind::Witness {
        return Err(Refusal::new(
            RefusalCode::Field,
            "Choose a colleague only where they take part as a witness",
        )
        .at("person"));
    }
    works_for_us(person, ctx)
}

fn works_for_us(person: PersonId, ctx: &Context<'_>) -> Result<(), Refusal> {
    ctx.directory.person(person).map(|_| ()).ok_or_else(|| {
        Refusal::new(RefusalCode::NotOnCase, "Choose somebody who works for the school or trust").at("person")
    })
}

/// The stage that somebody had goes to whoever is clear of it; nothing where they have none.
fn passed_on(case: &Case, person: PersonId, subjects: Vec<Subject>, ctx: &Context<'_>) -> Option<Event> {
    let run = case.run().filter(|run| run.handler.person == Some(person))?;
    if case.standing() == Standing::Closed {
        return None;
    }
    let mut barred = ctx.barred(case);
    barred.insert(person);
    // Whoever stands in for them does not get it in their place.
    let mut shut_out = case.shut_out();
    shut_out.insert(person);
    let directory = ctx.directory.clear_of(&shut_out);
    let ctx = &Context { directory: &directory, ..*ctx };
    let scene = ctx.scene(&subjects, case.child.as_ref(), &barred).after(case.earlier_runs());
    let handler: Handler = scene.route(ctx.stage_of(case)?);
    Some(Event::Assigned { run: run.no, handler, before: Some(person), reason: None })
}

/// Marks somebody as complained about. A stage that they had goes at once to whoever is clear of it (S13, R22).
pub(super) fn mark_subject(
    case: &Case,
    command: &MarkSubject,
    ctx: &Context<'_>,
) -> Result<Vec<Event>, Refusal> {
    if case.is_subject(command.person) {
        return Err(
            Refusal::new(RefusalCode::IsSubject, "They are marked as complained about already").at("person")
        );
    }
    works_for_us(command.person, ctx)?;
    let subject = Subject { role: command.role, name: None, person: Some(command.person) };
    let mut events = vec![Event::SubjectMarked { subject: subject.clone(), reason: command.reason.clone() }];
    // What was told about somebody else to those who lead on safeguarding is told anew: about the head to the chair and
    // the trust, about the safeguarding lead to whoever comes next (R14).
    if case.flags.contains(&Flag::ChildAtRisk)
        && case.standing() != Standing::Closed
        && (raising::is_a_head(&subject, ctx) || ctx.holds(command.person, Role::DesignatedSafeguardingLead))
    {
        let mut subjects = case.subjects.clone();
        subjects.push(subject.clone());
        let mut shut_out = case.shut_out();
        shut_out.insert(command.person);
        let people = raising::whom_to_alert(&subjects, &shut_out, ctx);
        events.push(Event::AlertRaised { flag: Flag::ChildAtRisk, people });
    }
    let mut subjects = case.subjects.clone();
    subjects.push(subject);
    events.extend(passed_on(case, command.person, subjects, ctx));
    Ok(events)
}

pub(super) fn may_mark_at_risk(case: &Case) -> Result<(), Refusal> {
    if case.flags.contains(&Flag::ChildAtRisk) {
        return Err(Refusal::new(RefusalCode::NotOnCase, "It is marked already that a child may be at risk")
            .unless("Tell the safeguarding lead what is new, today"));
    }
    Ok(())
}

/// What staff see or hear later counts like what a family says at once (R14, 4.4).
pub(super) fn mark_at_risk(case: &Case, command: &MarkAtRisk, ctx: &Context<'_>) -> Vec<Event> {
    let people = raising::whom_to_alert(&case.subjects, &case.shut_out(), ctx);
    vec![
        Event::AtRiskMarked { reason: command.reason.clone() },
        Event::AlertRaised { flag: Flag::ChildAtRisk, people },
    ]
}

/// Somebody steps back: a stage that they had goes at once to whoever is clear of it, as if they were complained about.
pub(super) fn recuse(case: &Case, command: &Recuse, ctx: &Context<'_>) -> Result<Vec<Event>, Refusal> {
    let person = ctx.actor.person().ok_or_else(|| {
        Refusal::new(RefusalCode::NotYours, "Only somebody who works on the case can step back from it")
    })?;
    let stepped_back = Event::Recused { person, reason: command.reason, words: command.words.clone() };
    let told_anew = told_without(case, person, ctx);
    let passed_on = passed_on(case, person, case.subjects.clone(), ctx);
    Ok([stepped_back].into_iter().chain(told_anew).chain(passed_on).collect())
}

/// Where a child may be at risk and one of those steps back who look after that, whoever comes next is told at once (R14).
fn told_without(case: &Case, person: PersonId, ctx: &Context<'_>) -> Option<Event> {
    if !case.flags.contains(&Flag::ChildAtRisk) || case.standing() == Standing::Closed {
        return None;
    }
    let mut shut_out = case.shut_out();
    let before = raising::whom_to_alert(&case.subjects, &shut_out, ctx);
    shut_out.insert(person);
    let people = raising::whom_to_alert(&case.subjects, &shut_out, ctx);
    before.contains(&person).then_some(Event::AlertRaised { flag: Flag::ChildAtRisk, people })
}

/// A promise with an owner and a date; it stays on the list after the case is closed (R59, S20).
pub(super) fn add_remedy(case: &Case, command: &AddAction, ctx: &Context<'_>) -> Result<Vec<Event>, Refusal> {
    if command.due_on < ctx.today {
        return Err(Refusal::new(RefusalCode::Field, "Choose a date that is still to come").at("due_on"));
    }
    if case.is_shut_out(command.owner) || !ctx.is_staff(command.owner) {
        return Err(Refusal::new(
            RefusalCode::LacksPost,
            "Choose somebody who works for the school and is not complained about",
        )
        .at("owner"));
    }
    Ok(promised(case, &command.what, command.owner, command.due_on))
}

/// A promise with its deadline.
pub(super) fn promised(case: &Case, what: &Words, owner: PersonId, due_on: NaiveDate) -> Vec<Event> {
    let no = RemedyNo::next_after(case.remedies.len());
    vec![
        Event::RemedyPromised { no, what: what.clone(), owner, due_on },
        Event::DeadlineSet {
            no: DeadlineMaker::after(Some(case)).next(),
            rule: DeadlineRule::Remedy,
            run: None,
            remedy: Some(no),
            basis: None,
            due: Due::On(due_on),
        },
    ]
}

pub(super) fn may_complete(case: &Case) -> Result<(), Refusal> {
    if case.remedies.iter().any(|remedy| remedy.done.is_none()) {
        return Ok(());
    }
    Err(Refusal::new(RefusalCode::NotOnCase, "No promised action is open")
        .unless("Add the promise first, and complete it when it is done"))
}

pub(super) fn complete_remedy(case: &Case, command: &CompleteAction) -> Result<Vec<Event>, Refusal> {
    let open = case.remedies.iter().any(|remedy| remedy.no == command.action && remedy.done.is_none());
    if !open {
        return Err(Refusal::new(RefusalCode::NotOnCase, "Choose an action that is still open").at("action"));
    }
    Ok(vec![Event::RemedyDone { no: command.action, evidence: command.evidence.clone() }])
}

/// The dates that the law set and that are still owed; they outlive the case (R15, R38).
fn duties(case: &Case) -> impl Iterator<Item = &Deadline> {
    case.deadlines.iter().filter(|deadline| deadline.is_open() && deadline.rule.is_statutory())
}

pub(super) fn may_meet_duty(case: &Case) -> Result<(), Refusal> {
    if duties(case).next().is_some() {
        return Ok(());
    }
    Err(Refusal::new(RefusalCode::NotOnCase, "The law sets no date here that is still owed")
        .unless("This begins when a date of the law runs: it is set by a mark on the case, or by where a point is sent"))
}

/// What the law asks for is given: the family reads it, and the clock is met, whether or not the case is closed.
pub(super) fn meet_duty(case: &Case, command: &MeetDuty) -> Result<Vec<Event>, Refusal> {
    if !duties(case).any(|deadline| deadline.no == command.duty) {
        return Err(
            Refusal::new(RefusalCode::NotOnCase, "Choose a date of the law that is still owed").at("duty")
        );
    }
    Ok(vec![Event::DutyMet { no: command.duty, message: command.message.clone() }])
}
