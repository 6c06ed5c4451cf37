//! Words and files that are taken out (S22): sealed in the same transaction, gone from letters too, and read again by
//! a few, each time with a reason that is logged.

use serde_json::Value;

use crate::db::logs::{Reader, Reading};
use crate::db::originals::{self, LetterText};
use crate::db::visibility::Seen;
use crate::db::{self, Tx};
use crate::domain::case::action::By;
use crate::domain::case::command::Command;
use crate::domain::case::context::Context;
use crate::domain::case::decide::{AGAIN, mark_of_a_letter};
use crate::domain::case::event::{Event, Left, Recorded};
use crate::domain::case::refusal::{Refusal, RefusalCode};
use crate::domain::case::state::{Case, Document};
use crate::domain::ids::DocumentNo;
use crate::domain::redaction::{Between, Passage};
use crate::domain::reference::Reference;
use crate::domain::text::Words;

use super::App;
use super::cases::{Caller, Done, knowingly};
use super::error::{Error, FieldCode, FieldProblem};
use super::files::Download;
use super::messages;

/// Whether a command is about a text of the record, so that the record is read for its decision.
pub(super) fn is_about_the_record(command: &Command) -> bool {
    matches!(command, Command::TakeOut(_) | Command::TakeOutFile(_))
}

/// Seals what was taken out, in the record and in letters, and makes the case of what is left.
pub(super) fn settle(
    tx: &mut Tx,
    seen: Seen,
    before: &[Recorded],
    command: &Command,
    done: &mut Done,
) -> Result<(), Error> {
    if !is_about_the_record(command) {
        return Ok(());
    }
    for recorded in &done.events {
        if let Event::WordsTakenOut { entry, left, reason }
        | Event::FileTakenOut { entry, left, reason, .. } = &recorded.event
        {
            seal_texts(tx, seen, before, *entry, left)?;
            let mark = mark_of_a_letter(reason, &done.setting.context(done.now, done.actor));
            if let Some(passage) = passage(before, command) {
                seal_letters(tx, seen, recorded.stamp.seq, &passage, &mark)?;
                clear_answers(tx, &done.case.reference, &passage)?;
            }
        }
    }
    db::cases::refresh(tx, seen)?;
    done.case = db::cases::load(tx, seen)?.ok_or(Error::NotFound)?.case;
    Ok(())
}

/// What would be left, for whoever is about to take something out: nothing is changed by looking.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WouldBeLeft {
    /// The texts of the entry, with the mark in its place.
    pub texts: Vec<String>,
    /// The letters that change, each as it would be shown from then on.
    pub letters: Vec<LetterText>,
    /// The name of the file that nobody could open any more.
    pub file: Option<String>,
}

impl WouldBeLeft {
    /// The same with letters as they are read: with an address where a link of the family's own will be.
    #[must_use]
    pub fn readable(mut self, app: &App) -> Self {
        for letter in &mut self.letters {
            letter.text = messages::readable(app, &letter.text);
        }
        self
    }
}

/// What a command that takes something out would leave.
pub(super) fn what_would_be_left(
    tx: &mut Tx,
    seen: Seen,
    record: &[Recorded],
    command: &Command,
    new: &[Recorded],
    ctx: &Context<'_>,
) -> Result<Option<WouldBeLeft>, Error> {
    let taken = new.iter().find_map(|recorded| match &recorded.event {
        Event::WordsTakenOut { left, reason, .. } | Event::FileTakenOut { left, reason, .. } => {
            Some((left, reason))
        }
        _ => None,
    });
    let Some((left, reason)) = taken else { return Ok(None) };
    let file = match command {
        Command::TakeOutFile(file) => added(record, file.document).map(|document| document.name.to_string()),
        _ => None,
    };
    // What stands for the name of a file is not worth showing.
    let texts =
        if file.is_some() { Vec::new() } else { left.iter().map(|one| one.words.to_string()).collect() };
    let mut letters = Vec::new();
    if let Some(passage) = passage(record, command) {
        let mark = mark_of_a_letter(reason, ctx);
        for before in originals::letters(tx, seen)? {
            let after = without(&before, &passage, &mark);
            if after != before {
                letters.push(after);
            }
        }
    }
    Ok(Some(WouldBeLeft { texts, letters, file }))
}

