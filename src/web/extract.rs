//! What a handler may ask of a request: who, from where, which version, which body.

use std::net::IpAddr;

use actix_web::dev::Payload;
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::web;
use actix_web::{FromRequest, HttpRequest};
use futures_util::future::LocalBoxFuture;
use serde::de::DeserializeOwned;
use serde_json::error::Category;

use crate::app::access::administrator::Administrator;
use crate::app::access::entry::Visitor;
use crate::app::access::family;
use crate::app::access::known::KnownBrowser;
use crate::app::access::limit::Network;
use crate::app::access::session::{self, Reach};
use crate::app::access::token::{self, Scope, TokenHolder};
use crate::app::cases::{Caller, SeenVersion};
use crate::app::error::Error;
use crate::app::misfit::does_not_fit;
use crate::app::people::Colleague;
use crate::app::{App, IdempotencyKey};
use crate::domain::calendar::local_date;
use crate::domain::case::refusal::{Refusal, RefusalCode};
use crate::domain::device::Device;
use crate::domain::ids::SchoolId;
use crate::domain::pointer::pointer_of;

use super::csrf::typed_here;
use super::front;
use super::pages::access::sign_in_again;
use super::problem::{ApiError, EdgeError};
use super::session::{Cookie, app};
use super::trouble::Trouble;
use super::watch;

/// The largest JSON body, in bytes: a concern of several of the longest texts, in any script.
pub const LARGEST_BODY: usize = 4 * 1024 * 1024;

pub(in crate::web) type Extracting<T, E> = LocalBoxFuture<'static, Result<T, E>>;

/// Runs a use case where it may wait for the database.
///
/// # Errors
/// Those of the use case.
pub async fn blocking<T: Send + 'static>(
    app: &App,
    use_case: impl FnOnce(&App) -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    let app = app.clone();
    web::block(move || use_case(&app)).await.map_err(|source| Error::Internal(Box::new(source)))?
}

/// Somebody who is signed in, with the posts that they hold at this moment. Everybody else is sent to sign
/// in first.
#[derive(Clone, Debug)]
pub struct SignedIn(pub Colleague);

impl FromRequest for SignedIn {
    type Error = Trouble;
    type Future = Extracting<Self, Trouble>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            match standing(&request).await? {
                Some((found, Reach::Everything)) => return Ok(Self(found)),
                Some((_, Reach::SecondStep)) => return Err(Trouble::SecondStepFirst),
                None => {}
            }
            // The session ended while a form was open: nothing is done, and no word is lost. Whoever never had one
            // signs in first.
            let typed = typed_here(&request).await.filter(|_| Cookie::Staff.read(&request).is_some());
            match typed {
                Some(typed) => Err(sign_in_again(&request, &typed)?),
                None => Err(Trouble::sign_in_first(&request)),
            }
        })
    }
}

/// Somebody who has signed in, also where they have to set up a second step before anything else: for the pages on
/// which that is done.
#[derive(Clone, Debug)]
pub struct AtTheDoor {
    /// Who.
    pub person: Colleague,
    /// What their session reaches.
    pub reach: Reach,
}

impl FromRequest for AtTheDoor {
    type Error = Trouble;
    type Future = Extracting<Self, Trouble>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            match standing(&request).await? {
                Some((person, reach)) => Ok(Self { person, reach }),
                None => Err(Trouble::sign_in_first(&request)),
            }
        })
    }
}

async fn standing(request: &HttpRequest) -> Result<Option<(Colleague, Reach)>, Error> {
    let Some(token) = Cookie::Staff.read(request) else { return Ok(None) };
    let found = blocking(app(request)?, move |app| session::standing(app, &token)).await?;
    if let Some((person, _)) = &found {
        watch::sent_by(request, person.id);
    }
    Ok(found)
}

/// From where and with what somebody comes who signs in.
#[derive(Clone, Debug)]
pub struct Comes {
    /// As the limits of the server count it.
    pub from: ClientAddress,
    /// As signing in looks at it.
    pub visitor: Visitor,
}

