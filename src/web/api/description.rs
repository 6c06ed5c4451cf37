//! The API described: OpenAPI 3.1, generated from the code, and a page to browse it without outside hosts.

use actix_web::HttpResponse;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::{Modify, OpenApi};

use super::{access, cases, documents, messages, people, public, view};

/// The whole API.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Heard",
        version = "1",
        description = "Concerns and complaints at school. Instants are UTC, dates are local dates of the school. Errors are problem documents (RFC 9457). Creates and actions take an Idempotency-Key; actions need If-Match."
    ),
    servers((url = "/api/v1")),
    paths(
        public::list, public::one, public::procedure, public::copy, public::calendar, public::due, public::raise,
        access::ask_for_link, access::enter_code, cases::access, cases::list, cases::log, cases::one, cases::actions, cases::act, cases::events,
        cases::deadlines, cases::working, cases::sent_messages, cases::involvement,
        documents::list, documents::add, documents::one,
        messages::list, messages::one, messages::call_back, messages::send_again, messages::send_to, messages::told,
        people::list, people::take_on, people::posts, people::appoint, people::end_post,
        people::tokens, people::make_token, people::revoke_token
    ),
    components(schemas(view::CaseView, documents::DocumentView, documents::FileBody, view::ActionView, view::EventView, crate::web::problem::Problem)),
    modifiers(&Tokens)
)]
pub struct Api;

struct Tokens;

impl Modify for Tokens {
    fn modify(&self, api: &mut utoipa::openapi::OpenApi) {
        if let Some(components) = api.components.as_mut() {
            components.add_security_scheme("token", SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)));
        }
    }
}

/// The description for programs.
pub async fn openapi() -> HttpResponse {
    HttpResponse::Ok().json(Api::openapi())
}
