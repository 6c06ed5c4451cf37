//! Whether a school has the people whom its procedure needs.

use chrono::NaiveDate;

use super::ids::SchoolId;
use super::person::{Directory, Role};
use super::procedure::{Procedure, Stage, StageKind};

/// The roles that the procedure needs and that nobody holds at the school on that day, in the order of the ladder.
///
/// A stage that several roles may handle needs one of them; the first is then named, because it is the usual one.
/// A panel needs a clerk who convenes it and members to choose from (R25).
pub fn vacancies(
    procedure: &Procedure,
    directory: &Directory,
    school: SchoolId,
    day: NaiveDate,
) -> Vec<Role> {
    let held = |role: &Role| directory.holders(*role, school, day).next().is_some();
    let mut vacant = Vec::new();
    for stage in &procedure.stages {
        let missing = needed(stage).into_iter().filter(|one_of| !one_of.iter().any(held));
        vacant.extend(missing.filter_map(|one_of| one_of.first().copied()));
    }
    let mut named = Vec::new();
    vacant.retain(|role| {
        let new = !named.contains(role);
        named.push(*role);
        new
    });
    vacant
}

/// What a stage needs: one role of each list.
fn needed(stage: &Stage) -> Vec<Vec<Role>> {
    let handled = stage.handlers.clone();
    match stage.kind {
        StageKind::Panel => vec![handled, vec![Role::Clerk], vec![Role::PanelMember]],
        StageKind::Informal | StageKind::Formal => vec![handled],
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::domain::ids::{PersonId, PostId};
    use crate::domain::person::{Independence, Person, Place, Post};
    use crate::domain::procedure::default_for;

    fn school() -> SchoolId {
        SchoolId(Uuid::from_u128(1))
    }

    fn day() -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 9, 14).unwrap()
    }

    fn people(roles: &[(Role, Place)]) -> Directory {
        let person = |(number, (role, place)): (u128, &(Role, Place))| Person {
            id: PersonId(Uuid::from_u128(number)),
            name: "Somebody".into(),
            email: String::new(),
            posts: vec![Post {
                id: PostId(Uuid::from_u128(number)),
                role: *role,
                place: *place,
                year_groups: vec![],
                from_on: day(),
                to_on: Some(day()),
                independence: Independence::None,
                independence_reason: None,
            }],
        };
        Directory::new((0..).zip(roles).map(person).collect())
    }

    fn vacant(key: &str, roles: &[(Role, Place)], on: NaiveDate) -> Vec<Role> {
        vacancies(default_for(key).unwrap(), &people(roles), school(), on)
    }

    #[test]
    fn a_new_school_lacks_everybody_whom_its_ladder_names_each_once() {
        let all =
            [Role::ClassTeacher, Role::Headteacher, Role::ChairOfGovernors, Role::Clerk, Role::PanelMember];
        assert_eq!(vacant("MAT-SEED", &[], day()), all);
        assert_eq!(vacant("NI-2", &[], day()), [Role::Headteacher, Role::ChairOfGovernors]);
    }

    #[test]
    fn any_of_the_roles_that_may_handle_a_stage_is_enough_and_a_post_at_the_trust_counts() {
        let here = |role| (role, Place::School(school()));
        let some = [here(Role::SeniorLeader), here(Role::Headteacher), (Role::Clerk, Place::Trust)];
        assert_eq!(vacant("MAT-SEED", &some, day()), [Role::ChairOfGovernors, Role::PanelMember]);
        let elsewhere = [(Role::Headteacher, Place::School(SchoolId(Uuid::from_u128(2))))];
        assert!(vacant("NI-2", &elsewhere, day()).contains(&Role::Headteacher));
        assert_eq!(vacant("MAT-SEED", &some, day().succ_opt().unwrap()).len(), 5, "posts that have ended");
    }
}
