//! Signing in with a passkey: a key on somebody's device, which signs once the device has seen a finger, a face or a
//! code. So it is both steps at once, and nothing that could be typed into a page of somebody else.
//!
//! One try is bound to one browser, counts once, and is over after ten minutes. A key belongs to the name in the public
//! address; where that is a number, browsers know no passkeys and there are none here.

use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use webauthn_rs::prelude::{
    DiscoverableAuthentication, DiscoverableKey, Passkey as Key, PasskeyRegistration, PublicKeyCredential,
    RegisterPublicKeyCredential, Url, Webauthn, WebauthnBuilder, WebauthnError,
};

use crate::app::App;
use crate::app::error::{Error, FieldCode};
use crate::app::people::Colleague;
use crate::db::passkeys::{self, Passkey};
use crate::db::ways_in::{self, Ceremony};
use crate::db::{self, Tx};
use crate::domain::calendar::local_date;
use crate::domain::case::refusal::{Refusal, RefusalCode};
use crate::domain::ids::PersonId;
use crate::domain::text::Words;
use crate::secret::Secret;

use super::entry::{self, Entered, First, Visitor};
use super::limit::{Doors, Network};
use super::rules;
use super::second_step::{self, Asked, Proof};
use super::session::{Computer, Way};
use super::users::{ChangedBy, log, problem};
use super::way_in_letter::{self, Change};
use super::{Token, colleague, password_link};

/// How long a browser may take to show a passkey.
const LIVES: TimeDelta = TimeDelta::minutes(10);
/// So many passkeys a person may have: more are none that anybody still looks after.
const MOST: usize = 10;
/// The longest name of one, in characters.
const LONGEST_NAME: usize = 60;
/// What browsers call us when they ask whether to make one.
const CALLED: &str = "Heard";
/// So many digits of a digest tell one passkey of a person from another.
const NAME_LENGTH: usize = 16;

/// Whether people can have passkeys here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Offer {
    /// They can.
    Open,
    /// The public address has no name, so no browser would take part.
    Closed,
}

/// Whether people can have passkeys here.
pub fn offer(app: &App) -> Offer {
    relying(app).map_or(Offer::Closed, |_| Offer::Open)
}

/// Whoever checks: bound to the name and the origin of the public address.
fn relying(app: &App) -> Result<Webauthn, Error> {
    let origin = Url::parse(&app.base().origin()).map_err(|_| Error::NotFound)?;
    let name = origin.domain().ok_or(Error::NotFound)?;
    let builder = WebauthnBuilder::new(name, &origin).map_err(|_| Error::NotFound)?;
    builder.rp_name(CALLED).build().map_err(|_| Error::NotFound)
}

/// Why a passkey does not bring anybody in, or is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// The try is over, was answered before, or began in another browser.
    Over,
    /// Nobody here has that passkey.
    Unknown,
    /// The answer does not fit what was asked: another origin, another challenge, another key.
    NotBelieved,
    /// It says that it was used less often than before: somebody may have copied it.
    Copied,
    /// Their post has ended.
    NoPost,
}

impl Why {
    /// What the security log calls it.
    const fn event(self) -> &'static str {
        match self {
            Self::Over => "passkey_over",
            Self::Unknown => "passkey_unknown",
            Self::NotBelieved => "passkey_refused",
            Self::Copied => "passkey_counter_went_back",
            Self::NoPost => "passkey_without_a_post",
        }
    }

    fn of(error: &WebauthnError) -> Self {
        match error {
            WebauthnError::CredentialPossibleCompromise => Self::Copied,
            _ => Self::NotBelieved,
        }
    }
}

/// What a try gives; outside of it is what can go wrong in any use case.
pub type Tried<T> = Result<Result<T, Why>, Error>;

/// A try that has begun.
#[derive(Clone, Debug)]
pub struct Started {
    /// For the browser, to show when it answers.
    pub browser: Token,
    /// What its script hands to the browser, as JSON.
    pub options: Value,
}

/// Begins to sign in: a fresh challenge for whatever passkey the device has for us.
///
/// # Errors
/// `NotFound` where there are no passkeys.
pub fn begin_sign_in(app: &App) -> Result<Started, Error> {
    let (mut asked, state) = relying(app)?.start_discoverable_authentication().map_err(fault)?;
    // A button asks for it, so the browser does not wait until somebody goes into a field.
    asked.mediation = None;
    keep(app, Ceremony::Passkey, &state, written(&asked)?)
}

