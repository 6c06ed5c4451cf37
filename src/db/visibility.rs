//! Who sees which case. Every query that answers with cases goes through `slices`, and every function
//! that gives a case's content asks for a [`Seen`], which only this module makes.
//!
//! A viewer's cases are cut into slices that do not overlap, each of which one index answers in order. A
//! list merges the slices and a count adds them up, so that neither grows with the number of all cases.

use std::collections::BTreeMap;

use diesel::dsl::{exists, not};
use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::access::OpenLink;
use super::connection::{MultiBackend, Tx};
use super::error::DbError;
use super::schema::{cases, involvements};
use crate::domain::case::sight::{GIVES_SIGHT, Reach};
use crate::domain::case::state::InvolvedAs;
use crate::domain::ids::{CaseId, PersonId, SchoolId};
use crate::domain::person::Role;
use crate::domain::reference::Reference;

/// Somebody with posts, and what these let them see. Who is complained about never sees the case,
/// whatever their posts (R22).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Viewer {
    /// Who.
    pub person: PersonId,
    /// The schools all of whose cases they see, by posts of their own.
    pub wide_schools: Vec<SchoolId>,
    /// The schools whose cases they see where a child may be at risk, by posts of their own (R14).
    pub safeguarding_schools: Vec<SchoolId>,
    /// The schools at which they hold a post today: what a part in a case lets them see ends with it (G30).
    pub work_schools: Vec<SchoolId>,
    /// The schools on whose panels they may be asked to sit: what reading a case would bar them from is not shown to
    /// them unasked (R24, 9.3).
    pub pool_schools: Vec<SchoolId>,
    /// What they see of schools by posts that they hold in the place of whoever is away (S40).
    pub in_place: Vec<InPlace>,
    /// Whose cases they look after while these are away (S40).
    pub stands_in: Vec<StandIn>,
    /// The one school beyond which they see nothing, not even where they have a part, when they come by a
    /// token that was made for it.
    pub only_school: Option<SchoolId>,
}

impl Viewer {
    /// Whether they may be asked to sit on panels of that school.
    pub(super) fn person_is_in_the_pool_of(&self, school: Option<SchoolId>) -> bool {
        school.is_some_and(|school| self.pool_schools.contains(&school))
    }

    /// The schools of which they see more by the post of somebody who is away than by their own.
    fn borrowed_schools(&self) -> Vec<SchoolId> {
        let more = |post: &&InPlace| {
            let known = self.wide_schools.contains(&post.school)
                || (post.reach == Reach::Safeguarding && self.safeguarding_schools.contains(&post.school));
            !known && post.reach != Reach::Own
        };
        let mut schools: Vec<SchoolId> = self.in_place.iter().filter(more).map(|post| post.school).collect();
        schools.sort_unstable();
        schools.dedup();
        schools
    }

    fn borrows_all_of(&self, school: SchoolId) -> bool {
        self.in_place.iter().any(|post| post.school == school && post.reach == Reach::Every)
    }
}

/// What somebody sees of a school by a post that they hold in the place of whoever is away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InPlace {
    /// The school.
    pub school: SchoolId,
    /// How much the post shows.
    pub reach: Reach,
    /// Whoever is away, and whoever noted it: it shows no case of which one of them is shut out (R22).
    pub behind_it: Vec<PersonId>,
}

impl InPlace {
    fn shows(&self) -> Condition {
        let clear = is_clear_of(&self.behind_it);
        match self.reach {
            Reach::Every => clear,
            Reach::Safeguarding => Box::new(cases::child_at_risk.and(clear)),
            Reach::Own => Box::new(cases::id.eq_any(Vec::<CaseId>::new())),
        }
    }
}

/// Somebody who is away today, and the schools at which another looks after the stages that they have in that role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StandIn {
    /// Who is away.
    pub person: PersonId,
    /// From which role.
    pub role: Role,
    /// Where.
    pub schools: Vec<SchoolId>,
    /// Whoever is away, and whoever noted it: of a case of which one of them is shut out, nothing is looked after (R22).
    pub behind_it: Vec<PersonId>,
}

