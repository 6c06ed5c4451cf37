//! Who is away, and who looks after what they have (S40, G30).

use uuid::Uuid;

use super::super::attention::{AttentionKind, attention};
use super::super::decide::{relations, who_may_handle};
use super::super::event::Event;
use super::super::refusal::RefusalCode;
use super::super::sight::sees;
use super::super::state::{InvolvedAs, Standing};
use super::super::timeline::{Voice, timeline};
use super::super::vocabulary::SubjectRole;
use super::kit::commands::*;
use super::kit::*;
use crate::domain::absence::Absence;
use crate::domain::ids::{AbsenceId, PersonId};
use crate::domain::notice::{NoticeKind, Recipient, StaffNews, notices};
use crate::domain::person::{Directory, Role};

/// Somebody is away from their first post from Monday 7 to Friday 18 September 2026.
fn away(mut world: World, person: PersonId, delegate: Option<PersonId>) -> World {
    let post = world.directory.person(person).unwrap().posts[0].clone();
    let mut absences = world.directory.absences().to_vec();
    let id = AbsenceId(Uuid::from_u128(u128::from(u32::try_from(absences.len()).unwrap()) + 1));
    let (from_on, to_on) = (date("2026-09-07"), date("2026-09-18"));
    absences.push(Absence { id, person, post, delegate, noted_by: Some(person), from_on, to_on });
    // Their own posts, and what they look after derived anew.
    let mut people = world.directory.people().to_vec();
    for person in &mut people {
        person.posts.truncate(1);
    }
    world.directory = Directory::with_absences(people, absences);
    world
}

/// Whom the last step told what, of the staff.
fn told(story: &Story, from: usize) -> Vec<(PersonId, StaffNews)> {
    let events = &story.record[from..];
    let of = |notice: &crate::domain::notice::Notice| match (notice.to, notice.kind) {
        (Recipient::Person(person), NoticeKind::Staff(news)) => Some((person, news)),
        (Recipient::Person(_) | Recipient::Party(_), _) => None,
    };
    let all = notices(Some(story.case()), events, story.case(), &story.ctx());
    all.iter().filter_map(of).collect()
}

/// The same, noted by somebody else.
fn noted(mut world: World, by: PersonId, person: PersonId, delegate: PersonId) -> World {
    world = away(world, person, Some(delegate));
    let mut absences = world.directory.absences().to_vec();
    if let Some(last) = absences.last_mut() {
        last.noted_by = Some(by);
    }
    let mut people = world.directory.people().to_vec();
    for person in &mut people {
        person.posts.truncate(1);
    }
    world.directory = Directory::with_absences(people, absences);
    world
}

fn has_nothing_of(story: &Story, person: PersonId) {
    assert!(!sees(story.case(), person, &story.ctx()), "they see nothing");
    let theirs = story.clone().by_person(person);
    let as_staff = [super::super::action::By::Staff].into();
    assert_eq!(relations(story.case(), &theirs.ctx()), as_staff, "they act as nobody else");
    theirs.refused(RefusalCode::NotYours, suspend_until("2026-10-01"));
    assert!(told(story, 0).iter().all(|(other, _)| *other != person), "they are told nothing");
}

#[test]
fn r22_whoever_stands_in_has_nothing_of_a_case_about_the_one_who_is_away() {
    // The head is complained about, notes an absence and chooses a deputy: who looks after every case but those.
    let about = intake().about(SubjectRole::Headteacher, None);
    let mut story = Story::in_(World::trust()).raise(about.clone());
    story.world = away(story.world, HEAD, Some(SENIOR_LEADER));
    has_nothing_of(&story, SENIOR_LEADER);
    // The same where the head was away first.
    let world = away(World::trust(), HEAD, Some(SENIOR_LEADER));
    has_nothing_of(&Story::in_(world.clone()).raise(about), SENIOR_LEADER);
    // And every other case is theirs to see, as the head's.
    let other = Story::in_(world).raise(intake());
    assert!(sees(other.case(), SENIOR_LEADER, &other.ctx()));
}

