//! How old the pupils of a school are, as far as its posts tell: it decides the words of its pages.

use chrono::NaiveDate;

use super::ids::SchoolId;
use super::person::{Directory, Role};

/// The phase of a school.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Nursery to Year 6: a class has its teacher.
    Primary,
    /// From Year 7: a form has its tutor, a subject its teacher.
    Secondary,
    /// Both under one roof, or nobody told us: the words fit either.
    Either,
}

impl Phase {
    /// The phase by the year groups of those who teach at the school on that day.
    pub fn of(directory: &Directory, school: SchoolId, day: NaiveDate) -> Self {
        let posts = directory.people().iter().flat_map(|person| &person.posts);
        let teaching = posts.filter(|post| {
            matches!(post.role, Role::ClassTeacher | Role::FormTutor)
                && post.reaches(school)
                && post.is_held_on(day)
        });
        let years = teaching.flat_map(|post| &post.year_groups).filter_map(|year| Self::of_year(year));
        years.reduce(|one, other| if one == other { one } else { Self::Either }).unwrap_or(Self::Either)
    }

    /// The phase of a year group as people write it: "Year 4", "Reception", "10C", "S3". `None` when it tells nothing.
    fn of_year(year: &str) -> Option<Self> {
        let year = year.trim().to_lowercase();
        if ["nursery", "reception", "foundation", "early years"].iter().any(|word| year.contains(word)) {
            return Some(Self::Primary);
        }
        let digits: String =
            year.chars().skip_while(|sign| !sign.is_ascii_digit()).take_while(char::is_ascii_digit).collect();
        let number: u8 = digits.parse().ok()?;
        // Scotland counts primary and secondary years each from one.
        match (year.starts_with(&format!("s{number}")), year.starts_with(&format!("p{number}")), number) {
            (true, _, _) | (_, false, 7..=14) => Some(Self::Secondary),
            (_, true, _) | (_, _, 1..=6) => Some(Self::Primary),
            (_, false, _) => None,
        }
    }

    /// Whoever knows a pupil best, in the middle of a sentence.
    pub const fn nearest_teacher(self) -> &'static str {
        match self {
            Self::Primary => "the class teacher",
            Self::Secondary => "the form tutor or a subject teacher",
            Self::Either => "the class teacher or form tutor",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_year_group_tells_the_phase_however_it_is_written() {
        let rows = [
            ("Nursery", Some(Phase::Primary)),
            ("Reception", Some(Phase::Primary)),
            ("Year 4", Some(Phase::Primary)),
            ("6", Some(Phase::Primary)),
            ("P7", Some(Phase::Primary)),
            ("Year 7", Some(Phase::Secondary)),
            ("10C", Some(Phase::Secondary)),
            ("year 13", Some(Phase::Secondary)),
            ("S3", Some(Phase::Secondary)),
            ("Kestrels", None),
            ("Year 2026", None),
        ];
        for (year, phase) in rows {
            assert_eq!(Phase::of_year(year), phase, "{year}");
        }
    }
}
