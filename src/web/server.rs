//! The server.

use std::net::SocketAddr;

use actix_web::{App as Server, HttpServer, web};

use crate::app::App;

use super::headers::{self, Transport};
use super::{problem, routes};

/// Serves until it is told to stop.
///
/// # Errors
/// When the address is in use.
pub async fn run(app: App, listen: SocketAddr) -> std::io::Result<()> {
    let transport = if app.base().is_https() { Transport::Https } else { Transport::Http };
    HttpServer::new(move || {
        Server::new()
            .app_data(web::Data::new(app.clone()))
            .configure(problem::extractors)
            .wrap(headers::security(transport))
            .configure(routes::configure)
    })
    .bind(listen)?
    .run()
    .await
}
