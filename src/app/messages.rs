//! Messages as people see them, each with its state (E15), and what people do about one that did not arrive
//! (E17).

use chrono::{DateTime, NaiveDate, Utc};
use sha2::{Digest as _, Sha256};

use crate::db::mailbox::{self, ActKind, Content, Pile, Reach, Reader, Shown, Wanted};
use crate::db::outbox::{self, Attempt, Message, Origin, Requeued, Settled, Stopped};
use crate::db::schools::SchoolRecord;
use crate::db::visibility::Seen;
use crate::db::{self, Tx};
use crate::domain::calendar::{local_date, long_date};
use crate::domain::case::command::{AddNote, Command};
use crate::domain::case::context::Context;
use crate::domain::case::decide::{answer_was_told, decide, delivered_on, window_from};
use crate::domain::case::event::Actor;
use crate::domain::case::refusal::{Refusal, RefusalCode};
use crate::domain::case::state::{Party, Standing};
use crate::domain::case::timeline::{Voice, voice_of};
use crate::domain::deadline::DeadlineRule;
use crate::domain::ids::{MessageId, SchoolId};
use crate::domain::notice::StaffNews;
use crate::domain::person::{Place, Role};
use crate::domain::reference::Reference;
use crate::domain::school::School;
use crate::domain::text::{EmailAddress, Words};
use crate::urls;

use super::access::family::FRESH_LINK;
use super::access::password_link::lets_somebody_in;
use super::cases::{self, Answer, Caller, Opened, first_answer, remember, step};
use super::error::{Error, FieldCode, FieldProblem};
use super::notify::{OWN_LINK, overtaken_kinds, overtaking_kinds, without_code};
use super::people::Colleague;
use super::readings::What;
use super::world::is_an_answer;
use super::{App, IdempotencyKey, Mode, readings};

pub use crate::db::mailbox::{Act, ActKind as Did, Content as Open, Pile as Part};
pub use crate::db::outbox::{Attempt as Tried, Carries, Message as Letter, MessageState, Outcome, Posted};
pub use crate::mail::for_paper;

/// Stands where a family's own link was or will be, wherever somebody else reads the message.
pub const OWN_LINK_WORDS: &str = "(their own link, which is made when the message leaves)";

/// Stands where their code is.
pub const OWN_CODE_WORDS: &str = "(their own code)";

/// The messages of a case with their attempts: all of them for staff, their own for a complainant (P18) and for
/// whoever sits on its panel, since the family's letters have the family's address (2.4). The reading is logged.
///
/// # Errors
/// `NotFound` when the caller may not know of the case.
pub fn of_case(
    app: &App,
    caller: &Caller,
    reference: &Reference,
) -> Result<Vec<(Posted, Vec<Attempt>)>, Error> {
    let opened = cases::open_to(app, caller, reference, What::Messages)?;
    app.db().read(|tx| {
        let seen = caller.find(tx, app, reference)?;
        let mut messages = outbox::of_case(tx, seen)?;
        messages.retain(|posted| is_for(&opened, &posted.message));
        let ids: Vec<MessageId> = messages.iter().map(|posted| posted.message.id).collect();
        let mut attempts = outbox::attempts_of(tx, &ids)?;
        let with_attempts = messages.into_iter().map(|posted| {
            let tried = attempts.remove(&posted.message.id).unwrap_or_default();
            (posted, tried)
        });
        Ok(with_attempts.collect())
    })
}

/// A letter as the one to whom it went reads it again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnLetter {
    /// The message.
    pub id: MessageId,
    /// The day on which it was written.
    pub on: NaiveDate,
    /// Its subject.
    pub subject: String,
    /// Its text.
    pub text: String,
}

