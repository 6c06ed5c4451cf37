//! The routing matrix of domain.md 2.3, row by row, for a school of a trust with everybody who leads it and for a
//! maintained school; and what the posts above and beside the school see and do (R21-R25, R69, S14).

use super::super::action::Action;
use super::super::command::Intake;
use super::super::decide::{may_sit, who_may_handle, who_may_sit};
use super::super::refusal::RefusalCode;
use super::super::sight::sees;
use super::super::state::InvolvedAs;
use super::super::vocabulary::{Flag, SubjectRole};
use super::kit::commands::*;
use super::kit::*;
use crate::domain::ids::PersonId;
use crate::domain::notice::{NoticeKind, Recipient, StaffNews, notices};
use crate::domain::person::Role;

use SubjectRole::*;

fn about_all(roles: &[SubjectRole]) -> Intake {
    roles.iter().fold(intake(), |intake, role| intake.about(*role, None))
}

fn raised(world: World, roles: &[SubjectRole]) -> Story {
    Story::in_(world).raise(about_all(roles))
}

/// The stage, its role, and who has it.
fn begins(world: World, roles: &[SubjectRole]) -> (String, Role, Option<PersonId>) {
    let story = raised(world, roles);
    (story.stage().to_owned(), story.case().run().unwrap().handler.role, story.handler())
}

fn told_at_once(story: &Story) -> Vec<(StaffNews, PersonId)> {
    let told = notices(None, &story.record, story.case(), &story.ctx());
    told.into_iter()
        .filter_map(|notice| match (notice.kind, notice.to) {
            (NoticeKind::Staff(news), Recipient::Person(person)) => Some((news, person)),
            (NoticeKind::Staff(_) | NoticeKind::Family(_), _) => None,
        })
        .collect()
}

#[test]
fn s14_two_point_three_in_a_trust() {
    let rows: [(&[SubjectRole], &str, Role, Option<PersonId>); 14] = [
        (&[ClassTeacher], "C1", Role::SeniorLeader, Some(SENIOR_LEADER)),
        (&[Headteacher], "C3", Role::ChairOfGovernors, Some(CHAIR)),
        (&[Clerk], "C3", Role::ChairOfGovernors, Some(CHAIR)),
        (&[Governor], "F1", Role::TrustOfficer, Some(TRUST_OFFICER)),
        (&[ViceChairOfGovernors], "F1", Role::TrustOfficer, Some(TRUST_OFFICER)),
        (&[ChairOfGovernors], "F1", Role::TrustOfficer, Some(TRUST_OFFICER)),
        (&[ChairOfGovernors, ViceChairOfGovernors], "F1", Role::ChiefExecutive, Some(CHIEF_EXECUTIVE)),
        (&[MajorityOfGoverningBody], "F1", Role::ChiefExecutive, Some(CHIEF_EXECUTIVE)),
        (&[GoverningBody], "F1", Role::ChiefExecutive, Some(CHIEF_EXECUTIVE)),
        (&[ExecutiveHead], "F1", Role::ChiefExecutive, Some(CHIEF_EXECUTIVE)),
        (&[TrustStaff], "F1", Role::ChiefExecutive, Some(CHIEF_EXECUTIVE)),
        (&[ChiefExecutive], "F1", Role::ChairOfTrustees, Some(CHAIR_OF_TRUSTEES)),
        (&[Trustee], "F1", Role::ChairOfTrustees, Some(CHAIR_OF_TRUSTEES)),
        // An impartial trustee is appointed, and so is an investigator: nobody by rule.
        (&[ChairOfTrustees], "F1", Role::Trustee, None),
    ];
    for (roles, stage, role, handler) in rows {
        let expected = (stage.to_owned(), role, handler);
        assert_eq!(begins(World::trust().led(), roles), expected, "{roles:?}");
    }
    assert_eq!(begins(World::trust().led(), &[TrustBoard]), ("F1".into(), Role::Investigator, None));
}

