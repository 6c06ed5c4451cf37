//! A believable case from the first word to the last, for tests of what people read: a family at a school of a
//! trust, in the autumn of 2026, with fixed ids and times.

use std::sync::Arc;

use chrono::{DateTime, NaiveDateTime, Utc};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::domain::calendar::{
    BankHolidays, Calendar, CalendarSpec, Division, SchoolYear, local_date, local_instant,
};
use crate::domain::case::action::Action;
use crate::domain::case::command::{Command, Complainant, Contact, Duplicates, Intake, NewPoint};
use crate::domain::case::context::{Context, Destination, Letters, Neighbour, Neighbours, SisterSchools};
use crate::domain::case::decide::{decide, raise};
use crate::domain::case::event::{Actor, Recorded, Stamp};
use crate::domain::case::evolve::{evolve, fold};
use crate::domain::case::state::{Case, Child};
use crate::domain::case::vocabulary::{Channel, Kind, Relationship};
use crate::domain::ids::{
    CalendarId, CaseId, FileId, PartyNo, PersonId, PostId, ProcedureId, SchoolId, TrustId,
};
use crate::domain::person::{Directory, Independence, Person, Place, Post, Role};
use crate::domain::procedure::{Procedure, default_for};
use crate::domain::reference::Reference;
use crate::domain::school::{Nation, School, SchoolKind};
use crate::domain::text::Words;

const SCHOOL: SchoolId = SchoolId(Uuid::from_u128(1));
/// Teaches Year 4.
pub(crate) const TEACHER: PersonId = PersonId(Uuid::from_u128(11));
/// The headteacher.
pub(crate) const HEAD: PersonId = PersonId(Uuid::from_u128(12));
/// The chair of governors.
pub(crate) const CHAIR: PersonId = PersonId(Uuid::from_u128(13));
/// A senior leader.
pub(crate) const DEPUTY: PersonId = PersonId(Uuid::from_u128(14));
/// An officer of the trust, who answers at F1: nobody of the staff follows the chair (R23).
pub(crate) const OFFICER: PersonId = PersonId(Uuid::from_u128(17));
/// The clerk.
pub(crate) const CLERK: PersonId = PersonId(Uuid::from_u128(15));
/// The complaints co-ordinator.
pub(crate) const COORDINATOR: PersonId = PersonId(Uuid::from_u128(16));

/// A mother who raised it, and a father who was added later.
pub(crate) const MOTHER: PartyNo = PartyNo(1);
/// See [`MOTHER`].
pub(crate) const FATHER: PartyNo = PartyNo(2);

/// What only staff may ever read in this story.
pub(crate) const SECRETS: [&str; 8] = [
    "the SENCO was away",
    "knows the family",
    "the council rang",
    "two members of staff were away in September",
    "Yusuf",
    "yusuf@",
    "he and I live apart",
    "minutes of the panel",
];

/// The case with everything that a page needs to show it.
pub(crate) struct Story {
    pub(crate) record: Vec<Recorded>,
    pub(crate) case: Case,
    school: School,
    procedure: Procedure,
    calendar: Calendar,
    directory: Directory,
    now: DateTime<Utc>,
    actor: Actor,
    neighbours: Neighbours,
}

