//! Sets the trust up: schools, procedures, calendars, people with posts, passwords and tokens.

use std::collections::BTreeMap;

use chrono::{DateTime, Days, NaiveDate, Utc};
use sha2::{Digest as _, Sha256};

use crate::app::App;
use crate::app::access::password::NewPassword;
use crate::app::access::token::Scope;
use crate::app::error::Error;
use crate::app::outbox::{digest, new_token};
use crate::app::people::Colleague;
use crate::db::access::{ApiToken, TokenOwner};
use crate::db::calendars::StoredCalendar;
use crate::db::people::NewPerson;
use crate::db::procedures::StoredProcedure;
use crate::db::schools::{Rules, SchoolRecord};
use crate::db::{self, Tx};
use crate::domain::calendar::local_date;
use crate::domain::ids::{CalendarId, PersonId, PostId, ProcedureId, SchoolId, TrustId};
use crate::domain::person::{Place, Post};
use crate::domain::procedure::{default_for, default_source};
use crate::domain::school::{Nation, School};
use crate::domain::text::EmailAddress;

use super::world::{PlannedPerson, PlannedSchool, World};
use super::{Broken, Cast, PASSWORD, SchoolSetup};

/// The trust as it stands in the database.
#[derive(Clone, Debug)]
pub(super) struct Founded {
    /// Who is in it, as it is printed.
    pub(super) cast: Cast,
    /// The same people as the use cases know them.
    pub(super) colleagues: BTreeMap<PersonId, Colleague>,
    /// The schools, in the order of the plan.
    pub(super) schools: Vec<SchoolId>,
}

/// When the trust began to use Heard: before the first concern of the year.
fn opened() -> DateTime<Utc> {
    let on = NaiveDate::from_ymd_opt(2025, 8, 26).and_then(|on| on.and_hms_opt(8, 0, 0));
    on.map_or(DateTime::UNIX_EPOCH, |at| at.and_utc())
}

/// Everything that is stored, with its ids drawn.
struct Plan {
    now: DateTime<Utc>,
    trust: (TrustId, String),
    procedures: Vec<StoredProcedure>,
    schools: Vec<(SchoolRecord, StoredCalendar, Rules)>,
    people: Vec<Joined>,
}

/// Somebody with their posts and their token.
struct Joined {
    person: NewPerson,
    posts: Vec<Post>,
    /// What the token's owner shows; only its digest is stored.
    secret: String,
    token: ApiToken,
}

/// Sets the trust up in an empty database.
pub(super) fn found(app: &App, world: &World, setups: &[SchoolSetup]) -> Result<Founded, Error> {
    app.clock().set(opened());
    let planned = world.people();
    let plan = draw(app, world, setups, &planned)?;
    let founded = founded(&plan, setups, &planned);
    app.db().write(move |tx| store(tx, &plan))?;
    Ok(founded)
}

fn draw(app: &App, world: &World, setups: &[SchoolSetup], people: &[PlannedPerson]) -> Result<Plan, Error> {
    let now = app.now();
    let trust = TrustId(app.ids().uuid(now));
    let procedures = procedures(app, setups, now)?;
    let mut schools = Vec::new();
    for setup in setups {
        schools.push(school(app, setup, trust, &procedures, now)?);
    }
    let places: BTreeMap<&str, SchoolId> =
        schools.iter().map(|(record, _, _)| (record.school.slug.as_str(), record.school.id)).collect();
    // One hash for all: hashing is slow on purpose, and there is one password.
    let password = NewPassword::parse(PASSWORD, "").map_err(|_| Broken("the password"))?;
    let hash = password.hash(app.ids())?.into_stored();
    let people = people
        .iter()
        .map(|person| draw_person(app, person, &places, &hash, now))
        .collect::<Result<_, _>>()?;
    Ok(Plan { now, trust: (trust, world.trust.name.clone()), procedures, schools, people })
}

fn procedures(app: &App, setups: &[SchoolSetup], now: DateTime<Utc>) -> Result<Vec<StoredProcedure>, Error> {
    let mut keys: Vec<&str> = setups.iter().map(|setup| setup.school.procedure.as_str()).collect();
    keys.sort_unstable();
    keys.dedup();
    let stored = |key: &str| {
        let (procedure, source) =
            default_for(key).zip(default_source(key)).ok_or(Broken("world.toml: a procedure"))?;
        Ok(StoredProcedure {
            id: ProcedureId(app.ids().uuid(now)),
            key: key.to_owned(),
            version: procedure.version,
            source: source.to_owned(),
            sha256: hex::encode(Sha256::digest(source.as_bytes())),
            created_at: now,
        })
    };
    keys.into_iter().map(stored).collect()
}

fn school(
    app: &App,
    setup: &SchoolSetup,
    trust: TrustId,
    procedures: &[StoredProcedure],
    now: DateTime<Utc>,
) -> Result<(SchoolRecord, StoredCalendar, Rules), Error> {
    let id = SchoolId(app.ids().uuid(now));
    let calendar = StoredCalendar {
        id: CalendarId(app.ids().uuid(now)),
        school: id,
        version: 1,
        spec: serde_json::to_string(&setup.spec).map_err(|source| Error::Internal(Box::new(source)))?,
        reason: "The term dates as published".to_owned(),
        created_by: None,
        created_at: now,
    };
    let procedure = procedures
        .iter()
        .find(|procedure| procedure.key == setup.school.procedure)
        .ok_or(Broken("world.toml: a procedure"))?;
    let rules = Rules { procedure: procedure.id, calendar: calendar.id };
    Ok((record(&setup.school, id, trust), calendar, rules))
}

