//! How a family comes to its case without an account: the mailed link, the code beside it, and the case
//! token that either is exchanged for.
//!
//! A link works again for as long as it lives, because mail programs open links before people do, and only
//! the button on the page behind it gives anything (G27, P33).

use chrono::{DateTime, TimeDelta, Utc};

use crate::app::App;
use crate::app::error::{Error, FieldCode, FieldProblem};
use crate::app::notify::{Corrected, MailedCode, OWN_LINK};
use crate::app::outbox::digest;
use crate::app::writing::{self, To};
use crate::db::access::{CodeUse, LinkKind, NewLink};
use crate::db::outbox::Message;
use crate::db::schools::SchoolRecord;
use crate::db::visibility::Seen;
use crate::db::{self, Tx};
use crate::domain::case::event::Actor;
use crate::domain::case::state::Case;
use crate::domain::ids::{CaseId, PartyNo};
use crate::domain::reference::Reference;
use crate::domain::text::EmailAddress;
use crate::key::Purpose;
use crate::mail::letters::{FreshLink, answers_go_to, fresh_link};
use crate::urls;

use super::Token;
use super::limit::Doors;

/// The case that a family's token was found to open. Only the database makes one.
pub use crate::db::access::OpenLink;

/// A case token, and with it the session of a family's browser, ends after so long.
pub const CASE_TOKEN_LIVES: TimeDelta = TimeDelta::hours(12);
/// The session of a family's browser ends when it was not used for so long.
pub const SESSION_RESTS: TimeDelta = TimeDelta::minutes(60);
/// A session that is used is prolonged at most so often: not every page is a write.
const PROLONGED_EVERY: TimeDelta = TimeDelta::minutes(1);
/// A code ends after so long.
pub const CODE_LIVES: TimeDelta = TimeDelta::minutes(10);
/// A family with more cases at a school gets links to the newest of them.
const MOST_CASES: usize = 5;
/// Which message brings a link that was asked for.
pub(in crate::app) const FRESH_LINK: &str = "fresh_link";
/// By this a program that looks for leaked secrets knows one of ours.
const PREFIX: &str = "case_";

/// A case token. This is the one time that it is shown.
#[derive(Clone, Debug)]
pub struct CaseToken {
    /// The secret.
    pub token: Token,
    /// The case that it opens.
    pub reference: Reference,
    /// The name in addresses of its school.
    pub school: String,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
}

/// Whether a mailed link still opens its case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It does.
    Alive,
    /// It is over, was called back, or never was one: the page says the same of each.
    Over,
}

/// A mailed link as it is before anybody presses the button.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Behind {
    /// Whether it still opens its case.
    pub standing: Standing,
    /// The name in addresses of the school that it came from; none for one that was called back or never was.
    pub school: Option<String>,
}

/// Looks at a mailed link without using it: for the page with the button. Of the case it tells nothing but its school.
///
/// # Errors
/// When the database cannot be used.
pub fn look(app: &App, link: &str) -> Result<Behind, Error> {
    let (link, now) = (digest(link), app.now());
    app.db().read(|tx| {
        let known = db::access::link_that_was(tx, link)?.filter(|known| known.kind == LinkKind::Link);
        let Some(known) = known else { return Ok(Behind { standing: Standing::Over, school: None }) };
        let standing = if known.expires_at > now { Standing::Alive } else { Standing::Over };
        let school = db::cases::school_of(tx, Seen::through(&known))?;
        let school = school.map(|id| db::schools::find(tx, id)).transpose()?.flatten();
        Ok(Behind { standing, school: school.map(|record| record.school.slug) })
    })
}

/// Who is given a case token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum GivenTo {
    /// A browser, which may be shared: the token ends when it rests.
    Browser,
    /// A program, which keeps it to itself.
    Program,
}

impl GivenTo {
    const fn lives(self) -> TimeDelta {
        match self {
            Self::Browser => SESSION_RESTS,
            Self::Program => CASE_TOKEN_LIVES,
        }
    }
}

