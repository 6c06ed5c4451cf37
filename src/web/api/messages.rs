//! Messages that leave: each with its text, its state and every attempt, and what can be done about one that did
//! not arrive (E15, E17, S7).

use actix_web::http::header;
use actix_web::{HttpResponse, web};
use chrono::NaiveDate;
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};

use crate::app::cases::Answer;
use crate::app::error::{Error, FieldProblem};
use crate::app::messages::{self, Deed, Full, Letter, Open, Posted, Search, Tried, Way};
use crate::app::{App, IdempotencyKey};
use crate::domain::ids::MessageId;
use crate::domain::text::EmailAddress;
use crate::web::extract::{ApiColleague, Body, Idempotency, blocking};
use crate::web::pages::outbox::handle::{read_cursor, write_cursor};
use crate::web::pages::outbox::part_of;
use crate::web::problem::ApiError;

use super::view::instant;

/// What to list.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct OutboxQuery {
    /// `to_do`, `waiting`, `sent`, `failed`, `called_back`; nothing for all.
    pub state: Option<String>,
    /// The slug of one school.
    pub school: Option<String>,
    /// Where the page before ended.
    pub cursor: Option<String>,
    /// 1 to 100.
    pub limit: Option<u32>,
}

/// The messages that the caller may know of, the newest first. Where they do not see the case, `content` is
/// `sealed`, and recipient and text are null.
#[utoipa::path(get, path = "/outbox", tag = "Messages", params(OutboxQuery), responses((status = 200), (status = 401), (status = 422)), security(("token" = [])))]
pub async fn list(
    app: web::Data<App>,
    caller: ApiColleague,
    query: web::Query<OutboxQuery>,
) -> Result<HttpResponse, ApiError> {
    let (search, limit) = read_query(query.into_inner())?;
    let colleague = caller.0.colleague;
    let listed = blocking(&app, move |app| messages::list(app, Some(&colleague), &search, limit)).await?;
    let items: Vec<Value> = listed
        .entries
        .iter()
        .map(|entry| {
            let mut view = letter(&app, &entry.posted, entry.content);
            put(&mut view, "reference", json!(entry.reference.as_ref().map(ToString::to_string)));
            put(&mut view, "school", json!(entry.school.as_ref().map(|(slug, _)| slug)));
            view
        })
        .collect();
    Ok(HttpResponse::Ok().json(json!({ "items": items, "next_cursor": listed.next.map(write_cursor) })))
}

fn read_query(query: OutboxQuery) -> Result<(Search, u32), Error> {
    let problem =
        |field: &str, words: &str| Error::Invalid(vec![FieldProblem::new(field, "unknown_choice", words)]);
    let part =
        match query.state.as_deref() {
            None => None,
            Some(key) => Some(part_of(key).ok_or_else(|| {
                problem("state", "Choose one of: to_do, waiting, sent, failed, called_back")
            })?),
        };
    let before = match query.cursor.as_deref() {
        None => None,
        Some(text) => Some(
            read_cursor(text).ok_or_else(|| problem("cursor", "Use the cursor that the page before gave"))?,
        ),
    };
    let limit = query.limit.unwrap_or(25);
    if !(1..=100).contains(&limit) {
        return Err(problem("limit", "Ask for 1 to 100"));
    }
    Ok((Search { part, school: query.school, before }, limit))
}

/// A message: who gets it, what it says, where it is.
fn letter(app: &App, posted: &Posted, content: Open) -> Value {
    let message = &posted.message;
    let mut view = json!({
        "id": message.id, "kind": message.kind, "content": "open", "audience": message.audience,
        "carries": message.carries, "recipient": recipient(message), "to_name": message.to_name,
        "to_address": message.to_address, "subject": message.subject,
        "text": messages::readable(app, &message.body_text), "state": posted.state,
        "attempt_count": posted.attempts, "needs_a_person": posted.is_for_a_person(),
        "created_at": instant(message.created_at), "not_before": instant(message.not_before),
        "next_attempt_at": instant(posted.next_attempt_at), "sent_at": posted.sent_at.map(instant),
        "instead_of": message.instead_of,
    });
    if content == Open::Sealed {
        put(&mut view, "content", json!("sealed"));
        for hidden in ["kind", "audience", "recipient", "to_name", "to_address", "subject", "text"] {
            put(&mut view, hidden, Value::Null);
        }
    }
    view
}

fn recipient(message: &Letter) -> Value {
    json!({
        "name": message.to_name, "address": Some(&message.to_address).filter(|address| !address.is_empty()),
        "party": message.to_party, "person_id": message.to_person,
    })
}

fn attempts(posted: &Posted, tried: &[Tried], content: Open) -> Vec<Value> {
    let address = &posted.message.to_address;
    let words = |words: &Option<String>| match content {
        // A server may repeat the address.
        Open::Sealed if !address.is_empty() => {
            words.as_ref().map(|words| words.replace(address.as_str(), "the address"))
        }
        Open::Open | Open::Sealed => words.clone(),
    };
    tried
        .iter()
        .map(|tried| {
            json!({
                "no": tried.no, "at": instant(tried.at), "outcome": tried.outcome, "code": tried.code,
                "words": words(&tried.words),
            })
        })
        .collect()
}

/// A message of a case, with every attempt.
pub fn of_case(app: &App, posted: &Posted, tried: &[Tried]) -> Value {
    let mut view = letter(app, posted, Open::Open);
    put(&mut view, "attempts", Value::from(attempts(posted, tried, Open::Open)));
    view
}

