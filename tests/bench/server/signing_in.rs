//! A staff that signs in at once, and what somebody else's request costs meanwhile.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use super::client::Client;
use super::crowd::{CONNECTIONS, share};
use super::measure::Times;
use super::server::World;

/// How often each person signs in: below what one account may try from one network.
const EACH: usize = 4;
/// Requests of somebody else, before anybody signs in.
const QUIET: usize = 500;
/// What somebody else asks for.
const PAGE: &str = "/api/v1/schools";

/// Asks alone, and then beside everybody who signs in.
pub fn run() {
    let world = World::found();
    let server = world.serve();
    let people = world.people();
    let asking = Client::new(&server.base);
    let alone = Times::of(QUIET, |_| drop(asking.get(PAGE)));
    let over = AtomicBool::new(false);
    let began = Instant::now();
    let (signed_in, meanwhile) = std::thread::scope(|scope| {
        let beside = scope.spawn(|| {
            let mut times = Vec::new();
            while !over.load(Ordering::Relaxed) {
                let asked = Instant::now();
                drop(asking.get(PAGE));
                times.push(asked.elapsed());
            }
            times
        });
        let signed_in = share(
            people.len() * EACH,
            || Client::new(&server.base),
            |_, number| {
                let person = &people[number % people.len()];
                let began = Instant::now();
                drop(Client::signed_in(&server.base, &person.email, &person.password));
                began.elapsed()
            },
        );
        over.store(true, Ordering::Relaxed);
        (signed_in, beside.join().unwrap())
    });
    let rate = signed_in.len() as f64 / began.elapsed().as_secs_f64();
    println!("{} sign-ins over {CONNECTIONS} connections: {rate:.0}/s", signed_in.len());
    println!("one sign-in, with its page   {}", Times::these(signed_in));
    println!("another request, alone       {alone}");
    println!("another request, meanwhile   {}", Times::these(meanwhile));
}
