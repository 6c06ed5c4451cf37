//! Who is told what after a command: from the case before, the events and the case after to notices.
//!
//! A notice is a fact, not a text: `mail::letters` writes it. Three rules hold for all of them:
//!
//! 1. Whoever is complained about gets letters of their own, without a link and without anybody's words (R22): that it
//!    went further and they are asked for their side, when a panel hears it (2.4; at once when they are marked later), and what a formal stage or a panel
//!    decided (9.2, R54). Nothing goes to them where a child may be at risk, but the outcome. Nobody is told of their own act; the exceptions are a complainant's
//!    confirmations, and invitations, which everybody needs in a calendar.
//! 2. Each complainant gets a notice of their own. One never learns of another (P18): what one of them
//!    wrote goes to the school alone.
//! 3. A notice is made whether or not there is an email address. Where there is none, the app makes a task
//!    to tell them by telephone or post.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::case::context::Context;
use super::case::decide::only_the_chair;
use super::case::event::{Actor, Event, Recorded, Stamp};
use super::case::sight::sees;
use super::case::state::{
    Case, Declaration, Document, Handler, HearingPhase, MeetingStatus, Party, RunCause, Scan, StageRun,
    Standing, State,
};
use super::case::vocabulary::{ClosedReason, ContactWay, Flag, PartyKind, RefusalReview, WrittenDown};
use super::deadline::{DateReminder, DeadlineRule, Moved};
use super::ids::{DeadlineNo, DocumentNo, MeetingNo, PartyNo, PersonId, RunNo, SchoolId};
use super::person::{Directory, Role};
use super::procedure::StageKind;

/// Whom a notice is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Recipient {
    /// A complainant.
    Party(PartyNo),
    /// Somebody with a post.
    Person(PersonId),
}

/// Whether a message carries what somebody loses if it never arrives (E17). One that does goes again after a
/// crash, and becomes a task when it fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Carries {
    /// A right: to go on, to object, to be there, to have something looked at again.
    Right,
    /// A date by which somebody has to act, or the act that meets one.
    Deadline,
    /// News only.
    Nothing,
}

/// When a message may leave (S7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Timing {
    /// Straight away: receipts, alerts, tasks and reminders.
    AtOnce,
    /// After the undo window: what a person decided or wrote.
    AfterUndo,
}

macro_rules! news {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $key:literal, $carries:ident;)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name {
            $($(#[$vdoc])* $variant,)+
        }

        impl $name {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The word for it in the API and in the database.
            pub const fn key(self) -> &'static str {
                match self { $(Self::$variant => $key,)+ }
            }

            /// What is lost if it never arrives.
            pub fn carries(self) -> Carries {
                match self { $(Self::$variant => Carries::$carries,)+ }
            }
        }
    };
}

news! {
    /// What a complainant is told.
    FamilyNews {
        /// We have it (E11). Never the acknowledgement.
        Receipt = "receipt", Deadline;
        /// The receipt of somebody who joined a case later.
        ReceiptJoined = "receipt_joined", Deadline;
        /// What was written down of what they said waits for them to say whether it is right (R9).
        ConfirmationReminder = "confirmation_reminder", Deadline;
        /// To whoever is asked whether somebody may raise it for them (R10).
        ConsentAsked = "consent_asked", Right;
        /// The same, once more.
        ConsentReminder = "consent_reminder", Right;
        /// To the same: what they answered.
        ConsentNoted = "consent_noted", Nothing;
        /// Somebody looked first, and it goes on.
        LetIn = "let_in", Deadline;
        /// The handler of an informal stage acknowledged it.
        Acknowledgement = "acknowledgement", Deadline;
        /// The handler of a formal stage acknowledged it (R46).
        AcknowledgementFormal = "acknowledgement_formal", Deadline;
        /// The handler asks something.
        InformationAsked = "information_asked", Deadline;
        /// A meeting is booked.
        MeetingInvitation = "meeting_invitation", Deadline;
        /// It moved.
        MeetingChanged = "meeting_changed", Deadline;
        /// It is off.
        MeetingCancelled = "meeting_cancelled", Deadline;
        /// What was said and agreed.
        MeetingNote = "meeting_note", Nothing;
        /// The answer comes later than promised (R39, E14).
        Extension = "extension", Deadline;
        /// A date that we gave has passed, and what it was for is still owed (R40, R41).
        DateMissed = "date_missed", Right;
        /// A date that could not be worked out is there now (G8).
        DateKnown = "date_known", Deadline;
        /// The answer of an informal stage.
        Reply = "reply", Right;
        /// The answer of a formal stage (R47).
        ReplyFormal = "reply_formal", Right;
        /// It is at the next stage.
        MovedUp = "moved_up", Deadline;
        /// Somebody else has it now.
        HandlerChanged = "handler_changed", Nothing;
        /// The window is closing: the first reminder.
        WindowReminderFirst = "window_reminder_first", Right;
        /// The window is closing: the second and last.
        WindowReminderSecond = "window_reminder_second", Right;
        /// Every point is settled.
        Settled = "settled", Nothing;
        /// Some points are settled, some are not.
        SettledInPart = "settled_in_part", Right;
        /// The window is over; the right to ask for reopening.
        Lapsed = "lapsed", Right;
        /// It was withdrawn (R57).
        Withdrawn = "withdrawn", Nothing;
        /// One of several withdrew, and the case goes on for the others, of whom they read nothing (P18).
        WithdrawnForOne = "withdrawal_noted", Nothing;
        /// Points belong elsewhere (R13).
        Redirected = "redirected", Right;
        /// It is with another school of the trust, which it is about.
        SchoolMoved = "school_moved", Deadline;
        /// It came too late (R11).
        RefusedLate = "refused_late", Right;
        /// Somebody else looked at the refusal, and it stands (R11).
        RefusalStands = "refusal_stands", Right;
        /// There is no consent of the person for whom it was raised (R10).
        NoConsent = "no_consent", Right;
        /// The clocks are stopped (R42).
        Suspended = "suspended", Deadline;
        /// They run again.
        Resumed = "resumed", Deadline;
        /// Who sits on the panel; the rights to object and to bring somebody.
        PanelAppointed = "panel_appointed", Right;
        /// The hearing has a date.
        HearingInvitation = "hearing_invitation", Right;
        /// It moved.
        HearingChanged = "hearing_changed", Right;
        /// There will be none.
        HearingCancelled = "hearing_cancelled", Deadline;
        /// The papers are there.
        PapersOut = "papers_out", Right;
        /// The hearing was held; the findings follow.
        HearingHeld = "hearing_held", Deadline;
        /// The panel's findings (R54).
        Findings = "findings", Right;
        /// The procedure is complete; where to go after it (R56).
        Completed = "completed", Right;
        /// Feedback was read.
        FeedbackNoted = "feedback_noted", Nothing;
        /// Two people ended the correspondence (R67).
        CorrespondenceEnded = "correspondence_ended", Right;
        /// It is open again.
        Reopened = "reopened", Deadline;
        /// What the law asks for by a date of its own (R15).
        DutyMet = "duty_met", Right;
        /// How you are reached was put right.
        ContactCorrected = "contact_corrected", Nothing;
        /// The same, to the email address that it was before.
        ContactCorrectedBefore = "contact_corrected_before", Nothing;
        /// To whoever helps a complainant: they have a link of their own.
        HelpBegins = "help_begins", Nothing;
        /// To whoever helped: their link opens nothing any more.
        HelpEnds = "help_ends", Nothing;
        /// A virus was found in a file that they sent.
        FileInfected = "file_infected", Nothing;
        /// To the complainant: the school has added somebody who helps them, or ended it.
        HelpChanged = "help_changed", Nothing;
        /// A message that somebody at the school wrote.
        MessageFromSchool = "message_from_school", Nothing;
    }
}

