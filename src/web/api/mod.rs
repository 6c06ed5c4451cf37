//! The API: the same use cases as the pages, under the same rules (A1).

pub mod access;
