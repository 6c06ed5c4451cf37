//! A year of concerns, planned: who raises what at which school on which day, and what happens then.
//!
//! Planning is pure and seeded, so that a seed always gives the same year.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, Utc};
use rand::RngExt as _;
use rand::seq::{IndexedRandom as _, SliceRandom as _};
use rand_chacha::ChaCha20Rng;
use serde_json::{Value, json};

use crate::domain::calendar::{Calendar, Unit, local_date, local_instant};
use crate::domain::case::vocabulary::Channel;

use super::courses::{Beat, Course, Ladder, Needs, PAST, WAITING};
use super::moment;
use super::words::{Family, Gender, Situation, Tables, Years, about_child, one};
use super::{Broken, SchoolSetup};

/// Something that happens, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timed {
    /// When.
    pub at: DateTime<Utc>,
    /// What.
    pub beat: Beat,
}

/// How a concern reaches the school.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// The family fills in the form.
    Online,
    /// The office writes it down.
    Logged(Channel),
}

/// A concern that is going to be raised, with everything that happens to it.
#[derive(Clone, Debug)]
pub struct Planned {
    /// Which of the schools.
    pub school: usize,
    /// What it is about: its place in the tables.
    pub situation: usize,
    /// Who raises it, about whom.
    pub family: Family,
    /// How it reaches the school.
    pub way: Way,
    /// When.
    pub raised_at: DateTime<Utc>,
    /// The body of the form.
    pub body: Value,
    /// What happens then, in order.
    pub beats: Vec<Timed>,
    /// From which the words of this case are drawn.
    pub seed: u64,
}

/// Plans a year.
///
/// # Errors
/// [`Broken`] when a calendar does not reach, or no situation fits; tests hold that neither happens.
pub fn plan(tables: &Tables, schools: &[SchoolSetup], rng: &mut ChaCha20Rng) -> Result<Vec<Planned>, Broken> {
    let mut planner = Planner { tables, schools, used: BTreeMap::new(), addresses: BTreeSet::new() };
    let mut year = Vec::new();
    for waiting in WAITING {
        let school = waiting.school;
        let setup = planner.school(school)?;
        let course = (waiting.course)(setup.ladder);
        let back = course.length().saturating_add(waiting.since);
        let from = counted_back(&setup.calendar, back)?;
        year.push(planner.planned(school, waiting.needs, &course, from, rng)?);
    }
    for usual in PAST {
        for _ in 0..usual.times {
            let school = planner.choose_school(usual.needs, rng);
            let setup = planner.school(school)?;
            let course = (usual.course)(setup.ladder);
            let from = some_day(&setup.calendar, course.length(), rng)?;
            year.push(planner.planned(school, usual.needs, &course, from, rng)?);
        }
    }
    year.sort_by_key(|planned| planned.raised_at);
    Ok(year)
}

/// The school day so many before the demo's.
fn counted_back(calendar: &Calendar, days: u16) -> Result<NaiveDate, Broken> {
    let today = local_date(moment());
    if days == 0 {
        return Ok(today);
    }
    calendar.due_before(today, days, Unit::SchoolDays).map(|working| working.due_on).map_err(|_| NO_COVER)
}

const NO_COVER: Broken = Broken("world.toml: a calendar is too short");

/// A day of the year on which something can begin that takes so long; now and then in a holiday or at a
/// weekend, as families do.
fn some_day(calendar: &Calendar, length: u16, rng: &mut ChaCha20Rng) -> Result<NaiveDate, Broken> {
    let first = NaiveDate::from_ymd_opt(2025, 9, 8).ok_or(NO_COVER)?;
    // A month and a half on, so that its window is over too.
    let last = counted_back(calendar, length.saturating_add(16))?;
    let days = u64::try_from((last - first).num_days()).unwrap_or_default();
    for _ in 0..40 {
        let day = first.checked_add_days(Days::new(rng.random_range(0..=days))).ok_or(NO_COVER)?;
        let open = calendar.counts(day, Unit::SchoolDays).map_err(|_| NO_COVER)?;
        if open || rng.random_bool(0.12) {
            return Ok(day);
        }
    }
    Ok(last)
}

