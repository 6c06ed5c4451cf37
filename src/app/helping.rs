//! Ending the help of a supporter or interpreter: with the event, in one transaction, every way in that they have is
//! closed, the page included that they have open (G30).

use crate::db;
use crate::domain::case::command::{Command, EndHelper};
use crate::domain::case::event::Actor;
use crate::domain::case::state::Case;
use crate::domain::ids::PartyNo;

use super::App;
use super::cases::{Answer, Answering, Caller, Doing, carry_out};
use super::error::Error;

/// Ends it.
///
/// # Errors
/// As for [`super::cases::act`].
pub(super) fn end(
    app: &App,
    caller: Caller,
    doing: Doing,
    command: EndHelper,
    answering: Answering,
) -> Result<Answer, Error> {
    let (actor, now, meant) = (caller.actor(), app.now(), command.clone());
    let close = move |tx: &mut db::Tx, case: &Case| {
        let Some(whom) = whose(case, &meant, actor) else { return Ok(()) };
        let theirs = case.helpers_of(whom).filter(|(_, help)| help.no == meant.helper);
        for (party, _) in theirs {
            db::access::revoke_links_of_helper(tx, case.id, (whom, party.no), now)?;
        }
        Ok(())
    };
    carry_out(app, caller, doing, Command::EndHelper(command), close, answering)
}

/// Whom they help, where that is plain; the decision that follows refuses the rest, and undoes this.
fn whose(case: &Case, command: &EndHelper, actor: Actor) -> Option<PartyNo> {
    match actor {
        Actor::Complainant(me) => Some(me),
        Actor::Person(_) | Actor::Public | Actor::Clock => {
            command.whom.or_else(|| case.complainants().next().map(|party| party.no))
        }
    }
}
