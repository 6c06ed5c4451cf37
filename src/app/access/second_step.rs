//! The second step of signing in: a code of an authenticator app (RFC 6238), or one of ten recovery codes on paper.
//!
//! The app's secret must be read again, so it is sealed with a key that is not in the database. A code works once: no
//! half minute is taken twice. A recovery code is a digest, and works once too.

use chrono::{DateTime, Utc};
use totp_rs::{Builder, Totp};

use crate::app::App;
use crate::app::error::{Error, FieldCode};
use crate::app::outbox::digest;
use crate::app::people::Colleague;
use crate::db::doors::{Authenticator, Used};
use crate::db::{self, Digest, Tx};
use crate::domain::calendar::local_date;
use crate::domain::case::refusal::{Refusal, RefusalCode};
use crate::domain::ids::PersonId;
use crate::domain::person::Role;
use crate::key::Purpose;
use crate::mail::letters::SecurityNews;
use crate::secret::Secret;

use super::administrator::Administrator;
use super::limit::{Doors, Network};
use super::password_link;
use super::rules::{self, Duty};
use super::users::{ChangedBy, log, problem};
use super::{Token, news, staff};

/// 160 bits, as RFC 4226 recommends.
const SECRET_BYTES: usize = 20;
/// So many recovery codes are made at once.
const RECOVERY_CODES: usize = 10;
/// 50 random bits each: ten letters of an alphabet of 32.
const RECOVERY_LETTERS: usize = 10;
/// Letters and digits that nobody takes for one another.
const ALPHABET: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz023456789";
/// What an app is called that shows codes of ours.
const ISSUER: &str = "Heard";

/// How it stands with somebody's second step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// They have none.
    Off,
    /// They began, and their app has not shown yet that it works.
    Begun(SetUp),
    /// They have one.
    On {
        /// Since when.
        since: DateTime<Utc>,
        /// So many recovery codes are left.
        codes_left: i64,
    },
}

/// What goes into an app.
#[derive(Clone, PartialEq, Eq)]
pub struct SetUp {
    /// The secret in groups of four, for whoever types it.
    pub words: String,
    /// The address that an app scans.
    pub uri: String,
}

/// A secret that stands in a log is lost.
impl std::fmt::Debug for SetUp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SetUp(…)")
    }
}

/// How somebody proves that it is them, besides the password or the mail.
#[derive(Clone, Debug)]
pub enum Proof {
    /// The six digits of their app.
    App(Secret),
    /// A recovery code.
    Recovery(Secret),
}

/// Which proof it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Proved {
    ByApp,
    ByRecoveryCode,
}

/// Recovery codes. This is the one time that they are shown.
#[derive(Clone, PartialEq, Eq)]
pub struct RecoveryCodes(Vec<String>);

impl RecoveryCodes {
    /// The codes, for the page that shows them.
    pub fn all(&self) -> &[String] {
        &self.0
    }
}

/// Codes that stand in a log are lost.
impl std::fmt::Debug for RecoveryCodes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RecoveryCodes(…)")
    }
}

/// How it stands with the second step of somebody who is signed in, and what their posts ask of them.
///
/// # Errors
/// When the database cannot be used, or the secret was sealed with another key.
pub fn standing(app: &App, me: &Colleague) -> Result<(Standing, Duty), Error> {
    let (inside, today) = (app.clone(), local_date(app.now()));
    app.db().read(|tx| {
        let standing = match db::doors::authenticator(tx, me.id)? {
            None => Standing::Off,
            Some(Authenticator { confirmed_at: Some(since), .. }) => {
                Standing::On { since, codes_left: db::doors::recovery_codes_left(tx, me.id)? }
            }
            Some(begun) => Standing::Begun(set_up(tx, &inside, me.id, &begun)?),
        };
        let duty = match holds_any(tx, me.id)? {
            Asked::Yes => Duty::None,
            Asked::No => rules::duty(tx, &inside, me.id, &me.posts, today)?,
        };
        Ok((standing, duty))
    })
}

