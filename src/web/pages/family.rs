//! What every page for families has around it: the school's face, help, ways out.

use crate::domain::calendar::{Holiday, long_date};
use crate::domain::case::contact::TurnTo;
use crate::domain::phase::Phase;
use crate::domain::procedure::{Regime, called};
use crate::domain::school::{Nation, School, SchoolKind};
use crate::urls;
use crate::web::page::{Exit, Help, ModeBanner, Shell, Standing};
use crate::web::parts::Link;

/// What the service is called on its pages.
pub const SERVICE: &str = "Raise a concern";

/// Where "Exit this page" leads: somewhere harmless that everybody reads (P19).
const ELSEWHERE: &str = "https://www.bbc.co.uk/weather";

/// A school as families see it on the day of their visit.
#[derive(Clone, Debug)]
pub struct Face {
    /// Its name in addresses.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// Its telephone number.
    pub phone: String,
    /// The address that answers mail from families.
    pub email: String,
    /// Its postal address, with line breaks.
    pub address: String,
    /// Whom the family of a case turns to in place of the office, with their role, where somebody is (R22).
    pub turn_to: Option<String>,
    /// When the office answers.
    pub office_hours: String,
    /// What kind it is.
    pub kind: SchoolKind,
    /// Where it is.
    pub nation: Nation,
    /// How old its pupils are.
    pub phase: Phase,
    /// The holiday that it is closed for, if it is (P45).
    pub holiday: Option<Holiday>,
    /// Whom to turn to when a child is at risk, in the school's words; may be empty.
    pub safeguarding: String,
    /// Whom to turn to about personal data, in the school's words; may be empty.
    pub privacy: String,
    /// That this is a demo, or that no mail leaves.
    pub mode: Option<ModeBanner>,
}

impl Face {
    /// The school's own details; holiday, safeguarding lead and mode come with the day.
    pub fn of(school: &School) -> Self {
        Self {
            slug: school.slug.clone(),
            name: school.name.clone(),
            phone: school.phone.clone(),
            email: school.email.clone(),
            address: school.address.clone(),
            turn_to: None,
            office_hours: school.office_hours.clone(),
            kind: school.kind,
            nation: school.nation,
            phase: Phase::Either,
            holiday: None,
            safeguarding: String::new(),
            privacy: String::new(),
            mode: None,
        }
    }

    /// The same for a case that somebody else answers for in place of the office (R22).
    #[must_use]
    pub fn turning_to(self, turn_to: TurnTo<'_>, regime: Regime) -> Self {
        match turn_to {
            TurnTo::Office => self,
            TurnTo::Instead { person, role } => Self {
                email: person.email.clone(),
                turn_to: Some(format!("{}, {}", person.name, called(role, regime))),
                ..self
            },
        }
    }

    /// "School is closed until …", and from when we count (P45).
    pub fn holiday_words(&self) -> Option<HolidayWords> {
        self.holiday.as_ref().map(|holiday| HolidayWords {
            heading: format!("School is closed until {}", long_date(holiday.back_on)),
            counts: format!("What you send now counts as sent on {}.", long_date(holiday.back_on)),
        })
    }

    /// The day on which the school opens again after the holiday that it is closed for.
    pub fn closed_until(&self) -> Option<String> {
        self.holiday.as_ref().map(|holiday| long_date(holiday.back_on))
    }

