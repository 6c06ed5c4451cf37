//! A procedure changes; what has begun goes on as it began.

use chrono::{NaiveDate, TimeDelta};
use heard::app::cases::{Caller, Opened, Order, SeenVersion, act, open};
use heard::db::procedures::StoredProcedure;
use heard::db::schools::{self, Rules};
use heard::db::{self, DbError, Tx};
use heard::domain::calendar::Unit;
use heard::domain::case::action::Action;
use heard::domain::case::state::Standing;
use heard::domain::deadline::DeadlineRule;
use heard::domain::ids::{PartyNo, ProcedureId};
use heard::domain::reference::Reference;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::kit::trust::{REFERENCE, Trust};

const SCHOOL: &str = "hazel-lane";

fn concern(email: &str) -> Value {
    json!({
        "kind": "concern",
        "complainant": { "name": "Zofia", "email": email, "relationship": "parent" },
        "child": { "name": "Ola", "year_group": "Year 1" },
        "points": [{ "what_happened": "The bus left without her" }],
    })
}

/// Puts the second version of the school's procedure in force: seven days to reply in place of ten, six to take it
/// further, and another name for the first stage.
fn publish_the_second_version(trust: &Trust) {
    let now = trust.app.now();
    let publish = move |tx: &mut Tx| {
        let school = schools::find_by_slug(tx, SCHOOL)?.unwrap().school.id;
        let rules = schools::rules(tx, school)?.unwrap();
        let first = db::procedures::find(tx, rules.procedure)?.unwrap();
        let source = first
            .source
            .replace("version = 1", "version = 2")
            .replace("respond = { amount = 10,", "respond = { amount = 7,")
            .replace("window = { amount = 10,", "window = { amount = 6,")
            .replace("Talk to the class teacher", "Talk to somebody in class");
        assert_ne!(source, first.source);
        let sha256 = hex::encode(Sha256::digest(&source));
        let id = ProcedureId(Uuid::from_u128(2));
        db::procedures::add(
            tx,
            &StoredProcedure { id, version: 2, source, sha256, created_at: now, ..first },
        )?;
        schools::set_rules(tx, school, Rules { procedure: id, ..rules })
    };
    trust.db.write::<_, DbError>(publish).unwrap();
}

fn opened(trust: &Trust, caller: &Caller, reference: &Reference) -> Opened {
    open(&trust.app, caller, reference).unwrap()
}

fn does(trust: &Trust, caller: &Caller, reference: &Reference, action: Action, body: Value) {
    let seen = SeenVersion::Exactly(opened(trust, caller, reference).case.length);
    let order = Order { reference: reference.clone(), action, body, seen, key: None };
    act(&trust.app, caller.clone(), order, REFERENCE).unwrap();
}

/// Whoever has the case.
fn handler(trust: &Trust, family: &Caller, reference: &Reference) -> Caller {
    let person = opened(trust, family, reference).case.run().unwrap().handler.person.unwrap();
    let known = trust.cast.people.iter().map(|person| trust.known(person).colleague);
    Caller::Colleague(known.into_iter().find(|colleague| colleague.id == person).unwrap())
}

/// The version and the name of the present stage, and when the reply and the window of it are over.
fn terms(opened: &Opened) -> (u32, String, Option<NaiveDate>, Option<NaiveDate>) {
    let run = opened.case.run().unwrap();
    let stage = opened.setting.procedure.stage(&run.stage).unwrap();
    let due = |rule| {
        let of_it = |deadline: &&heard::domain::deadline::Deadline| {
            deadline.rule == rule && deadline.run == Some(run.no)
        };
        opened.case.deadlines.iter().find(of_it).and_then(|deadline| deadline.due.date())
    };
    let (version, title) = (opened.setting.procedure.version, stage.title.clone());
    (version, title, due(DeadlineRule::Respond), due(DeadlineRule::Window))
}

fn school_days(opened: &Opened, from: NaiveDate, amount: u16) -> Option<NaiveDate> {
    opened.context().calendar.due(from, amount, Unit::SchoolDays).ok().map(|working| working.due_on)
}

/// R4: a case keeps the version that was in force when it came: its stages, its dates, and the limits of all that is
/// still to come. A case that comes later has the new version.
#[test]
fn r4_a_case_keeps_the_procedure_that_it_began_with() {
    let trust = Trust::new();
    let old = trust.raises(SCHOOL, &concern("zofia@family.example"));
    let family = trust.family(trust.case(&old), PartyNo(1));
    let before = opened(&trust, &family, &old);
    let received = before.case.received_on;
    publish_the_second_version(&trust);
    let new = trust.raises(SCHOOL, &concern("jo@family.example"));

    // What had begun stands as it stood.
    let after = opened(&trust, &family, &old);
    assert_eq!(after.case, before.case);
    assert_eq!(terms(&after), terms(&before));
    assert_eq!(terms(&after).2, school_days(&after, received, 10));
    let other_family = trust.family(trust.case(&new), PartyNo(1));
    let other = opened(&trust, &other_family, &new);
    let talk = "Talk to somebody in class".to_owned();
    assert_eq!(terms(&other), (2, talk.clone(), school_days(&other, received, 7), None));

    // What is done later counts by it too.
    trust.app.clock().set(trust.app.now() + TimeDelta::days(2));
    for (reference, family, version, days) in [(&old, &family, 1, 10), (&new, &other_family, 2, 6)] {
        let teacher = handler(&trust, family, reference);
        does(&trust, &teacher, reference, Action::Reply, json!({ "message": "The bus waits now." }));
        let replied = opened(&trust, family, reference);
        assert_eq!(replied.case.standing(), Standing::Replied);
        let (bound, _, _, window) = terms(&replied);
        let today = replied.context().today;
        assert_eq!((bound, window), (version, school_days(&replied, today, days)));
    }

    // And so does the next stage.
    for (reference, family, version, days) in [(&old, &family, 1, 10), (&new, &other_family, 2, 7)] {
        let body = json!({ "points": [1], "why": "It left again", "wanted": "That it waits" });
        does(&trust, family, reference, Action::Escalate, body);
        let moved = opened(&trust, family, reference);
        let today = moved.context().today;
        let (bound, title, respond, _) = terms(&moved);
        assert_eq!((bound, title.as_str()), (version, "The headteacher looks into it"));
        assert_eq!(respond, school_days(&moved, today, days));
    }
}