/// Whether a second step is asked of a person when they sign in. Whatever counts as one is asked here.
pub(super) fn is_asked_of(tx: &mut Tx, person: PersonId) -> Result<Asked, Error> {
    let found = db::doors::authenticator(tx, person)?;
    let confirmed = found.is_some_and(|found| found.confirmed_at.is_some());
    Ok(if confirmed { Asked::Yes } else { Asked::No })
}

/// Whether a person has anything that is a second step: an app, or a passkey, which is both steps at once.
pub(super) fn holds_any(tx: &mut Tx, person: PersonId) -> Result<Asked, Error> {
    let passkeys = db::passkeys::count(tx, person)?;
    if passkeys > 0 { Ok(Asked::Yes) } else { is_asked_of(tx, person) }
}

/// Whether a second step is asked of a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// It is.
    Yes,
    /// They have none.
    No,
}

fn set_up(tx: &mut Tx, app: &App, person: PersonId, begun: &Authenticator) -> Result<SetUp, Error> {
    let email = db::people::find(tx, person)?.map(|found| found.email).unwrap_or_default();
    let secret = totp(app, person, begun)?.secret().to_base32();
    let letters: Vec<char> = secret.chars().collect();
    let groups: Vec<String> = letters.chunks(4).map(|group| group.iter().collect()).collect();
    let mut uri = url::Url::parse(&format!("otpauth://totp/{ISSUER}"))
        .map_err(|_| Error::fault("the address for an app cannot be written"))?;
    uri.set_path(&format!("{ISSUER}:{email}"));
    uri.query_pairs_mut().append_pair("secret", &secret).append_pair("issuer", ISSUER);
    Ok(SetUp { words: groups.join(" "), uri: uri.into() })
}

fn totp(app: &App, person: PersonId, kept: &Authenticator) -> Result<Totp, Error> {
    let secret = app
        .key()
        .open(Purpose::SecondFactors, person.0.as_bytes(), &kept.sealed)
        .map_err(|source| Error::Internal(Box::new(source)))?;
    Builder::new()
        .with_secret(secret)
        .build()
        .map_err(|_| Error::fault("the secret of an authenticator is of another length"))
}

/// Begins to set up an app: a fresh secret, which is asked for only once its owner has shown that it works.
///
/// # Errors
/// `Refused` for somebody who has a second step already.
pub fn begin(app: &App, person: PersonId) -> Result<(), Error> {
    let sealed = fresh_secret(app, person)?;
    let now = app.now();
    app.db().write(move |tx| {
        if is_asked_of(tx, person)? == Asked::Yes {
            return Err(there_already());
        }
        Ok(db::doors::begin_authenticator(tx, person, &sealed, now)?)
    })
}

fn there_already() -> Error {
    Error::Refused(
        Refusal::new(RefusalCode::WrongState, "You have a second step already")
            .unless("With a new phone, move it there on your account page"),
    )
}

/// Takes the first code of an app: from now on one is asked for at each sign-in. Answers with the recovery codes, and
/// lets the session that set it up reach everything.
///
/// # Errors
/// `Invalid` for a wrong code, `TooMany` after too many, `NotFound` when nothing was begun.
pub fn confirm(
    app: &App,
    doors: &Doors,
    person: PersonId,
    session: &Token,
    code: &Secret,
) -> Result<RecoveryCodes, Error> {
    doors.second_step(person)?;
    let (codes, digests) = fresh_codes(app, person);
    let (inside, code, session, now) = (app.clone(), code.clone(), session.digest(), app.now());
    app.db().write(move |tx| {
        let begun = db::doors::authenticator(tx, person)?.ok_or(Error::NotFound)?;
        if begun.confirmed_at.is_some() {
            return Err(there_already());
        }
        check_app(tx, &inside, person, &begun, &code)?;
        db::doors::confirm_authenticator(tx, person, now)?;
        db::doors::set_recovery_codes(tx, person, &digests, now)?;
        db::doors::set_second_step_asked_at(tx, person, None)?;
        db::access::widen_session(tx, session)?;
        log(tx, ChangedBy::Person(person), now, None, "second_step", &format!("Person {person} set it up"))?;
        news::tell(tx, &inside, person, SecurityNews::SecondStepOn)
    })?;
    app.nudge();
    tracing::info!(target: "security", event = "second_step_on", %person);
    Ok(codes)
}

