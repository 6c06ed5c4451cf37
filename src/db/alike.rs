//! Cases that may be about the same matter (R17): found by what they share, and what was said of two of them.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Days, NaiveDate};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{Nullable, Text};

use super::connection::Tx;
use super::error::DbError;
use super::schema::{case_pairs, case_parties, case_subjects, cases};
use super::types::{At, On};
use super::visibility::Seen;
use crate::domain::case::alike::{FAR, NEAR, Pair, Said, Shared};
use crate::domain::case::state::{Case, Party};
use crate::domain::case::vocabulary::{PairVerdict, PartyKind};
use crate::domain::ids::{CaseId, PersonId};
use crate::domain::text::Words;

#[diesel::declare_sql_function]
extern "SQL" {
    /// In lower case, as the index has it: on SQLite that is ASCII letters alone.
    fn lower(text: Text) -> Text;
}

/// How many cases are taken of each kind of likeness, the newest first: a family does not have more.
const MOST: i64 = 50;

/// The cases that share something with this one, whoever may see them: for [`super::work_list::these`] to choose from.
pub fn sharing(tx: &mut Tx, case: &Case) -> Result<BTreeMap<CaseId, BTreeSet<Shared>>, DbError> {
    let mut found: BTreeMap<CaseId, BTreeSet<Shared>> = BTreeMap::new();
    let mut add = |ids: Vec<CaseId>, shared: Shared| {
        for id in ids.into_iter().filter(|id| *id != case.id) {
            found.entry(id).or_default().insert(shared);
        }
    };
    let parties: Vec<&Party> = case.complainants().collect();
    let texts = |of: fn(&Party) -> Option<&Words>| parties.iter().filter_map(move |party| of(party));
    if let Some(child) = &case.child {
        add(of_child(tx, child.name.as_str(), case.received_on)?, Shared::Child);
    }
    for email in texts(|party| party.email.as_ref()) {
        add(of_address(tx, email.as_str(), case.received_on)?, Shared::Email);
    }
    for phone in texts(|party| party.phone.as_ref()) {
        add(of_number(tx, phone.as_str(), case.received_on)?, Shared::Phone);
    }
    for party in &parties {
        add(of_name(tx, party.name.as_str(), case.received_on)?, Shared::Name);
    }
    let subjects: Vec<PersonId> = case.subjects.iter().filter_map(|subject| subject.person).collect();
    if !subjects.is_empty() {
        add(about(tx, subjects, case.received_on)?, Shared::Subject);
    }
    Ok(found)
}

/// The first and the last day of receipt that is near enough.
fn around(on: NaiveDate, days: u64) -> (On, On) {
    let days = Days::new(days);
    (
        On(on.checked_sub_days(days).unwrap_or(NaiveDate::MIN)),
        On(on.checked_add_days(days).unwrap_or(NaiveDate::MAX)),
    )
}

fn of_child(tx: &mut Tx, name: &str, on: NaiveDate) -> Result<Vec<CaseId>, DbError> {
    let (from, to) = around(on, FAR);
    Ok(cases::table
        .filter(lower(cases::child_name.assume_not_null()).eq(lower(name)))
        .filter(cases::received_on.between(from, to))
        .order(cases::received_on.desc())
        .limit(MOST)
        .select(cases::id)
        .load(&mut tx.conn)?)
}

macro_rules! of_party {
    ($tx:expr, $on:expr, $same:expr) => {{
        let (from, to) = around($on, FAR);
        Ok(case_parties::table
            .inner_join(cases::table.on(cases::id.eq(case_parties::case_id)))
            .filter($same)
            .filter(case_parties::kind.ne(PartyKind::Witness))
            .filter(cases::received_on.between(from, to))
            .order(cases::received_on.desc())
            .limit(MOST)
            .select(cases::id)
            .load(&mut $tx.conn)?)
    }};
}

