//! Versions of procedures, as they were written.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::connection::Tx;
use super::error::DbError;
use super::schema::{procedure_copies, procedures};
use super::types::At;
use crate::domain::ids::{MessageId, ProcedureId, SchoolId};

/// A version of a procedure as it is stored: its source, byte for byte. The caller parses it.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Insertable)]
#[diesel(table_name = procedures)]
#[diesel(treat_none_as_default_value = false)]
struct ProcedureRow {
    id: ProcedureId,
    key: String,
    version: i32,
    source: String,
    sha256: String,
    created_at: At,
}

/// A version of a procedure as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredProcedure {
    /// Its id.
    pub id: ProcedureId,
    /// Its name: `MAT-SEED`.
    pub key: String,
    /// Its version, from 1.
    pub version: u32,
    /// Its source, byte for byte. The caller parses it.
    pub source: String,
    /// The SHA-256 of the source, in hex.
    pub sha256: String,
    /// When it was stored.
    pub created_at: DateTime<Utc>,
}

impl ProcedureRow {
    fn into_stored(self) -> Result<StoredProcedure, DbError> {
        Ok(StoredProcedure {
            id: self.id,
            key: self.key,
            version: u32::try_from(self.version).map_err(|_| DbError::corrupt("procedures", "version"))?,
            source: self.source,
            sha256: self.sha256,
            created_at: self.created_at.0,
        })
    }
}

/// Stores a version. Key and version must be new.
pub fn add(tx: &mut Tx, procedure: &StoredProcedure) -> Result<(), DbError> {
    let row = ProcedureRow {
        id: procedure.id,
        key: procedure.key.clone(),
        version: i32::try_from(procedure.version)
            .map_err(|_| DbError::internal("a version beyond counting"))?,
        source: procedure.source.clone(),
        sha256: procedure.sha256.clone(),
        created_at: procedure.created_at.into(),
    };
    diesel::insert_into(procedures::table).values(&row).execute(&mut tx.conn)?;
    Ok(())
}

/// The version of that id.
pub fn find(tx: &mut Tx, id: ProcedureId) -> Result<Option<StoredProcedure>, DbError> {
    let row: Option<ProcedureRow> = procedures::table.find(id).first(&mut tx.conn).optional()?;
    row.map(ProcedureRow::into_stored).transpose()
}

/// The newest version of that key.
pub fn newest(tx: &mut Tx, key: &str) -> Result<Option<StoredProcedure>, DbError> {
    let row: Option<ProcedureRow> = procedures::table
        .filter(procedures::key.eq(key))
        .order(procedures::version.desc())
        .first(&mut tx.conn)
        .optional()?;
    row.map(ProcedureRow::into_stored).transpose()
}

/// Every version of every procedure.
pub fn all(tx: &mut Tx) -> Result<Vec<StoredProcedure>, DbError> {
    let rows: Vec<ProcedureRow> =
        procedures::table.order((procedures::created_at, procedures::id)).load(&mut tx.conn)?;
    rows.into_iter().map(ProcedureRow::into_stored).collect()
}

/// A copy of the published procedure that somebody asked for (R7).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopyAsked {
    /// Of which school.
    pub school: SchoolId,
    /// Of which version.
    pub procedure: ProcedureId,
    /// By whom.
    pub name: String,
    /// Their email address.
    pub email: Option<String>,
    /// Their postal address.
    pub address: Option<String>,
    /// When.
    pub asked_at: DateTime<Utc>,
    /// The message that carried it.
    pub message: Option<MessageId>,
}

/// Logs that a copy was asked for (R7).
pub fn log_copy(tx: &mut Tx, copy: &CopyAsked) -> Result<(), DbError> {
    diesel::insert_into(procedure_copies::table)
        .values((
            procedure_copies::school_id.eq(copy.school),
            procedure_copies::procedure_id.eq(copy.procedure),
            procedure_copies::name.eq(&copy.name),
            procedure_copies::email.eq(copy.email.as_deref()),
            procedure_copies::address.eq(copy.address.as_deref()),
            procedure_copies::asked_at.eq(At::from(copy.asked_at)),
            procedure_copies::message_id.eq(copy.message),
        ))
        .execute(&mut tx.conn)?;
    Ok(())
}

/// Where the copy goes by post that this message carries, where an address was given.
pub fn copy_address(tx: &mut Tx, message: MessageId) -> Result<Option<String>, DbError> {
    let address: Option<Option<String>> = procedure_copies::table
        .filter(procedure_copies::message_id.eq(message))
        .select(procedure_copies::address)
        .first(&mut tx.conn)
        .optional()?;
    Ok(address.flatten())
}

/// The copies that were asked for at a school, the newest first.
pub fn copies(tx: &mut Tx, school: SchoolId, limit: u32) -> Result<Vec<CopyAsked>, DbError> {
    type Row = (SchoolId, ProcedureId, String, Option<String>, Option<String>, At, Option<MessageId>);
    let rows: Vec<Row> = procedure_copies::table
        .filter(procedure_copies::school_id.eq(school))
        .order(procedure_copies::id.desc())
        .limit(i64::from(limit))
        .select((
            procedure_copies::school_id,
            procedure_copies::procedure_id,
            procedure_copies::name,
            procedure_copies::email,
            procedure_copies::address,
            procedure_copies::asked_at,
            procedure_copies::message_id,
        ))
        .load(&mut tx.conn)?;
    let copy = |(school, procedure, name, email, address, asked_at, message): Row| CopyAsked {
        school,
        procedure,
        name,
        email,
        address,
        asked_at: asked_at.0,
        message,
    };
    Ok(rows.into_iter().map(copy).collect())
}
