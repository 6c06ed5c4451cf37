//! Use cases: one function, one use case, one transaction.
