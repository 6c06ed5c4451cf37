//! `kill -9` at any moment: nothing that was acknowledged is lost, and mail that was in flight goes again
//! only where a right or a date hangs on it.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead as _, BufReader, ErrorKind, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, Sender as Passing, channel};
use std::thread;
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use heard::app::outbox::{Sender, Transport, deliver};
use heard::clock::Clock;
use heard::db::case_rows::CaseRows;
use heard::db::outbox::{self, Carries, MessageState, Outcome, Posted};
use heard::db::visibility::{self, Seen};
use heard::db::{DatabaseUrl, Db, DbError, DbOptions, Tx, cases, events};
use heard::domain::ids::CaseId;
use heard::domain::record;
use heard::domain::reference::Reference;
use heard::domain::text::EmailAddress;
use heard::mail::{MemoryMailer, message_id_header};
use rand::SeedableRng as _;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::Rng as _;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::kit::database::TestDatabase;
use crate::kit::http::{Answer, Request};
use crate::kit::trust::{app_at, founded};

const ROUNDS: usize = 8;
const FAMILIES: usize = 4;

/// The program itself, on a database that outlives it.
struct Program {
    process: Child,
    address: SocketAddr,
}

impl Program {
    /// Starts it, and waits until it answers.
    fn start(database: &TestDatabase, folder: &Path, config: Option<&Path>) -> Self {
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let mut command = heard(database, folder);
        command.args(["serve", "--listen", &address.to_string(), "--data"]).arg(folder);
        if let Some(config) = config {
            command.arg("--config").arg(config);
        }
        let program = Self { process: command.spawn().expect("the program starts"), address };
        let start = Instant::now();
        while TcpStream::connect(address).is_err() {
            assert!(start.elapsed() < Duration::from_secs(20), "it does not listen");
            thread::sleep(Duration::from_millis(10));
        }
        program
    }
}

