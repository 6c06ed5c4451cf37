//! The public part: schools, their procedures and calendars, and raising a concern.

use actix_web::http::header;
use actix_web::{HttpResponse, web};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};

use crate::app::App;
use crate::app::cases::{Answer, Done};
use crate::app::concerns::{self, Sender, body::ConcernBody};
use crate::app::error::{Error, FieldProblem};
use crate::app::schools::{self, CopyRequest, Direction, Repeatable};
use crate::app::world::World;
use crate::domain::calendar::{Unit, long_date, short_date};
use crate::domain::case::state::Case;
use crate::domain::text::{EmailAddress, Words};
use crate::web::extract::{ApiColleague, Body, ClientAddress, Idempotency, blocking};
use crate::web::limits::{Bucket, Limits};
use crate::web::problem::ApiError;

use super::view::{DeadlineView, case_view, instant};

/// A school, as anybody may know it.
#[derive(Debug, Serialize, ToSchema)]
pub struct SchoolView {
    /// Its name in addresses.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// `academy`, `maintained` or `independent`.
    pub kind: serde_json::Value,
    /// `england`, `wales`, `scotland` or `northern_ireland`.
    pub nation: serde_json::Value,
    /// How to reach it.
    pub contact: ContactView,
    /// While it is closed: until when, and from when clocks count.
    pub holiday_notice: Option<String>,
}

/// How to reach a school.
#[derive(Debug, Serialize, ToSchema)]
pub struct ContactView {
    /// Phone number.
    pub phone: String,
    /// Email address.
    pub email: String,
    /// Postal address.
    pub address: String,
    /// When the office answers.
    pub office_hours: String,
}

fn school_view(app: &App, world: &World) -> SchoolView {
    let school = &world.school;
    SchoolView {
        slug: school.slug.clone(),
        name: school.name.clone(),
        kind: json!(school.kind),
        nation: json!(school.nation),
        contact: ContactView {
            phone: school.phone.clone(),
            email: school.email.clone(),
            address: school.address.clone(),
            office_hours: school.office_hours.clone(),
        },
        holiday_notice: schools::holiday_now(app, world).map(|holiday| {
            let back_on = long_date(holiday.back_on);
            format!("School is closed until {back_on}. We count days from {back_on}.")
        }),
    }
}

/// Every school.
#[utoipa::path(get, path = "/schools", tag = "Public", responses((status = 200, body = [SchoolView])))]
pub async fn list(app: web::Data<App>) -> Result<HttpResponse, ApiError> {
    let worlds = blocking(&app, schools::all).await?;
    let items: Vec<SchoolView> = worlds.iter().map(|world| school_view(&app, world)).collect();
    Ok(HttpResponse::Ok().json(json!({ "items": items, "next_cursor": null })))
}

/// One school.
#[utoipa::path(get, path = "/schools/{school}", tag = "Public", params(("school" = String, Path, description = "The slug")),
    responses((status = 200, body = SchoolView), (status = 404)))]
pub async fn one(app: web::Data<App>, slug: web::Path<String>) -> Result<HttpResponse, ApiError> {
    let world = world(&app, slug.into_inner()).await?;
    Ok(HttpResponse::Ok().json(school_view(&app, &world)))
}

/// The published procedure, as data and in the words of the page.
#[utoipa::path(get, path = "/schools/{school}/procedure", tag = "Public", params(("school" = String, Path)), responses((status = 200), (status = 404)))]
pub async fn procedure(app: web::Data<App>, slug: web::Path<String>) -> Result<HttpResponse, ApiError> {
    let world = world(&app, slug.into_inner()).await?;
    let procedure = &world.procedure;
    let stages: Vec<serde_json::Value> = procedure
        .stages
        .iter()
        .zip(procedure.steps())
        .map(|(stage, step)| {
            json!({
                "key": stage.key, "title": stage.title, "kind": stage.kind,
                "handler_role": stage.handlers.first(), "handlers": stage.handlers,
                "acknowledge": stage.acknowledge, "respond": stage.respond, "extension": stage.extension,
                "window": stage.window, "skip": stage.skip, "next": stage.next, "panel": stage.panel,
                "in_words": step,
            })
        })
        .collect();
    Ok(HttpResponse::Ok().json(json!({
        "key": procedure.key, "version": procedure.version, "title": procedure.title, "regime": procedure.regime,
        "stages": stages, "exits": procedure.exit_texts(), "general_rules": procedure.general_rules(),
    })))
}

/// Asking for a copy of the procedure.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CopyBody {
    /// Name.
    pub name: String,
    /// Where it is mailed.
    #[serde(default)]
    pub email: Option<String>,
    /// Where it is posted.
    #[serde(default)]
    pub address: Option<String>,
}

