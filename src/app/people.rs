//! Who is asking, and what their posts let them see.

use chrono::NaiveDate;

use crate::db::visibility::{InPlace, StandIn, Viewer};
use crate::domain::case::decide::POOL;
use crate::domain::case::sight::{Reach, reach};
use crate::domain::ids::{PersonId, PostId, SchoolId};
use crate::domain::person::{Place, Post, Role};

/// Somebody who is signed in, with the posts that they hold today.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Colleague {
    /// Who.
    pub id: PersonId,
    /// Their name.
    pub name: String,
    /// The posts that they hold today.
    pub posts: Vec<Post>,
    /// The schools of their trust, to which a post at the trust reaches.
    pub trust_schools: Vec<SchoolId>,
    /// The name of their school, or of the trust for whoever works at several (S29).
    pub workplace: String,
    /// Which of these posts are not their own, once for each absence by which they hold it today (S40).
    pub borrowed: Vec<Borrowed>,
    /// Those who are away today and whose cases they look after, as far as it reaches (S40).
    pub stands_in: Vec<StandIn>,
    /// The one school that they come for, when they come by a token that was made for it.
    pub only_school: Option<SchoolId>,
}

/// A post that somebody holds today in the place of whoever is away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Borrowed {
    /// Which.
    pub post: PostId,
    /// Whoever is away, and whoever noted it.
    pub behind_it: Vec<PersonId>,
}

impl Colleague {
    /// What they may see. Whoever is complained about is shut out by the query itself (R22).
    pub fn viewer(&self, today: NaiveDate) -> Viewer {
        Viewer {
            person: self.id,
            wide_schools: self.schools_where(today, Reach::Every),
            safeguarding_schools: self.schools_where(today, Reach::Safeguarding),
            work_schools: self.schools_by(today, |_| true),
            pool_schools: self.schools_by(today, |role| POOL.contains(&role)),
            in_place: self.in_place(today),
            stands_in: self.stands_in_today(),
            only_school: self.only_school,
        }
    }

    /// Whose cases they look after today, at the schools for which they come.
    pub fn stands_in_today(&self) -> Vec<StandIn> {
        let reached = |school: &SchoolId| self.only_school.is_none_or(|only| only == *school);
        let narrowed = self.stands_in.iter().map(|absent| StandIn {
            schools: absent.schools.iter().copied().filter(reached).collect(),
            ..absent.clone()
        });
        narrowed.filter(|absent| !absent.schools.is_empty()).collect()
    }

    fn schools_where(&self, today: NaiveDate, wanted: Reach) -> Vec<SchoolId> {
        self.schools_of(today, |post| reach(post.role) == wanted && !self.borrows(post))
    }

    fn borrows(&self, post: &Post) -> bool {
        self.borrowed.iter().any(|borrowed| borrowed.post == post.id)
    }

    /// What they see by posts in the place of whoever is away, each by itself: it ends at the cases of which somebody is
    /// shut out who is behind it.
    fn in_place(&self, today: NaiveDate) -> Vec<InPlace> {
        let shown = |borrowed: &Borrowed| {
            let schools = |wanted: Reach| {
                self.schools_of(today, |post| post.id == borrowed.post && reach(post.role) == wanted)
            };
            let each = [Reach::Every, Reach::Safeguarding].map(|reach| (reach, schools(reach)));
            let behind_it = borrowed.behind_it.clone();
            each.into_iter().flat_map(move |(reach, schools)| {
                let behind_it = behind_it.clone();
                schools.into_iter().map(move |school| InPlace { school, reach, behind_it: behind_it.clone() })
            })
        };
        self.borrowed.iter().flat_map(shown).collect()
    }

    fn schools_by(&self, today: NaiveDate, wanted: impl Fn(Role) -> bool) -> Vec<SchoolId> {
        self.schools_of(today, |post| wanted(post.role))
    }

    fn schools_of(&self, today: NaiveDate, wanted: impl Fn(&Post) -> bool) -> Vec<SchoolId> {
        let mut schools: Vec<SchoolId> = self
            .posts
            .iter()
            .filter(|post| post.is_held_on(today) && wanted(post))
            .flat_map(|post| match post.place {
                Place::School(school) => vec![school],
                Place::Trust => self.trust_schools.clone(),
            })
            .collect();
        schools.sort_unstable();
        schools.dedup();
        schools
    }

    /// Every role that they hold anywhere today.
    pub fn roles(&self, today: NaiveDate) -> Vec<Role> {
        Role::ALL.into_iter().filter(|role| self.holds(*role, today)).collect()
    }

    /// Whether they hold that role anywhere today.
    pub fn holds(&self, role: Role, today: NaiveDate) -> bool {
        self.posts.iter().any(|post| post.role == role && post.is_held_on(today))
    }

    /// Every school at which they hold a post today.
    pub fn schools(&self, today: NaiveDate) -> Vec<SchoolId> {
        self.schools_by(today, |_| true)
    }

    /// Every school for which they may log a concern that a family spoke or wrote (9.2, raise).
    pub fn logs_for(&self, today: NaiveDate) -> Vec<SchoolId> {
        self.schools_by(today, Role::works_with_cases)
    }
}
