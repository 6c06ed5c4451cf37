//! What the lists and the home page answer.

use std::collections::BTreeMap;
use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};

use crate::app::error::Error;
use crate::app::people::Colleague;
use crate::app::work_list::{self, Cursor, Listed, WorkListFilter};
use crate::app::world::World;
use crate::app::{App, messages, schools};
use crate::domain::calendar::{local_date, long_date};
use crate::domain::ids::SchoolId;
use crate::urls;
use crate::web::csrf::Csrf;
use crate::web::extract::{SignedIn, blocking};
use crate::web::pages::desk::frame;
use crate::web::pages::home::{Group, GroupKind, HomePage, Task};
use crate::web::pages::outbox::row::Delivery;
use crate::web::pages::typed::Typed;
use crate::web::parts::Link;
use crate::web::trouble::{Trouble, draw};

use super::rows::{filter_of, row_of, sort_of};
use super::{CSV_HEADS, CaseRow, Found, ListPage, ListQuery, Offer, Offers, csv_row, state_offers};

/// How many cases a group of the home page shows.
const SHOWN: usize = 5;
/// How many messages that need a person the home page names.
const TASKS_SHOWN: u32 = 6;
/// The most rows of one file.
const LARGEST_FILE: usize = 10_000;

type Schools = BTreeMap<SchoolId, Arc<World>>;

fn own(app: &App, colleague: &Colleague) -> Result<Schools, Error> {
    let mine = colleague.schools(local_date(app.now()));
    let worlds = schools::all(app)?;
    Ok(worlds
        .into_iter()
        .filter(|world| mine.contains(&world.school.id))
        .map(|world| (world.school.id, world))
        .collect())
}

fn rows(app: &App, listed: &Listed, schools: &Schools) -> Vec<CaseRow> {
    let today = local_date(app.now());
    let row = |item| {
        let item: &work_list::CaseSummary = item;
        let world = schools.get(&item.school);
        let title =
            item.stage.as_ref().and_then(|key| world?.procedure.stage(key)).map(|stage| stage.title.as_str());
        row_of(item, listed, title, world.map(|world| world.calendar.as_ref()), today)
    };
    listed.items.iter().map(row).collect()
}

/// The home page: six groups, each with its first cases (S2).
pub async fn home(app: web::Data<App>, person: SignedIn, csrf: Csrf) -> Result<HttpResponse, Trouble> {
    let colleague = person.0.clone();
    let (groups, to_do) = blocking(&app, move |app| {
        let schools = own(app, &colleague)?;
        let groups = GroupKind::ALL
            .into_iter()
            .map(|kind| group(app, &colleague, &schools, kind))
            .collect::<Result<Vec<_>, _>>()?;
        Ok((groups, messages::to_do(app, &colleague, TASKS_SHOWN)?))
    })
    .await?;
    let shell = frame(&app, &person.0, &csrf, "Home", urls::HOME);
    let today = long_date(local_date(app.now()));
    Ok(draw(&mut HttpResponse::Ok(), &HomePage::new(shell, today, tasks(&to_do), groups)))
}

/// What did not arrive and needs a person (E17), and that mail is held back (E22).
fn tasks(to_do: &messages::ToDo) -> Vec<Task> {
    let mut tasks: Vec<Task> = to_do.entries.iter().map(task).collect();
    if to_do.entries.len() >= usize::try_from(TASKS_SHOWN).unwrap_or(usize::MAX) {
        let all = Link::new("See all of them", format!("{}?state=to_do", urls::OUTBOX));
        tasks.push(Task { words: "There are more messages to be seen to.".to_owned(), link: all });
    }
    if to_do.held > 0 {
        tasks.push(Task {
            words: format!("Heard holds back {} messages: too many went out by themselves within an hour. Look whether two machines answer each other.", to_do.held),
            link: Link::new("See what waits", format!("{}?state=waiting", urls::OUTBOX)),
        });
    }
    tasks
}

fn task(entry: &messages::Entry) -> Task {
    let message = &entry.posted.message;
    let state = Delivery::of(&entry.posted);
    let words = match (entry.content, state) {
        (messages::Open::Sealed, _) => "A message about a case could not be sent.".to_owned(),
        (messages::Open::Open, Delivery::ToBePosted) => {
            format!(
                "{} has no email address: \u{201c}{}\u{201d} has to be posted.",
                message.to_name, message.subject
            )
        }
        (messages::Open::Open, Delivery::Stopped) => {
            format!(
                "\u{201c}{}\u{201d} to {} was called back and never sent.",
                message.subject, message.to_name
            )
        }
        (messages::Open::Open, _) => {
            format!("\u{201c}{}\u{201d} did not reach {}.", message.subject, message.to_name)
        }
    };
    Task { words, link: Link::new("See to it", urls::message(message.id)) }
}

