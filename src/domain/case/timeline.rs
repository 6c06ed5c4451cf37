//! One list of events, told in two voices: to staff who see the case, and to one complainant.
//!
//! What a complainant may not read is held back in one place, `Teller::entry`: each entry and each block
//! of words says how far it reaches, and whatever does not reach the reader is left out. A complainant never
//! learns of notes, reasons for giving the case to somebody, answers to screening, who is involved, contacts
//! with outside bodies, findings before they are sent, or another complainant (P18).

mod explain;
mod further;
mod now;
mod told;
mod tracker;

#[cfg(test)]
pub(crate) mod story;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};

use crate::domain::calendar::{Unit, day_and_time, local_time_words, long_date, short_date};
use crate::domain::deadline::{DateReminder, DeadlineRule, Due, Moved, OwedBy};
use crate::domain::ids::{DocumentNo, PartyNo, PersonId, PointNo, RunNo};
use crate::domain::person::{Independence, Role};
use crate::domain::procedure::{StageKey, StageKind, called};
use crate::domain::text::{Words, capital};

use super::command::{AlreadySettled, Distribution, ScreeningAnswer, UnreasonableTests};
use super::context::Context;
use super::documents::is_own;
use super::event::{Actor, Event, Raised, Recorded, Stamp};
use super::own_part::may_read;
use super::own_words::WHO_BEGAN;
use super::sight::{is_to_declare, reads_declarations};
use super::state::{
    Attendance, Audience, Case, Declaration, Document, ExternalContact, Handler, HearingDate, Held,
    InvolvedAs, PanelMember, Party, PassedOver, RunCause, Scan, Subject,
};
use super::vocabulary::{
    Channel, ClosedReason, CompanionRule, ContactWay, EarlierAnswers, Finding, Flag, HearingBasis, Kind,
    WrittenDown,
};

pub use explain::{Explained, deadline_working, explain};
pub use further::if_taken_further;
pub use now::{Possible, WhereItIs, begins_informally, now_sentences, without_an_answer};
use told::{Reach, Told};
pub use tracker::{Step, StepState, tracker};

/// To whom the case is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Voice {
    /// To staff who see the case.
    Staff,
    /// To somebody who sits, or sat, on its panel: what both sides see, and no more, so that no side has told
    /// them anything that the other does not know (2.4, 2.6).
    Panel,
    /// To somebody who is asked to sit on its panel: nothing before they have declared (R27).
    AskedToSit,
    /// To this complainant, and to nobody else.
    Complainant(PartyNo),
}

/// In which voice somebody is told of a case.
pub fn voice_of(case: &Case, actor: Actor) -> Voice {
    match actor {
        Actor::Person(person) if is_to_declare(case, person) => Voice::AskedToSit,
        Actor::Person(person) if case.is_involved(person, InvolvedAs::Panel) => Voice::Panel,
        Actor::Complainant(no) => Voice::Complainant(no),
        Actor::Person(_) | Actor::Public | Actor::Clock => Voice::Staff,
    }
}

/// Who can read an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Marker {
    /// A fact of the case.
    Fact,
    /// Words that went between school and family.
    Message,
    /// The family reads it with the answer, and not before.
    ToCome,
    /// The family does not see it.
    Internal,
}

/// One entry of the history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its event's place in the record.
    pub seq: u32,
    /// When it was recorded.
    pub at: DateTime<Utc>,
    /// The school's date of that moment.
    pub on: NaiveDate,
    /// What happened, in the past tense.
    pub title: String,
    /// The words that this reader may read.
    pub body: Vec<Block>,
    /// Who did it: name and role for staff; the role only, or "you", for the family (P24).
    pub by: Option<String>,
    /// Who can read it.
    pub marker: Marker,
}

impl Entry {
    /// "4 June 2026 at 9:32am" (S45).
    pub fn when(&self) -> String {
        local_time_words(self.at)
    }
}

/// Words of an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// What they answer, where that is not plain: "Why".
    pub label: Option<String>,
    /// The words, with their line breaks.
    pub words: String,
    /// Who can read them.
    pub marker: Marker,
}

/// The events of a case as that reader may know them, oldest first.
pub fn timeline(events: &[Recorded], case: &Case, ctx: &Context<'_>, voice: Voice) -> Vec<Entry> {
    let mut handler: Option<Handler> = None;
    let mut standing_in: Option<StandingIn> = None;
    let mut hands = Hands::default();
    events
        .iter()
        .filter_map(|recorded| {
            handler = handler_after(&recorded.event).or(handler);
            standing_in = StandingIn::after(recorded).or(standing_in);
            let in_place_of = standing_in.and_then(|known| known.holds_for(&recorded.stamp));
            let hand = hands.of(&recorded.event);
            Teller { case, ctx, voice, handler, in_place_of, hand }.entry(&recorded.stamp, &recorded.event)
        })
        .collect()
}

/// In whose place somebody did what they did in one step (S40).
#[derive(Clone, Copy)]
struct StandingIn {
    stamp: Stamp,
    person: PersonId,
}

impl StandingIn {
    fn after(recorded: &Recorded) -> Option<Self> {
        let Event::ActedFor { person, .. } = recorded.event else { return None };
        Some(Self { stamp: recorded.stamp, person })
    }

    fn holds_for(self, stamp: &Stamp) -> Option<PersonId> {
        (self.stamp.at == stamp.at && self.stamp.actor == stamp.actor).then_some(self.person)
    }
}

/// By whose hand the events are done that follow one that says so.
#[derive(Default)]
struct Hands {
    helper: Option<PartyNo>,
    left: u16,
}

impl Hands {
    fn of(&mut self, event: &Event) -> Option<PartyNo> {
        if let Event::HelperActed { helper, events } = event {
            (self.helper, self.left) = (Some(*helper), *events);
            return None;
        }
        self.left = self.left.checked_sub(1)?;
        self.helper
    }
}

/// Who has the case after an event that says so.
fn handler_after(event: &Event) -> Option<Handler> {
    let (Event::StageStarted { handler, .. } | Event::Assigned { handler, .. }) = event else { return None };
    Some(*handler)
}

/// What staff read above the words that went to whoever is complained about.
const TO_SUBJECT: &str = "What whoever is complained about was told";

/// Tells one event.
struct Teller<'a> {
    case: &'a Case,
    ctx: &'a Context<'a>,
    voice: Voice,
    /// Who has the case at that moment.
    handler: Option<Handler>,
    /// In whose place it was done, if in somebody's.
    in_place_of: Option<PersonId>,
    /// Who did it in a complainant's name.
    hand: Option<PartyNo>,
}

