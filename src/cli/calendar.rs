//! Term dates from the command line.

use std::process::ExitCode;

use chrono::NaiveDate;
use clap::Args;

use crate::app::access::users::ChangedBy;
use crate::app::calendars::{self, Published};
use crate::app::error::Error;
use crate::config::Config;

use super::people::in_words;
use super::serve::open;
use super::{Failure, tell};

/// What `add-terms` takes.
#[derive(Debug, Args)]
pub(super) struct AddTermsArgs {
    /// The school, by its name in addresses.
    #[arg(long)]
    school: String,
    /// A term or half-term, FIRST..LAST, like 2027-09-02..2027-10-22. Give each of the school year.
    #[arg(long = "term", required = true, value_name = "FIRST..LAST", value_parser = term)]
    terms: Vec<(NaiveDate, NaiveDate)>,
    /// A training day, like 2027-11-01. Can be given several times.
    #[arg(long = "inset", value_name = "DATE")]
    inset: Vec<NaiveDate>,
}

fn term(raw: &str) -> Result<(NaiveDate, NaiveDate), String> {
    let read =
        |day: &str| day.trim().parse::<NaiveDate>().map_err(|_| format!("{day} is no date like 2027-09-02"));
    let (first, last) =
        raw.split_once("..").ok_or("write the first and the last day, like 2027-09-02..2027-10-22")?;
    Ok((read(first)?, read(last)?))
}

/// `heard add-terms`.
pub(super) fn add_terms(config: &Config, args: AddTermsArgs) -> Result<ExitCode, Failure> {
    let app = open(config)?;
    let published = Published { terms: args.terms, inset: args.inset };
    let added = calendars::add_year(&app, ChangedBy::CommandLine, &args.school, &published);
    let days = added.map_err(|error| match error {
        Error::NotFound => format!("there is no school called {} in addresses", args.school).into(),
        other => in_words(other),
    })?;
    tell(&format!("The school days from {days} are known now."));
    Ok(ExitCode::SUCCESS)
}
