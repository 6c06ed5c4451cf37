//! Who is at the door: sessions, API tokens, the links of complainants. Digests only, never a secret.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::connection::Tx;
use super::doors::Reach;
use super::error::DbError;
use super::schema::{api_tokens, case_links, password_links, sessions, setup_tokens};
use super::types::{At, Digest, Key, from_json, to_json};
use crate::domain::device::{Browser, Device, System};
use crate::domain::ids::{CaseId, PartyNo, PersonId, SchoolId};

/// A person's session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Session {
    /// Whose.
    pub person: PersonId,
    /// Since when.
    pub created_at: DateTime<Utc>,
    /// When it was last used.
    pub last_seen_at: DateTime<Utc>,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
    /// On what.
    pub device: Device,
    /// What it reaches.
    pub reach: Reach,
}

impl Session {
    /// A session that begins now, on a device of which nothing is known, and reaches everything.
    pub fn beginning(person: PersonId, now: DateTime<Utc>, expires_at: DateTime<Utc>) -> Self {
        Self {
            person,
            created_at: now,
            last_seen_at: now,
            expires_at,
            device: Device::default(),
            reach: Reach::Everything,
        }
    }
}

/// Begins a session.
pub fn begin_session(tx: &mut Tx, token: Digest, session: Session) -> Result<(), DbError> {
    diesel::insert_into(sessions::table)
        .values((
            sessions::token_hash.eq(token),
            sessions::person_id.eq(session.person),
            sessions::created_at.eq(At::from(session.created_at)),
            sessions::last_seen_at.eq(At::from(session.last_seen_at)),
            sessions::expires_at.eq(At::from(session.expires_at)),
            sessions::browser.eq(session.device.browser),
            sessions::system.eq(session.device.system),
            sessions::reach.eq(session.reach),
        ))
        .execute(&mut tx.conn)?;
    Ok(())
}

type SessionRow = (Digest, PersonId, At, At, At, Browser, System, Reach);

const SESSION: (
    sessions::token_hash,
    sessions::person_id,
    sessions::created_at,
    sessions::last_seen_at,
    sessions::expires_at,
    sessions::browser,
    sessions::system,
    sessions::reach,
) = (
    sessions::token_hash,
    sessions::person_id,
    sessions::created_at,
    sessions::last_seen_at,
    sessions::expires_at,
    sessions::browser,
    sessions::system,
    sessions::reach,
);

fn session_of_row(row: SessionRow) -> (Digest, Session) {
    let (digest, person, created_at, last_seen_at, expires_at, browser, system, reach) = row;
    let (created_at, last_seen_at, expires_at) = (created_at.0, last_seen_at.0, expires_at.0);
    let device = Device { browser, system };
    (digest, Session { person, created_at, last_seen_at, expires_at, device, reach })
}

/// The session of that token, if it has not ended.
pub fn session(tx: &mut Tx, token: Digest, now: DateTime<Utc>) -> Result<Option<Session>, DbError> {
    let row: Option<SessionRow> = sessions::table
        .find(token)
        .filter(sessions::expires_at.gt(At::from(now)))
        .select(SESSION)
        .first(&mut tx.conn)
        .optional()?;
    Ok(row.map(|row| session_of_row(row).1))
}

/// Notes that a session was used, and when it ends now. One that has ended stays ended: a request that was on its way
/// when its owner signed out does not bring it back.
pub fn prolong_session(
    tx: &mut Tx,
    token: Digest,
    now: DateTime<Utc>,
    expires_at: DateTime<Utc>,
) -> Result<(), DbError> {
    diesel::update(sessions::table.find(token))
        .filter(sessions::expires_at.gt(At::from(now)))
        .set((sessions::last_seen_at.eq(At::from(now)), sessions::expires_at.eq(At::from(expires_at))))
        .execute(&mut tx.conn)?;
    Ok(())
}

/// Ends a session.
pub fn end_session(tx: &mut Tx, token: Digest) -> Result<(), DbError> {
    diesel::delete(sessions::table.find(token)).execute(&mut tx.conn)?;
    Ok(())
}

