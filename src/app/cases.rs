//! Acting on a case. Every action goes the same way: load, permit, decide, store, answer.

use serde_json::Value;
use sha2::{Digest, Sha256};

pub use crate::db::access::OpenLink;
use crate::db::cases::Loaded;
use crate::db::visibility::Seen;
use crate::db::{self, Tx};
use crate::domain::calendar::local_date;
use crate::domain::case::action::Action;
use crate::domain::case::command::Command;
use crate::domain::case::context::Context;
use crate::domain::case::decide::{decide, in_the_pool};
use crate::domain::case::event::{Actor, Event, Recorded};
use crate::domain::case::evolve::{begin, evolve};
use crate::domain::case::own_part::{as_it_ended, as_it_is_left, as_read_by, ended_for};
use crate::domain::case::refusal::{Refusal, RefusalCode};
use crate::domain::case::sight::{consulted, on_reading, would_bar};
use crate::domain::case::state::Case;
use crate::domain::ids::PartyNo;
use crate::domain::notice::notices;
use crate::domain::person::Role;
use crate::domain::record::{self, ChainHash, RequestId, Sealed};
use crate::domain::reference::Reference;

use super::error::{Error, FieldCode, FieldProblem};
use super::misfit::does_not_fit;
use super::people::Colleague;
use super::readings::What;
use super::world::Setting;
use super::{App, IdempotencyKey, contact, helping, notify, pace, readings, redaction};

/// Who acts on a case.
#[derive(Clone, Debug)]
pub enum Caller {
    /// Somebody with posts.
    Colleague(Colleague),
    /// A complainant, who came by their link and sees one case.
    Family(OpenLink),
}

impl Caller {
    /// The actor of the record.
    pub fn actor(&self) -> Actor {
        match self {
            Self::Colleague(colleague) => Actor::Person(colleague.id),
            Self::Family(link) => Actor::Complainant(link.party),
        }
    }

    /// By whose hand a complainant acts or reads, where somebody helps them.
    pub fn hand(&self) -> Option<PartyNo> {
        match self {
            Self::Colleague(_) => None,
            Self::Family(link) => link.helper,
        }
    }

    /// Whose idempotency keys these are: nobody meets another's.
    fn scope(&self) -> String {
        match self {
            Self::Colleague(colleague) => format!("person {}", colleague.id),
            Self::Family(link) => format!("case {} {}", Seen::through(link).case(), link.who()),
        }
    }

    /// The case of that reference, if this caller may know of it.
    pub(super) fn find(&self, tx: &mut Tx, app: &App, reference: &Reference) -> Result<Seen, Error> {
        match self {
            Self::Colleague(colleague) => {
                let viewer = colleague.viewer(local_date(app.now()));
                db::visibility::find(tx, &viewer, reference)?.ok_or(Error::NotFound)
            }
            Self::Family(link) => {
                let seen = Seen::through(link);
                let own = db::visibility::find_for_the_system(tx, reference)?;
                own.filter(|found| found.case() == seen.case()).ok_or(Error::NotFound)
            }
        }
    }
}

/// Which version of a case the caller saw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SeenVersion {
    /// That one.
    Exactly(u32),
    /// Whichever there is now: what is added stands beside whatever else came.
    Whichever,
    /// They did not say; refused.
    NotSaid,
}

impl SeenVersion {
    pub(super) fn check(self, case: &Case) -> Result<(), Error> {
        match self {
            Self::Whichever => Ok(()),
            Self::Exactly(version) if version == case.length => Ok(()),
            Self::Exactly(_) => Err(Error::Stale { current: case.length }),
            Self::NotSaid => Err(Error::VersionNeeded),
        }
    }
}

/// Something to be done to a case.
#[derive(Clone, Debug)]
pub struct Order {
    /// Which case.
    pub reference: Reference,
    /// What.
    pub action: Action,
    /// With which answers.
    pub body: Value,
    /// The version that the caller saw.
    pub seen: SeenVersion,
    /// The key under which it can be repeated.
    pub key: Option<IdempotencyKey>,
}

/// A case that an order changed, with the events that it made.
#[derive(Clone, Debug)]
pub struct Done {
    /// The case as it is now.
    pub case: Case,
    /// What happened.
    pub events: Vec<Recorded>,
    /// How each of them is sealed.
    pub seals: Vec<Seal>,
    /// Its school and procedure.
    pub setting: Setting,
    /// Who did it.
    pub actor: Actor,
    /// When.
    pub now: chrono::DateTime<chrono::Utc>,
}

