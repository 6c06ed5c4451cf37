//! Deadlines: rule, anchor and calendar make a due date; lateness is computed on read.
