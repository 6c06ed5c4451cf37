//! The logs: who changed what setting (S42), and who read which case (R69). Each with its filters in the address, and
//! as a file.

pub mod file;
pub mod handle;

use askama::Template;
use chrono::{DateTime, NaiveDate};
use url::form_urlencoded::Serializer;

use crate::app::access::setup::day;
use crate::app::error::{Error, FieldCode, FieldProblem};
use crate::app::logs::{Author, COMMAND_LINE, Change, Changes, Days, KINDS, Place, kind_title};
use crate::app::readings::{How, OfSchool, ReadBy, Reading, ReadingOfCase, Way, What};
use crate::domain::calendar::{local_date, local_time_words, short_date};
use crate::domain::ids::{PersonId, SchoolId};
use crate::domain::person::Directory;
use crate::domain::text::capital;
use crate::urls;
use crate::web::api::view::instant;
use crate::web::field::{Choices, Field, Problem};
use crate::web::page::{Shell, Standing};
use crate::web::parts::{ChosenFilter, Here, Link, NavItem, Pages};

use super::simple::Found;
use super::typed::Typed;

/// How many entries a page has.
pub const PAGE: usize = 25;

/// What the address of a log says. What is unknown is left out, so that an old bookmark still opens; a date that is none
/// is told at its field.
#[derive(Clone, Debug)]
pub struct LogQuery {
    path: String,
    typed: Typed,
    days: Days,
    problems: Vec<FieldProblem>,
}

/// A filter: its name in the address, its label, and what can be chosen.
struct Offered<'a> {
    name: &'static str,
    label: &'static str,
    values: &'a [(String, String)],
    /// What holds where nothing is asked for, in a list that is always of one of them; else it is of all.
    usual: Option<&'a str>,
}

impl LogQuery {
    /// Reads the query of an address.
    pub fn read(path: impl Into<String>, query: &str) -> Self {
        let typed = Typed::read(query);
        let mut problems = Vec::new();
        let mut one = |name: &str, example: &str| {
            let text = typed.get(name);
            let found = day(text);
            if found.is_none() && !text.is_empty() {
                let words = format!("Enter a real date, like {example}");
                problems.push(FieldProblem::new(name, FieldCode::NotADate, words));
            }
            found
        };
        let mut days = Days { from: one("from", "27 9 2026"), to: one("to", "31 10 2026") };
        if let Err(Error::Invalid(found)) = days.span() {
            days.to = None;
            problems.extend(found);
        }
        Self { path: path.into(), typed, days, problems }
    }

    /// The value of a filter.
    pub fn get(&self, name: &str) -> Option<String> {
        Some(self.typed.get(name).to_owned()).filter(|value| !value.is_empty())
    }

    /// The days that are asked for.
    pub fn days(&self) -> Days {
        self.days
    }

    /// Where the page begins.
    pub fn after(&self) -> Option<Place> {
        self.get("cursor").as_deref().and_then(read_cursor)
    }

    /// The way of reading that is asked for.
    pub fn how(&self) -> Option<How> {
        self.get("how").as_deref().and_then(How::from_key)
    }

    /// The person that is asked for.
    pub fn person(&self) -> Option<PersonId> {
        self.get("person").and_then(|id| id.parse().ok()).map(PersonId)
    }

    /// The same without one filter, from its start.
    fn without(&self, name: &str) -> String {
        self.address_of(&self.path, |pair| pair != name, None)
    }

    fn address(&self, cursor: Option<&str>) -> String {
        self.address_of(&self.path, |_| true, cursor)
    }

    /// The same list as a file.
    fn file(&self) -> String {
        self.address_of(&format!("{}.csv", self.path), |_| true, None)
    }

    fn address_of(&self, path: &str, keeps: impl Fn(&str) -> bool, cursor: Option<&str>) -> String {
        let mut query = Serializer::new(String::new());
        let kept = self
            .typed
            .pairs()
            .iter()
            .filter(|(name, value)| name != "cursor" && !value.trim().is_empty() && keeps(name));
        query.extend_pairs(kept);
        if let Some(cursor) = cursor {
            query.append_pair("cursor", cursor);
        }
        let query = query.finish();
        if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
    }

    fn pages(&self, next: Option<Place>) -> Pages {
        Pages {
            previous: self.get("cursor").is_some().then(|| self.address(None)),
            next: next.map(|place| self.address(Some(&write_cursor(place)))),
            what: "entries".into(),
        }
    }

