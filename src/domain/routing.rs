//! Who handles a stage: by the subject of the case, the procedure, and who is clear of it (2.3, R21-R23).

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::case::state::{Child, Handler, PassedOver, StageRun, Subject};
use super::case::vocabulary::SubjectRole;
use super::ids::{PersonId, SchoolId};
use super::person::{Directory, Person, Post, Role};
use super::procedure::{Procedure, Stage, StageKey, StageKind};
use super::year_group;

/// What routing looks at.
#[derive(Clone, Copy, Debug)]
pub struct Scene<'a> {
    /// The school.
    pub school: SchoolId,
    /// The procedure.
    pub procedure: &'a Procedure,
    /// Who holds which post.
    pub directory: &'a Directory,
    /// The school's date.
    pub today: NaiveDate,
    /// Who is complained about.
    pub subjects: &'a [Subject],
    /// The child whom it is about. Without one there is no class teacher to ask.
    pub child: Option<&'a Child>,
    /// Who may not have the stage: complained about, witness, or with a part in an earlier stage.
    pub barred: &'a BTreeSet<PersonId>,
    /// The stage runs before this one: whoever answers next does not stand below a governor who answered then.
    pub before: &'a [StageRun],
}

/// How far up the ladder a subject stands. A stage is handled from above its subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Staff,
    Head,
    Governors,
    Trust,
    ChiefExecutive,
    Trustees,
    Board,
    Outside,
}

fn rank_of_subject(role: SubjectRole) -> Rank {
    match role {
        SubjectRole::ClassTeacher | SubjectRole::Staff | SubjectRole::Other => Rank::Staff,
        // The clerk answers to the chair, so a matter about the clerk begins there (2.3).
        SubjectRole::Headteacher | SubjectRole::Clerk => Rank::Head,
        SubjectRole::Governor
        | SubjectRole::ViceChairOfGovernors
        | SubjectRole::ChairOfGovernors
        | SubjectRole::MajorityOfGoverningBody
        | SubjectRole::GoverningBody => Rank::Governors,
        SubjectRole::ExecutiveHead | SubjectRole::TrustStaff => Rank::Trust,
        SubjectRole::ChiefExecutive => Rank::ChiefExecutive,
        SubjectRole::Trustee | SubjectRole::ChairOfTrustees => Rank::Trustees,
        SubjectRole::TrustBoard => Rank::Board,
    }
}

/// Whether a case about somebody in that role is handled from above the staff of the school.
pub fn is_above_the_staff(role: SubjectRole) -> bool {
    rank_of_subject(role) > Rank::Staff
}

fn rank_of_handler(role: Role) -> Rank {
    match role {
        Role::ClassTeacher
        | Role::FormTutor
        | Role::SeniorLeader
        | Role::SchoolOffice
        | Role::ComplaintsCoordinator => Rank::Staff,
        Role::Headteacher | Role::DesignatedSafeguardingLead | Role::DataProtectionOfficer => Rank::Head,
        Role::ChairOfGovernors
        | Role::ViceChairOfGovernors
        | Role::Governor
        | Role::Clerk
        | Role::PanelMember => Rank::Governors,
        Role::ExecutiveHead | Role::TrustOfficer | Role::Administrator => Rank::Trust,
        Role::ChiefExecutive => Rank::ChiefExecutive,
        Role::ChairOfTrustees | Role::Trustee => Rank::Trustees,
        Role::Investigator | Role::Inspector => Rank::Outside,
    }
}

