//! Replaying the events gives the stored case: random people do random things through the use cases, on a
//! clock that jumps, and after each of them record and rows are compared with what the events make.

use std::collections::BTreeSet;

use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, Utc};
use heard::app::cases::{Caller, Opened, Order, SeenVersion, act, open};
use heard::app::error::Error;
use heard::app::files::{self, Adding, Content, Upload};
use heard::app::people::Colleague;
use heard::app::sweep::sweep;
use heard::db::case_rows::CaseRows;
use heard::db::outbox::newest_first;
use heard::db::visibility::{self, Seen};
use heard::db::{DbError, Tx, cases, events};
use heard::domain::calendar::{local_date, local_instant};
use heard::domain::case::action::Action;
use heard::domain::case::context::Context;
use heard::domain::case::decide::ready;
use heard::domain::case::event::{Event, Recorded};
use heard::domain::case::evolve::{begin, evolve, fold};
use heard::domain::case::fields::{Choice, Field, FieldKind, Need, RowSet, fields};
use heard::domain::case::sight::sees;
use heard::domain::case::state::{Audience, Case, InvolvedAs, Standing, State};
use heard::domain::deadline::DeadlineRule;
use heard::domain::ids::{CaseId, PartyNo, RunNo};
use heard::domain::record;
use heard::domain::reference::Reference;
use rand::SeedableRng as _;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::Rng as _;
use serde_json::{Map, Value, json};

use crate::kit::trust::{REFERENCE, Trust};
use crate::work_list;

/// What a seed makes of it.
struct Chance(ChaCha20Rng);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.0.next_u32()).unwrap() % end.max(1)
    }

    fn of_hundred(&mut self, luck: usize) -> bool {
        self.below(100) < luck
    }

    fn one<'a, T>(&mut self, of: &'a [T]) -> Option<&'a T> {
        of.get(self.below(of.len()))
    }

    /// In another order.
    fn shuffled<T>(&mut self, mut things: Vec<T>) -> Vec<T> {
        for last in (1..things.len()).rev() {
            things.swap(last, self.below(last + 1));
        }
        things
    }
}

/// A case as its events made it here, event by event, and never read back from rows.
struct Own {
    reference: Reference,
    id: CaseId,
    family: Caller,
    replayed: Option<Case>,
}

struct Stage {
    trust: Trust,
    chance: Chance,
    colleagues: Vec<Colleague>,
    own: Vec<Own>,
    standings: BTreeSet<&'static str>,
    kinds: BTreeSet<&'static str>,
    moves: usize,
}

const SCHOOLS: [&str; 4] = ["hazel-lane", "quarry-beck", "tansy-bank", "sorrel-wood"];

fn evening(on: NaiveDate) -> DateTime<Utc> {
    local_instant(on, NaiveTime::from_hms_opt(19, 0, 0).unwrap())
}

impl Stage {
    fn set(seed: u64) -> Self {
        let trust = Trust::new();
        let colleagues = trust.cast.people.iter().map(|person| trust.known(person).colleague).collect();
        Self {
            trust,
            chance: Chance(ChaCha20Rng::seed_from_u64(seed)),
            colleagues,
            own: Vec::new(),
            standings: BTreeSet::new(),
            kinds: BTreeSet::new(),
            moves: 0,
        }
    }

    fn raise(&mut self, number: usize) {
        let kind = ["concern", "concern", "complaint", "not_sure", "feedback"][self.chance.below(5)];
        let mut body = json!({
            "kind": kind,
            "complainant": { "name": "Zofia Łukasiewicz", "email": format!("zofia{number}@family.example"), "relationship": "parent" },
            "child": { "name": "Ola", "year_group": "Year 1" },
            "points": [{ "what_happened": "The bus left without her. 🚌", "wanted": "An apology" }, { "what_happened": "Nobody rang." }],
            "last_incident_on": "2026-11-20",
        });
        if self.chance.of_hundred(25) {
            let roles = ["class_teacher", "headteacher", "chair_of_governors", "governor", "staff"];
            body["about"] = json!([{ "role": self.chance.one(&roles), "name": "Somebody" }]);
        }
        if self.chance.of_hundred(15) {
            body["flags"] = json!({ "child_at_risk": true });
        }
        let reference = self.trust.raises(SCHOOLS[number % SCHOOLS.len()], &body);
        let id = self.trust.case(&reference);
        let family = self.trust.family(id, PartyNo(1));
        self.own.push(Own { reference, id, family, replayed: None });
        self.holds(self.own.len() - 1);
    }

