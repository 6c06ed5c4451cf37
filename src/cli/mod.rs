//! The commands.

mod calendar;
mod check;
mod demo;
mod keep;
mod mailer;
mod people;
mod serve;

use std::io::Write as _;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::app::maintenance::OldKey;
use crate::config::{Config, ConfigError, Overrides, provider_secrets};
use crate::domain::permissions;
use crate::secret::Secret;

/// Heard: concerns and complaints at school, one stage at a time.
#[derive(Debug, Parser)]
#[command(
    name = "heard",
    version,
    about,
    after_help = "Start with `heard serve`. It prints a link for the first administrator."
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
enum Command {
    /// Serve pages and the API, send mail and watch the dates.
    #[command(
        after_help = "Examples:\n  heard serve\n  heard serve --config /etc/heard.toml\n  DATABASE_URL=postgres://heard@localhost/heard heard serve"
    )]
    Serve(Common),
    /// Serve a made-up trust with a year of concerns, to look around and to try things.
    #[command(
        after_help = "Examples:\n  heard demo\n  heard demo --listen 127.0.0.1:8090 --data /tmp/demo --json\n  heard demo --empty\n\nNothing in it is real and no mail leaves. Delete the folder to begin anew."
    )]
    Demo(demo::DemoArgs),
    /// Bring the database up to date.
    #[command(after_help = "Example:\n  heard migrate --config /etc/heard.toml")]
    Migrate(Common),
    /// Check that no event of any case was altered, lost or moved.
    #[command(
        name = "verify-record",
        after_help = "Example:\n  heard verify-record --config /etc/heard.toml\n\nEnds with 0 when every record is whole, and with 1 when one is not."
    )]
    VerifyRecord(Common),
    /// Send one mail and tell what happened on the way.
    #[command(
        name = "send-test-mail",
        after_help = "Example:\n  heard send-test-mail --to me@example.org --config /etc/heard.toml"
    )]
    SendTestMail {
        #[command(flatten)]
        common: Common,
        /// Where it goes.
        #[arg(long)]
        to: String,
    },
    /// Copy the database, with every file in it, while the server runs.
    #[command(
        after_help = "Example:\n  heard backup --to /backups/2026-11-23\n\nThe folder must not be there yet."
    )]
    Backup {
        #[command(flatten)]
        common: Common,
        /// The folder to make.
        #[arg(long)]
        to: PathBuf,
    },
    /// Change the key of the installation, while no server runs.
    #[command(
        name = "change-key",
        after_help = "Examples:\n  heard change-key --config /etc/heard.toml\n  heard change-key --lost --config /etc/heard.toml\n\nRecovery codes end with the old key. With --lost every second step ends too."
    )]
    ChangeKey {
        #[command(flatten)]
        common: Common,
        /// The old key is lost: everybody sets up their second step anew.
        #[arg(long)]
        lost: bool,
    },
    /// Look whether everything that Heard needs is there and works.
    #[command(after_help = "Example:\n  heard doctor --config /etc/heard.toml")]
    Doctor(Common),
    /// Print who sees, does and decides what, as the program enforces it.
    #[command(after_help = "Example:\n  heard permissions")]
    Permissions,
    /// Take somebody on, with one or several posts.
    #[command(
        name = "add-user",
        after_help = "Examples:\n  heard add-user --name 'Amara Okafor' --email head@hazel-lane.example --post headteacher@hazel-lane\n  heard add-user --name 'Theo Marsh' --email theo@rowan.example --post trust_officer --post administrator\n  heard add-user --name 'Ana Lima' --email ana@hazel-lane.example --post class_teacher@hazel-lane --year-group 'Year 4'\n  heard add-user --name 'Jo Bell' --email jo@rowan.example --post clerk@hazel-lane --password-stdin < password.txt"
    )]
    AddUser {
        #[command(flatten)]
        common: Common,
        #[command(flatten)]
        args: people::AddUserArgs,
    },
    /// Take a whole staff on from a list.
    #[command(
        name = "add-staff",
        after_help = "Examples:\n  heard add-staff --file staff.csv\n  heard add-staff --file staff.csv --confirm\n\nColumns: name, email, post, school; where wanted from, to, year_groups, independence, independence_reason. The same list a second time changes nothing."
    )]
    AddStaff {
        #[command(flatten)]
        common: Common,
        #[command(flatten)]
        args: people::AddStaffArgs,
    },
    /// End a post. What it let them see and do ends with it.
    #[command(
        name = "end-post",
        after_help = "Examples:\n  heard end-post --email head@hazel-lane.example --post headteacher@hazel-lane\n  heard end-post --email theo@rowan.example --post trust_officer --last-day 2027-07-31"
    )]
    EndPost {
        #[command(flatten)]
        common: Common,
        #[command(flatten)]
        args: people::EndPostArgs,
    },
    /// Give somebody who forgot theirs a new password.
    #[command(
        name = "set-password",
        after_help = "Examples:\n  heard set-password --email head@hazel-lane.example\n  heard set-password --email head@hazel-lane.example --password-stdin < password.txt"
    )]
    SetPassword {
        #[command(flatten)]
        common: Common,
        #[command(flatten)]
        args: people::SetPasswordArgs,
    },
    /// Add the terms of a school year to a school's calendar.
    #[command(
        name = "add-terms",
        after_help = "Examples:\n  heard add-terms --school hazel-lane --term 2027-09-02..2027-10-22 --term 2027-11-02..2027-12-17 --inset 2027-11-01"
    )]
    AddTerms {
        #[command(flatten)]
        common: Common,
        #[command(flatten)]
        args: calendar::AddTermsArgs,
    },
    /// Tokens with which programs call the API.
    #[command(
        after_help = "Examples:\n  heard token create --email office@rowan.example --scope read\n  heard token list\n  heard token revoke 01890a5d-ac96-774b-bcce-b302099a8057"
    )]
    Token {
        #[command(subcommand)]
        command: people::TokenCommand,
    },
}

