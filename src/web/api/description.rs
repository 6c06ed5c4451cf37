//! The API described: OpenAPI 3.1, generated from the code, and a page to browse it without outside hosts.

use actix_web::HttpResponse;
use serde_json::{Map, Value, json};
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::{Modify, OpenApi};

use super::{access, cases, documents, messages, people, public};

/// The whole API.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Heard",
        version = "1",
        description = "Concerns and complaints at school. Instants are UTC, dates are local dates of the school. Errors are problem documents (RFC 9457). Creates and actions take an Idempotency-Key; actions need If-Match. Lists come in pages of 25, those of one case in pages of 100, unless a limit of 1 to 100 is given. Every answer carries X-Request-Id, and every answer of the API says in RateLimit-Limit, RateLimit-Remaining and RateLimit-Reset what is left."
    ),
    servers((url = "/api/v1")),
    paths(
        public::list, public::one, public::procedure, public::copy, public::copies, public::calendar, public::due, public::raise,
        access::ask_for_link, access::exchange_link, access::enter_code, cases::list, cases::log, cases::one, cases::actions, cases::act, cases::events,
        cases::deadlines, cases::working, cases::sent_messages, cases::involvement, cases::read_by,
        documents::list, documents::add, documents::one,
        messages::list, messages::one, messages::call_back, messages::send_again, messages::send_to, messages::told,
        people::list, people::take_on, people::posts, people::appoint, people::end_post,
        people::tokens, people::make_token, people::revoke_token
    ),
    components(schemas(crate::web::problem::Problem)),
    modifiers(&Tokens)
)]
pub struct Api;

struct Tokens;

impl Modify for Tokens {
    fn modify(&self, api: &mut utoipa::openapi::OpenApi) {
        if let Some(components) = api.components.as_mut() {
            components.add_security_scheme("token", SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)));
        }
    }
}

/// The description for programs.
pub async fn openapi() -> HttpResponse {
    HttpResponse::Ok().json(described())
}

/// The whole description. What is the same everywhere is said here once: that lists come in pages, that every
/// refusal is a problem document, what a status means, what a parameter is.
pub fn described() -> Value {
    let mut description = serde_json::to_value(Api::openapi()).unwrap_or(Value::Null);
    let paths = description.get_mut("paths").and_then(Value::as_object_mut);
    let calls = paths.into_iter().flatten().filter_map(|(path, calls)| Some((path, calls.as_object_mut()?)));
    for (path, method, call) in calls.flat_map(|(path, calls)| {
        calls.iter_mut().map(move |(method, call)| (path.as_str(), method.as_str(), call))
    }) {
        if let Some(call) = call.as_object_mut() {
            call.insert("operationId".to_owned(), name_of(method, path).into());
        }
        for one in call.get_mut("parameters").and_then(Value::as_array_mut).into_iter().flatten() {
            describe_parameter(one);
        }
        let body = call.get("requestBody").cloned();
        let answers = call.get_mut("responses").and_then(Value::as_object_mut);
        if let Some(answers) = answers {
            add_what_any_call_answers(answers, body.as_ref());
            for (status, answer) in answers.iter_mut() {
                describe_answer(status, answer);
            }
        }
    }
    description
}

/// What a client meets at any call: too many requests, a body that cannot be read, and whatever is nobody's fault.
fn add_what_any_call_answers(answers: &mut Map<String, Value>, body: Option<&Value>) {
    let of_a_body: &[&str] = if body.is_some() { &["400", "413", "415", "422"] } else { &[] };
    for status in of_a_body.iter().chain(&["429", "default"]) {
        answers.entry(*status).or_insert_with(|| json!({}));
    }
}

/// The name of a call for generated clients: `get_cases_reference_events` for `GET /cases/{reference}/events`.
fn name_of(method: &str, path: &str) -> String {
    let words = path.split(|sign: char| !sign.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    std::iter::once(method).chain(words).collect::<Vec<_>>().join("_")
}

fn describe_parameter(one: &mut Value) {
    let Some(about) = one.get("name").and_then(Value::as_str).and_then(meaning_of_parameter) else { return };
    if let Some(one) = one.as_object_mut() {
        one.entry("description").or_insert_with(|| about.into());
    }
}

fn meaning_of_parameter(name: &str) -> Option<&'static str> {
    match name {
        "school" => Some("The slug of the school"),
        "reference" => Some("The reference of the case, like 4F7K-92MX"),
        "action" => Some("The name of the action"),
        "deadline" => Some("The number of the deadline"),
        "document" => Some("The number of the document"),
        "post" => Some("The id of the post"),
        "token" => Some("The id of the token"),
        "message" => Some("The id of the message"),
        "If-Match" => Some("The ETag of the case that you saw"),
        "Idempotency-Key" => {
            Some("Makes a repeated request safe: it gets the first answer and makes nothing new")
        }
        _ => None,
    }
}

fn describe_answer(status: &str, answer: &mut Value) {
    let Some(answer) = answer.as_object_mut() else { return };
    if answer.get("description").and_then(Value::as_str).is_none_or(str::is_empty) {
        answer.insert("description".to_owned(), meaning_of_status(status).into());
    }
    if status.starts_with('4') || status == "default" {
        let problem = json!({ "schema": { "$ref": "#/components/schemas/Problem" } });
        answer.entry("content").or_insert_with(|| json!({ "application/problem+json": problem }));
    }
    let schemas =
        answer.get_mut("content").and_then(Value::as_object_mut).into_iter().flat_map(Map::values_mut);
    for schema in schemas.filter_map(|kind| kind.get_mut("schema")) {
        if schema.get("type").and_then(Value::as_str) == Some("array") {
            *schema = page_of(schema.take());
        }
    }
}

/// Lists come in pages (A9).
fn page_of(list: Value) -> Value {
    json!({
        "type": "object",
        "required": ["items", "next_cursor"],
        "properties": { "items": list, "next_cursor": { "type": ["string", "null"] } },
    })
}

fn meaning_of_status(status: &str) -> &'static str {
    match status {
        "200" => "Done",
        "201" => "Made",
        "202" => "Taken; the rest follows",
        "204" => "Done; there is nothing to say",
        "400" => "The body is not JSON, or it broke off",
        "401" => "A token is needed",
        "403" => "Not yours to do",
        "404" => "Not there, or not for you to see",
        "412" => "Changed since you saw it",
        "413" => "Too large",
        "415" => "The body is not said to be JSON",
        "422" => "Something does not fit, or the rules do not allow it now",
        "428" => "Say which version you saw",
        "429" => "Too many requests; wait as long as Retry-After says",
        "default" => {
            "Something else: a method that is not taken, a fault on our side, a service that is busy"
        }
        _ => "See the problem document",
    }
}
