//! How a family's program comes in: by the link of a mail, and when that is lost by a fresh one and the code
//! beside it.

use actix_web::http::header;
use actix_web::web::{self, Json};
use actix_web::{HttpRequest, HttpResponse};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::app::access::consent::{self, Behind};
use crate::app::access::family::{self, CaseToken};
use crate::app::access::limit::Doors;
use crate::app::access::{Token, return_code};
use crate::app::error::{Error, FieldCode, FieldProblem};
use crate::domain::case::vocabulary::{AgreesFor, ConsentAnswer};
use crate::domain::ids::PartyNo;
use crate::domain::reference::Reference;
use crate::domain::return_code::ReturnCode;
use crate::urls;
use crate::web::extract::{ApiCaller, Body, ClientAddress, IfMatch, blocking};
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

/// What stands on the paper of a family without email.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReturnBody {
    /// The reference of the case.
    pub reference: String,
    /// The ten letters and numbers.
    pub code: String,
}

/// Turn a code on paper into a case token. It can be done again while the code lives.
///
/// # Errors
/// 422 for a code that is wrong or was replaced, the same whether or not there is such a case; 429 after ten tries from
/// one network.
#[utoipa::path(post, path = "/access/return-code", tag = "Public", request_body = ReturnBody,
    responses((status = 200, body = CaseTokenView), (status = 400), (status = 415), (status = 422), (status = 429)))]
pub async fn enter_return_code(
    app: web::Data<App>,
    doors: web::Data<Doors>,
    limits: web::Data<Limits>,
    from: ClientAddress,
    request: HttpRequest,
    Body(body): Body<ReturnBody>,
) -> Result<Json<CaseTokenView>, ApiError> {
    limits.take_for(&request, Bucket::SignIn)?;
    let problem = |field: &str, words: String| FieldProblem::new(field, FieldCode::DoesNotFit, words);
    let reference = Reference::parse(&body.reference).map_err(|how| problem("reference", how.to_string()));
    let code = ReturnCode::parse(&body.code).map_err(|how| problem("code", how.to_string()));
    let (reference, code) = match (reference, code) {
        (Ok(reference), Ok(code)) => (reference, code),
        (reference, code) => {
            return Err(Error::Invalid([reference.err(), code.err()].into_iter().flatten().collect()).into());
        }
    };
    let typed = return_code::Typed { reference, code, from: from.network() };
    let made = blocking(&app, move |app| return_code::exchange(app, &doors, &typed)).await?;
    Ok(Json(made.into()))
}

/// Whose page a code on paper is to open.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewReturnBody {
    /// The complainant, where several raised it.
    pub party: Option<u16>,
}

/// A code on paper. This is the one time that it is shown.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReturnCodeView {
    /// The reference of the case.
    pub reference: String,
    /// Whose page it opens.
    pub name: String,
    /// The code.
    pub code: String,
    /// Where a person types it.
    pub page: String,
}

/// Make a code on paper for a family without email. The one before it ends, and that it was made stands in the record.
#[utoipa::path(post, path = "/cases/{reference}/return-code", tag = "Cases", params(("reference" = String, Path), ("If-Match" = String, Header, description = "The ETag of the case that you saw")),
    request_body = NewReturnBody, responses((status = 200, body = ReturnCodeView), (status = 400), (status = 404), (status = 412), (status = 415), (status = 422), (status = 428)), security(("token" = [])))]
pub async fn make_return_code(
    app: web::Data<App>,
    caller: ApiCaller,
    reference: web::Path<String>,
    IfMatch(seen): IfMatch,
    Body(body): Body<NewReturnBody>,
) -> Result<HttpResponse, ApiError> {
    let reference = Reference::parse(&reference).map_err(|_| Error::NotFound)?;
    let asked = return_code::Asked { reference, party: body.party.map(PartyNo), seen };
    let view = blocking(&app, move |app| {
        let issued = return_code::for_paper(app, caller.caller, asked)?;
        Ok::<_, Error>(ReturnCodeView {
            reference: issued.reference.as_str().to_owned(),
            name: issued.name,
            code: issued.code.as_str().to_owned(),
            page: app.base().link(&urls::return_code(&issued.school)).to_string(),
        })
    })
    .await?;
    Ok(HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")).json(view))
}

/// Whether somebody agrees that another raises it.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConsentView {
    /// The school, by its name in addresses.
    pub school: String,
    /// Who raised it; null once it was answered.
    pub raised_by: Option<String>,
    /// For whom the answer is; null once it was answered.
    pub agrees_for: Option<AgreesFor>,
    /// The child, where the answer is for one.
    pub child: Option<String>,
    /// By which day an answer is asked for.
    pub answer_by_on: Option<NaiveDate>,
    /// What was answered; null while nothing was.
    pub answer: Option<ConsentAnswer>,
    /// On which day.
    pub answered_on: Option<NaiveDate>,
}

fn consent_view(behind: Behind) -> Result<Json<ConsentView>, ApiError> {
    match behind {
        Behind::Asked(question) => Ok(Json(ConsentView {
            school: question.school,
            raised_by: Some(question.who),
            agrees_for: Some(question.agrees_for),
            child: question.child,
            answer_by_on: question.by,
            answer: None,
            answered_on: None,
        })),
        Behind::Answered { school, answer, on } => Ok(Json(ConsentView {
            school,
            raised_by: None,
            agrees_for: None,
            child: None,
            answer_by_on: None,
            answer: Some(answer),
            answered_on: Some(on),
        })),
        Behind::Over => Err(Error::NotFound.into()),
    }
}

/// Look at what is asked by a mailed link: who raised something for somebody, and nothing of what it says (R10).
#[utoipa::path(post, path = "/access/consent", tag = "Public", request_body = AccessBody, responses((status = 200, body = ConsentView), (status = 400), (status = 404), (status = 415), (status = 422), (status = 429)))]
pub async fn look_at_consent(
    app: web::Data<App>,
    limits: web::Data<Limits>,
    request: HttpRequest,
    Body(body): Body<AccessBody>,
) -> Result<Json<ConsentView>, ApiError> {
    limits.take_for(&request, Bucket::SignIn)?;
    consent_view(blocking(&app, move |app| consent::look(app, last_part(&body.link_token))).await?)
}

/// What somebody answers who is asked to agree.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConsentBody {
    /// The last part of the mailed link, or the whole link.
    pub link_token: String,
    /// Whether they agree.
    pub answer: ConsentAnswer,
}

/// Say whether one agrees that another raises it. It is answered once; asked again, it says what stands (R10).
#[utoipa::path(post, path = "/access/consent/answer", tag = "Public", request_body = ConsentBody, responses((status = 200, body = ConsentView), (status = 400), (status = 404), (status = 415), (status = 422), (status = 429)))]
pub async fn answer_consent(
    app: web::Data<App>,
    limits: web::Data<Limits>,
    request: HttpRequest,
    Body(body): Body<ConsentBody>,
) -> Result<Json<ConsentView>, ApiError> {
    limits.take_for(&request, Bucket::SignIn)?;
    let answered = move |app: &App| consent::answer(app, last_part(&body.link_token), body.answer);
    consent_view(blocking(&app, answered).await?)
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
