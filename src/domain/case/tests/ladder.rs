//! Up the ladder and off it: whole stories, windows, skipping, reopening (R6, R48, R49, 9.1).

use super::super::action::Action;
use super::super::command::{Command, Escalate, RecordFinding};
use super::super::context::Context;
use super::super::decide::{decide, ready, who_may_handle, who_may_sit};
use super::super::event::{Actor, Event};
use super::super::refusal::RefusalCode;
use super::super::state::{PointStatus, RunCause, Standing, State};
use super::super::vocabulary::{ClosedReason, Finding, HearingBasis};
use super::kit::commands::*;
use super::kit::*;
use crate::domain::calendar::Unit;
use crate::domain::deadline::{DeadlineRule, Due, Standing as DeadlineStanding};
use crate::domain::ids::PartyNo;
use crate::domain::procedure::defaults;

fn reason(story: &Story) -> ClosedReason {
    match &story.case().state {
        State::Closed { reason, .. } => *reason,
        other => panic!("not closed: {other:?}"),
    }
}

fn skipping(reason: &str, to: &str) -> Escalate {
    Escalate { skip_reason: Some(words(reason)), ..escalate_to(to, &[1, 2]) }
}

#[test]
fn mat_seed_from_the_teacher_to_the_panels_findings() {
    let story = Story::raised()
        .at("C1", YEAR_4_TEACHER)
        .by_person(YEAR_4_TEACHER)
        .does(acknowledge())
        .later(3)
        .does(meet_at("2026-09-14T15:30:00"))
        .later(2)
        .does(met_on("2026-09-14"))
        .does(reply())
        .by_family()
        .does(escalate(&[1, 2]))
        .stands(Standing::OpenNew)
        .at("C2", HEAD)
        .by_person(HEAD)
        .later(4)
        .does(reply())
        .by_family()
        .does(settle(&[2]))
        .does(escalate(&[1]))
        .at("C3", CHAIR)
        .by_person(CHAIR)
        .later(6)
        .does(reply())
        .by_family()
        .later(10)
        .does(escalate(&[1]))
        .at("F1", TRUST_OFFICER)
        .by_person(TRUST_OFFICER)
        .refused(RefusalCode::LetterIncomplete, acknowledge())
        .does(acknowledge_formally())
        .refused(RefusalCode::PointUnanswered, reply_formally())
        .does(find(1, Finding::PartlyUpheld))
        .refused(RefusalCode::LetterIncomplete, reply())
        .later(12)
        .does(reply_formally())
        .by_family()
        .later(9)
        .does(escalate(&[1]))
        .stands(Standing::HearingRequested)
        .at("F2", CLERK)
        .by_person(CLERK)
        .does(acknowledge())
        .stands(Standing::HearingRequested)
        .does(good_panel())
        .does(hear_at("2026-12-10T14:00:00", HearingBasis::Agreed))
        .does(document())
        .on("2026-12-02")
        .does(circulate(&[1]))
        .on("2026-12-10")
        .does(heard_on("2026-12-10"))
        .does(find(1, Finding::Upheld))
        .does(issue())
        .stands(Standing::HearingDecided)
        .on("2026-12-15")
        .does(close_with_all_sent("2026-12-15"));
    assert_eq!(reason(&story), ClosedReason::Completed);
    let stages: Vec<&str> = story.case().runs.iter().map(|run| run.stage.0.as_str()).collect();
    assert_eq!(stages, ["C1", "C2", "C3", "F1", "F2"], "one case, five runs, nothing overwritten");
    assert_eq!(story.case().points[1].status, PointStatus::Settled(crate::domain::ids::RunNo(2)));
    let answers: usize = story.case().runs.iter().map(|run| run.answers.len()).sum();
    assert_eq!(answers, 2 + 2 + 1 + 1 + 1, "one answer or finding a point and run");
    assert_eq!(story.case().retention_from, Some(date("2026-12-15")));
}