struct Planner<'t> {
    tables: &'t Tables,
    schools: &'t [SchoolSetup],
    /// How often each opening was used, so that none comes twice before all came once.
    used: BTreeMap<(usize, usize), u32>,
    addresses: BTreeSet<String>,
}

impl Planner<'_> {
    fn school(&self, school: usize) -> Result<&SchoolSetup, Broken> {
        self.schools.get(school).ok_or(Broken("world.toml: schools"))
    }

    /// Nurseries are at one school, so what needs one goes there; the high school is the biggest.
    fn choose_school(&self, needs: Needs, rng: &mut ChaCha20Rng) -> usize {
        let weights = [26_u32, 22, 36, 16];
        match needs {
            Needs::Screening("early_years") => self.schools.len().saturating_sub(1),
            Needs::Plain
            | Needs::Screening(_)
            | Needs::Elsewhere
            | Needs::Feedback
            | Needs::SeveralPoints
            | Needs::Above
            | Needs::NoTeacher => {
                let places: Vec<usize> = (0..self.schools.len()).collect();
                let weight = |place: &usize| weights.get(*place).copied().unwrap_or(1);
                places.choose_weighted(rng, weight).copied().unwrap_or_default()
            }
        }
    }

    fn planned(
        &mut self,
        school: usize,
        needs: Needs,
        course: &Course,
        from: NaiveDate,
        rng: &mut ChaCha20Rng,
    ) -> Result<Planned, Broken> {
        let setup = self.schools.get(school).ok_or(Broken("world.toml: schools"))?;
        let (situation, opening, year_group) = self.choose(setup, needs, rng)?;
        let entry = self.tables.situations.get(situation).ok_or(Broken("situations"))?;
        let wanted = entry.child.as_ref().map(|_| Gender::Girl);
        let family = self.tables.family(wanted, rng).ok_or(Broken("families.toml"))?;
        let raised_at = time_of_raising(from, rng);
        let reach = Reach::of(entry, rng);
        let email = (reach != Reach::NoEmail).then(|| self.address(&family));
        let way = match (needs, email.is_some(), rng.random_range(0..10)) {
            (_, true, 0..=7) => Way::Online,
            (_, true, 8) => Way::Logged(Channel::Email),
            (_, true, _) => Way::Logged(Channel::InPerson),
            (_, false, 0..=6) => Way::Logged(Channel::Phone),
            (_, false, _) => Way::Logged(Channel::Letter),
        };
        let teller = Teller { tables: self.tables, entry, family: &family, from };
        let year_group = year_group.filter(|_| needs != Needs::NoTeacher);
        let body = teller.body(opening, year_group.as_deref(), email, needs, rng);
        let beats = timed(course, from, raised_at, &setup.calendar, rng)?;
        Ok(Planned { school, situation, family, way, raised_at, body, beats, seed: rng.random() })
    }

    /// A situation that fits, with the opening that was used least, and the child's year group.
    fn choose(
        &mut self,
        setup: &SchoolSetup,
        needs: Needs,
        rng: &mut ChaCha20Rng,
    ) -> Result<(usize, usize, Option<String>), Broken> {
        let fits =
            |entry: &Situation| fits(entry, needs) && setup.years.iter().any(|year| entry.years.fits(year));
        let mut openings: Vec<(usize, usize)> = (self.tables.situations.iter().enumerate())
            .filter(|(_, entry)| fits(entry))
            .flat_map(|(place, entry)| (0..entry.openings.len()).map(move |opening| (place, opening)))
            .collect();
        openings.shuffle(rng);
        let least = |key: &(usize, usize)| self.used.get(key).copied().unwrap_or_default();
        let chosen = openings.into_iter().min_by_key(least).ok_or(Broken("situations: none fits"))?;
        *self.used.entry(chosen).or_default() += 1;
        let entry = self.tables.situations.get(chosen.0).ok_or(Broken("situations"))?;
        let years: Vec<&String> = setup.years.iter().filter(|year| entry.years.fits(year)).collect();
        let year = years.choose(rng).map(|year| (*year).clone()).filter(|_| entry.years != Years::Public);
        Ok((chosen.0, chosen.1, year))
    }

    fn address(&mut self, family: &Family) -> String {
        let mut number = 0_u32;
        loop {
            let tail = if number == 0 { String::new() } else { number.to_string() };
            let address = format!("{}{tail}@families.example", family.handle);
            if self.addresses.insert(address.clone()) {
                return address;
            }
            number += 1;
        }
    }
}

