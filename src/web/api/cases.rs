//! Cases: the work list, one case, its actions, record, deadlines and messages.

use actix_web::http::header;
use actix_web::web::{self, Json};
use actix_web::{HttpRequest, HttpResponse};
use base64::Engine as _;
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::openapi::{ObjectBuilder, Schema, Type};
use utoipa::{IntoParams, ToSchema};

use crate::app::access::limit::Doors;
use crate::app::cases::{self, Answer, Caller, Done, OpenLink, Opened, Order};
use crate::app::concerns::{self, Sender, Spoken, body::ConcernBody};
use crate::app::contact;
use crate::app::error::{Error, FieldCode, FieldProblem};
use crate::app::people::Colleague;
use crate::app::readings::{self, What};
use crate::app::work_list::{
    self, CaseSummary, Cursor, HeldBy, InState, Listed, Sort, StateKey, Whose, WorkListFilter, waiting_for,
};
use crate::app::{App, files, messages, redaction};
use crate::domain::case::action::Action;
use crate::domain::case::attention::AttentionKind;
use crate::domain::case::command::Confirmed;
use crate::domain::case::event::Actor;
use crate::domain::case::refusal::Refusal;
use crate::domain::case::sight::line_as_read;
use crate::domain::case::state::{InvolvedAs, Involvement};
use crate::domain::case::timeline::{Voice, deadline_working, voice_of};
use crate::domain::case::vocabulary::{Channel, Kind};
use crate::domain::deadline::DeadlineRule;
use crate::domain::ids::{DeadlineNo, PartyNo, PersonId, RunNo};
use crate::domain::person::Role;
use crate::domain::procedure::StageKey;
use crate::domain::reference::Reference;
use crate::domain::text::{Words, first_line};
use crate::urls;
use crate::web::extract::{
    ApiCaller, ApiColleague, ApiLister, Body, Idempotency, IfMatch, Query, blocking, etag, read_value,
};
use crate::web::limits;
use crate::web::pages::logs::write_cursor;
use crate::web::problem::{ApiError, EdgeError};

use super::documents;
use super::logs::ReadingsQuery;
use super::messages::MessageView;
use super::paging::{self, LARGEST_PAGE, PageQuery, Paged};
use super::view::{
    DeadlineView, WorkingView, actions_view, case_view, done_view, family_events, instant, record_view,
};

/// The longest headline of a list, in characters.
const HEADLINE: usize = 120;

/// What to list.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ListQuery {
    /// The slug of one school.
    pub school: Option<String>,
    /// One stage.
    pub stage: Option<String>,
    /// One state, `any`, or nothing for all that are not closed.
    #[param(schema_with = states)]
    pub state: Option<String>,
    /// The id of a handler, `me` or `nobody`.
    pub handler: Option<String>,
    /// Next due before that day.
    pub due_before: Option<NaiveDate>,
    /// What they wait for.
    #[param(value_type = Option<AttentionKind>, inline)]
    pub attention: Option<String>,
    /// Words that are all in the case.
    pub q: Option<String>,
    /// `due` is the usual order.
    #[param(value_type = Option<Sort>, inline)]
    pub sort: Option<String>,
    /// Where the page before ended, in the same order.
    pub cursor: Option<String>,
    /// How many items, 25 when nothing is asked for.
    #[param(minimum = 1, maximum = 100)]
    pub limit: Option<usize>,
}

/// The states, and a word for all of them.
fn states() -> Schema {
    let all =
        [StateKey::Screening, StateKey::Open, StateKey::Replied, StateKey::Hearing, StateKey::Suspended];
    let words =
        all.into_iter().chain([StateKey::Closed]).filter_map(|state| serde_json::to_value(state).ok());
    let words = words.chain([Value::from("any")]);
    ObjectBuilder::new().schema_type(Type::String).enum_values(Some(words)).into()
}

