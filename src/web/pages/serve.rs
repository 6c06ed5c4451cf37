//! What the handlers of the families' pages share: the visit, its cookie and its form token, answers, trouble.
//!
//! A visit is a secret in a cookie. The drafts of a visit are kept under it; the token of every form is made
//! from it, so that a form of another site cannot carry it; a code by mail is bound to it.

use std::sync::Arc;

use actix_web::cookie::time::Duration;
use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, ResponseError, web};
use askama::Template;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::app::access::Token;
use crate::app::drafts::{LIVES, REMEMBERED};
use crate::app::error::Error;
use crate::app::world::World;
use crate::app::{App, schools};
use crate::domain::calendar::local_date;
use crate::domain::phase::Phase;
use crate::urls;
use crate::web::extract::ClientAddress;
use crate::web::limits::{Bucket, Limits};
use crate::web::page::{Help, Shell};
use crate::web::parts::Link;
use crate::web::problem::log_once;
use crate::web::session::Cookie;

pub use crate::web::extract::blocking;

use super::family::Face;
use super::typed::Typed;

/// How long a browser keeps a visit, from the last page that it saw: as long as a draft is kept, and as long as it
/// is remembered after that.
pub const VISIT_LIVES: Duration = Duration::seconds(LIVES.num_seconds() + REMEMBERED.num_seconds());

/// The largest form, in bytes: the longest texts that there may be, in characters of four bytes, escaped.
pub const LARGEST_FORM: usize = 2_500_000;

/// One browser's visit to the families' pages.
#[derive(Clone, Debug)]
pub struct Visit {
    /// The secret.
    pub secret: Token,
}

impl Visit {
    /// The visit that the browser tells of, or a new one.
    pub fn of(request: &HttpRequest, app: &App) -> Self {
        let secret = Cookie::Family.read(request).map_or_else(|| Token::fresh(app), Token::given);
        Self { secret }
    }

    /// The token of this visit's forms.
    pub fn csrf(&self) -> String {
        self.derived("form")
    }

    /// A value that only this visit has, for that purpose.
    pub fn derived(&self, purpose: &str) -> String {
        let mut hash = Sha256::new();
        hash.update(purpose.as_bytes());
        hash.update([0]);
        hash.update(self.secret.as_str().as_bytes());
        hex::encode(hash.finalize())
    }

    /// That a form carries this visit's token.
    ///
    /// # Errors
    /// [`Trouble::Stranger`] when it does not.
    pub fn checks(&self, typed: &Typed) -> Result<(), Trouble> {
        let same: bool = self.csrf().as_bytes().ct_eq(typed.get("csrf").as_bytes()).into();
        if same { Ok(()) } else { Err(Trouble::Stranger) }
    }

    /// The page as an answer. Each prolongs the visit.
    pub fn page(&self, app: &App, page: &impl Template) -> Result<HttpResponse, Trouble> {
        self.page_with(app, StatusCode::OK, page)
    }

    /// The page that came back with something to put right.
    pub fn again(&self, app: &App, page: &impl Template) -> Result<HttpResponse, Trouble> {
        self.page_with(app, StatusCode::UNPROCESSABLE_ENTITY, page)
    }

    /// The page as an answer of that status.
    pub fn page_with(
        &self,
        app: &App,
        status: StatusCode,
        page: &impl Template,
    ) -> Result<HttpResponse, Trouble> {
        let html = page.render().map_err(|error| Error::Internal(Box::new(error)))?;
        let cookie = Cookie::Family.keep(app.base(), self.secret.as_str(), VISIT_LIVES);
        Ok(HttpResponse::build(status).cookie(cookie).content_type("text/html; charset=utf-8").body(html))
    }
}

/// Goes on to one of our own pages.
pub fn go_to(path: &str) -> HttpResponse {
    going(path).finish()
}

