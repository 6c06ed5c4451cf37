//! Coming in: receipt, screening, alerts, the law's own clocks (R8-R18, R31, R36, R38).

use std::collections::BTreeSet;

use super::super::action::Action;
use super::super::attention::attention;
use super::super::command::{Complainant, Contact, Duplicates, Intake};
use super::super::decide::came_late;
use super::super::event::{Actor, Event};
use super::super::fields::fields;
use super::super::refusal::RefusalCode;
use super::super::state::{PointStatus, Standing, State};
use super::super::vocabulary::{
    Channel, ClosedReason, Flag, Kind, RedirectReason, RefusalReview, Relationship, ScreeningReason,
    SubjectRole,
};
use super::kit::commands::*;
use super::kit::*;
use crate::domain::deadline::{DeadlineRule, Due};
use crate::domain::ids::PersonId;

fn screening_reasons(story: &Story) -> Vec<ScreeningReason> {
    match &story.case().state {
        State::Screening { reasons } => reasons.iter().copied().collect(),
        other => panic!("not being checked: {other:?}"),
    }
}

fn from(relationship: Relationship) -> Intake {
    let contact = Contact { relationship, ..contact() };
    Intake { complainant: Complainant::Known(Box::new(contact)), ..intake() }
}

fn closed_because(story: &Story) -> ClosedReason {
    match &story.case().state {
        State::Closed { reason, .. } => *reason,
        other => panic!("not closed: {other:?}"),
    }
}

/// Whom the alert reached.
fn alerted(story: &Story) -> Vec<PersonId> {
    story
        .record
        .iter()
        .filter_map(|recorded| match &recorded.event {
            Event::AlertRaised { people, .. } => Some(people.clone()),
            _ => None,
        })
        .flatten()
        .collect()
}

#[test]
fn a_concern_without_a_reason_to_check_opens_by_itself_with_the_childs_teacher() {
    let story = Story::raised().stands(Standing::OpenNew).at("C1", YEAR_4_TEACHER);
    // MAT-SEED, C1: acknowledge in 2, reply in 10 school days.
    assert_eq!(story.due(DeadlineRule::Acknowledge), date("2026-09-09"));
    assert_eq!(story.due(DeadlineRule::Respond), date("2026-09-21"));
    assert_eq!(story.kinds_since(0), ["raised", "stage_started", "deadline_set", "deadline_set"]);
    assert_eq!(story.case().length, 4);
}

#[test]
fn r8_what_was_said_at_intake_is_kept() {
    let mut said = intake();
    said.channel = Channel::Letter;
    let story = Story::in_(World::trust()).raise(said);
    let case = story.case();
    assert_eq!((case.channel, case.kind), (Channel::Letter, Kind::Concern));
    assert_eq!(case.received_on, date("2026-09-07"));
    assert_eq!(case.parties[0].relationship, Relationship::Parent);
    assert_eq!(case.child.as_ref().unwrap().name, words("Finn Ash"));
    assert_eq!(case.bound.calendar, story.world.calendar.id(), "R4: the versions of the day of receipt");
}

#[test]
fn r9_a_spoken_concern_counts_from_the_day_it_was_spoken() {
    let monday = Story::in_(World::trust());
    let spoken = Intake { received_at: monday.now(), channel: Channel::Phone, ..intake() };
    let story = monday.on("2026-09-10").by_person(OFFICE).raise(spoken);
    assert_eq!(story.case().received_on, date("2026-09-07"));
    assert_eq!(story.due(DeadlineRule::Respond), date("2026-09-21"));
    let to_come = Intake { received_at: story.now(), ..intake() };
    let (_, refusal) = Story::in_(World::trust()).try_raise(to_come);
    assert_eq!(refusal.unwrap().field.as_deref(), Some("received_on"), "nobody speaks on a day to come");
}

#[test]
fn raise_needs_a_point_and_a_way_to_reach_whoever_is_not_anonymous_on_purpose() {
    let refused = |intake: Intake| Story::in_(World::trust()).try_raise(intake).1.unwrap().code;
    assert_eq!(refused(Intake { points: Vec::new(), ..intake() }), RefusalCode::NoPoint);
    let nowhere = Contact { email: None, ..contact() };
    let unreachable = Intake { complainant: Complainant::Known(Box::new(nowhere)), ..intake() };
    assert_eq!(refused(unreachable), RefusalCode::NoWayToReach);
    Story::in_(World::trust()).raise(intake().anonymous()).stands(Standing::Screening);
}

