//! The pages of one case, for staff: the case itself, and everything that can be done on it.

pub mod act;
pub mod alike;
pub mod asked;
pub mod before;
mod done;
mod explain;
pub mod files;
pub mod handle;
pub mod log;
pub mod originals;
mod people;
mod points;
pub mod readings;
pub mod return_code;
pub mod show;
pub mod together;

#[cfg(test)]
pub(crate) mod tests;

use crate::domain::case::context::Context;
use crate::domain::case::event::Recorded;
use crate::domain::case::state::{Case, Hearing, Standing};
use crate::domain::ids::PersonId;
use crate::web::parts::{Fact, Identity, Tag, Tone};

pub(in crate::web::pages) use done::done_notice;
pub use explain::{due_of, working_of};

/// A case as somebody looks at it: everything that its pages are made from.
#[derive(Clone, Copy, Debug)]
pub struct Sight<'a> {
    /// The case.
    pub case: &'a Case,
    /// Its record.
    pub record: &'a [Recorded],
    /// Who looks, when, with which school, procedure, calendar and people.
    pub ctx: &'a Context<'a>,
}

impl Sight<'_> {
    /// What identifies the case, at the top of each of its pages.
    pub fn identity(&self) -> Identity {
        let stage = self.ctx.stage_of(self.case).map_or("Not begun", |stage| stage.title.as_str());
        let facts = vec![
            Fact { name: "School".into(), value: self.ctx.school.name.clone() },
            Fact { name: "Stage".into(), value: stage.to_owned() },
            Fact { name: "With".into(), value: self.handler() },
        ];
        let due = self.case.leading_due().and_then(|deadline| due_of(&deadline, self.ctx));
        Identity {
            reference: self.case.reference.to_string(),
            status: status_tag(self.case.standing()),
            facts,
            due,
        }
    }

    /// Whether whoever looks sits on the panel and has not declared yet whether anything stands in the way (R27).
    pub fn has_to_declare(&self) -> bool {
        let me = self.ctx.actor.person();
        self.hearing_to_come().is_some_and(|hearing| hearing.undeclared().any(|member| Some(member) == me))
    }

    /// The hearing whose panel is named and has not sat yet.
    pub fn hearing_to_come(&self) -> Option<&Hearing> {
        let hearing = self.case.run().and_then(|run| run.hearing.as_ref());
        hearing.filter(|hearing| hearing.held.is_none())
    }

    fn handler(&self) -> String {
        match self.case.run().map(|run| run.handler) {
            Some(handler) => handler.person.map_or_else(
                || format!("Nobody yet ({})", handler.role.title()),
                |person| self.who_has_it(person),
            ),
            None => CHECKED_FIRST.to_owned(),
        }
    }
    /// Their name, with a warning while they are away or once they are gone (S40).
    fn who_has_it(&self, person: PersonId) -> String {
        let name = self.ctx.directory.name(person);
        let open = self.ctx.cover(self.case).filter(|_| self.case.standing() != Standing::Closed);
        match open.and_then(|cover| cover.warning(self.ctx.directory)) {
            Some(warning) => format!("{name} ({warning})"),
            None => name.to_owned(),
        }
    }
}

/// Who has a case that has no stage yet.
pub const CHECKED_FIRST: &str = "Whoever checks it first";

/// The state of a case as a tag: few words, the same everywhere (P32).
pub fn status_tag(standing: Standing) -> Tag {
    let tone = match standing {
        Standing::Screening
        | Standing::OpenNew
        | Standing::OpenAwaitingInformation
        | Standing::Replied
        | Standing::Suspended => Tone::Quiet,
        Standing::OpenWorking
        | Standing::OpenMeetingBooked
        | Standing::HearingRequested
        | Standing::HearingAppointed
        | Standing::HearingScheduled
        | Standing::HearingPapersOut
        | Standing::HearingHeard
        | Standing::HearingDecided => Tone::Active,
        Standing::Closed => Tone::Done,
    };
    Tag { text: standing.title().into(), tone }
}
