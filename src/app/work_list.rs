//! Lists of cases, as somebody with posts sees them.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::db::{self, work_list};
use crate::domain::calendar::{Calendar, local_date};
use crate::domain::case::attention::AttentionKind;
use crate::domain::case::state::Standing;
use crate::domain::deadline::OwedBy;
use crate::domain::ids::{PersonId, SchoolId};

use super::App;
use super::error::Error;
use super::people::Colleague;

pub use crate::db::work_list::{
    CaseSummary, Cursor, HeldBy, InState, Risk, Sort, StateKey, Total, WorkListFilter,
};

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

/// How many cases somebody sees, counted up to `most`.
///
/// # Errors
/// When the database cannot be used.
pub fn count(app: &App, colleague: &Colleague, filter: &WorkListFilter, most: usize) -> Result<Total, Error> {
    let viewer = colleague.viewer(local_date(app.now()));
    app.db().read(|tx| Ok(work_list::count(tx, &viewer, filter, most)?))
}

/// Narrows a list to the cases that ask for that (S2). The groups by date are next to each other and share no
/// day.
pub fn waiting_for(filter: &mut WorkListFilter, kind: AttentionKind, today: NaiveDate) {
    let tomorrow = today.succ_opt();
    match kind {
        AttentionKind::ChildAtRisk => filter.risk = Risk::ChildAtRisk,
        AttentionKind::Overdue => {
            (filter.due_before, filter.owed_by) = (Some(today), Some(OwedBy::School));
        }
        AttentionKind::DueToday => {
            (filter.due_from, filter.due_before, filter.owed_by) =
                (Some(today), tomorrow, Some(OwedBy::School));
        }
        AttentionKind::DueThisSchoolWeek => {
            let after = Calendar::school_week_of(today).sunday.succ_opt();
            (filter.due_from, filter.due_before, filter.owed_by) = (tomorrow, after, Some(OwedBy::School));
        }
        AttentionKind::WaitingOnUs => filter.owed_by = Some(OwedBy::School),
        AttentionKind::WaitingOnFamily => filter.owed_by = Some(OwedBy::Family),
        AttentionKind::New => filter.state = InState::Standing(Standing::OpenNew),
        AttentionKind::Unassigned => filter.handler = Some(HeldBy::Nobody),
        // No column tells this apart: the home page tells it as a task.
        AttentionKind::CalendarMissing => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// S2: the groups by date are next to each other and share no day.
    #[test]
    fn s2_the_groups_by_date_share_no_day() {
        let today: NaiveDate = "2026-10-20".parse().unwrap();
        let of = |kind| {
            let mut filter = WorkListFilter::default();
            waiting_for(&mut filter, kind, today);
            filter
        };
        let (late, now, week) =
            (of(AttentionKind::Overdue), of(AttentionKind::DueToday), of(AttentionKind::DueThisSchoolWeek));
        assert_eq!(late.due_before, now.due_from);
        assert_eq!(now.due_before, week.due_from);
        assert_eq!(week.due_before, Some("2026-10-26".parse().unwrap()));
        assert!([late, now, week].iter().all(|filter| filter.owed_by == Some(OwedBy::School)));
    }
}
