//! A mistyped address or number, put right by the browser that has just sent the concern (P22, P28).
//!
//! Nobody with that address can ask for a code or a link, and whoever typed it has proved who they are by having typed
//! it. So for half an hour the same browser may put another in its place. What it holds for that opens nothing.

use chrono::TimeDelta;

use crate::app::App;
use crate::app::access::Token;
use crate::app::cases::{refused, step};
use crate::app::error::{Error, FieldCode};
use crate::app::outbox::digest;
use crate::db::access::{LinkKind, NewLink, WhoeverIsIn};
use crate::db::cases::Loaded;
use crate::db::outbox::{Message, MessageState, Origin, Posted};
use crate::db::visibility::Seen;
use crate::db::{self, Tx};
use crate::domain::case::command::{Command, CorrectContact};
use crate::domain::case::decide::{decide, whose_contact};
use crate::domain::case::event::Actor;
use crate::domain::ids::{CaseId, MessageId, PartyNo};
use crate::domain::notice::FamilyNews;
use crate::domain::phone_number;
use crate::domain::reference::Reference;
use crate::domain::text::{EmailAddress, TextProblem, Words};

use super::{is_new, moves, problem};

/// For so long what was sent stands on the page of the browser that sent it, and its address can be put right there.
pub const FILED_LIVES: TimeDelta = TimeDelta::minutes(30);

/// No more receipts than this go out for one concern from that page.
const MOST_RECEIPTS: usize = 4;

/// What is said after them.
const TOO_OFTEN: &str = "The address was changed several times already. Ring the school, say your reference, and give it the right one";

/// Lets whoever holds that secret put right the address of the family that raised this case, for a while.
///
/// # Errors
/// `NotFound` for an unknown case.
pub fn let_put_right(app: &App, reference: &Reference, secret: &Token) -> Result<(), Error> {
    let (secret, now, reference) = (digest(secret.as_str()), app.now(), reference.clone());
    app.db().write(move |tx| {
        let seen = db::visibility::find_for_the_system(tx, &reference)?.ok_or(Error::NotFound)?;
        // A second press of the same button has it already (P21).
        if db::access::link_that_was(tx, secret)?.is_some() {
            return Ok(());
        }
        let link = NewLink {
            secret,
            case: seen.case(),
            party: PartyNo(1),
            helper: None,
            kind: LinkKind::Filed,
            created_at: now,
            expires_at: now + FILED_LIVES,
        };
        Ok(db::access::add_link(tx, link)?)
    })
}

/// What is to be put right, as it was typed; none of what stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Right {
    /// The email address.
    pub email: Option<String>,
    /// The telephone number.
    pub phone: Option<String>,
    /// The postal address.
    pub address: Option<String>,
}

/// The same, looked at.
struct Looked {
    email: Option<EmailAddress>,
    phone: Option<Words>,
    address: Option<Words>,
}

impl Right {
    fn look(&self) -> Result<Looked, Error> {
        let email = self.email.as_deref().map(EmailAddress::parse).transpose();
        let email = email.map_err(|how| problem("email", FieldCode::NotAnEmail, how))?;
        if let Some(phone) = &self.phone {
            phone_number::whole(phone).map_err(|how| problem("phone", FieldCode::TooShort, how))?;
        }
        Ok(Looked {
            email,
            phone: read("phone", self.phone.as_deref(), Words::line)?,
            address: read("address", self.address.as_deref(), Words::text)?,
        })
    }
}

fn read(
    field: &'static str,
    typed: Option<&str>,
    as_words: fn(&str) -> Result<Words, TextProblem>,
) -> Result<Option<Words>, Error> {
    typed.map(as_words).transpose().map_err(|how| problem(field, FieldCode::DoesNotFit, &how.to_string()))
}

