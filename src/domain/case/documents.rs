//! Who may open which file of a case. One rule for page, API, list and download.

use super::event::Actor;
use super::sight::is_to_declare;
use super::state::{Audience, Case, Document, InvolvedAs, Scan};
use crate::domain::ids::{DocumentNo, PartyNo};

/// The files that the actor may know of, in the order in which they came.
///
/// A complainant: their own, what the school shared with the family, and the papers of a hearing; never what
/// another complainant sent (P18). A member of the panel who has declared that nothing stands in the way: the
/// papers, which are the same for both sides (R44), and nothing that only one side has. Other staff who see the case: all.
/// What was taken out nobody opens (S22), nor what waits for the virus scanner or did not pass it.
pub fn visible(case: &Case, actor: Actor) -> impl Iterator<Item = &Document> {
    let sight = Sight::of(case, actor);
    case.documents
        .iter()
        .filter(move |document| document.scan.lets_open())
        .filter(move |document| !case.is_taken_out(document.no) && sight.reaches(case, document))
}

/// The files that are being checked for viruses, for whoever added them: until they are found clean nobody opens them, and
/// nobody else knows of them.
pub fn being_checked(case: &Case, actor: Actor) -> impl Iterator<Item = &Document> {
    let waits = |document: &&Document| document.scan == Scan::Waiting && !case.is_taken_out(document.no);
    case.documents.iter().filter(waits).filter(move |document| is_own(case, document, actor))
}

/// Whether that is who added it.
pub fn is_own(case: &Case, document: &Document, actor: Actor) -> bool {
    match actor {
        Actor::Complainant(party) => document.from == Some(party),
        Actor::Person(person) => document.added_by == Some(person) && !case.is_shut_out(person),
        Actor::Public | Actor::Clock => false,
    }
}

/// The file of that number, if the actor may know of it.
pub fn find(case: &Case, actor: Actor, no: DocumentNo) -> Option<&Document> {
    visible(case, actor).find(|document| document.no == no)
}

/// Whether a file is among the papers that went out for a hearing.
pub fn is_paper(case: &Case, no: DocumentNo) -> bool {
    case.runs.iter().filter_map(|run| run.hearing.as_ref()).any(|hearing| hearing.papers.contains(&no))
}

/// Who can open a file besides the staff who see the case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Openness {
    /// Nobody: only staff.
    OnlyStaff,
    /// Whoever sent it.
    Sender(PartyNo),
    /// Every complainant.
    Family,
}

/// Who can open a file besides the staff who see the case.
pub fn openness(case: &Case, document: &Document) -> Openness {
    match (document.audience, document.from) {
        _ if is_paper(case, document.no) => Openness::Family,
        (_, Some(from)) => Openness::Sender(from),
        (Audience::Family, None) => Openness::Family,
        (Audience::Staff, None) => Openness::OnlyStaff,
    }
}

/// What the school shared with the family before a complainant joined was shared with somebody else; and nothing is shared
/// with whoever waits for the consent of another (P18, R10).
fn is_shared_with(case: &Case, document: &Document, party: PartyNo) -> bool {
    let earlier =
        case.party(party).and_then(|party| party.joined.as_ref()).map_or(0, |joined| joined.documents);
    usize::from(document.no.0) > earlier && !case.waits_for_consent(party)
}

/// The papers of a hearing are the same for everybody who is to be heard (R44).
fn is_common(case: &Case, document: &Document, party: PartyNo) -> bool {
    is_paper(case, document.no) && !case.waits_for_consent(party)
}

/// How far somebody sees.
#[derive(Clone, Copy)]
enum Sight {
    Everything,
    Papers,
    OfFamily(PartyNo),
    Nothing,
}

impl Sight {
    fn of(case: &Case, actor: Actor) -> Self {
        match actor {
            Actor::Person(person) if case.is_shut_out(person) => Self::Nothing,
            // Whoever has not declared yet reads nothing; whoever was replaced has no seat any more (R27).
            Actor::Person(person) if is_to_declare(case, person) => Self::Nothing,
            Actor::Person(person) if case.is_involved(person, InvolvedAs::Panel) => Self::Papers,
            Actor::Person(_) | Actor::Clock => Self::Everything,
            Actor::Complainant(party) => Self::OfFamily(party),
            Actor::Public => Self::Nothing,
        }
    }

    fn reaches(self, case: &Case, document: &Document) -> bool {
        match self {
            Self::Everything => true,
            Self::Papers => is_paper(case, document.no),
            Self::Nothing => false,
            Self::OfFamily(party) => match openness(case, document) {
                Openness::Family => is_shared_with(case, document, party) || is_common(case, document, party),
                Openness::Sender(from) => from == party,
                Openness::OnlyStaff => false,
            },
        }
    }
}
