//! People and their posts.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;

use super::NUL;
use super::connection::{MultiBackend, Tx};
use super::error::DbError;
use super::schema::{people, posts, schools};
use super::types::{At, On, from_json, to_json};
use crate::domain::ids::{PersonId, PostId, SchoolId, TrustId};
use crate::domain::person::{Directory, Independence, Person, Place, Post, Role};
use crate::domain::text::EmailAddress;

#[derive(Queryable)]
pub(super) struct PostRow {
    id: PostId,
    person_id: PersonId,
    role: Role,
    trust_id: TrustId,
    school_id: Option<SchoolId>,
    year_groups: String,
    from_on: On,
    to_on: Option<On>,
    independence: Independence,
    independence_reason: Option<String>,
    _created_at: At,
}

impl PostRow {
    pub(super) fn into_post(self) -> Result<Post, DbError> {
        Ok(Post {
            id: self.id,
            role: self.role,
            place: self.school_id.map_or(Place::Trust, Place::School),
            year_groups: from_json(&self.year_groups, "posts", "year_groups")?,
            from_on: self.from_on.0,
            to_on: self.to_on.map(|on| on.0),
            independence: self.independence,
            independence_reason: self.independence_reason,
        })
    }
}

/// A person who is taken on.
#[derive(Clone, Debug)]
pub struct NewPerson {
    /// Their id.
    pub id: PersonId,
    /// Their name as they want it shown.
    pub name: String,
    /// Where their mail goes, and what they sign in with.
    pub email: EmailAddress,
    /// The hash of their password, once they have one.
    pub password_hash: Option<String>,
    /// Since when.
    pub created_at: DateTime<Utc>,
}

/// Takes a person on. The address must be new ([`DbError::is_duplicate_in`] `people`).
pub fn add(tx: &mut Tx, person: &NewPerson) -> Result<(), DbError> {
    diesel::insert_into(people::table)
        .values((
            people::id.eq(person.id),
            people::name.eq(&person.name),
            people::email.eq(person.email.as_str()),
            people::email_key.eq(person.email.key()),
            people::password_hash.eq(person.password_hash.as_deref()),
            people::created_at.eq(At::from(person.created_at)),
        ))
        .execute(&mut tx.conn)?;
    Ok(())
}

/// Changes a person's name and address.
pub fn rename(tx: &mut Tx, id: PersonId, name: &str, email: &EmailAddress) -> Result<(), DbError> {
    diesel::update(people::table.find(id))
        .set((people::name.eq(name), people::email.eq(email.as_str()), people::email_key.eq(email.key())))
        .execute(&mut tx.conn)?;
    Ok(())
}

/// Sets the hash of a person's password.
pub fn set_password(tx: &mut Tx, id: PersonId, hash: &str) -> Result<(), DbError> {
    diesel::update(people::table.find(id)).set(people::password_hash.eq(hash)).execute(&mut tx.conn)?;
    Ok(())
}

/// Ends a person's sign-in. Their name stays in the record.
pub fn end(tx: &mut Tx, id: PersonId, now: DateTime<Utc>) -> Result<(), DbError> {
    diesel::update(people::table.find(id)).set(people::ended_at.eq(At::from(now))).execute(&mut tx.conn)?;
    Ok(())
}

/// Notes that a person signed in.
pub fn note_sign_in(tx: &mut Tx, id: PersonId, now: DateTime<Utc>) -> Result<(), DbError> {
    diesel::update(people::table.find(id))
        .set(people::signed_in_at.eq(At::from(now)))
        .execute(&mut tx.conn)?;
    Ok(())
}

/// When a person signed in last.
pub fn last_sign_in(tx: &mut Tx, id: PersonId) -> Result<Option<DateTime<Utc>>, DbError> {
    let at: Option<Option<At>> =
        people::table.find(id).select(people::signed_in_at).first(&mut tx.conn).optional()?;
    Ok(at.flatten().map(|at| at.0))
}

