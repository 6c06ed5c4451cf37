//! Configuration: one checked value, made once, from a file and the environment.
//!
//! `docs/config.sample.toml` has every setting with its default written out; a test holds that it reads.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use ipnet::IpNet;
use serde::Deserialize;
use url::{Host, Url};

use crate::key::KeyPlace;
use crate::secret::Secret;
use crate::urls::BaseUrl;

/// Everything that an installation can set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// Where the server listens.
    pub listen: SocketAddr,
    /// The public address, from which links in mails are made.
    pub base_url: BaseUrl,
    /// Where test mail, and with SQLite the database, is kept.
    pub data: PathBuf,
    /// The database: `sqlite:PATH` or `postgres://…`. It may hold a password.
    pub database_url: Secret,
    /// Where the key of the installation is.
    pub key: KeyPlace,
    /// How mail leaves.
    pub mail: MailConfig,
    /// How long a message can still be called back, in seconds (S7).
    pub undo_seconds: u32,
    /// How large a file can be and how many there can be.
    pub files: FilesConfig,
    /// Where the virus scanner listens, if there is one.
    pub clamav: Option<ClamavSocket>,
    /// TLS of our own, where no proxy does it.
    pub tls: Option<TlsConfig>,
    /// Who is believed when they say for whom they speak: this machine, where nobody says otherwise.
    pub trusted_proxies: Vec<IpNet>,
    /// In which header they say it.
    pub proxy_header: ProxyHeader,
    /// The most connections at once.
    pub most_connections: u16,
    /// How fast one account may go.
    pub limits: LimitsConfig,
    /// Providers by whose accounts people sign in.
    pub providers: Vec<ProviderConfig>,
}

/// TLS of our own.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TlsConfig {
    /// The certificate with its chain, in PEM.
    pub certificate: PathBuf,
    /// Its key, in PEM.
    pub key: PathBuf,
    /// Where requests without TLS come in, to be sent on.
    pub redirect_from: Option<SocketAddr>,
}

/// A provider by whose accounts people sign in: OpenID Connect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderConfig {
    /// How addresses name it.
    pub key: String,
    /// What its button says.
    pub name: String,
    /// Its address, as its tokens say it.
    pub issuer: String,
    /// What it calls us.
    pub client_id: String,
    /// What we prove that with.
    pub client_secret: Secret,
    /// Which addresses it vouches for.
    pub addresses: AddressesOf,
    /// The domains of addresses that may come in, in lower case; with none all that it says are verified.
    pub domains: Vec<String>,
    /// What in its tokens says that it asked for a second step itself.
    pub second_step: TheirSecondStep,
}

/// What in a token of a provider says that it asked for a second step itself. With nothing written it never counts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TheirSecondStep {
    /// One of these stands in `amr`, such as `mfa`.
    pub amr: Vec<String>,
    /// `acr` is one of these.
    pub acr: Vec<String>,
}

impl ProviderConfig {
    /// Whether it is a provider for tests, on this very machine.
    pub fn is_on_this_machine(&self) -> bool {
        let host = Url::parse(&self.issuer).ok().and_then(|url| url.host().map(|host| host.to_owned()));
        host.is_some_and(|host| match host {
            Host::Domain(name) => name == "localhost",
            Host::Ipv4(address) => address.is_loopback(),
            Host::Ipv6(address) => address.is_loopback(),
        })
    }
}

/// Which addresses a provider vouches for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AddressesOf {
    /// Those that its tokens say are verified (`email_verified`; `xms_edov` of Microsoft).
    #[default]
    Verified,
    /// Those of the domains of the configuration, because whoever runs the provider gives them out.
    OwnDomains,
}

/// A provider as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ProviderFile {
    key: String,
    name: String,
    issuer: String,
    client_id: String,
    client_secret: Option<Secret>,
    client_secret_file: Option<PathBuf>,
    #[serde(default)]
    addresses: AddressesOf,
    #[serde(default)]
    domains: Vec<String>,
    #[serde(default)]
    second_step: TheirSecondStep,
}

