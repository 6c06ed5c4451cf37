//! The commands as somebody types them: the real program, on both databases.

use std::io::{BufRead as _, BufReader, Lines, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Output, Stdio};

use chrono::{DateTime, Datelike as _, TimeDelta, Utc};
use diesel::connection::SimpleConnection;
use diesel::{Connection as _, PgConnection, SqliteConnection};
use heard::app::access::limit::Doors;
use heard::app::access::session::{self, Computer};
use heard::app::access::sign_in::{Credentials, sign_in};
use heard::app::access::token;
use heard::app::cases::Answer;
use heard::app::concerns::{self, Sender};
use heard::app::messages::{self, Part, Search};
use heard::app::{App, Mode, Parts, schools};
use heard::clock::{Clock, Ids};
use heard::db::{DatabaseUrl, Db, DbOptions, migrate};
use heard::domain::person::Role;
use heard::key::InstallationKey;
use heard::secret::Secret;
use heard::urls::BaseUrl;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::kit::database::{Backend, Template, TestDatabase, backend, empty_database};
use crate::kit::http::Request;
use crate::kit::package;
use crate::kit::school::{HEAD, PASSWORD, SLUG, arrived, found, stranger};
use crate::kit::smtp::{Control, Login, Security, SmtpServer};

static MIGRATED: Template = Template::new(|url| {
    migrate::run(&DatabaseUrl::parse(url).unwrap()).unwrap();
});

/// An installation with a school, and a folder to keep its files in.
struct Home {
    database: TestDatabase,
    folder: TempDir,
}

impl Home {
    fn empty() -> Self {
        Self { database: empty_database(), folder: TempDir::with_prefix("heard-cli-").unwrap() }
    }

    fn with_a_school() -> Self {
        let home = Self { database: MIGRATED.copy(), folder: TempDir::with_prefix("heard-cli-").unwrap() };
        found_now(&home.app());
        home
    }

    fn app(&self) -> App {
        app_on(self.database.url())
    }

    fn data(&self) -> &Path {
        self.folder.path()
    }

    /// Types a command, with something on its standard input.
    fn types_with(&self, words: &[&str], input: &str) -> Said {
        run(self.database.url(), self.data(), words, input)
    }

    fn types(&self, words: &[&str]) -> Said {
        self.types_with(words, "")
    }
}

fn app_on(url: &str) -> App {
    in_mode(url, Mode::TestMail)
}

/// In a demo anybody reads every message.
fn as_a_demo(url: &str) -> App {
    in_mode(url, Mode::Demo)
}

fn in_mode(url: &str, mode: Mode) -> App {
    App::new(Parts {
        db: Db::open(&DatabaseUrl::parse(url).unwrap(), DbOptions::default()).unwrap(),
        clock: Clock::System,
        ids: Ids::unguessable().unwrap(),
        base: BaseUrl::parse("http://heard.example.org").unwrap(),
        undo: TimeDelta::zero(),
        mode,
        key: InstallationKey::of([7; 32]),
    })
}

/// What a command said.
struct Said {
    ok: bool,
    out: String,
    err: String,
}

fn run(url: &str, data: &Path, words: &[&str], input: &str) -> Said {
    let mut child = Command::new(env!("CARGO_BIN_EXE_heard"))
        .args(words)
        .arg("--data")
        .arg(data)
        .env("DATABASE_URL", url)
        .env("HEARD_LOG", "warn")
        .current_dir(data)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let Output { status, stdout, stderr } = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let (out, err) = (text(stdout), text(stderr));
    assert!(status.code().is_some(), "ended by a signal ({status}): {out}{err}");
    Said { ok: status.success(), out, err }
}

#[track_caller]
fn fine(said: Said) -> String {
    assert!(said.ok, "{}{}", said.out, said.err);
    said.out
}

#[track_caller]
fn refused(said: Said) -> String {
    assert!(!said.ok, "{}", said.out);
    said.err
}

/// The year in which the school year around today began: the clock of a command is the machine's.
fn this_school_year() -> i32 {
    let today = Clock::System.now();
    if today.month() >= 8 { today.year() } else { today.year() - 1 }
}

