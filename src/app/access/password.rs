//! Passwords: refused when they are among the first that anybody tries, hashed with argon2id, compared at the same cost whether or not there is one.
//!
//! Hashing takes 19 MiB and some 20 milliseconds on purpose. It happens outside any transaction, and at
//! most two at a time, so that a rush of sign-ins cannot take the machine from everybody else.

use std::fmt;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use argon2::password_hash::phc::PasswordHash as Phc;
use argon2::password_hash::{Error as HashError, PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};

use icu_normalizer::ComposingNormalizerBorrowed;
use zxcvbn::{Score, zxcvbn};

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
/// The longest password, in characters: longer than any sentence that is typed, shorter than an attack.
pub const LONGEST: usize = 128;
/// One sign of a password is typed as so many at most: a letter and three marks.
const MOST_SIGNS: usize = 4;
/// A password that takes fewer guesses than this stands for (100 million, with lists of passwords, names, words,
/// keyboards and dates at hand) is refused.
const STRONG: Score = Score::Three;
/// Parts of a name that are shorter say nothing.
const SHORTEST_WORD: usize = 3;
/// What this program is called, which whoever guesses tries too.
const OWN_NAME: &str = "heard";

/// What an address that nobody has is compared with: no password has this hash, and it costs the same.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// A password in the one form that all ways to type it have in common (NFKC, as NIST SP 800-63B asks): an é is an é,
/// whether a keyboard sends one sign or a letter and an accent.
fn normal(typed: &str) -> String {
    ComposingNormalizerBorrowed::new_nfkc().normalize(typed).into_owned()
}

/// A password that is strong enough to begin with, in its normal form.
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
    #[error("Enter a password of 128 characters or fewer")]
    TooLong,
    /// One character again and again.
    #[error("Enter a password that is more than one character again and again")]
    OneCharacter,
    /// The address that it would protect.
    #[error("Enter a password that is not your email address")]
    Address,
    /// Among the first that anybody tries, or made like them.
    #[error(
        "This password is easy to guess: it is on a list of stolen passwords, or made like those. Choose three or four \
         words that belong to nobody else"
    )]
    Common,
    /// Made of what everybody here knows about its owner.
    #[error(
        "This password is made of names that people here know: yours, your school\u{2019}s or your address. Choose words \
         that have nothing to do with you or the school"
    )]
    Local,
}

/// What everybody at a school knows about the owner of a password, and so tries first.
#[derive(Clone, Copy, Debug, Default)]
pub struct Known<'a> {
    /// Their address.
    pub email: &'a str,
    /// The names of the person, their schools and their trust.
    pub names: &'a [String],
}

impl Known<'_> {
    /// Whole names without spaces, and each of their words.
    fn words(&self) -> Vec<String> {
        let lower = |text: &str| text.to_lowercase();
        let whole = self.names.iter().map(|name| lower(name).split_whitespace().collect::<String>());
        let parts = self.names.iter().map(|name| lower(name)).chain([lower(self.email)]);
        let parts = parts.flat_map(|text| {
            let words = text.split(|sign: char| !sign.is_alphanumeric());
            words.filter(|word| word.chars().count() >= SHORTEST_WORD).map(str::to_owned).collect::<Vec<_>>()
        });
        whole.chain(parts).chain([OWN_NAME.to_owned()]).collect()
    }
}

/// So many characters have to be left of a password when the words that people here know are taken out of it.
const LEAST_LEFT: usize = 8;

/// Whether a password is those words and little else, in whatever order.
fn is_made_of(password: &str, words: &[String]) -> bool {
    let mut longest_first: Vec<&str> = words.iter().map(String::as_str).collect();
    longest_first.sort_unstable_by_key(|word| std::cmp::Reverse(word.len()));
    let password = password.to_lowercase();
    let left = longest_first.iter().fold(password.clone(), |left, word| left.replace(word, ""));
    left != password && left.chars().filter(|sign| sign.is_alphanumeric()).count() < LEAST_LEFT
}

/// Whether a password can be guessed, by whoever knows these words besides what everybody knows.
fn is_guessed(password: &str, words: &[String]) -> bool {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    zxcvbn(password, &words).score() < STRONG
}

