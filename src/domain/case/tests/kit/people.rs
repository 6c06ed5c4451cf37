//! Somebody for every role.

use uuid::Uuid;

use super::{SCHOOL, date};
use crate::domain::ids::{PersonId, PostId};
use crate::domain::person::{Independence, Person, Place, Post, Role};

const fn person_id(number: u128) -> PersonId {
    PersonId(Uuid::from_u128(number))
}

/// Mrs Ann Marsh, class teacher of Year 4.
pub(in super::super) const YEAR_4_TEACHER: PersonId = person_id(1);
/// Mr Ben Okoro, class teacher of Year 5.
pub(in super::super) const YEAR_5_TEACHER: PersonId = person_id(2);
pub(in super::super) const HEAD: PersonId = person_id(3);
pub(in super::super) const SENIOR_LEADER: PersonId = person_id(4);
pub(in super::super) const CHAIR: PersonId = person_id(5);
pub(in super::super) const VICE_CHAIR: PersonId = person_id(6);
pub(in super::super) const GOVERNOR_1: PersonId = person_id(7);
pub(in super::super) const GOVERNOR_2: PersonId = person_id(8);
pub(in super::super) const GOVERNOR_3: PersonId = person_id(9);
pub(in super::super) const CLERK: PersonId = person_id(10);
pub(in super::super) const COORDINATOR: PersonId = person_id(11);
pub(in super::super) const OFFICE: PersonId = person_id(12);
pub(in super::super) const DSL: PersonId = person_id(13);
pub(in super::super) const TRUST_OFFICER: PersonId = person_id(14);
/// A retired head from another county.
pub(in super::super) const OUTSIDER: PersonId = person_id(15);
/// A solicitor from the town.
pub(in super::super) const SOLICITOR: PersonId = person_id(16);
/// In the pool, and not independent.
pub(in super::super) const POOL_MEMBER: PersonId = person_id(17);
/// A governor of another school of the trust.
pub(in super::super) const SISTER_GOVERNOR: PersonId = person_id(18);
pub(in super::super) const ADMINISTRATOR: PersonId = person_id(19);
/// Says that they are independent; nobody wrote down why.
pub(in super::super) const NO_REASON_GIVEN: PersonId = person_id(20);

/// Heads two schools, above their heads.
pub(in super::super) const EXECUTIVE_HEAD: PersonId = person_id(21);
pub(in super::super) const CHIEF_EXECUTIVE: PersonId = person_id(22);
pub(in super::super) const CHAIR_OF_TRUSTEES: PersonId = person_id(23);
pub(in super::super) const TRUSTEE_1: PersonId = person_id(24);
pub(in super::super) const TRUSTEE_2: PersonId = person_id(25);
pub(in super::super) const INVESTIGATOR: PersonId = person_id(26);
pub(in super::super) const DPO: PersonId = person_id(27);
pub(in super::super) const INSPECTOR: PersonId = person_id(28);

/// Those who lead a trust, and who come from outside.
pub(in super::super) fn leaders() -> Vec<Person> {
    use Role::*;
    let mut people = vec![
        person(EXECUTIVE_HEAD, "Elena Park", ExecutiveHead),
        person(CHIEF_EXECUTIVE, "Conrad Bligh", ChiefExecutive),
        person(CHAIR_OF_TRUSTEES, "Chipo Moyo", ChairOfTrustees),
        person(TRUSTEE_1, "Tess Albright", Trustee),
        person(TRUSTEE_2, "Theo Vance", Trustee),
        person(INVESTIGATOR, "Iris Quill", Investigator),
        person(DPO, "Dev Pillai", DataProtectionOfficer),
        person(INSPECTOR, "Ines Carr", Inspector),
    ];
    for person in &mut people {
        person.posts[0].place = Place::Trust;
    }
    people
}

pub(in super::super) const HEAD_OF_ELM: PersonId = person_id(103);
pub(in super::super) const TEACHER_OF_ELM: PersonId = person_id(101);
pub(in super::super) const COORDINATOR_OF_ELM: PersonId = person_id(111);
pub(in super::super) const DSL_OF_ELM: PersonId = person_id(113);

