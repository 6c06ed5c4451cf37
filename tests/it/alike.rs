//! Cases that may be about the same matter (R17): suggested with the reason, linked and never merged, and nothing of it for
//! whoever may not see both (R22, G29).

use heard::app::alike::{self, Others, Saying};
use heard::app::cases::{Caller, Order, SeenVersion, act, open};
use heard::app::demo::Person;
use heard::app::error::Error;
use heard::domain::case::action::Action;
use heard::domain::case::state::{Standing, State};
use heard::domain::case::vocabulary::{PairVerdict, ScreeningReason};
use heard::domain::deadline::Deadline;
use heard::domain::ids::PersonId;
use heard::domain::person::Role;
use heard::domain::reference::Reference;
use serde_json::{Value, json};

use crate::kit::http::Request;
use crate::kit::served::Served;
use crate::kit::trust::{REFERENCE, Trust};
use crate::permissions::Visit;

const SCHOOL: &str = "hazel-lane";

fn concern(who: &str, email: &str, child: &str) -> Value {
    json!({
        "kind": "concern",
        "complainant": { "name": who, "email": email, "phone": "01632 960 001", "relationship": "parent" },
        "child": { "name": child, "year_group": "Year 1" },
        "points": [{ "what_happened": "The bus left without her" }],
    })
}

fn about_the_head(mut concern: Value) -> Value {
    concern["about"] = json!([{ "role": "headteacher" }]);
    concern
}

fn who(trust: &Trust, role: Role, school: Option<&str>) -> Caller {
    let here = |person: &&Person| {
        person.posts.iter().any(|post| post.role == role && post.school.as_deref() == school)
    };
    let person = trust.cast.people.iter().find(here).unwrap_or_else(|| panic!("nobody is {role:?}"));
    Caller::Colleague(trust.known(person).colleague)
}

fn at_school(trust: &Trust, role: Role) -> Caller {
    who(trust, role, Some(SCHOOL))
}

fn beside(trust: &Trust, by: &Caller, reference: &Reference) -> Others {
    alike::of_case(&trust.app, by, reference).unwrap()
}

fn suggested(trust: &Trust, by: &Caller, reference: &Reference) -> Vec<(Reference, String)> {
    let others = beside(trust, by, reference).suggested;
    others.into_iter().map(|other| (other.case.reference, other.why.unwrap())).collect()
}

fn saying(one: &Reference, other: &Reference, verdict: PairVerdict, after: u16) -> Saying {
    Saying {
        reference: one.clone(),
        other: other.clone(),
        verdict,
        reason: "Both tell of the bus on Monday".into(),
        after,
        key: None,
    }
}

fn says(trust: &Trust, by: &Caller, saying: &Saying) -> Result<u32, Error> {
    alike::say(&trust.app, by, saying).map(|answer| answer.version)
}

fn screening(trust: &Trust, reference: &Reference) -> Vec<ScreeningReason> {
    let coordinator = who(trust, Role::TrustOfficer, None);
    match open(&trust.app, &coordinator, reference).unwrap().case.state {
        State::Screening { reasons } => reasons.into_iter().collect(),
        _ => Vec::new(),
    }
}

/// The mother and, ten days later, the grandfather about the same child; and a stranger.
fn family(trust: &Trust) -> [Reference; 3] {
    let first = trust.raises(SCHOOL, &concern("Zofia Nowak", "zofia@family.example", "Ola Nowak"));
    trust.app.clock().set(trust.app.now() + chrono::TimeDelta::days(10));
    let mut other = concern("Jan Nowak", "jan@family.example", "OLA NOWAK");
    other["complainant"]["phone"] = json!("01632 960002");
    let second = trust.raises(SCHOOL, &other);
    let mut stranger = concern("Ada Quist", "ada@family.example", "Bo Quist");
    stranger["complainant"]["phone"] = json!("01632 960003");
    [first, second, trust.raises(SCHOOL, &stranger)]
}

#[test]
fn r17_the_same_child_or_family_is_suggested_with_the_reason_to_whoever_leads_both() {
    let trust = Trust::new();
    let [first, second, stranger] = family(&trust);
    let coordinator = at_school(&trust, Role::ComplaintsCoordinator);
    let why = "Both have a child of the same name. It was received 10 days earlier.".to_owned();
    assert_eq!(suggested(&trust, &coordinator, &second), [(first.clone(), why)]);
    assert_eq!(suggested(&trust, &coordinator, &first).len(), 1);
    assert_eq!(suggested(&trust, &coordinator, &stranger), []);
    // The same number however it is spaced, at another school, for somebody who sees both.
    let mut elsewhere = concern("Zofia Nowak", "work@family.example", "Iga Nowak");
    elsewhere["complainant"]["phone"] = json!("01632960001");
    let elsewhere = trust.raises("quarry-beck", &elsewhere);
    assert_eq!(suggested(&trust, &coordinator, &first).len(), 1, "nothing of the other school");
    let officer = who(&trust, Role::TrustOfficer, None);
    let found = suggested(&trust, &officer, &elsewhere);
    let why = "Both have the same phone number and a complainant of the same name. It was received 10 days earlier.";
    assert_eq!(found, [(first, why.to_owned())]);
}

