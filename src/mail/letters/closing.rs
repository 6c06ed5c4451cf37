//! The end of a case, in each of its ways, with what is still open to the family.

use crate::domain::calendar::{day_and_time, long_date};
use crate::domain::case::event::Event;
use crate::domain::case::state::Standing;
use crate::domain::case::timeline::alert_words;
use crate::domain::case::vocabulary::RedirectReason;
use crate::domain::text::Words;

use super::desk::{ActedBy, Desk, date_line, points_words};
use super::draft::Draft;
use super::elsewhere::where_to_go;
use super::hearing;
use super::reply::{self, your_points};

pub(super) fn settled(desk: &Desk<'_>) -> Draft {
    let noun = desk.noun();
    let happened = match desk.acted_by() {
        ActedBy::You => format!("You told us that your {noun} is settled, so it is closed. Thank you."),
        ActedBy::School | ActedBy::Unsaid => {
            format!("We have on record that your {noun} is settled, so it is closed.")
        }
    };
    Draft::about(format!("your {noun} is settled"))
        .say(happened)
        .say("You do not need to do anything. What we promised to do, we still do.")
        .then(|draft| not_right(draft, desk))
}

fn not_right(draft: Draft, desk: &Desk<'_>) -> Draft {
    draft.heading("If that is not right").say(format!(
        "Tell us soon. Your {} can be opened again where there is something new, or where we made a mistake.",
        desk.noun()
    ))
}

pub(super) fn lapsed(desk: &Desk<'_>) -> Draft {
    let noun = desk.noun();
    let last =
        desk.last_date().map_or_else(String::new, |on| format!(" The last date was {}.", long_date(on)));
    Draft::about(format!("your {noun} is closed"))
        .say(format!("Your {noun} was not taken further in time, so it is closed.{last}"))
        .say("You do not need to do anything. What we promised to do, we still do.")
        .heading("If you still want to go on")
        .say(
            "You can ask us to open it again. Tell us what kept you, such as illness, or what is new. We \
             decide and tell you why.",
        )
        .say(format!("Ring us or write to us, and give your reference, {}.", desk.case().reference))
}

/// Withdrawn, recorded and confirmed; what concerns the safety of a child goes on (R57).
pub(super) fn withdrawn(desk: &Desk<'_>) -> Draft {
    let noun = desk.noun();
    let happened = match desk.acted_by() {
        ActedBy::You => format!("You have withdrawn your {noun}, so it is closed."),
        ActedBy::School | ActedBy::Unsaid => {
            format!("We have on record that your {noun} is withdrawn, so it is closed.")
        }
    };
    let alert = alert_words(desk.facts.events, &desk.context());
    let safety = if alert.is_some() {
        "We keep the record. A child may be at risk, so we still look into that part."
    } else {
        "We keep the record. If something in it is about the safety of a child, we still look into that part."
    };
    Draft::about(format!("your {noun} is withdrawn"))
        .say(happened)
        .say("You do not need to do anything. If you did not want this, tell us soon.")
        .heading("What we still do")
        .say(safety)
        .say_if(alert)
        .say("You can raise something new at any time.")
        .dates_owed(desk)
}

/// Withdrawn by one of several: true for them, and without a word of anybody else (P18).
pub(super) fn withdrawn_for_one(desk: &Desk<'_>) -> Draft {
    let noun = desk.noun();
    let happened = match desk.acted_by() {
        ActedBy::You => format!("You have withdrawn your {noun}."),
        ActedBy::School | ActedBy::Unsaid => format!("We have on record that you withdrew your {noun}."),
    };
    Draft::about(format!("your {noun} is withdrawn"))
        .say(happened)
        .say("You do not need to do anything. We do not write to you about it any more.")
        .say_if(need_not_come(desk))
        .say("If you did not want this, tell us soon.")
        .heading("What we still do")
        .say(
            "We keep the record. If something in it is about the safety of a child, we still look into that \
             part.",
        )
        .say("You can raise something new at any time.")
}