/// A row of the work list.
#[derive(Debug, Serialize, ToSchema)]
pub struct SummaryView {
    /// What people call it by.
    reference: String,
    /// The school's slug.
    school: String,
    /// What the complainant took it for.
    kind: Kind,
    /// How it came.
    channel: Channel,
    /// The state.
    state: StateKey,
    /// The phase, where the state has phases.
    #[schema(schema_with = super::view::phases)]
    phase: Option<&'static str>,
    /// The key of the stage, once one has begun.
    stage: Option<StageKey>,
    /// The role that has it.
    handler_role: Option<Role>,
    /// Who has it, by name; null for a complainant.
    handler: Option<String>,
    /// When it came.
    #[schema(format = DateTime)]
    received_at: String,
    /// The next due date.
    next_due_on: Option<NaiveDate>,
    /// What is due next.
    next_due_rule: Option<DeadlineRule>,
    /// The first line of the first point; empty for a complainant who did not write it.
    headline: String,
    /// When its last event was.
    #[schema(format = DateTime)]
    updated_at: String,
}

/// The work list: the cases that the caller sees. With a case token that is the one case of its complainant, whatever
/// its state unless one is asked for; `handler`, `attention` and `q` are for staff.
#[utoipa::path(get, path = "/cases", tag = "Cases", params(ListQuery), responses((status = 200, body = [SummaryView]), (status = 401), (status = 422)), security(("token" = [])))]
pub async fn list(
    app: web::Data<App>,
    ApiLister(caller): ApiLister,
    Query(query): Query<ListQuery>,
) -> Result<Json<Paged<SummaryView>>, ApiError> {
    Ok(Json(match caller {
        Caller::Colleague(colleague) => work_list_of(&app, colleague, query).await?,
        Caller::Family(link) => own_case(&app, link, query).await?,
    }))
}

async fn work_list_of(
    app: &web::Data<App>,
    colleague: Colleague,
    query: ListQuery,
) -> Result<Paged<SummaryView>, Error> {
    let listed = blocking(app, move |app| {
        let today = crate::domain::calendar::local_date(app.now());
        let whose = Whose::of(&colleague, crate::app::schools::all(app)?.iter(), today);
        let asked = read_query(app, &query, &whose, today)?;
        let listed = work_list::list(app, &colleague, &asked.filter, asked.sort, asked.after, asked.limit)?;
        readings::note_listed(app, &colleague, &listed.items)?;
        Ok(listed)
    })
    .await?;
    let items = listed.items.iter().map(|item| summary(item, &listed)).collect();
    Ok(Paged::cut(items, listed.next.map(Cursor::to_text)))
}

/// The list of a complainant.
async fn own_case(
    app: &web::Data<App>,
    link: OpenLink,
    query: ListQuery,
) -> Result<Paged<SummaryView>, Error> {
    let state = read_own_query(&query)?;
    let opened = blocking(app, move |app| cases::open_own(app, link)).await?;
    let own = own_summary(&opened);
    let wanted = query.school.is_none_or(|school| school == own.school)
        && query.stage.is_none_or(|stage| own.stage.as_ref().is_some_and(|own| own.0 == stage))
        && query.due_before.is_none_or(|before| own.next_due_on.is_some_and(|due| due < before))
        && state.is_none_or(|state| state == own.state);
    Ok(Paged::cut(wanted.then_some(own).into_iter().collect(), None))
}

/// What a complainant may ask of a list with one case in it.
fn read_own_query(query: &ListQuery) -> Result<Option<StateKey>, Error> {
    let for_staff = [("handler", &query.handler), ("attention", &query.attention), ("q", &query.q)];
    let asked = for_staff.into_iter().filter(|(_, asked)| asked.is_some());
    let problems: Vec<_> = asked
        .map(|(name, _)| FieldProblem::new(name, FieldCode::UnknownField, "This is for staff. Take it out"))
        .collect();
    if !problems.is_empty() {
        return Err(Error::Invalid(problems));
    }
    read_sort(query.sort.as_deref())?;
    paging::size(query.limit, paging::USUAL_PAGE)?;
    if query.cursor.is_some() {
        return Err(paging::strange_cursor());
    }
    match read_state(query.state.as_deref()).ok_or_else(unknown_state)? {
        InState::State(state) => Ok(Some(state)),
        InState::NotClosed | InState::Any | InState::Standing(_) => Ok(None),
    }
}

