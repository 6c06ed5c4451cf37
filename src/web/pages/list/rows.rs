//! From the work list of the use cases to the rows and filters of the page.

use chrono::NaiveDate;

use crate::app::work_list::{
    CaseSummary, HeldBy, InState, Listed, Sort, StateKey, Whose, WorkListFilter, waiting_for,
};
use crate::app::world::World;
use crate::domain::calendar::{Calendar, Unit, local_date, short_date};
use crate::domain::case::attention::{AttentionKind, unit_of, words_of_date};
use crate::domain::case::state::Standing;
use crate::domain::case::vocabulary::Flag;
use crate::domain::deadline::DeadlineRule;
use crate::domain::ids::{PersonId, SchoolId};
use crate::domain::procedure::StageKey;
use crate::urls;
use crate::web::pages::case::{CHECKED_FIRST, status_tag};
use crate::web::parts::{Due, Nearness, Tag, Tone};

use super::{CaseRow, Day, Filter, ListQuery, ShowsSchool, SortBy, closed_tag};

/// What the filters of an address look for. `school` finds the id of a slug.
pub fn filter_of(
    query: &ListQuery,
    whose: &Whose,
    today: NaiveDate,
    school: impl Fn(&str) -> Option<SchoolId>,
) -> WorkListFilter {
    let mut filter = WorkListFilter {
        school: query.filter(Filter::School).and_then(school),
        stage: query.filter(Filter::Stage).map(|key| StageKey(key.to_owned())),
        state: query.filter(Filter::State).map_or(InState::NotClosed, state_of),
        handler: query.filter(Filter::Handler).and_then(|held| held_by(held, whose)),
        words: query.filter(Filter::Words).map(str::to_owned),
        ..WorkListFilter::default()
    };
    if let Some(kind) = query.filter(Filter::Attention).and_then(AttentionKind::from_key) {
        waiting_for(&mut filter, kind, today);
    }
    filter
}

/// The order of an address, for the work list.
pub fn sort_of(sort: SortBy) -> Sort {
    match sort {
        SortBy::Due => Sort::Due,
        SortBy::Received => Sort::Received,
        SortBy::Changed => Sort::Changed,
    }
}

fn state_of(key: &str) -> InState {
    match key {
        "screening" => InState::State(StateKey::Screening),
        "open" => InState::State(StateKey::Open),
        "replied" => InState::State(StateKey::Replied),
        "hearing" => InState::State(StateKey::Hearing),
        "suspended" => InState::State(StateKey::Suspended),
        "closed" => InState::State(StateKey::Closed),
        "any" => InState::Any,
        _ => InState::NotClosed,
    }
}

fn held_by(held: &str, whose: &Whose) -> Option<HeldBy> {
    whose.named(held).or_else(|| held.parse().ok().map(|id| HeldBy::Person(PersonId(id))))
}

/// A row of the list. Without the world of its school a stage has no title, and a date has the word that needs no
/// counting.
pub fn row_of(
    summary: &CaseSummary,
    listed: &Listed,
    world: Option<&World>,
    shows_school: ShowsSchool,
    today: NaiveDate,
) -> CaseRow {
    let stage = world.zip(summary.stage.as_ref()).and_then(|(world, key)| world.procedure.stage(key));
    let unit = world.zip(summary.next_due_rule).map(|(world, rule)| unit_of(rule, stage, &world.procedure));
    let counting = world.map(|world| world.calendar.as_ref()).zip(unit);
    let handler = summary.handler.and_then(|person| listed.names.get(&person)).map(String::as_str);
    // While they are away, or once they are gone, the list says so (S40).
    let warning = world.zip(summary.handler).zip(summary.handler_role).and_then(|((world, person), role)| {
        let open = summary.standing != Standing::Closed;
        let cover = world.directory.cover(person, role, summary.school, today, |_| false);
        cover.warning(&world.directory).filter(|_| open)
    });
    let nobody = || {
        summary
            .handler_role
            .map_or_else(|| CHECKED_FIRST.to_owned(), |role| format!("Nobody yet ({})", role.title()))
    };
    CaseRow {
        reference: summary.reference.to_string(),
        href: urls::case(&summary.reference),
        headline: summary.headline.clone(),
        about: summary.child_name.clone().or_else(|| summary.complainant_name.clone()),
        school: listed.schools.get(&summary.school).map(|(_, name)| name.clone()),
        shows_school,
        stage: stage.map_or_else(|| "Not begun".to_owned(), |stage| stage.title.clone()),
        handler: handler
            .map_or_else(nobody, |name| warning.map_or(name.to_owned(), |away| format!("{name} ({away})"))),
        urgent: (summary.child_at_risk && summary.standing == Standing::Screening).then_some("Check now"),
        due: summary.next_due_on.map(|on| due(on, counting, today)),
        due_for: summary.next_due_on.and(summary.next_due_rule).map(DeadlineRule::title),
        received: Day::of(summary.received_on),
        changed: Day::of(local_date(summary.updated_at)),
        status: summary.closed_reason.map_or_else(|| status_tag(summary.standing), closed_tag),
        alert: summary
            .child_at_risk
            .then(|| Tag { text: Flag::ChildAtRisk.title().into(), tone: Tone::Late }),
    }
}

/// The date with its word: the same as on the case's own page (S11).
fn due(on: NaiveDate, counting: Option<(&Calendar, Unit)>, today: NaiveDate) -> Due {
    let nearness = match on.cmp(&today) {
        std::cmp::Ordering::Less => Nearness::Overdue,
        std::cmp::Ordering::Equal => Nearness::Today,
        std::cmp::Ordering::Greater => Nearness::ToCome,
    };
    Due {
        machine_date: on.to_string(),
        date: short_date(on),
        label: words_of_date(on, today, counting),
        nearness,
    }
}
