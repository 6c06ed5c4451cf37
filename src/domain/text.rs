//! What people wrote: kept as they wrote it, in any script, and removable without breaking the record.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser::SerializeMap};

/// The longest text that Heard takes in one answer, in characters. Long enough for a letter of fifty
/// pages; a limit there must be, so that one answer cannot fill the disk.
pub const LONGEST_TEXT: usize = 100_000;

/// The longest single line (a name, a place, a reference), in characters.
pub const LONGEST_LINE: usize = 200;

/// The first line of a text, no longer than so many characters: cut after a whole word, with a mark that it goes
/// on.
pub fn first_line(text: &str, letters: usize) -> String {
    let line = text.lines().next().unwrap_or_default().trim_end();
    if line.chars().count() <= letters {
        return line.to_owned();
    }
    let cut: String = line.chars().take(letters).collect();
    let whole = cut.rsplit_once(' ').map_or(cut.as_str(), |(before, _)| before);
    format!("{}\u{2026}", whole.trim_end_matches(|sign: char| sign.is_ascii_punctuation() || sign == ' '))
}

/// The text with a capital letter at its beginning, whatever the script.
pub fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Ways to say that there is nothing to say.
const NOTHING: [&str; 10] =
    ["none", "no", "nil", "nothing", "n/a", "na", "n.a", "not applicable", "none needed", "nothing needed"];

/// Whether an answer says only that there is nothing to say: "none", "n/a", a dash.
pub fn says_nothing(text: &str) -> bool {
    let bare = text.trim().trim_end_matches('.').to_lowercase();
    let bare = bare.trim();
    !bare.chars().any(char::is_alphanumeric) || NOTHING.contains(&bare)
}

/// Why a text was not taken, in the words that the person reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TextProblem {
    /// Nothing but white space.
    #[error("Write something here")]
    Blank,
    /// Longer than the limit, which is given in characters.
    #[error("This is too long. Shorten it to {0} characters or fewer, or add the rest as a file")]
    TooLong(usize),
    /// U+0000 or another control character that no keyboard makes and that one database cannot hold.
    #[error("This has a hidden character that cannot be stored. Delete it and type the words again")]
    Control,
}

/// Personal words: a name, an address, an account of what happened.
///
/// They stand beside the hashed payload of an event and never in it, so that they can be removed later
/// while the chain of events stays whole (`domain::record`).
#[derive(Clone, PartialEq, Eq)]
pub enum Words {
    /// The words as they were given, trimmed at both ends.
    Known(String),
    /// They were taken out of the record, which still shows that they were there.
    Removed,
}

impl Words {
    /// A text of several lines.
    pub fn text(raw: &str) -> Result<Self, TextProblem> {
        Self::parse(raw, LONGEST_TEXT)
    }

    /// A single line; line breaks become spaces.
    pub fn line(raw: &str) -> Result<Self, TextProblem> {
        let joined = raw.lines().map(str::trim).collect::<Vec<_>>().join(" ");
        Self::parse(&joined, LONGEST_LINE)
    }

    fn parse(raw: &str, longest: usize) -> Result<Self, TextProblem> {
        let unified = raw.replace("\r\n", "\n");
        let trimmed = unified.trim();
        if trimmed.is_empty() {
            return Err(TextProblem::Blank);
        }
        if trimmed.chars().any(|c| c.is_control() && c != '\n' && c != '\t') {
            return Err(TextProblem::Control);
        }
        if trimmed.chars().count() > longest {
            return Err(TextProblem::TooLong(longest));
        }
        Ok(Self::Known(trimmed.to_owned()))
    }

    /// Words that the program itself wrote, and so need no checking.
    pub fn ours(text: impl Into<String>) -> Self {
        Self::Known(text.into())
    }

    /// The words, or a line in their place that says that they were removed.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Known(text) => text,
            Self::Removed => "[removed from the record]",
        }
    }
}

impl fmt::Display for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Personal words never appear in a log, not even through `{:?}`.
impl fmt::Debug for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Known(text) => write!(f, "Words({} characters)", text.chars().count()),
            Self::Removed => f.write_str("Words(removed)"),
        }
    }
}

/// The key under which serialised words stand, so that `record::seal` finds them in any payload.
pub(crate) const WORDS_KEY: &str = "$words";

impl Serialize for Words {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(1))?;
        match self {
            Self::Known(text) => map.serialize_entry(WORDS_KEY, text)?,
            Self::Removed => map.serialize_entry(WORDS_KEY, &())?,
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Words {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(GivenOrStored)
    }
}

/// Reads words as people give them, a text, and as the record keeps them, an object.
struct GivenOrStored;

