//! The list of cases: unfiltered first, filters in the address and removable, sorting without a script, and
//! the same rows as a file (S10, S11, S34).

use askama::Template;
use chrono::NaiveDate;
use url::form_urlencoded::Serializer;

use crate::app::work_list::Total;
use crate::domain::case::vocabulary::ClosedReason;
use crate::urls;
use crate::web::field::{Choices, Field, Kind};
use crate::web::page::Shell;
use crate::web::pages::logs::file::harmless;
use crate::web::parts::{ChosenFilter, Due, Link, Order, Pages, SortHead, Tag};

pub mod handle;
pub mod rows;
#[cfg(test)]
pub(crate) mod tests;

/// One case in a list.
#[derive(Clone, Debug)]
pub struct CaseRow {
    /// What people call it by.
    pub reference: String,
    /// Its page.
    pub href: String,
    /// The first line of the first point.
    pub headline: String,
    /// The child, or who raised it.
    pub about: Option<String>,
    /// Its school.
    pub school: Option<String>,
    /// Whether the school is told on the page.
    pub shows_school: ShowsSchool,
    /// Its stage.
    pub stage: String,
    /// Who has it.
    pub handler: String,
    /// What cannot wait for a date: somebody has to look at it at once (R14).
    pub urgent: Option<&'static str>,
    /// What is due next, with its word; none when nothing is.
    pub due: Option<Due>,
    /// What that date is for: "Reply".
    pub due_for: Option<&'static str>,
    /// The day on which it came.
    pub received: Day,
    /// The day of its last event.
    pub changed: Day,
    /// Where it is.
    pub status: Tag,
    /// A child may be at risk.
    pub alert: Option<Tag>,
}

/// A day, for people and for machines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Day {
    /// "14 Oct 2026": short, because a row has three days.
    pub words: String,
    /// "2026-10-14".
    pub machine_date: String,
}

impl Day {
    /// That day.
    pub fn of(on: NaiveDate) -> Self {
        Self { words: on.format("%-d %b %Y").to_string(), machine_date: on.to_string() }
    }
}

/// How a list is sorted; each has the one order in which it is useful.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SortBy {
    /// What is due first comes first.
    #[default]
    Due,
    /// The last to arrive comes first.
    Received,
    /// The last to change comes first.
    Changed,
}

impl SortBy {
    const ALL: [Self; 3] = [Self::Due, Self::Received, Self::Changed];

    fn key(self) -> &'static str {
        match self {
            Self::Due => "due",
            Self::Received => "received",
            Self::Changed => "changed",
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::Due => "Due",
            Self::Received => "Received",
            Self::Changed => "Changed",
        }
    }

    fn order(self) -> Order {
        match self {
            Self::Due => Order::Ascending,
            Self::Received | Self::Changed => Order::Descending,
        }
    }
}

/// How many rows a page has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PageSize {
    /// 25.
    #[default]
    Some,
    /// 50.
    More,
    /// 100.
    Most,
}

impl PageSize {
    const ALL: [Self; 3] = [Self::Some, Self::More, Self::Most];

    /// How many.
    pub fn rows(self) -> usize {
        match self {
            Self::Some => 25,
            Self::More => 50,
            Self::Most => 100,
        }
    }
}

/// A filter: its name in the address, as in the API (A10).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Filter {
    /// Words to look for.
    Words,
    /// At one school.
    School,
    /// In one state.
    State,
    /// At one stage.
    Stage,
    /// With one person.
    Handler,
    /// What it asks for.
    Attention,
}

impl Filter {
    /// Every filter, in the order of the form.
    pub const ALL: [Self; 6] =
        [Self::Words, Self::Attention, Self::State, Self::Stage, Self::Handler, Self::School];

    /// Its name in the address.
    pub fn key(self) -> &'static str {
        match self {
            Self::Words => "q",
            Self::School => "school",
            Self::State => "state",
            Self::Stage => "stage",
            Self::Handler => "handler",
            Self::Attention => "attention",
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::Words => "Words",
            Self::School => "School",
            Self::State => "Status",
            Self::Stage => "Stage",
            Self::Handler => "With",
            Self::Attention => "What it needs",
        }
    }
}

/// What the address of a list says: filters, order, size and place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListQuery {
    /// The filters that are on, each with its value.
    pub filters: Vec<(&'static str, String)>,
    /// The order.
    pub sort: SortBy,
    /// How many rows.
    pub size: PageSize,
    /// Where the page begins.
    pub cursor: Option<String>,
}

