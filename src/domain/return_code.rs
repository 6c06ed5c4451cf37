//! The code on paper by which a family without email opens its page: typed on any telephone, and never stored as it is.

use std::fmt;

use super::reference::{LETTERS, check_value, letter, values_of};

/// Characters before the check character: 23^9, or more than forty bits. It is only ever tried together with the
/// reference of its case.
const BODY: usize = 9;

/// A return code, for example `K7M2P-4XRT9`. This is the one time that it is shown.
#[derive(Clone, PartialEq, Eq)]
pub struct ReturnCode(String);

/// The text is not a return code that Heard gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("A return code has ten letters and numbers, like K7M2P-4XRT9. Check it against your paper")]
pub struct NotAReturnCode;

impl ReturnCode {
    /// Makes a code from 64 random bits.
    pub fn from_random(random: u64) -> Self {
        let base = LETTERS as u64;
        let mut rest = random;
        let mut body = [0_usize; BODY];
        for place in &mut body {
            *place = usize::try_from(rest % base).unwrap_or_default();
            rest /= base;
        }
        Self(spell(&body))
    }

    /// Reads a code as somebody typed it: any case, with or without the hyphen. A slip of the finger is found here, and
    /// counts as no try.
    ///
    /// # Errors
    /// When a character is wrong or missing.
    pub fn parse(typed: &str) -> Result<Self, NotAReturnCode> {
        let values = values_of(typed).ok_or(NotAReturnCode)?;
        let (given, body) = values.split_last().ok_or(NotAReturnCode)?;
        if body.len() != BODY || check_value(body) != *given {
            return Err(NotAReturnCode);
        }
        Ok(Self(spell(body)))
    }

    /// The code with its hyphen.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Nobody reads a code in a log.
impl fmt::Debug for ReturnCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ReturnCode")
    }
}

fn spell(body: &[usize]) -> String {
    let mut text: String = body.iter().map(|value| letter(*value)).collect();
    text.push(letter(check_value(body)));
    text.insert(5, '-');
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_we_make_we_read_back_however_it_is_typed(random: u64) {
            let made = ReturnCode::from_random(random);
            prop_assert_eq!(made.as_str().len(), 11);
            let typed = made.as_str().to_lowercase().replace('-', " ");
            prop_assert_eq!(ReturnCode::parse(&typed), Ok(made));
        }

        #[test]
        fn one_wrong_character_is_found(random: u64, place in 0..10_usize, other in 0..23_usize) {
            let made = ReturnCode::from_random(random);
            let mut letters: Vec<char> = made.as_str().chars().filter(|sign| *sign != '-').collect();
            prop_assume!(letters[place] != letter(other));
            letters[place] = letter(other);
            let typed: String = letters.into_iter().collect();
            prop_assert_eq!(ReturnCode::parse(&typed), Err(NotAReturnCode));
        }
    }

    #[test]
    fn a_code_stands_in_no_log() {
        assert_eq!(format!("{:?}", ReturnCode::from_random(7)), "ReturnCode");
    }
}
