//! The case as its events have made it.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::domain::calendar::{Unit, local_date};
use crate::domain::deadline::{DateReminder, Deadline, DeadlineRule, Due, OwedBy};
use crate::domain::ids::{
    CalendarId, CaseId, DeadlineNo, DocumentNo, FileId, HelperNo, MeetingNo, PartyNo, PersonId, PointNo,
    ProcedureId, RemedyNo, RunNo, SchoolId,
};
use crate::domain::person::{Independence, Role};
use crate::domain::procedure::{Regime, StageKey, StageKind};
use crate::domain::reference::Reference;
use crate::domain::school::Nation;
use crate::domain::text::Words;

use super::own_words::WHO_BEGAN;
use super::vocabulary::{
    AgreesFor, Channel, ClosedReason, CompanionRule, ConsentAnswer, ExternalBodyKind, Finding, Flag,
    HearingBasis, HelperScope, Kind, PartyKind, PreferredContact, RedirectReason, Relationship, ReopenReason,
    ScreeningReason, SubjectRole, WrittenDown,
};

/// A case: one matter with one reference, from the first word to the last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Case {
    /// Its id.
    pub id: CaseId,
    /// What people call it by.
    pub reference: Reference,
    /// The school that it concerns.
    pub school: SchoolId,
    /// The school that it was sent to by mistake, where it moved from there.
    #[serde(default)]
    pub came_from: Option<SchoolId>,
    /// What binds it, for ever (R4).
    pub bound: Bound,
    /// What the complainant took it for.
    pub kind: Kind,
    /// How it came.
    pub channel: Channel,
    /// When it came.
    pub received_at: DateTime<Utc>,
    /// The school's date of that moment; for a spoken concern, the day on which it was spoken (R9).
    pub received_on: NaiveDate,
    /// Complainants and others who take part.
    pub parties: Vec<Party>,
    /// Since when each has the email address that was put right on the case.
    pub email_corrected: BTreeMap<PartyNo, DateTime<Utc>>,
    /// The child whom it is about, where there is one.
    pub child: Option<Child>,
    /// What is complained of, head by head.
    pub points: Vec<Point>,
    /// Who is complained about.
    pub subjects: Vec<Subject>,
    /// What must be looked at whatever the ladder says.
    pub flags: BTreeSet<Flag>,
    /// The latest alert that a complainant's own words raised.
    #[serde(default)]
    pub alert: Option<Alert>,
    /// When the last incident was, as a date (R12).
    pub last_incident_on: Option<NaiveDate>,
    /// Why it comes late.
    pub late_reason: Option<Words>,
    /// Whom the family spoke to before.
    pub already_spoken_to: Option<Words>,
    /// The stage at which it begins, or will once a person has looked.
    pub first_stage: StageKey,
    /// Stage runs, in order. Nothing is copied or overwritten when a case moves up.
    pub runs: Vec<StageRun>,
    /// Where it is.
    pub state: State,
    /// Every deadline that it ever had.
    pub deadlines: Vec<Deadline>,
    /// What was said about them without anybody acting (R41).
    pub date_reminders: Vec<DateReminded>,
    /// Meetings with the family.
    pub meetings: Vec<Meeting>,
    /// Files.
    pub documents: Vec<Document>,
    /// What was promised.
    pub remedies: Vec<Remedy>,
    /// Who agreed that somebody else raised it for them (R10).
    #[serde(default)]
    pub consents: BTreeMap<PartyNo, Consent>,
    /// What whoever said it says of what was written down (R9).
    #[serde(default)]
    pub confirmation: Option<Confirmation>,
    /// Bodies outside the school that were told or that asked (R75).
    pub external_contacts: Vec<ExternalContact>,
    /// Who is tainted for what (9.3).
    pub involvement: Vec<Involvement>,
    /// The last time that nobody was there for its stage, and who was told.
    #[serde(default)]
    pub unattended: Option<Unattended>,
    /// The first of two deciders that further correspondence stops, waiting for the second.
    pub unreasonable_proposal: Option<UnreasonableProposal>,
    /// When each suspension began and ended, as local dates: those days do not count (R42).
    pub suspensions: Vec<Suspension>,
    /// The day from which retention counts, once there is one (R73).
    pub retention_from: Option<NaiveDate>,
    /// The files that were taken out (S22): nobody opens them any more.
    pub taken_out: BTreeSet<DocumentNo>,
    /// The question of the present stage that each complainant was asked and has not answered: nobody answers for another
    /// (P18).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub asked: BTreeMap<PartyNo, Words>,
    /// How many events made it: its version.
    pub length: u32,
}

/// Whoever had a stage was away or gone, and nobody looked after it: who was told (S40).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unattended {
    /// Which stage.
    pub run: RunNo,
    /// Whose it was.
    pub person: PersonId,
    /// Until when they are away; none where their post has ended.
    pub until: Option<NaiveDate>,
    /// Who was told to find somebody; nobody where nobody could be.
    pub told: Vec<PersonId>,
}

/// Who was told at once, because a complainant fears for a child (R14). What staff noticed makes none: it may be
/// about the family.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alert {
    /// When.
    pub at: DateTime<Utc>,
    /// Whose words raised it. It is told to nobody else who raises the case (P18).
    pub told_by: PartyNo,
    /// Who was told; nobody where no post was filled.
    pub people: Vec<PersonId>,
}