/// Exchanges a mailed link for a case token of a program. It can be done again while the link lives (G27).
///
/// # Errors
/// `NotFound` for anything but a link that lives.
pub fn exchange(app: &App, link: &str) -> Result<CaseToken, Error> {
    exchange_for(app, link, LinkKind::Link, GivenTo::Program)
}

/// The same for a browser, where the page behind the link has a button.
///
/// # Errors
/// As for [`exchange`].
pub fn enter(app: &App, link: &str) -> Result<CaseToken, Error> {
    exchange_for(app, link, LinkKind::Link, GivenTo::Browser)
}

/// Exchanges the code of a mail, typed into the browser that asked for it. It works once.
///
/// # Errors
/// `Invalid` for a wrong code and for one that is over, with what to do; `TooMany` after five tries. Both are the
/// same whether or not a mail was sent.
pub fn exchange_code(app: &App, doors: &Doors, challenge: &Token, code: &str) -> Result<CaseToken, Error> {
    typed_code(app, doors, (challenge, code), GivenTo::Program)
}

/// The same for a browser.
///
/// # Errors
/// As for [`exchange_code`].
pub fn enter_with_code(app: &App, doors: &Doors, challenge: &Token, code: &str) -> Result<CaseToken, Error> {
    typed_code(app, doors, (challenge, code), GivenTo::Browser)
}

fn typed_code(
    app: &App,
    doors: &Doors,
    (challenge, code): (&Token, &str),
    given_to: GivenTo,
) -> Result<CaseToken, Error> {
    doors.code(challenge.as_str())?;
    let code: String = code.chars().filter(|sign| !sign.is_whitespace() && *sign != '-').collect();
    let secret = code_secret(challenge, &code);
    exchange_for(app, &secret, LinkKind::Code, given_to).map_err(|error| match error {
        Error::NotFound => problem(
            "code",
            FieldCode::CodeWrong,
            "This code is not right, was used already, is older than 10 minutes, or another browser asked for it. Check \
             it in the newest message. If you asked for it in another browser, give the reference and your email address too",
        ),
        other => other,
    })
}

/// What proves a code in a browser that did not ask for it: the case and the address that the mail went to.
#[derive(Clone, Debug)]
pub struct Elsewhere {
    /// The case.
    pub reference: Reference,
    /// Where the mail went.
    pub email: EmailAddress,
}

/// Exchanges the code of a mail in any browser, by the case and the address that it was mailed to. It works once.
///
/// # Errors
/// `Invalid` for what does not fit together, and `TooMany` after five tries: the same whether or not there is such a
/// case.
pub fn exchange_code_elsewhere(
    app: &App,
    doors: &Doors,
    whose: &Elsewhere,
    code: &str,
) -> Result<CaseToken, Error> {
    doors.code(&format!("{} {}", whose.reference, whose.email.key()))?;
    let code: String = code.chars().filter(|sign| !sign.is_whitespace() && *sign != '-').collect();
    let secret = elsewhere_secret(app, whose, &code);
    exchange_for(app, &secret, LinkKind::Code, GivenTo::Browser).map_err(|error| match error {
        Error::NotFound => problem(
            "code",
            FieldCode::CodeWrong,
            "The code, the reference and the email address do not belong together, or the code is older than 10 \
             minutes. Check all three in the newest message, or ask for a new one",
        ),
        other => other,
    })
}

/// What somebody reads who tried too many codes: a fresh one would be refused as well until the time is over, the link
/// of the mail is not.
pub fn codes_spent(seconds: u64) -> String {
    let wait = match seconds.div_ceil(60) {
        0 | 1 => "a minute".to_owned(),
        minutes => format!("{minutes} minutes"),
    };
    format!("Too many codes were tried. Open the link in the message instead, or wait {wait} and try again")
}

