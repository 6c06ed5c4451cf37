//! What is taken out is gone wherever it was read, and sealed for a few (S22, R71).

use std::process::Command;

use chrono::TimeDelta;
use heard::app::maintenance::verify_record;
use heard::db::access::LinkKind;
use heard::db::outbox;
use heard::db::visibility::Seen;
use heard::domain::ids::PartyNo;
use heard::domain::person::Role;
use heard::domain::reference::Reference;
use serde_json::{Value, json};

use crate::kit::http::{Answer, Request};
use crate::kit::served::Served;
use crate::kit::trust::Trust;
use crate::kit::{package, setting};
use crate::permissions::Visit;

const SCHOOL: &str = "hazel-lane";
/// The name of another child.
const NAME: &str = "Bartholomew O'Shea";

struct House {
    trust: Trust,
    served: Served,
    case: Reference,
    coordinator: Visit,
    family: String,
}

impl House {
    /// A family wrote about its child, and named another.
    fn new() -> Self {
        let trust = Trust::new();
        let case = trust.raises(
            SCHOOL,
            &json!({
                "kind": "concern",
                "complainant": { "name": "Zofia Nowak", "email": "zofia@family.example", "relationship": "parent" },
                "points": [{ "what_happened": format!("On the bus {NAME} hit her, & nobody saw it."), "wanted": "A seat" }],
            }),
        );
        let served = Served::start(trust.app.clone());
        let coordinator = Visit::signed_in(&trust, Role::ComplaintsCoordinator, SCHOOL);
        let family = trust.secret(trust.case(&case), PartyNo(1), LinkKind::CaseToken, TimeDelta::hours(1));
        Self { trust, served, case, coordinator, family }
    }

    fn asks(&self, request: &Request) -> Answer {
        let answer = request.send(self.served.address).unwrap();
        assert!(answer.status < 500, "{request:?}: {}", answer.text());
        answer
    }

    fn api(&self, below: &str) -> String {
        format!("/api/v1/cases/{}{below}", self.case)
    }

    fn token(&self) -> &str {
        self.coordinator.bearer().unwrap()
    }

    fn etag(&self) -> String {
        let answer = self.asks(&Request::get(&self.api("")).bearer(self.token()));
        answer.named("etag").unwrap().to_owned()
    }

    fn does(&self, token: &str, below: &str, body: &Value) -> Answer {
        let etag = self.etag();
        self.asks(&Request::post(&self.api(below)).bearer(token).header("If-Match", &etag).json(body))
    }

    /// The place of the newest entry in the record.
    fn newest(&self) -> u32 {
        self.etag().trim_matches('"').parse().unwrap()
    }

    /// Everything that anybody reads of the case, with where.
    fn read_everywhere(&self) -> Vec<(String, String)> {
        let mut read = Vec::new();
        let page =
            |path: &str, cookies: &str| self.asks(&Request::get(path).header("Cookie", cookies)).text();
        let family = format!("heard-case={}.{}", self.family, self.case);
        for path in [
            format!("/cases/{}", self.case),
            "/cases".into(),
            "/cases.csv?state=any".into(),
            "/".into(),
            "/outbox".into(),
        ] {
            read.push((path.clone(), page(&path, &self.coordinator.cookies())));
        }
        for path in ["/mine", "/mine/letters"] {
            read.push((path.to_owned(), page(path, &family)));
        }
        for below in ["", "/events", "/messages", "/documents", "/actions"] {
            for token in [self.token(), self.family.as_str()] {
                let answer = self.asks(&Request::get(&self.api(below)).bearer(token));
                read.push((self.api(below), answer.text()));
            }
        }
        let list = self.asks(&Request::get("/api/v1/cases?state=any").bearer(self.token()));
        read.push(("the list".into(), list.text()));
        let seen = Seen::by_the_system(self.trust.case(&self.case));
        for posted in self.trust.db.read(|tx| outbox::of_case(tx, seen)).unwrap() {
            let message = posted.message;
            let path = format!("/outbox/{}", message.id);
            read.push((path.clone(), page(&path, &self.coordinator.cookies())));
            let whole =
                [message.subject, message.body_text, message.body_html.unwrap_or_default()].join("\n");
            read.push((format!("what leaves: {}", message.kind), whole));
        }
        read
    }
}