/// The versions that a case keeps from the day it was received.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bound {
    /// The procedure.
    pub procedure: ProcedureId,
    /// The law.
    pub regime: Regime,
    /// The nation.
    pub nation: Nation,
    /// The calendar that its first dates were counted by.
    pub calendar: CalendarId,
}

/// What was said about a date, and which day it had then.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DateReminded {
    /// The deadline.
    pub no: DeadlineNo,
    /// Its day.
    pub due: NaiveDate,
    /// What was said to whom.
    pub reminder: DateReminder,
}

/// Somebody who takes part in a case from outside the school.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Party {
    /// Their number in the case.
    pub no: PartyNo,
    /// As what they take part.
    pub kind: PartyKind,
    /// Their name, in any script.
    pub name: Words,
    /// Where their mail goes. One complainant never sees another's (P18).
    pub email: Option<Words>,
    /// Their telephone number.
    pub phone: Option<Words>,
    /// Their postal address.
    pub address: Option<Words>,
    /// What they are to the child or the school (R8).
    pub relationship: Relationship,
    /// How they would like to be reached.
    pub preferred_contact: Option<PreferredContact>,
    /// Their language, as a BCP 47 tag.
    pub language: Option<String>,
    /// What they need to take part; shown on every appointment (R20).
    pub adjustments: Option<Words>,
    /// What to mind when reaching them ("do not leave voicemail").
    pub safe_contact_note: Option<Words>,
    /// How their own part ended while another complainant goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<EndedPart>,
    /// After which run they said what is settled for them alone, and that something is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settled_in_part_after: Option<RunNo>,
    /// Whom they help, and how far; for supporters and interpreters with a link of their own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub helps: Option<Helping>,
    /// For whom they are asked to agree, and what came of it (R10).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<AskedConsent>,
    /// Where the case stood when they came into it, for a complainant who joined later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub joined: Option<Joined>,
}

/// That somebody is asked whether another may raise it for them (R10).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskedConsent {
    /// Which complainant raised it for them.
    pub whom: PartyNo,
    /// For whom they agree.
    pub agrees_for: AgreesFor,
    /// On which day they were asked.
    pub asked_on: NaiveDate,
    /// What came of it; nothing yet while their link can be answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<AskingEnded>,
}

/// How a question for consent ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AskingEnded {
    /// They answered, on that day.
    Answered(ConsentAnswer, NaiveDate),
    /// Somebody else is asked, or the consent came in another way.
    Needless,
}

/// What whoever said a concern says of what was written down (R9).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confirmation {
    /// On which day.
    pub on: NaiveDate,
    /// Whether it is right.
    pub written_down: WrittenDown,
    /// What is wrong or missing.
    pub words: Option<Words>,
}

/// Where a case stood when another complainant came into it: what was written before was written to somebody else (P18).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Joined {
    /// The event with which they came: they read the record from there on.
    pub seq: u32,
    /// How many files it had: they open those that came later.
    pub documents: usize,
    /// The runs that were answered before, where the school did not share those answers with them.
    pub not_shared: Vec<RunNo>,
    /// What it is about, in the words that the school chose for them.
    pub about: Option<Words>,
}

/// The help that somebody gives to one complainant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Helping {
    /// Which complainant: nobody else who raised it learns of the help (P18).
    pub whom: PartyNo,
    /// Their number among those who help this complainant.
    pub no: HelperNo,
    /// What they may do.
    pub may: HelperScope,
    /// Since when they may nothing any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<DateTime<Utc>>,
}

/// The end of one complainant's own part, while another goes on (P18).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndedPart {
    /// The event with which it ended: they read the record up to there.
    pub seq: u32,
    /// How.
    pub how: PartEnd,
}

/// How a complainant's own part ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PartEnd {
    /// Everything is settled for them.
    Settled,
    /// They took it back.
    Withdrawn,
}

/// That the person agrees for whom somebody else raised a case (R10).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consent {
    /// Who agreed.
    pub given_by: Words,
    /// On which day.
    pub given_on: NaiveDate,
    /// How.
    pub how: Channel,
}

/// The child whom a case is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Child {
    /// Their name.
    pub name: Words,
    /// Their year group or class, as the family says it.
    pub year_group: Option<Words>,
}

/// One head of complaint (R19).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Point {
    /// Its number.
    pub no: PointNo,
    /// What happened.
    pub what_happened: Words,
    /// When, in the family's words ("March 2026").
    pub when: Option<Words>,
    /// What would put it right.
    pub wanted: Option<Words>,
    /// Where it stands.
    pub status: PointStatus,
}

/// Where a point stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PointStatus {
    /// Still to be answered, or answered and not settled.
    Open,
    /// Settled to the complainant's mind after that run.
    Settled(RunNo),
    /// Sent to the place where it belongs (R13).
    Redirected(RedirectReason),
    /// Not carried further when the case moved up after that run.
    LeftBehind(RunNo),
}

impl Point {
    /// Whether it still needs an answer.
    pub fn is_open(&self) -> bool {
        self.status == PointStatus::Open
    }
}

/// Who is complained about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    /// In which role.
    pub role: SubjectRole,
    /// The name that was given.
    pub name: Option<Words>,
    /// The person, once they are known. They are shut out of the case (R22).
    pub person: Option<PersonId>,
}