fn own_summary(opened: &Opened) -> SummaryView {
    let ctx = opened.context();
    let case = case_view(&opened.case, &ctx);
    let due = opened.case.leading_due();
    let words = case.points.first().and_then(|point| point.what_happened.as_deref());
    let read = family_events(&opened.record, &opened.case, opened.actor);
    SummaryView {
        stage: opened.case.run().map(|run| run.stage.clone()),
        handler_role: opened.case.run().map(|run| run.handler.role),
        handler: None,
        next_due_on: due.as_ref().and_then(|deadline| deadline.due.date()),
        next_due_rule: due.map(|deadline| deadline.rule),
        headline: first_line(words.unwrap_or_default(), HEADLINE),
        updated_at: read.last().map_or_else(|| case.received_at.clone(), |event| event.at.clone()),
        reference: case.reference,
        school: case.school,
        kind: case.kind,
        channel: case.channel,
        state: case.state,
        phase: case.phase,
        received_at: case.received_at,
    }
}

struct Asked {
    filter: WorkListFilter,
    sort: Sort,
    after: Option<Cursor>,
    limit: usize,
}

fn read_query(app: &App, query: &ListQuery, whose: &Whose, today: NaiveDate) -> Result<Asked, Error> {
    let school = match &query.school {
        Some(slug) => Some(crate::app::schools::find(app, slug)?.school.id),
        None => None,
    };
    let mut filter = WorkListFilter {
        school,
        stage: query.stage.clone().map(StageKey),
        state: read_state(query.state.as_deref()).ok_or_else(unknown_state)?,
        handler: read_handler(query.handler.as_deref(), whose)
            .map_err(|()| problem("handler", "Give an id, me or nobody"))?,
        due_before: query.due_before,
        words: query.q.clone().filter(|words| !words.trim().is_empty()),
        ..WorkListFilter::default()
    };
    if let Some(attention) = query.attention.as_deref() {
        let kind = AttentionKind::from_key(attention)
            .ok_or_else(|| problem("attention", "Choose what the cases wait for"))?;
        waiting_for(&mut filter, kind, today);
    }
    let sort = read_sort(query.sort.as_deref())?;
    let after = match query.cursor.as_deref() {
        None => None,
        Some(text) => {
            let cursor = Cursor::parse(text).filter(|cursor| cursor.is_of(sort));
            Some(cursor.ok_or_else(paging::strange_cursor)?)
        }
    };
    let limit = paging::size(query.limit, paging::USUAL_PAGE)?;
    Ok(Asked { filter, sort, after, limit })
}

fn problem(field: &str, words: &str) -> Error {
    Error::Invalid(vec![FieldProblem::new(field, FieldCode::UnknownChoice, words)])
}

fn unknown_state() -> Error {
    problem("state", "Choose a state, or any")
}

fn read_sort(text: Option<&str>) -> Result<Sort, Error> {
    match text {
        None | Some("due") => Ok(Sort::Due),
        Some("received") => Ok(Sort::Received),
        Some("changed") => Ok(Sort::Changed),
        Some(_) => Err(problem("sort", "Choose one of: due, received, changed")),
    }
}

fn read_state(text: Option<&str>) -> Option<InState> {
    match text {
        None => Some(InState::NotClosed),
        Some("any") => Some(InState::Any),
        Some(key) => serde_json::from_value::<StateKey>(Value::from(key)).ok().map(InState::State),
    }
}

fn read_handler(text: Option<&str>, whose: &Whose) -> Result<Option<HeldBy>, ()> {
    let Some(text) = text else { return Ok(None) };
    if let Some(named) = whose.named(text) {
        return Ok(Some(named));
    }
    text.parse().map(|id| Some(HeldBy::Person(PersonId(id)))).map_err(|_| ())
}

fn summary(item: &CaseSummary, listed: &Listed) -> SummaryView {
    SummaryView {
        reference: item.reference.to_string(),
        school: listed.schools.get(&item.school).map_or_else(String::new, |(slug, _)| slug.clone()),
        kind: item.kind,
        channel: item.channel,
        state: StateKey::of(item.standing),
        phase: item.standing.phase_key(),
        stage: item.stage.clone(),
        handler_role: item.handler_role,
        handler: item.handler.and_then(|person| listed.names.get(&person).cloned()),
        received_at: instant(item.received_at),
        next_due_on: item.next_due_on,
        next_due_rule: item.next_due_rule,
        headline: item.headline.clone(),
        updated_at: instant(item.updated_at),
    }
}

