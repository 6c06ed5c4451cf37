//! Cases: loaded from their record to decide, stored as record and rows together.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use diesel::prelude::*;

use super::case_rows::{CALENDAR_MISSING, CaseRows, DUE_ON, RecordEnd};
use super::connection::{Conn, Tx};
use super::error::DbError;
use super::events;
use super::schema::{case_parties, cases, deadlines, involvements};
use super::types::On;
use super::visibility::Seen;
use crate::domain::case::evolve::fold;
use crate::domain::case::state::{Case, InvolvedAs};
use crate::domain::case::vocabulary::PartyKind;
use crate::domain::deadline::DeadlineRule;
use crate::domain::ids::{CaseId, DeadlineNo, PartyNo, PersonId, SchoolId};
use crate::domain::record::{ChainHash, Sealed, read};
use crate::domain::reference::Reference;

/// A case as its record makes it, with the end of that record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loaded {
    /// The case.
    pub case: Case,
    /// Where its record ends: the next event is chained there.
    pub end: RecordEnd,
}

/// The case that the record makes; `None` if there is no record.
pub fn load(tx: &mut Tx, seen: Seen) -> Result<Option<Loaded>, DbError> {
    let sealed = events::sealed(tx, seen)?;
    let Some(last) = sealed.last() else { return Ok(None) };
    let end = RecordEnd { head: last.hash, at: last.stamp.at };
    let recorded = read(&sealed).map_err(|error| events::unreadable(&error))?;
    let case = fold(&recorded).map_err(|_| DbError::corrupt("case_events", "kind"))?;
    Ok(Some(Loaded { case, end }))
}

/// Keeps others from changing a case until the transaction ends, so that two who add something at once come one
/// after the other. SQLite has one writer at a time anyway.
pub fn hold(tx: &mut Tx, seen: Seen) -> Result<(), DbError> {
    match &mut tx.conn {
        Conn::Pg(conn) => {
            cases::table.find(seen.case()).select(cases::id).for_update().load::<CaseId>(conn)?;
        }
        Conn::Sqlite(_) => {}
    }
    Ok(())
}

/// Stores a new case with the events that made it, at least one.
pub fn create(tx: &mut Tx, case: &Case, new: &[Sealed]) -> Result<Loaded, DbError> {
    let end = end_of(new).ok_or_else(|| DbError::internal("a case without an event"))?;
    CaseRows::of(case, end)?.insert(tx)?;
    events::append(tx, case.id, new)?;
    Ok(Loaded { case: case.clone(), end })
}

/// Stores what the new events have made of a case.
///
/// # Errors
/// [`DbError::Stale`] when the case is not what it was when `before` was loaded.
pub fn advance(tx: &mut Tx, before: &Loaded, case: &Case, new: &[Sealed]) -> Result<Loaded, DbError> {
    let end = end_of(new).unwrap_or(before.end);
    let old = CaseRows::of(&before.case, before.end)?;
    CaseRows::of(case, end)?.update(tx, &old)?;
    events::append(tx, case.id, new)?;
    Ok(Loaded { case: case.clone(), end })
}

/// Writes the rows again after a text was taken out of the record.
pub fn refresh(tx: &mut Tx, seen: Seen) -> Result<(), DbError> {
    let (Some(loaded), Some(stored)) = (load(tx, seen)?, CaseRows::read(tx, seen)?) else {
        return Ok(());
    };
    CaseRows::of(&loaded.case, loaded.end)?.update(tx, &stored)
}

fn end_of(events: &[Sealed]) -> Option<RecordEnd> {
    events.last().map(|last| RecordEnd { head: last.hash, at: last.stamp.at })
}

/// The length and the head of the record as the case's row keeps them, to check the record against.
pub fn kept_end(tx: &mut Tx, seen: Seen) -> Result<Option<(u32, ChainHash)>, DbError> {
    let row: Option<(i32, ChainHash)> = cases::table
        .find(seen.case())
        .select((cases::length, cases::chain_head))
        .first(&mut tx.conn)
        .optional()?;
    row.map(|(length, head)| {
        let length = u32::try_from(length).map_err(|_| DbError::corrupt("cases", "length"))?;
        Ok((length, head))
    })
    .transpose()
}

/// The cases after that one in the order of their ids, for work that goes through all of them.
pub fn ids_after(tx: &mut Tx, after: Option<CaseId>, limit: u32) -> Result<Vec<CaseId>, DbError> {
    let mut query = cases::table.select(cases::id).order(cases::id).limit(i64::from(limit)).into_boxed();
    if let Some(after) = after {
        query = query.filter(cases::id.gt(after));
    }
    Ok(query.load(&mut tx.conn)?)
}

/// The reference of a case.
pub fn reference(tx: &mut Tx, seen: Seen) -> Result<Option<Reference>, DbError> {
    Ok(cases::table.find(seen.case()).select(cases::reference).first(&mut tx.conn).optional()?)
}

/// The school of a case, without reading the case.
pub fn school_of(tx: &mut Tx, seen: Seen) -> Result<Option<SchoolId>, DbError> {
    Ok(cases::table.find(seen.case()).select(cases::school_id).first(&mut tx.conn).optional()?)
}

