//! Files: taken with a concern that is being written, added to a case, listed, downloaded.
//!
//! A file is looked at and its digest made before any transaction begins; its bytes and its place on a case are
//! durable in the same moment. The digest stands in the hashed event, so that the record proves the file.

mod heic;
mod look;
pub mod scan;
mod strip;

use sha2::{Digest, Sha256};

use crate::db::files::{PART, Stay, StoredFile, Waited};
use crate::db::logs::{Reader, Reading};
use crate::db::visibility::Seen;
use crate::db::{self, Tx};
use crate::domain::case::command::{AddDocument, Command, SentFile};
use crate::domain::case::documents;
use crate::domain::case::event::Actor;
use crate::domain::case::state::{Audience, Case, Document, Scan};
use crate::domain::ids::{DocumentNo, FileId};
use crate::domain::reference::Reference;
use crate::domain::text::Words;

use super::cases::{Answer, Answering, Caller, Doing, SeenVersion, carry_out, for_caller, knowingly};
use super::drafts::LIVES;
use super::error::{Error, FieldCode, FieldProblem};
use super::{App, IdempotencyKey, pace};

pub use look::{Content, FileKind, FileLimits, FileProblem, Looked, Upload, look};

/// How many files may wait for their concern to be sent, in the whole installation: whoever sends files and no
/// concern fills no disk.
const MOST_WAITING: u64 = 2_000;

/// A file that waits for its concern to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// Where it is stored.
    pub id: FileId,
    /// Its name, made safe.
    pub name: Words,
    /// What it is.
    pub kind: FileKind,
    /// How many bytes.
    pub bytes: u64,
    /// Their SHA-256, in hex.
    pub sha256: String,
}

/// Keeps a file for a concern that is being written. It stays as long as the draft does.
///
/// # Errors
/// `Invalid` at the field `file`, saying how to put it right; `Busy` when too many files wait.
pub fn keep_for_later(app: &App, looked: Looked) -> Result<Waiting, Error> {
    let stored = stored(app, &looked);
    let waiting = Waiting {
        id: stored.id,
        name: looked.name,
        kind: looked.kind,
        bytes: stored.bytes,
        sha256: looked.sha256,
    };
    let stay = Stay::Until(app.now() + LIVES);
    app.db().write(move |tx| {
        if db::files::waiting(tx)? >= MOST_WAITING {
            return Err(Error::Busy);
        }
        Ok::<(), Error>(db::files::add(tx, &stored, stay, &looked.bytes)?)
    })?;
    Ok(waiting)
}

/// Removes a file that was not sent.
///
/// # Errors
/// When the database cannot be used.
pub fn drop_unsent(app: &App, id: FileId) -> Result<(), Error> {
    app.db().write(move |tx| Ok(db::files::remove(tx, id)?))
}

/// A file that comes with a concern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attached {
    /// Where it waits.
    pub id: FileId,
    /// Its name, made safe.
    pub name: Words,
}

/// Takes the files that wait onto the case that begins with them.
pub(super) fn settle(tx: &mut Tx, attached: &[Attached]) -> Result<Vec<SentFile>, Error> {
    attached.iter().map(|one| settle_one(tx, one)).collect()
}

fn settle_one(tx: &mut Tx, attached: &Attached) -> Result<SentFile, Error> {
    let Some(file) = db::files::find(tx, attached.id)? else {
        let words = format!("We no longer have “{}”. Remove it, and add it again", attached.name);
        return Err(Error::Invalid(vec![FieldProblem::new("files", FieldCode::Gone, words)]));
    };
    db::files::let_stay(tx, file.id, Stay::OnACase)?;
    let scan = on_a_case(tx, &file)?;
    Ok(SentFile {
        file: file.id,
        name: attached.name.clone(),
        media_type: file.media_type,
        bytes: file.bytes,
        sha256: file.sha256,
        scan,
    })
}

/// What is known of a file as it comes onto a case. One that did not pass the virus scanner, or waits for it, is scanned
/// once more, so that what comes of it stands on the record.
fn on_a_case(tx: &mut Tx, file: &StoredFile) -> Result<Scan, Error> {
    let scan = match file.scan {
        Scan::Waiting | Scan::Infected => Scan::Waiting,
        Scan::NotScanned | Scan::Clean => return Ok(file.scan),
    };
    db::files::note_scan(tx, file.id, scan)?;
    Ok(scan)
}

/// A file that is to be added to a case.
#[derive(Clone, Debug)]
pub struct Adding {
    /// Which case.
    pub reference: Reference,
    /// The version that the caller saw.
    pub seen: SeenVersion,
    /// The key under which it can be repeated.
    pub key: Option<IdempotencyKey>,
    /// The file.
    pub looked: Looked,
    /// Who is to see it, where staff add it. What a family adds is the family's.
    pub audience: Audience,
}

