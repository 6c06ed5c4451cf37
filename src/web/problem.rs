//! Errors of the API: problem documents (RFC 9457) with stable codes and the same words as the pages.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, ResponseError};
use serde::Serialize;

use crate::app::error::{Error, FieldProblem};
use crate::domain::case::refusal::Refusal;

/// The media type of a problem document.
pub const PROBLEM_JSON: &str = "application/problem+json";

/// A problem document.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Problem {
    /// `about:blank`: the code says what kind of problem it is.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// The kind of problem in a few words.
    pub title: &'static str,
    /// The HTTP status.
    pub status: u16,
    /// What happened, for people.
    pub detail: String,
    /// The kind of problem, for programs: stable.
    pub code: String,
    /// What would make it possible, where something would.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub makes_possible: Option<String>,
    /// Fields that do not fit.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
}

/// A field that does not fit.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct FieldError {
    /// A JSON pointer into the body.
    pub pointer: String,
    /// A stable code.
    pub code: String,
    /// How to put it right.
    pub detail: String,
}

impl Problem {
    fn new(
        status: StatusCode,
        code: impl Into<String>,
        title: &'static str,
        detail: impl Into<String>,
    ) -> Self {
        Self {
            kind: "about:blank",
            title,
            status: status.as_u16(),
            detail: detail.into(),
            code: code.into(),
            makes_possible: None,
            errors: Vec::new(),
        }
    }

    fn of_refusal(status: StatusCode, title: &'static str, refusal: &Refusal) -> Self {
        let code = code_of(refusal);
        let mut problem = Self::new(status, code.clone(), title, refusal.sentence.clone());
        problem.makes_possible.clone_from(&refusal.makes_possible);
        problem.errors = refusal
            .field
            .iter()
            .map(|field| FieldError {
                pointer: format!("/{field}"),
                code: code.clone(),
                detail: refusal.sentence.clone(),
            })
            .collect();
        problem
    }
}

/// The stable code of a refusal, as its JSON has it.
fn code_of(refusal: &Refusal) -> String {
    serde_json::to_value(refusal.code)
        .ok()
        .and_then(|value| value.as_str().map(str::to_owned))
        .unwrap_or_default()
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
                "not_found",
                "Not found",
                "There is nothing here, or it is not for you to see",
            ),
            Error::SignInNeeded => Problem::new(
                StatusCode::UNAUTHORIZED,
                "sign_in_needed",
                "Sign in needed",
                "Send a token that still holds",
            ),
            Error::Forbidden(refusal) => {
                Problem::of_refusal(StatusCode::FORBIDDEN, "Not yours to do", refusal)
            }
            Error::Invalid(fields) => invalid(fields),
            Error::Refused(refusal) => {
                Problem::of_refusal(StatusCode::UNPROCESSABLE_ENTITY, "Not possible now", refusal)
            }
            Error::Stale { current } => Problem::new(
                StatusCode::PRECONDITION_FAILED,
                "stale",
                "Changed meanwhile",
                format!(
                    "Somebody else changed this case. It is at version {current} now: read it again, then decide"
                ),
            ),
            Error::VersionNeeded => Problem::new(
                StatusCode::PRECONDITION_REQUIRED,
                "version_needed",
                "Version needed",
                "Send If-Match with the ETag of the case that you saw",
            ),
            Error::KeyReused => Problem::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "idempotency_mismatch",
                "Key used before",
                "This Idempotency-Key was used for another request. Use a new key for a new request",
            ),
            Error::TooMany(seconds) => Problem::new(
                StatusCode::TOO_MANY_REQUESTS,
                "too_many",
                "Too many requests",
                format!("Wait {seconds} seconds, then try again"),
            ),
            Error::Busy => Problem::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "busy",
                "Busy",
                "The service is busy. Try again in a moment",
            ),
            Error::Internal(_) => Problem::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                "internal",
                "Something went wrong",
                "Something went wrong on our side. Nothing was changed. Try again in a moment",
            ),
        }
    }
}

fn invalid(fields: &[FieldProblem]) -> Problem {
    let mut problem = Problem::new(
        StatusCode::UNPROCESSABLE_ENTITY,
        "invalid",
        "Some answers need another look",
        fields.first().map_or_else(String::new, |field| field.words.clone()),
    );
    problem.errors = fields
        .iter()
        .map(|field| FieldError {
            pointer: format!("/{}", field.field),
            code: field.code.to_owned(),
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
            Self::Malformed(words) => {
                Problem::new(StatusCode::BAD_REQUEST, "malformed", "Not JSON", words.clone())
            }
            Self::TooLarge => Problem::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                "too_large",
                "Too large",
                "The body is larger than 4 MB. Shorten it, or add the rest as files",
            ),
            Self::FileTooLarge(words) => {
                let mut problem =
                    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", "Too large", words.clone());
                problem.errors = vec![FieldError {
                    pointer: "/file".into(),
                    code: "too_large".into(),
                    detail: words.clone(),
                }];
                problem
            }
            Self::MediaType => Problem::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "not_json",
                "Not JSON",
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
            Self::Malformed(_) | Self::TooLarge | Self::FileTooLarge(_) | Self::MediaType => {
                HttpResponse::build(self.status_code())
                    .insert_header((header::CONTENT_TYPE, PROBLEM_JSON))
                    .json(self.problem())
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
