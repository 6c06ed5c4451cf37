//! Talking with the family: acknowledging, asking, meeting, writing, promising (R46, R47, R19, R59, R75).

use super::super::command::{
    Acknowledge, AddAction, AddDocument, ArrangeMeeting, CorrectContact, Intake, Reply, SendMessage, SentFile,
};
use super::super::documents;
use super::super::event::{Actor, Event};
use super::super::refusal::RefusalCode;
use super::super::state::{Audience, MeetingStatus, OpenPhase, Scan, Standing, State};
use super::super::vocabulary::{ContactWay, Finding, SubjectRole};
use super::kit::commands::*;
use super::kit::*;
use crate::domain::deadline::DeadlineRule;
use crate::domain::ids::{DocumentNo, PartyNo};

/// At F1 of a maintained school, with the chair, because it is about the head.
fn formal() -> Story {
    Story::in_(World::maintained())
        .raise(intake().about(SubjectRole::Headteacher, None))
        .at("F1", CHAIR)
        .by_person(CHAIR)
}

#[test]
fn r46_a_formal_acknowledgement_has_all_its_parts_and_an_informal_one_needs_none() {
    let parts: [fn(&mut Acknowledge); 3] =
        [|whole| whole.summary = None, |whole| whole.unresolved = None, |whole| whole.wanted = None];
    for (leave_out, field) in parts.into_iter().zip(["summary", "unresolved", "wanted"]) {
        let mut letter = acknowledge_formally();
        leave_out(&mut letter);
        let refusal = formal().refusal(letter);
        assert_eq!((refusal.code, refusal.field.as_deref()), (RefusalCode::LetterIncomplete, Some(field)));
    }
    formal().does(acknowledge_formally()).stands(Standing::OpenWorking);
    Story::raised().by_person(YEAR_4_TEACHER).does(acknowledge()).stands(Standing::OpenWorking);
}

#[test]
fn acknowledging_meets_its_deadline_once_and_the_receipt_never_does() {
    let story = Story::raised();
    assert!(story.has_open(DeadlineRule::Acknowledge));
    let story = story.by_person(COORDINATOR).does(acknowledge());
    assert!(!story.has_open(DeadlineRule::Acknowledge));
    story.refused(RefusalCode::WrongState, acknowledge());
}

#[test]
fn whoever_asks_or_meets_first_can_still_acknowledge() {
    let asked = Story::raised().by_person(YEAR_4_TEACHER).does(ask());
    assert!(asked.has_open(DeadlineRule::Acknowledge));
    let story = asked.does(acknowledge()).stands(Standing::OpenAwaitingInformation);
    assert!(!story.has_open(DeadlineRule::Acknowledge));
    Story::raised()
        .by_person(YEAR_4_TEACHER)
        .does(meet_at("2026-09-08T15:30:00"))
        .does(acknowledge())
        .stands(Standing::OpenMeetingBooked);
}

#[test]
fn a_question_starts_the_familys_clock_and_does_not_stop_the_schools() {
    let story =
        Story::raised().by_person(YEAR_4_TEACHER).does(ask()).stands(Standing::OpenAwaitingInformation);
    assert_eq!(story.due(DeadlineRule::Clarification), date("2026-09-21"));
    assert_eq!(story.due(DeadlineRule::Respond), date("2026-09-21"));
    let story = story.by_family().does(answer()).stands(Standing::OpenWorking);
    assert!(!story.has_open(DeadlineRule::Clarification));
    story.by_person(OFFICE).refused(RefusalCode::WrongState, answer());
}

#[test]
fn a_second_question_takes_the_place_of_the_first() {
    let story = Story::raised().by_person(YEAR_4_TEACHER).does(ask()).later(3).does(ask());
    let open = story
        .case()
        .deadlines
        .iter()
        .filter(|deadline| deadline.rule == DeadlineRule::Clarification && deadline.is_open());
    assert_eq!(open.count(), 1);
    assert_eq!(story.due(DeadlineRule::Clarification), date("2026-09-24"));
}

