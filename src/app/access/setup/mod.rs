//! The first start: one link makes the first administrator, who then sets up trust, school, procedure and
//! calendar in one go.

mod answers;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use sha2::{Digest as _, Sha256};
use url::Url;

use crate::app::App;
use crate::app::error::{Error, FieldCode, FieldProblem};
use crate::app::outbox::digest;
use crate::app::people::Colleague;
use crate::db::access::SetupToken;
use crate::db::calendars::StoredCalendar;
use crate::db::logs::SettingChanged;
use crate::db::people::{NewPerson, Staffed};
use crate::db::procedures::StoredProcedure;
use crate::db::schools::{Rules, SchoolRecord};
use crate::db::{self, Tx};
use crate::domain::calendar::local_date;
use crate::domain::ids::{CalendarId, PersonId, PostId, ProcedureId, SchoolId, TrustId};
use crate::domain::person::{Independence, Place, Post, Role};
use crate::domain::procedure::{default_for, default_source};
use crate::domain::text::{EmailAddress, Words};
use crate::secret::Secret;
use crate::urls;

use super::Token;
use super::password::{Known, NewPassword};
use super::session::{self, Computer};
use super::users::add_person;

pub(crate) use answers::day;
pub use answers::{Answers, Plan, PlannedSchool, TERMS};

/// The link of the first administrator lives so long; each start without anybody makes another.
const LINK_LIVES: TimeDelta = TimeDelta::days(7);
/// Where the answers wait until they are complete. They hold no secret and no word of a family.
const DRAFT: &str = "set_up";

/// The link that makes the first administrator, while nobody was ever taken on.
///
/// # Errors
/// When the database cannot be used.
pub fn first_start_link(app: &App) -> Result<Option<Url>, Error> {
    let (token, now) = (Token::fresh(app), app.now());
    let secret = token.digest();
    let staffed = app.db().write(move |tx| {
        let staffed = db::people::staffed(tx)?;
        if staffed == Staffed::NotYet {
            db::access::add_setup_token(tx, secret, now, now + LINK_LIVES)?;
        }
        Ok::<_, Error>(staffed)
    })?;
    Ok(match staffed {
        Staffed::Yes => None,
        Staffed::NotYet => Some(app.base().link(&urls::set_up_link(token.as_str()))),
    })
}

/// Whether that link can still make the first administrator. Looking does not use it up (G27).
///
/// # Errors
/// When the database cannot be used.
pub fn look(app: &App, link: &str) -> Result<SetupLink, Error> {
    let (link, now) = (digest(link), app.now());
    app.db().read(|tx| {
        let alive = db::access::setup_token(tx, link, now)? == SetupToken::Alive;
        let new = db::people::staffed(tx)? == Staffed::NotYet;
        Ok(if alive && new { SetupLink::Alive } else { SetupLink::Over })
    })
}

/// Whether a set-up link can still make the first administrator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SetupLink {
    /// It can.
    Alive,
    /// It is unknown, used or too old, or somebody is there already.
    Over,
}

/// The first administrator as they typed themselves in.
#[derive(Debug)]
pub struct FounderForm {
    /// Their name.
    pub name: String,
    /// Their address.
    pub email: String,
    /// Their password.
    pub password: Secret,
}

/// Makes the first administrator and signs them in. The link is used up.
///
/// # Errors
/// `NotFound` for a link that is over, `Invalid` for answers that do not fit; the link then still works.
pub fn found(app: &App, link: &str, form: &FounderForm) -> Result<Token, Error> {
    if look(app, link)? == SetupLink::Over {
        return Err(Error::NotFound);
    }
    let (name, email, password) = read_founder(form)?;
    let hash = password.hash(app.ids())?;
    let (token, link, now) = (Token::fresh(app), digest(link), app.now());
    let person = NewPerson {
        id: PersonId(app.ids().uuid(now)),
        name,
        email,
        password_hash: Some(hash.into_stored()),
        created_at: now,
    };
    let fresh = token.clone();
    app.db().write(move |tx| {
        let alive = db::access::use_setup_token(tx, link, now)?;
        if alive == SetupToken::Spent || db::people::staffed(tx)? == Staffed::Yes {
            return Err(Error::NotFound);
        }
        add_person(tx, &person)?;
        log(tx, person.id, now, None, "person", format!("{} is the first administrator", person.name))?;
        session::begin(tx, &fresh, person.id, Computer::Own, now)
    })?;
    Ok(token)
}