impl Teller<'_> {
    fn entry(&self, stamp: &Stamp, event: &Event) -> Option<Entry> {
        if let Voice::Complainant(me) = self.voice
            && !may_read(self.case, Actor::Complainant(me), stamp, event)
        {
            return None;
        }
        let told = self.tell(stamp, event)?;
        if !told.reach.includes(self.voice) || (self.voice == Voice::Panel && !told.is_for_a_panel()) {
            return None;
        }
        let marker = told.marker();
        let body = told
            .blocks
            .into_iter()
            .filter(|(reach, _)| reach.includes(self.voice))
            .map(|(_, block)| block)
            .collect();
        let by = self.by(stamp, event);
        Some(Entry { seq: stamp.seq, at: stamp.at, on: stamp.on, title: told.title, body, by, marker })
    }

    /// What an event says. `None` for what other entries say already.
    fn tell(&self, stamp: &Stamp, event: &Event) -> Option<Told> {
        let told = match event {
            Event::Raised(raised) => self.raised(stamp, raised),
            Event::StageStarted { stage, handler, cause, passed_over, .. } => {
                let told = self.stage_started(stamp, stage, *handler, cause);
                passed_over.iter().fold(told, |told, passed| self.passed_over(told, passed))
            }
            // The dates have a list of their own, with their working; and by whose hand or in whose place something was
            // done stands with what was done.
            Event::DeadlineSet { .. }
            | Event::CountingBegins { .. }
            | Event::ActedFor { .. }
            | Event::HelperActed { .. }
            // That no virus was found is no news.
            | Event::FileChecked { found: Scan::NotScanned | Scan::Waiting | Scan::Clean, .. } => return None,
            Event::DeadlineMoved { no, to, why } => {
                let rule = self.case.deadlines.iter().find(|deadline| deadline.no == *no)?.rule;
                deadline_moved(rule, *to, why)?
            }
            Event::AlertRaised { flag, people } => self.alert_raised(stamp, *flag, people),
            Event::Accepted { answers } => accepted(answers),
            Event::Redirected { points, reason, words } => {
                Told::new(format!("{} sent to where it belongs: {}", points_words(points), reason.title()))
                    .maybe("Added", words.as_ref())
            }
            Event::SchoolMoved { from_name, to_name, reason, .. } => Told::new(self.pick(
                &format!("Moved from {from_name} to {to_name}, the school that it is about"),
                &format!("Passed on from {from_name} to {to_name}, the school that it is about"),
            ))
            .with("Why", reason),
            Event::ConcernConfirmed { party, written_down, words, heard_by } => {
                self.confirmed(*party, *written_down, (words.as_ref(), heard_by.as_ref()))
            }
            Event::ConsentAsked { party, .. } => {
                Told::new(format!("{} was asked by email whether they agree", party.name)).school_only()
            }
            Event::ConsentRefused { party } => {
                let name = self.case.party(*party).map_or("Whoever was asked", |party| party.name.as_str());
                Told::new(format!("{name} does not agree that it is raised for them")).school_only()
            }
            Event::ConsentRecorded { party, consent } => {
                Told::new(format!("Consent recorded: {}, {}", consent.given_by, consent.how.title()))
                    .dated("Given on", Some(consent.given_on))
                    .only(Reach::Parties(vec![*party]))
            }
            Event::ConsentNotGiven { asked } => {
                Told::new("No consent came from the person it was raised for").with("How it was asked for", asked)
            }
            Event::KeptOnRecord { reason, referred_to } => Told::new("Kept on record, and not looked into")
                .school_only()
                .with("Why", reason)
                .maybe("Referred to", referred_to.as_ref()),
            Event::RefusalReviewed { outcome, reasons } => {
                Told::new(format!("Looked at again: {}", lower(outcome.title()))).with("Why", reasons)
            }
            Event::AtRiskMarked { reason } => {
                Told::new("Marked: a child may be at risk").school_only().with("Why", reason)
            }
            Event::RefusedLate { consideration, reason } => Told::new("Refused as too late")
                .with("Why", reason)
                .private("What was considered", consideration.as_str()),
            Event::Assigned { handler, before, reason, .. } => {
                self.assigned(*handler, *before, reason.as_ref())
            }
            Event::Acknowledged { summary, unresolved, wanted, message, .. } => Told::new("Acknowledged")
                .message()
                .maybe("What we understand", summary.as_ref())
                .maybe("What is still unresolved", unresolved.as_ref())
                .maybe("What is wanted", wanted.as_ref())
                .maybe_say(message.as_ref()),
            Event::InformationAsked { question } => {
                Told::new(self.pick("The family was asked a question", "We asked you a question"))
                    .message()
                    .say(question)
            }
            Event::InformationGiven { answer, party } => {
                let staff = party.and_then(|no| self.case.party(no)).map_or_else(
                    || "The family answered the question".to_owned(),
                    |party| format!("{} answered the question", party.name),
                );
                let reach = party.map_or_else(|| self.spoken_by(stamp.actor), |no| Reach::Parties(vec![no]));
                Told::new(self.pick(&staff, "You answered our question")).message().say(answer).only(reach)
            }
            Event::MeetingArranged { at, minutes, place, staff, sequence, .. } => {
                self.meeting_arranged(*at, *minutes, place, staff, *sequence)
            }
            Event::MeetingCancelled { reason, .. } => Told::new("Meeting cancelled").with("Why", reason),
            Event::MeetingRecorded { held_on, present, said, agreed, .. } => {
                self.meeting_recorded(*held_on, present, said, agreed.as_ref())
            }
            Event::FindingRecorded { point, finding, reasons, policy_reference, replaces, .. } => {
                Told::new(format!("Finding on point {point}: {}", lower(finding.title())))
                    .finding()
                    .maybe("Why", reasons.as_ref())
                    .maybe("Policy or rule", policy_reference.as_ref())
                    .noted("It takes the place of", replaces.map_or("", Finding::title))
            }
            Event::Replied { run, message, steps_taken, actions, last_date, to_subject, to_subjects } => self
                .findings_of(*run, Told::new("Answer sent").message().say(message))
                .maybe("What was done to look into it", steps_taken.as_ref())
                .maybe("What the school will do", actions.as_ref())
                .dated("Last date to take it further", *last_date)
                .private(TO_SUBJECT, &self.subjects_were_told(to_subject.as_ref(), to_subjects)),
            Event::Settled { settled, unsettled, words, heard_by, .. } => {
                self.settled(stamp, settled, unsettled, words.as_ref(), heard_by.as_ref())
            }
            Event::SettledForOne { party, settled, unsettled, words, heard_by, .. } => {
                self.settled_for_one(*party, (settled, unsettled), words.as_ref(), heard_by.as_ref())
            }
            Event::WindowReminded { number, .. } => {
                let which = if *number == 1 { "first" } else { "last" };
                Told::new(self.pick(
                    &format!("The {which} reminder of the last date went to the family"),
                    "We reminded you of the last date to take it further",
                ))
            }
            Event::DateReminded { no, due, reminder } => {
                let rule = self.case.deadlines.iter().find(|deadline| deadline.no == *no)?.rule;
                date_reminded(rule, *due, *reminder)
            }
            Event::Suspended { reason, authority, review_on } => Told::new("Paused: no school dates run")
                .with("Why", reason)
                .with("On whose authority", authority)
                .dated("Looked at again on", Some(*review_on)),
            Event::Resumed { reason } => {
                let told = Told::new("Goes on: the dates run again");
                reason.iter().fold(told, |told, reason| told.with("What changed", reason))
            }
            Event::PanelAppointed { members, chair, reserves, reason, passed_over, .. } => {
                let told = self.panel_appointed(members, *chair);
                let told = told.maybe("Why the panel was named again", reason.as_ref());
                let stand_by: Vec<&str> =
                    reserves.iter().map(|person| self.ctx.directory.name(*person)).collect();
                told.private("Stand by, in this order", &stand_by.join(", ")).private(
                    "Why somebody sits who did not stand by",
                    passed_over.as_ref().map_or("", Words::as_str),
                )
            }
            Event::InterestDeclared { member, declaration, heard_by, .. } => {
                self.interest_declared(*member, declaration, heard_by.as_ref())
            }
            Event::DeclarationsAskedAgain { .. } => Told::new(
                "The members of the panel were asked to declare again: the hearing moved by more than ten school days",
            )
            .school_only(),
            Event::HearingScheduled { date, reason, .. } => hearing_scheduled(date, reason.as_ref()),
            Event::PapersCirculated { documents, waiver, .. } => {
                let names: Vec<&str> = documents
                    .iter()
                    .filter_map(|no| self.case.documents.iter().find(|document| document.no == *no))
                    .map(|document| document.name.as_str())
                    .collect();
                let told = Told::new("Papers for the hearing sent to everybody").listed("Papers", &names);
                waiver.iter().fold(told, |told, words| told.private("Shorter time agreed", words.as_str()))
            }
            Event::HearingRecorded { held, .. } => self.hearing_recorded(held),
            Event::FindingsIssued { run, recommendations, message, to_subject, to_subjects } => self
                .findings_of(*run, Told::new("The panel\u{2019}s findings were sent").message().say(message))
                .with("What the panel recommends", recommendations)
                .private(TO_SUBJECT, &self.subjects_were_told(to_subject.as_ref(), to_subjects)),
            Event::Concluded { distribution, action_taken, no_action_reason, .. } => {
                concluded(distribution, action_taken.as_ref(), no_action_reason.as_ref())
            }
            Event::UnreasonableProposed { tests, letter, review_on } => {
                unreasonable("Ending the correspondence was proposed; a second person must agree", tests)
                    .with("The letter", letter)
                    .dated("Looked at again on", Some(*review_on))
                    .school_only()
            }
            Event::UnreasonableConfirmed { tests, letter, review_on } => {
                unreasonable("Correspondence ended, decided by two people", tests)
                    .say(letter)
                    .dated("Looked at again on", Some(*review_on))
            }
            Event::Withdrawn { reason, confirmation } => {
                let told = Told::new(self.pick("Withdrawn by the family", "You withdrew it"))
                    .maybe("Why", reason.as_ref())
                    .only(self.spoken_by(stamp.actor));
                confirmation
                    .iter()
                    .fold(told, |told, words| told.private("Confirmed in writing", words.as_str()))
            }
            Event::WithdrawnForOne { party, reason, confirmation } => {
                let told = Told::new(self.of_one(*party, "withdrew; the case goes on for the others", "You withdrew it"))
                    .maybe("Why", reason.as_ref())
                    .only(Reach::Parties(vec![*party]));
                confirmation
                    .iter()
                    .fold(told, |told, words| told.private("Confirmed in writing", words.as_str()))
            }
            Event::Closed { reason } => self.closed(stamp, *reason),
            Event::Reopened { ground, reason } => {
                Told::new(format!("Opened again: {}", lower(ground.title()))).with("Why", reason)
            }
            Event::ExternalContactRecorded { contact } => self.external_contact(contact),
            Event::NoteAdded { words } => Told::new("Internal note").school_only().say(words),
            Event::MessageSent { to, words } => self.message_sent(stamp, to, words),
            // A panel has the papers that went to everybody, and no file besides.
            Event::DocumentAdded { .. } | Event::FileChecked { .. } if self.voice == Voice::Panel => return None,
            Event::DocumentAdded { document } => self.document_added(document),
            Event::FileChecked { document, found: Scan::Infected } => return self.infected(*document),
            Event::PartyAdded { party, about, earlier_answers } => {
                let told = Told::new(self.pick(
                    &format!("{} added as {}", party.name, lower(party.kind.title())),
                    "You were added to this case",
                ));
                told.maybe("What it is about", about.as_ref())
                    .private(
                        "Do they read the answers that were given before?",
                        earlier_answers.map_or("", EarlierAnswers::title),
                    )
                    .only(Reach::Parties(vec![party.no]))
            }
            Event::HelperAdded { party, consent } => self.helper_added(party, consent.as_ref())?,
            Event::HelperEnded { party } => {
                let helper = self.case.party(*party)?;
                let words = format!("{} helps no more", helper.name);
                Told::new(words).only(Reach::Parties(vec![helper.helps?.whom]))
            }
            Event::ContactCorrected { party, email, phone, address, removed } => {
                self.contact_corrected(*party, [email, phone, address], removed)
            }
            Event::ReturnCodeMade { party } => {
                let name = self.case.party(*party).map_or("", |party| party.name.as_str());
                let staff = format!("A return code on paper was made for {name}");
                Told::new(self.pick(&staff, "A return code on paper was made for your page"))
                    .only(Reach::Parties(vec![*party]))
            }
            Event::SubjectMarked { subject, reason } => self.subject_marked(subject, reason.as_ref()),
            Event::RemedyPromised { what, owner, due_on, .. } => Told::new("Action promised")
                .school_only()
                .say(what)
                .noted("Who sees to it", self.ctx.directory.name(*owner))
                .dated("By", Some(*due_on)),
            Event::RemedyDone { no, evidence } => Told::new("Promised action done")
                .school_only()
                .maybe(
                    "Action",
                    self.case.remedies.iter().find(|remedy| remedy.no == *no).map(|remedy| &remedy.what),
                )
                .with("How we know", evidence),
            Event::WordsTakenOut { entry, left, reason } => left.iter().fold(
                Told::new(format!("Words taken out of entry {entry} of the record")).school_only().with("Why", reason),
                |told, text| told.with("It reads now", &text.words),
            ),
            Event::FileTakenOut { instead, reason, .. } => self.file_taken_out(*instead, reason),
            Event::DutyMet { no, message } => {
                let rule = self.case.deadlines.iter().find(|deadline| deadline.no == *no)?.rule;
                Told::new(duty_words(rule)).message().say(message)
            }
            Event::Recused { person, reason, words } => {
                let name = self.ctx.directory.name(*person);
                let told = Told::new(format!("{name} stepped back from this case")).school_only();
                if reads_declarations(self.case, self.ctx) {
                    told.private("Why", reason.title()).maybe("More about it", words.as_ref())
                } else {
                    told
                }
            }
            Event::HandlerMissing { person, until, told, .. } => self.nobody_there(*person, *until, told),
            Event::Involved { person, involved_as } => {
                let name = self.ctx.directory.name(*person);
                Told::new(format!(
                    "{name} noted in the involvement register: {}",
                    involvement_words(*involved_as)
                ))
                .school_only()
            }
        };
        Some(told)
    }

    /// What whoever said it says of what was written down, for them and for staff (R9). What was written down stays as it
    /// was.
    fn confirmed(
        &self,
        party: PartyNo,
        written_down: WrittenDown,
        (words, heard_by): (Option<&Words>, Option<&Words>),
    ) -> Told {
        let name = self.case.party(party).map_or("", |party| party.name.as_str());
        let (staff, family) = match written_down {
            WrittenDown::Right => (
                format!("{name} says that what was written down is right"),
                "You told us that what we wrote down is right",
            ),
            WrittenDown::PutRight => {
                (format!("{name} put right what was written down"), "You put right what we wrote down")
            }
        };
        Told::new(self.pick(&staff, family))
            .maybe(
                if written_down == WrittenDown::Right { "Added" } else { "What is wrong or missing" },
                words,
            )
            .private("How they said so", heard_by.map_or("", Words::as_str))
            .only(Reach::Parties(vec![party]))
    }

    /// Who helps a complainant, for them and for staff: nobody else who raised it learns of it (P18).
    fn helper_added(&self, party: &Party, consent: Option<&Words>) -> Option<Told> {
        let help = party.helps?;
        let whom = self.case.party(help.whom)?;
        let kind = lower(party.kind.title());
        let staff = format!("{} helps {} as {kind}", party.name, whom.name);
        let told = Told::new(self.pick(&staff, &format!("{} helps you as {kind}", party.name)))
            .noted("They may", &lower(help.may.title()))
            .only(Reach::Parties(vec![help.whom]));
        Some(consent.into_iter().fold(told, |told, words| told.private("Consent", words.as_str())))
    }

    /// That something changed, and what: how somebody is reached stands among the people, not in the history.
    fn contact_corrected(&self, party: PartyNo, new: [&Option<Words>; 3], removed: &[ContactWay]) -> Told {
        let name = self.case.party(party).map_or("", |party| party.name.as_str());
        let ways = ContactWay::ALL.iter().copied();
        let changed = ways.clone().zip(new).filter(|(_, new)| new.is_some()).map(|(way, _)| way);
        let list = |ways: Vec<ContactWay>| -> Vec<&str> { ways.into_iter().map(ContactWay::title).collect() };
        Told::new(
            self.pick(&format!("Contact details of {name} put right"), "Your contact details were put right"),
        )
        .listed("New", &list(changed.collect()))
        .listed("Taken away", &list(removed.to_vec()))
        .only(Reach::Parties(vec![party]))
    }

    fn pick(&self, staff: &str, family: &str) -> String {
        match self.voice {
            Voice::Staff | Voice::Panel | Voice::AskedToSit => staff.to_owned(),
            Voice::Complainant(_) => family.to_owned(),
        }
    }

    /// Whom words reach that came from the family: the complainant who said them. What staff wrote down for
    /// the family reaches it only while there is one complainant, because nobody noted which of several it was.
    fn spoken_by(&self, actor: Actor) -> Reach {
        match actor {
            Actor::Complainant(party) => Reach::Parties(vec![party]),
            Actor::Person(_) | Actor::Public | Actor::Clock => self.sole_complainant(),
        }
    }

    fn sole_complainant(&self) -> Reach {
        if self.case.complainants().count() > 1 { Reach::School } else { Reach::All }
    }

    /// Whoever did it. Where a case begins, nobody gave it to its handler: routing did.
    fn by(&self, stamp: &Stamp, event: &Event) -> Option<String> {
        if matches!(event, Event::StageStarted { cause: RunCause::First, .. }) {
            return None;
        }
        let to_staff = match self.voice {
            Voice::Staff => true,
            Voice::Panel | Voice::AskedToSit | Voice::Complainant(_) => false,
        };
        // Findings are the panel's own: the clerk only sends them (2.4).
        if !to_staff && matches!(event, Event::FindingsIssued { .. }) {
            return Some("the panel".to_owned());
        }
        // A family told us of a risk; whom we told is not its doing.
        if !to_staff && matches!(event, Event::AlertRaised { .. }) {
            return None;
        }
        if let Some(by) = self.by_hand(stamp.actor) {
            return Some(by);
        }
        match (self.voice, stamp.actor) {
            (Voice::Staff, Actor::Person(person)) => {
                let name = self.name_and_role(person, stamp.on);
                let whom = self.in_place_of.map(|absent| self.ctx.directory.name(absent));
                Some(whom.map_or(name.clone(), |whom| format!("{name}, for {whom}")))
            }
            (Voice::Complainant(_) | Voice::Panel | Voice::AskedToSit, Actor::Person(person)) => {
                let role = self.role(person, stamp.on)?;
                Some(self.case.another(role, Some(person)).unwrap_or_else(|| role.title()).to_owned())
            }
            (Voice::Staff | Voice::Panel | Voice::AskedToSit, Actor::Complainant(no)) => {
                self.case.party(no).map(|party| party.name.to_string())
            }
            (Voice::Complainant(me), Actor::Complainant(no)) => (me == no).then(|| "you".to_owned()),
            (Voice::Staff | Voice::Panel | Voice::AskedToSit, Actor::Public) => {
                self.case.complainants().next().map(|party| party.name.to_string())
            }
            (Voice::Complainant(me), Actor::Public) => (me == WHO_BEGAN).then(|| "you".to_owned()),
            (Voice::Staff, Actor::Clock) => Some("Heard, when the day came".to_owned()),
            (Voice::Complainant(_) | Voice::Panel | Voice::AskedToSit, Actor::Clock) => None,
        }
    }

    /// What went to whoever is complained about; by name where each had words of their own.
    fn subjects_were_told(&self, to_all: Option<&Words>, to_each: &BTreeMap<PersonId, Words>) -> String {
        let all = to_all.map(|words| words.as_str().to_owned());
        let each = to_each
            .iter()
            .map(|(person, words)| format!("{}: {}", self.ctx.directory.name(*person), words.as_str()));
        all.into_iter().chain(each).collect::<Vec<_>>().join("\n\n")
    }

    fn nobody_there(&self, person: PersonId, until: Option<NaiveDate>, told: &[PersonId]) -> Told {
        let name = self.ctx.directory.name(person);
        let why = until.map_or_else(
            || format!("{name} has no post for it any more"),
            |until| format!("{name} is away until {}", short_date(until)),
        );
        let who = if told.is_empty() { "nobody: no post is filled".to_owned() } else { self.names(told) };
        Told::new(format!("Nobody is there for this case: {why}"))
            .school_only()
            .private("Who was told to find somebody", &who)
    }

    /// "Ana Ruiz, for you": who acted in a complainant's name, for those who may know that it was theirs.
    fn by_hand(&self, actor: Actor) -> Option<String> {
        let (Some(helper), Actor::Complainant(whom)) = (self.case.party(self.hand?), actor) else {
            return None;
        };
        match self.voice {
            Voice::Complainant(me) => (me == whom).then(|| format!("{}, for you", helper.name)),
            Voice::Staff | Voice::Panel | Voice::AskedToSit => {
                let whom = self.case.party(whom)?;
                Some(format!("{}, for {}", helper.name, whom.name))
            }
        }
    }

    fn name_and_role(&self, person: PersonId, on: NaiveDate) -> String {
        let name = self.ctx.directory.name(person);
        self.role(person, on).map_or_else(|| name.to_owned(), |role| format!("{name}, {}", role.title()))
    }

    /// The role in which somebody acted: that of the stage, or of the first post that they held then.
    fn role(&self, person: PersonId, on: NaiveDate) -> Option<Role> {
        if let Some(handler) = self.handler.filter(|handler| handler.person == Some(person)) {
            return Some(handler.role);
        }
        let known = self.ctx.directory.person(person)?;
        known
            .posts
            .iter()
            .find(|post| post.is_held_on(on) && post.reaches(self.ctx.school.id))
            .map(|post| post.role)
    }

    fn names(&self, people: &[PersonId]) -> String {
        let names: Vec<&str> = people.iter().map(|person| self.ctx.directory.name(*person)).collect();
        listed(&names)
    }

    fn roles(&self, people: &[PersonId]) -> String {
        let title = |person: &PersonId| {
            let role = self.role(*person, self.ctx.today)?;
            Some(self.case.another(role, Some(*person)).unwrap_or_else(|| role.title()))
        };
        let roles: Vec<&str> = people.iter().filter_map(title).collect();
        listed(&roles)
    }

    fn stage_title(&self, key: &StageKey) -> String {
        self.ctx.procedure.stage(key).map_or_else(|| key.to_string(), |stage| stage.title.clone())
    }

    fn raised(&self, stamp: &Stamp, raised: &Raised) -> Told {
        let what = match raised.kind {
            Kind::Feedback => "Feedback",
            Kind::Concern | Kind::NotSure => "Concern",
            Kind::Complaint => "Complaint",
        };
        let mine = self.voice == Voice::Complainant(WHO_BEGAN);
        let title = match self.voice {
            Voice::Staff | Voice::Panel | Voice::AskedToSit => {
                format!("{what} received {}", raised.channel.title())
            }
            Voice::Complainant(_) if mine => match raised.channel {
                Channel::Online | Channel::Letter | Channel::Email => {
                    format!("You sent us your {}", lower(what))
                }
                Channel::Phone | Channel::InPerson => {
                    format!("You told us your {}, and we wrote it down", lower(what))
                }
            },
            Voice::Complainant(_) => format!("{what} received"),
        };
        let mut told = Told::new(title);
        if stamp.on != raised.received_on {
            told = told.dated("Received on", Some(raised.received_on));
        }
        for (number, point) in (1..).zip(&raised.points) {
            told = told.reaching(
                Reach::Parties(vec![WHO_BEGAN]),
                &format!("Point {number}"),
                point.what_happened.as_str(),
            );
        }
        let of_whoever_began = || Reach::Parties(vec![WHO_BEGAN]);
        if let Some(on) = raised.last_incident_on {
            told = told.reaching(
                of_whoever_began(),
                "When it last happened",
                &last_happened(on, raised.received_on),
            );
        }
        if let Some(words) = &raised.already_spoken_to {
            told = told.reaching(of_whoever_began(), "Who was spoken to before", words.as_str());
        }
        if let Some(words) = &raised.late_reason {
            told = told.reaching(of_whoever_began(), "Why it comes late", words.as_str());
        }
        for reason in &raised.screening {
            told = told.private("To be checked first", reason.title());
        }
        told
    }

    fn stage_started(&self, stamp: &Stamp, stage: &StageKey, handler: Handler, cause: &RunCause) -> Told {
        let (role, whoever) = (handler.role.title(), whoever(handler, self.case, self.ctx));
        let title = match (self.voice, cause, handler.person) {
            (Voice::Staff, _, Some(person)) => {
                format!("{}: with {}, {role}", self.stage_title(stage), self.ctx.directory.name(person))
            }
            (Voice::Staff, _, None) => format!("{}: nobody has it yet ({role})", self.stage_title(stage)),
            (Voice::Panel | Voice::AskedToSit, _, _) => {
                format!("{}: with {whoever}", self.stage_title(stage))
            }
            (Voice::Complainant(_), RunCause::First, Some(_)) => format!("{} has it", capital(&whoever)),
            (Voice::Complainant(_), RunCause::First, None) => format!("It waits for {whoever}"),
            (Voice::Complainant(me), RunCause::Escalated { .. }, person) => {
                let whose =
                    if stamp.actor == Actor::Complainant(me) { "You took it further" } else { "It moved up" };
                match person {
                    Some(_) => format!("{whose}: {whoever} has it now"),
                    None => format!("{whose}: it waits for {whoever}"),
                }
            }
            (Voice::Complainant(_), RunCause::Reopened(_), Some(_)) => {
                format!("{} has it again", capital(&whoever))
            }
            (Voice::Complainant(_), RunCause::Reopened(_), None) => format!("It waits for {whoever} again"),
        };
        let told = Told::new(title);
        match cause {
            RunCause::First | RunCause::Reopened(_) => told,
            RunCause::Escalated { why, wanted, skipped, skip_reason, late_cause, .. } => {
                let mine = self.spoken_by(stamp.actor);
                let left_out: Vec<String> = skipped.iter().map(|key| self.stage_title(key)).collect();
                let left_out: Vec<&str> = left_out.iter().map(String::as_str).collect();
                let mut told = told
                    .reaching(mine.clone(), "Why it is not settled", why.as_str())
                    .reaching(mine.clone(), "What would put it right", wanted.as_str())
                    .listed("Left out", &left_out);
                if let Some(reason) = skip_reason {
                    told = told.reaching(mine, "Why the step is left out", reason.as_str());
                }
                late_cause.iter().fold(told, |told, words| {
                    told.private("Good cause for coming after the last date", words.as_str())
                })
            }
        }
    }

    /// Which stages the case began above, and why (R49). Who is complained about is for staff to read.
    fn passed_over(&self, told: Told, passed: &PassedOver) -> Told {
        let stages: Vec<String> = passed.stages.iter().map(|key| self.stage_title(key)).collect();
        let stages: Vec<&str> = stages.iter().map(String::as_str).collect();
        told.private("Left out", &listed(&stages)).private(
            "Why it is left out",
            &format!(
                "It is about {}, so it begins with somebody who stands above them",
                passed.about.title()
            ),
        )
    }

    /// Whoever told us of the risk reads who heard of it, by their posts. What staff noticed stays with the school: it
    /// may be about the family.
    fn alert_raised(&self, stamp: &Stamp, flag: Flag, people: &[PersonId]) -> Told {
        let told_us = match stamp.actor {
            Actor::Public => Some(WHO_BEGAN),
            Actor::Complainant(no) => Some(no),
            Actor::Person(_) | Actor::Clock => None,
        };
        let to_reader = told_us.filter(|no| self.voice == Voice::Complainant(*no));
        if let Some(no) = to_reader.filter(|_| flag == Flag::ChildAtRisk && !people.is_empty()) {
            let roles = people.iter().filter_map(|person| self.role(*person, self.ctx.today));
            let mut roles: Vec<String> = roles.map(|role| format!("the {}", role.title())).collect();
            roles.dedup();
            let roles: Vec<&str> = roles.iter().map(String::as_str).collect();
            return Told::new(format!("We told {} at once that a child may be at risk", listed(&roles)))
                .only(Reach::Parties(vec![no]));
        }
        let told = Told::new(format!("Alert: {}", lower(flag.title()))).school_only();
        if people.is_empty() {
            return told
                .noted("Told at once", "Nobody: no post is filled. Tell the safeguarding lead yourself now");
        }
        told.noted("Told at once", &self.names(people))
    }

    fn assigned(&self, handler: Handler, before: Option<PersonId>, reason: Option<&Words>) -> Told {
        let role = handler.role.title();
        let staff = match handler.person {
            Some(person) => format!("Given to {}, {role}", self.ctx.directory.name(person)),
            None => format!("Waits for somebody who can have it ({role})"),
        };
        let whoever = whoever(handler, self.case, self.ctx);
        let family = match handler.person {
            Some(_) => format!("{} has it now", capital(&whoever)),
            None => format!("It waits for {whoever}"),
        };
        let mut told = Told::new(self.pick(&staff, &family));
        if let Some(person) = before {
            told = told.private("Had it before", self.ctx.directory.name(person));
        }
        reason.into_iter().fold(told, |told, reason| told.private("Why", reason.as_str()))
    }

    fn meeting_arranged(
        &self,
        at: DateTime<Utc>,
        minutes: u16,
        place: &Words,
        staff: &[PersonId],
        sequence: u32,
    ) -> Told {
        let verb = if sequence == 0 { "arranged for" } else { "moved to" };
        let who = match self.voice {
            Voice::Staff => self.names(staff),
            Voice::Complainant(_) | Voice::Panel | Voice::AskedToSit => self.roles(staff),
        };
        Told::new(format!("Meeting {verb} {}", local_time_words(at)))
            .with("Where", place)
            .noted("How long", &format!("{minutes} minutes"))
            .noted("Who comes for the school", &who)
    }

    fn meeting_recorded(
        &self,
        held_on: NaiveDate,
        present: &Words,
        said: &Words,
        agreed: Option<&Words>,
    ) -> Told {
        let reach = self.sole_complainant();
        let told = Told::new(format!("We spoke on {}", short_date(held_on)))
            .reaching(reach.clone(), "Who was there", present.as_str())
            .reaching(reach.clone(), "What was said", said.as_str());
        agreed
            .into_iter()
            .fold(told, |told, words| told.reaching(reach.clone(), "What was agreed", words.as_str()))
    }

    /// The findings of a run, as they went out with its answer.
    fn findings_of(&self, run: RunNo, told: Told) -> Told {
        let answers = self.case.run_no(run).map_or(&[][..], |run| &run.answers);
        answers.iter().fold(told, |told, answer| {
            let title = answer.finding.title();
            let words =
                answer.reasons.as_ref().map_or_else(|| title.to_owned(), |why| format!("{title}. {why}"));
            told.noted(&format!("Point {}", answer.point), &words)
        })
    }

    fn settled(
        &self,
        stamp: &Stamp,
        settled: &[PointNo],
        unsettled: &[PointNo],
        words: Option<&Words>,
        heard_by: Option<&AlreadySettled>,
    ) -> Told {
        let title = match (settled, unsettled) {
            (_, []) => self.pick("The family says that it is settled", "You said that it is settled"),
            ([], _) => self.pick("The family says that it is not settled", "You said that it is not settled"),
            (some, _) => {
                let points = points_words(some);
                self.pick(
                    &format!("The family says that {} is settled", lower(&points)),
                    &format!("You said that {} is settled", lower(&points)),
                )
            }
        };
        let told = Told::new(title).maybe_say(words).only(self.spoken_by(stamp.actor));
        heard_by
            .into_iter()
            .fold(told, |told, heard| told.private("How they said so", heard.heard_by.as_str()))
    }

    /// What one of several complainants said for themselves: the others read nothing of it (P18).
    fn settled_for_one(
        &self,
        party: PartyNo,
        (settled, unsettled): (&[PointNo], &[PointNo]),
        words: Option<&Words>,
        heard_by: Option<&Words>,
    ) -> Told {
        let title = match (settled, unsettled) {
            (_, []) => self.of_one(
                party,
                "says that it is settled; the case goes on for the others",
                "You said that it is settled",
            ),
            ([], _) => self.of_one(party, "says that it is not settled", "You said that it is not settled"),
            (some, _) => {
                let points = lower(&points_words(some));
                let (staff, family) =
                    (format!("says that {points} is settled"), format!("You said that {points} is settled"));
                self.of_one(party, &staff, &family)
            }
        };
        let told = Told::new(title).maybe_say(words).only(Reach::Parties(vec![party]));
        heard_by.into_iter().fold(told, |told, heard| told.private("How they said so", heard.as_str()))
    }

    /// What one of several did, by their name for staff.
    fn of_one(&self, party: PartyNo, staff: &str, family: &str) -> String {
        let name = self.case.party(party).map_or("Somebody", |party| party.name.as_str());
        self.pick(&format!("{name} {staff}"), family)
    }

    fn panel_appointed(&self, members: &[PanelMember], chair: PersonId) -> Told {
        let independent =
            members.iter().filter(|member| member.independence == Independence::Independent).count();
        let title = format!("A panel of {} was appointed, {independent} of them independent", members.len());
        members.iter().fold(Told::new(title), |told, member| {
            let name = self.ctx.directory.name(member.person);
            let chairs = if member.person == chair { ", chair" } else { "" };
            let counts = match (member.independence, &member.reason) {
                (Independence::Independent, Some(reason)) => format!(", independent: {reason}"),
                (Independence::Independent, None) => ", independent".to_owned(),
                (Independence::SisterSchool, _) => ", governor of another school of the trust".to_owned(),
                (Independence::None, _) => String::new(),
            };
            told.private("Member", &format!("{name}{chairs}{counts}"))
        })
    }

    fn interest_declared(&self, member: PersonId, declared: &Declaration, heard_by: Option<&Words>) -> Told {
        let name = self.ctx.directory.name(member);
        if !reads_declarations(self.case, self.ctx) {
            return Told::new(format!("{name} declared, for the clerk, whether anything stands in the way"))
                .school_only();
        }
        let told = match declared {
            Declaration::Nothing => {
                Told::new(format!("{name} declared that nothing stands in the way of sitting on the panel"))
            }
            Declaration::Interest(what) => {
                Told::new(format!("{name} declared an interest, as a member of the panel")).with("What", what)
            }
        };
        told.maybe("Written down by the clerk, who was told", heard_by).school_only()
    }

    fn hearing_recorded(&self, held: &Held) -> Told {
        let came = match &held.complainant {
            Attendance::Attended => "The family was there",
            Attendance::ChoseNotTo => "The family chose not to come",
            Attendance::InAbsence(_) => "The panel went on without the family",
        };
        let companion = match (held.companion, &held.companion_name) {
            (CompanionRule::Came, Some(name)) => format!("{}: {name}", held.companion.title()),
            (CompanionRule::Came | CompanionRule::Alone | CompanionRule::NotThere, _) => {
                held.companion.title().to_owned()
            }
        };
        let told = Told::new(format!("The hearing was held on {}", short_date(held.held_on)))
            .private("Who sat", &self.names(&held.present))
            .private("Attendance", &format!("{came}. {companion}"));
        let told = match &held.complainant {
            Attendance::InAbsence(why) => told.private("Why it went on", why.as_str()),
            Attendance::Attended | Attendance::ChoseNotTo => told,
        };
        told.private("Minutes", held.minutes.as_str())
    }

    /// Another complainant's withdrawal closes the case, and says nothing of them (P18).
    fn closed(&self, stamp: &Stamp, reason: ClosedReason) -> Told {
        let by_another = match (self.voice, stamp.actor) {
            (Voice::Complainant(me), Actor::Complainant(other)) => me != other,
            (Voice::Complainant(_) | Voice::Staff | Voice::Panel | Voice::AskedToSit, _) => false,
        };
        if by_another { Told::new("Closed") } else { Told::new(format!("Closed: {}", lower(reason.title()))) }
    }

    fn external_contact(&self, contact: &ExternalContact) -> Told {
        let title = format!("{}, {}", contact.body.title(), short_date(contact.contacted_on));
        let told = Told::new(title).school_only().maybe("Their reference", contact.reference.as_ref());
        let told = told.say(&contact.words);
        contact.stage_then.iter().fold(told, |told, stage| told.noted("Stage then", &self.stage_title(stage)))
    }

    fn message_sent(&self, stamp: &Stamp, to: &[PartyNo], words: &Words) -> Told {
        let told = match stamp.actor {
            Actor::Complainant(party) => {
                Told::new(self.pick("Message from the family", "Your message to us"))
                    .only(Reach::Parties(vec![party]))
            }
            Actor::Person(_) | Actor::Public | Actor::Clock => {
                let names: Vec<&str> = to
                    .iter()
                    .filter_map(|no| self.case.party(*no))
                    .map(|party| party.name.as_str())
                    .collect();
                let staff = format!("Message to {}", listed(&names));
                Told::new(self.pick(&staff, "Our message to you")).only(Reach::Parties(to.to_vec()))
            }
        };
        told.message().say(words)
    }

    /// Of a file that is being checked for viruses only whoever added it reads the name.
    fn document_added(&self, document: &Document) -> Told {
        let now = self.case.documents.iter().find(|known| known.no == document.no);
        let waits = now.filter(|now| now.scan == Scan::Waiting);
        let words = match waits {
            None => format!("File added: {}", document.name),
            Some(now) if is_own(self.case, now, self.ctx.actor) => {
                format!("File added: {}. It is being checked for viruses", document.name)
            }
            Some(_) => "A file was added. It is being checked for viruses".to_owned(),
        };
        Self::about_a_file(words, document)
    }

    /// A virus was found: told to whoever may know of the file.
    fn infected(&self, no: DocumentNo) -> Option<Told> {
        let document = self.case.documents.iter().find(|document| document.no == no)?;
        let words = format!("A virus was found in the file {}. Nobody can open it", document.name);
        Some(Self::about_a_file(words, document))
    }

    fn about_a_file(words: String, document: &Document) -> Told {
        let told = Told::new(words);
        match (document.audience, document.from) {
            (Audience::Staff, _) => told.school_only(),
            (Audience::Family, None) => told,
            (Audience::Family, Some(from)) => told.only(Reach::Parties(vec![from])),
        }
    }

    fn file_taken_out(&self, instead: Option<DocumentNo>, reason: &Words) -> Told {
        let instead = self.case.documents.iter().find(|document| Some(document.no) == instead);
        Told::new("A file was taken out")
            .school_only()
            .maybe("In its place", instead.map(|document| &document.name))
            .with("Why", reason)
    }

    fn subject_marked(&self, subject: &Subject, reason: Option<&Words>) -> Told {
        let name = match (subject.person, &subject.name) {
            (Some(person), _) => self.ctx.directory.name(person).to_owned(),
            (None, Some(name)) => name.to_string(),
            (None, None) => subject.role.title().to_owned(),
        };
        Told::new(format!("{name} marked as complained about, and shut out of this case"))
            .school_only()
            .maybe("Why", reason)
    }
}