impl<'de> de::Visitor<'de> for GivenOrStored {
    type Value = Words;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("text")
    }

    fn visit_str<E: de::Error>(self, given: &str) -> Result<Words, E> {
        Words::text(given).map_err(E::custom)
    }

    fn visit_map<M: de::MapAccess<'de>>(self, mut map: M) -> Result<Words, M::Error> {
        let mut stored = None;
        while let Some(key) = map.next_key::<String>()? {
            if key == WORDS_KEY {
                stored = Some(map.next_value::<Option<String>>()?);
            } else {
                map.next_value::<de::IgnoredAny>()?;
            }
        }
        let stored = stored.ok_or_else(|| de::Error::invalid_type(de::Unexpected::Map, &self))?;
        Ok(stored.map_or(Words::Removed, Words::Known))
    }
}

/// An email address that somebody could receive mail at.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct EmailAddress(String);

impl EmailAddress {
    /// Parses an address; the part after the `@` becomes lower case.
    ///
    /// # Errors
    /// The words to show at the field.
    pub fn parse(raw: &str) -> Result<Self, &'static str> {
        const HOW: &str = "Enter an email address in the form name@example.com";
        let trimmed = raw.trim();
        let options = email_address::Options::default()
            .without_display_text()
            .without_domain_literal()
            .with_required_tld();
        email_address::EmailAddress::parse_with_options(trimmed, options).map_err(|_| HOW)?;
        let (local, domain) = trimmed.rsplit_once('@').ok_or(HOW)?;
        Ok(Self(format!("{local}@{}", domain.to_lowercase())))
    }

    /// The address as it goes into a message.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The form in which two addresses are compared: all lower case.
    pub fn key(&self) -> String {
        self.0.to_lowercase()
    }
}

impl fmt::Debug for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EmailAddress(…)")
    }
}

impl fmt::Display for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for EmailAddress {
    type Error = &'static str;

    fn try_from(raw: String) -> Result<Self, Self::Error> {
        Self::parse(&raw)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_that_says_nothing_is_known() {
        for nothing in ["none", "N/A", " None. ", "-", "Nothing", "not applicable"] {
            assert!(says_nothing(nothing), "{nothing}");
        }
        for something in ["None of the staff knew the rule.", "No trip without a list", "是"] {
            assert!(!says_nothing(something), "{something}");
        }
        assert_eq!((capital("élan"), capital("")), ("Élan".to_owned(), String::new()));
    }

    #[test]
    fn words_keep_every_script_and_refuse_what_no_keyboard_makes() {
        assert_eq!(
            Words::text("  ذهبت 👩‍👧 到学校 \r\nline two ").unwrap().as_str(),
            "ذهبت 👩‍👧 到学校 \nline two"
        );
        assert_eq!(Words::text(" \n\t "), Err(TextProblem::Blank));
        assert_eq!(Words::text("a\0b"), Err(TextProblem::Control));
        assert_eq!(Words::text(&"é".repeat(LONGEST_TEXT + 1)), Err(TextProblem::TooLong(LONGEST_TEXT)));
        assert_eq!(Words::line("Mrs\r\nSmith").unwrap().as_str(), "Mrs Smith");
    }

    #[test]
    fn words_travel_as_an_object_that_the_record_can_find() {
        let wire = serde_json::to_string(&Words::ours("hello")).unwrap();
        assert_eq!(wire, r#"{"$words":"hello"}"#);
        assert_eq!(serde_json::from_str::<Words>(&wire).unwrap(), Words::ours("hello"));
        assert_eq!(serde_json::from_str::<Words>(r#"{"$words":null}"#).unwrap(), Words::Removed);
        assert_eq!(serde_json::from_str::<Words>(r#"" typed ""#).unwrap(), Words::ours("typed"));
        assert!(serde_json::from_str::<Words>(r#""  ""#).is_err());
    }

    #[test]
    fn personal_words_stay_out_of_logs() {
        assert_eq!(format!("{:?}", Words::ours("secret")), "Words(6 characters)");
        assert!(!format!("{:?}", EmailAddress::parse("a@example.org").unwrap()).contains("example"));
    }

    #[test]
    fn an_address_is_one_somebody_could_receive_mail_at() {
        assert_eq!(EmailAddress::parse(" Jo@Example.ORG ").unwrap().as_str(), "Jo@example.org");
        for wrong in [
            "",
            "jo",
            "jo@",
            "@example.org",
            "jo@localhost",
            "Jo <jo@example.org>",
            "a@b.org\r\nBcc: c@d.org",
        ] {
            assert!(EmailAddress::parse(wrong).is_err(), "{wrong}");
        }
    }
}
