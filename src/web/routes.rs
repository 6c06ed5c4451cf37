//! Every route, on one screen.

use actix_web::web::{self, ServiceConfig, get, post};

use super::api::public;
use super::assets;
use crate::urls;

/// Every route of the server.
pub fn configure(config: &mut ServiceConfig) {
    assets::routes(config);
    config.service(web::scope(urls::API).configure(api));
}

fn api(config: &mut ServiceConfig) {
    config
        .route("/schools", get().to(public::list))
        .route("/schools/{school}", get().to(public::one))
        .route("/schools/{school}/procedure", get().to(public::procedure))
        .route("/schools/{school}/procedure/copies", post().to(public::copy))
        .route("/schools/{school}/calendar", get().to(public::calendar))
        .route("/schools/{school}/calendar/due", get().to(public::due))
        .route("/schools/{school}/concerns", post().to(public::raise));
}
