//! Heard: concerns and complaints at school, one stage at a time, by rules that a machine enforces.
//!
//! Layers, each knowing only those before it: [`domain`], then [`db`] and [`mail`], then [`app`], then
//! [`web`], [`cli`] and [`worker`]. `docs/ARCHITECTURE.md` tells where a change belongs.

pub mod app;
pub mod cli;
pub mod clock;
pub mod config;
pub mod db;
pub mod domain;
pub mod key;
pub mod mail;
pub mod secret;
pub mod urls;
pub mod web;
pub mod worker;
