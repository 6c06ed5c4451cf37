//! A concern as it comes in, from a page or from the API: read into types that cannot be wrong, with every
//! problem told at once and at its field.

use chrono::NaiveDate;
use serde::Deserialize;

use crate::app::error::{FieldCode, FieldProblem};
use crate::domain::case::command::{About, Complainant, Confirmed, Contact, NewPoint};
use crate::domain::case::state::Child;
use crate::domain::case::vocabulary::{Flag, Kind, PreferredContact, Relationship, SubjectRole};
use crate::domain::text::{EmailAddress, TextProblem, Words};

/// The most points that one concern has; more than anybody needs, and a bound for the machine.
const MOST_POINTS: usize = 50;
/// The most people complained about in one concern.
const MOST_SUBJECTS: usize = 20;

/// The body of `POST /schools/{school}/concerns`.
#[derive(Clone, Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConcernBody {
    /// What the family takes it for.
    #[schema(value_type = Kind)]
    pub kind: String,
    /// Who raises it; needed unless they give no name.
    #[serde(default)]
    pub complainant: Option<ComplainantBody>,
    /// `yes` when whoever raised it gave no name on purpose (R16). Staff log it so; a family that writes itself says whom we
    /// answer.
    #[serde(default)]
    pub anonymous: Option<Confirmed>,
    /// The child whom it is about.
    #[serde(default)]
    pub child: Option<ChildBody>,
    /// What happened, head by head; at least one.
    pub points: Vec<PointBody>,
    /// Who is complained about.
    #[serde(default)]
    pub about: Vec<AboutBody>,
    /// The day of the last incident.
    #[serde(default)]
    #[schema(value_type = Option<NaiveDate>)]
    pub last_incident_on: Option<String>,
    /// Why it comes late.
    #[serde(default)]
    pub late_reason: Option<String>,
    /// Whom the family spoke to before.
    #[serde(default)]
    pub already_spoken_to: Option<String>,
    /// What must be looked at whatever the ladder says.
    #[serde(default)]
    pub flags: FlagsBody,
}

/// Who raises a concern.
#[derive(Clone, Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ComplainantBody {
    /// Full name, in any script.
    pub name: String,
    /// Email address.
    #[serde(default)]
    pub email: Option<String>,
    /// Phone number.
    #[serde(default)]
    pub phone: Option<String>,
    /// Postal address.
    #[serde(default)]
    pub address: Option<String>,
    /// What they are to the child or the school.
    #[schema(value_type = Relationship)]
    pub relationship: String,
    /// How they would like to be reached.
    #[serde(default)]
    #[schema(value_type = Option<PreferredContact>)]
    pub preferred_contact: Option<String>,
    /// Language, as a BCP 47 tag (`en`, `cy`, `ar`).
    #[serde(default)]
    pub language: Option<String>,
    /// What they need to take part.
    #[serde(default)]
    pub adjustments: Option<String>,
    /// What to mind when reaching them.
    #[serde(default)]
    pub safe_contact_note: Option<String>,
}

/// The child whom a concern is about.
#[derive(Clone, Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChildBody {
    /// Name.
    pub name: String,
    /// Year group or class.
    #[serde(default)]
    pub year_group: Option<String>,
}

/// One head of complaint.
#[derive(Clone, Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PointBody {
    /// What happened.
    pub what_happened: String,
    /// When, in words.
    #[serde(default)]
    pub when: Option<String>,
    /// What would put it right.
    #[serde(default)]
    pub wanted: Option<String>,
}

/// Who is complained about.
#[derive(Clone, Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AboutBody {
    /// In which role.
    #[schema(value_type = SubjectRole)]
    pub role: String,
    /// Name.
    #[serde(default)]
    pub name: Option<String>,
}

/// What must be looked at whatever the ladder says.
#[derive(Clone, Copy, Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "the wire format of api.md; it becomes a list of flags at once"
)]
pub struct FlagsBody {
    /// A child may be at risk.
    pub child_at_risk: bool,
    /// It is about how personal data is used.
    pub data_protection: bool,
    /// It is about the care of a child under five.
    pub early_years: bool,
    /// Somebody asks to see their personal data.
    pub subject_access: bool,
    /// Somebody asks for information that the school holds.
    pub information_request: bool,
    /// Somebody was treated unequally.
    pub equality: bool,
}

/// A concern whose every field fits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Concern {
    /// What the complainant took it for.
    pub kind: Kind,
    /// Who raises it.
    pub complainant: Complainant,
    /// The child.
    pub child: Option<Child>,
    /// The points, at least one.
    pub points: Vec<NewPoint>,
    /// Who is complained about.
    pub about: Vec<About>,
    /// The last incident.
    pub last_incident_on: Option<NaiveDate>,
    /// Why it comes late.
    pub late_reason: Option<Words>,
    /// Whom the family spoke to before.
    pub already_spoken_to: Option<Words>,
    /// What must be looked at.
    pub flags: Vec<Flag>,
}

