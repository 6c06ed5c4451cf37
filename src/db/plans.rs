//! What SQLite makes of the statements that must stay quick: an index answers each query, none reads a
//! table whole, and what is written for every concern is prepared once. The statements are those that
//! really ran, caught on their way.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::connection::{Connection, InstrumentationEvent, SimpleConnection};
use diesel::sql_types::Text;
use diesel::{QueryableByName, RunQueryDsl, sql_query};
use uuid::Uuid;

use super::asking::Asking;
use super::connection::{DatabaseUrl, Purpose, Tx};
use super::doors::{self, SignInSecret};
use super::mailbox::{self, Pile, Reach, Reader, Wanted};
use super::types::Digest;
use super::visibility::{self, InPlace, Seen, StandIn, Viewer};
use super::ways_in::{self, Ceremony};
use super::work_list::{self, Cursor, HeldBy, InState, NotThere, Sort, StateKey, WorkListFilter};
use super::{DbError, alike, cases, logs, migrate, outbox, passkeys, schools};
use crate::domain::case::attention::AttentionKind;
use crate::domain::case::command::{Contact, NewPoint};
use crate::domain::case::event::{Actor, Event, Raised, Recorded};
use crate::domain::case::evolve::fold;
use crate::domain::case::sight;
use crate::domain::case::state::{Bound, Child, Subject};
use crate::domain::case::vocabulary::{Channel, Kind, Relationship, SubjectRole};
use crate::domain::deadline::{DeadlineRule, Due};
use crate::domain::ids::{CalendarId, CaseId, DeadlineNo, PersonId, ProcedureId, RunNo, SchoolId, TrustId};
use crate::domain::person::Role;
use crate::domain::procedure::{Regime, StageKey};
use crate::domain::record::{ChainHash, seal, stamp};
use crate::domain::reference::Reference;
use crate::domain::school::Nation;
use crate::domain::text::Words;

const SCHOOL: SchoolId = SchoolId(Uuid::from_u128(1));
const PERSON: PersonId = PersonId(Uuid::from_u128(2));
const DAY: NaiveDate = NaiveDate::from_ymd_opt(2026, 9, 7).unwrap();

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    detail: String,
}

/// The plans of the statements that `run` sends to a migrated, empty database.
fn plans_of(run: impl FnOnce(&mut Tx) -> Result<(), DbError>) -> Vec<(String, Vec<String>)> {
    let folder = tempfile::tempdir().unwrap();
    let url = DatabaseUrl::Sqlite(folder.path().join("plans.sqlite"));
    migrate::run(&url).unwrap();
    let mut tx = Tx::connect(&url, Purpose::Write, Duration::from_secs(1)).unwrap();
    let caught = Arc::new(Mutex::new(Vec::new()));
    let catcher = Arc::clone(&caught);
    tx.conn.set_instrumentation(move |event: InstrumentationEvent<'_>| {
        if let InstrumentationEvent::StartQuery { query, .. } = event {
            catcher.lock().unwrap().push(query.to_string());
        }
    });
    run(&mut tx).unwrap();
    tx.conn.set_instrumentation(|_: InstrumentationEvent<'_>| {});
    let statements = caught.lock().unwrap().clone();
    statements.into_iter().map(|statement| (statement.clone(), plan(&mut tx, &statement))).collect()
}

fn plan(tx: &mut Tx, statement: &str) -> Vec<String> {
    let bare = statement.split(" -- binds").next().unwrap();
    let lines: Vec<Line> = sql_query(format!("EXPLAIN QUERY PLAN {bare}")).load(&mut tx.conn).unwrap();
    lines.into_iter().map(|line| line.detail).collect()
}

#[derive(Clone, Copy, PartialEq)]
enum Sorting {
    ByIndex,
    OfFew,
}

fn assert_quick(sorting: Sorting, run: impl FnOnce(&mut Tx) -> Result<(), DbError>) {
    let plans = plans_of(run);
    assert!(!plans.is_empty());
    for (statement, plan) in plans {
        let slow = |line: &String| {
            line.starts_with("SCAN") || (sorting == Sorting::ByIndex && line.contains("TEMP B-TREE"))
        };
        assert!(!plan.iter().any(slow), "{statement}\n{plan:#?}");
    }
}

fn viewer() -> Viewer {
    Viewer {
        person: PERSON,
        wide_schools: vec![SCHOOL],
        safeguarding_schools: vec![],
        work_schools: vec![SCHOOL, SchoolId(Uuid::from_u128(4))],
        pool_schools: vec![SCHOOL],
        stands_in: vec![StandIn {
            person: PersonId(Uuid::from_u128(6)),
            role: Role::ClassTeacher,
            schools: vec![SchoolId(Uuid::from_u128(4))],
            behind_it: vec![PersonId(Uuid::from_u128(6)), PersonId(Uuid::from_u128(8))],
        }],
        in_place: vec![],
        only_school: None,
    }
}

