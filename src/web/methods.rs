//! What HTTP says of methods: `HEAD` is answered wherever `GET` is, `OPTIONS` says what an address takes, and a
//! method that it does not take is 405 with the same list, never "not there".

use std::sync::LazyLock;

use actix_web::HttpResponse;
use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{ResourceDef, ServiceRequest, ServiceResponse};
use actix_web::http::{Method, StatusCode, header};
use actix_web::middleware::Next;

use crate::urls;

use super::limits;
use super::problem::{Code, Problem};
use super::routes;
use super::trouble::Trouble;

/// Stands around every route.
///
/// # Errors
/// Those of what it stands around.
pub async fn guard<B: MessageBody>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, actix_web::Error> {
    let asked = request.method().clone();
    if asked == Method::HEAD {
        // The connection remembers what was asked and sends the head alone.
        request.head_mut().method = Method::GET;
    }
    let answered = next.call(request).await?;
    if answered.status() != StatusCode::NOT_FOUND {
        return Ok(answered.map_into_left_body());
    }
    let path = answered.request().path().to_owned();
    match told(&asked, &path) {
        None => Ok(answered.map_into_left_body()),
        Some(mut answer) => {
            // What is left of a limit was taken from it all the same (A14).
            for name in limits::HEADERS {
                if let Some(left) = answered.headers().get(name) {
                    answer.headers_mut().insert(header::HeaderName::from_static(name), left.clone());
                }
            }
            Ok(answered.into_response(answer).map_into_right_body())
        }
    }
}

/// The answer to a method that an address of ours does not take.
fn told(asked: &Method, path: &str) -> Option<HttpResponse> {
    let takes = taken_at(path);
    let asks_what_it_takes = *asked == Method::OPTIONS;
    if takes.is_empty() || (takes.contains(asked) && !asks_what_it_takes) {
        return None;
    }
    let list = takes.iter().map(Method::as_str).collect::<Vec<_>>().join(", ");
    let mut answer = if asks_what_it_takes {
        HttpResponse::NoContent().finish()
    } else if path.starts_with(urls::API) {
        let words = format!("This address takes: {list}");
        Problem::new(StatusCode::METHOD_NOT_ALLOWED, Code::MethodNotAllowed, words).answer()
    } else {
        HttpResponse::from_error(Trouble::OtherMethod)
    };
    if let Ok(list) = header::HeaderValue::try_from(list) {
        answer.headers_mut().insert(header::ALLOW, list);
    }
    Some(answer)
}

/// What an address takes; nothing, where there is no such address.
fn taken_at(path: &str) -> Vec<Method> {
    static ROUTES: LazyLock<Vec<(ResourceDef, Method)>> = LazyLock::new(|| {
        routes::listed().into_iter().map(|one| (ResourceDef::new(one.pattern), one.method)).collect()
    });
    let here = ROUTES.iter().filter(|(place, _)| place.is_match(path));
    let mut takes: Vec<Method> = here.map(|(_, method)| method.clone()).collect();
    if takes.contains(&Method::GET) {
        takes.push(Method::HEAD);
    }
    if !takes.is_empty() {
        takes.push(Method::OPTIONS);
    }
    takes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(path: &str) -> String {
        taken_at(path).iter().map(Method::as_str).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn an_address_says_what_it_takes() {
        assert_eq!(list("/api/v1/cases"), "GET POST HEAD OPTIONS");
        assert_eq!(list("/api/v1/access"), "POST OPTIONS");
        assert_eq!(list("/schools/hazel-lane"), "GET HEAD OPTIONS");
        assert_eq!(list("/nowhere"), "");
        assert!(told(&Method::HEAD, "/schools").is_none() && told(&Method::PUT, "/nowhere").is_none());
        let refused = told(&Method::DELETE, "/api/v1/cases/4F7K-92MX").unwrap();
        assert_eq!(refused.status(), StatusCode::METHOD_NOT_ALLOWED);
        assert_eq!(refused.headers().get(header::ALLOW).unwrap(), "GET, HEAD, OPTIONS");
    }
}
