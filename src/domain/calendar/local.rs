//! Where instants meet dates: instants are UTC, school days are days in Europe/London (G13).

use chrono::{
    DateTime, Datelike as _, Duration, MappedLocalTime, NaiveDate, NaiveDateTime, NaiveTime, TimeZone, Utc,
};
use chrono_tz::Europe::London;

use serde::{Deserialize, Deserializer, Serialize, de};

use crate::domain::calendar::words::short_date;

/// A date and a time as the clock on the school's wall shows them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct WallTime(pub NaiveDateTime);

impl WallTime {
    /// How one is written, for whoever writes one.
    pub const PATTERN: &'static str = r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?$";

    /// The moment that it is.
    pub fn instant(self) -> DateTime<Utc> {
        local_instant(self.0.date(), self.0.time())
    }

    /// Its day.
    pub fn date(self) -> NaiveDate {
        self.0.date()
    }
}

impl<'de> Deserialize<'de> for WallTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Written;

        impl de::Visitor<'_> for Written {
            type Value = WallTime;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a local time")
            }

            // With seconds or without: forms send it without, programs with.
            fn visit_str<E: de::Error>(self, text: &str) -> Result<WallTime, E> {
                let read = |form| NaiveDateTime::parse_from_str(text, form).ok();
                let found = read("%Y-%m-%dT%H:%M:%S%.f").or_else(|| read("%Y-%m-%dT%H:%M"));
                // A year has four digits, or no day after it could be counted.
                let found = found.filter(|at| (1..=9999).contains(&at.date().year()));
                found.map(WallTime).ok_or_else(|| E::invalid_value(de::Unexpected::Other("this"), &self))
            }
        }

        deserializer.deserialize_str(Written)
    }
}

/// The date at the school at that instant.
pub fn local_date(at: DateTime<Utc>) -> NaiveDate {
    at.with_timezone(&London).date_naive()
}

/// "4 June 2026 at 9:32am", by the clock on the school's wall (S45).
pub fn local_time_words(at: DateTime<Utc>) -> String {
    let local = at.with_timezone(&London);
    format!("{} at {}", short_date(local.date_naive()), local.format("%-I:%M%P"))
}

/// "Thursday 4 June 2026 at 9:32am".
pub fn day_and_time(at: DateTime<Utc>) -> String {
    format!("{} {}", local_date(at).format("%A"), local_time_words(at))
}

/// The instant at which the school's clock shows that date and time. On the night when the clock goes
/// back, the first of the two; on the night when it goes forward, an hour that is left out is taken as
/// the hour after it.
pub fn local_instant(on: NaiveDate, time: NaiveTime) -> DateTime<Utc> {
    let wall = on.and_time(time);
    on_the_wall(wall)
        .or_else(|| on_the_wall(wall.checked_add_signed(Duration::hours(1))?))
        .unwrap_or_else(|| wall.and_utc())
}

fn on_the_wall(wall: NaiveDateTime) -> Option<DateTime<Utc>> {
    match London.from_local_datetime(&wall) {
        MappedLocalTime::Single(at) | MappedLocalTime::Ambiguous(at, _) => Some(at.with_timezone(&Utc)),
        MappedLocalTime::None => None,
    }
}

/// The first instant of the school's day.
pub fn start_of_local_day(on: NaiveDate) -> DateTime<Utc> {
    local_instant(on, NaiveTime::MIN)
}

/// The instant at which the school's day is over: the first of the next. A deadline on that day is
/// missed when `now >= end_of_local_day(due_on)`, and a day may have 23, 24 or 25 hours (G13).
pub fn end_of_local_day(on: NaiveDate) -> DateTime<Utc> {
    start_of_local_day(on.succ_opt().unwrap_or(on))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::calendar::tests::date;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn time(text: &str) -> NaiveTime {
        text.parse().unwrap()
    }

    #[test]
    fn s45_moments_read_by_the_schools_clock() {
        let rows = [
            ("2026-06-04T08:32:00Z", "4 June 2026 at 9:32am"),
            ("2026-01-05T21:05:00Z", "5 January 2026 at 9:05pm"),
            ("2026-06-04T11:00:00Z", "4 June 2026 at 12:00pm"),
            ("2026-06-04T23:30:00Z", "5 June 2026 at 12:30am"),
        ];
        for (instant, words) in rows {
            assert_eq!(local_time_words(at(instant)), words);
        }
    }

    #[test]
    fn g13_the_date_is_the_schools_date() {
        assert_eq!(local_date(at("2026-06-04T22:59:59Z")), date("2026-06-04"));
        assert_eq!(local_date(at("2026-06-04T23:00:00Z")), date("2026-06-05"));
        assert_eq!(local_date(at("2026-12-04T23:00:00Z")), date("2026-12-04"));
    }

    #[test]
    fn g13_a_day_ends_at_the_schools_midnight_whatever_its_length() {
        let hours = |on| (end_of_local_day(date(on)) - start_of_local_day(date(on))).num_hours();
        assert_eq!(hours("2026-03-29"), 23, "clocks go forward");
        assert_eq!(hours("2026-10-25"), 25, "clocks go back");
        assert_eq!(hours("2026-06-04"), 24);
        assert_eq!(end_of_local_day(date("2026-06-04")), at("2026-06-04T23:00:00Z"));
        assert_eq!(end_of_local_day(date("2026-12-04")), at("2026-12-05T00:00:00Z"));
    }

    #[test]
    fn g13_clock_change_nights_have_an_instant_for_every_time() {
        assert_eq!(local_instant(date("2026-03-29"), time("01:30:00")), at("2026-03-29T01:30:00Z"));
        assert_eq!(local_instant(date("2026-10-25"), time("01:30:00")), at("2026-10-25T00:30:00Z"));
        assert_eq!(local_instant(date("2026-07-01"), time("09:00:00")), at("2026-07-01T08:00:00Z"));
        assert_eq!(local_date(end_of_local_day(NaiveDate::MAX)), NaiveDate::MAX);
    }
}
