//! One action: its form, the page that asks before anything leaves, and the page for a form that came too late.

use askama::Template;

use crate::app::redaction::WouldBeLeft;
use crate::domain::calendar::{local_time_words, short_date};
use crate::domain::case::action::Action;
use crate::domain::case::cautions::cautions;
use crate::domain::case::event::{Actor, Recorded};
use crate::domain::case::fields::fields;
use crate::domain::case::refusal::Refusal;
use crate::domain::case::state::{Case, Meeting, MeetingStatus, Party, Point};
use crate::domain::case::timeline::{Entry, timeline, voice_of};
use crate::domain::deadline::{Deadline, Ended};
use crate::domain::text::first_line;
use crate::urls;
use crate::web::form::{FieldProblem, FormView, Item, Pairs, pairs_of, read, without_controls};
use crate::web::page::{Shell, Standing};
use crate::web::parts::{Fact, Identity, SummaryRow};

use super::people::{before_contact, cards};
use super::{Sight, due_of};

/// Who reads what is written on a form: it decides frame, heading and button (S6).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reader {
    /// Staff alone.
    School,
    /// These people of the family.
    Family(String),
    /// It is a fact of the case: some of it is told to the family, as each field says.
    Record,
}

/// The form of one action.
#[derive(Clone, Debug, Template)]
#[template(path = "case/act.html")]
pub struct ActionPage {
    /// The frame.
    pub shell: Shell,
    /// What identifies the case.
    pub identity: Identity,
    /// The question: the action's title.
    pub title: String,
    /// What follows from it, in a sentence.
    pub effect: &'static str,
    /// Who reads it.
    pub reader: Reader,
    /// What to know before ringing, meeting or writing (R20).
    pub before_contact: Vec<Fact>,
    /// The points, where the action is about them.
    pub points: Vec<SummaryRow>,
    /// The fields, with what was typed.
    pub form: FormView,
    /// Where it is sent.
    pub send_to: String,
    /// What the button says: what it does.
    pub button: &'static str,
    /// The way back to the case.
    pub cancel: String,
    /// The other form, so that nobody writes in the wrong one (S6).
    pub instead: Option<crate::web::parts::Link>,
    /// The version of the case that this form was made from (S9).
    pub version: u32,
    /// The token of the form.
    pub csrf: String,
}

impl ActionPage {
    /// The form of an action, with what was typed and what is to be put right.
    pub fn new(
        mut shell: Shell,
        sight: &Sight<'_>,
        action: Action,
        filled: &Pairs,
        problems: &[FieldProblem],
        csrf: impl Into<String>,
    ) -> Self {
        shell.heading = action.title().into();
        shell.back = Some(urls::case(&sight.case.reference));
        let fields = fields(action, sight.case, sight.ctx);
        let form = FormView::new(&fields, &without_controls(filled), problems);
        if !form.problems.is_empty() {
            shell.standing = Standing::Problem;
        }
        Self {
            identity: sight.identity(),
            title: action.title().to_owned(),
            effect: effect(action),
            reader: reader(action, sight.case),
            before_contact: if reaches_people(action) {
                before_contact(&cards(sight, voice_of(sight.case, sight.ctx.actor)))
            } else {
                Vec::new()
            },
            points: if is_about_points(action) { point_rows(sight) } else { Vec::new() },
            form,
            send_to: urls::case_action(&sight.case.reference, action),
            button: button(action),
            cancel: urls::case(&sight.case.reference),
            instead: instead(action, sight),
            version: sight.case.length,
            csrf: csrf.into(),
            shell,
        }
    }
}

