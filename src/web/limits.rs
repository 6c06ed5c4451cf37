//! How much one network may ask for. Above it the answer is 429 with `Retry-After` (A14).
//!
//! Requests that come from this very machine and from no proxy are not counted: they are its own scripts. They are
//! told no numbers either, which would never change.

use std::time::Duration;

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{HttpMessage, HttpRequest};

use crate::app::access::limit::{Budget, Limit, Network};
use crate::app::error::Error;

use super::extract::ClientAddress;
use super::problem::ApiError;

/// What a request asks for, as limits count it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bucket {
    /// To raise a concern, ask for a copy or for a link: 20 at once, then one each 20 seconds. A whole
    /// school may stand behind one address on a parents' evening.
    PublicSubmit,
    /// To come in: 40 at once, then one each 2 seconds. [`Doors`](crate::app::access::limit::Doors) counts passwords besides.
    SignIn,
    /// To send a file with a concern: 40 at once, then one each 5 seconds.
    Upload,
    /// Anything of the API: 600 at once, then twenty a second.
    Api,
}

/// The limits of one process. Register it as `web::Data<Limits>`, one for all workers.
#[derive(Debug)]
pub struct Limits {
    public_submit: Limit<Network>,
    sign_in: Limit<Network>,
    upload: Limit<Network>,
    api: Limit<Network>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            public_submit: Limit::new(20, Duration::from_secs(20)),
            sign_in: Limit::new(40, Duration::from_secs(2)),
            upload: Limit::new(40, Duration::from_secs(5)),
            api: Limit::new(600, Duration::from_millis(50)),
        }
    }
}

impl Limits {
    /// Takes one from that bucket, and says what is left of it; nothing for this machine, which has no limit.
    ///
    /// # Errors
    /// `TooMany` with the seconds to wait.
    pub fn take(&self, bucket: Bucket, from: ClientAddress) -> Result<Option<Budget>, Error> {
        match from {
            ClientAddress::ThisMachine => Ok(None),
            ClientAddress::Network(network) => self.limit(bucket).take(&network).map(Some),
        }
    }

    /// The same for a request of the API: its 429 then tells of that bucket.
    ///
    /// # Errors
    /// `TooMany` with the seconds to wait.
    pub fn take_for(&self, request: &HttpRequest, bucket: Bucket) -> Result<(), Error> {
        let taken = self.take(bucket, ClientAddress::of(request)).map(drop);
        if taken.is_err() {
            used_up(request, Budget { left: 0, ..self.limit(bucket).full() });
        }
        taken
    }

    const fn limit(&self, bucket: Bucket) -> &Limit<Network> {
        match bucket {
            Bucket::PublicSubmit => &self.public_submit,
            Bucket::SignIn => &self.sign_in,
            Bucket::Upload => &self.upload,
            Bucket::Api => &self.api,
        }
    }
}

/// The bucket that had nothing left for a request.
#[derive(Clone, Copy, Debug)]
struct UsedUp(Budget);

/// Notes the bucket that had nothing left for a request of the API, whichever it is: the 429 then tells of that one.
pub fn used_up(request: &HttpRequest, budget: Budget) {
    request.extensions_mut().insert(UsedUp(budget));
}

/// Stands around the API: 429, when the network has used up what it has.
///
/// # Errors
/// Those of what it stands around.
pub async fn api<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, actix_web::Error> {
    let from = ClientAddress::of(request.request());
    let limits = request.app_data::<Data<Limits>>().cloned();
    let Some(limits) = limits else { return Ok(next.call(request).await?.map_into_left_body()) };
    let (budget, mut answered) = match limits.take(Bucket::Api, from) {
        Ok(budget) => (budget, next.call(request).await?.map_into_left_body()),
        Err(too_many) => {
            let none_left = Budget { left: 0, ..limits.api.full() };
            (Some(none_left), request.error_response(ApiError(too_many)).map_into_right_body())
        }
    };
    let narrower = answered.request().extensions().get::<UsedUp>().copied();
    if let Some(budget) = narrower.map(|UsedUp(budget)| budget).or(budget) {
        tell(budget, answered.headers_mut());
    }
    Ok(answered)
}

/// The headers that say what is left.
pub const HEADERS: [&str; 3] = ["ratelimit-limit", "ratelimit-remaining", "ratelimit-reset"];

/// Says what is left, as draft-ietf-httpapi-ratelimit-headers writes it: how many at once, how many of them are
/// left, and after how many seconds there are all again.
fn tell(budget: Budget, headers: &mut HeaderMap) {
    let told = [u64::from(budget.most), u64::from(budget.left), budget.full_in()];
    for (name, number) in HEADERS.into_iter().zip(told) {
        headers.insert(HeaderName::from_static(name), HeaderValue::from(number));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_are_separate_and_the_machine_itself_is_not_counted() {
        let limits = Limits::default();
        let from = ClientAddress::Network(Network::of("192.0.2.7".parse().unwrap()));
        let taken = (0..100).filter(|_| limits.take(Bucket::PublicSubmit, from).is_ok()).count();
        assert_eq!(taken, 20);
        assert!(limits.take(Bucket::SignIn, from).is_ok());
        assert!(limits.take(Bucket::Api, from).is_ok());
        assert!((0..5000).all(|_| limits.take(Bucket::PublicSubmit, ClientAddress::ThisMachine).is_ok()));
    }
}
