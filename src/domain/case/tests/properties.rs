//! Random stories: anybody tries anything on any day, mostly what is allowed, so that the stories go deep.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::super::action::Action;
use super::super::command::{self, AddHelper, Command, EndHelper, Intake};
use super::super::context::Context;
use super::super::decide::{decide, ready, who_may_handle, who_may_sit};
use super::super::event::Actor;
use super::super::evolve::fold;
use super::super::state::{InvolvedAs, Standing, State};
use super::super::vocabulary::{
    ConsentAnswer, Finding, Flag, HearingBasis, HelperScope, Kind, RedirectReason, RefusalReview,
    SubjectRole, WrittenDown,
};
use super::kit::commands::*;
use super::kit::*;
use crate::domain::calendar::{Unit, local_date};
use crate::domain::deadline::{DeadlineRule, Due, OwedBy};
use crate::domain::ids::{DeadlineNo, DocumentNo, PartyNo, PersonId};
use crate::domain::procedure::StageKind;
use crate::domain::record::{ChainHash, seal, unseal, verify};

/// One step of a story: so many days later, somebody does something in some way.
#[derive(Clone, Copy, Debug)]
struct Step {
    days: u8,
    /// Below 85: one of the moves that somebody is allowed now. From there: anybody, anything.
    luck: u8,
    pick: u16,
    way: u16,
}

prop_compose! {
    fn step()(days in 0..100_u8, luck in 0..100_u8, pick: u16, way: u16) -> Step {
        // Mostly the same day or the next; now and then a month, so that windows close.
        let days = match days { 0..=59 => 0, 60..=84 => 1, 85..=95 => 4, _ => 30 };
        Step { days, luck, pick, way }
    }
}

fn beginnings() -> impl Strategy<Value = (World, Intake)> {
    let world = prop_oneof![
        4 => Just(()).prop_map(|()| World::trust()),
        2 => Just(()).prop_map(|()| World::maintained()),
        1 => prop_oneof![Just("NI-2"), Just("SCO-2"), Just("LA-CODE"), Just("INDEP"), Just("CYM-ABC")]
            .prop_map(World::on),
        1 => Just(()).prop_map(|()| World::trust().one_year_only()),
    ];
    let kind = prop_oneof![4 => Just(Kind::Concern), 1 => Just(Kind::Complaint), 1 => Just(Kind::Feedback)];
    let subject = prop::option::weighted(0.3, prop::sample::select(SubjectRole::ALL));
    let flag = prop::option::weighted(0.2, prop::sample::select(Flag::ALL));
    (world, kind, subject, flag, prop::bool::weighted(0.1)).prop_map(
        |(world, kind, subject, flag, anonymous)| {
            let mut intake = intake().of_kind(kind);
            if let Some(role) = subject {
                intake = intake.about(role, None);
            }
            if let Some(flag) = flag {
                intake = intake.flagged(flag);
            }
            (world, if anonymous { intake.anonymous() } else { intake })
        },
    )
}

/// A story of that beginning; half of them have climbed some way already.
fn begun(world: World, intake: Intake, climbed: usize) -> Story {
    let start = if world.calendar.version() == 1 { "2026-06-08" } else { "2026-09-07" };
    let mut story = Story::in_(world).on(start).raise(intake);
    let mut left = climbed;
    for _ in 0..climbed + 40 {
        match super::ladder::one_step_up(&story).filter(|_| left > 0) {
            Some((actor, command)) => {
                story = story.by(actor).does(command);
                left -= 1;
            }
            // A hearing waits for its day.
            None => story.today = story.today.succ_opt().unwrap(),
        }
        if left == 0 {
            break;
        }
    }
    story
}

fn climbed() -> impl Strategy<Value = usize> {
    prop_oneof![2 => Just(0_usize), 1 => 1..15_usize, 1 => 15..26_usize]
}

fn actors(story: &Story) -> Vec<Actor> {
    let staff = story.world.directory.people().iter().map(|person| Actor::Person(person.id));
    staff
        .chain([Actor::Complainant(PartyNo(1)), Actor::Complainant(PartyNo(2)), Actor::Public, Actor::Clock])
        .collect()
}

