//! The text of a mail as a letter on paper has it (E17).

use super::style::LINE_WIDTH;

/// A part of a mail as paper has it: a line that the mail broke because its next word had no room runs on, and nothing
/// marks a quotation.
pub fn for_paper(part: &str) -> String {
    let quoted = part.lines().all(|line| line.starts_with('>'));
    let mut paper = String::new();
    let mut room = 0;
    for line in part.lines() {
        let words = if quoted { line.trim_start_matches('>').trim_start() } else { line };
        let first = words.split_whitespace().next().unwrap_or_default();
        let runs_on = first.chars().count() >= room && !is_item(first);
        if !paper.is_empty() {
            paper.push(if runs_on { ' ' } else { '\n' });
        }
        paper.push_str(if runs_on { words.trim_start() } else { words });
        room = LINE_WIDTH.saturating_sub(line.chars().count());
    }
    paper
}

/// Whether a line that begins with that word is an item of a list.
fn is_item(first: &str) -> bool {
    let number = first.strip_suffix('.').unwrap_or_default();
    matches!(first, "-" | "*" | "\u{2022}")
        || (!number.is_empty() && number.bytes().all(|sign| sign.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a mail breaks at 72 characters runs on; what was broken on purpose stays, and so do lists.
    #[test]
    fn a_letter_on_paper_has_no_lines_of_a_mail() {
        let mail = "> We looked at the times that you gave us, and we asked the driver and the\n> escort. They agree.\n> Ms Pickles";
        let paper = "We looked at the times that you gave us, and we asked the driver and the escort. They agree.\nMs Pickles";
        assert_eq!(for_paper(mail), paper);
        let list = "1. The bus waits until a quarter past three from now on, on each day, and\n   a member of staff stays.\n2. We write on Friday.";
        let written = "1. The bus waits until a quarter past three from now on, on each day, and a member of staff stays.\n2. We write on Friday.";
        assert_eq!(for_paper(list), written);
    }
}
