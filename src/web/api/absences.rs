//! Who is away from a post, and who looks after it meanwhile (S40).

use std::collections::BTreeMap;

use actix_web::HttpResponse;
use actix_web::web::{self, Json};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::App;
use crate::app::access::absence::{self, AbsenceForm, Noted};
use crate::domain::ids::{AbsenceId, PersonId, PostId};
use crate::domain::person::Role;
use crate::web::extract::{ApiColleague, Body, Idempotency, Query, blocking};
use crate::web::problem::ApiError;

use super::paging::{PageQuery, Paged};

/// An absence from one post.
#[derive(Debug, Serialize, ToSchema)]
pub struct AbsenceView {
    /// Its id.
    id: AbsenceId,
    /// Who is away.
    person: PersonId,
    /// Their name.
    name: String,
    /// From which post.
    post: PostId,
    /// What the post is.
    role: Role,
    /// Who looks after it; `null` for nobody.
    delegate: Option<PersonId>,
    /// Their name.
    delegate_name: Option<String>,
    /// The first day.
    from_on: NaiveDate,
    /// The last day.
    to_on: NaiveDate,
}

fn view(noted: &Noted) -> AbsenceView {
    let away = &noted.absence;
    AbsenceView {
        id: away.id,
        person: away.person,
        name: noted.name.clone(),
        post: away.post.id,
        role: away.post.role,
        delegate: away.delegate,
        delegate_name: noted.delegate.clone(),
        from_on: away.from_on,
        to_on: away.to_on,
    }
}

/// The absences that are on or to come: the caller's own, those for which they stand in, and those that are theirs to note.
#[utoipa::path(get, path = "/absences", tag = "People", params(PageQuery),
    responses((status = 200, body = [AbsenceView]), (status = 401), (status = 403), (status = 422)), security(("token" = [])))]
pub async fn list(
    app: web::Data<App>,
    ApiColleague(holder): ApiColleague,
    Query(page): Query<PageQuery>,
) -> Result<Json<Paged<AbsenceView>>, ApiError> {
    let found = blocking(&app, move |app| absence::overview(app, &holder.colleague)).await?;
    let items = found.noted.iter().map(view).collect();
    Ok(Json(page.of("absences", items, |absence: &AbsenceView| absence.id.to_string())?))
}

/// Somebody is away for a time.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AbsenceBody {
    /// Who; absent for the caller. For somebody else, the token needs the scope `settings`.
    pub person: Option<Uuid>,
    /// The first day.
    pub from_on: NaiveDate,
    /// The last day.
    pub to_on: NaiveDate,
    /// Who looks after which post, by its id; nobody looks after a post that is not named.
    #[serde(default)]
    pub delegates: BTreeMap<Uuid, Uuid>,
}

/// The absences that were noted.
#[derive(Debug, Serialize, ToSchema)]
pub struct NotedAbsences {
    /// One for each post.
    items: Vec<AbsenceView>,
}

/// Note that somebody is away: one absence for each post in which cases rest with them.
#[utoipa::path(post, path = "/absences", tag = "People", request_body = AbsenceBody,
    params(("Idempotency-Key" = Option<String>, Header)),
    responses((status = 201, body = NotedAbsences), (status = 401), (status = 403), (status = 404), (status = 422)), security(("token" = [])))]
pub async fn note(
    app: web::Data<App>,
    caller: ApiColleague,
    Idempotency(key): Idempotency,
    Body(body): Body<AbsenceBody>,
) -> Result<HttpResponse, ApiError> {
    if body.person.is_some_and(|person| PersonId(person) != caller.0.colleague.id) {
        caller.may_change_settings()?;
    }
    let ApiColleague(holder) = caller;
    let form = AbsenceForm {
        person: body.person.map(PersonId),
        from_on: body.from_on.to_string(),
        to_on: body.to_on.to_string(),
        delegates: body
            .delegates
            .into_iter()
            .map(|(post, person)| (PostId(post), PersonId(person)))
            .collect(),
    };
    let noted = blocking(&app, move |app| {
        let noted = absence::note(app, &holder.colleague, &form, key)?;
        let found = absence::overview(app, &holder.colleague)?.noted;
        let new = found.iter().filter(|known| noted.contains(&known.absence.id));
        Ok(NotedAbsences { items: new.map(view).collect() })
    })
    .await?;
    Ok(HttpResponse::Created().json(noted))
}

/// End an absence at once, and with it what was given for it. A second time changes nothing.
#[utoipa::path(post, path = "/absences/{absence}/end", tag = "People", params(("absence" = String, Path)),
    responses((status = 204), (status = 401), (status = 403), (status = 404)), security(("token" = [])))]
pub async fn end(
    app: web::Data<App>,
    ApiColleague(holder): ApiColleague,
    absence: web::Path<Uuid>,
) -> Result<HttpResponse, ApiError> {
    blocking(&app, move |app| absence::end(app, &holder.colleague, AbsenceId(*absence))).await?;
    Ok(HttpResponse::NoContent().finish())
}