/// Who has a stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handler {
    /// The role that the stage falls to.
    pub role: Role,
    /// The person, once there is one.
    pub person: Option<PersonId>,
}

/// One stage within one case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StageRun {
    /// Its number.
    pub no: RunNo,
    /// The stage.
    pub stage: StageKey,
    /// What kind of rung it is.
    pub kind: StageKind,
    /// Who has it.
    pub handler: Handler,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// The day on which its concern or request counts as received.
    pub counts_from_on: Option<NaiveDate>,
    /// Why it began.
    pub cause: RunCause,
    /// The points that it answers.
    pub points: Vec<PointNo>,
    /// When it was acknowledged by its handler. The automatic receipt never counts.
    pub acknowledged_at: Option<DateTime<Utc>>,
    /// An answer or finding for each point.
    pub answers: Vec<Answer>,
    /// The reply, once sent.
    pub reply: Option<Reply>,
    /// The hearing, at a panel stage.
    pub hearing: Option<Hearing>,
    /// How many reminders of its escalation window went.
    pub window_reminders: u8,
    /// The day on which the last one went.
    pub window_reminded_on: Option<NaiveDate>,
}

/// Stages below the one at which a case began, and why it did not begin there (R49): those who have them stand no
/// higher than whoever is complained about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PassedOver {
    /// Which stages.
    pub stages: Vec<StageKey>,
    /// Who is complained about.
    pub about: SubjectRole,
}

impl StageRun {
    /// What the stage found as a whole, from what it found on each point (S19): all upheld, none upheld, or partly.
    /// A point that was answered without a finding does not count beside one that has one. None before any answer.
    pub fn outcome(&self) -> Option<Finding> {
        let mut found = self.answers.iter().map(|answer| answer.finding).peekable();
        found.peek()?;
        let mut found = found.filter(|finding| *finding != Finding::ResolvedWithoutFinding);
        let Some(first) = found.next() else { return Some(Finding::ResolvedWithoutFinding) };
        Some(if found.all(|finding| finding == first) { first } else { Finding::PartlyUpheld })
    }
}

/// Why a stage run began.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunCause {
    /// The case began.
    First,
    /// The complainant took it further.
    Escalated {
        /// From which run.
        from: RunNo,
        /// Why they are not satisfied.
        why: Words,
        /// What they want.
        wanted: Words,
        /// Stages that were left out, and why (R49).
        skipped: Vec<StageKey>,
        /// The reason for leaving them out.
        skip_reason: Option<Words>,
        /// Why it was let through after the window (R48).
        late_cause: Option<Words>,
    },
    /// It was opened again.
    Reopened(ReopenReason),
}

/// The answer to one point at one stage run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// The point.
    pub point: PointNo,
    /// What was found.
    pub finding: Finding,
    /// Why.
    pub reasons: Option<Words>,
    /// The policy or rule that it rests on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy_reference: Option<Words>,
    /// Who decided.
    pub by: Option<PersonId>,
    /// When.
    pub at: DateTime<Utc>,
}

/// The reply of one stage run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reply {
    /// When it was sent.
    pub sent_at: DateTime<Utc>,
    /// By whom.
    pub by: Option<PersonId>,
    /// What was said overall.
    pub message: Words,
    /// What was done to look into it.
    pub steps_taken: Option<Words>,
    /// What the school will do.
    pub actions: Option<Words>,
    /// The last date to take it further; absent after the last stage or while the calendar does not reach.
    pub last_date: Option<NaiveDate>,
}

/// Somebody on a panel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PanelMember {
    /// Who.
    pub person: PersonId,
    /// Whether they count as independent.
    pub independence: Independence,
    /// Why they do (R25).
    pub reason: Option<Words>,
}

/// The hearing of a panel stage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hearing {
    /// Who sits.
    pub members: Vec<PanelMember>,
    /// Which of them chairs.
    pub chair: PersonId,
    /// Who stands by, in order (R28).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reserves: Vec<PersonId>,
    /// Who sat before the panel was named again; nobody for a panel that was named once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sat_before: Vec<PersonId>,
    /// What each member has declared so far, once each (R27).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub declarations: Vec<MemberDeclaration>,
    /// Each date that was set, the last one holding.
    pub dates: Vec<HearingDate>,
    /// The papers that went out, the same to all.
    pub papers: Vec<DocumentNo>,
    /// When they went out.
    pub papers_sent_at: Option<DateTime<Utc>>,
    /// What happened on the day.
    pub held: Option<Held>,
    /// The recommendations, once issued.
    pub recommendations: Option<Words>,
    /// When the findings were issued.
    pub issued_at: Option<DateTime<Utc>>,
}

/// What a member of a panel declared before its hearing (R27).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberDeclaration {
    /// Whose.
    pub member: PersonId,
    /// What.
    pub declaration: Declaration,
    /// The day of the hearing that they declared for; none while no date is set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hearing_on: Option<NaiveDate>,
}

/// Whether anything stands in the way of sitting on a panel, and what (R27).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Declaration {
    /// Nothing does.
    Nothing,
    /// This may.
    Interest(Words),
}

impl Hearing {
    /// What a member has declared, if they have.
    pub fn declaration_of(&self, member: PersonId) -> Option<&Declaration> {
        self.declarations.iter().find(|known| known.member == member).map(|known| &known.declaration)
    }

