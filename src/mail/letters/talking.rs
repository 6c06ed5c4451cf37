//! While it is being looked at: acknowledging, asking, meeting, writing, putting a date off.

use crate::domain::calendar::{day_and_time, long_date};
use crate::domain::case::event::Event;
use crate::domain::case::state::{Meeting, MeetingStatus, Standing};
use crate::domain::case::vocabulary::Kind;
use crate::domain::deadline::{DeadlineRule, Due, Moved};
use crate::domain::procedure::StageKind;
use crate::domain::text::{Words, capital};
use crate::mail::DateLine;

use super::desk::{Desk, date_line};
use super::draft::Draft;
use super::ladder::panel_next;

pub(super) fn acknowledgement(desk: &Desk<'_>) -> Draft {
    match desk.case().kind {
        Kind::Feedback => feedback_read(desk),
        Kind::Concern | Kind::Complaint | Kind::NotSure => looking_into_it(desk),
    }
}

/// Nobody looks into praise or a suggestion, and nobody owes an answer to it.
fn feedback_read(desk: &Desk<'_>) -> Draft {
    Draft::about("your feedback was read")
        .say(format!(
            "{} has read your feedback. Thank you for taking the time.",
            capital(&desk.author_words())
        ))
        .say("You do not need to do anything.")
        .quote_if(Acknowledged::of(desk).message)
        .dates_owed(desk)
}

fn looking_into_it(desk: &Desk<'_>) -> Draft {
    let noun = desk.noun();
    let said = Acknowledged::of(desk);
    Draft::about(format!("we are looking into your {noun}"))
        .say(format!("{} is looking into your {noun}.", capital(&desk.author_words())))
        .say("You do not need to do anything now.")
        .dates_owed(desk)
        .quote_if(said.message)
        .quote_under(&format!("How we understand your {noun}"), said.summary)
        .quote_under("What is still open", said.unresolved)
        .quote_under("What you want to happen", said.wanted)
        .heading("If you would like to talk")
        .say("Ring us or write to us, and we find a time to talk or to meet.")
        .how_counted(desk)
}

/// The contents of R46: summary, what is unresolved, what is wanted, due date, contact, policy, an offer to
/// meet.
pub(super) fn acknowledgement_formal(desk: &Desk<'_>) -> Draft {
    if desk.run().is_some_and(|run| run.kind == StageKind::Panel) {
        return request_for_a_panel(desk);
    }
    let said = Acknowledged::of(desk);
    let facts = desk.facts;
    let contact = desk
        .run()
        .and_then(|run| run.handler.person)
        .map_or_else(|| capital(desk.handler_role()), |person| desk.person_line(person));
    Draft::about("we are looking into your formal complaint")
        .say(format!("We have your formal complaint. {} is looking into it.", capital(desk.handler_role())))
        .say("What you need to do: read how we understand it. If we have something wrong, tell us soon.")
        .dates_owed(desk)
        .quote_under("How we understand your complaint", said.summary)
        .quote_under("What is still unresolved", said.unresolved)
        .quote_under("What you want to happen", said.wanted)
        .quote_under("Also", said.message)
        .heading("If you would like to meet")
        .say("You can talk to us before we decide. Ring us or write to us, and we find a time.")
        .heading("Your contact")
        .say(format!("{contact}\n{}\n{}", facts.school.phone, desk.answers_go_to()))
        .link("Read the complaints procedure that we follow", &facts.links.policy)
        .how_counted(desk)
}

/// The clerk acknowledges a request for a hearing: the clerk arranges it, and the panel decides (2.6).
fn request_for_a_panel(desk: &Desk<'_>) -> Draft {
    let phone = &desk.facts.school.phone;
    let contact = desk.clerk().map_or_else(
        || format!("{}\n{phone}\n{}", capital(desk.handler_role()), desk.answers_go_to()),
        |(clerk, role)| format!("{}, {}\n{phone}\n{}", clerk.name, role.title(), clerk.email),
    );
    Draft::about("we have your request for a hearing")
        .say(format!(
            "We have your request for a hearing. {} arranges it, and the panel decides.",
            capital(desk.handler_role())
        ))
        .say("You do not need to do anything now. If some days are hard for you, tell the clerk.")
        .dates_owed(desk)
        .quote_if(Acknowledged::of(desk).message)
        .then(|draft| panel_next(draft, desk))
        .heading("Your contact")
        .say(contact)
        .link("Read the complaints procedure that we follow", &desk.facts.links.policy)
        .how_counted(desk)
}

