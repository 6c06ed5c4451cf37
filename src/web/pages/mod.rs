//! Pages: a handler each, of a few lines; what it shows is a plain value that a template draws.

pub mod case;
pub mod home;
pub mod list;
