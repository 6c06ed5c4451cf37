//! What a form field shows: label, hint, what was typed, what is to be put right.
//!
//! Values are text as the person typed it, so that a form that comes back is filled in (P8). The macros of
//! `macros/form.html` draw these. A field's id is its name; the error summary links to it.

use serde::{Deserialize, Serialize};

use super::page::Words;

/// Whether a question may be left out. What may be left out says so; nothing has an asterisk (P5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// To be answered.
    Required,
    /// May be left out.
    Optional,
}

/// How loud a label is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LabelSize {
    /// One of several fields on a page.
    Plain,
    /// A field that leads others.
    Medium,
    /// The question of the page: the label is the page's one heading (P4).
    Question,
}

/// What kind of text a box takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Any text.
    Text,
    /// A name of a person, in any script, without spell-check (P16).
    Name,
    /// An email address.
    Email,
    /// A telephone number.
    Phone,
    /// A password that is there already, or a new one; paste and password managers work (P34).
    Password,
    /// Digits only.
    Digits,
    /// Words to look for.
    Search,
}

impl Kind {
    /// The `type` attribute. HTML5's own checks are off, so this only picks the keyboard.
    pub const fn input_type(self) -> &'static str {
        match self {
            Self::Text | Self::Name | Self::Digits => "text",
            Self::Email => "email",
            Self::Phone => "tel",
            Self::Password => "password",
            Self::Search => "search",
        }
    }

    /// The `inputmode` attribute, where it differs from the type.
    pub const fn input_mode(self) -> Option<&'static str> {
        match self {
            Self::Digits => Some("numeric"),
            Self::Text | Self::Name | Self::Email | Self::Phone | Self::Password | Self::Search => None,
        }
    }

    /// Whether a spelling checker helps here.
    pub const fn is_prose(self) -> bool {
        match self {
            Self::Text | Self::Search => true,
            Self::Name | Self::Email | Self::Phone | Self::Password | Self::Digits => false,
        }
    }
}

/// How wide a box is: it tells how much is expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Width {
    /// As wide as the column.
    Full,
    /// Half of the column on a wide screen.
    Half,
    /// About twenty characters.
    Twenty,
    /// About ten characters.
    Ten,
    /// About four characters.
    Four,
}

impl Width {
    /// The class that gives the width.
    pub const fn class(self) -> &'static str {
        match self {
            Self::Full => "",
            Self::Half => "govuk-!-width-one-half",
            Self::Twenty => "govuk-input--width-20",
            Self::Ten => "govuk-input--width-10",
            Self::Four => "govuk-input--width-4",
        }
    }
}

/// A box for text, of one line or several, or a file field.
#[derive(Clone, Debug)]
pub struct Field {
    /// Its name in the form, and its id.
    pub name: Words,
    /// The question.
    pub label: Words,
    /// How loud the label is.
    pub label_size: LabelSize,
    /// One short sentence, without links.
    pub hint: Option<Words>,
    /// What was typed.
    pub value: String,
    /// What is to be put right, in the words of the error summary (P10).
    pub error: Option<String>,
    /// Whether it may be left out.
    pub need: Need,
    /// What kind of text it takes.
    pub kind: Kind,
    /// How wide it is.
    pub width: Width,
    /// What a browser may fill in from what it knows about its owner (P16): "name", "email", "one-time-code".
    pub autocomplete: Option<&'static str>,
    /// Lines shown, for text of several lines.
    pub rows: u8,
    /// Characters at most. The count is shown; typing is never stopped (P13).
    pub limit: Option<u32>,
    /// Kinds of files offered first by a file field: "image/*,.pdf".
    pub accept: Option<&'static str>,
}

impl Field {
    /// A required, empty, full-width text field.
    pub fn new(name: impl Into<Words>, label: impl Into<Words>) -> Self {
        Self {
            name: name.into(),
            label: label.into(),
            label_size: LabelSize::Plain,
            hint: None,
            value: String::new(),
            error: None,
            need: Need::Required,
            kind: Kind::Text,
            width: Width::Full,
            autocomplete: None,
            rows: 5,
            limit: None,
            accept: None,
        }
    }

    /// With one short sentence of help.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<Words>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// With what was typed before.
    #[must_use]
    pub fn value(mut self, value: impl Into<String>) -> Self {
        self.value = value.into();
        self
    }

    /// With what is to be put right, if anything is.
    #[must_use]
    pub fn error(mut self, error: Option<String>) -> Self {
        self.error = error;
        self
    }

    /// May be left out.
    #[must_use]
    pub fn optional(mut self) -> Self {
        self.need = Need::Optional;
        self
    }

    /// Takes this kind of text.
    #[must_use]
    pub fn kind(mut self, kind: Kind) -> Self {
        self.kind = kind;
        self
    }

    /// Is this wide.
    #[must_use]
    pub fn width(mut self, width: Width) -> Self {
        self.width = width;
        self
    }

    /// Has a label this loud.
    #[must_use]
    pub fn label_size(mut self, size: LabelSize) -> Self {
        self.label_size = size;
        self
    }

