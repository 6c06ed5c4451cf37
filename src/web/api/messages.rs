//! Messages that leave: each with its text, its state and every attempt, and what can be done about one that did
//! not arrive (E15, E17, S7).

use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::{self, Json};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::openapi::{ObjectBuilder, Schema, Type};
use utoipa::{IntoParams, ToSchema};

use crate::app::cases::Answer;
use crate::app::error::{Error, FieldCode, FieldProblem};
use crate::app::messages::{
    self, Carries, Deed, Did, Entry, Full, Letter, MessageState, Open, Outcome, Posted, Search, Tried, Way,
};
use crate::app::{App, IdempotencyKey};
use crate::domain::ids::{MessageId, PartyNo, PersonId};
use crate::domain::text::EmailAddress;
use crate::web::extract::{ApiColleague, Body, Idempotency, Query, blocking};
use crate::web::pages::outbox::handle::{read_cursor, write_cursor};
use crate::web::pages::outbox::{part_keys, part_of};
use crate::web::problem::ApiError;

use super::paging::{self, Paged};
use super::view::instant;

/// What to list.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct OutboxQuery {
    /// One part; all of it when nothing is asked for.
    #[param(schema_with = parts)]
    pub state: Option<String>,
    /// The slug of one school.
    pub school: Option<String>,
    /// Where the page before ended.
    pub cursor: Option<String>,
    /// How many items, 25 when nothing is asked for.
    #[param(minimum = 1, maximum = 100)]
    pub limit: Option<usize>,
}

fn parts() -> Schema {
    ObjectBuilder::new().schema_type(Type::String).enum_values(Some(part_keys())).into()
}

/// A message: who gets it, what it says, where it is. Where its content is sealed, because the reader sees to mail
/// and does not see the case, it says neither to whom nor what.
#[derive(Debug, Serialize, ToSchema)]
pub struct MessageView {
    /// Its id.
    id: MessageId,
    /// Which message it is: `receipt`, `reply`, `window_reminder` and the like.
    kind: Option<String>,
    /// Whether this reader is shown what it says.
    content: Open,
    /// For whom: `family` or `staff`.
    audience: Option<String>,
    /// What hangs on it.
    carries: Carries,
    /// Who gets it.
    recipient: Option<RecipientView>,
    /// The recipient's name.
    to_name: Option<String>,
    /// The recipient's address; empty where it goes by post.
    to_address: Option<String>,
    /// Its subject.
    subject: Option<String>,
    /// Its text.
    text: Option<String>,
    /// Where it is.
    state: MessageState,
    /// How often it was tried.
    attempt_count: u32,
    /// Whether a person has to see to it.
    needs_a_person: bool,
    /// When it was written.
    #[schema(format = DateTime)]
    created_at: String,
    /// When it may leave.
    #[schema(format = DateTime)]
    not_before: String,
    /// When it is tried next.
    #[schema(format = DateTime)]
    next_attempt_at: String,
    /// When it was sent.
    #[schema(format = DateTime)]
    sent_at: Option<String>,
    /// The message that it repeats to another address.
    instead_of: Option<MessageId>,
    /// Its case, where this reader may know it. Not in the list of one case.
    reference: Option<String>,
    /// The slug of its school. Not in the list of one case.
    school: Option<String>,
    /// Every attempt. Not in the list of the outbox.
    attempts: Option<Vec<AttemptView>>,
    /// The message that repeats it to another address; for one message.
    replaced_by: Option<MessageId>,
    /// What people did about it; for one message.
    done: Option<Vec<DoneAboutIt>>,
}

impl MessageView {
    /// Its place in a list.
    pub fn place(&self) -> String {
        self.id.to_string()
    }
}

/// Who gets a message.
#[derive(Debug, Serialize, ToSchema)]
pub struct RecipientView {
    /// Their name.
    name: String,
    /// Their address, if it goes by mail.
    address: Option<String>,
    /// Who, when they are a party of the case.
    party: Option<PartyNo>,
    /// Who, when they have a post.
    person_id: Option<PersonId>,
}

/// One attempt to send a message.
#[derive(Debug, Serialize, ToSchema)]
pub struct AttemptView {
    /// Its number, from 1.
    no: u32,
    /// When it began.
    #[schema(format = DateTime)]
    at: String,
    /// What came of it; `null` while it is under way.
    outcome: Option<Outcome>,
    /// The mail server's code.
    code: Option<u16>,
    /// The mail server's words.
    words: Option<String>,
}

