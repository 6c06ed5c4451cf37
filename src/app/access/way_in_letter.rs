//! Tells somebody that a way in of theirs was added or taken away.

use crate::app::App;
use crate::app::error::Error;
use crate::db::outbox::{Carries, Message, Origin};
use crate::db::{self, Tx};
use crate::domain::ids::{MessageId, PersonId};
use crate::domain::person::Place;
use crate::mail::letters::{WayIn, way_in};
use crate::urls;

/// What became of a way in.
#[derive(Clone, Copy, Debug)]
pub(super) enum Change<'a> {
    /// An account of a provider was connected.
    AccountConnected {
        /// The provider's name.
        provider: &'a str,
    },
    /// An account of a provider was disconnected.
    AccountDisconnected {
        /// The provider's name.
        provider: &'a str,
    },
    /// A passkey was added.
    PasskeyAdded {
        /// What its owner calls it.
        name: &'a str,
    },
    /// A passkey was removed.
    PasskeyRemoved {
        /// What its owner calls it.
        name: &'a str,
    },
}

impl Change<'_> {
    fn subject(self) -> String {
        match self {
            Self::AccountConnected { provider } => format!("you can sign in with {provider} now"),
            Self::AccountDisconnected { provider } => format!("you no longer sign in with {provider}"),
            Self::PasskeyAdded { .. } => "a passkey was added".to_owned(),
            Self::PasskeyRemoved { .. } => "a passkey was removed".to_owned(),
        }
    }

    fn what(self) -> String {
        match self {
            Self::AccountConnected { provider } => {
                format!(
                    "Your {provider} account was connected with Heard. Whoever is signed in to it can sign in as you."
                )
            }
            Self::AccountDisconnected { provider } => {
                format!("Your {provider} account was disconnected from Heard. It no longer lets anybody in.")
            }
            Self::PasskeyAdded { name } => {
                format!("A passkey was added to your account: “{name}”. Whoever has it can sign in as you.")
            }
            Self::PasskeyRemoved { name } => {
                format!("The passkey “{name}” was removed from your account. It no longer lets anybody in.")
            }
        }
    }
}

/// Puts the mail into the outbox.
pub(super) fn tell(tx: &mut Tx, app: &App, person: PersonId, change: &Change<'_>) -> Result<(), Error> {
    let found = db::people::find(tx, person)?.ok_or(Error::NotFound)?;
    let school = found.posts.iter().find_map(|post| match post.place {
        Place::School(school) => Some(school),
        Place::Trust => None,
    });
    let place = match school {
        Some(school) => db::schools::find(tx, school)?.map(|record| record.school.name),
        None => db::schools::all_trusts(tx)?.into_iter().next().map(|(_, name)| name),
    };
    let letter = way_in(&WayIn {
        place: place.as_deref().unwrap_or("Heard"),
        name: &found.name,
        what: &change.what(),
        subject: &change.subject(),
        account: &app.base().link(urls::WAYS_IN),
        again: &app.base().link(urls::FORGOTTEN_PASSWORD),
    })
    .render();
    let now = app.now();
    let message = Message {
        id: MessageId(app.ids().uuid(now)),
        case: None,
        event: None,
        school,
        kind: "way_in".to_owned(),
        carries: Carries::Nothing,
        audience: "staff".to_owned(),
        to_name: found.name.clone(),
        to_address: found.email.clone(),
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
        created_at: now,
        not_before: now,
        origin: Origin::Automatic,
        instead_of: None,
    };
    db::outbox::insert(tx, &message)?;
    Ok(())
}
