//! Talking with the family: acknowledging, asking, meeting.

use crate::domain::calendar::local_date;
use crate::domain::deadline::DeadlineRule;
use crate::domain::ids::MeetingNo;
use crate::domain::procedure::{Anchor, StageKind};

use super::super::command::{
    Acknowledge, ArrangeMeeting, AskInformation, CancelMeeting, GiveInformation, RecordMeeting,
};
use super::super::context::{Context, DeadlineMaker};
use super::super::event::{Actor, Event};
use super::super::refusal::{Refusal, RefusalCode};
use super::super::state::{Case, Meeting};
use super::By;

/// The longest meeting that is booked, in minutes.
const LONGEST_MEETING: u16 = 8 * 60;

/// Once for each stage. The clerk acknowledges a request for a panel, and nothing else.
pub(super) fn may_acknowledge(case: &Case, ctx: &Context<'_>) -> Result<(), Refusal> {
    let relations = ctx.relations(case);
    let only_clerk = !relations.contains(&By::Handler) && !relations.contains(&By::Coordinator);
    match case.run() {
        Some(run) if only_clerk && run.kind != StageKind::Panel => Err(Refusal::new(
            RefusalCode::NotYours,
            "The person who has the case acknowledges it, or the complaints co-ordinator",
        )
        .unless("Ask one of them")),
        Some(run) if run.acknowledged_at.is_none() => Ok(()),
        Some(_) | None => Err(Refusal::new(RefusalCode::WrongState, "This stage is acknowledged already")
            .unless("To tell the family more, send a message")),
    }
}

/// At a formal stage the acknowledgement says what is understood, what is unresolved and what is wanted
/// (R46); the due date, the contact and the policy are added by the program, so they cannot be missing.
pub(super) fn acknowledge(
    case: &Case,
    command: &Acknowledge,
    ctx: &Context<'_>,
) -> Result<Vec<Event>, Refusal> {
    let Some(run) = case.run() else {
        return Err(Refusal::new(RefusalCode::WrongState, "The case has no stage yet")
            .unless("It has one when it is accepted"));
    };
    if run.kind == StageKind::Formal {
        let parts = [
            (&command.summary, "summary", "Write what you understand the complaint to be"),
            (&command.unresolved, "unresolved", "Write what is still unresolved"),
            (&command.wanted, "wanted", "Write what the family wants to happen"),
        ];
        if let Some((_, field, words)) = parts.iter().find(|(given, _, _)| given.is_none()) {
            return Err(Refusal::new(RefusalCode::LetterIncomplete, *words).at(*field));
        }
    }
    let mut events = vec![Event::Acknowledged {
        run: run.no,
        summary: command.summary.clone(),
        unresolved: command.unresolved.clone(),
        wanted: command.wanted.clone(),
        message: command.message.clone(),
    }];
    // Where the reply counts from the acknowledgement, its date is made now.
    let respond = ctx
        .stage_of(case)
        .and_then(|stage| stage.respond)
        .filter(|limit| limit.anchor == Anchor::Acknowledged);
    if let Some(limit) = respond {
        events.push(DeadlineMaker::after(Some(case)).by_limit(
            ctx,
            DeadlineRule::Respond,
            Some(run.no),
            limit,
            ctx.today,
        ));
    }
    Ok(events)
}

/// Asks the family; the school's clock does not stop, and theirs begins: until the day that they are asked to
/// answer by, or as the procedure says.
pub(super) fn ask_information(
    case: &Case,
    command: &AskInformation,
    ctx: &Context<'_>,
) -> Result<Vec<Event>, Refusal> {
    super::answering::somebody_may_be_told(case)?;
    let run = case.run().map(|run| run.no);
    let mut maker = DeadlineMaker::after(Some(case));
    let rule = DeadlineRule::Clarification;
    let deadline = match command.answer_by {
        Some(on) => {
            super::hearing::a_school_day(on, ctx).map_err(|refusal| refusal.at("answer_by"))?;
            maker.by_hand(rule, run, on)
        }
        None => maker.by_limit(ctx, rule, run, ctx.procedure.clarification, ctx.today),
    };
    Ok(vec![Event::InformationAsked { question: command.question.clone() }, deadline])
}

/// A question waits for whoever was asked it and has not answered, until the stage is over (P18).
pub(super) fn may_give_information(case: &Case, ctx: &Context<'_>) -> Result<(), Refusal> {
    let waits = match ctx.actor {
        Actor::Complainant(me) => case.question_for(me).is_some(),
        Actor::Person(_) | Actor::Public | Actor::Clock => !case.asked.is_empty(),
    };
    if waits {
        return Ok(());
    }
    Err(Refusal::new(RefusalCode::WrongState, "No question waits for an answer")
        .unless("To tell the school more, send a message"))
}

