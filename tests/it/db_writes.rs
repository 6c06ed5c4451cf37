//! Transactions: what is kept, what is undone, and who is told.

use std::sync::Barrier;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::Duration;

use heard::db::{Db, DbError, DbOptions, meta};

use crate::db_kit::{url_of, world};
use crate::kit::database::{Backend, backend};

fn stored(db: &Db, key: &str) -> Option<String> {
    db.read(|tx| meta::get(tx, key)).unwrap()
}

#[test]
fn one_failing_job_among_64_hurts_no_other() {
    let world = world();
    let start = Barrier::new(64);
    thread::scope(|scope| {
        for n in 0..64 {
            let (db, start) = (world.db.clone(), &start);
            scope.spawn(move || {
                start.wait();
                let answer = db.write(move |tx| {
                    meta::set(tx, &format!("job {n}"), "done")?;
                    if n == 7 { Err(DbError::Stale) } else { Ok(n) }
                });
                match answer {
                    Ok(kept) => assert_eq!(kept, n),
                    Err(error) => assert!(n == 7 && matches!(error, DbError::Stale), "{n}: {error}"),
                }
            });
        }
    });
    for n in 0..64 {
        let expected = (n != 7).then(|| "done".to_owned());
        assert_eq!(stored(&world.db, &format!("job {n}")), expected, "job {n}");
    }
}

#[test]
fn a_job_that_panics_is_undone_and_the_next_ones_go_on() {
    let world = world();
    let answer: Result<(), DbError> = world.db.write(|tx| {
        meta::set(tx, "half", "written")?;
        panic!("on purpose");
    });
    assert!(matches!(answer, Err(DbError::Internal(_))), "{answer:?}");
    assert_eq!(stored(&world.db, "half"), None);
    world.db.write(|tx| meta::set(tx, "after", "the panic")).unwrap();
    assert_eq!(stored(&world.db, "after").as_deref(), Some("the panic"));
}

#[test]
fn a_statement_that_fails_undoes_its_own_job_alone() {
    let world = world();
    let answer = world.db.write(|tx| {
        meta::set(tx, "before the failure", "x")?;
        heard::db::schools::add_trust(
            tx,
            crate::db_kit::TRUST,
            "a second of that id",
            crate::db_kit::monday(),
        )
    });
    assert!(answer.unwrap_err().is_duplicate_in("trusts"));
    assert_eq!(stored(&world.db, "before the failure"), None);
}

#[test]
fn a_read_cannot_write() {
    let world = world();
    let answer = world.db.read(|tx| meta::set(tx, "sneaked", "in"));
    assert!(answer.is_err());
    assert_eq!(stored(&world.db, "sneaked"), None);
}

/// Bounded waiting: whoever finds the queue full is told to come back, and is not kept waiting.
#[test]
fn a_full_queue_says_busy() {
    if backend() == Backend::Postgres {
        return;
    }
    let world = world();
    let options = DbOptions { queue: 1, ..DbOptions::default() };
    let db = Db::open(&url_of(&world.database), options).unwrap();
    let busy = AtomicU32::new(0);
    let start = Barrier::new(12);
    thread::scope(|scope| {
        for n in 0..12 {
            let (db, busy, start) = (&db, &busy, &start);
            scope.spawn(move || {
                start.wait();
                let answer = db.write(move |tx| {
                    thread::sleep(Duration::from_millis(30));
                    meta::set(tx, &format!("slow {n}"), "x")
                });
                if matches!(answer, Err(DbError::Busy)) {
                    busy.fetch_add(1, Ordering::Relaxed);
                } else {
                    answer.unwrap();
                }
            });
        }
    });
    let busy = busy.into_inner();
    assert!(busy > 0);
    let written = (0..12).filter(|n| stored(&db, &format!("slow {n}")).is_some()).count();
    assert_eq!(written + usize::try_from(busy).unwrap(), 12);
}

/// What a write answered for is there for the very next reader, on every connection.
#[test]
fn what_was_answered_is_seen_at_once() {
    let world = world();
    for n in 0..20 {
        let value = n.to_string();
        let text = value.clone();
        world.db.write(move |tx| meta::set(tx, "count", &text)).unwrap();
        assert_eq!(stored(&world.db, "count"), Some(value));
    }
}