/// What the handler wrote.
#[derive(Default)]
struct Acknowledged<'a> {
    summary: Option<&'a Words>,
    unresolved: Option<&'a Words>,
    wanted: Option<&'a Words>,
    message: Option<&'a Words>,
}

impl<'a> Acknowledged<'a> {
    fn of(desk: &Desk<'a>) -> Self {
        if let Some(Event::Acknowledged { summary, unresolved, wanted, message, .. }) = desk.event() {
            Self {
                summary: summary.as_ref(),
                unresolved: unresolved.as_ref(),
                wanted: wanted.as_ref(),
                message: message.as_ref(),
            }
        } else {
            Self::default()
        }
    }
}

pub(super) fn information_asked(desk: &Desk<'_>) -> Draft {
    let question = match desk.event() {
        Some(Event::InformationAsked { question }) => Some(question),
        Some(_) | None => None,
    };
    let by = desk.case().open_deadline(DeadlineRule::Clarification).and_then(|deadline| deadline.due.date());
    Draft::about("we have a question for you")
        .say(format!("{} has a question for you.", capital(&desk.author_words())))
        .quote_if(question)
        .say("What you need to do: answer the question.")
        .dates(by.map(|by| date_line("Answer by", by)).into_iter().collect())
        .say("If you need longer, or cannot answer, tell us. That will not be held against you.")
        .heading(if desk.is_late() { "Our own date" } else { "Our own date stays the same" })
        .dates_owed(desk)
}

pub(super) fn meeting_invitation(desk: &Desk<'_>) -> Draft {
    let noun = desk.noun();
    Draft::about("a meeting with you")
        .say(format!("We would like to meet you about your {noun}."))
        .say(COME_OR_TELL_US)
        .then(|draft| meeting_details(draft, desk))
}

pub(super) fn meeting_changed(desk: &Desk<'_>) -> Draft {
    Draft::about("your meeting has changed")
        .say("The meeting that we arranged with you has changed. These are the new details.")
        .say(COME_OR_TELL_US)
        .then(|draft| meeting_details(draft, desk))
}

const COME_OR_TELL_US: &str =
    "What you need to do: put it into your calendar. If you cannot come, tell us and we find another time.";

fn meeting_details(draft: Draft, desk: &Desk<'_>) -> Draft {
    let Some(meeting) = desk.meeting() else { return draft };
    let staff: Vec<String> = meeting.staff.iter().map(|person| desk.person_line(*person)).collect();
    let draft = draft.dates(meeting_lines(meeting));
    let draft = if staff.is_empty() { draft } else { draft.heading("Who comes from the school").list(staff) };
    draft
        .heading("Who can come with you")
        .say("You can bring somebody, such as a friend or a relative.")
        .then(|draft| what_you_need(draft, desk))
}

pub(super) fn meeting_lines(meeting: &Meeting) -> Vec<DateLine> {
    vec![
        DateLine {
            label: "When".to_owned(),
            date: format!("{}, for {} minutes", day_and_time(meeting.at), meeting.minutes),
        },
        DateLine { label: "Where".to_owned(), date: meeting.place.as_str().to_owned() },
    ]
}

/// What the reader said that they need to take part stands on every appointment (R20).
pub(super) fn what_you_need(draft: Draft, desk: &Desk<'_>) -> Draft {
    let draft = draft.heading("What you need to take part");
    match desk.party().and_then(|party| party.adjustments.as_ref()) {
        Some(needs) => draft.say("You told us this, and we prepare for it:").quote(needs.as_str()),
        None => {
            draft.say("Tell us if something would help you, such as an interpreter or a room without steps.")
        }
    }
}

pub(super) fn meeting_cancelled(desk: &Desk<'_>) -> Draft {
    let draft = Draft::about("your meeting is cancelled");
    let Some(meeting) = desk.meeting() else { return draft.say("The meeting with you is cancelled.") };
    let draft = draft.say(format!("The meeting on {} is cancelled.", day_and_time(meeting.at)));
    match &meeting.status {
        MeetingStatus::Cancelled { reason } => draft
            .say("You do not need to do anything. If you would still like to meet, tell us.")
            .quote_under("Why", Some(reason)),
        MeetingStatus::Booked | MeetingStatus::Held { .. } => {
            draft.say(format!("It is not needed any more, because your {} is closed.", desk.noun()))
        }
    }
}

