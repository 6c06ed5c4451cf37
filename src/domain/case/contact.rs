//! Whom a family turns to about its case. Usually that is the school office. Where the office would put it before
//! whoever is complained about, it is somebody else (R22, 2.3).

use crate::domain::person::{Person, Role};

use super::context::Context;
use super::state::{Case, Subject};
use super::vocabulary::SubjectRole;

/// Whom a family turns to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TurnTo<'a> {
    /// The school office, at the school's own address.
    Office,
    /// Somebody by name, because the office works for whoever is complained about.
    Instead {
        /// Who.
        person: &'a Person,
        /// In which role.
        role: Role,
    },
}

/// Who takes the office's place, the first choice first: the clerk is the point of contact of the governors, then
/// comes the trust (2.3).
const IN_PLACE_OF_THE_OFFICE: [Role; 2] = [Role::Clerk, Role::TrustOfficer];

/// Whom the family of that case turns to.
pub fn whom_to_turn_to<'a>(case: &Case, ctx: &Context<'a>) -> TurnTo<'a> {
    if !case.subjects.iter().any(|subject| reads_the_offices_post(subject, ctx)) {
        return TurnTo::Office;
    }
    let clear = |id| !case.is_shut_out(id);
    let of_role = |role: Role| {
        let mut holders = ctx.directory.holders(role, ctx.school.id, ctx.today);
        let meant =
            case.subjects.iter().any(|subject| subject.person.is_none() && is_called(subject.role, role));
        holders.find(|person| !meant && clear(person.id)).map(|person| (person, role))
    };
    let handler = || {
        let handler = case.run()?.handler;
        let person = ctx.directory.person(handler.person?)?;
        clear(person.id).then_some((person, handler.role))
    };
    let chosen = IN_PLACE_OF_THE_OFFICE.into_iter().find_map(of_role).or_else(handler);
    chosen.map_or(TurnTo::Office, |(person, role)| TurnTo::Instead { person, role })
}

/// Whether what reaches the office reaches whoever is complained about.
fn reads_the_offices_post(subject: &Subject, ctx: &Context<'_>) -> bool {
    let by_role = matches!(subject.role, SubjectRole::Headteacher | SubjectRole::ExecutiveHead);
    let by_post = |id| ctx.holds(id, Role::Headteacher) || ctx.holds(id, Role::SchoolOffice);
    by_role || subject.person.is_some_and(by_post)
}

/// Whether a complaint about somebody in that role, named by nobody, may mean a holder of that post.
fn is_called(subject: SubjectRole, role: Role) -> bool {
    match role {
        Role::Clerk => subject == SubjectRole::Clerk,
        Role::TrustOfficer => matches!(
            subject,
            SubjectRole::ExecutiveHead
                | SubjectRole::TrustStaff
                | SubjectRole::ChiefExecutive
                | SubjectRole::Trustee
                | SubjectRole::ChairOfTrustees
                | SubjectRole::TrustBoard
        ),
        Role::ClassTeacher
        | Role::FormTutor
        | Role::SeniorLeader
        | Role::Headteacher
        | Role::ChairOfGovernors
        | Role::ViceChairOfGovernors
        | Role::Governor
        | Role::ComplaintsCoordinator
        | Role::SchoolOffice
        | Role::DesignatedSafeguardingLead
        | Role::ExecutiveHead
        | Role::DataProtectionOfficer
        | Role::ChiefExecutive
        | Role::ChairOfTrustees
        | Role::Trustee
        | Role::PanelMember
        | Role::Investigator
        | Role::Administrator
        | Role::Inspector => false,
    }
}
