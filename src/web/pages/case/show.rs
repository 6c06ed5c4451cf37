//! The case page: what is next, what is done, and everything that belongs to the case (S3, S4).

use std::cmp::Reverse;

use askama::Template;

use crate::app::access::return_code::may_make;
use crate::app::readings::may_be_told;
use crate::app::redaction::reads_originals;
use crate::domain::calendar::{local_date, local_time_words, long_date, short_date};
use crate::domain::case::action::Action;
use crate::domain::case::decide::{came_late, ready};
use crate::domain::case::event::{Event, Recorded};
use crate::domain::case::fields::with_posts;
use crate::domain::case::own_words::WHO_BEGAN;
use crate::domain::case::refusal::{Refusal, RefusalCode};
use crate::domain::case::sight::reads_declarations;
use crate::domain::case::state::{Declaration, Hearing};
use crate::domain::case::timeline::{self, Entry, Marker, Voice, now_sentences, timeline, tracker, voice_of};
use crate::domain::case::vocabulary::{Declared, Kind, WrittenDown};
use crate::domain::deadline::{Deadline, DeadlineRule, Due, Moved};
use crate::domain::ids::PersonId;
use crate::domain::procedure::StageKind;
use crate::domain::text::first_line;
use crate::urls;
use crate::web::page::Shell;
use crate::web::parts::{
    Blocked, Due as DueView, Fact, Identity, Link, Move, Step, StepState, Tag, Tone, Working,
};

use super::act::effect;
use super::alike::OtherCases;
use super::files::Files;
use super::people::{self, Involved, PersonCard};
use super::points::{self, Outcome, PointCard};
use super::{Sight, due_of, working_of};

pub use super::points::Sent;
pub use crate::web::pages::outbox::row::{Delivery, MessageRow, ToDo};

/// The case page.
#[derive(Clone, Debug, Template)]
#[template(path = "case/show.html")]
pub struct CasePage {
    /// The frame.
    pub shell: Shell,
    /// What identifies the case.
    pub identity: Identity,
    /// What it is about, in the family's first words.
    pub headline: String,
    /// Child, kind and how it came, in one line.
    pub about: String,
    /// What must be looked at whatever the ladder says.
    pub flags: Vec<Tag>,
    /// What to know before ringing or writing (R20).
    pub before_contact: Vec<Fact>,
    /// Where it is, who has it, what happens next, by when.
    pub now: Vec<Fact>,
    /// The working behind that date.
    pub now_working: Option<Working>,
    /// The moves that take the case on, and those that almost can, with what they wait for (S3, S4).
    pub moves: Vec<Move>,
    /// The moves that change its course: somebody else, another date, another way.
    pub course: Vec<Move>,
    /// What can be added to the record at any time.
    pub records: Vec<Link>,
    /// The moves that are not possible from here, with the reason.
    pub not_here: Vec<Move>,
    /// Where an internal note is written, for those who may.
    pub note: Option<Link>,
    /// Where a message to the family is written, while there is one to write to.
    pub message: Option<Link>,
    /// The points.
    pub points: Vec<PointCard>,
    /// What each stage that has answered found as a whole (S19).
    pub outcomes: Vec<Outcome>,
    /// The ladder.
    pub steps: Vec<Step>,
    /// The dates.
    pub dates: Vec<DateRow>,
    /// How many of the dates are over.
    pub dates_over: usize,
    /// Who takes part from outside.
    pub people: Vec<PersonCard>,
    /// The child.
    pub child: Option<String>,
    /// Who is complained about.
    pub subjects: Vec<String>,
    /// To whom it is told: a panel is shown no messages and no register.
    pub voice: Voice,
    /// Who is tainted for what.
    pub involvement: Vec<Involved>,
    /// Who has read it, for those who lead it (R69).
    pub readings: Option<Link>,
    /// What was taken out, for those who may read it (S22).
    pub originals: Vec<Link>,
    /// What was promised.
    pub promises: Vec<Promise>,
    /// Every message with what became of it (E15).
    pub messages: Vec<MessageRow>,
    /// The files, by who can open them.
    pub files: Files,
    /// Where a file is added, while one can be.
    pub add_file: Option<String>,
    /// Other cases that may belong to it (R17).
    pub others: OtherCases,
    /// The history, newest first.
    pub history: Vec<Entry>,
}

