//! Pages and the API.

pub mod address;
pub mod api;
pub mod assets;
pub mod csrf;
pub mod download;
pub mod extract;
pub mod field;
pub mod form;
pub mod front;
pub mod headers;
mod health;
pub mod limits;
mod methods;
pub mod page;
pub mod pages;
pub mod parts;
pub mod phone;
pub mod problem;
mod qr;
mod request_id;
pub mod routes;
pub mod server;
pub mod session;
mod slow;
pub mod table;
pub mod tls;
pub mod trouble;
pub mod upload;
mod watch;

#[cfg(test)]
mod gallery;
