//! What stands before the routes: proxies that are believed and such that are not, the name of the service, TLS of
//! our own, and clients that take their time.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_web::http::StatusCode;
use actix_web::http::header;
use heard::config::{ProxyHeader, network};
use heard::urls;
use heard::web::front::{Front, Patience, Proxies};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned, SupportedProtocolVersion, version};
use tempfile::TempDir;

use crate::kit::browser::{Page, Site, TestRequest};
use crate::kit::http::Request;
use crate::kit::school::{BASE, School, Setting, app_with_base};
use crate::kit::served::Served;

const API_LIST: &str = "/api/v1/schools";

fn trusting(networks: &[&str], header: ProxyHeader) -> Front {
    let trusted = networks.iter().map(|text| network(text).unwrap()).collect();
    Front { proxies: Proxies { trusted, header }, ..Front::default() }
}

async fn of(site: &Site, peer: &str, said: &str) -> Page {
    let request = TestRequest::get().uri(API_LIST).peer_addr(format!("{peer}:4711").parse().unwrap());
    site.takes(request.insert_header(("x-forwarded-for", said))).await
}

/// A14: whoever writes another address into each request has one bucket all the same, and behind a proxy each client
/// has their own.
#[actix_web::test]
async fn an_address_that_a_client_makes_up_dodges_no_limit() {
    let school = School::staffed();
    let site = Site::behind(&school.app, trusting(&["10.0.0.0/8"], ProxyHeader::XForwarded)).await;
    for (peer, before, after) in [("203.0.113.9", "", ""), ("10.0.0.2", "", ", 198.51.100.7, 10.0.0.3")] {
        let mut last = StatusCode::OK;
        // A slow machine gets some of it back meanwhile.
        for turn in 0..4_000 {
            let made_up = format!("{before}192.0.{}.{}{after}", turn / 200, turn % 200);
            last = of(&site, peer, &made_up).await.status;
            if last != StatusCode::OK {
                break;
            }
        }
        assert_eq!(last, StatusCode::TOO_MANY_REQUESTS, "{peer}");
    }
    assert_eq!(
        of(&site, "10.0.0.2", "198.51.100.8, 10.0.0.3").await.status,
        StatusCode::OK,
        "another client"
    );
    assert_eq!(
        of(&site, "203.0.113.10", "203.0.113.9").await.status,
        StatusCode::OK,
        "no proxy, their own address"
    );
}

async fn under(site: &Site, host: &str, path: &str) -> Page {
    let request = TestRequest::get().uri(path).peer_addr("192.0.2.1:4711".parse().unwrap());
    site.takes(request.insert_header((header::HOST, host))).await
}

/// No link, redirect or page is made under a name that somebody else chose.
#[actix_web::test]
async fn another_name_gets_no_page() {
    let school = School::staffed();
    let site = school.site().await;
    for host in ["evil.example", "heard.example.org.evil.example", "127.0.0.1", "x:y:z"] {
        let page = under(&site, host, urls::SIGN_IN).await;
        assert_eq!(page.status, StatusCode::MISDIRECTED_REQUEST, "{host}");
        assert!(!page.html.contains("evil"), "{}", page.html);
        assert!(page.html.contains(&format!("href=\"{BASE}/\"")), "{}", page.html);
        assert_eq!(under(&site, host, API_LIST).await.status, StatusCode::NOT_FOUND, "{host}");
        assert_eq!(
            under(&site, host, urls::HEALTH).await.status,
            StatusCode::OK,
            "whoever watches may ask by address"
        );
    }
    for host in ["heard.example.org", "Heard.Example.org:80", "heard.example.org."] {
        assert_eq!(under(&site, host, urls::SIGN_IN).await.status, StatusCode::OK, "{host}");
    }
}

