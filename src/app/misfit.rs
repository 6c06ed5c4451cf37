//! What a reader of JSON or of a query says about a field that does not fit, in words for people (A4, A5, P11).

use crate::domain::pointer::{below, escaped};
use crate::domain::text::TextProblem;

use super::error::{FieldCode, FieldProblem};

/// The problem at its field. `said` is what the reader said, `place` where it was: a JSON pointer without the
/// leading slash.
pub fn does_not_fit(said: &str, place: &str) -> FieldProblem {
    let said = without_position(said);
    let quoted = said.split('`').nth(1).unwrap_or_default();
    let name = escaped(quoted);
    if said.starts_with("unknown field") {
        let is_there = place == name || place.ends_with(&format!("/{name}"));
        let known = if is_there { place.to_owned() } else { below(place, &name) };
        return FieldProblem::new(
            known,
            FieldCode::UnknownField,
            "This field is not known here. Take it out",
        );
    }
    if said.starts_with("missing field") {
        let words = format!("Give an answer for: {}", quoted.replace('_', " "));
        return FieldProblem::new(below(place, &name), FieldCode::Missing, words);
    }
    if said.starts_with("unknown variant") {
        let choices: Vec<&str> = said.split('`').skip(3).step_by(2).collect();
        return FieldProblem::new(
            place,
            FieldCode::UnknownChoice,
            format!("Choose one of: {}", choices.join(", ")),
        );
    }
    if let Some((code, words)) = of_a_text(said) {
        return FieldProblem::new(place, code, words);
    }
    FieldProblem::new(place, FieldCode::DoesNotFit, format!("This does not fit here. Give {}", wanted(said)))
}

/// JSON that was read from text says where in it; people read the name of the field.
fn without_position(said: &str) -> &str {
    match said.rsplit_once(" at line ") {
        Some((said, position)) if position.starts_with(|sign: char| sign.is_ascii_digit()) => said,
        Some(_) | None => said,
    }
}

/// A text that is no text of ours says so itself.
fn of_a_text(said: &str) -> Option<(FieldCode, &str)> {
    let too_long = |words: &str| {
        let limit = words.split(' ').find_map(|word| word.parse().ok())?;
        (TextProblem::TooLong(limit).to_string() == words).then_some(FieldCode::TooLong)
    };
    let code = if said == TextProblem::Blank.to_string() {
        Some(FieldCode::Missing)
    } else if said == TextProblem::Control.to_string() {
        Some(FieldCode::HiddenCharacter)
    } else {
        too_long(said)
    };
    code.map(|code| (code, said))
}

