//! Reads one answer into the draft, or says at which field what is to be put right.

use chrono::NaiveDate;

use crate::domain::case::vocabulary::{
    Flag, Kind, PreferredContact, RedirectReason, Relationship, SubjectRole,
};
use crate::domain::phone_number;
use crate::domain::text::{TextProblem, Words};
use crate::web::field::Problem;
use crate::web::pages::addresses;
use crate::web::pages::typed::Typed;

use super::draft::{AboutWhom, Child, Door, Draft, LastTime, Point, YesNo};
use super::question::{self, Question, Scene};
use super::words::LANGUAGES;

/// As many points as the API takes.
const MOST_POINTS: usize = 50;

/// The draft with one more answer, or everything that is to be put right.
type Answered = Result<Draft, Vec<Problem>>;

/// Takes the answer to one question.
///
/// # Errors
/// Each field with what is to be put right, in the words that the person reads (P10).
pub fn answer(draft: &Draft, question: Question, typed: &Typed, scene: Scene) -> Answered {
    let mut next = match question {
        Question::Door => door(draft, typed)?,
        Question::AtRisk | Question::OwnRouteHelp | Question::Files => draft.clone(),
        Question::OwnRoute => own_route(draft, typed)?,
        Question::Kind => kind(draft, typed)?,
        Question::About => about(draft, typed)?,
        Question::AboutGovernors => which_governors(draft, typed)?,
        Question::AboutTrust => which_trust(draft, typed)?,
        Question::AboutNames => about_names(draft, typed)?,
        Question::AboutChild => about_child(draft, typed)?,
        Question::Child => child(draft, typed)?,
        Question::Points => points_done(draft)?,
        Question::Last => last(draft, typed, scene)?,
        Question::Late => Draft { late_reason: optional(typed, "late_reason")?, ..draft.clone() },
        Question::Spoken => Draft { spoken: optional(typed, "spoken")?, ..draft.clone() },
        Question::Matters => matters(draft, typed)?,
        Question::Relationship => relationship(draft, typed)?,
        Question::Name => name(draft, typed)?,
        Question::Reach => reach(draft, typed)?,
        Question::Preferred => preferred(draft, typed)?,
        Question::SafeNote => Draft { safe_note: optional(typed, "safe_note")?, ..draft.clone() },
        Question::Language => language(draft, typed)?,
        Question::Adjustments => Draft { adjustments: optional(typed, "adjustments")?, ..draft.clone() },
    };
    next.answered.insert(question);
    Ok(next)
}

/// Takes one thing that happened: a new one, or a changed one. `place` counts from 1.
///
/// # Errors
/// Each field with what is to be put right.
pub fn answer_point(draft: &Draft, place: usize, typed: &Typed) -> Answered {
    if place > MOST_POINTS {
        return Err(at("what", "Add the rest to a point that is there, or send it as a message afterwards"));
    }
    let what = required(typed, "what", "Tell us what happened");
    let when = line(typed, "when");
    let before = place.checked_sub(1).and_then(|index| draft.points.get(index));
    // Whoever fears for a child is not asked what they want; what they said before stays.
    let wanted = if draft.is_urgent() {
        Ok(before.and_then(|point| point.wanted.clone()))
    } else {
        optional(typed, "wanted")
    };
    match (what, when, wanted) {
        (Ok(what), Ok(when), Ok(wanted)) => {
            let mut next = draft.clone();
            let point = Point { what, when, wanted };
            match place.checked_sub(1).and_then(|index| next.points.get_mut(index)) {
                Some(old) => *old = point,
                None => next.points.push(point),
            }
            if draft.is_urgent() {
                next.answered.insert(Question::Points);
            }
            Ok(next)
        }
        (what, when, wanted) => {
            Err([what.err(), when.err(), wanted.err()].into_iter().flatten().flatten().collect())
        }
    }
}

/// The draft without that thing. `place` counts from 1.
pub fn without_point(draft: &Draft, place: usize) -> Draft {
    let mut next = draft.clone();
    if let Some(index) = place.checked_sub(1).filter(|index| *index < next.points.len()) {
        next.points.remove(index);
    }
    if next.points.is_empty() {
        next.answered.remove(&Question::Points);
    }
    next
}

/// Whether another thing is to be added (P12).
///
/// # Errors
/// When neither was chosen.
pub fn another_point(typed: &Typed) -> Result<YesNo, Vec<Problem>> {
    YesNo::from_key(typed.get("another"))
        .ok_or_else(|| at("another", "Choose yes if there is something else to tell us"))
}

fn at(field: &str, text: impl Into<String>) -> Vec<Problem> {
    vec![Problem { field: field.to_owned(), text: text.into() }]
}

fn told(field: &str, problem: TextProblem) -> Vec<Problem> {
    at(field, problem.to_string())
}

