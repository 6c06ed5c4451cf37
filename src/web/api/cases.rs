//! Cases: the work list, one case, its actions, record, deadlines and messages.

use actix_web::http::header;
use actix_web::{HttpResponse, web};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};

use crate::app::access::family;
use crate::app::cases::{self, Answer, Caller, Done, Opened, Order};
use crate::app::concerns::{self, Sender, Spoken, body::ConcernBody};
use crate::app::error::{Error, FieldProblem};
use crate::app::readings::{self, What};
use crate::app::work_list::{
    self, CaseSummary, Cursor, HeldBy, InState, Listed, Sort, StateKey, WorkListFilter, waiting_for,
};
use crate::app::{App, messages};
use crate::domain::case::action::Action;
use crate::domain::case::attention::AttentionKind;
use crate::domain::case::command::Confirmed;
use crate::domain::case::event::Actor;
use crate::domain::case::state::InvolvedAs;
use crate::domain::case::timeline::deadline_working;
use crate::domain::case::vocabulary::Channel;
use crate::domain::ids::DeadlineNo;
use crate::domain::procedure::StageKey;
use crate::domain::reference::Reference;
use crate::urls;
use crate::web::extract::{ApiCaller, ApiColleague, Body, Idempotency, IfMatch, blocking, etag, read_value};
use crate::web::problem::{ApiError, EdgeError};

use super::documents;
use super::view::{actions_view, case_view, deadline_view, done_view, events_view, family_events, instant};

/// How many items a page has when nothing is asked for, and at most (A9).
const USUAL_PAGE: usize = 25;
const LARGEST_PAGE: usize = 100;

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
    pub state: Option<String>,
    /// The id of a handler, `me` or `nobody`.
    pub handler: Option<String>,
    /// Next due before that day.
    pub due_before: Option<NaiveDate>,
    /// `overdue`, `due_today`, `due_this_school_week`, `waiting_on_us`, `waiting_on_family`, `new`, `unassigned`.
    pub attention: Option<String>,
    /// Words that are all in the case.
    pub q: Option<String>,
    /// `due` (the usual order), `received` or `changed`.
    pub sort: Option<String>,
    /// Where the page before ended.
    pub cursor: Option<String>,
    /// 1 to 100.
    pub limit: Option<usize>,
}

/// A row of the work list.
#[derive(Debug, Serialize, ToSchema)]
pub struct SummaryView {
    reference: String,
    school: String,
    kind: &'static str,
    channel: &'static str,
    state: &'static str,
    phase: Option<&'static str>,
    stage: Option<String>,
    handler_role: Option<&'static str>,
    handler: Option<String>,
    received_at: String,
    next_due_on: Option<NaiveDate>,
    next_due_rule: Option<&'static str>,
    headline: String,
    updated_at: String,
}

/// The work list: the cases that the caller sees.
#[utoipa::path(get, path = "/cases", tag = "Cases", params(ListQuery), responses((status = 200, body = [SummaryView]), (status = 401), (status = 422)), security(("token" = [])))]
pub async fn list(
    app: web::Data<App>,
    caller: ApiColleague,
    query: web::Query<ListQuery>,
) -> Result<HttpResponse, ApiError> {
    let query = query.into_inner();
    let colleague = caller.0.colleague;
    let listed = blocking(&app, move |app| {
        let today = crate::domain::calendar::local_date(app.now());
        let mine = work_list::held_by_me(&colleague, crate::app::schools::all(app)?.iter(), today);
        let asked = read_query(app, &query, mine, today)?;
        work_list::list(app, &colleague, &asked.filter, asked.sort, asked.after, asked.limit)
    })
    .await?;
    let items: Vec<SummaryView> = listed.items.iter().map(|item| summary(item, &listed)).collect();
    Ok(HttpResponse::Ok().json(json!({ "items": items, "next_cursor": listed.next.map(Cursor::to_text) })))
}

struct Asked {
    filter: WorkListFilter,
    sort: Sort,
    after: Option<Cursor>,
    limit: usize,
}