impl StandIn {
    /// The stages that they have, at those schools, that may be looked after for them.
    pub(super) fn has_it(&self) -> Condition {
        let handler = cases::handler_id.eq(self.person).assume_not_null();
        let role = cases::handler_role.eq(self.role).assume_not_null();
        let clear = is_clear_of(&self.behind_it);
        Box::new(handler.and(role).and(cases::school_id.eq_any(self.schools.clone())).and(clear))
    }
}

/// A case that somebody was found to be allowed to see: the key to its content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen(CaseId);

impl Seen {
    /// The case.
    pub fn case(self) -> CaseId {
        self.0
    }

    /// By the program itself, for nobody's eyes: the sweep, the worker, the check of the record.
    pub fn by_the_system(case: CaseId) -> Self {
        Self(case)
    }

    /// By the complainant whose link or token was found to be theirs.
    pub fn through(link: &OpenLink) -> Self {
        Self(link.case)
    }
}

/// A condition on a row of `cases`.
pub(super) type Condition = Box<dyn BoxableExpression<cases::table, MultiBackend, SqlType = Bool>>;

/// A part of what a viewer sees. No case is in two slices of one viewer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Slice {
    viewer: Viewer,
    part: Part,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    /// Every case of a school.
    School(SchoolId),
    /// A school's cases in which a child may be at risk.
    AtRisk(SchoolId),
    /// What the viewer sees of a school where a post that is not their own shows more than their own posts do.
    Borrowed(SchoolId),
    /// Where the viewer is involved, at schools where they do not see everything.
    Own,
    /// What somebody has who is away, and the viewer looks after.
    InPlaceOf(StandIn),
}

/// What the viewer sees, cut up.
pub(super) fn slices(viewer: &Viewer) -> Vec<Slice> {
    let borrowed = viewer.borrowed_schools();
    let narrow = |school: &&SchoolId| !viewer.wide_schools.contains(school) && !borrowed.contains(school);
    // Whoever sees every case of each school at which they work sees no other by a part in it.
    let own = viewer.work_schools.iter().any(|school| narrow(&school)).then_some(Part::Own);
    let parts = (viewer.wide_schools.iter().copied().map(Part::School))
        .chain(borrowed.iter().copied().map(Part::Borrowed))
        .chain(viewer.safeguarding_schools.iter().filter(narrow).copied().map(Part::AtRisk))
        .chain(own)
        .chain(viewer.stands_in.iter().cloned().map(Part::InPlaceOf));
    parts.map(|part| Slice { viewer: viewer.clone(), part }).collect()
}

impl Slice {
    /// Whether the slice can hold cases of that school at all.
    pub(super) fn reaches(&self, wanted: SchoolId) -> bool {
        match &self.part {
            Part::School(school) | Part::AtRisk(school) | Part::Borrowed(school) => *school == wanted,
            Part::InPlaceOf(_) | Part::Own => {
                self.narrow_schools().contains(&wanted)
                    && self.viewer.only_school.is_none_or(|only| only == wanted)
            }
        }
    }

    /// The school all of whose cases it holds, but for those about the viewer and for few that are hidden besides.
    pub(super) fn whole_school(&self) -> Option<SchoolId> {
        match &self.part {
            Part::School(school) => Some(*school),
            Part::Borrowed(school) if self.viewer.borrows_all_of(*school) => Some(*school),
            Part::Borrowed(_) | Part::AtRisk(_) | Part::Own | Part::InPlaceOf(_) => None,
        }
    }

    /// What a case of this slice fulfils. The person complained about is shut out of every slice.
    pub(super) fn condition(&self) -> Condition {
        let inside: Condition = match &self.part {
            Part::School(school) => Box::new(cases::school_id.eq(*school)),
            Part::AtRisk(school) => Box::new(cases::school_id.eq(*school).and(cases::child_at_risk)),
            Part::Borrowed(school) => {
                Box::new(cases::school_id.eq(*school).and(self.borrowed_or_own(*school)))
            }
            Part::InPlaceOf(absent) => {
                let narrow = cases::school_id.eq_any(self.narrow_schools());
                let elsewhere = self.involved().or(self.at_risk_elsewhere());
                Box::new(self.looked_after(absent).and(narrow).and(not(elsewhere)))
            }
            Part::Own => Box::new(self.involved().and(not(self.at_risk_elsewhere()))),
        };
        Box::new(inside.and(not(is_shut_out(self.viewer.person))))
    }

