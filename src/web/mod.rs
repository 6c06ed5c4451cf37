//! Pages and the API.

pub mod assets;
pub mod field;
pub mod form;
pub mod page;
pub mod pages;
pub mod parts;

#[cfg(test)]
mod gallery;