fn read_founder(form: &FounderForm) -> Result<(String, EmailAddress, NewPassword), Error> {
    let mut problems = Vec::new();
    let name = Words::line(&form.name);
    if name.is_err() {
        problems.push(FieldProblem::new(
            "name",
            FieldCode::Missing,
            "Enter your full name, in 200 characters or fewer",
        ));
    }
    let email = EmailAddress::parse(&form.email);
    if let Err(how) = email {
        problems.push(FieldProblem::new("email", FieldCode::NotAnEmail, how));
    }
    let password = NewPassword::parse_for(
        form.password.expose(),
        &Known { email: &form.email, names: std::slice::from_ref(&form.name) },
    );
    if let Err(weak) = &password {
        problems.push(weak.at("password"));
    }
    match (name, email, password) {
        (Ok(name), Ok(email), Ok(password)) => Ok((name.as_str().to_owned(), email, password)),
        (Ok(_) | Err(_), Ok(_) | Err(_), Ok(_) | Err(_)) => Err(Error::Invalid(problems)),
    }
}

/// The administrator whose session that is, while there is nothing to administer yet.
///
/// # Errors
/// When the database cannot be used.
pub fn founder_of_session(app: &App, token: &str) -> Result<Option<Colleague>, Error> {
    let Some(person) = session::present(app, token)? else { return Ok(None) };
    let trusts = app.db().read(db::schools::all_trusts)?;
    Ok(trusts.is_empty().then_some(person))
}

/// The answers that were given so far.
///
/// # Errors
/// When the database cannot be used.
pub fn answers(app: &App) -> Result<Answers, Error> {
    let kept = app.db().read(|tx| db::meta::get(tx, DRAFT))?;
    Ok(kept.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default())
}

/// Keeps the answers for the next question, or for tomorrow (P8).
///
/// # Errors
/// When the database cannot be used.
pub fn keep(app: &App, answers: &Answers) -> Result<(), Error> {
    let text = serde_json::to_string(answers).map_err(|source| Error::Internal(Box::new(source)))?;
    Ok(app.db().write(move |tx| db::meta::set(tx, DRAFT, &text))?)
}

/// Sets everything up in one transaction: trust, school, procedure, calendar, and the administrator's post.
/// Each is logged (R71). Answers with the school's slug.
///
/// # Errors
/// `NotFound` when something was set up already.
pub fn set_up(app: &App, by: &Colleague, plan: Plan) -> Result<String, Error> {
    let (inside, by) = (app.clone(), by.id);
    app.db().write(move |tx| {
        if !db::schools::all_trusts(tx)?.is_empty() {
            return Err(Error::NotFound);
        }
        let builder = Builder { app: &inside, by, now: inside.now() };
        let trust = builder.trust(tx, &plan)?;
        let (school, slug) = builder.school(tx, trust, &plan.school)?;
        let procedure = builder.procedure(tx, school, &plan.procedure)?;
        let calendar = builder.calendar(tx, school, &plan)?;
        db::schools::set_rules(tx, school, Rules { procedure, calendar })?;
        builder.post(tx, trust)?;
        db::meta::set(tx, DRAFT, "{}")?;
        Ok(slug)
    })
}

struct Builder<'a> {
    app: &'a App,
    by: PersonId,
    now: DateTime<Utc>,
}

