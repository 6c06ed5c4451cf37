//! What a school is at this moment: its details, procedure, calendar and people, remembered until a setting
//! changes.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};

use crate::db::schools::SchoolRecord;
use crate::db::{self, Tx};
use crate::domain::calendar::{BankHolidays, Calendar, CalendarSpec, local_date};
use crate::domain::case::context::{Context, Destination, Letters, Neighbour, Neighbours, SisterSchools};
use crate::domain::case::event::{Actor, Event};
use crate::domain::case::state::{Case, Standing};
use crate::domain::case::vocabulary::Recipient;
use crate::domain::ids::{PartyNo, ProcedureId, SchoolId};
use crate::domain::notice::{FamilyNews, NoticeKind, StaffNews};
use crate::domain::person::{Directory, Role};
use crate::domain::procedure::{Procedure, Regime};
use crate::domain::school::School;

use super::error::Error;
use super::notify::Corrected;

/// A school with everything that a decision looks at.
#[derive(Clone, Debug)]
pub struct World {
    /// The school.
    pub school: School,
    /// Whom to turn to when a child is at risk, in words.
    pub safeguarding: String,
    /// Whom to turn to about personal data, in words.
    pub privacy: String,
    /// The procedure for new cases.
    pub procedure_id: ProcedureId,
    /// The same, read.
    pub procedure: Arc<Procedure>,
    /// The calendar in force.
    pub calendar: Arc<Calendar>,
    /// Who holds which post.
    pub directory: Arc<Directory>,
    /// Which version of the settings this is.
    pub version: u64,
}

/// A world and the procedure that binds one case, which may be an older one (R4).
#[derive(Clone, Debug)]
pub struct Setting {
    /// The school as it is now.
    pub world: Arc<World>,
    /// The id of the procedure that binds the case.
    pub procedure_id: ProcedureId,
    /// The procedure.
    pub procedure: Arc<Procedure>,
    /// Who of those who are to have a panel's findings did not get what was written to them (R54).
    pub unsent: Vec<Recipient>,
    /// What is known of letters by email to each complainant.
    pub letters: Letters,
    /// The other schools of the trust, while the case may turn out to be about one of them.
    pub neighbours: Neighbours,
    /// The one that was chosen.
    there: Option<Arc<World>>,
    /// By whose hand a complainant acts or reads.
    pub hand: Option<PartyNo>,
}

impl Setting {
    /// What a first decision looks at: nothing is known yet of letters or of other schools.
    pub fn for_new_cases(world: Arc<World>) -> Self {
        Self {
            procedure_id: world.procedure_id,
            procedure: Arc::clone(&world.procedure),
            world,
            unsent: Vec::new(),
            letters: Letters::default(),
            neighbours: Neighbours::default(),
            there: None,
            hand: None,
        }
    }

    /// The same for whoever helps a complainant.
    #[must_use]
    pub fn by_hand(self, hand: Option<PartyNo>) -> Self {
        Self { hand, ..self }
    }

    /// The setting in which people are told of these events: at the other school, where the case has just moved.
    #[must_use]
    pub fn after(self, events: &[Event]) -> Self {
        let moved = events.iter().any(|event| matches!(event, Event::SchoolMoved { .. }));
        match self.there.clone() {
            Some(there) if moved => Self { letters: self.letters, ..Self::for_new_cases(there) },
            Some(_) | None => self,
        }
    }

    /// The same for that case: nobody holds a post in the place of whoever is shut out of it (R22).
    #[must_use]
    pub fn clear_of(mut self, case: &Case) -> Self {
        if let Cow::Owned(directory) = self.world.directory.clear_of(&case.shut_out()) {
            self.world = Arc::new(World { directory: Arc::new(directory), ..World::clone(&self.world) });
        }
        self
    }

    /// What a decision of that actor at that moment looks at.
    pub fn context(&self, now: DateTime<Utc>, actor: Actor) -> Context<'_> {
        Context {
            now,
            today: local_date(now),
            actor,
            school: &self.world.school,
            procedure: &self.procedure,
            procedure_id: self.procedure_id,
            calendar: &self.world.calendar,
            directory: &self.world.directory,
            sister_schools: SisterSchools::NotIndependent,
            unsent: &self.unsent,
            letters: &self.letters,
            record: &[],
            neighbours: &self.neighbours,
            hand: self.hand,
        }
    }
}