impl FromRequest for Comes {
    type Error = Trouble;
    type Future = std::future::Ready<Result<Self, Trouble>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        std::future::ready(comes(request))
    }
}

fn comes(request: &HttpRequest) -> Result<Comes, Trouble> {
    let app = app(request)?;
    let from = ClientAddress::of(request);
    let agent = request.headers().get(header::USER_AGENT).and_then(|agent| agent.to_str().ok());
    let visitor = Visitor {
        network: from.network(),
        device: Device::of_user_agent(agent.unwrap_or_default()),
        known: Cookie::Known.read(request).and_then(|cookie| KnownBrowser::of(app, &cookie)),
    };
    Ok(Comes { from, visitor })
}

/// Somebody who may be signed in.
#[derive(Clone, Debug)]
pub struct MaybeSignedIn(pub Option<Colleague>);

impl FromRequest for MaybeSignedIn {
    type Error = Trouble;
    type Future = Extracting<Self, Trouble>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { Ok(Self(colleague(&request).await?)) })
    }
}

async fn colleague(request: &HttpRequest) -> Result<Option<Colleague>, Error> {
    let Some(token) = Cookie::Staff.read(request) else { return Ok(None) };
    let found = blocking(app(request)?, move |app| session::colleague_of_session(app, &token)).await?;
    if let Some(person) = &found {
        watch::sent_by(request, person.id);
    }
    Ok(found)
}

/// Who calls the API about a case. Without a token that opens something the answer is 404, never 401, so
/// that nobody learns what exists (G28, api.md).
#[derive(Clone, Debug)]
pub struct ApiCaller {
    /// Who.
    pub caller: Caller,
    /// The one school that their token reaches, if it was made for one.
    pub school: Option<SchoolId>,
}

impl FromRequest for ApiCaller {
    type Error = ApiError;
    type Future = Extracting<Self, ApiError>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { Ok(api_caller(&request).await?) })
    }
}

async fn api_caller(request: &HttpRequest) -> Result<ApiCaller, Error> {
    let text = bearer(request).ok_or(Error::NotFound)?;
    if let Some(holder) = holder(request, text.clone()).await? {
        permits(&holder, needed(request.method()))?;
        return Ok(ApiCaller { caller: Caller::Colleague(holder.colleague), school: holder.school });
    }
    let link = blocking(app(request)?, move |app| family::open_case(app, &text)).await?;
    let link = link.ok_or(Error::NotFound)?;
    Ok(ApiCaller { caller: Caller::Family(link), school: None })
}

/// Who lists cases: somebody with posts, or a complainant with the token of their one case. That there is a list is
/// no secret, so that without a token the answer is 401.
#[derive(Clone, Debug)]
pub struct ApiLister(pub Caller);

impl FromRequest for ApiLister {
    type Error = ApiError;
    type Future = Extracting<Self, ApiError>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            match api_caller(&request).await {
                Ok(caller) => Ok(Self(caller.caller)),
                Err(Error::NotFound) => Err(Error::SignInNeeded.into()),
                Err(error) => Err(error.into()),
            }
        })
    }
}

/// Somebody with posts who calls the API, where what exists is no secret: lists, people, settings. Without a
/// token the answer is 401.
#[derive(Clone, Debug)]
pub struct ApiColleague(pub TokenHolder);

impl ApiColleague {
    /// Lets a call go on that changes what others may do: for that, a token must be made to change settings.
    ///
    /// # Errors
    /// `Forbidden` for any other token.
    pub fn may_change_settings(&self) -> Result<(), Error> {
        permits(&self.0, Scope::Settings)
    }
}

impl FromRequest for ApiColleague {
    type Error = ApiError;
    type Future = Extracting<Self, ApiError>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let text = bearer(&request).ok_or(Error::SignInNeeded)?;
            let holder = holder(&request, text).await?.ok_or(Error::SignInNeeded)?;
            permits(&holder, needed(request.method()))?;
            Ok(Self(holder))
        })
    }
}

