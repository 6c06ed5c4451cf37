//! One answer for several cases about the same matter (R18): each is answered, written to and counted by itself.

use heard::app::alike::{self, Saying};
use heard::app::cases::{Caller, open};
use heard::app::demo::Person;
use heard::app::error::Error;
use heard::app::together::{self, Joint};
use heard::db::outbox;
use heard::db::visibility::Seen;
use heard::domain::case::command::Confirmed;
use heard::domain::case::state::Standing;
use heard::domain::case::vocabulary::PairVerdict;
use heard::domain::person::Role;
use heard::domain::reference::Reference;
use serde_json::{Value, json};

use crate::kit::http::Request;
use crate::kit::served::Served;
use crate::kit::trust::Trust;
use crate::permissions::Visit;

const SCHOOL: &str = "hazel-lane";
const ANSWER: &str = "The car park opens again on Monday";

fn concern(no: usize) -> Value {
    json!({
        "kind": "concern",
        "complainant": { "name": format!("Parent{no} Quist{no}"), "email": format!("p{no}@family.example"), "relationship": "parent" },
        "child": { "name": format!("Child{no} Quist{no}"), "year_group": "Year 1" },
        "points": [{ "what_happened": "The car park is closed" }],
    })
}

fn coordinator(trust: &Trust) -> Caller {
    let here = |person: &&Person| {
        person
            .posts
            .iter()
            .any(|post| post.role == Role::ComplaintsCoordinator && post.school.as_deref() == Some(SCHOOL))
    };
    let person = trust.cast.people.iter().find(here).unwrap();
    Caller::Colleague(trust.known(person).colleague)
}

/// Three families write of the same matter, and one of another; whoever has the first has them all.
struct House {
    trust: Trust,
    handler: Caller,
    cases: Vec<Reference>,
}

impl House {
    fn new() -> Self {
        let trust = Trust::new();
        let cases: Vec<Reference> = (0..4).map(|no| trust.raises(SCHOOL, &concern(no))).collect();
        let by = coordinator(&trust);
        let has_it = open(&trust.app, &by, &cases[0]).unwrap().case.run().unwrap().handler.person.unwrap();
        let mut people = trust.cast.people.iter().map(|person| trust.known(person).colleague);
        let handler = Caller::Colleague(people.find(|colleague| colleague.id == has_it).unwrap());
        for (other, verdict) in
            [(1, PairVerdict::SameMatter), (2, PairVerdict::SameMatter), (3, PairVerdict::Related)]
        {
            let saying = Saying {
                reference: cases[0].clone(),
                other: cases[other].clone(),
                verdict,
                reason: "The car park".into(),
                after: 0,
                key: None,
            };
            alike::say(&trust.app, &by, &saying).unwrap();
        }
        Self { trust, handler, cases }
    }

    fn joint(&self, which: &[usize]) -> Joint {
        Joint {
            reference: self.cases[0].clone(),
            cases: which.iter().map(|no| (self.cases[*no].clone(), self.length(*no))).collect(),
            message: ANSWER.into(),
            tell_of_others: None,
            key: Some(heard::app::IdempotencyKey::parse("one-answer").unwrap()),
        }
    }

    fn length(&self, no: usize) -> u32 {
        open(&self.trust.app, &self.handler, &self.cases[no]).unwrap().case.length
    }

    fn standing(&self, no: usize) -> Standing {
        open(&self.trust.app, &self.handler, &self.cases[no]).unwrap().case.standing()
    }

    /// To whom answers of that case go, and what they say.
    fn answers(&self, no: usize) -> Vec<(String, String)> {
        let seen = Seen::by_the_system(self.trust.case(&self.cases[no]));
        let posted = self.trust.db.read(|tx| outbox::of_case(tx, seen)).unwrap();
        let to_family = posted.into_iter().map(|posted| posted.message);
        to_family
            .filter(|message| message.to_party.is_some() && message.body_text.contains(ANSWER))
            .map(|message| (message.to_address, message.body_text))
            .collect()
    }
}

