//! Pages that need no template of their own: a form with a few questions, and a page that says something.

use askama::Template;

use crate::app::error::FieldProblem;
use crate::web::csrf::Csrf;
use crate::web::field::{Choices, DateField, Field, Problem};
use crate::web::page::{Shell, Standing, Words};
use crate::web::parts::Link;

use super::typed::Typed;

/// One question of a form.
pub(super) enum Part {
    Text(Field),
    Password(Field),
    Radios(Choices),
    Checks(Choices),
    Date(DateField),
    /// A name and a value that nobody fills in.
    Hidden(&'static str, String),
}

impl Part {
    pub(super) fn problem(&self) -> Option<Problem> {
        match self {
            Self::Text(field) | Self::Password(field) => field.problem(),
            Self::Radios(choices) | Self::Checks(choices) => choices.problem(),
            Self::Date(date) => date.problem(),
            Self::Hidden(_, _) => None,
        }
    }
}

/// A form: what it is about, its questions, its one button.
#[derive(Template)]
#[template(path = "form/page.html")]
pub(super) struct FormPage {
    pub shell: Shell,
    pub csrf: Csrf,
    /// A short line above the heading: whom or what the form is about.
    pub caption: Option<String>,
    /// What there is to know before the questions.
    pub lead: Vec<Words>,
    pub problems: Vec<Problem>,
    pub parts: Vec<Part>,
    pub action: String,
    pub button: &'static str,
}

impl FormPage {
    /// A form whose problems are those of its parts, in their order; the title says when there are any (P9, P10).
    pub(super) fn new(mut shell: Shell, csrf: Csrf, action: String, parts: Vec<Part>) -> Self {
        let problems: Vec<Problem> = parts.iter().filter_map(Part::problem).collect();
        if !problems.is_empty() {
            shell.standing = Standing::Problem;
        }
        Self { shell, csrf, caption: None, lead: Vec::new(), problems, parts, action, button: "Continue" }
    }

    /// With what there is to know before the questions.
    #[must_use]
    pub(super) fn lead(mut self, lines: &[&'static str]) -> Self {
        self.lead = lines.iter().map(|line| Words::from(*line)).collect();
        self
    }

    /// With a line above the heading.
    #[must_use]
    pub(super) fn about(mut self, caption: impl Into<String>) -> Self {
        self.caption = Some(caption.into());
        self
    }

    /// With these words on the button.
    #[must_use]
    pub(super) fn button(mut self, words: &'static str) -> Self {
        self.button = words;
        self
    }
}

/// A page that says something and leads on.
#[derive(Template)]
#[template(path = "form/said.html")]
pub(super) struct SaidPage {
    pub shell: Shell,
    pub text: Vec<Words>,
    pub links: Vec<Link>,
}

/// The problems of a form, by field.
#[derive(Clone, Copy)]
pub(super) struct Found<'a>(pub &'a [FieldProblem]);

impl Found<'_> {
    /// The words at that field.
    pub(super) fn at(&self, field: &str) -> Option<String> {
        let all: Vec<&str> = self
            .0
            .iter()
            .filter(|problem| problem.field == field)
            .map(|problem| problem.words.as_str())
            .collect();
        (!all.is_empty()).then(|| all.join(". "))
    }

    /// A box for text, filled in with what was typed.
    pub(super) fn text(&self, typed: &Typed, name: &'static str, label: &'static str) -> Field {
        Field::new(name, label).value(typed.get(name)).error(self.at(name))
    }

    /// A date in three boxes, filled in with what was typed.
    pub(super) fn date(
        &self,
        typed: &Typed,
        name: &'static str,
        label: &'static str,
        hint: &'static str,
    ) -> DateField {
        let part = |part: &str| typed.get(&format!("{name}-{part}")).to_owned();
        let mut date = DateField::new(name, label);
        date.hint = Some(hint.into());
        (date.day, date.month, date.year) = (part("day"), part("month"), part("year"));
        date.error = self.at(name);
        date
    }
}

/// A date as its three boxes have it: "14 9 2026"; empty when all three are.
pub(super) fn date_of(typed: &Typed, name: &str) -> String {
    let parts = ["day", "month", "year"].map(|part| typed.get(&format!("{name}-{part}")).to_owned());
    parts.join(" ").trim().to_owned()
}
