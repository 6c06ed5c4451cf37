//! Who may look after people: a value that only somebody with that post can be turned into.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use crate::app::error::Error;
use crate::app::people::Colleague;
use crate::domain::case::refusal::{Refusal, RefusalCode};
use crate::domain::ids::{PersonId, SchoolId};
use crate::domain::person::{Place, Post, Role};

use super::users::ChangedBy;

/// Somebody who may look after people, calendars and tokens, as far as their posts reach.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Administrator {
    /// Who.
    person: PersonId,
    schools: BTreeSet<SchoolId>,
    trust: AtTrust,
}

/// Whether posts at the trust itself are theirs to give.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum AtTrust {
    Theirs,
    NotTheirs,
}

impl Administrator {
    /// The administrator that somebody is. `only` is the school of a token that was made for one.
    ///
    /// # Errors
    /// `Forbidden` for everybody else, in words that say who can help.
    pub fn of(colleague: &Colleague, only: Option<SchoolId>, today: NaiveDate) -> Result<Self, Error> {
        let held = |place: Place| {
            let this = |post: &Post| post.role == Role::Administrator && post.place == place;
            colleague.posts.iter().any(|post| this(post) && post.is_held_on(today))
        };
        let at_trust = held(Place::Trust);
        let whole = if at_trust { colleague.trust_schools.clone() } else { Vec::new() };
        let own = colleague.schools(today).into_iter().filter(|school| held(Place::School(*school)));
        let schools: BTreeSet<SchoolId> =
            whole.into_iter().chain(own).filter(|school| only.is_none_or(|one| one == *school)).collect();
        if schools.is_empty() {
            return Err(refused());
        }
        let trust = if at_trust && only.is_none() { AtTrust::Theirs } else { AtTrust::NotTheirs };
        Ok(Self { person: colleague.id, schools, trust })
    }

    /// Who they are.
    pub fn person(&self) -> PersonId {
        self.person
    }

    /// The schools that they look after.
    pub fn schools(&self) -> impl Iterator<Item = SchoolId> {
        self.schools.iter().copied()
    }

    /// Whether posts at that place are theirs to give and to end.
    pub fn looks_after(&self, place: Place) -> bool {
        match place {
            Place::School(school) => self.schools.contains(&school),
            Place::Trust => self.trust == AtTrust::Theirs,
        }
    }

    /// Whether the rules of the whole organisation are theirs to change.
    ///
    /// # Errors
    /// `Forbidden` for whoever looks after a school alone.
    pub fn may_change_rules(&self) -> Result<(), Error> {
        self.must_look_after(Place::Trust)
    }

    pub(super) fn changes(&self) -> ChangedBy {
        ChangedBy::Person(self.person)
    }

    /// Refuses a place that is not theirs.
    pub(super) fn must_look_after(&self, place: Place) -> Result<(), Error> {
        if self.looks_after(place) { Ok(()) } else { Err(refused()) }
    }
}

fn refused() -> Error {
    Error::Forbidden(
        Refusal::new(RefusalCode::NotYours, "Only an administrator of the school or the trust can do this")
            .unless("Ask an administrator to do it, or to give you that post"),
    )
}