#[test]
fn r18_one_answer_marks_each_case_answered_and_goes_to_each_family_alone() {
    let house = House::new();
    let app = &house.trust.app;
    let joint = house.joint(&[0, 1, 2]);
    assert_eq!(together::preview(app, &house.handler, &joint).unwrap().len(), 3);
    assert_eq!(house.standing(0), Standing::OpenNew, "a preview does nothing");
    assert_eq!(together::answer(app, &house.handler, &joint).unwrap().len(), 3);
    // The same request again answers nobody twice.
    assert_eq!(together::answer(app, &house.handler, &joint).unwrap().len(), 3);
    for no in 0..3 {
        assert_eq!(house.standing(no), Standing::Replied);
        let answers = house.answers(no);
        let [(address, text)] = answers.as_slice() else { panic!("{answers:?}") };
        assert_eq!(address, &format!("p{no}@family.example"));
        assert!(text.contains("If your concern is about something else"), "{text}");
        assert!(!text.contains("Others told us"), "{text}");
        for other in (0..4).filter(|other| *other != no) {
            assert!(!text.contains(&format!("Quist{other}")) && !text.contains(house.cases[other].as_str()));
        }
    }
    // What is related has something of its own, and goes on.
    assert_eq!(house.standing(3), Standing::OpenNew);
}

#[test]
fn r18_all_are_answered_or_none() {
    let house = House::new();
    let app = &house.trust.app;
    let mut stale = house.joint(&[0, 1, 2]);
    stale.cases[2].1 -= 1;
    let refused = |joint: &Joint| match together::answer(app, &house.handler, joint) {
        Err(Error::Refused(refusal)) => refusal.sentence,
        other => panic!("{other:?}"),
    };
    assert!(refused(&stale).contains("somebody did something on it since you looked"));
    assert!(refused(&house.joint(&[0, 3])).contains("is not linked with this case as the same matter"));
    for joint in [house.joint(&[]), Joint { message: " ".into(), ..house.joint(&[0]) }] {
        assert!(matches!(together::answer(app, &house.handler, &joint), Err(Error::Invalid(_))));
    }
    assert!((0..4).all(|no| house.standing(no) == Standing::OpenNew && house.answers(no).is_empty()));
    // It is for whoever has the cases, and no family can do it.
    let by = coordinator(&house.trust);
    assert!(matches!(together::answer(app, &by, &house.joint(&[0, 1])), Err(Error::Forbidden(_))));
    let family = house.trust.family(house.trust.case(&house.cases[0]), heard::domain::ids::PartyNo(1));
    assert!(matches!(together::answer(app, &family, &house.joint(&[0])), Err(Error::NotFound)));
}

#[test]
fn r18_that_others_wrote_is_said_where_staff_choose_to() {
    let house = House::new();
    let joint = Joint { tell_of_others: Some(Confirmed::Yes), ..house.joint(&[0, 1]) };
    together::answer(&house.trust.app, &house.handler, &joint).unwrap();
    assert!(house.answers(1)[0].1.contains("Others told us about the same matter too."));
}

/// On a page: what leaves is shown first, to each family by itself.
#[test]
fn r18_the_page_shows_each_letter_before_it_goes() {
    let house = House::new();
    let served = Served::start(house.trust.app.clone());
    let Caller::Colleague(handler) = &house.handler else { unreachable!() };
    let visit = Visit::of_person(&house.trust, handler.id);
    let path = format!("/cases/{}/answer-together", house.cases[0]);
    let page = Request::get(&path).header("Cookie", &visit.cookies()).send(served.address).unwrap();
    assert_eq!(page.status, 200);
    let page = page.text();
    assert!(
        page.contains("Which cases does this answer?") && !page.contains(house.cases[3].as_str()),
        "{page}"
    );
    let places: Vec<String> = (0..3).map(|no| format!("{}/{}", house.cases[no], house.length(no))).collect();
    let send = |more: &[(&str, &str)]| {
        let csrf = visit.csrf(&path);
        let mut form = vec![("csrf", csrf.as_str()), ("message", ANSWER)];
        form.extend(places.iter().map(|place| ("cases", place.as_str())));
        form.extend(more);
        let body = serde_html_form::to_string(form).unwrap().into_bytes();
        let request = Request::new("POST", &path).header("Cookie", &visit.cookies());
        request.bytes("application/x-www-form-urlencoded", body).send(served.address).unwrap()
    };
    let asked = send(&[]);
    assert_eq!(asked.status, 200);
    let asked = asked.text();
    assert!(asked.contains("These 3 messages go out"), "{asked}");
    assert!((0..3).all(|no| asked.contains(&format!("p{no}@family.example"))));
    assert_eq!(house.standing(0), Standing::OpenNew);
    for _ in 0..2 {
        assert_eq!(send(&[("confirmed", "yes")]).status, 303);
    }
    assert!((0..3).all(|no| house.standing(no) == Standing::Replied && house.answers(no).len() == 1));
}