/// What a client calls the host counts for nothing; what a proxy that is believed calls it does.
#[actix_web::test]
async fn the_host_of_a_proxy_is_believed_and_that_of_a_client_is_not() {
    let school = School::staffed();
    let site = Site::behind(&school.app, trusting(&["10.0.0.2"], ProxyHeader::XForwarded)).await;
    for (peer, said, wanted) in [
        ("10.0.0.2", "heard.example.org", StatusCode::OK),
        ("10.0.0.2", "evil.example", StatusCode::MISDIRECTED_REQUEST),
        ("192.0.2.1", "heard.example.org", StatusCode::MISDIRECTED_REQUEST),
    ] {
        let request =
            TestRequest::get().uri(urls::SIGN_IN).peer_addr(format!("{peer}:4711").parse().unwrap());
        let request = request.insert_header((header::HOST, "backend.internal"));
        let page = site.takes(request.insert_header(("x-forwarded-host", said))).await;
        assert_eq!(page.status, wanted, "{peer}: {said}");
    }
}

/// A proxy that lets requests in without TLS: pages lead to TLS, forms and the API are not taken.
#[actix_web::test]
async fn what_came_without_tls_is_led_to_it() {
    let school = School::staffed();
    let app = app_with_base(school.database.url(), Setting::default(), "https://heard.example.org");
    let site = Site::behind(&app, trusting(&["127.0.0.1"], ProxyHeader::Forwarded)).await;
    let ask = |request: TestRequest, said: &'static str| {
        let request = request.peer_addr("127.0.0.1:4711".parse().unwrap());
        site.takes(request.insert_header((header::FORWARDED, said)))
    };
    let plain = "for=192.0.2.1;proto=http;host=heard.example.org";
    let page = ask(TestRequest::get().uri("/sign-in?next=%2Fcases"), plain).await;
    assert_eq!(page.status, StatusCode::MOVED_PERMANENTLY);
    assert_eq!(page.to.as_deref(), Some("https://heard.example.org/sign-in?next=%2Fcases"));
    let form = ask(TestRequest::post().uri("/sign-in"), plain).await;
    assert_eq!(form.status, StatusCode::MISDIRECTED_REQUEST);
    assert!(
        form.html.contains("choose another one there"),
        "what was typed was read on the way: {}",
        form.html
    );
    assert_eq!(ask(TestRequest::get().uri(API_LIST), plain).await.status, StatusCode::NOT_FOUND);
    assert_eq!(ask(TestRequest::get().uri(urls::HEALTH), plain).await.status, StatusCode::OK);

    let by_tls = ask(TestRequest::get().uri("/sign-in"), "for=192.0.2.1;proto=https").await;
    assert_eq!(by_tls.status, StatusCode::OK);
    assert_eq!(by_tls.header("strict-transport-security"), "max-age=31536000; includeSubDomains");
}

/// Of a client that is no proxy, nothing is believed about TLS either: there is nothing to loop on.
#[actix_web::test]
async fn a_client_cannot_say_how_it_came() {
    let school = School::staffed();
    let app = app_with_base(school.database.url(), Setting::default(), "https://heard.example.org");
    let site = Site::behind(&app, trusting(&["10.0.0.2"], ProxyHeader::XForwarded)).await;
    let request = TestRequest::get().uri("/sign-in").peer_addr("192.0.2.1:4711".parse().unwrap());
    let page = site.takes(request.insert_header(("x-forwarded-proto", "http"))).await;
    assert_eq!(page.status, StatusCode::OK);
}

// Slow clients, on real sockets.

/// Waits long for everything. Each story is impatient about one thing alone: on a busy machine two short waits would
/// race, and the other one would answer.
const PATIENT: Patience = Patience {
    handshake: Duration::from_secs(120),
    head: Duration::from_secs(120),
    body: Duration::from_secs(120),
    bytes_a_second: 1_000,
    idle: Duration::from_secs(120),
};

/// Longer than any short wait of these stories takes on a busy machine, and shorter than any long one.
const SOON: Duration = Duration::from_secs(40);

fn served(school: &School, patience: Patience) -> Served {
    Served::behind(school.app.clone(), Front { patience, ..Front::default() })
}

