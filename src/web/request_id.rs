//! Every request has an id: it is on the answer, on whatever is logged on the way, and on what it records, so that
//! a person who asks for help and whoever reads the log speak of the same request.

use std::hash::{BuildHasher, RandomState};
use std::rc::Rc;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

use actix_web::body::MessageBody;
use actix_web::dev::{Extensions, ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::web::Data;
use tracing::Instrument as _;

use crate::app::App;
use crate::app::pace::Counted;
use crate::app::readings::Way;
use crate::domain::record::RequestId;
use crate::urls;

use super::extract::ClientAddress;

/// The header that carries it, both ways.
const HEADER: HeaderName = HeaderName::from_static("x-request-id");
/// Stands around everything.
///
/// # Errors
/// Those of what it stands around.
pub async fn guard<B: MessageBody>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, actix_web::Error> {
    let id = given(&request).unwrap_or_else(fresh);
    let span = tracing::error_span!("request", %id);
    if let Some(app) = request.app_data::<Data<App>>() {
        // Looked up before the one that all requests share: what the request records carries its id (A25).
        let mut own = Extensions::new();
        let way = if request.path().starts_with(urls::API) { Way::Api } else { Way::Page };
        let counted = match ClientAddress::of(request.request()) {
            ClientAddress::ThisMachine => Counted::No,
            ClientAddress::Network(_) => Counted::Yes,
        };
        own.insert(Data::new(app.asked_in(id.clone(), way, counted)));
        request.add_data_container(Rc::new(own));
    }
    let mut answered = next.call(request).instrument(span).await?;
    if let Ok(value) = HeaderValue::try_from(id.as_str()) {
        answered.headers_mut().insert(HEADER, value);
    }
    Ok(answered)
}

/// What a proxy or a client gave, if it can stand in a log and in the record.
fn given(request: &ServiceRequest) -> Option<RequestId> {
    RequestId::parse(request.headers().get(HEADER)?.to_str().ok()?)
}

/// A new one. It opens nothing and need not be hard to guess; two processes at work at once give different ones.
fn fresh() -> RequestId {
    static PROCESS: LazyLock<RandomState> = LazyLock::new(RandomState::new);
    static COUNT: AtomicU64 = AtomicU64::new(0);
    RequestId::numbered(PROCESS.hash_one(COUNT.fetch_add(1, Ordering::Relaxed)))
}

#[cfg(test)]
mod tests {
    use actix_web::middleware::from_fn;
    use actix_web::test::{TestRequest, call_service, init_service};
    use actix_web::{App, HttpResponse, web};

    use super::*;

    #[actix_web::test]
    async fn a_client_may_name_its_request_in_plain_letters_and_otherwise_gets_a_name() {
        assert_eq!(ask(Some("proxy-7.a_1")).await, "proxy-7.a_1");
        let mut made = Vec::new();
        for other in [None, Some(""), Some("two words"), Some("{\"a\": 1}"), Some("a".repeat(65).as_str())] {
            made.push(ask(other).await);
        }
        assert!(made.iter().all(|id| id.len() == 16), "{made:?}");
        made.sort();
        made.dedup();
        assert_eq!(made.len(), 5, "each has its own");
    }

    async fn ask(id: Option<&str>) -> String {
        let app = App::new().wrap(from_fn(guard)).default_service(web::to(HttpResponse::Ok));
        let mut request = TestRequest::get();
        if let Some(id) = id {
            request = request.insert_header((HEADER, id));
        }
        let answer = call_service(&init_service(app).await, request.to_request()).await;
        answer.headers().get(HEADER).unwrap().to_str().unwrap().to_owned()
    }
}
