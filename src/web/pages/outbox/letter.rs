//! A message as a letter on paper, for whoever has no email address or whose address does not work (E17).

use askama::Template;
use chrono::NaiveDate;

use crate::app::messages::{Full, for_paper};
use crate::domain::calendar::{local_date, long_date};
use crate::domain::text::Words;
use crate::urls;
use crate::web::page::Shell;

/// A letter to print.
#[derive(Clone, Debug, Template)]
#[template(path = "outbox/letter.html")]
pub struct LetterPage {
    /// The frame, which does not print.
    pub shell: Shell,
    /// The school: name, address, telephone.
    pub from: Vec<String>,
    /// Whom it is for: name and address, for a window in the envelope.
    pub to: Vec<String>,
    /// Whether the address for the envelope is known.
    pub address: Address,
    /// What to mind when reaching them (R20).
    pub safe_contact: Option<String>,
    /// The day on which it was written.
    pub date: String,
    /// The reference of the case.
    pub reference: Option<String>,
    /// The subject.
    pub subject: String,
    /// The text, in pieces.
    pub pieces: Vec<Piece>,
    /// For an answer: the day of printing, and the last date that holds if it is posted on that day.
    pub last_date: Option<LastDate>,
}

/// The last date to take an answer further, which counts from its posting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastDate {
    /// The day on which it is printed.
    pub posted_on: String,
    /// The last date, if it is posted on that day.
    pub until: String,
}

/// Whether there is an address for the envelope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Address {
    /// There is.
    Known,
    /// Somebody has to look it up.
    Unknown,
}

/// A piece of a letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// A heading.
    Heading(String),
    /// Lines that stay together.
    Lines(String),
}

impl LetterPage {
    /// The letter. `text` is the message with `own_link` where the family's own link would be; nobody types a
    /// link from paper, and whoever prints must not have it, so the telephone takes its place.
    pub fn new(mut shell: Shell, full: &Full, text: &str, own_link: &str, today: NaiveDate) -> Self {
        let message = &full.posted.message;
        shell.heading = "Letter to print".into();
        shell.path = urls::message_act(message.id, "letter");
        shell.back = Some(urls::message(message.id));
        let phone = full.school.as_ref().map_or("", |school| school.phone.as_str());
        let instead = match &full.reference {
            Some(reference) => format!("Ring us on {phone} and say your reference, {reference}."),
            None => format!("Ring us on {phone}."),
        };
        let of_party = full.party.as_ref().and_then(|party| party.address.as_ref()).map(Words::as_str);
        let address = of_party.or(full.post_to.as_deref());
        let lines = address.map(|address| address.lines().map(str::to_owned).collect::<Vec<_>>());
        Self {
            from: full.school.as_ref().map(from).unwrap_or_default(),
            to: std::iter::once(message.to_name.clone()).chain(lines.clone().unwrap_or_default()).collect(),
            address: if lines.is_some() { Address::Known } else { Address::Unknown },
            safe_contact: full
                .party
                .as_ref()
                .and_then(|party| party.safe_contact_note.as_ref())
                .map(|note| note.as_str().to_owned()),
            date: long_date(local_date(message.created_at)),
            reference: full.reference.as_ref().map(ToString::to_string),
            subject: message.subject.clone(),
            pieces: pieces(&text.replace(own_link, &instead)),
            last_date: full
                .last_date_if_posted
                .map(|until| LastDate { posted_on: long_date(today), until: long_date(until) }),
            shell,
        }
    }
}

fn from(school: &crate::domain::school::School) -> Vec<String> {
    std::iter::once(school.name.clone())
        .chain(school.address.lines().filter(|line| *line != school.name).map(str::to_owned))
        .chain([format!("Telephone {}", school.phone), school.email.clone()])
        .collect()
}

/// The text in pieces: a line with a rule below it is a heading, a rule alone is left out.
pub fn pieces(text: &str) -> Vec<Piece> {
    text.split("\n\n")
        .map(|part| part.trim_matches('\n'))
        .filter(|part| !part.is_empty() && !is_rule(part))
        .map(|part| match part.split_once('\n') {
            Some((heading, rule)) if is_rule(rule) => Piece::Heading(heading.to_owned()),
            Some(_) | None => Piece::Lines(for_paper(part)),
        })
        .collect()
}

fn is_rule(line: &str) -> bool {
    line.len() >= 3 && line.chars().all(|sign| sign == '-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_has_headings_where_the_mail_has_rules() {
        let text = "Dear Zofia\n\nWhat happens next\n-----------------\n\n1. One.\n2. Two.\n\n---\n\nHelp: ring us.\n";
        let lines = |text: &str| Piece::Lines(text.to_owned());
        assert_eq!(
            pieces(text),
            [
                lines("Dear Zofia"),
                Piece::Heading("What happens next".into()),
                lines("1. One.\n2. Two."),
                lines("Help: ring us.")
            ]
        );
    }
}
