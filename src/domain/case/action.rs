//! The table of moves (domain.md 9.2): who may do what, from where. `decide`, the list of actions, the
//! tests and docs/DOMAIN.md all read this one table.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::state::Standing::{
    self, Closed, HearingAppointed, HearingDecided, HearingHeard, HearingPapersOut, HearingRequested,
    HearingScheduled, OpenAwaitingInformation, OpenMeetingBooked, OpenNew, OpenWorking, Replied, Screening,
    Suspended,
};

/// Who may act, in relation to a case. Whoever is complained about is never any of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum By {
    /// C: a complainant, for their own case.
    Complainant,
    /// S: staff who record what a complainant asked for.
    Staff,
    /// H: the handler of the stage.
    Handler,
    /// O: the complaints co-ordinator.
    Coordinator,
    /// K: the clerk.
    Clerk,
    /// A: another person with the post that the guard names.
    Authority,
    /// P: a member of the panel that is to hear it.
    PanelMember,
    /// L: the safeguarding lead, in a case in which a child may be at risk (R14, 4.4).
    SafeguardingLead,
    /// D: the data protection officer, in a case that they see.
    DataProtection,
    /// Q: whoever is asked whether somebody may raise it for them or for their child (R10).
    AskedToAgree,
    /// T: time.
    Clock,
}

impl By {
    /// The letter in the table.
    pub fn letter(self) -> &'static str {
        match self {
            Self::Complainant => "C",
            Self::Staff => "S",
            Self::Handler => "H",
            Self::Coordinator => "O",
            Self::Clerk => "K",
            Self::Authority => "A",
            Self::PanelMember => "P",
            Self::SafeguardingLead => "L",
            Self::DataProtection => "D",
            Self::AskedToAgree => "Q",
            Self::Clock => "T",
        }
    }

    /// Who that is, as people read it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Complainant => "the family",
            Self::Staff => "staff who record it for the family",
            Self::Handler => "the person who has the case",
            Self::Coordinator => "the complaints co-ordinator",
            Self::Clerk => "the clerk",
            Self::Authority => "the headteacher, the chair or a trust officer",
            Self::PanelMember => "a member of the panel",
            Self::SafeguardingLead => "the safeguarding lead, where a child may be at risk",
            Self::DataProtection => "the data protection officer",
            Self::AskedToAgree => "whoever is asked to agree that it is raised for them",
            Self::Clock => "the clock",
        }
    }
}

/// One row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Move {
    /// The action.
    pub action: Action,
    /// Its name in the API.
    pub key: &'static str,
    /// What people read: a verb.
    pub title: &'static str,
    /// Who.
    pub by: &'static [By],
    /// From where.
    pub from: &'static [Standing],
    /// Where to, in words.
    pub to: &'static str,
    /// What must hold, in words.
    pub guard: &'static str,
    /// What follows, in words.
    pub effects: &'static str,
}

const ANY: &[Standing] = &Standing::ALL;
const ANY_BUT_CLOSED: &[Standing] = &[
    Screening,
    OpenNew,
    OpenWorking,
    OpenAwaitingInformation,
    OpenMeetingBooked,
    Replied,
    HearingRequested,
    HearingAppointed,
    HearingScheduled,
    HearingPapersOut,
    HearingHeard,
    HearingDecided,
    Suspended,
];
const OPEN: &[Standing] = &[OpenNew, OpenWorking, OpenAwaitingInformation, OpenMeetingBooked];
const OPEN_OR_HEARING: &[Standing] = &[
    OpenNew,
    OpenWorking,
    OpenAwaitingInformation,
    OpenMeetingBooked,
    HearingRequested,
    HearingAppointed,
    HearingScheduled,
    HearingPapersOut,
    HearingHeard,
];