/// A concern that staff log for a family.
#[derive(Debug, Deserialize, ToSchema)]
pub struct LogBody {
    /// The slug of the school.
    pub school: String,
    /// How it came: any but `online`.
    #[schema(value_type = Channel)]
    pub channel: String,
    /// When it reached the school.
    pub received_at: DateTime<Utc>,
    /// What was agreed at once, in words: it is kept as a note.
    #[serde(default)]
    pub agreed: Option<String>,
    /// `yes` when that day is right although it is more than a month ago.
    #[serde(default)]
    pub long_ago: Option<Confirmed>,
    /// The concern, as when a family raises it.
    #[serde(flatten)]
    #[schema(value_type = ConcernBody)]
    pub concern: Value,
}

/// Log a concern that was spoken or came by letter (R8, R9).
#[utoipa::path(post, path = "/cases", tag = "Cases", request_body = LogBody, params(("Idempotency-Key" = Option<String>, Header)), responses((status = 201, body = super::view::CaseView), (status = 400), (status = 401), (status = 403), (status = 404), (status = 413), (status = 415), (status = 422)), security(("token" = [])))]
pub async fn log(
    app: web::Data<App>,
    caller: ApiColleague,
    Idempotency(key): Idempotency,
    Body(body): Body<LogBody>,
) -> Result<HttpResponse, ApiError> {
    let channel =
        Channel::from_key(&body.channel).filter(|channel| *channel != Channel::Online).ok_or_else(|| {
            Error::Invalid(vec![FieldProblem::new(
                "channel",
                FieldCode::UnknownChoice,
                "Choose one of: phone, in_person, letter, email",
            )])
        })?;
    let agreed = body.agreed.as_deref().map(Words::text).transpose();
    let agreed = agreed.map_err(|why| {
        Error::Invalid(vec![FieldProblem::new("agreed", FieldCode::DoesNotFit, why.to_string())])
    })?;
    let concern: ConcernBody = read_value(body.concern)?;
    let sender = Sender::Colleague(
        caller.0.colleague,
        Spoken { channel, received_at: body.received_at, agreed, long_ago: body.long_ago },
    );
    let answer =
        blocking(&app, move |app| concerns::submit(app, &body.school, sender, &concern, key, logged)).await;
    let answer = answer.map_err(as_the_body_has_it)?;
    Ok(created(answer))
}

/// The answer to a concern that was taken, with the address of its case. A repeated request gets the first body, so
/// the reference is read from that.
pub(super) fn created(answer: Answer) -> HttpResponse {
    #[derive(Deserialize)]
    struct Named {
        reference: String,
    }
    let mut response = HttpResponse::Created();
    if let Ok(Named { reference }) = serde_json::from_str(&answer.body)
        && let Ok(reference) = Reference::parse(&reference)
    {
        response.insert_header((header::LOCATION, urls::api_case(&reference)));
    }
    response
        .insert_header((header::CONTENT_TYPE, "application/json"))
        .insert_header(etag(answer.version))
        .body(answer.body)
}

/// A form has the day and the time of a call in two fields, the API has one.
fn as_the_body_has_it(error: Error) -> Error {
    match error {
        Error::Invalid(mut problems) => {
            for problem in problems.iter_mut().filter(|problem| problem.field == "received_on") {
                "received_at".clone_into(&mut problem.field);
            }
            Error::Invalid(problems)
        }
        Error::Refused(Refusal { field: Some(field), code, sentence, makes_possible }) => {
            let field = if field == "received_on" { "received_at".to_owned() } else { field };
            Error::Refused(Refusal { field: Some(field), code, sentence, makes_possible })
        }
        other => other,
    }
}

fn logged(done: &Done) -> Answer {
    let case = case_view(&done.case, &done.setting.context(done.now, done.actor));
    Answer { status: 201, body: json_text(&case), version: done.case.length }
}

