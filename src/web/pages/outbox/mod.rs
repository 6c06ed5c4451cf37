//! The outbox: every message that the reader may know of, what became of it, and what a person can do about one
//! that did not arrive (E15, E17, E26).

pub mod confirm;
pub mod handle;
pub mod letter;
pub mod row;

use askama::Template;
use url::form_urlencoded::Serializer;

use crate::app::messages::{Full, Listed, Open, Outcome, Part, Tried, can_be_redirected};
use crate::app::{Mode, messages};
use crate::domain::calendar::{local_time_words, long_date};
use crate::domain::case::action::Action;
use crate::domain::case::fields::{Choice, DateRange, Field as Asked, FieldKind, Need};
use crate::urls;
use crate::web::field::{Choices, Field, Kind, Problem};
use crate::web::form::FormView;
use crate::web::page::Shell;
use crate::web::parts::{ChosenFilter, Link, Pages, SummaryRow, Tag};

use super::list::ShowsSchool;
use row::{Delivery, state_words};

/// A message in the list.
#[derive(Clone, Debug)]
pub struct ListRow {
    /// Its page.
    pub href: String,
    /// Its subject; what kind it is, where the reader does not see the case.
    pub subject: String,
    /// To whom.
    pub to: String,
    /// When it was written.
    pub written: String,
    /// Its case.
    pub case: Option<Link>,
    /// Its school.
    pub school: Option<String>,
    /// What became of it.
    pub state: Tag,
}

/// What the address of the list says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OutboxQuery {
    /// One part.
    pub part: Option<Part>,
    /// The slug of one school.
    pub school: Option<String>,
    /// Where the page begins.
    pub cursor: Option<String>,
}

/// Every part, its word in the address and its words on the page.
const PARTS: [(Part, &str, &str); 5] = [
    (Part::ForAPerson, "to_do", "To be seen to"),
    (Part::Waiting, "waiting", "Waiting"),
    (Part::Sent, "sent", "Sent"),
    (Part::Failed, "failed", "Failed"),
    (Part::CalledBack, "called_back", "Called back"),
];

/// The word of every part.
pub fn part_keys() -> impl Iterator<Item = &'static str> {
    PARTS.iter().map(|(_, key, _)| *key)
}

/// The part of that word.
pub fn part_of(key: &str) -> Option<Part> {
    PARTS.iter().find(|(_, word, _)| *word == key).map(|(part, ..)| *part)
}

fn words_of(part: Part) -> (&'static str, &'static str) {
    PARTS.iter().find(|(own, ..)| *own == part).map_or(("", ""), |(_, key, words)| (*key, *words))
}

impl OutboxQuery {
    /// Reads the pairs of an address. What is unknown is left out, so that an old bookmark still opens.
    pub fn read(value: impl Fn(&str) -> Option<String>) -> Self {
        Self {
            part: value("state").as_deref().and_then(part_of),
            school: value("school"),
            cursor: value("cursor"),
        }
    }

    /// The address of this list.
    pub fn address(&self) -> String {
        let mut query = Serializer::new(String::new());
        if let Some(part) = self.part {
            query.append_pair("state", words_of(part).0);
        }
        if let Some(school) = &self.school {
            query.append_pair("school", school);
        }
        if let Some(cursor) = &self.cursor {
            query.append_pair("cursor", cursor);
        }
        let query = query.finish();
        if query.is_empty() { urls::OUTBOX.to_owned() } else { format!("{}?{query}", urls::OUTBOX) }
    }

    fn at_its_start(&self) -> Self {
        Self { cursor: None, ..self.clone() }
    }
}

/// The list of messages.
#[derive(Clone, Debug, Template)]
#[template(path = "outbox/list.html")]
pub struct OutboxPage {
    /// The frame.
    pub shell: Shell,
    /// What this list is, where no mail leaves.
    pub mode: Option<&'static str>,
    /// The filters that are on.
    pub chosen: Vec<ChosenFilter>,
    /// The list without filters.
    pub clear: &'static str,
    /// The filters.
    pub selects: Vec<Choices>,
    /// How many are shown, in words.
    pub caption: String,
    /// The messages.
    pub rows: Vec<ListRow>,
    /// Ways through the list.
    pub pages: Pages,
    /// Where the filters are sent.
    pub send_to: &'static str,
}

impl OutboxPage {
    /// The list as it was found.
    pub fn new(
        mut shell: Shell,
        (mode, may): (Mode, May),
        query: &OutboxQuery,
        listed: &Listed,
        next: Option<String>,
    ) -> Self {
        shell.path = query.address();
        let shows = if listed.schools.len() > 1 { ShowsSchool::Yes } else { ShowsSchool::No };
        Self {
            mode: mode_words(mode, may),
            chosen: chosen(query, listed),
            clear: urls::OUTBOX,
            selects: selects(query, listed),
            caption: caption(listed.entries.len(), query),
            rows: listed.entries.iter().map(|entry| list_row(entry, shows)).collect(),
            pages: Pages {
                previous: query.cursor.is_some().then(|| query.at_its_start().address()),
                next: next.map(|cursor| OutboxQuery { cursor: Some(cursor), ..query.clone() }.address()),
                what: "messages".into(),
            },
            send_to: urls::OUTBOX,
            shell,
        }
    }
}

