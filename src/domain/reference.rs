//! The reference of a case: short, readable on the phone, not guessable in sequence, with a check character.

use std::fmt;

use serde::{Deserialize, Serialize};

/// No letter or digit that looks or sounds like another (0 O, 1 I L, 2 Z, 5 S, 8 B, U V, Q), and no vowels,
/// so that no word appears by chance. There are 23, a prime, so that the check character finds every
/// single wrong character and every two neighbours swapped.
const ALPHABET: &[u8; 23] = b"23456789CDFGHJKMNPRTVWX";

/// Characters before the check character: 23^7, about 3.4 thousand million references.
const BODY: usize = 7;

/// A case's reference, for example `4F7K-92MX`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Reference(String);

/// The text is not a reference that Heard gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("A reference has eight letters and numbers, like 4F7K-92MX. Check it against your message from us")]
pub struct NotAReference;

impl Reference {
    /// Makes a reference from 64 random bits.
    pub fn from_random(random: u64) -> Self {
        let mut rest = random;
        let mut body = [0_usize; BODY];
        for place in &mut body {
            let base = ALPHABET.len() as u64;
            *place = usize::try_from(rest % base).unwrap_or_default();
            rest /= base;
        }
        Self(spell(&body))
    }

    /// Reads a reference as somebody typed it: any case, with or without the hyphen.
    pub fn parse(typed: &str) -> Result<Self, NotAReference> {
        let values = values_of(typed).ok_or(NotAReference)?;
        let (given, body) = values.split_last().ok_or(NotAReference)?;
        if body.len() != BODY || check_value(body) != *given {
            return Err(NotAReference);
        }
        Ok(Self(spell(body)))
    }

    /// The reference with its hyphen.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// How many letters and digits there are.
pub(super) const LETTERS: usize = ALPHABET.len();

/// The places in the alphabet of what somebody typed: any case, with or without hyphens and spaces. None where a
/// character is none of ours.
pub(super) fn values_of(typed: &str) -> Option<Vec<usize>> {
    let place = |byte: u8| ALPHABET.iter().position(|known| *known == byte.to_ascii_uppercase());
    typed.bytes().filter(|byte| !matches!(byte, b'-' | b' ')).map(place).collect()
}

/// The letter or digit at that place.
pub(super) fn letter(value: usize) -> char {
    char::from(ALPHABET.get(value).copied().unwrap_or(b'2'))
}

/// Weighted sum modulo a prime; neighbours have different weights, none of which is 0.
pub(super) fn check_value(body: &[usize]) -> usize {
    body.iter().enumerate().map(|(place, value)| (place + 2) * value).sum::<usize>() % ALPHABET.len()
}

fn spell(body: &[usize]) -> String {
    let mut text: String = body.iter().map(|value| letter(*value)).collect();
    text.push(letter(check_value(body)));
    text.insert(4, '-');
    text
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Reference {
    type Error = NotAReference;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<Reference> for String {
    fn from(reference: Reference) -> Self {
        reference.0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_we_make_we_read_back_however_it_is_typed(random: u64) {
            let made = Reference::from_random(random);
            prop_assert_eq!(made.as_str().len(), 9);
            let typed = made.as_str().to_lowercase().replace('-', " ");
            prop_assert_eq!(Reference::parse(&typed), Ok(made));
        }

        #[test]
        fn one_wrong_character_is_found(random: u64, place in 0..8_usize, other in 0..23_usize) {
            let made = Reference::from_random(random);
            let mut letters: Vec<u8> = made.as_str().bytes().filter(|b| *b != b'-').collect();
            prop_assume!(letters[place] != ALPHABET[other]);
            letters[place] = ALPHABET[other];
            prop_assert_eq!(Reference::parse(std::str::from_utf8(&letters).unwrap()), Err(NotAReference));
        }

        #[test]
        fn two_neighbours_swapped_are_found(random: u64, place in 0..7_usize) {
            let made = Reference::from_random(random);
            let mut letters: Vec<u8> = made.as_str().bytes().filter(|b| *b != b'-').collect();
            prop_assume!(letters[place] != letters[place + 1]);
            letters.swap(place, place + 1);
            prop_assert_eq!(Reference::parse(std::str::from_utf8(&letters).unwrap()), Err(NotAReference));
        }
    }
}
