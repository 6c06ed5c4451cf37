//! Concerns filed over HTTP by many at once, beside the bare loop that commits the same rows one at a time.

use std::time::Instant;

use super::bare_loop;
use super::client::Client;
use super::crowd::{CONNECTIONS, share};
use super::measure::median;
use super::server::World;
use super::words::concern;

/// Concerns in a round.
const ROUND: usize = 4000;
const ROUNDS: usize = 3;

/// Rounds of both, one after the other, so that a slow minute of the disk hits both.
pub fn run() {
    let (mut served, mut looped) = (Vec::new(), Vec::new());
    for round in 1..=ROUNDS {
        let world = World::found();
        let rate = file(&world);
        let bare = bare_loop::run(&world.database());
        println!(
            "round {round}: Heard, {CONNECTIONS} connections {rate:7.0}/s   bare loop {:7.0}/s   ({:.1} rows a concern)",
            bare.rate, bare.rows
        );
        served.push(rate);
        looped.push(bare.rate);
    }
    let (served, looped) = (median(served), median(looped));
    println!("median: Heard {served:.0}/s, bare loop {looped:.0}/s: {:.1} times", served / looped);
}

/// Files a round's concerns, kills the server, and looks that each acknowledged one is there.
fn file(world: &World) -> f64 {
    let server = world.serve();
    let schools = world.schools();
    let began = Instant::now();
    let references = share(
        ROUND,
        || Client::new(&server.base),
        |client, number| {
            let path = format!("/api/v1/schools/{}/concerns", schools[number % schools.len()]);
            let answer = client.post(&path, &[], &concern(number));
            assert_eq!(answer.status, 201, "{}", answer.body);
            answer.json()["reference"].as_str().unwrap().to_owned()
        },
    );
    let rate = ROUND as f64 / began.elapsed().as_secs_f64();
    drop(server);
    let database = rusqlite::Connection::open(world.database()).unwrap();
    let kept: i64 = database.query_row("SELECT count(*) FROM cases", [], |row| row.get(0)).unwrap();
    assert_eq!(
        (references.len(), kept),
        (ROUND, ROUND as i64),
        "what was acknowledged is there after a kill"
    );
    rate
}
