//! Closing: what was done, who received it, and the two people who end a correspondence.

use chrono::{DateTime, Utc};

use crate::domain::calendar::local_date;
use crate::domain::deadline::DeadlineRule;
use crate::domain::ids::PersonId;
use crate::domain::person::Role;
use crate::domain::procedure::StageKind;
use crate::domain::text::{Words, says_nothing};

use super::super::command::{Close, CloseUnreasonable, Distribution};
use super::super::context::{Context, DeadlineMaker};
use super::super::event::Event;
use super::super::refusal::{Refusal, RefusalCode};
use super::super::state::{Case, InvolvedAs, Involvement, StageRun, Standing};
use super::super::vocabulary::{ClosedReason, Kind, Recipient};
use super::By;

/// The end of a case whose points are all settled.
pub(super) fn settled(case: &Case, kind: StageKind, actions: Option<&Words>) -> Vec<Event> {
    let mut events: Vec<Event> = concluded_by_reply(case, kind, actions).into_iter().collect();
    events.push(Event::Closed { reason: ClosedReason::Settled });
    events
}

/// Closing a formal case says at which stage it was resolved and what was done (R55). The letter of a formal
/// stage has said what the school will do, so it is taken from there.
pub(super) fn concluded_by_reply(case: &Case, kind: StageKind, actions: Option<&Words>) -> Option<Event> {
    let run = case.run()?;
    match kind {
        StageKind::Informal => None,
        StageKind::Formal | StageKind::Panel => concluded(run, actions, None),
    }
}

/// The close-out of a run that was formal.
pub(super) fn concluded(
    run: &StageRun,
    action_taken: Option<&Words>,
    no_action_reason: Option<&Words>,
) -> Option<Event> {
    match run.kind {
        StageKind::Informal => None,
        StageKind::Formal | StageKind::Panel => Some(Event::Concluded {
            stage: run.stage.clone(),
            distribution: Vec::new(),
            action_taken: action_taken.cloned(),
            no_action_reason: no_action_reason.filter(|_| action_taken.is_none()).cloned(),
        }),
    }
}

/// A decided hearing, the answered last stage, or feedback that was read.
pub(super) fn may_close(case: &Case, ctx: &Context<'_>) -> Result<(), Refusal> {
    let last = ctx.stage_of(case).is_some_and(|stage| stage.next.is_empty());
    match case.standing() {
        Standing::OpenNew
        | Standing::OpenWorking
        | Standing::OpenAwaitingInformation
        | Standing::OpenMeetingBooked
            if case.kind == Kind::Feedback =>
        {
            Ok(())
        }
        // Its handler closes feedback; a complaint is closed by somebody else, who checks R54 and R55.
        Standing::HearingDecided | Standing::Replied if only_handler(case, ctx) => {
            Err(Refusal::new(RefusalCode::NotYours, "The clerk or the complaints co-ordinator closes it")
                .unless("Ask one of them to close it"))
        }
        Standing::HearingDecided => Ok(()),
        Standing::OpenNew
        | Standing::OpenWorking
        | Standing::OpenAwaitingInformation
        | Standing::OpenMeetingBooked => {
            Err(Refusal::new(RefusalCode::WrongState, "It has not been answered yet")
                .unless("Reply to the family first"))
        }
        Standing::Replied if last => Ok(()),
        Standing::Replied => {
            Err(Refusal::new(RefusalCode::WrongState, "The family may still take it further")
                .unless("It closes when they say that it is settled, or by itself after the last date"))
        }
        Standing::Screening
        | Standing::HearingRequested
        | Standing::HearingAppointed
        | Standing::HearingScheduled
        | Standing::HearingPapersOut
        | Standing::HearingHeard
        | Standing::Suspended
        | Standing::Closed => Err(Refusal::new(RefusalCode::WrongState, "It is not at its end yet")
            .unless("It can be closed when the last answer, or the findings of the panel, have gone out")),
    }
}

