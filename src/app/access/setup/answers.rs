//! The answers of setting up: kept as they were typed, read when they are complete.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::app::error::{FieldCode, FieldProblem};
use crate::domain::calendar::{BankHolidays, Calendar, CalendarSpec, Division, SchoolYear};
use crate::domain::ids::{CalendarId, SchoolId, TrustId};
use crate::domain::procedure::{Procedure, Standing, default_for, default_key_for, defaults};
use crate::domain::school::{Nation, School, SchoolKind};
use crate::domain::text::{EmailAddress, Words};

/// The half-terms of a school year: the name of the field, and what people call it.
pub const TERMS: [(&str, &str); 6] = [
    ("autumn-1", "Autumn, first half"),
    ("autumn-2", "Autumn, second half"),
    ("spring-1", "Spring, first half"),
    ("spring-2", "Spring, second half"),
    ("summer-1", "Summer, first half"),
    ("summer-2", "Summer, second half"),
];

/// What was typed so far.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Answers {
    /// `in_trust` or `alone`.
    pub standing: String,
    /// The name of the trust.
    pub trust: String,
    /// The name of the school.
    pub school: String,
    /// What kind it is, by its key.
    pub kind: String,
    /// Where it is, by its key.
    pub nation: String,
    /// Its telephone number.
    pub phone: String,
    /// Its address for mail from families.
    pub email: String,
    /// Its postal address.
    pub address: String,
    /// When the office answers.
    pub office_hours: String,
    /// Whom to tell when a child is at risk.
    pub safeguarding: String,
    /// Whom to ask about personal data.
    pub privacy: String,
    /// The key of the procedure.
    pub procedure: String,
    /// First and last day of each half-term, in the order of [`TERMS`].
    pub terms: Vec<(String, String)>,
    /// INSET days, a line each.
    pub inset: String,
}

/// A school as it will be set up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedSchool {
    /// Its name.
    pub name: String,
    /// Its name in addresses.
    pub slug: String,
    /// What kind it is.
    pub kind: SchoolKind,
    /// Where it is.
    pub nation: Nation,
    /// Its telephone number.
    pub phone: String,
    /// Its address for mail from families.
    pub email: EmailAddress,
    /// Its postal address.
    pub address: String,
    /// When the office answers.
    pub office_hours: String,
    /// Whom to ask about personal data.
    pub privacy_contact: String,
    /// Whom to tell when a child is at risk.
    pub safeguarding_contact: String,
}

impl PlannedSchool {
    pub(super) fn to_school(&self, id: SchoolId, trust: TrustId) -> School {
        School {
            id,
            trust,
            slug: self.slug.clone(),
            name: self.name.clone(),
            kind: self.kind,
            nation: self.nation,
            phone: self.phone.clone(),
            email: self.email.as_str().to_owned(),
            address: self.address.clone(),
            office_hours: self.office_hours.clone(),
        }
    }
}

/// Everything that is set up at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The name of the trust, or of the body that stands in its place.
    pub trust: String,
    /// The school.
    pub school: PlannedSchool,
    /// The key of the procedure, one of the nine.
    pub procedure: String,
    /// The calendar. Without a year, every date waits for one (G8).
    pub calendar: CalendarSpec,
}

type Problems = Vec<FieldProblem>;

impl Answers {
    /// Everything, or all that does not fit.
    ///
    /// # Errors
    /// Every problem, each at its field.
    pub fn plan(&self) -> Result<Plan, Problems> {
        let read = (self.trust_name(), self.planned_school(), self.procedure_key(), self.calendar());
        match read {
            (Ok(trust), Ok(school), Ok(procedure), Ok(calendar)) => {
                Ok(Plan { trust, school, procedure, calendar })
            }
            (trust, school, procedure, calendar) => {
                let lists = [trust.err(), school.err(), procedure.err(), calendar.err()];
                Err(lists.into_iter().flatten().flatten().collect())
            }
        }
    }

    /// Whether the school is one of several.
    pub fn standing(&self) -> Option<Standing> {
        match self.standing.as_str() {
            "in_trust" => Some(Standing::InTrust),
            "alone" => Some(Standing::Alone),
            _ => None,
        }
    }