#[test]
fn maint_2_from_the_teacher_to_the_committee() {
    let story = Story::in_(World::maintained())
        .raise(intake())
        .at("C1", YEAR_4_TEACHER)
        .by_person(YEAR_4_TEACHER)
        .does(reply())
        .by_family()
        .does(escalate(&[1, 2]))
        .at("C2", HEAD)
        .by_person(HEAD)
        .does(reply())
        .by_family()
        .does(escalate(&[1, 2]))
        .at("F1", SENIOR_LEADER)
        .by_person(SENIOR_LEADER)
        .does(find(1, Finding::Upheld))
        .does(find(2, Finding::NotUpheld))
        .does(reply_formally())
        .by_family()
        .does(escalate(&[2]))
        .at("F2", CLERK)
        .by_person(CLERK)
        .does(document())
        .does(panel(&[GOVERNOR_1, GOVERNOR_2, OUTSIDER]))
        .does(hear_at("2026-09-23T09:30:00", HearingBasis::Agreed))
        .does(papers())
        .on("2026-09-23")
        .refused(RefusalCode::LacksPost, heard_on("2026-09-23"))
        .does(super::super::command::RecordHearing {
            present: vec![GOVERNOR_1, GOVERNOR_2, OUTSIDER],
            ..heard_on("2026-09-23")
        })
        .does(find(2, Finding::PartlyUpheld))
        .does(issue())
        .does(close_with_all_sent("2026-09-23"));
    assert_eq!(reason(&story), ClosedReason::Completed);
    assert_eq!(
        story.case().points[0].status,
        PointStatus::LeftBehind(crate::domain::ids::RunNo(3)),
        "what is not taken further stays behind"
    );
}

#[test]
fn r49_c3_may_be_left_out_with_a_reason_and_nothing_else_may() {
    let at_c2 = Story::raised()
        .by_person(YEAR_4_TEACHER)
        .does(reply())
        .by_family()
        .refused(RefusalCode::CannotSkip, skipping("Straight to the top", "F1"))
        .refused(RefusalCode::CannotSkip, skipping("Straight to the top", "F9"))
        .does(escalate(&[1, 2]))
        .by_person(HEAD)
        .does(reply())
        .by_family()
        .refused(RefusalCode::CannotSkip, escalate_to("F1", &[1, 2]));
    let story = at_c2.does(skipping("I do not trust the chair", "F1")).at("F1", SENIOR_LEADER);
    let RunCause::Escalated { skipped, skip_reason, .. } = &story.case().run().unwrap().cause else {
        panic!("not escalated")
    };
    assert_eq!(skipped.iter().map(|key| key.0.as_str()).collect::<Vec<_>>(), ["C3"]);
    assert_eq!(skip_reason, &Some(words("I do not trust the chair")));
}

#[test]
fn r48_inside_the_window_it_moves_up_and_after_it_somebody_else_must_find_good_cause() {
    let answered = Story::raised().by_person(YEAR_4_TEACHER).does(reply());
    assert_eq!(answered.due(DeadlineRule::Window), date("2026-09-21"));
    assert_eq!(answered.case().run().unwrap().reply.as_ref().unwrap().last_date, Some(date("2026-09-21")));
    answered.clone().on("2026-09-21").by_family().does(escalate(&[1])).at("C2", HEAD);
    let cause = || Escalate { late_cause: Some(words("The child was in hospital")), ..escalate(&[1]) };
    let late = answered
        .on("2026-09-22")
        .by_family()
        .refused(RefusalCode::WindowOver, escalate(&[1]))
        .refused(RefusalCode::WindowOver, cause())
        .by_person(OFFICE)
        .refused(RefusalCode::WindowOver, escalate(&[1]));
    late.clone()
        .by_person(COORDINATOR)
        .does(mark(OFFICE, super::super::vocabulary::SubjectRole::Staff))
        .by_person(OFFICE)
        .refused(RefusalCode::NotYours, cause());
    let story = late.does(cause());
    let RunCause::Escalated { late_cause, .. } = &story.case().run().unwrap().cause else { panic!() };
    assert_eq!(late_cause, &Some(words("The child was in hospital")));
}

#[test]
fn escalate_takes_at_least_one_point_that_is_open() {
    Story::raised()
        .by_person(YEAR_4_TEACHER)
        .does(reply())
        .by_family()
        .refused(RefusalCode::NoPoint, escalate(&[]))
        .refused(RefusalCode::NotOnCase, escalate(&[7]))
        .does(settle(&[1]))
        .refused(RefusalCode::NotOnCase, escalate(&[1]))
        .does(escalate(&[2]));
}

#[test]
fn an_unanswered_case_moves_up_five_school_days_after_the_reply_was_due() {
    // Due on 21 September; the fifth school day after it is the 28th.
    let waiting = Story::raised().by_family();
    waiting.clone().on("2026-09-21").refused(RefusalCode::WrongState, escalate(&[1, 2]));
    let early = waiting.clone().on("2026-09-25").refusal(escalate(&[1, 2]));
    assert!(early.makes_possible.unwrap().contains("28 September 2026"));
    let story = waiting.on("2026-09-28").does(escalate(&[1, 2])).at("C2", HEAD);
    assert_eq!(
        story.case().deadlines[1].standing(story.today, crate::domain::calendar::local_date),
        DeadlineStanding::Missed,
        "R40: the reply that never came is not forgotten"
    );
}