impl ProviderFile {
    fn checked(self, from_outside: &BTreeMap<String, Secret>) -> Result<ProviderConfig, ConfigError> {
        let refuse = |reason| ConfigError::Provider { key: self.key.clone(), reason };
        let plain = |sign: u8| sign.is_ascii_lowercase() || sign.is_ascii_digit() || sign == b'-';
        if !(1..=30).contains(&self.key.len()) || !self.key.bytes().all(plain) {
            return Err(refuse("key: use up to 30 small letters, digits and hyphens"));
        }
        if self.addresses == AddressesOf::OwnDomains && self.domains.is_empty() {
            return Err(refuse("addresses = \"own_domains\" needs domains"));
        }
        let written = (from_outside.get(&self.key), self.client_secret.clone(), &self.client_secret_file);
        let client_secret = match written {
            (Some(secret), _, _) => secret.clone(),
            (None, Some(secret), None) => secret,
            (None, None, Some(path)) => secret_in(path)?,
            (None, Some(_), Some(_)) | (None, None, None) => {
                return Err(refuse(
                    "set either client_secret or client_secret_file, or HEARD_PROVIDER_SECRET_ and the key in the environment",
                ));
            }
        };
        let provider = ProviderConfig {
            domains: self.domains.iter().map(|domain| domain.trim().to_lowercase()).collect(),
            key: self.key.clone(),
            name: self.name.clone(),
            issuer: self.issuer.clone(),
            client_id: self.client_id.clone(),
            client_secret,
            addresses: self.addresses,
            second_step: self.second_step.clone(),
        };
        if self.issuer.starts_with("https://") || provider.is_on_this_machine() {
            return Ok(provider);
        }
        Err(refuse("issuer: it must begin with https://"))
    }
}

fn secret_in(path: &Path) -> Result<Secret, ConfigError> {
    let text = std::fs::read_to_string(path)
        .map_err(|source| ConfigError::File { path: path.to_owned(), source })?;
    Ok(Secret::new(text.trim()))
}

fn providers(
    written: Vec<ProviderFile>,
    from_outside: &BTreeMap<String, Secret>,
) -> Result<Vec<ProviderConfig>, ConfigError> {
    let checked: Vec<_> =
        written.into_iter().map(|provider| provider.checked(from_outside)).collect::<Result<_, _>>()?;
    let twice = checked.iter().enumerate().find(|(at, one)| {
        checked.iter().skip(at + 1).any(|other| other.key == one.key || other.issuer == one.issuer)
    });
    match twice {
        Some((_, one)) => Err(ConfigError::Provider {
            key: one.key.clone(),
            reason: "another provider has the same key or issuer",
        }),
        None => Ok(checked),
    }
}

/// Where a proxy writes for whom it speaks. Only one is read: the other is whatever a client sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProxyHeader {
    /// `X-Forwarded-For`, `-Proto` and `-Host`.
    #[default]
    XForwarded,
    /// `Forwarded`, as RFC 7239 has it.
    Forwarded,
}

/// Reads `10.0.0.0/8`, or one address.
pub fn network(text: &str) -> Option<IpNet> {
    text.parse().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from))
}

/// Who is believed where nobody says otherwise.
const THIS_MACHINE: [&str; 2] = ["127.0.0.1", "::1"];

/// How large a file can be and how many there can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FilesConfig {
    /// The largest file, in millions of bytes: 1 to 100.
    pub largest_mb: u16,
    /// The most files that come with a concern: 0 to 50. With none, nobody is asked for files.
    pub most_with_a_concern: u16,
    /// The most files on one case: 1 to 1,000.
    pub most_on_a_case: u16,
}

impl Default for FilesConfig {
    fn default() -> Self {
        Self { largest_mb: 20, most_with_a_concern: 10, most_on_a_case: 200 }
    }
}

impl FilesConfig {
    fn checked(self) -> Result<Self, ConfigError> {
        let within = |name, number: u16, least, most| {
            let fits = (least..=most).contains(&number);
            if fits { Ok(()) } else { Err(ConfigError::Files { name, least, most }) }
        };
        within("largest_mb", self.largest_mb, 1, 100)?;
        within("most_with_a_concern", self.most_with_a_concern, 0, 50)?;
        within("most_on_a_case", self.most_on_a_case, 1, 1_000)?;
        Ok(self)
    }
}

