//! What the API shows of a case. A complainant sees their own voice of it: roles instead of names, nothing
//! of other complainants, nothing internal.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use utoipa::openapi::schema::SchemaType;
use utoipa::openapi::{ObjectBuilder, Schema, Type};

use crate::app::cases::{Done, Seal};
use crate::app::work_list::StateKey;
use crate::domain::calendar::{Day, Direction, Pause, Unit, Working, local_date};
use crate::domain::case::action::{Action, By};
use crate::domain::case::attention::{AttentionKind, attention};
use crate::domain::case::context::Context;
use crate::domain::case::decide::ready;
use crate::domain::case::documents::is_own;
use crate::domain::case::event::{Actor, Event, Recorded};
use crate::domain::case::fields::{body_schema, fields};
use crate::domain::case::own_part::may_read;
use crate::domain::case::own_words::{knows_who_acted, point_words, reads_of_date, reads_words};
use crate::domain::case::sight::{reads_declarations, sees};
use crate::domain::case::state::{Audience, Case, Point, PointStatus, Scan, StageRun, Standing, State};
use crate::domain::case::timeline::{self, voice_of};
use crate::domain::case::vocabulary::{Channel, ClosedReason, Finding, Kind, WrittenDown};
use crate::domain::deadline::{self, Deadline, DeadlineRule, Ended, Moved, OwedBy};
use crate::domain::ids::{CalendarId, PartyNo, PersonId};
use crate::domain::person::{Cover, Role};
use crate::domain::text::Words;

/// An instant as the API writes it: UTC, with `Z`.
pub fn instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

/// The stage of a case.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct StageView {
    /// Its key in the procedure.
    pub key: String,
    /// What people call it.
    pub title: String,
    /// The role that has it.
    pub handler_role: Role,
}

/// Who has a case.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct HandlerView {
    /// Their role.
    pub role: Role,
    /// Their id; null for families.
    pub person_id: Option<PersonId>,
    /// Their name; null for families.
    pub name: Option<String>,
    /// Why they are not there for it, while they are away or once their post has ended; null for families.
    pub not_there: Option<String>,
    /// Who looks after it meanwhile; null for families and where nobody does.
    pub looked_after_by: Option<PersonId>,
}

/// One head of complaint.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PointView {
    /// Its number.
    pub no: u16,
    /// What happened; null for a complainant who did not write it, and so for the next two.
    pub what_happened: Option<String>,
    /// When.
    pub when: Option<String>,
    /// What would put it right.
    pub wanted: Option<String>,
    /// Where it is.
    pub status: PointState,
    /// An answer or finding for each stage run that gave one.
    pub findings: Vec<FindingView>,
}

/// Where a point is.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PointState {
    /// It waits for an answer or a finding.
    Open,
    /// The family says so.
    Settled,
    /// It belongs elsewhere.
    Redirected,
    /// It was not taken further.
    LeftBehind,
}

/// The answer to a point at one stage run.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FindingView {
    /// The run.
    pub run: u16,
    /// The stage.
    pub stage: String,
    /// What was found.
    pub finding: Finding,
    /// Why.
    pub reasons: Option<String>,
    /// The policy or rule that it rests on.
    pub policy_reference: Option<String>,
    /// When.
    #[schema(format = DateTime)]
    pub decided_at: String,
}

/// A deadline.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DeadlineView {
    /// Its number, for `…/deadlines/{no}/working`.
    pub no: u16,
    /// What for.
    pub rule: DeadlineRule,
    /// The same in words.
    pub title: String,
    /// The stage run.
    pub run: Option<u16>,
    /// Who owes it.
    pub owed_by: OwedBy,
    /// When it is due; null while the calendar does not reach or the clock is stopped.
    pub due_on: Option<NaiveDate>,
    /// When it was due at first.
    pub original_due_on: Option<NaiveDate>,
    /// Where it stands today.
    pub standing: deadline::Standing,
    /// When it was met.
    #[schema(format = DateTime)]
    pub met_at: Option<String>,
    /// Each time that it moved, and why.
    pub changes: Vec<ChangeView>,
    /// Whether the law sets it.
    pub statutory: bool,
}