news! {
    /// What somebody with a post is told.
    StaffNews {
        /// A case is yours.
        NewCase = "new_case", Deadline;
        /// A case has nobody yet.
        NeedsHandler = "needs_handler", Deadline;
        /// Whoever has a case is away or gone, and nobody looks after it (S40).
        NobodyThere = "nobody_there", Deadline;
        /// A case waits to be looked at first.
        ScreeningTask = "screening_task", Deadline;
        /// A child may be at risk (R14).
        SafeguardingAlert = "safeguarding_alert", Deadline;
        /// It asks for something on which data protection law puts a date (R15).
        DataProtectionDuty = "data_protection_duty", Deadline;
        /// Whoever said it puts right what was written down (R9).
        ConcernPutRight = "concern_put_right", Nothing;
        /// Whoever was asked for their consent has answered (R10).
        ConsentAnswered = "consent_answered", Deadline;
        /// The family answered a question.
        InformationGiven = "information_given", Nothing;
        /// A meeting is booked.
        MeetingInvitation = "staff_meeting_invitation", Deadline;
        /// It moved.
        MeetingChanged = "staff_meeting_changed", Deadline;
        /// It is off, or you need not come.
        MeetingCancelled = "staff_meeting_cancelled", Deadline;
        /// A date of a case of yours was put off.
        DateMoved = "date_moved", Deadline;
        /// A date of a case of yours is close (R41, E13).
        DateComing = "date_coming", Deadline;
        /// A date of a case of yours has passed (R41, E13).
        DateOverdue = "date_overdue", Deadline;
        /// A date of a case that somebody else has passed unmet: you can see to it.
        DateOverdueElsewhere = "date_overdue_elsewhere", Nothing;
        /// A case came up to you from the stage below.
        MovedUpToYou = "moved_up_to_you", Deadline;
        /// A case that you had is at the next stage.
        MovedUpFromYou = "moved_up_from_you", Nothing;
        /// A case that you had is with somebody else.
        HandedOver = "handed_over", Nothing;
        /// A case that you had is with another school.
        LeftTheSchool = "left_the_school", Nothing;
        /// A case of yours is paused.
        Suspended = "staff_suspended", Nothing;
        /// It goes on.
        Resumed = "staff_resumed", Deadline;
        /// You sit on a panel: a declaration is asked for (R27).
        DeclarationAsked = "declaration_asked", Deadline;
        /// You sit on a panel no more (R27).
        StoodDown = "stood_down", Deadline;
        /// A member of a panel that you clerk declared an interest (R27).
        InterestDeclared = "interest_declared", Deadline;
        /// The hearing has a date.
        HearingInvitation = "staff_hearing_invitation", Deadline;
        /// It moved.
        HearingChanged = "staff_hearing_changed", Deadline;
        /// There will be none.
        HearingCancelled = "staff_hearing_cancelled", Deadline;
        /// The papers are there.
        PapersOut = "staff_papers_out", Deadline;
        /// The findings can be read by the head and the proprietor (R54).
        FindingsCopy = "findings_copy", Right;
        /// You are complained about, and it was decided (9.2, R54).
        SubjectOutcome = "subject_outcome", Right;
        /// You are complained about, and it went further: you are asked for your side (2.4).
        SubjectMovedUp = "subject_moved_up", Right;
        /// You are complained about, and a panel hears it on a day: you can be heard (2.4, 2.6).
        SubjectHearing = "subject_hearing", Right;
        /// The same hearing will not be held on that day.
        SubjectHearingOff = "subject_hearing_off", Deadline;
        /// One person proposed to end a correspondence; a second decides (R67).
        SecondDeciderNeeded = "second_decider_needed", Deadline;
        /// The family wrote.
        MessageFromFamily = "message_from_family", Nothing;
        /// The family added a file.
        DocumentFromFamily = "document_from_family", Nothing;
        /// A virus was found in a file of a case.
        FileInfected = "staff_file_infected", Nothing;
        /// It has ended for one of several complainants, and goes on for the others.
        OneEndedTheirPart = "one_ended_their_part", Nothing;
        /// Something was promised, and you see to it (R59).
        PromisedAction = "promised_action", Deadline;
        /// A case of yours is closed.
        CaseClosed = "case_closed", Nothing;
    }
}

impl FamilyNews {
    /// Whether it tells what the school does, found or wrote, which nobody reads who raised it for somebody else of whom
    /// no consent is recorded (R10).
    pub fn tells_of_it(self) -> bool {
        match self {
            Self::Acknowledgement
            | Self::AcknowledgementFormal
            | Self::InformationAsked
            | Self::MeetingInvitation
            | Self::MeetingChanged
            | Self::MeetingCancelled
            | Self::MeetingNote
            | Self::Reply
            | Self::ReplyFormal
            | Self::MovedUp
            | Self::WindowReminderFirst
            | Self::WindowReminderSecond
            | Self::Suspended
            | Self::Resumed
            | Self::PanelAppointed
            | Self::HearingInvitation
            | Self::HearingChanged
            | Self::HearingCancelled
            | Self::PapersOut
            | Self::HearingHeld
            | Self::Findings
            | Self::Completed
            | Self::DutyMet
            | Self::MessageFromSchool => true,
            Self::Receipt
            | Self::ReceiptJoined
            | Self::LetIn
            | Self::Extension
            | Self::DateMissed
            | Self::DateKnown
            | Self::HandlerChanged
            | Self::Settled
            | Self::SettledInPart
            | Self::Lapsed
            | Self::Withdrawn
            | Self::WithdrawnForOne
            | Self::Redirected
            | Self::SchoolMoved
            | Self::RefusedLate
            | Self::RefusalStands
            | Self::NoConsent
            | Self::FeedbackNoted
            | Self::CorrespondenceEnded
            | Self::Reopened
            | Self::ContactCorrected
            | Self::ContactCorrectedBefore
            | Self::HelpBegins
            | Self::HelpEnds
            | Self::HelpChanged
            | Self::ConfirmationReminder
            | Self::ConsentAsked
            | Self::ConsentReminder
            | Self::ConsentNoted
            | Self::FileInfected => false,
        }
    }

    /// The letters still waiting to be posted that need not go once this one is written to the same family, because it
    /// says again all that they say: who has the case, and by when they hear.
    ///
    /// A letter with a person's own words, a reason, a right or an invitation goes all the same, and so does the receipt
    /// of a child at risk, which nothing repeats ([`Self::Receipt`] is left out where the case has an alert).
    pub fn overtakes(self) -> &'static [Self] {
        match self {
            Self::Acknowledgement | Self::AcknowledgementFormal => {
                &[Self::Receipt, Self::DateKnown, Self::HandlerChanged]
            }
            Self::Reply | Self::ReplyFormal => &[Self::DateKnown, Self::HandlerChanged],
            Self::Findings => &[Self::DateKnown, Self::HandlerChanged, Self::HearingHeld],
            Self::Receipt
            | Self::ReceiptJoined
            | Self::ConfirmationReminder
            | Self::ConsentAsked
            | Self::ConsentReminder
            | Self::ConsentNoted
            | Self::LetIn
            | Self::Extension
            | Self::DateKnown
            | Self::MovedUp
            | Self::HandlerChanged
            | Self::Suspended
            | Self::Resumed
            | Self::HearingHeld
            | Self::Reopened
            | Self::InformationAsked
            | Self::MeetingInvitation
            | Self::MeetingChanged
            | Self::MeetingCancelled
            | Self::MeetingNote
            | Self::DateMissed
            | Self::WindowReminderFirst
            | Self::WindowReminderSecond
            | Self::Settled
            | Self::SettledInPart
            | Self::Lapsed
            | Self::Withdrawn
            | Self::WithdrawnForOne
            | Self::Redirected
            | Self::SchoolMoved
            | Self::RefusedLate
            | Self::RefusalStands
            | Self::NoConsent
            | Self::PanelAppointed
            | Self::HearingInvitation
            | Self::HearingChanged
            | Self::HearingCancelled
            | Self::PapersOut
            | Self::Completed
            | Self::FeedbackNoted
            | Self::CorrespondenceEnded
            | Self::DutyMet
            | Self::ContactCorrected
            | Self::ContactCorrectedBefore
            | Self::HelpBegins
            | Self::HelpEnds
            | Self::FileInfected
            | Self::HelpChanged
            | Self::MessageFromSchool => &[],
        }
    }
}

/// What a notice says. The set is closed; each has a stable key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoticeKind {
    /// To a complainant.
    Family(FamilyNews),
    /// To somebody with a post.
    Staff(StaffNews),
}

impl NoticeKind {
    /// All of them.
    pub fn all() -> impl Iterator<Item = Self> {
        let family = FamilyNews::ALL.iter().copied().map(Self::Family);
        family.chain(StaffNews::ALL.iter().copied().map(Self::Staff))
    }