    /// The name of the trust; a school on its own stands for itself.
    ///
    /// # Errors
    /// What to put right.
    pub fn trust_name(&self) -> Result<String, Problems> {
        match self.standing() {
            Some(Standing::InTrust) => {
                one_line("trust", &self.trust, "Enter the name of the trust").map_err(alone)
            }
            Some(Standing::Alone) => Ok(self.school.trim().to_owned()),
            None => Err(alone(FieldProblem::new(
                "standing",
                FieldCode::Missing,
                "Choose whether the school is in a trust",
            ))),
        }
    }

    /// Name, kind and nation.
    ///
    /// # Errors
    /// What to put right.
    pub fn identity(&self) -> Result<(String, SchoolKind, Nation), Problems> {
        let name = one_line("school", &self.school, "Enter the name of the school");
        let kind = kind(&self.kind)
            .ok_or_else(|| FieldProblem::new("kind", FieldCode::Missing, "Choose what kind of school it is"));
        let nation = nation(&self.nation)
            .ok_or_else(|| FieldProblem::new("nation", FieldCode::Missing, "Choose where the school is"));
        match (name, kind, nation) {
            (
                Ok(_),
                Ok(SchoolKind::Academy),
                Ok(Nation::Wales | Nation::Scotland | Nation::NorthernIreland),
            ) => {
                let words = "Academies are in England only. Choose another kind of school, or England";
                Err(alone(FieldProblem::new("kind", FieldCode::DoesNotFit, words)))
            }
            (Ok(name), Ok(kind), Ok(nation)) => Ok((name, kind, nation)),
            (name, kind, nation) => {
                Err([name.err(), kind.err(), nation.err()].into_iter().flatten().collect())
            }
        }
    }

    fn planned_school(&self) -> Result<PlannedSchool, Problems> {
        let (identity, contact) = (self.identity(), self.contact());
        match (identity, contact) {
            (Ok((name, kind, nation)), Ok(contact)) => {
                Ok(PlannedSchool { slug: slug(&name), name, kind, nation, ..contact })
            }
            (identity, contact) => {
                Err([identity.err(), contact.err()].into_iter().flatten().flatten().collect())
            }
        }
    }

    /// How the school is reached. Name, kind and nation in it stand for nothing.
    fn contact(&self) -> Result<PlannedSchool, Problems> {
        let mut problems = Vec::new();
        let mut keep = |read: Result<String, FieldProblem>| {
            read.unwrap_or_else(|problem| {
                problems.push(problem);
                String::new()
            })
        };
        let phone = keep(one_line("phone", &self.phone, "Enter the school’s phone number"));
        let address = keep(lines("address", &self.address, "Enter the school’s postal address"));
        let office_hours =
            keep(one_line("office_hours", &self.office_hours, "Enter when the office answers"));
        let safeguarding_contact = keep(one_line(
            "safeguarding",
            &self.safeguarding,
            "Enter the name and phone number of the safeguarding lead",
        ));
        let privacy_contact =
            keep(one_line("privacy", &self.privacy, "Enter whom families ask about their personal data"));
        let email = EmailAddress::parse(&self.email)
            .map_err(|how| problems.push(FieldProblem::new("email", FieldCode::NotAnEmail, how)));
        let Ok(email) = email else { return Err(problems) };
        if !problems.is_empty() {
            return Err(problems);
        }
        Ok(PlannedSchool {
            name: String::new(),
            slug: String::new(),
            kind: SchoolKind::Academy,
            nation: Nation::England,
            phone,
            email,
            address,
            office_hours,
            privacy_contact,
            safeguarding_contact,
        })
    }

    /// Whether the ways to reach the school fit.
    ///
    /// # Errors
    /// What to put right.
    pub fn check_contact(&self) -> Result<(), Problems> {
        self.contact().map(|_| ())
    }

