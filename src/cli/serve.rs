//! `heard serve`: pages, API, worker, in one process.

use std::process::ExitCode;

use actix_web::dev::Server;
use chrono::TimeDelta;
use futures_util::future::{Either, select};

use crate::app::access::provider::Providers;
use crate::app::access::setup;
use crate::app::files::FileLimits;
use crate::app::files::scan::{PATIENCE, Scanner, Socket};
use crate::app::maintenance::{self, Opening};
use crate::app::outbox::Sender;
use crate::app::pace::{Rate, Rates};
use crate::app::{App, Mode, readings};
use crate::clock::{Clock, Ids};
use crate::config::{ClamavSocket, Config, FilesConfig, LimitsConfig, MailConfig};
use crate::web::front::{Front, Patience, Plain, Proxies};
use crate::web::server::{self, Listening};
use crate::web::tls::{Certificates, TlsFiles};
use crate::worker;

use super::{Failure, mailer, tell};

pub(super) fn serve(config: Config) -> Result<ExitCode, Failure> {
    maintenance::migrate(config.database_url.expose())?;
    let app = open(&config)?;
    let sender = mailer::sender(&app, &config)?;
    actix_web::rt::System::new().block_on(async move {
        // Whoever cannot have the address makes no link and sends no mail.
        let running = server::start(app.clone(), listening(&config)?)?;
        greet(&app, &config)?;
        serve_while_working(running, &app, sender).await
    })?;
    Ok(ExitCode::SUCCESS)
}

/// Where and how a configuration lets the server listen.
fn listening(config: &Config) -> Result<Listening, Failure> {
    let tls = config.tls.as_ref();
    let files = tls.map(|tls| TlsFiles { certificate: tls.certificate.clone(), key: tls.key.clone() });
    let proxies = Proxies { trusted: config.trusted_proxies.clone(), header: config.proxy_header };
    let plain = if tls.is_some() { Plain::SentOn } else { Plain::Served };
    Ok(Listening {
        at: config.listen,
        tls: files.map(Certificates::open).transpose()?,
        redirect_from: tls.and_then(|tls| tls.redirect_from),
        most_connections: config.most_connections.into(),
        front: Front { proxies, plain, patience: Patience::default() },
    })
}

/// Serves and works until it is told to stop, and then writes who read what to the end. Without its worker no mail
/// leaves and no date is watched: then the process ends, for whatever keeps it up to start it anew.
pub(super) async fn serve_while_working(running: Server, app: &App, sender: Sender) -> Result<(), Failure> {
    let handle = running.handle();
    let working = actix_web::rt::spawn(worker::run(app.clone(), sender));
    let ended = match select(running, working).await {
        Either::Left((ended, working)) => {
            working.abort();
            ended.map_err(Failure::from)
        }
        Either::Right((_, running)) => {
            handle.stop(true).await;
            running.await?;
            Err("the worker that sends mail and watches dates broke off; see the log".to_owned().into())
        }
    };
    readings::keep(app)?;
    ended
}

/// What whoever started it wants to know.
fn greet(app: &App, config: &Config) -> Result<(), Failure> {
    tell(&format!("Heard serves {}", config.base_url.link("/")));
    if let Some(link) = setup::first_start_link(app)? {
        tell(&format!(
            "Nobody is signed up yet. Open this link to set Heard up; it works once, for 7 days:\n{link}"
        ));
    }
    Ok(())
}

/// What a configuration says of how to open the application.
pub(super) fn opening(config: &Config) -> Result<Opening, Failure> {
    let mode = match config.mail {
        MailConfig::Smtp(_) => Mode::Live,
        MailConfig::Folder(_) => Mode::TestMail,
    };
    Ok(Opening {
        database_url: config.database_url.expose().to_owned(),
        key: config.key.clone(),
        clock: Clock::System,
        ids: Ids::unguessable()?,
        base: config.base_url.clone(),
        undo: TimeDelta::seconds(i64::from(config.undo_seconds)),
        mode,
    })
}

/// The same for a command that only checks what is there, and needs no key.
pub(super) fn open_to_check(config: &Config) -> Result<App, Failure> {
    Ok(maintenance::open_to_check(opening(config)?)?)
}

/// The application that a configuration describes.
pub(super) fn open(config: &Config) -> Result<App, Failure> {
    let app = maintenance::open(opening(config)?)?;
    let FilesConfig { largest_mb, most_with_a_concern, most_on_a_case } = config.files;
    let providers = Providers::of(config.providers.clone());
    let files = FileLimits { largest_mb, most_with_a_concern, most_on_a_case };
    let app = app.limiting_files(files).with_providers(providers).pacing(rates(config.limits));
    Ok(match &config.clamav {
        Some(socket) => app.scanning_files(Scanner::at(at(socket), PATIENCE)),
        None => app,
    })
}

fn rates(limits: LimitsConfig) -> Rates {
    let rate = |at_once, an_hour| Rate { at_once, an_hour };
    Rates {
        reads: rate(limits.reads_at_once, limits.reads_an_hour),
        deeds: rate(limits.deeds_at_once, limits.deeds_an_hour),
        files: rate(limits.files_at_once, limits.files_an_hour),
        deeds_on_a_case: rate(limits.case_deeds_at_once, limits.case_deeds_an_hour),
    }
}

fn at(socket: &ClamavSocket) -> Socket {
    match socket {
        ClamavSocket::Path(path) => Socket::Path(path.clone()),
        ClamavSocket::Address(address) => Socket::Address(address.clone()),
    }
}