    /// The word for it in the API and in the database. No two share one.
    pub fn key(self) -> &'static str {
        match self {
            Self::Family(news) => news.key(),
            Self::Staff(news) => news.key(),
        }
    }

    /// The kind of that key.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::all().find(|kind| kind.key() == key)
    }

    /// What is lost if it never arrives.
    pub fn carries(self) -> Carries {
        match self {
            Self::Family(news) => news.carries(),
            Self::Staff(news) => news.carries(),
        }
    }

    /// Whether whoever is written to can open the case. Whoever is complained about, whoever stood down from a panel,
    /// and whoever works at a school that it has left, cannot: their letters have no link (R22, R27).
    pub fn opens_the_case(self) -> bool {
        let shut_out = matches!(self, Self::Staff(StaffNews::StoodDown | StaffNews::LeftTheSchool));
        !shut_out && !self.is_for_a_subject()
    }

    /// Whether it is for whoever is asked to agree that somebody raises it for them, who is no part of the case (R10).
    pub fn is_about_consent(self) -> bool {
        matches!(
            self,
            Self::Family(FamilyNews::ConsentAsked | FamilyNews::ConsentReminder | FamilyNews::ConsentNoted)
        )
    }

    /// Whether it is a letter to whoever is complained about.
    pub fn is_for_a_subject(self) -> bool {
        matches!(
            self,
            Self::Staff(
                StaffNews::SubjectMovedUp
                    | StaffNews::SubjectHearing
                    | StaffNews::SubjectHearingOff
                    | StaffNews::SubjectOutcome
            )
        )
    }

    /// Whether it names one date alone, so that each of several dates has its own.
    fn names_one_date(self) -> bool {
        matches!(
            self,
            Self::Family(FamilyNews::DateMissed)
                | Self::Staff(
                    StaffNews::DateComing | StaffNews::DateOverdue | StaffNews::DateOverdueElsewhere
                )
        )
    }

    /// When it may leave, by who acted.
    fn timing(self, actor: Actor) -> Timing {
        if self.never_waits() {
            return Timing::AtOnce;
        }
        match actor {
            Actor::Person(_) => Timing::AfterUndo,
            Actor::Complainant(_) | Actor::Public | Actor::Clock => Timing::AtOnce,
        }
    }

    /// Receipts, alerts, tasks and reminders go straight away, whoever acted (S7).
    fn never_waits(self) -> bool {
        matches!(
            self,
            Self::Family(
                FamilyNews::Receipt
                    | FamilyNews::ReceiptJoined
                    | FamilyNews::WindowReminderFirst
                    | FamilyNews::WindowReminderSecond
                    | FamilyNews::DateKnown
            ) | Self::Staff(
                StaffNews::NewCase
                    | StaffNews::NeedsHandler
                    | StaffNews::NobodyThere
                    | StaffNews::ScreeningTask
                    | StaffNews::SafeguardingAlert
                    | StaffNews::DataProtectionDuty
            )
        )
    }
}

/// What a notice is about, besides its case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum About {
    /// The case as it stands.
    Case,
    /// A stage run: its reply, its panel, its hearing.
    Run(RunNo),
    /// A meeting.
    Meeting(MeetingNo),
    /// A deadline.
    Deadline(DeadlineNo),
}

/// Somebody is to be told something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// What.
    pub kind: NoticeKind,
    /// Whom.
    pub to: Recipient,
    /// What is lost if it never arrives.
    pub carries: Carries,
    /// When it may leave.
    pub timing: Timing,
    /// What about.
    pub about: About,
    /// The event that it follows from, by its place in the record of the case.
    pub cause: u32,
}

/// Whom a command tells what, in the order in which it happened. Nobody is told the same twice.
///
/// `before` is the case as it was, absent when it was raised by this command; `events` are those of the
/// command; `after` is what they made of the case.
pub fn notices(before: Option<&Case>, events: &[Recorded], after: &Case, ctx: &Context<'_>) -> Vec<Notice> {
    let directory = ctx.people_for(after);
    let ctx = &Context { directory: &directory, ..*ctx };
    let mut teller = Teller { before, events, after, ctx, told: Vec::new() };
    for recorded in events {
        teller.hear(recorded);
    }
    teller.told
}

/// In which role somebody looks at a case before it opens, where the school has anybody who may.
pub fn first_reader(case: &Case, ctx: &Context<'_>) -> Option<Role> {
    WHO_LOOKS_FIRST.iter().copied().find(|role| !clear_holders(case, *role, ctx).is_empty())
}

/// Whether cases that are being checked wait for that person: they hold the first of these roles that anybody holds
/// at the school, or chair its governors, who see such a case only where they are asked to decide.
pub fn looks_first(person: PersonId, school: SchoolId, directory: &Directory, today: NaiveDate) -> bool {
    let holders = |role: Role| directory.present(role, school, today).map(|known| known.id);
    let first = WHO_LOOKS_FIRST.iter().find(|role| holders(**role).next().is_some());
    first.into_iter().chain([&Role::ChairOfGovernors]).any(|role| holders(*role).any(|id| id == person))
}

/// The holders of a role who are not complained about. Where the role is complained about and we do not
/// know who is meant, nobody in it counts.
fn clear_holders(case: &Case, role: Role, ctx: &Context<'_>) -> Vec<PersonId> {
    let shut_out = case.shut_out();
    let scene = ctx.scene(&case.subjects, case.child.as_ref(), &shut_out);
    scene.clear_holders(role).into_iter().map(|person| person.id).collect()
}

struct Teller<'a> {
    before: Option<&'a Case>,
    events: &'a [Recorded],
    after: &'a Case,
    ctx: &'a Context<'a>,
    told: Vec<Notice>,
}

/// Whether the one who acted is told too.
#[derive(Clone, Copy, PartialEq, Eq)]
enum OwnAct {
    Silent,
    Told,
}