/// How fast one account may go: so many at once, and so many in each hour after that.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LimitsConfig {
    /// Openings of cases, or of parts of them, by one account at once; a page of a case counts two.
    pub reads_at_once: u32,
    /// In each hour after that.
    pub reads_an_hour: u32,
    /// What one account does on cases at once.
    pub deeds_at_once: u32,
    /// In each hour after that.
    pub deeds_an_hour: u32,
    /// Files that one account adds at once.
    pub files_at_once: u32,
    /// In each hour after that.
    pub files_an_hour: u32,
    /// What anybody does on one case at once.
    pub case_deeds_at_once: u32,
    /// In each hour after that.
    pub case_deeds_an_hour: u32,
}

impl Default for LimitsConfig {
    fn default() -> Self {
        Self {
            reads_at_once: 600,
            reads_an_hour: 1_440,
            deeds_at_once: 120,
            deeds_an_hour: 720,
            files_at_once: 60,
            files_an_hour: 360,
            case_deeds_at_once: 200,
            case_deeds_an_hour: 720,
        }
    }
}

impl LimitsConfig {
    fn checked(self) -> Result<Self, ConfigError> {
        let all = [
            ("reads_at_once", self.reads_at_once),
            ("reads_an_hour", self.reads_an_hour),
            ("deeds_at_once", self.deeds_at_once),
            ("deeds_an_hour", self.deeds_an_hour),
            ("files_at_once", self.files_at_once),
            ("files_an_hour", self.files_an_hour),
            ("case_deeds_at_once", self.case_deeds_at_once),
            ("case_deeds_an_hour", self.case_deeds_an_hour),
        ];
        match all.into_iter().find(|(_, number)| !(1..=1_000_000).contains(number)) {
            Some((name, _)) => Err(ConfigError::Limits(name)),
            None => Ok(self),
        }
    }
}

/// Where `clamd` of `ClamAV` listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClamavSocket {
    /// At a path of this machine.
    Path(PathBuf),
    /// At a host and port.
    Address(String),
}

impl ClamavSocket {
    fn parse(text: String) -> Result<Self, ConfigError> {
        if text.starts_with('/') {
            return Ok(Self::Path(PathBuf::from(text)));
        }
        let port = text.rsplit_once(':').filter(|(host, _)| !host.is_empty());
        match port.map(|(_, port)| port.parse::<u16>()) {
            Some(Ok(port)) if port > 0 => Ok(Self::Address(text)),
            Some(Ok(_) | Err(_)) | None => Err(ConfigError::Clamav(text)),
        }
    }
}

/// How mail leaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MailConfig {
    /// By an SMTP server.
    Smtp(SmtpConfig),
    /// Into a folder, one file each: test mode, no mail leaves (E26).
    Folder(PathBuf),
}

/// An SMTP server.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SmtpConfig {
    /// Its name.
    pub host: String,
    /// Its port; the usual one for `security` when absent.
    pub port: Option<u16>,
    /// How the connection is secured.
    #[serde(default)]
    pub security: SmtpSecurity,
    /// The login, if it wants one.
    pub user: Option<String>,
    /// The password; `HEARD_SMTP_PASSWORD` when absent.
    pub password: Option<Secret>,
    /// The address that mail comes from.
    pub from: String,
    /// A file with the certificate of an own authority, in PEM.
    pub authority: Option<PathBuf>,
    /// How long one mail may take, in seconds.
    #[serde(default = "thirty")]
    pub timeout_seconds: u64,
}

fn thirty() -> u64 {
    30
}

/// How the connection to an SMTP server is secured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SmtpSecurity {
    /// TLS from the first byte, port 465.
    #[default]
    Tls,
    /// STARTTLS, port 587; a server that does not offer it is refused.
    Starttls,
    /// None: only for a server on this machine.
    None,
}

/// The file as it is written.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[expect(clippy::struct_field_names, reason = "`key_file` is what the setting is called")]
struct File {
    listen: Option<SocketAddr>,
    base_url: Option<String>,
    data: Option<PathBuf>,
    database_url: Option<Secret>,
    key_file: Option<PathBuf>,
    undo_seconds: Option<u32>,
    smtp: Option<SmtpConfig>,
    mail_folder: Option<PathBuf>,
    files: FilesConfig,
    limits: LimitsConfig,
    clamav_socket: Option<String>,
    tls: Option<TlsConfig>,
    trusted_proxies: Option<Vec<String>>,
    proxy_header: ProxyHeader,
    most_connections: Option<u16>,
    provider: Vec<ProviderFile>,
}

