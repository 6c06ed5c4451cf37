//! The code on paper for a family without email: staff print it once, and nobody reads it on a page of theirs again.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::app::App;
use crate::app::access::return_code::{self, Asked, Issued, may_make};
use crate::app::cases::{Caller, Opened, SeenVersion, open_to};
use crate::app::error::{Error, FieldProblem};
use crate::app::readings::What;
use crate::domain::ids::PartyNo;
use crate::domain::reference::Reference;
use crate::urls;
use crate::web::csrf::{CheckedForm, Csrf};
use crate::web::extract::{SignedIn, blocking};
use crate::web::field::{Choices, LabelSize};
use crate::web::page::Shell;
use crate::web::pages::simple::{FormPage, Found, Part};
use crate::web::pages::typed::Typed;
use crate::web::parts::Identity;
use crate::web::trouble::{Trouble, draw};

use super::Sight;
use super::handle::{frame_of, parse};

const HEADING: &str = "Print a return code";

/// The paper.
#[derive(Debug, Template)]
#[template(path = "case/return_code.html")]
struct PaperPage {
    shell: Shell,
    identity: Identity,
    school: String,
    name: String,
    reference: String,
    code: String,
    place: String,
    phone: String,
    case: String,
}

/// A visit to it.
struct Visit<'v> {
    app: &'v App,
    person: &'v SignedIn,
    csrf: &'v Csrf,
    opened: &'v Opened,
}

impl Visit<'_> {
    fn shell(&self) -> Shell {
        let reference = &self.opened.case.reference;
        let path = urls::case_return_code(reference);
        let mut shell = frame_of(self.app, &self.person.0, self.csrf, HEADING, &path, self.opened);
        shell.back = Some(urls::case(reference));
        shell
    }

    fn form(&self, typed: &Typed, problems: &[FieldProblem]) -> FormPage {
        let case = &self.opened.case;
        let mut parts = vec![Part::Hidden("version", case.length.to_string())];
        let who: Vec<_> = case.complainants().collect();
        if who.len() > 1 {
            let choices = Choices::new("party", "Whose page is it to open?").label_size(LabelSize::Medium);
            let choices = who.iter().fold(choices, |choices, party| {
                choices.option(party.no.to_string(), party.name.as_str().to_owned())
            });
            parts
                .push(Part::Radios(choices.chosen(&[typed.get("party")]).error(Found(problems).at("party"))));
        }
        FormPage::new(self.shell(), self.csrf.clone(), urls::case_return_code(&case.reference), parts)
            .about(case.reference.to_string())
            .lead(&[
                "For a family without email: with the reference and this code they open their page on any phone or computer.",
                "It is shown once, for you to print. A code that was made before stops working. That you made one stands in the history.",
                "Make sure that the paper reaches the person whom it is for, and nobody else.",
            ])
            .button("Make the code and show the paper")
    }

    fn paper(&self, issued: &Issued) -> HttpResponse {
        let ctx = self.opened.context();
        let sight = Sight { case: &self.opened.case, record: &self.opened.record, ctx: &ctx };
        let page = PaperPage {
            shell: self.shell(),
            identity: sight.identity(),
            school: ctx.school.name.clone(),
            name: issued.name.clone(),
            reference: issued.reference.to_string(),
            code: issued.code.as_str().to_owned(),
            place: self.app.base().link(&urls::return_code(&ctx.school.slug)).to_string(),
            phone: ctx.school.phone.clone(),
            case: urls::case(&issued.reference),
        };
        draw(&mut HttpResponse::Ok(), &page)
    }
}

async fn opened(app: &web::Data<App>, person: &SignedIn, reference: &Reference) -> Result<Opened, Trouble> {
    let (caller, reference) = (Caller::Colleague(person.0.clone()), reference.clone());
    let opened = blocking(app, move |app| open_to(app, &caller, &reference, What::Action)).await?;
    if may_make(&opened.case, &opened.context()) { Ok(opened) } else { Err(Error::NotFound.into()) }
}

/// Asks first: the code before it ends.
pub async fn page(
    app: web::Data<App>,
    person: SignedIn,
    csrf: Csrf,
    reference: web::Path<String>,
) -> Result<HttpResponse, Trouble> {
    let opened = opened(&app, &person, &parse(&reference)?).await?;
    let visit = Visit { app: &app, person: &person, csrf: &csrf, opened: &opened };
    Ok(draw(&mut HttpResponse::Ok(), &visit.form(&Typed::default(), &[])))
}

/// Makes it, and shows it this once.
pub async fn print(
    app: web::Data<App>,
    person: SignedIn,
    csrf: Csrf,
    reference: web::Path<String>,
    form: CheckedForm,
) -> Result<HttpResponse, Trouble> {
    let reference = parse(&reference)?;
    let opened = opened(&app, &person, &reference).await?;
    let visit = Visit { app: &app, person: &person, csrf: &csrf, opened: &opened };
    let asked = Asked {
        reference,
        party: form.0.get("party").parse().ok().map(PartyNo),
        seen: form.0.get("version").parse().map_or(SeenVersion::NotSaid, SeenVersion::Exactly),
    };
    let caller = Caller::Colleague(person.0.clone());
    match blocking(&app, move |app| return_code::for_paper(app, caller, asked)).await {
        Ok(issued) => Ok(visit.paper(&issued)),
        Err(Error::Invalid(problems)) => {
            Ok(draw(&mut HttpResponse::UnprocessableEntity(), &visit.form(&form.0, &problems)))
        }
        Err(other) => Err(other.into()),
    }
}
