//! The API does what its description says: every call is made, with what it takes and with what it refuses, and
//! each answer is held against the description by a JSON Schema validator (A2, A4, A23), on both databases.

use std::cell::RefCell;
use std::process::Command;

use chrono::TimeDelta;
use heard::app::outbox::{Sender, Step, Transport, deliver};
use heard::db::access::LinkKind;
use heard::db::visibility::Seen;
use heard::domain::ids::PartyNo;
use heard::domain::person::Role;
use heard::domain::reference::Reference;
use heard::domain::text::EmailAddress;
use heard::mail::MemoryMailer;
use heard::web::api::description::described;
use serde_json::{Value, json};

use crate::kit::http::{Answer, Request};
use crate::kit::served::Served;
use crate::kit::trust::Trust;
use crate::kit::{package, setting};

const SCHOOL: &str = "hazel-lane";
const FAMILY: &str = "zofia@family.example";

/// The headers that the description tells of.
const HEADERS: [&str; 10] = [
    "etag",
    "location",
    "retry-after",
    "www-authenticate",
    "content-disposition",
    "repr-digest",
    "x-request-id",
    "ratelimit-limit",
    "ratelimit-remaining",
    "ratelimit-reset",
];

/// A client that remembers everything that was said.
struct Client {
    trust: Trust,
    served: Served,
    exchanges: RefCell<Vec<Value>>,
    /// Answers of another status than was wanted.
    unlike: RefCell<Vec<String>>,
}

impl Client {
    fn new() -> Self {
        let trust = Trust::with_time_to_call_back(TimeDelta::seconds(30));
        let served = Served::start(trust.app.clone());
        Self { trust, served, exchanges: RefCell::default(), unlike: RefCell::default() }
    }

    fn token(&self, role: Role) -> &str {
        let here = |post: &heard::app::demo::Post| {
            post.role == role && post.school.as_deref().is_none_or(|school| school == SCHOOL)
        };
        let person = self.trust.cast.people.iter().find(|person| person.posts.iter().any(here));
        &person.expect("somebody has that post").token
    }

    /// Sends a request below the API, which answers that.
    fn says(&self, method: &str, path: &str, more: impl Fn(Request) -> Request, status: u16) -> Answer {
        self.asks(method, path, None, more, status)
    }

    fn asks(
        &self,
        method: &str,
        path: &str,
        body: Option<Value>,
        more: impl Fn(Request) -> Request,
        status: u16,
    ) -> Answer {
        // From a network of its own, so that each is counted and none is one too many.
        let network = format!("2001:db8:{:x}::1", self.exchanges.borrow().len());
        let request =
            more(Request::new(method, &format!("/api/v1{path}"))).header("X-Forwarded-For", &network);
        let request = if let Some(body) = &body { request.json(body) } else { request };
        let answer = request.send(self.served.address).unwrap();
        if answer.status != status {
            let unlike =
                format!("{method} {path}: {} in place of {status}: {}", answer.status, answer.text());
            self.unlike.borrow_mut().push(unlike);
        }
        assert!(answer.named("x-request-id").is_some_and(|id| !id.is_empty()), "{method} {path} (A25)");
        assert!(answer.named("ratelimit-remaining").is_some(), "{method} {path} (A14)");
        let media_type = answer.named("content-type").unwrap_or_default();
        let said = match media_type {
            "" => Value::Null,
            kind if kind.ends_with("json") => answer.json(),
            _ => Value::from("bytes"),
        };
        let headers: Vec<&str> = HEADERS.into_iter().filter(|name| answer.named(name).is_some()).collect();
        self.exchanges.borrow_mut().push(json!({
            "headers": headers,
            "method": method, "path": path.split('?').next(), "status": answer.status, "asked": body, "said": said,
            "media_type": if media_type.ends_with("json") { media_type } else { "application/octet-stream" },
        }));
        answer
    }

    fn gets(&self, path: &str, role: Role) -> Answer {
        self.says("GET", path, |request| request.bearer(self.token(role)), 200)
    }

    fn posts(&self, path: &str, role: Role, body: Value, status: u16) -> Answer {
        self.asks("POST", path, Some(body), |request| request.bearer(self.token(role)), status)
    }

