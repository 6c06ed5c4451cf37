//! The work list, search and counts: what a viewer sees of many cases.

#[cfg(test)]
mod bench;

use std::fmt;

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use super::asking::Asking;
use super::connection::{MultiBackend, Tx};
use super::error::DbError;
use super::schema::{case_facts, cases, involvements};
use super::types::{At, On, never, unless_none};
use super::visibility::{self, Condition, Slice, StandIn, Viewer, slices};
use crate::domain::case::attention::AttentionKind;
use crate::domain::case::sight::{DECLARE_FIRST, WOULD_BAR};
use crate::domain::case::state::{InvolvedAs, Standing};
use crate::domain::case::vocabulary::{Channel, ClosedReason, Kind};
use crate::domain::deadline::{DeadlineRule, OwedBy};
use crate::domain::ids::{CaseId, PersonId, SchoolId};
use crate::domain::person::Role;
use crate::domain::procedure::{StageKey, StageKind};
use crate::domain::reference::Reference;

/// The states of a case, without their phases.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StateKey {
    /// A person must look first.
    Screening,
    /// With the handler of its stage.
    Open,
    /// The answer is sent and the window runs.
    Replied,
    /// The panel stage.
    Hearing,
    /// Clocks are stopped.
    Suspended,
    /// At its end.
    Closed,
}

impl StateKey {
    /// The state of a standing.
    pub fn of(standing: Standing) -> Self {
        match standing {
            Standing::Screening => Self::Screening,
            Standing::OpenNew
            | Standing::OpenWorking
            | Standing::OpenAwaitingInformation
            | Standing::OpenMeetingBooked => Self::Open,
            Standing::Replied => Self::Replied,
            Standing::HearingRequested
            | Standing::HearingAppointed
            | Standing::HearingScheduled
            | Standing::HearingPapersOut
            | Standing::HearingHeard
            | Standing::HearingDecided => Self::Hearing,
            Standing::Suspended => Self::Suspended,
            Standing::Closed => Self::Closed,
        }
    }
}

/// Whose cases.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HeldBy {
    /// Those of one person.
    Person(PersonId),
    /// Those of one person, those that wait to be looked at first at these schools, and those of whoever is away and
    /// for whom they stand in.
    Mine(PersonId, Vec<SchoolId>, Vec<StandIn>),
    /// Those that nobody has: they never had anybody, or rest with one of these, who are not there for them.
    Nobody(Vec<NotThere>),
    /// The second half of these: those that rest with one of these, who are not there for them.
    NotThere(Vec<NotThere>),
}

/// Who is away from a role at a school, or holds it no more, while nobody looks after what they have (S40, G30).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotThere {
    /// The school.
    pub school: SchoolId,
    /// The role in which they have cases.
    pub role: Role,
    /// Who.
    pub people: Vec<PersonId>,
}

impl NotThere {
    fn has_it(&self) -> Condition {
        let handler = cases::handler_id.eq_any(self.people.clone()).assume_not_null();
        let role = cases::handler_role.eq(self.role).assume_not_null();
        Box::new(handler.and(role).and(cases::school_id.eq(self.school)))
    }
}

/// Which states.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum InState {
    /// All but the closed.
    #[default]
    NotClosed,
    /// All.
    Any,
    /// One state, whatever its phase.
    State(StateKey),
    /// One state and phase.
    Standing(Standing),
}

/// What to look for. Every part that is there must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WorkListFilter {
    /// At one school.
    pub school: Option<SchoolId>,
    /// At one stage.
    pub stage: Option<StageKey>,
    /// In which states.
    pub state: InState,
    /// With whom.
    pub handler: Option<HeldBy>,
    /// Next due on that day or later.
    pub due_from: Option<NaiveDate>,
    /// Next due before that day.
    pub due_before: Option<NaiveDate>,
    /// Received on that day or later.
    pub received_from: Option<NaiveDate>,
    /// What they ask for.
    pub asking: Option<Asking>,
    /// Every one of these words is in it, in either case of letters.
    pub words: Option<String>,
}

