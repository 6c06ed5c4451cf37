//! What the lists and the home page answer.

use std::collections::BTreeMap;
use std::sync::Arc;

use actix_web::error::ErrorInternalServerError;
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse, web};
use futures_util::future::ready;
use futures_util::stream::{self, Stream, StreamExt};

use crate::app::access::staff;
use crate::app::concerns::may_log;
use crate::app::error::Error;
use crate::app::people::Colleague;
use crate::app::work_list::{self, Cursor, HeldBy, Listed, Sort, Total, Whose, WorkListFilter, not_there};
use crate::app::world::World;
use crate::app::{App, Mode, messages, pace, readings, schools};
use crate::domain::absence::Absence;
use crate::domain::calendar::{local_date, local_time_words, long_date, short_date};
use crate::domain::case::action::Action;
use crate::domain::case::attention::AttentionKind;
use crate::domain::ids::{PersonId, SchoolId};
use crate::domain::person::{Person, Post, Role};
use crate::urls;
use crate::web::csrf::Csrf;
use crate::web::extract::{MaybeSignedIn, SignedIn, blocking};
use crate::web::pages::access::go;
use crate::web::pages::case::done_notice;
use crate::web::pages::desk::frame;
use crate::web::pages::home::{Group, GroupKind, HomePage, Task, what_is_seen};
use crate::web::pages::logs::file::{BEGINNING, LINES_AT_ONCE};
use crate::web::pages::outbox::row::Delivery;
use crate::web::pages::people::{administrator, vacancy};
use crate::web::pages::typed::Typed;
use crate::web::parts::Link;
use crate::web::problem::log_once;
use crate::web::trouble::{Trouble, draw};

use super::rows::{filter_of, row_of, sort_of};
use super::{
    CSV_HEADS, CaseRow, Filter, Found, ListPage, ListQuery, NoCasesPage, Offer, Offers, ShowsSchool, csv_row,
    left_out_words, state_offers,
};

/// How many cases a group of the home page shows.
const SHOWN: usize = 5;
/// How many messages that need a person the home page names.
const TASKS_SHOWN: u32 = 6;
/// How far the cases of a group of the home page, and those of a list, are counted: more than a page or two, a number tells
/// nobody anything, and counting would cost more with every year.
const COUNTED: usize = 100;

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
        row_of(item, listed, schools.get(&item.school).map(Arc::as_ref), shows_school, today)
    };
    listed.items.iter().map(row).collect()
}

