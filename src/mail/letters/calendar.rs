//! What goes into the recipient's calendar: meetings and hearings, in words that anybody may see (E25).

use chrono::TimeDelta;

use crate::domain::case::state::{Meeting, MeetingStatus};
use crate::domain::case::vocabulary::HearingBasis;
use crate::domain::ids::{MeetingNo, RunNo};
use crate::domain::notice::{FamilyNews, Notice, NoticeKind, Recipient, StaffNews};
use crate::domain::text::EmailAddress;
use crate::mail::{Invitation, InvitationUid, MinutesBefore, Participant, ScheduleMethod, Settledness};

use super::Facts;
use super::desk::Desk;

/// How long a hearing stands in calendars, in minutes. Its length is not known before, and an entry without
/// an end vanishes in some programs.
const HEARING_MINUTES: i64 = 120;
/// Hearings are numbered from here, one for each stage run, so that none has the uid of a meeting.
const HEARINGS_FROM: u16 = 60_000;
/// When a calendar reminds, in minutes before.
const REMINDER: MinutesBefore = MinutesBefore(60);

/// What the notice puts into the recipient's calendar, moves there or takes out. `None` for notices about
/// something else, and where the recipient or the school has no email address.
pub fn invitation(notice: &Notice, facts: &Facts<'_>) -> Option<Invitation> {
    let desk = Desk::new(notice, facts);
    match notice.kind {
        NoticeKind::Family(
            FamilyNews::MeetingInvitation | FamilyNews::MeetingChanged | FamilyNews::MeetingCancelled,
        )
        | NoticeKind::Staff(
            StaffNews::MeetingInvitation | StaffNews::MeetingChanged | StaffNews::MeetingCancelled,
        ) => of_meeting(&desk),
        NoticeKind::Family(
            FamilyNews::HearingInvitation | FamilyNews::HearingChanged | FamilyNews::HearingCancelled,
        )
        | NoticeKind::Staff(
            StaffNews::HearingInvitation
            | StaffNews::HearingChanged
            | StaffNews::HearingCancelled
            | StaffNews::StoodDown
            | StaffNews::SubjectHearing
            | StaffNews::SubjectHearingOff,
        ) => of_hearing(&desk),
        NoticeKind::Family(FamilyNews::WithdrawnForOne) => off_for_one(&desk),
        NoticeKind::Family(_) | NoticeKind::Staff(_) => None,
    }
}

/// Whoever ends their own part while the case goes on need not come to what is booked: it goes out of their calendar, and
/// stays in everybody else's.
fn off_for_one(desk: &Desk<'_>) -> Option<Invitation> {
    if desk.hearing_to_come().is_some() {
        return of_hearing(desk);
    }
    invitation_to(desk, desk.meeting_to_come()?)
}

fn of_meeting(desk: &Desk<'_>) -> Option<Invitation> {
    invitation_to(desk, desk.meeting()?)
}

fn invitation_to(desk: &Desk<'_>, meeting: &Meeting) -> Option<Invitation> {
    let (organizer, attendee) = (organizer(desk)?, attendee(desk)?);
    let method = method(desk.notice.kind);
    Some(Invitation {
        uid: InvitationUid::of(desk.case().id, meeting.no, &organizer.address),
        sequence: meeting_sequence(meeting, method),
        method,
        settledness: Settledness::Fixed,
        title: title(desk),
        starts_at: meeting.at,
        ends_at: meeting.at + TimeDelta::minutes(i64::from(meeting.minutes)),
        place: meeting.place.as_str().to_owned(),
        organizer,
        attendee,
        alarm: Some(REMINDER),
    })
}

/// A cancelling that no event recorded (the case ended, or one person need not come) counts one on.
fn meeting_sequence(meeting: &Meeting, method: ScheduleMethod) -> u32 {
    match (method, &meeting.status) {
        (ScheduleMethod::Cancel, MeetingStatus::Booked) => meeting.sequence.saturating_add(1),
        (ScheduleMethod::Cancel | ScheduleMethod::Request, _) => meeting.sequence,
    }
}

fn of_hearing(desk: &Desk<'_>) -> Option<Invitation> {
    let (run, date) = (desk.run()?, desk.hearing_date()?);
    let (organizer, attendee) = (organizer(desk)?, attendee(desk)?);
    let method = method(desk.notice.kind);
    let RunNo(no) = run.no;
    Some(Invitation {
        uid: InvitationUid::of(
            desk.case().id,
            MeetingNo(HEARINGS_FROM.saturating_add(no)),
            &organizer.address,
        ),
        // A panel that is named again has dates of its own, which count from 0 again. The place of the event
        // in the record never goes back.
        sequence: desk.notice.cause,
        method,
        settledness: match date.basis {
            HearingBasis::Offered => Settledness::Offered,
            HearingBasis::Agreed | HearingBasis::Fixed => Settledness::Fixed,
        },
        title: title(desk),
        starts_at: date.at,
        ends_at: date.at + TimeDelta::minutes(HEARING_MINUTES),
        place: date.place.as_str().to_owned(),
        organizer,
        attendee,
        alarm: Some(REMINDER),
    })
}

fn method(kind: NoticeKind) -> ScheduleMethod {
    let cancels = matches!(
        kind,
        NoticeKind::Family(
            FamilyNews::MeetingCancelled | FamilyNews::HearingCancelled | FamilyNews::WithdrawnForOne
        ) | NoticeKind::Staff(
            StaffNews::MeetingCancelled
                | StaffNews::HearingCancelled
                | StaffNews::StoodDown
                | StaffNews::SubjectHearingOff
        )
    );
    if cancels { ScheduleMethod::Cancel } else { ScheduleMethod::Request }
}

/// Others may see a calendar: nothing but that there is a meeting with the school.
fn title(desk: &Desk<'_>) -> String {
    match desk.notice.to {
        Recipient::Party(_) => format!("Meeting with {}", desk.facts.school.name),
        Recipient::Person(_) => format!("Meeting {}", desk.case().reference),
    }
}

fn organizer(desk: &Desk<'_>) -> Option<Participant> {
    let school = desk.facts.school;
    Some(Participant { name: school.name.clone(), address: EmailAddress::parse(desk.answers_go_to()).ok()? })
}

fn attendee(desk: &Desk<'_>) -> Option<Participant> {
    let address = match desk.notice.to {
        Recipient::Party(no) => desk.case().party(no)?.email.as_ref()?.as_str(),
        Recipient::Person(person) => desk.facts.directory.person(person)?.email.as_str(),
    };
    Some(Participant { name: desk.reader()?.to_owned(), address: EmailAddress::parse(address).ok()? })
}
