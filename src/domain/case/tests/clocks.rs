//! Clocks: extending, pausing, the law's own, breaches, and the sweep (R36-R42, G8, G10, G11, G15, G16).

use super::super::clock::due_work;
use super::super::command::Extend;
use super::super::context::Context;
use super::super::decide::latest_extension;
use super::super::event::{Actor, Event, Recorded};
use super::super::refusal::RefusalCode;
use super::super::state::Standing;
use super::super::vocabulary::{Finding, Flag, Recipient, ScreeningReason, SubjectRole};
use super::kit::commands::*;
use super::kit::*;
use crate::domain::calendar::{local_date, local_instant};
use crate::domain::deadline::DateReminder::{Coming, LateToFamily, LateToSchool};
use crate::domain::deadline::{DateReminder, DeadlineRule, Due, Ended, Moved, Standing as DeadlineStanding};
use crate::domain::ids::{DeadlineNo, PartyNo, RunNo};
use crate::domain::notice::{FamilyNews, NoticeKind, Recipient as To, StaffNews, notices};
use crate::domain::record::stamp;

fn standing(story: &Story, rule: DeadlineRule) -> DeadlineStanding {
    story.deadline(rule).standing(story.today, local_date)
}

#[test]
fn r39_a_date_is_put_off_before_it_passes_to_a_later_school_day_within_the_cap() {
    // C1: due on 21 September, at most 5 school days more: the 28th.
    let story = Story::raised().by_person(YEAR_4_TEACHER);
    let deadline = story.deadline(DeadlineRule::Respond);
    assert_eq!(latest_extension(story.case(), deadline, &story.ctx()), Some(date("2026-09-28")));
    let story = story
        .refused(RefusalCode::BeyondCap, extend_to("2026-09-21"))
        .refused(RefusalCode::BeyondCap, extend_to("2026-09-29"))
        .refused(RefusalCode::NotASchoolDay, extend_to("2026-09-26"))
        .does(extend_to("2026-09-24"));
    assert_eq!(story.due(DeadlineRule::Respond), date("2026-09-24"));
    let deadline = story.deadline(DeadlineRule::Respond);
    assert_eq!(deadline.original_due, Due::On(date("2026-09-21")), "both dates stay");
    assert_eq!(deadline.changes[0].why, Moved::Extended(words("A witness is away")));
    // What was put off already counts towards the cap: two of the five are left.
    let story = story.refused(RefusalCode::BeyondCap, extend_to("2026-09-29")).does(extend_to("2026-09-28"));
    story.refused(RefusalCode::BeyondCap, extend_to("2026-09-29"));
}

#[test]
fn r39_on_its_day_a_date_may_be_put_off_and_the_day_after_it_is_late() {
    let story = Story::raised().by_person(YEAR_4_TEACHER);
    story.clone().on("2026-09-21").does(extend_to("2026-09-22"));
    story.on("2026-09-22").refused(RefusalCode::AfterDue, extend_to("2026-09-23"));
}

#[test]
fn r39_no_extension_where_the_procedure_has_none_and_any_where_both_agree() {
    Story::in_(World::maintained())
        .raise(intake())
        .by_person(YEAR_4_TEACHER)
        .refused(RefusalCode::BeyondCap, extend_to("2026-09-22"));
    let scottish = Story::in_(World::on("SCO-2"))
        .raise(intake())
        .by_person(YEAR_4_TEACHER)
        .does(reply())
        .by_family()
        .does(escalate(&[1]))
        .by_person(TRUST_OFFICER);
    scottish.does(extend_to("2027-02-01"));
}

#[test]
fn r39_only_the_reply_and_the_panels_dates_can_be_put_off_and_never_the_laws() {
    let story = Story::in_(World::trust())
        .raise(intake().flagged(Flag::EarlyYears))
        .by_person(COORDINATOR)
        .does(accept(&[ScreeningReason::EarlyYears]));
    for deadline in story.case().deadlines.clone() {
        let asked = Extend { deadline: Some(deadline.no), ..extend_to("2026-09-22") };
        if deadline.rule == DeadlineRule::Respond {
            story.clone().does(asked);
        } else {
            story.clone().refused(RefusalCode::NotOnCase, asked);
        }
    }
}

