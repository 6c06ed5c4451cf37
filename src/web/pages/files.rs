//! How files are listed on pages: what each is, how large, when it came.

use crate::domain::calendar::{local_date, long_date};
use crate::domain::case::event::{Event, Recorded};
use crate::domain::case::state::{Document, Scan};
use crate::domain::ids::DocumentNo;

/// "PDF, 240 kB, added 4 June 2026".
pub fn detail(document: &Document, record: &[Recorded]) -> String {
    let about = format!("{}, {}", kind_words(&document.media_type), size_words(document.bytes));
    match added_at(record, document.no) {
        Some(at) => format!("{about}, added {}", long_date(local_date(at))),
        None => about,
    }
}

/// That a file waits for the virus scanner.
pub fn being_checked(document: &Document) -> Option<String> {
    (document.scan == Scan::Waiting).then(|| "being checked for viruses: nobody can open it yet".to_owned())
}

/// When a file was added.
pub fn added_at(record: &[Recorded], no: DocumentNo) -> Option<chrono::DateTime<chrono::Utc>> {
    let adds = |recorded: &&Recorded| matches!(&recorded.event, Event::DocumentAdded { document } if document.no == no);
    record.iter().find(adds).map(|recorded| recorded.stamp.at)
}

/// What people call it.
pub fn kind_words(media_type: &str) -> &'static str {
    match media_type {
        "application/pdf" => "PDF",
        "image/jpeg" | "image/heic" => "Photo",
        "image/png" | "image/webp" => "Picture",
        _ => "File",
    }
}

/// "84 kB", "2.4 MB".
pub fn size_words(bytes: u64) -> String {
    const MEGA: u64 = 1_000_000;
    match bytes {
        0..1_000 => format!("{bytes} bytes"),
        1_000..MEGA => format!("{} kB", bytes / 1_000),
        MEGA.. => format!("{}.{} MB", bytes / MEGA, bytes % MEGA / 100_000),
    }
}
