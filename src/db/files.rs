//! What stored files are. Their bytes lie on disk.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::connection::Tx;
use super::error::DbError;
use super::schema::{case_documents, files};
use super::types::At;
use crate::domain::ids::FileId;

/// A stored file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredFile {
    /// Its id.
    pub id: FileId,
    /// The SHA-256 of its bytes, in hex: its name on disk.
    pub sha256: String,
    /// How many bytes.
    pub bytes: u64,
    /// What it is, found by looking at it.
    pub media_type: String,
    /// When it was stored.
    pub created_at: DateTime<Utc>,
}

type Row = (FileId, String, i64, String, At);

/// Stores what a file is. Its bytes are on disk already.
pub fn add(tx: &mut Tx, file: &StoredFile) -> Result<(), DbError> {
    let bytes = i64::try_from(file.bytes).map_err(|_| DbError::internal("a file beyond every disk"))?;
    diesel::insert_into(files::table)
        .values((
            files::id.eq(file.id),
            files::sha256.eq(&file.sha256),
            files::bytes.eq(bytes),
            files::media_type.eq(&file.media_type),
            files::created_at.eq(At::from(file.created_at)),
        ))
        .execute(&mut tx.conn)?;
    Ok(())
}

/// The file of that id. Whether somebody may have it is asked of the case that it is on.
pub fn find(tx: &mut Tx, id: FileId) -> Result<Option<StoredFile>, DbError> {
    let row: Option<Row> = files::table.find(id).first(&mut tx.conn).optional()?;
    row.map(stored).transpose()
}

/// Every file, for a backup and for the check that each is on disk.
pub fn all(tx: &mut Tx) -> Result<Vec<StoredFile>, DbError> {
    let rows: Vec<Row> = files::table.order((files::created_at, files::id)).load(&mut tx.conn)?;
    rows.into_iter().map(stored).collect()
}

/// The files that were stored before that and are on no case: uploads that were never sent.
pub fn orphans(tx: &mut Tx, before: DateTime<Utc>) -> Result<Vec<StoredFile>, DbError> {
    let used = case_documents::table.filter(case_documents::file_id.eq(files::id));
    let rows: Vec<Row> = files::table
        .filter(files::created_at.lt(At::from(before)))
        .filter(diesel::dsl::not(diesel::dsl::exists(used)))
        .order((files::created_at, files::id))
        .load(&mut tx.conn)?;
    rows.into_iter().map(stored).collect()
}

/// Forgets a file that is on no case.
pub fn remove(tx: &mut Tx, id: FileId) -> Result<(), DbError> {
    diesel::delete(files::table.find(id)).execute(&mut tx.conn)?;
    Ok(())
}

fn stored((id, sha256, bytes, media_type, created_at): Row) -> Result<StoredFile, DbError> {
    let bytes = u64::try_from(bytes).map_err(|_| DbError::corrupt("files", "bytes"))?;
    Ok(StoredFile { id, sha256, bytes, media_type, created_at: created_at.0 })
}