    /// Somebody may do something on that case now; mostly what carries it up the ladder.
    fn a_move(&mut self, at: usize) -> Option<(Caller, Action, Opened)> {
        let own = &self.own[at];
        let opened = open(&self.trust.app, &own.family, &own.reference).unwrap();
        let here =
            |colleague: &&Colleague| colleague.schools(opened.context().today).contains(&opened.case.school);
        let staff = self.colleagues.iter().filter(here).cloned().map(Caller::Colleague);
        let moves: Vec<(Caller, Action)> = staff
            .chain([own.family.clone()])
            .flat_map(|caller| Action::all().map(move |action| (caller.clone(), action)))
            .filter(|(caller, action)| {
                let context = Context { actor: caller.actor(), ..opened.context() };
                ready(&opened.case, *action, &context).is_ok()
            })
            .collect();
        let standing = opened.case.standing();
        let wanted = match self.chance.below(100) {
            0..=84 => Pull::Carries,
            85..=96 => Pull::Adds,
            _ => Pull::Ends,
        };
        let mut fitting: Vec<&(Caller, Action)> =
            moves.iter().filter(|(_, action)| pull(*action, standing) == wanted).collect();
        if fitting.is_empty() {
            fitting = moves.iter().filter(|(_, action)| pull(*action, standing) != Pull::Ends).collect();
        }
        // What many may do must not drown what only the handler may.
        let actions: BTreeSet<Action> = fitting.iter().map(|(_, action)| *action).collect();
        let action = self.chance.one(&actions.into_iter().collect::<Vec<_>>()).copied()?;
        fitting.retain(|(_, one)| *one == action);
        let (caller, action) = (*self.chance.one(&fitting)?).clone();
        let opened = open(&self.trust.app, &caller, &opened.case.reference).ok()?;
        Some((caller, action, opened))
    }

    /// Anybody tries anything, with a form that they should not have been shown.
    fn nonsense(&mut self, at: usize) -> Option<(Caller, Action, Opened)> {
        let all: Vec<Action> = Action::all().collect();
        let action = *self.chance.one(&all)?;
        let caller = match self.chance.one(&self.colleagues).cloned() {
            Some(colleague) if self.chance.of_hundred(70) => Caller::Colleague(colleague),
            Some(_) | None => self.own[at].family.clone(),
        };
        let opened = open(&self.trust.app, &caller, &self.own[at].reference).ok()?;
        Some((caller, action, opened))
    }

    fn acts(&mut self, at: usize) {
        let sensible = self.chance.of_hundred(92);
        let found = if sensible { self.a_move(at) } else { self.nonsense(at) };
        let Some((caller, action, opened)) = found else { return };
        if action == Action::CirculatePapers && opened.case.documents.is_empty() {
            self.adds_a_paper(caller, &opened);
            return self.holds(at);
        }
        let context = opened.context();
        let form = fields(action, &opened.case, &context);
        let body = Value::Object(filled(&form, &mut self.chance, context.today));
        let order = Order {
            reference: opened.case.reference.clone(),
            action,
            body: body.clone(),
            seen: SeenVersion::Exactly(opened.case.length),
            key: None,
        };
        match act(&self.trust.app, caller, order, REFERENCE) {
            Ok(_) => self.moves += 1,
            Err(Error::Refused(_) | Error::Forbidden(_) | Error::Invalid(_) | Error::NotFound) => {}
            Err(other) => panic!("{action:?} with {body}: {other:?}"),
        }
        self.holds(at);
    }