    /// Whether that person is one of its members.
    pub fn seats(&self, person: PersonId) -> bool {
        self.members.iter().any(|member| member.person == person)
    }

    /// The members who have not declared anything yet.
    pub fn undeclared(&self) -> impl Iterator<Item = PersonId> {
        self.members
            .iter()
            .map(|member| member.person)
            .filter(|person| self.declaration_of(*person).is_none())
    }
}

/// A date for a hearing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HearingDate {
    /// When it begins.
    pub at: DateTime<Utc>,
    /// Where, or the link.
    pub place: Words,
    /// Whether it was offered, agreed or fixed (R52).
    pub basis: HearingBasis,
    /// How often this hearing's invitation has changed.
    pub sequence: u32,
}

/// What happened at a hearing (R53).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// When.
    pub held_on: NaiveDate,
    /// The members who sat.
    pub present: Vec<PersonId>,
    /// Whether the complainant came.
    pub complainant: Attendance,
    /// Who came with them, if anybody.
    pub companion: CompanionRule,
    /// Who the companion was.
    pub companion_name: Option<Words>,
    /// The minutes.
    pub minutes: Words,
}

/// Whether the complainant came to the hearing (R52, R53).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Attendance {
    /// They came.
    Attended,
    /// They chose not to.
    ChoseNotTo,
    /// The panel went on without them; the attempts to reach them and the reason.
    InAbsence(Words),
}

/// Where a case is. Each state holds what is true only there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// A person must look first.
    Screening {
        /// Why.
        reasons: BTreeSet<ScreeningReason>,
    },
    /// With the handler of its stage.
    Open(OpenPhase),
    /// The answer is sent and the window runs.
    Replied,
    /// The panel stage.
    Hearing(HearingPhase),
    /// Clocks are stopped.
    Suspended {
        /// What it goes back to.
        earlier: Box<State>,
        /// Why.
        reason: Words,
        /// On whose authority.
        authority: Words,
        /// When it is looked at again.
        review_on: NaiveDate,
    },
    /// At its end.
    Closed {
        /// Why.
        reason: ClosedReason,
        /// When.
        at: DateTime<Utc>,
    },
}

/// The phases of `open`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OpenPhase {
    /// Nobody has acknowledged it yet.
    New,
    /// The handler is at work.
    Working,
    /// The handler has asked the family something.
    AwaitingInformation {
        /// What.
        question: Words,
        /// On which day.
        asked_on: NaiveDate,
    },
    /// A meeting is booked.
    MeetingBooked(MeetingNo),
}

/// The phases of `hearing`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HearingPhase {
    /// Asked for; no panel yet.
    Requested,
    /// The panel is appointed.
    Appointed,
    /// A date is set.
    Scheduled,
    /// The papers are out.
    PapersOut,
    /// The hearing was held.
    Heard,
    /// The findings are issued.
    Decided,
}

/// A meeting with the family.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meeting {
    /// Its number.
    pub no: MeetingNo,
    /// When it begins.
    pub at: DateTime<Utc>,
    /// How long it is to last, in minutes.
    pub minutes: u16,
    /// Where, or the link.
    pub place: Words,
    /// Who of the staff comes.
    pub staff: Vec<PersonId>,
    /// How often its invitation has changed.
    pub sequence: u32,
    /// Where it stands.
    pub status: MeetingStatus,
}

/// Where a meeting stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MeetingStatus {
    /// To come.
    Booked,
    /// Called off.
    Cancelled {
        /// Why.
        reason: Words,
    },
    /// Held, with its note.
    Held {
        /// Who was there.
        present: Words,
        /// What was said.
        said: Words,
        /// What was agreed.
        agreed: Option<Words>,
    },
}

/// A file on a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// Its number.
    pub no: DocumentNo,
    /// Where it is stored.
    pub file: FileId,
    /// The name that it came with, made safe.
    pub name: Words,
    /// What it is: a media type found by looking at it.
    pub media_type: String,
    /// How many bytes it has.
    pub bytes: u64,
    /// The SHA-256 of its bytes, in hex.
    pub sha256: String,
    /// Whether the complainants see it.
    pub audience: Audience,
    /// Whose it is, when a complainant sent it.
    pub from: Option<PartyNo>,
    /// What a virus scanner said of it.
    #[serde(default, skip_serializing_if = "Scan::is_not_asked_for")]
    pub scan: Scan,
    /// Which colleague added it: whoever the event is by.
    #[serde(skip)]
    pub added_by: Option<PersonId>,
}

/// What a virus scanner said of a document.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Scan {
    /// No virus scanner looked at files here when it came. What kind it is was found by its bytes.
    #[default]
    NotScanned,
    /// It is being checked: nobody opens it yet, and only whoever added it knows of it.
    Waiting,
    /// No virus was found in it.
    Clean,
    /// A virus was found in it. Nobody opens it.
    Infected,
}

impl Scan {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::NotScanned, Self::Waiting, Self::Clean, Self::Infected];

    /// The word for it in the API and in the database.
    pub fn key(self) -> &'static str {
        match self {
            Self::NotScanned => "not_scanned",
            Self::Waiting => "waiting",
            Self::Clean => "clean",
            Self::Infected => "infected",
        }
    }

    /// Whether a file of which this is said may be opened at all.
    pub fn lets_open(self) -> bool {
        matches!(self, Self::NotScanned | Self::Clean)
    }

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
    fn is_not_asked_for(&self) -> bool {
        *self == Self::NotScanned
    }
}

