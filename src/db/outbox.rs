//! The outbox: what the school says, from the transaction that made it necessary until it has left. Who reads
//! it, and what people do about it, is in [`mailbox`](super::mailbox).

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use super::connection::{Conn, Tx};
use super::error::DbError;
use super::mailbox::ActKind;
use super::schema::{outbox, outbox_acts, outbox_attempts};
use super::types::At;
use super::visibility::Seen;
use crate::domain::ids::{CaseId, MessageId, PartyNo, PersonId, SchoolId};

#[diesel::declare_sql_function]
extern "SQL" {
    /// ASCII letters in lower case, as both databases do it.
    fn lower(text: diesel::sql_types::Text) -> diesel::sql_types::Text;
}

/// What hangs on a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Carries {
    /// It tells somebody of a right.
    Right,
    /// It tells somebody of a date.
    Deadline,
    /// Neither.
    Nothing,
}

/// Where a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MessageState {
    /// To be sent.
    Waiting,
    /// A worker has it.
    Sending,
    /// The mail server took it.
    Sent,
    /// It cannot be delivered.
    Failed,
    /// It was called off before it left.
    Stopped,
    /// A crash left it unclear whether it went; a person looks.
    Flagged,
    /// It was to be posted, and a later letter of its case says what holds now.
    Overtaken,
}

/// Whose words a message has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// Heard says it by itself: a receipt, a reminder.
    Automatic,
    /// A person decided or wrote it.
    Person,
}

/// What came of one attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The server took it.
    Sent,
    /// Not now.
    Later,
    /// Not ever.
    Refused,
    /// Too many went out within an hour; it waits (E22).
    Held,
    /// It was no longer true when it was to leave.
    CalledOff,
    /// The worker ended before it knew.
    Unknown,
}

/// A message. Its text is final and its recipient frozen (G23).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Its id; the Message-ID is made from it.
    pub id: MessageId,
    /// The case that it is about.
    pub case: Option<CaseId>,
    /// The event that made it necessary.
    pub event: Option<u32>,
    /// The school that says it.
    pub school: Option<SchoolId>,
    /// Which message it is: `receipt`, `reply`, `window_reminder`.
    pub kind: String,
    /// What hangs on it.
    pub carries: Carries,
    /// For whom: `complainant`, `handler`, `subject`.
    pub audience: String,
    /// The recipient's name.
    pub to_name: String,
    /// The recipient's address, as it was when this was written.
    pub to_address: String,
    /// The recipient, when they have a post.
    pub to_person: Option<PersonId>,
    /// The recipient, when they are a party of the case.
    pub to_party: Option<PartyNo>,
    /// Where an answer goes.
    pub reply_to: Option<String>,
    /// The message that this one follows.
    pub in_reply_to: Option<MessageId>,
    /// Its language, as a BCP 47 tag.
    pub language: Option<String>,
    /// Its subject.
    pub subject: String,
    /// Its text.
    pub body_text: String,
    /// Its text for mail programs that show pages.
    pub body_html: Option<String>,
    /// A calendar invitation, as JSON.
    pub invitation: Option<String>,
    /// What makes a second one of the same impossible.
    pub dedupe_key: Option<String>,
    /// When it was written.
    pub created_at: DateTime<Utc>,
    /// When it may leave: the window to undo it, or the next morning.
    pub not_before: DateTime<Utc>,
    /// Whose words it has.
    pub origin: Origin,
    /// The message that it repeats to another address (E18).
    pub instead_of: Option<MessageId>,
}

/// The kinds of messages that are about one address: the code that confirms it, and the last word to one that is not
/// theirs any more. Sent elsewhere they would say what is not so, and nobody loses a right by them.
pub(super) const BOUND_TO_THEIR_ADDRESS: [&str; 2] = ["confirm_address", "contact_corrected_before"];

impl Message {
    /// Whether it is about the one address that it goes to, so that nobody need see to it or send it elsewhere.
    pub fn is_bound_to_its_address(&self) -> bool {
        BOUND_TO_THEIR_ADDRESS.contains(&self.kind.as_str())
    }
}