    /// The procedure that is proposed for such a school.
    pub fn proposed(&self) -> Option<&'static str> {
        default_key_for(kind(&self.kind)?, nation(&self.nation)?, self.standing()?)
    }

    /// The procedures that the law of such a school lets it follow. Where no default is written for that law,
    /// every one is offered, to begin from.
    pub fn offered(&self) -> Vec<&'static Procedure> {
        let fitting = kind(&self.kind).zip(nation(&self.nation)).map(|(kind, nation)| {
            let fits = |procedure: &&Procedure| procedure.regime.is_for(kind, nation);
            defaults().iter().filter(fits).collect::<Vec<_>>()
        });
        fitting.filter(|fitting| !fitting.is_empty()).unwrap_or_else(|| defaults().iter().collect())
    }

    /// The chosen procedure.
    ///
    /// # Errors
    /// What to put right.
    pub fn procedure_key(&self) -> Result<String, Problems> {
        let offered =
            |chosen: &&Procedure| self.offered().iter().any(|procedure| procedure.key == chosen.key);
        default_for(&self.procedure).filter(offered).map(|procedure| procedure.key.clone()).ok_or_else(|| {
            alone(FieldProblem::new(
                "procedure",
                FieldCode::Missing,
                "Choose the procedure that your school follows",
            ))
        })
    }

    /// The calendar, with one school year or none yet.
    ///
    /// # Errors
    /// What to put right.
    pub fn calendar(&self) -> Result<CalendarSpec, Problems> {
        let division = Division::of(nation(&self.nation).unwrap_or(Nation::England));
        let mut problems = Vec::new();
        let terms = self.read_terms(&mut problems);
        let inset = self.read_inset(&mut problems);
        if !problems.is_empty() {
            return Err(problems);
        }
        if terms.is_empty() && inset.is_empty() {
            return Ok(CalendarSpec::new(division, Vec::new()));
        }
        let refuse = |words: String| alone(FieldProblem::new(first_term(), FieldCode::DoesNotFit, words));
        let year = SchoolYear::from_terms(&terms, &inset).map_err(|problem| refuse(problem.reason))?;
        let spec = CalendarSpec::new(division, vec![year]);
        match Calendar::new(CalendarId(Uuid::nil()), 1, spec.clone(), BankHolidays::shipped()) {
            Ok(_) => Ok(spec),
            Err(found) => Err(found.iter().flat_map(|problem| refuse(problem.to_string())).collect()),
        }
    }

    fn read_terms(&self, problems: &mut Problems) -> Vec<(NaiveDate, NaiveDate)> {
        let mut terms = Vec::new();
        for ((name, title), (first, last)) in TERMS.iter().zip(&self.terms) {
            if first.trim().is_empty() && last.trim().is_empty() {
                continue;
            }
            let mut read = |end: &str, words: &str, raw: &str| {
                let day = day(raw);
                if day.is_none() {
                    let words = format!("{title}: enter the {words} as a real date, like 2 September 2026");
                    problems.push(FieldProblem::new(format!("{name}-{end}"), FieldCode::NotADate, words));
                }
                day
            };
            let ends = (read("first", "first day", first), read("last", "last day", last));
            if let (Some(first), Some(last)) = ends {
                terms.push((first, last));
            }
        }
        terms
    }

    fn read_inset(&self, problems: &mut Problems) -> Vec<NaiveDate> {
        let lines = self.inset.lines().map(str::trim).filter(|line| !line.is_empty());
        let days: Option<Vec<NaiveDate>> = lines.map(day).collect();
        days.unwrap_or_else(|| {
            let words = "Enter each training day on a line of its own, like 4 January 2027";
            problems.push(FieldProblem::new("inset", FieldCode::NotADate, words));
            Vec::new()
        })
    }
}

fn first_term() -> String {
    TERMS.first().map(|(name, _)| format!("{name}-first")).unwrap_or_default()
}

fn alone(problem: FieldProblem) -> Problems {
    vec![problem]
}

/// What kind of school it is, as forms and the API write it.
fn kind(key: &str) -> Option<SchoolKind> {
    serde_json::from_value(key.into()).ok()
}

fn nation(key: &str) -> Option<Nation> {
    serde_json::from_value(key.into()).ok()
}

fn one_line(field: &str, raw: &str, missing: &str) -> Result<String, FieldProblem> {
    given(field, Words::line(raw).map_err(|problem| problem.to_string()), raw, missing)
}

