//! The clock and the ids: the only places where time and randomness enter.
//!
//! Everything else takes them as arguments, so that a test or a demo can stand at any moment and come out
//! the same again.

use std::fmt;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};
use rand::{Rng, SeedableRng, TryRng, rngs::SysRng};
use rand_chacha::ChaCha20Rng;
use uuid::Uuid;

/// Tells the time, in whole microseconds, which is what both databases keep.
#[derive(Clone, Debug)]
pub enum Clock {
    /// The machine's.
    System,
    /// The machine's, moved by so many microseconds: a demo that is taken through a year.
    Moved(Arc<AtomicI64>),
    /// Stands still until it is set: microseconds since 1970.
    Fixed(Arc<AtomicI64>),
}

impl Clock {
    /// A clock that stands at that moment.
    pub fn fixed(at: DateTime<Utc>) -> Self {
        Self::Fixed(Arc::new(AtomicI64::new(at.timestamp_micros())))
    }

    /// A clock that runs on from that moment.
    pub fn running_from(at: DateTime<Utc>) -> Self {
        let clock = Self::Moved(Arc::new(AtomicI64::new(0)));
        clock.set(at);
        clock
    }

    /// The moment now.
    pub fn now(&self) -> DateTime<Utc> {
        let micros = match self {
            Self::System => system_micros(),
            Self::Moved(by) => system_micros() + by.load(Ordering::SeqCst),
            Self::Fixed(at) => at.load(Ordering::SeqCst),
        };
        DateTime::from_timestamp_micros(micros).unwrap_or(DateTime::UNIX_EPOCH)
    }

    /// Moves a clock that can be moved; the machine's own stays.
    pub fn set(&self, to: DateTime<Utc>) {
        match self {
            Self::System => {}
            Self::Moved(by) => by.store(to.timestamp_micros() - system_micros(), Ordering::SeqCst),
            Self::Fixed(at) => at.store(to.timestamp_micros(), Ordering::SeqCst),
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place where the time is read")]
fn system_micros() -> i64 {
    Utc::now().timestamp_micros()
}

/// Makes ids, references, tokens and salts.
#[derive(Clone)]
pub struct Ids {
    source: Arc<Mutex<ChaCha20Rng>>,
}

impl fmt::Debug for Ids {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Ids")
    }
}

/// The operating system gave no randomness.
#[derive(Debug, thiserror::Error)]
#[error("the operating system gave no random numbers")]
pub struct NoRandomness;

impl Ids {
    /// Ids that nobody can guess.
    pub fn unguessable() -> Result<Self, NoRandomness> {
        let mut seed = [0; 32];
        SysRng.try_fill_bytes(&mut seed).map_err(|_| NoRandomness)?;
        Ok(Self { source: Arc::new(Mutex::new(ChaCha20Rng::from_seed(seed))) })
    }

    /// Ids that come out the same again: for tests and demos only.
    pub fn seeded(seed: u64) -> Self {
        Self { source: Arc::new(Mutex::new(ChaCha20Rng::seed_from_u64(seed))) }
    }

    /// A UUID that sorts by its moment (version 7).
    pub fn uuid(&self, at: DateTime<Utc>) -> Uuid {
        let millis = u64::try_from(at.timestamp_millis()).unwrap_or_default();
        uuid::Builder::from_unix_timestamp_millis(millis, &self.bytes()).into_uuid()
    }

    /// 64 random bits.
    pub fn number(&self) -> u64 {
        u64::from_le_bytes(self.bytes())
    }

    /// Random bytes: 16 for a salt, 32 for a token.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        // A thread that panicked while it held the source left it whole: it only draws numbers.
        self.source.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(&mut bytes);
        bytes
    }
}

#[cfg(test)]
mod tests {
    use chrono::{TimeDelta, TimeZone};

    use super::*;

    #[test]
    fn a_moved_clock_runs_on_from_where_it_was_put() {
        let at = Utc.with_ymd_and_hms(2026, 7, 17, 15, 0, 0).unwrap();
        let clock = Clock::running_from(at);
        let later = clock.now();
        assert!(later >= at && later < at + TimeDelta::minutes(1));
        clock.clone().set(at + TimeDelta::days(5));
        assert!(clock.now() >= at + TimeDelta::days(5), "clones share the clock");
    }

    #[test]
    fn seeded_ids_come_out_the_same_again_and_sort_by_time() {
        let at = Utc.with_ymd_and_hms(2026, 7, 17, 15, 0, 0).unwrap();
        let (one, other) = (Ids::seeded(7), Ids::seeded(7));
        assert_eq!(one.uuid(at), other.uuid(at));
        assert_ne!(one.uuid(at), one.uuid(at));
        assert!(one.uuid(at) < one.uuid(at + TimeDelta::seconds(1)));
        assert_ne!(Ids::unguessable().unwrap().number(), Ids::unguessable().unwrap().number());
    }
}