    /// What one of the borrowed posts shows, and what they see there without them.
    fn borrowed_or_own(&self, school: SchoolId) -> Condition {
        let viewer = &self.viewer;
        let there = viewer.in_place.iter().filter(|post| post.school == school).map(InPlace::shows);
        let at_risk: Option<Condition> = viewer
            .safeguarding_schools
            .contains(&school)
            .then(|| Box::new(cases::child_at_risk) as Condition);
        let looked_after = viewer.stands_in.iter().filter(|absent| absent.schools.contains(&school));
        let any = |one: Condition, other: Condition| -> Condition { Box::new(one.or(other)) };
        there
            .chain(at_risk)
            .chain(looked_after.map(|absent| self.looked_after(absent)))
            .fold(self.involved_at(vec![school]), any)
    }

    fn looked_after(&self, absent: &StandIn) -> Condition {
        Box::new(absent.has_it().and(not(has_a_part_that_bars(self.viewer.person))))
    }

    fn involved(&self) -> Condition {
        self.involved_at(self.narrow_schools())
    }

    fn involved_at(&self, schools: Vec<SchoolId>) -> Condition {
        let own = involvements::table
            .filter(involvements::person_id.eq(self.viewer.person))
            .filter(involvements::school_id.eq_any(schools))
            .filter(involvements::involved_as.eq_any(GIVES_SIGHT))
            .select(involvements::case_id);
        match self.viewer.only_school {
            None => Box::new(cases::id.eq_any(own)),
            Some(only) => Box::new(cases::id.eq_any(own).and(cases::school_id.eq(only))),
        }
    }

    /// Where they see what they have a part in, and not everything.
    fn narrow_schools(&self) -> Vec<SchoolId> {
        let borrowed = self.viewer.borrowed_schools();
        let wide = |school: &SchoolId| self.viewer.wide_schools.contains(school) || borrowed.contains(school);
        self.viewer.work_schools.iter().copied().filter(|school| !wide(school)).collect()
    }

    fn at_risk_elsewhere(&self) -> Condition {
        Box::new(cases::child_at_risk.and(cases::school_id.eq_any(self.viewer.safeguarding_schools.clone())))
    }
}

/// Whoever saw what happened, or had an earlier stage, looks after none of it. (A part in the stage that runs gives sight
/// of its own.)
fn has_a_part_that_bars(person: PersonId) -> Condition {
    const PARTS: [InvolvedAs; 4] =
        [InvolvedAs::Witness, InvolvedAs::Handled, InvolvedAs::Decided, InvolvedAs::StoodIn];
    let lines =
        involvements::table
            .filter(involvements::case_id.eq(cases::id))
            .filter(involvements::person_id.eq(person))
            .filter(involvements::involved_as.eq_any(PARTS))
            .filter(involvements::involved_as.eq(InvolvedAs::Witness).or(
                involvements::run_no.is_null().or(involvements::run_no.ne(cases::run_no)).assume_not_null(),
            ));
    Box::new(exists(lines))
}

/// Whether somebody is shut out.
///
/// Each value stands alone: a list of them, as `IN (…)`, would keep the statement from being prepared once and for all,
/// and reading and planning it anew costs more than answering it.
fn is_shut_out(person: PersonId) -> Condition {
    let [subject, recused] = InvolvedAs::SHUTS_OUT;
    let lines = involvements::table
        .filter(involvements::case_id.eq(cases::id))
        .filter(involvements::person_id.eq(person))
        .filter(involvements::involved_as.eq(subject).or(involvements::involved_as.eq(recused)));
    Box::new(exists(lines))
}

