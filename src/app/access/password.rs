//! Passwords: hashed with argon2id, compared at the same cost whether or not there is one.
//!
//! Hashing takes 19 MiB and some 20 milliseconds on purpose. It happens outside any transaction, and at
//! most two at a time, so that a rush of sign-ins cannot take the machine from everybody else.

use std::fmt;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use argon2::password_hash::phc::PasswordHash as Phc;
use argon2::password_hash::{Error as HashError, PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};

use crate::app::error::{Error, FieldCode, FieldProblem};
use crate::clock::Ids;
use crate::secret::Secret;

/// OWASP's first choice for argon2id: 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// So many are hashed at a time.
const AT_ONCE: usize = 2;
/// So many may wait; at two at a time and 20 milliseconds each, the last waits less than a second.
const MAY_WAIT: usize = 64;
/// The shortest password, in characters. Length is the only rule: what else a password is made of is its
/// owner's business (NIST SP 800-63B).
pub const SHORTEST: usize = 12;
/// The longest password, in characters: longer than any sentence, shorter than an attack.
pub const LONGEST: usize = 1000;

/// What an address that nobody has is compared with: no password has this hash, and it costs the same.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// A password that is strong enough to begin with. Space at either end does not count.
#[derive(Clone, Debug)]
pub struct NewPassword(Secret);

/// Why a password was not taken, in the words that the person reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Weak {
    /// Fewer than [`SHORTEST`] characters.
    #[error(
        "Enter a password of 12 characters or more. Three or four words that belong to nobody else work well"
    )]
    TooShort,
    /// More than [`LONGEST`] characters.
    #[error("Enter a password of 1,000 characters or fewer")]
    TooLong,
    /// One character again and again.
    #[error("Enter a password that is more than one character again and again")]
    OneCharacter,
    /// The address that it would protect.
    #[error("Enter a password that is not your email address")]
    Address,
}

impl Weak {
    /// The stable code.
    pub fn code(self) -> FieldCode {
        match self {
            Self::TooShort => FieldCode::TooShort,
            Self::TooLong => FieldCode::TooLong,
            Self::OneCharacter => FieldCode::OneCharacter,
            Self::Address => FieldCode::SameAsAddress,
        }
    }

    /// The same, at a field.
    pub fn at(self, field: &str) -> FieldProblem {
        FieldProblem::new(field, self.code(), self.to_string())
    }
}

impl NewPassword {
    /// Reads a password for whoever has that address.
    ///
    /// # Errors
    /// What to change about it.
    pub fn parse(raw: &str, email: &str) -> Result<Self, Weak> {
        let password = raw.trim();
        let length = password.chars().count();
        if length < SHORTEST {
            return Err(Weak::TooShort);
        }
        if length > LONGEST {
            return Err(Weak::TooLong);
        }
        let first = password.chars().next();
        if password.chars().all(|sign| Some(sign) == first) {
            return Err(Weak::OneCharacter);
        }
        if password.to_lowercase() == email.trim().to_lowercase() {
            return Err(Weak::Address);
        }
        Ok(Self(Secret::new(password)))
    }

    /// Hashes it. Never inside a transaction: it takes its time.
    ///
    /// # Errors
    /// `Busy` when too many wait already.
    pub fn hash(&self, ids: &Ids) -> Result<PasswordHash, Error> {
        let salt = ids.bytes::<16>();
        let _permit = GATE.enter()?;
        let hashed: Result<Phc, _> = hasher()?.hash_password_with_salt(self.0.expose().as_bytes(), &salt);
        hashed
            .map(|phc| PasswordHash(phc.to_string()))
            .map_err(|_| Error::fault("a password could not be hashed"))
    }
}

/// A password as it is stored, in PHC form.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(String);

impl PasswordHash {
    /// The PHC string.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The PHC string, to be stored.
    pub fn into_stored(self) -> String {
        self.0
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(…)")
    }
}

/// Whether a password is the one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is.
    Right,
    /// It is not, or there is none.
    Wrong,
}

/// Compares a password with what is stored, at the same cost when nothing is. Never inside a transaction.
///
/// # Errors
/// `Busy` when too many wait already, `Internal` when what is stored is no hash.
pub fn check(given: &Secret, stored: Option<&str>) -> Result<Verdict, Error> {
    let _permit = GATE.enter()?;
    let compared = verify(given, stored.unwrap_or(NOBODY))?;
    Ok(if stored.is_some() { compared } else { Verdict::Wrong })
}

fn verify(given: &Secret, stored: &str) -> Result<Verdict, Error> {
    let unreadable = || Error::fault("a stored password hash cannot be read");
    // Longer than any password that was ever taken: it is wrong, and is not worth more work than the others.
    let given: String = given.expose().trim().chars().take(LONGEST + 1).collect();
    let stored = Phc::new(stored).map_err(|_| unreadable())?;
    match hasher()?.verify_password(given.as_bytes(), &stored) {
        Ok(()) => Ok(Verdict::Right),
        Err(HashError::PasswordInvalid) => Ok(Verdict::Wrong),
        Err(_) => Err(unreadable()),
    }
}

