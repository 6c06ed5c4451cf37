//! Who works here: for administrators.

pub mod handle;
mod show;
pub mod sign_in_rules;
pub mod staff_list;
pub mod test_message;

pub(super) use handle::administrator;
pub(super) use show::{vacancy, when};
