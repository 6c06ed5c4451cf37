//! Files for the demo's year: a page of typed notes as a PDF and a page of handwriting as a picture, made here
//! so that none lies in the repository.

use img_parts::Bytes;
use img_parts::png::PngChunk;

use crate::app::App;
use crate::app::error::Error;
use crate::app::files::{Attached, Content, Looked, Upload, keep_for_later, look, refused};
use crate::domain::calendar::{local_date, long_date};
use crate::domain::case::state::Case;

use super::year::{Planned, Way};

/// A file that a family adds to its concern: one in six has typed notes, one in six a page of a notebook.
pub(super) fn of_family(app: &App, planned: &Planned) -> Result<Vec<Attached>, Error> {
    let told = |pointer| planned.body.pointer(pointer).and_then(|value| value.as_str()).unwrap_or_default();
    let looked = match (planned.way, planned.seed % 6) {
        (Way::Online, 0) => {
            let day = long_date(local_date(planned.raised_at));
            let title = format!("What happened, written down by {}", told("/complainant/name"));
            let lines = [told("/points/0/what_happened"), "", told("/points/0/wanted"), "", &day];
            looked(app, "Notes of what happened.pdf", pdf(&title, &lines))?
        }
        (Way::Online, 1) => looked(app, "Page from my notebook.png", handwriting(planned.seed % 97))?,
        (Way::Online | Way::Logged(_), _) => return Ok(Vec::new()),
    };
    let waiting = keep_for_later(app, looked)?;
    Ok(vec![Attached { id: waiting.id, name: waiting.name }])
}

/// What a clerk puts together for a hearing: the points, and the stages that the case went through.
pub(super) fn of_clerk(app: &App, case: &Case) -> Result<Looked, Error> {
    let mut lines = vec!["The points".to_owned(), String::new()];
    lines.extend(case.points.iter().map(|point| format!("{}. {}", point.no, point.what_happened)));
    lines.extend([String::new(), "The stages so far".to_owned(), String::new()]);
    lines.extend(
        case.runs
            .iter()
            .map(|run| format!("{}: began on {}", run.stage, long_date(local_date(run.started_at)))),
    );
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    looked(app, "Summary for the hearing.pdf", pdf(&format!("Case {}", case.reference), &lines))
}

fn looked(app: &App, name: &str, bytes: Vec<u8>) -> Result<Looked, Error> {
    let upload = Upload { name: name.to_owned(), content: Content::Bytes(bytes) };
    look(upload, app.file_limits()).map_err(refused)
}

/// How many letters fit on a line of the page.
const LINE: usize = 84;
/// How many lines fit on the page.
const LINES: usize = 46;

/// A page of A4 with a title and text.
fn pdf(title: &str, paragraphs: &[&str]) -> Vec<u8> {
    let mut text = format!("BT /F1 15 Tf 60 770 Td ({}) Tj /F1 11 Tf 0 -30 Td 15 TL\n", escaped(title));
    for line in paragraphs.iter().flat_map(|paragraph| wrapped(paragraph)).take(LINES) {
        text.push_str(&format!("({}) Tj T*\n", escaped(&line)));
    }
    text.push_str("ET");
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>"
            .to_owned(),
        format!("<< /Length {} >>\nstream\n{text}\nendstream", text.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>".to_owned(),
    ];
    put_together(&objects)
}

fn put_together(objects: &[String]) -> Vec<u8> {
    let mut pdf = "%PDF-1.4\n".to_owned();
    let mut index = format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
    for (no, object) in (1..).zip(objects) {
        index.push_str(&format!("{:010} 00000 n \n", pdf.len()));
        pdf.push_str(&format!("{no} 0 obj\n{object}\nendobj\n"));
    }
    let start = pdf.len();
    let size = objects.len() + 1;
    pdf.push_str(&format!("{index}trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n"));
    pdf.into_bytes()
}

/// A PDF text of plain letters: the standard fonts have no others.
fn escaped(text: &str) -> String {
    text.chars()
        .flat_map(|sign| match sign {
            '(' | ')' | '\\' => vec!['\\', sign],
            '\u{2018}' | '\u{2019}' => vec!['\''],
            '\u{201c}' | '\u{201d}' => vec!['"'],
            '\u{2013}' | '\u{2014}' => vec!['-'],
            ' '..='~' => vec![sign],
            _ => vec!['?'],
        })
        .collect()
}

