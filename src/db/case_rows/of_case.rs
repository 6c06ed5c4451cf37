//! A folded case, spelled out as rows. Pure: no database.

use chrono::{DateTime, NaiveDate, Utc};

use super::super::error::DbError;
use super::super::types::{At, On, idle, never, to_json};
use super::super::work_list::StateKey;
use super::tables::{
    AnswerRow, CaseRow, CaseRows, ChangeRow, ContactRow, DeadlineRow, DocumentRow, FactsRow, HearingDateRow,
    HearingRow, InvolvementRow, MeetingRow, MemberRow, PartyRow, PointRow, RemedyRow, RunRow, SubjectRow,
};
use crate::domain::case::attention::{awaits_calendar, whose_move};
use crate::domain::case::state::{
    Answer, Case, Document, ExternalContact, Hearing, HearingDate, Involvement, Meeting, MeetingStatus,
    PanelMember, Party, Point, PointStatus, Remedy, StageRun, Standing, State, Subject,
};
use crate::domain::case::vocabulary::Flag;
use crate::domain::deadline::{Change, Deadline, Due, Ended, Moved};
use crate::domain::ids::{CaseId, RunNo};
use crate::domain::record::ChainHash;
use crate::domain::text::{Words, first_line};

/// Where the record of a case ends: the hash of its last event and when that was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordEnd {
    /// The hash of the last event.
    pub head: ChainHash,
    /// When the last event was.
    pub at: DateTime<Utc>,
}

/// The longest headline in a list, in characters.
const HEADLINE: usize = 120;

impl CaseRows {
    /// The rows of a case whose record ends there.
    pub fn of(case: &Case, end: RecordEnd) -> Result<Self, DbError> {
        let hearings =
            || case.runs.iter().filter_map(|run| run.hearing.as_ref().map(|hearing| (run.no, hearing)));
        Ok(Self {
            case: case_row(case, end),
            facts: facts_row(case)?,
            parties: case.parties.iter().map(|party| party_row(case.id, party)).collect(),
            points: case.points.iter().map(|point| point_row(case.id, point)).collect(),
            subjects: subject_rows(case),
            runs: all(case.runs.iter().map(|run| run_row(case.id, run)))?,
            answers: answer_rows(case),
            hearings: all(hearings().map(|(run, hearing)| hearing_row(case.id, run, hearing)))?,
            members: hearings().flat_map(|(run, hearing)| member_rows(case.id, run, hearing)).collect(),
            hearing_dates: hearings().flat_map(|(run, hearing)| date_rows(case.id, run, hearing)).collect(),
            deadlines: case.deadlines.iter().map(|deadline| deadline_row(case, deadline)).collect(),
            changes: case.deadlines.iter().flat_map(|deadline| change_rows(case.id, deadline)).collect(),
            meetings: meeting_rows(case)?,
            documents: document_rows(case)?,
            remedies: remedy_rows(case),
            contacts: contact_rows(case),
            involvements: involvement_rows(case),
        }
        .in_order())
    }
}

fn all<R>(rows: impl Iterator<Item = Result<R, DbError>>) -> Result<Vec<R>, DbError> {
    rows.collect()
}

fn text(words: &Words) -> String {
    words.as_str().to_owned()
}

fn maybe(words: Option<&Words>) -> Option<String> {
    words.map(text)
}

fn number(count: usize) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

fn at(moment: Option<DateTime<Utc>>) -> Option<At> {
    moment.map(At::from)
}

fn on(date: Option<NaiveDate>) -> Option<On> {
    date.map(On)
}

fn case_row(case: &Case, end: RecordEnd) -> CaseRow {
    let run = case.run();
    let standing = case.standing();
    let (closed_reason, closed_at) = match &case.state {
        State::Closed { reason, at } => (Some(*reason), Some(At::from(*at))),
        State::Screening { .. }
        | State::Open(_)
        | State::Replied
        | State::Hearing(_)
        | State::Suspended { .. } => (None, None),
    };
    let next_due = case.leading_due();
    CaseRow {
        id: case.id,
        reference: case.reference.clone(),
        school_id: case.school,
        procedure_id: case.bound.procedure,
        calendar_id: case.bound.calendar,
        kind: case.kind,
        channel: case.channel,
        state: StateKey::of(standing),
        phase: standing.phase_key().map(str::to_owned),
        stage_key: run.map(|run| run.stage.clone()),
        stage_kind: run.map(|run| run.kind),
        run_no: run.map(|run| run.no),
        handler_role: run.map(|run| run.handler.role),
        handler_id: run.and_then(|run| run.handler.person),
        received_at: case.received_at.into(),
        received_on: On(case.received_on),
        closed_reason,
        closed_at,
        next_due_on: next_due_on(case),
        next_due_rule: next_due.as_ref().map(|deadline| deadline.rule),
        next_due_owed_by: next_due.map(|deadline| deadline.rule.owed_by()),
        child_at_risk: case.flags.contains(&Flag::ChildAtRisk),
        complainant_name: case.complainants().next().map(|party| text(&party.name)),
        child_name: case.child.as_ref().map(|child| text(&child.name)),
        headline: headline(case),
        length: i32::try_from(case.length).unwrap_or(i32::MAX),
        chain_head: end.head,
        updated_at: end.at.into(),
        waits_for: whose_move(case),
        awaits_hearing_at: at(case.awaits_hearing_at()),
        undated: case.deadlines.iter().any(awaits_calendar),
    }
}

