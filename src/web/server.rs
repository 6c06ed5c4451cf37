//! The server.

use std::net::SocketAddr;

use actix_web::{App as Server, HttpServer, web};

use crate::app::App;
use crate::app::access::limit::Doors;

use super::api;
use super::headers::{self, Transport};
use super::routes;

/// Serves until it is told to stop.
///
/// # Errors
/// When the address is in use.
pub async fn run(app: App, listen: SocketAddr) -> std::io::Result<()> {
    let transport = if app.base().is_https() { Transport::Https } else { Transport::Http };
    let doors = web::Data::new(Doors::default());
    HttpServer::new(move || {
        Server::new()
            .app_data(web::Data::new(app.clone()))
            .app_data(doors.clone())
            .app_data(web::QueryConfig::default().error_handler(api::unreadable_query))
            .wrap(headers::security(transport))
            .configure(routes::configure)
    })
    .bind(listen)?
    .run()
    .await
}