fn wrapped(paragraph: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in paragraph.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.is_empty() => line.push_str(word),
            Some(line) if line.len() + word.len() < LINE => {
                line.push(' ');
                line.push_str(word);
            }
            Some(_) | None => lines.push(word.to_owned()),
        }
    }
    lines
}

/// The picture's size in dots. Four dots are a byte.
const WIDTH: u16 = 360;
const HEIGHT: u16 = 480;
/// Paper, ruling, margin, ink.
const COLOURS: [u8; 12] = [250, 247, 238, 176, 196, 222, 214, 120, 120, 44, 52, 96];

/// A page of a notebook with something written on it that nobody can read.
fn handwriting(seed: u64) -> Vec<u8> {
    let mut dots = Vec::new();
    for y in 0..HEIGHT {
        // Each row begins with how it was filtered: not at all.
        dots.push(0);
        for start in (0..WIDTH).step_by(4) {
            dots.push((start..start + 4).fold(0, |byte, x| (byte << 2) | colour(x, y, seed)));
        }
    }
    let size = [u32::from(WIDTH).to_be_bytes(), u32::from(HEIGHT).to_be_bytes()].concat();
    let header = [size.as_slice(), &[2, 3, 0, 0, 0]].concat();
    let chunks =
        [(*b"IHDR", header), (*b"PLTE", COLOURS.to_vec()), (*b"IDAT", stored(&dots)), (*b"IEND", Vec::new())];
    let encoded = chunks.map(|(kind, content)| PngChunk::new(kind, Bytes::from(content)).encoder().bytes());
    encoded.iter().fold(b"\x89PNG\r\n\x1a\n".to_vec(), |mut png, chunk| {
        png.extend_from_slice(chunk);
        png
    })
}

/// Which of the four colours a dot has.
fn colour(x: u16, y: u16, seed: u64) -> u8 {
    let line = u64::from(y / 24);
    let written = (2..=14).contains(&line) && (50..330 - 14 * (line * seed % 9)).contains(&u64::from(x));
    // A wave that changes its pace from word to word, with gaps between the words.
    let word = u64::from(x) / 34 + line * 7 + seed;
    let (height, gap) = (word * word % 7 + 3, u64::from(x) % 34 > 28);
    let wave = (u64::from(x) * (word % 3 + 1) * 3 + word) % (2 * height);
    let at = if wave < height { wave } else { 2 * height - wave };
    let ink = written && !gap && (u64::from(y) % 24).abs_diff(18 - at) <= 1;
    match (ink, x, y % 24) {
        (true, _, _) => 3,
        (false, 36 | 37, _) => 2,
        (false, _, 20) => 1,
        (false, _, _) => 0,
    }
}

/// The zlib form of bytes that are not compressed (RFC 1950, RFC 1951 3.2.4).
fn stored(bytes: &[u8]) -> Vec<u8> {
    let mut zlib = vec![0x78, 0x01];
    let mut blocks = bytes.chunks(usize::from(u16::MAX)).peekable();
    while let Some(block) = blocks.next() {
        let length = u16::try_from(block.len()).unwrap_or(u16::MAX);
        zlib.push(u8::from(blocks.peek().is_none()));
        zlib.extend(length.to_le_bytes());
        zlib.extend((!length).to_le_bytes());
        zlib.extend_from_slice(block);
    }
    zlib.extend(adler32(bytes).to_be_bytes());
    zlib
}

fn adler32(bytes: &[u8]) -> u32 {
    const PRIME: u32 = 65_521;
    let (low, high) = bytes.iter().fold((1, 0), |(low, high): (u32, u32), byte| {
        let low = (low + u32::from(*byte)) % PRIME;
        (low, (high + low) % PRIME)
    });
    (high << 16) | low
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_index_of_a_page_leads_to_its_objects() {
        let page = String::from_utf8(pdf("Zoë’s notes (one)", &["A line.", &"word ".repeat(60)])).unwrap();
        assert!(page.contains("(Zo?'s notes \\(one\\)) Tj"));
        let start: usize =
            page.rsplit("startxref\n").next().unwrap().lines().next().unwrap().parse().unwrap();
        assert!(page[start..].starts_with("xref\n0 6\n"));
        for (no, line) in page[start..].lines().skip(3).take(5).enumerate() {
            let at: usize = line[..10].parse().unwrap();
            assert!(page[at..].starts_with(&format!("{} 0 obj", no + 1)), "{line}");
        }
    }

    #[test]
    fn adler_is_the_one_of_rfc_1950() {
        assert_eq!(adler32(b"Wikipedia"), 0x11E6_0398);
    }
}
