//! Many connections at once.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::client::Client;

/// How many connections file at once.
pub const CONNECTIONS: usize = 64;

/// Shares `amount` turns among the connections, and hands each turn's number to `turn`.
///
/// # Panics
/// When a turn does.
pub fn share<T: Send>(
    amount: usize,
    connect: impl Fn() -> Client + Sync,
    turn: impl Fn(&Client, usize) -> T + Sync,
) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let work = || {
        let client = connect();
        let mut done = Vec::new();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= amount {
                return done;
            }
            done.push(turn(&client, number));
        }
    };
    std::thread::scope(|scope| {
        let crowd: Vec<_> = (0..CONNECTIONS).map(|_| scope.spawn(work)).collect();
        crowd.into_iter().flat_map(|one| one.join().unwrap()).collect()
    })
}
