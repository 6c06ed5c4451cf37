//! Tokens for programs: scoped, expiring, revocable, shown once and stored as a digest (A12).

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use crate::app::App;
use crate::app::error::{Error, FieldCode, FieldProblem};
use crate::app::outbox::digest;
use crate::app::people::Colleague;
use crate::db;
use crate::db::access::{ApiToken, TokenOwner};
use crate::db::logs::SettingChanged;
use crate::domain::calendar::local_date;
use crate::domain::ids::{PersonId, SchoolId};
use crate::domain::person::Place;
use crate::domain::text::EmailAddress;

use super::users::ChangedBy;
use super::{Token, colleague};

/// By this a program that looks for leaked secrets knows one of ours.
const PREFIX: &str = "heard_";
/// The longest that a token lives.
const LONGEST: TimeDelta = TimeDelta::days(366);
/// A use is noted when the last one noted is so old.
const NOTED_AFTER: TimeDelta = TimeDelta::minutes(1);

/// What a token may do, within what its owner's posts let them do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Read what its owner sees.
    Read,
    /// Act on cases and log concerns.
    Write,
    /// Change people, calendars, procedures.
    Settings,
}

impl Scope {
    /// Every scope.
    pub const ALL: [Self; 3] = [Self::Read, Self::Write, Self::Settings];

    /// The word for it on the command line, in the API and in the database.
    pub fn key(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Settings => "settings",
        }
    }

    /// The scope of that key.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.key() == key)
    }
}

/// A token to be made.
#[derive(Clone, Debug)]
pub struct NewToken {
    /// Whose it will be, by their address.
    pub owner: EmailAddress,
    /// The one school that it reaches, by its slug; none for all that its owner reaches.
    pub school: Option<String>,
    /// What it may do; at least one.
    pub scopes: Vec<Scope>,
    /// How long it lives, at most a year.
    pub lives: TimeDelta,
}

/// A token that was made. This is the one time that it is shown.
#[derive(Clone, Debug)]
pub struct Made {
    /// Its id, by which it is listed and revoked.
    pub id: Uuid,
    /// The secret.
    pub token: Token,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
}

/// Makes a token for a person.
///
/// # Errors
/// `Invalid` when nobody has that address, there is no such school, no scope, or it would live too long.
pub fn create(app: &App, by: ChangedBy, new: NewToken) -> Result<Made, Error> {
    let now = app.now();
    let mut scopes = new.scopes;
    scopes.sort_unstable();
    scopes.dedup();
    if scopes.is_empty() {
        return Err(problem(
            "scopes",
            FieldCode::Missing,
            "Choose what the token may do: read, write or settings",
        ));
    }
    if new.lives <= TimeDelta::zero() || new.lives > LONGEST {
        return Err(problem("expires", FieldCode::OutOfRange, "Let the token end after 1 to 366 days"));
    }
    let made =
        Made { id: app.ids().uuid(now), token: Token::fresh_with(app, PREFIX), expires_at: now + new.lives };
    let (id, secret, expires_at) = (made.id, made.token.digest(), made.expires_at);
    app.db().write(move |tx| {
        let owner = db::people::sign_in(tx, &new.owner.key())?.ok_or_else(|| {
            problem(
                "owner",
                FieldCode::UnknownPerson,
                "Nobody has this email address. Check it and try again",
            )
        })?;
        let school = school(tx, new.school.as_deref())?;
        let token = ApiToken {
            id,
            owner: TokenOwner::Person(owner.id),
            school,
            scopes: scopes.iter().map(|scope| scope.key().to_owned()).collect(),
            created_at: now,
            expires_at: Some(expires_at),
            last_used_at: None,
            revoked_at: None,
        };
        db::access::add_token(tx, secret, &token)?;
        log(tx, by, now, school, None, Some(&in_words(&token)))
    })?;
    Ok(made)
}

fn school(tx: &mut db::Tx, slug: Option<&str>) -> Result<Option<SchoolId>, Error> {
    let Some(slug) = slug else { return Ok(None) };
    let found = db::schools::find_by_slug(tx, slug)?;
    let record = found.ok_or_else(|| {
        problem(
            "school",
            FieldCode::UnknownSchool,
            "There is no school of that name. Enter one that is set up",
        )
    })?;
    Ok(Some(record.school.id))
}

/// Who calls with a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenHolder {
    /// The token.
    pub token: Uuid,
    /// Its owner, with the posts that they hold at this moment and the token reaches.
    pub colleague: Colleague,
    /// What it may do.
    pub scopes: Vec<Scope>,
    /// The one school that it reaches, if it was made for one.
    pub school: Option<SchoolId>,
}

impl TokenHolder {
    /// Whether the token may do that.
    pub fn may(&self, scope: Scope) -> bool {
        self.scopes.contains(&scope)
    }
}

/// Whose token that is. As with a session, it is worth nothing without a post (G30). Tokens of services are
/// stored but open nothing yet.
///
/// # Errors
/// Only when the database cannot be used; an unknown, ended or revoked token is `None`.
pub fn colleague_of_token(app: &App, text: &str) -> Result<Option<TokenHolder>, Error> {
    let (secret, now) = (digest(text), app.now());
    let found = app.db().read(|tx| {
        let Some(token) = db::access::token(tx, secret, now)? else { return Ok(None) };
        let TokenOwner::Person(owner) = token.owner else { return Ok(None) };
        let owner = colleague(tx, owner, local_date(now))?;
        Ok::<_, Error>(owner.map(|owner| (token, owner)))
    })?;
    let Some((token, owner)) = found else { return Ok(None) };
    let colleague = narrowed(owner, token.school);
    if colleague.posts.is_empty() {
        return Ok(None);
    }
    if token.last_used_at.is_none_or(|last| now - last >= NOTED_AFTER) {
        app.db().write(move |tx| db::access::note_token_use(tx, token.id, now))?;
    }
    let scopes = token.scopes.iter().filter_map(|key| Scope::from_key(key)).collect();
    Ok(Some(TokenHolder { token: token.id, colleague, scopes, school: token.school }))
}

