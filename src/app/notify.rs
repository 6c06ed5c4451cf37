//! What is said after a step: each notice becomes a message in the outbox, its text final and its recipient
//! frozen, in the transaction of the step (E18, E19).

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use url::Url;

use crate::db::outbox::{Carries, Message, Origin};
use crate::db::{self, Tx};
use crate::domain::case::context::Context;
use crate::domain::case::event::Recorded;
use crate::domain::case::state::Case;
use crate::domain::case::vocabulary::Flag;
use crate::domain::ids::{MessageId, PartyNo, PersonId};
use crate::domain::notice::{self, FamilyNews, Notice, NoticeKind, Recipient, Timing, notices};
use crate::domain::text::Words;
use crate::key::Purpose;
use crate::mail::letters::{Facts, Links, Safeguarding, Written, answers_go_to, render};
use crate::urls;

use super::App;
use super::error::Error;
use super::outbox::digest;
use super::world::Setting;

/// Stands in a stored message where the family's own link will be. The link is made when the message leaves,
/// so that nobody who may read the message, staff included, can open the family's page with it.
pub const OWN_LINK: &str = "your-own-link";

/// Stand around the code of a stored message. Whoever else may read the message sees neither.
const CODE_BEGINS: &str = "own-code-";
const CODE_ENDS: &str = "-own-code";

/// Six digits that go out by mail. The stored message has a seed in their place, from which the digits come by a key
/// that is not in the database: whoever reads the database alone signs in as nobody.
pub struct MailedCode {
    seed: String,
    digits: String,
}

impl MailedCode {
    /// A code that nobody can guess.
    pub fn fresh(app: &App) -> Self {
        let seed = hex::encode(app.ids().bytes::<4>());
        Self { digits: digits_of(app, &seed), seed }
    }

    /// The digits, of which a digest is kept until somebody types them.
    pub fn digits(&self) -> &str {
        &self.digits
    }

    /// What stands in the stored message.
    pub fn marked(&self) -> String {
        format!("{CODE_BEGINS}{}{CODE_ENDS}", self.seed)
    }
}

fn digits_of(app: &App, seed: &str) -> String {
    let key = hex::encode(app.key().derived(Purpose::MailedCodes));
    let made = digest(&format!("{key}:{seed}")).0;
    let number = made.first_chunk().copied().map(u64::from_be_bytes).unwrap_or_default();
    format!("{:06}", number % 1_000_000)
}

/// The message as it leaves, with its code.
pub fn with_code(app: &App, text: &str) -> String {
    in_place_of_codes(text, |seed| digits_of(app, seed))
}

/// The message as somebody else reads it, with these words in place of its code.
pub fn without_code(text: &str, words: &str) -> String {
    in_place_of_codes(text, |_| words.to_owned())
}

fn in_place_of_codes(text: &str, words: impl Fn(&str) -> String) -> String {
    let mut pieces = text.split(CODE_BEGINS);
    let mut read = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (seed, rest) = piece.split_once(CODE_ENDS).unwrap_or((piece, ""));
        read.push_str(&words(seed));
        read.push_str(rest);
    }
    read
}

/// A message as it will be read, before it is stored.
#[derive(Clone, Debug)]
pub struct Composed {
    /// What it is.
    pub notice: Notice,
    /// The name of whoever receives it.
    pub to_name: String,
    /// Their address; absent when they have none, and a person must tell them by phone or post.
    pub to_address: Option<String>,
    /// The letter.
    pub written: Written,
}

/// Writes the messages that these events make necessary.
pub(super) fn compose(
    app: &App,
    setting: &Setting,
    before: Option<&Case>,
    after: &Case,
    events: &[Recorded],
    ctx: &Context<'_>,
) -> Vec<Composed> {
    notices(before, events, after, ctx)
        .into_iter()
        .map(|notice| {
            let (to_name, to_address) = recipient(notice.to, whose_address(&notice, before, after), ctx);
            // The address that somebody had before gets no way in.
            let link_to = to_address.as_deref().filter(|_| !gets_no_way_in(&notice));
            let links = links(app, after, ctx, &notice, link_to);
            let safeguarding = Safeguarding { lead: Some(setting.world.safeguarding.clone()), council: None };
            let facts = Facts {
                case: after,
                events,
                school: ctx.school,
                procedure: ctx.procedure,
                calendar: ctx.calendar,
                directory: ctx.directory,
                now: ctx.now,
                today: ctx.today,
                links: &links,
                safeguarding: &safeguarding,
            };
            let written = render(&notice, &facts);
            Composed { notice, to_name, to_address, written }
        })
        .collect()
}

