//! A way in was added or taken away: told to whoever it belongs to, so that nobody adds one behind their back.

use url::Url;

use crate::mail::{Block, Language, Letter};

/// What the letter is written from.
#[derive(Clone, Copy, Debug)]
pub struct WayIn<'a> {
    /// The school or the trust.
    pub place: &'a str,
    /// The reader's name.
    pub name: &'a str,
    /// What happened, as a sentence.
    pub what: &'a str,
    /// A few words of it, for the subject.
    pub subject: &'a str,
    /// Where they look after their ways in.
    pub account: &'a Url,
    /// Where they choose another password.
    pub again: &'a Url,
}

/// Writes the letter.
pub fn way_in(facts: &WayIn<'_>) -> Letter {
    Letter {
        language: Language::ENGLISH,
        subject: format!("{}: {}", facts.place, facts.subject),
        greeting: format!("Dear {}", facts.name),
        blocks: vec![
            Block::Paragraph(facts.what.to_owned()),
            Block::Link { words: "See your ways to sign in".to_owned(), url: facts.account.clone() },
            Block::Heading("If it was not you".to_owned()),
            Block::Paragraph(
                "Somebody else may be signed in as you. Choose another password, which signs everybody out, take away \
                 what you do not know, and tell your administrator."
                    .to_owned(),
            ),
            Block::Link { words: "Choose another password".to_owned(), url: facts.again.clone() },
        ],
        sign_off: vec![facts.place.to_owned()],
        footer: Vec::new(),
    }
}
