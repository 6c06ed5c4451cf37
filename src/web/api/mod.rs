//! The API: the same use cases as the pages, under the same rules (A1).

pub mod access;
pub mod cases;
pub mod description;
pub mod docs;
pub mod documents;
pub mod messages;
pub mod people;
pub mod public;
pub mod view;

use actix_web::HttpRequest;
use actix_web::error::QueryPayloadError;

use crate::app::error::{Error, FieldProblem};

use super::problem::ApiError;

/// A query that does not fit is told like a body that does not.
pub fn unreadable_query(error: QueryPayloadError, _: &HttpRequest) -> actix_web::Error {
    let words = error.to_string();
    let words = words.rsplit(": ").next().unwrap_or_default().to_owned();
    ApiError(Error::Invalid(vec![FieldProblem::new("query", "does_not_fit", words)])).into()
}