/// Ends a session that its owner signs out of, and still knows for a while whose it was.
pub fn close_session(tx: &mut Tx, token: Digest, now: DateTime<Utc>) -> Result<(), DbError> {
    diesel::update(sessions::table.find(token))
        .filter(sessions::expires_at.gt(At::from(now)))
        .set(sessions::expires_at.eq(At::from(now)))
        .execute(&mut tx.conn)?;
    Ok(())
}

/// Ends every session of a person, as when a password changes or a person leaves (G30).
pub fn end_sessions_of(tx: &mut Tx, person: PersonId) -> Result<(), DbError> {
    diesel::delete(sessions::table.filter(sessions::person_id.eq(person))).execute(&mut tx.conn)?;
    Ok(())
}

/// Ends every session of a person but one.
pub fn end_other_sessions(tx: &mut Tx, person: PersonId, kept: Digest) -> Result<(), DbError> {
    let others = sessions::table.filter(sessions::person_id.eq(person)).filter(sessions::token_hash.ne(kept));
    diesel::delete(others).execute(&mut tx.conn)?;
    Ok(())
}

/// The sessions of a person that have not ended, the newest first, each with the digest of its token.
pub fn sessions_of(
    tx: &mut Tx,
    person: PersonId,
    now: DateTime<Utc>,
) -> Result<Vec<(Digest, Session)>, DbError> {
    let rows: Vec<SessionRow> = sessions::table
        .filter(sessions::person_id.eq(person))
        .filter(sessions::expires_at.gt(At::from(now)))
        .order(sessions::created_at.desc())
        .select(SESSION)
        .load(&mut tx.conn)?;
    Ok(rows.into_iter().map(session_of_row).collect())
}

/// Lets a session reach everything that its owner may reach.
pub fn widen_session(tx: &mut Tx, token: Digest) -> Result<(), DbError> {
    diesel::update(sessions::table.find(token))
        .set(sessions::reach.eq(Reach::Everything))
        .execute(&mut tx.conn)?;
    Ok(())
}

/// Lets a session reach nothing but the pages on which a second step is set up.
pub fn narrow_session(tx: &mut Tx, token: Digest) -> Result<(), DbError> {
    diesel::update(sessions::table.find(token))
        .set(sessions::reach.eq(Reach::SecondStep))
        .execute(&mut tx.conn)?;
    Ok(())
}

/// Removes the sessions that have ended.
pub fn forget_ended_sessions(tx: &mut Tx, now: DateTime<Utc>) -> Result<usize, DbError> {
    let ended = sessions::table.filter(sessions::expires_at.le(At::from(now)));
    Ok(diesel::delete(ended).execute(&mut tx.conn)?)
}

/// To whom an API token belongs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenOwner {
    /// A person: their posts bound what it can do.
    Person(PersonId),
    /// Another program, by its name.
    Service(String),
}

/// An API token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiToken {
    /// Its id, by which it is listed and revoked.
    pub id: Uuid,
    /// Whose.
    pub owner: TokenOwner,
    /// The one school that it reaches; `None` for all that its owner reaches.
    pub school: Option<SchoolId>,
    /// What it may do, as the API names it.
    pub scopes: Vec<String>,
    /// Since when.
    pub created_at: DateTime<Utc>,
    /// When it ends.
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was last used.
    pub last_used_at: Option<DateTime<Utc>>,
    /// When it was revoked.
    pub revoked_at: Option<DateTime<Utc>>,
}

#[derive(Queryable, Insertable)]
#[diesel(table_name = api_tokens)]
#[diesel(treat_none_as_default_value = false)]
struct TokenRow {
    id: Key,
    token_hash: Digest,
    person_id: Option<PersonId>,
    service_name: Option<String>,
    school_id: Option<SchoolId>,
    scopes: String,
    created_at: At,
    expires_at: Option<At>,
    last_used_at: Option<At>,
    revoked_at: Option<At>,
}