/// What comes from the environment and the command line, and goes before the file.
#[derive(Clone, Debug, Default)]
pub struct Overrides {
    /// `--listen`.
    pub listen: Option<SocketAddr>,
    /// `--base-url`.
    pub base_url: Option<String>,
    /// `--data`.
    pub data: Option<PathBuf>,
    /// `DATABASE_URL`.
    pub database_url: Option<Secret>,
    /// `HEARD_KEY`.
    pub key: Option<Secret>,
    /// `HEARD_SMTP_PASSWORD`.
    pub smtp_password: Option<Secret>,
    /// `HEARD_PROVIDER_SECRET_…`, by the key of each provider.
    pub provider_secrets: BTreeMap<String, Secret>,
}

/// What the name of a variable begins with that holds the secret of a provider.
const PROVIDER_SECRET: &str = "HEARD_PROVIDER_SECRET_";

/// The secrets of providers among the variables of the environment. `HEARD_PROVIDER_SECRET_OUR_TRUST` is that of
/// `our-trust`: a variable has no small letters and no hyphens.
pub fn provider_secrets(
    variables: impl IntoIterator<Item = (OsString, OsString)>,
) -> BTreeMap<String, Secret> {
    let secret = |(name, value): (OsString, OsString)| {
        let key = name.to_str()?.strip_prefix(PROVIDER_SECRET)?.to_lowercase().replace('_', "-");
        Some((key, Secret::new(value.to_str()?.trim())))
    };
    variables.into_iter().filter_map(secret).collect()
}

/// Whether this is an address of PostgreSQL on another machine that says nothing of TLS: libpq would then take what it gets
/// (ASVS 12.3.1). Sockets and this machine need none.
fn goes_in_the_open(database: &str) -> bool {
    if !["postgres://", "postgresql://"].iter().any(|scheme| database.trim().starts_with(scheme)) {
        return false;
    }
    // What cannot be read as an address is told by the database itself.
    let Ok(url) = Url::parse(database.trim()) else { return false };
    if url.query_pairs().any(|(name, _)| name == "sslmode") {
        return false;
    }
    let asked = url.query_pairs().filter(|(name, _)| name == "host" || name == "hostaddr");
    let hosts = asked.map(|(_, host)| host.into_owned()).chain(url.host_str().map(str::to_owned));
    let here = |host: &str| {
        let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
        host.is_empty()
            || host == "localhost"
            || host.starts_with('/')
            || host.starts_with("%2F")
            || host.starts_with("%2f")
            || address.is_ok_and(|address| address.is_loopback())
    };
    hosts.flat_map(|host| host.split(',').map(str::to_owned).collect::<Vec<_>>()).any(|host| !here(&host))
}

/// The configuration does not fit, and how to put it right.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read {path}: {source}")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is not what it should be.
    #[error("{path}: {reason}")]
    Content {
        /// Which.
        path: PathBuf,
        /// Where and why.
        reason: String,
    },
    /// The public address does not fit.
    #[error("base_url: {0}")]
    BaseUrl(#[from] crate::urls::NotABaseUrl),
    /// A limit for files that makes no sense.
    #[error("[files] {name}: choose a number from {least} to {most}")]
    Files {
        /// Which.
        name: &'static str,
        /// The least.
        least: u16,
        /// The most.
        most: u16,
    },
    /// Something in the list of proxies is no network.
    #[error("trusted_proxies: {0} is no address such as 10.0.0.5 and no network such as 10.0.0.0/8")]
    Proxy(String),
    /// A provider that people could not sign in with, or not safely.
    #[error("[[provider]] {key}: {reason}")]
    Provider {
        /// Which.
        key: String,
        /// What to put right.
        reason: &'static str,
    },
    /// So few connections that nobody could work.
    #[error("most_connections: choose a number from 10 to 65000")]
    Connections,
    /// A limit that shuts everybody out, or none.
    #[error("limits.{0}: choose a number from 1 to 1000000")]
    Limits(&'static str),
    /// No place where a virus scanner could listen.
    #[error("clamav_socket: {0} is no path that begins with /, and no host with a port, like 127.0.0.1:3310")]
    Clamav(String),
    /// TLS, and links without it.
    #[error("[tls] is set, so base_url must begin with https://")]
    TlsWithoutHttps,
    /// A database on another machine, and nothing said of how the way there is kept.
    #[error(
        "the database is on another machine: end its address with ?sslmode=verify-full, or with ?sslmode=disable where \
         nobody else can reach the network between"
    )]
    DatabaseInTheOpen,
    /// Both a server and a folder.
    #[error("set either [smtp] or mail_folder, not both")]
    TwoMails,
}

