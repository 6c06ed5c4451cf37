//! Tells somebody that a way in of theirs was added or taken away.

use super::news::{Workplace, send};
use crate::app::App;
use crate::app::error::Error;
use crate::app::writing::To;
use crate::db::{self, Tx};
use crate::domain::ids::PersonId;
use crate::domain::person::Post;
use crate::mail::letters::{WayIn, way_in};
use crate::urls;

/// Which message that is.
const KIND: &str = "way_in";

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
    let posts: Vec<&Post> = found.posts.iter().collect();
    let workplace = Workplace::of(tx, &posts)?;
    let letter = way_in(&WayIn {
        place: &workplace.place,
        name: &found.name,
        what: &change.what(),
        subject: &change.subject(),
        account: &app.base().link(urls::WAYS_IN),
        again: &app.base().link(urls::FORGOTTEN_PASSWORD),
    })
    .render();
    let to = To::Staff { person, name: &found.name, address: &found.email };
    send(tx, app, to, workplace.school, KIND, letter)
}
