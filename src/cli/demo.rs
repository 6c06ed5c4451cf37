//! `heard demo`: a made-up trust with a year of concerns, built on first start and opened again later.

use std::fmt::Write as _;
use std::io::IsTerminal as _;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use chrono::{Datelike as _, TimeDelta};
use clap::Args;
use serde::Serialize;

use crate::app::demo::{self, Cast, Contents, Fresh, Person, Progress};
use crate::app::maintenance::{self, Opening};
use crate::app::outbox::{Sender, Transport};
use crate::app::{App, Mode};
use crate::clock::{Clock, Ids};
use crate::domain::person::Role;
use crate::domain::text::EmailAddress;
use crate::key::KeyPlace;
use crate::urls::{self, BaseUrl};
use crate::web::server::{self, Listening};

use super::serve::serve_while_working;
use super::{Failure, tell, tell_error};

/// How often the demo's time is kept.
const KEEP_EVERY: Duration = Duration::from_secs(10);

/// What the demo takes.
#[derive(Debug, Args)]
pub(super) struct DemoArgs {
    /// Where to listen; port 0 takes a free one.
    #[arg(long, default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// The folder of the demo. One that is there is opened again as it was.
    #[arg(long, default_value = "heard-demo")]
    data: PathBuf,
    /// Print one line of JSON when it is ready, for scripts.
    #[arg(long)]
    json: bool,
    /// Schools and people, and no case.
    #[arg(long)]
    empty: bool,
    /// Another number makes another year; the same number makes the same again.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

pub(super) fn demo(args: &DemoArgs) -> Result<ExitCode, Failure> {
    std::fs::create_dir_all(&args.data).map_err(|error| format!("{}: {error}", args.data.display()))?;
    let place = Place::of(args)?;
    maintenance::migrate(&place.database)?;
    let cast = built(args, &place)?;
    let from = demo::clock_to_go_on_from(&place.open(Clock::System, Ids::unguessable()?)?)?;
    let app = place.open(Clock::running_from(from), Ids::unguessable()?)?;
    let address = EmailAddress::parse("heard@larkhollow.example").map_err(str::to_owned)?;
    let sender = Sender::new(&app, Transport::Folder(place.mail.clone()), address)?;
    actix_web::rt::System::new().block_on(async move {
        let running = server::start(app.clone(), Listening::plainly(place.listen))?;
        tell(&if args.json { for_scripts(&place, &cast)? } else { for_people(&place, &cast, args) });
        actix_web::rt::spawn(keep_clock(app.clone()));
        serve_while_working(running, &app, sender).await
    })?;
    Ok(ExitCode::SUCCESS)
}

/// Where everything of a demo is.
#[derive(Debug)]
struct Place {
    listen: SocketAddr,
    base: BaseUrl,
    database: String,
    mail: PathBuf,
    data: PathBuf,
    undo: TimeDelta,
}

impl Place {
    fn of(args: &DemoArgs) -> Result<Self, Failure> {
        let data = args.data.canonicalize()?;
        let listen = with_a_port(args.listen)?;
        Ok(Self {
            listen,
            base: BaseUrl::parse(&format!("http://{listen}"))?,
            database: format!("sqlite:{}", data.join("heard.db").display()),
            mail: mail_folder(&data)?,
            data,
            // Scripts read the mail right away; people see what calling back is like (S7).
            undo: if args.json { TimeDelta::zero() } else { TimeDelta::seconds(30) },
        })
    }

    fn open(&self, clock: Clock, ids: Ids) -> Result<App, Failure> {
        Ok(maintenance::open(Opening {
            database_url: self.database.clone(),
            key: KeyPlace::Beside(self.data.clone()),
            clock,
            ids,
            base: self.base.clone(),
            undo: self.undo,
            mode: Mode::Demo,
        })?)
    }
}

fn mail_folder(data: &Path) -> Result<PathBuf, Failure> {
    let folder = data.join("mail");
    std::fs::create_dir_all(&folder)?;
    Ok(folder)
}

/// Port 0 becomes a free one now, because links need it before the server begins.
fn with_a_port(listen: SocketAddr) -> Result<SocketAddr, Failure> {
    if listen.port() != 0 {
        return Ok(listen);
    }
    Ok(TcpListener::bind(listen)?.local_addr()?)
}

/// Who is in the demo, which is built first when the folder is new.
fn built(args: &DemoArgs, place: &Place) -> Result<Cast, Failure> {
    let app = place.open(Clock::fixed(demo::moment()), Ids::seeded(args.seed))?;
    match (demo::cast(&app)?, demo::is_fresh(&app)?) {
        (Some(cast), _) => Ok(cast),
        (None, Fresh::Yes) => {
            let contents = if args.empty { Contents::Empty } else { Contents::Year };
            tell_error("Building the demo. This happens once.");
            let mut shown = Shown::default();
            let built = demo::build(&app, args.seed, contents, &mut |progress| shown.show(progress))?;
            for refused in &built.played.refused {
                tracing::warn!(%refused, "a move of the demo was refused");
            }
            tell_error(&format!("{} concerns, {} moves.", built.played.raised, built.played.moves));
            Ok(built.cast)
        }
        (None, Fresh::No) => Err(format!(
            "{} holds something that is no finished demo. Delete that folder, or choose another with --data",
            args.data.display()
        )
        .into()),
    }
}

/// One line for each month on a file, one line that changes on a terminal.
#[derive(Default)]
struct Shown {
    month: Option<u32>,
}

impl Shown {
    fn show(&mut self, progress: Progress) {
        use std::io::Write as _;
        let done = progress.done.saturating_mul(100) / progress.of.max(1);
        if std::io::stderr().is_terminal() {
            let _ = write!(std::io::stderr(), "\r{done:3} % {}   ", progress.on.format("%-d %B %Y"));
            let _ = std::io::stderr().flush();
        } else if self.month != Some(progress.on.month()) {
            self.month = Some(progress.on.month());
            tell_error(&format!("{done:3} % {}", progress.on.format("%B %Y")));
        }
    }
}

async fn keep_clock(app: App) {
    loop {
        actix_web::rt::time::sleep(KEEP_EVERY).await;
        let inside = app.clone();
        if let Ok(Err(error)) = actix_web::rt::task::spawn_blocking(move || demo::keep_clock(&inside)).await {
            tracing::warn!(%error, "the demo's time was not kept");
        }
    }
}

/// The line for scripts: the contract of `heard demo --json`.
#[derive(Serialize)]
struct Ready<'c> {
    base_url: String,
    mail_folder: &'c Path,
    #[serde(flatten)]
    cast: &'c Cast,
}

