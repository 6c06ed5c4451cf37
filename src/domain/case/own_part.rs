//! How much of a case a complainant reads. Whose own part has ended while it goes on for somebody else: the case as it was
//! at that moment, and closed (P18); that it goes on, they do not learn. Who joined later: what happened since.

use super::event::{Actor, Event, Recorded, Stamp};
use super::evolve::{evolve, fold};
use super::state::{Case, EndedPart, Joined, PartEnd, StageRun};
use super::vocabulary::ClosedReason;
use crate::domain::ids::PartyNo;

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
    // What is taken out is gone for everybody, whenever their own part ended (S22).
    then.taken_out.clone_from(&case.taken_out);
    Some((then, length))
}

/// Whether an event is that reader's to read at all. Whoever joined later reads what happened since, and the answers that
/// the school shared with them; whoever waits for the consent of somebody else reads nothing that the school found or
/// wrote (R10). Whose words they read of it is another question, for `own_words`.
pub fn may_read(case: &Case, reader: Actor, stamp: &Stamp, event: &Event) -> bool {
    let Actor::Complainant(me) = reader else { return true };
    let since_they_came = |joined: &Joined| match event {
        Event::Replied { run, .. } | Event::FindingsIssued { run, .. } => !joined.not_shared.contains(run),
        _ => stamp.seq >= joined.seq,
    };
    let is_theirs = stamp.actor == reader || !tells_of_it(event);
    case.party(me).and_then(|party| party.joined.as_ref()).is_none_or(since_they_came)
        && (is_theirs || !case.waits_for_consent(me))
}

/// Whether an event tells a family what the school does, found or wrote.
fn tells_of_it(event: &Event) -> bool {
    matches!(
        event,
        Event::Acknowledged { .. }
            | Event::InformationAsked { .. }
            | Event::MeetingArranged { .. }
            | Event::MeetingCancelled { .. }
            | Event::MeetingRecorded { .. }
            | Event::FindingRecorded { .. }
            | Event::Replied { .. }
            | Event::PanelAppointed { .. }
            | Event::HearingScheduled { .. }
            | Event::PapersCirculated { .. }
            | Event::HearingRecorded { .. }
            | Event::FindingsIssued { .. }
            | Event::Concluded { .. }
            | Event::Suspended { .. }
            | Event::Resumed { .. }
            | Event::DutyMet { .. }
            | Event::MessageSent { .. }
            | Event::DocumentAdded { .. }
    )
}

/// The case without the answers that are not for that reader to read.
#[must_use]
pub fn as_read_by(mut case: Case, reader: Actor) -> Case {
    let Actor::Complainant(me) = reader else { return case };
    let consent = case.waits_for_consent(me);
    let not_shared =
        case.party(me).and_then(|party| party.joined.as_ref()).map(|joined| joined.not_shared.clone());
    let hidden = |run: &StageRun| consent || not_shared.iter().flatten().any(|no| *no == run.no);
    for run in case.runs.iter_mut().filter(|run| hidden(run)) {
        run.answers.clear();
        run.reply = None;
        if let Some(hearing) = &mut run.hearing {
            hearing.issued_at = None;
            hearing.recommendations = None;
        }
    }
    case
}

/// Whether the answer to which a reader would say that it is settled is theirs to read.
pub fn has_the_answer(case: &Case, me: PartyNo) -> bool {
    let before = |run: &StageRun| {
        let joined = case.party(me).and_then(|party| party.joined.as_ref());
        joined.is_some_and(|joined| joined.not_shared.contains(&run.no))
    };
    !case.waits_for_consent(me) && !case.run().is_some_and(before)
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
