//! What people, clumsy programs and unkind ones send: told clearly at the field or stored safely, and never a
//! fault of ours.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use heard::db::access::LinkKind;
use heard::domain::ids::PartyNo;
use heard::domain::person::Role;
use heard::web::routes;
use heard::web::table::Listed;
use serde_json::{Value, json};

use crate::kit::http::{Answer, Request};
use crate::kit::served::Served;
use crate::kit::trust::Trust;
use crate::permissions::{Scene, Visit};

const SCHOOL: &str = "hazel-lane";
const CONCERNS: &str = "/api/v1/schools/hazel-lane/concerns";

/// Markup, SQL, a formula, a character of four bytes, right to left with its marks, and a combining accent.
const NASTY: &str =
    "<script>alert(1)</script>\"'); DROP TABLE cases;-- =1+1 👩‍👧 \u{202b}مرحبا\u{202c} e\u{301} & ok";

struct House {
    trust: Trust,
    served: Served,
}

impl House {
    fn new() -> Self {
        let trust = Trust::new();
        let served = Served::start(trust.app.clone());
        Self { trust, served }
    }

    fn send(&self, request: &Request) -> Answer {
        let answer = request.send(self.served.address).unwrap();
        assert!(answer.status < 500, "{request:?}: {}", answer.text());
        answer
    }

    fn token(&self, role: Role) -> &str {
        let here =
            |post: &heard::app::demo::Post| post.role == role && post.school.as_deref() == Some(SCHOOL);
        let person = self.trust.cast.people.iter().find(|person| person.posts.iter().any(here));
        &person.expect("somebody has that post").token
    }

    fn raises(&self, body: &Value) -> String {
        let answer = self.send(&Request::post(CONCERNS).json(body));
        assert_eq!(answer.status, 201, "{}", answer.text());
        answer.json()["reference"].as_str().unwrap().to_owned()
    }
}

fn concern() -> Value {
    json!({
        "kind": "concern",
        "complainant": { "name": "Zofia Nowak", "email": "zofia@family.example", "relationship": "parent" },
        "points": [{ "what_happened": "The bus left without her." }],
    })
}

/// The concern with one place changed; `place` is a JSON pointer whose last part may be new.
fn with(place: &str, value: Value) -> Value {
    let mut body = concern();
    let (parent, name) = place.rsplit_once('/').unwrap();
    let parent = body.pointer_mut(parent).unwrap();
    parent.as_object_mut().unwrap().insert(name.to_owned(), value);
    body
}

/// The status, the code and the first field with its code.
fn told(answer: &Answer) -> (u16, String, String, String) {
    assert_eq!(answer.named("content-type"), Some("application/problem+json"), "{}", answer.text());
    let problem = answer.json();
    let text = |place: &str| problem.pointer(place).and_then(Value::as_str).unwrap_or_default().to_owned();
    (answer.status, text("/code"), text("/errors/0/pointer"), text("/errors/0/code"))
}

/// A4, A5: what is no JSON is 400; what does not fit is 422, with its place.
#[test]
fn a_body_that_does_not_fit_is_told_at_its_place() {
    let house = House::new();
    let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    for broken in ["", "{", "not json", "{\"kind\": \"con", "{} {}", "\"\\ud800\"", deep.as_str()] {
        let answer = house.send(&Request::post(CONCERNS).bytes("application/json", broken.into()));
        let start: String = broken.chars().take(20).collect();
        let said = told(&answer);
        assert!(
            [(400, "malformed"), (422, "invalid")].contains(&(said.0, said.1.as_str())),
            "{start}: {said:?}"
        );
        // What is JSON at its start and only then goes wrong may be told either way.
        if !["\"\\ud800\"", "{} {}", deep.as_str()].contains(&broken) {
            assert_eq!(said.0, 400, "{start}");
        }
    }
    let far = "x".repeat(100_001);
    for (place, value, code) in [
        ("/colour", json!("teal"), "unknown_field"),
        ("/complainant/shoe_size", json!(41), "unknown_field"),
        ("/kind", json!(5), "does_not_fit"),
        ("/kind", json!("grumble"), "unknown_choice"),
        ("/points", json!("one"), "does_not_fit"),
        ("/points", json!([]), "missing"),
        ("/points/0/what_happened", json!(""), "missing"),
        ("/points/0/what_happened", json!("a\u{0}b"), "hidden_character"),
        ("/points/0/what_happened", json!(far), "too_long"),
        ("/complainant/name", json!("\u{0}"), "hidden_character"),
        ("/complainant/email", json!("not an address"), "not_an_email"),
        ("/complainant/email", json!("a\u{0}@family.example"), "not_an_email"),
        ("/complainant/relationship", json!("neighbour's cat"), "unknown_choice"),
        ("/last_incident_on", json!("2026-02-31"), "not_a_date"),
        ("/last_incident_on", json!("20256-01-01"), "not_a_date"),
        ("/last_incident_on", json!("tomorrow"), "not_a_date"),
        ("/last_incident_on", json!(20_260_101), "does_not_fit"),
        ("/flags", json!({ "child_at_risk": "maybe" }), "does_not_fit"),
        ("/about", json!([{ "role": "wizard" }]), "unknown_choice"),
    ] {
        let answer = house.send(&Request::post(CONCERNS).json(&with(place, value.clone())));
        let said = told(&answer);
        assert_eq!((said.0, said.1.as_str()), (422, "invalid"), "{place} {value}: {}", answer.text());
        assert!(said.2.starts_with(place), "{place} {value}: {said:?}");
        assert_eq!(said.3, code, "{place} {value}: {said:?}");
    }
}

