//! The SMTP server of `tests/kit/smtp.py`, started for one test and ended with it.
//!
//! The recipient's address says how helpful it is (`later-*`, `never-*`, `stall-*`, `stall-after-*`,
//! `die-*`, `die-after-*`); [`SmtpServer::control`] changes it while it runs.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use serde::{Deserialize, Serialize};
use tempfile::TempDir;

use super::{package, setting};

/// How the server guards the connection.
#[derive(Clone, Copy, Debug)]
pub enum Security {
    /// Plain at first, TLS before the login.
    StartTls,
    /// TLS from the first byte.
    Implicit,
    /// Never TLS. The login is asked for all the same.
    None,
}

/// What the server does with logins and with the addresses that ask for a fault.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Control {
    pub login: Login,
    pub faults: Faults,
    pub stall_seconds: u32,
}

/// The answer to the right name and password. Wrong ones are always refused.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Login {
    Accept,
    /// 535: for good.
    Refuse,
    /// 454: for now.
    Later,
}

/// Whether `later-*` and the others mean anything.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Faults {
    On,
    /// The trouble is over: every recipient is an ordinary one.
    Off,
}

impl Default for Control {
    fn default() -> Self {
        Self { login: Login::Accept, faults: Faults::On, stall_seconds: 10 }
    }
}

/// A running server. It ends when this value is dropped, or when the test process is killed.
#[derive(Debug)]
pub struct SmtpServer {
    pub host: String,
    pub port: u16,
    /// The authority to trust, as PEM.
    pub ca_pem: PathBuf,
    pub user: String,
    pub password: String,
    process: Child,
    folder: TempDir,
}

/// The line that the server prints when it listens.
#[derive(Deserialize)]
struct Ready {
    host: String,
    port: u16,
    ca_pem: PathBuf,
    user: String,
    password: String,
}

/// A message that the server took.
#[derive(Clone, Debug)]
pub struct Received {
    pub from: String,
    pub to: Vec<String>,
    /// Whether it came through TLS.
    pub tls: bool,
    /// Who was logged in.
    pub user: Option<String>,
    /// The message as it came, with CRLF line ends.
    pub raw: Vec<u8>,
}

/// The file beside each message.
#[derive(Deserialize)]
struct Envelope {
    from: String,
    to: Vec<String>,
    tls: bool,
    user: Option<String>,
    eml: String,
}

