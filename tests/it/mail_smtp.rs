//! Mail against a real SMTP server that also refuses, stalls and dies (E16, E19), and against scripted
//! ones that do what a library server cannot.

use std::fs;
use std::future::Future;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeZone, Utc};
use heard::domain::ids::MessageId;
use heard::domain::text::EmailAddress;
use heard::mail::{
    Delivered, FailureKind, Language, Login, Mailer, Origin, OutgoingMail, Secret, SendFailure, SmtpMailer,
    SmtpSettings, Step, Tls, TrialMail, send_test,
};
use uuid::Uuid;

use crate::kit::smtp::{self, Control, Security, SmtpServer};

const TIME_LIMIT: Duration = Duration::from_secs(2);

fn settings(server: &SmtpServer, tls: Tls) -> SmtpSettings {
    SmtpSettings {
        host: server.host.clone(),
        port: server.port,
        tls,
        login: Some(Login { user: server.user.clone(), password: Secret::new(&server.password) }),
        ca_pem: Some(fs::read(&server.ca_pem).unwrap()),
        hello_name: Some("heard.example.org".to_owned()),
        timeout: TIME_LIMIT,
    }
}

fn mailer(settings: SmtpSettings) -> Mailer {
    Mailer::Smtp(Box::new(SmtpMailer::new(settings).unwrap()))
}

fn at() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 6, 4, 8, 32, 0).unwrap()
}

fn address(raw: &str) -> EmailAddress {
    EmailAddress::parse(raw).unwrap()
}

fn mail(to: &str) -> OutgoingMail {
    OutgoingMail {
        message_id: MessageId(Uuid::from_u128(7)),
        from_name: "Hazel Lane Primary School".to_owned(),
        from_address: address("concerns@hazel-lane.example.org"),
        reply_to: None,
        to_name: "Zofia Łukasiewicz".to_owned(),
        to_address: address(to),
        subject: "Hazel Lane Primary School: your concern HL-4F7K".to_owned(),
        text: ".A line that begins with a full stop\n\nذهبت 👩‍👧\n".to_owned(),
        html: "<p>Hello</p>".to_owned(),
        calendar: None,
        in_reply_to: None,
        references: Vec::new(),
        origin: Origin::Automatic,
        language: Language::ENGLISH,
    }
}

fn block_on<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}

/// Sends one mail with fresh connections.
fn send(settings: SmtpSettings, to: &str) -> Result<Delivered, SendFailure> {
    block_on(async { mailer(settings).send(&mail(to), at()).await })
}

fn facts(failure: &SendFailure) -> (FailureKind, Step, Option<&str>) {
    (failure.kind, failure.step, failure.code.as_deref())
}

#[test]
fn with_starttls_or_tls_and_a_login_the_mail_arrives_byte_for_byte() {
    for (security, tls) in [(Security::StartTls, Tls::StartTls), (Security::Implicit, Tls::Implicit)] {
        let server = SmtpServer::start(security);
        let delivered = send(settings(&server, tls), "zofia@example.com").unwrap();
        assert_eq!(delivered.answer, "250 Message accepted");
        let received = server.received();
        let message = received.first().unwrap();
        assert!(message.tls);
        assert_eq!(message.user.as_deref(), Some("heard"));
        assert_eq!(message.from, "concerns@hazel-lane.example.org");
        assert_eq!(message.to, ["zofia@example.com"]);
        let expected = heard::mail::to_message(&mail("zofia@example.com"), at()).unwrap();
        let expected = String::from_utf8(expected.formatted()).unwrap();
        assert_eq!(String::from_utf8(message.raw.clone()).unwrap().trim_end(), expected.trim_end());
    }
}

#[test]
fn e16_each_answer_of_the_server_says_whether_to_try_again() {
    let server = SmtpServer::start(Security::StartTls);
    for (to, expected) in [
        ("later-1@example.com", (FailureKind::Temporary, Step::Addressing, Some("451"))),
        ("never-1@example.com", (FailureKind::Permanent, Step::Addressing, Some("550"))),
        ("die-1@example.com", (FailureKind::Temporary, Step::Addressing, None)),
        ("die-after-1@example.com", (FailureKind::Unknown, Step::HandingOver, None)),
    ] {
        let failure = send(settings(&server, Tls::StartTls), to).unwrap_err();
        assert_eq!(facts(&failure), expected, "{failure}");
    }
}

#[test]
fn a_server_that_falls_silent_costs_no_more_than_the_time_limit() {
    let server = SmtpServer::start(Security::StartTls);
    server.control(Control { stall_seconds: 60, ..Control::default() });
    for (to, kind) in
        [("stall-1@example.com", FailureKind::Temporary), ("stall-after-1@example.com", FailureKind::Unknown)]
    {
        let start = Instant::now();
        let failure = send(settings(&server, Tls::StartTls), to).unwrap_err();
        assert_eq!(failure.kind, kind, "{failure}");
        assert!(failure.words.ends_with("did not answer in time"), "{failure}");
        assert!(start.elapsed() < TIME_LIMIT + Duration::from_secs(1));
    }
}

