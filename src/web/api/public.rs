//! The public part: schools, their procedures and calendars, and raising a concern.

use actix_web::web::{self, Json};
use actix_web::{HttpRequest, HttpResponse};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::app::App;
use crate::app::cases::{Answer, Done};
use crate::app::concerns::{self, Sender, body::ConcernBody};
use crate::app::error::{Error, FieldCode, FieldProblem};
use crate::app::schools::{self, CopyRequest, Direction, Repeatable};
use crate::app::work_list::StateKey;
use crate::app::world::World;
use crate::domain::calendar::{Day, Unit, long_date, short_date};
use crate::domain::case::state::Case;
use crate::domain::deadline::DeadlineRule;
use crate::domain::ids::MessageId;
use crate::domain::person::Role;
use crate::domain::procedure::{
    ExitText, Extension, Limit, PanelRule, Regime, Skip, Stage, StageKey, StageKind, StepText,
};
use crate::domain::school::{Nation, SchoolKind};
use crate::domain::text::{EmailAddress, Words};
use crate::web::extract::{ApiColleague, Body, ClientAddress, Idempotency, Query, blocking};
use crate::web::limits::{Bucket, Limits};
use crate::web::problem::ApiError;

use super::paging::{PageQuery, Paged};
use super::view::{DeadlineView, WorkingView, case_view, instant};

/// A school, as anybody may know it.
#[derive(Debug, Serialize, ToSchema)]
pub struct SchoolView {
    /// Its name in addresses.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// What kind of school it is.
    pub kind: SchoolKind,
    /// Whose law applies.
    pub nation: Nation,
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
        kind: school.kind,
        nation: school.nation,
        contact: ContactView {
            phone: school.phone.clone(),
            email: school.email.clone(),
            address: school.address.clone(),
            office_hours: school.office_hours.clone(),
        },
        holiday_notice: schools::holiday_now(app, world).map(|holiday| {
            let back_on = long_date(holiday.back_on);
            format!("School is closed until {back_on}. What you send now counts as sent on {back_on}.")
        }),
    }
}

/// Every school.
#[utoipa::path(get, path = "/schools", tag = "Public", params(PageQuery), responses((status = 200, body = [SchoolView]), (status = 422)))]
pub async fn list(
    app: web::Data<App>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Paged<SchoolView>>, ApiError> {
    let worlds = blocking(&app, schools::all).await?;
    let items = worlds.iter().map(|world| school_view(&app, world)).collect();
    Ok(Json(page.of("schools", items, |school| school.slug.clone())?))
}

/// One school.
#[utoipa::path(get, path = "/schools/{school}", tag = "Public", params(("school" = String, Path, description = "The slug")),
    responses((status = 200, body = SchoolView), (status = 404)))]
pub async fn one(app: web::Data<App>, slug: web::Path<String>) -> Result<Json<SchoolView>, ApiError> {
    let world = world(&app, slug.into_inner()).await?;
    Ok(Json(school_view(&app, &world)))
}

/// The published procedure.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProcedureView {
    /// Its name.
    pub key: String,
    /// Its version, counting from 1.
    pub version: u32,
    /// What people call it.
    pub title: String,
    /// The law that it follows.
    pub regime: Regime,
    /// The rungs, in order.
    pub stages: Vec<RungView>,
    /// Where to go after the last stage.
    pub exits: Vec<ExitText>,
    /// What holds at every stage, in whole sentences.
    pub general_rules: Vec<String>,
}

/// One rung of the ladder.
#[derive(Debug, Serialize, ToSchema)]
pub struct RungView {
    /// Its short name.
    pub key: StageKey,
    /// What people call it.
    pub title: String,
    /// What kind of rung it is.
    pub kind: StageKind,
    /// Who handles it, by the first choice.
    pub handler_role: Option<Role>,
    /// The roles that may handle it, the first choice first.
    pub handlers: Vec<Role>,
    /// How soon it is acknowledged.
    pub acknowledge: Option<Limit>,
    /// How soon the reply is sent. A panel stage has its limits in `panel`.
    pub respond: Option<Limit>,
    /// How far the reply may be put off.
    pub extension: Option<Extension>,
    /// How long after the reply it may be taken further. The last stage has none.
    pub window: Option<Limit>,
    /// Whether it may be left out.
    pub skip: Skip,
    /// The stages that may follow, the usual one first. Empty for the last.
    pub next: Vec<StageKey>,
    /// The rules of the hearing, for a panel stage.
    pub panel: Option<PanelRule>,
    /// The same as on the page.
    pub in_words: StepText,
}