impl SmtpServer {
    /// Starts a server on a free port of 127.0.0.1 and waits until it listens.
    pub fn start(security: Security) -> Self {
        let folder = TempDir::with_prefix("heard-smtp-").expect("a temporary folder can be made");
        let mut process = command(security)
            .arg("--folder")
            .arg(folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("python starts; HEARD_TEST_PYTHON names one that has aiosmtpd");
        let ready = first_line(&mut process);
        Self {
            host: ready.host,
            port: ready.port,
            ca_pem: ready.ca_pem,
            user: ready.user,
            password: ready.password,
            process,
            folder,
        }
    }

    /// Changes what the server does, from the next command on.
    pub fn control(&self, control: Control) {
        let part = self.folder.path().join("control.part");
        let text = serde_json::to_vec(&control).expect("a control is JSON");
        fs::write(&part, text).expect("the control file can be written");
        fs::rename(part, self.folder.path().join("control.json")).expect("the control file can be renamed");
    }

    /// Every message taken so far, oldest first.
    pub fn received(&self) -> Vec<Received> {
        let mut files: Vec<PathBuf> = fs::read_dir(self.folder.path())
            .expect("the folder of the server is there")
            .map(|entry| entry.expect("the folder can be read").path())
            .filter(|path| path.extension().is_some_and(|ending| ending == "json"))
            .filter(|path| path.file_stem().is_some_and(|stem| stem != "control"))
            .collect();
        files.sort();
        files.iter().map(|file| self.read(file)).collect()
    }

    fn read(&self, file: &PathBuf) -> Received {
        let text = fs::read(file).expect("the envelope can be read");
        let envelope: Envelope = serde_json::from_slice(&text).expect("the envelope is JSON");
        let raw = fs::read(self.folder.path().join(&envelope.eml)).expect("the message can be read");
        Received { from: envelope.from, to: envelope.to, tls: envelope.tls, user: envelope.user, raw }
    }
}

impl Drop for SmtpServer {
    fn drop(&mut self) {
        // It may have ended by itself; there is nothing to do about it here.
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

fn command(security: Security) -> Command {
    let python = setting("HEARD_TEST_PYTHON").unwrap_or_else(|| "python3".to_owned());
    let mut command = Command::new(python);
    command.arg(package().join("tests/kit/smtp.py")).arg("--security").arg(match security {
        Security::StartTls => "starttls",
        Security::Implicit => "tls",
        Security::None => "none",
    });
    command
}

fn first_line(process: &mut Child) -> Ready {
    let output = process.stdout.take().expect("standard output is a pipe");
    let mut line = String::new();
    BufReader::new(output).read_line(&mut line).expect("the server speaks UTF-8");
    serde_json::from_str(&line).unwrap_or_else(|error| {
        panic!("the SMTP server did not start ({error}); run tests/run, or set HEARD_TEST_PYTHON as it does")
    })
}

mod tests {
    use std::io::{Read, Write};
    use std::net::TcpStream;
    use std::time::{Duration, Instant};

    use lettre::transport::smtp::authentication::Credentials;
    use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
    use lettre::transport::smtp::{Error, SmtpTransport, response::Response};
    use lettre::{Message, Transport};

    use super::*;

    /// Sends one message as the product would: TLS, the server's authority, the login.
    fn send(server: &SmtpServer, security: Security, to: &str) -> Result<Response, Error> {
        let authority = Certificate::from_pem(&fs::read(&server.ca_pem).unwrap()).unwrap();
        let trust =
            TlsParameters::builder(server.host.clone()).add_root_certificate(authority).build().unwrap();
        let tls = match security {
            Security::StartTls => Tls::Required(trust),
            Security::Implicit => Tls::Wrapper(trust),
            Security::None => Tls::None,
        };
        let message = Message::builder()
            .from("heard@school.example".parse().unwrap())
            .to(to.parse().unwrap())
            .subject("Your concern")
            .body("We have it.".to_owned())
            .unwrap();
        SmtpTransport::builder_dangerous(&server.host)
            .port(server.port)
            .tls(tls)
            .credentials(Credentials::new(server.user.clone(), server.password.clone()))
            .timeout(Some(Duration::from_secs(2)))
            .build()
            .send(&message)
    }

    #[test]
    fn it_greets_and_is_gone_when_dropped() {
        let server = SmtpServer::start(Security::StartTls);
        let port = server.port;
        let mut connection = TcpStream::connect(("127.0.0.1", port)).unwrap();
        connection.write_all(b"QUIT\r\n").unwrap();
        let mut said = String::new();
        connection.read_to_string(&mut said).unwrap();
        assert!(said.starts_with("220 localhost"), "{said}");
        drop(server);
        assert!(TcpStream::connect(("127.0.0.1", port)).is_err());
    }

    #[test]
    fn it_takes_a_message_with_each_kind_of_security() {
        for security in [Security::StartTls, Security::Implicit, Security::None] {
            let server = SmtpServer::start(security);
            send(&server, security, "parent@home.example").unwrap();
            let received = server.received();
            let message = received.first().unwrap();
            assert_eq!(received.len(), 1);
            assert_eq!(message.from, "heard@school.example");
            assert_eq!(message.to, ["parent@home.example"]);
            assert_eq!(message.tls, !matches!(security, Security::None));
            assert_eq!(message.user.as_deref(), Some("heard"));
            let text = String::from_utf8(message.raw.clone()).unwrap();
            assert!(
                text.contains("Subject: Your concern\r\n") && text.ends_with("We have it.\r\n"),
                "{text}"
            );
        }
    }

    #[test]
    fn it_wants_tls_and_a_login_first() {
        let server = SmtpServer::start(Security::StartTls);
        assert!(send(&server, Security::None, "parent@home.example").is_err());
        let mut connection = TcpStream::connect(("127.0.0.1", server.port)).unwrap();
        connection.write_all(b"EHLO x\r\nMAIL FROM:<a@b.example>\r\nQUIT\r\n").unwrap();
        let mut said = String::new();
        connection.read_to_string(&mut said).unwrap();
        assert!(said.contains("530 Must issue a STARTTLS command first"), "{said}");
        assert!(server.received().is_empty());
    }

    #[test]
    fn it_refuses_for_now_and_for_good() {
        let server = SmtpServer::start(Security::StartTls);
        let later = send(&server, Security::StartTls, "later-1@home.example").unwrap_err();
        assert!(later.is_transient(), "{later}");
        let never = send(&server, Security::StartTls, "never-1@home.example").unwrap_err();
        assert!(never.is_permanent(), "{never}");
        assert!(server.received().is_empty());
        server.control(Control { faults: Faults::Off, ..Control::default() });
        send(&server, Security::StartTls, "later-1@home.example").unwrap();
        assert_eq!(server.received().len(), 1);
    }

    #[test]
    fn it_refuses_the_login_when_told() {
        let server = SmtpServer::start(Security::StartTls);
        for (login, permanent) in [(Login::Refuse, true), (Login::Later, false)] {
            server.control(Control { login, ..Control::default() });
            let error = send(&server, Security::StartTls, "parent@home.example").unwrap_err();
            assert_eq!((error.is_permanent(), error.is_transient()), (permanent, !permanent), "{error}");
        }
        assert!(server.received().is_empty());
    }

    #[test]
    fn it_dies_before_and_after_it_took_the_message() {
        let server = SmtpServer::start(Security::StartTls);
        for (to, taken) in [("die-1@home.example", 0), ("die-after-1@home.example", 1)] {
            let error = send(&server, Security::StartTls, to).unwrap_err();
            assert!(!error.is_transient() && !error.is_permanent(), "{error}");
            assert_eq!(server.received().len(), taken, "{to}");
        }
    }

    #[test]
    fn it_stalls_before_and_after_it_took_the_message() {
        let server = SmtpServer::start(Security::StartTls);
        server.control(Control { stall_seconds: 60, ..Control::default() });
        for (to, taken) in [("stall-1@home.example", 0), ("stall-after-1@home.example", 1)] {
            let start = Instant::now();
            assert!(send(&server, Security::StartTls, to).is_err());
            assert!(start.elapsed() >= Duration::from_secs(2));
            assert_eq!(server.received().len(), taken, "{to}");
        }
    }
}
