//! The API's page for people, drawn from the same description that programs read: calls by group, what each
//! takes and answers, and a line to try it with. It works without scripts and asks no other host for anything.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde_json::{Map, Value};

use crate::app::App;
use crate::urls;
use crate::web::page::{Desk, Help, Shell};
use crate::web::pages::access::banner;
use crate::web::parts::Link;
use crate::web::problem::Code;
use crate::web::trouble::draw;

use super::description::described;
use super::plain::without_rules;

/// The page.
#[derive(Clone, Debug, Template)]
#[template(path = "api/docs.html")]
pub struct DocsPage {
    shell: Shell,
    about: Vec<String>,
    description: &'static str,
    groups: Vec<Group>,
    shapes: Vec<Shape>,
    problems: Vec<Known>,
}

/// A kind of problem.
#[derive(Clone, Debug)]
struct Known {
    anchor: String,
    code: String,
    title: &'static str,
    meaning: String,
}

/// Calls that belong together.
#[derive(Clone, Debug)]
struct Group {
    name: String,
    anchor: String,
    calls: Vec<Call>,
}

/// One call.
#[derive(Clone, Debug)]
struct Call {
    anchor: String,
    method: String,
    path: String,
    /// In a few words.
    title: String,
    /// More about it.
    more: Option<String>,
    /// Who may call it.
    door: &'static str,
    parameters: Vec<Named>,
    body: Option<Content>,
    answers: Vec<Answer>,
    curl: String,
}

/// A parameter or a field.
#[derive(Clone, Debug)]
struct Named {
    name: String,
    /// "in the path", "needed" and the like.
    detail: String,
    about: Option<String>,
    /// The shape of its value, where that has a name.
    shape: Option<Link>,
}

/// What a body holds.
#[derive(Clone, Debug)]
struct Content {
    /// What it is: "an object", `a list of SchoolView`.
    words: String,
    shape: Option<Link>,
}

/// One status that a call answers with.
#[derive(Clone, Debug)]
struct Answer {
    status: String,
    meaning: String,
    content: Option<Content>,
}

/// A named shape of the description.
#[derive(Clone, Debug)]
struct Shape {
    name: String,
    anchor: String,
    about: Option<String>,
    fields: Vec<Named>,
    /// The words of a closed vocabulary.
    words: Vec<String>,
}

/// The page for people.
pub async fn docs(app: web::Data<App>) -> HttpResponse {
    draw(&mut HttpResponse::Ok(), &DocsPage::of(&app, &described()))
}

impl DocsPage {
    fn of(app: &App, description: &Value) -> Self {
        let mut shell = Shell::staff("The API of Heard", Desk::default(), Help::new("Help with the API"));
        shell.mode = banner(app.mode());
        shell.footer = vec![Link::new("Accessibility statement", urls::ACCESSIBILITY)];
        urls::API_DOCS.clone_into(&mut shell.path);
        shell.help.note = Some("Ask whoever runs Heard at your school or trust".to_owned());
        let about = text(description, "/info/description").unwrap_or_default();
        Self {
            shell,
            about: about.split(". ").map(|line| format!("{}.", line.trim_end_matches('.'))).collect(),
            description: urls::API_DESCRIPTION,
            groups: groups(description, app),
            shapes: members(description, "/components/schemas")
                .map(|(name, shape)| named(name, shape))
                .collect(),
            problems: Code::all().map(known).collect(),
        }
    }
}

fn known(code: Code) -> Known {
    Known {
        anchor: code.anchor(),
        code: code.key(),
        title: code.title(),
        meaning: without_rules(code.meaning()),
    }
}

fn text(value: &Value, place: &str) -> Option<String> {
    value.pointer(place).and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned)
}

fn members<'v>(value: &'v Value, place: &str) -> impl Iterator<Item = (&'v String, &'v Value)> {
    value.pointer(place).and_then(Value::as_object).into_iter().flat_map(Map::iter)
}

fn items<'v>(value: &'v Value, place: &str) -> impl Iterator<Item = &'v Value> {
    value.pointer(place).and_then(Value::as_array).into_iter().flatten()
}

/// Groups in the order in which the description first names them.
fn groups(description: &Value, app: &App) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for (path, verbs) in members(description, "/paths") {
        for (method, call) in verbs.as_object().into_iter().flat_map(Map::iter) {
            let name = text(call, "/tags/0").unwrap_or_else(|| "Other".to_owned());
            let drawn = read_call(path, method, call, app);
            match groups.iter_mut().find(|group| group.name == name) {
                Some(group) => group.calls.push(drawn),
                None => groups.push(Group { anchor: anchor(&["group", &name]), name, calls: vec![drawn] }),
            }
        }
    }
    // What anybody may call comes first.
    groups.sort_by_key(|group| group.name != "Public");
    groups
}

