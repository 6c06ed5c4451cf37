//! Looking whether things are as they should be.

use std::process::ExitCode;

use chrono::NaiveDate;

use crate::app::App;
use crate::app::access::staff;
use crate::app::files;
use crate::app::health;
use crate::app::maintenance;
use crate::app::outbox;
use crate::app::schools;
use crate::config::{Config, MailConfig};
use crate::domain::calendar::{local_date, long_date};
use crate::domain::text::EmailAddress;
use crate::urls;

use super::serve::{open, open_to_check};
use super::{Failure, mailer, tell, tell_error};

/// `heard verify-record`.
pub(super) fn verify_record(config: &Config) -> Result<ExitCode, Failure> {
    let app = open_to_check(config)?;
    let verified =
        maintenance::verify_record(&app, &mut |cases| tell_error(&format!("{cases} cases checked")))?;
    for case in &verified.broken {
        let name = case.reference.as_ref().map_or_else(|| case.id.to_string(), ToString::to_string);
        tell(&format!("{name}: {}", case.broken));
    }
    let proved = files::prove_all(&app, &mut |files| tell_error(&format!("{files} files read")))?;
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

/// How many days before its end a calendar is spoken of.
const SOON: i64 = 60;

/// What is said of a calendar that has no days to come, or ends soon: dates of law and policy need it (R36).
fn calendar_words(school: &str, covered_to: Option<NaiveDate>, today: NaiveDate) -> Option<String> {
    match covered_to {
        Some(last) if (last - today).num_days() > SOON => None,
        Some(last) if last >= today => Some(format!(
            "Calendar: at {school} it ends on {}. No date after that day can be worked out until the next school year is there",
            long_date(last)
        )),
        Some(_) | None => Some(format!(
            "Calendar: {school} has none for today. No date can be worked out there until a school year is there"
        )),
    }
}

/// What is said of the virus scanner, and of the files that wait for it.
fn scanner_words(app: &App) -> Result<Vec<String>, Failure> {
    let waiting = health::queue(app)?.files;
    let files = if waiting == 1 { "1 file waits".to_owned() } else { format!("{waiting} files wait") };
    Ok(match (app.scanner(), waiting) {
        (None, 0) => {
            vec!["Files: no virus scanner is set. `clamav_socket` in the configuration names one".to_owned()]
        }
        (None, _) => vec![format!(
            "Files: no virus scanner is set, and {files} for one and cannot be opened. Set `clamav_socket` again"
        )],
        (Some(scanner), _) => match scanner.ping() {
            Ok(()) => {
                vec![format!("Files: the virus scanner at {} answers; {files} for it", scanner.socket())]
            }
            Err(error) => vec![format!("Files: {error}. Until it does, {files} and cannot be opened")],
        },
    })
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
            "People: at {} nobody holds {}. What comes to them waits without a handler until somebody does; an administrator adds them at {}",
            vacant.name,
            roles.join(", "),
            config.base_url.link(urls::PEOPLE)
        ));
    }
    let (today, schools) = (local_date(app.now()), schools::all(&app)?);
    if schools.is_empty() {
        tell(
            "Schools: there are none in this database yet. `heard serve` prints the link with which the first administrator begins. If you expected some, look whether the database above is the right one.",
        );
    }
    for world in schools {
        if let Some(words) = calendar_words(&world.school.name, world.calendar.covered_to(), today) {
            tell(&words);
        }
    }
    match &config.mail {
        MailConfig::Smtp(smtp) => {
            tell(&format!("Mail: by {} (try it with `heard send-test-mail`)", smtp.host));
        }
        MailConfig::Folder(folder) => {
            tell(&format!("Mail: test mode, into {}. No mail leaves", folder.display()));
        }
    }
    for line in scanner_words(&app)? {
        tell(&line);
    }
    if !config.base_url.is_https() {
        tell("Note: the address is not https. Put a web server with TLS before Heard where families use it.");
    }
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r36_a_calendar_is_spoken_of_from_sixty_days_before_its_end() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let words =
            |covered_to: Option<&str>| calendar_words("Hazel Lane", covered_to.map(day), day("2027-06-01"));
        assert_eq!(words(Some("2027-08-01")), None);
        let ends = words(Some("2027-07-31")).unwrap();
        assert!(ends.starts_with("Calendar: at Hazel Lane it ends on Saturday 31 July 2027."), "{ends}");
        assert!(words(Some("2027-06-01")).unwrap().contains("it ends on"), "today is covered yet");
        for none in [Some("2027-05-31"), None] {
            assert!(words(none).unwrap().starts_with("Calendar: Hazel Lane has none for today."), "{none:?}");
        }
    }
}