fn now() -> DateTime<Utc> {
    DAY.and_hms_opt(8, 0, 0).unwrap().and_utc()
}

/// A list of one school, where every case is seen: the index gives the order, so 25 rows are 25 rows.
#[test]
fn the_work_list_reads_only_what_it_shows() {
    let id = CaseId(Uuid::from_u128(7)).0.simple();
    let (due, moment) = (format!("d_2026-09-07_{id}"), format!("m_1788768000000000_{id}"));
    for (sort, cursor) in [(Sort::Due, &due), (Sort::Received, &moment), (Sort::Changed, &moment)] {
        for after in [None, Cursor::parse(cursor)] {
            for state in [InState::NotClosed, InState::Any] {
                let filter = WorkListFilter { school: Some(SCHOOL), state, ..WorkListFilter::default() };
                assert_quick(Sorting::ByIndex, |tx| {
                    work_list::list(tx, &viewer(), &filter, sort, after, 25).map(drop)
                });
            }
        }
    }
    let filter = WorkListFilter {
        school: Some(SCHOOL),
        state: InState::State(StateKey::Open),
        ..WorkListFilter::default()
    };
    assert_quick(Sorting::ByIndex, |tx| {
        work_list::list(tx, &viewer(), &filter, Sort::Due, None, 25).map(drop)
    });
}

/// What somebody is involved in is few, found by the register and sorted then.
#[test]
fn other_lists_counts_and_searches_begin_at_an_index() {
    let in_place = |number, reach| InPlace {
        school: SchoolId(Uuid::from_u128(number)),
        reach,
        behind_it: vec![PersonId(Uuid::from_u128(6))],
    };
    let every_post = Viewer {
        safeguarding_schools: vec![SchoolId(Uuid::from_u128(3))],
        in_place: vec![in_place(4, sight::Reach::Every), in_place(5, sight::Reach::Safeguarding)],
        ..viewer()
    };
    for filter in [
        WorkListFilter::default(),
        WorkListFilter { due_before: Some(DAY), ..WorkListFilter::default() },
        WorkListFilter { handler: Some(HeldBy::Person(PERSON)), ..WorkListFilter::default() },
        WorkListFilter {
            handler: Some(HeldBy::Nobody(vec![NotThere {
                school: SCHOOL,
                role: Role::Headteacher,
                people: vec![PERSON],
            }])),
            ..WorkListFilter::default()
        },
        WorkListFilter { words: Some("bus".into()), ..WorkListFilter::default() },
    ] {
        assert_quick(Sorting::OfFew, |tx| {
            work_list::count(tx, &every_post, &filter, 100)?;
            work_list::list(tx, &every_post, &filter, Sort::Due, None, 25).map(drop)
        });
    }
    assert_quick(Sorting::OfFew, |tx| {
        visibility::find_by_id(tx, &every_post, CaseId(Uuid::from_u128(9))).map(drop)
    });
}

/// S2: the home page asks each school for what waits. The index that begins each answer, none of which grows with
/// the cases that are not part of it.
#[test]
fn s2_each_list_of_the_home_page_has_its_index() {
    let today = DAY;
    let me = || Some(HeldBy::Mine(PERSON, vec![SCHOOL], Vec::new()));
    for (kind, handler, ways) in [
        (AttentionKind::ChildAtRisk, None, &["cases_at_risk"][..]),
        (AttentionKind::Unassigned, None, &["cases_with_nobody"]),
        (
            AttentionKind::Overdue,
            None,
            &["cases_by_due (school_id=? AND next_due_on<?)", "cases_before_a_hearing"],
        ),
        (AttentionKind::DueToday, None, &["cases_by_due (school_id=? AND next_due_on>? AND next_due_on<?)"]),
        (
            AttentionKind::DueThisSchoolWeek,
            None,
            &["cases_by_due (school_id=? AND next_due_on>? AND next_due_on<?)"],
        ),
        (AttentionKind::WaitingOnUs, None, &["cases_by_move"]),
        (AttentionKind::WaitingOnUs, me(), &["cases_of_a_handler_by_move", "cases_by_state"]),
        (AttentionKind::WaitingOnFamily, None, &["cases_by_move"]),
        (AttentionKind::New, None, &["cases_by_phase"]),
        (AttentionKind::CalendarMissing, None, &["cases_undated"]),
    ] {
        let asking = Some(Asking { kind, today });
        let filter = WorkListFilter { school: Some(SCHOOL), asking, handler, ..WorkListFilter::default() };
        let plans = plans_of(|tx| work_list::count(tx, &viewer(), &filter, 100).map(drop));
        let first = plans.iter().map(|(_, plan)| plan.first().unwrap()).collect::<Vec<_>>();
        assert_eq!(plans.len(), ways.len(), "{kind:?}: {plans:#?}");
        for ((line, way), plan) in first.iter().zip(ways).zip(&plans) {
            assert!(line.contains(way), "{kind:?}: {plan:#?}");
        }
    }
}

