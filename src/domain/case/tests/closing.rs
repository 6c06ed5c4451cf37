//! Ends: withdrawing, ending a correspondence, and what stays possible afterwards (R55, R57, R67).

use super::super::action::Action;
use super::super::command::{Close, Withdraw};
use super::super::event::{Actor, Event};
use super::super::own_part::as_it_ended;
use super::super::refusal::RefusalCode;
use super::super::state::{InvolvedAs, Standing, State};
use super::super::vocabulary::{ClosedReason, Finding, Flag, SubjectRole};
use super::kit::commands::*;
use super::kit::*;
use crate::domain::deadline::DeadlineRule;
use crate::domain::ids::PartyNo;

#[test]
fn r57_staff_say_where_the_written_confirmation_is_and_the_familys_own_link_is_enough() {
    Story::raised().by_family().does(withdraw()).stands(Standing::Closed);
    let story = Story::raised()
        .by_person(OFFICE)
        .refused(RefusalCode::Field, withdraw())
        .does(withdraw_confirmed())
        .stands(Standing::Closed);
    assert_eq!(story.record.len(), 6, "the record is kept, with two events more");
}

#[test]
fn r57_a_withdrawal_does_not_undo_what_safeguarding_was_told() {
    let story =
        Story::in_(World::trust()).raise(intake().flagged(Flag::ChildAtRisk)).by_family().does(withdraw());
    assert!(story.case().flags.contains(&Flag::ChildAtRisk));
    assert!(story.kinds_since(0).contains(&"alert_raised"));
}

/// P18: of two people who raised it, one who withdraws ends their own part alone; the other goes on and reads nothing
/// of it. The last one closes it.
#[test]
fn p18_one_of_two_withdraws_for_themself_and_the_last_one_closes_it() {
    let second = Actor::Complainant(PartyNo(2));
    let both = Story::raised().by_person(OFFICE).does(add_complainant());
    let alone = both.by_family().does(withdraw()).stands(Standing::OpenNew);
    assert_eq!(alone.kinds_since(alone.record.len() - 1), ["withdrawn_for_one"]);
    let case = alone.case();
    assert_eq!(case.going_on().map(|party| party.no).collect::<Vec<_>>(), [PartyNo(2)]);
    let (read, length) = as_it_ended(case, &alone.record, Actor::Complainant(PartyNo(1))).unwrap();
    assert_eq!(
        (read.standing(), length),
        (Standing::Closed, alone.record.len()),
        "it is closed for the first"
    );
    assert!(as_it_ended(case, &alone.record, second).is_none());
    let closed = alone.by(second).does(withdraw()).stands(Standing::Closed);
    assert_eq!(closed.kinds_since(closed.record.len() - 2), ["withdrawn", "closed"]);
}

/// P18, P29: "settled" of one of two settles nothing for the other, who can take every point further.
#[test]
fn p18_what_is_settled_for_one_of_two_stays_open_for_the_other() {
    let second = Actor::Complainant(PartyNo(2));
    let settled = answered_by_two().by_family().does(settle(&[1, 2])).stands(Standing::Replied);
    assert_eq!(settled.kinds_since(settled.record.len() - 1), ["settled_for_one"]);
    let further = settled.clone().by(second).does(escalate(&[2]));
    assert_eq!(further.case().runs.len(), 2);
    settled.by(second).does(settle(&[1, 2])).stands(Standing::Closed);
    let in_part = answered_by_two().by_family().does(settle(&[1]));
    assert_eq!(in_part.case().open_points().count(), 2, "the other may want an answer to both");
}

fn answered_by_two() -> Story {
    Story::raised().by_person(OFFICE).does(add_complainant()).by_person(YEAR_4_TEACHER).does(reply())
}