/// The order of a list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Sort {
    /// What is due first comes first; what has no date comes after.
    #[default]
    Due,
    /// The last to arrive comes first.
    Received,
    /// The last to change comes first.
    Changed,
}

/// A row of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseSummary {
    /// Its id.
    pub id: CaseId,
    /// What people call it by.
    pub reference: Reference,
    /// Its school.
    pub school: SchoolId,
    /// What the complainant took it for.
    pub kind: Kind,
    /// How it came.
    pub channel: Channel,
    /// Where it is.
    pub standing: Standing,
    /// Its stage, once one has begun.
    pub stage: Option<StageKey>,
    /// What kind of rung that is.
    pub stage_kind: Option<StageKind>,
    /// The role that has it.
    pub handler_role: Option<Role>,
    /// The person who has it.
    pub handler: Option<PersonId>,
    /// When it came.
    pub received_at: DateTime<Utc>,
    /// The school's date of that moment.
    pub received_on: NaiveDate,
    /// The next due date.
    pub next_due_on: Option<NaiveDate>,
    /// What is due next; with no date, it waits for a calendar or is paused.
    pub next_due_rule: Option<DeadlineRule>,
    /// Who owes it.
    pub next_due_owed_by: Option<OwedBy>,
    /// Whether a child may be at risk.
    pub child_at_risk: bool,
    /// Who raised it first.
    pub complainant_name: Option<String>,
    /// The child.
    pub child_name: Option<String>,
    /// The first line of the first point.
    pub headline: String,
    /// Why it was closed.
    pub closed_reason: Option<ClosedReason>,
    /// When it was closed.
    pub closed_at: Option<DateTime<Utc>>,
    /// When its last event was.
    pub updated_at: DateTime<Utc>,
}

/// Where a page of a list ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    place: Place,
    id: CaseId,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Due(NaiveDate),
    Received(DateTime<Utc>),
    Changed(DateTime<Utc>),
}

impl Cursor {
    /// As text for an address: letters, digits, `-` and `_`.
    pub fn to_text(self) -> String {
        let id = self.id.0.simple();
        match self.place {
            Place::Due(date) => format!("d_{date}_{id}"),
            Place::Received(at) => format!("r_{}_{id}", at.timestamp_micros()),
            Place::Changed(at) => format!("c_{}_{id}", at.timestamp_micros()),
        }
    }

    /// Whether it marks a place in a list of that order.
    pub fn is_of(self, sort: Sort) -> bool {
        match (self.place, sort) {
            (Place::Due(_), Sort::Due)
            | (Place::Received(_), Sort::Received)
            | (Place::Changed(_), Sort::Changed) => true,
            (Place::Due(_) | Place::Received(_) | Place::Changed(_), _) => false,
        }
    }

    /// Reads what [`Cursor::to_text`] wrote.
    pub fn parse(text: &str) -> Option<Self> {
        let (kind, rest) = text.split_once('_')?;
        let (place, id) = rest.split_once('_')?;
        let place = match kind {
            "d" => Place::Due(place.parse().ok()?),
            "r" => Place::Received(DateTime::from_timestamp_micros(place.parse().ok()?)?),
            "c" => Place::Changed(DateTime::from_timestamp_micros(place.parse().ok()?)?),
            _ => return None,
        };
        Some(Self { place, id: CaseId(id.parse().ok()?) })
    }
}

/// A page of a list, and where the next one begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// The cases.
    pub items: Vec<CaseSummary>,
    /// Where the next page begins, if there is one.
    pub next: Option<Cursor>,
}

/// How many cases there are, as far as they were counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Total {
    /// So many.
    Exactly(usize),
    /// More than so many.
    MoreThan(usize),
}

impl Default for Total {
    fn default() -> Self {
        Self::Exactly(0)
    }
}

impl fmt::Display for Total {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exactly(count) => write!(f, "{count}"),
            Self::MoreThan(count) => write!(f, "{count}+"),
        }
    }
}