/// Collects what does not fit, so that all of it is told at once.
#[derive(Default)]
struct Reader {
    problems: Vec<FieldProblem>,
}

impl Reader {
    fn problem(&mut self, field: &str, code: FieldCode, words: impl Into<String>) {
        self.problems.push(FieldProblem::new(field, code, words));
    }

    fn words(&mut self, field: &str, parsed: Result<Words, TextProblem>, missing: &str) -> Option<Words> {
        match parsed {
            Ok(words) => Some(words),
            Err(TextProblem::Blank) => {
                self.problem(field, FieldCode::Missing, missing);
                None
            }
            Err(problem @ TextProblem::TooLong(_)) => {
                self.problem(field, FieldCode::TooLong, problem.to_string());
                None
            }
            Err(problem @ TextProblem::Control) => {
                self.problem(field, FieldCode::HiddenCharacter, problem.to_string());
                None
            }
        }
    }

    /// Words that may be left out; blank counts as left out.
    fn optional(
        &mut self,
        field: &str,
        raw: Option<&str>,
        parse: fn(&str) -> Result<Words, TextProblem>,
    ) -> Option<Words> {
        let raw = raw.filter(|text| !text.trim().is_empty())?;
        self.words(field, parse(raw), "")
    }

    fn word<T>(
        &mut self,
        field: &str,
        key: &str,
        from_key: fn(&str) -> Option<T>,
        choices: &str,
    ) -> Option<T> {
        let found = from_key(key);
        if found.is_none() {
            let code = if key.trim().is_empty() { FieldCode::Missing } else { FieldCode::UnknownChoice };
            self.problem(field, code, format!("Choose one of: {choices}"));
        }
        found
    }

    fn optional_email(&mut self, raw: Option<&str>) -> Option<Words> {
        let raw = raw.filter(|text| !text.trim().is_empty())?;
        match EmailAddress::parse(raw) {
            Ok(address) => Some(Words::ours(address.as_str())),
            Err(how) => {
                self.problem("complainant/email", FieldCode::NotAnEmail, how);
                None
            }
        }
    }

    fn optional_date(&mut self, field: &str, raw: Option<&str>, today: NaiveDate) -> Option<NaiveDate> {
        let raw = raw.filter(|text| !text.trim().is_empty())?;
        match raw.trim().parse::<NaiveDate>() {
            Ok(date) if date > today => {
                self.problem(field, FieldCode::InTheFuture, "Enter a date that is not in the future");
                None
            }
            Ok(date) if date.format("%Y").to_string().len() == 4 && date > NaiveDate::MIN => Some(date),
            Ok(_) | Err(_) => {
                self.problem(field, FieldCode::NotADate, "Enter a real date, like 2026-07-17");
                None
            }
        }
    }
}

fn keys<T: Copy>(all: &[T], key: fn(T) -> &'static str) -> String {
    all.iter().map(|word| key(*word)).collect::<Vec<_>>().join(", ")
}

/// Reads a concern.
///
/// # Errors
/// Everything that does not fit, each at its field.
pub fn read(body: &ConcernBody, today: NaiveDate) -> Result<Concern, Vec<FieldProblem>> {
    let mut reader = Reader::default();
    let kind = reader.word("kind", &body.kind, Kind::from_key, &keys(Kind::ALL, Kind::key));
    let complainant = who_raises_it(&mut reader, body);
    let child = body.child.as_ref().and_then(|child| read_child(&mut reader, child));
    let points = points(&mut reader, &body.points);
    let about = about(&mut reader, &body.about);
    let last_incident_on = reader.optional_date("last_incident_on", body.last_incident_on.as_deref(), today);
    let late_reason = reader.optional("late_reason", body.late_reason.as_deref(), Words::text);
    let already_spoken_to =
        reader.optional("already_spoken_to", body.already_spoken_to.as_deref(), Words::text);
    match (kind, complainant) {
        (Some(kind), Some(complainant)) if reader.problems.is_empty() => Ok(Concern {
            kind,
            complainant,
            child,
            points,
            about,
            last_incident_on,
            late_reason,
            already_spoken_to,
            flags: flags(body.flags),
        }),
        (Some(_) | None, Some(_) | None) => Err(reader.problems),
    }
}

