//! A mailbox in memory, for tests: a fake with behaviour.

use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};

use super::{Delivered, OutgoingMail, SendFailure, to_message};
use crate::domain::text::EmailAddress;

/// Keeps what it is given. Clones share one mailbox.
#[derive(Clone, Debug, Default)]
pub struct MemoryMailer {
    inside: Arc<Mutex<Inside>>,
}

#[derive(Debug, Default)]
struct Inside {
    taken: Vec<OutgoingMail>,
    refusals: Vec<Refusal>,
}

/// A mail to be refused: the next one, or the next one to that address.
#[derive(Debug)]
struct Refusal {
    to: Option<EmailAddress>,
    failure: SendFailure,
}

impl MemoryMailer {
    /// An empty mailbox.
    pub fn new() -> Self {
        Self::default()
    }

    /// The next mail is refused in this way. Calls add up: one refusal a mail, in this order.
    pub fn refuse_next(&self, failure: SendFailure) {
        self.with(|inside| inside.refusals.push(Refusal { to: None, failure }));
    }

    /// The next mail to that address is refused in this way.
    pub fn refuse_next_to(&self, address: &EmailAddress, failure: SendFailure) {
        self.with(|inside| inside.refusals.push(Refusal { to: Some(address.clone()), failure }));
    }

    /// Every mail taken so far, oldest first.
    pub fn taken(&self) -> Vec<OutgoingMail> {
        self.with(|inside| inside.taken.clone())
    }

    /// Every mail taken so far, oldest first, and empties the mailbox.
    pub fn take_out(&self) -> Vec<OutgoingMail> {
        self.with(|inside| std::mem::take(&mut inside.taken))
    }

    /// Takes the mail, or refuses it as it was told to. What could not be sent by SMTP is refused here too.
    pub(super) fn send(&self, mail: &OutgoingMail, at: DateTime<Utc>) -> Result<Delivered, SendFailure> {
        to_message(mail, at)?;
        self.with(|inside| {
            let fits =
                |refusal: &Refusal| refusal.to.as_ref().is_none_or(|address| *address == mail.to_address);
            if let Some(place) = inside.refusals.iter().position(fits) {
                return Err(inside.refusals.remove(place).failure);
            }
            inside.taken.push(mail.clone());
            Ok(Delivered { answer: "kept in memory".to_owned() })
        })
    }

    fn with<T>(&self, act: impl FnOnce(&mut Inside) -> T) -> T {
        act(&mut self.inside.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::envelope::tests::{at, receipt};
    use crate::mail::{FailureKind, Step};

    #[test]
    fn it_refuses_as_told_and_then_keeps_what_it_is_given() {
        let mailer = MemoryMailer::new();
        let failure = SendFailure {
            kind: FailureKind::Temporary,
            step: Step::Addressing,
            code: Some("451".to_owned()),
            words: "Try later".to_owned(),
        };
        mailer.refuse_next(failure.clone());
        assert_eq!(mailer.send(&receipt(), at()), Err(failure));
        assert!(mailer.send(&receipt(), at()).is_ok());
        assert_eq!(mailer.take_out(), vec![receipt()]);
        assert_eq!(mailer.taken(), vec![]);
    }
}
