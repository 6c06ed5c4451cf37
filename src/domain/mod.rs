//! What Heard knows about concerns and complaints: plain values and pure functions.
//!
//! Nothing here reads a clock, a database or a file; everything comes in as an argument.

pub mod absence;
pub mod address;
pub mod calendar;
pub mod case;
pub mod deadline;
pub mod device;
pub mod ids;
pub mod notice;
pub mod permissions;
pub mod person;
pub mod phase;
pub mod phone_number;
pub mod pointer;
pub mod procedure;
pub mod record;
pub mod redaction;
pub mod reference;
pub mod return_code;
pub mod routing;
pub mod school;
pub mod staffing;
pub mod text;
pub mod year_group;
