//! Signing in with an email address and a password.

use crate::app::App;
use crate::app::error::{Error, FieldCode, FieldProblem};
use crate::app::outbox::digest;
use crate::db;
use crate::domain::calendar::local_date;
use crate::secret::Secret;

use super::limit::{Doors, Network};
use super::password::{self, Verdict};
use super::session::{self, Computer};
use super::{Token, colleague};

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

/// One answer for an address that nobody has, a wrong password and a person who has left.
const NO_MATCH: &str = "The email address or the password does not match. Check both and try again";

/// Signs somebody in, and answers with the token of a new session.
///
/// # Errors
/// `TooMany` when that account was tried too often from that network; `Invalid` with the same words for an
/// unknown address and a wrong password; `Busy` when too many sign in at once.
pub fn sign_in(app: &App, doors: &Doors, from: Network, with: Credentials) -> Result<Token, Error> {
    doors.password(with.email.expose(), from)?;
    let stored = app.db().read(|tx| db::people::sign_in(tx, with.email.expose()))?;
    let hash = stored.as_ref().and_then(|stored| stored.password_hash.as_deref());
    let verdict = password::check(&with.password, hash)?;
    let (Some(stored), Verdict::Right) = (stored, verdict) else {
        return Err(refused(FieldCode::NoMatch, NO_MATCH));
    };
    let (now, token) = (app.now(), Token::fresh(app));
    let fresh = token.clone();
    app.db().write(move |tx| {
        let person = colleague(tx, stored.id, local_date(now))?
            .ok_or_else(|| refused(FieldCode::NoMatch, NO_MATCH))?;
        // Before anything is set up nobody has a post, and the first administrator still comes in.
        if person.posts.is_empty() && !db::schools::all_trusts(tx)?.is_empty() {
            return Err(refused(
                FieldCode::NoPost,
                "Your post here has ended, so there is nothing to show. If that is wrong, ask your \
                 school’s administrator",
            ));
        }
        if let Some(previous) = with.previous {
            db::access::end_session(tx, digest(previous.as_str()))?;
        }
        session::begin(tx, &fresh, stored.id, with.computer, now)
    })?;
    Ok(token)
}

fn refused(code: FieldCode, words: &str) -> Error {
    Error::Invalid(vec![FieldProblem::new("email", code, words)])
}
