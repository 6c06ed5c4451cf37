//! Who gets a stage, who may have it, and who is shut out (2.3, R21-R24, R30).

use super::super::command::Intake;
use super::super::decide::{may_handle, who_may_handle, who_may_sit};
use super::super::event::Event;
use super::super::refusal::RefusalCode;
use super::super::state::{Child, InvolvedAs, Standing};
use super::super::timeline::{Voice, now_sentences, timeline};
use super::super::vocabulary::{Finding, Flag, ScreeningReason, SubjectRole};
use super::kit::commands::*;
use super::kit::*;
use crate::domain::ids::{PartyNo, PersonId};
use crate::domain::person::{Directory, Role};

use SubjectRole::*;

fn about_all(roles: &[SubjectRole]) -> Intake {
    roles.iter().fold(intake(), |intake, role| intake.about(*role, None))
}

/// Where a case about them begins, and with whom; nobody where it waits for somebody to choose.
fn begins(world: World, roles: &[SubjectRole]) -> (String, Option<PersonId>) {
    let story = Story::in_(world).raise(about_all(roles)).stands(Standing::OpenNew);
    (story.stage().to_owned(), story.handler())
}

#[test]
fn r21_in_a_trust_a_case_begins_above_whoever_it_is_about() {
    let rows: [(&[SubjectRole], &str, Option<PersonId>); 15] = [
        // Nobody by name, or somebody of the staff: the ladder from its foot.
        (&[], "C1", Some(YEAR_4_TEACHER)),
        // Nobody knows who of the staff: then nobody of the staff has it.
        (&[Staff], "C1", Some(HEAD)),
        (&[Other], "C1", Some(YEAR_4_TEACHER)),
        // The child's own teacher: the next who is clear.
        (&[ClassTeacher], "C1", Some(SENIOR_LEADER)),
        // The head: the chair of the local board, then the trust's officer at the formal stage.
        (&[Headteacher], "C3", Some(CHAIR)),
        // A governor, or the chair: a trust officer.
        (&[Governor], "F1", Some(TRUST_OFFICER)),
        (&[ViceChairOfGovernors], "F1", Some(TRUST_OFFICER)),
        (&[ChairOfGovernors], "F1", Some(TRUST_OFFICER)),
        // Chair and vice-chair, the majority, the whole body: the trust.
        (&[ChairOfGovernors, ViceChairOfGovernors], "F1", Some(TRUST_OFFICER)),
        (&[MajorityOfGoverningBody], "F1", Some(TRUST_OFFICER)),
        (&[GoverningBody], "F1", Some(TRUST_OFFICER)),
        // The clerk: the chair.
        (&[Clerk], "C3", Some(CHAIR)),
        // Above the school there is no role yet but the trust officer, who is never given a case that may
        // be about them: it waits for somebody to choose.
        (&[ExecutiveHead], "F1", None),
        (&[ChiefExecutive], "F1", None),
        (&[TrustBoard], "F1", None),
    ];
    for (roles, stage, handler) in &rows {
        let (found, person) = begins(World::trust(), roles);
        assert_eq!(found, *stage, "{roles:?}");
        assert_eq!(person, *handler, "{roles:?}");
    }
}

#[test]
fn r21_in_a_maintained_school_a_case_begins_above_whoever_it_is_about() {
    let rows: [(&[SubjectRole], &str, Option<PersonId>); 9] = [
        (&[], "C1", Some(YEAR_4_TEACHER)),
        (&[ClassTeacher], "C1", Some(SENIOR_LEADER)),
        (&[Headteacher], "F1", Some(CHAIR)),
        (&[ExecutiveHead], "F1", Some(CHAIR)),
        (&[Governor], "F1", Some(CHAIR)),
        (&[ChairOfGovernors], "F1", Some(VICE_CHAIR)),
        (&[Clerk], "F1", Some(CHAIR)),
        // An independent investigator, whom the governing body appoints: nobody by rule.
        (&[ChairOfGovernors, ViceChairOfGovernors], "F1", None),
        (&[GoverningBody], "F1", None),
    ];
    for (roles, stage, handler) in rows {
        assert_eq!(begins(World::maintained(), roles), (stage.to_owned(), handler), "{roles:?}");
    }
}

