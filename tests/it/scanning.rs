//! Files wait apart until `ClamAV` has passed them (ASVS 5.4.3): with a real `clamd` of our own.

use std::time::{Duration, Instant};

use actix_web::http::StatusCode;
use heard::app::access::family;
use heard::app::concerns::{Sender, submit_with};
use heard::app::files::scan::{Answers, ScanError, Scanned, Scanner, Socket, Verdict, scan_waiting};
use heard::app::files::{Attached, Content, FileLimits, Upload, keep_for_later, look};
use heard::app::{App, health};
use heard::domain::reference::Reference;
use serde_json::{Value, json};

use crate::kit::browser::{Page, TestRequest};
use crate::kit::clamd::{Clamd, eicar, silent};
use crate::kit::school::{HEAD, SLUG, School, Setting, token_in};
use crate::kit::trust::REFERENCE;

const PDF: &[u8] = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n";
/// Long enough for a scanner on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

struct House {
    school: School,
    app: App,
    family: String,
    head: String,
    case: String,
}

impl House {
    async fn scanning(scanner: Scanner) -> Self {
        let mut school = School::staffed_in(Setting { files: FileLimits::default(), ..Setting::default() });
        school.app = school.app.clone().scanning_files(scanner);
        let them = json!({"name": "Zofia Nowak", "email": "zofia@family.example", "relationship": "parent"});
        let case = school.raises(&them, &json!([])).as_str().to_owned();
        school.delivers().await;
        let mails = school.mail.taken();
        let mail =
            mails.iter().rev().find(|mail| mail.to_address.as_str() == "zofia@family.example").unwrap();
        let family = family::exchange(&school.app, &token_in(&mail.text)).unwrap().token.as_str().to_owned();
        let (app, head) = (school.app.clone(), school.token(HEAD));
        Self { school, app, family, head, case }
    }

    fn path(&self, rest: &str) -> String {
        format!("/api/v1/cases/{}{rest}", self.case)
    }

    async fn adds(&self, token: &str, name: &str, bytes: &[u8]) -> Page {
        let client = self.school.browser().await;
        let etag = client.site.reads(token, &self.path("")).await.header("etag").to_owned();
        let request = TestRequest::post()
            .uri(&self.path(&format!("/documents?name={name}")))
            .insert_header(("If-Match", etag))
            .set_payload(bytes.to_vec());
        client.site.asked(token, request).await
    }

    async fn reads(&self, token: &str, rest: &str) -> Page {
        self.school.browser().await.site.reads(token, &self.path(rest)).await
    }

    async fn listed(&self, token: &str) -> Vec<(String, Value)> {
        let listed = self.reads(token, "/documents").await.json();
        let items = listed["items"].as_array().unwrap().iter();
        items.map(|one| (one["name"].as_str().unwrap().to_owned(), one["scan"].clone())).collect()
    }

    fn scans(&self) -> Scanned {
        scan_waiting(&self.app).unwrap()
    }
}

/// A PDF with the test virus in it.
fn infected() -> Vec<u8> {
    [PDF, b"% ", &eicar(), b"\n"].concat()
}

fn of(clean: usize, infected: usize, waiting: usize) -> Scanned {
    Scanned { clean, infected, waiting }
}

