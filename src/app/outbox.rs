//! Sending what lies in the outbox: lease in one short transaction, talk to the mail server with none open,
//! record what came of it in another.

use std::path::PathBuf;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest as _, Sha256};

use crate::config::SmtpSecurity;
use crate::db::access::{LinkKind, NewLink};
use crate::db::outbox::{Carries, Leased, Message, Origin as Words, Outcome, Report, Then};
use crate::db::visibility::Seen;
use crate::db::{self, Digest, Tx};
use crate::domain::ids::{CaseId, MessageId, PartyNo};
use crate::domain::text::EmailAddress;
use crate::mail::{
    CalendarFile, Delivered, FailureKind, FolderMailer, Language, Login, Mailer, Origin, OutgoingMail,
    ScheduleMethod, SendFailure, SettingsProblem, SmtpMailer, SmtpSettings, Tls, TrialMail, TrialReport,
};
use crate::secret::Secret;
use crate::urls;

pub use crate::mail::MemoryMailer;

use super::App;
use super::access::family::page_of;
use super::access::password_link;
use super::error::Error;
use super::notify::{Corrected, OWN_LINK, StoredInvitation, with_code};

/// Sent at once; lettre sends about 21 mails a second over one connection.
const AT_ONCE: u32 = 8;
/// How long a worker may hold a message; well over the time-out of one mail.
const LEASE: TimeDelta = TimeDelta::minutes(5);
/// When to try again after each failed attempt: quick, then growing gaps, up to 72 hours (E16).
const RETRY: [TimeDelta; 10] = [
    TimeDelta::seconds(30),
    TimeDelta::minutes(2),
    TimeDelta::minutes(10),
    TimeDelta::minutes(30),
    TimeDelta::hours(2),
    TimeDelta::hours(6),
    TimeDelta::hours(12),
    TimeDelta::hours(12),
    TimeDelta::hours(16),
    TimeDelta::hours(24),
];
/// How long a mailed link opens its case: long enough for the slowest ladder.
const LINK_LIVES: TimeDelta = TimeDelta::days(400);

/// The cap on what Heard says by itself within an hour (E22, G22): about one case to one address, to one
/// address, and in all. What is over it waits; nothing is lost, and a person can look why it is so much.
/// A person's own letters are never held.
const MOST_ABOUT_ONE_CASE: usize = 20;
const MOST_TO_ONE_ADDRESS: usize = 200;
const MOST_IN_ALL: u32 = 5_000;
/// How far the cap looks back, and how long what is over it waits.
const CAP_WINDOW: TimeDelta = TimeDelta::hours(1);

/// What one step of the worker did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// So many messages were tried.
    Done(usize),
    /// Nothing was due.
    Empty,
}

/// From whom mail comes, and by which worker.
#[derive(Debug)]
pub struct Sender {
    mailer: Mailer,
    from: EmailAddress,
    owner: String,
}

/// How mail leaves.
#[derive(Debug)]
pub enum Transport {
    /// By an SMTP server.
    Smtp(SmtpServer),
    /// Into a folder.
    Folder(PathBuf),
    /// Into memory, for tests.
    Memory(MemoryMailer),
}

/// An SMTP server.
#[derive(Debug)]
pub struct SmtpServer {
    /// Its name.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is secured.
    pub security: SmtpSecurity,
    /// User and password, if it wants them.
    pub login: Option<(String, Secret)>,
    /// The certificate of an own authority, in PEM.
    pub ca_pem: Option<Vec<u8>>,
    /// How long one mail may take.
    pub timeout: Duration,
}

