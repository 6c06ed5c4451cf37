//! Dates and times as people type them: three boxes, a month in digits or in words, a time of day.

use chrono::{Datelike, NaiveDate, NaiveTime};

use crate::domain::calendar::short_date;
use crate::domain::case::fields::DateRange;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// The parts of a date as they were typed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Typed<'a> {
    pub(super) day: &'a str,
    pub(super) month: &'a str,
    pub(super) year: &'a str,
}

impl Typed<'_> {
    pub(super) fn is_empty(self) -> bool {
        [self.day, self.month, self.year].iter().all(|part| part.trim().is_empty())
    }
}

/// Reads a date, or says how to put it right.
pub(super) fn date(typed: Typed<'_>, range: DateRange) -> Result<NaiveDate, String> {
    let parts = [("day", typed.day), ("month", typed.month), ("year", typed.year)];
    let missing: Vec<&str> =
        parts.iter().filter(|(_, part)| part.trim().is_empty()).map(|(name, _)| *name).collect();
    if !missing.is_empty() {
        return Err(format!("Add the {}", missing.join(" and the ")));
    }
    let year = year(typed.year)?;
    let month = month(typed.month)?;
    let day = day(typed.day, month, year)?;
    within(day, range)
}

fn year(typed: &str) -> Result<i32, String> {
    let typed = typed.trim();
    let four = typed.len() == 4 && typed.bytes().all(|byte| byte.is_ascii_digit());
    match typed.parse::<i32>() {
        Ok(year) if four && (1900..=2200).contains(&year) => Ok(year),
        Ok(_) if four => Err("Check the year: enter one from 1900 to 2200".to_owned()),
        Ok(_) | Err(_) => Err("Enter the year with four numbers, for example 2026".to_owned()),
    }
}

/// A number from 1 to 12, a name, or its beginning of three letters or more.
fn month(typed: &str) -> Result<u32, String> {
    let typed = typed.trim().trim_end_matches('.').to_lowercase();
    let by_name = || {
        let starts = |name: &str| typed.chars().count() >= 3 && name.to_lowercase().starts_with(&typed);
        let place = MONTHS.iter().position(|name| starts(name)).or((typed == "sept").then_some(8))?;
        u32::try_from(place + 1).ok()
    };
    typed.parse::<u32>().ok().filter(|number| (1..=12).contains(number)).or_else(by_name).ok_or_else(|| {
        "Enter the month as a number from 1 to 12 or as a word, for example 3 or March".to_owned()
    })
}

fn day(typed: &str, month: u32, year: i32) -> Result<NaiveDate, String> {
    let last = last_day(month, year);
    let day =
        typed.trim().parse::<u32>().map_err(|_| "Enter the day as a number, for example 27".to_owned())?;
    NaiveDate::from_ymd_opt(year, month, day).ok_or_else(|| {
        let name = usize::try_from(month)
            .ok()
            .and_then(|month| MONTHS.get(month.checked_sub(1)?))
            .unwrap_or(&"The month");
        format!("{name} {year} has {last} days. Check the day")
    })
}

fn last_day(month: u32, year: i32) -> u32 {
    (28..=31).rev().find(|day| NaiveDate::from_ymd_opt(year, month, *day).is_some()).unwrap_or(28)
}

fn within(date: NaiveDate, range: DateRange) -> Result<NaiveDate, String> {
    match (range.from, range.to) {
        (Some(from), Some(to)) if date < from || date > to => {
            Err(format!("Choose a date from {} to {}", short_date(from), short_date(to)))
        }
        (Some(from), _) if date < from => Err(format!("Choose a date from {} on", short_date(from))),
        (_, Some(to)) if date > to => Err(format!("Choose a date up to {}", short_date(to))),
        (Some(_) | None, _) => Ok(date),
    }
}

/// Reads a time of day: "15:30", "3:30pm", "3pm", "noon".
pub(super) fn time(typed: &str) -> Result<NaiveTime, String> {
    let plain: String = typed.trim().to_lowercase().replace(' ', "").replace('.', ":");
    match plain.as_str() {
        "" => return Err("Add the time, for example 3:30pm".to_owned()),
        "noon" | "midday" => return twelve_hours("12", "0", Half::Afternoon),
        _ => {}
    }
    let (clock, half) = split_half(&plain);
    let (hours, minutes) = clock.split_once(':').unwrap_or((clock, "0"));
    match half {
        Some(half) => twelve_hours(hours, minutes, half),
        // Nobody meets at half past five in the morning, and most who write 5.30 mean the afternoon: we ask.
        None if ["1", "2", "3", "4", "5", "6", "7"].contains(&hours) && clock.contains(':') => {
            Err(format!("Say whether it is morning or afternoon: {hours}:{minutes}am or {hours}:{minutes}pm"))
        }
        // "9" alone could be morning or evening: the colon says that a clock time was meant.
        None if clock.contains(':') => {
            numbers(hours, minutes).and_then(|(hours, minutes)| made(hours, minutes))
        }
        None => Err(not_a_time()),
    }
}

#[derive(Clone, Copy)]
enum Half {
    Morning,
    Afternoon,
}

