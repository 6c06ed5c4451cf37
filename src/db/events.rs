//! The record of a case as it is stored.

use diesel::prelude::*;

use super::connection::{Conn, Tx};
use super::error::DbError;
use super::schema::{case_events, event_texts};
use super::types::{At, On};
use super::visibility::Seen;
use crate::domain::case::event::{Actor, Recorded, Stamp};
use crate::domain::ids::{CaseId, PartyNo, PersonId};
use crate::domain::record::{ChainHash, NO_SALT, RecordError, RequestId, Sealed, SealedText, read};

#[derive(Queryable, Insertable)]
#[diesel(table_name = case_events)]
#[diesel(treat_none_as_default_value = false)]
struct EventRow {
    case_id: CaseId,
    seq: i32,
    at: At,
    on_date: On,
    actor_kind: String,
    actor_person_id: Option<PersonId>,
    actor_party: Option<PartyNo>,
    kind: String,
    version: i32,
    payload: String,
    hash: ChainHash,
    request_id: Option<String>,
}

#[derive(Queryable, Insertable)]
#[diesel(table_name = event_texts)]
#[diesel(treat_none_as_default_value = false)]
struct TextRow {
    case_id: CaseId,
    seq: i32,
    slot: i32,
    salt: Vec<u8>,
    body: Option<String>,
}

/// The record of a case, sealed, in order.
pub fn sealed(tx: &mut Tx, seen: Seen) -> Result<Vec<Sealed>, DbError> {
    sealed_within(tx, seen, (i32::MIN, i32::MAX))
}

/// The first event of a case that cannot be read, for whoever looks for what was altered.
pub fn first_unreadable(tx: &mut Tx, seen: Seen) -> Result<Option<u32>, DbError> {
    let numbers: Vec<i32> = case_events::table
        .filter(case_events::case_id.eq(seen.case()))
        .order(case_events::seq)
        .select(case_events::seq)
        .load(&mut tx.conn)?;
    for seq in numbers {
        match sealed_within(tx, seen, (seq, seq)) {
            Ok(_) => {}
            Err(DbError::Corrupt { .. }) => return Ok(Some(u32::try_from(seq).unwrap_or(0))),
            Err(other) => return Err(other),
        }
    }
    Ok(None)
}

fn sealed_within(tx: &mut Tx, seen: Seen, (first, last): (i32, i32)) -> Result<Vec<Sealed>, DbError> {
    let case = seen.case();
    let events: Vec<EventRow> = case_events::table
        .filter(case_events::case_id.eq(case))
        .filter(case_events::seq.between(first, last))
        .order(case_events::seq)
        .load(&mut tx.conn)?;
    let texts: Vec<TextRow> = event_texts::table
        .filter(event_texts::case_id.eq(case))
        .filter(event_texts::seq.between(first, last))
        .order((event_texts::seq, event_texts::slot))
        .load(&mut tx.conn)?;
    let mut texts = texts.into_iter().peekable();
    let mut record = Vec::with_capacity(events.len());
    for event in events {
        let mut own = Vec::new();
        while let Some(text) = texts.next_if(|text| text.seq == event.seq) {
            own.push(text.into_text()?);
        }
        record.push(event.into_sealed(own)?);
    }
    Ok(record)
}

/// The record of a case, to be folded.
pub fn load(tx: &mut Tx, seen: Seen) -> Result<Vec<Recorded>, DbError> {
    read(&sealed(tx, seen)?).map_err(|error| unreadable(&error))
}

/// Adds to the end of a record.
pub(super) fn append(tx: &mut Tx, case: CaseId, events: &[Sealed]) -> Result<(), DbError> {
    let rows = events.iter().map(|event| EventRow::of(case, event)).collect::<Result<Vec<_>, _>>()?;
    let texts = events.iter().flat_map(|event| text_rows(case, event)).collect::<Vec<_>>();
    match &mut tx.conn {
        Conn::Pg(conn) => {
            diesel::insert_into(case_events::table).values(&rows).execute(conn)?;
            diesel::insert_into(event_texts::table).values(&texts).execute(conn)?;
        }
        Conn::Sqlite(conn) => {
            for row in &rows {
                diesel::insert_into(case_events::table).values(row).execute(conn)?;
            }
            for text in &texts {
                diesel::insert_into(event_texts::table).values(text).execute(conn)?;
            }
        }
    }
    Ok(())
}