fn hasher() -> Result<Argon2<'static>, Error> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None)
        .map_err(|_| Error::fault("the parameters of the password hash do not fit"))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// Lets [`AT_ONCE`] in, [`MAY_WAIT`] wait, and sends the rest away.
static GATE: Gate = Gate { inside: Mutex::new(Crowd { working: 0, waiting: 0 }), one_left: Condvar::new() };

struct Gate {
    inside: Mutex<Crowd>,
    one_left: Condvar,
}

struct Crowd {
    working: usize,
    waiting: usize,
}

/// Somebody who was let in, and leaves when this is dropped.
struct Permit<'a>(&'a Gate);

impl Gate {
    fn enter(&self) -> Result<Permit<'_>, Error> {
        let mut crowd = self.lock();
        if crowd.working >= AT_ONCE && crowd.waiting >= MAY_WAIT {
            return Err(Error::Busy);
        }
        crowd.waiting += 1;
        while crowd.working >= AT_ONCE {
            crowd = self.one_left.wait(crowd).unwrap_or_else(PoisonError::into_inner);
        }
        crowd.waiting -= 1;
        crowd.working += 1;
        Ok(Permit(self))
    }

    fn lock(&self) -> MutexGuard<'_, Crowd> {
        // Nothing between lock and unlock can panic half-way.
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        self.0.lock().working -= 1;
        self.0.one_left.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn length_is_the_only_rule() {
        let parse = |text: &str| NewPassword::parse(text, "head@hazel.example").map(|_| ());
        assert_eq!(parse("blue kettle sings"), Ok(()));
        assert_eq!(parse("aaaaaaaaaaab"), Ok(()), "no rule about what it is made of");
        assert_eq!(parse("пароль-пароль"), Ok(()), "characters count, not bytes");
        assert_eq!(parse("Abc123!?xyz"), Err(Weak::TooShort));
        assert_eq!(parse("  eleven chrs  "), Err(Weak::TooShort));
        assert_eq!(parse("            "), Err(Weak::TooShort));
        assert_eq!(parse("aaaaaaaaaaaaa"), Err(Weak::OneCharacter));
        assert_eq!(parse("Head@Hazel.example"), Err(Weak::Address));
        assert_eq!(parse(&"ab".repeat(501)), Err(Weak::TooLong));
    }

    #[test]
    fn a_hash_says_its_parameters_and_knows_its_password() {
        let ids = Ids::seeded(1);
        let password = NewPassword::parse("blue kettle sings", "").unwrap();
        let hash = password.hash(&ids).unwrap();
        assert!(hash.as_str().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", hash.as_str());
        assert_ne!(hash, password.hash(&ids).unwrap(), "each has its own salt");
        let check = |given: &str, stored| check(&Secret::new(given), stored).unwrap();
        assert_eq!(check("blue kettle sings", Some(hash.as_str())), Verdict::Right);
        assert_eq!(check(" blue kettle sings ", Some(hash.as_str())), Verdict::Right);
        assert_eq!(check("blue kettle sing", Some(hash.as_str())), Verdict::Wrong);
        assert_eq!(check("blue kettle sings", None), Verdict::Wrong);
        assert_eq!(check("", None), Verdict::Wrong);
    }

    /// Nobody's hash is made with the very parameters of everybody's, so that it costs the same.
    #[test]
    fn nobody_costs_as_much_as_somebody() {
        let hash = NewPassword::parse("blue kettle sings", "").unwrap().hash(&Ids::seeded(1)).unwrap();
        let of = |text: &str| {
            let phc = Phc::new(text).unwrap();
            (phc.algorithm, phc.version, Params::try_from(&phc).unwrap(), phc.hash.unwrap().len())
        };
        assert_eq!(of(NOBODY), of(hash.as_str()));
    }

    #[test]
    fn no_more_than_two_are_inside_at_once() {
        static INSIDE: AtomicUsize = AtomicUsize::new(0);
        let gate = Gate { inside: Mutex::new(Crowd { working: 0, waiting: 0 }), one_left: Condvar::new() };
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    let _permit = gate.enter().unwrap();
                    assert!(INSIDE.fetch_add(1, Ordering::SeqCst) < AT_ONCE);
                    std::thread::sleep(std::time::Duration::from_millis(2));
                    INSIDE.fetch_sub(1, Ordering::SeqCst);
                });
            }
        });
        gate.lock().working = AT_ONCE;
        gate.lock().waiting = MAY_WAIT;
        assert!(matches!(gate.enter(), Err(Error::Busy)));
    }
}