/// What was said and agreed. Who else was there is left out where there is more than one complainant (P18).
pub(super) fn meeting_note(desk: &Desk<'_>) -> Draft {
    let draft = Draft::about("our note of what we talked about");
    let Some(Event::MeetingRecorded { held_on, present, said, agreed, .. }) = desk.event() else {
        return draft.say("We wrote down what we talked about.");
    };
    let present = (desk.case().complainants().count() == 1).then_some(present);
    draft
        .say(format!("We talked on {}. This is our note of it.", long_date(*held_on)))
        .say("What you need to do: read it, and tell us if you remember it differently.")
        .quote_under("What was said", Some(said))
        .quote_under("What we agreed", agreed.as_ref())
        .quote_under("Who was there", present)
        .say_if(
            desk.question_is_over()
                .then_some("We had asked you a question. After this talk you need not answer it any more."),
        )
        .heading("Our dates")
        .dates_owed(desk)
}

pub(super) fn message(desk: &Desk<'_>) -> Draft {
    let words = match desk.event() {
        Some(Event::MessageSent { words, .. }) => Some(words),
        Some(_) | None => None,
    };
    Draft::about("a message for you")
        .say(format!("{} has written to you about your {}.", capital(&desk.author_words()), desk.noun()))
        .quote_if(words)
        .say("You can answer it if you want to.")
}

/// The new date, the old one and why: before the old one passes (R39, E14).
pub(super) fn extension(desk: &Desk<'_>) -> Draft {
    let deadline = desk.deadline();
    let what = deadline.map_or("our answer", |deadline| postponed(deadline.rule));
    let why = deadline.and_then(|deadline| deadline.changes.last());
    let old = why.and_then(|change| change.from.date());
    let reason = why.and_then(|change| match &change.why {
        Moved::Extended(reason) => Some(reason),
        Moved::Paused
        | Moved::Resumed
        | Moved::CalendarArrived
        | Moved::HearingMoved
        | Moved::RemindedLate
        | Moved::ToldOtherwise { .. } => None,
    });
    let lines = deadline.and_then(|deadline| deadline.due.date()).map(|new| date_line("The new date", new));
    let wait = desk.facts.procedure.no_reply;
    let may_go_on = deadline.is_some_and(|deadline| deadline.rule == DeadlineRule::Respond);
    let late = format!(
        "If our answer is {} late after the new date, you can take it further without waiting for it.",
        wait.unit.amount_words(wait.amount)
    );
    Draft::about("a later date")
        .say(format!("We need more time: {what} comes later than we told you."))
        .say("You do not need to do anything. If the new date is hard for you, tell us.")
        .dates(lines.into_iter().chain(old.map(|old| date_line("The date before", old))).collect())
        .quote_under("Why", reason)
        .say_if((may_go_on && desk.next_stage().is_some()).then_some(late))
}

/// What a put-off date was for.
fn postponed(rule: DeadlineRule) -> &'static str {
    match rule {
        DeadlineRule::Convene => "the panel hearing",
        DeadlineRule::Outcome => "the panel's answer",
        DeadlineRule::Acknowledge
        | DeadlineRule::Respond
        | DeadlineRule::Window
        | DeadlineRule::Clarification
        | DeadlineRule::Confirmation
        | DeadlineRule::Consent
        | DeadlineRule::Papers
        | DeadlineRule::DataProtection
        | DeadlineRule::EarlyYears
        | DeadlineRule::SubjectAccess
        | DeadlineRule::InformationRequest
        | DeadlineRule::Review
        | DeadlineRule::Remedy => "our answer",
    }
}

/// A date has passed, and what it was for is owed: said once, plainly, before anybody has to ask (R40, R41).
pub(super) fn date_missed(desk: &Desk<'_>) -> Draft {
    let noun = desk.noun();
    let waits_for_you = (desk.case().standing() == Standing::OpenAwaitingInformation).then_some(
        "We also asked you a question that is still open. If you can, answer it. It helps us to answer you.",
    );
    Draft::about("we are late")
        .say(format!(
            "We have not kept a date that we gave you. That is our doing, not yours. Your {noun} is not forgotten."
        ))
        .say("You do not need to do anything. Further down is what you can do.")
        .dates_owed(desk)
        .heading("Who has it")
        .say(who_is_late(desk))
        .say_if(school_is_closed(desk))
        .heading("What you can do")
        .say("You can wait for it. You can also ring us or write to us, and ask when it comes.")
        .say_if(desk.going_on_later())
        .say_if(waits_for_you)
}

