//! Pages and the API.

pub mod assets;
pub mod field;
pub mod form;
pub mod headers;
pub mod page;
pub mod pages;
pub mod parts;
pub mod problem;

#[cfg(test)]
mod gallery;
