//! U+0000 is in no address of ours, and one of the two databases cannot even be asked for it: whatever is asked
//! for with it is not there.

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;

use crate::app::error::Error;
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
        ApiError(Error::NotFound).into()
    } else {
        Trouble::UseCase(Error::NotFound).into()
    };
    Ok(request.error_response(refused).map_into_right_body())
}