/// A page of the cases that the viewer sees.
pub fn list(
    tx: &mut Tx,
    viewer: &Viewer,
    filter: &WorkListFilter,
    sort: Sort,
    after: Option<Cursor>,
    limit: usize,
) -> Result<Page, DbError> {
    // One more than asked for shows whether there is another page.
    let most = limit.saturating_add(1);
    let mut rows = Vec::new();
    for query in queries(viewer, filter, sort) {
        let query = ordered(query, sort, after).limit(i64::try_from(most).unwrap_or(i64::MAX));
        rows.extend(query.select(SummaryRow::as_select()).load(&mut tx.conn)?);
    }
    rows.sort_by_key(|row| row.rank(sort));
    rows.truncate(most);
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| more).map(|last| last.cursor(sort));
    hide_from_whoever_is_asked(tx, viewer, &mut rows)?;
    hide_from_the_pool(tx, viewer, &mut rows)?;
    let items = rows.into_iter().map(CaseSummary::try_from).collect::<Result<_, _>>()?;
    Ok(Page { items, next })
}

/// Those of these cases that the viewer sees, and that reading takes nothing from them for.
pub fn these(tx: &mut Tx, viewer: &Viewer, ids: &[CaseId]) -> Result<Vec<CaseSummary>, DbError> {
    let mut rows = Vec::new();
    for slice in slices(viewer) {
        let query = cases::table
            .filter(cases::id.eq_any(ids.to_vec()))
            .filter(slice.condition())
            .filter(visibility::takes_nothing(viewer))
            .select(SummaryRow::as_select());
        rows.extend(query.load(&mut tx.conn)?);
    }
    hide_from_whoever_is_asked(tx, viewer, &mut rows)?;
    rows.into_iter().map(CaseSummary::try_from).collect()
}

/// Whoever is asked to sit on a panel reads what it is about once they have declared, and not in a list before (R27).
fn hide_from_whoever_is_asked(tx: &mut Tx, viewer: &Viewer, rows: &mut [SummaryRow]) -> Result<(), DbError> {
    let at_a_panel = |row: &&SummaryRow| row.stage_kind == Some(StageKind::Panel);
    let ids: Vec<CaseId> = rows.iter().filter(at_a_panel).map(|row| row.id).collect();
    if ids.is_empty() {
        return Ok(());
    }
    let asked: Vec<CaseId> = involvements::table
        .filter(involvements::case_id.eq_any(ids))
        .filter(involvements::person_id.eq(viewer.person))
        .filter(involvements::involved_as.eq(InvolvedAs::Asked))
        .select(involvements::case_id)
        .load(&mut tx.conn)?;
    for row in rows.iter_mut().filter(|row| asked.contains(&row.id)) {
        DECLARE_FIRST.clone_into(&mut row.headline);
    }
    Ok(())
}

/// Whoever may be asked to sit on a panel reads nothing in a list that would keep them off it (R24, 9.3).
fn hide_from_the_pool(tx: &mut Tx, viewer: &Viewer, rows: &mut [SummaryRow]) -> Result<(), DbError> {
    if viewer.pool_schools.is_empty() {
        return Ok(());
    }
    let known = visibility::known_to(tx, viewer.person)?;
    let bars = |row: &SummaryRow| viewer.pool_schools.contains(&row.school_id) && !known.contains(&row.id);
    for row in rows.iter_mut().filter(|row| bars(row)) {
        WOULD_BAR.clone_into(&mut row.headline);
        (row.child_name, row.complainant_name) = (None, None);
    }
    Ok(())
}

/// How many cases the viewer sees, counted up to `most`: a number on a page must not cost more with each year of
/// cases behind it.
pub fn count(tx: &mut Tx, viewer: &Viewer, filter: &WorkListFilter, most: usize) -> Result<Total, DbError> {
    let mut total = 0;
    for query in queries(viewer, filter, Sort::Due) {
        let left = i64::try_from(most.saturating_add(1).saturating_sub(total)).unwrap_or(i64::MAX);
        let found: Vec<CaseId> = query.select(cases::id).limit(left).load(&mut tx.conn)?;
        total += found.len();
    }
    Ok(if total > most { Total::MoreThan(most) } else { Total::Exactly(total) })
}