fn exchange_for(app: &App, secret: &str, kind: LinkKind, given_to: GivenTo) -> Result<CaseToken, Error> {
    let (secret, now) = (digest(secret), app.now());
    let token = Token::fresh_with(app, PREFIX);
    let fresh = token.clone();
    let (reference, school, expires_at) = app.db().write(move |tx| {
        let found = db::access::link(tx, secret, now)?;
        let link = found.filter(|found| found.kind == kind).ok_or(Error::NotFound)?;
        if kind == LinkKind::Code && db::access::use_codes(tx, secret, &link, now)? == CodeUse::UsedBefore {
            return Err(Error::NotFound);
        }
        let loaded = db::cases::load(tx, Seen::through(&link))?.ok_or(Error::NotFound)?;
        let school = db::schools::find(tx, loaded.case.school)?.ok_or(Error::NotFound)?.school.slug;
        let expires_at = now + given_to.lives();
        db::access::note_link_use(tx, secret, now)?;
        let new = NewLink {
            secret: fresh.digest(),
            case: link.case(),
            party: link.party,
            helper: link.helper,
            kind: LinkKind::CaseToken,
            created_at: now,
            expires_at,
        };
        db::access::add_link(tx, new)?;
        Ok::<_, Error>((loaded.case.reference, school, expires_at))
    })?;
    Ok(CaseToken { token, reference, school, expires_at })
}

/// The case that a case token opens, for the API and for the pages of a family.
///
/// # Errors
/// Only when the database cannot be used; anything but a case token that lives is `None`.
pub fn open_case(app: &App, token: &str) -> Result<Option<OpenLink>, Error> {
    let (token, now) = (digest(token), app.now());
    let found = app.db().read(|tx| db::access::link(tx, token, now))?;
    Ok(found.filter(|found| found.kind == LinkKind::CaseToken))
}

/// The same for a page of a browser, which is prolonged while it is used: never beyond [`CASE_TOKEN_LIVES`], and it ends
/// by itself after [`SESSION_RESTS`] without use.
///
/// # Errors
/// Only when the database cannot be used; anything but a session that lives is `None`.
pub fn open_page(app: &App, token: &str) -> Result<Option<OpenLink>, Error> {
    let Some(open) = open_case(app, token)? else { return Ok(None) };
    let now = app.now();
    let until = (now + SESSION_RESTS).min(open.created_at + CASE_TOKEN_LIVES);
    if until - open.expires_at >= PROLONGED_EVERY {
        let token = digest(token);
        app.db().write(move |tx| db::access::prolong_case_token(tx, token, now, until))?;
    }
    Ok(Some(open))
}

/// Ends a case token: the family leaves a computer.
///
/// # Errors
/// When the database cannot be used.
pub fn leave(app: &App, token: &str) -> Result<(), Error> {
    let (token, now) = (digest(token), app.now());
    Ok(app.db().write(move |tx| db::access::revoke_link(tx, token, now))?)
}

/// Mails fresh links, with a code each, to whoever raised a concern at that school from that address.
///
/// It says nothing about whether there was anybody. The page must not wait for it: what it takes to write a
/// mail would tell (P33).
///
/// # Errors
/// Only when the database cannot be used. Too many requests are dropped without a word.
pub fn resend(app: &App, doors: &Doors, slug: &str, email: &str, challenge: &Token) -> Result<(), Error> {
    let Ok(email) = EmailAddress::parse(email) else { return Ok(()) };
    if doors.link(slug, &email.key()).is_err() {
        return Ok(());
    }
    let (inside, slug) = (app.clone(), slug.to_owned());
    let challenge = challenge.clone();
    app.db().write(move |tx| {
        let Some(school) = db::schools::find_by_slug(tx, &slug)? else { return Ok(()) };
        let raised = db::cases::of_complainant(tx, school.school.id, &email.key())?;
        let mut theirs: Vec<_> = raised.into_iter().map(|(case, party, _)| (case, party)).collect();
        for corrected in db::outbox::corrected_to(tx, school.school.id, &email.key())? {
            if !theirs.contains(&corrected) {
                theirs.push(corrected);
            }
        }
        for own in theirs.into_iter().take(MOST_CASES) {
            mail_link(tx, &inside, &school, own, &challenge)?;
        }
        Ok::<_, Error>(())
    })?;
    app.nudge();
    Ok(())
}

