//! What a family began is gone on with on another device: by a link that is mailed to them, or by a code that they write
//! down. Either lives as long as the draft, leads to it wherever it was opened last, and ends when it was sent.
//!
//! The mail says nothing of what was written, and belongs to no school's outbox: nobody there learns that somebody wrote
//! and has not sent it.

use crate::app::App;
use crate::app::access::Token;
use crate::app::access::limit::{Doors, Network};
use crate::app::error::{Error, FieldCode, FieldProblem};
use crate::app::notify::OWN_LINK;
use crate::app::outbox::digest;
use crate::db::drafts::{Found, WayBack};
use crate::db::outbox::{Carries, Message, Origin};
use crate::db::{self, Digest, Tx};
use crate::domain::calendar::local_time_words;
use crate::domain::ids::MessageId;
use crate::domain::return_code::ReturnCode;
use crate::domain::text::EmailAddress;
use crate::key::Purpose;
use crate::mail::letters::{DraftLink, draft_link};
use crate::urls;

use super::{Kept, Trace, load};

/// Which message brings the link.
pub(in crate::app) const KIND: &str = "draft_link";

fn problem(field: &str, code: FieldCode, words: &str) -> Error {
    Error::Invalid(vec![FieldProblem::new(field, code, words)])
}

/// Mails the link to a draft. The page says the same whatever becomes of it.
///
/// # Errors
/// `Invalid` for what is no address, `NotFound` where nothing is kept, `TooMany` after three to one address.
pub fn by_mail(app: &App, doors: &Doors, slug: &str, secret: &Token, email: &str) -> Result<(), Error> {
    let email = EmailAddress::parse(email).map_err(|how| problem("email", FieldCode::NotAnEmail, how))?;
    let Kept::Here(_, until) = load(app, slug, secret)? else { return Err(Error::NotFound) };
    doors.draft_link(&email.key())?;
    let (inside, slug, secret) = (app.clone(), slug.to_owned(), digest(secret.as_str()));
    app.db().write(move |tx| {
        let school = db::schools::find_by_slug(tx, &slug)?.ok_or(Error::NotFound)?.school;
        let now = inside.now();
        let letter = draft_link(&DraftLink {
            school: &school,
            link: &inside.base().link(&urls::draft_link(OWN_LINK)),
            until: &local_time_words(until),
        })
        .render();
        let id = MessageId(inside.ids().uuid(now));
        let message = Message {
            id,
            case: None,
            event: None,
            school: None,
            kind: KIND.to_owned(),
            carries: Carries::Nothing,
            audience: "family".to_owned(),
            to_name: String::new(),
            to_address: email.as_str().to_owned(),
            to_person: None,
            to_party: None,
            reply_to: Some(school.email.clone()),
            in_reply_to: None,
            language: None,
            subject: letter.subject,
            body_text: letter.text,
            body_html: Some(letter.html),
            invitation: None,
            dedupe_key: None,
            created_at: now,
            not_before: now,
            origin: Origin::Automatic,
            instead_of: None,
        };
        db::outbox::insert(tx, &message)?;
        db::drafts::add_way_back(tx, secret, WayBack::Mail(id))?;
        Ok::<(), Error>(())
    })?;
    app.nudge();
    Ok(())
}

/// The link of a mail that leaves now; none where the draft has another way back by now, or was sent.
pub(in crate::app) fn link_for(tx: &mut Tx, app: &App, message: &Message) -> Result<Option<String>, Error> {
    let token = Token::fresh(app);
    Ok(match db::drafts::link_leaves(tx, message.id, digest(token.as_str()))? {
        Found::Yes => Some(token.as_str().to_owned()),
        Found::No => None,
    })
}

/// Makes the code of a draft for whoever has no email. It is shown once.
///
/// # Errors
/// `NotFound` where nothing is kept.
pub fn by_code(app: &App, slug: &str, secret: &Token) -> Result<ReturnCode, Error> {
    let Kept::Here(..) = load(app, slug, secret)? else { return Err(Error::NotFound) };
    let code = ReturnCode::from_random(app.ids().number());
    let (draft, token) = (digest(secret.as_str()), code_digest(app, &code));
    app.db().write(move |tx| Ok::<(), Error>(db::drafts::add_way_back(tx, draft, WayBack::Code(token))?))?;
    Ok(code)
}

/// A code is looked up with a key that is not in the database.
fn code_digest(app: &App, code: &ReturnCode) -> Digest {
    let key = hex::encode(app.key().derived(Purpose::FamilyCodes));
    digest(&format!("{key}:draft:{}", code.as_str()))
}

/// The name in addresses of the school for which a mailed link leads to a draft; none where it leads nowhere any more.
/// Looking changes nothing (G27).
///
/// # Errors
/// Only when the database cannot be used.
pub fn look(app: &App, link: &str) -> Result<Option<String>, Error> {
    let token = digest(link);
    app.db().read(|tx| Ok(kept(tx, app, token)?.map(|(_, slug)| slug)))
}

/// The draft behind a secret that is kept and was not sent, and its school.
fn kept(tx: &mut Tx, app: &App, token: Digest) -> Result<Option<(Digest, String)>, Error> {
    let Some(draft) = db::drafts::by_way_back(tx, token)? else { return Ok(None) };
    let found = db::drafts::find(tx, draft)?;
    let live = found.filter(|(found, trace)| {
        found.expires_at > app.now() && *trace == Trace::Kept && !found.data.is_empty()
    });
    let Some((found, _)) = live else { return Ok(None) };
    let school = db::schools::find(tx, found.school)?;
    Ok(school.map(|school| (draft, school.school.slug)))
}

/// Opens a draft on this device by its mailed link: it is here from now on, and not where it was.
///
/// # Errors
/// `NotFound` for a link that leads nowhere any more.
pub fn open(app: &App, link: &str, visit: &Token) -> Result<String, Error> {
    moved_here(app, digest(link), visit)
}

/// The same by a code that somebody wrote down.
///
/// # Errors
/// `Invalid` for a code that leads nowhere, `TooMany` after ten tries from one network.
pub fn open_by_code(
    app: &App,
    doors: &Doors,
    from: Network,
    code: &ReturnCode,
    visit: &Token,
) -> Result<String, Error> {
    doors.draft_code(from)?;
    moved_here(app, code_digest(app, code), visit).map_err(|error| match error {
        Error::NotFound => problem(
            "code",
            FieldCode::CodeWrong,
            "This code leads to nothing that is kept. Check it, or begin again: what nobody sends is deleted after three days",
        ),
        other => other,
    })
}

fn moved_here(app: &App, token: Digest, visit: &Token) -> Result<String, Error> {
    let (inside, here) = (app.clone(), digest(visit.as_str()));
    app.db().write(move |tx| {
        let (draft, slug) = kept(tx, &inside, token)?.ok_or(Error::NotFound)?;
        if draft != here {
            db::drafts::remove_way_back(tx, here)?;
            db::drafts::remove(tx, here)?;
            db::drafts::moves(tx, draft, here)?;
        }
        Ok(slug)
    })
}