/// The same, with more to say on the way.
pub fn going(path: &str) -> HttpResponseBuilder {
    let mut answer = HttpResponse::SeeOther();
    answer.insert_header((header::LOCATION, path));
    answer
}

/// What was posted, with this visit's token in it.
///
/// # Errors
/// [`Trouble::TooLarge`] and [`Trouble::Stranger`].
pub fn posted(visit: &Visit, body: Result<web::Bytes, actix_web::Error>) -> Result<Typed, Trouble> {
    let body = body.map_err(|_| Trouble::TooLarge)?;
    let typed = Typed::read(&String::from_utf8_lossy(&body));
    visit.checks(&typed)?;
    Ok(typed)
}

/// Takes one of what a network may ask for by forms that make a mail or a case (A14).
///
/// # Errors
/// `TooMany` with the seconds to wait.
pub fn one_more(request: &HttpRequest) -> Result<(), Error> {
    let limits = request.app_data::<web::Data<Limits>>();
    limits.map_or(Ok(()), |limits| limits.take(Bucket::PublicSubmit, ClientAddress::of(request)).map(drop))
}

/// The school of that slug, and its face today.
///
/// # Errors
/// `NotFound` for an unknown slug.
pub async fn school(app: &App, slug: &str) -> Result<(Arc<World>, Face), Error> {
    let slug = slug.to_owned();
    let world = blocking(app, move |app| schools::find(app, &slug)).await?;
    let face = face(app, &world);
    Ok((world, face))
}

/// A school's face today.
pub fn face(app: &App, world: &World) -> Face {
    Face {
        holiday: schools::holiday_now(app, world),
        phase: Phase::of(&world.directory, world.school.id, local_date(app.now())),
        safeguarding: world.safeguarding.clone(),
        privacy: world.privacy.clone(),
        mode: super::access::banner(app.mode()),
        ..Face::of(&world.school)
    }
}

/// Why a page for families could not be shown, as a page that helps (P40).
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// The use case failed.
    #[error(transparent)]
    App(#[from] Error),
    /// The form did not come from this visit's page.
    #[error("the form does not belong to this visit")]
    Stranger,
    /// A family's own page is not open here, or never was. What it reads is drawn already.
    #[error("a family's page is not open")]
    Closed(String),
    /// More was sent than any form holds.
    #[error("the form is larger than any form of ours")]
    TooLarge,
}

/// A page for trouble.
#[derive(Template)]
#[template(path = "school/trouble.html")]
struct TroublePage {
    shell: Shell,
    text: Vec<&'static str>,
    home: Link,
}

impl TroublePage {
    fn new(heading: &'static str, text: &[&'static str]) -> Self {
        let note = "Each school’s number is on the list of schools.".to_owned();
        let help = Help { note: Some(note), ..Help::new("Call the school if you cannot go on") };
        let mut shell = Shell::parent("", heading, help);
        shell.school = None;
        Self { shell, text: text.to_vec(), home: Link::new("Go to the list of schools", urls::SCHOOLS) }
    }

    /// The same with a school's name, telephone and office hours.
    fn of_school(self, face: &Face, path: &str) -> Self {
        Self {
            shell: face.shell(self.shell.heading.to_string(), path),
            home: Link::new("Go to the start page", urls::school(&face.slug)),
            text: self.text,
        }
    }
}

/// An address that nothing is at, on the families' side (P40).
pub async fn nothing_here() -> Result<HttpResponse, Trouble> {
    Err(Error::NotFound.into())
}

impl Trouble {
    /// The page as it is drawn once the request is known: with the face of the school of its address, or of the one
    /// that was visited last.
    pub(in crate::web) async fn with_its_face(&self, app: &App, request: &HttpRequest) -> Option<String> {
        let (_, mut page) = self.words()?;
        let visited = || Cookie::School.read(request);
        let slug = request.match_info().get("school").map(str::to_owned).or_else(visited);
        if let Some(slug) = slug
            && let Ok((_, face)) = school(app, &slug).await
        {
            return page.of_school(&face, request.path()).render().ok();
        }
        page.shell.mode = super::access::banner(app.mode());
        page.render().ok()
    }
}