/// Something that a person did about a message.
#[derive(Debug, Serialize, ToSchema)]
pub struct DoneAboutIt {
    /// When it was noted.
    #[schema(format = DateTime)]
    at: String,
    /// Who, by name.
    by: Option<String>,
    /// What.
    what: Did,
    /// On which day they were told.
    on: Option<NaiveDate>,
}

/// The messages that the caller may know of, the newest first. Where they do not see the case, `content` is
/// `sealed`, and recipient and text are null.
#[utoipa::path(get, path = "/outbox", tag = "Messages", params(OutboxQuery), responses((status = 200, body = [MessageView]), (status = 401), (status = 422)), security(("token" = [])))]
pub async fn list(
    app: web::Data<App>,
    caller: ApiColleague,
    Query(query): Query<OutboxQuery>,
) -> Result<Json<Paged<MessageView>>, ApiError> {
    let (search, limit) = read_query(query)?;
    let colleague = caller.0.colleague;
    let listed = blocking(&app, move |app| messages::list(app, Some(&colleague), &search, limit)).await?;
    let view = |entry: &Entry| MessageView {
        reference: entry.reference.as_ref().map(ToString::to_string),
        school: entry.school.as_ref().map(|(slug, _)| slug.clone()),
        ..letter(&app, &entry.posted, entry.content)
    };
    Ok(Json(Paged::cut(listed.entries.iter().map(view).collect(), listed.next.map(write_cursor))))
}

fn read_query(query: OutboxQuery) -> Result<(Search, u32), Error> {
    let problem = |field: &str, words: &str| {
        Error::Invalid(vec![FieldProblem::new(field, FieldCode::UnknownChoice, words)])
    };
    let part = match query.state.as_deref() {
        None => None,
        Some(key) => Some(part_of(key).ok_or_else(|| {
            problem("state", &format!("Choose one of: {}", part_keys().collect::<Vec<_>>().join(", ")))
        })?),
    };
    let before = match query.cursor.as_deref() {
        None => None,
        Some(text) => Some(read_cursor(text).ok_or_else(paging::strange_cursor)?),
    };
    let limit = paging::size(query.limit, paging::USUAL_PAGE)?;
    let limit = u32::try_from(limit).unwrap_or(u32::MAX);
    Ok((Search { part, school: query.school, before }, limit))
}

fn letter(app: &App, posted: &Posted, content: Open) -> MessageView {
    let message = &posted.message;
    let open = content == Open::Open;
    MessageView {
        id: message.id,
        kind: open.then(|| message.kind.clone()),
        content,
        audience: open.then(|| message.audience.clone()),
        carries: message.carries,
        recipient: open.then(|| recipient(message)),
        to_name: open.then(|| message.to_name.clone()),
        to_address: open.then(|| message.to_address.clone()),
        subject: open.then(|| message.subject.clone()),
        text: open.then(|| messages::readable(app, &message.body_text)),
        state: posted.state,
        attempt_count: posted.attempts,
        needs_a_person: posted.is_for_a_person(),
        created_at: instant(message.created_at),
        not_before: instant(message.not_before),
        next_attempt_at: instant(posted.next_attempt_at),
        sent_at: posted.sent_at.map(instant),
        instead_of: message.instead_of,
        reference: None,
        school: None,
        attempts: None,
        replaced_by: None,
        done: None,
    }
}

fn recipient(message: &Letter) -> RecipientView {
    RecipientView {
        name: message.to_name.clone(),
        address: Some(message.to_address.clone()).filter(|address| !address.is_empty()),
        party: message.to_party,
        person_id: message.to_person,
    }
}

fn attempts(posted: &Posted, tried: &[Tried], content: Open) -> Vec<AttemptView> {
    let address = &posted.message.to_address;
    let words = |words: &Option<String>| match content {
        // A server may repeat the address.
        Open::Sealed if !address.is_empty() => {
            words.as_ref().map(|words| words.replace(address.as_str(), "the address"))
        }
        Open::Open | Open::Sealed => words.clone(),
    };
    let view = |tried: &Tried| AttemptView {
        no: tried.no,
        at: instant(tried.at),
        outcome: tried.outcome,
        code: tried.code,
        words: words(&tried.words),
    };
    tried.iter().map(view).collect()
}