/// A message with what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Posted {
    /// The message.
    pub message: Message,
    /// Where it is.
    pub state: MessageState,
    /// How often it was tried.
    pub attempts: u32,
    /// When it is tried next.
    pub next_attempt_at: DateTime<Utc>,
    /// When it was sent.
    pub sent_at: Option<DateTime<Utc>>,
    /// When a person dealt with one that could not be sent.
    pub settled_at: Option<DateTime<Utc>>,
}

impl Posted {
    /// Whether a person has to see to it (E17): it did not leave, nobody has dealt with it, and somebody loses
    /// something by that. A family always does; what was called back is a choice, unless a right hangs on it.
    pub fn is_for_a_person(&self) -> bool {
        if self.message.is_bound_to_its_address() {
            return false;
        }
        let weighs = self.message.carries != Carries::Nothing;
        let undone = match self.state {
            MessageState::Failed | MessageState::Flagged => weighs || self.message.to_party.is_some(),
            MessageState::Stopped => weighs,
            MessageState::Waiting | MessageState::Sending | MessageState::Sent | MessageState::Overtaken => {
                false
            }
        };
        undone && self.settled_at.is_none()
    }
}

/// One attempt to send a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// Its number, from 1.
    pub no: u32,
    /// When it began.
    pub at: DateTime<Utc>,
    /// What came of it; `None` while it is under way.
    pub outcome: Option<Outcome>,
    /// The server's code.
    pub code: Option<u16>,
    /// The server's words.
    pub words: Option<String>,
}

#[derive(Queryable, Insertable)]
#[diesel(table_name = outbox)]
#[diesel(treat_none_as_default_value = false)]
pub(super) struct OutboxRow {
    pub(super) id: MessageId,
    pub(super) case_id: Option<CaseId>,
    event_seq: Option<i32>,
    pub(super) school_id: Option<SchoolId>,
    pub(super) kind: String,
    carries: Carries,
    audience: String,
    to_name: String,
    to_address: String,
    pub(super) to_person_id: Option<PersonId>,
    to_party_no: Option<PartyNo>,
    reply_to: Option<String>,
    in_reply_to: Option<MessageId>,
    language: Option<String>,
    subject: String,
    body_text: String,
    body_html: Option<String>,
    invitation: Option<String>,
    dedupe_key: Option<String>,
    pub(super) created_at: At,
    not_before: At,
    state: MessageState,
    attempts: i32,
    next_attempt_at: At,
    leased_until: Option<At>,
    lease_owner: Option<String>,
    sent_at: Option<At>,
    origin: Origin,
    instead_of: Option<MessageId>,
    settled_at: Option<At>,
}

/// Whether a message was put into the outbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inserted {
    /// It was.
    New,
    /// One with the same key is there already.
    AlreadyThere,
}

/// Puts a message into the outbox, unless one with the same key is there (G17, G24).
pub fn insert(tx: &mut Tx, message: &Message) -> Result<Inserted, DbError> {
    let row = OutboxRow::of(message);
    let rows = match &mut tx.conn {
        Conn::Pg(conn) => diesel::insert_into(outbox::table)
            .values(&row)
            .on_conflict(outbox::dedupe_key)
            .do_nothing()
            .execute(conn)?,
        Conn::Sqlite(conn) => diesel::insert_into(outbox::table)
            .values(&row)
            .on_conflict(outbox::dedupe_key)
            .do_nothing()
            .execute(conn)?,
    };
    Ok(if rows == 0 { Inserted::AlreadyThere } else { Inserted::New })
}

/// A message that a worker has taken, with the number of the attempt that it is to make.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leased {
    /// The message.
    pub message: Message,
    /// The attempt.
    pub attempt: u32,
    /// Which try it is since a person last had it sent again: attempts that a server put off, and this one.
    /// One that we held back ourselves is none.
    pub tries: u32,
}