/// A date of the case.
#[derive(Clone, Debug)]
pub struct DateRow {
    /// What for.
    pub title: &'static str,
    /// The stage that it belongs to.
    pub stage: Option<String>,
    /// When, with its word; none while there is no date.
    pub due: Option<DueView>,
    /// Its words in place of a date.
    pub without: Option<String>,
    /// Every change, in words (R39).
    pub changes: Vec<String>,
    /// How it was worked out (S31).
    pub working: Option<Working>,
    /// Who set it, where no rule did but a person (S31).
    pub set_by: Option<String>,
    /// Whether it still waits.
    pub open: Open,
}

/// Whether something still waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Open {
    /// It does.
    Yes,
    /// It is over.
    No,
}

/// Something that was promised (R59, S20).
#[derive(Clone, Debug)]
pub struct Promise {
    /// What.
    pub what: String,
    /// Who sees to it, by when, or when it was done.
    pub detail: String,
    /// Where it stands.
    pub status: Tag,
}

impl CasePage {
    /// The page of a case, with its messages as the outbox has them.
    pub fn new(mut shell: Shell, sight: &Sight<'_>, messages: Vec<MessageRow>) -> Self {
        shell.heading = sight.case.reference.to_string().into();
        let moves = Moves::of(sight);
        let voice = voice_of(sight.case, sight.ctx.actor);
        let people = people::cards(sight, voice);
        let now = now_sentences(sight.case, sight.ctx, voice);
        let leading =
            now.deadline.and_then(|no| sight.case.deadlines.iter().find(|deadline| deadline.no == no));
        let fact = |name: &'static str, value: String| Fact { name: name.into(), value };
        let mut history = timeline(sight.record, sight.case, sight.ctx, voice);
        history.reverse();
        Self {
            identity: sight.identity(),
            headline: headline(sight),
            about: about(sight),
            flags: flags(sight),
            before_contact: people::before_contact(&people),
            now: [
                Some(fact("Where it is", now.where_is_it)),
                Some(fact("Who has it", now.who_has_it)),
                Some(fact("What happens next", now.what_happens_next)),
                Some(fact("By when", now.by_when)),
                declarations(sight, voice),
                confirmation(sight, voice),
                came_late(sight.case, sight.ctx).map(|late| {
                    fact(
                        "It came late",
                        format!("{late} Why it comes late counts: look at that before anybody refuses it."),
                    )
                }),
            ]
            .into_iter()
            .flatten()
            .collect(),
            now_working: leading.and_then(|deadline| working_of(deadline, sight.case, sight.ctx)),
            moves: moves.on,
            course: moves.course,
            records: moves.records.into_iter().chain(return_code(sight)).collect(),
            not_here: moves.not_here,
            note: ready(sight.case, Action::AddNote, sight.ctx)
                .is_ok()
                .then(|| link(sight, Action::AddNote, "Add an internal note")),
            message: ready(sight.case, Action::SendMessage, sight.ctx)
                .is_ok()
                .then(|| link(sight, Action::SendMessage, "Send a message to the family")),
            points: points::cards(sight, voice),
            outcomes: points::outcomes(sight),
            steps: steps(sight),
            dates: dates(sight),
            dates_over: sight.case.deadlines.iter().filter(|deadline| !deadline.is_open()).count(),
            people,
            child: sight.case.child.as_ref().map(|child| match &child.year_group {
                Some(year) => format!("{}, {year}", child.name),
                None => child.name.to_string(),
            }),
            subjects: people::subjects(sight),
            voice,
            involvement: staff_only(voice, people::involvement(sight)),
            readings: may_be_told(sight.case, sight.ctx)
                .then(|| Link::new("Who has read this case", urls::case_readings(&sight.case.reference))),
            originals: originals(sight),
            promises: staff_only(voice, promises(sight)),
            messages: staff_only(voice, messages),
            files: Files::of(sight),
            add_file: ready(sight.case, Action::AddDocument, sight.ctx)
                .is_ok()
                .then(|| urls::case_action(&sight.case.reference, Action::AddDocument)),
            others: OtherCases::default(),
            history,
            shell,
        }
    }

