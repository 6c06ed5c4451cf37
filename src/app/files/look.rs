//! Looks at a file that somebody wants to add: what it is by its bytes, never by its name (P14).

use sha2::{Digest, Sha256};

use crate::app::error::FieldCode;
use crate::domain::text::Words;

use super::strip;

/// The longest name that is kept, in characters.
const LONGEST_NAME: usize = 120;

/// How large a file can be and how many there can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileLimits {
    /// The largest file, in millions of bytes.
    pub largest_mb: u16,
    /// The most files that come with a concern; with none, nobody is asked for files.
    pub most_with_a_concern: u16,
    /// The most files on one case.
    pub most_on_a_case: u16,
}

impl Default for FileLimits {
    fn default() -> Self {
        Self { largest_mb: 20, most_with_a_concern: 10, most_on_a_case: 200 }
    }
}

impl FileLimits {
    /// The largest file, in bytes.
    pub fn largest(self) -> usize {
        usize::from(self.largest_mb) * 1_000_000
    }
}

/// Why a file was not taken, in the words that the person reads. Each says how to put it right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FileProblem {
    /// The form came without one.
    #[error("Choose a file first")]
    NothingChosen,
    /// It has no bytes.
    #[error("This file is empty. Choose another, or take the photo again")]
    Empty,
    /// It is larger than so many millions of bytes.
    #[error("This file is larger than {0} MB. Choose a smaller one, or a photo of it")]
    TooBig(u16),
    /// It is no PDF and no photo, whatever its name says.
    #[error("This is not a PDF or a photo. Take a photo of it, or save it as a PDF")]
    WrongKind,
    /// It calls itself a photo of an iPhone, and cannot be read.
    #[error(
        "We cannot open this HEIC photo. On an iPhone, open Settings, Camera, Formats and choose Most Compatible, then \
         take it again. Or make a screenshot of it and send that"
    )]
    UnreadableHeic,
    /// Nobody here could open it.
    #[error("This PDF has a password. Save a copy without the password, and choose that")]
    PasswordProtected,
    /// A document of an office program that nobody here could open.
    #[error("This document has a password. Open it, save it as a PDF without the password, and choose that")]
    LockedDocument,
    /// A document that runs a program of its own when it is opened.
    #[error("This document has macros in it, which can do harm. Save it as a PDF, and choose that")]
    HasMacros,
    /// Files packed into one, with a password or without.
    #[error("This is a folder of files packed into one. Unpack it, and send each as a PDF or a photo")]
    Packed,
    /// It says where it was taken, in a way that cannot be taken out.
    #[error("This photo is damaged. Take it again, or choose another")]
    Damaged,
    /// There are so many already.
    #[error("{0} files are here already, which is the most. Send the rest on paper, or ask us how")]
    TooMany(u16),
}

impl FileProblem {
    /// A stable code.
    pub const fn code(self) -> FieldCode {
        match self {
            Self::NothingChosen => FieldCode::Missing,
            Self::Empty => FieldCode::Empty,
            Self::TooBig(_) => FieldCode::TooLarge,
            Self::WrongKind | Self::UnreadableHeic | Self::HasMacros | Self::Packed => FieldCode::WrongKind,
            Self::PasswordProtected | Self::LockedDocument => FieldCode::PasswordProtected,
            Self::Damaged => FieldCode::Damaged,
            Self::TooMany(_) => FieldCode::TooMany,
        }
    }
}

/// A file as it came.
#[derive(Clone, PartialEq, Eq)]
pub struct Upload {
    /// The name that it came with.
    pub name: String,
    /// What came.
    pub content: Content,
}

/// What came of a file.
#[derive(Clone, PartialEq, Eq)]
pub enum Content {
    /// All of its bytes.
    Bytes(Vec<u8>),
    /// More bytes than are taken; none were kept.
    TooMuch,
}

/// What a family sends stays out of logs.
impl std::fmt::Debug for Upload {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self.content {
            Content::Bytes(_) => "Upload(…)",
            Content::TooMuch => "Upload(too much)",
        })
    }
}

/// A file that was looked at, as it will be kept.
#[derive(Clone, PartialEq, Eq)]
pub struct Looked {
    /// Its name, made safe.
    pub name: Words,
    /// What it is by its bytes.
    pub kind: FileKind,
    /// Its bytes, without where a photo was taken.
    pub bytes: Vec<u8>,
    /// Their SHA-256, in hex.
    pub sha256: String,
}

impl std::fmt::Debug for Looked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Looked({:?}, {} bytes)", self.kind, self.bytes.len())
    }
}

/// What a file can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// A document.
    Pdf,
    /// A photo of most telephones.
    Jpeg,
    /// A picture of a screen.
    Png,
    /// A photo of some telephones.
    Heic,
    /// A picture of the web.
    Webp,
}

impl FileKind {
    /// What a browser may choose from; the bytes decide all the same. HEIC is left out on purpose: a telephone then
    /// gives its photo as JPEG, which opens everywhere and tells no place.
    pub const CHOICE: &str = "image/jpeg,image/png,image/webp,.jpg,.jpeg,.png,.webp,.pdf,application/pdf";

