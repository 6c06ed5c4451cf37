//! What became of a message, in the same words on its case, in the list and on its own page (E15).

use chrono::{DateTime, Utc};

use crate::app::messages::{Act, Did, MessageState, Open, Posted};
use crate::domain::calendar::{local_time_words, long_date};
use crate::domain::ids::MessageId;
use crate::domain::text::capital;
use crate::urls;
use crate::web::parts::{Tag, Tone};

use super::recipient;

/// A message as it was written, with what became of it (E15, E18).
#[derive(Clone, Debug)]
pub struct MessageRow {
    /// To whom: name and address.
    pub to: String,
    /// Its subject.
    pub subject: String,
    /// Its text.
    pub text: String,
    /// When it was written: "4 June 2026 at 9:32am".
    pub written: String,
    /// What became of it.
    pub delivery: Delivery,
    /// More about that: when it was sent, or what to do.
    pub detail: Option<String>,
    /// Its page.
    pub href: String,
    /// How it can be called back, while it waits (S7).
    pub undo: Option<Undo>,
    /// Whether a person has to see to it (E17).
    pub to_do: ToDo,
    /// Where it is printed, while it is to be posted.
    pub print: Option<String>,
}

/// Whether a person has to see to a message (E17).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ToDo {
    /// Somebody has.
    Yes,
    /// Nobody has.
    No,
}

/// How a message can be called back.
#[derive(Clone, Debug)]
pub struct Undo {
    /// Where the form is sent.
    pub send_to: String,
    /// Until when.
    pub until: String,
    /// The token of the form.
    pub csrf: String,
}

/// What became of a message, in plain words (E15).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// It has not left.
    Waiting,
    /// It is leaving.
    Sending,
    /// The family's mail provider took it.
    Sent,
    /// It came back, and is tried again.
    TriedAgain,
    /// It cannot be delivered.
    Failed,
    /// There is no address: somebody posts it or tells them.
    ToBePosted,
    /// It was called back before it left.
    Stopped,
    /// Nobody can tell whether it left: a person looks.
    Unclear,
    /// It could not be sent, and a person told them in another way.
    ToldOtherwise,
    /// It was to be posted, and a later letter says what holds now.
    Overtaken,
}

impl Delivery {
    /// What became of that message.
    pub fn of(posted: &Posted) -> Self {
        let nowhere = posted.message.to_address.is_empty();
        match posted.state {
            MessageState::Waiting if nowhere => Self::ToBePosted,
            MessageState::Waiting if posted.attempts > 0 => Self::TriedAgain,
            MessageState::Waiting => Self::Waiting,
            MessageState::Sending => Self::Sending,
            MessageState::Sent => Self::Sent,
            MessageState::Failed | MessageState::Flagged if posted.settled_at.is_some() => {
                Self::ToldOtherwise
            }
            MessageState::Failed if nowhere => Self::ToBePosted,
            MessageState::Failed => Self::Failed,
            MessageState::Stopped => Self::Stopped,
            MessageState::Flagged => Self::Unclear,
            MessageState::Overtaken => Self::Overtaken,
        }
    }

    /// The tag.
    pub fn tag(self) -> Tag {
        let (text, tone) = match self {
            Self::Waiting => ("Waiting", Tone::Quiet),
            Self::Sending => ("Sending", Tone::Active),
            Self::Sent => ("Sent", Tone::Done),
            Self::TriedAgain => ("Not yet delivered", Tone::YourTurn),
            Self::Failed => ("Failed", Tone::Late),
            Self::ToBePosted => ("To be posted", Tone::YourTurn),
            Self::Stopped => ("Called back", Tone::Quiet),
            Self::Unclear => ("To be checked", Tone::YourTurn),
            Self::ToldOtherwise => ("Dealt with", Tone::Done),
            Self::Overtaken => ("Overtaken", Tone::Quiet),
        };
        Tag { text: text.into(), tone }
    }
}

impl MessageRow {
    /// A message of the outbox. `text` is as the reader may see it; `csrf` is for the form that calls it back.
    pub fn of(posted: &Posted, text: String, now: DateTime<Utc>, csrf: &str) -> Self {
        let message = &posted.message;
        // What goes by post does not leave by itself.
        let leaves = !message.to_address.is_empty();
        let undo = (leaves && can_be_called_back(posted, now)).then(|| Undo {
            send_to: urls::message_act(message.id, "call-back"),
            until: local_time_words(message.not_before),
            csrf: csrf.to_owned(),
        });
        Self {
            to: recipient(message),
            subject: message.subject.clone(),
            text,
            written: local_time_words(message.created_at),
            delivery: Delivery::of(posted),
            detail: detail(posted),
            href: urls::message(message.id),
            undo,
            to_do: if posted.is_for_a_person() { ToDo::Yes } else { ToDo::No },
            print: (Delivery::of(posted) == Delivery::ToBePosted)
                .then(|| urls::message_act(message.id, "letter")),
        }
    }
}

