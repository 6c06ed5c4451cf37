//! The rules of the state machine, as tables, as stories, and as properties over random stories.

mod absence;
mod asked;
mod attention;
mod clocks;
mod closing;
mod fairness;
mod helping;
mod intake;
mod kit;
mod ladder;
mod matrix;
mod moving;
mod panel;
mod properties;
mod recusal;
mod routing;
mod several;
mod table;
mod taking_out;
mod talking;
