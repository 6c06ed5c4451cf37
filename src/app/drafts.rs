//! What a family has typed and not sent yet: kept under a secret of their browser, so that it outlives a lost
//! session and a restart (P8).

use chrono::{DateTime, TimeDelta, Utc};

use crate::db::files::Stay;
use crate::db::{self, drafts::Draft};
use crate::domain::ids::FileId;

pub mod elsewhere;

use super::App;
use super::access::Token;
use super::error::Error;
use super::outbox::digest;

pub use crate::db::drafts::Trace;

/// A draft that nobody touches is deleted after so long.
pub const LIVES: TimeDelta = TimeDelta::days(3);

/// That there was one is remembered for so long after that, without a word of it, to tell whoever comes back.
pub const REMEMBERED: TimeDelta = TimeDelta::days(14);

/// The longest draft, in bytes: fifty points of the longest text would be more than anybody needs.
const LONGEST: usize = 4_000_000;

/// What is known under a browser's secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kept {
    /// What was typed, as JSON, and until when it stays.
    Here(String, DateTime<Utc>),
    /// It was kept until then, and deleted.
    Over(DateTime<Utc>),
    /// Nothing: nobody typed anything here, or it is too long ago to be remembered.
    Nothing,
}

/// What was kept for that school under that secret.
///
/// # Errors
/// When the database cannot be used, and `NotFound` for an unknown school.
pub fn load(app: &App, slug: &str, secret: &Token) -> Result<Kept, Error> {
    let (secret, now) = (digest(secret.as_str()), app.now());
    app.db().read(|tx| {
        let school = db::schools::find_by_slug(tx, slug)?.ok_or(Error::NotFound)?.school.id;
        let found = db::drafts::find(tx, secret)?.filter(|(draft, _)| draft.school == school);
        Ok(match found {
            Some((draft, _)) if draft.expires_at > now => Kept::Here(draft.data, draft.expires_at),
            Some((draft, Trace::Kept)) => Kept::Over(draft.expires_at),
            Some((_, Trace::None)) | None => Kept::Nothing,
        })
    })
}

/// Keeps it, in place of what was there, and its files as long.
///
/// # Errors
/// `NotFound` for an unknown school, `Busy` when it is longer than anything that a person writes.
pub fn keep(
    app: &App,
    slug: &str,
    secret: &Token,
    data: String,
    trace: Trace,
    files: Vec<FileId>,
) -> Result<(), Error> {
    if data.len() > LONGEST {
        return Err(Error::Busy);
    }
    let (secret, now, slug) = (digest(secret.as_str()), app.now(), slug.to_owned());
    app.db().write(move |tx| {
        let school = db::schools::find_by_slug(tx, &slug)?.ok_or(Error::NotFound)?.school.id;
        let draft = Draft { school, data, expires_at: now + LIVES };
        for file in files {
            db::files::let_stay(tx, file, Stay::Until(draft.expires_at))?;
        }
        // What was sent, or thrown away, is gone on with nowhere.
        if trace == Trace::None {
            db::drafts::remove_way_back(tx, secret)?;
        }
        Ok(db::drafts::keep(tx, secret, &draft, trace, now)?)
    })
}

/// Forgets it: it was sent.
///
/// # Errors
/// When the database cannot be used.
pub fn forget(app: &App, secret: &Token) -> Result<(), Error> {
    let secret = digest(secret.as_str());
    app.db().write(move |tx| {
        db::drafts::remove_way_back(tx, secret)?;
        Ok(db::drafts::remove(tx, secret)?)
    })
}