#[test]
fn s14_two_point_three_in_a_maintained_school() {
    let rows: [(&[SubjectRole], Role, Option<PersonId>); 8] = [
        (&[Headteacher], Role::ChairOfGovernors, Some(CHAIR)),
        (&[ExecutiveHead], Role::ChairOfGovernors, Some(CHAIR)),
        (&[Governor], Role::ChairOfGovernors, Some(CHAIR)),
        (&[ChairOfGovernors], Role::ViceChairOfGovernors, Some(VICE_CHAIR)),
        (&[Clerk], Role::ChairOfGovernors, Some(CHAIR)),
        (&[ChairOfGovernors, ViceChairOfGovernors], Role::Investigator, None),
        (&[MajorityOfGoverningBody], Role::Investigator, None),
        (&[GoverningBody], Role::Investigator, None),
    ];
    for (roles, role, handler) in rows {
        assert_eq!(begins(World::maintained().led(), roles), ("F1".into(), role, handler), "{roles:?}");
    }
}

/// Who can be chosen where nobody has it by rule: those whom the matrix names, and nobody beside them.
#[test]
fn only_those_whom_the_matrix_names_can_be_chosen_above_the_school() {
    let rows: [(&[SubjectRole], &[PersonId]); 5] = [
        (&[TrustStaff], &[CHIEF_EXECUTIVE]),
        (&[ChiefExecutive], &[CHAIR_OF_TRUSTEES, TRUSTEE_1, TRUSTEE_2]),
        (&[Trustee], &[CHAIR_OF_TRUSTEES, TRUSTEE_1, TRUSTEE_2, INVESTIGATOR]),
        (&[ChairOfTrustees], &[TRUSTEE_1, TRUSTEE_2, INVESTIGATOR]),
        (&[TrustBoard], &[INVESTIGATOR]),
    ];
    for (roles, expected) in rows {
        let story = raised(World::trust().led(), roles);
        let others = who_may_handle(story.case(), &story.ctx());
        let mut found: Vec<PersonId> = others.into_iter().chain(story.handler()).collect();
        found.sort_unstable();
        assert_eq!(found, expected, "{roles:?}");
    }
    let story = raised(World::maintained().led(), &[GoverningBody]);
    assert_eq!(who_may_handle(story.case(), &story.ctx()), [INVESTIGATOR]);
    let given = story.by_person(COORDINATOR).does(assign(INVESTIGATOR)).at("F1", INVESTIGATOR);
    assert!(given.by_person(INVESTIGATOR).ready(Action::Acknowledge).is_ok());
}

/// What somebody is decides, not what they were called: the chief executive named as "a member of staff".
#[test]
fn r21_the_post_of_whoever_leads_the_trust_decides() {
    let story = Story::in_(World::trust().led()).raise(intake().about(Staff, Some("Conrad Bligh")));
    story
        .at("F1", CHAIR_OF_TRUSTEES)
        .by_person(CHIEF_EXECUTIVE)
        .refused(RefusalCode::NotYours, acknowledge());
    let story = Story::in_(World::trust().led()).raise(intake().about(Other, Some("Tess Albright")));
    let story = story.at("F1", CHAIR_OF_TRUSTEES);
    assert!(
        who_may_handle(story.case(), &story.ctx()).contains(&TRUSTEE_2),
        "the other trustees are impartial"
    );
    story.by_person(COORDINATOR).refused(RefusalCode::IsSubject, assign(TRUSTEE_1));
}

/// Nobody to route to: the case waits in the open, and whoever can give it to somebody is told at once: at the trust,
/// and where it may be about the trust's own officers, the clerk.
#[test]
fn r21_where_nobody_can_have_it_the_trust_is_told() {
    for (roles, expected) in
        [(&[ChiefExecutive][..], TRUST_OFFICER), (&[TrustBoard], TRUST_OFFICER), (&[TrustStaff], CLERK)]
    {
        let story = raised(World::trust(), roles);
        assert_eq!(story.handler(), None, "{roles:?}");
        assert_eq!(told_at_once(&story), [(StaffNews::NeedsHandler, expected)], "{roles:?}");
    }
    let nobody = raised(World::maintained(), &[GoverningBody]);
    assert_eq!(told_at_once(&nobody), [(StaffNews::NeedsHandler, CLERK)]);
}

/// 2.3: a panel about the whole board is wholly independent; one about a trustee has no involved trustee.
#[test]
fn r24_the_panel_is_further_away_the_higher_the_complaint() {
    let sits = |roles: &[SubjectRole]| {
        let story = raised(World::trust().led(), roles);
        who_may_sit(story.case(), &story.ctx())
    };
    let board = sits(&[TrustBoard]);
    assert_eq!(board, [OUTSIDER, SOLICITOR]);
    let chief = sits(&[ChiefExecutive]);
    assert!(chief.contains(&TRUSTEE_1) && chief.contains(&POOL_MEMBER) && !chief.contains(&CHIEF_EXECUTIVE));
    let story = raised(World::trust().led(), &[TrustBoard]);
    let refusal = may_sit(story.case(), TRUSTEE_1, &story.ctx()).unwrap_err();
    assert!(refusal.sentence.contains("the complaint is about the whole board"), "{refusal:?}");
    for never in [EXECUTIVE_HEAD, CHIEF_EXECUTIVE, DPO, INSPECTOR, INVESTIGATOR] {
        assert!(!sits(&[Headteacher]).contains(&never), "{never:?}");
    }
}

