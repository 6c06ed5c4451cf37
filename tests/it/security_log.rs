//! G28: whoever tries what is not theirs leaves a line in the log of the program itself, and no line says who a person is,
//! what was typed, or what was asked for.

use std::fs::File;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use heard::app::access::Token;
use heard::clock::Clock;
use heard::db;
use heard::db::access::{LinkKind, NewLink, Session, begin_session};
use heard::domain::ids::{PartyNo, PersonId};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;

use crate::kit::http::{Answer, Request};
use crate::kit::school::{HEAD, PASSWORD, School, TEACHER};

/// A name, an address and an account that are in the database, and what is typed and asked for here.
const PRIVATE: [&str; 10] = [
    "Amara",
    "Okafor",
    "Daniel",
    "hazel-lane.example",
    "family.example",
    "Zofia",
    "192.0.2",
    "127.0.0.1",
    "hunter2hunter2",
    "GUESSED",
];

/// The program, and what it writes.
struct Program {
    house: School,
    process: Child,
    address: SocketAddr,
    folder: TempDir,
}

impl Program {
    /// Starts it on the database of a school; of proxies it believes one that is not here.
    fn start() -> Self {
        let (house, folder) = (School::staffed(), tempfile::tempdir().unwrap());
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let config = folder.path().join("heard.toml");
        std::fs::write(&config, "trusted_proxies = [\"192.0.2.1\"]\n").unwrap();
        let log = File::create(folder.path().join("log")).unwrap();
        let process = Command::new(env!("CARGO_BIN_EXE_heard"))
            .args(["serve", "--listen", &address.to_string(), "--config"])
            .arg(&config)
            .env("DATABASE_URL", house.database.url())
            .env("HEARD_LOG", "off,security=info")
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .expect("the program starts");
        let program = Self { house, process, address, folder };
        let start = Instant::now();
        while TcpStream::connect(address).is_err() {
            assert!(start.elapsed() < Duration::from_secs(20), "it does not listen");
            thread::sleep(Duration::from_millis(10));
        }
        program
    }

    fn sends(&self, request: &Request) -> Answer {
        request.send(self.address).unwrap()
    }

    fn form(&self, path: &str, fields: &[(&str, &str)], cookie: &str) -> Answer {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let form = Request::post(path).bytes("application/x-www-form-urlencoded", body.into_bytes());
        self.sends(&form.header("Cookie", cookie).header("Sec-Fetch-Site", "same-origin"))
    }

    /// The line that a deed leaves, and no more than it: the rest of the log does not grow meanwhile.
    #[track_caller]
    fn leaves(&self, words: &[&str], deed: impl FnOnce(&Self)) {
        let before = self.log().len();
        deed(self);
        let start = Instant::now();
        loop {
            let log = self.log();
            let fresh = log.get(before..).unwrap_or_default();
            if fresh.lines().any(|line| words.iter().all(|word| line.contains(word))) {
                return;
            }
            assert!(start.elapsed() < Duration::from_secs(5), "no line with {words:?} in: {fresh}");
            thread::sleep(Duration::from_millis(20));
        }
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap()
    }

    fn person(&self, email: &str) -> PersonId {
        self.house.db.read(|tx| db::people::sign_in(tx, email)).unwrap().unwrap().id
    }

