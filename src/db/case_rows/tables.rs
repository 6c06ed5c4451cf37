//! The tables of a case, each with its row, and how a row is read and written.

use diesel::prelude::*;

use super::super::connection::{Conn, Tx};
use super::super::error::DbError;
use super::super::schema;
use super::super::types::{At, On};
use super::super::work_list::StateKey;
use super::write_difference;
use crate::domain::calendar::Unit;
use crate::domain::case::state::{Audience, InvolvedAs};
use crate::domain::case::vocabulary::{
    Channel, ClosedReason, ExternalBodyKind, Finding, HearingBasis, Kind, PartyKind, PreferredContact,
    RedirectReason, Relationship, SubjectRole,
};
use crate::domain::deadline::{DeadlineRule, OwedBy};
use crate::domain::ids::{
    CalendarId, CaseId, DeadlineNo, DocumentNo, FileId, MeetingNo, PartyNo, PersonId, PointNo, ProcedureId,
    RemedyNo, RunNo, SchoolId,
};
use crate::domain::person::{Independence, Role};
use crate::domain::procedure::{Anchor, Regime, StageKey, StageKind};
use crate::domain::record::ChainHash;
use crate::domain::reference::Reference;
use crate::domain::school::Nation;

/// A table of which a case has any number of rows.
pub(super) trait CaseTable: Clone + PartialEq {
    /// What tells two rows of one case apart.
    type Key: Ord;

    fn key(&self) -> Self::Key;
    fn read(tx: &mut Tx, case: CaseId) -> Result<Vec<Self>, DbError>;
    fn insert(tx: &mut Tx, rows: &[Self]) -> Result<(), DbError>;
    fn update(tx: &mut Tx, row: &Self) -> Result<(), DbError>;
    fn delete(tx: &mut Tx, row: &Self) -> Result<(), DbError>;
}

macro_rules! case_tables {
    ($($(#[$doc:meta])* $table:ident: $row:ident by ($($key:ident: $key_type:ty),+) {
        $($field:ident: $type:ty,)+
    })+) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Queryable, Insertable, AsChangeset)]
        #[diesel(table_name = schema::$table)]
        #[diesel(treat_none_as_default_value = false)]
        #[diesel(primary_key(case_id, $($key),+))]
        #[diesel(treat_none_as_null = true)]
        pub struct $row {
            $(pub(super) $field: $type,)+
        }

        impl CaseTable for $row {
            type Key = ($($key_type,)+);

            fn key(&self) -> Self::Key {
                ($(self.$key.clone(),)+)
            }

            fn read(tx: &mut Tx, case: CaseId) -> Result<Vec<Self>, DbError> {
                use schema::$table::dsl;
                Ok(dsl::$table
                    .filter(dsl::case_id.eq(case))
                    .order(($(dsl::$key,)+))
                    .load(&mut tx.conn)?)
            }

            /// PostgreSQL takes all rows in one statement, which saves ways to the server; SQLite is
            /// quicker with one prepared statement that it already knows. (That is also why `None` is
            /// written as NULL: left out, it would make another statement of every row.)
            fn insert(tx: &mut Tx, rows: &[Self]) -> Result<(), DbError> {
                match &mut tx.conn {
                    Conn::Pg(conn) if rows.len() > 1 => {
                        diesel::insert_into(schema::$table::table).values(rows).execute(conn)?;
                    }
                    Conn::Pg(conn) => {
                        for row in rows {
                            diesel::insert_into(schema::$table::table).values(row).execute(conn)?;
                        }
                    }
                    Conn::Sqlite(conn) => {
                        for row in rows {
                            diesel::insert_into(schema::$table::table).values(row).execute(conn)?;
                        }
                    }
                }
                Ok(())
            }

            fn update(tx: &mut Tx, row: &Self) -> Result<(), DbError> {
                use schema::$table::dsl;
                let this = dsl::$table.filter(dsl::case_id.eq(row.case_id))$(.filter(dsl::$key.eq(row.$key.clone())))+;
                diesel::update(this).set(row).execute(&mut tx.conn)?;
                Ok(())
            }

            fn delete(tx: &mut Tx, row: &Self) -> Result<(), DbError> {
                use schema::$table::dsl;
                let this = dsl::$table.filter(dsl::case_id.eq(row.case_id))$(.filter(dsl::$key.eq(row.$key.clone())))+;
                diesel::delete(this).execute(&mut tx.conn)?;
                Ok(())
            }
        }
    )+};
}