/// P18: staff say whose part ends, and cannot close a case by leaving it open.
#[test]
fn p18_staff_say_which_of_two_withdrew() {
    let both = Story::raised().by_person(OFFICE).does(add_complainant());
    both.clone().refused(RefusalCode::Field, withdraw_confirmed());
    let one = both.does(Withdraw { party: Some(PartyNo(2)), ..withdraw_confirmed() });
    assert_eq!(one.standing(), Standing::OpenNew);
    one.refused(RefusalCode::NotOnCase, Withdraw { party: Some(PartyNo(2)), ..withdraw_confirmed() })
        .does(withdraw_confirmed())
        .stands(Standing::Closed);
}

/// R57: the safety of the child goes on after a withdrawal, with an owner, a date and an alert.
#[test]
fn r57_a_withdrawal_leaves_the_safety_of_the_child_to_the_safeguarding_lead() {
    let story =
        Story::in_(World::trust()).raise(intake().flagged(Flag::ChildAtRisk)).by_family().does(withdraw());
    let [remedy] = &story.case().remedies[..] else { panic!("one action: {:?}", story.case().remedies) };
    assert_eq!((remedy.owner, remedy.due_on), (DSL, date("2026-09-08")));
    assert!(story.has_open(DeadlineRule::Remedy), "it survives the closing");
    let told = story.record.iter().rev().find_map(|recorded| match &recorded.event {
        Event::AlertRaised { people, .. } => Some((recorded.event.kind(), people.clone())),
        _ => None,
    });
    assert_eq!(told, Some(("alert_raised", vec![DSL])));
    let done = story.by_person(DSL).does(promise_kept(1));
    assert!(!done.has_open(DeadlineRule::Remedy));
    let calm = Story::raised().by_family().does(withdraw());
    assert!(calm.case().remedies.is_empty(), "without the mark there is nothing left to do");
}

#[test]
fn r55_a_formal_case_ends_with_stage_and_action_however_it_ends() {
    let formal = || {
        Story::in_(World::maintained()).raise(intake().about(SubjectRole::Headteacher, None)).by_person(CHAIR)
    };
    let answered = || {
        formal().does(find(1, Finding::NotUpheld)).does(find(2, Finding::NotUpheld)).does(reply_formally())
    };
    let concluded = |story: &Story| {
        story.record.iter().find_map(|recorded| match &recorded.event {
            Event::Concluded { stage, action_taken, no_action_reason, .. } => {
                assert_eq!(stage.0, "F1");
                Some((action_taken.is_some(), no_action_reason.is_some()))
            }
            _ => None,
        })
    };
    let done = Some((true, false));
    let nothing_because = Some((false, true));
    assert_eq!(concluded(&answered().by_family().does(settle(&[1, 2]))), done);
    assert_eq!(concluded(&answered().swept_until("2026-09-25").stands(Standing::Closed)), done);
    assert_eq!(concluded(&answered().by_family().does(withdraw())), done);
    assert_eq!(concluded(&formal().by_family().does(withdraw())), nothing_because);
    let unreasonable = answered()
        .does(stop_corresponding("2027-03-01"))
        .by_person(COORDINATOR)
        .refused(RefusalCode::NotYours, stop_corresponding("2027-03-01"));
    assert_eq!(unreasonable.standing(), Standing::Replied);
    let informal = Story::raised().by_family().does(withdraw());
    assert_eq!(concluded(&informal), None, "an informal concern needs none");
}

#[test]
fn r67_two_people_end_a_correspondence_and_the_case_is_labelled_not_the_family() {
    let proposed = Story::raised()
        .by_person(CHAIR)
        .refused(RefusalCode::Field, stop_corresponding("2026-09-07"))
        .does(stop_corresponding("2027-03-01"))
        .stands(Standing::OpenNew)
        .later(1)
        .refused(RefusalCode::SecondPersonNeeded, stop_corresponding("2027-03-01"));
    assert!(proposed.case().is_involved(CHAIR, InvolvedAs::Decided));
    let closed = proposed.by_person(HEAD).does(stop_corresponding("2027-03-01")).stands(Standing::Closed);
    assert!(matches!(closed.case().state, State::Closed { reason: ClosedReason::Unreasonable, .. }));
    assert_eq!(closed.due(DeadlineRule::Review), date("2027-03-01"));
    assert!(closed.has_open(DeadlineRule::Review), "the review outlives the case");
    let reopened = closed.by_person(TRUST_OFFICER).does(reopen());
    assert!(!reopened.has_open(DeadlineRule::Review), "opening it again was the review");
}