/// Adds a file to a case.
///
/// # Errors
/// As for [`act`](super::cases::act); `Invalid` when there are too many.
pub fn add(app: &App, caller: Caller, adding: Adding, answering: Answering) -> Result<Answer, Error> {
    let Adding { reference, seen, key, looked, audience } = adding;
    let fingerprint = fingerprint(&reference, &looked.sha256, &looked.name, audience);
    let stored = stored(app, &looked);
    let command = command(&stored, looked.name, audience);
    let most = app.file_limits().most_on_a_case;
    let doing = Doing { reference, seen, key, fingerprint };
    let (inside, whose) = (app.clone(), caller.clone());
    let first = move |tx: &mut Tx, case: &Case| {
        room_for_one_more(case, most)?;
        pace::adds_a_file(&inside, &whose, Seen::by_the_system(case.id))?;
        Ok(db::files::add(tx, &stored, Stay::OnACase, &looked.bytes)?)
    };
    carry_out(app, caller, doing, command, first, answering)
}

/// A file that waits while its sender checks who will be able to open it.
#[derive(Clone, Debug)]
pub struct AddingWaiting {
    /// Which case.
    pub reference: Reference,
    /// The key under which it can be repeated.
    pub key: Option<IdempotencyKey>,
    /// The file.
    pub waiting: Waiting,
    /// Who is to see it.
    pub audience: Audience,
}

/// Adds a file that waits to a case. A file that is on a case already is not taken from there.
///
/// # Errors
/// As for [`add`]; `Invalid` too when the file no longer waits.
pub fn add_waiting(
    app: &App,
    caller: Caller,
    adding: AddingWaiting,
    answering: Answering,
) -> Result<Answer, Error> {
    let AddingWaiting { reference, key, waiting, audience } = adding;
    let stored = app.db().read(|tx| Ok::<_, Error>(db::files::find(tx, waiting.id)?))?;
    let stored = stored.ok_or_else(|| gone(&waiting.name))?;
    let fingerprint = fingerprint(&reference, &stored.sha256, &waiting.name, audience);
    let command = command(&stored, waiting.name.clone(), audience);
    let most = app.file_limits().most_on_a_case;
    let doing = Doing { reference, seen: SeenVersion::Whichever, key, fingerprint };
    let (inside, whose) = (app.clone(), caller.clone());
    let first = move |tx: &mut Tx, case: &Case| {
        room_for_one_more(case, most)?;
        pace::adds_a_file(&inside, &whose, Seen::by_the_system(case.id))?;
        match db::files::let_stay(tx, waiting.id, Stay::OnACase)? {
            Waited::Yes => on_a_case(tx, &stored).map(drop),
            Waited::No => Err(gone(&waiting.name)),
        }
    };
    carry_out(app, caller, doing, command, first, answering)
}

/// A file that was kept for later, by its id, with the name that it came with.
///
/// # Errors
/// `Invalid` at the field `file` when it was not sent in time.
pub fn waiting(app: &App, id: FileId, name: &str) -> Result<Waiting, Error> {
    let stored = app.db().read(|tx| Ok::<_, Error>(db::files::find(tx, id)?))?;
    let kind = stored.as_ref().and_then(|stored| FileKind::from_media_type(&stored.media_type));
    let name = look::safe_name(name, kind.unwrap_or(FileKind::Pdf));
    match (stored, kind) {
        (Some(stored), Some(kind)) => {
            Ok(Waiting { id, name, kind, bytes: stored.bytes, sha256: stored.sha256 })
        }
        (Some(_) | None, _) => Err(gone(&name)),
    }
}

fn gone(name: &Words) -> Error {
    let words = format!("We no longer have “{name}”. Choose it again");
    Error::Invalid(vec![FieldProblem::new("file", FieldCode::Gone, words)])
}

fn room_for_one_more(case: &Case, most: u16) -> Result<(), Error> {
    if case.documents.len() >= usize::from(most) { Err(refused(FileProblem::TooMany(most))) } else { Ok(()) }
}

fn command(stored: &StoredFile, name: Words, audience: Audience) -> Command {
    Command::AddDocument(AddDocument {
        file: stored.id,
        name,
        media_type: stored.media_type.clone(),
        bytes: stored.bytes,
        sha256: stored.sha256.clone(),
        audience,
        scan: if stored.scan == Scan::Infected { Scan::Waiting } else { stored.scan },
    })
}

/// A file that is not taken, as a problem at its field.
pub fn refused(problem: FileProblem) -> Error {
    Error::Invalid(vec![FieldProblem::new("file", problem.code(), problem.to_string())])
}

fn stored(app: &App, looked: &Looked) -> StoredFile {
    let now = app.now();
    StoredFile {
        id: FileId(app.ids().uuid(now)),
        sha256: looked.sha256.clone(),
        bytes: u64::try_from(looked.bytes.len()).unwrap_or(u64::MAX),
        media_type: looked.kind.media_type().to_owned(),
        created_at: now,
        scan: app.scanner().map_or(Scan::NotScanned, |_| Scan::Waiting),
    }
}

