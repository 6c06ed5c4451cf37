//! The case and its state machine: `decide(case, command, context) -> events or a refusal`, and `evolve(case, event)`.
