//! Who is away from a post, and who looks after it meanwhile (S40): noted by whoever is away, by a co-ordinator of the
//! school, or by an administrator.

use std::collections::BTreeMap;

use chrono::{DateTime, Days, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::app::error::{Error, FieldCode, FieldProblem};
use crate::app::people::Colleague;
use crate::app::writing::To;
use crate::app::{App, IdempotencyKey};
use crate::db::{self, Tx};
use crate::domain::absence::{Absence, may_look_after, may_stand_in};
use crate::domain::calendar::{local_date, long_date};
use crate::domain::ids::{AbsenceId, PersonId, PostId, SchoolId, TrustId};
use crate::domain::person::{Directory, Person, Place, Post, Role};
use crate::mail::letters::{AwayNews, NotedAway, StandingIn, StandingInNews, noted_away, standing_in};
use crate::urls;

use super::news;
use super::setup::day;
use super::staff::Once;
use super::users::{ChangedBy, log_change, problem, touch};

/// Which message tells somebody that they stand in.
const STANDING_IN: &str = "standing_in";

/// Which message tells somebody that another noted them as away.
const NOTED_AWAY: &str = "noted_away";

/// The longest time for which somebody is away: after that, another is given the post.
const LONGEST: Days = Days::new(366);

/// An absence as somebody typed it in.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct AbsenceForm {
    /// Who is away; absent for whoever asks.
    pub person: Option<PersonId>,
    /// The first day.
    pub from_on: String,
    /// The last day.
    pub to_on: String,
    /// Who looks after which post; a post that is not named has nobody.
    pub delegates: BTreeMap<PostId, PersonId>,
}

/// An absence as it is listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Noted {
    /// The absence.
    pub absence: Absence,
    /// Who is away.
    pub name: String,
    /// Who looks after the post.
    pub delegate: Option<String>,
    /// Where the post is held.
    pub place: String,
    /// Whether whoever asks may call it off.
    pub theirs: Theirs,
}

/// Whether an absence is for whoever asks to note and to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Theirs {
    /// It is.
    Yes,
    /// They may only read it.
    No,
}

/// A post from which somebody can be away, and who could look after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coverable {
    /// The post.
    pub post: Post,
    /// Where it is held.
    pub place: String,
    /// Who could look after it, with the post from which they may; by name.
    pub people: Vec<(PersonId, String)>,
}

/// Somebody whose absence can be noted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Absentee {
    /// Who.
    pub person: PersonId,
    /// Their name.
    pub name: String,
    /// Their posts in which cases rest with them.
    pub posts: Vec<Coverable>,
}

/// Whom an absence form can be about, and what is noted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overview {
    /// What is on or to come, as far as whoever asks may know.
    pub noted: Vec<Noted>,
    /// Those besides whoever asks whose absence they may note; by name.
    pub others: Vec<(PersonId, String)>,
}

/// The people of a place with what was noted of them.
struct Here {
    trust: TrustId,
    names: BTreeMap<SchoolId, String>,
    trust_name: String,
    directory: Directory,
}

impl Here {
    /// Everybody of the trusts to which those schools belong, with the absences.
    fn of(tx: &mut Tx, colleague: &Colleague, today: NaiveDate) -> Result<Vec<Self>, Error> {
        let mine = colleague.schools(today);
        let records = db::schools::all(tx)?;
        let mut places = Vec::new();
        for (trust, trust_name) in db::schools::all_trusts(tx)? {
            let own = records.iter().filter(|record| record.school.trust == trust);
            let names: BTreeMap<SchoolId, String> =
                own.map(|record| (record.school.id, record.school.name.clone())).collect();
            if !names.keys().any(|school| mine.contains(school)) {
                continue;
            }
            let mut absences = Vec::new();
            for school in names.keys() {
                absences.extend(db::absences::at_school(tx, *school)?);
            }
            absences.sort_by_key(|away| (away.from_on, away.id));
            absences.dedup();
            let people = db::people::of_trust(tx, trust)?.people().to_vec();
            places.push(Self { trust, names, trust_name, directory: Directory::noting(people, absences) });
        }
        Ok(places)
    }

    fn name_of(&self, place: Place) -> String {
        match place {
            Place::School(school) => self.names.get(&school).cloned().unwrap_or_default(),
            Place::Trust => self.trust_name.clone(),
        }
    }