/// A pause and its end have entries of their own; a hearing that moves takes its papers along.
fn deadline_moved(rule: DeadlineRule, to: Due, why: &Moved) -> Option<Told> {
    let date = short_date(to.date()?);
    let title = match rule.owed_by() {
        OwedBy::School => format!("New date: {} by {date}", lower(rule.title())),
        OwedBy::Family => format!("{}: {date}", rule.title()),
    };
    match why {
        Moved::Extended(reason) => Some(Told::new(title).with("Why", reason)),
        Moved::CalendarArrived => {
            Some(Told::new(title).noted("Why", "The school\u{2019}s term dates now reach that far"))
        }
        Moved::HearingMoved => Some(Told::new(title).school_only().noted("Why", "The day of the hearing")),
        Moved::RemindedLate => Some(Told::new(title).noted("Why", "The reminder went late")),
        Moved::ToldOtherwise { on, there_on } => {
            Some(Told::new(title).noted("Why", &was_told(*on, *there_on)))
        }
        Moved::Paused | Moved::Resumed => None,
    }
}

/// How an answer came that could not go by mail.
fn was_told(on: NaiveDate, there_on: NaiveDate) -> String {
    if on == there_on {
        return format!("The answer was given on {}", short_date(on));
    }
    format!(
        "The answer was posted on {}. A letter counts as delivered two working days later, on {}",
        short_date(on),
        short_date(there_on)
    )
}