/// Takes up to `most` messages that are due, for `owner` and until `until`. The attempt is on record
/// before anything is said to a mail server. No other worker takes them in the meantime.
pub fn lease(
    tx: &mut Tx,
    owner: &str,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
    most: u32,
) -> Result<Vec<Leased>, DbError> {
    let due = outbox::table
        .filter(outbox::state.eq(MessageState::Waiting))
        .filter(outbox::next_attempt_at.le(At::from(now)))
        .order((outbox::next_attempt_at, outbox::id))
        .limit(i64::from(most));
    let rows: Vec<OutboxRow> = match &mut tx.conn {
        Conn::Pg(conn) => due.for_update().skip_locked().load(conn)?,
        Conn::Sqlite(conn) => due.load(conn)?,
    };
    rows.into_iter().map(|row| take(tx, row, owner, now, until)).collect()
}

fn take(
    tx: &mut Tx,
    row: OutboxRow,
    owner: &str,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Leased, DbError> {
    let no = row.attempts.saturating_add(1);
    diesel::update(outbox::table.find(row.id))
        .set((
            outbox::state.eq(MessageState::Sending),
            outbox::attempts.eq(no),
            outbox::leased_until.eq(At::from(until)),
            outbox::lease_owner.eq(owner),
        ))
        .execute(&mut tx.conn)?;
    diesel::insert_into(outbox_attempts::table)
        .values((
            outbox_attempts::message_id.eq(row.id),
            outbox_attempts::no.eq(no),
            outbox_attempts::at.eq(At::from(now)),
        ))
        .execute(&mut tx.conn)?;
    let tries = put_off(tx, row.id)?.saturating_add(1);
    Ok(Leased { message: row.into_posted().message, attempt: count(no), tries })
}

/// How often a server put a message off since a person last had it sent again.
fn put_off(tx: &mut Tx, id: MessageId) -> Result<u32, DbError> {
    let again: Option<At> = outbox_acts::table
        .filter(outbox_acts::message_id.eq(id))
        .filter(outbox_acts::act.eq(ActKind::SentAgain))
        .order(outbox_acts::no.desc())
        .select(outbox_acts::at)
        .first(&mut tx.conn)
        .optional()?;
    let mut later = outbox_attempts::table
        .filter(outbox_attempts::message_id.eq(id))
        .filter(outbox_attempts::outcome.eq(Outcome::Later))
        .count()
        .into_boxed();
    if let Some(again) = again {
        later = later.filter(outbox_attempts::at.ge(again));
    }
    let put_off: i64 = later.get_result(&mut tx.conn)?;
    Ok(u32::try_from(put_off).unwrap_or(u32::MAX))
}

/// What a worker found out about a message that it had taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// What came of the attempt.
    pub outcome: Outcome,
    /// The server's code.
    pub code: Option<u16>,
    /// The server's words, without the recipient's address.
    pub words: Option<String>,
    /// What becomes of the message.
    pub then: Then,
}

/// What becomes of a message after an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    /// It has left.
    Sent,
    /// It is tried again at that moment.
    Again(DateTime<Utc>),
    /// It has failed for good.
    Failed,
    /// It is not sent any more.
    Stopped,
    /// A person looks.
    Flagged,
}

/// Records what came of an attempt. A worker that lost its lease changes nothing but its own attempt.
pub fn finish(
    tx: &mut Tx,
    owner: &str,
    leased: &Leased,
    now: DateTime<Utc>,
    report: &Report,
) -> Result<(), DbError> {
    let id = leased.message.id;
    diesel::update(outbox_attempts::table.find((id, signed(leased.attempt))))
        .set((
            outbox_attempts::outcome.eq(report.outcome),
            outbox_attempts::code.eq(report.code.map(i32::from)),
            outbox_attempts::words.eq(report.words.as_deref()),
        ))
        .execute(&mut tx.conn)?;
    let state = match report.then {
        Then::Sent => MessageState::Sent,
        Then::Again(_) => MessageState::Waiting,
        Then::Failed => MessageState::Failed,
        Then::Stopped => MessageState::Stopped,
        Then::Flagged => MessageState::Flagged,
    };
    let own = || {
        outbox::table
            .find(id)
            .filter(outbox::state.eq(MessageState::Sending))
            .filter(outbox::lease_owner.eq(owner))
            .filter(outbox::attempts.eq(signed(leased.attempt)))
    };
    if let Then::Again(next) = report.then {
        diesel::update(own()).set(outbox::next_attempt_at.eq(At::from(next))).execute(&mut tx.conn)?;
    }
    diesel::update(own())
        .set((
            outbox::state.eq(state),
            outbox::leased_until.eq(None::<At>),
            outbox::lease_owner.eq(None::<String>),
            outbox::sent_at.eq((state == MessageState::Sent).then(|| At::from(now))),
        ))
        .execute(&mut tx.conn)?;
    Ok(())
}

