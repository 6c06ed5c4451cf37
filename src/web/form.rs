//! Forms for the actions of a case, drawn and read from one description: the fields of
//! [`domain::case::fields`](crate::domain::case::fields), which the API's schema is made from too (A1, A8).
//!
//! A form is flat: names are joined with dots (`answers.child_at_risk.words`). A date comes in three boxes
//! (`held_on-day`, `-month`, `-year`), a moment in a fourth (`at-time`). `read` turns what a browser sent
//! into the JSON body of the action and tells everything that is missing at once; [`FormView`] draws the
//! fields with what was typed and with the words of each problem at its field and in the summary (P8, P10).

mod draw;
mod read;
mod when;

#[cfg(test)]
mod tests;

use crate::domain::case::fields::{Choice, Field, FieldKind, RowSet};

pub use draw::{FormView, Item};
pub use read::{pairs_of, read};

/// One field that needs another look, in the words that the person reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldProblem {
    /// The field's name in the form.
    pub name: String,
    /// How to put it right.
    pub words: String,
}

/// What a browser sent: names with what was typed, in order. A name may come more than once.
pub type Pairs = [(String, String)];

/// The names that every form of ours carries besides its fields.
pub const CONTROLS: [&str; 5] = ["csrf", "version", "case", "confirmed", "change"];

/// The fields alone.
pub fn without_controls(pairs: &Pairs) -> Vec<(String, String)> {
    pairs.iter().filter(|(name, _)| !CONTROLS.contains(&name.as_str())).cloned().collect()
}

/// Brings a refusal or a JSON error home: from the pointer of the domain ("points/0/reasons",
/// "distribution/complainant") to the name of the field that people see. `None` when the form has none such.
pub fn name_of_pointer(fields: &[Field], pointer: &str) -> Option<String> {
    let segments: Vec<&str> = pointer.split('/').filter(|segment| !segment.is_empty()).collect();
    named(fields, "", &segments)
}

fn named(fields: &[Field], prefix: &str, segments: &[&str]) -> Option<String> {
    let (first, rest) = segments.split_first()?;
    let field = fields.iter().find(|field| field.name == *first)?;
    Some(inside(field, &joined(prefix, &field.name), rest))
}

/// The deepest field that the rest of the pointer names, or the first one below.
fn inside(field: &Field, name: &str, rest: &[&str]) -> String {
    match &field.kind {
        FieldKind::Group(fields) => {
            named(fields, name, rest).or_else(|| first_below(fields, name)).unwrap_or_else(|| name.to_owned())
        }
        FieldKind::Rows(rows) => in_rows(rows, name, rest).unwrap_or_else(|| name.to_owned()),
        FieldKind::Line
        | FieldKind::Text
        | FieldKind::Email
        | FieldKind::Date(_)
        | FieldKind::DateTime
        | FieldKind::Number(..)
        | FieldKind::Choice(_)
        | FieldKind::Choices(_) => name.to_owned(),
    }
}

fn in_rows(rows: &RowSet, name: &str, rest: &[&str]) -> Option<String> {
    let (row, rest) = match rest.split_first() {
        Some((segment, rest)) => (row_of(rows, segment), rest),
        None => (None, rest),
    };
    let row = row.or_else(|| rows.rows.first())?;
    let prefix = joined(name, &row.form_value());
    named(&rows.columns, &prefix, rest).or_else(|| first_below(&rows.columns, &prefix))
}

/// A row by its number in the array, or by its key.
fn row_of<'r>(rows: &'r RowSet, segment: &str) -> Option<&'r Choice> {
    let by_number = segment.parse::<usize>().ok().and_then(|number| rows.rows.get(number));
    by_number.or_else(|| rows.rows.iter().find(|row| row.form_value() == segment))
}

fn first_below(fields: &[Field], prefix: &str) -> Option<String> {
    let first = fields.first()?;
    Some(inside(first, &joined(prefix, &first.name), &[]))
}

fn joined(prefix: &str, name: &str) -> String {
    if prefix.is_empty() { name.to_owned() } else { format!("{prefix}.{name}") }
}
