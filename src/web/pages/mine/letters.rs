//! The letters that went to a complainant, to read again and to print (P31, P43): their own, never another's (P18).

use actix_web::{HttpRequest, web};
use askama::Template;

use crate::app::App;
use crate::app::error::Error;
use crate::app::messages::{self, OwnLetter};
use crate::domain::calendar::{long_date, short_date};
use crate::domain::ids::MessageId;
use crate::domain::reference::Reference;
use crate::domain::text::capital;
use crate::urls;
use crate::web::page::Shell;
use crate::web::pages::family::Face;
use crate::web::pages::outbox::letter::{Piece, pieces};
use crate::web::pages::serve::blocking;
use crate::web::parts::Link;

use super::handle::{Handled, Inside};

/// A letter as it stands in the list.
#[derive(Clone, Debug)]
pub struct LetterLine {
    /// The day on which it was written: "4 June 2026".
    pub on: String,
    /// What it is about, with the way to it.
    pub link: Link,
}

/// The list on the page of the case, the oldest first.
pub fn lines(letters: &[OwnLetter], school: &str, reference: &Reference) -> Vec<LetterLine> {
    letters
        .iter()
        .map(|letter| LetterLine {
            on: short_date(letter.on),
            link: Link::new(about(letter, school, reference), urls::mine_letter(letter.id)),
        })
        .collect()
}

/// The subject without the school and the reference, which stand on the page already.
fn about(letter: &OwnLetter, school: &str, reference: &Reference) -> String {
    let subject = letter.subject.as_str();
    let subject = subject.strip_prefix(&format!("{school}: ")).unwrap_or(subject);
    capital(subject.strip_suffix(&format!(" ({reference})")).unwrap_or(subject))
}

/// A letter as it prints.
#[derive(Clone, Debug)]
pub struct Sheet {
    /// The school: name, address, telephone.
    pub from: Vec<String>,
    /// The day on which it was written.
    pub date: String,
    /// The subject.
    pub subject: String,
    /// The text, in pieces.
    pub pieces: Vec<Piece>,
}

/// One letter, or all of them in order.
#[derive(Template)]
#[template(path = "mine/letters.html")]
pub struct LettersPage {
    shell: Shell,
    reference: String,
    sheets: Vec<Sheet>,
}

impl LettersPage {
    /// The page of those letters.
    pub fn new(
        face: &Face,
        heading: &str,
        path: String,
        letters: &[OwnLetter],
        reference: &Reference,
    ) -> Self {
        let mut shell = face.shell(heading, path);
        shell.service = reference.to_string().into();
        shell.home = urls::MINE.into();
        shell.back = Some(urls::MINE.to_owned());
        let sheet = |letter: &OwnLetter| Sheet {
            from: [face.name.clone(), format!("Telephone {}", face.phone)].into(),
            date: long_date(letter.on),
            subject: letter.subject.clone(),
            pieces: pieces(&letter.text),
        };
        Self { shell, reference: reference.to_string(), sheets: letters.iter().map(sheet).collect() }
    }
}

/// The letters of whoever has the page open.
pub(super) async fn own(inside: &Inside) -> Result<Vec<OwnLetter>, Error> {
    let (caller, reference) = (inside.caller.clone(), inside.opened.case.reference.clone());
    blocking(&inside.app, move |app| messages::own_letters(app, &caller, &reference)).await
}

/// Every letter, in order.
pub(super) async fn all(app: web::Data<App>, request: HttpRequest) -> Handled {
    let inside = Inside::of(app, &request).await?;
    let letters = own(&inside).await?;
    let reference = &inside.opened.case.reference;
    let page = LettersPage::new(&inside.face, EVERY_LETTER, urls::MINE_LETTERS.into(), &letters, reference);
    inside.visit.page(&inside.app, &page)
}

/// One letter.
pub(super) async fn one(app: web::Data<App>, request: HttpRequest, id: web::Path<String>) -> Handled {
    let id = id.parse().map(MessageId).map_err(|_| Error::NotFound)?;
    let inside = Inside::of(app, &request).await?;
    let letters = own(&inside).await?;
    let letter = letters.into_iter().find(|letter| letter.id == id).ok_or(Error::NotFound)?;
    let reference = &inside.opened.case.reference;
    let heading = about(&letter, &inside.face.name, reference);
    let page = LettersPage::new(&inside.face, &heading, urls::mine_letter(id), &[letter], reference);
    inside.visit.page(&inside.app, &page)
}

/// What the page of all letters is called.
pub(super) const EVERY_LETTER: &str = "Every letter that we sent you";