/// How often a move is tried among those that are allowed: what carries a case up the ladder most, what only
/// adds to it or ends it least, so that stories go deep.
fn weight(action: Action) -> usize {
    match action {
        Action::RecordFinding
        | Action::Reply
        | Action::Escalate
        | Action::AppointPanel
        | Action::CirculatePapers
        | Action::RecordHearing
        | Action::IssueFindings
        | Action::Close
        | Action::Resume
        | Action::Accept => 12,
        Action::Assign
        | Action::Acknowledge
        | Action::AskInformation
        | Action::GiveInformation
        | Action::ArrangeMeeting
        | Action::CancelMeeting
        | Action::RecordMeeting
        | Action::Extend
        | Action::ScheduleHearing
        | Action::DeclareInterest
        | Action::Settle
        | Action::Lapse
        | Action::RefuseLate
        | Action::RecordConsent
        | Action::ConfirmConcern
        | Action::AskConsent
        | Action::AnswerConsent
        | Action::ReviewRefusal
        | Action::Reopen => 3,
        Action::Redirect
        | Action::MoveSchool
        | Action::CloseWithoutConsent
        | Action::KeepOnRecord
        | Action::MarkAtRisk
        | Action::Withdraw
        | Action::Suspend
        | Action::CloseUnreasonable
        | Action::RecordExternalContact
        | Action::AddNote
        | Action::SendMessage
        | Action::AddDocument
        | Action::AddParty
        | Action::AddHelper
        | Action::EndHelper
        | Action::CorrectContact
        | Action::MarkSubject
        | Action::Recuse
        | Action::AddAction
        | Action::CompleteAction
        | Action::TakeOut
        | Action::TakeOutFile
        | Action::MeetDuty => 1,
    }
}

/// One of the moves that are allowed now. Those who have most to do with the case are asked first; the
/// first of them who may do anything does something.
fn a_legal_move(story: &Story, step: Step) -> Option<(Actor, Action)> {
    let everybody = actors(story);
    let handler = story.handler().map(Actor::Person);
    let family = Some(Actor::Complainant(PartyNo(1)));
    let named = [CLERK, COORDINATOR, HEAD, CHAIR].map(|person| Some(Actor::Person(person)));
    let likely: Vec<Actor> = [handler, handler, family, handler, family, Some(Actor::Clock)]
        .into_iter()
        .chain(named)
        .chain([nth(&everybody, step.way), nth(&everybody, step.pick)])
        .flatten()
        .collect();
    let first = usize::from(step.pick) % likely.len();
    likely.iter().cycle().skip(first).take(likely.len()).find_map(|actor| {
        let ctx = Context { actor: *actor, ..story.ctx() };
        let moves: Vec<Action> = Action::all()
            .filter(|action| ready(story.case(), *action, &ctx).is_ok())
            .flat_map(|action| std::iter::repeat_n(action, weight(action)))
            .collect();
        nth(&moves, step.pick / 16).map(|action| (*actor, action))
    })
}

fn nth<T: Copy>(items: &[T], way: u16) -> Option<T> {
    (!items.is_empty()).then(|| items[usize::from(way) % items.len()])
}

