//! Somebody says of themselves that they should not deal with a case.

use super::super::action::Action;
use super::super::decide::{may_sit, relations, who_may_handle};
use super::super::refusal::RefusalCode;
use super::super::sight::sees;
use super::super::state::{InvolvedAs, Standing};
use super::super::timeline::{Voice, timeline};
use super::kit::commands::*;
use super::kit::*;
use crate::domain::ids::{PartyNo, PersonId};
use crate::domain::notice::{FamilyNews, NoticeKind, Recipient, notices};

fn shut_out(story: &Story, person: PersonId) {
    assert!(!sees(story.case(), person, &story.ctx()));
    let theirs = story.clone().by_person(person);
    assert!(relations(story.case(), &theirs.ctx()).is_empty());
    assert!(Action::all().all(|action| theirs.ready(action).is_err()), "they cannot take it back either");
    assert!(!who_may_handle(story.case(), &story.ctx()).contains(&person));
    assert!(may_sit(story.case(), person, &story.ctx()).is_err());
}

#[test]
fn a_handler_steps_back_and_the_case_goes_to_the_next_at_once() {
    let story = Story::raised().at("C1", YEAR_4_TEACHER).by_person(YEAR_4_TEACHER);
    let from = story.record.len();
    let story = story.does(step_back());
    assert_eq!(story.kinds_since(from), ["recused", "assigned"]);
    assert_ne!(story.handler(), Some(YEAR_4_TEACHER));
    shut_out(&story, YEAR_4_TEACHER);
    let told = notices(Some(story.case()), &story.record[from..], story.case(), &story.ctx());
    let family: Vec<NoticeKind> =
        told.iter().filter(|told| told.to == Recipient::Party(PartyNo(1))).map(|told| told.kind).collect();
    assert_eq!(family, [NoticeKind::Family(FamilyNews::HandlerChanged)], "who has it now, and no more");
    assert!(told.iter().all(|told| told.to != Recipient::Person(YEAR_4_TEACHER)));
}

#[test]
fn why_is_for_the_clerk_and_the_trust_alone() {
    let story = Story::raised().by_person(YEAR_4_TEACHER).does(step_back());
    let reads = |story: &Story, voice| {
        let lines = timeline(&story.record, story.case(), &story.ctx(), voice);
        let line = lines.into_iter().find(|line| line.title.ends_with("stepped back from this case"));
        line.map(|line| line.body.into_iter().map(|block| block.words).collect::<Vec<_>>().join("; "))
    };
    let clerk = reads(&story.clone().by_person(CLERK), Voice::Staff).unwrap();
    assert_eq!(clerk, "I know the family, or belong to it; Her mother is my sister");
    assert_eq!(reads(&story.clone().by_person(HEAD), Voice::Staff).as_deref(), Some(""));
    assert_eq!(reads(&story.clone().by_family(), Voice::Complainant(PartyNo(1))), None);
}

#[test]
fn r27_a_member_who_steps_back_leaves_the_panel_and_the_clerk_names_another() {
    let story = super::panel::appointed();
    let member = story.case().run().unwrap().hearing.as_ref().unwrap().members[0].person;
    let story = story.by_person(member).does(step_back());
    assert_eq!(story.standing(), Standing::HearingRequested);
    shut_out(&story, member);
}

#[test]
fn a_clerk_who_steps_back_leaves_the_panel_to_a_substitute_and_the_co_ordinator_finds_one() {
    let story = Story::raised().by_person(CLERK).does(step_back());
    shut_out(&story, CLERK);
    assert!(story.case().is_involved(CLERK, InvolvedAs::Recused));
    assert_eq!(story.handler(), Some(YEAR_4_TEACHER), "whoever has the stage keeps it");
    story.by_person(COORDINATOR).refused(RefusalCode::DecidedBefore, assign(CLERK));
}

#[test]
fn whoever_is_complained_about_and_the_family_have_nothing_to_step_back_from() {
    let story = Story::raised();
    story.clone().by_family().refused(RefusalCode::NotYours, step_back());
    let about = Story::in_(World::trust())
        .raise(intake().about(super::super::vocabulary::SubjectRole::Headteacher, None))
        .by_person(HEAD);
    about.refused(RefusalCode::NotYours, step_back());
    let closed = story.by_person(COORDINATOR).does(withdraw_confirmed());
    closed.refused(RefusalCode::WrongState, step_back());
}