impl Builder<'_> {
    fn trust(&self, tx: &mut Tx, plan: &Plan) -> Result<TrustId, Error> {
        let id = TrustId(self.app.ids().uuid(self.now));
        db::schools::add_trust(tx, id, &plan.trust, self.now)?;
        self.log(tx, None, "trust", plan.trust.clone())?;
        Ok(id)
    }

    fn school(
        &self,
        tx: &mut Tx,
        trust: TrustId,
        planned: &PlannedSchool,
    ) -> Result<(SchoolId, String), Error> {
        let id = SchoolId(self.app.ids().uuid(self.now));
        let record = SchoolRecord {
            school: planned.to_school(id, trust),
            urn: None,
            privacy_contact: planned.privacy_contact.clone(),
            safeguarding_contact: planned.safeguarding_contact.clone(),
            settings_version: 1,
        };
        db::schools::add(tx, &record, self.now)?;
        self.log(
            tx,
            Some(id),
            "school",
            format!("{} at /schools/{}", record.school.name, record.school.slug),
        )?;
        Ok((id, record.school.slug))
    }

    /// The newest version of that default; stored now if this is its first school.
    fn procedure(&self, tx: &mut Tx, school: SchoolId, key: &str) -> Result<ProcedureId, Error> {
        let unknown = || Error::fault("a chosen procedure is none of the defaults");
        let procedure = default_for(key).ok_or_else(unknown)?;
        let source = default_source(key).ok_or_else(unknown)?;
        #[expect(clippy::single_match_else, reason = "the two ways to an id stand side by side")]
        let id = match db::procedures::newest(tx, key)? {
            Some(stored) => stored.id,
            None => {
                let id = ProcedureId(self.app.ids().uuid(self.now));
                let stored = StoredProcedure {
                    id,
                    key: key.to_owned(),
                    version: procedure.version,
                    source: source.to_owned(),
                    sha256: hex::encode(Sha256::digest(source)),
                    created_at: self.now,
                };
                db::procedures::add(tx, &stored)?;
                id
            }
        };
        self.log(tx, Some(school), "procedure", format!("{key}, version {}", procedure.version))?;
        Ok(id)
    }

    fn calendar(&self, tx: &mut Tx, school: SchoolId, plan: &Plan) -> Result<CalendarId, Error> {
        let id = CalendarId(self.app.ids().uuid(self.now));
        let spec =
            serde_json::to_string(&plan.calendar).map_err(|source| Error::Internal(Box::new(source)))?;
        let stored = StoredCalendar {
            id,
            school,
            version: 1,
            spec: spec.clone(),
            reason: "Set up".to_owned(),
            created_by: Some(self.by),
            created_at: self.now,
        };
        db::calendars::add(tx, &stored)?;
        self.log(tx, Some(school), "calendar", spec)?;
        Ok(id)
    }

    fn post(&self, tx: &mut Tx, trust: TrustId) -> Result<(), Error> {
        let post = Post {
            id: PostId(self.app.ids().uuid(self.now)),
            role: Role::Administrator,
            place: Place::Trust,
            year_groups: Vec::new(),
            from_on: self.today(),
            to_on: None,
            independence: Independence::None,
            independence_reason: None,
        };
        db::people::add_post(tx, self.by, trust, &post, self.now)?;
        db::schools::touch_settings_of_trust(tx, trust)?;
        self.log(tx, None, "post", format!("Person {} is administrator from {}", self.by, post.from_on))
    }

    fn today(&self) -> NaiveDate {
        local_date(self.now)
    }

    fn log(&self, tx: &mut Tx, school: Option<SchoolId>, what: &str, after: String) -> Result<(), Error> {
        log(tx, self.by, self.now, school, what, after)
    }
}

fn log(
    tx: &mut Tx,
    by: PersonId,
    at: DateTime<Utc>,
    school: Option<SchoolId>,
    what: &str,
    after: String,
) -> Result<(), Error> {
    let change = SettingChanged {
        at,
        person: Some(by),
        school,
        what: what.to_owned(),
        before: None,
        after: Some(after),
    };
    Ok(db::logs::log_setting(tx, &change)?)
}