/// How far somebody has come with coming in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// They have no password: the link in their mail waits for them.
    NoPassword,
    /// They have a password and have not used it yet.
    NotYet,
    /// They signed in last at that moment.
    SignedIn(DateTime<Utc>),
}

/// How far each person has come who has not left.
pub fn arrivals(tx: &mut Tx) -> Result<BTreeMap<PersonId, Arrival>, DbError> {
    let rows: Vec<(PersonId, Option<At>, Option<String>)> = people::table
        .filter(people::ended_at.is_null())
        .select((people::id, people::signed_in_at, people::password_hash))
        .load(&mut tx.conn)?;
    let arrival = |(id, at, hash): (PersonId, Option<At>, Option<String>)| {
        let arrival = match (at, hash) {
            (Some(at), _) => Arrival::SignedIn(at.0),
            (None, Some(_)) => Arrival::NotYet,
            (None, None) => Arrival::NoPassword,
        };
        (id, arrival)
    };
    Ok(rows.into_iter().map(arrival).collect())
}

/// A post with whose it is, and the trust at which or below which it is held.
pub fn post(tx: &mut Tx, id: PostId) -> Result<Option<(PersonId, TrustId, Post)>, DbError> {
    let row: Option<PostRow> = posts::table.find(id).first(&mut tx.conn).optional()?;
    row.map(|row| Ok((row.person_id, row.trust_id, row.into_post()?))).transpose()
}

/// What sign-in needs to know of a person.
#[derive(Clone, PartialEq, Eq)]
pub struct SignIn {
    /// Who.
    pub id: PersonId,
    /// The hash of their password; without one they cannot sign in by password.
    pub password_hash: Option<String>,
}

impl std::fmt::Debug for SignIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SignIn({})", self.id)
    }
}

/// The person of that address who has not left. `email` is compared in lower case.
pub fn sign_in(tx: &mut Tx, email: &str) -> Result<Option<SignIn>, DbError> {
    if email.contains(NUL) {
        return Ok(None);
    }
    let row: Option<(PersonId, Option<String>)> = people::table
        .filter(people::email_key.eq(email.trim().to_lowercase()))
        .filter(people::ended_at.is_null())
        .select((people::id, people::password_hash))
        .first(&mut tx.conn)
        .optional()?;
    Ok(row.map(|(id, password_hash)| SignIn { id, password_hash }))
}

/// Whether anybody was ever taken on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Staffed {
    /// Somebody was.
    Yes,
    /// Nobody yet: the installation is new.
    NotYet,
}

/// Whether anybody was ever taken on.
pub fn staffed(tx: &mut Tx) -> Result<Staffed, DbError> {
    let first: Option<PersonId> = people::table.select(people::id).first(&mut tx.conn).optional()?;
    Ok(first.map_or(Staffed::NotYet, |_| Staffed::Yes))
}

/// A person who has not left, with every post that they hold anywhere.
pub fn find(tx: &mut Tx, id: PersonId) -> Result<Option<Person>, DbError> {
    let row: Option<(String, String)> = people::table
        .find(id)
        .filter(people::ended_at.is_null())
        .select((people::name, people::email))
        .first(&mut tx.conn)
        .optional()?;
    let Some((name, email)) = row else { return Ok(None) };
    let held: Vec<PostRow> = posts::table
        .filter(posts::person_id.eq(id))
        .order((posts::created_at, posts::id))
        .load(&mut tx.conn)?;
    let posts = held.into_iter().map(PostRow::into_post).collect::<Result<_, _>>()?;
    Ok(Some(Person { id, name, email, posts }))
}