impl ListQuery {
    /// Reads the pairs of an address. What is not a filter, an order or a size is left out, so that an old
    /// bookmark still opens.
    pub fn read(pairs: &[(String, String)]) -> Self {
        let value = |name: &str| {
            pairs
                .iter()
                .find(|(own, _)| own == name)
                .map(|(_, value)| value.trim())
                .filter(|value| !value.is_empty())
        };
        let filters = Filter::ALL
            .iter()
            .filter_map(|filter| Some((filter.key(), value(filter.key())?.to_owned())))
            .collect();
        let sort = value("sort").and_then(|key| SortBy::ALL.into_iter().find(|sort| sort.key() == key));
        let size = value("limit")
            .and_then(|rows| PageSize::ALL.into_iter().find(|size| size.rows().to_string() == rows));
        Self {
            filters,
            sort: sort.unwrap_or_default(),
            size: size.unwrap_or_default(),
            cursor: value("cursor").map(str::to_owned),
        }
    }

    /// The value of a filter, if it is on.
    pub fn filter(&self, filter: Filter) -> Option<&str> {
        self.filters.iter().find(|(key, _)| *key == filter.key()).map(|(_, value)| value.as_str())
    }

    /// The address of this list.
    pub fn address(&self) -> String {
        let query = self.query();
        if query.is_empty() { urls::CASES.to_owned() } else { format!("{}?{query}", urls::CASES) }
    }

    /// The address of the same rows as a file for a spreadsheet.
    pub fn csv_address(&self) -> String {
        let query = Self { cursor: None, ..self.clone() }.query();
        if query.is_empty() { format!("{}.csv", urls::CASES) } else { format!("{}.csv?{query}", urls::CASES) }
    }

    fn query(&self) -> String {
        let mut query = Serializer::new(String::new());
        for (key, value) in &self.filters {
            query.append_pair(key, value);
        }
        if self.sort != SortBy::default() {
            query.append_pair("sort", self.sort.key());
        }
        if self.size != PageSize::default() {
            query.append_pair("limit", &self.size.rows().to_string());
        }
        if let Some(cursor) = &self.cursor {
            query.append_pair("cursor", cursor);
        }
        query.finish()
    }

    /// The same list without the filters whose value this reader is not offered, and those filters: an address
    /// with an old school in it opens, and the page says that it was left out.
    pub fn known_to(&self, offers: &Offers) -> (Self, Vec<Filter>) {
        let offered = |filter: Filter, value: &str| {
            filter == Filter::Words || offers.of(filter).iter().any(|offer| offer.value == value)
        };
        let unknown: Vec<Filter> = Filter::ALL
            .into_iter()
            .filter(|filter| self.filter(*filter).is_some_and(|value| !offered(*filter, value)))
            .collect();
        let known = unknown.iter().fold(self.clone(), |known, filter| {
            let filters = known.filters.into_iter().filter(|(key, _)| *key != filter.key()).collect();
            Self { filters, ..known }
        });
        (known, unknown)
    }

    /// The same list from its beginning, with the closed cases too.
    fn closed_too(&self) -> Self {
        let mut all = self.without(Filter::State.key());
        all.filters.push((Filter::State.key(), "any".to_owned()));
        all
    }

    /// Whether closed cases are left out without a filter that says so.
    fn hides_closed(&self) -> bool {
        self.filter(Filter::State).is_none()
    }

    /// The same list from its beginning, without one filter.
    fn without(&self, key: &str) -> Self {
        let filters = self.filters.iter().filter(|(own, _)| *own != key).cloned().collect();
        Self { filters, cursor: None, ..self.clone() }
    }

    fn sorted(&self, sort: SortBy) -> Self {
        Self { sort, cursor: None, ..self.clone() }
    }

    fn sized(&self, size: PageSize) -> Self {
        Self { size, cursor: None, ..self.clone() }
    }

    /// The same list from another place on.
    fn beginning_at(&self, cursor: Option<String>) -> Self {
        Self { cursor, ..self.clone() }
    }
}

/// One value that a filter can have, with the words for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// The value in the address.
    pub value: String,
    /// What people read.
    pub words: String,
}

