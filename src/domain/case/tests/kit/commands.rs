//! Commands as people would give them.

use crate::domain::calendar::WallTime;
use uuid::Uuid;

use super::super::super::command::*;
use super::super::super::state::{Audience, Scan};
use super::super::super::vocabulary::{
    AgreesFor, Channel, CompanionRule, ConsentAnswer, Declared, ExternalBodyKind, Finding, HearingBasis,
    HelperScope, HelpsAs, PartyKind, Recipient, RecusalReason, RedirectReason, RefusalReview, ReopenReason,
    ScreeningReason, SubjectRole, WrittenDown,
};
use super::{HEAD, OUTSIDER, POOL_MEMBER, SOLICITOR, contact, date, words};
use crate::domain::deadline::Deadline;
use crate::domain::ids::{DocumentNo, FileId, HelperNo, PartyNo, PersonId, PointNo, RemedyNo, SchoolId};
use crate::domain::procedure::StageKey;

macro_rules! from_commands {
    ($($name:ident),+ $(,)?) => {$(
        impl From<$name> for Command {
            fn from(command: $name) -> Self {
                Self::$name(command)
            }
        }
    )+};
}

from_commands!(
    Accept,
    Redirect,
    RefuseLate,
    MoveSchool,
    AnswerConsent,
    AskConsent,
    ConfirmConcern,
    RecordConsent,
    CloseWithoutConsent,
    KeepOnRecord,
    ReviewRefusal,
    MarkAtRisk,
    Assign,
    Acknowledge,
    AskInformation,
    GiveInformation,
    ArrangeMeeting,
    CancelMeeting,
    RecordMeeting,
    Extend,
    RecordFinding,
    Reply,
    Settle,
    Escalate,
    Lapse,
    Withdraw,
    Suspend,
    Resume,
    AppointPanel,
    DeclareInterest,
    Recuse,
    ScheduleHearing,
    CirculatePapers,
    RecordHearing,
    IssueFindings,
    Close,
    CloseUnreasonable,
    Reopen,
    RecordExternalContact,
    AddNote,
    SendMessage,
    AddDocument,
    AddParty,
    AddHelper,
    EndHelper,
    CorrectContact,
    MarkSubject,
    AddAction,
    CompleteAction,
    TakeOut,
    TakeOutFile,
    MeetDuty,
);

pub(in super::super) fn points(numbers: &[u16]) -> Vec<PointNo> {
    numbers.iter().map(|no| PointNo(*no)).collect()
}

pub(in super::super) fn accept(reasons: &[ScreeningReason]) -> Accept {
    let answer = |reason: &ScreeningReason| ScreeningAnswer { reason: *reason, words: words("Looked at") };
    // Where a child may be at risk, whoever accepts chooses.
    let handler = reasons.contains(&ScreeningReason::ChildAtRisk).then_some(HEAD);
    Accept { answers: reasons.iter().map(answer).collect(), handler }
}

pub(in super::super) fn redirect(numbers: &[u16], reason: RedirectReason) -> Redirect {
    Redirect { points: points(numbers), reason, words: None }
}

pub(in super::super) fn refuse_late() -> RefuseLate {
    RefuseLate { consideration: words("We read it all"), reason: words("Nobody is left who was there") }
}

pub(in super::super) fn move_to(school: SchoolId) -> MoveSchool {
    MoveSchool { school, reason: words("It happened on their playground") }
}

/// As the family says it, and as staff write it down.
pub(in super::super) fn confirm(written_down: WrittenDown) -> ConfirmConcern {
    let wrong = words("It was the Tuesday, and there were three of them");
    let words = (written_down == WrittenDown::PutRight).then_some(wrong);
    ConfirmConcern { written_down, words, heard_by: None }
}

pub(in super::super) fn confirm_heard(written_down: WrittenDown) -> ConfirmConcern {
    ConfirmConcern { heard_by: Some(words("On the phone today")), ..confirm(written_down) }
}