/// An administrator who calls the API, with a token that may change settings. What they may not is told as 403:
/// that there are people and posts is no secret.
#[derive(Clone, Debug)]
pub struct ApiAdministrator {
    /// Their token.
    pub holder: TokenHolder,
    /// What they look after.
    pub by: Administrator,
}

impl FromRequest for ApiAdministrator {
    type Error = ApiError;
    type Future = Extracting<Self, ApiError>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let text = bearer(&request).ok_or(Error::SignInNeeded)?;
            let holder = holder(&request, text).await?.ok_or(Error::SignInNeeded)?;
            permits(&holder, Scope::Settings)?;
            let today = local_date(app(&request)?.now());
            let by = Administrator::of(&holder.colleague, holder.school, today)?;
            Ok(Self { holder, by })
        })
    }
}

async fn holder(request: &HttpRequest, text: String) -> Result<Option<TokenHolder>, Error> {
    let found = blocking(app(request)?, move |app| token::colleague_of_token(app, &text)).await?;
    if let Some(holder) = &found {
        watch::sent_by(request, holder.colleague.id);
    }
    Ok(found)
}

fn needed(method: &Method) -> Scope {
    if method.is_safe() { Scope::Read } else { Scope::Write }
}

fn permits(holder: &TokenHolder, scope: Scope) -> Result<(), Error> {
    if holder.may(scope) {
        return Ok(());
    }
    let sentence = format!("This token was not made for that: it lacks the scope “{}”", scope.key());
    let refusal = Refusal::new(RefusalCode::NotYours, sentence)
        .unless(format!("A token with the scope “{}” can do it", scope.key()));
    Err(Error::Forbidden(refusal))
}

/// The token of `Authorization: Bearer …`.
fn bearer(request: &HttpRequest) -> Option<String> {
    let header = request.headers().get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = header.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then(|| token.to_owned())
}

/// From where a request comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientAddress {
    /// From this machine itself, and not on behalf of another.
    ThisMachine,
    /// From that network.
    Network(Network),
}

impl ClientAddress {
    /// The client, as far as it can be believed ([`front`]).
    pub fn of(request: &HttpRequest) -> Self {
        front::origin_of(request).client
    }

    /// The network, for limits that count this machine too.
    pub fn network(self) -> Network {
        match self {
            Self::ThisMachine => Network::of(IpAddr::from([127, 0, 0, 1])),
            Self::Network(network) => network,
        }
    }
}

impl FromRequest for ClientAddress {
    type Error = ApiError;
    type Future = std::future::Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        std::future::ready(Ok(Self::of(request)))
    }
}

/// The key under which a request can be repeated safely, if it has one (A6).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Idempotency(pub Option<IdempotencyKey>);

impl FromRequest for Idempotency {
    type Error = ApiError;
    type Future = std::future::Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let header = request.headers().get("idempotency-key");
        // What is not ASCII is no key, and the empty text is told so in the same words.
        let text = header.map(|value| value.to_str().unwrap_or_default());
        std::future::ready(text.map(IdempotencyKey::parse).transpose().map(Self).map_err(ApiError))
    }
}

/// The version of the case that the caller saw: `If-Match` with its `ETag` (A7). Without it the answer is 428; one
/// that is written otherwise is 400, with the form that is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IfMatch(pub SeenVersion);

impl FromRequest for IfMatch {
    type Error = EdgeError;
    type Future = std::future::Ready<Result<Self, EdgeError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let mut headers = request.headers().get_all(header::IF_MATCH);
        let seen = match (headers.next(), headers.next()) {
            (None, _) => Ok(SeenVersion::NotSaid),
            (Some(one), None) => one.to_str().ok().and_then(version_of).map(SeenVersion::Exactly).ok_or(()),
            (Some(_), Some(_)) => Err(()),
        };
        std::future::ready(seen.map(Self).map_err(|()| EdgeError::Header(IF_MATCH_HOW)))
    }
}

const IF_MATCH_HOW: &str = "Send If-Match with one ETag as the case was read with it, a number in double quotes: \"3\". A star, a list, W/ and a number without quotes are not taken";

