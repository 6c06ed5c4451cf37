//! The step before something goes further: every answer as it will be read, and the way back to each (P20).

use askama::Template;

use crate::domain::case::fields::{Field, FieldKind};
use crate::urls;
use crate::web::form::Pairs;
use crate::web::page::Shell;
use crate::web::pages::family::Face;
use crate::web::pages::typed::Typed;

use super::act::{Act, Seal, WHAT_GOES_ALONG, further_lead, own_fields};
use super::confirm::STEP;
use super::screen::Looked;

/// What stands in the hidden field when the answers were checked.
const CHECKED: &str = "checked";

/// What stands in it for the way back.
const BACK: &str = "back";

/// A question with the answer as it goes.
#[derive(Clone, Debug)]
pub(super) struct Row {
    question: String,
    /// The words, or that there are none.
    words: String,
}

/// The page.
#[derive(Template)]
#[template(path = "mine/check.html")]
pub(super) struct CheckPage {
    shell: Shell,
    lead: Vec<String>,
    rows: Vec<Row>,
    /// The answers, which go with either button.
    answers: Vec<(String, String)>,
    action: String,
    version: u32,
    case: String,
    school: String,
    csrf: String,
}

impl CheckPage {
    /// The page, with the answers as they were typed.
    pub(super) fn new(face: &Face, act: Act, looked: Looked<'_>, pairs: &Pairs, seal: Seal<'_>) -> Self {
        let action = act.path();
        let mut shell = face.shell("Check what you send", action.clone());
        shell.home = urls::MINE.into();
        shell.back = Some(action.clone());
        let bound = ["csrf", "version", "case", "school", STEP];
        let answers = pairs.iter().filter(|(name, _)| !bound.contains(&name.as_str())).cloned();
        Self {
            shell,
            lead: lead(looked, pairs),
            rows: own_fields(act, looked).iter().map(|field| row(field, pairs)).collect(),
            answers: answers.collect(),
            action,
            version: looked.case.length,
            case: seal.case.to_owned(),
            school: face.slug.clone(),
            csrf: seal.csrf.to_owned(),
        }
    }

    /// Whether the answers come from this page, checked.
    pub(super) fn is_checked(typed: &Typed) -> bool {
        typed.get(STEP) == CHECKED
    }

    /// Whether somebody goes back to change them.
    pub(super) fn goes_back(typed: &Typed) -> bool {
        typed.get(STEP) == BACK
    }
}

/// To whom it goes and by when an answer comes; where the family chose another step than the usual one, its choice says
/// to whom.
fn lead(looked: Looked<'_>, pairs: &Pairs) -> Vec<String> {
    let usual = looked.ctx.stage_of(looked.case).and_then(|stage| stage.next.first());
    let chosen = pairs.iter().find(|(name, value)| name == "to_stage" && !value.is_empty());
    let is_usual = chosen.is_none_or(|(_, chosen)| usual.is_some_and(|usual| usual.0 == *chosen));
    if is_usual { further_lead(looked) } else { vec![WHAT_GOES_ALONG.to_owned()] }
}

fn row(field: &Field, pairs: &Pairs) -> Row {
    let given = pairs.iter().filter(|(name, value)| *name == field.name && !value.trim().is_empty());
    let words: Vec<String> = given.map(|(_, value)| said(field, value)).collect();
    let words = if words.is_empty() { "Not provided".to_owned() } else { words.join("\n") };
    Row { question: field.label.clone(), words }
}

/// A choice by what was read beside it, words as they are.
fn said(field: &Field, value: &str) -> String {
    let choices = match &field.kind {
        FieldKind::Choice(choices) | FieldKind::Choices(choices) => choices.as_slice(),
        FieldKind::Line
        | FieldKind::Text
        | FieldKind::Email
        | FieldKind::Date(_)
        | FieldKind::DateTime
        | FieldKind::Number(..)
        | FieldKind::Group(_)
        | FieldKind::Rows(_) => &[],
    };
    let is_meant = |known: &serde_json::Value| {
        known.as_str() == Some(value)
            || known.as_u64().is_some_and(|number| value.parse::<u64>() == Ok(number))
    };
    let chosen = choices.iter().find(|choice| is_meant(&choice.value));
    chosen.map_or_else(|| value.to_owned(), |choice| choice.label.clone())
}
