//! Takes out of a photo in HEIC where and when it was taken, and by which telephone: blanked in place, so that
//! everything else stays where it is and the picture is the same, byte for byte.
//!
//! Such a photo is a row of boxes (ISO/IEC 14496-12). One of them, `meta`, lists its items: `iinf` says what each is,
//! `iloc` where its bytes are. How the picture is turned is a property of the picture and not of the camera's data.

use std::collections::BTreeMap;
use std::ops::Range;

use super::look::has;

/// A photo of a telephone has a hundred items at most. What has more than this is not looked through.
const MOST_ITEMS: usize = 5_000;
/// And each of them stands in a few places.
const MOST_PLACES: usize = 20_000;

/// Camera data that say nothing: no offset, and a list of no fields.
const NOTHING_SAID: &[u8] = b"\0\0\0\0MM\0*\0\0\0\x08\0\0\0\0\0\0";

/// The photo without what its camera says. None for one that says something in a way that is not understood.
pub(super) fn without_place(mut bytes: Vec<u8>) -> Option<Vec<u8>> {
    let Some(places) = places(&bytes) else {
        let may_say_something = has(&bytes, b"Exif") || has(&bytes, b"xmpmeta");
        return (!may_say_something).then_some(bytes);
    };
    for (place, what) in places {
        let part = bytes.get_mut(place)?;
        match what {
            Told::Camera => {
                part.fill(0);
                if let Some(start) = part.get_mut(..NOTHING_SAID.len()) {
                    start.copy_from_slice(NOTHING_SAID);
                }
            }
            Told::Words => part.fill(b' '),
        }
    }
    (!says_something(&bytes)).then_some(bytes)
}

/// Whether camera data or XMP stand there still, in a place of which the list of items says nothing.
fn says_something(bytes: &[u8]) -> bool {
    [b"Exif\0\0MM".as_slice(), b"Exif\0\0II", b"xmpmeta"].iter().any(|words| has(bytes, words))
}

/// What an item tells beside the picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Told {
    /// The camera's data.
    Camera,
    /// A text about the picture, such as XMP.
    Words,
}

/// A box: its kind, and where its content is.
type Part = ([u8; 4], Range<usize>);

/// Where what is to be blanked stands. None where the list of items is not there or cannot be read.
fn places(bytes: &[u8]) -> Option<Vec<(Range<usize>, Told)>> {
    let meta = one(&parts(bytes, 0..bytes.len())?, *b"meta")?;
    // Its version and flags come first.
    let inside = parts(bytes, meta.start.checked_add(4)?..meta.end)?;
    let told = items(bytes, &one(&inside, *b"iinf")?)?;
    let kept_inside = one(&inside, *b"idat").map_or(meta.end, |place| place.start);
    let mut places = Vec::new();
    let mut blanked = 0_usize;
    for (what, range) in located(bytes, &one(&inside, *b"iloc")?, kept_inside, &told)? {
        let range = range?;
        // Places that cover one another could ask for the same bytes again and again.
        blanked = blanked.checked_add(range.len())?;
        if range.is_empty() || blanked > bytes.len() {
            return None;
        }
        places.push((range, what));
    }
    Some(places)
}

fn one(parts: &[Part], kind: [u8; 4]) -> Option<Range<usize>> {
    parts.iter().find(|(known, _)| *known == kind).map(|(_, place)| place.clone())
}

/// The boxes that stand one after the other.
fn parts(bytes: &[u8], within: Range<usize>) -> Option<Vec<Part>> {
    let mut found = Vec::new();
    let mut at = within.start;
    while at < within.end {
        let mut reader = Reader { bytes: bytes.get(..within.end)?, at };
        let short = reader.number(4)?;
        let kind: [u8; 4] = reader.take(4)?.try_into().ok()?;
        let length = match short {
            0 => within.end.checked_sub(at)?,
            1 => usize::try_from(reader.number(8)?).ok()?,
            length => usize::try_from(length).ok()?,
        };
        let end = at.checked_add(length)?;
        if end > within.end || reader.at > end {
            return None;
        }
        found.push((kind, reader.at..end));
        at = end;
    }
    Some(found)
}

