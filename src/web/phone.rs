//! Telephone numbers within sentences, so that a finger can dial them.

use super::page::dialled;

/// Numbers so short that only their words tell them apart from any other number.
const SHORT: [&str; 4] = ["999", "112", "101", "111"];

/// The fewest digits of a whole number: 0800 1111 has eight.
const FEWEST: usize = 8;

/// A part of a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Words.
    Words(String),
    /// A number as people read it, and as it is dialled.
    Number(String, String),
}

/// The parts of a sentence: words, and the numbers between them. Nothing is left out.
pub fn pieces(text: &(impl AsRef<str> + ?Sized)) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut words = String::new();
    let mut rest = text.as_ref();
    while let Some(sign) = rest.chars().next() {
        let goes_on = words.chars().last().is_some_and(|before| before.is_alphanumeric() || before == '/');
        let (taken, after) = rest.split_at(number_at(rest).filter(|_| !goes_on).unwrap_or(0));
        if taken.is_empty() {
            words.push(sign);
            rest = rest.get(sign.len_utf8()..).unwrap_or_default();
            continue;
        }
        if !words.is_empty() {
            pieces.push(Piece::Words(std::mem::take(&mut words)));
        }
        pieces.push(Piece::Number(taken.to_owned(), dialled(taken)));
        rest = after;
    }
    if !words.is_empty() {
        pieces.push(Piece::Words(words));
    }
    pieces
}

/// How many bytes of the text are a telephone number that stands at its beginning.
fn number_at(text: &str) -> Option<usize> {
    let belongs = |sign: char| sign.is_ascii_digit() || matches!(sign, ' ' | '-' | '(' | ')' | '+');
    let run = text.find(|sign: char| !belongs(sign)).unwrap_or(text.len());
    let number = text.get(..run)?.trim_end_matches(|sign: char| !sign.is_ascii_digit());
    let digits = number.chars().filter(char::is_ascii_digit).count();
    let is_whole = number.starts_with(['0', '+']) && (FEWEST..=15).contains(&digits);
    let ends = !text.get(number.len()..)?.starts_with(|sign: char| sign.is_alphabetic() || sign == '/');
    ((is_whole || SHORT.contains(&number)) && ends).then_some(number.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(text: &str) -> Vec<String> {
        let all = pieces(text);
        let whole: String = all
            .iter()
            .map(|piece| match piece {
                Piece::Words(words) | Piece::Number(words, _) => words.as_str(),
            })
            .collect();
        assert_eq!(whole, text, "nothing is left out");
        all.into_iter()
            .filter_map(|piece| match piece {
                Piece::Number(_, dialled) => Some(dialled),
                Piece::Words(_) => None,
            })
            .collect()
    }

    #[test]
    fn numbers_are_found_and_nothing_else() {
        let rows: [(&str, &[&str]); 9] = [
            ("Grace Lindqvist, 0117 496 0124", &["01174960124"]),
            ("Call 999, or 101 at other times.", &["999", "101"]),
            ("Day: 0117 496 0100; at night +44 117 496-0199.", &["01174960100", "+441174960199"]),
            ("Childline is 0800 1111 (free)", &["08001111"]),
            ("(0117) 496 0124 ext. 12", &["01174960124"]),
            ("2 November 2026, room 101b, 24/7", &[]),
            ("Hazel Lane 12, WM3 4HL", &[]),
            ("رقم 0117 496 0124", &["01174960124"]),
            ("", &[]),
        ];
        for (text, found) in rows {
            assert_eq!(numbers(text), found, "{text}");
        }
    }
}