    fn coverable(&self, person: &Person, today: NaiveDate) -> Vec<Coverable> {
        let rests =
            |post: &&Post| !may_stand_in(post.role).is_empty() && post.to_on.is_none_or(|last| today <= last);
        let posts = person.posts.iter().filter(rests);
        posts
            .map(|post| Coverable {
                place: self.name_of(post.place),
                people: self.who_could(person.id, post, today),
                post: post.clone(),
            })
            .collect()
    }

    fn who_could(&self, absent: PersonId, post: &Post, today: NaiveDate) -> Vec<(PersonId, String)> {
        let others = self.directory.people().iter().filter(|person| person.id != absent);
        let mut could: Vec<(PersonId, String)> = others
            .filter(|person| may_look_after(person, post, (today, today), &[]))
            .map(|person| (person.id, person.name.clone()))
            .collect();
        could.sort_by_key(|(id, name)| (name.to_lowercase(), *id));
        could
    }
}

/// Whether somebody may note that the holder of a post is away: the holder, a co-ordinator, an administrator there. A token
/// for one school reaches the posts of that school alone.
fn may_note(colleague: &Colleague, person: PersonId, place: Place, today: NaiveDate) -> bool {
    let looks_after = |post: &Post| {
        let role = matches!(post.role, Role::ComplaintsCoordinator | Role::Administrator);
        role && post.is_held_on(today) && (post.place == Place::Trust || post.place == place)
    };
    let reached = colleague.only_school.is_none_or(|only| place == Place::School(only));
    reached && (colleague.id == person || colleague.posts.iter().any(looks_after))
}

/// What is noted, and for whom one may note more.
///
/// # Errors
/// When the database cannot be used.
pub fn overview(app: &App, colleague: &Colleague) -> Result<Overview, Error> {
    let today = local_date(app.now());
    app.db().read(|tx| {
        let mut found = Overview::default();
        for here in Here::of(tx, colleague, today)? {
            found.noted.extend(noted(&here, colleague, today));
            let others = here.directory.people().iter().filter(|person| person.id != colleague.id);
            let mine = others.filter(|person| {
                here.coverable(person, today)
                    .iter()
                    .any(|coverable| may_note(colleague, person.id, coverable.post.place, today))
            });
            found.others.extend(mine.map(|person| (person.id, person.name.clone())));
        }
        found.others.sort_by_key(|(id, name)| (name.to_lowercase(), *id));
        Ok(found)
    })
}

fn noted(here: &Here, colleague: &Colleague, today: NaiveDate) -> Vec<Noted> {
    let to_come =
        here.directory.absences().iter().filter(|away| away.from_on <= away.to_on && today <= away.to_on);
    to_come
        .filter_map(|away| {
            let theirs = may_note(colleague, away.person, away.post.place, today);
            (theirs || away.delegate == Some(colleague.id)).then(|| Noted {
                absence: away.clone(),
                name: here.directory.name(away.person).to_owned(),
                delegate: away.delegate.map(|delegate| here.directory.name(delegate).to_owned()),
                place: here.name_of(away.post.place),
                theirs: if theirs { Theirs::Yes } else { Theirs::No },
            })
        })
        .collect()
}

/// The posts from which somebody can be away, with who could look after each.
///
/// # Errors
/// `NotFound` for somebody whose absence is not for the colleague to note.
pub fn absentee(app: &App, colleague: &Colleague, person: PersonId) -> Result<Absentee, Error> {
    let today = local_date(app.now());
    app.db().read(|tx| {
        let all = Here::of(tx, colleague, today)?;
        Ok(find(&all, colleague, person, today)?.1)
    })
}

fn find<'h>(
    all: &'h [Here],
    colleague: &Colleague,
    person: PersonId,
    today: NaiveDate,
) -> Result<(&'h Here, Absentee), Error> {
    for here in all {
        let Some(known) = here.directory.person(person) else { continue };
        let mut posts = here.coverable(known, today);
        posts.retain(|coverable| may_note(colleague, person, coverable.post.place, today));
        if !posts.is_empty() || person == colleague.id {
            return Ok((here, Absentee { person, name: known.name.clone(), posts }));
        }
    }
    Err(Error::NotFound)
}