/// What is to go from letters: the words, or the name of the file.
fn passage(before: &[Recorded], command: &Command) -> Option<Passage> {
    if let Command::TakeOut(words) = command {
        return Passage::of(words.words.as_str());
    }
    let Command::TakeOutFile(file) = command else { return None };
    added(before, file.document).and_then(|document| Passage::of(document.name.as_str()))
}

fn added(record: &[Recorded], no: DocumentNo) -> Option<&Document> {
    record.iter().find_map(|recorded| {
        let Event::DocumentAdded { document } = &recorded.event else { return None };
        (document.no == no).then_some(document)
    })
}

/// Seals the texts, and what was left of them when words were taken out before.
fn seal_texts(tx: &mut Tx, seen: Seen, before: &[Recorded], entry: u32, left: &[Left]) -> Result<(), Error> {
    for text in left {
        originals::seal_text(tx, seen, entry, text.slot)?;
    }
    for recorded in before {
        let Event::WordsTakenOut { entry: same, left: earlier, .. } = &recorded.event else { continue };
        let again = (0_u16..).zip(earlier).filter(|(_, one)| left.iter().any(|text| text.slot == one.slot));
        for (slot, _) in again.filter(|_| *same == entry) {
            originals::seal_text(tx, seen, recorded.stamp.seq, slot)?;
        }
    }
    Ok(())
}

/// The words go from answers that are kept for requests that may be repeated, too. A repeated request still does nothing
/// twice: its answer stays, without them.
fn clear_answers(tx: &mut Tx, reference: &Reference, passage: &Passage) -> Result<(), Error> {
    for kept in db::idempotency::naming(tx, reference)? {
        if let Some(left) = answer_without(&kept.response, passage) {
            db::idempotency::rewrite(tx, &kept, &left)?;
        }
    }
    Ok(())
}

/// What is left of an answer, which is the version of the case and JSON, or a line of text.
fn answer_without(response: &str, passage: &Passage) -> Option<String> {
    let (version, body) = response.split_once('\n')?;
    let Ok(mut json) = serde_json::from_str::<Value>(body) else {
        return passage.taken_out_of(response, Between::Space, AGAIN, AGAIN);
    };
    let before = json.clone();
    clear(&mut json, passage);
    (json != before).then(|| format!("{version}\n{json}"))
}