pub(in super::super) fn ask_consent(which: u16) -> AskConsent {
    AskConsent {
        name: words("Petra Ash"),
        email: words(&format!("petra{which}@family.example")),
        agrees_for: AgreesFor::Child,
    }
}

pub(in super::super) fn answer_consent(answer: ConsentAnswer) -> AnswerConsent {
    AnswerConsent { answer }
}

pub(in super::super) fn consent_on(day: &str) -> RecordConsent {
    RecordConsent { given_by: words("Finn\u{2019}s mother"), given_on: date(day), how: Channel::Letter }
}

pub(in super::super) fn keep_on_record() -> KeepOnRecord {
    KeepOnRecord {
        reason: words("Nothing in it can be looked into"),
        referred_to: Some(words("The council")),
    }
}

pub(in super::super) fn close_without_consent() -> CloseWithoutConsent {
    CloseWithoutConsent { asked: words("We wrote to the family twice") }
}

pub(in super::super) fn review(outcome: RefusalReview) -> ReviewRefusal {
    ReviewRefusal { outcome, reasons: words("We read what they told us") }
}

pub(in super::super) fn mark_at_risk() -> MarkAtRisk {
    MarkAtRisk { reason: words("He said that he is afraid to go home") }
}

pub(in super::super) fn assign(handler: PersonId) -> Assign {
    Assign { handler, reason: None }
}

pub(in super::super) fn acknowledge() -> Acknowledge {
    Acknowledge { summary: None, unresolved: None, wanted: None, message: None }
}

/// With the contents of R46.
pub(in super::super) fn acknowledge_formally() -> Acknowledge {
    Acknowledge {
        summary: Some(words("Finn was left out of the trip")),
        unresolved: Some(words("Why nobody told you")),
        wanted: Some(words("An explanation")),
        message: None,
    }
}

pub(in super::super) fn ask() -> AskInformation {
    AskInformation { question: words("On which day was the trip?"), answer_by: None }
}

pub(in super::super) fn answer() -> GiveInformation {
    GiveInformation { answer: words("On Friday"), party: None }
}

fn at(text: &str) -> WallTime {
    WallTime(text.parse().unwrap())
}

pub(in super::super) fn meet_at(when: &str) -> ArrangeMeeting {
    ArrangeMeeting { at: at(when), minutes: 30, place: words("Room 2"), staff: None }
}

pub(in super::super) fn call_off() -> CancelMeeting {
    CancelMeeting { reason: words("The teacher is ill") }
}

pub(in super::super) fn met_on(day: &str) -> RecordMeeting {
    RecordMeeting {
        held_on: date(day),
        present: words("Mrs Ash and the teacher"),
        said: words("We talked about the trip"),
        agreed: None,
        long_ago: None,
    }
}

pub(in super::super) fn extend_to(day: &str) -> Extend {
    Extend { deadline: None, new_due_on: date(day), reason: words("A witness is away") }
}

pub(in super::super) fn find(point: u16, finding: Finding) -> RecordFinding {
    RecordFinding {
        point: PointNo(point),
        finding,
        reasons: words("The register shows it"),
        policy_reference: None,
    }
}

pub(in super::super) fn reply() -> Reply {
    Reply {
        message: words("Here is what happened"),
        steps_taken: None,
        actions: None,
        already_settled: None,
        to_subject: None,
        to_subjects: std::collections::BTreeMap::new(),
    }
}

/// With the contents of R47.
pub(in super::super) fn reply_formally() -> Reply {
    Reply {
        steps_taken: Some(words("I spoke to both teachers")),
        actions: Some(words("We change how we tell families")),
        ..reply()
    }
}

/// A teacher rang the parent and settled it.
pub(in super::super) fn settled_by_phone() -> Reply {
    Reply {
        already_settled: Some(AlreadySettled {
            heard_by: words("On the phone this morning"),
            told_on: Some(date("2026-09-07")),
            party: None,
        }),
        ..reply()
    }
}

