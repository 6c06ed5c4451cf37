//! Mail by SMTP: encrypted, signed in, and every conversation ended within a set time.
//!
//! It drives lettre's connection itself instead of lettre's transport, for three reasons. The transport's
//! time limit covers only the connecting, and when a sending is cut short from outside, its pool keeps the
//! half-used connection for the next mail. The transport waits for the answer to QUIT after the mail was
//! taken, so that a server that stalls there makes a second copy. And only here is it known how far the
//! conversation had come, which decides whether to try again.

use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use lettre::Message;
use lettre::address::Envelope;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{
    AsyncSmtpConnection, Certificate, CertificateStore, TlsParameters, TlsParametersBuilder,
};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailParameter};
use lettre::transport::smtp::response::Response;
use tokio::time::{Instant, timeout, timeout_at};

use super::line::{one_line, shortened};
use super::{Delivered, FailureKind, OutgoingMail, Secret, SendFailure, Step, to_message};

/// How many connections are kept for the next mail at most.
const MOST_IDLE: usize = 4;

/// How long a connection is kept. Servers close idle ones themselves after some minutes.
const LONGEST_IDLE: Duration = Duration::from_secs(30);

/// How long to wait for the answer to a goodbye, which nothing depends on.
const GOODBYE: Duration = Duration::from_secs(2);

/// The longest answer of a server that is kept, in characters.
const LONGEST_ANSWER: usize = 500;

/// How to reach the mail server.
#[derive(Clone, Debug)]
pub struct SmtpSettings {
    /// Its name, as in its certificate, or its IP address.
    pub host: String,
    /// Its port: 465 for implicit TLS, 587 for STARTTLS by custom.
    pub port: u16,
    /// How the connection is encrypted.
    pub tls: Tls,
    /// How to sign in, when the server asks for it.
    pub login: Option<Login>,
    /// Certificates (PEM) to trust instead of the public ones: for a server with a private authority.
    pub ca_pem: Option<Vec<u8>>,
    /// The name by which this machine introduces itself; its host name when there is none.
    pub hello_name: Option<String>,
    /// The longest that one mail may take, from connecting to the server's last answer.
    pub timeout: Duration,
}

/// How the connection is encrypted. There is no "if the server offers it": a stranger in between could
/// take the offer away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tls {
    /// From the first byte.
    Implicit,
    /// By STARTTLS; without it nothing is said to the server, least of all the password.
    StartTls,
    /// Not at all, and only to this very machine.
    NoneOnThisMachine,
    /// Not at all, to another machine: everybody on the way reads mail and password. For a closed network
    /// whose owner says so.
    NoneAtOwnRisk,
}

impl Tls {
    fn describe(self) -> &'static str {
        match self {
            Self::Implicit => "TLS",
            Self::StartTls => "STARTTLS",
            Self::NoneOnThisMachine => "no encryption, on this machine",
            Self::NoneAtOwnRisk => "no encryption, at your own risk",
        }
    }
}

/// A user name and its password.
#[derive(Clone, Debug)]
pub struct Login {
    /// The user name.
    pub user: String,
    /// The password.
    pub password: Secret,
}

/// Why settings were not taken.
#[derive(Debug, thiserror::Error)]
pub enum SettingsProblem {
    /// Plain text to another machine.
    #[error(
        "Mail to {0} would travel unencrypted. Use TLS or STARTTLS, or state that this is at your own risk"
    )]
    PlainToElsewhere(String),
    /// The certificate file has none.
    #[error("The file of trusted certificates has no certificate in PEM form")]
    NoCertificate,
    /// The TLS library did not take the settings.
    #[error("Encryption could not be set up: {0}")]
    Tls(#[source] lettre::transport::smtp::Error),
    /// Not a name that a server could be told.
    #[error("Give this machine's name for mail in the form mail.example.org")]
    HelloName,
}

/// Sends by SMTP.
#[derive(Debug)]
pub struct SmtpMailer {
    settings: SmtpSettings,
    encryption: Encryption,
    hello: ClientId,
    idle: Mutex<Vec<Idle>>,
}

enum Encryption {
    Implicit(TlsParameters),
    StartTls(TlsParameters),
    None,
}

impl std::fmt::Debug for Encryption {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Implicit(_) => "Implicit",
            Self::StartTls(_) => "StartTls",
            Self::None => "None",
        })
    }
}

struct Idle {
    connection: AsyncSmtpConnection,
    since: Instant,
}

impl std::fmt::Debug for Idle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Idle").field("since", &self.since).finish_non_exhaustive()
    }
}

