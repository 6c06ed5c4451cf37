//! Pages: a handler each, of a few lines; what it shows is a plain value that a template draws.

pub mod access;
pub mod account;
pub mod addresses;
pub mod away;
pub mod by_mail;
pub mod case;
pub mod demo;
pub mod desk;
pub mod family;
pub mod files;
pub mod home;
pub mod list;
pub mod logs;
pub mod mine;
pub mod outbox;
pub mod passkeys;
pub mod people;
pub mod providers;
pub mod raise;
pub mod school;
pub mod second_step;
pub mod serve;
pub mod set_up;
mod simple;
pub mod typed;

use actix_web::web::{self, PayloadConfig};

use crate::urls;
use crate::web::table::{Table, get, post};

/// Every page for families. Needs [`App`](crate::app::App), [`Doors`](crate::app::access::limit::Doors) and
/// [`Limits`](super::limits::Limits) as data.
pub fn family_routes(table: &mut Table<'_>) {
    let largest = PayloadConfig::new(serve::LARGEST_FORM);
    let nothing = || web::to(serve::nothing_here);
    let mine = web::scope(urls::MINE).app_data(largest.clone()).default_service(nothing());
    let go_on = web::scope(urls::GO_ON).default_service(nothing());
    let consent = web::scope(urls::CONSENT).default_service(nothing());
    let of_school = web::scope(A_SCHOOL).app_data(largest).default_service(nothing());
    table
        .route(urls::ACCESSIBILITY, get().to(school::handle::accessibility))
        .route(urls::SCHOOLS, get().to(school::handle::all))
        .below(urls::MINE, mine, mine::handle::routes)
        .below(urls::CONSENT, consent, mine::consent::routes)
        .below(urls::GO_ON, go_on, raise::later::routes)
        .below(A_SCHOOL, of_school, |table| {
            table
                .route("/code", get().to(mine::handle::code))
                .route("/code", post().to(mine::handle::enter_code))
                .route("/return", get().to(mine::handle::return_page))
                .route("/return", post().to(mine::handle::come_back))
                .below("/raise", web::scope("/raise").default_service(nothing()), raise::handle::routes)
                .routes(school::handle::routes);
        });
}

/// Where everything of one school is.
const A_SCHOOL: &str = "/schools/{school}";

#[cfg(test)]
mod family_gallery;
#[cfg(test)]
mod read_aloud;
