//! Sessions of people with posts.

use chrono::{DateTime, TimeDelta, Utc};

use crate::app::App;
use crate::app::error::Error;
use crate::app::outbox::digest;
use crate::app::people::Colleague;
use crate::db::access::Session;
use crate::db::{self, Tx};
use crate::domain::calendar::local_date;
use crate::domain::ids::PersonId;

use super::{Token, colleague};

/// A session ends when it was not used for so long.
pub const IDLE: TimeDelta = TimeDelta::minutes(60);
/// The same on a computer that others use too (S44).
pub const IDLE_SHARED: TimeDelta = TimeDelta::minutes(10);
/// A session ends after so long, however much it was used.
pub const ABSOLUTE: TimeDelta = TimeDelta::hours(12);
/// A use is noted when the last one noted is so old: not every page is a write.
const NOTED_AFTER: TimeDelta = TimeDelta::minutes(1);

/// Whose session it was is known for so long after its end: what they had typed then is for nobody else.
const KNOWN_FOR: TimeDelta = TimeDelta::days(3);

/// On what kind of computer somebody signs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Computer {
    /// Their own.
    Own,
    /// One that others use too: it locks sooner (S44).
    Shared,
}

impl Computer {
    fn idle(self) -> TimeDelta {
        match self {
            Self::Own => IDLE,
            Self::Shared => IDLE_SHARED,
        }
    }
}

/// Begins a session with a token that never was anybody's before (fixation).
pub(super) fn begin(
    tx: &mut Tx,
    token: &Token,
    person: PersonId,
    computer: Computer,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    db::access::forget_ended_sessions(tx, now - KNOWN_FOR)?;
    db::people::note_sign_in(tx, person, now)?;
    let expires_at = now + computer.idle();
    db::access::begin_session(
        tx,
        token.digest(),
        Session { person, created_at: now, last_seen_at: now, expires_at },
    )?;
    Ok(())
}

/// Whose session that is, with the posts that they hold at this moment. Without a post there is no right,
/// and so no session (G30).
///
/// # Errors
/// Only when the database cannot be used; an unknown or ended token is `None`.
pub fn colleague_of_session(app: &App, token: &str) -> Result<Option<Colleague>, Error> {
    Ok(present(app, token)?.filter(|colleague| !colleague.posts.is_empty()))
}

/// Whose session that is, or was until it ended; `None` when nobody knows any more.
///
/// # Errors
/// Only when the database cannot be used.
pub fn whose(app: &App, token: &str) -> Result<Option<PersonId>, Error> {
    let token = digest(token);
    let found = app.db().read(|tx| db::access::session(tx, token, DateTime::UNIX_EPOCH))?;
    Ok(found.map(|session| session.person))
}

/// Whose session that is, with or without a post.
pub(super) fn present(app: &App, token: &str) -> Result<Option<Colleague>, Error> {
    let (token, now) = (digest(token), app.now());
    let found = app.db().read(|tx| {
        let Some(session) = db::access::session(tx, token, now)? else { return Ok(None) };
        let person = colleague(tx, session.person, local_date(now))?;
        Ok::<_, Error>(person.map(|person| (session, person)))
    })?;
    let Some((session, person)) = found else { return Ok(None) };
    if now - session.last_seen_at >= NOTED_AFTER {
        let until = prolonged(session, now);
        app.db().write(move |tx| db::access::prolong_session(tx, token, now, until))?;
    }
    Ok(Some(person))
}

/// When a session ends that is used now. Its idle time is what lies between its last use and its end, and
/// so is not stored a second time.
fn prolonged(session: Session, now: DateTime<Utc>) -> DateTime<Utc> {
    let idle = session.expires_at - session.last_seen_at;
    (now + idle).min(session.created_at + ABSOLUTE)
}

/// Ends the session of that token, if there is one.
///
/// # Errors
/// When the database cannot be used.
pub fn sign_out(app: &App, token: &str) -> Result<(), Error> {
    let (token, now) = (digest(token), app.now());
    Ok(app.db().write(move |tx| db::access::close_session(tx, token, now))?)
}

/// Ends every session of a person, on whatever computer (S43).
///
/// # Errors
/// When the database cannot be used.
pub fn sign_out_everywhere(app: &App, person: PersonId) -> Result<(), Error> {
    Ok(app.db().write(move |tx| db::access::end_sessions_of(tx, person))?)
}

/// A session of one's own, to look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Open {
    /// Since when.
    pub created_at: DateTime<Utc>,
    /// When it was last used, to the minute.
    pub last_seen_at: DateTime<Utc>,
    /// Whether it is the one that asks.
    pub whose: Whose,
}

/// Whether a session is the one that asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// It is this browser's.
    ThisBrowser,
    /// It is another's.
    Another,
}

/// The sessions of a person that have not ended, the newest first (S43). `token` is that of the one who asks.
///
/// # Errors
/// When the database cannot be used.
pub fn list(app: &App, person: PersonId, token: &str) -> Result<Vec<Open>, Error> {
    let (own, now) = (digest(token), app.now());
    let all = app.db().read(|tx| db::access::sessions_of(tx, person, now))?;
    let open = |(digest, session): (db::Digest, Session)| Open {
        created_at: session.created_at,
        last_seen_at: session.last_seen_at,
        whose: if digest == own { Whose::ThisBrowser } else { Whose::Another },
    };
    Ok(all.into_iter().map(open).collect())
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn use_prolongs_a_session_by_its_idle_time_and_never_beyond_its_absolute_end() {
        let start = Utc.with_ymd_and_hms(2026, 9, 7, 8, 0, 0).unwrap();
        for computer in [Computer::Own, Computer::Shared] {
            let mut session = Session {
                person: PersonId(Uuid::nil()),
                created_at: start,
                last_seen_at: start,
                expires_at: start + computer.idle(),
            };
            let mut now = start;
            while now < start + ABSOLUTE {
                session.expires_at = prolonged(session, now);
                session.last_seen_at = now;
                assert_eq!(session.expires_at, (now + computer.idle()).min(start + ABSOLUTE));
                now += TimeDelta::minutes(7);
            }
        }
    }
}
