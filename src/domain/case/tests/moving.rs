//! A case that came to the wrong school of a trust (domain.md 2.1, 9.2; issue: screening).

use super::super::event::Event;
use super::super::evolve::fold;
use super::super::refusal::RefusalCode;
use super::super::state::{Standing, State};
use super::super::vocabulary::{ClosedReason, Flag, RedirectReason, ScreeningReason, SubjectRole};
use super::kit::commands::*;
use super::kit::*;
use crate::domain::case::command::Intake;
use crate::domain::deadline::DeadlineRule;
use crate::domain::notice::{NoticeKind, Recipient, notices};

fn beside() -> Story {
    Story::in_(World::trust().beside_another()).on("2026-06-08")
}

fn at_elm(intake: Intake) -> Story {
    beside().raise(intake).on("2026-06-10").by_person(COORDINATOR).does(move_to(ELM))
}

/// Who is told what by the last step, which made that many events.
fn told(story: &Story, before: &Story) -> Vec<(Recipient, &'static str)> {
    let new = &story.record[before.record.len()..];
    let told = notices(Some(before.case()), new, story.case(), &story.ctx());
    told.into_iter().map(|notice| (notice.to, NoticeKind::key(notice.kind))).collect()
}

/// It begins at the right school as if it had come there at once: its procedure, its calendar, its class teacher, the
/// same receipt and the same reference.
#[test]
fn a_case_goes_to_the_school_that_it_is_about_and_counts_from_the_same_receipt() {
    let here = beside().raise(intake()).stands(Standing::OpenNew).at("C1", YEAR_4_TEACHER);
    let reference = here.case().reference.clone();
    let story = at_elm(intake()).stands(Standing::OpenNew).at("C1", TEACHER_OF_ELM);
    let case = story.case();
    assert_eq!((case.school, case.came_from, &case.reference), (ELM, Some(SCHOOL), &reference));
    let there = story.world.neighbours.chosen.as_ref().unwrap();
    assert_eq!((case.bound.procedure, case.bound.calendar), (there.procedure_id, there.calendar.id()));
    assert_eq!((case.received_on, case.runs.len()), (date("2026-06-08"), 1));
    let open: Vec<_> = case.deadlines.iter().filter(|deadline| deadline.is_open()).collect();
    assert!(
        !open.is_empty()
            && open.iter().all(|deadline| {
                deadline.basis.is_some_and(|basis| {
                    basis.anchor_on == case.received_on && basis.calendar == there.calendar.id()
                })
            })
    );
    assert_eq!(fold(&story.record).unwrap(), *case);
}

/// One letter to the family, the new handler is told, and whoever had it learns that it has gone.
#[test]
fn one_letter_goes_to_the_family_and_the_new_school_is_told() {
    let before = beside().raise(intake()).by_person(COORDINATOR);
    let mut after = before.clone().does(move_to(ELM));
    // As the app does it: whoever had it is still known by name in the trust.
    let there = after.world.neighbours.chosen.as_mut().unwrap();
    let all = there.directory.people().iter().cloned().chain(everybody()).collect();
    there.directory = std::sync::Arc::new(crate::domain::person::Directory::new(all));
    let (family, teacher) =
        (Recipient::Party(crate::domain::ids::PartyNo(1)), Recipient::Person(TEACHER_OF_ELM));
    assert_eq!(
        told(&after, &before),
        [
            (family, "school_moved"),
            (Recipient::Person(YEAR_4_TEACHER), "left_the_school"),
            (teacher, "new_case")
        ]
    );
}

/// What was being checked is checked there, by the people of that school, and the law's clock goes on (R15, R38).
#[test]
fn a_case_that_is_being_checked_is_checked_at_the_other_school() {
    let before = beside()
        .raise(intake().flagged(Flag::DataProtection))
        .stands(Standing::Screening)
        .by_person(COORDINATOR);
    let by_law = before.due(DeadlineRule::DataProtection);
    let story = before.clone().does(move_to(ELM)).stands(Standing::Screening);
    assert_eq!(story.due(DeadlineRule::DataProtection), by_law);
    assert!(told(&story, &before).contains(&(Recipient::Person(COORDINATOR_OF_ELM), "screening_task")));
    story
        .by_person(COORDINATOR_OF_ELM)
        .does(accept(&[ScreeningReason::DataProtection]))
        .at("C1", TEACHER_OF_ELM);
}

/// R22: whoever the family named is looked for among the people of the other school; whoever was shut out stays so.
#[test]
fn r22_who_is_complained_about_is_known_anew_and_nobody_is_let_in_again() {
    let story = at_elm(intake().about(SubjectRole::Headteacher, None));
    assert_eq!(story.case().subjects[0].person, Some(HEAD_OF_ELM));
    assert!(story.case().is_subject(HEAD_OF_ELM) && story.case().is_subject(HEAD));
    assert_ne!(story.handler(), Some(HEAD_OF_ELM));
    // Somebody whom nobody knows there: a person looks first.
    let named = intake().about(SubjectRole::Staff, Some("Mrs Lister")).flagged(Flag::Equality);
    let State::Screening { reasons } = at_elm(named).case().state.clone() else { panic!("not checked") };
    assert!(reasons.contains(&ScreeningReason::SubjectUnknown));
}

/// R14: the safeguarding lead of the right school hears at once.
#[test]
fn r14_the_safeguarding_lead_of_the_other_school_is_alerted_with_the_move() {
    let story = at_elm(intake().flagged(Flag::ChildAtRisk));
    let last = story.record.iter().rev().find_map(|recorded| match &recorded.event {
        Event::AlertRaised { people, .. } => Some(people.clone()),
        _ => None,
    });
    assert_eq!(last.unwrap(), [DSL_OF_ELM]);
    assert_eq!(story.case().alert.as_ref().unwrap().people, [DSL_OF_ELM], "the family reads who knows there");
}

/// Only before anything was answered, only to a school of the trust, and only by those who place cases.
#[test]
fn nothing_moves_that_was_begun_or_to_a_school_of_somebody_else() {
    let raised = beside().raise(intake());
    raised.clone().by_person(YEAR_4_TEACHER).refused(RefusalCode::NotYours, move_to(ELM));
    raised.clone().by_person(CLERK).refused(RefusalCode::NotOnCase, move_to(SCHOOL));
    let found =
        raised.clone().by_person(YEAR_4_TEACHER).does(find(1, super::super::vocabulary::Finding::Upheld));
    found.by_person(CLERK).refused(RefusalCode::NotOnCase, move_to(ELM));
    let begun = raised.by_person(YEAR_4_TEACHER).does(acknowledge());
    begun.by_person(CLERK).refused(RefusalCode::WrongState, move_to(ELM));
    // A school that stands alone: the family is told where to go.
    let alone = Story::raised().by_person(COORDINATOR).refused(RefusalCode::NotOnCase, move_to(ELM));
    let closed = alone.does(redirect(&[1, 2], RedirectReason::AnotherSchool)).stands(Standing::Closed);
    assert!(matches!(closed.case().state, State::Closed { reason: ClosedReason::Redirected, .. }));
}
