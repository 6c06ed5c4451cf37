//! A small England to tell stories in: a school of a trust, a maintained one, and somebody for every role.

pub(super) mod commands;
mod people;
mod story;

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use chrono::NaiveDate;
use serde::Deserialize;
use uuid::Uuid;

use crate::domain::calendar::{BankHolidays, Calendar, CalendarSpec, Division, SchoolYear};
use crate::domain::ids::{CalendarId, ProcedureId, SchoolId, TrustId};
use crate::domain::person::Directory;
use crate::domain::procedure::{Procedure, default_for};
use crate::domain::school::{Nation, School, SchoolKind};

use super::super::context::{Destination, Letters, Neighbour, Neighbours, SisterSchools};
use super::super::vocabulary::Recipient;

pub(super) use people::*;
pub(super) use story::{Story, contact, intake, words};

const CALENDARS: &str = include_str!("../../../../../tests/data/calendars.json");

pub(super) const SCHOOL: SchoolId = SchoolId(Uuid::from_u128(0x5C00));

/// Another school of the trust.
pub(super) const ELM: SchoolId = SchoolId(Uuid::from_u128(0xE13));

pub(super) fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// Everything that a decision looks at besides case, actor and time.
#[derive(Clone, Debug)]
pub(super) struct World {
    pub(super) school: School,
    pub(super) procedure: Procedure,
    pub(super) calendar: Calendar,
    pub(super) directory: Directory,
    pub(super) sister_schools: SisterSchools,
    pub(super) unsent: Vec<Recipient>,
    pub(super) letters: Letters,
    pub(super) neighbours: Neighbours,
}

pub(super) const PROCEDURE: ProcedureId = ProcedureId(Uuid::from_u128(0x9C));

impl World {
    /// A school of a trust, on the ladder of the code of conduct.
    pub(super) fn trust() -> Self {
        Self::with("MAT-SEED", SchoolKind::Academy, everybody())
    }

    /// A school maintained by a council: nobody there works for a trust.
    pub(super) fn maintained() -> Self {
        let people = everybody().into_iter().filter(|person| person.id != TRUST_OFFICER).collect();
        Self::with("MAINT-2", SchoolKind::Maintained, people)
    }

    /// The school of a trust, on another procedure.
    pub(super) fn on(procedure: &str) -> Self {
        Self::with(procedure, SchoolKind::Academy, everybody())
    }

    fn with(procedure: &str, kind: SchoolKind, people: Vec<crate::domain::person::Person>) -> Self {
        Self {
            school: School {
                id: SCHOOL,
                trust: TrustId(Uuid::from_u128(0x7)),
                slug: "hazel-lane".into(),
                name: "Hazel Lane Primary School".into(),
                kind,
                nation: Nation::England,
                phone: "01632 960 100".into(),
                email: "office@hazel-lane.example".into(),
                address: "Hazel Lane".into(),
                office_hours: "8.30am to 4pm".into(),
            },
            procedure: default_for(procedure).unwrap().clone(),
            calendar: TWO_YEARS.clone(),
            directory: Directory::new(people),
            sister_schools: SisterSchools::NotIndependent,
            unsent: Vec::new(),
            letters: Letters::default(),
            neighbours: Neighbours::default(),
        }
    }

    /// The same world with a second school of the trust beside it, on a ladder of its own.
    pub(super) fn beside_another(mut self) -> Self {
        let school =
            School { id: ELM, slug: "elm".into(), name: "Elm Primary School".into(), ..self.school.clone() };
        self.neighbours = Neighbours {
            schools: vec![Neighbour { id: ELM, name: school.name.clone() }],
            chosen: Some(Destination {
                school,
                procedure_id: ProcedureId(Uuid::from_u128(0x9D)),
                procedure: Arc::new(default_for("MAT-STD").unwrap().clone()),
                calendar: Arc::new(ONE_YEAR.clone()),
                directory: Arc::new(Directory::new(people_of_elm())),
            }),
        };
        self
    }

    /// The same world with those who lead a trust, an investigator, a data protection officer and an inspector.
    pub(super) fn led(mut self) -> Self {
        let people = self.directory.people().iter().cloned().chain(leaders()).collect();
        self.directory = Directory::new(people);
        self
    }

    /// The same world after the administrator has changed who is there.
    pub(super) fn without(mut self, gone: &[crate::domain::ids::PersonId]) -> Self {
        let left: Vec<_> =
            self.directory.people().iter().filter(|person| !gone.contains(&person.id)).cloned().collect();
        self.directory = Directory::new(left);
        self
    }

    /// The same world in which that teacher has these year groups; none for all.
    pub(super) fn teaching(mut self, teacher: crate::domain::ids::PersonId, groups: &[&str]) -> Self {
        let mut people = self.directory.people().to_vec();
        let found = people.iter_mut().find(|person| person.id == teacher).unwrap();
        found.posts[0].year_groups = groups.iter().map(|group| (*group).to_owned()).collect();
        self.directory = Directory::new(people);
        self
    }

    /// A world whose calendar ends with the summer of 2026.
    pub(super) fn one_year_only(mut self) -> Self {
        self.calendar = ONE_YEAR.clone();
        self
    }

    pub(super) fn second_year_arrives(&mut self) {
        self.calendar = TWO_YEARS.clone();
    }
}

/// 1 September 2025 to 31 August 2027 in North Yorkshire, as the schools publish it.
static TWO_YEARS: LazyLock<Calendar> = LazyLock::new(|| calendar(2, &["admiral-long-2025", "owps-2026"]));
static ONE_YEAR: LazyLock<Calendar> = LazyLock::new(|| calendar(1, &["admiral-long-2025"]));

#[derive(Deserialize)]
struct Published {
    terms: Vec<(NaiveDate, NaiveDate)>,
    inset: Vec<NaiveDate>,
}

fn calendar(version: u32, names: &[&str]) -> Calendar {
    let all: BTreeMap<String, Published> = serde_json::from_str(CALENDARS).unwrap();
    let years = names
        .iter()
        .map(|name| SchoolYear::from_terms(&all[*name].terms, &all[*name].inset).unwrap())
        .collect();
    let spec = CalendarSpec::new(Division::EnglandAndWales, years);
    let id = CalendarId(Uuid::from_u128(0xCA00 + u128::from(version)));
    Calendar::new(id, version, spec, BankHolidays::shipped()).unwrap()
}