/// With only those posts that reach the token's school, and only as far as it.
fn narrowed(mut owner: Colleague, school: Option<SchoolId>) -> Colleague {
    let Some(school) = school else { return owner };
    owner.only_school = Some(school);
    owner.trust_schools.retain(|reached| *reached == school);
    let by_trust = !owner.trust_schools.is_empty();
    owner.posts.retain(|post| match post.place {
        Place::School(own) => own == school,
        Place::Trust => by_trust,
    });
    owner
}

/// Every token of a person, or of everybody, the newest first; never the secret.
///
/// # Errors
/// When the database cannot be used.
pub fn list(app: &App, owner: Option<PersonId>) -> Result<Vec<ApiToken>, Error> {
    let mut tokens = app.db().read(db::access::tokens)?;
    tokens.retain(|token| owner.is_none_or(|owner| token.owner == TokenOwner::Person(owner)));
    Ok(tokens)
}

/// Every token with the name of its owner, the newest first; never the secret.
///
/// # Errors
/// When the database cannot be used.
pub fn list_with_owners(app: &App) -> Result<Vec<(ApiToken, String)>, Error> {
    app.db().read(|tx| {
        let tokens = db::access::tokens(tx)?;
        let owners: Vec<PersonId> = tokens
            .iter()
            .filter_map(|token| match token.owner {
                TokenOwner::Person(person) => Some(person),
                TokenOwner::Service(_) => None,
            })
            .collect();
        let names = db::people::names(tx, &owners)?;
        let name = |owner: &TokenOwner| match owner {
            TokenOwner::Person(person) => names.get(person).cloned().unwrap_or_else(|| person.to_string()),
            TokenOwner::Service(name) => name.clone(),
        };
        Ok(tokens
            .into_iter()
            .map(|token| {
                let owner = name(&token.owner);
                (token, owner)
            })
            .collect())
    })
}

/// A token as its owner sees it: never the secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnToken {
    /// Its id, by which it is revoked.
    pub id: Uuid,
    /// What it may do.
    pub scopes: Vec<Scope>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it ends.
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was last used.
    pub last_used_at: Option<DateTime<Utc>>,
}

/// The tokens of a person that still work, the newest first.
///
/// # Errors
/// When the database cannot be used.
pub fn own(app: &App, person: PersonId) -> Result<Vec<OwnToken>, Error> {
    let now = app.now();
    let works = |token: &ApiToken| token.revoked_at.is_none() && token.expires_at.is_none_or(|at| now < at);
    let own = |token: ApiToken| OwnToken {
        id: token.id,
        scopes: token.scopes.iter().filter_map(|key| Scope::from_key(key)).collect(),
        created_at: token.created_at,
        expires_at: token.expires_at,
        last_used_at: token.last_used_at,
    };
    Ok(list(app, Some(person))?.into_iter().filter(works).map(own).collect())
}

/// Makes a token for oneself.
///
/// # Errors
/// As for [`create`].
pub fn create_own(app: &App, person: PersonId, new: NewToken) -> Result<Made, Error> {
    create(app, ChangedBy::Person(person), new)
}

/// Revokes a token of one's own.
///
/// # Errors
/// `NotFound` for anybody else's.
pub fn revoke_own(app: &App, person: PersonId, id: Uuid) -> Result<(), Error> {
    if !list(app, Some(person))?.iter().any(|token| token.id == id) {
        return Err(Error::NotFound);
    }
    revoke(app, ChangedBy::Person(person), id)
}

/// Revokes a token at once.
///
/// # Errors
/// `NotFound` when there is none of that id.
pub fn revoke(app: &App, by: ChangedBy, id: Uuid) -> Result<(), Error> {
    let now = app.now();
    app.db().write(move |tx| {
        let tokens = db::access::tokens(tx)?;
        let token = tokens.into_iter().find(|token| token.id == id).ok_or(Error::NotFound)?;
        if token.revoked_at.is_some() {
            return Ok(());
        }
        db::access::revoke_token(tx, id, now)?;
        log(tx, by, now, token.school, Some(&in_words(&token)), Some("revoked"))
    })
}

fn in_words(token: &ApiToken) -> String {
    let owner = match &token.owner {
        TokenOwner::Person(person) => format!("person {person}"),
        TokenOwner::Service(name) => format!("service {name}"),
    };
    let until = token.expires_at.map_or_else(|| "it is revoked".to_owned(), |at| at.to_rfc3339());
    format!("{} of {owner}: {}, until {until}", token.id, token.scopes.join(", "))
}

fn log(
    tx: &mut db::Tx,
    by: ChangedBy,
    at: DateTime<Utc>,
    school: Option<SchoolId>,
    before: Option<&str>,
    after: Option<&str>,
) -> Result<(), Error> {
    let change = SettingChanged {
        at,
        person: by.person(),
        school,
        what: "token".to_owned(),
        before: before.map(str::to_owned),
        after: after.map(str::to_owned),
    };
    Ok(db::logs::log_setting(tx, &change)?)
}

fn problem(field: &str, code: FieldCode, words: &str) -> Error {
    Error::Invalid(vec![FieldProblem::new(field, code, words)])
}
