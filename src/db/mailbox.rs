//! Who reads which message of the outbox, and what people did about one.
//!
//! A message about a case is read by whoever sees the case. Whoever looks after the mail of a school sees of
//! the others that they are there and how they travel, and nothing of what they say; of a case that is about
//! themselves, not even that (G29).

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use serde::{Deserialize, Serialize};

use super::connection::{MultiBackend, Tx};
use super::error::DbError;
use super::outbox::{
    BOUND_TO_THEIR_ADDRESS, Carries, MessageState, OutboxRow, Outcome, Posted, count, signed,
};
use super::schema::{cases, involvements, outbox, outbox_acts, outbox_attempts};
use super::types::{At, On};
use super::visibility::{self, Slice, Viewer, slices};
use crate::domain::case::state::InvolvedAs;
use crate::domain::ids::{CaseId, MessageId, PersonId, SchoolId};
use crate::domain::notice::StaffNews;
use crate::domain::reference::Reference;

/// Somebody who opens the outbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reader {
    /// Which cases they see.
    pub viewer: Viewer,
    /// The schools whose messages about no case they read: copies of the procedure that were asked for.
    pub offices: Vec<SchoolId>,
    /// The schools whose mail they look after.
    pub keepers: Vec<SchoolId>,
    /// How far they reach.
    pub reach: Reach,
}

/// How far a reader reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// As far as their posts.
    Posts,
    /// Everywhere, for visitors of a demo who are not signed in: its families are made up.
    Demo,
}

/// Whether a reader may read what a message says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Content {
    /// Recipient, subject and text.
    Open,
    /// Only how it travels.
    Sealed,
}

/// A message as one reader sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// The message.
    pub posted: Posted,
    /// Whether its content may be shown.
    pub content: Content,
}

/// A part of the outbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pile {
    /// To be sent, or on the way.
    Waiting,
    /// The mail server took them.
    Sent,
    /// They did not leave.
    Failed,
    /// A person called them back.
    CalledBack,
    /// A person has to see to them (E17).
    ForAPerson,
}

/// What a page of the outbox holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// One part; all of it when absent.
    pub pile: Option<Pile>,
    /// One school.
    pub school: Option<SchoolId>,
    /// Only what is older than that one.
    pub before: Option<(DateTime<Utc>, MessageId)>,
    /// How many at most.
    pub limit: u32,
}

/// The mail that tells of a declared interest.
const INTEREST_DECLARED: &str = StaffNews::InterestDeclared.key();

type Query = outbox::BoxedQuery<'static, MultiBackend>;

/// The newest messages that somebody may know of. Each part of what they see is asked for by itself, so that a
/// page reads no more than a few pages' worth of rows.
pub fn list(tx: &mut Tx, reader: &Reader, wanted: &Wanted) -> Result<Vec<Shown>, DbError> {
    let mut found: BTreeMap<(DateTime<Utc>, MessageId), Shown> = BTreeMap::new();
    for (query, content) in parts(tx, reader, wanted)? {
        let rows: Vec<OutboxRow> = query.load(&mut tx.conn)?;
        for row in rows {
            let key = (row.created_at.0, row.id);
            let shown = Shown { posted: row.into_posted(), content };
            // The open parts come first, and what they show stays open.
            found.entry(key).or_insert(shown);
        }
    }
    let most = usize::try_from(wanted.limit).unwrap_or(usize::MAX);
    Ok(found.into_values().rev().take(most).collect())
}