    fn filter(&self, offered: &[Offered<'_>]) -> Filters {
        let found = Found(&self.problems);
        let mut chosen = Vec::new();
        let mut selects = Vec::new();
        for offer in offered {
            let value = self.get(offer.name);
            let known = offer.values.iter().find(|(own, _)| Some(own) == value.as_ref());
            if let Some((_, words)) = known {
                chosen.push(ChosenFilter {
                    text: format!("{}: {words}", offer.label),
                    without: self.without(offer.name),
                });
            }
            let mut choices = Choices::new(offer.name, offer.label);
            if offer.usual.is_none() {
                choices = choices.option("", "All");
            }
            for (value, words) in offer.values {
                choices = choices.option(value.clone(), words.clone());
            }
            let usual = offer.usual.unwrap_or_default();
            selects.push(choices.chosen(&[known.map_or(usual, |(value, _)| value.as_str())]));
        }
        for (name, words, on) in [("from", "From", self.days.from), ("to", "Until", self.days.to)] {
            if let Some(on) = on {
                let text = format!("{words} {}", short_date(on));
                chosen.push(ChosenFilter { text, without: self.without(name) });
            }
        }
        let date = |name, label| found.text(&self.typed, name, label);
        let dates = vec![
            date("from", "From").hint("A day, like 27 9 2026"),
            date("to", "Until").hint("The last day, like 31 10 2026"),
        ];
        Filters {
            problems: dates.iter().filter_map(Field::problem).collect(),
            chosen,
            clear: self.path.clone(),
            send_to: self.path.clone(),
            selects,
            dates,
        }
    }
}

/// Where a page of a log begins, as text that only we read.
pub fn write_cursor(place: Place) -> String {
    format!("{}_{}", place.at.timestamp_micros(), place.no)
}

/// The same, read.
pub fn read_cursor(text: &str) -> Option<Place> {
    let (at, no) = text.split_once('_')?;
    let at = DateTime::from_timestamp_micros(at.parse().ok()?)?;
    Some(Place { at, no: no.parse().ok()? })
}

/// The filters of a log as its page draws them.
#[derive(Clone, Debug)]
pub struct Filters {
    /// What is to be put right in them.
    pub problems: Vec<Problem>,
    /// Those that are on.
    pub chosen: Vec<ChosenFilter>,
    /// The list without any.
    pub clear: String,
    /// Where they are sent.
    pub send_to: String,
    /// What is chosen from.
    pub selects: Vec<Choices>,
    /// From when, and until when.
    pub dates: Vec<Field>,
}

/// Which of the logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Log {
    /// What was changed.
    Settings,
    /// Who read what.
    Readings,
}

/// The ways between the logs, for whoever may read both.
fn between(here: Log, watches: Option<&'static str>) -> Vec<NavItem> {
    let item = |log: Log, words: &'static str, to: &'static str| NavItem {
        link: Link::new(words, to),
        here: if log == here { Here::ThisPage } else { Here::Elsewhere },
        count: None,
    };
    let Some(readings) = watches else { return Vec::new() };
    vec![
        item(Log::Settings, "Changed settings", urls::SETTINGS_LOG),
        item(Log::Readings, "Who read cases", readings),
    ]
}

fn framed(mut shell: Shell, filters: &Filters, path: String) -> Shell {
    if !filters.problems.is_empty() {
        shell.standing = Standing::Problem;
    }
    shell.path = path;
    shell
}

/// What was changed in the settings.
#[derive(Clone, Debug, Template)]
#[template(path = "logs/settings.html")]
pub struct SettingsPage {
    shell: Shell,
    logs: Vec<NavItem>,
    filters: Filters,
    entries: Vec<ChangeLine>,
    caption: String,
    pages: Pages,
    file: String,
}

/// A change.
#[derive(Clone, Debug)]
struct ChangeLine {
    kind: String,
    place: String,
    who: String,
    at: String,
    machine_time: String,
    before: Vec<String>,
    after: Vec<String>,
}

fn author_key(author: Author) -> String {
    match author {
        Author::Person(person) => person.to_string(),
        Author::CommandLine => NOBODY.to_owned(),
    }
}

/// How the address names the command line.
const NOBODY: &str = "command_line";

/// Whoever that word of an address means.
pub fn author_of(word: &str) -> Option<Author> {
    if word == NOBODY {
        return Some(Author::CommandLine);
    }
    word.parse().ok().map(|id| Author::Person(PersonId(id)))
}

/// Every place where something was changed that is no school.
const EVERYWHERE: &str = "The whole organisation";

