//! Who changed what setting, from what to what (S42, R71), for those who answer for it.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use super::App;
use super::error::{Error, FieldCode, FieldProblem};
use super::people::Colleague;
use crate::db;
use crate::domain::calendar::{
    CalendarSpec, end_of_local_day, local_date, range_words, short_date, start_of_local_day,
};
use crate::domain::case::refusal::{Refusal, RefusalCode};
use crate::domain::ids::{PersonId, SchoolId};
use crate::domain::person::{Place as Where, Post, Role};
use crate::domain::text::capital;

pub use crate::db::logs::{Author, Logged, Place, Span};
use crate::db::logs::{SettingChanged, SettingsSearch};

/// Whoever holds one of these posts reads what was changed where they hold it.
const READERS: [Role; 5] = [
    Role::Administrator,
    Role::ComplaintsCoordinator,
    Role::TrustOfficer,
    Role::DataProtectionOfficer,
    Role::Inspector,
];

/// What can be changed, as the log has it and as people read it.
pub const KINDS: [(&str, &str); 13] = [
    ("absence", "Absences"),
    ("calendar", "The calendar"),
    ("person", "People"),
    ("post", "Posts"),
    ("procedure", "The procedure"),
    ("password", "Passwords"),
    ("provider_account", "Accounts of Microsoft, Google and others"),
    ("school", "The school"),
    ("second_step", "Second steps"),
    ("sessions", "Being signed in"),
    ("sign_in_rules", "Rules for signing in"),
    ("token", "Tokens of the API"),
    ("trust", "The trust"),
];

/// A kind of change, in words.
pub fn kind_title(kind: &str) -> String {
    let known = KINDS.iter().find(|(key, _)| *key == kind);
    known.map_or_else(|| capital(&kind.replace('_', " ")), |(_, title)| (*title).to_owned())
}

/// The days that a list is narrowed to, the last one included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Days {
    /// The first.
    pub from: Option<NaiveDate>,
    /// The last.
    pub to: Option<NaiveDate>,
}

impl Days {
    /// The moments of these days, by the clock on the school's wall.
    ///
    /// # Errors
    /// `Invalid` at `to` when it is before the first.
    pub fn span(self) -> Result<Span, Error> {
        if let (Some(from), Some(to)) = (self.from, self.to)
            && to < from
        {
            let words = "Enter a last day that is not before the first";
            return Err(Error::Invalid(vec![FieldProblem::new("to", FieldCode::BeforeFrom, words)]));
        }
        Ok(Span { from: self.from.map(start_of_local_day), until: self.to.map(end_of_local_day) })
    }
}

/// What of the log of settings is asked for. Every part that is there must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// The slug of a school.
    pub school: Option<String>,
    /// What was changed: one of [`KINDS`].
    pub kind: Option<String>,
    /// Who changed it.
    pub by: Option<Author>,
    /// On these days.
    pub days: Days,
    /// Where the page before ended.
    pub after: Option<Place>,
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// When.
    pub at: DateTime<Utc>,
    /// Who; `None` for the command line.
    pub by: Option<(PersonId, String)>,
    /// The slug and name of the school; `None` for the whole organisation.
    pub school: Option<(String, String)>,
    /// What was changed.
    pub kind: String,
    /// What it was before, in lines; none where there was nothing.
    pub before: Vec<String>,
    /// What it is since.
    pub after: Vec<String>,
}

/// A page of the log.
#[derive(Clone, Debug)]
pub struct Changes {
    /// The changes, the newest first.
    pub entries: Vec<Change>,
    /// Where the next page begins.
    pub next: Option<Place>,
    /// The slugs and names of the schools that the reader may ask for.
    pub schools: Vec<(String, String)>,
    /// Whoever changed something there, by name.
    pub authors: Vec<(Author, String)>,
}

/// Where the log is theirs to read.
struct Reader {
    schools: Vec<SchoolId>,
    organisation: Organisation,
}

/// Whether what holds for the whole organisation is theirs to read too.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Organisation {
    Theirs,
    NotTheirs,
}

impl Reader {
    fn of(colleague: &Colleague, today: NaiveDate) -> Result<Self, Error> {
        let reads = |post: &&Post| READERS.contains(&post.role) && post.is_held_on(today);
        let places: Vec<Where> = colleague.posts.iter().filter(reads).map(|post| post.place).collect();
        let reached = |school: &SchoolId| colleague.only_school.is_none_or(|only| only == *school);
        let mut schools: Vec<SchoolId> = places
            .iter()
            .flat_map(|place| match place {
                Where::School(school) => vec![*school],
                Where::Trust => colleague.trust_schools.clone(),
            })
            .filter(reached)
            .collect();
        schools.sort_unstable();
        schools.dedup();
        let at_trust = places.contains(&Where::Trust) && colleague.only_school.is_none();
        let organisation = if at_trust { Organisation::Theirs } else { Organisation::NotTheirs };
        if schools.is_empty() && organisation == Organisation::NotTheirs {
            return Err(refused());
        }
        Ok(Self { schools, organisation })
    }

