//! Text made safe for a place that holds one line: a header, a line of a server, a calendar property.

/// The text on one line: every control character and line separator becomes a space, runs of white space
/// become one space. A header cannot be started from inside a name or a subject that went through here.
pub(super) fn one_line(raw: &str) -> String {
    raw.split(|c: char| c.is_control() || c.is_whitespace())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// At most `longest` characters of it, with a mark where something was cut.
pub(super) fn shortened(text: &str, longest: usize) -> String {
    match text.char_indices().nth(longest) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or(text)),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_survives_that_could_start_a_line() {
        assert_eq!(
            one_line(" Jo\r\nBcc: x@example.org\u{2028}\u{85}\0\tSmith  "),
            "Jo Bcc: x@example.org Smith"
        );
        assert_eq!(one_line("علي 👩‍👧 Łukasz"), "علي 👩‍👧 Łukasz");
    }

    #[test]
    fn shortening_keeps_characters_whole() {
        assert_eq!(shortened("👩👩👩", 2), "👩👩…");
        assert_eq!(shortened("abc", 3), "abc");
    }
}