/// How a family can be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reach {
    Email,
    NoEmail,
}

impl Reach {
    fn of(entry: &Situation, rng: &mut ChaCha20Rng) -> Self {
        if entry.note.is_none() && rng.random_bool(0.17) { Self::NoEmail } else { Self::Email }
    }
}

fn fits(entry: &Situation, needs: Needs) -> bool {
    let above = matches!(entry.about.as_deref(), Some("headteacher" | "chair_of_governors"));
    let plain = entry.flags.is_empty()
        && entry.redirect.is_none()
        && entry.kind.is_none()
        && entry.late.is_none()
        && !entry.third_party;
    match needs {
        Needs::Plain => plain && !above,
        Needs::NoTeacher => plain && entry.about.is_none() && entry.years != Years::Public,
        Needs::SeveralPoints => plain && !above && !entry.also.is_empty(),
        Needs::Above => plain && above,
        Needs::Elsewhere => entry.redirect.is_some() && entry.flags.is_empty(),
        Needs::Feedback => entry.kind.is_some(),
        Needs::Screening("late") => entry.late.is_some(),
        Needs::Screening("third_party") => entry.third_party,
        Needs::Screening(flag) => entry.redirect.is_none() && entry.flags.iter().any(|own| own == flag),
    }
}

/// Early, at noon, in the evening; on the demo's day before its moment.
fn time_of_raising(on: NaiveDate, rng: &mut ChaCha20Rng) -> DateTime<Utc> {
    let (from, to) = if on == local_date(moment()) { (7 * 60, 9 * 60) } else { (7 * 60, 21 * 60 + 30) };
    at_minute(on, rng.random_range(from..to))
}

fn at_minute(on: NaiveDate, minute: u32) -> DateTime<Utc> {
    let time = NaiveTime::from_hms_opt(minute / 60, minute % 60, 0).unwrap_or_default();
    local_instant(on, time)
}

/// Puts each thing on its school day, at an hour that suits it, one after the other.
fn timed(
    course: &Course,
    from: NaiveDate,
    raised_at: DateTime<Utc>,
    calendar: &Calendar,
    rng: &mut ChaCha20Rng,
) -> Result<Vec<Timed>, Broken> {
    let counts_from = calendar.first_counted_from(from, Unit::SchoolDays).map_err(|_| NO_COVER)?;
    let mut last = raised_at;
    let mut beats = Vec::new();
    for (days, beat) in course.beats() {
        let on = match days {
            0 => from,
            days => calendar
                .extend_from(counts_from, *days, Unit::SchoolDays)
                .map(|working| working.due_on)
                .map_err(|_| NO_COVER)?,
        };
        let minute = if on == local_date(moment()) { 9 * 60 + 20 } else { hour_of(*beat) * 60 };
        let at = at_minute(on, minute + rng.random_range(0..30)).max(last + TimeDelta::minutes(12));
        last = at;
        beats.push(Timed { at, beat: *beat });
    }
    Ok(beats)
}

