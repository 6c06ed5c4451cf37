//! Errors of the API: problem documents (RFC 9457) with stable codes and the same words as the pages.

use actix_web::http::header::HeaderValue;
use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, ResponseError};
use serde::Serialize;

use crate::app::error::{Error, FieldCode, FieldProblem};
use crate::domain::case::refusal::{Refusal, RefusalCode};
use crate::urls;

/// The media type of a problem document.
pub const PROBLEM_JSON: &str = "application/problem+json";

macro_rules! codes {
    ($($(#[doc = $meaning:literal])+ $name:ident = $title:literal,)+) => {
        /// What kind of problem it is, for programs: stable.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Code {
            $($(#[doc = $meaning])+ $name,)+
            /// The rules do not let it happen, and say why.
            #[serde(untagged)]
            Refusal(RefusalCode),
        }

        impl Code {
            /// Every code, the rules' own after the others.
            pub fn all() -> impl Iterator<Item = Self> {
                [$(Self::$name),+].into_iter().chain(RefusalCode::ALL.iter().copied().map(Self::Refusal))
            }

            /// The kind of problem in a few words.
            pub fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)+ Self::Refusal(_) => "Not possible now" }
            }

            /// What it means, for whoever writes a client.
            pub fn meaning(self) -> &'static str {
                match self {
                    $(Self::$name => concat!($($meaning),+).trim_ascii(),)+
                    Self::Refusal(refusal) => refusal.meaning(),
                }
            }
        }
    };
}

codes! {
    /// There is nothing at this address, or it is not for you to see.
    NotFound = "Not found",
    /// The address is right and the method is not. `Allow` names those that are.
    MethodNotAllowed = "Not done in that way",
    /// The call needs a token that still holds.
    SignInNeeded = "Sign in needed",
    /// Reading the case keeps its reader off its panel: `POST …/read-knowingly` goes on all the same.
    WouldBar = "Reading this keeps you off its panel",
    /// Fields do not fit; `errors` has each with its place.
    Invalid = "Some answers need another look",
    /// The body is not JSON, or it broke off.
    Malformed = "Not JSON",
    /// A header is written in a form that is not taken. `detail` says which form is.
    MalformedHeader = "Header not readable",
    /// The body is said to be something else than JSON.
    NotJson = "Not JSON",
    /// The body, or the file in it, is larger than what is taken.
    TooLarge = "Too large",
    /// The case changed since you read it. Read it again, then decide.
    Stale = "Changed meanwhile",
    /// An action needs `If-Match` with the `ETag` of the case that you saw.
    VersionNeeded = "Version needed",
    /// The Idempotency-Key was used for another request.
    IdempotencyMismatch = "Key used before",
    /// Too many requests. Wait as long as `Retry-After` says.
    TooMany = "Too many requests",
    /// The service is busy. Wait as long as `Retry-After` says.
    Busy = "Busy",
    /// A fault on our side. Nothing was changed.
    Internal = "Something went wrong",
}

impl Code {
    /// The word for it.
    pub fn key(self) -> String {
        let word = serde_json::to_value(self).unwrap_or_default();
        word.as_str().unwrap_or_default().to_owned()
    }

    /// Where it is explained: the `type` of its problem documents, within this server.
    pub fn explained_at(self) -> String {
        format!("{}#{}", urls::API_DOCS, self.anchor())
    }

    /// Its place on the page that explains it.
    pub fn anchor(self) -> String {
        format!("problem-{}", self.key().replace('_', "-"))
    }

    fn schema() -> utoipa::openapi::Schema {
        let words: Vec<String> = Self::all().map(Self::key).collect();
        let text = utoipa::openapi::ObjectBuilder::new().schema_type(utoipa::openapi::Type::String);
        text.enum_values(Some(words)).into()
    }
}

/// A problem document.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Problem {
    /// Where this kind of problem is explained, as an address within this server.
    #[serde(rename = "type")]
    #[schema(format = "uri-reference")]
    pub kind: String,
    /// The kind of problem in a few words.
    pub title: &'static str,
    /// The HTTP status.
    pub status: u16,
    /// What happened, for people.
    pub detail: String,
    /// The kind of problem, for programs: stable.
    #[schema(schema_with = Code::schema)]
    pub code: Code,
    /// What would make it possible, where something would.
    pub makes_possible: Option<String>,
    /// Fields that do not fit; empty where it is about none.
    pub errors: Vec<FieldError>,
}