#[test]
fn a_question_beside_a_booked_meeting_leaves_the_meeting() {
    let story = Story::raised()
        .by_person(YEAR_4_TEACHER)
        .does(meet_at("2026-09-15T15:30:00"))
        .does(ask())
        .stands(Standing::OpenAwaitingInformation)
        .by_family()
        .does(answer())
        .stands(Standing::OpenMeetingBooked)
        .by_person(YEAR_4_TEACHER)
        .does(ask());
    story.does(call_off()).stands(Standing::OpenAwaitingInformation);
}

#[test]
fn a_meeting_moves_and_is_called_off_under_one_number_with_a_growing_sequence() {
    let story = Story::raised()
        .by_person(YEAR_4_TEACHER)
        .refused(RefusalCode::NotOnCase, call_off())
        .does(meet_at("2026-09-14T15:30:00"))
        .does(meet_at("2026-09-15T15:30:00"));
    let meeting = story.case().booked_meeting().unwrap();
    assert_eq!((meeting.no.0, meeting.sequence), (1, 1));
    // British summer time: 15.30 on the wall is 14.30 UTC (G13).
    assert_eq!(meeting.at.to_rfc3339(), "2026-09-15T14:30:00+00:00");
    assert_eq!(meeting.staff, [YEAR_4_TEACHER]);
    let story = story.does(call_off()).stands(Standing::OpenWorking);
    assert_eq!(story.case().meetings[0].sequence, 2);
    assert!(matches!(story.case().meetings[0].status, MeetingStatus::Cancelled { .. }));
    let again = story.does(meet_at("2026-09-16T15:30:00"));
    assert_eq!(again.case().booked_meeting().unwrap().no.0, 2);
}

#[test]
fn a_meeting_is_to_come_lasts_a_while_and_has_no_subject_at_it() {
    let with = |person| ArrangeMeeting { staff: Some(vec![person]), ..meet_at("2026-09-15T15:30:00") };
    let minutes = |minutes| ArrangeMeeting { minutes, ..meet_at("2026-09-15T15:30:00") };
    Story::raised()
        .by_person(OFFICE)
        .does(mark(YEAR_5_TEACHER, SubjectRole::Staff))
        .by_person(YEAR_4_TEACHER)
        .refused(RefusalCode::Field, meet_at("2026-09-07T09:59:00"))
        .refused(RefusalCode::Field, minutes(0))
        .refused(RefusalCode::Field, minutes(481))
        .refused(RefusalCode::LacksPost, with(YEAR_5_TEACHER))
        .refused(RefusalCode::LacksPost, with(OUTSIDER))
        .does(with(SENIOR_LEADER));
}

#[test]
fn a_call_can_be_written_down_without_a_meeting_and_leaves_a_later_one_booked() {
    let story = Story::raised()
        .by_person(YEAR_4_TEACHER)
        .does(meet_at("2026-09-15T15:30:00"))
        .refused(RefusalCode::Field, met_on("2026-09-08"))
        .does(met_on("2026-09-07"))
        .stands(Standing::OpenMeetingBooked)
        .on("2026-09-15")
        .does(met_on("2026-09-15"))
        .stands(Standing::OpenWorking);
    assert!(matches!(story.case().meetings[0].status, MeetingStatus::Held { .. }));
}

#[test]
fn a_case_that_goes_on_calls_off_its_meeting_so_that_nobody_comes_for_nothing() {
    let booked = Story::raised().by_person(YEAR_4_TEACHER).does(meet_at("2026-09-15T15:30:00"));
    let replied = booked.clone().does(reply()).stands(Standing::Replied);
    assert_eq!(replied.case().booked_meeting(), None);
    assert!(replied.kinds_since(5).contains(&"meeting_cancelled"));
    let withdrawn = booked.clone().by_family().does(withdraw()).stands(Standing::Closed);
    assert_eq!(withdrawn.case().booked_meeting(), None);
    let paused = booked.by_person(HEAD).does(suspend_until("2026-09-30"));
    assert!(paused.case().booked_meeting().is_some(), "a pause calls nothing off");
    assert_eq!(
        paused.does(resume()).case().state,
        State::Open(OpenPhase::MeetingBooked(crate::domain::ids::MeetingNo(1)))
    );
}

