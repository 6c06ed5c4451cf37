//! Staff pages for when something does not go on: what happened, and the way on. No codes, no jokes (P40).

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{StatusCode, header};
use actix_web::middleware::Next;
use actix_web::{HttpRequest, HttpResponse, ResponseError};
use askama::Template;

use crate::app::error::Error;
use crate::urls;

use super::page::{Desk, Help, ModeBanner, Shell, Words};
use super::pages::access::banner;
use super::pages::serve;
use super::parts::Link;
use super::problem::log_once;
use super::session::app;

/// Why a page cannot be shown or a form not be taken.
#[derive(Debug)]
pub enum Trouble {
    /// What a use case says.
    UseCase(Error),
    /// Nobody is signed in; afterwards they come to this path.
    SignInFirst(String),
    /// Somebody has to set up a second step before anything else.
    SecondStepFirst,
    /// A form was sent after the session had ended: the page that asks to sign in again, or to go on where somebody
    /// has, and keeps what was typed.
    SignInAgain(String),
    /// A form came from another site.
    OtherSite,
    /// A form was open longer than the session that it belongs to; what was written in it.
    OldForm(Vec<String>),
    /// A form was larger than what is read.
    TooLarge,
    /// The address is right, and what was to be done with it is not.
    OtherMethod,
    /// The service was asked for under another name, or in a way that others can read; where it is.
    OtherAddress(String),
    /// What was sent did not come within its time.
    TooSlow,
}

impl Trouble {
    /// Sends somebody to sign in, and then back to where they wanted to go. Where a form of a case was sent, they
    /// come to its page; other forms have none of their own.
    pub fn sign_in_first(request: &HttpRequest) -> Self {
        let wanted = request.uri().path_and_query().map_or(urls::HOME, |wanted| wanted.as_str());
        let has_a_page = request.method().is_safe() || wanted.starts_with(urls::CASES);
        Self::SignInFirst(if has_a_page { wanted } else { urls::HOME }.to_owned())
    }
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        match error {
            Error::SignInNeeded => Self::SignInFirst(urls::HOME.to_owned()),
            other => Self::UseCase(other),
        }
    }
}

impl std::fmt::Display for Trouble {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.words().heading)
    }
}

const COPY_FIRST: &str = "Copy what you wrote from here. Then open the page again and send it.";
const TYPE_AGAIN: &str = "Go back, load the page again, and send it.";

/// What a trouble page says.
struct Said {
    status: StatusCode,
    heading: Words,
    text: Vec<Words>,
    /// What somebody wrote and would lose.
    written: Vec<String>,
    way_on: Option<Link>,
}

#[derive(Template)]
#[template(path = "access/trouble.html")]
struct TroublePage {
    shell: Shell,
    text: Vec<Words>,
    written: Vec<String>,
    way_on: Option<Link>,
}