fn reaching(viewer: &Viewer, filter: &WorkListFilter) -> Vec<Slice> {
    let mut slices = slices(viewer);
    slices.retain(|slice| filter.school.is_none_or(|school| slice.reaches(school)));
    slices
}

type Query = cases::BoxedQuery<'static, MultiBackend>;

/// The questions whose answers together are the list: no case answers two of them, and an index answers each.
fn queries(viewer: &Viewer, filter: &WorkListFilter, sort: Sort) -> Vec<Query> {
    let mut queries = Vec::new();
    for slice in reaching(viewer, filter) {
        for held in held_by(filter.handler.as_ref()) {
            for asked in held.asked_for(filter.asking) {
                let query = cases::table.filter(slice.condition()).into_boxed();
                let query = [held.condition(), asked].into_iter().flatten().fold(query, Query::filter);
                let query = with_dates(in_state(query, filter.state, sort), filter);
                queries.push(in_words(query, filter.words.as_deref(), viewer));
            }
        }
    }
    queries
}

/// One way in which a case can be somebody's. No case is theirs in two of the ways of one filter.
enum Held<'f> {
    ByAnybody,
    ByNobody,
    ByThose(&'f [NotThere]),
    By(PersonId),
    /// Whoever is away has it, and they look after it.
    InPlaceOf(&'f StandIn),
    /// It waits to be looked at first at one of these schools, and is not theirs by name.
    BeingChecked(PersonId, &'f [SchoolId]),
}

fn held_by(wanted: Option<&HeldBy>) -> Vec<Held<'_>> {
    match wanted {
        None => vec![Held::ByAnybody],
        Some(HeldBy::Nobody(left)) if left.is_empty() => vec![Held::ByNobody],
        Some(HeldBy::Nobody(left)) => vec![Held::ByNobody, Held::ByThose(left)],
        Some(HeldBy::NotThere(groups)) if groups.is_empty() => Vec::new(),
        Some(HeldBy::NotThere(groups)) => vec![Held::ByThose(groups)],
        Some(HeldBy::Person(person)) => vec![Held::By(*person)],
        Some(HeldBy::Mine(person, schools, absent)) => {
            let checks = Some(Held::BeingChecked(*person, schools)).filter(|_| !schools.is_empty());
            let looked_after = absent.iter().map(Held::InPlaceOf);
            [Held::By(*person)].into_iter().chain(checks).chain(looked_after).collect()
        }
    }
}

impl Held<'_> {
    /// With nothing asked for, one condition that is always fulfilled. That a case is being checked says that it waits
    /// for the school; saying it again would lead the planner to the longer index.
    fn asked_for(&self, asking: Option<Asking>) -> Vec<Option<Condition>> {
        let told = |asking: &Asking| {
            matches!((self, asking.kind), (Self::BeingChecked(..), AttentionKind::WaitingOnUs))
        };
        match asking {
            Some(asking) if !told(&asking) => asking.conditions().into_iter().map(Some).collect(),
            Some(_) | None => vec![None],
        }
    }

    fn condition(&self) -> Option<Condition> {
        match self {
            Self::ByAnybody => None,
            Self::ByNobody => Some(Box::new(cases::handler_id.is_null().and(cases::run_no.is_not_null()))),
            Self::ByThose(groups) => {
                // By all of them first, which an index answers; then by what each of them had where.
                let people = groups.iter().flat_map(|group| group.people.iter().copied());
                let anybody = cases::handler_id.eq_any(people.collect::<Vec<_>>()).assume_not_null();
                let any = |one: Condition, other: Condition| -> Condition { Box::new(one.or(other)) };
                let exactly = groups.iter().map(NotThere::has_it).reduce(any);
                exactly.map(|exactly| -> Condition { Box::new(anybody.and(exactly)) })
            }
            Self::InPlaceOf(absent) => {
                Some(Box::new(absent.has_it().and(cases::state.ne(StateKey::Screening))))
            }
            Self::By(person) => Some(Box::new(cases::handler_id.eq(*person).assume_not_null())),
            Self::BeingChecked(person, schools) => {
                let anothers =
                    cases::handler_id.is_null().or(cases::handler_id.ne(*person).assume_not_null());
                let waits =
                    cases::state.eq(StateKey::Screening).and(cases::school_id.eq_any(schools.to_vec()));
                Some(Box::new(waits.and(anothers)))
            }
        }
    }
}

