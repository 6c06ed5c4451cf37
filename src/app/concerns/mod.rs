//! Raising a concern: by a family itself, or by staff for a family.

pub mod body;

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

use crate::db::{self, Tx};
use crate::domain::calendar::local_date;
use crate::domain::case::command::{Complainant, Confirmed, Duplicates, Intake, SentFile};
use crate::domain::case::decide::raise;
use crate::domain::case::event::{Actor, Event};
use crate::domain::case::refusal::{Refusal, RefusalCode};
use crate::domain::case::vocabulary::Channel;
use crate::domain::ids::{CaseId, SchoolId};
use crate::domain::reference::Reference;
use crate::domain::text::Words;

use self::body::{Concern, ConcernBody};
use super::cases::{Answer, Answering, first_answer, first_step, refused, remember};
use super::error::{Error, FieldCode, FieldProblem};
use super::files::{self, Attached};
use super::people::Colleague;
use super::world::Setting;
use super::{App, IdempotencyKey};

/// How many references are tried before giving up; with 3.4 thousand million the first is nearly always free.
const TRIES: usize = 8;

/// Who sends a concern in.
#[derive(Clone, Debug)]
pub enum Sender {
    /// The family itself. Their address is a scope for idempotency keys: nobody meets another's.
    Family(String),
    /// Staff who write down what a family said or wrote.
    Colleague(Colleague, Spoken),
}

/// How and when a concern reached staff (R8, R9).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spoken {
    /// How.
    pub channel: Channel,
    /// When.
    pub received_at: DateTime<Utc>,
    /// What was agreed there and then: kept as an internal note (S1).
    pub agreed: Option<Words>,
    /// That the day is right, where it is more than a month ago.
    pub long_ago: Option<Confirmed>,
}

/// A concern comes in: checked, recorded, dated and receipted, all in one transaction.
///
/// # Errors
/// `NotFound` for an unknown school, `Invalid` when fields do not fit, `Forbidden` for somebody whose post there is
/// not one that works with cases.
pub fn submit(
    app: &App,
    slug: &str,
    sender: Sender,
    body: &ConcernBody,
    key: Option<IdempotencyKey>,
    answering: Answering,
) -> Result<Answer, Error> {
    submit_with(app, slug, sender, body, Vec::new(), key, answering)
}

/// The same, with files that wait for it.
///
/// # Errors
/// As for [`submit`]; `Invalid` too when a file is no longer there.
pub fn submit_with(
    app: &App,
    slug: &str,
    sender: Sender,
    body: &ConcernBody,
    attached: Vec<Attached>,
    key: Option<IdempotencyKey>,
    answering: Answering,
) -> Result<Answer, Error> {
    if let Sender::Colleague(colleague, _) = &sender {
        may_log(app, colleague)?;
    }
    let concern = body::read(body, local_date(app.now())).map_err(Error::Invalid)?;
    if let (Sender::Family(_), Complainant::AnonymousOnPurpose) = (&sender, &concern.complainant) {
        return Err(Error::Invalid(vec![FieldProblem::new(
            "anonymous",
            FieldCode::DoesNotFit,
            TO_GIVE_NO_NAME,
        )]));
    }
    let fingerprint = fingerprint(slug, body, &attached);
    let (inside, slug) = (app.clone(), slug.to_owned());
    let answer = app.db().write(move |tx| {
        let school = db::schools::find_by_slug(tx, &slug)?.ok_or(Error::NotFound)?.school.id;
        let scope = scope(&sender, &slug);
        if let Some(first) = first_answer(tx, &scope, key.as_ref(), fingerprint)? {
            return Ok(first);
        }
        let documents = files::settle(tx, &attached)?;
        let done = record(tx, &inside, school, &sender, concern, documents)?;
        let answer = answering(&done);
        remember(tx, &inside, &scope, key.as_ref(), fingerprint, &answer)?;
        Ok::<Answer, Error>(answer)
    })?;
    app.nudge();
    Ok(answer)
}

/// What somebody can do who wants to tell of something without a name: nothing that is sent here could be answered.
const TO_GIVE_NO_NAME: &str = "Tell us whom we answer. To give no name, ring the school office or send a letter: it is written down without one";