impl Config {
    /// Reads a configuration.
    pub fn read(file: Option<&Path>, overrides: Overrides) -> Result<Self, ConfigError> {
        let file = file.map_or_else(|| Ok(File::default()), read_file)?;
        let listen =
            overrides.listen.or(file.listen).unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 8080)));
        let base_url = overrides.base_url.or(file.base_url).unwrap_or_else(|| format!("http://{listen}"));
        let data = overrides.data.or(file.data).unwrap_or_else(|| PathBuf::from("heard-data"));
        let database_url = overrides
            .database_url
            .or(file.database_url)
            .unwrap_or_else(|| Secret::new(format!("sqlite:{}", data.join("heard.db").display())));
        if goes_in_the_open(database_url.expose()) {
            return Err(ConfigError::DatabaseInTheOpen);
        }
        let key = match (overrides.key, file.key_file) {
            (Some(key), _) => KeyPlace::Given(key),
            (None, Some(path)) => KeyPlace::File(path),
            (None, None) => KeyPlace::Beside(data.clone()),
        };
        let mail = match (file.smtp, file.mail_folder) {
            (Some(_), Some(_)) => return Err(ConfigError::TwoMails),
            (Some(mut smtp), None) => {
                smtp.password = overrides.smtp_password.or(smtp.password);
                MailConfig::Smtp(smtp)
            }
            (None, folder) => MailConfig::Folder(folder.unwrap_or_else(|| data.join("mail"))),
        };
        let base_url = BaseUrl::parse(&base_url)?;
        if file.tls.is_some() && !base_url.is_https() {
            return Err(ConfigError::TlsWithoutHttps);
        }
        Ok(Self {
            listen,
            base_url,
            data,
            database_url,
            key,
            mail,
            undo_seconds: file.undo_seconds.unwrap_or(30),
            files: file.files.checked()?,
            clamav: file.clamav_socket.map(ClamavSocket::parse).transpose()?,
            tls: file.tls,
            trusted_proxies: networks(file.trusted_proxies)?,
            proxy_header: file.proxy_header,
            most_connections: connections(file.most_connections)?,
            providers: providers(file.provider, &overrides.provider_secrets)?,
            limits: file.limits.checked()?,
        })
    }
}

fn networks(written: Option<Vec<String>>) -> Result<Vec<IpNet>, ConfigError> {
    let written = written.unwrap_or_else(|| THIS_MACHINE.map(str::to_owned).to_vec());
    written.into_iter().map(|text| network(&text).ok_or(ConfigError::Proxy(text))).collect()
}

fn connections(written: Option<u16>) -> Result<u16, ConfigError> {
    let most = written.unwrap_or(800);
    if (10..=65_000).contains(&most) { Ok(most) } else { Err(ConfigError::Connections) }
}

fn read_file(path: &Path) -> Result<File, ConfigError> {
    let text = std::fs::read_to_string(path)
        .map_err(|source| ConfigError::File { path: path.to_owned(), source })?;
    toml::from_str(&text)
        .map_err(|error| ConfigError::Content { path: path.to_owned(), reason: place_of(&error, &text) })
}