/// A command as somebody might give it at that moment. Some ways of giving it fit, and some do not.
fn a_command(story: &Story, action: Action, way: u16) -> Command {
    let case = story.case();
    let ctx = story.ctx();
    let anybody: Vec<PersonId> = story.world.directory.people().iter().map(|person| person.id).collect();
    let somebody = nth(&anybody, way).unwrap();
    let open: Vec<u16> = case.open_points().map(|point| point.no.0).collect();
    let some_open: Vec<u16> =
        if way.is_multiple_of(4) { open.iter().copied().take(1).collect() } else { open.clone() };
    let day = |days: u64| story.today.checked_add_days(chrono::Days::new(days)).unwrap().to_string();
    let school_day = |after: u16| {
        let on = story.world.calendar.extend_from(story.today, after, Unit::SchoolDays);
        on.map_or_else(|_| day(20), |working| working.due_on.to_string())
    };
    match action {
        Action::Accept => match &case.state {
            State::Screening { reasons } => command::Accept {
                handler: nth(&who_may_handle(case, &ctx), way),
                ..accept(&reasons.iter().copied().collect::<Vec<_>>())
            }
            .into(),
            _ => accept(&[]).into(),
        },
        Action::Redirect => redirect(&some_open, nth(RedirectReason::ALL, way).unwrap()).into(),
        // The schools of these worlds stand alone: tried, and refused.
        Action::MoveSchool => move_to(SCHOOL).into(),
        Action::ConfirmConcern => confirm_heard(nth(WrittenDown::ALL, way).unwrap()).into(),
        Action::AskConsent => ask_consent(way).into(),
        Action::AnswerConsent => answer_consent(nth(ConsentAnswer::ALL, way).unwrap()).into(),
        Action::RecordConsent => consent_on(&story.today.to_string()).into(),
        Action::KeepOnRecord => keep_on_record().into(),
        Action::CloseWithoutConsent => close_without_consent().into(),
        Action::ReviewRefusal => review(nth(RefusalReview::ALL, way).unwrap()).into(),
        Action::MarkAtRisk => mark_at_risk().into(),
        Action::RefuseLate => refuse_late().into(),
        Action::Assign => assign(
            nth(&who_may_handle(case, &ctx), way).filter(|_| !way.is_multiple_of(5)).unwrap_or(somebody),
        )
        .into(),
        Action::Acknowledge => acknowledge_formally().into(),
        Action::AskInformation => ask().into(),
        Action::GiveInformation => answer().into(),
        Action::ArrangeMeeting => meet_at(&format!("{}T15:30:00", day(u64::from(way % 9)))).into(),
        Action::CancelMeeting => call_off().into(),
        Action::RecordMeeting => met_on(&story.today.to_string()).into(),
        Action::Extend => extend_to(&school_day(way % 12)).into(),
        Action::RecordFinding => {
            find(nth(&open, way).unwrap_or(1), *nth(&Finding::ALL.iter().collect::<Vec<_>>(), way).unwrap())
                .into()
        }
        Action::Reply if way.is_multiple_of(7) => {
            command::Reply { already_settled: settled_by_phone().already_settled, ..reply_formally() }.into()
        }
        Action::Reply => reply_formally().into(),
        Action::Settle => {
            settle_heard(if way.is_multiple_of(5) { &open } else { &some_open[..some_open.len().min(1)] })
                .into()
        }
        Action::Escalate => command::Escalate {
            skip_reason: Some(words("Not to them")),
            late_cause: Some(words("The child was in hospital")),
            to_stage: case
                .run()
                .and_then(|run| story.world.procedure.stage(&run.stage))
                .and_then(|stage| stage.next.get(usize::from(way % 3)).cloned()),
            ..escalate(&some_open)
        }
        .into(),
        Action::Lapse => command::Lapse {}.into(),
        Action::Withdraw => withdraw_confirmed().into(),
        Action::Suspend => suspend_until(&day(14)).into(),
        Action::Resume => resume().into(),
        Action::AppointPanel => {
            let mut who = who_may_sit(case, &ctx);
            who.retain(|person| *person != NO_REASON_GIVEN);
            who.reverse();
            who.truncate(3 + usize::from(way % 2));
            if who.is_empty() { panel(&[somebody]).into() } else { panel(&who).into() }
        }
        Action::DeclareInterest => {
            let hearing = case.run().and_then(|run| run.hearing.as_ref());
            let members: Vec<PersonId> = hearing.map_or_else(Vec::new, |hearing| {
                hearing.members.iter().map(|member| member.person).collect()
            });
            let own = story.actor.person().is_some_and(|person| members.contains(&person));
            let member = if own { None } else { nth(&members, way) };
            if way.is_multiple_of(2) {
                nothing_to_declare(member).into()
            } else {
                interest(member, "I taught his brother").into()
            }
        }
        Action::ScheduleHearing => command::ScheduleHearing {
            reason: Some(words("The family asked for it")),
            ..hear_at(
                &format!("{}T14:00:00", school_day(way % 12 + 1)),
                nth(&[HearingBasis::Offered, HearingBasis::Agreed, HearingBasis::Fixed], way).unwrap(),
            )
        }
        .into(),
        Action::CirculatePapers => command::CirculatePapers {
            documents: Some(case.documents.iter().map(|document| DocumentNo(document.no.0)).collect()),
            waiver: (!way.is_multiple_of(3)).then(|| words("Both sides agreed")),
        }
        .into(),
        Action::RecordHearing => {
            let sits = case.run().and_then(|run| run.hearing.as_ref());
            command::RecordHearing {
                present: sits.map_or_else(Vec::new, |hearing| {
                    hearing.members.iter().map(|member| member.person).collect()
                }),
                ..heard_on(&story.today.to_string())
            }
            .into()
        }
        Action::IssueFindings => issue().into(),
        Action::Close => close_with_all_sent(&story.today.to_string()).into(),
        Action::CloseUnreasonable => stop_corresponding(&day(180)).into(),
        Action::Reopen => reopen().into(),
        Action::RecordExternalContact => outside_contact(&story.today.to_string()).into(),
        Action::AddNote => note().into(),
        Action::SendMessage => message().into(),
        Action::AddDocument => document().into(),
        Action::AddParty => add_complainant().into(),
        Action::AddHelper => AddHelper {
            whom: Some(PartyNo(1)),
            ..add_helper_agreed(u16::try_from(case.parties.len()).unwrap(), HelperScope::Read)
        }
        .into(),
        Action::EndHelper => {
            let helps = case.helpers_of(PartyNo(1)).find(|(_, help)| help.ended_at.is_none());
            EndHelper { whom: Some(PartyNo(1)), ..end_helper(helps.map_or(1, |(_, help)| help.no.0)) }.into()
        }
        Action::CorrectContact => new_phone(way).into(),
        Action::MarkSubject => mark(somebody, SubjectRole::Staff).into(),
        Action::Recuse => step_back().into(),
        Action::AddAction => promise(somebody, &day(20)).into(),
        Action::CompleteAction => promise_kept(way % 3).into(),
        Action::TakeOut => take_out("Nobody told us").into(),
        Action::TakeOutFile => take_out_file(way % 3 + 1).into(),
        Action::MeetDuty => command::MeetDuty {
            duty: case
                .deadlines
                .iter()
                .find(|deadline| deadline.is_open() && deadline.rule.is_statutory())
                .map_or(DeadlineNo(1), |deadline| deadline.no),
            message: words("It is in the post to you today"),
        }
        .into(),
    }
}

