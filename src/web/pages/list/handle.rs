//! What the lists and the home page answer.

use std::collections::BTreeMap;
use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};

use crate::app::access::staff;
use crate::app::concerns::may_log;
use crate::app::error::Error;
use crate::app::people::Colleague;
use crate::app::work_list::{self, Cursor, Listed, WorkListFilter};
use crate::app::world::World;
use crate::app::{App, Mode, messages, schools};
use crate::domain::calendar::{local_date, long_date};
use crate::domain::ids::SchoolId;
use crate::urls;
use crate::web::csrf::Csrf;
use crate::web::extract::{MaybeSignedIn, SignedIn, blocking};
use crate::web::pages::access::go;
use crate::web::pages::desk::frame;
use crate::web::pages::home::{Group, GroupKind, HomePage, Task};
use crate::web::pages::outbox::row::Delivery;
use crate::web::pages::people::{administrator, vacancy};
use crate::web::pages::typed::Typed;
use crate::web::parts::Link;
use crate::web::trouble::{Trouble, draw};

use super::rows::{filter_of, row_of, sort_of};
use super::{
    CSV_HEADS, CaseRow, Found, ListPage, ListQuery, Offer, Offers, ShowsSchool, csv_row, state_offers,
};

/// How many cases a group of the home page shows.
const SHOWN: usize = 5;
/// How many messages that need a person the home page names.
const TASKS_SHOWN: u32 = 6;
/// How far the cases of a group of the home page are counted.
const COUNTED_ON_HOME: usize = 100;
/// How far the cases of a list are counted.
const COUNTED: usize = 1_000;
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
    let shows_school = if schools.len() > 1 { ShowsSchool::Yes } else { ShowsSchool::No };
    let row = |item| {
        let item: &work_list::CaseSummary = item;
        let world = schools.get(&item.school);
        let title =
            item.stage.as_ref().and_then(|key| world?.procedure.stage(key)).map(|stage| stage.title.as_str());
        let calendar = world.map(|world| world.calendar.as_ref());
        row_of(item, listed, title, calendar, shows_school, today)
    };
    listed.items.iter().map(row).collect()
}

/// What an administrator finds on the home page besides: posts that nobody holds, and where to go on.
async fn looked_after(app: &web::Data<App>, person: &Colleague, page: HomePage) -> Result<HomePage, Trouble> {
    let Ok(by) = administrator(app, person) else { return Ok(page) };
    let (vacant, schools) = blocking(app, |app| Ok((staff::vacant(app)?, schools::all(app)?))).await?;
    let mine = |school: SchoolId| by.schools().any(|own| own == school);
    let tasks = vacant
        .iter()
        .filter(|vacant| mine(vacant.school))
        .map(|vacant| Task { words: vacancy(vacant), link: Link::new("Add the people", urls::PEOPLE) });
    let mut links = vec![
        Link::new("Add a person", urls::NEW_PERSON),
        Link::new("Everybody who has a post", urls::PEOPLE),
        Link::new("Send yourself a test message", urls::TEST_MESSAGE),
    ];
    let own = schools.iter().filter(|world| mine(world.school.id));
    links.extend(own.map(|world| {
        Link::new(format!("{}: the page for families", world.school.name), urls::school(&world.school.slug))
    }));
    Ok(page.looked_after(links, tasks.collect()))
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

/// Which school the home page shows; without one, every school of the reader (S29).
#[derive(Debug, serde::Deserialize)]
pub struct AtSchool {
    /// Its slug.
    school: Option<String>,
}

/// Where somebody begins who is not signed in: the demo has a page that says what to try.
fn first_page(mode: Mode) -> &'static str {
    match mode {
        Mode::Demo => urls::DEMO,
        Mode::Live | Mode::TestMail => urls::SIGN_IN,
    }
}

