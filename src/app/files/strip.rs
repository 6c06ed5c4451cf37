//! Takes out of a photo where and when it was taken, and by which telephone. A family's address is in every
//! photo that is taken at home; nobody who reads a case needs it from there.
//!
//! What makes the picture stays, byte for byte. So does how it is turned: a photo without that lies on its side.

use img_parts::jpeg::{Jpeg, JpegSegment, markers};
use img_parts::png::Png;
use img_parts::webp::{CHUNK_EXIF, CHUNK_XMP, WebP};
use img_parts::{Bytes, ImageEXIF};

use super::heic;
use super::look::{FileKind, has};

/// What a camera's data begin with in a JPEG.
const EXIF: &[u8] = b"Exif\0\0";
/// The chunks of a PNG in which words and camera data stand.
const PNG_WORDS: [[u8; 4]; 4] = [*b"eXIf", *b"tEXt", *b"zTXt", *b"iTXt"];
/// The number of the field that says how a picture is turned (EXIF 2.3, 4.6.4).
const ORIENTATION: u16 = 0x0112;

/// The file without what its camera says about the place. A file that says nothing stays as it is, byte for
/// byte. None for a photo that is too broken to be read and yet says something.
pub(super) fn without_place(kind: FileKind, bytes: Vec<u8>) -> Option<Vec<u8>> {
    match kind {
        FileKind::Pdf => Some(bytes),
        FileKind::Heic => heic::without_place(bytes),
        FileKind::Jpeg => jpeg(bytes),
        FileKind::Png => png(bytes),
        FileKind::Webp => webp(bytes),
    }
}

fn jpeg(bytes: Vec<u8>) -> Option<Vec<u8>> {
    let Ok(mut jpeg) = Jpeg::from_bytes(Bytes::from(bytes.clone())) else {
        return (!has(&bytes, EXIF)).then_some(bytes);
    };
    let tells =
        |segment: &JpegSegment| matches!(segment.marker(), markers::APP1 | markers::APP13 | markers::COM);
    if !jpeg.segments().iter().any(tells) {
        return Some(bytes);
    }
    let turned = jpeg.exif().and_then(|exif| orientation(&exif));
    jpeg.segments_mut().retain(|segment| !tells(segment));
    if let Some(turned) = turned {
        jpeg.set_exif(Some(only_orientation(turned)));
    }
    Some(jpeg.encoder().bytes().to_vec())
}

fn png(bytes: Vec<u8>) -> Option<Vec<u8>> {
    let Ok(mut png) = Png::from_bytes(Bytes::from(bytes.clone())) else {
        return (!has(&bytes, b"eXIf")).then_some(bytes);
    };
    let before = png.chunks().len();
    png.chunks_mut().retain(|chunk| !PNG_WORDS.contains(&chunk.kind()));
    Some(if png.chunks().len() == before { bytes } else { png.encoder().bytes().to_vec() })
}

fn webp(bytes: Vec<u8>) -> Option<Vec<u8>> {
    let Ok(mut webp) = WebP::from_bytes(Bytes::from(bytes.clone())) else {
        return (!has(&bytes, &CHUNK_EXIF)).then_some(bytes);
    };
    if !webp.has_chunk(CHUNK_EXIF) && !webp.has_chunk(CHUNK_XMP) {
        return Some(bytes);
    }
    let turned = webp.exif().and_then(|exif| orientation(&exif));
    webp.remove_chunks_by_id(CHUNK_XMP);
    webp.set_exif(turned.map(only_orientation));
    Some(webp.encoder().bytes().to_vec())
}

/// How the picture is turned: 1 to 8. Only the first directory is read, which is where it stands.
fn orientation(exif: &[u8]) -> Option<u16> {
    let little = match exif.get(..4)? {
        [b'I', b'I', 42, 0] => true,
        [b'M', b'M', 0, 42] => false,
        _ => return None,
    };
    let two = |at: usize| -> Option<u16> {
        let pair: [u8; 2] = exif.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if little { u16::from_le_bytes(pair) } else { u16::from_be_bytes(pair) })
    };
    let four: [u8; 4] = exif.get(4..8)?.try_into().ok()?;
    let start =
        usize::try_from(if little { u32::from_le_bytes(four) } else { u32::from_be_bytes(four) }).ok()?;
    let entries = usize::from(two(start)?);
    let entry = |no: usize| start.checked_add(2)?.checked_add(no.checked_mul(12)?);
    let found = (0..entries).filter_map(entry).find(|at| two(*at) == Some(ORIENTATION))?;
    two(found.checked_add(8)?).filter(|turned| (1..=8).contains(turned))
}

