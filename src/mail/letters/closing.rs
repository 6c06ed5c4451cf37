//! The end of a case, in each of its ways, with what is still open to the family.

use crate::domain::calendar::long_date;
use crate::domain::case::event::Event;
use crate::domain::case::state::Standing;
use crate::domain::case::timeline::alert_words;
use crate::domain::case::vocabulary::RedirectReason;
use crate::domain::text::Words;

use super::desk::{ActedBy, Desk, date_line, points_words};
use super::draft::Draft;
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
        .say("If you did not want this, tell us soon.")
        .heading("What we still do")
        .say(
            "We keep the record. If something in it is about the safety of a child, we still look into that \
             part.",
        )
        .say("You can raise something new at any time.")
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
        .heading("Where to go")
        .say(where_to_go(*reason))
        .quote_if(words.as_ref());
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
        | RedirectReason::Crime => "What you need to do: take it to the place below.",
    }
}

/// The routes of 2.7.
pub(super) fn where_to_go(reason: RedirectReason) -> &'static str {
    match reason {
        RedirectReason::Admissions => {
            "School places are decided by your council or the school's admission authority. You can appeal to an \
             independent panel. The letter about the place says how."
        }
        RedirectReason::SpecialNeedsAssessment => {
            "Your council decides about assessments and plans for special educational needs. It can tell you \
             about mediation and about the tribunal. The support that a child gets in school stays with us."
        }
        RedirectReason::Reorganisation => {
            "Your council or the Department for Education decides about changes to schools."
        }
        RedirectReason::ChildProtection => {
            "The school's safeguarding lead and the council's children's services look into the safety of \
             children. Their numbers are at the end of this letter."
        }
        RedirectReason::Exclusion => {
            "Suspensions and permanent exclusions have a review by the governors, and then by an independent \
             panel. The letter about the exclusion says how to ask for it."
        }
        RedirectReason::Whistleblowing => {
            "People who work for the school raise this under its whistleblowing policy. The office can send it \
             to you. The policy also names bodies outside the school."
        }
        RedirectReason::StaffGrievance => {
            "People who work for the school raise this under its grievance procedure. Your manager or the office \
             can send it to you."
        }
        RedirectReason::StaffConduct => {
            "It is being addressed under the school's own procedure for staff. The law does not let us tell you \
             the details."
        }
        RedirectReason::ThirdPartyProvider => {
            "The service that uses the school's site has its own complaints procedure. The office can tell you \
             whom to ask."
        }
        RedirectReason::CurriculumContent => {
            "The Department for Education decides what the national curriculum says. How we teach it stays with \
             us."
        }
        RedirectReason::DataRights => {
            "The school's data protection officer deals with requests about personal data. The privacy notice \
             below says how to reach them. The law sets the time, and you need not ask again."
        }
        RedirectReason::InformationRequest => {
            "The school answers requests for information under a law of its own. You need not ask again: the \
             time of that law runs from the day on which you asked."
        }
        RedirectReason::ExamResults => {
            "The exam board deals with results. The school's exams officer can ask it for a review. Ask soon, \
             because the time is short."
        }
        RedirectReason::Crime => {
            "The police look into crimes. Call 101, or 999 if somebody is in danger now."
        }
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
