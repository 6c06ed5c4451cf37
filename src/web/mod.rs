//! Pages and the API.

pub mod api;
pub mod assets;
pub mod field;
pub mod headers;
pub mod page;
pub mod parts;
pub mod problem;
pub mod routes;
pub mod server;

#[cfg(test)]
mod gallery;
