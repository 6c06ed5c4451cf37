//! Configuration: one checked value, made once.