/// A large body, another media type, a school that there is not: each has its status.
#[test]
fn what_cannot_be_taken_at_all_has_its_status() {
    let house = House::new();
    let huge = format!("{{\"kind\": \"{}\"}}", "x".repeat(10_000_000));
    let huge = house.send(&Request::post(CONCERNS).bytes("application/json", huge.into_bytes()));
    assert_eq!((told(&huge).0, told(&huge).1.as_str()), (413, "too_large"));
    let form =
        house.send(&Request::post(CONCERNS).bytes("application/x-www-form-urlencoded", b"a=b".to_vec()));
    assert_eq!(told(&form).0, 415);
    let nowhere = "/api/v1/schools/no-such-school";
    for request in [
        Request::get(nowhere),
        Request::get(&format!("{nowhere}/procedure")),
        Request::get(&format!("{nowhere}/calendar?from=2026-01-01&to=2026-01-02")),
        Request::post(&format!("{nowhere}/concerns")).json(&concern()),
        Request::post(&format!("{nowhere}/procedure/copies"))
            .json(&json!({ "name": "A", "email": "a@b.example" })),
    ] {
        let answer = house.send(&request);
        assert_eq!(told(&answer).0, 404, "{request:?}");
    }
    assert_eq!(house.send(&Request::get("/schools/no-such-school")).status, 404);
    assert_eq!(house.send(&Request::get("/schools/no-such-school/raise")).status, 404);
}

/// Queries too: days that there are not, numbers out of range, cursors that nobody gave.
#[test]
fn a_query_that_does_not_fit_is_told() {
    let house = House::new();
    let calendar = "/api/v1/schools/hazel-lane/calendar";
    for query in [
        "",
        "?from=2026-02-31&to=2026-03-02",
        "?from=20256-01-01&to=20256-01-02",
        "?from=2026-03-02&to=2026-03-01",
        "?from=2026-01-01&to=2036-01-01",
        "?from=2026-01-01&to=2026-01-02&colour=teal",
        "/due?received=2026-01-05&amount=-1&unit=school_days",
        "/due?received=2026-01-05&amount=70000&unit=school_days",
        "/due?received=2026-01-05&amount=5&unit=fortnights",
        "/due?received=2026-01-05&amount=5&unit=school_days&direction=sideways",
        "/due?received=2096-01-05&amount=5&unit=school_days",
    ] {
        let answer = house.send(&Request::get(&format!("{calendar}{query}")));
        assert_eq!(told(&answer).0, 422, "{query}: {}", answer.text());
    }
    let token = house.token(Role::Headteacher);
    for query in [
        "limit=0",
        "limit=101",
        "limit=many",
        "cursor=forged",
        "cursor=d_2026-02-31_0",
        "sort=mood",
        "state=unwell",
        "handler=nobody-i-know",
        "attention=please",
        "due_before=2026-02-31",
        "colour=teal",
    ] {
        let answer = house.send(&Request::get(&format!("/api/v1/cases?{query}")).bearer(token));
        assert_eq!(told(&answer).0, 422, "{query}: {}", answer.text());
    }
    let unknown = house.send(&Request::get("/api/v1/cases?school=no-such-school").bearer(token));
    assert_eq!(told(&unknown).0, 404);
}

/// A6, R7: a copy that is asked for twice under one key is sent once.
#[test]
fn a6_a_copy_asked_for_again_is_not_sent_again() {
    let house = House::new();
    let path = "/api/v1/schools/hazel-lane/procedure/copies";
    let ask = |name: &str| {
        let body = json!({ "name": name, "email": "zofia@family.example" });
        house.send(&Request::post(path).header("Idempotency-Key", "copy-1").json(&body)).status
    };
    assert_eq!([ask("Zofia Nowak"), ask("Zofia Nowak")], [202, 202]);
    assert_eq!(ask("Somebody else"), 422, "the key stands for another request");
    let log = house.send(&Request::get(path).bearer(house.token(Role::ComplaintsCoordinator))).json();
    assert_eq!(log["items"].as_array().map(Vec::len), Some(1), "{log}");
}

