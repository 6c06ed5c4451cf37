//! The whole server under load, from outside: the real binary, the contract of the API, SQLite on disk.
//!
//! `cargo bench --bench server` runs every part; `cargo bench --bench server -- filing` one of them. What each
//! part asks and how to read it stands in docs/PERFORMANCE.md. `HEARD_BENCH_CASES` is the size of the large
//! installation, 100000 without it.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::cast_precision_loss,
    clippy::cast_possible_wrap,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a program for a developer at a terminal: it stops at the first surprise, and says which"
)]

mod bare_loop;
mod client;
mod crowd;
mod filing;
mod growth;
mod measure;
mod server;
mod signing_in;
mod words;

const PARTS: [(&str, fn()); 3] =
    [("filing", filing::run), ("growth", growth::run), ("signing_in", signing_in::run)];

fn main() {
    // cargo hands `--bench` over as well.
    let wanted: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    for (name, run) in PARTS {
        if wanted.is_empty() || wanted.iter().any(|word| word == name) {
            println!("\n== {name}");
            run();
        }
    }
}