impl SmtpMailer {
    /// Checks the settings. Nothing is connected yet.
    ///
    /// # Errors
    /// See [`SettingsProblem`].
    pub fn new(settings: SmtpSettings) -> Result<Self, SettingsProblem> {
        let encryption = encryption(&settings)?;
        let hello = hello(settings.hello_name.as_deref())?;
        Ok(Self { settings, encryption, hello, idle: Mutex::default() })
    }

    pub(super) fn describe(&self) -> String {
        let SmtpSettings { host, port, tls, login, timeout, .. } = &self.settings;
        let user = login
            .as_ref()
            .map_or_else(|| "without signing in".to_owned(), |login| format!("signed in as {}", login.user));
        format!(
            "Mail goes to {host}, port {port}, with {}, {user}. Time limit {} seconds.",
            tls.describe(),
            timeout.as_secs()
        )
    }

    /// Sends one mail within the time limit.
    pub(super) async fn send(
        &self,
        mail: &OutgoingMail,
        at: DateTime<Utc>,
    ) -> Result<Delivered, SendFailure> {
        let message = to_message(mail, at)?;
        let deadline = Instant::now() + self.settings.timeout;
        let mut connection = self.connection(deadline).await?;
        match hand_over(&mut connection, &message, deadline).await {
            Ok(response) => {
                self.keep(connection);
                Ok(Delivered { answer: answer(&response) })
            }
            Err(failure) => {
                // After an answer the connection is in order and a goodbye is polite; after silence it is
                // dropped, so that nothing of this conversation can reach the next mail.
                if failure.code.is_some() {
                    goodbye(connection).await;
                }
                Err(failure)
            }
        }
    }

    /// Closes the connections that were kept.
    pub(super) async fn rest(&self) {
        let idle = std::mem::take(&mut *self.idle.lock().unwrap_or_else(PoisonError::into_inner));
        for kept in idle {
            goodbye(kept.connection).await;
        }
    }

    fn keep(&self, connection: AsyncSmtpConnection) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < MOST_IDLE && !connection.has_broken() {
            idle.push(Idle { connection, since: Instant::now() });
        }
    }

    /// A kept connection that still answers, or a new one.
    async fn connection(&self, deadline: Instant) -> Result<AsyncSmtpConnection, SendFailure> {
        while let Some(mut kept) = self.take_kept() {
            let answers = timeout_at(deadline, kept.test_connected()).await;
            if answers.unwrap_or(false) {
                return Ok(kept);
            }
        }
        self.connect(deadline).await
    }

    fn take_kept(&self) -> Option<AsyncSmtpConnection> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.retain(|kept| kept.since.elapsed() < LONGEST_IDLE);
        idle.pop().map(|kept| kept.connection)
    }

    async fn connect(&self, deadline: Instant) -> Result<AsyncSmtpConnection, SendFailure> {
        let SmtpSettings { host, port, timeout, .. } = &self.settings;
        let implicit = match &self.encryption {
            Encryption::Implicit(parameters) => Some(parameters.clone()),
            Encryption::StartTls(_) | Encryption::None => None,
        };
        let connecting = AsyncSmtpConnection::connect_tokio1(
            (host.as_str(), *port),
            Some(*timeout),
            &self.hello,
            implicit,
            None,
        );
        let mut connection = within(deadline, Step::Connecting, connecting).await?;
        if let Encryption::StartTls(parameters) = &self.encryption {
            let securing = connection.starttls(parameters.clone(), &self.hello);
            within(deadline, Step::Securing, securing).await?;
        }
        if let Some(Login { user, password }) = &self.settings.login {
            let credentials = Credentials::new(user.clone(), password.expose().to_owned());
            let signing_in = connection.auth(&[Mechanism::Plain, Mechanism::Login], &credentials);
            within(deadline, Step::SigningIn, signing_in).await?;
        }
        Ok(connection)
    }
}

/// One mail over an open connection. The text is all ASCII by the way it is written, so no extension is
/// needed but the one for addresses in other alphabets.
async fn hand_over(
    connection: &mut AsyncSmtpConnection,
    message: &Message,
    deadline: Instant,
) -> Result<Response, SendFailure> {
    let envelope = message.envelope();
    let parameters = address_parameters(connection, envelope)?;
    let from = Mail::new(envelope.from().cloned(), parameters);
    within(deadline, Step::Addressing, connection.command(from)).await?;
    for to in envelope.to() {
        let to = Rcpt::new(to.clone(), Vec::new());
        within(deadline, Step::Addressing, connection.command(to)).await?;
    }
    within(deadline, Step::Addressing, connection.command(Data)).await?;
    within(deadline, Step::HandingOver, connection.message(&message.formatted())).await
}

