//! What an organisation decides about signing in: whose posts need a second step, and who may sign in by mail.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::app::error::{Error, FieldCode, FieldProblem};
use crate::app::people::Colleague;
use crate::app::{App, Mode};
use crate::db::{self, Tx};
use crate::domain::calendar::local_date;
use crate::domain::ids::PersonId;
use crate::domain::person::{Place, Post, Role};

use super::administrator::Administrator;
use super::users::log_change;

/// Under which the rules are kept.
const KEPT: &str = "sign_in_rules";
/// How many days somebody has to set up a second step, unless the organisation decides otherwise.
const GRACE: u16 = 14;
/// More days than these would be no rule.
const LONGEST_GRACE: u16 = 90;
/// Who comes once a term, and remembers no password.
const COME_SELDOM: [Role; 8] = [
    Role::Clerk,
    Role::ChairOfGovernors,
    Role::ViceChairOfGovernors,
    Role::Governor,
    Role::ChairOfTrustees,
    Role::Trustee,
    Role::PanelMember,
    Role::Investigator,
];

/// The rules.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignInRules {
    /// Whoever holds one of these posts needs a second step.
    pub second_step: BTreeSet<Role>,
    /// So many days they have to set it up, from the first sign-in at which it is asked of them: 0 to 90.
    pub grace_days: u16,
    /// Whoever holds one of these posts may sign in with a mailed link or code.
    pub by_mail: BTreeSet<Role>,
}

impl SignInRules {
    /// What holds until the organisation decides otherwise. In a demo nobody needs a second step.
    pub fn at_first(mode: Mode) -> Self {
        let second_step = match mode {
            Mode::Live | Mode::TestMail => BTreeSet::from([Role::Administrator]),
            Mode::Demo => BTreeSet::new(),
        };
        Self { second_step, grace_days: GRACE, by_mail: BTreeSet::from(COME_SELDOM) }
    }

    /// Whether one of these posts needs a second step on that day; the first that does.
    pub(super) fn needing<'p>(&self, posts: &'p [Post], today: NaiveDate) -> Option<&'p Post> {
        posts.iter().find(|post| post.is_held_on(today) && self.second_step.contains(&post.role))
    }

    /// Whether one of these posts lets its holder sign in by mail on that day.
    pub(super) fn let_in_by_mail(&self, posts: &[Post], today: NaiveDate) -> Admission {
        let may = posts.iter().any(|post| post.is_held_on(today) && self.by_mail.contains(&post.role));
        if may { Admission::Given } else { Admission::Refused }
    }

    fn grace(&self) -> TimeDelta {
        TimeDelta::days(i64::from(self.grace_days))
    }

    fn in_words(&self) -> String {
        let roles = |roles: &BTreeSet<Role>| match roles.len() {
            0 => "nobody".to_owned(),
            _ => roles.iter().map(|role| role.title()).collect::<Vec<_>>().join(", "),
        };
        format!(
            "second step: {}, within {} days; by mail: {}",
            roles(&self.second_step),
            self.grace_days,
            roles(&self.by_mail)
        )
    }
}

/// Whether somebody may come in that way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Admission {
    Given,
    Refused,
}

/// The rules that hold now.
///
/// # Errors
/// When the database cannot be used.
pub fn rules(app: &App) -> Result<SignInRules, Error> {
    app.db().read(|tx| rules_in(tx, app.mode()))
}

pub(super) fn rules_in(tx: &mut Tx, mode: Mode) -> Result<SignInRules, Error> {
    match db::meta::get(tx, KEPT)? {
        Some(text) => serde_json::from_str(&text).map_err(|source| Error::Internal(Box::new(source))),
        None => Ok(SignInRules::at_first(mode)),
    }
}