/// Ten codes as they are shown, and their digests.
fn fresh_codes(app: &App, person: PersonId) -> (RecoveryCodes, Vec<Digest>) {
    let code = |_| {
        let letters = app.ids().bytes::<RECOVERY_LETTERS>().map(|byte| {
            let at = usize::from(byte) % ALPHABET.len();
            char::from(ALPHABET.get(at).copied().unwrap_or(b'a'))
        });
        let (front, back) = letters.split_at(RECOVERY_LETTERS / 2);
        format!("{}-{}", front.iter().collect::<String>(), back.iter().collect::<String>())
    };
    let codes: Vec<String> = (0..RECOVERY_CODES).map(code).collect();
    let digests = codes.iter().map(|code| recovery_digest(app, person, code)).collect();
    (RecoveryCodes(codes), digests)
}

/// The digest of a recovery code, however it is typed: for that person, and with a key that is not in the database.
fn recovery_digest(app: &App, person: PersonId, code: &str) -> Digest {
    let letters: String = code.chars().filter(char::is_ascii_alphanumeric).collect();
    let key = hex::encode(app.key().derived(Purpose::SecondFactors));
    digest(&format!("{key}:{person}:{}", letters.to_ascii_lowercase()))
}

fn check_app(
    tx: &mut Tx,
    app: &App,
    person: PersonId,
    kept: &Authenticator,
    code: &Secret,
) -> Result<(), Error> {
    let digits: String = code.expose().chars().filter(|sign| !sign.is_whitespace()).collect();
    let moment = u64::try_from(app.now().timestamp()).unwrap_or_default();
    let step = totp(app, person, kept)?.check(&digits, moment).and_then(|step| i64::try_from(step).ok());
    let Some(step) = step else {
        return Err(problem(
            "code",
            FieldCode::CodeWrong,
            "This code is not right. Type the six digits that your app shows for Heard now. If it never fits, look \
             whether the clock of your phone is right",
        ));
    };
    match db::doors::use_step(tx, person, step)? {
        Used::Now => Ok(()),
        Used::Before => Err(problem(
            "code",
            FieldCode::CodeWrong,
            "This code was used already. Wait until your app shows the next one, at most half a minute",
        )),
    }
}

/// Checks a proof and uses it up. Of a recovery code that let somebody in, its owner is told.
pub(super) fn prove(tx: &mut Tx, app: &App, person: PersonId, proof: &Proof) -> Result<Proved, Error> {
    let proved = check(tx, app, person, proof)?;
    if proved == Proved::ByRecoveryCode {
        let left = db::doors::recovery_codes_left(tx, person)?;
        news::tell(tx, app, person, SecurityNews::RecoveryCodeUsed { left })?;
    }
    Ok(proved)
}

fn check(tx: &mut Tx, app: &App, person: PersonId, proof: &Proof) -> Result<Proved, Error> {
    match proof {
        Proof::App(code) => {
            let kept = db::doors::authenticator(tx, person)?.ok_or(Error::NotFound)?;
            check_app(tx, app, person, &kept, code)?;
            Ok(Proved::ByApp)
        }
        Proof::Recovery(code) => {
            let code = recovery_digest(app, person, code.expose());
            if db::doors::use_recovery_code(tx, person, code, app.now())? == Used::Before {
                return Err(problem(
                    "recovery",
                    FieldCode::CodeWrong,
                    "This recovery code is not right, or was used already. Each works once: take the next one of your list",
                ));
            }
            Ok(Proved::ByRecoveryCode)
        }
    }
}

/// Makes fresh recovery codes; the old ones are over.
///
/// # Errors
/// `Invalid` for a wrong code of the app, `TooMany` after too many.
pub fn new_codes(app: &App, doors: &Doors, person: PersonId, code: &Secret) -> Result<RecoveryCodes, Error> {
    doors.second_step(person)?;
    let (codes, digests) = fresh_codes(app, person);
    let (inside, proof, now) = (app.clone(), Proof::App(code.clone()), app.now());
    app.db().write(move |tx| {
        if is_asked_of(tx, person)? == Asked::No {
            return Err(Error::NotFound);
        }
        prove(tx, &inside, person, &proof)?;
        db::doors::set_recovery_codes(tx, person, &digests, now)?;
        let words = format!("Person {person} made new recovery codes");
        log(tx, ChangedBy::Person(person), now, None, "second_step", &words)?;
        news::tell(tx, &inside, person, SecurityNews::NewRecoveryCodes)
    })?;
    app.nudge();
    tracing::info!(target: "security", event = "recovery_codes_made", %person);
    Ok(codes)
}

