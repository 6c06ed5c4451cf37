//! What was taken out of a case (S22), for the few who may read it: asked for with a reason, which is logged.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::app::cases::{Caller, Opened, open_to};
use crate::app::error::{Error, FieldProblem};
use crate::app::readings::What;
use crate::app::redaction::{self, Asked, Original};
use crate::app::{App, messages};
use crate::domain::reference::Reference;
use crate::urls;
use crate::web::csrf::{CheckedForm, Csrf};
use crate::web::download;
use crate::web::extract::{SignedIn, blocking};
use crate::web::field::Kind;
use crate::web::page::Shell;
use crate::web::pages::simple::{FormPage, Found, Part};
use crate::web::pages::typed::Typed;
use crate::web::parts::Identity;
use crate::web::trouble::{Trouble, draw};

use super::Sight;
use super::handle::{frame_of, parse};

const HEADING: &str = "Read what was taken out";

/// What was taken out.
#[derive(Debug, Template)]
#[template(path = "case/original.html")]
struct OriginalPage {
    shell: Shell,
    identity: Identity,
    texts: Vec<String>,
    /// Subject and text.
    letters: Vec<(String, String)>,
    case: String,
}

/// Which original of which case.
fn place(path: web::Path<(String, String)>) -> Result<(Reference, u32), Trouble> {
    let (reference, entry) = path.into_inner();
    Ok((parse(&reference)?, entry.parse().map_err(|_| Error::NotFound)?))
}

/// A visit to one original.
struct Visit<'v> {
    app: &'v App,
    person: &'v SignedIn,
    csrf: &'v Csrf,
    opened: &'v Opened,
    entry: u32,
}

impl Visit<'_> {
    fn shell(&self) -> Shell {
        let reference = &self.opened.case.reference;
        let path = urls::case_original(reference, self.entry);
        let mut shell = frame_of(self.app, &self.person.0, self.csrf, HEADING, &path, self.opened);
        shell.back = Some(urls::case(reference));
        shell
    }

    fn form(&self, typed: &Typed, problems: &[FieldProblem]) -> FormPage {
        let reason = Found(problems)
            .text(typed, "reason", "Why do you read it?")
            .kind(Kind::Text)
            .rows(3)
            .hint("Those who lead the case can see that you read it, when and why.");
        let path = urls::case_original(&self.opened.case.reference, self.entry);
        FormPage::new(self.shell(), self.csrf.clone(), path, vec![Part::Text(reason)])
            .about(self.opened.case.reference.to_string())
            .button("Read it")
    }

    fn shown(&self, original: Original) -> HttpResponse {
        let ctx = self.opened.context();
        let sight = Sight { case: &self.opened.case, record: &self.opened.record, ctx: &ctx };
        let page = OriginalPage {
            shell: self.shell(),
            identity: sight.identity(),
            texts: original.texts,
            letters: original
                .letters
                .into_iter()
                .map(|letter| (letter.subject, messages::readable(self.app, &letter.text)))
                .collect(),
            case: urls::case(&self.opened.case.reference),
        };
        draw(&mut HttpResponse::Ok(), &page)
    }
}

async fn opened(
    app: &web::Data<App>,
    person: &SignedIn,
    reference: &Reference,
    entry: u32,
) -> Result<Opened, Trouble> {
    let (caller, reference) = (Caller::Colleague(person.0.clone()), reference.clone());
    Ok(blocking(app, move |app| {
        redaction::may_read(app, &caller, &reference, entry)?;
        open_to(app, &caller, &reference, What::Action)
    })
    .await?)
}

/// Asks why.
pub async fn page(
    app: web::Data<App>,
    person: SignedIn,
    csrf: Csrf,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Trouble> {
    let (reference, entry) = place(path)?;
    let opened = opened(&app, &person, &reference, entry).await?;
    let visit = Visit { app: &app, person: &person, csrf: &csrf, opened: &opened, entry };
    Ok(draw(&mut HttpResponse::Ok(), &visit.form(&Typed::default(), &[])))
}

/// Shows it, or sends the file, once the reading is logged.
pub async fn read(
    app: web::Data<App>,
    person: SignedIn,
    csrf: Csrf,
    path: web::Path<(String, String)>,
    form: CheckedForm,
) -> Result<HttpResponse, Trouble> {
    let (reference, entry) = place(path)?;
    let opened = opened(&app, &person, &reference, entry).await?;
    let visit = Visit { app: &app, person: &person, csrf: &csrf, opened: &opened, entry };
    let caller = Caller::Colleague(person.0.clone());
    let asked = Asked { reference, entry, reason: form.0.get("reason").to_owned() };
    match blocking(&app, move |app| redaction::read(app, &caller, &asked)).await {
        Ok(Original { file: Some(file), .. }) => Ok(download::sent(&app, file)),
        Ok(original) => Ok(visit.shown(original)),
        Err(Error::Invalid(problems)) => {
            Ok(draw(&mut HttpResponse::UnprocessableEntity(), &visit.form(&form.0, &problems)))
        }
        Err(other) => Err(other.into()),
    }
}
