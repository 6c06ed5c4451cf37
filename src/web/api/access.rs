//! How a family's program comes in: a mailed link or code becomes a case token.

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::app::access::Token;
use crate::app::access::family::{self, CaseToken};
use crate::app::error::{Error, FieldProblem};
use crate::web::extract::{Body, ClientAddress, blocking};
use crate::web::limits::{Bucket, Entrance};
use crate::web::problem::{ApiError, log_once};

/// What is exchanged: a link, or a code with the challenge that asked for it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AccessBody {
    /// The last part of the mailed address, or the whole address.
    #[serde(default)]
    pub link_token: Option<String>,
    /// What asking for a link answered with.
    #[serde(default)]
    pub challenge: Option<String>,
    /// The six digits of the mail.
    #[serde(default)]
    pub code: Option<String>,
}

/// A case token.
#[derive(Debug, Serialize, ToSchema)]
pub struct AccessView {
    /// For `Authorization: Bearer …`. It is shown once.
    pub case_token: String,
    /// The case that it opens.
    pub reference: String,
    /// When it ends.
    pub expires_at: chrono::DateTime<chrono::Utc>,
}

/// Turn a mailed link or code into a case token. It can be done again while the link lives.
///
/// # Errors
/// 404 for a link that is over or never was; 422 for a code that is wrong or over.
#[utoipa::path(post, path = "/access", tag = "Public", request_body = AccessBody,
    responses((status = 200, body = AccessView), (status = 404), (status = 422), (status = 429)))]
pub async fn exchange(
    app: web::Data<App>,
    entrance: web::Data<Entrance>,
    from: ClientAddress,
    body: Body<AccessBody>,
) -> Result<HttpResponse, ApiError> {
    entrance.take(Bucket::SignIn, from)?;
    let Body(body) = body;
    let made = match (body.link_token, body.challenge, body.code) {
        (Some(link), None, None) => {
            let token = link.rsplit('/').next().unwrap_or_default().to_owned();
            blocking(&app, move |app| family::exchange(app, &token)).await?
        }
        (None, Some(challenge), Some(code)) => {
            let challenge = Token::given(challenge);
            blocking(&app, move |app| family::exchange_code(app, &entrance.doors, &challenge, &code)).await?
        }
        (Some(_), Some(_), _) | (Some(_), _, Some(_)) | (None, None, _) | (None, _, None) => {
            return Err(neither().into());
        }
    };
    Ok(HttpResponse::Ok().json(view(&made)))
}

fn neither() -> Error {
    let words = "Send link_token, or challenge and code together";
    Error::Invalid(vec![FieldProblem::new("link_token", "missing", words)])
}

fn view(made: &CaseToken) -> AccessView {
    AccessView {
        case_token: made.token.as_str().to_owned(),
        reference: made.reference.to_string(),
        expires_at: made.expires_at,
    }
}

/// Who lost their link.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkBody {
    /// The address that the concern was raised with.
    pub email: String,
}

/// Ask for fresh links to one's cases at a school, by mail. The answer is the same whether or not there are
/// any, and as quick.
///
/// # Errors
/// 429 when too many were asked for.
#[utoipa::path(post, path = "/schools/{school}/links", tag = "Public", params(("school" = String, Path)),
    request_body = LinkBody, responses((status = 202), (status = 429)))]
pub async fn ask_for_link(
    app: web::Data<App>,
    entrance: web::Data<Entrance>,
    from: ClientAddress,
    slug: web::Path<String>,
    body: Body<LinkBody>,
) -> Result<HttpResponse, ApiError> {
    entrance.take(Bucket::PublicSubmit, from)?;
    let challenge = Token::fresh(&app);
    let answer = serde_json::json!({
        "challenge": challenge.as_str(),
        "next": "If we know this address, a message with a link and a code is on its way.",
    });
    resend_later(app, entrance, slug.into_inner(), body.0.email, challenge);
    Ok(HttpResponse::Accepted().json(answer))
}

/// Writes the mails after the answer has gone: how long that takes would tell whether there are any (P33).
pub fn resend_later(
    app: web::Data<App>,
    entrance: web::Data<Entrance>,
    slug: String,
    email: String,
    challenge: Token,
) {
    actix_web::rt::spawn(async move {
        let doors = entrance.into_inner();
        let sent =
            blocking(&app, move |app| family::resend(app, &doors.doors, &slug, &email, &challenge)).await;
        if let Err(error) = sent {
            log_once(&error);
        }
    });
}

/// As [`resend_later`], in place of an old link.
pub fn renew_later(app: web::Data<App>, entrance: web::Data<Entrance>, link: String, challenge: Token) {
    actix_web::rt::spawn(async move {
        let doors = entrance.into_inner();
        let sent = blocking(&app, move |app| family::renew(app, &doors.doors, &link, &challenge)).await;
        if let Err(error) = sent {
            log_once(&error);
        }
    });
}
