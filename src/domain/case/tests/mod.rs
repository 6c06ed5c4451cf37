//! The rules of the state machine, as tables, as stories, and as properties over random stories.

mod attention;
mod clocks;
mod closing;
mod fairness;
mod helping;
mod intake;
mod kit;
mod ladder;
mod matrix;
mod panel;
mod properties;
mod routing;
mod table;
mod talking;
