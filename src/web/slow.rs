//! Bodies that come too slowly. The server itself ends a head that does not come; a body has so many seconds, and
//! more the more of it is there: a photo may take its time on a bad line, one byte a minute may not.

use std::cell::Cell;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use actix_web::HttpMessage as _;
use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::error::PayloadError;
use actix_web::http::ConnectionType;
use actix_web::middleware::Next;
use actix_web::web::{Bytes, Data};
use futures_util::Stream;
use tokio::time::{Instant, Sleep, sleep_until};

use crate::urls;

use super::front::{Front, Patience};
use super::trouble::Trouble;

/// Stands around every route that may have a body.
///
/// # Errors
/// Those of what it stands around.
pub async fn guard<B: MessageBody + 'static>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, actix_web::Error> {
    let patience = request.app_data::<Data<Front>>().map(|front| front.patience).unwrap_or_default();
    let payload = request.take_payload();
    if matches!(payload, Payload::None) {
        return Ok(next.call(request).await?.map_into_left_body());
    }
    let spent = Rc::new(Cell::new(Spent::No));
    let paced = Paced::new(payload, patience, Rc::clone(&spent));
    request.set_payload(Payload::Stream { payload: Box::pin(paced) });
    let answered = next.call(request).await?;
    match spent.get() {
        Spent::No => Ok(answered.map_into_left_body()),
        Spent::Yes => Ok(ended(answered)),
    }
}

/// The connection goes, because nobody knows what would still come on it. A page says what happened; the API has
/// said already that the body broke off.
fn ended<B: MessageBody + 'static>(answered: ServiceResponse<B>) -> ServiceResponse<EitherBody<B>> {
    let of_the_api = answered.request().path().starts_with(urls::API);
    let mut answered = if of_the_api {
        answered.map_into_left_body()
    } else {
        answered.error_response(Trouble::TooSlow).map_into_right_body()
    };
    answered.response_mut().head_mut().set_connection_type(ConnectionType::Close);
    answered
}

/// Whether the time of a body ran out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Spent {
    No,
    Yes,
}

/// A body with its time.
struct Paced {
    payload: Payload,
    sleep: Pin<Box<Sleep>>,
    ends: Instant,
    a_byte: Duration,
    spent: Rc<Cell<Spent>>,
}

impl Paced {
    fn new(payload: Payload, patience: Patience, spent: Rc<Cell<Spent>>) -> Self {
        let ends = Instant::now() + patience.body;
        let a_byte = Duration::from_secs(1) / patience.bytes_a_second.max(1);
        Self { payload, sleep: Box::pin(sleep_until(ends)), ends, a_byte, spent }
    }

    fn earned(&mut self, bytes: usize) {
        let bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
        self.ends += self.a_byte.saturating_mul(bytes);
        self.sleep.as_mut().reset(self.ends);
    }
}

impl Stream for Paced {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        match Pin::new(&mut this.payload).poll_next(context) {
            Poll::Ready(Some(Ok(bytes))) => {
                this.earned(bytes.len());
                Poll::Ready(Some(Ok(bytes)))
            }
            Poll::Ready(end) => Poll::Ready(end),
            Poll::Pending if this.sleep.as_mut().poll(context).is_pending() => Poll::Pending,
            Poll::Pending => {
                this.spent.set(Spent::Yes);
                Poll::Ready(Some(Err(PayloadError::Io(io::ErrorKind::TimedOut.into()))))
            }
        }
    }
}