/// The school of the stories, with terms around today.
fn found_now(app: &App) {
    let from = this_school_year();
    let terms = json!([
        [format!("{from}-09-02"), format!("{from}-12-18")],
        [format!("{}-01-04", from + 1), format!("{}-07-20", from + 1)],
    ]);
    found(app, &terms);
}

fn raise(app: &App, email: Option<&str>) -> String {
    let body = serde_json::from_value(json!({
        "kind": "concern",
        "complainant": {"name": "Zofia Lis", "email": email, "address": "2 Mill Road\nWestmarch", "relationship": "parent"},
        "points": [{"what_happened": "The bus left without her."}],
    }))
    .unwrap();
    concerns::submit(app, SLUG, Sender::Family("a test".to_owned()), &body, None, |done| Answer {
        status: 201,
        body: done.case.reference.to_string(),
        version: 0,
    })
    .unwrap()
    .body
}

#[test]
fn migrate_brings_a_new_database_up_to_date_and_says_what_it_did() {
    let home = Home::empty();
    let first = fine(home.types(&["migrate"]));
    assert!(first.starts_with("Done: 0001\n") && first.contains("Done: 0016\n"), "{first}");
    assert!(first.ends_with("The database is up to date.\n"), "{first}");
    assert_eq!(fine(home.types(&["migrate"])), "The database was up to date.\n");
}

#[test]
fn a_command_on_an_old_database_says_what_to_type() {
    let home = Home::empty();
    let words = refused(home.types(&["doctor"]));
    assert!(words.contains("run `heard migrate`"), "{words}");
}

/// A mistyped folder is told as one: nothing is made where nothing was, neither a database nor a backup of it.
#[test]
fn a12_a_command_where_no_database_is_says_so_and_makes_none() {
    let folder = TempDir::with_prefix("heard-cli-").unwrap();
    let file = folder.path().join("heard.db");
    let url = format!("sqlite://{}", file.display());
    let copy = folder.path().join("copy");
    for words in
        [&["doctor"][..], &["backup", "--to", copy.to_str().unwrap()], &["verify-record"], &["token", "list"]]
    {
        let said = refused(run(&url, folder.path(), words, ""));
        assert!(said.contains(&format!("there is no database at {}", file.display())), "{words:?}: {said}");
        assert!(!file.exists() && !copy.exists(), "{words:?} made something");
    }
}

/// Whoever waits sees that it goes on: on standard error, so that what a command answers stays alone.
#[test]
fn a12_what_takes_long_says_how_far_it_is() {
    let home = Home::empty();
    let first = home.types(&["migrate"]);
    assert!(first.ok && first.err.contains("steps to take"), "{}", first.err);
    let copied = home.types(&["backup", "--to", home.data().join("copy").to_str().unwrap()]);
    assert!(copied.ok, "{}", copied.err);
    let words = match backend() {
        Backend::Sqlite => "Copying 1 MB",
        Backend::Postgres => "pg_dump writes the database",
    };
    assert!(copied.err.contains(words), "{}", copied.err);
}

/// A demo that runs until it is dropped.
struct Demo {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Demo {
    fn start(folder: &Path, how: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_heard"))
            .args(["demo", "--listen", "127.0.0.1:0", "--empty", "--data"])
            .arg(folder)
            .args(how)
            .env("HEARD_LOG", "error")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, lines }
    }

    fn line(&mut self) -> String {
        self.lines.next().expect("it says something").unwrap()
    }

