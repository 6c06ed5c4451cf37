//! Who read what of a case (R69): every opening by a page or the API is on the log, which the case's leads see.

use chrono::TimeDelta;
use heard::app::cases::{Caller, open};
use heard::app::readings;
use heard::db::access::LinkKind;
use heard::db::logs;
use heard::db::visibility::Seen;
use heard::domain::ids::PartyNo;
use heard::domain::person::Role;
use heard::domain::reference::Reference;
use serde_json::json;

use crate::kit::http::{Answer, Request};
use crate::kit::served::Served;
use crate::kit::trust::Trust;
use crate::permissions::Visit;

const SCHOOL: &str = "hazel-lane";

fn raised(trust: &Trust) -> Reference {
    trust.raises(
        SCHOOL,
        &json!({
            "kind": "concern",
            "complainant": { "name": "Zofia <Nowak>", "email": "zofia@family.example", "relationship": "parent" },
            "points": [{ "what_happened": "He was shut in the store." }],
            "flags": { "child_at_risk": true },
        }),
    )
}

fn asked(served: &Served, request: &Request) -> Answer {
    request.send(served.address).unwrap()
}

#[test]
fn every_opening_is_logged_with_who_and_what_and_when() {
    let trust = Trust::new();
    let served = Served::start(trust.app.clone());
    let reference = raised(&trust);
    let coordinator = Visit::signed_in(&trust, Role::ComplaintsCoordinator, SCHOOL);
    let lead = Visit::signed_in(&trust, Role::DesignatedSafeguardingLead, SCHOOL);
    let token = trust.secret(trust.case(&reference), PartyNo(1), LinkKind::CaseToken, TimeDelta::hours(1));
    let page =
        |visit: &Visit, path: &str| asked(&served, &Request::get(path).header("Cookie", &visit.cookies()));
    let call = |token: &str, path: &str| asked(&served, &Request::get(path).bearer(token));
    let (case, api) = (format!("/cases/{reference}"), format!("/api/v1/cases/{reference}"));

    assert_eq!(page(&coordinator, &case).status, 200);
    assert_eq!(call(lead.bearer().unwrap(), &format!("{api}/events")).status, 200);
    let own = Request::get("/mine").header("Cookie", &format!("heard-case={token}.{reference}"));
    assert_eq!(asked(&served, &own).status, 200);
    assert_eq!(call(&token, &format!("{api}/messages")).status, 200);
    // Who may not see it opens nothing, and so reads nothing.
    let clerk = trust.cast.people.iter().find(|person| person.posts[0].role == Role::Clerk).unwrap();
    assert_eq!(call(&clerk.token, &api).status, 404);

    let log = call(coordinator.bearer().unwrap(), &format!("{api}/readings"));
    assert_eq!(log.status, 200, "{}", log.text());
    let log = log.json();
    let told: Vec<(&str, &str)> = log["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| (item["name"].as_str().unwrap(), item["what"].as_str().unwrap()))
        .collect();
    let name = |role: Role| {
        let here =
            |post: &heard::app::demo::Post| post.role == role && post.school.as_deref() == Some(SCHOOL);
        trust.cast.people.iter().find(|person| person.posts.iter().any(here)).unwrap().name.as_str()
    };
    let (coordinator_name, lead_name) =
        (name(Role::ComplaintsCoordinator), name(Role::DesignatedSafeguardingLead));
    assert_eq!(
        told,
        [
            (coordinator_name, "readings"),
            ("Zofia <Nowak>", "messages"),
            ("Zofia <Nowak>", "case"),
            (lead_name, "record"),
            (coordinator_name, "messages"),
            (coordinator_name, "case"),
        ]
    );
    assert_eq!(log["items"][0]["at"], "2026-11-24T10:00:00Z");

    // On a page too, for those who lead the case: not for everybody who sees it, and never for the family.
    let shown = page(&coordinator, &format!("{case}/readings"));
    assert_eq!(shown.status, 200);
    let html = shown.text();
    assert!(
        html.contains("Zofia &#60;Nowak&#62;") && html.contains(lead_name) && html.contains("10:00am"),
        "{html}"
    );
    assert!(
        page(&coordinator, &case).text().contains(&format!("{case}/readings")),
        "the case page leads there"
    );
    assert_eq!(page(&lead, &format!("{case}/readings")).status, 403);
    assert!(!page(&lead, &case).text().contains("/readings"));
    assert_eq!(call(lead.bearer().unwrap(), &format!("{api}/readings")).status, 403);
    assert_eq!(call(&token, &format!("{api}/readings")).status, 404);
}

/// Readings wait in memory for a moment; the server writes them when it ends.
#[test]
fn a_reading_that_waits_is_written_in_the_end() {
    let trust = Trust::new();
    let reference = raised(&trust);
    let seen = Seen::by_the_system(trust.case(&reference));
    let head = trust.cast.people.iter().find(|person| person.posts[0].role == Role::Headteacher).unwrap();
    let head = trust.known(head).colleague;
    for _ in 0..450 {
        open(&trust.app, &Caller::Colleague(head.clone()), &reference).unwrap();
    }
    readings::keep(&trust.app).unwrap();
    let read = || {
        let all = logs::ReadingsSearch::default();
        trust.db.read(|tx| logs::readings(tx, seen, &all, 1_000)).unwrap()
    };
    let log = read();
    assert_eq!(log.len(), 450);
    assert!(log.iter().all(|logged| logged.entry.reader == logs::Reader::Person(head.id)));
    readings::keep(&trust.app).unwrap();
    assert_eq!(read().len(), 450, "each is written once");
}
