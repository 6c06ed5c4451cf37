//! The logs: who changed what setting (S42, R71), and who read which case (R69), for those who answer for them.

use chrono::TimeDelta;
use heard::app::readings;
use heard::db::logs::{self, How, Reader, Reading, ReadingsSearch, SettingChanged, Way};
use heard::db::visibility::Seen;
use heard::domain::ids::{PersonId, SchoolId};
use heard::domain::person::Role;
use heard::domain::reference::Reference;
use serde_json::{Value, json};

use crate::kit::http::{Answer, Request};
use crate::kit::served::Served;
use crate::kit::trust::Trust;
use crate::permissions::{Visit, marks};

const SCHOOL: &str = "hazel-lane";

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

    fn school(&self, slug: &str) -> SchoolId {
        heard::app::schools::find(&self.trust.app, slug).unwrap().school.id
    }

    fn who(&self, role: Role, school: Option<&str>) -> PersonId {
        let here = |post: &heard::app::demo::Post| post.role == role && post.school.as_deref() == school;
        let found = self.trust.cast.people.iter().find(|person| person.posts.iter().any(here));
        self.trust.known(found.unwrap_or_else(|| panic!("nobody is {role:?} at {school:?}"))).colleague.id
    }

    /// A visit of whoever holds that role at the school, or at the trust.
    fn visit(&self, role: Role) -> Visit {
        let here = |school: Option<&str>| {
            let held = |post: &heard::app::demo::Post| post.role == role && post.school.as_deref() == school;
            self.trust.cast.people.iter().any(|person| person.posts.iter().any(held))
        };
        if here(Some(SCHOOL)) {
            Visit::signed_in(&self.trust, role, SCHOOL)
        } else {
            Visit::at_trust(&self.trust, role)
        }
    }

    fn changed(&self, by: PersonId, school: Option<SchoolId>, what: &str, (before, after): (&str, &str)) {
        let change = SettingChanged {
            at: self.trust.app.now(),
            person: Some(by),
            school,
            what: what.to_owned(),
            before: Some(before.to_owned()),
            after: Some(after.to_owned()),
        };
        self.trust.db.write(move |tx| logs::log_setting(tx, &change)).unwrap();
    }

    fn page(&self, visit: &Visit, path: &str) -> Answer {
        Request::get(path).header("Cookie", &visit.cookies()).send(self.served.address).unwrap()
    }

    fn call(&self, visit: &Visit, path: &str) -> Answer {
        let bearer = visit.bearer().unwrap();
        Request::get(&format!("/api/v1{path}")).bearer(bearer).send(self.served.address).unwrap()
    }

    fn raised(&self) -> Reference {
        self.trust.raises(
            SCHOOL,
            &json!({
                "kind": "concern",
                "complainant": { "name": "=Zofia", "email": "zofia@family.example", "relationship": "parent" },
                "points": [{ "what_happened": "The bus left without her." }],
            }),
        )
    }
}

fn items(answer: &Answer) -> Vec<Value> {
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()["items"].as_array().unwrap().clone()
}

