//! Several people on one side (P18): who reads and answers what, each for themselves, from when they came.

use super::super::command::{
    AddDocument, AddParty, AskInformation, Complainant, Contact, GiveInformation, Intake, RecordConsent,
    Reply, SendMessage,
};
use super::super::documents;
use super::super::event::{Actor, Event};
use super::super::own_part::{as_it_ended, as_read_by, has_the_answer, may_read};
use super::super::refusal::RefusalCode;
use super::super::state::{Audience, Standing};
use super::super::vocabulary::{Channel, EarlierAnswers, Flag, Relationship, ScreeningReason};
use super::kit::commands::*;
use super::kit::*;
use crate::domain::ids::{DocumentNo, PartyNo};

const SECOND: Actor = Actor::Complainant(PartyNo(2));

/// The kinds of event that somebody may read at all.
fn kinds_for(story: &Story, reader: Actor) -> Vec<&'static str> {
    let read = story.record.iter().filter(|one| may_read(story.case(), reader, &one.stamp, &one.event));
    read.map(|one| one.event.kind()).collect()
}

/// P18: whoever joins reads what happened since, and nothing that was written to the first before.
#[test]
fn p18_whoever_joins_later_reads_the_case_from_when_they_joined() {
    let file = |audience| AddDocument { audience, ..document() };
    let before = Story::raised()
        .by_person(YEAR_4_TEACHER)
        .does(acknowledge())
        .does(file(Audience::Family))
        .does(ask());
    let joined = before.by_person(OFFICE).does(add_complainant()).by_person(YEAR_4_TEACHER);
    assert_eq!(kinds_for(&joined, SECOND), ["party_added"]);
    assert!(kinds_for(&joined, Actor::Complainant(PartyNo(1))).contains(&"acknowledged"));
    let since = joined.does(file(Audience::Family)).does(message()).does(reply());
    let read = kinds_for(&since, SECOND);
    assert!(read.contains(&"message_sent") && read.contains(&"replied"), "{read:?}");
    assert!(!read.contains(&"acknowledged") && !read.contains(&"information_asked"), "{read:?}");
    let open: Vec<DocumentNo> = documents::visible(since.case(), SECOND).map(|one| one.no).collect();
    assert_eq!(open, [DocumentNo(2)]);
    assert!(as_read_by(since.case().clone(), SECOND).run().unwrap().reply.is_some());
}

/// P18: an answer that was given before is read where the school shares it, and not otherwise.
#[test]
fn p18_an_earlier_answer_is_read_only_where_the_school_shares_it() {
    let answered = || Story::raised().by_person(YEAR_4_TEACHER).does(reply()).by_person(OFFICE);
    let without = answered().does(add_complainant());
    let seen = as_read_by(without.case().clone(), SECOND);
    assert!(seen.run().unwrap().reply.is_none() && seen.run().unwrap().answers.is_empty());
    assert!(!has_the_answer(without.case(), PartyNo(2)) && has_the_answer(without.case(), PartyNo(1)));
    assert!(!kinds_for(&without, SECOND).contains(&"replied"));
    let shared =
        answered().does(AddParty { earlier_answers: Some(EarlierAnswers::Shared), ..add_complainant() });
    assert!(as_read_by(shared.case().clone(), SECOND).run().unwrap().reply.is_some());
    assert!(kinds_for(&shared, SECOND).contains(&"replied"));
    // Nobody joins without learning what it is about.
    answered().refused(RefusalCode::Field, AddParty { about: None, ..add_complainant() });
}

/// P18: a question is for those who were asked it. One answer takes it from nobody else, and lets the school go on.
#[test]
fn p18_each_of_two_answers_the_question_for_themselves() {
    let asked = Story::raised()
        .by_person(OFFICE)
        .does(add_complainant())
        .by_person(YEAR_4_TEACHER)
        .does(ask())
        .stands(Standing::OpenAwaitingInformation);
    let one = asked.by_family().does(answer()).stands(Standing::OpenWorking);
    let one = one.refused(RefusalCode::WrongState, answer());
    assert!(one.case().question_for(PartyNo(2)).is_some());
    let both = one.clone().by(SECOND).does(answer()).stands(Standing::OpenWorking);
    assert!(both.case().asked.is_empty());
    // It waits until the stage is over, and no longer.
    one.by_person(YEAR_4_TEACHER).does(reply()).by(SECOND).refused(RefusalCode::WrongState, answer());
}

/// P18: whoever joins after a question was asked is not asked it, and answers for nobody.
#[test]
fn p18_whoever_joins_is_not_asked_what_the_first_was_asked() {
    let story =
        Story::raised().by_person(YEAR_4_TEACHER).does(ask()).by_person(OFFICE).does(add_complainant());
    let story = story.by(SECOND).refused(RefusalCode::WrongState, answer());
    story.by_family().does(answer()).stands(Standing::OpenWorking);
}