/// Who reads what is written for an action.
fn reader(action: Action, case: &Case) -> Reader {
    match action {
        Action::AddNote
        | Action::RecordExternalContact
        | Action::MarkSubject
        | Action::MarkAtRisk
        | Action::RecordConsent
        | Action::AddAction
        | Action::CompleteAction
        | Action::DeclareInterest
        | Action::Recuse => Reader::School,
        Action::SendMessage | Action::AskInformation | Action::Reply | Action::MeetDuty => {
            let names: Vec<&str> = case.complainants().map(|party: &Party| party.name.as_str()).collect();
            Reader::Family(names.join(" and "))
        }
        Action::Accept
        | Action::Redirect
        | Action::MoveSchool
        | Action::ConfirmConcern
        | Action::AskConsent
        | Action::AnswerConsent
        | Action::CloseWithoutConsent
        | Action::KeepOnRecord
        | Action::ReviewRefusal
        | Action::RefuseLate
        | Action::Assign
        | Action::Acknowledge
        | Action::GiveInformation
        | Action::ArrangeMeeting
        | Action::CancelMeeting
        | Action::RecordMeeting
        | Action::Extend
        | Action::RecordFinding
        | Action::Settle
        | Action::Escalate
        | Action::Lapse
        | Action::Withdraw
        | Action::Suspend
        | Action::Resume
        | Action::AppointPanel
        | Action::ScheduleHearing
        | Action::CirculatePapers
        | Action::RecordHearing
        | Action::IssueFindings
        | Action::Close
        | Action::CloseUnreasonable
        | Action::Reopen
        | Action::AddDocument
        | Action::AddParty
        | Action::AddHelper
        | Action::EndHelper
        | Action::CorrectContact
        | Action::TakeOut
        | Action::TakeOutFile => Reader::Record,
    }
}

/// What the button says. What is checked first says so; what stays in school says that it is saved.
fn button(action: Action) -> &'static str {
    match (asks_first(action), action) {
        (AsksFirst::Yes, Action::SendMessage) => "Check the message before it goes",
        (AsksFirst::Yes, Action::Reply) => "Check the reply before it goes",
        (AsksFirst::Yes, _) => "Check before it is done",
        (AsksFirst::No, Action::AddNote) => "Save the note",
        (AsksFirst::No, _) => "Save",
    }
}

/// Whether an action has a page that asks before it is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AsksFirst {
    /// Something leaves the building, or cannot be taken back (S5).
    Yes,
    /// It only adds to the record.
    No,
}

/// Whether an action asks before it is done (S5). A file has a page of its own that asks where the family is to
/// open it (`files.rs`).
pub fn asks_first(action: Action) -> AsksFirst {
    match action {
        Action::AddNote
        | Action::AddDocument
        | Action::CompleteAction
        | Action::RecordExternalContact
        | Action::RecordFinding
        | Action::RecordConsent
        | Action::Lapse => AsksFirst::No,
        Action::Accept
        | Action::Redirect
        | Action::MoveSchool
        | Action::ConfirmConcern
        | Action::AskConsent
        | Action::AnswerConsent
        | Action::CloseWithoutConsent
        | Action::KeepOnRecord
        | Action::ReviewRefusal
        | Action::RefuseLate
        | Action::Assign
        | Action::Acknowledge
        | Action::AskInformation
        | Action::GiveInformation
        | Action::ArrangeMeeting
        | Action::CancelMeeting
        | Action::RecordMeeting
        | Action::Extend
        | Action::Reply
        | Action::Settle
        | Action::Escalate
        | Action::Withdraw
        | Action::Suspend
        | Action::Resume
        | Action::AppointPanel
        | Action::DeclareInterest
        | Action::Recuse
        | Action::ScheduleHearing
        | Action::CirculatePapers
        | Action::RecordHearing
        | Action::IssueFindings
        | Action::Close
        | Action::CloseUnreasonable
        | Action::Reopen
        | Action::SendMessage
        | Action::AddParty
        | Action::AddHelper
        | Action::EndHelper
        | Action::CorrectContact
        | Action::MarkSubject
        | Action::MarkAtRisk
        | Action::AddAction
        | Action::MeetDuty
        | Action::TakeOut
        | Action::TakeOutFile => AsksFirst::Yes,
    }
}

/// Whether whoever does it will ring, meet or write to somebody, and so must know what to mind (R20).
fn reaches_people(action: Action) -> bool {
    matches!(
        action,
        Action::ArrangeMeeting
            | Action::CancelMeeting
            | Action::RecordMeeting
            | Action::ScheduleHearing
            | Action::SendMessage
            | Action::AskInformation
    )
}

fn is_about_points(action: Action) -> bool {
    matches!(
        action,
        Action::RecordFinding
            | Action::Reply
            | Action::Redirect
            | Action::Settle
            | Action::Escalate
            | Action::IssueFindings
            | Action::Acknowledge
    )
}