#[test]
fn r22_whoever_stands_in_has_nothing_of_a_case_from_which_the_one_who_is_away_stepped_back() {
    let mut story = Story::raised();
    story.world = away(story.world, HEAD, Some(SENIOR_LEADER));
    assert!(sees(story.case(), SENIOR_LEADER, &story.ctx()));
    let story = story.by_person(HEAD).does(step_back());
    assert!(!sees(story.case(), SENIOR_LEADER, &story.ctx()));
    assert!(
        !relations(story.case(), &story.clone().by_person(SENIOR_LEADER).ctx())
            .contains(&super::super::action::By::Authority)
    );
}

#[test]
fn r22_whoever_is_complained_about_chooses_nobody_for_the_case_by_noting_that_another_is_away() {
    // The co-ordinator is complained about; the head has the case. The co-ordinator notes the head away.
    let about = intake().about(SubjectRole::Staff, Some("Cora Field"));
    let mut story = Story::in_(World::trust()).raise(about).by_person(YEAR_4_TEACHER).does(reply());
    story = story.by_family().does(escalate(&[1])).at("C2", HEAD);
    story.world = noted(story.world, COORDINATOR, HEAD, SENIOR_LEADER);
    assert!(!sees(story.case(), SENIOR_LEADER, &story.ctx()), "a friend of theirs sees nothing");
    story.clone().by_person(SENIOR_LEADER).refused(RefusalCode::NotYours, reply());
    assert!(
        relations(story.case(), &story.clone().by_person(HEAD).ctx())
            .contains(&super::super::action::By::Handler),
        "the head has it as before"
    );
}

fn formal_with_head() -> Story {
    Story::raised().by_person(YEAR_4_TEACHER).does(reply()).by_family().does(escalate(&[1])).at("C2", HEAD)
}

#[test]
fn s40_a_new_case_goes_to_whoever_looks_after_the_post_and_past_whoever_is_away_without_one() {
    let looked_after = away(World::trust(), YEAR_4_TEACHER, Some(SENIOR_LEADER));
    Story::in_(looked_after).raise(intake()).at("C1", SENIOR_LEADER);
    let nobody = away(World::trust(), YEAR_4_TEACHER, None);
    let story = Story::in_(nobody).raise(intake());
    assert_ne!(story.handler(), Some(YEAR_4_TEACHER));
    assert!(!who_may_handle(story.case(), &story.ctx()).contains(&YEAR_4_TEACHER), "nor are they offered");
}

#[test]
fn s40_whoever_stands_in_sees_and_does_what_the_handler_does_and_it_is_on_record_for_whom() {
    let mut story = formal_with_head();
    assert!(!sees(story.case(), SENIOR_LEADER, &story.ctx()));
    story.world = away(story.world, HEAD, Some(SENIOR_LEADER));
    assert!(sees(story.case(), SENIOR_LEADER, &story.ctx()));
    let from = story.record.len();
    let story = story.by_person(SENIOR_LEADER).does(acknowledge());
    assert_eq!(story.kinds_since(from)[0], "acted_for");
    let lines = timeline(&story.record, story.case(), &story.ctx(), Voice::Staff);
    let by = lines.iter().find(|line| line.title == "Acknowledged").and_then(|line| line.by.clone());
    assert_eq!(by.as_deref(), Some("Sam Lister, senior leader, for Helen Ward"));
    assert!(story.case().is_involved(SENIOR_LEADER, InvolvedAs::StoodIn));
    let family = timeline(
        &story.record,
        story.case(),
        &story.ctx(),
        Voice::Complainant(crate::domain::ids::PartyNo(1)),
    );
    assert!(family.iter().all(|line| !line.by.as_deref().unwrap_or_default().contains("Lister")), "P24");
}