#[test]
fn a_school_that_never_acknowledges_cannot_hold_a_family_up_where_the_reply_counts_from_there() {
    // LA-CODE: acknowledge in 5 working days, reply in 10 from the acknowledgement.
    let story = Story::in_(World::on("LA-CODE")).raise(intake()).by_family();
    assert_eq!(story.due(DeadlineRule::Acknowledge), date("2026-09-14"));
    assert!(!story.has_open(DeadlineRule::Respond));
    story.clone().on("2026-10-02").refused(RefusalCode::WrongState, escalate(&[1]));
    // 14 September, 10 working days, 5 more.
    story.on("2026-10-05").does(escalate(&[1])).at("2", TRUST_OFFICER);
}

#[test]
fn where_the_reply_counts_from_the_acknowledgement_it_is_dated_then() {
    let story = Story::in_(World::on("LA-CODE"))
        .raise(intake())
        .on("2026-09-10")
        .by_person(SENIOR_LEADER)
        .does(acknowledge_formally());
    assert_eq!(story.due(DeadlineRule::Respond), date("2026-09-24"));
}

#[test]
fn settle_is_point_by_point_and_all_of_them_close_the_case() {
    let answered = Story::raised().by_person(YEAR_4_TEACHER).does(reply());
    answered
        .clone()
        .by_person(OFFICE)
        .refused(RefusalCode::Field, settle(&[1]))
        .does(settle_heard(&[1]))
        .stands(Standing::Replied);
    let story = answered
        .by_family()
        .refused(RefusalCode::NotOnCase, settle(&[3]))
        .does(settle(&[]))
        .stands(Standing::Replied)
        .does(settle(&[1]))
        .stands(Standing::Replied)
        .does(settle(&[2]));
    assert_eq!(reason(&story), ClosedReason::Settled);
    assert!(story.case().deadlines.iter().all(|deadline| !deadline.is_open()));
}

#[test]
fn a_teacher_who_rings_and_settles_it_does_so_in_one_step_and_has_acknowledged() {
    let story = Story::raised().by_person(YEAR_4_TEACHER).does(settled_by_phone()).stands(Standing::Closed);
    assert_eq!(reason(&story), ClosedReason::Settled);
    assert!(story.case().run().unwrap().acknowledged_at.is_some());
    let standing = |place: usize| {
        story.case().deadlines[place].standing(story.today, crate::domain::calendar::local_date)
    };
    assert_eq!(
        (standing(0), standing(1)),
        (DeadlineStanding::Met, DeadlineStanding::Met),
        "acknowledged and answered in time"
    );
    let heard = story.record.iter().find_map(|recorded| match &recorded.event {
        Event::Settled { heard_by, .. } => heard_by.clone(),
        _ => None,
    });
    assert_eq!(heard.unwrap().heard_by, words("On the phone this morning"));
}

#[test]
fn g12_a_case_keeps_the_stages_of_its_procedure_when_it_is_opened_again() {
    let closed = Story::raised().by_person(YEAR_4_TEACHER).does(reply()).by_family().does(settle(&[1, 2]));
    let story = closed
        .by_person(OFFICE)
        .refused(RefusalCode::NotYours, reopen())
        .by_person(HEAD)
        .later(5)
        .does(reopen())
        .stands(Standing::OpenNew);
    let run = story.case().run().unwrap();
    assert_eq!((run.stage.0.as_str(), run.no.0), ("C1", 2));
    assert_eq!(run.handler.person, Some(SENIOR_LEADER), "the teacher had the earlier run");
    assert_eq!(story.case().open_points().count(), 2, "everything was settled, so everything is open again");
    assert_eq!(story.case().retention_from, None);
    assert!(story.has_open(DeadlineRule::Respond));
}

#[test]
fn reopening_leaves_what_was_settled_while_something_else_was_not() {
    let story = Story::raised()
        .by_person(YEAR_4_TEACHER)
        .does(reply())
        .by_family()
        .does(settle(&[1]))
        .does(withdraw())
        .by_person(HEAD)
        .does(reopen());
    let open: Vec<u16> = story.case().open_points().map(|point| point.no.0).collect();
    assert_eq!(open, [2]);
    assert_eq!(story.case().run().unwrap().points, points(&[2]));
}

#[test]
fn reopening_a_panel_case_asks_for_a_new_panel() {
    let story = climbed_to_an_end(Story::raised(), Standing::Closed)
        .by_person(TRUST_OFFICER)
        .does(reopen())
        .stands(Standing::HearingRequested)
        .at("F2", CLERK);
    let sat = story.case().runs[story.case().runs.len() - 2].hearing.as_ref().unwrap().members.clone();
    let may_sit = who_may_sit(story.case(), &story.ctx());
    assert!(sat.iter().all(|member| !may_sit.contains(&member.person)), "nobody hears it twice");
}