fn lines(field: &str, raw: &str, missing: &str) -> Result<String, FieldProblem> {
    given(field, Words::text(raw).map_err(|problem| problem.to_string()), raw, missing)
}

fn given(field: &str, read: Result<Words, String>, raw: &str, missing: &str) -> Result<String, FieldProblem> {
    if raw.trim().is_empty() {
        return Err(FieldProblem::new(field, FieldCode::Missing, missing));
    }
    read.map(|words| words.as_str().to_owned())
        .map_err(|words| FieldProblem::new(field, FieldCode::DoesNotFit, words))
}

/// A date as people write one: "2 September 2026", "2 Sept 2026", "2nd Sep, 2026", "2/9/2026", "2026-09-02".
pub(crate) fn day(raw: &str) -> Option<NaiveDate> {
    let words = raw.split(|sign: char| sign.is_whitespace() || sign == ',').filter(|word| !word.is_empty());
    let raw = words.map(plain).collect::<Vec<_>>().join(" ");
    ["%d %B %Y", "%d %b %Y", "%d %m %Y", "%d/%m/%Y", "%d.%m.%Y", "%Y-%m-%d"]
        .iter()
        .find_map(|form| NaiveDate::parse_from_str(&raw, form).ok())
}

/// "2nd" is 2, and September is the one month that people cut after four letters.
fn plain(word: &str) -> &str {
    let digits = word.trim_end_matches(|sign: char| sign.is_ascii_alphabetic());
    let ending = word.get(digits.len()..).unwrap_or_default();
    let ordinal = ["st", "nd", "rd", "th"].iter().any(|known| ending.eq_ignore_ascii_case(known));
    if ordinal && !digits.is_empty() {
        return digits;
    }
    if word.trim_end_matches('.').eq_ignore_ascii_case("sept") { "Sep" } else { word.trim_end_matches('.') }
}