/// Mail cannot be set up like this.
#[derive(Debug, thiserror::Error)]
pub enum SenderError {
    /// The folder cannot be made.
    #[error("the folder for mails: {0}")]
    Folder(#[from] std::io::Error),
    /// The server's settings do not hold together.
    #[error("the mail server: {0}")]
    Smtp(#[from] SettingsProblem),
}

impl Sender {
    /// Sets the sender of one worker up.
    ///
    /// # Errors
    /// When the settings do not hold together or the folder cannot be made.
    pub fn new(app: &App, transport: Transport, from: EmailAddress) -> Result<Self, SenderError> {
        let mailer = match transport {
            Transport::Smtp(server) => Mailer::Smtp(Box::new(SmtpMailer::new(settings(server))?)),
            Transport::Folder(folder) => Mailer::Folder(FolderMailer::open(&folder)?),
            Transport::Memory(memory) => Mailer::Memory(memory),
        };
        Ok(Self { mailer, from, owner: format!("worker {:016x}", app.ids().number()) })
    }

    /// How mail leaves, in words without a password.
    pub fn describe(&self) -> String {
        self.mailer.describe()
    }
}

fn settings(server: SmtpServer) -> SmtpSettings {
    let SmtpServer { host, port, security, login, ca_pem, timeout } = server;
    let tls = match security {
        SmtpSecurity::Tls => Tls::Implicit,
        SmtpSecurity::Starttls => Tls::StartTls,
        SmtpSecurity::None => Tls::NoneOnThisMachine,
    };
    let login = login.map(|(user, password)| Login { user, password });
    SmtpSettings { host, port, tls, login, ca_pem, hello_name: None, timeout }
}

/// Sends one mail by itself and tells what happened on the way.
pub async fn send_test(app: &App, sender: &Sender, to: EmailAddress) -> TrialReport {
    let now = app.now();
    let mail = TrialMail {
        message_id: MessageId(app.ids().uuid(now)),
        from_name: "Heard".to_owned(),
        from_address: sender.from.clone(),
        to_address: to,
    };
    crate::mail::send_test(&sender.mailer, &mail, now).await
}

/// Sends what is due, up to eight at once.
///
/// # Errors
/// When the database cannot be used; a mail that fails is no error but a row.
pub async fn deliver(app: &App, sender: &Sender) -> Result<Step, Error> {
    let leased = lease(app, sender)?;
    if leased.is_empty() {
        sender.mailer.rest().await;
        return Ok(Step::Empty);
    }
    let sent = futures_util::future::join_all(leased.iter().map(|ready| send_one(app, sender, ready))).await;
    let owner = sender.owner.clone();
    let now = app.now();
    let reports: Vec<(Leased, Report)> = leased.into_iter().map(|ready| ready.leased).zip(sent).collect();
    let count = reports.len();
    app.db().write(move |tx| {
        for (leased, report) in &reports {
            db::outbox::finish(tx, &owner, leased, now, report)?;
        }
        Ok::<(), Error>(())
    })?;
    Ok(Step::Done(count))
}

/// A message with what its delivery needs.
struct Ready {
    leased: Leased,
    from_name: String,
    own_link: Option<String>,
    references: Vec<MessageId>,
    cap: Cap,
}

/// Whether a message may leave now (E22).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cap {
    Under,
    Over,
}

/// What left by itself within the last hour.
#[derive(Debug, Default)]
struct Traffic(Vec<(Option<CaseId>, String)>);

impl Traffic {
    fn of(tx: &mut Tx, now: DateTime<Utc>) -> Result<Self, Error> {
        Ok(Self(db::outbox::automatic_since(tx, now - CAP_WINDOW, MOST_IN_ALL)?))
    }