fn in_state(query: Query, state: InState, sort: Sort) -> Query {
    match state {
        InState::Any => query,
        // A closed case is due "never" unless the law or the safety of a child still asks something of it, so the
        // index on due dates leaves the others out; in another order that index would only mislead.
        InState::NotClosed => match sort {
            Sort::Due => query.filter(cases::next_due_on.lt(never())),
            Sort::Received | Sort::Changed => query.filter(cases::state.ne(StateKey::Closed)),
        },
        InState::State(state) => query.filter(cases::state.eq(state)),
        InState::Standing(standing) => {
            let query = query.filter(cases::state.eq(StateKey::of(standing)));
            match standing.phase_key() {
                Some(phase) => query.filter(cases::phase.eq(phase)),
                None => query,
            }
        }
    }
}

fn with_dates(mut query: Query, filter: &WorkListFilter) -> Query {
    if let Some(school) = filter.school {
        query = query.filter(cases::school_id.eq(school));
    }
    if let Some(stage) = filter.stage.clone() {
        query = query.filter(cases::stage_key.eq(stage));
    }
    if let Some(from) = filter.due_from {
        query = query.filter(cases::next_due_on.ge(On(from)));
    }
    if let Some(before) = filter.due_before {
        query = query.filter(cases::next_due_on.lt(On(before)));
    }
    if let Some(from) = filter.received_from {
        query = query.filter(cases::received_on.ge(On(from)));
    }
    query
}

/// A reference finds its case at once; other words are looked for in every case that is left.
/// Nobody finds by its words what they may not read yet (R27).
fn in_words(mut query: Query, words: Option<&str>, viewer: &Viewer) -> Query {
    let Some(words) = words else { return query };
    if let Ok(reference) = Reference::parse(words) {
        return query.filter(cases::reference.eq(reference));
    }
    let asked = involvements::table
        .filter(involvements::case_id.eq(cases::id))
        .filter(involvements::person_id.eq(viewer.person))
        .filter(involvements::involved_as.eq(InvolvedAs::Asked));
    query = query.filter(diesel::dsl::not(diesel::dsl::exists(asked)));
    if !viewer.pool_schools.is_empty() {
        query = query.filter(visibility::takes_nothing(viewer));
    }
    for word in words.split_whitespace() {
        let facts = case_facts::table
            .filter(case_facts::case_id.eq(cases::id))
            .filter(case_facts::search_text.like(pattern(word)).escape('\\'));
        query = query.filter(diesel::dsl::exists(facts));
    }
    query
}

