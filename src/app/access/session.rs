//! Sessions of people with posts.

use chrono::{DateTime, TimeDelta, Utc};

use crate::app::App;
use crate::app::error::Error;
use crate::app::outbox::{self, digest};
use crate::app::people::Colleague;
use crate::db::access::Session;
pub use crate::db::doors::{Reach, SignedIn, Way};
use crate::db::{self, Tx};
use crate::domain::calendar::local_date;
use crate::domain::device::Device;
use crate::domain::ids::PersonId;

use super::administrator::Administrator;
use super::{Token, colleague, second_step, staff, users};

/// A session ends when it was not used for so long.
pub const IDLE: TimeDelta = TimeDelta::minutes(60);
/// The same on a computer that others use too (S44).
pub const IDLE_SHARED: TimeDelta = TimeDelta::minutes(10);
/// A session ends after so long, however much it was used.
pub const ABSOLUTE: TimeDelta = TimeDelta::hours(12);
/// A use is noted when the last one noted is so old: not every page is a write.
const NOTED_AFTER: TimeDelta = TimeDelta::minutes(1);

/// Sign-ins are listed for their owner for so long.
const SIGN_INS_KEPT: TimeDelta = TimeDelta::days(90);
/// So many of them are shown.
const SIGN_INS_SHOWN: u32 = 20;
/// So many digits of a digest tell one session of a person from another.
const NAME_LENGTH: usize = 16;

/// Whose session it was is known for so long after its end: what they had typed then is for nobody else.
const KNOWN_FOR: TimeDelta = TimeDelta::days(3);

/// On what kind of computer somebody signs in.
pub use crate::db::doors::Computer;

fn idle(computer: Computer) -> TimeDelta {
    match computer {
        Computer::Own => IDLE,
        Computer::Shared => IDLE_SHARED,
    }
}

/// How a session begins.
#[derive(Clone, Copy, Debug)]
pub(super) struct Beginning {
    /// Whose it is.
    pub person: PersonId,
    /// On what kind of computer.
    pub computer: Computer,
    /// How they signed in.
    pub way: Way,
    /// On what.
    pub device: Device,
    /// What it reaches.
    pub reach: Reach,
}

/// Begins a session of which no more is known than whose it is.
pub(super) fn begin(
    tx: &mut Tx,
    token: &Token,
    person: PersonId,
    computer: Computer,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let beginning =
        Beginning { person, computer, way: Way::Other, device: Device::default(), reach: Reach::Everything };
    begin_as(tx, token, beginning, now)
}

/// Begins a session with a token that never was anybody's before (fixation), and notes the sign-in for its owner.
pub(super) fn begin_as(
    tx: &mut Tx,
    token: &Token,
    beginning: Beginning,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let Beginning { person, computer, way, device, reach } = beginning;
    db::access::forget_ended_sessions(tx, now - KNOWN_FOR)?;
    db::people::note_sign_in(tx, person, now)?;
    db::doors::note_sign_in(tx, person, SignedIn { at: now, way, device }, now - SIGN_INS_KEPT)?;
    let session = Session { device, reach, ..Session::beginning(person, now, now + idle(computer)) };
    db::access::begin_session(tx, token.digest(), session)?;
    tracing::info!(target: "security", event = "signed_in", %person, way = ?way);
    Ok(())
}

/// Whose session that is, with the posts that they hold at this moment. Without a post there is no right,
/// and so no session (G30).
///
/// # Errors
/// Only when the database cannot be used; an unknown or ended token is `None`.
pub fn colleague_of_session(app: &App, token: &str) -> Result<Option<Colleague>, Error> {
    Ok(standing(app, token)?.and_then(|(colleague, reach)| match reach {
        Reach::Everything => Some(colleague),
        Reach::SecondStep => None,
    }))
}

/// Whose session that is, and what it reaches: for the pages on which a second step is set up.
///
/// # Errors
/// Only when the database cannot be used; an unknown or ended token is `None`.
pub fn standing(app: &App, token: &str) -> Result<Option<(Colleague, Reach)>, Error> {
    let found = found(app, token)?;
    if let Some((colleague, _)) = &found
        && colleague.posts.is_empty()
    {
        tracing::warn!(target: "security", event = "session_without_a_post", person = %colleague.id);
    }
    Ok(found.filter(|(colleague, _)| !colleague.posts.is_empty()))
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

/// Why a session ended by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// Nothing happened for so many minutes.
    Idle(i64),
    /// It was used for so many hours, and longer none lasts.
    Old(i64),
}

/// Why a session ended by itself; `None` for one that lasts, was signed out, or is not known any more.
///
/// # Errors
/// Only when the database cannot be used.
pub fn ended(app: &App, token: &str) -> Result<Option<Ended>, Error> {
    let token = digest(token);
    let found = app.db().read(|tx| db::access::session(tx, token, DateTime::UNIX_EPOCH))?;
    Ok(found.filter(|session| session.expires_at <= app.now()).and_then(why))
}