/// Whether a case has that reference already.
pub fn is_taken(tx: &mut Tx, reference: &Reference) -> Result<Taken, DbError> {
    let row = cases::table.filter(cases::reference.eq(reference.clone())).select(cases::id);
    let found: Option<CaseId> = row.first(&mut tx.conn).optional()?;
    Ok(if found.is_some() { Taken::Yes } else { Taken::No })
}

/// Whether a reference is in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// It is.
    Yes,
    /// It is free.
    No,
}

/// The cases of a school that somebody with that address raised, the newest first: for the family that lost
/// its link. Witnesses and supporters have none. `email` is compared in lower case.
pub fn of_complainant(
    tx: &mut Tx,
    school: SchoolId,
    email: &str,
) -> Result<Vec<(CaseId, PartyNo, Reference)>, DbError> {
    Ok(case_parties::table
        .inner_join(cases::table.on(cases::id.eq(case_parties::case_id)))
        .filter(case_parties::email_key.eq(email.to_lowercase()))
        .filter(case_parties::kind.ne_all([PartyKind::Witness, PartyKind::AskedToAgree]))
        .filter(cases::school_id.eq(school))
        .order((cases::received_at.desc(), cases::id))
        .select((cases::id, case_parties::no, cases::reference))
        .load(&mut tx.conn)?)
}

/// The open cases of somebody with that address about the same child at that school, each by who is shut out of it: a
/// new one may be the same matter, and a person looks (R17).
pub fn open_of_family(
    tx: &mut Tx,
    school: SchoolId,
    email: &str,
    child: Option<&str>,
) -> Result<Vec<BTreeSet<PersonId>>, DbError> {
    let mut query = case_parties::table
        .inner_join(cases::table.on(cases::id.eq(case_parties::case_id)))
        .filter(case_parties::email_key.eq(email.to_lowercase()))
        .filter(cases::school_id.eq(school))
        .filter(cases::closed_at.is_null())
        .select(cases::id)
        .limit(MOST_OF_A_FAMILY)
        .into_boxed();
    query = match child {
        Some(name) => query.filter(cases::child_name.eq(name.to_owned())),
        None => query.filter(cases::child_name.is_null()),
    };
    let open: Vec<CaseId> = query.load(&mut tx.conn)?;
    if open.is_empty() {
        return Ok(Vec::new());
    }
    let lines: Vec<(CaseId, PersonId)> = involvements::table
        .filter(involvements::case_id.eq_any(open.clone()))
        .filter(involvements::involved_as.eq_any([InvolvedAs::Subject, InvolvedAs::Recused]))
        .select((involvements::case_id, involvements::person_id))
        .load(&mut tx.conn)?;
    let shut_out_of =
        |case: CaseId| lines.iter().filter(|(of, _)| *of == case).map(|(_, person)| *person).collect();
    Ok(open.into_iter().map(shut_out_of).collect())
}

/// How many open cases of one family are looked at when another comes.
const MOST_OF_A_FAMILY: i64 = 20;

/// An open deadline that the sweep found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenDeadline {
    /// Its case.
    pub case: CaseId,
    /// Its number there.
    pub no: DeadlineNo,
    /// What it is for.
    pub rule: DeadlineRule,
    /// When it is due, or the first day that the calendar does not cover.
    pub on: NaiveDate,
}

/// The open deadlines of those rules at a school that are due from `from` on and before `before`,
/// earliest first. With `before` = today these are the breached ones and the windows that are over.
pub fn open_deadlines(
    tx: &mut Tx,
    school: SchoolId,
    rules: &[DeadlineRule],
    from: Option<NaiveDate>,
    before: NaiveDate,
) -> Result<Vec<OpenDeadline>, DbError> {
    let mut query = open(school, DUE_ON).filter(deadlines::due_on.lt(On(before)));
    if let Some(from) = from {
        query = query.filter(deadlines::due_on.ge(On(from)));
    }
    let query = query.filter(deadlines::rule.eq_any(rules.to_vec()));
    found(query.select(DEADLINE).load(&mut tx.conn)?)
}

/// The open deadlines of a school that wait for its calendar to reach far enough (G8).
pub fn awaiting_calendar(tx: &mut Tx, school: SchoolId) -> Result<Vec<OpenDeadline>, DbError> {
    found(open(school, CALENDAR_MISSING).select(DEADLINE).load(&mut tx.conn)?)
}

type DeadlineColumns = (deadlines::case_id, deadlines::no, deadlines::rule, deadlines::due_on);
const DEADLINE: DeadlineColumns = (deadlines::case_id, deadlines::no, deadlines::rule, deadlines::due_on);

fn open(
    school: SchoolId,
    kind: &'static str,
) -> deadlines::BoxedQuery<'static, super::connection::MultiBackend> {
    deadlines::table
        .filter(deadlines::ended.is_null())
        .filter(deadlines::school_id.eq(school))
        .filter(deadlines::due_kind.eq(kind))
        .order((deadlines::due_on, deadlines::case_id, deadlines::no))
        .into_boxed()
}

fn found(rows: Vec<(CaseId, DeadlineNo, DeadlineRule, Option<On>)>) -> Result<Vec<OpenDeadline>, DbError> {
    rows.into_iter()
        .map(|(case, no, rule, on)| {
            let on = on.ok_or_else(|| DbError::corrupt("deadlines", "due_on"))?.0;
            Ok(OpenDeadline { case, no, rule, on })
        })
        .collect()
}