/// What is wrong with a field: of its own, or what the rules say of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum ErrorCode {
    /// Of the field.
    Field(FieldCode),
    /// Of the rules.
    Refusal(RefusalCode),
}

impl ErrorCode {
    fn schema() -> utoipa::openapi::Schema {
        let fields = FieldCode::ALL.iter().copied().map(Self::Field);
        let all = fields.chain(RefusalCode::ALL.iter().copied().map(Self::Refusal));
        let words = all.filter_map(|code| serde_json::to_value(code).ok());
        let text = utoipa::openapi::ObjectBuilder::new().schema_type(utoipa::openapi::Type::String);
        text.enum_values(Some(words)).into()
    }
}

/// A field that does not fit.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct FieldError {
    /// A JSON pointer into the body.
    pub pointer: String,
    /// What is wrong, for programs: stable.
    #[schema(schema_with = ErrorCode::schema)]
    pub code: ErrorCode,
    /// How to put it right.
    pub detail: String,
}

impl Problem {
    /// A problem of that kind.
    pub fn new(status: StatusCode, code: Code, detail: impl Into<String>) -> Self {
        Self {
            kind: code.explained_at(),
            title: code.title(),
            status: status.as_u16(),
            detail: detail.into(),
            code,
            makes_possible: None,
            errors: Vec::new(),
        }
    }

    fn of_refusal(status: StatusCode, refusal: &Refusal) -> Self {
        let code = Code::Refusal(refusal.code);
        let mut problem = Self::new(status, code, refusal.sentence.clone());
        if status == StatusCode::FORBIDDEN {
            problem.title = "Not yours to do";
        }
        problem.makes_possible.clone_from(&refusal.makes_possible);
        problem.errors = refusal
            .field
            .iter()
            .map(|field| FieldError {
                pointer: format!("/{field}"),
                code: ErrorCode::Refusal(refusal.code),
                detail: refusal.sentence.clone(),
            })
            .collect();
        problem
    }

    /// The answer that carries it.
    pub fn answer(self) -> HttpResponse {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        HttpResponse::build(status).insert_header((header::CONTENT_TYPE, PROBLEM_JSON)).json(self)
    }
}

/// An error of the API.
#[derive(Debug)]
pub struct ApiError(pub Error);

impl From<Error> for ApiError {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

impl std::fmt::Display for ApiError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl ApiError {
    /// The problem document. This is the one place where an error of a use case becomes a status.
    pub fn problem(&self) -> Problem {
        match &self.0 {
            Error::NotFound => Problem::new(
                StatusCode::NOT_FOUND,
                Code::NotFound,
                "There is nothing here, or it is not for you to see",
            ),
            Error::SignInNeeded => {
                Problem::new(StatusCode::UNAUTHORIZED, Code::SignInNeeded, "Send a token that still holds")
            }
            Error::Forbidden(refusal) => Problem::of_refusal(StatusCode::FORBIDDEN, refusal),
            Error::WouldBar(_) => Problem::new(
                StatusCode::FORBIDDEN,
                Code::WouldBar,
                "Reading this case keeps you off its panel, and it is on record. To go on all the same, send POST to its address with /read-knowingly",
            ),
            Error::Invalid(fields) => invalid(fields),
            Error::Refused(refusal) => Problem::of_refusal(StatusCode::UNPROCESSABLE_ENTITY, refusal),
            Error::Stale { current } => {
                Problem::new(StatusCode::PRECONDITION_FAILED, Code::Stale, stale(*current))
            }
            Error::VersionNeeded => Problem::new(
                StatusCode::PRECONDITION_REQUIRED,
                Code::VersionNeeded,
                "Send If-Match with the ETag of the case that you saw",
            ),
            Error::KeyReused => Problem::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                Code::IdempotencyMismatch,
                "This Idempotency-Key was used for another request. Use a new key for a new request",
            ),
            Error::TooMany(seconds) => Problem::new(
                StatusCode::TOO_MANY_REQUESTS,
                Code::TooMany,
                format!("Wait {seconds} seconds, then try again"),
            ),
            Error::Busy => Problem::new(
                StatusCode::SERVICE_UNAVAILABLE,
                Code::Busy,
                "The service is busy. Try again in a moment",
            ),
            Error::Internal(_) => Problem::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                Code::Internal,
                "Something went wrong on our side. Nothing was changed. Try again in a moment",
            ),
        }
    }
}