/// What is answered, and answered again when the same request comes again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The body.
    pub body: String,
    /// The version of the case then.
    pub version: u32,
}

/// Turns what was done into the answer; called inside the transaction, so it is quick and pure.
pub type Answering = fn(&Done) -> Answer;

/// Does something to a case.
///
/// # Errors
/// `NotFound` when the caller may not know of it, `Forbidden` or `Refused` when the rules do not let it
/// happen, `Stale` when it changed since the caller saw it, `Invalid` when the body does not fit.
pub fn act(app: &App, caller: Caller, order: Order, answering: Answering) -> Result<Answer, Error> {
    let command = read_command(order.action, order.body.clone())?;
    let fingerprint = fingerprint(&order);
    let doing = Doing { reference: order.reference, seen: order.seen, key: order.key, fingerprint };
    match command {
        Command::CorrectContact(correct) => contact::correct(app, caller, doing, correct, answering),
        Command::EndHelper(end) => helping::end(app, caller, doing, end, answering),
        other => carry_out(app, caller, doing, other, |_, _| Ok(()), answering),
    }
}

/// A command on its way to its case.
pub(super) struct Doing {
    /// Which case.
    pub(super) reference: Reference,
    /// The version that the caller saw.
    pub(super) seen: SeenVersion,
    /// The key under which it can be repeated.
    pub(super) key: Option<IdempotencyKey>,
    /// What makes two requests the same request.
    pub(super) fingerprint: [u8; 32],
}

/// Does it in one transaction. `first` stores what the command's rows will point at; it is undone with the rest
/// when the rules refuse the command.
pub(super) fn carry_out(
    app: &App,
    caller: Caller,
    doing: Doing,
    command: Command,
    first: impl FnOnce(&mut Tx, &Case) -> Result<(), Error> + Send + 'static,
    answering: Answering,
) -> Result<Answer, Error> {
    let inside = app.clone();
    let answer =
        app.db().write(move |tx| carry_out_in(tx, &inside, &caller, &doing, &command, first, answering))?;
    app.nudge();
    Ok(answer)
}

/// The same inside a transaction, which may hold more than this.
pub(super) fn carry_out_in(
    tx: &mut Tx,
    app: &App,
    caller: &Caller,
    doing: &Doing,
    command: &Command,
    first: impl FnOnce(&mut Tx, &Case) -> Result<(), Error>,
    answering: Answering,
) -> Result<Answer, Error> {
    let scope = caller.scope();
    let key = doing.key.as_ref();
    // Looked for before anything is repeated: who may not know of the case any more is answered nothing.
    let seen = caller.find(tx, app, &doing.reference)?;
    if let Some(first) = first_answer(tx, &scope, key, doing.fingerprint)? {
        return Ok(first);
    }
    pace::acts(app, caller, seen)?;
    db::cases::hold(tx, seen)?;
    let loaded = db::cases::load(tx, seen)?.ok_or(Error::NotFound)?;
    let loaded = for_caller(tx, seen, loaded, caller)?;
    let setting = setting_for(tx, app, &loaded.case, command)?.by_hand(caller.hand());
    let actor = caller.actor();
    knowingly(&loaded.case, &setting.context(app.now(), actor))?;
    doing.seen.check(&loaded.case)?;
    first(tx, &loaded.case)?;
    let record = record_for(tx, seen, command)?;
    let mut done = step_in(tx, app, loaded, setting, actor, |case, ctx| {
        decide(case, command, &Context { record: &record, ..*ctx })
    })?;
    redaction::settle(tx, seen, &record, command, &mut done)?;
    let case = as_it_is_left(done.case, done.events.last(), done.actor);
    let case = as_read_by(case, done.actor);
    let answer = answering(&Done { case, ..done });
    remember(tx, app, &scope, key, doing.fingerprint, &answer)?;
    Ok(answer)
}

/// The record, where the decision is about a text of it.
fn record_for(tx: &mut Tx, seen: Seen, command: &Command) -> Result<Vec<Recorded>, Error> {
    if redaction::is_about_the_record(command) { Ok(db::events::load(tx, seen)?) } else { Ok(Vec::new()) }
}