#[test]
fn a_wrong_password_is_no_fault_of_the_mail() {
    let server = SmtpServer::start(Security::StartTls);
    let mut wrong = settings(&server, Tls::StartTls);
    wrong.login = Some(Login { user: server.user.clone(), password: Secret::new("not-the-password") });
    let failure = send(wrong, "zofia@example.com").unwrap_err();
    assert_eq!(facts(&failure), (FailureKind::Temporary, Step::SigningIn, Some("535")));
    assert!(!failure.to_string().contains("not-the-password"));
    server.control(Control { login: smtp::Login::Later, ..Control::default() });
    let failure = send(settings(&server, Tls::StartTls), "zofia@example.com").unwrap_err();
    assert_eq!(facts(&failure), (FailureKind::Temporary, Step::SigningIn, Some("454")));
    assert!(server.received().is_empty());
}

#[test]
fn a_certificate_that_nobody_vouches_for_is_refused() {
    for (security, tls, step) in [
        (Security::StartTls, Tls::StartTls, Step::Securing),
        (Security::Implicit, Tls::Implicit, Step::Connecting),
    ] {
        let server = SmtpServer::start(security);
        let other = SmtpServer::start(Security::StartTls);
        for ca_pem in [None, Some(fs::read(&other.ca_pem).unwrap())] {
            let distrusting = SmtpSettings { ca_pem, ..settings(&server, tls) };
            let failure = send(distrusting, "zofia@example.com").unwrap_err();
            assert_eq!(facts(&failure), (FailureKind::Temporary, step, None), "{failure}");
            assert!(failure.words.contains("certificate"), "{failure}");
        }
        assert!(server.received().is_empty());
    }
}

/// The certificate is for `localhost` and 127.0.0.1. Linux reaches the same machine by 0.0.0.0 too, and that
/// is another name.
#[test]
fn a_certificate_for_another_name_is_refused() {
    let server = SmtpServer::start(Security::StartTls);
    let elsewhere = SmtpSettings { host: "0.0.0.0".to_owned(), ..settings(&server, Tls::StartTls) };
    let failure = send(elsewhere, "zofia@example.com").unwrap_err();
    assert_eq!(facts(&failure), (FailureKind::Temporary, Step::Securing, None), "{failure}");
    assert!(failure.words.contains("not valid for name"), "{failure}");
    assert!(server.received().is_empty());
}

#[test]
fn many_mails_share_connections_and_a_bad_one_harms_none() {
    let server = SmtpServer::start(Security::StartTls);
    server.control(Control { stall_seconds: 4, ..Control::default() });
    let mailer = mailer(settings(&server, Tls::StartTls));
    block_on(async {
        for to in [
            "one@example.com",
            "stall-1@example.com",
            "two@example.com",
            "never-1@example.com",
            "three@example.com",
            "die-1@example.com",
            "four@example.com",
        ] {
            let is_bad = to.contains('-');
            assert_eq!(mailer.send(&mail(to), at()).await.is_err(), is_bad, "{to}");
        }
        mailer.rest().await;
        assert!(mailer.send(&mail("five@example.com"), at()).await.is_ok());
    });
    let received: Vec<_> = server.received().into_iter().flat_map(|message| message.to).collect();
    assert_eq!(received, ["one", "two", "three", "four", "five"].map(|name| format!("{name}@example.com")));
}

#[test]
fn an_address_in_another_alphabet_goes_through_where_the_server_knows_how() {
    let server = SmtpServer::start(Security::StartTls);
    send(settings(&server, Tls::StartTls), "zażółć@example.com").unwrap();
    assert_eq!(server.received().first().unwrap().to, ["zażółć@example.com"]);
}

#[test]
fn send_test_mail_tells_what_happened() {
    let server = SmtpServer::start(Security::StartTls);
    let trial = TrialMail {
        message_id: MessageId(Uuid::from_u128(9)),
        from_name: "Hazel Lane Primary School".to_owned(),
        from_address: address("concerns@hazel-lane.example.org"),
        to_address: address("admin@example.org"),
    };
    let report = block_on(async { send_test(&mailer(settings(&server, Tls::StartTls)), &trial, at()).await });
    assert!(report.to_string().contains("The mail was taken: 250 Message accepted."), "{report}");
    assert_eq!(server.received().len(), 1);
    let port = server.port;
    let nowhere = settings(&server, Tls::StartTls);
    drop(server);
    let report = block_on(async { send_test(&mailer(nowhere), &trial, at()).await });
    let account = report.to_string();
    assert!(account.contains(&format!("port {port}")), "{account}");
    assert!(account.contains("The mail was not sent. Connecting to the mail server"), "{account}");
    assert!(account.contains("firewall"), "{account}");
}

