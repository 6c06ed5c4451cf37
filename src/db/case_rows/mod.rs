//! A case as rows. Rows are a view of the folded case: [`CaseRows::of`] is pure, and what is stored must
//! always equal it. `update` writes only what differs.

mod of_case;
mod tables;

use super::connection::Tx;
use super::error::DbError;
use super::visibility::Seen;

pub use of_case::RecordEnd;
pub(super) use of_case::{CALENDAR_MISSING, DUE_ON};
pub use tables::CaseRows;
use tables::{CaseTable, FactsRow};

impl CaseRows {
    /// The rows that are stored for a case.
    pub fn read(tx: &mut Tx, seen: Seen) -> Result<Option<Self>, DbError> {
        Self::read_all(tx, seen.case())
    }

    /// Writes a case that was not there.
    pub(super) fn insert(&self, tx: &mut Tx) -> Result<(), DbError> {
        self.case.insert(tx)?;
        FactsRow::insert(tx, std::slice::from_ref(&self.facts))?;
        self.write_what_differs_from(tx, &Self::without_parts(self))
    }

    /// Writes what a case has become, if nobody has changed it since it was `before`.
    pub(super) fn update(&self, tx: &mut Tx, before: &Self) -> Result<(), DbError> {
        // First of all, so that of two writers on PostgreSQL the second waits here and then finds
        // that it was too late.
        self.case.update_from(tx, before.case.length)?;
        if self.facts != before.facts {
            FactsRow::update(tx, &self.facts)?;
        }
        self.write_what_differs_from(tx, before)
    }
}

/// Writes the rows of one table that differ from those before: new, changed and gone ones.
fn write_difference<R: CaseTable>(tx: &mut Tx, before: &[R], after: &[R]) -> Result<(), DbError> {
    let old = |row: &R| before.iter().find(|other| other.key() == row.key());
    for gone in before.iter().filter(|row| !after.iter().any(|other| other.key() == row.key())) {
        R::delete(tx, gone)?;
    }
    for changed in after.iter().filter(|row| old(row).is_some_and(|before| before != *row)) {
        R::update(tx, changed)?;
    }
    let new: Vec<R> = after.iter().filter(|row| old(row).is_none()).cloned().collect();
    R::insert(tx, &new)
}
