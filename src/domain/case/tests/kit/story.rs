//! A story: a world, a date, somebody who acts, and a case that its record makes.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use uuid::Uuid;

use super::super::super::action::Action;
use super::super::super::clock::due_work;
use super::super::super::command::{About, Command, Complainant, Contact, Duplicates, Intake, NewPoint};
use super::super::super::context::Context;
use super::super::super::decide::{decide, raise, ready};
use super::super::super::event::{Actor, Event, Recorded};
use super::super::super::evolve::{evolve, fold};
use super::super::super::refusal::{Refusal, RefusalCode};
use super::super::super::state::{Case, Child, Standing};
use super::super::super::vocabulary::{Channel, Flag, Kind, Relationship, SubjectRole};
use super::{PROCEDURE, World, date};
use crate::domain::calendar::{Unit, local_instant};
use crate::domain::deadline::{Deadline, DeadlineRule};
use crate::domain::ids::{CaseId, PartyNo, PersonId};
use crate::domain::record::stamp;
use crate::domain::reference::Reference;
use crate::domain::text::Words;

pub(in super::super) fn words(text: &str) -> Words {
    Words::text(text).unwrap()
}

/// A parent who can be reached.
pub(in super::super) fn contact() -> Contact {
    Contact {
        name: words("Maria Ash"),
        email: Some(words("maria@family.example")),
        phone: None,
        address: None,
        relationship: Relationship::Parent,
        preferred_contact: None,
        language: None,
        adjustments: None,
        safe_contact_note: None,
    }
}