/// Who sees a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    /// Staff who see the case.
    Staff,
    /// The complainants too.
    Family,
}

/// Something that was promised (R59).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remedy {
    /// Its number.
    pub no: RemedyNo,
    /// What.
    pub what: Words,
    /// Who sees to it.
    pub owner: PersonId,
    /// By when.
    pub due_on: NaiveDate,
    /// When it was done, and the proof.
    pub done: Option<(DateTime<Utc>, Words)>,
}

/// A contact with a body outside (R75).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExternalContact {
    /// Which.
    pub body: ExternalBodyKind,
    /// On which day.
    pub contacted_on: NaiveDate,
    /// Their reference.
    pub reference: Option<Words>,
    /// What they asked or said.
    pub words: Words,
    /// The stage that was open then, if one was.
    pub stage_then: Option<StageKey>,
}

/// How a person is involved in a case.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum InvolvedAs {
    /// Complained about.
    Subject,
    /// Saw what happened.
    Witness,
    /// Had a stage.
    Handled,
    /// Decided a point, a reply or a closure.
    Decided,
    /// Was asked for advice or a statement.
    Consulted,
    /// Of the panel pool, and was written to about it: they may open it, and nothing is held against them until they
    /// do (R24, 9.3).
    WrittenTo,
    /// Was at a meeting about it.
    Attended,
    /// Read what it says.
    SawContent,
    /// Is asked to sit on its panel, and has not declared that nothing stands in the way (R27).
    Asked,
    /// Sits on its panel.
    Panel,
    /// Was asked to sit on its panel, or sat on it, and does so no more (R27, R28).
    StoodDown,
    /// Convened its panel.
    Clerked,
    /// Logged it or kept its dates.
    Administered,
    /// Acted in the place of whoever had a stage and was away (S40).
    StoodIn,
    /// Said that they should not deal with it, and is shut out since.
    Recused,
}

impl InvolvedAs {
    /// The ways of being involved that shut somebody out of a case altogether: complained about (R22), or stepped back.
    pub const SHUTS_OUT: [Self; 2] = [Self::Subject, Self::Recused];

    /// Whether it tells of a seat on the panel: taken, offered or left.
    pub fn is_a_seat(self) -> bool {
        match self {
            Self::Asked | Self::Panel | Self::StoodDown => true,
            Self::Subject
            | Self::Witness
            | Self::Handled
            | Self::Decided
            | Self::Consulted
            | Self::WrittenTo
            | Self::Attended
            | Self::SawContent
            | Self::Clerked
            | Self::Administered
            | Self::StoodIn
            | Self::Recused => false,
        }
    }

    /// Whether it tells of a part that somebody had, and not of mail that they may never have opened.
    pub fn is_a_part(self) -> bool {
        self != Self::WrittenTo
    }
}

/// One line of the involvement register.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Involvement {
    /// Who.
    pub person: PersonId,
    /// As what.
    pub involved_as: InvolvedAs,
    /// In which run, where it belongs to one.
    pub run: Option<RunNo>,
    /// Since when.
    pub since: DateTime<Utc>,
}

/// A suspension, as local dates: `from` is the first day that does not count, `to` the first that does again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suspension {
    /// The first day that does not count.
    pub from: NaiveDate,
    /// The first day that counts again.
    pub to: Option<NaiveDate>,
}

/// What the first decider found when proposing to stop corresponding (2.8, R67).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnreasonableProposal {
    /// Who proposed it.
    pub by: PersonId,
    /// The letter with the reasons.
    pub letter: Words,
    /// When it is looked at again.
    pub review_on: NaiveDate,
}

/// State and phase as one word, for the table of moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// `screening`
    Screening,
    /// `open.new`
    OpenNew,
    /// `open.working`
    OpenWorking,
    /// `open.awaiting_information`
    OpenAwaitingInformation,
    /// `open.meeting_booked`
    OpenMeetingBooked,
    /// `replied`
    Replied,
    /// `hearing.requested`
    HearingRequested,
    /// `hearing.appointed`
    HearingAppointed,
    /// `hearing.scheduled`
    HearingScheduled,
    /// `hearing.papers_out`
    HearingPapersOut,
    /// `hearing.heard`
    HearingHeard,
    /// `hearing.decided`
    HearingDecided,
    /// `suspended`
    Suspended,
    /// `closed`
    Closed,
}

impl Standing {
    /// All of them, in the order of a case's life.
    pub const ALL: [Self; 14] = [
        Self::Screening,
        Self::OpenNew,
        Self::OpenWorking,
        Self::OpenAwaitingInformation,
        Self::OpenMeetingBooked,
        Self::Replied,
        Self::HearingRequested,
        Self::HearingAppointed,
        Self::HearingScheduled,
        Self::HearingPapersOut,
        Self::HearingHeard,
        Self::HearingDecided,
        Self::Suspended,
        Self::Closed,
    ];