fn of_address(tx: &mut Tx, email: &str, on: NaiveDate) -> Result<Vec<CaseId>, DbError> {
    of_party!(tx, on, case_parties::email_key.eq(email.to_lowercase()))
}

fn of_number(tx: &mut Tx, phone: &str, on: NaiveDate) -> Result<Vec<CaseId>, DbError> {
    // Spelled out, since an index of an expression answers that expression alone.
    let number = sql::<Nullable<Text>>("replace(case_parties.phone, ' ', '')");
    of_party!(tx, on, number.eq(phone.replace(' ', "")))
}

fn of_name(tx: &mut Tx, name: &str, on: NaiveDate) -> Result<Vec<CaseId>, DbError> {
    of_party!(tx, on, lower(case_parties::name).eq(lower(name)))
}

fn about(tx: &mut Tx, people: Vec<PersonId>, on: NaiveDate) -> Result<Vec<CaseId>, DbError> {
    let (from, to) = around(on, NEAR);
    Ok(case_subjects::table
        .inner_join(cases::table.on(cases::id.eq(case_subjects::case_id)))
        .filter(case_subjects::person_id.eq_any(people))
        .filter(cases::received_on.between(from, to))
        .order(cases::received_on.desc())
        .limit(MOST)
        .select(cases::id)
        .load(&mut tx.conn)?)
}

type Row = (CaseId, CaseId, i32, PairVerdict, String, PersonId, At);

/// What was said of two cases, in order. Whoever asks sees both.
pub fn said(tx: &mut Tx, one: Seen, other: Seen) -> Result<Vec<Said>, DbError> {
    let Some(pair) = Pair::of(one.case(), other.case()) else { return Ok(Vec::new()) };
    let rows: Vec<Row> = case_pairs::table
        .filter(case_pairs::first_case.eq(pair.first))
        .filter(case_pairs::second_case.eq(pair.second))
        .order(case_pairs::no)
        .load(&mut tx.conn)?;
    rows.into_iter().map(|row| read(row).map(|(_, said)| said)).collect()
}

/// What was said of a case and others, by the other case: for whoever sees these too.
pub fn said_of(tx: &mut Tx, seen: Seen) -> Result<BTreeMap<CaseId, Vec<Said>>, DbError> {
    let case = seen.case();
    let first = case_pairs::table.filter(case_pairs::first_case.eq(case)).order(case_pairs::no);
    let second = case_pairs::table.filter(case_pairs::second_case.eq(case)).order(case_pairs::no);
    let mut rows: Vec<Row> = first.load(&mut tx.conn)?;
    rows.extend(second.load::<Row>(&mut tx.conn)?);
    let mut found: BTreeMap<CaseId, Vec<Said>> = BTreeMap::new();
    for row in rows {
        let (pair, said) = read(row)?;
        found.entry(pair.beside(case)).or_default().push(said);
    }
    Ok(found)
}

fn read((first, second, no, verdict, reason, by, at): Row) -> Result<(Pair, Said), DbError> {
    let corrupt = |column| DbError::corrupt("case_pairs", column);
    let no = u16::try_from(no).map_err(|_| corrupt("no"))?;
    let reason = Words::text(&reason).map_err(|_| corrupt("reason"))?;
    Ok((Pair { first, second }, Said { no, verdict, reason, by, at: at.0 }))
}

/// Writes down what is said of two cases.
pub fn say(tx: &mut Tx, pair: Pair, said: &Said) -> Result<(), DbError> {
    let row = (
        case_pairs::first_case.eq(pair.first),
        case_pairs::second_case.eq(pair.second),
        case_pairs::no.eq(i32::from(said.no)),
        case_pairs::verdict.eq(said.verdict),
        case_pairs::reason.eq(said.reason.as_str()),
        case_pairs::by_id.eq(said.by),
        case_pairs::at.eq(At::from(said.at)),
    );
    diesel::insert_into(case_pairs::table).values(row).execute(&mut tx.conn)?;
    Ok(())
}