/// The people of the other school, with the trust officer of both.
pub(in super::super) fn people_of_elm() -> Vec<Person> {
    use Role::*;
    let mut people = vec![
        person(TEACHER_OF_ELM, "Ann Marsh", ClassTeacher),
        person(HEAD_OF_ELM, "Hanna Lund", Headteacher),
        person(COORDINATOR_OF_ELM, "Colin Rowe", ComplaintsCoordinator),
        person(DSL_OF_ELM, "Dora Klein", DesignatedSafeguardingLead),
        person(person_id(105), "Carl Nye", ChairOfGovernors),
        person(TRUST_OFFICER, "Tom Hale", TrustOfficer),
    ];
    for person in &mut people {
        person.posts[0].place = Place::School(super::ELM);
    }
    people[0].posts[0].year_groups = vec!["Year 4".into()];
    people[5].posts[0].place = Place::Trust;
    people
}

pub(in super::super) fn everybody() -> Vec<Person> {
    use Role::*;
    let mut people = vec![
        person(YEAR_4_TEACHER, "Ann Marsh", ClassTeacher),
        person(YEAR_5_TEACHER, "Ben Okoro", ClassTeacher),
        person(HEAD, "Helen Ward", Headteacher),
        person(SENIOR_LEADER, "Sam Lister", SeniorLeader),
        person(CHAIR, "Charles Dean", ChairOfGovernors),
        person(VICE_CHAIR, "Vera Moss", ViceChairOfGovernors),
        person(GOVERNOR_1, "Gita Rao", Governor),
        person(GOVERNOR_2, "Glen Hart", Governor),
        person(GOVERNOR_3, "Grace Lowe", Governor),
        person(CLERK, "Clara Penn", Clerk),
        person(COORDINATOR, "Cora Field", ComplaintsCoordinator),
        person(OFFICE, "Olive Reed", SchoolOffice),
        person(DSL, "Dina Shaw", DesignatedSafeguardingLead),
        person(TRUST_OFFICER, "Tom Hale", TrustOfficer),
        person(OUTSIDER, "Ivy Stone", PanelMember),
        person(SOLICITOR, "Ian Frost", PanelMember),
        person(POOL_MEMBER, "Paul Nash", PanelMember),
        person(SISTER_GOVERNOR, "Sita Bell", PanelMember),
        person(ADMINISTRATOR, "Adam Cole", Administrator),
        person(NO_REASON_GIVEN, "Nora Quick", PanelMember),
    ];
    people[0].posts[0].year_groups = vec!["Year 4".into()];
    people[1].posts[0].year_groups = vec!["Year 5".into()];
    people[13].posts[0].place = Place::Trust;
    let reasons = [
        (14, Independence::Independent, Some("Retired head; no tie to the school or the trust")),
        (15, Independence::Independent, Some("Solicitor; no tie to the school or the trust")),
        (17, Independence::SisterSchool, Some("Governs another school of the trust")),
        (19, Independence::Independent, None),
    ];
    for (place, independence, reason) in reasons {
        people[place].posts[0].independence = independence;
        people[place].posts[0].independence_reason = reason.map(str::to_owned);
    }
    people
}

fn person(id: PersonId, name: &str, role: Role) -> Person {
    Person {
        id,
        name: name.into(),
        email: format!("{}@hazel-lane.example", name.to_lowercase().replace(' ', ".")),
        posts: vec![post(id, role)],
    }
}

pub(in super::super) fn post(person: PersonId, role: Role) -> Post {
    Post {
        id: PostId(Uuid::from_u128(person.0.as_u128() + 0x1000)),
        role,
        place: Place::School(SCHOOL),
        year_groups: Vec::new(),
        from_on: date("2020-09-01"),
        to_on: None,
        independence: Independence::None,
        independence_reason: None,
    }
}
