//! A family's page that has closed: what was typed is given back, and the way in again (P8, P33, P40).
//!
//! It says the same whether there ever was a case. The school on it is the one that this browser visited.

use actix_web::{HttpRequest, web};
use askama::Template;

use crate::app::access::Token;
use crate::app::access::family::{CASE_TOKEN_LIVES, SESSION_RESTS};
use crate::app::drafts::{Kept, Trace};
use crate::app::error::Error;
use crate::app::{App, drafts};
use crate::domain::ids::PartyNo;
use crate::domain::reference::Reference;
use crate::urls;
use crate::web::field::Field;
use crate::web::page::{Help, Shell};
use crate::web::pages::family::Face;
use crate::web::pages::serve::{Trouble, Visit, blocking, one_more, school};
use crate::web::pages::typed::Typed;
use crate::web::parts::Link;
use crate::web::session::Cookie;

/// The page.
#[derive(Template)]
#[template(path = "mine/closed.html")]
pub struct ClosedPage {
    shell: Shell,
    minutes: i64,
    hours: i64,
    unsent: Unsent,
    again: Link,
}

/// What became of what was typed.
#[derive(Debug)]
pub enum Unsent {
    /// Nothing was sent: the page was only opened.
    Nothing,
    /// Something came that cannot be given back, such as a file.
    Lost,
    /// It is on the page.
    Here(Vec<Field>),
    /// It is on the page, and in its form again when the case is opened from this browser.
    Kept(Vec<Field>),
}

impl ClosedPage {
    /// The page, with the school's face where this browser knows of a school.
    pub fn new(face: Option<&Face>, unsent: Unsent) -> Self {
        let heading = "Your page has closed";
        let (shell, again) = match face {
            Some(face) => (
                face.shell(heading, urls::MINE),
                Link::new("Ask for a new link by email", urls::find_my_case(&face.slug)),
            ),
            None => (
                bare(heading),
                Link::new("Choose your school, and ask for a new link by email", urls::SCHOOLS),
            ),
        };
        Self {
            shell,
            minutes: SESSION_RESTS.num_minutes(),
            hours: CASE_TOKEN_LIVES.num_hours(),
            unsent,
            again,
        }
    }
}

fn bare(heading: &'static str) -> Shell {
    let mut shell = Shell::parent("", heading, Help::new("Call the school if you cannot go on"));
    shell.school = None;
    urls::MINE.clone_into(&mut shell.path);
    shell
}

/// What is no text of a person: who sent the form, and what was ticked.
const NOT_TYPED: [&str; 8] =
    ["csrf", "version", "case", "school", "points", "to_stage", "confirmed", super::confirm::STEP];

/// What a person typed, a box each.
fn boxes(typed: &Typed) -> Vec<Field> {
    let prose = |(name, value): &&(String, String)| {
        !value.trim().is_empty() && !NOT_TYPED.contains(&name.as_str()) && !name.starts_with("point-")
    };
    let mut number = 0;
    let boxed = |(name, value): &(String, String)| {
        number += 1;
        Field::new(format!("unsent-{number}"), label(name)).value(value.trim()).rows(6)
    };
    typed.pairs().iter().filter(prose).map(boxed).collect()
}

fn label(name: &str) -> &'static str {
    match name {
        "answer" => "Your answer",
        "why" | "reason" => "Why",
        "wanted" => "What you want to happen",
        "number" => "The number to ring",
        "times" => "When is a good time",
        _ => "What you wrote",
    }
}

/// The page for whoever only opened an address, or sent something that has no words.
pub(super) async fn closed(app: &App, request: &HttpRequest) -> Trouble {
    let unsent =
        if request.method() == actix_web::http::Method::POST { Unsent::Lost } else { Unsent::Nothing };
    let face = face_of(app, Cookie::School.read(request)).await;
    shown(&ClosedPage::new(face.as_ref(), unsent))
}

/// The page that gives back what was typed into the form of that name. It is kept for three days for the same browser,
/// the same case and the same complainant, if there are such.
pub(super) async fn giving_back(app: &App, request: &HttpRequest, form: &str, body: &[u8]) -> Trouble {
    let typed = Typed::read(&String::from_utf8_lossy(body));
    let visit = Visit::of(request, app);
    // What another site put into a form of ours is not shown.
    if let Err(stranger) = visit.checks(&typed) {
        return stranger;
    }
    let boxes = boxes(&typed);
    // A browser may have the pages of two schools open: the form knows of which it is.
    let face = match face_of(app, Some(typed.get("school").to_owned())).await {
        Some(face) => Some(face),
        None => face_of(app, Cookie::School.read(request)).await,
    };
    let unsent = match &face {
        _ if boxes.is_empty() => Unsent::Lost,
        Some(face) if keep(app, request, &visit, face, form, typed).await.is_ok() => Unsent::Kept(boxes),
        Some(_) | None => Unsent::Here(boxes),
    };
    shown(&ClosedPage::new(face.as_ref(), unsent))
}