/// One step: its name, when, who, what, with which words.
type StepOfStory = (&'static str, &'static str, Actor, &'static str, Value);

const T: Actor = Actor::Person(TEACHER);
const H: Actor = Actor::Person(HEAD);
const C: Actor = Actor::Person(CHAIR);
const W: Actor = Actor::Person(OFFICER);
const K: Actor = Actor::Person(CLERK);
const O: Actor = Actor::Person(COORDINATOR);
const M: Actor = Actor::Complainant(MOTHER);
const F: Actor = Actor::Complainant(FATHER);

fn steps() -> Vec<StepOfStory> {
    let person = |id: PersonId| id.to_string();
    vec![
        (
            "acknowledged",
            "2026-09-15T08:40",
            T,
            "acknowledge",
            json!({"message": "Thank you for telling me. I will talk with the reading lead this week."}),
        ),
        (
            "noted",
            "2026-09-16T12:15",
            T,
            "add_note",
            json!({"words": "Spoke with the reading lead: the SENCO was away, and two members of staff were away in September."}),
        ),
        (
            "asked",
            "2026-09-17T15:50",
            T,
            "ask_information",
            json!({"question": "Which days did Idris say that he had no reading?"}),
        ),
        (
            "father_added",
            "2026-09-17T16:10",
            O,
            "add_party",
            json!({"party": "complainant", "about": "Reading support at school", "contact": {"name": "Yusuf Osman", "email": "yusuf@osman.example", "relationship": "parent", "safe_contact_note": "Never send his mail to the mother\u{2019}s address: they live apart."}}),
        ),
        (
            "father_wrote",
            "2026-09-18T07:20",
            F,
            "send_message",
            json!({"words": "His mother and I are apart: he and I live apart from them in the week."}),
        ),
        (
            "given",
            "2026-09-18T19:05",
            M,
            "give_information",
            json!({"answer": "Tuesdays and Thursdays, since the first week of term."}),
        ),
        (
            "answered",
            "2026-09-24T16:30",
            T,
            "reply",
            json!({"message": "Reading support stopped because two adults were away. It begins again on Tuesday 29 September, every Tuesday and Thursday.", "actions": "A weekly note in the reading record."}),
        ),
        (
            "escalated",
            "2026-10-01T20:14",
            M,
            "escalate",
            json!({"points": [1], "why": "It has not begun again, and nobody rang.", "wanted": "A plan in writing, and a call each fortnight."}),
        ),
        (
            "given_to_deputy_note",
            "2026-10-02T09:00",
            H,
            "add_note",
            json!({"words": "The reading lead knows the family; ask the deputy to look at the timetable."}),
        ),
        (
            "head_acknowledged",
            "2026-10-02T09:32",
            H,
            "acknowledge",
            json!({"message": "I have read everything that you sent. Could we meet next week?"}),
        ),
        (
            "meeting",
            "2026-10-05T10:05",
            H,
            "arrange_meeting",
            json!({"at": "2026-10-08T15:30:00", "minutes": 40, "place": "The library", "staff": [person(DEPUTY)]}),
        ),
        (
            "met",
            "2026-10-08T16:45",
            H,
            "record_meeting",
            json!({"held_on": "2026-10-08", "present": "Mrs Osman, Ms Okafor, Mr Lindqvist", "said": "Sessions were missed in five weeks.", "agreed": "Two sessions a week, and a call on every second Friday."}),
        ),
        (
            "council",
            "2026-10-09T11:00",
            H,
            "record_external_contact",
            json!({"body": "council", "contacted_on": "2026-10-09", "reference": "WM/2211", "words": "Somebody from the council rang and asked how far we are."}),
        ),
        (
            "extended",
            "2026-10-12T09:10",
            H,
            "extend",
            json!({"new_due_on": "2026-10-21", "reason": "The reading lead is back on 19 October, and her answer is needed."}),
        ),
        (
            "found",
            "2026-10-20T14:00",
            H,
            "record_finding",
            json!({"point": 1, "finding": "partly_upheld", "reasons": "Sessions were missed in five weeks, and nobody told you. From October they took place."}),
        ),
        (
            "head_answered",
            "2026-10-21T15:20",
            H,
            "reply",
            json!({"message": "You were right that sessions were missed and that we did not tell you. I am sorry.", "steps_taken": "I read the reading records and met you and the reading lead.", "actions": "Two sessions a week until Easter, and a call on every second Friday."}),
        ),
        (
            "to_chair",
            "2026-11-05T18:40",
            M,
            "escalate",
            json!({"points": [1], "why": "Two calls did not come.", "wanted": "That somebody outside the staff looks at it."}),
        ),
        (
            "chair_answered",
            "2026-11-12T19:00",
            C,
            "reply",
            json!({"message": "I have seen the record of calls. Two were missed."}),
        ),
        (
            "formal",
            "2026-11-16T21:02",
            M,
            "escalate",
            json!({"points": [1], "why": "Nothing has changed since.", "wanted": "A formal answer."}),
        ),
        (
            "formal_acknowledged",
            "2026-11-18T10:00",
            W,
            "acknowledge",
            json!({"summary": "That reading support was missed and calls did not come.", "unresolved": "The two calls in October.", "wanted": "A formal answer."}),
        ),
        (
            "formal_found",
            "2026-12-01T10:00",
            W,
            "record_finding",
            json!({"point": 1, "finding": "upheld", "reasons": "The calls were promised and did not come."}),
        ),
        (
            "formal_answered",
            "2026-12-02T16:00",
            W,
            "reply",
            json!({"message": "Your complaint is upheld.", "steps_taken": "I read the whole record.", "actions": "The calls are now in the deputy\u{2019}s diary."}),
        ),
        (
            "panel_asked",
            "2026-12-09T20:00",
            M,
            "escalate",
            json!({"points": [1], "why": "I want others to look at how it was handled.", "wanted": "That the school says what it learned."}),
        ),
        (
            "panel_appointed",
            "2026-12-11T10:00",
            K,
            "appoint_panel",
            json!({"members": [pool(0), pool(1), pool(2)], "chair": pool(0)}),
        ),
        (
            "hearing_set",
            "2026-12-14T10:00",
            K,
            "schedule_hearing",
            json!({"at": "2027-01-19T16:00:00", "place": "The town hall, room 3", "basis": "agreed"}),
        ),
        (
            "paper_added",
            "2027-01-08T09:40",
            K,
            "add_document",
            json!({"file": FileId(Uuid::from_u128(0xF11E)), "name": "The record of calls.pdf", "media_type": "application/pdf", "bytes": 48_200, "sha256": "ab".repeat(32), "audience": "staff"}),
        ),
        ("papers_out", "2027-01-08T10:00", K, "circulate_papers", json!({"documents": [1]})),
        (
            "heard",
            "2027-01-20T10:00",
            K,
            "record_hearing",
            json!({"held_on": "2027-01-19", "present": [pool(0), pool(1), pool(2)], "complainant": "attended", "companion": "came", "companion_name": "A friend", "minutes": "The minutes of the panel, four pages."}),
        ),
        (
            "panel_found",
            "2027-01-21T10:00",
            K,
            "record_finding",
            json!({"point": 1, "finding": "upheld", "reasons": "The school\u{2019}s own record shows it."}),
        ),
        (
            "issued",
            "2027-01-25T10:00",
            K,
            "issue_findings",
            json!({"message": "The panel upholds your complaint.", "recommendations": "That missed calls are put right within two school days."}),
        ),
        (
            "closed",
            "2027-01-28T10:00",
            K,
            "close",
            json!({"distribution": [
            {"recipient": "complainant", "sent_on": "2027-01-25"}, {"recipient": "subject", "not_applicable": "Nobody was complained about"},
            {"recipient": "proprietor", "sent_on": "2027-01-25"}, {"recipient": "headteacher", "sent_on": "2027-01-25"}],
            "action_taken": "A rota for calls, checked by the deputy."}),
        ),
    ]
}

fn pool(place: u128) -> String {
    PersonId(Uuid::from_u128(21 + place)).to_string()
}

impl Story {
    /// The story up to and with the step of that name; "raised" is only the beginning.
    pub(crate) fn until(stop: &str) -> Self {
        let mut story = Self::raised(&intake());
        for (name, at, actor, action, body) in steps() {
            if stop == "raised" {
                return story;
            }
            story = story.does(at, actor, action, body);
            if name == stop {
                return story;
            }
        }
        panic!("there is no step {stop}");
    }

    /// A concern that has just come in.
    pub(crate) fn raised(intake: &Intake) -> Self {
        Self::raised_by(Actor::Public, intake)
    }

    /// The same, written down by somebody.
    pub(crate) fn raised_by(actor: Actor, intake: &Intake) -> Self {
        let mut story = Self {
            record: Vec::new(),
            case: empty(intake),
            school: school(),
            procedure: default_for("MAT-SEED").unwrap().clone(),
            calendar: calendar(),
            directory: Directory::new(people()),
            now: intake.received_at,
            actor,
            neighbours: Neighbours::default(),
        };
        let events = raise(intake, &story.ctx()).unwrap();
        story.add(events);
        story
    }

    /// One more step.
    pub(crate) fn does(mut self, at: &str, actor: Actor, action: &str, body: Value) -> Self {
        self = self.seen_by(at, actor);
        let command = Command::from_json(Action::from_key(action).unwrap(), body).unwrap();
        let events = decide(&self.case, &command, &self.ctx()).unwrap_or_else(|refusal| {
            panic!("{action} at {at}: {refusal}; it is with {:?}", self.case.run().map(|run| run.handler))
        });
        self.add(events);
        self
    }

    /// The same case at that local time, looked at by somebody.
    pub(crate) fn seen_by(mut self, at: &str, actor: Actor) -> Self {
        self.now = instant(at);
        self.actor = actor;
        self
    }

    /// What a decision looks at.
    pub(crate) fn ctx(&self) -> Context<'_> {
        let here = Context {
            now: self.now,
            today: local_date(self.now),
            actor: self.actor,
            school: &self.school,
            procedure: &self.procedure,
            procedure_id: ProcedureId(Uuid::from_u128(2)),
            calendar: &self.calendar,
            directory: &self.directory,
            sister_schools: SisterSchools::NotIndependent,
            neighbours: &self.neighbours,
            unsent: &[],
            letters: Letters::NONE,
            record: &self.record,
            hand: None,
        };
        match &self.neighbours.chosen {
            Some(there) if self.case.school == there.school.id => here.at(there),
            Some(_) | None => here,
        }
    }

    /// The school has another one of its trust beside it, where the same people work.
    pub(crate) fn beside_another(mut self) -> Self {
        let id = SchoolId(Uuid::from_u128(99));
        let mut people = people();
        for person in &mut people {
            person.posts.extend(
                person.posts.clone().into_iter().map(|post| Post { place: Place::School(id), ..post }),
            );
        }
        let school = School { id, name: "Elm Primary School".into(), ..school() };
        self.neighbours = Neighbours {
            schools: vec![Neighbour { id, name: school.name.clone() }],
            chosen: Some(Destination {
                school,
                procedure_id: ProcedureId(Uuid::from_u128(2)),
                procedure: Arc::new(self.procedure.clone()),
                calendar: Arc::new(self.calendar.clone()),
                directory: Arc::new(Directory::new(people)),
            }),
        };
        self
    }

    fn add(&mut self, events: Vec<crate::domain::case::event::Event>) {
        for event in events {
            let seq = u32::try_from(self.record.len()).unwrap() + 1;
            let stamp = Stamp { seq, at: self.now, on: local_date(self.now), actor: self.actor };
            let recorded = Recorded { stamp, event };
            if self.record.is_empty() {
                self.case = fold(std::slice::from_ref(&recorded)).unwrap();
            } else {
                evolve(&mut self.case, &recorded.stamp, &recorded.event);
            }
            self.record.push(recorded);
        }
    }
}

