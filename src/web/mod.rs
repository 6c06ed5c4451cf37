//! Pages and the API.

pub mod assets;
pub mod field;
pub mod headers;
pub mod page;
pub mod parts;
pub mod problem;

#[cfg(test)]
mod gallery;
