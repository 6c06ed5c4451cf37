//! What was changed in the settings, and who read what.
//!
//! Both only grow, and are looked up in pages, the newest first: where a page ends, the next begins.

use chrono::{DateTime, Utc};
use diesel::dsl::not;
use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::connection::{MultiBackend, Tx};
use super::error::DbError;
use super::schema::{read_log, settings_log};
use super::types::At;
use super::visibility::{self, Seen, Viewer};
use crate::domain::ids::{CaseId, PartyNo, PersonId, SchoolId};
use crate::domain::reference::Reference;

/// Where an entry stands in its log: when it was written, and its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// When.
    pub at: DateTime<Utc>,
    /// Its number.
    pub no: i64,
}

/// An entry with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logged<T> {
    /// Its place.
    pub place: Place,
    /// What it tells.
    pub entry: T,
}

/// From when to when: the first moment belongs to it, the last does not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// The first moment.
    pub from: Option<DateTime<Utc>>,
    /// The moment at which it is over.
    pub until: Option<DateTime<Utc>>,
}

/// Whose changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Author {
    /// Those of a person.
    Person(PersonId),
    /// Those of the command line.
    CommandLine,
}

/// Which changes of settings. Every part that is there must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SettingsSearch {
    /// Of that kind.
    pub what: Option<String>,
    /// By them.
    pub by: Option<Author>,
    /// In that time.
    pub span: Span,
    /// Before that one in the order of the list, which is the newest first.
    pub after: Option<Place>,
}

/// A change of a setting (R71).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingChanged {
    /// When.
    pub at: DateTime<Utc>,
    /// By whom; `None` for the command line.
    pub person: Option<PersonId>,
    /// At which school; `None` for all.
    pub school: Option<SchoolId>,
    /// What.
    pub what: String,
    /// From what.
    pub before: Option<String>,
    /// To what.
    pub after: Option<String>,
}

/// Logs a change of a setting. The log only grows.
pub fn log_setting(tx: &mut Tx, change: &SettingChanged) -> Result<(), DbError> {
    diesel::insert_into(settings_log::table)
        .values((
            settings_log::at.eq(At::from(change.at)),
            settings_log::person_id.eq(change.person),
            settings_log::school_id.eq(change.school),
            settings_log::what.eq(&change.what),
            settings_log::before.eq(change.before.as_deref()),
            settings_log::after.eq(change.after.as_deref()),
        ))
        .execute(&mut tx.conn)?;
    Ok(())
}

type SettingsQuery = settings_log::BoxedQuery<'static, MultiBackend>;

/// The changes at these places, the newest first; a place that is `None` is the organisation itself.
pub fn settings(
    tx: &mut Tx,
    places: &[Option<SchoolId>],
    search: &SettingsSearch,
    limit: usize,
) -> Result<Vec<Logged<SettingChanged>>, DbError> {
    type Row = (i64, At, Option<PersonId>, Option<SchoolId>, String, Option<String>, Option<String>);
    let mut found = Vec::new();
    for place in places {
        let rows: Vec<Row> = narrowed(at_place(*place), search)
            .order((settings_log::at.desc(), settings_log::id.desc()))
            .limit(i64::try_from(limit).unwrap_or(i64::MAX))
            .select((
                settings_log::id,
                settings_log::at,
                settings_log::person_id,
                settings_log::school_id,
                settings_log::what,
                settings_log::before,
                settings_log::after,
            ))
            .load(&mut tx.conn)?;
        found.extend(rows.into_iter().map(|(no, at, person, school, what, before, after)| Logged {
            place: Place { at: at.0, no },
            entry: SettingChanged { at: at.0, person, school, what, before, after },
        }));
    }
    Ok(newest_first(found, limit))
}

/// Whoever changed something at these places, each once, and whether the command line did.
pub fn authors(tx: &mut Tx, places: &[Option<SchoolId>]) -> Result<Vec<Option<PersonId>>, DbError> {
    let mut found = Vec::new();
    for place in places {
        let people: Vec<Option<PersonId>> =
            at_place(*place).select(settings_log::person_id).distinct().load(&mut tx.conn)?;
        found.extend(people);
    }
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

fn at_place(place: Option<SchoolId>) -> SettingsQuery {
    match place {
        Some(school) => settings_log::table.filter(settings_log::school_id.eq(school)).into_boxed(),
        None => settings_log::table.filter(settings_log::school_id.is_null()).into_boxed(),
    }
}

fn narrowed(mut query: SettingsQuery, search: &SettingsSearch) -> SettingsQuery {
    if let Some(what) = &search.what {
        query = query.filter(settings_log::what.eq(what.clone()));
    }
    match search.by {
        Some(Author::Person(person)) => query = query.filter(settings_log::person_id.eq(person)),
        Some(Author::CommandLine) => query = query.filter(settings_log::person_id.is_null()),
        None => {}
    }
    if let Some(from) = search.span.from {
        query = query.filter(settings_log::at.ge(At::from(from)));
    }
    if let Some(until) = search.span.until {
        query = query.filter(settings_log::at.lt(At::from(until)));
    }
    if let Some(after) = search.after {
        let at = At::from(after.at);
        // The first half is what the index begins at.
        query = query
            .filter(settings_log::at.le(at))
            .filter(settings_log::at.lt(at).or(settings_log::id.lt(after.no)));
    }
    query
}

/// What several questions found, in one order.
fn newest_first<T>(mut found: Vec<Logged<T>>, limit: usize) -> Vec<Logged<T>> {
    found.sort_by_key(|logged| std::cmp::Reverse(logged.place));
    found.truncate(limit);
    found
}

/// Who read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reader {
    /// Somebody with a post.
    Person(PersonId),
    /// A party of the case.
    Party(PartyNo),
}

