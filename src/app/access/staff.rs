//! Looking after people: who holds which post, taking somebody on, giving a post and ending one.
//!
//! Every function takes an [`Administrator`], so that nobody else can be let in by mistake.

use std::collections::{BTreeMap, HashSet};

use chrono::NaiveDate;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::app::cases::{Answer, first_answer, remember};
use crate::app::error::{Error, FieldCode, FieldProblem};
use crate::app::{App, IdempotencyKey};
use crate::db::people::NewPerson;
use crate::db::{self, Tx};
use crate::domain::calendar::{local_date, long_date};
use crate::domain::ids::{PersonId, PostId, SchoolId};
use crate::domain::person::{Independence, Person, Place, Post, Role};
use crate::domain::staffing::vacancies;
use crate::domain::text::{EmailAddress, Words};

use super::administrator::Administrator;
use super::limit::Doors;
use super::password_link::{self, Occasion};
use super::setup::day;
use super::users::{
    Appointment, NewPlace, NewPost, add_person, find_place, give_post, has_an_end, log, problem,
};

pub use crate::db::people::Arrival;

/// What stands for the trust where a school's slug could stand.
pub const TRUST: &str = "trust";

/// A post as somebody typed it in.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PostForm {
    /// The role, by its key.
    pub role: String,
    /// The slug of a school, or [`TRUST`].
    pub place: String,
    /// The year groups of a class teacher or tutor, with commas between them; empty for all.
    pub year_groups: String,
    /// The first day; empty for today.
    pub from_on: String,
    /// The last day; empty while it is not known.
    pub to_on: String,
    /// For the panel pool: `none`, `sister_school` or `independent`.
    pub independence: String,
    /// For the panel pool: why they count as independent (R25).
    pub independence_reason: String,
}

/// Somebody as they were typed in.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PersonForm {
    /// Their name.
    pub name: String,
    /// Their address.
    pub email: String,
    /// Their first post.
    pub post: PostForm,
}

impl PostForm {
    /// Reads it.
    ///
    /// # Errors
    /// Every problem, each at its field.
    fn read(&self, today: NaiveDate) -> Result<Appointment, Vec<FieldProblem>> {
        let mut problems = Vec::new();
        let mut tell = |field: &str, code, words: &str| problems.push(FieldProblem::new(field, code, words));
        let role = Role::from_key(&self.role);
        if role.is_none() {
            tell("role", FieldCode::Missing, "Choose what they do");
        }
        if self.place.is_empty() {
            tell("place", FieldCode::Missing, "Choose the school, or the trust");
        }
        let from_on = date(&self.from_on);
        if from_on == Typed::Unreadable {
            tell("from_on", FieldCode::NotADate, "Enter the first day as a real date, like 23 9 2026");
        }
        let to_on = date(&self.to_on);
        if to_on == Typed::Unreadable {
            tell("to_on", FieldCode::NotADate, "Enter the last day as a real date, like 23 7 2027");
        }
        let first = from_on.day().unwrap_or(today);
        if to_on.day().is_some_and(|last| last < first) {
            tell("to_on", FieldCode::BeforeFrom, "Enter a last day that is not before the first");
        }
        let (independence, independence_reason) = self.panel(role, &mut tell);
        match role {
            Some(role) if problems.is_empty() => Ok(Appointment {
                post: NewPost {
                    role,
                    place: self.new_place(),
                    year_groups: self.groups(),
                    from_on: Some(first),
                },
                to_on: to_on.day(),
                independence,
                independence_reason,
            }),
            Some(_) | None => Err(problems),
        }
    }

    fn new_place(&self) -> NewPlace {
        if self.place == TRUST { NewPlace::Trust } else { NewPlace::School(self.place.clone()) }
    }

    fn groups(&self) -> Vec<String> {
        let groups = self.year_groups.split([',', '\n']).filter_map(|group| Words::line(group).ok());
        groups.map(|group| group.as_str().to_owned()).take(20).collect()
    }

    /// Independence is asked of panel members alone, and whoever counts as independent has a reason (R25).
    fn panel(
        &self,
        role: Option<Role>,
        tell: &mut impl FnMut(&str, FieldCode, &str),
    ) -> (Independence, Option<String>) {
        if role != Some(Role::PanelMember) {
            return (Independence::None, None);
        }
        let reason = Words::line(&self.independence_reason).ok().map(|reason| reason.as_str().to_owned());
        match self.independence.as_str() {
            "none" => (Independence::None, None),
            "sister_school" => (Independence::SisterSchool, reason),
            "independent" => {
                if reason.is_none() {
                    let words = "Say why they count as independent: who they are, and that they have no tie";
                    tell("independence_reason", FieldCode::Missing, words);
                }
                (Independence::Independent, reason)
            }
            _ => {
                tell("independence", FieldCode::Missing, "Choose how they stand to the school and the trust");
                (Independence::None, None)
            }
        }
    }
}