/// What a case is before its first event; replaced at once.
fn empty(intake: &Intake) -> Case {
    use crate::domain::case::event::{Event, Raised};
    use crate::domain::case::state::Bound;
    use crate::domain::procedure::{Regime, StageKey};
    let raised = Raised {
        id: intake.id,
        reference: intake.reference.clone(),
        school: SCHOOL,
        bound: Bound {
            procedure: ProcedureId(Uuid::nil()),
            regime: Regime::AcademyPart7,
            nation: Nation::England,
            calendar: CalendarId(Uuid::nil()),
        },
        kind: intake.kind,
        channel: intake.channel,
        received_at: intake.received_at,
        received_on: local_date(intake.received_at),
        complainant: None,
        child: None,
        points: Vec::new(),
        first_stage: StageKey("C1".into()),
        subjects: Vec::new(),
        flags: [].into(),
        last_incident_on: None,
        late_reason: None,
        already_spoken_to: None,
        screening: [].into(),
    };
    let stamp =
        Stamp { seq: 0, at: intake.received_at, on: local_date(intake.received_at), actor: Actor::Public };
    fold(&[Recorded { stamp, event: Event::Raised(Box::new(raised)) }]).unwrap()
}

/// A local time of the school as an instant.
pub(crate) fn instant(text: &str) -> DateTime<Utc> {
    let local: NaiveDateTime = format!("{text}:00").parse().unwrap();
    local_instant(local.date(), local.time())
}