/// Whoever can be answered, or somebody who gave no name; never both, and never neither by mistake.
fn who_raises_it(reader: &mut Reader, body: &ConcernBody) -> Option<Complainant> {
    match (&body.complainant, body.anonymous) {
        (Some(known), None) => {
            complainant(reader, known).map(|contact| Complainant::Known(Box::new(contact)))
        }
        (None, Some(Confirmed::Yes)) => Some(Complainant::AnonymousOnPurpose),
        (Some(_), Some(Confirmed::Yes)) => {
            let words = "Say who raised it, or that they gave no name, and not both";
            reader.problem("anonymous", FieldCode::DoesNotFit, words);
            None
        }
        (None, None) => {
            reader.problem("complainant", FieldCode::Missing, "Say who raises it");
            None
        }
    }
}

fn complainant(reader: &mut Reader, body: &ComplainantBody) -> Option<Contact> {
    let name = reader.words("complainant/name", Words::line(&body.name), "Enter your full name");
    let relationship = reader.word(
        "complainant/relationship",
        &body.relationship,
        Relationship::from_key,
        &keys(Relationship::ALL, Relationship::key),
    );
    let preferred_contact = body.preferred_contact.as_deref().and_then(|key| {
        reader.word(
            "complainant/preferred_contact",
            key,
            PreferredContact::from_key,
            &keys(PreferredContact::ALL, PreferredContact::key),
        )
    });
    let email = reader.optional_email(body.email.as_deref());
    let phone = reader.optional("complainant/phone", body.phone.as_deref(), Words::line);
    let address = reader.optional("complainant/address", body.address.as_deref(), Words::text);
    let given = |raw: &Option<String>| raw.as_ref().is_some_and(|text| !text.trim().is_empty());
    if !given(&body.email) && !given(&body.phone) && !given(&body.address) {
        reader.problem(
            "complainant/email",
            FieldCode::Missing,
            "Tell us one way to reach you: an email address, a phone number or a postal address",
        );
    }
    let language = body.language.as_deref().and_then(|tag| language(reader, tag));
    let adjustments = reader.optional("complainant/adjustments", body.adjustments.as_deref(), Words::text);
    let safe_contact_note =
        reader.optional("complainant/safe_contact_note", body.safe_contact_note.as_deref(), Words::text);
    Some(Contact {
        name: name?,
        email,
        phone,
        address,
        relationship: relationship?,
        preferred_contact,
        language,
        adjustments,
        safe_contact_note,
    })
}

/// A language tag: letters, digits and hyphens, as BCP 47 has them.
fn language(reader: &mut Reader, tag: &str) -> Option<String> {
    let tag = tag.trim();
    if tag.is_empty() {
        return None;
    }
    let fits = tag.len() <= 35
        && tag
            .split('-')
            .all(|part| (1..=8).contains(&part.len()) && part.chars().all(|c| c.is_ascii_alphanumeric()));
    if fits {
        return Some(tag.to_owned());
    }
    reader.problem(
        "complainant/language",
        FieldCode::NotALanguage,
        "Enter a language tag, like en, cy or ar",
    );
    None
}

fn read_child(reader: &mut Reader, body: &ChildBody) -> Option<Child> {
    let year_group = reader.optional("child/year_group", body.year_group.as_deref(), Words::line);
    let name = reader.words("child/name", Words::line(&body.name), "Enter the child\u{2019}s name")?;
    Some(Child { name, year_group })
}

fn points(reader: &mut Reader, body: &[PointBody]) -> Vec<NewPoint> {
    if body.is_empty() {
        reader.problem("points", FieldCode::Missing, "Tell us at least one thing that happened");
    }
    if body.len() > MOST_POINTS {
        reader.problem(
            "points",
            FieldCode::TooMany,
            format!("Tell us up to {MOST_POINTS} points. Put the rest together"),
        );
    }
    body.iter()
        .take(MOST_POINTS)
        .enumerate()
        .filter_map(|(place, point)| read_point(reader, place, point))
        .collect()
}

fn read_point(reader: &mut Reader, place: usize, body: &PointBody) -> Option<NewPoint> {
    let when = reader.optional(&format!("points/{place}/when"), body.when.as_deref(), Words::line);
    let wanted = reader.optional(&format!("points/{place}/wanted"), body.wanted.as_deref(), Words::text);
    let field = format!("points/{place}/what_happened");
    let what_happened = reader.words(&field, Words::text(&body.what_happened), "Tell us what happened")?;
    Some(NewPoint { what_happened, when, wanted })
}

fn about(reader: &mut Reader, body: &[AboutBody]) -> Vec<About> {
    if body.len() > MOST_SUBJECTS {
        reader.problem("about", FieldCode::TooMany, format!("Name up to {MOST_SUBJECTS} people"));
    }
    let choices = keys(SubjectRole::ALL, SubjectRole::key);
    body.iter()
        .take(MOST_SUBJECTS)
        .enumerate()
        .filter_map(|(place, about)| {
            let name = reader.optional(&format!("about/{place}/name"), about.name.as_deref(), Words::line);
            let role =
                reader.word(&format!("about/{place}/role"), &about.role, SubjectRole::from_key, &choices)?;
            Some(About { role, name })
        })
        .collect()
}

