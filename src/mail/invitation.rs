//! Meetings in people's calendars: an invitation, its change and its cancelling as .ics (E25).

use std::fmt::Write;

use chrono::{DateTime, Utc};
use icalendar::{
    Alarm, Attendee, Calendar, Class, Component, Event, EventLike, EventStatus, PartStat, Property, Role,
};
use sha2::{Digest, Sha256};

use super::line::one_line;
use crate::domain::ids::{CaseId, MeetingNo};
use crate::domain::text::EmailAddress;

/// A meeting as one person's calendar should show it. It names that one person only: nobody learns from an
/// invitation who else is asked, or at which address (P18).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    /// The same for the invitation, each change and the cancelling, so that a moved meeting moves.
    pub uid: InvitationUid,
    /// 0 at first; each change and the cancelling have a higher number.
    pub sequence: u32,
    /// Whether to put it into the calendar (or move it there) or to take it out.
    pub method: ScheduleMethod,
    /// Whether the time is only offered.
    pub settledness: Settledness,
    /// The title in neutral words: others may see the person's calendar.
    pub title: String,
    /// When it begins.
    pub starts_at: DateTime<Utc>,
    /// When it ends.
    pub ends_at: DateTime<Utc>,
    /// Where it is: a room, or words about a call.
    pub place: String,
    /// The school.
    pub organizer: Participant,
    /// The person whose calendar it is.
    pub attendee: Participant,
    /// When the calendar reminds the person.
    pub alarm: Option<MinutesBefore>,
}

/// Somebody named in an invitation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Participant {
    /// Their name as people write it.
    pub name: String,
    /// Their address.
    pub address: EmailAddress,
}

/// How long before the meeting a calendar reminds, in minutes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MinutesBefore(pub u16);

/// What a calendar should do with the meeting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScheduleMethod {
    /// Put it in, or move it.
    Request,
    /// Take it out.
    Cancel,
}

/// Whether the time of a meeting stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settledness {
    /// It is offered, and may still change (R52).
    Offered,
    /// It stands.
    Fixed,
}

impl ScheduleMethod {
    /// The word for it in the file, in the mail header and in the database.
    pub fn keyword(self) -> &'static str {
        match self {
            Self::Request => "REQUEST",
            Self::Cancel => "CANCEL",
        }
    }

    /// The method of that keyword.
    pub fn from_keyword(keyword: &str) -> Option<Self> {
        [Self::Request, Self::Cancel].into_iter().find(|method| method.keyword() == keyword)
    }
}

/// What a calendar knows a meeting by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvitationUid(String);

impl InvitationUid {
    /// The uid of one meeting of one case: always the same, and tells nothing about the case.
    pub fn of(case: CaseId, meeting: MeetingNo, from: &EmailAddress) -> Self {
        let digest = Sha256::digest(format!("heard meeting {case} {meeting}"));
        let domain = from.as_str().rsplit_once('@').map_or("", |(_, domain)| domain);
        let mut uid = String::new();
        for byte in digest.iter().take(16) {
            // Writing into a String cannot fail.
            let _ = write!(uid, "{byte:02x}");
        }
        Self(format!("{uid}@{domain}"))
    }
}

/// An invitation as it is frozen with its mail: the file itself, and the method that the mail header must
/// repeat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CalendarFile {
    /// What a calendar should do.
    pub method: ScheduleMethod,
    /// The file: lines of at most 75 bytes that end with CR and LF.
    pub ics: String,
}

impl Invitation {
    /// The file, stamped `at`.
    ///
    /// Times are instants in UTC: every calendar shows them in the reader's own zone, clock changes
    /// included, and no time-zone table of ours can be out of date.
    pub fn to_file(&self, at: DateTime<Utc>) -> CalendarFile {
        let mut calendar = Calendar::empty();
        calendar
            .append_property(("VERSION", "2.0"))
            .append_property(("PRODID", "-//Heard//Heard//EN"))
            .append_property(("CALSCALE", "GREGORIAN"))
            .append_property(("METHOD", self.method.keyword()))
            .push(self.event(at));
        CalendarFile { method: self.method, ics: folded(&calendar.to_string()) }
    }