    /// A concern of a family of its own, so that none may be one that is here already.
    fn raises(&self) -> String {
        let path = format!("/schools/{SCHOOL}/concerns");
        let (mut concern, no) = (concern(), self.exchanges.borrow().len());
        concern["complainant"]["name"] = json!(format!("Family {no}"));
        concern["complainant"]["email"] = json!(family(no));
        concern["child"]["name"] = json!(format!("Child {no}"));
        concern["points"][0]["what_happened"] = json!(format!("It was bus {no}"));
        let answer = self.asks("POST", &path, Some(concern), |request| request, 201);
        answer.json()["reference"].as_str().unwrap().to_owned()
    }

    /// An action at the present version.
    fn acts(&self, reference: &str, path: &str, body: Value, status: u16) -> Answer {
        let etag = self.etag(reference);
        let with = |request: Request| {
            request.bearer(self.token(Role::ComplaintsCoordinator)).header("If-Match", &etag)
        };
        self.asks("POST", &format!("/cases/{reference}{path}"), Some(body), with, status)
    }

    fn etag(&self, reference: &str) -> String {
        let answer = self.gets(&format!("/cases/{reference}"), Role::ComplaintsCoordinator);
        answer.named("etag").unwrap().to_owned()
    }

    /// A message that can still be called back.
    fn waiting_message(&self) -> String {
        let reference = self.raises();
        self.acts(&reference, "/actions/acknowledge", json!({}), 200);
        let messages =
            self.gets(&format!("/cases/{reference}/messages?limit=100"), Role::ComplaintsCoordinator);
        let all = messages.json();
        let mut items = all["items"].as_array().unwrap().iter();
        let found = items.find(|message| message["kind"] == "acknowledgement");
        found.unwrap_or_else(|| panic!("{all}"))["id"].as_str().unwrap().to_owned()
    }

    /// Whatever differs from the description.
    fn differences(&self) -> String {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("exchanges.json");
        let told = json!({ "description": described(), "exchanges": *self.exchanges.borrow() });
        std::fs::write(&file, told.to_string()).unwrap();
        let python = setting("HEARD_TEST_PYTHON").unwrap_or_else(|| "python3".to_owned());
        let script = package().join("tests/it/kit/contract.py");
        let checked = Command::new(python).arg(script).arg(&file).output();
        let checked = checked.expect("python starts; HEARD_TEST_PYTHON names one that has jsonschema");
        let said = String::from_utf8_lossy(&checked.stdout).trim().to_owned();
        assert_eq!(checked.status.success(), said.is_empty(), "{}", String::from_utf8_lossy(&checked.stderr));
        said
    }
}

fn family(no: usize) -> String {
    format!("family.{no}@family.example")
}

fn concern() -> Value {
    json!({
        "kind": "concern",
        "complainant": { "name": "Zofia Nowak", "email": FAMILY, "relationship": "parent", "preferred_contact": "email" },
        "child": { "name": "Ola Nowak", "year_group": "Year 1" },
        "points": [{ "what_happened": "The bus left without her", "when": "On Monday", "wanted": "A call" }],
        "last_incident_on": "2026-11-23",
        "flags": {},
    })
}

#[test]
fn every_answer_is_as_described() {
    let client = Client::new();
    the_public_part(&client);
    a_case(&client);
    documents(&client);
    a_family(&client);
    somebody_who_is_asked(&client);
    a_code_on_paper(&client);
    messages(&client);
    people(&client);
    absences(&client);
    assert_eq!(*client.unlike.borrow(), Vec::<String>::new());
    let differences = client.differences();
    assert!(differences.is_empty(), "{differences}");
}