/// What every command takes.
#[derive(Debug, Args)]
struct Common {
    /// The configuration file (see docs/config.sample.toml).
    #[arg(long, env = "HEARD_CONFIG")]
    config: Option<PathBuf>,
    /// Where to listen.
    #[arg(long)]
    listen: Option<SocketAddr>,
    /// The public address.
    #[arg(long)]
    base_url: Option<String>,
    /// Where test mail is kept, and with SQLite the database.
    #[arg(long)]
    data: Option<PathBuf>,
    /// The database: sqlite:PATH or postgres://… (from the environment, so that it stays out of the list of processes).
    #[arg(long, env = "DATABASE_URL", hide_env_values = true, hide = true)]
    database_url: Option<String>,
    /// The key of the installation, where it is in no file (from the environment).
    #[arg(long, env = "HEARD_KEY", hide_env_values = true, hide = true)]
    key: Option<String>,
    /// The password of the mail server (from the environment).
    #[arg(long, env = "HEARD_SMTP_PASSWORD", hide_env_values = true, hide = true)]
    smtp_password: Option<String>,
}

impl Common {
    fn config(self) -> Result<Config, ConfigError> {
        let overrides = Overrides {
            listen: self.listen,
            base_url: self.base_url,
            data: self.data,
            database_url: self.database_url.map(Secret::new),
            key: self.key.map(Secret::new),
            smtp_password: self.smtp_password.map(Secret::new),
            provider_secrets: provider_secrets(std::env::vars_os()),
        };
        Config::read(self.config.as_deref(), overrides)
    }
}

/// Why a command did not do what was asked, in words for whoever typed it.
type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Runs the program.
pub fn main() -> ExitCode {
    telemetry();
    // Databases, backups and mails hold what families wrote: each is made for the owner alone.
    rustix::process::umask(rustix::fs::Mode::RWXG | rustix::fs::Mode::RWXO);
    match run(Cli::parse().command) {
        Ok(code) => code,
        Err(failure) => {
            tell_error(&format!("heard: {failure}"));
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<ExitCode, Failure> {
    match command {
        Command::Serve(common) => serve::serve(common.config()?),
        Command::Demo(args) => demo::demo(&args),
        Command::Migrate(common) => keep::migrate(&common.config()?),
        Command::VerifyRecord(common) => check::verify_record(&common.config()?),
        Command::SendTestMail { common, to } => check::send_test_mail(&common.config()?, &to),
        Command::Backup { common, to } => keep::backup(&common.config()?, &to),
        Command::ChangeKey { common, lost } => {
            keep::change_key(&common.config()?, if lost { OldKey::Lost } else { OldKey::AtHand })
        }
        Command::Doctor(common) => check::doctor(&common.config()?),
        Command::Permissions => {
            tell(&permissions::tables());
            Ok(ExitCode::SUCCESS)
        }
        Command::AddUser { common, args } => people::add_user(&common.config()?, args),
        Command::AddStaff { common, args } => people::add_staff(&common.config()?, &args),
        Command::EndPost { common, args } => people::end_post(&common.config()?, &args),
        Command::SetPassword { common, args } => people::set_password(&common.config()?, &args),
        Command::AddTerms { common, args } => calendar::add_terms(&common.config()?, args),
        Command::Token { command } => people::token(command),
    }
}

/// Logs go to standard error, so that what a command answers stays alone on standard output.
fn telemetry() {
    let filter = tracing_subscriber::EnvFilter::try_from_env("HEARD_LOG").unwrap_or_else(|_| "info".into());
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
}

/// A line for whoever typed the command. A closed pipe is no reason to fail.
fn tell(line: &str) {
    let _ = writeln!(std::io::stdout(), "{line}");
}

/// A line about progress or a failure.
fn tell_error(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_commands_hold_together() {
        Cli::command().debug_assert();
    }

    /// Every command, however deep, with its words.
    fn every(command: &clap::Command, above: &str) -> Vec<(String, clap::Command)> {
        command
            .get_subcommands()
            .flat_map(|inner| {
                let words = format!("{above} {}", inner.get_name());
                let mut all = every(inner, &words);
                all.push((words, inner.clone()));
                all
            })
            .collect()
    }

    #[test]
    fn the_help_of_every_command_has_an_example_that_the_command_takes() {
        let commands = every(&Cli::command(), "heard");
        assert!(commands.len() >= 14, "{}", commands.len());
        for (words, command) in commands {
            let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            let example =
                help.lines().find_map(|line| line.trim().split_once("heard ").map(|(_, rest)| rest));
            let example = example.unwrap_or_else(|| panic!("{words} has no example"));
            let typed = shell_words(&format!("heard {example}"));
            assert!(
                format!("heard {example}").starts_with(&words) || words == "heard token",
                "{words}: {example}"
            );
            Cli::try_parse_from(&typed).unwrap_or_else(|error| panic!("{words}: {error}"));
            assert!(command.get_about().is_some(), "{words} does not say what it does");
        }
    }

    /// Splits a line as a shell does, as far as our examples go.
    fn shell_words(line: &str) -> Vec<String> {
        let quoted = line.split('\'').enumerate();
        let pieces = quoted.flat_map(|(place, piece)| match place % 2 {
            0 => piece.split_whitespace().map(str::to_owned).collect(),
            _ => vec![piece.to_owned()],
        });
        pieces.collect()
    }
}