/// Where two wrote at the very same moment, the version that it has now is not known.
fn stale(current: u32) -> String {
    let version = if current == 0 { String::new() } else { format!(" It is at version {current} now.") };
    format!("Somebody else changed this case.{version} Read it again, then decide")
}

fn invalid(fields: &[FieldProblem]) -> Problem {
    let mut problem = Problem::new(
        StatusCode::UNPROCESSABLE_ENTITY,
        Code::Invalid,
        fields.first().map_or_else(String::new, |field| field.words.clone()),
    );
    problem.errors = fields
        .iter()
        .map(|field| FieldError {
            pointer: format!("/{}", field.field),
            code: ErrorCode::Field(field.code),
            detail: field.words.clone(),
        })
        .collect();
    problem
}

impl ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.problem().status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        log_once(&self.0);
        let problem = self.problem();
        let mut response = HttpResponse::build(self.status_code());
        if let Error::TooMany(seconds) = &self.0 {
            response.insert_header((header::RETRY_AFTER, seconds.to_string()));
        }
        if let Error::SignInNeeded = &self.0 {
            response.insert_header((header::WWW_AUTHENTICATE, "Bearer"));
        }
        if let Error::Busy = &self.0 {
            response.insert_header((header::RETRY_AFTER, "1"));
        }
        response.insert_header((header::CONTENT_TYPE, PROBLEM_JSON)).json(problem)
    }
}

/// Why a body was not read, besides what a use case may say about it.
#[derive(Debug)]
pub enum EdgeError {
    /// It is no JSON. The words say where.
    Malformed(String),
    /// A header is written in a form that is not taken. The words say which form is.
    Header(&'static str),
    /// Too many codes were tried; the next may be tried after so many seconds. The words are those of the page.
    CodesSpent(u64, String),
    /// It is larger than what is read.
    TooLarge,
    /// The file in it is larger than what is kept. The words say how large one may be.
    FileTooLarge(String),
    /// It is said to be something else than JSON.
    MediaType,
    /// What a use case says too.
    Api(ApiError),
}

impl From<Error> for EdgeError {
    fn from(error: Error) -> Self {
        Self::Api(ApiError(error))
    }
}

impl std::fmt::Display for EdgeError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.problem().detail)
    }
}

impl EdgeError {
    /// The problem document.
    pub fn problem(&self) -> Problem {
        match self {
            Self::Malformed(words) => Problem::new(StatusCode::BAD_REQUEST, Code::Malformed, words.clone()),
            Self::Header(words) => Problem::new(StatusCode::BAD_REQUEST, Code::MalformedHeader, *words),
            Self::CodesSpent(_, words) => {
                Problem::new(StatusCode::TOO_MANY_REQUESTS, Code::TooMany, words.clone())
            }
            Self::TooLarge => Problem::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                Code::TooLarge,
                "The body is larger than 4 MB. Shorten it, or add the rest as files",
            ),
            Self::FileTooLarge(words) => {
                let mut problem = Problem::new(StatusCode::PAYLOAD_TOO_LARGE, Code::TooLarge, words.clone());
                problem.errors = vec![FieldError {
                    pointer: "/file".into(),
                    code: ErrorCode::Field(FieldCode::TooLarge),
                    detail: words.clone(),
                }];
                problem
            }
            Self::MediaType => Problem::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                Code::NotJson,
                "Send JSON, with the header Content-Type: application/json",
            ),
            Self::Api(error) => error.problem(),
        }
    }
}

impl ResponseError for EdgeError {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.problem().status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        match self {
            Self::Malformed(_)
            | Self::Header(_)
            | Self::TooLarge
            | Self::FileTooLarge(_)
            | Self::MediaType => self.problem().answer(),
            Self::CodesSpent(seconds, _) => {
                let mut answer = self.problem().answer();
                answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(*seconds));
                answer
            }
            Self::Api(error) => error.error_response(),
        }
    }
}

/// A fault of ours is logged here and nowhere else, with its causes and without anything that a person wrote.
pub fn log_once(error: &Error) {
    if let Error::Internal(cause) = error {
        let mut causes = vec![cause.to_string()];
        let mut next = cause.source();
        while let Some(deeper) = next {
            causes.push(deeper.to_string());
            next = deeper.source();
        }
        tracing::error!(causes = causes.join(": "), "internal error");
    }
}