#[test]
fn r21_no_governor_can_be_given_a_case_about_the_whole_governing_body() {
    for roles in [&[GoverningBody][..], &[MajorityOfGoverningBody], &[ChairOfGovernors, ViceChairOfGovernors]]
    {
        let story = Story::in_(World::maintained()).raise(about_all(roles)).by_person(COORDINATOR);
        for person in [CHAIR, VICE_CHAIR, GOVERNOR_1, HEAD, SENIOR_LEADER] {
            assert!(may_handle(story.case(), person, &story.ctx()).is_err(), "{roles:?}");
        }
    }
}

#[test]
fn r21_what_somebody_is_decides_and_not_what_the_family_called_them() {
    // "A member of staff, Mrs Ward" is the head.
    let story = Story::in_(World::trust()).raise(intake().about(Staff, Some("Mrs Ward")));
    story.at("C3", CHAIR);
    let story = Story::in_(World::maintained()).raise(intake().about(Other, Some("Charles Dean")));
    story.at("F1", VICE_CHAIR);
}

#[test]
fn a_child_whose_year_nobody_knows_waits_for_the_coordinator_in_the_open() {
    let mut unknown = intake();
    unknown.child = Some(Child { name: words("Finn Ash"), year_group: None });
    let story = Story::in_(World::trust()).raise(unknown);
    assert_eq!((story.stage(), story.handler()), ("C1", None));
    let choices = who_may_handle(story.case(), &story.ctx());
    assert_eq!(choices, [YEAR_4_TEACHER, YEAR_5_TEACHER, HEAD, SENIOR_LEADER]);
    story.by_person(COORDINATOR).does(assign(YEAR_5_TEACHER)).at("C1", YEAR_5_TEACHER);
}

#[test]
fn what_is_about_no_child_goes_past_the_teachers_unless_somebody_chooses_one() {
    let mut parking = intake();
    parking.child = None;
    let story = Story::in_(World::trust()).raise(parking).at("C1", SENIOR_LEADER);
    story.by_person(COORDINATOR).does(assign(YEAR_4_TEACHER)).at("C1", YEAR_4_TEACHER);
}

#[test]
fn a_class_teacher_without_year_groups_teaches_every_child() {
    let teacher = |first: &[&str], second: &[&str]| {
        let world = World::trust().teaching(YEAR_4_TEACHER, first).teaching(YEAR_5_TEACHER, second);
        Story::in_(world).raise(intake()).handler()
    };
    assert_eq!(teacher(&[], &["Year 5"]), Some(YEAR_4_TEACHER), "nobody has the year: whoever has all");
    assert_eq!(teacher(&["Year 4"], &[]), Some(YEAR_4_TEACHER), "whoever has the year comes first");
    assert_eq!(teacher(&[], &[]), None, "two for all: somebody chooses");
}

#[test]
fn r22_whoever_is_complained_about_can_do_nothing_and_is_given_nothing() {
    let story = Story::in_(World::trust())
        .raise(intake().about(ClassTeacher, None))
        .at("C1", SENIOR_LEADER)
        .by_person(YEAR_4_TEACHER);
    for action in super::super::action::Action::all() {
        assert_eq!(story.ready(action).unwrap_err().code, RefusalCode::NotYours, "{action:?}");
    }
    story.by_person(COORDINATOR).refused(RefusalCode::IsSubject, assign(YEAR_4_TEACHER));
}

#[test]
fn r22_s13_marking_the_handler_gives_the_stage_to_somebody_else_at_once() {
    let story = Story::raised().by_person(OFFICE).does(mark(YEAR_4_TEACHER, ClassTeacher));
    assert_eq!(story.kinds_since(story.record.len() - 2), ["subject_marked", "assigned"]);
    let story =
        story.at("C1", SENIOR_LEADER).by_person(YEAR_4_TEACHER).refused(RefusalCode::NotYours, reply());
    let again = story.by_person(OFFICE).refused(RefusalCode::IsSubject, mark(YEAR_4_TEACHER, ClassTeacher));
    again.refused(RefusalCode::NotOnCase, mark(PersonId(uuid::Uuid::nil()), Staff));
}

