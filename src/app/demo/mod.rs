//! The demo: a made-up trust and a year of its concerns, played through the same use cases as everybody's
//! with a moved clock. The same seed makes the same world again.

mod clock;
mod courses;
mod founding;
mod kept;
mod papers;
#[expect(
    clippy::indexing_slicing,
    reason = "bodies are JSON objects made just above; setting a field cannot fail"
)]
mod play;
mod speech;
#[cfg(test)]
mod tests;
mod words;
mod world;
#[expect(
    clippy::indexing_slicing,
    reason = "bodies are JSON objects made just above; setting a field cannot fail"
)]
mod year;

use chrono::{DateTime, NaiveDate, Utc};
use rand::SeedableRng as _;
use rand_chacha::ChaCha20Rng;
use serde::{Deserialize, Serialize};

use crate::domain::calendar::{BankHolidays, Calendar, CalendarSpec};
use crate::domain::ids::CalendarId;
use crate::domain::person::Role;
use crate::domain::procedure::default_for;

use self::courses::Ladder;
use self::words::Tables;
use self::world::{PlannedSchool, World};
use super::App;
use super::error::Error;

pub use self::clock::{MoveClock, move_clock};
pub use self::kept::{Fresh, cast, clock_to_go_on_from, is_fresh, keep_clock};
pub use self::play::Played;

/// The password of everybody in the demo. It is printed; nothing real is behind it.
pub const PASSWORD: &str = "larkhollow demo 2026";

/// A table of the demo does not read. Tests hold that none is so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the demo's own tables do not hold together: {0}")]
pub struct Broken(&'static str);

impl From<Broken> for Error {
    fn from(broken: Broken) -> Self {
        Self::Internal(Box::new(broken))
    }
}

/// The moment at which the demo begins: Tuesday 24 November 2026 at ten, in term, with every school open.
pub fn moment() -> DateTime<Utc> {
    let on = NaiveDate::from_ymd_opt(2026, 11, 24).and_then(|on| on.and_hms_opt(10, 0, 0));
    on.map_or(DateTime::UNIX_EPOCH, |at| at.and_utc())
}

/// What a demo holds besides schools and people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Contents {
    /// A year of concerns.
    Year,
    /// No case yet.
    Empty,
}

/// How far the building is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// The day that is being played.
    pub on: NaiveDate,
    /// Things that have happened.
    pub done: usize,
    /// Things that are going to happen.
    pub of: usize,
}

/// A demo that was built: who is in it, as it is printed and kept beside the database.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cast {
    /// The schools.
    pub schools: Vec<School>,
    /// Everybody with a post.
    pub people: Vec<Person>,
}

/// A school of the demo, as scripts read it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct School {
    /// Its name in addresses.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// The calendars that it keeps, as they are called in `tests/data/calendars.json`.
    pub calendar: String,
}

/// Somebody of the demo, as scripts read them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Their name.
    pub name: String,
    /// What they sign in with.
    pub email: String,
    /// Their password.
    pub password: String,
    /// Their API token.
    pub token: String,
    /// Their posts.
    pub posts: Vec<Post>,
}

/// A post of somebody of the demo.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Post {
    /// What it is.
    pub role: Role,
    /// The slug of the school; absent for a post at the trust, which reaches each of its schools.
    pub school: Option<String>,
}

/// A school with what planning looks at.
#[derive(Clone, Debug)]
struct SchoolSetup {
    school: PlannedSchool,
    spec: CalendarSpec,
    calendar: Calendar,
    ladder: Ladder,
    years: Vec<String>,
}

fn setups() -> Result<Vec<SchoolSetup>, Broken> {
    let world = World::read()?;
    let setup = |school: &PlannedSchool| {
        let spec = world.calendar(school)?;
        let id = CalendarId(uuid::Uuid::nil());
        let calendar = Calendar::new(id, 1, spec.clone(), BankHolidays::shipped())
            .map_err(|_| Broken("world.toml: a calendar"))?;
        let procedure = default_for(&school.procedure).ok_or(Broken("world.toml: a procedure"))?;
        Ok(SchoolSetup {
            spec,
            calendar,
            ladder: year::ladder_of(procedure),
            years: school.years.clone(),
            school: school.clone(),
        })
    };
    world.schools.iter().map(setup).collect()
}

/// A demo that was built.
#[derive(Clone, Debug)]
pub struct Built {
    /// Who is in it.
    pub cast: Cast,
    /// What was played.
    pub played: Played,
}

/// Builds the demo into an empty database. The clock of `app` must be one that can be set, its ids seeded;
/// when this returns the clock stands at [`moment`], and every message of the year counts as sent.
///
/// # Errors
/// When the database cannot be used. A move that the rules refuse is no error: the case stays where it is,
/// and the refusal is in [`Played`].
pub fn build(
    app: &App,
    seed: u64,
    contents: Contents,
    progress: &mut dyn FnMut(Progress),
) -> Result<Built, Error> {
    let (world, schools, tables) = (World::read()?, setups()?, Tables::read()?);
    let founded = founding::found(app, &world, &schools)?;
    let played = match contents {
        Contents::Year => {
            let year = year::plan(&tables, &schools, &mut ChaCha20Rng::seed_from_u64(seed))?;
            play::play(app, &tables, &schools, &founded, &year, progress)?
        }
        Contents::Empty => Played::default(),
    };
    app.clock().set(moment());
    kept::keep_cast(app, &founded.cast)?;
    Ok(Built { cast: founded.cast, played })
}