impl Teller<'_> {
    fn hear(&mut self, recorded: &Recorded) {
        let stamp = &recorded.stamp;
        match &recorded.event {
            Event::Raised(raised) => {
                self.family(stamp, FamilyNews::Receipt, About::Case);
                if !raised.screening.is_empty() {
                    self.people(stamp, &self.screeners(self.after), StaffNews::ScreeningTask, About::Case);
                }
                if raised.flags.contains(&Flag::DataProtection) || raised.flags.contains(&Flag::SubjectAccess)
                {
                    let officers = self.clear_holders(Role::DataProtectionOfficer);
                    self.people(stamp, &officers, StaffNews::DataProtectionDuty, About::Case);
                }
            }
            Event::StageStarted { run, handler, cause, .. } => self.stage(stamp, *run, *handler, cause),
            Event::DeadlineMoved { no, why, .. } => self.date(stamp, *no, why),
            Event::AlertRaised { people, .. } => self.alert(stamp, people),
            Event::Redirected { .. } => self.family(stamp, FamilyNews::Redirected, About::Case),
            Event::SchoolMoved { .. } => self.moved_here(stamp),
            Event::RefusalReviewed { outcome: RefusalReview::Stands, .. } => {
                self.family(stamp, FamilyNews::RefusalStands, About::Case);
            }
            Event::ConcernConfirmed { written_down: WrittenDown::PutRight, .. } => {
                self.whoever_has_it(stamp, StaffNews::ConcernPutRight);
            }
            Event::ConsentAsked { party, .. } => self.asked(stamp, party.no, FamilyNews::ConsentAsked),
            Event::ConsentRecorded { .. } | Event::ConsentRefused { .. } => self.consent_answered(stamp),
            Event::ConsentNotGiven { .. } => self.family(stamp, FamilyNews::NoConsent, About::Case),
            Event::RefusedLate { .. } => self.family(stamp, FamilyNews::RefusedLate, About::Case),
            Event::Assigned { run, handler, before, .. } => {
                self.family(stamp, FamilyNews::HandlerChanged, About::Run(*run));
                self.handler(stamp, *run, *handler, StaffNews::NewCase);
                // Whoever has left has no page to open any more.
                if let Some(before) = before.filter(|before| self.ctx.has_a_post(*before)) {
                    self.person(stamp, before, StaffNews::HandedOver, About::Run(*run), OwnAct::Silent);
                }
            }
            Event::HandlerMissing { run, told, .. } => {
                self.people(stamp, told, StaffNews::NobodyThere, About::Run(*run));
            }
            Event::Acknowledged { run, .. } => {
                let news = match self.after.run_no(*run).map(|run| run.kind) {
                    Some(StageKind::Formal | StageKind::Panel) => FamilyNews::AcknowledgementFormal,
                    Some(StageKind::Informal) | None => FamilyNews::Acknowledgement,
                };
                self.family(stamp, news, About::Run(*run));
            }
            Event::InformationAsked { .. } => self.family(stamp, FamilyNews::InformationAsked, About::Case),
            Event::InformationGiven { .. } => self.whoever_has_it(stamp, StaffNews::InformationGiven),
            Event::MeetingArranged { no, staff, sequence, .. } => self.meeting(stamp, *no, staff, *sequence),
            Event::MeetingCancelled { no, .. } => self.meeting_is_off(stamp, *no),
            Event::MeetingRecorded { no, .. } => self.meeting_note(stamp, *no),
            Event::Replied { run, .. } => {
                let news = match self.after.run_no(*run).map(|run| run.kind) {
                    Some(StageKind::Formal | StageKind::Panel) => FamilyNews::ReplyFormal,
                    Some(StageKind::Informal) | None => FamilyNews::Reply,
                };
                self.family(stamp, news, About::Run(*run));
                if news == FamilyNews::ReplyFormal {
                    self.subjects(stamp, *run, StaffNews::SubjectOutcome);
                }
            }
            Event::Settled { run, unsettled, .. } => {
                if !unsettled.is_empty() {
                    self.family(stamp, FamilyNews::SettledInPart, About::Run(*run));
                }
            }
            Event::SettledForOne { party, run, unsettled, .. } => {
                let (news, about) = match unsettled.as_slice() {
                    [] => (FamilyNews::Settled, About::Case),
                    [_, ..] => (FamilyNews::SettledInPart, About::Run(*run)),
                };
                self.complainant(stamp, *party, news, about);
                if unsettled.is_empty() {
                    self.whoever_has_it(stamp, StaffNews::OneEndedTheirPart);
                }
            }
            Event::WithdrawnForOne { party, .. } => {
                self.complainant(stamp, *party, FamilyNews::WithdrawnForOne, About::Case);
                self.whoever_has_it(stamp, StaffNews::OneEndedTheirPart);
            }
            Event::WindowReminded { run, number } => {
                let news = if *number < 2 {
                    FamilyNews::WindowReminderFirst
                } else {
                    FamilyNews::WindowReminderSecond
                };
                // Who has not had the answer is not reminded of its last date.
                let has_it = |party: &PartyNo| !self.ctx.letters.without_answer.contains(party);
                let parties: Vec<PartyNo> =
                    self.after.going_on().map(|party| party.no).filter(has_it).collect();
                for no in parties {
                    self.party(stamp, no, news, About::Run(*run));
                }
            }
            Event::DateReminded { no, reminder, .. } => self.date_reminder(stamp, *no, *reminder),
            Event::Suspended { .. } => {
                self.family(stamp, FamilyNews::Suspended, About::Case);
                self.whoever_has_it(stamp, StaffNews::Suspended);
            }
            Event::Resumed { .. } => {
                self.family(stamp, FamilyNews::Resumed, About::Case);
                self.whoever_has_it(stamp, StaffNews::Resumed);
            }
            Event::PanelAppointed { run, members, .. } => {
                let members: Vec<PersonId> = members.iter().map(|member| member.person).collect();
                self.panel(stamp, *run, &members);
            }
            Event::InterestDeclared { run, declaration: Declaration::Interest(_), .. } => {
                self.people(stamp, &self.clerks(*run), StaffNews::InterestDeclared, About::Run(*run));
            }
            Event::HearingScheduled { run, date, .. } => self.hearing(stamp, *run, date.sequence),
            Event::PapersCirculated { run, .. } => {
                self.family(stamp, FamilyNews::PapersOut, About::Run(*run));
                self.people(stamp, &self.members(*run), StaffNews::PapersOut, About::Run(*run));
                self.people(stamp, &self.speakers(*run), StaffNews::PapersOut, About::Run(*run));
            }
            Event::HearingRecorded { run, .. } => {
                self.family(stamp, FamilyNews::HearingHeld, About::Run(*run));
            }
            Event::FindingsIssued { run, .. } => {
                self.family(stamp, FamilyNews::Findings, About::Run(*run));
                let copies = self.head_and_proprietor();
                self.people(stamp, &copies, StaffNews::FindingsCopy, About::Run(*run));
                self.subjects(stamp, *run, StaffNews::SubjectOutcome);
            }
            Event::UnreasonableProposed { .. } => {
                let deciders = self.second_deciders(stamp.actor);
                self.people(stamp, &deciders, StaffNews::SecondDeciderNeeded, About::Case);
            }
            Event::UnreasonableConfirmed { .. } => {
                self.family(stamp, FamilyNews::CorrespondenceEnded, About::Case);
            }
            Event::Withdrawn { .. } => self.family(stamp, FamilyNews::Withdrawn, About::Case),
            Event::Closed { reason } => self.closed(stamp, *reason),
            Event::SubjectMarked { subject, .. } => {
                self.others_look(stamp);
                self.panel_is_broken(stamp);
                self.heard_from_now_on(stamp, subject.person);
            }
            // A witness who sat on the panel does not any more.
            Event::Involved { .. } | Event::Recused { .. } => self.panel_is_broken(stamp),
            Event::MessageSent { to, .. } => self.message(stamp, to),
            Event::DocumentAdded { document } => self.document(stamp, document),
            Event::FileChecked { document, found: Scan::Infected } => self.infected(stamp, *document),
            Event::PartyAdded { party, .. } => self.joined(stamp, party),
            Event::HelperAdded { party, .. } => self.help(stamp, party, FamilyNews::HelpBegins),
            Event::HelperEnded { party } => {
                if let Some(party) = self.after.party(*party) {
                    self.help(stamp, party, FamilyNews::HelpEnds);
                }
            }
            Event::ContactCorrected { party, email, removed, .. } => {
                self.party(stamp, *party, FamilyNews::ContactCorrected, About::Case);
                if email.is_some() || removed.contains(&ContactWay::Email) {
                    self.address_before(stamp, *party);
                }
            }
            Event::DutyMet { no, .. } => self.family(stamp, FamilyNews::DutyMet, About::Deadline(*no)),
            // Whoever was alerted in the same breath knows from the alert what is left to do.
            Event::RemedyPromised { owner, .. } if self.alerted_now(*owner) => {}
            Event::RemedyPromised { owner, .. } => {
                self.person(stamp, *owner, StaffNews::PromisedAction, About::Case, OwnAct::Silent);
            }
            // Each of these is told by the event that it comes with, or is the school's own record: notes,
            // findings before the reply, contacts with bodies outside.
            Event::DeadlineSet { .. }
            | Event::CountingBegins { .. }
            | Event::DeclarationsAskedAgain { .. }
            | Event::Accepted { .. }
            | Event::ConcernConfirmed { written_down: WrittenDown::Right, .. }
            | Event::RefusalReviewed { outcome: RefusalReview::LetIn, .. }
            | Event::AtRiskMarked { .. }
            | Event::FindingRecorded { .. }
            | Event::Concluded { .. }
            | Event::Reopened { .. }
            | Event::ExternalContactRecorded { .. }
            | Event::NoteAdded { .. }
            | Event::KeptOnRecord { .. }
            | Event::WordsTakenOut { .. }
            | Event::FileTakenOut { .. }
            | Event::FileChecked { .. }
            | Event::ActedFor { .. }
            | Event::HelperActed { .. }
            | Event::ReturnCodeMade { .. }
            | Event::InterestDeclared { declaration: Declaration::Nothing, .. }
            | Event::RemedyDone { .. } => {}
        }
    }

    fn stage(&mut self, stamp: &Stamp, run: RunNo, handler: Handler, cause: &RunCause) {
        match cause {
            RunCause::First => {
                // Raised and opened in one step: the receipt says it all. So does the letter of a move.
                if self.before.is_some() && !self.moved_now() {
                    self.family(stamp, FamilyNews::LetIn, About::Run(run));
                }
                self.handler(stamp, run, handler, StaffNews::NewCase);
            }
            RunCause::Escalated { from, .. } => {
                self.family(stamp, FamilyNews::MovedUp, About::Run(run));
                self.handler(stamp, run, handler, StaffNews::MovedUpToYou);
                self.subjects_are_asked(stamp, run);
                if let Some(earlier) = self.after.run_no(*from).and_then(|run| run.handler.person) {
                    self.person(stamp, earlier, StaffNews::MovedUpFromYou, About::Run(*from), OwnAct::Silent);
                }
            }
            RunCause::Reopened(_) => {
                self.family(stamp, FamilyNews::Reopened, About::Run(run));
                self.handler(stamp, run, handler, StaffNews::NewCase);
            }
        }
    }

    /// Whoever has the stage, or whoever can give it to somebody.
    fn handler(&mut self, stamp: &Stamp, run: RunNo, handler: Handler, news: StaffNews) {
        if handler.person.is_some() {
            self.whoever_has_or_looks_after(stamp, handler, news, About::Run(run));
        } else {
            let who = self.overseers(who_assigns(handler.role));
            self.people(stamp, &who, StaffNews::NeedsHandler, About::Run(run));
        }
    }

    /// At the school that it is about: the family hears once, and whoever looks first there. Whoever had it before is
    /// told that it has gone, and not what it says.
    fn moved_here(&mut self, stamp: &Stamp) {
        self.family(stamp, FamilyNews::SchoolMoved, About::Case);
        if self.after.standing() == Standing::Screening {
            self.people(stamp, &self.screeners(self.after), StaffNews::ScreeningTask, About::Case);
        }
        if self.after.flags.contains(&Flag::DataProtection) || self.after.flags.contains(&Flag::SubjectAccess)
        {
            let officers = self.clear_holders(Role::DataProtectionOfficer);
            self.people(stamp, &officers, StaffNews::DataProtectionDuty, About::Case);
        }
        let had_it = self.before.and_then(|case| case.run()?.handler.person);
        if let Some(person) = had_it.filter(|person| !self.ctx.has_a_post(*person)) {
            self.person(stamp, person, StaffNews::LeftTheSchool, About::Case, OwnAct::Silent);
        }
    }

    fn moved_now(&self) -> bool {
        self.events.iter().any(|recorded| matches!(recorded.event, Event::SchoolMoved { .. }))
    }

    fn date(&mut self, stamp: &Stamp, no: DeadlineNo, why: &Moved) {
        match why {
            Moved::Extended(_) => {
                self.family(stamp, FamilyNews::Extension, About::Deadline(no));
                if let Some(handler) = self.after.run().map(|run| run.handler) {
                    self.whoever_has_or_looks_after(
                        stamp,
                        handler,
                        StaffNews::DateMoved,
                        About::Deadline(no),
                    );
                }
            }
            Moved::CalendarArrived if self.promised(no) => {
                self.family(stamp, FamilyNews::DateKnown, About::Deadline(no));
            }
            // Told by the event that stopped or moved the clock, by the letter, or by the reminder: each with the date
            // that holds.
            Moved::CalendarArrived
            | Moved::Paused
            | Moved::Resumed
            | Moved::HearingMoved
            | Moved::ToldOtherwise { .. }
            | Moved::RemindedLate => {}
        }
    }

    fn date_reminder(&mut self, stamp: &Stamp, no: DeadlineNo, reminder: DateReminder) {
        match reminder {
            DateReminder::Coming => {
                self.whoever_has_it_about(stamp, StaffNews::DateComing, About::Deadline(no));
            }
            DateReminder::LateToSchool => {
                self.whoever_has_it_about(stamp, StaffNews::DateOverdue, About::Deadline(no));
                let others = self.who_sees_to_dates(About::Deadline(no));
                self.people(stamp, &others, StaffNews::DateOverdueElsewhere, About::Deadline(no));
                if self.after.flags.contains(&Flag::ChildAtRisk) {
                    let others = self.not_late(Role::DesignatedSafeguardingLead, About::Deadline(no));
                    self.people(stamp, &others, StaffNews::DateOverdueElsewhere, About::Deadline(no));
                }
            }
            DateReminder::LateToFamily => {
                self.family(stamp, FamilyNews::DateMissed, About::Deadline(no));
            }
            DateReminder::ToAnswer => self.remind_to_answer(stamp, no),
        }
    }

    /// Whoever is asked to answer by that date, and nobody else.
    fn remind_to_answer(&mut self, stamp: &Stamp, no: DeadlineNo) {
        let rule =
            self.after.deadlines.iter().find(|deadline| deadline.no == no).map(|deadline| deadline.rule);
        if rule == Some(DeadlineRule::Confirmation) {
            if let Some(party) = self.after.awaits_confirmation().map(|party| party.no) {
                self.party(stamp, party, FamilyNews::ConfirmationReminder, About::Deadline(no));
            }
        } else if let Some(party) = self.after.asked_to_agree().map(|(party, _)| party.no) {
            self.asked(stamp, party, FamilyNews::ConsentReminder);
        }
    }

    fn asked(&mut self, stamp: &Stamp, no: PartyNo, news: FamilyNews) {
        self.tell(stamp, Recipient::Party(no), NoticeKind::Family(news), About::Case);
    }

    /// What somebody answered by their own link: they get it in writing, and whoever has the case goes on. What staff
    /// wrote down they know.
    fn consent_answered(&mut self, stamp: &Stamp) {
        let Actor::Complainant(no) = stamp.actor else { return };
        if self.after.party(no).is_some_and(|party| party.asked.is_some()) {
            self.asked(stamp, no, FamilyNews::ConsentNoted);
            self.whoever_has_it(stamp, StaffNews::ConsentAnswered);
        }
    }

    /// Who is told that somebody else is late: whoever chases dates (2.4), or the next who sees every case. Never the
    /// one who is late.
    fn who_sees_to_dates(&self, about: About) -> Vec<PersonId> {
        let of_role = |role: &Role| self.not_late(*role, about);
        WHO_SEES_TO_DATES.iter().map(of_role).find(|people| !people.is_empty()).unwrap_or_default()
    }

    /// Those of that role who were not just told that they are late themselves.
    fn not_late(&self, role: Role, about: About) -> Vec<PersonId> {
        let late = NoticeKind::Staff(StaffNews::DateOverdue);
        let told = |person: &PersonId| {
            let is_late = |notice: &Notice| {
                (notice.to, notice.kind, notice.about) == (Recipient::Person(*person), late, about)
            };
            self.told.iter().any(is_late)
        };
        self.clear_holders(role).into_iter().filter(|person| !told(person)).collect()
    }

    /// Whether the family was promised that date.
    fn promised(&self, no: DeadlineNo) -> bool {
        let deadline = self.after.deadlines.iter().find(|deadline| deadline.no == no);
        deadline.is_some_and(|deadline| {
            deadline.is_open()
                && match deadline.rule {
                    DeadlineRule::Acknowledge
                    | DeadlineRule::Respond
                    | DeadlineRule::Window
                    | DeadlineRule::Clarification
                    | DeadlineRule::Convene
                    | DeadlineRule::Outcome
                    | DeadlineRule::DataProtection
                    | DeadlineRule::EarlyYears
                    | DeadlineRule::SubjectAccess
                    | DeadlineRule::InformationRequest => true,
                    DeadlineRule::Confirmation
                    | DeadlineRule::Consent
                    | DeadlineRule::Papers
                    | DeadlineRule::Review
                    | DeadlineRule::Remedy => false,
                }
        })
    }

    /// A school without anybody to alert still has somebody who looks first; somebody must know.
    fn alert(&mut self, stamp: &Stamp, people: &[PersonId]) {
        if people.is_empty() {
            let people = self.overseers(WHO_LOOKS_FIRST);
            self.people(stamp, &people, StaffNews::SafeguardingAlert, About::Case);
        } else {
            self.people(stamp, people, StaffNews::SafeguardingAlert, About::Case);
        }
    }

    fn meeting(&mut self, stamp: &Stamp, no: MeetingNo, staff: &[PersonId], sequence: u32) {
        let (family, school) = match sequence {
            0 => (FamilyNews::MeetingInvitation, StaffNews::MeetingInvitation),
            1.. => (FamilyNews::MeetingChanged, StaffNews::MeetingChanged),
        };
        self.family(stamp, family, About::Meeting(no));
        let before = staff_of_meeting(self.before, no);
        for person in staff {
            let news = if before.contains(person) { school } else { StaffNews::MeetingInvitation };
            self.person(stamp, *person, news, About::Meeting(no), OwnAct::Told);
        }
        for person in before.iter().filter(|person| !staff.contains(person)) {
            self.person(stamp, *person, StaffNews::MeetingCancelled, About::Meeting(no), OwnAct::Told);
        }
    }

    /// Nobody is told of a meeting that is over: only one that is to come can be called off.
    fn meeting_is_off(&mut self, stamp: &Stamp, no: MeetingNo) {
        let to_come = self.after.meetings.iter().any(|meeting| meeting.no == no && meeting.at > stamp.at);
        if !to_come {
            return;
        }
        self.family(stamp, FamilyNews::MeetingCancelled, About::Meeting(no));
        for person in staff_of_meeting(Some(self.after), no) {
            self.person(stamp, person, StaffNews::MeetingCancelled, About::Meeting(no), OwnAct::Told);
        }
    }

    /// A meeting that was booked was for every complainant, and so is its note. A call was with one of them:
    /// where there are several, its note goes to none by itself (P18).
    fn meeting_note(&mut self, stamp: &Stamp, no: Option<MeetingNo>) {
        if no.is_some() || self.after.complainants().count() == 1 {
            let about = no.map_or(About::Case, About::Meeting);
            self.family(stamp, FamilyNews::MeetingNote, about);
        }
    }

    fn hearing(&mut self, stamp: &Stamp, run: RunNo, sequence: u32) {
        let (family, school) = match sequence {
            0 => (FamilyNews::HearingInvitation, StaffNews::HearingInvitation),
            1.. => (FamilyNews::HearingChanged, StaffNews::HearingChanged),
        };
        self.family(stamp, family, About::Run(run));
        for person in self.called_to_hearing(run) {
            self.person(stamp, person, school, About::Run(run), OwnAct::Told);
        }
        if !self.is_at_risk() {
            self.subjects(stamp, run, StaffNews::SubjectHearing);
        }
    }

    /// The family is told who sits; each new member is asked for a declaration, and to the hearing where its day
    /// is set. Whoever sits no longer is told so.
    fn panel(&mut self, stamp: &Stamp, run: RunNo, members: &[PersonId]) {
        self.family(stamp, FamilyNews::PanelAppointed, About::Run(run));
        let sat = self.before.map(|case| members_of(case, run)).unwrap_or_default();
        let new: Vec<PersonId> = members.iter().copied().filter(|person| !sat.contains(person)).collect();
        self.people(stamp, &new, StaffNews::DeclarationAsked, About::Run(run));
        self.stood_down(stamp, run);
        if self.hearing_to_come(stamp) != Some(run) {
            return;
        }
        for person in &new {
            self.person(stamp, *person, StaffNews::HearingInvitation, About::Run(run), OwnAct::Told);
        }
    }

    /// Whoever had a seat on the panel before and has none now.
    fn stood_down(&mut self, stamp: &Stamp, run: RunNo) {
        let before = self.before.map(|case| members_of(case, run)).unwrap_or_default();
        let now = self.members(run);
        for person in before.into_iter().filter(|person| !now.contains(person)) {
            self.person(stamp, person, StaffNews::StoodDown, About::Run(run), OwnAct::Told);
        }
    }

    fn clerks(&self, run: RunNo) -> Vec<PersonId> {
        who_clerks(self.after, run, self.ctx)
    }

    fn members(&self, run: RunNo) -> Vec<PersonId> {
        members_of(self.after, run)
    }

    /// The panel, its clerk, and whoever speaks for the school.
    fn called_to_hearing(&self, run: RunNo) -> Vec<PersonId> {
        let mut people = self.members(run);
        people.extend(self.clerks(run));
        people.extend(self.speakers(run));
        people
    }

    fn speakers(&self, run: RunNo) -> Vec<PersonId> {
        speaks_for_the_school(self.after, run, self.ctx)
    }

    fn closed(&mut self, stamp: &Stamp, reason: ClosedReason) {
        match reason {
            // A reply that was settled in the same breath says so itself: one letter, not two.
            ClosedReason::Settled if self.replied_now() => {}
            ClosedReason::Settled => self.family(stamp, FamilyNews::Settled, About::Case),
            ClosedReason::NotPursued => self.family(stamp, FamilyNews::Lapsed, About::Case),
            ClosedReason::Completed => self.family(stamp, FamilyNews::Completed, About::Case),
            ClosedReason::FeedbackNoted => self.family(stamp, FamilyNews::FeedbackNoted, About::Case),
            // Told by the event that led to it.
            ClosedReason::Withdrawn
            | ClosedReason::OutOfTime
            | ClosedReason::Redirected
            | ClosedReason::NoConsent
            | ClosedReason::KeptOnRecord
            | ClosedReason::Unreasonable => {}
        }
        if let Some(handler) = self.after.run().map(|run| run.handler) {
            self.whoever_has_or_looks_after(stamp, handler, StaffNews::CaseClosed, About::Case);
        }
        self.what_was_booked_is_off(stamp);
    }

    fn replied_now(&self) -> bool {
        self.events.iter().any(|recorded| matches!(recorded.event, Event::Replied { .. }))
    }

    /// A case that ends takes its meetings and its hearing out of everybody's calendar.
    fn what_was_booked_is_off(&mut self, stamp: &Stamp) {
        for no in self.meetings_to_come(stamp) {
            self.meeting_is_off(stamp, no);
        }
        self.hearing_is_off(stamp);
    }

    /// Whoever turns out to be complained about no longer looks at the case, so others do.
    fn others_look(&mut self, stamp: &Stamp) {
        let Some(before) = self.before.filter(|_| self.after.standing() == Standing::Screening) else {
            return;
        };
        let known = self.screeners(before);
        let new: Vec<PersonId> =
            self.screeners(self.after).into_iter().filter(|person| !known.contains(person)).collect();
        self.people(stamp, &new, StaffNews::ScreeningTask, About::Case);
    }

    /// A panel that lost a member is named again, and its hearing gets another date. Whoever it lost is told.
    fn panel_is_broken(&mut self, stamp: &Stamp) {
        if let Some(run) = self.after.run().map(|run| run.no) {
            self.stood_down(stamp, run);
        }
        let was_set = self.before.is_some_and(|case| {
            matches!(
                case.state_under_pause(),
                State::Hearing(HearingPhase::Scheduled | HearingPhase::PapersOut)
            )
        });
        if was_set && matches!(self.after.state_under_pause(), State::Hearing(HearingPhase::Requested)) {
            self.hearing_is_off(stamp);
        }
    }

    fn hearing_is_off(&mut self, stamp: &Stamp) {
        if let Some(run) = self.hearing_to_come(stamp) {
            self.family(stamp, FamilyNews::HearingCancelled, About::Run(run));
            for person in self.called_to_hearing(run) {
                self.person(stamp, person, StaffNews::HearingCancelled, About::Run(run), OwnAct::Told);
            }
            self.subjects_need_not_come(stamp, run);
        }
    }

    fn meetings_to_come(&self, stamp: &Stamp) -> Vec<MeetingNo> {
        self.after
            .meetings
            .iter()
            .filter(|meeting| meeting.status == MeetingStatus::Booked && meeting.at > stamp.at)
            .map(|meeting| meeting.no)
            .collect()
    }

    /// The hearing that people were told of and that is still to come. Where its panel had lost a member before, they know
    /// that it is off.
    fn hearing_to_come(&self, stamp: &Stamp) -> Option<RunNo> {
        let is_off =
            |case: &Case| matches!(case.state_under_pause(), State::Hearing(HearingPhase::Requested));
        if self.before.is_some_and(is_off) {
            return None;
        }
        let run = self.after.run()?;
        let hearing = run.hearing.as_ref()?;
        let to_come = hearing.held.is_none() && hearing.dates.last().is_some_and(|date| date.at > stamp.at);
        to_come.then_some(run.no)
    }

    fn message(&mut self, stamp: &Stamp, to: &[PartyNo]) {
        match stamp.actor {
            Actor::Complainant(_) => self.whoever_has_it(stamp, StaffNews::MessageFromFamily),
            Actor::Person(_) | Actor::Public | Actor::Clock => {
                for no in to {
                    self.party(stamp, *no, FamilyNews::MessageFromSchool, About::Case);
                }
            }
        }
    }

    /// Whoever helps is told for themselves; the complainant, where it was the school's doing.
    fn help(&mut self, stamp: &Stamp, helper: &Party, news: FamilyNews) {
        self.tell(stamp, Recipient::Party(helper.no), NoticeKind::Family(news), About::Case);
        if let (Actor::Person(_), Some(help)) = (stamp.actor, helper.helps) {
            self.party(stamp, help.whom, FamilyNews::HelpChanged, About::Case);
        }
    }

    /// What came with the concern itself is told with it.
    fn document(&mut self, stamp: &Stamp, document: &Document) {
        if document.from.is_some() && self.before.is_some() {
            self.whoever_has_it(stamp, StaffNews::DocumentFromFamily);
        }
    }

    /// Whoever added it learns that a virus was found, and whoever has the case: it has to come in another way.
    fn infected(&mut self, stamp: &Stamp, no: DocumentNo) {
        let Some(document) = self.after.documents.iter().find(|document| document.no == no) else { return };
        if let Some(party) = document.from {
            self.party(stamp, party, FamilyNews::FileInfected, About::Case);
        }
        if let Some(person) = document.added_by {
            self.person(stamp, person, StaffNews::FileInfected, About::Case, OwnAct::Silent);
        }
        self.whoever_has_it(stamp, StaffNews::FileInfected);
    }

    /// Whoever joins is asked to what is booked, too.
    fn joined(&mut self, stamp: &Stamp, party: &Party) {
        match party.kind {
            PartyKind::Complainant => {
                self.party(stamp, party.no, FamilyNews::ReceiptJoined, About::Case);
                for no in self.meetings_to_come(stamp) {
                    self.party(stamp, party.no, FamilyNews::MeetingInvitation, About::Meeting(no));
                }
                if let Some(run) = self.hearing_to_come(stamp) {
                    self.party(stamp, party.no, FamilyNews::HearingInvitation, About::Run(run));
                }
            }
            PartyKind::Supporter | PartyKind::Interpreter | PartyKind::Witness | PartyKind::AskedToAgree => {}
        }
    }

    /// The address that somebody had is told that it is not theirs any more: if they did not ask for it, they learn of
    /// it there.
    fn address_before(&mut self, stamp: &Stamp, no: PartyNo) {
        let known = self.before.and_then(|case| case.party(no));
        if known.is_some_and(|party| party.email.is_some()) {
            self.party(stamp, no, FamilyNews::ContactCorrectedBefore, About::Case);
        }
    }

    fn alerted_now(&self, person: PersonId) -> bool {
        let told = |recorded: &Recorded| matches!(&recorded.event, Event::AlertRaised { people, .. } if people.contains(&person));
        self.events.iter().any(told)
    }

    /// Whoever is complained about and has a post here, each for themselves.
    fn subjects(&mut self, stamp: &Stamp, run: RunNo, news: StaffNews) {
        let people: Vec<PersonId> = self.after.subjects.iter().filter_map(|subject| subject.person).collect();
        for person in people.into_iter().filter(|person| self.ctx.has_a_post(*person)) {
            self.tell(stamp, Recipient::Person(person), NoticeKind::Staff(news), About::Run(run));
        }
    }

    /// At a formal stage and before a panel whoever is complained about is asked for their side (2.4).
    fn subjects_are_asked(&mut self, stamp: &Stamp, run: RunNo) {
        let kind = self.after.run_no(run).map(|run| run.kind);
        let is_formal = matches!(kind, Some(StageKind::Formal | StageKind::Panel));
        if is_formal && !self.is_at_risk() {
            self.subjects(stamp, run, StaffNews::SubjectMovedUp);
        }
    }

    /// Whoever turns out to be complained about once it went further learns what the others learned then: that they are
    /// asked for their side, and the day of the hearing if that is still to come (2.4).
    fn heard_from_now_on(&mut self, stamp: &Stamp, person: Option<PersonId>) {
        let Some(person) = person.filter(|person| !self.is_at_risk() && self.ctx.has_a_post(*person)) else {
            return;
        };
        let went_further = |run: &&StageRun| matches!(run.cause, RunCause::Escalated { .. });
        let Some(run) = self.after.run().filter(went_further) else { return };
        let news = match (self.after.state_under_pause(), run.kind) {
            (State::Open(_), StageKind::Formal)
            | (State::Hearing(HearingPhase::Requested | HearingPhase::Appointed), _) => {
                StaffNews::SubjectMovedUp
            }
            (State::Hearing(HearingPhase::Scheduled | HearingPhase::PapersOut), _) => {
                if self.hearing_to_come(stamp).is_none() {
                    return;
                }
                StaffNews::SubjectHearing
            }
            (State::Open(_), StageKind::Informal | StageKind::Panel)
            | (
                State::Hearing(HearingPhase::Heard | HearingPhase::Decided)
                | State::Screening { .. }
                | State::Replied
                | State::Suspended { .. }
                | State::Closed { .. },
                _,
            ) => return,
        };
        let run = run.no;
        self.tell(stamp, Recipient::Person(person), NoticeKind::Staff(news), About::Run(run));
    }

    /// Only who was told of the hearing is told that it is off: not a member who turns out to be complained about.
    fn subjects_need_not_come(&mut self, stamp: &Stamp, run: RunNo) {
        let knew = |case: &Case| {
            case.subjects.iter().filter_map(|subject| subject.person).collect::<Vec<PersonId>>()
        };
        let people = self.before.map(knew).unwrap_or_default();
        let told = people.into_iter().filter(|person| !self.is_at_risk() && self.ctx.has_a_post(*person));
        for person in told.collect::<Vec<_>>() {
            let kind = NoticeKind::Staff(StaffNews::SubjectHearingOff);
            self.tell(stamp, Recipient::Person(person), kind, About::Run(run));
        }
    }

    /// Where a child may be at risk, the safeguarding lead decides what whoever is complained about learns, and when.
    fn is_at_risk(&self) -> bool {
        self.after.flags.contains(&Flag::ChildAtRisk)
    }

    /// Every complainant, each for themselves.
    fn family(&mut self, stamp: &Stamp, news: FamilyNews, about: About) {
        let parties: Vec<PartyNo> = self.after.going_on().map(|party| party.no).collect();
        for no in parties {
            self.party(stamp, no, news, about);
        }
    }

    fn party(&mut self, stamp: &Stamp, no: PartyNo, news: FamilyNews, about: About) {
        if self.after.going_on().any(|party| party.no == no) {
            self.complainant(stamp, no, news, about);
        }
    }

    /// One complainant, whose own part may end with what they are told.
    fn complainant(&mut self, stamp: &Stamp, no: PartyNo, news: FamilyNews, about: About) {
        let kept_back = news.tells_of_it() && self.after.waits_for_consent(no);
        if !kept_back && self.after.complainants().any(|party| party.no == no) {
            self.tell(stamp, Recipient::Party(no), NoticeKind::Family(news), about);
        }
    }

    /// The handler of the present stage; whoever looks first while there is none.
    fn whoever_has_it(&mut self, stamp: &Stamp, news: StaffNews) {
        self.whoever_has_it_about(stamp, news, About::Case);
    }

    fn whoever_has_it_about(&mut self, stamp: &Stamp, news: StaffNews, about: About) {
        match self.after.run().map(|run| run.handler) {
            Some(handler @ Handler { person: Some(_), .. }) => {
                self.whoever_has_or_looks_after(stamp, handler, news, about);
            }
            Some(Handler { role, person: None }) => {
                let who = self.overseers(who_assigns(role));
                self.people(stamp, &who, news, about);
            }
            None => {
                let who = self.overseers(WHO_LOOKS_FIRST);
                self.people(stamp, &who, news, about);
            }
        }
    }

    /// Whoever has a stage, and whoever looks after it while they are away (S40).
    fn whoever_has_or_looks_after(&mut self, stamp: &Stamp, handler: Handler, news: StaffNews, about: About) {
        let Some(person) = handler.person else { return };
        self.person(stamp, person, news, about, OwnAct::Silent);
        let (directory, school, today) = (self.ctx.directory, self.ctx.school.id, self.ctx.today);
        let delegates: Vec<PersonId> = directory.delegates(person, handler.role, school, today).collect();
        let case = self.after;
        for delegate in delegates.into_iter().filter(|delegate| self.ctx.acts_for(*delegate, case).is_some())
        {
            self.person(stamp, delegate, news, about, OwnAct::Silent);
        }
    }

    fn people(&mut self, stamp: &Stamp, people: &[PersonId], news: StaffNews, about: About) {
        for person in people {
            self.person(stamp, *person, news, about, OwnAct::Silent);
        }
    }

    fn person(&mut self, stamp: &Stamp, person: PersonId, news: StaffNews, about: About, own_act: OwnAct) {
        let acted = stamp.actor == Actor::Person(person) && own_act == OwnAct::Silent;
        if !acted && !self.after.is_shut_out(person) {
            self.tell(stamp, Recipient::Person(person), NoticeKind::Staff(news), about);
        }
    }

    fn tell(&mut self, stamp: &Stamp, to: Recipient, kind: NoticeKind, about: About) {
        let is_said = |notice: &Notice| {
            notice.kind == kind && notice.to == to && (notice.about == about || !kind.names_one_date())
        };
        if self.told.iter().any(is_said) {
            return;
        }
        self.told.push(Notice {
            kind,
            to,
            carries: kind.carries(),
            timing: kind.timing(stamp.actor),
            about,
            cause: stamp.seq,
        });
    }

    fn overseers(&self, order: &[Role]) -> Vec<PersonId> {
        first_of(self.after, order, self.ctx)
    }

    fn clear_holders(&self, role: Role) -> Vec<PersonId> {
        clear_holders(self.after, role, self.ctx)
    }

    /// The head, and who stands for the proprietor: the trust, or the governing body by its chair (R54).
    fn head_and_proprietor(&self) -> Vec<PersonId> {
        let proprietor = self.after.bound.regime.proprietor();
        [Role::Headteacher, proprietor]
            .into_iter()
            .flat_map(|role| {
                // Whoever is away reads it when they are back: it is a right of their post.
                let shut_out = self.after.shut_out();
                let scene = self.ctx.scene(&self.after.subjects, self.after.child.as_ref(), &shut_out);
                scene.clear_holders_away_or_not(role).into_iter().map(|person| person.id).collect::<Vec<_>>()
            })
            .collect()
    }

    /// Whoever looks at a case before it opens, and whoever alone may decide what it waits for.
    fn screeners(&self, case: &Case) -> Vec<PersonId> {
        let mut people = first_of(case, WHO_LOOKS_FIRST, self.ctx);
        let chairs = only_the_chair(case, self.ctx);
        people.extend(chairs.into_iter().filter(|chair| !people.contains(chair)).collect::<Vec<_>>());
        people
    }

    /// Everybody who could be the second of two deciders. A chair who knows nothing of the case is asked only where
    /// nobody else is left: reading it bars them from its panel (R24).
    fn second_deciders(&self, first: Actor) -> Vec<PersonId> {
        let holders = |roles: &[Role]| -> Vec<PersonId> {
            let people = roles.iter().flat_map(|role| self.clear_holders(*role));
            people.filter(|person| first.person() != Some(*person)).collect()
        };
        let mut people = holders(&[Role::Headteacher, Role::TrustOfficer]);
        let nobody = people.is_empty();
        let chairs = holders(&[Role::ChairOfGovernors]);
        people.extend(chairs.into_iter().filter(|chair| nobody || sees(self.after, *chair, self.ctx)));
        people
    }
}