fn why(session: Session) -> Option<Ended> {
    if session.expires_at >= session.created_at + ABSOLUTE {
        return Some(Ended::Old(ABSOLUTE.num_hours()));
    }
    let unused = session.expires_at - session.last_seen_at;
    [IDLE, IDLE_SHARED].contains(&unused).then_some(Ended::Idle(unused.num_minutes()))
}

/// Whose session that is, with or without a post.
pub(super) fn present(app: &App, token: &str) -> Result<Option<Colleague>, Error> {
    Ok(found(app, token)?.map(|(colleague, _)| colleague))
}

fn found(app: &App, token: &str) -> Result<Option<(Colleague, Reach)>, Error> {
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
    Ok(Some((person, session.reach)))
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

/// Ends one session of a person, by the name that the list has for it. One that has ended stays so.
///
/// # Errors
/// `NotFound` when no session of theirs has that name.
pub fn end_one(app: &App, person: PersonId, name: &str) -> Result<(), Error> {
    let (name, now) = (name.to_owned(), app.now());
    app.db().write(move |tx| {
        let all = db::access::sessions_of(tx, person, now)?;
        let found = all.into_iter().find(|(digest, _)| name_of(*digest) == name);
        let (digest, _) = found.ok_or(Error::NotFound)?;
        Ok(db::access::end_session(tx, digest)?)
    })
}

/// Ends every session of somebody whom an administrator looks after.
///
/// # Errors
/// `NotFound` for somebody whom they do not know of, `Forbidden` for somebody with a post that is not theirs to look
/// after.
pub fn end_all_of(app: &App, by: &Administrator, person: PersonId) -> Result<(), Error> {
    staff::entry(app, by, person)?;
    let (who, by, now, inside) = (by.clone(), by.changes(), app.now(), app.clone());
    app.db().write(move |tx| {
        second_step::looks_after_all(tx, &who, person, &inside)?;
        db::doors::use_sign_in_secrets(tx, person, now)?;
        db::access::end_sessions_of(tx, person)?;
        db::doors::end_half_sign_ins_of(tx, person)?;
        users::log(tx, by, now, None, "sessions", &format!("Person {person} was signed out everywhere"))
    })?;
    tracing::info!(target: "security", event = "signed_out_by_administrator", %person);
    Ok(())
}

/// By what one session is told from another on a page: a part of the digest of its digest. It opens nothing.
fn name_of(digest: db::Digest) -> String {
    hex::encode(outbox::digest(&hex::encode(digest.0)).0).chars().take(NAME_LENGTH).collect()
}

/// The newest sign-ins of a person.
///
/// # Errors
/// When the database cannot be used.
pub fn sign_ins(app: &App, person: PersonId) -> Result<Vec<SignedIn>, Error> {
    Ok(app.db().read(|tx| db::doors::sign_ins(tx, person, SIGN_INS_SHOWN))?)
}

/// A session of one's own, to look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Open {
    /// By what it is told from the others.
    pub name: String,
    /// On what.
    pub device: Device,
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
        name: name_of(digest),
        device: session.device,
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
    fn a_session_that_ended_by_itself_says_why() {
        let start = Utc.with_ymd_and_hms(2026, 9, 7, 8, 0, 0).unwrap();
        let of = |last: TimeDelta, end: TimeDelta| Session {
            last_seen_at: start + last,
            ..Session::beginning(PersonId(Uuid::nil()), start, start + end)
        };
        let (hour, day) = (TimeDelta::hours(1), TimeDelta::hours(12));
        assert_eq!(why(of(TimeDelta::zero(), hour)), Some(Ended::Idle(60)));
        assert_eq!(why(of(hour, hour + IDLE_SHARED)), Some(Ended::Idle(10)));
        assert_eq!(why(of(day - TimeDelta::minutes(5), day)), Some(Ended::Old(12)));
        assert_eq!(why(of(hour, hour + TimeDelta::minutes(3))), None, "it was ended by somebody");
    }

    #[test]
    fn use_prolongs_a_session_by_its_idle_time_and_never_beyond_its_absolute_end() {
        let start = Utc.with_ymd_and_hms(2026, 9, 7, 8, 0, 0).unwrap();
        for computer in [Computer::Own, Computer::Shared] {
            let mut session = Session::beginning(PersonId(Uuid::nil()), start, start + idle(computer));
            let mut now = start;
            while now < start + ABSOLUTE {
                session.expires_at = prolonged(session, now);
                session.last_seen_at = now;
                assert_eq!(session.expires_at, (now + idle(computer)).min(start + ABSOLUTE));
                now += TimeDelta::minutes(7);
            }
        }
    }
}