#[test]
fn r40_lateness_is_computed_from_the_facts_on_every_reading() {
    let story = Story::raised();
    assert_eq!(standing(&story, DeadlineRule::Respond), DeadlineStanding::Running);
    let story = story.on("2026-09-21");
    assert_eq!(standing(&story, DeadlineRule::Respond), DeadlineStanding::DueToday);
    let story = story.on("2026-09-22");
    assert_eq!(standing(&story, DeadlineRule::Respond), DeadlineStanding::Overdue);
    let story = story.by_person(YEAR_4_TEACHER).does(reply());
    assert_eq!(standing(&story, DeadlineRule::Respond), DeadlineStanding::MetLate);
    assert_eq!(standing(&story, DeadlineRule::Acknowledge), DeadlineStanding::MetLate);
    assert_eq!(
        standing(&Story::raised().by_person(YEAR_4_TEACHER).does(reply()), DeadlineRule::Respond),
        DeadlineStanding::Met
    );
}

#[test]
fn r40_what_was_dropped_after_its_day_was_missed_and_before_it_was_not() {
    let in_time = Story::raised().on("2026-09-21").by_family().does(withdraw());
    assert_eq!(standing(&in_time, DeadlineRule::Respond), DeadlineStanding::Dropped);
    let late = Story::raised().on("2026-09-22").by_family().does(withdraw());
    assert_eq!(standing(&late, DeadlineRule::Respond), DeadlineStanding::Missed);
    // The family owes the school nothing: a window that passed is no breach.
    let lapsed = Story::raised().by_person(YEAR_4_TEACHER).does(reply()).swept_until("2026-09-25");
    assert_eq!(standing(&lapsed, DeadlineRule::Window), DeadlineStanding::Dropped);
}

#[test]
fn g10_r42_paused_on_thursday_and_resumed_on_tuesday_leaves_out_three_school_days() {
    let story = Story::raised()
        .on("2026-09-10")
        .by_person(COORDINATOR)
        .refused(RefusalCode::Field, suspend_until("2026-09-10"))
        .does(suspend_until("2026-09-30"))
        .stands(Standing::Suspended);
    assert_eq!(story.deadline(DeadlineRule::Respond).due, Due::Paused);
    assert_eq!(standing(&story, DeadlineRule::Respond), DeadlineStanding::Paused);
    assert_eq!(story.due(DeadlineRule::Review), date("2026-09-30"), "a pause needs a review date");
    let story = story.on("2026-09-15").does(resume()).stands(Standing::OpenNew);
    // Thursday, Friday and Monday did not count; the weekend never would have: 21 + 3 school days.
    assert_eq!(story.due(DeadlineRule::Respond), date("2026-09-24"));
    assert!(!story.has_open(DeadlineRule::Review));
    let suspension = story.case().suspensions[0];
    assert_eq!((suspension.from, suspension.to), (date("2026-09-10"), Some(date("2026-09-15"))));
}

#[test]
fn g10_the_pause_and_the_plain_count_with_pauses_agree() {
    let story = Story::raised()
        .on("2026-09-10")
        .by_person(HEAD)
        .does(suspend_until("2026-12-01"))
        .on("2026-10-12")
        .does(resume());
    let pauses = super::super::context::pauses_of(story.case());
    let plain = story
        .world
        .calendar
        .due_pausing(date("2026-09-07"), 10, crate::domain::calendar::Unit::SchoolDays, &pauses)
        .unwrap();
    assert_eq!(story.due(DeadlineRule::Respond), plain.due_on);
}

