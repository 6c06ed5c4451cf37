//! Words that were taken out of a record (S22, R71): which can be, what stands in their place, and the record as it
//! is read since.
//!
//! The event that takes words out holds what is left of the text, sealed like every text. So the chain stays whole,
//! and whatever is made of a record from then on, pages, lists, letters, answers of the API, has the words no more.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::case::event::{Event, Left, Recorded};
use super::record::RecordError;
use super::text::{WORDS_KEY, Words};

/// The fewest letters that can be taken out, in characters: anything shorter stands in half of all words.
pub const SHORTEST: usize = 3;

/// Who somebody is and how they are reached is put right or erased, and not taken out of a text.
const WHO_SOMEBODY_IS: [&str; 8] =
    ["complainant", "child", "party", "subject", "subjects", "email", "phone", "address"];

/// A text of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// Its place in the event, from 0.
    pub slot: u16,
    /// The text.
    pub words: String,
}

/// The texts of an event out of which words can be taken, in the order of their places.
///
/// What the members of a panel declared is for the clerk alone (R27), and so is why somebody stepped back; what was left
/// of a text is that text.
pub fn texts(event: &Event) -> Vec<Text> {
    let closed = matches!(
        event,
        Event::InterestDeclared { .. }
            | Event::Recused { .. }
            | Event::WordsTakenOut { .. }
            | Event::FileTakenOut { .. }
    );
    if closed { Vec::new() } else { what_somebody_wrote(event) }
}

/// What a text is about.
#[derive(Clone, Copy, PartialEq, Eq)]
enum About {
    /// What somebody wrote: words can be taken out of it.
    Anything,
    /// Who somebody is or how they are reached.
    Somebody,
}

fn what_somebody_wrote(event: &Event) -> Vec<Text> {
    let mut found = Vec::new();
    let Ok(mut value) = serde_json::to_value(event) else { return found };
    let mut slot = 0_u16;
    each_text(&mut value, About::Anything, &mut |about, body| {
        if let Some(words) = body.as_str().filter(|_| about == About::Anything) {
            found.push(Text { slot, words: words.to_owned() });
        }
        slot = slot.saturating_add(1);
    });
    found
}

/// Goes through the texts of an event in the order in which sealing numbers them.
fn each_text(value: &mut Value, about: About, found: &mut dyn FnMut(About, &mut Value)) {
    match value {
        Value::Object(map) => match map.get_mut(WORDS_KEY) {
            Some(body) => found(about, body),
            None => each_of(map, about, found),
        },
        Value::Array(items) => items.iter_mut().for_each(|inner| each_text(inner, about, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn each_of(map: &mut Map<String, Value>, about: About, found: &mut dyn FnMut(About, &mut Value)) {
    for (key, inner) in map.iter_mut() {
        let about = if WHO_SOMEBODY_IS.contains(&key.as_str()) { About::Somebody } else { about };
        each_text(inner, about, found);
    }
}

/// The record as it is read: of every text from which words were taken, what is left of it.
///
/// # Errors
/// When what is left cannot stand in that event, which no event of this program says.
pub fn as_read(mut record: Vec<Recorded>) -> Result<Vec<Recorded>, RecordError> {
    let left = whats_left(&record);
    for recorded in &mut record {
        let seq = recorded.stamp.seq;
        if let Some(texts) = left.get(&seq) {
            recorded.event = with_texts(&recorded.event, texts)
                .map_err(|source| RecordError::Unreadable { seq, source })?;
        }
    }
    Ok(record)
}

/// What is left, by event and place. What was taken out later is gone from what was left before.
fn whats_left(record: &[Recorded]) -> BTreeMap<u32, BTreeMap<u16, Words>> {
    let mut by_event: BTreeMap<u32, BTreeMap<u16, Words>> = BTreeMap::new();
    for recorded in record {
        if let Event::WordsTakenOut { entry, left, .. } | Event::FileTakenOut { entry, left, .. } =
            &recorded.event
        {
            let texts = by_event.entry(*entry).or_default();
            texts.extend(left.iter().map(|Left { slot, words }| (*slot, words.clone())));
        }
    }
    by_event
}

fn with_texts(event: &Event, texts: &BTreeMap<u16, Words>) -> Result<Event, serde_json::Error> {
    let mut value = serde_json::to_value(event)?;
    let mut slot = 0_u16;
    each_text(&mut value, About::Anything, &mut |_, body| {
        if let Some(words) = texts.get(&slot) {
            *body = Value::String(words.as_str().to_owned());
        }
        slot = slot.saturating_add(1);
    });
    serde_json::from_value(value)
}

/// What may stand between two words of a passage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Between {
    /// White space: as people write.
    Space,
    /// White space, and the marks of lines that are set in: the text of a mail.
    QuotedLines,
    /// White space and tags: the page of a mail, whose words are escaped as the passage is.
    Tags,
}

/// The words that are to go, wherever a line breaks between them.
#[derive(Clone, PartialEq, Eq)]
pub struct Passage(Vec<String>);

/// What is to go is never in a log.
impl std::fmt::Debug for Passage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Passage({} words)", self.0.len())
    }
}

impl Passage {
    /// Reads one; none where it is shorter than [`SHORTEST`].
    pub fn of(text: &str) -> Option<Self> {
        let long_enough = text.chars().filter(|sign| !sign.is_whitespace()).count() >= SHORTEST;
        long_enough.then(|| Self(text.split_whitespace().map(str::to_owned).collect()))
    }

    /// The same words in another spelling, such as that of a page.
    #[must_use]
    pub fn spelled(&self, spelling: impl Fn(&str) -> String) -> Self {
        Self(self.0.iter().map(|word| spelling(word)).collect())
    }

    /// The text without the passage: `mark` where it stood first, `again` wherever else. None where it does not stand.
    pub fn taken_out_of(&self, text: &str, between: Between, mark: &str, again: &str) -> Option<String> {
        let mut kept = String::with_capacity(text.len());
        let mut rest = text;
        let mut place = mark;
        while let Some((before, after)) = self.first_in(text, rest, between) {
            kept.push_str(before);
            kept.push_str(place);
            (rest, place) = (after, again);
        }
        kept.push_str(rest);
        (place != mark || rest.len() != text.len()).then_some(kept)
    }

    /// What stands before and after the first place in `rest`, which is the end of `text`.
    fn first_in<'t>(&self, text: &'t str, rest: &'t str, between: Between) -> Option<(&'t str, &'t str)> {
        let first = self.0.first()?;
        rest.match_indices(first.as_str()).find_map(|(at, _)| {
            let (before, from) = rest.split_at_checked(at)?;
            let whole = text.get(..text.len() - from.len())?;
            let after = self.at_start_of(from, between)?;
            (!joins(whole.chars().next_back(), from.chars().next())
                && !joins(self.last_sign(), after.chars().next()))
            .then_some((before, after))
        })
    }

    fn at_start_of<'t>(&self, text: &'t str, between: Between) -> Option<&'t str> {
        let mut words = self.0.iter();
        let mut rest = text.strip_prefix(words.next()?.as_str())?;
        for word in words {
            rest = past_gap(rest, between)?.strip_prefix(word.as_str())?;
        }
        Some(rest)
    }

    fn last_sign(&self) -> Option<char> {
        self.0.last().and_then(|word| word.chars().next_back())
    }
}