    /// Nothing goes out to both sides before there is a paper (R44).
    fn adds_a_paper(&mut self, caller: Caller, opened: &Opened) {
        let bytes = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n%%EOF\n".to_vec();
        let upload = Upload { name: "The record of calls.pdf".to_owned(), content: Content::Bytes(bytes) };
        let adding = Adding {
            reference: opened.case.reference.clone(),
            seen: SeenVersion::Exactly(opened.case.length),
            key: None,
            looked: files::look(upload, self.trust.app.file_limits()).unwrap(),
            audience: Audience::Staff,
        };
        match files::add(&self.trust.app, caller, adding, REFERENCE) {
            Ok(_) => self.moves += 1,
            Err(Error::Refused(_) | Error::Forbidden(_)) => {}
            Err(other) => panic!("a paper: {other:?}"),
        }
    }

    /// Time goes by: often none, now and then to the very day that the case waits for.
    fn time_passes(&mut self, at: usize) {
        let today = local_date(self.trust.app.now());
        let waited_for = self.own[at].replayed.as_ref().and_then(awaited);
        let on = match self.chance.below(10) {
            0..=3 => today,
            4 | 5 => today + Days::new(1),
            6 => today + Days::new(6),
            _ => waited_for.unwrap_or(today).max(today),
        };
        // The last calendar of the demo ends with July 2028.
        let on = on.min("2028-06-01".parse().unwrap());
        let to = if on > today { evening(on) } else { self.trust.app.now() + TimeDelta::minutes(7) };
        self.trust.app.clock().set(to.max(self.trust.app.now()));
        if sweep(&self.trust.app).unwrap() > 0 {
            assert_eq!(sweep(&self.trust.app).unwrap(), 0, "G17: sweeping twice changes nothing");
            (0..self.own.len()).for_each(|each| self.holds(each));
        }
    }

    /// What is stored for a case is what its events make, and no more.
    fn holds(&mut self, at: usize) {
        let id = self.own[at].id;
        let seen = Seen::by_the_system(id);
        let read = |tx: &mut Tx| {
            Ok::<_, DbError>((
                cases::load(tx, seen)?.unwrap(),
                events::sealed(tx, seen)?,
                CaseRows::read(tx, seen)?.unwrap(),
                cases::kept_end(tx, seen)?.unwrap(),
            ))
        };
        let (loaded, sealed, rows, kept) = self.trust.db.read(read).unwrap();
        assert_eq!(record::verify(id, &sealed, kept.0, kept.1), Ok(()));
        let known = self.own[at].replayed.as_ref().map_or(0, |case| case.length);
        let new: Vec<Recorded> = sealed
            .iter()
            .filter(|event| event.stamp.seq > known)
            .map(|event| record::unseal(event).unwrap())
            .collect();
        for Recorded { stamp, event } in &new {
            self.kinds.insert(event.kind());
            let replayed = match (self.own[at].replayed.take(), event) {
                (None, Event::Raised(raised)) => begin(stamp, raised),
                (None, other) => panic!("a record begins with {}", other.kind()),
                (Some(mut case), event) => {
                    evolve(&mut case, stamp, event);
                    case
                }
            };
            self.own[at].replayed = Some(replayed);
        }
        // What was taken out is read from the whole record (S22).
        let takes_out =
            |one: &Recorded| matches!(one.event, Event::WordsTakenOut { .. } | Event::FileTakenOut { .. });
        if new.iter().any(takes_out) {
            self.own[at].replayed = Some(fold(&record::read(&sealed).unwrap()).unwrap());
        }
        let case = self.own[at].replayed.as_ref().unwrap();
        assert_eq!(&loaded.case, case, "the record folds to what its events made one by one");
        assert_eq!(rows, CaseRows::of(case, loaded.end).unwrap(), "the rows are a view of the events");
        assert_eq!(case.runs.iter().map(|run| run.no).collect::<Vec<_>>(), numbers(case.runs.len()));
        self.standings.insert(case.standing().title());
        if !new.is_empty() {
            self.sight_follows(at);
        }
    }