    /// The state's word in the API and the database.
    pub fn state_key(self) -> &'static str {
        match self {
            Self::Screening => "screening",
            Self::OpenNew | Self::OpenWorking | Self::OpenAwaitingInformation | Self::OpenMeetingBooked => {
                "open"
            }
            Self::Replied => "replied",
            Self::HearingRequested
            | Self::HearingAppointed
            | Self::HearingScheduled
            | Self::HearingPapersOut
            | Self::HearingHeard
            | Self::HearingDecided => "hearing",
            Self::Suspended => "suspended",
            Self::Closed => "closed",
        }
    }

    /// The phase's word, where the state has phases.
    pub fn phase_key(self) -> Option<&'static str> {
        match self {
            Self::OpenNew => Some("new"),
            Self::OpenWorking => Some("working"),
            Self::OpenAwaitingInformation => Some("awaiting_information"),
            Self::OpenMeetingBooked => Some("meeting_booked"),
            Self::HearingRequested => Some("requested"),
            Self::HearingAppointed => Some("appointed"),
            Self::HearingScheduled => Some("scheduled"),
            Self::HearingPapersOut => Some("papers_out"),
            Self::HearingHeard => Some("heard"),
            Self::HearingDecided => Some("decided"),
            Self::Screening | Self::Replied | Self::Suspended | Self::Closed => None,
        }
    }

    /// How people read it: few words, adjectives, sentence case (P32).
    pub fn title(self) -> &'static str {
        match self {
            Self::Screening => "Being checked",
            Self::OpenNew => "New",
            Self::OpenWorking => "In progress",
            Self::OpenAwaitingInformation => "Waiting for the family",
            Self::OpenMeetingBooked => "Meeting booked",
            Self::Replied => "Answered",
            Self::HearingRequested => "Panel asked for",
            Self::HearingAppointed => "Panel appointed",
            Self::HearingScheduled => "Hearing booked",
            Self::HearingPapersOut => "Papers sent",
            Self::HearingHeard => "Heard",
            Self::HearingDecided => "Decided",
            Self::Suspended => "Paused",
            Self::Closed => "Closed",
        }
    }
}

impl State {
    /// State and phase as one word.
    pub fn standing(&self) -> Standing {
        match self {
            Self::Screening { .. } => Standing::Screening,
            Self::Open(OpenPhase::New) => Standing::OpenNew,
            Self::Open(OpenPhase::Working) => Standing::OpenWorking,
            Self::Open(OpenPhase::AwaitingInformation { .. }) => Standing::OpenAwaitingInformation,
            Self::Open(OpenPhase::MeetingBooked(_)) => Standing::OpenMeetingBooked,
            Self::Replied => Standing::Replied,
            Self::Hearing(HearingPhase::Requested) => Standing::HearingRequested,
            Self::Hearing(HearingPhase::Appointed) => Standing::HearingAppointed,
            Self::Hearing(HearingPhase::Scheduled) => Standing::HearingScheduled,
            Self::Hearing(HearingPhase::PapersOut) => Standing::HearingPapersOut,
            Self::Hearing(HearingPhase::Heard) => Standing::HearingHeard,
            Self::Hearing(HearingPhase::Decided) => Standing::HearingDecided,
            Self::Suspended { .. } => Standing::Suspended,
            Self::Closed { .. } => Standing::Closed,
        }
    }
}

impl Case {
    /// State and phase as one word.
    pub fn standing(&self) -> Standing {
        self.state.standing()
    }

    /// The stage run that is under way, or was the last.
    pub fn run(&self) -> Option<&StageRun> {
        self.runs.last()
    }

    /// The runs before the present one.
    pub fn earlier_runs(&self) -> &[StageRun] {
        self.runs.split_last().map_or(&[], |(_, earlier)| earlier)
    }

    /// The run of that number.
    pub fn run_no(&self, no: RunNo) -> Option<&StageRun> {
        self.runs.iter().find(|run| run.no == no)
    }

    /// The party of that number.
    pub fn party(&self, no: PartyNo) -> Option<&Party> {
        self.parties.iter().find(|party| party.no == no)
    }

    /// Everybody who raised it.
    pub fn complainants(&self) -> impl Iterator<Item = &Party> {
        self.parties.iter().filter(|party| party.kind == PartyKind::Complainant)
    }

    /// The complainant who raised it for somebody of whom no consent is recorded (R10).
    pub fn awaits_consent(&self) -> Option<&Party> {
        let for_another = |party: &&Party| party.relationship == Relationship::ThirdParty;
        self.complainants().filter(for_another).find(|party| !self.consents.contains_key(&party.no))
    }

    /// Whoever said it and has not said yet whether it was written down right (R9).
    pub fn awaits_confirmation(&self) -> Option<&Party> {
        self.open_deadline(DeadlineRule::Confirmation)?;
        self.going_on().find(|party| party.no == WHO_BEGAN)
    }

    /// Whoever is asked for their consent and has not answered (R10).
    pub fn asked_to_agree(&self) -> Option<(&Party, AskedConsent)> {
        let open = |asked: &AskedConsent| asked.ended.is_none();
        self.parties.iter().find_map(|party| Some((party, party.asked.filter(open)?)))
    }

    /// Whether that complainant raised it for somebody of whom no consent is recorded: nothing of it is shared with them
    /// (R10).
    pub fn waits_for_consent(&self, no: PartyNo) -> bool {
        let for_another = |party: &Party| {
            party.kind == PartyKind::Complainant && party.relationship == Relationship::ThirdParty
        };
        self.party(no).is_some_and(for_another) && !self.consents.contains_key(&no)
    }

