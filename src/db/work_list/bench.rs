//! What the rule of who sees which case costs a list: the same list with it and without it, in one run.
//!
//! ```text
//! cargo test --release --lib -- --ignored --nocapture what_the_rule_of_sight_costs
//! HEARD_BENCH_CASES=2000 cargo test --lib -- --ignored --nocapture what_the_rule_of_sight_costs
//! HEARD_BENCH_DATABASE_URL=postgres://… cargo test --release --lib -- --ignored --nocapture what_the_rule_of_sight_costs
//! ```
//!
//! Without an address it makes an SQLite file of its own; a PostgreSQL database has to be empty. Nothing but this module
//! can ask for cases without the rule, and it is in no program.
#![expect(clippy::disallowed_methods, reason = "a measurement that a developer reads")]

use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use uuid::Uuid;

use super::*;
use crate::db::connection::{Conn, DatabaseUrl, Purpose};
use crate::db::{cases as stored, migrate, plans};
use crate::domain::case::event::{Actor, Event, Recorded};
use crate::domain::case::evolve::fold;
use crate::domain::case::state::Subject;
use crate::domain::case::vocabulary::SubjectRole;
use crate::domain::deadline::Due;
use crate::domain::ids::DeadlineNo;
use crate::domain::record::{ChainHash, seal, stamp};

const PEOPLE: u128 = 2_000;
const SCHOOLS: u128 = 4;
/// Lists that are asked for, in each way.
const TURNS: u128 = 500;

fn person(n: u128) -> PersonId {
    PersonId(Uuid::from_u128(1_000_000 + n % PEOPLE))
}

fn school(n: u128) -> SchoolId {
    SchoolId(Uuid::from_u128(100 + n % SCHOOLS))
}

/// A case of one school, about one of the people, handled by two others.
fn file(tx: &mut Tx, n: u128) {
    let mut raised = plans::raised(10_000_000 + n, None);
    raised.school = school(n);
    raised.subjects = vec![Subject { role: SubjectRole::Staff, name: None, person: Some(person(n)) }];
    let day = raised.received_on.checked_add_days(chrono::Days::new((n % 200) as u64)).unwrap();
    let due = Event::DeadlineSet {
        no: DeadlineNo(1),
        rule: DeadlineRule::Respond,
        run: None,
        remedy: None,
        basis: None,
        due: Due::On(day),
    };
    let part = |who, involved_as| Event::Involved { person: who, involved_as };
    let (id, at, on) = (raised.id, raised.received_at, raised.received_on);
    let events = [
        Event::Raised(Box::new(raised)),
        due,
        part(person(n + 7), InvolvedAs::Handled),
        part(person(n / 3 + 11), InvolvedAs::Consulted),
    ];
    let mut head = ChainHash::start_of(id);
    let (mut recorded, mut sealed) = (Vec::new(), Vec::new());
    for (seq, event) in (0..).zip(events) {
        let happened = Recorded { stamp: stamp(seq, at, on, Actor::Public), event };
        let event = seal(id, head, &happened, None, &mut || [1; 16]).unwrap();
        head = event.hash;
        recorded.push(happened);
        sealed.push(event);
    }
    stored::create(tx, &fold(&recorded).unwrap(), &sealed).unwrap();
}

/// The same list as [`list`] gives to somebody who sees every case of these schools, by whoever asks.
fn list_without_the_rule(tx: &mut Tx, schools: &[SchoolId], limit: usize) -> Vec<CaseSummary> {
    let mut rows: Vec<SummaryRow> = Vec::new();
    for school in schools {
        let query = cases::table.filter(cases::school_id.eq(*school)).into_boxed();
        let query = ordered(in_state(query, InState::NotClosed, Sort::Due), Sort::Due, None);
        let most = i64::try_from(limit + 1).unwrap();
        rows.extend(query.limit(most).select(SummaryRow::as_select()).load(&mut tx.conn).unwrap());
    }
    rows.sort_by_key(|row| row.rank(Sort::Due));
    rows.truncate(limit);
    rows.into_iter().map(|row| CaseSummary::try_from(row).unwrap()).collect()
}

fn viewer(n: u128, schools: Vec<SchoolId>) -> Viewer {
    Viewer {
        person: person(n),
        wide_schools: schools.clone(),
        safeguarding_schools: Vec::new(),
        work_schools: schools,
        pool_schools: Vec::new(),
        in_place: Vec::new(),
        stands_in: Vec::new(),
        only_school: None,
    }
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

#[test]
#[ignore = "it takes minutes, and nobody is told of a slow machine by a test"]
fn what_the_rule_of_sight_costs() {
    let number = std::env::var("HEARD_BENCH_CASES").map_or(100_000, |number| number.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let url = std::env::var("HEARD_BENCH_DATABASE_URL").ok().filter(|url| !url.is_empty());
    let url = url.map_or_else(
        || DatabaseUrl::Sqlite(folder.path().join("sight.sqlite")),
        |url| DatabaseUrl::parse(&url).unwrap(),
    );
    migrate::run(&url).unwrap();
    let mut tx = Tx::connect(&url, Purpose::Write, Duration::from_secs(5)).unwrap();
    // The rows stand alone: schools and people are not what this is about.
    let (alone, tidy) = match &tx.conn {
        Conn::Pg(_) => ("SET session_replication_role = replica", "VACUUM ANALYZE"),
        Conn::Sqlite(_) => ("PRAGMA foreign_keys = OFF", "ANALYZE"),
    };
    tx.conn.batch_execute(alone).unwrap();
    tx.conn.batch_execute("BEGIN").unwrap();
    (0..number).for_each(|n| file(&mut tx, n));
    tx.conn.batch_execute("COMMIT").unwrap();
    tx.conn.batch_execute(tidy).unwrap();
    println!("{number} cases, {PEOPLE} people, {SCHOOLS} schools; {TURNS} lists of 25 each way");
    for (who, schools) in [("one school", 1), ("every school", SCHOOLS)] {
        let own: Vec<SchoolId> = (0..schools).map(school).collect();
        let (mut with, mut without) = (Vec::new(), Vec::new());
        for turn in 0..TURNS {
            let viewer = viewer(turn * 13, own.clone());
            let began = Instant::now();
            let page = list(&mut tx, &viewer, &WorkListFilter::default(), Sort::Due, None, 25).unwrap();
            with.push(began.elapsed());
            let began = Instant::now();
            let all = list_without_the_rule(&mut tx, &own, 25);
            without.push(began.elapsed());
            assert!(page.items.len() == 25 && all.len() == 25);
        }
        let (with, without) = (median(with).as_secs_f64() * 1e3, median(without).as_secs_f64() * 1e3);
        println!(
            "{who:14} without {without:7.3} ms, with {with:7.3} ms: {:.2} times (promised: 1.3)",
            with / without
        );
    }
}
