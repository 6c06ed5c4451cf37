//! What was taken out of a record, sealed (S22): kept beside it, and read by nothing that draws a page or a letter.

use diesel::prelude::*;

use super::connection::Tx;
use super::error::DbError;
use super::events::remove_text;
use super::schema::{event_texts, outbox, sealed_letters, sealed_texts};
use super::visibility::Seen;
use crate::domain::ids::MessageId;

fn place(seq: u32) -> Result<i32, DbError> {
    i32::try_from(seq).map_err(|_| DbError::internal("a record beyond counting"))
}

/// Seals a text: it and its salt go from the record to where originals are kept. One that was sealed before stays as
/// it was then.
pub fn seal_text(tx: &mut Tx, seen: Seen, seq: u32, slot: u16) -> Result<(), DbError> {
    let (at, number) = (place(seq)?, i32::from(slot));
    let found: Option<(Vec<u8>, Option<String>)> = event_texts::table
        .find((seen.case(), at, number))
        .select((event_texts::salt, event_texts::body))
        .first(&mut tx.conn)
        .optional()?;
    let Some((salt, Some(body))) = found else { return Ok(()) };
    diesel::insert_into(sealed_texts::table)
        .values((
            sealed_texts::case_id.eq(seen.case()),
            sealed_texts::seq.eq(at),
            sealed_texts::slot.eq(number),
            sealed_texts::salt.eq(salt),
            sealed_texts::body.eq(body),
        ))
        .execute(&mut tx.conn)?;
    remove_text(tx, seen, seq, slot)
}

/// The originals of an event, with their places.
pub fn texts(tx: &mut Tx, seen: Seen, seq: u32) -> Result<Vec<(u16, String)>, DbError> {
    let rows: Vec<(i32, String)> = sealed_texts::table
        .filter(sealed_texts::case_id.eq(seen.case()))
        .filter(sealed_texts::seq.eq(place(seq)?))
        .order(sealed_texts::slot)
        .select((sealed_texts::slot, sealed_texts::body))
        .load(&mut tx.conn)?;
    rows.into_iter()
        .map(|(slot, body)| {
            let slot = u16::try_from(slot).map_err(|_| DbError::corrupt("sealed_texts", "slot"))?;
            Ok((slot, body))
        })
        .collect()
}

/// What a letter says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LetterText {
    /// Which letter.
    pub id: MessageId,
    /// Its subject.
    pub subject: String,
    /// Its text.
    pub text: String,
    /// Its text for mail programs that show pages.
    pub html: Option<String>,
    /// A calendar invitation, as JSON.
    pub invitation: Option<String>,
}

type Row = (MessageId, String, String, Option<String>, Option<String>);

fn letter((id, subject, text, html, invitation): Row) -> LetterText {
    LetterText { id, subject, text, html, invitation }
}

/// What every letter of a case says, the oldest first.
pub fn letters(tx: &mut Tx, seen: Seen) -> Result<Vec<LetterText>, DbError> {
    let rows: Vec<Row> = outbox::table
        .filter(outbox::case_id.eq(seen.case()))
        .order((outbox::created_at, outbox::id))
        .select((outbox::id, outbox::subject, outbox::body_text, outbox::body_html, outbox::invitation))
        .load(&mut tx.conn)?;
    Ok(rows.into_iter().map(letter).collect())
}

/// Puts what is left of a letter in its place, and seals what it said before. `event` is what took the words out.
pub fn seal_letter(
    tx: &mut Tx,
    seen: Seen,
    event: u32,
    before: &LetterText,
    left: &LetterText,
) -> Result<(), DbError> {
    diesel::insert_into(sealed_letters::table)
        .values((
            sealed_letters::case_id.eq(seen.case()),
            sealed_letters::event_seq.eq(place(event)?),
            sealed_letters::message_id.eq(before.id),
            sealed_letters::subject.eq(&before.subject),
            sealed_letters::body_text.eq(&before.text),
            sealed_letters::body_html.eq(before.html.as_deref()),
            sealed_letters::invitation.eq(before.invitation.as_deref()),
        ))
        .execute(&mut tx.conn)?;
    diesel::update(outbox::table.find(left.id))
        .set((
            outbox::subject.eq(&left.subject),
            outbox::body_text.eq(&left.text),
            outbox::body_html.eq(left.html.as_deref()),
            outbox::invitation.eq(left.invitation.as_deref()),
        ))
        .execute(&mut tx.conn)?;
    Ok(())
}

/// The letters as they were before that event took words out of them.
pub fn sealed_letters_of(tx: &mut Tx, seen: Seen, event: u32) -> Result<Vec<LetterText>, DbError> {
    let rows: Vec<Row> = sealed_letters::table
        .filter(sealed_letters::case_id.eq(seen.case()))
        .filter(sealed_letters::event_seq.eq(place(event)?))
        .order(sealed_letters::message_id)
        .select((
            sealed_letters::message_id,
            sealed_letters::subject,
            sealed_letters::body_text,
            sealed_letters::body_html,
            sealed_letters::invitation,
        ))
        .load(&mut tx.conn)?;
    Ok(rows.into_iter().map(letter).collect())
}