/// What an administrator finds on the home page besides: posts that nobody holds, and where to go on.
async fn looked_after(app: &web::Data<App>, person: &Colleague, page: HomePage) -> Result<HomePage, Trouble> {
    let Ok(by) = administrator(app, person) else { return Ok(page) };
    let asked = by.clone();
    let (vacant, schools, slowed) =
        blocking(app, move |app| Ok((staff::vacant(app)?, schools::all(app)?, pace::slowed(app, &asked)?)))
            .await?;
    let mine = |school: SchoolId| by.schools().any(|own| own == school);
    let tasks = vacant
        .iter()
        .filter(|vacant| mine(vacant.school))
        .map(|vacant| Task { words: vacancy(vacant), link: Link::new("Add the people", urls::PEOPLE) });
    let tasks = tasks.chain(slowed.iter().map(|slowed| Task {
        words: format!(
            "{} opened so many cases that they were slowed down, last on {}. Ask them about it. If it was not them, sign them out everywhere.",
            slowed.name,
            local_time_words(slowed.at)
        ),
        link: Link::new("See their account", urls::person(slowed.person)),
    }));
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

/// Whose cases the reader looks after today, and until when (S40).
fn in_whose_place(colleague: &Colleague, schools: &Schools, today: chrono::NaiveDate) -> Vec<Task> {
    let mut tasks = Vec::new();
    for absent in colleague.stands_in_today() {
        let Some(directory) =
            absent.schools.iter().find_map(|school| schools.get(school)).map(|world| &world.directory)
        else {
            continue;
        };
        let now = |away: &&Absence| {
            let theirs = away.person == absent.person && away.delegate == Some(colleague.id);
            theirs && away.post.role == absent.role && away.covers(today)
        };
        let Some(until) = directory.absences().iter().filter(now).map(|away| away.to_on).max() else {
            continue;
        };
        tasks.push(Task {
            words: format!(
                "{} is away until {}. You look after what comes to the {}.",
                directory.name(absent.person),
                short_date(until),
                absent.role.title()
            ),
            link: Link::new("See who is away", urls::AWAY),
        });
    }
    tasks
}

/// Cases that rest with somebody who is away or gone, while nobody looks after them (S40, G30).
fn nobody_there(app: &App, colleague: &Colleague, schools: &Schools) -> Result<Option<Task>, Error> {
    let filter =
        WorkListFilter { handler: Some(with_nobody_there(schools, app)), ..WorkListFilter::default() };
    let total = work_list::count(app, colleague, &filter, COUNTED)?;
    if total == Total::default() {
        return Ok(None);
    }
    let rest = if total == Total::Exactly(1) { "case rests" } else { "cases rest" };
    let words = format!(
        "{total} {rest} with somebody who is away or has left, and nobody looks after it. Give it to somebody who is there."
    );
    let nobodys =
        ListQuery { filters: [(Filter::Handler.key(), "nobody".to_owned())].into(), ..ListQuery::default() };
    Ok(Some(Task { words, link: Link::new("See them", nobodys.address()) }))
}

fn with_nobody_there(schools: &Schools, app: &App) -> HeldBy {
    let today = local_date(app.now());
    let groups = schools.values().flat_map(|world| not_there(world.school.id, &world.directory, today));
    HeldBy::NotThere(groups.collect())
}

/// Cases whose dates cannot be told until the calendar of their school reaches further (G8, R36).
fn undated(app: &App, colleague: &Colleague, schools: &Schools) -> Result<Vec<Task>, Error> {
    let found = work_list::without_dates(app, colleague, schools.keys().copied(), COUNTED)?;
    let task = |(school, total): (SchoolId, Total)| {
        let world = schools.get(&school)?;
        let cases = if total == Total::Exactly(1) { "case waits" } else { "cases wait" };
        let words = format!(
            "{}: {total} {cases} for a date, because the calendar ends too early. An administrator adds the next year.",
            world.school.name
        );
        let filters =
            [(Filter::Attention, AttentionKind::CalendarMissing.key()), (Filter::School, &world.school.slug)];
        let query = ListQuery {
            filters: filters.map(|(filter, value)| (filter.key(), value.to_owned())).into(),
            ..ListQuery::default()
        };
        Some(Task { words, link: Link::new("See them", query.address()) })
    };
    Ok(found.into_iter().filter_map(task).collect())
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
    /// What was done before this page came.
    done: Option<String>,
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
    let AtSchool { school: wanted, done } = wanted.into_inner();
    let wanted_done = done.as_deref() == Some(Action::Recuse.key());
    let colleague = person.0.clone();
    let (groups, offers, chosen, to_do, further) = blocking(&app, move |app| {
        let schools = own(app, &colleague)?;
        let chosen = schools.values().find(|world| Some(&world.school.slug) == wanted.as_ref()).cloned();
        let slug = chosen.as_ref().map(|world| world.school.slug.as_str());
        let groups = GroupKind::ALL
            .into_iter()
            .map(|kind| group(app, &colleague, &schools, kind, slug))
            .collect::<Result<Vec<_>, _>>()?;
        let to_do = messages::to_do(app, &colleague, TASKS_SHOWN)?;
        let mut further = in_whose_place(&colleague, &schools, local_date(app.now()));
        further.extend(nobody_there(app, &colleague, &schools)?);
        further.extend(undated(app, &colleague, &schools)?);
        Ok((groups, school_offers(&schools), chosen, to_do, further))
    })
    .await?;
    let mut shell = frame(&app, &person.0, &csrf, "Home", urls::HOME);
    let slug = chosen.as_ref().map(|world| world.school.slug.as_str());
    if let Some(world) = &chosen {
        shell.school = Some(world.school.name.clone());
    }
    let today = long_date(local_date(app.now()));
    let tasks = tasks(&to_do).into_iter().chain(further).collect();
    let roles = person.0.roles(local_date(app.now()));
    let mut page = HomePage::new(shell, today, tasks, groups).for_roles(&roles).with_schools(&offers, slug);
    page.log = page.log.filter(|_| may_log(&app, &person.0).is_ok());
    if wanted_done {
        page.shell.notice = done_notice(Action::Recuse.key(), &[]);
    }
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
    let total = work_list::count(app, colleague, &filter, COUNTED)?;
    Ok(Group::new(kind, rows(app, &listed, schools), total, &query))
}

/// The list of cases, with its filters in the address (S10).
pub async fn list(
    app: web::Data<App>,
    person: SignedIn,
    csrf: Csrf,
    request: HttpRequest,
) -> Result<HttpResponse, Trouble> {
    let asked = ListQuery::read(Typed::read(request.query_string()).pairs());
    let colleague = person.0.clone();
    let (query, unknown, found, offers) = blocking(&app, move |app| {
        let schools = own(app, &colleague)?;
        let offers = offers(&schools, handlers(app, &colleague, &schools, &asked)?);
        let (query, unknown) = asked.known_to(&offers);
        let (listed, filter) = look(app, &colleague, &schools, &query, query.size.rows())?;
        let total = work_list::count(app, &colleague, &filter, COUNTED)?;
        let found =
            Found { rows: rows(app, &listed, &schools), total, next: listed.next.map(Cursor::to_text) };
        Ok((query, unknown, found, offers))
    })
    .await?;
    let shell = frame(&app, &person.0, &csrf, "Cases", urls::CASES);
    let roles = person.0.roles(local_date(app.now()));
    let only_administers = roles.iter().all(|role| *role == Role::Administrator);
    if only_administers && query.filters.is_empty() && found.total == Total::default() {
        return Ok(draw(&mut HttpResponse::Ok(), &NoCasesPage { shell }));
    }
    let mut page = ListPage::new(shell, &query, &offers, found);
    page.log = page.log.filter(|_| may_log(&app, &person.0).is_ok());
    page.left_out = left_out_words(&unknown);
    page.seen = what_is_seen(&roles);
    Ok(draw(&mut HttpResponse::Ok(), &page))
}

/// Whoever has or may have a case at schools of which the reader sees every case; elsewhere whoever has one of those
/// that the reader sees; and whoever the address asks for.
fn handlers(
    app: &App,
    colleague: &Colleague,
    schools: &Schools,
    asked: &ListQuery,
) -> Result<Vec<Offer>, Error> {
    let today = local_date(app.now());
    let wide = colleague.viewer(today).wide_schools;
    let mut offers: Vec<Offer> = schools
        .values()
        .filter(|world| wide.contains(&world.school.id))
        .flat_map(|world| may_have_cases(world, today))
        .chain(in_sight(app, colleague, schools, &wide)?)
        .filter(|offer| offer.value != colleague.id.to_string())
        .chain(handler_asked_for(schools, asked))
        .collect();
    offers.sort_by(|one, other| (&one.words, &one.value).cmp(&(&other.words, &other.value)));
    offers.dedup_by(|one, other| one.value == other.value);
    Ok(offers)
}

/// Whoever has one of the cases that the reader sees by a part in them: these are few.
fn in_sight(
    app: &App,
    colleague: &Colleague,
    schools: &Schools,
    wide: &[SchoolId],
) -> Result<Vec<Offer>, Error> {
    if schools.keys().all(|school| wide.contains(school)) {
        return Ok(Vec::new());
    }
    let all = WorkListFilter::default();
    let listed = work_list::list(app, colleague, &all, Sort::Due, None, COUNTED)?;
    let offer = |(id, name): (&PersonId, &String)| Offer { value: id.to_string(), words: name.clone() };
    Ok(listed.names.iter().map(offer).collect())
}

/// Whoever has, or had, a post in which cases are worked on: an earlier handler may still have some.
fn may_have_cases(world: &World, today: chrono::NaiveDate) -> Vec<Offer> {
    let school = world.school.id;
    let works = |post: &&Post| post.reaches(school) && post.role.works_with_cases();
    let people =
        world.directory.people().iter().filter(|person| person.posts.iter().any(|post| works(&post)));
    let name = |person: &Person| {
        let has_left = !person.posts.iter().any(|post| post.is_held_on(today));
        if has_left { format!("{} (no post any more)", person.name) } else { person.name.clone() }
    };
    people.map(|person| Offer { value: person.id.to_string(), words: name(person) }).collect()
}

/// Somebody of these schools whose cases the address asks for by their id, as programs do, with their name.
fn handler_asked_for(schools: &Schools, asked: &ListQuery) -> Option<Offer> {
    let value = asked.filter(Filter::Handler)?;
    let id = PersonId(value.parse().ok()?);
    let mut people = schools.values().flat_map(|world| world.directory.people());
    let person = people.find(|person| person.id == id)?;
    Some(Offer { value: value.to_owned(), words: person.name.clone() })
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
    let whose = Whose::of(colleague, schools.values(), today);
    let filter = filter_of(query, &whose, today, by_slug);
    let after = query.cursor.as_deref().and_then(Cursor::parse);
    let listed = work_list::list(app, colleague, &filter, sort_of(query.sort), after, limit)?;
    Ok((listed, filter))
}

fn offers(schools: &Schools, colleagues: Vec<Offer>) -> Offers {
    let offer = |value: &str, words: &str| Offer { value: value.to_owned(), words: words.to_owned() };
    let mut stages: BTreeMap<String, String> = BTreeMap::new();
    for stage in schools.values().flat_map(|world| &world.procedure.stages) {
        stages.entry(stage.key.to_string()).or_insert_with(|| stage.title.clone());
    }
    Offers {
        schools: school_offers(schools),
        stages: stages.iter().map(|(key, words)| offer(key, &told_apart(key, words, &stages))).collect(),
        handlers: [offer("me", "Me"), offer("nobody", "Nobody yet")].into_iter().chain(colleagues).collect(),
        states: state_offers(),
        attention: AttentionKind::ALL.into_iter().map(|kind| offer(kind.key(), kind.title())).collect(),
    }
}

/// The name of a stage; with its key only where two stages have the same name.
fn told_apart(key: &str, title: &str, stages: &BTreeMap<String, String>) -> String {
    if stages.values().filter(|other| *other == title).count() > 1 {
        format!("{title} ({key})")
    } else {
        title.to_owned()
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

/// What the list shows, as a file for a spreadsheet (S34, G34): every row, however many. They are read some at a
/// time while the file is on its way, so that a large one fills no memory.
pub async fn file(
    app: web::Data<App>,
    person: SignedIn,
    request: HttpRequest,
) -> Result<HttpResponse, Trouble> {
    let asked = ListQuery::read(Typed::read(request.query_string()).pairs());
    let colleague = person.0.clone();
    let (first, next) = blocking(&app, move |app| {
        let schools = own(app, &colleague)?;
        let (query, _) = asked.known_to(&offers(&schools, handlers(app, &colleague, &schools, &asked)?));
        let beginning = ListQuery { cursor: None, ..query };
        some_lines(app, &colleague, &schools, &beginning, BEGINNING)
    })
    .await?;
    let lines = stream::once(ready(Ok(first))).chain(further_lines(app, person.0, next));
    Ok(HttpResponse::Ok()
        .content_type("text/csv; charset=utf-8")
        .insert_header(("Content-Disposition", "attachment; filename=\"cases.csv\""))
        .streaming(lines))
}

/// The lines of the file from one place of the list on, and where they go on.
fn some_lines(
    app: &App,
    colleague: &Colleague,
    schools: &Schools,
    query: &ListQuery,
    beginning: &str,
) -> Result<(Bytes, Option<ListQuery>), Error> {
    let (listed, _) = look(app, colleague, schools, query, LINES_AT_ONCE)?;
    readings::note_listed(app, colleague, &listed.items)?;
    let text = csv_text(&rows(app, &listed, schools), beginning);
    let text = text.map_err(|source| Error::Internal(Box::new(source)))?;
    let next = listed.next.map(|cursor| ListQuery { cursor: Some(cursor.to_text()), ..query.clone() });
    Ok((Bytes::from(text), next))
}

/// The lines after the first ones. A fault in the middle breaks the download off, so that nobody takes a part
/// for the whole.
fn further_lines(
    app: web::Data<App>,
    colleague: Colleague,
    next: Option<ListQuery>,
) -> impl Stream<Item = Result<Bytes, actix_web::Error>> + 'static {
    stream::try_unfold(next, move |next| {
        let (app, colleague) = (app.clone(), colleague.clone());
        async move {
            let Some(query) = next else { return Ok(None) };
            let lines = blocking(&app, move |app| {
                let schools = own(app, &colleague)?;
                some_lines(app, &colleague, &schools, &query, "")
            });
            lines.await.map(Some).map_err(|fault| {
                log_once(&fault);
                ErrorInternalServerError("the list could not be read to its end")
            })
        }
    })
}

/// Lines of the file. Its heads come first where it begins.
fn csv_text(rows: &[CaseRow], beginning: &str) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::Writer::from_writer(beginning.as_bytes().to_vec());
    if !beginning.is_empty() {
        writer.write_record(CSV_HEADS)?;
    }
    for row in rows {
        writer.write_record(csv_row(row))?;
    }
    writer.into_inner().map_err(|error| error.into_error().into())
}