impl Weak {
    /// The stable code.
    pub fn code(self) -> FieldCode {
        match self {
            Self::TooShort => FieldCode::TooShort,
            Self::TooLong => FieldCode::TooLong,
            Self::OneCharacter => FieldCode::OneCharacter,
            Self::Address => FieldCode::SameAsAddress,
            Self::Common => FieldCode::Common,
            Self::Local => FieldCode::Local,
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
        Self::parse_for(raw, &Known { email, names: &[] })
    }

    /// Reads a password for somebody of whom all that is known. Space counts like any other character, and there is
    /// no rule about what a password is made of, but that nobody guesses it (NIST SP 800-63B).
    ///
    /// # Errors
    /// What to change about it.
    pub fn parse_for(password: &str, known: &Known<'_>) -> Result<Self, Weak> {
        let normal = normal(password);
        let password = normal.as_str();
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
        if password.trim().to_lowercase() == known.email.trim().to_lowercase() {
            return Err(Weak::Address);
        }
        let words = known.words();
        if is_made_of(password, &words) {
            return Err(Weak::Local);
        }
        if is_guessed(password, &[]) {
            return Err(Weak::Common);
        }
        if is_guessed(password, &words) {
            return Err(Weak::Local);
        }
        Ok(Self(Secret::new(password)))
    }

    /// Hashes it. Never inside a transaction: it takes its time.
    ///
    /// # Errors
    /// `Busy` when too many wait already.
    pub fn hash(&self, ids: &Ids) -> Result<PasswordHash, Error> {
        hash(&self.0, ids)
    }
}

fn hash(password: &Secret, ids: &Ids) -> Result<PasswordHash, Error> {
    let salt = ids.bytes::<16>();
    let normal = normal(password.expose());
    let _permit = GATE.enter()?;
    let hashed: Result<Phc, _> = hasher()?.hash_password_with_salt(normal.as_bytes(), &salt);
    hashed
        .map(|phc| PasswordHash(phc.to_string()))
        .map_err(|_| Error::fault("a password could not be hashed"))
}

/// The hash of a password that was right, made anew where the stored one was made with other parameters than those
/// of today. Never inside a transaction.
///
/// # Errors
/// `Busy` when too many wait already.
pub fn renewed(right: &Secret, stored: &str, ids: &Ids) -> Result<Option<PasswordHash>, Error> {
    let of = |text: &str| {
        let phc = Phc::new(text).ok()?;
        let length = phc.hash.map(|hash| hash.len());
        Some((phc.algorithm.as_str().to_owned(), phc.version, Params::try_from(&phc).ok()?, length))
    };
    if of(stored) == of(NOBODY) { Ok(None) } else { hash(right, ids).map(Some) }
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

/// In its normal form, and then as it was typed, where that is another: older hashes are of what was typed. Whether there
/// is anybody makes no difference to how often that is.
fn verify(given: &Secret, stored: &str) -> Result<Verdict, Error> {
    // Longer than any password that was ever taken: it is wrong, and is not worth more work than the others.
    let cut = |text: &str, most: usize| text.chars().take(most).collect::<String>();
    let typed = cut(given.expose(), MOST_SIGNS * LONGEST);
    let (normal, typed) = (cut(&normal(&typed), LONGEST + 1), cut(&typed, LONGEST + 1));
    match compare(&normal, stored)? {
        Verdict::Wrong if normal != typed => compare(&typed, stored),
        verdict => Ok(verdict),
    }
}

fn compare(given: &str, stored: &str) -> Result<Verdict, Error> {
    let unreadable = || Error::fault("a stored password hash cannot be read");
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
    fn a_password_is_long_and_not_easy_to_guess_and_nothing_else_is_asked_of_it() {
        let parse = |text: &str| NewPassword::parse(text, "head@hazel.example").map(|_| ());
        assert_eq!(parse("blue kettle sings"), Ok(()));
        assert_eq!(parse("  three spaces  "), Ok(()), "space counts, and is kept");
        assert_eq!(parse("пароль-пароль"), Ok(()), "characters count, not bytes");
        assert_eq!(parse("Abc123!?xyz"), Err(Weak::TooShort));
        assert_eq!(parse("            "), Err(Weak::OneCharacter));
        assert_eq!(parse("aaaaaaaaaaaaa"), Err(Weak::OneCharacter));
        assert_eq!(parse("Head@Hazel.example"), Err(Weak::Address));
        assert_eq!(parse(&"ab".repeat(65)), Err(Weak::TooLong));
        assert!(NewPassword::parse(&"blue kettle sings, and so on. ".repeat(5)[..LONGEST], "").is_ok());
    }

    #[test]
    fn what_everybody_tries_first_is_refused() {
        for tried in [
            "password1234",
            "Password1234!",
            "P@ssw0rd1234",
            "qwertyuiop12",
            "123456789012",
            "aaaaaaaaaaab",
            "abcabcabcabc",
            "letmeinletmein",
            "iloveyou1234",
            "liverpool2024",
            "manchester1878",
        ] {
            assert_eq!(NewPassword::parse(tried, "").err(), Some(Weak::Common), "{tried}");
        }
    }

    #[test]
    fn what_people_here_know_is_refused() {
        let names = ["Amara Okafor", "Hazel Lane Primary School", "Rowan Learning Trust"].map(str::to_owned);
        let known = Known { email: "a.okafor@hazel-lane.example", names: &names };
        let parse = |text: &str| NewPassword::parse_for(text, &known).map(drop);
        for tried in [
            "AmaraOkafor1",
            "okafor okafor",
            "hazellane2026",
            "Hazel Lane 1!",
            "heardheard26",
            "rowan trust 1",
        ] {
            assert_eq!(parse(tried), Err(Weak::Local), "{tried}");
        }
        assert_eq!(parse("blue kettle sings loudly"), Ok(()));
    }

    /// A hash of other times is made anew when its owner comes in, and one of today is not.
    #[test]
    fn an_old_hash_is_made_anew() {
        let (ids, secret) = (Ids::seeded(1), Secret::new("blue kettle sings"));
        let today = hash(&secret, &ids).unwrap();
        assert_eq!(renewed(&secret, today.as_str(), &ids).unwrap(), None);
        let params = Params::new(8 * 1024, 1, 1, None).unwrap();
        let weak = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let old: Phc = weak.hash_password_with_salt(secret.expose().as_bytes(), &[1; 16]).unwrap();
        let renewed = renewed(&secret, &old.to_string(), &ids).unwrap().expect("it is made anew");
        assert_eq!(
            check(&secret, Some(&old.to_string())).unwrap(),
            Verdict::Right,
            "the old one still opens"
        );
        assert_eq!(check(&secret, Some(renewed.as_str())).unwrap(), Verdict::Right);
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
        assert_eq!(check(" blue kettle sings ", Some(hash.as_str())), Verdict::Wrong, "space counts");
        assert_eq!(check("blue kettle sing", Some(hash.as_str())), Verdict::Wrong);
        assert_eq!(check("blue kettle sings", None), Verdict::Wrong);
        assert_eq!(check("", None), Verdict::Wrong);
    }

    /// SP 800-63B 5.1.1.2: the same password, however a keyboard sends its accents. What was hashed before there was one
    /// form for all still opens.
    #[test]
    fn a_password_is_the_same_however_its_accents_are_typed() {
        let (composed, apart) = ("caf\u{e9} violet na\u{ef}ve", "cafe\u{301} violet nai\u{308}ve");
        let ids = Ids::seeded(1);
        for (chosen, typed) in [(composed, apart), (apart, composed), (composed, composed)] {
            let hash = NewPassword::parse(chosen, "").unwrap().hash(&ids).unwrap();
            assert_eq!(check(&Secret::new(typed), Some(hash.as_str())).unwrap(), Verdict::Right, "{typed}");
        }
        let old: Phc = hasher().unwrap().hash_password_with_salt(apart.as_bytes(), &[1; 16]).unwrap();
        assert_eq!(check(&Secret::new(apart), Some(&old.to_string())).unwrap(), Verdict::Right);
        assert_eq!(check(&Secret::new("cafe violet naive"), Some(&old.to_string())).unwrap(), Verdict::Wrong);
        let long = "e\u{301}".repeat(LONGEST);
        assert_eq!(NewPassword::parse(&format!("{long}x"), "").err(), Some(Weak::TooLong));
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