fn address_parameters(
    connection: &AsyncSmtpConnection,
    envelope: &Envelope,
) -> Result<Vec<MailParameter>, SendFailure> {
    let is_ascii = |address: &lettre::Address| AsRef::<str>::as_ref(address).is_ascii();
    if envelope.to().iter().chain(envelope.from()).all(is_ascii) {
        return Ok(Vec::new());
    }
    if connection.server_info().supports_feature(Extension::SmtpUtfEight) {
        return Ok(vec![MailParameter::SmtpUtfEight]);
    }
    Err(SendFailure {
        kind: FailureKind::Permanent,
        step: Step::Addressing,
        code: None,
        words: "The mail server takes no address with letters other than a to z. Use another address or \
                another way to reach this person"
            .to_owned(),
    })
}

/// One step, before the deadline.
async fn within<T>(
    deadline: Instant,
    step: Step,
    work: impl Future<Output = Result<T, lettre::transport::smtp::Error>>,
) -> Result<T, SendFailure> {
    match timeout_at(deadline, work).await {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(failure(step, &error)),
        Err(_) => Err(SendFailure {
            kind: without_answer(step),
            step,
            code: None,
            words: format!("{}: the mail server did not answer in time", doing(step)),
        }),
    }
}

fn failure(step: Step, error: &lettre::transport::smtp::Error) -> SendFailure {
    let code = error.status().map(u16::from);
    let kind = match code {
        Some(code) => after_answer(step, code, error.is_permanent()),
        None => without_answer(step),
    };
    SendFailure {
        kind,
        step,
        code: code.map(|code| code.to_string()),
        words: format!("{}: {}", doing(step), cause(code, error)),
    }
}

/// A 5xx answer is final only when it is about this mail. While connecting or signing in it is about the
/// settings: a wrong password must not turn every mail of the school into a failed one.
fn after_answer(step: Step, code: u16, is_permanent: bool) -> FailureKind {
    /// Answers to any command that mean "sign in first" or "encrypt first" (RFC 4954).
    const ABOUT_SIGNING_IN: [u16; 4] = [530, 534, 535, 538];
    let about_this_mail = !step.concerns_every_mail() && !ABOUT_SIGNING_IN.contains(&code);
    if is_permanent && about_this_mail { FailureKind::Permanent } else { FailureKind::Temporary }
}

fn without_answer(step: Step) -> FailureKind {
    match step {
        Step::HandingOver => FailureKind::Unknown,
        Step::Writing | Step::Connecting | Step::Securing | Step::SigningIn | Step::Addressing => {
            FailureKind::Temporary
        }
    }
}

fn doing(step: Step) -> &'static str {
    match step {
        Step::Writing => "Writing the mail",
        Step::Connecting => "Connecting to the mail server",
        Step::Securing => "Encrypting the connection",
        Step::SigningIn => "Signing in to the mail server",
        Step::Addressing => "Naming sender and recipient",
        Step::HandingOver => "Handing over the mail",
    }
}

fn cause(code: Option<u16>, error: &lettre::transport::smtp::Error) -> String {
    let source = std::error::Error::source(error).map_or_else(|| error.to_string(), ToString::to_string);
    let source = shortened(&one_line(&source), LONGEST_ANSWER);
    match code {
        Some(code) => format!("the mail server answered {code} {source}"),
        None => source,
    }
}

fn answer(response: &Response) -> String {
    let lines = response.message().collect::<Vec<_>>().join(" ");
    shortened(&one_line(&format!("{} {lines}", response.code())), LONGEST_ANSWER)
}

async fn goodbye(mut connection: AsyncSmtpConnection) {
    // Whether the server says goodbye too changes nothing.
    let _ = timeout(GOODBYE, connection.quit()).await;
}

fn encryption(settings: &SmtpSettings) -> Result<Encryption, SettingsProblem> {
    match settings.tls {
        Tls::Implicit => tls_parameters(settings).map(Encryption::Implicit),
        Tls::StartTls => tls_parameters(settings).map(Encryption::StartTls),
        Tls::NoneAtOwnRisk => Ok(Encryption::None),
        Tls::NoneOnThisMachine if is_this_machine(&settings.host) => Ok(Encryption::None),
        Tls::NoneOnThisMachine => Err(SettingsProblem::PlainToElsewhere(settings.host.clone())),
    }
}