/// Sends the beginning, then one byte each 50 ms, until the server hangs up. What it said, and after how long.
fn trickle(to: SocketAddr, begin: &str, byte: u8) -> (String, Duration) {
    let mut stream = TcpStream::connect(to).unwrap();
    stream.write_all(begin.as_bytes()).unwrap();
    stream.set_read_timeout(Some(Duration::from_millis(50))).unwrap();
    let (began, mut said) = (Instant::now(), Vec::new());
    let mut piece = [0; 4096];
    while began.elapsed() < SOON {
        match stream.read(&mut piece) {
            Ok(0) => break,
            Ok(count) => said.extend_from_slice(&piece[..count]),
            Err(error)
                if matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut) =>
            {
                let _ = stream.write_all(&[byte]);
            }
            Err(_) => break,
        }
    }
    (String::from_utf8_lossy(&said).into_owned(), began.elapsed())
}

#[test]
fn a_head_that_never_ends_loses_its_connection() {
    let school = School::staffed();
    let served = served(&school, Patience { head: Duration::from_millis(400), ..PATIENT });
    let (said, after) = trickle(served.address, "GET /sign-in HTTP/1.1\r\nX-Slow: ", b'a');
    assert!(said.starts_with("HTTP/1.1 408"), "{said}");
    assert!(after < SOON, "{after:?}");
}

#[test]
fn a_body_that_trickles_is_not_waited_for() {
    let school = School::staffed();
    let served = served(&school, Patience { body: Duration::from_millis(600), ..PATIENT });
    let host = served.address;
    let page = format!(
        "POST /sign-in HTTP/1.1\r\nHost: {host}\r\nSec-Fetch-Site: same-origin\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 100000\r\n\r\nemail="
    );
    let (said, after) = trickle(host, &page, b'a');
    assert!(said.starts_with("HTTP/1.1 408"), "{said}");
    assert!(said.contains("The connection was too slow"), "{said}");
    assert!(after < SOON, "{after:?}");

    let api = format!(
        "POST /api/v1/schools/hazel-lane/concerns HTTP/1.1\r\nHost: {host}\r\n\
         Content-Type: application/json\r\nContent-Length: 100000\r\n\r\n{{"
    );
    let (said, after) = trickle(host, &api, b' ');
    assert!(said.starts_with("HTTP/1.1 400") && said.contains("\"malformed\""), "{said}");
    assert!(said.to_lowercase().contains("connection: close"), "{said}");
    assert!(after < SOON, "{after:?}");
}

/// What nobody reads is not waited for either.
#[test]
fn a_body_for_a_page_that_is_not_there_holds_nothing() {
    let school = School::staffed();
    let served = served(&school, Patience { body: Duration::from_millis(600), ..PATIENT });
    let begin =
        format!("POST /nowhere HTTP/1.1\r\nHost: {}\r\nContent-Length: 100000\r\n\r\n", served.address);
    let (said, after) = trickle(served.address, &begin, b'a');
    assert!(said.starts_with("HTTP/1.1 4"), "{said}");
    assert!(after < SOON, "{after:?}");
}

/// ASVS 4.2.1: a request whose length can be read in two ways is not taken, and nothing behind it is answered. A server
/// before Heard may have read it in the other way, and would give somebody else the answer.
#[test]
fn a_request_with_two_lengths_is_not_taken() {
    let school = School::staffed();
    let served = served(&school, PATIENT);
    let hidden = "GET /health HTTP/1.1\r\nHost: smuggled\r\n\r\n";
    for lengths in [
        "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
        "Content-Length: 5\r\nContent-Length: 0\r\n",
        "Content-Length: 5, 0\r\n",
        "Content-Length: +5\r\n",
        "Content-Length: 0x5\r\n",
        "Transfer-Encoding: identity, chunked, identity\r\n",
        "Transfer-Encoding: xchunked\r\n",
        "Transfer-Encoding : chunked\r\n",
    ] {
        let mut stream = TcpStream::connect(served.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_millis(500))).unwrap();
        write!(
            stream,
            "POST /sign-in HTTP/1.1\r\nHost: {}\r\n{lengths}\r\n0\r\n\r\n{hidden}{hidden}",
            served.address
        )
        .unwrap();
        let (mut said, mut piece) = (Vec::new(), [0; 4096]);
        // The answer ends with the connection, or with silence where it is kept.
        while let Ok(count @ 1..) = stream.read(&mut piece) {
            said.extend_from_slice(&piece[..count]);
        }
        let said = String::from_utf8_lossy(&said);
        assert!(said.starts_with("HTTP/1.1 400"), "{lengths}: {said}");
        assert_eq!(said.matches("HTTP/1.1 ").count(), 1, "{lengths}: {said}");
    }
}

