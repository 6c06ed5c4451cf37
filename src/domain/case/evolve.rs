//! What an event makes of a case. It never refuses: what is recorded has happened.

mod panel;

use std::collections::BTreeSet;

use chrono::TimeDelta;

use crate::domain::calendar::{local_date, start_of_local_day};
use crate::domain::deadline::{Change, Deadline, DeadlineRule, Ended, Moved};
use crate::domain::ids::{DeadlineNo, PartyNo, PersonId, PointNo, RunNo};

use super::command::Contact;
use super::event::{Actor, Event, Raised, Recorded, Stamp};
use super::own_words::WHO_BEGAN;
use super::state::{
    Alert, Answer, AskingEnded, Case, Confirmation, DateReminded, Document, EndedPart, Hearing, HearingPhase,
    InvolvedAs, Involvement, Joined, Meeting, MeetingStatus, OpenPhase, PartEnd, Party, Point, PointStatus,
    Remedy, Reply, RunCause, StageRun, State, Subject, Suspension, Unattended, UnreasonableProposal,
};
use super::vocabulary::{
    ConsentAnswer, ContactWay, EarlierAnswers, Flag, PartyKind, RedirectReason, RefusalReview,
    ScreeningReason,
};
use crate::domain::procedure::StageKind;
use crate::domain::text::Words;

/// A record that does not begin with a concern raised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the record does not begin with a concern that was raised")]
pub struct NotACase;

/// Makes the case of a whole record.
pub fn fold(events: &[Recorded]) -> Result<Case, NotACase> {
    let (first, rest) = events.split_first().ok_or(NotACase)?;
    let Event::Raised(raised) = &first.event else { return Err(NotACase) };
    let mut case = begin(&first.stamp, raised);
    for recorded in rest {
        evolve(&mut case, &recorded.stamp, &recorded.event);
    }
    Ok(case)
}

/// The case that a concern makes.
pub fn begin(stamp: &Stamp, raised: &Raised) -> Case {
    let mut case = Case {
        id: raised.id,
        reference: raised.reference.clone(),
        school: raised.school,
        came_from: None,
        bound: raised.bound,
        kind: raised.kind,
        channel: raised.channel,
        received_at: raised.received_at,
        received_on: raised.received_on,
        parties: raised
            .complainant
            .iter()
            .map(|contact| party(PartyNo(1), PartyKind::Complainant, contact))
            .collect(),
        child: raised.child.clone(),
        points: (1..).zip(&raised.points).map(|(no, point)| new_point(PointNo(no), point)).collect(),
        subjects: raised.subjects.clone(),
        flags: raised.flags.clone(),
        alert: None,
        last_incident_on: raised.last_incident_on,
        late_reason: raised.late_reason.clone(),
        already_spoken_to: raised.already_spoken_to.clone(),
        first_stage: raised.first_stage.clone(),
        runs: Vec::new(),
        state: State::Screening { reasons: raised.screening.clone() },
        deadlines: Vec::new(),
        date_reminders: Vec::new(),
        email_corrected: std::collections::BTreeMap::new(),
        meetings: Vec::new(),
        documents: Vec::new(),
        remedies: Vec::new(),
        consents: std::collections::BTreeMap::new(),
        confirmation: None,
        external_contacts: Vec::new(),
        involvement: Vec::new(),
        unattended: None,
        unreasonable_proposal: None,
        suspensions: Vec::new(),
        taken_out: BTreeSet::new(),
        asked: std::collections::BTreeMap::new(),
        retention_from: None,
        length: stamp.seq,
    };
    for subject in &raised.subjects {
        if let Some(person) = subject.person {
            involve(&mut case, stamp, person, InvolvedAs::Subject);
        }
    }
    if let Some(person) = stamp.actor.person() {
        // Whoever took a call about a person knows what it said, and reads no more of it by that (R22, R24).
        let part = if raised.subjects.is_empty() { InvolvedAs::Administered } else { InvolvedAs::SawContent };
        involve(&mut case, stamp, person, part);
    }
    case
}