fn parts(tx: &mut Tx, reader: &Reader, wanted: &Wanted) -> Result<Vec<(Query, Content)>, DbError> {
    if reader.reach == Reach::Demo {
        return Ok(vec![(page(wanted), Content::Open)]);
    }
    let about_them = about(tx, reader.viewer.person)?;
    let of_schools = |schools: Vec<SchoolId>| {
        page(wanted)
            .filter(outbox::school_id.eq_any(schools))
            .filter(outbox::case_id.is_not_null())
            .filter(outbox::case_id.ne_all(about_them.clone()))
    };
    let mut parts = Vec::new();
    let seats = seats_of(tx, reader.viewer.person)?;
    let mut seen: Vec<CaseId> = Vec::new();
    let me = reader.viewer.person;
    for slice in slices(&reader.viewer) {
        seen.extend(seats_in(tx, &slice, &seats)?);
        let query = if let Some(school) = slice.whole_school() {
            let all = of_schools(vec![school])
                .filter(outbox::case_id.ne_all(seats.clone()))
                .filter(outbox::case_id.ne_all(visibility::hidden_of(tx, &slice)?));
            if reader.viewer.pool_schools.contains(&school) {
                // What a message says of a case would keep them off its panel, as the case itself would (R24, 9.3).
                all.filter(outbox::case_id.eq_any(visibility::known_to(tx, me)?))
            } else {
                all
            }
        } else {
            let mut own = cases_of(tx, &reader.viewer, &slice)?;
            own.retain(|case| !seats.contains(case));
            if !reader.viewer.pool_schools.is_empty() {
                let known = visibility::known_to(tx, me)?;
                own.retain(|case| known.contains(case));
            }
            page(wanted).filter(outbox::case_id.eq_any(own))
        };
        // That a member declared an interest is for whoever was told of it (R27).
        let query = query
            .filter(outbox::kind.ne(INTEREST_DECLARED).or(outbox::to_person_id.eq(me).assume_not_null()));
        parts.push((query, Content::Open));
    }
    let theirs = page(wanted)
        .filter(outbox::case_id.eq_any(seen))
        .filter(outbox::to_person_id.eq(reader.viewer.person));
    parts.push((theirs, Content::Open));
    let general = page(wanted)
        .filter(outbox::case_id.is_null())
        .filter(outbox::school_id.eq_any(reader.offices.clone()));
    parts.push((general, Content::Open));
    parts.push((of_schools(reader.keepers.clone()), Content::Sealed));
    Ok(parts)
}

/// The cases of a slice that is less than a school: those that somebody has a part in are few.
fn cases_of(tx: &mut Tx, viewer: &Viewer, slice: &Slice) -> Result<Vec<CaseId>, DbError> {
    let theirs = cases::table.filter(slice.condition()).filter(visibility::takes_nothing(viewer));
    Ok(theirs.select(cases::id).load(&mut tx.conn)?)
}

/// Those of these cases that are in a slice: a seat lets nobody see more than they see of any case.
fn seats_in(tx: &mut Tx, slice: &Slice, seats: &[CaseId]) -> Result<Vec<CaseId>, DbError> {
    if seats.is_empty() {
        return Ok(Vec::new());
    }
    let these = cases::table.filter(cases::id.eq_any(seats.to_vec())).filter(slice.condition());
    Ok(these.select(cases::id).load(&mut tx.conn)?)
}

/// The cases on whose panel that person sits or is asked to sit: of these they read what was written to them, since
/// the family's letters have the family's address (2.4).
fn seats_of(tx: &mut Tx, person: PersonId) -> Result<Vec<CaseId>, DbError> {
    Ok(involvements::table
        .filter(involvements::person_id.eq(person))
        .filter(involvements::involved_as.eq_any([InvolvedAs::Asked, InvolvedAs::Panel]))
        .select(involvements::case_id)
        .load(&mut tx.conn)?)
}

/// The cases that are about that person.
fn about(tx: &mut Tx, person: PersonId) -> Result<Vec<CaseId>, DbError> {
    Ok(involvements::table
        .filter(involvements::person_id.eq(person))
        .filter(involvements::involved_as.eq_any(InvolvedAs::SHUTS_OUT))
        .select(involvements::case_id)
        .load(&mut tx.conn)?)
}

