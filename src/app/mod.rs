//! Use cases: one function, one use case, one transaction.
//!
//! A transaction begins and ends here, through [`Db::read`](crate::db::Db::read) or
//! [`Db::write`](crate::db::Db::write), and nowhere else. What leaves the building is a row of the outbox,
//! written in the same transaction.

pub mod access;
pub mod alike;
pub mod calendars;
pub mod cases;
pub mod concerns;
pub mod contact;
mod copies;
pub mod demo;
pub mod drafts;
pub mod error;
pub mod files;
pub mod health;
mod helping;
pub mod logs;
pub mod maintenance;
pub mod messages;
pub mod misfit;
pub mod notify;
pub mod outbox;
pub mod pace;
pub mod people;
pub mod readings;
pub mod redaction;
pub mod schools;
pub mod sweep;
pub mod test_message;
pub mod together;
pub mod work_list;
pub mod world;
mod writing;

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::Notify;

use crate::clock::{Clock, Ids};
use crate::db::Db;
use crate::domain::record::RequestId;
use crate::key::InstallationKey;
use crate::urls::BaseUrl;

use self::access::provider::Providers;
use self::error::Error;
use self::files::FileLimits;
use self::files::scan::Scanner;
use self::pace::{Counted, Pace, Rates};
use self::world::Worlds;

/// Everything that a use case needs. Clones share it.
#[derive(Clone, Debug)]
pub struct App {
    inner: Arc<Inner>,
    files: FileLimits,
    providers: Arc<Providers>,
    scanner: Option<Arc<Scanner>>,
    pace: Arc<Pace>,
    counted: Counted,
    request: Option<RequestId>,
    way: readings::Way,
}

#[derive(Debug)]
struct Inner {
    db: Db,
    clock: Clock,
    ids: Ids,
    base: BaseUrl,
    undo: TimeDelta,
    mode: Mode,
    key: InstallationKey,
    worlds: Worlds,
    readings: readings::Waiting,
    nudge: Notify,
}

/// What kind of installation this is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Real families, real mail.
    Live,
    /// Real families, and no mail leaves: each lies in a folder and on a page (E26).
    TestMail,
    /// Made-up families; the clock can be moved.
    Demo,
}

/// What an application is made of.
#[derive(Debug)]
pub struct Parts {
    /// The database, migrated.
    pub db: Db,
    /// The time.
    pub clock: Clock,
    /// Ids, tokens, salts.
    pub ids: Ids,
    /// The public address.
    pub base: BaseUrl,
    /// How long a message can still be called back (S7).
    pub undo: TimeDelta,
    /// What kind of installation this is.
    pub mode: Mode,
    /// What seals and signs, kept outside the database.
    pub key: InstallationKey,
}

impl App {
    /// Puts an application together.
    pub fn new(parts: Parts) -> Self {
        let Parts { db, clock, ids, base, undo, mode, key } = parts;
        Self {
            inner: Arc::new(Inner {
                db,
                clock,
                ids,
                base,
                undo,
                mode,
                key,
                worlds: Worlds::default(),
                readings: readings::Waiting::default(),
                nudge: Notify::new(),
            }),
            files: FileLimits::default(),
            providers: Arc::default(),
            scanner: None,
            pace: Arc::new(Pace::of(Rates::default())),
            counted: Counted::No,
            request: None,
            way: readings::Way::Unknown,
        }
    }

    /// The same with other limits for files.
    #[must_use]
    pub fn limiting_files(mut self, files: FileLimits) -> Self {
        self.files = files;
        self
    }

    /// The same with providers by whose accounts people sign in.
    #[must_use]
    pub fn with_providers(mut self, providers: Providers) -> Self {
        self.providers = Arc::new(providers);
        self
    }

    /// The same with a virus scanner, for which files wait.
    #[must_use]
    pub fn scanning_files(mut self, scanner: Scanner) -> Self {
        self.scanner = Some(Arc::new(scanner));
        self
    }

    /// The same with other numbers of what one account may do.
    #[must_use]
    pub fn pacing(mut self, rates: Rates) -> Self {
        self.pace = Arc::new(Pace::of(rates));
        self
    }

    /// What counts how fast accounts go, where what is done is counted.
    fn pace(&self) -> Option<&Pace> {
        (self.counted == Counted::Yes).then_some(&*self.pace)
    }

    /// The same, whoever looks at it.
    fn all_paces(&self) -> &Pace {
        &self.pace
    }

    /// The virus scanner, if there is one.
    pub fn scanner(&self) -> Option<&Scanner> {
        self.scanner.as_deref()
    }

    /// The providers by whose accounts people sign in.
    pub fn providers(&self) -> &Providers {
        &self.providers
    }

    /// The same for one request: whatever it writes into the record of a case carries that name (A25), and
    /// whatever is read by it is logged with its way (R69).
    #[must_use]
    pub fn asked_in(&self, request: RequestId, way: readings::Way, counted: Counted) -> Self {
        Self { request: Some(request), way, counted, ..self.clone() }
    }

    /// How whoever asks reads: on a page or by the API.
    pub(super) fn way(&self) -> readings::Way {
        self.way
    }

    /// The request that this serves; absent for the worker and for commands.
    pub(super) fn request(&self) -> Option<&RequestId> {
        self.request.as_ref()
    }

    /// How large a file can be and how many there can be.
    pub fn file_limits(&self) -> FileLimits {
        self.files
    }

    /// The moment now.
    pub fn now(&self) -> DateTime<Utc> {
        self.inner.clock.now()
    }

    /// The clock, for a demo that moves it.
    pub fn clock(&self) -> &Clock {
        &self.inner.clock
    }

    /// Ids, tokens, salts.
    pub fn ids(&self) -> &Ids {
        &self.inner.ids
    }

    /// The public address.
    pub fn base(&self) -> &BaseUrl {
        &self.inner.base
    }

    /// What kind of installation this is.
    pub fn mode(&self) -> Mode {
        self.inner.mode
    }

    /// How long a message can still be called back.
    pub fn undo(&self) -> TimeDelta {
        self.inner.undo
    }

    /// What seals and signs.
    pub(crate) fn key(&self) -> &InstallationKey {
        &self.inner.key
    }

    pub(crate) fn db(&self) -> &Db {
        &self.inner.db
    }

    fn worlds(&self) -> &Worlds {
        &self.inner.worlds
    }

    fn readings(&self) -> &readings::Waiting {
        &self.inner.readings
    }

    /// Tells the worker, after a commit, that there may be mail.
    pub fn nudge(&self) {
        self.inner.nudge.notify_one();
    }

    /// Waits until somebody nudges.
    pub async fn nudged(&self) {
        self.inner.nudge.notified().await;
    }
}

/// A key under which a request can be repeated safely (A6).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    /// Reads a key: 1 to 200 visible ASCII characters.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let fits = (1..=200).contains(&text.len()) && text.bytes().all(|byte| (0x21..=0x7e).contains(&byte));
        if fits {
            return Ok(Self(text.to_owned()));
        }
        Err(Error::Invalid(vec![error::FieldProblem::new(
            "Idempotency-Key",
            error::FieldCode::NotAKey,
            "An idempotency key has 1 to 200 letters, digits or signs, and no spaces",
        )]))
    }

    /// The key.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