/// The letters of a case that went to the complainant who asks, the oldest first, and never another's (P18). What waits
/// may still be stopped. A link or code that was asked for, and word about an address, is no letter of the case; one that
/// went again to a right address is there once.
///
/// # Errors
/// `NotFound` when the caller may not know of the case any more.
pub fn own_letters(app: &App, caller: &Caller, reference: &Reference) -> Result<Vec<OwnLetter>, Error> {
    let Actor::Complainant(me) = caller.actor() else { return Ok(Vec::new()) };
    let mut posted = app.db().read(|tx| {
        let seen = caller.find(tx, app, reference)?;
        Ok::<_, Error>(outbox::of_case(tx, seen)?)
    })?;
    posted.retain(|one| one.message.to_party == Some(me) && went(one.state) && is_a_letter(&one.message));
    let again: Vec<MessageId> = posted.iter().filter_map(|one| one.message.instead_of).collect();
    posted.retain(|one| !again.contains(&one.message.id));
    let mut letters: Vec<Message> = Vec::new();
    for Posted { message, .. } in posted {
        if !letters.iter().any(|known| is_the_same_letter(known, &message)) {
            letters.push(message);
        }
    }
    Ok(letters.into_iter().map(|letter| own_letter(app, letter)).collect())
}

/// Whether a message left, or tried to: its reader may have it, and may read it here where it never came.
const fn went(state: MessageState) -> bool {
    match state {
        MessageState::Sent | MessageState::Failed | MessageState::Flagged => true,
        MessageState::Waiting | MessageState::Sending | MessageState::Stopped | MessageState::Overtaken => {
            false
        }
    }
}

/// A receipt that went again to a right address says the same twice.
fn is_the_same_letter(one: &Message, other: &Message) -> bool {
    one.event == other.event && one.kind == other.kind && one.body_text == other.body_text
}

fn is_a_letter(message: &Message) -> bool {
    !message.is_bound_to_its_address() && message.kind != FRESH_LINK
}

fn own_letter(app: &App, message: Message) -> OwnLetter {
    let text = without_code(&message.body_text, "(a code that is over)");
    OwnLetter {
        id: message.id,
        on: local_date(message.created_at),
        subject: message.subject,
        text: own_links(app).iter().fold(text, |text, link| text.replace(link, "(the link to your page)")),
    }
}

/// Whether a message is for the eyes of whoever opened its case.
fn is_for(opened: &Opened, message: &Message) -> bool {
    match voice_of(&opened.case, opened.actor) {
        Voice::Complainant(party) => message.to_party == Some(party),
        Voice::Panel | Voice::AskedToSit => message.to_person == opened.actor.person(),
        // That a member of a panel declared an interest is for whoever was told of it (R27).
        Voice::Staff => {
            message.kind != StaffNews::InterestDeclared.key() || message.to_person == opened.actor.person()
        }
    }
}

/// What stands in a stored message where a link of its recipient alone will be.
fn own_links(app: &App) -> [String; 5] {
    [urls::family_link, urls::consent_link, urls::draft_link, urls::choose_password, urls::sign_in_link]
        .map(|path| path(OWN_LINK))
        .map(|path| app.base().link(&path).into())
}

/// A text as somebody else than its recipient reads it: nobody can open a family's page with it, neither by its
/// link nor by its code.
pub fn readable(app: &App, text: &str) -> String {
    let text = without_code(text, OWN_CODE_WORDS);
    own_links(app).iter().fold(text, |text, link| text.replace(link, OWN_LINK_WORDS))
}

/// The same for the page that mail programs show: the link leads nowhere.
pub fn readable_html(app: &App, html: &str) -> String {
    let html = without_code(html, OWN_CODE_WORDS);
    own_links(app).iter().fold(html, |html, link| {
        html.replace(&format!("href=\"{link}\""), "href=\"#\"").replace(link, OWN_LINK_WORDS)
    })
}

/// Somebody who opens the outbox. Whoever says who they are reads what their posts allow, in a demo as anywhere
/// else; a demo's visitor without a name reads all of it, because nothing there is real (E26).
fn reader(app: &App, colleague: Option<&Colleague>) -> Result<Reader, Error> {
    match (colleague, app.mode()) {
        (Some(colleague), _) => Ok(by_posts(colleague, local_date(app.now()))),
        (None, Mode::Demo) => Ok(anybody_in_a_demo()),
        (None, Mode::Live | Mode::TestMail) => Err(Error::SignInNeeded),
    }
}

fn by_posts(colleague: &Colleague, today: NaiveDate) -> Reader {
    Reader {
        viewer: colleague.viewer(today),
        offices: schools_where(colleague, today, reads_general_mail),
        keepers: schools_where(colleague, today, |role| role == Role::Administrator),
        reach: Reach::Posts,
    }
}