/// What was booked for the reader, too: the message takes it out of their calendar.
fn need_not_come(desk: &Desk<'_>) -> Option<String> {
    let hearing = desk.hearing_to_come().map(|at| ("hearing", at));
    let (what, at) = hearing.or_else(|| desk.meeting_to_come().map(|meeting| ("meeting", meeting.at)))?;
    Some(format!(
        "You do not need to come to the {what} on {}. This message takes it out of your calendar.",
        day_and_time(at)
    ))
}

pub(super) fn redirected(desk: &Desk<'_>) -> Draft {
    let Some(Event::Redirected { points, reason, words }) = desk.event() else {
        return Draft::about("where to go").say("Part of what you raised belongs elsewhere.");
    };
    let draft = Draft::about("where to go with what you raised")
        .say(format!(
            "What you raised as {} cannot be dealt with by the school's complaints procedure. It has a route of \
             its own.",
            points_words(points)
        ))
        .say(what_to_do(*reason))
        .heading("Where to go");
    let routes = where_to_go(*reason, desk.case().bound.nation);
    let draft = routes.into_iter().fold(draft, Draft::say).quote_if(words.as_ref());
    let draft = your_points(draft, desk, points);
    if desk.case().standing() == Standing::Closed {
        draft.say("Nothing else is left for us to look into, so we have closed it here.").dates_owed(desk)
    } else {
        draft.say("We go on with your other points.").dates_owed(desk)
    }
    .say("If you think that this is wrong, tell us why. We look at it again.")
}

/// A request that the law gives a time for is the school's to answer; the family takes anything else on (R15).
fn what_to_do(reason: RedirectReason) -> &'static str {
    match reason {
        RedirectReason::DataRights | RedirectReason::InformationRequest => {
            "You do not need to do anything. The school answers it under that route."
        }
        RedirectReason::Admissions
        | RedirectReason::SpecialNeedsAssessment
        | RedirectReason::Reorganisation
        | RedirectReason::ChildProtection
        | RedirectReason::Exclusion
        | RedirectReason::Whistleblowing
        | RedirectReason::StaffGrievance
        | RedirectReason::StaffConduct
        | RedirectReason::ThirdPartyProvider
        | RedirectReason::CurriculumContent
        | RedirectReason::ExamResults
        | RedirectReason::Crime
        | RedirectReason::AnotherSchool => "What you need to do: take it to the place below.",
    }
}

/// Considered, refused, with reasons and the right to have it looked at again (R11).
pub(super) fn refused_late(desk: &Desk<'_>) -> Draft {
    let (considered, reason) = match desk.event() {
        Some(Event::RefusedLate { consideration, reason }) => (Some(consideration), Some(reason)),
        Some(_) | None => (None, None),
    };
    let noun = desk.noun();
    let bar = desk
        .facts
        .procedure
        .time_bar
        .map(|bar| format!("Our procedure asks people to tell us {}.", bar.words()));
    Draft::about(format!("our decision about your {noun}"))
        .say(format!(
            "We have decided not to look into your {noun}, because it comes too long after what happened."
        ))
        .say("What you need to do: if you think that this is wrong, ask us to look at the decision again.")
        .say_if(bar)
        .quote_under("What we considered", considered)
        .quote_under("Why we decided this", reason)
        .heading("Your right to have it looked at again")
        .say(format!(
            "Ring us or write to us, and give your reference, {}. Say what kept you from telling us before. \
             Somebody who did not make this decision looks at it.",
            desk.case().reference
        ))
        .say("If a child may be at risk, it is never too late to tell us.")
}