fn required(typed: &Typed, field: &str, blank: &str) -> Result<Words, Vec<Problem>> {
    match Words::text(typed.get(field)) {
        Ok(words) => Ok(words),
        Err(TextProblem::Blank) => Err(at(field, blank)),
        Err(problem @ (TextProblem::TooLong(_) | TextProblem::Control)) => Err(told(field, problem)),
    }
}

fn optional(typed: &Typed, field: &str) -> Result<Option<Words>, Vec<Problem>> {
    given(Words::text(typed.get(field)), field)
}

fn line(typed: &Typed, field: &str) -> Result<Option<Words>, Vec<Problem>> {
    given(Words::line(typed.get(field)), field)
}

fn given(words: Result<Words, TextProblem>, field: &str) -> Result<Option<Words>, Vec<Problem>> {
    match words {
        Ok(words) => Ok(Some(words)),
        Err(TextProblem::Blank) => Ok(None),
        Err(problem @ (TextProblem::TooLong(_) | TextProblem::Control)) => Err(told(field, problem)),
    }
}

fn door(draft: &Draft, typed: &Typed) -> Answered {
    let door =
        Door::from_key(typed.get("door")).ok_or_else(|| at("door", "Choose what you would like to do"))?;
    let mut next = Draft { door: Some(door), ..draft.clone() };
    if draft.door != Some(door) {
        next.kind = None;
        next.answered.remove(&Question::Kind);
    }
    Ok(next)
}

fn own_route(draft: &Draft, typed: &Typed) -> Answered {
    let reason = RedirectReason::from_key(typed.get("own_route"))
        .ok_or_else(|| at("own_route", "Choose what it is about"))?;
    let mut next = Draft { own_route: Some(reason), ..draft.clone() };
    if draft.own_route != Some(reason) {
        next.answered.remove(&Question::OwnRouteHelp);
    }
    Ok(next)
}

fn kind(draft: &Draft, typed: &Typed) -> Answered {
    let kind = Kind::from_key(typed.get("kind"))
        .filter(|kind| *kind != Kind::Feedback)
        .ok_or_else(|| at("kind", "Choose a concern, a formal complaint, or “I am not sure”"))?;
    Ok(Draft { kind: Some(kind), ..draft.clone() })
}

fn about(draft: &Draft, typed: &Typed) -> Answered {
    let about: std::collections::BTreeSet<AboutWhom> =
        typed.all("about").filter_map(AboutWhom::from_key).collect();
    if about.is_empty() {
        return Err(at("about", "Choose who it is about, or “It is not about one person”"));
    }
    if about.contains(&AboutWhom::Nobody) && about.len() > 1 {
        return Err(at(
            "about",
            "Choose the people it is about, or “It is not about one person”, but not both",
        ));
    }
    let mut next = Draft { about, ..draft.clone() };
    if draft.roles() != next.roles() {
        next.answered.remove(&Question::AboutNames);
    }
    Ok(next)
}

fn which_governors(draft: &Draft, typed: &Typed) -> Answered {
    let governors = roles(typed, "governors", &super::words::GOVERNORS)?;
    Ok(forget_names(draft, Draft { governors, ..draft.clone() }))
}

fn which_trust(draft: &Draft, typed: &Typed) -> Answered {
    let trust = roles(typed, "trust", &super::words::TRUST)?;
    Ok(forget_names(draft, Draft { trust, ..draft.clone() }))
}

/// Names are asked again when somebody new came in.
fn forget_names(before: &Draft, mut after: Draft) -> Draft {
    if before.roles() != after.roles() {
        after.answered.remove(&Question::AboutNames);
    }
    after
}

fn roles(
    typed: &Typed,
    field: &str,
    known: &[SubjectRole],
) -> Result<std::collections::BTreeSet<SubjectRole>, Vec<Problem>> {
    let roles: std::collections::BTreeSet<SubjectRole> =
        typed.all(field).filter_map(SubjectRole::from_key).filter(|role| known.contains(role)).collect();
    if roles.is_empty() { Err(at(field, "Choose who it is about")) } else { Ok(roles) }
}

fn about_names(draft: &Draft, typed: &Typed) -> Answered {
    let mut next = draft.clone();
    let mut problems = Vec::new();
    next.names.clear();
    for role in draft.roles() {
        match line(typed, &format!("name-{}", role.key())) {
            Ok(Some(name)) => {
                next.names.insert(role, name);
            }
            Ok(None) => {}
            Err(found) => problems.extend(found),
        }
    }
    if problems.is_empty() { Ok(next) } else { Err(problems) }
}

fn about_child(draft: &Draft, typed: &Typed) -> Answered {
    let about_child = YesNo::from_key(typed.get("about_child"))
        .ok_or_else(|| at("about_child", "Choose yes if it is about one child"))?;
    Ok(Draft { about_child: Some(about_child), ..draft.clone() })
}