fn for_scripts(place: &Place, cast: &Cast) -> Result<String, Failure> {
    let ready = Ready { base_url: place.base.origin(), mail_folder: &place.mail, cast };
    Ok(serde_json::to_string(&ready)?)
}

fn for_people(place: &Place, cast: &Cast, args: &DemoArgs) -> String {
    let link = |path: &str| place.base.link(path);
    let mut text = String::from("\nThe demo is ready. Nothing in it is real, and no mail leaves.\n\n");
    let mut line = |words: String| {
        let _ = writeln!(text, "{words}");
    };
    line(format!("Open {} and begin there. Or go straight to:\n", link(urls::HOME)));
    for school in &cast.schools {
        line(format!("  Raise a concern at {}: {}", school.name, link(&urls::school(&school.slug))));
    }
    line(format!("  Sign in as staff: {}", link(urls::SIGN_IN)));
    line(format!("  Move the clock: {}", link(urls::DEMO)));
    line(format!("  Read the mail: {}", link(urls::OUTBOX)));
    line(format!("\nEverybody's password is: {}\n", demo::PASSWORD));
    for school in &cast.schools {
        line(school.name.clone());
        for (role, person) in first_of_each_role(cast, Some(&school.slug)) {
            line(format!("  {:<29} {:<24} {}", role.title(), person.name, person.email));
        }
    }
    line("Trust".to_owned());
    for (role, person) in first_of_each_role(cast, None) {
        line(format!("  {:<29} {:<24} {}", role.title(), person.name, person.email));
    }
    line(format!("\nDelete {} to begin anew. Stop with Ctrl+C.", args.data.display()));
    text
}

fn first_of_each_role<'c>(cast: &'c Cast, school: Option<&str>) -> Vec<(Role, &'c Person)> {
    let holds = |person: &&Person, role: Role| {
        person.posts.iter().any(|post| post.role == role && post.school.as_deref() == school)
    };
    Role::ALL
        .into_iter()
        .filter_map(|role| cast.people.iter().find(|person| holds(person, role)).map(|person| (role, person)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The contract of api.md, field by field.
    #[test]
    fn the_line_for_scripts_has_the_fields_of_the_contract() {
        let place = Place {
            listen: "127.0.0.1:8080".parse().unwrap(),
            base: BaseUrl::parse("http://127.0.0.1:8080").unwrap(),
            database: String::new(),
            mail: "/tmp/mail".into(),
            data: "/tmp".into(),
            undo: TimeDelta::zero(),
        };
        let post = demo::Post { role: Role::ClassTeacher, school: Some("hazel-lane".into()) };
        let person = Person {
            name: "Daniel Ashworth".into(),
            email: "d.ashworth@hazel-lane.example".into(),
            password: demo::PASSWORD.into(),
            token: "heard_x".into(),
            posts: vec![post],
        };
        let school = demo::School {
            slug: "hazel-lane".into(),
            name: "Hazel Lane".into(),
            calendar: "owps-2026".into(),
        };
        let line = for_scripts(&place, &Cast { schools: vec![school], people: vec![person] }).unwrap();
        assert!(!line.contains('\n'));
        let read: serde_json::Value = serde_json::from_str(&line).unwrap();
        assert_eq!(
            read,
            serde_json::json!({
                "base_url": "http://127.0.0.1:8080",
                "mail_folder": "/tmp/mail",
                "schools": [{"slug": "hazel-lane", "name": "Hazel Lane", "calendar": "owps-2026"}],
                "people": [{
                    "name": "Daniel Ashworth",
                    "email": "d.ashworth@hazel-lane.example",
                    "password": demo::PASSWORD,
                    "token": "heard_x",
                    "posts": [{"role": "class_teacher", "school": "hazel-lane"}],
                }],
            })
        );
    }
}