/// Reminders to the school are its own business; the family reads that it was told.
fn date_reminded(rule: DeadlineRule, due: NaiveDate, reminder: DateReminder) -> Told {
    let (what, date) = (rule.title(), short_date(due));
    match reminder {
        DateReminder::Coming => Told::new(format!("Reminder sent: {} by {date}", lower(what))).school_only(),
        DateReminder::LateToSchool => {
            Told::new(format!("Told the school that it is late: {} was due by {date}", lower(what)))
                .school_only()
        }
        DateReminder::ToAnswer => {
            Told::new(format!("Reminder sent: {} by {date}", lower(what))).school_only()
        }
        DateReminder::LateToFamily => {
            Told::new(format!("The date of {date} was missed, and a message went out that says so"))
                .noted("What is late", late_words(rule))
        }
    }
}

/// What the school owed by a date that it missed, in the middle of "… by 4 June 2026"; none for dates that are the
/// family's, or the school's own business.
pub fn was_to_be(rule: DeadlineRule) -> Option<&'static str> {
    match rule {
        DeadlineRule::Acknowledge => Some("You were to hear who is looking at it"),
        DeadlineRule::Respond => Some("You were to have an answer"),
        DeadlineRule::Convene => Some("The panel was to meet"),
        DeadlineRule::Outcome => Some("You were to have the findings of the panel"),
        DeadlineRule::DataProtection => Some("By law, you were to hear about the use of your data"),
        DeadlineRule::EarlyYears => Some("By law, you were to have the outcome about early years"),
        DeadlineRule::SubjectAccess => Some("By law, you were to have an answer about your personal data"),
        DeadlineRule::InformationRequest => {
            Some("By law, you were to have an answer to your request for information")
        }
        DeadlineRule::Window
        | DeadlineRule::Clarification
        | DeadlineRule::Confirmation
        | DeadlineRule::Consent
        | DeadlineRule::Papers
        | DeadlineRule::Review
        | DeadlineRule::Remedy => None,
    }
}