fn anchor(parts: &[&str]) -> String {
    let plain = parts.join("-").to_lowercase();
    plain
        .split(|sign: char| !sign.is_ascii_alphanumeric())
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join("-")
}

fn read_call(path: &str, method: &str, call: &Value, app: &App) -> Call {
    let guarded = items(call, "/security").next().is_some();
    let body = call.pointer("/requestBody/content/application~1json/schema");
    Call {
        anchor: anchor(&[method, path]),
        method: method.to_uppercase(),
        path: format!("{}{path}", urls::API),
        title: text(call, "/summary").unwrap_or_default(),
        more: text(call, "/description"),
        door: if guarded { "With a token" } else { "Open to all" },
        parameters: items(call, "/parameters").map(parameter).collect(),
        body: body.map(content),
        answers: members(call, "/responses").map(|(status, answer)| read_answer(status, answer)).collect(),
        curl: curl(path, method, call, app),
    }
}

fn parameter(one: &Value) -> Named {
    let place = match text(one, "/in").as_deref() {
        Some("path") => "in the path",
        Some("query") => "in the query",
        Some("header") => "a header",
        Some(_) | None => "",
    };
    let need = if one.pointer("/required") == Some(&Value::Bool(true)) { "needed" } else { "optional" };
    let schema = one.pointer("/schema").unwrap_or(&Value::Null);
    Named {
        name: text(one, "/name").unwrap_or_default(),
        detail: format!("{place}, {need}, {}", content(schema).words),
        about: text(one, "/description"),
        shape: None,
    }
}

fn read_answer(status: &str, answer: &Value) -> Answer {
    let schema = members(answer, "/content").next().and_then(|(_, kind)| kind.pointer("/schema"));
    Answer {
        status: status.to_owned(),
        meaning: text(answer, "/description").unwrap_or_default(),
        content: schema.map(content),
    }
}

/// What a value is, in words.
fn content(schema: &Value) -> Content {
    if let Some(name) = text(schema, "/$ref").and_then(|place| place.rsplit('/').next().map(str::to_owned)) {
        let link = Link::new(name.clone(), format!("#{}", anchor(&["shape", &name])));
        return Content { words: name, shape: Some(link) };
    }
    if let Some(inner) = schema.pointer("/properties/items/items") {
        let inner = content(inner);
        return Content { words: format!("a page of {}", inner.words), shape: inner.shape };
    }
    if let Some(inner) = schema.pointer("/items") {
        let inner = content(inner);
        return Content { words: format!("a list of {}", inner.words), shape: inner.shape };
    }
    let either = ["/oneOf", "/anyOf", "/allOf"].iter().flat_map(|place| items(schema, place));
    let known: Vec<Content> =
        either.filter(|one| text(one, "/type").as_deref() != Some("null")).map(content).collect();
    if let Some(first) = known.into_iter().next() {
        return first;
    }
    Content { words: plain(schema), shape: None }
}

fn plain(schema: &Value) -> String {
    let kinds: Vec<String> = match schema.pointer("/type") {
        Some(Value::String(kind)) => vec![kind.clone()],
        Some(Value::Array(kinds)) => kinds.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_)) | None => Vec::new(),
    };
    let words = kinds.iter().map(|kind| match (kind.as_str(), text(schema, "/format").as_deref()) {
        ("string", Some("date")) => "a date",
        ("string", Some("date-time")) => "an instant",
        ("string", _) => "text",
        ("integer" | "number", _) => "a number",
        ("boolean", _) => "true or false",
        ("object", _) => "an object",
        ("null", _) => "null",
        (_, _) => "a value",
    });
    let words: Vec<&str> = words.collect();
    if words.is_empty() { "any value".to_owned() } else { words.join(" or ") }
}

fn named(name: &str, schema: &Value) -> Shape {
    let needed: Vec<&str> = items(schema, "/required").filter_map(Value::as_str).collect();
    let fields = members(schema, "/properties").map(|(field, value)| {
        let content = content(value);
        let need = if needed.contains(&field.as_str()) { "" } else { ", optional" };
        Named {
            name: field.clone(),
            detail: format!("{}{need}", content.words),
            about: text(value, "/description"),
            shape: content.shape,
        }
    });
    Shape {
        name: name.to_owned(),
        anchor: anchor(&["shape", name]),
        about: text(schema, "/description"),
        fields: fields.collect(),
        words: items(schema, "/enum").filter_map(Value::as_str).map(str::to_owned).collect(),
    }
}