pub(in super::super) fn settle(numbers: &[u16]) -> Settle {
    Settle { settled: points(numbers), words: None, heard_by: None, party: None }
}

pub(in super::super) fn settle_heard(numbers: &[u16]) -> Settle {
    Settle { heard_by: Some(words("At the gate")), ..settle(numbers) }
}

pub(in super::super) fn escalate(numbers: &[u16]) -> Escalate {
    Escalate {
        points: points(numbers),
        why: words("That is not what happened"),
        wanted: words("A proper answer"),
        to_stage: None,
        skip_reason: None,
        late_cause: None,
    }
}

pub(in super::super) fn escalate_to(stage: &str, numbers: &[u16]) -> Escalate {
    Escalate { to_stage: Some(StageKey(stage.into())), ..escalate(numbers) }
}

pub(in super::super) fn withdraw() -> Withdraw {
    Withdraw { reason: None, confirmation: None, party: None }
}

pub(in super::super) fn withdraw_confirmed() -> Withdraw {
    Withdraw { confirmation: Some(words("Their email of today")), ..withdraw() }
}

pub(in super::super) fn suspend_until(day: &str) -> Suspend {
    Suspend {
        reason: words("The police look into it first"),
        authority: words("The police"),
        review_on: date(day),
    }
}

pub(in super::super) fn resume() -> Resume {
    Resume { reason: None }
}

pub(in super::super) fn panel(members: &[PersonId]) -> AppointPanel {
    AppointPanel {
        members: members.to_vec(),
        chair: members[0],
        reserves: None,
        reason: None,
        passed_over: None,
    }
}

/// Three of the pool, two of them independent.
pub(in super::super) fn good_panel() -> AppointPanel {
    panel(&[OUTSIDER, SOLICITOR, POOL_MEMBER])
}

/// For themself, or for that member by the clerk.
pub(in super::super) fn nothing_to_declare(member: Option<PersonId>) -> DeclareInterest {
    let heard_by = member.map(|_| words("By email today"));
    DeclareInterest { member, declared: Declared::Nothing, interest: None, heard_by }
}

pub(in super::super) fn interest(member: Option<PersonId>, what: &str) -> DeclareInterest {
    DeclareInterest {
        declared: Declared::Interest,
        interest: Some(words(what)),
        ..nothing_to_declare(member)
    }
}

pub(in super::super) fn hear_at(when: &str, basis: HearingBasis) -> ScheduleHearing {
    ScheduleHearing { at: at(when), place: words("The hall"), basis, reason: None }
}

pub(in super::super) fn papers() -> CirculatePapers {
    circulate(&[1])
}

pub(in super::super) fn heard_on(day: &str) -> RecordHearing {
    RecordHearing {
        held_on: date(day),
        present: vec![OUTSIDER, SOLICITOR, POOL_MEMBER],
        complainant: AttendanceGiven::Attended,
        absence_reason: None,
        companion: CompanionRule::Came,
        companion_name: Some(words("Her sister")),
        minutes: words("The panel heard both sides"),
    }
}

pub(in super::super) fn issue() -> IssueFindings {
    IssueFindings {
        recommendations: words("None"),
        message: words("The panel finds as follows"),
        to_subject: None,
        to_subjects: std::collections::BTreeMap::new(),
    }
}

/// Every recipient of R54 on that day; the action taken (R55).
pub(in super::super) fn close_with_all_sent(day: &str) -> Close {
    let sent = |recipient: &Recipient| Distribution {
        recipient: *recipient,
        sent_on: Some(date(day)),
        not_applicable: None,
    };
    Close {
        distribution: Some(Recipient::ALL.iter().map(sent).collect()),
        action_taken: Some(words("The trip list is checked by two people now")),
        no_action_reason: None,
    }
}

pub(in super::super) fn close() -> Close {
    Close { distribution: None, action_taken: None, no_action_reason: Some(words("Nothing was amiss")) }
}