    /// With the cases beside it, which stand in the history of whoever sees both.
    #[must_use]
    pub fn beside(mut self, mut others: OtherCases) -> Self {
        self.history.append(&mut others.history);
        self.history.sort_by_key(|entry| Reverse(entry.at));
        self.others = others;
        self
    }
}

/// What the members of a panel have declared so far, for whoever clerks it and the trust; for a member their own answer alone (R27).
fn declarations(sight: &Sight<'_>, voice: Voice) -> Option<Fact> {
    let hearing = sight.hearing_to_come()?;
    let (name, value) = match voice {
        Voice::Staff if reads_declarations(sight.case, sight.ctx) => {
            ("Declarations of the panel", by_answer(hearing, sight))
        }
        Voice::Panel | Voice::AskedToSit => {
            let mine = answer_of(hearing, sight.ctx.actor.person()?);
            ("Your declaration", answer_words(mine).to_owned())
        }
        Voice::Staff | Voice::Complainant(_) => return None,
    };
    Some(Fact { name: name.into(), value })
}

/// Whether whoever said it has said that it was written down right (R9). Nothing waits for it, and the page says so.
fn confirmation(sight: &Sight<'_>, voice: Voice) -> Option<Fact> {
    let asked = sight.case.deadlines.iter().find(|deadline| deadline.rule == DeadlineRule::Confirmation)?;
    let name = &sight.case.party(WHO_BEGAN).filter(|_| voice == Voice::Staff)?.name;
    let spoken = long_date(sight.case.received_on);
    let value = match (&sight.case.confirmation, asked.due.date().filter(|_| asked.is_open())) {
        (Some(known), _) => {
            let on = long_date(known.on);
            match known.written_down {
                WrittenDown::Right => format!("Confirmed by {name} on {on}"),
                WrittenDown::PutRight => format!("Put right by {name} on {on}: it stands in the history"),
            }
        }
        (None, Some(due)) if due < sight.ctx.today => format!(
            "Not confirmed by {name}, who was asked to answer by {}. The case goes on without it",
            long_date(due)
        ),
        (None, Some(due)) => format!(
            "Not yet confirmed by {name}, who is asked to answer by {}. The dates run from {spoken} all the same",
            long_date(due)
        ),
        (None, None) => format!("Not confirmed by {name}"),
    };
    Some(Fact { name: "What was written down".into(), value })
}

/// Where a code on paper is made, for those who may (P33).
fn return_code(sight: &Sight<'_>) -> Option<Link> {
    let to = || {
        Link::new(
            "Print a return code for a family without email",
            urls::case_return_code(&sight.case.reference),
        )
    };
    may_make(sight.case, sight.ctx).then(to)
}

/// What a member answered, without what it is.
fn answer_of(hearing: &Hearing, member: PersonId) -> Option<Declared> {
    hearing.declaration_of(member).map(|declaration| match declaration {
        Declaration::Interest(_) => Declared::Interest,
        Declaration::Nothing => Declared::Nothing,
    })
}

fn answer_words(answer: Option<Declared>) -> &'static str {
    answer.map_or("Not declared yet", Declared::title)
}