/// Ask for a copy of the procedure; it is sent, and the request is logged (R7).
#[utoipa::path(post, path = "/schools/{school}/procedure/copies", tag = "Public",
    params(("school" = String, Path), ("Idempotency-Key" = Option<String>, Header)), request_body = CopyBody, responses((status = 202), (status = 404), (status = 422), (status = 429)))]
pub async fn copy(
    app: web::Data<App>,
    slug: web::Path<String>,
    limits: web::Data<Limits>,
    from: ClientAddress,
    Idempotency(key): Idempotency,
    Body(body): Body<CopyBody>,
) -> Result<HttpResponse, ApiError> {
    limits.take(Bucket::PublicSubmit, from)?;
    let request = read_copy(&body)?;
    let (slug, again) = (slug.into_inner(), Repeatable { origin: from.network().to_string(), key });
    blocking(&app, move |app| schools::ask_for_copy(app, &slug, request, again)).await?;
    Ok(HttpResponse::Accepted()
        .json(json!({ "next": "We are sending you a copy, and have noted that you asked for it." })))
}

/// A copy of the procedure that somebody asked for.
#[derive(Debug, Serialize, ToSchema)]
pub struct CopyView {
    /// When.
    pub asked_at: String,
    /// The version of the procedure.
    pub version: u32,
    /// By whom.
    pub name: String,
    /// How it was sent: `email` or `post`.
    pub way: &'static str,
    /// The message that carried it, for `/outbox/{message}`.
    pub message: Option<String>,
}

/// Who asked for a copy of the procedure, and when: for those who see to such mail. For others the list is empty.
#[utoipa::path(get, path = "/schools/{school}/procedure/copies", tag = "Public", params(("school" = String, Path)),
    responses((status = 200, body = [CopyView]), (status = 401), (status = 404)), security(("token" = [])))]
pub async fn copies(
    app: web::Data<App>,
    caller: ApiColleague,
    slug: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let colleague = caller.0.colleague;
    let asked = blocking(&app, move |app| schools::copies_asked_for(app, &colleague, &slug)).await?;
    let view = |(copy, version): (schools::CopyAsked, u32)| CopyView {
        asked_at: instant(copy.asked_at),
        version,
        way: if copy.email.is_some() { "email" } else { "post" },
        name: copy.name,
        message: copy.message.map(|id| id.to_string()),
    };
    let items: Vec<CopyView> = asked.into_iter().map(view).collect();
    Ok(HttpResponse::Ok().json(json!({ "items": items, "next_cursor": null })))
}

fn read_copy(body: &CopyBody) -> Result<CopyRequest, Error> {
    let problem =
        |field: &str, code, words: &str| Error::Invalid(vec![FieldProblem::new(field, code, words)]);
    let filled =
        |raw: &Option<String>| raw.as_deref().filter(|text| !text.trim().is_empty()).map(str::to_owned);
    let name = Words::line(&body.name).map_err(|_| problem("name", "missing", "Enter your name"))?;
    let email = filled(&body.email)
        .map(|raw| EmailAddress::parse(&raw))
        .transpose()
        .map_err(|how| problem("email", "not_an_email", how))?;
    let address = filled(&body.address)
        .map(|raw| Words::text(&raw))
        .transpose()
        .map_err(|why| problem("address", "does_not_fit", &why.to_string()))?;
    Ok(CopyRequest { name, email, address })
}

/// From when to when.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Stretch {
    /// The first day.
    pub from: NaiveDate,
    /// The last day.
    pub to: NaiveDate,
}

/// A school's days, each with what it is and why.
#[utoipa::path(get, path = "/schools/{school}/calendar", tag = "Public", params(("school" = String, Path), Stretch), responses((status = 200), (status = 422)))]
pub async fn calendar(
    app: web::Data<App>,
    slug: web::Path<String>,
    stretch: web::Query<Stretch>,
) -> Result<HttpResponse, ApiError> {
    let world = world(&app, slug.into_inner()).await?;
    let days = schools::days(&world, stretch.from, stretch.to)?;
    Ok(HttpResponse::Ok().json(json!({ "calendar_version": world.calendar.version(), "days": days })))
}

/// What to count.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct DueQuery {
    /// The day of receipt, or with `direction=before` of the hearing.
    pub received: NaiveDate,
    /// How many.
    pub amount: u16,
    /// Of what: `school_days`, `working_days`, `term_weekdays`, `calendar_days`, `calendar_months`.
    #[param(value_type = String)]
    pub unit: Unit,
    /// `after` (the default) or `before`.
    #[serde(default)]
    pub direction: Option<String>,
}

