//! Year groups as people write them: "Year 4", "yr 4", "Y4", "4", "year four", "Reception", "R", "P4".

/// A year group, whoever wrote it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum YearGroup {
    /// Before school.
    Nursery,
    /// The first year in England and Wales.
    Reception,
    /// A year by its number.
    Year(u8),
    /// A year of a primary school in Scotland or Northern Ireland.
    Primary(u8),
    /// A year of a secondary school in Scotland.
    Secondary(u8),
}

/// The words for the years, from one.
const WORDS: [&str; 13] = [
    "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen",
];

/// The year group that somebody means; `None` where the words tell none ("Kestrels"). The letter of a class within a
/// year says nothing more: "4B" is Year 4.
pub fn read(text: &str) -> Option<YearGroup> {
    let lower = text.to_lowercase();
    let plain: String = lower.chars().filter(|sign| sign.is_alphanumeric()).collect();
    let rest =
        ["years", "year", "yr", "y"].iter().find_map(|word| plain.strip_prefix(word)).unwrap_or(&plain);
    match rest {
        "nursery" | "n" => return Some(YearGroup::Nursery),
        "reception" | "rec" | "r" => return Some(YearGroup::Reception),
        _ => {}
    }
    let of = |words: &[&str]| words.iter().find_map(|word| rest.strip_prefix(word)).and_then(number);
    number(rest)
        .map(YearGroup::Year)
        .or_else(|| of(&["primary", "p"]).map(YearGroup::Primary))
        .or_else(|| of(&["secondary", "s"]).map(YearGroup::Secondary))
}

/// A year's number in figures, with at most one letter for the class, or as a word.
fn number(text: &str) -> Option<u8> {
    let by_word = || (1..).zip(WORDS).find(|(_, word)| *word == text).map(|(no, _)| no);
    let figures: String = text.chars().take_while(char::is_ascii_digit).collect();
    let letter = text.get(figures.len()..)?;
    let is_class = letter.len() <= 1 && letter.chars().all(|sign| sign.is_ascii_alphabetic());
    let by_figures = figures.parse().ok().filter(|no| is_class && (1..=14).contains(no));
    by_figures.or_else(by_word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_year_group_is_read_however_it_is_written() {
        let rows = [
            (
                YearGroup::Year(4),
                &[
                    "Year 4",
                    "year  4",
                    "4",
                    "yr 4",
                    "Yr. 4",
                    "y4",
                    "Y 4",
                    "year four",
                    "Four",
                    "4B",
                    "Year 4b",
                ][..],
            ),
            (YearGroup::Year(10), &["10", "10C", "Year ten"]),
            (YearGroup::Reception, &["Reception", "R", "r", "Year R", "rec"]),
            (YearGroup::Nursery, &["Nursery", "N"]),
            (YearGroup::Primary(4), &["P4", "Primary 4", "p 4"]),
            (YearGroup::Secondary(3), &["S3", "secondary three"]),
        ];
        for (year, texts) in rows {
            for text in texts {
                assert_eq!(read(text), Some(year), "{text}");
            }
        }
        for none in ["", "Kestrels", "2026", "Year 2026", "4 or 5", "Year 0", "yes", "Robins", "Sparrows"] {
            assert_eq!(read(none), None, "{none}");
        }
    }
}