/// What the filters of the list offer this reader.
#[derive(Clone, Debug, Default)]
pub struct Offers {
    /// Schools; one or none shows no filter (S29).
    pub schools: Vec<Offer>,
    /// Stages.
    pub stages: Vec<Offer>,
    /// People.
    pub handlers: Vec<Offer>,
    /// States.
    pub states: Vec<Offer>,
    /// What cases ask for.
    pub attention: Vec<Offer>,
}

impl Offers {
    fn of(&self, filter: Filter) -> &[Offer] {
        match filter {
            Filter::Words => &[],
            Filter::School => &self.schools,
            Filter::State => &self.states,
            Filter::Stage => &self.stages,
            Filter::Handler => &self.handlers,
            Filter::Attention => &self.attention,
        }
    }
}

/// What the list found.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// The rows of this page.
    pub rows: Vec<CaseRow>,
    /// How many there are in all.
    pub total: Total,
    /// Where the next page begins.
    pub next: Option<String>,
}

/// The list.
#[derive(Clone, Debug, Template)]
#[template(path = "list/cases.html")]
pub struct ListPage {
    /// The frame.
    pub shell: Shell,
    /// How many were found, in words.
    pub caption: String,
    /// The same list with the closed cases, where they are left out without a filter.
    pub closed_too: Option<Link>,
    /// What was left out of the address, in a sentence.
    pub left_out: Option<String>,
    /// What the reader sees, where that is not every case.
    pub seen: Option<&'static str>,
    /// The filters that are on.
    pub chosen: Vec<ChosenFilter>,
    /// The list without filters.
    pub clear: String,
    /// The words to look for.
    pub words: Field,
    /// The other filters.
    pub selects: Vec<Choices>,
    /// The order and the size, carried along when filters change.
    pub carried: Vec<(&'static str, String)>,
    /// The columns that sort.
    pub heads: Vec<SortHead>,
    /// The rows.
    pub rows: Vec<CaseRow>,
    /// Ways to the next page and back to the first.
    pub pages: Pages,
    /// The sizes: a link for each but the present one.
    pub sizes: Vec<(usize, Option<String>)>,
    /// The same rows as a file.
    pub csv: Link,
    /// Where a call is logged.
    pub log: Option<Link>,
    /// Where the form is sent.
    pub send_to: &'static str,
}

/// Whether rows name their school.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShowsSchool {
    /// The reader sees several.
    Yes,
    /// The reader sees one.
    No,
}

impl ListPage {
    /// The list as it was found.
    pub fn new(mut shell: Shell, query: &ListQuery, offers: &Offers, found: Found) -> Self {
        shell.heading = "Cases".into();
        shell.path = query.address();
        Self {
            caption: caption(query, found.total),
            closed_too: query
                .hides_closed()
                .then(|| Link::new("Show closed cases too", query.closed_too().address())),
            left_out: None,
            seen: None,
            chosen: chosen(query, offers),
            clear: ListQuery { filters: Vec::new(), cursor: None, ..query.clone() }.address(),
            words: Field::new("q", "Words or reference")
                .kind(Kind::Search)
                .value(query.filter(Filter::Words).unwrap_or_default()),
            selects: selects(query, offers),
            carried: carried(query),
            heads: SortBy::ALL.map(|sort| head(sort, query)).to_vec(),
            pages: Pages {
                previous: query.cursor.is_some().then(|| query.beginning_at(None).address()),
                next: found.next.map(|cursor| query.beginning_at(Some(cursor)).address()),
                what: "cases".into(),
            },
            rows: found.rows,
            sizes: PageSize::ALL
                .map(|size| (size.rows(), (size != query.size).then(|| query.sized(size).address())))
                .to_vec(),
            csv: Link::new("Download these cases (CSV)", query.csv_address()),
            log: Some(Link::new("Log a call or a talk", urls::NEW_CASE)),
            send_to: urls::CASES,
            shell,
        }
    }
}

/// In place of the list, for whoever looks after people and settings and has no part in any case: why there is none.
#[derive(Clone, Debug, Template)]
#[template(path = "list/no_cases.html")]
pub struct NoCasesPage {
    /// The frame.
    pub shell: Shell,
}

/// How many were found, and that closed ones are not among them where no filter says so.
fn caption(query: &ListQuery, total: Total) -> String {
    let counted = match (total, query.filters.is_empty()) {
        (Total::Exactly(0), true) => "No cases".to_owned(),
        (Total::Exactly(0), false) => "No case fits these filters".to_owned(),
        (Total::Exactly(1), _) => "1 case".to_owned(),
        (Total::Exactly(many), _) => format!("{many} cases"),
        (Total::MoreThan(many), _) => format!("More than {many} cases"),
    };
    if query.hides_closed() { format!("{counted}, closed ones left out") } else { counted }
}

