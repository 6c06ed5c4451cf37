//! Signing in with an account of a provider: Microsoft, Google, or any other that speaks OpenID Connect.
//!
//! Nobody is taken on by it. A person comes in whom the account belongs to, by what never passes to anybody else: issuer
//! and subject. The first time, the account finds its person by their address, and only by an address that the provider
//! vouches for: in a token an address can stand that nobody ever looked at, and whoever can write it there would come in
//! as somebody else.
//!
//! One try is bound to one browser, counts once, and is over after ten minutes. All asking is done outside of
//! transactions.

mod asking;

use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::app::App;
use crate::app::error::Error;
use crate::config::{AddressesOf, ProviderConfig};
use crate::db::ways_in::{self, Ceremony, ProviderAccount};
use crate::db::{self, Tx};
use crate::domain::calendar::local_date;
use crate::domain::ids::PersonId;
use crate::urls;

use super::entry::{self, Entered, First, Visitor};
use super::session::{Computer, Way};
use super::users::{ChangedBy, log};
use super::way_in_letter::{self, Change};
use super::{Token, colleague};
use asking::{Asked, Claims, Known};

/// How long somebody may be with a provider.
const LIVES: TimeDelta = TimeDelta::minutes(10);

/// The providers of the configuration.
#[derive(Debug, Default)]
pub struct Providers(Vec<Provider>);

/// One provider, with what it said about itself when it was last asked.
pub struct Provider {
    settings: ProviderConfig,
    known: Known,
}

impl fmt::Debug for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Provider").field("settings", &self.settings).finish_non_exhaustive()
    }
}

impl Providers {
    /// Those of the configuration.
    pub fn of(settings: Vec<ProviderConfig>) -> Self {
        Self(settings.into_iter().map(|settings| Provider { settings, known: Known::default() }).collect())
    }

    /// Key and name of each, in the order of the configuration.
    pub fn named(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|provider| (provider.settings.key.as_str(), provider.settings.name.as_str()))
    }

    fn find(&self, key: &str) -> Result<&Provider, Error> {
        self.0.iter().find(|provider| provider.settings.key == key).ok_or(Error::NotFound)
    }
}

impl Provider {
    /// Whether the provider vouches for that address.
    fn vouches(&self, claims: &Claims) -> bool {
        let Some(email) = &claims.email else { return false };
        let domain = email.rsplit_once('@').map(|(_, domain)| domain.to_lowercase());
        let of_ours = domain.is_some_and(|domain| self.settings.domains.contains(&domain));
        match self.settings.addresses {
            AddressesOf::Verified => claims.verified && (self.settings.domains.is_empty() || of_ours),
            AddressesOf::OwnDomains => of_ours,
        }
    }
}

impl Provider {
    /// How somebody came in: with a second step of the provider, where it says one that counts (ASVS 6.8.4).
    fn way(&self, claims: &Claims) -> Way {
        let counts = &self.settings.second_step;
        let method = claims.methods.iter().any(|method| counts.amr.contains(method));
        let class = claims.class.as_ref().is_some_and(|class| counts.acr.contains(class));
        if method || class { Way::ProviderWithBoth } else { Way::Provider }
    }
}

/// Why an account does not bring anybody in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// The try is over, was answered before, or began in another browser.
    Over,
    /// They said no there.
    Declined,
    /// The provider does not answer, or not in its language.
    Unreachable,
    /// The provider's answer does not fit what was asked.
    NotBelieved,
    /// Nobody who has that address here, or an address that the provider does not vouch for: one answer for both.
    Unknown,
    /// Their post has ended.
    NoPost,
    /// Whoever has that address is connected with another account there.
    AnotherAccount,
    /// The account belongs to somebody else here.
    OfSomebodyElse,
}

/// What a try with a provider gives; outside of it is what can go wrong in any use case.
pub type Tried<T> = Result<Result<T, Why>, Error>;

/// What somebody wants from a provider.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// To come in, and then go to that page of ours.
    SignIn {
        /// Its path.
        next: String,
    },
    /// To connect the account with whoever is signed in.
    Connect {
        /// Who.
        person: PersonId,
    },
}

/// What must be the same when the browser comes back.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    provider: String,
    purpose: Purpose,
    asked: Asked,
}

/// A try that has begun.
#[derive(Clone, Debug)]
pub struct Started {
    /// For the browser, to show when it comes back.
    pub browser: Token,
    /// Where it goes.
    pub to: Url,
}