fn anybody_in_a_demo() -> Reader {
    let viewer = db::visibility::Viewer {
        person: crate::domain::ids::PersonId(uuid::Uuid::nil()),
        wide_schools: Vec::new(),
        safeguarding_schools: Vec::new(),
        work_schools: Vec::new(),
        pool_schools: Vec::new(),
        in_place: Vec::new(),
        stands_in: Vec::new(),
        only_school: None,
    };
    Reader { viewer, offices: Vec::new(), keepers: Vec::new(), reach: Reach::Demo }
}

/// Who reads what was sent about no case: copies of the procedure, which the office posts where there is no
/// email address (R7).
fn reads_general_mail(role: Role) -> bool {
    matches!(
        role,
        Role::Administrator
            | Role::SchoolOffice
            | Role::ComplaintsCoordinator
            | Role::Headteacher
            | Role::Clerk
            | Role::TrustOfficer
    )
}

/// Whether somebody sees to mail about no case at that school.
pub(super) fn sees_to_general_mail(colleague: &Colleague, school: SchoolId, today: NaiveDate) -> bool {
    schools_where(colleague, today, reads_general_mail).contains(&school)
}

fn schools_where(colleague: &Colleague, today: NaiveDate, fits: impl Fn(Role) -> bool) -> Vec<SchoolId> {
    let mut schools: Vec<SchoolId> = colleague
        .posts
        .iter()
        .filter(|post| post.is_held_on(today) && fits(post.role))
        .flat_map(|post| match post.place {
            Place::School(school) => vec![school],
            Place::Trust => colleague.trust_schools.clone(),
        })
        .collect();
    schools.sort_unstable();
    schools.dedup();
    schools
}

/// Where a page begins: after that message.
pub type Here = (DateTime<Utc>, MessageId);

/// What a page of the outbox is to hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Search {
    /// One part; all of it when absent.
    pub part: Option<Pile>,
    /// The slug of one school.
    pub school: Option<String>,
    /// Only what is older than that one.
    pub before: Option<Here>,
}

/// A message in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The message.
    pub posted: Posted,
    /// Whether its content may be shown.
    pub content: Content,
    /// Its case, where it may be named.
    pub reference: Option<Reference>,
    /// Slug and name of its school.
    pub school: Option<(String, String)>,
}

/// A page of the outbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The messages, the newest first.
    pub entries: Vec<Entry>,
    /// Where the next page begins.
    pub next: Option<Here>,
    /// Slug and name of every school.
    pub schools: Vec<(String, String)>,
}

/// The newest messages that somebody may know of.
///
/// # Errors
/// `SignInNeeded` without a colleague, outside a demo.
pub fn list(app: &App, colleague: Option<&Colleague>, search: &Search, limit: u32) -> Result<Listed, Error> {
    let reader = reader(app, colleague)?;
    app.db().read(|tx| {
        let records = db::schools::all(tx)?;
        let (shown, next) = found(tx, &reader, search, &records, limit)?;
        let entries = entries(tx, shown, &records)?;
        let schools = records
            .iter()
            .filter(|record| reaches(&reader, colleague, app, record.school.id))
            .map(|record| (record.school.slug.clone(), record.school.name.clone()))
            .collect();
        Ok(Listed { entries, next, schools })
    })
}

/// The messages of one page, and where the next one begins.
fn found(
    tx: &mut Tx,
    reader: &Reader,
    search: &Search,
    records: &[SchoolRecord],
    limit: u32,
) -> Result<(Vec<Shown>, Option<Here>), Error> {
    let school = match &search.school {
        None => None,
        Some(slug) => match records.iter().find(|record| record.school.slug == *slug) {
            Some(record) => Some(record.school.id),
            None => return Ok((Vec::new(), None)),
        },
    };
    // One more than shown tells whether there is a next page.
    let wanted = Wanted { pile: search.part, school, before: search.before, limit: limit.saturating_add(1) };
    let mut shown = mailbox::list(tx, reader, &wanted)?;
    let most = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = shown.len() > most;
    shown.truncate(most);
    let last = shown.last().map(|last| (last.posted.message.created_at, last.posted.message.id));
    Ok((shown, last.filter(|_| more)))
}

