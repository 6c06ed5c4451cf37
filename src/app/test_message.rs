//! A message to oneself: it takes the way of every other, so that what it shows is true of them.

use crate::db;
use crate::db::outbox::MessageState;
use crate::domain::ids::MessageId;
use crate::mail::letters::test_message;

use super::App;
use super::access::administrator::Administrator;
use super::access::limit::Doors;
use super::error::Error;
use super::writing::{self, To};

/// Which message that is.
const KIND: &str = "test_message";

/// Puts a test message to the administrator into the outbox.
///
/// # Errors
/// `TooMany` when one was just sent.
pub fn send(app: &App, doors: &Doors, by: &Administrator) -> Result<MessageId, Error> {
    doors.test_message(by.person())?;
    let (inside, person) = (app.clone(), by.person());
    let id = app.db().write(move |tx| {
        let found = db::people::find(tx, person)?.ok_or(Error::NotFound)?;
        let letter = test_message(&found.name, &inside.base().link("/")).render();
        let to = To::Staff { person, name: &found.name, address: &found.email };
        let message = writing::message(&inside, KIND, to, letter);
        db::outbox::insert(tx, &message)?;
        Ok::<_, Error>(message.id)
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
