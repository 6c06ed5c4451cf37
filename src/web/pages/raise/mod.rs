//! Raising a concern: one question a page (P4), nothing asked twice (P6), every answer kept (P8).
//!
//! [`question`] says which questions come, [`answer`] reads one, [`show`] draws one, [`check`] lists them all,
//! [`draft`] turns them into the body of the API, and [`done`] shows what was sent.

pub mod answer;
pub mod check;
pub mod done;
pub mod draft;
mod files;
pub mod handle;
pub mod later;
pub mod pages;
pub mod question;
pub mod show;
pub mod words;

#[cfg(test)]
pub(crate) mod tests;