/// The same with the names of their cases and schools.
fn entries(tx: &mut Tx, shown: Vec<Shown>, records: &[SchoolRecord]) -> Result<Vec<Entry>, Error> {
    let references = mailbox::references(tx, &shown)?;
    let name = |id: SchoolId| {
        let record = records.iter().find(|record| record.school.id == id)?;
        Some((record.school.slug.clone(), record.school.name.clone()))
    };
    let entry = |Shown { posted, content }| Entry {
        reference: posted.message.case.and_then(|case| references.get(&case).cloned()),
        school: posted.message.school.and_then(name),
        posted,
        content,
    };
    Ok(shown.into_iter().map(entry).collect())
}

/// Whether a school is offered as a filter.
fn reaches(reader: &Reader, colleague: Option<&Colleague>, app: &App, school: SchoolId) -> bool {
    let own = || colleague.map(|colleague| colleague.schools(local_date(app.now()))).unwrap_or_default();
    reader.reach == Reach::Demo || own().contains(&school)
}

/// What a person has to see to (E17), and how many messages wait for the cap (E22).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToDo {
    /// Messages that did not leave and that nobody has dealt with, the newest first.
    pub entries: Vec<Entry>,
    /// How many wait because too many went out; told to administrators.
    pub held: u64,
}

/// What the home page tells somebody to see to.
///
/// # Errors
/// When the database cannot be used.
pub fn to_do(app: &App, colleague: &Colleague, limit: u32) -> Result<ToDo, Error> {
    let reader = by_posts(colleague, local_date(app.now()));
    let search = Search { part: Some(Pile::ForAPerson), ..Search::default() };
    let entries = app.db().read(|tx| {
        let records = db::schools::all(tx)?;
        let (shown, _) = found(tx, &reader, &search, &records, limit)?;
        entries(tx, shown, &records)
    })?;
    let today = local_date(app.now());
    let held = if colleague.holds(Role::Administrator, today) { app.db().read(mailbox::held)? } else { 0 };
    Ok(ToDo { entries, held })
}

/// One message with everything about it.
#[derive(Clone, Debug)]
pub struct Full {
    /// The message.
    pub posted: Posted,
    /// Whether its content may be shown.
    pub content: Content,
    /// Every attempt, in order.
    pub attempts: Vec<Attempt>,
    /// What people did about it, each with their name.
    pub acts: Vec<(Act, Option<String>)>,
    /// Its case, where it may be named.
    pub reference: Option<Reference>,
    /// Its school.
    pub school: Option<School>,
    /// Its recipient as the case has them, for a letter by post.
    pub party: Option<Party>,
    /// Where it is to be posted, for a copy of the procedure that was asked for by post (R7).
    pub post_to: Option<String>,
    /// The message that repeats it to another address.
    pub replaced_by: Option<MessageId>,
    /// For an answer that has to be posted: the last date to take it further if it is posted today.
    pub last_date_if_posted: Option<NaiveDate>,
}

/// One message. The reading is logged where it is about a case and its content is shown (R69).
///
/// # Errors
/// `NotFound` when the reader may not know of it; `SignInNeeded` as for [`list`].
pub fn one(app: &App, colleague: Option<&Colleague>, id: MessageId) -> Result<Full, Error> {
    let reader = reader(app, colleague)?;
    let found = app.db().read(|tx| full(tx, app, &reader, id))?;
    if let (Some(colleague), Some(case)) = (colleague, found.posted.message.case)
        && found.content == Content::Open
    {
        let caller = Caller::Colleague(colleague.clone());
        readings::note(app, &caller, Seen::by_the_system(case), What::Messages)?;
    }
    Ok(found)
}

fn full(tx: &mut Tx, app: &App, reader: &Reader, id: MessageId) -> Result<Full, Error> {
    let shown = mailbox::find(tx, reader, id)?.ok_or(Error::NotFound)?;
    let references = mailbox::references(tx, std::slice::from_ref(&shown))?;
    let Shown { posted, content } = shown;
    let acts = mailbox::acts(tx, id)?;
    let people: Vec<_> = acts.iter().filter_map(|act| act.person).collect();
    let names = db::people::names(tx, &people)?;
    let school = posted.message.school.map(|school| db::schools::find(tx, school)).transpose()?.flatten();
    Ok(Full {
        attempts: outbox::attempts(tx, id)?,
        acts: acts
            .into_iter()
            .map(|act| {
                let name = act.person.and_then(|person| names.get(&person).cloned());
                (act, name)
            })
            .collect(),
        reference: posted.message.case.and_then(|case| references.get(&case).cloned()),
        school: school.map(|record| record.school),
        party: if content == Content::Open { party(tx, &posted.message)? } else { None },
        post_to: match (content, posted.message.case) {
            (Content::Open, None) => db::procedures::copy_address(tx, id)?,
            (Content::Open | Content::Sealed, _) => None,
        },
        replaced_by: mailbox::replaced_by(tx, &posted)?,
        last_date_if_posted: match content {
            Content::Open => last_date_if_posted(tx, app, &posted)?,
            Content::Sealed => None,
        },
        posted,
        content,
    })
}

