//! A message to oneself: it takes the way of every other, so that what it shows is true of them.

use crate::db;
use crate::db::outbox::{Carries, Message, MessageState, Origin};
use crate::domain::ids::MessageId;
use crate::mail::letters::test_message;

use super::App;
use super::access::administrator::Administrator;
use super::access::limit::Doors;
use super::error::Error;

/// Puts a test message to the administrator into the outbox.
///
/// # Errors
/// `TooMany` when one was just sent.
pub fn send(app: &App, doors: &Doors, by: &Administrator) -> Result<MessageId, Error> {
    doors.test_message(by.person())?;
    let (inside, person, now) = (app.clone(), by.person(), app.now());
    let id = MessageId(app.ids().uuid(now));
    app.db().write(move |tx| {
        let found = db::people::find(tx, person)?.ok_or(Error::NotFound)?;
        let letter = test_message(&found.name, &inside.base().link("/")).render();
        let message = Message {
            id,
            case: None,
            event: None,
            school: None,
            kind: "test_message".to_owned(),
            carries: Carries::Nothing,
            audience: "staff".to_owned(),
            to_name: found.name,
            to_address: found.email,
            to_person: Some(person),
            to_party: None,
            reply_to: None,
            in_reply_to: None,
            language: None,
            subject: letter.subject,
            body_text: letter.text,
            body_html: Some(letter.html),
            invitation: None,
            dedupe_key: None,
            origin: Origin::Automatic,
            instead_of: None,
            created_at: now,
            not_before: now,
        };
        db::outbox::insert(tx, &message)?;
        Ok::<_, Error>(())
    })?;
    app.nudge();
    Ok(id)
}

/// What became of a test message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Became {
    /// Nobody has tried it yet, or somebody is trying it now.
    OnItsWay,
    /// The mail server took it.
    Sent,
    /// It did not leave yet, and the server's words; it is tried again.
    Later(String),
    /// It will not leave, and the server's words.
    Failed(String),
}

/// What became of the administrator's own test message.
///
/// # Errors
/// `NotFound` for any other message.
pub fn look(app: &App, by: &Administrator, id: MessageId) -> Result<Became, Error> {
    app.db().read(|tx| {
        let state = db::outbox::state_of_own(tx, id, by.person())?.ok_or(Error::NotFound)?;
        let last = db::outbox::attempts(tx, id)?.pop();
        let words = last.and_then(|attempt| attempt.words);
        Ok(match (state, words) {
            (MessageState::Sent, _) => Became::Sent,
            (MessageState::Waiting, Some(words)) => Became::Later(words),
            (MessageState::Waiting | MessageState::Sending, _) => Became::OnItsWay,
            (
                MessageState::Failed
                | MessageState::Stopped
                | MessageState::Flagged
                | MessageState::Overtaken,
                words,
            ) => Became::Failed(words.unwrap_or_else(|| "nothing".to_owned())),
        })
    })
}