#[test]
fn r22_marking_the_head_at_their_own_stage_moves_it_above_them() {
    let story = Story::raised()
        .by_person(YEAR_4_TEACHER)
        .does(reply())
        .by_family()
        .does(escalate(&[1, 2]))
        .at("C2", HEAD)
        .by_person(COORDINATOR)
        .does(mark(HEAD, Headteacher))
        .at("C2", CHAIR);
    story
        .refused(RefusalCode::IsSubject, assign(HEAD))
        .refused(RefusalCode::LacksPost, assign(SENIOR_LEADER));
}

#[test]
fn a_person_who_has_a_stage_and_loses_the_post_loses_the_right_g30() {
    let mut story = Story::raised().by_person(YEAR_4_TEACHER);
    let mut people = everybody();
    people[0].posts[0].to_on = Some(date("2026-09-06"));
    story.world.directory = Directory::new(people);
    let story = story.refused(RefusalCode::NotYours, reply());
    story.by_person(COORDINATOR).does(assign(YEAR_5_TEACHER)).by_person(YEAR_5_TEACHER).does(reply());
}

/// MAT-SEED up to F1, past C3; the head decided C2.
fn at_f1(world: World) -> Story {
    Story::in_(world)
        .raise(intake())
        .by_person(YEAR_4_TEACHER)
        .does(reply())
        .by_family()
        .does(escalate(&[1, 2]))
        .at("C2", HEAD)
        .by_person(HEAD)
        .does(reply())
        .by_family()
        .does(super::super::command::Escalate {
            skip_reason: Some(words("I do not want to go to the chair")),
            ..escalate_to("F1", &[1, 2])
        })
}

#[test]
fn r23_the_head_decided_c2_so_f1_goes_to_the_first_who_is_clear() {
    at_f1(World::trust()).at("F1", SENIOR_LEADER);
    at_f1(World::trust().without(&[SENIOR_LEADER])).at("F1", CHAIR);
    at_f1(World::trust().without(&[SENIOR_LEADER, CHAIR])).at("F1", TRUST_OFFICER);
    // A suitably skilled governor is chosen, never picked by order.
    let story = at_f1(World::trust().without(&[SENIOR_LEADER, CHAIR, TRUST_OFFICER]));
    assert_eq!((story.stage(), story.handler()), ("F1", None));
    assert_eq!(story.case().run().unwrap().handler.role, Role::Governor);
    story.by_person(COORDINATOR).does(assign(GOVERNOR_2)).at("F1", GOVERNOR_2);
}

#[test]
fn r23_the_chair_who_handled_c3_is_barred_from_f1_and_from_the_panel() {
    let story = Story::in_(World::trust().without(&[SENIOR_LEADER]))
        .raise(intake())
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
        .at("F1", TRUST_OFFICER)
        .by_person(COORDINATOR)
        .refused(RefusalCode::DecidedBefore, assign(CHAIR))
        .refused(RefusalCode::DecidedBefore, assign(HEAD));
    assert!(story.case().is_involved(CHAIR, InvolvedAs::Decided));
    assert!(!who_may_sit(story.case(), &story.ctx()).contains(&CHAIR));
}

#[test]
fn r23_an_earlier_decider_finds_nothing_even_when_the_stage_is_theirs_by_a_slip() {
    let mut story = at_f1(World::trust()).by_person(SENIOR_LEADER);
    // A record that somehow gave the head the next stage as well.
    let mut handler = story.case().run().unwrap().handler;
    handler.role = Role::Headteacher;
    handler.person = Some(HEAD);
    let run = story.case().run().unwrap().no;
    story.add(vec![Event::Assigned { run, handler, before: None, reason: None }]);
    story
        .by_person(HEAD)
        .refused(RefusalCode::DecidedBefore, find(1, Finding::Upheld))
        .refused(RefusalCode::DecidedBefore, reply_formally());
}

