//! Cases that may be about the same matter (R17): suggested to whoever has or leads a case, and linked by them. Each sees
//! of it what they may see of the other case, and nothing where they may not know of that.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use sha2::{Digest, Sha256};

use crate::db::cases::Loaded;
use crate::db::visibility::Seen;
use crate::db::{self, Tx};
use crate::domain::calendar::local_date;
use crate::domain::case::alike::{Pair, Said, in_force, may_follow, may_say, why};
use crate::domain::case::refusal::{Refusal, RefusalCode};
use crate::domain::case::state::Case;
use crate::domain::case::timeline::{Voice, voice_of};
use crate::domain::case::vocabulary::PairVerdict;
use crate::domain::ids::{CaseId, PersonId, SchoolId};
use crate::domain::reference::Reference;
use crate::domain::text::Words;

use super::cases::{Answer, Caller, Opened, first_answer, knowingly, open_to, refused, remember};
use super::error::{Error, FieldCode, FieldProblem};
use super::people::Colleague;
use super::readings::{self, What};
use super::work_list::CaseSummary;
use super::{App, IdempotencyKey};

/// How many cases are suggested at most, the likest first.
const SUGGESTED: usize = 10;

/// Another case that its reader may see too.
#[derive(Clone, Debug)]
pub struct Other {
    /// The case, as a list shows it.
    pub case: CaseSummary,
    /// The name of its school.
    pub school: String,
    /// What both have in common, where they do.
    pub why: Option<String>,
    /// What was said of the two, in order, with who said it.
    pub said: Vec<(Said, String)>,
}

impl Other {
    /// What holds of the two.
    pub fn verdict(&self) -> Option<PairVerdict> {
        self.said.last().map(|(last, _)| last.verdict)
    }
}

/// The other cases that stand beside one.
#[derive(Clone, Debug, Default)]
pub struct Others {
    /// Those that may be the same matter, for whoever may say so.
    pub suggested: Vec<Other>,
    /// Those of which somebody said something, linked or not.
    pub said: Vec<Other>,
}

/// The other cases beside one that is open before its reader.
///
/// # Errors
/// When the database cannot be used.
pub fn beside(app: &App, colleague: &Colleague, opened: &Opened) -> Result<Others, Error> {
    if voice_of(&opened.case, opened.actor) != Voice::Staff {
        return Ok(Others::default());
    }
    let all = app.db().read(|tx| others(tx, app, colleague, &opened.case))?;
    let may_say = may_say(&opened.case, &opened.context()).is_ok();
    let (said, unsaid): (Vec<Other>, Vec<Other>) = all.into_iter().partition(|other| !other.said.is_empty());
    let (over, said): (Vec<Other>, Vec<Other>) =
        said.into_iter().partition(|other| other.verdict() == Some(PairVerdict::NoLonger));
    let again = over.iter().filter(|other| other.why.is_some()).cloned();
    let suggested = unsaid.into_iter().chain(again).filter(|_| may_say).take(SUGGESTED).collect();
    Ok(Others { suggested, said: said.into_iter().chain(over).collect() })
}

/// The same for programs; the lines that leave are readings (R69).
///
/// # Errors
/// `NotFound` for families and whoever may not know of the case.
pub fn of_case(app: &App, caller: &Caller, reference: &Reference) -> Result<Others, Error> {
    let Caller::Colleague(colleague) = caller else { return Err(Error::NotFound) };
    let opened = open_to(app, caller, reference, What::Action)?;
    let others = beside(app, colleague, &opened)?;
    let lines: Vec<CaseSummary> =
        others.suggested.iter().chain(&others.said).map(|other| other.case.clone()).collect();
    readings::note_listed(app, colleague, &lines)?;
    Ok(others)
}

/// One pair, for the page that asks what it is.
///
/// # Errors
/// `NotFound` where its reader may not know of both, `Forbidden` for staff who neither have nor lead both.
pub fn pair(
    app: &App,
    caller: &Caller,
    reference: &Reference,
    other: &Reference,
) -> Result<(Opened, Other), Error> {
    let Caller::Colleague(colleague) = caller else { return Err(Error::NotFound) };
    let opened = open_to(app, caller, reference, What::Action)?;
    let found = app.db().read(|tx| {
        let seen = caller.find(tx, app, other)?;
        Pair::of(opened.case.id, seen.case()).ok_or(Error::NotFound)?;
        let beside = permitted(tx, app, caller, seen)?;
        let known = others(tx, app, colleague, &opened.case)?;
        match known.into_iter().find(|known| known.case.id == beside.case.id) {
            Some(known) => Ok(known),
            None => of_ids(tx, app, colleague, &[beside.case.id], BTreeMap::new())?
                .into_iter()
                .next()
                .ok_or(Error::NotFound),
        }
    })?;
    may_say(&opened.case, &opened.context()).map_err(refused)?;
    Ok((opened, found))
}

/// Every case that shares something with this one, or of which something was said beside it, as far as the reader sees
/// it; the likest first.
fn others(tx: &mut Tx, app: &App, colleague: &Colleague, case: &Case) -> Result<Vec<Other>, Error> {
    let shared = db::alike::sharing(tx, case)?;
    // The reader has this case open before them.
    let said = db::alike::said_of(tx, Seen::by_the_system(case.id))?;
    let mut ids: Vec<CaseId> = shared.keys().chain(said.keys()).copied().collect();
    ids.sort_unstable();
    ids.dedup();
    let mut others = of_ids(tx, app, colleague, &ids, said)?;
    for other in &mut others {
        other.why =
            shared.get(&other.case.id).map(|shared| why(shared, case.received_on, other.case.received_on));
    }
    others.sort_by_key(|other| {
        let apart = (other.case.received_on - case.received_on).num_days().abs();
        // What is shared sorts as it is listed, the strongest first; nothing comes last.
        let strongest = shared.get(&other.case.id).and_then(|shared| shared.first().copied());
        (strongest.is_none(), strongest, apart, other.case.id)
    });
    Ok(others)
}

