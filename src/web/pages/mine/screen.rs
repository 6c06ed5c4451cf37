//! The page of a family's case: where is it now, who has it, what happens next, by when, what can I do (P23).

use askama::Template;

use crate::domain::calendar::{local_time_words, long_date, range_words};
use crate::domain::case::action::Action;
use crate::domain::case::context::Context;
use crate::domain::case::event::{Actor, Recorded};
use crate::domain::case::own_words::{PointWords, WHO_BEGAN, point_words};
use crate::domain::case::state::{
    Case, HearingDate, OpenPhase, Point, PointStatus, StageRun, Standing, State,
};
use crate::domain::case::timeline::{
    self, Entry, Explained, Marker, Possible, Voice, explain, if_taken_further, now_sentences, tracker,
    without_an_answer,
};
use crate::domain::case::vocabulary::{ClosedReason, Finding, Kind};
use crate::domain::deadline::{Deadline, DeadlineRule};
use crate::domain::ids::{DeadlineNo, PartyNo};
use crate::domain::procedure::ExitText;
use crate::urls;
use crate::web::page::{Notice, Shell};
use crate::web::pages::family::Face;
use crate::web::parts::{
    Blocked, Fact, FileItem, Link, Move, Readers, Skipped, Step, StepState, SummaryCard, SummaryRow,
    TimelineItem, Working,
};

use super::act::{Act, Ask};

/// A case and whoever looks at it.
#[derive(Clone, Copy, Debug)]
pub struct Looked<'a> {
    /// The case.
    pub case: &'a Case,
    /// Its record.
    pub record: &'a [Recorded],
    /// School, procedure, calendar, day.
    pub ctx: &'a Context<'a>,
    /// Which complainant looks.
    pub me: PartyNo,
}

impl<'a> Looked<'a> {
    /// A point in the words of whoever looks, if they are theirs (P18).
    pub fn words_of(&self, point: &'a Point) -> Option<PointWords<'a>> {
        point_words(point, Actor::Complainant(self.me))
    }
}

/// The page.
#[derive(Template)]
#[template(path = "mine/case.html")]
pub struct CasePage {
    shell: Shell,
    face: Face,
    reference: String,
    facts: Vec<Fact>,
    working: Option<Working>,
    /// The forms in which words wait that were never sent.
    unsent: Vec<Link>,
    late: Option<Late>,
    turn: Option<Turn>,
    moves: Vec<Move>,
    asks: Vec<Link>,
    steps: Vec<Step>,
    hearing: Vec<Fact>,
    outcomes: Vec<Outcome>,
    outside: Vec<ExitText>,
    /// "What you told us"; another complainant did not tell us these points.
    points_heading: &'static str,
    points: Vec<SummaryCard>,
    dates: Vec<DateLine>,
    sent_files: Vec<FileItem>,
    shared_files: Vec<FileItem>,
    history: Vec<TimelineItem>,
    sign_out: &'static str,
    csrf: String,
}

/// The one thing that waits for the reader.
#[derive(Clone, Debug)]
pub struct Turn {
    /// What it is.
    pub heading: String,
    /// By when.
    pub by: String,
    /// What was asked, where something was.
    pub words: Option<String>,
    /// The button.
    pub button: Link,
}

/// The dates that we have not kept, and what the family can do (R40, R41): the same as the letter says.
#[derive(Clone, Debug)]
pub struct Late {
    /// What was missed, a sentence each.
    pub missed: Vec<String>,
    /// From when it may be taken further and why, where that is known.
    pub further: Option<String>,
}

/// What one step ended with (P31).
#[derive(Clone, Debug)]
pub struct Outcome {
    /// "What the headteacher found".
    pub heading: String,
    /// When.
    pub when: String,
    /// The finding and the reason for each point.
    pub findings: Vec<SummaryCard>,
    /// What the school will do.
    pub actions: Option<String>,
    /// What was said overall.
    pub message: Option<String>,
}

/// A date with its working (P25).
#[derive(Clone, Debug)]
pub struct DateLine {
    /// What it is for.
    pub what: &'static str,
    /// The date; said to be over when it is.
    pub date: String,
    /// How it was worked out.
    pub working: Option<Working>,
}

impl CasePage {
    /// The page of that case for that complainant.
    pub fn new(
        face: &Face,
        looked: Looked<'_>,
        notice: Option<Notice>,
        unsent: Vec<Link>,
        csrf: &str,
    ) -> Self {
        let Looked { case, record, ctx, me } = looked;
        let voice = Voice::Complainant(me);
        let now = now_sentences(case, ctx, voice);
        let (sent_files, shared_files) = super::files::lists(looked);
        let (yours, what) = called(case.kind);
        let mut shell = face.shell(yours, urls::MINE);
        shell.service = format!("{what} {}", case.reference).into();
        shell.home = urls::MINE.into();
        shell.notice = notice;
        let working = now
            .deadline
            .and_then(|no| case.deadlines.iter().find(|deadline| deadline.no == no))
            .and_then(|deadline| working(deadline, looked));
        Self {
            shell,
            face: face.clone(),
            reference: case.reference.to_string(),
            facts: facts(&now),
            working,
            unsent,
            late: late(looked),
            turn: turn(case, &now.what_can_i_do),
            moves: now
                .what_can_i_do
                .iter()
                .filter(|one| is_ours(one))
                .map(|one| a_move(one, looked))
                .collect(),
            asks: asks(&now.what_can_i_do),
            steps: tracker(case, ctx.procedure).iter().flat_map(|step| steps(step, case.kind)).collect(),
            hearing: hearing(case),
            outcomes: outcomes(looked),
            outside: outside(looked),
            points_heading: if me == WHO_BEGAN { "What you told us" } else { "What it is about" },
            points: case.points.iter().map(|point| point_card(point, looked)).collect(),
            dates: dates(looked, now.deadline),
            sent_files,
            shared_files,
            history: history(timeline::timeline(record, case, ctx, voice)),
            sign_out: urls::LEAVE_MINE,
            csrf: csrf.to_owned(),
        }
    }
}

/// What it is to whoever sent it.
const fn called(kind: Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::Feedback => ("Your feedback", "Feedback"),
        Kind::Complaint => ("Your complaint", "Complaint"),
        Kind::Concern | Kind::NotSure => ("Your concern", "Concern"),
    }
}