#[test]
fn r42_two_pauses_with_no_calendar_between_them_both_count() {
    let two_pauses = |missing_between: bool| {
        let mut story = Story::raised().on("2026-09-10").by_person(HEAD).does(suspend_until("2026-12-01"));
        if missing_between {
            story.world = World::trust().one_year_only();
        }
        story = story.on("2026-09-17").does(resume()).on("2026-09-18");
        if missing_between {
            assert!(matches!(story.deadline(DeadlineRule::Respond).due, Due::CalendarMissing(_)));
        }
        story = story.does(suspend_until("2026-12-01"));
        story.world.second_year_arrives();
        story.on("2026-09-25").does(resume()).due(DeadlineRule::Respond)
    };
    assert_eq!(two_pauses(true), two_pauses(false));
}

#[test]
fn r46_an_answer_at_a_formal_stage_is_no_acknowledgement() {
    let formal = Story::in_(World::trust()).raise(intake().about(SubjectRole::Governor, None));
    let answered = formal
        .by_person(TRUST_OFFICER)
        .does(find(1, Finding::NotUpheld))
        .does(find(2, Finding::NotUpheld))
        .does(reply_formally());
    assert_eq!(answered.case().run().unwrap().acknowledged_at, None);
    let ended = answered.deadline(DeadlineRule::Acknowledge).ended;
    assert!(matches!(ended, Some(Ended::Dropped(_))), "{ended:?}");
    let informal = Story::raised().by_person(YEAR_4_TEACHER).does(reply());
    assert!(informal.case().run().unwrap().acknowledged_at.is_some());
}

#[test]
fn g11_a_pause_in_a_holiday_costs_nothing() {
    // Half-term is 23 October to 2 November 2026.
    let story = Story::raised().on("2026-10-15").by_person(YEAR_4_TEACHER).does(reply());
    let due = story.due(DeadlineRule::Window);
    let story = story
        .on("2026-10-24")
        .by_person(HEAD)
        .does(suspend_until("2026-11-10"))
        .on("2026-10-31")
        .does(resume());
    assert_eq!(story.due(DeadlineRule::Window), due);
}

#[test]
fn r42_what_was_overdue_before_the_pause_stays_overdue_by_as_much() {
    // Due on Monday 21 September; paused on the Tuesday.
    let story = Story::raised()
        .on("2026-09-22")
        .by_person(HEAD)
        .does(suspend_until("2026-10-30"))
        .on("2026-10-06")
        .does(resume());
    assert_eq!(story.due(DeadlineRule::Respond), date("2026-09-21"));
    assert_eq!(standing(&story, DeadlineRule::Respond), DeadlineStanding::Overdue);
}

#[test]
fn r42_an_extension_and_a_pause_add_up_and_the_cap_does_not_count_the_pause() {
    let story = Story::raised()
        .by_person(YEAR_4_TEACHER)
        .does(extend_to("2026-09-24"))
        .on("2026-09-10")
        .by_person(HEAD)
        .does(suspend_until("2026-10-30"))
        .on("2026-10-01")
        .does(resume());
    // 15 school days were left out (10 September to 30 September).
    assert_eq!(story.due(DeadlineRule::Respond), date("2026-10-15"));
    let deadline = story.deadline(DeadlineRule::Respond);
    assert_eq!(latest_extension(story.case(), deadline, &story.ctx()), Some(date("2026-10-19")));
}

#[test]
fn r38_the_laws_clocks_run_on_through_a_pause() {
    let story = Story::in_(World::trust())
        .raise(intake().flagged(Flag::DataProtection).flagged(Flag::EarlyYears))
        .by_person(COORDINATOR)
        .does(accept(&[ScreeningReason::DataProtection, ScreeningReason::EarlyYears]));
    let before = (story.due(DeadlineRule::DataProtection), story.due(DeadlineRule::EarlyYears));
    let story = story.does(suspend_until("2026-12-01"));
    assert_eq!((story.due(DeadlineRule::DataProtection), story.due(DeadlineRule::EarlyYears)), before);
    let story = story.later(20).does(resume());
    assert_eq!((story.due(DeadlineRule::DataProtection), story.due(DeadlineRule::EarlyYears)), before);
}