/// The case as lists show it.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Insertable, AsChangeset)]
#[diesel(table_name = schema::cases)]
#[diesel(treat_none_as_default_value = false)]
#[diesel(treat_none_as_null = true)]
pub struct CaseRow {
    pub(in crate::db) id: CaseId,
    pub(in crate::db) reference: Reference,
    pub(in crate::db) school_id: SchoolId,
    pub(in crate::db) procedure_id: ProcedureId,
    pub(in crate::db) calendar_id: CalendarId,
    pub(in crate::db) kind: Kind,
    pub(in crate::db) channel: Channel,
    pub(in crate::db) state: StateKey,
    pub(in crate::db) phase: Option<String>,
    pub(in crate::db) stage_key: Option<StageKey>,
    pub(in crate::db) stage_kind: Option<StageKind>,
    pub(in crate::db) run_no: Option<RunNo>,
    pub(in crate::db) handler_role: Option<Role>,
    pub(in crate::db) handler_id: Option<PersonId>,
    pub(in crate::db) received_at: At,
    pub(in crate::db) received_on: On,
    pub(in crate::db) closed_reason: Option<ClosedReason>,
    pub(in crate::db) closed_at: Option<At>,
    pub(in crate::db) next_due_on: On,
    pub(in crate::db) next_due_rule: Option<DeadlineRule>,
    pub(in crate::db) next_due_owed_by: Option<OwedBy>,
    pub(in crate::db) child_at_risk: bool,
    pub(in crate::db) complainant_name: Option<String>,
    pub(in crate::db) child_name: Option<String>,
    pub(in crate::db) headline: String,
    pub(in crate::db) length: i32,
    pub(in crate::db) chain_head: ChainHash,
    pub(in crate::db) updated_at: At,
    pub(in crate::db) waits_for: Option<OwedBy>,
    pub(in crate::db) awaits_hearing_at: Option<At>,
    pub(in crate::db) undated: bool,
}

impl CaseRow {
    pub(super) fn insert(&self, tx: &mut Tx) -> Result<(), DbError> {
        diesel::insert_into(schema::cases::table).values(self).execute(&mut tx.conn)?;
        Ok(())
    }

    /// Writes the row if its version is still that one.
    pub(super) fn update_from(&self, tx: &mut Tx, length: i32) -> Result<(), DbError> {
        use schema::cases::dsl;
        let this = dsl::cases.filter(dsl::id.eq(self.id)).filter(dsl::length.eq(length));
        match diesel::update(this).set(self).execute(&mut tx.conn)? {
            0 => Err(DbError::Stale),
            _ => Ok(()),
        }
    }
}

