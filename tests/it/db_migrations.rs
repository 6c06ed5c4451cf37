//! Migrations, with rows in the tables.

use std::thread;

use heard::db::{DatabaseUrl, Db, DbError, DbOptions, check, migrate};

use crate::db_kit::{Plot, populate, url_of, world};
use crate::kit::database::empty_database;

#[test]
fn every_column_that_the_program_knows_is_there() {
    let tables = world().db.read(check::every_column).unwrap();
    assert!(tables.len() > 35, "{tables:?}");
}

#[test]
fn each_step_goes_down_and_up_again_with_rows_in_the_tables() {
    let database = empty_database();
    let url = url_of(&database);
    let steps = migrate::run(&url).unwrap();
    assert_eq!(steps.len(), migrate::known().unwrap());
    {
        let db = Db::open(&url, DbOptions::default()).unwrap();
        db.write(populate).unwrap();
        Plot::new(1).raise().save(&db).unwrap();
        db.write(|tx| heard::db::outbox::insert(tx, &crate::db_kit::message(1, None))).unwrap();
    }
    for _ in &steps {
        migrate::revert_last(&url).unwrap();
    }
    assert_eq!(migrate::pending(&url).unwrap().len(), steps.len());
    assert_eq!(migrate::run(&url).unwrap().len(), steps.len());
    assert!(migrate::pending(&url).unwrap().is_empty());
    let db = Db::open(&url, DbOptions::default()).unwrap();
    db.read(check::every_column).unwrap();
}

#[test]
fn two_processes_that_migrate_at_once_do_it_once() {
    let database = empty_database();
    let url = url_of(&database);
    let done: Vec<usize> = thread::scope(|scope| {
        let both: Vec<_> = (0..2).map(|_| scope.spawn(|| migrate::run(&url).unwrap().len())).collect();
        both.into_iter().map(|one| one.join().unwrap()).collect()
    });
    assert_eq!(done.iter().sum::<usize>(), migrate::known().unwrap());
}

/// Reverts the steps down to that one, and it too.
pub fn revert_down_to(url: &DatabaseUrl, step: &str) {
    while migrate::revert_last(url).unwrap() != step {}
}

#[test]
fn a_database_that_lacks_a_table_is_found_out() {
    let database = empty_database();
    let url = url_of(&database);
    migrate::run(&url).unwrap();
    revert_down_to(&url, "0011");
    let db = Db::open(&url, DbOptions::default()).unwrap();
    let answer: Result<_, DbError> = db.read(check::every_column);
    assert!(answer.is_err());
}