#[test]
fn r10_r11_r16_r17_and_every_flag_are_looked_at_by_a_person_first() {
    let reasons = |intake: Intake| screening_reasons(&Story::in_(World::trust()).raise(intake));
    let duplicate = Intake { possible_duplicates: Duplicates(vec![BTreeSet::new()]), ..intake() };
    assert_eq!(reasons(duplicate), [ScreeningReason::Duplicate]);
    assert_eq!(reasons(from(Relationship::ThirdParty)), [ScreeningReason::ThirdParty]);
    assert_eq!(reasons(intake().anonymous()), [ScreeningReason::Anonymous]);
    assert_eq!(reasons(intake().last_happened("2026-06-06")), [ScreeningReason::Late]);
    assert_eq!(reasons(intake().flagged(Flag::ChildAtRisk)), [ScreeningReason::ChildAtRisk]);
    assert_eq!(reasons(intake().flagged(Flag::DataProtection)), [ScreeningReason::DataProtection]);
    assert_eq!(reasons(intake().flagged(Flag::EarlyYears)), [ScreeningReason::EarlyYears]);
    assert_eq!(reasons(intake().flagged(Flag::Equality)), [ScreeningReason::Equality]);
    let unknown = intake().about(SubjectRole::Staff, Some("the lady at the gate"));
    assert_eq!(reasons(unknown), [ScreeningReason::SubjectUnknown]);
}

#[test]
fn r11_three_months_to_the_day_is_in_time() {
    Story::in_(World::trust()).raise(intake().last_happened("2026-06-07")).stands(Standing::OpenNew);
    Story::in_(World::trust()).raise(intake().last_happened("2026-06-06")).stands(Standing::Screening);
    let (_, refusal) = Story::in_(World::trust()).try_raise(intake().last_happened("2026-09-08"));
    assert_eq!(refusal.unwrap().field.as_deref(), Some("last_incident_on"));
}

#[test]
fn accept_answers_each_reason_and_counts_from_receipt() {
    let story = Story::in_(World::trust())
        .raise(intake().flagged(Flag::Equality).last_happened("2026-05-01"))
        .later(4)
        .by_person(COORDINATOR)
        .refused(RefusalCode::ScreeningUnanswered, accept(&[ScreeningReason::Late]))
        .refused(
            RefusalCode::ScreeningUnanswered,
            accept(&[ScreeningReason::Late, ScreeningReason::Equality, ScreeningReason::Anonymous]),
        )
        .does(accept(&[ScreeningReason::Late, ScreeningReason::Equality]))
        .stands(Standing::OpenNew)
        .at("C1", YEAR_4_TEACHER);
    assert_eq!(story.due(DeadlineRule::Respond), date("2026-09-21"), "clocks count from receipt");
}

#[test]
fn who_turns_out_to_be_complained_about_while_it_is_checked_moves_the_beginning() {
    let story = Story::in_(World::maintained())
        .raise(intake().about(SubjectRole::Staff, Some("the lady at the gate")))
        .by_person(COORDINATOR)
        .does(mark(HEAD, SubjectRole::Headteacher))
        .does(accept(&[ScreeningReason::SubjectUnknown]))
        .at("F1", CHAIR);
    // F1 has 15 school days, not the 10 of the C1 that was foreseen; they count from receipt all the same.
    assert_eq!(story.due(DeadlineRule::Respond), date("2026-09-28"));
    let open = story.case().deadlines.iter().filter(|deadline| deadline.is_open()).count();
    assert_eq!(open, 2, "the limits that were foreseen are dropped");
}

#[test]
fn r11_a_late_matter_is_refused_by_head_or_chair_with_what_was_considered() {
    let late = Story::in_(World::trust()).raise(intake().last_happened("2026-05-01"));
    late.clone().by_person(COORDINATOR).refused(RefusalCode::NotYours, refuse_late());
    late.clone().by_person(TRUST_OFFICER).refused(RefusalCode::NotYours, refuse_late());
    for person in [HEAD, CHAIR] {
        let closed = late.clone().by_person(person).does(refuse_late()).stands(Standing::Closed);
        assert_eq!(closed_because(&closed), ClosedReason::OutOfTime);
        assert_eq!(closed.kinds_since(closed.record.len() - 2), ["refused_late", "closed"]);
    }
    let about_the_head = Story::in_(World::trust())
        .raise(intake().about(SubjectRole::Headteacher, None).last_happened("2026-05-01"));
    about_the_head.clone().by_person(HEAD).refused(RefusalCode::NotYours, refuse_late());
    about_the_head.by_person(CHAIR).does(refuse_late());
}