/// Who has it, by role, and that they know.
fn who_is_late(desk: &Desk<'_>) -> String {
    let told = if school_is_closed(desk).is_some() {
        "They are told on the first day back."
    } else {
        "They are told that it is late."
    };
    match desk.run().map(|run| run.handler.person) {
        Some(Some(_)) => format!("{} has it. {told}", capital(desk.handler_role())),
        Some(None) => format!("It waits for {}. {}", desk.handler_role(), desk.until_somebody_has_it()),
        None => format!("{} has it. {told}", capital(desk.first_reader())),
    }
}

/// In a holiday nobody may be there to ring.
fn school_is_closed(desk: &Desk<'_>) -> Option<String> {
    let holiday = desk.facts.calendar.holiday_at(desk.facts.today).ok().flatten()?;
    Some(format!(
        "The school is closed for a holiday until {}. The office may not answer before then.",
        long_date(holiday.to)
    ))
}

/// We promised to write when the date is there (G8).
pub(super) fn date_known(desk: &Desk<'_>) -> Draft {
    let last = desk.window().filter(|window| window.is_open()).map(|window| window.due);
    let last = match last {
        Some(Due::On(on)) => Some(on),
        Some(Due::CalendarMissing(_) | Due::Paused) | None => None,
    };
    Draft::about("the date that we owed you")
        .say("When we wrote to you before, we could not work out every date. Now we know more.")
        .say("You do not need to do anything now.")
        .last_date(desk, last)
        .dates_owed(desk)
        .how_counted(desk)
}

/// A virus was found in a file that they sent: it says which, and how else it can come.
pub(super) fn file_infected(desk: &Desk<'_>) -> Draft {
    let no = match desk.event() {
        Some(Event::FileChecked { document, .. }) => Some(*document),
        Some(_) | None => None,
    };
    let file = desk.case().documents.iter().find(|document| Some(document.no) == no);
    let name = file.map_or_else(String::new, |file| format!(" \u{201c}{}\u{201d}", file.name));
    Draft::about("a file that you sent")
        .say(format!("Our virus scanner found a virus in the file{name} that you sent us. Nobody here can open it. Everything else that you told us has arrived, and we go on with it."))
        .say("What you need to do: if what is in the file matters, send it in another way, for example as a new photo, or tell us in your own words. It may help to have your phone or computer checked.")
}

/// What the law asks for by a date of its own, with the body that sees to that law (R15).
pub(super) fn duty_met(desk: &Desk<'_>) -> Draft {
    let message = match desk.event() {
        Some(Event::DutyMet { message, .. }) => Some(message),
        Some(_) | None => None,
    };
    let rule = desk.deadline().map(|deadline| deadline.rule);
    let (happened, body) = duty(rule.unwrap_or(DeadlineRule::Respond));
    Draft::about("what the law asks of us")
        .say(happened)
        .say("You do not need to do anything.")
        .quote_if(message)
        .say_if(body)
        .dates_owed(desk)
}

/// What was given, and who outside the school sees to it.
fn duty(rule: DeadlineRule) -> (&'static str, Option<&'static str>) {
    let ico = "If you are not content with this, tell us. You can also go to the Information Commissioner: ico.org.uk.";
    match rule {
        DeadlineRule::DataProtection => {
            ("We have what you told us about the use of personal data. We look into it.", Some(ico))
        }
        DeadlineRule::EarlyYears => (
            "This is the outcome of what you raised about care in the early years.",
            Some(
                "If you are not content with this, tell us. The inspectors of early years care look at it too.",
            ),
        ),
        DeadlineRule::SubjectAccess => ("This is our answer to your request for personal data.", Some(ico)),
        DeadlineRule::InformationRequest => {
            ("This is our answer to your request for information.", Some(ico))
        }
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
        | DeadlineRule::Remedy => ("We have done what we owed you.", None),
    }
}