/// How a date was counted.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct WorkingView {
    /// The day of receipt; counting back, the day of the hearing; extending, the old due date.
    pub received_on: NaiveDate,
    /// Day 0. The same as `received_on` unless that day does not count.
    pub counts_from_on: NaiveDate,
    /// The last day, to its end.
    pub due_on: NaiveDate,
    /// How many.
    pub amount: u16,
    /// Of what.
    pub unit: Unit,
    /// Which way.
    pub direction: Direction,
    /// The counted days in the order of counting: day 1 first. Empty for months.
    pub counted: Vec<NaiveDate>,
    /// The days passed over in the order of counting, each with its reason.
    pub skipped: Vec<Day>,
    /// The pauses that the count met.
    pub pauses: Vec<Pause>,
    /// Which calendar was used.
    pub calendar_id: CalendarId,
    /// Which version of it.
    pub calendar_version: u32,
    /// The same in plain English.
    pub in_words: String,
}

impl From<Working> for WorkingView {
    fn from(working: Working) -> Self {
        let in_words = working.sentence();
        let Working { received_on, counts_from_on, due_on, amount, unit, direction, .. } = working;
        let Working { counted, skipped, pauses, calendar_id, calendar_version, .. } = working;
        Self {
            received_on,
            counts_from_on,
            due_on,
            amount,
            unit,
            direction,
            counted,
            skipped,
            pauses,
            calendar_id,
            calendar_version,
            in_words,
        }
    }
}

/// A change of a due date.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ChangeView {
    /// What it was.
    pub from: Option<NaiveDate>,
    /// What it became.
    pub to: Option<NaiveDate>,
    /// Why.
    pub why: MovedBecause,
    /// The reason that was given.
    pub reason: Option<String>,
    /// When.
    #[schema(format = DateTime)]
    pub at: String,
}

/// Why a due date moved.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MovedBecause {
    /// The handler put it off and said why.
    Extended,
    /// The case was suspended.
    Paused,
    /// The clock ran again.
    Resumed,
    /// The calendar reached far enough at last.
    CalendarArrived,
    /// The hearing moved.
    HearingMoved,
    /// The family was to be reminded before its last date, and was not.
    RemindedLate,
    /// The answer was told in another way than by mail: the time counts from when the family had it.
    ToldOtherwise,
}

/// An action of the present state.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ActionView {
    /// Its name.
    pub name: Action,
    /// What people read.
    pub title: &'static str,
    /// Whether it can be done now.
    pub allowed: bool,
    /// Why not.
    pub reason: Option<String>,
    /// What would make it possible.
    pub makes_possible: Option<String>,
    /// The JSON Schema (2020-12) of its body, with the present choices.
    #[schema(value_type = Object)]
    pub fields: Value,
}

/// An event of the record.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct EventView {
    /// Its place.
    pub seq: u32,
    /// When.
    #[schema(format = DateTime)]
    pub at: String,
    /// Who.
    pub actor: ActorView,
    /// What.
    #[schema(schema_with = event_kinds)]
    pub kind: &'static str,
    /// More about it, by its kind. Clients take it as it comes: new kinds and fields may appear.
    #[schema(value_type = Object)]
    pub data: Value,
    /// Its hash; null for families and for a panel.
    pub hash: Option<String>,
    /// The `X-Request-Id` of the request in which it was recorded; null for families and for a panel, and for what the clock did.
    pub request_id: Option<String>,
}

fn event_kinds() -> Schema {
    ObjectBuilder::new().schema_type(Type::String).enum_values(Some(Event::KINDS.iter().copied())).into()
}

/// Who did it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ActorView {
    /// Somebody with a post; for staff.
    Person {
        /// Their id.
        person_id: PersonId,
    },
    /// Somebody with a post, as a family reads it.
    School,
    /// A complainant of the case.
    Complainant {
        /// Their number on the case.
        party: PartyNo,
    },
    /// Whoever raised it.
    Public,
    /// Time itself.
    Clock,
    /// It is not for this reader to know.
    NotTold,
}

/// The phase of a state that has phases.
pub fn phases() -> Schema {
    let phases: BTreeSet<&str> = Standing::ALL.into_iter().filter_map(Standing::phase_key).collect();
    let words = phases.into_iter().map(Value::from).chain([Value::Null]);
    ObjectBuilder::new()
        .schema_type(SchemaType::from_iter([Type::String, Type::Null]))
        .enum_values(Some(words))
        .into()
}

