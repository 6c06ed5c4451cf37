//! How often something may be tried. A limit is a bucket that refills: nobody is ever locked out, they wait.

use std::fmt;
use std::hash::{BuildHasher, Hash, RandomState};
use std::net::{IpAddr, Ipv4Addr};
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::keyed::DefaultKeyedStateStore;
use governor::{Quota, RateLimiter};

use crate::app::error::Error;
use crate::db::access::OpenLink;
use crate::db::visibility::Seen;
use crate::domain::ids::PersonId;

/// After so many checks, the buckets that are full again are forgotten.
const SWEEP_EVERY: u32 = 1024;

/// So many at once for each key, and one more after each pause.
pub struct Limit<K: Hash + Eq + Clone> {
    buckets: RateLimiter<K, DefaultKeyedStateStore<K>, DefaultClock, StateInformationMiddleware>,
    burst: u32,
    pause: Duration,
    clock: DefaultClock,
    checks: AtomicU32,
}

/// What is left of a bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// So many at once.
    pub most: u32,
    /// So many are left.
    pub left: u32,
    /// After how long there is one more.
    pub pause: Duration,
}

impl Budget {
    /// After how many seconds, begun ones counted, the bucket is full again.
    pub fn full_in(self) -> u64 {
        let whole = self.pause.saturating_mul(self.most.saturating_sub(self.left));
        whole.as_secs() + u64::from(whole.subsec_nanos() > 0)
    }
}

impl<K: Hash + Eq + Clone> fmt::Debug for Limit<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Limit")
    }
}

impl<K: Hash + Eq + Clone> Limit<K> {
    /// `burst` at once, then one each `pause`.
    pub fn new(burst: u32, pause: Duration) -> Self {
        let burst = NonZeroU32::new(burst).unwrap_or(NonZeroU32::MIN);
        let quota = Quota::with_period(pause).unwrap_or_else(|| Quota::per_second(burst)).allow_burst(burst);
        Self {
            buckets: RateLimiter::keyed(quota).with_middleware(),
            burst: burst.get(),
            pause,
            clock: DefaultClock::default(),
            checks: AtomicU32::new(0),
        }
    }

    /// Takes one, or says after how many seconds there is one again.
    ///
    /// # Errors
    /// `TooMany` with the seconds to wait, at least 1.
    pub fn take(&self, key: &K) -> Result<Budget, Error> {
        if self.checks.fetch_add(1, Ordering::Relaxed) % SWEEP_EVERY == SWEEP_EVERY - 1 {
            self.buckets.retain_recent();
        }
        let state = self.buckets.check_key(key).map_err(|until| {
            let wait = until.wait_time_from(self.clock.now());
            Error::TooMany(wait.as_secs().saturating_add(1))
        })?;
        Ok(Budget { left: state.remaining_burst_capacity(), ..self.full() })
    }

    /// What somebody has who has taken nothing yet.
    pub fn full(&self) -> Budget {
        Budget { most: self.burst, left: self.burst, pause: self.pause }
    }
}

/// From where somebody comes, as limits count it: one IPv4 address, or the 64 bits of IPv6 that one
/// household or office has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Network {
    /// An IPv4 address.
    V4(Ipv4Addr),
    /// The first half of an IPv6 address.
    V6([u16; 4]),
}

impl Network {
    /// The network of that address.
    pub fn of(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(address) => Self::V4(address),
            IpAddr::V6(address) => {
                let [a, b, c, d, ..] = address.segments();
                Self::V6([a, b, c, d])
            }
        }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::V4(address) => address.fmt(f),
            Self::V6(parts) => {
                let parts = parts.map(|part| format!("{part:x}"));
                write!(f, "{}::/64", parts.join(":"))
            }
        }
    }
}