/// The case as its caller may read it and act on it: as it was, and closed, for whoever ended their own part, whatever
/// goes on for others (P18).
pub(super) fn for_caller(tx: &mut Tx, seen: Seen, loaded: Loaded, caller: &Caller) -> Result<Loaded, Error> {
    if ended_for(&loaded.case, caller.actor()).is_none() {
        return Ok(loaded);
    }
    let sealed = db::events::sealed(tx, seen)?;
    let record = record::read(&sealed)?;
    let (case, _) = as_it_ended(&loaded.case, &record, caller.actor()).ok_or(Error::NotFound)?;
    Ok(Loaded { case, end: loaded.end })
}

/// What an order would do, without doing it: for the page that asks before anything leaves (S5).
///
/// # Errors
/// As for [`act`].
pub fn preview(app: &App, caller: &Caller, order: &Order) -> Result<Preview, Error> {
    let command = read_command(order.action, order.body.clone())?;
    app.db().read(|tx| {
        let seen = caller.find(tx, app, &order.reference)?;
        let loaded = db::cases::load(tx, seen)?.ok_or(Error::NotFound)?;
        let loaded = for_caller(tx, seen, loaded, caller)?;
        let setting = setting_for(tx, app, &loaded.case, &command)?.by_hand(caller.hand());
        let now = app.now();
        let record = record_for(tx, seen, &command)?;
        let before_it = Context { record: &record, ..setting.context(now, caller.actor()) };
        knowingly(&loaded.case, &before_it)?;
        order.seen.check(&loaded.case)?;
        let events = decide(&loaded.case, &command, &before_it).map_err(refused)?;
        let setting = setting.after(&events);
        let ctx = setting.context(now, caller.actor());
        let before = loaded.case.clone();
        let (case, recorded) = next(&before, events, &ctx);
        let setting = setting.clear_of(&case);
        let ctx = setting.context(now, caller.actor());
        let mut mails = notify::compose(app, &setting, Some(&before), &case, &recorded, &ctx);
        notify::readdress(tx, &before, &case, &mut mails)?;
        let left = redaction::what_would_be_left(tx, seen, &record, &command, &recorded, &ctx)?;
        Ok(Preview { before, after: case, events: recorded, mails, left })
    })
}

/// What an order would do.
#[derive(Clone, Debug)]
pub struct Preview {
    /// The case as it is.
    pub before: Case,
    /// The case as it would be.
    pub after: Case,
    /// The events that it would make.
    pub events: Vec<Recorded>,
    /// The messages that would go out, as they will be read.
    pub mails: Vec<notify::Composed>,
    /// What would be left of texts and letters, where words or a file are taken out.
    pub left: Option<redaction::WouldBeLeft>,
}

/// What an event of the record is sealed with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seal {
    /// Its hash.
    pub hash: ChainHash,
    /// The request in which it was recorded (A25).
    pub request: Option<RequestId>,
}

impl Seal {
    fn of(sealed: Sealed) -> Self {
        Self { hash: sealed.hash, request: sealed.request }
    }
}

/// A case as its caller sees it, with the setting that its dates and people come from.
#[derive(Clone, Debug)]
pub struct Opened {
    /// The case.
    pub case: Case,
    /// Its record.
    pub record: Vec<Recorded>,
    /// How each of its events is sealed, for whoever checks.
    pub seals: Vec<Seal>,
    /// Its school and procedure.
    pub setting: Setting,
    /// Who looks.
    pub actor: Actor,
    /// When.
    pub now: chrono::DateTime<chrono::Utc>,
}

impl Opened {
    /// What a decision of the caller would look at.
    pub fn context(&self) -> Context<'_> {
        Context { record: &self.record, ..self.setting.context(self.now, self.actor) }
    }
}

/// Whether the caller may know of that case. Nothing of it is read.
///
/// # Errors
/// `NotFound` when they may not.
pub fn find(app: &App, caller: &Caller, reference: &Reference) -> Result<(), Error> {
    app.db().read(|tx| caller.find(tx, app, reference).map(|_| ()))
}

/// Opens a case to read it as a whole. The reading is logged with who and when (R69).
///
/// # Errors
/// `NotFound` when the caller may not know of it.
pub fn open(app: &App, caller: &Caller, reference: &Reference) -> Result<Opened, Error> {
    open_to(app, caller, reference, What::Case)
}