/// A server on a thread that answers each line as told, or not at all, and tells what was said to it.
fn scripted(
    greeting: &'static str,
    answer: impl Fn(&str) -> Option<&'static str> + Send + 'static,
) -> (u16, mpsc::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (tell, said) = mpsc::channel();
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream.write_all(greeting.as_bytes()).unwrap();
        for line in BufReader::new(stream.try_clone().unwrap()).lines() {
            let Ok(line) = line else { return };
            if let Some(words) = answer(&line) {
                stream.write_all(words.as_bytes()).unwrap();
            }
            if tell.send(line).is_err() {
                return;
            }
        }
    });
    (port, said)
}

fn to_script(port: u16, tls: Tls, login: Option<Login>) -> SmtpSettings {
    SmtpSettings {
        host: "127.0.0.1".to_owned(),
        port,
        tls,
        login,
        ca_pem: None,
        hello_name: Some("heard.example.org".to_owned()),
        timeout: TIME_LIMIT,
    }
}

#[test]
fn without_an_offer_of_starttls_nothing_is_said_in_plain() {
    let (port, said) = scripted("220 hello\r\n", |line| {
        line.starts_with("EHLO").then_some("250-hello\r\n250 AUTH PLAIN LOGIN\r\n")
    });
    let login = Login { user: "heard".to_owned(), password: Secret::new("hunter2") };
    let failure = send(to_script(port, Tls::StartTls, Some(login)), "zofia@example.com").unwrap_err();
    assert_eq!(facts(&failure), (FailureKind::Temporary, Step::Securing, None));
    assert!(failure.words.contains("STARTTLS"), "{failure}");
    assert_eq!(said.iter().collect::<Vec<_>>(), ["EHLO heard.example.org"]);
}

#[test]
fn a_server_that_never_greets_costs_no_more_than_the_time_limit() {
    let (port, _said) = scripted("", |_| None);
    let start = Instant::now();
    let failure = send(to_script(port, Tls::NoneOnThisMachine, None), "zofia@example.com").unwrap_err();
    assert_eq!(facts(&failure), (FailureKind::Temporary, Step::Connecting, None));
    assert!(start.elapsed() < TIME_LIMIT + Duration::from_secs(1));
}

/// Answers like any server up to the end of the message, and then never again.
fn silent_after_the_message(line: &str) -> Option<&'static str> {
    match line {
        "DATA" => Some("354 go on\r\n"),
        "." => Some("250-queued\r\n250 as 4711\r\n"),
        _ if line.starts_with("EHLO") || line.starts_with("MAIL") || line.starts_with("RCPT") => {
            Some("250 yes\r\n")
        }
        _ => None,
    }
}

#[test]
fn a_connection_serves_one_mail_after_another() {
    let (port, said) = scripted("220 hello\r\n", |line| match line {
        "NOOP" => Some("250 still here\r\n"),
        _ => silent_after_the_message(line),
    });
    let mailer = mailer(to_script(port, Tls::NoneOnThisMachine, None));
    block_on(async {
        for to in ["one@example.com", "two@example.com"] {
            mailer.send(&mail(to), at()).await.unwrap();
        }
        mailer.rest().await;
    });
    drop(mailer);
    let commands: Vec<_> = said.iter().collect();
    let count = |command: &str| commands.iter().filter(|line| line.starts_with(command)).count();
    assert_eq!((count("EHLO"), count("RCPT"), count("QUIT")), (1, 2, 1));
}

#[test]
fn a_server_that_took_the_mail_and_then_falls_silent_gets_no_second_copy() {
    let (port, _said) = scripted("220 hello\r\n", silent_after_the_message);
    let start = Instant::now();
    let delivered = send(to_script(port, Tls::NoneOnThisMachine, None), "zofia@example.com").unwrap();
    assert_eq!(delivered.answer, "250 queued as 4711");
    assert!(start.elapsed() < TIME_LIMIT);
}

#[test]
fn an_address_in_another_alphabet_is_refused_for_good_where_the_server_cannot() {
    let (port, _said) = scripted("220 hello\r\n", silent_after_the_message);
    let settings = to_script(port, Tls::NoneOnThisMachine, None);
    let failure = send(settings, "zażółć@example.com").unwrap_err();
    assert_eq!(facts(&failure), (FailureKind::Permanent, Step::Addressing, None));
}

#[test]
fn a_server_that_turns_everybody_away_fails_no_mail_for_good() {
    let (port, _said) = scripted("554 no service here\r\n", |_| None);
    let failure = send(to_script(port, Tls::NoneOnThisMachine, None), "zofia@example.com").unwrap_err();
    assert_eq!(facts(&failure), (FailureKind::Temporary, Step::Connecting, Some("554")));
}
