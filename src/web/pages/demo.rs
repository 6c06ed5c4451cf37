//! The demo’s own page: where to begin, who to sign in as, where the mails are, the clock. Outside a demo there is
//! nothing here.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;
use serde_json::json;

use crate::app::demo::{self, Cast, MoveClock};
use crate::app::error::{Error, FieldCode, FieldProblem};
use crate::app::{App, Mode};
use crate::domain::calendar::local_time_words;
use crate::domain::person::Role;
use crate::urls;
use crate::web::csrf::Csrf;
use crate::web::page::Shell;
use crate::web::parts::Link;
use crate::web::problem::ApiError;
use crate::web::table::{Table, get, post};

use super::access::banner;
use super::desk::help_of_a_demo;
use super::serve::{Trouble, Visit, blocking, go_to, posted};
use super::typed::Typed;

/// The steps that a button takes, and what they are called.
const STEPS: [(&str, &str); 4] =
    [("PT1H", "An hour on"), ("P1D", "A day on"), ("P7D", "A week on"), ("P28D", "Four weeks on")];

/// The demo's routes.
pub fn routes(table: &mut Table<'_>) {
    table.route(urls::DEMO, get().to(show)).route(urls::DEMO_CLOCK, post().to(move_clock));
}

#[derive(Template)]
#[template(path = "demo/clock.html")]
struct ClockPage {
    shell: Shell,
    now: String,
    problem: Option<String>,
    days: String,
    steps: [(&'static str, &'static str); 4],
    starts: Vec<Link>,
    people: Vec<Door>,
    places: Vec<PlaceLines>,
    password: &'static str,
    action: &'static str,
    sign_in: &'static str,
    outbox: &'static str,
    csrf: String,
    /// The token of the forms that sign somebody in: those belong to the staff's side.
    door_csrf: String,
}

/// Somebody worth signing in as, and why.
struct Door {
    name: String,
    role: &'static str,
    email: String,
    why: &'static str,
}

/// Whom to sign in as, from the first rung of the ladder to the last.
const DOORS: [(Role, &str); 9] = [
    (Role::ClassTeacher, "The first rung: rings the family, notes what was said, answers."),
    (Role::Headteacher, "The second rung. Sees every case of the school: begin here."),
    (Role::ChairOfGovernors, "The third rung, and who has a case about the headteacher."),
    (Role::ComplaintsCoordinator, "Looks first at what cannot go straight to somebody."),
    (Role::Clerk, "Appoints the panel, sets the hearing, issues the findings."),
    (Role::SchoolOffice, "Logs what parents say on the phone or at the gate."),
    (Role::TrustOfficer, "Sees every school of the trust."),
    (
        Role::ChiefExecutive,
        "Has what is about the trust\u{2019}s own staff, or about a whole governing body.",
    ),
    (Role::Inspector, "Reads every case for a time, and changes nothing."),
];

/// The first of each, at the first school or at the trust.
fn doors(cast: &Cast) -> Vec<Door> {
    let first = cast.schools.first().map(|school| school.slug.as_str());
    let holder = |role: Role| {
        let holds = |post: &demo::Post| {
            post.role == role && (post.school.is_none() || post.school.as_deref() == first)
        };
        cast.people.iter().find(|person| person.posts.iter().any(holds))
    };
    DOORS
        .into_iter()
        .filter_map(|(role, why)| {
            let person = holder(role)?;
            Some(Door { name: person.name.clone(), role: role.title(), email: person.email.clone(), why })
        })
        .collect()
}

fn starts(cast: &Cast) -> Vec<Link> {
    cast.schools
        .iter()
        .map(|school| Link::new(format!("Raise a concern at {}", school.name), urls::school(&school.slug)))
        .collect()
}

/// A school, or the trust, with everybody who holds a post there.
struct PlaceLines {
    name: String,
    link: Option<String>,
    people: Vec<String>,
}

fn places(cast: &Cast) -> Vec<PlaceLines> {
    let schools = cast.schools.iter().map(|school| PlaceLines {
        name: school.name.clone(),
        link: Some(urls::school(&school.slug)),
        people: lines(cast, Some(&school.slug)),
    });
    let trust =
        PlaceLines { name: "The trust and the panel pool".to_owned(), link: None, people: lines(cast, None) };
    schools.chain([trust]).collect()
}

fn lines(cast: &Cast, school: Option<&str>) -> Vec<String> {
    let posts = cast.people.iter().flat_map(|person| person.posts.iter().map(move |post| (person, post)));
    posts
        .filter(|(_, post)| post.school.as_deref() == school)
        .map(|(person, post)| format!("{}, {}: {}", person.name, post.role.title(), person.email))
        .collect()
}

