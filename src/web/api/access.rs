//! How a family's program comes in when it has lost its link: a fresh one by mail, and the code beside it.
//! A link that lives is exchanged in [`cases::access`](super::cases::access).

use actix_web::{HttpResponse, web};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use crate::app::App;
use crate::app::access::Token;
use crate::app::access::family;
use crate::app::access::limit::Doors;
use crate::urls;
use crate::web::extract::{Body, ClientAddress, blocking};
use crate::web::limits::{Bucket, Limits};
use crate::web::problem::{ApiError, log_once};

use super::view::instant;

/// Who lost their link.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkBody {
    /// The address that the concern was raised with.
    pub email: String,
}

/// Ask for fresh links to one's cases at a school, by mail. The answer is the same whether or not there are
/// any, and as quick (P33).
///
/// # Errors
/// 429 when too many were asked for.
#[utoipa::path(post, path = "/schools/{school}/links", tag = "Public", params(("school" = String, Path)),
    request_body = LinkBody, responses((status = 202), (status = 429)))]
pub async fn ask_for_link(
    app: web::Data<App>,
    doors: web::Data<Doors>,
    limits: web::Data<Limits>,
    from: ClientAddress,
    slug: web::Path<String>,
    body: Body<LinkBody>,
) -> Result<HttpResponse, ApiError> {
    limits.take(Bucket::PublicSubmit, from)?;
    let challenge = Token::fresh(&app);
    let answer = json!({
        "challenge": challenge.as_str(),
        "next": "If we know this address, a message with a link and a code is on its way.",
    });
    let (slug, email) = (slug.into_inner(), body.0.email);
    // After the answer: how long it takes to write the mails would tell whether there are any.
    actix_web::rt::spawn(async move {
        let sent = blocking(&app, move |app| family::resend(app, &doors, &slug, &email, &challenge)).await;
        if let Err(error) = sent {
            log_once(&error);
        }
    });
    Ok(HttpResponse::Accepted().json(answer))
}

/// The code of a mail, with the challenge that asked for it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CodeBody {
    /// What asking for a link answered with.
    pub challenge: String,
    /// The six digits of the mail.
    pub code: String,
}

/// Turn a mailed code into a case token: five tries in fifteen minutes.
///
/// # Errors
/// 422 for a code that is wrong or over.
#[utoipa::path(post, path = "/access/code", tag = "Public", request_body = CodeBody,
    responses((status = 200), (status = 422), (status = 429)))]
pub async fn enter_code(
    app: web::Data<App>,
    doors: web::Data<Doors>,
    limits: web::Data<Limits>,
    from: ClientAddress,
    body: Body<CodeBody>,
) -> Result<HttpResponse, ApiError> {
    limits.take(Bucket::SignIn, from)?;
    let CodeBody { challenge, code } = body.0;
    let challenge = Token::given(challenge);
    let made = blocking(&app, move |app| family::exchange_code(app, &doors, &challenge, &code)).await?;
    Ok(HttpResponse::Ok().json(json!({
        "case_token": made.token.as_str(), "reference": made.reference.as_str(), "expires_at": instant(made.expires_at),
        "case": urls::api_case(&made.reference),
    })))
}