case_tables! {
    /// What only the page of one case shows.
    case_facts: FactsRow by (case_id: CaseId) {
        case_id: CaseId,
        child_year_group: Option<String>,
        flags: String,
        last_incident_on: Option<On>,
        late_reason: Option<String>,
        already_spoken_to: Option<String>,
        state_detail: String,
        suspensions: String,
        unreasonable_proposal: Option<String>,
        search_text: String,
        regime: Regime,
        nation: Nation,
        retention_from: Option<On>,
    }

    /// Somebody who takes part from outside.
    case_parties: PartyRow by (no: PartyNo) {
        case_id: CaseId,
        no: PartyNo,
        kind: PartyKind,
        name: String,
        email: Option<String>,
        email_key: Option<String>,
        phone: Option<String>,
        address: Option<String>,
        relationship: Relationship,
        preferred_contact: Option<PreferredContact>,
        language: Option<String>,
        adjustments: Option<String>,
        safe_contact_note: Option<String>,
    }

    /// One head of complaint.
    case_points: PointRow by (no: PointNo) {
        case_id: CaseId,
        no: PointNo,
        what_happened: String,
        when_words: Option<String>,
        wanted: Option<String>,
        status: String,
        status_run: Option<RunNo>,
        redirect_reason: Option<RedirectReason>,
    }

    /// Who is complained about.
    case_subjects: SubjectRow by (no: i32) {
        case_id: CaseId,
        no: i32,
        role: SubjectRole,
        name: Option<String>,
        person_id: Option<PersonId>,
    }

    /// One stage within the case.
    stage_runs: RunRow by (no: RunNo) {
        case_id: CaseId,
        no: RunNo,
        stage_key: StageKey,
        kind: StageKind,
        handler_role: Role,
        handler_id: Option<PersonId>,
        started_at: At,
        counts_from_on: Option<On>,
        cause: String,
        points: String,
        acknowledged_at: Option<At>,
        reply_sent_at: Option<At>,
        reply_by: Option<PersonId>,
        reply_message: Option<String>,
        reply_steps_taken: Option<String>,
        reply_actions: Option<String>,
        reply_last_date: Option<On>,
        window_reminders: i32,
    }

    /// One answer or finding.
    answers: AnswerRow by (run_no: RunNo, point_no: PointNo) {
        case_id: CaseId,
        run_no: RunNo,
        point_no: PointNo,
        finding: Finding,
        reasons: Option<String>,
        by_id: Option<PersonId>,
        at: At,
    }

    /// The hearing of a panel stage.
    hearings: HearingRow by (run_no: RunNo) {
        case_id: CaseId,
        run_no: RunNo,
        chair_id: PersonId,
        papers: String,
        papers_sent_at: Option<At>,
        held_on: Option<On>,
        held: Option<String>,
        recommendations: Option<String>,
        issued_at: Option<At>,
    }

    /// Somebody on a panel.
    hearing_members: MemberRow by (run_no: RunNo, person_id: PersonId) {
        case_id: CaseId,
        run_no: RunNo,
        person_id: PersonId,
        independence: Independence,
        reason: Option<String>,
    }

    /// A date that was set for a hearing.
    hearing_dates: HearingDateRow by (run_no: RunNo, no: i32) {
        case_id: CaseId,
        run_no: RunNo,
        no: i32,
        at: At,
        place: String,
        basis: HearingBasis,
        sequence: i32,
    }

    /// A deadline.
    deadlines: DeadlineRow by (no: DeadlineNo) {
        case_id: CaseId,
        no: DeadlineNo,
        school_id: SchoolId,
        rule: DeadlineRule,
        run_no: Option<RunNo>,
        remedy_no: Option<RemedyNo>,
        anchor: Option<Anchor>,
        anchor_on: Option<On>,
        amount: Option<i32>,
        unit: Option<Unit>,
        calendar_id: Option<CalendarId>,
        due_kind: String,
        due_on: Option<On>,
        original_due_kind: String,
        original_due_on: Option<On>,
        ended: Option<String>,
        ended_at: Option<At>,
    }

    /// A move of a due date.
    deadline_changes: ChangeRow by (deadline_no: DeadlineNo, no: i32) {
        case_id: CaseId,
        deadline_no: DeadlineNo,
        no: i32,
        from_kind: String,
        from_on: Option<On>,
        to_kind: String,
        to_on: Option<On>,
        at: At,
        why: String,
        reason: Option<String>,
    }

    /// A meeting with the family.
    meetings: MeetingRow by (no: MeetingNo) {
        case_id: CaseId,
        no: MeetingNo,
        at: At,
        minutes: i32,
        place: String,
        staff: String,
        sequence: i32,
        status: String,
        cancel_reason: Option<String>,
        present: Option<String>,
        said: Option<String>,
        agreed: Option<String>,
    }

    /// A file on the case.
    case_documents: DocumentRow by (no: DocumentNo) {
        case_id: CaseId,
        no: DocumentNo,
        file_id: FileId,
        name: String,
        media_type: String,
        bytes: i64,
        sha256: String,
        audience: Audience,
        from_party: Option<PartyNo>,
    }

    /// Something that was promised.
    remedies: RemedyRow by (no: RemedyNo) {
        case_id: CaseId,
        no: RemedyNo,
        what: String,
        owner_id: PersonId,
        due_on: On,
        done_at: Option<At>,
        evidence: Option<String>,
    }

    /// A contact with a body outside.
    external_contacts: ContactRow by (no: i32) {
        case_id: CaseId,
        no: i32,
        body: ExternalBodyKind,
        contacted_on: On,
        reference: Option<String>,
        words: String,
        stage_then: Option<StageKey>,
    }

    /// A line of the register.
    involvements: InvolvementRow by (no: i32) {
        case_id: CaseId,
        no: i32,
        school_id: SchoolId,
        person_id: PersonId,
        involved_as: InvolvedAs,
        run_no: Option<RunNo>,
        since: At,
    }

}