fn page(wanted: &Wanted) -> Query {
    let mut query = outbox::table
        .order((outbox::created_at.desc(), outbox::id.desc()))
        .limit(i64::from(wanted.limit))
        .into_boxed();
    if let Some(school) = wanted.school {
        query = query.filter(outbox::school_id.eq(school));
    }
    if let Some((at, id)) = wanted.before {
        let here = At::from(at);
        query = query
            .filter(outbox::created_at.le(here))
            .filter(outbox::created_at.lt(here).or(outbox::created_at.eq(here).and(outbox::id.lt(id))));
    }
    match wanted.pile {
        None => query,
        Some(pile) => in_pile(query, pile),
    }
}

fn in_pile(query: Query, pile: Pile) -> Query {
    use MessageState::{Failed, Flagged, Sending, Sent, Stopped, Waiting};
    match pile {
        Pile::Waiting => not_sent(query).filter(outbox::state.eq_any([Waiting, Sending])),
        Pile::Sent => query.filter(outbox::state.eq(Sent)),
        Pile::Failed => for_a_person(query).filter(outbox::state.eq_any([Failed, Flagged])),
        Pile::CalledBack => for_a_person(query).filter(outbox::state.eq(Stopped)),
        // As `Posted::is_for_a_person` has it; a test holds that they agree.
        Pile::ForAPerson => for_a_person(query)
            .filter(outbox::settled_at.is_null())
            .filter(outbox::kind.ne_all(BOUND_TO_THEIR_ADDRESS))
            .filter(
                (outbox::state.eq_any([Failed, Flagged, Stopped]).and(outbox::carries.ne(Carries::Nothing)))
                    .or(outbox::state.eq_any([Failed, Flagged]).and(outbox::to_party_no.is_not_null())),
            ),
    }
}

/// Says once more, and in so many words, what the states that follow imply: the index of what is not sent is taken
/// only where its own condition stands in the statement.
fn not_sent(query: Query) -> Query {
    query.filter(sql::<Bool>("outbox.state <> 'sent'"))
}

/// The same without what waits to leave, which can be much on a bad day.
fn for_a_person(query: Query) -> Query {
    query.filter(sql::<Bool>("outbox.state NOT IN ('sent', 'waiting', 'sending')"))
}

/// One message, if the reader may know of it.
pub fn find(tx: &mut Tx, reader: &Reader, id: MessageId) -> Result<Option<Shown>, DbError> {
    let row: Option<OutboxRow> = outbox::table.find(id).first(&mut tx.conn).optional()?;
    let Some(row) = row else { return Ok(None) };
    let content = content(tx, reader, &row)?;
    Ok(content.map(|content| Shown { posted: row.into_posted(), content }))
}

fn content(tx: &mut Tx, reader: &Reader, row: &OutboxRow) -> Result<Option<Content>, DbError> {
    let among = |schools: &[SchoolId]| row.school_id.is_some_and(|school| schools.contains(&school));
    let Some(case) = row.case_id else {
        let open = reader.reach == Reach::Demo || among(&reader.offices);
        return Ok(open.then_some(Content::Open));
    };
    let me = reader.viewer.person;
    let is_anothers =
        row.to_person_id != Some(me) && (row.kind == INTEREST_DECLARED || seats_of(tx, me)?.contains(&case));
    let bars = reader.viewer.person_is_in_the_pool_of(row.school_id)
        && !visibility::known_to(tx, me)?.contains(&case);
    let sees = !is_anothers && !bars && visibility::find_by_id(tx, &reader.viewer, case)?.is_some();
    if reader.reach == Reach::Demo || sees {
        return Ok(Some(Content::Open));
    }
    if !among(&reader.keepers) {
        return Ok(None);
    }
    let about_them = about(tx, reader.viewer.person)?.contains(&case);
    Ok((!about_them).then_some(Content::Sealed))
}