fn words(text: &str) -> Words {
    Words::text(text).unwrap()
}

/// What the mother sent on Monday 14 September 2026.
pub(crate) fn intake() -> Intake {
    Intake {
        id: CaseId(Uuid::from_u128(3)),
        reference: Reference::from_random(2_026),
        kind: Kind::Concern,
        channel: Channel::Online,
        received_at: instant("2026-09-14T19:42"),
        complainant: Complainant::Known(Box::new(Contact {
            name: words("Farah Osman"),
            email: Some(words("farah@osman.example")),
            phone: Some(words("07700 900123")),
            address: None,
            relationship: Relationship::Parent,
            preferred_contact: None,
            language: Some("en".into()),
            adjustments: Some(words("Large print, and time to read before a meeting.")),
            safe_contact_note: Some(words("Do not leave voicemail. Ring after 4pm.")),
        })),
        child: Some(Child { name: words("Idris Osman"), year_group: Some(words("Year 4")) }),
        points: vec![
            NewPoint {
                what_happened: words(
                    "Reading support stopped in September and nobody told us.\nIdris came home upset on three days.",
                ),
                when: Some(words("September 2026")),
                wanted: Some(words(
                    "That it begins again, and that somebody tells us when it does not take place.",
                )),
            },
            NewPoint {
                what_happened: words("His reading record was empty for two weeks."),
                when: None,
                wanted: None,
            },
        ],
        about: Vec::new(),
        last_incident_on: None,
        late_reason: None,
        already_spoken_to: None,
        flags: Vec::new(),
        possible_duplicates: Duplicates::default(),
        documents: Vec::new(),
        long_ago: None,
    }
}

