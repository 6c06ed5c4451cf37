//! Answering: findings for each point, and the reply.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::domain::calendar::{Unit, short_date};
use crate::domain::deadline::{Basis, DeadlineRule, Due, Moved};
use crate::domain::ids::{PersonId, PointNo};
use crate::domain::procedure::StageKind;
use crate::domain::text::Words;

use super::super::command::{AlreadySettled, RecordFinding, Reply};
use super::super::context::{Context, DeadlineMaker};
use super::super::event::Event;
use super::super::refusal::{Refusal, RefusalCode};
use super::super::state::{Case, InvolvedAs, StageRun};
use super::super::vocabulary::Finding;
use super::{closing, ladder};

/// Whoever is a witness, or decided an earlier stage, decides no point (R23).
pub(super) fn may_decide(case: &Case, ctx: &Context<'_>) -> Result<(), Refusal> {
    let Some(run) = case.run() else { return Err(no_stage()) };
    let Some(person) = super::acting_person(ctx) else { return Err(no_stage()) };
    let relations = ctx.relations(case);
    match (run.kind, relations.contains(&super::By::Handler), relations.contains(&super::By::Clerk)) {
        // The clerk writes down what the panel decided; the members were checked when they were appointed.
        (StageKind::Panel, _, true) => Ok(()),
        (StageKind::Panel, _, false) => {
            Err(Refusal::new(RefusalCode::NotYours, "The clerk records what the panel decided")
                .unless("Ask the clerk to write it down"))
        }
        (StageKind::Informal | StageKind::Formal, true, _) => clear_to_decide(case, run, person, ctx),
        (StageKind::Informal | StageKind::Formal, false, _) => {
            Err(Refusal::new(RefusalCode::NotYours, "Only the person who has this stage decides its points")
                .unless("The investigation can be given to somebody else; the decision cannot"))
        }
    }
}

fn clear_to_decide(case: &Case, run: &StageRun, person: PersonId, ctx: &Context<'_>) -> Result<(), Refusal> {
    let name = ctx.directory.name(person);
    let earlier = case.involvement.iter().find(|line| {
        line.person == person
            && (line.involved_as == InvolvedAs::Witness
                || (line.involved_as == InvolvedAs::Decided && line.run != Some(run.no)))
    });
    match earlier.map(|line| line.involved_as) {
        None => Ok(()),
        Some(InvolvedAs::Witness) => Err(Refusal::new(
            RefusalCode::IsWitness,
            format!("{name} saw what happened, so cannot decide it"),
        )
        .unless("Give the case to somebody else")),
        Some(_) => Err(Refusal::new(
            RefusalCode::DecidedBefore,
            format!("{name} decided an earlier stage, so cannot decide this one"),
        )
        .unless("Give the case to somebody who has had no part in it")),
    }
}

/// Words for one of several go to somebody who is complained about, and to nobody else (R22).
pub(super) fn of_subjects(
    case: &Case,
    words: &BTreeMap<PersonId, Words>,
) -> Result<BTreeMap<PersonId, Words>, Refusal> {
    match words.keys().find(|person| !case.is_subject(**person)) {
        None => Ok(words.clone()),
        Some(stranger) => Err(Refusal::new(
            RefusalCode::NotOnCase,
            "Write to those who are complained about, and to nobody else",
        )
        .at(format!("to_subjects/{stranger}").as_str())),
    }
}

fn no_stage() -> Refusal {
    Refusal::new(RefusalCode::WrongState, "The case has no stage yet")
        .unless("It has one when it is accepted")
}

pub(super) fn record_finding(case: &Case, command: &RecordFinding) -> Result<Vec<Event>, Refusal> {
    let run = case.run().ok_or_else(no_stage)?;
    if !run.points.contains(&command.point) || !case.open_points().any(|point| point.no == command.point) {
        return Err(Refusal::new(
            RefusalCode::NotOnCase,
            format!("Point {} is not open at this stage", command.point),
        )
        .at("point"));
    }
    Ok(vec![Event::FindingRecorded {
        run: run.no,
        point: command.point,
        finding: command.finding,
        reasons: Some(command.reasons.clone()),
        policy_reference: command.policy_reference.clone(),
        replaces: case.answer_of(command.point).map(|answer| answer.finding),
    }])
}