/// Open cases without a date come after those with one, and closed ones last of all. A closed case of which the law
/// or the safety of a child still asks something stands among the open ones, by its date (R15, R57).
fn next_due_on(case: &Case) -> On {
    let leading = case.leading_due();
    if leading.is_none() && case.standing() == Standing::Closed {
        return never();
    }
    leading.and_then(|deadline| deadline.due.date()).map_or_else(idle, On)
}

fn headline(case: &Case) -> String {
    let first = case.points.first().map(|point| point.what_happened.as_str()).unwrap_or_default();
    first_line(first, HEADLINE)
}

fn facts_row(case: &Case) -> Result<FactsRow, DbError> {
    Ok(FactsRow {
        case_id: case.id,
        child_year_group: case.child.as_ref().and_then(|child| maybe(child.year_group.as_ref())),
        flags: to_json(&case.flags)?,
        last_incident_on: on(case.last_incident_on),
        late_reason: maybe(case.late_reason.as_ref()),
        already_spoken_to: maybe(case.already_spoken_to.as_ref()),
        state_detail: to_json(&case.state)?,
        suspensions: to_json(&case.suspensions)?,
        unreasonable_proposal: case.unreasonable_proposal.as_ref().map(to_json).transpose()?,
        search_text: search_text(case),
        regime: case.bound.regime,
        nation: case.bound.nation,
        retention_from: on(case.retention_from),
    })
}

/// What a search looks through, in lower case: the reference, every name, and the points.
fn search_text(case: &Case) -> String {
    let mut parts = vec![case.reference.as_str()];
    parts.extend(case.parties.iter().map(|party| party.name.as_str()));
    parts.extend(case.child.iter().map(|child| child.name.as_str()));
    parts.extend(case.subjects.iter().filter_map(|subject| subject.name.as_ref()).map(Words::as_str));
    parts.extend(case.points.iter().map(|point| point.what_happened.as_str()));
    parts.join("\n").to_lowercase()
}

fn party_row(case_id: CaseId, party: &Party) -> PartyRow {
    PartyRow {
        case_id,
        no: party.no,
        kind: party.kind,
        name: text(&party.name),
        email: maybe(party.email.as_ref()),
        email_key: party.email.as_ref().map(|email| email.as_str().to_lowercase()),
        phone: maybe(party.phone.as_ref()),
        address: maybe(party.address.as_ref()),
        relationship: party.relationship,
        preferred_contact: party.preferred_contact,
        language: party.language.clone(),
        adjustments: maybe(party.adjustments.as_ref()),
        safe_contact_note: maybe(party.safe_contact_note.as_ref()),
    }
}

fn point_row(case_id: CaseId, point: &Point) -> PointRow {
    let (status, status_run, redirect_reason) = match point.status {
        PointStatus::Open => ("open", None, None),
        PointStatus::Settled(run) => ("settled", Some(run), None),
        PointStatus::Redirected(reason) => ("redirected", None, Some(reason)),
        PointStatus::LeftBehind(run) => ("left_behind", Some(run), None),
    };
    PointRow {
        case_id,
        no: point.no,
        what_happened: text(&point.what_happened),
        when_words: maybe(point.when.as_ref()),
        wanted: maybe(point.wanted.as_ref()),
        status: status.to_owned(),
        status_run,
        redirect_reason,
    }
}

fn subject_rows(case: &Case) -> Vec<SubjectRow> {
    let row = |(no, subject): (usize, &Subject)| SubjectRow {
        case_id: case.id,
        no: number(no),
        role: subject.role,
        name: maybe(subject.name.as_ref()),
        person_id: subject.person,
    };
    (1..).zip(&case.subjects).map(row).collect()
}