/// The hour at which such a thing happens.
fn hour_of(beat: Beat) -> u32 {
    match beat {
        Beat::Accept
        | Beat::Acknowledge
        | Beat::Note
        | Beat::OtherParent
        | Beat::Appoint
        | Beat::Resume
        | Beat::Reopen => 9,
        Beat::Schedule(_) | Beat::Papers | Beat::Suspend(_) | Beat::Redirect | Beat::RedirectOne => 11,
        Beat::Meet(_) | Beat::MoveMeeting(_) | Beat::CancelMeeting | Beat::Ask | Beat::Extend(_) => 12,
        Beat::Find | Beat::Issue | Beat::Close | Beat::External | Beat::RefuseLate => 13,
        Beat::Promise(_) | Beat::Keep | Beat::StaffWrites | Beat::EndCorrespondence | Beat::AgreeToEnd => 14,
        Beat::Call | Beat::Reply | Beat::ReplySettled => 15,
        Beat::Met => 17,
        Beat::Answer
        | Beat::FamilyWrites
        | Beat::Settle
        | Beat::SettleOne
        | Beat::Escalate
        | Beat::Skip
        | Beat::Withdraw => 18,
        Beat::Hear => 20,
    }
}

/// Tells a situation as a family would.
struct Teller<'t> {
    tables: &'t Tables,
    entry: &'t Situation,
    family: &'t Family,
    from: NaiveDate,
}

impl Teller<'_> {
    fn say(&self, line: &str) -> String {
        about_child(line, self.family)
    }

    fn voice(&self, key: &str, rng: &mut ChaCha20Rng) -> String {
        self.say(self.tables.voice(key, rng))
    }

    fn body(
        &self,
        opening: usize,
        year_group: Option<&str>,
        email: Option<String>,
        needs: Needs,
        rng: &mut ChaCha20Rng,
    ) -> Value {
        let entry = self.entry;
        let kind = entry.kind.as_deref().unwrap_or_else(|| match rng.random_range(0..10) {
            0 => "complaint",
            1 | 2 => "not_sure",
            _ => "concern",
        });
        let late = entry.late.as_ref().map(|reason| self.say(reason));
        let last_incident = match late {
            Some(_) => rng.random_range(150..200),
            None => rng.random_range(0..9),
        };
        let mut body = json!({
            "kind": kind,
            "complainant": self.complainant(email, rng),
            "points": self.points(opening, needs, rng),
            "last_incident_on": self.from.checked_sub_days(Days::new(last_incident)),
        });
        if entry.years != Years::Public {
            body["child"] = json!({"name": self.family.child_full, "year_group": year_group});
        }
        if let Some(role) = &entry.about {
            body["about"] = json!([{"role": role}]);
        }
        if let Some(late) = late {
            body["late_reason"] = json!(late);
        }
        if rng.random_bool(0.3) {
            body["already_spoken_to"] = json!(self.voice("spoken", rng));
        }
        for flag in &entry.flags {
            body["flags"][flag] = json!(true);
        }
        body
    }

    fn complainant(&self, email: Option<String>, rng: &mut ChaCha20Rng) -> Value {
        let entry = self.entry;
        let relationship = match (entry.years, entry.third_party) {
            (Years::Public, _) => "public",
            (_, true) => "third_party",
            (_, false) if rng.random_bool(0.06) => "carer",
            (_, false) => "parent",
        };
        let number = rng.random_range(100..1000);
        let by_post = email.is_none() && rng.random_bool(0.35);
        let adjustments = entry
            .adjustments
            .clone()
            .or_else(|| rng.random_bool(0.08).then(|| self.voice("adjustments", rng)));
        let note =
            entry.note.clone().or_else(|| rng.random_bool(0.04).then(|| self.voice("safe_notes", rng)));
        let preferred = match (&email, by_post) {
            (Some(_), _) => "email",
            (None, true) => "post",
            (None, false) => "phone",
        };
        json!({
            "name": self.family.parent,
            "phone": (!by_post).then(|| format!("07700 900{number}")),
            "address": by_post.then(|| format!("{} Foxglove Rise\nLarkhollow\nLH2 4FR", number % 90 + 1)),
            "preferred_contact": preferred,
            "email": email,
            "relationship": relationship,
            "language": self.family.language,
            "adjustments": adjustments,
            "safe_contact_note": note,
        })
    }

    fn points(&self, opening: usize, needs: Needs, rng: &mut ChaCha20Rng) -> Value {
        let entry = self.entry;
        let first = entry.openings.get(opening).map(|line| self.say(line)).unwrap_or_default();
        let mut told = format!("{first} {}", self.say(one(&entry.details, rng)));
        if entry.years != Years::Public && rng.random_bool(0.5) {
            told = format!("{told} {}", self.voice("effects", rng));
        }
        let mut points = vec![json!({
            "what_happened": told,
            "when": rng.random_bool(0.7).then(|| self.voice("whens", rng)),
            "wanted": self.say(one(&entry.wanted, rng)),
        })];
        let more = needs == Needs::SeveralPoints || rng.random_bool(0.6);
        for further in entry.also.iter().filter(|_| more) {
            points.push(json!({
                "what_happened": self.say(&further.what),
                "wanted": self.say(&further.wanted),
            }));
        }
        Value::Array(points)
    }
}