/// What whoever said it says of what was written down.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ConfirmationView {
    /// By which day they are asked to say. The case goes on without it.
    pub asked_by_on: Option<NaiveDate>,
    /// What they said; null while they have not.
    pub written_down: Option<WrittenDown>,
    /// On which day.
    pub on: Option<NaiveDate>,
    /// What is wrong or missing, in their words.
    pub words: Option<String>,
}

fn confirmation_view(case: &Case, ctx: &Context<'_>) -> Option<ConfirmationView> {
    let rule = DeadlineRule::Confirmation;
    let asked = case.deadlines.iter().find(|deadline| deadline.rule == rule)?;
    reads_of_date(rule, ctx.actor).then_some(())?;
    let known = case.confirmation.as_ref();
    Some(ConfirmationView {
        asked_by_on: asked.due.date(),
        written_down: known.map(|known| known.written_down),
        on: known.map(|known| known.on),
        words: known.and_then(|known| known.words.as_ref()).map(ToString::to_string),
    })
}

/// A case.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CaseView {
    /// What people call it by.
    pub reference: String,
    /// The school's slug.
    pub school: String,
    /// What the complainant took it for.
    pub kind: Kind,
    /// How it came.
    pub channel: Channel,
    /// The stage, present or to come.
    pub stage: StageView,
    /// The state.
    pub state: StateKey,
    /// The phase, where the state has phases.
    #[schema(schema_with = phases)]
    pub phase: Option<&'static str>,
    /// Why it is closed.
    pub closed_reason: Option<ClosedReason>,
    /// Who has it.
    pub handler: HandlerView,
    /// What it asks of the school, the most pressing first. Families get none.
    pub attention: Vec<AttentionKind>,
    /// When it came.
    #[schema(format = DateTime)]
    pub received_at: String,
    /// The school's date of that moment.
    pub received_on: NaiveDate,
    /// Day 0 of its first stage: the day on which it came, or the next school day. It stays as it is when the case
    /// moves on; the working of each deadline has the day 0 of its own.
    pub counts_from_on: Option<NaiveDate>,
    /// The procedure that binds it.
    pub procedure: String,
    /// The version of the procedure.
    pub procedure_version: u32,
    /// Whether what was said is confirmed by whoever said it; for them and for staff, where it was spoken (R9).
    pub confirmation: Option<ConfirmationView>,
    /// The points.
    pub points: Vec<PointView>,
    /// The deadlines.
    pub deadlines: Vec<DeadlineView>,
    /// The names of the actions that can be done now.
    pub actions: Vec<Action>,
    /// The version: what `ETag` says.
    pub version: u32,
}

/// The case as that actor sees it.
pub fn case_view(case: &Case, ctx: &Context<'_>) -> CaseView {
    let standing = case.standing();
    // A panel reads findings as the parties do: once they are sent.
    let family = match voice_of(case, ctx.actor) {
        timeline::Voice::Staff => is_family(ctx.actor),
        timeline::Voice::Panel | timeline::Voice::AskedToSit | timeline::Voice::Complainant(_) => {
            Voice::Family
        }
    };
    let is_asked = voice_of(case, ctx.actor) == timeline::Voice::AskedToSit;
    let points = case.points.iter().map(|point| point_view(point, case, ctx.actor, family));
    let reads = |deadline: &&Deadline| reads_of_date(deadline.rule, ctx.actor);
    let deadlines = case.deadlines.iter().filter(reads).map(|deadline| deadline_view(deadline, ctx));
    CaseView {
        reference: case.reference.to_string(),
        school: ctx.school.slug.clone(),
        kind: case.kind,
        channel: case.channel,
        stage: stage_view(case, ctx),
        state: StateKey::of(standing),
        phase: standing.phase_key(),
        closed_reason: closed_reason(case),
        handler: handler_view(case, ctx),
        attention: attention_keys(case, ctx),
        received_at: instant(case.received_at),
        received_on: case.received_on,
        counts_from_on: case
            .runs
            .first()
            .and_then(|run| run.counts_from_on)
            .or_else(|| ctx.calendar.counts_from(case.received_on, case.reply_unit()).ok()),
        procedure: ctx.procedure.key.clone(),
        procedure_version: ctx.procedure.version,
        confirmation: confirmation_view(case, ctx)
            .filter(|_| voice_of(case, ctx.actor) != timeline::Voice::Panel && !is_asked),
        // Nobody who is asked to sit reads anything before they have declared (R27).
        points: points.filter(|_| !is_asked).collect(),
        deadlines: deadlines.filter(|_| !is_asked).collect(),
        actions: Action::all().filter(|action| ready(case, *action, ctx).is_ok()).collect(),
        version: case.length,
    }
}