/// A date as it was typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Typed {
    Nothing,
    Day(NaiveDate),
    Unreadable,
}

impl Typed {
    fn day(self) -> Option<NaiveDate> {
        match self {
            Self::Day(day) => Some(day),
            Self::Nothing | Self::Unreadable => None,
        }
    }
}

fn date(raw: &str) -> Typed {
    if raw.trim().is_empty() {
        return Typed::Nothing;
    }
    day(raw).map_or(Typed::Unreadable, Typed::Day)
}

/// The last day of a post as it was typed; none for nothing.
///
/// # Errors
/// What to put right.
pub fn last_day(raw: &str) -> Result<Option<NaiveDate>, Error> {
    match date(raw) {
        Typed::Nothing => Ok(None),
        Typed::Day(last) => Ok(Some(last)),
        Typed::Unreadable => {
            Err(problem("to_on", FieldCode::NotADate, "Enter the last day as a real date, like 23 7 2027"))
        }
    }
}

/// One line of the list of people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The person, with those posts that the administrator may know of.
    pub person: Person,
    /// How far they have come with coming in.
    pub arrival: Arrival,
}

/// Everybody with a post at the administrator's schools or their trust, by name.
///
/// # Errors
/// When the database cannot be used.
pub fn roster(app: &App, by: &Administrator) -> Result<Vec<Entry>, Error> {
    app.db().read(|tx| entries(tx, by))
}

/// One of them.
///
/// # Errors
/// `NotFound` for anybody else.
pub fn entry(app: &App, by: &Administrator, id: PersonId) -> Result<Entry, Error> {
    app.db().read(|tx| entry_in(tx, by, id))
}

fn entry_in(tx: &mut Tx, by: &Administrator, id: PersonId) -> Result<Entry, Error> {
    entries(tx, by)?.into_iter().find(|entry| entry.person.id == id).ok_or(Error::NotFound)
}

/// Everybody whom an administrator knows of.
pub(super) fn known(tx: &mut Tx, by: &Administrator) -> Result<HashSet<PersonId>, Error> {
    Ok(entries(tx, by)?.into_iter().map(|entry| entry.person.id).collect())
}

fn entries(tx: &mut Tx, by: &Administrator) -> Result<Vec<Entry>, Error> {
    let mut arrivals = db::people::arrivals(tx)?;
    let mut found: BTreeMap<PersonId, Person> = BTreeMap::new();
    for (trust, _) in db::schools::all_trusts(tx)? {
        for person in db::people::of_trust(tx, trust)?.people() {
            found.entry(person.id).or_insert_with(|| person.clone());
        }
    }
    let mut entries: Vec<Entry> = found
        .into_values()
        .filter_map(|mut person| {
            person.posts.retain(|post| post.place == Place::Trust || by.looks_after(post.place));
            let arrival = arrivals.remove(&person.id)?;
            (!person.posts.is_empty()).then_some(Entry { person, arrival })
        })
        .collect();
    entries.sort_by_key(|entry| (entry.person.name.to_lowercase(), entry.person.id));
    Ok(entries)
}

/// A place at which an administrator gives posts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AtPlace {
    /// The place.
    pub place: Place,
    /// The slug of the school, or [`TRUST`].
    pub key: String,
    /// Its name.
    pub name: String,
}

/// Every school of which the administrator may know the posts, and the trust; by name, the trust last.
///
/// # Errors
/// When the database cannot be used.
pub fn places(app: &App, by: &Administrator) -> Result<Vec<AtPlace>, Error> {
    app.db().read(|tx| {
        let schools = db::schools::all(tx)?.into_iter().map(|record| record.school);
        let mut places: Vec<AtPlace> = schools
            .map(|school| AtPlace { place: Place::School(school.id), key: school.slug, name: school.name })
            .filter(|at| by.looks_after(at.place))
            .collect();
        places.sort_by_key(|at| at.name.to_lowercase());
        if let [(_, name)] = db::schools::all_trusts(tx)?.as_slice() {
            places.push(AtPlace { place: Place::Trust, key: TRUST.to_owned(), name: name.clone() });
        }
        Ok(places)
    })
}