macro_rules! rows_of_a_case {
    ($($(#[$doc:meta])* $field:ident: $row:ident,)+) => {
        /// Every row of one case.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct CaseRows {
            /// The case as lists show it.
            pub(in crate::db) case: CaseRow,
            /// What only its page shows.
            pub(super) facts: FactsRow,
            $($(#[$doc])* pub(super) $field: Vec<$row>,)+
        }

        impl CaseRows {
            pub(super) fn read_all(tx: &mut Tx, id: CaseId) -> Result<Option<Self>, DbError> {
                let case = schema::cases::table.find(id).first(&mut tx.conn).optional()?;
                let facts = FactsRow::read(tx, id)?.pop();
                let (Some(case), Some(facts)) = (case, facts) else { return Ok(None) };
                Ok(Some(Self { case, facts, $($field: $row::read(tx, id)?,)+ }))
            }

            pub(super) fn write_what_differs_from(&self, tx: &mut Tx, before: &Self) -> Result<(), DbError> {
                $(write_difference(tx, &before.$field, &self.$field)?;)+
                Ok(())
            }

            /// Each table in the order in which the database gives it back.
            pub(super) fn in_order(mut self) -> Self {
                $(self.$field.sort_by_key(CaseTable::key);)+
                self
            }

            /// The case and its facts alone.
            pub(super) fn without_parts(&self) -> Self {
                Self { case: self.case.clone(), facts: self.facts.clone(), $($field: Vec::new(),)+ }
            }
        }
    };
}

rows_of_a_case! {
    /// Somebody who takes part from outside.
    parties: PartyRow,
    /// One head of complaint.
    points: PointRow,
    /// Who is complained about.
    subjects: SubjectRow,
    /// One stage within the case.
    runs: RunRow,
    /// One answer or finding.
    answers: AnswerRow,
    /// The hearing of a panel stage.
    hearings: HearingRow,
    /// Somebody on a panel.
    members: MemberRow,
    /// A date that was set for a hearing.
    hearing_dates: HearingDateRow,
    /// A deadline.
    deadlines: DeadlineRow,
    /// A move of a due date.
    changes: ChangeRow,
    /// A meeting with the family.
    meetings: MeetingRow,
    /// A file on the case.
    documents: DocumentRow,
    /// Something that was promised.
    remedies: RemedyRow,
    /// A contact with a body outside.
    contacts: ContactRow,
    /// A line of the register.
    involvements: InvolvementRow,
}
