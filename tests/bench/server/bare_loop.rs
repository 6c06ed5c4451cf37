//! What Heard is measured against: a loop with nothing around it that commits the rows of one concern after
//! the other, each in a durable transaction of its own, with prepared statements.

use std::path::Path;
use std::time::Instant;

use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

/// Rows of a table that belong to a case.
struct Table {
    name: String,
    /// The column that names the case.
    key: &'static str,
    insert: String,
}

/// What the loop did.
pub struct Looped {
    /// Concerns a second.
    pub rate: f64,
    /// Rows of one concern, on average.
    pub rows: f64,
}

/// Copies the cases of a database, one durable transaction for each, into a new one with the same tables and
/// indexes.
pub fn run(filed: &Path) -> Looped {
    let from = Connection::open(filed).unwrap();
    let cases = rows_to_copy(&from);
    let rows: usize = cases.iter().flatten().map(|(_, rows)| rows.len()).sum();
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let mut to = empty_copy(&from, &folder.path().join("bare.db"));
    let began = Instant::now();
    for case in &cases {
        let tx = to.transaction().unwrap();
        for (insert, rows) in case {
            let mut statement = tx.prepare_cached(insert).unwrap();
            for row in rows {
                statement.execute(params_from_iter(row)).unwrap();
            }
        }
        tx.commit().unwrap();
    }
    let amount = cases.len() as f64;
    Looped { rate: amount / began.elapsed().as_secs_f64(), rows: rows as f64 / amount }
}

type Rows = Vec<(String, Vec<Vec<Value>>)>;

/// Everything in memory beforehand, so that the loop does nothing but write.
fn rows_to_copy(from: &Connection) -> Vec<Rows> {
    let tables = tables(from);
    let mut ids = from.prepare("SELECT id FROM cases").unwrap();
    let ids: Vec<Value> = ids.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    ids.iter()
        .map(|id| tables.iter().map(|table| (table.insert.clone(), rows(from, table, id))).collect::<Rows>())
        .collect()
}

fn rows(from: &Connection, table: &Table, case: &Value) -> Vec<Vec<Value>> {
    let select = format!("SELECT * FROM {} WHERE {} = ?1", table.name, table.key);
    let mut statement = from.prepare_cached(&select).unwrap();
    let columns = statement.column_count();
    let read = statement.query_map([case], |row| (0..columns).map(|at| row.get(at)).collect()).unwrap();
    read.map(Result::unwrap).collect()
}

fn tables(from: &Connection) -> Vec<Table> {
    let mut names = from
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'")
        .unwrap();
    let names: Vec<String> = names.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    names.into_iter().filter_map(|name| table(from, name)).collect()
}

fn table(from: &Connection, name: String) -> Option<Table> {
    let mut columns = from.prepare("SELECT name FROM pragma_table_info(?1)").unwrap();
    let columns: Vec<String> =
        columns.query_map([&name], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    let key = match name.as_str() {
        "cases" => "id",
        _ if columns.iter().any(|column| column == "case_id") => "case_id",
        _ => return None,
    };
    let marks = vec!["?"; columns.len()].join(", ");
    Some(Table { insert: format!("INSERT INTO {name} VALUES ({marks})"), name, key })
}

/// The same tables and indexes, with the settings under which Heard writes: a write-ahead log, and a sync of
/// the disk before each commit returns. Foreign keys are not checked, which is to the advantage of the loop.
fn empty_copy(from: &Connection, path: &Path) -> Connection {
    let to = Connection::open(path).unwrap();
    to.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = OFF;")
        .unwrap();
    let mut schema = from
        .prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite%'")
        .unwrap();
    let statements = schema.query_map([], |row| row.get::<_, String>(0)).unwrap();
    for statement in statements {
        to.execute_batch(&statement.unwrap()).unwrap();
    }
    to
}
