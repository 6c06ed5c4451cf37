//! What is asked of people outside the school: whether what they said was written down right (R9), and whether they agree
//! that somebody raises it for them (R10). Nothing waits for either.

use super::super::action::Action;
use super::super::command::{Intake, RecordConsent};
use super::super::event::{Actor, Event};
use super::super::refusal::RefusalCode;
use super::super::state::{AskingEnded, Standing};
use super::super::timeline::{Voice, timeline};
use super::super::vocabulary::{
    Channel, ConsentAnswer, Flag, Kind, PartyKind, Relationship, ScreeningReason, WrittenDown,
};
use super::kit::commands::*;
use super::kit::*;
use crate::domain::deadline::{DateReminder, DeadlineRule};
use crate::domain::ids::PartyNo;

const PETRA: PartyNo = PartyNo(2);

/// Spoken on Monday 7 September, and written down by the office on Thursday.
fn spoken() -> Story {
    let monday = Story::in_(World::trust());
    let spoken = Intake { received_at: monday.now(), channel: Channel::Phone, ..intake() };
    monday.on("2026-09-10").by_person(OFFICE).raise(spoken)
}

fn for_another() -> Story {
    let mut raised = intake();
    if let super::super::command::Complainant::Known(contact) = &mut raised.complainant {
        contact.relationship = Relationship::ThirdParty;
    }
    Story::in_(World::trust()).raise(raised).by_person(COORDINATOR)
}

fn titles(story: &Story, voice: Voice) -> Vec<String> {
    timeline(&story.record, story.case(), &story.ctx(), voice).into_iter().map(|entry| entry.title).collect()
}

#[test]
fn r9_whoever_said_it_is_asked_and_the_dates_run_from_the_day_on_which_it_was_said() {
    let story = spoken();
    assert_eq!(story.case().awaits_confirmation().unwrap().no, PartyNo(1));
    assert_eq!(story.due(DeadlineRule::Confirmation), date("2026-09-17"), "five school days from the mail");
    assert_eq!(story.due(DeadlineRule::Respond), date("2026-09-21"), "ten from the day on which it was said");
    let confirmed = story.by_family().does(confirm(WrittenDown::Right));
    assert!(!confirmed.has_open(DeadlineRule::Confirmation));
    assert_eq!(confirmed.due(DeadlineRule::Respond), date("2026-09-21"), "no date moves");
    confirmed.refused(RefusalCode::NotOnCase, confirm(WrittenDown::Right));
}

#[test]
fn r9_what_is_put_right_stands_beside_what_was_written_down() {
    let story = spoken();
    let before = story.case().points.clone();
    let bare = super::super::command::ConfirmConcern { words: None, ..confirm(WrittenDown::PutRight) };
    let story = story.by_family().refused(RefusalCode::Field, bare).does(confirm(WrittenDown::PutRight));
    assert_eq!(story.case().points, before, "corrections are new entries");
    assert_eq!(story.case().confirmation.as_ref().unwrap().written_down, WrittenDown::PutRight);
    assert!(titles(&story, Voice::Staff).contains(&"Maria Ash put right what was written down".to_owned()));
    let hers = titles(&story, Voice::Complainant(PartyNo(1)));
    assert!(hers.contains(&"You put right what we wrote down".to_owned()), "{hers:?}");
}

#[test]
fn r9_staff_write_down_what_they_heard_on_the_phone_or_on_paper() {
    let story = spoken().by_person(OFFICE).refused(RefusalCode::Field, confirm(WrittenDown::Right));
    let story = story.does(confirm_heard(WrittenDown::Right));
    let Event::ConcernConfirmed { heard_by, .. } = &story.record.last().unwrap().event else { panic!() };
    assert!(heard_by.is_some());
}

#[test]
fn r9_one_reminder_goes_and_the_case_goes_on_without_an_answer() {
    let story = spoken();
    let reminders = |story: &Story| {
        let told = |recorded: &&super::super::event::Recorded| {
            matches!(recorded.event, Event::DateReminded { reminder: DateReminder::ToAnswer, .. })
        };
        story.record.iter().filter(told).count()
    };
    let story = story.swept_until("2026-09-14");
    assert_eq!(reminders(&story), 0);
    let story = story.swept_until("2026-09-15");
    assert_eq!(reminders(&story), 1, "two school days before");
    let story = story.swept_until("2026-09-30");
    assert_eq!(reminders(&story), 1, "once");
    assert!(story.case().awaits_confirmation().is_some());
    let story = story.by_person(YEAR_4_TEACHER).does(reply()).stands(Standing::Replied);
    story.by_family().does(confirm(WrittenDown::PutRight)).stands(Standing::Replied);
}

#[test]
fn r9_p18_nobody_else_who_raises_it_is_asked_or_reads_of_it() {
    let story = spoken().does(add_complainant()).by(Actor::Complainant(PETRA));
    story.clone().refused(RefusalCode::NotOnCase, confirm(WrittenDown::Right));
    let story = story.by_family().does(confirm(WrittenDown::PutRight));
    let theirs = titles(&story, Voice::Complainant(PETRA));
    assert!(theirs.iter().all(|title| !title.contains("wrote down")), "{theirs:?}");
}