/// The limits of those who are not in yet. One value a process; it is kept in memory and nowhere else.
///
/// Whoever guesses at somebody's password fills the bucket of that account *from their own network*, and its owner comes
/// in from any other. Whoever guesses from many networks at once fills the bucket of the account for browsers that
/// nobody knows; its owner still comes in with a browser in which they signed in before, which has a bucket of its own,
/// or by mail. So nobody can lock anybody out.
#[derive(Debug)]
pub struct Doors {
    /// Passwords tried for one account from one network.
    passwords: Limit<(u64, Network)>,
    /// Passwords tried for one account with browsers that are not known, from wherever.
    accounts: Limit<u64>,
    /// Passwords tried for one account with one browser in which its owner signed in before.
    browsers: Limit<u64>,
    /// Codes of apps and recovery codes tried for one account, by whoever has shown the first proof.
    second_steps: Limit<u64>,
    /// Sign-ins from one network, whoever they are for: a whole school may stand behind one address.
    sign_ins: Limit<Network>,
    /// Return codes tried for one case from one network: nobody uses up the tries of somebody else.
    return_codes: Limit<(u64, Network)>,
    /// Codes tried in answer to one mail.
    codes: Limit<u64>,
    /// Fresh links asked for one address.
    links: Limit<u64>,
    hashing: RandomState,
}

impl Default for Doors {
    fn default() -> Self {
        Self {
            passwords: Limit::new(10, Duration::from_secs(30)),
            sign_ins: Limit::new(100, Duration::from_secs(1)),
            accounts: Limit::new(100, Duration::from_secs(60)),
            browsers: Limit::new(10, Duration::from_secs(30)),
            second_steps: Limit::new(20, Duration::from_secs(60)),
            // A slip of the finger is found before it counts.
            return_codes: Limit::new(10, Duration::from_secs(5 * 60)),
            // No sixth try while the code lives.
            codes: Limit::new(5, Duration::from_secs(15 * 60)),
            links: Limit::new(3, Duration::from_secs(10 * 60)),
            hashing: RandomState::new(),
        }
    }
}

impl Doors {
    /// One more password for that account, which need not exist, from that network.
    pub(super) fn password(&self, email: &str, from: Network) -> Result<(), Error> {
        let account = self.key(&email.trim().to_lowercase());
        self.sign_ins.take(&from).map_err(reached("sign_ins_of_a_network"))?;
        self.passwords.take(&(account, from)).map_err(reached("passwords_of_a_network"))?;
        self.accounts.take(&account).map_err(reached("passwords_of_an_account")).map(drop)
    }

    /// One more password for that account, with a browser in which its owner signed in before.
    pub(super) fn password_of_known(&self, email: &str, browser: &str) -> Result<(), Error> {
        let key = self.key(&(email.trim().to_lowercase(), browser));
        self.browsers.take(&key).map_err(reached("passwords_of_a_browser")).map(drop)
    }

    /// One more code of an app, or recovery code, for that account.
    pub(super) fn second_step(&self, person: PersonId) -> Result<(), Error> {
        let taken = self.second_steps.take(&self.key(&("second step", person)));
        taken.map_err(reached("second_steps_of_an_account")).map(drop)
    }

    /// One more mailed code typed for that address, whether or not anybody has it.
    pub(super) fn sign_in_code(&self, email: &str) -> Result<(), Error> {
        self.code(&format!("sign in {}", email.trim().to_lowercase()))
    }

    /// One more message to that address by which somebody signs in, whether or not anybody has it.
    pub(super) fn sign_in_mail(&self, address: &str) -> Result<(), Error> {
        self.link("sign in", address)
    }

    /// One more return code for that case, which need not exist, from that network.
    pub(super) fn return_code(&self, case: &str, from: Network) -> Result<(), Error> {
        self.sign_ins.take(&from).map_err(reached("sign_ins_of_a_network"))?;
        let case = self.key(&("return code", case));
        self.return_codes.take(&(case, from)).map_err(reached("return_codes_of_a_network")).map(drop)
    }

    /// One more code in answer to that mail.
    pub(super) fn code(&self, challenge: &str) -> Result<(), Error> {
        self.codes.take(&self.key(challenge)).map_err(reached("codes")).map(drop)
    }

    /// One more code of that complainant for a new address of their own.
    pub(crate) fn confirmation(&self, link: &OpenLink) -> Result<(), Error> {
        self.codes.take(&self.key(&("new address", Seen::through(link).case(), link.party))).map(drop)
    }