/// Changes the rules, for the whole organisation. `before` is what the administrator saw: where somebody else was
/// faster, nothing is changed.
///
/// # Errors
/// `Forbidden` for whoever looks after a school alone; `Invalid` for a number of days that makes no sense, and for
/// rules that were changed meanwhile.
pub fn change(app: &App, by: &Administrator, before: &SignInRules, after: SignInRules) -> Result<(), Error> {
    by.must_look_after(Place::Trust)?;
    if after.grace_days > LONGEST_GRACE {
        return Err(problem("grace_days", FieldCode::OutOfRange, "Enter a number of days from 0 to 90"));
    }
    let (by, before, now, mode) = (by.clone(), before.clone(), app.now(), app.mode());
    app.db().write(move |tx| {
        db::meta::hold(tx)?;
        let present = rules_in(tx, mode)?;
        if present != before {
            return Err(problem(
                "second_step",
                FieldCode::Over,
                "Somebody else changed these rules while you had them open. Load the page again, and change them there",
            ));
        }
        if present == after {
            return Ok(());
        }
        let text = serde_json::to_string(&after).map_err(|source| Error::Internal(Box::new(source)))?;
        db::meta::set(tx, KEPT, &text)?;
        let words = (Some(present.in_words()), Some(after.in_words()));
        log_change(tx, by.changes(), now, None, "sign_in_rules", words)
    })
}

fn problem(field: &str, code: FieldCode, words: &str) -> Error {
    Error::Invalid(vec![FieldProblem::new(field, code, words)])
}

/// Whether somebody has to set up a second step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Duty {
    /// None of their posts needs one, or they have one.
    None,
    /// They have to by then.
    By {
        /// The post that needs it.
        role: Role,
        /// When it is asked for before anything else.
        due: DateTime<Utc>,
    },
    /// They had the time, and do nothing else before.
    Now {
        /// The post that needs it.
        role: Role,
    },
}

/// What is asked at a sign-in of somebody who has no second step. The days begin with the first sign-in at which one of
/// their posts needs it, and are forgotten when none does.
pub(super) fn duty_at_sign_in(
    tx: &mut Tx,
    app: &App,
    colleague: &Colleague,
    today: NaiveDate,
) -> Result<Duty, Error> {
    let (rules, now) = (rules_in(tx, app.mode())?, app.now());
    let asked_at = db::doors::second_step_asked_at(tx, colleague.id)?;
    let Some(post) = rules.needing(&colleague.posts, today) else {
        if asked_at.is_some() {
            db::doors::set_second_step_asked_at(tx, colleague.id, None)?;
        }
        return Ok(Duty::None);
    };
    let since = asked_at.unwrap_or(now);
    if asked_at.is_none() {
        db::doors::set_second_step_asked_at(tx, colleague.id, Some(now))?;
    }
    Ok(duty_since(&rules, post.role, since, now))
}

fn duty_since(rules: &SignInRules, role: Role, since: DateTime<Utc>, now: DateTime<Utc>) -> Duty {
    let due = since + rules.grace();
    if due <= now { Duty::Now { role } } else { Duty::By { role, due } }
}

/// What is asked of somebody now, for their account page.
pub(super) fn duty(
    tx: &mut Tx,
    app: &App,
    person: PersonId,
    posts: &[Post],
    today: NaiveDate,
) -> Result<Duty, Error> {
    let (rules, now) = (rules_in(tx, app.mode())?, app.now());
    let Some(post) = rules.needing(posts, today) else { return Ok(Duty::None) };
    let since = db::doors::second_step_asked_at(tx, person)?.unwrap_or(now);
    Ok(duty_since(&rules, post.role, since, now))
}

/// Whether one of somebody's posts needs a second step, whether or not they have one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// One does.
    Needed,
    /// None does.
    NotNeeded,
}

/// Whether one of somebody's posts needs a second step.
///
/// # Errors
/// When the database cannot be used.
pub fn needs_second_step(app: &App, me: &Colleague) -> Result<Need, Error> {
    let rules = rules(app)?;
    let needing = rules.needing(&me.posts, local_date(app.now()));
    Ok(needing.map_or(Need::NotNeeded, |_| Need::Needed))
}