fn the_public_part(client: &Client) {
    let none = |request: Request| request;
    client.says("GET", "/schools?limit=2", none, 200);
    client.says("GET", "/schools?limit=0", none, 422);
    for below in ["", "/procedure", "/calendar?from=2026-10-20&to=2026-11-05"] {
        client.says("GET", &format!("/schools/{SCHOOL}{below}"), none, 200);
        client.says("GET", &format!("/schools/nowhere{below}"), none, 404);
    }
    for slug in ["hazel-lane", "nowhere"] {
        let path = format!("/schools/{slug}/calendar/due?received=2026-10-20&amount=8&unit=school_days");
        client.says("GET", &path, none, if slug == "nowhere" { 404 } else { 200 });
    }
    let due = format!("/schools/{SCHOOL}/calendar/due?amount=10&unit=working_days&direction=before");
    client.says("GET", &format!("{due}&received=2026-11-20"), none, 200);
    client.says("GET", &format!("{due}&received=2099-11-20"), none, 422);
    client.says("GET", &due, none, 422);
    let copies = format!("/schools/{SCHOOL}/procedure/copies");
    client.asks("POST", &copies, Some(json!({ "name": "Zofia", "email": FAMILY })), none, 202);
    client.asks("POST", &copies, Some(json!({ "name": "Jo", "address": "1 High Street" })), none, 202);
    client.asks("POST", &copies, Some(json!({ "name": "" })), none, 422);
    client.gets(&copies, Role::ComplaintsCoordinator);
    client.says("GET", &copies, none, 401);
    let concerns = format!("/schools/{SCHOOL}/concerns");
    client.says("POST", &concerns, |request| request.bytes("application/json", b"{".to_vec()), 400);
    client.says("POST", &concerns, |request| request.bytes("text/plain", b"{}".to_vec()), 415);
    client.says("POST", &concerns, |request| request.bytes("application/json", vec![b' '; 5_000_000]), 413);
    client.asks("POST", &concerns, Some(json!({ "colour": "red" })), none, 422);
    client.asks("POST", "/schools/nowhere/concerns", Some(concern()), none, 404);
}

fn a_case(client: &Client) {
    let another = client.raises();
    let knowingly = format!("/cases/{another}/read-knowingly");
    let by = |request: Request| request.bearer(client.token(Role::ComplaintsCoordinator));
    client.says("POST", &knowingly, by, 204);
    client.says("POST", &knowingly, |request| request, 404);
    let reference = client.raises();
    let mut call = concern();
    for (name, value) in [
        ("school", json!(SCHOOL)),
        ("channel", json!("phone")),
        ("received_at", json!("2026-11-23T09:30:00Z")),
        ("agreed", json!("We ring back on Friday")),
    ] {
        call[name] = value;
    }
    client.posts("/cases", Role::ComplaintsCoordinator, call.clone(), 201);
    client.posts("/cases", Role::PanelMember, call.clone(), 403);
    call["received_at"] = json!("2026-09-01T09:30:00Z");
    let long_ago = client.posts("/cases", Role::ComplaintsCoordinator, call.clone(), 422).json();
    assert_eq!(long_ago["errors"][0]["pointer"], "/received_at", "named as in the body: {long_ago}");
    client.asks("POST", "/cases", Some(call), |request| request, 401);
    let list = client.gets("/cases?limit=1&sort=received&state=any", Role::ComplaintsCoordinator);
    client.gets("/cases?attention=new", Role::ComplaintsCoordinator);
    let cursor = list.json()["next_cursor"].as_str().unwrap().to_owned();
    client.gets(
        &format!("/cases?limit=1&sort=received&state=any&cursor={cursor}"),
        Role::ComplaintsCoordinator,
    );
    let coordinator = |request: Request| request.bearer(client.token(Role::ComplaintsCoordinator));
    client.says("GET", &format!("/cases?sort=changed&cursor={cursor}"), coordinator, 422);
    client.says("GET", "/cases", |request| request, 401);
    let case = format!("/cases/{reference}");
    for below in [
        "",
        "/actions",
        "/events?limit=2",
        "/deadlines",
        "/deadlines/1/working",
        "/messages",
        "/involvement",
        "/documents",
        "/alike",
    ] {
        client.gets(&format!("{case}{below}"), Role::ComplaintsCoordinator);
        client.says("GET", &format!("{case}{below}"), |request| request, 404);
    }
    client.gets(&format!("{case}/readings?limit=1"), Role::Headteacher);
    client.says("GET", &format!("{case}/readings"), |request| request.bearer(client.token(Role::Clerk)), 403);
    client.gets("/logs/settings?limit=1", Role::Administrator);
    client.gets("/logs/readings?limit=1", Role::Inspector);
    for log in ["/logs/settings", "/logs/readings"] {
        client.says("GET", log, |request| request.bearer(client.token(Role::ClassTeacher)), 403);
    }
    let other = client.raises();
    let pair = format!("{case}/alike/{other}");
    let linked = json!({ "verdict": "related", "reason": "The same bus", "after": 0 });
    client.posts(&pair, Role::ComplaintsCoordinator, linked.clone(), 204);
    client.posts(&pair, Role::ComplaintsCoordinator, linked.clone(), 422);
    client.posts(&pair, Role::Inspector, linked.clone(), 403);
    client.posts(&format!("{case}/alike/{reference}"), Role::ComplaintsCoordinator, linked, 404);
    client.gets(&format!("{case}/alike"), Role::ComplaintsCoordinator);
    answered_together(client, &client.raises());
    let note = json!({ "words": "Rang back, no answer" });
    client.acts(&reference, "/actions/add_note", note.clone(), 200);
    let entry: u32 = client.etag(&reference).trim_matches('"').parse().unwrap();
    let out = json!({ "entry": entry, "words": "no answer", "reason": "It was another number" });
    client.acts(&reference, "/actions/take_out", out, 200);
    let original = format!("{case}/originals/{}", client.etag(&reference).trim_matches('"'));
    client.posts(&original, Role::ComplaintsCoordinator, json!({ "reason": "A request" }), 200);
    client.posts(&original, Role::ComplaintsCoordinator, json!({ "reason": "" }), 422);
    client.posts(&original, Role::Headteacher, json!({ "reason": "A request" }), 403);
    client.posts(&format!("{case}/originals/1"), Role::ComplaintsCoordinator, json!({ "reason": "x" }), 404);
    client.acts(&reference, "/actions/add_note", json!({ "words": "" }), 422);
    client.acts(&reference, "/actions/reply", json!({}), 422);
    client.acts(&reference, "/actions/dance", json!({}), 404);
    let path = format!("{case}/actions/add_note");
    client.asks("POST", &path, Some(note.clone()), coordinator, 428);
    client.asks("POST", &path, Some(note), |request| coordinator(request).header("If-Match", "\"1\""), 412);
    // Whoever steps back reads nothing of it any more, not even in the answer that says so (9.3).
    let back = json!({ "reason": "knows_the_family", "words": "They are our neighbours" });
    let answer = client.acts(&reference, "/actions/recuse", back, 200).json();
    assert_eq!((&answer["case"], &answer["events"]), (&Value::Null, &json!([])));
    client.says("GET", &case, coordinator, 404);
}