#[test]
fn r11_only_what_came_late_is_refused_as_late() {
    let in_time = Story::in_(World::trust())
        .raise(intake().last_happened("2026-09-01").flagged(Flag::Equality))
        .by_person(HEAD)
        .refused(RefusalCode::WrongState, refuse_late());
    assert_eq!(in_time.standing(), Standing::Screening);
}

#[test]
fn r11_where_head_and_chair_are_both_shut_out_the_trust_decides() {
    Story::in_(World::trust())
        .raise(
            intake()
                .about(SubjectRole::Headteacher, None)
                .about(SubjectRole::ChairOfGovernors, None)
                .last_happened("2026-05-01"),
        )
        .by_person(TRUST_OFFICER)
        .does(refuse_late())
        .stands(Standing::Closed);
}

#[test]
fn r13_points_go_where_they_belong_one_by_one_and_the_others_go_on() {
    let story = Story::raised().by_person(YEAR_4_TEACHER).does(redirect(&[2], RedirectReason::Admissions));
    assert_eq!(story.standing(), Standing::OpenNew);
    assert_eq!(story.case().points[1].status, PointStatus::Redirected(RedirectReason::Admissions));
    let story = story.refused(RefusalCode::NotOnCase, redirect(&[2], RedirectReason::Admissions));
    let closed = story.does(redirect(&[1], RedirectReason::Exclusion)).stands(Standing::Closed);
    assert_eq!(closed_because(&closed), ClosedReason::Redirected);
}

#[test]
fn r13_every_reason_has_words_for_its_letter_and_screening_can_redirect_too() {
    for reason in RedirectReason::ALL {
        let story = Story::in_(World::trust())
            .raise(intake().flagged(Flag::Equality))
            .by_person(CLERK)
            .does(redirect(&[1, 2], *reason));
        assert_eq!(closed_because(&story), ClosedReason::Redirected);
        assert!(!reason.title().is_empty());
    }
}

#[test]
fn r55_a_formal_case_whose_points_all_belong_elsewhere_says_that_nothing_was_done_and_why() {
    let story = Story::in_(World::maintained())
        .raise(intake().about(SubjectRole::Headteacher, None))
        .at("F1", CHAIR)
        .by_person(CHAIR)
        .does(redirect(&[1, 2], RedirectReason::Admissions));
    assert_eq!(story.kinds_since(story.record.len() - 3), ["redirected", "concluded", "closed"]);
}

#[test]
fn r14_a_child_at_risk_alerts_the_safeguarding_lead_at_once_whatever_the_calendar() {
    // A Saturday in the summer holiday.
    let story = Story::in_(World::trust()).on("2026-08-01").raise(intake().flagged(Flag::ChildAtRisk));
    assert_eq!(story.record[1].stamp.on, date("2026-08-01"));
    assert_eq!(story.record[1].event, Event::AlertRaised { flag: Flag::ChildAtRisk, people: vec![DSL] });
    // Even where the calendar does not reach at all.
    let uncovered = Story::in_(World::trust().one_year_only());
    assert_eq!(alerted(&uncovered.raise(intake().flagged(Flag::ChildAtRisk))), [DSL]);
}

#[test]
fn r14_about_the_head_the_chair_and_the_trust_are_told_and_never_the_head() {
    let told =
        |world: World, intake: Intake| alerted(&Story::in_(world).raise(intake.flagged(Flag::ChildAtRisk)));
    let about_head = || intake().about(SubjectRole::Headteacher, None);
    assert_eq!(told(World::trust(), about_head()), [CHAIR, DSL, TRUST_OFFICER]);
    // The family calls the head a member of staff, by name.
    let by_name = intake().about(SubjectRole::Staff, Some("Mrs Ward"));
    assert_eq!(told(World::trust(), by_name), [CHAIR, DSL, TRUST_OFFICER]);
    // Nobody knows which of two heads is meant: none of them is told.
    let mut two_heads = World::trust();
    let mut people = everybody();
    people[3].posts.push(post(SENIOR_LEADER, crate::domain::person::Role::Headteacher));
    two_heads.directory = crate::domain::person::Directory::new(people);
    assert_eq!(told(two_heads, about_head()), [CHAIR, DSL, TRUST_OFFICER]);
}

