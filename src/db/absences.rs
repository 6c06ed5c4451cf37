//! Who is away from a post, and who looks after it meanwhile (S40).

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;

use super::connection::{MultiBackend, Tx};
use super::error::DbError;
use super::people::{self, PostRow};
use super::schema::{absences, cases, involvements, posts, schools};
use super::types::{At, On};
use super::work_list::StateKey;
use crate::domain::absence::Absence;
use crate::domain::case::state::InvolvedAs;
use crate::domain::ids::{AbsenceId, CaseId, PersonId, PostId, SchoolId, TrustId};
use crate::domain::person::{Directory, Role};

type Columns = (AbsenceId, PersonId, Option<PersonId>, Option<PersonId>, On, On);
type Rows = absences::BoxedQuery<'static, MultiBackend>;

/// Notes an absence.
pub fn add(tx: &mut Tx, new: &Absence, now: DateTime<Utc>) -> Result<(), DbError> {
    diesel::insert_into(absences::table)
        .values((
            absences::id.eq(new.id),
            absences::post_id.eq(new.post.id),
            absences::person_id.eq(new.person),
            absences::delegate_id.eq(new.delegate),
            absences::from_on.eq(On(new.from_on)),
            absences::to_on.eq(On(new.to_on)),
            absences::created_at.eq(At::from(now)),
            absences::noted_by_id.eq(new.noted_by),
        ))
        .execute(&mut tx.conn)?;
    Ok(())
}

/// Sets the last day of an absence; one before the first calls it off.
pub fn end(tx: &mut Tx, id: AbsenceId, last: NaiveDate) -> Result<(), DbError> {
    diesel::update(absences::table.find(id)).set(absences::to_on.eq(On(last))).execute(&mut tx.conn)?;
    Ok(())
}

/// The absence of that id, with the trust at which or below which its post is held.
pub fn find(tx: &mut Tx, id: AbsenceId) -> Result<Option<(TrustId, Absence)>, DbError> {
    let mut found = of(tx, absences::table.filter(absences::id.eq(id)).into_boxed())?;
    let Some(absence) = found.pop() else { return Ok(None) };
    let trust = people::post(tx, absence.post.id)?.map(|(_, trust, _)| trust);
    Ok(trust.map(|trust| (trust, absence)))
}

/// Those of that person, and those for which they look after another's post.
pub fn concerning(tx: &mut Tx, person: PersonId) -> Result<Vec<Absence>, DbError> {
    let mut all = of(tx, absences::table.filter(absences::person_id.eq(person)).into_boxed())?;
    all.extend(of(tx, absences::table.filter(absences::delegate_id.eq(person)).into_boxed())?);
    Ok(all)
}

/// Those from posts at a school or at its trust.
pub fn at_school(tx: &mut Tx, school: SchoolId) -> Result<Vec<Absence>, DbError> {
    let trust: TrustId = schools::table.find(school).select(schools::trust_id).first(&mut tx.conn)?;
    let here = posts::table
        .filter(
            posts::school_id
                .eq(Some(school))
                .or(posts::school_id.is_null().and(posts::trust_id.eq(trust).nullable())),
        )
        .select(posts::id);
    of(tx, absences::table.filter(absences::post_id.eq_any(here)).into_boxed())
}

/// Everybody who holds a post at a school or at its trust, with who is away and who stands in for them.
pub fn directory(tx: &mut Tx, school: SchoolId) -> Result<Directory, DbError> {
    let people = people::directory(tx, school)?.people().to_vec();
    Ok(Directory::with_absences(people, at_school(tx, school)?))
}

fn of(tx: &mut Tx, query: Rows) -> Result<Vec<Absence>, DbError> {
    let rows: Vec<(Columns, PostId)> = query
        .order((absences::from_on, absences::id))
        .select((
            (
                absences::id,
                absences::person_id,
                absences::delegate_id,
                absences::noted_by_id,
                absences::from_on,
                absences::to_on,
            ),
            absences::post_id,
        ))
        .load(&mut tx.conn)?;
    let ids: Vec<PostId> = rows.iter().map(|(_, post)| *post).collect();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let held: Vec<PostRow> = posts::table.filter(posts::id.eq_any(ids)).load(&mut tx.conn)?;
    let held = held.into_iter().map(PostRow::into_post).collect::<Result<Vec<_>, _>>()?;
    let absence = |((id, person, delegate, noted_by, from_on, to_on), post): (Columns, PostId)| {
        let post = held.iter().find(|known| known.id == post)?.clone();
        Some(Absence { id, person, post, delegate, noted_by, from_on: from_on.0, to_on: to_on.0 })
    };
    Ok(rows.into_iter().filter_map(absence).collect())
}

/// Whether that person had a part in an open case that the other has in that role at one of these schools, which keeps
/// them from looking after it (R22, R23).
pub fn has_a_part_in_cases_of(
    tx: &mut Tx,
    handler: PersonId,
    role: Role,
    delegate: PersonId,
) -> Result<bool, DbError> {
    const PARTS: [InvolvedAs; 6] = [
        InvolvedAs::Subject,
        InvolvedAs::Recused,
        InvolvedAs::Witness,
        InvolvedAs::Handled,
        InvolvedAs::Decided,
        InvolvedAs::StoodIn,
    ];
    let theirs = involvements::table
        .filter(involvements::person_id.eq(delegate))
        .filter(involvements::involved_as.eq_any(PARTS))
        .select(involvements::case_id);
    let found: Option<CaseId> = cases::table
        .filter(cases::handler_id.eq(handler).assume_not_null())
        .filter(cases::handler_role.eq(role).assume_not_null())
        .filter(cases::state.ne(StateKey::Closed))
        .filter(cases::id.eq_any(theirs))
        .select(cases::id)
        .first(&mut tx.conn)
        .optional()?;
    Ok(found.is_some())
}

/// The open cases of a school that rest in that role with one of these people: they are away, or gone.
pub fn cases_with(
    tx: &mut Tx,
    school: SchoolId,
    role: Role,
    people: &[PersonId],
) -> Result<Vec<CaseId>, DbError> {
    Ok(cases::table
        .filter(cases::school_id.eq(school))
        .filter(cases::handler_id.eq_any(people.to_vec()).assume_not_null())
        .filter(cases::handler_role.eq(role).assume_not_null())
        .filter(cases::state.ne(StateKey::Closed))
        .select(cases::id)
        .load(&mut tx.conn)?)
}
