//! Looking whether things are as they should be.

use std::process::ExitCode;

use crate::app::access::staff;
use crate::app::files;
use crate::app::maintenance;
use crate::app::outbox;
use crate::config::{Config, MailConfig};
use crate::domain::text::EmailAddress;
use crate::urls;

use super::serve::open;
use super::{Failure, mailer, tell, tell_error};

/// `heard verify-record`.
pub(super) fn verify_record(config: &Config) -> Result<ExitCode, Failure> {
    let app = open(config)?;
    let verified =
        maintenance::verify_record(&app, &mut |cases| tell_error(&format!("{cases} cases checked")))?;
    for case in &verified.broken {
        let name = case.reference.as_ref().map_or_else(|| case.id.to_string(), ToString::to_string);
        tell(&format!("{name}: {}", case.broken));
    }
    let proved = files::prove_all(&app)?;
    for (case, document) in &proved.different {
        tell(&format!("{case}: document {document} is not the file that was added"));
    }
    let (cases, events, files) = (verified.cases, verified.events, proved.files);
    if verified.broken.is_empty() && !proved.different.is_empty() {
        tell(&format!("{} of {files} files are not as they were added.", proved.different.len()));
        return Ok(ExitCode::FAILURE);
    }
    if verified.broken.is_empty() {
        tell(&format!("The record is whole: {events} events and {files} files of {cases} cases."));
        return Ok(ExitCode::SUCCESS);
    }
    tell(&format!("{} of {cases} cases have a record that is not whole.", verified.broken.len()));
    Ok(ExitCode::FAILURE)
}

/// `heard send-test-mail`.
pub(super) fn send_test_mail(config: &Config, to: &str) -> Result<ExitCode, Failure> {
    let to = EmailAddress::parse(to).map_err(str::to_owned)?;
    let app = open(config)?;
    let sender = mailer::sender(&app, config)?;
    let report = actix_web::rt::System::new().block_on(outbox::send_test(&app, &sender, to));
    tell(&report.to_string());
    Ok(if report.outcome.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// `heard doctor`.
pub(super) fn doctor(config: &Config) -> Result<ExitCode, Failure> {
    tell(&format!("Address: {}", config.base_url.link("/")));
    tell(&format!("Database: {}", maintenance::describe(config.database_url.expose())?));
    let app = open(config)?;
    tell(&format!("  {} tables, each as this version takes it", maintenance::check_tables(&app)?));
    for vacant in staff::vacant(&app)? {
        let roles: Vec<&str> = vacant.roles.iter().map(|role| role.title()).collect();
        tell(&format!(
            "People: at {} nobody holds {}. Concerns wait until somebody does; an administrator adds them at {}",
            vacant.name,
            roles.join(", "),
            config.base_url.link(urls::PEOPLE)
        ));
    }
    match &config.mail {
        MailConfig::Smtp(smtp) => {
            tell(&format!("Mail: by {} (try it with `heard send-test-mail`)", smtp.host));
        }
        MailConfig::Folder(folder) => {
            tell(&format!("Mail: test mode, into {}. No mail leaves", folder.display()));
        }
    }
    if !config.base_url.is_https() {
        tell("Note: the address is not https. Put a web server with TLS before Heard where families use it.");
    }
    Ok(ExitCode::SUCCESS)
}
