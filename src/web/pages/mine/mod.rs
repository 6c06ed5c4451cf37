//! A family's own case: the way in by a mailed link, the page of the case, and what can be done there.
//!
//! [`entry`] is the way in: opening a link shows a button, and only pressing it uses the link, so that a mail
//! scanner gets nothing (P33, G27). [`screen`] is the page of the case in P23's order. [`act`] asks before
//! something is done. `closed` is what there is when the page has closed.

pub mod act;
pub mod check;
mod closed;
mod confirm;
pub mod consent;
pub mod entry;
mod files;
pub mod handle;
pub mod letters;
pub mod paper;
pub mod screen;

#[cfg(test)]
pub(crate) mod tests;