/// 33(k): whoever inspects reads every case and changes nothing.
#[test]
fn an_inspector_reads_everything_and_does_nothing() {
    let story = Story::in_(World::trust().led()).raise(intake()).by_person(INSPECTOR);
    assert!(sees(story.case(), INSPECTOR, &story.ctx()));
    for action in Action::all() {
        assert_eq!(story.ready(action).unwrap_err().code, RefusalCode::NotYours, "{action:?}");
    }
    let over = story.case().clone();
    let mut later = story;
    let mut people = later.world.directory.people().to_vec();
    people.last_mut().unwrap().posts[0].to_on = Some(date("2026-09-01"));
    later.world.directory = crate::domain::person::Directory::new(people);
    assert!(!sees(&over, INSPECTOR, &later.ctx()), "until the last day of the post");
}

/// R15, R70: the data protection officer is told of what the law puts a date on, and sees that and nothing else.
#[test]
fn r15_the_data_protection_officer_hears_of_what_is_theirs() {
    for flag in [Flag::DataProtection, Flag::SubjectAccess] {
        let story = Story::in_(World::trust().led()).raise(intake().flagged(flag));
        assert!(told_at_once(&story).contains(&(StaffNews::DataProtectionDuty, DPO)), "{flag:?}");
        let told = notices(None, &story.record, story.case(), &story.ctx());
        let consulted = super::super::sight::consulted(&told, story.case(), &story.ctx());
        let mut known = story;
        known.add(consulted);
        assert!(
            known.case().is_involved(DPO, InvolvedAs::Consulted) && sees(known.case(), DPO, &known.ctx())
        );
    }
    let other = Story::in_(World::trust().led()).raise(intake());
    assert!(!sees(other.case(), DPO, &other.ctx()));
    assert!(!told_at_once(&other).iter().any(|(_, person)| *person == DPO));
}

/// R24, 9.3: mail takes nobody's seat. Only whoever opens the case, after a page that says what it means, is kept off its
/// panel.
#[test]
fn r24_a_governor_who_is_written_to_may_sit_until_they_open_it() {
    use super::super::decide::may_sit;
    use super::super::sight::{consulted, on_reading, would_bar};
    let mut story =
        Story::in_(World::trust()).raise(intake()).by_person(HEAD).does(promise(CHAIR, "2026-10-01"));
    let told = notices(None, &story.record, story.case(), &story.ctx());
    let noted = consulted(&told, story.case(), &story.ctx());
    story.add(noted);
    assert!(story.case().is_involved(CHAIR, InvolvedAs::WrittenTo));
    let story = story.by_person(CHAIR);
    assert!(sees(story.case(), CHAIR, &story.ctx()) && would_bar(story.case(), &story.ctx()));
    assert_eq!(may_sit(story.case(), CHAIR, &story.ctx()), Ok(()));
    let read = on_reading(story.case(), &story.ctx());
    let mut story = story;
    story.add(read);
    assert!(!would_bar(story.case(), &story.ctx()), "once");
    assert!(may_sit(story.case(), CHAIR, &story.ctx()).is_err());
}

/// R70: those who lead the trust stay clear of what is not theirs, so that they can decide what comes up to them.
#[test]
fn r70_whoever_leads_the_trust_sees_only_what_they_have_a_part_in() {
    let story = Story::in_(World::trust().led()).raise(intake());
    for person in [CHIEF_EXECUTIVE, CHAIR_OF_TRUSTEES, TRUSTEE_1, INVESTIGATOR, DPO] {
        assert!(!sees(story.case(), person, &story.ctx()), "{person:?}");
    }
    assert!(sees(story.case(), EXECUTIVE_HEAD, &story.ctx()), "a head of several schools");
    let theirs = raised(World::trust().led(), &[TrustStaff]);
    assert!(sees(theirs.case(), CHIEF_EXECUTIVE, &theirs.ctx()));
}