fn record(
    tx: &mut Tx,
    app: &App,
    school: SchoolId,
    sender: &Sender,
    concern: Concern,
    documents: Vec<SentFile>,
) -> Result<super::cases::Done, Error> {
    let world = app.worlds().of(tx, school)?;
    let setting = Setting::for_new_cases(world);
    let now = app.now();
    let (actor, channel, received_at, long_ago) = match sender {
        Sender::Family(_) => (Actor::Public, Channel::Online, now, None),
        Sender::Colleague(colleague, spoken) => {
            works_here(colleague, school, now)?;
            received_in_the_past(spoken.received_at, now)?;
            (Actor::Person(colleague.id), spoken.channel, spoken.received_at, spoken.long_ago)
        }
    };
    let intake = Intake {
        id: CaseId(app.ids().uuid(now)),
        reference: free_reference(tx, app)?,
        kind: concern.kind,
        channel,
        received_at,
        long_ago,
        possible_duplicates: duplicates(tx, school, &concern)?,
        complainant: concern.complainant,
        child: concern.child,
        points: concern.points,
        about: concern.about,
        last_incident_on: concern.last_incident_on,
        late_reason: concern.late_reason,
        already_spoken_to: concern.already_spoken_to,
        flags: concern.flags,
        documents,
    };
    let ctx = setting.context(now, actor);
    let mut events = raise(&intake, &ctx).map_err(refused)?;
    if let Sender::Colleague(_, Spoken { agreed: Some(words), .. }) = sender {
        events.push(Event::NoteAdded { words: words.clone() });
    }
    first_step(tx, app, &setting, events, &ctx)
}

/// Whether somebody may log a concern for a family anywhere: with a post that works with cases (9.2, raise).
///
/// # Errors
/// `Forbidden` for everybody else.
pub fn may_log(app: &App, colleague: &Colleague) -> Result<(), Error> {
    if colleague.logs_for(local_date(app.now())).is_empty() { Err(logs_nothing()) } else { Ok(()) }
}

fn logs_nothing() -> Error {
    Error::Forbidden(
        Refusal::new(RefusalCode::NotYours, "Logging a concern is for the staff of the school")
            .unless("Give what you heard to the school office or the complaints co-ordinator"),
    )
}

fn works_here(colleague: &Colleague, school: SchoolId, now: DateTime<Utc>) -> Result<(), Error> {
    let today = local_date(now);
    if colleague.logs_for(today).contains(&school) {
        Ok(())
    } else if colleague.schools(today).contains(&school) {
        Err(logs_nothing())
    } else {
        Err(Error::NotFound)
    }
}

/// What was spoken was spoken before now, and not years ago by a slip of the keyboard.
fn received_in_the_past(received_at: DateTime<Utc>, now: DateTime<Utc>) -> Result<(), Error> {
    let oldest = now - chrono::TimeDelta::days(366);
    if received_at <= now && received_at >= oldest {
        return Ok(());
    }
    Err(Error::Invalid(vec![FieldProblem::new(
        "received_at",
        FieldCode::NotADate,
        "Enter when the concern reached you: within the last year, and not in the future",
    )]))
}

/// Other open cases with the same address about the same child at the same school are looked at by a person (R17).
fn duplicates(tx: &mut Tx, school: SchoolId, concern: &Concern) -> Result<Duplicates, Error> {
    let Complainant::Known(contact) = &concern.complainant else { return Ok(Duplicates::default()) };
    let Some(email) = &contact.email else { return Ok(Duplicates::default()) };
    let child = concern.child.as_ref().map(|child| child.name.as_str());
    Ok(Duplicates(db::cases::open_of_family(tx, school, email.as_str(), child)?))
}

fn free_reference(tx: &mut Tx, app: &App) -> Result<Reference, Error> {
    for _ in 0..TRIES {
        let reference = Reference::from_random(app.ids().number());
        if db::cases::is_taken(tx, &reference)? == db::cases::Taken::No {
            return Ok(reference);
        }
    }
    Err(Error::fault("no free reference was found"))
}

fn scope(sender: &Sender, slug: &str) -> String {
    match sender {
        Sender::Family(origin) => format!("public {slug} {origin}"),
        Sender::Colleague(colleague, _) => format!("person {} {slug}", colleague.id),
    }
}

fn fingerprint(slug: &str, body: &ConcernBody, attached: &[Attached]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    hasher.update(slug);
    hasher.update(format!("{body:?}"));
    for file in attached {
        hasher.update(file.id.0.as_bytes());
    }
    hasher.finalize().into()
}
