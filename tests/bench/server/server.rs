//! The real binary, started and stopped.

use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::client::Client;

/// A made-up trust without a case, on disk.
pub struct World {
    folder: tempfile::TempDir,
    /// The line that `heard demo --json` prints.
    told: Value,
}

impl World {
    /// Founds it with the demo, which is then stopped: `heard serve` opens the same folder.
    pub fn found() -> Self {
        // Not /tmp, which may be memory: this is about a disk.
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let mut demo = Command::new(env!("CARGO_BIN_EXE_heard"))
            .args(["demo", "--empty", "--json", "--listen", "127.0.0.1:0", "--data"])
            .arg(folder.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(demo.stdout.take().unwrap()).read_line(&mut line).unwrap();
        stop(&mut demo);
        let told = serde_json::from_str(&line).unwrap();
        std::fs::write(folder.path().join("heard.toml"), "undo_seconds = 0\n").unwrap();
        Self { folder, told }
    }

    /// The database file.
    pub fn database(&self) -> PathBuf {
        self.folder.path().join("heard.db")
    }

    /// The slugs of the schools.
    pub fn schools(&self) -> Vec<String> {
        let schools = self.told["schools"].as_array().unwrap();
        schools.iter().map(|school| school["slug"].as_str().unwrap().to_owned()).collect()
    }

    /// Somebody with that role, at that school or, without one, at the trust.
    pub fn person(&self, role: &str, school: Option<&str>) -> Person {
        let holds = |person: &&Value| {
            person["posts"]
                .as_array()
                .unwrap()
                .iter()
                .any(|post| post["role"] == role && post["school"].as_str() == school)
        };
        let found = self.told["people"].as_array().unwrap().iter().find(holds).expect(role);
        let text = |name: &str| found[name].as_str().unwrap().to_owned();
        Person { email: text("email"), password: text("password"), token: text("token") }
    }

    /// Everybody.
    pub fn people(&self) -> Vec<Person> {
        let of = |person: &Value| {
            let text = |name: &str| person[name].as_str().unwrap().to_owned();
            Person { email: text("email"), password: text("password"), token: text("token") }
        };
        self.told["people"].as_array().unwrap().iter().map(of).collect()
    }

    /// Starts `heard serve` on it, and waits for the first answer.
    pub fn serve(&self) -> Server {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let began = Instant::now();
        let child = Command::new(env!("CARGO_BIN_EXE_heard"))
            .args(["serve", "--listen", &format!("127.0.0.1:{port}")])
            .args(["--base-url", &format!("http://127.0.0.1:{port}"), "--data"])
            .arg(self.folder.path())
            .arg("--config")
            .arg(self.folder.path().join("heard.toml"))
            .env_remove("DATABASE_URL")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let base = format!("http://127.0.0.1:{port}");
        let asking = Client::new(&base);
        while asking.try_get("/api/v1/schools").is_none() {
            assert!(began.elapsed() < Duration::from_secs(60), "the server does not answer");
            std::thread::sleep(Duration::from_millis(2));
        }
        Server { child, base, first_answer: began.elapsed() }
    }
}

/// Somebody of the demo.
pub struct Person {
    pub email: String,
    pub password: String,
    pub token: String,
}

/// A server that runs until it is dropped.
pub struct Server {
    child: Child,
    /// Where it listens.
    pub base: String,
    /// From the start of the process to its first answer.
    pub first_answer: Duration,
}

impl Server {
    /// A figure of `/proc/PID/status`, in bytes: `RssAnon:` is what it holds of its own.
    pub fn memory(&self, figure: &str) -> u64 {
        let path = Path::new("/proc").join(self.child.id().to_string()).join("status");
        let status = std::fs::read_to_string(path).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix(figure)).expect("a figure of status");
        line.split_whitespace().find_map(|word| word.parse::<u64>().ok()).unwrap() * 1024
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        stop(&mut self.child);
    }
}

/// At once, as a power cut would: whatever was acknowledged must be there all the same.
fn stop(child: &mut Child) {
    child.kill().unwrap();
    child.wait().unwrap();
}
