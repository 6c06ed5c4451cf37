//! Whose words a complainant reads: their own (P18).
//!
//! Two people may complain together and live apart. Each reads where every point stands and what was found, and
//! neither reads what the other wrote. Letters, pages and the API all ask here.

use crate::domain::deadline::DeadlineRule;
use crate::domain::ids::PartyNo;
use crate::domain::text::Words;

use super::event::{Actor, Event, Recorded};
use super::state::{Case, Point, RunCause};

/// Whoever began the case: the points are in their words.
pub const WHO_BEGAN: PartyNo = PartyNo(1);

/// A point in the words in which it was raised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PointWords<'a> {
    /// What happened.
    pub what_happened: &'a Words,
    /// When.
    pub when: Option<&'a Words>,
    /// What would put it right.
    pub wanted: Option<&'a Words>,
}

/// The words of a point for that reader; none for a complainant who came in later.
pub fn point_words(point: &Point, reader: Actor) -> Option<PointWords<'_>> {
    let words = PointWords {
        what_happened: &point.what_happened,
        when: point.when.as_ref(),
        wanted: point.wanted.as_ref(),
    };
    reads_the_beginning(reader).then_some(words)
}

/// Whether that reader reads what was written when the case began: whoever wrote it, and the school.
fn reads_the_beginning(reader: Actor) -> bool {
    match reader {
        Actor::Complainant(party) => party == WHO_BEGAN,
        Actor::Public | Actor::Person(_) | Actor::Clock => true,
    }
}

/// Whether that reader reads of a date of that rule. Whether somebody confirms what they said, or agrees that another
/// raises it, is theirs and the school's (P18, R10).
pub fn reads_of_date(rule: DeadlineRule, reader: Actor) -> bool {
    match (rule, reader) {
        (DeadlineRule::Confirmation, Actor::Complainant(_)) => reads_the_beginning(reader),
        (DeadlineRule::Consent, Actor::Complainant(_)) => false,
        (_, Actor::Complainant(_) | Actor::Public | Actor::Person(_) | Actor::Clock) => true,
    }
}

/// Whether that reader reads the words of an event. What staff wrote down for the family reaches it only while
/// there is one complainant, because nobody noted which of several it was.
pub fn reads_words(case: &Case, recorded: &Recorded, reader: Actor) -> bool {
    let Actor::Complainant(_) = reader else { return true };
    if let Event::Raised(_) = recorded.event {
        return reads_the_beginning(reader);
    }
    match recorded.stamp.actor {
        Actor::Person(_) => !came_from_the_family(&recorded.event) || case.complainants().count() == 1,
        actor @ (Actor::Complainant(_) | Actor::Public | Actor::Clock) => knows_who_acted(reader, actor),
    }
}

/// What that reader wanted when they last took the case further, in their own words (P27).
pub fn wanted_last<'a>(case: &Case, record: &'a [Recorded], reader: Actor) -> Option<&'a Words> {
    record.iter().rev().filter(|recorded| reads_words(case, recorded, reader)).find_map(|recorded| {
        let Event::StageStarted { cause: RunCause::Escalated { wanted, .. }, .. } = &recorded.event else {
            return None;
        };
        Some(wanted)
    })
}

/// Whether the words of an event are the family's, whoever wrote them down.
fn came_from_the_family(event: &Event) -> bool {
    matches!(
        event,
        Event::Raised(_)
            | Event::StageStarted { cause: RunCause::Escalated { .. }, .. }
            | Event::InformationGiven { .. }
            | Event::ConcernConfirmed { .. }
            | Event::MeetingRecorded { .. }
            | Event::Settled { .. }
            | Event::SettledForOne { .. }
            | Event::Withdrawn { .. }
            | Event::WithdrawnForOne { .. }
    )
}

/// Whether that reader may know that it was this actor. What another complainant did is told as done, by nobody.
pub fn knows_who_acted(reader: Actor, actor: Actor) -> bool {
    match (reader, actor) {
        (Actor::Complainant(me), Actor::Complainant(other)) => me == other,
        (Actor::Complainant(me), Actor::Public) => me == WHO_BEGAN,
        (Actor::Complainant(_), Actor::Person(_) | Actor::Clock)
        | (Actor::Public | Actor::Person(_) | Actor::Clock, _) => true,
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::domain::ids::PersonId;

    /// P18: the one who began it and the school read it; another complainant does not.
    #[test]
    fn another_complainant_reads_no_words_of_the_first() {
        let staff = Actor::Person(PersonId(Uuid::nil()));
        for (reader, reads) in [
            (Actor::Complainant(WHO_BEGAN), true),
            (Actor::Complainant(PartyNo(2)), false),
            (Actor::Public, true),
            (staff, true),
        ] {
            assert_eq!(reads_the_beginning(reader), reads, "{reader:?}");
            assert_eq!(knows_who_acted(reader, Actor::Public), reads, "{reader:?}");
            assert!(knows_who_acted(reader, staff) && knows_who_acted(reader, reader));
        }
        assert!(!knows_who_acted(Actor::Complainant(WHO_BEGAN), Actor::Complainant(PartyNo(2))));
    }
}
