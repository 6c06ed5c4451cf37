//! The case and its state machine: `decide(case, command, context) -> events or a refusal`, and `evolve(case, event)`.

pub mod action;
pub mod alike;
pub mod attention;
pub mod cautions;
pub mod clock;
pub mod command;
pub mod contact;
pub mod context;
pub mod decide;
pub mod documents;
pub mod event;
pub mod evolve;
pub mod fields;
pub mod own_part;
pub mod own_words;
pub mod refusal;
pub mod sight;
pub mod state;
#[cfg(test)]
mod tests;
pub mod timeline;
pub mod vocabulary;