#[test]
fn a_case_withdrawn_while_it_is_paused_has_no_pause_left_when_it_opens_again() {
    let story = Story::raised()
        .by_person(HEAD)
        .does(suspend_until("2026-12-01"))
        .later(3)
        .by_family()
        .does(withdraw())
        .stands(Standing::Closed);
    assert!(story.case().deadlines.iter().all(|deadline| !deadline.is_open()), "its review is dropped too");
    let story =
        story.by_person(CHAIR).does(reopen()).does(suspend_until("2026-12-01")).later(1).does(resume());
    assert!(story.case().deadlines.iter().all(|deadline| deadline.due != Due::Paused || !deadline.is_open()));
}

#[test]
fn g8_dates_come_by_themselves_when_the_calendar_does() {
    let story = Story::in_(World::trust().one_year_only()).on("2026-07-16").raise(intake());
    let (mut story, nothing) = story.sweep();
    assert_eq!(nothing, []);
    story.world.second_year_arrives();
    let (story, events) = story.on("2026-07-20").sweep();
    assert_eq!(events.len(), 2);
    assert!(
        events.iter().all(|event| matches!(event, Event::DeadlineMoved { why: Moved::CalendarArrived, .. }))
    );
    // Received on 16 July: the 17th, then 3 September onwards.
    assert_eq!(story.due(DeadlineRule::Acknowledge), date("2026-09-03"));
    assert_eq!(story.due(DeadlineRule::Respond), date("2026-09-15"));
    let deadline = story.deadline(DeadlineRule::Respond);
    assert_eq!(deadline.original_due, Due::CalendarMissing(date("2026-09-01")), "the record says so");
}

#[test]
fn g8_a_pause_before_the_calendar_came_is_left_out_of_the_count() {
    let mut story = Story::in_(World::trust().one_year_only())
        .on("2026-07-13")
        .raise(intake())
        .on("2026-07-14")
        .by_person(HEAD)
        .does(suspend_until("2026-09-01"))
        .on("2026-07-16")
        .does(resume());
    assert_eq!(story.deadline(DeadlineRule::Respond).due.date(), None);
    story.world.second_year_arrives();
    let (story, _) = story.sweep();
    // Day 1 is 16 July, because the 14th and 15th were paused; day 2 the 17th; day 3 is 3 September.
    assert_eq!(story.due(DeadlineRule::Respond), date("2026-09-14"));
}

/// The reminders that a daily sweep sends, as (day, number).
fn reminders(story: &Story) -> Vec<(String, u8)> {
    story
        .record
        .iter()
        .filter_map(|recorded| match recorded.event {
            Event::WindowReminded { run: RunNo(1), number } => Some((recorded.stamp.on.to_string(), number)),
            _ => None,
        })
        .collect()
}

fn expected(rows: &[(&str, u8)]) -> Vec<(String, u8)> {
    rows.iter().map(|(day, number)| ((*day).to_owned(), *number)).collect()
}

#[test]
fn a_window_is_reminded_of_three_school_days_and_one_school_day_before_its_end() {
    // Replied on Monday 7 September: the last date is Monday the 21st.
    let story = Story::raised().by_person(YEAR_4_TEACHER).does(reply()).swept_until("2026-09-22");
    assert_eq!(reminders(&story), expected(&[("2026-09-16", 1), ("2026-09-18", 2)]));
    assert_eq!(story.standing(), Standing::Closed);
    assert_eq!(story.record.last().unwrap().stamp.actor, Actor::Clock);
}

/// G16: what was missed goes once and late. Nobody is reminded of a date that is over: the window stays open for as
/// long as each reminder promises.
#[test]
fn g16_reminders_that_were_missed_go_late_and_the_window_stays_open_for_them() {
    // The last date was the 21st, and nothing ran until the 23rd.
    let story = Story::raised().by_person(YEAR_4_TEACHER).does(reply()).on("2026-09-23").sweep().0;
    assert_eq!(story.due(DeadlineRule::Window), date("2026-09-28"));
    let run = story.case().run().unwrap();
    assert_eq!(run.reply.as_ref().unwrap().last_date, Some(date("2026-09-28")), "what the letters name");
    let story = story.swept_until("2026-09-28").stands(Standing::Replied);
    assert_eq!(reminders(&story), expected(&[("2026-09-23", 1), ("2026-09-25", 2)]));
    story.by_family().does(escalate(&[1]));
}

