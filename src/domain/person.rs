//! People who work for a school or trust, and the posts from which all their rights come.

use std::borrow::Cow;
use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::absence::{Absence, is_away, standing_in};
use super::calendar::short_date;
use super::ids::{PersonId, PostId, SchoolId};

/// A role that a post gives. The set is closed: a procedure that names another is refused.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Teaches the child's class.
    ClassTeacher,
    /// The child's form tutor.
    FormTutor,
    /// Deputy or assistant head, head of year or phase.
    SeniorLeader,
    /// The headteacher or principal.
    Headteacher,
    /// Heads several schools, above their heads.
    ExecutiveHead,
    /// Chairs the governing body or local board.
    ChairOfGovernors,
    /// Stands in for the chair.
    ViceChairOfGovernors,
    /// A governor of the school.
    Governor,
    /// The clerk or governance professional: convenes panels and never sits on them.
    Clerk,
    /// Logs, acknowledges and chases; never decides.
    ComplaintsCoordinator,
    /// The school office: records calls and letters.
    SchoolOffice,
    /// The designated safeguarding lead.
    DesignatedSafeguardingLead,
    /// The data protection officer: sees what families ask about their data.
    DataProtectionOfficer,
    /// Works for the trust across its schools.
    TrustOfficer,
    /// Leads the trust.
    ChiefExecutive,
    /// Chairs the board of the trust.
    ChairOfTrustees,
    /// A trustee.
    Trustee,
    /// May be asked to sit on a panel.
    PanelMember,
    /// From outside, asked to look into what nobody inside may (2.3).
    Investigator,
    /// Looks after people, calendars and procedures; sees no case.
    Administrator,
    /// Inspects for a time, reads everything and changes nothing (Part 7, paragraph 33(k)).
    Inspector,
}

impl Role {
    /// Every role, in the order in which they are listed for people.
    pub const ALL: [Self; 21] = [
        Self::ClassTeacher,
        Self::FormTutor,
        Self::SeniorLeader,
        Self::Headteacher,
        Self::ExecutiveHead,
        Self::ChairOfGovernors,
        Self::ViceChairOfGovernors,
        Self::Governor,
        Self::Clerk,
        Self::ComplaintsCoordinator,
        Self::SchoolOffice,
        Self::DesignatedSafeguardingLead,
        Self::DataProtectionOfficer,
        Self::TrustOfficer,
        Self::ChiefExecutive,
        Self::ChairOfTrustees,
        Self::Trustee,
        Self::PanelMember,
        Self::Investigator,
        Self::Administrator,
        Self::Inspector,
    ];

    /// Whether the post lets somebody work with cases: they may log a concern for a family (9.2, raise) and see to
    /// what was promised. Not who looks after people and settings, and not who is kept clear for a panel.
    pub fn works_with_cases(self) -> bool {
        match self {
            Self::ClassTeacher
            | Self::FormTutor
            | Self::SeniorLeader
            | Self::Headteacher
            | Self::ExecutiveHead
            | Self::ChairOfGovernors
            | Self::ViceChairOfGovernors
            | Self::Clerk
            | Self::ComplaintsCoordinator
            | Self::SchoolOffice
            | Self::DesignatedSafeguardingLead
            | Self::DataProtectionOfficer
            | Self::TrustOfficer
            | Self::ChiefExecutive
            | Self::ChairOfTrustees => true,
            Self::Governor
            | Self::Trustee
            | Self::PanelMember
            | Self::Investigator
            | Self::Administrator
            | Self::Inspector => false,
        }
    }

    /// Whether somebody can have it at the trust, for all of its schools.
    pub fn can_be_at_the_trust(self) -> bool {
        match self {
            Self::ClassTeacher
            | Self::FormTutor
            | Self::SeniorLeader
            | Self::Headteacher
            | Self::SchoolOffice => false,
            Self::ExecutiveHead
            | Self::ChairOfGovernors
            | Self::ViceChairOfGovernors
            | Self::Governor
            | Self::Clerk
            | Self::ComplaintsCoordinator
            | Self::DesignatedSafeguardingLead
            | Self::DataProtectionOfficer
            | Self::TrustOfficer
            | Self::ChiefExecutive
            | Self::ChairOfTrustees
            | Self::Trustee
            | Self::PanelMember
            | Self::Investigator
            | Self::Administrator
            | Self::Inspector => true,
        }
    }

