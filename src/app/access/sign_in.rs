//! Signing in with an email address and a password.

use crate::app::App;
use crate::app::error::Error;
use crate::db;
use crate::secret::Secret;

use super::Token;
use super::entry::{Entered, First, Visitor, admit, no_match};
use super::limit::Doors;
use super::password::{self, Verdict};
use super::session::{Computer, Way};

/// What somebody signs in with.
#[derive(Debug)]
pub struct Credentials {
    /// The address as it was typed.
    pub email: Secret,
    /// The password as it was typed.
    pub password: Secret,
    /// On what kind of computer.
    pub computer: Computer,
    /// The session that the browser had until now; it ends.
    pub previous: Option<Token>,
}

/// Takes an address and a password. Whoever signed in with the same browser before is counted apart from everybody
/// else, so that nobody who guesses at an account locks its owner out.
///
/// # Errors
/// `TooMany` when that account was tried too often from that network or that browser; `Invalid` with the same words for
/// an unknown address and a wrong password; `Busy` when too many sign in at once.
pub fn sign_in(app: &App, doors: &Doors, visitor: &Visitor, with: Credentials) -> Result<Entered, Error> {
    let email = with.email.expose();
    let stored = app.db().read(|tx| db::people::sign_in(tx, email))?;
    let known = visitor.known.as_ref().filter(|known| stored.as_ref().is_some_and(|own| known.is_of(own.id)));
    match known {
        Some(known) => doors.password_of_known(email, known.key())?,
        None => doors.password(email, visitor.network)?,
    }
    let hash = stored.as_ref().and_then(|stored| stored.password_hash.as_deref());
    let verdict = password::check(&with.password, hash)?;
    let (Some(stored), Verdict::Right) = (&stored, verdict) else {
        let person = stored.map(|stored| stored.id.to_string());
        tracing::warn!(target: "security", event = "password_refused", person);
        return Err(no_match());
    };
    let renewed = hash.map(|old| password::renewed(&with.password, old, app.ids())).transpose()?.flatten();
    let first =
        First { person: stored.id, way: Way::Password, computer: with.computer, previous: with.previous };
    let (inside, visitor) = (app.clone(), visitor.clone());
    let entered = app.db().write(move |tx| {
        if let Some(renewed) = renewed {
            db::people::set_password(tx, first.person, renewed.as_str())?;
        }
        admit(tx, &inside, &first, &visitor)
    })?;
    app.nudge();
    Ok(entered)
}
