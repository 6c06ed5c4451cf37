//! How a family's program comes in: by the link of a mail, and when that is lost by a fresh one and the code
//! beside it.

use actix_web::web::{self, Json};
use actix_web::{HttpRequest, HttpResponse};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::app::access::Token;
use crate::app::access::family::{self, CaseToken};
use crate::app::access::limit::Doors;
use crate::app::error::Error;
use crate::urls;
use crate::web::extract::{Body, blocking};
use crate::web::limits::{Bucket, Limits, used_up};
use crate::web::problem::{ApiError, EdgeError, log_once};

use super::view::instant;

/// Who lost their link.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkBody {
    /// The address that the concern was raised with.
    pub email: String,
}

/// A link that may be on its way.
#[derive(Debug, Serialize, ToSchema)]
pub struct LinkAsked {
    /// Goes with the code of the mail, to `/access/code`.
    pub challenge: String,
    /// What happens next, in words.
    pub next: &'static str,
}

/// What opens one case.
#[derive(Debug, Serialize, ToSchema)]
pub struct CaseTokenView {
    /// For `Authorization: Bearer`.
    pub case_token: String,
    /// The case.
    pub reference: String,
    /// Until when it opens it.
    #[schema(format = DateTime)]
    pub expires_at: String,
    /// Where the case is.
    pub case: String,
}

impl From<CaseToken> for CaseTokenView {
    fn from(made: CaseToken) -> Self {
        Self {
            case_token: made.token.as_str().to_owned(),
            reference: made.reference.as_str().to_owned(),
            expires_at: instant(made.expires_at),
            case: urls::api_case(&made.reference),
        }
    }
}

/// Ask for fresh links to one's cases at a school, by mail. The answer is the same whether or not there are
/// any, and as quick (P33).
///
/// # Errors
/// 429 when too many were asked for.
#[utoipa::path(post, path = "/schools/{school}/links", tag = "Public", params(("school" = String, Path)),
    request_body = LinkBody, responses((status = 202, body = LinkAsked), (status = 400), (status = 415), (status = 422), (status = 429)))]
pub async fn ask_for_link(
    app: web::Data<App>,
    doors: web::Data<Doors>,
    limits: web::Data<Limits>,
    request: HttpRequest,
    slug: web::Path<String>,
    body: Body<LinkBody>,
) -> Result<HttpResponse, ApiError> {
    limits.take_for(&request, Bucket::PublicSubmit)?;
    let challenge = Token::fresh(&app);
    let answer = LinkAsked {
        challenge: challenge.as_str().to_owned(),
        next: "If we know this address, a message with a link and a code is on its way.",
    };
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

/// Turn a mailed code into a case token: it works once, within ten minutes, and has five tries.
///
/// # Errors
/// 422 for a code that is wrong or over, 429 after five tries.
#[utoipa::path(post, path = "/access/code", tag = "Public", request_body = CodeBody,
    responses((status = 200, body = CaseTokenView), (status = 400), (status = 415), (status = 422), (status = 429)))]
pub async fn enter_code(
    app: web::Data<App>,
    doors: web::Data<Doors>,
    limits: web::Data<Limits>,
    request: HttpRequest,
    body: Body<CodeBody>,
) -> Result<Json<CaseTokenView>, EdgeError> {
    limits.take_for(&request, Bucket::SignIn)?;
    let CodeBody { challenge, code } = body.0;
    let challenge = Token::given(challenge);
    let counted = doors.clone();
    let made = blocking(&app, move |app| family::exchange_code(app, &doors, &challenge, &code)).await;
    match made {
        Ok(made) => Ok(Json(made.into())),
        Err(Error::TooMany(seconds)) => {
            used_up(&request, counted.no_code_left());
            Err(EdgeError::CodesSpent(seconds, family::codes_spent(seconds)))
        }
        Err(error) => Err(error.into()),
    }
}

/// A mailed link.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AccessBody {
    /// The last part of the mailed link, or the whole link.
    pub link_token: String,
}

/// Turn a mailed link into a case token. It can be done again while the link lives (G27).
#[utoipa::path(post, path = "/access", tag = "Public", request_body = AccessBody, responses((status = 200, body = CaseTokenView), (status = 400), (status = 404), (status = 415), (status = 422), (status = 429)))]
pub async fn exchange_link(
    app: web::Data<App>,
    limits: web::Data<Limits>,
    request: HttpRequest,
    Body(body): Body<AccessBody>,
) -> Result<Json<CaseTokenView>, ApiError> {
    limits.take_for(&request, Bucket::SignIn)?;
    let made = blocking(&app, move |app| family::exchange(app, last_part(&body.link_token))).await?;
    Ok(Json(made.into()))
}

/// People paste the link as it was mailed.
fn last_part(link: &str) -> &str {
    let path = link.trim().split(['?', '#']).next().unwrap_or_default().trim_end_matches('/');
    path.rsplit('/').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::last_part;

    #[test]
    fn a_whole_link_is_taken_for_its_last_part() {
        for link in
            ["abc", " abc ", "https://heard.example.org/mine/abc", "https://heard.example.org/mine/abc/?x=1"]
        {
            assert_eq!(last_part(link), "abc", "{link}");
        }
    }
}