/// Remembers worlds and procedures. A procedure never changes; a world is read again when the version of the
/// school's settings, which every process reads in its transaction, is another.
#[derive(Debug, Default)]
pub struct Worlds {
    worlds: Mutex<HashMap<SchoolId, Arc<World>>>,
    procedures: Mutex<HashMap<ProcedureId, Arc<Procedure>>>,
}

impl Worlds {
    /// The school as it is now.
    pub fn of(&self, tx: &mut Tx, school: SchoolId) -> Result<Arc<World>, Error> {
        let stored = db::schools::find(tx, school)?.ok_or(Error::NotFound)?;
        let known = lock(&self.worlds).get(&school).cloned();
        if let Some(world) = known.filter(|world| world.version == stored.settings_version) {
            return Ok(world);
        }
        let world = Arc::new(self.read(tx, stored)?);
        lock(&self.worlds).insert(school, Arc::clone(&world));
        Ok(world)
    }

    /// The school as it is now, with the procedure that binds that case, and what became of its findings.
    pub fn bound(&self, tx: &mut Tx, case: &Case) -> Result<Setting, Error> {
        let mut world = self.of(tx, case.school)?;
        if case.came_from.is_some() {
            world = with_the_whole_trust(tx, &world)?;
        }
        let neighbours = neighbours(tx, case, &world)?;
        let procedure_id = case.bound.procedure;
        let procedure = self.procedure(tx, procedure_id)?;
        let letters = Letters {
            without_answer: without_answer(tx, case)?,
            elsewhere: Corrected::of(tx, case)?.in_force(case),
        };
        let mut unsent = if case.standing() == Standing::Replied {
            Vec::new()
        } else {
            unsent(tx, case, &world, procedure.regime)?
        };
        if !letters.without_answer.is_empty() {
            unsent.push(Recipient::Complainant);
        }
        let setting =
            Setting { world, procedure_id, procedure, unsent, letters, neighbours, there: None, hand: None };
        Ok(setting.clear_of(case))
    }

    /// The same for a case that is to go to another school: that school is looked at too. Nothing is added where it
    /// is no school of the trust.
    pub fn bound_to_move(&self, tx: &mut Tx, case: &Case, to: SchoolId) -> Result<Setting, Error> {
        let mut setting = self.bound(tx, case)?;
        if setting.neighbours.schools.iter().any(|school| school.id == to) {
            let there = self.of(tx, to)?;
            setting.neighbours.chosen = Some(Destination {
                school: there.school.clone(),
                procedure_id: there.procedure_id,
                procedure: Arc::clone(&there.procedure),
                calendar: Arc::clone(&there.calendar),
                directory: Arc::clone(&there.directory),
            });
            setting.there = Some(with_the_whole_trust(tx, &there)?);
        }
        Ok(setting)
    }

    /// A version of a procedure.
    pub fn procedure(&self, tx: &mut Tx, id: ProcedureId) -> Result<Arc<Procedure>, Error> {
        let known = lock(&self.procedures).get(&id).cloned();
        if let Some(procedure) = known {
            return Ok(procedure);
        }
        let stored = db::procedures::find(tx, id)?
            .ok_or_else(|| Error::fault("a procedure that a case needs is not stored"))?;
        let procedure = Procedure::from_toml(&stored.source)
            .map_err(|_| Error::fault("a stored procedure cannot be read"))?;
        let procedure = Arc::new(procedure);
        lock(&self.procedures).insert(id, Arc::clone(&procedure));
        Ok(procedure)
    }

    fn read(&self, tx: &mut Tx, stored: SchoolRecord) -> Result<World, Error> {
        let id = stored.school.id;
        let rules = db::schools::rules(tx, id)?
            .ok_or_else(|| Error::fault("a school has no procedure or calendar"))?;
        let calendar = db::calendars::find(tx, rules.calendar)?
            .ok_or_else(|| Error::fault("a school's calendar is not stored"))?;
        let spec: CalendarSpec =
            serde_json::from_str(&calendar.spec).map_err(|source| Error::Internal(Box::new(source)))?;
        let calendar = Calendar::new(calendar.id, calendar.version, spec, BankHolidays::shipped())
            .map_err(|_| Error::fault("a stored calendar does not hold together"))?;
        Ok(World {
            procedure_id: rules.procedure,
            procedure: self.procedure(tx, rules.procedure)?,
            calendar: Arc::new(calendar),
            directory: Arc::new(db::absences::directory(tx, id)?),
            version: stored.settings_version,
            safeguarding: stored.safeguarding_contact,
            privacy: stored.privacy_contact,
            school: stored.school,
        })
    }
}