fn keep(app: &App, kind: Ceremony, state: &impl Serialize, options: Value) -> Result<Started, Error> {
    let content = serde_json::to_string(state).map_err(|source| Error::Internal(Box::new(source)))?;
    let (browser, now) = (Token::fresh(app), app.now());
    let secret = browser.digest();
    app.db().write(move |tx| ways_in::begin_ceremony(tx, secret, kind, &content, now, now + LIVES))?;
    Ok(Started { browser, options })
}

fn written(value: &impl Serialize) -> Result<Value, Error> {
    serde_json::to_value(value).map_err(|source| Error::Internal(Box::new(source)))
}

fn fault(error: WebauthnError) -> Error {
    Error::Internal(Box::new(error))
}

/// Who shows a passkey.
#[derive(Debug)]
pub struct Comer {
    /// From where and with what.
    pub visitor: Visitor,
    /// What the browser was given when it asked.
    pub browser: Option<Token>,
    /// On what kind of computer.
    pub computer: Computer,
    /// The session that it had until now; it ends when they come in.
    pub previous: Option<Token>,
}

/// Takes what a device signed. Whatever comes of it, the challenge counts no second time.
///
/// # Errors
/// `NotFound` where there are no passkeys.
pub fn sign_in(app: &App, comer: Comer, answer: &str) -> Tried<Entered> {
    let relying = relying(app)?;
    let inside = app.clone();
    let answer: Option<PublicKeyCredential> = serde_json::from_str(answer).ok();
    let (entered, person) = app.db().write(move |tx| {
        let kept: Option<DiscoverableAuthentication> =
            taken(tx, &inside, comer.browser.as_ref(), Ceremony::Passkey)?;
        let Some(kept) = kept else { return Ok((Err(Why::Over), None)) };
        let Some(answer) = answer else { return Ok((Err(Why::NotBelieved), None)) };
        let Some(found) = passkeys::find(tx, answer.get_credential_id())? else {
            return Ok((Err(Why::Unknown), None));
        };
        let person = found.person;
        if let Err(why) = checked(tx, &inside, &relying, kept, &answer, found)? {
            return Ok((Err(why), Some(person)));
        }
        let Comer { visitor, computer, previous, .. } = comer;
        let first = First { person, way: Way::Passkey, computer, previous };
        Ok::<_, Error>((Ok(entry::admit(tx, &inside, &first, &visitor)?), Some(person)))
    })?;
    match entered {
        Ok(entered) => {
            app.nudge();
            Ok(Ok(entered))
        }
        Err(why) => Ok(Err(noted(why, person))),
    }
}

/// Whether the device signed what it was asked to, for the person whose key it is and who has a post.
fn checked(
    tx: &mut Tx,
    app: &App,
    relying: &Webauthn,
    kept: DiscoverableAuthentication,
    answer: &PublicKeyCredential,
    found: Passkey,
) -> Result<Result<(), Why>, Error> {
    if answer.get_user_unique_id() != Some(found.person.0.as_bytes().as_slice()) {
        return Ok(Err(Why::NotBelieved));
    }
    let mut key: Key =
        serde_json::from_str(&found.content).map_err(|source| Error::Internal(Box::new(source)))?;
    let result = relying.finish_discoverable_authentication_v2(answer, kept, DiscoverableKey::from(&key));
    let result = match result {
        Ok(result) if result.user_verified() => result,
        Ok(_) => return Ok(Err(Why::NotBelieved)),
        Err(error) => return Ok(Err(Why::of(&error))),
    };
    let now = app.now();
    let here = colleague(tx, found.person, local_date(now))?.is_some_and(|person| !person.posts.is_empty());
    if !here {
        return Ok(Err(Why::NoPost));
    }
    key.update_credential(&result);
    let content = serde_json::to_string(&key).map_err(|source| Error::Internal(Box::new(source)))?;
    passkeys::note_use(tx, &found.credential, &content, now)?;
    Ok(Ok(()))
}

/// What was kept for that browser, which is over with this.
fn taken<T: for<'de> Deserialize<'de>>(
    tx: &mut Tx,
    app: &App,
    browser: Option<&Token>,
    kind: Ceremony,
) -> Result<Option<T>, Error> {
    let Some(browser) = browser else { return Ok(None) };
    let content = ways_in::take_ceremony(tx, browser.digest(), kind, app.now())?;
    Ok(content.and_then(|content| serde_json::from_str(&content).ok()))
}

