//! What stands behind a sign-in: the second step, the first half of a sign-in that waits for it, mailed links and
//! codes for staff, and who signed in when. Digests, and one sealed secret; nothing here opens anything by itself.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use super::connection::Tx;
use super::error::DbError;
use super::schema::{authenticators, half_sign_ins, people, recovery_codes, sign_in_links, sign_ins};
use super::types::{At, Digest};
use crate::domain::device::{Browser, Device, System};
use crate::domain::ids::PersonId;

/// On what kind of computer somebody signs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Computer {
    /// Their own.
    Own,
    /// One that others use too: it locks sooner (S44).
    Shared,
}

/// What a session reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reach {
    /// Whatever the posts of its owner reach.
    Everything,
    /// The page on which a second step is set up, and nothing else: it was due before this sign-in.
    SecondStep,
}

/// How somebody signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// With a password.
    Password,
    /// With a password, and a code of their app.
    PasswordAndApp,
    /// With a password, and a recovery code.
    PasswordAndRecovery,
    /// With a mailed link or code.
    Mail,
    /// With a mailed link or code, and a code of their app.
    MailAndApp,
    /// With a mailed link or code, and a recovery code.
    MailAndRecovery,
    /// With an account of a provider.
    Provider,
    /// With an account of a provider, and a code of their app.
    ProviderAndApp,
    /// With an account of a provider, and a recovery code.
    ProviderAndRecovery,
    /// With an account of a provider that asked for a second step itself.
    ProviderWithBoth,
    /// With a passkey, whose device asked for a finger, a face or a code.
    Passkey,
    /// Otherwise: at the first start, after a new password.
    Other,
}

/// The authenticator app of a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authenticator {
    /// Its secret, sealed.
    pub sealed: Vec<u8>,
    /// Since when it is asked for; none until its owner has shown that it works.
    pub confirmed_at: Option<DateTime<Utc>>,
    /// The half minute whose code was used last.
    pub last_step: Option<i64>,
}

/// The authenticator of a person, whether or not it was confirmed.
pub fn authenticator(tx: &mut Tx, person: PersonId) -> Result<Option<Authenticator>, DbError> {
    let row: Option<(Vec<u8>, Option<At>, Option<i64>)> = authenticators::table
        .find(person)
        .select((authenticators::sealed, authenticators::confirmed_at, authenticators::last_step))
        .first(&mut tx.conn)
        .optional()?;
    Ok(row.map(|(sealed, confirmed_at, last_step)| Authenticator {
        sealed,
        confirmed_at: confirmed_at.map(|at| at.0),
        last_step,
    }))
}

/// Every authenticator with its owner, for whoever changes the key that seals them.
pub fn authenticators(tx: &mut Tx) -> Result<Vec<(PersonId, Vec<u8>)>, DbError> {
    Ok(authenticators::table
        .order(authenticators::person_id)
        .select((authenticators::person_id, authenticators::sealed))
        .load(&mut tx.conn)?)
}

/// Seals the secret of an authenticator anew.
pub fn reseal(tx: &mut Tx, person: PersonId, sealed: &[u8]) -> Result<(), DbError> {
    diesel::update(authenticators::table.find(person))
        .set(authenticators::sealed.eq(sealed))
        .execute(&mut tx.conn)?;
    Ok(())
}

/// Begins with an authenticator that is not confirmed yet, in the place of one that was not.
pub fn begin_authenticator(
    tx: &mut Tx,
    person: PersonId,
    sealed: &[u8],
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    let unconfirmed = authenticators::table.find(person).filter(authenticators::confirmed_at.is_null());
    diesel::delete(unconfirmed).execute(&mut tx.conn)?;
    diesel::insert_into(authenticators::table)
        .values((
            authenticators::person_id.eq(person),
            authenticators::sealed.eq(sealed),
            authenticators::created_at.eq(At::from(now)),
        ))
        .execute(&mut tx.conn)?;
    Ok(())
}

/// Confirms an authenticator: from now on it is asked for.
pub fn confirm_authenticator(tx: &mut Tx, person: PersonId, now: DateTime<Utc>) -> Result<(), DbError> {
    diesel::update(authenticators::table.find(person))
        .set(authenticators::confirmed_at.eq(At::from(now)))
        .execute(&mut tx.conn)?;
    Ok(())
}

/// Whether a code is used for the first time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Used {
    /// It is, and never will be again.
    Now,
    /// It was used before, or is unknown.
    Before,
}

impl Used {
    const fn of(rows: usize) -> Self {
        match rows {
            0 => Self::Before,
            1.. => Self::Now,
        }
    }
}