fn said(status: StatusCode, heading: impl Into<Words>, text: &[&'static str]) -> Said {
    let text = text.iter().map(|line| Words::from(*line)).collect();
    Said { status, heading: heading.into(), text, written: Vec::new(), way_on: None }
}

impl Said {
    fn then(mut self, words: &'static str, href: &str) -> Self {
        self.way_on = Some(Link::new(words, href.to_owned()));
        self
    }
}

impl Trouble {
    fn words(&self) -> Said {
        match self {
            Self::UseCase(error) => of_use_case(error),
            Self::SignInFirst(_) => said(StatusCode::SEE_OTHER, "Sign in first", &[]),
            Self::SecondStepFirst => said(StatusCode::SEE_OTHER, "Set up your second step first", &[]),
            Self::SignInAgain(_) => said(StatusCode::FORBIDDEN, "Sign in again", &[]),
            Self::OtherSite => said(
                StatusCode::FORBIDDEN,
                "Nothing was sent",
                &[
                    "This form came from another website, so we did not take it.",
                    "Open the page here, fill in the form and send it again.",
                ],
            ),
            Self::OldForm(written) => {
                let mut said = said(
                    StatusCode::FORBIDDEN,
                    "Send it again",
                    &["This page was open for a long time, so we did not take the form. Nothing was sent."],
                );
                said.text.push(if written.is_empty() { TYPE_AGAIN } else { COPY_FIRST }.into());
                said.written.clone_from(written);
                said
            }
            Self::TooLarge => said(
                StatusCode::PAYLOAD_TOO_LARGE,
                "This is too long",
                &["Nothing was sent. Go back and shorten your text, or add the rest as a file."],
            ),
            Self::OtherMethod => said(
                StatusCode::METHOD_NOT_ALLOWED,
                "There is no page to look at here",
                &["Something is sent to this address, or read from it, and not the other way round. Nothing was changed."],
            )
            .then("Go to the first page", urls::HOME),
            Self::OtherAddress(base) => said(
                StatusCode::MISDIRECTED_REQUEST,
                "This service has another address",
                &[
                    "Nothing was stored. Open the service at its own address, and do it there.",
                    "If you typed a password, choose another one there: what you typed may have travelled without protection.",
                ],
            )
            .then("Go to the address of this service", base),
            Self::TooSlow => said(
                StatusCode::REQUEST_TIMEOUT,
                "The connection was too slow",
                &["What you sent did not arrive, and nothing was stored. Go back and send it again, with smaller files or on a better line."],
            ),
        }
    }
}

fn of_use_case(error: &Error) -> Said {
    match error {
        Error::NotFound => said(
            StatusCode::NOT_FOUND,
            "Page not found",
            &[
                "There is nothing at this address, or it is not for you to see.",
                "If you typed the address, check it. If you followed a link, tell whoever sent it.",
            ],
        )
        .then("Go to the first page", urls::HOME),
        Error::SignInNeeded => said(StatusCode::SEE_OTHER, "Sign in first", &[]),
        Error::WouldBar(_) => said(StatusCode::SEE_OTHER, "Before you read this case", &[]),
        Error::Forbidden(refusal) => {
            of_refusal(StatusCode::FORBIDDEN, &refusal.sentence, refusal.makes_possible.as_ref())
        }
        Error::Refused(refusal) => {
            of_refusal(StatusCode::UNPROCESSABLE_ENTITY, &refusal.sentence, refusal.makes_possible.as_ref())
        }
        Error::Invalid(fields) => {
            let mut said = said(StatusCode::UNPROCESSABLE_ENTITY, "Some answers need another look", &[]);
            said.text = fields.iter().map(|field| Words::from(field.words.clone())).collect();
            said
        }
        Error::Stale { .. } | Error::VersionNeeded => said(
            StatusCode::PRECONDITION_FAILED,
            "Somebody else was faster",
            &[
                "This case was changed while you were working on it. Nothing was sent. Go back and load it again.",
            ],
        ),
        Error::KeyReused => said(
            StatusCode::UNPROCESSABLE_ENTITY,
            "This form was sent before",
            &["It was sent with other answers. Load the page again to send these."],
        ),
        Error::TooMany(seconds) => {
            let mut said = said(StatusCode::TOO_MANY_REQUESTS, "Wait a moment", &[]);
            said.text =
                vec![format!("That was a lot at once. Wait {seconds} seconds, then try again.").into()];
            said
        }
        Error::Busy => said(
            StatusCode::SERVICE_UNAVAILABLE,
            "We are busy at the moment",
            &["Nothing was lost. Wait a minute, then load this page again."],
        ),
        Error::Internal(_) => said(
            StatusCode::INTERNAL_SERVER_ERROR,
            "There is a problem with the service",
            &[
                "Something went wrong on our side. What you sent just now was not stored.",
                "Go back and try again in a few minutes. If it goes on, ring the school.",
            ],
        ),
    }
}

fn of_refusal(status: StatusCode, sentence: &str, makes_possible: Option<&String>) -> Said {
    let mut said = said(status, "This cannot be done now", &[]);
    said.text =
        [Some(sentence.to_owned()), makes_possible.cloned()].into_iter().flatten().map(Words::from).collect();
    said
}

impl ResponseError for Trouble {
    fn status_code(&self) -> StatusCode {
        self.words().status
    }

    fn error_response(&self) -> HttpResponse {
        if let Self::UseCase(error) = self {
            log_once(error);
        }
        if let Self::SignInFirst(wanted) = self {
            return HttpResponse::SeeOther()
                .insert_header((header::LOCATION, urls::sign_in_then(wanted)))
                .finish();
        }
        if let Self::UseCase(Error::WouldBar(reference)) = self {
            return HttpResponse::SeeOther()
                .insert_header((header::LOCATION, urls::before_reading(reference)))
                .finish();
        }
        if let Self::SecondStepFirst = self {
            return HttpResponse::SeeOther()
                .insert_header((header::LOCATION, urls::OWN_SECOND_STEP))
                .finish();
        }
        if let Self::SignInAgain(page) = self {
            return HttpResponse::build(self.words().status)
                .content_type("text/html; charset=utf-8")
                .body(page.clone());
        }
        let mut response = HttpResponse::build(self.status_code());
        if let Self::UseCase(Error::TooMany(seconds)) = self {
            response.insert_header((header::RETRY_AFTER, seconds.to_string()));
        }
        if let Self::UseCase(Error::Busy) = self {
            response.insert_header((header::RETRY_AFTER, "60"));
        }
        draw(&mut response, &self.page(None))
    }
}

impl Trouble {
    fn page(&self, mode: Option<ModeBanner>) -> TroublePage {
        let Said { heading, text, written, way_on, .. } = self.words();
        let mut shell = Shell::staff(heading, Desk::default(), Help::new("Need help?"));
        shell.mode = mode;
        TroublePage { shell, text, written, way_on }
    }
}

/// Gives a page of trouble what it did not know of when it was made: below a school's address that school's face,
/// so that help stands where it always stands (P39, P40), and everywhere the banner of a demo or a test (E26).
///
/// # Errors
/// What the request ended with.
pub async fn with_its_face(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let answered = next.call(request).await?;
    let Some(html) = redrawn(&answered).await else { return Ok(answered.map_into_boxed_body()) };
    let (request, answer) = answered.into_parts();
    Ok(ServiceResponse::new(request, answer.set_body(BoxBody::new(html))))
}

async fn redrawn<B>(answered: &ServiceResponse<B>) -> Option<String> {
    let error = answered.response().error()?;
    let app = app(answered.request()).ok()?;
    if let Some(trouble) = error.as_error::<serve::Trouble>() {
        return trouble.with_its_face(app, answered.request()).await;
    }
    match error.as_error::<Trouble>()? {
        // It leads on, or brings a whole page of its own.
        Trouble::SignInFirst(_) | Trouble::SecondStepFirst | Trouble::SignInAgain(_) => None,
        trouble @ Trouble::OldForm(_) => {
            let mut page = trouble.page(banner(app.mode()));
            let case = urls::case_of(answered.request().path());
            page.way_on = case.map(|case| Link::new("Open the case", case));
            page.render().ok()
        }
        trouble @ (Trouble::UseCase(_)
        | Trouble::OtherSite
        | Trouble::TooLarge
        | Trouble::OtherMethod
        | Trouble::OtherAddress(_)
        | Trouble::TooSlow) => trouble.page(banner(app.mode())).render().ok(),
    }
}

/// Draws a page into a response.
pub fn draw(response: &mut actix_web::HttpResponseBuilder, page: &impl Template) -> HttpResponse {
    match page.render() {
        Ok(html) => response.content_type("text/html; charset=utf-8").body(html),
        // A template writes strings into a string; only a broken filter could fail, and there is none.
        Err(_) => HttpResponse::InternalServerError().finish(),
    }
}

/// A page that answers a form by asking first: it must be there when somebody goes back to it, and browsers show an
/// error in its place if they may not keep it. Signing out clears what they kept. No secret belongs on such a page.
pub fn draw_to_ask(page: &impl Template) -> HttpResponse {
    draw(HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "private, no-cache")), page)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// P40, P11: no codes, no words that blame.
    #[test]
    fn trouble_is_told_in_plain_words() {
        for trouble in [
            Trouble::OtherSite,
            Trouble::OldForm(Vec::new()),
            Trouble::OldForm(vec!["A note.".to_owned()]),
            Trouble::TooLarge,
            Trouble::OtherMethod,
            Trouble::OtherAddress("https://heard.example/".to_owned()),
            Trouble::TooSlow,
            Trouble::UseCase(Error::NotFound),
            Trouble::UseCase(Error::TooMany(30)),
            Trouble::UseCase(Error::Busy),
            Trouble::UseCase(Error::fault("x")),
            Trouble::UseCase(Error::Stale { current: 3 }),
        ] {
            let said = trouble.words();
            let all = format!("{} {}", said.heading, said.text.join(" ")).to_lowercase();
            for word in ["please", "sorry", "invalid", "oops", "forbidden", "error", "404", "500"] {
                assert!(!all.contains(word), "{word}: {all}");
            }
            assert!(!said.text.is_empty());
        }
    }
}
