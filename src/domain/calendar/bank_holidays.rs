//! Bank holidays, in the shape that gov.uk publishes and shipped with the program, so that nothing here
//! needs a network (G7).

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::sync::LazyLock;

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::domain::calendar::words::short_date;
use crate::domain::school::Nation;

/// The years in which a date is believable; anything else is a slip of the keyboard, such as 20256.
pub(super) const YEARS: RangeInclusive<i32> = 2000..=2100;

/// The fewest bank holidays that any division has in a year. England and Wales, with eight, have the
/// fewest; a list with less is cut short or has changed its shape.
const FEWEST_IN_A_YEAR: usize = 8;

/// A part of the United Kingdom with bank holidays of its own (G6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Division {
    /// England and Wales share theirs.
    EnglandAndWales,
    /// Scotland.
    Scotland,
    /// Northern Ireland.
    NorthernIreland,
}

impl Division {
    /// The division whose bank holidays a nation keeps.
    pub fn of(nation: Nation) -> Self {
        match nation {
            Nation::England | Nation::Wales => Self::EnglandAndWales,
            Nation::Scotland => Self::Scotland,
            Nation::NorthernIreland => Self::NorthernIreland,
        }
    }

    /// Its name for people.
    pub fn name(self) -> &'static str {
        match self {
            Self::EnglandAndWales => "England and Wales",
            Self::Scotland => "Scotland",
            Self::NorthernIreland => "Northern Ireland",
        }
    }
}

/// Why a list of bank holidays was not taken. The caller keeps the last good one (G7).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("This list of bank holidays cannot be used: {0}.")]
pub struct BankHolidaysProblem(String);

/// The bank holidays of all three divisions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BankHolidays {
    england_and_wales: Listed,
    scotland: Listed,
    northern_ireland: Listed,
}

/// One division's days and the whole years that they cover.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Listed {
    titles: BTreeMap<NaiveDate, String>,
    years: RangeInclusive<i32>,
}

/// gov.uk's file. Fields that Heard does not use (`notes`, `bunting`) may come and go.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Published {
    england_and_wales: PublishedDivision,
    scotland: PublishedDivision,
    northern_ireland: PublishedDivision,
}

#[derive(Deserialize)]
struct PublishedDivision {
    division: Division,
    events: Vec<PublishedEvent>,
}

#[derive(Deserialize)]
struct PublishedEvent {
    title: String,
    date: NaiveDate,
}

impl BankHolidays {
    /// The list that ships with the program: 2012 to 2028.
    #[expect(clippy::expect_used, reason = "the text is a constant of the program, and a test parses it")]
    pub fn shipped() -> &'static Self {
        static SHIPPED: LazyLock<BankHolidays> = LazyLock::new(|| {
            BankHolidays::parse(include_str!("bank-holidays.json")).expect("the shipped list is good")
        });
        &SHIPPED
    }

    /// Reads gov.uk's `bank-holidays.json`.
    ///
    /// # Errors
    /// When the shape differs, a division has a date twice, a year is missing or thin, or a date lies
    /// outside 2000 to 2100.
    pub fn parse(json: &str) -> Result<Self, BankHolidaysProblem> {
        let published: Published =
            serde_json::from_str(json).map_err(|error| BankHolidaysProblem(error.to_string()))?;
        Ok(Self {
            england_and_wales: Listed::of(Division::EnglandAndWales, published.england_and_wales)?,
            scotland: Listed::of(Division::Scotland, published.scotland)?,
            northern_ireland: Listed::of(Division::NorthernIreland, published.northern_ireland)?,
        })
    }

    /// The title of the bank holiday on that day, as gov.uk writes it (apostrophes are typographic).
    /// `None` is only an answer inside [`years`](Self::years).
    pub fn title(&self, division: Division, on: NaiveDate) -> Option<&str> {
        self.listed(division).titles.get(&on).map(String::as_str)
    }

    /// The whole years, first to last, that the list knows for a division.
    pub fn years(&self, division: Division) -> RangeInclusive<i32> {
        self.listed(division).years.clone()
    }

    fn listed(&self, division: Division) -> &Listed {
        match division {
            Division::EnglandAndWales => &self.england_and_wales,
            Division::Scotland => &self.scotland,
            Division::NorthernIreland => &self.northern_ireland,
        }
    }
}