/// The name as it stands in a page, a mail or JSON.
fn names_the_child(text: &str) -> bool {
    text.contains("Bartholomew") || text.contains("Shea")
}

/// Before words are taken out a page shows what will be left, of the text and of letters; nothing is done by looking.
#[test]
fn s22_what_will_be_left_is_shown_before_it_is_done() {
    let house = House::new();
    let message = json!({ "words": format!("We spoke with {NAME} today, & with the driver.") });
    let sent = house.does(house.token(), "/actions/send_message", &message);
    assert_eq!(sent.status, 200, "{}", sent.text());
    let entry = house.newest();
    let path = format!("/cases/{}/actions/take_out", house.case);
    let version = house.newest().to_string();
    let fields = [
        ("csrf", house.coordinator.csrf(&path)),
        ("version", version.clone()),
        ("entry", entry.to_string()),
        ("words", NAME.to_owned()),
        ("reason", "It names another child".to_owned()),
    ];
    let body = serde_html_form::to_string(fields).unwrap().into_bytes();
    let request = Request::post(&path).header("Cookie", &house.coordinator.cookies());
    let page = house.asks(&request.bytes("application/x-www-form-urlencoded", body));
    let html = page.text();
    assert!(html.contains("What will be left") && html.contains("Letters that change"), "{html}");
    let left = html.split("What will be left").nth(1).unwrap().split("What you wrote").next().unwrap();
    assert!(
        left.contains("Part of this was taken out on") && left.contains("today, &#38; with the driver."),
        "{left}"
    );
    assert!(left.matches("<details").count() >= 1 && !names_the_child(left), "{left}");
    assert_eq!(house.newest().to_string(), version, "nothing is done yet");
    let shown = house.asks(
        &Request::get(&format!("/cases/{}", house.case)).header("Cookie", &house.coordinator.cookies()),
    );
    assert!(names_the_child(&shown.text()));
}

/// Every row of the database in which the child is named, after the table that it is in; none where the test has another
/// database than a file.
fn rows_that_name_the_child(house: &House) -> Option<Vec<String>> {
    let file = house.trust.database.file()?;
    let python = setting("HEARD_TEST_PYTHON").unwrap_or_else(|| "python3".to_owned());
    let dump = package().join("tests/it/kit/dump.py");
    let dumped = Command::new(python).arg(dump).arg(file).output().expect("python starts");
    assert!(dumped.status.success(), "{}", String::from_utf8_lossy(&dumped.stderr));
    let text = String::from_utf8(dumped.stdout).unwrap();
    Some(text.lines().filter(|row| names_the_child(row)).map(str::to_owned).collect())
}

/// G18: what is kept for a request that may be repeated loses the words too, and the request still does nothing twice.
#[test]
fn s22_g18_no_table_has_the_words_but_where_they_are_sealed() {
    let house = House::new();
    let note = json!({ "words": format!("{NAME} was on the bus, said the driver.") });
    let etag = house.etag();
    let notes = || {
        let path = house.api("/actions/add_note");
        let request = Request::post(&path).bearer(house.token()).header("If-Match", &etag);
        house.asks(&request.header("Idempotency-Key", "the-note").json(&note))
    };
    let first = notes();
    assert!(first.status == 200 && names_the_child(&first.text()), "{}", first.text());
    let entry = house.newest();
    if let Some(rows) = rows_that_name_the_child(&house) {
        assert!(rows.iter().any(|row| row.starts_with("idempotency: ")), "{rows:#?}");
    }
    for entry in [1, entry] {
        let order = json!({ "entry": entry, "words": NAME, "reason": "It names another child" });
        let done = house.does(house.token(), "/actions/take_out", &order);
        assert_eq!(done.status, 200, "{}", done.text());
    }
    if let Some(rows) = rows_that_name_the_child(&house) {
        let sealed = |row: &&String| row.starts_with("sealed_texts: ") || row.starts_with("sealed_letters: ");
        let elsewhere: Vec<&String> = rows.iter().filter(|row| !sealed(row)).collect();
        assert!(elsewhere.is_empty(), "{elsewhere:#?}");
        assert!(rows.iter().any(|row| row.starts_with("sealed_texts: ")));
    }
    let length = house.newest();
    let again = notes();
    assert_eq!((again.status, house.newest()), (200, length), "{}", again.text());
    assert!(!names_the_child(&again.text()) && again.text().contains("[taken out]"), "{}", again.text());
}