impl TokenRow {
    fn into_token(self) -> Result<ApiToken, DbError> {
        let owner = match (self.person_id, self.service_name) {
            (Some(person), None) => TokenOwner::Person(person),
            (None, Some(name)) => TokenOwner::Service(name),
            (Some(_), Some(_)) | (None, None) => return Err(DbError::corrupt("api_tokens", "person_id")),
        };
        Ok(ApiToken {
            id: self.id.0,
            owner,
            school: self.school_id,
            scopes: from_json(&self.scopes, "api_tokens", "scopes")?,
            created_at: self.created_at.0,
            expires_at: self.expires_at.map(|at| at.0),
            last_used_at: self.last_used_at.map(|at| at.0),
            revoked_at: self.revoked_at.map(|at| at.0),
        })
    }
}

/// Stores a token.
pub fn add_token(tx: &mut Tx, secret: Digest, token: &ApiToken) -> Result<(), DbError> {
    let (person_id, service_name) = match &token.owner {
        TokenOwner::Person(person) => (Some(*person), None),
        TokenOwner::Service(name) => (None, Some(name.clone())),
    };
    let row = TokenRow {
        id: Key(token.id),
        token_hash: secret,
        person_id,
        service_name,
        school_id: token.school,
        scopes: to_json(&token.scopes)?,
        created_at: token.created_at.into(),
        expires_at: token.expires_at.map(At::from),
        last_used_at: token.last_used_at.map(At::from),
        revoked_at: token.revoked_at.map(At::from),
    };
    diesel::insert_into(api_tokens::table).values(&row).execute(&mut tx.conn)?;
    Ok(())
}

/// The token of that secret, if it is neither over nor revoked.
pub fn token(tx: &mut Tx, secret: Digest, now: DateTime<Utc>) -> Result<Option<ApiToken>, DbError> {
    let row: Option<TokenRow> = api_tokens::table
        .filter(api_tokens::token_hash.eq(secret))
        .filter(api_tokens::revoked_at.is_null())
        .filter(api_tokens::expires_at.is_null().or(api_tokens::expires_at.gt(Some(At::from(now)))))
        .first(&mut tx.conn)
        .optional()?;
    row.map(TokenRow::into_token).transpose()
}

/// Every token, the newest first.
pub fn tokens(tx: &mut Tx) -> Result<Vec<ApiToken>, DbError> {
    let rows: Vec<TokenRow> =
        api_tokens::table.order((api_tokens::created_at.desc(), api_tokens::id)).load(&mut tx.conn)?;
    rows.into_iter().map(TokenRow::into_token).collect()
}

/// Notes that a token was used.
pub fn note_token_use(tx: &mut Tx, id: Uuid, now: DateTime<Utc>) -> Result<(), DbError> {
    diesel::update(api_tokens::table.find(Key(id)))
        .set(api_tokens::last_used_at.eq(At::from(now)))
        .execute(&mut tx.conn)?;
    Ok(())
}

/// Revokes a token. A second time changes nothing.
pub fn revoke_token(tx: &mut Tx, id: Uuid, now: DateTime<Utc>) -> Result<(), DbError> {
    let this = api_tokens::table.find(Key(id)).filter(api_tokens::revoked_at.is_null());
    diesel::update(this).set(api_tokens::revoked_at.eq(At::from(now))).execute(&mut tx.conn)?;
    Ok(())
}

/// What a complainant's secret is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkKind {
    /// The address in a mail.
    Link,
    /// The short code for the telephone.
    Code,
    /// The token that link or code is exchanged for.
    CaseToken,
    /// The code on paper of a family without email.
    Return,
    /// What takes the answer of somebody who is asked whether another may raise it for them. It opens nothing.
    Consent,
    /// The code that confirms a new email address. It opens nothing.
    Confirm,
    /// What the browser that has just sent a concern may still do: put a mistyped address right. It opens nothing.
    Filed,
}

/// What opens one case for one complainant, found to be theirs and alive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenLink {
    /// The case.
    pub(super) case: CaseId,
    /// Whose page it opens.
    pub party: PartyNo,
    /// Who helps them and comes in by it, where it is not themselves.
    pub helper: Option<PartyNo>,
    /// What it is.
    pub kind: LinkKind,
    /// Since when there is one.
    pub created_at: DateTime<Utc>,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
    /// When it was first used.
    pub used_at: Option<DateTime<Utc>>,
}