/// Puts right how they are reached. For another email address it revokes what opens the case from the old one, and sends
/// the receipt to the new one. What is known already changes nothing.
///
/// # Errors
/// `NotFound` when the time for it is over; `Invalid` at the field for what does not fit, and after too many.
pub fn put_right(app: &App, secret: &Token, right: &Right) -> Result<(), Error> {
    let looked = right.look()?;
    let (secret, now, inside) = (digest(secret.as_str()), app.now(), app.clone());
    app.db().write(move |tx| {
        let link = db::access::link(tx, secret, now)?;
        let link = link.filter(|link| link.kind == LinkKind::Filed).ok_or(Error::NotFound)?;
        let seen = Seen::through(&link);
        db::cases::hold(tx, seen)?;
        let loaded = db::cases::load(tx, seen)?.ok_or(Error::NotFound)?;
        correct(tx, &inside, loaded, link.party, &looked)
    })?;
    app.nudge();
    Ok(())
}

fn correct(tx: &mut Tx, app: &App, loaded: Loaded, me: PartyNo, right: &Looked) -> Result<(), Error> {
    let actor = Actor::Complainant(me);
    let email = right.email.as_ref().map(|email| Words::line(email.as_str())).transpose();
    let email = email.map_err(|how| problem("email", FieldCode::NotAnEmail, &how.to_string()))?;
    let setting = app.worlds().bound(tx, &loaded.case)?;
    let ctx = setting.context(app.now(), actor);
    let command = CorrectContact { party: None, email, phone: None, address: None, remove: None, code: None };
    let party = whose_contact(&loaded.case, &command, &ctx).map_err(refused)?;
    let differs = |new: &Option<Words>, old: Option<&Words>| new.clone().filter(|new| Some(new) != old);
    let command = CorrectContact {
        email: command.email.filter(|email| is_new(party, email, &ctx)),
        phone: differs(&right.phone, party.phone.as_ref()),
        address: differs(&right.address, party.address.as_ref()),
        ..command
    };
    if command.email.is_none() && command.phone.is_none() && command.address.is_none() {
        return Ok(());
    }
    let receipts = receipts(tx, loaded.case.id, me)?;
    let again = right.email.as_ref().filter(|_| command.email.is_some());
    if again.is_some() {
        if receipts.len() >= MOST_RECEIPTS {
            return Err(problem("email", FieldCode::TooManyAddresses, TOO_OFTEN));
        }
        moves(tx, &ctx, &loaded.case, party, &command, WhoeverIsIn::OnlyWhoFiledStays)?;
    }
    let command = Command::CorrectContact(command);
    step(tx, app, loaded, actor, |case, ctx| decide(case, &command, ctx))?;
    match (receipts.last(), again) {
        (Some(last), Some(email)) => send_again(tx, app, last, email),
        (_, None) | (None, Some(_)) => Ok(()),
    }
}

/// The receipts of that complainant, the oldest first.
fn receipts(tx: &mut Tx, case: CaseId, me: PartyNo) -> Result<Vec<Posted>, Error> {
    let mut messages = db::outbox::of_case(tx, Seen::by_the_system(case))?;
    let is_receipt =
        |message: &Message| message.to_party == Some(me) && message.kind == FamilyNews::Receipt.key();
    messages.retain(|posted| is_receipt(&posted.message));
    Ok(messages)
}

/// The receipt once more, with a link of its own. One that has not left yet goes to the new address by itself.
fn send_again(tx: &mut Tx, app: &App, receipt: &Posted, email: &EmailAddress) -> Result<(), Error> {
    match receipt.state {
        MessageState::Waiting => return Ok(()),
        // Nobody has to see to what goes again.
        MessageState::Failed | MessageState::Flagged | MessageState::Stopped => {
            db::outbox::settle(tx, receipt.message.id, app.now())?;
        }
        MessageState::Sending | MessageState::Sent | MessageState::Overtaken => {}
    }
    let again = Message {
        id: MessageId(app.ids().uuid(app.now())),
        to_address: email.as_str().to_owned(),
        in_reply_to: None,
        dedupe_key: None,
        created_at: app.now(),
        not_before: app.now(),
        origin: Origin::Automatic,
        instead_of: None,
        ..receipt.message.clone()
    };
    db::outbox::insert(tx, &again)?;
    Ok(())
}
