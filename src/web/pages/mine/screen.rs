//! The page of a family's case: where is it now, who has it, what happens next, by when, what can I do (P23).

use askama::Template;

use crate::domain::calendar::{day_and_time, local_time_words, long_date, range_words};
use crate::domain::case::action::Action;
use crate::domain::case::context::Context;
use crate::domain::case::event::{Actor, Event, Recorded};
use crate::domain::case::own_part::has_the_answer;
use crate::domain::case::own_words::{PointWords, WHO_BEGAN, point_words, reads_of_date};
use crate::domain::case::state::{
    Case, HearingDate, Helping, OpenPhase, Party, Point, PointStatus, StageRun, Standing, State,
};
use crate::domain::case::timeline::{
    self, Entry, Explained, Marker, Possible, Voice, alert_on_own_page, explain, if_taken_further, noun,
    now_sentences, tracker, was_to_be, without_an_answer,
};
use crate::domain::case::vocabulary::{ClosedReason, Finding, HelperScope, Kind};
use crate::domain::deadline::{Deadline, DeadlineRule};
use crate::domain::ids::{DeadlineNo, PartyNo};
use crate::domain::procedure::ExitText;
use crate::domain::text::capital;
use crate::urls;
use crate::web::page::{Notice, Shell};
use crate::web::pages::family::Face;
use crate::web::parts::{
    Blocked, Fact, FileItem, Link, Move, Readers, Skipped, Step, StepState, SummaryCard, SummaryRow,
    TimelineItem, Working,
};

use super::act::{Act, Ask};
use super::letters::LetterLine;

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

    /// Whether whoever looks has said of the answer that lies before them that it is not settled.
    pub fn said_that_it_is_not_settled(&self) -> bool {
        let said = self.record.iter().rev().find_map(|recorded| {
            let mine = recorded.stamp.actor == Actor::Complainant(self.me);
            let (Event::Settled { unsettled, .. } | Event::SettledForOne { unsettled, .. }) = &recorded.event
            else {
                return matches!(recorded.event, Event::Replied { .. }).then_some(false);
            };
            mine.then_some(!unsettled.is_empty())
        });
        said.unwrap_or_default()
    }

    /// Whoever fears for a child reads no timetable of a complaint while safeguarding has it (R14).
    fn has_no_timetable(&self) -> bool {
        self.case.is_with_safeguarding(self.me)
    }
}

/// The page.
#[derive(Template)]
#[template(path = "mine/case.html")]
pub struct CasePage {
    shell: Shell,
    face: Face,
    reference: String,
    /// Who was told that a child may be at risk, and when (R14).
    alert: Option<String>,
    /// Who helps and reads it, and for whom.
    helping: Option<String>,
    /// Who helps the reader.
    helpers: Vec<Fact>,
    facts: Vec<Fact>,
    working: Option<Working>,
    beside: Beside,
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
    /// What it is about, in the words of the school, for whoever joined.
    about: Option<String>,
    points: Vec<SummaryCard>,
    dates: Vec<DateLine>,
    sent_files: Vec<FileItem>,
    shared_files: Vec<FileItem>,
    history: Vec<TimelineItem>,
    sign_out: &'static str,
    csrf: String,
}

/// What the page shows that is not in the case.
#[derive(Clone, Debug, Default)]
pub struct Beside {
    /// The forms in which words wait that were never sent.
    pub unsent: Vec<Link>,
    /// The letters that went to the reader.
    pub letters: Vec<LetterLine>,
}

/// The one thing that waits for the reader.
#[derive(Clone, Debug)]
pub struct Turn {
    /// What is done with the button.
    pub action: Action,
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
    /// By whom and when: "Sent on 4 June 2026 at 9:32am".
    pub when: String,
    /// The finding and the reason for each point.
    pub findings: Vec<SummaryCard>,
    /// What the school will do, or what the panel recommends.
    pub actions: Option<Actions>,
    /// What was said overall.
    pub message: Option<String>,
}

