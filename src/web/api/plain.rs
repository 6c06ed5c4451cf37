//! The words of the code, for people who do not read it.

/// A text without the numbers of rules in brackets. Doc comments name the rule that they follow, for whoever changes the
/// program; whoever reads the description of the API has no book of rules.
pub fn without_rules(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(" (") {
        let (before, bracket) = rest.split_at(start);
        plain.push_str(before);
        match bracket.find(')') {
            Some(end) if bracket.get(2..end).is_some_and(names_rules) => {
                rest = bracket.get(end.saturating_add(1)..).unwrap_or_default();
            }
            Some(_) | None => {
                plain.push_str(" (");
                rest = bracket.get(2..).unwrap_or_default();
            }
        }
    }
    plain.push_str(rest);
    plain
}

/// Where the rules are written down.
const BOOKS: [&str; 3] = ["api.md", "domain.md", "ux.md"];

/// "R30", "R23-R29", "R46, R47", "2.6", "domain.md 8.1".
fn names_rules(inside: &str) -> bool {
    inside.split([',', '-', ' ']).filter(|word| !word.is_empty()).all(is_a_rule)
}

fn is_a_rule(word: &str) -> bool {
    let digits = word.trim_start_matches(|sign: char| "ACEGPRSTU".contains(sign));
    let numbered = !digits.is_empty() && digits.bytes().all(|sign| sign.is_ascii_digit() || sign == b'.');
    let lettered = word.len() == digits.len().saturating_add(1);
    numbered && (lettered || (word.len() == digits.len() && digits.contains('.'))) || BOOKS.contains(&word)
}

#[cfg(test)]
mod tests {
    use super::without_rules;

    #[test]
    fn numbers_of_rules_go_and_other_brackets_stay() {
        for (text, plain) in [
            ("Call it back (S7).", "Call it back."),
            ("Log it (R8, R9)", "Log it"),
            ("The panel (R23-R29) sits (for an hour).", "The panel sits (for an hour)."),
            ("What both know of (2.6).", "What both know of."),
            ("Problem documents (RFC 9457).", "Problem documents (RFC 9457)."),
            ("As base64 (RFC 4648, section 4).", "As base64 (RFC 4648, section 4)."),
            ("At most 5 (five) of them", "At most 5 (five) of them"),
            ("Left open (R8", "Left open (R8"),
        ] {
            assert_eq!(without_rules(text), plain);
        }
    }
}