/// P18: staff who write an answer down say whose it is.
#[test]
fn p18_staff_say_whose_answer_they_write_down() {
    let asked = Story::raised()
        .by_person(OFFICE)
        .does(add_complainant())
        .by_person(YEAR_4_TEACHER)
        .does(AskInformation { answer_by: None, ..ask() });
    let asked = asked.refused(RefusalCode::Field, answer());
    let one = asked.does(GiveInformation { party: Some(PartyNo(2)), ..answer() });
    assert_eq!(one.case().asked.keys().copied().collect::<Vec<_>>(), [PartyNo(1)]);
    one.refused(RefusalCode::NotOnCase, GiveInformation { party: Some(PartyNo(2)), ..answer() })
        .does(answer());
}

/// P18: what one of two said settles with the reply their own part, and nobody else's.
#[test]
fn p18_a_reply_that_one_of_two_called_settled_leaves_the_case_to_the_other() {
    let both = Story::raised().by_person(OFFICE).does(add_complainant()).by_person(YEAR_4_TEACHER);
    let both = both.refused(RefusalCode::Field, settled_by_phone());
    let mut said = settled_by_phone();
    said.already_settled.as_mut().unwrap().party = Some(PartyNo(1));
    let alone = both.does(said).stands(Standing::Replied);
    assert_eq!(alone.case().going_on().map(|party| party.no).collect::<Vec<_>>(), [PartyNo(2)]);
    assert!(alone.case().points.iter().all(super::super::state::Point::is_open));
    alone.by(SECOND).does(settle(&[1, 2])).stands(Standing::Closed);
}

/// R10: a neighbour's case is accepted for the safety of a child without consent; nothing of it is shared with them.
#[test]
fn r10_nothing_is_shared_with_whoever_waits_for_consent() {
    let neighbour = Contact { relationship: Relationship::ThirdParty, ..contact() };
    let theirs = Intake { complainant: Complainant::Known(Box::new(neighbour)), ..intake() };
    let neighbour = Actor::Complainant(PartyNo(1));
    let story = Story::in_(World::trust())
        .raise(theirs.flagged(Flag::ChildAtRisk))
        .by_person(COORDINATOR)
        .does(accept(&[ScreeningReason::ThirdParty, ScreeningReason::ChildAtRisk]))
        .by_person(OFFICE)
        .does(add_complainant())
        .refused(RefusalCode::NotOnCase, SendMessage { to: Some(PartyNo(1)), ..message() });
    let handler = story.case().run().unwrap().handler.person.unwrap();
    let story = story.by_person(handler).does(acknowledge()).does(message());
    let sent = story.record.iter().rev().find_map(|one| match &one.event {
        Event::MessageSent { to, .. } => Some(to.clone()),
        _ => None,
    });
    assert_eq!(sent, Some(vec![PartyNo(2)]));
    let answered = story.does(reply());
    assert!(as_read_by(answered.case().clone(), neighbour).run().unwrap().reply.is_none());
    let read = kinds_for(&answered, neighbour);
    assert!(!read.contains(&"replied") && !read.contains(&"message_sent"), "{read:?}");
    let consent =
        RecordConsent { given_by: words("Sam Amin"), given_on: date("2026-09-07"), how: Channel::Phone };
    let agreed = answered.by_person(OFFICE).does(consent);
    assert!(as_read_by(agreed.case().clone(), neighbour).run().unwrap().reply.is_some());
}

/// R10: an answer that would go to nobody waits for the consent.
#[test]
fn r10_an_answer_to_whoever_waits_for_consent_waits_too() {
    let neighbour = Contact { relationship: Relationship::ThirdParty, ..contact() };
    let theirs = Intake { complainant: Complainant::Known(Box::new(neighbour)), ..intake() };
    let story = Story::in_(World::trust())
        .raise(theirs.flagged(Flag::ChildAtRisk))
        .by_person(COORDINATOR)
        .does(accept(&[ScreeningReason::ThirdParty, ScreeningReason::ChildAtRisk]));
    let handler = story.case().run().unwrap().handler.person.unwrap();
    let story = story.by_person(handler);
    story.refused(RefusalCode::WrongState, Reply { already_settled: None, ..reply() });
}

/// S22: a file that is taken out is gone for whoever has ended their own part, whichever came first.
#[test]
fn s22_a_file_taken_out_is_gone_for_whoever_has_ended_their_part() {
    let both = || {
        Story::raised()
            .by_person(OFFICE)
            .does(add_complainant())
            .by_person(OFFICE)
            .does(AddDocument { audience: Audience::Family, ..document() })
    };
    let first = Actor::Complainant(PartyNo(1));
    let open_to = |story: &Story| {
        let (then, _) = as_it_ended(story.case(), &story.record, first).unwrap();
        documents::visible(&then, first).count()
    };
    let ended = both().by_family().does(withdraw());
    assert_eq!(open_to(&ended), 1);
    assert_eq!(open_to(&ended.by_person(CLERK).does(take_out_file(1))), 0);
    assert_eq!(open_to(&both().by_person(CLERK).does(take_out_file(1)).by_family().does(withdraw())), 0);
}