/// What a page of messages says where none leaves (E26).
fn mode_words(mode: Mode, may: May) -> Option<&'static str> {
    match (mode, may) {
        (Mode::Live, _) => None,
        (Mode::TestMail, _) => Some(
            "No mail leaves this machine, because no mail server is set. Each message is written into a folder and shown here, as it would have gone.",
        ),
        (Mode::Demo, May::Act) => Some(
            "You are signed in, so these are the messages that your posts let you read. Sign out to look through the mailbox of everybody in the demo. No mail leaves this machine.",
        ),
        (Mode::Demo, May::Read) => Some(
            "This is the mailbox of everybody in the demo: families, staff and governors. No mail leaves this machine.",
        ),
    }
}

fn caption(shown: usize, query: &OutboxQuery) -> String {
    match (shown, query.part.is_some() || query.school.is_some()) {
        (0, true) => "No message fits these filters".to_owned(),
        (0, false) => "No message yet".to_owned(),
        (1, _) => "1 message".to_owned(),
        (many, _) => format!("{many} messages on this page, the newest first"),
    }
}

fn chosen(query: &OutboxQuery, listed: &Listed) -> Vec<ChosenFilter> {
    let part = query.part.map(|part| ChosenFilter {
        text: format!("State: {}", words_of(part).1),
        without: OutboxQuery { part: None, ..query.at_its_start() }.address(),
    });
    let school = query.school.as_ref().map(|slug| ChosenFilter {
        text: format!("School: {}", name_of(slug, listed)),
        without: OutboxQuery { school: None, ..query.at_its_start() }.address(),
    });
    part.into_iter().chain(school).collect()
}

fn name_of<'l>(slug: &'l str, listed: &'l Listed) -> &'l str {
    listed.schools.iter().find(|(own, _)| own == slug).map_or(slug, |(_, name)| name)
}

fn selects(query: &OutboxQuery, listed: &Listed) -> Vec<Choices> {
    let mut state = Choices::new("state", "State").option("", "All");
    for (_, key, words) in PARTS {
        state = state.option(key, words);
    }
    let state = state.chosen(&[query.part.map_or("", |part| words_of(part).0)]);
    if listed.schools.len() < 2 {
        return vec![state];
    }
    let mut school = Choices::new("school", "School").option("", "All");
    for (slug, name) in &listed.schools {
        school = school.option(slug.clone(), name.clone());
    }
    vec![state, school.chosen(&[query.school.as_deref().unwrap_or_default()])]
}

fn list_row(entry: &messages::Entry, shows: ShowsSchool) -> ListRow {
    let message = &entry.posted.message;
    let (subject, to) = match entry.content {
        Open::Open => (message.subject.clone(), recipient(message)),
        Open::Sealed => (SEALED_SUBJECT.to_owned(), "Not shown".to_owned()),
    };
    ListRow {
        href: urls::message(message.id),
        subject,
        to,
        written: local_time_words(message.created_at),
        case: entry
            .reference
            .as_ref()
            .map(|reference| Link::new(reference.to_string(), urls::case(reference))),
        school: entry.school.as_ref().filter(|_| shows == ShowsSchool::Yes).map(|(_, name)| name.clone()),
        state: Delivery::of(&entry.posted).tag(),
    }
}

/// In place of the subject, for whoever looks after the mail and does not see the case.
const SEALED_SUBJECT: &str = "A message about a case";

/// Name and address, or the name and that there is none.
pub fn recipient(message: &crate::app::messages::Letter) -> String {
    if message.to_address.is_empty() {
        format!("{} (no email address)", message.to_name)
    } else {
        format!("{} <{}>", message.to_name, message.to_address)
    }
}

/// One message.
#[derive(Clone, Debug, Template)]
#[template(path = "outbox/message.html")]
pub struct MessagePage {
    /// The frame.
    pub shell: Shell,
    /// What this is, where no mail leaves.
    pub mode: Option<&'static str>,
    /// What became of it.
    pub state: Tag,
    /// That in a sentence.
    pub state_words: String,
    /// Recipient, times, case.
    pub rows: Vec<SummaryRow>,
    /// Its text; none where the reader does not see the case.
    pub text: Option<String>,
    /// The same as mail programs show it, and as a letter for the post.
    pub views: Vec<Link>,
    /// The case.
    pub case: Option<Link>,
    /// The invitation that goes with it.
    pub enclosed: Option<&'static str>,
    /// What was tried and done, in order.
    pub story: Vec<String>,
    /// What can be done now.
    pub can: Can,
    /// What is to be put right.
    pub problems: Vec<Problem>,
    /// The token of the forms.
    pub csrf: String,
    /// Opens the family's page, in a demo.
    pub open_family: Option<String>,
}