#[test]
fn a_connection_without_requests_is_closed() {
    let school = School::staffed();
    let served = served(&school, Patience { idle: Duration::from_millis(400), ..PATIENT });
    let mut stream = TcpStream::connect(served.address).unwrap();
    stream.set_read_timeout(Some(SOON)).unwrap();
    write!(stream, "GET /health HTTP/1.1\r\nHost: {}\r\n\r\n", served.address).unwrap();
    let (began, mut said) = (Instant::now(), String::new());
    stream.read_to_string(&mut said).unwrap();
    assert!(said.starts_with("HTTP/1.1 200"), "{said}");
    assert!(began.elapsed() < SOON, "{:?}", began.elapsed());
}

/// P14: a photo over a bad line comes through, however long it takes, as long as it comes.
#[test]
fn a_body_that_comes_steadily_may_take_longer() {
    let school = School::staffed();
    let patience = Patience { body: Duration::from_secs(1), ..PATIENT };
    let served = served(&school, patience);
    let host = served.address;
    let mut stream = TcpStream::connect(host).unwrap();
    let body = vec![b' '; 30_000];
    write!(
        stream,
        "POST /api/v1/schools/hazel-lane/concerns HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        body.len() + 2
    )
    .unwrap();
    let began = Instant::now();
    for piece in body.chunks(1_500) {
        stream.write_all(piece).unwrap();
        std::thread::sleep(Duration::from_millis(110));
    }
    stream.write_all(b"{}").unwrap();
    assert!(began.elapsed() > patience.body * 2, "it took longer than a body that does not come may");
    let mut said = String::new();
    stream.read_to_string(&mut said).unwrap();
    assert!(said.starts_with("HTTP/1.1 422"), "{said}");
}

// TLS, by the real program.

struct Pair {
    certificate: String,
    key: String,
}

fn made() -> Pair {
    let made = rcgen::generate_simple_self_signed(["heard.example.org".to_owned()]).unwrap();
    Pair { certificate: made.cert.pem(), key: made.signing_key.serialize_pem() }
}

struct Program {
    child: Child,
    folder: TempDir,
    tls: SocketAddr,
    plain: SocketAddr,
}

fn free() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

fn put(folder: &Path, pair: &Pair) -> (PathBuf, PathBuf) {
    let (certificate, key) = (folder.join("chain.pem"), folder.join("key.pem"));
    std::fs::write(&certificate, &pair.certificate).unwrap();
    std::fs::write(&key, &pair.key).unwrap();
    (certificate, key)
}

fn configured(folder: &Path, tls: SocketAddr, plain: SocketAddr, pair: &Pair) -> PathBuf {
    let (certificate, key) = put(folder, pair);
    let file = folder.join("heard.toml");
    let text = format!(
        "listen = \"{tls}\"\nbase_url = \"https://heard.example.org\"\ndata = {data:?}\n\
         [tls]\ncertificate = {certificate:?}\nkey = {key:?}\nredirect_from = \"{plain}\"\n",
        data = folder.join("data"),
    );
    std::fs::write(&file, text).unwrap();
    file
}

fn command(file: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_heard"));
    command.args(["serve", "--config"]).arg(file).env_remove("DATABASE_URL").env("HEARD_LOG", "warn");
    command
}

impl Program {
    fn start(pair: &Pair) -> Self {
        let folder = TempDir::with_prefix("heard-tls-").unwrap();
        std::fs::create_dir(folder.path().join("data")).unwrap();
        let (tls, plain) = (free(), free());
        let file = configured(folder.path(), tls, plain, pair);
        let mut child = command(&file).stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
        assert!(lines.any(|line| line.starts_with("Heard serves https://heard.example.org/")));
        Self { child, folder, tls, plain }
    }