impl Listed {
    fn of(division: Division, published: PublishedDivision) -> Result<Self, BankHolidaysProblem> {
        let problem = |what: String| BankHolidaysProblem(format!("{}: {what}", division.name()));
        if published.division != division {
            return Err(problem(format!("holds the days of {}", published.division.name())));
        }
        let mut titles = BTreeMap::new();
        for event in published.events {
            if !YEARS.contains(&event.date.year()) {
                return Err(problem(format!("the year {} is not between 2000 and 2100", event.date.year())));
            }
            if titles.insert(event.date, event.title).is_some() {
                return Err(problem(format!("{} is there twice", short_date(event.date))));
            }
        }
        let years = whole_years(&titles).map_err(problem)?;
        Ok(Self { titles, years })
    }
}

/// The years from the first day to the last, each with at least as many days as a year has.
fn whole_years(titles: &BTreeMap<NaiveDate, String>) -> Result<RangeInclusive<i32>, String> {
    let (Some((first, _)), Some((last, _))) = (titles.first_key_value(), titles.last_key_value()) else {
        return Err("there are no days".to_owned());
    };
    let years = first.year()..=last.year();
    for year in years.clone() {
        let days = titles.keys().filter(|on| on.year() == year).count();
        if days < FEWEST_IN_A_YEAR {
            return Err(format!("{year} has {days} days, fewer than a year has"));
        }
    }
    Ok(years)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::calendar::tests::date;

    const PUBLISHED: &str = include_str!("bank-holidays.json");

    #[test]
    fn g7_the_shipped_list_knows_2012_to_2028_without_a_network() {
        let shipped = BankHolidays::shipped();
        for division in [Division::EnglandAndWales, Division::Scotland, Division::NorthernIreland] {
            assert_eq!(shipped.years(division), 2012..=2028);
        }
        assert_eq!(
            shipped.title(Division::EnglandAndWales, date("2026-01-01")),
            Some("New Year’s Day"),
            "apostrophes are typographic"
        );
    }

    #[test]
    fn g6_each_division_keeps_its_own_days() {
        let shipped = BankHolidays::shipped();
        let rows = [
            ("2026-04-06", Some("Easter Monday"), None, Some("Easter Monday")),
            ("2026-06-15", None, Some("World Cup bank holiday"), None),
            ("2026-07-13", None, None, Some("Battle of the Boyne (Orangemen’s Day)")),
            ("2026-11-30", None, Some("St Andrew’s Day"), None),
            ("2026-12-25", Some("Christmas Day"), Some("Christmas Day"), Some("Christmas Day")),
        ];
        for (on, england, scotland, ireland) in rows {
            assert_eq!(shipped.title(Division::of(Nation::England), date(on)), england, "{on}");
            assert_eq!(shipped.title(Division::of(Nation::Wales), date(on)), england, "{on}");
            assert_eq!(shipped.title(Division::of(Nation::Scotland), date(on)), scotland, "{on}");
            assert_eq!(shipped.title(Division::of(Nation::NorthernIreland), date(on)), ireland, "{on}");
        }
    }

    #[test]
    fn divisions_have_the_keys_of_gov_uk() {
        let keys = [
            (Division::EnglandAndWales, "\"england-and-wales\""),
            (Division::Scotland, "\"scotland\""),
            (Division::NorthernIreland, "\"northern-ireland\""),
        ];
        for (division, key) in keys {
            assert_eq!(serde_json::to_string(&division).unwrap(), key);
        }
    }

    #[test]
    fn g7_a_list_of_another_shape_is_refused_with_its_reason() {
        let rows = [
            ("<html>".to_owned(), "expected value"),
            ("{}".to_owned(), "missing field"),
            (PUBLISHED.replace("\"date\"", "\"day\""), "missing field `date`"),
            (PUBLISHED.replace("2026-05-04", "2026-02-31"), "out of range"),
            (PUBLISHED.replace("2026-05-04", "2026-05-25"), "25 May 2026 is there twice"),
            (PUBLISHED.replace("\"date\": \"2027", "\"date\": \"2107"), "the year 2107 is not between"),
            (
                PUBLISHED.replace("\"division\": \"scotland\"", "\"division\": \"northern-ireland\""),
                "Scotland: holds the days of Northern Ireland",
            ),
        ];
        for (json, expected) in rows {
            let problem = BankHolidays::parse(&json).unwrap_err().to_string();
            assert!(problem.contains(expected), "{problem}");
        }
    }

    #[test]
    fn g7_a_thin_year_is_refused() {
        let thin = PUBLISHED.replacen("\"date\": \"2028", "\"date\": \"2029", 4);
        let problem = BankHolidays::parse(&thin).unwrap_err().to_string();
        assert!(problem.contains("2028 has 4 days, fewer than a year has"), "{problem}");
    }
}
