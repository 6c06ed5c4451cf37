//! The key of an installation: 32 random bytes that lie outside the database, so that whoever finds a copy of the
//! database alone can open nothing that is sealed in it.
//!
//! It is never used itself. Each purpose has a key of its own, derived from it (HKDF with SHA-256), and what must be
//! read again is sealed with `XChaCha20-Poly1305`.

use std::fmt;
use std::fs::OpenOptions;
use std::io::{ErrorKind, Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chacha20poly1305::aead::{Aead as _, Payload};
use chacha20poly1305::{KeyInit as _, XChaCha20Poly1305, XNonce};
use hkdf::Hkdf;
use sha2::Sha256;

use crate::clock::Ids;
use crate::secret::Secret;

/// The length of the key and of every key that is derived from it, in bytes.
const LENGTH: usize = 32;
/// The length of a nonce of `XChaCha20-Poly1305`, in bytes: long enough to be drawn at random each time.
const NONCE: usize = 24;
/// A key is a line of 43 characters; what is longer than this is another file.
const LONGEST_FILE: u64 = 1000;

/// What a derived key is for. A purpose's name is part of its key and never changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To tell whether two nodes have the same key.
    Fingerprint,
    /// The codes in mails to families, typed in another browser than the one that asked.
    FamilyCodes,
    /// The codes in mails to staff who sign in without a password.
    StaffCodes,
    /// The digits of codes in mails, which the stored mails do not have.
    MailedCodes,
    /// The secrets of second factors.
    SecondFactors,
    /// The cookies of browsers in which somebody has signed in before.
    KnownBrowsers,
}

impl Purpose {
    const fn name(self) -> &'static [u8] {
        match self {
            Self::Fingerprint => b"heard fingerprint",
            Self::FamilyCodes => b"heard family codes",
            Self::StaffCodes => b"heard staff codes",
            Self::MailedCodes => b"heard mailed codes",
            Self::SecondFactors => b"heard second factors",
            Self::KnownBrowsers => b"heard known browsers",
        }
    }
}

/// The key of an installation.
#[derive(Clone, PartialEq, Eq)]
pub struct InstallationKey([u8; LENGTH]);

/// A key that stands in a log is a key that is lost.
impl fmt::Debug for InstallationKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("InstallationKey(…)")
    }
}

/// What is sealed cannot be opened: it was sealed with another key, for somebody else, or was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("what is sealed cannot be opened with this key")]
pub struct NotOpened;

impl InstallationKey {
    /// A key that nobody can guess.
    pub fn fresh(ids: &Ids) -> Self {
        Self(ids.bytes())
    }

    /// The key of these bytes.
    pub const fn of(bytes: [u8; LENGTH]) -> Self {
        Self(bytes)
    }

    /// Reads a key as it is written: 32 bytes in base64url.
    ///
    /// # Errors
    /// When it is anything else.
    pub fn parse(text: &str) -> Result<Self, NotAKey> {
        let bytes = URL_SAFE_NO_PAD.decode(text.trim()).map_err(|_| NotAKey)?;
        bytes.try_into().map(Self).map_err(|_| NotAKey)
    }

    /// The key as it is written, for its file alone.
    fn to_text(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }

    /// The key for one purpose.
    pub fn derived(&self, purpose: Purpose) -> [u8; LENGTH] {
        let mut derived = [0; LENGTH];
        let filled = Hkdf::<Sha256>::new(None, &self.0).expand(purpose.name(), &mut derived);
        debug_assert!(filled.is_ok(), "HKDF gives up to 8,160 bytes");
        derived
    }

    /// By what two nodes tell whether they have the same key. The key cannot be told from it.
    pub fn fingerprint(&self) -> String {
        hex::encode(self.derived(Purpose::Fingerprint))
    }

    /// Seals something for that purpose and that owner: the nonce, and the text behind it.
    ///
    /// # Errors
    /// When it is longer than the cipher takes, which is 256 GB.
    pub fn seal(
        &self,
        purpose: Purpose,
        owner: &[u8],
        plain: &[u8],
        ids: &Ids,
    ) -> Result<Vec<u8>, NotOpened> {
        let nonce = ids.bytes::<NONCE>();
        let sealed = self.cipher(purpose).encrypt(&XNonce::from(nonce), Payload { msg: plain, aad: owner });
        let mut whole = nonce.to_vec();
        whole.extend(sealed.map_err(|_| NotOpened)?);
        Ok(whole)
    }

    /// Opens what was sealed for that purpose and that owner.
    ///
    /// # Errors
    /// When it was sealed otherwise, or was changed.
    pub fn open(&self, purpose: Purpose, owner: &[u8], sealed: &[u8]) -> Result<Vec<u8>, NotOpened> {
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE>().ok_or(NotOpened)?;
        self.cipher(purpose)
            .decrypt(&XNonce::from(*nonce), Payload { msg: sealed, aad: owner })
            .map_err(|_| NotOpened)
    }