fn facts(now: &timeline::WhereItIs) -> Vec<Fact> {
    let fact = |name: &'static str, value: &str| Fact { name: name.into(), value: value.to_owned() };
    vec![
        fact("Where is it now?", &now.where_is_it),
        fact("Who has it?", &now.who_has_it),
        fact("What happens next?", &now.what_happens_next),
        fact("By when?", &now.by_when),
    ]
}

/// The working behind a deadline, for the disclosure (P25).
fn working(deadline: &Deadline, looked: Looked<'_>) -> Option<Working> {
    let explained = explain(deadline, looked.case, looked.ctx)?;
    Some(worked(&explained, looked.ctx.school.name.as_str()))
}

fn worked(explained: &Explained, school: &str) -> Working {
    let skipped = explained
        .working
        .skipped_runs()
        .into_iter()
        .map(|run| Skipped { day: range_words(run.from, run.to), reason: run.reason });
    Working {
        what: long_date(explained.due_on),
        steps: explained.steps.clone(),
        skipped: skipped.collect(),
        calendar: format!("Calendar of {school}, version {}", explained.working.calendar_version),
    }
}

/// What the school owes and has not given by its date; none while it is late with nothing.
fn late(looked: Looked<'_>) -> Option<Late> {
    let Looked { case, ctx, .. } = looked;
    let missed: Vec<String> = case
        .deadlines
        .iter()
        .filter(|deadline| deadline.is_open() && case.family_waits_for(deadline))
        .filter_map(|deadline| {
            let due = deadline.due.date().filter(|due| *due < ctx.today)?;
            Some(format!("{} by {}.", missed_words(deadline.rule)?, long_date(due)))
        })
        .collect();
    (!missed.is_empty()).then(|| Late { missed, further: without_an_answer(case, ctx) })
}

/// What a missed date was for; none for dates that are the family's, or the school's own business.
fn missed_words(rule: DeadlineRule) -> Option<&'static str> {
    match rule {
        DeadlineRule::Acknowledge => Some("You were to hear who is looking at it"),
        DeadlineRule::Respond => Some("You were to have an answer"),
        DeadlineRule::Convene => Some("The panel was to meet"),
        DeadlineRule::Outcome => Some("You were to have the panel’s findings"),
        DeadlineRule::DataProtection => Some("By law, you were to hear about the use of your data"),
        DeadlineRule::EarlyYears => Some("By law, you were to have the outcome on early years care"),
        DeadlineRule::SubjectAccess => Some("By law, you were to have an answer about your personal data"),
        DeadlineRule::InformationRequest => {
            Some("By law, you were to have an answer to your request for information")
        }
        DeadlineRule::Window
        | DeadlineRule::Clarification
        | DeadlineRule::Papers
        | DeadlineRule::Review
        | DeadlineRule::Remedy => None,
    }
}