/// Notes an absence: one for each post that somebody holds in that time.
///
/// # Errors
/// `Invalid` with every problem at its field; `NotFound` for somebody whose absence is not theirs to note.
pub fn note(
    app: &App,
    colleague: &Colleague,
    form: &AbsenceForm,
    key: Option<IdempotencyKey>,
) -> Result<Vec<AbsenceId>, Error> {
    let now = app.now();
    let days = read(form, local_date(now)).map_err(Error::Invalid)?;
    let (inside, colleague, form) = (app.clone(), colleague.clone(), form.clone());
    let once = Once::of(colleague.id, "absences", key, &form);
    let noted = app.db().write(move |tx| {
        once.run(tx, &inside, |tx| {
            let today = local_date(now);
            db::meta::hold(tx)?;
            let all = Here::of(tx, &colleague, today)?;
            let (here, absentee) = find(&all, &colleague, form.person.unwrap_or(colleague.id), today)?;
            let new =
                planned(&inside, here, (&colleague, &absentee), &form, days, now).map_err(Error::Invalid)?;
            for absence in &new {
                clear_of_their_cases(tx, &colleague, here, absence)?;
                store(tx, &colleague, here, absence, now)?;
                let by = (absence.person != colleague.id).then_some(colleague.name.as_str());
                tell_delegate(tx, &inside, here, absence, StandingInNews::Noted { by })?;
                tell_whoever_is_away(tx, &inside, here, (&colleague, absence), AwayNews::Noted)?;
            }
            Ok(new.into_iter().map(|absence| absence.id).collect())
        })
    })?;
    app.nudge();
    Ok(noted)
}

/// What is wrong with the days of an absence, for a form with which something else is wrong besides.
pub fn problems_of_days(app: &App, form: &AbsenceForm) -> Vec<FieldProblem> {
    read(form, local_date(app.now())).err().unwrap_or_default()
}

type FromTo = (NaiveDate, NaiveDate);

fn read(form: &AbsenceForm, today: NaiveDate) -> Result<FromTo, Vec<FieldProblem>> {
    let date = |field: &str, raw: &str, what: &str| {
        let raw = raw.trim();
        let unreadable = format!("Enter the {what} as a real date, like 23 9 2026");
        match day(raw) {
            Some(on) => Ok(on),
            None if raw.is_empty() => {
                Err(FieldProblem::new(field, FieldCode::Missing, format!("Enter the {what}").as_str()))
            }
            None => Err(FieldProblem::new(field, FieldCode::NotADate, unreadable.as_str())),
        }
    };
    let (from, to) =
        (date("from_on", &form.from_on, "first day away"), date("to_on", &form.to_on, "last day away"));
    let (from, to) = match (from, to) {
        (Ok(from), Ok(to)) => (from, to),
        (from, to) => return Err([from.err(), to.err()].into_iter().flatten().collect()),
    };
    let told = |code, words: &str| Err(vec![FieldProblem::new("to_on", code, words)]);
    if to < from {
        return told(FieldCode::BeforeFrom, "Enter a last day that is not before the first");
    }
    if to < today {
        return told(FieldCode::Over, "Enter a last day that is today or later");
    }
    if from.checked_add_days(LONGEST).is_some_and(|longest| longest < to) {
        return told(
            FieldCode::Over,
            "Enter a last day within a year. For a longer time, an administrator gives the post to somebody else",
        );
    }
    Ok((from, to))
}

/// What is to be noted, or every reason why not.
fn planned(
    app: &App,
    here: &Here,
    (colleague, absentee): (&Colleague, &Absentee),
    form: &AbsenceForm,
    (from_on, to_on): FromTo,
    now: DateTime<Utc>,
) -> Result<Vec<Absence>, Vec<FieldProblem>> {
    let held = |coverable: &&Coverable| {
        let post = &coverable.post;
        post.from_on <= to_on && post.to_on.is_none_or(|last| from_on <= last)
    };
    let posts: Vec<&Coverable> = absentee.posts.iter().filter(held).collect();
    if posts.is_empty() {
        let words = format!("No case rests with {} in that time, so there is nothing to note", absentee.name);
        return Err(vec![FieldProblem::new("from_on", FieldCode::NoSuchPost, words.as_str())]);
    }
    let unknown = form.delegates.keys().find(|post| posts.iter().all(|held| held.post.id != **post));
    let mut problems: Vec<FieldProblem> = unknown.into_iter().map(no_such_post).collect();
    let mut new = Vec::new();
    for coverable in posts {
        let delegate = form.delegates.get(&coverable.post.id).copied();
        match delegated(here, (colleague, absentee), coverable, delegate, (from_on, to_on)) {
            Ok(()) => new.push(Absence {
                id: AbsenceId(app.ids().uuid(now)),
                person: absentee.person,
                post: coverable.post.clone(),
                delegate,
                noted_by: Some(colleague.id),
                from_on,
                to_on,
            }),
            Err(problem) => problems.push(problem),
        }
    }
    if problems.is_empty() { Ok(new) } else { Err(problems) }
}

