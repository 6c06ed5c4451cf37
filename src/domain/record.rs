//! The record: each event sealed, its personal words set beside it, and every event chained to the one
//! before by a hash.
//!
//! The hashed payload holds ids, codes, dates and, for each personal text, a salted digest. The text
//! itself stands beside it with its salt. Taking a text out of the record removes text and salt; the
//! chain stays whole, and nobody can guess the text from the digest.

use std::collections::BTreeSet;
use std::fmt;

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::case::event::{Actor, Event, Recorded, Stamp};
use super::ids::CaseId;
use super::text::WORDS_KEY;

/// The version of the payloads that this program writes. It reads every version up to this one.
pub const PAYLOAD_VERSION: u16 = 1;

const DIGEST_KEY: &str = "$digest";
const SLOT_KEY: &str = "$slot";

/// What stands for the salt of a text that was taken out.
pub const NO_SALT: [u8; 16] = [0; 16];

/// The hash of an event, or the start of a chain.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct ChainHash(pub [u8; 32]);

impl ChainHash {
    /// Where the chain of a case begins: its own id, so that chains cannot be swapped.
    pub fn start_of(case: CaseId) -> Self {
        let mut hasher = Sha256::new();
        hasher.update(b"heard case record 1\0");
        hasher.update(case.0.as_bytes());
        Self(hasher.finalize().into())
    }

    /// 64 hexadecimal digits.
    pub fn to_hex(self) -> String {
        hex::encode(self.0)
    }
}

impl fmt::Debug for ChainHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_hex())
    }
}

/// A personal text, set beside the payload.
#[derive(Clone, PartialEq, Eq)]
pub struct SealedText {
    /// Its place in the event, from 0.
    pub slot: u16,
    /// What was mixed into its digest.
    pub salt: [u8; 16],
    /// The text; absent once it was taken out.
    pub body: Option<String>,
}

impl fmt::Debug for SealedText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SealedText(slot {}, {})", self.slot, if self.body.is_some() { "there" } else { "removed" })
    }
}

/// The name of the request in which something was recorded, by which the record, the server's log and the answer of
/// the API speak of the same moment (A25).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RequestId(String);

impl RequestId {
    /// The longest, in characters.
    const LONGEST: usize = 64;

    /// Reads one that can stand in a log: 1 to 64 plain letters, digits, `-`, `_` and `.`.
    pub fn parse(text: &str) -> Option<Self> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        ((1..=Self::LONGEST).contains(&text.len()) && text.bytes().all(plain)).then(|| Self(text.to_owned()))
    }

    /// One of 16 hexadecimal digits.
    pub fn numbered(number: u64) -> Self {
        Self(format!("{number:016x}"))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An event as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
    /// When and by whom.
    pub stamp: Stamp,
    /// In which request; absent for what the clock did, and for what was recorded before requests were named.
    pub request: Option<RequestId>,
    /// Its name.
    pub kind: String,
    /// The version of its payload.
    pub version: u16,
    /// Its payload: JSON text, byte for byte as it was hashed.
    pub payload: String,
    /// Its hash, which covers everything above and the hash before.
    pub hash: ChainHash,
    /// The personal words beside it.
    pub texts: Vec<SealedText>,
}

/// An event could not be sealed or read.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// The payload is not what this version writes.
    #[error("event {seq} cannot be read: {source}")]
    Unreadable {
        /// Its place in the record.
        seq: u32,
        /// What was wrong.
        source: serde_json::Error,
    },
    /// The payload was written by a later version of the program.
    #[error("event {seq} was written by a later version of Heard (payload version {version})")]
    TooNew {
        /// Its place in the record.
        seq: u32,
        /// Its version.
        version: u16,
    },
}

/// Seals an event: sets its words aside, digests them, and chains it to `previous`.
///
/// `salts` gives 16 random bytes for each text.
pub fn seal(
    case: CaseId,
    previous: ChainHash,
    recorded: &Recorded,
    request: Option<&RequestId>,
    salts: &mut dyn FnMut() -> [u8; 16],
) -> Result<Sealed, RecordError> {
    let seq = recorded.stamp.seq;
    let unreadable = |source| RecordError::Unreadable { seq, source };
    let mut value = serde_json::to_value(&recorded.event).map_err(unreadable)?;
    let mut texts = Vec::new();
    set_words_aside(&mut value, &mut texts, salts);
    let payload = serde_json::to_string(&value).map_err(unreadable)?;
    let mut sealed = Sealed {
        stamp: recorded.stamp,
        request: request.cloned(),
        kind: recorded.event.kind().to_owned(),
        version: PAYLOAD_VERSION,
        payload,
        hash: previous,
        texts,
    };
    sealed.hash = chain(case, previous, &sealed);
    Ok(sealed)
}