/// What makes two uploads the same: the case, the name, who sees it, and every byte.
fn fingerprint(reference: &Reference, sha256: &str, name: &Words, audience: Audience) -> [u8; 32] {
    let text = format!("add_document {reference} {audience:?} {sha256} {name}");
    Sha256::digest(text).into()
}

/// A document that its caller may open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Download {
    /// What it is.
    pub document: Document,
    /// In how many parts its bytes come.
    pub parts: u32,
}

impl Download {
    pub(super) fn of(document: Document) -> Result<Self, Error> {
        let parts = document.bytes.div_ceil(u64::try_from(PART).unwrap_or(u64::MAX));
        let parts = u32::try_from(parts).map_err(|_| Error::fault("a file of too many parts"))?;
        Ok(Self { document, parts })
    }
}

/// Finds a document for whoever wants to download it, and notes that they did (R69).
///
/// # Errors
/// `NotFound` for whatever the caller may not know of, and for what is not there.
pub fn open(app: &App, caller: Caller, reference: &Reference, no: DocumentNo) -> Result<Download, Error> {
    let (inside, reference) = (app.clone(), reference.clone());
    app.db().write(move |tx| {
        let seen = caller.find(tx, &inside, &reference)?;
        pace::reads(&inside, &caller, seen)?;
        let loaded = db::cases::load(tx, seen)?.ok_or(Error::NotFound)?;
        let loaded = for_caller(tx, seen, loaded, &caller)?;
        let actor = caller.actor();
        let setting = inside.worlds().bound(tx, &loaded.case)?;
        knowingly(&loaded.case, &setting.context(inside.now(), actor))?;
        let document = documents::find(&loaded.case, actor, no).ok_or(Error::NotFound)?.clone();
        if let Some(reader) = reader(&caller) {
            let what = format!("document {no}");
            let reading = Reading { reader, at: inside.now(), what, way: inside.way(), about: None };
            db::logs::log_reading(tx, seen, &reading)?;
        }
        Download::of(document)
    })
}

fn reader(caller: &Caller) -> Option<Reader> {
    match (caller.actor(), caller.hand()) {
        (_, Some(helper)) => Some(Reader::Party(helper)),
        (Actor::Person(person), None) => Some(Reader::Person(person)),
        (Actor::Complainant(party), None) => Some(Reader::Party(party)),
        (Actor::Public | Actor::Clock, None) => None,
    }
}

/// One part of a download's bytes, counted from 0.
///
/// # Errors
/// When the part is not there, which is a fault: the record says that it is.
pub fn part(app: &App, download: &Download, no: u32) -> Result<Vec<u8>, Error> {
    let part = app.db().read(|tx| Ok::<_, Error>(db::files::part(tx, download.document.file, no)?))?;
    part.ok_or_else(|| Error::fault("a part of a file is missing"))
}

/// All bytes of a download.
///
/// # Errors
/// As for [`part`].
pub fn whole(app: &App, download: &Download) -> Result<Vec<u8>, Error> {
    let parts: Vec<Vec<u8>> =
        (0..download.parts).map(|no| part(app, download, no)).collect::<Result<_, _>>()?;
    Ok(parts.concat())
}

/// Whether the bytes of a document are those that its event tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// They are.
    Same,
    /// They were changed, or are not there.
    Different,
}

/// What checking every file found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FilesProved {
    /// How many were read.
    pub files: usize,
    /// The names of those that are not what the record tells of: the case, and the number of the document.
    pub different: Vec<(Reference, DocumentNo)>,
}

/// After how many files whoever waits is told how far it is.
const TOLD_EVERY: usize = 100;

/// Reads every document of every case and compares it with the digest in its event. `progress` is told how many
/// files were read, now and then.
///
/// # Errors
/// When the database cannot be used.
pub fn prove_all(app: &App, progress: &mut dyn FnMut(usize)) -> Result<FilesProved, Error> {
    let mut found = FilesProved::default();
    for case in app.db().read(|tx| Ok::<_, Error>(db::files::cases_with_files(tx)?))? {
        let loaded = app.db().read(|tx| Ok::<_, Error>(db::cases::load(tx, Seen::by_the_system(case))?))?;
        let Some(loaded) = loaded else { continue };
        for document in &loaded.case.documents {
            found.files += 1;
            if found.files.is_multiple_of(TOLD_EVERY) {
                progress(found.files);
            }
            if prove(app, document)? == Proof::Different {
                found.different.push((loaded.case.reference.clone(), document.no));
            }
        }
    }
    Ok(found)
}

/// Reads a document's bytes and compares them with the digest in its event.
///
/// # Errors
/// When the database cannot be used.
pub fn prove(app: &App, document: &Document) -> Result<Proof, Error> {
    let mut hasher = Sha256::new();
    let mut no = 0;
    while let Some(part) = app.db().read(|tx| Ok::<_, Error>(db::files::part(tx, document.file, no)?))? {
        hasher.update(&part);
        no += 1;
    }
    let same = hex::encode(hasher.finalize()) == document.sha256;
    Ok(if same { Proof::Same } else { Proof::Different })
}