fn curl(path: &str, method: &str, call: &Value, app: &App) -> String {
    let mut lines = vec![format!("curl {}", app.base().origin() + urls::API + path)];
    if items(call, "/security").next().is_some() {
        lines.push("-H 'Authorization: Bearer TOKEN'".to_owned());
    }
    if items(call, "/parameters").any(|one| text(one, "/name").as_deref() == Some("If-Match")) {
        lines.push("-H 'If-Match: \"3\"'".to_owned());
    }
    if call.pointer("/requestBody").is_some() {
        lines.push("-H 'Content-Type: application/json'".to_owned());
        lines.push(format!("--data '{}'", example(path)));
    } else if method != "get" {
        lines.push(format!("-X {}", method.to_uppercase()));
    }
    lines.join(" \\\n  ")
}

/// A body that is taken, for each call that has one.
fn example(path: &str) -> &'static str {
    match path {
        "/schools/{school}/concerns" => {
            r#"{"kind": "concern", "complainant": {"name": "Zofia Nowak", "email": "zofia@example.org", "relationship": "parent"}, "points": [{"what_happened": "The bus left without her."}]}"#
        }
        "/schools/{school}/procedure/copies" => r#"{"name": "Zofia Nowak", "email": "zofia@example.org"}"#,
        "/schools/{school}/links" => r#"{"email": "zofia@example.org"}"#,
        "/access" => r#"{"link_token": "LAST PART OF THE LINK"}"#,
        "/access/code" => r#"{"challenge": "FROM ASKING FOR A LINK", "code": "123456"}"#,
        "/cases" => {
            r#"{"school": "SLUG", "channel": "phone", "received_at": "2026-11-23T09:30:00Z", "kind": "concern", "complainant": {"name": "Zofia Nowak", "phone": "01632 960 001", "relationship": "parent"}, "points": [{"what_happened": "The bus left without her."}]}"#
        }
        "/cases/{reference}/actions/{action}" => r#"{"words": "Rang back, no answer"}"#,
        "/cases/{reference}/documents" => r#"{"name": "letter.pdf", "content": "BASE64"}"#,
        "/outbox/{message}/address" => r#"{"address": "zofia@example.org"}"#,
        "/outbox/{message}/told" => r#"{"way": "telephone", "on": "2026-11-23"}"#,
        "/people" => {
            r#"{"name": "Amara Okafor", "email": "head@example.org", "post": {"role": "headteacher", "school": "SLUG"}}"#
        }
        "/posts" => {
            r#"{"person": "00000000-0000-0000-0000-000000000000", "role": "clerk", "school": "SLUG"}"#
        }
        "/posts/{post}/end" => r#"{"to_on": "2027-07-21"}"#,
        "/tokens" => r#"{"scopes": ["read"], "expires_at": "2027-02-28T00:00:00Z"}"#,
        _ => "{}",
    }
}

#[cfg(test)]
mod tests {
    use serde::de::DeserializeOwned;

    use super::super::{access, cases, documents, messages, people, public};
    use super::example;
    use crate::app::concerns::body::ConcernBody;

    fn taken<T: DeserializeOwned>(path: &str) -> T {
        serde_json::from_str(example(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// A call that somebody copies from the page is taken as it stands.
    #[test]
    fn every_example_is_a_body_that_its_call_reads() {
        let _: ConcernBody = taken("/schools/{school}/concerns");
        let _: public::CopyBody = taken("/schools/{school}/procedure/copies");
        let _: access::LinkBody = taken("/schools/{school}/links");
        let _: access::AccessBody = taken("/access");
        let _: access::CodeBody = taken("/access/code");
        let _: cases::LogBody = taken("/cases");
        let _: documents::FileBody = taken("/cases/{reference}/documents");
        let _: messages::AddressBody = taken("/outbox/{message}/address");
        let told: messages::ToldBody = taken("/outbox/{message}/told");
        assert!(crate::app::messages::Way::from_key(&told.way).is_some());
        let _: people::PersonBody = taken("/people");
        let post: people::AppointBody = taken("/posts");
        let _: people::PostBody = serde_json::from_value(post.post).unwrap();
        let _: people::EndBody = taken("/posts/{post}/end");
        let _: people::TokenBody = taken("/tokens");
    }
}