fn no_such_post(post: &PostId) -> FieldProblem {
    let words = "They hold no such post in that time, or it is not yours to look after";
    FieldProblem::new(delegate_field(*post), FieldCode::NoSuchPost, words)
}

/// The field at which a problem with whoever looks after that post stands.
pub fn delegate_field(post: PostId) -> String {
    format!("delegates/{post}")
}

/// Whether nothing stands in the way of that delegate, or of nobody.
fn delegated(
    here: &Here,
    (colleague, absentee): (&Colleague, &Absentee),
    coverable: &Coverable,
    delegate: Option<PersonId>,
    (from_on, to_on): FromTo,
) -> Result<(), FieldProblem> {
    let field = delegate_field(coverable.post.id);
    let absences = here.directory.absences();
    let twice = |away: &&Absence| {
        let same = away.person == absentee.person && away.post.id == coverable.post.id;
        same && away.from_on <= away.to_on && away.meets(from_on, to_on)
    };
    if let Some(known) = absences.iter().find(twice) {
        let words = format!(
            "{} is away from {} to {} already. End that first, or choose other days",
            absentee.name,
            long_date(known.from_on),
            long_date(known.to_on)
        );
        return Err(FieldProblem::new("from_on", FieldCode::Held, words.as_str()));
    }
    let Some(delegate) = delegate else { return Ok(()) };
    if delegate == colleague.id && absentee.person != colleague.id {
        let words = format!(
            "You cannot give yourself the cases of {}. Choose somebody else, or ask {} or an administrator to note it",
            absentee.name, absentee.name
        );
        return Err(FieldProblem::new(field, FieldCode::UnknownChoice, words.as_str()));
    }
    let person = here.directory.person(delegate).filter(|_| delegate != absentee.person);
    let may = |person: &Person| may_look_after(person, &coverable.post, (from_on, to_on), absences);
    if person.is_some_and(may) {
        return Ok(());
    }
    let from: Vec<&str> = may_stand_in(coverable.post.role).iter().map(|role| role.title()).collect();
    let name = person.map_or("They", |person| &person.name);
    let words = format!(
        "{name} cannot look after this on all of those days. Choose somebody who is there, with one of these posts: {}",
        from.join(", ")
    );
    Err(FieldProblem::new(field, FieldCode::UnknownChoice, words.as_str()))
}

/// Whoever is away knows their cases, and is told that somebody cannot have one. To others it is not told: they might be
/// whom it is about. Such a case is looked after by nobody, and goes the way of all those (R22, R23).
fn clear_of_their_cases(
    tx: &mut Tx,
    colleague: &Colleague,
    here: &Here,
    absence: &Absence,
) -> Result<(), Error> {
    let Some(delegate) = absence.delegate.filter(|_| absence.person == colleague.id) else { return Ok(()) };
    if !db::absences::has_a_part_in_cases_of(tx, absence.person, absence.post.role, delegate)? {
        return Ok(());
    }
    let words = format!(
        "{} is complained about in a case of yours, or had a part in it, so cannot look after it. Choose somebody else, or \
         give that case to another first",
        here.directory.name(delegate)
    );
    Err(problem(&delegate_field(absence.post.id), FieldCode::UnknownChoice, &words))
}

fn store(
    tx: &mut Tx,
    colleague: &Colleague,
    here: &Here,
    absence: &Absence,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    db::absences::add(tx, absence, now)?;
    let school = touch(tx, here.trust, absence.post.place)?;
    let after = in_words(absence, |person| here.directory.name(person).to_owned());
    log_change(tx, ChangedBy::Person(colleague.id), now, school, "absence", (None, Some(after)))
}

