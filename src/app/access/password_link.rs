//! The mailed link behind which somebody with a post chooses a password: when they are new, and when they have
//! forgotten theirs.
//!
//! As with a family's link, the stored message holds a mark where the link will be. The link is made when the
//! mail leaves, so that nobody who may read the message can come in with it.

use chrono::{DateTime, TimeDelta, Utc};

use crate::app::App;
use crate::app::drafts::elsewhere;
use crate::app::error::{Error, FieldCode};
use crate::app::notify::OWN_LINK;
use crate::app::outbox::digest;
use crate::app::writing::To;
use crate::db::outbox::Message;
use crate::db::{self, Tx};
use crate::domain::calendar::local_date;
use crate::domain::ids::PersonId;
use crate::domain::person::Post;
use crate::domain::text::EmailAddress;
use crate::mail::letters::{PasswordLink, SecurityNews, forgotten_password, welcome};
use crate::secret::Secret;
use crate::urls;

use super::limit::{Doors, Network};
use super::news::{self, Workplace};
use super::password::{self, Known, NewPassword, Verdict};
use super::session::{self, Computer};
use super::users::{self, ChangedBy, log, problem};
use super::{Token, mailed};

/// How long a link works: somebody who comes in once a week finds it alive.
pub const LIVES: TimeDelta = TimeDelta::days(7);

/// Why a link is mailed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Occasion {
    /// They are new here.
    Welcome,
    /// They have forgotten their password, or an administrator thinks so.
    Forgotten,
}

impl Occasion {
    fn key(self) -> &'static str {
        match self {
            Self::Welcome => "welcome",
            Self::Forgotten => "forgotten_password",
        }
    }
}

/// Puts the mail with the link into the outbox.
pub(super) fn mail(tx: &mut Tx, app: &App, person: PersonId, occasion: Occasion) -> Result<(), Error> {
    let found = db::people::find(tx, person)?.ok_or(Error::NotFound)?;
    let today = local_date(app.now());
    let posts: Vec<&Post> =
        found.posts.iter().filter(|post| post.to_on.is_none_or(|last| today <= last)).collect();
    let workplace = Workplace::of(tx, &posts)?;
    let roles: Vec<&str> = posts.iter().map(|post| post.role.title()).collect();
    let facts = PasswordLink {
        place: &workplace.place,
        name: &found.name,
        roles: &roles,
        link: &app.base().link(&urls::choose_password(OWN_LINK)),
        again: &app.base().link(urls::FORGOTTEN_PASSWORD),
        days: LIVES.num_days(),
    };
    let letter = match occasion {
        Occasion::Welcome => welcome(&facts),
        Occasion::Forgotten => forgotten_password(&facts),
    }
    .render();
    let to = To::Staff { person, name: &found.name, address: &found.email };
    news::send(tx, app, to, workplace.school, occasion.key(), letter)
}

/// Whether a message brings somebody the link to choose their password.
fn is_a_password_link(message: &Message) -> bool {
    [Occasion::Welcome, Occasion::Forgotten].iter().any(|occasion| occasion.key() == message.kind)
}

/// Whether a message lets its owner in: it goes to their address alone.
pub(crate) fn lets_somebody_in(message: &Message) -> bool {
    is_a_password_link(message) || message.kind == mailed::KIND
}

/// The link of a mail that leaves now, where it has a mark for one.
pub(crate) fn made_for(
    tx: &mut Tx,
    app: &App,
    message: &Message,
    now: DateTime<Utc>,
) -> Result<Option<String>, Error> {
    if message.kind == mailed::KIND {
        return mailed::link_for(tx, app, message, now);
    }
    if message.kind == elsewhere::KIND {
        return elsewhere::link_for(tx, app, message);
    }
    let Some(person) = message.to_person else { return Ok(None) };
    if !is_a_password_link(message) {
        return Ok(None);
    }
    let token = Token::fresh(app);
    db::access::add_password_link(tx, token.digest(), person, now, now + LIVES)?;
    Ok(Some(token.as_str().to_owned()))
}

/// Whose password a link lets one choose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    /// Their name.
    pub name: String,
    /// The address with which they sign in.
    pub email: String,
}

/// Whose link that is, while it lives. Looking does not use it up (G27).
///
/// # Errors
/// When the database cannot be used.
pub fn look(app: &App, link: &str) -> Result<Option<Owner>, Error> {
    let (secret, now) = (digest(link), app.now());
    app.db().read(|tx| {
        let Some(person) = db::access::password_link(tx, secret, now)? else { return Ok(None) };
        let found = db::people::find(tx, person)?;
        Ok(found.map(|found| Owner { name: found.name, email: found.email }))
    })
}

/// Sets the password that was chosen behind a link. Every link and every session of the person is over then.
///
/// # Errors
/// `NotFound` for a link that is over, `Invalid` for a password that is not strong enough; the link then still
/// works.
pub fn choose(app: &App, link: &str, chosen: &Secret) -> Result<(), Error> {
    let owner = look(app, link)?.ok_or(Error::NotFound)?;
    let new = read(app, chosen, &owner)?;
    let hash = new.hash(app.ids())?;
    let (secret, now, inside) = (digest(link), app.now(), app.clone());
    app.db().write(move |tx| {
        let person = db::access::password_link(tx, secret, now)?.ok_or(Error::NotFound)?;
        set(tx, &inside, person, hash.as_str())
    })?;
    app.nudge();
    Ok(())
}

