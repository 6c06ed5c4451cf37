//! What a first visitor to the product found unfair or misleading, each with the rule that it goes against.

use super::super::action::Action;
use super::super::attention::{AttentionKind, attention};
use super::super::command::{
    Accept, AlreadySettled, AppointPanel, AskInformation, Close, Distribution, RecordMeeting, Reply,
};
use super::super::decide::who_may_handle;
use super::super::event::Event;
use super::super::fields::{FieldKind, Need, fields};
use super::super::refusal::RefusalCode;
use super::super::sight::sees;
use super::super::state::{InvolvedAs, Standing};
use super::super::vocabulary::{Finding, Flag, HearingBasis, Recipient, ScreeningReason, SubjectRole};
use super::kit::commands::*;
use super::kit::*;
use crate::domain::calendar::local_instant;
use crate::domain::deadline::{DeadlineRule, Due};
use crate::domain::ids::PersonId;

fn at_risk() -> Story {
    Story::in_(World::trust()).raise(intake().flagged(Flag::ChildAtRisk)).stands(Standing::Screening)
}

fn accept_for(handler: Option<PersonId>) -> Accept {
    Accept { handler, ..accept(&[ScreeningReason::ChildAtRisk]) }
}

fn hint_of(story: &Story, action: Action, name: &str) -> String {
    let asked = fields(action, story.case(), &story.ctx());
    let field = asked.into_iter().find(|field| field.name == name).unwrap();
    field.hint.unwrap_or_default()
}

#[test]
fn r14_a_child_at_risk_comes_before_everything_and_nobody_gets_it_by_the_usual_order() {
    let story = at_risk().by_person(DSL);
    let found = attention(story.case(), story.today, &story.world.calendar);
    assert_eq!(found.first().map(|found| found.kind), Some(AttentionKind::ChildAtRisk));
    let asked = fields(Action::Accept, story.case(), &story.ctx());
    let handler = asked.iter().find(|field| field.name == "handler").unwrap();
    assert_eq!(handler.need, Need::Required);
    let refusal = story.refusal(accept_for(None));
    assert_eq!((refusal.code, refusal.field.as_deref()), (RefusalCode::Field, Some("handler")));
    let taken = story.does(accept_for(Some(DSL))).at("C1", DSL).does(acknowledge());
    assert_eq!(taken.standing(), Standing::OpenWorking);
}

#[test]
fn r14_the_safeguarding_lead_acts_only_where_a_child_may_be_at_risk_and_never_above_the_head() {
    let equality = Story::in_(World::trust()).raise(intake().flagged(Flag::Equality)).by_person(DSL);
    equality.refused(RefusalCode::NotYours, accept(&[ScreeningReason::Equality]));
    let about_head = Story::in_(World::trust())
        .raise(intake().flagged(Flag::ChildAtRisk).about(SubjectRole::Headteacher, None))
        .by_person(DSL);
    assert!(!who_may_handle(about_head.case(), &about_head.ctx()).contains(&DSL));
    about_head.refused(RefusalCode::IsSubject, accept_for(Some(HEAD))).does(accept_for(Some(CHAIR)));
}

/// R22, R24, R70: taking a call about a person is no reason to read what becomes of it.
#[test]
fn r22_whoever_logs_a_call_about_a_person_reads_no_more_of_it() {
    let logged = |intake| Story::in_(World::trust()).by_person(YEAR_5_TEACHER).raise(intake);
    let reads = |story: &Story| sees(story.case(), YEAR_5_TEACHER, &story.ctx());
    assert!(reads(&logged(intake())), "what is about no person stays with whoever logged it, too");
    let about_head = logged(intake().about(SubjectRole::Headteacher, None));
    assert!(!reads(&about_head));
    assert!(about_head.case().is_involved(YEAR_5_TEACHER, InvolvedAs::SawContent), "they know what it says");
    let noted = about_head.does(note());
    assert!(!reads(&noted), "what was agreed on the telephone is noted with it, and changes nothing");
    // Whoever deals with it later has a part in it, also where they took the call.
    let dealt_with = Story::in_(World::trust())
        .by_person(COORDINATOR)
        .raise(intake().about(SubjectRole::Headteacher, None))
        .on("2026-09-16")
        .does(note());
    assert!(dealt_with.case().is_involved(COORDINATOR, InvolvedAs::Administered));
}