/// Opens the one case of a complainant, to read it as a whole.
///
/// # Errors
/// `NotFound` when it is not there any more.
pub fn open_own(app: &App, link: OpenLink) -> Result<Opened, Error> {
    let reference = app.db().read(|tx| db::cases::reference(tx, Seen::through(&link)))?;
    open(app, &Caller::Family(link), &reference.ok_or(Error::NotFound)?)
}

/// Opens a case to read that of it.
///
/// # Errors
/// `NotFound` when the caller may not know of it.
pub fn open_to(app: &App, caller: &Caller, reference: &Reference, what: What) -> Result<Opened, Error> {
    let (seen, opened) = look(app, caller, reference)?;
    knowingly(&opened.case, &opened.context())?;
    // Whoever is about to do something is counted by what they do.
    if what != What::Action {
        pace::reads(app, caller, seen)?;
    }
    readings::note(app, caller, seen, what)?;
    Ok(opened)
}

/// Nobody is kept off a panel unawares: whoever would be says first that they go on (R24, 9.3).
pub(super) fn knowingly(case: &Case, ctx: &Context<'_>) -> Result<(), Error> {
    if would_bar(case, ctx) { Err(Error::WouldBar(case.reference.clone())) } else { Ok(()) }
}

/// What somebody reads before a case opens that would keep them off its panel: nothing of what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Before {
    /// The name of its school.
    pub school: String,
    /// Who could look at it instead, and is kept off nothing by it.
    pub others: Vec<String>,
}

/// What is to be said before that case opens; nothing where it opens at once.
///
/// # Errors
/// `NotFound` when the caller may not know of it.
pub fn before_reading(app: &App, caller: &Caller, reference: &Reference) -> Result<Option<Before>, Error> {
    let (_, opened) = look(app, caller, reference)?;
    let ctx = opened.context();
    if !would_bar(&opened.case, &ctx) {
        return Ok(None);
    }
    let shut_out = opened.case.shut_out();
    let roles = [Role::ComplaintsCoordinator, Role::Clerk, Role::Headteacher];
    let holders = roles.into_iter().flat_map(|role| ctx.directory.present(role, ctx.school.id, ctx.today));
    let clear = holders.filter(|person| !shut_out.contains(&person.id) && !in_the_pool(person.id, &ctx));
    let mut others: Vec<String> = Vec::new();
    for person in clear {
        if !others.contains(&person.name) {
            others.push(person.name.clone());
        }
    }
    Ok(Some(Before { school: ctx.school.name.clone(), others }))
}

/// Goes on knowingly: the register says from then on that they know what the case says, and it opens (R24). A second
/// time changes nothing.
///
/// # Errors
/// `NotFound` when the caller may not know of it, and for families, whom nothing bars.
pub fn read_knowingly(app: &App, caller: &Caller, reference: &Reference) -> Result<(), Error> {
    let Caller::Colleague(_) = caller else { return Err(Error::NotFound) };
    let (inside, caller, reference) = (app.clone(), caller.clone(), reference.clone());
    app.db().write(move |tx| {
        let seen = caller.find(tx, &inside, &reference)?;
        db::cases::hold(tx, seen)?;
        let loaded = db::cases::load(tx, seen)?.ok_or(Error::NotFound)?;
        register_reader(tx, &inside, loaded, caller.actor())
    })
}

/// Writes into the register that somebody of the panel pool reads the case: once, and before it opens (R24).
fn register_reader(tx: &mut Tx, app: &App, loaded: Loaded, actor: Actor) -> Result<(), Error> {
    let setting = app.worlds().bound(tx, &loaded.case)?;
    let lines = on_reading(&loaded.case, &setting.context(app.now(), actor));
    if !lines.is_empty() {
        step(tx, app, loaded, actor, |_, _| Ok(lines))?;
    }
    Ok(())
}

fn look(app: &App, caller: &Caller, reference: &Reference) -> Result<(Seen, Opened), Error> {
    app.db().read(|tx| {
        let seen = caller.find(tx, app, reference)?;
        let sealed = db::events::sealed(tx, seen)?;
        let record = record::read(&sealed)?;
        let case = crate::domain::case::evolve::fold(&record).map_err(|_| Error::NotFound)?;
        let setting = app.worlds().bound(tx, &case)?.by_hand(caller.hand());
        let mut seals: Vec<Seal> = sealed.into_iter().map(Seal::of).collect();
        let (case, record) = match as_it_ended(&case, &record, caller.actor()) {
            Some((then, length)) => {
                seals.truncate(length);
                (then, record.into_iter().take(length).collect())
            }
            None => (case, record),
        };
        let case = as_read_by(case, caller.actor());
        let opened = Opened { case, record, seals, setting, actor: caller.actor(), now: app.now() };
        Ok::<_, Error>((seen, opened))
    })
}

