//! What every story needs: a database of its own, and a mail server that is as unhelpful as a real one.

pub mod authenticator;
pub mod browser;
pub mod clamd;
pub mod database;
pub mod http;
pub mod school;
pub mod served;
pub mod smtp;
pub mod trust;

use std::path::PathBuf;

/// The value of an environment variable that `tests/run` sets, if it is there and not empty.
#[expect(
    clippy::disallowed_methods,
    reason = "the tests have no configuration value; this is their one reader"
)]
pub fn setting(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// The folder of the package.
pub fn package() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}
