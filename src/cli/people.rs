//! People and tokens from the command line: who works where, and which programs may call the API.

use std::io::Read as _;
use std::path::PathBuf;
use std::process::ExitCode;

use chrono::{NaiveDate, TimeDelta};
use clap::{Args, Subcommand};

use crate::app::App;
use crate::app::access::ending::{self, Ending};
use crate::app::access::password::{Known, NewPassword};
use crate::app::access::staff_list::{self, Fate, Inviter, StaffList};
use crate::app::access::token::{self, NewToken, Scope};
use crate::app::access::users::{self, ChangedBy, NewPlace, NewPost, NewUser};
use crate::app::error::Error;
use crate::config::Config;
use crate::domain::calendar::local_date;
use crate::domain::person::Role;
use crate::domain::text::EmailAddress;

use super::serve::open;
use super::{Failure, tell};

/// Where a password comes from.
#[derive(Debug, Args)]
pub(super) struct PasswordArgs {
    /// Read the password from standard input. Without it, a new one is made and printed once.
    #[arg(long)]
    password_stdin: bool,
}

/// What `add-user` takes.
#[derive(Debug, Args)]
pub(super) struct AddUserArgs {
    /// Their name, as they want it shown.
    #[arg(long)]
    name: String,
    /// Where their mail goes, and what they sign in with.
    #[arg(long)]
    email: String,
    /// A post: ROLE@SCHOOL, or ROLE alone at the trust. Can be given several times.
    #[arg(long = "post", required = true, value_name = "ROLE[@SCHOOL]")]
    posts: Vec<String>,
    /// The year groups of a class teacher or form tutor. Can be given several times.
    #[arg(long = "year-group", value_name = "YEAR")]
    year_groups: Vec<String>,
    #[command(flatten)]
    password: PasswordArgs,
}

/// What `add-staff` takes.
#[derive(Debug, Args)]
pub(super) struct AddStaffArgs {
    /// The list, as a spreadsheet saves it (CSV), with the columns name, email, post, school.
    #[arg(long)]
    file: PathBuf,
    /// Take the list on. Without it, only what would happen is printed.
    #[arg(long)]
    confirm: bool,
}

/// What `end-post` takes.
#[derive(Debug, Args)]
pub(super) struct EndPostArgs {
    /// Whose post it is.
    #[arg(long)]
    email: String,
    /// The post: ROLE@SCHOOL, or ROLE alone at the trust.
    #[arg(long, value_name = "ROLE[@SCHOOL]")]
    post: String,
    /// Its last day, like 2027-07-31. Without it, the post ends now.
    #[arg(long, value_name = "DATE")]
    last_day: Option<NaiveDate>,
}

/// What `set-password` takes.
#[derive(Debug, Args)]
pub(super) struct SetPasswordArgs {
    /// Whose password it is.
    #[arg(long)]
    email: String,
    #[command(flatten)]
    password: PasswordArgs,
}

/// What can be done with tokens.
#[derive(Debug, Subcommand)]
pub(super) enum TokenCommand {
    /// Make a token for somebody. It is shown once.
    #[command(
        after_help = "Examples:\n  heard token create --email office@rowan.example --scope read\n  heard token create --email office@rowan.example --scope read --scope write --school hazel-lane --days 90"
    )]
    Create {
        #[command(flatten)]
        common: super::Common,
        #[command(flatten)]
        args: CreateArgs,
    },
    /// List every token, without the secret.
    #[command(after_help = "Example:\n  heard token list --config /etc/heard.toml")]
    List {
        #[command(flatten)]
        common: super::Common,
    },
    /// Make a token worthless at once.
    #[command(after_help = "Example:\n  heard token revoke 01890a5d-ac96-774b-bcce-b302099a8057")]
    Revoke {
        #[command(flatten)]
        common: super::Common,
        /// The id of the token, as `heard token list` shows it.
        id: String,
    },
}

/// What `token create` takes.
#[derive(Debug, Args)]
pub(super) struct CreateArgs {
    /// Whose token it is. It may do at most what their posts let them do.
    #[arg(long)]
    email: String,
    /// What it may do: read, write or settings. Can be given several times.
    #[arg(long = "scope", required = true)]
    scopes: Vec<String>,
    /// The one school that it reaches; without it, all that its owner reaches.
    #[arg(long)]
    school: Option<String>,
    /// How many days it lives, at most 366.
    #[arg(long, default_value_t = 365)]
    days: u16,
}