/// A party with those details.
pub fn party(no: PartyNo, kind: PartyKind, contact: &Contact) -> Party {
    Party {
        no,
        kind,
        name: contact.name.clone(),
        email: contact.email.clone(),
        phone: contact.phone.clone(),
        address: contact.address.clone(),
        relationship: contact.relationship,
        preferred_contact: contact.preferred_contact,
        language: contact.language.clone(),
        adjustments: contact.adjustments.clone(),
        safe_contact_note: contact.safe_contact_note.clone(),
        ended: None,
        settled_in_part_after: None,
        helps: None,
        asked: None,
        joined: None,
    }
}

/// Where the case stands for a complainant who comes into it now.
fn joining(
    case: &Case,
    stamp: &Stamp,
    party: &Party,
    about: Option<&Words>,
    earlier: Option<EarlierAnswers>,
) -> Option<Joined> {
    let answered = || case.runs.iter().filter(|run| run.reply.is_some()).map(|run| run.no).collect();
    let not_shared = match earlier {
        Some(EarlierAnswers::Shared) => Vec::new(),
        Some(EarlierAnswers::NotShared) | None => answered(),
    };
    (party.kind == PartyKind::Complainant).then(|| Joined {
        seq: stamp.seq,
        documents: case.documents.len(),
        not_shared,
        about: about.cloned(),
    })
}

/// Whoever answers has answered for themselves; where nobody said for whom staff wrote it down, for everybody.
fn answered_by(case: &mut Case, stamp: &Stamp, said_by_staff: Option<PartyNo>) {
    let who = match stamp.actor {
        Actor::Complainant(me) => Some(me),
        Actor::Person(_) | Actor::Public | Actor::Clock => said_by_staff,
    };
    match who {
        Some(no) => drop(case.asked.remove(&no)),
        None => case.asked.clear(),
    }
}

/// One complainant's part is over, and the case goes on for the others.
fn end_part(case: &mut Case, stamp: &Stamp, no: PartyNo, how: PartEnd) {
    if let Some(party) = case.parties.iter_mut().find(|party| party.no == no) {
        party.ended = Some(EndedPart { seq: stamp.seq, how });
    }
    case.asked.remove(&no);
}

/// The family that fears for a child is told who heard of it.
fn alert(case: &mut Case, stamp: &Stamp, flag: Flag, people: &[PersonId]) {
    let told_by = match stamp.actor {
        Actor::Public => Some(WHO_BEGAN),
        Actor::Complainant(no) => Some(no),
        Actor::Person(_) | Actor::Clock => None,
    };
    match (flag, told_by, &mut case.alert) {
        (Flag::ChildAtRisk, Some(told_by), _) => {
            case.alert = Some(Alert { at: stamp.at, told_by, people: people.to_vec() });
        }
        // It moved to another school: the family reads who knows there.
        (Flag::ChildAtRisk, None, Some(alert)) if alert.people.is_empty() => {
            *alert = Alert { at: stamp.at, people: people.to_vec(), ..alert.clone() };
        }
        (_, Some(_) | None, Some(_) | None) => {}
    }
}

fn new_point(no: PointNo, point: &super::command::NewPoint) -> Point {
    Point {
        no,
        what_happened: point.what_happened.clone(),
        when: point.when.clone(),
        wanted: point.wanted.clone(),
        status: PointStatus::Open,
    }
}