/// Whoever has it answers it, with those that are the same matter.
fn answered_together(client: &Client, reference: &str) {
    let path = format!("/cases/{reference}/answer-together");
    let version: u32 = client.etag(reference).trim_matches('"').parse().unwrap();
    let cases = json!([{ "reference": reference, "version": version }]);
    let answer = json!({ "cases": cases, "message": "It is mended", "tell_of_others": "yes" });
    client.posts(&path, Role::ComplaintsCoordinator, answer.clone(), 403);
    client.posts(&path, Role::ComplaintsCoordinator, json!({ "cases": [], "message": "x" }), 422);
    let trust = &client.trust;
    let seen = Seen::by_the_system(trust.case(&Reference::parse(reference).unwrap()));
    let loaded = trust.db.read(|tx| heard::db::cases::load(tx, seen)).unwrap().unwrap();
    let handler = loaded.case.run().unwrap().handler.person.unwrap();
    let people = trust.cast.people.iter();
    let person = people.into_iter().find(|person| trust.known(person).colleague.id == handler).unwrap();
    client.asks("POST", &path, Some(answer), |request| request.bearer(&person.token), 200);
}

fn documents(client: &Client) {
    let reference = client.raises();
    let content = "JVBERi0xLjQKMSAwIG9iago8PD4+CmVuZG9iagp0cmFpbGVyCjw8Pj4KJSVFT0YK";
    let added =
        client.acts(&reference, "/documents", json!({ "name": "letter.pdf", "content": content }), 201);
    client.acts(&reference, "/documents", json!({ "name": "letter.pdf", "content": "eA==" }), 422);
    let no = added.json()["no"].as_u64().unwrap();
    client.gets(&format!("/cases/{reference}/documents"), Role::ComplaintsCoordinator);
    client.gets(&format!("/cases/{reference}/documents/{no}"), Role::ComplaintsCoordinator);
    let coordinator = |request: Request| request.bearer(client.token(Role::ComplaintsCoordinator));
    client.says("GET", &format!("/cases/{reference}/documents/99"), coordinator, 404);
}

