//! People, posts and tokens: for administrators, with the scope `settings`.

use actix_web::HttpResponse;
use actix_web::web::{self, Json};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::App;
use crate::app::access::ending::{self, Ending};
use crate::app::access::password_link::own_address;
use crate::app::access::staff::{self, Arrival, AtPlace, Entry, PersonForm, PostForm, TRUST};
use crate::app::access::token::{self, NewToken, OwnToken, Scope};
use crate::app::error::{Error, FieldCode, FieldProblem};
use crate::domain::ids::{PersonId, PostId};
use crate::domain::person::{Independence, Post, Role};
use crate::domain::text::EmailAddress;
use crate::web::extract::{ApiAdministrator, Body, Idempotency, Query, blocking, read_value};
use crate::web::problem::ApiError;

use super::paging::{PageQuery, Paged};
use super::view::instant;

/// A post.
#[derive(Debug, Serialize, ToSchema)]
pub struct PostView {
    /// Its id.
    id: PostId,
    /// Whose.
    person: PersonId,
    /// The role.
    role: Role,
    /// The slug of the school; `null` for a post at the trust.
    school: Option<String>,
    /// Empty for all.
    year_groups: Vec<String>,
    /// The first day.
    from_on: NaiveDate,
    /// The last day, if it is known.
    to_on: Option<NaiveDate>,
    /// For the panel pool: whether they count as independent.
    independence: Independence,
    /// For the panel pool: why they count as independent.
    independence_reason: Option<String>,
}

/// A person with a post.
#[derive(Debug, Serialize, ToSchema)]
pub struct PersonView {
    /// Their id.
    id: PersonId,
    /// Their name.
    name: String,
    /// Their address.
    email: String,
    /// Whether they have chosen a password.
    has_password: bool,
    /// When they signed in last.
    #[schema(format = DateTime)]
    signed_in_at: Option<String>,
    /// Their posts, past and to come too.
    posts: Vec<PostView>,
}

fn post_view(person: PersonId, post: &Post, places: &[AtPlace]) -> PostView {
    let place = places.iter().find(|at| at.place == post.place);
    PostView {
        id: post.id,
        person,
        role: post.role,
        school: place.map(|at| at.key.clone()).filter(|key| key != TRUST),
        year_groups: post.year_groups.clone(),
        from_on: post.from_on,
        to_on: post.to_on,
        independence: post.independence,
        independence_reason: post.independence_reason.clone(),
    }
}

fn person_view(entry: &Entry, places: &[AtPlace]) -> PersonView {
    let (has_password, signed_in_at) = match entry.arrival {
        Arrival::NoPassword => (false, None),
        Arrival::NotYet => (true, None),
        Arrival::SignedIn(at) => (true, Some(instant(at))),
    };
    let person = &entry.person;
    PersonView {
        id: person.id,
        name: person.name.clone(),
        email: person.email.clone(),
        has_password,
        signed_in_at,
        posts: person.posts.iter().map(|post| post_view(person.id, post, places)).collect(),
    }
}

async fn roster(
    app: &web::Data<App>,
    caller: &ApiAdministrator,
) -> Result<(Vec<Entry>, Vec<AtPlace>), ApiError> {
    let by = caller.by.clone();
    Ok(blocking(app, move |app| Ok((staff::roster(app, &by)?, staff::places(app, &by)?))).await?)
}

/// Everybody who holds a post at the caller's schools or their trust.
#[utoipa::path(get, path = "/people", tag = "People", params(PageQuery),
    responses((status = 200, body = [PersonView]), (status = 401), (status = 403), (status = 422)), security(("token" = [])))]
pub async fn list(
    app: web::Data<App>,
    caller: ApiAdministrator,
    Query(page): Query<PageQuery>,
) -> Result<Json<Paged<PersonView>>, ApiError> {
    let (entries, places) = roster(&app, &caller).await?;
    let items = entries.iter().map(|entry| person_view(entry, &places)).collect();
    Ok(Json(page.of("people", items, |person: &PersonView| person.id.to_string())?))
}

/// A post to be given.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PostBody {
    /// The role.
    #[schema(value_type = Role)]
    pub role: String,
    /// The slug of the school; absent for a post at the trust.
    pub school: Option<String>,
    /// The year groups of a class teacher or tutor; absent for all.
    #[serde(default)]
    pub year_groups: Vec<String>,
    /// The first day; absent for today.
    pub from_on: Option<NaiveDate>,
    /// The last day, if it is known.
    pub to_on: Option<NaiveDate>,
    /// For `panel_member`: whether they count as independent.
    #[schema(value_type = Option<Independence>)]
    pub independence: Option<String>,
    /// For `panel_member`: why they count as independent (R25).
    pub independence_reason: Option<String>,
}

impl PostBody {
    fn form(self) -> PostForm {
        let date = |on: Option<NaiveDate>| on.map(|on| on.to_string()).unwrap_or_default();
        PostForm {
            role: self.role,
            place: self.school.unwrap_or_else(|| TRUST.to_owned()),
            year_groups: self.year_groups.join("\n"),
            from_on: date(self.from_on),
            to_on: date(self.to_on),
            independence: self.independence.unwrap_or_default(),
            independence_reason: self.independence_reason.unwrap_or_default(),
        }
    }
}

