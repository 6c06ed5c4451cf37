//! Telephone numbers as people write them: kept as they are, and looked at once so that none is half of one.

/// Whether a text is a whole number that can be dialled: 10 or 11 figures in the United Kingdom, whether they begin with
/// 0 or +44, and elsewhere a + with the country. What stands behind it ("after 6pm") does not count.
///
/// # Errors
/// How to write it.
pub fn whole(text: &str) -> Result<(), &'static str> {
    let number: String = text.chars().take_while(|sign| !sign.is_alphabetic()).collect();
    let figures: String = number.chars().filter(char::is_ascii_digit).collect();
    let abroad = number.trim_start().starts_with('+').then_some(figures.as_str());
    let is_whole = match abroad.or_else(|| figures.strip_prefix("00")) {
        // After 44, some write the 0 that is left out: +44 (0)117.
        Some(figures) => match figures.strip_prefix("44") {
            Some(rest) => (9..=10).contains(&rest.trim_start_matches('0').len()),
            None => (8..=15).contains(&figures.len()),
        },
        None => figures.starts_with('0') && (10..=11).contains(&figures.len()),
    };
    if is_whole { Ok(()) } else { Err(HOW) }
}

const HOW: &str =
    "Enter the whole phone number with its area code, like 01632 960 001. Begin a number abroad with +";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_whole_number_is_one() {
        let all = [
            "01632 960 001",
            "07700 900123",
            "(0117) 496 0123",
            "0117-496-0123",
            "+44 7700 900 123",
            "+44 (0)117 496 0123",
            "0044 117 496 0123",
            "+353 1 679 1234",
            "+49 30 1234567",
            "016977 2345",
            "07700 900123 after 6pm",
        ];
        for number in all {
            assert_eq!(whole(number), Ok(()), "{number}");
        }
        for part in [
            "07700 900",
            "960 001",
            "0117",
            "7700 900123",
            "07700 900 1234",
            "+44 7700 900",
            "+1",
            "none",
            "999",
        ] {
            assert_eq!(whole(part), Err(HOW), "{part}");
        }
    }
}
