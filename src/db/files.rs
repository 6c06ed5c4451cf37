//! Stored files: what each is, and its bytes in parts.
//!
//! The bytes lie in the database, so that a file and its place on a case are durable in the same moment, a backup
//! has both, and every node sees the same (docs/decisions/0002-files-in-the-database.md).

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::connection::Tx;
use super::error::DbError;
use super::schema::{case_documents, file_parts, files};
use super::types::At;
use crate::domain::case::state::Scan;
use crate::domain::ids::{CaseId, DocumentNo, FileId};

/// How many bytes a part has; the last one may have fewer.
pub const PART: usize = 512 * 1024;

/// A stored file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredFile {
    /// Its id.
    pub id: FileId,
    /// The SHA-256 of its bytes, in hex.
    pub sha256: String,
    /// How many bytes.
    pub bytes: u64,
    /// What it is, found by looking at it.
    pub media_type: String,
    /// When it was stored.
    pub created_at: DateTime<Utc>,
    /// What a virus scanner said of it.
    pub scan: Scan,
}

/// How long a file stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stay {
    /// As long as its case.
    OnACase,
    /// Until then, unless what it was added to is sent before.
    Until(DateTime<Utc>),
}

impl Stay {
    fn end(self) -> Option<At> {
        match self {
            Self::OnACase => None,
            Self::Until(end) => Some(At::from(end)),
        }
    }
}

type Row = (FileId, String, i64, String, At, String);

/// Stores a file with its bytes.
pub fn add(tx: &mut Tx, file: &StoredFile, stay: Stay, bytes: &[u8]) -> Result<(), DbError> {
    let length = i64::try_from(file.bytes).map_err(|_| DbError::internal("a file beyond every disk"))?;
    diesel::insert_into(files::table)
        .values((
            files::id.eq(file.id),
            files::sha256.eq(&file.sha256),
            files::bytes.eq(length),
            files::media_type.eq(&file.media_type),
            files::created_at.eq(At::from(file.created_at)),
            files::kept_until.eq(stay.end()),
            files::scan.eq(file.scan.key()),
        ))
        .execute(&mut tx.conn)?;
    for (no, part) in (0_i32..).zip(bytes.chunks(PART)) {
        diesel::insert_into(file_parts::table)
            .values((file_parts::file_id.eq(file.id), file_parts::no.eq(no), file_parts::bytes.eq(part)))
            .execute(&mut tx.conn)?;
    }
    Ok(())
}

/// The file of that id. Whether somebody may have it is asked of the case that it is on.
pub fn find(tx: &mut Tx, id: FileId) -> Result<Option<StoredFile>, DbError> {
    let columns = (files::id, files::sha256, files::bytes, files::media_type, files::created_at, files::scan);
    let row: Option<Row> = files::table.find(id).select(columns).first(&mut tx.conn).optional()?;
    row.map(stored).transpose()
}

/// One part of a file's bytes, counted from 0.
pub fn part(tx: &mut Tx, id: FileId, no: u32) -> Result<Option<Vec<u8>>, DbError> {
    let Ok(no) = i32::try_from(no) else { return Ok(None) };
    Ok(file_parts::table.find((id, no)).select(file_parts::bytes).first(&mut tx.conn).optional()?)
}

/// Whether a file waited to be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waited {
    /// It did.
    Yes,
    /// It is on a case already, or is not there.
    No,
}

/// Says anew how long a file stays. Whatever is on a case already stays there.
pub fn let_stay(tx: &mut Tx, id: FileId, stay: Stay) -> Result<Waited, DbError> {
    let rows = diesel::update(files::table.find(id).filter(files::kept_until.is_not_null()))
        .set(files::kept_until.eq(stay.end()))
        .execute(&mut tx.conn)?;
    Ok(if rows == 1 { Waited::Yes } else { Waited::No })
}

/// How many files wait to be sent.
pub fn waiting(tx: &mut Tx) -> Result<u64, DbError> {
    let count: i64 = files::table.filter(files::kept_until.is_not_null()).count().get_result(&mut tx.conn)?;
    Ok(count.unsigned_abs())
}

/// Removes a file that is on no case, with its bytes.
pub fn remove(tx: &mut Tx, id: FileId) -> Result<(), DbError> {
    diesel::delete(files::table.find(id).filter(files::kept_until.is_not_null())).execute(&mut tx.conn)?;
    Ok(())
}

/// Removes the files that were not sent in time, with their bytes.
pub fn forget_expired(tx: &mut Tx, now: DateTime<Utc>) -> Result<usize, DbError> {
    Ok(diesel::delete(files::table.filter(files::kept_until.le(At::from(now)))).execute(&mut tx.conn)?)
}

/// Says what a virus scanner said of a file.
pub fn note_scan(tx: &mut Tx, id: FileId, scan: Scan) -> Result<(), DbError> {
    diesel::update(files::table.find(id)).set(files::scan.eq(scan.key())).execute(&mut tx.conn)?;
    Ok(())
}

/// The files that wait for a virus scanner, those that wait longest first.
pub fn to_be_scanned(tx: &mut Tx, limit: u32) -> Result<Vec<FileId>, DbError> {
    let waiting = files::table.filter(files::scan.eq(Scan::Waiting.key()));
    let query = waiting.order(files::created_at).limit(i64::from(limit)).select(files::id);
    Ok(query.load(&mut tx.conn)?)
}

/// How many files wait for a virus scanner.
pub fn unscanned(tx: &mut Tx) -> Result<u64, DbError> {
    let waiting = files::table.filter(files::scan.eq(Scan::Waiting.key()));
    let count: i64 = waiting.count().get_result(&mut tx.conn)?;
    Ok(count.unsigned_abs())
}

/// The case that a file is on, and its number there.
pub fn place_of(tx: &mut Tx, id: FileId) -> Result<Option<(CaseId, DocumentNo)>, DbError> {
    let rows = case_documents::table.filter(case_documents::file_id.eq(id));
    Ok(rows.select((case_documents::case_id, case_documents::no)).first(&mut tx.conn).optional()?)
}

/// The cases that have files, each once.
pub fn cases_with_files(tx: &mut Tx) -> Result<Vec<CaseId>, DbError> {
    let rows = case_documents::table.select(case_documents::case_id).distinct();
    Ok(rows.order(case_documents::case_id).load(&mut tx.conn)?)
}

fn stored((id, sha256, bytes, media_type, created_at, scan): Row) -> Result<StoredFile, DbError> {
    let bytes = u64::try_from(bytes).map_err(|_| DbError::corrupt("files", "bytes"))?;
    let scan = Scan::ALL.into_iter().find(|known| known.key() == scan);
    let scan = scan.ok_or_else(|| DbError::corrupt("files", "scan"))?;
    Ok(StoredFile { id, sha256, bytes, media_type, created_at: created_at.0, scan })
}