/// Clean, it is like any other file; until then only whoever sent it knows of it, and nobody opens it.
#[actix_web::test]
async fn a_file_waits_until_the_scanner_has_passed_it() {
    let clamd = Clamd::up();
    let house = House::scanning(clamd.scanner(PATIENCE)).await;
    let added = house.adds(&house.family, "letter.pdf", PDF).await;
    assert_eq!(
        (added.status, &added.json()["scan"]),
        (StatusCode::CREATED, &json!("waiting")),
        "{}",
        added.html
    );
    assert_eq!(house.listed(&house.family).await, [("letter.pdf".to_owned(), json!("waiting"))]);
    assert_eq!(house.listed(&house.head).await, []);
    for token in [&house.family, &house.head] {
        assert_eq!(house.reads(token, "/documents/1").await.status, StatusCode::NOT_FOUND);
    }
    let record = house.reads(&house.head, "/events").await.html;
    assert!(record.contains("document_added") && !record.contains("letter.pdf"), "{record}");
    let mut page = house.school.browser().await.site.signed_in(HEAD).await;
    let shown = page.get(&format!("/cases/{}", house.case)).await.html;
    assert!(shown.contains("A file was added. It is being checked for viruses"), "{shown}");
    assert!(!shown.contains("letter.pdf"));

    assert_eq!(house.scans(), of(1, 0, 0));
    assert_eq!(house.scans(), of(0, 0, 0), "once is enough");
    for token in [&house.family, &house.head] {
        assert_eq!(house.listed(token).await, [("letter.pdf".to_owned(), json!("clean"))]);
        assert_eq!(house.reads(token, "/documents/1").await.body, PDF);
    }
    let shown = page.get(&format!("/cases/{}", house.case)).await.html;
    assert!(shown.contains("File added: letter.pdf") && !shown.contains("being checked"), "{shown}");
}

/// Nobody ever opens it; whoever sent it and whoever has the case are told in plain words, and it is on the record.
#[actix_web::test]
async fn a_file_with_a_virus_is_opened_by_nobody() {
    let clamd = Clamd::up();
    let house = House::scanning(clamd.scanner(PATIENCE)).await;
    house.adds(&house.family, "bad.pdf", &infected()).await;
    house.adds(&house.head, "good.pdf", PDF).await;
    assert_eq!(house.scans(), of(1, 1, 0));
    house.school.delivers().await;
    for token in [&house.family, &house.head] {
        assert_eq!(house.reads(token, "/documents/1").await.status, StatusCode::NOT_FOUND);
        assert!(!house.listed(token).await.iter().any(|(name, _)| name == "bad.pdf"));
        let record = house.reads(token, "/events").await.html;
        assert!(record.contains("\"found\":\"infected\""), "{record}");
    }
    let mails = house.school.mail.taken();
    let to = |address: &str, words: &str| {
        mails.iter().any(|mail| mail.to_address.as_str() == address && mail.text.contains(words))
    };
    assert!(to("zofia@family.example", "bad.pdf"), "the family is told which");
    assert!(to(HEAD, "found a virus in a file"), "whoever has the case is told");
    let mut page = house.school.browser().await.site.signed_in(HEAD).await;
    let shown = page.get(&format!("/cases/{}", house.case)).await.html;
    assert!(shown.contains("A virus was found in the file bad.pdf. Nobody can open it"), "{shown}");
}

/// While the scanner is down, concerns come in with their files, which wait; when it is back, they are scanned.
#[actix_web::test]
async fn files_wait_while_the_scanner_is_down_and_the_concern_does_not() {
    let mut clamd = Clamd::down();
    let house = House::scanning(clamd.scanner(PATIENCE)).await;
    let sent = house.adds(&house.family, "letter.pdf", PDF).await;
    assert_eq!(sent.status, StatusCode::CREATED, "{}", sent.html);
    assert_eq!(house.scans(), of(0, 0, 1));
    let queue = health::queue(&house.app).unwrap();
    assert_eq!((queue.files, queue.scanner), (1, Some(Answers::No)));
    assert!(matches!(house.app.scanner().unwrap().ping(), Err(ScanError::Silent(..))));
    assert_eq!(house.reads(&house.head, "/documents/1").await.status, StatusCode::NOT_FOUND);

    clamd.start();
    assert_eq!(house.scans(), of(1, 0, 0));
    let queue = health::queue(&house.app).unwrap();
    assert_eq!((queue.files, queue.scanner), (0, Some(Answers::Yes)));
    house.app.scanner().unwrap().ping().unwrap();
    assert_eq!(house.reads(&house.head, "/documents/1").await.body, PDF);
}