/// The school's name in addresses: letters and digits, with hyphens between the words.
fn slug(name: &str) -> String {
    let mut slug = String::new();
    for sign in name.to_lowercase().chars().filter(|sign| *sign != '\'' && *sign != '’') {
        if sign.is_ascii_alphanumeric() {
            slug.push(sign);
        } else if !slug.ends_with('-') && !slug.is_empty() {
            slug.push('-');
        }
    }
    let cut: String = slug.chars().take(60).collect();
    let cut = cut.trim_end_matches('-');
    if cut.is_empty() { "school".to_owned() } else { cut.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole() -> Answers {
        Answers {
            standing: "in_trust".into(),
            trust: "Rowan Learning Trust".into(),
            school: "St Mary’s C of E Primary".into(),
            kind: "academy".into(),
            nation: "england".into(),
            phone: "0113 496 0001".into(),
            email: "office@st-marys.example".into(),
            address: "1 Church Lane\nLeeds".into(),
            office_hours: "School days, 8am to 4pm".into(),
            safeguarding: "Grace Okafor, 0113 496 0002".into(),
            privacy: "The data protection officer, dpo@rowan.example".into(),
            procedure: "MAT-STD".into(),
            terms: vec![
                ("2 September 2026".into(), "23/10/2026".into()),
                ("2026-11-02".into(), "18 Dec 2026".into()),
            ],
            inset: "1 September 2026\n\n 2/11/2026 ".into(),
        }
    }

    fn codes(problems: &[FieldProblem]) -> Vec<(&str, &str)> {
        problems.iter().map(|problem| (problem.field.as_str(), problem.code.key())).collect()
    }

    #[test]
    fn whole_answers_make_a_plan() {
        let plan = whole().plan().unwrap();
        assert_eq!(plan.school.slug, "st-marys-c-of-e-primary");
        assert_eq!((plan.trust.as_str(), plan.procedure.as_str()), ("Rowan Learning Trust", "MAT-STD"));
        let year = &plan.calendar.years[0];
        assert_eq!((year.terms.len(), year.inset.len()), (2, 2));
        assert_eq!(whole().proposed(), Some("MAT-STD"));
        assert_eq!(Answers { standing: "alone".into(), ..whole() }.proposed(), Some("SINGLE-AT"));
    }

    #[test]
    fn nothing_is_missing_silently() {
        let problems = Answers::default().plan().unwrap_err();
        let fields: Vec<&str> = problems.iter().map(|problem| problem.field.as_str()).collect();
        for field in [
            "standing",
            "school",
            "kind",
            "nation",
            "phone",
            "email",
            "address",
            "office_hours",
            "safeguarding",
            "privacy",
            "procedure",
        ] {
            assert!(fields.contains(&field), "{field} in {fields:?}");
        }
    }

    #[test]
    fn the_procedures_offered_are_those_of_the_law_of_such_a_school() {
        let offered = |kind: &str, nation: &str| -> Vec<&str> {
            let answers = Answers { kind: kind.into(), nation: nation.into(), ..whole() };
            answers.offered().iter().map(|procedure| procedure.key.as_str()).collect()
        };
        assert_eq!(offered("academy", "england"), ["MAT-STD", "MAT-SEED", "SINGLE-AT"]);
        assert_eq!(offered("maintained", "england"), ["MAINT-2", "LA-CODE"]);
        assert_eq!(offered("independent", "england"), ["INDEP"]);
        assert_eq!(offered("maintained", "wales"), ["CYM-ABC"]);
        assert_eq!(offered("maintained", "scotland"), ["SCO-2"]);
        assert_eq!(offered("maintained", "northern_ireland"), ["NI-2"]);
        assert_eq!(offered("independent", "wales").len(), 9, "none is written for its law");
        let welsh = Answers { nation: "wales".into(), ..whole() };
        assert_eq!(codes(&welsh.identity().unwrap_err()), [("kind", "does_not_fit")]);
        let wrong = Answers { procedure: "CYM-ABC".into(), ..whole() };
        assert_eq!(codes(&wrong.procedure_key().unwrap_err()), [("procedure", "missing")]);
    }

    /// G8: a school may begin without term dates; its dates then wait, and nothing is guessed.
    #[test]
    fn a_calendar_may_be_empty_at_first() {
        let spec = Answers { terms: Vec::new(), inset: String::new(), ..whole() }.calendar().unwrap();
        assert!(spec.years.is_empty());
    }

    #[test]
    fn dates_that_cannot_be_are_told_at_their_field() {
        let terms = |first: &str, last: &str| Answers { terms: vec![(first.into(), last.into())], ..whole() };
        for (first, last, told) in [
            ("31 February 2027", "1 April 2027", ("autumn-1-first", "not_a_date")),
            ("2 September 2026", "", ("autumn-1-last", "not_a_date")),
            ("2 September 20256", "1/10/2026", ("autumn-1-first", "not_a_date")),
            ("2 December 2026", "2 October 2026", ("autumn-1-first", "does_not_fit")),
        ] {
            let problems = terms(first, last).calendar().unwrap_err();
            assert!(codes(&problems).contains(&told), "{first} to {last}: {:?}", codes(&problems));
        }
        let problems = Answers { inset: "soon".into(), ..whole() }.calendar().unwrap_err();
        assert_eq!(codes(&problems), [("inset", "not_a_date")]);
    }

    #[test]
    fn a_date_is_read_as_people_write_it() {
        for raw in [
            "1 September 2026",
            "1 Sept 2026",
            "1 sept. 2026",
            "1st Sep, 2026",
            "01/09/2026",
            "1.9.2026",
            "1 9 2026",
            "2026-09-01",
        ] {
            assert_eq!(day(raw), NaiveDate::from_ymd_opt(2026, 9, 1), "{raw}");
        }
        for raw in
            ["", "1 Septober 2026", "September 2026", "31 February 2027", "st 9 2026", "2 September 20256"]
        {
            assert_eq!(day(raw), None, "{raw}");
        }
    }

    #[test]
    fn a_name_in_any_script_has_an_address() {
        for (name, wanted) in
            [("Ysgol Gynradd Llanfair", "ysgol-gynradd-llanfair"), ("学校", "school"), ("  -- A", "a")]
        {
            assert_eq!(slug(name), wanted, "{name}");
        }
    }
}