    /// What the program answers by TLS of that version to somebody who trusts that certificate alone.
    fn asks(
        &self,
        trusted: &Pair,
        by: &'static SupportedProtocolVersion,
        path: &str,
    ) -> std::io::Result<String> {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(trusted.certificate.as_bytes()).unwrap()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(&[by])
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let name = ServerName::try_from("heard.example.org").unwrap();
        let client = ClientConnection::new(Arc::new(config), name).unwrap();
        let mut stream = StreamOwned::new(client, TcpStream::connect(self.tls)?);
        write!(stream, "GET {path} HTTP/1.1\r\nHost: heard.example.org\r\nConnection: close\r\n\r\n")?;
        let mut said = Vec::new();
        let read = stream.read_to_end(&mut said);
        if said.is_empty() {
            read?;
        }
        Ok(String::from_utf8_lossy(&said).into_owned())
    }

    fn told_to_look_again(&self) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-HUP", &id]).status().unwrap().success());
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn the_program_speaks_tls_and_sends_everybody_else_to_it() {
    let (pair, stranger) = (made(), made());
    let program = Program::start(&pair);
    for by in [&version::TLS13, &version::TLS12] {
        let said = program.asks(&pair, by, "/sign-in").unwrap();
        assert!(said.starts_with("HTTP/1.1 200"), "{said}");
        assert!(said.to_lowercase().contains("strict-transport-security: max-age=31536000"), "{said}");
        assert!(said.contains("__Host-heard-guest="), "cookies are bound to TLS: {said}");
    }
    assert!(
        program.asks(&stranger, &version::TLS13, "/sign-in").is_err(),
        "it shows the certificate of its files"
    );

    let named = |request: Request| request.send(program.plain).unwrap();
    let sent_on = named(Request::get("/schools?x=1"));
    assert_eq!(sent_on.status, 301);
    assert_eq!(sent_on.named("location"), Some("https://heard.example.org/schools?x=1"));
    assert_eq!(named(Request::get("/health")).status, 200);
    assert_eq!(
        named(Request::get(API_LIST)).status,
        404,
        "a token that was sent in the clear is not made to work"
    );
    assert_eq!(named(Request::post("/sign-in")).status, 421);
    let in_the_clear = Request::get("/sign-in").send(program.tls);
    assert!(in_the_clear.is_err(), "{in_the_clear:?}");
}

/// Renewing a certificate restarts nothing, and a broken file takes nothing away.
#[test]
fn a_renewed_certificate_is_shown_and_a_broken_one_is_not() {
    let (first, second) = (made(), made());
    let program = Program::start(&first);
    let shows = |pair: &Pair| program.asks(pair, &version::TLS13, "/health").is_ok();
    std::fs::write(program.folder.path().join("chain.pem"), "half of a file").unwrap();
    program.told_to_look_again();
    std::thread::sleep(Duration::from_millis(500));
    assert!(shows(&first), "the one of before");
    put(program.folder.path(), &second);
    program.told_to_look_again();
    let until = Instant::now() + Duration::from_secs(20);
    while !shows(&second) {
        assert!(Instant::now() < until, "the new certificate is not shown");
        std::thread::sleep(Duration::from_millis(100));
    }
    assert!(!shows(&first));
}

#[test]
fn a_key_of_another_certificate_is_told_before_anybody_listens() {
    let folder = TempDir::with_prefix("heard-tls-").unwrap();
    std::fs::create_dir(folder.path().join("data")).unwrap();
    let mixed = Pair { certificate: made().certificate, key: made().key };
    let file = configured(folder.path(), free(), free(), &mixed);
    let said = command(&file).output().unwrap();
    assert!(!said.status.success());
    let told = String::from_utf8_lossy(&said.stderr).into_owned();
    assert!(told.contains("the certificate and the key do not go together"), "{told}");
    assert!(!told.contains("PRIVATE"), "{told}");
}