/// What a family still waits for.
fn late_words(rule: DeadlineRule) -> &'static str {
    match rule {
        DeadlineRule::Acknowledge => "Word of who is looking at it",
        DeadlineRule::Respond => "The answer",
        DeadlineRule::Convene => "The panel hearing",
        DeadlineRule::Outcome => "The panel\u{2019}s findings",
        DeadlineRule::DataProtection => "Word about the use of personal data",
        DeadlineRule::EarlyYears => "The outcome on early years care",
        DeadlineRule::SubjectAccess => "The answer about personal data",
        DeadlineRule::InformationRequest => "The answer to the request for information",
        DeadlineRule::Window
        | DeadlineRule::Clarification
        | DeadlineRule::Confirmation
        | DeadlineRule::Consent
        | DeadlineRule::Papers
        | DeadlineRule::Review
        | DeadlineRule::Remedy => "What was promised",
    }
}

fn accepted(answers: &[ScreeningAnswer]) -> Told {
    answers.iter().fold(Told::new("Checked and accepted"), |told, answer| {
        told.private(answer.reason.title(), answer.words.as_str())
    })
}

/// What still goes on when it is raised last happened on that day.
fn last_happened(on: NaiveDate, received_on: NaiveDate) -> String {
    let day = short_date(on);
    if on == received_on { format!("{day}, the day on which it was raised. It may still go on") } else { day }
}