pub(in super::super) fn stop_corresponding(review: &str) -> CloseUnreasonable {
    CloseUnreasonable {
        tests: UnreasonableTests {
            every_step_taken: words("Yes"),
            position_and_options_given: words("In our letter of May"),
            same_points_again: words("The same letter came nine times"),
        },
        letter: words("We will not answer this matter again"),
        review_on: date(review),
    }
}

pub(in super::super) fn reopen() -> Reopen {
    Reopen { ground: ReopenReason::NewEvidence, reason: words("A photo turned up") }
}

pub(in super::super) fn outside_contact(day: &str) -> RecordExternalContact {
    RecordExternalContact {
        body: ExternalBodyKind::Ofsted,
        contacted_on: date(day),
        reference: None,
        words: words("They asked for the file"),
    }
}

pub(in super::super) fn note() -> AddNote {
    AddNote { words: words("Rang back, no answer") }
}

pub(in super::super) fn message() -> SendMessage {
    SendMessage { to: None, words: words("We are still looking into it") }
}

pub(in super::super) fn document() -> AddDocument {
    AddDocument {
        file: FileId(Uuid::from_u128(0xF11E)),
        name: words("trip-letter.pdf"),
        media_type: "application/pdf".into(),
        bytes: 1_024,
        sha256: "ab".repeat(32),
        audience: Audience::Staff,
        scan: Scan::NotScanned,
    }
}

/// The first complainant has another number.
pub(in super::super) fn new_phone(number: u16) -> CorrectContact {
    CorrectContact {
        party: Some(PartyNo(1)),
        email: None,
        phone: Some(words(&format!("07700 900 {number:03}"))),
        address: None,
        remove: None,
        code: None,
    }
}

pub(in super::super) fn add_helper(no: u16, may: HelperScope) -> AddHelper {
    AddHelper {
        helps_as: HelpsAs::Supporter,
        name: words("Ana Ruiz"),
        email: words(&format!("ana{no}@ruiz.example")),
        may,
        whom: None,
        consent: None,
    }
}

pub(in super::super) fn add_helper_agreed(no: u16, may: HelperScope) -> AddHelper {
    AddHelper { consent: Some(words("Their email of today")), ..add_helper(no, may) }
}

pub(in super::super) fn end_helper(no: u16) -> EndHelper {
    EndHelper { helper: HelperNo(no), whom: None }
}

pub(in super::super) fn add_complainant() -> AddParty {
    AddParty {
        party: PartyKind::Complainant,
        contact: contact(),
        person: None,
        consent: None,
        about: Some(words("Transport to and from school")),
        earlier_answers: None,
    }
}

pub(in super::super) fn step_back() -> Recuse {
    Recuse { reason: RecusalReason::KnowsTheFamily, words: Some(words("Her mother is my sister")) }
}

pub(in super::super) fn mark(person: PersonId, role: SubjectRole) -> MarkSubject {
    MarkSubject { person, role, reason: None }
}

pub(in super::super) fn promise(owner: PersonId, day: &str) -> AddAction {
    AddAction { what: words("Write a new trip policy"), owner, due_on: date(day) }
}

pub(in super::super) fn promise_kept(no: u16) -> CompleteAction {
    CompleteAction { action: RemedyNo(no), evidence: words("It is on the website") }
}

/// Takes out what the concern says first.
pub(in super::super) fn take_out(words_of_it: &str) -> TakeOut {
    TakeOut { entry: 1, words: words(words_of_it), reason: words("It names another child") }
}

pub(in super::super) fn take_out_file(no: u16) -> TakeOutFile {
    TakeOutFile { document: DocumentNo(no), instead: None, reason: words("It shows another child") }
}

pub(in super::super) fn give(duty: &Deadline) -> MeetDuty {
    MeetDuty { duty: duty.no, message: words("It is in the post to you today") }
}

pub(in super::super) fn circulate(documents: &[u16]) -> CirculatePapers {
    let documents = documents.iter().map(|no| DocumentNo(*no)).collect();
    CirculatePapers { documents: Some(documents), waiver: None }
}