/// Who finds somebody for a case whose handler is away or gone, the first who is there (S40): whoever keeps the dates,
/// the head or the clerk by its stage, and then a person at the trust, or the chair of a school that has none.
pub fn who_finds_somebody(case: &Case, ctx: &Context<'_>) -> Vec<PersonId> {
    let by_stage = match case.run().map(|run| run.kind) {
        Some(StageKind::Panel) => Role::Clerk,
        Some(StageKind::Informal | StageKind::Formal) | None => Role::Headteacher,
    };
    let order = [
        Role::ComplaintsCoordinator,
        by_stage,
        Role::TrustOfficer,
        Role::ChiefExecutive,
        Role::ChairOfTrustees,
        Role::ChairOfGovernors,
        Role::ViceChairOfGovernors,
    ];
    first_of(case, &order, ctx)
}

/// Who clerks the panel: whoever has its stage while they have the post, otherwise every clerk of today, and where there
/// is none whoever finds one.
pub fn who_clerks(case: &Case, run: RunNo, ctx: &Context<'_>) -> Vec<PersonId> {
    let handler = case.run_no(run).map(|run| run.handler);
    let has_it = handler.and_then(|handler| {
        handler.person.filter(|person| ctx.holds(*person, handler.role) && !case.is_shut_out(*person))
    });
    let clerks = || Some(clear_holders(case, Role::Clerk, ctx)).filter(|clerks| !clerks.is_empty());
    let looks_after = |person: PersonId| {
        let people = clerks().unwrap_or_default().into_iter();
        people.filter(|other| ctx.acts_for(*other, case) == Some(person)).collect::<Vec<_>>()
    };
    has_it
        .map(|person| std::iter::once(person).chain(looks_after(person)).collect())
        .or_else(clerks)
        .unwrap_or_else(|| first_of(case, who_assigns(Role::PanelMember), ctx))
}

