//! The API: the same use cases as the pages, under the same rules (A1).

pub mod absences;
pub mod access;
pub mod alike;
pub mod cases;
pub mod description;
pub mod docs;
pub mod documents;
pub mod logs;
pub mod messages;
pub mod paging;
pub mod people;
pub mod plain;
pub mod public;
pub mod signing_in;
pub mod staff_lists;
pub mod view;