fn school() -> School {
    School {
        id: SCHOOL,
        trust: TrustId(Uuid::from_u128(4)),
        slug: "hazel-lane".into(),
        name: "Hazel Lane Primary School".into(),
        kind: SchoolKind::Academy,
        nation: Nation::England,
        phone: "0117 496 0123".into(),
        email: "office@hazel-lane.example".into(),
        address: "Hazel Lane\nWestmarch".into(),
        office_hours: "School days, 8:15am to 4pm".into(),
    }
}

fn calendar() -> Calendar {
    let all: Value = serde_json::from_str(include_str!("../../../../tests/data/calendars.json")).unwrap();
    let year = |name: &str| {
        let days = |key: &str| serde_json::from_value(all[name][key].clone()).unwrap();
        let terms: Vec<(chrono::NaiveDate, chrono::NaiveDate)> =
            serde_json::from_value(all[name]["terms"].clone()).unwrap();
        let inset: Vec<chrono::NaiveDate> = days("inset");
        SchoolYear::from_terms(&terms, &inset).unwrap()
    };
    let spec =
        CalendarSpec::new(Division::EnglandAndWales, vec![year("admiral-long-2025"), year("owps-2026")]);
    Calendar::new(CalendarId(Uuid::from_u128(5)), 3, spec, BankHolidays::shipped()).unwrap()
}

fn people() -> Vec<Person> {
    use Role::{
        ChairOfGovernors, ClassTeacher, Clerk, ComplaintsCoordinator, Governor, Headteacher, PanelMember,
        SeniorLeader, TrustOfficer,
    };
    let rows = [
        (11, "Tunde Adeyemi", ClassTeacher),
        (12, "Amara Okafor", Headteacher),
        (13, "Ruth Ellis", ChairOfGovernors),
        (14, "Jon Lindqvist", SeniorLeader),
        (15, "Mary Price", Clerk),
        (16, "Dev Shah", ComplaintsCoordinator),
        (17, "Helen Marsh", TrustOfficer),
        (21, "Ivy Stone", PanelMember),
        (22, "Gwen Hart", Governor),
        (23, "Glen Rao", Governor),
    ];
    rows.into_iter().map(|(id, name, role)| person(id, name, role)).collect()
}

fn person(id: u128, name: &str, role: Role) -> Person {
    let outside = role == Role::PanelMember;
    let post = Post {
        id: PostId(Uuid::from_u128(1_000 + id)),
        role,
        place: Place::School(SCHOOL),
        year_groups: if role == Role::ClassTeacher { vec!["Year 4".into()] } else { Vec::new() },
        from_on: "2020-09-01".parse().unwrap(),
        to_on: None,
        independence: if outside { Independence::Independent } else { Independence::None },
        independence_reason: outside.then(|| "Retired head of a school elsewhere".to_owned()),
    };
    let email = format!("{}@hazel-lane.example", name.to_lowercase().replace(' ', "."));
    Person { id: PersonId(Uuid::from_u128(id)), name: name.into(), email, posts: vec![post] }
}
