//! A procedure from TOML text.

use super::validate::{ProblemCode, ProcedureProblem};
use super::{Procedure, StageKey};

impl Procedure {
    /// Reads and checks a procedure: nothing that breaks a hard limit comes out of here (R1-R3).
    ///
    /// # Errors
    /// When the text cannot be read, the first place where it cannot; else everything that the check
    /// finds, all at once.
    pub fn from_toml(source: &str) -> Result<Self, Vec<ProcedureProblem>> {
        let procedure: Self = toml::from_str(source).map_err(|error| vec![unread(source, &error)])?;
        let problems = procedure.problems();
        if problems.is_empty() { Ok(procedure) } else { Err(problems) }
    }
}

/// What the reader stumbled over, with the line and its words.
fn unread(source: &str, error: &toml::de::Error) -> ProcedureProblem {
    let (code, reason) = plain(error.message());
    let place = error.span().map_or_else(|| "the whole text".to_owned(), |span| place_of(source, span.start));
    ProcedureProblem { place, code, reason }
}

/// "line 31 (stage C2): handlers = …", from a position in bytes.
fn place_of(source: &str, at: usize) -> String {
    let before = source.get(..at).unwrap_or(source);
    let number = before.matches('\n').count();
    let words: String = source.lines().nth(number).unwrap_or_default().trim().chars().take(80).collect();
    let stage = stage_near(source, number).map(|key| format!(" (stage {key})")).unwrap_or_default();
    format!("line {}{stage}: {words}", number + 1)
}

/// The stage to which the line of that number belongs, counting from 0.
fn stage_near(source: &str, number: usize) -> Option<StageKey> {
    let lines: Vec<&str> = source.lines().map(str::trim).collect();
    let starts = |line: &&str| matches!(*line, "[[stages]]" | "[[exits]]");
    let start = lines.iter().take(number + 1).rposition(starts)?;
    let mut block = lines.iter().skip(start);
    if block.next() != Some(&"[[stages]]") {
        return None;
    }
    block
        .take_while(|line| !starts(line))
        .find_map(|line| line.strip_prefix("key = \""))
        .map(|rest| StageKey(rest.trim_end_matches('"').to_owned()))
}

/// The reader's message in plain words. Its openings are those of serde's own error constructors.
fn plain(message: &str) -> (ProblemCode, String) {
    let (head, expected) = message.split_once(", expected ").unwrap_or((message, ""));
    let expected = expected.trim_start_matches("one of ");
    if let Some(name) = head.strip_prefix("unknown field ") {
        let reason = format!("The name {name} does not belong here. Use one of: {expected}.");
        return (ProblemCode::UnknownName, reason);
    }
    if let Some(word) = head.strip_prefix("unknown variant ") {
        let reason = format!("The word {word} is not known here. Use one of: {expected}.");
        return (ProblemCode::UnknownWord, reason);
    }
    if let Some(name) = head.strip_prefix("missing field ") {
        return (ProblemCode::MissingName, format!("{name} is missing. Add it."));
    }
    if let Some(got) = head.strip_prefix("invalid type: ").or_else(|| head.strip_prefix("invalid value: ")) {
        let reason = format!("Here stands {got}. Write {} instead.", kind_words(expected));
        return (ProblemCode::WrongValue, reason);
    }
    let reason = format!("This cannot be read as TOML. Check quotes, brackets and equals signs ({message}).");
    (ProblemCode::Unreadable, reason.replace("invalid", "unreadable"))
}

/// What the reader wanted, for somebody who does not know Rust's names of types.
fn kind_words(expected: &str) -> &str {
    match expected {
        "u16" | "u32" => "a whole number, 0 or more,",
        "a string" => "words in quotation marks",
        "a sequence" => "a list in square brackets",
        other => other,
    }
}
