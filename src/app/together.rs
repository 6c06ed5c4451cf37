//! One answer for several cases that are about the same matter (R18). Each stays a case of its own: its letter, its window,
//! its next stage, and its place in every count.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::db::visibility::Seen;
use crate::db::{self, Tx};
use crate::domain::case::action::Action;
use crate::domain::case::alike::{in_force, may_answer_together, words_for_each};
use crate::domain::case::command::{Command, Confirmed};
use crate::domain::case::refusal::{Refusal, RefusalCode};
use crate::domain::case::state::Case;
use crate::domain::case::vocabulary::PairVerdict;
use crate::domain::ids::CaseId;
use crate::domain::reference::Reference;
use crate::domain::text::Words;

use super::cases::{
    self, Answer, Answering, Caller, Doing, Opened, Order, Preview, SeenVersion, carry_out_in, open_to,
    refused,
};
use super::error::{Error, FieldCode, FieldProblem};
use super::readings::What;
use super::{App, IdempotencyKey};

/// How many are answered at once at most: all of them in one transaction.
pub const AT_MOST: usize = 50;

/// A case that can be answered together with others.
#[derive(Clone, Debug)]
pub struct Member {
    /// The case as it is.
    pub case: Case,
    /// Why it cannot be answered so now; nothing where it can.
    pub why_not: Option<Refusal>,
}

/// A case, and those that are linked with it as the same matter.
#[derive(Clone, Debug)]
pub struct Together {
    /// The case from which one looks.
    pub opened: Opened,
    /// All of them, this one first.
    pub members: Vec<Member>,
}

/// The cases that are about the same matter as that one, for whoever can answer it.
///
/// # Errors
/// `NotFound` for families and whoever may not know of it, `Forbidden` or `Refused` where it cannot be answered so.
pub fn of_case(app: &App, caller: &Caller, reference: &Reference) -> Result<Together, Error> {
    let Caller::Colleague(_) = caller else { return Err(Error::NotFound) };
    let opened = open_to(app, caller, reference, What::Action)?;
    may_answer_together(&opened.case, &opened.context()).map_err(refused)?;
    let members = app.db().read(|tx| {
        let mut members = vec![Member { case: opened.case.clone(), why_not: None }];
        for id in same_matter(tx, opened.case.id)? {
            members.extend(member(tx, app, caller, id)?);
        }
        Ok::<_, Error>(members)
    })?;
    Ok(Together { opened, members })
}

/// The cases that are linked with one as the same matter, whoever may see them.
fn same_matter(tx: &mut Tx, case: CaseId) -> Result<Vec<CaseId>, Error> {
    let said = db::alike::said_of(tx, Seen::by_the_system(case))?;
    let same = said.into_iter().filter(|(_, said)| in_force(said) == Some(PairVerdict::SameMatter));
    Ok(same.map(|(other, _)| other).collect())
}

/// One of them, if the caller may know of it and reading it bars them from nothing.
fn member(tx: &mut Tx, app: &App, caller: &Caller, id: CaseId) -> Result<Option<Member>, Error> {
    let reference = db::cases::reference(tx, Seen::by_the_system(id))?.ok_or(Error::NotFound)?;
    let seen = match caller.find(tx, app, &reference) {
        Ok(seen) => seen,
        Err(Error::NotFound) => return Ok(None),
        Err(error) => return Err(error),
    };
    let Some(loaded) = db::cases::load(tx, seen)? else { return Ok(None) };
    let setting = app.worlds().bound(tx, &loaded.case)?;
    let ctx = setting.context(app.now(), caller.actor());
    if cases::knowingly(&loaded.case, &ctx).is_err() {
        return Ok(None);
    }
    let why_not = may_answer_together(&loaded.case, &ctx).err();
    Ok(Some(Member { case: loaded.case, why_not }))
}

/// One answer for several cases.
#[derive(Clone, Debug)]
pub struct Joint {
    /// The case from which one looks.
    pub reference: Reference,
    /// Which are answered, each with the version that was looked at.
    pub cases: Vec<(Reference, u32)>,
    /// The answer, as it was typed.
    pub message: String,
    /// Whether each family reads that others told of the same matter.
    pub tell_of_others: Option<Confirmed>,
    /// The key under which it can be repeated.
    pub key: Option<IdempotencyKey>,
}

impl Joint {
    /// The body of the reply to each.
    fn body(&self) -> Result<Value, Error> {
        let missing = |field: &'static str, words: &'static str| {
            Error::Invalid(vec![FieldProblem::new(field, FieldCode::Missing, words)])
        };
        if self.cases.is_empty() {
            return Err(missing("cases", "Choose at least one case"));
        }
        if self.cases.len() > AT_MOST {
            let words = format!("Choose at most {AT_MOST} cases, and answer the others after that");
            return Err(Error::Invalid(vec![FieldProblem::new("cases", FieldCode::TooMany, words)]));
        }
        let message = Words::text(&self.message)
            .map_err(|_| missing("message", "Write the answer that each family reads"))?;
        Ok(json!({ "message": words_for_each(&message, self.tell_of_others).as_str() }))
    }

