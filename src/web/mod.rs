//! Pages and the API.

pub mod api;
pub mod assets;
pub mod field;
pub mod form;
pub mod headers;
pub mod page;
pub mod pages;
pub mod parts;
pub mod problem;
pub mod routes;
pub mod server;

#[cfg(test)]
mod gallery;