/// What somebody can do about a message.
#[derive(Clone, Debug, Default)]
pub struct Can {
    /// Call it back, until that moment.
    pub call_back: Option<(String, String)>,
    /// Send it again, with the words of the button.
    pub send_again: Option<(String, String)>,
    /// Send it to another address.
    pub send_to: Option<(String, Field)>,
    /// Note that it was told in another way.
    pub told: Option<(String, FormView)>,
    /// Where a correction is written, once it has left.
    pub correct: Option<Link>,
}

/// Whether the reader can do something, or only read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum May {
    /// Signed in.
    Act,
    /// In a demo, without signing in.
    Read,
}

/// What was typed into one of the forms, and what is to be put right.
#[derive(Clone, Debug, Default)]
pub struct Filled {
    /// What was typed.
    pub pairs: Vec<(String, String)>,
    /// What is to be put right.
    pub problems: Vec<crate::web::form::FieldProblem>,
}

/// A message as its page reads it.
pub struct Reading<'r> {
    /// The message.
    pub full: &'r Full,
    /// Its text, without the family's own link.
    pub text: String,
    /// The moment now.
    pub now: chrono::DateTime<chrono::Utc>,
    /// What kind of installation it is.
    pub mode: Mode,
    /// Whether the reader can do something.
    pub may: May,
}

impl MessagePage {
    /// The page of a message.
    pub fn new(mut shell: Shell, reading: &Reading<'_>, filled: &Filled, csrf: impl Into<String>) -> Self {
        let full = reading.full;
        let message = &full.posted.message;
        let open = full.content == Open::Open;
        shell.heading = if open { message.subject.clone().into() } else { SEALED_SUBJECT.into() };
        shell.path = urls::message(message.id);
        shell.back = Some(urls::OUTBOX.to_owned());
        let can = can(reading, filled);
        let mut problems: Vec<Problem> =
            can.told.iter().flat_map(|(_, form)| form.problems.clone()).collect();
        problems.extend(can.send_to.iter().filter_map(|(_, field)| field.problem()));
        let to_family = open && message.to_party.is_some() && reading.mode == Mode::Demo;
        Self {
            mode: mode_words(reading.mode, reading.may),
            state: Delivery::of(&full.posted).tag(),
            state_words: state_words(&full.posted, full.replaced_by),
            rows: rows(full),
            text: open.then(|| reading.text.clone()),
            views: if open { views(full) } else { Vec::new() },
            case: full.reference.as_ref().map(|reference| Link::new("See the case", urls::case(reference))),
            enclosed: message
                .invitation
                .as_ref()
                .filter(|_| open)
                .map(|_| "An entry for the calendar goes with it."),
            story: story(full),
            can,
            problems,
            csrf: csrf.into(),
            open_family: to_family.then(|| urls::message_act(message.id, "family")),
            shell,
        }
    }
}

fn views(full: &Full) -> Vec<Link> {
    let id = full.posted.message.id;
    let mut views = Vec::new();
    if full.posted.message.body_html.is_some() {
        views.push(Link::new("See it as mail programs show it", urls::message_act(id, "html")));
    }
    views.push(Link::new("See it as a letter to print", urls::message_act(id, "letter")));
    views
}

fn rows(full: &Full) -> Vec<SummaryRow> {
    let message = &full.posted.message;
    let row =
        |key: &'static str, value: String| SummaryRow { key: key.into(), value: Some(value), change: None };
    let mut rows = Vec::new();
    if full.content == Open::Open {
        rows.push(row("To", recipient(message)));
        rows.push(row("Subject", message.subject.clone()));
    } else {
        rows.push(row(
            "To",
            "You do not see this case, so you do not see to whom it goes or what it says".to_owned(),
        ));
    }
    if let Some(school) = &full.school {
        rows.push(row("From", school.name.clone()));
    }
    if let Some(answers) = message.reply_to.as_ref().filter(|_| full.content == Open::Open) {
        rows.push(row("Answers go to", answers.clone()));
    }
    rows.push(row("Written", local_time_words(message.created_at)));
    if let Some(sent) = full.posted.sent_at {
        rows.push(row("Sent", local_time_words(sent)));
    }
    rows
}