/// The items that tell something, by their numbers.
fn items(bytes: &[u8], list: &Range<usize>) -> Option<BTreeMap<u64, Told>> {
    let mut reader = Reader { bytes, at: list.start };
    let version = reader.number(4)? >> 24;
    reader.number(if version == 0 { 2 } else { 4 })?;
    let mut told = BTreeMap::new();
    let entries = parts(bytes, reader.at..list.end)?;
    if entries.len() > MOST_ITEMS {
        return None;
    }
    for (_, place) in entries {
        let mut entry = Reader { bytes, at: place.start };
        let version = entry.number(4)? >> 24;
        if version < 2 {
            // Such an entry does not say in one word what it is.
            return None;
        }
        let id = entry.number(if version < 3 { 2 } else { 4 })?;
        entry.number(2)?;
        match entry.take(4)? {
            b"Exif" => {
                told.insert(id, Told::Camera);
            }
            b"mime" => {
                told.insert(id, Told::Words);
            }
            _ => {}
        }
    }
    Some(told)
}

/// Each part of each item that tells something, with where it is; no place for one that is elsewhere than in this file.
fn located(
    bytes: &[u8],
    list: &Range<usize>,
    kept_inside: usize,
    told: &BTreeMap<u64, Told>,
) -> Option<Vec<(Told, Option<Range<usize>>)>> {
    let mut reader = Reader { bytes: bytes.get(..list.end)?, at: list.start };
    let version = reader.number(4)? >> 24;
    let sizes = reader.number(2)?;
    let size = |shift: u32| usize::try_from((sizes >> shift) & 15).unwrap_or(0);
    let (of_offset, of_length, of_base) = (size(12), size(8), size(4));
    if of_offset + of_length == 0 {
        // Parts of no length could be as many as a number can say.
        return None;
    }
    let of_index = if version == 0 { 0 } else { size(0) };
    let wide = if version < 2 { 2 } else { 4 };
    let mut found = Vec::new();
    for _ in 0..reader.number(wide)? {
        let id = reader.number(wide)?;
        let method = if version == 0 { 0 } else { reader.number(2)? & 15 };
        let elsewhere = reader.number(2)? != 0;
        let base = reader.number(of_base)?;
        for _ in 0..reader.number(2)? {
            reader.number(of_index)?;
            let offset = base.checked_add(reader.number(of_offset)?)?;
            let length = reader.number(of_length)?;
            let from = match method {
                0 if !elsewhere => Some(0),
                1 if !elsewhere => Some(kept_inside),
                _ => None,
            };
            if let Some(what) = told.get(&id) {
                found.push((*what, from.and_then(|from| range(from, offset, length))));
            }
            if found.len() > MOST_PLACES {
                return None;
            }
        }
    }
    Some(found)
}

fn range(from: usize, offset: u64, length: u64) -> Option<Range<usize>> {
    let start = from.checked_add(usize::try_from(offset).ok()?)?;
    Some(start..start.checked_add(usize::try_from(length).ok()?)?)
}

/// Reads on from a place.
struct Reader<'b> {
    bytes: &'b [u8],
    at: usize,
}