    /// Those who go on and to whom the school may tell what it finds (R10).
    pub fn may_be_told(&self) -> impl Iterator<Item = &Party> {
        self.going_on().filter(|party| !self.waits_for_consent(party.no))
    }

    /// The question that waits for that complainant's answer.
    pub fn question_for(&self, no: PartyNo) -> Option<&Words> {
        self.asked.get(&no)
    }

    /// The complainants whose own part has not ended: letters go to them, and they can act.
    pub fn going_on(&self) -> impl Iterator<Item = &Party> {
        self.complainants().filter(|party| party.ended.is_none())
    }

    /// Whether the case goes on for somebody else when it ends for that complainant.
    pub fn goes_on_without(&self, party: PartyNo) -> bool {
        self.going_on().any(|other| other.no != party)
    }

    /// Everybody who helps that complainant or has helped them, in order.
    pub fn helpers_of(&self, whom: PartyNo) -> impl Iterator<Item = (&Party, Helping)> {
        let helping = move |party: &Helping| party.whom == whom;
        self.parties.iter().filter_map(move |party| Some((party, party.helps.filter(helping)?)))
    }

    /// The help that somebody gives at this moment.
    pub fn help_of(&self, helper: PartyNo) -> Option<Helping> {
        self.party(helper)?.helps.filter(|help| help.ended_at.is_none())
    }

    /// Where the case stands; while it is paused, where it goes on from.
    pub fn state_under_pause(&self) -> &State {
        match &self.state {
            State::Suspended { earlier, .. } => earlier,
            state @ (State::Screening { .. }
            | State::Open(_)
            | State::Replied
            | State::Hearing(_)
            | State::Closed { .. }) => state,
        }
    }

    /// The points that the present run answers and that still need an answer.
    pub fn open_points(&self) -> impl Iterator<Item = &Point> {
        self.points.iter().filter(|point| point.is_open())
    }

    /// The meeting that is booked, whatever the phase: a question may be waiting beside it.
    pub fn booked_meeting(&self) -> Option<&Meeting> {
        self.meetings.iter().find(|meeting| meeting.status == MeetingStatus::Booked)
    }

    /// Whether its answer is owed by a date. Feedback asks for none, and an anonymous concern has nobody to
    /// answer (R16).
    pub fn has_clocks(&self) -> bool {
        self.kind != Kind::Feedback && self.complainants().next().is_some()
    }

    /// Whether that person is involved in that way.
    pub fn is_involved(&self, person: PersonId, involved_as: InvolvedAs) -> bool {
        self.involvement.iter().any(|line| line.person == person && line.involved_as == involved_as)
    }

    /// Whether a file was taken out, so that nobody opens it any more (S22).
    pub fn is_taken_out(&self, no: DocumentNo) -> bool {
        self.taken_out.contains(&no)
    }

    /// Whether that person is complained about, and so shut out (R22).
    pub fn is_subject(&self, person: PersonId) -> bool {
        self.is_involved(person, InvolvedAs::Subject)
    }

    /// Whether that person is shut out of it: complained about (R22), or stepped back by themselves.
    pub fn is_shut_out(&self, person: PersonId) -> bool {
        InvolvedAs::SHUTS_OUT.into_iter().any(|part| self.is_involved(person, part))
    }

    /// Everybody who is shut out of it.
    pub fn shut_out(&self) -> BTreeSet<PersonId> {
        let lines = self.involvement.iter().map(|line| line.person);
        lines.filter(|person| self.is_shut_out(*person)).collect()
    }

    /// The open deadline of that rule in the present run, or of the case where it is statutory.
    pub fn open_deadline(&self, rule: DeadlineRule) -> Option<&Deadline> {
        // A case that is still being checked has the deadlines of the run that it will begin with.
        let run = Some(self.run().map_or(RunNo(1), |run| run.no));
        self.deadlines.iter().find(|deadline| {
            deadline.rule == rule && deadline.is_open() && (deadline.run.is_none() || deadline.run == run)
        })
    }

    /// The answer that the present run has given to that point.
    pub fn answer_of(&self, point: PointNo) -> Option<&Answer> {
        self.run().and_then(|run| run.answers.iter().find(|answer| answer.point == point))
    }

