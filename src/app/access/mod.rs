//! Who may come in: passwords and sessions for people with posts, tokens for programs, links for families.
//!
//! Every secret is shown once and stored as a digest. Rights are never stored with it: they are read from
//! the posts at the moment of each call, so that they end with the post (G30).

pub mod absence;
pub mod administrator;
pub mod consent;
pub mod ending;
pub mod entry;
pub mod family;
pub mod known;
pub mod limit;
pub mod mailed;
mod news;
pub mod passkey;
pub mod password;
pub mod password_link;
pub mod provider;
pub mod return_code;
pub mod rules;
pub mod second_step;
pub mod session;
pub mod setup;
pub mod sign_in;
pub mod staff;
pub mod staff_list;
pub mod token;
pub mod users;
mod way_in_letter;

use std::fmt;

use chrono::NaiveDate;

use crate::db::visibility::StandIn;
use crate::db::{self, Digest, Tx};
use crate::domain::absence::{Absence, standing_in};
use crate::domain::ids::{PersonId, SchoolId};
use crate::domain::person::{Place, Post};

use super::App;
use super::error::Error;
use super::outbox;
use super::people::{Borrowed, Colleague};

/// A secret that opens something: 32 random bytes, written in base64url. It is shown to its owner once;
/// only its SHA-256 is stored.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    /// A token that nobody can guess.
    pub fn fresh(app: &App) -> Self {
        Self(outbox::new_token(app))
    }

    /// A fresh token with a word before it, by which a program that looks for leaked secrets knows it.
    fn fresh_with(app: &App, prefix: &str) -> Self {
        Self(format!("{prefix}{}", outbox::new_token(app)))
    }

    /// What a browser sent back.
    pub fn given(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The secret itself, for the one who owns it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn digest(&self) -> Digest {
        outbox::digest(&self.0)
    }
}

/// A token that stands in a log is a token that is lost.
impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// A person who has not left, with the posts that they hold on that day and the schools that posts at a
/// trust reach.
fn colleague(tx: &mut Tx, id: PersonId, today: NaiveDate) -> Result<Option<Colleague>, Error> {
    let Some(person) = db::people::find(tx, id)? else { return Ok(None) };
    let absences = db::absences::concerning(tx, id)?;
    let mut posts = person.posts.clone();
    posts.extend(standing_in(&person, &absences));
    posts.retain(|post| post.is_held_on(today));
    let at_a_trust = |wanted| posts.iter().any(|post| post.id == wanted && post.place == Place::Trust);
    let mut trust_schools: Vec<_> = db::people::schools_of(tx, id)?
        .into_iter()
        .filter_map(|(post, school)| at_a_trust(post).then_some(school))
        .collect();
    trust_schools.sort_unstable();
    trust_schools.dedup();
    let borrowed = borrowed(id, &posts, &absences, today);
    let stands_in = looked_after(id, &posts, &trust_schools, &absences, today);
    let mut colleague = Colleague {
        id,
        name: person.name,
        posts,
        trust_schools,
        borrowed,
        stands_in,
        workplace: String::new(),
        only_school: None,
    };
    colleague.workplace = workplace(tx, &colleague.schools(today))?;
    Ok(Some(colleague))
}

/// The posts that somebody holds today in the place of others.
fn borrowed(id: PersonId, posts: &[Post], absences: &[Absence], today: NaiveDate) -> Vec<Borrowed> {
    let mine = absences.iter().filter(|away| away.delegate == Some(id) && away.covers(today));
    mine.filter(|away| posts.iter().any(|post| post.id == away.post.id))
        .map(|away| Borrowed { post: away.post.id, behind_it: away.behind_it().collect() })
        .collect()
}

/// Whose cases somebody looks after today: those of whoever is away, by each post that they hold in their place.
fn looked_after(
    id: PersonId,
    posts: &[Post],
    trust_schools: &[SchoolId],
    absences: &[Absence],
    today: NaiveDate,
) -> Vec<StandIn> {
    let mut found: Vec<StandIn> = Vec::new();
    let mine = absences.iter().filter(|away| away.delegate == Some(id) && away.covers(today));
    for away in mine.filter(|away| posts.iter().any(|post| post.id == away.post.id)) {
        let schools = match away.post.place {
            Place::School(school) => vec![school],
            Place::Trust => trust_schools.to_vec(),
        };
        let behind_it: Vec<PersonId> = away.behind_it().collect();
        let known = |other: &&mut StandIn| {
            (other.person, other.role) == (away.person, away.post.role) && other.behind_it == behind_it
        };
        match found.iter_mut().find(known) {
            Some(known) => known.schools.extend(schools),
            None => found.push(StandIn { person: away.person, role: away.post.role, schools, behind_it }),
        }
    }
    found
}

/// The name of the one school, or of the trust.
fn workplace(tx: &mut Tx, schools: &[SchoolId]) -> Result<String, Error> {
    if let [school] = schools {
        return Ok(db::schools::find(tx, *school)?.map(|record| record.school.name).unwrap_or_default());
    }
    Ok(db::schools::all_trusts(tx)?.into_iter().next().map(|(_, name)| name).unwrap_or_default())
}