/// A message of a case, with every attempt.
pub fn of_case(app: &App, posted: &Posted, tried: &[Tried]) -> MessageView {
    MessageView { attempts: Some(attempts(posted, tried, Open::Open)), ..letter(app, posted, Open::Open) }
}

fn full_view(app: &App, full: &Full) -> MessageView {
    let done = full.acts.iter().map(|(act, name)| DoneAboutIt {
        at: instant(act.at),
        by: name.clone(),
        what: act.kind,
        on: act.on,
    });
    MessageView {
        attempts: Some(attempts(&full.posted, &full.attempts, full.content)),
        reference: full.reference.as_ref().map(ToString::to_string),
        school: full.school.as_ref().map(|school| school.slug.clone()),
        replaced_by: full.replaced_by,
        done: Some(done.collect()),
        ..letter(app, &full.posted, full.content)
    }
}

fn parse(id: &str) -> Result<MessageId, Error> {
    id.parse().map(MessageId).map_err(|_| Error::NotFound)
}

/// One message with every attempt, and what people did about it.
#[utoipa::path(get, path = "/outbox/{message}", tag = "Messages", params(("message" = String, Path)), responses((status = 200, body = MessageView), (status = 401), (status = 404)), security(("token" = [])))]
pub async fn one(
    app: web::Data<App>,
    caller: ApiColleague,
    id: web::Path<String>,
) -> Result<Json<MessageView>, ApiError> {
    let (id, colleague) = (parse(&id)?, caller.0.colleague);
    let full = blocking(&app, move |app| messages::one(app, Some(&colleague), id)).await?;
    Ok(Json(full_view(&app, &full)))
}

/// Call a message back before it leaves (S7).
#[utoipa::path(post, path = "/outbox/{message}/call-back", tag = "Messages", params(("message" = String, Path), ("Idempotency-Key" = Option<String>, Header)), responses((status = 200, body = MessageView), (status = 401), (status = 403), (status = 404), (status = 422)), security(("token" = [])))]
pub async fn call_back(
    app: web::Data<App>,
    caller: ApiColleague,
    id: web::Path<String>,
    Idempotency(key): Idempotency,
) -> Result<HttpResponse, ApiError> {
    act(&app, caller, &id, Deed::CallBack, key).await
}

/// Send a message again that did not leave.
#[utoipa::path(post, path = "/outbox/{message}/send-again", tag = "Messages", params(("message" = String, Path), ("Idempotency-Key" = Option<String>, Header)), responses((status = 200, body = MessageView), (status = 401), (status = 404), (status = 422)), security(("token" = [])))]
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
#[utoipa::path(post, path = "/outbox/{message}/address", tag = "Messages", params(("message" = String, Path), ("Idempotency-Key" = Option<String>, Header)), request_body = AddressBody, responses((status = 200, body = MessageView), (status = 401), (status = 403), (status = 404), (status = 422)), security(("token" = [])))]
pub async fn send_to(
    app: web::Data<App>,
    caller: ApiColleague,
    id: web::Path<String>,
    Idempotency(key): Idempotency,
    Body(body): Body<AddressBody>,
) -> Result<HttpResponse, ApiError> {
    let address = EmailAddress::parse(&body.address)
        .map_err(|how| Error::Invalid(vec![FieldProblem::new("address", FieldCode::NotAnEmail, how)]))?;
    act(&app, caller, &id, Deed::SendTo(address), key).await
}

/// How somebody was told without mail.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ToldBody {
    /// How.
    #[schema(value_type = Way)]
    pub way: String,
    /// On which day.
    pub on: NaiveDate,
}

/// Note that they were told by post, by hand or by telephone (E17).
#[utoipa::path(post, path = "/outbox/{message}/told", tag = "Messages", params(("message" = String, Path), ("Idempotency-Key" = Option<String>, Header)), request_body = ToldBody, responses((status = 200, body = MessageView), (status = 401), (status = 403), (status = 404), (status = 422)), security(("token" = [])))]
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
            FieldCode::UnknownChoice,
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
    Answer { status: 200, body: serde_json::to_string(&full_view(app, full)).unwrap_or_default(), version: 0 }
}