/// Tries the step; tells which action went through, if one did.
fn take(mut story: Story, step: Step) -> (Story, Option<Action>) {
    let to = story.today.checked_add_days(chrono::Days::new(step.days.into())).unwrap();
    story.today = to.min(date("2027-07-01"));
    let choice = if step.luck < 85 { a_legal_move(&story, step) } else { None };
    let (actor, action) = choice.unwrap_or_else(|| {
        let all: Vec<Action> = Action::all().collect();
        (nth(&actors(&story), step.pick).unwrap(), nth(&all, step.way).unwrap())
    });
    let hearing = story.case().run().and_then(|run| run.hearing.as_ref()?.dates.last());
    if let (Action::RecordHearing, Some(date), true) = (action, hearing, !step.way.is_multiple_of(4)) {
        story.today = story.today.max(local_date(date.at));
    }
    let story = story.by(actor);
    let command = a_command(&story, action, step.way);
    match decide(story.case(), &command, &story.ctx()) {
        Ok(events) => {
            assert!(
                ready(story.case(), action, &story.ctx()).is_ok(),
                "{action:?} went through and was not ready"
            );
            if let Actor::Person(person) = actor {
                assert!(!story.case().is_shut_out(person), "R22: {action:?} by whoever is shut out");
            }
            assert!(!events.is_empty(), "{action:?} did nothing");
            let mut story = story;
            story.add(events);
            (story, Some(action))
        }
        Err(refusal) => {
            assert!(!refusal.sentence.is_empty());
            assert!(refusal.makes_possible.is_some() || refusal.field.is_some(), "{action:?}: {refusal:?}");
            (story, None)
        }
    }
}

/// What holds after every step.
fn holds(story: &Story) {
    let case = story.case();
    assert_eq!(fold(&story.record).unwrap(), *case, "replaying the events gives the case");
    for deadline in case.deadlines.iter().filter(|deadline| deadline.is_open()) {
        if let (Due::On(due), Some(basis)) = (deadline.due, deadline.basis) {
            assert_eq!(
                story.world.calendar.counts(due, basis.unit),
                Ok(true),
                "{deadline:?} on a closed day"
            );
        }
        if case.standing() == Standing::Closed {
            let outlives = matches!(deadline.rule, DeadlineRule::Remedy | DeadlineRule::Review);
            assert!(outlives || deadline.rule.is_statutory(), "{deadline:?}");
        }
        let belongs = deadline.run.is_none_or(|run| case.run().is_none_or(|now| now.no == run));
        assert!(belongs, "an earlier stage still owes {deadline:?}");
        if deadline.due == Due::Paused {
            assert_eq!(case.standing(), Standing::Suspended, "{deadline:?} stands still in an open case");
        }
    }
    for rule in DeadlineRule::ALL {
        let open = case.deadlines.iter().filter(|deadline| deadline.is_open() && deadline.rule == rule);
        assert!(rule == DeadlineRule::Remedy || open.count() <= 1, "two open deadlines of {rule:?}");
    }
    nobody_decides_twice(story);
    let booked = case.meetings.iter().filter(|meeting| Some(*meeting) == case.booked_meeting()).count();
    let in_talks = matches!(case.standing().state_key(), "open" | "suspended");
    assert!(booked == 0 || in_talks, "a meeting is booked on a case at {:?}", case.standing());
}