#[test]
fn r14_without_a_safeguarding_lead_the_head_is_told_then_the_chair_and_the_trust() {
    let told = |gone: &[PersonId], intake: Intake| {
        alerted(&Story::in_(World::trust().without(gone)).raise(intake.flagged(Flag::ChildAtRisk)))
    };
    assert_eq!(told(&[DSL], intake()), [HEAD]);
    assert_eq!(told(&[DSL, HEAD], intake()), [CHAIR, TRUST_OFFICER]);
    let of_the_lead = intake().about(SubjectRole::Staff, Some("Dina Shaw"));
    assert_eq!(told(&[], of_the_lead), [HEAD], "the lead is complained about");
    let about_the_head = intake().about(SubjectRole::Headteacher, None);
    assert_eq!(told(&[DSL], about_the_head), [CHAIR, TRUST_OFFICER]);
}

#[test]
fn r14_when_it_turns_out_to_be_about_the_head_the_chair_and_the_trust_are_told_then() {
    let story = Story::in_(World::trust())
        .raise(intake().flagged(Flag::ChildAtRisk))
        .by_person(COORDINATOR)
        .does(mark(HEAD, SubjectRole::Headteacher));
    assert_eq!(alerted(&story), [DSL, CHAIR, DSL, TRUST_OFFICER]);
    let about_a_teacher = Story::in_(World::trust())
        .raise(intake().flagged(Flag::ChildAtRisk))
        .by_person(COORDINATOR)
        .does(mark(YEAR_4_TEACHER, SubjectRole::ClassTeacher));
    assert_eq!(alerted(&about_a_teacher), [DSL]);
}

#[test]
fn r15_r38_the_laws_clocks_run_from_receipt_in_calendar_days_whatever_the_holiday() {
    // Saturday 25 July 2026, in the holiday: the school's own clock counts from 3 September.
    let story = Story::in_(World::trust())
        .on("2026-07-25")
        .raise(intake().flagged(Flag::DataProtection).flagged(Flag::EarlyYears));
    assert_eq!(story.due(DeadlineRule::DataProtection), date("2026-08-24"));
    assert_eq!(story.due(DeadlineRule::EarlyYears), date("2026-08-22"));
    assert_eq!(story.due(DeadlineRule::Respond), date("2026-09-17"), "R31: deemed received on 3 September");
    assert_eq!(story.deadline(DeadlineRule::EarlyYears).run, None, "they belong to the case");
}

#[test]
fn r15_the_data_protection_clock_is_met_by_the_handlers_acknowledgement() {
    let story = Story::in_(World::trust())
        .raise(intake().flagged(Flag::DataProtection).flagged(Flag::EarlyYears))
        .by_person(COORDINATOR)
        .does(accept(&[ScreeningReason::DataProtection, ScreeningReason::EarlyYears]));
    assert!(story.has_open(DeadlineRule::DataProtection), "a receipt is no acknowledgement");
    let story = story.does(acknowledge());
    assert!(!story.has_open(DeadlineRule::DataProtection));
    assert!(story.has_open(DeadlineRule::EarlyYears), "that one waits for the outcome");
    assert!(!story.by_person(YEAR_4_TEACHER).does(reply()).has_open(DeadlineRule::EarlyYears));
}

#[test]
fn r15_the_laws_clocks_go_on_while_the_case_moves_up() {
    let story = Story::in_(World::trust())
        .raise(intake().flagged(Flag::EarlyYears))
        .by_person(COORDINATOR)
        .does(accept(&[ScreeningReason::EarlyYears]))
        .later(17)
        .by_family()
        .does(escalate(&[1, 2]));
    assert!(story.has_open(DeadlineRule::EarlyYears));
}