#[test]
fn r19_a_formal_reply_waits_for_every_point_and_an_informal_one_answers_those_that_are_left() {
    let refusal = formal().does(find(1, Finding::Upheld)).refusal(reply_formally());
    assert_eq!(refusal.code, RefusalCode::PointUnanswered);
    assert!(refusal.sentence.contains("point 2") && !refusal.sentence.contains("point 1"));
    let story = Story::raised().by_person(YEAR_4_TEACHER).does(find(1, Finding::Upheld)).does(reply());
    let answers: Vec<_> =
        story.case().run().unwrap().answers.iter().map(|answer| (answer.point.0, answer.finding)).collect();
    assert_eq!(answers, [(1, Finding::Upheld), (2, Finding::ResolvedWithoutFinding)]);
}

#[test]
fn r19_a_finding_is_changed_until_the_reply_and_stands_on_an_open_point_only() {
    let story = formal()
        .refused(RefusalCode::NotOnCase, find(3, Finding::Upheld))
        .does(find(1, Finding::Upheld))
        .does(find(1, Finding::NotUpheld));
    let run = story.case().run().unwrap();
    assert_eq!(run.answers.len(), 1);
    assert_eq!(run.answers[0].finding, Finding::NotUpheld);
    let both = story.record.iter().filter(|recorded| recorded.event.kind() == "finding_recorded").count();
    assert_eq!(both, 2, "R71: a correction is a new entry");
}

#[test]
fn r47_a_formal_reply_says_what_was_done_and_what_will_be_and_by_when_to_go_on() {
    let decided = formal().does(find(1, Finding::Upheld)).does(find(2, Finding::Upheld));
    let without_steps = decided.refusal(Reply { steps_taken: None, ..reply_formally() });
    assert_eq!(without_steps.field.as_deref(), Some("steps_taken"));
    let without_actions = decided.refusal(Reply { actions: None, ..reply_formally() });
    assert_eq!(without_actions.field.as_deref(), Some("actions"));
    let story = decided.does(reply_formally());
    let reply = story.case().run().unwrap().reply.as_ref().unwrap();
    assert_eq!(reply.last_date, Some(date("2026-09-21")));
    assert_eq!(Some(story.due(DeadlineRule::Window)), reply.last_date);
}

#[test]
fn p18_each_complainant_is_written_to_for_themselves() {
    let story = Story::raised().by_person(OFFICE).does(add_complainant()).does(message());
    assert_eq!(
        story.record.last().unwrap().event,
        Event::MessageSent { to: vec![PartyNo(1), PartyNo(2)], words: words("We are still looking into it") }
    );
    let to_nobody = SendMessage { to: Some(PartyNo(9)), ..message() };
    let story = story.refused(RefusalCode::NotOnCase, to_nobody);
    let from_family = story.by(Actor::Complainant(PartyNo(2))).does(message());
    let Event::MessageSent { to, .. } = &from_family.record.last().unwrap().event else { panic!() };
    assert!(to.is_empty(), "a message from the family goes to the school");
    let anonymous = Story::in_(World::trust()).raise(intake().anonymous()).by_person(OFFICE);
    anonymous.refused(RefusalCode::NoWayToReach, message());
}

#[test]
fn a_file_from_the_family_is_seen_by_the_family() {
    let story = Story::raised().by_family().does(document()).by_person(OFFICE).does(document());
    let [theirs, ours] = story.case().documents.as_slice() else { panic!() };
    assert_eq!(
        (theirs.no, theirs.audience, theirs.from),
        (DocumentNo(1), Audience::Family, Some(PartyNo(1)))
    );
    assert_eq!((ours.audience, ours.from), (Audience::Staff, None));
}

/// R22, P18: nobody sees what another complainant sent, and whoever is complained about sees nothing.
#[test]
fn r22_a_file_is_for_its_sender_the_school_and_nobody_else() {
    let theirs = Story::raised().by_family().does(document());
    let seen = |actor| documents::visible(theirs.case(), actor).count();
    assert_eq!(seen(Actor::Complainant(PartyNo(1))), 1);
    assert_eq!(seen(Actor::Complainant(PartyNo(2))), 0);
    assert_eq!(seen(Actor::Person(OFFICE)), 1);
    let about_the_head = Story::in_(World::trust())
        .raise(intake().about(SubjectRole::Headteacher, None))
        .by_family()
        .does(document());
    assert_eq!(documents::visible(about_the_head.case(), Actor::Person(HEAD)).count(), 0);
}