/// One that takes what it is sent and says nothing is left after a while.
#[actix_web::test]
async fn a_scanner_that_hangs_is_left_and_asked_again() {
    let mut clamd = Clamd::down();
    let house = House::scanning(clamd.scanner(Duration::from_millis(300))).await;
    house.adds(&house.family, "letter.pdf", PDF).await;
    let listener = silent(&clamd.socket());
    let since = Instant::now();
    assert_eq!(house.scans(), of(0, 0, 1));
    assert!(since.elapsed() < Duration::from_secs(5), "{:?}", since.elapsed());
    drop(listener);
    clamd.stop();
    clamd.start();
    let again = House { app: house.school.app.clone().scanning_files(clamd.scanner(PATIENCE)), ..house };
    assert_eq!(again.scans(), of(1, 0, 0));
}

/// What is larger than the scanner takes waits, and the others do not wait for it.
#[actix_web::test]
async fn a_file_that_the_scanner_does_not_take_holds_up_no_other() {
    let clamd = Clamd::up();
    let house = House::scanning(clamd.scanner(PATIENCE)).await;
    let large = [PDF, &vec![b'x'; 6_000_000]].concat();
    house.adds(&house.family, "large.pdf", &large).await;
    house.adds(&house.family, "letter.pdf", PDF).await;
    assert_eq!(house.scans(), of(1, 0, 1));
    assert_eq!(health::queue(&house.app).unwrap().files, 1);
}

/// A file that was sent before its concern is checked on its way, and what was found stands on the case.
#[actix_web::test]
async fn a_file_that_comes_with_a_concern_is_scanned_too() {
    let clamd = Clamd::up();
    let house = House::scanning(clamd.scanner(PATIENCE)).await;
    for (bytes, before, found) in
        [(PDF.to_vec(), of(1, 0, 0), json!("clean")), (infected(), of(0, 1, 0), json!("infected"))]
    {
        let upload = Upload { name: "photo.pdf".into(), content: Content::Bytes(bytes) };
        let looked = look(upload, house.app.file_limits()).unwrap();
        let waiting = keep_for_later(&house.app, looked).unwrap();
        assert_eq!(house.scans(), before, "it is scanned while the concern is being written");
        let them = json!({"name": "Farid", "email": "farid@family.example", "relationship": "parent"});
        let body = json!({
            "kind": "concern", "complainant": them, "points": [{"what_happened": "The bus left without her."}],
        });
        let body = serde_json::from_value(body).unwrap();
        let attached = vec![Attached { id: waiting.id, name: waiting.name }];
        let sender = Sender::Family("192.0.2.0".into());
        let told = submit_with(&house.app, SLUG, sender, &body, attached, None, REFERENCE).unwrap();
        let case = Reference::parse(&told.body).unwrap();
        house.scans();
        let path = format!("/api/v1/cases/{case}/events");
        let record = house.school.browser().await.site.reads(&house.head, &path).await.html;
        let infected = record.contains("\"found\":\"infected\"");
        assert_eq!(infected, found == json!("infected"), "{record}");
        let open = format!("/api/v1/cases/{case}/documents/1");
        let opened = house.school.browser().await.site.reads(&house.head, &open).await.status;
        assert_eq!(opened == StatusCode::OK, found == json!("clean"));
    }
}

/// By host and port too; what answers something else is no scanner.
#[test]
fn a_scanner_can_listen_at_a_port() {
    use std::io::{Read as _, Write as _};
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let thread = std::thread::spawn(move || {
        for answer in ["PONG\0", "stream: Test.File FOUND\0", "what?\0"] {
            let (mut stream, _) = listener.accept().unwrap();
            stream.set_read_timeout(Some(Duration::from_millis(200))).unwrap();
            let mut asked = Vec::new();
            let _ = stream.read_to_end(&mut asked);
            stream.write_all(answer.as_bytes()).unwrap();
        }
    });
    let scanner = Scanner::at(Socket::Address(address), PATIENCE);
    scanner.ping().unwrap();
    let told = scanner.scan([PDF].into_iter()).unwrap();
    assert_eq!(told, Verdict::Infected("Test.File".into()));
    assert!(matches!(scanner.ping(), Err(ScanError::Refuses(_))));
    thread.join().unwrap();
}
