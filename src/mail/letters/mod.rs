//! Every letter that Heard writes, one function a kind, in small files by theme.
//!
//! A letter is written from a notice and the facts at that moment, and is the letter of record: it is
//! rendered inside the transaction and never changes after that (E18). Nothing here reads a clock or a
//! database.
//!
//! What all of them keep to: the first lines say what has happened, what to do, and by when (E3). The
//! subject has the school, neutral words and the reference (E2). A complainant reads the school's words and
//! their own, never those of another complainant (P18), and never an internal note. Staff get a link
//! instead of what the case says (E5). Sentences have at most 25 words (P37).

mod asked;
mod calendar;
mod closing;
mod contact;
mod desk;
mod door;
mod draft;
mod draft_link;
mod elsewhere;
mod hearing;
mod helping;
mod ladder;
mod own_link;
mod receipt;
mod reply;
mod security;
mod staff;
mod standing_in;
mod subject;
mod talking;
#[cfg(test)]
mod tests;
mod way_in;

use chrono::{DateTime, NaiveDate, Utc};
use url::Url;

use super::{CalendarFile, Letter, Origin, RenderedLetter};
use crate::domain::calendar::Calendar;
use crate::domain::case::contact::{TurnTo, whom_to_turn_to};
use crate::domain::case::context::Context;
use crate::domain::case::event::Recorded;
use crate::domain::case::state::Case;
use crate::domain::notice::{FamilyNews, Notice, NoticeKind, StaffNews, Timing};
use crate::domain::person::Directory;
use crate::domain::procedure::Procedure;
use crate::domain::school::School;

pub use calendar::invitation;
pub use contact::{NewAddress, confirm_address};
pub use door::{PasswordLink, SignInLetter, forgotten_password, sign_in_link, test_message, welcome};
pub use draft_link::{DraftLink, draft_link};
pub use own_link::{FreshLink, fresh_link};
pub use security::{SecurityLetter, SecurityNews, security_news};
pub use standing_in::{AwayNews, NotedAway, StandingIn, StandingInNews, noted_away, standing_in};
pub use way_in::{WayIn, way_in};

use desk::Desk;
use draft::Draft;

/// What a letter is written from: the case after the command, and what stands around it.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// The case as the command left it.
    pub case: &'a Case,
    /// The events of the command.
    pub events: &'a [Recorded],
    /// The school.
    pub school: &'a School,
    /// The version of the procedure that binds the case.
    pub procedure: &'a Procedure,
    /// The school's calendar.
    pub calendar: &'a Calendar,
    /// Who holds which post.
    pub directory: &'a Directory,
    /// The moment of writing.
    pub now: DateTime<Utc>,
    /// The school's date of that moment.
    pub today: NaiveDate,
    /// Where the links go.
    pub links: &'a Links,
    /// Whom to call about a child.
    pub safeguarding: &'a Safeguarding,
}

/// Where the links of a letter go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Links {
    /// The recipient's own page of the case, with their own token. Absent in a letter that goes by post.
    pub case: Option<Url>,
    /// The case as staff see it.
    pub staff: Url,
    /// The published procedure.
    pub policy: Url,
    /// The privacy notice.
    pub privacy: Url,
}

/// Whom to call about a child at risk, besides 999.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Safeguarding {
    /// The school's safeguarding lead, as people reach them: "Grace Okafor, 0113 496 0001".
    pub lead: Option<String>,
    /// The council's team for children, as people reach it: "Leeds children's services, 0113 496 0002".
    pub council: Option<String>,
}

/// A letter with what goes into the recipient's calendar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The letter in both forms.
    pub letter: RenderedLetter,
    /// A meeting or hearing to put in, to move or to take out.
    pub calendar: Option<CalendarFile>,
}

/// The address that a family's answer to a letter about that case goes to (E7): the school's, or somebody else's where
/// that would put it before whoever is complained about (R22).
pub fn answers_go_to<'a>(case: &Case, ctx: &Context<'a>) -> &'a str {
    match whom_to_turn_to(case, ctx) {
        TurnTo::Office => &ctx.school.email,
        TurnTo::Instead { person, .. } => &person.email,
    }
}