#[test]
fn r15_r38_a_closed_case_still_owes_what_the_law_asks_for() {
    let flagged = || {
        Story::in_(World::trust())
            .raise(intake().flagged(Flag::DataProtection).flagged(Flag::EarlyYears))
            .by_person(COORDINATOR)
    };
    let withdrawn = flagged().by_family().does(withdraw()).stands(Standing::Closed);
    let sent_on = flagged().does(redirect(&[1, 2], RedirectReason::Admissions)).stands(Standing::Closed);
    for story in [withdrawn, sent_on] {
        let asked = attention(story.case(), date("2026-10-07"), &story.world.calendar);
        assert!(
            asked.iter().any(|one| one.words.contains("data protection") && one.words.contains("due today"))
        );
        let duty = story.deadline(DeadlineRule::DataProtection).clone();
        let leads = story.case().owed_after_closing().map(|deadline| deadline.rule);
        assert_eq!(leads, Some(DeadlineRule::EarlyYears), "lists show it: 28 days come before 30");
        let met = story
            .by_person(OFFICE)
            .refused(RefusalCode::NotYours, give(&duty))
            .by_person(COORDINATOR)
            .on("2026-10-07")
            .does(give(&duty))
            .refused(RefusalCode::NotOnCase, give(&duty));
        assert!(!met.has_open(DeadlineRule::DataProtection));
        assert!(met.has_open(DeadlineRule::EarlyYears), "one act meets one date");
        assert_eq!(met.standing(), Standing::Closed);
    }
}

#[test]
fn r15_requests_for_data_and_for_information_have_the_laws_clock_from_receipt() {
    // Received on Monday 7 September 2026, sent on a week later, in which no clock stopped.
    let sent_on =
        |reason| Story::raised().by_person(COORDINATOR).on("2026-09-14").does(redirect(&[2], reason));
    let data = sent_on(RedirectReason::DataRights);
    assert_eq!(data.due(DeadlineRule::SubjectAccess), date("2026-10-07"));
    let information = sent_on(RedirectReason::InformationRequest);
    assert_eq!(information.due(DeadlineRule::InformationRequest), date("2026-10-05"));
    assert!(!sent_on(RedirectReason::ExamResults).has_open(DeadlineRule::SubjectAccess));
    // A mark opens the same clock at once, and sending the point on opens no second one.
    let marked = Story::in_(World::trust())
        .raise(intake().flagged(Flag::SubjectAccess).flagged(Flag::InformationRequest))
        .by_person(COORDINATOR)
        .does(redirect(&[1, 2], RedirectReason::DataRights))
        .stands(Standing::Closed);
    assert_eq!(marked.due(DeadlineRule::SubjectAccess), date("2026-10-07"));
    assert_eq!(marked.due(DeadlineRule::InformationRequest), date("2026-10-05"));
    let clocks = |rule| marked.case().deadlines.iter().filter(|deadline| deadline.rule == rule).count();
    assert_eq!((clocks(DeadlineRule::SubjectAccess), clocks(DeadlineRule::InformationRequest)), (1, 1));
}

#[test]
fn r16_an_anonymous_concern_has_no_reply_clock_and_head_or_chair_decides() {
    let story = Story::in_(World::trust()).raise(intake().anonymous().flagged(Flag::ChildAtRisk));
    assert_eq!(alerted(&story), [DSL], "safeguarding is screened all the same");
    assert!(story.case().deadlines.is_empty());
    let answers = || accept(&[ScreeningReason::Anonymous, ScreeningReason::ChildAtRisk]);
    story.clone().by_person(COORDINATOR).refused(RefusalCode::NotYours, answers());
    story.clone().by_person(CLERK).refused(RefusalCode::NotYours, answers());
    for person in [HEAD, CHAIR] {
        let accepted = story.clone().by_person(person).does(answers()).stands(Standing::OpenNew);
        assert!(accepted.case().deadlines.is_empty());
        let decided = &accepted.record[accepted.record.len() - 2];
        assert_eq!((decided.event.kind(), decided.stamp.actor), ("accepted", Actor::Person(person)));
    }
}