    /// Whether the post has a last day from the first on: whoever inspects does so for a time.
    pub fn is_for_a_time(self) -> bool {
        self == Self::Inspector
    }

    /// Whether a school has one of them at a time, so that a stage falls to a certain person.
    pub fn is_held_by_one(self) -> bool {
        match self {
            Self::Headteacher
            | Self::ExecutiveHead
            | Self::ChairOfGovernors
            | Self::ChiefExecutive
            | Self::ChairOfTrustees => true,
            Self::ClassTeacher
            | Self::FormTutor
            | Self::SeniorLeader
            | Self::ViceChairOfGovernors
            | Self::Governor
            | Self::Clerk
            | Self::ComplaintsCoordinator
            | Self::SchoolOffice
            | Self::DesignatedSafeguardingLead
            | Self::DataProtectionOfficer
            | Self::TrustOfficer
            | Self::Trustee
            | Self::PanelMember
            | Self::Investigator
            | Self::Administrator
            | Self::Inspector => false,
        }
    }

    /// What people call it, in the middle of a sentence.
    pub fn title(self) -> &'static str {
        match self {
            Self::ClassTeacher => "class teacher",
            Self::FormTutor => "form tutor",
            Self::SeniorLeader => "senior leader",
            Self::Headteacher => "headteacher",
            Self::ExecutiveHead => "executive headteacher",
            Self::ChairOfGovernors => "chair of governors",
            Self::ViceChairOfGovernors => "vice-chair of governors",
            Self::Governor => "governor",
            Self::Clerk => "clerk to the governors",
            Self::ComplaintsCoordinator => "complaints co-ordinator",
            Self::SchoolOffice => "school office",
            Self::DesignatedSafeguardingLead => "designated safeguarding lead",
            Self::DataProtectionOfficer => "data protection officer",
            Self::TrustOfficer => "trust officer",
            Self::ChiefExecutive => "chief executive",
            Self::ChairOfTrustees => "chair of trustees",
            Self::Trustee => "trustee",
            Self::PanelMember => "panel member",
            Self::Investigator => "independent investigator",
            Self::Administrator => "administrator",
            Self::Inspector => "inspector",
        }
    }

    /// The word for it in the API and in the database.
    pub fn key(self) -> &'static str {
        match self {
            Self::ClassTeacher => "class_teacher",
            Self::FormTutor => "form_tutor",
            Self::SeniorLeader => "senior_leader",
            Self::Headteacher => "headteacher",
            Self::ExecutiveHead => "executive_head",
            Self::ChairOfGovernors => "chair_of_governors",
            Self::ViceChairOfGovernors => "vice_chair_of_governors",
            Self::Governor => "governor",
            Self::Clerk => "clerk",
            Self::ComplaintsCoordinator => "complaints_coordinator",
            Self::SchoolOffice => "school_office",
            Self::DesignatedSafeguardingLead => "designated_safeguarding_lead",
            Self::DataProtectionOfficer => "data_protection_officer",
            Self::TrustOfficer => "trust_officer",
            Self::ChiefExecutive => "chief_executive",
            Self::ChairOfTrustees => "chair_of_trustees",
            Self::Trustee => "trustee",
            Self::PanelMember => "panel_member",
            Self::Investigator => "investigator",
            Self::Administrator => "administrator",
            Self::Inspector => "inspector",
        }
    }

    /// The role of that key.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.key() == key)
    }
}

/// Where a post is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// At one school.
    School(SchoolId),
    /// At the trust, and so at each of its schools.
    Trust,
}

/// What makes a panel member independent of the management and running of the school, or not (1.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Independence {
    /// Staff, governor or trustee of the school, or works for the trust.
    None,
    /// A governor of another school of the same trust: not independent unless the trust says so (R29).
    SisterSchool,
    /// From outside the school and the trust; the post carries the reason.
    Independent,
}

