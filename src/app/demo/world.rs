//! The trust of the demo as it is written down in `world.toml`: schools, calendars, people, panel pool.

use chrono::NaiveDate;
use serde::Deserialize;

use crate::domain::calendar::{CalendarSpec, Division, SchoolYear};
use crate::domain::person::{Independence, Role};
use crate::domain::school::SchoolKind;

use super::Broken;

const SOURCE: &str = include_str!("world.toml");

/// The trust with its schools.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct World {
    /// The trust.
    pub trust: Trust,
    /// The schools.
    pub schools: Vec<PlannedSchool>,
    calendars: Vec<PlannedCalendar>,
    central: Central,
    shared: Vec<Shared>,
    panel: Panel,
}

/// The trust.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trust {
    /// Its name.
    pub name: String,
}

/// A school as it is to be set up.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlannedSchool {
    /// Its name in addresses.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// What kind it is.
    pub kind: SchoolKind,
    /// The key of its procedure.
    pub procedure: String,
    /// The name of its calendar.
    pub calendar: String,
    /// Its telephone number.
    pub phone: String,
    /// The address that answers mail from families.
    pub email: String,
    /// Its postal address.
    pub address: String,
    /// When the office answers.
    pub office_hours: String,
    /// Whom to turn to when a child is at risk.
    pub safeguarding: String,
    /// Whom to turn to about personal data.
    pub privacy: String,
    /// Its year groups, the youngest first.
    pub years: Vec<String>,
    people: Vec<Listed>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PlannedCalendar {
    name: String,
    years: Vec<PlannedYear>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PlannedYear {
    terms: Vec<(NaiveDate, NaiveDate)>,
    inset: Vec<NaiveDate>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Central {
    people: Vec<Listed>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Listed {
    name: String,
    email: String,
    role: Role,
    #[serde(default)]
    year_groups: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Shared {
    name: String,
    email: String,
    role: Role,
    schools: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Panel {
    people: Vec<PoolMember>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PoolMember {
    name: String,
    email: String,
    independence: Independence,
    reason: String,
}

/// Somebody with the posts that they are to hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedPerson {
    /// Their name.
    pub name: String,
    /// Their address.
    pub email: String,
    /// Their posts.
    pub posts: Vec<PlannedPost>,
}

/// A post to be held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedPost {
    /// What it is.
    pub role: Role,
    /// The slug of its school; `None` at the trust.
    pub school: Option<String>,
    /// The year groups of a class teacher or tutor.
    pub year_groups: Vec<String>,
    /// For the panel pool: whether they count as independent.
    pub independence: Independence,
    /// For the panel pool: why (R25).
    pub independence_reason: Option<String>,
}

impl PlannedPost {
    fn staff(role: Role, school: Option<&str>, year_groups: &[String]) -> Self {
        Self {
            role,
            school: school.map(str::to_owned),
            year_groups: year_groups.to_vec(),
            independence: Independence::None,
            independence_reason: None,
        }
    }
}

impl World {
    /// The trust as it is written down.
    ///
    /// # Errors
    /// [`Broken`] when the file does not read; a test holds that it does.
    pub fn read() -> Result<Self, Broken> {
        toml::from_str(SOURCE).map_err(|_| Broken("world.toml"))
    }

    /// Everybody with their posts: school by school, then the shared ones, the trust's own, the panel pool
    /// in the order agreed in advance.
    pub fn people(&self) -> Vec<PlannedPerson> {
        let at_schools = self.schools.iter().flat_map(|school| {
            school.people.iter().map(|listed| employed(listed, Some(school.slug.as_str())))
        });
        let shared = self.shared.iter().map(|shared| PlannedPerson {
            name: shared.name.clone(),
            email: shared.email.clone(),
            posts: shared
                .schools
                .iter()
                .map(|school| PlannedPost::staff(shared.role, Some(school), &[]))
                .collect(),
        });
        let central = self.central.people.iter().map(|listed| employed(listed, None));
        let pool = self.panel.people.iter().map(in_the_pool);
        at_schools.chain(shared).chain(central).chain(pool).collect()
    }

    /// The calendar of a school: the year before, two that are published or shaped like it, the year after.
    ///
    /// # Errors
    /// [`Broken`] when the school names a calendar that is not written down, or a year has no terms.
    pub fn calendar(&self, school: &PlannedSchool) -> Result<CalendarSpec, Broken> {
        let planned = self
            .calendars
            .iter()
            .find(|calendar| calendar.name == school.calendar)
            .ok_or(Broken("world.toml: calendars"))?;
        let years = planned
            .years
            .iter()
            .map(|year| SchoolYear::from_terms(&year.terms, &year.inset))
            .collect::<Result<Vec<_>, _>>()
            .map_err(|_| Broken("world.toml: calendars.years"))?;
        Ok(CalendarSpec::new(Division::EnglandAndWales, years))
    }
}

fn employed(listed: &Listed, school: Option<&str>) -> PlannedPerson {
    PlannedPerson {
        name: listed.name.clone(),
        email: listed.email.clone(),
        posts: vec![PlannedPost::staff(listed.role, school, &listed.year_groups)],
    }
}

fn in_the_pool(member: &PoolMember) -> PlannedPerson {
    let post = PlannedPost {
        independence: member.independence,
        independence_reason: Some(member.reason.clone()),
        ..PlannedPost::staff(Role::PanelMember, None, &[])
    };
    PlannedPerson { name: member.name.clone(), email: member.email.clone(), posts: vec![post] }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use chrono::Datelike;

    use super::*;
    use crate::domain::calendar::{BankHolidays, Calendar, Unit};
    use crate::domain::ids::CalendarId;
    use crate::domain::procedure::default_for;
    use crate::domain::text::EmailAddress;

    fn calendars() -> Vec<(PlannedSchool, Calendar)> {
        let world = World::read().unwrap();
        let calendar = |school: &PlannedSchool| {
            let spec = world.calendar(school).unwrap();
            Calendar::new(CalendarId(uuid::Uuid::nil()), 1, spec, BankHolidays::shipped()).unwrap()
        };
        world.schools.iter().map(|school| (school.clone(), calendar(school))).collect()
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn four_schools_with_procedures_that_exist_and_one_of_them_maintained() {
        let world = World::read().unwrap();
        assert_eq!(world.schools.len(), 4);
        let maintained: Vec<_> =
            world.schools.iter().filter(|school| school.kind == SchoolKind::Maintained).collect();
        assert_eq!(maintained.len(), 1);
        assert_eq!(maintained[0].procedure, "MAINT-2");
        assert!(world.schools.iter().all(|school| default_for(&school.procedure).is_some()));
        assert!(world.schools.iter().any(|school| school.procedure == "MAT-SEED"));
    }

    /// R45: 188 to 191 school days a year, and no term that begins or ends on a bank holiday.
    #[test]
    fn every_calendar_holds_for_the_years_around_the_demo() {
        for (school, calendar) in calendars() {
            for year in 2024..=2027 {
                let (from, to) = (day(&format!("{year}-09-01")), day(&format!("{}-08-31", year + 1)));
                let days = from.iter_days().take_while(|on| *on <= to);
                let open = days.filter(|on| calendar.counts(*on, Unit::SchoolDays).unwrap()).count();
                assert!((188..=191).contains(&open), "{} {year}: {open}", school.slug);
            }
            for year in &calendar.spec().years {
                for term in &year.terms {
                    for on in [term.first, term.last] {
                        let bank = BankHolidays::shipped().title(calendar.division(), on);
                        assert!(bank.is_none() && on.weekday().number_from_monday() < 6, "{on}");
                    }
                }
            }
        }
    }

    /// R34: the published dates are those of the calendars that everybody can check.
    #[test]
    fn published_years_are_kept_to_the_day() {
        let shipped: serde_json::Value =
            serde_json::from_str(include_str!("../../../tests/data/calendars.json")).unwrap();
        let mut checked = 0;
        for (school, calendar) in calendars() {
            for name in school.calendar.split('+') {
                let terms: Vec<(NaiveDate, NaiveDate)> =
                    serde_json::from_value(shipped[name]["terms"].clone()).unwrap();
                let own: BTreeSet<_> = calendar
                    .spec()
                    .years
                    .iter()
                    .flat_map(|year| &year.terms)
                    .map(|t| (t.first, t.last))
                    .collect();
                assert!(terms.iter().all(|term| own.contains(term)), "{} {name}", school.slug);
                checked += 1;
            }
        }
        assert_eq!(checked, 6);
    }

    #[test]
    fn every_role_is_held_at_every_school() {
        let world = World::read().unwrap();
        let people = world.people();
        for school in &world.schools {
            let held: BTreeSet<Role> = people
                .iter()
                .flat_map(|person| &person.posts)
                .filter(|post| post.school.as_ref().is_none_or(|own| *own == school.slug))
                .map(|post| post.role)
                .collect();
            // Only the high school has form tutors, and two of the schools an executive head.
            let of_some = [Role::FormTutor, Role::ExecutiveHead];
            let missing: Vec<_> = Role::ALL
                .into_iter()
                .filter(|role| !of_some.contains(role) && !held.contains(role))
                .collect();
            assert_eq!(missing, [], "{}", school.slug);
            let taught: BTreeSet<&str> = people
                .iter()
                .flat_map(|person| &person.posts)
                .filter(|post| post.school.as_ref() == Some(&school.slug))
                .flat_map(|post| post.year_groups.iter().map(String::as_str))
                .collect();
            assert!(school.years.iter().all(|year| taught.contains(year.as_str())), "{}", school.slug);
        }
    }

    #[test]
    fn people_have_addresses_that_lead_nowhere_and_are_nobody_elses() {
        let mut seen = BTreeMap::new();
        for person in World::read().unwrap().people() {
            assert!(EmailAddress::parse(&person.email).is_ok());
            assert!(person.email.ends_with(".example"), "{}", person.email);
            assert_eq!(seen.insert(person.email.clone(), person.name.clone()), None, "{}", person.email);
        }
        assert!(seen.len() > 70);
    }

    /// R25: an independent member has a reason on record, and more than one panel can sit at a time.
    #[test]
    fn the_panel_pool_has_enough_who_are_independent_with_a_reason() {
        let people = World::read().unwrap().people();
        let pool: Vec<_> = people
            .iter()
            .flat_map(|person| &person.posts)
            .filter(|post| post.role == Role::PanelMember)
            .collect();
        assert!(pool.len() >= 8);
        assert!(pool.iter().all(|post| post.independence_reason.is_some()));
        assert!(pool.iter().filter(|post| post.independence == Independence::Independent).count() >= 5);
    }
}
