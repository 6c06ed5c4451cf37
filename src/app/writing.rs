//! Messages that follow no step of a case: news of an account, a code, a copy of the procedure. Heard writes them by
//! itself and they may leave at once. Letters about a step are written in `notify`.

use crate::app::App;
use crate::db::outbox::{Carries, Message, Origin};
use crate::domain::ids::{MessageId, PersonId};
use crate::mail::RenderedLetter;

/// Whom such a message is for.
#[derive(Clone, Copy, Debug)]
pub(super) enum To<'a> {
    /// Somebody with an account.
    Staff {
        /// Who.
        person: PersonId,
        /// Their name.
        name: &'a str,
        /// Their address.
        address: &'a str,
    },
    /// A family, or somebody who asked for something without an account.
    Family {
        /// Their name.
        name: &'a str,
        /// Their address; empty where there is none, so that a person sees to it.
        address: &'a str,
    },
}

/// A message about no case and from no school, on which nothing hangs, with a new id and the present instant. Callers
/// add what theirs has besides.
pub(super) fn message(app: &App, kind: &str, to: To<'_>, letter: RenderedLetter) -> Message {
    let now = app.now();
    let (audience, to_name, to_address, to_person) = match to {
        To::Staff { person, name, address } => ("staff", name, address, Some(person)),
        To::Family { name, address } => ("family", name, address, None),
    };
    Message {
        id: MessageId(app.ids().uuid(now)),
        case: None,
        event: None,
        school: None,
        kind: kind.to_owned(),
        carries: Carries::Nothing,
        audience: audience.to_owned(),
        to_name: to_name.to_owned(),
        to_address: to_address.to_owned(),
        to_person,
        to_party: None,
        reply_to: None,
        in_reply_to: None,
        language: None,
        subject: letter.subject,
        body_text: letter.text,
        body_html: Some(letter.html),
        invitation: None,
        dedupe_key: None,
        created_at: now,
        not_before: now,
        origin: Origin::Automatic,
        instead_of: None,
    }
}