impl SettingsPage {
    /// The page.
    pub fn new(shell: Shell, query: &LogQuery, found: &Changes, watches: Option<&'static str>) -> Self {
        let kinds: Vec<(String, String)> =
            KINDS.iter().map(|(key, title)| ((*key).to_owned(), (*title).to_owned())).collect();
        let people: Vec<(String, String)> =
            found.authors.iter().map(|(author, name)| (author_key(*author), name.clone())).collect();
        let mut offered = vec![
            Offered { name: "kind", label: "What", values: &kinds, usual: None },
            Offered { name: "person", label: "Who", values: &people, usual: None },
        ];
        if found.schools.len() > 1 {
            offered.push(Offered { name: "school", label: "School", values: &found.schools, usual: None });
        }
        let filters = query.filter(&offered);
        Self {
            shell: framed(shell, &filters, query.address(None)),
            logs: between(Log::Settings, watches),
            caption: caption(found.entries.len(), "change", &filters),
            filters,
            entries: found.entries.iter().map(change_line).collect(),
            pages: query.pages(found.next),
            file: query.file(),
        }
    }
}

fn caption(shown: usize, what: &str, filters: &Filters) -> String {
    match (shown, filters.chosen.is_empty()) {
        (0, true) => format!("No {what} yet"),
        (0, false) => format!("No {what} fits these filters"),
        (1, _) => format!("1 {what}"),
        (many, _) => format!("{many} {what}s on this page, the newest first"),
    }
}

fn change_line(change: &Change) -> ChangeLine {
    ChangeLine {
        kind: kind_title(&change.kind),
        place: place_of(change),
        who: who_changed(change),
        at: local_time_words(change.at),
        machine_time: instant(change.at),
        before: change.before.clone(),
        after: change.after.clone(),
    }
}

fn place_of(change: &Change) -> String {
    change.school.as_ref().map_or_else(|| EVERYWHERE.to_owned(), |(_, name)| name.clone())
}

fn who_changed(change: &Change) -> String {
    change.by.as_ref().map_or_else(|| COMMAND_LINE.to_owned(), |(_, name)| name.clone())
}

/// The columns of the file of changes.
pub const SETTINGS_HEADS: [&str; 6] = ["When", "What", "Where", "Who", "Before", "After"];

/// A line of the file of changes.
pub fn settings_row(change: &Change) -> Vec<String> {
    vec![
        instant(change.at),
        kind_title(&change.kind),
        place_of(change),
        who_changed(change),
        change.before.join("\n"),
        change.after.join("\n"),
    ]
}

/// Who read the cases of a school.
#[derive(Clone, Debug, Template)]
#[template(path = "logs/readings.html")]
pub struct ReadingsPage {
    shell: Shell,
    logs: Vec<NavItem>,
    filters: Filters,
    since: String,
    entries: Vec<ReadingLine>,
    caption: String,
    pages: Pages,
    file: String,
}

/// One opening.
#[derive(Clone, Debug)]
pub struct ReadingLine {
    /// Who.
    pub who: String,
    /// Their post, or that they are of the family.
    pub part: String,
    /// What.
    pub what: String,
    /// By which way, and why where a reason was asked for.
    pub more: String,
    /// Of which case, where the list is of several.
    pub case: Option<Link>,
    /// When.
    pub at: String,
    /// The same for machines.
    pub machine_time: String,
}

impl ReadingsPage {
    /// The page.
    pub fn new(shell: Shell, query: &LogQuery, found: &OfSchool) -> Self {
        let people = people_of(&found.world.directory);
        let ways = ways();
        let mut offered = vec![
            Offered { name: "person", label: "Who", values: &people, usual: None },
            Offered { name: "how", label: "How", values: &ways, usual: None },
        ];
        if found.schools.len() > 1 {
            offered.insert(
                0,
                Offered {
                    name: "school",
                    label: "School",
                    values: &found.schools,
                    usual: Some(&found.world.school.slug),
                },
            );
        }
        let filters = query.filter(&offered);
        let from = found.days.from.map_or_else(String::new, |on| format!(" since {}", short_date(on)));
        Self {
            shell: framed(shell, &filters, query.address(None)),
            logs: between(Log::Readings, Some(urls::READINGS_LOG)),
            since: format!(
                "Every time that somebody opened a case of {} or a part of it{from}, the newest first. Only cases that you see yourself.",
                found.world.school.name
            ),
            caption: caption(found.page.entries.len(), "reading", &filters),
            filters,
            entries: found.page.entries.iter().map(|entry| line_of_school(entry, found)).collect(),
            pages: query.pages(found.page.next),
            file: query.file(),
        }
    }
}