/// Who handles a formal stage when somebody above the staff is complained about (2.3), the first choice first.
pub fn formal_handlers_for(subject: SubjectRole, in_trust: InTrust) -> &'static [Role] {
    match (subject, in_trust) {
        (SubjectRole::ClassTeacher | SubjectRole::Staff | SubjectRole::Other, _) => &[Role::Headteacher],
        (SubjectRole::Headteacher, InTrust::No) => {
            &[Role::ChairOfGovernors, Role::ViceChairOfGovernors, Role::Governor]
        }
        (SubjectRole::Headteacher, InTrust::Yes) => {
            &[Role::TrustOfficer, Role::ChiefExecutive, Role::ChairOfGovernors]
        }
        (SubjectRole::Governor | SubjectRole::ViceChairOfGovernors, InTrust::No) => {
            &[Role::ChairOfGovernors, Role::Governor]
        }
        (SubjectRole::Governor | SubjectRole::ViceChairOfGovernors, InTrust::Yes) => {
            &[Role::TrustOfficer, Role::Governor]
        }
        (SubjectRole::ChairOfGovernors, InTrust::No) => &[Role::ViceChairOfGovernors, Role::Governor],
        (SubjectRole::ChairOfGovernors, InTrust::Yes) => {
            &[Role::TrustOfficer, Role::ViceChairOfGovernors, Role::Governor]
        }
        (SubjectRole::Clerk, InTrust::No) => &[Role::ChairOfGovernors, Role::ViceChairOfGovernors],
        (SubjectRole::Clerk, InTrust::Yes) => {
            &[Role::ChairOfTrustees, Role::ChairOfGovernors, Role::ViceChairOfGovernors]
        }
        (SubjectRole::MajorityOfGoverningBody | SubjectRole::GoverningBody, InTrust::No) => {
            &[Role::Investigator]
        }
        (SubjectRole::MajorityOfGoverningBody | SubjectRole::GoverningBody, InTrust::Yes) => {
            &[Role::ChiefExecutive, Role::TrustOfficer]
        }
        (SubjectRole::ExecutiveHead | SubjectRole::TrustStaff, InTrust::Yes) => &[Role::ChiefExecutive],
        (SubjectRole::ChiefExecutive, InTrust::Yes) => &[Role::ChairOfTrustees, Role::Trustee],
        (SubjectRole::Trustee, InTrust::Yes) => &[Role::ChairOfTrustees, Role::Trustee, Role::Investigator],
        (SubjectRole::ChairOfTrustees, InTrust::Yes) => &[Role::Trustee, Role::Investigator],
        // No trust is above such a school: whoever is meant, somebody from outside looks into it.
        (
            SubjectRole::ExecutiveHead
            | SubjectRole::TrustStaff
            | SubjectRole::ChiefExecutive
            | SubjectRole::Trustee
            | SubjectRole::ChairOfTrustees,
            InTrust::No,
        )
        | (SubjectRole::TrustBoard, _) => &[Role::Investigator],
    }
}

/// Whether a school belongs to a trust that handles complaints above its governors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InTrust {
    /// An academy of a trust.
    Yes,
    /// A maintained or independent school.
    No,
}

impl<'a> Scene<'a> {
    fn in_trust(&self) -> InTrust {
        use super::procedure::Regime;
        match self.procedure.regime {
            Regime::AcademyPart7 => InTrust::Yes,
            Regime::MaintainedEngland
            | Regime::IndependentPart7
            | Regime::MaintainedWales
            | Regime::NorthernIreland
            | Regime::ScotlandCouncil
            | Regime::CouncilServices => InTrust::No,
        }
    }

    fn highest_subject(&self) -> Option<SubjectRole> {
        let about = |role| self.subjects.iter().any(|subject| self.is_about(subject, role));
        if about(SubjectRole::ChairOfGovernors) && about(SubjectRole::ViceChairOfGovernors) {
            return Some(SubjectRole::MajorityOfGoverningBody);
        }
        self.subjects
            .iter()
            .flat_map(|subject| [Some(subject.role), self.role_by_post(subject)])
            .flatten()
            .map(|role| match (role, self.in_trust()) {
                // The executive head of a federation answers to its governors, like any head.
                (SubjectRole::ExecutiveHead, InTrust::No) => SubjectRole::Headteacher,
                (other, InTrust::Yes | InTrust::No) => other,
            })
            .max_by_key(|role| rank_of_subject(*role))
    }