/// Applies one event to a case.
pub fn evolve(case: &mut Case, stamp: &Stamp, event: &Event) {
    match event {
        // A concern makes the case (`begin`); a withdrawal, consent that did not come, and the decision to keep it on record are followed by its closing.
        Event::Raised(_)
        | Event::Withdrawn { .. }
        | Event::ConsentNotGiven { .. }
        | Event::KeptOnRecord { .. }
        | Event::HelperActed { .. } => {}
        Event::StageStarted { run, stage, stage_kind, handler, counts_from_on, cause, points, .. } => {
            let new = StageRun {
                no: *run,
                stage: stage.clone(),
                kind: *stage_kind,
                handler: *handler,
                started_at: stamp.at,
                counts_from_on: *counts_from_on,
                cause: cause.clone(),
                points: points.clone(),
                acknowledged_at: None,
                answers: Vec::new(),
                reply: None,
                hearing: None,
                window_reminders: 0,
                window_reminded_on: None,
            };
            start_run(case, stamp, new);
        }
        Event::DeadlineSet { no, rule, run, remedy, basis, due } => case.deadlines.push(Deadline {
            no: *no,
            rule: *rule,
            run: *run,
            remedy: *remedy,
            basis: *basis,
            due: *due,
            original_due: *due,
            changes: Vec::new(),
            ended: None,
        }),
        Event::DeadlineMoved { no, to, why } => {
            if let Some(deadline) = case.deadlines.iter_mut().find(|deadline| deadline.no == *no) {
                deadline.changes.push(Change { from: deadline.due, to: *to, at: stamp.at, why: why.clone() });
                deadline.due = *to;
                if let (Moved::ToldOtherwise { there_on, .. }, Some(basis)) = (why, &mut deadline.basis) {
                    basis.anchor_on = *there_on;
                }
            }
            last_date_arrived(case, *no);
        }
        Event::CountingBegins { run, counts_from_on } => {
            if let Some(run) = run_mut(case, *run) {
                run.counts_from_on = Some(*counts_from_on);
            }
        }
        Event::AlertRaised { flag, people } => {
            alert(case, stamp, *flag, people);
            keeps_the_record(case, stamp);
            // An alert tells what the case is about, so whoever gets it is barred from its panel (R24).
            for person in people {
                involve(case, stamp, *person, InvolvedAs::SawContent);
            }
        }
        Event::NoteAdded { .. } | Event::MessageSent { .. } | Event::Accepted { .. } => {
            keeps_the_record(case, stamp);
        }
        Event::Redirected { points, reason, .. } => {
            redirect(case, points, *reason);
            keeps_the_record(case, stamp);
        }
        Event::SchoolMoved { from, to, bound, first_stage, subjects, screening, .. } => {
            case.came_from = Some(*from);
            case.school = *to;
            case.bound = *bound;
            case.first_stage.clone_from(first_stage);
            moved(case, stamp, subjects, screening);
        }
        Event::ConcernConfirmed { written_down, words, .. } => {
            case.confirmation =
                Some(Confirmation { on: stamp.on, written_down: *written_down, words: words.clone() });
            meet(case, stamp, DeadlineRule::Confirmation);
            keeps_the_record(case, stamp);
        }
        Event::ConsentAsked { party, .. } => {
            ask_no_more(case, stamp, AskingEnded::Needless);
            case.parties.push(party.clone());
            keeps_the_record(case, stamp);
        }
        Event::ConsentRefused { .. } => {
            ask_no_more(case, stamp, AskingEnded::Answered(ConsentAnswer::Refuse, stamp.on));
        }
        Event::ConsentRecorded { party, consent } => {
            case.consents.insert(*party, consent.clone());
            let answered =
                case.asked_to_agree().is_some_and(|(asked, _)| stamp.actor == Actor::Complainant(asked.no));
            ask_no_more(
                case,
                stamp,
                if answered {
                    AskingEnded::Answered(ConsentAnswer::Agree, stamp.on)
                } else {
                    AskingEnded::Needless
                },
            );
            keeps_the_record(case, stamp);
        }
        Event::RefusalReviewed { outcome, .. } => {
            if *outcome == RefusalReview::LetIn {
                case.retention_from = None;
            }
            involve_actor(case, stamp, InvolvedAs::Decided);
        }
        Event::AtRiskMarked { .. } => {
            case.flags.insert(Flag::ChildAtRisk);
            if let State::Screening { reasons } = &mut case.state {
                reasons.insert(ScreeningReason::ChildAtRisk);
            }
            keeps_the_record(case, stamp);
        }
        Event::RefusedLate { .. } => involve_actor(case, stamp, InvolvedAs::Decided),
        Event::Assigned { run, handler, .. } => {
            if let Some(run) = run_mut(case, *run) {
                run.handler = *handler;
            }
            involve_handler(case, stamp, handler.person);
        }
        Event::Acknowledged { run, .. } => {
            if let Some(run) = run_mut(case, *run) {
                run.acknowledged_at = Some(stamp.at);
            }
            if case.state == State::Open(OpenPhase::New) {
                case.state = State::Open(OpenPhase::Working);
            }
            meet(case, stamp, DeadlineRule::Acknowledge);
            meet(case, stamp, DeadlineRule::DataProtection);
        }
        Event::InformationAsked { question } => {
            drop_question(case, stamp);
            // It is asked of those who go on at this moment: whoever joins later was asked nothing (P18).
            case.asked = case.may_be_told().map(|party| (party.no, question.clone())).collect();
            case.state = State::Open(OpenPhase::AwaitingInformation {
                question: question.clone(),
                asked_on: stamp.on,
            });
        }
        Event::InformationGiven { party, .. } => {
            answered_by(case, stamp, *party);
            // With the first answer the school has something to go on with: nobody's silence holds it up. Whoever has not
            // answered still can, until the stage is over.
            if matches!(case.state, State::Open(OpenPhase::AwaitingInformation { .. })) {
                back_to_work(case);
            }
            meet(case, stamp, DeadlineRule::Clarification);
        }
        Event::MeetingArranged { no, at, minutes, place, staff, sequence } => {
            case.meetings.retain(|meeting| meeting.no != *no);
            case.meetings.push(Meeting {
                no: *no,
                at: *at,
                minutes: *minutes,
                place: place.clone(),
                staff: staff.clone(),
                sequence: *sequence,
                status: MeetingStatus::Booked,
            });
            // A question that waits for the family stays, with its date, beside the meeting.
            if !matches!(case.state, State::Open(OpenPhase::AwaitingInformation { .. })) {
                case.state = State::Open(OpenPhase::MeetingBooked(*no));
            }
        }
        Event::MeetingCancelled { no, sequence, reason } => {
            if let Some(meeting) = case.meetings.iter_mut().find(|meeting| meeting.no == *no) {
                meeting.status = MeetingStatus::Cancelled { reason: reason.clone() };
                meeting.sequence = *sequence;
            }
            if case.state == State::Open(OpenPhase::MeetingBooked(*no)) {
                back_to_work(case);
            }
        }
        Event::MeetingRecorded { no, present, said, agreed, .. } => {
            let attended: Vec<PersonId> = case
                .meetings
                .iter_mut()
                .filter(|meeting| Some(meeting.no) == *no)
                .flat_map(|meeting| {
                    meeting.status = MeetingStatus::Held {
                        present: present.clone(),
                        said: said.clone(),
                        agreed: agreed.clone(),
                    };
                    meeting.staff.clone()
                })
                .collect();
            for person in attended {
                involve(case, stamp, person, InvolvedAs::Attended);
            }
            back_to_work(case);
            drop_question(case, stamp);
        }
        Event::FindingRecorded { run, point, finding, reasons, policy_reference, .. } => {
            let answer = Answer {
                point: *point,
                finding: *finding,
                reasons: reasons.clone(),
                policy_reference: policy_reference.clone(),
                by: stamp.actor.person(),
                at: stamp.at,
            };
            if let Some(run) = run_mut(case, *run) {
                run.answers.retain(|earlier| earlier.point != *point);
                run.answers.push(answer);
            }
            decided(case, stamp);
        }
        Event::Replied { run, message, steps_taken, actions, last_date, .. } => {
            // An answer at an informal stage acknowledges too. A formal one is no acknowledgement with the contents
            // of R46: what was still owed of it is dropped, not met.
            let informal = case.run().is_some_and(|run| run.kind == StageKind::Informal);
            if let Some(run) = run_mut(case, *run) {
                if informal {
                    run.acknowledged_at = run.acknowledged_at.or(Some(stamp.at));
                }
                run.reply = Some(Reply {
                    sent_at: stamp.at,
                    by: stamp.actor.person(),
                    message: message.clone(),
                    steps_taken: steps_taken.clone(),
                    actions: actions.clone(),
                    last_date: *last_date,
                });
            }
            case.state = State::Replied;
            if informal {
                meet(case, stamp, DeadlineRule::Acknowledge);
            } else {
                drop_open(case, stamp, |deadline| deadline.rule == DeadlineRule::Acknowledge);
            }
            meet(case, stamp, DeadlineRule::Respond);
            meet(case, stamp, DeadlineRule::DataProtection);
            meet(case, stamp, DeadlineRule::EarlyYears);
            drop_question(case, stamp);
            decided(case, stamp);
        }
        Event::Settled { run, settled, .. } => {
            for point in case.points.iter_mut().filter(|point| point.is_open() && settled.contains(&point.no))
            {
                point.status = PointStatus::Settled(*run);
            }
        }
        Event::SettledForOne { party, run, unsettled, .. } => {
            if unsettled.is_empty() {
                end_part(case, stamp, *party, PartEnd::Settled);
            } else if let Some(party) = case.parties.iter_mut().find(|known| known.no == *party) {
                party.settled_in_part_after = Some(*run);
            }
        }
        Event::WithdrawnForOne { party, .. } => end_part(case, stamp, *party, PartEnd::Withdrawn),
        Event::WindowReminded { run, number } => {
            if let Some(run) = run_mut(case, *run) {
                run.window_reminders = *number;
                run.window_reminded_on = Some(stamp.on);
            }
        }
        Event::DateReminded { no, due, reminder } => {
            case.date_reminders.push(DateReminded { no: *no, due: *due, reminder: *reminder });
        }
        Event::Suspended { reason, authority, review_on } => {
            case.state = State::Suspended {
                earlier: Box::new(case.state.clone()),
                reason: reason.clone(),
                authority: authority.clone(),
                review_on: *review_on,
            };
            case.suspensions.push(Suspension { from: stamp.on, to: None });
        }
        Event::Resumed { .. } => {
            if let State::Suspended { earlier, .. } = &case.state {
                case.state = earlier.as_ref().clone();
            }
            if let Some(last) = case.suspensions.last_mut() {
                last.to = Some(stamp.on);
            }
            meet(case, stamp, DeadlineRule::Review);
        }
        Event::PanelAppointed { run, members, chair, reserves, .. } => {
            panel::appoint(case, stamp, *run, &panel::Named { members, chair: *chair, reserves });
            meet(case, stamp, DeadlineRule::Acknowledge);
            involve_actor(case, stamp, InvolvedAs::Clerked);
        }
        Event::InterestDeclared { run, member, declaration, .. } => {
            panel::declared(case, stamp, *run, *member, declaration);
        }
        Event::DeclarationsAskedAgain { run } => {
            panel::asked_again(case, stamp, *run);
        }
        Event::HearingScheduled { run, date, .. } => {
            panel::date_set(case, *run, date);
            case.state = State::Hearing(HearingPhase::Scheduled);
            involve_actor(case, stamp, InvolvedAs::Clerked);
        }
        Event::PapersCirculated { run, documents, .. } => {
            if let Some(hearing) = hearing_mut(case, *run) {
                hearing.papers.clone_from(documents);
                hearing.papers_sent_at = Some(stamp.at);
            }
            case.state = State::Hearing(HearingPhase::PapersOut);
            meet(case, stamp, DeadlineRule::Papers);
        }
        Event::HearingRecorded { run, held } => {
            let mut set_for = None;
            if let Some(hearing) = hearing_mut(case, *run) {
                hearing.held = Some(held.clone());
                set_for = hearing.dates.last().map(|date| date.at);
            }
            panel::sat(case, stamp, *run, &held.present);
            case.state = State::Hearing(HearingPhase::Heard);
            // Held in time is in time, however much later it is written down (R40).
            // The hour is that for which it was set, where it was held on that day.
            let held_at = set_for
                .filter(|at| local_date(*at) == held.held_on)
                .unwrap_or_else(|| start_of_local_day(held.held_on))
                .min(stamp.at);
            if let Some(no) = case.open_deadline(DeadlineRule::Convene).map(|deadline| deadline.no) {
                end(case, Ended::Met(held_at), |deadline| deadline.no == no);
            }
        }
        Event::FindingsIssued { run, recommendations, message, .. } => {
            findings_issued(case, stamp, *run, recommendations, message);
        }
        Event::UnreasonableProposed { letter, review_on, .. } => {
            case.unreasonable_proposal = stamp.actor.person().map(|by| UnreasonableProposal {
                by,
                letter: letter.clone(),
                review_on: *review_on,
            });
            decided(case, stamp);
        }
        Event::Concluded { .. } | Event::UnreasonableConfirmed { .. } => decided(case, stamp),
        Event::Closed { reason } => {
            end_suspension(case, stamp);
            ask_no_more(case, stamp, AskingEnded::Needless);
            case.asked.clear();
            case.state = State::Closed { reason: *reason, at: stamp.at };
            case.retention_from = Some(stamp.on);
            // A promise outlives the case, and so does the review of a decision to stop corresponding. What the
            // law asks for is owed whether or not there is a case (R15, R38).
            drop_open(case, stamp, |deadline| {
                !deadline.rule.is_statutory()
                    && !matches!(deadline.rule, DeadlineRule::Remedy | DeadlineRule::Review)
            });
        }
        Event::Reopened { .. } => {
            // Opening it again is the review of a decision to stop corresponding.
            meet(case, stamp, DeadlineRule::Review);
            case.retention_from = None;
            case.unreasonable_proposal = None;
        }
        Event::ExternalContactRecorded { contact } => case.external_contacts.push(contact.clone()),
        Event::DocumentAdded { document } => {
            case.documents.push(Document { added_by: stamp.actor.person(), ..document.clone() });
        }
        Event::FileChecked { document, found } => {
            if let Some(file) = case.documents.iter_mut().find(|known| known.no == *document) {
                file.scan = *found;
            }
        }
        Event::PartyAdded { party, about, earlier_answers } => {
            let joined = joining(case, stamp, party, about.as_ref(), *earlier_answers);
            case.parties.push(Party { joined, ..party.clone() });
        }
        Event::HelperAdded { party, .. } => case.parties.push(party.clone()),
        Event::HelperEnded { party } => {
            let theirs = case.parties.iter_mut().find(|known| known.no == *party);
            if let Some(help) = theirs.and_then(|party| party.helps.as_mut()) {
                help.ended_at = Some(stamp.at);
            }
        }
        Event::ContactCorrected { party, email, phone, address, removed } => {
            if email.is_some() || removed.contains(&ContactWay::Email) {
                case.email_corrected.insert(*party, stamp.at);
            }
            if let Some(known) = case.parties.iter_mut().find(|known| known.no == *party) {
                let now = |new: &Option<Words>, old: Option<Words>, way| {
                    new.clone().or(old).filter(|_| !removed.contains(&way))
                };
                known.email = now(email, known.email.take(), ContactWay::Email);
                known.phone = now(phone, known.phone.take(), ContactWay::Phone);
                known.address = now(address, known.address.take(), ContactWay::Address);
            }
        }
        Event::SubjectMarked { subject, .. } => {
            case.subjects.push(subject.clone());
            if let Some(person) = subject.person {
                involve(case, stamp, person, InvolvedAs::Subject);
                panel::lose_member(case, stamp, person);
            }
        }
        Event::RemedyPromised { no, what, owner, due_on } => {
            case.remedies.push(Remedy {
                no: *no,
                what: what.clone(),
                owner: *owner,
                due_on: *due_on,
                done: None,
            });
        }
        Event::RemedyDone { no, evidence } => {
            if let Some(remedy) = case.remedies.iter_mut().find(|remedy| remedy.no == *no) {
                remedy.done = Some((stamp.at, evidence.clone()));
            }
            end(case, Ended::Met(stamp.at), |deadline| deadline.remedy == Some(*no));
        }
        Event::DutyMet { no, .. } => {
            end(case, Ended::Met(stamp.at), |deadline| deadline.no == *no);
            keeps_the_record(case, stamp);
        }
        Event::WordsTakenOut { .. } | Event::ReturnCodeMade { .. } => keeps_the_record(case, stamp),
        Event::FileTakenOut { document, .. } => {
            case.taken_out.insert(*document);
            keeps_the_record(case, stamp);
        }
        Event::Recused { person, .. } => {
            involve(case, stamp, *person, InvolvedAs::Recused);
            panel::lose_member(case, stamp, *person);
        }
        Event::ActedFor { .. } => involve_actor(case, stamp, InvolvedAs::StoodIn),
        Event::HandlerMissing { run, person, until, told } => {
            case.unattended =
                Some(Unattended { run: *run, person: *person, until: *until, told: told.clone() });
        }
        Event::Involved { person, involved_as } => {
            involve(case, stamp, *person, *involved_as);
            if *involved_as == InvolvedAs::Witness {
                panel::lose_member(case, stamp, *person);
            }
        }
    }
    case.length = stamp.seq;
}