/// Somebody to be taken on.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PersonBody {
    /// Their name.
    pub name: String,
    /// Their address.
    pub email: String,
    /// Their first post.
    pub post: PostBody,
}

/// Take somebody on. They get a mail with a link by which they choose a password.
#[utoipa::path(post, path = "/people", tag = "People", request_body = PersonBody,
    params(("Idempotency-Key" = Option<String>, Header)),
    responses((status = 201, body = PersonView), (status = 401), (status = 403), (status = 422)), security(("token" = [])))]
pub async fn take_on(
    app: web::Data<App>,
    caller: ApiAdministrator,
    Idempotency(key): Idempotency,
    Body(body): Body<PersonBody>,
) -> Result<HttpResponse, ApiError> {
    let by = caller.by.clone();
    let form = PersonForm { name: body.name, email: body.email, post: body.post.form() };
    let (entry, places) = blocking(&app, move |app| {
        let taken_on = staff::take_on(app, &by, &form, key).map_err(|error| within(error, "post"))?;
        Ok((staff::entry(app, &by, taken_on.person)?, staff::places(app, &by)?))
    })
    .await?;
    Ok(HttpResponse::Created().json(person_view(&entry, &places)))
}

/// The API says `school` for what a form calls the place, and the post is an object inside the person.
fn within(error: Error, object: &str) -> Error {
    let at = |problem: FieldProblem| {
        let field = if problem.field == "place" { "school".to_owned() } else { problem.field };
        let own = matches!(field.as_str(), "name" | "email");
        let field = if own || object.is_empty() { field } else { format!("{object}/{field}") };
        FieldProblem { field, ..problem }
    };
    match error {
        Error::Invalid(problems) => Error::Invalid(problems.into_iter().map(at).collect()),
        other => other,
    }
}

/// Who holds which role where, from when to when.
#[utoipa::path(get, path = "/posts", tag = "People", params(PageQuery),
    responses((status = 200, body = [PostView]), (status = 401), (status = 403), (status = 422)), security(("token" = [])))]
pub async fn posts(
    app: web::Data<App>,
    caller: ApiAdministrator,
    Query(page): Query<PageQuery>,
) -> Result<Json<Paged<PostView>>, ApiError> {
    let (entries, places) = roster(&app, &caller).await?;
    let of = |entry: &Entry| -> Vec<PostView> {
        entry.person.posts.iter().map(|post| post_view(entry.person.id, post, &places)).collect()
    };
    Ok(Json(page.of("posts", entries.iter().flat_map(of).collect(), |post: &PostView| post.id.to_string())?))
}

/// A post for somebody who is there already.
#[derive(Debug, Deserialize, ToSchema)]
pub struct AppointBody {
    /// The id of the person.
    pub person: Uuid,
    /// The post.
    #[serde(flatten)]
    #[schema(value_type = PostBody)]
    pub post: serde_json::Value,
}

/// Give somebody a post.
#[utoipa::path(post, path = "/posts", tag = "People", request_body = AppointBody,
    params(("Idempotency-Key" = Option<String>, Header)),
    responses((status = 201, body = PostView), (status = 401), (status = 403), (status = 404), (status = 422)), security(("token" = [])))]
pub async fn appoint(
    app: web::Data<App>,
    caller: ApiAdministrator,
    Idempotency(key): Idempotency,
    Body(body): Body<AppointBody>,
) -> Result<HttpResponse, ApiError> {
    let (by, person) = (caller.by.clone(), PersonId(body.person));
    let post: PostBody = read_value(body.post)?;
    let form = post.form();
    let view = blocking(&app, move |app| {
        let id = staff::appoint(app, &by, person, &form, key).map_err(|error| within(error, ""))?;
        one_post(app, &by, person, id)
    })
    .await?;
    Ok(HttpResponse::Created().json(view))
}

fn one_post(
    app: &App,
    by: &crate::app::access::administrator::Administrator,
    person: PersonId,
    id: PostId,
) -> Result<PostView, Error> {
    let (entry, places) = (staff::entry(app, by, person)?, staff::places(app, by)?);
    let post = entry.person.posts.iter().find(|post| post.id == id).ok_or(Error::NotFound)?;
    Ok(post_view(person, post, &places))
}

/// When a post ends.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EndBody {
    /// The last day; absent for at once.
    pub to_on: Option<NaiveDate>,
}

/// End a post: its rights end with it. Ending it again at the same time changes nothing.
#[utoipa::path(post, path = "/posts/{post}/end", tag = "People", params(("post" = String, Path)), request_body = EndBody,
    responses((status = 204), (status = 401), (status = 403), (status = 404), (status = 422)), security(("token" = [])))]