    /// What somebody has left who has tried as many codes as there may be.
    pub fn no_code_left(&self) -> Budget {
        Budget { left: 0, ..self.codes.full() }
    }

    /// One more link for that address of that school, or for whoever an old link was for.
    pub(super) fn link(&self, school: &str, whom: &str) -> Result<(), Error> {
        self.links.take(&self.key(&(school, whom.trim().to_lowercase()))).map(drop)
    }

    /// One more message to that address by which somebody goes on with what they began.
    pub(crate) fn draft_link(&self, address: &str) -> Result<(), Error> {
        self.link("draft", address)
    }

    /// One more code of something that was begun, from that network.
    pub(crate) fn draft_code(&self, from: Network) -> Result<(), Error> {
        self.return_codes
            .take(&(self.key("draft"), from))
            .map_err(reached("draft_codes_of_a_network"))
            .map(drop)
    }

    /// One more message to that address from which a password is chosen, whether or not anybody has it.
    pub(super) fn password_mail(&self, address: &str) -> Result<(), Error> {
        self.link("password", address)
    }

    /// One more test message to oneself.
    pub(crate) fn test_message(&self, person: PersonId) -> Result<(), Error> {
        self.link("test", &person.to_string())
    }

    /// What people typed is not kept, not even here.
    fn key(&self, of: &(impl Hash + ?Sized)) -> u64 {
        self.hashing.hash_one(of)
    }
}

/// Notes that a limit was reached, by its name and nothing else.
fn reached(limit: &'static str) -> impl FnOnce(Error) -> Error {
    move |error| {
        tracing::warn!(target: "security", event = "limit_reached", limit);
        error
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(text: &str) -> Network {
        Network::of(text.parse().unwrap())
    }

    #[test]
    fn a_burst_goes_through_and_the_next_is_told_how_long_to_wait() {
        let limit = Limit::new(2, Duration::from_secs(30));
        assert!(limit.take(&"a").is_ok() && limit.take(&"a").is_ok());
        let Err(Error::TooMany(seconds)) = limit.take(&"a") else { panic!("a third goes through") };
        assert!((1..=31).contains(&seconds), "{seconds}");
        let Ok(theirs) = limit.take(&"b") else { panic!("another has their own bucket") };
        assert_eq!((theirs.most, theirs.left, theirs.full_in()), (2, 1, 30));
    }

    #[test]
    fn an_office_with_ipv6_is_one_network() {
        assert_eq!(network("2001:db8:1:2:3::4"), network("2001:db8:1:2:ffff::1"));
        assert_ne!(network("2001:db8:1:2::4"), network("2001:db8:1:3::4"));
        assert_eq!(network("::ffff:192.0.2.1"), network("192.0.2.1"));
        assert_ne!(network("192.0.2.1"), network("192.0.2.2"));
    }

    /// Whoever hammers an account does not shut its owner out.
    #[test]
    fn a_guesser_fills_their_own_bucket_only() {
        let doors = Doors::default();
        let (guesser, owner) = (network("203.0.113.9"), network("192.0.2.1"));
        let tries = (0..50).filter(|_| doors.password("head@hazel.example", guesser).is_ok()).count();
        assert_eq!(tries, 10);
        assert!(doors.password("HEAD@hazel.example ", guesser).is_err(), "however it is written");
        assert!(doors.password("head@hazel.example", owner).is_ok());
        assert!(doors.password("office@hazel.example", guesser).is_ok());
    }

    /// Not even from a thousand networks: the browser in which the owner signed in before is counted apart.
    #[test]
    fn whoever_guesses_from_everywhere_is_slowed_and_locks_nobody_out() {
        let doors = Doors::default();
        let guesser = |no: u16| network(&format!("203.0.{}.{}", no / 250, no % 250));
        let tries = (0..1000).filter(|no| doors.password("head@hazel.example", guesser(*no)).is_ok()).count();
        assert_eq!(tries, 100);
        assert!(doors.password_of_known("Head@hazel.example", "their own browser").is_ok());
        let own =
            (0..50).filter(|_| doors.password_of_known("head@hazel.example", "another").is_ok()).count();
        assert_eq!(own, 10, "a stolen browser is slowed like everybody");
    }
}