fn start_run(case: &mut Case, stamp: &Stamp, run: StageRun) {
    // A proposal to stop corresponding, and a question, were about the stage that is over.
    case.unreasonable_proposal = None;
    case.asked.clear();
    match run.cause {
        // Whoever turned out to be complained about may have moved the beginning up, with other limits.
        RunCause::First if run.stage != case.first_stage => {
            drop_open(case, stamp, |deadline| deadline.run == Some(run.no));
            case.first_stage = run.stage.clone();
        }
        RunCause::Reopened(_) => {
            for point in case.points.iter_mut().filter(|point| run.points.contains(&point.no)) {
                point.status = PointStatus::Open;
            }
        }
        RunCause::First | RunCause::Escalated { .. } => {}
    }
    if let RunCause::Escalated { from, .. } = run.cause {
        end(case, Ended::Met(stamp.at), |deadline| {
            deadline.rule == DeadlineRule::Window && deadline.run == Some(from)
        });
        drop_open(case, stamp, |deadline| deadline.run == Some(from));
        for point in case.points.iter_mut().filter(|point| point.is_open() && !run.points.contains(&point.no))
        {
            point.status = PointStatus::LeftBehind(from);
        }
    }
    case.state = match run.kind {
        StageKind::Informal | StageKind::Formal => State::Open(OpenPhase::New),
        StageKind::Panel => State::Hearing(HearingPhase::Requested),
    };
    let handler = run.handler.person;
    case.runs.push(run);
    involve_handler(case, stamp, handler);
}