fn point_rows(sight: &Sight<'_>) -> Vec<SummaryRow> {
    sight
        .case
        .open_points()
        .map(|point| {
            let found = sight.case.answer_of(point.no).map(|answer| format!("\n{}", answer.finding.title()));
            SummaryRow {
                key: format!("Point {}", point.no).into(),
                value: Some(format!("{}{}", point.what_happened, found.unwrap_or_default())),
                change: None,
            }
        })
        .collect()
}

fn instead(action: Action, sight: &Sight<'_>) -> Option<crate::web::parts::Link> {
    let (other, words) = match action {
        Action::AddNote => (Action::SendMessage, "Write a message to the family instead"),
        Action::SendMessage => (Action::AddNote, "Write an internal note instead"),
        _ => return None,
    };
    crate::domain::case::decide::ready(sight.case, other, sight.ctx).ok()?;
    Some(crate::web::parts::Link::new(words, urls::case_action(&sight.case.reference, other)))
}

/// What follows from an action, in a sentence or two.
pub fn effect(action: Action) -> &'static str {
    match action {
        Action::Accept => {
            "The case opens with the handler of its stage. The clock counts from the day it came."
        }
        Action::Redirect => "The family gets a letter that says where each point belongs.",
        Action::MoveSchool => {
            "It goes there as if it had come there at once, under the same reference. The family gets one letter. People of this school who have no part at the other one see it no more."
        }
        Action::ConfirmConcern => {
            "You write down what they said of it. What was written down before stays as it is, and no date moves."
        }
        Action::AskConsent => {
            "They get a message with a link of their own, and one reminder. It says who raised it and at which school, and nothing of what it says."
        }
        Action::AnswerConsent => "The person who is asked answers by their own link.",
        Action::RecordConsent => {
            "The case can be accepted, and its answers can be shared with whoever raised it."
        }
        Action::CloseWithoutConsent => {
            "The case closes. Whoever raised it gets a letter that says why, and nothing about the person."
        }
        Action::KeepOnRecord => {
            "The case closes with your decision on record. Nobody can be written to, since the sender gave no name."
        }
        Action::ReviewRefusal => {
            "The family gets a letter with the reasons. If it is let in, its dates count from today."
        }
        Action::MarkAtRisk => {
            "The safeguarding lead is told at once, whatever the day. About the headteacher, the chair and the trust are told instead. The family gets no letter about it."
        }
        Action::RefuseLate => "The family gets a letter with the reason, and how to have it looked at again.",
        Action::Assign => "Both people are told, and so is the family.",
        Action::Acknowledge => "The family is told that you have it and by when you answer.",
        Action::AskInformation => "The family is asked. The date of your answer does not move.",
        Action::GiveInformation => "You write down what the family answered. The handler is told.",
        Action::ArrangeMeeting => "Everybody gets an invitation for their calendar.",
        Action::CancelMeeting => "Everybody who was invited is told.",
        Action::RecordMeeting => "The family gets the note of what was said and agreed.",
        Action::Extend => "The family is told the new date and the reason. Both dates stay in the record.",
        Action::RecordFinding => "The family reads it with the answer, and not before.",
        Action::Reply => "The answer goes to the family with the last date to take it further.",
        Action::Settle => {
            "You write down what the family said. When every point is settled, the case closes."
        }
        Action::Escalate => "You write down that the family takes it further. The next stage begins today.",
        Action::Lapse => "The case closes by itself after the last date and two reminders.",
        Action::Withdraw => "The case closes. Anything about a child\u{2019}s safety goes on.",
        Action::Suspend => "The school\u{2019}s dates stop. Dates set by law run on. The family is told why.",
        Action::Resume => "The dates are counted again without the days of the pause. The family is told.",
        Action::AppointPanel => "The members are noted in the involvement register. The family is told.",
        Action::DeclareInterest => {
            "The clerk can read it, and so can an officer of the trust who answered nothing in the case. The school and the family cannot."
        }
        Action::Recuse => {
            "You see nothing of this case any more, and cannot take it back. If you have it now, it goes to the next who is clear of it, and the family is told only who has it then."
        }
        Action::ScheduleHearing => {
            "Everybody gets an invitation, and the date for the papers is counted back."
        }
        Action::CirculatePapers => "Everybody gets the same papers.",
        Action::RecordHearing => "The date for the findings is counted from the day of the hearing.",
        Action::IssueFindings => "The findings and recommendations go to the family.",
        Action::Close => "The family gets the last letter, with the bodies outside that they can go to.",
        Action::CloseUnreasonable => "It needs two people. It is about this case and never about a person.",
        Action::Reopen => "A new run of the last stage begins, with its dates. The family is told.",
        Action::RecordExternalContact => {
            "It stands in the register of outside bodies. The family does not see it."
        }
        Action::AddNote => "Staff who see this case can read it.",
        Action::SendMessage => "It goes to each of them by itself, with what you write and a way to answer.",
        Action::AddDocument => "You choose whether the family can open it too.",
        Action::AddParty => "Each complainant has messages of their own, and never sees another\u{2019}s.",
        Action::AddHelper => {
            "They get a link of their own, and read what the person whom they help reads. Both are told. Add them only where that person agrees."
        }
        Action::EndHelper => "Their link opens nothing from then on. Both are told.",
        Action::CorrectContact => {
            "What you leave empty stays as it is. They are told, at the address that they had before too."
        }
        Action::MarkSubject => {
            "The case disappears for them at once. A stage that they had goes to somebody else. Once it went further to a formal step or a panel, they are told that there is a complaint, and that they are asked for their side."
        }
        Action::AddAction => {
            "Whoever sees to it is told. It stays on the list until it is done, after the case is closed too."
        }
        Action::CompleteAction => "It leaves the list. How you know stays in the record.",
        Action::TakeOut => {
            "The words are gone for everybody at once, here, in letters and in the API. The reason stands in their place. The original is sealed: a few people can read it with a reason, and each reading is noted."
        }
        Action::TakeOutFile => {
            "Nobody can open the file any more, and its name is gone. The reason stands in its place. The original is sealed: a few people can open it with a reason, and each opening is noted."
        }
        Action::MeetDuty => "The family gets what you write, and the date of the law is met.",
    }
}