fn json_text(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// Opens the case of a path, or answers 404.
async fn opened(
    app: &web::Data<App>,
    caller: Caller,
    reference: &str,
    what: What,
) -> Result<Opened, ApiError> {
    let reference = Reference::parse(reference).map_err(|_| Error::NotFound)?;
    Ok(blocking(app, move |app| cases::open_to(app, &caller, &reference, what)).await?)
}

/// Go on to read a case that keeps its reader off its panel (`would_bar`). It is written down that they know what it
/// says. A second time changes nothing.
#[utoipa::path(post, path = "/cases/{reference}/read-knowingly", tag = "Cases", params(("reference" = String, Path)), responses((status = 204), (status = 403), (status = 404)), security(("token" = [])))]
pub async fn read_knowingly(
    app: web::Data<App>,
    caller: ApiCaller,
    reference: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let reference = Reference::parse(&reference).map_err(|_| Error::NotFound)?;
    blocking(&app, move |app| cases::read_knowingly(app, &caller.caller, &reference)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// One case.
#[utoipa::path(get, path = "/cases/{reference}", tag = "Cases", params(("reference" = String, Path)), responses((status = 200, body = super::view::CaseView), (status = 404)), security(("token" = [])))]
pub async fn one(
    app: web::Data<App>,
    caller: ApiCaller,
    reference: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let opened = opened(&app, caller.caller, &reference, What::Case).await?;
    let view = case_view(&opened.case, &opened.context());
    Ok(HttpResponse::Ok().insert_header(etag(opened.case.length)).json(view))
}

/// Every action, whether it can be done now, why not, and what it asks for.
#[utoipa::path(get, path = "/cases/{reference}/actions", tag = "Cases", params(("reference" = String, Path), PageQuery), responses((status = 200, body = [super::view::ActionView]), (status = 404), (status = 422)), security(("token" = [])))]
pub async fn actions(
    app: web::Data<App>,
    caller: ApiCaller,
    reference: web::Path<String>,
    Query(page): Query<PageQuery>,
) -> Result<HttpResponse, ApiError> {
    let opened = opened(&app, caller.caller, &reference, What::Action).await?;
    let items = actions_view(&opened.case, &opened.context());
    let page = page.of_a_case("actions", items, |one| one.name.key().to_owned())?;
    Ok(HttpResponse::Ok().insert_header(etag(opened.case.length)).json(page))
}

/// Do something to a case.
#[utoipa::path(post, path = "/cases/{reference}/actions/{action}", tag = "Cases",
    params(("reference" = String, Path), ("action" = String, Path), ("If-Match" = String, Header, description = "The ETag of the case that you saw"), ("Idempotency-Key" = Option<String>, Header)),
    request_body(content = Object, description = "An object with the fields that `GET …/actions` names for the action. A date is YYYY-MM-DD. A moment, such as the `at` of a meeting or a hearing, is the school's local time, YYYY-MM-DDTHH:MM, with or without seconds, like 2026-11-23T10:00. At most 4 MB."),
    responses((status = 200, body = super::view::DoneView), (status = 400), (status = 403), (status = 404), (status = 412), (status = 413), (status = 415), (status = 422), (status = 428), (status = 429)), security(("token" = [])))]
pub async fn act(
    app: web::Data<App>,
    request: HttpRequest,
    caller: ApiCaller,
    path: web::Path<(String, String)>,
    IfMatch(seen): IfMatch,
    Idempotency(key): Idempotency,
    Body(body): Body<Value>,
) -> Result<HttpResponse, EdgeError> {
    let (reference, action) = path.into_inner();
    let reference = Reference::parse(&reference).map_err(|_| Error::NotFound)?;
    let action = Action::from_key(&action).ok_or(Error::NotFound)?;
    let answer = match action {
        Action::AddDocument => {
            let order = documents::Order { reference, seen, key };
            documents::carry_out(&app, caller.caller, order, documents::from_json(body)?, done).await?
        }
        action => {
            one_more_code(&request, &caller.caller, action, &body)?;
            let order = Order { reference, action, body, seen, key };
            blocking(&app, move |app| cases::act(app, caller.caller, order, done)).await?
        }
    };
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "application/json"))
        .insert_header(etag(answer.version))
        .body(answer.body))
}

