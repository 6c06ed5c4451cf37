//! Files wait apart until a virus scanner has passed them: `clamd` of `ClamAV`, asked over its socket.
//!
//! Whoever sends a file never waits for it: the file is stored, and the worker has it scanned. While the scanner does not
//! answer, files wait and everything else goes on.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::sync::Mutex;
use std::time::Duration;

use crate::app::App;
use crate::app::cases::step;
use crate::app::error::Error;
use crate::db;
use crate::db::visibility::Seen;
use crate::domain::case::event::{Actor, Event};
use crate::domain::case::state::Scan;
use crate::domain::ids::FileId;

/// How long the scanner may take to answer: a large archive takes a while, and a scanner that hangs is left.
pub const PATIENCE: Duration = Duration::from_secs(120);
/// How often the worker looks whether a file waits.
const EVERY: Duration = Duration::from_secs(2);
/// How long it waits before it asks a scanner again that did not answer.
const AGAIN: Duration = Duration::from_secs(20);
/// How many files are asked for at once.
const AT_ONCE: u32 = 20;
/// How many bytes go to the scanner in one piece.
const PIECE: usize = 64 * 1024;
/// The longest answer that is read.
const LONGEST_ANSWER: u64 = 4_096;

/// Where a scanner listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Socket {
    /// At a path of this machine.
    Path(PathBuf),
    /// At a host and port.
    Address(String),
}

impl std::fmt::Display for Socket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Path(path) => path.display().fmt(f),
            Self::Address(address) => address.fmt(f),
        }
    }
}

/// A virus scanner.
#[derive(Debug)]
pub struct Scanner {
    socket: Socket,
    patience: Duration,
    state: Mutex<Answers>,
}

/// Whether a scanner answered when it was asked last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answers {
    /// It did, or was not asked yet.
    Yes,
    /// It did not: files wait.
    No,
}

/// Why a scanner said nothing of a file.
#[derive(Debug, thiserror::Error)]
pub enum ScanError {
    /// It does not answer.
    #[error("the virus scanner at {0} does not answer: {1}")]
    Silent(String, #[source] io::Error),
    /// It answers something else than whether there is a virus: the file is larger than it takes, as a rule.
    #[error("the virus scanner did not scan: {0}")]
    Refuses(String),
}

/// What a scanner said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It found nothing.
    Clean,
    /// It found that.
    Infected(String),
}

/// A connection.
trait Talk: Read + Write {}
impl<T: Read + Write> Talk for T {}

impl Scanner {
    /// The scanner that listens there, which may take so long to answer.
    pub fn at(socket: Socket, patience: Duration) -> Self {
        Self { socket, patience, state: Mutex::new(Answers::Yes) }
    }

    /// Where it listens.
    pub fn socket(&self) -> &Socket {
        &self.socket
    }

    /// Whether it answered when it was asked last.
    pub fn answers(&self) -> Answers {
        *self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn note(&self, answers: Answers) -> Answers {
        let mut state = self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        std::mem::replace(&mut *state, answers)
    }

    fn silent(&self, error: io::Error) -> ScanError {
        ScanError::Silent(self.socket.to_string(), error)
    }

    fn connect(&self) -> io::Result<Box<dyn Talk>> {
        let patience = Some(self.patience);
        match &self.socket {
            Socket::Path(path) => {
                let stream = UnixStream::connect(path)?;
                stream.set_read_timeout(patience)?;
                stream.set_write_timeout(patience)?;
                Ok(Box::new(stream))
            }
            Socket::Address(address) => {
                let mut found = address.to_socket_addrs()?;
                let first = found.next().ok_or_else(|| io::Error::other("there is no such host"))?;
                let stream = TcpStream::connect_timeout(&first, self.patience)?;
                stream.set_read_timeout(patience)?;
                stream.set_write_timeout(patience)?;
                Ok(Box::new(stream))
            }
        }
    }

    /// Asks whether it is there.
    ///
    /// # Errors
    /// When it is not.
    pub fn ping(&self) -> Result<(), ScanError> {
        let asked = self.connect().and_then(|mut stream| {
            stream.write_all(b"zPING\0")?;
            answer(&mut stream)
        });
        match asked {
            Ok(told) if told == "PONG" => Ok(()),
            Ok(told) => Err(ScanError::Refuses(told)),
            Err(error) => Err(self.silent(error)),
        }
    }

    /// Sends it the pieces of a file, and says what it answers.
    ///
    /// # Errors
    /// When it does not answer, or with something else.
    pub fn scan<'b>(&self, parts: impl Iterator<Item = &'b [u8]>) -> Result<Verdict, ScanError> {
        let told = self.stream(parts).map_err(|error| self.silent(error))?;
        let told = told.strip_prefix("stream: ").unwrap_or(&told);
        if told == "OK" {
            return Ok(Verdict::Clean);
        }
        match told.strip_suffix(" FOUND") {
            Some(name) => Ok(Verdict::Infected(name.to_owned())),
            None => Err(ScanError::Refuses(told.to_owned())),
        }
    }

