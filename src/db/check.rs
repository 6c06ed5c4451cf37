//! Whether the tables are what this program takes them for.

use diesel::prelude::*;

use super::connection::Tx;
use super::error::DbError;
use super::schema;

macro_rules! tables {
    ($($table:ident),+ $(,)?) => {
        /// Reads a row of every table with all its columns, and answers with the names of the tables.
        /// For `doctor` and for the tests: a column that is missing or of another type fails here.
        pub fn every_column(tx: &mut Tx) -> Result<Vec<&'static str>, DbError> {
            $(schema::$table::table.limit(1).execute(&mut tx.conn)?;)+
            Ok(vec![$(stringify!($table)),+])
        }
    };
}

tables!(
    trusts,
    schools,
    procedures,
    calendars,
    school_rules,
    meta,
    people,
    posts,
    settings_log,
    files,
    file_parts,
    cases,
    case_facts,
    case_parties,
    case_points,
    case_subjects,
    stage_runs,
    answers,
    hearings,
    hearing_members,
    hearing_dates,
    deadlines,
    deadline_changes,
    meetings,
    case_documents,
    remedies,
    external_contacts,
    involvements,
    case_events,
    event_texts,
    read_log,
    sealed_texts,
    sealed_letters,
    case_pairs,
    outbox,
    outbox_attempts,
    outbox_acts,
    idempotency,
    procedure_copies,
    sessions,
    api_tokens,
    case_links,
    drafts,
    setup_tokens,
    password_links,
    ceremonies,
    provider_accounts,
    passkeys,
    authenticators,
    recovery_codes,
    half_sign_ins,
    sign_ins,
    sign_in_links,
);
