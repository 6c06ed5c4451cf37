//! What people ask for. Each is a checked value: it parsed, so its words and dates are whole.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::domain::calendar::WallTime;
use crate::domain::ids::{
    CaseId, DeadlineNo, DocumentNo, FileId, HelperNo, PartyNo, PersonId, PointNo, RemedyNo, SchoolId,
};
use crate::domain::pointer::{below, pointer_of};
use crate::domain::procedure::StageKey;
use crate::domain::reference::Reference;
use crate::domain::text::Words;

use super::action::Action;
use super::state::{Audience, Child, Scan};
use super::vocabulary::{
    AgreesFor, Channel, CompanionRule, ConsentAnswer, ContactWay, Declared, EarlierAnswers, ExternalBodyKind,
    Finding, Flag, HearingBasis, HelperScope, HelpsAs, Kind, PartyKind, PreferredContact, Recipient,
    RecusalReason, RedirectReason, RefusalReview, Relationship, ReopenReason, ScreeningReason, SubjectRole,
    WrittenDown,
};

/// A concern as it comes in, before there is a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Intake {
    /// The id that the case will have.
    pub id: CaseId,
    /// The reference that it will have.
    pub reference: Reference,
    /// What the complainant took it for.
    pub kind: Kind,
    /// How it came.
    pub channel: Channel,
    /// When it came; for a spoken concern, when it was spoken (R9).
    pub received_at: DateTime<Utc>,
    /// Who raised it.
    pub complainant: Complainant,
    /// The child.
    pub child: Option<Child>,
    /// The points, at least one.
    pub points: Vec<NewPoint>,
    /// Who is complained about.
    pub about: Vec<About>,
    /// The last incident.
    pub last_incident_on: Option<NaiveDate>,
    /// Why it comes late.
    pub late_reason: Option<Words>,
    /// Whom the family spoke to before.
    pub already_spoken_to: Option<Words>,
    /// What must be looked at.
    pub flags: Vec<Flag>,
    /// Cases that may be about the same matter (R17).
    pub possible_duplicates: Duplicates,
    /// Files that came with it.
    pub documents: Vec<SentFile>,
    /// That the day on which it came is right, where staff log it more than a month later.
    pub long_ago: Option<Confirmed>,
}

/// A file that comes with a concern: looked at, and stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentFile {
    /// Where it is stored.
    pub file: FileId,
    /// Its name, made safe.
    pub name: Words,
    /// What it is.
    pub media_type: String,
    /// How many bytes.
    pub bytes: u64,
    /// SHA-256 in hex.
    pub sha256: String,
    /// What a virus scanner said of it so far.
    pub scan: Scan,
}

/// Other cases that look like the same matter, each by who is shut out of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Duplicates(pub Vec<BTreeSet<PersonId>>);

impl Duplicates {
    /// Whether one of them may be told of on a case that is about these people. That a person looks for another case
    /// stands on the new one, which nobody may read who is shut out of the other (R17, R22).
    pub fn may_be_told(&self, about: &BTreeSet<PersonId>) -> bool {
        self.0.iter().any(|shut_out| shut_out.is_subset(about))
    }
}

/// Who raised a concern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Complainant {
    /// Somebody who can be reached.
    Known(Box<Contact>),
    /// Somebody who chose to give no name (R16).
    AnonymousOnPurpose,
}

/// A complainant's details. The edge has checked that there is a way to reach them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// Their name.
    pub name: Words,
    /// Their email address.
    pub email: Option<Words>,
    /// Their telephone number.
    pub phone: Option<Words>,
    /// Their postal address.
    pub address: Option<Words>,
    /// What they are to the child or the school.
    pub relationship: Relationship,
    /// How they would like to be reached.
    pub preferred_contact: Option<PreferredContact>,
    /// Their language, as a BCP 47 tag.
    pub language: Option<String>,
    /// What they need to take part.
    pub adjustments: Option<Words>,
    /// What to mind when reaching them.
    pub safe_contact_note: Option<Words>,
}