    fn cipher(&self, purpose: Purpose) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&self.derived(purpose).into())
    }
}

/// A text is no key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is no key of Heard: a key is 43 letters, digits, hyphens and underscores")]
pub struct NotAKey;

/// Where the key of an installation is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyPlace {
    /// In the configuration or the environment.
    Given(Secret),
    /// In this file.
    File(PathBuf),
    /// In `heard.key`: beside the database where that is a file, else in this folder.
    Beside(PathBuf),
}

/// The name of the file, where none is named.
const FILE: &str = "heard.key";

impl KeyPlace {
    /// The same with its file found, for a database that is that file or none.
    #[must_use]
    pub fn beside(self, database: Option<&Path>) -> Self {
        match self {
            Self::Beside(folder) => {
                let folder = database.and_then(Path::parent).map_or(folder, Path::to_owned);
                Self::File(folder.join(FILE))
            }
            found @ (Self::Given(_) | Self::File(_)) => found,
        }
    }

    /// Where it is, in words.
    pub fn in_words(&self) -> String {
        match self {
            Self::Given(_) => "the key that the configuration gives".to_owned(),
            Self::File(path) => format!("the key in {}", path.display()),
            Self::Beside(folder) => format!("the key in {}", folder.join(FILE).display()),
        }
    }

    /// The key, if there is one.
    ///
    /// # Errors
    /// When it cannot be read, or is no key.
    pub fn find(&self) -> Result<Option<InstallationKey>, KeyError> {
        match self {
            Self::Given(text) => InstallationKey::parse(text.expose()).map(Some).map_err(KeyError::Given),
            Self::File(path) => read(path),
            Self::Beside(folder) => read(&folder.join(FILE)),
        }
    }

    /// Makes a key where there is none, for its owner alone. Where another process was quicker, it is theirs.
    ///
    /// # Errors
    /// When the file cannot be written, or read.
    pub fn make(&self, ids: &Ids) -> Result<InstallationKey, KeyError> {
        let path = match self {
            Self::Given(text) => return InstallationKey::parse(text.expose()).map_err(KeyError::Given),
            Self::File(path) => path.clone(),
            Self::Beside(folder) => folder.join(FILE),
        };
        write_new(&path, &InstallationKey::fresh(ids))?;
        read(&path)?.ok_or(KeyError::Gone(path))
    }

    /// Lays another key beside the one that is there, so that it is safe before anything is sealed with it. One that lies
    /// there already opened nothing, or [`Self::take_up`] would have taken it up.
    ///
    /// # Errors
    /// When the key comes from the configuration, or the file cannot be written.
    pub fn lay_beside(&self, key: &InstallationKey) -> Result<KeyBeside, KeyError> {
        let (fresh, path) = self.files().ok_or(KeyError::NotOurs)?;
        match std::fs::remove_file(&fresh) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                return Err(KeyError::File { path: fresh, source: error });
            }
            Ok(()) | Err(_) => {}
        }
        write_new(&fresh, key)?;
        Ok(KeyBeside { fresh, path })
    }

    /// Puts the key that lies beside the old one into its place, if it is the one of that fingerprint: the change was
    /// written, and the machine failed before the file was renamed.
    ///
    /// # Errors
    /// When a file cannot be read or renamed.
    pub fn take_up(&self, fingerprint: &str) -> Result<Option<InstallationKey>, KeyError> {
        let Some((fresh, path)) = self.files() else { return Ok(None) };
        let fits = |key: &InstallationKey| key.fingerprint() == fingerprint;
        let Some(key) = read(&fresh).ok().flatten().filter(fits) else { return Ok(None) };
        KeyBeside { fresh, path }.put()?;
        Ok(Some(key))
    }

    /// Where a new key is laid, and where the key is.
    fn files(&self) -> Option<(PathBuf, PathBuf)> {
        let path = match self {
            Self::Given(_) => return None,
            Self::File(path) => path.clone(),
            Self::Beside(folder) => folder.join(FILE),
        };
        Some((path.with_extension("key-new"), path))
    }
}

/// A new key that lies beside the old one.
#[derive(Debug)]
pub struct KeyBeside {
    fresh: PathBuf,
    path: PathBuf,
}

impl KeyBeside {
    /// Puts it in the old one's place.
    ///
    /// # Errors
    /// When the file cannot be renamed; the new key then still lies beside the old one.
    pub fn put(self) -> Result<(), KeyError> {
        std::fs::rename(&self.fresh, &self.path).map_err(|source| KeyError::File { path: self.path, source })
    }
}

