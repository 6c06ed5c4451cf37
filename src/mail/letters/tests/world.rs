//! The fictional school of the stories, and a case that moves through commands with a given clock.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use url::Url;
use uuid::Uuid;

use crate::domain::calendar::{BankHolidays, Calendar, CalendarSpec, Division, SchoolYear, Term, local_date};
use crate::domain::case::command::{Command, Complainant, Contact, Duplicates, Intake, NewPoint};
use crate::domain::case::context::{Context, Destination, Letters, Neighbour, Neighbours, SisterSchools};
use crate::domain::case::decide::{decide, raise};
use crate::domain::case::event::{Actor, Event, Recorded, Stamp};
use crate::domain::case::evolve::fold;
use crate::domain::case::state::Case;
use crate::domain::case::vocabulary::{Channel, Kind, Relationship};
use crate::domain::ids::{CalendarId, CaseId, PersonId, PostId, ProcedureId, SchoolId, TrustId};
use crate::domain::notice::{FamilyNews, Notice, NoticeKind, Recipient, notices};
use crate::domain::person::{Directory, Independence, Person, Place, Post, Role};
use crate::domain::procedure::{Procedure, default_for};
use crate::domain::reference::Reference;
use crate::domain::school::{Nation, School, SchoolKind};
use crate::domain::text::Words;
use crate::mail::Letter;
use crate::mail::letters::{Facts, Links, Safeguarding, Written, render, write};

pub(super) const ANITA: PersonId = person(1);
pub(super) const TOM: PersonId = person(2);
pub(super) const RUTH: PersonId = person(3);
pub(super) const DAVID: PersonId = person(4);
pub(super) const PRIYA: PersonId = person(5);
pub(super) const CAROL: PersonId = person(6);
pub(super) const ELLEN: PersonId = person(7);
pub(super) const GRACE: PersonId = person(8);
pub(super) const HUGH: PersonId = person(9);
pub(super) const MINA: PersonId = person(10);
pub(super) const LARS: PersonId = person(11);

const BEN: PersonId = person(12);
pub(super) const NORA: PersonId = person(13);
pub(super) const OLA: PersonId = person(14);

const fn person(no: u128) -> PersonId {
    PersonId(Uuid::from_u128(no))
}

const SCHOOL: SchoolId = SchoolId(Uuid::from_u128(100));

/// A letter that went out, with all that it was made from.
pub(super) struct Sent {
    pub(super) story: &'static str,
    pub(super) on: NaiveDate,
    pub(super) seq: u32,
    pub(super) event: &'static str,
    pub(super) name: String,
    pub(super) notice: Notice,
    pub(super) letter: Letter,
    pub(super) written: Written,
    pub(super) by_post: Written,
    pub(super) case: Case,
}

/// A case on its way.
pub(super) struct Story {
    name: &'static str,
    procedure: &'static Procedure,
    school: School,
    calendar: Calendar,
    directory: Directory,
    neighbours: Neighbours,
    pub(super) events: Vec<Recorded>,
    pub(super) sent: Vec<Sent>,
}

pub(super) fn words(text: &str) -> Words {
    Words::ours(text)
}

pub(super) fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub(super) fn at(text: &str) -> DateTime<Utc> {
    format!("{text}:00Z").parse().unwrap()
}

fn term(first: &str, last: &str) -> Term {
    Term { first: date(first), last: date(last), name: None }
}

fn calendar() -> Calendar {
    let year = SchoolYear {
        from: date("2026-09-01"),
        to: date("2027-08-31"),
        terms: vec![
            term("2026-09-03", "2026-10-22"),
            term("2026-11-03", "2026-12-18"),
            term("2027-01-04", "2027-02-12"),
            term("2027-02-22", "2027-03-25"),
            term("2027-04-12", "2027-05-27"),
            term("2027-06-07", "2027-07-21"),
        ],
        inset: vec![date("2026-10-23"), date("2026-11-02"), date("2026-11-27")],
        closures: Vec::new(),
    };
    let spec = CalendarSpec::new(Division::EnglandAndWales, vec![year]);
    Calendar::new(CalendarId(Uuid::from_u128(300)), 4, spec, BankHolidays::shipped()).unwrap()
}

fn staff(id: PersonId, name: &str, role: Role) -> Person {
    let place = match role {
        Role::TrustOfficer | Role::PanelMember => Place::Trust,
        _ => Place::School(SCHOOL),
    };
    let independent = (id == HUGH).then(|| "A retired police officer without ties to the trust".to_owned());
    Person {
        id,
        name: name.to_owned(),
        email: format!("{}@hazel-lane.example.org", name.to_lowercase().replace(' ', ".")),
        posts: vec![Post {
            id: PostId(id.0),
            role,
            place,
            year_groups: match id {
                ANITA => vec!["Year 4".to_owned()],
                BEN => vec!["Year 5".to_owned()],
                _ => Vec::new(),
            },
            from_on: date("2020-09-01"),
            to_on: None,
            independence: if independent.is_some() { Independence::Independent } else { Independence::None },
            independence_reason: independent,
        }],
    }
}

