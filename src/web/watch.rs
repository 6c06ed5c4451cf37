//! What is noted of requests that were turned away: guessed addresses and ids, what is not somebody's to do, forms of
//! other sites. A line has the kind of address and, where somebody is signed in, who; never the address itself (G28).

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::middleware::Next;
use actix_web::{HttpMessage, HttpRequest};

use crate::domain::ids::PersonId;

/// Who was found to send a request.
#[derive(Clone, Copy, Debug)]
struct Sender(PersonId);

/// Remembers who sends a request, for the line that may be written about it.
pub fn sent_by(request: &HttpRequest, person: PersonId) {
    request.extensions_mut().insert(Sender(person));
}

/// Stands around the routes.
///
/// # Errors
/// Those of what it stands around.
pub async fn guard<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, actix_web::Error> {
    let answered = next.call(request).await?;
    if let Some(event) = event(answered.status()) {
        let route = answered.request().match_pattern().unwrap_or_else(|| "none".to_owned());
        let person = answered.request().extensions().get::<Sender>().map(|Sender(person)| person.to_string());
        tracing::warn!(target: "security", event, route, person);
    }
    Ok(answered)
}

/// What an answer tells of its request, where it tells anything.
fn event(status: StatusCode) -> Option<&'static str> {
    match status {
        StatusCode::NOT_FOUND => Some("not_found"),
        StatusCode::FORBIDDEN => Some("refused"),
        StatusCode::UNAUTHORIZED => Some("token_refused"),
        StatusCode::TOO_MANY_REQUESTS => Some("too_many"),
        _ => None,
    }
}