async fn keep(
    app: &App,
    request: &HttpRequest,
    visit: &Visit,
    face: &Face,
    form: &str,
    typed: Typed,
) -> Result<(), Error> {
    one_more(request)?;
    let (slug, secret) = (face.slug.clone(), secret(visit, form, typed.get("case")));
    let kept = typed.without("csrf").without("version").without("case").without("school");
    let json = serde_json::to_string(&kept).map_err(|source| Error::Internal(Box::new(source)))?;
    blocking(app, move |app| drafts::keep(app, &slug, &secret, json, Trace::None, Vec::new())).await
}

/// What this browser typed into that form with that mark when the page had closed, if it was not sent since.
pub(super) async fn kept(app: &App, visit: &Visit, slug: &str, form: &str, mark: &str) -> Option<Typed> {
    let (slug, secret) = (slug.to_owned(), secret(visit, form, mark));
    match blocking(app, move |app| drafts::load(app, &slug, &secret)).await.ok()? {
        Kept::Here(json, _) => serde_json::from_str(&json).ok(),
        Kept::Over(_) | Kept::Nothing => None,
    }
}

/// Which of these forms hold words of this browser that were typed when the page had closed, and never sent.
pub(super) async fn waiting(
    app: &App,
    visit: &Visit,
    slug: &str,
    forms: Vec<&'static str>,
    mark: &str,
) -> Result<Vec<&'static str>, Error> {
    let secrets: Vec<_> = forms.into_iter().map(|form| (form, secret(visit, form, mark))).collect();
    let slug = slug.to_owned();
    blocking(app, move |app| {
        let mut waiting = Vec::new();
        for (form, secret) in secrets {
            if let Kept::Here(..) = drafts::load(app, &slug, &secret)? {
                waiting.push(form);
            }
        }
        Ok(waiting)
    })
    .await
}

/// It was sent.
pub(super) async fn forget(app: &App, visit: &Visit, form: &str, mark: &str) -> Result<(), Error> {
    let secret = secret(visit, form, mark);
    blocking(app, move |app| drafts::forget(app, &secret)).await
}

/// What stands in a form for its case and the complainant who reads it: two parents may share a browser, and what one
/// of them typed is not for the other (P18).
pub(super) fn mark(visit: &Visit, case: &Reference, party: PartyNo) -> String {
    visit.derived(&format!("case {case} {party}"))
}

/// Under what it is kept: another browser, form, case or complainant does not find it.
fn secret(visit: &Visit, form: &str, mark: &str) -> Token {
    Token::given(visit.derived(&format!("unsent {form} {mark}")))
}

async fn face_of(app: &App, slug: Option<String>) -> Option<Face> {
    let slug = slug?;
    school(&web::Data::new(app.clone()), &slug).await.ok().map(|(_, face)| face)
}

fn shown(page: &ClosedPage) -> Trouble {
    match page.render() {
        Ok(html) => Trouble::Closed(html),
        Err(error) => Error::Internal(Box::new(error)).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::pages::family::tests::hazel_lane;

    /// P8, P39: the words stand there to be copied, with the school's telephone; nothing of a case does.
    #[test]
    fn what_was_typed_is_given_back_with_the_way_in_and_the_telephone() {
        let typed = Typed::default()
            .with("csrf", "c5rf")
            .with("version", "7")
            .with("case", "H7K2-M4XQ")
            .with("school", "hazel-lane")
            .with("points", "1")
            .with("point-1", "yes")
            .with("words", " She fell <twice> ");
        let boxes = boxes(&typed);
        assert_eq!(boxes.len(), 1);
        let html = ClosedPage::new(Some(&hazel_lane()), Unsent::Kept(boxes)).render().unwrap();
        for owed in ["She fell", "0117 496 0123", "/schools/hazel-lane/find-my-case", "was not sent"] {
            assert!(html.contains(owed), "{owed}: {html}");
        }
        assert!(!html.contains("<twice>") && !html.contains("H7K2") && !html.contains("c5rf"), "{html}");
    }

    /// P18: two parents of one case who share a browser find only their own words.
    #[test]
    fn what_is_kept_is_for_one_complainant_of_one_case() {
        let visit = Visit { secret: Token::given("a-browser-of-a-family") };
        let (case, another) = (Reference::from_random(1), Reference::from_random(2));
        let (hers, his) = (mark(&visit, &case, PartyNo(1)), mark(&visit, &case, PartyNo(2)));
        assert_ne!(hers, his);
        assert_ne!(hers, mark(&visit, &another, PartyNo(1)));
        assert_ne!(secret(&visit, "send_message", &hers), secret(&visit, "send_message", &his));
    }

    #[test]
    fn without_a_school_there_is_still_a_way_in() {
        let html = ClosedPage::new(None, Unsent::Nothing).render().unwrap();
        assert!(html.contains("href=\"/schools\"") && !html.contains("was not sent"), "{html}");
    }
}