fn read_query(app: &App, query: &ListQuery, mine: HeldBy, today: NaiveDate) -> Result<Asked, Error> {
    let problem =
        |field: &str, words: &str| Error::Invalid(vec![FieldProblem::new(field, "unknown_choice", words)]);
    let school = match &query.school {
        Some(slug) => Some(crate::app::schools::find(app, slug)?.school.id),
        None => None,
    };
    let mut filter = WorkListFilter {
        school,
        stage: query.stage.clone().map(StageKey),
        state: read_state(query.state.as_deref())
            .ok_or_else(|| problem("state", "Choose a state, or any"))?,
        handler: read_handler(query.handler.as_deref(), mine)
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
    let sort = match query.sort.as_deref() {
        None | Some("due") => Sort::Due,
        Some("received") => Sort::Received,
        Some("changed") => Sort::Changed,
        Some(_) => return Err(problem("sort", "Choose one of: due, received, changed")),
    };
    let after = match query.cursor.as_deref() {
        None => None,
        Some(text) => Some(
            Cursor::parse(text)
                .ok_or_else(|| problem("cursor", "Use the cursor that the page before gave"))?,
        ),
    };
    let limit = query.limit.unwrap_or(USUAL_PAGE);
    if !(1..=LARGEST_PAGE).contains(&limit) {
        return Err(problem("limit", "Ask for 1 to 100"));
    }
    Ok(Asked { filter, sort, after, limit })
}

fn read_state(text: Option<&str>) -> Option<InState> {
    match text {
        None => Some(InState::NotClosed),
        Some("any") => Some(InState::Any),
        Some(key) => serde_json::from_value::<StateKey>(Value::from(key)).ok().map(InState::State),
    }
}

fn read_handler(text: Option<&str>, mine: HeldBy) -> Result<Option<HeldBy>, ()> {
    match text {
        None => Ok(None),
        Some("me") => Ok(Some(mine)),
        Some("nobody") => Ok(Some(HeldBy::Nobody)),
        Some(id) => {
            id.parse().map(|id| Some(HeldBy::Person(crate::domain::ids::PersonId(id)))).map_err(|_| ())
        }
    }
}

fn summary(item: &CaseSummary, listed: &Listed) -> SummaryView {
    SummaryView {
        reference: item.reference.to_string(),
        school: listed.schools.get(&item.school).map_or_else(String::new, |(slug, _)| slug.clone()),
        kind: item.kind.key(),
        channel: item.channel.key(),
        state: item.standing.state_key(),
        phase: item.standing.phase_key(),
        stage: item.stage.as_ref().map(ToString::to_string),
        handler_role: item.handler_role.map(crate::domain::person::Role::key),
        handler: item.handler.and_then(|person| listed.names.get(&person).cloned()),
        received_at: instant(item.received_at),
        next_due_on: item.next_due_on,
        next_due_rule: item.next_due_rule.map(crate::domain::deadline::DeadlineRule::key),
        headline: item.headline.clone(),
        updated_at: instant(item.updated_at),
    }
}

/// A concern that staff log for a family.
#[derive(Debug, Deserialize, ToSchema)]
pub struct LogBody {
    /// The slug of the school.
    pub school: String,
    /// `phone`, `in_person`, `letter` or `email`.
    pub channel: String,
    /// When it reached the school.
    pub received_at: DateTime<Utc>,
    /// `yes` when that day is right although it is more than a month ago.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub long_ago: Option<Confirmed>,
    /// The concern, as when a family raises it.
    #[serde(flatten)]
    pub concern: Value,
}

/// Log a concern that was spoken or came by letter (R8, R9).
#[utoipa::path(post, path = "/cases", tag = "Cases", request_body = LogBody, params(("Idempotency-Key" = Option<String>, Header)), responses((status = 201, body = super::view::CaseView), (status = 401), (status = 403), (status = 422)), security(("token" = [])))]
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
                "unknown_choice",
                "Choose one of: phone, in_person, letter, email",
            )])
        })?;
    let concern: ConcernBody = read_value(body.concern)?;
    let sender = Sender::Colleague(
        caller.0.colleague,
        Spoken { channel, received_at: body.received_at, agreed: None, long_ago: body.long_ago },
    );
    let answer =
        blocking(&app, move |app| concerns::submit(app, &body.school, sender, &concern, key, logged)).await?;
    Ok(HttpResponse::Created()
        .insert_header((header::CONTENT_TYPE, "application/json"))
        .insert_header(etag(answer.version))
        .body(answer.body))
}

