//! The step after a family gave a new email address: the code that shows that it is theirs.

use askama::Template;

use crate::app::contact;
use crate::app::error::{Error, FieldCode};
use crate::domain::case::state::Case;
use crate::domain::case::vocabulary::ContactWay;
use crate::urls;
use crate::web::field::{Field, Kind, LabelSize, Problem, Width};
use crate::web::form::Pairs;
use crate::web::page::Shell;
use crate::web::pages::family::{Face, standing};
use crate::web::pages::typed::Typed;

use super::act::{Act, Seal};

/// The hidden field that tells this form from the one for the details.
pub(super) const STEP: &str = "step";

/// What stands in it for the way back to the details.
const BACK: &str = "back";

/// The field of the form.
const CODE: &str = "code";

/// Where the step stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum CodeStep {
    /// A code has just gone out.
    Mailed,
    /// What was typed did not do: how to put it right.
    Refused(String),
}

impl CodeStep {
    /// What is to be typed.
    pub(super) const HOW: &'static str = "Enter the six numbers from your email";

    /// The step that an answer of the use case asks for; none where it is about something else.
    pub(super) fn of(act: Act, error: &Error) -> Option<Self> {
        match (act, error) {
            (Act::Details, Error::Invalid(found)) => {
                let of_code = found.iter().find(|problem| problem.field == CODE)?;
                Some(match of_code.code {
                    FieldCode::CodeNeeded => Self::Mailed,
                    _ => Self::Refused(of_code.words.clone()),
                })
            }
            (Act::Details, Error::TooMany(seconds)) => Some(Self::Refused(contact::codes_spent(*seconds))),
            (
                Act::Confirm
                | Act::Answer
                | Act::Settle
                | Act::Escalate
                | Act::Write
                | Act::Details
                | Act::AddHelper
                | Act::EndHelper
                | Act::Withdraw,
                _,
            ) => None,
        }
    }

    /// Whether somebody goes back to the details, which come along as they were typed (P8).
    pub(super) fn goes_back(typed: &Typed) -> bool {
        typed.get(STEP) == BACK
    }

    /// Whether the step was sent without a code: that mails no other one.
    pub(super) fn is_blank(typed: &Typed) -> bool {
        typed.get(STEP) == CODE && typed.get(CODE).trim().is_empty()
    }
}

/// The page.
#[derive(Template)]
#[template(path = "mine/confirm.html")]
pub(super) struct ConfirmPage {
    shell: Shell,
    email: String,
    code: Field,
    problems: Vec<Problem>,
    /// The details as they were typed, which go with the code.
    details: Vec<(&'static str, String)>,
    action: String,
    version: u32,
    case: String,
    school: String,
    csrf: String,
}

impl ConfirmPage {
    /// The page, with what was typed and what is to be put right.
    pub(super) fn new(face: &Face, case: &Case, pairs: &Pairs, step: &CodeStep, seal: Seal<'_>) -> Self {
        let typed =
            |name: &str| pairs.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
        let error = match step {
            CodeStep::Mailed => None,
            CodeStep::Refused(words) => Some(words.clone()),
        };
        let code = Field::new(CODE, "Code")
            .label_size(LabelSize::Medium)
            .hint("Six numbers. You can paste them.")
            .kind(Kind::Digits)
            .autocomplete("one-time-code")
            .width(Width::Ten)
            .value(typed(CODE).unwrap_or_default())
            .error(error);
        let problems: Vec<Problem> = code.problem().into_iter().collect();
        let action = Act::Details.path();
        let mut shell = face.shell("Check your email", action.clone());
        shell.home = urls::MINE.into();
        shell.back = Some(action.clone());
        shell.standing = standing(&problems);
        let details = ContactWay::ALL.iter().filter_map(|way| Some((way.key(), typed(way.key())?)));
        Self {
            shell,
            email: typed(ContactWay::Email.key()).unwrap_or_default(),
            code,
            problems,
            details: details.collect(),
            action,
            version: case.length,
            case: seal.case.to_owned(),
            school: face.slug.clone(),
            csrf: seal.csrf.to_owned(),
        }
    }
}