/// Reads a whole record as it is read now: of every text from which words were taken, what is left (S22).
pub fn read(sealed: &[Sealed]) -> Result<Vec<Recorded>, RecordError> {
    super::redaction::as_read(sealed.iter().map(unseal).collect::<Result<_, _>>()?)
}

/// Reads a sealed event, its words put back where they still are.
pub fn unseal(sealed: &Sealed) -> Result<Recorded, RecordError> {
    let seq = sealed.stamp.seq;
    if sealed.version > PAYLOAD_VERSION {
        return Err(RecordError::TooNew { seq, version: sealed.version });
    }
    let unreadable = |source| RecordError::Unreadable { seq, source };
    let mut value: Value = serde_json::from_str(&sealed.payload).map_err(unreadable)?;
    put_words_back(&mut value, &sealed.texts);
    let event: Event = serde_json::from_value(value).map_err(unreadable)?;
    Ok(Recorded { stamp: sealed.stamp, event })
}

fn set_words_aside(value: &mut Value, texts: &mut Vec<SealedText>, salts: &mut dyn FnMut() -> [u8; 16]) {
    match value {
        Value::Object(map) if map.contains_key(WORDS_KEY) => {
            let body = map.get(WORDS_KEY).and_then(Value::as_str).map(str::to_owned);
            let slot = u16::try_from(texts.len()).unwrap_or(u16::MAX);
            let salt = salts();
            *map = Map::new();
            map.insert(
                DIGEST_KEY.into(),
                body.as_ref().map_or(Value::Null, |text| digest(salt, text).into()),
            );
            map.insert(SLOT_KEY.into(), slot.into());
            texts.push(SealedText { slot, salt, body });
        }
        Value::Object(map) => map.values_mut().for_each(|inner| set_words_aside(inner, texts, salts)),
        Value::Array(items) => items.iter_mut().for_each(|inner| set_words_aside(inner, texts, salts)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn put_words_back(value: &mut Value, texts: &[SealedText]) {
    match value {
        Value::Object(map) if map.contains_key(DIGEST_KEY) => {
            let slot = map.get(SLOT_KEY).and_then(Value::as_u64);
            let body = texts
                .iter()
                .find(|text| Some(u64::from(text.slot)) == slot)
                .and_then(|text| text.body.clone());
            *map = Map::new();
            map.insert(WORDS_KEY.into(), body.map_or(Value::Null, Value::String));
        }
        Value::Object(map) => map.values_mut().for_each(|inner| put_words_back(inner, texts)),
        Value::Array(items) => items.iter_mut().for_each(|inner| put_words_back(inner, texts)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn digest(salt: [u8; 16], text: &str) -> String {
    let mut hasher = Sha256::new();
    hasher.update(salt);
    hasher.update(text.as_bytes());
    hex::encode(hasher.finalize())
}

/// The hash of an event after `previous`. It covers all of the event but its own hash and its words, whose digests
/// are in the payload.
fn chain(case: CaseId, previous: ChainHash, event: &Sealed) -> ChainHash {
    let mut hasher = Sha256::new();
    hasher.update(previous.0);
    hasher.update(case.0.as_bytes());
    let header = format!(
        "{}\n{}\n{}\n{}\n{}\n{}\n",
        event.stamp.seq,
        event.stamp.at.timestamp_micros(),
        event.stamp.on,
        actor_text(event.stamp.actor),
        event.kind,
        event.version
    );
    hasher.update(header.as_bytes());
    if let Some(request) = &event.request {
        // A payload begins with a brace, so this line is never read as part of one.
        hasher.update(format!("request {request}\n").as_bytes());
    }
    hasher.update(event.payload.as_bytes());
    ChainHash(hasher.finalize().into())
}

fn actor_text(actor: Actor) -> String {
    match actor {
        Actor::Person(person) => format!("person {person}"),
        Actor::Complainant(party) => format!("complainant {party}"),
        Actor::Public => "public".to_owned(),
        Actor::Clock => "clock".to_owned(),
    }
}

/// The record of a case is not whole, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// An event's content, time or actor is not what was hashed.
    #[error("event {seq} was altered after it was written")]
    Altered {
        /// Its place in the record.
        seq: u32,
    },
    /// The words beside an event are not those that were digested.
    #[error("the words of event {seq} were altered after they were written")]
    TextAltered {
        /// Its place in the record.
        seq: u32,
    },
    /// Words that an event digested are not there, and were not taken out as they should be.
    #[error("words of event {seq} are missing")]
    TextMissing {
        /// Its place in the record.
        seq: u32,
    },
    /// What is stored of an event is nothing that could have been written.
    #[error("event {seq} cannot be read: it was altered after it was written")]
    Unreadable {
        /// Its place in the record.
        seq: u32,
    },
    /// What the case itself keeps of its record cannot be read.
    #[error("what the case keeps of its record cannot be read")]
    UnreadableCase,
    /// An event is not there.
    #[error("event {seq} is missing")]
    Missing {
        /// Its place in the record.
        seq: u32,
    },
    /// An event stands where another should.
    #[error("event {found} stands where event {expected} should")]
    Reordered {
        /// Which should stand there.
        expected: u32,
        /// Which stands there.
        found: u32,
    },
    /// The last events are not there.
    #[error("the record ends at event {found}, but the case had {expected}")]
    Cut {
        /// How many there should be.
        expected: u32,
        /// How many there are.
        found: u32,
    },
    /// The record goes on after the end that the case knows, or ends in another event.
    #[error("the end of the record is not the one that the case knows (event {seq})")]
    WrongHead {
        /// The last event.
        seq: u32,
    },
}

/// Checks the whole record of one case against the length and head that its row keeps.
///
/// `events` are in the order in which they are stored.
pub fn verify(case: CaseId, events: &[Sealed], length: u32, head: ChainHash) -> Result<(), Broken> {
    let mut previous = ChainHash::start_of(case);
    for (expected, event) in (1_u32..).zip(events) {
        let found = event.stamp.seq;
        if found != expected {
            let comes_later = events.iter().any(|other| other.stamp.seq == expected);
            return Err(if comes_later {
                Broken::Reordered { expected, found }
            } else {
                Broken::Missing { seq: expected }
            });
        }
        verify_one(case, previous, event)?;
        previous = event.hash;
    }
    let found = u32::try_from(events.len()).unwrap_or(u32::MAX);
    if found < length {
        return Err(Broken::Cut { expected: length, found });
    }
    if found > length || previous != head {
        return Err(Broken::WrongHead { seq: found });
    }
    Ok(())
}

fn verify_one(case: CaseId, previous: ChainHash, event: &Sealed) -> Result<(), Broken> {
    let seq = event.stamp.seq;
    let expected = chain(case, previous, event);
    if expected != event.hash {
        return Err(Broken::Altered { seq });
    }
    let value: Value = serde_json::from_str(&event.payload).map_err(|_| Broken::Altered { seq })?;
    let mut slots = BTreeSet::new();
    digested_slots(&value, &mut slots);
    if !slots.iter().all(|slot| event.texts.iter().any(|text| u64::from(text.slot) == *slot)) {
        return Err(Broken::TextMissing { seq });
    }
    if event.texts.iter().all(|text| text_fits(&value, text)) {
        Ok(())
    } else {
        Err(Broken::TextAltered { seq })
    }
}

/// Every place in an event beside which words stand, or stood until they were taken out.
fn digested_slots(value: &Value, slots: &mut BTreeSet<u64>) {
    match value {
        Value::Object(map) if map.contains_key(DIGEST_KEY) => {
            slots.extend(map.get(SLOT_KEY).and_then(Value::as_u64));
        }
        Value::Object(map) => map.values().for_each(|inner| digested_slots(inner, slots)),
        Value::Array(items) => items.iter().for_each(|inner| digested_slots(inner, slots)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Whether a text that is still there is the one that was digested into its slot. One that was taken out left
/// no salt behind.
fn text_fits(value: &Value, text: &SealedText) -> bool {
    let Some(body) = &text.body else { return text.salt == NO_SALT || was_never_there(value, text.slot) };
    find_digest(value, text.slot).is_some_and(|expected| expected == digest(text.salt, body))
}

/// Whether an event was written with nothing in that place: its words were gone before.
fn was_never_there(value: &Value, slot: u16) -> bool {
    find_digest(value, slot).is_none()
}

fn find_digest(value: &Value, slot: u16) -> Option<&str> {
    match value {
        Value::Object(map) if map.get(SLOT_KEY).and_then(Value::as_u64) == Some(u64::from(slot)) => {
            map.get(DIGEST_KEY).and_then(Value::as_str)
        }
        Value::Object(map) => map.values().find_map(|inner| find_digest(inner, slot)),
        Value::Array(items) => items.iter().find_map(|inner| find_digest(inner, slot)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}

/// A stamp for the event after `seq` others.
pub fn stamp(seq: u32, at: DateTime<Utc>, on: NaiveDate, actor: Actor) -> Stamp {
    Stamp { seq: seq + 1, at, on, actor }
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone;
    use uuid::Uuid;

    use super::*;
    use crate::domain::ids::PersonId;
    use crate::domain::text::Words;

    const CASE: CaseId = CaseId(Uuid::from_u128(7));

    fn record(words: &[&str]) -> Vec<Sealed> {
        let mut previous = ChainHash::start_of(CASE);
        let mut salt = 0_u8;
        let at = Utc.with_ymd_and_hms(2026, 9, 7, 9, 0, 0).unwrap();
        (0_u32..)
            .zip(words)
            .map(|(seq, text)| {
                let actor = Actor::Person(PersonId(Uuid::from_u128(1)));
                let recorded = Recorded {
                    stamp: stamp(seq, at, at.date_naive(), actor),
                    event: Event::NoteAdded { words: Words::ours(*text) },
                };
                let request = RequestId::parse(text);
                let sealed = seal(CASE, previous, &recorded, request.as_ref(), &mut || {
                    salt += 1;
                    [salt; 16]
                })
                .unwrap();
                assert_eq!(unseal(&sealed).unwrap(), recorded);
                previous = sealed.hash;
                sealed
            })
            .collect()
    }

    fn check(events: &[Sealed], whole: &[Sealed]) -> Result<(), Broken> {
        verify(CASE, events, 3, whole.last().unwrap().hash)
    }

    #[test]
    fn personal_words_are_not_in_what_is_hashed() {
        let events = record(&["the teacher shouted"]);
        assert!(!events[0].payload.contains("shouted"));
        assert!(events[0].payload.contains(DIGEST_KEY));
        assert_eq!(events[0].texts[0].body.as_deref(), Some("the teacher shouted"));
    }

    #[test]
    fn a_whole_record_is_found_whole() {
        let events = record(&["one", "two", "three"]);
        assert_eq!(check(&events, &events), Ok(()));
    }

    #[test]
    fn a_removed_text_leaves_the_record_whole_and_says_so() {
        let whole = record(&["one", "two", "three"]);
        let mut events = whole.clone();
        events[1].texts[0].body = None;
        assert_eq!(check(&events, &whole), Err(Broken::TextAltered { seq: 2 }), "its salt is still there");
        events[1].texts[0].salt = NO_SALT;
        assert_eq!(check(&events, &whole), Ok(()));
        assert_eq!(unseal(&events[1]).unwrap().event, Event::NoteAdded { words: Words::Removed });
    }

    #[test]
    fn an_altered_missing_reordered_or_cut_event_is_named() {
        let whole = record(&["one", "two", "three"]);
        let altered = |change: &dyn Fn(&mut Vec<Sealed>)| {
            let mut events = whole.clone();
            change(&mut events);
            check(&events, &whole).unwrap_err()
        };
        assert_eq!(
            altered(&|e| e[1].payload = e[1].payload.replace("slot", "slit")),
            Broken::Altered { seq: 2 }
        );
        assert_eq!(altered(&|e| e[2].stamp.actor = Actor::Clock), Broken::Altered { seq: 3 });
        assert_eq!(altered(&|e| e[2].request = None), Broken::Altered { seq: 3 });
        assert_eq!(altered(&|e| e[0].stamp.at += chrono::TimeDelta::seconds(1)), Broken::Altered { seq: 1 });
        assert_eq!(altered(&|e| e[1].texts[0].body = Some("two!".into())), Broken::TextAltered { seq: 2 });
        assert_eq!(altered(&|e| e[1].texts.clear()), Broken::TextMissing { seq: 2 });
        assert_eq!(altered(&|e| drop(e.remove(1))), Broken::Missing { seq: 2 });
        assert_eq!(altered(&|e| e.swap(0, 1)), Broken::Reordered { expected: 1, found: 2 });
        assert_eq!(altered(&|e| drop(e.pop())), Broken::Cut { expected: 3, found: 2 });
        let other_case = verify(CaseId(Uuid::from_u128(8)), &whole, 3, whole[2].hash);
        assert_eq!(other_case, Err(Broken::Altered { seq: 1 }));
        assert_eq!(verify(CASE, &whole, 2, whole[1].hash), Err(Broken::WrongHead { seq: 3 }));
    }

    #[test]
    fn a_later_version_is_refused_not_guessed() {
        let mut events = record(&["one"]);
        events[0].version = PAYLOAD_VERSION + 1;
        assert!(matches!(unseal(&events[0]), Err(RecordError::TooNew { seq: 1, .. })));
    }
}
