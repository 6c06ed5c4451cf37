//! A small trust in a database, and cases made of hand-written events.

use chrono::{DateTime, Days, NaiveDate, TimeDelta, TimeZone, Utc};
use heard::db::case_rows::CaseRows;
use heard::db::cases::{self, Loaded};
use heard::db::outbox::{Carries, Message, Origin};
use heard::db::people::NewPerson;
use heard::db::schools::{Rules, SchoolRecord};
use heard::db::visibility::{Seen, Viewer};
use heard::db::{
    DatabaseUrl, Db, DbError, DbOptions, Tx, calendars, events, migrate, people, procedures, schools,
};
use heard::domain::calendar::Unit;
use heard::domain::case::command::{Contact, NewPoint};
use heard::domain::case::event::{Actor, Event, Raised, Recorded, Stamp};
use heard::domain::case::evolve::{begin, evolve};
use heard::domain::case::state::{Bound, Case, Child, Handler, RunCause};
use heard::domain::case::vocabulary::{Channel, Flag, Kind, Relationship};
use heard::domain::deadline::{Basis, DeadlineRule, Due};
use heard::domain::ids::{
    CalendarId, CaseId, DeadlineNo, MessageId, PersonId, PointNo, ProcedureId, RunNo, SchoolId, TrustId,
};
use heard::domain::person::Role;
use heard::domain::procedure::{Anchor, Regime, StageKey, StageKind};
use heard::domain::record::{self, ChainHash, Sealed};
use heard::domain::reference::Reference;
use heard::domain::school::{Nation, School, SchoolKind};
use heard::domain::text::{EmailAddress, Words};
use uuid::Uuid;

use crate::kit::database::{Template, TestDatabase};

pub const TRUST: TrustId = TrustId(Uuid::from_u128(1));
pub const HAZEL: SchoolId = SchoolId(Uuid::from_u128(11));
pub const MARSH: SchoolId = SchoolId(Uuid::from_u128(12));
pub const HEAD: PersonId = PersonId(Uuid::from_u128(101));
pub const TEACHER: PersonId = PersonId(Uuid::from_u128(102));
pub const CLERK: PersonId = PersonId(Uuid::from_u128(103));
pub const LEAD: PersonId = PersonId(Uuid::from_u128(104));
pub const OTHER: PersonId = PersonId(Uuid::from_u128(105));
pub const PEOPLE: [PersonId; 5] = [HEAD, TEACHER, CLERK, LEAD, OTHER];
const PROCEDURE: ProcedureId = ProcedureId(Uuid::from_u128(21));

pub fn calendar_of(school: SchoolId) -> CalendarId {
    CalendarId(Uuid::from_u128(school.0.as_u128() + 1000))
}

/// Monday 7 September 2026, nine in the morning in London.
pub fn monday() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 9, 7, 8, 0, 0).unwrap()
}

pub fn day(n: u64) -> NaiveDate {
    monday().date_naive().checked_add_days(Days::new(n)).unwrap()
}

pub fn url_of(database: &TestDatabase) -> DatabaseUrl {
    DatabaseUrl::parse(database.url()).unwrap()
}

/// A database with the trust in it. The file or server is gone when it is dropped.
pub struct World {
    pub db: Db,
    pub database: TestDatabase,
}

static MIGRATED: Template = Template::new(|url| {
    let url = DatabaseUrl::parse(url).unwrap();
    migrate::run(&url).unwrap();
    let db = Db::open(&url, DbOptions::default()).unwrap();
    db.write(populate).unwrap();
});

pub fn world() -> World {
    let database = MIGRATED.copy();
    let db = Db::open(&url_of(&database), DbOptions::default()).unwrap();
    World { db, database }
}

pub fn populate(tx: &mut Tx) -> Result<(), DbError> {
    schools::add_trust(tx, TRUST, "Hazel and Marsh", monday())?;
    procedures::add(
        tx,
        &procedures::StoredProcedure {
            id: PROCEDURE,
            key: "MAT-SEED".into(),
            version: 1,
            source: "title = \"é\"\n".into(),
            sha256: "00".into(),
            created_at: monday(),
        },
    )?;
    for (n, id) in (0..).zip(PEOPLE) {
        let email = EmailAddress::parse(&format!("Person{n}@Example.org")).unwrap();
        let person =
            NewPerson { id, name: format!("Person {n}"), email, password_hash: None, created_at: monday() };
        people::add(tx, &person)?;
    }
    for (school, slug) in [(HAZEL, "hazel-lane"), (MARSH, "marsh-end")] {
        add_school(tx, school, slug)?;
    }
    Ok(())
}