/// Stores them in the outbox.
pub(super) fn send(
    tx: &mut Tx,
    app: &App,
    setting: &Setting,
    before: Option<&Case>,
    after: &Case,
    events: &[Recorded],
    ctx: &Context<'_>,
) -> Result<(), Error> {
    let mut composed = compose(app, setting, before, after, events, ctx);
    let mut threads = Threads::default();
    // Nothing was said yet about a case that begins here.
    if let Some(before) = before.filter(|_| !composed.is_empty()) {
        readdress(tx, before, after, &mut composed)?;
        threads = Threads::of(tx, after)?;
    }
    for composed in composed {
        let mut message = message(app, after, ctx, composed)?;
        message.in_reply_to = threads.follow(&message);
        if message.to_address.is_empty() {
            db::outbox::overtake(tx, &message, &overtaken_kinds(&message, after))?;
        }
        db::outbox::insert(tx, &message)?;
    }
    Ok(())
}

/// The kinds of letters that nobody need post any more once that one goes. The receipt of a child at risk always does:
/// no later letter says whom to call.
pub(super) fn overtaken_kinds(message: &Message, case: &Case) -> Vec<&'static str> {
    let Some(NoticeKind::Family(news)) = NoticeKind::from_key(&message.kind) else { return Vec::new() };
    let at_risk = case.flags.contains(&Flag::ChildAtRisk);
    let needless = |older: &&FamilyNews| !(at_risk && **older == FamilyNews::Receipt);
    news.overtakes().iter().filter(needless).map(|older| older.key()).collect()
}

/// The kinds of letters that make one of that kind needless.
pub(super) fn overtaking_kinds(needless: &str) -> Vec<&'static str> {
    let makes_needless = |news: &&FamilyNews| news.overtakes().iter().any(|older| older.key() == needless);
    FamilyNews::ALL.iter().filter(makes_needless).map(|news| news.key()).collect()
}

/// Puts the address that a person corrected in place of the one that did not work (E18): the letters that
/// follow go there too, and the page that asks first shows it.
pub(super) fn readdress(
    tx: &mut Tx,
    before: &Case,
    after: &Case,
    composed: &mut [Composed],
) -> Result<(), Error> {
    let corrected = Corrected::of(tx, after)?;
    for letter in composed {
        let case = whose_address(&letter.notice, Some(before), after);
        if let Recipient::Party(party) = letter.notice.to
            && let Some(address) = corrected.address(case, party)
        {
            letter.to_address = Some(address.to_owned());
        }
    }
    Ok(())
}

/// The addresses that people put in place of ones that did not work, in the outbox.
#[derive(Debug)]
pub(super) struct Corrected(BTreeMap<PartyNo, (String, DateTime<Utc>)>);

impl Corrected {
    pub(super) fn of(tx: &mut Tx, case: &Case) -> Result<Self, Error> {
        Ok(Self(db::outbox::corrected_addresses(tx, case.id)?))
    }

    /// The address of that party, unless another was put right on the case itself since.
    pub(super) fn address(&self, case: &Case, party: PartyNo) -> Option<&str> {
        let (address, at) = self.0.get(&party)?;
        let stands = case.email_corrected.get(&party).is_none_or(|since| at > since);
        stands.then_some(address.as_str())
    }

    /// Those that are in force, as a decision looks at them.
    pub(super) fn in_force(&self, case: &Case) -> BTreeMap<PartyNo, Words> {
        let one = |party: &PartyNo| Some((*party, Words::line(self.address(case, *party)?).ok()?));
        self.0.keys().filter_map(one).collect()
    }
}

/// The case whose address a letter goes to: as it was, for the one letter to an address that somebody had before.
fn whose_address<'a>(notice: &Notice, before: Option<&'a Case>, after: &'a Case) -> &'a Case {
    before.filter(|_| goes_to_the_address_before(notice)).unwrap_or(after)
}

/// Neither the address that somebody had before, nor whoever helps no more, nor whoever has said whether they agree gets
/// a link.
fn gets_no_way_in(notice: &Notice) -> bool {
    let is_over = matches!(notice.kind, NoticeKind::Family(FamilyNews::HelpEnds | FamilyNews::ConsentNoted));
    goes_to_the_address_before(notice) || is_over
}

fn goes_to_the_address_before(notice: &Notice) -> bool {
    notice.kind == NoticeKind::Family(FamilyNews::ContactCorrectedBefore)
}

/// The last message to each recipient of a case, so that the next one follows it in their mail program (E8).
/// Nobody's thread names a message to somebody else (P18).
#[derive(Debug, Default)]
struct Threads(BTreeMap<(Option<PartyNo>, Option<PersonId>), MessageId>);

impl Threads {
    fn of(tx: &mut Tx, case: &Case) -> Result<Self, Error> {
        let mut threads = BTreeMap::new();
        for (id, party, person) in db::outbox::newest_first(tx, case.id)? {
            threads.entry((party, person)).or_insert(id);
        }
        Ok(Self(threads))
    }

