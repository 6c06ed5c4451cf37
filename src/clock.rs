//! The clock and the ids: the only places where time and randomness enter.