fn flags(body: FlagsBody) -> Vec<Flag> {
    [
        (body.child_at_risk, Flag::ChildAtRisk),
        (body.data_protection, Flag::DataProtection),
        (body.early_years, Flag::EarlyYears),
        (body.subject_access, Flag::SubjectAccess),
        (body.information_request, Flag::InformationRequest),
        (body.equality, Flag::Equality),
    ]
    .into_iter()
    .filter_map(|(raised, flag)| raised.then_some(flag))
    .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn today() -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 7, 17).unwrap()
    }

    fn whole() -> Value {
        json!({
            "kind": "concern",
            "complainant": {"name": "Amira Hassan", "email": "amira@example.org", "relationship": "parent"},
            "child": {"name": "Sami Hassan", "year_group": "Year 4"},
            "points": [{"what_happened": "He came home in tears", "wanted": "A word with the class"}],
            "about": [{"role": "class_teacher"}],
            "last_incident_on": "2026-07-16",
            "flags": {"equality": true}
        })
    }

    fn problems(change: impl Fn(&mut Value)) -> Vec<(String, &'static str)> {
        let mut body = whole();
        change(&mut body);
        let body: ConcernBody = serde_json::from_value(body).unwrap();
        let told = read(&body, today()).unwrap_err();
        told.into_iter().map(|problem| (problem.field, problem.code.key())).collect()
    }

    #[test]
    fn a_whole_concern_is_read() {
        let concern = read(&serde_json::from_value(whole()).unwrap(), today()).unwrap();
        assert_eq!(concern.points.len(), 1);
        assert_eq!(concern.flags, [Flag::Equality]);
        assert_eq!(concern.last_incident_on, NaiveDate::from_ymd_opt(2026, 7, 16));
    }

    #[test]
    fn every_problem_is_told_at_once_and_at_its_field() {
        let found = problems(|body| {
            body["kind"] = "rant".into();
            body["complainant"] = json!({"name": " ", "email": "amira", "relationship": "aunt"});
            body["points"] = json!([{"what_happened": "a\u{0}b"}, {"what_happened": ""}]);
            body["about"] = json!([{"role": "dragon"}]);
            body["last_incident_on"] = "2026-02-31".into();
        });
        for expected in [
            ("kind", "unknown_choice"),
            ("complainant/name", "missing"),
            ("complainant/email", "not_an_email"),
            ("complainant/relationship", "unknown_choice"),
            ("points/0/what_happened", "hidden_character"),
            ("points/1/what_happened", "missing"),
            ("about/0/role", "unknown_choice"),
            ("last_incident_on", "not_a_date"),
        ] {
            assert!(found.contains(&(expected.0.to_owned(), expected.1)), "{expected:?} in {found:?}");
        }
    }

    #[test]
    fn dates_that_cannot_be_are_refused() {
        for wrong in ["20256-01-01", "2027-01-01", "17/07/2026", "yesterday", "2026-13-01", "-2026-01-01"] {
            assert_eq!(problems(|body| body["last_incident_on"] = wrong.into()).len(), 1, "{wrong}");
        }
    }

    #[test]
    fn somebody_who_cannot_be_reached_is_asked_for_one_way() {
        let found = problems(|body| body["complainant"] = json!({"name": "A", "relationship": "parent"}));
        assert_eq!(found, [("complainant/email".to_owned(), "missing")]);
    }

    /// R16: on purpose, and not because a field was forgotten.
    #[test]
    fn r16_somebody_gives_no_name_on_purpose_alone() {
        let nobody = |body: &mut Value| drop(body.as_object_mut().unwrap().remove("complainant"));
        assert_eq!(problems(nobody), [("complainant".to_owned(), "missing")]);
        assert_eq!(
            problems(|body| body["anonymous"] = "yes".into()),
            [("anonymous".to_owned(), "does_not_fit")]
        );
        let mut body = whole();
        nobody(&mut body);
        body["anonymous"] = "yes".into();
        let concern = read(&serde_json::from_value(body).unwrap(), today()).unwrap();
        assert_eq!(concern.complainant, Complainant::AnonymousOnPurpose);
    }

    #[test]
    fn unknown_fields_are_refused_never_dropped() {
        // A5, G31
        let mut body = whole();
        body["vexatious"] = true.into();
        assert!(serde_json::from_value::<ConcernBody>(body).is_err());
    }
}