fn hearing_scheduled(date: &HearingDate, reason: Option<&Words>) -> Told {
    let verb = match (date.basis, date.sequence) {
        (HearingBasis::Offered, _) => "Hearing offered for",
        (HearingBasis::Agreed | HearingBasis::Fixed, 0) => "Hearing set for",
        (HearingBasis::Agreed | HearingBasis::Fixed, 1..) => "Hearing moved to",
    };
    let told = Told::new(format!("{verb} {}", local_time_words(date.at)))
        .with("Where", &date.place)
        .private("How the date came about", date.basis.title());
    reason.into_iter().fold(told, |told, words| told.with("Why later, or with less notice", words))
}

fn concluded(distribution: &[Distribution], taken: Option<&Words>, none: Option<&Words>) -> Told {
    let told = Told::new("Close-out recorded").school_only();
    let told = distribution.iter().fold(told, |told, line| {
        let words = match (line.sent_on, &line.not_applicable) {
            (Some(on), _) => format!("sent or made available on {}", short_date(on)),
            (None, Some(why)) => format!("does not apply: {why}"),
            (None, None) => "not sent".to_owned(),
        };
        told.noted(&format!("Findings to {}", line.recipient.title()), &words)
    });
    told.maybe("What was done because of it", taken).maybe("Why nothing was done", none)
}