    fn places(&self) -> Vec<Option<SchoolId>> {
        let whole = (self.organisation == Organisation::Theirs).then_some(None);
        self.schools.iter().copied().map(Some).chain(whole).collect()
    }
}

fn refused() -> Error {
    let words = "What was changed in the settings is for administrators, the complaints co-ordinator, trust officers, the data protection officer and inspectors";
    Error::Forbidden(Refusal::new(RefusalCode::NotYours, words).unless("Ask one of them"))
}

/// Whether somebody reads the log of settings of any place.
pub fn reads_settings(colleague: &Colleague, today: NaiveDate) -> bool {
    Reader::of(colleague, today).is_ok()
}

/// The slugs and names of the schools whose changes somebody may read, by name.
///
/// # Errors
/// `Forbidden` for whoever has no post for it.
pub fn schools(app: &App, colleague: &Colleague) -> Result<Vec<(String, String)>, Error> {
    let reader = Reader::of(colleague, local_date(app.now()))?;
    let all = app.db().read(|tx| Ok::<_, Error>(db::schools::all(tx)?))?;
    let own = all.into_iter().filter(|record| reader.schools.contains(&record.school.id));
    Ok(by_name(own.map(|record| (record.school.slug, record.school.name)).collect()))
}

/// A page of the changes that somebody may read.
///
/// # Errors
/// `Forbidden` for whoever has no post for it; `Invalid` for a school that is not theirs, a kind that is none, and
/// days that are no stretch.
pub fn settings(app: &App, colleague: &Colleague, asked: &Asked, limit: usize) -> Result<Changes, Error> {
    let reader = Reader::of(colleague, local_date(app.now()))?;
    if asked.kind.as_ref().is_some_and(|kind| KINDS.iter().all(|(key, _)| key != kind)) {
        return Err(unknown("kind", "Ask for one of the kinds that are listed"));
    }
    let search = SettingsSearch {
        what: asked.kind.clone(),
        by: asked.by,
        span: asked.days.span()?,
        after: asked.after,
    };
    app.db().read(|tx| {
        let schools: BTreeMap<SchoolId, (String, String)> = db::schools::all(tx)?
            .into_iter()
            .filter(|record| reader.schools.contains(&record.school.id))
            .map(|record| (record.school.id, (record.school.slug, record.school.name)))
            .collect();
        let all = reader.places();
        let places = match &asked.school {
            None => all.clone(),
            Some(slug) => {
                let here = schools.iter().find(|(_, (own, _))| own == slug).map(|(id, _)| *id);
                vec![Some(here.ok_or_else(|| unknown("school", "Ask for a school of yours"))?)]
            }
        };
        let mut found = db::logs::settings(tx, &places, &search, limit.saturating_add(1))?;
        let more = found.len() > limit;
        found.truncate(limit);
        let next = found.last().filter(|_| more).map(|last| last.place);
        let authors = db::logs::authors(tx, &all)?;
        let names = names(tx, &found, &authors)?;
        Ok(Changes {
            entries: found.into_iter().map(|logged| change(logged.entry, &schools, &names)).collect(),
            next,
            schools: by_name(schools.into_values().collect()),
            authors: named(&authors, &names),
        })
    })
}

fn unknown(field: &str, words: &str) -> Error {
    Error::Invalid(vec![FieldProblem::new(field, FieldCode::UnknownChoice, words)])
}

fn by_name(mut schools: Vec<(String, String)>) -> Vec<(String, String)> {
    schools.sort_by(|one, other| one.1.cmp(&other.1));
    schools
}

/// The names of whoever changed something, and of whoever the log names by their id.
fn names(
    tx: &mut db::Tx,
    found: &[Logged<SettingChanged>],
    authors: &[Option<PersonId>],
) -> Result<BTreeMap<PersonId, String>, Error> {
    let texts = found.iter().flat_map(|logged| [&logged.entry.before, &logged.entry.after]).flatten();
    let mut ids: Vec<PersonId> = texts.flat_map(|text| ids_in(text)).map(|(_, id)| id).collect();
    ids.extend(authors.iter().flatten());
    ids.sort_unstable();
    ids.dedup();
    Ok(db::people::names(tx, &ids)?)
}

fn named(authors: &[Option<PersonId>], names: &BTreeMap<PersonId, String>) -> Vec<(Author, String)> {
    let mut told: Vec<(Author, String)> = authors
        .iter()
        .flatten()
        .filter_map(|id| Some((Author::Person(*id), names.get(id)?.clone())))
        .collect();
    told.sort_by(|one, other| one.1.cmp(&other.1));
    if authors.contains(&None) {
        told.push((Author::CommandLine, COMMAND_LINE.to_owned()));
    }
    told
}

/// Who changed what nobody who was signed in changed.
pub const COMMAND_LINE: &str = "The command line";

