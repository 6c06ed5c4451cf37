//! One answer for several cases about the same matter (R18): the form, and the page that asks before anything leaves.

use actix_web::{HttpResponse, web};
use askama::Template;
use sha2::{Digest, Sha256};

use crate::app::cases::{Caller, Preview};
use crate::app::error::{Error, FieldCode, FieldProblem};
use crate::app::together::{self, Joint, Member, Together};
use crate::app::{App, IdempotencyKey};
use crate::domain::calendar::short_date;
use crate::domain::case::command::Confirmed;
use crate::domain::reference::Reference;
use crate::domain::text::first_line;
use crate::urls;
use crate::web::csrf::{CheckedForm, Csrf};
use crate::web::extract::{SignedIn, blocking};
use crate::web::field::{Choices, Kind, Need, Problem};
use crate::web::page::{Shell, Standing};
use crate::web::pages::access::go;
use crate::web::pages::simple::{Found, Part};
use crate::web::pages::typed::Typed;
use crate::web::parts::Identity;
use crate::web::trouble::{Trouble, draw, draw_to_ask};

use super::Sight;
use super::act::Letter;
use super::handle::{frame_of, parse};

const HEADING: &str = "Answer the same matter in several cases";

/// A case that is not answered with the others, and why.
#[derive(Clone, Debug)]
struct NotNow {
    reference: String,
    href: String,
    why: String,
}

/// The form.
#[derive(Template)]
#[template(path = "case/together.html")]
struct TogetherPage {
    shell: Shell,
    identity: Identity,
    csrf: Csrf,
    problems: Vec<Problem>,
    parts: Vec<Part>,
    not_now: Vec<NotNow>,
    action: String,
    case: String,
}

/// The page that asks first.
#[derive(Template)]
#[template(path = "case/together_confirm.html")]
struct ConfirmPage {
    shell: Shell,
    identity: Identity,
    csrf: Csrf,
    cases: usize,
    letters: Vec<Letter>,
    carried: Vec<(String, String)>,
    undo_seconds: i64,
    action: String,
    case: String,
}

/// A visit to the cases that are about the same matter.
struct Visit<'v> {
    app: &'v App,
    person: &'v SignedIn,
    csrf: &'v Csrf,
    found: &'v Together,
}

impl Visit<'_> {
    fn reference(&self) -> &Reference {
        &self.found.opened.case.reference
    }

    fn shell(&self) -> Shell {
        let path = urls::case_together(self.reference());
        let mut shell = frame_of(self.app, &self.person.0, self.csrf, HEADING, &path, &self.found.opened);
        shell.back = Some(urls::case(self.reference()));
        shell
    }

    fn identity(&self) -> Identity {
        let (opened, ctx) = (&self.found.opened, self.found.opened.context());
        Sight { case: &opened.case, record: &opened.record, ctx: &ctx }.identity()
    }

    fn ready(&self) -> impl Iterator<Item = &Member> {
        self.found.members.iter().filter(|member| member.why_not.is_none())
    }

    fn form(&self, typed: &Typed, problems: &[FieldProblem]) -> TogetherPage {
        let parts = self.parts(typed, Found(problems));
        let problems: Vec<Problem> = parts.iter().filter_map(Part::problem).collect();
        let mut shell = self.shell();
        if !problems.is_empty() {
            shell.standing = Standing::Problem;
        }
        let not_now = |member: &Member| {
            let why = member.why_not.as_ref()?;
            Some(NotNow {
                reference: member.case.reference.to_string(),
                href: urls::case(&member.case.reference),
                why: why.sentence.clone(),
            })
        };
        TogetherPage {
            shell,
            identity: self.identity(),
            csrf: self.csrf.clone(),
            problems,
            parts,
            not_now: self.found.members.iter().filter_map(not_now).collect(),
            action: urls::case_together(self.reference()),
            case: urls::case(self.reference()),
        }
    }

    fn parts(&self, typed: &Typed, found: Found<'_>) -> Vec<Part> {
        let mut which = Choices::new("cases", "Which cases does this answer?")
            .hint("Leave out a case that also tells of something else, and answer that by itself.");
        for member in self.ready() {
            let case = &member.case;
            let first = case.points.first().map(|point| point.what_happened.as_str()).unwrap_or_default();
            let points = match case.points.len() {
                1 => "1 point".to_owned(),
                more => format!("{more} points"),
            };
            let who: Vec<&str> = case.complainants().map(|party| party.name.as_str()).collect();
            which = which
                .option(place_of(member), format!("{}: {}", case.reference, who.join(" and ")))
                .leading_to(format!(
                    "Received {}, {points}. {}",
                    short_date(case.received_on),
                    first_line(first, 90)
                ));
        }
        let chosen: Vec<&str> = typed.all("cases").collect();
        which = which.chosen(&chosen);
        which.error = found.at("cases");
        let message = found
            .text(typed, "message", "Your answer")
            .kind(Kind::Text)
            .rows(8)
            .hint("Each family reads it. Name no child and no other family. What they can do if it is not the answer to their own concern is added to it.");
        let mut others = Choices::new("tell_of_others", "Do you want to say that others told you too?")
            .option("yes", "Yes, say that others told us of the same matter")
            .leading_to("Not who, and not how many");
        others.need = Need::Optional;
        let told = typed.get("tell_of_others").to_owned();
        let others = others.chosen(&[told.as_str()]);
        vec![Part::Checks(which), Part::Text(message), Part::Checks(others)]
    }

    fn confirm(&self, typed: &Typed, previews: &[Preview]) -> ConfirmPage {
        let letters = previews
            .iter()
            .flat_map(|preview| &preview.mails)
            .map(|mail| Letter {
                name: mail.to_name.clone(),
                address: mail.to_address.clone(),
                subject: mail.written.letter.subject.clone(),
                text: mail.written.letter.text.clone(),
            })
            .collect();
        let kept = ["cases", "message", "tell_of_others"];
        ConfirmPage {
            shell: self.shell(),
            identity: self.identity(),
            csrf: self.csrf.clone(),
            cases: previews.len(),
            letters,
            carried: typed
                .pairs()
                .iter()
                .filter(|(name, _)| kept.contains(&name.as_str()))
                .cloned()
                .collect(),
            undo_seconds: self.app.undo().num_seconds(),
            action: urls::case_together(self.reference()),
            case: urls::case(self.reference()),
        }
    }
}

