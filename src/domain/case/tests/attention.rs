//! What a case asks for today (S2, S11).

use super::super::attention::{AttentionKind, attention, label};
use super::super::vocabulary::Flag;
use super::kit::commands::*;
use super::kit::*;
use crate::domain::deadline::DeadlineRule;

use AttentionKind::*;

fn kinds(story: &Story) -> Vec<AttentionKind> {
    attention(story.case(), story.today, &story.world.calendar).into_iter().map(|found| found.kind).collect()
}

fn words_of(story: &Story, rule: DeadlineRule) -> String {
    label(story.deadline(rule), story.today, &story.world.calendar)
}

#[test]
fn s2_the_most_pressing_comes_first() {
    // Acknowledge by Wednesday 9 September, reply by Monday 21 September.
    let story = Story::raised();
    assert_eq!(kinds(&story), [DueThisSchoolWeek, WaitingOnUs, New]);
    assert_eq!(kinds(&story.clone().on("2026-09-09")), [DueToday, WaitingOnUs, New]);
    assert_eq!(kinds(&story.clone().on("2026-09-21")), [Overdue, DueToday, WaitingOnUs, New]);
    assert_eq!(kinds(&story.on("2026-09-22")), [Overdue, Overdue, WaitingOnUs, New]);
}

#[test]
fn what_the_family_owes_presses_nobody() {
    let asked = Story::raised().by_person(YEAR_4_TEACHER).does(acknowledge()).does(ask()).on("2026-09-10");
    assert_eq!(kinds(&asked), [WaitingOnFamily]);
    let replied = Story::raised().by_person(YEAR_4_TEACHER).does(reply()).on("2026-09-30");
    assert_eq!(kinds(&replied), [WaitingOnFamily], "its window is over and that is nobody's breach");
}

#[test]
fn a_case_that_nobody_has_or_no_calendar_reaches_says_so() {
    let mut unknown = intake();
    unknown.child.as_mut().unwrap().year_group = None;
    let story = Story::in_(World::trust().one_year_only()).on("2026-07-16").raise(unknown);
    assert_eq!(kinds(&story), [Unassigned, WaitingOnUs, New, CalendarMissing, CalendarMissing]);
    assert_eq!(words_of(&story, DeadlineRule::Respond), "no date until the calendar reaches it");
    let screened = Story::in_(World::trust()).raise(intake().anonymous().flagged(Flag::Equality));
    assert_eq!(kinds(&screened), [WaitingOnUs]);
}

#[test]
fn a_paused_case_asks_for_its_review_and_a_closed_one_for_its_promises() {
    let paused = Story::raised().by_person(HEAD).does(suspend_until("2026-09-30")).on("2026-09-30");
    assert_eq!(kinds(&paused), [DueToday]);
    let closed = Story::raised()
        .by_person(YEAR_4_TEACHER)
        .does(promise(HEAD, "2026-09-10"))
        .does(settled_by_phone())
        .on("2026-09-14");
    assert_eq!(kinds(&closed), [Overdue]);
    let all = attention(closed.case(), closed.today, &closed.world.calendar);
    assert_eq!(all[0].words, "Do what was promised: overdue by 2 school days");
}

#[test]
fn s11_every_date_has_its_label_in_words() {
    let story = Story::raised();
    let label_on = |day: &str| words_of(&story.clone().on(day), DeadlineRule::Respond);
    assert_eq!(label_on("2026-09-07"), "10 school days left");
    assert_eq!(label_on("2026-09-16"), "3 school days left");
    assert_eq!(label_on("2026-09-18"), "1 school day left");
    // On Saturday and Sunday the Monday is still one school day away.
    assert_eq!(label_on("2026-09-20"), "1 school day left");
    assert_eq!(label_on("2026-09-21"), "due today");
    assert_eq!(label_on("2026-09-22"), "overdue by 1 school day");
    assert_eq!(label_on("2026-09-23"), "overdue by 2 school days");
    let friday = Story::in_(World::trust()).on("2026-09-04").raise(intake());
    assert_eq!(words_of(&friday.on("2026-09-19"), DeadlineRule::Respond), "overdue since 18 September 2026");
    let paused = story.clone().by_person(HEAD).does(suspend_until("2026-10-01"));
    assert_eq!(words_of(&paused, DeadlineRule::Respond), "paused");
    let replied = story.clone().by_person(YEAR_4_TEACHER).does(reply());
    assert_eq!(words_of(&replied, DeadlineRule::Respond), "done in time");
    let late = story.clone().on("2026-09-22").by_person(YEAR_4_TEACHER).does(reply());
    assert_eq!(words_of(&late, DeadlineRule::Respond), "done late");
    let missed = story.clone().on("2026-09-22").by_family().does(withdraw());
    assert_eq!(words_of(&missed, DeadlineRule::Respond), "missed");
    let dropped = story.by_family().does(withdraw());
    assert_eq!(words_of(&dropped, DeadlineRule::Respond), "no longer needed");
}

#[test]
fn every_kind_has_one_key_everywhere() {
    for kind in AttentionKind::ALL {
        assert_eq!(serde_json::to_value(kind).unwrap(), kind.key());
        assert_eq!(AttentionKind::from_key(kind.key()), Some(kind));
    }
    assert!(AttentionKind::ALL.is_sorted());
}