fn record(planned: &PlannedSchool, id: SchoolId, trust: TrustId) -> SchoolRecord {
    SchoolRecord {
        school: School {
            id,
            trust,
            slug: planned.slug.clone(),
            name: planned.name.clone(),
            kind: planned.kind,
            nation: Nation::England,
            phone: planned.phone.clone(),
            email: planned.email.clone(),
            address: planned.address.clone(),
            office_hours: planned.office_hours.clone(),
        },
        urn: None,
        privacy_contact: planned.privacy.clone(),
        safeguarding_contact: planned.safeguarding.clone(),
        settings_version: 1,
    }
}

/// How long somebody in the demo has a post that is for a time: longer than anybody looks at it.
const TWO_YEARS: Days = Days::new(730);

fn draw_person(
    app: &App,
    planned: &PlannedPerson,
    places: &BTreeMap<&str, SchoolId>,
    hash: &str,
    now: DateTime<Utc>,
) -> Result<Joined, Error> {
    let id = PersonId(app.ids().uuid(now));
    let email = EmailAddress::parse(&planned.email).map_err(|_| Broken("world.toml: an address"))?;
    let from_on = NaiveDate::from_ymd_opt(2024, 9, 1).ok_or(Broken("a date"))?;
    let posts = planned
        .posts
        .iter()
        .map(|post| {
            let place = match &post.school {
                None => Place::Trust,
                Some(slug) => places
                    .get(slug.as_str())
                    .map(|school| Place::School(*school))
                    .ok_or(Broken("world.toml: a school"))?,
            };
            Ok(Post {
                id: PostId(app.ids().uuid(now)),
                role: post.role,
                place,
                year_groups: post.year_groups.clone(),
                from_on,
                to_on: post.role.is_for_a_time().then(|| local_date(now) + TWO_YEARS),
                independence: post.independence,
                independence_reason: post.independence_reason.clone(),
            })
        })
        .collect::<Result<Vec<_>, Broken>>()?;
    let person = NewPerson {
        id,
        name: planned.name.clone(),
        email,
        password_hash: Some(hash.to_owned()),
        created_at: now,
    };
    let token = ApiToken {
        id: app.ids().uuid(now),
        owner: TokenOwner::Person(id),
        school: None,
        scopes: Scope::ALL.iter().map(|scope| scope.key().to_owned()).collect(),
        created_at: now,
        // The demo's clock may be moved by years.
        expires_at: None,
        last_used_at: None,
        revoked_at: None,
    };
    Ok(Joined { person, posts, secret: format!("heard_{}", new_token(app)), token })
}

fn store(tx: &mut Tx, plan: &Plan) -> Result<(), Error> {
    let (trust, name) = &plan.trust;
    db::schools::add_trust(tx, *trust, name, plan.now)?;
    for procedure in &plan.procedures {
        db::procedures::add(tx, procedure)?;
    }
    for (record, calendar, rules) in &plan.schools {
        db::schools::add(tx, record, plan.now)?;
        db::calendars::add(tx, calendar)?;
        db::schools::set_rules(tx, record.school.id, *rules)?;
    }
    for Joined { person, posts, secret, token } in &plan.people {
        db::people::add(tx, person)?;
        for post in posts {
            db::people::add_post(tx, person.id, *trust, post, plan.now)?;
        }
        db::access::add_token(tx, digest(secret), token)?;
    }
    Ok(())
}

fn founded(plan: &Plan, setups: &[SchoolSetup], planned: &[PlannedPerson]) -> Founded {
    let all: Vec<SchoolId> = plan.schools.iter().map(|(record, _, _)| record.school.id).collect();
    let mut sorted = all.clone();
    sorted.sort_unstable();
    let colleague = |Joined { person, posts, .. }: &Joined| {
        let at_trust = posts.iter().any(|post| post.place == Place::Trust);
        let trust_schools = if at_trust { sorted.clone() } else { Vec::new() };
        (
            person.id,
            Colleague {
                id: person.id,
                name: person.name.clone(),
                posts: posts.clone(),
                trust_schools,
                borrowed: Vec::new(),
                stands_in: Vec::new(),
                workplace: String::new(),
                only_school: None,
            },
        )
    };
    let schools = setups.iter().map(|setup| super::School {
        slug: setup.school.slug.clone(),
        name: setup.school.name.clone(),
        calendar: setup.school.calendar.clone(),
    });
    let people =
        plan.people.iter().zip(planned).map(|(Joined { person, secret, .. }, planned)| super::Person {
            name: person.name.clone(),
            email: person.email.as_str().to_owned(),
            password: PASSWORD.to_owned(),
            token: secret.clone(),
            posts: planned
                .posts
                .iter()
                .map(|post| super::Post { role: post.role, school: post.school.clone() })
                .collect(),
        });
    Founded {
        cast: Cast { schools: schools.collect(), people: people.collect() },
        colleagues: plan.people.iter().map(colleague).collect(),
        schools: all,
    }
}