fn logged(done: &Done) -> Answer {
    Answer { status: 201, body: json_text(&done_view(done).case), version: done.case.length }
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
#[utoipa::path(get, path = "/cases/{reference}/actions", tag = "Cases", params(("reference" = String, Path)), responses((status = 200, body = [super::view::ActionView]), (status = 404)), security(("token" = [])))]
pub async fn actions(
    app: web::Data<App>,
    caller: ApiCaller,
    reference: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let opened = opened(&app, caller.caller, &reference, What::Action).await?;
    let items = actions_view(&opened.case, &opened.context());
    Ok(HttpResponse::Ok()
        .insert_header(etag(opened.case.length))
        .json(json!({ "items": items, "next_cursor": null })))
}

/// Do something to a case.
#[utoipa::path(post, path = "/cases/{reference}/actions/{action}", tag = "Cases",
    params(("reference" = String, Path), ("action" = String, Path), ("If-Match" = String, Header, description = "The ETag of the case that you saw"), ("Idempotency-Key" = Option<String>, Header)),
    request_body = Object,
    responses((status = 200, body = super::view::DoneView), (status = 403), (status = 404), (status = 412), (status = 422), (status = 428)), security(("token" = [])))]
pub async fn act(
    app: web::Data<App>,
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
            let order = Order { reference, action, body, seen, key };
            blocking(&app, move |app| cases::act(app, caller.caller, order, done)).await?
        }
    };
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "application/json"))
        .insert_header(etag(answer.version))
        .body(answer.body))
}

fn done(done: &Done) -> Answer {
    Answer { status: 200, body: json_text(&done_view(done)), version: done.case.length }
}

/// The record: for staff with its hashes, for a complainant in their voice.
#[utoipa::path(get, path = "/cases/{reference}/events", tag = "Cases", params(("reference" = String, Path)), responses((status = 200, body = [super::view::EventView]), (status = 404)), security(("token" = [])))]
pub async fn events(
    app: web::Data<App>,
    caller: ApiCaller,
    reference: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let opened = opened(&app, caller.caller, &reference, What::Record).await?;
    let items = match opened.actor {
        // A panel reads what both sides know of (2.6).
        Actor::Person(person) if opened.case.is_involved(person, InvolvedAs::Panel) => {
            family_events(&opened.record, &opened.case, opened.actor)
        }
        Actor::Person(_) | Actor::Clock => events_view(&opened.record, &opened.hashes),
        Actor::Complainant(_) | Actor::Public => family_events(&opened.record, &opened.case, opened.actor),
    };
    Ok(HttpResponse::Ok().json(json!({ "items": items, "next_cursor": null })))
}

/// Deadlines: dates, original dates, changes, met or breached.
#[utoipa::path(get, path = "/cases/{reference}/deadlines", tag = "Cases", params(("reference" = String, Path)), responses((status = 200, body = [super::view::DeadlineView]), (status = 404)), security(("token" = [])))]
pub async fn deadlines(
    app: web::Data<App>,
    caller: ApiCaller,
    reference: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let opened = opened(&app, caller.caller, &reference, What::Deadlines).await?;
    let ctx = opened.context();
    let items: Vec<_> = opened.case.deadlines.iter().map(|deadline| deadline_view(deadline, &ctx)).collect();
    Ok(HttpResponse::Ok().json(json!({ "items": items, "next_cursor": null })))
}

/// How a date was counted.
#[utoipa::path(get, path = "/cases/{reference}/deadlines/{deadline}/working", tag = "Cases", params(("reference" = String, Path), ("deadline" = u16, Path)), responses((status = 200), (status = 404)), security(("token" = [])))]
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
    let mut answer = serde_json::to_value(&working).unwrap_or(Value::Null);
    if let Value::Object(map) = &mut answer {
        map.insert("in_words".into(), working.sentence().into());
    }
    Ok(HttpResponse::Ok().json(answer))
}