#[test]
fn s22_words_are_gone_wherever_they_were_read_and_the_record_is_whole() {
    let house = House::new();
    let before = house.read_everywhere();
    let places = before.iter().filter(|(_, text)| names_the_child(text)).count();
    assert!(places >= 6, "the story tells of it in many places: {places}");

    let order = json!({ "entry": 1, "words": NAME, "reason": "It names another child" });
    let lead = Visit::signed_in(&house.trust, Role::Headteacher, SCHOOL);
    assert_eq!(house.does(lead.bearer().unwrap(), "/actions/take_out", &order).status, 403);
    let done = house.does(house.token(), "/actions/take_out", &order);
    assert_eq!(done.status, 200, "{}", done.text());
    assert!(!names_the_child(&done.text()), "{}", done.text());

    let mut marks = 0;
    for (place, text) in house.read_everywhere() {
        assert!(!names_the_child(&text), "{place}: {text}");
        marks += usize::from(text.contains("Part of this was taken out on"));
    }
    assert!(marks >= 5, "the trace stands in its place: {marks}");
    assert_eq!(verify_record(&house.trust.app, &mut |_| {}).unwrap().broken, []);
    // What is left can be taken out in its turn, and the first mark goes with it.
    let again = json!({ "entry": 1, "words": "nobody saw it", "reason": "It is not so" });
    assert_eq!(house.does(house.token(), "/actions/take_out", &again).status, 200);
    let page = house.asks(&Request::get(&house.api("")).bearer(house.token())).text();
    assert!(!page.contains("nobody saw it") && !names_the_child(&page), "{page}");
    assert_eq!(verify_record(&house.trust.app, &mut |_| {}).unwrap().broken, []);
}

/// E17, S22: a letter that repeats a message has the mark too, in its text and on its page, wherever its lines break.
#[test]
fn s22_letters_lose_the_words_too() {
    let house = House::new();
    let words = format!(
        "We spoke with the driver, who saw it all from the front, & with {}, who said so too.",
        NAME.replace(' ', "\n")
    );
    let sent = house.does(house.token(), "/actions/send_message", &json!({ "words": words }));
    assert_eq!(sent.status, 200, "{}", sent.text());
    let entry = house.newest();
    let letters = || {
        let read = house.read_everywhere();
        read.into_iter().filter(|(place, _)| place.starts_with("what leaves")).map(|(_, text)| text)
    };
    let before = letters().filter(|text| names_the_child(text)).count();
    assert!(before > 0, "the message went out as a letter");
    let order = json!({ "entry": entry, "words": NAME, "reason": "Another child" });
    assert_eq!(house.does(house.token(), "/actions/take_out", &order).status, 200);
    let marks: Vec<usize> =
        letters().map(|text| text.matches("Part of this was taken out on").count()).collect();
    assert!(marks.contains(&2), "in the text and on the page: {marks:?}");
    let path = house.api(&format!("/originals/{}", house.newest()));
    let original =
        house.asks(&Request::post(&path).bearer(house.token()).json(&json!({ "reason": "Asked" })));
    assert_eq!(original.json()["letters"].as_array().unwrap().len(), before);
}