fn rung(stage: &Stage, in_words: StepText) -> RungView {
    RungView {
        key: stage.key.clone(),
        title: stage.title.clone(),
        kind: stage.kind,
        handler_role: stage.handlers.first().copied(),
        handlers: stage.handlers.clone(),
        acknowledge: stage.acknowledge,
        respond: stage.respond,
        extension: stage.extension,
        window: stage.window,
        skip: stage.skip,
        next: stage.next.clone(),
        panel: stage.panel.clone(),
        in_words,
    }
}

/// The published procedure, as data and in the words of the page.
#[utoipa::path(get, path = "/schools/{school}/procedure", tag = "Public", params(("school" = String, Path)), responses((status = 200, body = ProcedureView), (status = 404)))]
pub async fn procedure(
    app: web::Data<App>,
    slug: web::Path<String>,
) -> Result<Json<ProcedureView>, ApiError> {
    let world = world(&app, slug.into_inner()).await?;
    let procedure = &world.procedure;
    Ok(Json(ProcedureView {
        key: procedure.key.clone(),
        version: procedure.version,
        title: procedure.title.clone(),
        regime: procedure.regime,
        stages: procedure
            .stages
            .iter()
            .zip(procedure.steps())
            .map(|(stage, step)| rung(stage, step))
            .collect(),
        exits: procedure.exit_texts(),
        general_rules: procedure.general_rules(),
    }))
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

/// A copy that is on its way.
#[derive(Debug, Serialize, ToSchema)]
pub struct CopyAsked {
    /// What happens next, in words.
    pub next: &'static str,
}

/// Ask for a copy of the procedure; it is sent, and the request is logged (R7).
#[utoipa::path(post, path = "/schools/{school}/procedure/copies", tag = "Public",
    params(("school" = String, Path), ("Idempotency-Key" = Option<String>, Header)), request_body = CopyBody, responses((status = 202, body = CopyAsked), (status = 404), (status = 422), (status = 429)))]
pub async fn copy(
    app: web::Data<App>,
    slug: web::Path<String>,
    limits: web::Data<Limits>,
    request: HttpRequest,
    from: ClientAddress,
    Idempotency(key): Idempotency,
    Body(body): Body<CopyBody>,
) -> Result<HttpResponse, ApiError> {
    limits.take_for(&request, Bucket::PublicSubmit)?;
    let wish = read_copy(&body)?;
    let (slug, again) = (slug.into_inner(), Repeatable { origin: from.network().to_string(), key });
    blocking(&app, move |app| schools::ask_for_copy(app, &slug, wish, again)).await?;
    let next = "We are sending you a copy, and have noted that you asked for it.";
    Ok(HttpResponse::Accepted().json(CopyAsked { next }))
}

/// A copy of the procedure that somebody asked for.
#[derive(Debug, Serialize, ToSchema)]
pub struct CopyView {
    /// When.
    #[schema(format = DateTime)]
    pub asked_at: String,
    /// The version of the procedure.
    pub version: u32,
    /// By whom.
    pub name: String,
    /// How it was sent.
    pub way: CopyWay,
    /// The message that carried it, for `/outbox/{message}`.
    pub message: Option<MessageId>,
}

/// How a copy goes.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CopyWay {
    /// By mail.
    Email,
    /// By post.
    Post,
}

/// Who asked for a copy of the procedure, and when: for those who see to such mail. For others the list is empty.
#[utoipa::path(get, path = "/schools/{school}/procedure/copies", tag = "Public", params(("school" = String, Path), PageQuery),
    responses((status = 200, body = [CopyView]), (status = 401), (status = 404), (status = 422)), security(("token" = [])))]