/// Counts a code for a new address; the answer to one too many tells of the bucket of codes, not of that of the API.
fn one_more_code(
    request: &HttpRequest,
    caller: &Caller,
    action: Action,
    body: &Value,
) -> Result<(), EdgeError> {
    let doors = request.app_data::<web::Data<Doors>>();
    let doors = doors.ok_or_else(|| Error::fault("the server counts no codes"))?;
    match contact::one_more_code(doors, caller, action, body) {
        Err(Error::TooMany(seconds)) => {
            limits::used_up(request, doors.no_code_left());
            Err(EdgeError::CodesSpent(seconds, contact::codes_spent(seconds)))
        }
        counted => Ok(counted?),
    }
}

fn done(done: &Done) -> Answer {
    Answer { status: 200, body: json_text(&done_view(done)), version: done.case.length }
}

/// The record: for staff with its hashes and the request of each event, for a complainant in their voice.
#[utoipa::path(get, path = "/cases/{reference}/events", tag = "Cases", params(("reference" = String, Path), PageQuery), responses((status = 200, body = [super::view::EventView]), (status = 404), (status = 422)), security(("token" = [])))]
pub async fn events(
    app: web::Data<App>,
    caller: ApiCaller,
    reference: web::Path<String>,
    Query(page): Query<PageQuery>,
) -> Result<HttpResponse, ApiError> {
    let opened = opened(&app, caller.caller, &reference, What::Record).await?;
    let items = record_view(&opened.record, &opened.seals, &opened.case, &opened.context());
    Ok(HttpResponse::Ok().json(page.of_a_case("events", items, |event| event.seq.to_string())?))
}

/// Deadlines: dates, original dates, changes, met or breached.
#[utoipa::path(get, path = "/cases/{reference}/deadlines", tag = "Cases", params(("reference" = String, Path), PageQuery), responses((status = 200, body = [super::view::DeadlineView]), (status = 404), (status = 422)), security(("token" = [])))]
pub async fn deadlines(
    app: web::Data<App>,
    caller: ApiCaller,
    reference: web::Path<String>,
    Query(page): Query<PageQuery>,
) -> Result<HttpResponse, ApiError> {
    let opened = opened(&app, caller.caller, &reference, What::Deadlines).await?;
    let ctx = opened.context();
    let items = case_view(&opened.case, &ctx).deadlines;
    Ok(HttpResponse::Ok()
        .json(page.of_a_case("deadlines", items, |deadline: &DeadlineView| deadline.no.to_string())?))
}

/// How a date was counted.
#[utoipa::path(get, path = "/cases/{reference}/deadlines/{deadline}/working", tag = "Cases", params(("reference" = String, Path), ("deadline" = u16, Path)), responses((status = 200, body = super::view::WorkingView), (status = 404)), security(("token" = [])))]
pub async fn working(
    app: web::Data<App>,
    caller: ApiCaller,
    path: web::Path<(String, u16)>,
) -> Result<HttpResponse, ApiError> {
    let (reference, no) = path.into_inner();
    let opened = opened(&app, caller.caller, &reference, What::Deadlines).await?;
    let deadline =
        opened.case.deadlines.iter().find(|deadline| deadline.no == DeadlineNo(no)).ok_or(Error::NotFound)?;
    let working = deadline_working(deadline, &opened.case, &opened.context()).ok_or(Error::NotFound)?;
    Ok(HttpResponse::Ok().json(WorkingView::from(working)))
}

