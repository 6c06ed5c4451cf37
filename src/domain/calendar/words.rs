//! Dates as people write them.

use chrono::{Datelike, NaiveDate};

/// "Friday 17 July 2026".
pub fn long_date(on: NaiveDate) -> String {
    on.format("%A %-d %B %Y").to_string()
}

/// "17 July 2026".
pub fn short_date(on: NaiveDate) -> String {
    on.format("%-d %B %Y").to_string()
}

/// "18 July to 2 September 2026": what both ends share is said once.
pub fn range_words(from: NaiveDate, to: NaiveDate) -> String {
    if from == to {
        return short_date(to);
    }
    let start = match (from.year() == to.year(), from.month() == to.month()) {
        (true, true) => from.format("%-d"),
        (true, false) => from.format("%-d %B"),
        (false, true | false) => from.format("%-d %B %Y"),
    };
    format!("{start} to {}", short_date(to))
}

/// "a", "a and b", "a, b and c".
pub(super) fn joined(words: &[String]) -> String {
    match words.split_last() {
        None => String::new(),
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::calendar::tests::date;

    #[test]
    fn dates_read_as_people_write_them() {
        assert_eq!(long_date(date("2026-07-17")), "Friday 17 July 2026");
        assert_eq!(short_date(date("2026-06-04")), "4 June 2026");
    }

    #[test]
    fn a_range_says_once_what_both_ends_share() {
        let rows = [
            ("2026-05-04", "2026-05-04", "4 May 2026"),
            ("2026-07-18", "2026-07-19", "18 to 19 July 2026"),
            ("2026-07-18", "2026-09-02", "18 July to 2 September 2026"),
            ("2025-12-20", "2026-01-05", "20 December 2025 to 5 January 2026"),
            ("2025-12-20", "2026-12-05", "20 December 2025 to 5 December 2026"),
        ];
        for (from, to, words) in rows {
            assert_eq!(range_words(date(from), date(to)), words);
        }
    }
}