/// What stands around the readings of one case.
#[derive(Clone, Debug)]
pub struct Around {
    /// The filters.
    pub filters: Filters,
    /// How many are shown, in words.
    pub caption: String,
    /// Ways through the list.
    pub pages: Pages,
    /// The same list as a file.
    pub file: String,
}

impl Around {
    /// Whether something has to be put right in the filters.
    pub fn has_problems(&self) -> bool {
        !self.filters.problems.is_empty()
    }
}

/// What stands around the readings of one case, of which so many are shown.
pub fn around(query: &LogQuery, directory: &Directory, next: Option<Place>, shown: usize) -> Around {
    let (people, ways) = (people_of(directory), ways());
    let filters = query.filter(&[
        Offered { name: "person", label: "Who", values: &people, usual: None },
        Offered { name: "how", label: "How", values: &ways, usual: None },
    ]);
    Around {
        caption: caption(shown, "reading", &filters),
        filters,
        pages: query.pages(next),
        file: query.file(),
    }
}

fn ways() -> Vec<(String, String)> {
    How::ALL.into_iter().map(|how| (how.key().to_owned(), how.title().to_owned())).collect()
}

/// Everybody who has or had a post, by name.
fn people_of(directory: &Directory) -> Vec<(String, String)> {
    let mut people: Vec<(String, String)> =
        directory.people().iter().map(|person| (person.id.to_string(), person.name.clone())).collect();
    people.sort_by(|one, other| one.1.cmp(&other.1));
    people
}

/// A line about an opening by somebody of that name and part.
pub fn line_of(reading: &Reading, (who, part): (String, String)) -> ReadingLine {
    ReadingLine {
        who,
        part: capital(&part),
        what: what_words(reading),
        more: more(reading),
        case: None,
        at: local_time_words(reading.at),
        machine_time: instant(reading.at),
    }
}

/// Somebody with a post: their name, and the posts that they hold at the school today.
pub fn person_words(
    person: PersonId,
    directory: &Directory,
    (school, today): (SchoolId, NaiveDate),
) -> (String, String) {
    let posts: Vec<&str> = directory
        .person(person)
        .into_iter()
        .flat_map(|known| &known.posts)
        .filter(|post| post.reaches(school) && post.is_held_on(today))
        .map(|post| post.role.title())
        .collect();
    let part = if posts.is_empty() { "no post here now".to_owned() } else { posts.join(", ") };
    (directory.name(person).to_owned(), part)
}

/// How a party comes.
pub const BY_LINK: &str = "by the family\u{2019}s own link";

fn who_read(entry: &ReadingOfCase, found: &OfSchool) -> (String, String) {
    match entry.reading.reader {
        ReadBy::Person(person) => {
            let today = local_date(entry.reading.at);
            person_words(person, &found.world.directory, (found.world.school.id, today))
        }
        // Who of a family reads their own case is nobody's to watch.
        ReadBy::Party(_) => ("The family".to_owned(), BY_LINK.to_owned()),
    }
}

fn line_of_school(entry: &ReadingOfCase, found: &OfSchool) -> ReadingLine {
    let case = Link::new(entry.reference.to_string(), urls::case(&entry.reference));
    ReadingLine { case: Some(case), ..line_of(&entry.reading, who_read(entry, found)) }
}

/// What was opened. A file is logged with its number, "document 3", an original with that of its entry.
fn what_words(reading: &Reading) -> String {
    What::ALL
        .into_iter()
        .find(|what| what.key() == reading.what)
        .map_or_else(|| reading.what.clone(), |what| what.title().to_owned())
}

/// By which way, and why.
fn more(reading: &Reading) -> String {
    let way = match reading.way {
        Way::Page => " on a page",
        Way::Api => " by the API",
        Way::Unknown => "",
    };
    reading.about.as_ref().map_or_else(|| way.to_owned(), |why| format!("{way}. Why: {why}"))
}

/// The columns of the file of readings.
pub const READINGS_HEADS: [&str; 7] = ["When", "Case", "Who", "Post", "What", "How", "Why"];

/// A line of the file of a school's readings.
pub fn readings_row(entry: &ReadingOfCase, found: &OfSchool) -> Vec<String> {
    reading_cells(&entry.reading, entry.reference.to_string(), who_read(entry, found))
}

/// A line of a file of readings.
pub fn reading_cells(reading: &Reading, case: String, (who, part): (String, String)) -> Vec<String> {
    vec![
        instant(reading.at),
        case,
        who,
        part,
        what_words(reading),
        How::of(reading).title().to_owned(),
        reading.about.clone().unwrap_or_default(),
    ]
}