fn run_row(case_id: CaseId, run: &StageRun) -> Result<RunRow, DbError> {
    let reply = run.reply.as_ref();
    Ok(RunRow {
        case_id,
        no: run.no,
        stage_key: run.stage.clone(),
        kind: run.kind,
        handler_role: run.handler.role,
        handler_id: run.handler.person,
        started_at: run.started_at.into(),
        counts_from_on: on(run.counts_from_on),
        cause: to_json(&run.cause)?,
        points: to_json(&run.points)?,
        acknowledged_at: at(run.acknowledged_at),
        reply_sent_at: reply.map(|reply| reply.sent_at.into()),
        reply_by: reply.and_then(|reply| reply.by),
        reply_message: reply.map(|reply| text(&reply.message)),
        reply_steps_taken: reply.and_then(|reply| maybe(reply.steps_taken.as_ref())),
        reply_actions: reply.and_then(|reply| maybe(reply.actions.as_ref())),
        reply_last_date: reply.and_then(|reply| on(reply.last_date)),
        window_reminders: i32::from(run.window_reminders),
    })
}

fn answer_rows(case: &Case) -> Vec<AnswerRow> {
    let of_run = |run: &StageRun| {
        let run_no = run.no;
        let row = |answer: &Answer| AnswerRow {
            case_id: case.id,
            run_no,
            point_no: answer.point,
            finding: answer.finding,
            reasons: maybe(answer.reasons.as_ref()),
            by_id: answer.by,
            at: answer.at.into(),
        };
        run.answers.iter().map(row).collect::<Vec<_>>()
    };
    case.runs.iter().flat_map(of_run).collect()
}

fn hearing_row(case_id: CaseId, run_no: RunNo, hearing: &Hearing) -> Result<HearingRow, DbError> {
    Ok(HearingRow {
        case_id,
        run_no,
        chair_id: hearing.chair,
        papers: to_json(&hearing.papers)?,
        papers_sent_at: at(hearing.papers_sent_at),
        held_on: hearing.held.as_ref().map(|held| On(held.held_on)),
        held: hearing.held.as_ref().map(to_json).transpose()?,
        recommendations: maybe(hearing.recommendations.as_ref()),
        issued_at: at(hearing.issued_at),
    })
}

fn member_rows(case_id: CaseId, run_no: RunNo, hearing: &Hearing) -> Vec<MemberRow> {
    let row = |member: &PanelMember| MemberRow {
        case_id,
        run_no,
        person_id: member.person,
        independence: member.independence,
        reason: maybe(member.reason.as_ref()),
    };
    hearing.members.iter().map(row).collect()
}

fn date_rows(case_id: CaseId, run_no: RunNo, hearing: &Hearing) -> Vec<HearingDateRow> {
    let row = |(no, date): (usize, &HearingDate)| HearingDateRow {
        case_id,
        run_no,
        no: number(no),
        at: date.at.into(),
        place: text(&date.place),
        basis: date.basis,
        sequence: i32::try_from(date.sequence).unwrap_or(i32::MAX),
    };
    (1..).zip(&hearing.dates).map(row).collect()
}

/// A due date as kind and date.
fn due(due: Due) -> (String, Option<On>) {
    let (kind, date) = match due {
        Due::On(date) => (DUE_ON, Some(date)),
        Due::CalendarMissing(date) => (CALENDAR_MISSING, Some(date)),
        Due::Paused => ("paused", None),
    };
    (kind.to_owned(), on(date))
}

/// The kind of a deadline that has a date.
pub(in crate::db) const DUE_ON: &str = "on";
/// The kind of a deadline that waits for a calendar.
pub(in crate::db) const CALENDAR_MISSING: &str = "calendar_missing";

fn deadline_row(case: &Case, deadline: &Deadline) -> DeadlineRow {
    let basis = deadline.basis.as_ref();
    let (due_kind, due_on) = due(deadline.due);
    let (original_due_kind, original_due_on) = due(deadline.original_due);
    let (ended, ended_at) = match deadline.ended {
        Some(Ended::Met(moment)) => (Some("met"), Some(At::from(moment))),
        Some(Ended::Dropped(moment)) => (Some("dropped"), Some(At::from(moment))),
        None => (None, None),
    };
    DeadlineRow {
        case_id: case.id,
        no: deadline.no,
        school_id: case.school,
        rule: deadline.rule,
        run_no: deadline.run,
        remedy_no: deadline.remedy,
        anchor: basis.map(|basis| basis.anchor),
        anchor_on: basis.map(|basis| On(basis.anchor_on)),
        amount: basis.map(|basis| i32::from(basis.amount)),
        unit: basis.map(|basis| basis.unit),
        calendar_id: basis.map(|basis| basis.calendar),
        due_kind,
        due_on,
        original_due_kind,
        original_due_on,
        ended: ended.map(str::to_owned),
        ended_at,
    }
}