/// How a case was read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Way {
    /// On a page.
    Page,
    /// By the API: with a token, or by the link of a family.
    Api,
    /// Nobody noted it: it was before ways were noted, or the program read for itself.
    #[default]
    Unknown,
}

impl Way {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Page, Self::Api, Self::Unknown];

    /// The word for it in the API and in the database.
    pub fn key(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::Api => "api",
            Self::Unknown => "unknown",
        }
    }

    fn of(key: &str) -> Result<Self, DbError> {
        Self::ALL.into_iter().find(|way| way.key() == key).ok_or_else(|| DbError::corrupt("read_log", "way"))
    }
}

/// A reading of case content (R69).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// By whom.
    pub reader: Reader,
    /// When.
    pub at: DateTime<Utc>,
    /// What: a page, a document, an export.
    pub what: String,
    /// How.
    pub way: Way,
    /// Why, where a reason is asked for.
    pub about: Option<String>,
}

/// Logs a reading.
pub fn log_reading(tx: &mut Tx, seen: Seen, reading: &Reading) -> Result<(), DbError> {
    let (person, party) = match reading.reader {
        Reader::Person(person) => (Some(person), None),
        Reader::Party(party) => (None, Some(party)),
    };
    diesel::insert_into(read_log::table)
        .values((
            read_log::case_id.eq(seen.case()),
            read_log::person_id.eq(person),
            read_log::party_no.eq(party),
            read_log::at.eq(At::from(reading.at)),
            read_log::what.eq(&reading.what),
            read_log::way.eq(reading.way.key()),
            read_log::about.eq(reading.about.as_deref()),
        ))
        .execute(&mut tx.conn)?;
    Ok(())
}

/// By which door a reading came, as it is looked for. Each reading is of one of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// On a page.
    Page,
    /// By the API.
    Api,
    /// A file of the case was opened.
    File,
    /// It left in a file, or in a list that the API gave.
    Export,
    /// By the link that was mailed to the family.
    FamilyLink,
    /// Nobody noted it.
    Unknown,
}

impl How {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Page, Self::Api, Self::File, Self::Export, Self::FamilyLink, Self::Unknown];

    /// The word for it in addresses and in the API.
    pub fn key(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::Api => "api",
            Self::File => "file",
            Self::Export => "export",
            Self::FamilyLink => "family_link",
            Self::Unknown => "unknown",
        }
    }

    /// The one of that word.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|how| how.key() == key)
    }

    /// What people read.
    pub fn title(self) -> &'static str {
        match self {
            Self::Page => "On a page",
            Self::Api => "By the API",
            Self::File => "A file of the case",
            Self::Export => "In a list or file that was taken away",
            Self::FamilyLink => "By the family\u{2019}s own link",
            Self::Unknown => "Not noted",
        }
    }

    /// How that reading came about.
    pub fn of(reading: &Reading) -> Self {
        match (reading.reader, reading.way) {
            (Reader::Party(_), _) => Self::FamilyLink,
            (Reader::Person(_), _) if reading.what.starts_with(A_FILE.trim_end_matches('%')) => Self::File,
            (Reader::Person(_), _) if EXPORTS.contains(&reading.what.as_str()) => Self::Export,
            (Reader::Person(_), Way::Page) => Self::Page,
            (Reader::Person(_), Way::Api) => Self::Api,
            (Reader::Person(_), Way::Unknown) => Self::Unknown,
        }
    }

    fn condition(self) -> ReadingCondition {
        let way = match self {
            Self::FamilyLink => return Box::new(read_log::party_no.is_not_null()),
            Self::File => {
                return Box::new(read_log::party_no.is_null().and(read_log::what.like(A_FILE)));
            }
            Self::Export => {
                return Box::new(read_log::party_no.is_null().and(read_log::what.eq_any(EXPORTS)));
            }
            Self::Page => Way::Page,
            Self::Api => Way::Api,
            Self::Unknown => Way::Unknown,
        };
        let told = read_log::what.like(A_FILE).or(read_log::what.eq_any(EXPORTS));
        Box::new(read_log::party_no.is_null().and(read_log::way.eq(way.key())).and(not(told)))
    }
}