fn split_half(plain: &str) -> (&str, Option<Half>) {
    if let Some(clock) = plain.strip_suffix("am") {
        return (clock, Some(Half::Morning));
    }
    plain.strip_suffix("pm").map_or((plain, None), |clock| (clock, Some(Half::Afternoon)))
}

fn twelve_hours(hours: &str, minutes: &str, half: Half) -> Result<NaiveTime, String> {
    let (hours, minutes) = numbers(hours, minutes)?;
    match (hours, half) {
        (12, Half::Morning) => made(0, minutes),
        (12, Half::Afternoon) => made(12, minutes),
        (1..=11, Half::Morning) => made(hours, minutes),
        (1..=11, Half::Afternoon) => made(hours + 12, minutes),
        (_, Half::Morning | Half::Afternoon) => Err(not_a_time()),
    }
}

fn numbers(hours: &str, minutes: &str) -> Result<(u32, u32), String> {
    let number = |text: &str| text.parse::<u32>().map_err(|_| not_a_time());
    Ok((number(hours)?, number(minutes)?))
}

fn made(hours: u32, minutes: u32) -> Result<NaiveTime, String> {
    NaiveTime::from_hms_opt(hours, minutes, 0).ok_or_else(not_a_time)
}

fn not_a_time() -> String {
    "Enter a time such as 3:30pm or 15:30".to_owned()
}

/// The three boxes of a date, as people would type it.
pub(super) fn boxes(date: NaiveDate) -> [String; 3] {
    [date.day().to_string(), date.month().to_string(), date.year().to_string()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(day: &str, month: &str, year: &str) -> Result<String, String> {
        date(Typed { day, month, year }, DateRange::default()).map(|date| date.to_string())
    }

    /// P15: a month in digits or in words; P11: what cannot be is told with how to put it right.
    #[test]
    fn p15_dates_as_people_type_them() {
        let rows = [
            ("27", "3", "2026", "2026-03-27"),
            (" 27 ", "March", "2026", "2026-03-27"),
            ("1", "sept", "2026", "2026-09-01"),
            ("1", "Sep.", "2026", "2026-09-01"),
            ("29", "feb", "2028", "2028-02-29"),
        ];
        for (day, month, year, expected) in rows {
            assert_eq!(read(day, month, year).as_deref(), Ok(expected));
        }
        let rows = [
            ("31", "2", "2026", "February 2026 has 28 days. Check the day"),
            ("31", "april", "2026", "April 2026 has 30 days. Check the day"),
            ("0", "4", "2026", "April 2026 has 30 days. Check the day"),
            ("27", "3", "20256", "Enter the year with four numbers, for example 2026"),
            ("27", "3", "26", "Enter the year with four numbers, for example 2026"),
            ("27", "3", "0026", "Check the year: enter one from 1900 to 2200"),
            (
                "27",
                "13",
                "2026",
                "Enter the month as a number from 1 to 12 or as a word, for example 3 or March",
            ),
            (
                "27",
                "ma",
                "2026",
                "Enter the month as a number from 1 to 12 or as a word, for example 3 or March",
            ),
            ("third", "3", "2026", "Enter the day as a number, for example 27"),
            ("27", "", "", "Add the month and the year"),
            ("", "3", "2026", "Add the day"),
        ];
        for (day, month, year, words) in rows {
            assert_eq!(read(day, month, year), Err(words.to_owned()));
        }
    }

    #[test]
    fn a_date_outside_its_range_says_which_are_inside() {
        let on = |text: &str| text.parse::<NaiveDate>().unwrap();
        let typed = Typed { day: "27", month: "3", year: "2026" };
        let range = |from: Option<&str>, to: Option<&str>| DateRange { from: from.map(on), to: to.map(on) };
        assert!(date(typed, range(Some("2026-03-27"), Some("2026-03-27"))).is_ok());
        let words = |from, to| date(typed, range(from, to)).unwrap_err();
        assert_eq!(words(Some("2026-03-28"), None), "Choose a date from 28 March 2026 on");
        assert_eq!(words(None, Some("2026-03-26")), "Choose a date up to 26 March 2026");
        assert_eq!(
            words(Some("2026-04-01"), Some("2026-04-09")),
            "Choose a date from 1 April 2026 to 9 April 2026"
        );
    }

    #[test]
    fn times_as_people_type_them() {
        let rows = [
            ("15:30", "15:30:00"),
            ("3:30pm", "15:30:00"),
            ("3.30 PM", "15:30:00"),
            ("9am", "09:00:00"),
            ("12am", "00:00:00"),
            ("12:05pm", "12:05:00"),
            ("noon", "12:00:00"),
            ("0:00", "00:00:00"),
        ];
        for (typed, expected) in rows {
            assert_eq!(time(typed).unwrap().to_string(), expected, "{typed}");
        }
        for wrong in ["", "3", "25:00", "13pm", "0pm", "3:75pm", "soon", "3:30xm", "-1:00", "5.30", "7:00"] {
            assert!(time(wrong).is_err(), "{wrong}");
        }
    }
}