#[test]
fn r23_a_decision_made_while_the_case_was_checked_counts_too() {
    let story = Story::in_(World::trust())
        .raise(intake().last_happened("2026-05-01"))
        .by_person(HEAD)
        .does(refuse_late())
        .by_person(CHAIR)
        .does(reopen());
    assert!(story.ctx().barred(story.case()).contains(&HEAD));
}

#[test]
fn a_witness_decides_nothing_whenever_they_became_one() {
    let mut story = Story::raised().by_person(OFFICE);
    story.add(vec![
        Event::Involved { person: YEAR_4_TEACHER, involved_as: InvolvedAs::Witness },
        Event::Involved { person: YEAR_5_TEACHER, involved_as: InvolvedAs::Witness },
    ]);
    story
        .by_person(YEAR_4_TEACHER)
        .refused(RefusalCode::IsWitness, reply())
        .refused(RefusalCode::IsWitness, find(1, Finding::Upheld))
        .by_person(COORDINATOR)
        .refused(RefusalCode::IsWitness, assign(YEAR_5_TEACHER));
}

#[test]
fn r24_whoever_read_the_case_or_was_alerted_is_in_the_register_and_off_the_panel() {
    let mut story = Story::in_(World::trust())
        .raise(intake().flagged(Flag::ChildAtRisk).about(Headteacher, None))
        .by_person(COORDINATOR)
        .refused(RefusalCode::IsSubject, accept(&[ScreeningReason::ChildAtRisk]))
        .does(super::super::command::Accept {
            handler: Some(CHAIR),
            ..accept(&[ScreeningReason::ChildAtRisk])
        });
    story.add(vec![Event::Involved { person: GOVERNOR_1, involved_as: InvolvedAs::SawContent }]);
    let may_sit = who_may_sit(story.case(), &story.ctx());
    assert!(!may_sit.contains(&GOVERNOR_1), "a governor who was shown the case");
    assert!(!may_sit.contains(&CHAIR), "the chair was alerted");
    assert!(may_sit.contains(&GOVERNOR_2) && may_sit.contains(&OUTSIDER));
    assert!(story.case().is_involved(CHAIR, InvolvedAs::SawContent));
}

#[test]
fn r24_staff_at_a_meeting_are_in_the_register() {
    let with_leader = super::super::command::ArrangeMeeting {
        staff: Some(vec![SENIOR_LEADER]),
        ..meet_at("2026-09-08T15:30:00")
    };
    let story =
        Story::raised().by_person(YEAR_4_TEACHER).does(with_leader).later(1).does(met_on("2026-09-08"));
    assert!(story.case().is_involved(SENIOR_LEADER, InvolvedAs::Attended));
}

#[test]
fn r30_only_the_stages_own_decider_decides() {
    let story = Story::raised();
    for person in [HEAD, COORDINATOR, SENIOR_LEADER, CLERK] {
        story.clone().by_person(person).refused(RefusalCode::NotYours, find(1, Finding::Upheld));
        story.clone().by_person(person).refused(RefusalCode::NotYours, reply());
    }
}

#[test]
fn nobody_is_given_what_they_have_or_have_no_post_for() {
    Story::raised()
        .by_person(COORDINATOR)
        .refused(RefusalCode::Field, assign(YEAR_4_TEACHER))
        .refused(RefusalCode::LacksPost, assign(OFFICE))
        .refused(RefusalCode::LacksPost, assign(CHAIR));
}

/// R49: what subject routing leaves out is on record with its reason, and staff read it.
#[test]
fn r49_stages_below_whoever_is_complained_about_are_noted_as_left_out() {
    let passed = |roles: &[SubjectRole]| {
        let story = Story::in_(World::trust()).raise(about_all(roles));
        story.record.iter().find_map(|recorded| match &recorded.event {
            Event::StageStarted { passed_over, .. } => passed_over.clone(),
            _ => None,
        })
    };
    assert_eq!(passed(&[]), None);
    assert_eq!(passed(&[ClassTeacher]), None);
    let head = passed(&[Headteacher]).unwrap();
    assert_eq!(head.stages.iter().map(|key| key.0.as_str()).collect::<Vec<_>>(), ["C1", "C2"]);
    assert_eq!(head.about, Headteacher);
    assert_eq!(
        passed(&[Headteacher, ChairOfGovernors]).unwrap().about,
        ChairOfGovernors,
        "the highest of them"
    );
    let story = Story::in_(World::trust()).raise(about_all(&[Headteacher]));
    let told = timeline(&story.record, story.case(), &story.ctx(), Voice::Staff);
    let why = told
        .iter()
        .flat_map(|entry| &entry.body)
        .find(|block| block.label.as_deref() == Some("Why it is left out"));
    assert!(why.unwrap().words.contains("It is about the headteacher"));
    let family = timeline(&story.record, story.case(), &story.ctx(), Voice::Complainant(PartyNo(1)));
    assert!(
        family.iter().flat_map(|entry| &entry.body).all(|block| block.label.as_deref() != Some("Left out"))
    );
}