/// The holders of the first of these roles that has somebody who is not complained about.
fn first_of(case: &Case, order: &[Role], ctx: &Context<'_>) -> Vec<PersonId> {
    order
        .iter()
        .map(|role| clear_holders(case, *role, ctx))
        .find(|people| !people.is_empty())
        .unwrap_or_default()
}

/// Who answers for the school at a hearing: whoever had the latest stage below it, while they have a post; otherwise
/// the headteacher, or who stands for the proprietor. Nobody who is complained about, sits on the panel or is its
/// clerk.
pub fn speaks_for_the_school(case: &Case, run: RunNo, ctx: &Context<'_>) -> Vec<PersonId> {
    let members = members_of(case, run);
    let clerk = case.run_no(run).and_then(|run| run.handler.person);
    let fits = |person: &PersonId| {
        !members.contains(person)
            && clerk != Some(*person)
            && !case.is_shut_out(*person)
            && ctx.has_a_post(*person)
    };
    let below = case.runs.iter().rev().filter(|earlier| earlier.no < run && earlier.kind != StageKind::Panel);
    let handlers = below.filter_map(|earlier| earlier.handler.person);
    if let Some(handler) = handlers.into_iter().find(fits) {
        return vec![handler];
    }
    [Role::Headteacher, case.bound.regime.proprietor()]
        .into_iter()
        .map(|role| clear_holders(case, role, ctx).into_iter().filter(fits).collect::<Vec<_>>())
        .find(|people| !people.is_empty())
        .unwrap_or_default()
}

