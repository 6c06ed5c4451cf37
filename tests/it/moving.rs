//! A case that came to the wrong school of a trust, through the use cases and the database: who sees it before and
//! after, what the family gets, and that nothing is left behind at the first school (issue: screening; R22, G29).

use heard::app::cases::{Caller, Order, SeenVersion, act, open};
use heard::app::demo::Person;
use heard::app::error::Error;
use heard::db::case_rows::CaseRows;
use heard::db::visibility::Seen;
use heard::db::{cases, outbox};
use heard::domain::case::action::Action;
use heard::domain::case::fields::{FieldKind, fields};
use heard::domain::case::state::Standing;
use heard::domain::ids::PartyNo;
use heard::domain::person::Role;
use heard::domain::reference::Reference;
use serde_json::{Value, json};

use crate::kit::trust::{REFERENCE, Trust};

fn concern() -> Value {
    json!({
        "kind": "concern",
        "complainant": { "name": "Zofia", "email": "zofia@family.example", "relationship": "parent" },
        "child": { "name": "Ola", "year_group": "Year 1" },
        "points": [{ "what_happened": "The bus left without her" }],
        "flags": { "equality": true },
    })
}

fn who(trust: &Trust, role: Role, school: Option<&str>) -> Caller {
    let here = |person: &&Person| {
        person.posts.iter().any(|post| post.role == role && post.school.as_deref() == school)
    };
    let person = trust.cast.people.iter().find(here).unwrap_or_else(|| panic!("nobody is {role:?}"));
    Caller::Colleague(trust.known(person).colleague)
}

fn sees(trust: &Trust, caller: &Caller, reference: &Reference) -> Result<(), Error> {
    open(&trust.app, caller, reference).map(|_| ())
}

/// Moves it to the other school of that name, as the form offers it.
fn moves(trust: &Trust, by: &Caller, reference: &Reference, name: &str) -> Result<(), Error> {
    let opened = open(&trust.app, by, reference)?;
    let asked = fields(Action::MoveSchool, &opened.case, &opened.context());
    let FieldKind::Choice(schools) = &asked[0].kind else { panic!("a choice of schools") };
    let school = schools.iter().find(|school| school.label.contains(name)).expect("it is offered");
    let body = json!({ "school": school.value, "reason": "The bus is run by that school" });
    let seen = SeenVersion::Exactly(opened.case.length);
    let order = Order { reference: reference.clone(), action: Action::MoveSchool, body, seen, key: None };
    act(&trust.app, by.clone(), order, REFERENCE).map(|_| ())
}

/// The people of the first school see it no more, those of the other do; the family's own link, reference and receipt
/// stay, and they get one letter.
#[test]
fn a_moved_case_leaves_its_first_school_at_once_and_keeps_its_family() {
    let trust = Trust::new();
    let reference = trust.raises("hazel-lane", &concern());
    let family = trust.family(trust.case(&reference), PartyNo(1));
    let here = who(&trust, Role::ComplaintsCoordinator, Some("hazel-lane"));
    let there = who(&trust, Role::ComplaintsCoordinator, Some("quarry-beck"));
    let head_here = who(&trust, Role::Headteacher, Some("hazel-lane"));
    assert!(matches!(sees(&trust, &there, &reference), Err(Error::NotFound)));

    moves(&trust, &here, &reference, "Quarry Beck").unwrap();

    for gone in [&here, &head_here] {
        assert!(matches!(sees(&trust, gone, &reference), Err(Error::NotFound)), "{gone:?}");
    }
    for now in
        [&there, &who(&trust, Role::Headteacher, Some("quarry-beck")), &who(&trust, Role::TrustOfficer, None)]
    {
        sees(&trust, now, &reference).unwrap();
    }
    let own = open(&trust.app, &family, &reference).unwrap();
    assert_eq!(own.case.reference, reference);
    assert_eq!(own.case.standing(), Standing::Screening);
    assert_eq!(own.setting.world.school.slug, "quarry-beck");

    let id = trust.case(&reference);
    let posted = trust.db.read(|tx| outbox::of_case(tx, Seen::by_the_system(id))).unwrap();
    let told: Vec<_> = posted.iter().filter(|posted| posted.message.to_party.is_some()).collect();
    assert_eq!(
        told.iter().map(|posted| posted.message.kind.as_str()).collect::<Vec<_>>(),
        ["receipt", "school_moved"]
    );
    // Every letter about it, old ones too, stands with the school that has it now.
    assert!(posted.iter().all(|posted| posted.message.school == Some(own.case.school)));
}

/// No row still names the first school: the rows are what the events make (replay does the same at random).
#[test]
fn no_row_of_a_moved_case_names_the_first_school() {
    let trust = Trust::new();
    let mut plain = concern();
    plain.as_object_mut().unwrap().remove("flags");
    for body in [concern(), plain] {
        let reference = trust.raises("hazel-lane", &body);
        let seen = Seen::by_the_system(trust.case(&reference));
        let first = trust.db.read(|tx| cases::load(tx, seen)).unwrap().unwrap().case.school;
        moves(&trust, &who(&trust, Role::Clerk, Some("hazel-lane")), &reference, "Tansy Bank").unwrap();
        let (loaded, rows) = trust
            .db
            .read(|tx| {
                Ok::<_, heard::db::DbError>((
                    cases::load(tx, seen)?.unwrap(),
                    CaseRows::read(tx, seen)?.unwrap(),
                ))
            })
            .unwrap();
        assert_eq!(rows, CaseRows::of(&loaded.case, loaded.end).unwrap());
        assert!(!format!("{rows:?}").contains(&first.to_string()), "{rows:?}");
    }
}
