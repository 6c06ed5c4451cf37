//! How a post ends, whoever ends it: its rights go with it, and no school is left without an administrator.

use chrono::{DateTime, Days, NaiveDate, Utc};

use crate::app::App;
use crate::app::error::{Error, FieldCode};
use crate::db::people::Arrival;
use crate::db::{self, Tx};
use crate::domain::calendar::local_date;
use crate::domain::ids::{PersonId, PostId, TrustId};
use crate::domain::person::{Person, Post, Role};
use crate::domain::text::EmailAddress;

use super::administrator::Administrator;
use super::users::{ChangedBy, NewPlace, find_place, in_words, log_change, nobody, problem, touch};

/// When a post ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// At once.
    Now,
    /// With that day, which is the last.
    With(NaiveDate),
}

impl Ending {
    /// The last day on which the post is held; at once means that today is not.
    pub fn last_day(self, today: NaiveDate) -> NaiveDate {
        match self {
            Self::Now => today.checked_sub_days(Days::new(1)).unwrap_or(NaiveDate::MIN),
            Self::With(last) => last,
        }
    }
}

/// Ends a post for an administrator. Ending it again at the same time changes nothing.
///
/// # Errors
/// `NotFound` for a post that the administrator does not look after; `Invalid` when a school would be left
/// without an administrator who can sign in, for a day that is over, and for a post that has ended.
pub fn end_post(app: &App, by: &Administrator, post: PostId, ending: Ending) -> Result<(), Error> {
    let (by, now) = (by.clone(), app.now());
    app.db().write(move |tx| {
        let (person, trust, post) = db::people::post(tx, post)?.ok_or(Error::NotFound)?;
        if !by.looks_after(post.place) {
            return Err(Error::NotFound);
        }
        end(tx, by.changes(), &Held { person, trust, post }, ending, now)
    })
}

/// Ends the post that somebody holds, as the command line names it.
///
/// # Errors
/// `Invalid` when nobody has that address or they hold no such post, and as [`end_post`].
pub fn end_post_of(
    app: &App,
    by: ChangedBy,
    email: &EmailAddress,
    role: Role,
    place: &NewPlace,
    ending: Ending,
) -> Result<(), Error> {
    let (key, place, now) = (email.key(), place.clone(), app.now());
    app.db().write(move |tx| {
        let person = db::people::sign_in(tx, &key)?.ok_or_else(nobody)?.id;
        let (trust, place) = find_place(tx, &place)?;
        let posts = db::people::find(tx, person)?.map(|person| person.posts).unwrap_or_default();
        let held =
            posts.into_iter().find(|post| post.role == role && post.place == place && post.to_on.is_none());
        let post = held.ok_or_else(|| {
            problem(
                "post",
                FieldCode::NoSuchPost,
                "They hold no such post there, or it has a last day already",
            )
        })?;
        end(tx, by, &Held { person, trust, post }, ending, now)
    })
}

/// A post with whose it is.
struct Held {
    person: PersonId,
    trust: TrustId,
    post: Post,
}

fn end(tx: &mut Tx, by: ChangedBy, held: &Held, ending: Ending, now: DateTime<Utc>) -> Result<(), Error> {
    let today = local_date(now);
    let last = ending.last_day(today);
    let Held { person, trust, post } = held;
    if post.to_on == Some(last) {
        return Ok(());
    }
    check(post, ending, today)?;
    let name = db::people::find(tx, *person)?.ok_or(Error::NotFound)?.name;
    db::people::end_post(tx, post.id, last)?;
    let school = touch(tx, *trust, post.place)?;
    keep_administrators(tx, post, last)?;
    let after = Post { to_on: Some(last), ..post.clone() };
    log_change(tx, by, now, school, "post", (Some(in_words(&name, post)), Some(in_words(&name, &after))))?;
    shut_out_without_posts(tx, *person, now)
}

fn check(held: &Post, ending: Ending, today: NaiveDate) -> Result<(), Error> {
    if held.to_on.is_some_and(|ended| ended < today) {
        return Err(problem(
            "to_on",
            FieldCode::Ended,
            "This post has ended already. There is nothing to do",
        ));
    }
    match ending {
        Ending::With(last) if last < today => {
            Err(problem("to_on", FieldCode::Over, "Enter today or a later day, or end the post at once"))
        }
        Ending::With(_) | Ending::Now => Ok(()),
    }
}

/// Somebody who can sign in looks after each school on the first day after it.
fn keep_administrators(tx: &mut Tx, ended: &Post, last: NaiveDate) -> Result<(), Error> {
    if ended.role != Role::Administrator {
        return Ok(());
    }
    let arrivals = db::people::arrivals(tx)?;
    let can_sign_in = |person: &&Person| {
        arrivals.get(&person.id).is_some_and(|arrival| match arrival {
            Arrival::NoPassword => false,
            Arrival::NotYet | Arrival::SignedIn(_) => true,
        })
    };
    let day = last + Days::new(1);
    for record in db::schools::all(tx)? {
        let school = record.school;
        let directory = db::people::directory(tx, school.id)?;
        let somebody =
            directory.holders(Role::Administrator, school.id, day).any(|person| can_sign_in(&person));
        if ended.reaches(school.id) && !somebody {
            let words = format!(
                "Nobody else who has a password would be administrator of {}. Give somebody that post first, and wait \
                 until they have chosen a password",
                school.name
            );
            return Err(problem("to_on", FieldCode::LastAdministrator, &words));
        }
    }
    Ok(())
}

fn shut_out_without_posts(tx: &mut Tx, person: PersonId, now: DateTime<Utc>) -> Result<(), Error> {
    let today = local_date(now);
    let posts = db::people::find(tx, person)?.map(|person| person.posts).unwrap_or_default();
    if !posts.iter().any(|post| post.is_held_on(today)) {
        db::access::end_sessions_of(tx, person)?;
    }
    if posts.iter().all(|post| post.to_on.is_some_and(|last| last < today)) {
        db::access::use_password_links(tx, person, now)?;
    }
    Ok(())
}
