//! The worker: sends what is in the outbox and sweeps deadlines.