    /// The open deadline that leads, as it asks for something now: the earliest that the school owes, and without one
    /// the family's. What has no date comes after what has one.
    pub fn next_due(&self) -> Option<Cow<'_, Deadline>> {
        let open = self.deadlines.iter().filter(|deadline| deadline.is_open());
        open.map(|deadline| self.as_asked(deadline)).min_by_key(|deadline| {
            let on = deadline.due.date();
            (on.is_none(), deadline.rule.owed_by() == OwedBy::Family, on, deadline.no)
        })
    }

    /// A deadline by the day that people look to: a panel that has its day meets on it, and not on the last day on
    /// which it may.
    pub fn as_asked<'d>(&self, deadline: &'d Deadline) -> Cow<'d, Deadline> {
        let of_this_run = deadline.run == self.run().map(|run| run.no);
        let meets = deadline.rule == DeadlineRule::Convene && of_this_run && deadline.is_open();
        match (self.hearing_is_set().filter(|_| meets), deadline.due) {
            (Some(on), Due::On(last)) if on < last => {
                Cow::Owned(Deadline { due: Due::On(on), ..deadline.clone() })
            }
            (Some(_) | None, Due::On(_) | Due::CalendarMissing(_) | Due::Paused) => Cow::Borrowed(deadline),
        }
    }

    /// The day of the hearing that is set and not written down yet.
    pub fn hearing_is_set(&self) -> Option<NaiveDate> {
        self.awaits_hearing_at().map(local_date)
    }

    /// Whether the family still waits for what that open deadline promised them. Whoever was asked a question or invited
    /// to a meeting has heard who is looking at it, though nobody wrote an acknowledgement; and a hearing that is set
    /// keeps the date of the panel.
    pub fn family_waits_for(&self, deadline: &Deadline) -> bool {
        match deadline.rule {
            DeadlineRule::Acknowledge => !self.was_in_touch(),
            DeadlineRule::Convene => self.hearing_is_set().is_none(),
            DeadlineRule::Respond
            | DeadlineRule::Outcome
            | DeadlineRule::Window
            | DeadlineRule::Clarification
            | DeadlineRule::Confirmation
            | DeadlineRule::Consent
            | DeadlineRule::Papers
            | DeadlineRule::Review
            | DeadlineRule::Remedy
            | DeadlineRule::DataProtection
            | DeadlineRule::EarlyYears
            | DeadlineRule::SubjectAccess
            | DeadlineRule::InformationRequest => true,
        }
    }

    /// Whether whoever has the stage that runs asked the family something, or met them or is to.
    fn was_in_touch(&self) -> bool {
        let Some(run) = self.run() else { return false };
        let asked = |deadline: &Deadline| {
            deadline.rule == DeadlineRule::Clarification && deadline.run == Some(run.no)
        };
        let met = |meeting: &Meeting| {
            meeting.at >= run.started_at && !matches!(meeting.status, MeetingStatus::Cancelled { .. })
        };
        self.deadlines.iter().any(asked) || self.meetings.iter().any(met)
    }

    /// When the hearing is that is not written down yet: the last date that was set holds.
    pub fn awaits_hearing_at(&self) -> Option<DateTime<Utc>> {
        let waits = matches!(self.standing(), Standing::HearingScheduled | Standing::HearingPapersOut);
        let hearing = self.run().filter(|_| waits)?.hearing.as_ref()?;
        hearing.dates.last().map(|date| date.at)
    }

    /// The deadline that lists, the head of the case's page and the API show: the next one, and after closing what is
    /// owed all the same.
    pub fn leading_due(&self) -> Option<Cow<'_, Deadline>> {
        match self.standing() {
            Standing::Closed => self.owed_after_closing().map(Cow::Borrowed),
            Standing::Screening
            | Standing::OpenNew
            | Standing::OpenWorking
            | Standing::OpenAwaitingInformation
            | Standing::OpenMeetingBooked
            | Standing::Replied
            | Standing::HearingRequested
            | Standing::HearingAppointed
            | Standing::HearingScheduled
            | Standing::HearingPapersOut
            | Standing::HearingHeard
            | Standing::HearingDecided
            | Standing::Suspended => self.next_due(),
        }
    }

    /// The first of the dates that lists show after closing too: those of the law (R15), and what is left to do for
    /// a child who may be at risk (R57). Other promises stay on the page of the case.
    pub fn owed_after_closing(&self) -> Option<&Deadline> {
        let at_risk = self.flags.contains(&Flag::ChildAtRisk);
        self.deadlines
            .iter()
            .filter(|deadline| deadline.is_open())
            .filter(|deadline| {
                let promise = deadline.rule == DeadlineRule::Remedy;
                deadline.rule.is_statutory() || (at_risk && promise)
            })
            .min_by_key(|deadline| (deadline.due.date().is_none(), deadline.due.date(), deadline.no))
    }

    /// Whether it is with safeguarding alone: that complainant fears for a child, and nobody has begun to deal with it
    /// as a complaint. No timetable of a complaint is told to them meanwhile (R14).
    pub fn is_with_safeguarding(&self, me: PartyNo) -> bool {
        let screening = match self.state {
            State::Screening { .. } => true,
            State::Open(_)
            | State::Replied
            | State::Hearing(_)
            | State::Suspended { .. }
            | State::Closed { .. } => false,
        };
        screening && self.alert_of(me).is_some()
    }

    /// The alert that the words of that complainant raised.
    pub fn alert_of(&self, me: PartyNo) -> Option<&Alert> {
        self.alert.as_ref().filter(|alert| alert.told_by == me)
    }

    /// What a family reads instead of the role of somebody who has a stage or acts in it, where another holder of that
    /// very role is complained about (R22): it must not read that whoever it told of has the case.
    pub fn another(&self, role: Role, person: Option<PersonId>) -> Option<&'static str> {
        let of_a_teacher = self.subjects.iter().any(|subject| subject.role == SubjectRole::ClassTeacher);
        let told_of = person.is_some_and(|person| self.is_subject(person));
        let teaches = matches!(role, Role::ClassTeacher | Role::FormTutor);
        (teaches && of_a_teacher && !told_of).then_some("another teacher")
    }

    /// The unit that the present run's reply is counted in; school days before there is a run.
    pub fn reply_unit(&self) -> Unit {
        self.open_deadline(DeadlineRule::Respond)
            .and_then(|deadline| deadline.basis)
            .map_or(Unit::SchoolDays, |basis| basis.unit)
    }
}