/// Writes the letter of a notice and renders it, with its calendar file.
pub fn render(notice: &Notice, facts: &Facts<'_>) -> Written {
    Written {
        letter: write(notice, facts).render(),
        calendar: invitation(notice, facts).map(|invitation| invitation.to_file(facts.now)),
    }
}

/// Whether the mail says that a program sent it: what waits for the undo window was sent by a person (E8).
pub fn origin(notice: &Notice) -> Origin {
    match notice.timing {
        Timing::AtOnce => Origin::Automatic,
        Timing::AfterUndo => Origin::ByAPerson,
    }
}

/// Writes the letter of a notice.
pub fn write(notice: &Notice, facts: &Facts<'_>) -> Letter {
    let desk = Desk::new(notice, facts);
    match notice.kind {
        NoticeKind::Family(news) if notice.kind.is_about_consent() => {
            family(news, &desk).for_whoever_is_asked(&desk)
        }
        NoticeKind::Family(news) => family(news, &desk).for_family(&desk),
        NoticeKind::Staff(news) if notice.kind.opens_the_case() => {
            to_staff(news, &desk).say_if(staff::in_whose_place(&desk)).for_staff(&desk)
        }
        NoticeKind::Staff(news) => to_staff(news, &desk).without_link(&desk),
    }
}

fn family(news: FamilyNews, desk: &Desk<'_>) -> Draft {
    match news {
        FamilyNews::Receipt => receipt::receipt(desk),
        FamilyNews::ReceiptJoined => receipt::joined(desk),
        FamilyNews::ConfirmationReminder => asked::confirmation_reminder(desk),
        FamilyNews::ConsentAsked => asked::consent_asked(desk),
        FamilyNews::ConsentReminder => asked::consent_reminder(desk),
        FamilyNews::ConsentNoted => asked::consent_noted(desk),
        FamilyNews::LetIn => receipt::let_in(desk),
        FamilyNews::Acknowledgement => talking::acknowledgement(desk),
        FamilyNews::AcknowledgementFormal => talking::acknowledgement_formal(desk),
        FamilyNews::InformationAsked => talking::information_asked(desk),
        FamilyNews::MeetingInvitation => talking::meeting_invitation(desk),
        FamilyNews::MeetingChanged => talking::meeting_changed(desk),
        FamilyNews::MeetingCancelled => talking::meeting_cancelled(desk),
        FamilyNews::MeetingNote => talking::meeting_note(desk),
        FamilyNews::MessageFromSchool => talking::message(desk),
        FamilyNews::Extension => talking::extension(desk),
        FamilyNews::DateMissed => talking::date_missed(desk),
        FamilyNews::DateKnown => talking::date_known(desk),
        FamilyNews::DutyMet => talking::duty_met(desk),
        FamilyNews::ContactCorrected => contact::corrected(desk),
        FamilyNews::ContactCorrectedBefore => contact::corrected_before(desk),
        FamilyNews::Reply => reply::informal(desk),
        FamilyNews::ReplyFormal => reply::formal(desk),
        FamilyNews::MovedUp => ladder::moved_up(desk),
        FamilyNews::HandlerChanged => ladder::handler_changed(desk),
        FamilyNews::WindowReminderFirst => ladder::window_reminder_first(desk),
        FamilyNews::WindowReminderSecond => ladder::window_reminder_second(desk),
        FamilyNews::SettledInPart => ladder::settled_in_part(desk),
        FamilyNews::Suspended => ladder::suspended(desk),
        FamilyNews::Resumed => ladder::resumed(desk),
        FamilyNews::Reopened => ladder::reopened(desk),
        FamilyNews::PanelAppointed => hearing::panel_appointed(desk),
        FamilyNews::HearingInvitation => hearing::invitation(desk),
        FamilyNews::HearingChanged => hearing::changed(desk),
        FamilyNews::HearingCancelled => hearing::cancelled(desk),
        FamilyNews::PapersOut => hearing::papers_out(desk),
        FamilyNews::HearingHeld => hearing::held(desk),
        FamilyNews::Findings => hearing::findings(desk),
        FamilyNews::Settled => closing::settled(desk),
        FamilyNews::Lapsed => closing::lapsed(desk),
        FamilyNews::Withdrawn => closing::withdrawn(desk),
        FamilyNews::HelpBegins => helping::begins(desk),
        FamilyNews::HelpEnds => helping::ends(desk),
        FamilyNews::FileInfected => talking::file_infected(desk),
        FamilyNews::HelpChanged => helping::changed(desk),
        FamilyNews::WithdrawnForOne => closing::withdrawn_for_one(desk),
        FamilyNews::Redirected => closing::redirected(desk),
        FamilyNews::SchoolMoved => receipt::school_moved(desk),
        FamilyNews::RefusedLate => closing::refused_late(desk),
        FamilyNews::RefusalStands => closing::refusal_stands(desk),
        FamilyNews::NoConsent => closing::no_consent(desk),
        FamilyNews::Completed => closing::completed(desk),
        FamilyNews::FeedbackNoted => closing::feedback_noted(desk),
        FamilyNews::CorrespondenceEnded => closing::correspondence_ended(desk),
    }
}