/// S2, E17: what did not arrive stands on the home page, which must not read all the mail that did.
/// A case that goes to another school: the schools of the trust, and the letters of that one case.
#[test]
fn a_move_to_another_school_reads_one_trust_and_one_case() {
    let trust = TrustId(Uuid::from_u128(8));
    assert_quick(Sorting::OfFew, |tx| schools::open_of_trust(tx, trust).map(drop));
    let case = CaseId(Uuid::from_u128(7));
    assert_quick(Sorting::OfFew, |tx| outbox::move_to_school(tx, case, SCHOOL).map(drop));
}

#[test]
fn what_is_not_sent_has_its_index() {
    let reader =
        Reader { viewer: viewer(), offices: vec![SCHOOL], keepers: vec![SCHOOL], reach: Reach::Posts };
    for (pile, index) in [
        (Pile::ForAPerson, "outbox_for_a_person (school_id=?)"),
        (Pile::Waiting, "outbox_not_sent (school_id=?)"),
        (Pile::Failed, "outbox_for_a_person (school_id=?)"),
        (Pile::CalledBack, "outbox_for_a_person (school_id=?)"),
    ] {
        let wanted = Wanted { pile: Some(pile), school: None, before: None, limit: 5 };
        let plans = plans_of(|tx| mailbox::list(tx, &reader, &wanted).map(drop));
        let by_school = plans.iter().filter(|(statement, _)| statement.contains("`outbox`.`school_id` IN"));
        let first: Vec<&String> = by_school.map(|(_, plan)| plan.first().unwrap()).collect();
        assert_eq!(first.len(), 3, "{pile:?}: {plans:#?}");
        assert!(first.iter().all(|line| line.contains(index)), "{pile:?}: {plans:#?}");
    }
}

#[test]
fn the_sweep_and_the_worker_read_only_what_is_due() {
    assert_quick(Sorting::OfFew, |tx| {
        cases::open_deadlines(tx, SCHOOL, &[DeadlineRule::Window], None, DAY)?;
        cases::awaiting_calendar(tx, SCHOOL).map(drop)
    });
    assert_quick(Sorting::ByIndex, |tx| {
        outbox::lease(tx, "worker", now(), now(), 8)?;
        outbox::recover(tx, now())?;
        outbox::queue(tx)?;
        outbox::next_due(tx).map(drop)
    });
    let plans = plans_of(|tx| outbox::automatic_since(tx, now(), 100).map(drop));
    let [(_, plan)] = plans.as_slice() else { panic!("{plans:#?}") };
    assert!(plan.iter().all(|line| line.contains("COVERING INDEX outbox_sent (sent_at>?")), "{plan:#?}");
}

/// R17: what looks alike is found by what it shares, whatever the number of cases, and what was said of a pair by both.
#[test]
fn r17_other_cases_are_found_by_an_index_of_what_they_share() {
    let mut one = raised(2, None);
    one.child = Some(Child { name: Words::ours("Ola"), year_group: None });
    let mut case =
        fold(&[Recorded { stamp: stamp(0, now(), DAY, Actor::Public), event: Event::Raised(Box::new(one)) }])
            .unwrap();
    for party in &mut case.parties {
        party.phone = Some(Words::ours("01632 960 001"));
    }
    case.subjects = vec![Subject { role: SubjectRole::Staff, name: None, person: Some(PERSON) }];
    let seen = Seen::by_the_system(case.id);
    let plans = plans_of(|tx| alike::sharing(tx, &case).map(drop));
    let ways = [
        "cases_of_a_child",
        "parties_of_an_address",
        "parties_of_a_number",
        "parties_of_a_name",
        "subjects_who_are_known",
    ];
    assert_eq!(plans.len(), ways.len(), "{plans:#?}");
    for ((_, plan), way) in plans.iter().zip(ways) {
        assert!(plan.first().unwrap().contains(way), "{plan:#?}");
    }
    assert_quick(Sorting::OfFew, |tx| {
        alike::sharing(tx, &case)?;
        alike::said_of(tx, seen)?;
        work_list::these(tx, &viewer(), &[case.id]).map(drop)
    });
}