/// The home page: six groups, each with its first cases (S2).
pub async fn home(
    app: web::Data<App>,
    person: MaybeSignedIn,
    csrf: Csrf,
    wanted: web::Query<AtSchool>,
) -> Result<HttpResponse, Trouble> {
    let Some(person) = person.0.map(SignedIn) else { return Ok(go(first_page(app.mode()))) };
    let (colleague, wanted) = (person.0.clone(), wanted.into_inner().school);
    let (groups, offers, chosen, to_do) = blocking(&app, move |app| {
        let schools = own(app, &colleague)?;
        let chosen = schools.values().find(|world| Some(&world.school.slug) == wanted.as_ref()).cloned();
        let slug = chosen.as_ref().map(|world| world.school.slug.as_str());
        let groups = GroupKind::ALL
            .into_iter()
            .map(|kind| group(app, &colleague, &schools, kind, slug))
            .collect::<Result<Vec<_>, _>>()?;
        let to_do = messages::to_do(app, &colleague, TASKS_SHOWN)?;
        Ok((groups, school_offers(&schools), chosen, to_do))
    })
    .await?;
    let mut shell = frame(&app, &person.0, &csrf, "Home", urls::HOME);
    let slug = chosen.as_ref().map(|world| world.school.slug.as_str());
    if let Some(world) = &chosen {
        shell.school = Some(world.school.name.clone());
    }
    let today = long_date(local_date(app.now()));
    let mut page = HomePage::new(shell, today, tasks(&to_do), groups).with_schools(&offers, slug);
    page.log = page.log.filter(|_| may_log(&app, &person.0).is_ok());
    Ok(draw(&mut HttpResponse::Ok(), &looked_after(&app, &person.0, page).await?))
}

fn group(
    app: &App,
    colleague: &Colleague,
    schools: &Schools,
    kind: GroupKind,
    school: Option<&str>,
) -> Result<Group, Error> {
    let query = kind.query(school);
    let (listed, filter) = look(app, colleague, schools, &query, SHOWN)?;
    let total = work_list::count(app, colleague, &filter, COUNTED_ON_HOME)?;
    Ok(Group::new(kind, rows(app, &listed, schools), total, &query))
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
        let (listed, filter) = look(app, &colleague, &schools, &asked, asked.size.rows())?;
        let total = work_list::count(app, &colleague, &filter, COUNTED)?;
        let found =
            Found { rows: rows(app, &listed, &schools), total, next: listed.next.map(Cursor::to_text) };
        Ok((found, offers(&schools)))
    })
    .await?;
    let shell = frame(&app, &person.0, &csrf, "Cases", urls::CASES);
    let mut page = ListPage::new(shell, &query, &offers, found);
    page.log = page.log.filter(|_| may_log(&app, &person.0).is_ok());
    Ok(draw(&mut HttpResponse::Ok(), &page))
}

fn look(
    app: &App,
    colleague: &Colleague,
    schools: &Schools,
    query: &ListQuery,
    limit: usize,
) -> Result<(Listed, WorkListFilter), Error> {
    let today = local_date(app.now());
    let by_slug =
        |slug: &str| schools.values().find(|world| world.school.slug == slug).map(|world| world.school.id);
    let filter = filter_of(query, colleague.id, today, by_slug);
    let after = query.cursor.as_deref().and_then(Cursor::parse);
    let listed = work_list::list(app, colleague, &filter, sort_of(query.sort), after, limit)?;
    Ok((listed, filter))
}

fn offers(schools: &Schools) -> Offers {
    let offer = |value: &str, words: &str| Offer { value: value.to_owned(), words: words.to_owned() };
    let mut stages: BTreeMap<String, String> = BTreeMap::new();
    for stage in schools.values().flat_map(|world| &world.procedure.stages) {
        stages.entry(stage.key.to_string()).or_insert_with(|| format!("{}: {}", stage.key, stage.title));
    }
    Offers {
        schools: school_offers(schools),
        stages: stages.iter().map(|(key, words)| offer(key, words)).collect(),
        handlers: vec![offer("me", "Me"), offer("nobody", "Nobody yet")],
        states: state_offers(),
        attention: GroupKind::ALL
            .into_iter()
            .map(|kind| offer(kind.asks_for().key(), kind.asks_for().title()))
            .collect(),
    }
}

fn school_offers(schools: &Schools) -> Vec<Offer> {
    let mut offers: Vec<Offer> = schools
        .values()
        .map(|world| Offer { value: world.school.slug.clone(), words: world.school.name.clone() })
        .collect();
    offers.sort_by(|one, other| one.words.cmp(&other.words));
    offers
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
