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

/// What somebody else did about an absence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AwayNews {
    /// They noted it.
    Noted,
    /// They called it off, or ended it early.
    Ended,
}

/// What the letter to whoever is away is written from.
#[derive(Clone, Copy, Debug)]
pub struct NotedAway<'a> {
    /// The school or trust at which the post is held.
    pub place: &'a str,
    /// The reader's name.
    pub name: &'a str,
    /// Who did it.
    pub by: &'a str,
    /// Who looks after the post.
    pub delegate: Option<&'a str>,
    /// From which post, in words.
    pub post: &'a str,
    /// The first day, in words.
    pub from_on: &'a str,
    /// The last day, in words.
    pub to_on: &'a str,
    /// Where they see it and can end it.
    pub absences: &'a Url,
    /// What was done.
    pub news: AwayNews,
}

/// The letter to whoever is away, where somebody else noted it.
pub fn noted_away(facts: &NotedAway<'_>) -> Letter {
    let NotedAway { place, by, post, from_on, to_on, .. } = facts;
    let (subject, blocks) = match facts.news {
        AwayNews::Noted => (
            format!("{place}: {by} noted that you are away"),
            vec![
                Block::Paragraph(format!(
                    "{by} noted that you are away as {post} from {from_on} to {to_on}. {}",
                    facts.delegate.map_or_else(
                        || "Nobody looks after your cases on these days, and others are told of what is due.".to_owned(),
                        |delegate| format!(
                            "On these days {delegate} looks after the cases that rest with you: {delegate} can open them \
                             and act in your place."
                        ),
                    )
                )),
                Block::Link { words: "See it, and end it if it is wrong".to_owned(), url: facts.absences.clone() },
                Block::Paragraph(
                    "You can still open your cases and act in them yourself. If you did not ask for this, end it now and \
                     tell whoever looks after Heard at your school or trust."
                        .to_owned(),
                ),
            ],
        ),
        AwayNews::Ended => (
            format!("{place}: {by} ended your absence"),
            vec![
                Block::Paragraph(format!(
                    "You were noted as away as {post} from {from_on} to {to_on}. {by} has ended this, so your cases are \
                     with you alone again."
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