fn change(
    entry: SettingChanged,
    schools: &BTreeMap<SchoolId, (String, String)>,
    names: &BTreeMap<PersonId, String>,
) -> Change {
    let (before, after) = match (entry.before.as_deref(), entry.after.as_deref()) {
        (Some(before), Some(after)) if entry.what == CALENDAR => what_differs(before, after),
        (before, after) => {
            let told = |text: Option<&str>| {
                text.map(|text| if entry.what == CALENDAR { days_of(text) } else { vec![text.to_owned()] })
            };
            (told(before).unwrap_or_default(), told(after).unwrap_or_default())
        }
    };
    let with_names = |lines: Vec<String>| lines.iter().map(|line| with_names(line, names)).collect();
    Change {
        at: entry.at,
        by: entry.person.map(|id| (id, names.get(&id).cloned().unwrap_or_default())),
        school: entry.school.and_then(|id| schools.get(&id).cloned()),
        kind: entry.what,
        before: with_names(before),
        after: with_names(after),
    }
}

const CALENDAR: &str = "calendar";

/// The days of a calendar that were changed: those that are no more, and those that are new.
fn what_differs(before: &str, after: &str) -> (Vec<String>, Vec<String>) {
    let (before, after) = (days_of(before), days_of(after));
    let without = |own: &[String], other: &[String]| {
        own.iter().filter(|line| !other.contains(line)).cloned().collect::<Vec<_>>()
    };
    (without(&before, &after), without(&after, &before))
}

/// A calendar in lines.
fn days_of(spec: &str) -> Vec<String> {
    let Ok(spec) = serde_json::from_str::<CalendarSpec>(spec) else { return vec![spec.to_owned()] };
    let mut lines = vec![format!(
        "Open on {}",
        spec.open_weekdays.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
    )];
    for year in &spec.years {
        lines.push(format!("School year {}", range_words(year.from, year.to)));
        lines.extend(year.terms.iter().map(|term| {
            let name = term.name.as_deref().unwrap_or("Term");
            format!("{name}: {}", range_words(term.first, term.last))
        }));
        lines.extend(year.inset.iter().map(|day| format!("Training day: {}", short_date(*day))));
        lines.extend(
            year.closures.iter().map(|day| format!("Closed on {}: {}", short_date(day.on), day.reason)),
        );
    }
    lines
}

/// The ids that stand in a text, each with the letters that it is written with.
fn ids_in(text: &str) -> impl Iterator<Item = (&str, PersonId)> {
    text.split(|sign: char| !(sign.is_ascii_hexdigit() || sign == '-'))
        .filter_map(|word| Some((word, PersonId(Uuid::try_parse(word).ok()?))))
}

/// A text with people by their names.
fn with_names(text: &str, names: &BTreeMap<PersonId, String>) -> String {
    let mut told = text.to_owned();
    for (word, id) in ids_in(text) {
        let Some(name) = names.get(&id) else { continue };
        for before in ["Person ", "person ", ""] {
            told = told.replace(&format!("{before}{word}"), name);
        }
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    /// S42: people are told by name, and what is no person stays as it is.
    #[test]
    fn s42_whom_the_log_names_by_an_id_is_told_by_name() {
        let (amara, other) = (Uuid::from_u128(7), Uuid::from_u128(8));
        let names = BTreeMap::from([(PersonId(amara), "Amara Okafor".to_owned())]);
        let text = format!("{other} of person {amara}: read, until 2027-01-01");
        assert_eq!(with_names(&text, &names), format!("{other} of Amara Okafor: read, until 2027-01-01"));
        assert_eq!(with_names(&format!("Person {amara} set it up"), &names), "Amara Okafor set it up");
    }

    /// S42: of a calendar the days that changed are told, not the whole of it.
    #[test]
    fn s42_of_a_calendar_only_what_changed_is_told() {
        let year = |from: &str, to: &str, first: &str| {
            format!(r#"{{"from":"{from}","to":"{to}","terms":[{{"first":"{first}","last":"{to}"}}]}}"#)
        };
        let spec =
            |years: &[String]| format!(r#"{{"division":"england-and-wales","years":[{}]}}"#, years.join(","));
        let old = year("2026-09-01", "2027-08-31", "2026-09-02");
        let new = year("2027-09-01", "2028-08-31", "2027-09-03");
        let (before, after) = what_differs(&spec(std::slice::from_ref(&old)), &spec(&[old.clone(), new]));
        assert_eq!(before, Vec::<String>::new());
        assert_eq!(after.len(), 2, "{after:?}");
        assert!(after[0].starts_with("School year 1 September 2027"), "{after:?}");
    }

    #[test]
    fn each_kind_is_listed_once() {
        let mut keys: Vec<&str> = KINDS.iter().map(|(key, _)| *key).collect();
        keys.dedup();
        assert_eq!(keys.len(), KINDS.len());
        assert_eq!(kind_title("something_new"), "Something new");
    }
}