fn noted(why: Why, person: Option<PersonId>) -> Why {
    let person = person.map(|person| person.to_string());
    tracing::warn!(target: "security", event = why.event(), person);
    why
}

/// How somebody who is signed in shows once more that it is them.
#[derive(Clone)]
pub enum Shown {
    /// Their password: for whoever has no app.
    Password(Secret),
    /// The six digits of their app.
    Code(Secret),
}

/// A proof that stands in a log is lost.
impl fmt::Debug for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Shown(…)")
    }
}

/// What must be the same when the browser brings the new passkey.
#[derive(Serialize, Deserialize)]
struct Making {
    person: PersonId,
    name: String,
    state: PasskeyRegistration,
}

/// Begins to make a passkey, once its owner has shown that it is them.
///
/// # Errors
/// `NotFound` where there are no passkeys; `Invalid` for a name that is none, and for a wrong password or code;
/// `TooMany` after too many; `Refused` for somebody who has ten.
pub fn begin(
    app: &App,
    doors: &Doors,
    from: Network,
    me: &Colleague,
    (name, shown): (&str, &Shown),
) -> Result<Started, Error> {
    let relying = relying(app)?;
    let name = named(name)?;
    prove(app, doors, from, me.id, shown)?;
    let mine = app.db().read(|tx| passkeys::of(tx, me.id))?;
    if mine.len() >= MOST {
        return Err(enough());
    }
    let email = password_link::own_address(app, me.id)?;
    let theirs = mine.into_iter().map(|passkey| passkey.credential).collect();
    let (asked, state) =
        relying.start_passkey_registration(me.id.0, &email, &me.name, Some(theirs)).map_err(fault)?;
    let mut options = written(&asked)?;
    // One that its device finds by itself, so that nobody types an address first.
    if let Some(which) = options.pointer_mut("/publicKey/authenticatorSelection") {
        which["residentKey"] = json!("required");
        which["requireResidentKey"] = json!(true);
    }
    keep(app, Ceremony::NewPasskey, &Making { person: me.id, name, state }, options)
}

fn named(name: &str) -> Result<String, Error> {
    let told = |words: &str| problem("name", FieldCode::Missing, words);
    let line = Words::line(name).map_err(|_| told("Give it a name, such as “my phone”"))?;
    if line.as_str().chars().count() > LONGEST_NAME {
        return Err(problem("name", FieldCode::TooLong, "Use a name of 60 characters or fewer"));
    }
    Ok(line.as_str().to_owned())
}

fn enough() -> Error {
    Error::Refused(
        Refusal::new(RefusalCode::WrongState, "You have ten passkeys, and more cannot be added")
            .unless("Remove one that you no longer use, then add this one"),
    )
}

fn prove(app: &App, doors: &Doors, from: Network, person: PersonId, shown: &Shown) -> Result<(), Error> {
    match shown {
        Shown::Password(password) => {
            if app.db().read(|tx| second_step::is_asked_of(tx, person))? == Asked::Yes {
                return Err(problem("code", FieldCode::Missing, "Enter the code of your app"));
            }
            password_link::prove(app, doors, from, person, password)
        }
        Shown::Code(code) => {
            doors.second_step(person)?;
            let (inside, proof) = (app.clone(), Proof::App(code.clone()));
            let proved = app.db().write(move |tx| match second_step::is_asked_of(tx, person)? {
                Asked::Yes => second_step::prove(tx, &inside, person, &proof),
                Asked::No => Err(problem("current", FieldCode::Missing, "Enter your password")),
            });
            if let Err(Error::Invalid(_)) = &proved {
                tracing::warn!(target: "security", event = "second_step_refused", %person);
            }
            proved.map(drop)
        }
    }
}