/// Takes back what workers that ended in the middle had taken. A message that carries a right or a
/// deadline goes again under its old Message-ID; any other is flagged for a person. Answers with the
/// flagged ones.
pub fn recover(tx: &mut Tx, now: DateTime<Utc>) -> Result<Vec<MessageId>, DbError> {
    let lost: Vec<(MessageId, i32, Carries)> = outbox::table
        .filter(outbox::state.eq(MessageState::Sending))
        .filter(outbox::leased_until.le(At::from(now)))
        .select((outbox::id, outbox::attempts, outbox::carries))
        .load(&mut tx.conn)?;
    let mut flagged = Vec::new();
    for (id, attempt, carries) in lost {
        let state = match carries {
            Carries::Right | Carries::Deadline => MessageState::Waiting,
            Carries::Nothing => MessageState::Flagged,
        };
        // Its worker may have finished since we looked: then there is nothing to take back.
        let still_lost = outbox::table
            .find(id)
            .filter(outbox::state.eq(MessageState::Sending))
            .filter(outbox::attempts.eq(attempt));
        let taken_back = diesel::update(still_lost)
            .set((
                outbox::state.eq(state),
                outbox::next_attempt_at.eq(At::from(now)),
                outbox::leased_until.eq(None::<At>),
                outbox::lease_owner.eq(None::<String>),
            ))
            .execute(&mut tx.conn)?;
        if taken_back == 0 {
            continue;
        }
        diesel::update(outbox_attempts::table.find((id, attempt)))
            .set(outbox_attempts::outcome.eq(Outcome::Unknown))
            .execute(&mut tx.conn)?;
        if state == MessageState::Flagged {
            flagged.push(id);
        }
    }
    Ok(flagged)
}

/// How many messages wait to be sent, and when the first of them may leave.
pub fn queue(tx: &mut Tx) -> Result<(u64, Option<DateTime<Utc>>), DbError> {
    let waiting = || outbox::table.filter(outbox::state.eq(MessageState::Waiting));
    let count: i64 = waiting().count().get_result(&mut tx.conn)?;
    let first: Option<At> = waiting()
        .select(outbox::next_attempt_at)
        .order((outbox::next_attempt_at, outbox::id))
        .first(&mut tx.conn)
        .optional()?;
    Ok((u64::try_from(count).unwrap_or_default(), first.map(|at| at.0)))
}

/// Whether a message could still be called off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stopped {
    /// It was, and will not leave.
    InTime,
    /// It has left, is leaving, or its time to be called back is over.
    TooLate,
}

/// Calls off a message whose time to be called back is not over (S7).
pub fn stop(tx: &mut Tx, id: MessageId, now: DateTime<Utc>) -> Result<Stopped, DbError> {
    let waiting = outbox::table
        .find(id)
        .filter(outbox::state.eq(MessageState::Waiting))
        .filter(outbox::attempts.eq(0))
        .filter(outbox::not_before.gt(At::from(now)));
    let stopped =
        diesel::update(waiting).set(outbox::state.eq(MessageState::Stopped)).execute(&mut tx.conn)?;
    Ok(if stopped == 1 { Stopped::InTime } else { Stopped::TooLate })
}

/// Whether a message goes again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Requeued {
    /// It does.
    Again,
    /// It has left, waits already, or was dealt with otherwise.
    No,
}

/// Sends a failed, flagged or called back message again, as a person decided. A second time changes nothing.
pub fn send_again(tx: &mut Tx, id: MessageId, now: DateTime<Utc>) -> Result<Requeued, DbError> {
    let this = outbox::table.find(id).filter(outbox::settled_at.is_null()).filter(outbox::state.eq_any([
        MessageState::Failed,
        MessageState::Flagged,
        MessageState::Stopped,
    ]));
    let rows = diesel::update(this)
        .set((outbox::state.eq(MessageState::Waiting), outbox::next_attempt_at.eq(At::from(now))))
        .execute(&mut tx.conn)?;
    Ok(if rows == 1 { Requeued::Again } else { Requeued::No })
}

