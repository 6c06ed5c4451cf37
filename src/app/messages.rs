//! Messages as people see them: each with its state (E15).

use chrono::{DateTime, Utc};

use crate::db::outbox;
use crate::domain::calendar::local_date;
use crate::domain::ids::MessageId;
use crate::domain::person::Role;
use crate::domain::reference::Reference;

use super::App;
use super::cases::Caller;
use super::error::Error;
use super::people::Colleague;

pub use crate::db::outbox::{Attempt, General, MessageState, Posted};

/// The messages of a case: all of them for staff, their own for a complainant (P18).
///
/// # Errors
/// `NotFound` when the caller may not know of the case.
pub fn of_case(app: &App, caller: &Caller, reference: &Reference) -> Result<Vec<Posted>, Error> {
    app.db().read(|tx| {
        let seen = caller.find(tx, app, reference)?;
        let mut messages = outbox::of_case(tx, seen)?;
        if let Caller::Family(link) = caller {
            messages.retain(|posted| posted.message.to_party == Some(link.party));
        }
        Ok(messages)
    })
}

/// The newest messages that somebody may see, for the outbox page.
///
/// # Errors
/// When the database cannot be used.
pub fn newest(
    app: &App,
    colleague: &Colleague,
    before: Option<(DateTime<Utc>, MessageId)>,
    limit: u32,
) -> Result<Vec<Posted>, Error> {
    let today = local_date(app.now());
    let viewer = colleague.viewer(today);
    let general = if colleague.holds(Role::Administrator, today) { General::Show } else { General::Hide };
    app.db().read(|tx| Ok(outbox::list(tx, &viewer, general, None, before, limit)?))
}