fn attention_keys(case: &Case, ctx: &Context<'_>) -> Vec<AttentionKind> {
    match is_family(ctx.actor) {
        Voice::Family => Vec::new(),
        Voice::Staff => {
            let mut keys: Vec<_> =
                attention(case, ctx.today, ctx.calendar).iter().map(|one| one.kind).collect();
            keys.dedup();
            keys
        }
    }
}

fn is_family(actor: Actor) -> Voice {
    match actor {
        Actor::Complainant(_) | Actor::Public => Voice::Family,
        Actor::Person(_) | Actor::Clock => Voice::Staff,
    }
}

/// In whose words.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Voice {
    Family,
    Staff,
}

fn closed_reason(case: &Case) -> Option<ClosedReason> {
    match &case.state {
        State::Closed { reason, .. } => Some(*reason),
        State::Screening { .. }
        | State::Open(_)
        | State::Replied
        | State::Hearing(_)
        | State::Suspended { .. } => None,
    }
}

fn stage_view(case: &Case, ctx: &Context<'_>) -> StageView {
    let key = case.run().map_or(&case.first_stage, |run| &run.stage);
    let stage = ctx.procedure.stage(key);
    let planned =
        stage.and_then(|stage| stage.handlers.first().copied()).unwrap_or(Role::ComplaintsCoordinator);
    StageView {
        key: key.to_string(),
        title: stage.map_or_else(String::new, |stage| stage.title.clone()),
        handler_role: case.run().map_or(planned, |run| run.handler.role),
    }
}

fn handler_view(case: &Case, ctx: &Context<'_>) -> HandlerView {
    let stage = stage_view(case, ctx);
    let person =
        case.run().and_then(|run| run.handler.person).filter(|_| is_family(ctx.actor) == Voice::Staff);
    let cover = person.and_then(|_| ctx.cover(case)).filter(|_| case.standing() != Standing::Closed);
    HandlerView {
        not_there: cover.and_then(|cover| cover.warning(ctx.directory)),
        looked_after_by: cover.and_then(|cover| match cover {
            Cover::LookedAfter { by, .. } => Some(by),
            Cover::Here | Cover::Away { .. } | Cover::Gone => None,
        }),
        role: stage.handler_role,
        person_id: person,
        name: person.map(|person| ctx.directory.name(person).to_owned()),
    }
}

fn point_view(point: &Point, case: &Case, reader: Actor, voice: Voice) -> PointView {
    let words = point_words(point, reader);
    let text = |words: &Words| words.as_str().to_owned();
    // A finding is told with its reply, not while it is being written.
    let told = |run: &&StageRun| voice == Voice::Staff || run.reply.is_some();
    let findings = case
        .runs
        .iter()
        .filter(told)
        .flat_map(|run| {
            run.answers.iter().filter(|answer| answer.point == point.no).map(move |answer| (run, answer))
        })
        .map(|(run, answer)| FindingView {
            run: run.no.0,
            stage: run.stage.to_string(),
            finding: answer.finding,
            reasons: answer.reasons.as_ref().map(|words| words.as_str().to_owned()),
            policy_reference: answer.policy_reference.as_ref().map(|words| words.as_str().to_owned()),
            decided_at: instant(answer.at),
        })
        .collect();
    PointView {
        no: point.no.0,
        what_happened: words.map(|words| text(words.what_happened)),
        when: words.and_then(|words| words.when).map(text),
        wanted: words.and_then(|words| words.wanted).map(text),
        status: match point.status {
            PointStatus::Open => PointState::Open,
            PointStatus::Settled(_) => PointState::Settled,
            PointStatus::Redirected(_) => PointState::Redirected,
            PointStatus::LeftBehind(_) => PointState::LeftBehind,
        },
        findings,
    }
}

