//! The handlers of a school's own pages.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::app::App;
use crate::app::access::family;
use crate::app::access::limit::Doors;
use crate::app::drafts::LIVES;
use crate::app::error::Error;
use crate::app::schools::{self, CopyRequest as Asked, Repeatable};
use crate::domain::calendar::{local_date, local_time_words};
use crate::domain::case::vocabulary::RedirectReason;
use crate::domain::text::{EmailAddress, TextProblem, Words};
use crate::urls;
use crate::web::field::Problem;
use crate::web::pages::family::Face;
use crate::web::pages::raise::handle::scene;
use crate::web::pages::raise::pages::WhereToGoPage;
use crate::web::pages::serve::{Trouble, Visit, blocking, go_to, one_more, posted, school};
use crate::web::pages::typed::Typed;
use crate::web::pages::{access, addresses};
use crate::web::table::{Table, get, post};

use super::{
    AccessibilityPage, AllPage, ChildAtRiskPage, CopyRequest, ExitPage, FindPage, FoundPage, PaperPage,
    PrivacyPage, ProcedurePage, StartPage,
};

type Handled = Result<HttpResponse, Trouble>;
type Posted = Result<web::Bytes, actix_web::Error>;

/// Every page of a school, below `/schools/{school}`.
pub fn routes(table: &mut Table<'_>) {
    table
        .route("", get().to(start))
        .route("/procedure", get().to(procedure))
        .route("/procedure/copies", post().to(copy))
        .route("/privacy", get().to(privacy))
        .route("/paper-form", get().to(paper))
        .route("/where-to-go/{matter}", get().to(where_to_go))
        .route("/child-at-risk", get().to(child_at_risk))
        .route("/exit-this-page", get().to(about_exit))
        .route("/find-my-case", get().to(find))
        .route("/find-my-case", post().to(send_link));
}

async fn plain<P: Template>(
    app: web::Data<App>,
    request: HttpRequest,
    slug: &str,
    page: impl Fn(&Face) -> P,
) -> Handled {
    let (_, face) = school(&app, slug).await?;
    Visit::of(&request, &app).page(&app, &page(&face))
}

async fn start(app: web::Data<App>, request: HttpRequest, slug: web::Path<String>) -> Handled {
    let until = local_time_words(app.now() + LIVES);
    plain(app, request, &slug, |face| StartPage::new(face, until.clone())).await
}

async fn privacy(app: web::Data<App>, request: HttpRequest, slug: web::Path<String>) -> Handled {
    plain(app, request, &slug, PrivacyPage::new).await
}

async fn paper(app: web::Data<App>, request: HttpRequest, slug: web::Path<String>) -> Handled {
    let (world, face) = school(&app, &slug).await?;
    let scene = scene(&world, local_date(app.now()), app.file_limits());
    Visit::of(&request, &app).page(&app, &PaperPage::new(&face, scene))
}

/// Where a matter with a route of its own goes.
async fn where_to_go(
    app: web::Data<App>,
    request: HttpRequest,
    place: web::Path<(String, String)>,
) -> Handled {
    let (slug, matter) = place.into_inner();
    let matter = RedirectReason::from_key(&matter).ok_or(Error::NotFound)?;
    plain(app, request, &slug, |face| WhereToGoPage::new(matter, face)).await
}

async fn child_at_risk(app: web::Data<App>, request: HttpRequest, slug: web::Path<String>) -> Handled {
    plain(app, request, &slug, ChildAtRiskPage::new).await
}

async fn about_exit(app: web::Data<App>, request: HttpRequest, slug: web::Path<String>) -> Handled {
    plain(app, request, &slug, ExitPage::new).await
}

/// Every school, for families who come without an address of their own, at [`urls::SCHOOLS`].
pub async fn all(app: web::Data<App>, request: HttpRequest) -> Handled {
    let worlds = blocking(&app, schools::all).await?;
    Visit::of(&request, &app).page(&app, &AllPage::new(&worlds, access::banner(app.mode())))
}

/// The accessibility statement, at [`urls::ACCESSIBILITY`].
pub async fn accessibility(app: web::Data<App>, request: HttpRequest) -> Handled {
    Visit::of(&request, &app).page(&app, &AccessibilityPage::new())
}

/// What was just done, as the address says it.
#[derive(Debug, Deserialize)]
struct After {
    #[serde(default)]
    copy: Option<String>,
}

