//! People, schools, who is at the door, and the small tables.

use std::time::Duration;

use chrono::TimeDelta;
use heard::db::access::{self, ApiToken, LinkKind, NewLink, Session, SetupToken, TokenOwner};
use heard::db::drafts::{self, Draft, Trace};
use heard::db::idempotency::{self, Answered};
use heard::db::logs::{self, Reader, Reading, Way};
use heard::db::people::NewPerson;
use heard::db::procedures::{self, CopyAsked};
use heard::db::visibility::Seen;
use heard::db::{Db, DbError, DbOptions, Digest, backup, calendars, check, meta, people, schools};
use heard::domain::ids::{PartyNo, PersonId, PostId};
use heard::domain::person::{Independence, Place, Post, Role};
use heard::domain::text::EmailAddress;
use uuid::Uuid;

use crate::db_kit::{HAZEL, HEAD, MARSH, OTHER, Plot, TEACHER, TRUST, day, monday, url_of, world};
use crate::kit::database::{Backend, backend};

const SECRET: Digest = Digest([7; 32]);

fn post(n: u128, role: Role, place: Place) -> Post {
    Post {
        id: PostId(Uuid::from_u128(n)),
        role,
        place,
        year_groups: vec!["Year 4".into(), "Año 5".into()],
        from_on: day(0),
        to_on: None,
        independence: Independence::None,
        independence_reason: None,
    }
}

#[test]
fn a_directory_holds_everybody_of_the_school_and_of_its_trust() {
    let world = world();
    let posts = [
        (HEAD, post(1, Role::Headteacher, Place::School(HAZEL))),
        (TEACHER, post(2, Role::ClassTeacher, Place::School(MARSH))),
        (OTHER, post(3, Role::TrustOfficer, Place::Trust)),
    ];
    let given = posts.clone();
    world
        .db
        .write(move |tx| {
            given.iter().try_for_each(|(person, post)| people::add_post(tx, *person, TRUST, post, monday()))
        })
        .unwrap();
    let directory = world.db.read(|tx| people::directory(tx, HAZEL)).unwrap();
    let ids: Vec<PersonId> = directory.people().iter().map(|person| person.id).collect();
    assert_eq!(ids, [HEAD, OTHER]);
    assert_eq!(directory.person(HEAD).unwrap().posts, [posts[0].1.clone()]);
    assert_eq!(world.db.read(|tx| people::of_trust(tx, TRUST)).unwrap().people().len(), 3);
    assert_eq!(world.db.read(|tx| people::find(tx, TEACHER)).unwrap().unwrap().posts, [posts[1].1.clone()]);
    let reached = world.db.read(|tx| people::schools_of(tx, OTHER)).unwrap();
    assert_eq!(reached.iter().map(|(_, school)| *school).collect::<Vec<_>>(), [HAZEL, MARSH]);

    world.db.write(|tx| people::end_post(tx, PostId(Uuid::from_u128(1)), day(1))).unwrap();
    let directory = world.db.read(|tx| people::directory(tx, HAZEL)).unwrap();
    assert!(directory.person(HEAD).unwrap().holds(Role::Headteacher, HAZEL, day(1)));
    assert!(!directory.person(HEAD).unwrap().holds(Role::Headteacher, HAZEL, day(2)));
}

#[test]
fn an_address_signs_in_one_person_however_it_is_written() {
    let world = world();
    let sign_in = |email: &'static str| world.db.read(|tx| people::sign_in(tx, email)).unwrap();
    assert_eq!(sign_in(" PERSON0@example.org").unwrap().id, HEAD);
    let twin = NewPerson {
        id: PersonId(Uuid::from_u128(999)),
        name: "Twin".into(),
        email: EmailAddress::parse("pERSON0@example.org").unwrap(),
        password_hash: None,
        created_at: monday(),
    };
    let refused = world.db.write(move |tx| people::add(tx, &twin)).unwrap_err();
    assert!(refused.is_duplicate_in("people"), "{refused:?}");
    assert!(!refused.to_string().contains("example"));

    world.db.write(|tx| people::set_password(tx, HEAD, "hash")).unwrap();
    assert_eq!(sign_in("person0@example.org").unwrap().password_hash.as_deref(), Some("hash"));
    world.db.write(|tx| people::end(tx, HEAD, monday())).unwrap();
    assert_eq!(sign_in("person0@example.org"), None);
    let names = world.db.read(|tx| people::names(tx, &[HEAD, TEACHER])).unwrap();
    assert_eq!(names[&HEAD], "Person 0", "the record still names whoever has left");
}

