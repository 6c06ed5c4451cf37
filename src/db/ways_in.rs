//! Ways in beside the password: accounts of providers, and the tries that are on their way.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::connection::Tx;
use super::error::DbError;
use super::schema::{ceremonies, provider_accounts};
use super::types::{At, Digest};
use crate::domain::ids::PersonId;

/// What a try is for; an answer to one counts for no other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ceremony {
    /// Somebody is with a provider.
    Provider,
    /// Somebody makes a passkey.
    NewPasskey,
    /// Somebody signs in with one.
    Passkey,
}

impl Ceremony {
    const fn key(self) -> &'static str {
        match self {
            Self::Provider => "provider",
            Self::NewPasskey => "new_passkey",
            Self::Passkey => "passkey",
        }
    }
}

/// Keeps what must be the same when a browser comes back, and removes what nobody came back for.
pub fn begin_ceremony(
    tx: &mut Tx,
    browser: Digest,
    kind: Ceremony,
    content: &str,
    now: DateTime<Utc>,
    expires_at: DateTime<Utc>,
) -> Result<(), DbError> {
    diesel::delete(ceremonies::table.filter(ceremonies::expires_at.le(At::from(now))))
        .execute(&mut tx.conn)?;
    diesel::insert_into(ceremonies::table)
        .values((
            ceremonies::token_hash.eq(browser),
            ceremonies::kind.eq(kind.key()),
            ceremonies::content.eq(content),
            ceremonies::expires_at.eq(At::from(expires_at)),
        ))
        .execute(&mut tx.conn)?;
    Ok(())
}

/// Takes away what was kept for that browser: of two answers at once, one gets it.
pub fn take_ceremony(
    tx: &mut Tx,
    browser: Digest,
    kind: Ceremony,
    now: DateTime<Utc>,
) -> Result<Option<String>, DbError> {
    let this = || ceremonies::table.find(browser).filter(ceremonies::kind.eq(kind.key()));
    let content: Option<String> = this()
        .filter(ceremonies::expires_at.gt(At::from(now)))
        .select(ceremonies::content)
        .first(&mut tx.conn)
        .optional()?;
    let taken = diesel::delete(this()).execute(&mut tx.conn)?;
    Ok(content.filter(|_| taken == 1))
}

/// An account by which somebody signs in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderAccount {
    /// Who gave it, as its tokens say it.
    pub issuer: String,
    /// Whose it is there.
    pub subject: String,
    /// Whose it is here.
    pub person: PersonId,
    /// The address that the provider named, to be shown.
    pub email: String,
    /// Since when.
    pub connected_at: DateTime<Utc>,
    /// When somebody last signed in with it.
    pub last_used_at: Option<DateTime<Utc>>,
}

#[derive(Queryable, Insertable)]
#[diesel(table_name = provider_accounts)]
#[diesel(treat_none_as_default_value = false)]
struct AccountRow {
    issuer: String,
    subject: String,
    person_id: PersonId,
    email: String,
    connected_at: At,
    last_used_at: Option<At>,
}

impl From<AccountRow> for ProviderAccount {
    fn from(row: AccountRow) -> Self {
        Self {
            issuer: row.issuer,
            subject: row.subject,
            person: row.person_id,
            email: row.email,
            connected_at: row.connected_at.0,
            last_used_at: row.last_used_at.map(|at| at.0),
        }
    }
}

/// Connects an account with a person.
pub fn connect(tx: &mut Tx, account: &ProviderAccount) -> Result<(), DbError> {
    let row = AccountRow {
        issuer: account.issuer.clone(),
        subject: account.subject.clone(),
        person_id: account.person,
        email: account.email.clone(),
        connected_at: At::from(account.connected_at),
        last_used_at: account.last_used_at.map(At::from),
    };
    diesel::insert_into(provider_accounts::table).values(row).execute(&mut tx.conn)?;
    Ok(())
}

/// Whose account that is.
pub fn person_of_account(tx: &mut Tx, issuer: &str, subject: &str) -> Result<Option<PersonId>, DbError> {
    Ok(provider_accounts::table
        .find((issuer, subject))
        .select(provider_accounts::person_id)
        .first(&mut tx.conn)
        .optional()?)
}

/// Notes that somebody signed in with an account.
pub fn note_account_use(tx: &mut Tx, issuer: &str, subject: &str, now: DateTime<Utc>) -> Result<(), DbError> {
    diesel::update(provider_accounts::table.find((issuer, subject)))
        .set(provider_accounts::last_used_at.eq(Some(At::from(now))))
        .execute(&mut tx.conn)?;
    Ok(())
}

/// The accounts of a person: one of each issuer at most.
pub fn accounts_of(tx: &mut Tx, person: PersonId) -> Result<Vec<ProviderAccount>, DbError> {
    let rows: Vec<AccountRow> =
        provider_accounts::table.filter(provider_accounts::person_id.eq(person)).load(&mut tx.conn)?;
    Ok(rows.into_iter().map(ProviderAccount::from).collect())
}

/// Takes an account from a person, and answers how many that were.
pub fn disconnect(tx: &mut Tx, person: PersonId, issuer: &str) -> Result<usize, DbError> {
    let theirs = provider_accounts::table
        .filter(provider_accounts::person_id.eq(person))
        .filter(provider_accounts::issuer.eq(issuer));
    Ok(diesel::delete(theirs).execute(&mut tx.conn)?)
}