fn read(path: &Path) -> Result<Option<InstallationKey>, KeyError> {
    let mut text = String::new();
    let told = |source| KeyError::File { path: path.to_owned(), source };
    match std::fs::File::open(path) {
        Ok(file) => file.take(LONGEST_FILE).read_to_string(&mut text).map_err(told)?,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(told(error)),
    };
    InstallationKey::parse(&text)
        .map(Some)
        .map_err(|source| KeyError::Content { path: path.to_owned(), source })
}

/// Writes a key into a file that is not there yet. It appears there whole or not at all: a start that fails in the middle,
/// or two at once, leave no half of a key.
fn write_new(path: &Path, key: &InstallationKey) -> Result<(), KeyError> {
    let told = |source| KeyError::File { path: path.to_owned(), source };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder).map_err(told)?;
    let half = path.with_extension(format!("key-half-{}", std::process::id()));
    let written = write_whole(&half, key).and_then(|()| match std::fs::hard_link(&half, path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        linked => linked,
    });
    let removed = std::fs::remove_file(&half);
    written.and(removed).and_then(|()| std::fs::File::open(folder)?.sync_all()).map_err(told)
}

fn write_whole(path: &Path, key: &InstallationKey) -> std::io::Result<()> {
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
    writeln!(file, "{}", key.to_text())?;
    file.sync_all()
}

/// The key cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The one that is given is none.
    #[error("HEARD_KEY: {0}")]
    Given(NotAKey),
    /// The file cannot be read or written.
    #[error("{path}: {source}")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// What is in the file is no key.
    #[error("{path}: {source}")]
    Content {
        /// Which.
        path: PathBuf,
        /// Why.
        source: NotAKey,
    },
    /// The file was taken away while it was read.
    #[error("{0} was removed while Heard started. Start it again")]
    Gone(PathBuf),
    /// The key is not in a file of ours.
    #[error("the key comes from HEARD_KEY. Change it there")]
    NotOurs,
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn what_is_sealed_opens_for_its_owner_and_purpose_only() {
        let (key, ids) = (InstallationKey::of([7; 32]), Ids::seeded(1));
        let sealed = key.seal(Purpose::SecondFactors, b"amara", b"secret", &ids).unwrap();
        assert!(!sealed.windows(6).any(|part| part == b"secret"));
        assert_ne!(
            sealed,
            key.seal(Purpose::SecondFactors, b"amara", b"secret", &ids).unwrap(),
            "a nonce each"
        );
        let open =
            |key: &InstallationKey, purpose, owner: &[u8], sealed: &[u8]| key.open(purpose, owner, sealed);
        assert_eq!(open(&key, Purpose::SecondFactors, b"amara", &sealed).unwrap(), b"secret");
        assert_eq!(open(&key, Purpose::SecondFactors, b"daniel", &sealed), Err(NotOpened));
        assert_eq!(open(&key, Purpose::StaffCodes, b"amara", &sealed), Err(NotOpened));
        assert_eq!(
            open(&InstallationKey::of([8; 32]), Purpose::SecondFactors, b"amara", &sealed),
            Err(NotOpened)
        );
        let mut changed = sealed.clone();
        *changed.last_mut().unwrap() ^= 1;
        assert_eq!(open(&key, Purpose::SecondFactors, b"amara", &changed), Err(NotOpened));
        assert_eq!(open(&key, Purpose::SecondFactors, b"amara", b"short"), Err(NotOpened));
    }

    #[test]
    fn a_key_is_made_once_for_its_owner_alone_and_printed_nowhere() {
        let folder = tempfile::tempdir().unwrap();
        let place = KeyPlace::Beside("elsewhere".into()).beside(Some(&folder.path().join("heard.db")));
        assert_eq!(place.find().unwrap(), None);
        let made = place.make(&Ids::seeded(1)).unwrap();
        assert_eq!(place.make(&Ids::seeded(2)).unwrap(), made, "whoever comes second has the first one's");
        assert_eq!(place.find().unwrap(), Some(made.clone()));
        let mode = folder.path().join("heard.key").metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(format!("{made:?}"), "InstallationKey(…)");
        let beside = place.lay_beside(&InstallationKey::of([9; 32])).unwrap();
        assert_eq!(place.find().unwrap(), Some(made), "the old one is there until the new one is put");
        beside.put().unwrap();
        assert_eq!(place.find().unwrap(), Some(InstallationKey::of([9; 32])));
        std::fs::write(folder.path().join("heard.key"), "hunter2\n").unwrap();
        let told = place.find().unwrap_err().to_string();
        assert!(told.contains("no key of Heard") && !told.contains("hunter2"), "{told}");
    }

    #[test]
    fn each_purpose_has_its_own_key() {
        let key = InstallationKey::of([7; 32]);
        assert_ne!(key.derived(Purpose::FamilyCodes), key.derived(Purpose::StaffCodes));
        assert_eq!(InstallationKey::parse(&key.to_text()), Ok(key.clone()));
        assert_ne!(key.fingerprint(), InstallationKey::of([8; 32]).fingerprint());
    }
}