/// Takes a personal text out of the record, with its salt. The chain stays whole. The caller folds the
/// record again and stores the case ([`super::cases::refresh`]).
pub fn remove_text(tx: &mut Tx, seen: Seen, seq: u32, slot: u16) -> Result<(), DbError> {
    let this = event_texts::table
        .filter(event_texts::case_id.eq(seen.case()))
        .filter(event_texts::seq.eq(i32::try_from(seq).unwrap_or(i32::MAX)))
        .filter(event_texts::slot.eq(i32::from(slot)));
    diesel::update(this)
        .set((event_texts::body.eq(None::<String>), event_texts::salt.eq(NO_SALT.to_vec())))
        .execute(&mut tx.conn)?;
    Ok(())
}

pub(super) fn unreadable(error: &RecordError) -> DbError {
    DbError::Corrupt { place: format!("case_events: {error}") }
}

impl EventRow {
    fn of(case_id: CaseId, event: &Sealed) -> Result<Self, DbError> {
        let (actor_kind, actor_person_id, actor_party) = match event.stamp.actor {
            Actor::Person(person) => ("person", Some(person), None),
            Actor::Complainant(party) => ("complainant", None, Some(party)),
            Actor::Public => ("public", None, None),
            Actor::Clock => ("clock", None, None),
        };
        Ok(Self {
            case_id,
            seq: i32::try_from(event.stamp.seq).map_err(|_| DbError::internal("a record beyond counting"))?,
            at: event.stamp.at.into(),
            on_date: On(event.stamp.on),
            actor_kind: actor_kind.to_owned(),
            actor_person_id,
            actor_party,
            kind: event.kind.clone(),
            version: i32::from(event.version),
            payload: event.payload.clone(),
            hash: event.hash,
            request_id: event.request.as_ref().map(ToString::to_string),
        })
    }

    fn actor(&self) -> Option<Actor> {
        match self.actor_kind.as_str() {
            "person" => self.actor_person_id.map(Actor::Person),
            "complainant" => self.actor_party.map(Actor::Complainant),
            "public" => Some(Actor::Public),
            "clock" => Some(Actor::Clock),
            _ => None,
        }
    }

    fn into_sealed(self, texts: Vec<SealedText>) -> Result<Sealed, DbError> {
        let corrupt = |column| DbError::corrupt("case_events", column);
        let stamp = Stamp {
            seq: u32::try_from(self.seq).map_err(|_| corrupt("seq"))?,
            at: self.at.0,
            on: self.on_date.0,
            actor: self.actor().ok_or_else(|| corrupt("actor_kind"))?,
        };
        let version = u16::try_from(self.version).map_err(|_| corrupt("version"))?;
        // One that is not a name any more was altered: whoever verifies the record finds a hash that does not fit.
        let request = self.request_id.as_deref().and_then(RequestId::parse);
        Ok(Sealed { stamp, request, kind: self.kind, version, payload: self.payload, hash: self.hash, texts })
    }
}

fn text_rows(case_id: CaseId, event: &Sealed) -> Vec<TextRow> {
    let seq = i32::try_from(event.stamp.seq).unwrap_or(i32::MAX);
    let row = |text: &SealedText| TextRow {
        case_id,
        seq,
        slot: i32::from(text.slot),
        salt: text.salt.to_vec(),
        body: text.body.clone(),
    };
    event.texts.iter().map(row).collect()
}

impl TextRow {
    fn into_text(self) -> Result<SealedText, DbError> {
        let corrupt = |column| DbError::corrupt("event_texts", column);
        Ok(SealedText {
            slot: u16::try_from(self.slot).map_err(|_| corrupt("slot"))?,
            salt: self.salt.try_into().map_err(|_| corrupt("salt"))?,
            body: self.body,
        })
    }
}