#[test]
fn r9_nobody_is_asked_who_wrote_it_themselves_or_who_gave_feedback() {
    assert!(Story::raised().case().awaits_confirmation().is_none());
    let monday = Story::in_(World::trust()).by_person(OFFICE);
    let said = |kind, channel| Intake { received_at: monday.now(), channel, ..intake().of_kind(kind) };
    for intake in [said(Kind::Feedback, Channel::Phone), said(Kind::Concern, Channel::Letter)] {
        assert!(monday.clone().raise(intake).case().awaits_confirmation().is_none());
    }
}

#[test]
fn r10_somebody_is_asked_by_a_link_of_their_own_and_answers_once() {
    let story = for_another().does(ask_consent(1));
    let asked = story.case().party(PETRA).unwrap();
    assert_eq!(asked.kind, PartyKind::AskedToAgree);
    assert_eq!(story.case().complainants().count(), 1, "whoever is asked is no part of the case");
    assert_eq!(story.due(DeadlineRule::Consent), date("2026-09-21"));
    // Nothing else is theirs to do, and the answer is nobody else's.
    let hers = story.clone().by(Actor::Complainant(PETRA));
    for action in Action::all().filter(|action| *action != Action::AnswerConsent) {
        assert!(hers.ready(action).is_err(), "{action:?}");
    }
    for other in [Actor::Complainant(PartyNo(1)), Actor::Person(COORDINATOR), Actor::Public, Actor::Clock] {
        assert!(story.clone().by(other).ready(Action::AnswerConsent).is_err(), "{other:?}");
    }
    let agreed = hers.does(answer_consent(ConsentAnswer::Agree));
    assert!(agreed.case().awaits_consent().is_none() && !agreed.has_open(DeadlineRule::Consent));
    agreed.refused(RefusalCode::NotYours, answer_consent(ConsentAnswer::Refuse));
}

#[test]
fn r10_a_refusal_is_on_record_and_nothing_is_shared() {
    let story = for_another().does(ask_consent(1));
    let refused = story.by(Actor::Complainant(PETRA)).does(answer_consent(ConsentAnswer::Refuse));
    assert!(refused.case().awaits_consent().is_some());
    let refused = refused.by_person(COORDINATOR);
    let refused = refused.refused(RefusalCode::WrongState, accept(&[ScreeningReason::ThirdParty]));
    let hers = titles(&refused, Voice::Complainant(PartyNo(1)));
    assert!(hers.iter().all(|title| !title.contains("Petra")), "{hers:?}");
    refused.does(close_without_consent()).stands(Standing::Closed);
}

#[test]
fn r10_whoever_was_asked_before_is_asked_no_more() {
    let story = for_another().does(ask_consent(1)).does(ask_consent(2));
    let ended = |story: &Story, no| story.case().party(no).unwrap().asked.unwrap().ended;
    assert_eq!(ended(&story, PETRA), Some(AskingEnded::Needless));
    assert!(story.clone().by(Actor::Complainant(PETRA)).ready(Action::AnswerConsent).is_err());
    let told = story.does(consent_on("2026-09-07"));
    assert_eq!(ended(&told, PartyNo(3)), Some(AskingEnded::Needless), "it came in another way");
    assert!(!told.has_open(DeadlineRule::Consent));
}

#[test]
fn r10_r14_nobody_is_asked_by_mail_where_a_child_may_be_at_risk() {
    let mut raised = intake().flagged(Flag::ChildAtRisk);
    if let super::super::command::Complainant::Known(contact) = &mut raised.complainant {
        contact.relationship = Relationship::ThirdParty;
    }
    let story = Story::in_(World::trust()).raise(raised).by_person(COORDINATOR);
    story.refused(RefusalCode::NotOnCase, ask_consent(1));
}

#[test]
fn r10_one_reminder_goes_to_whoever_is_asked() {
    let story = for_another().does(ask_consent(1)).swept_until("2026-10-16");
    let reminded = story.record.iter().filter(|recorded| {
        matches!(recorded.event, Event::DateReminded { reminder: DateReminder::ToAnswer, .. })
    });
    assert_eq!(reminded.count(), 1);
}

#[test]
fn r10_nobody_answers_with_the_address_of_whoever_raised_it() {
    let own = super::super::command::AskConsent { email: words("MARIA@family.example "), ..ask_consent(1) };
    for_another().refused(RefusalCode::Field, own);
}

#[test]
fn r10_whoever_joins_for_somebody_else_comes_with_the_consent() {
    let story = Story::raised().by_person(OFFICE);
    let mut joins = add_complainant();
    joins.contact.relationship = Relationship::ThirdParty;
    let story = story.refused(RefusalCode::Field, joins.clone());
    let consent: RecordConsent = consent_on("2026-09-07");
    let with = super::super::command::AddParty { consent: Some(consent.clone()), ..joins };
    let joined = story.clone().does(with);
    assert!(joined.case().awaits_consent().is_none() && joined.case().consents.contains_key(&PETRA));
    story.refused(
        RefusalCode::Field,
        super::super::command::AddParty { consent: Some(consent), ..add_complainant() },
    );
}