#[test]
fn r22_whoever_is_complained_about_is_not_among_those_who_can_be_chosen() {
    let story = Story::in_(World::trust())
        .raise(intake().flagged(Flag::ChildAtRisk).about(SubjectRole::ClassTeacher, None))
        .by_person(DSL);
    assert!(!who_may_handle(story.case(), &story.ctx()).contains(&YEAR_4_TEACHER));
    story.refused(RefusalCode::IsSubject, accept_for(Some(YEAR_4_TEACHER)));
}

#[test]
fn r11_r12_for_a_child_at_risk_it_is_never_too_late() {
    at_risk().by_person(HEAD).refused(RefusalCode::WrongState, refuse_late());
    Story::in_(World::trust())
        .raise(intake().flagged(Flag::ChildAtRisk).last_happened("2026-05-01"))
        .by_person(HEAD)
        .refused(RefusalCode::WrongState, refuse_late());
}

/// MAT-SEED at F1 after the chair answered C3, with a senior leader who had no part in it.
fn after_the_chair() -> Story {
    Story::raised()
        .by_person(YEAR_4_TEACHER)
        .does(reply())
        .by_family()
        .does(escalate(&[1, 2]))
        .by_person(HEAD)
        .does(reply())
        .by_family()
        .does(escalate(&[1, 2]))
        .at("C3", CHAIR)
        .by_person(CHAIR)
        .does(reply())
        .by_family()
        .does(escalate(&[1, 2]))
}

#[test]
fn r23_nobody_below_the_chair_answers_after_the_chair() {
    after_the_chair()
        .at("F1", TRUST_OFFICER)
        .by_person(COORDINATOR)
        .refused(RefusalCode::LacksPost, assign(SENIOR_LEADER))
        .does(assign(GOVERNOR_1));
}

/// MAT-SEED with a hearing on Friday 25 September and its papers out.
fn before_a_hearing() -> Story {
    after_the_chair()
        .by_person(TRUST_OFFICER)
        .does(find(1, Finding::Upheld))
        .does(find(2, Finding::NotUpheld))
        .does(reply_formally())
        .by_family()
        .does(escalate(&[1, 2]))
        .by_person(CLERK)
        .does(document())
        .does(good_panel())
        .does(hear_at("2026-09-25T14:00:00", HearingBasis::Agreed))
        .does(papers())
}

#[test]
fn r27_r28_a_member_is_replaced_before_the_hearing_with_a_reason_and_the_date_stays() {
    let with_governor = || panel(&[OUTSIDER, SOLICITOR, GOVERNOR_2]);
    let refusal = before_a_hearing().refusal(with_governor());
    assert_eq!((refusal.code, refusal.field.as_deref()), (RefusalCode::Field, Some("reason")));
    let changed = AppointPanel { reason: Some(words("Mr Nash knows the family")), ..with_governor() };
    let story = before_a_hearing().does(changed).stands(Standing::HearingScheduled);
    let hearing = story.case().run().unwrap().hearing.as_ref().unwrap();
    assert_eq!(hearing.members.len(), 3);
    assert!(!hearing.members.iter().any(|member| member.person == POOL_MEMBER));
    assert_eq!(hearing.dates.len(), 1, "the hearing keeps its day");
    assert_eq!(hearing.papers_sent_at, None, "a new member has no papers yet");
    story.does(papers()).stands(Standing::HearingPapersOut);
}

#[test]
fn r27_an_objection_that_the_clerk_does_not_follow_is_decided_on_record() {
    let stays = AppointPanel { reason: Some(words("Living in the same town is no tie")), ..good_panel() };
    let story = before_a_hearing().does(stays);
    let reason = story.record.iter().rev().find_map(|recorded| match &recorded.event {
        Event::PanelAppointed { reason, .. } => reason.clone(),
        _ => None,
    });
    assert_eq!(reason, Some(words("Living in the same town is no tie")));
}