/// A message as it would go out.
#[derive(Clone, Debug)]
pub struct Letter {
    /// Who receives it, in full: the name.
    pub name: String,
    /// Where it goes; none when a person must tell them by phone or post.
    pub address: Option<String>,
    /// Its subject.
    pub subject: String,
    /// Its text, as it will be read.
    pub text: String,
}

/// What an action would do, before it is done.
#[derive(Clone, Debug)]
pub struct Plan<'a> {
    /// The case as it would be.
    pub after: &'a Case,
    /// What would happen.
    pub new: &'a [Recorded],
    /// The messages that would go out.
    pub letters: Vec<Letter>,
    /// How long a message can be called back, in seconds (S7).
    pub undo_seconds: i64,
    /// What would be left, where words or a file are taken out (S22).
    pub left: Option<WouldBeLeft>,
}

/// The page that asks before something leaves or cannot be taken back: effect, recipients in full, the text
/// as it will be read, what happens to the dates (S5).
#[derive(Clone, Debug, Template)]
#[template(path = "case/confirm.html")]
pub struct ConfirmPage {
    /// The frame.
    pub shell: Shell,
    /// What identifies the case.
    pub identity: Identity,
    /// "Reply to the family".
    pub title: String,
    /// What was answered, question by question.
    pub answers: Vec<SummaryRow>,
    /// What it does to state, stage and handler.
    pub effects: Vec<String>,
    /// What it does to the dates.
    pub dates: Vec<String>,
    /// What speaks against it.
    pub cautions: Vec<String>,
    /// For an answer: each point with what the family reads about it.
    pub points: Vec<SummaryRow>,
    /// The messages that go out.
    pub letters: Vec<Letter>,
    /// What would be left, where words or a file are taken out (S22).
    pub left: Option<WouldBeLeft>,
    /// How long a message can be called back, in seconds; none when nothing leaves (S7).
    pub undo_seconds: Option<i64>,
    /// What was typed, carried along.
    pub carried: Vec<(String, String)>,
    /// Where it is sent.
    pub send_to: String,
    /// What the button says.
    pub button: String,
    /// The way back to the case.
    pub cancel: String,
    /// The version of the case that this was made from.
    pub version: u32,
    /// The token of the form.
    pub csrf: String,
}