fn directory() -> Directory {
    Directory::new(vec![
        staff(ANITA, "Anita Patel", Role::ClassTeacher),
        staff(BEN, "Ben Cole", Role::ClassTeacher),
        staff(TOM, "Tom Reed", Role::SeniorLeader),
        staff(RUTH, "Ruth Okoye", Role::Headteacher),
        staff(DAVID, "David Lin", Role::ChairOfGovernors),
        staff(PRIYA, "Priya Shah", Role::TrustOfficer),
        staff(CAROL, "Carol Webb", Role::Clerk),
        staff(ELLEN, "Ellen Ford", Role::ComplaintsCoordinator),
        staff(GRACE, "Grace Okafor", Role::DesignatedSafeguardingLead),
        staff(HUGH, "Hugh Bain", Role::PanelMember),
        staff(MINA, "Mina Rao", Role::PanelMember),
        staff(LARS, "Lars Berg", Role::PanelMember),
        staff(NORA, "Nora Quist", Role::PanelMember),
        staff(OLA, "Ola Brandt", Role::DataProtectionOfficer),
    ])
}

fn school() -> School {
    School {
        id: SCHOOL,
        trust: TrustId(Uuid::from_u128(200)),
        slug: "hazel-lane".to_owned(),
        name: "Hazel Lane Primary School".to_owned(),
        kind: SchoolKind::Academy,
        nation: Nation::England,
        phone: "0113 496 0000".to_owned(),
        email: "concerns@hazel-lane.example.org".to_owned(),
        address: "Hazel Lane\nLeeds".to_owned(),
        office_hours: "Monday to Friday, 8:30am to 4pm, in term time".to_owned(),
    }
}

/// Another school of the trust, with its own people.
pub(super) const ELM: SchoolId = SchoolId(Uuid::from_u128(101));

fn elm() -> Neighbours {
    let school = School {
        id: ELM,
        slug: "elm".to_owned(),
        name: "Elm Primary School".to_owned(),
        phone: "0113 496 0050".to_owned(),
        email: "concerns@elm.example.org".to_owned(),
        address: "Elm Road\nLeeds".to_owned(),
        ..school()
    };
    let mut people = vec![
        staff(person(31), "Asha Grant", Role::ClassTeacher),
        staff(person(33), "Rosa Lind", Role::Headteacher),
        staff(person(37), "Edgar Holt", Role::ComplaintsCoordinator),
    ];
    for person in &mut people {
        person.posts[0].place = Place::School(ELM);
        person.email = person.email.replace("hazel-lane", "elm");
    }
    Neighbours {
        schools: vec![Neighbour { id: ELM, name: school.name.clone() }],
        chosen: Some(Destination {
            school,
            procedure_id: ProcedureId(Uuid::from_u128(500)),
            procedure: Arc::new(ladder().clone()),
            calendar: Arc::new(calendar()),
            directory: Arc::new(Directory::new(people)),
        }),
    }
}

pub(super) fn links(token: &str) -> Links {
    let url = |path: &str| Url::parse(&format!("https://heard.example.org/{path}")).unwrap();
    Links {
        case: (!token.is_empty()).then(|| url(&format!("c/{token}"))),
        staff: url("staff/cases/4F7K-92MX"),
        policy: url("hazel-lane/procedure"),
        privacy: url("hazel-lane/privacy"),
    }
}

pub(super) fn safeguarding() -> Safeguarding {
    Safeguarding {
        lead: Some("Grace Okafor, 0113 496 0001".to_owned()),
        council: Some("Leeds children's services on 0113 496 0002".to_owned()),
    }
}

pub(super) fn contact(name: &str, email: &str) -> Contact {
    Contact {
        name: words(name),
        email: Some(words(email)),
        phone: Some(words("0777 000 0001")),
        address: Some(words("1 Secret Street, Leeds")),
        relationship: Relationship::Parent,
        preferred_contact: None,
        language: None,
        adjustments: None,
        safe_contact_note: Some(words("INTERNAL do not leave voicemail")),
    }
}

/// A concern about two things at playtime, raised online by Zofia; each story changes what it needs.
pub(super) fn intake(received: &str) -> Intake {
    let zofia = Contact {
        adjustments: Some(words("ZOFIA-NEEDS A Polish interpreter.")),
        ..contact("Zofia Łukasiewicz", "zofia@example.com")
    };
    let point = |what: &str, wanted: &str| NewPoint {
        what_happened: words(what),
        when: Some(words("In the last two weeks")),
        wanted: Some(words(wanted)),
    };
    Intake {
        id: CaseId(Uuid::from_u128(400)),
        reference: Reference::from_random(20_261_019),
        kind: Kind::Concern,
        channel: Channel::Online,
        received_at: at(received),
        complainant: Complainant::Known(Box::new(zofia)),
        child: Some(crate::domain::case::state::Child {
            name: words("Kasia Łukasiewicz"),
            year_group: Some(words("Year 4")),
        }),
        points: vec![
            point(
                "ZOFIA-WORDS Kasia was pushed off the climbing frame twice and nobody came.",
                "ZOFIA-WORDS Somebody watches the climbing frame.",
            ),
            point("ZOFIA-WORDS Nobody told us that she was hurt.", "ZOFIA-WORDS A call on the same day."),
        ],
        about: Vec::new(),
        last_incident_on: Some(date("2026-10-16")),
        late_reason: None,
        already_spoken_to: None,
        flags: Vec::new(),
        possible_duplicates: Duplicates::default(),
        documents: Vec::new(),
        long_ago: None,
    }
}