    fn is_about(&self, subject: &Subject, role: SubjectRole) -> bool {
        subject.role == role || self.role_by_post(subject) == Some(role)
    }

    /// A family may call the head "a member of staff". What somebody is decides, not what they were called.
    fn role_by_post(&self, subject: &Subject) -> Option<SubjectRole> {
        let person = subject.person.and_then(|person| self.directory.person(person))?;
        [
            (Role::ChairOfTrustees, SubjectRole::ChairOfTrustees),
            (Role::Trustee, SubjectRole::Trustee),
            (Role::ChiefExecutive, SubjectRole::ChiefExecutive),
            (Role::TrustOfficer, SubjectRole::TrustStaff),
            (Role::ExecutiveHead, SubjectRole::ExecutiveHead),
            (Role::ChairOfGovernors, SubjectRole::ChairOfGovernors),
            (Role::ViceChairOfGovernors, SubjectRole::ViceChairOfGovernors),
            (Role::Governor, SubjectRole::Governor),
            (Role::Headteacher, SubjectRole::Headteacher),
            (Role::Clerk, SubjectRole::Clerk),
        ]
        .into_iter()
        .find(|(role, _)| person.holds(*role, self.school, self.today))
        .map(|(_, subject)| subject)
    }

    /// Whether no governor of the school may have the matter: it is about the whole body, or most of it.
    fn about_the_body(&self) -> bool {
        matches!(
            self.highest_subject(),
            Some(SubjectRole::MajorityOfGoverningBody | SubjectRole::GoverningBody)
        )
    }

    /// Whether no governor has a stage of it: it is about their own body, or about the trust above them.
    fn governors_are_out(&self) -> bool {
        self.about_the_body() || self.about_the_trust()
    }

    /// Whether it is about somebody of the trust, above the school and its governors.
    fn about_the_trust(&self) -> bool {
        self.highest_subject().is_some_and(|role| rank_of_subject(role) >= Rank::Trust)
    }

    /// Whether nobody of the trust hears it either: it is about the whole board (2.3).
    pub fn panel_is_wholly_independent(&self) -> bool {
        self.highest_subject().is_some_and(|role| rank_of_subject(role) == Rank::Board)
    }

    /// Whether a panel comes from outside the governing body: when it is about the body, and in a trust when
    /// it is about any governor (2.3).
    pub fn panel_is_from_outside(&self) -> bool {
        let governor = matches!(
            self.highest_subject(),
            Some(SubjectRole::Governor | SubjectRole::ViceChairOfGovernors | SubjectRole::ChairOfGovernors)
        );
        self.about_the_body() || (governor && self.in_trust() == InTrust::Yes)
    }

    /// The stage at which a case begins: the first that is handled from above whoever is complained about.
    pub fn first_stage(&self) -> Option<&Stage> {
        let subject = self.highest_subject().map(rank_of_subject);
        let above = |stage: &&Stage| match subject {
            None | Some(Rank::Staff) => true,
            Some(rank) => stage.handlers.iter().any(|role| rank_of_handler(*role) > rank),
        };
        self.procedure
            .stages
            .iter()
            .filter(|stage| stage.kind != StageKind::Panel)
            .find(above)
            .or_else(|| self.procedure.stages.iter().find(|stage| stage.kind == StageKind::Formal))
            .or_else(|| self.procedure.first_stage())
    }

    /// The stages that a case begins above, because of whoever is complained about (R49).
    pub fn passed_over(&self) -> Option<PassedOver> {
        let first = self.first_stage()?;
        let before = self.procedure.stages.iter().take_while(|stage| stage.key != first.key);
        let stages: Vec<StageKey> = before.map(|stage| stage.key.clone()).collect();
        let about = self.highest_subject()?;
        (!stages.is_empty()).then_some(PassedOver { stages, about })
    }

