//! Cases that may be about the same matter as one (R17), for staff who see both.

use actix_web::HttpResponse;
use actix_web::web::{self, Json};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::app::alike::{self, Other, Saying};
use crate::app::error::Error;
use crate::app::together::{self, Joint};
use crate::app::work_list::StateKey;
use crate::domain::case::command::Confirmed;
use crate::domain::case::vocabulary::PairVerdict;
use crate::domain::ids::PersonId;
use crate::domain::reference::Reference;
use crate::web::extract::{ApiCaller, Body, Idempotency, blocking};
use crate::web::problem::ApiError;

use super::view::instant;

/// Another case that the reader may see too.
#[derive(Debug, Serialize, ToSchema)]
pub struct OtherCase {
    /// What people call it by.
    reference: String,
    /// The name of its school.
    school: String,
    /// Its state.
    state: StateKey,
    /// The day on which it was received.
    received_on: NaiveDate,
    /// The first line of its first point.
    headline: String,
    /// What both have in common, in a sentence; null where that is nothing.
    why: Option<String>,
    /// What holds of the two; null where nobody said anything.
    verdict: Option<PairVerdict>,
    /// What was said of the two, in order.
    said: Vec<SaidOfTwo>,
}

/// What somebody said of two cases.
#[derive(Debug, Serialize, ToSchema)]
pub struct SaidOfTwo {
    /// Its place, from 1.
    no: u16,
    /// What.
    verdict: PairVerdict,
    /// Why.
    reason: String,
    /// Who.
    person: PersonId,
    /// Their name.
    name: String,
    /// When.
    #[schema(format = DateTime)]
    at: String,
}

/// The cases beside one.
#[derive(Debug, Serialize, ToSchema)]
pub struct CasesBeside {
    /// Those that may be the same matter, the likest first, at most 10; none for whoever neither has nor leads this one.
    suggested: Vec<OtherCase>,
    /// Those of which somebody said something.
    said: Vec<OtherCase>,
}

fn view(other: &Other) -> OtherCase {
    let case = &other.case;
    OtherCase {
        reference: case.reference.to_string(),
        school: other.school.clone(),
        state: StateKey::of(case.standing),
        received_on: case.received_on,
        headline: case.headline.clone(),
        why: other.why.clone(),
        verdict: other.verdict(),
        said: other
            .said
            .iter()
            .map(|(said, name)| SaidOfTwo {
                no: said.no,
                verdict: said.verdict,
                reason: said.reason.to_string(),
                person: said.by,
                name: name.clone(),
                at: instant(said.at),
            })
            .collect(),
    }
}

/// Cases that may be about the same matter, and what was said of them (R17). Only those that the caller may see.
#[utoipa::path(get, path = "/cases/{reference}/alike", tag = "Cases", params(("reference" = String, Path)), responses((status = 200, body = CasesBeside), (status = 404)), security(("token" = [])))]
pub async fn list(
    app: web::Data<App>,
    caller: ApiCaller,
    reference: web::Path<String>,
) -> Result<Json<CasesBeside>, ApiError> {
    let reference = Reference::parse(&reference).map_err(|_| Error::NotFound)?;
    let others = blocking(&app, move |app| alike::of_case(app, &caller.caller, &reference)).await?;
    let views = |others: &[Other]| others.iter().map(view).collect();
    Ok(Json(CasesBeside { suggested: views(&others.suggested), said: views(&others.said) }))
}

/// What two cases have to do with each other.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SayingBody {
    /// What.
    pub verdict: PairVerdict,
    /// Why; everybody who sees both cases reads it.
    pub reason: String,
    /// How much had been said of the two when you looked: the number of what was said last, or 0.
    pub after: u16,
}

/// Say what two cases have to do with each other (R17). Neither case changes, and nothing is deleted: a link ends with
/// `no_longer`.
#[utoipa::path(post, path = "/cases/{reference}/alike/{other}", tag = "Cases", request_body = SayingBody, params(("reference" = String, Path), ("other" = String, Path), ("Idempotency-Key" = Option<String>, Header)), responses((status = 204), (status = 403), (status = 404), (status = 422)), security(("token" = [])))]
pub async fn say(
    app: web::Data<App>,
    caller: ApiCaller,
    path: web::Path<(String, String)>,
    Idempotency(key): Idempotency,
    Body(body): Body<SayingBody>,
) -> Result<HttpResponse, ApiError> {
    let (reference, other) = path.into_inner();
    let parse = |text: &str| Reference::parse(text).map_err(|_| Error::NotFound);
    let saying = Saying {
        reference: parse(&reference)?,
        other: parse(&other)?,
        verdict: body.verdict,
        reason: body.reason,
        after: body.after,
        key,
    };
    blocking(&app, move |app| alike::say(app, &caller.caller, &saying)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// A case, and how it was when its caller looked.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CaseSeen {
    /// Which.
    pub reference: String,
    /// Its version, as in its `ETag`.
    pub version: u32,
}

/// One answer for several cases that are about the same matter.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct JointBody {
    /// Which: this one, and those that are linked with it as the same matter; at most 50.
    pub cases: Vec<CaseSeen>,
    /// The answer. What each family can do where its own concern is another is added to it.
    pub message: String,
    /// `yes` to say that others told of the same matter; who and how many is never said.
    #[serde(default)]
    pub tell_of_others: Option<Confirmed>,
}

/// What was answered.
#[derive(Debug, Serialize, ToSchema)]
pub struct Answered {
    /// Which cases.
    references: Vec<String>,
}

/// Answer several cases about the same matter in the same words (R18). Each stays a case of its own, with its own letter, window
/// and next stage. All of them are answered, or none is.
#[utoipa::path(post, path = "/cases/{reference}/answer-together", tag = "Cases", request_body = JointBody, params(("reference" = String, Path), ("Idempotency-Key" = Option<String>, Header)), responses((status = 200, body = Answered), (status = 403), (status = 404), (status = 422)), security(("token" = [])))]
pub async fn answer_together(
    app: web::Data<App>,
    caller: ApiCaller,
    reference: web::Path<String>,
    Idempotency(key): Idempotency,
    Body(body): Body<JointBody>,
) -> Result<Json<Answered>, ApiError> {
    let parse = |text: &str| Reference::parse(text).map_err(|_| Error::NotFound);
    let reference = parse(&reference)?;
    let cases: Result<Vec<(Reference, u32)>, Error> =
        body.cases.iter().map(|seen| Ok((parse(&seen.reference)?, seen.version))).collect();
    let joint =
        Joint { reference, cases: cases?, message: body.message, tell_of_others: body.tell_of_others, key };
    let answered = blocking(&app, move |app| together::answer(app, &caller.caller, &joint)).await?;
    Ok(Json(Answered { references: answered.iter().map(ToString::to_string).collect() }))
}