/// Each answers for themselves; staff who write an answer down say whose it is.
pub(super) fn give_information(
    case: &Case,
    command: &GiveInformation,
    ctx: &Context<'_>,
) -> Result<Vec<Event>, Refusal> {
    let party = match (ctx.actor, command.party) {
        (Actor::Complainant(_), _) => None,
        (Actor::Person(_) | Actor::Public | Actor::Clock, Some(no)) if case.asked.contains_key(&no) => {
            Some(no)
        }
        (Actor::Person(_) | Actor::Public | Actor::Clock, Some(_)) => {
            return Err(
                Refusal::new(RefusalCode::NotOnCase, "Choose somebody whose answer we wait for").at("party")
            );
        }
        (Actor::Person(_) | Actor::Public | Actor::Clock, None) if case.asked.len() > 1 => {
            return Err(Refusal::new(RefusalCode::Field, "Choose whose answer it is").at("party"));
        }
        (Actor::Person(_) | Actor::Public | Actor::Clock, None) => {
            case.asked.keys().next().copied().filter(|_| case.complainants().count() > 1)
        }
    };
    Ok(vec![Event::InformationGiven { answer: command.answer.clone(), party }])
}

/// Books a meeting, or moves the one that is booked.
pub(super) fn arrange_meeting(
    case: &Case,
    command: &ArrangeMeeting,
    ctx: &Context<'_>,
) -> Result<Vec<Event>, Refusal> {
    let at = command.at.instant();
    if at <= ctx.now {
        return Err(Refusal::new(RefusalCode::Field, "Choose a time that is still to come").at("at"));
    }
    if command.minutes == 0 || command.minutes > LONGEST_MEETING {
        return Err(Refusal::new(
            RefusalCode::Field,
            "Enter how long the meeting lasts, from 1 to 480 minutes",
        )
        .at("minutes"));
    }
    let staff = command.staff.clone().unwrap_or_default();
    for person in &staff {
        if case.is_shut_out(*person) || !ctx.is_staff(*person) {
            let name = ctx.directory.name(*person);
            return Err(Refusal::new(
                RefusalCode::LacksPost,
                format!("{name} cannot come to this meeting for the school"),
            )
            .at("staff"));
        }
    }
    let (no, sequence) =
        case.booked_meeting().map_or((MeetingNo::next_after(case.meetings.len()), 0), |meeting| {
            (meeting.no, meeting.sequence + 1)
        });
    let handler = case.run().and_then(|run| run.handler.person);
    let mut everybody: Vec<_> = handler.into_iter().collect();
    everybody.extend(staff.into_iter().filter(|person| Some(*person) != handler));
    Ok(vec![Event::MeetingArranged {
        no,
        at,
        minutes: command.minutes,
        place: command.place.clone(),
        staff: everybody,
        sequence,
    }])
}

pub(super) fn may_cancel(case: &Case) -> Result<(), Refusal> {
    booked(case).map(|_| ())
}

fn booked(case: &Case) -> Result<&Meeting, Refusal> {
    case.booked_meeting().ok_or_else(|| {
        Refusal::new(RefusalCode::NotOnCase, "No meeting is booked").unless("Arrange one first")
    })
}

pub(super) fn cancel_meeting(case: &Case, command: &CancelMeeting) -> Result<Vec<Event>, Refusal> {
    let meeting = booked(case)?;
    let sequence = meeting.sequence + 1;
    Ok(vec![Event::MeetingCancelled { no: meeting.no, sequence, reason: command.reason.clone() }])
}

/// Writes down a meeting or a call. It has happened, so its day cannot be to come.
pub(super) fn record_meeting(
    case: &Case,
    command: &RecordMeeting,
    ctx: &Context<'_>,
) -> Result<Vec<Event>, Refusal> {
    if command.held_on > ctx.today {
        return Err(Refusal::new(
            RefusalCode::Field,
            "Enter the day on which you spoke. It cannot be in the future",
        )
        .at("held_on"));
    }
    if super::is_long_ago(command.held_on, ctx) && command.long_ago.is_none() {
        return Err(super::long_ago(command.held_on).at("held_on"));
    }
    // Yesterday's call, written down this morning, is not the meeting of this afternoon.
    let was_it = |at| local_date(at) <= command.held_on;
    let no = case.booked_meeting().filter(|meeting| was_it(meeting.at)).map(|meeting| meeting.no);
    Ok(vec![Event::MeetingRecorded {
        no,
        held_on: command.held_on,
        present: command.present.clone(),
        said: command.said.clone(),
        agreed: command.agreed.clone(),
    }])
}
