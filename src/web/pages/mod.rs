//! The pages: one folder or file a part of the service.

pub mod family;
pub mod raise;
pub mod typed;

#[cfg(test)]
mod family_gallery;
#[cfg(test)]
mod read_aloud;