/// The recipient, as the case has them; called only for a message whose case the reader sees.
fn party(tx: &mut Tx, message: &Message) -> Result<Option<Party>, Error> {
    let (Some(case), Some(no)) = (message.case, message.to_party) else { return Ok(None) };
    let loaded = db::cases::load(tx, Seen::by_the_system(case))?;
    Ok(loaded.and_then(|loaded| loaded.case.party(no).cloned()))
}

/// Something to do about a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deed {
    /// Call it back before it leaves (S7).
    CallBack,
    /// Send it again as it is.
    SendAgain,
    /// Send the same words to another address.
    SendTo(EmailAddress),
    /// It was told in another way, on that day.
    Told(Way, NaiveDate),
}

impl Deed {
    /// What makes two requests the same request (A6). An address hides itself from `{:?}`, so it is named.
    fn fingerprint(&self, id: MessageId) -> [u8; 32] {
        let address = match self {
            Self::SendTo(address) => address.as_str(),
            Self::CallBack | Self::SendAgain | Self::Told(..) => "",
        };
        Sha256::digest(format!("message {id} {self:?} {address}")).into()
    }
}

/// A way without mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// Printed and posted.
    Post,
    /// Given to them.
    Hand,
    /// By telephone.
    Telephone,
}

impl Way {
    /// Every way.
    pub const ALL: [Self; 3] = [Self::Post, Self::Hand, Self::Telephone];

    /// The word for it in forms and in the API.
    pub fn key(self) -> &'static str {
        match self {
            Self::Post => "post",
            Self::Hand => "hand",
            Self::Telephone => "telephone",
        }
    }

    /// The way of that key.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|way| way.key() == key)
    }

    fn act(self) -> ActKind {
        match self {
            Self::Post => ActKind::Posted,
            Self::Hand => ActKind::HandedOver,
            Self::Telephone => ActKind::TelephoneCall,
        }
    }

    fn in_words(self) -> &'static str {
        match self {
            Self::Post => "Posted",
            Self::Hand => "Handed over",
            Self::Telephone => "Told by telephone",
        }
    }
}

/// Turns a message after a deed into the answer; called inside the transaction.
pub type Answering = fn(&App, &Full) -> Answer;

/// Does something about a message. With a key it can be repeated and gets the first answer again (A6).
///
/// # Errors
/// `NotFound` when the colleague may not know of it, `Forbidden` when they see only how it travels and this
/// needs more, `Refused` when it is too late, `Invalid` when an answer does not fit.
pub fn act(
    app: &App,
    colleague: &Colleague,
    id: MessageId,
    deed: Deed,
    key: Option<IdempotencyKey>,
    answering: Answering,
) -> Result<Answer, Error> {
    let (inside, colleague) = (app.clone(), colleague.clone());
    let answer = app.db().write(move |tx| {
        let scope = format!("person {}", colleague.id);
        let fingerprint = deed.fingerprint(id);
        let reader = by_posts(&colleague, local_date(inside.now()));
        let full_before = full(tx, &inside, &reader, id)?;
        if let Some(first) = first_answer(tx, &scope, key.as_ref(), fingerprint)? {
            return Ok(first);
        }
        permit(&full_before, &deed)?;
        keep_own_links(&full_before.posted.message, &deed)?;
        perform(tx, &inside, &colleague, &full_before, &deed)?;
        let answer = answering(&inside, &full(tx, &inside, &reader, id)?);
        remember(tx, &inside, &scope, key.as_ref(), fingerprint, &answer)?;
        Ok::<Answer, Error>(answer)
    })?;
    app.nudge();
    Ok(answer)
}