/// The members by what they answered, first what the clerk has to decide about.
fn by_answer(hearing: &Hearing, sight: &Sight<'_>) -> String {
    let line = |answer: Option<Declared>| {
        let members = hearing.members.iter().map(|member| member.person);
        let names: Vec<String> = members
            .filter(|member| answer_of(hearing, *member) == answer)
            .map(|member| with_posts(member, sight.ctx))
            .collect();
        (!names.is_empty()).then(|| format!("{}: {}.", answer_words(answer), names.join("; ")))
    };
    let lines: Vec<String> =
        [Some(Declared::Interest), None, Some(Declared::Nothing)].into_iter().filter_map(line).collect();
    lines.join(" ")
}

/// What only staff read.
fn staff_only<T>(voice: Voice, all: Vec<T>) -> Vec<T> {
    match voice {
        Voice::Staff => all,
        Voice::Panel | Voice::AskedToSit | Voice::Complainant(_) => Vec::new(),
    }
}

/// The moves of a case, sorted for the page.
#[derive(Default)]
struct Moves {
    on: Vec<Move>,
    course: Vec<Move>,
    records: Vec<Link>,
    not_here: Vec<Move>,
}

impl Moves {
    fn of(sight: &Sight<'_>) -> Self {
        let mut sorted = Self::default();
        let mut actions: Vec<Action> = Action::all().filter(|action| !is_elsewhere(*action)).collect();
        // What can be done comes before what waits for something, and what the case needs most before the rest.
        actions
            .sort_by_key(|action| (ready(sight.case, *action, sight.ctx).is_err(), wanted(*action, sight)));
        for action in actions {
            sorted.add(action, sight);
        }
        sorted
    }

    fn add(&mut self, action: Action, sight: &Sight<'_>) {
        match (ready(sight.case, action, sight.ctx), place_of(action)) {
            (Ok(()), PlaceOf::Record) => self.records.push(link(sight, action, action.title())),
            (Ok(()), place @ (PlaceOf::Move | PlaceOf::Course)) => {
                let open = Move::Open {
                    link: link(sight, action, action.title()),
                    note: Some(effect(action).to_owned()),
                };
                if place == PlaceOf::Move { self.on.push(open) } else { self.course.push(open) }
            }
            // It begins here and is this person's: so what it waits for is worth knowing (S4).
            (Err(refusal), PlaceOf::Move) if is_near(&refusal) => self.on.push(not_yet(action, &refusal)),
            (Err(refusal), PlaceOf::Move | PlaceOf::Course | PlaceOf::Record) => {
                self.not_here.push(not_yet(action, &refusal));
            }
        }
    }
}

/// How much a case needs an action now, the most first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Wanted {
    /// Its date is here or over.
    Owed,
    /// It is what the state waits for.
    Next,
    /// It leads there.
    Towards,
    /// It may help.
    MayHelp,
}

