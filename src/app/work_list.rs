//! Lists of cases, as somebody with posts sees them.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;

use crate::db::{self, work_list};
use crate::domain::calendar::local_date;
use crate::domain::case::attention::AttentionKind;
use crate::domain::ids::{PersonId, SchoolId};
use crate::domain::notice::looks_first;
use crate::domain::person::{Cover, Directory, Person, Role};

use super::App;
use super::error::Error;
use super::people::Colleague;
use super::world::World;

pub use crate::db::asking::Asking;
pub use crate::db::work_list::{
    CaseSummary, Cursor, HeldBy, InState, NotThere, Sort, StateKey, Total, WorkListFilter,
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

/// Narrows a list to the cases that ask for that (S2).
pub fn waiting_for(filter: &mut WorkListFilter, kind: AttentionKind, today: NaiveDate) {
    filter.asking = Some(Asking { kind, today });
}

/// Whose cases a list may be narrowed to without naming anybody.
#[derive(Clone, Debug)]
pub struct Whose {
    /// Those of whoever asks.
    pub mine: HeldBy,
    /// Those that nobody has.
    pub nobodys: HeldBy,
}

impl Whose {
    /// Of that colleague, with the people of these schools.
    pub fn of<'w>(
        colleague: &Colleague,
        schools: impl Iterator<Item = &'w Arc<World>> + Clone,
        today: NaiveDate,
    ) -> Self {
        Self { mine: held_by_me(colleague, schools.clone(), today), nobodys: held_by_nobody(schools, today) }
    }

    /// By the words `me` and `nobody`, as pages and API write them.
    pub fn named(&self, word: &str) -> Option<HeldBy> {
        match word {
            "me" => Some(self.mine.clone()),
            "nobody" => Some(self.nobodys.clone()),
            _ => None,
        }
    }
}

/// The cases of somebody: those that they have by name, and those that wait for them to look first at one of these
/// schools. A safeguarding lead, who sees those in which a child may be at risk, looks at them at once (R14).
pub fn held_by_me<'w>(
    colleague: &Colleague,
    schools: impl Iterator<Item = &'w Arc<World>>,
    today: NaiveDate,
) -> HeldBy {
    let looks = schools.filter(|world| {
        let (school, directory) = (world.school.id, &world.directory);
        let mut leads = directory.holders(Role::DesignatedSafeguardingLead, school, today);
        leads.any(|lead| lead.id == colleague.id) || looks_first(colleague.id, school, directory, today)
    });
    let looks: Vec<SchoolId> = looks.map(|world| world.school.id).collect();
    let looked_after = colleague.stands_in_today();
    if looks.is_empty() && looked_after.is_empty() {
        return HeldBy::Person(colleague.id);
    }
    HeldBy::Mine(colleague.id, looks, looked_after)
}

/// The cases that nobody has: those that never had anybody, and those of whoever is away from the post in which they have
/// them or holds it no more there, while nobody looks after it (S40, G30).
fn held_by_nobody<'w>(schools: impl Iterator<Item = &'w Arc<World>>, today: NaiveDate) -> HeldBy {
    HeldBy::Nobody(schools.flat_map(|world| not_there(world.school.id, &world.directory, today)).collect())
}

/// Who is not there at a school today, by the role that they have or had.
pub fn not_there(school: SchoolId, directory: &Directory, today: NaiveDate) -> Vec<NotThere> {
    let missing = |person: &&Person, role: Role| {
        let ever = person.posts.iter().any(|post| post.role == role && post.reaches(school));
        ever && match directory.cover(person.id, role, school, today, |_| false) {
            Cover::Here | Cover::LookedAfter { .. } => false,
            Cover::Away { .. } | Cover::Gone => true,
        }
    };
    let of_role = |role: Role| {
        let people = directory.people().iter().filter(|person| missing(person, role));
        NotThere { school, role, people: people.map(|person| person.id).collect() }
    };
    Role::ALL.into_iter().map(of_role).filter(|group| !group.people.is_empty()).collect()
}

/// How many of the cases that somebody sees have no date until their school's calendar reaches further (G8, R36).
/// Only schools that have one.
///
/// # Errors
/// When the database cannot be used.
pub fn without_dates(
    app: &App,
    colleague: &Colleague,
    schools: impl Iterator<Item = SchoolId>,
    most: usize,
) -> Result<Vec<(SchoolId, Total)>, Error> {
    let mut found = Vec::new();
    for school in schools {
        let mut filter = WorkListFilter { school: Some(school), ..WorkListFilter::default() };
        waiting_for(&mut filter, AttentionKind::CalendarMissing, local_date(app.now()));
        let total = count(app, colleague, &filter, most)?;
        if total != Total::default() {
            found.push((school, total));
        }
    }
    Ok(found)
}