/// One role, held by one person at one place for a time (from and to are both included).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Post {
    /// Its id.
    pub id: PostId,
    /// What it is.
    pub role: Role,
    /// Where it is held.
    pub place: Place,
    /// The year groups that a class teacher or tutor has ("Year 4"); empty for all.
    pub year_groups: Vec<String>,
    /// The first day.
    pub from_on: NaiveDate,
    /// The last day, if it is known.
    pub to_on: Option<NaiveDate>,
    /// For the panel pool: whether they count as independent.
    pub independence: Independence,
    /// For the panel pool: why they count as independent (R25).
    pub independence_reason: Option<String>,
}

impl Post {
    /// Whether the post is held on that day.
    pub fn is_held_on(&self, day: NaiveDate) -> bool {
        self.from_on <= day && self.to_on.is_none_or(|last| day <= last)
    }

    /// Whether the post is at that school, or at its trust.
    pub fn reaches(&self, school: SchoolId) -> bool {
        match self.place {
            Place::School(own) => own == school,
            Place::Trust => true,
        }
    }
}

/// A person with the posts that they hold at one school or its trust.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Their id.
    pub id: PersonId,
    /// Their name as they want it shown.
    pub name: String,
    /// Where their mail goes.
    pub email: String,
    /// Every post, past and to come too.
    pub posts: Vec<Post>,
}

impl Person {
    /// Whether they hold that role at that school on that day.
    pub fn holds(&self, role: Role, school: SchoolId, day: NaiveDate) -> bool {
        self.posts.iter().any(|post| post.role == role && post.reaches(school) && post.is_held_on(day))
    }
}

/// Everybody who holds a post at one school or at its trust, and who of them is away.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Directory {
    people: Vec<Person>,
    absences: Vec<Absence>,
}

/// Whether somebody who has a stage is there to see to it (S40, G30).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cover {
    /// They are there.
    Here,
    /// They are away until that day, and another looks after it.
    LookedAfter {
        /// Who.
        by: PersonId,
        /// The last day of the absence.
        until: NaiveDate,
    },
    /// They are away until that day, and nobody looks after it.
    Away {
        /// The last day of the absence.
        until: NaiveDate,
    },
    /// Their post has ended.
    Gone,
}

impl Cover {
    /// What people read beside the name of whoever has a case; nothing while they are there.
    pub fn warning(self, directory: &Directory) -> Option<String> {
        match self {
            Self::Here => None,
            Self::LookedAfter { by, until } => {
                let name = directory.name(by);
                Some(format!("away until {}; {name} looks after it", short_date(until)))
            }
            Self::Away { until } => Some(format!("away until {}; nobody looks after it", short_date(until))),
            Self::Gone => Some("no post for it any more; nobody looks after it".to_owned()),
        }
    }
}

impl Directory {
    /// The people, in the order in which they were taken on. Nobody is away.
    pub fn new(people: Vec<Person>) -> Self {
        Self { people, absences: Vec::new() }
    }

    /// The same with who is away when: whoever stands in for somebody holds their post for that time (S40).
    pub fn with_absences(mut people: Vec<Person>, absences: Vec<Absence>) -> Self {
        for person in &mut people {
            let posts = standing_in(person, &absences);
            person.posts.extend(posts);
        }
        Self { people, absences }
    }

    /// The same, with everybody's own posts alone: for whoever notes absences.
    pub fn noting(people: Vec<Person>, absences: Vec<Absence>) -> Self {
        Self { people, absences }
    }

