//! Pages: a handler each, of a few lines; what it shows is a plain value that a template draws.

pub mod access;
pub mod account;
pub mod case;
pub mod demo;
pub mod desk;
pub mod family;
pub mod files;
pub mod home;
pub mod list;
pub mod mine;
pub mod outbox;
pub mod people;
pub mod raise;
pub mod school;
pub mod serve;
pub mod set_up;
mod simple;
pub mod typed;

use actix_web::web::{self, PayloadConfig, ServiceConfig, get, post};

use crate::urls;

/// Every page for families. Needs [`App`](crate::app::App), [`Doors`](crate::app::access::limit::Doors) and
/// [`Limits`](super::limits::Limits) as data.
pub fn family_routes(config: &mut ServiceConfig) {
    let largest = PayloadConfig::new(serve::LARGEST_FORM);
    config
        .route(urls::ACCESSIBILITY, get().to(school::handle::accessibility))
        .route(urls::SCHOOLS, get().to(school::handle::all))
        .service(web::scope(urls::MINE).app_data(largest.clone()).configure(mine::handle::routes))
        .service(
            web::scope("/schools/{school}")
                .app_data(largest)
                .route("/code", get().to(mine::handle::code))
                .route("/code", post().to(mine::handle::enter_code))
                .service(web::scope("/raise").configure(raise::handle::routes))
                .configure(school::handle::routes),
        );
}

#[cfg(test)]
mod family_gallery;
#[cfg(test)]
mod read_aloud;