/// What is to be done, under its heading.
#[derive(Clone, Debug)]
pub struct Actions {
    /// "What the panel recommends": the school has not promised it.
    pub heading: &'static str,
    /// What.
    pub words: String,
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
    pub fn new(face: &Face, looked: Looked<'_>, notice: Option<Notice>, beside: Beside, csrf: &str) -> Self {
        let Looked { case, record, ctx, me } = looked;
        let voice = Voice::Complainant(me);
        let now = now_sentences(case, ctx, voice);
        let turn = turn(looked, &now.what_can_i_do);
        // What stands above with a button is not said again; but to whom it goes and by when stands with the move.
        let turned = turn.as_ref().map(|turn| turn.action).filter(|action| *action != Action::Escalate);
        let (sent_files, shared_files) = super::files::lists(looked);
        let noun = noun(case);
        let mut shell = face.shell(format!("Your {noun}"), urls::MINE);
        shell.service = format!("{} {}", capital(noun), case.reference).into();
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
            alert: alert_on_own_page(case, me, ctx).filter(|_| case.standing() != Standing::Closed),
            helping: helping(looked),
            helpers: helpers(looked),
            facts: facts(&now),
            working,
            beside,
            late: late(looked),
            turn,
            moves: now
                .what_can_i_do
                .iter()
                .filter(|one| is_ours(one) && (one.action.is_none() || one.action != turned))
                .map(|one| a_move(one, looked))
                .collect(),
            asks: asks(&now.what_can_i_do),
            steps: steps(looked),
            hearing: hearing(case),
            outcomes: outcomes(looked),
            outside: outside(looked),
            points_heading: if me == WHO_BEGAN { "What you told us" } else { "What it is about" },
            about: about(looked),
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

/// "You are here as Ana Ruiz, for Farah Osman": whoever helps knows whose page it is.
fn helping(looked: Looked<'_>) -> Option<String> {
    let helper = looked.case.party(looked.ctx.hand?)?;
    let whom = looked.case.party(looked.me)?;
    let may = match helper.helps?.may {
        HelperScope::Read => "You can read this page and the letters",
        HelperScope::ReadAndWrite => "What you send here goes in their name, with your name beside it",
    };
    Some(format!("You are here as {}, for {}. {may}.", helper.name, whom.name))
}

/// Who helps now, and what they may do.
fn helpers(looked: Looked<'_>) -> Vec<Fact> {
    let now = looked.case.helpers_of(looked.me).filter(|(_, help)| help.ended_at.is_none());
    let line = |(party, help): (&Party, Helping)| Fact {
        name: format!("{} ({})", party.name, party.kind.title().to_lowercase()).into(),
        value: help.may.title().to_owned(),
    };
    now.map(line).collect()
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
    if looked.has_no_timetable() {
        return None;
    }
    let missed: Vec<String> = case
        .deadlines
        .iter()
        .filter(|deadline| deadline.is_open() && case.family_waits_for(deadline))
        .filter_map(|deadline| {
            let due = deadline.due.date().filter(|due| *due < ctx.today)?;
            Some(format!("{} by {}.", was_to_be(deadline.rule)?, long_date(due)))
        })
        .collect();
    (!missed.is_empty()).then(|| Late { missed, further: without_an_answer(case, ctx) })
}

/// What waits for the family: an answer to our question first, then whether it is settled (P29). Whoever has said that
/// it is not reads that this alone moved nothing.
fn turn(looked: Looked<'_>, can: &[Possible]) -> Option<Turn> {
    let case = looked.case;
    let open = |action| can.iter().any(|one| one.action == Some(action) && one.from_on.is_none());
    let by = |rule| {
        let date = case.open_deadline(rule).and_then(|deadline| deadline.due.date());
        date.map_or_else(String::new, |date| format!("By {}", long_date(date)))
    };
    let of = |action, heading: &str, rule, button: &'static str| Turn {
        action,
        heading: heading.to_owned(),
        by: by(rule),
        words: None,
        button: Link::new(button, urls::mine_action(action)),
    };
    let is_right = "Is what we wrote down right?";
    let confirm = open(Action::ConfirmConcern)
        .then(|| of(Action::ConfirmConcern, is_right, DeadlineRule::Confirmation, "Read it and tell us"));
    if open(Action::GiveInformation) {
        let (heading, rule) = ("We have a question for you", DeadlineRule::Clarification);
        let turn = of(Action::GiveInformation, heading, rule, "Answer the question");
        // Another complainant may have answered: then the school goes on, and asks by no date any more.
        let by = Some(turn.by).filter(|by| !by.is_empty());
        let by = by.unwrap_or_else(|| "You can answer until this step is over".to_owned());
        return Some(Turn { words: question(looked), by, ..turn });
    }
    if open(Action::Escalate) && looked.said_that_it_is_not_settled() {
        let heading = "You told us that it is not settled. Nothing has gone further yet";
        return Some(of(Action::Escalate, heading, DeadlineRule::Window, "Take it further"));
    }
    let heading = "We have answered. Is it settled?";
    open(Action::Settle)
        .then(|| of(Action::Settle, heading, DeadlineRule::Window, "Tell us if it is settled"))
        .or(confirm)
}

/// The question that waits for the answer of whoever looks.
pub(super) fn question(looked: Looked<'_>) -> Option<String> {
    looked.case.question_for(looked.me).map(|question| question.as_str().to_owned())
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

/// Every step, or its parts where it has some.
fn steps(looked: Looked<'_>) -> Vec<Step> {
    if looked.has_no_timetable() {
        return Vec::new();
    }
    let ladder = tracker(looked.case, looked.ctx.procedure);
    let rungs: Vec<&timeline::Step> = ladder
        .iter()
        .flat_map(
            |step| if step.parts.is_empty() { std::slice::from_ref(step) } else { step.parts.as_slice() },
        )
        .collect();
    let before = std::iter::once(None).chain(rungs.iter().map(|step| Some(step.state)));
    rungs.iter().zip(before).map(|(step, before)| one_step(step, before, looked.case)).collect()
}

fn one_step(step: &timeline::Step, before: Option<timeline::StepState>, case: &Case) -> Step {
    Step {
        title: step.title.clone().into(),
        note: step.note.clone().or_else(|| not_yet(step.state, before, case).map(str::to_owned)),
        state: match step.state {
            timeline::StepState::Done => StepState::Done,
            timeline::StepState::Current => StepState::Current,
            timeline::StepState::NotYet => StepState::Ahead,
            timeline::StepState::LeftOut => StepState::LeftOut,
        },
    }
}

/// Why a step has not begun. A family that has sent a complaint must not read that nobody began with it: the step after
/// the one at which it began says so.
fn not_yet(
    state: timeline::StepState,
    before: Option<timeline::StepState>,
    case: &Case,
) -> Option<&'static str> {
    let began_before = before == Some(timeline::StepState::Current) && case.runs.len() == 1;
    match (state, case.kind) {
        (timeline::StepState::NotYet, Kind::Complaint) if began_before => {
            Some("Your complaint begins at the step before. This one comes only if you take it further")
        }
        (timeline::StepState::NotYet, _) => Some("Only if you take it further"),
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
        fact("When", day_and_time(*at)),
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
    let (heading, sent) = match &run.hearing {
        Some(_) => ("The panel’s findings".to_owned(), "For the panel, sent"),
        None => (format!("Answer at the step “{title}”"), "Sent"),
    };
    Some(Outcome {
        heading,
        when: format!("{sent} on {}", local_time_words(at)),
        findings: run.answers.iter().filter_map(|answer| finding(answer, looked)).collect(),
        actions: actions(run),
        message: run.reply.as_ref().map(|reply| reply.message.as_str().to_owned()),
    })
}

/// What the school will do; after a hearing what the panel recommends, which the school has not promised (R54).
fn actions(run: &StageRun) -> Option<Actions> {
    let (heading, words) = match &run.hearing {
        Some(hearing) => ("What the panel recommends", hearing.recommendations.as_ref()),
        None => ("What the school will do", run.reply.as_ref().and_then(|reply| reply.actions.as_ref())),
    };
    Some(Actions { heading, words: words?.as_str().to_owned() })
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

/// What the school wrote for whoever joined: the points are in the words of somebody else (P18).
fn about(looked: Looked<'_>) -> Option<String> {
    let joined = looked.case.party(looked.me)?.joined.as_ref()?;
    joined.about.as_ref().map(|words| words.as_str().to_owned())
}

/// Where a point stands that is neither settled nor left behind.
fn open_point(point: &Point, looked: Looked<'_>) -> &'static str {
    let case = looked.case;
    if looked.has_no_timetable() {
        let alerted = case.alert_of(looked.me).is_some_and(|alert| !alert.people.is_empty());
        return if alerted {
            "With whoever looks after the safety of pupils"
        } else {
            "Nobody could be told at once"
        };
    }
    if case.standing() == Standing::Replied && !has_the_answer(case, looked.me) {
        return "Answered";
    }
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

/// Every open date with its working (P25), but the one that leads: it stands at the top of the page. A hearing that is
/// set has its day, and the last day for it would read like another.
fn dates(looked: Looked<'_>, leading: Option<DeadlineNo>) -> Vec<DateLine> {
    if looked.has_no_timetable() {
        return Vec::new();
    }
    let deadlines = looked.case.deadlines.iter();
    let open = deadlines.filter(|deadline| deadline.is_open() && Some(deadline.no) != leading);
    let open = open.filter(|deadline| looked.case.family_waits_for(deadline));
    let open = open.filter(|deadline| reads_of_date(deadline.rule, Actor::Complainant(looked.me)));
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
        DeadlineRule::Confirmation => Some("Day by which we ask whether what we wrote down is right"),
        DeadlineRule::Consent | DeadlineRule::Review => None,
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
    // "You sent us your concern" says already whose doing it was.
    let is_said = entry.title.starts_with("You ");
    TimelineItem {
        by: entry.by.filter(|by| !is_said || by != "you"),
        title: entry.title.into(),
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
