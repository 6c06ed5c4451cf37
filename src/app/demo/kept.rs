//! What a demo keeps in its own database, so that it opens again as it was: who is in it, and its clock.

use chrono::{DateTime, TimeDelta, Utc};

use crate::app::App;
use crate::app::error::Error;
use crate::db;

use super::{Cast, moment};

/// The key of the cast. It is written last, so that a demo without it was not finished.
const CAST: &str = "demo_cast";
/// The key of the clock.
const CLOCK: &str = "demo_clock";
/// The clock is kept every ten seconds; a little more than that is added on opening, so that it never goes back.
const LEEWAY: TimeDelta = TimeDelta::seconds(15);

/// Keeps who is in the demo. Passwords and tokens of a demo open nothing real.
pub(super) fn keep_cast(app: &App, cast: &Cast) -> Result<(), Error> {
    let text = serde_json::to_string(cast).map_err(|source| Error::Internal(Box::new(source)))?;
    app.db().write(move |tx| Ok(db::meta::set(tx, CAST, &text)?))
}

/// Who is in the demo; `None` in a database that holds no finished demo.
///
/// # Errors
/// When the database cannot be used.
pub fn cast(app: &App) -> Result<Option<Cast>, Error> {
    let kept = app.db().read(|tx| db::meta::get(tx, CAST))?;
    let read = |text: String| serde_json::from_str(&text).map_err(|source| Error::Internal(Box::new(source)));
    kept.map(read).transpose()
}

/// Whether the database holds nothing yet, so that a demo can be built into it.
///
/// # Errors
/// When the database cannot be used.
pub fn is_fresh(app: &App) -> Result<Fresh, Error> {
    let trusts = app.db().read(db::schools::all_trusts)?;
    Ok(if trusts.is_empty() { Fresh::Yes } else { Fresh::No })
}

/// Whether a database holds nothing yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fresh {
    /// Nothing.
    Yes,
    /// Something.
    No,
}

/// Keeps the demo's time; called now and then, and after each move.
///
/// # Errors
/// When the database cannot be used.
pub fn keep_clock(app: &App) -> Result<(), Error> {
    let now = app.now().to_rfc3339();
    app.db().write(move |tx| Ok(db::meta::set(tx, CLOCK, &now)?))
}

/// The moment from which an opened demo runs on.
///
/// # Errors
/// When the database cannot be used.
pub fn clock_to_go_on_from(app: &App) -> Result<DateTime<Utc>, Error> {
    let kept = app.db().read(|tx| db::meta::get(tx, CLOCK))?;
    let kept = kept.and_then(|text| text.parse::<DateTime<Utc>>().ok());
    Ok(kept.map_or_else(moment, |kept| (kept + LEEWAY).max(moment())))
}