impl Drop for Program {
    /// SIGKILL: it gets no chance to tidy up.
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

fn heard(database: &TestDatabase, folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_heard"));
    command.env("DATABASE_URL", database.url()).env("HEARD_LOG", "error").current_dir(folder);
    command.stdin(Stdio::null()).stdout(Stdio::piped());
    command
}

/// A concern that is like no other.
fn concern(key: &str) -> Value {
    json!({
        "kind": "concern",
        "complainant": { "name": "Zofia Łukasiewicz", "email": format!("{key}@family.example"), "relationship": "parent" },
        "points": [{ "what_happened": format!("The bus left without her ({key}). 👩‍👧"), "wanted": "An apology" }],
    })
}

fn file(address: SocketAddr, key: &str) -> std::io::Result<Answer> {
    let raise = Request::post("/api/v1/schools/hazel-lane/concerns");
    raise.header("Idempotency-Key", key).json(&concern(key)).send(address)
}

/// What families know: the answer under each key, or that none came.
type Told = BTreeMap<String, Option<Vec<u8>>>;

/// Families file concerns one after another until the program is gone: a moment after that many answers.
fn file_until_gone(program: Program, round: usize, answers: usize, then: Duration) -> Told {
    let (told, address) = (Mutex::new(Told::new()), program.address);
    thread::scope(|scope| {
        for family in 0..FAMILIES {
            let told = &told;
            scope.spawn(move || {
                for number in 0.. {
                    let key = format!("crash-{round}-{family}-{number}");
                    let answer = match file(address, &key) {
                        Ok(answer) => answer,
                        // Nobody listens any more: nothing was sent.
                        Err(gone) if gone.kind() == ErrorKind::ConnectionRefused => return,
                        // Sent, and broken off before an answer came: nobody knows.
                        Err(_) => {
                            told.lock().unwrap().insert(key, None);
                            return;
                        }
                    };
                    assert_eq!(answer.status, 201, "{}", answer.text());
                    told.lock().unwrap().insert(key, Some(answer.body));
                }
            });
        }
        while told.lock().unwrap().values().flatten().count() < answers {
            thread::sleep(Duration::from_millis(1));
        }
        thread::sleep(then);
        drop(program);
    });
    told.into_inner().unwrap()
}

fn reference_in(body: &[u8]) -> String {
    let body: Value = serde_json::from_slice(body).unwrap();
    body["reference"].as_str().unwrap().to_owned()
}

/// Everything of a case is there or nothing is: record, rows, and the receipt once.
fn is_whole(db: &Db, reference: &str) -> CaseId {
    let reference = Reference::parse(reference).unwrap();
    let read = |tx: &mut Tx| {
        let seen = visibility::find_for_the_system(tx, &reference)?.expect("an acknowledged case is there");
        let (loaded, kept) = (cases::load(tx, seen)?.unwrap(), cases::kept_end(tx, seen)?.unwrap());
        Ok::<_, DbError>((
            loaded,
            kept,
            events::sealed(tx, seen)?,
            CaseRows::read(tx, seen)?.unwrap(),
            outbox::of_case(tx, seen)?,
        ))
    };
    let (loaded, kept, sealed, rows, posted) = db.read(read).unwrap();
    assert_eq!(record::verify(loaded.case.id, &sealed, kept.0, kept.1), Ok(()));
    assert_eq!(rows, CaseRows::of(&loaded.case, loaded.end).unwrap());
    assert!(loaded.case.deadlines.iter().any(heard::domain::deadline::Deadline::is_open), "its clocks run");
    let receipts = posted.iter().filter(|posted| posted.message.kind == "receipt").count();
    assert_eq!(receipts, 1, "{reference}");
    loaded.case.id
}

fn open(database: &TestDatabase) -> Db {
    Db::open(&DatabaseUrl::parse(database.url()).unwrap(), DbOptions::default()).unwrap()
}

fn every_case(db: &Db) -> BTreeSet<CaseId> {
    db.read(|tx| cases::ids_after(tx, None, 100_000)).unwrap().into_iter().collect()
}

/// A concern that was acknowledged is there after a crash, with its events, deadlines and receipt; the same
/// request again gives the first answer and makes nothing new (A6); the record is whole.
#[test]
fn killing_the_program_loses_no_acknowledged_concern() {
    let (database, folder) = (founded(), TempDir::new().unwrap());
    let mut chance = ChaCha20Rng::seed_from_u64(9);
    let mut told = Told::new();
    for round in 0..ROUNDS {
        let answers = 4 + usize::try_from(chance.next_u32() % 16).unwrap();
        let then = Duration::from_micros(u64::from(chance.next_u32() % 30_000));
        told.append(&mut file_until_gone(
            Program::start(&database, folder.path(), None),
            round,
            answers,
            then,
        ));
    }
    assert!(told.values().any(Option::is_none), "the program was always idle when it was killed");
    let program = Program::start(&database, folder.path(), None);
    let mut references = BTreeSet::new();
    for (key, first) in &told {
        let again = file(program.address, key).unwrap();
        assert_eq!(again.status, 201, "{}", again.text());
        if let Some(first) = first {
            assert_eq!(String::from_utf8_lossy(first), again.text(), "the first answer to {key}");
        }
        references.insert(reference_in(&again.body));
    }
    drop(program);
    assert_eq!(references.len(), told.len(), "each key made one case");
    let db = open(&database);
    let whole: BTreeSet<CaseId> = references.iter().map(|reference| is_whole(&db, reference)).collect();
    assert_eq!(whole, every_case(&db), "and nothing else was made");
    let verified =
        heard(&database, folder.path()).arg("verify-record").stderr(Stdio::null()).output().unwrap();
    assert!(verified.status.success());
    let said = String::from_utf8(verified.stdout).unwrap();
    assert!(said.contains(&format!("of {} cases", told.len())), "{said}");
}

/// A mail server that takes a message, says nothing, and so leaves everybody in doubt.
fn silent_mail_server() -> (u16, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (passing, mails) = channel();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let passing = passing.clone();
            thread::spawn(move || drop(listen_silently(stream.unwrap(), &passing)));
        }
    });
    (port, mails)
}

fn listen_silently(mut stream: TcpStream, passing: &Passing<String>) -> std::io::Result<()> {
    stream.write_all(b"220 mail.example\r\n")?;
    let (mut mail, mut lines) = (None, BufReader::new(stream.try_clone()?).lines());
    while let Some(line) = lines.next().transpose()? {
        match (&mut mail, line.as_str()) {
            (Some(text), ".") => drop(passing.send(std::mem::take(text))),
            (Some(text), line) => {
                text.push_str(line);
                text.push('\n');
            }
            (None, "DATA") => {
                mail = Some(String::new());
                stream.write_all(b"354 go on\r\n")?;
            }
            (None, _) => stream.write_all(b"250 well\r\n")?,
        }
    }
    Ok(())
}

fn message_id(mail: &str) -> String {
    let header = mail.lines().find_map(|line| line.strip_prefix("Message-ID:")).expect("it has a Message-ID");
    header.trim().to_owned()
}