impl ConfirmPage {
    /// Asks about what an action would do.
    pub fn new(
        mut shell: Shell,
        sight: &Sight<'_>,
        action: Action,
        filled: &Pairs,
        plan: Plan<'_>,
        csrf: impl Into<String>,
    ) -> Self {
        let Plan { after, new, letters, undo_seconds, left } = plan;
        shell.heading = format!("Check: {}", action.title()).into();
        shell.back = Some(urls::case(&sight.case.reference));
        let filled = without_controls(filled);
        Self {
            identity: sight.identity(),
            title: action.title().to_owned(),
            answers: answers(action, sight, &filled),
            effects: effects(sight, after),
            dates: date_effects(sight, after),
            cautions: cautions(new, after, sight.ctx),
            points: if answers_points(action) { answered_points(sight) } else { Vec::new() },
            undo_seconds: Some(undo_seconds)
                .filter(|seconds| *seconds > 0 && letters.iter().any(|letter| letter.address.is_some())),
            button: confirm_words(action, &letters),
            letters,
            left,
            carried: filled,
            send_to: urls::case_action(&sight.case.reference, action),
            cancel: urls::case(&sight.case.reference),
            version: sight.case.length,
            csrf: csrf.into(),
            shell,
        }
    }
}

fn answers_points(action: Action) -> bool {
    matches!(action, Action::Reply | Action::IssueFindings)
}

/// Every point that is open, with what was found on it, or that nothing was (S19): nothing goes out unseen.
fn answered_points(sight: &Sight<'_>) -> Vec<SummaryRow> {
    let words = |point: &Point| match sight.case.answer_of(point.no) {
        Some(answer) => {
            let reasons = answer.reasons.as_ref().map(|reasons| format!("\n{reasons}"));
            format!("{}{}", answer.finding.title(), reasons.unwrap_or_default())
        }
        None => {
            "No finding yet. Your reply is the whole answer to this point, and the record says that it was \
                 resolved without a finding."
                .to_owned()
        }
    };
    let row = |point: &Point| SummaryRow {
        key: format!("Point {}: {}", point.no, first_line(point.what_happened.as_str(), 80)).into(),
        value: Some(words(point)),
        change: None,
    };
    sight.case.open_points().map(row).collect()
}

/// What the last button says: what it does.
fn confirm_words(action: Action, letters: &[Letter]) -> String {
    if action == Action::DeclareInterest {
        return "Declare it".to_owned();
    }
    let mails = letters.iter().filter(|letter| letter.address.is_some()).count();
    if mails == 0 && !letters.is_empty() {
        return match action {
            Action::Reply | Action::SendMessage | Action::AskInformation => {
                "Save it, for the post".to_owned()
            }
            other => other.title().to_owned(),
        };
    }
    match (letters.len(), action) {
        (1.., Action::Reply | Action::SendMessage | Action::AskInformation) => "Send it".to_owned(),
        (0, _) => action.title().to_owned(),
        (1, _) => format!("{} and send the message", action.title()),
        (_, _) => format!("{} and send the messages", action.title()),
    }
}

/// What was answered, in the words of the form.
fn answers(action: Action, sight: &Sight<'_>, filled: &Pairs) -> Vec<SummaryRow> {
    let fields = fields(action, sight.case, sight.ctx);
    let Ok(body) = read(&fields, filled) else { return Vec::new() };
    let form = FormView::new(&fields, &pairs_of(&fields, &body), &[]);
    let mut about = String::new();
    let mut rows = Vec::new();
    for item in form.items {
        match item {
            Item::Row(words) => about = format!("{words}: "),
            Item::Open(..) | Item::Close => about.clear(),
            Item::Line(_)
            | Item::Area(_)
            | Item::Date(_)
            | Item::Moment(..)
            | Item::Radios(_)
            | Item::Select(_)
            | Item::Ticks(_) => {
                rows.extend(answer(&item).map(|(question, value)| SummaryRow {
                    key: format!("{about}{question}").into(),
                    value: Some(value),
                    change: None,
                }));
            }
        }
    }
    rows
}

/// A question with its answer; none when it was left empty.
fn answer(item: &Item) -> Option<(String, String)> {
    let (label, value) = match item {
        Item::Line(field) | Item::Area(field) => (field.label.to_string(), field.value.clone()),
        Item::Date(date) => (date.label.to_string(), typed_date(date)?),
        Item::Moment(date, time) => {
            (date.label.to_string(), format!("{} at {}", typed_date(date)?, time.value))
        }
        Item::Radios(choices) | Item::Select(choices) | Item::Ticks(choices) => {
            let chosen: Vec<&str> = choices
                .options
                .iter()
                .filter(|option| option.pick == crate::web::field::Pick::Chosen && !option.value.is_empty())
                .map(|option| &*option.label)
                .collect();
            (choices.label.to_string(), chosen.join("\n"))
        }
        Item::Open(..) | Item::Close | Item::Row(_) => return None,
    };
    (!value.trim().is_empty()).then_some((label, value))
}

