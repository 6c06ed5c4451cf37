//! What a case asks for today (S2, S11).

use super::super::attention::{AttentionKind, attention, label, unit_of, words_of_date};
use super::super::vocabulary::{Flag, Kind};
use super::kit::commands::*;
use super::kit::*;
use crate::domain::calendar::Unit;
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

/// S11: a list that knows a date, its rule and its stage counts in the unit in which the date was made, in every
/// procedure: working days in Northern Ireland and Scotland, school days in most others.
#[test]
fn s11_a_list_counts_in_the_unit_of_the_deadline() {
    let mut units = std::collections::BTreeSet::new();
    for procedure in crate::domain::procedure::defaults() {
        let story = Story::in_(World::on(&procedure.key))
            .raise(intake().flagged(Flag::DataProtection).of_kind(Kind::Complaint));
        let ctx = story.ctx();
        for deadline in &story.case().deadlines {
            let run = deadline.run.and_then(|no| story.case().run_no(no));
            let stage =
                run.map_or_else(|| ctx.procedure.first_stage(), |run| ctx.procedure.stage(&run.stage));
            let unit = unit_of(deadline.rule, stage, ctx.procedure);
            assert_eq!(
                Some(unit),
                deadline.basis.map(|basis| basis.unit),
                "{} {:?}",
                procedure.key,
                deadline.rule
            );
            if let Some(due) = deadline.due.date() {
                let listed = words_of_date(due, story.today, Some((ctx.calendar, unit)));
                assert_eq!(listed, label(deadline, story.today, ctx.calendar), "{}", procedure.key);
            }
            units.insert(format!("{unit:?}"));
        }
    }
    assert!(units.len() >= 3, "{units:?}");
}

/// S11: the words for a date, and what is said where no days can be counted.
#[test]
fn s11_a_date_that_cannot_be_counted_says_itself() {
    let story = Story::raised();
    let counting = Some((&story.world.calendar, Unit::SchoolDays));
    let words = |due: &str, counting| words_of_date(date(due), date("2026-09-10"), counting);
    assert_eq!(words("2026-09-08", counting), "overdue by 2 school days");
    assert_eq!(words("2026-09-08", None), "overdue since 8 September 2026");
    assert_eq!(words("2026-09-10", None), "due today");
    assert_eq!(words("2026-09-11", counting), "1 school day left");
    assert_eq!(words("2026-09-11", None), "due on 11 September 2026");
    let holiday = words_of_date(date("2026-08-12"), date("2026-08-10"), counting);
    assert_eq!(holiday, "due on 12 August 2026", "in a holiday no school day is left");
}