/// A deadline as it stands today.
pub fn deadline_view(deadline: &Deadline, ctx: &Context<'_>) -> DeadlineView {
    DeadlineView {
        no: deadline.no.0,
        rule: deadline.rule,
        title: deadline.rule.title().to_owned(),
        run: deadline.run.map(|run| run.0),
        owed_by: deadline.rule.owed_by(),
        due_on: deadline.due.date(),
        original_due_on: deadline.original_due.date(),
        standing: deadline.standing(ctx.today, local_date),
        met_at: match deadline.ended {
            Some(Ended::Met(at)) => Some(instant(at)),
            Some(Ended::Dropped(_)) | None => None,
        },
        changes: deadline.changes.iter().map(change_view).collect(),
        statutory: deadline.rule.is_statutory(),
    }
}

fn change_view(change: &crate::domain::deadline::Change) -> ChangeView {
    let (why, reason) = match &change.why {
        Moved::Extended(words) => (MovedBecause::Extended, Some(words.as_str().to_owned())),
        Moved::Paused => (MovedBecause::Paused, None),
        Moved::Resumed => (MovedBecause::Resumed, None),
        Moved::CalendarArrived => (MovedBecause::CalendarArrived, None),
        Moved::HearingMoved => (MovedBecause::HearingMoved, None),
        Moved::RemindedLate => (MovedBecause::RemindedLate, None),
        Moved::ToldOtherwise { .. } => (MovedBecause::ToldOtherwise, None),
    };
    ChangeView { from: change.from.date(), to: change.to.date(), why, reason, at: instant(change.at) }
}

/// Every action, with whether it can be done and why not. A complainant reads of those that can ever be theirs:
/// what the others ask for names staff, and quotes what somebody else wrote. Nor does whoever is asked to sit on a panel
/// before they have declared (R27).
pub fn actions_view(case: &Case, ctx: &Context<'_>) -> Vec<ActionView> {
    let is_for_them = |action: &Action| match voice_of(case, ctx.actor) {
        timeline::Voice::Complainant(_) => action.row().by.contains(&By::Complainant),
        timeline::Voice::AskedToSit => action.row().by.contains(&By::PanelMember),
        timeline::Voice::Staff | timeline::Voice::Panel => true,
    };
    Action::all()
        .filter(|action| *action != Action::Lapse)
        .filter(is_for_them)
        .map(|action| {
            let refusal = ready(case, action, ctx).err();
            ActionView {
                name: action,
                title: action.title(),
                allowed: refusal.is_none(),
                reason: refusal.as_ref().map(|refusal| refusal.sentence.clone()),
                makes_possible: refusal.as_ref().and_then(|refusal| refusal.makes_possible.clone()),
                fields: match action {
                    Action::AddDocument => super::documents::schema(ctx.actor),
                    other => body_schema(&fields(other, case, ctx)),
                },
            }
        })
        .collect()
}

/// The record with what seals it, for staff.
fn events_view(record: &[Recorded], seals: &[Seal], case: &Case, ctx: &Context<'_>) -> Vec<EventView> {
    let view = |(recorded, seal): (&Recorded, &Seal)| EventView {
        hash: Some(seal.hash.to_hex()),
        request_id: seal.request.as_ref().map(ToString::to_string),
        ..staff_event(recorded, case, ctx)
    };
    record.iter().zip(seals).map(view).collect()
}

/// What a member of a panel declared, and why somebody stepped back, is for whoever clerks it, and for the trust (R27).
fn staff_event(recorded: &Recorded, case: &Case, ctx: &Context<'_>) -> EventView {
    let mut view = event_view(recorded);
    let is_declared = matches!(recorded.event, Event::InterestDeclared { .. } | Event::Recused { .. });
    if let (true, Value::Object(map)) = (is_declared && !reads_declarations(case, ctx), &mut view.data) {
        for declared in ["declaration", "heard_by", "reason", "words"] {
            map.remove(declared);
        }
    }
    without_a_name_that_waits(view, recorded, case, ctx.actor)
}