fn group(app: &App, colleague: &Colleague, schools: &Schools, kind: GroupKind) -> Result<Group, Error> {
    let mut filter = WorkListFilter::default();
    work_list::waiting_for(&mut filter, kind.asks_for(), local_date(app.now()));
    let listed = work_list::list(app, colleague, &filter, work_list::Sort::Due, None, SHOWN)?;
    let total = work_list::count(app, colleague, &filter)?;
    Ok(Group::new(kind, rows(app, &listed, schools), total))
}

/// The list of cases, with its filters in the address (S10).
pub async fn list(
    app: web::Data<App>,
    person: SignedIn,
    csrf: Csrf,
    request: HttpRequest,
) -> Result<HttpResponse, Trouble> {
    let query = ListQuery::read(Typed::read(request.query_string()).pairs());
    let (colleague, asked) = (person.0.clone(), query.clone());
    let (found, offers) = blocking(&app, move |app| {
        let schools = own(app, &colleague)?;
        let (listed, total) = look(app, &colleague, &schools, &asked, asked.size.rows())?;
        let found =
            Found { rows: rows(app, &listed, &schools), total, next: listed.next.map(Cursor::to_text) };
        Ok((found, offers(&schools)))
    })
    .await?;
    let shell = frame(&app, &person.0, &csrf, "Cases", urls::CASES);
    Ok(draw(&mut HttpResponse::Ok(), &ListPage::new(shell, &query, &offers, found)))
}

fn look(
    app: &App,
    colleague: &Colleague,
    schools: &Schools,
    query: &ListQuery,
    limit: usize,
) -> Result<(Listed, u64), Error> {
    let today = local_date(app.now());
    let by_slug =
        |slug: &str| schools.values().find(|world| world.school.slug == slug).map(|world| world.school.id);
    let filter = filter_of(query, colleague.id, today, by_slug);
    let after = query.cursor.as_deref().and_then(Cursor::parse);
    let listed = work_list::list(app, colleague, &filter, sort_of(query.sort), after, limit)?;
    Ok((listed, work_list::count(app, colleague, &filter)?))
}

fn offers(schools: &Schools) -> Offers {
    let offer = |value: &str, words: &str| Offer { value: value.to_owned(), words: words.to_owned() };
    let mut stages: BTreeMap<String, String> = BTreeMap::new();
    for stage in schools.values().flat_map(|world| &world.procedure.stages) {
        stages.entry(stage.key.to_string()).or_insert_with(|| format!("{}: {}", stage.key, stage.title));
    }
    Offers {
        schools: schools.values().map(|world| offer(&world.school.slug, &world.school.name)).collect(),
        stages: stages.iter().map(|(key, words)| offer(key, words)).collect(),
        handlers: vec![offer("me", "Me"), offer("nobody", "Nobody yet")],
        states: state_offers(),
        attention: GroupKind::ALL
            .into_iter()
            .map(|kind| offer(kind.asks_for().key(), kind.asks_for().title()))
            .collect(),
    }
}

/// What the list shows, as a file for a spreadsheet (S34, G34).
pub async fn file(
    app: web::Data<App>,
    person: SignedIn,
    request: HttpRequest,
) -> Result<HttpResponse, Trouble> {
    let query = ListQuery::read(Typed::read(request.query_string()).pairs());
    let text = blocking(&app, move |app| {
        let schools = own(app, &person.0)?;
        let (listed, _) = look(app, &person.0, &schools, &query, LARGEST_FILE)?;
        csv_text(&rows(app, &listed, &schools)).map_err(|source| Error::Internal(Box::new(source)))
    })
    .await?;
    Ok(HttpResponse::Ok()
        .content_type("text/csv; charset=utf-8")
        .insert_header(("Content-Disposition", "attachment; filename=\"cases.csv\""))
        .body(text))
}

fn csv_text(rows: &[CaseRow]) -> Result<Vec<u8>, csv::Error> {
    // The mark at the beginning tells spreadsheets that this is UTF-8.
    let mut writer = csv::Writer::from_writer("\u{feff}".as_bytes().to_vec());
    writer.write_record(CSV_HEADS)?;
    for row in rows {
        writer.write_record(csv_row(row))?;
    }
    writer.into_inner().map_err(|error| error.into_error().into())
}