/// What waits for the family: an answer to our question first, then whether it is settled (P29).
fn turn(case: &Case, can: &[Possible]) -> Option<Turn> {
    let open = |action| can.iter().any(|one| one.action == Some(action) && one.from_on.is_none());
    let by = |rule| {
        let date = case.open_deadline(rule).and_then(|deadline| deadline.due.date());
        date.map_or_else(String::new, |date| format!("By {}", long_date(date)))
    };
    let button = |words: &'static str, action| Link::new(words, urls::mine_action(action));
    if open(Action::GiveInformation) {
        return Some(Turn {
            heading: "We have a question for you".to_owned(),
            by: by(DeadlineRule::Clarification),
            words: question(case),
            button: button("Answer the question", Action::GiveInformation),
        });
    }
    open(Action::Settle).then(|| Turn {
        heading: "We have answered. Is it settled?".to_owned(),
        by: by(DeadlineRule::Window),
        words: None,
        button: button("Tell us if it is settled", Action::Settle),
    })
}

/// The question that waits for the family's answer.
pub(super) fn question(case: &Case) -> Option<String> {
    match &case.state {
        State::Open(OpenPhase::AwaitingInformation { question, .. }) => Some(question.as_str().to_owned()),
        State::Open(OpenPhase::New | OpenPhase::Working | OpenPhase::MeetingBooked(_))
        | State::Screening { .. }
        | State::Replied
        | State::Hearing(_)
        | State::Suspended { .. }
        | State::Closed { .. } => None,
    }
}

/// What has a page here, or needs none.
fn is_ours(possible: &Possible) -> bool {
    possible.action.is_none_or(|action| action == Action::AddDocument || Act::of(action).is_some())
}

fn a_move(possible: &Possible, looked: Looked<'_>) -> Move {
    let words = possible.words.clone();
    match (possible.action, possible.from_on) {
        (Some(action), None) => {
            // To whom it goes and by when an answer comes is said before anybody decides (P26).
            let further = (action == Action::Escalate).then(|| if_taken_further(looked.case, looked.ctx));
            let note = further.filter(|said| !said.is_empty()).map(|said| said.join(" "));
            Move::Open { link: Link::new(words, urls::mine_action(action)), note }
        }
        (Some(action), Some(from)) => Move::NotYet {
            blocked: Blocked::NotYet,
            title: action.title().into(),
            reason: format!("{words}. The button is here from {}.", long_date(from)),
        },
        (None, _) => Move::Told { words },
    }
}

/// What is asked by message: a call (P28). Only while messages can be sent.
fn asks(can: &[Possible]) -> Vec<Link> {
    let open = can.iter().any(|one| one.action == Some(Action::SendMessage));
    let list = [Ask::Call];
    list.into_iter().filter(|_| open).map(|ask| Link::new(ask.title(), urls::mine_ask(ask.key()))).collect()
}

/// A step, or its parts where it has some.
fn steps(step: &timeline::Step, kind: Kind) -> Vec<Step> {
    if step.parts.is_empty() {
        return vec![one_step(step, kind)];
    }
    step.parts.iter().map(|part| one_step(part, kind)).collect()
}

fn one_step(step: &timeline::Step, kind: Kind) -> Step {
    Step {
        title: step.title.clone().into(),
        note: step.note.clone().or_else(|| not_yet(step.state, kind).map(str::to_owned)),
        state: match step.state {
            timeline::StepState::Done => StepState::Done,
            timeline::StepState::Current => StepState::Current,
            timeline::StepState::NotYet => StepState::Ahead,
            timeline::StepState::LeftOut => StepState::LeftOut,
        },
    }
}

/// Why a step has not begun. A family that has sent a complaint must not read that nobody began with it.
fn not_yet(state: timeline::StepState, kind: Kind) -> Option<&'static str> {
    match (state, kind) {
        (timeline::StepState::NotYet, Kind::Complaint) => {
            Some("Your complaint begins at the step before. This one comes only if you take it further")
        }
        (timeline::StepState::NotYet, Kind::Feedback | Kind::Concern | Kind::NotSure) => {
            Some("Only if you take it further")
        }
        (timeline::StepState::Done | timeline::StepState::Current | timeline::StepState::LeftOut, _) => None,
    }
}