fn to_staff(news: StaffNews, desk: &Desk<'_>) -> Draft {
    match news {
        StaffNews::NewCase => staff::new_case(desk),
        StaffNews::NeedsHandler => staff::needs_handler(desk),
        StaffNews::NobodyThere => staff::nobody_there(desk),
        StaffNews::ScreeningTask => staff::screening_task(desk),
        StaffNews::SafeguardingAlert => staff::safeguarding_alert(desk),
        StaffNews::DataProtectionDuty => staff::data_protection_duty(desk),
        StaffNews::ConcernPutRight => asked::put_right(),
        StaffNews::ConsentAnswered => asked::consent_answered(desk),
        StaffNews::InformationGiven => staff::information_given(desk),
        StaffNews::MeetingInvitation => staff::meeting_invitation(desk),
        StaffNews::MeetingChanged => staff::meeting_changed(desk),
        StaffNews::MeetingCancelled => staff::meeting_cancelled(desk),
        StaffNews::DateMoved => staff::date_moved(desk),
        StaffNews::DateComing => staff::date_coming(desk),
        StaffNews::DateOverdue => staff::date_overdue(desk),
        StaffNews::DateOverdueElsewhere => staff::date_overdue_elsewhere(desk),
        StaffNews::MovedUpToYou => staff::moved_up_to_you(desk),
        StaffNews::MovedUpFromYou => staff::moved_up_from_you(desk),
        StaffNews::LeftTheSchool => staff::left_the_school(desk),
        StaffNews::HandedOver => staff::handed_over(desk),
        StaffNews::Suspended => staff::suspended(desk),
        StaffNews::Resumed => staff::resumed(desk),
        StaffNews::DeclarationAsked => staff::declaration_asked(desk),
        StaffNews::StoodDown => staff::stood_down(desk),
        StaffNews::InterestDeclared => staff::interest_declared(),
        StaffNews::HearingInvitation => staff::hearing_invitation(desk),
        StaffNews::HearingChanged => staff::hearing_changed(desk),
        StaffNews::HearingCancelled => staff::hearing_cancelled(desk),
        StaffNews::PapersOut => staff::papers_out(desk),
        StaffNews::FindingsCopy => staff::findings_copy(desk),
        StaffNews::SubjectMovedUp => subject::moved_up(desk),
        StaffNews::SubjectHearing => subject::hearing(desk),
        StaffNews::SubjectHearingOff => subject::hearing_off(desk),
        StaffNews::SubjectOutcome => subject::outcome(desk),
        StaffNews::SecondDeciderNeeded => staff::second_decider_needed(desk),
        StaffNews::MessageFromFamily => staff::message_from_family(desk),
        StaffNews::OneEndedTheirPart => staff::one_ended_their_part(desk),
        StaffNews::DocumentFromFamily => staff::document_from_family(desk),
        StaffNews::FileInfected => staff::file_infected(desk),
        StaffNews::PromisedAction => staff::promised_action(desk),
        StaffNews::CaseClosed => staff::case_closed(desk),
    }
}
