//! From the configuration to whoever sends the mails.

use std::time::Duration;

use crate::app::App;
use crate::app::outbox::{Sender, Transport};
use crate::config::{Config, MailConfig, SmtpConfig, SmtpSecurity};
use crate::domain::text::EmailAddress;

use super::Failure;

/// The sender that the configuration asks for.
pub(super) fn sender(app: &App, config: &Config) -> Result<Sender, Failure> {
    match &config.mail {
        MailConfig::Smtp(smtp) => {
            let from = EmailAddress::parse(&smtp.from).map_err(|how| format!("smtp.from: {how}"))?;
            Ok(Sender::new(app, Transport::Smtp(smtp_settings(smtp)?), from)?)
        }
        MailConfig::Folder(folder) => {
            let from = EmailAddress::parse("heard@test-mode.example").map_err(str::to_owned)?;
            Ok(Sender::new(app, Transport::Folder(folder.clone()), from)?)
        }
    }
}

fn smtp_settings(smtp: &SmtpConfig) -> Result<crate::app::outbox::SmtpServer, Failure> {
    let ca_pem = smtp
        .authority
        .as_deref()
        .map(std::fs::read)
        .transpose()
        .map_err(|error| format!("smtp.authority: {error}"))?;
    Ok(crate::app::outbox::SmtpServer {
        host: smtp.host.clone(),
        port: smtp.port.unwrap_or(match smtp.security {
            SmtpSecurity::Tls => 465,
            SmtpSecurity::Starttls => 587,
            SmtpSecurity::None => 25,
        }),
        security: smtp.security,
        login: smtp.user.clone().zip(smtp.password.clone()),
        ca_pem,
        timeout: Duration::from_secs(smtp.timeout_seconds),
    })
}