/// The messages of a case: a complainant and a member of its panel see their own.
#[utoipa::path(get, path = "/cases/{reference}/messages", tag = "Cases", params(("reference" = String, Path), PageQuery), responses((status = 200, body = [super::messages::MessageView]), (status = 404), (status = 422)), security(("token" = [])))]
pub async fn sent_messages(
    app: web::Data<App>,
    caller: ApiCaller,
    reference: web::Path<String>,
    Query(page): Query<PageQuery>,
) -> Result<HttpResponse, ApiError> {
    let reference = Reference::parse(&reference).map_err(|_| Error::NotFound)?;
    let posted = blocking(&app, move |app| messages::of_case(app, &caller.caller, &reference)).await?;
    let view = |(posted, tried): &(_, Vec<_>)| super::messages::of_case(&app, posted, tried);
    let items: Vec<MessageView> = posted.iter().map(view).collect();
    Ok(HttpResponse::Ok().json(page.of_a_case("messages", items, MessageView::place)?))
}

/// Somebody with a post.
#[derive(Debug, Serialize, ToSchema)]
pub struct NamedPerson {
    /// Their id.
    person_id: PersonId,
    /// Their name.
    name: String,
}

/// How somebody is involved in a case.
#[derive(Debug, Serialize, ToSchema)]
pub struct InvolvedView {
    /// Who, by id.
    person_id: PersonId,
    /// Who, by name.
    name: String,
    /// As what.
    involved_as: InvolvedAs,
    /// In which stage run, where it belongs to one.
    run: Option<RunNo>,
    /// Since when.
    #[schema(format = DateTime)]
    since: String,
}

/// Who is involved, and who is not.
#[derive(Debug, Serialize, ToSchema)]
pub struct InvolvementView {
    /// Who is tainted for what.
    items: Vec<InvolvedView>,
    /// Where the next page begins.
    next_cursor: Option<String>,
    /// Who may sit on a panel.
    may_sit: Vec<NamedPerson>,
}

/// Who is involved as what (9.3), and who may sit; for staff.
#[utoipa::path(get, path = "/cases/{reference}/involvement", tag = "Cases", params(("reference" = String, Path), PageQuery), responses((status = 200, body = InvolvementView), (status = 404), (status = 422)), security(("token" = [])))]
pub async fn involvement(
    app: web::Data<App>,
    caller: ApiCaller,
    reference: web::Path<String>,
    Query(page): Query<PageQuery>,
) -> Result<Json<InvolvementView>, ApiError> {
    let opened = opened(&app, caller.caller, &reference, What::Involvement).await?;
    let ctx = opened.context();
    let (Actor::Person(_), Voice::Staff) = (opened.actor, voice_of(&opened.case, opened.actor)) else {
        return Err(Error::NotFound.into());
    };
    let name = |person: PersonId| ctx.directory.name(person).to_owned();
    let involved = |line: &Involvement| {
        let line = line_as_read(line, &opened.case, &ctx);
        InvolvedView {
            person_id: line.person,
            name: name(line.person),
            involved_as: line.involved_as,
            run: line.run,
            since: instant(line.since),
        }
    };
    let lines: Vec<(usize, InvolvedView)> =
        opened.case.involvement.iter().map(involved).enumerate().collect();
    let (lines, next_cursor) = page.of_a_case("involvement", lines, |(no, _)| no.to_string())?.into_parts();
    let may_sit = crate::domain::case::decide::who_may_sit(&opened.case, &ctx);
    Ok(Json(InvolvementView {
        items: lines.into_iter().map(|(_, line)| line).collect(),
        next_cursor,
        may_sit: may_sit
            .into_iter()
            .map(|person_id| NamedPerson { person_id, name: name(person_id) })
            .collect(),
    }))
}

/// Why an original is read.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OriginalBody {
    /// Why. It is kept with the name of whoever reads, for those who lead the case.
    #[schema(min_length = 1)]
    pub reason: String,
}

/// What was taken out of a case, as it was.
#[derive(Debug, Serialize, ToSchema)]
pub struct OriginalView {
    /// The texts, whole.
    pub texts: Vec<String>,
    /// The letters in which the words stood, as they were before.
    pub letters: Vec<OriginalLetter>,
    /// The bytes of a file that was taken out, in base64.
    #[schema(content_encoding = "base64")]
    pub file: Option<String>,
}

/// A letter as it was before words were taken out of it.
#[derive(Debug, Serialize, ToSchema)]
pub struct OriginalLetter {
    /// Its subject.
    pub subject: String,
    /// Its text.
    pub text: String,
}