/// S42, R71: what was changed is read where it holds: what it was, what it is, by whom and when; by no others.
#[test]
fn s42_changed_settings_are_told_to_those_who_answer_for_them() {
    let house = House::new();
    let admin = house.visit(Role::Administrator);
    let by = house.who(Role::Administrator, None);
    let (here, there) = (house.school(SCHOOL), house.school("quarry-beck"));
    house.changed(by, Some(here), "procedure", ("maintained, version 1", "=cmd|version 2"));
    house.changed(by, Some(there), "procedure", ("Elsewhere before", "Elsewhere after"));
    house.changed(by, None, "sign_in_rules", ("Nobody needed it", "Everybody needs it"));

    let page = house.page(&admin, "/logs/settings");
    assert_eq!(page.status, 200);
    for words in
        ["maintained, version 1", "=cmd|version 2", "Elsewhere before", "Everybody needs it", "10:00am"]
    {
        assert!(page.text().contains(words), "{words}: {}", page.text());
    }
    // Whoever has such a post at one school reads of that school alone.
    let coordinator = house.visit(Role::ComplaintsCoordinator);
    let own = house.page(&coordinator, "/logs/settings").text();
    assert!(own.contains("maintained, version 1"), "{own}");
    assert!(!own.contains("Elsewhere before") && !own.contains("Everybody needs it"), "{own}");
    assert_eq!(
        house.page(&coordinator, "/logs/settings?school=quarry-beck").status,
        200,
        "an old bookmark opens"
    );
    assert_eq!(house.call(&coordinator, "/logs/settings?school=quarry-beck").status, 422);
    // A teacher reads none.
    let teacher = house.visit(Role::ClassTeacher);
    assert_eq!(house.page(&teacher, "/logs/settings").status, 403);
    assert_eq!(house.page(&teacher, "/logs/settings.csv").status, 403);
    assert_eq!(house.call(&teacher, "/logs/settings").status, 403);
    assert!(!house.page(&teacher, "/").text().contains("/logs/settings"));
    assert!(house.page(&coordinator, "/").text().contains("/logs/settings"), "the navigation leads there");

    // Filters, here and by the API.
    let rules = items(&house.call(&admin, "/logs/settings?kind=sign_in_rules"));
    assert_eq!(rules.len(), 1);
    assert_eq!((&rules[0]["before"], &rules[0]["school"]), (&json!(["Nobody needed it"]), &Value::Null));
    let of_school =
        items(&house.call(&admin, &format!("/logs/settings?school={SCHOOL}&kind=procedure&person={by}")));
    assert!(of_school.iter().any(|one| one["after"] == json!(["=cmd|version 2"])), "{of_school:?}");
    assert!(of_school.iter().all(|one| one["school"] == SCHOOL));
    assert!(items(&house.call(&admin, "/logs/settings?to=2020-01-01")).is_empty());
    for wrong in ["kind=phone", "from=2026-11-02&to=2026-11-01", "cursor=x", "limit=0", "colour=red"] {
        assert_eq!(house.call(&admin, &format!("/logs/settings?{wrong}")).status, 422, "{wrong}");
    }
    let filtered = house.page(&admin, "/logs/settings?kind=sign_in_rules&from=31+2+2026").text();
    assert!(filtered.contains("Enter a real date") && !filtered.contains("Elsewhere before"), "{filtered}");

    // As a file that no spreadsheet runs.
    let file = house.page(&admin, &format!("/logs/settings.csv?school={SCHOOL}"));
    assert_eq!(file.named("content-type"), Some("text/csv; charset=utf-8"));
    assert!(file.text().contains("'=cmd|version 2"), "{}", file.text());
    assert!(!file.text().contains("Elsewhere"));
}

/// S42, A9: every change is on one page of the list, however many there are, while more come.
#[test]
fn s42_pages_of_changes_join_without_a_gap() {
    let house = House::new();
    let admin = house.visit(Role::Administrator);
    let (by, here) = (house.who(Role::Administrator, None), house.school(SCHOOL));
    for n in 0..60 {
        house.changed(
            by,
            if n % 2 == 0 { Some(here) } else { None },
            "token",
            ("none", &format!("Token {n};")),
        );
        if n % 7 == 0 {
            house.trust.app.clock().set(house.trust.app.now() + TimeDelta::minutes(1));
        }
    }
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let answer = house.call(&admin, &format!("/logs/settings?kind=token&limit=7{cursor}"));
        seen.extend(items(&answer).iter().map(|one| one["after"][0].as_str().unwrap().to_owned()));
        house.changed(by, None, "token", ("none", "Later"));
        let Some(next) = answer.json()["next_cursor"].as_str().map(str::to_owned) else { break };
        cursor = format!("&cursor={next}");
    }
    let wanted: Vec<String> = (0..60).rev().map(|n| format!("Token {n};")).collect();
    let own: Vec<String> = seen.into_iter().filter(|words| words.starts_with("Token ")).collect();
    assert_eq!(own, wanted);
    let first = house.page(&admin, "/logs/settings?kind=token").text();
    let next = first.split("rel=\"next\"").next().unwrap().rsplit("href=\"").next().unwrap();
    let next = next.split('"').next().unwrap().replace("&#38;", "&");
    assert!(next.contains("kind=token") && next.contains("cursor="), "{next}");
    assert_eq!(house.page(&admin, &next).status, 200);
}