/// At a formal stage every open point has its finding first (R19); at an informal one the reply answers
/// those that have none, without finding.
pub(super) fn may_reply(case: &Case, ctx: &Context<'_>) -> Result<(), Refusal> {
    let run = case.run().ok_or_else(no_stage)?;
    let person = super::acting_person(ctx).ok_or_else(no_stage)?;
    clear_to_decide(case, run, person, ctx)?;
    let missing = unanswered(case, run);
    match run.kind {
        StageKind::Informal => Ok(()),
        StageKind::Formal | StageKind::Panel if missing.is_empty() => Ok(()),
        StageKind::Formal | StageKind::Panel => {
            let numbers: Vec<String> = missing.iter().map(|point| format!("point {point}")).collect();
            let refs: Vec<&str> = numbers.iter().map(String::as_str).collect();
            Err(Refusal::new(
                RefusalCode::PointUnanswered,
                format!("There is no finding yet for {}", super::one_of(&refs)),
            )
            .unless("Record a finding with reasons for each point"))
        }
    }
}

/// The open points of a run that have no answer yet.
pub(super) fn unanswered(case: &Case, run: &StageRun) -> Vec<PointNo> {
    case.open_points()
        .map(|point| point.no)
        .filter(|point| {
            run.points.contains(point) && !run.answers.iter().any(|answer| answer.point == *point)
        })
        .collect()
}

/// Sends the answer, opens the window with its last date, and closes at once what the family said is settled.
pub(super) fn reply(case: &Case, command: &Reply, ctx: &Context<'_>) -> Result<Vec<Event>, Refusal> {
    let run = case.run().ok_or_else(no_stage)?;
    if run.kind == StageKind::Formal {
        whole_letter(command)?;
    }
    if let Some(settled) = &command.already_settled {
        settled_on(case, settled, ctx)?;
    }
    // What one of several said ends their own part, and nobody else's (P18).
    let for_whom = match &command.already_settled {
        Some(settled) => ladder::one_of_several(case, settled.party, ctx)
            .map_err(|refusal| refusal.at("already_settled/party"))?,
        None => None,
    };
    somebody_may_be_told(case)?;
    let mut maker = DeadlineMaker::after(Some(case));
    let window = window(case, run, ctx, &mut maker)?;
    let last_date = window.as_ref().and_then(|(date, _)| *date);
    let mut events: Vec<Event> = unanswered(case, run)
        .into_iter()
        .map(|point| Event::FindingRecorded {
            run: run.no,
            point,
            finding: Finding::ResolvedWithoutFinding,
            reasons: None,
            policy_reference: None,
            replaces: None,
        })
        .collect();
    events.push(Event::Replied {
        run: run.no,
        message: command.message.clone(),
        steps_taken: command.steps_taken.clone(),
        actions: command.actions.clone(),
        last_date,
        // Whoever is complained about is told of a formal answer, and of no other (9.2).
        to_subject: command.to_subject.clone().filter(|_| run.kind != StageKind::Informal),
        to_subjects: match run.kind {
            StageKind::Informal => BTreeMap::new(),
            StageKind::Formal | StageKind::Panel => of_subjects(case, &command.to_subjects)?,
        },
    });
    events.extend(window.map(|(_, event)| event));
    if let Some(settled) = &command.already_settled {
        let points = case.open_points().map(|point| point.no).collect();
        if let Some(party) = for_whom {
            events.push(Event::SettledForOne {
                party,
                run: run.no,
                settled: points,
                unsettled: Vec::new(),
                words: None,
                heard_by: Some(settled.heard_by.clone()),
            });
            return Ok(events);
        }
        events.push(Event::Settled {
            run: run.no,
            settled: points,
            unsettled: Vec::new(),
            words: None,
            heard_by: Some(settled.clone()),
        });
        events.extend(closing::settled(case, run.kind, command.actions.as_ref()));
    }
    Ok(events)
}

/// An answer goes to nobody who waits for the consent of somebody else (R10), so one that would go to nobody waits too.
pub(super) fn somebody_may_be_told(case: &Case) -> Result<(), Refusal> {
    let Some(party) = case.going_on().next().filter(|_| case.may_be_told().next().is_none()) else {
        return Ok(());
    };
    Err(Refusal::new(
        RefusalCode::WrongState,
        format!(
            "{} raised it for somebody else, and no consent is recorded: nothing is shared with them",
            party.name
        ),
    )
    .unless("Record the consent first"))
}