/// A case with the version that is looked at, as the form carries it.
fn place_of(member: &Member) -> String {
    format!("{}/{}", member.case.reference, member.case.length)
}

async fn looked_up(
    app: &web::Data<App>,
    person: &SignedIn,
    reference: &Reference,
) -> Result<Together, Error> {
    let (caller, reference) = (Caller::Colleague(person.0.clone()), reference.clone());
    blocking(app, move |app| together::of_case(app, &caller, &reference)).await
}

/// The form: every case that can be answered now is chosen.
pub async fn page(
    app: web::Data<App>,
    person: SignedIn,
    csrf: Csrf,
    reference: web::Path<String>,
) -> Result<HttpResponse, Trouble> {
    let found = looked_up(&app, &person, &parse(&reference)?).await?;
    let visit = Visit { app: &app, person: &person, csrf: &csrf, found: &found };
    Ok(draw(&mut HttpResponse::Ok(), &visit.form(&Typed::default(), &[])))
}

/// Asks first, and then answers all of them or none.
pub async fn answer(
    app: web::Data<App>,
    person: SignedIn,
    csrf: Csrf,
    reference: web::Path<String>,
    form: CheckedForm,
) -> Result<HttpResponse, Trouble> {
    let (reference, typed) = (parse(&reference)?, &form.0);
    let caller = Caller::Colleague(person.0.clone());
    let wanted = joint(typed, &csrf, &reference);
    if typed.get("confirmed") == "yes" {
        let done = wanted.clone();
        match blocking(&app, move |app| together::answer(app, &caller, &done)).await {
            Ok(_) => return Ok(go(&urls::case_after_together(&reference))),
            Err(error) => return not_taken(&app, &person, &csrf, &reference, (typed, error)).await,
        }
    }
    let found = looked_up(&app, &person, &reference).await?;
    let visit = Visit { app: &app, person: &person, csrf: &csrf, found: &found };
    if typed.get("change") == "yes" {
        return Ok(draw(&mut HttpResponse::Ok(), &visit.form(typed, &[])));
    }
    match blocking(&app, move |app| together::preview(app, &caller, &wanted)).await {
        Ok(previews) => Ok(draw_to_ask(&visit.confirm(typed, &previews))),
        Err(error) => not_taken(&app, &person, &csrf, &reference, (typed, error)).await,
    }
}

/// The form again, with what was typed and what is to be put right.
async fn not_taken(
    app: &web::Data<App>,
    person: &SignedIn,
    csrf: &Csrf,
    reference: &Reference,
    (typed, error): (&Typed, Error),
) -> Result<HttpResponse, Trouble> {
    let problems = match error {
        Error::Invalid(problems) => problems,
        Error::Refused(refusal) => {
            let more = refusal.makes_possible.map_or_else(String::new, |possible| format!(". {possible}"));
            vec![FieldProblem::new("cases", FieldCode::DoesNotFit, format!("{}{more}", refusal.sentence))]
        }
        other => return Err(other.into()),
    };
    let found = looked_up(app, person, reference).await?;
    let visit = Visit { app, person, csrf, found: &found };
    Ok(draw(&mut HttpResponse::UnprocessableEntity(), &visit.form(typed, &problems)))
}

fn joint(typed: &Typed, csrf: &Csrf, reference: &Reference) -> Joint {
    let case = |place: &str| {
        let (reference, version) = place.split_once('/')?;
        Some((Reference::parse(reference).ok()?, version.parse().ok()?))
    };
    let cases: Vec<(Reference, u32)> = typed.all("cases").filter_map(case).collect();
    let message = typed.get("message").to_owned();
    // The same form sent twice is one act (G18).
    let text = format!("{} {reference} {cases:?} {message}", csrf.token());
    Joint {
        reference: reference.clone(),
        cases,
        message,
        tell_of_others: (typed.get("tell_of_others") == "yes").then_some(Confirmed::Yes),
        key: IdempotencyKey::parse(&hex::encode(Sha256::digest(text))).ok(),
    }
}