    /// Its media type.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Heic => "image/heic",
            Self::Webp => "image/webp",
        }
    }

    /// What has that media type.
    pub fn from_media_type(media_type: &str) -> Option<Self> {
        [Self::Pdf, Self::Jpeg, Self::Png, Self::Heic, Self::Webp]
            .into_iter()
            .find(|kind| kind.media_type() == media_type)
    }

    /// The ending of its name.
    const fn ending(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::Heic => "heic",
            Self::Webp => "webp",
        }
    }

    fn of(bytes: &[u8]) -> Option<Self> {
        match infer::get(bytes)?.mime_type() {
            "application/pdf" => Some(Self::Pdf),
            "image/jpeg" => Some(Self::Jpeg),
            "image/png" => Some(Self::Png),
            "image/heif" => Some(Self::Heic),
            "image/webp" => Some(Self::Webp),
            _ => None,
        }
    }
}

/// Looks at a file.
///
/// # Errors
/// Why it is not taken.
pub fn look(upload: Upload, limits: FileLimits) -> Result<Looked, FileProblem> {
    let too_big = FileProblem::TooBig(limits.largest_mb);
    let Content::Bytes(bytes) = upload.content else { return Err(too_big) };
    if bytes.is_empty() {
        let named = !upload.name.trim().is_empty();
        return Err(if named { FileProblem::Empty } else { FileProblem::NothingChosen });
    }
    if bytes.len() > limits.largest() {
        return Err(too_big);
    }
    let kind = FileKind::of(&bytes).ok_or_else(|| not_taken(&upload.name, &bytes))?;
    if kind == FileKind::Pdf && has(&bytes, b"/Encrypt") {
        return Err(FileProblem::PasswordProtected);
    }
    let bytes = strip::without_place(kind, bytes).ok_or(FileProblem::Damaged)?;
    let sha256 = hex::encode(Sha256::digest(&bytes));
    Ok(Looked { name: safe_name(&upload.name, kind), kind, bytes, sha256 })
}

/// What is said of a file that is nothing that is taken, so that whoever sends it knows what to do: its bytes tell what
/// it is, and its name alone whether it was meant to be a photo.
fn not_taken(name: &str, bytes: &[u8]) -> FileProblem {
    let ending = name.rsplit('.').next().unwrap_or_default();
    if fits(ending, FileKind::Heic) {
        return FileProblem::UnreadableHeic;
    }
    let older = bytes.starts_with(OLDER_OFFICE);
    let packed = bytes.starts_with(PACKED);
    let of_an_office = has(bytes, b"[Content_Types].xml") || has(bytes, b"META-INF/manifest.xml");
    if older && has(bytes, &wide("EncryptedPackage")) {
        FileProblem::LockedDocument
    } else if (older && has(bytes, &wide("_VBA_PROJECT"))) || (packed && has(bytes, b"vbaProject.bin")) {
        FileProblem::HasMacros
    } else if packed && !of_an_office {
        FileProblem::Packed
    } else {
        FileProblem::WrongKind
    }
}

