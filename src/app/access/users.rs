//! People and their posts, as the command line and the settings pages take them on.

use chrono::{DateTime, NaiveDate, Utc};

use crate::app::App;
use crate::app::error::{Error, FieldCode, FieldProblem};
use crate::db::logs::SettingChanged;
use crate::db::people::NewPerson;
use crate::db::{self, Tx};
use crate::domain::calendar::local_date;
use crate::domain::ids::{PersonId, PostId, SchoolId, TrustId};
use crate::domain::person::{Independence, Place, Post, Role};
use crate::domain::text::EmailAddress;

use crate::mail::letters::SecurityNews;

use super::news;
use super::password::NewPassword;

/// Somebody to be taken on.
#[derive(Clone, Debug)]
pub struct NewUser {
    /// Their name, as they want it shown.
    pub name: String,
    /// Where their mail goes, and what they sign in with.
    pub email: EmailAddress,
    /// Their first password; without one they cannot sign in yet.
    pub password: Option<NewPassword>,
    /// Their posts.
    pub posts: Vec<NewPost>,
}

/// A post to be given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPost {
    /// What it is.
    pub role: Role,
    /// Where.
    pub place: NewPlace,
    /// The year groups of a class teacher or tutor; empty for all.
    pub year_groups: Vec<String>,
    /// The first day; today when absent.
    pub from_on: Option<NaiveDate>,
}

/// A post to be given, with what only some posts have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Appointment {
    /// The post.
    pub post: NewPost,
    /// The last day, if it is known.
    pub to_on: Option<NaiveDate>,
    /// For the panel pool: whether they count as independent (1.3).
    pub independence: Independence,
    /// For the panel pool: why they count as independent (R25).
    pub independence_reason: Option<String>,
}

impl From<NewPost> for Appointment {
    fn from(post: NewPost) -> Self {
        Self { post, to_on: None, independence: Independence::None, independence_reason: None }
    }
}

/// Where a post is to be held, as people name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NewPlace {
    /// At the school of that slug.
    School(String),
    /// At the trust.
    Trust,
}

/// Who changes a setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangedBy {
    /// Somebody who is signed in.
    Person(PersonId),
    /// Whoever may use the command line.
    CommandLine,
}

impl ChangedBy {
    pub(in crate::app) fn person(self) -> Option<PersonId> {
        match self {
            Self::Person(person) => Some(person),
            Self::CommandLine => None,
        }
    }
}

/// Takes somebody on with their posts.
///
/// # Errors
/// `Invalid` for an address that somebody has already or a school that is not there.
pub fn add_user(app: &App, by: ChangedBy, user: NewUser) -> Result<PersonId, Error> {
    let hash = user.password.as_ref().map(|password| password.hash(app.ids())).transpose()?;
    let now = app.now();
    let id = PersonId(app.ids().uuid(now));
    let person = NewPerson {
        id,
        name: user.name,
        email: user.email,
        password_hash: hash.map(super::password::PasswordHash::into_stored),
        created_at: now,
    };
    let inside = app.clone();
    app.db().write(move |tx| {
        add_person(tx, &person)?;
        log(tx, by, now, None, "person", &format!("{} is taken on", person.name))?;
        for post in user.posts {
            give_post(tx, &inside, by, (id, &person.name), &Appointment::from(post))?;
        }
        Ok(id)
    })
}

pub(super) fn add_person(tx: &mut Tx, person: &NewPerson) -> Result<(), Error> {
    db::people::add(tx, person).map_err(|error| {
        if error.is_duplicate_in("people") {
            return problem(
                "email",
                FieldCode::Taken,
                "Somebody with this email address is there already. Enter another",
            );
        }
        error.into()
    })
}

/// Refuses a post for a time that has no last day.
pub(super) fn has_an_end(new: &Appointment) -> Result<(), Error> {
    if new.post.role.is_for_a_time() && new.to_on.is_none() {
        let role = new.post.role.title();
        let words = format!("Enter the last day: the post of {role} is for a time");
        return Err(problem("to_on", FieldCode::Missing, &words));
    }
    Ok(())
}

/// Gives a post, and logs it. Who may do so was asked before.
pub(super) fn give_post(
    tx: &mut Tx,
    app: &App,
    by: ChangedBy,
    (person, name): (PersonId, &str),
    new: &Appointment,
) -> Result<PostId, Error> {
    has_an_end(new)?;
    let now = app.now();
    let (trust, place) = find_place(tx, &new.post.place)?;
    let post = Post {
        id: PostId(app.ids().uuid(now)),
        role: new.post.role,
        place,
        year_groups: new.post.year_groups.clone(),
        from_on: new.post.from_on.unwrap_or_else(|| local_date(now)),
        to_on: new.to_on,
        independence: new.independence,
        independence_reason: new.independence_reason.clone(),
    };
    db::people::add_post(tx, person, trust, &post, now)?;
    let school = touch(tx, trust, place)?;
    log(tx, by, now, school, "post", &in_words(name, &post))?;
    Ok(post.id)
}