/// A file that is being checked for viruses is named to whoever added it alone.
fn without_a_name_that_waits(
    mut view: EventView,
    recorded: &Recorded,
    case: &Case,
    reader: Actor,
) -> EventView {
    let Event::DocumentAdded { document } = &recorded.event else { return view };
    let now = case.documents.iter().find(|known| known.no == document.no);
    let waits = now.is_some_and(|now| now.scan == Scan::Waiting && !is_own(case, now, reader));
    if waits && let Some(map) = view.data.pointer_mut("/document").and_then(Value::as_object_mut) {
        map.remove("name");
    }
    view
}

/// One event.
fn event_view(recorded: &Recorded) -> EventView {
    event_told(recorded, plain_words)
}

fn event_told(recorded: &Recorded, read: fn(&mut Value)) -> EventView {
    let mut value = serde_json::to_value(&recorded.event).unwrap_or(Value::Null);
    read(&mut value);
    EventView {
        seq: recorded.stamp.seq,
        at: instant(recorded.stamp.at),
        actor: actor_view(recorded.stamp.actor),
        kind: recorded.event.kind(),
        data: value.get("data").cloned().unwrap_or(Value::Null),
        hash: None,
        request_id: None,
    }
}

fn actor_view(actor: Actor) -> ActorView {
    match actor {
        Actor::Person(person_id) => ActorView::Person { person_id },
        Actor::Complainant(party) => ActorView::Complainant { party },
        Actor::Public => ActorView::Public,
        Actor::Clock => ActorView::Clock,
    }
}