/// Where a file is not what it should be, without a word of what stands there: it may be a password.
fn place_of(error: &toml::de::Error, text: &str) -> String {
    let Some(span) = error.span() else { return "this is not a configuration of Heard".to_owned() };
    let before = text.get(..span.start).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    let name = text.lines().nth(line - 1).and_then(|line| line.split_once('=')).map(|(name, _)| name.trim());
    let unknown = error.message().starts_with("unknown field");
    match name {
        Some(name) if unknown => format!("line {line}: there is no setting `{name}` here"),
        Some(name) => format!("line {line}: the value of `{name}` does not fit; see docs/config.sample.toml"),
        None => format!("line {line}: this cannot be read; see docs/config.sample.toml"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_file_it_runs_on_this_machine_and_sends_no_mail() {
        let config = Config::read(None, Overrides::default()).unwrap();
        assert_eq!(config.base_url.origin(), "http://127.0.0.1:8080");
        assert_eq!(config.database_url.expose(), "sqlite:heard-data/heard.db");
        assert_eq!(config.mail, MailConfig::Folder("heard-data/mail".into()));
    }

    #[test]
    fn a_file_that_does_not_fit_is_told_by_line_and_name_and_no_secret_is_repeated() {
        for (text, told) in [
            ("[smtp]\npassword = hunter2\n", "line 2: the value of `password`"),
            ("[smtp]\nport = 587\npassword = 123456\n", "line 3: the value of `password`"),
            ("[smtp]\npasswort = \"hunter2\"\n", "line 2: there is no setting `passwort`"),
            ("hunter2\n", "line 1: this cannot be read"),
        ] {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("heard.toml");
            std::fs::write(&path, text).unwrap();
            let said = Config::read(Some(&path), Overrides::default()).unwrap_err().to_string();
            assert!(said.contains(told), "{said}");
            assert!(!said.contains("hunter2") && !said.contains("123456"), "{said}");
        }
    }

    #[test]
    fn the_sample_reads_and_says_the_defaults() {
        let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/config.sample.toml");
        let config = Config::read(Some(&sample), Overrides::default()).unwrap();
        assert_eq!(config, Config::read(None, Overrides::default()).unwrap());
    }

    #[test]
    fn unknown_settings_are_refused_with_their_place() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("heard.toml");
        std::fs::write(&path, "listen = \"127.0.0.1:1\"\ncolour = \"teal\"\n").unwrap();
        let told = Config::read(Some(&path), Overrides::default()).unwrap_err().to_string();
        assert!(told.contains("colour") && told.contains("line 2"), "{told}");
    }

    fn written(text: &str) -> Result<Config, ConfigError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("heard.toml");
        std::fs::write(&path, text).unwrap();
        Config::read(Some(&path), Overrides::default())
    }

    #[test]
    fn proxies_and_tls_that_make_no_sense_are_told_before_anybody_listens() {
        let config =
            written("trusted_proxies = [\"10.0.0.0/8\", \"::1\"]\nproxy_header = \"forwarded\"\n").unwrap();
        assert_eq!(config.trusted_proxies.len(), 2);
        assert_eq!(config.proxy_header, ProxyHeader::Forwarded);
        let tls = "[tls]\ncertificate = \"/c.pem\"\nkey = \"/k.pem\"\nredirect_from = \"0.0.0.0:80\"\n";
        assert!(written(&format!("base_url = \"https://heard.example.org\"\n{tls}")).unwrap().tls.is_some());
        for (text, told) in [
            ("trusted_proxies = [\"everybody\"]\n", "trusted_proxies: everybody is no address"),
            ("most_connections = 1\n", "most_connections: choose a number from 10"),
            (tls, "base_url must begin with https://"),
        ] {
            let said = written(text).unwrap_err().to_string();
            assert!(said.contains(told), "{said}");
        }
    }

    #[test]
    fn a_provider_that_is_not_safe_is_told_and_its_secret_is_not_repeated() {
        let with = |lines: &str| {
            written(&format!(
                "[[provider]]\nkey = \"m\"\nname = \"Microsoft\"\nclient_id = \"heard\"\n{lines}"
            ))
        };
        let fine = with("issuer = \"https://login.example/t/v2.0\"\nclient_secret = \"hunter2\"\n").unwrap();
        assert!(!format!("{fine:?}").contains("hunter2"));
        assert_eq!(fine.providers.len(), 1);
        for (lines, told) in [
            ("issuer = \"http://login.example\"\nclient_secret = \"hunter2\"\n", "must begin with https://"),
            (
                "issuer = \"http://127.0.0.1.evil.example\"\nclient_secret = \"hunter2\"\n",
                "must begin with https://",
            ),
            ("issuer = \"https://login.example\"\n", "set either client_secret or client_secret_file"),
            (
                "issuer = \"https://login.example\"\nclient_secret = \"hunter2\"\naddresses = \"own_domains\"\n",
                "needs domains",
            ),
        ] {
            let said = with(lines).unwrap_err().to_string();
            assert!(said.contains(told), "{said}");
            assert!(!said.contains("hunter2"), "{said}");
        }
        assert!(with("issuer = \"http://127.0.0.1:9\"\nclient_secret = \"x\"\n").is_ok(), "for tests");
    }

    #[test]
    fn the_secret_of_a_provider_comes_from_the_environment_before_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("heard.toml");
        let provider = |key: &str| {
            format!(
                "[[provider]]\nkey = \"{key}\"\nname = \"N\"\nissuer = \"https://{key}.example\"\nclient_id = \"heard\"\n"
            )
        };
        let second = "second_step = { amr = [\"mfa\"] }\n";
        std::fs::write(
            &path,
            format!("{}client_secret = \"old\"\n{second}{}", provider("our-trust"), provider("m")),
        )
        .unwrap();
        let variables = [
            ("HEARD_PROVIDER_SECRET_OUR_TRUST", "hunter2\n"),
            ("HEARD_PROVIDER_SECRET_M", "hunter3"),
            ("PATH", "/bin"),
        ];
        let secrets = provider_secrets(variables.map(|(name, value)| (name.into(), value.into())));
        let overrides = Overrides { provider_secrets: secrets, ..Overrides::default() };
        let config = Config::read(Some(&path), overrides).unwrap();
        let given: Vec<&str> = config.providers.iter().map(|own| own.client_secret.expose()).collect();
        assert_eq!(given, ["hunter2", "hunter3"]);
        assert!(!format!("{config:?}").contains("hunter"));
        let steps: Vec<usize> = config.providers.iter().map(|own| own.second_step.amr.len()).collect();
        assert_eq!(steps, [1, 0], "without a word of it nothing counts");
    }

    #[test]
    fn a_database_elsewhere_is_reached_by_tls_or_in_the_open_on_purpose() {
        for (address, open) in [
            ("sqlite:heard.db", false),
            ("postgres://heard:x@127.0.0.1:5432/heard", false),
            ("postgresql://heard@localhost/heard", false),
            ("postgres://heard@[::1]/heard", false),
            ("postgres:///heard?host=/run/postgresql", false),
            ("postgres://%2Frun%2Fpostgresql/heard", false),
            ("postgres://heard:x@db.example/heard", true),
            ("postgres://heard:x@10.0.0.5/heard?connect_timeout=5", true),
            ("postgres:///heard?host=db.example", true),
            ("postgres://heard:x@db.example/heard?sslmode=verify-full", false),
            ("postgres://heard:x@db.example/heard?sslmode=disable", false),
        ] {
            let overrides = Overrides { database_url: Some(Secret::new(address)), ..Overrides::default() };
            let read = Config::read(None, overrides);
            assert_eq!(matches!(read, Err(ConfigError::DatabaseInTheOpen)), open, "{address}");
            assert_eq!(read.is_err(), open, "{address}");
        }
    }

    #[test]
    fn a_limit_for_files_has_limits_itself() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("heard.toml");
        std::fs::write(&path, "[files]\nlargest_mb = 5\nmost_with_a_concern = 0\n").unwrap();
        let files = Config::read(Some(&path), Overrides::default()).unwrap().files;
        assert_eq!(files, FilesConfig { largest_mb: 5, most_with_a_concern: 0, most_on_a_case: 200 });
        std::fs::write(&path, "[files]\nlargest_mb = 0\n").unwrap();
        let told = Config::read(Some(&path), Overrides::default()).unwrap_err().to_string();
        assert_eq!(told, "[files] largest_mb: choose a number from 1 to 100");
    }

    #[test]
    fn the_password_comes_from_the_environment_and_is_never_printed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("heard.toml");
        std::fs::write(
            &path,
            "[smtp]\nhost = \"mail.example.org\"\nfrom = \"heard@example.org\"\nuser = \"heard\"\n",
        )
        .unwrap();
        let overrides = Overrides { smtp_password: Some(Secret::new("hunter2")), ..Overrides::default() };
        let config = Config::read(Some(&path), overrides).unwrap();
        assert!(!format!("{config:?}").contains("hunter2"));
        let MailConfig::Smtp(smtp) = config.mail else { panic!("a server is set") };
        assert_eq!(smtp.password.as_ref().map(Secret::expose), Some("hunter2"));
        assert_eq!((smtp.security, smtp.timeout_seconds), (SmtpSecurity::Tls, 30));
    }
}
