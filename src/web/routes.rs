//! Every route, on one screen.

use actix_web::web::{self, ServiceConfig, get, post};

use super::api::{cases, description, public};
use super::{assets, pages};
use crate::urls;

/// Every route of the server.
pub fn configure(config: &mut ServiceConfig) {
    assets::routes(config);
    pages::family_routes(config);
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
        .route("/schools/{school}/concerns", post().to(public::raise))
        .route("/access", post().to(cases::access))
        .route("/cases", get().to(cases::list))
        .route("/cases", post().to(cases::log))
        .route("/cases/{reference}", get().to(cases::one))
        .route("/cases/{reference}/actions", get().to(cases::actions))
        .route("/cases/{reference}/actions/{action}", post().to(cases::act))
        .route("/cases/{reference}/events", get().to(cases::events))
        .route("/cases/{reference}/deadlines", get().to(cases::deadlines))
        .route("/cases/{reference}/deadlines/{deadline}/working", get().to(cases::working))
        .route("/cases/{reference}/messages", get().to(cases::sent_messages))
        .route("/cases/{reference}/involvement", get().to(cases::involvement))
        .route("/openapi.json", get().to(description::openapi));
}