/// Words are told as plain text, or as null when they were taken out of the record.
fn plain_words(value: &mut Value) {
    match value {
        Value::Object(map) if map.contains_key("$words") => {
            *value = map.remove("$words").unwrap_or(Value::Null);
        }
        Value::Object(map) => map.values_mut().for_each(plain_words),
        Value::Array(items) => items.iter_mut().for_each(plain_words),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The same without any words: another complainant wrote them (P18).
fn no_words(value: &mut Value) {
    match value {
        Value::Object(map) if map.contains_key("$words") => *value = Value::Null,
        Value::Object(map) => map.values_mut().for_each(no_words),
        Value::Array(items) => items.iter_mut().for_each(no_words),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The answer to an action: the case and the events that it made.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DoneView {
    /// The case as it is now; `null` where it is closed to the caller by what they did, such as stepping back from it.
    pub case: Option<CaseView>,
    /// What happened, as the record has it for this reader.
    pub events: Vec<EventView>,
}

/// The answer to an action, as that actor sees it.
pub fn done_view(done: &Done) -> DoneView {
    let ctx = done.setting.context(done.now, done.actor);
    let sees_it_still = |person| sees(&done.case, person, &ctx);
    if !done.actor.person().is_none_or(sees_it_still) {
        return DoneView { case: None, events: Vec::new() };
    }
    let events = record_view(&done.events, &done.seals, &done.case, &ctx);
    DoneView { case: Some(case_view(&done.case, &ctx)), events }
}

/// Events as that reader has them in the record: staff with what seals them, families in their voice.
pub fn record_view(record: &[Recorded], seals: &[Seal], case: &Case, ctx: &Context<'_>) -> Vec<EventView> {
    let reader = ctx.actor;
    match voice_of(case, reader) {
        // A panel reads what both sides know of (2.6).
        timeline::Voice::Panel | timeline::Voice::Complainant(_) => family_events(record, case, reader),
        // Whoever is asked to sit reads nothing before their declaration (R27).
        timeline::Voice::AskedToSit => Vec::new(),
        timeline::Voice::Staff => match is_family(reader) {
            Voice::Staff => events_view(record, seals, case, ctx),
            Voice::Family => family_events(record, case, reader),
        },
    }
}

/// The events that a complainant may know of: their own, and those that the school tells them of.
pub fn family_events(record: &[Recorded], case: &Case, actor: Actor) -> Vec<EventView> {
    let told =
        |recorded: &&Recorded| family_may_read(recorded, actor) || is_told_of_a_virus(recorded, case, actor);
    let since_they_joined = |recorded: &&Recorded| may_read(case, actor, &recorded.stamp, &recorded.event);
    let readable = record.iter().filter(told).filter(since_they_joined);
    readable.map(|recorded| family_event(recorded, case, actor)).collect()
}

/// That a virus was found in a file is told to whoever was told of the file.
fn is_told_of_a_virus(recorded: &Recorded, case: &Case, actor: Actor) -> bool {
    let Event::FileChecked { document, found: Scan::Infected } = &recorded.event else { return false };
    let file = case.documents.iter().find(|known| known.no == *document);
    file.is_some_and(|file| match (file.from, file.audience) {
        (Some(from), _) => actor == Actor::Complainant(from),
        (None, Audience::Family) => true,
        (None, Audience::Staff) => false,
    })
}

fn family_event(recorded: &Recorded, case: &Case, reader: Actor) -> EventView {
    let read = if reads_words(case, recorded, reader) { plain_words } else { no_words };
    let mut view = without_a_name_that_waits(event_told(recorded, read), recorded, case, reader);
    if let Actor::Person(_) = recorded.stamp.actor {
        view.actor = ActorView::School;
    }
    if !knows_who_acted(reader, recorded.stamp.actor) {
        view.actor = ActorView::NotTold;
    }
    // That it ended for one of several would say that there are others (P18).
    if matches!(recorded.event, Event::SettledForOne { .. }) {
        view.kind = "settled";
    }
    if matches!(recorded.event, Event::WithdrawnForOne { .. }) {
        view.kind = "withdrawn";
    }
    if let Value::Object(map) = &mut view.data {
        for hidden in [
            "party",
            "handler",
            "staff",
            "members",
            "chair",
            "people",
            "complainant",
            "subjects",
            "screening",
            "to",
        ] {
            map.remove(hidden);
        }
        // How the family agreed to a helper is the school's note; a consent that was asked of them is theirs to read.
        if matches!(recorded.event, Event::HelperAdded { .. }) {
            map.remove("consent");
        }
    }
    without_what_is_for_the_school(&mut view.data);
    view
}

/// What an event that families read says beside it to the school alone, wherever it stands in it: `domain::case::timeline`
/// shows the same to staff only.
const FOR_THE_SCHOOL: [&str; 10] = [
    "to_subject",
    "to_subjects",
    "reserves",
    "passed_over",
    "consideration",
    "waiver",
    "heard_by",
    "confirmation",
    "late_cause",
    "tests",
];

fn without_what_is_for_the_school(value: &mut Value) {
    match value {
        Value::Object(map) => {
            map.retain(|key, _| !FOR_THE_SCHOOL.contains(&key.as_str()));
            map.values_mut().for_each(without_what_is_for_the_school);
        }
        Value::Array(items) => items.iter_mut().for_each(without_what_is_for_the_school),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Whether a complainant reads an event. One complainant never reads what another wrote (P18).
fn family_may_read(recorded: &Recorded, actor: Actor) -> bool {
    use crate::domain::deadline::DateReminder;
    let own = recorded.stamp.actor == actor;
    let mine =
        |to: &[crate::domain::ids::PartyNo]| to.iter().any(|party| actor == Actor::Complainant(*party));
    match &recorded.event {
        Event::MessageSent { to, .. } => own || mine(to),
        Event::InformationGiven { party: None, .. } | Event::HelperActed { .. } => own,
        Event::HelperAdded { party, .. } => {
            party.helps.is_some_and(|help| actor == Actor::Complainant(help.whom))
        }
        Event::InformationGiven { party: Some(party), .. }
        | Event::ConsentRecorded { party, .. }
        | Event::ConcernConfirmed { party, .. }
        | Event::ReturnCodeMade { party }
        | Event::ContactCorrected { party, .. }
        | Event::SettledForOne { party, .. }
        | Event::WithdrawnForOne { party, .. } => actor == Actor::Complainant(*party),
        // Nobody reads that another complainant wrote; the step that it led to is told for itself.
        Event::Settled { .. } | Event::Withdrawn { .. } => knows_who_acted(actor, recorded.stamp.actor),
        // Papers of a hearing are listed by the event that sends them out.
        Event::DocumentAdded { document } => match (document.from, document.audience) {
            (Some(from), _) => actor == Actor::Complainant(from),
            (None, Audience::Family) => true,
            (None, Audience::Staff) => false,
        },
        Event::DeadlineSet { rule, .. } => reads_of_date(*rule, actor),
        Event::Raised(_)
        | Event::StageStarted { .. }
        | Event::CountingBegins { .. }
        | Event::DeadlineMoved { .. }
        | Event::Redirected { .. }
        | Event::SchoolMoved { .. }
        | Event::ConsentNotGiven { .. }
        | Event::RefusalReviewed { .. }
        | Event::RefusedLate { .. }
        | Event::Acknowledged { .. }
        | Event::InformationAsked { .. }
        | Event::MeetingArranged { .. }
        | Event::MeetingCancelled { .. }
        | Event::MeetingRecorded { .. }
        | Event::DateReminded { reminder: DateReminder::LateToFamily, .. }
        | Event::Replied { .. }
        | Event::WindowReminded { .. }
        | Event::Suspended { .. }
        | Event::Resumed { .. }
        | Event::PanelAppointed { .. }
        | Event::HearingScheduled { .. }
        | Event::PapersCirculated { .. }
        | Event::FindingsIssued { .. }
        | Event::Closed { .. }
        | Event::Reopened { .. }
        | Event::DutyMet { .. } => true,
        Event::DateReminded {
            reminder: DateReminder::Coming | DateReminder::LateToSchool | DateReminder::ToAnswer,
            ..
        }
        | Event::ConsentAsked { .. }
        | Event::ConsentRefused { .. }
        | Event::AlertRaised { .. }
        | Event::Accepted { .. }
        | Event::AtRiskMarked { .. }
        | Event::Assigned { .. }
        | Event::FindingRecorded { .. }
        | Event::InterestDeclared { .. }
        | Event::DeclarationsAskedAgain { .. }
        | Event::HearingRecorded { .. }
        | Event::Concluded { .. }
        | Event::UnreasonableProposed { .. }
        | Event::UnreasonableConfirmed { .. }
        | Event::ExternalContactRecorded { .. }
        | Event::NoteAdded { .. }
        | Event::KeptOnRecord { .. }
        | Event::WordsTakenOut { .. }
        | Event::FileTakenOut { .. }
        | Event::FileChecked { .. }
        | Event::PartyAdded { .. }
        | Event::HelperEnded { .. }
        | Event::SubjectMarked { .. }
        | Event::RemedyPromised { .. }
        | Event::RemedyDone { .. }
        | Event::Recused { .. }
        | Event::ActedFor { .. }
        | Event::HandlerMissing { .. }
        | Event::Involved { .. } => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::{PersonId, RunNo};
    use crate::domain::text::Words;

    /// R50, R28: what stands beside the words for the family is for the school, and leaves with none of them.
    #[test]
    fn r50_what_is_for_the_school_alone_leaves_with_no_event() {
        let secret = || Words::ours("for the school alone");
        let person = PersonId(uuid::Uuid::from_u128(77));
        let run = RunNo(1);
        let events = [
            Event::Replied {
                run,
                message: Words::ours("Dear family"),
                steps_taken: None,
                actions: None,
                last_date: None,
                to_subject: Some(secret()),
                to_subjects: [(person, secret())].into(),
            },
            Event::FindingsIssued {
                run,
                recommendations: Words::ours("Dear family"),
                message: Words::ours("Dear family"),
                to_subject: Some(secret()),
                to_subjects: [(person, secret())].into(),
            },
            Event::PanelAppointed {
                run,
                members: Vec::new(),
                chair: person,
                reserves: vec![person],
                reason: Some(Words::ours("Dear family")),
                passed_over: Some(secret()),
            },
            Event::RefusedLate { consideration: secret(), reason: Words::ours("Dear family") },
            Event::PapersCirculated { run, documents: Vec::new(), waiver: Some(secret()) },
        ];
        for event in events {
            let mut told = serde_json::to_value(&event).unwrap();
            without_what_is_for_the_school(&mut told);
            let text = told.to_string();
            assert!(!text.contains("for the school alone"), "{text}");
            let names_nobody_new = event.kind() == "panel_appointed" || !text.contains(&person.0.to_string());
            assert!(names_nobody_new, "{text}");
            assert!(text.contains("Dear family") || event.kind() == "papers_circulated", "{text}");
        }
    }
}