/// Whether a message that could not be sent is dealt with now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settled {
    /// It is, by this.
    Now,
    /// It was already, or there is nothing to deal with.
    No,
}

/// Notes that a person dealt with a message that could not be sent.
pub fn settle(tx: &mut Tx, id: MessageId, now: DateTime<Utc>) -> Result<Settled, DbError> {
    let this = outbox::table.find(id).filter(outbox::settled_at.is_null()).filter(outbox::state.eq_any([
        MessageState::Failed,
        MessageState::Flagged,
        MessageState::Stopped,
    ]));
    let rows = diesel::update(this).set(outbox::settled_at.eq(Some(At::from(now)))).execute(&mut tx.conn)?;
    Ok(if rows == 1 { Settled::Now } else { Settled::No })
}

/// Takes those letters on paper of these kinds out of the pile that nobody has posted yet: a later one to the same
/// party says what holds now. They stay on record.
pub fn overtake(tx: &mut Tx, later: &Message, kinds: &[&str]) -> Result<usize, DbError> {
    let (Some(case), Some(party)) = (later.case, later.to_party) else { return Ok(0) };
    let theirs = outbox::table
        .filter(outbox::case_id.eq(case))
        .filter(outbox::to_party_no.eq(party))
        .filter(outbox::to_address.eq(""))
        .filter(outbox::settled_at.is_null())
        .filter(outbox::state.eq_any([MessageState::Waiting, MessageState::Failed]))
        .filter(outbox::created_at.lt(At::from(later.created_at)))
        .filter(outbox::kind.eq_any(kinds.iter().map(|kind| (*kind).to_owned()).collect::<Vec<_>>()));
    Ok(diesel::update(theirs).set(outbox::state.eq(MessageState::Overtaken)).execute(&mut tx.conn)?)
}

/// Puts those letters of a kind back on the pile that a letter had overtaken which was called back before it left. What
/// another letter on paper, of one of the kinds `overtaking`, had made needless before stays where it is.
pub fn bring_back(tx: &mut Tx, stopped: &Message, kind: &str, overtaking: &[&str]) -> Result<usize, DbError> {
    let (Some(case), Some(party)) = (stopped.case, stopped.to_party) else { return Ok(0) };
    let other: Option<At> = outbox::table
        .filter(outbox::case_id.eq(case))
        .filter(outbox::to_party_no.eq(party))
        .filter(outbox::to_address.eq(""))
        .filter(outbox::id.ne(stopped.id))
        .filter(outbox::state.ne_all([MessageState::Stopped, MessageState::Overtaken]))
        .filter(outbox::created_at.lt(At::from(stopped.created_at)))
        .filter(outbox::kind.eq_any(overtaking.iter().map(|kind| (*kind).to_owned()).collect::<Vec<_>>()))
        .order(outbox::created_at.desc())
        .select(outbox::created_at)
        .first(&mut tx.conn)
        .optional()?;
    let since = other.unwrap_or(At::from(DateTime::UNIX_EPOCH));
    let theirs = outbox::table
        .filter(outbox::case_id.eq(case))
        .filter(outbox::to_party_no.eq(party))
        .filter(outbox::to_address.eq(""))
        .filter(outbox::state.eq(MessageState::Overtaken))
        .filter(outbox::created_at.ge(since))
        .filter(outbox::created_at.lt(At::from(stopped.created_at)))
        .filter(outbox::kind.eq(kind.to_owned()));
    Ok(diesel::update(theirs).set(outbox::state.eq(MessageState::Failed)).execute(&mut tx.conn)?)
}

/// A message with the party or the person that it is for.
pub type ToWhom = (MessageId, Option<PartyNo>, Option<PersonId>);

/// The messages of a case with their recipients, the newest first: what a next one follows (E8).
pub fn newest_first(tx: &mut Tx, case: CaseId) -> Result<Vec<ToWhom>, DbError> {
    Ok(outbox::table
        .filter(outbox::case_id.eq(case))
        .order((outbox::created_at.desc(), outbox::id.desc()))
        .select((outbox::id, outbox::to_party_no, outbox::to_person_id))
        .load(&mut tx.conn)?)
}