/// What is said of filters that this reader is not offered.
pub fn left_out_words(unknown: &[Filter]) -> Option<String> {
    let names: Vec<&str> = unknown.iter().map(|filter| filter.title()).collect();
    match names.as_slice() {
        [] => None,
        [one] => Some(format!(
            "The filter \u{201c}{one}\u{201d} of this address is not known here. It was left out."
        )),
        many => Some(format!(
            "The filters \u{201c}{}\u{201d} of this address are not known here. They were left out.",
            many.join("\u{201d} and \u{201c}")
        )),
    }
}

fn head(sort: SortBy, query: &ListQuery) -> SortHead {
    let order = if query.sort == sort { sort.order() } else { Order::Unsorted };
    SortHead { link: Link::new(sort.title(), query.sorted(sort).address()), order }
}

fn chosen(query: &ListQuery, offers: &Offers) -> Vec<ChosenFilter> {
    let title = |key: &str| Filter::ALL.into_iter().find(|filter| filter.key() == key);
    query
        .filters
        .iter()
        .filter_map(|(key, value)| {
            let filter = title(key)?;
            let words = offers.of(filter).iter().find(|offer| offer.value == *value);
            let words = words.map_or(value.as_str(), |offer| offer.words.as_str());
            Some(ChosenFilter {
                text: format!("{}: {words}", filter.title()),
                without: query.without(key).address(),
            })
        })
        .collect()
}

fn selects(query: &ListQuery, offers: &Offers) -> Vec<Choices> {
    Filter::ALL
        .into_iter()
        .filter(|filter| offers.of(*filter).len() > 1)
        .map(|filter| {
            let first = match filter {
                Filter::State => "All but closed",
                Filter::Words | Filter::School | Filter::Stage | Filter::Handler | Filter::Attention => "All",
            };
            let mut choices = Choices::new(filter.key(), filter.title()).option("", first);
            for offer in offers.of(filter) {
                choices = choices.option(offer.value.clone(), offer.words.clone());
            }
            choices.chosen(&[query.filter(filter).unwrap_or_default()])
        })
        .collect()
}

fn carried(query: &ListQuery) -> Vec<(&'static str, String)> {
    let sort = (query.sort != SortBy::default()).then(|| ("sort", query.sort.key().to_owned()));
    let size = (query.size != PageSize::default()).then(|| ("limit", query.size.rows().to_string()));
    sort.into_iter().chain(size).collect()
}

/// What the filter of states offers: every state, those that are closed by their reason, and all of them.
pub fn state_offers() -> Vec<Offer> {
    let states = [
        ("screening", "Being checked"),
        ("open", "Open"),
        ("replied", "Answered"),
        ("hearing", "Panel stage"),
        ("suspended", "Paused"),
        ("closed", "Closed"),
        ("any", "All, closed too"),
    ];
    states.map(|(value, words)| Offer { value: value.to_owned(), words: words.to_owned() }).to_vec()
}

/// One line of the file: the columns of the list, in its order.
pub fn csv_row(row: &CaseRow) -> [String; 13] {
    let due = row.due.as_ref();
    [
        row.reference.clone(),
        row.school.clone().unwrap_or_default(),
        row.about.clone().unwrap_or_default(),
        row.headline.clone(),
        row.stage.clone(),
        row.handler.clone(),
        due.map(|due| due.machine_date.clone()).unwrap_or_default(),
        due.map(|due| due.label.clone()).unwrap_or_default(),
        row.due_for.unwrap_or_default().to_owned(),
        row.received.machine_date.clone(),
        row.changed.machine_date.clone(),
        row.status.text.to_string(),
        row.alert.as_ref().map_or("no", |_| "yes").to_owned(),
    ]
    .map(harmless)
}

/// The columns of the file.
pub const CSV_HEADS: [&str; 13] = [
    "Reference",
    "School",
    "About",
    "First words",
    "Stage",
    "With",
    "Due on",
    "Due",
    "For",
    "Received on",
    "Changed on",
    "Status",
    "A child may be at risk",
];

/// Why a closed case is closed, as its status.
pub fn closed_tag(reason: ClosedReason) -> Tag {
    Tag { text: reason.title().into(), tone: crate::web::parts::Tone::Done }
}