/// When and where the hearing is (P30); none while there is no date.
fn hearing(case: &Case) -> Vec<Fact> {
    let hearing = case.run().and_then(|run| run.hearing.as_ref());
    let Some(date) = hearing.and_then(|hearing| hearing.dates.last()) else { return Vec::new() };
    let fact = |name: &'static str, value: String| Fact { name: name.into(), value };
    let HearingDate { at, place, .. } = date;
    vec![
        fact("When", local_time_words(*at)),
        fact("Where", place.as_str().to_owned()),
        fact("Who hears it", "A panel of people who were not involved before".to_owned()),
        fact("You may", "be there, speak, and bring somebody with you".to_owned()),
    ]
}

/// What each step ended with, the latest first. Findings are there once they were sent, never before.
fn outcomes(looked: Looked<'_>) -> Vec<Outcome> {
    looked.case.runs.iter().rev().filter_map(|run| outcome(run, looked)).collect()
}

fn outcome(run: &StageRun, looked: Looked<'_>) -> Option<Outcome> {
    let issued = run.hearing.as_ref().and_then(|hearing| hearing.issued_at);
    let at = run.reply.as_ref().map(|reply| reply.sent_at).or(issued)?;
    let title = looked.ctx.procedure.stage(&run.stage).map_or("", |stage| stage.title.as_str());
    let recommendations = run.hearing.as_ref().and_then(|hearing| hearing.recommendations.as_ref());
    let actions = run.reply.as_ref().and_then(|reply| reply.actions.as_ref()).or(recommendations);
    Some(Outcome {
        heading: format!("Answer at the step “{title}”"),
        when: local_time_words(at),
        findings: run.answers.iter().filter_map(|answer| finding(answer, looked)).collect(),
        actions: actions.map(|words| words.as_str().to_owned()),
        message: run.reply.as_ref().map(|reply| reply.message.as_str().to_owned()),
    })
}

/// Whom to turn to outside the school, by when and where: once the last step was answered (P31, R56).
fn outside(looked: Looked<'_>) -> Vec<ExitText> {
    let Looked { case, ctx, .. } = looked;
    let is_last = ctx.stage_of(case).is_some_and(|stage| stage.next.is_empty());
    let answered = match &case.state {
        State::Closed { reason, .. } => *reason == ClosedReason::Completed,
        State::Replied => is_last,
        State::Hearing(_) => case.standing() == Standing::HearingDecided,
        State::Screening { .. } | State::Open(_) | State::Suspended { .. } => false,
    };
    if answered { ctx.procedure.exit_texts() } else { Vec::new() }
}

fn finding(answer: &crate::domain::case::state::Answer, looked: Looked<'_>) -> Option<SummaryCard> {
    let point = looked.case.points.iter().find(|point| point.no == answer.point)?;
    let told = looked.words_of(point).map(|words| row("What happened", words.what_happened.as_str()));
    let why = answer.reasons.as_ref().map(|reasons| row("Why", reasons.as_str()));
    let rows = told.into_iter().chain([row("What we found", answer.finding.title())]).chain(why).collect();
    Some(SummaryCard { title: format!("Point {}", point.no), actions: Vec::new(), rows })
}

fn row(key: &'static str, value: &str) -> SummaryRow {
    SummaryRow { key: key.into(), value: Some(value.to_owned()), change: None }
}

fn point_card(point: &Point, looked: Looked<'_>) -> SummaryCard {
    let status = match point.status {
        PointStatus::Open => open_point(point, looked).to_owned(),
        PointStatus::Settled(_) => "Settled".to_owned(),
        PointStatus::Redirected(reason) => format!("Sent to where it belongs: {}", reason.title()),
        PointStatus::LeftBehind(_) => "Not taken further".to_owned(),
    };
    let mut rows = Vec::new();
    if let Some(words) = looked.words_of(point) {
        rows.push(row("What happened", words.what_happened.as_str()));
        rows.extend(words.when.map(|when| row("When", when.as_str())));
        rows.extend(words.wanted.map(|wanted| row("What would put it right", wanted.as_str())));
    }
    rows.push(row("Status", &status));
    SummaryCard { title: format!("Point {}", point.no), actions: Vec::new(), rows }
}