/// Who was taken on, and their first post.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TakenOn {
    /// The person.
    pub person: PersonId,
    /// The post.
    pub post: PostId,
}

/// Takes somebody on with their first post, and mails them the link by which they choose a password.
///
/// # Errors
/// `Invalid` with every problem at its field, `Forbidden` for a place that is not the administrator's.
pub fn take_on(
    app: &App,
    by: &Administrator,
    form: &PersonForm,
    key: Option<IdempotencyKey>,
) -> Result<TakenOn, Error> {
    let (name, email, appointment) = read(form, local_date(app.now())).map_err(Error::Invalid)?;
    let now = app.now();
    let id = PersonId(app.ids().uuid(now));
    let person = NewPerson { id, name, email, password_hash: None, created_at: now };
    let (inside, by, once) = (app.clone(), by.clone(), Once::of(by.person(), "people", key, form));
    let taken_on = app.db().write(move |tx| {
        once.run(tx, &inside, |tx| {
            may_give(tx, &by, &appointment)?;
            only_one(tx, &appointment)?;
            add_person(tx, &person)?;
            log(tx, by.changes(), now, None, "person", &format!("{} is taken on", person.name))?;
            let post = give_post(tx, &inside, by.changes(), (id, &person.name), &appointment)?;
            password_link::mail(tx, &inside, id, Occasion::Welcome)?;
            Ok(TakenOn { person: id, post })
        })
    })?;
    app.nudge();
    Ok(taken_on)
}

pub(super) fn read(
    form: &PersonForm,
    today: NaiveDate,
) -> Result<(String, EmailAddress, Appointment), Vec<FieldProblem>> {
    let name = Words::line(&form.name).map_err(|_| {
        FieldProblem::new("name", FieldCode::Missing, "Enter their full name, in 200 characters or fewer")
    });
    let email = EmailAddress::parse(&form.email)
        .map_err(|how| FieldProblem::new("email", FieldCode::NotAnEmail, how));
    match (name, email, form.post.read(today)) {
        (Ok(name), Ok(email), Ok(post)) => Ok((name.as_str().to_owned(), email, post)),
        (name, email, post) => {
            let first = [name.err(), email.err()].into_iter().flatten();
            Err(first.chain(post.err().into_iter().flatten()).collect())
        }
    }
}

/// Gives somebody another post.
///
/// # Errors
/// `NotFound` for somebody whom the administrator does not know of, `Invalid` with every problem at its field,
/// `Forbidden` for a place that is not theirs.
pub fn appoint(
    app: &App,
    by: &Administrator,
    person: PersonId,
    form: &PostForm,
    key: Option<IdempotencyKey>,
) -> Result<PostId, Error> {
    let appointment = form.read(local_date(app.now())).map_err(Error::Invalid)?;
    let (inside, by, once) = (app.clone(), by.clone(), Once::of(by.person(), "posts", key, &(person, form)));
    app.db().write(move |tx| {
        once.run(tx, &inside, |tx| {
            may_give(tx, &by, &appointment)?;
            let known = entry_in(tx, &by, person)?.person;
            let place = find_place(tx, &appointment.post.place)?.1;
            if known.posts.iter().any(|held| overlaps(held, place, &appointment)) {
                return Err(problem("role", FieldCode::Held, "They have this post already. Choose another"));
            }
            only_one(tx, &appointment)?;
            give_post(tx, &inside, by.changes(), (person, &known.name), &appointment)
        })
    })
}

fn may_give(tx: &mut Tx, by: &Administrator, appointment: &Appointment) -> Result<(), Error> {
    let (_, place) = find_place(tx, &appointment.post.place).map_err(at_place)?;
    by.must_look_after(place)?;
    may_be_held(tx, appointment)
}

/// Refuses a post at a place where there is none of its kind, and one for a time without an end.
pub(super) fn may_be_held(tx: &mut Tx, appointment: &Appointment) -> Result<(), Error> {
    let (_, place) = find_place(tx, &appointment.post.place).map_err(at_place)?;
    has_an_end(appointment)?;
    let role = appointment.post.role;
    match place {
        Place::Trust if !role.can_be_at_the_trust() => Err(problem(
            "place",
            FieldCode::NotAtTheTrust,
            &format!("Choose the school: a {} belongs to one", role.title()),
        )),
        Place::Trust | Place::School(_) => Ok(()),
    }
}