/// The messages of a case before that one to the same recipient, the oldest first (E8).
pub fn thread_before(tx: &mut Tx, message: &Message) -> Result<Vec<MessageId>, DbError> {
    let rows: Vec<ToWhom> = outbox::table
        .filter(outbox::case_id.eq(message.case))
        .filter(outbox::created_at.le(At::from(message.created_at)))
        .order((outbox::created_at, outbox::id))
        .select((outbox::id, outbox::to_party_no, outbox::to_person_id))
        .load(&mut tx.conn)?;
    Ok(rows
        .into_iter()
        .filter(|(id, party, person)| {
            *id != message.id && *party == message.to_party && *person == message.to_person
        })
        .map(|(id, _, _)| id)
        .collect())
}

/// The addresses that people put in place of wrong ones, by the party of the case whose they are, with when they did.
pub fn corrected_addresses(
    tx: &mut Tx,
    case: CaseId,
) -> Result<BTreeMap<PartyNo, (String, DateTime<Utc>)>, DbError> {
    let rows: Vec<(Option<PartyNo>, String, At)> = outbox::table
        .filter(outbox::case_id.eq(case))
        .filter(outbox::instead_of.is_not_null())
        .filter(outbox::kind.ne_all(BOUND_TO_THEIR_ADDRESS))
        .order((outbox::created_at, outbox::id))
        .select((outbox::to_party_no, outbox::to_address, outbox::created_at))
        .load(&mut tx.conn)?;
    // The last one stays.
    Ok(rows.into_iter().filter_map(|(party, address, at)| Some((party?, (address, at.0)))).collect())
}

/// The cases of a school in whose letters somebody put that address in place of a wrong one, with the party whose
/// it is. `email` is compared in lower case.
pub fn corrected_to(tx: &mut Tx, school: SchoolId, email: &str) -> Result<Vec<(CaseId, PartyNo)>, DbError> {
    let rows: Vec<(Option<CaseId>, Option<PartyNo>)> = outbox::table
        .filter(outbox::instead_of.is_not_null())
        .filter(outbox::kind.ne_all(BOUND_TO_THEIR_ADDRESS))
        .filter(lower(outbox::to_address).eq(email.to_lowercase()))
        .filter(outbox::school_id.eq(school))
        .order((outbox::created_at.desc(), outbox::id.desc()))
        .select((outbox::case_id, outbox::to_party_no))
        .load(&mut tx.conn)?;
    Ok(rows.into_iter().filter_map(|(case, party)| Some((case?, party?))).collect())
}

/// What left by itself since that moment, at most so many: the case and the address of each (E22).
pub fn automatic_since(
    tx: &mut Tx,
    since: DateTime<Utc>,
    most: u32,
) -> Result<Vec<(Option<CaseId>, String)>, DbError> {
    Ok(outbox::table
        .filter(outbox::sent_at.gt(At::from(since)))
        .filter(outbox::origin.eq(Origin::Automatic))
        .limit(i64::from(most))
        .select((outbox::case_id, outbox::to_address))
        .load(&mut tx.conn)?)
}

/// Counts every message that waits since before that moment as sent when it could have left, and as posted
/// where there is no address: the made-up past of a demo, in which no worker ran.
pub fn count_as_sent(tx: &mut Tx, before: DateTime<Utc>) -> Result<usize, DbError> {
    let waiting = || {
        outbox::table
            .filter(outbox::state.eq(MessageState::Waiting))
            .filter(outbox::not_before.lt(At::from(before)))
    };
    let posted = diesel::update(waiting().filter(outbox::to_address.eq("")))
        .set((outbox::state.eq(MessageState::Failed), outbox::settled_at.eq(outbox::not_before.nullable())))
        .execute(&mut tx.conn)?;
    let sent = diesel::update(waiting())
        .set((outbox::state.eq(MessageState::Sent), outbox::sent_at.eq(outbox::not_before.nullable())))
        .execute(&mut tx.conn)?;
    Ok(posted + sent)
}