/// Findings of a stage below the panel come from its handler, who decided no earlier stage and was not
/// complained about when they decided (R22, R23, R30).
fn nobody_decides_twice(story: &Story) {
    let case = story.case();
    let mut earlier: BTreeSet<PersonId> = BTreeSet::new();
    for run in case.runs.iter().filter(|run| run.kind != StageKind::Panel) {
        let deciders: BTreeSet<PersonId> = run.answers.iter().filter_map(|answer| answer.by).collect();
        assert!(deciders.is_disjoint(&earlier), "R23: {deciders:?} decided before");
        for person in &deciders {
            let decided_at =
                run.answers.iter().filter(|answer| answer.by == Some(*person)).map(|answer| answer.at);
            let marked_at = case
                .involvement
                .iter()
                .find(|line| line.person == *person && line.involved_as == InvolvedAs::Subject)
                .map(|line| line.since);
            assert!(marked_at.is_none_or(|marked| decided_at.max().is_some_and(|at| at <= marked)));
        }
        earlier.extend(deciders);
    }
    for hearing in case.runs.iter().filter_map(|run| run.hearing.as_ref()) {
        let sat: BTreeSet<PersonId> = hearing.members.iter().map(|member| member.person).collect();
        assert!(sat.is_disjoint(&earlier), "R25: a decider sits on the panel");
    }
}

/// The record of a story can be sealed, read back and verified, and the sweep has no more to do after itself.
fn is_on_record(story: &Story) {
    let id = story.case().id;
    let mut head = ChainHash::start_of(id);
    let mut salt = 0_u128;
    let mut sealed = Vec::new();
    for recorded in &story.record {
        let one = seal(id, head, recorded, None, &mut || {
            salt += 1;
            salt.to_be_bytes()
        })
        .unwrap();
        assert_eq!(unseal(&one).unwrap(), *recorded, "{}", recorded.event.kind());
        head = one.hash;
        sealed.push(one);
    }
    assert_eq!(verify(id, &sealed, story.case().length, head), Ok(()));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, max_shrink_iters: 300, ..ProptestConfig::default() })]

    #[test]
    fn whatever_people_do_the_rules_hold((world, intake) in beginnings(), climbed in climbed(), steps in prop::collection::vec(step(), 1..40)) {
        let mut story = begun(world, intake, climbed);
        holds(&story);
        for step in steps {
            let before = story.standing();
            let (after, done) = take(story, step);
            story = after;
            holds(&story);
            if before == Standing::Closed && story.standing() != Standing::Closed {
                prop_assert_eq!(done, Some(Action::Reopen), "nothing else leads out of closed");
            }
            let (swept, events) = story.sweep();
            story = swept;
            if !events.is_empty() {
                holds(&story);
            }
        }
        is_on_record(&story);
    }

    #[test]
    fn the_family_owes_nothing_that_the_home_page_calls_overdue((world, intake) in beginnings(), climbed in climbed(), steps in prop::collection::vec(step(), 1..12)) {
        let mut story = begun(world, intake, climbed);
        for step in steps {
            story = take(story, step).0;
        }
        for found in super::super::attention::attention(story.case(), story.today, &story.world.calendar) {
            let owed_by = found
                .deadline
                .and_then(|no| story.case().deadlines.iter().find(|deadline| deadline.no == no))
                .map(|deadline| deadline.rule.owed_by());
            prop_assert!(owed_by != Some(OwedBy::Family) || found.kind == super::super::attention::AttentionKind::CalendarMissing);
            prop_assert!(!found.words.is_empty());
        }
    }
}

/// The stories above are worth something only if they reach every corner.
#[test]
fn random_stories_reach_every_standing_and_every_event() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::deterministic();
    let mut standings = BTreeSet::new();
    let mut kinds = BTreeSet::new();
    for round in 0..80 {
        // Every second one begins at the panel stage of the longest ladder.
        let (world, intake, climbed) = if round % 2 == 0 {
            (World::trust(), intake(), 15 + round % 9)
        } else {
            let (world, intake) = beginnings().new_tree(&mut runner).unwrap().current();
            (world, intake, climbed().new_tree(&mut runner).unwrap().current())
        };
        let steps = prop::collection::vec(step(), 40).new_tree(&mut runner).unwrap().current();
        let mut story = begun(world, intake, climbed);
        standings.insert(story.standing());
        for step in steps {
            story = take(story, step).0.sweep().0;
            standings.insert(story.standing());
        }
        kinds.extend(story.record.iter().map(|recorded| recorded.event.kind()));
    }
    assert_eq!(standings, Standing::ALL.into_iter().collect());
    // `involved` comes from reading, which is no command, and `refused_late` from a date that these stories
    // do not give; the other kinds of events are all there.
    assert!(kinds.len() >= 36, "{} kinds of event: {kinds:?}", kinds.len());
}