    /// These runs came before: nobody below a governor who had one of them has the next (2.3, R23).
    #[must_use]
    pub fn after(mut self, before: &'a [StageRun]) -> Self {
        self.before = before;
        self
    }

    /// Whether a role stands below whoever answered before. A senior leader who is clear may follow the head
    /// (9.1); nobody of the staff follows a governor or a trust officer. Those two stand side by side (2.3).
    fn below_before(&self, role: Role) -> bool {
        let by_governors = self.before.iter().any(|run| rank_of_handler(run.handler.role) >= Rank::Governors);
        by_governors && rank_of_handler(role) < Rank::Governors
    }

    /// The roles that may have a stage of this case, the first choice first.
    pub fn roles_for(&self, stage: &Stage) -> Vec<Role> {
        let by_subject: &[Role] = match (stage.kind, self.highest_subject()) {
            (StageKind::Formal, Some(subject)) if rank_of_subject(subject) > Rank::Staff => {
                formal_handlers_for(subject, self.in_trust())
            }
            (StageKind::Informal | StageKind::Formal | StageKind::Panel, _) => &[],
        };
        // Whoever works for the trust stands below those who lead it: only those whom the matrix names.
        if stage.kind != StageKind::Panel && self.about_the_trust() {
            let subject = self.highest_subject().into_iter();
            return subject
                .flat_map(|subject| formal_handlers_for(subject, self.in_trust()))
                .copied()
                .collect();
        }
        let mut roles = Vec::new();
        for role in by_subject.iter().chain(&stage.handlers).chain(&stage.fallback) {
            let below_subject = self.highest_subject().is_some_and(|subject| {
                rank_of_subject(subject) > Rank::Staff && rank_of_handler(*role) <= Rank::Head
            });
            let below_trust = self.governors_are_out()
                && stage.kind != StageKind::Panel
                && rank_of_handler(*role) == Rank::Governors;
            let below_before = stage.kind != StageKind::Panel && self.below_before(*role);
            if !below_subject && !below_trust && !below_before && !roles.contains(role) {
                roles.push(*role);
            }
        }
        roles
    }

    /// Whether that role has one holder, and they are whom the case is about.
    pub fn is_the_subject(&self, role: Role) -> bool {
        role.is_held_by_one() && self.role_is_unknown_subject(role)
    }

    /// Whether the safeguarding lead may take this stage in a case in which a child may be at risk (4.4): not a
    /// panel, and not above whoever is complained about.
    pub fn safeguarding_lead_may_have(&self, stage: &Stage) -> bool {
        let lead = rank_of_handler(Role::DesignatedSafeguardingLead);
        let subject = self.highest_subject().map(rank_of_subject);
        stage.kind != StageKind::Panel && subject.is_none_or(|rank| rank == Rank::Staff || lead > rank)
    }

    /// Who gets a stage: the first role with exactly one person who is clear, or with an obvious first.
    /// Where a role has several people and nothing tells them apart, the stage waits for the co-ordinator
    /// to choose, in the open. What is about no child goes past the teachers, although somebody may choose one.
    pub fn route(&self, stage: &Stage) -> Handler {
        let mut roles = self.roles_for(stage);
        if self.child.is_none() && !roles.iter().all(|role| is_teacher(*role)) {
            roles.retain(|role| !is_teacher(*role));
        }
        for role in &roles {
            let clear = self.clear_holders(*role);
            if let Some(person) = self.choose(*role, &clear) {
                return Handler { role: *role, person: Some(person.id) };
            }
            if clear.len() > 1 {
                return Handler { role: *role, person: None };
            }
        }
        Handler { role: roles.first().copied().unwrap_or(Role::ComplaintsCoordinator), person: None }
    }

    /// Who holds that role, or stands in for somebody who is away from it, and is clear of this case (S40).
    pub fn clear_holders(&self, role: Role) -> Vec<&Person> {
        let here: BTreeSet<PersonId> =
            self.directory.present(role, self.school, self.today).map(|person| person.id).collect();
        let mut clear = self.clear_holders_away_or_not(role);
        clear.retain(|person| here.contains(&person.id));
        clear
    }