/// Whoever may not know of a case learns of none: not that it is there, not how many, not that it is linked.
#[test]
fn r17_whoever_may_not_see_a_case_learns_nothing_of_it_from_another() {
    let trust = Trust::new();
    let hidden =
        trust.raises(SCHOOL, &about_the_head(concern("Zofia Nowak", "zofia@family.example", "Ola Nowak")));
    let plain = trust.raises(SCHOOL, &concern("Zofia Nowak", "zofia@family.example", "Ola Nowak"));
    let head = at_school(&trust, Role::Headteacher);
    let officer = who(&trust, Role::TrustOfficer, None);
    assert_eq!(suggested(&trust, &officer, &plain).len(), 1);
    assert_eq!(suggested(&trust, &head, &plain), []);
    // It is not even checked first as a possible duplicate: the head would read that.
    assert_eq!(screening(&trust, &plain), []);
    says(&trust, &officer, &saying(&plain, &hidden, PairVerdict::SameMatter, 0)).unwrap();
    let seen = beside(&trust, &head, &plain);
    assert!(seen.suggested.is_empty() && seen.said.is_empty());
    let forbidden = saying(&plain, &hidden, PairVerdict::NoLonger, 1);
    assert!(matches!(says(&trust, &head, &forbidden), Err(Error::NotFound)));
    assert!(matches!(alike::pair(&trust.app, &head, &plain, &hidden), Err(Error::NotFound)));

    let served = Served::start(trust.app.clone());
    let visit = Visit::signed_in(&trust, Role::Headteacher, SCHOOL);
    let page = |path: &str| {
        Request::get(path).header("Cookie", &visit.cookies()).send(served.address).unwrap().text()
    };
    for path in [format!("/cases/{plain}"), format!("/cases/{plain}/alike")] {
        let page = page(&path);
        assert!(!page.contains(hidden.as_str()) && !page.contains("the same matter"), "{path}: {page}");
    }
    let api = |below: &str| {
        let request = Request::get(&format!("/api/v1/cases/{plain}{below}"));
        request.bearer(visit.bearer().unwrap()).send(served.address).unwrap().text()
    };
    for below in ["", "/alike", "/events", "/actions"] {
        assert!(!api(below).contains(hidden.as_str()), "{below}");
    }
}

/// What the family sent twice is looked at by a person, also where it is about somebody: they are shut out of both.
#[test]
fn r17_the_same_concern_twice_is_checked_first() {
    let trust = Trust::new();
    let body = about_the_head(concern("Zofia Nowak", "zofia@family.example", "Ola Nowak"));
    let first = trust.raises(SCHOOL, &body);
    let second = trust.raises(SCHOOL, &body);
    assert_eq!(screening(&trust, &first), []);
    assert_eq!(screening(&trust, &second), [ScreeningReason::Duplicate]);
}

/// Linked, looked at, ended: each is kept, both cases stay as they were, and one that is another matter is not
/// suggested again.
#[test]
fn r17_a_link_is_kept_beside_both_cases_and_changes_neither() {
    let trust = Trust::new();
    let [first, second, stranger] = family(&trust);
    let coordinator = at_school(&trust, Role::ComplaintsCoordinator);
    let lengths =
        |trust: &Trust| [&first, &second].map(|one| open(&trust.app, &coordinator, one).unwrap().case.length);
    let before = lengths(&trust);
    assert_eq!(says(&trust, &coordinator, &saying(&first, &second, PairVerdict::SameMatter, 0)).unwrap(), 1);
    assert_eq!(lengths(&trust), before);
    for (one, other) in [(&first, &second), (&second, &first)] {
        let known = beside(&trust, &coordinator, one);
        assert!(known.suggested.is_empty());
        let [linked] = known.said.as_slice() else { panic!("{known:?}") };
        assert_eq!((&linked.case.reference, linked.verdict()), (other, Some(PairVerdict::SameMatter)));
        let case = open(&trust.app, &coordinator, one).unwrap().case;
        assert_ne!(case.standing(), Standing::Closed, "both clocks run");
        assert!(case.deadlines.iter().any(Deadline::is_open));
    }
    // From the other side it is the same pair; who looked before that is told so.
    let late = says(&trust, &coordinator, &saying(&second, &first, PairVerdict::Related, 0));
    assert!(matches!(late, Err(Error::Refused(_))), "{late:?}");
    assert_eq!(says(&trust, &coordinator, &saying(&second, &first, PairVerdict::NoLonger, 1)).unwrap(), 2);
    assert_eq!(suggested(&trust, &coordinator, &first).len(), 1, "it is open again what they are");
    assert_eq!(says(&trust, &coordinator, &saying(&first, &second, PairVerdict::NotAlike, 2)).unwrap(), 3);
    assert_eq!(suggested(&trust, &coordinator, &first), []);
    assert_eq!(beside(&trust, &coordinator, &second).said[0].said.len(), 3, "nothing is deleted");
    // Two that share nothing can be linked by their references, a case with itself cannot.
    says(&trust, &coordinator, &saying(&first, &stranger, PairVerdict::Related, 0)).unwrap();
    let itself = says(&trust, &coordinator, &saying(&first, &first, PairVerdict::Related, 0));
    assert!(matches!(itself, Err(Error::NotFound)));
    let silent = Saying { reason: " ".into(), ..saying(&second, &stranger, PairVerdict::Related, 0) };
    assert!(matches!(says(&trust, &coordinator, &silent), Err(Error::Invalid(_))));
}