/// An absence as the log has it.
fn in_words(absence: &Absence, name: impl Fn(PersonId) -> String) -> String {
    let who =
        absence.delegate.map_or_else(|| "nobody looks".to_owned(), |delegate| name(delegate) + " looks");
    format!(
        "{} is away as {} from {} to {}; {who} after it",
        name(absence.person),
        absence.post.role.title(),
        absence.from_on,
        absence.to_on
    )
}

/// Tells whoever looks after the post, unless they noted it themselves.
fn tell_delegate(
    tx: &mut Tx,
    app: &App,
    here: &Here,
    absence: &Absence,
    news: StandingInNews<'_>,
) -> Result<(), Error> {
    let Some(found) = absence.delegate.map(|delegate| db::people::find(tx, delegate)).transpose()?.flatten()
    else {
        return Ok(());
    };
    let place = here.name_of(absence.post.place);
    let letter = standing_in(&StandingIn {
        place: &place,
        name: &found.name,
        away: here.directory.name(absence.person),
        post: absence.post.role.title(),
        from_on: &long_date(absence.from_on),
        to_on: &long_date(absence.to_on),
        home: &app.base().link(urls::HOME),
        absences: &app.base().link(urls::AWAY),
        news,
    })
    .render();
    let to = To::Staff { person: found.id, name: &found.name, address: &found.email };
    news::send(tx, app, to, school_of(absence.post.place), STANDING_IN, letter)
}

fn school_of(place: Place) -> Option<SchoolId> {
    match place {
        Place::School(school) => Some(school),
        Place::Trust => None,
    }
}

/// Tells whoever is away that somebody else noted it or called it off: nobody's cases are looked after by another without
/// their knowing.
fn tell_whoever_is_away(
    tx: &mut Tx,
    app: &App,
    here: &Here,
    (colleague, absence): (&Colleague, &Absence),
    news: AwayNews,
) -> Result<(), Error> {
    let found = db::people::find(tx, absence.person)?.filter(|found| found.id != colleague.id);
    let Some(found) = found else { return Ok(()) };
    let place = here.name_of(absence.post.place);
    let letter = noted_away(&NotedAway {
        place: &place,
        name: &found.name,
        by: &colleague.name,
        delegate: absence.delegate.map(|delegate| here.directory.name(delegate)),
        post: absence.post.role.title(),
        from_on: &long_date(absence.from_on),
        to_on: &long_date(absence.to_on),
        absences: &app.base().link(urls::AWAY),
        news,
    })
    .render();
    let to = To::Staff { person: found.id, name: &found.name, address: &found.email };
    news::send(tx, app, to, school_of(absence.post.place), NOTED_AWAY, letter)
}

/// Ends an absence at once, and with it what its delegate may do. A second time changes nothing.
///
/// # Errors
/// `NotFound` for an absence that is not theirs to end.
pub fn end(app: &App, colleague: &Colleague, id: AbsenceId) -> Result<(), Error> {
    let (inside, colleague, now) = (app.clone(), colleague.clone(), app.now());
    app.db().write(move |tx| {
        let today = local_date(now);
        let (trust, absence) = db::absences::find(tx, id)?.ok_or(Error::NotFound)?;
        let here = Here::of(tx, &colleague, today)?.into_iter().find(|here| here.trust == trust);
        let here = here.ok_or(Error::NotFound)?;
        if !may_note(&colleague, absence.person, absence.post.place, today) {
            return Err(Error::NotFound);
        }
        let yesterday = today.checked_sub_days(Days::new(1)).unwrap_or(NaiveDate::MIN);
        if absence.to_on <= yesterday {
            return Ok(());
        }
        db::absences::end(tx, id, yesterday)?;
        let school = touch(tx, trust, absence.post.place)?;
        let people = [Some(absence.person), absence.delegate];
        let names = db::people::names(tx, &people.into_iter().flatten().collect::<Vec<_>>())?;
        let name = |person| names.get(&person).cloned().unwrap_or_default();
        let before = in_words(&absence, name);
        let after = in_words(&Absence { to_on: yesterday, ..absence.clone() }, name);
        let by = ChangedBy::Person(colleague.id);
        log_change(tx, by, now, school, "absence", (Some(before), Some(after)))?;
        tell_delegate(tx, &inside, &here, &absence, StandingInNews::Ended)?;
        tell_whoever_is_away(tx, &inside, &here, (&colleague, &absence), AwayNews::Ended)
    })?;
    app.nudge();
    Ok(())
}
