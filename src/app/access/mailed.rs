//! Signing in by mail, for people who come once a term and remember no password: a link, and six digits beside it for
//! any other browser. Both live ten minutes and work once; a second step is asked for after them like after a password.
//!
//! As with every mail that lets somebody in, the stored message holds marks in the place of both, and the link is made
//! when the mail leaves.

use chrono::{DateTime, TimeDelta, Utc};

use crate::app::App;
use crate::app::error::{Error, FieldCode};
use crate::app::notify::{MailedCode, OWN_LINK};
use crate::app::outbox::digest;
use crate::app::writing::To;
use crate::db::doors::{SignInSecret, Used};
use crate::db::outbox::Message;
use crate::db::{self, Digest, Tx};
use crate::domain::calendar::local_date;
use crate::domain::ids::PersonId;
use crate::domain::person::Post;
use crate::domain::text::EmailAddress;
use crate::key::Purpose;
use crate::mail::letters::{SignInLetter, sign_in_link};
use crate::urls;

use super::Token;
use super::entry::{Entered, First, Visitor, admit};
use super::limit::Doors;
use super::news::{self, Workplace};
use super::rules::{Admission, rules_in};
use super::session::{Computer, Way};
use super::users::problem;

/// Link and code live so long.
pub const LIVES: TimeDelta = TimeDelta::minutes(10);
/// Which message that is.
pub(super) const KIND: &str = "sign_in_link";

/// Mails a link and a code to whoever has that address and a post whose holders may sign in by mail.
///
/// It says nothing about whether there is anybody. The page must not wait for it: what it takes to write a mail would
/// tell.
///
/// # Errors
/// Only when the database cannot be used. Too many requests are dropped without a word.
pub fn ask(app: &App, doors: &Doors, email: &str) -> Result<(), Error> {
    let Ok(email) = EmailAddress::parse(email) else { return Ok(()) };
    if doors.sign_in_mail(&email.key()).is_err() {
        return Ok(());
    }
    let inside = app.clone();
    app.db().write(move |tx| {
        let Some(found) = db::people::sign_in(tx, &email.key())? else { return Ok(()) };
        mail(tx, &inside, found.id)
    })?;
    app.nudge();
    Ok(())
}

fn mail(tx: &mut Tx, app: &App, person: PersonId) -> Result<(), Error> {
    let Some(found) = db::people::find(tx, person)? else { return Ok(()) };
    let (now, today) = (app.now(), local_date(app.now()));
    if rules_in(tx, app.mode())?.let_in_by_mail(&found.posts, today) == Admission::Refused {
        tracing::info!(target: "security", event = "sign_in_mail_refused", %person);
        return Ok(());
    }
    let code = MailedCode::fresh(app);
    let secret = code_digest(app, &found.email, code.digits());
    db::doors::add_sign_in_secret(tx, secret, SignInSecret::Code, person, now, now + LIVES)?;
    let posts: Vec<&Post> = found.posts.iter().filter(|post| post.is_held_on(today)).collect();
    let workplace = Workplace::of(tx, &posts)?;
    let letter = sign_in_link(&SignInLetter {
        place: &workplace.place,
        name: &found.name,
        link: &app.base().link(&urls::sign_in_link(OWN_LINK)),
        code: &code.marked(),
        code_page: &app.base().link(urls::SIGN_IN_CODE),
        minutes: LIVES.num_minutes(),
    })
    .render();
    let to = To::Staff { person, name: &found.name, address: &found.email };
    news::send(tx, app, to, workplace.school, KIND, letter)?;
    tracing::info!(target: "security", event = "sign_in_mailed", %person);
    Ok(())
}

/// A code has a million values, so it is never looked up alone: with it go the address, and a key that is not in the
/// database.
fn code_digest(app: &App, email: &str, code: &str) -> Digest {
    let key = hex::encode(app.key().derived(Purpose::StaffCodes));
    digest(&format!("{key}:{}:{code}", email.trim().to_lowercase()))
}

/// The link of a mail that leaves now.
pub(super) fn link_for(
    tx: &mut Tx,
    app: &App,
    message: &Message,
    now: DateTime<Utc>,
) -> Result<Option<String>, Error> {
    let Some(person) = message.to_person else { return Ok(None) };
    let token = Token::fresh(app);
    // Counted from when it was asked for, as the code beside it is.
    let until = message.created_at + LIVES;
    db::doors::add_sign_in_secret(tx, token.digest(), SignInSecret::Link, person, now, until)?;
    Ok(Some(token.as_str().to_owned()))
}

/// Whether a mailed link still lets somebody in. Looking does not use it up (G27).
///
/// # Errors
/// When the database cannot be used.
pub fn look(app: &App, link: &str) -> Result<Option<String>, Error> {
    let (secret, now) = (digest(link), app.now());
    app.db().read(|tx| {
        let Some(person) = db::doors::sign_in_secret(tx, secret, SignInSecret::Link, now)? else {
            return Ok(None);
        };
        Ok(db::people::find(tx, person)?.map(|found| found.name))
    })
}

/// On what somebody signs in by mail.
#[derive(Clone, Debug)]
pub struct Place {
    /// On what kind of computer.
    pub computer: Computer,
    /// The session that the browser had until now; it ends.
    pub previous: Option<Token>,
}

/// Signs somebody in who pressed the button behind a mailed link. It works once.
///
/// # Errors
/// `NotFound` for a link that is over; `Invalid` for somebody whose post has ended.
pub fn by_link(app: &App, visitor: &Visitor, link: &str, at: Place) -> Result<Entered, Error> {
    enter(app, visitor, digest(link), SignInSecret::Link, at)
}

/// Signs somebody in with the code of a mail, in any browser. It works once.
///
/// # Errors
/// `Invalid` for a wrong code, the same whether or not there is such a person, and `TooMany` after five tries.
pub fn by_code(
    app: &App,
    doors: &Doors,
    visitor: &Visitor,
    (email, code): (&str, &str),
    at: Place,
) -> Result<Entered, Error> {
    doors.sign_in_code(email)?;
    let code: String = code.chars().filter(|sign| !sign.is_whitespace() && *sign != '-').collect();
    enter(app, visitor, code_digest(app, email, &code), SignInSecret::Code, at).map_err(|error| match error {
        Error::NotFound => {
            tracing::warn!(target: "security", event = "sign_in_code_refused");
            problem(
                "code",
                FieldCode::CodeWrong,
                "The code and the email address do not belong together, or the code was used or is older than 10 \
                 minutes. Check both in the newest message, or ask for a new one",
            )
        }
        other => other,
    })
}

fn enter(
    app: &App,
    visitor: &Visitor,
    secret: Digest,
    kind: SignInSecret,
    at: Place,
) -> Result<Entered, Error> {
    let (inside, visitor, now) = (app.clone(), visitor.clone(), app.now());
    let entered = app.db().write(move |tx| {
        let person = db::doors::sign_in_secret(tx, secret, kind, now)?.ok_or(Error::NotFound)?;
        if db::doors::use_sign_in_secrets(tx, person, now)? == Used::Before {
            return Err(Error::NotFound);
        }
        let posts = db::people::find(tx, person)?.map(|found| found.posts).unwrap_or_default();
        // The rule may have changed, and the post ended, since the mail was asked for.
        if rules_in(tx, inside.mode())?.let_in_by_mail(&posts, local_date(now)) == Admission::Refused {
            return Err(Error::NotFound);
        }
        let first = First { person, way: Way::Mail, computer: at.computer, previous: at.previous };
        admit(tx, &inside, &first, &visitor)
    })?;
    app.nudge();
    Ok(entered)
}