#[test]
fn every_change_of_a_setting_raises_the_version() {
    let world = world();
    let all = |tx: &mut heard::db::Tx| schools::all(tx);
    let version = || world.db.read(all).unwrap().iter().map(|one| one.settings_version).collect::<Vec<_>>();
    let before = version();
    world.db.write(|tx| schools::touch_settings(tx, MARSH)).unwrap();
    let mut record = world.db.read(|tx| schools::find_by_slug(tx, "hazel-lane")).unwrap().unwrap();
    record.school.phone = "01632 960001".into();
    world.db.write(move |tx| schools::update(tx, &record)).unwrap();
    let after = version();
    assert!(before.iter().zip(&after).all(|(old, new)| *new == old + 1), "{before:?} {after:?}");
    assert_eq!(world.db.read(|tx| schools::find(tx, HAZEL)).unwrap().unwrap().school.phone, "01632 960001");
    let rules = world.db.read(|tx| schools::rules(tx, HAZEL)).unwrap().unwrap();
    let calendar = world.db.read(|tx| calendars::find(tx, rules.calendar)).unwrap().unwrap();
    assert_eq!(world.db.read(|tx| calendars::newest(tx, HAZEL)).unwrap(), Some(calendar));
    let procedure = world.db.read(|tx| procedures::find(tx, rules.procedure)).unwrap().unwrap();
    assert_eq!(procedure.source, "title = \"é\"\n", "byte for byte");
    assert_eq!(world.db.read(|tx| procedures::newest(tx, "MAT-SEED")).unwrap(), Some(procedure));
}

#[test]
fn a_session_lives_until_it_ends() {
    let world = world();
    let end = monday() + TimeDelta::hours(8);
    let session = Session::beginning(HEAD, monday(), end);
    world.db.write(move |tx| access::begin_session(tx, SECRET, session)).unwrap();
    let at = |now| world.db.read(|tx| access::session(tx, SECRET, now)).unwrap();
    assert_eq!(at(monday()), Some(session));
    assert_eq!(at(end), None);
    let longer = end + TimeDelta::hours(1);
    let prolong = |now| world.db.write(move |tx| access::prolong_session(tx, SECRET, now, longer)).unwrap();
    prolong(end);
    assert_eq!(at(end), None, "what has ended is not brought back");
    prolong(end - TimeDelta::minutes(1));
    assert!(at(end).is_some());
    world.db.write(|tx| access::end_sessions_of(tx, HEAD)).unwrap();
    assert_eq!(at(monday()), None);
}

#[test]
fn a_token_works_until_it_is_over_or_revoked() {
    let world = world();
    let end = monday() + TimeDelta::days(30);
    let token = ApiToken {
        id: Uuid::from_u128(5),
        owner: TokenOwner::Service("register".into()),
        school: Some(HAZEL),
        scopes: vec!["cases:read".into()],
        created_at: monday(),
        expires_at: Some(end),
        last_used_at: None,
        revoked_at: None,
    };
    let stored = token.clone();
    world.db.write(move |tx| access::add_token(tx, SECRET, &stored)).unwrap();
    let at = |now| world.db.read(|tx| access::token(tx, SECRET, now)).unwrap();
    assert_eq!(at(monday()), Some(token.clone()));
    assert_eq!(at(end), None);
    world.db.write(move |tx| access::note_token_use(tx, token.id, monday())).unwrap();
    world.db.write(move |tx| access::revoke_token(tx, token.id, monday())).unwrap();
    assert_eq!(at(monday()), None);
    assert_eq!(world.db.read(access::tokens).unwrap()[0].last_used_at, Some(monday()));
}

/// G27: looking at a link, as scanners do, uses nothing up.
#[test]
fn a_familys_link_opens_its_case_until_it_is_revoked() {
    let world = world();
    let plot = Plot::new(1);
    plot.raise().save(&world.db).unwrap();
    let end = monday() + TimeDelta::days(30);
    let link = NewLink {
        secret: SECRET,
        case: plot.id(),
        party: PartyNo(1),
        helper: None,
        kind: LinkKind::Link,
        created_at: monday(),
        expires_at: end,
    };
    world.db.write(move |tx| access::add_link(tx, link)).unwrap();
    let at = |now| world.db.read(|tx| access::link(tx, SECRET, now)).unwrap();
    for _ in 0..3 {
        let open = at(monday()).unwrap();
        assert_eq!((open.case(), open.used_at), (plot.id(), None));
    }
    world.db.write(|tx| access::note_link_use(tx, SECRET, monday())).unwrap();
    let open = at(monday()).unwrap();
    assert_eq!(open.used_at, Some(monday()));
    assert_eq!(at(end), None);
    world.db.write(|tx| access::revoke_link(tx, SECRET, monday())).unwrap();
    assert_eq!(at(monday()), None);
}

#[test]
fn the_first_administrators_link_works_once() {
    let world = world();
    let end = monday() + TimeDelta::hours(1);
    world.db.write(move |tx| access::add_setup_token(tx, SECRET, monday(), end)).unwrap();
    let look = || world.db.read(|tx| access::setup_token(tx, SECRET, monday())).unwrap();
    assert_eq!([look(), look()], [SetupToken::Alive; 2]);
    let used = || world.db.write(|tx| access::use_setup_token(tx, SECRET, monday())).unwrap();
    assert_eq!([used(), used()], [SetupToken::Alive, SetupToken::Spent]);
    assert_eq!(look(), SetupToken::Spent);
}

