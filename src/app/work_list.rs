//! Lists of cases, as somebody with posts sees them.

use std::collections::BTreeMap;

use crate::db::{self, work_list};
use crate::domain::calendar::local_date;
use crate::domain::ids::{PersonId, SchoolId};

use super::App;
use super::error::Error;
use super::people::Colleague;

pub use crate::db::work_list::{CaseSummary, Cursor, HeldBy, InState, Sort, StateKey, WorkListFilter};

/// A page of a list with the names that its rows need.
#[derive(Clone, Debug)]
pub struct Listed {
    /// The cases.
    pub items: Vec<CaseSummary>,
    /// Where the next page begins.
    pub next: Option<Cursor>,
    /// The names of the handlers.
    pub names: BTreeMap<PersonId, String>,
    /// The slugs and names of the schools.
    pub schools: BTreeMap<SchoolId, (String, String)>,
}

/// A page of the cases that somebody sees.
///
/// # Errors
/// When the database cannot be used.
pub fn list(
    app: &App,
    colleague: &Colleague,
    filter: &WorkListFilter,
    sort: Sort,
    after: Option<Cursor>,
    limit: usize,
) -> Result<Listed, Error> {
    let viewer = colleague.viewer(local_date(app.now()));
    app.db().read(|tx| {
        let page = work_list::list(tx, &viewer, filter, sort, after, limit)?;
        let handlers: Vec<PersonId> = page.items.iter().filter_map(|item| item.handler).collect();
        let names = db::people::names(tx, &handlers)?;
        let schools = db::schools::all(tx)?
            .into_iter()
            .map(|record| (record.school.id, (record.school.slug, record.school.name)))
            .collect();
        Ok(Listed { items: page.items, next: page.next, names, schools })
    })
}

/// How many cases somebody sees.
///
/// # Errors
/// When the database cannot be used.
pub fn count(app: &App, colleague: &Colleague, filter: &WorkListFilter) -> Result<u64, Error> {
    let viewer = colleague.viewer(local_date(app.now()));
    app.db().read(|tx| Ok(work_list::count(tx, &viewer, filter)?))
}
