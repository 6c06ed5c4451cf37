//! Pages: a handler each, of a few lines; what it shows is a plain value that a template draws.

pub mod access;
pub mod set_up;
pub mod typed;
