//! The server.

use std::net::SocketAddr;

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
use super::headers::{self, Transport};
use super::limits::Limits;
use super::methods;
use super::problem::ApiError;
use super::request_id;
use super::routes;
use super::trouble::{self, Trouble};
use super::watch;

/// Begins to listen; whoever waits for what this returns serves. A connection that comes in between waits too.
///
/// # Errors
/// When the address is in use.
pub fn start(app: App, listen: SocketAddr) -> std::io::Result<Running> {
    let (doors, limits) = (web::Data::new(Doors::default()), web::Data::new(Limits::default()));
    let server = HttpServer::new(move || application(&app, &doors, &limits)).bind(listen)?.run();
    Ok(server)
}

/// Everything that answers a request, as one worker has it. What counts tries and requests is shared by all workers.
pub fn application(
    app: &App,
    doors: &web::Data<Doors>,
    limits: &web::Data<Limits>,
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
        .app_data(web::QueryConfig::default().error_handler(unreadable_query))
        .app_data(web::PathConfig::default().error_handler(no_such_place))
        .wrap(from_fn(csrf::guard))
        .wrap(from_fn(address::guard))
        .wrap(from_fn(methods::guard))
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