/// Begins a try.
///
/// # Errors
/// `NotFound` for a provider that is not set up.
pub fn begin(app: &App, key: &str, purpose: Purpose) -> Tried<Started> {
    let provider = app.providers().find(key)?;
    let (asked, to) = match provider.known.ask(app, &provider.settings) {
        Ok(asked) => asked,
        Err(why) => return Ok(Err(why)),
    };
    let kept = Kept { provider: key.to_owned(), purpose, asked };
    let content = serde_json::to_string(&kept).map_err(|source| Error::Internal(Box::new(source)))?;
    let (browser, now) = (Token::fresh(app), app.now());
    let secret = browser.digest();
    app.db().write(move |tx| {
        ways_in::begin_ceremony(tx, secret, Ceremony::Provider, &content, now, now + LIVES)
    })?;
    Ok(Ok(Started { browser, to }))
}

/// What a browser brings back from a provider.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Answer {
    /// The code that is exchanged for a token.
    pub code: Option<String>,
    /// What was sent along.
    pub state: Option<String>,
    /// What went wrong there.
    pub error: Option<String>,
}

/// Who comes back.
#[derive(Debug)]
pub struct Comer {
    /// From where and with what.
    pub visitor: Visitor,
    /// What the browser was given when it went.
    pub browser: Option<Token>,
    /// Whoever is signed in with it.
    pub person: Option<PersonId>,
    /// The session that it had until now; it ends when they come in.
    pub previous: Option<Token>,
}

/// How a try ended well.
#[derive(Clone, Debug)]
pub enum Came {
    /// The first proof is right: they are in, or show their second one.
    In {
        /// What came of it.
        entered: Entered,
        /// Where they wanted to go.
        next: String,
    },
    /// The account is connected.
    Connected,
}

/// Ends a try. Whatever comes of it, its answer counts no second time.
///
/// # Errors
/// `NotFound` for a provider that is not set up.
pub fn finish(app: &App, key: &str, comer: Comer, answer: Answer) -> Tried<Came> {
    let provider = app.providers().find(key)?;
    let Some(kept) = taken(app, comer.browser.as_ref())? else { return Ok(Err(Why::Over)) };
    let same = kept.provider == key && answer.state.as_deref().is_some_and(|state| kept.asked.is_of(state));
    if !same {
        return Ok(Err(Why::Over));
    }
    let Some(code) = answer.code.filter(|_| answer.error.is_none()) else { return Ok(Err(Why::Declined)) };
    let claims = match provider.known.exchange(app, &provider.settings, &kept.asked, code) {
        Ok(claims) => claims,
        Err(why) => return Ok(Err(why)),
    };
    match kept.purpose {
        Purpose::SignIn { next } => sign_in(app, provider, claims, comer, next),
        Purpose::Connect { person } if comer.person == Some(person) => connect(app, provider, claims, person),
        Purpose::Connect { .. } => Ok(Err(Why::Over)),
    }
}

fn taken(app: &App, browser: Option<&Token>) -> Result<Option<Kept>, Error> {
    let Some(browser) = browser else { return Ok(None) };
    let (secret, now) = (browser.digest(), app.now());
    let content = app.db().write(move |tx| ways_in::take_ceremony(tx, secret, Ceremony::Provider, now))?;
    Ok(content.and_then(|content| serde_json::from_str(&content).ok()))
}

fn sign_in(app: &App, provider: &Provider, claims: Claims, comer: Comer, next: String) -> Tried<Came> {
    let vouched = claims.email.clone().filter(|_| provider.vouches(&claims));
    let way = provider.way(&claims);
    let (inside, name) = (app.clone(), provider.settings.name.clone());
    let (now, Comer { visitor, previous, .. }) = (app.now(), comer);
    let entered = app.db().write(move |tx| {
        let person = match whose(tx, &claims, vouched.as_deref())? {
            Ok(person) => person,
            Err(why) => return Ok(Err(why)),
        };
        if let Err(why) = holds_a_post(tx, person, now)? {
            return Ok(Err(why));
        }
        if ways_in::person_of_account(tx, &claims.issuer, &claims.subject)?.is_none() {
            add(tx, &inside, &name, &claims, person)?;
        }
        ways_in::note_account_use(tx, &claims.issuer, &claims.subject, now)?;
        let first = First { person, way, computer: Computer::Own, previous };
        Ok::<_, Error>(Ok(entry::admit(tx, &inside, &first, &visitor)?))
    })?;
    app.nudge();
    Ok(entered.map(|entered| Came::In { entered, next }))
}