    /// Whether one more may leave; if so it counts from now on.
    fn admit(&mut self, message: &Message) -> Cap {
        let to_them = || self.0.iter().filter(|(_, address)| *address == message.to_address);
        let about_this = to_them().filter(|(case, _)| *case == message.case).count();
        let in_all = usize::try_from(MOST_IN_ALL).unwrap_or(usize::MAX);
        let over = message.origin == Words::Automatic
            && (about_this >= MOST_ABOUT_ONE_CASE
                || to_them().count() >= MOST_TO_ONE_ADDRESS
                || self.0.len() >= in_all);
        if over {
            return Cap::Over;
        }
        if message.origin == Words::Automatic {
            self.0.push((message.case, message.to_address.clone()));
        }
        Cap::Under
    }
}

fn lease(app: &App, sender: &Sender) -> Result<Vec<Ready>, Error> {
    let (inside, owner) = (app.clone(), sender.owner.clone());
    app.db().write(move |tx| {
        let now = inside.now();
        db::outbox::recover(tx, now)?;
        let leased = db::outbox::lease(tx, &owner, now, now + LEASE, AT_ONCE)?;
        if leased.is_empty() {
            return Ok(Vec::new());
        }
        let mut traffic = Traffic::of(tx, now)?;
        leased
            .into_iter()
            .map(|leased| {
                let cap = traffic.admit(&leased.message);
                ready(tx, &inside, leased, cap, now)
            })
            .collect()
    })
}

fn ready(tx: &mut Tx, app: &App, leased: Leased, cap: Cap, now: DateTime<Utc>) -> Result<Ready, Error> {
    let message = &leased.message;
    let school = message.school.map(|school| db::schools::find(tx, school)).transpose()?.flatten();
    let own_link = match (cap, message.to_party) {
        (Cap::Under, Some(_)) => own_link(tx, app, message, now)?,
        (Cap::Under, None) => password_link::made_for(tx, app, message, now)?,
        (Cap::Over, _) => None,
    };
    let references =
        if message.in_reply_to.is_some() { db::outbox::thread_before(tx, message)? } else { Vec::new() };
    Ok(Ready {
        from_name: school.map_or_else(|| "Heard".to_owned(), |school| school.school.name),
        own_link,
        references,
        cap,
        leased,
    })
}

/// The family's own link, made now and kept only as a digest.
pub(super) fn own_link(
    tx: &mut Tx,
    app: &App,
    message: &Message,
    now: DateTime<Utc>,
) -> Result<Option<String>, Error> {
    let (Some(case), Some(party)) = (message.case, message.to_party) else { return Ok(None) };
    if !message.body_text.contains(OWN_LINK) {
        return Ok(None);
    }
    let Some(opens) = what_it_opens(tx, message, case, party)? else { return Ok(None) };
    let token = new_token(app);
    let link = NewLink {
        secret: digest(&token),
        case,
        party: opens.whose,
        helper: opens.helper,
        kind: opens.kind,
        created_at: now,
        expires_at: now + LINK_LIVES,
    };
    db::access::add_link(tx, link)?;
    Ok(Some(token))
}

/// What the link of a message opens.
struct Opens {
    whose: PartyNo,
    helper: Option<PartyNo>,
    kind: LinkKind,
}

/// What the link of this message opens, if letters to its reader still go to its address: whoever reads an older
/// mailbox must not open the page, and neither must somebody whose help has ended. Whoever is asked to agree has no page:
/// their link takes one answer (R10).
fn what_it_opens(
    tx: &mut Tx,
    message: &Message,
    case: CaseId,
    party: PartyNo,
) -> Result<Option<Opens>, Error> {
    let Some(loaded) = db::cases::load(tx, Seen::by_the_system(case))? else { return Ok(None) };
    let Some(known) = loaded.case.party(party).and_then(|party| party.email.as_ref()) else {
        return Ok(None);
    };
    let corrected = Corrected::of(tx, &loaded.case)?;
    let now = corrected.address(&loaded.case, party).unwrap_or(known.as_str());
    let is_theirs = now.trim().to_lowercase() == message.to_address.trim().to_lowercase();
    let is_asked = loaded.case.asked_to_agree().is_some_and(|(asked, _)| asked.no == party);
    let answer = is_asked.then_some(Opens { whose: party, helper: None, kind: LinkKind::Consent });
    let page =
        page_of(&loaded.case, party).map(|(whose, helper)| Opens { whose, helper, kind: LinkKind::Link });
    Ok(answer.or(page).filter(|_| is_theirs))
}

/// A token that nobody can guess: 256 random bits.
pub(super) fn new_token(app: &App) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(app.ids().bytes::<32>())
}

/// What is stored of a token.
pub(super) fn digest(token: &str) -> Digest {
    Digest(Sha256::digest(token.as_bytes()).into())
}