/// The message that a deed is about, when the deed can be done now: for the page that asks before anything
/// leaves (S5). Nothing is changed.
///
/// # Errors
/// As for [`act`].
pub fn ask_first(app: &App, colleague: &Colleague, id: MessageId, deed: &Deed) -> Result<Full, Error> {
    let full = one(app, Some(colleague), id)?;
    permit(&full, deed)?;
    match deed {
        Deed::SendAgain => waits_for_somebody(&full.posted)?,
        Deed::SendTo(address) => {
            another_address(&full.posted.message, address)?;
            waits_for_somebody(&full.posted)?;
        }
        Deed::CallBack | Deed::Told(..) => {}
    }
    Ok(full)
}

fn waits_for_somebody(posted: &Posted) -> Result<(), Error> {
    match posted.state {
        MessageState::Failed | MessageState::Flagged | MessageState::Stopped
            if posted.settled_at.is_none() =>
        {
            Ok(())
        }
        MessageState::Failed
        | MessageState::Flagged
        | MessageState::Stopped
        | MessageState::Waiting
        | MessageState::Sending
        | MessageState::Sent
        | MessageState::Overtaken => Err(is_dealt_with()),
    }
}

fn another_address(message: &Message, address: &EmailAddress) -> Result<(), Error> {
    if address.key() == message.to_address.to_lowercase() {
        return Err(Error::Invalid(vec![FieldProblem::new(
            "address",
            FieldCode::SameAddress,
            "This is the address that did not work. Enter another, or send it again as it is",
        )]));
    }
    Ok(())
}

/// Whoever looks after the mail of a school can send a message again without reading it; everything else is
/// for those who see the case.
fn permit(full: &Full, deed: &Deed) -> Result<(), Error> {
    match (full.content, deed) {
        (Content::Open, _) | (Content::Sealed, Deed::SendAgain) => Ok(()),
        (Content::Sealed, Deed::CallBack | Deed::SendTo(_) | Deed::Told(..)) => Err(Error::Forbidden(
            Refusal::new(RefusalCode::NotYours, "This message is about a case that you do not see")
                .unless("Ask somebody who has a part in the case"),
        )),
    }
}

/// A link by which somebody comes in is its owner's alone: to another address it would let somebody else in.
fn keep_own_links(message: &Message, deed: &Deed) -> Result<(), Error> {
    match deed {
        Deed::SendTo(_) if lets_somebody_in(message) => Err(Error::Refused(
            Refusal::new(
                RefusalCode::NotYours,
                "This message holds a link by which its owner comes in, and goes to their address alone",
            )
            .unless("Ask an administrator to take them on again with the right address"),
        )),
        Deed::SendTo(_) if message.is_bound_to_its_address() => Err(Error::Refused(
            Refusal::new(RefusalCode::NotYours, "This message is about the address that it went to alone")
                .unless("Put the address right on the case, if it is wrong there"),
        )),
        Deed::SendTo(_) | Deed::CallBack | Deed::SendAgain | Deed::Told(..) => Ok(()),
    }
}

/// Whether a message can go to another address than the one it was written to (E18).
pub fn can_be_redirected(message: &Message) -> bool {
    !lets_somebody_in(message) && !message.is_bound_to_its_address()
}

fn perform(tx: &mut Tx, app: &App, by: &Colleague, full: &Full, deed: &Deed) -> Result<(), Error> {
    let (id, now) = (full.posted.message.id, app.now());
    let mut act = Act { at: now, person: Some(by.id), kind: ActKind::SentAgain, on: None, note: None };
    match deed {
        Deed::CallBack => {
            if outbox::stop(tx, id, now)? == Stopped::TooLate {
                return Err(has_left());
            }
            brings_back(tx, &full.posted.message)?;
            act.kind = ActKind::CalledBack;
        }
        Deed::SendAgain => {
            if outbox::send_again(tx, id, now)? == Requeued::No {
                return Err(is_dealt_with());
            }
            let message = &full.posted.message;
            if let Some(last) = counts_from(tx, app, by, message, InHand::at_once(local_date(now)))? {
                names_the_date(tx, message, id, local_date(now), last)?;
            }
        }
        Deed::SendTo(address) => {
            let repeated = repeat_to(tx, app, &full.posted.message, address, now)?;
            act.kind = ActKind::AddressCorrected;
            act.note = Some(address.as_str().to_owned());
            let message = &full.posted.message;
            if let Some(last) = counts_from(tx, app, by, message, InHand::at_once(local_date(now)))? {
                names_the_date(tx, message, repeated, local_date(now), last)?;
            }
        }
        Deed::Told(way, on) => {
            told(tx, app, by, full, *way, *on)?;
            (act.kind, act.on) = (way.act(), Some(*on));
        }
    }
    Ok(mailbox::add_act(tx, id, &act)?)
}