/// A school whose case came from another one: its history names people of that one too.
fn with_the_whole_trust(tx: &mut Tx, world: &Arc<World>) -> Result<Arc<World>, Error> {
    let people = db::people::of_trust(tx, world.school.trust)?.people().to_vec();
    // Who is away from a post at this school or at the trust is away from this case, wherever it came from.
    let absences = world.directory.absences().to_vec();
    let directory = Arc::new(Directory::with_absences(people, absences));
    Ok(Arc::new(World { directory, ..World::clone(world) }))
}

/// The other schools of the trust that are open for cases, while nobody has begun to answer.
fn neighbours(tx: &mut Tx, case: &Case, world: &World) -> Result<Neighbours, Error> {
    if !matches!(case.standing(), Standing::Screening | Standing::OpenNew) {
        return Ok(Neighbours::default());
    }
    let others = db::schools::open_of_trust(tx, world.school.trust)?;
    let others = others.into_iter().filter(|(id, _)| *id != case.school);
    Ok(Neighbours { schools: others.map(|(id, name)| Neighbour { id, name }).collect(), chosen: None })
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    // Whoever panicked while holding it left a map that is whole: it only gains entries.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Who of the four did not get what Heard wrote with the findings of the present panel: a message to them was called
/// back or could not be delivered, and nobody has dealt with it (R54).
fn unsent(tx: &mut Tx, case: &Case, world: &World, regime: Regime) -> Result<Vec<Recipient>, Error> {
    let issued = case.run().and_then(|run| run.hearing.as_ref()).and_then(|hearing| hearing.issued_at);
    let Some(issued) = issued.filter(|_| case.standing() != Standing::Closed) else { return Ok(Vec::new()) };
    let kinds = [
        NoticeKind::Family(FamilyNews::Findings).key(),
        NoticeKind::Staff(StaffNews::FindingsCopy).key(),
        NoticeKind::Staff(StaffNews::SubjectOutcome).key(),
    ];
    let undelivered = db::outbox::undelivered(tx, case.id, &kinds, issued)?;
    let holds = |person, role| {
        let known = world.directory.person(person);
        known.is_some_and(|known| known.holds(role, world.school.id, local_date(issued)))
    };
    let mut unsent = Vec::new();
    for to in undelivered {
        match to {
            None => unsent.push(Recipient::Complainant),
            Some(person) if case.is_subject(person) => unsent.push(Recipient::Subject),
            Some(person) => {
                unsent.extend(holds(person, Role::Headteacher).then_some(Recipient::Headteacher));
                unsent.extend(holds(person, regime.proprietor()).then_some(Recipient::Proprietor));
            }
        }
    }
    Ok(unsent)
}

/// The messages that hold an answer, and the right to go on.
const ANSWERS: [FamilyNews; 2] = [FamilyNews::Reply, FamilyNews::ReplyFormal];

/// Whether a message holds an answer, by its kind.
pub fn is_an_answer(kind: &str) -> bool {
    ANSWERS.into_iter().any(|news| NoticeKind::Family(news).key() == kind)
}

/// The complainants who did not get the answer of the present run, so that its window cannot run out.
fn without_answer(tx: &mut Tx, case: &Case) -> Result<BTreeSet<PartyNo>, Error> {
    let reply =
        case.run().filter(|_| case.standing() == Standing::Replied).and_then(|run| run.reply.as_ref());
    let Some(sent_at) = reply.map(|reply| reply.sent_at) else { return Ok(BTreeSet::new()) };
    let kinds = ANSWERS.map(|news| NoticeKind::Family(news).key());
    Ok(db::outbox::parties_without(tx, case.id, &kinds, sent_at)?.into_iter().collect())
}