/// G18: the answer is kept with what it answers, or not at all.
#[test]
fn a_repeated_request_gets_its_first_answer() {
    let world = world();
    let answer = Answered { body: SECRET, status: 201, response: "{\"reference\":\"x\"}".into() };
    let (kept, failed) = (answer.clone(), answer.clone());
    let undone: Result<(), DbError> = world.db.write(move |tx| {
        idempotency::keep(tx, "concerns", "lost", &failed, monday())?;
        Err(DbError::Stale)
    });
    assert!(undone.is_err());
    world.db.write(move |tx| idempotency::keep(tx, "concerns", "key", &kept, monday())).unwrap();
    let find = |key: &'static str| world.db.read(|tx| idempotency::find(tx, "concerns", key)).unwrap();
    assert_eq!(find("lost"), None);
    assert_eq!(find("key"), Some(answer.clone()));
    let twice = world.db.write(move |tx| idempotency::keep(tx, "concerns", "key", &answer, monday()));
    assert!(twice.unwrap_err().is_duplicate_in("idempotency"));
    world.db.write(|tx| idempotency::forget(tx, monday() + TimeDelta::days(1))).unwrap();
    assert_eq!(find("key"), None);
}

/// P8: a draft is deleted to the last word when its time is over; that there was one is told for a while longer.
#[test]
fn a_draft_is_kept_changed_and_forgotten() {
    let world = world();
    let (end, remembered) = (monday() + TimeDelta::days(2), TimeDelta::days(14));
    let keep = |data: &'static str, trace| {
        let draft = Draft { school: HAZEL, data: data.into(), expires_at: end };
        world.db.write(move |tx| drafts::keep(tx, SECRET, &draft, trace, monday())).unwrap();
    };
    let find = || world.db.read(|tx| drafts::find(tx, SECRET)).unwrap();
    let forget = |at| world.db.write(move |tx| drafts::forget_expired(tx, remembered, at)).unwrap();
    for data in ["{}", "{\"name\":\"Jo\"}"] {
        keep(data, Trace::Kept);
        assert_eq!(find().unwrap().0.data, data);
    }
    assert_eq!(forget(end - TimeDelta::seconds(1)), 0);
    assert_eq!(forget(end), 1);
    let (trace, kept) = find().unwrap();
    assert_eq!((trace.data.as_str(), trace.expires_at, kept), ("", end, Trace::Kept));
    forget(end + remembered);
    assert_eq!(find(), None);
    keep("{}", Trace::None);
    assert_eq!(forget(end), 1);
    assert_eq!(find(), None, "what was sent leaves no trace");
}

#[test]
fn readings_and_copies_are_on_record() {
    let world = world();
    let plot = Plot::new(1);
    plot.raise().save(&world.db).unwrap();
    let seen = Seen::by_the_system(plot.id());
    let reading = Reading {
        reader: Reader::Person(HEAD),
        at: monday(),
        what: "page".into(),
        way: Way::Page,
        about: None,
    };
    let logged = reading.clone();
    world.db.write(move |tx| logs::log_reading(tx, seen, &logged)).unwrap();
    let all = logs::ReadingsSearch::default();
    let logged = world.db.read(|tx| logs::readings(tx, seen, &all, 9)).unwrap();
    assert_eq!(logged.into_iter().map(|logged| logged.entry).collect::<Vec<_>>(), [reading]);

    let procedure = world.db.read(|tx| schools::rules(tx, HAZEL)).unwrap().unwrap().procedure;
    let copy = CopyAsked {
        school: HAZEL,
        procedure,
        name: "Jo".into(),
        email: None,
        address: Some("1 Lane".into()),
        asked_at: monday(),
        message: None,
    };
    let logged = copy.clone();
    world.db.write(move |tx| procedures::log_copy(tx, &logged)).unwrap();
    assert_eq!(world.db.read(|tx| procedures::copies(tx, HAZEL, 9)).unwrap(), [copy]);
}

#[test]
fn a_copy_made_in_use_is_a_whole_database() {
    if backend() == Backend::Postgres {
        return;
    }
    let world = world();
    world.db.write(|tx| meta::set(tx, "written", "before the copy")).unwrap();
    let copy = world.database.file().unwrap().with_extension("copy");
    backup::copy_to(&url_of(&world.database), &copy).unwrap();
    let url = heard::db::DatabaseUrl::parse(copy.to_str().unwrap()).unwrap();
    let options = DbOptions { patience: Duration::from_secs(1), ..DbOptions::default() };
    let db = Db::open(&url, options).unwrap();
    db.read(check::every_column).unwrap();
    assert_eq!(db.read(|tx| meta::get(tx, "written")).unwrap().as_deref(), Some("before the copy"));
    assert!(backup::copy_to(&url_of(&world.database), &copy).is_err(), "a copy never overwrites");
}
