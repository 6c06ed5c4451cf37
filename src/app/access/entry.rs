//! Coming in, whatever somebody showed first: a password or a mailed link. Then the second step, where they have one;
//! then a session, or one that reaches nothing but the page on which a second step is set up.

use chrono::TimeDelta;

use crate::app::App;
use crate::app::Mode;
use crate::app::error::{Error, FieldCode, FieldProblem};
use crate::app::outbox::digest;
use crate::app::people::Colleague;
use crate::db::doors::{HalfSignIn, Used};
use crate::db::{self, Tx};
use crate::domain::calendar::local_date;
use crate::domain::device::Device;
use crate::domain::ids::PersonId;
use crate::mail::letters::SecurityNews;

use super::known::{self, KnownBrowser};
use super::limit::{Doors, Network};
use super::rules::{self, Duty};
use super::second_step::{self, Asked, Proof, Proved};
use super::session::{self, Beginning, Computer, Reach, Way};
use super::{Token, colleague, news};

/// The second step is waited for so long.
pub const HALF_LIVES: TimeDelta = TimeDelta::minutes(10);

/// From where and with what somebody comes.
#[derive(Clone, Debug)]
pub struct Visitor {
    /// From where.
    pub network: Network,
    /// On what.
    pub device: Device,
    /// The browser, where somebody signed in with it before.
    pub known: Option<KnownBrowser>,
}

/// What came of showing a password or a mailed link.
#[derive(Clone, Debug)]
pub enum Entered {
    /// They are in.
    In(Arrived),
    /// They have a second step. The token stands for the first one.
    SecondStepAsked(Token),
}

/// Somebody who is in.
#[derive(Clone, Debug)]
pub struct Arrived {
    /// The token of the session.
    pub token: Token,
    /// What the browser keeps, to be known next time; nothing on a computer that others use too (S44).
    pub known: Option<Token>,
    /// What is asked of them.
    pub duty: Duty,
}

/// The first proof, found to be right.
pub(super) struct First {
    /// Whose.
    pub person: PersonId,
    /// How.
    pub way: Way,
    /// On what kind of computer.
    pub computer: Computer,
    /// The session that the browser had until now; it ends.
    pub previous: Option<Token>,
}

/// Lets somebody go on who has shown the first proof.
pub(super) fn admit(tx: &mut Tx, app: &App, first: &First, visitor: &Visitor) -> Result<Entered, Error> {
    let me = present(tx, app, first.person)?;
    if is_whole(first.way) || second_step(tx, app, &me)? == Second::None {
        return arrive(tx, app, &me, first, visitor).map(Entered::In);
    }
    let (token, now) = (Token::fresh(app), app.now());
    let half =
        HalfSignIn { person: me.id, way: first.way, computer: first.computer, expires_at: now + HALF_LIVES };
    db::doors::add_half_sign_in(tx, token.digest(), half, now)?;
    Ok(Entered::SecondStepAsked(token))
}

/// Whether somebody who came in that way has shown both steps at once, so that no code is asked of them.
const fn is_whole(way: Way) -> bool {
    match way {
        Way::Passkey | Way::ProviderWithBoth => true,
        Way::Password
        | Way::PasswordAndApp
        | Way::PasswordAndRecovery
        | Way::Mail
        | Way::MailAndApp
        | Way::MailAndRecovery
        | Way::Provider
        | Way::ProviderAndApp
        | Way::ProviderAndRecovery
        | Way::Other => false,
    }
}

/// What somebody shows after a password, a mailed link or an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Second {
    /// Nothing.
    None,
    /// A code of their app, or a recovery code.
    Code,
    /// Their passkey: a post of theirs needs a second step, and they have no other.
    Passkey,
}

fn second_step(tx: &mut Tx, app: &App, me: &Colleague) -> Result<Second, Error> {
    if second_step::is_asked_of(tx, me.id)? == Asked::Yes {
        return Ok(Second::Code);
    }
    if db::passkeys::count(tx, me.id)? == 0 {
        return Ok(Second::None);
    }
    let rules = rules::rules_in(tx, app.mode())?;
    let needing = rules.needing(&me.posts, local_date(app.now()));
    Ok(needing.map_or(Second::None, |_| Second::Passkey))
}

/// Somebody who has a post, or is to set everything up.
fn present(tx: &mut Tx, app: &App, person: PersonId) -> Result<Colleague, Error> {
    let me = colleague(tx, person, local_date(app.now()))?.ok_or_else(no_match)?;
    // Before anything is set up nobody has a post, and the first administrator still comes in.
    if me.posts.is_empty() && !db::schools::all_trusts(tx)?.is_empty() {
        tracing::warn!(target: "security", event = "no_post", %person);
        return Err(refused(
            FieldCode::NoPost,
            "Your post here has ended, so there is nothing to show. If that is wrong, ask your school’s administrator",
        ));
    }
    Ok(me)
}

