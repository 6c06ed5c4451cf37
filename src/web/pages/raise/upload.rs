//! Looks at a file that somebody wants to add: what it is by its bytes, never by its name (P14).

use crate::domain::text::Words;

/// The largest file, in bytes.
pub const LARGEST: usize = 20_000_000;
/// The most files of one concern.
pub const MOST: usize = 10;
/// The longest name that is kept, in characters.
const LONGEST_NAME: usize = 120;

/// Why a file was not taken, in the words that the person reads. Each says how to put it right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FileProblem {
    /// The form came without one.
    #[error("Choose a file first, or continue without files")]
    NothingChosen,
    /// It has no bytes.
    #[error("This file is empty. Choose another, or take the photo again")]
    Empty,
    /// It is larger than [`LARGEST`].
    #[error("This file is larger than 20 MB. Choose a smaller one, or a photo of it")]
    TooBig,
    /// It is no PDF and no photo, whatever its name says.
    #[error("This is not a PDF or a photo. Take a photo of it, or save it as a PDF")]
    WrongKind,
    /// Nobody here could open it.
    #[error("This PDF has a password. Save a copy without the password, and choose that")]
    PasswordProtected,
    /// There are [`MOST`] already.
    #[error(
        "You have added 10 files, which is the most. Remove one, or send the rest after you have the receipt"
    )]
    TooMany,
}

/// What a file was found to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The media type by its bytes.
    pub media_type: &'static str,
    /// What people call it.
    pub what: &'static str,
    /// Its name, made safe.
    pub name: Words,
}

/// Looks at a file.
///
/// # Errors
/// Why it is not taken.
pub fn look(name: &str, bytes: &[u8], already: usize) -> Result<Found, FileProblem> {
    if already >= MOST {
        return Err(FileProblem::TooMany);
    }
    if bytes.is_empty() {
        return Err(if name.trim().is_empty() { FileProblem::NothingChosen } else { FileProblem::Empty });
    }
    if bytes.len() > LARGEST {
        return Err(FileProblem::TooBig);
    }
    let kind = infer::get(bytes).ok_or(FileProblem::WrongKind)?;
    let (media_type, what, ending) = match kind.mime_type() {
        "application/pdf" if has(bytes, b"/Encrypt") => return Err(FileProblem::PasswordProtected),
        "application/pdf" => ("application/pdf", "PDF", "pdf"),
        "image/jpeg" => ("image/jpeg", "Photo", "jpg"),
        "image/png" => ("image/png", "Picture", "png"),
        "image/heif" => ("image/heic", "Photo", "heic"),
        "image/webp" => ("image/webp", "Picture", "webp"),
        _ => return Err(FileProblem::WrongKind),
    };
    Ok(Found { media_type, what, name: safe_name(name, ending) })
}

fn has(bytes: &[u8], mark: &[u8]) -> bool {
    bytes.windows(mark.len()).any(|part| part == mark)
}

/// The last part of a name without what could lead elsewhere, hide its ending, or break a header; its ending
/// is that of what the file is.
fn safe_name(raw: &str, ending: &str) -> Words {
    let last = raw.rsplit(['/', '\\']).next().unwrap_or_default();
    let kept: String = last.chars().filter(|sign| is_plain(*sign)).take(LONGEST_NAME).collect();
    let stem = kept.trim_matches(['.', ' ']);
    let known = stem.rsplit_once('.').is_some_and(|(_, end)| fits(end, ending));
    Words::ours(match (stem.is_empty(), known) {
        (true, _) => format!("file.{ending}"),
        (false, true) => stem.to_owned(),
        (false, false) => format!("{stem}.{ending}"),
    })
}

fn fits(end: &str, ending: &str) -> bool {
    end.eq_ignore_ascii_case(ending)
        || (ending == "jpg" && end.eq_ignore_ascii_case("jpeg"))
        || (ending == "heic" && end.eq_ignore_ascii_case("heif"))
}

/// No control characters, no quotes, no signs that turn the direction of the text and so disguise an ending.
fn is_plain(sign: char) -> bool {
    let turns = matches!(sign, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    !sign.is_control() && !turns && !matches!(sign, '"' | '<' | '>' | ':' | '|' | '?' | '*' | ';')
}

#[cfg(test)]
mod tests {
    use super::*;

    const PDF: &[u8] = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n";
    const JPEG: &[u8] = &[0xff, 0xd8, 0xff, 0xe0, 0, 16, b'J', b'F', b'I', b'F', 0];
    const PNG: &[u8] = &[0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13];

    /// P14: by its bytes, never by its name.
    #[test]
    fn a_file_is_what_its_bytes_say() {
        for (bytes, media_type) in [(PDF, "application/pdf"), (JPEG, "image/jpeg"), (PNG, "image/png")] {
            assert_eq!(look("x", bytes, 0).unwrap().media_type, media_type);
        }
        assert_eq!(look("letter.pdf", b"MZ\x90\0\x03\0\0\0", 0), Err(FileProblem::WrongKind));
        assert_eq!(look("letter.pdf", b"<html><script>", 0), Err(FileProblem::WrongKind));
        assert_eq!(look("photo.svg", b"<svg xmlns='x'>", 0), Err(FileProblem::WrongKind));
    }

    /// P14: one message for each problem.
    #[test]
    fn each_problem_has_its_own_words() {
        let locked = [PDF, b"trailer << /Encrypt 5 0 R >>"].concat();
        let rows: [(&str, &[u8], usize, FileProblem); 5] = [
            ("", b"", 0, FileProblem::NothingChosen),
            ("letter.pdf", b"", 0, FileProblem::Empty),
            ("letter.pdf", &vec![b'x'; LARGEST + 1], 0, FileProblem::TooBig),
            ("letter.pdf", &locked, 0, FileProblem::PasswordProtected),
            ("letter.pdf", PDF, MOST, FileProblem::TooMany),
        ];
        for (name, bytes, already, problem) in rows {
            assert_eq!(look(name, bytes, already), Err(problem));
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
            ("رسالة.pdf", "رسالة.pdf"),
        ];
        for (raw, safe) in rows {
            assert_eq!(look(raw, PDF, 0).unwrap().name.as_str(), safe);
        }
        let long = look(&"x".repeat(500), PDF, 0).unwrap();
        assert!(long.name.as_str().chars().count() <= LONGEST_NAME + 4);
    }
}