/// Uses the code of a half minute: neither it nor one before it works again.
pub fn use_step(tx: &mut Tx, person: PersonId, step: i64) -> Result<Used, DbError> {
    let unused = authenticators::last_step.is_null().or(authenticators::last_step.lt(step));
    let used = diesel::update(authenticators::table.find(person).filter(unused))
        .set(authenticators::last_step.eq(step))
        .execute(&mut tx.conn)?;
    Ok(Used::of(used))
}

/// Takes the second step of a person away, recovery codes and half sign-ins included.
pub fn remove_second_step(tx: &mut Tx, person: PersonId) -> Result<(), DbError> {
    diesel::delete(authenticators::table.find(person)).execute(&mut tx.conn)?;
    diesel::delete(recovery_codes::table.filter(recovery_codes::person_id.eq(person)))
        .execute(&mut tx.conn)?;
    end_half_sign_ins_of(tx, person)
}

/// Puts fresh recovery codes in the place of those that a person had.
pub fn set_recovery_codes(
    tx: &mut Tx,
    person: PersonId,
    codes: &[Digest],
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    diesel::delete(recovery_codes::table.filter(recovery_codes::person_id.eq(person)))
        .execute(&mut tx.conn)?;
    for code in codes {
        diesel::insert_into(recovery_codes::table)
            .values((
                recovery_codes::code_hash.eq(*code),
                recovery_codes::person_id.eq(person),
                recovery_codes::created_at.eq(At::from(now)),
            ))
            .execute(&mut tx.conn)?;
    }
    Ok(())
}

/// Uses a recovery code up.
pub fn use_recovery_code(
    tx: &mut Tx,
    person: PersonId,
    code: Digest,
    now: DateTime<Utc>,
) -> Result<Used, DbError> {
    let this = recovery_codes::table
        .find(code)
        .filter(recovery_codes::person_id.eq(person))
        .filter(recovery_codes::used_at.is_null());
    let used = diesel::update(this).set(recovery_codes::used_at.eq(At::from(now))).execute(&mut tx.conn)?;
    Ok(Used::of(used))
}

/// How many recovery codes a person has left.
pub fn recovery_codes_left(tx: &mut Tx, person: PersonId) -> Result<i64, DbError> {
    Ok(recovery_codes::table
        .filter(recovery_codes::person_id.eq(person))
        .filter(recovery_codes::used_at.is_null())
        .count()
        .get_result(&mut tx.conn)?)
}

/// Since when a second step is asked of a person.
pub fn second_step_asked_at(tx: &mut Tx, person: PersonId) -> Result<Option<DateTime<Utc>>, DbError> {
    let at: Option<At> =
        people::table.find(person).select(people::second_step_asked_at).first(&mut tx.conn)?;
    Ok(at.map(|at| at.0))
}

/// Sets since when a second step is asked of a person, or that none is.
pub fn set_second_step_asked_at(
    tx: &mut Tx,
    person: PersonId,
    at: Option<DateTime<Utc>>,
) -> Result<(), DbError> {
    diesel::update(people::table.find(person))
        .set(people::second_step_asked_at.eq(at.map(At::from)))
        .execute(&mut tx.conn)?;
    Ok(())
}

/// The first half of a sign-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HalfSignIn {
    /// Whose.
    pub person: PersonId,
    /// How they began.
    pub way: Way,
    /// On what kind of computer.
    pub computer: Computer,
    /// Until when the second half is waited for.
    pub expires_at: DateTime<Utc>,
}

/// Keeps the first half of a sign-in, and forgets those that are over.
pub fn add_half_sign_in(
    tx: &mut Tx,
    token: Digest,
    half: HalfSignIn,
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    diesel::delete(half_sign_ins::table.filter(half_sign_ins::expires_at.le(At::from(now))))
        .execute(&mut tx.conn)?;
    diesel::insert_into(half_sign_ins::table)
        .values((
            half_sign_ins::token_hash.eq(token),
            half_sign_ins::person_id.eq(half.person),
            half_sign_ins::way.eq(half.way),
            half_sign_ins::computer.eq(half.computer),
            half_sign_ins::expires_at.eq(At::from(half.expires_at)),
        ))
        .execute(&mut tx.conn)?;
    Ok(())
}

/// The first half of a sign-in, while the second is waited for.
pub fn half_sign_in(tx: &mut Tx, token: Digest, now: DateTime<Utc>) -> Result<Option<HalfSignIn>, DbError> {
    let row: Option<(PersonId, Way, Computer, At)> = half_sign_ins::table
        .find(token)
        .filter(half_sign_ins::expires_at.gt(At::from(now)))
        .select((
            half_sign_ins::person_id,
            half_sign_ins::way,
            half_sign_ins::computer,
            half_sign_ins::expires_at,
        ))
        .first(&mut tx.conn)
        .optional()?;
    Ok(row.map(|(person, way, computer, expires_at)| HalfSignIn {
        person,
        way,
        computer,
        expires_at: expires_at.0,
    }))
}