    /// What the message follows; the next one follows it.
    fn follow(&mut self, message: &Message) -> Option<MessageId> {
        self.0.insert((message.to_party, message.to_person), message.id)
    }
}

fn message(app: &App, case: &Case, ctx: &Context<'_>, composed: Composed) -> Result<Message, Error> {
    let Composed { notice, to_name, to_address, written } = composed;
    let (to_party, to_person) = parties_of(notice.to);
    let invitation = written
        .calendar
        .map(|file| {
            serde_json::to_string(&StoredInvitation {
                method: file.method.keyword().to_owned(),
                ics: file.ics,
            })
        })
        .transpose()
        .map_err(|source| Error::Internal(Box::new(source)))?;
    Ok(Message {
        id: MessageId(app.ids().uuid(ctx.now)),
        case: Some(case.id),
        event: Some(notice.cause),
        school: Some(ctx.school.id),
        kind: notice.kind.key().to_owned(),
        carries: carries(notice.carries),
        audience: if to_party.is_some() { "family".to_owned() } else { "staff".to_owned() },
        to_name,
        // No address: the row stays as the letter of record and waits for a person (see `outbox`).
        to_address: to_address.unwrap_or_default(),
        to_person,
        to_party,
        reply_to: to_party.map(|_| answers_go_to(case, ctx).to_owned()),
        in_reply_to: None,
        language: None,
        subject: written.letter.subject,
        body_text: written.letter.text,
        body_html: Some(written.letter.html),
        invitation,
        dedupe_key: Some(dedupe_key(case, &notice)),
        created_at: ctx.now,
        not_before: not_before(app, notice.timing, ctx.now),
        origin: origin(notice.timing),
        instead_of: None,
    })
}

/// What waits to be called back is what a person decided; the rest Heard says by itself.
fn origin(timing: Timing) -> Origin {
    match timing {
        Timing::AtOnce => Origin::Automatic,
        Timing::AfterUndo => Origin::Person,
    }
}

/// A meeting or hearing as it is stored with its message.
#[derive(serde::Serialize, serde::Deserialize)]
pub(super) struct StoredInvitation {
    /// `REQUEST` or `CANCEL`.
    pub(super) method: String,
    /// The file itself.
    pub(super) ics: String,
}

/// One event says one thing to one recipient once, however often the sweep runs (G17).
fn dedupe_key(case: &Case, notice: &Notice) -> String {
    let to = match notice.to {
        Recipient::Party(party) => format!("party {party}"),
        Recipient::Person(person) => format!("person {person}"),
    };
    format!("{} {} {} {to}", case.id, notice.cause, notice.kind.key())
}

fn not_before(app: &App, timing: Timing, now: DateTime<Utc>) -> DateTime<Utc> {
    match timing {
        Timing::AtOnce => now,
        Timing::AfterUndo => now + app.undo(),
    }
}

fn carries(carries: notice::Carries) -> Carries {
    match carries {
        notice::Carries::Right => Carries::Right,
        notice::Carries::Deadline => Carries::Deadline,
        notice::Carries::Nothing => Carries::Nothing,
    }
}

fn parties_of(to: Recipient) -> (Option<PartyNo>, Option<PersonId>) {
    match to {
        Recipient::Party(party) => (Some(party), None),
        Recipient::Person(person) => (None, Some(person)),
    }
}

fn recipient(to: Recipient, case: &Case, ctx: &Context<'_>) -> (String, Option<String>) {
    match to {
        Recipient::Party(no) => case.party(no).map_or((String::new(), None), |party| {
            (party.name.as_str().to_owned(), party.email.as_ref().map(|email| email.as_str().to_owned()))
        }),
        Recipient::Person(id) => ctx
            .directory
            .person(id)
            .map_or((String::new(), None), |person| (person.name.clone(), Some(person.email.clone()))),
    }
}

/// A letter that goes by post speaks of no link: nobody types one from paper, and whoever prints it must not
/// have it.
fn links(app: &App, case: &Case, ctx: &Context<'_>, notice: &Notice, address: Option<&str>) -> Links {
    let link = |path: &str| -> Url { app.base().link(path) };
    let own = if notice.kind.is_about_consent() { urls::consent_link } else { urls::family_link };
    Links {
        case: match notice.to {
            Recipient::Party(_) => address.map(|_| link(&own(OWN_LINK))),
            Recipient::Person(_) => None,
        },
        staff: link(&urls::case(&case.reference)),
        policy: link(&urls::procedure(&ctx.school.slug)),
        privacy: link(&urls::privacy(&ctx.school.slug)),
    }
}
