//! A form is taken only from a page of ours, in the browser that we gave the page to.
//!
//! Two locks: the browser says from where a request comes (`Sec-Fetch-Site`, or `Origin` where a browser is
//! older), and the form carries a token that belongs to the session. [`guard`] turns the first for every
//! request that changes something; [`CheckedForm`] the second, and it is the only way to a form's fields.

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::header::{CONTENT_TYPE, HOST, ORIGIN};
use actix_web::middleware::Next;
use actix_web::{FromRequest, HttpMessage, HttpRequest, web};
use futures_util::future::LocalBoxFuture;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use tokio::sync::oneshot;

use crate::app::access::{Token, session};
use crate::app::error::Error;
use crate::urls;

use super::extract::blocking;
use super::pages::access::{go_on_here, sign_in_again};
use super::pages::typed::Typed;
use super::session::{Cookie, app};
use super::trouble::Trouble;

/// The largest form, in bytes. A few answers of the longest text fit, as browsers write them.
pub const LARGEST_FORM: usize = 4 * 1024 * 1024;
/// The name of the hidden field.
const FIELD: &str = "csrf";

/// The token of the forms on a page. A page for somebody without a session gives them a cookie to bind it to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Csrf(String);

impl Csrf {
    /// The token, for the form's hidden field.
    pub fn token(&self) -> &str {
        &self.0
    }

    /// The token that belongs to a session. The session's own token cannot be told from it.
    fn of(session: &str) -> Self {
        Self(hex::encode(Sha256::digest(format!("form of {session}"))))
    }

    /// The token of the first page of a session that begins with this answer.
    pub fn of_session(token: &Token) -> Self {
        Self::of(token.as_str())
    }

    /// Whether a form carried this very token; for multipart forms, which [`CheckedForm`] does not read.
    ///
    /// # Errors
    /// The page that says what to do.
    pub fn check(&self, given: &str) -> Result<(), Trouble> {
        if self.is(given) { Ok(()) } else { Err(Trouble::OldForm(Vec::new())) }
    }

    fn is(&self, given: &str) -> bool {
        self.0.as_bytes().ct_eq(given.as_bytes()).into()
    }
}

/// The cookie of a visit that begins with this page.
#[derive(Clone)]
struct FreshVisit(Token);

impl FromRequest for Csrf {
    type Error = Trouble;
    type Future = std::future::Ready<Result<Self, Trouble>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        std::future::ready(csrf(request))
    }
}

/// The token for the forms of the answer to that request.
///
/// # Errors
/// A fault, when the server was put together without an application.
pub fn for_request(request: &HttpRequest) -> Result<Csrf, Trouble> {
    csrf(request)
}

fn csrf(request: &HttpRequest) -> Result<Csrf, Trouble> {
    if let Some(session) = bound_to(request) {
        return Ok(Csrf::of(&session));
    }
    let fresh = request.extensions().get::<FreshVisit>().cloned();
    let visit = match fresh {
        Some(visit) => visit,
        None => FreshVisit(Token::fresh(app(request)?)),
    };
    let token = Csrf::of(visit.0.as_str());
    request.extensions_mut().insert(visit);
    Ok(token)
}

/// What a form is bound to: the strongest session that the browser has.
fn bound_to(request: &HttpRequest) -> Option<String> {
    [Cookie::Staff, Cookie::Visit].into_iter().find_map(|cookie| cookie.read(request))
}

/// Stands around every page: refuses what another site sends, and gives a new visit its cookie.
///
/// # Errors
/// Those of what it stands around. A refusal is an answer, so that the headers of every answer are on it too.
pub async fn guard<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, actix_web::Error> {
    // The API knows no cookies, so another site's page can do no more there than anybody can.
    let pages = !request.path().starts_with(urls::API);
    if pages && !request.method().is_safe() && comes_from(request.request()) == From::Elsewhere {
        tracing::warn!(target: "security", event = "forged_form", kind = "other_site");
        return Ok(request.error_response(Trouble::OtherSite).map_into_right_body());
    }
    let mut response = next.call(request).await?;
    let fresh = response.request().extensions().get::<FreshVisit>().cloned();
    if let Some(FreshVisit(token)) = fresh {
        let base = app(response.request()).map_err(Trouble::from)?.base();
        let cookie = Cookie::Visit.give(base, &token);
        response.response_mut().add_cookie(&cookie).map_err(actix_web::Error::from)?;
    }
    Ok(response.map_into_left_body())
}