async fn send_one(app: &App, sender: &Sender, ready: &Ready) -> Report {
    let tries = ready.leased.tries;
    let now = app.now();
    if ready.cap == Cap::Over {
        tracing::warn!(message = %ready.leased.message.id, "too many messages within an hour: it waits");
        return held(now);
    }
    match mail(app, sender, ready) {
        Ok(mail) => report(sender.mailer.send(&mail, now).await, ready.leased.message.carries, tries, now),
        // Nobody to send it to, or an address that is none: a person tells them by phone or post (G26).
        Err(words) => Report {
            outcome: Outcome::Refused,
            code: None,
            words: Some(words.to_owned()),
            then: Then::Failed,
        },
    }
}

fn held(now: DateTime<Utc>) -> Report {
    let words = "Held back: too many automatic messages within an hour. It goes when the hour is over";
    Report {
        outcome: Outcome::Held,
        code: None,
        words: Some(words.to_owned()),
        then: Then::Again(now + CAP_WINDOW),
    }
}

fn mail(app: &App, sender: &Sender, ready: &Ready) -> Result<OutgoingMail, &'static str> {
    let message = &ready.leased.message;
    if message.to_address.is_empty() {
        return Err("There is no email address. Tell them by phone or by post");
    }
    let to_address =
        EmailAddress::parse(&message.to_address).map_err(|_| "The email address does not work")?;
    let with_link = |text: &str| match &ready.own_link {
        Some(token) => with_code(app, text)
            .replace(&urls::family_link(OWN_LINK), &urls::family_link(token))
            .replace(&urls::consent_link(OWN_LINK), &urls::consent_link(token))
            .replace(&urls::draft_link(OWN_LINK), &urls::draft_link(token))
            .replace(&urls::choose_password(OWN_LINK), &urls::choose_password(token))
            .replace(&urls::sign_in_link(OWN_LINK), &urls::sign_in_link(token)),
        None => with_code(app, text),
    };
    Ok(OutgoingMail {
        message_id: message.id,
        from_name: ready.from_name.clone(),
        from_address: sender.from.clone(),
        reply_to: message.reply_to.as_deref().and_then(|address| EmailAddress::parse(address).ok()),
        to_name: message.to_name.clone(),
        to_address,
        subject: message.subject.clone(),
        text: with_link(&message.body_text),
        html: with_link(message.body_html.as_deref().unwrap_or_default()),
        calendar: message.invitation.as_deref().and_then(calendar_file),
        in_reply_to: message.in_reply_to,
        references: ready.references.clone(),
        origin: match message.origin {
            Words::Automatic => Origin::Automatic,
            Words::Person => Origin::ByAPerson,
        },
        language: Language::ENGLISH,
    })
}

fn calendar_file(stored: &str) -> Option<CalendarFile> {
    let stored: StoredInvitation = serde_json::from_str(stored).ok()?;
    Some(CalendarFile { method: ScheduleMethod::from_keyword(&stored.method)?, ics: stored.ics })
}

/// What becomes of a message after that try.
fn report(
    result: Result<Delivered, SendFailure>,
    carries: Carries,
    tries: u32,
    now: DateTime<Utc>,
) -> Report {
    let Err(failure) = result else {
        return Report { outcome: Outcome::Sent, code: None, words: None, then: Then::Sent };
    };
    let code = failure.code.as_deref().and_then(|code| code.get(..3)).and_then(|code| code.parse().ok());
    let words = Some(failure.words);
    match failure.kind {
        FailureKind::Permanent => Report { outcome: Outcome::Refused, code, words, then: Then::Failed },
        // It may have arrived. What no right or date hangs on is not risked twice: a person looks (E19).
        FailureKind::Unknown if carries == Carries::Nothing => {
            Report { outcome: Outcome::Unknown, code, words, then: Then::Flagged }
        }
        FailureKind::Temporary | FailureKind::Unknown => Report {
            outcome: Outcome::Later,
            code,
            words,
            then: next_try(tries).map_or(Then::Failed, |gap| Then::Again(now + gap)),
        },
    }
}

/// How long to wait after that try; none when all were used up.
fn next_try(tries: u32) -> Option<TimeDelta> {
    usize::try_from(tries).ok().and_then(|tries| RETRY.get(tries.checked_sub(1)?)).copied()
}

