//! The record: sealing of personal words and the chain of hashes.
