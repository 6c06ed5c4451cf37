//! A concern without a name (R16): staff write it down, nobody is written to, and the head or the chair decides with a
//! reason what becomes of it.

use heard::db::outbox;
use heard::db::visibility::Seen;
use heard::domain::person::Role;
use heard::domain::reference::Reference;
use serde_json::{Value, json};

use crate::kit::http::{Answer, Request};
use crate::kit::served::Served;
use crate::kit::trust::Trust;
use crate::permissions::Visit;

const SCHOOL: &str = "hazel-lane";

fn concern() -> Value {
    json!({
        "school": SCHOOL, "channel": "letter", "received_at": "2026-11-23T10:00:00Z",
        "kind": "concern", "anonymous": "yes",
        "points": [{ "what_happened": "The fence by the pond is broken" }],
    })
}

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

    fn visit(&self, role: Role) -> Visit {
        Visit::signed_in(&self.trust, role, SCHOOL)
    }

    fn asks(&self, request: &Request) -> Answer {
        let answer = request.send(self.served.address).unwrap();
        assert!(answer.status < 500, "{request:?}: {}", answer.text());
        answer
    }

    fn logs(&self, body: &Value) -> Reference {
        let visit = self.visit(Role::ComplaintsCoordinator);
        let answer = self.asks(&Request::post("/api/v1/cases").bearer(visit.bearer().unwrap()).json(body));
        assert_eq!(answer.status, 201, "{}", answer.text());
        Reference::parse(answer.json()["reference"].as_str().unwrap()).unwrap()
    }

    fn page(&self, role: Role, path: &str) -> String {
        self.asks(&Request::get(path).header("Cookie", &self.visit(role).cookies())).text()
    }

    fn keeps(&self, role: Role, reference: &Reference) -> Answer {
        let visit = self.visit(role);
        let token = visit.bearer().unwrap();
        let case = format!("/api/v1/cases/{reference}");
        let etag = self.asks(&Request::get(&case).bearer(token)).named("etag").unwrap_or("\"1\"").to_owned();
        let body = json!({ "reason": "The fence was mended on Monday", "referred_to": "The council" });
        let request = Request::post(&format!("{case}/actions/keep_on_record")).bearer(token);
        self.asks(&request.header("If-Match", &etag).json(&body))
    }

    fn to_families(&self, reference: &Reference) -> usize {
        let seen = Seen::by_the_system(self.trust.case(reference));
        let posted = self.trust.db.read(|tx| outbox::of_case(tx, seen)).unwrap();
        posted.iter().filter(|posted| posted.message.to_party.is_some()).count()
    }
}

#[test]
fn r16_a_concern_without_a_name_is_decided_by_the_head_with_a_reason() {
    let house = House::new();
    let reference = house.logs(&concern());
    // No date runs, nobody is written to, and it waits on the first page of whoever looks first.
    let visit = house.visit(Role::Headteacher);
    let deadlines =
        Request::get(&format!("/api/v1/cases/{reference}/deadlines")).bearer(visit.bearer().unwrap());
    assert_eq!(house.asks(&deadlines).json()["items"].as_array().unwrap().len(), 0);
    assert_eq!(house.to_families(&reference), 0);
    assert!(house.page(Role::ComplaintsCoordinator, "/").contains(reference.as_str()));
    let case = house.page(Role::Headteacher, &format!("/cases/{reference}"));
    assert!(case.contains("Keep it on record, or refer it"), "{case}");
    assert_eq!(house.keeps(Role::Clerk, &reference).status, 403);
    assert_eq!(house.keeps(Role::Headteacher, &reference).status, 200);
    let case = house.page(Role::ComplaintsCoordinator, &format!("/cases/{reference}"));
    for words in ["Kept on record, and not looked into", "The fence was mended on Monday", "The council"] {
        assert!(case.contains(words), "{words}: {case}");
    }
    assert_eq!(house.to_families(&reference), 0);
}

/// Whoever is complained about decides nothing of it and learns nothing of it; the chair does.
#[test]
fn r16_about_the_head_the_chair_decides() {
    let house = House::new();
    let mut body = concern();
    body["about"] = json!([{ "role": "headteacher" }]);
    let reference = house.logs(&body);
    assert_eq!(house.keeps(Role::Headteacher, &reference).status, 404);
    assert!(!house.page(Role::Headteacher, "/").contains(reference.as_str()));
}

/// Safeguarding is looked at all the same, and a child at risk is never kept on record alone.
#[test]
fn r16_safeguarding_is_screened_all_the_same() {
    let house = House::new();
    let mut body = concern();
    body["flags"] = json!({ "child_at_risk": true });
    let reference = house.logs(&body);
    let seen = Seen::by_the_system(house.trust.case(&reference));
    let posted = house.trust.db.read(|tx| outbox::of_case(tx, seen)).unwrap();
    assert!(!posted.is_empty(), "the safeguarding lead is told");
    let refused = house.keeps(Role::Headteacher, &reference);
    assert_eq!(refused.status, 422);
    assert!(refused.text().contains("A child may be at risk"), "{}", refused.text());
}

/// A family that writes itself says whom to answer, and a name that was forgotten is no name given on purpose.
#[test]
fn r16_no_name_is_given_on_purpose_and_to_staff() {
    let house = House::new();
    let open = |body: &Value| {
        let path = format!("/api/v1/schools/{SCHOOL}/concerns");
        house.asks(&Request::post(&path).json(body))
    };
    let mut body = json!({ "kind": "concern", "points": [{ "what_happened": "The fence" }] });
    let forgotten = open(&body);
    assert_eq!(forgotten.status, 422);
    assert!(forgotten.text().contains("Say who raises it"), "{}", forgotten.text());
    body["anonymous"] = "yes".into();
    let online = open(&body);
    assert_eq!(online.status, 422);
    assert!(online.text().contains("ring the school office"), "{}", online.text());
}

/// The form for a call takes it too: what is asked of a sender is needed no more, and is not dropped unsaid.
#[test]
fn r16_the_form_for_a_call_takes_no_name() {
    let house = House::new();
    let visit = house.visit(Role::ComplaintsCoordinator);
    let csrf = visit.csrf("/cases/new");
    let send = |name: &str| {
        let form = [
            ("csrf", csrf.as_str()),
            ("anonymous", "yes"),
            ("name", name),
            ("reach", ""),
            ("what", "The fence by the pond is broken"),
            ("risk", "no"),
            ("channel", "phone"),
            ("received_at-day", "24"),
            ("received_at-month", "11"),
            ("received_at-year", "2026"),
            ("received_at-time", "9:30am"),
        ];
        let body = serde_html_form::to_string(form).unwrap().into_bytes();
        let request = Request::new("POST", "/cases/new").header("Cookie", &visit.cookies());
        house.asks(&request.bytes("application/x-www-form-urlencoded", body))
    };
    let both = send("Ada Quist");
    assert_eq!(both.status, 422);
    assert!(both.text().contains("then they are answered") && both.text().contains("Ada Quist"));
    let taken = send("");
    assert_eq!(taken.status, 303, "{}", taken.text());
}
