//! What happened. Events are the record; everything else is a view of them.
//!
//! An event is written for ever, so its shape only grows: a change that old events could not be read
//! by gets a new version (see `record::PAYLOAD_VERSION`).

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::domain::deadline::{Basis, DateReminder, DeadlineRule, Due, Moved};
use crate::domain::ids::{
    CaseId, DeadlineNo, DocumentNo, MeetingNo, PartyNo, PersonId, PointNo, RemedyNo, RunNo, SchoolId,
};
use crate::domain::procedure::{StageKey, StageKind};
use crate::domain::reference::Reference;
use crate::domain::text::Words;

use super::command::{AlreadySettled, Contact, Distribution, NewPoint, ScreeningAnswer, UnreasonableTests};
use super::state::{
    Bound, Child, Consent, Declaration, Document, ExternalContact, Handler, HearingDate, Held, InvolvedAs,
    PanelMember, Party, PassedOver, RunCause, Scan, Subject,
};
use super::vocabulary::{
    Channel, ClosedReason, ContactWay, EarlierAnswers, Finding, Flag, Kind, RecusalReason, RedirectReason,
    RefusalReview, ReopenReason, ScreeningReason, WrittenDown,
};

/// Who did it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Actor {
    /// Somebody with a post.
    Person(PersonId),
    /// A complainant of this case.
    Complainant(PartyNo),
    /// Somebody who raises a concern and has no case yet.
    Public,
    /// Time itself: the sweep.
    Clock,
}

impl Actor {
    /// The person with a post, if it is one.
    pub fn person(self) -> Option<PersonId> {
        match self {
            Self::Person(person) => Some(person),
            Self::Complainant(_) | Self::Public | Self::Clock => None,
        }
    }
}

/// When, in which order and by whom an event happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    /// Its place in the record of its case, from 1.
    pub seq: u32,
    /// When.
    pub at: DateTime<Utc>,
    /// The school's date of that moment.
    pub on: NaiveDate,
    /// Who.
    pub actor: Actor,
}

/// An event with its stamp.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// When and by whom.
    pub stamp: Stamp,
    /// What.
    pub event: Event,
}

/// Everything about a case that is known when it comes in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Raised {
    /// Its id.
    pub id: CaseId,
    /// Its reference.
    pub reference: Reference,
    /// Its school.
    pub school: SchoolId,
    /// What binds it.
    pub bound: Bound,
    /// What the complainant took it for.
    pub kind: Kind,
    /// How it came.
    pub channel: Channel,
    /// When it came.
    pub received_at: DateTime<Utc>,
    /// The school's date of that moment.
    pub received_on: NaiveDate,
    /// Who raised it; absent when anonymous on purpose.
    pub complainant: Option<Contact>,
    /// The child.
    pub child: Option<Child>,
    /// The points.
    pub points: Vec<NewPoint>,
    /// The stage at which it begins, or will once a person has looked.
    pub first_stage: StageKey,
    /// Who is complained about.
    pub subjects: Vec<Subject>,
    /// What must be looked at.
    pub flags: BTreeSet<Flag>,
    /// The last incident.
    pub last_incident_on: Option<NaiveDate>,
    /// Why it comes late.
    pub late_reason: Option<Words>,
    /// Whom the family spoke to before.
    pub already_spoken_to: Option<Words>,
    /// Why a person must look first; empty when it opens by itself.
    pub screening: BTreeSet<ScreeningReason>,
}

/// What is left of a text from which words were taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Left {
    /// The place of the text in its event, from 0.
    pub slot: u16,
    /// The text, with a mark where the words stood.
    pub words: Words,
}