/// Whether none of these people is shut out.
fn is_clear_of(people: &[PersonId]) -> Condition {
    let both = |one: Condition, other: Condition| -> Condition { Box::new(one.and(other)) };
    let clear = people.iter().map(|person| -> Condition { Box::new(not(is_shut_out(*person))) });
    clear.reduce(both).unwrap_or_else(|| Box::new(true.into_sql::<Bool>()))
}

/// The cases of a school that are not in a slice which holds the school's others: few, since each is one of which somebody
/// is shut out in whose place the viewer has a post.
pub(super) fn hidden_of(tx: &mut Tx, slice: &Slice) -> Result<Vec<CaseId>, DbError> {
    let Part::Borrowed(school) = slice.part else { return Ok(Vec::new()) };
    let hidden = cases::table.filter(cases::school_id.eq(school)).filter(not(slice.condition()));
    Ok(hidden.select(cases::id).load(&mut tx.conn)?)
}

/// Which cases have that viewer in their register already, in whatever part: nothing more is taken from them by reading
/// these.
pub(super) fn known_to(tx: &mut Tx, person: PersonId) -> Result<Vec<CaseId>, DbError> {
    Ok(involvements::table
        .filter(involvements::person_id.eq(person))
        .filter(involvements::involved_as.ne(InvolvedAs::WrittenTo))
        .select(involvements::case_id)
        .load(&mut tx.conn)?)
}

/// What reading a case takes nothing from: it is at a school of whose pool the viewer is not, or they are in its register.
pub(super) fn takes_nothing(viewer: &Viewer) -> Condition {
    let lines = involvements::table
        .filter(involvements::case_id.eq(cases::id))
        .filter(involvements::person_id.eq(viewer.person))
        .filter(involvements::involved_as.ne(InvolvedAs::WrittenTo));
    Box::new(cases::school_id.ne_all(viewer.pool_schools.clone()).or(exists(lines)))
}

/// The case of that reference, if the viewer may know that it exists.
pub fn find(tx: &mut Tx, viewer: &Viewer, reference: &Reference) -> Result<Option<Seen>, DbError> {
    // The same is asked whether or not there is such a case, so that the time of the answer tells nothing either (G28).
    for slice in slices(viewer) {
        let here = cases::table.filter(cases::reference.eq(reference.clone())).filter(slice.condition());
        if let Some(id) = here.select(cases::id).first(&mut tx.conn).optional()? {
            return Ok(Some(Seen(id)));
        }
    }
    Ok(None)
}

/// The case of that id, if the viewer may know that it exists.
pub fn find_by_id(tx: &mut Tx, viewer: &Viewer, case: CaseId) -> Result<Option<Seen>, DbError> {
    for slice in slices(viewer) {
        let row = cases::table.filter(cases::id.eq(case)).filter(slice.condition()).select(cases::id);
        if row.first::<CaseId>(&mut tx.conn).optional()?.is_some() {
            return Ok(Some(Seen(case)));
        }
    }
    Ok(None)
}

/// Which of these cases the viewer sees at that school, with their references.
pub(super) fn those_seen(
    tx: &mut Tx,
    viewer: &Viewer,
    school: SchoolId,
    ids: Vec<CaseId>,
) -> Result<BTreeMap<CaseId, (Seen, Reference)>, DbError> {
    let mut found = BTreeMap::new();
    for slice in slices(viewer).into_iter().filter(|slice| slice.reaches(school)) {
        let here = cases::table.filter(cases::id.eq_any(ids.clone())).filter(cases::school_id.eq(school));
        let rows: Vec<(CaseId, Reference)> =
            here.filter(slice.condition()).select((cases::id, cases::reference)).load(&mut tx.conn)?;
        found.extend(rows.into_iter().map(|(id, reference)| (id, (Seen(id), reference))));
    }
    Ok(found)
}

/// The case of that reference for the program itself.
pub fn find_for_the_system(tx: &mut Tx, reference: &Reference) -> Result<Option<Seen>, DbError> {
    let id = cases::table.filter(cases::reference.eq(reference.clone())).select(cases::id);
    Ok(id.first(&mut tx.conn).optional()?.map(Seen))
}