    fn stream<'b>(&self, parts: impl Iterator<Item = &'b [u8]>) -> io::Result<String> {
        let mut stream = self.connect()?;
        stream.write_all(b"zINSTREAM\0")?;
        for piece in parts.flat_map(|part| part.chunks(PIECE)) {
            let length = u32::try_from(piece.len()).map_err(io::Error::other)?;
            let sent = stream.write_all(&length.to_be_bytes()).and_then(|()| stream.write_all(piece));
            if let Err(broken) = sent {
                // It says why it stopped listening, as a rule that the file is larger than it takes.
                return answer(&mut stream).ok().filter(|told| !told.is_empty()).ok_or(broken);
            }
        }
        stream.write_all(&0_u32.to_be_bytes())?;
        answer(&mut stream)
    }
}

/// What it answers, up to the sign that ends it.
fn answer(stream: &mut dyn Talk) -> io::Result<String> {
    let mut told = Vec::new();
    BufReader::new(stream.take(LONGEST_ANSWER)).read_until(0, &mut told)?;
    if told.pop() != Some(0) {
        return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "it ended the connection"));
    }
    Ok(String::from_utf8_lossy(&told).trim().to_owned())
}

/// What became of the files that waited.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scanned {
    /// So many are clean.
    pub clean: usize,
    /// In so many a virus was found.
    pub infected: usize,
    /// So many go on waiting, because the scanner says nothing of them.
    pub waiting: usize,
}

/// Has the files that wait scanned, each for itself.
///
/// # Errors
/// When the database cannot be used. That the scanner does not answer is no error: files wait.
pub fn scan_waiting(app: &App) -> Result<Scanned, Error> {
    let mut done = Scanned::default();
    let Some(scanner) = app.scanner() else { return Ok(done) };
    let waiting = app.db().read(|tx| Ok::<_, Error>(db::files::to_be_scanned(tx, AT_ONCE)?))?;
    for id in waiting {
        match scanner.scan(parts_of(app, id)?.iter().map(Vec::as_slice)) {
            Ok(verdict) => {
                heard_from(scanner);
                let found = match &verdict {
                    Verdict::Clean => Scan::Clean,
                    Verdict::Infected(name) => {
                        tracing::warn!(target: "security", event = "file_infected", file = %id, name);
                        Scan::Infected
                    }
                };
                settle(app, id, found)?;
                if found == Scan::Clean { done.clean += 1 } else { done.infected += 1 }
            }
            Err(error @ ScanError::Refuses(_)) => {
                heard_from(scanner);
                tracing::error!(%error, file = %id, "a file waits, because the virus scanner does not take it");
                done.waiting += 1;
            }
            Err(error @ ScanError::Silent(..)) => {
                if scanner.note(Answers::No) == Answers::Yes {
                    tracing::error!(%error, "files wait until the virus scanner answers");
                }
                done.waiting += 1;
                break;
            }
        }
    }
    if done.clean + done.infected > 0 {
        app.nudge();
    }
    Ok(done)
}

fn heard_from(scanner: &Scanner) {
    if scanner.note(Answers::Yes) == Answers::No {
        tracing::info!("the virus scanner answers again");
    }
}

fn parts_of(app: &App, id: FileId) -> Result<Vec<Vec<u8>>, Error> {
    let mut parts = Vec::new();
    let mut no = 0;
    while let Some(part) = app.db().read(|tx| Ok::<_, Error>(db::files::part(tx, id, no)?))? {
        parts.push(part);
        no += 1;
    }
    Ok(parts)
}

/// Writes down what was found: of the file, and of the case that it is on.
fn settle(app: &App, id: FileId, found: Scan) -> Result<(), Error> {
    let inside = app.clone();
    app.db().write(move |tx| {
        db::files::note_scan(tx, id, found)?;
        let Some((case, no)) = db::files::place_of(tx, id)? else { return Ok(()) };
        let Some(loaded) = db::cases::load(tx, Seen::by_the_system(case))? else { return Ok(()) };
        let waits =
            |known: &crate::domain::case::state::Document| known.no == no && known.scan == Scan::Waiting;
        if !loaded.case.documents.iter().any(waits) {
            return Ok(());
        }
        let event = Event::FileChecked { document: no, found };
        step(tx, &inside, loaded, Actor::Clock, |_, _| Ok(vec![event]))?;
        Ok::<(), Error>(())
    })
}

/// Has files scanned until the program ends.
pub async fn keep_scanning(app: App) {
    if app.scanner().is_none() {
        return;
    }
    loop {
        let inside = app.clone();
        let rest = match tokio::task::spawn_blocking(move || scan_waiting(&inside)).await {
            Ok(Ok(Scanned { waiting: 0, .. })) => EVERY,
            Ok(Ok(_)) => AGAIN,
            Ok(Err(error)) => {
                tracing::error!(%error, "files could not be scanned; they wait");
                AGAIN
            }
            Err(error) => {
                tracing::error!(%error, "scanning files broke off");
                AGAIN
            }
        };
        tokio::time::sleep(rest).await;
    }
}