/// When the next waiting message is due, so that the worker knows how long to sleep.
pub fn next_due(tx: &mut Tx) -> Result<Option<DateTime<Utc>>, DbError> {
    let first: Option<At> = outbox::table
        .filter(outbox::state.eq(MessageState::Waiting))
        .order((outbox::next_attempt_at, outbox::id))
        .select(outbox::next_attempt_at)
        .first(&mut tx.conn)
        .optional()?;
    Ok(first.map(|at| at.0))
}

/// To whom a message of these kinds, written at that moment or later, did not get: called back or not deliverable, and
/// dealt with by nobody. The person with a post, or none for a complainant.
pub fn undelivered(
    tx: &mut Tx,
    case: CaseId,
    kinds: &[&str],
    since: DateTime<Utc>,
) -> Result<Vec<Option<PersonId>>, DbError> {
    let lost = [MessageState::Failed, MessageState::Stopped, MessageState::Flagged];
    Ok(outbox::table
        .filter(outbox::case_id.eq(case))
        .filter(outbox::kind.eq_any(kinds.iter().map(|kind| (*kind).to_owned()).collect::<Vec<_>>()))
        .filter(outbox::state.eq_any(lost))
        .filter(outbox::settled_at.is_null())
        .filter(outbox::created_at.ge(At(since)))
        .order(outbox::id)
        .select(outbox::to_person_id)
        .load(&mut tx.conn)?)
}

/// The complainants who did not get a message of these kinds, written at that moment or later.
pub fn parties_without(
    tx: &mut Tx,
    case: CaseId,
    kinds: &[&str],
    since: DateTime<Utc>,
) -> Result<Vec<PartyNo>, DbError> {
    let lost = [MessageState::Failed, MessageState::Stopped, MessageState::Flagged];
    let parties: Vec<Option<PartyNo>> = outbox::table
        .filter(outbox::case_id.eq(case))
        .filter(outbox::kind.eq_any(kinds.iter().map(|kind| (*kind).to_owned()).collect::<Vec<_>>()))
        .filter(outbox::state.eq_any(lost))
        .filter(outbox::settled_at.is_null())
        .filter(outbox::created_at.ge(At(since)))
        .order(outbox::id)
        .select(outbox::to_party_no)
        .load(&mut tx.conn)?;
    Ok(parties.into_iter().flatten().collect())
}

/// Sends what still waits for a party to the address that they have now; with an empty one it waits for a person.
pub fn readdress_waiting(tx: &mut Tx, case: CaseId, party: PartyNo, address: &str) -> Result<usize, DbError> {
    let theirs = outbox::table
        .filter(outbox::case_id.eq(case))
        .filter(outbox::to_party_no.eq(party))
        .filter(outbox::state.eq(MessageState::Waiting))
        .filter(outbox::kind.ne_all(BOUND_TO_THEIR_ADDRESS));
    Ok(diesel::update(theirs).set(outbox::to_address.eq(address)).execute(&mut tx.conn)?)
}

/// What was written about a case goes with it to another school: the page of messages asks school by school.
pub fn move_to_school(tx: &mut Tx, case: CaseId, school: SchoolId) -> Result<usize, DbError> {
    let its = outbox::table.filter(outbox::case_id.eq(case));
    Ok(diesel::update(its).set(outbox::school_id.eq(school)).execute(&mut tx.conn)?)
}

/// Gives a message that waits another body.
pub fn reword(tx: &mut Tx, id: MessageId, text: &str, html: Option<&str>) -> Result<(), DbError> {
    let this = outbox::table.find(id).filter(outbox::state.eq(MessageState::Waiting));
    diesel::update(this)
        .set((outbox::body_text.eq(text), outbox::body_html.eq(html)))
        .execute(&mut tx.conn)?;
    Ok(())
}

/// The messages of a case, the oldest first.
pub fn of_case(tx: &mut Tx, seen: Seen) -> Result<Vec<Posted>, DbError> {
    let rows: Vec<OutboxRow> = outbox::table
        .filter(outbox::case_id.eq(seen.case()))
        .order((outbox::created_at, outbox::id))
        .load(&mut tx.conn)?;
    Ok(rows.into_iter().map(OutboxRow::into_posted).collect())
}