fn of_ids(
    tx: &mut Tx,
    app: &App,
    colleague: &Colleague,
    ids: &[CaseId],
    mut said: BTreeMap<CaseId, Vec<Said>>,
) -> Result<Vec<Other>, Error> {
    let cases = db::work_list::these(tx, &colleague.viewer(local_date(app.now())), ids)?;
    let people: Vec<PersonId> = said.values().flatten().map(|said| said.by).collect();
    let names = db::people::names(tx, &people)?;
    let mut schools: BTreeMap<SchoolId, String> = BTreeMap::new();
    for case in &cases {
        if let Entry::Vacant(place) = schools.entry(case.school) {
            place.insert(app.worlds().of(tx, case.school)?.school.name.clone());
        }
    }
    let name = |said: Said| {
        let name = names.get(&said.by).cloned().unwrap_or_default();
        (said, name)
    };
    let other = |case: CaseSummary| Other {
        school: schools.get(&case.school).cloned().unwrap_or_default(),
        why: None,
        said: said.remove(&case.id).unwrap_or_default().into_iter().map(&name).collect(),
        case,
    };
    Ok(cases.into_iter().map(other).collect())
}

/// The other case, for whoever has or leads it and is not barred by knowing it.
fn permitted(tx: &mut Tx, app: &App, caller: &Caller, seen: Seen) -> Result<Loaded, Error> {
    let loaded = db::cases::load(tx, seen)?.ok_or(Error::NotFound)?;
    let setting = app.worlds().bound(tx, &loaded.case)?;
    let ctx = setting.context(app.now(), caller.actor());
    knowingly(&loaded.case, &ctx)?;
    may_say(&loaded.case, &ctx).map_err(refused)?;
    Ok(loaded)
}

/// What somebody says of two cases.
#[derive(Clone, Debug)]
pub struct Saying {
    /// The one.
    pub reference: Reference,
    /// The other.
    pub other: Reference,
    /// What they have to do with each other.
    pub verdict: PairVerdict,
    /// Why, as it was typed.
    pub reason: String,
    /// How much had been said of the two when whoever says this looked.
    pub after: u16,
    /// The key under which it can be repeated.
    pub key: Option<IdempotencyKey>,
}

/// Writes down what two cases have to do with each other. Neither case changes: both clocks run, and what is new in one of
/// them stays open there.
///
/// # Errors
/// `NotFound` where the caller may not know of both, `Forbidden` where they neither have nor lead both, `Refused` where it
/// was said already or somebody else said something meanwhile, `Invalid` without a reason.
pub fn say(app: &App, caller: &Caller, saying: &Saying) -> Result<Answer, Error> {
    let Caller::Colleague(colleague) = caller else { return Err(Error::NotFound) };
    let (inside, caller, saying, by) = (app.clone(), caller.clone(), saying.clone(), colleague.id);
    app.db().write(move |tx| {
        let one = caller.find(tx, &inside, &saying.reference)?;
        let other = caller.find(tx, &inside, &saying.other)?;
        let pair = Pair::of(one.case(), other.case()).ok_or(Error::NotFound)?;
        let (scope, fingerprint) = (format!("person {by}"), fingerprint(&saying));
        if let Some(first) = first_answer(tx, &scope, saying.key.as_ref(), fingerprint)? {
            return Ok(first);
        }
        // In one order, whichever case is named first, so that two who do this at once do not wait for each other.
        for case in [pair.first, pair.second] {
            db::cases::hold(tx, if one.case() == case { one } else { other })?;
        }
        for seen in [one, other] {
            permitted(tx, &inside, &caller, seen)?;
        }
        let before = db::alike::said(tx, one, other)?;
        let said = said_after(&before, &saying, by, inside.now())?;
        db::alike::say(tx, pair, &said)?;
        let answer = Answer { status: 200, body: String::new(), version: u32::from(said.no) };
        remember(tx, &inside, &scope, saying.key.as_ref(), fingerprint, &answer)?;
        Ok::<Answer, Error>(answer)
    })
}

fn said_after(
    before: &[Said],
    saying: &Saying,
    by: PersonId,
    at: chrono::DateTime<chrono::Utc>,
) -> Result<Said, Error> {
    let reason = Words::text(&saying.reason).map_err(|_| {
        let words = "Say why. Everybody who sees both cases reads it";
        Error::Invalid(vec![FieldProblem::new("reason", FieldCode::Missing, words)])
    })?;
    if usize::from(saying.after) != before.len() {
        let now = in_force(before).map_or("nothing is said of them now", PairVerdict::title);
        let sentence = format!("Somebody else said something of these two cases meanwhile: {now}");
        let refusal =
            Refusal::new(RefusalCode::WrongState, sentence).unless("Read it, and then say what holds");
        return Err(Error::Refused(refusal.at("verdict")));
    }
    may_follow(before, saying.verdict).map_err(Error::Refused)?;
    Ok(Said { no: saying.after.saturating_add(1), verdict: saying.verdict, reason, by, at })
}

/// What makes two requests the same request.
fn fingerprint(saying: &Saying) -> [u8; 32] {
    let mut hasher = Sha256::new();
    for part in ["alike", saying.reference.as_str(), saying.other.as_str(), saying.verdict.key()] {
        hasher.update(part);
        hasher.update([0]);
    }
    hasher.update(&saying.reason);
    hasher.update(saying.after.to_be_bytes());
    hasher.finalize().into()
}