fn typed_date(date: &crate::web::field::DateField) -> Option<String> {
    let text = format!("{}-{:0>2}-{:0>2}", date.year, date.month, date.day);
    text.parse().ok().map(short_date)
}

/// What changes for the case as a whole.
fn effects(sight: &Sight<'_>, after: &Case) -> Vec<String> {
    let before = sight.case;
    let mut effects = Vec::new();
    if before.standing() != after.standing() {
        effects.push(format!(
            "The case goes from \u{201c}{}\u{201d} to \u{201c}{}\u{201d}.",
            before.standing().title(),
            after.standing().title()
        ));
    }
    if let (Some(run), true) = (after.run(), before.runs.len() < after.runs.len()) {
        let stage = sight.ctx.procedure.stage(&run.stage).map_or("", |stage| stage.title.as_str());
        effects.push(format!("A new stage begins: \u{201c}{stage}\u{201d}."));
    }
    let handler = |case: &Case| case.run().and_then(|run| run.handler.person);
    if before.school != after.school {
        effects.push("It is then at the other school. The letters say who has it there.".to_owned());
    } else if handler(before) != handler(after) {
        let name = handler(after).map_or("nobody yet", |person| sight.ctx.directory.name(person));
        effects.push(format!("It is then with {name}."));
    }
    effects.extend(meetings_off(before, after));
    effects
}

/// A meeting that the step calls off: everybody who was asked hears so.
fn meetings_off(before: &Case, after: &Case) -> Vec<String> {
    let was_on = |no| {
        before.meetings.iter().any(|meeting| meeting.no == no && meeting.status == MeetingStatus::Booked)
    };
    let off =
        |meeting: &&Meeting| was_on(meeting.no) && matches!(meeting.status, MeetingStatus::Cancelled { .. });
    let words = |meeting: &Meeting| format!("The meeting on {} is cancelled.", local_time_words(meeting.at));
    after.meetings.iter().filter(off).map(words).collect()
}

/// What changes for the dates: met, dropped, moved, new (S5).
fn date_effects(sight: &Sight<'_>, after: &Case) -> Vec<String> {
    let known = |no| sight.case.deadlines.iter().find(|deadline| deadline.no == no);
    after
        .deadlines
        .iter()
        .filter_map(|deadline| match known(deadline.no) {
            // Made and ended by the same step: it never waits for anybody.
            None if !deadline.is_open() => None,
            None => Some(format!("New date. {}: {}.", deadline.rule.title(), date_words(deadline, sight))),
            Some(before) if before.is_open() => match deadline.ended {
                Some(Ended::Met(_)) => Some(format!("{}: done.", deadline.rule.title())),
                Some(Ended::Dropped(_)) => Some(format!("{}: no longer needed.", deadline.rule.title())),
                None => moved(before, deadline, sight),
            },
            Some(_) => None,
        })
        .collect()
}

fn moved(before: &Deadline, after: &Deadline, sight: &Sight<'_>) -> Option<String> {
    let words = || {
        format!("{}: from {} to {}.", after.rule.title(), date_words(before, sight), date_words(after, sight))
    };
    (before.due != after.due).then(words)
}

fn date_words(deadline: &Deadline, sight: &Sight<'_>) -> String {
    due_of(deadline, sight.ctx).map_or_else(|| "no date yet".to_owned(), |due| due.date)
}

/// An action that cannot be done now: why, and what would make it possible (S4).
#[derive(Clone, Debug, Template)]
#[template(path = "case/not_now.html")]
pub struct NotNowPage {
    /// The frame.
    pub shell: Shell,
    /// What identifies the case.
    pub identity: Identity,
    /// Why not.
    pub sentence: String,
    /// What would make it possible.
    pub makes_possible: Option<String>,
    /// The way back to the case.
    pub case: String,
}