impl OpenLink {
    /// The case that it opens.
    pub fn case(&self) -> CaseId {
        self.case
    }

    /// Who comes in by it: the complainant, or whoever helps them.
    pub fn who(&self) -> PartyNo {
        self.helper.unwrap_or(self.party)
    }
}

/// A secret for a complainant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewLink {
    /// The digest of the secret.
    pub secret: Digest,
    /// The case.
    pub case: CaseId,
    /// Whose page it opens.
    pub party: PartyNo,
    /// Who helps them and has it, where it is not themselves.
    pub helper: Option<PartyNo>,
    /// What.
    pub kind: LinkKind,
    /// Since when.
    pub created_at: DateTime<Utc>,
    /// Until when.
    pub expires_at: DateTime<Utc>,
}

/// Stores a complainant's secret.
pub fn add_link(tx: &mut Tx, link: NewLink) -> Result<(), DbError> {
    diesel::insert_into(case_links::table)
        .values((
            case_links::token_hash.eq(link.secret),
            case_links::case_id.eq(link.case),
            case_links::party_no.eq(link.party),
            case_links::helper_no.eq(link.helper),
            case_links::kind.eq(link.kind),
            case_links::created_at.eq(At::from(link.created_at)),
            case_links::expires_at.eq(At::from(link.expires_at)),
        ))
        .execute(&mut tx.conn)?;
    Ok(())
}

/// The case, whose page, who helps; what it is, since when, until when, and its first use.
type LinkRow = (CaseId, PartyNo, Option<PartyNo>, LinkKind, At, At, Option<At>);

/// What that secret opens, if it lives. Looking changes nothing, so a scanner cannot use it up (G27).
pub fn link(tx: &mut Tx, secret: Digest, now: DateTime<Utc>) -> Result<Option<OpenLink>, DbError> {
    let row: Option<LinkRow> = case_links::table
        .find(secret)
        .filter(case_links::revoked_at.is_null())
        .filter(case_links::expires_at.gt(At::from(now)))
        .select((
            case_links::case_id,
            case_links::party_no,
            case_links::helper_no,
            case_links::kind,
            case_links::created_at,
            case_links::expires_at,
            case_links::used_at,
        ))
        .first(&mut tx.conn)
        .optional()?;
    Ok(row.map(|(case, party, helper, kind, created_at, expires_at, used_at)| OpenLink {
        case,
        party,
        helper,
        kind,
        created_at: created_at.0,
        expires_at: expires_at.0,
        used_at: used_at.map(|at| at.0),
    }))
}

/// Lets a case token that is in use live until then. One that has ended or was revoked stays so.
pub fn prolong_case_token(
    tx: &mut Tx,
    secret: Digest,
    now: DateTime<Utc>,
    expires_at: DateTime<Utc>,
) -> Result<(), DbError> {
    diesel::update(case_links::table.find(secret))
        .filter(case_links::kind.eq(LinkKind::CaseToken))
        .filter(case_links::revoked_at.is_null())
        .filter(case_links::expires_at.gt(At::from(now)))
        .set(case_links::expires_at.eq(At::from(expires_at)))
        .execute(&mut tx.conn)?;
    Ok(())
}

/// What that secret opened while it lived, unless it was revoked: for mailing a fresh one to the same party.
pub fn link_that_was(tx: &mut Tx, secret: Digest) -> Result<Option<OpenLink>, DbError> {
    let since_ever = DateTime::UNIX_EPOCH;
    link(tx, secret, since_ever)
}

/// Revokes one secret. A second time changes nothing.
pub fn revoke_link(tx: &mut Tx, secret: Digest, now: DateTime<Utc>) -> Result<(), DbError> {
    let this = case_links::table.find(secret).filter(case_links::revoked_at.is_null());
    diesel::update(this).set(case_links::revoked_at.eq(At::from(now))).execute(&mut tx.conn)?;
    Ok(())
}