impl Trouble {
    /// Its page; none where it was drawn already.
    fn words(&self) -> Option<(StatusCode, TroublePage)> {
        let page = TroublePage::new;
        let words = match self {
            Self::Closed(_) => return None,
            Self::App(Error::NotFound | Error::SignInNeeded) => (
                StatusCode::NOT_FOUND,
                page(
                    "There is no page here",
                    &[
                        "Check the address if you typed it. If you pasted it, check that you have all of it.",
                        "Was it your own page? It closes after a while, so that nobody else reads it. Open the link in our newest message again, or go to your school’s page and ask for a new link.",
                    ],
                ),
            ),
            Self::App(Error::Forbidden(_) | Error::Refused(_) | Error::Invalid(_) | Error::KeyReused) => (
                StatusCode::CONFLICT,
                page(
                    "This cannot be done now",
                    &["Go back to see what can be done instead. Nothing was changed."],
                ),
            ),
            Self::App(Error::Stale { .. } | Error::VersionNeeded | Error::WouldBar(_)) => (
                StatusCode::PRECONDITION_FAILED,
                page(
                    "Something changed in the meantime",
                    &[
                        "Somebody added something while you were writing. Go back, look at it, and send yours again.",
                    ],
                ),
            ),
            Self::App(Error::TooMany(_)) => (
                StatusCode::TOO_MANY_REQUESTS,
                page(
                    "That was a lot at once",
                    &["Wait a few minutes and send it again. Your answers so far are kept for three days."],
                ),
            ),
            Self::App(Error::Busy) => (
                StatusCode::SERVICE_UNAVAILABLE,
                page(
                    "The service is busy",
                    &["Wait a minute and try again. Your answers so far are kept for three days."],
                ),
            ),
            Self::App(Error::Internal(_)) => (
                StatusCode::INTERNAL_SERVER_ERROR,
                page(
                    "There is a problem with the service",
                    &["Try again later. Your answers so far are kept for three days."],
                ),
            ),
            Self::Stranger => (
                StatusCode::FORBIDDEN,
                page(
                    "Go back and send it again",
                    &[
                        "We could not tell that the form came from your own visit. That happens when a page was open for many days, or when a browser keeps no cookies.",
                        "Nothing was sent. Go back and copy what you typed, load the page again, and send it once more.",
                        "We keep what you type for three days, and delete it then. If your earlier answers are gone, that is why.",
                    ],
                ),
            ),
            Self::TooLarge => (
                StatusCode::PAYLOAD_TOO_LARGE,
                page(
                    "That is too much for one form",
                    &["Go back and shorten it, or add the rest as a file."],
                ),
            ),
        };
        Some(words)
    }

    /// The page as it is sent.
    fn drawn(&self) -> (StatusCode, String) {
        match (self, self.words()) {
            (_, Some((status, page))) => (status, page.render().unwrap_or_default()),
            (Self::Closed(html), None) => (StatusCode::NOT_FOUND, html.clone()),
            (Self::App(_) | Self::Stranger | Self::TooLarge, None) => {
                (StatusCode::INTERNAL_SERVER_ERROR, String::new())
            }
        }
    }
}

impl ResponseError for Trouble {
    fn status_code(&self) -> StatusCode {
        self.drawn().0
    }

    fn error_response(&self) -> HttpResponse {
        if let Self::App(error) = self {
            log_once(error);
        }
        let (status, html) = self.drawn();
        let mut answer = HttpResponse::build(status);
        if let Self::App(Error::TooMany(seconds)) = self {
            answer.insert_header((header::RETRY_AFTER, seconds.to_string()));
        }
        answer.content_type("text/html; charset=utf-8").body(html)
    }
}
