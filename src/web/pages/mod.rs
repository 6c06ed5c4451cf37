//! The pages: one folder or file a part of the service.

pub mod family;
pub mod mine;
pub mod raise;
pub mod school;
pub mod typed;

#[cfg(test)]
mod family_gallery;
#[cfg(test)]
mod read_aloud;