/// R16: the head, the chair or the trust decides with a reason that it stays on record; never where a child may be at
/// risk, and never for a concern that has a name.
#[test]
fn r16_an_anonymous_concern_is_kept_on_record_by_whoever_decides() {
    let story = Story::in_(World::trust()).raise(intake().anonymous());
    for person in [COORDINATOR, CLERK, OFFICE] {
        story.clone().by_person(person).refused(RefusalCode::NotYours, keep_on_record());
    }
    for person in [HEAD, CHAIR, TRUST_OFFICER] {
        let kept = story.clone().by_person(person).does(keep_on_record()).stands(Standing::Closed);
        assert_eq!(closed_because(&kept), ClosedReason::KeptOnRecord);
        assert_eq!(kept.kinds_since(kept.record.len() - 2), ["kept_on_record", "closed"]);
    }
    let risk = Story::in_(World::trust()).raise(intake().anonymous().flagged(Flag::ChildAtRisk));
    risk.by_person(HEAD).refused(RefusalCode::NotOnCase, keep_on_record());
    let named = Story::in_(World::trust()).raise(intake().flagged(Flag::Equality));
    named.by_person(HEAD).refused(RefusalCode::NotOnCase, keep_on_record());
    let about_head =
        Story::in_(World::trust()).raise(intake().anonymous().about(SubjectRole::Headteacher, None));
    about_head.clone().by_person(HEAD).refused(RefusalCode::NotYours, keep_on_record());
    about_head.by_person(CHAIR).does(keep_on_record()).stands(Standing::Closed);
}

/// R11: whoever looks first reads how late it came, and so does whoever would refuse it.
#[test]
fn r11_that_it_came_late_is_said_with_its_dates() {
    let late = Story::in_(World::trust()).raise(intake().last_happened("2026-06-06")).by_person(HEAD);
    let said = came_late(late.case(), &late.ctx()).unwrap();
    assert_eq!(
        said,
        "It last happened on Saturday 6 June 2026. By the procedure it is raised by Sunday 6 September 2026, and this was \
         received on Monday 7 September 2026."
    );
    let hint = |action| fields(action, late.case(), &late.ctx())[0].hint.clone().unwrap();
    assert_eq!(hint(Action::Accept), said);
    assert!(hint(Action::RefuseLate).starts_with(&said));
    let in_time = Story::in_(World::trust()).raise(intake().last_happened("2026-06-07"));
    assert_eq!(came_late(in_time.case(), &in_time.ctx()), None);
}

#[test]
fn feedback_opens_no_clocks() {
    let story = Story::in_(World::trust()).raise(intake().of_kind(Kind::Feedback)).stands(Standing::OpenNew);
    assert!(story.case().deadlines.is_empty());
    for kind in [Kind::Concern, Kind::Complaint, Kind::NotSure] {
        let story = Story::in_(World::trust()).raise(intake().of_kind(kind));
        assert!(story.has_open(DeadlineRule::Respond), "{kind:?}");
    }
}

#[test]
fn r36_without_cover_there_is_no_date_and_never_a_guess() {
    let story = Story::in_(World::trust().one_year_only()).on("2026-07-16").raise(intake());
    // 17 July is the last school day that is known; the tenth lies beyond the calendar.
    assert_eq!(story.deadline(DeadlineRule::Respond).due, Due::CalendarMissing(date("2026-09-01")));
    assert_eq!(story.deadline(DeadlineRule::Acknowledge).due, Due::CalendarMissing(date("2026-09-01")));
    assert_eq!(story.case().next_due().unwrap().due.date(), None);
}

#[test]
fn r36_a_formal_reply_waits_for_the_calendar_and_an_informal_one_goes_without_last_date() {
    let formal = Story::in_(World::trust().one_year_only())
        .on("2026-07-13")
        .raise(intake().about(SubjectRole::ChairOfGovernors, None))
        .at("F1", TRUST_OFFICER)
        .by_person(TRUST_OFFICER)
        .does(find(1, super::super::vocabulary::Finding::Upheld))
        .does(find(2, super::super::vocabulary::Finding::Upheld));
    formal.refused(RefusalCode::CalendarMissing, reply_formally());
    let informal = Story::in_(World::trust().one_year_only())
        .on("2026-07-13")
        .raise(intake())
        .by_person(YEAR_4_TEACHER)
        .does(reply());
    assert_eq!(informal.case().run().unwrap().reply.as_ref().unwrap().last_date, None);
    assert_eq!(informal.deadline(DeadlineRule::Window).due, Due::CalendarMissing(date("2026-09-01")));
}