#[test]
fn r67_a_proposal_ends_with_its_stage() {
    let story = Story::raised()
        .by_person(YEAR_4_TEACHER)
        .does(reply())
        .by_person(CHAIR)
        .does(stop_corresponding("2027-03-01"))
        .by_family()
        .does(escalate(&[1]))
        .by_person(HEAD)
        .does(stop_corresponding("2027-03-01"));
    assert_eq!(story.standing(), Standing::OpenNew, "the head has only proposed it anew");
}

#[test]
fn nothing_leads_out_of_closed_but_reopening_outside_contacts_notes_and_promises() {
    let closed = Story::raised()
        .by_person(YEAR_4_TEACHER)
        .does(promise(HEAD, "2026-10-01"))
        .by_family()
        .does(withdraw());
    let still = [
        Action::Reopen,
        Action::RecordExternalContact,
        Action::AddNote,
        Action::AddAction,
        Action::CompleteAction,
        // A text about somebody else is put right whenever it is found (S22).
        Action::TakeOut,
    ];
    for action in Action::all() {
        let somebody = [HEAD, YEAR_4_TEACHER, COORDINATOR, CLERK]
            .map(Actor::Person)
            .into_iter()
            .chain([Actor::Complainant(crate::domain::ids::PartyNo(1)), Actor::Clock])
            .any(|actor| closed.clone().by(actor).ready(action).is_ok());
        assert_eq!(somebody, still.contains(&action), "{action:?}");
    }
}

#[test]
fn r55_the_last_stage_closes_with_what_was_done_or_why_nothing_was() {
    let answered = Story::in_(World::on("SCO-2"))
        .raise(intake())
        .by_person(COORDINATOR)
        .does(assign(SENIOR_LEADER))
        .by_person(SENIOR_LEADER)
        .does(reply())
        .by_family()
        .does(escalate(&[1, 2]))
        .by_person(TRUST_OFFICER)
        .does(find(1, Finding::Upheld))
        .does(find(2, Finding::Upheld))
        .does(reply_formally())
        .by_person(COORDINATOR);
    let silent = Close { distribution: None, action_taken: None, no_action_reason: None };
    answered.refused(RefusalCode::NoActionTaken, silent).does(close()).stands(Standing::Closed);
}

/// R55: what was done or why nothing was, and not both; "none" is no account of either.
#[test]
fn r55_closing_says_what_was_done_or_why_nothing_was_and_not_both() {
    let close = |done: Option<&str>, why: Option<&str>| Close {
        distribution: None,
        action_taken: done.map(words),
        no_action_reason: why.map(words),
    };
    let field = |done, why| {
        let refusal = super::super::decide::closing_words(&close(done, why)).unwrap_err();
        (refusal.code, refusal.field.unwrap())
    };
    let no_action = |field: &str| (RefusalCode::NoActionTaken, field.to_owned());
    assert_eq!(field(None, None), no_action("action_taken"));
    assert_eq!(field(Some("We changed the rota."), Some("It was right.")), no_action("no_action_reason"));
    assert_eq!(field(Some("N/A"), None), no_action("no_action_reason"));
    assert_eq!(field(None, Some("none.")), no_action("no_action_reason"));
    let kept = super::super::decide::closing_words(&close(Some("none"), Some("It was right."))).unwrap();
    assert_eq!(kept, (None, Some(words("It was right."))));
}