/// R69: whoever watches over it, and whoever leads the case, finds one reading among many, and takes the list away; that
/// they took it is on the list.
#[test]
fn r69_readings_are_found_by_person_way_and_day_and_taken_away() {
    let house = House::new();
    let reference = house.raised();
    let (inspector, lead) = (house.visit(Role::Inspector), house.visit(Role::ComplaintsCoordinator));
    let case = format!("/cases/{reference}");
    assert_eq!(house.page(&lead, &case).status, 200);
    assert_eq!(house.call(&lead, &case).status, 200);
    assert_eq!(house.page(&lead, "/cases.csv?state=any").status, 200);
    let by = house.who(Role::ComplaintsCoordinator, Some(SCHOOL));
    let whats = |query: &str| -> Vec<String> {
        let found = items(&house.call(&inspector, &format!("{case}/readings?{query}")));
        found.iter().map(|one| one["what"].as_str().unwrap().to_owned()).collect()
    };
    assert!(whats(&format!("person={by}")).iter().any(|what| what == "case"));
    assert_eq!(whats(&format!("person={by}&how=export")), ["list"]);
    assert!(!whats(&format!("person={by}&how=api")).is_empty());
    assert!(whats("how=file").is_empty() && whats("to=2020-01-01").is_empty());
    assert_eq!(house.call(&inspector, &format!("{case}/readings?how=pigeon")).status, 422);

    let page = house.page(&inspector, &format!("{case}/readings?person={by}&how=export")).text();
    assert!(page.contains("its line in a list that was taken away"), "{page}");
    assert!(!page.contains("Opened the case "), "{page}");
    let family = Visit::of_family(&house.trust, &reference);
    assert_eq!(house.page(&family, "/mine").status, 200);
    let file = house.page(&lead, &format!("{case}/readings.csv"));
    assert_eq!(file.status, 200);
    let named = file.named("content-disposition").unwrap();
    assert_eq!(named, format!("attachment; filename=\"readings-{reference}.csv\""));
    assert!(file.text().contains(",'=Zofia,by the family\u{2019}s own link,"), "{}", file.text());
    assert_eq!(whats(&format!("person={by}&how=export")), ["readings_file", "list"]);

    // Each reading is found by the way that it is told with.
    readings::keep(&house.trust.app).unwrap();
    let seen = Seen::by_the_system(house.trust.case(&reference));
    for what in ["document 3", "original 2", "case"] {
        for way in Way::ALL {
            let reading = Reading {
                reader: Reader::Person(by),
                at: house.trust.app.now(),
                what: what.to_owned(),
                way,
                about: None,
            };
            house.trust.db.write(move |tx| logs::log_reading(tx, seen, &reading)).unwrap();
        }
    }
    let found = |how: Option<How>| {
        let search = ReadingsSearch { how, ..ReadingsSearch::default() };
        house.trust.db.read(|tx| logs::readings(tx, seen, &search, 1_000)).unwrap()
    };
    let mut count = 0;
    for how in How::ALL {
        let own = found(Some(how));
        assert!(own.iter().all(|logged| How::of(&logged.entry) == how), "{how:?}: {own:?}");
        count += own.len();
    }
    assert_eq!(count, found(None).len());
}

/// R69, R22: who read the cases of a school is for its data protection officer and inspectors, as far as they see the
/// cases themselves.
#[test]
fn r69_a_school_s_readings_leave_out_what_the_reader_does_not_see() {
    let house = House::new();
    let (open, secret) = (house.raised(), house.raised());
    let (inspector, lead) = (house.visit(Role::Inspector), house.visit(Role::ComplaintsCoordinator));
    for reference in [&open, &secret] {
        assert_eq!(house.page(&lead, &format!("/cases/{reference}")).status, 200);
    }
    let list = |visit: &Visit| house.page(visit, &format!("/logs/readings?school={SCHOOL}")).text();
    let before = list(&inspector);
    assert!(before.contains(open.as_str()) && before.contains(secret.as_str()), "{before}");
    let shut_out = house.inspector();
    marks(&house.trust, &secret, shut_out, "It is about what they did.");
    for path in [
        format!("/logs/readings?school={SCHOOL}"),
        format!("/logs/readings.csv?school={SCHOOL}"),
        format!(
            "/logs/readings?school={SCHOOL}&person={}",
            house.who(Role::ComplaintsCoordinator, Some(SCHOOL))
        ),
    ] {
        let text = house.page(&inspector, &path).text();
        assert!(text.contains(open.as_str()) && !text.contains(secret.as_str()), "{path}: {text}");
    }
    let api = items(&house.call(&inspector, &format!("/logs/readings?school={SCHOOL}&limit=100")));
    assert!(api.iter().any(|one| one["reference"] == open.as_str()));
    assert!(api.iter().all(|one| one["reference"] != secret.as_str()), "{api:?}");
    assert!(api.iter().any(|one| one["what"] == "readings_file"), "taking the file is a reading: {api:?}");
    // The data protection officer sees no case unless they have a part in it, and reads of none.
    let officer = house.visit(Role::DataProtectionOfficer);
    let none = list(&officer);
    assert!(!none.contains(open.as_str()) && none.contains("No reading"), "{none}");
    // Whoever leads a case has its own list, and not this one.
    assert_eq!(house.page(&lead, "/logs/readings").status, 403);
    assert_eq!(house.call(&lead, "/logs/readings").status, 403);
    assert_eq!(house.call(&inspector, "/logs/readings?school=nowhere").status, 422);
    assert!(items(&house.call(&inspector, "/logs/readings?to=2020-01-01")).is_empty());
}

impl House {
    fn inspector(&self) -> PersonId {
        let inspects =
            |person: &&heard::app::demo::Person| person.posts.iter().any(|post| post.role == Role::Inspector);
        self.trust.known(self.trust.cast.people.iter().find(inspects).unwrap()).colleague.id
    }
}