/// The recipient of a message is frozen, so another address is another message (E18).
fn repeat_to(
    tx: &mut Tx,
    app: &App,
    message: &Message,
    address: &EmailAddress,
    now: DateTime<Utc>,
) -> Result<MessageId, Error> {
    another_address(message, address)?;
    if outbox::settle(tx, message.id, now)? == Settled::No {
        return Err(is_dealt_with());
    }
    let repeated = Message {
        id: MessageId(app.ids().uuid(now)),
        to_address: address.as_str().to_owned(),
        in_reply_to: None,
        dedupe_key: None,
        created_at: now,
        // A mistyped address would be somebody else's: it can be called back.
        not_before: now + app.undo(),
        origin: Origin::Person,
        instead_of: Some(message.id),
        ..message.clone()
    };
    outbox::insert(tx, &repeated)?;
    Ok(repeated.id)
}

fn told(tx: &mut Tx, app: &App, by: &Colleague, full: &Full, way: Way, on: NaiveDate) -> Result<(), Error> {
    let (message, now) = (&full.posted.message, app.now());
    let (written, today) = (local_date(message.created_at), local_date(now));
    if on < written || on > today {
        return Err(Error::Invalid(vec![FieldProblem::new(
            "on",
            FieldCode::OutOfRange,
            format!("Enter a day from {} to today", long_date(written)),
        )]));
    }
    if outbox::settle(tx, message.id, now)? == Settled::No {
        return Err(is_dealt_with());
    }
    counts_from(tx, app, by, message, InHand { way, on })?;
    let Some(case) = message.case else { return Ok(()) };
    let Some(loaded) = db::cases::load(tx, Seen::by_the_system(case))? else { return Ok(()) };
    let line =
        format!("{} on {}, to {}: {}", way.in_words(), long_date(on), message.to_name, message.subject);
    let note = Command::AddNote(AddNote { words: Words::ours(line) });
    match step(tx, app, loaded, Actor::Person(by.id), |case, ctx| decide(case, &note, ctx)) {
        // Where the case takes no note from them, what they did stands on the message alone.
        Ok(_) | Err(Error::Refused(_) | Error::Forbidden(_)) => Ok(()),
        Err(other) => Err(other),
    }
}

/// How and when a message came into the family's hands after all.
#[derive(Clone, Copy, Debug)]
struct InHand {
    way: Way,
    on: NaiveDate,
}

impl InHand {
    /// By mail, or by hand: on that day.
    fn at_once(on: NaiveDate) -> Self {
        Self { way: Way::Hand, on }
    }

    /// The day on which they have it.
    fn there_on(self, ctx: &Context<'_>) -> NaiveDate {
        match self.way {
            Way::Post => delivered_on(self.on, ctx).unwrap_or(self.on),
            Way::Hand | Way::Telephone => self.on,
        }
    }
}

/// The time to take an answer further counts from the day on which the family has it (domain.md 8.1). The new last
/// date, when it is another.
fn counts_from(
    tx: &mut Tx,
    app: &App,
    by: &Colleague,
    message: &Message,
    in_hand: InHand,
) -> Result<Option<NaiveDate>, Error> {
    let Some(loaded) = answered_case(tx, message)? else { return Ok(None) };
    let setting = app.worlds().bound(tx, &loaded.case)?;
    let actor = Actor::Person(by.id);
    let ctx = setting.context(app.now(), actor);
    let moved = answer_was_told(&loaded.case, in_hand.on, in_hand.there_on(&ctx), &ctx);
    let Some(moved) = moved else { return Ok(None) };
    let done = step(tx, app, loaded, actor, |_, _| Ok(vec![moved]))?;
    Ok(done.case.open_deadline(DeadlineRule::Window).and_then(|window| window.due.date()))
}