fn findings_issued(
    case: &mut Case,
    stamp: &Stamp,
    run: RunNo,
    recommendations: &crate::domain::text::Words,
    message: &crate::domain::text::Words,
) {
    if let Some(run) = run_mut(case, run) {
        run.reply = Some(Reply {
            sent_at: stamp.at,
            by: stamp.actor.person(),
            message: message.clone(),
            steps_taken: None,
            actions: Some(recommendations.clone()),
            last_date: None,
        });
        if let Some(hearing) = &mut run.hearing {
            hearing.recommendations = Some(recommendations.clone());
            hearing.issued_at = Some(stamp.at);
        }
    }
    case.state = State::Hearing(HearingPhase::Decided);
    meet(case, stamp, DeadlineRule::Outcome);
    meet(case, stamp, DeadlineRule::EarlyYears);
}

/// A reply that went out before the calendar reached its last date has it from now on.
fn last_date_arrived(case: &mut Case, no: DeadlineNo) {
    let window =
        case.deadlines.iter().find(|deadline| deadline.no == no && deadline.rule == DeadlineRule::Window);
    let Some((run, last)) = window.and_then(|window| Some((window.run?, window.due.date()?))) else { return };
    if let Some(reply) = run_mut(case, run).and_then(|run| run.reply.as_mut()) {
        reply.last_date = Some(last);
    }
}