fn wanted(action: Action, sight: &Sight<'_>) -> Wanted {
    let is_owed = |rule: DeadlineRule| {
        let due = sight.case.open_deadline(rule).and_then(|deadline| deadline.due.date());
        due.is_some_and(|due| due <= sight.ctx.today)
    };
    match action {
        Action::Reply if is_owed(DeadlineRule::Respond) => Wanted::Owed,
        Action::Acknowledge if is_owed(DeadlineRule::Acknowledge) => Wanted::Owed,
        Action::IssueFindings if is_owed(DeadlineRule::Outcome) => Wanted::Owed,
        Action::ScheduleHearing if sight.case.hearing_is_set().is_some() => Wanted::MayHelp,
        // A member declares first of all; the clerk writes it down only where a member could not.
        Action::DeclareInterest if !sight.has_to_declare() => Wanted::MayHelp,
        Action::Accept
        | Action::Acknowledge
        | Action::GiveInformation
        | Action::Resume
        | Action::AppointPanel
        | Action::DeclareInterest
        | Action::ScheduleHearing
        | Action::CirculatePapers
        | Action::RecordHearing
        | Action::IssueFindings
        | Action::Close => Wanted::Next,
        Action::RecordFinding | Action::Reply => Wanted::Towards,
        Action::RefuseLate
        | Action::MoveSchool
        | Action::ConfirmConcern
        | Action::AskConsent
        | Action::AnswerConsent
        | Action::RecordConsent
        | Action::CloseWithoutConsent
        | Action::KeepOnRecord
        | Action::ReviewRefusal
        | Action::MarkAtRisk
        | Action::AskInformation
        | Action::ArrangeMeeting
        | Action::CancelMeeting
        | Action::RecordMeeting
        | Action::Settle
        | Action::Escalate
        | Action::Lapse
        | Action::Assign
        | Action::Redirect
        | Action::Extend
        | Action::Suspend
        | Action::Withdraw
        | Action::CloseUnreasonable
        | Action::Reopen
        | Action::RecordExternalContact
        | Action::AddNote
        | Action::SendMessage
        | Action::AddDocument
        | Action::AddParty
        | Action::AddHelper
        | Action::EndHelper
        | Action::CorrectContact
        | Action::MarkSubject
        | Action::Recuse
        | Action::AddAction
        | Action::CompleteAction
        | Action::MeetDuty
        | Action::TakeOut
        | Action::TakeOutFile => Wanted::MayHelp,
    }
}

/// The entries that took something out, for whoever may read what it was.
fn originals(sight: &Sight<'_>) -> Vec<Link> {
    if !reads_originals(sight.case, sight.ctx) {
        return Vec::new();
    }
    let link = |recorded: &Recorded| {
        let file = matches!(&recorded.event, Event::FileTakenOut { .. });
        let words = matches!(&recorded.event, Event::WordsTakenOut { .. });
        let what = if file { "A file" } else { "Words" };
        if !file && !words {
            return None;
        }
        let words = format!("{what} taken out on {}", short_date(recorded.stamp.on));
        Some(Link::new(words, urls::case_original(&sight.case.reference, recorded.stamp.seq)))
    };
    sight.record.iter().filter_map(link).collect()
}

/// A note and a message have buttons of their own (S6), a file stands with the files, and time acts by itself.
fn is_elsewhere(action: Action) -> bool {
    matches!(action, Action::AddNote | Action::SendMessage | Action::AddDocument | Action::Lapse)
}

/// Where an action stands on the page.
#[derive(Clone, Copy, PartialEq, Eq)]
enum PlaceOf {
    /// Among the moves that take the case on.
    Move,
    /// Among those that change its course.
    Course,
    /// Among what is added to the record.
    Record,
}

fn place_of(action: Action) -> PlaceOf {
    match action {
        Action::RecordExternalContact
        | Action::ConfirmConcern
        | Action::AddNote
        | Action::SendMessage
        | Action::AddDocument
        | Action::AddParty
        | Action::AddHelper
        | Action::EndHelper
        | Action::CorrectContact
        | Action::MarkSubject
        | Action::MarkAtRisk
        | Action::Recuse
        | Action::AddAction
        | Action::CompleteAction
        | Action::MeetDuty
        | Action::TakeOut
        | Action::TakeOutFile => PlaceOf::Record,
        Action::Assign
        | Action::Redirect
        | Action::MoveSchool
        | Action::ReviewRefusal
        | Action::Extend
        | Action::Suspend
        | Action::Withdraw
        | Action::CloseUnreasonable
        | Action::Reopen => PlaceOf::Course,
        Action::Accept
        | Action::AskConsent
        | Action::AnswerConsent
        | Action::RecordConsent
        | Action::CloseWithoutConsent
        | Action::KeepOnRecord
        | Action::RefuseLate
        | Action::Acknowledge
        | Action::AskInformation
        | Action::GiveInformation
        | Action::ArrangeMeeting
        | Action::CancelMeeting
        | Action::RecordMeeting
        | Action::RecordFinding
        | Action::Reply
        | Action::Settle
        | Action::Escalate
        | Action::Lapse
        | Action::Resume
        | Action::AppointPanel
        | Action::DeclareInterest
        | Action::ScheduleHearing
        | Action::CirculatePapers
        | Action::RecordHearing
        | Action::IssueFindings
        | Action::Close => PlaceOf::Move,
    }
}