fn members_of(case: &Case, run: RunNo) -> Vec<PersonId> {
    let hearing = case.run_no(run).and_then(|run| run.hearing.as_ref());
    hearing.map(|hearing| hearing.members.iter().map(|member| member.person).collect()).unwrap_or_default()
}

fn staff_of_meeting(case: Option<&Case>, no: MeetingNo) -> Vec<PersonId> {
    case.into_iter()
        .flat_map(|case| case.meetings.iter())
        .filter(|meeting| meeting.no == no)
        .flat_map(|meeting| meeting.staff.iter().copied())
        .collect()
}

/// Who looks at a case before it opens, the first choice first (9.2, accept).
const WHO_LOOKS_FIRST: &[Role] = &[
    Role::ComplaintsCoordinator,
    Role::Clerk,
    Role::Headteacher,
    Role::ChairOfGovernors,
    Role::TrustOfficer,
    Role::ChiefExecutive,
    Role::ChairOfTrustees,
];

/// Who is told that a date was missed besides whoever missed it, the first choice first (2.4, R41). Each of these
/// sees every case, so nobody is made a part of it by the message (R24).
const WHO_SEES_TO_DATES: &[Role] =
    &[Role::ComplaintsCoordinator, Role::Headteacher, Role::TrustOfficer, Role::Clerk];