    fn event(&self, at: DateTime<Utc>) -> Event {
        let mut event = Event::new();
        event
            .uid(&self.uid.0)
            .timestamp(at)
            .sequence(self.sequence)
            .summary(&one_line(&self.title))
            .location(&one_line(&self.place))
            .starts(self.starts_at)
            .ends(self.ends_at)
            .class(Class::Private)
            .append_property(self.organizer.organizer())
            .attendee(self.attendee.attendee());
        match self.method {
            ScheduleMethod::Request => {
                event.status(match self.settledness {
                    Settledness::Offered => EventStatus::Tentative,
                    Settledness::Fixed => EventStatus::Confirmed,
                });
                self.add_alarm(&mut event, at);
            }
            ScheduleMethod::Cancel => {
                event.status(EventStatus::Cancelled);
            }
        }
        event.done()
    }

    fn add_alarm(&self, event: &mut Event, at: DateTime<Utc>) {
        let Some(MinutesBefore(minutes)) = self.alarm else {
            return;
        };
        let before = chrono::TimeDelta::minutes(i64::from(minutes));
        let mut alarm = Alarm::display(&one_line(&self.title), -before);
        // The crate would fill in a random uid and the time of the clock, and writes the trigger in seconds,
        // which some calendars round up to a day.
        alarm
            .uid(&format!("alarm-{}", self.uid.0))
            .timestamp(at)
            .add_property("TRIGGER", format!("-PT{minutes}M"));
        event.alarm(alarm);
    }
}

/// The longest line of a file, in bytes (RFC 5545, 3.1).
const LONGEST_LINE: usize = 75;

/// The file with its lines folded again: icalendar 0.17 forgets the space that the last piece of a folded
/// line begins with, and so makes lines of 76 bytes.
fn folded(ics: &str) -> String {
    let mut file = String::with_capacity(ics.len());
    for line in ics.replace("\r\n ", "").split_terminator("\r\n") {
        let mut length = 0;
        for c in line.chars() {
            if length + c.len_utf8() > LONGEST_LINE {
                file.push_str("\r\n ");
                length = 1;
            }
            file.push(c);
            length += c.len_utf8();
        }
        file.push_str("\r\n");
    }
    file
}

impl Participant {
    fn organizer(&self) -> Property {
        Property::new("ORGANIZER", self.calendar_address()).add_parameter("CN", &self.common_name()).done()
    }

    fn attendee(&self) -> Attendee {
        Attendee::new(self.calendar_address())
            .cn(self.common_name())
            .role(Role::ReqParticipant)
            .partstat(PartStat::NeedsAction)
            .rsvp(false)
    }

    fn calendar_address(&self) -> String {
        format!("mailto:{}", self.address)
    }

    /// A parameter has no way to write a double quote (RFC 5545, 3.2).
    fn common_name(&self) -> String {
        one_line(&self.name).replace('"', "'")
    }
}

#[cfg(test)]
pub(super) mod tests {
    use chrono::TimeZone;
    use uuid::Uuid;

    use super::*;

    fn participant(name: &str, address: &str) -> Participant {
        Participant { name: name.to_owned(), address: EmailAddress::parse(address).unwrap() }
    }

    fn stamp() -> DateTime<Utc> {
        Utc.with_ymd_and_hms(2026, 6, 4, 8, 32, 0).unwrap()
    }

    pub(in crate::mail) fn invited() -> Invitation {
        let organizer = participant("Hazel Lane Primary School", "concerns@hazel-lane.example.org");
        Invitation {
            uid: InvitationUid::of(CaseId(Uuid::from_u128(1)), MeetingNo(1), &organizer.address),
            sequence: 0,
            method: ScheduleMethod::Request,
            settledness: Settledness::Fixed,
            title: "Meeting with Hazel Lane Primary School".to_owned(),
            starts_at: Utc.with_ymd_and_hms(2026, 6, 11, 14, 30, 0).unwrap(),
            ends_at: Utc.with_ymd_and_hms(2026, 6, 11, 15, 15, 0).unwrap(),
            place: "The small hall, Hazel Lane, Leeds".to_owned(),
            organizer,
            attendee: participant("Zofia Łukasiewicz", "zofia@example.com"),
            alarm: Some(MinutesBefore(60)),
        }
    }

    fn moved() -> Invitation {
        Invitation {
            sequence: 1,
            starts_at: Utc.with_ymd_and_hms(2026, 11, 12, 15, 30, 0).unwrap(),
            ends_at: Utc.with_ymd_and_hms(2026, 11, 12, 16, 15, 0).unwrap(),
            ..invited()
        }
    }

    pub(in crate::mail) fn cancelled() -> Invitation {
        Invitation { sequence: 2, method: ScheduleMethod::Cancel, ..moved() }
    }

