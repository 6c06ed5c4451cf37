//! How somebody who takes part is reached is put right (P28).
//!
//! A family's new email address is theirs when a code that was mailed to it comes back: a slip of the finger would
//! otherwise send what a child went through to a stranger. Staff are trusted to have asked. When the address changes,
//! the links in earlier mails stop working: whoever reads the old mailbox must not open the page.

pub mod filed;

use chrono::TimeDelta;
use serde_json::Value;

use crate::app::access::family::CODE_LIVES;
use crate::app::access::limit::Doors;
use crate::db::access::{LinkKind, NewLink, OpenLink, WhoeverIsIn};
use crate::db::outbox::Message;
use crate::db::{self, Tx};
use crate::domain::case::action::Action;
use crate::domain::case::command::{Command, CorrectContact};
use crate::domain::case::context::Context;
use crate::domain::case::decide::{ready, whose_contact};
use crate::domain::case::event::Actor;
use crate::domain::case::state::{Case, Party};
use crate::domain::case::vocabulary::ContactWay;
use crate::domain::text::{EmailAddress, Words};
use crate::mail::letters::{NewAddress, answers_go_to, confirm_address};

use super::App;
use super::cases::{Answer, Answering, Caller, Doing, carry_out, for_caller, refused};
use super::error::{Error, FieldCode, FieldProblem};
use super::notify::MailedCode;
use super::outbox::digest;
use super::writing::{self, To};

/// Counts one more try of a code for a new address: a family has as few of them as for any other code.
///
/// # Errors
/// `TooMany` with the seconds to wait.
pub fn one_more_code(doors: &Doors, caller: &Caller, action: Action, body: &Value) -> Result<(), Error> {
    match (caller, action, body.get("code")) {
        (Caller::Family(link), Action::CorrectContact, Some(_)) => doors.confirmation(link),
        _ => Ok(()),
    }
}

/// What somebody reads who tried too many codes for a new address.
pub fn codes_spent(seconds: u64) -> String {
    let minutes = seconds.div_ceil(60);
    format!("That was too many tries. Wait {minutes} minutes, then try again")
}

/// No more codes than this go out for one case and complainant within [`WHILE`].
const MOST_CODES: i64 = 5;
const WHILE: TimeDelta = TimeDelta::hours(1);

/// Puts it right; a family that gives a new email address is mailed a code first.
///
/// # Errors
/// Those of [`act`](super::cases::act); `Invalid` at `code` while the code is still to come, or is not right.
pub(super) fn correct(
    app: &App,
    caller: Caller,
    doing: Doing,
    command: CorrectContact,
    answering: Answering,
) -> Result<Answer, Error> {
    if let (Caller::Family(link), Some(email), None) = (&caller, &command.email, &command.code) {
        send_code(app, *link, &caller, &doing, email)?;
    }
    let (inside, actor, correct) = (app.clone(), caller.actor(), command.clone());
    let first = move |tx: &mut Tx, case: &Case| {
        let setting = inside.worlds().bound(tx, case)?;
        let ctx = setting.context(inside.now(), actor);
        let party = whose_contact(case, &correct, &ctx).map_err(refused)?;
        confirmed(tx, &ctx, case, party, &correct)?;
        if changes_email(party, &correct, &ctx) {
            moves(tx, &ctx, case, party, &correct, inside_of(actor))?;
        }
        Ok(())
    };
    carry_out(app, caller, doing, Command::CorrectContact(command), first, answering)
}

/// Where staff put it right, a stranger may be in. A family puts it right on its own page, and stays there.
const fn inside_of(actor: Actor) -> WhoeverIsIn {
    match actor {
        Actor::Complainant(_) => WhoeverIsIn::Stays,
        Actor::Person(_) | Actor::Public | Actor::Clock => WhoeverIsIn::GoesOut,
    }
}

/// The links in earlier mails stop working, and what still waits goes to the new address: nothing of what leaves from
/// now on is for whoever reads the old mailbox.
fn moves(
    tx: &mut Tx,
    ctx: &Context<'_>,
    case: &Case,
    party: &Party,
    command: &CorrectContact,
    inside: WhoeverIsIn,
) -> Result<(), Error> {
    db::access::revoke_mailed_links(tx, case.id, party.no, inside, ctx.now)?;
    if let Some(help) = party.helps {
        db::access::revoke_links_of_helper(tx, case.id, (help.whom, party.no), ctx.now)?;
    }
    let typed = command.email.as_ref().map_or("", Words::as_str);
    // What is no address is refused by the decision that follows.
    let address =
        EmailAddress::parse(typed).map_or_else(|_| String::new(), |email| email.as_str().to_owned());
    db::outbox::readdress_waiting(tx, case.id, party.no, &address)?;
    Ok(())
}

/// Whether letters by email go elsewhere from now on.
fn changes_email(party: &Party, command: &CorrectContact, ctx: &Context<'_>) -> bool {
    let taken_away = command.remove.as_ref().is_some_and(|ways| ways.contains(&ContactWay::Email));
    command.email.as_ref().map_or(taken_away, |email| is_new(party, email, ctx))
}