    /// What a script is told: one line of JSON.
    fn ready(&mut self) -> Value {
        serde_json::from_str(&self.line()).unwrap()
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// Moves the clock of a demo on by that, and reads what it says then.
fn clock_after(ready: &Value, by: &str) -> DateTime<Utc> {
    let base = ready["base_url"].as_str().unwrap();
    let address = base.trim_start_matches("http://").parse().unwrap();
    let request = Request::post("/demo/clock").json(&json!({"by": by}));
    let moved = request.send(address).unwrap();
    assert_eq!(moved.status, 200, "{}", moved.text());
    moved.json()["now"].as_str().unwrap().parse().unwrap()
}

/// A11: the demo is built once. Opened again it has the same people, with the same tokens, and its clock goes on
/// from where it was.
#[test]
fn a11_a_demo_that_is_opened_again_is_the_same_and_its_time_goes_on() {
    let folder = TempDir::with_prefix("heard-cli-").unwrap();
    let (first, left_at) = {
        let mut demo = Demo::start(folder.path(), &["--json"]);
        let ready = demo.ready();
        let left_at = clock_after(&ready, "P3D");
        (ready, left_at)
    };
    let mut demo = Demo::start(folder.path(), &["--json"]);
    let again = demo.ready();
    assert!(again["people"].as_array().unwrap().len() > 10);
    assert_eq!((&again["people"], &again["schools"]), (&first["people"], &first["schools"]));
    let token = again["people"][0]["token"].as_str().unwrap();
    let address = again["base_url"].as_str().unwrap().trim_start_matches("http://").parse().unwrap();
    let cases = Request::get("/api/v1/cases").bearer(token).send(address).unwrap();
    assert_eq!(cases.status, 200, "its tokens open it still: {}", cases.text());
    assert!(clock_after(&again, "PT1H") >= left_at + TimeDelta::hours(1), "the clock went back");
}

/// A11: people read where to go, as whom, and with which password.
#[test]
fn a11_a_demo_tells_people_where_to_go_and_how_to_come_in() {
    let folder = TempDir::with_prefix("heard-cli-").unwrap();
    let mut demo = Demo::start(folder.path(), &[]);
    let mut said = String::new();
    while !said.contains("Stop with Ctrl+C") {
        said.push_str(&demo.line());
        said.push('\n');
    }
    for words in ["http://127.0.0.1:", "/sign-in", "headteacher", "administrator", ".example"] {
        assert!(said.contains(words), "{words}: {said}");
    }
    let password = format!("Everybody's password is: {}", heard::app::demo::PASSWORD);
    assert!(said.contains(&password), "{said}");
}

#[test]
fn serve_prints_the_link_of_the_first_start() {
    let home = Home::empty();
    let mut child = Command::new(env!("CARGO_BIN_EXE_heard"))
        .args(["serve", "--listen", "127.0.0.1:0", "--base-url", "http://heard.example.org", "--data"])
        .arg(home.data())
        .env("DATABASE_URL", home.database.url())
        .env("HEARD_LOG", "warn")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let link = lines.find(|line| line.starts_with("http://heard.example.org/set-up/begin/"));
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(link.is_some(), "no link was printed");
}

#[test]
fn somebody_is_taken_on_signs_in_and_leaves_a_post() {
    let home = Home::with_a_school();
    let head = format!("headteacher@{SLUG}");
    let add = ["add-user", "--name", "Amara Okafor", "--email", HEAD, "--post", &head, "--password-stdin"];
    let said = fine(home.types_with(&add, &format!("{PASSWORD}\n")));
    assert_eq!(said, "Amara Okafor can sign in at http://127.0.0.1:8080/sign-in\n");
    assert!(signs_in(&home.app(), PASSWORD));

    let taken = refused(home.types_with(&add, PASSWORD));
    assert!(taken.contains("Somebody with this email address is there already"), "{taken}");
    let weak = refused(home.types_with(&["set-password", "--email", HEAD, "--password-stdin"], "short\n"));
    assert!(weak.contains("12 characters"), "{weak}");
    let made = fine(home.types(&["set-password", "--email", HEAD]));
    let made = made
        .lines()
        .find_map(|line| line.rsplit_once(": ").filter(|(words, _)| words.contains("shown this once")));
    assert!(signs_in(&home.app(), made.unwrap().1), "the password that was printed is theirs");

    // G30: the post ends, and with it what it gave.
    fine(home.types(&["end-post", "--email", HEAD, "--post", &head]));
    let again = refused(home.types(&["end-post", "--email", HEAD, "--post", &head]));
    assert!(again.contains("They hold no such post there"), "{again}");
}

/// Whether the head comes in and holds a post.
fn signs_in(app: &App, password: &str) -> bool {
    let with = Credentials {
        email: Secret::new(HEAD),
        password: Secret::new(password),
        computer: Computer::Own,
        previous: None,
    };
    let session = sign_in(app, &Doors::default(), &stranger("192.0.2.1"), with).map(arrived).unwrap();
    let found = session::colleague_of_session(app, session.as_str()).unwrap();
    found.is_some_and(|colleague| colleague.posts.iter().any(|post| post.role == Role::Headteacher))
}

#[test]
fn what_a_command_does_not_know_it_says_in_plain_words() {
    let home = Home::with_a_school();
    let add = |email: &str, post: &str| {
        refused(home.types(&["add-user", "--name", "A B", "--email", email, "--post", post]))
    };
    assert!(
        add(HEAD, "king@hazel-lane")
            .contains("There is no role \u{201c}king\u{201d}. Choose one of: class_teacher")
    );
    assert!(add(HEAD, "headteacher@nowhere").contains("There is no school of that name"));
    assert!(add("no address", "administrator").contains("--email:"));
    let scope = refused(home.types(&["token", "create", "--email", HEAD, "--scope", "all"]));
    assert!(scope.contains("Choose read, write or settings"), "{scope}");
    let nobody = refused(home.types(&["token", "create", "--email", HEAD, "--scope", "read"]));
    assert!(nobody.contains("Nobody has this email address"), "{nobody}");
    let lost = refused(home.types(&["token", "revoke", "01890a5d-ac96-774b-bcce-b302099a8057"]));
    assert!(lost.contains("`heard token list` shows them"), "{lost}");
}

#[test]
fn a12_a_token_is_shown_once_opens_until_it_is_revoked_and_is_listed_without_its_secret() {
    let home = Home::with_a_school();
    let head = format!("headteacher@{SLUG}");
    fine(home.types(&["add-user", "--name", "Amara Okafor", "--email", HEAD, "--post", &head]));
    let made = home
        .types(&["token", "create", "--email", HEAD, "--scope", "read", "--school", SLUG, "--days", "90"]);
    let secret = fine(made).trim().to_owned();
    assert!(secret.starts_with("heard_"), "the secret stands alone on standard output");
    let opens = || token::colleague_of_token(&home.app(), &secret).unwrap();
    assert_eq!(opens().unwrap().scopes, [token::Scope::Read]);

    let listed = fine(home.types(&["token", "list"]));
    assert!(listed.contains("Amara Okafor") && listed.contains("holds until"), "{listed}");
    assert!(!listed.contains(&secret), "{listed}");
    let id = listed.split_whitespace().next().unwrap().to_owned();
    fine(home.types(&["token", "revoke", &id]));
    assert!(opens().is_none(), "a revoked token opens nothing");
    assert!(fine(home.types(&["token", "list"])).contains("revoked on"));
}

/// A school year is added beside the others, and what has no date yet gets one with the next sweep (G8, R36).
#[test]
fn the_terms_of_another_year_can_be_added() {
    let home = Home::with_a_school();
    let (year, after) = (this_school_year() + 1, this_school_year() + 2);
    let autumn = format!("{year}-09-02..{year}-10-22");
    let inset = format!("{year}-11-01");
    let add = |terms: &[&str]| {
        let mut words = vec!["add-terms", "--school", SLUG, "--inset", &inset];
        for term in terms {
            words.extend(["--term", term]);
        }
        home.types(&words)
    };
    assert!(refused(add(&[&inset])).contains("FIRST..LAST"));
    let backwards = format!("{year}-12-17..{year}-09-02");
    assert!(refused(add(&[&backwards])).contains("before"), "the last day comes first");
    let (winter, spring) = (format!("{year}-11-01..{year}-12-17"), format!("{after}-01-05..{after}-07-20"));
    let said = fine(add(&[&autumn, &winter, &spring]));
    assert!(said.contains(&format!("1 September {year}")), "{said}");
    assert!(refused(add(&[&autumn])).contains("School year"), "the year is there already");
    let unknown = home.types(&["add-terms", "--school", "nowhere", "--term", &autumn]);
    assert!(refused(unknown).contains("no school called nowhere"));
    let world = schools::find(&home.app(), SLUG).unwrap();
    assert_eq!(world.calendar.version(), 2, "a new version, beside the old one");
}

#[test]
fn doctor_says_where_everything_is_and_that_it_works() {
    let home = Home::with_a_school();
    let said = fine(home.types(&["doctor"]));
    assert!(
        said.contains("Address: http://127.0.0.1:8080/") && said.contains("each as this version takes it"),
        "{said}"
    );
    assert!(said.contains("Mail: test mode"), "{said}");
}

/// The backup is whole: its copy opens, its record holds, and what waited to be sent when it was made does not
/// leave a second time from there (G25).
#[test]
fn g25_a_backup_restored_is_whole_and_sends_nothing_twice() {
    let home = Home::with_a_school();
    let reference = raise(&home.app(), Some("zofia@family.example"));
    let target = home.folder.path().join("copy");
    let said = fine(home.types(&["backup", "--to", target.to_str().unwrap()]));
    assert!(said.starts_with("Copied the database"), "{said}");
    assert!(
        refused(home.types(&["backup", "--to", target.to_str().unwrap()])).contains("copy"),
        "it is there already"
    );

    let restored = restore(&target);
    let verified = fine(run(restored.url(), &target, &["verify-record"], ""));
    assert!(verified.contains("The record is whole") && verified.contains("of 1 cases"), "{verified}");
    let app = as_a_demo(restored.url());
    let waiting = |app: &App| parts(app, Part::Waiting);
    assert!(waiting(&as_a_demo(home.database.url())) > 0, "they still leave from where they were");
    assert_eq!(waiting(&app), 0, "nothing leaves from the copy by itself");
    assert!(parts(&app, Part::ForAPerson) > 0, "a person looks at each, of {reference}");
}

/// How many messages a reader of everything finds in a part.
fn parts(app: &App, part: Part) -> usize {
    messages::list(app, None, &Search { part: Some(part), ..Search::default() }, 50).unwrap().entries.len()
}

/// Puts a backup back as docs/OPERATIONS.md says.
fn restore(copy: &Path) -> TestDatabase {
    let database = empty_database();
    match backend() {
        Backend::Sqlite => {
            std::fs::copy(copy.join("heard.db"), database.file().unwrap()).unwrap();
        }
        Backend::Postgres => {
            let done = Command::new("psql")
                .args(["--quiet", "--set", "ON_ERROR_STOP=1", "--dbname", database.url(), "--file"])
                .arg(copy.join("heard.sql"))
                .output()
                .unwrap();
            assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        }
    }
    database
}

/// One event altered, missing, moved, cut off or unreadable, or its words: the check names case and event, and
/// looks at all the others too.
#[test]
fn verify_record_names_the_case_and_the_event_that_are_not_as_they_were_written() {
    let home = Home::with_a_school();
    let whole = raise(&home.app(), None);
    // The database refuses all of it; whoever changes a record on purpose gets that out of the way first.
    execute(
        home.database.url(),
        match backend() {
            Backend::Sqlite => {
                "DROP TRIGGER case_events_are_not_changed; DROP TRIGGER case_events_are_not_deleted"
            }
            Backend::Postgres => "ALTER TABLE case_events DISABLE TRIGGER USER",
        },
    );
    let events = "case_events WHERE case_id = (SELECT id FROM cases WHERE reference = '{}')";
    let set =
        |what: &str| format!("UPDATE case_events SET {what} {}", events.trim_start_matches("case_events "));
    let last = "seq = (SELECT length FROM cases WHERE reference = '{}')";
    let harms = [
        (set("kind = 'deadline_moved'") + " AND seq = 2", "event 2 was altered"),
        (set("on_date = '2020-02-02'") + " AND seq = 1", "event 1 was altered"),
        (format!("DELETE FROM {events} AND seq = 2"), "event 2 is missing"),
        (format!("DELETE FROM {events} AND {last}"), "the record ends at event"),
        (set("seq = 999") + " AND seq = 2", "event 2 is missing"),
        (set("actor_kind = 'ghost'") + " AND seq = 2", "event 2 cannot be read"),
        (events.replace("case_events", "DELETE FROM event_texts"), "words of event 1 are missing"),
        (
            events.replace("case_events", "UPDATE event_texts SET body = 'something else'"),
            "the words of event 1 were altered",
        ),
    ];
    let harmed: Vec<(String, &str)> = harms
        .iter()
        .map(|(statement, finding)| {
            let reference = raise(&home.app(), None);
            execute(home.database.url(), &statement.replace("{}", &reference));
            (reference, *finding)
        })
        .collect();
    let said = home.types(&["verify-record"]);
    assert!(!said.ok);
    for (reference, finding) in &harmed {
        let line = said.out.lines().find(|line| line.starts_with(reference.as_str()));
        assert!(line.is_some_and(|line| line.contains(finding)), "{reference} {finding}: {}", said.out);
    }
    assert!(!said.out.contains(&whole), "{}", said.out);
    assert!(said.out.contains("8 of 9 cases"), "{}", said.out);
}

fn execute(url: &str, statement: &str) {
    match url.strip_prefix("sqlite://") {
        Some(file) => SqliteConnection::establish(file).unwrap().batch_execute(statement).unwrap(),
        None => PgConnection::establish(url).unwrap().batch_execute(statement).unwrap(),
    }
}

#[test]
fn send_test_mail_says_what_happened_on_the_way() {
    let home = Home::with_a_school();
    let server = SmtpServer::start(Security::StartTls);
    let config = smtp_config(&home, &server);
    let send = |to: &str| home.types(&["send-test-mail", "--to", to, "--config", config.to_str().unwrap()]);
    let said = fine(send("me@example.org"));
    assert!(!said.is_empty());
    let received = server.received();
    assert_eq!(received.len(), 1);
    assert_eq!(
        (received[0].to.as_slice(), received[0].tls),
        (["me@example.org".to_owned()].as_slice(), true)
    );

    let never = send("never-1@example.org");
    assert!(!never.ok && never.out.contains("550"), "{}", never.out);
    server.control(Control { login: Login::Refuse, ..Control::default() });
    let login = send("me@example.org");
    assert!(!login.ok && login.out.contains("535"), "{}", login.out);
    assert!(!format!("{}{}", login.out, login.err).contains(&server.password), "no password is printed");
    assert!(fine(home.types(&["doctor", "--config", config.to_str().unwrap()])).contains("Mail: by"));
}

fn smtp_config(home: &Home, server: &SmtpServer) -> PathBuf {
    let path = home.data().join("heard.toml");
    let text = format!(
        "[smtp]\nhost = \"{}\"\nport = {}\nsecurity = \"starttls\"\nuser = \"{}\"\npassword = \"{}\"\n\
         from = \"heard@example.org\"\nauthority = \"{}\"\ntimeout_seconds = 5\n",
        server.host,
        server.port,
        server.user,
        server.password,
        server.ca_pem.display()
    );
    std::fs::write(&path, text).unwrap();
    path
}

/// docs/OPERATIONS.md names every command that there is.
#[test]
fn the_guide_for_operators_names_every_command() {
    let guide = std::fs::read_to_string(package().join("docs/OPERATIONS.md")).unwrap();
    let help = Command::new(env!("CARGO_BIN_EXE_heard")).arg("--help").output().unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    let (_, commands) = help.split_once("Commands:").unwrap();
    let (commands, _) = commands.split_once("Options:").unwrap();
    let names: Vec<&str> = commands
        .lines()
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| *name != "help")
        .collect();
    assert!(names.len() >= 11, "{names:?}");
    for name in names {
        assert!(guide.contains(&format!("heard {name}")), "docs/OPERATIONS.md says nothing of heard {name}");
    }
}

#[test]
fn an_unknown_person_is_no_fault_of_the_machine() {
    let home = Home::with_a_school();
    let said = refused(home.types(&["set-password", "--email", "nobody@example.org"]));
    assert!(said.contains("Nobody has this email address"), "{said}");
}