/// Closing with the reply is the family's word, not the handler's: on which day they gave it is on record.
fn settled_on(case: &Case, settled: &AlreadySettled, ctx: &Context<'_>) -> Result<(), Refusal> {
    match settled.told_on {
        Some(on) if on >= case.received_on && on <= ctx.today => Ok(()),
        Some(_) => Err(Refusal::new(
            RefusalCode::Field,
            format!(
                "Enter the day on which the family told you: from {} to today",
                short_date(case.received_on)
            ),
        )
        .at("already_settled/told_on")),
        None => Err(Refusal::new(
            RefusalCode::Field,
            "Enter the day on which the family told you that it is settled",
        )
        .unless("If they have not told you, leave these answers empty: the case then waits for them")
        .at("already_settled/told_on")),
    }
}

/// Steps taken, findings with reasons, actions: the letter of R47. The next stage and the last date are
/// added by the program.
fn whole_letter(command: &Reply) -> Result<(), Refusal> {
    let parts = [
        (&command.steps_taken, "steps_taken", "Write what was done to look into it"),
        (&command.actions, "actions", "Write what the school will do, or that nothing needs doing and why"),
    ];
    parts.iter().find(|(given, _, _)| given.is_none()).map_or(Ok(()), |(_, field, words)| {
        Err(Refusal::new(RefusalCode::LetterIncomplete, *words).at(*field))
    })
}

/// How long a letter in the post takes until it counts as delivered, in working days (domain.md 8.1).
const IN_THE_POST: u16 = 2;

/// On which day the family has an answer that was posted on that day.
pub fn delivered_on(posted_on: NaiveDate, ctx: &Context<'_>) -> Option<NaiveDate> {
    let delivered = ctx.calendar.extend_from(posted_on, IN_THE_POST, Unit::WorkingDays);
    delivered.ok().map(|working| working.due_on)
}

/// Until when the answer can be taken further if the family has it on that day: never less time than was promised.
/// Absent where no window is open or the calendar does not reach that far.
pub fn window_from(case: &Case, there_on: NaiveDate, ctx: &Context<'_>) -> Option<NaiveDate> {
    let window = case.open_deadline(DeadlineRule::Window)?;
    let due = window.due.date()?;
    let basis = Basis { anchor_on: there_on, ..window.basis? };
    ctx.counted(DeadlineRule::Window, basis, &[]).1.date().map(|counted| counted.max(due))
}

/// A person told the family an answer that could not go by mail: its window counts from the day on which they had
/// it, so that no time passes while a letter waits to be posted.
pub fn answer_was_told(case: &Case, on: NaiveDate, there_on: NaiveDate, ctx: &Context<'_>) -> Option<Event> {
    let window = case.open_deadline(DeadlineRule::Window)?;
    let to = window_from(case, there_on, ctx).filter(|to| Some(*to) != window.due.date())?;
    Some(Event::DeadlineMoved { no: window.no, to: Due::On(to), why: Moved::ToldOtherwise { on, there_on } })
}

/// The escalation window that a reply opens: its last date, and the deadline.
fn window(
    case: &Case,
    run: &StageRun,
    ctx: &Context<'_>,
    maker: &mut DeadlineMaker,
) -> Result<Option<(Option<chrono::NaiveDate>, Event)>, Refusal> {
    let limit = ctx.stage_of(case).filter(|stage| !stage.next.is_empty()).and_then(|stage| stage.window);
    let Some(limit) = limit else { return Ok(None) };
    let (basis, due) = ctx.due(DeadlineRule::Window, limit, ctx.today, &[]);
    if let (StageKind::Formal, Due::CalendarMissing(on)) = (run.kind, due) {
        return Err(Refusal::new(
            RefusalCode::CalendarMissing,
            format!(
                "The last date to take it further cannot be worked out: the calendar does not reach {}",
                crate::domain::calendar::short_date(on)
            ),
        )
        .unless("An administrator adds the term dates of that school year"));
    }
    Ok(Some((due.date(), maker.counted(DeadlineRule::Window, Some(run.no), basis, due))))
}