/// Camera data that say how the picture is turned and nothing else.
fn only_orientation(turned: u16) -> Bytes {
    let mut exif = b"II*\0\x08\0\0\0\x01\0".to_vec();
    exif.extend(ORIENTATION.to_le_bytes());
    // One number of sixteen bits, which stands in the entry itself; no directory follows.
    exif.extend(*b"\x03\0\x01\0\0\0");
    exif.extend(turned.to_le_bytes());
    exif.extend([0; 6]);
    Bytes::from(exif)
}

#[cfg(test)]
mod tests {
    use img_parts::png::PngChunk;

    use super::*;

    /// Camera data as a telephone writes them: how it is turned, then a place.
    fn told(turned: u16) -> Vec<u8> {
        let mut exif = b"MM\0\x2a\0\0\0\x08\0\x02".to_vec();
        exif.extend(*b"\x88\x25\0\x04\0\0\0\x01\0\0\0\x26");
        exif.extend(*b"\x01\x12\0\x03\0\0\0\x01");
        exif.extend(turned.to_be_bytes());
        exif.extend(*b"\0\0\0\0\0\0LAT 51.5074 N");
        exif
    }

    fn photo(exif: Option<Vec<u8>>) -> Vec<u8> {
        let start = JpegSegment::new_with_contents(
            markers::APP0,
            Bytes::from_static(b"JFIF\0\x01\x02\0\0\x01\0\x01\0\0"),
        );
        let scan = JpegSegment::new_with_entropy(
            markers::SOS,
            Bytes::from_static(&[1, 1, 0, 0, 63, 0]),
            Bytes::from_static(&[0x12, 0x34, 0x56]),
        );
        let plain = [&[0xff, 0xd8][..], &encoded(start), &encoded(scan), &[0xff, 0xd9]].concat();
        let Some(exif) = exif else { return plain };
        let mut jpeg = Jpeg::from_bytes(plain.into()).unwrap();
        jpeg.set_exif(Some(exif.into()));
        jpeg.encoder().bytes().to_vec()
    }

    fn encoded(segment: JpegSegment) -> Vec<u8> {
        segment.encoder().bytes().to_vec()
    }

    /// The place goes, the picture and how it is turned stay.
    #[test]
    fn a_photo_no_longer_says_where_it_was_taken() {
        let before = photo(Some(told(6)));
        assert!(has(&before, b"51.5074"));
        let after = without_place(FileKind::Jpeg, before).unwrap();
        assert!(!has(&after, b"51.5074") && has(&after, &[0x12, 0x34, 0x56]));
        let exif = Jpeg::from_bytes(after.into()).unwrap().exif().unwrap();
        assert_eq!(orientation(&exif), Some(6));
    }

    /// The same bytes come back when there was nothing to take out.
    #[test]
    fn a_photo_that_says_nothing_stays_as_it_is() {
        let plain = photo(None);
        assert_eq!(without_place(FileKind::Jpeg, plain.clone()), Some(plain));
        let stub = vec![0xff, 0xd8, 0xff, 0xe0, 0, 16];
        assert_eq!(without_place(FileKind::Jpeg, stub.clone()), Some(stub));
    }

    /// What cannot be read cannot be cleaned: it is not kept with a place in it.
    #[test]
    fn a_broken_photo_with_camera_data_is_refused() {
        let mut cut = photo(Some(told(1)));
        cut.truncate(40);
        assert_eq!(without_place(FileKind::Jpeg, cut), None);
    }

    #[test]
    fn the_words_of_a_picture_go_too() {
        let chunk = |kind: &[u8; 4], words: &'static [u8]| {
            PngChunk::new(*kind, Bytes::from_static(words)).encoder().bytes().to_vec()
        };
        let header = chunk(b"IHDR", &[0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0]);
        let parts = [chunk(b"tEXt", b"GPS\x0051.5074"), chunk(b"IDAT", b"picture"), chunk(b"IEND", b"")];
        let before = [&b"\x89PNG\r\n\x1a\n"[..], &header, &parts.concat()].concat();
        let after = without_place(FileKind::Png, before).unwrap();
        assert!(!has(&after, b"51.5074") && has(&after, b"picture"));
    }

    /// Whatever the directory says, reading it ends.
    #[test]
    fn camera_data_that_lie_are_no_trouble() {
        for lie in
            [&b"II*\0\xff\xff\xff\xff"[..], b"MM\0*\0\0\0\x08\xff\xff", b"II*\0", b"", b"XX*\0\x08\0\0\0"]
        {
            assert_eq!(orientation(lie), None);
        }
    }
}