/// G28: a case that somebody may not know of is asked for in the same statements as one that is not there, so that the time
/// of the answer does not tell the two apart. Counted, and not timed.
#[test]
fn g28_what_is_hidden_is_asked_for_like_what_is_not_there() {
    let statements = |reference: Reference, who: Viewer| {
        let asked = plans_of(|tx| {
            tx.conn.batch_execute("PRAGMA foreign_keys = OFF").unwrap();
            file(tx, 1);
            visibility::find(tx, &who, &reference).map(|found| assert_eq!(found, None))
        });
        let bare = |statement: &String| statement.split(" -- binds").next().unwrap_or_default().to_owned();
        let asked: Vec<String> = asked.iter().map(|(statement, _)| bare(statement)).collect();
        asked.into_iter().filter(|statement| statement.starts_with("SELECT")).collect::<Vec<_>>()
    };
    let elsewhere = Viewer {
        wide_schools: vec![SchoolId(Uuid::from_u128(4))],
        work_schools: vec![SchoolId(Uuid::from_u128(4))],
        ..viewer()
    };
    let hidden = statements(Reference::from_random(1), elsewhere.clone());
    let missing = statements(Reference::from_random(2), elsewhere);
    assert!(!hidden.is_empty());
    assert_eq!(hidden, missing);
}

/// A concern is filed with statements that are in the cache already: each is prepared once in the life
/// of the writer, whichever of a row's columns are empty.
#[test]
fn ways_in_are_found_by_what_opens_them() {
    let browser = Digest([7; 32]);
    assert_quick(Sorting::ByIndex, |tx| {
        ways_in::begin_ceremony(tx, browser, Ceremony::Provider, "{}", now(), now())?;
        ways_in::take_ceremony(tx, browser, Ceremony::Provider, now())?;
        ways_in::person_of_account(tx, "https://issuer.example", "subject")?;
        ways_in::note_account_use(tx, "https://issuer.example", "subject", now())?;
        ways_in::accounts_of(tx, PERSON)?;
        passkeys::of(tx, PERSON)?;
        passkeys::count(tx, PERSON)?;
        passkeys::find(tx, &[1; 16])?;
        passkeys::note_use(tx, &[1; 16], "{}", DateTime::UNIX_EPOCH)?;
        passkeys::remove(tx, &[1; 16])?;
        passkeys::remove_all_of(tx, PERSON)?;
        ways_in::disconnect(tx, PERSON, "https://issuer.example").map(drop)
    });
}

#[test]
fn what_is_written_for_every_concern_is_prepared_once() {
    let folder = tempfile::tempdir().unwrap();
    let url = DatabaseUrl::Sqlite(folder.path().join("cache.sqlite"));
    migrate::run(&url).unwrap();
    let mut tx = Tx::connect(&url, Purpose::Write, Duration::from_secs(1)).unwrap();
    // The rows stand alone here: their case is not what this is about.
    tx.conn.batch_execute("PRAGMA foreign_keys = OFF").unwrap();
    let caught = Arc::new(Mutex::new((0, 0)));
    let catcher = Arc::clone(&caught);
    tx.conn.set_instrumentation(move |event: InstrumentationEvent<'_>| {
        let mut counts = catcher.lock().unwrap();
        match event {
            InstrumentationEvent::StartQuery { .. } => counts.0 += 1,
            InstrumentationEvent::CacheQuery { .. } => counts.1 += 1,
            _ => {}
        }
    });
    let mut counts = Vec::new();
    for n in 1..=4 {
        file(&mut tx, n);
        counts.push(std::mem::take(&mut *caught.lock().unwrap()));
    }
    // The first two write every table; after them nothing is prepared any more.
    assert!(counts[0].1 > 5, "{counts:?}");
    assert!(counts[2..].iter().all(|(_, prepared)| *prepared == 0), "{counts:?}");
    assert!(counts.iter().all(|(run, _)| *run <= 20), "statements for one concern: {counts:?}");
}