fn unreasonable(title: &str, tests: &UnreasonableTests) -> Told {
    Told::new(title)
        .private("Every reasonable step taken", tests.every_step_taken.as_str())
        .private("Position and options given", tests.position_and_options_given.as_str())
        .private("The same points again", tests.same_points_again.as_str())
}

/// What the family is told at once of a child who may be at risk (R14, P2): who has heard of it, by role and never by
/// name, or that nobody could be told. `None` where nothing of the kind was said.
pub fn alert_words(events: &[Recorded], ctx: &Context<'_>) -> Option<String> {
    let people = events.iter().rev().find_map(|recorded| {
        let Event::AlertRaised { flag: Flag::ChildAtRisk, people } = &recorded.event else { return None };
        Some(people)
    })?;
    Some(if people.is_empty() {
        nobody_was_told(ctx)
    } else {
        format!(
            "We have written to {} at once. A child may be at risk, so they decide what to do. They may call you, the \
             council or the police. {} Do not wait for us if the child is in danger now: call 999.",
            alerted_roles(people, ctx),
            when_it_is_read(ctx)
        )
    })
}

/// The same for the family's own page, on any day after it: who was told and when, and that a school is closed which
/// is. `None` for everybody else (P18).
pub fn alert_on_own_page(case: &Case, me: PartyNo, ctx: &Context<'_>) -> Option<String> {
    let alert = case.alert_of(me)?;
    if alert.people.is_empty() {
        return Some(nobody_was_told(ctx));
    }
    let closed = match (ctx.calendar.counts(ctx.today, Unit::SchoolDays), opens_again(ctx)) {
        (Ok(false), Some(next)) => format!(" The school is closed now and opens again on {next}."),
        (Ok(false), None) => " The school is closed now.".to_owned(),
        (Ok(true) | Err(_), _) => String::new(),
    };
    Some(format!(
        "We wrote to {} on {}, because a child may be at risk. They decide what to do. They may call you, the council \
         or the police.{closed} Do not wait for us if the child is in danger now: call 999.",
        alerted_roles(&alert.people, ctx),
        day_and_time(alert.at)
    ))
}