async fn show(app: web::Data<App>, request: HttpRequest, door: Csrf) -> Result<HttpResponse, Trouble> {
    let visit = Visit::of(&request, &app);
    let page = page(&app, &visit, &door, None).await?;
    visit.page(&app, &page)
}

async fn page(
    app: &App,
    visit: &Visit,
    door: &Csrf,
    problem: Option<(String, &FieldProblem)>,
) -> Result<ClockPage, Trouble> {
    if app.mode() != Mode::Demo {
        return Err(Error::NotFound.into());
    }
    let (days, problem) = problem.map_or_else(Default::default, |(days, problem)| (days, Some(problem)));
    let mut shell = Shell::parent("", "Try Heard", help_of_a_demo());
    shell.school = None;
    shell.mode = banner(app.mode());
    let cast = blocking(app, demo::cast).await?;
    Ok(ClockPage {
        shell,
        starts: cast.as_ref().map(starts).unwrap_or_default(),
        people: cast.as_ref().map(doors).unwrap_or_default(),
        outbox: urls::OUTBOX,
        now: local_time_words(app.now()),
        problem: problem.map(|problem| problem.words.clone()),
        days,
        steps: STEPS,
        places: cast.as_ref().map(places).unwrap_or_default(),
        password: demo::PASSWORD,
        action: urls::DEMO_CLOCK,
        sign_in: urls::SIGN_IN,
        csrf: visit.csrf(),
        door_csrf: door.token().to_owned(),
    })
}

/// A script sends JSON and gets JSON; the page sends a form with its token and comes back.
async fn move_clock(
    app: web::Data<App>,
    request: HttpRequest,
    door: Csrf,
    body: Result<web::Bytes, actix_web::Error>,
) -> Result<HttpResponse, Trouble> {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    if kind.is_some_and(|kind| kind.starts_with("application/json")) {
        let body = body.map_err(|_| Trouble::TooLarge)?;
        return Ok(by_script(&app, &body).await.unwrap_or_else(|error| {
            use actix_web::ResponseError as _;
            ApiError::from(error).error_response()
        }));
    }
    by_form(&app, &request, &door, body).await
}

/// The body of `POST /demo/clock`: one of the two.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ClockBody {
    #[serde(default)]
    to: Option<DateTime<Utc>>,
    #[serde(default)]
    by: Option<String>,
}

async fn by_script(app: &App, body: &[u8]) -> Result<HttpResponse, Error> {
    let problem = |words: &str| Error::Invalid(vec![FieldProblem::new("by", FieldCode::DoesNotFit, words)]);
    let body: ClockBody = serde_json::from_slice(body)
        .map_err(|_| problem("Send {\"to\": \"2026-12-01T09:00:00Z\"} or {\"by\": \"P5D\"}"))?;
    let wanted = match (body.to, body.by) {
        (Some(to), None) => MoveClock::To(to),
        (None, Some(by)) => MoveClock::by(&by)?,
        (Some(_), Some(_)) | (None, None) => {
            return Err(problem("Send either \u{201c}to\u{201d} or \u{201c}by\u{201d}"));
        }
    };
    let now = blocking(app, move |app| demo::move_clock(app, wanted)).await?;
    Ok(HttpResponse::Ok().json(json!({"now": now.to_rfc3339_opts(chrono::SecondsFormat::Micros, true)})))
}

async fn by_form(
    app: &App,
    request: &HttpRequest,
    door: &Csrf,
    body: Result<web::Bytes, actix_web::Error>,
) -> Result<HttpResponse, Trouble> {
    let visit = Visit::of(request, app);
    let typed = posted(&visit, body)?;
    let moved = match wanted(&typed) {
        Ok(wanted) => blocking(app, move |app| demo::move_clock(app, wanted)).await,
        Err(error) => Err(error),
    };
    match moved {
        Ok(_) => Ok(go_to(urls::DEMO)),
        Err(Error::Invalid(problems)) => {
            let problem = problems.first().map(|problem| (typed.get("days").to_owned(), problem));
            let page = page(app, &visit, door, problem).await?;
            visit.again(app, &page)
        }
        Err(error) => Err(error.into()),
    }
}

/// What a button or the field asks for.
fn wanted(typed: &Typed) -> Result<MoveClock, Error> {
    match typed.get("by") {
        "" => {
            let days = typed.get("days").trim().parse::<u16>().ok().filter(|days| *days > 0);
            days.map(|days| MoveClock::By(TimeDelta::days(i64::from(days)))).ok_or_else(|| {
                Error::Invalid(vec![FieldProblem::new(
                    "days",
                    FieldCode::NotANumber,
                    "Enter a number of days, like 5",
                )])
            })
        }
        by => MoveClock::by(by),
    }
}