#[test]
fn g30_what_was_given_for_an_absence_ends_with_it() {
    let mut story = formal_with_head();
    story.world = away(story.world, HEAD, Some(SENIOR_LEADER));
    let story = story.by_person(SENIOR_LEADER).does(acknowledge()).on("2026-09-19");
    assert!(!sees(story.case(), SENIOR_LEADER, &story.ctx()), "neither sight");
    assert_eq!(relations(story.case(), &story.ctx()), [super::super::action::By::Staff].into(), "nor rights");
    story.refused(RefusalCode::NotYours, reply());
}

#[test]
fn s40_messages_and_reminders_go_to_whoever_looks_after_it_too() {
    let mut story = formal_with_head();
    story.world = away(story.world, HEAD, Some(SENIOR_LEADER));
    let from = story.record.len();
    let story = story.by_family().does(message());
    let who = told(&story, from);
    assert!(who.contains(&(HEAD, StaffNews::MessageFromFamily)), "{who:?}");
    assert!(who.contains(&(SENIOR_LEADER, StaffNews::MessageFromFamily)), "{who:?}");
}

#[test]
fn r22_r23_whoever_had_a_part_or_is_complained_about_looks_after_nothing_of_it() {
    // The senior leader is complained about; they look after the head's cases, and never this one.
    let about = intake().about(SubjectRole::Staff, Some("Sam Lister"));
    let mut story = Story::in_(World::trust()).raise(about);
    story.world = away(story.world, YEAR_4_TEACHER, Some(SENIOR_LEADER));
    assert!(!sees(story.case(), SENIOR_LEADER, &story.ctx()));
    assert!(relations(story.case(), &story.clone().by_person(SENIOR_LEADER).ctx()).is_empty());
    let (story, events) = story.sweep();
    let missing = events.iter().find_map(|event| match event {
        Event::HandlerMissing { told, .. } => Some(told.clone()),
        _ => None,
    });
    assert_eq!(missing, Some(vec![COORDINATOR]), "nobody is there for it, and somebody is told");
    assert!(!told(&story, 0).iter().any(|(person, _)| *person == SENIOR_LEADER), "the subject hears nothing");
}

#[test]
fn s40_nobody_there_is_told_to_the_first_who_is_and_the_last_is_a_person_at_the_trust() {
    let mut story = formal_with_head();
    story.world = away(story.world.led(), HEAD, None);
    for first in [COORDINATOR, TRUST_OFFICER, CHIEF_EXECUTIVE, CHAIR_OF_TRUSTEES, CHAIR, VICE_CHAIR] {
        let from = story.record.len();
        let (after, events) = story.sweep();
        assert!(matches!(&events[0], Event::HandlerMissing { told, .. } if *told == [first]), "{events:?}");
        assert_eq!(told(&after, from), [(first, StaffNews::NobodyThere)]);
        let (again, events) = after.sweep();
        assert_eq!(events, [], "once, however often one sweeps");
        story = again;
        story.world = away(story.world, first, None);
    }
    let (story, events) = story.sweep();
    assert!(matches!(&events[0], Event::HandlerMissing { told, .. } if told.is_empty()), "{events:?}");
    let lines = timeline(&story.record, story.case(), &story.ctx(), Voice::Staff);
    let last = lines.last().unwrap();
    assert_eq!(last.title, "Nobody is there for this case: Helen Ward is away until 18 September 2026");
}

#[test]
fn g30_a_case_of_whoever_has_left_goes_to_who_came_after_and_otherwise_somebody_is_told() {
    let story = formal_with_head();
    let mut gone = story.clone();
    gone.world = gone.world.without(&[HEAD]);
    let (gone, events) = gone.sweep();
    assert!(matches!(&events[0], Event::HandlerMissing { until: None, .. }), "{events:?}");
    let mut people = gone.world.directory.people().to_vec();
    let leader = people.iter_mut().find(|person| person.id == SENIOR_LEADER).unwrap();
    leader.posts.push(post(PersonId(Uuid::from_u128(77)), Role::Headteacher));
    let mut followed = gone;
    followed.world.directory = Directory::new(people);
    let (followed, _) = followed.sweep();
    followed.at("C2", SENIOR_LEADER);
}