impl<'b> Reader<'b> {
    fn take(&mut self, count: usize) -> Option<&'b [u8]> {
        let end = self.at.checked_add(count)?;
        let part = self.bytes.get(self.at..end)?;
        self.at = end;
        Some(part)
    }

    /// A number of so many bytes, at most 8, the highest first.
    fn number(&mut self, bytes: usize) -> Option<u64> {
        Some(self.take(bytes.min(8))?.iter().fold(0, |number, byte| (number << 8) | u64::from(*byte)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CAMERA: &[u8] = b"\0\0\0\x06Exif\0\0MM\0*\0\0\0\x08 taken at 51.5074 N, 0.1278 W by a telephone";
    const XMP: &[u8] = b"<x:xmpmeta>51.5074</x:xmpmeta>";
    const PICTURE: &[u8] = b"every point of the picture";

    fn part(kind: [u8; 4], content: &[u8]) -> Vec<u8> {
        let length = u32::try_from(content.len() + 8).unwrap();
        [&length.to_be_bytes(), kind.as_slice(), content].concat()
    }

    fn entry(id: u16, kind: [u8; 4]) -> Vec<u8> {
        part(*b"infe", &[&[2, 0, 0, 0], id.to_be_bytes().as_slice(), &[0, 0], &kind, b"\0"].concat())
    }

    /// A photo whose camera's data stand behind it, and whose words stand in the list of items itself.
    fn photo() -> Vec<u8> {
        let start = part(*b"ftyp", b"heic\0\0\0\0mif1heic");
        let list = |camera_at: u32, picture_at: u32| {
            let names = [entry(1, *b"hvc1"), entry(2, *b"Exif"), entry(3, *b"mime")].concat();
            let names = part(*b"iinf", &[&[0, 0, 0, 0, 0, 3], names.as_slice()].concat());
            let line = |id: u16, method: u16, at: u32, length: usize| {
                let length = u32::try_from(length).unwrap();
                [
                    id.to_be_bytes().as_slice(),
                    &method.to_be_bytes(),
                    &[0, 0, 0, 1],
                    &at.to_be_bytes(),
                    &length.to_be_bytes(),
                ]
                .concat()
            };
            let lines = [
                line(1, 0, picture_at, PICTURE.len()),
                line(2, 0, camera_at, CAMERA.len()),
                line(3, 1, 0, XMP.len()),
            ];
            let places = part(*b"iloc", &[&[1, 0, 0, 0, 0x44, 0, 0, 3], lines.concat().as_slice()].concat());
            part(*b"meta", &[&[0, 0, 0, 0], names.as_slice(), &places, &part(*b"idat", XMP)].concat())
        };
        let behind = u32::try_from(start.len() + list(0, 0).len() + 8).unwrap();
        let picture_at = behind + u32::try_from(CAMERA.len()).unwrap();
        let content = [CAMERA, PICTURE].concat();
        [start, list(behind, picture_at), part(*b"mdat", &content)].concat()
    }

    #[test]
    fn a_heic_photo_no_longer_says_where_it_was_taken() {
        let before = photo();
        assert!(has(&before, b"51.5074") && has(&before, b"telephone"));
        let after = without_place(before.clone()).unwrap();
        assert_eq!(after.len(), before.len(), "nothing moves");
        assert!(!has(&after, b"51.5074") && !has(&after, b"telephone"));
        assert!(has(&after, PICTURE) && has(&after, NOTHING_SAID));
        assert_eq!(without_place(after.clone()).unwrap(), after, "a second time changes nothing");
    }

    /// A broken photo is refused where it says something, and never brings us down.
    #[test]
    fn a_broken_photo_is_refused_or_says_nothing() {
        let whole = photo();
        for length in 0..whole.len() {
            if let Some(after) = without_place(whole[..length].to_vec()) {
                assert!(!has(&after, b"51.5074"), "cut after {length}");
            }
        }
        for place in 0..whole.len() {
            let mut broken = whole.clone();
            broken[place] ^= 0xff;
            drop(without_place(broken));
        }
        assert_eq!(without_place(b"\0\0\0\x18ftypheic".to_vec()).unwrap(), b"\0\0\0\x18ftypheic");
    }

    /// What stands beside the list of items is found too, and places that are not said in full are not guessed.
    #[test]
    fn a_photo_that_tells_elsewhere_is_refused() {
        let beside = [photo(), part(*b"uuid", XMP)].concat();
        assert_eq!(without_place(beside), None);
        let camera = [photo(), part(*b"udta", CAMERA)].concat();
        assert_eq!(without_place(camera), None);
        let length = u32::try_from(CAMERA.len()).unwrap().to_be_bytes();
        let mut to_the_end = photo();
        let at = to_the_end.windows(4).position(|four| four == length).unwrap();
        to_the_end[at..at + 4].fill(0);
        assert_eq!(without_place(to_the_end), None, "no length: all that follows");
    }

    /// However many items and places it says it has, looking through it costs no more than its bytes.
    #[test]
    fn a_photo_of_nothing_but_items_is_not_looked_through() {
        let names: Vec<u8> =
            (0..=u16::try_from(MOST_ITEMS).unwrap()).flat_map(|id| entry(id, *b"Exif")).collect();
        let names = part(*b"iinf", &[&[0, 0, 0, 0, 0, 0], names.as_slice()].concat());
        let meta = part(*b"meta", &[&[0, 0, 0, 0], names.as_slice()].concat());
        assert_eq!(without_place(meta), None);
        let names = part(*b"iinf", &[&[0, 0, 0, 0, 0, 1], entry(2, *b"Exif").as_slice()].concat());
        let one = [[0, 2, 0, 0, 0, 0].as_slice(), &30_000_u16.to_be_bytes()].concat();
        let places: Vec<u8> = (0..30_000).flat_map(|_| [0, 1]).collect();
        let list = [&[1, 0, 0, 0, 0x11, 0, 0, 1], one.as_slice(), &places].concat();
        let meta = [[0, 0, 0, 0].as_slice(), &names, &part(*b"iloc", &list)].concat();
        assert_eq!(without_place(part(*b"meta", &meta)), None);
    }
}