fn is_near(refusal: &Refusal) -> bool {
    !matches!(
        refusal.code,
        RefusalCode::NotYours | RefusalCode::WrongState | RefusalCode::NotOnCase | RefusalCode::LastStage
    )
}

fn not_yet(action: Action, refusal: &Refusal) -> Move {
    let reason = match &refusal.makes_possible {
        Some(possible) => format!("{}. {}.", refusal.sentence, possible.trim_end_matches('.')),
        None => format!("{}.", refusal.sentence),
    };
    let blocked = if refusal.code == RefusalCode::NotYours {
        Blocked::ForOthers
    } else if is_near(refusal) {
        Blocked::NotYet
    } else {
        Blocked::NotNow
    };
    Move::NotYet { blocked, title: action.title().into(), reason }
}

fn link(sight: &Sight<'_>, action: Action, words: &'static str) -> Link {
    Link::new(words, urls::case_action(&sight.case.reference, action))
}

/// The first line of the first point, cut at a word.
fn headline(sight: &Sight<'_>) -> String {
    const LETTERS: usize = 90;
    let first = sight.case.points.first().map_or("A concern", |point| point.what_happened.as_str());
    first_line(first, LETTERS)
}

fn about(sight: &Sight<'_>) -> String {
    let case = sight.case;
    let informal = case.run().is_none_or(|run| run.kind == StageKind::Informal);
    let kind = match case.kind {
        // Formal is what a stage is, not what somebody calls their matter.
        Kind::Complaint if informal => "They call it a complaint",
        Kind::Feedback | Kind::Concern | Kind::Complaint => case.kind.title(),
        Kind::NotSure => "A concern or a complaint, they were not sure",
    };
    let receipt = format!("{kind}. Received {} on {}", case.channel.title(), short_date(case.received_on));
    match &case.child {
        Some(child) => format!("About {}. {receipt}", child.name),
        None => receipt,
    }
}

fn flags(sight: &Sight<'_>) -> Vec<Tag> {
    sight.case.flags.iter().map(|flag| Tag { text: flag.title().into(), tone: Tone::Late }).collect()
}

fn steps(sight: &Sight<'_>) -> Vec<Step> {
    tracker(sight.case, sight.ctx.procedure).into_iter().map(step).collect()
}

fn step(step: timeline::Step) -> Step {
    let parts: Vec<String> = step
        .parts
        .iter()
        .map(|part| {
            let note = part.note.as_ref().map_or(String::new(), |note| format!(" ({note})"));
            format!("{}: {}{note}", part.title, state(part.state).word())
        })
        .collect();
    let note = if parts.is_empty() { step.note } else { Some(parts.join(". ")) };
    Step { title: step.title.into(), note, state: state(step.state) }
}

fn state(state: timeline::StepState) -> StepState {
    match state {
        timeline::StepState::Done => StepState::Done,
        timeline::StepState::Current => StepState::Current,
        timeline::StepState::NotYet => StepState::Ahead,
        timeline::StepState::LeftOut => StepState::LeftOut,
    }
}

/// Open dates first, the nearest on top; then those that are over, the latest on top.
fn dates(sight: &Sight<'_>) -> Vec<DateRow> {
    let mut deadlines: Vec<&Deadline> = sight.case.deadlines.iter().collect();
    deadlines.sort_by_key(|deadline| (deadline.due.date().is_none(), deadline.due.date(), deadline.no));
    let (open, mut over): (Vec<&Deadline>, Vec<&Deadline>) =
        deadlines.into_iter().partition(|deadline| deadline.is_open());
    over.reverse();
    open.into_iter().chain(over).map(|deadline| date_row(deadline, sight)).collect()
}