fn version_of(etag: &str) -> Option<u32> {
    let digits = etag.trim().strip_prefix('"')?.strip_suffix('"')?;
    digits.bytes().all(|sign| sign.is_ascii_digit()).then(|| digits.parse().ok())?
}

/// The `ETag` of a version of a case.
pub fn etag(version: u32) -> (HeaderName, HeaderValue) {
    let quoted = HeaderValue::try_from(format!("\"{version}\""));
    (header::ETAG, quoted.unwrap_or(HeaderValue::from_static("\"0\"")))
}

/// A JSON body that fits. Unknown fields are for the type to refuse (`deny_unknown_fields`, A5).
#[derive(Clone, Debug)]
pub struct Body<T>(pub T);

impl<T: DeserializeOwned + 'static> FromRequest for Body<T> {
    type Error = EdgeError;
    type Future = Extracting<Self, EdgeError>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let json = is_json(request);
        let payload = web::Payload::from_request(request, payload);
        Box::pin(async move {
            if !json {
                return Err(EdgeError::MediaType);
            }
            let payload = payload.await.map_err(|_| broken_off())?;
            let bytes = payload.to_bytes_limited(LARGEST_BODY).await.map_err(|_| EdgeError::TooLarge)?;
            read_json(&bytes.map_err(|_| broken_off())?).map(Self)
        })
    }
}

/// The query of an address, read like a body: what does not fit is told at its field (A4, A5).
#[derive(Clone, Debug)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned> FromRequest for Query<T> {
    type Error = ApiError;
    type Future = std::future::Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        std::future::ready(read_query(request.query_string()).map(Self).map_err(ApiError))
    }
}

fn read_query<T: DeserializeOwned>(query: &str) -> Result<T, Error> {
    let pairs = url::form_urlencoded::parse(query.as_bytes());
    serde_path_to_error::deserialize(serde_html_form::Deserializer::new(pairs)).map_err(|error| {
        Error::Invalid(vec![does_not_fit(&error.inner().to_string(), &pointer_of(error.path()))])
    })
}

fn broken_off() -> EdgeError {
    EdgeError::Malformed("The body broke off. Send it again".to_owned())
}

fn is_json(request: &HttpRequest) -> bool {
    let header = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let kind = header.and_then(|kind| kind.split(';').next()).unwrap_or_default().trim().to_ascii_lowercase();
    kind == "application/json" || (kind.starts_with("application/") && kind.ends_with("+json"))
}

/// Reads JSON: what is no JSON is 400, what does not fit is 422 with the place.
///
/// # Errors
/// As said.
pub fn read_json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, EdgeError> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut reader)
        .map_err(|error| refusal_of(error.inner(), &pointer_of(error.path())))?;
    reader.end().map_err(|error| refusal_of(&error, ""))?;
    Ok(value)
}

/// Reads a part of a body that was read before, as [`read_json`] would have.
///
/// # Errors
/// `Invalid`, at the field.
pub fn read_value<T: DeserializeOwned>(value: serde_json::Value) -> Result<T, Error> {
    serde_path_to_error::deserialize(value).map_err(|error| {
        Error::Invalid(vec![does_not_fit(&error.inner().to_string(), &pointer_of(error.path()))])
    })
}