/// Open, with nothing asked: the meeting that is booked, or simply at work.
fn back_to_work(case: &mut Case) {
    let phase =
        case.booked_meeting().map_or(OpenPhase::Working, |meeting| OpenPhase::MeetingBooked(meeting.no));
    case.state = State::Open(phase);
}

/// Whoever is asked for their consent is asked no more: their link is over, and so is its date (R10).
fn ask_no_more(case: &mut Case, stamp: &Stamp, how: AskingEnded) {
    let open = case.parties.iter_mut().filter_map(|party| party.asked.as_mut());
    for asked in open.filter(|asked| asked.ended.is_none()) {
        asked.ended = Some(how);
    }
    match how {
        AskingEnded::Answered(..) => meet(case, stamp, DeadlineRule::Consent),
        AskingEnded::Needless => drop_open(case, stamp, |deadline| deadline.rule == DeadlineRule::Consent),
    }
}

/// A new question, a meeting or a reply takes the place of the question that waited.
fn drop_question(case: &mut Case, stamp: &Stamp) {
    case.asked.clear();
    drop_open(case, stamp, |deadline| deadline.rule == DeadlineRule::Clarification);
}

/// A case that ends while it is paused ends its pause, and the review of it.
fn end_suspension(case: &mut Case, stamp: &Stamp) {
    if !matches!(case.state, State::Suspended { .. }) {
        return;
    }
    if let Some(last) = case.suspensions.last_mut() {
        last.to = Some(stamp.on);
    }
    drop_open(case, stamp, |deadline| deadline.rule == DeadlineRule::Review);
}

