//! What a complainant reads whose own part has ended while the case goes on for somebody else: the case as it was at
//! that moment, and closed (P18). That it goes on, they do not learn.

use super::event::{Actor, Event, Recorded, Stamp};
use super::evolve::{evolve, fold};
use super::state::{Case, EndedPart, PartEnd};
use super::vocabulary::ClosedReason;

/// How that reader's own part ended, if it has.
pub fn ended_for(case: &Case, reader: Actor) -> Option<EndedPart> {
    match reader {
        Actor::Complainant(me) => case.party(me)?.ended,
        Actor::Person(_) | Actor::Public | Actor::Clock => None,
    }
}

/// The case as that reader reads it, and how many events of its record are theirs to read. None for whoever goes on.
pub fn as_it_ended(case: &Case, record: &[Recorded], reader: Actor) -> Option<(Case, usize)> {
    let ended = ended_for(case, reader)?;
    let length = record.iter().take_while(|recorded| recorded.stamp.seq <= ended.seq).count();
    let read = record.get(..length)?;
    let mut then = fold(read).ok()?;
    shut(&mut then, &read.last()?.stamp, ended);
    Some((then, length))
}

/// The case as a step leaves it for whoever took that step: closed, where it ended their own part.
pub fn as_it_is_left(case: Case, last: Option<&Recorded>, reader: Actor) -> Case {
    let Some((ended, last)) = ended_for(&case, reader).zip(last) else { return case };
    let mut left = case;
    shut(&mut left, &last.stamp, ended);
    left
}

fn shut(case: &mut Case, stamp: &Stamp, ended: EndedPart) {
    evolve(case, stamp, &Event::Closed { reason: reason(ended.how) });
}

/// Under which word it stands as closed for them.
fn reason(how: PartEnd) -> ClosedReason {
    match how {
        PartEnd::Settled => ClosedReason::Settled,
        PartEnd::Withdrawn => ClosedReason::Withdrawn,
    }
}