fn a_family(client: &Client) {
    let no = client.exchanges.borrow().len();
    let reference = client.raises();
    let parsed = heard::domain::reference::Reference::parse(&reference).unwrap();
    let case = client.trust.case(&parsed);
    let link = client.trust.secret(case, PartyNo(1), LinkKind::Link, TimeDelta::days(1));
    let none = |request: Request| request;
    let made = client.asks("POST", "/access", Some(json!({ "link_token": link })), none, 200).json();
    client.asks("POST", "/access", Some(json!({ "link_token": "forged" })), none, 404);
    let token = made["case_token"].as_str().unwrap();
    for below in ["", "/actions", "/events", "/deadlines", "/messages", "/documents"] {
        client.says("GET", &format!("/cases/{reference}{below}"), |request| request.bearer(token), 200);
    }
    client.says("GET", "/cases", |request| request.bearer(token), 200);
    let links = format!("/schools/{SCHOOL}/links");
    let asked = client.asks("POST", &links, Some(json!({ "email": family(no) })), none, 202).json();
    client.asks("POST", &links, Some(json!({})), none, 422);
    let code = code_in_the_mail(client);
    let body = json!({ "challenge": asked["challenge"], "code": code });
    client.asks("POST", "/access/code", Some(body), none, 200);
    let wrong = json!({ "challenge": "x", "code": "1" });
    for status in [422, 422, 422, 422, 422, 429] {
        client.asks("POST", "/access/code", Some(wrong.clone()), none, status);
    }
}

/// Whoever raises it for somebody else; that person is asked, and answers.
fn somebody_who_is_asked(client: &Client) {
    let path = format!("/schools/{SCHOOL}/concerns");
    let mut concern = concern();
    concern["complainant"] =
        json!({"name": "Ada Brook", "email": "ada@brook.example", "relationship": "third_party"});
    let answer = client.asks("POST", &path, Some(concern), |request| request, 201);
    let reference = answer.json()["reference"].as_str().unwrap().to_owned();
    let petra = json!({"name": "Petra", "email": "petra@brook.example", "agrees_for": "themselves"});
    client.acts(&reference, "/actions/ask_consent", petra, 200);
    let case = client.trust.case(&heard::domain::reference::Reference::parse(&reference).unwrap());
    let link = client.trust.secret(case, PartyNo(2), LinkKind::Consent, TimeDelta::days(1));
    let none = |request: Request| request;
    client.asks("POST", "/access/consent", Some(json!({ "link_token": link })), none, 200);
    client.asks("POST", "/access/consent", Some(json!({ "link_token": "forged" })), none, 404);
    let answer = json!({ "link_token": link, "answer": "agree" });
    client.asks("POST", "/access/consent/answer", Some(answer), none, 200);
    let forged = json!({ "link_token": "forged", "answer": "agree" });
    client.asks("POST", "/access/consent/answer", Some(forged), none, 404);
    client.asks("POST", "/access/consent", Some(json!({ "link_token": link })), none, 200);
}

/// The code on paper of a family without email.
fn a_code_on_paper(client: &Client) {
    let reference = client.raises();
    let made = client.acts(&reference, "/return-code", json!({}), 200).json();
    client.acts(&reference, "/return-code", json!({ "party": 9 }), 422);
    let none = |request: Request| request;
    let body = json!({ "reference": reference, "code": made["code"] });
    client.asks("POST", "/access/return-code", Some(body), none, 200);
    let slip = json!({ "reference": reference, "code": "AAAAA-AAAAA" });
    client.asks("POST", "/access/return-code", Some(slip), none, 422);
}