fn only_handler(case: &Case, ctx: &Context<'_>) -> bool {
    let relations = ctx.relations(case);
    ![By::Clerk, By::Coordinator, By::Authority].iter().any(|by| relations.contains(by))
}

/// Each of the four recipients sent to or marked (R54); what was done, or why nothing was (R55).
pub(super) fn close(case: &Case, command: &Close, ctx: &Context<'_>) -> Result<Vec<Event>, Refusal> {
    if case.kind == Kind::Feedback && case.standing().state_key() == "open" {
        return Ok(vec![Event::Closed { reason: ClosedReason::FeedbackNoted }]);
    }
    let run = case.run().ok_or_else(|| {
        Refusal::new(RefusalCode::WrongState, "The case has no stage yet")
            .unless("It has one when it is accepted")
    })?;
    let mut distribution = command.distribution.clone().unwrap_or_default();
    if run.kind == StageKind::Panel {
        let said: Vec<Recipient> = distribution.iter().map(|line| line.recipient).collect();
        let known = already_distributed(case, ctx).into_iter().filter(|line| !said.contains(&line.recipient));
        distribution.extend(known);
        distributed(&distribution, ctx)?;
    }
    let (action_taken, no_action_reason) = done_or_why_not(command)?;
    Ok(vec![
        Event::Concluded { stage: run.stage.clone(), distribution, action_taken, no_action_reason },
        Event::Closed { reason: ClosedReason::Completed },
    ])
}

/// Either what was done or why nothing was (R55), never both: the family reads one of them.
pub(in crate::domain::case) fn done_or_why_not(
    command: &Close,
) -> Result<(Option<Words>, Option<Words>), Refusal> {
    let done = command.action_taken.as_ref().filter(|words| !says_nothing(words.as_str()));
    let refused = |words, field| Err(Refusal::new(RefusalCode::NoActionTaken, words).at(field));
    match (done, &command.no_action_reason) {
        (Some(_), Some(_)) => refused(
            "You wrote what was done, and here why nothing was. Keep the answer that holds and empty the other",
            "no_action_reason",
        ),
        (None, Some(why)) if says_nothing(why.as_str()) => {
            refused("Write in a sentence why nothing was done", "no_action_reason")
        }
        (None, None) if command.action_taken.is_some() => {
            refused("Write why nothing was done", "no_action_reason")
        }
        (None, None) => refused(
            "Write what the school did because of this complaint, or why nothing was done",
            "action_taken",
        ),
        (done, why) => Ok((done.cloned(), why.clone())),
    }
}

/// What Heard itself sent with the findings, and on which day, so that nobody is asked for it (R54): the letter to
/// a family that has an address for mails, the one to each person complained about who works here, and the copies for
/// head and proprietor. What was called back or could not be delivered was not sent. Nobody is asked about a person
/// complained about where there is none.
pub fn already_distributed(case: &Case, ctx: &Context<'_>) -> Vec<Distribution> {
    let issued = case.run().and_then(|run| run.hearing.as_ref()).and_then(|hearing| hearing.issued_at);
    let Some(issued) = issued else { return Vec::new() };
    let sent_on = local_date(issued);
    let sent = |recipient| Distribution { recipient, sent_on: Some(sent_on), not_applicable: None };
    let reads_it = |role: Role| {
        ctx.directory.holders(role, ctx.school.id, ctx.today).any(|person| !case.is_shut_out(person.id))
    };
    // A head who is complained about had the letter of a person complained about, which has the findings too.
    let head_has_own_letter = || {
        let mut heads = ctx.directory.holders(Role::Headteacher, ctx.school.id, ctx.today).peekable();
        heads.peek().is_some()
            && !ctx.unsent.contains(&Recipient::Subject)
            && heads.all(|head| reached(case, head.id, issued, ctx))
    };
    let known = |recipient| match recipient {
        Recipient::Complainant => {
            case.going_on().all(|party| party.email.is_some()).then(|| sent(Recipient::Complainant))
        }
        Recipient::Subject if case.subjects.is_empty() => Some(Distribution {
            recipient: Recipient::Subject,
            sent_on: None,
            not_applicable: Some(Words::ours("Nobody is complained about")),
        }),
        // Somebody who is only named, has left, or was marked afterwards got no letter.
        Recipient::Subject => case
            .subjects
            .iter()
            .all(|subject| subject.person.is_some_and(|person| reached(case, person, issued, ctx)))
            .then(|| sent(Recipient::Subject)),
        Recipient::Proprietor => {
            reads_it(ctx.procedure.regime.proprietor()).then(|| sent(Recipient::Proprietor))
        }
        Recipient::Headteacher => {
            (reads_it(Role::Headteacher) || head_has_own_letter()).then(|| sent(Recipient::Headteacher))
        }
    };
    let left = |recipient: &Recipient| !ctx.unsent.contains(recipient);
    Recipient::ALL.iter().copied().filter(left).filter_map(known).collect()
}