/// Turns one's own second step off, with the password and a code.
///
/// # Errors
/// `Invalid` for a wrong password or code, `TooMany` after too many, `Refused` where a post of theirs needs it.
pub fn turn_off(
    app: &App,
    doors: &Doors,
    from: Network,
    me: &Colleague,
    (current, proof): (&Secret, Proof),
) -> Result<(), Error> {
    let (person, now) = (me.id, app.now());
    let rules = rules::rules(app)?;
    let passkeys = app.db().read(|tx| db::passkeys::count(tx, person))?;
    if let Some(post) = rules.needing(&me.posts, local_date(now)).filter(|_| passkeys == 0) {
        return Err(needed_for(post.role));
    }
    doors.second_step(person)?;
    password_link::prove(app, doors, from, person, current)?;
    let inside = app.clone();
    app.db().write(move |tx| {
        prove(tx, &inside, person, &proof)?;
        db::doors::remove_second_step(tx, person)?;
        log(
            tx,
            ChangedBy::Person(person),
            now,
            None,
            "second_step",
            &format!("Person {person} turned it off"),
        )?;
        news::tell(tx, &inside, person, SecurityNews::SecondStepOff)
    })?;
    app.nudge();
    tracing::info!(target: "security", event = "second_step_off", %person);
    Ok(())
}

fn needed_for(role: Role) -> Error {
    let sentence = format!("Your post as {} needs a second step, so it cannot be turned off", role.title());
    Error::Refused(
        Refusal::new(RefusalCode::WrongState, sentence)
            .unless("With a new phone, move it there. The rule is on the page Signing in, below People"),
    )
}

/// Begins anew with another phone: with the password, and a code of the old app or a recovery code. The old app is over
/// at once, and so is every other session. Where a post needs a second step, nothing else is reached until the new app
/// has shown that it works.
///
/// # Errors
/// `Invalid` for a wrong password or code, `TooMany` after too many, `NotFound` for somebody who has no second step.
pub fn move_to_another_phone(
    app: &App,
    doors: &Doors,
    from: Network,
    me: &Colleague,
    session: &Token,
    (current, proof): (&Secret, Proof),
) -> Result<(), Error> {
    let (person, posts) = (me.id, me.posts.clone());
    doors.second_step(person)?;
    password_link::prove(app, doors, from, person, current)?;
    let sealed = fresh_secret(app, person)?;
    let (inside, session, now) = (app.clone(), session.digest(), app.now());
    app.db().write(move |tx| {
        if is_asked_of(tx, person)? == Asked::No {
            return Err(Error::NotFound);
        }
        check(tx, &inside, person, &proof)?;
        db::doors::remove_second_step(tx, person)?;
        db::doors::begin_authenticator(tx, person, &sealed, now)?;
        db::access::end_other_sessions(tx, person, session)?;
        let rules = rules::rules_in(tx, inside.mode())?;
        if rules.needing(&posts, local_date(now)).is_some() {
            // No days of grace: they had one until this moment.
            db::doors::set_second_step_asked_at(tx, person, Some(DateTime::UNIX_EPOCH))?;
            db::access::narrow_session(tx, session)?;
        }
        let words = format!("Person {person} moves it to another phone");
        log(tx, ChangedBy::Person(person), now, None, "second_step", &words)?;
        news::tell(tx, &inside, person, SecurityNews::SecondStepMoves)
    })?;
    app.nudge();
    tracing::info!(target: "security", event = "second_step_moves", %person);
    Ok(())
}

/// A fresh secret of an app, sealed for its owner.
fn fresh_secret(app: &App, person: PersonId) -> Result<Vec<u8>, Error> {
    let secret = app.ids().bytes::<SECRET_BYTES>();
    app.key()
        .seal(Purpose::SecondFactors, person.0.as_bytes(), &secret, app.ids())
        .map_err(|source| Error::Internal(Box::new(source)))
}

