//! How fast one account may go through cases, and how much may be done on one (ASVS 2.4.1): whoever is too fast waits,
//! with their words, and an administrator learns who read everything.

use heard::app::pace::{Rate, Rates};
use heard::domain::person::Role;
use heard::domain::reference::Reference;
use serde_json::json;

use crate::kit::http::{Answer, Request};
use crate::kit::served::Served;
use crate::kit::trust::Trust;
use crate::permissions::Visit;

const SCHOOL: &str = "hazel-lane";
/// Not this machine.
const ELSEWHERE: &str = "203.0.113.40";

struct House {
    trust: Trust,
    served: Served,
    case: Reference,
}

impl House {
    fn with(rates: Rates) -> Self {
        let trust = Trust::new();
        let case = raised(&trust);
        let served = Served::start(trust.app.clone().pacing(rates));
        Self { trust, served, case }
    }

    fn visit(&self, role: Role) -> Visit {
        Visit::signed_in(&self.trust, role, SCHOOL)
    }

    fn sends(&self, request: Request) -> Answer {
        request.header("X-Forwarded-For", ELSEWHERE).send(self.served.address).unwrap()
    }

    fn looks(&self, visit: &Visit, path: &str) -> Answer {
        self.sends(Request::get(path).header("Cookie", &visit.cookies()))
    }

    fn page(&self) -> String {
        format!("/cases/{}", self.case)
    }

    fn etag(&self, visit: &Visit) -> String {
        let path = format!("/api/v1/cases/{}", self.case);
        let here = Request::get(&path).bearer(visit.bearer().unwrap()).send(self.served.address).unwrap();
        here.named("etag").unwrap().to_owned()
    }

    /// A note, by the API.
    fn notes(&self, visit: &Visit) -> Answer {
        let path = format!("/api/v1/cases/{}/actions/add_note", self.case);
        let request = Request::post(&path).bearer(visit.bearer().unwrap());
        self.sends(request.header("If-Match", &self.etag(visit)).json(&json!({ "words": "A note" })))
    }
}

fn raised(trust: &Trust) -> Reference {
    trust.raises(
        SCHOOL,
        &json!({
            "kind": "concern",
            "complainant": { "name": "Zofia", "email": "zofia@family.example", "relationship": "parent" },
            "points": [{ "what_happened": "The bus left without her." }],
        }),
    )
}

fn rate(at_once: u32) -> Rate {
    Rate { at_once, an_hour: 60 }
}

fn waits(answer: &Answer) -> u64 {
    assert_eq!(answer.status, 429, "{}", answer.text());
    answer.named("retry-after").unwrap().parse().unwrap()
}

/// Whoever reads everything is slowed, on pages and by the API together; others are not, and an administrator is told.
#[test]
fn whoever_reads_everything_is_slowed_and_an_administrator_is_told() {
    let house = House::with(Rates { reads: rate(5), ..Rates::default() });
    let (head, other) = (house.visit(Role::Headteacher), house.visit(Role::ComplaintsCoordinator));
    let admin = Visit::at_trust(&house.trust, Role::Administrator);
    assert!(!house.looks(&admin, "/").text().contains("slowed down"));
    // A page of a case shows its messages too, and counts twice.
    for _ in 0..2 {
        assert_eq!(house.looks(&head, &house.page()).status, 200);
    }
    let api = |visit: &Visit| {
        let path = format!("/api/v1/cases/{}", house.case);
        house.sends(Request::get(&path).bearer(visit.bearer().unwrap()))
    };
    assert_eq!(api(&head).status, 200);
    assert!((1..=61).contains(&waits(&api(&head))));
    let slowed = house.looks(&head, &house.page());
    waits(&slowed);
    assert!(slowed.text().contains("That was a lot at once"), "{}", slowed.text());
    assert_eq!(house.looks(&head, "/cases").status, 200, "lists go on");
    assert_eq!(house.looks(&other, &house.page()).status, 200, "others go on");
    let told = house.looks(&admin, "/").text();
    let name = house.trust.cast.people.iter().find(|person| {
        person
            .posts
            .iter()
            .any(|post| post.role == Role::Headteacher && post.school.as_deref() == Some(SCHOOL))
    });
    assert!(told.contains(&format!("{} opened so many cases", name.unwrap().name)), "{told}");
    // What the machine itself asks for is not counted.
    let here = Request::get(&house.page()).header("Cookie", &head.cookies());
    assert_eq!(here.send(house.served.address).unwrap().status, 200);
}

/// A form that is sent too soon is given back with every word, and the time to wait.
#[test]
fn a_form_that_comes_too_soon_keeps_what_was_typed() {
    let house = House::with(Rates { deeds: rate(1), ..Rates::default() });
    let coordinator = house.visit(Role::ComplaintsCoordinator);
    assert_eq!(house.notes(&coordinator).status, 200);
    let path = format!("/cases/{}/actions/add_note", house.case);
    let version = house.etag(&coordinator).trim_matches('"').to_owned();
    let fields = [
        ("csrf", coordinator.csrf(&path)),
        ("version", version.clone()),
        ("words", "Every word of it".to_owned()),
    ];
    let body = serde_html_form::to_string(fields).unwrap().into_bytes();
    let request = Request::post(&path).header("Cookie", &coordinator.cookies());
    let again = house.sends(request.bytes("application/x-www-form-urlencoded", body));
    waits(&again);
    let html = again.text();
    assert!(html.contains("Every word of it") && html.contains("then send this again"), "{html}");
    assert_eq!(house.etag(&coordinator).trim_matches('"'), version, "nothing was done");
}

/// What is done on one case is counted for all together, and only for those who see it.
#[test]
fn one_case_is_not_flooded_and_nobody_uses_up_what_others_have() {
    let house = House::with(Rates { deeds_on_a_case: rate(2), ..Rates::default() });
    let (head, coordinator) = (house.visit(Role::Headteacher), house.visit(Role::ComplaintsCoordinator));
    let blind = house.visit(Role::Governor);
    for _ in 0..5 {
        let path = format!("/api/v1/cases/{}/actions/add_note", house.case);
        let request = Request::post(&path).bearer(blind.bearer().unwrap()).header("If-Match", "\"1\"");
        assert_eq!(house.sends(request.json(&json!({ "words": "x" }))).status, 404);
    }
    assert_eq!((house.notes(&head).status, house.notes(&coordinator).status), (200, 200));
    waits(&house.notes(&head));
    waits(&house.notes(&coordinator));
}
