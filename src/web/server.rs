//! The server.

use std::net::SocketAddr;
use std::num::NonZero;
use std::sync::Arc;
use std::time::Duration;

use actix_web::body::MessageBody;
use actix_web::dev::{Server as Running, ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::error::{PathError, QueryPayloadError};
use actix_web::middleware::from_fn;
use actix_web::{App as Server, HttpRequest, HttpServer, web};

use crate::app::App;
use crate::app::access::limit::Doors;
use crate::app::error::Error;
use crate::urls;

use super::address;
use super::csrf;
use super::front::{self, Front};
use super::headers::{self, Transport};
use super::limits::Limits;
use super::methods;
use super::problem::ApiError;
use super::request_id;
use super::routes;
use super::slow;
use super::tls::{self, Certificates};
use super::trouble::{self, Trouble};
use super::watch;

/// Where and how the server listens.
#[derive(Clone, Debug)]
pub struct Listening {
    /// The address.
    pub at: SocketAddr,
    /// Where TLS is our own work: what clients are shown.
    pub tls: Option<Arc<Certificates>>,
    /// Where requests without TLS come in, to be sent on.
    pub redirect_from: Option<SocketAddr>,
    /// The most connections at once; whoever comes then waits until one ends.
    pub most_connections: usize,
    /// What stands before it.
    pub front: Front,
}

impl Listening {
    /// At that address without TLS, as a demo and most tests do.
    pub fn plainly(at: SocketAddr) -> Self {
        Self {
            at,
            tls: None,
            redirect_from: None,
            most_connections: MOST_CONNECTIONS,
            front: Front::default(),
        }
    }
}

/// The most connections at once, where nobody says otherwise: below the 1,024 files that most systems let a program
/// have open.
pub const MOST_CONNECTIONS: usize = 800;
/// How long a connection may take to say goodbye.
const GOODBYE: Duration = Duration::from_secs(3);

/// Begins to listen; whoever waits for what this returns serves. A connection that comes in between waits too.
///
/// # Errors
/// When an address is in use, or TLS cannot be set up.
pub fn start(app: App, listening: Listening) -> std::io::Result<Running> {
    let (doors, limits) = (web::Data::new(Doors::default()), web::Data::new(Limits::default()));
    let Listening { at, tls, redirect_from, most_connections, front } = listening;
    let (patience, workers) = (front.patience, std::thread::available_parallelism().map_or(1, NonZero::get));
    let front = web::Data::new(front);
    let mut server = HttpServer::new(move || application(&app, &doors, &limits, &front))
        .workers(workers)
        .max_connections(most_connections.div_ceil(workers).max(1))
        .client_request_timeout(patience.head)
        .client_disconnect_timeout(GOODBYE)
        .keep_alive(patience.idle)
        .tls_handshake_timeout(patience.handshake);
    if let Some(from) = redirect_from {
        server = server.bind(from)?;
    }
    let Some(certificates) = tls else { return Ok(server.bind(at)?.run()) };
    let config = certificates.config().map_err(std::io::Error::other)?;
    let running = server.bind_rustls_0_23(at, config)?.run();
    actix_web::rt::spawn(tls::watch(certificates));
    Ok(running)
}

/// Everything that answers a request, as one worker has it. What counts tries and requests is shared by all workers.
pub fn application(
    app: &App,
    doors: &web::Data<Doors>,
    limits: &web::Data<Limits>,
    front: &web::Data<Front>,
) -> Server<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<impl MessageBody + use<>>,
        Error = actix_web::Error,
        InitError = (),
    > + use<>,
> {
    let transport = if app.base().is_https() { Transport::Https } else { Transport::Http };
    Server::new()
        .app_data(web::Data::new(app.clone()))
        .app_data(doors.clone())
        .app_data(limits.clone())
        .app_data(front.clone())
        .app_data(web::QueryConfig::default().error_handler(unreadable_query))
        .app_data(web::PathConfig::default().error_handler(no_such_place))
        .wrap(from_fn(csrf::guard))
        .wrap(from_fn(address::guard))
        .wrap(from_fn(methods::guard))
        .wrap(from_fn(slow::guard))
        .wrap(from_fn(front::guard))
        .wrap(from_fn(trouble::with_its_face))
        .wrap(from_fn(watch::guard))
        .wrap(headers::security(transport))
        .wrap(from_fn(request_id::guard))
        .configure(routes::configure)
}

/// A page whose address asks for something that cannot be read is no page of ours (P40). The API reads its queries
/// by itself and says what does not fit.
fn unreadable_query(_: QueryPayloadError, _: &HttpRequest) -> actix_web::Error {
    Trouble::from(Error::NotFound).into()
}

/// An address in which something is not what such a thing looks like leads nowhere (A4, P40).
fn no_such_place(_: PathError, request: &HttpRequest) -> actix_web::Error {
    if request.path().starts_with(urls::API) {
        ApiError(Error::NotFound).into()
    } else {
        Trouble::from(Error::NotFound).into()
    }
}