/// Reads the body of an action.
fn read_command(action: Action, body: Value) -> Result<Command, Error> {
    if matches!(action, Action::Lapse | Action::AddDocument) {
        // Time itself lapses, and nobody else. A file comes with its bytes, by `files::add`: whoever could name
        // one that is stored could name another's.
        return Err(Error::NotFound);
    }
    if let Some(place) = reserved_key(&body, String::new()) {
        return Err(Error::Invalid(vec![FieldProblem::new(
            place,
            FieldCode::UnknownField,
            "This field is not known here. Take it out",
        )]));
    }
    Command::from_json(action, body).map_err(|misfits| {
        Error::Invalid(misfits.iter().map(|misfit| does_not_fit(&misfit.why, &misfit.place)).collect())
    })
}

/// Keys that begin with `$` belong to the record; nobody sends them.
fn reserved_key(value: &Value, path: String) -> Option<String> {
    match value {
        Value::Object(map) => map.iter().find_map(|(key, inner)| {
            let place = if path.is_empty() { key.clone() } else { format!("{path}/{key}") };
            if key.starts_with('$') { Some(place) } else { reserved_key(inner, place) }
        }),
        Value::Array(items) => {
            items.iter().enumerate().find_map(|(at, inner)| reserved_key(inner, format!("{path}/{at}")))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}

/// A refusal because of who asks is another status than one because of the rules.
pub(super) fn refused(refusal: Refusal) -> Error {
    if refusal.code == RefusalCode::NotYours { Error::Forbidden(refusal) } else { Error::Refused(refusal) }
}

/// One step of a case: decide, evolve, record, store, and write what is to be said.
pub(super) fn step(
    tx: &mut Tx,
    app: &App,
    loaded: Loaded,
    actor: Actor,
    decision: impl FnOnce(&Case, &Context<'_>) -> Result<Vec<Event>, Refusal>,
) -> Result<Done, Error> {
    let setting = app.worlds().bound(tx, &loaded.case)?;
    step_in(tx, app, loaded, setting, actor, decision)
}

/// The setting in which a command is decided: a move looks at the school that it goes to, too.
fn setting_for(tx: &mut Tx, app: &App, case: &Case, command: &Command) -> Result<Setting, Error> {
    if let Command::MoveSchool(to) = command {
        app.worlds().bound_to_move(tx, case, to.school)
    } else {
        app.worlds().bound(tx, case)
    }
}

fn step_in(
    tx: &mut Tx,
    app: &App,
    loaded: Loaded,
    setting: Setting,
    actor: Actor,
    decision: impl FnOnce(&Case, &Context<'_>) -> Result<Vec<Event>, Refusal>,
) -> Result<Done, Error> {
    let now = app.now();
    let events = decision(&loaded.case, &setting.context(now, actor)).map_err(refused)?;
    // Whoever is told of it is found where the case is from now on.
    let setting = setting.after(&events);
    let ctx = setting.context(now, actor);
    let (case, recorded) = next(&loaded.case, events, &ctx);
    // Whoever stood in for somebody who is shut out since is told nothing of it any more.
    let setting = setting.clear_of(&case);
    let ctx = setting.context(now, actor);
    let sealed = seal(app, &case, loaded.end.head, &recorded)?;
    db::cases::advance(tx, &loaded, &case, &sealed)?;
    if case.school != loaded.case.school {
        // What was written about it is for the people of its school, too.
        db::outbox::move_to_school(tx, case.id, case.school)?;
    }
    notify::send(tx, app, &setting, Some(&loaded.case), &case, &recorded, &ctx)?;
    let seals = sealed.into_iter().map(Seal::of).collect();
    Ok(Done { case, events: recorded, seals, setting, actor, now })
}

/// The first step of a case.
pub(super) fn first_step(
    tx: &mut Tx,
    app: &App,
    setting: &Setting,
    events: Vec<Event>,
    ctx: &Context<'_>,
) -> Result<Done, Error> {
    let (case, recorded) = apply_first(events, ctx)?;
    let sealed = seal(app, &case, ChainHash::start_of(case.id), &recorded)?;
    db::cases::create(tx, &case, &sealed)?;
    let setting = setting.clone().clear_of(&case);
    let ctx = &setting.context(ctx.now, ctx.actor);
    notify::send(tx, app, &setting, None, &case, &recorded, ctx)?;
    let seals = sealed.into_iter().map(Seal::of).collect();
    let (actor, now) = (ctx.actor, ctx.now);
    Ok(Done { case, events: recorded, seals, setting, actor, now })
}

/// What the events make of a case, with a line in the register for whoever is written to and could not open it.
fn next(before: &Case, events: Vec<Event>, ctx: &Context<'_>) -> (Case, Vec<Recorded>) {
    let (case, recorded) = apply(before.clone(), events, ctx);
    with_the_consulted(Some(before), case, recorded, ctx)
}

fn with_the_consulted(
    before: Option<&Case>,
    case: Case,
    mut recorded: Vec<Recorded>,
    ctx: &Context<'_>,
) -> (Case, Vec<Recorded>) {
    let told = notices(before, &recorded, &case, ctx);
    let lines = consulted(&told, &case, ctx);
    let (case, lines) = apply(case, lines, ctx);
    recorded.extend(lines);
    (case, recorded)
}

fn apply(mut case: Case, events: Vec<Event>, ctx: &Context<'_>) -> (Case, Vec<Recorded>) {
    let recorded = events
        .into_iter()
        .map(|event| {
            let stamp = record::stamp(case.length, ctx.now, ctx.today, ctx.actor);
            evolve(&mut case, &stamp, &event);
            Recorded { stamp, event }
        })
        .collect();
    (case, recorded)
}

fn apply_first(events: Vec<Event>, ctx: &Context<'_>) -> Result<(Case, Vec<Recorded>), Error> {
    let mut events = events.into_iter();
    let stamp = record::stamp(0, ctx.now, ctx.today, ctx.actor);
    let Some(Event::Raised(raised)) = events.next() else {
        return Err(Error::fault("a case begins with a concern"));
    };
    let case = begin(&stamp, &raised);
    let (case, mut rest) = apply(case, events.collect(), ctx);
    rest.insert(0, Recorded { stamp, event: Event::Raised(raised) });
    Ok(with_the_consulted(None, case, rest, ctx))
}

fn seal(app: &App, case: &Case, head: ChainHash, recorded: &[Recorded]) -> Result<Vec<Sealed>, Error> {
    let mut previous = head;
    let mut salts = || app.ids().bytes::<16>();
    recorded
        .iter()
        .map(|event| {
            let sealed = record::seal(case.id, previous, event, app.request(), &mut salts)?;
            previous = sealed.hash;
            Ok(sealed)
        })
        .collect()
}

/// What makes two requests the same request.
fn fingerprint(order: &Order) -> [u8; 32] {
    let mut hasher = Sha256::new();
    hasher.update(order.reference.as_str());
    hasher.update(order.action.key());
    hasher.update(order.body.to_string());
    hasher.finalize().into()
}

/// The answer that was given to the same request before.
pub(super) fn first_answer(
    tx: &mut Tx,
    scope: &str,
    key: Option<&IdempotencyKey>,
    fingerprint: [u8; 32],
) -> Result<Option<Answer>, Error> {
    let Some(key) = key else { return Ok(None) };
    let Some(stored) = db::idempotency::find(tx, scope, key.as_str())? else { return Ok(None) };
    if stored.body.0 != fingerprint {
        return Err(Error::KeyReused);
    }
    let (version, body) = stored.response.split_once('\n').unwrap_or(("0", &stored.response));
    Ok(Some(Answer {
        status: stored.status,
        body: body.to_owned(),
        version: version.parse().unwrap_or_default(),
    }))
}

/// Keeps an answer in the same transaction as what it answers, so that both are there or neither is.
pub(super) fn remember(
    tx: &mut Tx,
    app: &App,
    scope: &str,
    key: Option<&IdempotencyKey>,
    fingerprint: [u8; 32],
    answer: &Answer,
) -> Result<(), Error> {
    let Some(key) = key else { return Ok(()) };
    let stored = db::idempotency::Answered {
        body: db::Digest(fingerprint),
        status: answer.status,
        response: format!("{}\n{}", answer.version, answer.body),
    };
    db::idempotency::keep(tx, scope, key.as_str(), &stored, app.now())?;
    Ok(())
}