/// Keeps the passkey that a device made. Whoever had to set up a second step has one now: their session reaches
/// everything.
///
/// # Errors
/// `NotFound` where there are no passkeys.
pub fn finish(app: &App, me: &Colleague, session: &Token, browser: Option<Token>, answer: &str) -> Tried<()> {
    let relying = relying(app)?;
    let answer: Option<RegisterPublicKeyCredential> = serde_json::from_str(answer).ok();
    let (inside, person, now, session) = (app.clone(), me.id, app.now(), session.digest());
    let added = app.db().write(move |tx| {
        let kept: Option<Making> = taken(tx, &inside, browser.as_ref(), Ceremony::NewPasskey)?;
        let Some(kept) = kept.filter(|kept| kept.person == person) else { return Ok(Err(Why::Over)) };
        let Some(answer) = answer else { return Ok(Err(Why::NotBelieved)) };
        let key = match relying.finish_passkey_registration(&answer, &kept.state) {
            Ok(key) => key,
            Err(error) => return Ok(Err(Why::of(&error))),
        };
        if passkeys::find(tx, key.cred_id())?.is_some() || passkeys::of(tx, person)?.len() >= MOST {
            return Ok(Err(Why::NotBelieved));
        }
        let content = serde_json::to_string(&key).map_err(|source| Error::Internal(Box::new(source)))?;
        let passkey = Passkey {
            credential: key.cred_id().clone(),
            person,
            name: kept.name,
            content,
            created_at: now,
            last_used_at: None,
        };
        passkeys::add(tx, &passkey)?;
        db::doors::set_second_step_asked_at(tx, person, None)?;
        db::access::widen_session(tx, session)?;
        log(
            tx,
            ChangedBy::Person(person),
            now,
            None,
            "passkey",
            &format!("Person {person} added a passkey"),
        )?;
        way_in_letter::tell(tx, &inside, person, &Change::PasskeyAdded { name: &passkey.name })?;
        Ok::<_, Error>(Ok(()))
    })?;
    match added {
        Ok(()) => {
            app.nudge();
            tracing::info!(target: "security", event = "passkey_added", %person);
            Ok(Ok(()))
        }
        Err(why) => Ok(Err(noted(why, Some(person)))),
    }
}

/// A passkey of one's own, to look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Own {
    /// By what it is told from the others.
    pub id: String,
    /// What its owner calls it.
    pub name: String,
    /// Since when.
    pub created_at: DateTime<Utc>,
    /// When somebody last signed in with it.
    pub last_used_at: Option<DateTime<Utc>>,
}

/// The passkeys of a person, the oldest first.
///
/// # Errors
/// When the database cannot be used.
pub fn own(app: &App, person: PersonId) -> Result<Vec<Own>, Error> {
    let all = app.db().read(|tx| passkeys::of(tx, person))?;
    let own = |passkey: Passkey| Own {
        id: id_of(&passkey.credential),
        name: passkey.name,
        created_at: passkey.created_at,
        last_used_at: passkey.last_used_at,
    };
    Ok(all.into_iter().map(own).collect())
}

/// By what one passkey is told from another on a page: a part of the digest of what its device calls it.
fn id_of(credential: &[u8]) -> String {
    let digest = crate::app::outbox::digest(&hex::encode(credential));
    hex::encode(digest.0).chars().take(NAME_LENGTH).collect()
}

/// Takes one's own passkey away.
///
/// # Errors
/// `NotFound` when they have none of that id; `Refused` for the last one where a post needs a second step and there is
/// no other.
pub fn remove(app: &App, me: &Colleague, id: &str) -> Result<(), Error> {
    let (inside, me, id, now) = (app.clone(), me.clone(), id.to_owned(), app.now());
    let person = me.id;
    app.db().write(move |tx| {
        let mine = passkeys::of(tx, person)?;
        let passkey = mine.iter().find(|passkey| id_of(&passkey.credential) == id).ok_or(Error::NotFound)?;
        if mine.len() == 1 && second_step::is_asked_of(tx, person)? == Asked::No {
            let rules = rules::rules_in(tx, inside.mode())?;
            if let Some(post) = rules.needing(&me.posts, local_date(now)) {
                return Err(needed_for(post.role.title()));
            }
        }
        passkeys::remove(tx, &passkey.credential)?;
        log(
            tx,
            ChangedBy::Person(person),
            now,
            None,
            "passkey",
            &format!("Person {person} removed a passkey"),
        )?;
        way_in_letter::tell(tx, &inside, person, &Change::PasskeyRemoved { name: &passkey.name })
    })?;
    app.nudge();
    tracing::info!(target: "security", event = "passkey_removed", %person);
    Ok(())
}

fn needed_for(role: &str) -> Error {
    let sentence =
        format!("Your post as {role} needs a second step, and this passkey is the only one you have");
    Error::Refused(
        Refusal::new(RefusalCode::WrongState, sentence)
            .unless("Add another passkey or set up an app first, then remove this one"),
    )
}