/// The mail is written after the answer, so it may take a moment.
fn code_in_the_mail(client: &Client) -> String {
    let mailer = MemoryMailer::new();
    let from = EmailAddress::parse("heard@heard.example.org").unwrap();
    let sender = Sender::new(&client.trust.app, Transport::Memory(mailer.clone()), from).unwrap();
    for _ in 0..200 {
        actix_web::rt::System::new()
            .block_on(async { while deliver(&client.trust.app, &sender).await.unwrap() != Step::Empty {} });
        let mut codes = mailer.take_out().into_iter().filter_map(|mail| {
            let mut words = mail.text.split_whitespace();
            words
                .find(|line| line.len() == 6 && line.bytes().all(|sign| sign.is_ascii_digit()))
                .map(str::to_owned)
        });
        if let Some(code) = codes.next_back() {
            return code;
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    panic!("no mail brought a code");
}

fn messages(client: &Client) {
    let by = Role::ComplaintsCoordinator;
    let list = client.gets("/outbox?limit=1", by).json();
    client.gets(
        &format!(
            "/outbox?limit=1&cursor={}",
            list["next_cursor"].as_str().unwrap_or_else(|| panic!("{list}"))
        ),
        by,
    );
    client.says("GET", "/outbox", |request| request, 401);
    client.gets("/outbox", Role::Administrator);
    let deeds = [
        ("send-again", json!({})),
        ("address", json!({ "address": "other@family.example" })),
        ("told", json!({ "way": "telephone", "on": "2026-11-24" })),
    ];
    for (deed, body) in deeds {
        let id = client.waiting_message();
        client.posts(&format!("/outbox/{id}/call-back"), by, json!({}), 200);
        client.posts(&format!("/outbox/{id}/call-back"), by, json!({}), 422);
        client.posts(&format!("/outbox/{id}/{deed}"), by, body.clone(), 200);
        let nobody = |request: Request| request;
        client.asks("POST", &format!("/outbox/{id}/{deed}"), Some(body), nobody, 401);
        client.gets(&format!("/outbox/{id}"), by);
        client.says("GET", &format!("/outbox/{id}"), nobody, 401);
    }
}

fn people(client: &Client) {
    let by = Role::Administrator;
    let post = json!({ "role": "governor", "school": SCHOOL });
    let person = json!({ "name": "Ada Osei", "email": "ada@hazel-lane.example", "post": post });
    let taken_on = client.posts("/people", by, person.clone(), 201).json();
    client.posts("/people", by, person, 422);
    let mut another = json!({ "role": "clerk", "school": SCHOOL });
    another["person"] = taken_on["id"].clone();
    let given = client.posts("/posts", by, another.clone(), 201).json();
    another["role"] = json!("wizard");
    client.posts("/posts", by, another, 422);
    let end = format!("/posts/{}/end", given["id"].as_str().unwrap());
    client.posts(&end, by, json!({}), 204);
    client.posts(&end, by, json!({ "to_on": "soon" }), 422);
    let wanted = json!({ "scopes": ["read"], "expires_at": "2027-01-01T00:00:00Z" });
    let made = client.posts("/tokens", by, wanted, 201).json();
    client.posts("/tokens", by, json!({ "scopes": ["fly"], "expires_at": "2027-01-01T00:00:00Z" }), 422);
    for list in ["/people?limit=2", "/posts?limit=2", "/tokens"] {
        client.gets(list, by);
        client.says("GET", list, |request| request.bearer(client.token(Role::Headteacher)), 403);
        client.says("GET", list, |request| request, 401);
    }
    let list =
        "name,email,post,school\nEde Roy,ede@hazel-lane.example,clerk,hazel-lane\nNobody,nobody,wizard,\n";
    for path in ["/people/list/check", "/people/list"] {
        client.posts(path, by, json!({ "rows": list }), 200);
        client.posts(path, by, json!({ "rows": "nonsense" }), 422);
        client.posts(path, Role::Headteacher, json!({ "rows": list }), 403);
        client.says("POST", path, |request| request, 401);
    }
    signing_in(client, taken_on["id"].as_str().unwrap().parse().unwrap());
    let revoke = format!("/tokens/{}/revoke", made["id"].as_str().unwrap());
    client.says("POST", &revoke, |request| request.bearer(client.token(by)), 204);
    client.says("POST", &revoke, |request| request, 401);
}

fn absences(client: &Client) {
    let by = Role::Headteacher;
    let days = |from: &str, to: &str| json!({ "from_on": from, "to_on": to });
    let noted = client.posts("/absences", by, days("2027-01-04", "2027-01-08"), 201).json();
    client.posts("/absences", by, days("2027-01-08", "2027-01-12"), 422);
    client.posts("/absences", by, days("2027-02-09", "2027-02-08"), 422);
    let stranger = json!({ "person": "00000000-0000-0000-0000-000000000000",
        "from_on": "2027-03-01", "to_on": "2027-03-02" });
    client.posts("/absences", by, stranger, 404);
    assert_eq!(client.gets("/absences", by).json()["items"], noted["items"]);
    client.says("GET", "/absences", |request| request, 401);
    let end = format!("/absences/{}/end", noted["items"][0]["id"].as_str().unwrap());
    client.says("POST", &end, |request| request.bearer(client.token(Role::Governor)), 404);
    client.says("POST", &end, |request| request.bearer(client.token(by)), 204);
    client.says("POST", &end, |request| request.bearer(client.token(by)), 204);
    client.says("POST", &end, |request| request, 401);
}

/// The rules of signing in, and what an administrator does for one person who has a second step.
fn signing_in(client: &Client, id: uuid::Uuid) {
    let by = Role::Administrator;
    let before = client.gets("/sign-in-rules", by).json();
    client.says("GET", "/sign-in-rules", |request| request, 401);
    let mut after = before.clone();
    after["grace_days"] = json!(30);
    let body = json!({ "before": before, "after": after });
    client.posts("/sign-in-rules", by, body.clone(), 204);
    client.posts("/sign-in-rules", by, body, 422);
    let person = heard::domain::ids::PersonId(id);
    let now = client.trust.app.now();
    let has = client.trust.db.write(move |tx| {
        heard::db::doors::begin_authenticator(tx, person, b"sealed", now)?;
        heard::db::doors::confirm_authenticator(tx, person, now)
    });
    has.unwrap();
    for deed in ["second-step/reset", "sessions/end"] {
        let path = format!("/people/{id}/{deed}");
        client.says("POST", &path, |request| request.bearer(client.token(by)), 204);
        client.says("POST", &path, |request| request, 401);
    }
}

/// A9: the pages of a list join without a gap and without a second of anything; a cursor of another list is told.
#[test]
fn a9_pages_join() {
    let client = Client::new();
    let reference = client.raises();
    for list in [
        "/schools",
        "/people",
        "/posts",
        &format!("/cases/{reference}/events"),
        &format!("/cases/{reference}/actions"),
    ] {
        let role = if list.starts_with("/cases") { Role::ComplaintsCoordinator } else { Role::Administrator };
        let whole = client.gets(&format!("{list}?limit=100"), role).json();
        let mut joined = Vec::new();
        let mut cursor = String::new();
        loop {
            let page = client.gets(&format!("{list}?limit=3{cursor}"), role).json();
            let items = page["items"].as_array().unwrap().clone();
            assert!((1..=3).contains(&items.len()), "{list}");
            joined.extend(items);
            let Some(next) = page["next_cursor"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        assert_eq!(joined, whole["items"].as_array().unwrap()[..joined.len()], "{list}");
        assert!(joined.len() >= whole["items"].as_array().unwrap().len(), "{list}");
        let strange = format!("/tokens?limit=3{cursor}");
        client.says("GET", &strange, |request| request.bearer(client.token(Role::Administrator)), 422);
    }
    assert_eq!(*client.unlike.borrow(), Vec::<String>::new());
}

/// The record names the request of each write, as the answer and the log do; a family reads neither that nor hashes.
#[test]
fn a25_the_record_names_the_request() {
    let client = Client::new();
    let reference = client.raises();
    let etag = client.etag(&reference);
    let note = json!({ "words": "Rang back, no answer" });
    let named = |request: Request| {
        request
            .bearer(client.token(Role::ComplaintsCoordinator))
            .header("If-Match", &etag)
            .header("X-Request-Id", "import-7.row_12")
    };
    client.asks("POST", &format!("/cases/{reference}/actions/add_note"), Some(note), named, 200);
    let record = client.gets(&format!("/cases/{reference}/events?limit=100"), Role::ComplaintsCoordinator);
    let events = record.json()["items"].as_array().unwrap().clone();
    let added = events.iter().find(|event| event["kind"] == "note_added").unwrap();
    assert_eq!(added["request_id"], "import-7.row_12");
    assert_eq!(added["actor"]["kind"], "person", "the owner of the token: {added}");
    let raised = events.first().unwrap();
    assert_eq!(raised["request_id"].as_str().map(str::len), Some(16), "one of our own: {raised}");
    let parsed = heard::domain::reference::Reference::parse(&reference).unwrap();
    let link =
        client.trust.secret(client.trust.case(&parsed), PartyNo(1), LinkKind::Link, TimeDelta::days(1));
    let family = client.asks("POST", "/access", Some(json!({ "link_token": link })), |request| request, 200);
    let token = family.json()["case_token"].as_str().unwrap().to_owned();
    let own =
        client.says("GET", &format!("/cases/{reference}/events"), |request| request.bearer(&token), 200);
    let own = own.json()["items"].as_array().unwrap().clone();
    assert!(!own.is_empty());
    assert!(own.iter().all(|event| event["request_id"].is_null() && event["hash"].is_null()));
    assert_eq!(*client.unlike.borrow(), Vec::<String>::new());
}

/// What HTTP says of methods, on the API and on pages; A22; E26 and the headers of every answer on answers that
/// nothing of ours drew.
#[test]
fn an_address_says_what_it_takes() {
    let client = Client::new();
    let send = |method: &str, path: &str| {
        let request = Request::new(method, path).header("X-Forwarded-For", "198.51.100.7");
        request.send(client.served.address).unwrap()
    };
    for (method, path, status, allow) in [
        ("DELETE", "/api/v1/cases/4F7K-92MX", 405, Some("GET, HEAD, OPTIONS")),
        ("GET", "/api/v1/access", 405, Some("POST, OPTIONS")),
        ("PATCH", "/api/v1/nowhere", 404, None),
        ("OPTIONS", "/api/v1/cases", 204, Some("GET, POST, HEAD, OPTIONS")),
        ("OPTIONS", "/schools", 204, Some("GET, HEAD, OPTIONS")),
        ("GET", "/sign-out", 405, Some("POST, OPTIONS")),
        ("HEAD", "/api/v1/schools", 200, None),
        ("HEAD", "/schools", 200, None),
        ("HEAD", "/api/v1/cases", 401, None),
        ("GET", "/health", 200, None),
        ("GET", "/ready", 200, None),
        ("GET", "/nowhere", 404, None),
        ("GET", "/schools/nowhere", 404, None),
        ("GET", "/schools/hazel-lane/nowhere", 404, None),
        ("GET", "/%00", 404, None),
    ] {
        let answer = send(method, path);
        let place = format!("{method} {path}");
        assert_eq!((answer.status, answer.named("allow")), (status, allow), "{place}");
        for header in ["content-security-policy", "x-content-type-options", "x-request-id", "referrer-policy"]
        {
            assert!(answer.named(header).is_some(), "{header} on {place}");
        }
        // A14: of whatever there is at all below the API.
        let counted = path.starts_with("/api");
        assert_eq!(answer.named("ratelimit-remaining").is_some(), counted, "{place}");
        let text = answer.text();
        if method == "HEAD" {
            assert!(text.is_empty() && answer.named("content-length") != Some("0"), "{place}");
        }
        if status >= 400 && method != "HEAD" {
            let page = answer.named("content-type").is_some_and(|kind| kind.starts_with("text/html"));
            assert_eq!(page, !path.starts_with("/api"), "{place}");
            assert_eq!(page, text.contains("Test mode"), "{place}: E26");
        }
    }
    let ready = send("GET", "/ready").json();
    assert_eq!(ready["status"], "ready", "{ready}");
    let refused = send("DELETE", "/api/v1/cases").json();
    let explained = refused["type"].as_str().unwrap().to_owned();
    let (page, anchor) = explained.split_once('#').unwrap();
    let html = send("GET", page).text();
    assert!(html.contains(&format!("id=\"{anchor}\"")), "A4: {explained} leads to words");
}