macro_rules! moves {
    ($($(#[$doc:meta])* $action:ident, $key:literal, $title:literal, [$($by:ident),*], $from:expr, $to:literal, $guard:literal, $effects:literal;)+) => {
        /// Something that can be done to a case. The names are those of the API.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum Action { $($(#[$doc])* $action,)+ }

        /// The whole table, in the order of domain.md 9.2.
        pub const TABLE: &[Move] = &[$(Move {
            action: Action::$action, key: $key, title: $title, by: &[$(By::$by),*], from: $from,
            to: $to, guard: $guard, effects: $effects,
        }),+];

        impl Action {
            /// Its row of the table.
            pub fn row(self) -> Move {
                match self { $(Self::$action => Move {
                    action: Self::$action, key: $key, title: $title, by: &[$(By::$by),*], from: $from,
                    to: $to, guard: $guard, effects: $effects,
                },)+ }
            }
        }
    };
}

moves! {
    /// Let a screened case in.
    Accept, "accept", "Accept the case", [Coordinator, Clerk, Authority, SafeguardingLead], &[Screening], "open.new",
        "each screening reason answered in words; where a child may be at risk, who will have it; an anonymous concern by the headteacher, the chair or a trust officer (R16), or by the safeguarding lead where a child may be at risk", "clocks count from receipt, not from acceptance";
    /// Send points to where they belong.
    Redirect, "redirect", "Send to the right place", [Coordinator, Handler, Clerk, SafeguardingLead],
        &[Screening, OpenNew, OpenWorking, OpenAwaitingInformation, OpenMeetingBooked],
        "same, or closed(redirected) when no point is left", "a reason of 2.7 for each point", "letter with where to go";
    /// Send it to the school that it is about.
    MoveSchool, "move_school", "Move it to another school", [Coordinator, Clerk], &[Screening, OpenNew],
        "screening, or open.new at the other school",
        "another school of the same trust; nothing was answered yet; a reason",
        "procedure, calendar and handler of that school, counted from the same receipt; whoever saw it by a post at the first school sees it no more; the reference stays; the family gets one letter";
    /// Say whether what was written down of a spoken concern is right.
    ConfirmConcern, "confirm_concern", "Say whether what was written down is right", [Complainant, Staff, Handler, Coordinator, Clerk, Authority],
        ANY_BUT_CLOSED, "same",
        "it was spoken, and whoever said it has not said whether it was written down right (R9); what is to be put right; for staff, how they said so",
        "what was written down stays, and what is put right stands beside it; the dates run from the day on which it was spoken, answered or not";
    /// Ask somebody by mail whether another may raise it for them.
    AskConsent, "ask_consent", "Ask for the consent by email", [Staff, Handler, Coordinator, Clerk, Authority], ANY_BUT_CLOSED,
        "same", "somebody raised it for another, no consent is recorded yet, and no child may be at risk (R10); who is asked, and for whom they agree",
        "they get a link of their own that tells who raises it and at which school, and nothing of what it says; a reminder; whoever was asked before is asked no more";
    /// Say whether one agrees that somebody else raises it.
    AnswerConsent, "answer_consent", "Say whether you agree", [AskedToAgree], ANY_BUT_CLOSED,
        "same", "their own link, once (R10)",
        "consent is recorded, or that there is none; the link is over; whoever has the case is told; whoever answered gets a letter that says what they answered";
    /// Write down that the person agrees for whom somebody else raised it.
    RecordConsent, "record_consent", "Record the consent", [Staff, Handler, Coordinator, Clerk, Authority], ANY_BUT_CLOSED,
        "same", "somebody raised it for another, and no consent is recorded yet (R10); who agreed, when and how",
        "it can be accepted, and its answers can be shared with whoever raised it";
    /// Close what was raised for somebody who does not agree.
    CloseWithoutConsent, "close_without_consent", "Close: there is no consent", [Coordinator, Clerk, Authority],
        &[Screening], "closed(no_consent)",
        "somebody raised it for another, no consent is recorded, and no child may be at risk (R10); how it was asked for",
        "a letter that says why, and how it can be raised again";
    /// Keep an anonymous concern on record without looking into it.
    KeepOnRecord, "keep_on_record", "Keep it on record, or refer it", [Authority], &[Screening], "closed(kept_on_record)",
        "the sender gave no name, and no child may be at risk (R16); the headteacher, the chair or a trust officer, not complained about; why, and to whom it was referred",
        "stays on record with the reason; nobody can be written to";
    /// Refuse a matter that comes too late.
    RefuseLate, "refuse_late", "Refuse as too late", [Authority], &[Screening], "closed(out_of_time)",
        "the headteacher or chair, not complained about; it came late (R11, R12), and no child may be at risk; it was considered, and why it is refused",
        "letter with the right to have it looked at again";
    /// Look at that refusal again.
    ReviewRefusal, "review_refusal", "Look at the refusal again", [Authority], &[Closed],
        "closed(out_of_time) as before, or open.new",
        "it was refused as too late, by somebody else (R11), and was not looked at again yet; reasons",
        "the family gets a letter; where it is let in, its dates count from today";
    /// Give the stage to somebody.
    Assign, "assign", "Give it to somebody", [Coordinator, Clerk, Authority, SafeguardingLead],
        &[OpenNew, OpenWorking, OpenAwaitingInformation, OpenMeetingBooked, HearingRequested, HearingAppointed,
          HearingScheduled, HearingPapersOut, HearingHeard, HearingDecided],
        "same", "the new handler has the post and is free of conflict", "both are told; the involvement register is written";
    /// Tell the family that it is being looked at.
    Acknowledge, "acknowledge", "Acknowledge", [Handler, Coordinator, Clerk],
        &[OpenNew, OpenWorking, OpenAwaitingInformation, OpenMeetingBooked, HearingRequested],
        "open.working; the other phases and hearing.requested stay",
        "not acknowledged yet; at a formal stage: the contents of R46; at the panel stage the clerk", "the deadline is met; the family is told";
    /// Ask the family something.
    AskInformation, "ask_information", "Ask the family a question", [Handler], OPEN,
        "open.awaiting_information", "a question", "the family is asked; the clock does not stop";
    /// Answer the handler's question.
    GiveInformation, "give_information", "Give the answer", [Complainant, Staff], OPEN,
        "open.working with the first answer, else same",
        "a question waits for that complainant; each answers for themselves, and who has not answered can until the stage is over",
        "the handler is told";
    /// Book or move a meeting.
    ArrangeMeeting, "arrange_meeting", "Arrange a meeting", [Handler, Coordinator],
        OPEN, "open.meeting_booked; a question that waits stays", "time, place or link, who comes; adjustments are shown",
        "invitations to everybody, with updates";
    /// Call a meeting off.
    CancelMeeting, "cancel_meeting", "Cancel the meeting", [Handler, Coordinator], OPEN, "open.working",
        "a meeting is booked; a reason", "everybody is told";
    /// Write down what happened at a meeting.
    RecordMeeting, "record_meeting", "Record a meeting or call", [Handler], OPEN, "open.working",
        "who was there, what was said, what was agreed", "note to the family";
    /// Put a date off.
    Extend, "extend", "Put the date off", [Handler, Coordinator], OPEN_OR_HEARING, "same",
        "before the due date; a reason; the new date within the cap", "the family is told; both dates stay in the record";
    /// Decide a point.
    RecordFinding, "record_finding", "Record a finding", [Handler, Clerk],
        &[OpenNew, OpenWorking, OpenAwaitingInformation, OpenMeetingBooked, HearingHeard], "same",
        "the decider is not complained about, no witness, and decided no earlier stage; reasons", "one row for each point and run";
    /// Answer.
    Reply, "reply", "Reply to the family", [Handler], OPEN, "replied",
        "every open point has its answer or finding; at formal stages the letter of R47 is complete",
        "acknowledges too where the stage is informal; the window opens with its last date";
    /// Say what is settled.
    Settle, "settle", "Say whether it is settled", [Complainant, Staff], &[Replied],
        "closed(settled) when every point is settled, else same", "yes or no for each point", "the unsettled points can be taken further";
    /// Take it further.
    Escalate, "escalate", "Take it further", [Complainant, Staff],
        &[Replied, OpenNew, OpenWorking, OpenAwaitingInformation, OpenMeetingBooked], "next stage: open.new or hearing.requested",
        "inside the window, or good cause judged by somebody else; which points, why, what is wanted; the next handler clear of earlier roles",
        "a new stage run; both sides are told";
    /// The window is over.
    Lapse, "lapse", "Close because nobody took it further", [Clock], &[Replied], "closed(not_pursued)",
        "the window is over and two reminders were sent", "right to ask for reopening";
    /// Take it back.
    Withdraw, "withdraw", "Withdraw", [Complainant, Staff], ANY_BUT_CLOSED, "closed(withdrawn)",
        "the complainant's own link, or written confirmation; not once the panel's findings are issued (R54)",
        "safeguarding parts go on: where a child may be at risk, the safeguarding lead is told and owns an action (R57)";
    /// Stop the clocks.
    Suspend, "suspend", "Pause the case", [Coordinator, Clerk, Authority, SafeguardingLead],
        &[OpenNew, OpenWorking, OpenAwaitingInformation, OpenMeetingBooked, Replied, HearingRequested, HearingAppointed,
          HearingScheduled, HearingPapersOut, HearingHeard, HearingDecided],
        "suspended", "reason, authority, review date", "clocks stop; the interval is kept";
    /// Start the clocks again.
    Resume, "resume", "Go on with the case", [Coordinator, Clerk, Authority, SafeguardingLead], &[Suspended], "as before", "nothing more",
        "due dates are counted again; both sides are told";
    /// Name the panel.
    AppointPanel, "appoint_panel", "Appoint the panel", [Clerk], &[HearingRequested, HearingAppointed, HearingScheduled, HearingPapersOut],
        "hearing.appointed; a panel that changes keeps its date, and its papers go out again",
        "three or more members, none involved, one independent with the reason (R23-R29); before the hearing again, with the reason: a member declared something, the family objected, somebody cannot come (R27); whoever stands by takes an empty seat in their order, or the reason why not is on record (R28)",
        "the involvement register is written; declarations are asked for; the family is told who sits, who stands by, who is new or left, and why that changed or stays";
    /// Say whether anything stands in the way of sitting.
    DeclareInterest, "declare_interest", "Declare an interest, or that there is none", [PanelMember, Clerk],
        &[HearingAppointed, HearingScheduled, HearingPapersOut], "same",
        "a member for themself, or the clerk for a member, with how they said so; what it is, where there is something (R27)",
        "until nothing stands in the way, the member reads who takes part and when the hearing is, and no more; stands on the case for the clerk and the trust; the clerk is told of an interest; asked again when the hearing moves by more than ten school days";
    /// Set the day.
    ScheduleHearing, "schedule_hearing", "Set the hearing date", [Clerk], &[HearingAppointed, HearingScheduled, HearingPapersOut],
        "hearing.scheduled", "a school day, with notice, within the limit or with a reason; at most three offers before a fixed date",
        "invitations; the papers' deadline counted back";
    /// Send the papers.
    CirculatePapers, "circulate_papers", "Send out the papers", [Clerk], &[HearingScheduled], "hearing.papers_out",
        "the same papers to all, five school days before, or waived in writing", "everybody gets the same papers";
    /// Write down the hearing.
    RecordHearing, "record_hearing", "Record the hearing", [Clerk], &[HearingPapersOut], "hearing.heard",
        "enough members, the complainant's attendance and companion, or absence by choice (R53); minutes", "the outcome deadline starts";
    /// Issue the panel's findings.
    IssueFindings, "issue_findings", "Issue the findings", [Clerk], &[HearingHeard], "hearing.decided",
        "a finding with reasons for each point; recommendations", "goes to the four recipients of R54";
    /// Close a case whose last stage is done.
    Close, "close", "Close the case", [Handler, Clerk, Coordinator, Authority],
        &[OpenNew, OpenWorking, OpenAwaitingInformation, OpenMeetingBooked, Replied, HearingDecided],
        "closed(completed); closed(feedback_noted) for feedback",
        "feedback, by its handler too; or the last stage is answered or decided, and each recipient of R54 sent to, or not applicable with a reason; the action taken, or none with a reason (R55)",
        "exit letter with the outside body";
    /// Stop corresponding, by two people.
    CloseUnreasonable, "close_unreasonable", "End correspondence (two people)", [Authority],
        &[OpenNew, OpenWorking, OpenAwaitingInformation, OpenMeetingBooked, Replied], "closed(unreasonable)",
        "every test of 2.8, two deciders, a letter with reasons, a review date", "labels the case, never a person";
    /// Open a closed case again.
    Reopen, "reopen", "Open again", [Authority], &[Closed], "open.new (a new run of the last stage) or hearing.requested",
        "direction of an outside body, new evidence, or an error of the school", "a new stage run";
    /// Log a contact with an outside body.
    RecordExternalContact, "record_external_contact", "Record a contact with an outside body", [Staff, Handler, Coordinator, Clerk, Authority], ANY,
        "same", "body, date, reference", "the register of R75";
    /// Write an internal note.
    AddNote, "add_note", "Add an internal note", [Staff, Handler, Coordinator, Clerk, Authority], ANY, "same",
        "words", "never seen by a complainant";
    /// Write to the family, or as the family to the school.
    SendMessage, "send_message", "Send a message", [Complainant, Staff, Handler, Coordinator, Clerk, Authority], ANY_BUT_CLOSED, "same", "words",
        "the other side is told";
    /// Add a file.
    AddDocument, "add_document", "Add a file", [Complainant, Staff, Handler, Coordinator, Clerk, Authority], ANY_BUT_CLOSED, "same",
        "a file that was looked at", "stands on the case";
    /// Add somebody who takes part.
    AddParty, "add_party", "Add a person", [Staff, Handler, Coordinator, Clerk, Authority], ANY_BUT_CLOSED, "same", "name and role",
        "each complainant has messages of their own";
    /// Give somebody who helps a complainant a link of their own.
    AddHelper, "add_helper", "Add somebody who helps", [Complainant, Staff, Handler, Coordinator, Clerk, Authority], ANY_BUT_CLOSED, "same",
        "who, as what, and what they may do; the complainant for themselves, or staff with where the consent is (R10)",
        "they get a link of their own by mail, and read what the complainant reads and no more; what they do stands in the history with their name";
    /// End somebody's help.
    EndHelper, "end_helper", "End somebody's help", [Complainant, Staff, Handler, Coordinator, Clerk, Authority], ANY, "same",
        "somebody helps", "their link opens nothing from that moment; they are told";
    /// Put right how somebody is reached.
    CorrectContact, "correct_contact", "Correct contact details", [Complainant, Staff, Handler, Coordinator, Clerk, Authority], ANY_BUT_CLOSED, "same",
        "whose, and what is right now; at least one way to reach them stays; a family's new email address is confirmed by a code",
        "letters go to the new address; the old address is told, and its links stop working";
    /// Mark somebody as complained about.
    MarkSubject, "mark_subject", "Mark who is complained about", [Staff, Handler, Coordinator, Clerk, Authority], ANY_BUT_CLOSED, "same",
        "who", "they are shut out at once, and a stage that they had goes to somebody else; once it went further to a formal step or a panel, they are told that they are asked for their side";
    /// Say that a child may be at risk, where nobody had said so.
    MarkAtRisk, "mark_at_risk", "Say that a child may be at risk", [Staff, Handler, Coordinator, Clerk, Authority],
        ANY_BUT_CLOSED, "same", "it is not marked so yet; why (R14)",
        "the safeguarding lead is told at once, whatever the day; about the head the chair and the trust, and never the head; the family is not told of it by Heard";
    /// Step back from the case oneself.
    Recuse, "recuse", "Say that you should not deal with this", [Handler, PanelMember, Clerk, Coordinator, Authority, SafeguardingLead, Staff],
        ANY_BUT_CLOSED, "same", "why, for the clerk and the co-ordinator alone",
        "they are shut out at once and cannot take it back; a stage that they had goes to the next who is clear, a seat on its panel is free; the family is told only who has it now";
    /// Promise something.
    AddAction, "add_action", "Add a promised action", [Handler, Coordinator, Clerk, Authority], ANY, "same", "what, who, by when",
        "a deadline; stays on the list after closing";
    /// Keep a promise.
    CompleteAction, "complete_action", "Complete an action", [Staff, Handler, Coordinator, Clerk, Authority], ANY, "same", "the proof",
        "the deadline is met";
    /// Take words out of a text.
    TakeOut, "take_out", "Take words out", [Coordinator, Clerk, DataProtection], ANY, "same",
        "which text, which words of it, and why (S22)", "a mark with the reason stands in their place wherever the text is read, in letters too; the original is sealed";
    /// Take a file out.
    TakeOutFile, "take_out_file", "Take a file out", [Coordinator, Clerk, DataProtection], ANY, "same",
        "a file that is still there, and why (S22)", "nobody can open it, and a mark stands in place of its name; the original is sealed";
    /// Give what the law asks for.
    MeetDuty, "meet_duty", "Give what the law asks for", [Handler, Coordinator, Clerk, Authority], ANY, "same",
        "a date of the law is still owed (R15); what the family reads", "the family is told; the law's clock is met, after closing too";
}

/// What the table of moves says to somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum May {
    /// They may, if the case lets it happen.
    Try,
    /// It is theirs, and not while the case stands so.
    NotNow,
    /// It is for somebody else.
    NotTheirs,
}

/// Whether somebody who stands to a case in these ways may try that action while it stands so. What the case itself asks
/// for comes after it.
pub fn may(relations: &BTreeSet<By>, action: Action, standing: Standing) -> May {
    let row = action.row();
    if !row.by.iter().any(|by| relations.contains(by)) {
        return May::NotTheirs;
    }
    if row.from.contains(&standing) { May::Try } else { May::NotNow }
}

impl Action {
    /// Every action, in the order of the table.
    pub fn all() -> impl Iterator<Item = Self> {
        TABLE.iter().map(|row| row.action)
    }

    /// The action of that name.
    pub fn from_key(key: &str) -> Option<Self> {
        TABLE.iter().find(|row| row.key == key).map(|row| row.action)
    }

    /// Its name in the API.
    pub fn key(self) -> &'static str {
        self.row().key
    }

    /// What people read.
    pub fn title(self) -> &'static str {
        self.row().title
    }
}