/// What a document of an older office program begins with, and one of a newer program with a password.
const OLDER_OFFICE: &[u8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";
/// What files that are packed into one begin with, and a document of a newer office program.
const PACKED: &[u8] = b"PK\x03\x04";

/// A name as those older documents write it: each letter in two bytes.
fn wide(name: &str) -> Vec<u8> {
    name.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

pub(super) fn has(bytes: &[u8], mark: &[u8]) -> bool {
    bytes.windows(mark.len()).any(|part| part == mark)
}

/// The last part of a name without what could lead elsewhere, hide its ending, or break a header; its ending
/// is that of what the file is.
pub(super) fn safe_name(raw: &str, kind: FileKind) -> Words {
    let last = raw.rsplit(['/', '\\']).next().unwrap_or_default();
    let kept: String = last.chars().filter(|sign| is_plain(*sign)).take(LONGEST_NAME).collect();
    let stem = kept.trim_matches(|sign: char| sign == '.' || sign.is_whitespace());
    let known = stem.rsplit_once('.').is_some_and(|(_, end)| fits(end, kind));
    let ending = kind.ending();
    Words::ours(match (stem.is_empty(), known) {
        (true, _) => format!("file.{ending}"),
        (false, true) => stem.to_owned(),
        (false, false) => format!("{stem}.{ending}"),
    })
}

fn fits(end: &str, kind: FileKind) -> bool {
    let also = match kind {
        FileKind::Jpeg => "jpeg",
        FileKind::Heic => "heif",
        FileKind::Pdf | FileKind::Png | FileKind::Webp => kind.ending(),
    };
    end.eq_ignore_ascii_case(kind.ending()) || end.eq_ignore_ascii_case(also)
}

/// No control characters, no quotes, no signs that turn the direction of the text and so disguise an ending,
/// none that cannot be seen, and not the sign that stands for bytes that are no text.
fn is_plain(sign: char) -> bool {
    let unseen = matches!(sign, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{fffd}');
    !sign.is_control() && !unseen && !matches!(sign, '"' | '<' | '>' | ':' | '|' | '?' | '*' | ';')
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: FileLimits = FileLimits { largest_mb: 1, most_with_a_concern: 10, most_on_a_case: 200 };

    fn seen(name: &str, bytes: &[u8]) -> Result<Looked, FileProblem> {
        look(Upload { name: name.to_owned(), content: Content::Bytes(bytes.to_vec()) }, LIMITS)
    }

    const PDF: &[u8] = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n";
    const JPEG: &[u8] = &[0xff, 0xd8, 0xff, 0xe0, 0, 16, b'J', b'F', b'I', b'F', 0];
    const PNG: &[u8] = &[0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13];

    /// P14: by its bytes, never by its name.
    #[test]
    fn a_file_is_what_its_bytes_say() {
        for (bytes, media_type) in [(PDF, "application/pdf"), (JPEG, "image/jpeg"), (PNG, "image/png")] {
            assert_eq!(seen("x", bytes).unwrap().kind.media_type(), media_type);
        }
        assert_eq!(seen("letter.pdf", b"MZ\x90\0\x03\0\0\0").unwrap_err(), FileProblem::WrongKind);
        assert_eq!(seen("letter.pdf", b"<html><script>").unwrap_err(), FileProblem::WrongKind);
        assert_eq!(seen("photo.svg", b"<svg xmlns='x'>").unwrap_err(), FileProblem::WrongKind);
        let from_a_phone = seen("IMG_0412.HEIC", b"\0\0\0\x18what is this").unwrap_err();
        assert_eq!(from_a_phone, FileProblem::UnreadableHeic);
        assert!(from_a_phone.to_string().contains("Most Compatible"), "{from_a_phone}");
    }

    /// P14: one message for each problem.
    #[test]
    fn each_problem_has_its_own_words() {
        let locked = [PDF, b"trailer << /Encrypt 5 0 R >>"].concat();
        let large = vec![b'x'; LIMITS.largest() + 1];
        let rows: [(&str, &[u8], FileProblem); 4] = [
            ("", b"", FileProblem::NothingChosen),
            ("letter.pdf", b"", FileProblem::Empty),
            ("letter.pdf", &large, FileProblem::TooBig(1)),
            ("letter.pdf", &locked, FileProblem::PasswordProtected),
        ];
        for (name, bytes, problem) in rows {
            assert_eq!(seen(name, bytes).unwrap_err(), problem);
        }
        let cut = Upload { name: "film.mov".into(), content: Content::TooMuch };
        assert_eq!(look(cut, LIMITS).unwrap_err(), FileProblem::TooBig(1));
    }

    /// What an office program made is known by its bytes, and whoever sends it is told how to save it.
    #[test]
    fn documents_of_an_office_program_are_refused_with_help() {
        let of = |bytes: &[&[u8]]| seen("plan.pdf", &bytes.concat()).unwrap_err();
        assert_eq!(of(&[OLDER_OFFICE, &wide("EncryptedPackage")]), FileProblem::LockedDocument);
        assert_eq!(of(&[OLDER_OFFICE, b"Macros", &wide("_VBA_PROJECT")]), FileProblem::HasMacros);
        assert_eq!(of(&[PACKED, b"[Content_Types].xml word/vbaProject.bin"]), FileProblem::HasMacros);
        assert_eq!(of(&[PACKED, b"[Content_Types].xml word/document.xml"]), FileProblem::WrongKind);
        assert_eq!(of(&[PACKED, b"\x14\0\x01\0 photos/one.jpg"]), FileProblem::Packed);
        for problem in [FileProblem::LockedDocument, FileProblem::HasMacros, FileProblem::Packed] {
            assert!(problem.to_string().contains("PDF"), "{problem}");
        }
    }

    /// Bad input: path traversal, disguised endings, broken headers.
    #[test]
    fn names_are_made_safe() {
        let rows = [
            ("../../etc/passwd", "passwd.pdf"),
            ("C:\\temp\\letter.pdf", "letter.pdf"),
            ("letter.exe", "letter.exe.pdf"),
            ("fdp.\u{202e}exe", "fdp.exe.pdf"),
            ("a\r\nX-Header: b.pdf", "aX-Header b.pdf"),
            ("\"quoted\".PDF", "quoted.PDF"),
            ("..", "file.pdf"),
            ("a\0b\u{200b}.pdf", "ab.pdf"),
            (" . ", "file.pdf"),
            ("رسالة.pdf", "رسالة.pdf"),
        ];
        for (raw, safe) in rows {
            assert_eq!(seen(raw, PDF).unwrap().name.as_str(), safe);
        }
        let long = seen(&"x".repeat(500), PDF).unwrap();
        assert!(long.name.as_str().chars().count() <= LONGEST_NAME + 4);
    }
}