#[test]
fn s40_whoever_took_a_case_while_they_stood_in_gives_it_back_when_the_time_is_over() {
    let world = away(World::trust(), YEAR_4_TEACHER, Some(SENIOR_LEADER));
    let story = Story::in_(world).raise(intake()).at("C1", SENIOR_LEADER).on("2026-09-21");
    let (story, _) = story.sweep();
    let story = story.at("C1", YEAR_4_TEACHER);
    let (_, events) = story.sweep();
    assert_eq!(events.len(), 0);
}

#[test]
fn r22_a_complaint_about_the_headteacher_is_about_the_head_and_not_about_whoever_stands_in() {
    let world = away(World::trust(), HEAD, Some(SENIOR_LEADER));
    let story = Story::in_(world).raise(intake().about(SubjectRole::Headteacher, None));
    assert!(story.case().is_subject(HEAD));
    assert!(!story.case().is_subject(SENIOR_LEADER));
}

#[test]
fn s40_a_closed_case_waits_for_nobody() {
    let story = formal_with_head().by_person(HEAD).does(acknowledge());
    let mut story = story.by_family().does(withdraw()).stands(Standing::Closed);
    story.world = away(story.world, HEAD, None);
    let (story, events) = story.sweep();
    assert_eq!(events, []);
    let asked = attention(story.case(), story.today, &story.world.calendar);
    assert!(asked.iter().all(|asked| asked.kind != AttentionKind::Unassigned));
}

/// Who the last alert of a record went to.
fn alerted(story: &Story) -> Vec<PersonId> {
    let of = |event: &Event| match event {
        Event::AlertRaised { people, .. } => Some(people.clone()),
        _ => None,
    };
    story.record.iter().rev().find_map(|recorded| of(&recorded.event)).unwrap_or_default()
}

#[test]
fn r14_an_alert_reaches_somebody_where_the_safeguarding_lead_stepped_back() {
    let story = Story::raised().by_person(DSL);
    // They see no case in which no child is at risk, and step back once they do.
    let story = story.by_person(COORDINATOR).does(mark_at_risk());
    assert_eq!(alerted(&story), [DSL]);
    let story = story.by_person(DSL).does(step_back());
    assert_eq!(alerted(&story), [HEAD], "whoever comes next is told at once");
}

#[test]
fn r14_an_alert_passes_nobody_over_who_is_away_and_reaches_somebody_who_is_there() {
    let world = away(World::trust(), DSL, None);
    let story = Story::in_(world).raise(intake().flagged(super::super::vocabulary::Flag::ChildAtRisk));
    let mut both = vec![HEAD, DSL];
    both.sort_unstable();
    assert_eq!(alerted(&story), both);
}

#[test]
fn r14_a_safeguarding_lead_who_stands_in_for_the_head_is_told_of_what_is_about_the_head() {
    let mut world = World::trust();
    let mut people = world.directory.people().to_vec();
    let lead = people.iter_mut().find(|person| person.id == DSL).unwrap();
    lead.posts.push(post(PersonId(Uuid::from_u128(78)), Role::SeniorLeader));
    let head = people.iter().find(|person| person.id == HEAD).unwrap().posts[0].clone();
    let (from_on, to_on) = (date("2026-09-07"), date("2026-09-18"));
    let id = AbsenceId(Uuid::from_u128(5));
    let away = Absence { id, person: HEAD, post: head, delegate: Some(DSL), noted_by: None, from_on, to_on };
    world.directory = Directory::with_absences(people, vec![away]);
    let about =
        intake().about(SubjectRole::Headteacher, None).flagged(super::super::vocabulary::Flag::ChildAtRisk);
    let story = Story::in_(world).raise(about);
    assert!(alerted(&story).contains(&DSL));
    assert!(!alerted(&story).contains(&HEAD));
}
