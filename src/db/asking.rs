//! What cases ask for, as conditions on their rows. `domain::case::attention` says the same of one case; a test over
//! whole years of cases compares the two.

use chrono::NaiveDate;
use diesel::prelude::*;

use super::schema::cases;
use super::types::{At, On};
use super::visibility::Condition;
use super::work_list::StateKey;
use crate::domain::calendar::{Calendar, start_of_local_day};
use crate::domain::case::attention::AttentionKind;
use crate::domain::case::state::Standing;
use crate::domain::deadline::OwedBy;

/// What cases are asked for on a day (S2). The kinds that come from dates share no case: one that is overdue is not
/// due today as well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asking {
    /// For what.
    pub kind: AttentionKind,
    /// The school's date.
    pub today: NaiveDate,
}

impl Asking {
    /// What a case that asks for it fulfils: one of these conditions, of which no case fulfils two. Each has its own
    /// index; put together by "or" they would have none.
    pub(super) fn conditions(self) -> Vec<Condition> {
        match self.kind {
            AttentionKind::ChildAtRisk => vec![Box::new(cases::child_at_risk)],
            AttentionKind::Unassigned => {
                vec![Box::new(cases::handler_id.is_null().and(cases::run_no.is_not_null()))]
            }
            AttentionKind::Overdue => {
                vec![self.due_and_recorded(None, self.today), self.unrecorded_hearing()]
            }
            AttentionKind::DueToday => vec![self.due_and_recorded(Some(self.today), self.tomorrow())],
            AttentionKind::DueThisSchoolWeek => {
                let sunday = Calendar::school_week_of(self.today).sunday;
                let monday = sunday.succ_opt().unwrap_or(NaiveDate::MAX);
                vec![self.due_and_recorded(Some(self.tomorrow()), monday)]
            }
            AttentionKind::WaitingOnUs => vec![move_of(OwedBy::School)],
            AttentionKind::WaitingOnFamily => vec![move_of(OwedBy::Family)],
            AttentionKind::New => vec![new()],
            AttentionKind::CalendarMissing => vec![Box::new(cases::undated)],
        }
    }

    fn tomorrow(self) -> NaiveDate {
        self.today.succ_opt().unwrap_or(NaiveDate::MAX)
    }

    /// The school owes something, first of all between those days, and no hearing is over without being written down.
    fn due_and_recorded(self, from: Option<NaiveDate>, before: NaiveDate) -> Condition {
        let owed = cases::next_due_owed_by.eq(OwedBy::School).assume_not_null();
        let to_come = cases::awaits_hearing_at.ge(self.begin_of_today()).assume_not_null();
        let recorded = cases::awaits_hearing_at.is_null().or(to_come);
        let due = owed.and(cases::next_due_on.lt(On(before))).and(recorded);
        match from {
            Some(from) => Box::new(due.and(cases::next_due_on.ge(On(from)))),
            None => Box::new(due),
        }
    }

    /// A hearing that is over and is not written down.
    fn unrecorded_hearing(self) -> Condition {
        Box::new(cases::awaits_hearing_at.lt(self.begin_of_today()).assume_not_null())
    }

    fn begin_of_today(self) -> At {
        At(start_of_local_day(self.today))
    }
}

fn move_of(party: OwedBy) -> Condition {
    Box::new(cases::waits_for.eq(party).assume_not_null())
}

fn new() -> Condition {
    let phase = Standing::OpenNew.phase_key().unwrap_or_default();
    Box::new(cases::state.eq(StateKey::Open).and(cases::phase.eq(phase).assume_not_null()))
}