#[test]
fn what_was_withdrawn_while_it_was_checked_opens_at_its_first_stage() {
    Story::in_(World::trust())
        .raise(intake().last_happened("2026-05-01"))
        .by_family()
        .does(withdraw())
        .by_person(CHAIR)
        .does(reopen())
        .at("C1", YEAR_4_TEACHER);
}

#[test]
fn a_window_lapses_only_after_its_last_date_and_two_reminders() {
    // Replied on 7 September; the last date is the 21st.
    let answered = Story::raised().by_person(YEAR_4_TEACHER).does(reply()).by(Actor::Clock);
    answered.clone().on("2026-09-21").refused(RefusalCode::WindowOver, super::super::command::Lapse {});
    answered.clone().on("2026-09-22").refused(RefusalCode::RemindersDue, super::super::command::Lapse {});
    answered
        .clone()
        .by_person(COORDINATOR)
        .on("2026-09-22")
        .refused(RefusalCode::NotYours, super::super::command::Lapse {});
    let story = answered.swept_until("2026-09-22");
    assert_eq!(reason(&story), ClosedReason::NotPursued);
}

/// The next move of a case that goes all the way up, with who makes it, by the published rules alone: the
/// list of allowed actions and the choices that the forms offer.
pub(super) fn one_step_up(story: &Story) -> Option<(Actor, Command)> {
    let case = story.case();
    let school_day = |after: u16| {
        story.world.calendar.extend_from(story.today, after, Unit::SchoolDays).map(|working| working.due_on)
    };
    let open: Vec<u16> = case.open_points().map(|point| point.no.0).collect();
    let unanswered =
        open.iter().copied().find(|point| case.answer_of(crate::domain::ids::PointNo(*point)).is_none());
    let reasons = match &case.state {
        State::Screening { reasons } => reasons.iter().copied().collect(),
        _ => Vec::new(),
    };
    let mut sits = who_may_sit(case, &story.ctx());
    sits.retain(|person| [OUTSIDER, SOLICITOR, POOL_MEMBER].contains(person));
    let handler = who_may_handle(case, &story.ctx()).first().copied();
    let mut moves: Vec<Command> = vec![super::super::command::Accept { handler, ..accept(&reasons) }.into()];
    if story.handler().is_none() && case.run().is_some() {
        moves.extend(who_may_handle(case, &story.ctx()).first().map(|person| assign(*person).into()));
    }
    if let Some(point) = unanswered {
        moves.push(find(point, Finding::Upheld).into());
    }
    moves.push(issue().into());
    moves.push(
        super::super::command::RecordHearing {
            present: sits_now(story),
            ..heard_on(&story.today.to_string())
        }
        .into(),
    );
    if case.documents.is_empty() {
        moves.push(document().into());
    }
    moves.push(papers().into());
    if case.standing() == Standing::HearingAppointed {
        let on = school_day(14).ok()?;
        moves.push(hear_at(&format!("{on}T14:00:00"), HearingBasis::Agreed).into());
    }
    if !sits.is_empty() {
        moves.push(panel(&sits).into());
    }
    moves.push(close_with_all_sent(&story.today.to_string()).into());
    moves.push(reply_formally().into());
    moves.push(escalate(&open).into());
    moves.into_iter().find_map(|command| first_who_may(story, &command).map(|actor| (actor, command)))
}

fn sits_now(story: &Story) -> Vec<crate::domain::ids::PersonId> {
    story
        .case()
        .run()
        .and_then(|run| run.hearing.as_ref())
        .map_or_else(Vec::new, |hearing| hearing.members.iter().map(|member| member.person).collect())
}

fn first_who_may(story: &Story, command: &Command) -> Option<Actor> {
    let staff = story.world.directory.people().iter().map(|person| Actor::Person(person.id));
    let parent = Actor::Complainant(PartyNo(1));
    let office = Actor::Person(OFFICE);
    [parent].into_iter().chain(staff).filter(|actor| *actor != office).find(|actor| {
        let ctx = Context { actor: *actor, ..story.ctx() };
        ready(story.case(), command.action(), &ctx).is_ok() && decide(story.case(), command, &ctx).is_ok()
    })
}