fn read(app: &App, chosen: &Secret, owner: &Owner) -> Result<NewPassword, Error> {
    let names = users::names_around(app, &owner.name)?;
    let known = Known { email: &owner.email, names: &names };
    NewPassword::parse_for(chosen.expose(), &known).map_err(|weak| Error::Invalid(vec![weak.at("password")]))
}

/// Sets a password. What was opened with the one before ends with it, and its owner is told of the change.
fn set(tx: &mut Tx, app: &App, person: PersonId, hash: &str) -> Result<(), Error> {
    let now = app.now();
    let found = db::people::find(tx, person)?.ok_or(Error::NotFound)?;
    let had = db::people::sign_in(tx, &found.email)?.and_then(|stored| stored.password_hash);
    db::people::set_password(tx, person, hash)?;
    db::access::use_password_links(tx, person, now)?;
    db::doors::use_sign_in_secrets(tx, person, now)?;
    db::access::end_sessions_of(tx, person)?;
    db::doors::end_half_sign_ins_of(tx, person)?;
    if had.is_some() {
        news::tell(tx, app, person, SecurityNews::PasswordChanged)?;
    }
    let words = format!("Person {person} chose a new password");
    log(tx, ChangedBy::Person(person), now, None, "password", &words)?;
    tracing::info!(target: "security", event = "password_changed", %person);
    Ok(())
}

/// Mails a link to whoever has that address and a post.
///
/// It says nothing about whether there is anybody. The page must not wait for it: what it takes to write a mail
/// would tell.
///
/// # Errors
/// Only when the database cannot be used. Too many requests are dropped without a word.
pub fn forgotten(app: &App, doors: &Doors, email: &str) -> Result<(), Error> {
    let Ok(email) = EmailAddress::parse(email) else { return Ok(()) };
    if doors.password_mail(&email.key()).is_err() {
        return Ok(());
    }
    let inside = app.clone();
    app.db().write(move |tx| {
        let today = local_date(inside.now());
        let Some(found) = db::people::sign_in(tx, &email.key())? else { return Ok(()) };
        let posts = db::people::find(tx, found.id)?.map(|person| person.posts).unwrap_or_default();
        if !posts.iter().any(|post| post.to_on.is_none_or(|last| today <= last)) {
            return Ok(());
        }
        let occasion = if found.password_hash.is_some() { Occasion::Forgotten } else { Occasion::Welcome };
        mail(tx, &inside, found.id, occasion)
    })?;
    app.nudge();
    Ok(())
}

/// A change of one's own password.
#[derive(Debug)]
pub struct OwnChange {
    /// The password that one has.
    pub current: Secret,
    /// The one that one wants.
    pub new: Secret,
}

/// Changes one's own password. Every session ends; the answer is the token of a new one for this browser.
///
/// # Errors
/// `Invalid` for a wrong or a weak password, `TooMany` when the wrong one was tried too often.
pub fn change_own(
    app: &App,
    doors: &Doors,
    from: Network,
    person: PersonId,
    change: &OwnChange,
) -> Result<Token, Error> {
    let owner = owner(app, person)?;
    prove(app, doors, from, person, &change.current)?;
    let hash = read(app, &change.new, &owner)?.hash(app.ids())?;
    let (token, now, inside) = (Token::fresh(app), app.now(), app.clone());
    let fresh = token.clone();
    app.db().write(move |tx| {
        set(tx, &inside, person, hash.as_str())?;
        session::begin(tx, &fresh, person, Computer::Own, now)
    })?;
    app.nudge();
    Ok(token)
}

/// Asks somebody who is signed in for their password once more.
///
/// # Errors
/// `Invalid` at the field `current` for a wrong one, `TooMany` when it was tried too often.
pub(super) fn prove(
    app: &App,
    doors: &Doors,
    from: Network,
    person: PersonId,
    current: &Secret,
) -> Result<(), Error> {
    let email = own_address(app, person)?;
    doors.password(&email, from)?;
    let stored = app.db().read(|tx| db::people::sign_in(tx, &email))?;
    let hash = stored.as_ref().and_then(|stored| stored.password_hash.as_deref());
    if password::check(current, hash)? == Verdict::Wrong {
        tracing::warn!(target: "security", event = "password_refused", %person);
        return Err(problem(
            "current",
            FieldCode::NoMatch,
            "This is not your password. Check it and try again",
        ));
    }
    Ok(())
}

/// The address of somebody who is signed in.
///
/// # Errors
/// `NotFound` for somebody who has left meanwhile.
pub fn own_address(app: &App, person: PersonId) -> Result<String, Error> {
    owner(app, person).map(|owner| owner.email)
}

fn owner(app: &App, person: PersonId) -> Result<Owner, Error> {
    let found = app.db().read(|tx| db::people::find(tx, person))?;
    found.map(|found| Owner { name: found.name, email: found.email }).ok_or(Error::NotFound)
}