/// A6, A7: the version that was seen, and the key under which a request can be repeated.
#[test]
fn versions_and_keys_hold() {
    let house = House::new();
    let reference = house.raises(&concern());
    let token = house.token(Role::Headteacher);
    let note = format!("/api/v1/cases/{reference}/actions/add_note");
    let act = |path: &str| Request::post(path).bearer(token);
    let words = json!({ "words": "Rang back" });
    let current = house.send(&Request::get(&format!("/api/v1/cases/{reference}")).bearer(token));
    let etag = current.named("etag").unwrap().to_owned();
    for (if_match, status) in [
        (None, 428),
        (Some("*"), 400),
        (Some("3"), 400),
        (Some("W/\"3\""), 400),
        (Some("\"2\", \"3\""), 400),
        (Some("\"1\""), 412),
        (Some("\"99999999999\""), 400),
    ] {
        let request = if_match.map_or_else(|| act(&note), |etag| act(&note).header("If-Match", etag));
        let answer = house.send(&request.json(&words));
        assert_eq!(told(&answer).0, status, "{if_match:?}: {}", answer.text());
        if status == 400 {
            let problem = answer.json();
            assert_eq!(problem["code"], "malformed_header", "{problem}");
            assert!(
                problem["detail"].as_str().unwrap().contains("\"3\""),
                "the form that is wanted: {problem}"
            );
        }
    }
    let keyed =
        |body: &Value| act(&note).header("If-Match", &etag).header("Idempotency-Key", "same").json(body);
    let first = house.send(&keyed(&words));
    assert_eq!(first.status, 200, "{}", first.text());
    let again = house.send(&keyed(&words));
    assert_eq!((again.status, again.body), (200, first.body), "a replay gives the first answer");
    let other = house.send(&keyed(&json!({ "words": "Something else" })));
    assert_eq!((told(&other).0, told(&other).1.as_str()), (422, "idempotency_mismatch"));
    for key in ["", "has a space", "é", &"k".repeat(201)] {
        let request = act(&note).header("If-Match", &etag).header("Idempotency-Key", key).json(&words);
        assert_eq!(told(&house.send(&request)).0, 422, "{key:?}");
    }
    let raise =
        |body: &Value| house.send(&Request::post(CONCERNS).header("Idempotency-Key", "once").json(body));
    let (one, two) = (raise(&concern()), raise(&concern()));
    assert_eq!((one.status, &one.body), (two.status, &two.body), "pressed twice, filed once");
    let changed = raise(&with("/late_reason", json!("We were away")));
    assert_eq!(told(&changed).1, "idempotency_mismatch");
    for nothing in [
        json!({ "words": "" }),
        json!({ "words": "\u{0}" }),
        json!({ "words": 5 }),
        json!({}),
        json!([]),
        json!({ "words": "a", "$text": 1 }),
    ] {
        let answer = house.send(&act(&note).header("If-Match", "\"2\"").json(&nothing));
        assert_eq!(told(&answer).0, 422, "{nothing}: {}", answer.text());
    }
    for path in ["add_nothing", "lapse", "..%2fevents", "%00"] {
        let path = format!("/api/v1/cases/{reference}/actions/{path}");
        assert_eq!(house.send(&act(&path).header("If-Match", "\"2\"").json(&words)).status, 404, "{path}");
    }
}

/// Every text field takes anything that people write and gives it back as it was; pages show it as text.
#[test]
fn whatever_people_write_is_kept_and_shown_as_text() {
    let house = House::new();
    let body = json!({
        "kind": "concern",
        "complainant": {
            "name": NASTY, "email": "zofia@family.example", "phone": "+44 1632 960 001", "address": NASTY,
            "relationship": "parent", "adjustments": NASTY, "safe_contact_note": NASTY,
        },
        "child": { "name": NASTY, "year_group": "Year 1" },
        "points": [{ "what_happened": NASTY, "when": NASTY, "wanted": NASTY }, { "what_happened": NASTY }],
        "about": [{ "role": "class_teacher", "name": NASTY }],
        "late_reason": NASTY, "already_spoken_to": NASTY,
    });
    let reference = house.raises(&body);
    let coordinator = house.token(Role::ComplaintsCoordinator).to_owned();
    let case = house.send(&Request::get(&format!("/api/v1/cases/{reference}")).bearer(&coordinator)).json();
    for place in ["/points/0/what_happened", "/points/0/when", "/points/0/wanted", "/points/1/what_happened"]
    {
        assert_eq!(case.pointer(place), Some(&json!(NASTY)), "{place}: {case}");
    }
    let scene = Visit::signed_in(&house.trust, Role::ComplaintsCoordinator, SCHOOL);
    let id = house.trust.case(&heard::domain::reference::Reference::parse(&reference).unwrap());
    let own = house.trust.secret(id, PartyNo(1), LinkKind::CaseToken, TimeDelta::hours(1));
    let own = format!("heard-case={own}.{reference}");
    let pages = [
        (format!("/cases/{reference}"), scene.cookies()),
        ("/cases?state=any".to_owned(), scene.cookies()),
        ("/".to_owned(), scene.cookies()),
        (format!("/cases/{reference}/actions/mark_subject"), scene.cookies()),
        (format!("/cases/{reference}/actions/redirect"), scene.cookies()),
        (format!("/cases?q={}", "%3Cscript%3Ealert(1)%3C%2Fscript%3E"), scene.cookies()),
        ("/mine".to_owned(), own),
    ];
    for (path, cookies) in &pages {
        let page = house.send(&Request::get(path).header("Cookie", cookies));
        let html = page.text();
        assert!([200, 303].contains(&page.status), "{path}: {}", page.status);
        assert!(!html.contains("<script>alert"), "{path} lets markup through");
        if *path == format!("/cases/{reference}") || path == "/mine" {
            assert!(
                html.contains("DROP TABLE cases") && html.contains("👩‍👧"),
                "{path} shows what was written"
            );
        }
    }
    let messages = house
        .trust
        .db
        .read(|tx| heard::db::outbox::of_case(tx, heard::db::visibility::Seen::by_the_system(id)));
    for posted in messages.unwrap() {
        let html = posted.message.body_html.unwrap_or_default();
        assert!(!html.contains("<script>alert"), "{}", posted.message.kind);
        assert!(!posted.message.subject.contains(['\r', '\n']), "a subject is one line");
    }
    assert_eq!(
        house.send(&Request::get(&format!("/api/v1/cases/{reference}")).bearer(&coordinator)).status,
        200
    );
}