/// Mails a fresh link in place of an old one, to the address that the old one went to: one click on the page
/// of a link that is over. It says nothing about whether there was one, and the page must not wait for it.
///
/// # Errors
/// Only when the database cannot be used.
pub fn renew(app: &App, doors: &Doors, link: &str, challenge: &Token) -> Result<(), Error> {
    if doors.link("", link).is_err() {
        return Ok(());
    }
    let (inside, link) = (app.clone(), digest(link));
    let challenge = challenge.clone();
    app.db().write(move |tx| {
        let Some(old) = db::access::link_that_was(tx, link)? else { return Ok(()) };
        if old.kind != LinkKind::Link {
            return Ok(());
        }
        let Some(loaded) = db::cases::load(tx, Seen::through(&old))? else { return Ok(()) };
        let Some(school) = db::schools::find(tx, loaded.case.school)? else { return Ok(()) };
        mail_link(tx, &inside, &school, (old.case(), old.who()), &challenge)
    })?;
    app.nudge();
    Ok(())
}

/// Whose page the links of that party open, and as whose helper: a complainant's own, or that of whom they help. None for
/// whoever has no page, as after their help has ended.
pub(in crate::app) fn page_of(case: &Case, party: PartyNo) -> Option<(PartyNo, Option<PartyNo>)> {
    if case.complainants().any(|known| known.no == party) {
        return Some((party, None));
    }
    case.help_of(party).map(|help| (help.whom, Some(party)))
}

fn mail_link(
    tx: &mut Tx,
    app: &App,
    school: &SchoolRecord,
    (case, party): (CaseId, PartyNo),
    challenge: &Token,
) -> Result<(), Error> {
    let Some(loaded) = db::cases::load(tx, Seen::by_the_system(case))? else { return Ok(()) };
    let Some(to) = loaded.case.party(party) else { return Ok(()) };
    let Some(address) = &to.email else { return Ok(()) };
    let Some((whose, helper)) = page_of(&loaded.case, party) else { return Ok(()) };
    let corrected = Corrected::of(tx, &loaded.case)?;
    let address = corrected.address(&loaded.case, party).unwrap_or(address.as_str()).to_owned();
    let now = app.now();
    let code = MailedCode::fresh(app);
    let here = code_secret(challenge, code.digits());
    let elsewhere = EmailAddress::parse(&address).ok().map(|email| {
        let whose = Elsewhere { reference: loaded.case.reference.clone(), email };
        elsewhere_secret(app, &whose, code.digits())
    });
    let expires_at = now + CODE_LIVES;
    for secret in std::iter::once(here).chain(elsewhere) {
        let secret = digest(&secret);
        let new =
            NewLink { secret, case, party: whose, helper, kind: LinkKind::Code, created_at: now, expires_at };
        db::access::add_link(tx, new)?;
    }
    let setting = app.worlds().bound(tx, &loaded.case)?;
    let ctx = setting.context(now, Actor::Clock);
    let letter = fresh_link(&FreshLink {
        school: &school.school,
        answers_go_to: answers_go_to(&loaded.case, &ctx),
        safeguarding: &school.safeguarding_contact,
        name: to.name.as_str(),
        reference: &loaded.case.reference,
        link: &app.base().link(&urls::family_link(OWN_LINK)),
        code: &code.marked(),
    })
    .render();
    let message = Message {
        case: Some(case),
        school: Some(school.school.id),
        to_party: Some(party),
        reply_to: Some(answers_go_to(&loaded.case, &ctx).to_owned()),
        ..writing::message(app, FRESH_LINK, To::Family { name: to.name.as_str(), address: &address }, letter)
    };
    db::outbox::insert(tx, &message)?;
    Ok(())
}

/// A code has a million values, so it is never looked up alone: with it goes what the browser that asked
/// keeps, which is not in the mail. Whoever reads the table cannot try all codes.
fn code_secret(challenge: &Token, code: &str) -> String {
    format!("{}:{code}", challenge.as_str())
}

/// The same for any other browser: the case, the address, and a key that is not in the database.
fn elsewhere_secret(app: &App, whose: &Elsewhere, code: &str) -> String {
    let key = hex::encode(app.key().derived(Purpose::FamilyCodes));
    format!("{key}:{}:{}:{code}", whose.reference, whose.email.key())
}

fn problem(field: &str, code: FieldCode, words: &str) -> Error {
    Error::Invalid(vec![FieldProblem::new(field, code, words)])
}