impl NotNowPage {
    /// The page for an action that was refused before anything was typed.
    pub fn new(mut shell: Shell, sight: &Sight<'_>, action: Action, refusal: Refusal) -> Self {
        shell.heading = format!("Not now: {}", action.title()).into();
        shell.back = Some(urls::case(&sight.case.reference));
        let full_stop = |words: String| format!("{}.", words.trim_end_matches('.'));
        Self {
            identity: sight.identity(),
            sentence: full_stop(refusal.sentence),
            makes_possible: refusal.makes_possible.map(full_stop),
            case: urls::case(&sight.case.reference),
            shell,
        }
    }
}

/// A form that came after somebody else changed the case: both versions, and nothing lost (S9).
#[derive(Clone, Debug, Template)]
#[template(path = "case/stale.html")]
pub struct StalePage {
    /// The frame.
    pub shell: Shell,
    /// What identifies the case, as it is now.
    pub identity: Identity,
    /// The action that was to be done.
    pub title: String,
    /// Who changed it, in a sentence.
    pub faster: String,
    /// What was done meanwhile, newest first.
    pub meanwhile: Vec<Entry>,
    /// What was typed, as it was read.
    pub answers: Vec<SummaryRow>,
    /// What was typed, carried along.
    pub carried: Vec<(String, String)>,
    /// Whether the action can still be done; else why not.
    pub still: Still,
    /// Where it is sent.
    pub send_to: String,
    /// The way back to the case.
    pub cancel: String,
    /// The version of the case as it is now.
    pub version: u32,
    /// The token of the form.
    pub csrf: String,
}

/// Who changed a case since that version, in a sentence: it may well have been the reader, in another tab.
fn who_was_faster(sight: &Sight<'_>, seen: u32) -> String {
    let mut actors: Vec<Actor> = Vec::new();
    for recorded in sight.record.iter().filter(|recorded| recorded.stamp.seq > seen) {
        if !actors.contains(&recorded.stamp.actor) {
            actors.push(recorded.stamp.actor);
        }
    }
    match actors.as_slice() {
        [only] if *only == sight.ctx.actor => {
            "You changed this case yourself meanwhile, in another tab or window".to_owned()
        }
        [Actor::Person(person)] => {
            format!("{} changed this case while you were writing", sight.ctx.directory.name(*person))
        }
        [Actor::Complainant(_)] => "The family did something while you were writing".to_owned(),
        [Actor::Clock] => "A date came while you were writing".to_owned(),
        _ => "This case changed while you were writing".to_owned(),
    }
}

/// Whether an action can still be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Still {
    /// It can: look at the form again.
    Possible,
    /// It cannot any more, and why.
    Gone(String),
}

impl StalePage {
    /// The page for a form that was made from version `seen`.
    pub fn new(
        mut shell: Shell,
        sight: &Sight<'_>,
        action: Action,
        seen: u32,
        filled: &Pairs,
        csrf: impl Into<String>,
    ) -> Self {
        let faster = who_was_faster(sight, seen);
        shell.heading = faster.clone().into();
        shell.back = Some(urls::case(&sight.case.reference));
        let filled = without_controls(filled);
        let mut meanwhile: Vec<Entry> =
            timeline(sight.record, sight.case, sight.ctx, voice_of(sight.case, sight.ctx.actor))
                .into_iter()
                .filter(|entry| entry.seq > seen)
                .collect();
        meanwhile.reverse();
        let still = match crate::domain::case::decide::ready(sight.case, action, sight.ctx) {
            Ok(()) => Still::Possible,
            Err(refusal) => Still::Gone(refusal.sentence),
        };
        Self {
            identity: sight.identity(),
            faster,
            title: action.title().to_owned(),
            meanwhile,
            answers: typed_rows(&filled, sight, action),
            carried: filled,
            still,
            send_to: urls::case_action(&sight.case.reference, action),
            cancel: urls::case(&sight.case.reference),
            version: sight.case.length,
            csrf: csrf.into(),
            shell,
        }
    }
}

/// Everything that was typed, in the words of the form where it still has the question; what it has no more
/// is shown by its name, so that nothing is lost.
fn typed_rows(filled: &Pairs, sight: &Sight<'_>, action: Action) -> Vec<SummaryRow> {
    let rows = answers(action, sight, filled);
    if !rows.is_empty() {
        return rows;
    }
    filled
        .iter()
        .filter(|(_, value)| !value.trim().is_empty())
        .map(|(name, value)| SummaryRow {
            key: name.replace(['_', '.', '-'], " ").into(),
            value: Some(value.clone()),
            change: None,
        })
        .collect()
}