/// G13: half past one in the morning is there never or twice when the clocks change.
#[test]
fn nights_on_which_the_clocks_change() {
    let house = House::new();
    let reference = house.raises(&concern());
    let token = house.token(Role::ComplaintsCoordinator);
    for (at, status, stored) in [
        ("2027-03-28T01:30:00", 200, "2027-03-28T01:30:00Z"),
        ("2027-10-31T01:30:00", 200, "2027-10-31T00:30:00Z"),
        ("2027-03-28T00:59:59", 200, "2027-03-28T00:59:59Z"),
        ("2027-10-31T02:00:00", 200, "2027-10-31T02:00:00Z"),
    ] {
        let etag = house.send(&Request::get(&format!("/api/v1/cases/{reference}")).bearer(token));
        let etag = etag.named("etag").unwrap().to_owned();
        let path = format!("/api/v1/cases/{reference}/actions/arrange_meeting");
        let body = json!({ "at": at, "minutes": 30, "place": "Room 2" });
        let answer = house.send(&Request::post(&path).bearer(token).header("If-Match", &etag).json(&body));
        assert_eq!(answer.status, status, "{at}: {}", answer.text());
        assert!(answer.text().contains(stored), "{at}: {}", answer.text());
    }
    for day in ["2026-03-29", "2026-10-25"] {
        let path =
            format!("/api/v1/schools/hazel-lane/calendar/due?received={day}&amount=5&unit=calendar_days");
        let due = house.send(&Request::get(&path)).json();
        assert_eq!(due["counted"].as_array().map(Vec::len), Some(5), "{due}");
    }
}

/// P10, P11: on a page what was typed comes back, the title says so, and the summary leads to the field.
#[test]
fn a_page_comes_back_filled_in_with_the_problem_at_its_field() {
    let house = House::new();
    let visit = Visit::signed_in(&house.trust, Role::ComplaintsCoordinator, SCHOOL);
    let nobody = Visit::of_nobody(&house.trust);
    let long = "x".repeat(100_001);
    for (path, fields, kept) in [
        ("/schools/hazel-lane/raise/what-is-it", vec![], ""),
        (
            "/schools/hazel-lane/raise/point/1",
            vec![("what", ""), ("wanted", "An apology & <b>more</b>")],
            "An apology &#38; &#60;b&#62;more",
        ),
        ("/schools/hazel-lane/raise/point/1", vec![("what", long.as_str())], "xxxxxxxx"),
        (
            "/schools/hazel-lane/raise/how-to-reach-you",
            vec![("email", "not \"an\" address")],
            "not &#34;an&#34; address",
        ),
        ("/schools/hazel-lane/procedure/copies", vec![("name", "Zofia"), ("email", "nowhere")], "nowhere"),
        ("/schools/hazel-lane/find-my-case", vec![("email", "no <address>")], "no &#60;address&#62;"),
        ("/schools/hazel-lane/code", vec![("code", "12")], "12"),
        ("/sign-in", vec![("email", "x <y>"), ("password", "hunter2")], "x &#60;y&#62;"),
        ("/cases/new", vec![("what", "\u{0}He fell"), ("name", "Mrs Ash")], "Mrs Ash"),
    ] {
        let visit = if path == "/sign-in" { &nobody } else { &visit };
        let csrf = visit.csrf(path);
        let form: Vec<(&str, &str)> = [("csrf", csrf.as_str())].into_iter().chain(fields).collect();
        let body = serde_html_form::to_string(form).unwrap();
        let request = Request::post(path).header("Cookie", &visit.cookies());
        let mut page = house.send(&request.bytes("application/x-www-form-urlencoded", body.into_bytes()));
        if path.contains("/raise/") {
            // The journey of a concern leads back to its page, so that the browser's Back works.
            assert_eq!((page.status, page.named("location")), (303, Some(path)), "{path}");
            page = house.send(&Request::get(path).header("Cookie", &visit.cookies()));
        } else {
            assert_eq!(page.status, 422, "{path}");
        }
        let html = page.text();
        assert!(html.contains("<title>Error: "), "{path}: the title says so");
        assert!(html.contains("There is a problem"), "{path}: one summary");
        let field =
            html.split("govuk-error-summary__list").nth(1).and_then(|list| list.split("href=\"#").nth(1));
        let field = field
            .and_then(|link| link.split('"').next())
            .unwrap_or_else(|| panic!("{path}: no link to a field"));
        assert!(html.contains(&format!("id=\"{field}\"")), "{path}: #{field} is on the page");
        assert!(html.contains(kept), "{path}: what was typed is kept: {kept}");
        assert!(!html.contains("hunter2"), "a password never comes back");
    }
}