/// How many messages wait because too many went out within an hour (E22).
pub fn held(tx: &mut Tx) -> Result<u64, DbError> {
    let held: i64 = outbox::table
        .inner_join(outbox_attempts::table.on(outbox_attempts::message_id.eq(outbox::id)))
        .filter(outbox::state.eq(MessageState::Waiting))
        .filter(outbox_attempts::no.eq(outbox::attempts))
        .filter(outbox_attempts::outcome.eq(Outcome::Held))
        .count()
        .get_result(&mut tx.conn)?;
    Ok(u64::try_from(held).unwrap_or_default())
}

/// What a person did about a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ActKind {
    /// Called it back before it left (S7).
    CalledBack,
    /// Had it sent again.
    SentAgain,
    /// Sent it to another address, as a new message (E18).
    AddressCorrected,
    /// Printed and posted it.
    Posted,
    /// Gave it to them in person.
    HandedOver,
    /// Told them by telephone.
    TelephoneCall,
}

/// Something that a person did about a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Act {
    /// When it was noted.
    pub at: DateTime<Utc>,
    /// Who.
    pub person: Option<PersonId>,
    /// What.
    pub kind: ActKind,
    /// The day on which it was done, where that is another.
    pub on: Option<NaiveDate>,
    /// More about it.
    pub note: Option<String>,
}

/// Notes what a person did about a message.
pub fn add_act(tx: &mut Tx, id: MessageId, act: &Act) -> Result<(), DbError> {
    let last: Option<i32> = outbox_acts::table
        .filter(outbox_acts::message_id.eq(id))
        .select(diesel::dsl::max(outbox_acts::no))
        .first(&mut tx.conn)?;
    diesel::insert_into(outbox_acts::table)
        .values((
            outbox_acts::message_id.eq(id),
            outbox_acts::no.eq(signed(last.map_or(0, count).saturating_add(1))),
            outbox_acts::at.eq(At::from(act.at)),
            outbox_acts::person_id.eq(act.person),
            outbox_acts::act.eq(act.kind),
            outbox_acts::on_day.eq(act.on.map(On::from)),
            outbox_acts::note.eq(act.note.as_deref()),
        ))
        .execute(&mut tx.conn)?;
    Ok(())
}

/// What people did about a message, in order.
pub fn acts(tx: &mut Tx, id: MessageId) -> Result<Vec<Act>, DbError> {
    type Row = (At, Option<PersonId>, ActKind, Option<On>, Option<String>);
    let rows: Vec<Row> = outbox_acts::table
        .filter(outbox_acts::message_id.eq(id))
        .order(outbox_acts::no)
        .select((
            outbox_acts::at,
            outbox_acts::person_id,
            outbox_acts::act,
            outbox_acts::on_day,
            outbox_acts::note,
        ))
        .load(&mut tx.conn)?;
    let act = |(at, person, kind, on, note): Row| Act { at: at.0, person, kind, on: on.map(|on| on.0), note };
    Ok(rows.into_iter().map(act).collect())
}

/// The message that repeats that one to another address, if one does.
pub fn replaced_by(tx: &mut Tx, posted: &Posted) -> Result<Option<MessageId>, DbError> {
    let Some(case) = posted.message.case else { return Ok(None) };
    Ok(outbox::table
        .filter(outbox::case_id.eq(case))
        .filter(outbox::instead_of.eq(posted.message.id))
        .order((outbox::created_at.desc(), outbox::id.desc()))
        .select(outbox::id)
        .first(&mut tx.conn)
        .optional()?)
}

/// What people call the cases of these messages, where they may be named.
pub fn references(tx: &mut Tx, shown: &[Shown]) -> Result<BTreeMap<CaseId, Reference>, DbError> {
    let open = shown.iter().filter(|shown| shown.content == Content::Open);
    let wanted: Vec<CaseId> = open.filter_map(|shown| shown.posted.message.case).collect();
    let rows: Vec<(CaseId, Reference)> = cases::table
        .filter(cases::id.eq_any(wanted))
        .select((cases::id, cases::reference))
        .load(&mut tx.conn)?;
    Ok(rows.into_iter().collect())
}