/// The attempts to send a message, in order.
pub fn attempts(tx: &mut Tx, id: MessageId) -> Result<Vec<Attempt>, DbError> {
    Ok(attempts_of(tx, &[id])?.remove(&id).unwrap_or_default())
}

/// The attempts to send each of these messages, in order.
pub fn attempts_of(tx: &mut Tx, ids: &[MessageId]) -> Result<BTreeMap<MessageId, Vec<Attempt>>, DbError> {
    type Row = (MessageId, i32, At, Option<Outcome>, Option<i32>, Option<String>);
    let rows: Vec<Row> = outbox_attempts::table
        .filter(outbox_attempts::message_id.eq_any(ids.to_vec()))
        .order((outbox_attempts::message_id, outbox_attempts::no))
        .select((
            outbox_attempts::message_id,
            outbox_attempts::no,
            outbox_attempts::at,
            outbox_attempts::outcome,
            outbox_attempts::code,
            outbox_attempts::words,
        ))
        .load(&mut tx.conn)?;
    let mut all: BTreeMap<MessageId, Vec<Attempt>> = BTreeMap::new();
    for (id, no, at, outcome, code, words) in rows {
        let code = code.and_then(|code| u16::try_from(code).ok());
        all.entry(id).or_default().push(Attempt { no: count(no), at: at.0, outcome, code, words });
    }
    Ok(all)
}

pub(super) fn count(no: i32) -> u32 {
    u32::try_from(no).unwrap_or_default()
}

pub(super) fn signed(no: u32) -> i32 {
    i32::try_from(no).unwrap_or(i32::MAX)
}

impl OutboxRow {
    fn of(message: &Message) -> Self {
        Self {
            id: message.id,
            case_id: message.case,
            event_seq: message.event.map(signed),
            school_id: message.school,
            kind: message.kind.clone(),
            carries: message.carries,
            audience: message.audience.clone(),
            to_name: message.to_name.clone(),
            to_address: message.to_address.clone(),
            to_person_id: message.to_person,
            to_party_no: message.to_party,
            reply_to: message.reply_to.clone(),
            in_reply_to: message.in_reply_to,
            language: message.language.clone(),
            subject: message.subject.clone(),
            body_text: message.body_text.clone(),
            body_html: message.body_html.clone(),
            invitation: message.invitation.clone(),
            dedupe_key: message.dedupe_key.clone(),
            created_at: message.created_at.into(),
            not_before: message.not_before.into(),
            state: MessageState::Waiting,
            attempts: 0,
            next_attempt_at: message.not_before.into(),
            leased_until: None,
            lease_owner: None,
            sent_at: None,
            origin: message.origin,
            instead_of: message.instead_of,
            settled_at: None,
        }
    }

    pub(super) fn into_posted(self) -> Posted {
        let message = Message {
            id: self.id,
            case: self.case_id,
            event: self.event_seq.map(count),
            school: self.school_id,
            kind: self.kind,
            carries: self.carries,
            audience: self.audience,
            to_name: self.to_name,
            to_address: self.to_address,
            to_person: self.to_person_id,
            to_party: self.to_party_no,
            reply_to: self.reply_to,
            in_reply_to: self.in_reply_to,
            language: self.language,
            subject: self.subject,
            body_text: self.body_text,
            body_html: self.body_html,
            invitation: self.invitation,
            dedupe_key: self.dedupe_key,
            created_at: self.created_at.0,
            not_before: self.not_before.0,
            origin: self.origin,
            instead_of: self.instead_of,
        };
        Posted {
            message,
            state: self.state,
            attempts: count(self.attempts),
            next_attempt_at: self.next_attempt_at.0,
            sent_at: self.sent_at.map(|at| at.0),
            settled_at: self.settled_at.map(|at| at.0),
        }
    }
}

/// Where a message to that person is, if it is to them and about no case.
pub fn state_of_own(tx: &mut Tx, id: MessageId, to: PersonId) -> Result<Option<MessageState>, DbError> {
    Ok(outbox::table
        .find(id)
        .filter(outbox::to_person_id.eq(to))
        .filter(outbox::case_id.is_null())
        .select(outbox::state)
        .first(&mut tx.conn)
        .optional()?)
}