/// A parent of a Year 4 child with two points, about nobody by name.
pub(in super::super) fn intake() -> Intake {
    let point = |text: &str| NewPoint { what_happened: words(text), when: None, wanted: None };
    Intake {
        id: CaseId(Uuid::from_u128(0xCA5E)),
        reference: Reference::from_random(42),
        kind: Kind::Concern,
        channel: Channel::Online,
        received_at: DateTime::UNIX_EPOCH,
        complainant: Complainant::Known(Box::new(contact())),
        child: Some(Child { name: words("Finn Ash"), year_group: Some(words("Year 4")) }),
        points: vec![point("He was left out of the trip"), point("Nobody told us")],
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

#[derive(Clone, Debug)]
pub(in super::super) struct Story {
    pub(in super::super) world: World,
    pub(in super::super) today: NaiveDate,
    pub(in super::super) actor: Actor,
    pub(in super::super) record: Vec<Recorded>,
    pub(in super::super) hand: Option<PartyNo>,
    case: Option<Case>,
}

impl Story {
    /// A story that begins on a school day in September: Monday 7 September 2026.
    pub(in super::super) fn in_(world: World) -> Self {
        Self {
            world,
            today: date("2026-09-07"),
            actor: Actor::Public,
            record: Vec::new(),
            hand: None,
            case: None,
        }
    }

    /// A parent's concern about nobody by name, raised in the school of the trust on 7 September 2026.
    pub(in super::super) fn raised() -> Self {
        Self::in_(World::trust()).raise(intake())
    }

    pub(in super::super) fn on(mut self, day: &str) -> Self {
        self.today = date(day);
        self
    }

    /// So many school days later.
    pub(in super::super) fn later(mut self, school_days: u16) -> Self {
        self.today =
            self.world.calendar.extend_from(self.today, school_days, Unit::SchoolDays).unwrap().due_on;
        self
    }

    pub(in super::super) fn by_person(mut self, person: PersonId) -> Self {
        self.actor = Actor::Person(person);
        self
    }

    pub(in super::super) fn by_family(mut self) -> Self {
        self.actor = Actor::Complainant(PartyNo(1));
        self
    }

    /// In the family's name, by the hand of somebody who helps.
    pub(in super::super) fn by_hand(mut self, helper: PartyNo) -> Self {
        self.hand = Some(helper);
        self.by_family()
    }

    pub(in super::super) fn by(mut self, actor: Actor) -> Self {
        self.actor = actor;
        self
    }

    pub(in super::super) fn now(&self) -> DateTime<Utc> {
        local_instant(self.today, NaiveTime::from_hms_opt(10, 0, 0).unwrap())
    }

    pub(in super::super) fn ctx(&self) -> Context<'_> {
        let here = Context {
            now: self.now(),
            today: self.today,
            actor: self.actor,
            school: &self.world.school,
            procedure: &self.world.procedure,
            procedure_id: PROCEDURE,
            calendar: &self.world.calendar,
            directory: &self.world.directory,
            sister_schools: self.world.sister_schools,
            unsent: &self.world.unsent,
            letters: &self.world.letters,
            record: &self.record,
            neighbours: &self.world.neighbours,
            hand: self.hand,
        };
        match (&self.case, &self.world.neighbours.chosen) {
            (Some(case), Some(there)) if case.school == there.school.id => here.at(there),
            (Some(_) | None, Some(_) | None) => here,
        }
    }

    /// The concern comes in now; a spoken one may have been spoken earlier (`received_at` set).
    pub(in super::super) fn raise(self, intake: Intake) -> Self {
        let (story, refusal) = self.try_raise(intake);
        assert_eq!(refusal, None, "the concern was refused");
        story
    }

    pub(in super::super) fn try_raise(mut self, mut intake: Intake) -> (Self, Option<Refusal>) {
        if intake.received_at == DateTime::UNIX_EPOCH {
            intake.received_at = self.now();
        }
        match raise(&intake, &self.ctx()) {
            Ok(events) => {
                self.add(events);
                (self, None)
            }
            Err(refusal) => (self, Some(refusal)),
        }
    }

    /// Does it, or fails the test with the refusal.
    pub(in super::super) fn does(mut self, command: impl Into<Command>) -> Self {
        let command = command.into();
        let action = command.action();
        match decide(self.case(), &command, &self.ctx()) {
            Ok(events) => self.add(events),
            Err(refusal) => {
                panic!(
                    "{action:?} by {:?} at {:?} on {}: {refusal:?}",
                    self.actor,
                    self.standing(),
                    self.today
                )
            }
        }
        self
    }

    /// What they are told when they try.
    pub(in super::super) fn refusal(&self, command: impl Into<Command>) -> Refusal {
        let command = command.into();
        match decide(self.case(), &command, &self.ctx()) {
            Ok(events) => panic!("{:?} was let through: {events:?}", command.action()),
            Err(refusal) => {
                assert!(!refusal.sentence.is_empty() && !refusal.sentence.contains("somebody who has left"));
                refusal
            }
        }
    }

    /// Tries, is refused with that code, and the story goes on unchanged.
    pub(in super::super) fn refused(self, code: RefusalCode, command: impl Into<Command>) -> Self {
        let refusal = self.refusal(command);
        assert_eq!(refusal.code, code, "{refusal:?}");
        self
    }

    pub(in super::super) fn ready(&self, action: Action) -> Result<(), Refusal> {
        ready(self.case(), action, &self.ctx())
    }

    /// The sweep runs today; what it added, by name.
    pub(in super::super) fn sweep(mut self) -> (Self, Vec<Event>) {
        let events = due_work(self.case(), &self.ctx());
        let before = self.actor;
        self.actor = Actor::Clock;
        self.add(events.clone());
        self.actor = before;
        assert_eq!(due_work(self.case(), &self.ctx()), Vec::new(), "a second sweep on {} adds", self.today);
        (self, events)
    }

    /// The sweep runs every day until that one.
    pub(in super::super) fn swept_until(mut self, day: &str) -> Self {
        let last = date(day);
        while self.today < last {
            self.today = self.today.succ_opt().unwrap();
            self = self.sweep().0;
        }
        self
    }

    pub(in super::super) fn add(&mut self, events: Vec<Event>) {
        for event in events {
            let seq = u32::try_from(self.record.len()).unwrap();
            let stamp = stamp(seq, self.now(), self.today, self.actor);
            let recorded = Recorded { stamp, event };
            match &mut self.case {
                Some(case) => evolve(case, &recorded.stamp, &recorded.event),
                None => self.case = Some(fold(std::slice::from_ref(&recorded)).unwrap()),
            }
            self.record.push(recorded);
        }
    }

    pub(in super::super) fn case(&self) -> &Case {
        self.case.as_ref().expect("a concern was raised")
    }

    pub(in super::super) fn standing(&self) -> Standing {
        self.case().standing()
    }

    pub(in super::super) fn stage(&self) -> &str {
        &self.case().run().expect("a stage").stage.0
    }

    pub(in super::super) fn handler(&self) -> Option<PersonId> {
        self.case().run().and_then(|run| run.handler.person)
    }

    /// At that stage, with that person.
    pub(in super::super) fn at(self, stage: &str, handler: PersonId) -> Self {
        assert_eq!((self.stage(), self.handler()), (stage, Some(handler)));
        self
    }

    pub(in super::super) fn stands(self, standing: Standing) -> Self {
        assert_eq!(self.standing(), standing);
        self
    }

    /// The latest deadline of that rule, open or not.
    pub(in super::super) fn deadline(&self, rule: DeadlineRule) -> &Deadline {
        self.case()
            .deadlines
            .iter()
            .rfind(|deadline| deadline.rule == rule)
            .unwrap_or_else(|| panic!("no deadline {rule:?}"))
    }

    /// Its date.
    pub(in super::super) fn due(&self, rule: DeadlineRule) -> NaiveDate {
        self.deadline(rule).due.date().unwrap_or_else(|| panic!("{rule:?} has no date"))
    }

    pub(in super::super) fn has_open(&self, rule: DeadlineRule) -> bool {
        self.case().deadlines.iter().any(|deadline| deadline.rule == rule && deadline.is_open())
    }

    /// The names of the events since that many.
    pub(in super::super) fn kinds_since(&self, from: usize) -> Vec<&'static str> {
        self.record.iter().skip(from).map(|recorded| recorded.event.kind()).collect()
    }
}

/// What a concern is about.
pub(in super::super) fn about(role: SubjectRole, name: Option<&str>) -> About {
    About { role, name: name.map(words) }
}

impl Intake {
    pub(in super::super) fn about(mut self, role: SubjectRole, name: Option<&str>) -> Self {
        self.about.push(about(role, name));
        self
    }

    pub(in super::super) fn flagged(mut self, flag: Flag) -> Self {
        self.flags.push(flag);
        self
    }

    pub(in super::super) fn of_kind(mut self, kind: Kind) -> Self {
        self.kind = kind;
        self
    }

    pub(in super::super) fn anonymous(mut self) -> Self {
        self.complainant = Complainant::AnonymousOnPurpose;
        self
    }

    pub(in super::super) fn last_happened(mut self, day: &str) -> Self {
        self.last_incident_on = Some(date(day));
        self
    }
}
