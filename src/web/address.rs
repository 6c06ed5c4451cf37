//! U+0000 is in no address of ours, and one of the two databases cannot even be asked for it: whatever is asked
//! for with it is not there. The API tells it at the parameter that has it (A4).

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;

use crate::app::error::{Error, FieldCode, FieldProblem};
use crate::domain::pointer::escaped;
use crate::domain::text::TextProblem;
use crate::urls;

use super::problem::ApiError;
use super::trouble::Trouble;

/// How U+0000 stands in an address.
const NUL: &str = "%00";

/// Stands around everything.
///
/// # Errors
/// Those of what it stands around.
pub async fn guard<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, actix_web::Error> {
    if !request.path().contains(NUL) && !request.query_string().contains(NUL) {
        return Ok(next.call(request).await?.map_into_left_body());
    }
    let refused: actix_web::Error = if request.path().starts_with(urls::API) {
        ApiError(of_the_api(request.path(), request.query_string())).into()
    } else {
        Trouble::UseCase(Error::NotFound).into()
    };
    Ok(request.error_response(refused).map_into_right_body())
}

fn of_the_api(path: &str, query: &str) -> Error {
    if path.contains(NUL) {
        return Error::NotFound;
    }
    let pairs = url::form_urlencoded::parse(query.as_bytes());
    let with_nul = pairs.filter(|(name, value)| name.contains('\0') || value.contains('\0'));
    let problem = |name: &str| {
        let name = escaped(&name.replace('\0', ""));
        FieldProblem::new(name, FieldCode::HiddenCharacter, TextProblem::Control.to_string())
    };
    Error::Invalid(with_nul.map(|(name, _)| problem(&name)).collect())
}