/// `heard add-user`.
pub(super) fn add_user(config: &Config, args: AddUserArgs) -> Result<ExitCode, Failure> {
    let email = email(&args.email)?;
    let posts = args.posts.iter().map(|post| new_post(post, &args.year_groups)).collect::<Result<_, _>>()?;
    let app = open(config)?;
    let (password, made) = password(&app, &args.password, (&args.name, &email))?;
    let user = NewUser { name: args.name.clone(), email, password: Some(password), posts };
    users::add_user(&app, ChangedBy::CommandLine, user).map_err(in_words)?;
    tell(&format!("{} can sign in at {}", args.name, app.base().link(crate::urls::SIGN_IN)));
    tell_made(made.as_deref());
    Ok(ExitCode::SUCCESS)
}

/// `heard add-staff`.
pub(super) fn add_staff(config: &Config, args: &AddStaffArgs) -> Result<ExitCode, Failure> {
    let bytes = std::fs::read(&args.file).map_err(|error| format!("{}: {error}", args.file.display()))?;
    let list = StaffList::read(&bytes).map_err(in_words)?;
    let app = open(config)?;
    let by = Inviter::CommandLine;
    let lines = if args.confirm {
        staff_list::take_on(&app, &by, list).map_err(in_words)?
    } else {
        staff_list::look(&app, &by, &list).map_err(in_words)?
    };
    for line in &lines {
        let words = match &line.came {
            Ok(Fate::New) => "new".to_owned(),
            Ok(Fate::FurtherPost { known_as }) => format!("a further post for {known_as}"),
            Ok(Fate::Unchanged) => "unchanged".to_owned(),
            Ok(Fate::SameAs(row)) => format!("the same as row {row}"),
            Err(problems) => {
                let all = problems.iter().map(|problem| format!("{}: {}", problem.field, problem.words));
                format!("LEFT OUT: {}", all.collect::<Vec<_>>().join("; "))
            }
        };
        tell(&format!("row {}, {}: {words}", line.row.number, line.row.cell("email")));
    }
    let left_out = lines.iter().filter(|line| line.came.is_err()).count();
    tell(match (args.confirm, left_out) {
        (true, 0) => {
            "The list was taken on. Mails with a link to choose a password leave with `heard serve`."
        }
        (true, _) => {
            "The rows without a problem were taken on. Put the others right, and send the list again."
        }
        (false, 0) => "Nothing was changed. Say --confirm to take the list on.",
        (false, _) => {
            "Nothing was changed. Put the rows right, or say --confirm to take on those without a problem."
        }
    });
    Ok(if left_out == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// `heard end-post`.
pub(super) fn end_post(config: &Config, args: &EndPostArgs) -> Result<ExitCode, Failure> {
    let (email, (role, place)) = (email(&args.email)?, role_and_place(&args.post)?);
    let app = open(config)?;
    let ending = args.last_day.map_or(Ending::Now, Ending::With);
    ending::end_post_of(&app, ChangedBy::CommandLine, &email, role, &place, ending).map_err(in_words)?;
    let last = ending.last_day(local_date(app.now()));
    tell(&format!(
        "The last day as {} is {last}. Cases that they have can be given to somebody else.",
        role.title()
    ));
    Ok(ExitCode::SUCCESS)
}

/// `heard set-password`.
pub(super) fn set_password(config: &Config, args: &SetPasswordArgs) -> Result<ExitCode, Failure> {
    let email = email(&args.email)?;
    let app = open(config)?;
    let (password, made) = password(&app, &args.password, ("", &email))?;
    users::change_password(&app, ChangedBy::CommandLine, &email, &password).map_err(in_words)?;
    tell("The password is changed, and they are signed out everywhere.");
    tell_made(made.as_deref());
    Ok(ExitCode::SUCCESS)
}

/// `heard token …`.
pub(super) fn token(command: TokenCommand) -> Result<ExitCode, Failure> {
    match command {
        TokenCommand::Create { common, args } => create_token(&common.config()?, &args),
        TokenCommand::List { common } => list_tokens(&common.config()?),
        TokenCommand::Revoke { common, id } => revoke_token(&common.config()?, &id),
    }
}

fn create_token(config: &Config, args: &CreateArgs) -> Result<ExitCode, Failure> {
    let scopes = args.scopes.iter().map(|key| scope(key)).collect::<Result<_, _>>()?;
    let new = NewToken {
        owner: email(&args.email)?,
        school: args.school.clone(),
        scopes,
        lives: TimeDelta::days(i64::from(args.days)),
    };
    let app = open(config)?;
    let made = token::create(&app, ChangedBy::CommandLine, new).map_err(in_words)?;
    // The secret alone on its line, so that a script can take it.
    super::tell_error(&format!(
        "Token {} holds until {}. It is shown this once:",
        made.id,
        made.expires_at.date_naive()
    ));
    tell(made.token.as_str());
    Ok(ExitCode::SUCCESS)
}

fn scope(key: &str) -> Result<Scope, Failure> {
    Scope::from_key(key).ok_or_else(|| {
        format!("There is no scope \u{201c}{key}\u{201d}. Choose read, write or settings").into()
    })
}

fn list_tokens(config: &Config) -> Result<ExitCode, Failure> {
    let app = open(config)?;
    let tokens = token::list_with_owners(&app).map_err(in_words)?;
    if tokens.is_empty() {
        tell("There is no token.");
    }
    for (token, owner) in tokens {
        let standing = match (token.revoked_at, token.expires_at) {
            (Some(at), _) => format!("revoked on {}", at.date_naive()),
            (None, Some(at)) if at <= app.now() => format!("over since {}", at.date_naive()),
            (None, Some(at)) => format!("holds until {}", at.date_naive()),
            (None, None) => "holds until it is revoked".to_owned(),
        };
        let used = token
            .last_used_at
            .map_or_else(|| "never used".to_owned(), |at| format!("last used {}", at.date_naive()));
        tell(&format!("{}  {owner}  {}  {standing}, {used}", token.id, token.scopes.join(", ")));
    }
    Ok(ExitCode::SUCCESS)
}

fn revoke_token(config: &Config, id: &str) -> Result<ExitCode, Failure> {
    let parsed =
        id.parse().map_err(|_| format!("{id} is no id of a token. `heard token list` shows them"))?;
    let app = open(config)?;
    match token::revoke(&app, ChangedBy::CommandLine, parsed) {
        Ok(()) => {
            tell("The token opens nothing any more.");
            Ok(ExitCode::SUCCESS)
        }
        Err(Error::NotFound) => Err(format!("There is no token {id}. `heard token list` shows them").into()),
        Err(other) => Err(in_words(other)),
    }
}

fn email(text: &str) -> Result<EmailAddress, Failure> {
    EmailAddress::parse(text).map_err(|how| format!("--email: {how}").into())
}

fn new_post(text: &str, year_groups: &[String]) -> Result<NewPost, Failure> {
    let (role, place) = role_and_place(text)?;
    Ok(NewPost { role, place, year_groups: year_groups.to_vec(), from_on: None })
}

/// `headteacher@hazel-lane`, or `trust_officer` for a post at the trust.
fn role_and_place(text: &str) -> Result<(Role, NewPlace), Failure> {
    let (role, place) = match text.split_once('@') {
        Some((role, school)) => (role, NewPlace::School(school.to_owned())),
        None => (text, NewPlace::Trust),
    };
    let known = || Role::ALL.map(Role::key).join(", ");
    let role = Role::from_key(role)
        .ok_or_else(|| format!("There is no role \u{201c}{role}\u{201d}. Choose one of: {}", known()))?;
    Ok((role, place))
}

/// The password that was given, or a new one with its text.
fn password(
    app: &App,
    args: &PasswordArgs,
    (name, email): (&str, &EmailAddress),
) -> Result<(NewPassword, Option<String>), Failure> {
    let made = (!args.password_stdin).then(|| users::made_password(app));
    let text = match &made {
        Some(made) => made.clone(),
        None => from_standard_input()?,
    };
    let names = users::names_around(app, name).map_err(in_words)?;
    let known = Known { email: email.as_str(), names: &names };
    Ok((NewPassword::parse_for(&text, &known)?, made))
}

fn from_standard_input() -> Result<String, Failure> {
    // More than any password, and a pipe that never ends is not read for ever.
    const MOST_BYTES: u64 = 8_000;
    let mut text = String::new();
    std::io::stdin().take(MOST_BYTES).read_to_string(&mut text)?;
    Ok(text.lines().next().unwrap_or_default().to_owned())
}

fn tell_made(made: Option<&str>) {
    if let Some(password) = made {
        tell(&format!("Their password, shown this once: {password}"));
    }
}

/// What a use case says, for whoever typed the command.
pub(super) fn in_words(error: Error) -> Failure {
    match error {
        Error::Invalid(problems) => {
            let lines: Vec<String> = problems.into_iter().map(|problem| problem.words).collect();
            lines.join("\n").into()
        }
        other => other.into(),
    }
}