fn add_school(tx: &mut Tx, id: SchoolId, slug: &str) -> Result<(), DbError> {
    let school = School {
        id,
        trust: TRUST,
        slug: slug.into(),
        name: slug.into(),
        kind: SchoolKind::Academy,
        nation: Nation::England,
        phone: "01632 960000".into(),
        email: "office@example.org".into(),
        address: "1 Lane".into(),
        office_hours: "8 to 4".into(),
    };
    let record = SchoolRecord {
        school,
        urn: None,
        privacy_contact: "the office".into(),
        safeguarding_contact: "the lead".into(),
        settings_version: 1,
    };
    schools::add(tx, &record, monday())?;
    calendars::add(
        tx,
        &calendars::StoredCalendar {
            id: calendar_of(id),
            school: id,
            version: 1,
            spec: "{}".into(),
            reason: "first".into(),
            created_by: Some(HEAD),
            created_at: monday(),
        },
    )?;
    schools::set_rules(tx, id, Rules { procedure: PROCEDURE, calendar: calendar_of(id) })
}

/// Somebody who sees nothing but what they are involved in.
pub fn nobody_in_particular(person: PersonId) -> Viewer {
    Viewer {
        person,
        wide_schools: vec![],
        safeguarding_schools: vec![],
        work_schools: vec![HAZEL, MARSH],
        pool_schools: vec![],
        in_place: vec![],
        stands_in: vec![],
        only_school: None,
    }
}

/// Somebody who sees all cases of those schools.
pub fn wide(person: PersonId, schools: &[SchoolId]) -> Viewer {
    Viewer { wide_schools: schools.to_vec(), ..nobody_in_particular(person) }
}

pub fn words(text: &str) -> Words {
    Words::text(text).unwrap()
}

/// A case in the making, to which events are added one by one.
pub struct Story {
    pub case: Case,
    pub end: ChainHash,
    sealed: Vec<Sealed>,
    saved: Option<Loaded>,
    salt: u8,
}

/// What differs between the cases of a test.
#[derive(Clone)]
pub struct Plot {
    pub number: u128,
    pub school: SchoolId,
    pub handler: Option<PersonId>,
    pub subject: Option<PersonId>,
    pub flags: Vec<Flag>,
    pub stage_kind: StageKind,
    pub due_on: NaiveDate,
    pub what_happened: String,
}

impl Plot {
    pub fn new(number: u128) -> Self {
        Self {
            number,
            school: HAZEL,
            handler: None,
            subject: None,
            flags: vec![],
            stage_kind: StageKind::Informal,
            due_on: day(14),
            what_happened: format!("The bus left without her on day {number}."),
        }
    }

    pub fn id(&self) -> CaseId {
        CaseId(Uuid::from_u128(0x7000_0000 + self.number))
    }

    pub fn reference(&self) -> Reference {
        Reference::from_random(u64::try_from(self.number).unwrap() * 7_919 + 13)
    }

    pub fn raise(&self) -> Story {
        let (at, id) = (monday(), self.id());
        let stamp = Stamp { seq: 1, at, on: at.date_naive(), actor: Actor::Public };
        let raised = self.raised();
        let case = begin(&stamp, &raised);
        let mut story = Story { case, end: ChainHash::start_of(id), sealed: vec![], saved: None, salt: 0 };
        story.seal(Recorded { stamp, event: Event::Raised(Box::new(raised)) });
        story.add(Event::StageStarted {
            run: RunNo(1),
            stage: StageKey("C1".into()),
            stage_kind: self.stage_kind,
            handler: Handler { role: Role::ClassTeacher, person: self.handler },
            counts_from_on: Some(day(0)),
            cause: RunCause::First,
            points: vec![PointNo(1)],
            passed_over: None,
        });
        story.add(self.deadline(1, DeadlineRule::Acknowledge, Due::On(self.due_on)));
        story.add(self.deadline(2, DeadlineRule::Respond, Due::On(self.due_on + Days::new(7))));
        story
    }

    pub fn deadline(&self, no: u16, rule: DeadlineRule, due: Due) -> Event {
        Event::DeadlineSet {
            no: DeadlineNo(no),
            rule,
            run: Some(RunNo(1)),
            remedy: None,
            basis: Some(Basis {
                anchor: Anchor::Received,
                anchor_on: day(0),
                amount: 5,
                unit: Unit::SchoolDays,
                calendar: calendar_of(self.school),
            }),
            due,
        }
    }