/// At the other school it begins anew, with everything that was said and sent. What the law set a date for counts as
/// before (R38); whoever was shut out stays shut out (R22).
fn moved(case: &mut Case, stamp: &Stamp, subjects: &[Subject], screening: &BTreeSet<ScreeningReason>) {
    case.runs.clear();
    drop_open(case, stamp, |deadline| deadline.run.is_some());
    case.subjects = subjects.to_vec();
    for person in subjects.iter().filter_map(|subject| subject.person) {
        involve(case, stamp, person, InvolvedAs::Subject);
    }
    if let State::Screening { reasons } = &mut case.state {
        reasons.clone_from(screening);
    }
    // The people of the first school do not deal with it any more; those of the other are alerted with the move.
    if let Some(alert) = &mut case.alert {
        alert.people.clear();
    }
    keeps_the_record(case, stamp);
}

fn redirect(case: &mut Case, points: &[PointNo], reason: RedirectReason) {
    for point in case.points.iter_mut().filter(|point| points.contains(&point.no)) {
        point.status = PointStatus::Redirected(reason);
    }
}

fn run_mut(case: &mut Case, no: RunNo) -> Option<&mut StageRun> {
    case.runs.iter_mut().find(|run| run.no == no)
}

fn hearing_mut(case: &mut Case, no: RunNo) -> Option<&mut Hearing> {
    run_mut(case, no).and_then(|run| run.hearing.as_mut())
}