    /// The lines of a file, folding undone (RFC 5545, 3.1).
    fn unfolded(ics: &str) -> Vec<String> {
        ics.replace("\r\n ", "").split_terminator("\r\n").map(str::to_owned).collect()
    }

    #[test]
    fn e25_invitation_change_and_cancelling_keep_the_uid_and_raise_the_sequence() {
        insta::assert_snapshot!("invited_ics", invited().to_file(stamp()).ics);
        insta::assert_snapshot!("moved_ics", moved().to_file(stamp()).ics);
        insta::assert_snapshot!("cancelled_ics", cancelled().to_file(stamp()).ics);
    }

    #[test]
    fn the_uid_is_stable_differs_by_meeting_and_hides_the_case() {
        let from = EmailAddress::parse("concerns@hazel-lane.example.org").unwrap();
        let case = CaseId(Uuid::from_u128(1));
        let first = InvitationUid::of(case, MeetingNo(1), &from);
        assert_eq!(first, InvitationUid::of(case, MeetingNo(1), &from));
        assert_ne!(first, InvitationUid::of(case, MeetingNo(2), &from));
        assert!(!first.0.contains(&case.0.simple().to_string()));
    }

    #[test]
    fn long_lines_of_four_byte_characters_fold_at_75_bytes_and_come_back_whole() {
        for padding in 0..8 {
            let place = format!("{}{}", "x".repeat(padding), "👩‍👧 张".repeat(20));
            let ics = Invitation { place: place.clone(), ..invited() }.to_file(stamp()).ics;
            assert!(ics.split("\r\n").all(|line| line.len() <= 75));
            assert!(unfolded(&ics).contains(&format!("LOCATION:{place}")));
        }
    }

    #[test]
    fn nothing_that_people_write_can_start_a_property() {
        let ics = Invitation {
            title: "A;B,C\\D\r\nATTENDEE:mailto:spy@example.net".to_owned(),
            place: "Hall\nEND:VEVENT\rBEGIN:VEVENT".to_owned(),
            attendee: participant("O\"Neil; \"CN=x\":y,\r\nBEGIN:VALARM", "zofia@example.com"),
            ..invited()
        }
        .to_file(stamp())
        .ics;
        let lines = unfolded(&ics);
        assert!(!ics.replace("\r\n", "").contains(['\r', '\n']));
        assert_eq!(lines.iter().filter(|line| line.starts_with("ATTENDEE")).count(), 1);
        assert_eq!(lines.iter().filter(|line| line.starts_with("BEGIN:")).count(), 3);
        assert!(lines.contains(&r"SUMMARY:A\;B\,C\\D ATTENDEE:mailto:spy@example.net".to_owned()));
        assert!(ics.contains(r#"CN="O'Neil; 'CN=x':y, BEGIN:VALARM""#), "{ics}");
    }

    #[test]
    fn an_invitation_names_one_guest_only() {
        let lines = unfolded(&invited().to_file(stamp()).ics);
        assert_eq!(lines.iter().filter(|line| line.starts_with("ATTENDEE")).count(), 1);
    }

    #[test]
    fn methods_come_back_from_their_keywords() {
        for method in [ScheduleMethod::Request, ScheduleMethod::Cancel] {
            assert_eq!(ScheduleMethod::from_keyword(method.keyword()), Some(method));
        }
        assert_eq!(ScheduleMethod::from_keyword("PUBLISH"), None);
    }

    proptest::proptest! {
        #[test]
        fn whatever_people_write_the_file_has_the_same_properties_in_lines_of_75_bytes(
            words in "\\PC{0,200}|[\\r\\n:;,\"=\\\\ a-z\u{0}-\u{1f}👩]{0,200}",
        ) {
            let ics = Invitation {
                title: words.clone(),
                place: words.clone(),
                attendee: participant(&words, "zofia@example.com"),
                ..invited()
            }
            .to_file(stamp())
            .ics;
            proptest::prop_assert!(ics.split("\r\n").all(|line| line.len() <= 75));
            proptest::prop_assert!(!ics.replace("\r\n", "").contains(['\r', '\n']));
            let names = |ics: &str| -> Vec<String> {
                unfolded(ics)
                    .iter()
                    .map(|line| line.split([':', ';']).next().unwrap().to_owned())
                    .collect()
            };
            proptest::prop_assert_eq!(names(&ics), names(&invited().to_file(stamp()).ics));
        }
    }
}