/// Whether somebody beside that reader is told that a date was missed.
pub fn somebody_else_sees_to_dates(case: &Case, late: Option<PersonId>, ctx: &Context<'_>) -> bool {
    let others = |role: &Role| clear_holders(case, *role, ctx).into_iter().any(|person| Some(person) != late);
    WHO_SEES_TO_DATES.iter().any(others)
}

/// Who gives a stage to somebody, the first choice first (9.2, assign). A governor is appointed through the
/// clerk (2.3). The school office cannot assign, so a message to it would end there.
fn who_assigns(role: Role) -> &'static [Role] {
    match role {
        Role::Governor | Role::ViceChairOfGovernors | Role::ChairOfGovernors | Role::PanelMember => &[
            Role::Clerk,
            Role::ComplaintsCoordinator,
            Role::TrustOfficer,
            Role::ChairOfGovernors,
            Role::Headteacher,
        ],
        // What is above the school is for the trust to place, or for the clerk where it is about the trust's officers.
        Role::ChiefExecutive | Role::ChairOfTrustees | Role::Trustee | Role::Investigator => &[
            Role::TrustOfficer,
            Role::Clerk,
            Role::ChiefExecutive,
            Role::ChairOfTrustees,
            Role::ComplaintsCoordinator,
            Role::Headteacher,
        ],
        Role::ClassTeacher
        | Role::FormTutor
        | Role::SeniorLeader
        | Role::Headteacher
        | Role::ExecutiveHead
        | Role::Clerk
        | Role::ComplaintsCoordinator
        | Role::SchoolOffice
        | Role::DesignatedSafeguardingLead
        | Role::DataProtectionOfficer
        | Role::TrustOfficer
        | Role::Administrator
        | Role::Inspector => &[
            Role::ComplaintsCoordinator,
            Role::Headteacher,
            Role::TrustOfficer,
            Role::Clerk,
            Role::ChairOfGovernors,
        ],
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_kind_has_a_key_of_its_own_that_leads_back_to_it() {
        let keys: BTreeSet<&str> = NoticeKind::all().map(NoticeKind::key).collect();
        assert_eq!(keys.len(), NoticeKind::all().count());
        for kind in NoticeKind::all() {
            assert_eq!(NoticeKind::from_key(kind.key()), Some(kind));
        }
        assert_eq!(NoticeKind::from_key("no such news"), None);
    }

    #[test]
    fn s7_alerts_never_wait_and_what_a_person_wrote_does() {
        let person = Actor::Person(PersonId(uuid::Uuid::from_u128(1)));
        let timing = |kind: NoticeKind, actor| kind.timing(actor);
        assert_eq!(timing(NoticeKind::Staff(StaffNews::SafeguardingAlert), person), Timing::AtOnce);
        assert_eq!(timing(NoticeKind::Family(FamilyNews::Receipt), person), Timing::AtOnce);
        assert_eq!(timing(NoticeKind::Family(FamilyNews::Reply), person), Timing::AfterUndo);
        assert_eq!(timing(NoticeKind::Family(FamilyNews::Settled), person), Timing::AfterUndo);
        assert_eq!(
            timing(NoticeKind::Family(FamilyNews::Settled), Actor::Complainant(PartyNo(1))),
            Timing::AtOnce
        );
    }
}