/// A point as it is raised.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewPoint {
    /// What happened.
    pub what_happened: Words,
    /// When.
    pub when: Option<Words>,
    /// What would put it right.
    pub wanted: Option<Words>,
}

/// Who is complained about, as the family says it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    /// In which role.
    pub role: SubjectRole,
    /// Their name.
    pub name: Option<Words>,
}

/// A field of a body that does not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misfit {
    /// Where: a JSON pointer without the leading slash; the whole body where it is empty.
    pub place: String,
    /// Why, as the reader says it. It is for whoever makes words for people of it.
    pub why: String,
}

/// Tells whether a value fits a field.
type Probe = fn(&Value) -> Result<(), Misfit>;

fn probe<T: DeserializeOwned>(value: &Value) -> Result<(), Misfit> {
    serde_path_to_error::deserialize::<_, T>(value).map(drop).map_err(|error| misfit(&error))
}

fn misfit(error: &serde_path_to_error::Error<serde_json::Error>) -> Misfit {
    Misfit { place: pointer_of(error.path()), why: error.inner().to_string() }
}

/// Reads a body whole. Where it does not fit, each field is looked at by itself, so that all of it is told at once.
fn fit<T: DeserializeOwned>(body: Value, fields: &[(&str, Probe)]) -> Result<T, Vec<Misfit>> {
    let Value::Object(given) = &body else {
        return Err(vec![Misfit { place: String::new(), why: "expected a map".to_owned() }]);
    };
    serde_path_to_error::deserialize(&body).map_err(|first| {
        let unfit = fields.iter().filter_map(|(name, probe)| misfit_of(given.get(*name), name, *probe));
        let strange = given.keys().filter(|key| fields.iter().all(|(name, _)| name != key));
        let strange =
            strange.map(|key| Misfit { place: String::new(), why: format!("unknown field `{key}`") });
        let all: Vec<Misfit> = unfit.chain(strange).collect();
        if all.is_empty() { vec![misfit(&first)] } else { all }
    })
}

fn misfit_of(given: Option<&Value>, name: &str, probe: Probe) -> Option<Misfit> {
    match given {
        Some(value) => {
            let Misfit { place, why } = probe(value).err()?;
            Some(Misfit { place: below(name, &place), why })
        }
        // What may be left out may be null.
        None => probe(&Value::Null)
            .err()
            .map(|_| Misfit { place: String::new(), why: format!("missing field `{name}`") }),
    }
}