/// A form that was open while somebody else changed the case: nothing is lost, nothing is overwritten (S9).
#[test]
fn a_stale_form_comes_back_with_what_was_typed() {
    let house = House::new();
    let reference = house.raises(&concern());
    let visit = Visit::signed_in(&house.trust, Role::Headteacher, SCHOOL);
    let path = format!("/cases/{reference}/actions/add_note");
    let csrf = visit.csrf(&path);
    let form = [("csrf", csrf.as_str()), ("version", "1"), ("words", "Typed <long> ago")];
    let body = serde_html_form::to_string(form).unwrap().into_bytes();
    let request = Request::post(&path).header("Cookie", &visit.cookies());
    let page = house.send(&request.bytes("application/x-www-form-urlencoded", body));
    assert!([409, 412].contains(&page.status), "{}", page.status);
    assert!(page.text().contains("Typed &#60;long&#62; ago"), "{}", page.text());
}

/// S9: a form that comes back for another reason, "Change it" or an answer that is missing, would carry the version
/// of now. Where somebody else changed the case meanwhile, that is shown first, with what was typed.
#[test]
fn s9_a_change_in_between_is_told_when_a_form_comes_back() {
    let house = House::new();
    let reference = house.raises(&concern());
    let visit = Visit::signed_in(&house.trust, Role::Headteacher, SCHOOL);
    let path = format!("/cases/{reference}/actions/send_message");
    let csrf = visit.csrf(&path);
    let send = |fields: &[(&str, &str)]| {
        let form: Vec<_> = [("csrf", csrf.as_str())].into_iter().chain(fields.iter().copied()).collect();
        let body = serde_html_form::to_string(form).unwrap().into_bytes();
        let request = Request::post(&path).header("Cookie", &visit.cookies());
        house.send(&request.bytes("application/x-www-form-urlencoded", body))
    };
    let version = |html: &str| {
        let value = html.split("name=\"version\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
        value.unwrap_or_else(|| panic!("{html}")).to_owned()
    };
    let form = house.send(&Request::get(&path).header("Cookie", &visit.cookies())).text();
    let before = version(&form);
    let confirm = send(&[("version", &before), ("words", "We look into it")]);
    assert!(confirm.text().contains("We look into it"), "{}", confirm.text());
    let changed = [("version", before.as_str()), ("words", "We look into it"), ("change", "yes")];
    assert_eq!(send(&changed).status, 200, "nothing happened in between: the form, filled in");

    let note = format!("/api/v1/cases/{reference}/actions/add_note");
    let noted = Request::post(&note).bearer(house.token(Role::ComplaintsCoordinator));
    let noted =
        noted.header("If-Match", &format!("\"{before}\"")).json(&json!({"words": "They rang meanwhile"}));
    assert_eq!(house.send(&noted).status, 200);

    for fields in
        [changed.to_vec(), vec![("version", before.as_str()), ("words", " "), ("to", "We look into it")]]
    {
        let page = send(&fields);
        assert_eq!(page.status, 409, "{fields:?}");
        let html = page.text();
        assert!(html.contains("They rang meanwhile"), "what happened: {html}");
        assert!(html.contains("We look into it"), "what was typed: {html}");
        assert_ne!(version(&html), before, "and from there it goes on from the case as it is now");
    }
}

/// A6, P10: a call that cannot be taken comes back at the question that it is about, with what was typed.
#[test]
fn a6_a_call_that_cannot_be_taken_comes_back_at_its_question() {
    let house = House::new();
    let visit = Visit::signed_in(&house.trust, Role::ComplaintsCoordinator, SCHOOL);
    let csrf = visit.csrf("/cases/new");
    let form = [
        ("csrf", csrf.as_str()),
        ("name", "Joan Reyes"),
        ("reach", "07700 900456"),
        ("relationship", "parent"),
        ("what", "Her PE bag was taken twice."),
        ("risk", "no"),
        ("channel", "phone"),
        ("received_at-day", "2"),
        ("received_at-month", "10"),
        ("received_at-year", "2024"),
        ("received_at-time", "9:15am"),
        ("long_ago", "yes"),
    ];
    let body = serde_html_form::to_string(form).unwrap().into_bytes();
    let request = Request::post("/cases/new").header("Cookie", &visit.cookies());
    let page = house.send(&request.bytes("application/x-www-form-urlencoded", body));
    assert_eq!(page.status, 422);
    let html = page.text();
    assert!(html.contains("href=\"#received_at-day\">Enter when the concern reached you"), "{html}");
    assert!(html.contains("Her PE bag was taken twice."), "what was typed is kept (P8)");
}

/// What is put in place of a part of a path.
const PARTS: [&str; 8] = [
    "%00",
    "..%2f..%2fetc%2fpasswd",
    "%ff",
    "-1",
    "99999999999999999999",
    "%F0%9F%91%A9",
    "%27%3B--",
    "%3Cscript%3E",
];
const QUERIES: [&str; 7] = [
    "?cursor=%00",
    "?limit=-1&limit=2",
    "?from=2026-02-31&to=x",
    "?q=%00%27%3B--",
    "?%ff=%fe&=&&",
    "?school=%00&stage=%00",
    "?next=//evil.example&done=%00",
];

fn forms() -> Vec<Vec<u8>> {
    let many = "a=b&".repeat(5_000);
    let texts = [
        "",
        "words=%00",
        "email=a%00%40b.example&name=%00&password=%00",
        "a=%ff%fe&%00=%00",
        "&&&===",
        "words",
        many.as_str(),
    ];
    let mut forms: Vec<Vec<u8>> = texts.iter().map(|text| text.as_bytes().to_vec()).collect();
    forms.push(vec![0xff, 0xfe, b'=', 0]);
    forms
}

const BODIES: [&str; 12] = [
    "",
    "{",
    "[]",
    "null",
    "\"x\"",
    "{\"words\": \"\\u0000\"}",
    "{\"$text\": 1}",
    "{\"words\": 1e999}",
    "{\"email\": \"a\\u0000@b.example\"}",
    "{\"challenge\": \"\\u0000\", \"code\": \"\\u0000\"}",
    "{\"school\": \"\\u0000\", \"channel\": \"phone\", \"received_at\": \"2026-02-31T00:00:00Z\"}",
    "{\"link_token\": \"\\u0000\"}",
];

/// Each varying part of the path in turn is replaced by something odd.
fn odd_paths(scene: &Scene, listed: &Listed) -> Vec<String> {
    let names: Vec<&str> =
        listed.pattern.split('{').skip(1).filter_map(|rest| rest.split('}').next()).collect();
    let mut paths = vec![scene.fill(&listed.pattern, &scene.open)];
    for name in names {
        for part in PARTS {
            let odd = listed.pattern.replace(&format!("{{{name}}}"), part);
            paths.push(scene.fill(&odd, &scene.open));
        }
    }
    paths
}

/// Every route, by somebody who may come in, with whatever a fuzzer begins with: never a fault of ours.
#[test]
fn no_route_breaks() {
    let scene = Scene::set();
    let visits = [
        Visit::signed_in(&scene.trust, Role::ComplaintsCoordinator, SCHOOL),
        Visit::of_family(&scene.trust, &scene.open),
    ];
    let mut broken: BTreeMap<String, Vec<(u16, String, String)>> = BTreeMap::new();
    for listed in routes::listed() {
        let visit = &visits[usize::from(listed.pattern.starts_with("/mine"))];
        let method = listed.method.as_str();
        let pages = !listed.pattern.starts_with("/api");
        let begin = |path: &str| {
            let request = Request::new(method, path);
            if pages {
                request.header("Cookie", &visit.cookies())
            } else {
                request.bearer(visit.bearer().unwrap())
            }
        };
        let mut requests: Vec<Request> = Vec::new();
        for path in odd_paths(&scene, &listed) {
            requests.push(begin(&path));
        }
        let path = scene.fill(&listed.pattern, &scene.open);
        let plain = path.split('?').next().unwrap_or_default();
        if method == "GET" {
            requests.extend(QUERIES.iter().map(|query| begin(&format!("{plain}{query}"))));
        } else if pages {
            let csrf = format!("&csrf={}&version=1&confirmed=yes", visit.csrf(&listed.pattern));
            requests.extend(forms().into_iter().map(|mut form| {
                form.extend(csrf.as_bytes());
                begin(plain).bytes("application/x-www-form-urlencoded", form)
            }));
        } else {
            requests.extend(BODIES.iter().map(|body| {
                begin(plain).header("If-Match", "\"2\"").bytes("application/json", body.as_bytes().to_vec())
            }));
        }
        // What ends the visit is left for whoever comes last.
        if ["/sign-out", "/mine/leave"].contains(&listed.pattern.as_str()) {
            continue;
        }
        for request in requests {
            let answer = request.send(scene.served.address);
            let status = answer.as_ref().map_or(0, |answer| answer.status);
            if status == 0 || status >= 500 {
                let said: String = answer.map_or_else(|error| error.to_string(), |answer| answer.text());
                let first = format!("{request:?}").chars().take(260).collect::<String>();
                broken.entry(format!("{method} {}", listed.pattern)).or_default().push((
                    status,
                    first,
                    said.chars().take(120).collect::<String>(),
                ));
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

/// A14: a network that asks for one thing after another is told when to come back, by page and API alike.
#[test]
fn too_many_forms_from_one_network() {
    let house = House::new();
    let visit = Visit::of_nobody(&house.trust);
    for (at, path) in
        ["/schools/hazel-lane/procedure/copies", "/schools/hazel-lane/find-my-case"].into_iter().enumerate()
    {
        let body = serde_html_form::to_string([("csrf", visit.csrf(path))]).unwrap().into_bytes();
        let from = format!("198.51.100.{at}");
        let send = || {
            let request =
                Request::post(path).header("Cookie", &visit.cookies()).header("X-Forwarded-For", &from);
            house.send(&request.bytes("application/x-www-form-urlencoded", body.clone()))
        };
        let answers: Vec<Answer> = (0..21).map(|_| send()).collect();
        assert!(answers[..20].iter().all(|answer| answer.status == 422), "{path}");
        assert_eq!(answers[20].status, 429, "{path}");
        assert!(answers[20].named("retry-after").is_some_and(|wait| wait.parse::<u32>().is_ok()));
        assert!(answers[20].text().contains("Wait a few minutes"));
    }
    let copies = "/api/v1/schools/hazel-lane/procedure/copies";
    let send = || {
        house.send(
            &Request::post(copies).header("X-Forwarded-For", "203.0.113.7").json(&json!({ "name": "" })),
        )
    };
    for _ in 0..20 {
        send();
    }
    let last = send();
    assert_eq!((told(&last).0, last.named("retry-after").is_some()), (429, true));
}

/// A4: a query is told at the parameter that does not fit, also where a character in it can be in no address.
#[test]
fn a4_a_query_is_told_at_its_parameter() {
    let house = House::new();
    let token = house.token(Role::Headteacher);
    for (query, pointer, code) in [
        ("q=%00", "/q", "hidden_character"),
        ("state=open&school=a%00b", "/school", "hidden_character"),
        ("limit=none", "/limit", "does_not_fit"),
        ("limit=0", "/limit", "unknown_choice"),
        ("state=dancing", "/state", "unknown_choice"),
        ("due_before=soon", "/due_before", "does_not_fit"),
        ("colour=red", "/colour", "unknown_field"),
        ("q=a&q=b", "/q", "does_not_fit"),
        ("cursor=x", "/cursor", "unknown_cursor"),
    ] {
        let answer = house.send(&Request::get(&format!("/api/v1/cases?{query}")).bearer(token));
        let (status, _, told_pointer, told_code) = told(&answer);
        assert_eq!((status, told_pointer.as_str(), told_code.as_str()), (422, pointer, code), "{query}");
    }
    assert_eq!(house.send(&Request::get("/api/v1/cases/%00?q=%00").bearer(token)).status, 404);
}

/// A4, A8: all that does not fit in the body of an action is told at once; a moment is taken without seconds.
#[test]
fn a4_an_action_tells_every_field_at_once() {
    let house = House::new();
    let reference = house.raises(&concern());
    let token = house.token(Role::ComplaintsCoordinator);
    let case = format!("/api/v1/cases/{reference}");
    let act = |action: &str, body: Value| {
        let etag = house.send(&Request::get(&case).bearer(token)).named("etag").unwrap().to_owned();
        let request = Request::post(&format!("{case}/actions/{action}")).bearer(token);
        house.send(&request.header("If-Match", &etag).json(&body))
    };
    let wrong = json!({ "at": "at ten", "minutes": "long", "staff": 1, "colour": "red" });
    let answer = act("arrange_meeting", wrong).json();
    let pointers: Vec<&str> =
        answer["errors"].as_array().unwrap().iter().map(|one| one["pointer"].as_str().unwrap()).collect();
    assert_eq!(pointers, ["/at", "/minutes", "/place", "/staff", "/colour"], "{answer}");
    assert!(answer["detail"].as_str().unwrap().contains("2026-11-23T10:00"), "an example: {answer}");
    let right = json!({ "at": "2026-11-25T10:00", "minutes": 30, "place": "Room 2" });
    let booked = act("arrange_meeting", right);
    assert_eq!(booked.status, 200, "{}", booked.text());
    let fields = house.send(&Request::get(&format!("{case}/actions")).bearer(token)).json();
    let fields = fields["items"].as_array().unwrap().iter().find(|one| one["name"] == "arrange_meeting");
    let at = &fields.unwrap()["fields"]["properties"]["at"];
    assert!(at["description"].as_str().unwrap().contains("local time"), "{at}");
    assert_eq!(at["examples"][0], "2026-11-23T10:00");
}

/// P18, api.md: whoever comes with the token of one case lists that case and nothing else, in the words of a family.
#[test]
fn a_complainant_lists_their_own_case() {
    let house = House::new();
    let mut other = concern();
    other["complainant"]["name"] = json!("Jo Bloggs");
    other["complainant"]["email"] = json!("jo@family.example");
    house.raises(&other);
    let reference = house.raises(&concern());
    let parsed = heard::domain::reference::Reference::parse(&reference).unwrap();
    let link = house.trust.secret(house.trust.case(&parsed), PartyNo(1), LinkKind::Link, TimeDelta::days(1));
    let whole = format!("https://heard.example.org/mine/{link}");
    let made = house.send(&Request::post("/api/v1/access").json(&json!({ "link_token": whole })));
    assert_eq!(made.status, 200, "a whole link is taken as well: {}", made.text());
    let token = made.json()["case_token"].as_str().unwrap().to_owned();
    let list =
        |query: &str| house.send(&Request::get(&format!("/api/v1/cases{query}")).bearer(&token)).json();
    let all = list("");
    assert_eq!(all["items"].as_array().map(Vec::len), Some(1), "{all}");
    assert_eq!(all["items"][0]["reference"], json!(reference));
    assert!(all["items"][0]["handler"].is_null(), "roles, no names: {all}");
    assert!(all["next_cursor"].is_null());
    assert_eq!(list("?school=hazel-lane&state=any&sort=changed")["items"][0]["reference"], json!(reference));
    for none in ["?school=elsewhere", "?state=closed", "?stage=panel", "?due_before=2020-01-01"] {
        assert_eq!(list(none)["items"], json!([]), "{none}");
    }
    for query in ["handler=me", "attention=new", "q=bus", "cursor=x", "limit=0", "sort=luck", "state=luck"] {
        let answer = house.send(&Request::get(&format!("/api/v1/cases?{query}")).bearer(&token));
        let pointer = format!("/{}", query.split('=').next().unwrap());
        assert_eq!((told(&answer).0, told(&answer).2), (422, pointer), "{query}");
    }
    for nobody in ["forged", link.as_str()] {
        assert_eq!(house.send(&Request::get("/api/v1/cases").bearer(nobody)).status, 401);
    }
}

/// G31: the name of a file that breaks its own header is told as that.
#[test]
fn a_file_whose_name_cannot_be_read_is_told_so() {
    let house = House::new();
    let reference = house.raises(&concern());
    let token = house.token(Role::ComplaintsCoordinator);
    let etag = house.send(&Request::get(&format!("/api/v1/cases/{reference}")).bearer(token));
    let form = "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\u{1}b.pdf\"\r\n\r\n%PDF-1.4\r\n--x--\r\n";
    let request = Request::post(&format!("/api/v1/cases/{reference}/documents"))
        .bearer(token)
        .header("If-Match", etag.named("etag").unwrap());
    let answer = house.send(&request.bytes("multipart/form-data; boundary=x", form.into()));
    assert_eq!(answer.status, 400, "{}", answer.text());
    assert!(answer.json()["detail"].as_str().unwrap().contains("control characters"), "{}", answer.text());
}

/// A14: what is told of a limit is true. Whoever calls from the machine itself is not counted, and is told no numbers.
#[test]
fn a14_the_numbers_of_a_limit_move_or_are_not_there() {
    let house = House::new();
    let left = || {
        let request = Request::get("/api/v1/schools").header("X-Forwarded-For", "203.0.113.8");
        house.send(&request).named("ratelimit-remaining").unwrap().parse::<u32>().unwrap()
    };
    let (first, second) = (left(), left());
    assert!(second < first || first < 600, "{first}, then {second}");
    assert!(second < 600, "it was counted: {second}");
    let here = house.send(&Request::get("/api/v1/schools"));
    assert_eq!(here.named("ratelimit-remaining"), None);
}

/// A14, P33: the sixth wrong code is told when to come back, in the words of the page.
#[test]
fn a14_too_many_codes_are_told_when_to_come_back() {
    let house = House::new();
    let body = json!({ "challenge": "never-asked", "code": "123456" });
    let send = || house.send(&Request::post("/api/v1/access/code").json(&body));
    for _ in 0..5 {
        assert_eq!(told(&send()), (422, "invalid".into(), "/code".into(), "code_wrong".into()));
    }
    let last = send();
    assert_eq!((told(&last).0, told(&last).1.as_str()), (429, "too_many"));
    assert!(last.named("retry-after").unwrap().parse::<u64>().unwrap() > 60);
    assert_eq!(last.named("ratelimit-remaining"), Some("0"), "of the bucket of codes");
    assert!(last.json()["detail"].as_str().unwrap().starts_with("Too many codes were tried"));
}
