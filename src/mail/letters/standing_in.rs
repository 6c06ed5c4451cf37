//! For whoever looks after the work of somebody who is away (S40).

use url::Url;

use crate::mail::{Block, Language, Letter};

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StandingInNews<'a> {
    /// It was noted; whoever did so, where it was not whoever is away.
    Noted {
        /// Their name.
        by: Option<&'a str>,
    },
    /// It was called off, or ended early.
    Ended,
}

/// What the letter is written from.
#[derive(Clone, Copy, Debug)]
pub struct StandingIn<'a> {
    /// The school or trust at which the post is held.
    pub place: &'a str,
    /// The reader's name.
    pub name: &'a str,
    /// Who is away.
    pub away: &'a str,
    /// From which post, in words.
    pub post: &'a str,
    /// The first day, in words.
    pub from_on: &'a str,
    /// The last day, in words.
    pub to_on: &'a str,
    /// Where the reader finds what waits.
    pub home: &'a Url,
    /// Where they see who is away when.
    pub absences: &'a Url,
    /// What became of it.
    pub news: StandingInNews<'a>,
}

/// The letter about it. It names no case: which of them somebody may see is asked when they sign in.
pub fn standing_in(facts: &StandingIn<'_>) -> Letter {
    let StandingIn { place, away, post, from_on, to_on, .. } = facts;
    let (subject, blocks) = match facts.news {
        StandingInNews::Noted { by } => (
            format!("{place}: you look after the cases of {away}"),
            vec![
                Block::Paragraph(format!(
                    "{away} is away as {post} from {from_on} to {to_on}. On these days you look after the cases that \
                     rest with that post."
                )),
                Block::Paragraph(by.map_or_else(
                    || format!("{away} chose you."),
                    |by| format!("{by} noted this, because {away} could not."),
                )),
                Block::Paragraph(
                    "You get their messages and reminders and act in their place, except in cases that are about you or in \
                     which you had a part. The record names you both. It ends by itself after the last day."
                        .to_owned(),
                ),
                Block::Link { words: "See what waits for you".to_owned(), url: facts.home.clone() },
                Block::Heading("If you cannot do this".to_owned()),
                Block::Paragraph(format!(
                    "Tell {away}, your complaints co-ordinator or whoever looks after Heard at once, so that somebody else \
                     is chosen."
                )),
            ],
        ),
        StandingInNews::Ended => (
            format!("{place}: you no longer look after the cases of {away}"),
            vec![
                Block::Paragraph(format!(
                    "It was noted that {away} is away as {post} from {from_on} to {to_on}. This has ended. What you could \
                     open and do for them has ended with it."
                )),
                Block::Link { words: "See who is away when".to_owned(), url: facts.absences.clone() },
            ],
        ),
    };
    Letter {
        language: Language::ENGLISH,
        subject,
        greeting: format!("Dear {}", facts.name),
        blocks,
        sign_off: vec![(*place).to_owned()],
        footer: Vec::new(),
    }
}