    /// The same with those who are away.
    pub fn clear_holders_away_or_not(&self, role: Role) -> Vec<&'a Person> {
        if self.role_is_unknown_subject(role) {
            return Vec::new();
        }
        let holders = self.directory.holders(role, self.school, self.today);
        holders.filter(|person| !self.barred.contains(&person.id)).collect()
    }

    /// Somebody in that role is complained about and we do not know who: then nobody in it may have the case.
    fn role_is_unknown_subject(&self, role: Role) -> bool {
        self.subjects.iter().any(|subject| {
            subject.person.is_none()
                && match subject.role {
                    SubjectRole::ClassTeacher => matches!(role, Role::ClassTeacher | Role::FormTutor),
                    SubjectRole::Staff => {
                        matches!(role, Role::ClassTeacher | Role::FormTutor | Role::SeniorLeader)
                    }
                    SubjectRole::Headteacher => role == Role::Headteacher,
                    SubjectRole::Governor => role == Role::Governor,
                    SubjectRole::ViceChairOfGovernors => role == Role::ViceChairOfGovernors,
                    SubjectRole::ChairOfGovernors => role == Role::ChairOfGovernors,
                    SubjectRole::Clerk => role == Role::Clerk,
                    SubjectRole::MajorityOfGoverningBody | SubjectRole::GoverningBody => {
                        matches!(role, Role::Governor | Role::ChairOfGovernors | Role::ViceChairOfGovernors)
                    }
                    SubjectRole::ExecutiveHead => role == Role::ExecutiveHead,
                    SubjectRole::TrustStaff => role == Role::TrustOfficer,
                    SubjectRole::ChiefExecutive => role == Role::ChiefExecutive,
                    SubjectRole::Trustee => role == Role::Trustee,
                    SubjectRole::ChairOfTrustees => role == Role::ChairOfTrustees,
                    SubjectRole::TrustBoard => {
                        matches!(role, Role::Trustee | Role::ChairOfTrustees | Role::ChiefExecutive)
                    }
                    SubjectRole::Other => false,
                }
        })
    }

    fn choose<'p>(&self, role: Role, clear: &[&'p Person]) -> Option<&'p Person> {
        match role {
            Role::ClassTeacher | Role::FormTutor => self.teacher_of_the_child(role, clear),
            // A suitably skilled governor or trustee is appointed through the clerk, and an investigator by whoever
            // is not complained about, never picked by order (2.3).
            Role::Governor | Role::Trustee | Role::Investigator | Role::PanelMember => None,
            Role::SeniorLeader
            | Role::Headteacher
            | Role::ExecutiveHead
            | Role::ChairOfGovernors
            | Role::ViceChairOfGovernors
            | Role::Clerk
            | Role::ComplaintsCoordinator
            | Role::SchoolOffice
            | Role::DesignatedSafeguardingLead
            | Role::DataProtectionOfficer
            | Role::TrustOfficer
            | Role::ChiefExecutive
            | Role::ChairOfTrustees
            | Role::Administrator
            | Role::Inspector => clear.first().copied(),
        }
    }

    fn teacher_of_the_child<'p>(&self, role: Role, clear: &[&'p Person]) -> Option<&'p Person> {
        only_teacher(clear, role, self.child?, self.today)
    }
}

fn is_teacher(role: Role) -> bool {
    matches!(role, Role::ClassTeacher | Role::FormTutor)
}