fn change_rows(case_id: CaseId, deadline: &Deadline) -> Vec<ChangeRow> {
    let row = |(no, change): (usize, &Change)| {
        let ((from_kind, from_on), (to_kind, to_on)) = (due(change.from), due(change.to));
        let (why, reason) = match &change.why {
            Moved::Extended(reason) => ("extended", Some(text(reason))),
            Moved::Paused => ("paused", None),
            Moved::Resumed => ("resumed", None),
            Moved::CalendarArrived => ("calendar_arrived", None),
            Moved::HearingMoved => ("hearing_moved", None),
            Moved::RemindedLate => ("reminded_late", None),
            Moved::ToldOtherwise { .. } => ("told_otherwise", None),
        };
        ChangeRow {
            case_id,
            deadline_no: deadline.no,
            no: number(no),
            from_kind,
            from_on,
            to_kind,
            to_on,
            at: change.at.into(),
            why: why.to_owned(),
            reason,
        }
    };
    (1..).zip(&deadline.changes).map(row).collect()
}

fn meeting_rows(case: &Case) -> Result<Vec<MeetingRow>, DbError> {
    let row = |meeting: &Meeting| {
        let (status, cancel_reason, present, said, agreed) = match &meeting.status {
            MeetingStatus::Booked => ("booked", None, None, None, None),
            MeetingStatus::Cancelled { reason } => ("cancelled", Some(text(reason)), None, None, None),
            MeetingStatus::Held { present, said, agreed } => {
                ("held", None, Some(text(present)), Some(text(said)), maybe(agreed.as_ref()))
            }
        };
        Ok(MeetingRow {
            case_id: case.id,
            no: meeting.no,
            at: meeting.at.into(),
            minutes: i32::from(meeting.minutes),
            place: text(&meeting.place),
            staff: to_json(&meeting.staff)?,
            sequence: i32::try_from(meeting.sequence).unwrap_or(i32::MAX),
            status: status.to_owned(),
            cancel_reason,
            present,
            said,
            agreed,
        })
    };
    all(case.meetings.iter().map(row))
}

fn document_rows(case: &Case) -> Result<Vec<DocumentRow>, DbError> {
    let row = |document: &Document| {
        Ok(DocumentRow {
            case_id: case.id,
            no: document.no,
            file_id: document.file,
            name: text(&document.name),
            media_type: document.media_type.clone(),
            bytes: i64::try_from(document.bytes)
                .map_err(|_| DbError::internal("a file beyond every disk"))?,
            sha256: document.sha256.clone(),
            audience: document.audience,
            from_party: document.from,
        })
    };
    all(case.documents.iter().map(row))
}

fn remedy_rows(case: &Case) -> Vec<RemedyRow> {
    let row = |remedy: &Remedy| RemedyRow {
        case_id: case.id,
        no: remedy.no,
        what: text(&remedy.what),
        owner_id: remedy.owner,
        due_on: On(remedy.due_on),
        done_at: remedy.done.as_ref().map(|(moment, _)| At::from(*moment)),
        evidence: remedy.done.as_ref().map(|(_, evidence)| text(evidence)),
    };
    case.remedies.iter().map(row).collect()
}

fn contact_rows(case: &Case) -> Vec<ContactRow> {
    let row = |(no, contact): (usize, &ExternalContact)| ContactRow {
        case_id: case.id,
        no: number(no),
        body: contact.body,
        contacted_on: On(contact.contacted_on),
        reference: maybe(contact.reference.as_ref()),
        words: text(&contact.words),
        stage_then: contact.stage_then.clone(),
    };
    (1..).zip(&case.external_contacts).map(row).collect()
}

fn involvement_rows(case: &Case) -> Vec<InvolvementRow> {
    let row = |(no, line): (usize, &Involvement)| InvolvementRow {
        case_id: case.id,
        no: number(no),
        school_id: case.school,
        person_id: line.person,
        involved_as: line.involved_as,
        run_no: line.run,
        since: line.since.into(),
    };
    (1..).zip(&case.involvement).map(row).collect()
}