    /// R22: who may open a case is the same for the queries and for the rule; and whoever was written to about it
    /// can open it.
    fn sight_follows(&self, at: usize) {
        let own = &self.own[at];
        let case = own.replayed.as_ref().unwrap();
        let opened = open(&self.trust.app, &own.family, &own.reference).unwrap();
        let context = opened.context();
        let told = self.trust.db.read(|tx| newest_first(tx, own.id)).unwrap();
        for colleague in &self.colleagues {
            let viewer = colleague.viewer(context.today);
            let find = |tx: &mut Tx| visibility::find(tx, &viewer, &own.reference);
            let finds = self.trust.db.read(find).unwrap().is_some();
            assert_eq!(finds, sees(case, colleague.id, &context), "{}", colleague.name);
            let is_subject = case.is_shut_out(colleague.id);
            assert!(!(finds && is_subject), "R22: {} is shut out", colleague.name);
            // What was written before it went to another school stays with those who had it then.
            let here = colleague.schools(context.today).contains(&case.school);
            let told_before = case.came_from.is_some() && !here;
            let written_to = told.iter().any(|(_, _, person)| *person == Some(colleague.id));
            // Whoever lost a seat is told so, and sees nothing from then on (R27).
            let stood_down = case.is_involved(colleague.id, InvolvedAs::StoodDown);
            assert!(
                finds || is_subject || told_before || stood_down || !written_to,
                "{} is written to and cannot open it",
                colleague.name
            );
        }
    }
}

/// What a move does to a story. What ends it is rare, so that stories go far.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Pull {
    Carries,
    Adds,
    Ends,
}

fn pull(action: Action, standing: Standing) -> Pull {
    match action {
        // A panel that is named again stays where it is.
        Action::AppointPanel if standing != Standing::HearingRequested => Pull::Adds,
        Action::Accept
        | Action::RecordFinding
        | Action::Reply
        | Action::Escalate
        | Action::Resume
        | Action::Reopen
        | Action::AppointPanel
        | Action::ScheduleHearing
        | Action::CirculatePapers
        | Action::RecordHearing
        | Action::IssueFindings => Pull::Carries,
        Action::RefuseLate
        | Action::Redirect
        | Action::MoveSchool
        | Action::CloseWithoutConsent
        | Action::KeepOnRecord
        | Action::ReviewRefusal
        | Action::Settle
        | Action::Withdraw
        | Action::Close
        | Action::CloseUnreasonable => Pull::Ends,
        Action::Assign
        | Action::Acknowledge
        | Action::AskInformation
        | Action::GiveInformation
        | Action::ArrangeMeeting
        | Action::CancelMeeting
        | Action::RecordMeeting
        | Action::Extend
        | Action::DeclareInterest
        | Action::Lapse
        | Action::Suspend
        | Action::RecordExternalContact
        | Action::AddNote
        | Action::SendMessage
        | Action::AddDocument
        | Action::AddParty
        | Action::AddHelper
        | Action::EndHelper
        | Action::CorrectContact
        | Action::MarkSubject
        | Action::MarkAtRisk
        | Action::RecordConsent
        | Action::ConfirmConcern
        | Action::AskConsent
        | Action::AnswerConsent
        | Action::Recuse
        | Action::AddAction
        | Action::CompleteAction
        | Action::TakeOut
        | Action::TakeOutFile
        | Action::MeetDuty => Pull::Adds,
    }
}

fn numbers(runs: usize) -> Vec<RunNo> {
    (1..=runs).map(|no| RunNo(no.try_into().unwrap())).collect()
}

/// The day that a case waits for: its hearing, its meeting, or the day after its window.
fn awaited(case: &Case) -> Option<NaiveDate> {
    let hearing = || Some(local_date(case.run()?.hearing.as_ref()?.dates.last()?.at));
    let meeting = || Some(local_date(case.booked_meeting()?.at));
    let window = || case.open_deadline(DeadlineRule::Window)?.due.date()?.succ_opt();
    match &case.state {
        State::Suspended { review_on, .. } => Some(*review_on),
        State::Screening { .. }
        | State::Open(_)
        | State::Replied
        | State::Hearing(_)
        | State::Closed { .. } => hearing().or_else(meeting).or_else(window),
    }
}

/// A form as somebody might fill it in who reads little of it.
fn filled(form: &[Field], chance: &mut Chance, today: NaiveDate) -> Map<String, Value> {
    let mut body = Map::new();
    for field in form {
        if field.need == Need::Optional && chance.of_hundred(30) {
            continue;
        }
        if let Some(value) = answer(field, chance, today) {
            body.insert(field.name.clone(), value);
        }
    }
    // Whoever chairs a panel sits on it.
    if let Some(chair) = body.get("members").and_then(|members| members.get(0)).cloned() {
        body.insert("chair".to_owned(), chair);
    }
    body
}