fn put(view: &mut Value, name: &str, value: Value) {
    if let Value::Object(map) = view {
        map.insert(name.to_owned(), value);
    }
}

fn full_view(app: &App, full: &Full) -> Value {
    let mut view = letter(app, &full.posted, full.content);
    put(&mut view, "attempts", Value::from(attempts(&full.posted, &full.attempts, full.content)));
    put(&mut view, "reference", json!(full.reference.as_ref().map(ToString::to_string)));
    put(&mut view, "school", json!(full.school.as_ref().map(|school| &school.slug)));
    put(&mut view, "replaced_by", json!(full.replaced_by));
    let done: Vec<Value> = full
        .acts
        .iter()
        .map(|(act, name)| json!({"at": instant(act.at), "by": name, "what": act.kind, "on": act.on}))
        .collect();
    put(&mut view, "done", Value::from(done));
    view
}

fn parse(id: &str) -> Result<MessageId, Error> {
    id.parse().map(MessageId).map_err(|_| Error::NotFound)
}

/// One message with every attempt, and what people did about it.
#[utoipa::path(get, path = "/outbox/{message}", tag = "Messages", params(("message" = String, Path)), responses((status = 200), (status = 401), (status = 404)), security(("token" = [])))]
pub async fn one(
    app: web::Data<App>,
    caller: ApiColleague,
    id: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let (id, colleague) = (parse(&id)?, caller.0.colleague);
    let full = blocking(&app, move |app| messages::one(app, Some(&colleague), id)).await?;
    Ok(HttpResponse::Ok().json(full_view(&app, &full)))
}

/// Call a message back before it leaves (S7).
#[utoipa::path(post, path = "/outbox/{message}/call-back", tag = "Messages", params(("message" = String, Path), ("Idempotency-Key" = Option<String>, Header)), responses((status = 200), (status = 401), (status = 403), (status = 404), (status = 422)), security(("token" = [])))]
pub async fn call_back(
    app: web::Data<App>,
    caller: ApiColleague,
    id: web::Path<String>,
    Idempotency(key): Idempotency,
) -> Result<HttpResponse, ApiError> {
    act(&app, caller, &id, Deed::CallBack, key).await
}

/// Send a message again that did not leave.
#[utoipa::path(post, path = "/outbox/{message}/send-again", tag = "Messages", params(("message" = String, Path), ("Idempotency-Key" = Option<String>, Header)), responses((status = 200), (status = 401), (status = 404), (status = 422)), security(("token" = [])))]
pub async fn send_again(
    app: web::Data<App>,
    caller: ApiColleague,
    id: web::Path<String>,
    Idempotency(key): Idempotency,
) -> Result<HttpResponse, ApiError> {
    act(&app, caller, &id, Deed::SendAgain, key).await
}

/// Another address.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddressBody {
    /// The email address that is right.
    pub address: String,
}

/// Send the same words to another address, as a new message (E18).
#[utoipa::path(post, path = "/outbox/{message}/address", tag = "Messages", params(("message" = String, Path), ("Idempotency-Key" = Option<String>, Header)), request_body = AddressBody, responses((status = 200), (status = 401), (status = 403), (status = 404), (status = 422)), security(("token" = [])))]
pub async fn send_to(
    app: web::Data<App>,
    caller: ApiColleague,
    id: web::Path<String>,
    Idempotency(key): Idempotency,
    Body(body): Body<AddressBody>,
) -> Result<HttpResponse, ApiError> {
    let address = EmailAddress::parse(&body.address)
        .map_err(|how| Error::Invalid(vec![FieldProblem::new("address", "not_an_email", how)]))?;
    act(&app, caller, &id, Deed::SendTo(address), key).await
}

/// How somebody was told without mail.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ToldBody {
    /// `post`, `hand` or `telephone`.
    pub way: String,
    /// On which day.
    pub on: NaiveDate,
}

/// Note that they were told by post, by hand or by telephone (E17).
#[utoipa::path(post, path = "/outbox/{message}/told", tag = "Messages", params(("message" = String, Path), ("Idempotency-Key" = Option<String>, Header)), request_body = ToldBody, responses((status = 200), (status = 401), (status = 403), (status = 404), (status = 422)), security(("token" = [])))]
pub async fn told(
    app: web::Data<App>,
    caller: ApiColleague,
    id: web::Path<String>,
    Idempotency(key): Idempotency,
    Body(body): Body<ToldBody>,
) -> Result<HttpResponse, ApiError> {
    let way = Way::from_key(&body.way).ok_or_else(|| {
        Error::Invalid(vec![FieldProblem::new(
            "way",
            "unknown_choice",
            "Choose one of: post, hand, telephone",
        )])
    })?;
    act(&app, caller, &id, Deed::Told(way, body.on), key).await
}

async fn act(
    app: &web::Data<App>,
    caller: ApiColleague,
    id: &str,
    deed: Deed,
    key: Option<IdempotencyKey>,
) -> Result<HttpResponse, ApiError> {
    let (id, colleague) = (parse(id)?, caller.0.colleague);
    let answer = blocking(app, move |app| messages::act(app, &colleague, id, deed, key, answer)).await?;
    Ok(HttpResponse::Ok().insert_header((header::CONTENT_TYPE, "application/json")).body(answer.body))
}

fn answer(app: &App, full: &Full) -> Answer {
    Answer { status: 200, body: full_view(app, full).to_string(), version: 0 }
}