/// A due date with its working.
#[utoipa::path(get, path = "/schools/{school}/calendar/due", tag = "Public", params(("school" = String, Path), DueQuery), responses((status = 200), (status = 422)))]
pub async fn due(
    app: web::Data<App>,
    slug: web::Path<String>,
    query: web::Query<DueQuery>,
) -> Result<HttpResponse, ApiError> {
    let direction = match query.direction.as_deref() {
        None | Some("after") => Direction::After,
        Some("before") => Direction::Before,
        Some(_) => {
            let problem = FieldProblem::new("direction", "unknown_choice", "Choose one of: after, before");
            return Err(Error::Invalid(vec![problem]).into());
        }
    };
    let world = world(&app, slug.into_inner()).await?;
    let working = schools::due(&world, query.received, query.amount, query.unit, direction)?;
    let mut answer = serde_json::to_value(&working).map_err(|source| Error::Internal(Box::new(source)))?;
    if let serde_json::Value::Object(map) = &mut answer {
        map.insert("in_words".into(), working.sentence().into());
    }
    Ok(HttpResponse::Ok().json(answer))
}

/// A concern that was received.
#[derive(Debug, Serialize, ToSchema)]
pub struct Received {
    /// What to call it by.
    pub reference: String,
    /// The stage at which it begins.
    pub stage: super::view::StageView,
    /// `open`, or `screening` while a person looks first.
    pub state: &'static str,
    /// Who will read it.
    pub handler_role: String,
    /// When it came.
    pub received_at: String,
    /// The day from which clocks count.
    pub counts_from_on: Option<NaiveDate>,
    /// What is due when.
    pub deadlines: Vec<DeadlineView>,
    /// What happens next, in words.
    pub next: String,
}

/// Raise a concern.
#[utoipa::path(post, path = "/schools/{school}/concerns", tag = "Public",
    params(("school" = String, Path), ("Idempotency-Key" = Option<String>, Header, description = "Repeats the first answer")),
    request_body = ConcernBody, responses((status = 201, body = Received), (status = 404), (status = 422)))]
pub async fn raise(
    app: web::Data<App>,
    slug: web::Path<String>,
    limits: web::Data<Limits>,
    Idempotency(key): Idempotency,
    address: ClientAddress,
    Body(body): Body<ConcernBody>,
) -> Result<HttpResponse, ApiError> {
    limits.take(Bucket::PublicSubmit, address)?;
    let sender = Sender::Family(address.network().to_string());
    let slug = slug.into_inner();
    let answer =
        blocking(&app, move |app| concerns::submit(app, &slug, sender, &body, key, received)).await?;
    Ok(created(&answer))
}

/// The answer to a concern that was received.
fn received(done: &Done) -> Answer {
    let ctx = done.setting.context(done.now, done.actor);
    let view = case_view(&done.case, &ctx);
    let answer = Received {
        next: next_in_words(&done.case, &view.deadlines),
        reference: view.reference,
        handler_role: view.stage.handler_role.clone(),
        stage: view.stage,
        state: view.state,
        received_at: instant(done.case.received_at),
        counts_from_on: view.counts_from_on,
        deadlines: view.deadlines,
    };
    Answer {
        status: 201,
        body: serde_json::to_string(&answer).unwrap_or_default(),
        version: done.case.length,
    }
}

fn next_in_words(case: &Case, deadlines: &[DeadlineView]) -> String {
    let by = |rule: &str| {
        deadlines.iter().find(|deadline| deadline.rule == rule).and_then(|deadline| deadline.due_on)
    };
    match (by("acknowledge"), by("respond")) {
        (Some(acknowledge), Some(respond)) => format!(
            "We will tell you who is looking at it by {}, and answer by {}.",
            short_date(acknowledge),
            short_date(respond)
        ),
        (None, Some(respond)) => format!("We will answer by {}.", short_date(respond)),
        (Some(acknowledge), None) => {
            format!("We will tell you who is looking at it by {}.", short_date(acknowledge))
        }
        (None, None) if case.kind == crate::domain::case::vocabulary::Kind::Feedback => {
            "Thank you. Somebody will read it. Feedback has no date for an answer.".to_owned()
        }
        (None, None) => "We have it, and will write to you with the dates.".to_owned(),
    }
}

fn created(answer: &Answer) -> HttpResponse {
    HttpResponse::Created()
        .insert_header((header::CONTENT_TYPE, "application/json"))
        .body(answer.body.clone())
}

async fn world(app: &web::Data<App>, slug: String) -> Result<std::sync::Arc<World>, ApiError> {
    Ok(blocking(app, move |app| schools::find(app, &slug)).await?)
}