    /// The cases in one order, whatever the order in which they were named, so that two who do this at once do not
    /// wait for each other; none of them twice.
    fn in_order(&self) -> Vec<(Reference, u32)> {
        let mut cases = self.cases.clone();
        cases.sort_by(|one, other| one.0.as_str().cmp(other.0.as_str()));
        cases.dedup_by(|one, other| one.0 == other.0);
        cases
    }
}

/// What each of the cases would get, without doing it (S5).
///
/// # Errors
/// As for [`answer`].
pub fn preview(app: &App, caller: &Caller, joint: &Joint) -> Result<Vec<Preview>, Error> {
    let body = joint.body()?;
    app.db().read(|tx| belong_together(tx, app, caller, joint))?;
    let one = |(reference, version): (Reference, u32)| {
        let seen = SeenVersion::Exactly(version);
        let order = Order {
            reference: reference.clone(),
            action: Action::Reply,
            body: body.clone(),
            seen,
            key: None,
        };
        let preview = cases::preview(app, caller, &order).map_err(|error| named(error, &reference))?;
        is_informal(&preview.before).map_err(|error| named(error, &reference))?;
        Ok(preview)
    };
    joint.in_order().into_iter().map(one).collect()
}

/// Answers them, all or none, and says which.
///
/// # Errors
/// `NotFound` where the caller may not know of one, `Forbidden` or `Refused` where one cannot be answered so now, `Invalid`
/// when the answer does not fit.
pub fn answer(app: &App, caller: &Caller, joint: &Joint) -> Result<Vec<Reference>, Error> {
    let Caller::Colleague(_) = caller else { return Err(Error::NotFound) };
    // Whoever may not know of the case learns nothing from what is wrong with the answer.
    cases::find(app, caller, &joint.reference)?;
    let body = joint.body()?;
    let command = Command::from_json(Action::Reply, body.clone())
        .map_err(|_| Error::fault("a reply that does not fit"))?;
    let (inside, caller, joint) = (app.clone(), caller.clone(), joint.clone());
    let answered = app.db().write(move |tx| {
        belong_together(tx, &inside, &caller, &joint)?;
        let mut answered = Vec::new();
        for (reference, version) in joint.in_order() {
            let doing = doing(&joint, &reference, version, &body);
            let first = |_: &mut Tx, case: &Case| is_informal(case);
            carry_out_in(tx, &inside, &caller, &doing, &command, first, NOTHING)
                .map_err(|error| named(error, &reference))?;
            answered.push(reference);
        }
        Ok::<_, Error>(answered)
    })?;
    app.nudge();
    Ok(answered)
}

const NOTHING: Answering = |done| Answer { status: 200, body: String::new(), version: done.case.length };

fn doing(joint: &Joint, reference: &Reference, version: u32, body: &Value) -> Doing {
    let fingerprint = Sha256::digest(format!("together {reference} {body}")).into();
    let key = joint.key.as_ref().and_then(|key| {
        let of_one = Sha256::digest(format!("together {} {reference}", key.as_str()));
        IdempotencyKey::parse(&hex::encode(of_one)).ok()
    });
    Doing { reference: reference.clone(), seen: SeenVersion::Exactly(version), key, fingerprint }
}

/// Each is the case from which one looks, or linked with it as the same matter by somebody who has or leads both.
fn belong_together(tx: &mut Tx, app: &App, caller: &Caller, joint: &Joint) -> Result<(), Error> {
    let lead = caller.find(tx, app, &joint.reference)?.case();
    let same = same_matter(tx, lead)?;
    for (reference, _) in &joint.cases {
        let id = caller.find(tx, app, reference)?.case();
        if id != lead && !same.contains(&id) {
            let sentence = format!("{reference} is not linked with this case as the same matter");
            let refusal = Refusal::new(RefusalCode::NotOnCase, sentence)
                .unless("Link it first, or answer it by itself");
            return Err(Error::Refused(refusal.at("cases")));
        }
    }
    Ok(())
}

fn is_informal(case: &Case) -> Result<(), Error> {
    use crate::domain::procedure::StageKind;
    if case.run().is_none_or(|run| run.kind == StageKind::Informal) {
        return Ok(());
    }
    let sentence = "It is past the informal stage, where each point has a finding of its own";
    Err(Error::Refused(Refusal::new(RefusalCode::WrongState, sentence).unless("Answer it by itself")))
}

/// What stands in the way, with the case that it is about.
fn named(error: Error, reference: &Reference) -> Error {
    let about = |refusal: Refusal| {
        Refusal { sentence: format!("{reference}: {}", refusal.sentence), field: None, ..refusal }.at("cases")
    };
    match error {
        Error::Refused(refusal) => Error::Refused(about(refusal)),
        Error::Forbidden(refusal) => Error::Forbidden(about(refusal)),
        Error::Stale { .. } => {
            let sentence = "somebody did something on it since you looked";
            let refusal = Refusal::new(RefusalCode::WrongState, sentence).unless("Read it, and then answer");
            Error::Refused(about(refusal))
        }
        other => other,
    }
}