/// A school has one headteacher and one chair at a time: what falls to them falls to one person.
pub(super) fn only_one(tx: &mut Tx, appointment: &Appointment) -> Result<(), Error> {
    let place = find_place(tx, &appointment.post.place).map_err(at_place)?.1;
    let Place::School(school) = place else { return Ok(()) };
    if !appointment.post.role.is_held_by_one() {
        return Ok(());
    }
    let directory = db::people::directory(tx, school)?;
    let held = directory.people().iter().find_map(|person| {
        let post = person.posts.iter().find(|held| overlaps(held, place, appointment))?;
        Some((&person.name, post.to_on))
    });
    let Some((name, until)) = held else { return Ok(()) };
    let role = appointment.post.role.title();
    let words = match until {
        None => format!("{name} is {role} there. End that post first, then give this one"),
        Some(last) => {
            format!("{name} is {role} there until {}. Let this post begin on a later day", long_date(last))
        }
    };
    Err(problem("role", FieldCode::HeldByAnother, &words))
}

/// Command line and form have one field less or more; the problem is told at the form's.
fn at_place(error: Error) -> Error {
    match error {
        Error::Invalid(problems) => {
            let at = |problem: FieldProblem| FieldProblem { field: "place".to_owned(), ..problem };
            Error::Invalid(problems.into_iter().map(at).collect())
        }
        other => other,
    }
}

pub(super) fn overlaps(held: &Post, place: Place, new: &Appointment) -> bool {
    let begins = new.post.from_on.unwrap_or(NaiveDate::MIN);
    let same = held.role == new.post.role && held.place == place;
    same && held.to_on.is_none_or(|last| begins <= last) && new.to_on.is_none_or(|last| held.from_on <= last)
}

/// Mails somebody the link again by which they choose a password.
///
/// # Errors
/// `NotFound` for somebody whom the administrator does not know of, `TooMany` when it was just sent.
pub fn welcome_again(app: &App, doors: &Doors, by: &Administrator, person: PersonId) -> Result<(), Error> {
    let found = entry(app, by, person)?;
    doors.password_mail(&found.person.email.to_lowercase())?;
    let occasion = match found.arrival {
        Arrival::NoPassword => Occasion::Welcome,
        Arrival::NotYet | Arrival::SignedIn(_) => Occasion::Forgotten,
    };
    let inside = app.clone();
    app.db().write(move |tx| password_link::mail(tx, &inside, person, occasion))?;
    app.nudge();
    Ok(())
}

/// A school in which nobody holds roles that its procedure needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vacant {
    /// The school.
    pub school: SchoolId,
    /// Its slug.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// The roles, in the order of its ladder.
    pub roles: Vec<Role>,
}

/// The schools that lack somebody whom their procedure needs.
///
/// # Errors
/// When the database cannot be used.
pub fn vacant(app: &App) -> Result<Vec<Vacant>, Error> {
    let today = local_date(app.now());
    let worlds = crate::app::schools::all(app)?;
    let vacant = worlds.into_iter().map(|world| Vacant {
        school: world.school.id,
        slug: world.school.slug.clone(),
        name: world.school.name.clone(),
        roles: vacancies(&world.procedure, &world.directory, world.school.id, today),
    });
    Ok(vacant.filter(|school| !school.roles.is_empty()).collect())
}

/// A request that can be repeated safely (A6): the second gets the ids that the first made.
pub(super) struct Once {
    scope: String,
    key: Option<IdempotencyKey>,
    fingerprint: [u8; 32],
}

impl Once {
    pub(super) fn of(by: PersonId, what: &str, key: Option<IdempotencyKey>, body: &impl Serialize) -> Self {
        let body = serde_json::to_vec(body).unwrap_or_default();
        let fingerprint = Sha256::new().chain_update(what).chain_update(body).finalize().into();
        Self { scope: format!("person {by}"), key, fingerprint }
    }

    pub(super) fn run<T: Serialize + DeserializeOwned>(
        &self,
        tx: &mut Tx,
        app: &App,
        make: impl FnOnce(&mut Tx) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let broken = |source: serde_json::Error| Error::Internal(Box::new(source));
        if let Some(first) = first_answer(tx, &self.scope, self.key.as_ref(), self.fingerprint)? {
            return serde_json::from_str(&first.body).map_err(broken);
        }
        let made = make(tx)?;
        let body = serde_json::to_string(&made).map_err(broken)?;
        let answer = Answer { status: 201, body, version: 0 };
        remember(tx, app, &self.scope, self.key.as_ref(), self.fingerprint, &answer)?;
        Ok(made)
    }
}
