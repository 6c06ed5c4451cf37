//! What whoever operates an installation does with it: opening, migrating, checking, copying.

use std::path::Path;

use chrono::TimeDelta;

use crate::clock::{Clock, Ids};
use crate::db::visibility::Seen;
use crate::db::{self, DatabaseUrl, Db, DbError, DbOptions};
use crate::domain::ids::CaseId;
use crate::domain::record::{Broken, verify};
use crate::domain::reference::Reference;
use crate::key::{InstallationKey, KeyError, KeyPlace};
use crate::urls::BaseUrl;

use super::access::second_step;
use super::error::Error;
use super::{App, Mode, Parts};

pub use super::access::second_step::OldKey;

/// How many cases are looked at in one transaction.
const BATCH: u32 = 200;

/// What an application is opened with.
#[derive(Debug)]
pub struct Opening {
    /// `sqlite:PATH` or `postgres://…`.
    pub database_url: String,
    /// Where the key of the installation is.
    pub key: KeyPlace,
    /// The time.
    pub clock: Clock,
    /// Ids, tokens, salts.
    pub ids: Ids,
    /// The public address.
    pub base: BaseUrl,
    /// How long a message can still be called back.
    pub undo: TimeDelta,
    /// What kind of installation this is.
    pub mode: Mode,
}