#[test]
fn r10_what_is_raised_for_another_waits_for_consent_with_who_when_and_how() {
    let story = Story::in_(World::trust()).raise(from(Relationship::ThirdParty)).by_person(COORDINATOR);
    let story = story.refused(RefusalCode::WrongState, accept(&[ScreeningReason::ThirdParty]));
    let story = story.refused(RefusalCode::Field, consent_on("2026-09-08")).does(consent_on("2026-09-07"));
    let consent = story.case().consents.values().next().unwrap();
    assert_eq!((consent.given_on, consent.how), (date("2026-09-07"), Channel::Letter));
    let open = story.does(accept(&[ScreeningReason::ThirdParty])).stands(Standing::OpenNew);
    open.refused(RefusalCode::NotOnCase, consent_on("2026-09-07"));
}

#[test]
fn r10_without_consent_it_closes_with_a_letter_unless_a_child_may_be_at_risk() {
    let asked = Story::in_(World::trust()).raise(from(Relationship::ThirdParty)).by_person(COORDINATOR);
    assert_eq!(closed_because(&asked.does(close_without_consent())), ClosedReason::NoConsent);
    let at_risk = from(Relationship::ThirdParty).flagged(Flag::ChildAtRisk);
    let at_risk = Story::in_(World::trust()).raise(at_risk).by_person(COORDINATOR);
    at_risk
        .refused(RefusalCode::NotOnCase, close_without_consent())
        .does(accept(&[ScreeningReason::ThirdParty, ScreeningReason::ChildAtRisk]))
        .stands(Standing::OpenNew);
    let parent = Story::in_(World::trust()).raise(intake().flagged(Flag::Equality)).by_person(COORDINATOR);
    parent.refused(RefusalCode::NotOnCase, close_without_consent());
}

#[test]
fn r11_a_refusal_is_looked_at_again_once_and_by_somebody_else() {
    let refused = Story::in_(World::trust())
        .raise(intake().last_happened("2026-05-01"))
        .by_person(HEAD)
        .does(refuse_late())
        .refused(RefusalCode::DecidedBefore, review(RefusalReview::Stands))
        .later(5)
        .by_person(CHAIR);
    let stands = refused.clone().does(review(RefusalReview::Stands)).stands(Standing::Closed);
    assert_eq!(closed_because(&stands), ClosedReason::OutOfTime);
    stands.by_person(TRUST_OFFICER).refused(RefusalCode::NotOnCase, review(RefusalReview::LetIn));
    let open = refused.does(review(RefusalReview::LetIn)).stands(Standing::OpenNew);
    // C1 has ten school days, and they count from the day on which it was let in.
    assert_eq!(open.due(DeadlineRule::Respond), date("2026-09-28"));
    assert_eq!(open.case().retention_from, None);
    Story::raised()
        .by_family()
        .does(withdraw())
        .by_person(HEAD)
        .refused(RefusalCode::NotOnCase, review(RefusalReview::LetIn));
}

#[test]
fn r14_what_staff_notice_later_alerts_at_once_and_about_the_head_never_the_head() {
    // A Saturday in the summer holiday.
    let story = Story::in_(World::trust()).on("2026-08-01").raise(intake()).by_person(YEAR_4_TEACHER);
    let story = story.does(mark_at_risk());
    assert_eq!(alerted(&story), [DSL]);
    assert!(story.case().flags.contains(&Flag::ChildAtRisk) && story.case().alert.is_none());
    story.refused(RefusalCode::NotOnCase, mark_at_risk());
    let about_head = Story::in_(World::trust()).raise(intake().about(SubjectRole::Headteacher, None));
    assert_eq!(alerted(&about_head.by_person(COORDINATOR).does(mark_at_risk())), [CHAIR, DSL, TRUST_OFFICER]);
    // One that is still being checked has a reason more.
    let checked = Story::in_(World::trust()).raise(intake().flagged(Flag::Equality)).by_person(COORDINATOR);
    let checked = checked.does(mark_at_risk());
    assert_eq!(screening_reasons(&checked), [ScreeningReason::ChildAtRisk, ScreeningReason::Equality]);
}

#[test]
fn r14_when_it_turns_out_to_be_about_the_safeguarding_lead_the_head_is_told_then() {
    let story = Story::in_(World::trust())
        .raise(intake().flagged(Flag::ChildAtRisk))
        .by_person(COORDINATOR)
        .does(mark(DSL, SubjectRole::Staff));
    assert_eq!(alerted(&story), [DSL, HEAD]);
}
