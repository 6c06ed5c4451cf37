//! Dates with their word, and how each was worked out, for pages (S11, S31).

use crate::domain::calendar::{local_date, range_words, short_date};
use crate::domain::case::attention;
use crate::domain::case::context::Context;
use crate::domain::case::state::Case;
use crate::domain::case::timeline::explain;
use crate::domain::deadline::{Deadline, Standing};
use crate::web::parts::{Due, Nearness, Skipped, Working};

/// A due date with its word; `None` while there is no date.
pub fn due_of(deadline: &Deadline, ctx: &Context<'_>) -> Option<Due> {
    let due = deadline.due.date()?;
    let nearness = match deadline.standing(ctx.today, local_date) {
        Standing::Overdue => Nearness::Overdue,
        Standing::DueToday => Nearness::Today,
        Standing::Running
        | Standing::Paused
        | Standing::CalendarMissing
        | Standing::Met
        | Standing::MetLate
        | Standing::Missed
        | Standing::Dropped => Nearness::ToCome,
    };
    Some(Due {
        machine_date: due.to_string(),
        date: short_date(due),
        label: attention::label(deadline, ctx.today, ctx.calendar),
        nearness,
    })
}

/// How a date was worked out, in the words that the family reads too (P25).
pub fn working_of(deadline: &Deadline, case: &Case, ctx: &Context<'_>) -> Option<Working> {
    let explained = explain(deadline, case, ctx)?;
    let skipped = explained
        .working
        .skipped_runs()
        .into_iter()
        .map(|run| Skipped { day: range_words(run.from, run.to), reason: run.reason })
        .collect();
    Some(Working {
        what: short_date(explained.due_on),
        steps: explained.steps,
        skipped,
        calendar: format!("Calendar of {}, version {}", ctx.school.name, explained.working.calendar_version),
    })
}