/// Files a concern; every other one leaves out what may be left out.
fn file(tx: &mut Tx, n: u128) {
    let id = CaseId(Uuid::from_u128(n));
    let person = n.is_multiple_of(2).then_some(PERSON);
    let line = n.is_multiple_of(2).then(|| Words::ours("line"));
    let deadline = Event::DeadlineSet {
        no: DeadlineNo(1),
        rule: DeadlineRule::Respond,
        run: person.map(|_| RunNo(1)),
        remedy: None,
        basis: None,
        due: if person.is_some() { Due::Paused } else { Due::On(DAY) },
    };
    let actor = person.map_or(Actor::Public, Actor::Person);
    let mut head = ChainHash::start_of(id);
    let (mut recorded, mut sealed) = (Vec::new(), Vec::new());
    for (seq, event) in (0..).zip([Event::Raised(Box::new(raised(n, line))), deadline]) {
        let happened = Recorded { stamp: stamp(seq, now(), DAY, actor), event };
        let event = seal(id, head, &happened, None, &mut || [1; 16]).unwrap();
        head = event.hash;
        recorded.push(happened);
        sealed.push(event);
    }
    cases::create(tx, &fold(&recorded).unwrap(), &sealed).unwrap();
}

/// A concern with everything that it can have, or little.
pub(super) fn raised(n: u128, line: Option<Words>) -> Raised {
    Raised {
        id: CaseId(Uuid::from_u128(n)),
        reference: Reference::from_random(u64::try_from(n).unwrap()),
        school: SCHOOL,
        bound: Bound {
            procedure: ProcedureId(Uuid::from_u128(5)),
            regime: Regime::AcademyPart7,
            nation: Nation::England,
            calendar: CalendarId(Uuid::from_u128(6)),
        },
        kind: Kind::Concern,
        channel: Channel::Online,
        received_at: now(),
        received_on: DAY,
        complainant: Some(Contact {
            name: Words::ours("Jo"),
            email: Some(Words::ours("jo@example.org")),
            phone: line.clone(),
            address: None,
            relationship: Relationship::Parent,
            preferred_contact: None,
            language: None,
            adjustments: None,
            safe_contact_note: None,
        }),
        child: None,
        points: vec![NewPoint { what_happened: Words::ours("the bus"), when: None, wanted: line.clone() }],
        first_stage: StageKey("C1".into()),
        subjects: vec![Subject { role: SubjectRole::Staff, name: line.clone(), person: None }],
        flags: BTreeSet::new(),
        last_incident_on: line.as_ref().map(|_| DAY),
        late_reason: line,
        already_spoken_to: None,
        screening: BTreeSet::new(),
    }
}

/// S42, R69: what was changed and who read what is looked up the newest first, however much there is of it.
#[test]
fn s42_r69_the_logs_are_read_a_page_at_a_time() {
    let after = Some(logs::Place { at: now(), no: 7 });
    let span = logs::Span { from: Some(now()), until: Some(now()) };
    let by = Some(logs::Author::Person(PERSON));
    for search in [
        logs::SettingsSearch::default(),
        logs::SettingsSearch { span, after, ..logs::SettingsSearch::default() },
        logs::SettingsSearch { what: Some("post".into()), after, ..logs::SettingsSearch::default() },
        logs::SettingsSearch { by, after, ..logs::SettingsSearch::default() },
    ] {
        assert_quick(Sorting::ByIndex, |tx| logs::settings(tx, &[Some(SCHOOL), None], &search, 25).map(drop));
    }
    let seen = visibility::Seen::by_the_system(CaseId(Uuid::from_u128(9)));
    for search in [
        logs::ReadingsSearch { span, ..logs::ReadingsSearch::default() },
        logs::ReadingsSearch { after, how: Some(logs::How::Page), span, ..logs::ReadingsSearch::default() },
        logs::ReadingsSearch { person: Some(PERSON), span, ..logs::ReadingsSearch::default() },
    ] {
        assert_quick(Sorting::ByIndex, |tx| logs::readings(tx, seen, &search, 25).map(drop));
        assert_quick(Sorting::OfFew, |tx| {
            logs::readings_in_sight(tx, &viewer(), SCHOOL, &search, 25).map(drop)
        });
    }
}

/// What is asked and written at every sign-in, however many sign-ins there were.
#[test]
fn a_sign_in_reads_no_table_whole() {
    let (secret, now) = (Digest([7; 32]), now());
    assert_quick(Sorting::ByIndex, |tx| {
        doors::authenticator(tx, PERSON)?;
        doors::half_sign_in(tx, secret, now)?;
        doors::sign_in_secret(tx, secret, SignInSecret::Code, now)?;
        doors::use_sign_in_secrets(tx, PERSON, now)?;
        doors::use_recovery_code(tx, PERSON, secret, now)?;
        doors::recovery_codes_left(tx, PERSON)?;
        doors::use_step(tx, PERSON, 7)?;
        doors::end_half_sign_in(tx, secret)?;
        doors::end_half_sign_ins_of(tx, PERSON)?;
        doors::sign_ins(tx, PERSON, 20)?;
        Ok(())
    });
}