pub(super) fn ladder() -> &'static Procedure {
    default_for("MAT-SEED").unwrap()
}

impl Story {
    pub(super) fn begin(name: &'static str, actor: Actor, intake: &Intake) -> Self {
        Self::begin_on(ladder(), name, actor, intake)
    }

    /// The same on another ladder than the usual one.
    pub(super) fn begin_on(
        procedure: &'static Procedure,
        name: &'static str,
        actor: Actor,
        intake: &Intake,
    ) -> Self {
        let mut story = Self {
            name,
            procedure,
            school: school(),
            calendar: calendar(),
            directory: directory(),
            neighbours: Neighbours::default(),
            events: Vec::new(),
            sent: Vec::new(),
        };
        let events = raise(intake, &story.context(intake.received_at, actor)).unwrap();
        story.record(actor, intake.received_at, events);
        story
    }

    /// The school has another one of its trust beside it.
    pub(super) fn beside_elm(&mut self) -> &mut Self {
        self.neighbours = elm();
        self
    }

    /// What follows happens at the other school.
    fn goes_to_elm(&mut self) {
        if let Some(there) =
            self.neighbours.chosen.as_ref().filter(|there| self.case().school == there.school.id)
        {
            self.school = there.school.clone();
            let people = there.directory.people().iter().chain(self.directory.people()).cloned();
            self.directory = Directory::new(people.collect());
        }
    }

    pub(super) fn case(&self) -> Case {
        fold(&self.events).unwrap()
    }

    /// Does something at that moment (UTC).
    pub(super) fn act(&mut self, actor: Actor, when: &str, command: &Command) -> &mut Self {
        let events = decide(&self.case(), command, &self.context(at(when), actor))
            .unwrap_or_else(|refusal| panic!("{}: {when} {refusal:?}", self.name));
        self.record(actor, at(when), events);
        self
    }

    /// Records events without a command, as the sweep does.
    pub(super) fn happens(&mut self, actor: Actor, when: &str, events: Vec<Event>) -> &mut Self {
        self.record(actor, at(when), events);
        self
    }

    pub(super) fn context(&self, now: DateTime<Utc>, actor: Actor) -> Context<'_> {
        Context {
            now,
            today: local_date(now),
            actor,
            school: &self.school,
            procedure: self.procedure,
            procedure_id: ProcedureId(Uuid::from_u128(500)),
            calendar: &self.calendar,
            directory: &self.directory,
            sister_schools: SisterSchools::default(),
            neighbours: &self.neighbours,
            unsent: &[],
            letters: Letters::NONE,
            record: &[],
            hand: None,
        }
    }

    fn record(&mut self, actor: Actor, now: DateTime<Utc>, events: Vec<Event>) {
        let before = (!self.events.is_empty()).then(|| self.case());
        let from = u32::try_from(self.events.len()).unwrap();
        let recorded: Vec<Recorded> = (from + 1..)
            .zip(events)
            .map(|(seq, event)| Recorded { stamp: Stamp { seq, at: now, on: local_date(now), actor }, event })
            .collect();
        self.events.extend(recorded.clone());
        self.goes_to_elm();
        let case = self.case();
        let told = notices(before.as_ref(), &recorded, &case, &self.context(now, actor));
        for notice in told {
            let sent = self.written(notice, &recorded, &case, now);
            self.sent.push(sent);
        }
    }

    fn written(&self, notice: Notice, events: &[Recorded], case: &Case, now: DateTime<Utc>) -> Sent {
        let (mailed, posted, safeguarding) = (links("k7Qw3vXo9dTz"), links(""), safeguarding());
        // As they are sent: the last word to an address that is theirs no more has no way in.
        let before = NoticeKind::Family(FamilyNews::ContactCorrectedBefore);
        let mailed = if notice.kind == before { links("") } else { mailed };
        let facts = |links| Facts {
            case,
            events,
            school: &self.school,
            procedure: self.procedure,
            calendar: &self.calendar,
            directory: &self.directory,
            now,
            today: local_date(now),
            links,
            safeguarding: &safeguarding,
        };
        Sent {
            story: self.name,
            on: local_date(now),
            seq: events.last().map_or(0, |recorded| recorded.stamp.seq),
            event: events.iter().find(|known| known.stamp.seq == notice.cause).unwrap().event.kind(),
            notice,
            letter: write(&notice, &facts(&mailed)),
            written: render(&notice, &facts(&mailed)),
            by_post: render(&notice, &facts(&posted)),
            name: match notice.to {
                Recipient::Party(no) => case.party(no).unwrap().name.as_str().to_owned(),
                Recipient::Person(person) => self.directory.name(person).to_owned(),
            },
            case: case.clone(),
        }
    }
}