/// Tells whoever remembers the settings of a place that a post there has changed; answers with the school, for
/// the log.
pub(super) fn touch(tx: &mut Tx, trust: TrustId, place: Place) -> Result<Option<SchoolId>, Error> {
    match place {
        Place::School(school) => {
            db::schools::touch_settings(tx, school)?;
            Ok(Some(school))
        }
        Place::Trust => {
            db::schools::touch_settings_of_trust(tx, trust)?;
            Ok(None)
        }
    }
}

/// A post as the log has it: "Amara Okafor is headteacher from 2026-09-14 to 2027-07-21".
pub(super) fn in_words(name: &str, post: &Post) -> String {
    let until = post.to_on.map(|last| format!(" to {last}")).unwrap_or_default();
    let independence = match (post.independence, &post.independence_reason) {
        (Independence::None, _) => String::new(),
        (Independence::SisterSchool, _) => ", governor of a sister school".to_owned(),
        (Independence::Independent, reason) => {
            format!(", independent: {}", reason.as_deref().unwrap_or("no reason given"))
        }
    };
    format!("{name} is {} from {}{until}{independence}", post.role.title(), post.from_on)
}

pub(super) fn find_place(tx: &mut Tx, place: &NewPlace) -> Result<(TrustId, Place), Error> {
    match place {
        NewPlace::School(slug) => {
            let found = db::schools::find_by_slug(tx, slug)?;
            let record = found.ok_or_else(|| {
                problem(
                    "school",
                    FieldCode::UnknownSchool,
                    "There is no school of that name. Enter one that is set up",
                )
            })?;
            Ok((record.school.trust, Place::School(record.school.id)))
        }
        NewPlace::Trust => {
            let trusts = db::schools::all_trusts(tx)?;
            let [(trust, _)] = trusts.as_slice() else {
                return Err(problem(
                    "trust",
                    FieldCode::NoSingleTrust,
                    "Set up one trust first, then add people to it",
                ));
            };
            Ok((*trust, Place::Trust))
        }
    }
}

pub(super) fn nobody() -> Error {
    problem("email", FieldCode::UnknownPerson, "Nobody has this email address. Check it and try again")
}

/// Sets a new password for whoever has that address, and ends their sessions: for those who forgot theirs.
///
/// # Errors
/// `Invalid` when nobody has that address.
pub fn change_password(
    app: &App,
    by: ChangedBy,
    email: &EmailAddress,
    new: &NewPassword,
) -> Result<(), Error> {
    let hash = new.hash(app.ids())?;
    let (key, now, inside) = (email.key(), app.now(), app.clone());
    app.db().write(move |tx| {
        let found = db::people::sign_in(tx, &key)?;
        let person = found.ok_or_else(nobody)?;
        db::people::set_password(tx, person.id, hash.as_str())?;
        db::access::use_password_links(tx, person.id, now)?;
        db::doors::use_sign_in_secrets(tx, person.id, now)?;
        db::access::end_sessions_of(tx, person.id)?;
        db::doors::end_half_sign_ins_of(tx, person.id)?;
        if person.password_hash.is_some() {
            news::tell(tx, &inside, person.id, SecurityNews::PasswordChanged)?;
        }
        log(tx, by, now, None, "password", &format!("A new password for person {}", person.id))
    })
}

/// What everybody knows around somebody of that name: it, and the names of every school and trust.
///
/// # Errors
/// When the database cannot be used.
pub fn names_around(app: &App, name: &str) -> Result<Vec<String>, Error> {
    app.db().read(|tx| {
        let schools = db::schools::all(tx)?.into_iter().map(|record| record.school.name);
        let trusts = db::schools::all_trusts(tx)?.into_iter().map(|(_, name)| name);
        Ok(schools.chain(trusts).chain([name.to_owned()]).collect())
    })
}

/// A first password that nobody can guess and that can be read out: 80 random bits in groups of four.
pub fn made_password(app: &App) -> String {
    let letters = hex::encode(app.ids().bytes::<10>());
    let groups: Vec<&str> = (0..5).filter_map(|group| letters.get(group * 4..group * 4 + 4)).collect();
    groups.join("-")
}

/// Every change of a setting is on record: when, by whom, from what to what (R71).
pub(super) fn log(
    tx: &mut Tx,
    by: ChangedBy,
    at: DateTime<Utc>,
    school: Option<SchoolId>,
    what: &str,
    after: &str,
) -> Result<(), Error> {
    log_change(tx, by, at, school, what, (None, Some(after.to_owned())))
}

/// The same with what it was before.
pub(in crate::app) fn log_change(
    tx: &mut Tx,
    by: ChangedBy,
    at: DateTime<Utc>,
    school: Option<SchoolId>,
    what: &str,
    (before, after): (Option<String>, Option<String>),
) -> Result<(), Error> {
    let change = SettingChanged { at, person: by.person(), school, what: what.to_owned(), before, after };
    Ok(db::logs::log_setting(tx, &change)?)
}

pub(super) fn problem(field: &str, code: FieldCode, words: &str) -> Error {
    Error::Invalid(vec![FieldProblem::new(field, code, words)])
}