/// Meets the open deadline of that rule in the present run, or of the case where it is statutory.
fn meet(case: &mut Case, stamp: &Stamp, rule: DeadlineRule) {
    if let Some(no) = case.open_deadline(rule).map(|deadline| deadline.no) {
        end(case, Ended::Met(stamp.at), |deadline| deadline.no == no);
    }
}

fn drop_open(case: &mut Case, stamp: &Stamp, which: impl Fn(&Deadline) -> bool) {
    end(case, Ended::Dropped(stamp.at), which);
}

fn end(case: &mut Case, ended: Ended, which: impl Fn(&Deadline) -> bool) {
    for deadline in case.deadlines.iter_mut().filter(|deadline| deadline.is_open() && which(deadline)) {
        deadline.ended = Some(ended);
    }
}

/// Whoever decides is tainted for the next stage. At a panel stage the clerk writes down what others decided.
fn decided(case: &mut Case, stamp: &Stamp) {
    let by_panel = case.run().is_some_and(|run| run.kind == StageKind::Panel);
    involve_actor(case, stamp, if by_panel { InvolvedAs::Clerked } else { InvolvedAs::Decided });
}

fn involve_actor(case: &mut Case, stamp: &Stamp, involved_as: InvolvedAs) {
    if let Some(person) = stamp.actor.person() {
        involve(case, stamp, person, involved_as);
    }
}

/// How long after a call about a person whoever took it may still add to it.
const IN_THE_SAME_BREATH: TimeDelta = TimeDelta::hours(1);

/// Whoever writes something into the record. What a colleague adds to the call about a person that they took, in the same
/// breath, gives them no part in the case (R22).
fn keeps_the_record(case: &mut Case, stamp: &Stamp) {
    let just_learned = |person| {
        case.involvement.iter().any(|line| {
            line.person == person
                && line.involved_as == InvolvedAs::SawContent
                && stamp.at - line.since <= IN_THE_SAME_BREATH
        })
    };
    if case.subjects.is_empty() || !stamp.actor.person().is_some_and(just_learned) {
        involve_actor(case, stamp, InvolvedAs::Administered);
    }
}

/// Whoever has a stage is tainted for the next; a clerk who convenes a panel is noted as its clerk.
fn involve_handler(case: &mut Case, stamp: &Stamp, person: Option<PersonId>) {
    if let Some(person) = person {
        let as_clerk = case.run().is_some_and(|run| run.kind == StageKind::Panel);
        involve(case, stamp, person, if as_clerk { InvolvedAs::Clerked } else { InvolvedAs::Handled });
    }
}

/// Writes one line of the register, once for each person, kind and run.
fn involve(case: &mut Case, stamp: &Stamp, person: PersonId, involved_as: InvolvedAs) {
    let run = case.run().map(|run| run.no);
    let line = Involvement { person, involved_as, run, since: stamp.at };
    let known = case
        .involvement
        .iter()
        .any(|other| other.person == person && other.involved_as == involved_as && other.run == run);
    if !known {
        case.involvement.push(line);
    }
}

/// The number of the next deadline.
pub fn next_deadline(case: &Case) -> DeadlineNo {
    DeadlineNo::next_after(case.deadlines.len())
}
