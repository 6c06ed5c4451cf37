//! Who sees which case. Every query that answers with cases goes through `slices`, and every function
//! that gives a case's content asks for a [`Seen`], which only this module makes.
//!
//! A viewer's cases are cut into slices that do not overlap, each of which one index answers in order. A
//! list merges the slices and a count adds them up, so that neither grows with the number of all cases.

use diesel::dsl::{exists, not};
use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::access::OpenLink;
use super::connection::{MultiBackend, Tx};
use super::error::DbError;
use super::schema::{cases, involvements};
use crate::domain::case::sight::GIVES_SIGHT;
use crate::domain::case::state::InvolvedAs;
use crate::domain::ids::{CaseId, PersonId, SchoolId};
use crate::domain::reference::Reference;

/// Somebody with posts, and what these let them see. Who is complained about never sees the case,
/// whatever their posts (R22).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Viewer {
    /// Who.
    pub person: PersonId,
    /// The schools all of whose cases they see.
    pub wide_schools: Vec<SchoolId>,
    /// The schools whose cases they see where a child may be at risk (R14).
    pub safeguarding_schools: Vec<SchoolId>,
    /// The schools at which they hold a post today: what a part in a case lets them see ends with it (G30).
    pub work_schools: Vec<SchoolId>,
    /// The one school beyond which they see nothing, not even where they have a part, when they come by a
    /// token that was made for it.
    pub only_school: Option<SchoolId>,
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

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    /// Every case of a school.
    School(SchoolId),
    /// A school's cases in which a child may be at risk.
    AtRisk(SchoolId),
    /// Where the viewer is involved, at schools where they do not see everything.
    Own,
}

/// What the viewer sees, cut up.
pub(super) fn slices(viewer: &Viewer) -> Vec<Slice> {
    let narrow = |school: &&SchoolId| !viewer.wide_schools.contains(school);
    let parts = (viewer.wide_schools.iter().copied().map(Part::School))
        .chain(viewer.safeguarding_schools.iter().filter(narrow).copied().map(Part::AtRisk))
        .chain([Part::Own]);
    parts.map(|part| Slice { viewer: viewer.clone(), part }).collect()
}

impl Slice {
    /// Whether the slice can hold cases of that school at all.
    pub(super) fn reaches(&self, wanted: SchoolId) -> bool {
        match self.part {
            Part::School(school) | Part::AtRisk(school) => school == wanted,
            Part::Own => {
                self.narrow_schools().contains(&wanted)
                    && self.viewer.only_school.is_none_or(|only| only == wanted)
            }
        }
    }

    /// The school all of whose cases it holds, but for those about the viewer.
    pub(super) fn whole_school(&self) -> Option<SchoolId> {
        match self.part {
            Part::School(school) => Some(school),
            Part::AtRisk(_) | Part::Own => None,
        }
    }

    /// What a case of this slice fulfils. The person complained about is shut out of every slice.
    pub(super) fn condition(&self) -> Condition {
        let inside: Condition = match self.part {
            Part::School(school) => Box::new(cases::school_id.eq(school)),
            Part::AtRisk(school) => Box::new(cases::school_id.eq(school).and(cases::child_at_risk)),
            Part::Own => Box::new(self.involved().and(not(self.at_risk_elsewhere()))),
        };
        Box::new(inside.and(not(is_subject(self.viewer.person))))
    }

    fn involved(&self) -> Condition {
        let own = involvements::table
            .filter(involvements::person_id.eq(self.viewer.person))
            .filter(involvements::school_id.eq_any(self.narrow_schools()))
            .filter(involvements::involved_as.eq_any(GIVES_SIGHT))
            .select(involvements::case_id);
        match self.viewer.only_school {
            None => Box::new(cases::id.eq_any(own)),
            Some(only) => Box::new(cases::id.eq_any(own).and(cases::school_id.eq(only))),
        }
    }

    /// Where they see what they have a part in, and not everything.
    fn narrow_schools(&self) -> Vec<SchoolId> {
        let wide = |school: &SchoolId| self.viewer.wide_schools.contains(school);
        self.viewer.work_schools.iter().copied().filter(|school| !wide(school)).collect()
    }

    fn at_risk_elsewhere(&self) -> Condition {
        Box::new(cases::child_at_risk.and(cases::school_id.eq_any(self.viewer.safeguarding_schools.clone())))
    }
}

fn is_subject(person: PersonId) -> Condition {
    let lines = involvements::table
        .filter(involvements::case_id.eq(cases::id))
        .filter(involvements::person_id.eq(person))
        .filter(involvements::involved_as.eq(InvolvedAs::Subject));
    Box::new(exists(lines))
}

/// The case of that reference, if the viewer may know that it exists.
pub fn find(tx: &mut Tx, viewer: &Viewer, reference: &Reference) -> Result<Option<Seen>, DbError> {
    let id = cases::table.filter(cases::reference.eq(reference.clone())).select(cases::id);
    match id.first(&mut tx.conn).optional()? {
        Some(id) => find_by_id(tx, viewer, id),
        None => Ok(None),
    }
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

/// The case of that reference for the program itself.
pub fn find_for_the_system(tx: &mut Tx, reference: &Reference) -> Result<Option<Seen>, DbError> {
    let id = cases::table.filter(cases::reference.eq(reference.clone())).select(cases::id);
    Ok(id.first(&mut tx.conn).optional()?.map(Seen))
}