/// S22, R69: the original is read by a few, each time with a reason that is on the log.
#[test]
fn s22_the_original_is_read_with_a_reason_and_each_reading_is_logged() {
    let house = House::new();
    let order = json!({ "entry": 1, "words": NAME, "reason": "It names another child" });
    assert_eq!(house.does(house.token(), "/actions/take_out", &order).status, 200);
    let below = format!("/originals/{}", house.newest());
    let ask =
        |token: &str, body: &Value| house.asks(&Request::post(&house.api(&below)).bearer(token).json(body));
    let why = json!({ "reason": "A subject access request" });
    assert_eq!(ask(house.token(), &json!({ "reason": " " })).status, 422);
    let head = Visit::signed_in(&house.trust, Role::Headteacher, SCHOOL);
    assert_eq!(ask(head.bearer().unwrap(), &why).status, 403);
    assert_eq!(ask(&house.family, &why).status, 404);
    let original = ask(house.token(), &why);
    assert_eq!(original.status, 200, "{}", original.text());
    let original = original.json();
    assert!(original["texts"][0].as_str().unwrap().contains(NAME), "{original}");
    assert!(
        original["letters"].as_array().unwrap().iter().all(|letter| names_the_child(&letter.to_string()))
    );

    // On a page it is asked for first.
    let path = format!("/cases/{}{below}", house.case);
    let cookies = house.coordinator.cookies();
    let form = house.asks(&Request::get(&path).header("Cookie", &cookies));
    assert_eq!(form.status, 200, "{}", form.text());
    assert!(!names_the_child(&form.text()));
    let case = house.asks(&Request::get(&format!("/cases/{}", house.case)).header("Cookie", &cookies));
    assert!(case.text().contains(&path), "the case leads there");
    let sent = serde_html_form::to_string([
        ("csrf", house.coordinator.csrf(&path).as_str()),
        ("reason", "The family asked for it"),
    ])
    .unwrap();
    let shown = house.asks(
        &Request::post(&path)
            .header("Cookie", &cookies)
            .bytes("application/x-www-form-urlencoded", sent.into_bytes()),
    );
    assert_eq!(shown.status, 200, "{}", shown.text());
    assert!(names_the_child(&shown.text()));

    let log = house.asks(&Request::get(&house.api("/readings")).bearer(house.token())).json();
    let originals: Vec<(&str, &str)> = log["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|item| item["what"].as_str().unwrap().starts_with("original "))
        .map(|item| (item["way"].as_str().unwrap(), item["about"].as_str().unwrap()))
        .collect();
    assert_eq!(originals, [("page", "The family asked for it"), ("api", "A subject access request")]);
}

/// A file goes with its name; its bytes are kept, and the original is the file itself.
#[test]
fn s22_a_file_is_taken_out_and_kept() {
    let house = House::new();
    let content = "JVBERi0xLjQKMSAwIG9iago8PD4+CmVuZG9iagp0cmFpbGVyCjw8Pj4KJSVFT0YK";
    let file = json!({ "name": format!("{NAME}.pdf"), "content": content, "audience": "family" });
    let added = house.does(house.token(), "/actions/add_document", &file);
    assert_eq!(added.status, 200, "{}", added.text());
    let order = json!({ "document": 1, "reason": "It shows another child" });
    let done = house.does(house.token(), "/actions/take_out_file", &order);
    assert_eq!(done.status, 200, "{}", done.text());
    let entry = house.newest();
    for token in [house.token(), house.family.as_str()] {
        assert_eq!(house.asks(&Request::get(&house.api("/documents/1")).bearer(token)).status, 404);
        let listed = house.asks(&Request::get(&house.api("/documents")).bearer(token)).json();
        assert_eq!(listed["items"], json!([]));
    }
    let page = house.asks(
        &Request::get(&format!("/cases/{}", house.case)).header("Cookie", &house.coordinator.cookies()),
    );
    assert!(page.text().contains("File taken out on"), "the trace stands in place of its name");
    let body = json!({ "reason": "A subject access request" });
    let path = house.api(&format!("/originals/{entry}"));
    let original = house.asks(&Request::post(&path).bearer(house.token()).json(&body)).json();
    assert_eq!(original["file"], content);
    assert_eq!(original["texts"], json!([format!("{NAME}.pdf")]));
    assert_eq!(verify_record(&house.trust.app, &mut |_| {}).unwrap().broken, []);
}

/// R69: the line of a case in a list that leaves is a reading of it, by a file and by the API.
#[test]
fn r69_a_list_that_is_taken_away_is_a_reading_of_each_case_in_it() {
    let house = House::new();
    let clerk = Visit::signed_in(&house.trust, Role::Headteacher, SCHOOL);
    let csv = house.asks(&Request::get("/cases.csv?state=any").header("Cookie", &clerk.cookies()));
    assert!(csv.text().contains(house.case.as_str()));
    house.asks(&Request::get("/cases").header("Cookie", &clerk.cookies()));
    house.asks(&Request::get("/api/v1/cases?state=any").bearer(clerk.bearer().unwrap()));
    let log = house.asks(&Request::get(&house.api("/readings")).bearer(house.token())).json();
    let told: Vec<(&str, &str)> = log["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| (item["what"].as_str().unwrap(), item["way"].as_str().unwrap()))
        .collect();
    assert_eq!(told, [("readings", "api"), ("list", "api"), ("list", "page")]);
}