    /// Who holds the information and answers for it.
    pub fn controller(&self) -> &'static str {
        match self.kind {
            SchoolKind::Academy => "The academy trust that runs the school",
            SchoolKind::Maintained => "The governing body of the school",
            SchoolKind::Independent => "The proprietor of the school",
        }
    }

    /// The school's own sentence about its safeguarding lead, with one full stop.
    pub fn safeguarding_words(&self) -> String {
        format!("{}.", self.safeguarding.trim_end().trim_end_matches('.'))
    }

    /// Where the council's number is found.
    pub fn children_services(&self) -> Vec<Link> {
        super::raise::words::children_services(self.nation)
    }

    /// The frame of a page for families. `path` is the address of the page itself.
    pub fn shell(&self, heading: impl Into<String>, path: impl Into<String>) -> Shell {
        let mut shell = Shell::parent(self.name.clone(), heading.into(), self.help());
        shell.service = SERVICE.into();
        shell.home = urls::school(&self.slug).into();
        shell.footer = vec![
            Link::new("How we deal with concerns", urls::procedure(&self.slug)),
            Link::new("Privacy notice", urls::privacy(&self.slug)),
            Link::new("Accessibility statement", urls::ACCESSIBILITY),
        ];
        shell.exit = Some(Exit { to: ELSEWHERE.into(), about: urls::about_exit(&self.slug).into() });
        shell.mode.clone_from(&self.mode);
        shell.path = path.into();
        shell
    }

    fn help(&self) -> Help {
        let some = |text: &str| (!text.trim().is_empty()).then(|| text.to_owned());
        let closed =
            self.holiday.as_ref().map(|holiday| format!("Closed until {}", long_date(holiday.back_on)));
        let hours: Vec<String> = [some(&self.office_hours), closed].into_iter().flatten().collect();
        Help {
            phone: some(&self.phone),
            email: some(&self.email),
            hours: some(&hours.join(". ")),
            note: None,
            paper: Some(Link::new(
                "Use a paper form, or ask for an interpreter",
                urls::paper_form(&self.slug),
            )),
            ..Help::new(match &self.turn_to {
                Some(who) => format!("Write to {who}. If you ring, ask for them"),
                None => "Talk to the school office".to_owned(),
            })
        }
    }
}

/// The notice of a school holiday.
#[derive(Clone, Debug)]
pub struct HolidayWords {
    /// "School is closed until Monday 2 November 2026".
    pub heading: String,
    /// From when we count.
    pub counts: String,
}

/// The standing of a page that has this many things to put right (P9).
pub fn standing<T>(problems: &[T]) -> Standing {
    if problems.is_empty() { Standing::Clear } else { Standing::Problem }
}

#[cfg(test)]
pub(crate) mod tests {
    use chrono::NaiveDate;

    use super::*;

    pub fn hazel_lane() -> Face {
        Face {
            slug: "hazel-lane".into(),
            name: "Hazel Lane Primary School".into(),
            phone: "0117 496 0123".into(),
            email: "office@hazel-lane.example".into(),
            address: "Hazel Lane\nWestmarch\nWM3 4HL".into(),
            turn_to: None,
            office_hours: "School days, 8:15am to 4pm".into(),
            kind: SchoolKind::Academy,
            nation: Nation::England,
            phase: Phase::Primary,
            holiday: None,
            safeguarding: "Grace Lindqvist, 0117 496 0124".into(),
            privacy: String::new(),
            mode: None,
        }
    }

    pub fn on_holiday() -> Face {
        let date = |text: &str| text.parse::<NaiveDate>().unwrap();
        Face {
            holiday: Some(Holiday {
                from: date("2026-10-24"),
                to: date("2026-11-01"),
                back_on: date("2026-11-02"),
            }),
            ..hazel_lane()
        }
    }

    /// P45: both the notice and the office hours say it.
    #[test]
    fn a_holiday_is_announced_with_the_day_we_count_from() {
        let face = on_holiday();
        let words = face.holiday_words().unwrap();
        assert_eq!(words.heading, "School is closed until Monday 2 November 2026");
        assert!(words.counts.contains("What you send now counts as sent on Monday 2 November 2026"));
        let help = face.shell("Any page", "/").help;
        assert_eq!(
            help.hours.as_deref(),
            Some("School days, 8:15am to 4pm. Closed until Monday 2 November 2026")
        );
        assert!(hazel_lane().holiday_words().is_none());
    }

    /// P19, P39, P42: every page has the quick way out and the same help, and the school's name.
    #[test]
    fn every_family_page_has_help_and_a_way_out() {
        let shell = hazel_lane().shell("What happened?", "/x");
        assert_eq!(shell.title(), "What happened? – Raise a concern – Hazel Lane Primary School");
        assert!(shell.exit.is_some());
        assert_eq!(shell.help.phone.as_deref(), Some("0117 496 0123"));
        assert_eq!(shell.footer.len(), 3);
    }
}