#[test]
fn g16_a_second_reminder_that_was_missed_leaves_a_day_to_act() {
    let story = Story::raised().by_person(YEAR_4_TEACHER).does(reply()).swept_until("2026-09-17");
    let story = story.on("2026-09-22").sweep().0;
    assert_eq!(reminders(&story), expected(&[("2026-09-16", 1), ("2026-09-22", 2)]));
    assert_eq!(story.due(DeadlineRule::Window), date("2026-09-23"));
    story.on("2026-09-24").sweep().0.stands(Standing::Closed);
}

#[test]
fn g15_no_reminder_leaves_on_a_closed_day() {
    // Replied on Monday 12 October; half-term is 23 October to 2 November; the last date is 4 November.
    let replied = Story::raised().on("2026-10-12").by_person(YEAR_4_TEACHER).does(reply());
    assert_eq!(replied.due(DeadlineRule::Window), date("2026-11-04"));
    let in_time = replied.clone().swept_until("2026-11-05");
    assert_eq!(reminders(&in_time), expected(&[("2026-10-21", 1), ("2026-11-03", 2)]));
    // The server stood still until the Saturday in half-term.
    let late = replied.on("2026-10-24").sweep().0.swept_until("2026-11-05");
    assert_eq!(reminders(&late), expected(&[("2026-11-03", 1), ("2026-11-04", 2)]));
}

#[test]
fn a_family_that_settles_or_goes_on_is_not_reminded() {
    let replied = Story::raised().by_person(YEAR_4_TEACHER).does(reply()).by_family();
    let settled = replied.clone().does(settle(&[1, 2])).swept_until("2026-10-01");
    assert_eq!(reminders(&settled), []);
    let went_on = replied.does(escalate(&[1])).swept_until("2026-10-01");
    assert_eq!(reminders(&went_on), []);
}

#[test]
fn a_paused_window_is_not_reminded_of_and_does_not_lapse() {
    let story = Story::raised()
        .by_person(YEAR_4_TEACHER)
        .does(reply())
        .later(1)
        .by_person(HEAD)
        .does(suspend_until("2026-12-01"))
        .swept_until("2026-10-10");
    assert_eq!((story.standing(), reminders(&story)), (Standing::Suspended, Vec::new()));
}

#[test]
fn r37_what_is_met_or_over_is_never_dated_again() {
    let mut story = Story::in_(World::trust().one_year_only())
        .on("2026-07-16")
        .raise(intake())
        .by_person(YEAR_4_TEACHER)
        .does(acknowledge());
    story.world.second_year_arrives();
    let (story, _) = story.sweep();
    assert_eq!(story.deadline(DeadlineRule::Acknowledge).due.date(), None);
    assert!(story.deadline(DeadlineRule::Respond).due.date().is_some());
}

/// What a daily sweep said about the dates of that rule, as (day, what).
fn said_of(story: &Story, rule: DeadlineRule) -> Vec<(String, DateReminder)> {
    let is_of = |no| story.case().deadlines.iter().any(|deadline| deadline.no == no && deadline.rule == rule);
    story
        .record
        .iter()
        .filter_map(|recorded| match recorded.event {
            Event::DateReminded { no, reminder, .. } if is_of(no) => {
                Some((recorded.stamp.on.to_string(), reminder))
            }
            _ => None,
        })
        .collect()
}

fn said(rows: &[(&str, DateReminder)]) -> Vec<(String, DateReminder)> {
    rows.iter().map(|(day, what)| ((*day).to_owned(), *what)).collect()
}