/// The trusts at which a person holds posts of the trust itself, and the schools of these trusts.
pub fn schools_of(tx: &mut Tx, id: PersonId) -> Result<Vec<(PostId, SchoolId)>, DbError> {
    let at_schools: Vec<(PostId, Option<SchoolId>)> = posts::table
        .filter(posts::person_id.eq(id))
        .filter(posts::school_id.is_not_null())
        .select((posts::id, posts::school_id))
        .load(&mut tx.conn)?;
    let at_trusts: Vec<(PostId, SchoolId)> = posts::table
        .inner_join(schools::table.on(schools::trust_id.eq(posts::trust_id)))
        .filter(posts::person_id.eq(id))
        .filter(posts::school_id.is_null())
        .order((schools::slug, posts::id))
        .select((posts::id, schools::id))
        .load(&mut tx.conn)?;
    let at_schools = at_schools.into_iter().filter_map(|(post, school)| school.map(|school| (post, school)));
    Ok(at_schools.chain(at_trusts).collect())
}

/// Gives a person a post.
pub fn add_post(
    tx: &mut Tx,
    person: PersonId,
    trust: TrustId,
    post: &Post,
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    let school = match post.place {
        Place::School(school) => Some(school),
        Place::Trust => None,
    };
    diesel::insert_into(posts::table)
        .values((
            posts::id.eq(post.id),
            posts::person_id.eq(person),
            posts::role.eq(post.role),
            posts::trust_id.eq(trust),
            posts::school_id.eq(school),
            posts::year_groups.eq(to_json(&post.year_groups)?),
            posts::from_on.eq(On(post.from_on)),
            posts::to_on.eq(post.to_on.map(On)),
            posts::independence.eq(post.independence),
            posts::independence_reason.eq(post.independence_reason.as_deref()),
            posts::created_at.eq(At::from(now)),
        ))
        .execute(&mut tx.conn)?;
    Ok(())
}

/// Sets the last day of a post (G30).
pub fn end_post(tx: &mut Tx, post: PostId, last: NaiveDate) -> Result<(), DbError> {
    diesel::update(posts::table.find(post)).set(posts::to_on.eq(On(last))).execute(&mut tx.conn)?;
    Ok(())
}

/// Everybody who holds a post at a school or at its trust, past and future posts too.
pub fn directory(tx: &mut Tx, school: SchoolId) -> Result<Directory, DbError> {
    let trust: TrustId = schools::table.find(school).select(schools::trust_id).first(&mut tx.conn)?;
    let here = posts::school_id
        .eq(Some(school))
        .or(posts::school_id.is_null().and(posts::trust_id.eq(trust).nullable()));
    of_posts(tx, posts::table.filter(here).into_boxed())
}

/// Everybody who holds a post anywhere in a trust.
pub fn of_trust(tx: &mut Tx, trust: TrustId) -> Result<Directory, DbError> {
    of_posts(tx, posts::table.filter(posts::trust_id.eq(trust)).into_boxed())
}

fn of_posts(tx: &mut Tx, query: posts::BoxedQuery<'static, MultiBackend>) -> Result<Directory, DbError> {
    let held: Vec<PostRow> = query.order((posts::created_at, posts::id)).load(&mut tx.conn)?;
    let mut by_person: BTreeMap<PersonId, Vec<Post>> = BTreeMap::new();
    for row in held {
        by_person.entry(row.person_id).or_default().push(row.into_post()?);
    }
    let ids: Vec<PersonId> = by_person.keys().copied().collect();
    let rows: Vec<(PersonId, String, String)> = people::table
        .filter(people::id.eq_any(ids))
        .order((people::created_at, people::id))
        .select((people::id, people::name, people::email))
        .load(&mut tx.conn)?;
    let person =
        |(id, name, email)| Person { id, name, email, posts: by_person.remove(&id).unwrap_or_default() };
    Ok(Directory::new(rows.into_iter().map(person).collect()))
}

/// The names of people, wherever they hold posts and whether or not they have left.
pub fn names(tx: &mut Tx, ids: &[PersonId]) -> Result<BTreeMap<PersonId, String>, DbError> {
    let rows: Vec<(PersonId, String)> = people::table
        .filter(people::id.eq_any(ids.to_vec()))
        .select((people::id, people::name))
        .load(&mut tx.conn)?;
    Ok(rows.into_iter().collect())
}