fn date_row(deadline: &Deadline, sight: &Sight<'_>) -> DateRow {
    let stage = deadline
        .run
        .and_then(|run| sight.case.run_no(run))
        .and_then(|run| sight.ctx.procedure.stage(&run.stage))
        .map(|stage| stage.title.clone());
    let without = match deadline.due {
        Due::On(_) => None,
        Due::CalendarMissing(on) => Some(format!(
            "No date: the calendar does not reach {}. Ask whoever runs Heard to add the term dates",
            short_date(on)
        )),
        Due::Paused => Some("Paused: a date comes when the case goes on".to_owned()),
    };
    DateRow {
        title: deadline.rule.title(),
        stage,
        due: due_of(deadline, sight.ctx),
        without,
        changes: deadline.changes.iter().map(change_words).collect(),
        working: working_of(deadline, sight.case, sight.ctx),
        set_by: set_by(deadline, sight),
        open: if deadline.is_open() { Open::Yes } else { Open::No },
    }
}

/// A date that a person chose has no working; it says who chose it and when (S31).
fn set_by(deadline: &Deadline, sight: &Sight<'_>) -> Option<String> {
    if deadline.basis.is_some() {
        return None;
    }
    let sets = |event: &Event| matches!(event, Event::DeadlineSet { no, .. } if *no == deadline.no);
    let stamp = &sight.record.iter().find(|recorded| sets(&recorded.event))?.stamp;
    let name = sight.ctx.directory.name(stamp.actor.person()?);
    Some(format!("Set by hand: {name}, on {}", short_date(local_date(stamp.at))))
}

fn change_words(change: &crate::domain::deadline::Change) -> String {
    let from = change.from.date().map_or_else(|| "no date".to_owned(), short_date);
    let on = short_date(local_date(change.at));
    match &change.why {
        Moved::Extended(reason) => format!("Was {from}. Put off on {on}: {reason}"),
        Moved::Paused => format!("Was {from}. Paused on {on}"),
        Moved::Resumed => format!("Counted again when the case went on, on {on}"),
        Moved::CalendarArrived => format!("Counted on {on}, when the calendar reached it"),
        Moved::HearingMoved => format!("Was {from}. The day of the hearing was set on {on}"),
        Moved::RemindedLate => format!("Was {from}. The reminder went only on {on}"),
        Moved::ToldOtherwise { there_on, .. } => {
            format!("Was {from}. The family had the answer on {}", short_date(*there_on))
        }
    }
}

fn promises(sight: &Sight<'_>) -> Vec<Promise> {
    sight
        .case
        .remedies
        .iter()
        .map(|remedy| {
            let owner = sight.ctx.directory.name(remedy.owner);
            let (detail, text, tone) = match &remedy.done {
                Some((at, _)) => {
                    (format!("{owner}. Done on {}", short_date(local_date(*at))), "Done", Tone::Done)
                }
                None if remedy.due_on < sight.ctx.today => {
                    (format!("{owner}, by {}", short_date(remedy.due_on)), "Late", Tone::Late)
                }
                None => (format!("{owner}, by {}", short_date(remedy.due_on)), "To do", Tone::Quiet),
            };
            Promise { what: remedy.what.to_string(), detail, status: Tag { text: text.into(), tone } }
        })
        .collect()
}

/// How an entry of the history looks, by who can read it.
pub fn entry_class(marker: &Marker) -> &'static str {
    match marker {
        Marker::Fact => "",
        Marker::Message => "moj-timeline__item--family",
        Marker::ToCome | Marker::Internal => "moj-timeline__item--private",
    }
}

/// The instant of an entry for machines.
pub fn machine_time(entry: &Entry) -> String {
    entry.at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
}

/// A moment in words, for messages.
pub fn written_at(at: chrono::DateTime<chrono::Utc>) -> String {
    local_time_words(at)
}