/// R22: where the child's teacher is complained about and another teacher has the case, nobody reads that the class
/// teacher has it; where the complaint is about somebody else, the class teacher has it.
#[test]
fn r22_another_teacher_is_never_called_the_class_teacher() {
    let of = |role| {
        let story = Story::in_(World::trust()).raise(about_all(&[role])).by_person(HEAD);
        let story = story.does(assign(YEAR_5_TEACHER)).by_person(YEAR_5_TEACHER).does(reply());
        let told = timeline(&story.record, story.case(), &story.ctx(), Voice::Complainant(PartyNo(1)));
        let now = now_sentences(story.case(), &story.ctx(), Voice::Complainant(PartyNo(1)));
        format!("{told:?} {}", now.who_has_it).to_lowercase()
    };
    let about_the_teacher = of(ClassTeacher);
    assert!(about_the_teacher.contains("another teacher has it now"), "{about_the_teacher}");
    assert!(!about_the_teacher.contains("class teacher"), "{about_the_teacher}");
    assert!(of(Staff).contains("the class teacher has it now"));
}

/// A record from before it was noted reads as it did.
#[test]
fn r49_a_stage_of_an_older_record_has_nothing_left_out() {
    let story = Story::raised();
    let mut events = story.record.iter().map(|recorded| &recorded.event);
    let started = events.find(|event| event.kind() == "stage_started").unwrap();
    let json = serde_json::to_value(started).unwrap();
    assert!(json["data"].get("passed_over").is_none(), "{json}");
    assert_eq!(&serde_json::from_value::<Event>(json).unwrap(), started);
}

/// R21: a year group finds its teacher however a family writes it.
#[test]
fn a_year_group_finds_its_teacher_however_it_is_written() {
    for year in ["Year 4", "4", "yr 4", "y4", "year four"] {
        let mut intake = intake();
        if let Some(child) = &mut intake.child {
            child.year_group = Some(words(year));
        }
        let story = Story::in_(World::trust()).raise(intake);
        assert_eq!(story.handler(), Some(YEAR_4_TEACHER), "{year}");
    }
}

/// Staff read instead of whom somebody has a stage and the true reason; a family reads who has it, never that they act
/// for somebody: least of all for whoever is complained about.
#[test]
fn whoever_stands_in_is_told_with_the_post_and_the_true_reason() {
    let has_it = |story: &Story, voice| now_sentences(story.case(), &story.ctx(), voice).who_has_it;
    let mut parking = intake();
    parking.child = None;
    let story = Story::in_(World::trust()).raise(parking);
    let staff = has_it(&story, Voice::Staff);
    assert!(staff.contains(", instead of the class teacher (no child is named"), "{staff}");
    let family = has_it(&story, Voice::Complainant(PartyNo(1)));
    assert!(!family.contains("class teacher"), "{family}");
    let usual = has_it(&Story::raised(), Voice::Staff);
    assert!(!usual.contains("instead of"), "{usual}");
    let about_chair = Story::in_(World::trust()).raise(intake().about(SubjectRole::ChairOfGovernors, None));
    assert_eq!(has_it(&about_chair, Voice::Complainant(PartyNo(1))), "An officer of the trust");
    let staff = has_it(&about_chair, Voice::Staff);
    assert!(staff.ends_with(", instead of the headteacher (because of whom it is about)"), "{staff}");
}