/// Somebody who did not refuse it looked again, and it stays refused: why, and who outside can be asked (R11, R56).
pub(super) fn refusal_stands(desk: &Desk<'_>) -> Draft {
    let noun = desk.noun();
    let reasons = match desk.event() {
        Some(Event::RefusalReviewed { reasons, .. }) => Some(reasons),
        Some(_) | None => None,
    };
    Draft::about(format!("our decision about your {noun}, looked at again"))
        .say(format!(
            "We decided not to look into your {noun}, because it came too late. You asked us to look again."
        ))
        .say("Somebody who did not make that decision has looked at it. It stands.")
        .say("You do not need to do anything. You can go to a body outside the school if you want.")
        .quote_under("Why it stands", reasons)
        .then(|draft| reply::exits(draft, desk))
        .say("If a child may be at risk, it is never too late to tell us.")
}

/// Raised for somebody who did not agree. It says nothing of what the school knows (R10).
pub(super) fn no_consent(desk: &Desk<'_>) -> Draft {
    let noun = desk.noun();
    let asked = match desk.event() {
        Some(Event::ConsentNotGiven { asked }) => Some(asked),
        Some(_) | None => None,
    };
    Draft::about(format!("we cannot look into your {noun}"))
        .say(format!(
            "You raised this {noun} for somebody else. We do not have the consent of that person, so we have closed it."
        ))
        .say("You do not need to do anything. What you can do is below.")
        .say("We cannot tell you anything about that person.")
        .quote_under("How we asked for the consent", asked)
        .heading("What you can do")
        .list(vec![
            "Send us the consent in writing: of the pupil, or of a parent or carer. We then open it again.".to_owned(),
            "Tell that person that they can raise it themselves, at any time.".to_owned(),
        ])
        .say("If a child may be at risk, tell us at once. That needs nobody's consent.")
}

/// The last letter: the procedure is complete, and which body outside the school comes after it (R56).
pub(super) fn completed(desk: &Desk<'_>) -> Draft {
    let (done, why_not) = what_was_done(desk);
    Draft::about("the procedure is complete")
        .say("Your complaint has been through every step of the school's procedure. We have closed it.")
        .say("You do not need to do anything. You can go to a body outside the school if you want.")
        .then(|draft| reply::exits(draft, desk))
        .quote_under("What the panel recommended", hearing::recommendations(desk))
        .quote_under("What the school has done", done)
        .quote_under("Why the school did nothing more", why_not)
        .heading("Your record")
        .say("You can read every letter again on the page of your case. Take them along if you go to another body.")
}

/// What the school did because of the complaint, or why it did nothing (R55).
fn what_was_done<'a>(desk: &Desk<'a>) -> (Option<&'a Words>, Option<&'a Words>) {
    let concluded = desk.facts.events.iter().find_map(|recorded| {
        let Event::Concluded { action_taken, no_action_reason, .. } = &recorded.event else { return None };
        Some((action_taken.as_ref(), no_action_reason.as_ref()))
    });
    concluded.unwrap_or_default()
}

pub(super) fn feedback_noted(desk: &Desk<'_>) -> Draft {
    Draft::about("we have read your feedback")
        .say("We have read your feedback and noted it. Thank you for taking the time.")
        .say("You do not need to do anything. If you want an answer after all, tell us.")
        .dates_owed(desk)
}

/// The letter of two deciders. It ends the correspondence about one case; it says nothing of a person (R67).
pub(super) fn correspondence_ended(desk: &Desk<'_>) -> Draft {
    let (letter, review_on) = match desk.event() {
        Some(Event::UnreasonableConfirmed { letter, review_on, .. }) => (Some(letter), Some(*review_on)),
        Some(_) | None => (None, None),
    };
    Draft::about("we end our letters about this matter")
        .say("We will not go on writing about this matter. Two people decided this together.")
        .say("You do not need to do anything. Below are our reasons and what you can still do.")
        .dates(review_on.map(|on| date_line("We look at this decision again on", on)).into_iter().collect())
        .quote_under("Our reasons", letter)
        .heading("What you can still do")
        .list(vec![
            "Raise something new. We look at it like anybody else's.".to_owned(),
            "Talk to us about anything else as before.".to_owned(),
            "Tell us at once if a child is at risk.".to_owned(),
        ])
        .say("This decision is about this one matter. It is not a judgement of you.")
        .then(|draft| reply::exits(draft, desk))
}