#[test]
fn r25_the_form_says_who_is_independent_and_why_somebody_is_not_offered() {
    let story = before_a_hearing();
    let not_offered = hint_of(&story, Action::AppointPanel, "members");
    assert!(not_offered.contains("Charles Dean has already had a part in this case"), "{not_offered}");
    let asked = fields(Action::AppointPanel, story.case(), &story.ctx());
    let FieldKind::Choices(pool) = &asked[0].kind else { panic!("a list of people") };
    assert!(pool.is_sorted_by_key(|choice| choice.label.clone()), "{pool:?}");
    let independent = pool.iter().find(|choice| choice.label.starts_with("Ivy Stone (")).unwrap();
    assert_eq!(independent.hint.as_deref(), Some("Independent of the school and the trust"));
}

#[test]
fn r43_a_hearing_whose_day_is_over_says_record_it_and_no_day_that_is_over_is_asked_for() {
    let story = before_a_hearing().on("2026-09-28");
    let found = attention(story.case(), story.today, &story.world.calendar);
    let late = found.iter().find(|found| found.kind == AttentionKind::Overdue).unwrap();
    assert_eq!(late.words, "Record the hearing: it was on 25 September 2026");
    let late =
        before_a_hearing().on("2026-10-12").refusal(hear_at("2026-11-05T14:00:00", HearingBasis::Agreed));
    assert_eq!(late.code, RefusalCode::BeyondLimit);
    assert!(late.sentence.contains("that day has passed"), "{}", late.sentence);
    assert!(!late.makes_possible.unwrap().contains("earlier day"));
}

#[test]
fn r57_a_reply_closes_only_on_the_familys_own_word_with_its_day() {
    let settled = |told_on: Option<&str>| Reply {
        already_settled: Some(AlreadySettled {
            heard_by: words("yes"),
            told_on: told_on.map(date),
            party: None,
        }),
        ..reply()
    };
    let story = Story::raised().later(2).by_person(YEAR_4_TEACHER);
    for no_day in [None, Some("2026-09-04"), Some("2026-09-10")] {
        let refusal = story.refusal(settled(no_day));
        assert_eq!(refusal.field.as_deref(), Some("already_settled/told_on"), "{no_day:?}");
    }
    story.does(settled(Some("2026-09-08"))).stands(Standing::Closed);
}

#[test]
fn a_meeting_does_not_drop_the_question_that_waits() {
    let story = Story::raised()
        .by_person(YEAR_4_TEACHER)
        .does(ask())
        .does(meet_at("2026-09-10T15:30:00"))
        .stands(Standing::OpenAwaitingInformation);
    assert!(story.has_open(DeadlineRule::Clarification));
    assert!(story.case().booked_meeting().is_some());
    let warned = hint_of(&story, Action::Reply, "message");
    assert!(warned.contains("calls it off"), "{warned}");
    story.by_family().does(answer()).stands(Standing::OpenMeetingBooked);
}

#[test]
fn a_question_says_by_when_and_what_it_leaves_of_our_own_time() {
    let story = Story::raised().later(1).by_person(YEAR_4_TEACHER);
    let words = hint_of(&story, Action::AskInformation, "answer_by");
    assert!(words.contains("22 September 2026") && words.contains("21 September 2026"), "{words}");
}

#[test]
fn a_question_can_name_the_school_day_by_which_it_is_to_be_answered() {
    let story = Story::raised().later(1).by_person(YEAR_4_TEACHER);
    let by = |day: &str| AskInformation { answer_by: Some(date(day)), ..ask() };
    let refusal = story.clone().refusal(by("2026-09-12"));
    assert_eq!((refusal.code, refusal.field.as_deref()), (RefusalCode::NotASchoolDay, Some("answer_by")));
    assert!(refusal.makes_possible.unwrap().contains("14 September 2026"), "a Saturday, so the Monday");
    assert_eq!(
        story.clone().refusal(by("2026-09-08")).field.as_deref(),
        Some("answer_by"),
        "today is too soon"
    );
    let asked = story.does(by("2026-09-11"));
    assert_eq!(asked.due(DeadlineRule::Clarification), date("2026-09-11"));
    // Like any question: its day is dropped when the family answers.
    assert!(!asked.by_family().does(answer()).has_open(DeadlineRule::Clarification));
}