macro_rules! commands {
    ($($(#[$doc:meta])* $name:ident { $($(#[$fdoc:meta])* $field:ident : $type:ty,)* })+) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
            #[serde(deny_unknown_fields)]
            pub struct $name { $($(#[$fdoc])* pub $field: $type,)* }
        )+

        /// Anything that can be done to a case.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum Command { $($(#[$doc])* $name($name),)+ }

        impl Command {
            /// Which action it is.
            pub fn action(&self) -> Action {
                match self { $(Self::$name(_) => Action::$name,)+ }
            }

            /// Reads the body of an action.
            ///
            /// # Errors
            /// Every field that does not fit, at least one.
            pub fn from_json(action: Action, body: Value) -> Result<Self, Vec<Misfit>> {
                match action {
                    $(Action::$name => {
                        let fields: &[(&str, Probe)] = &[$((stringify!($field), probe::<$type>)),*];
                        fit::<$name>(body, fields).map(Self::$name)
                    })+
                }
            }
        }
    };
}

commands! {
    /// Lets a screened case in.
    Accept {
        /// An answer for each screening reason.
        answers: Vec<ScreeningAnswer>,
        /// Who will have it; by the rules of routing when absent. Needed where a child may be at risk.
        handler: Option<PersonId>,
    }
    /// Sends points to where they belong.
    Redirect {
        /// Which points.
        points: Vec<PointNo>,
        /// Where they belong.
        reason: RedirectReason,
        /// More for the letter.
        words: Option<Words>,
    }
    /// Sends it to the school that it is about.
    MoveSchool {
        /// Which school of the trust.
        school: SchoolId,
        /// Why; the family reads it.
        reason: Words,
    }
    /// Says whether what was written down of a spoken concern is right (R9).
    ConfirmConcern {
        /// Whether it is.
        written_down: WrittenDown,
        /// What is wrong or missing; needed where it is not right.
        words: Option<Words>,
        /// For staff: how they said so.
        heard_by: Option<Words>,
    }
    /// Asks somebody by mail whether another may raise it for them (R10).
    AskConsent {
        /// Their name.
        name: Words,
        /// Where their link goes.
        email: Words,
        /// For whom they agree.
        agrees_for: AgreesFor,
    }
    /// Says whether one agrees that somebody else raises it (R10).
    AnswerConsent {
        /// Whether they do.
        answer: ConsentAnswer,
    }
    /// Writes down that the person agrees for whom somebody else raised it (R10).
    RecordConsent {
        /// Who agreed: the pupil, or a parent.
        given_by: Words,
        /// On which day.
        given_on: NaiveDate,
        /// How.
        how: Channel,
    }
    /// Keeps an anonymous concern on record without looking into it (R16).
    KeepOnRecord {
        /// Why it is not looked into.
        reason: Words,
        /// To whom it was referred, if to anybody.
        referred_to: Option<Words>,
    }
    /// Closes what was raised for somebody who does not agree, or of whom nothing was heard (R10).
    CloseWithoutConsent {
        /// How and when the consent was asked for; the family reads it.
        asked: Words,
    }
    /// Looks at a refusal again (R11).
    ReviewRefusal {
        /// What comes of it.
        outcome: RefusalReview,
        /// Why; the family reads it.
        reasons: Words,
    }
    /// Says that a child may be at risk (R14).
    MarkAtRisk {
        /// What was seen or heard; staff alone read it.
        reason: Words,
    }
    /// Refuses a matter that comes too late (R11).
    RefuseLate {
        /// What was considered.
        consideration: Words,
        /// Why it is refused.
        reason: Words,
    }
    /// Gives the stage to somebody.
    Assign {
        /// To whom.
        handler: PersonId,
        /// Why, for the record.
        reason: Option<Words>,
    }
    /// Tells the family that it is being looked at.
    Acknowledge {
        /// What the complaint is understood to be; needed at a formal stage (R46).
        summary: Option<Words>,
        /// What is still unresolved; needed at a formal stage.
        unresolved: Option<Words>,
        /// What the family wants; needed at a formal stage.
        wanted: Option<Words>,
        /// Anything more, such as an offer to meet.
        message: Option<Words>,
    }
    /// Asks the family something.
    AskInformation {
        /// What.
        question: Words,
        /// By which school day the family is asked to answer; as the procedure says when absent.
        answer_by: Option<NaiveDate>,
    }
    /// Answers the handler's question.
    GiveInformation {
        /// The answer.
        answer: Words,
        /// For staff: whose answer it is, where several people were asked.
        party: Option<PartyNo>,
    }
    /// Books or moves a meeting.
    ArrangeMeeting {
        /// When it begins, in the school's local time.
        at: WallTime,
        /// How long it is to last, in minutes.
        minutes: u16,
        /// Where, or the link.
        place: Words,
        /// Who of the staff comes, besides the handler.
        staff: Option<Vec<PersonId>>,
    }
    /// Calls the meeting off.
    CancelMeeting {
        /// Why; the family reads it.
        reason: Words,
    }
    /// Writes down a meeting or a call.
    RecordMeeting {
        /// On which day.
        held_on: NaiveDate,
        /// Who was there.
        present: Words,
        /// What was said.
        said: Words,
        /// What was agreed.
        agreed: Option<Words>,
        /// That the day is right, where it is more than a month ago.
        long_ago: Option<Confirmed>,
    }
    /// Puts a date off (R39).
    Extend {
        /// Which deadline; the reply's when absent.
        deadline: Option<DeadlineNo>,
        /// To which day.
        new_due_on: NaiveDate,
        /// Why; the family reads it.
        reason: Words,
    }
    /// Decides a point.
    RecordFinding {
        /// Which.
        point: PointNo,
        /// What was found.
        finding: Finding,
        /// Why.
        reasons: Words,
        /// The policy or rule that it rests on, and where in it (S19).
        policy_reference: Option<Words>,
    }
    /// Answers (R47).
    Reply {
        /// What is said overall.
        message: Words,
        /// What was done to look into it; needed at a formal stage.
        steps_taken: Option<Words>,
        /// What the school will do; needed at a formal stage.
        actions: Option<Words>,
        /// Whether the family has said already, on the phone or in person, that it is settled.
        already_settled: Option<AlreadySettled>,
        /// What whoever is complained about reads of it; at a formal stage. Where there are several, all of them.
        to_subject: Option<Words>,
        /// What one of several who are complained about reads of it, by their id, in place of that; at a formal stage.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        to_subjects: BTreeMap<PersonId, Words>,
    }
    /// Says what is settled.
    Settle {
        /// The points that are settled.
        settled: Vec<PointNo>,
        /// Anything to add.
        words: Option<Words>,
        /// For staff: how the family said so.
        heard_by: Option<Words>,
        /// For staff: who said so, where several people raised it.
        party: Option<PartyNo>,
    }
    /// Takes it further.
    Escalate {
        /// The points that are not settled.
        points: Vec<PointNo>,
        /// Why.
        why: Words,
        /// What is wanted.
        wanted: Words,
        /// A stage further up, where the procedure lets one be left out.
        to_stage: Option<StageKey>,
        /// Why a stage is left out (R49).
        skip_reason: Option<Words>,
        /// Why it comes after the window (R48).
        late_cause: Option<Words>,
    }
    /// The window is over.
    Lapse {}
    /// Takes it back (R57).
    Withdraw {
        /// The reason, if they give one.
        reason: Option<Words>,
        /// For staff: where the family's written confirmation is.
        confirmation: Option<Words>,
        /// For staff: who withdrew, where several people raised it.
        party: Option<PartyNo>,
    }
    /// Stops the clocks.
    Suspend {
        /// Why.
        reason: Words,
        /// On whose authority.
        authority: Words,
        /// When it is looked at again.
        review_on: NaiveDate,
    }
    /// Starts the clocks again.
    Resume {
        /// What changed.
        reason: Option<Words>,
    }
    /// Names the panel (R25).
    AppointPanel {
        /// Who sits.
        members: Vec<PersonId>,
        /// Which of them chairs.
        chair: PersonId,
        /// Who stands by, in order; as before where it is left out (R28).
        reserves: Option<Reserves>,
        /// Why the panel changes, or why it stays after an objection; needed when there is one already.
        reason: Option<Words>,
        /// Why a reserve who comes first in the order does not sit (R28).
        passed_over: Option<Words>,
    }
    /// Says whether anything stands in the way of a member who is to sit (R27).
    DeclareInterest {
        /// Which member; whoever declares when absent.
        member: Option<PersonId>,
        /// Whether there is something.
        declared: Declared,
        /// What it is.
        interest: Option<Words>,
        /// For the clerk: how the member said so.
        heard_by: Option<Words>,
    }
    /// Sets the day (R43, R52).
    ScheduleHearing {
        /// When it begins, in the school's local time.
        at: WallTime,
        /// Where, or the link.
        place: Words,
        /// Offered, agreed or fixed.
        basis: HearingBasis,
        /// Why it is later than the limit, or with less notice.
        reason: Option<Words>,
    }
    /// Sends out the papers (R44).
    CirculatePapers {
        /// Which documents; none where the papers go by post.
        documents: Option<Vec<DocumentNo>>,
        /// Where both sides waived the time in writing.
        waiver: Option<Words>,
    }
    /// Writes down the hearing (R53).
    RecordHearing {
        /// On which day.
        held_on: NaiveDate,
        /// The members who sat.
        present: Vec<PersonId>,
        /// Whether the complainant came.
        complainant: AttendanceGiven,
        /// Why the panel went on in their absence, and the attempts to reach them.
        absence_reason: Option<Words>,
        /// Whether somebody came with them.
        companion: CompanionRule,
        /// Who.
        companion_name: Option<Words>,
        /// The minutes.
        minutes: Words,
    }
    /// Issues the panel's findings.
    IssueFindings {
        /// What the panel recommends; "none" is an answer.
        recommendations: Words,
        /// What the panel says to the complainant.
        message: Words,
        /// What whoever is complained about reads of it. Where there are several, all of them.
        to_subject: Option<Words>,
        /// What one of several who are complained about reads of it, by their id, in place of that.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        to_subjects: BTreeMap<PersonId, Words>,
    }
    /// Closes a case whose last stage is done (R54, R55).
    Close {
        /// What each of the four received; needed after a hearing.
        distribution: Option<Vec<Distribution>>,
        /// What the school did because of it, whether or not it was upheld.
        action_taken: Option<Words>,
        /// Why nothing was done.
        no_action_reason: Option<Words>,
    }
    /// Stops corresponding, by two people (R67).
    CloseUnreasonable {
        /// Each test of 2.8, and how it is met.
        tests: UnreasonableTests,
        /// The letter with the reasons.
        letter: Words,
        /// When it is looked at again.
        review_on: NaiveDate,
    }
    /// Opens a closed case again.
    Reopen {
        /// On which ground.
        ground: ReopenReason,
        /// More about it.
        reason: Words,
    }
    /// Logs a contact with an outside body (R75).
    RecordExternalContact {
        /// Which.
        body: ExternalBodyKind,
        /// On which day.
        contacted_on: NaiveDate,
        /// Their reference.
        reference: Option<Words>,
        /// What they asked or said.
        words: Words,
    }
    /// Writes an internal note.
    AddNote {
        /// The note.
        words: Words,
    }
    /// Writes to the family, or as the family to the school.
    SendMessage {
        /// To which complainant; to all who can be reached when absent.
        to: Option<PartyNo>,
        /// The message.
        words: Words,
    }
    /// Adds a file that was looked at and stored.
    AddDocument {
        /// Where it is stored.
        file: FileId,
        /// Its name, made safe.
        name: Words,
        /// What it is.
        media_type: String,
        /// How many bytes.
        bytes: u64,
        /// SHA-256 in hex.
        sha256: String,
        /// Who sees it.
        audience: Audience,
        /// What a virus scanner said of it so far.
        #[serde(default)]
        scan: Scan,
    }
    /// Adds somebody who takes part.
    AddParty {
        /// As what.
        party: PartyKind,
        /// Their details.
        contact: Contact,
        /// Who they are, where a witness works for the school or trust: they decide nothing of it (R23).
        person: Option<PersonId>,
        /// The consent of the person for whom they raise it, where they do: nothing is shared before (R10).
        consent: Option<RecordConsent>,
        /// For a complainant: what it is about, in words of the school; they read nothing that somebody else wrote (P18).
        about: Option<Words>,
        /// For a complainant: whether they read the answers that were given before; not when absent.
        earlier_answers: Option<EarlierAnswers>,
    }
    /// Gives somebody who helps a complainant a link of their own.
    AddHelper {
        /// As what they help.
        helps_as: HelpsAs,
        /// Their name.
        name: Words,
        /// Where their link goes.
        email: Words,
        /// What they may do.
        may: HelperScope,
        /// For staff: whom they help, where several people raised it.
        whom: Option<PartyNo>,
        /// For staff: where the complainant's consent is (R10).
        consent: Option<Words>,
    }
    /// Ends somebody's help: their link opens nothing from then on.
    EndHelper {
        /// Whose, by their number among those who help the same complainant.
        helper: HelperNo,
        /// For staff: whom they help, where several people raised it.
        whom: Option<PartyNo>,
    }
    /// Puts right how somebody is reached (P28). What is not given stays as it is.
    CorrectContact {
        /// Whose details; needed from staff where several take part. A complainant corrects their own.
        party: Option<PartyNo>,
        /// The email address that is right now.
        email: Option<Words>,
        /// The telephone number that is right now.
        phone: Option<Words>,
        /// The postal address that is right now.
        address: Option<Words>,
        /// What is taken away.
        remove: Option<Vec<ContactWay>>,
        /// The code that was mailed to a family's new email address.
        code: Option<Words>,
    }
    /// Steps back from the case oneself, for good.
    Recuse {
        /// Why.
        reason: RecusalReason,
        /// More about it, for the clerk and the co-ordinator.
        words: Option<Words>,
    }
    /// Marks somebody as complained about.
    MarkSubject {
        /// Who.
        person: PersonId,
        /// In which role.
        role: SubjectRole,
        /// Why.
        reason: Option<Words>,
    }
    /// Promises something (R59).
    AddAction {
        /// What.
        what: Words,
        /// Who sees to it.
        owner: PersonId,
        /// By when.
        due_on: NaiveDate,
    }
    /// Keeps a promise.
    CompleteAction {
        /// Which.
        action: RemedyNo,
        /// The proof.
        evidence: Words,
    }
    /// Takes words out of one text (S22).
    TakeOut {
        /// In which event, by its place in the record.
        entry: u32,
        /// The words, as they stand there.
        words: Words,
        /// Why; everybody who reads the text reads this.
        reason: Words,
    }
    /// Takes a file out (S22).
    TakeOutFile {
        /// Which.
        document: DocumentNo,
        /// The file that stands in its place.
        instead: Option<DocumentNo>,
        /// Why; everybody who could open it reads this.
        reason: Words,
    }
    /// Gives what the law asks for by a date of its own (R15).
    MeetDuty {
        /// Which date.
        duty: DeadlineNo,
        /// What the family reads.
        message: Words,
    }
}

/// Somebody looked again, and it is right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Confirmed {
    /// It is.
    Yes,
}

/// The answer to one screening reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScreeningAnswer {
    /// Which reason.
    pub reason: ScreeningReason,
    /// What was found and done.
    pub words: Words,
}

/// The family said, while it was being answered, that it is settled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AlreadySettled {
    /// How they said so ("on the phone, to Mrs Patel").
    pub heard_by: Words,
    /// On which day; needed with a reply, which then closes the case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told_on: Option<NaiveDate>,
    /// Who said so, where several people raised it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub party: Option<PartyNo>,
}

/// Who sits in place of a member who cannot, in order (R28).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reserves {
    /// The first choice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first: Option<PersonId>,
    /// The next.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub second: Option<PersonId>,
}

impl Reserves {
    /// Those who stand by, in order.
    pub fn in_order(self) -> Vec<PersonId> {
        self.first.into_iter().chain(self.second).collect()
    }
}

/// Whether the complainant came to the hearing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AttendanceGiven {
    /// They came.
    Attended,
    /// They chose not to.
    ChoseNotTo,
    /// The panel went on without them.
    InAbsence,
}

/// What one recipient of the findings received (R54).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Distribution {
    /// Who.
    pub recipient: Recipient,
    /// When it was sent or made available.
    pub sent_on: Option<NaiveDate>,
    /// Why it does not apply.
    pub not_applicable: Option<Words>,
}

/// The tests of 2.8, each with how it is met.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnreasonableTests {
    /// Every reasonable step was taken.
    pub every_step_taken: Words,
    /// A clear statement of position and options was given.
    pub position_and_options_given: Words,
    /// The contact is repetitive, with substantially the same points.
    pub same_points_again: Words,
}