/// Goes up until it stands there; a hearing waits for its day.
fn climbed_to_an_end(mut story: Story, end: Standing) -> Story {
    for _ in 0..60 {
        if story.standing() == end {
            return story;
        }
        match one_step_up(&story) {
            Some((actor, command)) => story = story.by(actor).does(command),
            None => story = story.later(1),
        }
    }
    panic!("stuck at {:?} of {}", story.standing(), story.world.procedure.key)
}

#[test]
fn r6_every_default_procedure_reaches_an_end_by_legal_moves_only() {
    for procedure in defaults() {
        let story =
            climbed_to_an_end(Story::in_(World::on(&procedure.key)).raise(intake()), Standing::Closed);
        assert_eq!(reason(&story), ClosedReason::Completed, "{}", procedure.key);
        let last = procedure.stages.last().unwrap();
        assert_eq!(story.case().run().unwrap().stage, last.key, "{}: up to the last stage", procedure.key);
        assert!(story.case().deadlines.iter().all(|deadline| !deadline.is_open()), "{}", procedure.key);
    }
}

#[test]
fn r6_every_default_procedure_also_ends_by_itself_after_its_first_reply() {
    for procedure in defaults() {
        let replied =
            climbed_to_an_end(Story::in_(World::on(&procedure.key)).raise(intake()), Standing::Replied);
        let story = replied.swept_until("2026-10-16");
        assert_eq!(reason(&story), ClosedReason::NotPursued, "{}", procedure.key);
    }
}

#[test]
fn r56_after_the_last_stage_the_refusal_names_the_outside_body_of_the_regime() {
    let named = |key: &str| {
        let story =
            climbed_to_an_end(Story::in_(World::on(key)).raise(intake()), Standing::Replied).by_family();
        let mut story = story.does(escalate(&[1, 2]));
        story = climbed_to_an_end(story, Standing::Replied).by_family();
        story.refusal(escalate(&[1])).makes_possible.unwrap()
    };
    assert!(named("NI-2").contains("Northern Ireland Public Services Ombudsman"));
    assert!(named("SCO-2").contains("Scottish Public Services Ombudsman"));
    assert!(named("LA-CODE").contains("Local Government and Social Care Ombudsman"));
    let at_the_end = Action::Escalate.row();
    assert!(at_the_end.from.contains(&Standing::Replied));
    assert!(matches!(Story::raised().deadline(DeadlineRule::Respond).due, Due::On(_)));
}

/// S19: a finding can name the policy that it rests on. Events from before it could are read as ever.
#[test]
fn s19_a_finding_names_the_policy_that_it_rests_on() {
    let policy = Some(words("Trips policy, section 2"));
    let named = RecordFinding { policy_reference: policy.clone(), ..find(1, Finding::Upheld) };
    let story = Story::raised().by_person(YEAR_4_TEACHER).does(named).does(find(2, Finding::NotUpheld));
    let run = story.case().run().unwrap();
    let told: Vec<_> = run.answers.iter().map(|answer| answer.policy_reference.clone()).collect();
    assert_eq!(told, [policy, None]);
    let old = serde_json::to_string(&story.record.last().unwrap().event).unwrap();
    assert!(!old.contains("policy_reference"), "as it was written before there was such a field: {old}");
    let read: Event = serde_json::from_str(&old).unwrap();
    assert!(matches!(read, Event::FindingRecorded { policy_reference: None, .. }), "{read:?}");
}

/// S19: what a stage found as a whole follows from what it found on each point.
#[test]
fn s19_the_outcome_of_a_stage_follows_from_its_points() {
    use Finding::{NotUpheld, PartlyUpheld, ResolvedWithoutFinding, Upheld};
    let story = Story::raised().by_person(YEAR_4_TEACHER).does(find(1, Upheld));
    let run = story.case().run().unwrap().clone();
    let outcome = |findings: &[Finding]| {
        let answer = |finding: &Finding| {
            let mut answer = run.answers[0].clone();
            answer.finding = *finding;
            answer
        };
        let mut run = run.clone();
        run.answers = findings.iter().map(answer).collect();
        run.outcome()
    };
    for (findings, whole) in [
        (&[][..], None),
        (&[Upheld, Upheld], Some(Upheld)),
        (&[NotUpheld, NotUpheld], Some(NotUpheld)),
        (&[Upheld, NotUpheld], Some(PartlyUpheld)),
        (&[PartlyUpheld], Some(PartlyUpheld)),
        (&[NotUpheld, PartlyUpheld], Some(PartlyUpheld)),
        (&[ResolvedWithoutFinding, NotUpheld], Some(NotUpheld)),
        (&[ResolvedWithoutFinding], Some(ResolvedWithoutFinding)),
    ] {
        assert_eq!(outcome(findings), whole, "{findings:?}");
    }
}