/// What is wanted in place of what came.
fn wanted(said: &str) -> &'static str {
    const NUMBER: &str = "a whole number that is not below 0";
    const ID: &str = "an id, as an earlier answer gave it";
    let expected = said.rsplit_once("expected ").map(|(_, kind)| kind.trim_end_matches('`'));
    match expected {
        Some("a string" | "string" | "a borrowed string" | "text") => "text",
        Some("a sequence") => "a list",
        Some("a map") => "an object",
        Some("a boolean") => "true or false",
        Some("u8" | "u16" | "u32" | "u64" | "usize" | "i64") => NUMBER,
        Some("a local time") => "a date and a time of the school, like 2026-11-23T10:00",
        Some("a formatted date string") => "a date, like 2026-07-17",
        Some(kind) if kind.starts_with("struct ") => "an object",
        Some(kind) if kind.contains("UUID") => ID,
        Some(_) | None if said.contains("digit") || said.contains("integer") => NUMBER,
        Some(_) | None if said.contains("UUID") => ID,
        Some(_) | None => {
            "what the description of the API says of it; a date looks like 2026-07-17, an instant like 2026-07-17T09:30:00Z"
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::case::action::Action;
    use crate::domain::case::command::Command;
    use serde_json::{Value, json};

    fn told(action: Action, body: Value) -> Vec<FieldProblem> {
        let misfits = Command::from_json(action, body).unwrap_err();
        misfits.iter().map(|misfit| does_not_fit(&misfit.why, &misfit.place)).collect()
    }

    /// A4, P11: every field of an action that does not fit is told at once, at its place, in words for people: none
    /// of a program, none that blames.
    #[test]
    fn a4_every_field_of_an_action_is_told_in_words_for_people() {
        for (action, body, places) in [
            (Action::AddNote, json!({"words": 5}), vec![("words", "does_not_fit")]),
            (Action::AddNote, json!({"words": {}}), vec![("words", "does_not_fit")]),
            (Action::AddNote, json!({"words": " "}), vec![("words", "missing")]),
            (Action::AddNote, json!({"words": "x".repeat(100_001)}), vec![("words", "too_long")]),
            (Action::AddNote, json!([1]), vec![("", "does_not_fit")]),
            (
                Action::ArrangeMeeting,
                json!({"at": "at ten", "minutes": -5, "staff": ["x"], "colour": 1}),
                vec![
                    ("at", "does_not_fit"),
                    ("minutes", "does_not_fit"),
                    ("place", "missing"),
                    ("staff/0", "does_not_fit"),
                    ("colour", "unknown_field"),
                ],
            ),
            (
                Action::RecordFinding,
                json!({"point": "one", "finding": "perhaps"}),
                vec![("point", "does_not_fit"), ("finding", "unknown_choice"), ("reasons", "missing")],
            ),
            (
                Action::Accept,
                json!({"answers": [{"reason": "child_at_risk", "words": 1}]}),
                vec![("answers/0/words", "does_not_fit")],
            ),
            (
                Action::Accept,
                json!({"answers": [{"reason": "child_at_risk", "words": "x", "who/what": 1}]}),
                vec![("answers/0/who~1what", "unknown_field")],
            ),
            (Action::Suspend, json!({"review_on": "soon"}), {
                vec![("reason", "missing"), ("authority", "missing"), ("review_on", "does_not_fit")]
            }),
            (Action::CirculatePapers, json!({"documents": 1}), vec![("documents", "does_not_fit")]),
            (Action::CompleteAction, json!({"action": 70_000}), {
                vec![("action", "does_not_fit"), ("evidence", "missing")]
            }),
        ] {
            let problems = told(action, body.clone());
            let found: Vec<_> =
                problems.iter().map(|problem| (problem.field.as_str(), problem.code.key())).collect();
            assert_eq!(found, places, "{action:?} {body}: {problems:?}");
            for FieldProblem { words, .. } in &problems {
                for strange in ["enum", "struct", "expected", "invalid", "variant", "serde", "$words", "u16"]
                {
                    assert!(!words.contains(strange), "{strange}: {words}");
                }
            }
        }
    }

    /// What can be left out can be left out, whatever else does not fit.
    #[test]
    fn what_is_optional_is_never_asked_for() {
        let fits = Command::from_json(Action::CirculatePapers, json!({}));
        assert!(fits.is_ok(), "{fits:?}");
        let problems = told(Action::CirculatePapers, json!({"waiver": 1}));
        assert_eq!(problems.iter().map(|one| one.field.as_str()).collect::<Vec<_>>(), ["waiver"]);
    }

    /// A moment is the school's local time, with seconds or without; an instant of UTC is another thing.
    #[test]
    fn a_local_time_is_taken_with_seconds_and_without() {
        let body = |at: &str| json!({"at": at, "minutes": 30, "place": "Room 2"});
        let read = |at: &str| Command::from_json(Action::ArrangeMeeting, body(at));
        assert_eq!(read("2026-11-23T10:00"), read("2026-11-23T10:00:00"));
        assert!(read("2026-11-23T10:00").is_ok());
        for other in ["2026-11-23", "2026-11-23T10:00:00Z", "2026-11-23 10:00", "2026-02-30T10:00", ""] {
            let problems = told(Action::ArrangeMeeting, body(other));
            assert!(problems[0].words.contains("like 2026-11-23T10:00"), "{other}: {problems:?}");
        }
    }
}
