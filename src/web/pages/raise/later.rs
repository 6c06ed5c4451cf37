//! Going on later, on any device: a link by mail, or a code to write down (P8).

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use crate::app::App;
use crate::app::access::Token;
use crate::app::access::limit::Doors;
use crate::app::drafts::elsewhere;
use crate::app::error::Error;
use crate::domain::return_code::ReturnCode;
use crate::domain::text::Words;
use crate::urls;
use crate::web::extract::ClientAddress;
use crate::web::field::{Field, Kind, LabelSize, Problem, Width};
use crate::web::limits::{Bucket, Limits};
use crate::web::page::Shell;
use crate::web::pages::family::{Face, standing};
use crate::web::pages::mine::entry::bare;
use crate::web::pages::mine::paper::tries_spent;
use crate::web::pages::serve::{VISIT_LIVES, Visit, blocking, going, one_more, posted, school};
use crate::web::pages::typed::Typed;
use crate::web::session::Cookie;
use crate::web::table::{Table, get, post};

use super::handle::{Handled, Journey, Posted, Room};

/// Below [`urls::GO_ON`].
pub fn routes(table: &mut Table<'_>) {
    table
        .route("", get().to(code_page))
        .route("", post().to(enter_code))
        .route("/{token}", get().to(link))
        .route("/{token}", post().to(open));
}

/// How somebody wants to go on.
#[derive(Template)]
#[template(path = "raise/later.html")]
pub struct LaterPage {
    shell: Shell,
    email: Field,
    problems: Vec<Problem>,
    action: String,
    code: String,
    go_on: String,
    until: String,
    csrf: String,
}

impl LaterPage {
    fn new(journey: &Journey, typed: &Typed, problems: Vec<Problem>) -> Self {
        let slug = &journey.face.slug;
        let mut shell = journey.face.shell("Save it and go on later", urls::raise_later(slug));
        shell.standing = standing(&problems);
        let known = journey.draft().email.as_ref().map_or("", Words::as_str);
        let email = Field::new("email", "Your email address")
            .label_size(LabelSize::Medium)
            .hint("We send a link there and nothing of what you wrote. We use the address for nothing else.")
            .kind(Kind::Email)
            .autocomplete("email")
            .value(if typed.get("email").is_empty() { known } else { typed.get("email") })
            .error(problems.first().map(|problem| problem.text.clone()));
        Self {
            shell,
            email,
            problems,
            action: urls::raise_later(slug),
            code: urls::raise_later_code(slug),
            go_on: journey.next_stop(),
            until: journey.until().to_owned(),
            csrf: journey.visit.csrf(),
        }
    }
}

/// The link is on its way, or here is the code.
#[derive(Template)]
#[template(path = "raise/saved.html")]
pub struct SavedPage {
    shell: Shell,
    sent_to: Option<String>,
    /// The code and the address of the page on which it is typed.
    code: Option<(String, String)>,
    until: String,
    go_on: String,
}

/// Where the draft is opened: the button behind a link, or a code.
#[derive(Template)]
#[template(path = "raise/go_on.html")]
pub struct GoOnPage {
    shell: Shell,
    code: Option<Field>,
    problems: Vec<Problem>,
    action: String,
    csrf: String,
}

impl GoOnPage {
    fn behind_a_link(face: &Face, token: &str, csrf: &str) -> Self {
        let action = urls::draft_link(token);
        let shell = face.shell("Go on where you stopped", action.clone());
        Self { shell, code: None, problems: Vec::new(), action, csrf: csrf.to_owned() }
    }

    fn with_a_code(typed: &Typed, problems: Vec<Problem>, csrf: &str) -> Self {
        let mut shell = bare("Go on where you stopped", urls::GO_ON);
        shell.standing = standing(&problems);
        let code = Field::new("code", "Your code")
            .label_size(LabelSize::Medium)
            .hint("Ten letters and numbers, like K7M2P-4XRT9.")
            .width(Width::Ten)
            .value(typed.get("code"))
            .error(problems.first().map(|problem| problem.text.clone()));
        Self { shell, code: Some(code), problems, action: urls::GO_ON.to_owned(), csrf: csrf.to_owned() }
    }
}

/// A link that leads to nothing any more: it was sent, its time is over, or it never was one.
#[derive(Template)]
#[template(path = "raise/over.html")]
pub struct OverPage {
    shell: Shell,
}

/// Asks how.
pub(super) async fn page(app: web::Data<App>, request: HttpRequest, slug: web::Path<String>) -> Handled {
    let journey = match Journey::seen(app, &request, &slug, Room::Inside).await? {
        Ok(journey) => journey,
        Err(page) => return Ok(page),
    };
    journey.visit.page(&journey.app, &LaterPage::new(&journey, &Typed::default(), Vec::new()))
}