/// When the next message is due, so that the worker knows how long it may rest.
///
/// # Errors
/// When the database cannot be used.
pub fn next_due(app: &App) -> Result<Option<DateTime<Utc>>, Error> {
    Ok(app.db().read(db::outbox::next_due)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retries_begin_quickly_and_end_after_72_hours() {
        // E16
        let all: TimeDelta = RETRY.iter().sum();
        assert!(all >= TimeDelta::hours(72) && all <= TimeDelta::hours(73), "{all}");
        assert!(RETRY.windows(2).all(|pair| pair[0] <= pair[1]), "gaps never shrink");
        assert_eq!(next_try(1), Some(TimeDelta::seconds(30)));
        assert_eq!(next_try(11), None);
    }

    /// E22, G22: each of the three caps holds, a person's words are never held, and one case's noise does not hold
    /// back another family's receipt.
    #[test]
    fn what_heard_says_by_itself_is_capped() {
        let case = |number| Some(CaseId(uuid::Uuid::from_u128(number)));
        let to = |address: &str, case, origin| Message { case, origin, ..message(address) };
        let automatic = |address: &str, case| to(address, case, Words::Automatic);
        let mut traffic = Traffic::default();
        let admitted = (0..30).filter(|_| traffic.admit(&automatic("a@b.example", case(1))) == Cap::Under);
        assert_eq!(admitted.count(), MOST_ABOUT_ONE_CASE);
        assert_eq!(traffic.admit(&automatic("a@b.example", case(2))), Cap::Under, "another case");
        assert_eq!(traffic.admit(&automatic("c@d.example", case(1))), Cap::Under, "another address");
        assert_eq!(traffic.admit(&to("a@b.example", case(1), Words::Person)), Cap::Under, "a person's words");
        let many = (0..400).filter(|n| traffic.admit(&automatic("e@f.example", case(*n))) == Cap::Under);
        assert_eq!(many.count(), MOST_TO_ONE_ADDRESS);
        let all = (0..6_000)
            .filter(|n| traffic.admit(&automatic(&format!("{n}@g.example"), case(9))) == Cap::Under);
        assert!(all.count() < 5_000 && traffic.0.len() == 5_000, "the circuit breaks");
    }

    fn message(address: &str) -> Message {
        let now = DateTime::UNIX_EPOCH;
        Message {
            id: MessageId(uuid::Uuid::nil()),
            case: None,
            event: None,
            school: None,
            kind: "receipt".into(),
            carries: db::outbox::Carries::Deadline,
            audience: "family".into(),
            to_name: "Jo".into(),
            to_address: address.into(),
            to_person: None,
            to_party: None,
            reply_to: None,
            in_reply_to: None,
            language: None,
            subject: "We have your concern".into(),
            body_text: "Dear Jo".into(),
            body_html: None,
            invitation: None,
            dedupe_key: None,
            created_at: now,
            not_before: now,
            origin: Words::Automatic,
            instead_of: None,
        }
    }

    #[test]
    fn what_a_server_refuses_for_good_is_not_tried_again() {
        let now = DateTime::UNIX_EPOCH;
        let failure = |kind| SendFailure {
            kind,
            step: crate::mail::Step::Addressing,
            code: Some("550".to_owned()),
            words: "no such address".to_owned(),
        };
        assert_eq!(report(Err(failure(FailureKind::Permanent)), Carries::Right, 1, now).then, Then::Failed);
        assert_eq!(report(Err(failure(FailureKind::Permanent)), Carries::Right, 1, now).code, Some(550));
        assert_eq!(
            report(Err(failure(FailureKind::Temporary)), Carries::Right, 1, now).then,
            Then::Again(now + TimeDelta::seconds(30))
        );
        assert_eq!(report(Err(failure(FailureKind::Temporary)), Carries::Right, 11, now).then, Then::Failed);
        // E19: whoever does not know whether it arrived sends again only what must arrive.
        let unknown = |carries| report(Err(failure(FailureKind::Unknown)), carries, 1, now).then;
        assert_eq!(unknown(Carries::Deadline), Then::Again(now + TimeDelta::seconds(30)));
        assert_eq!(unknown(Carries::Nothing), Then::Flagged);
    }
}
