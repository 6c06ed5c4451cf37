//! What cases ask for, as conditions on their rows. `domain::case::attention` says the same of one case; a test over
//! whole years of cases compares the two.

use chrono::NaiveDate;
use diesel::dsl::{exists, not, sql};
use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::schema::{cases, deadlines};
use super::types::{At, On, sql as types};
use super::visibility::Condition;
use super::work_list::StateKey;
use crate::domain::calendar::{Calendar, start_of_local_day};
use crate::domain::case::attention::AttentionKind;
use crate::domain::case::state::Standing;
use crate::domain::deadline::{DeadlineRule, OwedBy};

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
    /// What a case that asks for it fulfils.
    pub(super) fn condition(self) -> Condition {
        match self.kind {
            AttentionKind::ChildAtRisk => Box::new(cases::child_at_risk),
            AttentionKind::Unassigned => {
                Box::new(cases::handler_id.is_null().and(cases::run_no.is_not_null()))
            }
            AttentionKind::Overdue => Box::new(Self::due(None, self.today).or(self.unrecorded_hearing())),
            AttentionKind::DueToday => self.due_and_recorded(self.today, self.tomorrow()),
            AttentionKind::DueThisSchoolWeek => {
                let sunday = Calendar::school_week_of(self.today).sunday;
                self.due_and_recorded(self.tomorrow(), sunday.succ_opt().unwrap_or(NaiveDate::MAX))
            }
            AttentionKind::WaitingOnUs => schools_move(),
            AttentionKind::WaitingOnFamily => familys_move(),
            AttentionKind::New => in_phase(Standing::OpenNew),
            AttentionKind::CalendarMissing => waits_for_calendar(),
        }
    }

    fn tomorrow(self) -> NaiveDate {
        self.today.succ_opt().unwrap_or(NaiveDate::MAX)
    }

    fn due_and_recorded(self, from: NaiveDate, before: NaiveDate) -> Condition {
        Box::new(Self::due(Some(from), before).and(not(self.unrecorded_hearing())))
    }

    /// The school owes something, first of all between those days.
    fn due(from: Option<NaiveDate>, before: NaiveDate) -> Condition {
        let owed = cases::next_due_owed_by.eq(OwedBy::School).assume_not_null();
        let late = owed.and(cases::next_due_on.lt(On(before)));
        match from {
            Some(from) => Box::new(late.and(cases::next_due_on.ge(On(from)))),
            None => Box::new(late),
        }
    }

    /// A hearing that is over and is not written down. The last date that was set holds.
    fn unrecorded_hearing(self) -> Condition {
        let over = sql::<Bool>(
            "coalesce((select hearing_dates.at from hearing_dates where hearing_dates.case_id = cases.id \
             and hearing_dates.run_no = cases.run_no order by hearing_dates.no desc limit 1) < ",
        )
        .bind::<types::Instant, _>(At(start_of_local_day(self.today)))
        .sql(", false)");
        let waits: Condition =
            Box::new(in_phase(Standing::HearingScheduled).or(in_phase(Standing::HearingPapersOut)));
        Box::new(waits.and(over))
    }
}

fn in_phase(standing: Standing) -> Condition {
    let phase = standing.phase_key().unwrap_or_default();
    Box::new(cases::state.eq(StateKey::of(standing)).and(cases::phase.eq(phase).assume_not_null()))
}

fn in_state(state: StateKey) -> Condition {
    Box::new(cases::state.eq(state))
}

/// The answer is sent and the family may still take it further.
fn within_its_window() -> Condition {
    let of_this_run = deadlines::run_no.is_null().or(deadlines::run_no.eq(cases::run_no)).assume_not_null();
    let window = deadlines::table
        .filter(deadlines::case_id.eq(cases::id))
        .filter(deadlines::rule.eq(DeadlineRule::Window))
        .filter(deadlines::ended.is_null())
        .filter(of_this_run);
    Box::new(in_state(StateKey::Replied).and(exists(window)))
}

fn familys_move() -> Condition {
    Box::new(in_phase(Standing::OpenAwaitingInformation).or(within_its_window()))
}

fn schools_move() -> Condition {
    let open = || [StateKey::Screening, StateKey::Open, StateKey::Replied, StateKey::Hearing];
    Box::new(cases::state.eq_any(open()).and(not(familys_move())))
}

fn waits_for_calendar() -> Condition {
    let undated = deadlines::table
        .filter(deadlines::case_id.eq(cases::id))
        .filter(deadlines::due_kind.eq(super::case_rows::CALENDAR_MISSING))
        .filter(deadlines::ended.is_null());
    Box::new(exists(undated))
}