const WORDS: [&str; 5] = [
    "We spoke at the gate.",
    "Żółć — 李 👩‍👧 ‏مرحبا",
    "<b>\"; DROP TABLE cases;--",
    "none",
    "In room 2\nat three",
];

fn answer(field: &Field, chance: &mut Chance, today: NaiveDate) -> Option<Value> {
    Some(match &field.kind {
        FieldKind::Line => chance.one(&WORDS)?.replace('\n', " ").into(),
        FieldKind::Text => (*chance.one(&WORDS)?).into(),
        FieldKind::Email => "somebody@family.example".into(),
        FieldKind::Date(range) => {
            let near = today + Days::new(chance.below(12).try_into().unwrap());
            let on = near.max(range.from.unwrap_or(near)).min(range.to.unwrap_or(near));
            on.to_string().into()
        }
        FieldKind::DateTime => {
            let on = today + Days::new((2 + chance.below(30)).try_into().unwrap());
            format!("{on}T15:30:00").into()
        }
        FieldKind::Number(least, most) => (*least).max(30.min(*most)).into(),
        FieldKind::Choice(choices) => chance.one(choices)?.value.clone(),
        FieldKind::Choices(choices) => some_of(choices, chance),
        FieldKind::Group(inner) => Value::Object(filled(inner, chance, today)),
        FieldKind::Rows(rows) => rows_of(rows, chance, today),
    })
}

/// All of a few; three or four of many, as for a panel.
fn some_of(choices: &[Choice], chance: &mut Chance) -> Value {
    let mut values = chance.shuffled(choices.iter().map(|choice| choice.value.clone()).collect());
    values.truncate(if chance.of_hundred(75) { 4 } else { 1 });
    Value::Array(values)
}

fn rows_of(rows: &RowSet, chance: &mut Chance, today: NaiveDate) -> Value {
    let row = |choice: &Choice| {
        let mut row = Map::new();
        for column in &rows.columns {
            if column.need == Need::Required || row.is_empty() {
                row.extend(answer(column, chance, today).map(|value| (column.name.clone(), value)));
            }
        }
        row.insert(rows.key.to_owned(), choice.value.clone());
        Value::Object(row)
    };
    Value::Array(rows.rows.iter().map(row).collect())
}

/// The stories of one seed.
fn played(seed: u64) -> Stage {
    let mut stage = Stage::set(seed);
    (0..4).for_each(|number| stage.raise(number));
    for step in 0..140 {
        let at = stage.chance.below(stage.own.len());
        stage.acts(at);
        if stage.chance.of_hundred(30) {
            stage.time_passes(at);
        }
        if step % 7 == 0 {
            work_list::the_lists_say_what_the_cases_ask(&stage.trust.app, &stage.trust.db);
        }
    }
    work_list::every_open_case_waits_for_somebody(&stage.trust.app, &stage.trust.db, &stage.colleagues);
    stage
}

/// R71: replaying the events gives the stored case, its rows and who may see it, whatever people do and
/// whatever the clock does to it; the chain holds.
#[test]
fn replaying_the_events_gives_the_stored_case() {
    let (mut standings, mut kinds, mut moves) = (BTreeSet::new(), BTreeSet::new(), 0);
    for mut stage in std::thread::scope(|scope| {
        let stages: Vec<_> = (10..14).map(|seed| scope.spawn(move || played(seed))).collect();
        stages.into_iter().map(|stage| stage.join().expect("the stories hold")).collect::<Vec<_>>()
    }) {
        standings.append(&mut stage.standings);
        kinds.append(&mut stage.kinds);
        moves += stage.moves;
    }
    // The stories are worth something only if they go far.
    assert!(standings.len() >= 11, "{standings:?}");
    assert!(kinds.len() >= 30, "{} kinds: {kinds:?}", kinds.len());
    assert!(moves > 250, "{moves} moves went through");
}