#[test]
fn a_day_long_past_is_asked_about_before_it_is_believed() {
    let a_year_ago = || met_on("2025-09-08");
    let story = Story::raised().later(1).by_person(YEAR_4_TEACHER);
    let refusal = story.refusal(a_year_ago());
    assert_eq!((refusal.code, refusal.field.as_deref()), (RefusalCode::Field, Some("held_on")));
    story.does(RecordMeeting { long_ago: Some(super::super::command::Confirmed::Yes), ..a_year_ago() });
    let noon = chrono::NaiveTime::from_hms_opt(12, 0, 0).unwrap();
    let mut logged = intake();
    logged.received_at = local_instant(date("2025-11-02"), noon);
    let (_, refusal) = Story::in_(World::trust()).by_person(OFFICE).try_raise(logged.clone());
    assert_eq!(refusal.and_then(|refusal| refusal.field).as_deref(), Some("received_on"));
    logged.long_ago = Some(super::super::command::Confirmed::Yes);
    Story::in_(World::trust()).by_person(OFFICE).raise(logged);
}

#[test]
fn r71_a_finding_that_takes_the_place_of_another_keeps_both() {
    let story = Story::raised().by_person(YEAR_4_TEACHER).does(find(1, Finding::Upheld));
    let asked = fields(Action::RecordFinding, story.case(), &story.ctx());
    let FieldKind::Choice(points) = &asked[0].kind else { panic!("a list of points") };
    assert_eq!(points[0].hint.as_deref(), Some("It stands as: upheld"));
    let story = story.does(find(1, Finding::NotUpheld));
    let Some(Event::FindingRecorded { finding, replaces, .. }) =
        story.record.last().map(|recorded| &recorded.event)
    else {
        panic!("a finding")
    };
    assert_eq!((*finding, *replaces), (Finding::NotUpheld, Some(Finding::Upheld)));
}

#[test]
fn r54_what_heard_sent_itself_is_not_asked_again_and_all_that_is_missing_is_named_at_once() {
    let decided = before_a_hearing()
        .on("2026-09-25")
        .does(heard_on("2026-09-25"))
        .does(find(1, Finding::Upheld))
        .does(find(2, Finding::NotUpheld))
        .does(issue());
    // Nobody is complained about, and everybody else has it from Heard.
    let closed = decided.clone().does(Close { distribution: None, ..close() });
    let Some(Event::Concluded { distribution, .. }) = closed
        .record
        .iter()
        .rev()
        .map(|recorded| &recorded.event)
        .find(|event| matches!(event, Event::Concluded { .. }))
    else {
        panic!("a close-out")
    };
    assert_eq!(distribution.len(), Recipient::ALL.len());
    let about =
        decided.by_person(OFFICE).does(mark(YEAR_4_TEACHER, SubjectRole::ClassTeacher)).by_person(CLERK);
    about.clone().refused(RefusalCode::NotDistributed, close());
    let line = Distribution {
        recipient: Recipient::Subject,
        sent_on: Some(date("2026-09-25")),
        not_applicable: None,
    };
    about.does(Close { distribution: Some(vec![line]), ..close() }).stands(Standing::Closed);
}

#[test]
fn g8_the_last_date_of_a_reply_comes_when_the_calendar_does() {
    let story = Story::in_(World::trust().one_year_only())
        .on("2026-07-18")
        .raise(intake())
        .by_person(YEAR_4_TEACHER)
        .does(reply());
    let before = story.case().run().unwrap();
    assert_eq!((before.counts_from_on, before.reply.as_ref().unwrap().last_date), (None, None));
    assert!(matches!(story.deadline(DeadlineRule::Window).due, Due::CalendarMissing(_)));
    let mut story = story.on("2026-07-20");
    story.world.second_year_arrives();
    let (story, _) = story.sweep();
    let after = story.case().run().unwrap();
    assert_eq!(after.counts_from_on, Some(date("2026-09-03")));
    assert_eq!(after.reply.as_ref().unwrap().last_date, Some(story.due(DeadlineRule::Window)));
}

/// Whoever can give a case to somebody is not sent to ask for that; whoever cannot is.
#[test]
fn a_refusal_names_the_way_that_the_reader_has() {
    let possible = |person: PersonId| {
        let refusal = Story::raised().by_person(person).refusal(reply());
        assert_eq!(refusal.code, RefusalCode::NotYours);
        refusal.makes_possible.unwrap()
    };
    assert!(possible(HEAD).ends_with("give the case to somebody: you can do that yourself"));
    assert!(possible(OFFICE).ends_with("ask the complaints co-ordinator to give the case to you"));
}