/// Ends a half sign-in: the second half is there.
pub fn end_half_sign_in(tx: &mut Tx, token: Digest) -> Result<Used, DbError> {
    Ok(Used::of(diesel::delete(half_sign_ins::table.find(token)).execute(&mut tx.conn)?))
}

/// Ends every half sign-in of a person.
pub fn end_half_sign_ins_of(tx: &mut Tx, person: PersonId) -> Result<(), DbError> {
    diesel::delete(half_sign_ins::table.filter(half_sign_ins::person_id.eq(person))).execute(&mut tx.conn)?;
    Ok(())
}

/// A sign-in of a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignedIn {
    /// When.
    pub at: DateTime<Utc>,
    /// How.
    pub way: Way,
    /// On what.
    pub device: Device,
}

/// Notes a sign-in, and forgets those before a moment.
pub fn note_sign_in(
    tx: &mut Tx,
    person: PersonId,
    signed_in: SignedIn,
    forget_before: DateTime<Utc>,
) -> Result<(), DbError> {
    diesel::delete(sign_ins::table.filter(sign_ins::at.lt(At::from(forget_before)))).execute(&mut tx.conn)?;
    diesel::insert_into(sign_ins::table)
        .values((
            sign_ins::person_id.eq(person),
            sign_ins::at.eq(At::from(signed_in.at)),
            sign_ins::way.eq(signed_in.way),
            sign_ins::browser.eq(signed_in.device.browser),
            sign_ins::system.eq(signed_in.device.system),
        ))
        .execute(&mut tx.conn)?;
    Ok(())
}

/// The newest sign-ins of a person.
pub fn sign_ins(tx: &mut Tx, person: PersonId, limit: u32) -> Result<Vec<SignedIn>, DbError> {
    let rows: Vec<(At, Way, Browser, System)> = sign_ins::table
        .filter(sign_ins::person_id.eq(person))
        .order(sign_ins::id.desc())
        .limit(i64::from(limit))
        .select((sign_ins::at, sign_ins::way, sign_ins::browser, sign_ins::system))
        .load(&mut tx.conn)?;
    let signed_in = |(at, way, browser, system): (At, Way, Browser, System)| SignedIn {
        at: at.0,
        way,
        device: Device { browser, system },
    };
    Ok(rows.into_iter().map(signed_in).collect())
}

/// What of a mail lets somebody with a post sign in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignInSecret {
    /// The link.
    Link,
    /// The six digits beside it.
    Code,
}

/// Stores a mailed secret.
pub fn add_sign_in_secret(
    tx: &mut Tx,
    secret: Digest,
    kind: SignInSecret,
    person: PersonId,
    now: DateTime<Utc>,
    expires_at: DateTime<Utc>,
) -> Result<(), DbError> {
    let over = sign_in_links::table
        .filter(sign_in_links::person_id.eq(person))
        .filter(sign_in_links::expires_at.le(At::from(now)));
    diesel::delete(over).execute(&mut tx.conn)?;
    // Six digits may come up twice in the minutes that they live.
    diesel::delete(sign_in_links::table.find(secret)).execute(&mut tx.conn)?;
    diesel::insert_into(sign_in_links::table)
        .values((
            sign_in_links::token_hash.eq(secret),
            sign_in_links::person_id.eq(person),
            sign_in_links::kind.eq(kind),
            sign_in_links::created_at.eq(At::from(now)),
            sign_in_links::expires_at.eq(At::from(expires_at)),
        ))
        .execute(&mut tx.conn)?;
    Ok(())
}

/// Whom a mailed secret lets in, while it lives. Looking does not use it up (G27).
pub fn sign_in_secret(
    tx: &mut Tx,
    secret: Digest,
    kind: SignInSecret,
    now: DateTime<Utc>,
) -> Result<Option<PersonId>, DbError> {
    Ok(sign_in_links::table
        .find(secret)
        .filter(sign_in_links::kind.eq(kind))
        .filter(sign_in_links::used_at.is_null())
        .filter(sign_in_links::expires_at.gt(At::from(now)))
        .select(sign_in_links::person_id)
        .first(&mut tx.conn)
        .optional()?)
}

/// Uses up every mailed secret of a person, links and codes alike.
pub fn use_sign_in_secrets(tx: &mut Tx, person: PersonId, now: DateTime<Utc>) -> Result<Used, DbError> {
    let theirs = sign_in_links::table
        .filter(sign_in_links::person_id.eq(person))
        .filter(sign_in_links::used_at.is_null());
    let used = diesel::update(theirs).set(sign_in_links::used_at.eq(At::from(now))).execute(&mut tx.conn)?;
    Ok(Used::of(used))
}
