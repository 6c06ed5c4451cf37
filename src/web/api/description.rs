//! The API described: OpenAPI 3.1, generated from the code, and a page to browse it without outside hosts.

use actix_web::{HttpResponse, web};
use serde_json::{Map, Value, json};
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::{Modify, OpenApi};

use crate::app::{App, Mode};
use crate::urls;

use super::plain::without_rules;
use super::{
    absences, access, alike, cases, documents, logs, messages, people, public, signing_in, staff_lists,
};

/// The whole API.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Heard",
        version = "1",
        description = "Concerns and complaints at school. Instants are UTC, dates are local dates of the school. Errors are problem documents (RFC 9457). Creates and actions take an Idempotency-Key; actions need If-Match. Lists come in pages of 25, those of one case in pages of 100, unless a limit of 1 to 100 is given. Every field of an answer is always there: null where there is nothing to tell, or nothing for this reader. Every answer carries X-Request-Id, and says in RateLimit-Limit, RateLimit-Remaining and RateLimit-Reset what is left; whoever calls from the machine itself is not counted and is told no numbers."
    ),
    servers((url = "/api/v1")),
    paths(
        public::list, public::one, public::procedure, public::copy, public::copies, public::calendar, public::due, public::raise,
        access::ask_for_link, access::exchange_link, access::enter_code, access::enter_return_code, access::make_return_code, access::look_at_consent, access::answer_consent, cases::list, cases::log, cases::one, cases::actions, cases::act, cases::events,
        cases::deadlines, cases::working, cases::sent_messages, cases::involvement, cases::read_by, cases::original,
        cases::read_knowingly, alike::list, alike::say, alike::answer_together,
        documents::list, documents::add, documents::one,
        logs::settings, logs::readings,
        messages::list, messages::one, messages::call_back, messages::send_again, messages::send_to, messages::told,
        people::list, people::take_on, people::posts, people::appoint, people::end_post,
        people::tokens, people::make_token, people::revoke_token,
        absences::list, absences::note, absences::end,
        signing_in::rules_now, signing_in::change_rules, signing_in::end_sessions, signing_in::reset_second_step,
        staff_lists::look, staff_lists::take_on
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
pub async fn openapi(app: web::Data<App>) -> HttpResponse {
    HttpResponse::Ok().json(described_in(app.mode()))
}

/// The description of what is served in that mode: a demo has a clock that scripts move.
pub fn described_in(mode: Mode) -> Value {
    let mut description = described();
    if mode == Mode::Demo
        && let Some(paths) = description.get_mut("paths").and_then(Value::as_object_mut)
    {
        paths.insert(urls::DEMO_CLOCK.to_owned(), clock_of_a_demo());
    }
    description
}

fn clock_of_a_demo() -> Value {
    let moment = json!({ "type": "string", "format": "date-time" });
    let by = json!({ "type": "string", "description": "An ISO 8601 duration, like P5D" });
    let body = json!({
        "type": "object", "additionalProperties": false, "minProperties": 1, "maxProperties": 1,
        "properties": { "to": moment, "by": by },
    });
    let now = json!({ "type": "object", "required": ["now"], "properties": { "now": moment } });
    let problem = json!({ "schema": { "$ref": "#/components/schemas/Problem" } });
    json!({
        "servers": [{ "url": "/" }],
        "post": {
            "tags": ["Demo"], "operationId": "post_demo_clock",
            "summary": "Move the clock of the demo on, to a moment or by a time. What falls due on the way is done.",
            "requestBody": { "required": true, "content": { "application/json": { "schema": body } } },
            "responses": {
                "200": { "description": "Done", "content": { "application/json": { "schema": now } } },
                "422": { "description": "Something does not fit", "content": { "application/problem+json": problem } },
            },
        },
    })
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
                add_headers(&format!("{method} {path}"), status, answer);
            }
        }
        if let Some(body) = call.get_mut("requestBody") {
            describe_body(path, body);
        }
    }
    if let Some(components) = description.get_mut("components").and_then(Value::as_object_mut) {
        components.insert("headers".to_owned(), headers());
        components.get_mut("schemas").into_iter().for_each(complete);
    }
    speak_plainly(&mut description);
    description
}

/// Bodies say how large they may be, and a file how it comes.
fn describe_body(path: &str, body: &mut Value) {
    let Some(body) = body.as_object_mut() else { return };
    let of_a_file = path.ends_with("/documents");
    let largest = if of_a_file {
        "In JSON at most 4 MB. As a form or as its bytes a file may be as large as this server keeps: 20 MB where nothing else is set; the answer 413 says how large."
    } else {
        "At most 4 MB."
    };
    body.entry("description").or_insert_with(|| largest.into());
    if !of_a_file {
        return;
    }
    let Some(content) = body.get_mut("content").and_then(Value::as_object_mut) else { return };
    let form = json!({
        "type": "object", "required": ["file"], "additionalProperties": false,
        "properties": {
            "file": { "type": "string", "format": "binary", "description": "The file, with its name in Content-Disposition" },
            "audience": { "$ref": "#/components/schemas/Audience" },
        },
    });
    content.insert("multipart/form-data".to_owned(), json!({ "schema": form }));
    content.insert(
        "application/octet-stream".to_owned(),
        json!({ "schema": { "type": "string", "format": "binary" } }),
    );
}