/// Whoever has neither case nor leads it says nothing of the two; whoever has both does (issue: screening).
#[test]
fn r17_who_has_both_may_say_and_who_reads_alone_may_not() {
    let trust = Trust::new();
    let [first, second, _] = family(&trust);
    let link = saying(&first, &second, PairVerdict::Related, 0);
    let inspector = who(&trust, Role::Inspector, None);
    assert!(matches!(says(&trust, &inspector, &link), Err(Error::Forbidden(_))));
    assert_eq!(suggested(&trust, &inspector, &first), []);
    let handler = |reference: &Reference| -> PersonId {
        let coordinator = at_school(&trust, Role::ComplaintsCoordinator);
        open(&trust.app, &coordinator, reference).unwrap().case.run().unwrap().handler.person.unwrap()
    };
    assert_eq!(handler(&first), handler(&second));
    let mut people = trust.cast.people.iter().map(|person| trust.known(person).colleague);
    let teacher = people.find(|colleague| colleague.id == handler(&first)).unwrap();
    assert_eq!(says(&trust, &Caller::Colleague(teacher), &link).unwrap(), 1);
    let family = trust.family(trust.case(&first), heard::domain::ids::PartyNo(1));
    assert!(matches!(says(&trust, &family, &link), Err(Error::NotFound)));
    assert!(matches!(alike::of_case(&trust.app, &family, &first), Err(Error::NotFound)));
}

/// On a page: suggested, linked with the same form twice, in the history of both.
#[test]
fn r17_a_link_is_made_on_a_page_and_stands_in_both_histories() {
    let trust = Trust::new();
    let [first, second, _] = family(&trust);
    let served = Served::start(trust.app.clone());
    let visit = Visit::signed_in(&trust, Role::ComplaintsCoordinator, SCHOOL);
    let page = |path: &str| {
        Request::get(path).header("Cookie", &visit.cookies()).send(served.address).unwrap().text()
    };
    let case = page(&format!("/cases/{second}"));
    assert!(case.contains("These may be about the same matter"));
    assert!(case.contains("Both have a child of the same name. It was received 10 days earlier."));
    let path = format!("/cases/{second}/alike/{first}");
    assert!(page(&path).contains("What are they to each other?"));
    let send = |fields: &[(&str, &str)]| {
        let csrf = visit.csrf(&path);
        let form: Vec<(&str, &str)> =
            [("csrf", csrf.as_str())].into_iter().chain(fields.iter().copied()).collect();
        let body = serde_html_form::to_string(form).unwrap();
        Request::new("POST", &path)
            .header("Cookie", &visit.cookies())
            .bytes("application/x-www-form-urlencoded", body.into_bytes())
            .send(served.address)
            .unwrap()
    };
    let typed = "It is the same bus";
    let forgotten = send(&[("reason", typed), ("after", "0")]);
    assert_eq!(forgotten.status, 422);
    assert!(
        forgotten.text().contains("Choose what they are to each other") && forgotten.text().contains(typed)
    );
    let link = [("verdict", "same_matter"), ("reason", typed), ("after", "0")];
    for _ in 0..2 {
        assert_eq!(send(&link).status, 303);
    }
    for (one, other) in [(&first, &second), (&second, &first)] {
        let page = page(&format!("/cases/{one}"));
        assert!(page.contains(&format!("Linked with {other}: the same matter")), "{page}");
        assert!(page.contains(typed));
    }
    let coordinator = at_school(&trust, Role::ComplaintsCoordinator);
    assert_eq!(beside(&trust, &coordinator, &first).said[0].said.len(), 1);
    // What a case says of itself is not changed by it, and the family reads nothing of it.
    let own = trust.family(trust.case(&first), heard::domain::ids::PartyNo(1));
    let note = Order {
        reference: first.clone(),
        action: Action::SendMessage,
        body: json!({ "words": "Is there news?" }),
        seen: SeenVersion::Whichever,
        key: None,
    };
    act(&trust.app, own, note, REFERENCE).unwrap();
}
