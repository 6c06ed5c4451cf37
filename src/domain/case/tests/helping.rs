//! Supporters and interpreters with a link of their own (R10, R20, P18).

use super::super::action::Action;
use super::super::command::{AddHelper, EndHelper};
use super::super::event::{Actor, Event};
use super::super::refusal::RefusalCode;
use super::super::timeline::{Voice, timeline};
use super::super::vocabulary::{HelperScope, PartyKind};
use super::kit::commands::*;
use super::kit::*;
use crate::domain::ids::PartyNo;

const ANA: PartyNo = PartyNo(2);

fn helped(may: HelperScope) -> Story {
    Story::raised().by_family().does(add_helper(1, may))
}

/// R20: the complainant's own word is enough; staff say where the consent is (R10).
#[test]
fn r10_a_complainant_adds_who_helps_and_staff_need_consent() {
    let story = helped(HelperScope::Read);
    let helper = story.case().party(ANA).unwrap();
    assert_eq!((helper.kind, helper.helps.unwrap().whom), (PartyKind::Supporter, PartyNo(1)));
    assert_eq!(story.case().complainants().count(), 1, "whoever helps complains of nothing");
    let staff = story
        .by_person(OFFICE)
        .refused(RefusalCode::Field, add_helper(2, HelperScope::Read))
        .does(add_helper_agreed(2, HelperScope::Read));
    let Event::HelperAdded { consent, .. } = &staff.record.last().unwrap().event else { panic!() };
    assert!(consent.is_some());
}

/// Whoever helps may what their scope says: never add others, change how anybody is reached, or withdraw.
#[test]
fn whoever_helps_does_no_more_than_they_were_asked_to() {
    let reads = helped(HelperScope::Read).by_hand(ANA);
    for action in [Action::SendMessage, Action::Escalate, Action::Withdraw, Action::EndHelper] {
        assert_eq!(reads.ready(action).unwrap_err().code, RefusalCode::NotYours, "{action:?}");
    }
    let writes = helped(HelperScope::ReadAndWrite).by_hand(ANA).does(message());
    for action in [Action::AddHelper, Action::EndHelper, Action::CorrectContact, Action::Withdraw] {
        assert_eq!(writes.ready(action).unwrap_err().code, RefusalCode::NotYours, "{action:?}");
    }
    let mut ended = writes.clone();
    ended.hand = None;
    let ended = ended.by_family().does(end_helper(1)).by_hand(ANA);
    assert_eq!(ended.ready(Action::SendMessage).unwrap_err().code, RefusalCode::NotYours);
}

/// P24: what they do stands in the history with their own name, for the complainant and for staff.
#[test]
fn what_a_helper_does_stands_under_their_own_name() {
    let story = helped(HelperScope::ReadAndWrite).by_hand(ANA).does(message());
    assert_eq!(story.kinds_since(story.record.len() - 2), ["helper_acted", "message_sent"]);
    let told = |voice| timeline(&story.record, story.case(), &story.ctx(), voice).pop().unwrap().by.unwrap();
    let name = &story.case().party(PartyNo(1)).unwrap().name;
    assert_eq!(told(Voice::Complainant(PartyNo(1))), "Ana Ruiz, for you");
    assert_eq!(told(Voice::Staff), format!("Ana Ruiz, for {name}"));
}

/// P18: who helps one of two complainants is nothing to the other, who cannot end it either.
#[test]
fn p18_who_helps_one_of_two_is_hidden_from_the_other() {
    let story = Story::raised()
        .by_person(OFFICE)
        .does(add_complainant())
        .by_family()
        .does(add_helper(1, HelperScope::ReadAndWrite));
    let other = PartyNo(2);
    let read = timeline(&story.record, story.case(), &story.ctx(), Voice::Complainant(other));
    assert!(read.iter().all(|entry| !format!("{entry:?}").contains("Ana")), "{read:?}");
    let by_other = story.clone().by(Actor::Complainant(other));
    assert_eq!(by_other.ready(Action::EndHelper).unwrap_err().code, RefusalCode::NotOnCase);
    let unclear = story.by_person(OFFICE);
    unclear
        .clone()
        .refused(RefusalCode::NotOnCase, add_helper_agreed(5, HelperScope::Read))
        .refused(RefusalCode::NotOnCase, end_helper(1));
    unclear
        .does(AddHelper { whom: Some(other), ..add_helper_agreed(6, HelperScope::Read) })
        .does(EndHelper { whom: Some(PartyNo(1)), ..end_helper(1) });
}

/// Five at a time, each address once; an end makes room.
#[test]
fn five_can_help_at_a_time() {
    let mut story = Story::raised().by_family();
    for no in 1..=5 {
        story = story.does(add_helper(no, HelperScope::Read));
    }
    story = story
        .refused(RefusalCode::Field, add_helper(6, HelperScope::Read))
        .does(end_helper(3))
        .refused(RefusalCode::NotOnCase, end_helper(3))
        .refused(RefusalCode::Field, add_helper(1, HelperScope::ReadAndWrite))
        .does(add_helper(6, HelperScope::Read));
    assert_eq!(story.case().helpers_of(PartyNo(1)).count(), 6, "who helped stays on the record");
}