fn refusal_of(error: &serde_json::Error, place: &str) -> EdgeError {
    match error.classify() {
        Category::Syntax | Category::Eof | Category::Io => EdgeError::Malformed(format!(
            "This is not JSON: look at line {}, column {}",
            error.line(),
            error.column()
        )),
        Category::Data => Error::Invalid(vec![does_not_fit(&error.to_string(), place)]).into(),
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;
    use serde::Deserialize;

    use crate::app::error::FieldProblem;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Concern {
        #[expect(dead_code, reason = "only its type matters")]
        points: Vec<Point>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Point {
        #[expect(dead_code, reason = "only its type matters")]
        what_happened: String,
    }

    fn told(json: &str) -> (u16, Vec<(String, String)>) {
        let problem = read_json::<Concern>(json.as_bytes()).unwrap_err().problem();
        let code = |code| serde_json::to_value(code).unwrap().as_str().unwrap().to_owned();
        let errors = problem.errors.into_iter();
        (problem.status, errors.map(|error| (error.pointer, code(error.code))).collect())
    }

    #[derive(Debug, Default, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Stretch {
        #[expect(dead_code, reason = "only its type matters")]
        from: chrono::NaiveDate,
        #[expect(dead_code, reason = "only its type matters")]
        limit: Option<usize>,
        #[expect(dead_code, reason = "only its type matters")]
        unit: Option<crate::domain::calendar::Unit>,
    }

    /// A4, A5: a query is told at its field too, in words that do not blame (P11).
    #[test]
    fn a_query_that_does_not_fit_is_told_at_its_field() {
        for (query, place, code) in [
            ("", "from", "missing"),
            ("from=2026-11-01&from=2026-11-02", "from", "does_not_fit"),
            ("from=2026-02-31", "from", "does_not_fit"),
            ("from=2026-11-01&limit=-1", "limit", "does_not_fit"),
            ("from=2026-11-01&limit=many", "limit", "does_not_fit"),
            ("from=2026-11-01&unit=moons", "unit", "unknown_choice"),
            ("from=2026-11-01&colour=red", "colour", "unknown_field"),
        ] {
            let Err(Error::Invalid(problems)) = read_query::<Stretch>(query) else {
                panic!("{query} is taken")
            };
            let FieldProblem { field, code: told, words } = &problems[0];
            assert_eq!((field.as_str(), told.key()), (place, code), "{query}: {words}");
            assert!(!words.contains("invalid"), "{words}");
        }
        assert!(read_query::<Stretch>("from=2026-11-01&limit=5&unit=school_days").is_ok());
    }

    /// A4, A5, G31: 400 for what is no JSON, 422 with the place for what does not fit; nothing is dropped.
    #[test]
    fn json_that_does_not_fit_is_told_at_its_place() {
        for (json, status, place) in [
            ("", 400, None),
            ("{\"points\": [", 400, None),
            ("{} trailing", 422, Some(("/points", "missing"))),
            ("{\"points\": []} trailing", 400, None),
            ("{\"points\": {}}", 422, Some(("/points", "does_not_fit"))),
            (
                "{\"points\": [{\"what_happened\": 7}]}",
                422,
                Some(("/points/0/what_happened", "does_not_fit")),
            ),
            ("{\"points\": [{}]}", 422, Some(("/points/0/what_happened", "missing"))),
            (
                "{\"points\": [{\"what_happened\": \"x\", \"who\": 1}]}",
                422,
                Some(("/points/0/who", "unknown_field")),
            ),
            ("{\"points\": [], \"a/b\": 1}", 422, Some(("/a~1b", "unknown_field"))),
            ("[]", 422, Some(("/", "does_not_fit"))),
        ] {
            let (told_status, fields) = told(json);
            let told_place = fields.first().map(|(pointer, code)| (pointer.as_str(), code.as_str()));
            assert_eq!((told_status, told_place), (status, place), "{json}");
        }
        assert!(read_json::<Concern>(b"{\"points\": []}").is_ok());
    }

    #[test]
    fn a_version_is_said_by_its_etag_or_not_at_all() {
        assert_eq!(etag(12).1, "\"12\"");
        assert_eq!(version_of("\"12\""), Some(12));
        for other in
            ["12", "*", "W/\"12\"", "\"-1\"", "\"+1\"", "\"1\", \"2\"", "\"99999999999\"", "\"", "\"\"", ""]
        {
            assert_eq!(version_of(other), None, "{other}");
        }
    }

    #[test]
    fn a_bearer_token_is_read_however_its_scheme_is_written() {
        let with = |value: &str| {
            bearer(&TestRequest::default().insert_header((header::AUTHORIZATION, value)).to_http_request())
        };
        assert_eq!(with("Bearer abc"), Some("abc".to_owned()));
        assert_eq!(with("bearer  abc "), Some("abc".to_owned()));
        for other in ["Basic abc", "Bearer", "Bearer ", ""] {
            assert_eq!(with(other), None, "{other}");
        }
    }
}