/// A header that answers carry.
struct Carried {
    name: &'static str,
    about: &'static str,
    /// Whether each answer that tells of it has it.
    always: Always,
}

/// Whether a header is always there.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Always {
    Yes,
    No,
}

const fn carried(name: &'static str, always: Always, about: &'static str) -> Carried {
    Carried { name, about, always }
}

const CARRIED: [Carried; 11] = [
    carried(
        "X-Request-Id",
        Always::Yes,
        "The id of the request, yours if you sent one. The log and the record of a case name it",
    ),
    carried("RateLimit-Limit", Always::No, "How many requests at once"),
    carried("RateLimit-Remaining", Always::No, "How many of them are left"),
    carried("RateLimit-Reset", Always::No, "After how many seconds there are all again"),
    carried("Retry-After", Always::No, "After how many seconds to try again"),
    carried("ETag", Always::Yes, "The version of the case, a number in double quotes, for If-Match"),
    carried("Location", Always::Yes, "Where what was made is"),
    carried("WWW-Authenticate", Always::Yes, "Bearer"),
    carried("Allow", Always::No, "The methods that are taken here"),
    carried("Content-Disposition", Always::Yes, "The name of the file"),
    carried("Repr-Digest", Always::Yes, "The SHA-256 of the bytes"),
];

fn headers() -> Value {
    let told = CARRIED.iter().map(|header| {
        let schema = json!({ "type": "string" });
        let about = json!({
            "description": header.about, "required": header.always == Always::Yes, "schema": schema,
        });
        (header.name.to_owned(), about)
    });
    Value::Object(told.collect())
}

/// The calls that answer with the version of a case.
const WITH_A_VERSION: [&str; 7] = [
    "get /cases/{reference}",
    "get /cases/{reference}/actions",
    "get /cases/{reference}/documents",
    "post /cases",
    "post /cases/{reference}/actions/{action}",
    "post /cases/{reference}/documents",
    "post /schools/{school}/concerns",
];

/// The calls that make something with an address of its own.
const WITH_A_PLACE: [&str; 3] =
    ["post /cases", "post /cases/{reference}/documents", "post /schools/{school}/concerns"];

fn add_headers(call: &str, status: &str, answer: &mut Value) {
    let Some(answer) = answer.as_object_mut() else { return };
    let mut names = vec!["X-Request-Id", "RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset"];
    match status {
        "401" => names.push("WWW-Authenticate"),
        "429" => names.push("Retry-After"),
        "default" => names.extend(["Retry-After", "Allow"]),
        "200" if call == "get /cases/{reference}/documents/{document}" => {
            names.extend(["Content-Disposition", "Repr-Digest"]);
        }
        "200" | "201" if WITH_A_VERSION.contains(&call) => names.push("ETag"),
        _ => {}
    }
    if status == "201" && WITH_A_PLACE.contains(&call) {
        names.push("Location");
    }
    let place = |name: &str| json!({ "$ref": format!("#/components/headers/{name}") });
    let told: Map<String, Value> = names.into_iter().map(|name| (name.to_owned(), place(name))).collect();
    answer.insert("headers".to_owned(), Value::Object(told));
}

/// What the parts of a shape say apart is said of it as a whole. A body may have no other fields than these; an answer
/// has all of its fields, always.
fn complete(schemas: &mut Value) {
    let all = schemas.clone();
    for shape in schemas.as_object_mut().into_iter().flat_map(Map::values_mut) {
        if let Some(whole) = joined(shape, &all) {
            *shape = whole;
        }
        let Some(shape) = shape.as_object_mut() else { continue };
        let closed = shape.get("additionalProperties") == Some(&Value::Bool(false));
        let fields = shape.get("properties").and_then(Value::as_object);
        if let Some(fields) = fields.filter(|_| !closed) {
            let names: Value = fields.keys().cloned().collect();
            shape.insert("required".to_owned(), names);
        }
    }
}

/// One object in place of several that have to hold at once: each of those that allow no other fields would refuse the
/// fields of the others.
fn joined(shape: &Value, all: &Value) -> Option<Value> {
    let parts = shape.get("allOf")?.as_array()?;
    let mut whole = shape.as_object()?.clone();
    whole.remove("allOf");
    let (mut fields, mut needed) = (Map::new(), Vec::new());
    for part in parts {
        let named = part
            .get("$ref")
            .and_then(Value::as_str)
            .and_then(|place| all.pointer(place.trim_start_matches("#/components/schemas")));
        let part = named.unwrap_or(part);
        fields.extend(part.get("properties").and_then(Value::as_object).cloned().unwrap_or_default());
        needed.extend(part.get("required").and_then(Value::as_array).cloned().unwrap_or_default());
        if let Some(closed) = part.get("additionalProperties") {
            whole.insert("additionalProperties".to_owned(), closed.clone());
        }
    }
    whole.insert("type".to_owned(), "object".into());
    whole.insert("properties".to_owned(), Value::Object(fields));
    whole.insert("required".to_owned(), Value::Array(needed));
    Some(Value::Object(whole))
}

/// Takes the numbers of rules out of whatever people read: they are for those who change the program.
fn speak_plainly(value: &mut Value) {
    match value {
        Value::Object(map) => {
            for (name, inner) in map.iter_mut() {
                match inner {
                    Value::String(text) if matches!(name.as_str(), "summary" | "description") => {
                        *text = without_rules(text);
                    }
                    _ => speak_plainly(inner),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(speak_plainly),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
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
