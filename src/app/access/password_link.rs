//! The mailed link behind which somebody with a post chooses a password: when they are new, and when they have
//! forgotten theirs.
//!
//! As with a family's link, the stored message holds a mark where the link will be. The link is made when the
//! mail leaves, so that nobody who may read the message can come in with it.

use chrono::{DateTime, TimeDelta, Utc};

use crate::app::App;
use crate::app::error::{Error, FieldCode};
use crate::app::notify::OWN_LINK;
use crate::app::outbox::digest;
use crate::db::outbox::{Carries, Message, Origin};
use crate::db::{self, Tx};
use crate::domain::calendar::local_date;
use crate::domain::ids::{MessageId, PersonId};
use crate::domain::person::{Place, Post};
use crate::domain::text::EmailAddress;
use crate::mail::letters::{PasswordLink, forgotten_password, welcome};
use crate::secret::Secret;
use crate::urls;

use super::Token;
use super::limit::{Doors, Network};
use super::password::{self, NewPassword, Verdict};
use super::session::{self, Computer};
use super::users::{ChangedBy, log, problem};

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
    let school = posts.iter().find_map(|post| match post.place {
        Place::School(school) => Some(school),
        Place::Trust => None,
    });
    let place = match school {
        Some(school) => db::schools::find(tx, school)?.map(|record| record.school.name),
        None => db::schools::all_trusts(tx)?.into_iter().next().map(|(_, name)| name),
    };
    let roles: Vec<&str> = posts.iter().map(|post| post.role.title()).collect();
    let facts = PasswordLink {
        place: place.as_deref().unwrap_or("Heard"),
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
    let now = app.now();
    let message = Message {
        id: MessageId(app.ids().uuid(now)),
        case: None,
        event: None,
        school,
        kind: occasion.key().to_owned(),
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

/// Whether a message brings somebody the link to choose their password.
pub(crate) fn is_a_password_link(message: &Message) -> bool {
    [Occasion::Welcome, Occasion::Forgotten].iter().any(|occasion| occasion.key() == message.kind)
}

/// The link of a mail that leaves now, where it has a mark for one.
pub(crate) fn made_for(
    tx: &mut Tx,
    app: &App,
    message: &Message,
    now: DateTime<Utc>,
) -> Result<Option<String>, Error> {
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
    let new = read(chosen, &owner.email, "password")?;
    let hash = new.hash(app.ids())?;
    let (secret, now) = (digest(link), app.now());
    app.db().write(move |tx| {
        let person = db::access::password_link(tx, secret, now)?.ok_or(Error::NotFound)?;
        set(tx, person, hash.as_str(), now)
    })
}

fn read(chosen: &Secret, email: &str, field: &str) -> Result<NewPassword, Error> {
    NewPassword::parse(chosen.expose(), email).map_err(|weak| Error::Invalid(vec![weak.at(field)]))
}

fn set(tx: &mut Tx, person: PersonId, hash: &str, now: DateTime<Utc>) -> Result<(), Error> {
    db::people::set_password(tx, person, hash)?;
    db::access::use_password_links(tx, person, now)?;
    db::access::end_sessions_of(tx, person)?;
    let words = format!("Person {person} chose a new password");
    log(tx, ChangedBy::Person(person), now, None, "password", &words)
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
    let email = own_address(app, person)?;
    doors.password(&email, from)?;
    let stored = app.db().read(|tx| db::people::sign_in(tx, &email))?;
    let hash = stored.as_ref().and_then(|stored| stored.password_hash.as_deref());
    if password::check(&change.current, hash)? == Verdict::Wrong {
        return Err(problem(
            "current",
            FieldCode::NoMatch,
            "This is not your password. Check it and try again",
        ));
    }
    let hash = read(&change.new, &email, "password")?.hash(app.ids())?;
    let (token, now) = (Token::fresh(app), app.now());
    let fresh = token.clone();
    app.db().write(move |tx| {
        set(tx, person, hash.as_str(), now)?;
        session::begin(tx, &fresh, person, Computer::Own, now)
    })?;
    Ok(token)
}

/// The address of somebody who is signed in.
///
/// # Errors
/// `NotFound` for somebody who has left meanwhile.
pub fn own_address(app: &App, person: PersonId) -> Result<String, Error> {
    let found = app.db().read(|tx| db::people::find(tx, person))?;
    found.map(|found| found.email).ok_or(Error::NotFound)
}