/// Where a point stands that is neither settled nor left behind.
fn open_point(point: &Point, looked: Looked<'_>) -> &'static str {
    let case = looked.case;
    match (&case.state, finding_sent(point, case)) {
        (State::Closed { reason: ClosedReason::Withdrawn, .. }, _) => "Withdrawn",
        (_, Some(finding)) => finding.title(),
        (State::Closed { .. }, None) => "Closed",
        (State::Screening { .. } | State::Open(_), None) if answer_is_late(looked) => {
            "No answer yet. It is late"
        }
        (State::Screening { .. } | State::Open(OpenPhase::New), None) => "Waiting to be looked at",
        (
            State::Open(
                OpenPhase::Working | OpenPhase::AwaitingInformation { .. } | OpenPhase::MeetingBooked(_),
            )
            | State::Replied
            | State::Hearing(_),
            None,
        ) => "Being looked at",
        (State::Suspended { .. }, None) => "Paused",
    }
}

fn answer_is_late(looked: Looked<'_>) -> bool {
    let due = looked.case.open_deadline(DeadlineRule::Respond).and_then(|deadline| deadline.due.date());
    due.is_some_and(|due| due < looked.ctx.today)
}

/// What the present step found on it, once that was sent to the family.
fn finding_sent(point: &Point, case: &Case) -> Option<Finding> {
    let run = case.run()?;
    let issued = run.hearing.as_ref().and_then(|hearing| hearing.issued_at);
    run.reply.as_ref().map(|reply| reply.sent_at).or(issued)?;
    run.answers.iter().find(|answer| answer.point == point.no).map(|answer| answer.finding)
}

/// Every open date with its working (P25), but the one that leads: it stands at the top of the page.
fn dates(looked: Looked<'_>, leading: Option<DeadlineNo>) -> Vec<DateLine> {
    let deadlines = looked.case.deadlines.iter();
    let open = deadlines.filter(|deadline| deadline.is_open() && Some(deadline.no) != leading);
    open.filter_map(|deadline| {
        let due = deadline.due.date()?;
        let over = if due < looked.ctx.today { ". This date has passed" } else { "" };
        let date = format!("{}{over}", long_date(due));
        Some(DateLine { what: date_words(deadline.rule)?, date, working: working(deadline, looked) })
    })
    .collect()
}

/// What a date is for, as the family reads it; none for dates that are the school's own business.
fn date_words(rule: DeadlineRule) -> Option<&'static str> {
    match rule {
        DeadlineRule::Acknowledge => Some("We tell you who is looking at it"),
        DeadlineRule::Respond => Some("You have an answer"),
        DeadlineRule::Window => Some("Last day to take it further"),
        DeadlineRule::Clarification => Some("Last day to answer our question"),
        DeadlineRule::Convene => Some("The panel meets"),
        DeadlineRule::Papers => Some("Everybody has the papers"),
        DeadlineRule::Outcome => Some("You have the panel’s findings"),
        DeadlineRule::DataProtection => Some("We confirm your data protection complaint (law)"),
        DeadlineRule::EarlyYears => Some("You have the outcome on early years care (law)"),
        DeadlineRule::SubjectAccess => Some("You have an answer about your personal data (law)"),
        DeadlineRule::InformationRequest => Some("You have an answer to your request for information (law)"),
        DeadlineRule::Remedy => Some("Something that we promised is done"),
        DeadlineRule::Review => None,
    }
}

/// The history, newest first (P24).
fn history(entries: Vec<Entry>) -> Vec<TimelineItem> {
    entries.into_iter().rev().map(history_item).collect()
}

fn history_item(entry: Entry) -> TimelineItem {
    let when = entry.when();
    let blocks: Vec<String> = entry
        .body
        .iter()
        .map(|block| match &block.label {
            Some(label) => format!("{label}: {}", block.words),
            None => block.words.clone(),
        })
        .collect();
    TimelineItem {
        title: entry.title.into(),
        by: entry.by,
        machine_time: entry.at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
        when,
        text: (!blocks.is_empty()).then(|| blocks.join("\n\n")),
        links: Vec::new(),
        readers: match entry.marker {
            Marker::Fact => Readers::Everyone,
            Marker::Message => Readers::Family,
            Marker::ToCome | Marker::Internal => Readers::School,
        },
    }
}