pub async fn copies(
    app: web::Data<App>,
    caller: ApiColleague,
    slug: web::Path<String>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Paged<CopyView>>, ApiError> {
    let colleague = caller.0.colleague;
    let asked = blocking(&app, move |app| schools::copies_asked_for(app, &colleague, &slug)).await?;
    let view = |(copy, version): (schools::CopyAsked, u32)| CopyView {
        asked_at: instant(copy.asked_at),
        version,
        way: if copy.email.is_some() { CopyWay::Email } else { CopyWay::Post },
        name: copy.name,
        message: copy.message,
    };
    let items = asked.into_iter().map(view).collect();
    Ok(Json(page.of("copies", items, |copy| format!("{} {}", copy.asked_at, copy.name))?))
}

fn read_copy(body: &CopyBody) -> Result<CopyRequest, Error> {
    let problem =
        |field: &str, code, words: &str| Error::Invalid(vec![FieldProblem::new(field, code, words)]);
    let filled =
        |raw: &Option<String>| raw.as_deref().filter(|text| !text.trim().is_empty()).map(str::to_owned);
    let name = Words::line(&body.name).map_err(|_| problem("name", FieldCode::Missing, "Enter your name"))?;
    let email = filled(&body.email)
        .map(|raw| EmailAddress::parse(&raw))
        .transpose()
        .map_err(|how| problem("email", FieldCode::NotAnEmail, how))?;
    let address = filled(&body.address)
        .map(|raw| Words::text(&raw))
        .transpose()
        .map_err(|why| problem("address", FieldCode::DoesNotFit, &why.to_string()))?;
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

/// A stretch of a school's calendar.
#[derive(Debug, Serialize, ToSchema)]
pub struct DaysView {
    /// Which version of the calendar it is.
    pub calendar_version: u32,
    /// The days; those that the calendar does not reach are left out.
    pub days: Vec<Day>,
}

/// A school's days, each with what it is and why.
#[utoipa::path(get, path = "/schools/{school}/calendar", tag = "Public", params(("school" = String, Path), Stretch), responses((status = 200, body = DaysView), (status = 404), (status = 422)))]
pub async fn calendar(
    app: web::Data<App>,
    slug: web::Path<String>,
    Query(stretch): Query<Stretch>,
) -> Result<Json<DaysView>, ApiError> {
    let world = world(&app, slug.into_inner()).await?;
    let days = schools::days(&world, stretch.from, stretch.to)?;
    Ok(Json(DaysView { calendar_version: world.calendar.version(), days }))
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
    /// Of what.
    #[param(inline)]
    pub unit: Unit,
    /// `after` when nothing is said.
    #[serde(default)]
    #[param(inline)]
    pub direction: Counting,
}

/// Which way to count.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Counting {
    /// On from the day of receipt.
    #[default]
    After,
    /// Back from a hearing.
    Before,
}

/// A due date with its working.
#[utoipa::path(get, path = "/schools/{school}/calendar/due", tag = "Public", params(("school" = String, Path), DueQuery), responses((status = 200, body = WorkingView), (status = 404), (status = 422)))]
pub async fn due(
    app: web::Data<App>,
    slug: web::Path<String>,
    Query(query): Query<DueQuery>,
) -> Result<Json<WorkingView>, ApiError> {
    let direction = match query.direction {
        Counting::After => Direction::After,
        Counting::Before => Direction::Before,
    };
    let world = world(&app, slug.into_inner()).await?;
    let working = schools::due(&world, query.received, query.amount, query.unit, direction)?;
    Ok(Json(working.into()))
}

/// A concern that was received.
#[derive(Debug, Serialize, ToSchema)]
pub struct Received {
    /// What to call it by.
    pub reference: String,
    /// The stage at which it begins.
    pub stage: super::view::StageView,
    /// `open`, or `screening` while a person looks first.
    pub state: StateKey,
    /// Who will read it.
    pub handler_role: Role,
    /// When it came.
    #[schema(format = DateTime)]
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
    request_body = ConcernBody, responses((status = 201, body = Received), (status = 400), (status = 404), (status = 413), (status = 415), (status = 422), (status = 429)))]
pub async fn raise(
    app: web::Data<App>,
    slug: web::Path<String>,
    limits: web::Data<Limits>,
    Idempotency(key): Idempotency,
    request: HttpRequest,
    address: ClientAddress,
    Body(body): Body<ConcernBody>,
) -> Result<HttpResponse, ApiError> {
    limits.take_for(&request, Bucket::PublicSubmit)?;
    let sender = Sender::Family(address.network().to_string());
    let slug = slug.into_inner();
    let answer =
        blocking(&app, move |app| concerns::submit(app, &slug, sender, &body, key, received)).await?;
    Ok(super::cases::created(answer))
}

/// The answer to a concern that was received.
fn received(done: &Done) -> Answer {
    let ctx = done.setting.context(done.now, done.actor);
    let view = case_view(&done.case, &ctx);
    let answer = Received {
        next: next_in_words(&done.case, &view.deadlines),
        reference: view.reference,
        handler_role: view.stage.handler_role,
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
    let by = |rule: DeadlineRule| {
        deadlines.iter().find(|deadline| deadline.rule == rule).and_then(|deadline| deadline.due_on)
    };
    match (by(DeadlineRule::Acknowledge), by(DeadlineRule::Respond)) {
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

async fn world(app: &web::Data<App>, slug: String) -> Result<std::sync::Arc<World>, ApiError> {
    Ok(blocking(app, move |app| schools::find(app, &slug)).await?)
}