    /// May be filled in by the browser.
    #[must_use]
    pub fn autocomplete(mut self, token: &'static str) -> Self {
        self.autocomplete = Some(token);
        self
    }

    /// Shows this many lines.
    #[must_use]
    pub fn rows(mut self, rows: u8) -> Self {
        self.rows = rows;
        self
    }

    /// Counts up to this many characters.
    #[must_use]
    pub fn limit(mut self, characters: u32) -> Self {
        self.limit = Some(characters);
        self
    }

    /// Offers these kinds of files first.
    #[must_use]
    pub fn accept(mut self, kinds: &'static str) -> Self {
        self.accept = Some(kinds);
        self
    }

    /// The limit as people read it: "100,000".
    pub fn limit_words(&self) -> String {
        let limit = self.limit.unwrap_or_default();
        match (limit / 1000, limit % 1000) {
            (0, rest) => rest.to_string(),
            (thousands, rest) => format!("{thousands},{rest:03}"),
        }
    }

    /// From which part of the limit on the count is shown, in per cent: a count far from its end only worries.
    pub fn count_from(&self) -> Option<u8> {
        self.limit.filter(|limit| *limit >= 1000).map(|_| 75)
    }

    /// The ids that describe the box to a screen reader.
    pub fn described_by(&self) -> Option<String> {
        let count = self.limit.map(|_| format!("{}-info", self.name));
        described_by(&self.name, self.hint.as_deref(), self.error.as_deref(), count)
    }

    /// Its line in the error summary.
    pub fn problem(&self) -> Option<Problem> {
        problem(&self.name, self.error.as_deref())
    }
}

/// One answer to choose.
#[derive(Clone, Debug)]
pub struct Choice {
    /// What the form sends.
    pub value: Words,
    /// What the person reads.
    pub label: Words,
    /// What it leads to.
    pub hint: Option<Words>,
    /// Chosen or not, when the page comes.
    pub pick: Pick,
    /// Stands after an "or".
    pub place: Place,
}

/// Whether an answer is chosen when the page comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pick {
    /// It is.
    Chosen,
    /// It is not.
    Open,
}

/// Whether an answer is one of the row, or the way out of the row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// One of the row.
    InRow,
    /// Set apart by an "or": "I am not sure".
    SetApart,
}

/// How a set of answers stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stand {
    /// One below the other.
    Stacked,
    /// Beside each other, for two short answers.
    Inline,
    /// One below the other and small, for filters.
    Small,
}

/// A set of answers: radios, checkboxes or a select.
#[derive(Clone, Debug)]
pub struct Choices {
    /// The name in the form; the id of the first answer.
    pub name: Words,
    /// The question.
    pub label: Words,
    /// How loud the label is.
    pub label_size: LabelSize,
    /// One short sentence, without links.
    pub hint: Option<Words>,
    /// What is to be put right.
    pub error: Option<String>,
    /// Whether it may be left out.
    pub need: Need,
    /// The answers.
    pub options: Vec<Choice>,
    /// How they stand.
    pub stand: Stand,
}

impl Choices {
    /// A required question without answers yet.
    pub fn new(name: impl Into<Words>, label: impl Into<Words>) -> Self {
        Self {
            name: name.into(),
            label: label.into(),
            label_size: LabelSize::Plain,
            hint: None,
            error: None,
            need: Need::Required,
            options: Vec::new(),
            stand: Stand::Stacked,
        }
    }

    /// With one more answer.
    #[must_use]
    pub fn option(mut self, value: impl Into<Words>, label: impl Into<Words>) -> Self {
        self.options.push(Choice {
            value: value.into(),
            label: label.into(),
            hint: None,
            pick: Pick::Open,
            place: Place::InRow,
        });
        self
    }

    /// The answer added last leads to this.
    #[must_use]
    pub fn leading_to(mut self, hint: impl Into<Words>) -> Self {
        if let Some(last) = self.options.last_mut() {
            last.hint = Some(hint.into());
        }
        self
    }

    /// With one more answer, set apart by an "or".
    #[must_use]
    pub fn or(mut self, value: impl Into<Words>, label: impl Into<Words>) -> Self {
        self = self.option(value, label);
        if let Some(last) = self.options.last_mut() {
            last.place = Place::SetApart;
        }
        self
    }

    /// With these answers chosen.
    #[must_use]
    pub fn chosen(mut self, values: &[&str]) -> Self {
        for option in &mut self.options {
            option.pick = if values.contains(&&*option.value) { Pick::Chosen } else { Pick::Open };
        }
        self
    }

    /// With one short sentence of help.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<Words>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// With what is to be put right, if anything is.
    #[must_use]
    pub fn error(mut self, error: Option<String>) -> Self {
        self.error = error;
        self
    }

    /// May be left out.
    #[must_use]
    pub fn optional(mut self) -> Self {
        self.need = Need::Optional;
        self
    }

