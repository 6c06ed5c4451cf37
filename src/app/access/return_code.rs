//! The way back for a family without email: a code on paper, typed with the reference of its case in any browser. One
//! code takes the place of the last, and what is stored opens nothing without the key that lies outside the database.

use chrono::TimeDelta;

use crate::app::App;
use crate::app::cases::{Caller, SeenVersion, step};
use crate::app::error::{Error, FieldCode, FieldProblem};
use crate::app::outbox::digest;
use crate::db::access::{LinkKind, NewLink};
use crate::db::cases::Loaded;
use crate::db::visibility::Seen;
use crate::db::{self, Tx};
use crate::domain::case::action::By;
use crate::domain::case::decide::relations;
use crate::domain::case::event::{Actor, Event};
use crate::domain::ids::PartyNo;
use crate::domain::reference::Reference;
use crate::domain::return_code::ReturnCode;
use crate::key::Purpose;

use super::Token;
use super::family::{CaseToken, GivenTo, exchange_for};
use super::limit::{Doors, Network};

/// How long a code on paper opens its case: as long as a mailed link.
const LIVES: TimeDelta = TimeDelta::days(400);

/// A code that was made just now. It is shown once, and nowhere else.
#[derive(Clone, Debug)]
pub struct Issued {
    /// The case.
    pub reference: Reference,
    /// The name in addresses of its school.
    pub school: String,
    /// Whose page it opens.
    pub name: String,
    /// The code.
    pub code: ReturnCode,
}

/// Makes a code for whoever has just sent a concern, from the browser that sent it.
///
/// # Errors
/// `NotFound` when the time for it is over.
pub fn for_whoever_filed(app: &App, secret: &Token) -> Result<Issued, Error> {
    let (secret, now, inside) = (digest(secret.as_str()), app.now(), app.clone());
    app.db().write(move |tx| {
        let link = db::access::link(tx, secret, now)?;
        let link = link.filter(|link| link.kind == LinkKind::Filed).ok_or(Error::NotFound)?;
        let seen = Seen::through(&link);
        db::cases::hold(tx, seen)?;
        let loaded = db::cases::load(tx, seen)?.ok_or(Error::NotFound)?;
        issue(tx, &inside, loaded, Actor::Complainant(link.party), link.party)
    })
}

/// What staff ask a code for.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The case.
    pub reference: Reference,
    /// Whose page it is to open, where several raised it.
    pub party: Option<PartyNo>,
    /// The version that they saw.
    pub seen: SeenVersion,
}

/// Makes a code for staff to print and hand over or post; the one before it ends.
///
/// # Errors
/// `NotFound` when they may not know of the case, `Forbidden` when it is not theirs, `Invalid` when they do not say for
/// whom, `Stale` when the case changed.
pub fn for_paper(app: &App, caller: Caller, asked: Asked) -> Result<Issued, Error> {
    let inside = app.clone();
    app.db().write(move |tx| {
        let seen = caller.find(tx, &inside, &asked.reference)?;
        db::cases::hold(tx, seen)?;
        let loaded = db::cases::load(tx, seen)?.ok_or(Error::NotFound)?;
        let setting = inside.worlds().bound(tx, &loaded.case)?;
        let ctx = setting.context(inside.now(), caller.actor());
        if !may_make(&loaded.case, &ctx) {
            return Err(Error::NotFound);
        }
        asked.seen.check(&loaded.case)?;
        let party = whose(&loaded, asked.party)?;
        issue(tx, &inside, loaded, caller.actor(), party)
    })
}

/// Whether somebody at the school may print a code for that case: whoever puts right how its family is reached.
pub fn may_make(
    case: &crate::domain::case::state::Case,
    ctx: &crate::domain::case::context::Context<'_>,
) -> bool {
    let theirs = relations(case, ctx);
    let with_cases = [By::Staff, By::Handler, By::Coordinator, By::Clerk, By::Authority];
    ctx.actor.person().is_some()
        && case.complainants().next().is_some()
        && with_cases.iter().any(|by| theirs.contains(by))
}

fn whose(loaded: &Loaded, named: Option<PartyNo>) -> Result<PartyNo, Error> {
    let all: Vec<PartyNo> = loaded.case.complainants().map(|party| party.no).collect();
    let found = match (named, all.as_slice()) {
        (Some(no), _) => all.contains(&no).then_some(no),
        (None, [only]) => Some(*only),
        (None, _) => None,
    };
    found.ok_or_else(|| {
        let words = "Choose whose page the code is to open";
        Error::Invalid(vec![FieldProblem::new("party", FieldCode::DoesNotFit, words)])
    })
}

fn issue(tx: &mut Tx, app: &App, loaded: Loaded, actor: Actor, party: PartyNo) -> Result<Issued, Error> {
    let code = ReturnCode::from_random(app.ids().number());
    let (reference, case, now) = (loaded.case.reference.clone(), loaded.case.id, app.now());
    let name = loaded.case.party(party).map(|party| party.name.as_str().to_owned()).ok_or(Error::NotFound)?;
    let school = db::schools::find(tx, loaded.case.school)?.ok_or(Error::NotFound)?.school.slug;
    db::access::revoke_return_codes(tx, case, party, now)?;
    let new = NewLink {
        secret: digest(&secret_of(app, &reference, &code)),
        case,
        party,
        helper: None,
        kind: LinkKind::Return,
        created_at: now,
        expires_at: now + LIVES,
    };
    db::access::add_link(tx, new)?;
    step(tx, app, loaded, actor, |_, _| Ok(vec![Event::ReturnCodeMade { party }]))?;
    Ok(Issued { reference, school, name, code })
}

/// What somebody typed from their paper.
#[derive(Clone, Debug)]
pub struct Typed {
    /// The case.
    pub reference: Reference,
    /// The code.
    pub code: ReturnCode,
    /// From where.
    pub from: Network,
}

/// Exchanges a code for a case token of a browser. It can be done again while the code lives.
///
/// # Errors
/// `Invalid` for a code and a reference that do not belong together, the same whether or not there is such a case;
/// `TooMany` after ten tries from one network. Nobody can use up the tries of somebody else.
pub fn enter(app: &App, doors: &Doors, typed: &Typed) -> Result<CaseToken, Error> {
    exchanged(app, doors, typed, GivenTo::Browser)
}

/// The same for a program.
///
/// # Errors
/// As for [`enter`].
pub fn exchange(app: &App, doors: &Doors, typed: &Typed) -> Result<CaseToken, Error> {
    exchanged(app, doors, typed, GivenTo::Program)
}

fn exchanged(app: &App, doors: &Doors, typed: &Typed, given_to: GivenTo) -> Result<CaseToken, Error> {
    doors.return_code(typed.reference.as_str(), typed.from)?;
    let secret = secret_of(app, &typed.reference, &typed.code);
    exchange_for(app, &secret, LinkKind::Return, given_to).map_err(|error| match error {
        Error::NotFound => Error::Invalid(vec![FieldProblem::new(
            "code",
            FieldCode::CodeWrong,
            "The reference and the code do not belong together, or a newer code was made. Check both on your newest \
             paper, or ring the school",
        )]),
        other => other,
    })
}

/// A code is looked up with its case and a key that is not in the database: whoever reads the table can try none.
fn secret_of(app: &App, reference: &Reference, code: &ReturnCode) -> String {
    let key = hex::encode(app.key().derived(Purpose::FamilyCodes));
    format!("{key}:return:{reference}:{}", code.as_str())
}