fn is_new(party: &Party, email: &Words, ctx: &Context<'_>) -> bool {
    let key = |words: &Words| words.as_str().trim().to_lowercase();
    ctx.letters.address_of(party).map(key) != Some(key(email))
}

/// Mails a code to a new address, and says so at the field for it. An address that is known already needs none.
fn send_code(app: &App, link: OpenLink, caller: &Caller, doing: &Doing, email: &Words) -> Result<(), Error> {
    let address =
        EmailAddress::parse(email.as_str()).map_err(|how| problem("email", FieldCode::NotAnEmail, how))?;
    let (inside, who, reference) = (app.clone(), caller.clone(), doing.reference.clone());
    let sent = app.db().write(move |tx| {
        let seen = who.find(tx, &inside, &reference)?;
        let loaded = db::cases::load(tx, seen)?.ok_or(Error::NotFound)?;
        let loaded = for_caller(tx, seen, loaded, &who)?;
        let setting = inside.worlds().bound(tx, &loaded.case)?.by_hand(who.hand());
        let ctx = setting.context(inside.now(), who.actor());
        ready(&loaded.case, Action::CorrectContact, &ctx).map_err(refused)?;
        let party = loaded.case.party(link.party).ok_or(Error::NotFound)?;
        let known = Words::line(address.as_str()).is_ok_and(|words| !is_new(party, &words, &ctx));
        if known {
            return Ok(None);
        }
        mail_code(tx, &inside, &ctx, &loaded.case, party, &address)?;
        Ok::<_, Error>(Some(address))
    })?;
    let Some(address) = sent else { return Ok(()) };
    app.nudge();
    let words = format!(
        "We have mailed a code to {}. Type it here within 10 minutes, and send this again",
        address.as_str()
    );
    Err(problem("code", FieldCode::CodeNeeded, &words))
}

fn mail_code(
    tx: &mut Tx,
    app: &App,
    ctx: &Context<'_>,
    case: &Case,
    party: &Party,
    address: &EmailAddress,
) -> Result<(), Error> {
    if db::access::confirmations_since(tx, case.id, party.no, ctx.now - WHILE)? >= MOST_CODES {
        return Err(problem(
            "email",
            FieldCode::TooManyCodes,
            "Too many codes were asked for. Wait an hour, or ring the school and give it your new address",
        ));
    }
    let code = MailedCode::fresh(app);
    let link = NewLink {
        secret: digest(&secret(case, party, address, code.digits())),
        case: case.id,
        party: party.no,
        helper: None,
        kind: LinkKind::Confirm,
        created_at: ctx.now,
        expires_at: ctx.now + CODE_LIVES,
    };
    db::access::add_link(tx, link)?;
    let letter = confirm_address(&NewAddress {
        school: ctx.school,
        name: party.name.as_str(),
        reference: &case.reference,
        code: &code.marked(),
        answers_go_to: answers_go_to(case, ctx),
    })
    .render();
    let to = To::Family { name: party.name.as_str(), address: address.as_str() };
    let message = Message {
        case: Some(case.id),
        school: Some(ctx.school.id),
        to_party: Some(party.no),
        reply_to: Some(answers_go_to(case, ctx).to_owned()),
        ..writing::message(app, "confirm_address", to, letter)
    };
    db::outbox::insert(tx, &message)?;
    Ok(())
}

/// That a family's new address is theirs.
fn confirmed(
    tx: &mut Tx,
    ctx: &Context<'_>,
    case: &Case,
    party: &Party,
    command: &CorrectContact,
) -> Result<(), Error> {
    let new = command.email.as_ref().filter(|email| is_new(party, email, ctx));
    let (Actor::Complainant(_), Some(email)) = (ctx.actor, new) else { return Ok(()) };
    let address =
        EmailAddress::parse(email.as_str()).map_err(|how| problem("email", FieldCode::NotAnEmail, how))?;
    let typed = command.code.as_ref().map_or("", Words::as_str);
    let code: String = typed.chars().filter(char::is_ascii_digit).collect();
    let found = db::access::link(tx, digest(&secret(case, party, &address, &code)), ctx.now)?;
    if found.is_some_and(|found| found.kind == LinkKind::Confirm) {
        return Ok(());
    }
    Err(problem(
        "code",
        FieldCode::CodeWrong,
        "This code is not right, or it is older than 10 minutes. Check it in the newest message, or ask for another code",
    ))
}

/// What is kept of a code: it is good for one case, one complainant and one address.
fn secret(case: &Case, party: &Party, address: &EmailAddress, code: &str) -> String {
    format!("new address {} {} {} {code}", case.id.0, party.no, address.key())
}

fn problem(field: &str, code: FieldCode, words: &str) -> Error {
    Error::Invalid(vec![FieldProblem::new(field, code, words)])
}