macro_rules! events {
    ($($(#[$doc:meta])* $name:ident = $key:literal { $($(#[$fdoc:meta])* $field:ident : $type:ty,)* })+) => {
        /// Something that happened to a case.
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(tag = "kind", content = "data", rename_all = "snake_case")]
        pub enum Event {
            /// A concern was raised.
            Raised(Box<Raised>),
            $($(#[$doc])* $name { $($(#[$fdoc])* $field: $type,)* },)+
        }

        impl Event {
            /// Every name that there is.
            pub const KINDS: &[&str] = &["raised", $($key),+];

            /// Its name in the record and the API.
            pub fn kind(&self) -> &'static str {
                match self {
                    Self::Raised(_) => "raised",
                    $(Self::$name { .. } => $key,)+
                }
            }
        }
    };
}

events! {
    /// A stage began.
    StageStarted = "stage_started" {
        /// Its run.
        run: RunNo,
        /// The stage.
        stage: StageKey,
        /// What kind of rung.
        stage_kind: StageKind,
        /// Who has it.
        handler: Handler,
        /// The day on which its concern or request counts as received; absent while the calendar does not reach.
        counts_from_on: Option<NaiveDate>,
        /// Why it began.
        cause: RunCause,
        /// The points that it answers.
        points: Vec<PointNo>,
        /// The stages that the first run passed over, and why (R49). Absent in records from before it was noted.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        passed_over: Option<PassedOver>,
    }
    /// A deadline was set.
    DeadlineSet = "deadline_set" {
        /// Its number.
        no: DeadlineNo,
        /// What for.
        rule: DeadlineRule,
        /// The run that it belongs to.
        run: Option<RunNo>,
        /// The remedy that it belongs to.
        remedy: Option<RemedyNo>,
        /// How it was made.
        basis: Option<Basis>,
        /// When it is due.
        due: Due,
    }
    /// The calendar reached the day from which a stage run counts.
    CountingBegins = "counting_begins" {
        /// Which run.
        run: RunNo,
        /// The day on which its concern or request counts as received.
        counts_from_on: NaiveDate,
    }
    /// A deadline moved.
    DeadlineMoved = "deadline_moved" {
        /// Which.
        no: DeadlineNo,
        /// To when.
        to: Due,
        /// Why.
        why: Moved,
    }
    /// People were told at once that a child may be at risk, or another alert was raised (R14).
    AlertRaised = "alert_raised" {
        /// What about.
        flag: Flag,
        /// Whom.
        people: Vec<PersonId>,
    }
    /// A screened case was let in.
    Accepted = "accepted" {
        /// Each reason with its answer.
        answers: Vec<ScreeningAnswer>,
    }
    /// Points went to where they belong.
    Redirected = "redirected" {
        /// Which.
        points: Vec<PointNo>,
        /// Where.
        reason: RedirectReason,
        /// More for the letter.
        words: Option<Words>,
    }
    /// It turned out to be about another school of the trust, and went there.
    SchoolMoved = "school_moved" {
        /// From which school.
        from: SchoolId,
        /// What that school was called then.
        from_name: Words,
        /// To which.
        to: SchoolId,
        /// What that one was called.
        to_name: Words,
        /// What binds it there, as of the same receipt.
        bound: Bound,
        /// The stage at which it begins there.
        first_stage: StageKey,
        /// Who is complained about, as they are known there.
        subjects: Vec<Subject>,
        /// Why a person looks first, where it was being checked; empty where it was let in.
        screening: BTreeSet<ScreeningReason>,
        /// Why it moved.
        reason: Words,
    }
    /// Whoever said a concern said whether what was written down is right (R9). What was written down stays.
    ConcernConfirmed = "concern_confirmed" {
        /// Who said it.
        party: PartyNo,
        /// Whether it is right.
        written_down: WrittenDown,
        /// What is wrong or missing.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        words: Option<Words>,
        /// How they said so, when staff recorded it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        heard_by: Option<Words>,
    }
    /// Somebody was asked by mail whether another may raise it for them (R10).
    ConsentAsked = "consent_asked" {
        /// Who is asked.
        party: Party,
        /// Who raised it for them.
        whom: PartyNo,
    }
    /// Whoever was asked does not agree that another raises it for them (R10).
    ConsentRefused = "consent_refused" {
        /// Who was asked.
        party: PartyNo,
    }
    /// The person agreed for whom somebody else raised it.
    ConsentRecorded = "consent_recorded" {
        /// Who raised it for them.
        party: PartyNo,
        /// Who agreed, when and how.
        consent: Consent,
    }
    /// That person did not agree, or was not heard of.
    ConsentNotGiven = "consent_not_given" {
        /// How and when it was asked for.
        asked: Words,
    }
    /// It was decided that an anonymous concern stays on record and is not looked into (R16).
    KeptOnRecord = "kept_on_record" {
        /// Why.
        reason: Words,
        /// To whom it was referred.
        referred_to: Option<Words>,
    }
    /// Somebody else looked again at a refusal.
    RefusalReviewed = "refusal_reviewed" {
        /// What came of it.
        outcome: RefusalReview,
        /// Why.
        reasons: Words,
    }
    /// Somebody at the school said that a child may be at risk.
    AtRiskMarked = "at_risk_marked" {
        /// What was seen or heard.
        reason: Words,
    }
    /// It was refused as too late.
    RefusedLate = "refused_late" {
        /// What was considered.
        consideration: Words,
        /// Why.
        reason: Words,
    }
    /// A stage was given to somebody.
    Assigned = "assigned" {
        /// Which run.
        run: RunNo,
        /// To whom, in which role.
        handler: Handler,
        /// Who had it.
        before: Option<PersonId>,
        /// Why.
        reason: Option<Words>,
    }
    /// The handler acknowledged it.
    Acknowledged = "acknowledged" {
        /// In which run.
        run: RunNo,
        /// What it is understood to be.
        summary: Option<Words>,
        /// What is unresolved.
        unresolved: Option<Words>,
        /// What is wanted.
        wanted: Option<Words>,
        /// Anything more.
        message: Option<Words>,
    }
    /// The family was asked something.
    InformationAsked = "information_asked" {
        /// What.
        question: Words,
    }
    /// The family answered.
    InformationGiven = "information_given" {
        /// The answer.
        answer: Words,
        /// Whose it is, where staff wrote it down for one of several.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        party: Option<PartyNo>,
    }
    /// A meeting was booked or moved.
    MeetingArranged = "meeting_arranged" {
        /// Its number.
        no: MeetingNo,
        /// When it begins.
        at: DateTime<Utc>,
        /// How long, in minutes.
        minutes: u16,
        /// Where.
        place: Words,
        /// Who of the staff comes.
        staff: Vec<PersonId>,
        /// How often its invitation has changed.
        sequence: u32,
    }
    /// A meeting was called off.
    MeetingCancelled = "meeting_cancelled" {
        /// Which.
        no: MeetingNo,
        /// How often its invitation has changed.
        sequence: u32,
        /// Why.
        reason: Words,
    }
    /// A meeting or call was written down.
    MeetingRecorded = "meeting_recorded" {
        /// Which, when it had been booked.
        no: Option<MeetingNo>,
        /// On which day.
        held_on: NaiveDate,
        /// Who was there.
        present: Words,
        /// What was said.
        said: Words,
        /// What was agreed.
        agreed: Option<Words>,
    }
    /// A point was decided.
    FindingRecorded = "finding_recorded" {
        /// In which run.
        run: RunNo,
        /// Which point.
        point: PointNo,
        /// What was found.
        finding: Finding,
        /// Why; absent where an informal reply answers all points together.
        reasons: Option<Words>,
        /// The policy or rule that it rests on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        policy_reference: Option<Words>,
        /// What had been found on it at this stage before, where this takes its place.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        replaces: Option<Finding>,
    }
    /// The reply was sent.
    Replied = "replied" {
        /// In which run.
        run: RunNo,
        /// What was said overall.
        message: Words,
        /// What was done to look into it.
        steps_taken: Option<Words>,
        /// What the school will do.
        actions: Option<Words>,
        /// The last date to take it further.
        last_date: Option<NaiveDate>,
        /// What whoever is complained about reads of it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to_subject: Option<Words>,
        /// What one of several of them reads of it, in place of that.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        to_subjects: BTreeMap<PersonId, Words>,
    }
    /// The family said what is settled.
    Settled = "settled" {
        /// After which run.
        run: RunNo,
        /// What is settled.
        settled: Vec<PointNo>,
        /// What is not.
        unsettled: Vec<PointNo>,
        /// Anything to add.
        words: Option<Words>,
        /// How the family said so, when staff recorded it.
        heard_by: Option<AlreadySettled>,
    }
    /// One of several complainants said what is settled for them; the others go on (P18). With nothing left unsettled
    /// their own part ends.
    SettledForOne = "settled_for_one" {
        /// Whose part it is.
        party: PartyNo,
        /// After which run.
        run: RunNo,
        /// What is settled for them.
        settled: Vec<PointNo>,
        /// What is not.
        unsettled: Vec<PointNo>,
        /// Anything to add.
        words: Option<Words>,
        /// How they said so, when staff recorded it.
        heard_by: Option<Words>,
    }
    /// The family was reminded that the window is closing.
    WindowReminded = "window_reminded" {
        /// Of which run.
        run: RunNo,
        /// The first or the second.
        number: u8,
    }
    /// Somebody was told that a date is close, or that it has passed (R41).
    DateReminded = "date_reminded" {
        /// Which deadline.
        no: DeadlineNo,
        /// The day that it had then: a date that moves is told of again.
        due: NaiveDate,
        /// Who was told what.
        reminder: DateReminder,
    }
    /// Clocks were stopped.
    Suspended = "suspended" {
        /// Why.
        reason: Words,
        /// On whose authority.
        authority: Words,
        /// When it is looked at again.
        review_on: NaiveDate,
    }
    /// Clocks run again.
    Resumed = "resumed" {
        /// What changed.
        reason: Option<Words>,
    }
    /// The panel was named.
    PanelAppointed = "panel_appointed" {
        /// In which run.
        run: RunNo,
        /// Who sits.
        members: Vec<PanelMember>,
        /// Who chairs.
        chair: PersonId,
        /// Who stands by, in order (R28).
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        reserves: Vec<PersonId>,
        /// Why a panel that was named before changes, or why it stays after an objection.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<Words>,
        /// Why a reserve who came first in the order does not sit (R28).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        passed_over: Option<Words>,
    }
    /// A member of the panel said whether anything stands in the way (R27).
    InterestDeclared = "interest_declared" {
        /// In which run.
        run: RunNo,
        /// Which member.
        member: PersonId,
        /// What they declared.
        declaration: Declaration,
        /// How they said so, where the clerk wrote it down for them.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        heard_by: Option<Words>,
    }
    /// The hearing moved so far that what its members declared is asked again (R27).
    DeclarationsAskedAgain = "declarations_asked_again" {
        /// In which run.
        run: RunNo,
    }
    /// A hearing date was set.
    HearingScheduled = "hearing_scheduled" {
        /// In which run.
        run: RunNo,
        /// The date.
        date: HearingDate,
        /// Why it is later than the limit.
        reason: Option<Words>,
    }
    /// The papers went out.
    PapersCirculated = "papers_circulated" {
        /// In which run.
        run: RunNo,
        /// Which.
        documents: Vec<crate::domain::ids::DocumentNo>,
        /// Where the time was waived.
        waiver: Option<Words>,
    }
    /// The hearing was held.
    HearingRecorded = "hearing_recorded" {
        /// In which run.
        run: RunNo,
        /// What happened.
        held: Held,
    }
    /// The panel's findings were issued.
    FindingsIssued = "findings_issued" {
        /// In which run.
        run: RunNo,
        /// What it recommends.
        recommendations: Words,
        /// What it says.
        message: Words,
        /// What whoever is complained about reads of it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to_subject: Option<Words>,
        /// What one of several of them reads of it, in place of that.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        to_subjects: BTreeMap<PersonId, Words>,
    }
    /// Who received what, and what was done (R54, R55).
    Concluded = "concluded" {
        /// The stage at which it was resolved.
        stage: StageKey,
        /// The four recipients.
        distribution: Vec<Distribution>,
        /// What was done.
        action_taken: Option<Words>,
        /// Why nothing was.
        no_action_reason: Option<Words>,
    }
    /// One person proposed to stop corresponding; a second must agree.
    UnreasonableProposed = "unreasonable_proposed" {
        /// The tests and how they are met.
        tests: UnreasonableTests,
        /// The letter.
        letter: Words,
        /// When it is looked at again.
        review_on: NaiveDate,
    }
    /// A second person agreed.
    UnreasonableConfirmed = "unreasonable_confirmed" {
        /// The tests as the second person sees them.
        tests: UnreasonableTests,
        /// The letter as it goes out.
        letter: Words,
        /// When it is looked at again.
        review_on: NaiveDate,
    }
    /// The complainant withdrew it.
    Withdrawn = "withdrawn" {
        /// Why.
        reason: Option<Words>,
        /// Where the written confirmation is, when staff recorded it.
        confirmation: Option<Words>,
    }
    /// One of several complainants took back their own part; the others go on (P18).
    WithdrawnForOne = "withdrawn_for_one" {
        /// Whose part it is.
        party: PartyNo,
        /// Why.
        reason: Option<Words>,
        /// Where the written confirmation is, when staff recorded it.
        confirmation: Option<Words>,
    }
    /// It came to its end.
    Closed = "closed" {
        /// Why.
        reason: ClosedReason,
    }
    /// It was opened again.
    Reopened = "reopened" {
        /// On which ground.
        ground: ReopenReason,
        /// More about it.
        reason: Words,
    }
    /// A body outside was told or asked.
    ExternalContactRecorded = "external_contact_recorded" {
        /// The contact.
        contact: ExternalContact,
    }
    /// An internal note.
    NoteAdded = "note_added" {
        /// The note.
        words: Words,
    }
    /// A message between the school and the family.
    MessageSent = "message_sent" {
        /// To which complainants; empty when it comes from one.
        to: Vec<PartyNo>,
        /// The message.
        words: Words,
    }
    /// A file was added.
    DocumentAdded = "document_added" {
        /// The file.
        document: Document,
    }
    /// Somebody takes part.
    PartyAdded = "party_added" {
        /// Who.
        party: Party,
        /// What it is about, in the words that the school chose for a complainant who joins.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        about: Option<Words>,
        /// What a complainant who joins reads of the answers that were given before; none of them when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        earlier_answers: Option<EarlierAnswers>,
    }
    /// Somebody helps a complainant from now on, with a link of their own.
    HelperAdded = "helper_added" {
        /// Who, whom they help, and what they may do.
        party: Party,
        /// Where the complainant's consent is, when staff added them.
        consent: Option<Words>,
    }
    /// Somebody helps no more: their link opens nothing from now on.
    HelperEnded = "helper_ended" {
        /// Who.
        party: PartyNo,
    }
    /// What follows was done by somebody who helps, in the complainant's name.
    HelperActed = "helper_acted" {
        /// Who.
        helper: PartyNo,
        /// How many of the events that follow are their doing.
        events: u16,
    }
    /// A code on paper was made by which a complainant without email opens their page. The one before it ended.
    ReturnCodeMade = "return_code_made" {
        /// Whose page it opens.
        party: PartyNo,
    }
    /// How somebody is reached was put right.
    ContactCorrected = "contact_corrected" {
        /// Who.
        party: PartyNo,
        /// The email address from now on, where it changed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        email: Option<Words>,
        /// The telephone number from now on, where it changed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        phone: Option<Words>,
        /// The postal address from now on, where it changed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        address: Option<Words>,
        /// What was taken away.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        removed: Vec<ContactWay>,
    }
    /// What follows at once was done by somebody in the place of whoever has the stage and is away (S40).
    ActedFor = "acted_for" {
        /// Which run.
        run: RunNo,
        /// In whose place.
        person: PersonId,
    }
    /// Whoever has a stage is away or gone, and nobody looks after it: somebody is told to find one (S40).
    HandlerMissing = "handler_missing" {
        /// Which run.
        run: RunNo,
        /// Whose it is.
        person: PersonId,
        /// Until when they are away; absent where their post has ended.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<NaiveDate>,
        /// Who is told; nobody where nobody can be.
        told: Vec<PersonId>,
    }
    /// Somebody was marked as complained about.
    SubjectMarked = "subject_marked" {
        /// Who.
        subject: Subject,
        /// Why.
        reason: Option<Words>,
    }
    /// Somebody said that they should not deal with the case: they are shut out of it from then on.
    Recused = "recused" {
        /// Who.
        person: PersonId,
        /// Why.
        reason: RecusalReason,
        /// More about it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        words: Option<Words>,
    }
    /// Something was promised.
    RemedyPromised = "remedy_promised" {
        /// Its number.
        no: RemedyNo,
        /// What.
        what: Words,
        /// Who sees to it.
        owner: PersonId,
        /// By when.
        due_on: NaiveDate,
    }
    /// A promise was kept.
    RemedyDone = "remedy_done" {
        /// Which.
        no: RemedyNo,
        /// The proof.
        evidence: Words,
    }
    /// What the law asks for was given (R15).
    DutyMet = "duty_met" {
        /// Which date of the law it meets.
        no: DeadlineNo,
        /// What the family reads.
        message: Words,
    }
    /// A virus scanner looked at a file that waited for it.
    FileChecked = "file_checked" {
        /// Which.
        document: DocumentNo,
        /// What it found.
        found: Scan,
    }
    /// Words were taken out of a text (S22). What they were is sealed.
    WordsTakenOut = "words_taken_out" {
        /// In which event, by its place in the record.
        entry: u32,
        /// What is left of each text in which they stood.
        left: Vec<Left>,
        /// Why; everybody who reads the text reads this.
        reason: Words,
    }
    /// A file was taken out (S22). Its bytes and its name are sealed.
    FileTakenOut = "file_taken_out" {
        /// Which.
        document: DocumentNo,
        /// The event that added it, by its place in the record.
        entry: u32,
        /// What stands for its name.
        left: Vec<Left>,
        /// The file that stands in its place.
        instead: Option<DocumentNo>,
        /// Why; everybody who could open it reads this.
        reason: Words,
    }
    /// A line of the involvement register that follows from nothing else (R24).
    Involved = "involved" {
        /// Who.
        person: PersonId,
        /// As what.
        involved_as: InvolvedAs,
    }
}