/// What lies in the outbox for the one case that there is, with every attempt.
fn posted(db: &Db) -> Vec<(Posted, Vec<outbox::Attempt>)> {
    let case = *every_case(db).first().expect("the concern was filed");
    let read = |tx: &mut Tx| {
        let with_attempts = |posted: Posted, tx: &mut Tx| {
            let attempts = outbox::attempts(tx, posted.message.id)?;
            Ok::<_, DbError>((posted, attempts))
        };
        let posted = outbox::of_case(tx, Seen::by_the_system(case))?;
        posted.into_iter().map(|posted| with_attempts(posted, tx)).collect::<Result<Vec<_>, _>>()
    };
    db.read(read).unwrap()
}

/// What the mail server was told before the program was killed, until every message of the case was in
/// flight; by Message-ID.
fn in_flight(db: &Db, mails: &Receiver<String>, wanted: usize) -> BTreeSet<String> {
    let mut seen = BTreeSet::new();
    while seen.len() < wanted {
        let mail = mails.recv_timeout(Duration::from_secs(20)).expect("the mails go out");
        seen.insert(message_id(&mail));
    }
    assert!(posted(db).iter().filter(|(posted, _)| posted.state == MessageState::Sending).count() >= wanted);
    seen
}

/// House rule on mail after a crash: the attempt was on record before the server was spoken to; what carries
/// a right or a deadline goes again under the same Message-ID, and any other is left for a person.
#[actix_web::test]
async fn mail_in_flight_at_a_crash_goes_again_where_a_right_or_a_date_hangs_on_it() {
    let (database, folder) = (founded(), TempDir::new().unwrap());
    let (port, mails) = silent_mail_server();
    let config = folder.path().join("heard.toml");
    let smtp = format!(
        "[smtp]\nhost = \"127.0.0.1\"\nport = {port}\nsecurity = \"none\"\nfrom = \"heard@larkhollow.example\"\ntimeout_seconds = 120\n"
    );
    std::fs::write(&config, smtp).unwrap();
    let db = open(&database);

    let program = Program::start(&database, folder.path(), Some(&config));
    assert_eq!(file(program.address, "crash-mail").unwrap().status, 201);
    let wanted = posted(&db).len();
    let mut told = in_flight(&db, &mails, wanted);
    drop(program);
    // A fresh link is news: the family can ask for another.
    let program = Program::start(&database, folder.path(), Some(&config));
    let ask = Request::post("/api/v1/schools/hazel-lane/links");
    let asked = ask.json(&json!({ "email": "crash-mail@family.example" })).send(program.address).unwrap();
    assert_eq!(asked.status, 202);
    told.append(&mut in_flight(&db, &mails, 1));
    drop(program);

    let before = posted(&db);
    assert_eq!(before.len(), wanted + 1);
    for (posted, attempts) in &before {
        assert_eq!((posted.state, posted.attempts), (MessageState::Sending, 1), "{}", posted.message.kind);
        assert_eq!(attempts[0].outcome, None, "nobody knows what came of it");
    }
    // When the lease of the dead worker is over, the next one looks.
    let app = app_at(&database, Clock::System.now() + TimeDelta::minutes(6));
    let memory = MemoryMailer::new();
    let from = EmailAddress::parse("heard@larkhollow.example").unwrap();
    let sender = Sender::new(&app, Transport::Memory(memory.clone()), from.clone()).unwrap();
    deliver(&app, &sender).await.unwrap();
    let again: BTreeSet<String> =
        memory.take_out().iter().map(|mail| message_id_header(mail.message_id, &from)).collect();
    let mut news = 0;
    for (posted, attempts) in posted(&db) {
        let id = message_id_header(posted.message.id, &from);
        assert_eq!(attempts[0].outcome, Some(Outcome::Unknown));
        assert!(told.contains(&id));
        match posted.message.carries {
            Carries::Right | Carries::Deadline => {
                assert_eq!((posted.state, posted.attempts), (MessageState::Sent, 2));
                assert!(again.contains(&id), "{} goes again under the same Message-ID", posted.message.kind);
            }
            Carries::Nothing => {
                news += 1;
                assert_eq!((posted.state, posted.attempts), (MessageState::Flagged, 1));
                assert!(!again.contains(&id), "a person looks at {}", posted.message.kind);
            }
        }
    }
    assert!(news >= 1 && !again.is_empty());
}