#[test]
fn r41_a_date_is_told_of_before_it_comes_and_once_to_each_when_it_has_passed() {
    // The answer is due on Monday 21 September.
    let story = Story::raised().by_person(YEAR_4_TEACHER).does(acknowledge()).swept_until("2026-10-20");
    let expected = [("2026-09-18", Coming), ("2026-09-22", LateToSchool), ("2026-09-22", LateToFamily)];
    assert_eq!(said_of(&story, DeadlineRule::Respond), said(&expected));
    assert_eq!(said_of(&story, DeadlineRule::Acknowledge), [], "it was acknowledged on its first day");
}

#[test]
fn r41_what_is_done_in_time_is_never_told_as_late() {
    let story = Story::raised().swept_until("2026-09-18").by_person(YEAR_4_TEACHER).does(reply());
    let story = story.swept_until("2026-09-30");
    assert_eq!(said_of(&story, DeadlineRule::Respond), said(&[("2026-09-18", Coming)]));
}

#[test]
fn r41_the_first_date_that_is_missed_is_told_on_the_next_school_day() {
    let story = Story::raised().swept_until("2026-09-18");
    let expected = [("2026-09-08", Coming), ("2026-09-10", LateToSchool), ("2026-09-10", LateToFamily)];
    assert_eq!(said_of(&story, DeadlineRule::Acknowledge), said(&expected));
}

/// R41: whoever was asked a question, or invited, has heard who is looking at it; the school is chased all the same.
#[test]
fn r41_a_family_that_the_school_asked_or_invited_is_not_told_that_it_has_not_heard() {
    let expected = [("2026-09-08", Coming), ("2026-09-10", LateToSchool)];
    let begun = || Story::raised().by_person(YEAR_4_TEACHER);
    for story in [begun().does(ask()), begun().does(meet_at("2026-09-17T15:30:00"))] {
        let told = said_of(&story.swept_until("2026-09-14"), DeadlineRule::Acknowledge);
        assert_eq!(told, said(&expected));
    }
}

#[test]
fn g15_in_a_holiday_the_family_is_told_and_staff_are_not() {
    // Received on 8 October: due on Thursday the 22nd. Half-term is 23 October to 2 November.
    let story = Story::in_(World::trust()).on("2026-10-08").raise(intake());
    let story = story.by_person(YEAR_4_TEACHER).does(acknowledge());
    assert_eq!(story.due(DeadlineRule::Respond), date("2026-10-22"));
    let story = story.swept_until("2026-11-10");
    let expected = [("2026-10-21", Coming), ("2026-10-23", LateToFamily), ("2026-11-03", LateToSchool)];
    assert_eq!(said_of(&story, DeadlineRule::Respond), said(&expected));
}

#[test]
fn r41_a_date_that_was_put_off_is_told_of_again() {
    let story = Story::raised().by_person(YEAR_4_TEACHER).does(acknowledge()).swept_until("2026-09-18");
    let story = story.does(extend_to("2026-09-24")).swept_until("2026-09-25");
    let expected = [
        ("2026-09-18", Coming),
        ("2026-09-23", Coming),
        ("2026-09-25", LateToSchool),
        ("2026-09-25", LateToFamily),
    ];
    assert_eq!(said_of(&story, DeadlineRule::Respond), said(&expected));
}

#[test]
fn a_server_that_stood_still_says_once_that_it_is_late() {
    let (story, events) =
        Story::raised().by_person(YEAR_4_TEACHER).does(acknowledge()).on("2026-09-29").sweep();
    assert_eq!(events.len(), 2);
    assert_eq!(story.sweep().1, []);
}

/// The first sweep after an update tells staff what is late still, and no family what it has long known.
#[test]
fn r41_a_family_is_not_told_of_a_date_that_was_missed_weeks_ago() {
    let late = |day| Story::raised().by_person(YEAR_4_TEACHER).does(acknowledge()).on(day).sweep().0;
    let told = |day| said_of(&late(day), DeadlineRule::Respond);
    assert_eq!(told("2026-10-01"), said(&[("2026-10-01", LateToSchool), ("2026-10-01", LateToFamily)]));
    assert_eq!(told("2026-10-02"), said(&[("2026-10-02", LateToSchool)]));
}