/// A file that waits for the virus scanner is opened by nobody and known to whoever added it; a clean one is like any
/// other, and an infected one is opened by nobody.
#[test]
fn a_file_is_kept_apart_until_the_virus_scanner_has_passed_it() {
    let waits = || AddDocument { scan: Scan::Waiting, audience: Audience::Family, ..document() };
    let checked = |story: Story, found: Scan| {
        let mut story = story.by(Actor::Clock);
        story.add(vec![Event::FileChecked { document: DocumentNo(1), found }]);
        story
    };
    let opens = |story: &Story, actor| documents::find(story.case(), actor, DocumentNo(1)).is_some();
    let knows = |story: &Story, actor| documents::being_checked(story.case(), actor).count() == 1;
    let all = [Actor::Complainant(PartyNo(1)), Actor::Complainant(PartyNo(2)), Actor::Person(OFFICE)];
    let sent = || Story::raised().by_family().does(waits());
    let story = sent();
    assert_eq!(all.map(|actor| opens(&story, actor)), [false; 3]);
    assert_eq!(all.map(|actor| knows(&story, actor)), [true, false, false]);
    let story = checked(story, Scan::Clean);
    assert_eq!(all.map(|actor| opens(&story, actor)), [true, false, true]);
    assert_eq!(all.map(|actor| knows(&story, actor)), [false; 3]);
    let story = checked(sent(), Scan::Infected);
    assert_eq!(all.map(|actor| opens(&story, actor) || knows(&story, actor)), [false; 3]);
    let ours = Story::raised().by_person(OFFICE).does(waits());
    assert_eq!(all.map(|actor| knows(&ours, actor)), [false, false, true]);
    assert_eq!(all.map(|actor| opens(&ours, actor)), [false; 3]);
}

/// What came with the concern is its sender's, and stands before everything that follows from it.
#[test]
fn files_that_come_with_a_concern_are_from_whoever_raised_it() {
    let AddDocument { file, name, media_type, bytes, sha256, .. } = document();
    let sent = SentFile { file, name, media_type, bytes, sha256, scan: Scan::NotScanned };
    let intake = Intake { documents: vec![sent.clone(), sent], ..intake() };
    let story = Story::in_(World::trust()).raise(intake);
    let numbers: Vec<DocumentNo> = story.case().documents.iter().map(|document| document.no).collect();
    assert_eq!(numbers, [DocumentNo(1), DocumentNo(2)]);
    assert!(story.case().documents.iter().all(|document| document.from == Some(PartyNo(1))));
    assert_eq!(story.kinds_since(0).get(..3).unwrap(), ["raised", "document_added", "document_added"]);
}

#[test]
fn r59_a_promise_has_an_owner_and_a_date_and_outlives_the_case() {
    let story = Story::raised()
        .by_person(YEAR_4_TEACHER)
        .refused(RefusalCode::Field, promise(HEAD, "2026-09-06"))
        .refused(RefusalCode::LacksPost, AddAction { owner: OUTSIDER, ..promise(HEAD, "2026-10-01") })
        .does(promise(HEAD, "2026-10-01"))
        .does(settled_by_phone())
        .stands(Standing::Closed);
    assert!(story.has_open(DeadlineRule::Remedy));
    let story = story.by_person(HEAD).refused(RefusalCode::NotOnCase, promise_kept(2)).does(promise_kept(1));
    assert!(!story.has_open(DeadlineRule::Remedy));
    story.refused(RefusalCode::NotOnCase, promise_kept(1));
}