    /// A cookie of somebody who is signed in at this moment of the machine, and the token of its forms.
    fn session(&self, email: &str) -> (String, String) {
        let (person, now) = (self.person(email), Clock::System.now());
        let token = Token::fresh(&self.house.app);
        let (digest, ends) = (db::Digest(Sha256::digest(token.as_str()).into()), now + TimeDelta::hours(1));
        let session = Session::beginning(person, now, ends);
        self.house.db.write(move |tx| begin_session(tx, digest, session)).unwrap();
        let csrf = hex::encode(Sha256::digest(format!("form of {}", token.as_str())));
        (format!("heard={}", token.as_str()), csrf)
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

/// The cookie and the form token of somebody who is not signed in.
fn visit(program: &Program, path: &str) -> (String, String) {
    let page = program.sends(&Request::get(path));
    let cookie = page.named("set-cookie").unwrap().split(';').next().unwrap().to_owned();
    let text = page.text();
    let (_, rest) = text.split_once("name=\"csrf\" value=\"").unwrap();
    (cookie, rest.split('"').next().unwrap().to_owned())
}

#[test]
fn g28_whatever_is_tried_leaves_a_line_and_no_line_names_anybody() {
    let program = Program::start();
    let head = program.person(HEAD).to_string();
    let (cookie, csrf) = program.session(HEAD);
    let (guest, guest_csrf) = visit(&program, "/sign-in");
    let raised = program.house.raises(
        &json!({ "name": "Zofia", "email": "zofia@family.example", "relationship": "parent" }),
        &json!([]),
    );

    // Guessed ids.
    program.leaves(&["not_found", "/cases/{reference}", &head], |program| {
        let page = Request::get("/cases/HL-GUESSED").header("Cookie", &cookie);
        assert_eq!(program.sends(&page).status, 404);
    });
    program.leaves(&["not_found", "/api/v1/cases/{reference}"], |program| {
        assert_eq!(program.sends(&Request::get("/api/v1/cases/GUESSED")).status, 404);
    });
    program.leaves(&["not_found", "none"], |program| {
        assert_eq!(program.sends(&Request::get("/backup/GUESSED.sql")).status, 404);
    });
    program.leaves(&["refused", "/people", &head], |program| {
        assert_eq!(program.sends(&Request::get("/people").header("Cookie", &cookie)).status, 403);
    });
    program.leaves(&["token_refused"], |program| {
        assert_eq!(program.sends(&Request::get("/api/v1/people").bearer("GUESSED")).status, 401);
    });

    // Links that were used or never were.
    for path in ["/password/GUESSEDGUESSEDGUESSED", "/sign-in/link/GUESSEDGUESSEDGUESSED"] {
        program.leaves(&["not_found"], |program| {
            assert_eq!(program.form(path, &[("csrf", &guest_csrf)], &guest).status, 404, "{path}");
        });
    }
    program.leaves(&["family_refused", "link"], |program| {
        let link = "/mine/GUESSEDGUESSEDGUESSED";
        let (family, csrf) = visit(program, link);
        program.form(link, &[("csrf", &csrf)], &family);
    });

    // The token of one case on another.
    let other = program.house.raises(
        &json!({ "name": "Zofia", "email": "other@family.example", "relationship": "parent" }),
        &json!([]),
    );
    let token = format!("case_{}", "x".repeat(43));
    let secret = db::Digest(Sha256::digest(&token).into());
    let case = program
        .house
        .db
        .read(|tx| Ok::<_, db::DbError>(db::visibility::find_for_the_system(tx, &other)?.unwrap().case()))
        .unwrap();
    let now = Clock::System.now();
    let link = NewLink {
        secret,
        case,
        party: PartyNo(1),
        helper: None,
        kind: LinkKind::CaseToken,
        created_at: now,
        expires_at: now + TimeDelta::hours(1),
    };
    program.house.db.write(move |tx| db::access::add_link(tx, link)).unwrap();
    assert_eq!(program.sends(&Request::get(&format!("/api/v1/cases/{other}")).bearer(&token)).status, 200);
    program.leaves(&["not_found", "/api/v1/cases/{reference}"], |program| {
        let page = Request::get(&format!("/api/v1/cases/{raised}")).bearer(&token);
        assert_eq!(program.sends(&page).status, 404);
    });

    // Wrong passwords and codes.
    program.leaves(&["password_refused", &head], |program| {
        let typed = [("csrf", guest_csrf.as_str()), ("email", HEAD), ("password", "hunter2hunter2")];
        assert_eq!(program.form("/sign-in", &typed, &guest).status, 422);
    });
    program.leaves(&["sign_in_code_refused"], |program| {
        let typed = [("csrf", guest_csrf.as_str()), ("email", HEAD), ("code", "123456")];
        assert_eq!(program.form("/sign-in/code", &typed, &guest).status, 422);
    });
    program.leaves(&["family_refused", "code"], |program| {
        let body = json!({ "challenge": "x".repeat(43), "code": "123456" });
        program.sends(&Request::post("/api/v1/access/code").json(&body));
    });

    // Forms of other sites, and forms of somebody else.
    program.leaves(&["forged_form", "other_site"], |program| {
        let form =
            Request::post("/sign-out").header("Cookie", &cookie).header("Sec-Fetch-Site", "cross-site");
        assert_eq!(program.sends(&form).status, 403);
    });
    program.leaves(&["forged_form", "token"], |program| {
        program.form("/account/away", &[("csrf", &guest_csrf)], &cookie);
    });

    // Headers that speak for somebody else, and another name.
    program.leaves(&["forwarding_not_believed"], |program| {
        program.sends(&Request::get("/sign-in").header("X-Forwarded-For", "192.0.2.77"));
    });
    program.leaves(&["other_host"], |program| {
        program.sends(&Request::get("http://evil.example/sign-in"));
    });

    // A post that ended: the session is worth nothing, and nobody comes in.
    let (person, yesterday) = (program.person(HEAD), Clock::System.now().date_naive() - TimeDelta::days(2));
    program
        .house
        .db
        .write(move |tx| {
            let posts = db::people::find(tx, person)?.unwrap().posts;
            posts.iter().try_for_each(|post| db::people::end_post(tx, post.id, yesterday))
        })
        .unwrap();
    program.leaves(&["session_without_a_post", &head], |program| {
        assert_eq!(program.sends(&Request::get("/cases").header("Cookie", &cookie)).status, 303);
    });
    program.leaves(&["no_post", &head], |program| {
        let typed = [("csrf", guest_csrf.as_str()), ("email", HEAD), ("password", PASSWORD)];
        assert_eq!(program.form("/sign-in", &typed, &guest).status, 422);
    });

    // Too many tries.
    program.leaves(&["limit_reached"], |program| {
        for _ in 0..12 {
            let typed = [("csrf", guest_csrf.as_str()), ("email", TEACHER), ("password", "hunter2hunter2")];
            program.form("/sign-in", &typed, &guest);
        }
    });

    let log = program.log();
    for word in PRIVATE {
        assert!(!log.contains(word), "{word} stands in the log:\n{log}");
    }
    for secret in [cookie.split_once('=').unwrap().1, &csrf, &guest_csrf, &token, &raised.to_string()] {
        assert!(!log.contains(secret), "a secret stands in the log:\n{log}");
    }
}