async fn procedure(
    app: web::Data<App>,
    request: HttpRequest,
    slug: web::Path<String>,
    after: web::Query<After>,
) -> Handled {
    let (world, face) = school(&app, &slug).await?;
    let visit = Visit::of(&request, &app);
    let asked = if after.copy.is_some() { CopyRequest::Taken } else { CopyRequest::None };
    visit.page(&app, &ProcedurePage::new(&face, &world.procedure, asked, &visit.csrf()))
}

/// Somebody asks for a copy: it is sent and the request is logged (R7).
async fn copy(app: web::Data<App>, request: HttpRequest, slug: web::Path<String>, body: Posted) -> Handled {
    one_more(&request)?;
    let (world, face) = school(&app, &slug).await?;
    let visit = Visit::of(&request, &app);
    let typed = posted(&visit, body)?;
    match read_copy(&typed) {
        Ok(asked) => {
            let name = slug.clone();
            let once = Repeatable { origin: String::new(), key: None };
            blocking(&app, move |app| schools::ask_for_copy(app, &name, asked, once)).await?;
            Ok(go_to(&format!("{}?copy=sent", urls::procedure(&slug))))
        }
        Err(problems) => {
            let asked = CopyRequest::Refused(&typed, problems);
            visit.again(&app, &ProcedurePage::new(&face, &world.procedure, asked, &visit.csrf()))
        }
    }
}

fn read_copy(typed: &Typed) -> Result<Asked, Vec<Problem>> {
    let name = words(typed, "name", Words::line);
    let email = email(typed);
    let address = words(typed, "address", Words::text);
    match (name, email, address) {
        (Ok(Some(_)), Ok(None), Ok(None)) => Err(at("email", "Enter an email address or a postal address")),
        (Ok(Some(name)), Ok(email), Ok(address)) => Ok(Asked { name, email, address }),
        (Ok(None), email, address) => {
            let mut problems = at("name", "Enter your name");
            problems.extend([email.err(), address.err()].into_iter().flatten().flatten());
            Err(problems)
        }
        (name, email, address) => {
            Err([name.err(), email.err(), address.err()].into_iter().flatten().flatten().collect())
        }
    }
}

fn at(field: &str, text: &str) -> Vec<Problem> {
    vec![Problem { field: field.to_owned(), text: text.to_owned() }]
}

fn words(
    typed: &Typed,
    field: &str,
    parse: fn(&str) -> Result<Words, TextProblem>,
) -> Result<Option<Words>, Vec<Problem>> {
    match parse(typed.get(field)) {
        Ok(words) => Ok(Some(words)),
        Err(TextProblem::Blank) => Ok(None),
        Err(problem @ (TextProblem::TooLong(_) | TextProblem::Control)) => {
            Err(at(field, &problem.to_string()))
        }
    }
}

fn email(typed: &Typed) -> Result<Option<EmailAddress>, Vec<Problem>> {
    addresses::read(typed).map_err(|problem| vec![problem])
}

async fn find(app: web::Data<App>, request: HttpRequest, slug: web::Path<String>) -> Handled {
    let (_, face) = school(&app, &slug).await?;
    let visit = Visit::of(&request, &app);
    visit.page(&app, &FindPage::new(&face, &Typed::default(), Vec::new(), &visit.csrf()))
}

/// Sends the link, to whoever it is for. The page comes at once and says the same for every address (P33):
/// nobody learns from it, nor from how long it took, who raised a concern.
async fn send_link(
    app: web::Data<App>,
    doors: web::Data<Doors>,
    request: HttpRequest,
    slug: web::Path<String>,
    body: Posted,
) -> Handled {
    one_more(&request)?;
    let (_, face) = school(&app, &slug).await?;
    let visit = Visit::of(&request, &app);
    let typed = posted(&visit, body)?;
    let address = match email(&typed) {
        Ok(Some(address)) => address,
        Ok(None) => {
            let problems = at("email", "Enter the email address that you gave us");
            return visit.again(&app, &FindPage::new(&face, &typed, problems, &visit.csrf()));
        }
        Err(problems) => return visit.again(&app, &FindPage::new(&face, &typed, problems, &visit.csrf())),
    };
    let challenge = visit.secret.clone();
    let slug = slug.into_inner();
    behind(&app, move |app| family::resend(app, &doors, &slug, address.as_str(), &challenge));
    visit.page(&app, &FoundPage::new(&face))
}

/// Starts a use case that no page waits for.
pub fn behind(app: &App, use_case: impl FnOnce(&App) -> Result<(), Error> + Send + 'static) {
    let app = app.clone();
    actix_web::rt::spawn(async move {
        if let Err(error) = blocking(&app, use_case).await {
            tracing::error!(error = %error, "a link could not be sent");
        }
    });
}