/// Why an application could not be opened or looked after.
#[derive(Debug, thiserror::Error)]
pub enum MaintenanceError {
    /// The address of the database does not fit.
    #[error("{0}")]
    Address(#[from] db::NotADatabase),
    /// The database cannot be used.
    #[error("the database: {0}")]
    Database(#[from] DbError),
    /// There is no file where the database is to be.
    #[error("there is no database at {0}. Look at `--data`, or run `heard migrate` to make one")]
    NotThere(String),
    /// The tables are older than the program.
    #[error("the database waits for {0} migrations; run `heard migrate`")]
    Pending(usize),
    /// A file cannot be written.
    #[error("{path}: {source}")]
    File {
        /// Which.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// The key cannot be read or made.
    #[error("the key: {0}")]
    Key(#[from] KeyError),
    /// The database was opened with a key before, and there is none.
    #[error(
        "{0} is missing, and this database was used with a key before. Put your copy of it back. If it is lost for \
         good, `heard change-key --lost` begins with another: everybody then sets up their second step anew"
    )]
    KeyMissing(String),
    /// The key is another than the one that the database was used with.
    #[error(
        "{0} is not the key that this database was used with. Every server that uses one database needs the same \
         key: copy it from the first, or set HEARD_KEY on each"
    )]
    KeyDiffers(String),
    /// A use case failed.
    #[error("{0}")]
    UseCase(#[from] Error),
}

/// Opens an application on a database that is up to date.
///
/// # Errors
/// When the database cannot be reached, or waits for migrations.
pub fn open(opening: Opening) -> Result<App, MaintenanceError> {
    let (db, url) = up_to_date(&opening)?;
    let Opening { clock, ids, base, undo, mode, database_url: _, key } = opening;
    let key = key_of(&db, &key.beside(url.file()))?;
    Ok(App::new(Parts { db, clock, ids, base, undo, mode, key }))
}

/// The same for whoever only checks what is there, such as a copy that was restored: the record is read without the
/// key, and a backup lies apart from it.
///
/// # Errors
/// As for [`open`], but for those of the key.
pub fn open_to_check(opening: Opening) -> Result<App, MaintenanceError> {
    let (db, _) = up_to_date(&opening)?;
    let Opening { clock, ids, base, undo, mode, database_url: _, key: _ } = opening;
    let random = Ids::unguessable().map_err(|_| Error::fault("no random numbers"))?;
    let key = InstallationKey::fresh(&random);
    Ok(App::new(Parts { db, clock, ids, base, undo, mode, key }))
}

fn up_to_date(opening: &Opening) -> Result<(Db, DatabaseUrl), MaintenanceError> {
    let url = DatabaseUrl::parse(&opening.database_url)?;
    is_there(&url)?;
    let pending = db::migrate::pending(&url)?;
    if !pending.is_empty() {
        return Err(MaintenanceError::Pending(pending.len()));
    }
    Ok((Db::open(&url, DbOptions::default())?, url))
}

/// Under which the fingerprint of the key is kept.
const FINGERPRINT: &str = "key_fingerprint";

/// The key, made at the first start, and found to be the one that this database was used with.
fn key_of(db: &Db, place: &KeyPlace) -> Result<InstallationKey, MaintenanceError> {
    let kept = db.read(|tx| db::meta::get(tx, FINGERPRINT))?;
    let fits = |key: &InstallationKey| kept.as_ref().is_none_or(|kept| *kept == key.fingerprint());
    let found = match (place.find()?.filter(fits), &kept) {
        (None, Some(kept)) => place.take_up(kept)?,
        (found, _) => found,
    };
    let key = match (found.map_or_else(|| place.find(), |key| Ok(Some(key)))?, kept) {
        (Some(key), _) => key,
        (None, Some(_)) => return Err(MaintenanceError::KeyMissing(place.in_words())),
        // Not from the source of the application, so that what it makes comes out the same with the same seed.
        (None, None) => place.make(&Ids::unguessable().map_err(|_| Error::fault("no random numbers"))?)?,
    };
    let fingerprint = key.fingerprint();
    let own = fingerprint.clone();
    db.write(move |tx| db::meta::set_first(tx, FINGERPRINT, &own))?;
    let kept = db.read(|tx| db::meta::get(tx, FINGERPRINT))?;
    if kept.is_some_and(|kept| kept != fingerprint) {
        return Err(MaintenanceError::KeyDiffers(place.in_words()));
    }
    Ok(key)
}

/// Puts another key in the place of the one that there is, while no server runs: what the old one sealed is sealed anew,
/// or removed where it is lost. Answers with how many second steps that were.
///
/// # Errors
/// When the old key is not at hand and not said to be lost, when the key comes from the environment and is to be made
/// here, and when file or database cannot be written; then the old key still holds. Where only the file could not be put
/// in place, the next start does that.
pub fn change_key(opening: Opening, old: OldKey) -> Result<usize, MaintenanceError> {
    let url = DatabaseUrl::parse(&opening.database_url)?;
    is_there(&url)?;
    let place = opening.key.clone().beside(url.file());
    let new = match (&place, old) {
        // A key that the configuration gives is the new one: the old one is lost.
        (KeyPlace::Given(_), OldKey::Lost) => place.make(&opening.ids)?,
        (KeyPlace::Given(_) | KeyPlace::File(_) | KeyPlace::Beside(_), OldKey::AtHand | OldKey::Lost) => {
            InstallationKey::fresh(&opening.ids)
        }
    };
    // Opened first: a key that a change before this one left beside the old one is taken up, and never overwritten.
    let (app, old) = match old {
        OldKey::AtHand => (open(opening)?, OldKey::AtHand),
        OldKey::Lost => without_its_key(opening, &url, &place)?,
    };
    let beside = match (&place, old) {
        (KeyPlace::Given(_), OldKey::Lost) => None,
        (KeyPlace::Given(_) | KeyPlace::File(_) | KeyPlace::Beside(_), OldKey::AtHand | OldKey::Lost) => {
            Some(place.lay_beside(&new)?)
        }
    };
    let inside = app.clone();
    let changed = app.db().write(move |tx| {
        let changed = second_step::rekey(tx, &inside, &new, old)?;
        db::meta::set(tx, FINGERPRINT, &new.fingerprint())?;
        Ok::<_, Error>(changed)
    })?;
    if let Some(beside) = beside {
        beside.put()?;
    }
    Ok(changed)
}

/// The application of an installation whose key is lost, or with the one that lies beside it and was never put in place:
/// then nothing is lost.
fn without_its_key(
    opening: Opening,
    url: &DatabaseUrl,
    place: &KeyPlace,
) -> Result<(App, OldKey), MaintenanceError> {
    let Opening { clock, ids, base, undo, mode, database_url: _, key: _ } = opening;
    let db = Db::open(url, DbOptions::default())?;
    let kept = db.read(|tx| db::meta::get(tx, FINGERPRINT))?;
    let (key, old) = match kept.map(|kept| place.take_up(&kept)).transpose()?.flatten() {
        Some(key) => (key, OldKey::AtHand),
        None => (InstallationKey::fresh(&ids), OldKey::Lost),
    };
    Ok((App::new(Parts { db, clock, ids, base, undo, mode, key }), old))
}

/// Opening a SQLite database makes it; whoever looks after one that is not there has mistyped a folder.
fn is_there(url: &DatabaseUrl) -> Result<(), MaintenanceError> {
    match url.file() {
        Some(file) if !file.exists() => Err(MaintenanceError::NotThere(file.display().to_string())),
        Some(_) | None => Ok(()),
    }
}

/// How many steps a database lacks to be up to date. One that is not there lacks all.
///
/// # Errors
/// When the database cannot be reached.
pub fn lacking(database_url: &str) -> Result<usize, MaintenanceError> {
    let url = DatabaseUrl::parse(database_url)?;
    match is_there(&url) {
        Ok(()) => Ok(db::migrate::pending(&url)?.len()),
        Err(_) => Ok(db::migrate::known()?),
    }
}

/// Brings a database up to date, and answers with the names of what was done. A new SQLite database is made.
///
/// # Errors
/// When the database cannot be reached or a migration fails; what was done before it stays done.
pub fn migrate(database_url: &str) -> Result<Vec<String>, MaintenanceError> {
    let url = DatabaseUrl::parse(database_url)?;
    if let Some(folder) = url.file().and_then(Path::parent).filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder)
            .map_err(|source| MaintenanceError::File { path: folder.display().to_string(), source })?;
    }
    Ok(db::migrate::run(&url)?)
}