fn child(draft: &Draft, typed: &Typed) -> Answered {
    match (line(typed, "child_name"), line(typed, "year_group")) {
        (Ok(Some(name)), Ok(year_group)) => {
            let child = Some(Child { name, year_group });
            Ok(Draft { child, class_alone: None, about_child: Some(YesNo::Yes), ..draft.clone() })
        }
        // Whoever saw it may not know the child; what they saw is enough to act on.
        (Ok(None), Ok(class_alone)) if draft.is_urgent() => {
            Ok(Draft { child: None, class_alone, about_child: Some(YesNo::No), ..draft.clone() })
        }
        (Ok(None), _) => Err(at("child_name", "Enter the child’s name")),
        (name, year) => Err([name.err(), year.err()].into_iter().flatten().flatten().collect()),
    }
}

fn points_done(draft: &Draft) -> Answered {
    if draft.points.is_empty() {
        return Err(at("what", "Tell us what happened"));
    }
    Ok(draft.clone())
}

fn last(draft: &Draft, typed: &Typed, scene: Scene) -> Answered {
    let parts = [typed.get("last-day"), typed.get("last-month"), typed.get("last-year")];
    let no_date = parts.iter().all(|part| part.is_empty());
    let date_is_old = draft.last.is_some_and(|last| date_parts(last).is_some_and(|old| old == parts));
    let last = match (typed.get("last_is"), no_date) {
        // What stood there before gives way to the answer that is chosen now.
        ("goes_on", no_date) if no_date || date_is_old => LastTime::GoesOn,
        ("unknown", no_date) if no_date || date_is_old => LastTime::Unknown,
        ("goes_on" | "unknown", _) => {
            return Err(at(
                "last-day",
                "Choose “I have given a date”, or clear the date if you would like to keep the other answer",
            ));
        }
        (_, true) => {
            return Err(at("last-day", "Enter a date or a month, or choose an answer below it"));
        }
        (_, false) => read_date(parts, scene.today).map_err(|text| at("last-day", text))?,
    };
    let mut next = Draft { last: Some(last), ..draft.clone() };
    if !question::path(&next, scene).contains(&Question::Late) {
        next.late_reason = None;
        next.answered.remove(&Question::Late);
    }
    Ok(next)
}

/// Day, month and year of a date as the form shows them again; none for an answer that is no date.
pub fn date_parts(last: LastTime) -> Option<[String; 3]> {
    let [day, month, year] =
        ["%-d", "%-m", "%Y"].map(|format| move |on: NaiveDate| on.format(format).to_string());
    match last {
        LastTime::On(on) => Some([day(on), month(on), year(on)]),
        LastTime::InMonth(first) => Some([String::new(), month(first), year(first)]),
        LastTime::InYear(first) => Some([String::new(), String::new(), year(first)]),
        LastTime::GoesOn | LastTime::Unknown => None,
    }
}

/// A date as people give it: whole, a month, or a year (P15).
fn read_date([day, month, year]: [&str; 3], today: NaiveDate) -> Result<LastTime, String> {
    if year.is_empty() {
        return Err("Enter the year, like 2026".to_owned());
    }
    let year = read_year(year).ok_or("Enter the year with four numbers, like 2026")?;
    if !(1950..=2200).contains(&year) {
        return Err(format!("Check the year: {year}"));
    }
    if month.is_empty() && !day.is_empty() {
        return Err("Enter the month, like 3 or March".to_owned());
    }
    let last = if month.is_empty() {
        NaiveDate::from_ymd_opt(year, 1, 1).map(LastTime::InYear)
    } else {
        let month = read_month(month).ok_or("Enter the month as a number or a name, like 3 or March")?;
        let first = NaiveDate::from_ymd_opt(year, month, 1);
        if day.is_empty() { first.map(LastTime::InMonth) } else { Some(read_day(day, first)?) }
    };
    last.filter(|last| starts(*last, today) <= today)
        .ok_or_else(|| "Enter a date that is not in the future".to_owned())
}

/// A year with four numbers, or with the last two of this century: "26" is 2026.
fn read_year(typed: &str) -> Option<i32> {
    let year: i32 = typed.parse().ok().filter(|_| typed.bytes().all(|sign| sign.is_ascii_digit()))?;
    match typed.len() {
        2 => year.checked_add(2000),
        4 => Some(year),
        _ => None,
    }
}

fn read_day(day: &str, first: Option<NaiveDate>) -> Result<LastTime, String> {
    const HOW: &str = "Enter the day as a number, like 27";
    let first = first.ok_or(HOW)?;
    let day: u32 = day.parse().map_err(|_| HOW)?;
    let length = chrono::Datelike::num_days_in_month(&first);
    let of = first.format("%B");
    chrono::Datelike::with_day(&first, day)
        .map(LastTime::On)
        .ok_or_else(|| format!("Check the day: {of} {} has {length} days", first.format("%Y")))
}