/// Notes the first use of a link.
pub fn note_link_use(tx: &mut Tx, secret: Digest, now: DateTime<Utc>) -> Result<(), DbError> {
    let this = case_links::table.find(secret).filter(case_links::used_at.is_null());
    diesel::update(this).set(case_links::used_at.eq(At::from(now))).execute(&mut tx.conn)?;
    Ok(())
}

/// Whether a code is used for the first time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeUse {
    /// It is, and never will be again.
    First,
    /// It was used before.
    UsedBefore,
}

/// Uses a code up: the one that was typed, and the same one under its other secret, for another browser.
pub fn use_codes(
    tx: &mut Tx,
    secret: Digest,
    code: &OpenLink,
    now: DateTime<Utc>,
) -> Result<CodeUse, DbError> {
    let this = case_links::table.find(secret).filter(case_links::used_at.is_null());
    let used = diesel::update(this).set(case_links::used_at.eq(At::from(now))).execute(&mut tx.conn)?;
    if used == 0 {
        return Ok(CodeUse::UsedBefore);
    }
    let beside = case_links::table
        .filter(case_links::case_id.eq(code.case))
        .filter(case_links::party_no.eq(code.party))
        .filter(case_links::kind.eq(LinkKind::Code))
        .filter(case_links::expires_at.eq(At::from(code.expires_at)));
    diesel::update(beside).set(case_links::used_at.eq(At::from(now))).execute(&mut tx.conn)?;
    Ok(CodeUse::First)
}

/// What becomes of whoever is in when the links of a party are revoked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhoeverIsIn {
    /// They stay in.
    Stays,
    /// They must come in anew.
    GoesOut,
    /// The same, but for the browser that has just sent the concern: it may put the address right once more.
    OnlyWhoFiledStays,
}

/// Revokes what was mailed to a party: links, and the codes beside them.
pub fn revoke_mailed_links(
    tx: &mut Tx,
    case: CaseId,
    party: PartyNo,
    inside: WhoeverIsIn,
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    let kinds: &[LinkKind] = match inside {
        WhoeverIsIn::Stays => &[LinkKind::Link, LinkKind::Code, LinkKind::Consent],
        WhoeverIsIn::GoesOut => {
            &[LinkKind::Link, LinkKind::Code, LinkKind::Consent, LinkKind::CaseToken, LinkKind::Filed]
        }
        WhoeverIsIn::OnlyWhoFiledStays => {
            &[LinkKind::Link, LinkKind::Code, LinkKind::Consent, LinkKind::CaseToken]
        }
    };
    let theirs = case_links::table
        .filter(case_links::case_id.eq(case))
        .filter(case_links::party_no.eq(party))
        .filter(case_links::helper_no.is_null())
        .filter(case_links::kind.eq_any(kinds.to_vec()))
        .filter(case_links::revoked_at.is_null());
    diesel::update(theirs).set(case_links::revoked_at.eq(At::from(now))).execute(&mut tx.conn)?;
    Ok(())
}

/// Ends the code on paper of a party: there is one at a time.
pub fn revoke_return_codes(
    tx: &mut Tx,
    case: CaseId,
    party: PartyNo,
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    let theirs = case_links::table
        .filter(case_links::case_id.eq(case))
        .filter(case_links::party_no.eq(party))
        .filter(case_links::kind.eq(LinkKind::Return))
        .filter(case_links::revoked_at.is_null());
    diesel::update(theirs).set(case_links::revoked_at.eq(At::from(now))).execute(&mut tx.conn)?;
    Ok(())
}

/// Revokes all that somebody who helped a complainant has: links, codes, and the page that is open.
pub fn revoke_links_of_helper(
    tx: &mut Tx,
    case: CaseId,
    (whom, helper): (PartyNo, PartyNo),
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    let theirs = case_links::table
        .filter(case_links::case_id.eq(case))
        .filter(case_links::party_no.eq(whom))
        .filter(case_links::helper_no.eq(helper))
        .filter(case_links::revoked_at.is_null());
    diesel::update(theirs).set(case_links::revoked_at.eq(At::from(now))).execute(&mut tx.conn)?;
    Ok(())
}