    /// The same as far as a case is concerned of which these are shut out: nobody stands in for one of them, nor by what
    /// one of them noted, so that nobody has by their choice what they may not have themselves (R22, S40).
    pub fn clear_of(&self, shut_out: &BTreeSet<PersonId>) -> Cow<'_, Self> {
        let void = |away: &Absence| {
            away.delegate.is_some() && away.behind_it().any(|person| shut_out.contains(&person))
        };
        if !self.absences.iter().any(void) {
            return Cow::Borrowed(self);
        }
        let own = |person: &Person| {
            let posts = person.posts.iter().filter(|post| !self.is_for_another(person.id, post));
            Person { posts: posts.cloned().collect(), ..person.clone() }
        };
        let without = |away: &Absence| {
            let delegate = away.delegate.filter(|_| !void(away));
            Absence { delegate, ..away.clone() }
        };
        let absences = self.absences.iter().map(without).collect();
        Cow::Owned(Self::with_absences(self.people.iter().map(own).collect(), absences))
    }

    /// Whether somebody holds that post in the place of whoever is away.
    fn is_for_another(&self, person: PersonId, post: &Post) -> bool {
        self.absences.iter().any(|away| away.delegate == Some(person) && away.post.id == post.id)
    }

    /// Everybody.
    pub fn people(&self) -> &[Person] {
        &self.people
    }

    /// Who is away when, past and future too.
    pub fn absences(&self) -> &[Absence] {
        &self.absences
    }

    /// The person of that id.
    pub fn person(&self, id: PersonId) -> Option<&Person> {
        self.people.iter().find(|person| person.id == id)
    }

    /// Their name, or words in its place when they are not known here.
    pub fn name(&self, id: PersonId) -> &str {
        self.person(id).map_or("somebody who has left", |person| &person.name)
    }

    /// Who holds that role at that school on that day, away or not, and who stands in for them.
    pub fn holders(&self, role: Role, school: SchoolId, day: NaiveDate) -> impl Iterator<Item = &Person> {
        self.people.iter().filter(move |person| person.holds(role, school, day))
    }

    /// Those of them who hold it themselves, and not in the place of somebody who is away.
    pub fn own_holders(&self, role: Role, school: SchoolId, day: NaiveDate) -> impl Iterator<Item = &Person> {
        self.holders(role, school, day).filter(move |person| {
            let own = |post: &&Post| post.role == role && post.reaches(school) && post.is_held_on(day);
            person.posts.iter().filter(own).any(|post| !self.is_for_another(person.id, post))
        })
    }

    /// Those of them who are not away from it.
    pub fn present(&self, role: Role, school: SchoolId, day: NaiveDate) -> impl Iterator<Item = &Person> {
        self.holders(role, school, day)
            .filter(move |person| !is_away(person, role, school, day, &self.absences))
    }

    /// Those who look after that role of that person at that school on that day, because they are away.
    pub fn delegates(
        &self,
        of: PersonId,
        role: Role,
        school: SchoolId,
        day: NaiveDate,
    ) -> impl Iterator<Item = PersonId> {
        self.absences_from(of, role, school, day).filter_map(move |away| {
            let delegate = self.person(away.delegate.filter(|delegate| *delegate != of)?)?;
            let stands_in = |post: &Post| post.id == away.post.id && post.is_held_on(day);
            delegate.posts.iter().any(stands_in).then_some(delegate.id)
        })
    }

    /// Whether that delegate looks after that role of that person at that school on that day.
    pub fn stands_in(
        &self,
        delegate: PersonId,
        of: PersonId,
        role: Role,
        school: SchoolId,
        day: NaiveDate,
    ) -> bool {
        self.delegates(of, role, school, day).any(|known| known == delegate)
    }

    /// Whether somebody who has a stage in that role is there on that day, and who is in their place. Nobody whom
    /// `may_not` names looks after it.
    pub fn cover(
        &self,
        person: PersonId,
        role: Role,
        school: SchoolId,
        day: NaiveDate,
        may_not: impl Fn(PersonId) -> bool,
    ) -> Cover {
        let Some(known) = self.person(person).filter(|known| known.holds(role, school, day)) else {
            return Cover::Gone;
        };
        if !is_away(known, role, school, day, &self.absences) {
            return Cover::Here;
        }
        let until = self.absences_from(person, role, school, day).map(|away| away.to_on).max().unwrap_or(day);
        let mut delegates = self.delegates(person, role, school, day).filter(|delegate| !may_not(*delegate));
        delegates.next().map_or(Cover::Away { until }, |by| Cover::LookedAfter { by, until })
    }

    fn absences_from(
        &self,
        person: PersonId,
        role: Role,
        school: SchoolId,
        day: NaiveDate,
    ) -> impl Iterator<Item = &Absence> {
        self.absences.iter().filter(move |away| {
            let (post, here) = (&away.post, away.person == person && away.covers(day));
            here && post.role == role && post.reaches(school) && post.is_held_on(day)
        })
    }
}
