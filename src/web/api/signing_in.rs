//! How people sign in, for administrators: the rules of the organisation, and what is done for one person.

use actix_web::HttpResponse;
use actix_web::web::{self, Json};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::App;
use crate::app::access::rules::{self, SignInRules};
use crate::app::access::{second_step, session};
use crate::domain::ids::PersonId;
use crate::web::extract::{ApiAdministrator, Body, blocking};
use crate::web::problem::ApiError;

/// Who needs a second step, and who may sign in by mail.
#[utoipa::path(get, path = "/sign-in-rules", tag = "People",
    responses((status = 200, body = SignInRules), (status = 401), (status = 403)), security(("token" = [])))]
pub async fn rules_now(app: web::Data<App>, caller: ApiAdministrator) -> Result<Json<SignInRules>, ApiError> {
    caller.by.may_change_rules()?;
    Ok(Json(blocking(&app, rules::rules).await?))
}

/// A change of the rules.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RulesBody {
    /// The rules as they were read.
    pub before: SignInRules,
    /// The rules as they are to be.
    pub after: SignInRules,
}

/// Change the rules, for every school of the trust. Where somebody else was faster, nothing is changed: read them again.
#[utoipa::path(post, path = "/sign-in-rules", tag = "People", request_body = RulesBody,
    responses((status = 204), (status = 401), (status = 403), (status = 422)), security(("token" = [])))]
pub async fn change_rules(
    app: web::Data<App>,
    caller: ApiAdministrator,
    Body(body): Body<RulesBody>,
) -> Result<HttpResponse, ApiError> {
    blocking(&app, move |app| rules::change(app, &caller.by, &body.before, body.after)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Sign somebody out everywhere. A second time changes nothing.
#[utoipa::path(post, path = "/people/{person}/sessions/end", tag = "People", params(("person" = String, Path)),
    responses((status = 204), (status = 401), (status = 403), (status = 404)), security(("token" = [])))]
pub async fn end_sessions(
    app: web::Data<App>,
    caller: ApiAdministrator,
    person: web::Path<Uuid>,
) -> Result<HttpResponse, ApiError> {
    blocking(&app, move |app| session::end_all_of(app, &caller.by, PersonId(*person))).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Take away the second step of somebody who has lost phone and recovery codes, and every passkey. Both of you are told by mail.
#[utoipa::path(post, path = "/people/{person}/second-step/reset", tag = "People", params(("person" = String, Path)),
    responses((status = 204), (status = 401), (status = 403), (status = 404), (status = 422)), security(("token" = [])))]
pub async fn reset_second_step(
    app: web::Data<App>,
    caller: ApiAdministrator,
    person: web::Path<Uuid>,
) -> Result<HttpResponse, ApiError> {
    blocking(&app, move |app| second_step::reset(app, &caller.by, PersonId(*person))).await?;
    Ok(HttpResponse::NoContent().finish())
}
