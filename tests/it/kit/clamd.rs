//! `clamd` of `ClamAV`, started for one test and ended with it.
//!
//! It knows one virus: the EICAR test file, which is none, by a signature database of our own. Nothing is downloaded.

use std::fs;
use std::io::{Read as _, Write as _};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use heard::app::files::scan::{Scanner, Socket};
use tempfile::TempDir;

/// What every virus scanner takes for a virus, so that it can be tried. In two pieces, so that none finds it here.
pub fn eicar() -> Vec<u8> {
    [r"X5O!P%@AP[4\PZX54(P^)7CC)7}$", "EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"].concat().into_bytes()
}

/// Where it is, by Debian's package or on the path.
fn program() -> PathBuf {
    let debian = Path::new("/usr/sbin/clamd");
    if debian.exists() { debian.to_owned() } else { PathBuf::from("clamd") }
}

/// A running `clamd`, or the place for one.
pub struct Clamd {
    folder: TempDir,
    child: Option<Child>,
}

impl Clamd {
    /// The place, at which nothing listens yet.
    pub fn down() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), child: None }
    }

    /// One that listens.
    pub fn up() -> Self {
        let mut clamd = Self::down();
        clamd.start();
        clamd
    }

    pub fn socket(&self) -> PathBuf {
        self.folder.path().join("clamd.sock")
    }

    /// How the program asks it.
    pub fn scanner(&self, patience: Duration) -> Scanner {
        Scanner::at(Socket::Path(self.socket()), patience)
    }

    /// Starts it, and waits until it answers.
    pub fn start(&mut self) {
        let folder = self.folder.path();
        let database = folder.join("database");
        fs::create_dir_all(&database).unwrap();
        // Name, any kind of file, any place in it, and the bytes in hex: ClamAV's own form of a signature.
        let signature = hex::encode(&eicar()[28..]);
        fs::write(database.join("test.ndb"), format!("Test.File:0:*:{signature}\n")).unwrap();
        let settings = format!(
            "LocalSocket {socket}\nDatabaseDirectory {database}\nForeground yes\nLogFile {log}\nStreamMaxLength 5M\nMaxThreads 2\nTemporaryDirectory {folder}\nFixStaleSocket yes\n",
            socket = self.socket().display(),
            database = database.display(),
            log = folder.join("clamd.log").display(),
            folder = folder.display(),
        );
        let path = folder.join("clamd.conf");
        fs::write(&path, settings).unwrap();
        let started = Command::new(program())
            .arg(format!("--config-file={}", path.display()))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        self.child = Some(started.expect("clamd starts: install clamav-daemon, as tests/run does"));
        let since = Instant::now();
        while !self.answers() {
            let told = || fs::read_to_string(folder.join("clamd.log")).unwrap_or_default();
            assert!(since.elapsed() < Duration::from_secs(60), "clamd does not answer: {}", told());
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    fn answers(&self) -> bool {
        let Ok(mut stream) = UnixStream::connect(self.socket()) else { return false };
        let mut told = String::new();
        stream.write_all(b"nPING\n").is_ok() && stream.read_to_string(&mut told).is_ok() && told == "PONG\n"
    }

    /// Ends it.
    pub fn stop(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
        let _ = fs::remove_file(self.socket());
    }
}

impl Drop for Clamd {
    fn drop(&mut self) {
        self.stop();
    }
}

/// A scanner that takes whatever comes and never says a word, for as long as it is kept.
pub fn silent(at: &Path) -> UnixListener {
    UnixListener::bind(at).unwrap()
}