/// The messages of a case: a complainant and a member of its panel see their own.
#[utoipa::path(get, path = "/cases/{reference}/messages", tag = "Cases", params(("reference" = String, Path)), responses((status = 200), (status = 404)), security(("token" = [])))]
pub async fn sent_messages(
    app: web::Data<App>,
    caller: ApiCaller,
    reference: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let reference = Reference::parse(&reference).map_err(|_| Error::NotFound)?;
    let posted = blocking(&app, move |app| messages::of_case(app, &caller.caller, &reference)).await?;
    let view = |(posted, tried): &(_, Vec<_>)| super::messages::of_case(&app, posted, tried);
    let items: Vec<Value> = posted.iter().map(view).collect();
    Ok(HttpResponse::Ok().json(json!({ "items": items, "next_cursor": null })))
}

/// Who is involved as what (9.3); for staff.
#[utoipa::path(get, path = "/cases/{reference}/involvement", tag = "Cases", params(("reference" = String, Path)), responses((status = 200), (status = 404)), security(("token" = [])))]
pub async fn involvement(
    app: web::Data<App>,
    caller: ApiCaller,
    reference: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let opened = opened(&app, caller.caller, &reference, What::Involvement).await?;
    let ctx = opened.context();
    let Actor::Person(_) = opened.actor else { return Err(Error::NotFound.into()) };
    let items: Vec<Value> = opened
        .case
        .involvement
        .iter()
        .map(|line| {
            json!({
                "person_id": line.person, "name": ctx.directory.name(line.person), "involved_as": line.involved_as,
                "run": line.run, "since": instant(line.since),
            })
        })
        .collect();
    let may_sit = crate::domain::case::decide::who_may_sit(&opened.case, &ctx);
    let eligible: Vec<Value> = may_sit
        .iter()
        .map(|person| json!({"person_id": person, "name": ctx.directory.name(*person)}))
        .collect();
    Ok(HttpResponse::Ok().json(json!({ "items": items, "may_sit": eligible, "next_cursor": null })))
}

/// Who opened what of a case, and when (R69); for those who lead it.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReadingView {
    /// When.
    pub at: String,
    /// `case`, `action`, `record`, `deadlines`, `messages`, `involvement`, `readings`, or `document` with its number.
    pub what: String,
    /// Who, when they have a post.
    pub person_id: Option<String>,
    /// Who, when they are a party of the case.
    pub party: Option<u16>,
    /// Their name.
    pub name: String,
}

/// Who has read the case, the newest 500 openings (R69); for the handler, the co-ordinator, the head, the chair and trust officers.
#[utoipa::path(get, path = "/cases/{reference}/readings", tag = "Cases", params(("reference" = String, Path)), responses((status = 200, body = [ReadingView]), (status = 403), (status = 404)), security(("token" = [])))]
pub async fn read_by(
    app: web::Data<App>,
    caller: ApiCaller,
    reference: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let reference = Reference::parse(&reference).map_err(|_| Error::NotFound)?;
    let (opened, log) = blocking(&app, move |app| readings::of_case(app, &caller.caller, &reference)).await?;
    let items: Vec<ReadingView> = log.iter().map(|reading| reading_view(reading, &opened)).collect();
    Ok(HttpResponse::Ok().json(json!({ "items": items, "next_cursor": null })))
}

fn reading_view(reading: &readings::Reading, opened: &Opened) -> ReadingView {
    let (person_id, party, name) = match reading.reader {
        readings::ReadBy::Person(person) => {
            (Some(person.to_string()), None, opened.context().directory.name(person).to_owned())
        }
        readings::ReadBy::Party(no) => {
            let name = opened.case.party(no).map_or_else(String::new, |party| party.name.as_str().to_owned());
            (None, Some(no.0), name)
        }
    };
    ReadingView { at: instant(reading.at), what: reading.what.clone(), person_id, party, name }
}

/// A mailed link or code.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AccessBody {
    /// The last part of the mailed link.
    pub link_token: String,
}

/// Turn a mailed link into a case token. It can be done again while the link lives (G27).
#[utoipa::path(post, path = "/access", tag = "Public", request_body = AccessBody, responses((status = 200), (status = 404)))]
pub async fn access(app: web::Data<App>, Body(body): Body<AccessBody>) -> Result<HttpResponse, ApiError> {
    let made = blocking(&app, move |app| family::exchange(app, &body.link_token)).await?;
    Ok(HttpResponse::Ok().json(json!({
        "case_token": made.token.as_str(), "reference": made.reference.as_str(), "expires_at": instant(made.expires_at),
        "case": urls::api_case(&made.reference),
    })))
}