    fn raised(&self) -> Raised {
        use heard::domain::case::state::Subject;
        use heard::domain::case::vocabulary::SubjectRole;
        let subject = |person| Subject { role: SubjectRole::Staff, name: None, person: Some(person) };
        Raised {
            id: self.id(),
            reference: self.reference(),
            school: self.school,
            bound: Bound {
                procedure: PROCEDURE,
                regime: Regime::AcademyPart7,
                nation: Nation::England,
                calendar: calendar_of(self.school),
            },
            kind: Kind::Concern,
            channel: Channel::Online,
            received_at: monday() + TimeDelta::seconds(i64::try_from(self.number).unwrap()),
            received_on: day(0),
            complainant: Some(contact()),
            child: Some(Child { name: words("Mia Ödegaard"), year_group: None }),
            points: vec![NewPoint { what_happened: words(&self.what_happened), when: None, wanted: None }],
            first_stage: StageKey("C1".into()),
            subjects: self.subject.map(subject).into_iter().collect(),
            flags: self.flags.iter().copied().collect(),
            last_incident_on: Some(day(0)),
            late_reason: None,
            already_spoken_to: None,
            screening: std::collections::BTreeSet::default(),
        }
    }
}

pub fn contact() -> Contact {
    Contact {
        name: words("Jo 李"),
        email: Some(words("Jo@Example.org")),
        phone: None,
        address: None,
        relationship: Relationship::Parent,
        preferred_contact: None,
        language: Some("en".into()),
        adjustments: None,
        safe_contact_note: None,
    }
}

impl Story {
    /// Adds what happened next: a minute later, done by the head.
    pub fn add(&mut self, event: Event) -> &mut Self {
        let seq = self.case.length + 1;
        let at = monday() + TimeDelta::minutes(i64::from(seq));
        let stamp = Stamp { seq, at, on: at.date_naive(), actor: Actor::Person(HEAD) };
        evolve(&mut self.case, &stamp, &event);
        self.seal(Recorded { stamp, event });
        self
    }

    fn seal(&mut self, recorded: Recorded) {
        let sealed = record::seal(self.case.id, self.end, &recorded, None, &mut || {
            self.salt = self.salt.wrapping_add(1);
            [self.salt; 16]
        })
        .unwrap();
        self.end = sealed.hash;
        self.sealed.push(sealed);
    }

    /// Stores what happened since it was stored last.
    pub fn save(&mut self, db: &Db) -> Result<(), DbError> {
        let (case, new, before) = (self.case.clone(), std::mem::take(&mut self.sealed), self.saved.clone());
        let saved = db.write(move |tx| match &before {
            None => cases::create(tx, &case, &new),
            Some(before) => cases::advance(tx, before, &case, &new),
        })?;
        self.saved = Some(saved);
        Ok(())
    }

    /// The case, its record and its rows, as stored, are all what the events made.
    pub fn assert_stored(&self, db: &Db) {
        let seen = Seen::by_the_system(self.case.id);
        let (loaded, rows, sealed, kept) = db
            .read(|tx| {
                Ok::<_, DbError>((
                    cases::load(tx, seen)?.unwrap(),
                    CaseRows::read(tx, seen)?.unwrap(),
                    events::sealed(tx, seen)?,
                    cases::kept_end(tx, seen)?.unwrap(),
                ))
            })
            .unwrap();
        assert_eq!(loaded.case, self.case);
        assert_eq!(rows, CaseRows::of(&self.case, loaded.end).unwrap());
        assert_eq!(record::verify(self.case.id, &sealed, kept.0, kept.1), Ok(()));
    }
}

pub fn message(number: u128, dedupe_key: Option<&str>) -> Message {
    Message {
        id: MessageId(Uuid::from_u128(0x9000 + number)),
        case: None,
        event: None,
        school: Some(HAZEL),
        kind: "receipt".into(),
        carries: Carries::Right,
        audience: "complainant".into(),
        to_name: "Jo".into(),
        to_address: "jo@example.org".into(),
        to_person: None,
        to_party: None,
        reply_to: None,
        in_reply_to: None,
        language: None,
        subject: "We have your concern".into(),
        body_text: "Dear Jo".into(),
        body_html: None,
        invitation: None,
        dedupe_key: dedupe_key.map(str::to_owned),
        created_at: monday(),
        not_before: monday(),
        origin: Origin::Automatic,
        instead_of: None,
    }
}