/// Takes away the second step of somebody who has lost phone and codes, and their passkeys, which may have been on it.
/// Both are told, and it is logged; every session of the person ends.
///
/// # Errors
/// `NotFound` for somebody whom the administrator does not know of, `Forbidden` for somebody with a post that is not
/// theirs to look after, `Refused` for somebody who has none.
pub fn reset(app: &App, by: &Administrator, person: PersonId) -> Result<(), Error> {
    let whom = staff::entry(app, by, person)?.person.name;
    if by.person() == person {
        return Err(Error::Refused(
            Refusal::new(RefusalCode::WrongState, "Nobody resets their own second step").unless(
                "Ask another administrator, or set it up anew on your account page with a recovery code",
            ),
        ));
    }
    let (inside, by, now) = (app.clone(), by.clone(), app.now());
    app.db().write(move |tx| {
        looks_after_all(tx, &by, person, &inside)?;
        if holds_any(tx, person)? == Asked::No {
            return Err(Error::Refused(Refusal::new(
                RefusalCode::WrongState,
                "They have no second step and no passkey, so there is nothing to reset",
            )));
        }
        db::doors::remove_second_step(tx, person)?;
        db::doors::use_sign_in_secrets(tx, person, now)?;
        db::passkeys::remove_all_of(tx, person)?;
        db::access::end_sessions_of(tx, person)?;
        log(
            tx,
            by.changes(),
            now,
            None,
            "second_step",
            &format!("The second step of person {person} was reset"),
        )?;
        news::tell(tx, &inside, person, SecurityNews::SecondStepReset)?;
        news::tell(tx, &inside, by.person(), SecurityNews::SecondStepResetFor { whom: &whom })
    })?;
    app.nudge();
    tracing::info!(target: "security", event = "second_step_reset", %person);
    Ok(())
}

/// Refuses somebody with a post elsewhere: whoever looks after one school opens no door to others.
pub(super) fn looks_after_all(
    tx: &mut Tx,
    by: &Administrator,
    person: PersonId,
    app: &App,
) -> Result<(), Error> {
    let today = local_date(app.now());
    let found = db::people::find(tx, person)?.ok_or(Error::NotFound)?;
    let held = found.posts.iter().filter(|post| post.is_held_on(today));
    held.map(|post| post.place).try_for_each(|place| by.must_look_after(place))
}

/// What somebody has besides their password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Holding {
    /// Whether a code of an app is asked of them.
    pub app: Asked,
    /// How many passkeys they have.
    pub passkeys: i64,
}

/// What somebody has besides their password.
///
/// # Errors
/// When the database cannot be used.
pub fn holding(app: &App, person: PersonId) -> Result<Holding, Error> {
    app.db()
        .read(|tx| Ok(Holding { app: is_asked_of(tx, person)?, passkeys: db::passkeys::count(tx, person)? }))
}

/// What becomes of what the old key sealed when another takes its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OldKey {
    /// It is there: second steps are sealed anew.
    AtHand,
    /// It is lost: everybody sets up their second step anew.
    Lost,
}

/// Every sealed secret, sealed with another key, or removed where the old one is lost. Recovery codes are bound to the
/// old key and go with it.
pub(in crate::app) fn rekey(
    tx: &mut Tx,
    app: &App,
    new: &crate::key::InstallationKey,
    old: OldKey,
) -> Result<usize, Error> {
    let all = db::doors::authenticators(tx)?;
    let broken = |source| Error::Internal(Box::new(source) as _);
    for (person, sealed) in &all {
        match old {
            OldKey::Lost => db::doors::remove_second_step(tx, *person)?,
            OldKey::AtHand => {
                let owner = person.0.as_bytes();
                let secret = app.key().open(Purpose::SecondFactors, owner, sealed).map_err(broken)?;
                let fresh = new.seal(Purpose::SecondFactors, owner, &secret, app.ids()).map_err(broken)?;
                db::doors::reseal(tx, *person, &fresh)?;
                db::doors::set_recovery_codes(tx, *person, &[], app.now())?;
            }
        }
    }
    Ok(all.len())
}