/// The person of an account: whom it is connected with, or whoever has its address, if that can be believed and they are
/// not connected with another account there.
fn whose(tx: &mut Tx, claims: &Claims, vouched: Option<&str>) -> Result<Result<PersonId, Why>, Error> {
    if let Some(person) = ways_in::person_of_account(tx, &claims.issuer, &claims.subject)? {
        return Ok(Ok(person));
    }
    let Some(email) = vouched else { return Ok(Err(Why::Unknown)) };
    let Some(found) = db::people::sign_in(tx, email)? else { return Ok(Err(Why::Unknown)) };
    let another = ways_in::accounts_of(tx, found.id)?.iter().any(|account| account.issuer == claims.issuer);
    Ok(if another { Err(Why::AnotherAccount) } else { Ok(found.id) })
}

fn holds_a_post(tx: &mut Tx, person: PersonId, now: DateTime<Utc>) -> Result<Result<(), Why>, Error> {
    let person = colleague(tx, person, local_date(now))?;
    Ok(match person {
        Some(person) if !person.posts.is_empty() => Ok(()),
        Some(_) | None => Err(Why::NoPost),
    })
}

fn connect(app: &App, provider: &Provider, claims: Claims, person: PersonId) -> Tried<Came> {
    let (inside, name) = (app.clone(), provider.settings.name.clone());
    let connected = app.db().write(move |tx| {
        match ways_in::person_of_account(tx, &claims.issuer, &claims.subject)? {
            Some(owner) if owner == person => return Ok(Ok(())),
            Some(_) => return Ok(Err(Why::OfSomebodyElse)),
            None => {}
        }
        ways_in::disconnect(tx, person, &claims.issuer)?;
        add(tx, &inside, &name, &claims, person)?;
        Ok::<_, Error>(Ok(()))
    })?;
    app.nudge();
    Ok(connected.map(|()| Came::Connected))
}

fn add(tx: &mut Tx, app: &App, name: &str, claims: &Claims, person: PersonId) -> Result<(), Error> {
    let now = app.now();
    let account = ProviderAccount {
        issuer: claims.issuer.clone(),
        subject: claims.subject.clone(),
        person,
        email: claims.email.clone().unwrap_or_default(),
        connected_at: now,
        last_used_at: None,
    };
    ways_in::connect(tx, &account)?;
    let words = format!("An account of {name} was connected with person {person}");
    log(tx, ChangedBy::Person(person), now, None, "provider_account", &words)?;
    way_in_letter::tell(tx, app, person, &Change::AccountConnected { provider: name })
}

/// A provider, as somebody who is signed in sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnProvider {
    /// Its key in addresses.
    pub key: String,
    /// Its name.
    pub name: String,
    /// Their account there, if it is connected.
    pub account: Option<ProviderAccount>,
}

/// Every provider, with the account that a person has there.
///
/// # Errors
/// When the database cannot be used.
pub fn own(app: &App, person: PersonId) -> Result<Vec<OwnProvider>, Error> {
    let accounts = app.db().read(|tx| ways_in::accounts_of(tx, person))?;
    let of = |provider: &Provider| OwnProvider {
        key: provider.settings.key.clone(),
        name: provider.settings.name.clone(),
        account: accounts.iter().find(|account| account.issuer == provider.settings.issuer.as_str()).cloned(),
    };
    Ok(app.providers().0.iter().map(of).collect())
}

/// Disconnects one's own account. A second time changes nothing.
///
/// # Errors
/// `NotFound` for a provider that is not set up.
pub fn disconnect(app: &App, key: &str, person: PersonId) -> Result<(), Error> {
    let settings = &app.providers().find(key)?.settings;
    let (issuer, name) = (settings.issuer.clone(), settings.name.clone());
    let inside = app.clone();
    app.db().write(move |tx| {
        if ways_in::disconnect(tx, person, &issuer)? == 0 {
            return Ok(());
        }
        let words = format!("The account of {name} was disconnected from person {person}");
        log(tx, ChangedBy::Person(person), inside.now(), None, "provider_account", &words)?;
        way_in_letter::tell(tx, &inside, person, &Change::AccountDisconnected { provider: &name })
    })?;
    app.nudge();
    Ok(())
}

/// Where a provider sends the browser back to.
fn back_to(app: &App, key: &str) -> Url {
    app.base().link(&urls::back_from_provider(key))
}
