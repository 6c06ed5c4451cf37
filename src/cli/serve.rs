//! `heard serve`: pages, API, worker, in one process.

use std::process::ExitCode;

use chrono::TimeDelta;

use crate::app::access::setup;
use crate::app::files::FileLimits;
use crate::app::maintenance::{self, Opening};
use crate::app::{App, Mode};
use crate::clock::{Clock, Ids};
use crate::config::{Config, FilesConfig, MailConfig};
use crate::web::server;
use crate::worker;

use super::{Failure, mailer, tell};

pub(super) fn serve(config: Config) -> Result<ExitCode, Failure> {
    maintenance::migrate(config.database_url.expose())?;
    let app = open(&config)?;
    let sender = mailer::sender(&app, &config)?;
    actix_web::rt::System::new().block_on(async move {
        // Whoever cannot have the address makes no link and sends no mail.
        let running = server::start(app.clone(), config.listen)?;
        greet(&app, &config)?;
        actix_web::rt::spawn(worker::run(app, sender));
        running.await.map_err(Failure::from)
    })?;
    Ok(ExitCode::SUCCESS)
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

/// The application that a configuration describes.
pub(super) fn open(config: &Config) -> Result<App, Failure> {
    let mode = match config.mail {
        MailConfig::Smtp(_) => Mode::Live,
        MailConfig::Folder(_) => Mode::TestMail,
    };
    let app = maintenance::open(Opening {
        database_url: config.database_url.expose().to_owned(),
        clock: Clock::System,
        ids: Ids::unguessable()?,
        base: config.base_url.clone(),
        undo: TimeDelta::seconds(i64::from(config.undo_seconds)),
        mode,
    })?;
    let FilesConfig { largest_mb, most_with_a_concern, most_on_a_case } = config.files;
    Ok(app.limiting_files(FileLimits { largest_mb, most_with_a_concern, most_on_a_case }))
}
