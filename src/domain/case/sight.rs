//! Who sees a case: by a post, or by a part that they have in it (R22, R69, 4.2). `db::visibility` asks the
//! same of many cases at once.

use crate::domain::ids::PersonId;
use crate::domain::notice::{Notice, Recipient, who_clerks};
use crate::domain::person::Role;

use super::context::Context;
use super::decide::in_the_pool;
use super::event::Event;
use super::state::{Case, InvolvedAs, Involvement};
use super::vocabulary::Flag;

/// What a role sees of the cases at its place, beyond those in which the person has a part themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Every case.
    Every,
    /// Cases in which a child may be at risk.
    Safeguarding,
    /// None: only their own.
    Own,
}

/// Least privilege: governors and the chair see counts, not files, so that they stay clear for a panel (R70,
/// 4.2); the clerk, who never sits on one, is the point of contact and sees every case (2.4); administrators see
/// no case; teachers and the office see those that they have a part in.
pub fn reach(role: Role) -> Reach {
    match role {
        Role::Headteacher
        | Role::ExecutiveHead
        | Role::ComplaintsCoordinator
        | Role::TrustOfficer
        | Role::Clerk
        | Role::Inspector => Reach::Every,
        Role::DesignatedSafeguardingLead => Reach::Safeguarding,
        Role::ClassTeacher
        | Role::FormTutor
        | Role::SeniorLeader
        | Role::ChairOfGovernors
        | Role::ViceChairOfGovernors
        | Role::Governor
        | Role::SchoolOffice
        | Role::DataProtectionOfficer
        | Role::ChiefExecutive
        | Role::ChairOfTrustees
        | Role::Trustee
        | Role::PanelMember
        | Role::Investigator
        | Role::Administrator => Reach::Own,
    }
}

/// The ways of being involved that let a person see a case. A witness or whoever read it once does not.
pub const GIVES_SIGHT: [InvolvedAs; 9] = [
    InvolvedAs::Handled,
    InvolvedAs::Decided,
    InvolvedAs::Consulted,
    InvolvedAs::WrittenTo,
    InvolvedAs::Attended,
    InvolvedAs::Asked,
    InvolvedAs::Panel,
    InvolvedAs::Clerked,
    InvolvedAs::Administered,
];

/// What stands in a list in place of what a family wrote, for whoever has not declared yet (R27).
pub const DECLARE_FIRST: &str = "You are asked to sit on this panel. Declare first whether you can";

/// What stands in a list in place of what a family wrote, for whoever would be kept off its panel by reading it (9.3).
pub const WOULD_BAR: &str = "Reading this keeps you off its panel. Open it to decide";

/// Whether opening the case would keep that reader off its panel, and nothing has so far (R24, 9.3).
pub fn would_bar(case: &Case, ctx: &Context<'_>) -> bool {
    !on_reading(case, ctx).is_empty()
}

/// Whether that person is asked to sit on a panel and has not declared that nothing stands in the way: until they
/// have, they learn who takes part and when the hearing is, and nothing of what anybody said (R27, 9.3).
pub fn is_to_declare(case: &Case, person: PersonId) -> bool {
    case.is_involved(person, InvolvedAs::Asked)
}

/// Whether that person reads what the members of a panel declared of themselves: whoever clerks it or finds a clerk, and
/// the trust's officers who answered nothing in the case. Not those whose answers are before the panel (2.4, R27).
pub fn reads_declarations(case: &Case, ctx: &Context<'_>) -> bool {
    let clerks = |person: PersonId| {
        case.run().is_some_and(|run| who_clerks(case, run.no, ctx).contains(&person))
            || ctx.holds(person, Role::Clerk)
    };
    let answered = |person| {
        [InvolvedAs::Handled, InvolvedAs::Decided].iter().any(|part| case.is_involved(person, *part))
    };
    let for_the_trust = |person| ctx.holds(person, Role::TrustOfficer) && !answered(person);
    ctx.actor.person().is_some_and(|person| clerks(person) || for_the_trust(person))
}

/// A line of the register as that reader reads it: whoever does not read declarations reads of each member that they are
/// of the panel since its stage began, and neither whether nor when they declared.
pub fn line_as_read(line: &Involvement, case: &Case, ctx: &Context<'_>) -> Involvement {
    let sits = matches!(line.involved_as, InvolvedAs::Asked | InvolvedAs::Panel);
    if !sits || reads_declarations(case, ctx) {
        return *line;
    }
    let since = line.run.and_then(|run| case.run_no(run)).map_or(line.since, |run| run.started_at);
    Involvement { involved_as: InvolvedAs::Panel, since, ..*line }
}

/// Whether that person may open the case. Whoever is complained about never may (R22), nor whoever stepped back.
/// Nor does anybody see it by what they hold in the place of one of these.
pub fn sees(case: &Case, person: PersonId, ctx: &Context<'_>) -> bool {
    let directory = ctx.people_for(case);
    let ctx = &Context { directory: &directory, ..*ctx };
    let by_post = |role: &Role| match reach(*role) {
        Reach::Every => ctx.holds(person, *role),
        Reach::Safeguarding => case.flags.contains(&Flag::ChildAtRisk) && ctx.holds(person, *role),
        Reach::Own => false,
    };
    let by_part = || GIVES_SIGHT.iter().any(|part| case.is_involved(person, *part));
    let in_place = || ctx.acts_for(person, case).is_some();
    !case.is_shut_out(person) && (Role::ALL.iter().any(by_post) || by_part() || in_place())
}

/// The line for somebody of the panel pool who reads a case in which they had no part: from then on they cannot sit
/// on its panel (R24). Nothing for anybody else, or where they are in the register already.
pub fn on_reading(case: &Case, ctx: &Context<'_>) -> Vec<Event> {
    let known =
        |person| case.involvement.iter().any(|line| line.person == person && line.involved_as.is_a_part());
    let reader = ctx.actor.person().filter(|person| in_the_pool(*person, ctx) && !known(*person));
    reader.into_iter().map(|person| Event::Involved { person, involved_as: InvolvedAs::SawContent }).collect()
}

/// Whoever is written to about a case can open it: a chair who is asked to decide, an owner of a promised action,
/// a colleague who is asked to a meeting. That taints them, so each is noted as consulted (R24, 9.3). Whoever may be asked
/// to sit on its panel is noted as written to: a page says what opening it means, before they open it.
pub fn consulted(told: &[Notice], case: &Case, ctx: &Context<'_>) -> Vec<Event> {
    let mut people: Vec<PersonId> = Vec::new();
    for notice in told.iter().filter(|notice| notice.kind.opens_the_case()) {
        match notice.to {
            Recipient::Person(person) if !people.contains(&person) && !sees(case, person, ctx) => {
                people.push(person);
            }
            Recipient::Person(_) | Recipient::Party(_) => {}
        }
    }
    let noted = |person| {
        let of_the_pool = in_the_pool(person, ctx);
        let involved_as = if of_the_pool { InvolvedAs::WrittenTo } else { InvolvedAs::Consulted };
        Event::Involved { person, involved_as }
    };
    people.into_iter().map(noted).collect()
}