/// Reads what an entry of the record took out (S22). Who reads it and why is logged. For the complaints co-ordinator, the clerk and the data protection officer.
#[utoipa::path(post, path = "/cases/{reference}/originals/{entry}", tag = "Cases", params(("reference" = String, Path), ("entry" = u32, Path)), request_body = OriginalBody, responses((status = 200, body = OriginalView), (status = 403), (status = 404), (status = 422)), security(("token" = [])))]
pub async fn original(
    app: web::Data<App>,
    caller: ApiCaller,
    path: web::Path<(String, String)>,
    Body(body): Body<OriginalBody>,
) -> Result<HttpResponse, ApiError> {
    let (reference, entry) = path.into_inner();
    let reference = Reference::parse(&reference).map_err(|_| Error::NotFound)?;
    let entry = entry.parse().map_err(|_| Error::NotFound)?;
    let asked = redaction::Asked { reference, entry, reason: body.reason };
    let view = blocking(&app, move |app| {
        let original = redaction::read(app, &caller.caller, &asked)?;
        let file = original.file.as_ref().map(|file| files::whole(app, file)).transpose()?;
        Ok(OriginalView {
            texts: original.texts,
            letters: original
                .letters
                .into_iter()
                .map(|letter| OriginalLetter {
                    subject: letter.subject,
                    text: messages::readable(app, &letter.text),
                })
                .collect(),
            file: file.map(|bytes| base64::engine::general_purpose::STANDARD.encode(bytes)),
        })
    })
    .await?;
    Ok(HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")).json(view))
}

/// Who opened what of a case, and when (R69); for those who lead it.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReadingView {
    /// When.
    #[schema(format = DateTime)]
    pub at: String,
    /// `case`, `action`, `record`, `deadlines`, `messages`, `involvement`, `readings`, `readings_file`, `list` (its line in a list as a file or by the API), `document` with its number, or `original` with the number of the entry that took it out.
    pub what: String,
    /// How: `page`, `api`, or `unknown` where it was not noted.
    pub way: &'static str,
    /// Why, where a reason is asked for.
    pub about: Option<String>,
    /// Who, when they have a post.
    pub person_id: Option<PersonId>,
    /// Who, when they are a party of the case.
    pub party: Option<PartyNo>,
    /// Their name.
    pub name: String,
}

/// Who has read the case, the newest first (R69); for the handler, the co-ordinator, the head, the chair, trust officers, the data protection officer and inspectors.
#[utoipa::path(get, path = "/cases/{reference}/readings", tag = "Cases", params(("reference" = String, Path), ReadingsQuery), responses((status = 200, body = [ReadingView]), (status = 403), (status = 404), (status = 422)), security(("token" = [])))]
pub async fn read_by(
    app: web::Data<App>,
    caller: ApiCaller,
    reference: web::Path<String>,
    Query(query): Query<ReadingsQuery>,
) -> Result<HttpResponse, ApiError> {
    let reference = Reference::parse(&reference).map_err(|_| Error::NotFound)?;
    let limit = paging::size(query.limit, LARGEST_PAGE)?;
    let asked = query.asked()?;
    let (opened, found) = blocking(&app, move |app| {
        readings::of_case(app, &caller.caller, &reference, (&asked, readings::For::Reading), limit)
    })
    .await?;
    let items: Vec<ReadingView> = found.entries.iter().map(|one| reading_view(one, &opened)).collect();
    Ok(HttpResponse::Ok().json(Paged::cut(items, found.next.map(write_cursor))))
}

fn reading_view(reading: &readings::Reading, opened: &Opened) -> ReadingView {
    let (person_id, party, name) = match reading.reader {
        readings::ReadBy::Person(person) => {
            (Some(person), None, opened.context().directory.name(person).to_owned())
        }
        readings::ReadBy::Party(no) => {
            let name = opened.case.party(no).map_or_else(String::new, |party| party.name.as_str().to_owned());
            (None, Some(no), name)
        }
    };
    ReadingView {
        at: instant(reading.at),
        what: reading.what.clone(),
        way: reading.way.key(),
        about: reading.about.clone(),
        person_id,
        party,
        name,
    }
}