fn is_this_machine(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn tls_parameters(settings: &SmtpSettings) -> Result<TlsParameters, SettingsProblem> {
    let builder = TlsParametersBuilder::new(settings.host.clone());
    let builder = match &settings.ca_pem {
        None => builder,
        Some(pem) => {
            builder.certificate_store(CertificateStore::None).add_root_certificate(certificates(pem)?)
        }
    };
    builder.build().map_err(SettingsProblem::Tls)
}

/// lettre takes a file without any certificate and would then trust nobody, which is hard to find out.
fn certificates(pem: &[u8]) -> Result<Certificate, SettingsProblem> {
    const BEGIN: &[u8] = b"-----BEGIN CERTIFICATE-----";
    if !pem.windows(BEGIN.len()).any(|window| window == BEGIN) {
        return Err(SettingsProblem::NoCertificate);
    }
    Certificate::from_pem(pem).map_err(SettingsProblem::Tls)
}

fn hello(name: Option<&str>) -> Result<ClientId, SettingsProblem> {
    match name {
        None => Ok(ClientId::default()),
        Some(name) => match url::Host::parse(name) {
            Ok(url::Host::Domain(name)) => Ok(ClientId::Domain(name)),
            Ok(url::Host::Ipv4(address)) => Ok(ClientId::Ipv4(address)),
            Ok(url::Host::Ipv6(address)) => Ok(ClientId::Ipv6(address)),
            Err(_) => Err(SettingsProblem::HelloName),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(tls: Tls, host: &str) -> SmtpSettings {
        SmtpSettings {
            host: host.to_owned(),
            port: 587,
            tls,
            login: Some(Login { user: "heard".to_owned(), password: Secret::new("hunter2") }),
            ca_pem: None,
            hello_name: Some("heard.example.org".to_owned()),
            timeout: Duration::from_secs(20),
        }
    }

    #[test]
    fn plain_text_goes_to_this_machine_only_unless_somebody_said_so() {
        for host in ["localhost", "127.0.0.1", "127.1.2.3", "::1"] {
            assert!(SmtpMailer::new(settings(Tls::NoneOnThisMachine, host)).is_ok(), "{host}");
        }
        for host in ["mail.example.org", "10.0.0.1", "localhost.example.org", "192.168.1.1"] {
            let refused = SmtpMailer::new(settings(Tls::NoneOnThisMachine, host));
            assert!(matches!(refused, Err(SettingsProblem::PlainToElsewhere(_))), "{host}");
            assert!(SmtpMailer::new(settings(Tls::NoneAtOwnRisk, host)).is_ok(), "{host}");
        }
    }

    #[test]
    fn the_password_stands_in_no_description() {
        let mailer = SmtpMailer::new(settings(Tls::StartTls, "mail.example.org")).unwrap();
        assert!(!format!("{mailer:?}").contains("hunter2"));
        assert_eq!(
            mailer.describe(),
            "Mail goes to mail.example.org, port 587, with STARTTLS, signed in as heard. Time limit 20 seconds."
        );
    }

    #[test]
    fn a_certificate_file_without_a_certificate_is_refused() {
        for pem in ["", "not a certificate", "-----BEGIN CERTIFICATE-----\n!!!\n-----END CERTIFICATE-----\n"]
        {
            let ca_pem = Some(pem.as_bytes().to_vec());
            let refused = SmtpMailer::new(SmtpSettings { ca_pem, ..settings(Tls::StartTls, "localhost") });
            assert!(refused.is_err(), "{pem}");
        }
    }

    #[test]
    fn this_machine_cannot_introduce_itself_by_a_command() {
        for name in ["", "heard\r\nMAIL FROM:<x@example.org>", "a b"] {
            let hello_name = Some(name.to_owned());
            let refused =
                SmtpMailer::new(SmtpSettings { hello_name, ..settings(Tls::StartTls, "localhost") });
            assert!(matches!(refused, Err(SettingsProblem::HelloName)), "{name:?}");
        }
    }

    #[test]
    fn e16_only_a_5xx_answer_about_this_mail_is_final() {
        for (step, code, kind) in [
            (Step::Addressing, 550, FailureKind::Permanent),
            (Step::HandingOver, 554, FailureKind::Permanent),
            (Step::Addressing, 451, FailureKind::Temporary),
            (Step::HandingOver, 421, FailureKind::Temporary),
            (Step::Connecting, 554, FailureKind::Temporary),
            (Step::SigningIn, 535, FailureKind::Temporary),
            (Step::Addressing, 530, FailureKind::Temporary),
        ] {
            assert_eq!(after_answer(step, code, code >= 500), kind, "{step:?} {code}");
        }
        assert_eq!(without_answer(Step::Addressing), FailureKind::Temporary);
        assert_eq!(without_answer(Step::HandingOver), FailureKind::Unknown);
    }
}