fn clear(json: &mut Value, passage: &Passage) {
    match json {
        Value::String(text) => {
            if let Some(left) = passage.taken_out_of(text, Between::Space, AGAIN, AGAIN) {
                *text = left;
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| clear(item, passage)),
        Value::Object(map) => map.values_mut().for_each(|value| clear(value, passage)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Letters of the case in which the words stand: those that wait, and those that were sent and are shown again.
fn seal_letters(tx: &mut Tx, seen: Seen, event: u32, passage: &Passage, mark: &str) -> Result<(), Error> {
    for before in originals::letters(tx, seen)? {
        let left = without(&before, passage, mark);
        if left != before {
            originals::seal_letter(tx, seen, event, &before, &left)?;
        }
    }
    Ok(())
}

fn without(letter: &LetterText, passage: &Passage, mark: &str) -> LetterText {
    let line = |text: &str| passage.taken_out_of(text, Between::Space, AGAIN, AGAIN);
    let on_a_page = passage.spelled(escaped);
    let html = letter.html.as_deref().map(|html| {
        on_a_page.taken_out_of(html, Between::Tags, &escaped(mark), AGAIN).unwrap_or_else(|| html.to_owned())
    });
    LetterText {
        id: letter.id,
        subject: line(&letter.subject).unwrap_or_else(|| letter.subject.clone()),
        text: passage
            .taken_out_of(&letter.text, Between::QuotedLines, mark, AGAIN)
            .unwrap_or_else(|| letter.text.clone()),
        html,
        invitation: letter.invitation.as_ref().map(|json| line(json).unwrap_or_else(|| json.clone())),
    }
}

/// The signs of a page as letters are written.
fn escaped(text: &str) -> String {
    text.replace('&', "&#38;")
        .replace('<', "&#60;")
        .replace('>', "&#62;")
        .replace('"', "&#34;")
        .replace('\'', "&#39;")
}

/// What was taken out, as it was.
#[derive(Clone, Debug)]
pub struct Original {
    /// The texts.
    pub texts: Vec<String>,
    /// The letters in which the words stood.
    pub letters: Vec<LetterText>,
    /// The file, where one was taken out.
    pub file: Option<Download>,
}

/// Which original, and why it is read.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Of which case.
    pub reference: Reference,
    /// The event that took it out, by its place in the record.
    pub entry: u32,
    /// Why, as it was typed.
    pub reason: String,
}

/// Whether somebody may read originals: whoever may take out.
pub fn reads_originals(case: &Case, ctx: &Context<'_>) -> bool {
    let relations = ctx.relations(case);
    [By::Coordinator, By::Clerk, By::DataProtection].iter().any(|by| relations.contains(by))
}

/// Whether there is such an original, and the caller may read it, before anything is asked.
///
/// # Errors
/// As for [`read`], but for the reason.
pub fn may_read(app: &App, caller: &Caller, reference: &Reference, entry: u32) -> Result<(), Error> {
    app.db().read(|tx| permitted(tx, app, caller, reference, entry).map(|_| ()))
}

/// Reads an original. Who, when and why is logged in the same moment (R69).
///
/// # Errors
/// `NotFound` where there is none and for families, `Forbidden` for staff who may not, `Invalid` without a reason.
pub fn read(app: &App, caller: &Caller, asked: &Asked) -> Result<Original, Error> {
    let (inside, caller, asked) = (app.clone(), caller.clone(), asked.clone());
    app.db().write(move |tx| {
        let (seen, event, document) = permitted(tx, &inside, &caller, &asked.reference, asked.entry)?;
        let about = Words::text(&asked.reason).map_err(|_| {
            let words = "Say why you read it. The reason is kept with your name";
            Error::Invalid(vec![FieldProblem::new("reason", FieldCode::Missing, words)])
        })?;
        let Some(person) = caller.actor().person() else { return Err(Error::NotFound) };
        let reading = Reading {
            reader: Reader::Person(person),
            at: inside.now(),
            what: format!("original {}", asked.entry),
            way: inside.way(),
            about: Some(about.as_str().to_owned()),
        };
        db::logs::log_reading(tx, seen, &reading)?;
        let (Event::WordsTakenOut { entry, left, .. } | Event::FileTakenOut { entry, left, .. }) = &event
        else {
            return Err(Error::NotFound);
        };
        let slots: Vec<u16> = left.iter().map(|text| text.slot).collect();
        let texts = originals::texts(tx, seen, *entry)?;
        Ok::<_, Error>(Original {
            texts: texts.into_iter().filter(|(slot, _)| slots.contains(slot)).map(|(_, text)| text).collect(),
            letters: originals::sealed_letters_of(tx, seen, asked.entry)?,
            file: document.map(Download::of).transpose()?,
        })
    })
}

/// The event of the original, for whoever may read it, with the file that it took out.
fn permitted(
    tx: &mut Tx,
    app: &App,
    caller: &Caller,
    reference: &Reference,
    entry: u32,
) -> Result<(Seen, Event, Option<Document>), Error> {
    if let Caller::Family(_) = caller {
        return Err(Error::NotFound);
    }
    let seen = caller.find(tx, app, reference)?;
    let loaded = db::cases::load(tx, seen)?.ok_or(Error::NotFound)?;
    let record = db::events::load(tx, seen)?;
    let event =
        record.into_iter().find(|recorded| recorded.stamp.seq == entry).map(|recorded| recorded.event);
    let Some(event) = event.filter(took_something_out) else { return Err(Error::NotFound) };
    let setting = app.worlds().bound(tx, &loaded.case)?;
    if !reads_originals(&loaded.case, &setting.context(app.now(), caller.actor())) {
        let words = "What was taken out is read by the complaints co-ordinator, the clerk and the data protection officer";
        return Err(Error::Forbidden(Refusal::new(RefusalCode::NotYours, words).unless("Ask one of them")));
    }
    knowingly(&loaded.case, &setting.context(app.now(), caller.actor()))?;
    let taken =
        |known: &&Document| matches!(&event, Event::FileTakenOut { document, .. } if *document == known.no);
    // What waits for the virus scanner, or did not pass it, nobody opens.
    let file = loaded.case.documents.iter().find(taken).filter(|file| file.scan.lets_open()).cloned();
    Ok((seen, event, file))
}

fn took_something_out(event: &Event) -> bool {
    matches!(event, Event::WordsTakenOut { .. } | Event::FileTakenOut { .. })
}