    /// Has a label this loud.
    #[must_use]
    pub fn label_size(mut self, size: LabelSize) -> Self {
        self.label_size = size;
        self
    }

    /// Stands like this.
    #[must_use]
    pub fn stand(mut self, stand: Stand) -> Self {
        self.stand = stand;
        self
    }

    /// The id of the answer with this index, from 0; the first has the bare name, so that the error summary can
    /// link to it.
    pub fn id(&self, index: &usize) -> String {
        if *index == 0 { self.name.to_string() } else { format!("{}-{}", self.name, index + 1) }
    }

    /// The ids that describe the set to a screen reader.
    pub fn described_by(&self) -> Option<String> {
        described_by(&self.name, self.hint.as_deref(), self.error.as_deref(), None)
    }

    /// Its line in the error summary.
    pub fn problem(&self) -> Option<Problem> {
        problem(&self.name, self.error.as_deref())
    }
}

/// A date in three boxes, sent as `name-day`, `name-month` and `name-year`.
#[derive(Clone, Debug)]
pub struct DateField {
    /// The name in the form, without the part.
    pub name: Words,
    /// The question.
    pub label: Words,
    /// How loud the label is.
    pub label_size: LabelSize,
    /// One short sentence with an example whose day is above 12 (P15).
    pub hint: Option<Words>,
    /// The day as it was typed.
    pub day: String,
    /// The month as it was typed, in digits or in words.
    pub month: String,
    /// The year as it was typed.
    pub year: String,
    /// What is to be put right.
    pub error: Option<String>,
    /// Whether it may be left out.
    pub need: Need,
}

impl DateField {
    /// A required, empty date.
    pub fn new(name: impl Into<Words>, label: impl Into<Words>) -> Self {
        Self {
            name: name.into(),
            label: label.into(),
            label_size: LabelSize::Plain,
            hint: None,
            day: String::new(),
            month: String::new(),
            year: String::new(),
            error: None,
            need: Need::Required,
        }
    }

    /// The three boxes, in order: part, label, class of width, what was typed. A month may be a word (P15).
    pub fn boxes(&self) -> [(&'static str, &'static str, &'static str, &str); 3] {
        [
            ("day", "Day", "govuk-input--width-2", &self.day),
            ("month", "Month", "govuk-input--width-5", &self.month),
            ("year", "Year", "govuk-input--width-4", &self.year),
        ]
    }

    /// The ids that describe the boxes to a screen reader.
    pub fn described_by(&self) -> Option<String> {
        described_by(&self.name, self.hint.as_deref(), self.error.as_deref(), None)
    }

    /// Its line in the error summary: it leads to the first box.
    pub fn problem(&self) -> Option<Problem> {
        problem(&format!("{}-day", self.name), self.error.as_deref())
    }
}

/// One line of the error summary.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// The id of the field.
    pub field: String,
    /// The same words as at the field (P10).
    pub text: String,
}

fn problem(field: &str, error: Option<&str>) -> Option<Problem> {
    error.map(|text| Problem { field: field.to_owned(), text: text.to_owned() })
}

fn described_by(
    name: &str,
    hint: Option<&str>,
    error: Option<&str>,
    count: Option<String>,
) -> Option<String> {
    let hint = hint.map(|_| format!("{name}-hint"));
    let error = error.map(|_| format!("{name}-error"));
    let ids: Vec<String> = [hint, error, count].into_iter().flatten().collect();
    (!ids.is_empty()).then(|| ids.join(" "))
}

/// The longest text that any field of several lines takes, for [`Field::limit`].
pub const LONGEST: u32 = 100_000;

const _: () = assert!(LONGEST as usize == crate::domain::text::LONGEST_TEXT);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_box_is_described_by_hint_error_and_count() {
        let bare = Field::new("what", "What happened?");
        assert_eq!(bare.described_by(), None);
        let full = bare.hint("In your own words").error(Some("Tell us what happened".into())).limit(10);
        assert_eq!(full.described_by().as_deref(), Some("what-hint what-error what-info"));
    }

    /// P10: the summary links to the field, in the same words.
    #[test]
    fn a_problem_leads_to_its_field() {
        let error = Some("Enter the day it happened".to_owned());
        let mut date = DateField::new("when", "When was it?");
        assert_eq!(date.problem(), None);
        date.error.clone_from(&error);
        assert_eq!(date.problem().unwrap().field, "when-day");
        let kind = Choices::new("kind", "Which?").option("a", "A").option("b", "B").error(error);
        assert_eq!(kind.problem().unwrap().field, kind.id(&0));
        assert_eq!(kind.id(&1), "kind-2");
    }

    #[test]
    fn what_was_chosen_stays_chosen() {
        let kind = Choices::new("kind", "Which?").option("a", "A").or("b", "Not sure").chosen(&["b"]);
        let picks: Vec<(Pick, Place)> =
            kind.options.iter().map(|option| (option.pick, option.place)).collect();
        assert_eq!(picks, [(Pick::Open, Place::InRow), (Pick::Chosen, Place::SetApart)]);
    }
}