/// The word as a pattern of LIKE, in lower case, its own `%` and `_` taken as they are.
fn pattern(word: &str) -> String {
    let mut pattern = String::from("%");
    for letter in word.to_lowercase().chars() {
        if matches!(letter, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(letter);
    }
    pattern.push('%');
    pattern
}

/// In the asked order, after the row at which the last page ended. The bound on the first column alone
/// repeats what follows it, for the index.
fn ordered(query: Query, sort: Sort, after: Option<Cursor>) -> Query {
    match (sort, after) {
        (Sort::Due, after) => {
            let query = query.order((cases::next_due_on, cases::id));
            match after {
                Some(Cursor { place: Place::Due(date), id }) => {
                    let here = On(date);
                    query.filter(cases::next_due_on.ge(here)).filter(
                        cases::next_due_on.gt(here).or(cases::next_due_on.eq(here).and(cases::id.gt(id))),
                    )
                }
                Some(Cursor { place: Place::Received(_) | Place::Changed(_), .. }) | None => query,
            }
        }
        (Sort::Received, after) => {
            let query = query.order((cases::received_at.desc(), cases::id.desc()));
            match after {
                Some(Cursor { place: Place::Received(at), id }) => {
                    let here = At(at);
                    query.filter(cases::received_at.le(here)).filter(
                        cases::received_at.lt(here).or(cases::received_at.eq(here).and(cases::id.lt(id))),
                    )
                }
                Some(Cursor { place: Place::Due(_) | Place::Changed(_), .. }) | None => query,
            }
        }
        (Sort::Changed, after) => {
            let query = query.order((cases::updated_at.desc(), cases::id.desc()));
            match after {
                Some(Cursor { place: Place::Changed(at), id }) => {
                    let here = At(at);
                    query.filter(cases::updated_at.le(here)).filter(
                        cases::updated_at.lt(here).or(cases::updated_at.eq(here).and(cases::id.lt(id))),
                    )
                }
                Some(Cursor { place: Place::Due(_) | Place::Received(_), .. }) | None => query,
            }
        }
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = cases)]
struct SummaryRow {
    id: CaseId,
    reference: Reference,
    school_id: SchoolId,
    kind: Kind,
    channel: Channel,
    state: StateKey,
    phase: Option<String>,
    stage_key: Option<StageKey>,
    stage_kind: Option<StageKind>,
    handler_role: Option<Role>,
    handler_id: Option<PersonId>,
    received_at: At,
    received_on: On,
    next_due_on: On,
    next_due_rule: Option<DeadlineRule>,
    next_due_owed_by: Option<OwedBy>,
    child_at_risk: bool,
    complainant_name: Option<String>,
    child_name: Option<String>,
    headline: String,
    closed_reason: Option<ClosedReason>,
    closed_at: Option<At>,
    updated_at: At,
}

impl SummaryRow {
    /// Its place in the order, smallest first.
    fn rank(&self, sort: Sort) -> (i64, u128) {
        let id = self.id.0.as_u128();
        match sort {
            Sort::Due => (i64::from(self.next_due_on.0.num_days_from_ce()), id),
            Sort::Received => (-self.received_at.0.timestamp_micros(), u128::MAX - id),
            Sort::Changed => (-self.updated_at.0.timestamp_micros(), u128::MAX - id),
        }
    }

    fn cursor(&self, sort: Sort) -> Cursor {
        let place = match sort {
            Sort::Due => Place::Due(self.next_due_on.0),
            Sort::Received => Place::Received(self.received_at.0),
            Sort::Changed => Place::Changed(self.updated_at.0),
        };
        Cursor { place, id: self.id }
    }
}

impl TryFrom<SummaryRow> for CaseSummary {
    type Error = DbError;

    fn try_from(row: SummaryRow) -> Result<Self, DbError> {
        Ok(Self {
            id: row.id,
            reference: row.reference,
            school: row.school_id,
            kind: row.kind,
            channel: row.channel,
            standing: standing(row.state, row.phase.as_deref())?,
            stage: row.stage_key,
            stage_kind: row.stage_kind,
            handler_role: row.handler_role,
            handler: row.handler_id,
            received_at: row.received_at.0,
            received_on: row.received_on.0,
            next_due_on: unless_none(row.next_due_on),
            next_due_rule: row.next_due_rule,
            next_due_owed_by: row.next_due_owed_by,
            child_at_risk: row.child_at_risk,
            complainant_name: row.complainant_name,
            child_name: row.child_name,
            headline: row.headline,
            closed_reason: row.closed_reason,
            closed_at: row.closed_at.map(|at| at.0),
            updated_at: row.updated_at.0,
        })
    }
}

fn standing(state: StateKey, phase: Option<&str>) -> Result<Standing, DbError> {
    Standing::ALL
        .into_iter()
        .find(|standing| StateKey::of(*standing) == state && standing.phase_key() == phase)
        .ok_or_else(|| DbError::corrupt("cases", "phase"))
}