/// Which ladder a procedure has.
pub fn ladder_of(procedure: &crate::domain::procedure::Procedure) -> Ladder {
    let has_chair = procedure.stages.iter().any(|stage| stage.key.0 == "C3");
    if has_chair { Ladder::WithChair } else { Ladder::WithoutChair }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng as _;

    use super::*;
    use crate::app::concerns::body::{self, ConcernBody};

    fn year(seed: u64) -> Vec<Planned> {
        let schools = crate::app::demo::setups().unwrap();
        plan(&Tables::read().unwrap(), &schools, &mut ChaCha20Rng::seed_from_u64(seed)).unwrap()
    }

    fn first_sentence(planned: &Planned) -> String {
        let text = planned.body["points"][0]["what_happened"].as_str().unwrap();
        let end = text.find(['.', '?', '!']).unwrap_or(text.len());
        text[..end].replace(&planned.family.child, "{c}")
    }

    #[test]
    fn the_same_seed_gives_the_same_year_and_another_seed_another() {
        let told = |seed| year(seed).iter().map(|planned| format!("{planned:?}")).collect::<Vec<_>>();
        assert_eq!(told(7), told(7));
        assert_ne!(told(7), told(8));
    }

    /// Counted without the children's names, so that a name alone makes no new sentence.
    #[test]
    fn concerns_are_told_in_many_words() {
        for seed in [1, 2, 3] {
            let year = year(seed);
            assert!((290..=340).contains(&year.len()), "{}", year.len());
            let sentences: BTreeSet<String> = year.iter().map(first_sentence).collect();
            assert!(sentences.len() >= 150, "{}", sentences.len());
        }
    }

    #[test]
    fn every_concern_fits_the_form_and_nothing_lies_after_the_demos_moment() {
        for planned in year(4) {
            let form: ConcernBody = serde_json::from_value(planned.body.clone()).unwrap();
            let problems = body::read(&form, local_date(planned.raised_at)).map(|_| ());
            assert_eq!(problems, Ok(()), "{}", planned.body);
            let told = planned.body["points"].to_string();
            assert!(!told.contains("{c}") && !told.contains("{h"), "{told}");
            assert!(planned.beats.iter().all(|timed| timed.at < moment()), "{:?}", planned.beats);
            assert!(planned.beats.is_sorted_by(|one, next| one.at < next.at));
        }
    }

    #[test]
    fn some_have_no_email_some_are_logged_and_some_come_for_others() {
        let year = year(5);
        let count = |holds: fn(&Planned) -> bool| year.iter().filter(|planned| holds(planned)).count();
        assert!(count(|planned| planned.body["complainant"]["email"].is_null()) > 20);
        assert!(count(|planned| planned.way != Way::Online) > 40);
        assert!(count(|planned| planned.body["complainant"]["relationship"] == "third_party") >= 3);
        assert!(count(|planned| !planned.body["late_reason"].is_null()) >= 3);
        assert!(count(|planned| planned.body["kind"] == "feedback") >= 5);
        assert!(count(|planned| !planned.body["complainant"]["language"].is_null()) > 60);
    }
}