/// Mails the link.
pub(super) async fn mail(
    app: web::Data<App>,
    doors: web::Data<Doors>,
    request: HttpRequest,
    slug: web::Path<String>,
    body: Posted,
) -> Handled {
    one_more(&request)?;
    let (journey, typed) = match Journey::told(app, &request, &slug, Room::Inside, body).await? {
        Ok(told) => told,
        Err(page) => return Ok(page),
    };
    let (secret, email) = (journey.visit.secret.clone(), typed.get("email").trim().to_owned());
    let (to, of) = (email.clone(), slug.clone());
    match blocking(&journey.app, move |app| elsewhere::by_mail(app, &doors, &of, &secret, &email)).await {
        Ok(()) => saved(&journey, Some(to), None),
        Err(Error::Invalid(found)) => {
            let problems =
                found.into_iter().map(|one| Problem { field: one.field, text: one.words }).collect();
            journey.visit.again(&journey.app, &LaterPage::new(&journey, &typed, problems))
        }
        Err(Error::TooMany(seconds)) => {
            let problems = vec![Problem { field: "email".into(), text: tries_spent(seconds) }];
            journey.visit.again(&journey.app, &LaterPage::new(&journey, &typed, problems))
        }
        Err(error) => Err(error.into()),
    }
}

/// Shows a code, this once.
pub(super) async fn code(
    app: web::Data<App>,
    request: HttpRequest,
    slug: web::Path<String>,
    body: Posted,
) -> Handled {
    one_more(&request)?;
    let journey = match Journey::told(app, &request, &slug, Room::Inside, body).await? {
        Ok((journey, _)) => journey,
        Err(page) => return Ok(page),
    };
    let (secret, of) = (journey.visit.secret.clone(), slug.clone());
    let code = blocking(&journey.app, move |app| elsewhere::by_code(app, &of, &secret)).await?;
    let place = journey.app.base().link(urls::GO_ON).to_string();
    saved(&journey, None, Some((code.as_str().to_owned(), place)))
}

fn saved(journey: &Journey, sent_to: Option<String>, code: Option<(String, String)>) -> Handled {
    let page = SavedPage {
        shell: journey.face.shell("It is saved", urls::raise_later(&journey.face.slug)),
        sent_to,
        code,
        until: journey.until().to_owned(),
        go_on: journey.next_stop(),
    };
    journey.visit.page(&journey.app, &page)
}

async fn link(app: web::Data<App>, request: HttpRequest, token: web::Path<String>) -> Handled {
    let visit = Visit::of(&request, &app);
    let given = token.clone();
    match blocking(&app, move |app| elsewhere::look(app, &given)).await? {
        Some(slug) => {
            let (_, face) = school(&app, &slug).await?;
            visit.page(&app, &GoOnPage::behind_a_link(&face, &token, &visit.csrf()))
        }
        None => visit.page(&app, &over()),
    }
}

fn over() -> OverPage {
    OverPage { shell: bare("There is nothing to go on with", urls::GO_ON) }
}

async fn open(
    app: web::Data<App>,
    limits: web::Data<Limits>,
    from: ClientAddress,
    request: HttpRequest,
    token: web::Path<String>,
    body: Posted,
) -> Handled {
    limits.take(Bucket::SignIn, from)?;
    let visit = Visit::of(&request, &app);
    posted(&visit, body)?;
    let fresh = Token::fresh(&app);
    let (given, here) = (token.clone(), fresh.clone());
    match blocking(&app, move |app| elsewhere::open(app, &given, &here)).await {
        Ok(slug) => Ok(opened(&app, &fresh, &slug)),
        Err(Error::NotFound) => visit.page(&app, &over()),
        Err(error) => Err(error.into()),
    }
}

/// A visit of its own, so that nothing else of this browser is mixed with it.
fn opened(app: &App, visit: &Token, slug: &str) -> HttpResponse {
    going(&urls::raise(slug))
        .cookie(Cookie::Family.keep(app.base(), visit.as_str(), VISIT_LIVES))
        .cookie(Cookie::School.keep(app.base(), slug, VISIT_LIVES))
        .finish()
}

async fn code_page(app: web::Data<App>, request: HttpRequest) -> Handled {
    let visit = Visit::of(&request, &app);
    visit.page(&app, &GoOnPage::with_a_code(&Typed::default(), Vec::new(), &visit.csrf()))
}

async fn enter_code(
    app: web::Data<App>,
    doors: web::Data<Doors>,
    limits: web::Data<Limits>,
    from: ClientAddress,
    request: HttpRequest,
    body: Posted,
) -> Handled {
    limits.take(Bucket::SignIn, from)?;
    let visit = Visit::of(&request, &app);
    let typed = posted(&visit, body)?;
    let again = |text: String| {
        let problems = vec![Problem { field: "code".into(), text }];
        visit.again(&app, &GoOnPage::with_a_code(&typed, problems, &visit.csrf()))
    };
    let Ok(code) = ReturnCode::parse(typed.get("code")) else {
        return again("Enter the ten letters and numbers that you wrote down, like K7M2P-4XRT9".to_owned());
    };
    let fresh = Token::fresh(&app);
    let here = fresh.clone();
    let opening = move |app: &App| elsewhere::open_by_code(app, &doors, from.network(), &code, &here);
    match blocking(&app, opening).await {
        Ok(slug) => Ok(opened(&app, &fresh, &slug)),
        Err(Error::Invalid(found)) => {
            again(found.into_iter().map(|one| one.words).next().unwrap_or_default())
        }
        Err(Error::TooMany(seconds)) => again(tries_spent(seconds)),
        Err(error) => Err(error.into()),
    }
}