#[test]
fn r75_an_outside_contact_keeps_the_stage_that_was_open_then() {
    let story = Story::raised()
        .by_person(OFFICE)
        .refused(RefusalCode::Field, outside_contact("2026-09-08"))
        .does(outside_contact("2026-09-07"))
        .by_family()
        .does(withdraw())
        .by_person(HEAD)
        .does(outside_contact("2026-09-07"));
    let then: Vec<_> =
        story.case().external_contacts.iter().map(|contact| contact.stage_then.clone()).collect();
    assert_eq!(then[0].as_ref().unwrap().0, "C1");
    assert_eq!(then[1], None, "the internal procedure was over");
}

#[test]
fn a_stranger_with_another_partys_number_is_nobody() {
    let story = Story::raised();
    for number in [2, 9] {
        story.clone().by(Actor::Complainant(PartyNo(number))).refused(RefusalCode::NotYours, withdraw());
    }
}

#[test]
fn a_call_is_not_the_meeting_that_is_still_to_come() {
    let booked = Story::raised().by_person(YEAR_4_TEACHER).does(meet_at("2026-09-08T15:30:00"));
    // Written down on the morning of the meeting: a call of the day before.
    let story = booked.on("2026-09-08").does(met_on("2026-09-07"));
    assert!(story.case().booked_meeting().is_some());
    let after = story.on("2026-09-09").does(met_on("2026-09-08"));
    assert!(after.case().booked_meeting().is_none());
}

fn correct(email: Option<&str>, remove: &[ContactWay]) -> CorrectContact {
    CorrectContact {
        party: None,
        email: email.map(words),
        phone: None,
        address: None,
        remove: Some(remove.to_vec()),
        code: None,
    }
}

/// P28: what is given changes, the rest stays, and somebody can always be reached.
#[test]
fn p28_contact_details_are_put_right_and_one_way_stays() {
    let story = Story::raised()
        .by_family()
        .refused(RefusalCode::NoWayToReach, correct(None, &[ContactWay::Email]))
        .refused(RefusalCode::Field, correct(Some("maria at home"), &[]))
        .refused(RefusalCode::Field, correct(Some("maria@family.example"), &[]))
        .does(new_phone(7))
        .does(correct(None, &[ContactWay::Email]));
    let maria = story.case().party(PartyNo(1)).unwrap();
    assert_eq!((maria.email.clone(), maria.phone.clone()), (None, Some(words("07700 900 007"))));
    let story = story.by_person(COORDINATOR).does(correct(Some("maria@NEW.example"), &[ContactWay::Email]));
    assert_eq!(story.case().party(PartyNo(1)).unwrap().email, Some(words("maria@new.example")));
}

/// P18: a complainant puts right their own details, whatever the form says; staff say whose.
#[test]
fn p18_nobody_changes_how_another_complainant_is_reached() {
    let story = Story::raised().by_person(COORDINATOR).does(add_complainant());
    let story = story.refused(RefusalCode::NotOnCase, correct(Some("new@family.example"), &[]));
    let second = CorrectContact { party: Some(PartyNo(1)), ..correct(Some("new@family.example"), &[]) };
    let story = story.by(Actor::Complainant(PartyNo(2))).does(second);
    assert_eq!(story.case().party(PartyNo(1)).unwrap().email, Some(words("maria@family.example")));
    assert_eq!(story.case().party(PartyNo(2)).unwrap().email, Some(words("new@family.example")));
}

/// A meeting may be on any day; the page that asks first names the holiday.
#[test]
fn a_meeting_in_the_holidays_is_warned_of_by_name_and_not_refused() {
    let warned = |at: &str| {
        let before = Story::raised().later(1).by_person(YEAR_4_TEACHER);
        let after = before.clone().does(meet_at(at));
        let new = &after.record[before.record.len()..];
        super::super::cautions::cautions(new, after.case(), &after.ctx())
    };
    assert_eq!(warned("2026-09-10T15:30:00"), [""; 0]);
    let weekend = warned("2026-09-12T15:30:00");
    assert!(
        weekend.len() == 1 && weekend[0].contains("12 September 2026 is not a school day (Saturday)"),
        "{weekend:?}"
    );
    let holiday = warned("2026-10-28T15:30:00");
    assert!(holiday[0].contains("is not a school day (") && !holiday[0].contains("Saturday"), "{holiday:?}");
}