/// Whom to call where nobody could be alerted: not an office that is closed.
fn nobody_was_told(ctx: &Context<'_>) -> String {
    let now = match (ctx.calendar.counts(ctx.today, Unit::SchoolDays), opens_again(ctx)) {
        (Ok(true), _) => "Call the school office.".to_owned(),
        (Ok(false), Some(next)) => format!(
            "The school is closed now and opens again on {next}. Do not wait for that: call the council\u{2019}s \
             children\u{2019}s services."
        ),
        (Ok(false) | Err(_), _) => {
            "Call the school office or, if it is closed, the council\u{2019}s children\u{2019}s services."
                .to_owned()
        }
    };
    format!(
        "Nobody could be told at once that a child may be at risk. {now} If the child is in danger now, call 999."
    )
}

/// The next school day after this one.
fn opens_again(ctx: &Context<'_>) -> Option<String> {
    ctx.calendar.next_counted(ctx.today, Unit::SchoolDays).ok().map(long_date)
}

/// When whoever was alerted reads it. Nobody is made to believe that a school is there on a day on which it is closed.
fn when_it_is_read(ctx: &Context<'_>) -> String {
    match (ctx.calendar.counts(ctx.today, Unit::SchoolDays), opens_again(ctx)) {
        (Ok(true), Some(next)) => {
            format!("They read it today or, if school is over, on {next}.")
        }
        (Ok(false), Some(next)) => format!(
            "The school is closed now and opens again on {next}. Count on it being read on that day, not before."
        ),
        (Ok(true), None) => "They read it today or, if school is over, on the next school day.".to_owned(),
        (Ok(false) | Err(_), _) => "Count on it being read on the next school day, not before.".to_owned(),
    }
}

/// Those who were alerted, by the role for which they were: "the designated safeguarding lead and the headteacher".
fn alerted_roles(people: &[PersonId], ctx: &Context<'_>) -> String {
    const ALERTED: [Role; 7] = [
        Role::DesignatedSafeguardingLead,
        Role::Headteacher,
        Role::ChairOfGovernors,
        Role::TrustOfficer,
        Role::ExecutiveHead,
        Role::ChiefExecutive,
        Role::ChairOfTrustees,
    ];
    let role_of = |person: &PersonId| ALERTED.into_iter().position(|role| ctx.holds(*person, role));
    let held: BTreeSet<usize> = people.iter().filter_map(role_of).collect();
    let titles = ALERTED.into_iter().enumerate().filter(|(place, _)| held.contains(place));
    let titles: Vec<&str> = titles.map(|(_, role)| called(role, ctx.procedure.regime)).collect();
    if titles.is_empty() { "those who look after the safety of pupils".to_owned() } else { listed(&titles) }
}

/// What a family calls it at this stage: what was a concern is a complaint once it is formal.
pub fn noun(case: &Case) -> &'static str {
    match (case.kind, case.run().map(|run| run.kind)) {
        (Kind::Feedback, _) => "feedback",
        (Kind::Complaint, _) | (_, Some(StageKind::Formal | StageKind::Panel)) => "complaint",
        (Kind::Concern | Kind::NotSure, Some(StageKind::Informal) | None) => "concern",
    }
}

/// Whoever has a stage, as a family and a panel read it.
fn whoever(handler: Handler, case: &Case, ctx: &Context<'_>) -> String {
    case.another(handler.role, handler.person).map_or_else(|| one_of(handler.role, ctx), str::to_owned)
}

/// Somebody in that role, as a family reads it: of officers and governors there are several.
fn one_of(role: Role, ctx: &Context<'_>) -> String {
    match role {
        Role::TrustOfficer | Role::Trustee | Role::Investigator => {
            called(role, ctx.procedure.regime).to_owned()
        }
        Role::Governor => "a governor".to_owned(),
        Role::ClassTeacher
        | Role::FormTutor
        | Role::SeniorLeader
        | Role::Headteacher
        | Role::ChairOfGovernors
        | Role::ViceChairOfGovernors
        | Role::Clerk
        | Role::ComplaintsCoordinator
        | Role::SchoolOffice
        | Role::ExecutiveHead
        | Role::DesignatedSafeguardingLead
        | Role::DataProtectionOfficer
        | Role::ChiefExecutive
        | Role::ChairOfTrustees
        | Role::PanelMember
        | Role::Administrator
        | Role::Inspector => format!("the {}", role.title()),
    }
}

/// What was given because the law asks for it.
fn duty_words(rule: DeadlineRule) -> &'static str {
    match rule {
        DeadlineRule::DataProtection => "Data protection complaint acknowledged, as the law asks",
        DeadlineRule::EarlyYears => "Early years outcome given, as the law asks",
        DeadlineRule::SubjectAccess => "Request for personal data answered, as the law asks",
        DeadlineRule::InformationRequest => "Request for information answered, as the law asks",
        DeadlineRule::Acknowledge
        | DeadlineRule::Respond
        | DeadlineRule::Window
        | DeadlineRule::Clarification
        | DeadlineRule::Confirmation
        | DeadlineRule::Consent
        | DeadlineRule::Convene
        | DeadlineRule::Papers
        | DeadlineRule::Outcome
        | DeadlineRule::Review
        | DeadlineRule::Remedy => "Done",
    }
}

/// As what somebody is noted in the involvement register, as staff read it.
pub fn involvement_words(involved_as: InvolvedAs) -> &'static str {
    match involved_as {
        InvolvedAs::Subject => "complained about",
        InvolvedAs::Witness => "saw what happened",
        InvolvedAs::Handled => "had a stage",
        InvolvedAs::Decided => "decided something",
        InvolvedAs::Consulted => "was asked or told about it",
        InvolvedAs::WrittenTo => "was written to about it",
        InvolvedAs::Attended => "was at a meeting",
        InvolvedAs::SawContent => "knows what it says",
        InvolvedAs::Asked => "is asked to sit on the panel",
        InvolvedAs::Panel => "sits on the panel",
        InvolvedAs::StoodDown => "stood down from the panel",
        InvolvedAs::Clerked => "convened the panel",
        InvolvedAs::Administered => "kept the record",
        InvolvedAs::StoodIn => "acted for somebody who was away",
        InvolvedAs::Recused => "stepped back by themselves",
    }
}

/// "Point 1", "Points 1 and 3".
fn points_words(points: &[PointNo]) -> String {
    let numbers: Vec<String> = points.iter().map(ToString::to_string).collect();
    let numbers: Vec<&str> = numbers.iter().map(String::as_str).collect();
    let noun = if points.len() == 1 { "Point" } else { "Points" };
    format!("{noun} {}", listed(&numbers))
}

/// "a", "a and b", "a, b and c".
pub fn listed(items: &[&str]) -> String {
    match items {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [before @ .., last] => format!("{} and {last}", before.join(", ")),
    }
}

/// The words as they stand in the middle of a sentence.
fn lower(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}