/// The one who teaches the child: whoever has the year group, by its name or as people write it; else whoever has a post for all year groups.
/// Nobody where two do, or where the year group is not known and there are several for all.
fn only_teacher<'p>(
    people: &[&'p Person],
    role: Role,
    child: &Child,
    today: NaiveDate,
) -> Option<&'p Person> {
    let with = |fits: &dyn Fn(&Post) -> bool| -> Vec<&'p Person> {
        let holds = |post: &Post| post.role == role && post.is_held_on(today) && fits(post);
        people.iter().copied().filter(|person| person.posts.iter().any(holds)).collect()
    };
    let of = |fits: fn(&str, &str) -> bool| {
        let year = child.year_group.as_ref().map_or("", |year| year.as_str());
        with(&|post| post.year_groups.iter().any(|own| fits(own, year)))
    };
    let by_name = of(same_words);
    let of_the_year = if by_name.is_empty() { of(same_year) } else { by_name };
    let found = if of_the_year.is_empty() { with(&|post| post.year_groups.is_empty()) } else { of_the_year };
    match found.as_slice() {
        [only] => Some(only),
        [] | [_, _, ..] => None,
    }
}

/// Whether two short texts mean the same year ("Year 4", "yr 4", "4").
fn same_year(one: &str, other: &str) -> bool {
    year_group::read(one).is_some_and(|year| year_group::read(other) == Some(year))
}

/// Whether two short texts say the same, whatever their case and spaces ("Year 4", "year  4").
fn same_words(one: &str, other: &str) -> bool {
    let plain = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    plain(one) == plain(other)
}

/// Finds the people whom a concern is about: by name, or as the only holder of the role that was named.
pub fn resolve_subject(
    role: SubjectRole,
    name: Option<&str>,
    school: SchoolId,
    child: Option<&Child>,
    directory: &Directory,
    today: NaiveDate,
) -> Option<PersonId> {
    let at_school =
        |person: &&Person| person.posts.iter().any(|post| post.reaches(school) && post.is_held_on(today));
    if let Some(name) = name {
        let mut named =
            directory.people().iter().filter(at_school).filter(|person| same_name(&person.name, name));
        if let (Some(only), None) = (named.next(), named.next()) {
            return Some(only.id);
        }
    }
    let post = match role {
        SubjectRole::ClassTeacher => Role::ClassTeacher,
        SubjectRole::Headteacher => Role::Headteacher,
        SubjectRole::ViceChairOfGovernors => Role::ViceChairOfGovernors,
        SubjectRole::ChairOfGovernors => Role::ChairOfGovernors,
        SubjectRole::Clerk => Role::Clerk,
        SubjectRole::ExecutiveHead => Role::ExecutiveHead,
        SubjectRole::ChiefExecutive => Role::ChiefExecutive,
        SubjectRole::ChairOfTrustees => Role::ChairOfTrustees,
        SubjectRole::Staff
        | SubjectRole::Governor
        | SubjectRole::MajorityOfGoverningBody
        | SubjectRole::GoverningBody
        | SubjectRole::TrustStaff
        | SubjectRole::Trustee
        | SubjectRole::TrustBoard
        | SubjectRole::Other => return None,
    };
    // Whoever stands in for the head is not whom a family means by "the headteacher".
    let mut holders = directory.own_holders(post, school, today);
    if role == SubjectRole::ClassTeacher {
        return only_teacher(&holders.collect::<Vec<_>>(), post, child?, today).map(|person| person.id);
    }
    match (holders.next(), holders.next()) {
        (Some(only), None) => Some(only.id),
        (None | Some(_), _) => None,
    }
}

/// "Mrs Patel" is Anita Patel when nobody else is called so; titles do not count.
fn same_name(known: &str, given: &str) -> bool {
    const TITLES: [&str; 8] = ["mr", "mrs", "ms", "miss", "mx", "dr", "sir", "rev"];
    let parts = |text: &str| -> Vec<String> {
        text.split_whitespace()
            .map(|part| part.trim_matches('.').to_lowercase())
            .filter(|part| !TITLES.contains(&part.as_str()))
            .collect()
    };
    let (known, given) = (parts(known), parts(given));
    !given.is_empty() && (known == given || (given.len() == 1 && known.last() == given.first()))
}
