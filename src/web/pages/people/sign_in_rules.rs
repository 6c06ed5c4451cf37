//! The page on which an organisation says who needs a second step, and who may sign in by mail.

use std::collections::BTreeSet;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};

use crate::app::App;
use crate::app::access::rules::{self, SignInRules};
use crate::app::error::{Error, FieldCode, FieldProblem};
use crate::domain::person::Role;
use crate::domain::text::capital;
use crate::urls;
use crate::web::csrf::{CheckedForm, Csrf};
use crate::web::extract::{SignedIn, blocking};
use crate::web::field::{Choices, Kind, Width};
use crate::web::page::{Notice, NoticeTone};
use crate::web::pages::access::go;
use crate::web::pages::desk::frame;
use crate::web::pages::simple::{FormPage, Found, Part};
use crate::web::pages::typed::Typed;
use crate::web::trouble::{Trouble, draw};

use super::handle::LooksAfter;

fn roles_of(typed: &Typed, name: &str) -> BTreeSet<Role> {
    typed.all(name).filter_map(Role::from_key).collect()
}

fn typed_of(rules: &SignInRules) -> Typed {
    let mut typed = Typed::default().with("grace_days", rules.grace_days.to_string());
    for role in &rules.second_step {
        typed = typed.with("second_step", role.key());
    }
    for role in &rules.by_mail {
        typed = typed.with("by_mail", role.key());
    }
    typed
}

fn choices(typed: &Typed, found: Found<'_>, name: &'static str, label: &'static str) -> Choices {
    let chosen: Vec<&str> = typed.all(name).collect();
    let mut choices = Choices::new(name, label);
    for role in Role::ALL {
        choices = choices.option(role.key(), capital(role.title()));
    }
    choices.chosen(&chosen).error(found.at(name)).optional()
}

/// The form; what the administrator saw goes along, so that nobody undoes what they did not see.
fn form(
    app: &App,
    person: &SignedIn,
    csrf: Csrf,
    (typed, problems): (&Typed, &[FieldProblem]),
    seen: &str,
) -> FormPage {
    let mut shell = frame(app, &person.0, &csrf, "Signing in", urls::SIGN_IN_RULES);
    shell.back = Some(urls::PEOPLE.to_owned());
    let found = Found(problems);
    let days = found
        .text(typed, "grace_days", "How many days do they have to set it up?")
        .kind(Kind::Digits)
        .width(Width::Four)
        .hint("0 to 90, from the first sign-in at which it is asked of them");
    let parts = vec![
        Part::Checks(
            choices(typed, found, "second_step", "Who needs a second step?")
                .hint("They sign in with a code from an app as well. Anybody else may set one up"),
        ),
        Part::Text(days),
        Part::Checks(choices(typed, found, "by_mail", "Who may sign in by mail, without a password?").hint(
            "For people who come once a term. A second step is asked of them too, where they have one",
        )),
        Part::Hidden("seen", seen.to_owned()),
    ];
    FormPage::new(shell, csrf, urls::SIGN_IN_RULES.to_owned(), parts)
        .lead(&["These rules hold for every school of the trust. What they were before is kept on record."])
        .button("Save these rules")
}

fn as_text(rules: &SignInRules) -> String {
    serde_json::to_string(rules).unwrap_or_default()
}

/// The rules as they are.
pub async fn page(
    app: web::Data<App>,
    LooksAfter { person, by }: LooksAfter,
    csrf: Csrf,
    request: HttpRequest,
) -> Result<HttpResponse, Trouble> {
    by.may_change_rules()?;
    let present = blocking(&app, rules::rules).await?;
    let mut page = form(&app, &person, csrf, (&typed_of(&present), &[]), &as_text(&present));
    if Typed::read(request.query_string()).get("done") == "saved" {
        let text = "The rules were saved".into();
        page.shell.notice = Some(Notice { tone: NoticeTone::Done, text, detail: None, link: None });
    }
    Ok(draw(&mut HttpResponse::Ok(), &page))
}

/// Changes them.
pub async fn change(
    app: web::Data<App>,
    LooksAfter { person, by }: LooksAfter,
    csrf: Csrf,
    form_sent: CheckedForm,
) -> Result<HttpResponse, Trouble> {
    by.may_change_rules()?;
    let typed = form_sent.0;
    let changed = match asked(&typed) {
        Ok((before, after)) => blocking(&app, move |app| rules::change(app, &by, &before, after)).await,
        Err(error) => Err(error),
    };
    match changed {
        Ok(()) => Ok(go(&format!("{}?done=saved", urls::SIGN_IN_RULES))),
        Err(Error::Invalid(problems)) => {
            let page = form(&app, &person, csrf, (&typed, &problems), typed.get("seen"));
            Ok(draw(&mut HttpResponse::build(StatusCode::UNPROCESSABLE_ENTITY), &page))
        }
        Err(other) => Err(other.into()),
    }
}

/// The rules that the administrator saw, and those that they want.
fn asked(typed: &Typed) -> Result<(SignInRules, SignInRules), Error> {
    let told = |field: &str, code, words: &str| Error::Invalid(vec![FieldProblem::new(field, code, words)]);
    let before = serde_json::from_str(typed.get("seen")).map_err(|_| {
        told("second_step", FieldCode::DoesNotFit, "Load this page again, and change the rules there")
    })?;
    let grace_days = typed
        .get("grace_days")
        .parse()
        .map_err(|_| told("grace_days", FieldCode::OutOfRange, "Enter a number of days from 0 to 90"))?;
    let after = SignInRules {
        second_step: roles_of(typed, "second_step"),
        grace_days,
        by_mail: roles_of(typed, "by_mail"),
    };
    Ok((before, after))
}
