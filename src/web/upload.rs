//! Forms with files (`multipart/form-data`), read with limits.
//!
//! What is larger than a file may be is read to its end and thrown away on the way: a browser that is cut off
//! while it sends shows an error of its own and not our words.

use actix_multipart::{Field, Multipart, MultipartError};
use actix_web::http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderMap};
use actix_web::{HttpRequest, web};
use futures_util::StreamExt;

use crate::app::files::{Content, FileLimits, Upload};

use super::pages::typed::Typed;

/// The longest value of a field besides a file, in bytes.
const LONGEST_VALUE: usize = 100_000;
/// The most fields of a form.
const MOST_FIELDS: usize = 50;
/// What is thrown away of too large a file, in files of the largest size. Whoever sends more is cut off.
const PATIENCE: usize = 20;

/// A form with files, as it came.
#[derive(Debug, Default)]
pub struct Sent {
    /// The fields.
    pub typed: Typed,
    /// The files, each with the name of its field.
    pub files: Vec<(String, Upload)>,
}

impl Sent {
    /// The first file of a field; one without a name and without bytes where nothing was chosen.
    pub fn file(&mut self, field: &str) -> Upload {
        let place = self.files.iter().position(|(name, _)| name == field);
        place.map_or_else(
            || Upload { name: String::new(), content: Content::Bytes(Vec::new()) },
            |place| self.files.swap_remove(place).1,
        )
    }

    /// Whether a file was chosen in that field.
    pub fn has_file(&self, field: &str) -> Chosen {
        let found = self.files.iter().any(|(name, upload)| name == field && is_something(upload));
        if found { Chosen::Yes } else { Chosen::No }
    }

    fn file_came(&self) -> Chosen {
        if self.files.iter().any(|(_, upload)| is_something(upload)) { Chosen::Yes } else { Chosen::No }
    }
}

fn is_something(upload: &Upload) -> bool {
    upload.content != Content::Bytes(Vec::new()) || !upload.name.trim().is_empty()
}

/// Whether a file was chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chosen {
    /// One was.
    Yes,
    /// The field was left empty.
    No,
}

/// Why a form with files was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UploadError {
    /// It is no form with files, or it broke off.
    #[error("the form broke off")]
    Broken,
    /// A part of it does not say in a header that can be read what it is called.
    #[error("a part of the form has no name that can be read")]
    Unnamed,
    /// It is far larger than any form of ours.
    #[error("the form is larger than any form of ours")]
    TooLarge,
}

/// Whether a request says that it is a form with files.
pub fn is_multipart(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    kind.trim_start().to_ascii_lowercase().starts_with("multipart/form-data")
}

/// Whether a body is large enough to be counted as a file before it is read. One that does not say how large it is
/// may be.
pub fn may_hold_a_file(headers: &HeaderMap) -> Chosen {
    let length = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if length.is_some_and(|length| length <= LONGEST_VALUE) { Chosen::No } else { Chosen::Yes }
}

/// Reads a form with files: its fields, and the first file that was chosen. A form that was sent without any, as other forms are, has its fields alone.
///
/// # Errors
/// [`UploadError`].
pub async fn read(
    request: &HttpRequest,
    payload: web::Payload,
    limits: FileLimits,
) -> Result<Sent, UploadError> {
    if !is_multipart(request.headers()) {
        let Content::Bytes(bytes) = read_raw(payload, limits).await? else {
            return Err(UploadError::TooLarge);
        };
        return Ok(Sent { typed: Typed::read(&String::from_utf8_lossy(&bytes)), files: Vec::new() });
    }
    let mut reader =
        Reader { sent: Sent::default(), largest: limits.largest(), left: limits.largest() * PATIENCE };
    let mut parts = Multipart::new(request.headers(), payload);
    let mut count = 0;
    while let Some(part) = parts.next().await {
        count += 1;
        if count > MOST_FIELDS {
            return Err(UploadError::TooLarge);
        }
        reader.part(part.map_err(|error| unread(&error))?).await?;
    }
    Ok(reader.sent)
}

/// A control character in the name of a file breaks the header that it stands in.
fn unread(error: &MultipartError) -> UploadError {
    match error {
        MultipartError::ContentDispositionMissing
        | MultipartError::ContentDispositionNameMissing
        | MultipartError::Parse(_) => UploadError::Unnamed,
        _ => UploadError::Broken,
    }
}

struct Reader {
    sent: Sent,
    largest: usize,
    left: usize,
}

impl Reader {
    async fn part(&mut self, mut part: Field) -> Result<(), UploadError> {
        let about = part.content_disposition();
        let name = about.and_then(|about| about.get_name()).unwrap_or_default().to_owned();
        let file = about.and_then(|about| about.get_filename()).map(str::to_owned);
        if let Some(file) = file {
            // One file a form: whoever sends twenty at once does not fill the memory with them.
            let most = if self.sent.file_came() == Chosen::Yes { 0 } else { self.largest };
            let content = self.bytes(&mut part, most).await?;
            if most > 0 {
                self.sent.files.push((name, Upload { name: file, content }));
            }
            return Ok(());
        }
        let Content::Bytes(bytes) = self.bytes(&mut part, LONGEST_VALUE).await? else {
            return Err(UploadError::TooLarge);
        };
        let typed = std::mem::take(&mut self.sent.typed);
        self.sent.typed = typed.with(&name, String::from_utf8_lossy(&bytes));
        Ok(())
    }

    async fn bytes(&mut self, part: &mut Field, most: usize) -> Result<Content, UploadError> {
        let mut content = Content::Bytes(Vec::new());
        while let Some(piece) = part.next().await {
            let piece = piece.map_err(|_| UploadError::Broken)?;
            self.left = self.left.checked_sub(piece.len()).ok_or(UploadError::TooLarge)?;
            content = more(content, &piece, most);
        }
        Ok(content)
    }
}

/// Adds to what came so far, or lets go of it when it becomes too much.
fn more(content: Content, piece: &[u8], most: usize) -> Content {
    match content {
        Content::Bytes(mut bytes) if bytes.len() + piece.len() <= most => {
            bytes.extend_from_slice(piece);
            Content::Bytes(bytes)
        }
        Content::Bytes(_) | Content::TooMuch => Content::TooMuch,
    }
}

/// Reads a body that is one file and nothing else.
///
/// # Errors
/// [`UploadError`].
pub async fn read_raw(mut payload: web::Payload, limits: FileLimits) -> Result<Content, UploadError> {
    let mut content = Content::Bytes(Vec::new());
    let mut left = limits.largest() * PATIENCE;
    while let Some(piece) = payload.next().await {
        let piece = piece.map_err(|_| UploadError::Broken)?;
        left = left.checked_sub(piece.len()).ok_or(UploadError::TooLarge)?;
        content = more(content, &piece, limits.largest());
    }
    Ok(content)
}
