//! The language of a message, and the direction in which it is read (E10).

use std::borrow::Cow;

/// A language tag as HTML and mail headers know it: `en`, `cy`, `ur`, `pa-Arab`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Language(Cow<'static, str>);

/// The direction in which a script is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Latin, Cyrillic, Chinese and most others.
    LeftToRight,
    /// Arabic, Hebrew and their kin.
    RightToLeft,
}

impl Direction {
    /// The value of the HTML `dir` attribute.
    pub fn html(self) -> &'static str {
        match self {
            Self::LeftToRight => "ltr",
            Self::RightToLeft => "rtl",
        }
    }
}

/// Languages that are written from right to left unless a script subtag says otherwise.
const RIGHT_TO_LEFT: [&str; 14] =
    ["ar", "arc", "azb", "ckb", "dv", "fa", "he", "ks", "pnb", "ps", "sd", "ug", "ur", "yi"];

/// Scripts that are written from right to left.
const RIGHT_TO_LEFT_SCRIPTS: [&str; 6] = ["adlm", "arab", "hebr", "nkoo", "syrc", "thaa"];

impl Language {
    /// English.
    pub const ENGLISH: Self = Self(Cow::Borrowed("en"));
    /// Welsh.
    pub const WELSH: Self = Self(Cow::Borrowed("cy"));

    /// Reads a tag: subtags of letters and digits, joined by hyphens, the first of two or three letters.
    pub fn parse(tag: &str) -> Option<Self> {
        let mut subtags = tag.split('-');
        let first = subtags.next()?;
        let is_first = (2..=3).contains(&first.len()) && first.chars().all(|c| c.is_ascii_alphabetic());
        let is_rest =
            subtags.all(|tag| (1..=8).contains(&tag.len()) && tag.chars().all(|c| c.is_ascii_alphanumeric()));
        (is_first && is_rest).then(|| Self(Cow::Owned(tag.to_owned())))
    }

    /// The tag.
    pub fn tag(&self) -> &str {
        &self.0
    }

    /// The direction in which it is read. A script subtag (four letters) decides before the language.
    pub fn direction(&self) -> Direction {
        let tag = self.0.to_ascii_lowercase();
        let mut subtags = tag.split('-');
        let language = subtags.next().unwrap_or_default();
        let script = subtags.find(|subtag| subtag.len() == 4 && subtag.chars().all(char::is_alphabetic));
        let right_to_left = match script {
            Some(script) => RIGHT_TO_LEFT_SCRIPTS.contains(&script),
            None => RIGHT_TO_LEFT.contains(&language),
        };
        if right_to_left { Direction::RightToLeft } else { Direction::LeftToRight }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_decides_the_direction_before_the_language() {
        for (tag, direction) in [
            ("en-GB", Direction::LeftToRight),
            ("cy", Direction::LeftToRight),
            ("ur", Direction::RightToLeft),
            ("ar-SY", Direction::RightToLeft),
            ("ur-Latn", Direction::LeftToRight),
            ("pa-Arab", Direction::RightToLeft),
            ("pa", Direction::LeftToRight),
        ] {
            assert_eq!(Language::parse(tag).unwrap().direction(), direction, "{tag}");
        }
    }

    #[test]
    fn a_tag_cannot_carry_markup() {
        for wrong in ["", "e", "english", "en-", "en\"", "en gb", "en\r\nX: y", "12"] {
            assert_eq!(Language::parse(wrong), None, "{wrong:?}");
        }
    }
}