impl MessageRow {
    /// What it is about, without the school and the reference: on the page of its case both stand above.
    pub fn topic(&self) -> String {
        let about = self.subject.split_once(": ").map_or(self.subject.as_str(), |(_, about)| about);
        capital(about.rsplit_once(" (").map_or(about, |(about, _)| about))
    }
}

fn detail(posted: &Posted) -> Option<String> {
    match Delivery::of(posted) {
        Delivery::Sent => posted.sent_at.map(|at| format!("Sent {}", local_time_words(at))),
        Delivery::TriedAgain => Some(format!("Next try {}", local_time_words(posted.next_attempt_at))),
        Delivery::Failed => Some("Tell them by phone or post, or correct the address".to_owned()),
        Delivery::ToBePosted => Some("There is no email address: print it and post it".to_owned()),
        Delivery::Unclear => Some("Ask them whether it came before you send it again".to_owned()),
        Delivery::Stopped if posted.is_for_a_person() => {
            Some("It was never sent: send it, or tell them in another way".to_owned())
        }
        Delivery::Overtaken => Some("A later letter says what holds now: do not post this one".to_owned()),
        Delivery::Waiting | Delivery::Sending | Delivery::Stopped | Delivery::ToldOtherwise => None,
    }
}

/// What became of a message, in a sentence.
pub fn state_words(posted: &Posted, replaced_by: Option<MessageId>) -> String {
    let words = match Delivery::of(posted) {
        Delivery::Waiting => "It has not left yet.",
        Delivery::Sending => "It is leaving now.",
        Delivery::Sent => "The mail server took it. That does not say that it was read.",
        Delivery::TriedAgain => {
            return format!(
                "It could not be sent yet. Next try {}.",
                local_time_words(posted.next_attempt_at)
            );
        }
        Delivery::Failed => "It could not be sent. Nobody was told by it.",
        Delivery::ToBePosted => "There is no email address. Print it and post it, or tell them by telephone.",
        Delivery::Overtaken => {
            "Nobody posted it before a later letter was written, which says what holds now. It stays on record."
        }
        Delivery::Stopped if posted.settled_at.is_some() => "It was called back, and dealt with since.",
        Delivery::Stopped => "It was called back before it left. Nobody was told by it.",
        Delivery::Unclear => {
            "Nobody knows whether it left: Heard stopped in the middle, or this is a restored copy. Ask them whether it came before you send it again."
        }
        Delivery::ToldOtherwise if replaced_by.is_some() => {
            "It could not be sent. It was sent to another address instead."
        }
        Delivery::ToldOtherwise => "It could not be sent by email. They were told in another way.",
    };
    words.to_owned()
}

/// What somebody did about a message; completes their name.
pub fn act_words(act: &Act, content: Open) -> String {
    let on = act.on.map_or_else(String::new, |on| format!(", on {}", long_date(on)));
    let words = match act.kind {
        Did::CalledBack => "called it back".to_owned(),
        Did::SentAgain => "had it sent again".to_owned(),
        Did::AddressCorrected => match act.note.as_deref().filter(|_| content == Open::Open) {
            Some(address) => format!("sent it to {address} instead"),
            None => "sent it to another address instead".to_owned(),
        },
        Did::Posted => "posted it".to_owned(),
        Did::HandedOver => "handed it over".to_owned(),
        Did::TelephoneCall => "told them by telephone".to_owned(),
    };
    format!("{words}{on}")
}

/// Whether a message can still be called back (S7).
pub fn can_be_called_back(posted: &Posted, now: DateTime<Utc>) -> bool {
    posted.state == MessageState::Waiting && posted.attempts == 0 && posted.message.not_before > now
}

/// Whether a message did not leave, and will not by itself.
pub fn did_not_leave(posted: &Posted) -> bool {
    match posted.state {
        MessageState::Failed | MessageState::Flagged | MessageState::Stopped => true,
        MessageState::Waiting | MessageState::Sending | MessageState::Sent | MessageState::Overtaken => false,
    }
}

/// Whether a message has left.
pub fn has_left(posted: &Posted) -> bool {
    posted.state == MessageState::Sent
}
