//! The answer of somebody who is asked whether another may raise it for them or for their child, by a link of their own
//! (R10). The link opens nothing: it tells who raises it and at which school, and takes one answer.

use chrono::NaiveDate;
use serde_json::json;

use crate::app::App;
use crate::app::cases::{self, Answer, Caller, Done, Order, SeenVersion};
use crate::app::error::Error;
use crate::app::outbox::digest;
use crate::db::access::{LinkKind, OpenLink};
use crate::db::visibility::Seen;
use crate::db::{self, Tx};
use crate::domain::case::action::Action;
use crate::domain::case::state::{AskingEnded, Case};
use crate::domain::case::vocabulary::{AgreesFor, ConsentAnswer};
use crate::domain::deadline::DeadlineRule;
use crate::domain::reference::Reference;

/// What somebody reads behind their link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Behind {
    /// The question.
    Asked(Question),
    /// What they answered, and on which day. There is no second answer.
    Answered {
        /// The school that asked, by its name in addresses.
        school: String,
        /// What they said.
        answer: ConsentAnswer,
        /// On which day.
        on: NaiveDate,
    },
    /// Nobody is asked by this link any more, or ever was: the page says the same of each.
    Over,
}

/// Whether somebody agrees that another raises it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// The school, by its name in addresses.
    pub school: String,
    /// Who is asked.
    pub name: String,
    /// Who raised it.
    pub who: String,
    /// For whom they agree.
    pub agrees_for: AgreesFor,
    /// The child, where they answer for one.
    pub child: Option<String>,
    /// By which day an answer is asked for.
    pub by: Option<NaiveDate>,
    reference: Reference,
}

/// Looks behind a link without using it (G27).
///
/// # Errors
/// Only when the database cannot be used.
pub fn look(app: &App, token: &str) -> Result<Behind, Error> {
    let (token, now) = (digest(token), app.now());
    app.db().read(|tx| {
        let link = db::access::link(tx, token, now)?.filter(|link| link.kind == LinkKind::Consent);
        link.map_or(Ok(Behind::Over), |link| behind(tx, &link))
    })
}

fn behind(tx: &mut Tx, link: &OpenLink) -> Result<Behind, Error> {
    let Some(loaded) = db::cases::load(tx, Seen::through(link))? else { return Ok(Behind::Over) };
    let Some(school) = db::schools::find(tx, loaded.case.school)? else { return Ok(Behind::Over) };
    Ok(told(&loaded.case, link, school.school.slug).unwrap_or(Behind::Over))
}

fn told(case: &Case, link: &OpenLink, school: String) -> Option<Behind> {
    let party = case.party(link.party)?;
    let asked = party.asked?;
    match asked.ended {
        Some(AskingEnded::Answered(answer, on)) => Some(Behind::Answered { school, answer, on }),
        Some(AskingEnded::Needless) => None,
        None => Some(Behind::Asked(Question {
            school,
            name: party.name.as_str().to_owned(),
            who: case.party(asked.whom)?.name.as_str().to_owned(),
            agrees_for: asked.agrees_for,
            child: case
                .child
                .as_ref()
                .filter(|_| asked.agrees_for == AgreesFor::Child)
                .map(|child| child.name.as_str().to_owned()),
            by: case.open_deadline(DeadlineRule::Consent).and_then(|deadline| deadline.due.date()),
            reference: case.reference.clone(),
        })),
    }
}

/// Takes the answer, once. Whoever sends it again is told what stands.
///
/// # Errors
/// `NotFound` where nobody is asked by this link.
pub fn answer(app: &App, token: &str, answer: ConsentAnswer) -> Result<Behind, Error> {
    let question = match look(app, token)? {
        Behind::Asked(question) => question,
        answered @ Behind::Answered { .. } => return Ok(answered),
        Behind::Over => return Err(Error::NotFound),
    };
    let (secret, now) = (digest(token), app.now());
    let link = app.db().read(|tx| db::access::link(tx, secret, now))?.ok_or(Error::NotFound)?;
    let order = Order {
        reference: question.reference,
        action: Action::AnswerConsent,
        body: json!({ "answer": answer.key() }),
        seen: SeenVersion::Whichever,
        key: None,
    };
    match cases::act(app, Caller::Family(link), order, noted) {
        // Somebody was quicker, or the school asks no more: what stands is told.
        Ok(_) | Err(Error::Forbidden(_) | Error::Refused(_)) => match look(app, token)? {
            Behind::Asked(_) | Behind::Over => Err(Error::NotFound),
            answered @ Behind::Answered { .. } => Ok(answered),
        },
        Err(error) => Err(error),
    }
}

fn noted(done: &Done) -> Answer {
    Answer { status: 200, body: String::new(), version: done.case.length }
}