fn read_month(typed: &str) -> Option<u32> {
    const MONTHS: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let typed = typed.to_lowercase();
    let by_name =
        || (typed.len() >= 3).then(|| (1..).zip(MONTHS).find(|(_, name)| name.starts_with(&typed))).flatten();
    typed.parse().ok().filter(|month| (1..=12).contains(month)).or_else(|| by_name().map(|(no, _)| no))
}

/// The first day that it can have been.
fn starts(last: LastTime, today: NaiveDate) -> NaiveDate {
    match last {
        LastTime::On(day) | LastTime::InMonth(day) | LastTime::InYear(day) => day,
        LastTime::GoesOn | LastTime::Unknown => today,
    }
}

fn matters(draft: &Draft, typed: &Typed) -> Answered {
    let none = typed.all("matters").any(|key| key == "none");
    let matters: std::collections::BTreeSet<Flag> = typed.all("matters").filter_map(Flag::from_key).collect();
    match (none, matters.is_empty()) {
        (false, true) => Err(at("matters", "Choose what is part of it, or “None of these”")),
        (true, false) => Err(at("matters", "Choose what is part of it, or “None of these”, but not both")),
        (true, true) | (false, false) => Ok(Draft { matters, ..draft.clone() }),
    }
}

fn relationship(draft: &Draft, typed: &Typed) -> Answered {
    let relationship = Relationship::from_key(typed.get("relationship"))
        .ok_or_else(|| at("relationship", "Choose how you are connected with the child or the school"))?;
    Ok(Draft { relationship: Some(relationship), ..draft.clone() })
}

fn name(draft: &Draft, typed: &Typed) -> Answered {
    let name = line(typed, "name").and_then(|name| name.ok_or_else(|| at("name", "Enter your name")));
    if !draft.is_urgent() {
        return Ok(Draft { name: Some(name?), ..draft.clone() });
    }
    match (name, relationship(draft, typed)) {
        (Ok(name), Ok(known)) => Ok(Draft { name: Some(name), ..known }),
        (name, known) => Err([name.err(), known.err()].into_iter().flatten().flatten().collect()),
    }
}

fn reach(draft: &Draft, typed: &Typed) -> Answered {
    let email = email(typed);
    let phone = phone(typed);
    let address = optional(typed, "address");
    // Where a child may be at risk, how it is safe to answer is asked here and not on a page of its own.
    let safe_note =
        if draft.is_child_at_risk() { optional(typed, "safe_note") } else { Ok(draft.safe_note.clone()) };
    match (email, phone, address, safe_note) {
        (Ok(None), Ok(None), Ok(None), _) => {
            Err(at("email", "Enter an email address, a phone number or a postal address"))
        }
        (Ok(email), Ok(phone), Ok(address), Ok(safe_note)) => {
            let mut next = Draft { email, phone, address, safe_note, ..draft.clone() };
            if next.preferred.is_some_and(|way| !question::ways(&next).contains(&way)) {
                next.preferred = None;
                next.answered.remove(&Question::Preferred);
            }
            Ok(next)
        }
        (email, phone, address, note) => {
            let told = [email.err(), phone.err(), address.err(), note.err()];
            Err(told.into_iter().flatten().flatten().collect())
        }
    }
}

fn email(typed: &Typed) -> Result<Option<Words>, Vec<Problem>> {
    let address = addresses::read(typed).map_err(|problem| vec![problem])?;
    Ok(address.map(|address| Words::ours(address.as_str())))
}

fn phone(typed: &Typed) -> Result<Option<Words>, Vec<Problem>> {
    let phone = line(typed, "phone")?;
    match &phone {
        Some(words) => phone_number::whole(words.as_str()).map_err(|how| at("phone", how)).map(|()| phone),
        None => Ok(None),
    }
}

fn preferred(draft: &Draft, typed: &Typed) -> Answered {
    let preferred = PreferredContact::from_key(typed.get("preferred"))
        .filter(|way| question::ways(draft).contains(way))
        .ok_or_else(|| at("preferred", "Choose the best way to reach you"))?;
    Ok(Draft { preferred: Some(preferred), ..draft.clone() })
}

fn language(draft: &Draft, typed: &Typed) -> Answered {
    let other_language = line(typed, "other_language")?;
    let known = LANGUAGES.iter().find(|(tag, _)| *tag == typed.get("language"));
    let (tag, _) = known.ok_or_else(|| at("language", "Choose a language from the list"))?;
    Ok(Draft { language: Some((*tag).to_owned()), other_language, ..draft.clone() })
}