fn arrive(
    tx: &mut Tx,
    app: &App,
    me: &Colleague,
    first: &First,
    visitor: &Visitor,
) -> Result<Arrived, Error> {
    let (now, token) = (app.now(), Token::fresh(app));
    let duty = if is_whole(first.way) || second_step::holds_any(tx, me.id)? == Asked::Yes {
        Duty::None
    } else {
        rules::duty_at_sign_in(tx, app, me, local_date(now))?
    };
    let reach = match duty {
        Duty::None | Duty::By { .. } => Reach::Everything,
        Duty::Now { .. } => Reach::SecondStep,
    };
    if let Some(previous) = &first.previous {
        db::access::end_session(tx, previous.digest())?;
    }
    tell_of_a_new_browser(tx, app, me.id, visitor)?;
    let Visitor { device, .. } = visitor;
    let beginning =
        Beginning { person: me.id, computer: first.computer, way: first.way, device: *device, reach };
    session::begin_as(tx, &token, beginning, now)?;
    let known = match first.computer {
        Computer::Own => Some(known::cookie(app, me.id)?),
        Computer::Shared => None,
    };
    Ok(Arrived { token, known, duty })
}

/// Nobody is told of their first sign-in, nor in a demo, where everybody signs in as anybody.
fn tell_of_a_new_browser(tx: &mut Tx, app: &App, person: PersonId, visitor: &Visitor) -> Result<(), Error> {
    let known = visitor.known.as_ref().is_some_and(|known| known.is_of(person));
    let first = db::people::last_sign_in(tx, person)?.is_none();
    if known || first || app.mode() == Mode::Demo {
        return Ok(());
    }
    tracing::info!(target: "security", event = "new_browser", %person);
    news::tell(tx, app, person, SecurityNews::NewBrowser { device: &visitor.device.to_string() })
}

/// The second half of a sign-in.
#[derive(Clone, Debug)]
pub struct SecondHalf {
    /// What stands for the first half.
    pub half: Token,
    /// The second proof.
    pub proof: Proof,
    /// The session that the browser had until now; it ends.
    pub previous: Option<Token>,
}

/// For what a first half still waits.
///
/// # Errors
/// When the database cannot be used.
pub fn waits(app: &App, half: &str) -> Result<Waiting, Error> {
    let (half, now, inside) = (digest(half), app.now(), app.clone());
    app.db().read(|tx| {
        let Some(found) = db::doors::half_sign_in(tx, half, now)? else { return Ok(Waiting::Over) };
        let Some(me) = colleague(tx, found.person, local_date(now))? else { return Ok(Waiting::Over) };
        Ok(match second_step(tx, &inside, &me)? {
            Second::None | Second::Code => Waiting::ForACode,
            Second::Passkey => Waiting::ForAPasskey,
        })
    })
}

/// For what a first half of a sign-in waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waiting {
    /// For a code of an app, or a recovery code.
    ForACode,
    /// For a passkey, which is both halves at once.
    ForAPasskey,
    /// It is over, was completed, or never was.
    Over,
}

/// Takes the second half of a sign-in.
///
/// # Errors
/// `NotFound` when the first half is over; `Invalid` for a wrong code; `TooMany` after five of them in one sign-in, or
/// too many for one account.
pub fn finish(app: &App, doors: &Doors, visitor: &Visitor, with: SecondHalf) -> Result<Arrived, Error> {
    let (half, now) = (with.half.digest(), app.now());
    let found = app.db().read(|tx| db::doors::half_sign_in(tx, half, now))?.ok_or(Error::NotFound)?;
    doors.code(with.half.as_str())?;
    doors.second_step(found.person)?;
    let (inside, visitor) = (app.clone(), visitor.clone());
    let arrived = app.db().write(move |tx| {
        let me = present(tx, &inside, found.person)?;
        let proved = second_step::prove(tx, &inside, me.id, &with.proof)?;
        if db::doors::end_half_sign_in(tx, half)? == Used::Before {
            return Err(Error::NotFound);
        }
        let way = completed(found.way, proved);
        let first = First { person: me.id, way, computer: found.computer, previous: with.previous };
        arrive(tx, &inside, &me, &first, &visitor)
    });
    if let Err(Error::Invalid(_)) = &arrived {
        tracing::warn!(target: "security", event = "second_step_refused", person = %found.person);
    }
    app.nudge();
    arrived
}

fn completed(first: Way, proved: Proved) -> Way {
    let (by_app, by_code) = match first {
        Way::Mail | Way::MailAndApp | Way::MailAndRecovery => (Way::MailAndApp, Way::MailAndRecovery),
        Way::Provider | Way::ProviderAndApp | Way::ProviderAndRecovery | Way::ProviderWithBoth => {
            (Way::ProviderAndApp, Way::ProviderAndRecovery)
        }
        // A passkey is whole and waits for nothing.
        Way::Password | Way::PasswordAndApp | Way::PasswordAndRecovery | Way::Passkey | Way::Other => {
            (Way::PasswordAndApp, Way::PasswordAndRecovery)
        }
    };
    match proved {
        Proved::ByApp => by_app,
        Proved::ByRecoveryCode => by_code,
    }
}

/// One answer for an address that nobody has, a wrong password and a person who has left.
const NO_MATCH: &str = "The email address or the password does not match. Check both and try again";

pub(super) fn no_match() -> Error {
    refused(FieldCode::NoMatch, NO_MATCH)
}

fn refused(code: FieldCode, words: &str) -> Error {
    Error::Invalid(vec![FieldProblem::new("email", code, words)])
}