/// From where a request comes, as far as the browser says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum From {
    /// A page of ours, or the address bar, or a program that says nothing.
    Here,
    /// Another site.
    Elsewhere,
}

/// Our pages ask browsers to send no referrer, so `Origin` may be `null` on our own forms: where
/// `Sec-Fetch-Site` is missing too, the token alone decides.
fn comes_from(request: &HttpRequest) -> From {
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = header("sec-fetch-site") {
        return if matches!(site, "same-origin" | "none") { From::Here } else { From::Elsewhere };
    }
    match header(ORIGIN.as_str()) {
        None | Some("null") => From::Here,
        Some(origin) => {
            let ours = app(request).is_ok_and(|app| app.base().origin() == origin);
            let host = origin.split_once("://").map(|(_, host)| host);
            if ours || (host.is_some() && host == header(HOST.as_str())) {
                From::Here
            } else {
                From::Elsewhere
            }
        }
    }
}

/// The fields of a form that came from a page of ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckedForm(pub Typed);

impl FromRequest for CheckedForm {
    type Error = Trouble;
    type Future = LocalBoxFuture<'static, Result<Self, Trouble>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), web::Payload::from_request(&request.clone(), payload));
        let (tell, told) = oneshot::channel();
        request.extensions_mut().insert(FormToCome(told));
        Box::pin(async move {
            let payload = payload.await.map_err(|_| Trouble::OldForm(Vec::new()))?;
            let body = read_form(&request, payload).await?;
            let typed = Typed::read(&body);
            // Whoever does not wait for it has no use for it.
            tell.send(typed.clone()).ok();
            if csrf(&request)?.is(typed.get(FIELD)) {
                return Ok(Self(typed));
            }
            let words = typed.clone().without(FIELD);
            Err(match written_before(&request, &typed).await? {
                WrittenBefore::SigningOut => sign_in_again(&request, &words)?,
                WrittenBefore::SigningInAgain => go_on_here(&request, &words)?,
                WrittenBefore::WhoKnows => {
                    tracing::warn!(target: "security", event = "forged_form", kind = "token");
                    Trouble::OldForm(typed.written())
                }
            })
        })
    }
}

/// Since when a form is old.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum WrittenBefore {
    /// Its writer signed out in this browser, and nobody is signed in.
    SigningOut,
    /// Its writer signed out in this browser, and in again.
    SigningInAgain,
    /// It may be anybody's.
    WhoKnows,
}

/// Whether an old form is of the session that was signed out in this browser last, and who is here now.
async fn written_before(request: &HttpRequest, typed: &Typed) -> Result<WrittenBefore, Trouble> {
    let before = Cookie::Before.read(request).filter(|before| Csrf::of(before).is(typed.get(FIELD)));
    let Some(before) = before else { return Ok(WrittenBefore::WhoKnows) };
    let Some(present) = Cookie::Staff.read(request) else { return Ok(WrittenBefore::SigningOut) };
    let (writer, reader) = blocking(app(request)?, move |app| {
        let reader = session::colleague_of_session(app, &present)?;
        Ok((session::whose(app, &before)?, reader.map(|colleague| colleague.id)))
    })
    .await?;
    let same = writer.is_some() && writer == reader;
    Ok(if same { WrittenBefore::SigningInAgain } else { WrittenBefore::WhoKnows })
}

/// The form that a [`CheckedForm`] of the same request reads.
struct FormToCome(oneshot::Receiver<Typed>);

/// What was typed into the form that was sent with this request, where its handler reads one: for the page that asks
/// somebody to sign in again. The token is not in it.
pub(super) async fn typed_here(request: &HttpRequest) -> Option<Typed> {
    let FormToCome(coming) = request.extensions_mut().remove::<FormToCome>()?;
    Some(coming.await.ok()?.without(FIELD))
}

async fn read_form(request: &HttpRequest, payload: web::Payload) -> Result<String, Trouble> {
    let kind = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !kind.starts_with("application/x-www-form-urlencoded") {
        return Err(Trouble::OldForm(Vec::new()));
    }
    let body = payload.to_bytes_limited(LARGEST_FORM).await.map_err(|_| Trouble::TooLarge)?;
    let body = body.map_err(|_| Error::fault("a form broke off"))?;
    // Whatever is no UTF-8 is percent-encoded in a form; bytes that are neither are no form.
    String::from_utf8(body.to_vec()).map_err(|_| Trouble::OldForm(Vec::new()))
}