/// What a letter made needless has to go after all once that letter is called back.
fn brings_back(tx: &mut Tx, stopped: &Message) -> Result<(), Error> {
    let Some(case) = stopped.case else { return Ok(()) };
    let Some(loaded) = db::cases::load(tx, Seen::by_the_system(case))? else { return Ok(()) };
    for needless in overtaken_kinds(stopped, &loaded.case) {
        outbox::bring_back(tx, stopped, needless, &overtaking_kinds(needless))?;
    }
    Ok(())
}

/// With which words the paragraph begins that names the date which holds.
const SENT_AGAIN: &str = "This letter was sent again on ";

/// A letter that goes again names the last date that holds, in the words of the printed one: its own is earlier.
fn names_the_date(
    tx: &mut Tx,
    message: &Message,
    id: MessageId,
    on: NaiveDate,
    last: NaiveDate,
) -> Result<(), Error> {
    let words = format!(
        "{SENT_AGAIN}{}, so you can take it further until {}. That date holds if the letter names an earlier one.",
        long_date(on),
        long_date(last)
    );
    let text = with_first(&message.body_text, "\n\n", &words);
    let html = message.body_html.as_deref();
    let html = html.map(|html| with_first(html, "</p>\n", &format!("<p><strong>{words}</strong>")));
    Ok(outbox::reword(tx, id, &text, html.as_deref())?)
}

/// Puts a paragraph after the greeting, in place of one that an earlier sending put there.
fn with_first(body: &str, end: &str, words: &str) -> String {
    let Some((greeting, rest)) = body.split_once(end) else { return body.to_owned() };
    let rest = match rest.split_once(end) {
        Some((before, after)) if before.contains(SENT_AGAIN) => after,
        Some(_) | None => rest,
    };
    [greeting, words, rest].join(end)
}

/// The case that a message answers, while that answer can be taken further.
fn answered_case(tx: &mut Tx, message: &Message) -> Result<Option<db::cases::Loaded>, Error> {
    let Some(case) = message.case.filter(|_| is_an_answer(&message.kind)) else { return Ok(None) };
    let loaded = db::cases::load(tx, Seen::by_the_system(case))?;
    Ok(loaded.filter(|loaded| {
        let reply = loaded.case.run().and_then(|run| run.reply.as_ref());
        loaded.case.standing() == Standing::Replied
            && reply.is_some_and(|reply| reply.sent_at <= message.created_at)
    }))
}

/// Until when an answer that waits to be posted can be taken further if it is posted today.
fn last_date_if_posted(tx: &mut Tx, app: &App, posted: &Posted) -> Result<Option<NaiveDate>, Error> {
    if !posted.is_for_a_person() {
        return Ok(None);
    }
    let Some(loaded) = answered_case(tx, &posted.message)? else { return Ok(None) };
    let setting = app.worlds().bound(tx, &loaded.case)?;
    let ctx = setting.context(app.now(), Actor::Clock);
    let there_on = InHand { way: Way::Post, on: ctx.today }.there_on(&ctx);
    Ok(window_from(&loaded.case, there_on, &ctx))
}

fn has_left() -> Error {
    Error::Refused(
        Refusal::new(RefusalCode::MessageHasLeft, "This message can no longer be called back")
            .unless("Send a correction instead"),
    )
}

fn is_dealt_with() -> Error {
    Error::Refused(Refusal::new(
        RefusalCode::MessageIsDealtWith,
        "This message is on its way, has left, or was dealt with already",
    ))
}

/// In a demo, a link to the page of the family that a message went to, as their own mail has it. Everywhere
/// else nobody but the family gets one.
///
/// # Errors
/// `NotFound` outside a demo, and for a message that went to no family.
pub fn family_link_in_a_demo(app: &App, id: MessageId) -> Result<String, Error> {
    if app.mode() != Mode::Demo {
        return Err(Error::NotFound);
    }
    let inside = app.clone();
    app.db().write(move |tx| {
        let full = full(tx, &inside, &anybody_in_a_demo(), id)?;
        let link = super::outbox::own_link(tx, &inside, &full.posted.message, inside.now())?;
        link.map(|token| urls::family_link(&token)).ok_or(Error::NotFound)
    })
}