/// R57: a date that passes where a child may be at risk is told to whoever keeps children safe, too.
#[test]
fn r57_the_safeguarding_lead_is_told_that_a_case_of_a_child_at_risk_is_late() {
    let late = |intake| {
        let story = Story::in_(World::trust()).on("2026-09-07").raise(intake).on("2026-09-22");
        let event =
            Event::DateReminded { no: DeadlineNo(1), due: date("2026-09-09"), reminder: LateToSchool };
        let stamp = stamp(story.case().length, story.now(), story.today, Actor::Clock);
        let told = notices(Some(story.case()), &[Recorded { stamp, event }], story.case(), &story.ctx());
        told.iter().any(|notice| {
            notice.kind == NoticeKind::Staff(StaffNews::DateOverdueElsewhere) && notice.to == To::Person(DSL)
        })
    };
    assert!(late(intake().flagged(Flag::ChildAtRisk)));
    assert!(!late(intake()), "least privilege: other cases are not theirs");
}

/// R41: each of two dates that are late on one morning has its own letter, and both are chased.
#[test]
fn r41_two_dates_that_are_late_at_once_are_told_of_one_by_one() {
    let story = Story::raised().on("2026-09-22");
    let due = date("2026-09-21");
    let recorded: Vec<Recorded> = [DeadlineNo(1), DeadlineNo(2)]
        .into_iter()
        .flat_map(|no| [LateToSchool, LateToFamily].map(|reminder| Event::DateReminded { no, due, reminder }))
        .map(|event| Recorded {
            stamp: stamp(story.case().length, story.now(), story.today, Actor::Clock),
            event,
        })
        .collect();
    let told = notices(Some(story.case()), &recorded, story.case(), &story.ctx());
    let of =
        |kind| told.iter().filter(|notice| notice.kind == kind).map(|notice| notice.to).collect::<Vec<_>>();
    assert_eq!(of(NoticeKind::Family(FamilyNews::DateMissed)), [To::Party(PartyNo(1)); 2]);
    assert_eq!(of(NoticeKind::Staff(StaffNews::DateOverdue)), [To::Person(YEAR_4_TEACHER); 2]);
    assert_eq!(of(NoticeKind::Staff(StaffNews::DateOverdueElsewhere)), [To::Person(COORDINATOR); 2]);
}

/// R48: while one complainant has not had the answer, nothing lapses; the other, who has it, is reminded.
#[test]
fn r48_who_has_the_answer_is_reminded_while_another_waits_for_theirs() {
    let mut story = Story::raised().by_person(YEAR_4_TEACHER).does(add_complainant()).does(reply());
    let answered = story.record.len();
    story.world.unsent = vec![Recipient::Complainant];
    let parties: Vec<PartyNo> = story.case().complainants().map(|party| party.no).collect();
    let [lost, reached] = parties.as_slice() else { panic!("two complainants: {parties:?}") };
    story.world.letters.without_answer.insert(*lost);
    let story = story.swept_until("2026-10-10");
    assert_eq!(reminders(&story), expected(&[("2026-09-16", 1), ("2026-09-18", 2)]));
    assert_eq!(story.standing(), Standing::Replied);
    let events = story.record.get(answered..).unwrap();
    let told = notices(Some(story.case()), events, story.case(), &story.ctx());
    let first = NoticeKind::Family(FamilyNews::WindowReminderFirst);
    let reminded: Vec<To> =
        told.iter().filter(|notice| notice.kind == first).map(|notice| notice.to).collect();
    assert_eq!(reminded, [To::Party(*reached)]);
}

/// Nobody is told at night.
#[test]
fn r80_a_date_is_told_of_in_the_morning() {
    let story = Story::raised().by_person(YEAR_4_TEACHER).does(acknowledge()).on("2026-09-22");
    let at = |hour| local_instant(story.today, chrono::NaiveTime::from_hms_opt(hour, 0, 0).unwrap());
    let due_at = |hour| due_work(story.case(), &Context { now: at(hour), ..story.ctx() }).len();
    assert_eq!((due_at(0), due_at(6), due_at(7)), (0, 0, 2));
}