/// What was tried and what people did, in the order of time.
fn story(full: &Full) -> Vec<String> {
    let hidden = match full.content {
        Open::Open => None,
        Open::Sealed => Some(full.posted.message.to_address.as_str()).filter(|address| !address.is_empty()),
    };
    let attempts = full.attempts.iter().map(|tried| (tried.at, attempt_words(tried, hidden)));
    let acts = full.acts.iter().map(|(act, name)| {
        let who = name.as_deref().unwrap_or("Somebody");
        (act.at, format!("{}: {who} {}", local_time_words(act.at), row::act_words(act, full.content)))
    });
    let mut all: Vec<_> = attempts.chain(acts).collect();
    all.sort_by_key(|(at, _)| *at);
    all.into_iter().map(|(_, words)| words).collect()
}

/// One attempt in plain words. A server may repeat the address, which not every reader may see.
pub fn attempt_words(tried: &Tried, hidden: Option<&str>) -> String {
    let outcome = match tried.outcome {
        None => "it is being sent",
        Some(Outcome::Sent) => "the mail server took it",
        Some(Outcome::Later) => "it could not be sent, and is tried again",
        Some(Outcome::Refused) => "it cannot be sent",
        Some(Outcome::Held) => "it was held back",
        Some(Outcome::CalledOff) => "it was called off",
        Some(Outcome::Unknown) => "Heard stopped in the middle, so nobody knows whether it left",
    };
    let code = tried.code.map_or_else(String::new, |code| format!(" (code {code})"));
    let words = tried.words.as_deref().map_or_else(String::new, |words| {
        let words = hidden.map_or_else(|| words.to_owned(), |address| words.replace(address, "the address"));
        format!(". {words}")
    });
    format!("{}, attempt {}: {outcome}{code}{words}", local_time_words(tried.at), tried.no)
}

fn can(reading: &Reading<'_>, filled: &Filled) -> Can {
    let (full, posted) = (reading.full, &reading.full.posted);
    let id = posted.message.id;
    let mut can = Can::default();
    if reading.may == May::Read {
        return can;
    }
    let open = full.content == Open::Open;
    if open && row::can_be_called_back(posted, reading.now) {
        can.call_back =
            Some((urls::message_act(id, "call-back"), local_time_words(posted.message.not_before)));
    }
    if row::did_not_leave(posted) && posted.settled_at.is_none() {
        let no_address = posted.message.to_address.is_empty();
        if !no_address {
            let words = if open {
                format!("Send it again to {}", posted.message.to_address)
            } else {
                "Send it again".to_owned()
            };
            can.send_again = Some((urls::message_act(id, "send-again"), words));
        }
        if open {
            can.send_to = can_be_redirected(&posted.message)
                .then(|| (urls::message_act(id, "address"), address_field(filled)));
            can.told = Some((urls::message_act(id, "told"), told_form(reading, filled)));
        }
    }
    if open && row::has_left(posted) && posted.message.to_party.is_some() {
        can.correct = full.reference.as_ref().map(|reference| {
            Link::new("Send a correction", urls::case_action(reference, Action::SendMessage))
        });
    }
    can
}

fn address_field(filled: &Filled) -> Field {
    let typed = filled.pairs.iter().find(|(name, _)| name == "address").map(|(_, value)| value.clone());
    let error = filled.problems.iter().find(|problem| problem.name == "address");
    Field::new("address", "The right email address")
        .kind(Kind::Email)
        .hint("The same words go there. Later letters about this case go there too.")
        .value(typed.unwrap_or_default())
        .error(error.map(|problem| problem.words.clone()))
}

fn told_form(reading: &Reading<'_>, filled: &Filled) -> FormView {
    let fields = told_fields(reading.full, reading.now);
    let about_it: Vec<_> =
        filled.problems.iter().filter(|problem| problem.name != "address").cloned().collect();
    FormView::new(&fields, &filled.pairs, &about_it)
}

/// How somebody was told without mail, and when.
pub fn told_fields(full: &Full, now: chrono::DateTime<chrono::Utc>) -> Vec<Asked> {
    let choice = |way: messages::Way, label: &str| Choice {
        value: way.key().into(),
        label: label.to_owned(),
        hint: None,
    };
    let written = crate::domain::calendar::local_date(full.posted.message.created_at);
    let today = crate::domain::calendar::local_date(now);
    vec![
        Asked {
            name: "way".to_owned(),
            label: "How were they told?".to_owned(),
            hint: None,
            kind: FieldKind::Choice(vec![
                choice(messages::Way::Post, "By post"),
                choice(messages::Way::Hand, "Handed to them"),
                choice(messages::Way::Telephone, "By telephone"),
            ]),
            need: Need::Required,
            usual: None,
        },
        Asked {
            name: "on".to_owned(),
            label: "On which day?".to_owned(),
            hint: Some(format!("From {} to today", long_date(written))),
            kind: FieldKind::Date(DateRange { from: Some(written), to: Some(today) }),
            need: Need::Required,
            usual: None,
        },
    ]
}