/// Whether somebody complained about was known as such when the findings went out, and has a post here.
fn reached(case: &Case, person: PersonId, issued: DateTime<Utc>, ctx: &Context<'_>) -> bool {
    let known = |line: &Involvement| {
        line.person == person && line.involved_as == InvolvedAs::Subject && line.since < issued
    };
    ctx.has_a_post(person) && case.involvement.iter().any(known)
}

/// Each recipient has a day or a reason; all that are missing are named at once.
fn distributed(distribution: &[Distribution], ctx: &Context<'_>) -> Result<(), Refusal> {
    let is_done = |recipient: &&Recipient| {
        distribution
            .iter()
            .filter(|line| line.recipient == **recipient)
            .any(|line| line.sent_on.is_some_and(|on| on <= ctx.today) || line.not_applicable.is_some())
    };
    let missing: Vec<&Recipient> = Recipient::ALL.iter().filter(|recipient| !is_done(recipient)).collect();
    let Some(first) = missing.first() else { return Ok(()) };
    let names: Vec<&str> = missing.iter().map(|recipient| recipient.title()).collect();
    Err(Refusal::new(
        RefusalCode::NotDistributed,
        format!(
            "Say when the findings went to {}, or why that does not apply",
            super::one_of(&names).replace(" or ", " and to ")
        ),
    )
    .at(format!("distribution/{}", first.key())))
}

/// The second decider is another person than the first (R67).
pub(super) fn may_propose(case: &Case, ctx: &Context<'_>) -> Result<(), Refusal> {
    let first = case.unreasonable_proposal.as_ref().map(|proposal| proposal.by);
    if first.is_some() && first == super::acting_person(ctx) {
        return Err(Refusal::new(
            RefusalCode::SecondPersonNeeded,
            "You proposed this. A second person decides with you",
        )
        .unless("The headteacher, the chair or a trust officer who has not proposed it agrees"));
    }
    Ok(())
}

/// The first call proposes; the second, by somebody else, ends the correspondence.
pub(super) fn close_unreasonable(
    case: &Case,
    command: &CloseUnreasonable,
    ctx: &Context<'_>,
) -> Result<Vec<Event>, Refusal> {
    if command.review_on <= ctx.today {
        return Err(
            Refusal::new(RefusalCode::Field, "Choose a review date that is still to come").at("review_on")
        );
    }
    let (tests, letter, review_on) = (command.tests.clone(), command.letter.clone(), command.review_on);
    if case.unreasonable_proposal.is_none() {
        return Ok(vec![Event::UnreasonableProposed { tests, letter, review_on }]);
    }
    let mut events = vec![Event::UnreasonableConfirmed { tests, letter, review_on }];
    let reason = Words::ours("Correspondence was ended by two people, with reasons and a review date");
    events.extend(case.run().and_then(|run| concluded(run, None, Some(&reason))));
    events.push(DeadlineMaker::after(Some(case)).by_hand(DeadlineRule::Review, None, review_on));
    events.push(Event::Closed { reason: ClosedReason::Unreasonable });
    Ok(events)
}