/// How the reading of a file is written: with its number.
const A_FILE: &str = "document %";
/// A line of a case in a list that left; who read it, as a file.
const EXPORTS: [&str; 2] = ["list", "readings_file"];

type ReadingCondition = Box<dyn BoxableExpression<read_log::table, MultiBackend, SqlType = Bool>>;

/// Which readings. Every part that is there must hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReadingsSearch {
    /// By that person.
    pub person: Option<PersonId>,
    /// In that way.
    pub how: Option<How>,
    /// In that time.
    pub span: Span,
    /// Before that one in the order of the list, which is the newest first.
    pub after: Option<Place>,
}

type ReadingRow = (i64, Option<PersonId>, Option<PartyNo>, At, String, String, Option<String>);
type ReadingColumns = (
    read_log::id,
    read_log::person_id,
    read_log::party_no,
    read_log::at,
    read_log::what,
    read_log::way,
    read_log::about,
);
const READING: ReadingColumns = (
    read_log::id,
    read_log::person_id,
    read_log::party_no,
    read_log::at,
    read_log::what,
    read_log::way,
    read_log::about,
);

type ReadingsQuery = read_log::BoxedQuery<'static, MultiBackend>;

fn read_as_asked(mut query: ReadingsQuery, search: &ReadingsSearch) -> ReadingsQuery {
    if let Some(person) = search.person {
        query = query.filter(read_log::person_id.eq(person));
    }
    if let Some(how) = search.how {
        query = query.filter(how.condition());
    }
    if let Some(from) = search.span.from {
        query = query.filter(read_log::at.ge(At::from(from)));
    }
    if let Some(until) = search.span.until {
        query = query.filter(read_log::at.lt(At::from(until)));
    }
    if let Some(after) = search.after {
        let at = At::from(after.at);
        // The first half is what the index begins at.
        query = query.filter(read_log::at.le(at)).filter(read_log::at.lt(at).or(read_log::id.lt(after.no)));
    }
    query
}

fn reading((no, person, party, at, what, way, about): ReadingRow) -> Result<Logged<Reading>, DbError> {
    let reader = match (person, party) {
        (Some(person), None) => Reader::Person(person),
        (None, Some(party)) => Reader::Party(party),
        (Some(_), Some(_)) | (None, None) => return Err(DbError::corrupt("read_log", "person_id")),
    };
    let entry = Reading { reader, at: at.0, what, way: Way::of(&way)?, about };
    Ok(Logged { place: Place { at: at.0, no }, entry })
}

/// Who read a case, the newest first.
pub fn readings(
    tx: &mut Tx,
    seen: Seen,
    search: &ReadingsSearch,
    limit: usize,
) -> Result<Vec<Logged<Reading>>, DbError> {
    let of_case = read_log::table.filter(read_log::case_id.eq(seen.case())).into_boxed();
    let rows: Vec<ReadingRow> = read_as_asked(of_case, search)
        .order((read_log::at.desc(), read_log::id.desc()))
        .limit(i64::try_from(limit).unwrap_or(i64::MAX))
        .select(READING)
        .load(&mut tx.conn)?;
    rows.into_iter().map(reading).collect()
}

/// A reading of one of several cases.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadingOfCase {
    /// Which case: whoever looks sees it.
    pub seen: Seen,
    /// Its reference.
    pub reference: Reference,
    /// Its school.
    pub school: SchoolId,
    /// The reading.
    pub reading: Reading,
}

/// How many readings are looked through at once for those of cases that somebody sees.
const AT_ONCE: i64 = 1_000;

/// Who read the cases that the viewer sees at that school, the newest first. A reading of a case that they do not see is
/// not there (R22, R69).
pub fn readings_in_sight(
    tx: &mut Tx,
    viewer: &Viewer,
    school: SchoolId,
    search: &ReadingsSearch,
    limit: usize,
) -> Result<Vec<Logged<ReadingOfCase>>, DbError> {
    let (mut found, mut search) = (Vec::new(), *search);
    while found.len() < limit {
        let rows: Vec<(ReadingRow, CaseId)> = read_as_asked(read_log::table.into_boxed(), &search)
            .order((read_log::at.desc(), read_log::id.desc()))
            .limit(AT_ONCE)
            .select((READING, read_log::case_id))
            .load(&mut tx.conn)?;
        let mut ids: Vec<CaseId> = rows.iter().map(|(_, case)| *case).collect();
        ids.sort_unstable();
        ids.dedup();
        let known = visibility::those_seen(tx, viewer, school, ids)?;
        let last = rows.len() < usize::try_from(AT_ONCE).unwrap_or(usize::MAX);
        for (row, case) in rows {
            let Logged { place, entry } = reading(row)?;
            search.after = Some(place);
            if let Some((seen, reference)) = known.get(&case) {
                let (seen, reference) = (*seen, reference.clone());
                found
                    .push(Logged { place, entry: ReadingOfCase { seen, reference, school, reading: entry } });
            }
        }
        if last {
            break;
        }
    }
    found.truncate(limit);
    Ok(found)
}
