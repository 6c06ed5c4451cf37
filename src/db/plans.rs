//! What SQLite makes of the queries that must stay quick in a large database: an index answers each,
//! and none reads a table whole. The statements are those that really ran, caught on their way.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::connection::{Connection, InstrumentationEvent};
use diesel::sql_types::Text;
use diesel::{QueryableByName, RunQueryDsl, sql_query};
use uuid::Uuid;

use super::connection::{DatabaseUrl, Purpose, Tx};
use super::visibility::{self, Viewer};
use super::work_list::{self, Cursor, HeldBy, InState, Sort, StateKey, WorkListFilter};
use super::{DbError, cases, migrate, outbox};
use crate::domain::deadline::DeadlineRule;
use crate::domain::ids::{CaseId, PersonId, SchoolId};

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
        hearing_schools: vec![],
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
    let every_post = Viewer {
        safeguarding_schools: vec![SchoolId(Uuid::from_u128(3))],
        hearing_schools: vec![SchoolId(Uuid::from_u128(4))],
        ..viewer()
    };
    for filter in [
        WorkListFilter::default(),
        WorkListFilter { due_before: Some(DAY), ..WorkListFilter::default() },
        WorkListFilter { handler: Some(HeldBy::Person(PERSON)), ..WorkListFilter::default() },
        WorkListFilter { words: Some("bus".into()), ..WorkListFilter::default() },
    ] {
        assert_quick(Sorting::OfFew, |tx| {
            work_list::count(tx, &every_post, &filter)?;
            work_list::list(tx, &every_post, &filter, Sort::Due, None, 25).map(drop)
        });
    }
    assert_quick(Sorting::OfFew, |tx| {
        visibility::find_by_id(tx, &every_post, CaseId(Uuid::from_u128(9))).map(drop)
    });
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
        outbox::next_due(tx).map(drop)
    });
}