/// How many codes for a new address were made for a party since that moment.
pub fn confirmations_since(
    tx: &mut Tx,
    case: CaseId,
    party: PartyNo,
    since: DateTime<Utc>,
) -> Result<i64, DbError> {
    Ok(case_links::table
        .filter(case_links::case_id.eq(case))
        .filter(case_links::party_no.eq(party))
        .filter(case_links::kind.eq(LinkKind::Confirm))
        .filter(case_links::created_at.ge(At::from(since)))
        .count()
        .get_result(&mut tx.conn)?)
}

/// Stores the one-time secret of the first administrator.
pub fn add_setup_token(
    tx: &mut Tx,
    secret: Digest,
    now: DateTime<Utc>,
    expires_at: DateTime<Utc>,
) -> Result<(), DbError> {
    diesel::insert_into(setup_tokens::table)
        .values((
            setup_tokens::token_hash.eq(secret),
            setup_tokens::created_at.eq(At::from(now)),
            setup_tokens::expires_at.eq(At::from(expires_at)),
        ))
        .execute(&mut tx.conn)?;
    Ok(())
}

/// Whether a one-time secret still works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SetupToken {
    /// It does.
    Alive,
    /// It is unknown, used or over.
    Spent,
}

/// Whether that secret of the first administrator still works. Looking does not use it up.
pub fn setup_token(tx: &mut Tx, secret: Digest, now: DateTime<Utc>) -> Result<SetupToken, DbError> {
    let alive: Option<Digest> = setup_tokens::table
        .find(secret)
        .filter(setup_tokens::used_at.is_null())
        .filter(setup_tokens::expires_at.gt(At::from(now)))
        .select(setup_tokens::token_hash)
        .first(&mut tx.conn)
        .optional()?;
    Ok(alive.map_or(SetupToken::Spent, |_| SetupToken::Alive))
}

/// Uses the secret up, and answers whether it was alive.
pub fn use_setup_token(tx: &mut Tx, secret: Digest, now: DateTime<Utc>) -> Result<SetupToken, DbError> {
    let this = setup_tokens::table
        .find(secret)
        .filter(setup_tokens::used_at.is_null())
        .filter(setup_tokens::expires_at.gt(At::from(now)));
    let used = diesel::update(this).set(setup_tokens::used_at.eq(At::from(now))).execute(&mut tx.conn)?;
    Ok(if used == 1 { SetupToken::Alive } else { SetupToken::Spent })
}

/// Stores the secret behind which a person chooses a password.
pub fn add_password_link(
    tx: &mut Tx,
    secret: Digest,
    person: PersonId,
    now: DateTime<Utc>,
    expires_at: DateTime<Utc>,
) -> Result<(), DbError> {
    diesel::insert_into(password_links::table)
        .values((
            password_links::token_hash.eq(secret),
            password_links::person_id.eq(person),
            password_links::created_at.eq(At::from(now)),
            password_links::expires_at.eq(At::from(expires_at)),
        ))
        .execute(&mut tx.conn)?;
    Ok(())
}

/// Whose password that secret lets one choose, while it lives. Looking does not use it up (G27).
pub fn password_link(tx: &mut Tx, secret: Digest, now: DateTime<Utc>) -> Result<Option<PersonId>, DbError> {
    Ok(password_links::table
        .find(secret)
        .filter(password_links::used_at.is_null())
        .filter(password_links::expires_at.gt(At::from(now)))
        .select(password_links::person_id)
        .first(&mut tx.conn)
        .optional()?)
}

/// Uses up every such secret of a person, as when they have chosen a password or have no post any more.
pub fn use_password_links(tx: &mut Tx, person: PersonId, now: DateTime<Utc>) -> Result<usize, DbError> {
    let theirs = password_links::table
        .filter(password_links::person_id.eq(person))
        .filter(password_links::used_at.is_null());
    Ok(diesel::update(theirs).set(password_links::used_at.eq(At::from(now))).execute(&mut tx.conn)?)
}