/// Whether two signs are of one word, so that a passage that ends between them is a part of it.
fn joins(one: Option<char>, other: Option<char>) -> bool {
    let of_a_word = |sign: Option<char>| sign.is_some_and(char::is_alphanumeric);
    of_a_word(one) && of_a_word(other)
}

fn past_gap(text: &str, between: Between) -> Option<&str> {
    let mut rest = text;
    loop {
        let next = rest.trim_start();
        let next = match between {
            Between::Space => next,
            Between::QuotedLines => next.strip_prefix('>').unwrap_or(next),
            Between::Tags => {
                next.strip_prefix('<').and_then(|tag| tag.split_once('>')).map_or(next, |(_, after)| after)
            }
        };
        if next.len() == rest.len() {
            break;
        }
        rest = next;
    }
    (rest.len() < text.len()).then_some(rest)
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, NaiveDate};

    use super::*;
    use crate::domain::case::event::Actor;
    use crate::domain::record::stamp;

    fn out(text: &str, passage: &str, between: Between) -> Option<String> {
        Passage::of(passage).unwrap().taken_out_of(text, between, "[1]", "[2]")
    }

    #[test]
    fn a_passage_is_found_across_lines_and_never_inside_a_word() {
        let plain = |text, passage| out(text, passage, Between::Space);
        assert_eq!(plain("Tom hit him. Tom  ran.", "Tom").unwrap(), "[1] hit him. [2]  ran.");
        assert_eq!(plain("Tomorrow Atom", "Tom"), None);
        assert_eq!(plain("his mother\n  is ill, we heard", "mother is ill").unwrap(), "his [1], we heard");
        assert_eq!(plain("كان أحمد هناك", "أحمد").unwrap(), "كان [1] هناك");
        assert_eq!(plain("the whole text", "the whole text").unwrap(), "[1]");
        assert_eq!(plain("motheris ill", "mother is ill"), None);
        let mail = out("> his mother\n> is ill", "mother is ill", Between::QuotedLines);
        assert_eq!(mail.unwrap(), "> his [1]");
        let page = out("<p>his mother<br>is ill</p>", "mother is ill", Between::Tags);
        assert_eq!(page.unwrap(), "<p>his [1]</p>");
        assert_eq!(Passage::of(" a b "), None);
        assert!(!format!("{:?}", Passage::of("secret words").unwrap()).contains("secret"));
    }

    fn recorded(seq: u32, event: Event) -> Recorded {
        let actor = Actor::Clock;
        Recorded { stamp: stamp(seq, DateTime::default(), NaiveDate::default(), actor), event }
    }

    fn left(entry: u32, slot: u16, words: &str) -> Event {
        let left = vec![Left { slot, words: Words::ours(words) }];
        Event::WordsTakenOut { entry, left, reason: Words::ours("another child") }
    }

    /// S22: what was taken out later is gone from what was left before, and nothing else changes.
    #[test]
    fn a_record_is_read_with_what_is_left() {
        let message = |words: &str| Event::MessageSent { to: Vec::new(), words: Words::ours(words) };
        let record = vec![
            recorded(0, message("Tom and Ann were there")),
            recorded(1, message("Tom again")),
            recorded(2, left(1, 0, "[out] and Ann were there")),
            recorded(3, left(1, 0, "[out] and [out] were there")),
        ];
        let read = as_read(record.clone()).unwrap();
        assert_eq!(read[0].event, message("[out] and [out] were there"));
        assert_eq!(read[1..], record[1..]);
        assert_eq!(texts(&read[1].event), [Text { slot: 0, words: "Tom again".into() }]);
        assert_eq!(texts(&read[2].event), [], "what is left is no text of its own");
    }
}
