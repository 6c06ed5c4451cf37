//! From the work list of the use cases to the rows and filters of the page.

use chrono::NaiveDate;

use crate::app::work_list::{
    CaseSummary, HeldBy, InState, Listed, Sort, StateKey, WorkListFilter, waiting_for,
};
use crate::domain::calendar::{Calendar, Unit, short_date};
use crate::domain::case::attention::AttentionKind;
use crate::domain::case::vocabulary::Flag;
use crate::domain::deadline::DeadlineRule;
use crate::domain::ids::{PersonId, SchoolId};
use crate::domain::procedure::StageKey;
use crate::urls;
use crate::web::pages::case::status_tag;
use crate::web::parts::{Due, Nearness, Tag, Tone};

use super::{CaseRow, Filter, ListQuery, ShowsSchool, SortBy, closed_tag};

/// What the filters of an address look for. `school` finds the id of a slug.
pub fn filter_of(
    query: &ListQuery,
    me: PersonId,
    today: NaiveDate,
    school: impl Fn(&str) -> Option<SchoolId>,
) -> WorkListFilter {
    let mut filter = WorkListFilter {
        school: query.filter(Filter::School).and_then(school),
        stage: query.filter(Filter::Stage).map(|key| StageKey(key.to_owned())),
        state: query.filter(Filter::State).map_or(InState::NotClosed, state_of),
        handler: query.filter(Filter::Handler).and_then(|held| held_by(held, me)),
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

fn held_by(held: &str, me: PersonId) -> Option<HeldBy> {
    match held {
        "me" => Some(HeldBy::Person(me)),
        "nobody" => Some(HeldBy::Nobody),
        other => other.parse().ok().map(|id| HeldBy::Person(PersonId(id))),
    }
}

/// A row of the list. `stage_title` names a stage in the words of its procedure; without the calendar of its
/// school a date has the word that needs no counting.
pub fn row_of(
    summary: &CaseSummary,
    listed: &Listed,
    stage_title: Option<&str>,
    calendar: Option<&Calendar>,
    shows_school: ShowsSchool,
    today: NaiveDate,
) -> CaseRow {
    let handler = summary.handler.and_then(|person| listed.names.get(&person)).map(String::as_str);
    let nobody = || {
        summary
            .handler_role
            .map_or_else(|| "Nobody yet".to_owned(), |role| format!("Nobody yet ({})", role.title()))
    };
    CaseRow {
        reference: summary.reference.to_string(),
        href: urls::case(&summary.reference),
        headline: summary.headline.clone(),
        about: summary.child_name.clone().or_else(|| summary.complainant_name.clone()),
        school: listed.schools.get(&summary.school).map(|(_, name)| name.clone()),
        shows_school,
        stage: stage_title.map_or_else(|| "Not begun".to_owned(), str::to_owned),
        handler: handler.map_or_else(nobody, str::to_owned),
        due: summary.next_due_on.map(|on| due(on, calendar, today)),
        due_for: summary.next_due_on.and(summary.next_due_rule).map(DeadlineRule::title),
        status: summary.closed_reason.map_or_else(|| status_tag(summary.standing), closed_tag),
        alert: summary
            .child_at_risk
            .then(|| Tag { text: Flag::ChildAtRisk.title().into(), tone: Tone::Late }),
    }
}

fn due(on: NaiveDate, calendar: Option<&Calendar>, today: NaiveDate) -> Due {
    let nearness = match on.cmp(&today) {
        std::cmp::Ordering::Less => Nearness::Overdue,
        std::cmp::Ordering::Equal => Nearness::Today,
        std::cmp::Ordering::Greater => Nearness::ToCome,
    };
    let days = calendar.and_then(|calendar| calendar.days_between(today, on, Unit::SchoolDays).ok());
    Due { machine_date: on.to_string(), date: short_date(on), label: label(nearness, days), nearness }
}

/// "overdue by 2 school days", "due today", "3 school days left" (S11).
fn label(nearness: Nearness, days: Option<i32>) -> String {
    let amount = |days: i32| Unit::SchoolDays.amount_words(u16::try_from(days.abs()).unwrap_or(u16::MAX));
    match (nearness, days) {
        (Nearness::Overdue, Some(days @ ..=-1)) => format!("overdue by {}", amount(days)),
        (Nearness::Overdue, _) => "overdue".to_owned(),
        (Nearness::Today, _) => "due today".to_owned(),
        (Nearness::ToCome, Some(days @ 1..)) => format!("{} left", amount(days)),
        (Nearness::ToCome, _) => "to come".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s11_words_for_dates_with_and_without_a_calendar() {
        assert_eq!(label(Nearness::Overdue, Some(-2)), "overdue by 2 school days");
        assert_eq!(label(Nearness::Overdue, None), "overdue");
        assert_eq!(label(Nearness::Today, Some(0)), "due today");
        assert_eq!(label(Nearness::ToCome, Some(1)), "1 school day left");
        assert_eq!(label(Nearness::ToCome, Some(0)), "to come", "in a holiday no school day is left");
    }
}