pub async fn end_post(
    app: web::Data<App>,
    caller: ApiAdministrator,
    post: web::Path<Uuid>,
    Body(body): Body<EndBody>,
) -> Result<HttpResponse, ApiError> {
    let ending = body.to_on.map_or(Ending::Now, Ending::With);
    blocking(&app, move |app| ending::end_post(app, &caller.by, PostId(*post), ending)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// A token, without its secret.
#[derive(Debug, Serialize, ToSchema)]
pub struct TokenView {
    /// Its id.
    id: Uuid,
    /// What it may do.
    scopes: Vec<Scope>,
    /// When it was made.
    #[schema(format = DateTime)]
    created_at: String,
    /// When it ends.
    #[schema(format = DateTime)]
    expires_at: Option<String>,
    /// When it was last used.
    #[schema(format = DateTime)]
    last_used_at: Option<String>,
}

fn token_view(token: &OwnToken) -> TokenView {
    TokenView {
        id: token.id,
        scopes: token.scopes.clone(),
        created_at: instant(token.created_at),
        expires_at: token.expires_at.map(instant),
        last_used_at: token.last_used_at.map(instant),
    }
}

/// The caller's own tokens that still work, never their secrets.
#[utoipa::path(get, path = "/tokens", tag = "People", params(PageQuery),
    responses((status = 200, body = [TokenView]), (status = 401), (status = 403), (status = 422)), security(("token" = [])))]
pub async fn tokens(
    app: web::Data<App>,
    caller: ApiAdministrator,
    Query(page): Query<PageQuery>,
) -> Result<Json<Paged<TokenView>>, ApiError> {
    let tokens = blocking(&app, move |app| token::own(app, caller.by.person())).await?;
    Ok(Json(
        page.of("tokens", tokens.iter().map(token_view).collect(), |token: &TokenView| token.id.to_string())?,
    ))
}

/// A token to be made for the caller.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TokenBody {
    /// What it may do: nothing that the caller's own token may not.
    #[schema(value_type = Vec<Scope>)]
    pub scopes: Vec<String>,
    /// The one school that it reaches; absent for all that the caller's own token reaches.
    pub school: Option<String>,
    /// When it ends, at most a year from now.
    pub expires_at: DateTime<Utc>,
}

/// A token that was made.
#[derive(Debug, Serialize, ToSchema)]
pub struct MadeToken {
    /// Its id.
    id: Uuid,
    /// The secret, told once.
    token: String,
    /// When it ends.
    #[schema(format = DateTime)]
    expires_at: String,
}

/// Make a token for oneself. The secret is in this one answer and nowhere else, so it takes no Idempotency-Key.
#[utoipa::path(post, path = "/tokens", tag = "People", request_body = TokenBody,
    responses((status = 201, body = MadeToken), (status = 401), (status = 403), (status = 422)), security(("token" = [])))]
pub async fn make_token(
    app: web::Data<App>,
    caller: ApiAdministrator,
    Body(body): Body<TokenBody>,
) -> Result<HttpResponse, ApiError> {
    let made = blocking(&app, move |app| {
        let new = new_token(app, &caller, body)?;
        token::create_own(app, caller.by.person(), new)
    })
    .await?;
    Ok(HttpResponse::Created().json(MadeToken {
        id: made.id,
        token: made.token.as_str().to_owned(),
        expires_at: instant(made.expires_at),
    }))
}

/// Nobody makes a token that can do more than the one they make it with.
fn new_token(app: &App, caller: &ApiAdministrator, body: TokenBody) -> Result<NewToken, Error> {
    let problem = |field: &str, words: &str| {
        Error::Invalid(vec![FieldProblem::new(field, FieldCode::UnknownChoice, words)])
    };
    let scopes: Option<Vec<Scope>> = body.scopes.iter().map(|key| Scope::from_key(key)).collect();
    let scopes = scopes.ok_or_else(|| problem("scopes", "Choose from: read, write, settings"))?;
    if !scopes.iter().all(|scope| caller.holder.may(*scope)) {
        return Err(problem("scopes", "Choose scopes that the token has with which you ask"));
    }
    let only = match caller.holder.school {
        Some(only) => Some(crate::app::schools::slug_of(app, only)?),
        None => None,
    };
    let school = match (&only, body.school) {
        (Some(only), Some(wanted)) if *only != wanted => {
            return Err(problem("school", "Choose the school of the token with which you ask"));
        }
        (Some(only), _) => Some(only.clone()),
        (None, wanted) => wanted,
    };
    let owner = EmailAddress::parse(&own_address(app, caller.by.person())?)
        .map_err(|_| Error::fault("a stored address cannot be read"))?;
    let lives: TimeDelta = body.expires_at - app.now();
    Ok(NewToken { owner, school, scopes, lives })
}

/// Revoke a token of one's own, at once. A second time changes nothing.
#[utoipa::path(post, path = "/tokens/{token}/revoke", tag = "People", params(("token" = String, Path)),
    responses((status = 204), (status = 401), (status = 403), (status = 404)), security(("token" = [])))]
pub async fn revoke_token(
    app: web::Data<App>,
    caller: ApiAdministrator,
    id: web::Path<Uuid>,
) -> Result<HttpResponse, ApiError> {
    blocking(&app, move |app| token::revoke_own(app, caller.by.person(), *id)).await?;
    Ok(HttpResponse::NoContent().finish())
}