/// A case whose record is not whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrokenCase {
    /// Which case.
    pub reference: Option<Reference>,
    /// Its id.
    pub id: CaseId,
    /// What is wrong, and where.
    pub broken: Broken,
}

/// What checking the whole record found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verified {
    /// Cases looked at.
    pub cases: usize,
    /// Events looked at.
    pub events: usize,
    /// Cases whose record is not whole.
    pub broken: Vec<BrokenCase>,
}

/// Checks the chain of every case. `progress` is told how many cases were looked at, now and then.
///
/// # Errors
/// When the database cannot be used.
pub fn verify_record(app: &App, progress: &mut dyn FnMut(usize)) -> Result<Verified, Error> {
    let mut found = Verified::default();
    let mut after = None;
    loop {
        let ids = app.db().read(|tx| Ok::<_, Error>(db::cases::ids_after(tx, after, BATCH)?))?;
        let Some(last) = ids.last().copied() else { return Ok(found) };
        for id in ids {
            verify_case(app, id, &mut found)?;
        }
        progress(found.cases);
        after = Some(last);
    }
}

fn verify_case(app: &App, id: CaseId, found: &mut Verified) -> Result<(), Error> {
    let seen = Seen::by_the_system(id);
    let read = app.db().read(|tx| {
        let kept = db::cases::kept_end(tx, seen)?.ok_or_else(|| DbError::corrupt("cases", "id"))?;
        Ok::<_, DbError>((db::events::sealed(tx, seen)?, kept))
    });
    found.cases += 1;
    let whole = match read {
        Ok((record, (length, head))) => {
            found.events += record.len();
            verify(id, &record, length, head)
        }
        // A row that nobody could have written is a finding about this case, and the others are looked at too.
        Err(DbError::Corrupt { .. }) => {
            let unreadable = app.db().read(|tx| db::events::first_unreadable(tx, seen))?;
            Err(unreadable.map_or(Broken::UnreadableCase, |seq| Broken::Unreadable { seq }))
        }
        Err(other) => return Err(other.into()),
    };
    if let Err(broken) = whole {
        let reference = app.db().read(|tx| Ok::<_, Error>(db::cases::reference(tx, seen)?))?;
        found.broken.push(BrokenCase { reference, id, broken });
    }
    Ok(())
}

/// What ends a dump of a PostgreSQL database, so that nothing leaves twice after it is restored (G25).
pub const END_OF_A_DUMP: &str = db::backup::FLAG_WHAT_WAITS;

/// Copies the database into a file while it is in use. A PostgreSQL database is copied with `pg_dump`.
///
/// # Errors
/// When the file is there already or cannot be written.
pub fn copy_sqlite(database_url: &str, target: &Path) -> Result<(), MaintenanceError> {
    Ok(db::backup::copy_to(&DatabaseUrl::parse(database_url)?, target)?)
}

/// How large the file of a SQLite database is, in bytes; none for a PostgreSQL database.
///
/// # Errors
/// When the address does not fit, and when there is no such file.
pub fn size_of_file(database_url: &str) -> Result<Option<u64>, MaintenanceError> {
    let url = DatabaseUrl::parse(database_url)?;
    is_there(&url)?;
    let size = |file: &Path| {
        let path = file.display().to_string();
        file.metadata().map(|about| about.len()).map_err(|source| MaintenanceError::File { path, source })
    };
    url.file().map(size).transpose()
}

/// Where the database lives, in words without a password.
///
/// # Errors
/// When the address does not fit.
pub fn describe(database_url: &str) -> Result<String, MaintenanceError> {
    Ok(format!("{:?}", DatabaseUrl::parse(database_url)?))
}

/// Reads every table of the database, and answers with how many there are.
///
/// # Errors
/// When a table or column is not what the program takes it for.
pub fn check_tables(app: &App) -> Result<usize, Error> {
    app.db().read(|tx| Ok(db::check::every_column(tx)?.len()))
}
