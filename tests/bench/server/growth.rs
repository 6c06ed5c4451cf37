//! What a list and a case cost with few cases and with very many, how soon the server answers, what it holds.

use std::time::{Duration, Instant};

use chrono::{TimeDelta, Utc};

use super::client::Client;
use super::crowd::share;
use super::measure::{Times, median};
use super::server::{Person, Server, World};
use super::words::logged;

const SMALL: usize = 1000;
/// Requests of each kind.
const TURNS: usize = 1000;
/// The record has settled when nothing was added to it for so long.
const QUIET: Duration = Duration::from_secs(10);
/// Four cases in five are over; a school settles most of what it hears.
const OPEN_OF: usize = 5;

/// Fills a world twice, and asks the same of it both times.
pub fn run() {
    let large = std::env::var("HEARD_BENCH_CASES").map_or(100_000, |amount| amount.parse().unwrap());
    let world = World::found();
    let few = Look::at(&world, 0, SMALL);
    let many = Look::at(&world, SMALL, large);
    println!("\n{:44} {:>10} {:>10} {:>7} {:>10}", "", few.cases, many.cases, "times", "p99");
    for ((name, before), (_, after)) in few.pages.iter().zip(&many.pages) {
        let (was, is) = (before.within(50).as_secs_f64() * 1e3, after.within(50).as_secs_f64() * 1e3);
        let p99 = after.within(99).as_secs_f64() * 1e3;
        println!("{name:44} {was:7.2} ms {is:7.2} ms {:7.2} {p99:7.2} ms", is / was);
    }
    for look in [&few, &many] {
        println!(
            "{} cases: first answer after {:.0} ms; memory of its own {:.0} MB at the start, {:.0} MB after the pages; {:.0} bytes a case on disk",
            look.cases, look.first_answer, look.at_start, look.after_pages, look.bytes_a_case
        );
    }
}

/// What was seen with that many cases.
struct Look {
    cases: usize,
    pages: Vec<(&'static str, Times)>,
    /// Milliseconds.
    first_answer: f64,
    /// Megabytes of the server's own; what it maps of the database belongs to the system's cache.
    at_start: f64,
    after_pages: f64,
    bytes_a_case: f64,
}

impl Look {
    fn at(world: &World, from: usize, to: usize) -> Self {
        fill(world, from, to);
        settle(world);
        count_mail_as_sent(world);
        let bytes_a_case = world.database().metadata().unwrap().len() as f64 / to as f64;
        let first_answer = median((0..5).map(|_| world.serve().first_answer.as_secs_f64() * 1e3).collect());
        let server = world.serve();
        // The sweep and the first checks of the start are over.
        std::thread::sleep(Duration::from_secs(5));
        let at_start = megabytes(&server);
        let pages = pages(world, &server);
        for (name, times) in &pages {
            println!("{to:7} cases  {name:44} {times}");
        }
        Self { cases: to, pages, first_answer, at_start, after_pages: megabytes(&server), bytes_a_case }
    }
}

fn megabytes(server: &Server) -> f64 {
    server.memory("RssAnon:") as f64 / 1e6
}

/// Cases of the last eleven months, evenly over the schools; most of them over.
fn fill(world: &World, from: usize, to: usize) {
    let server = world.serve();
    let began = Instant::now();
    // Whoever logs a call about a person reads no more of it; the co-ordinator does.
    let desks: Vec<(String, Person, Person)> = world
        .schools()
        .into_iter()
        .map(|school| {
            let holder = |role| world.person(role, Some(&school));
            let (office, coordinator) = (holder("school_office"), holder("complaints_coordinator"));
            (school, office, coordinator)
        })
        .collect();
    share(
        to - from,
        || Client::new(&server.base),
        |client, number| {
            let number = from + number;
            let (school, office, coordinator) = &desks[number % desks.len()];
            let bearer = format!("Bearer {}", office.token);
            let received = Utc::now() - TimeDelta::minutes((number % 480_000) as i64 + 1);
            let headers = [("authorization", bearer.as_str())];
            let answer =
                client.post("/api/v1/cases", &headers, &logged(number, school, &received.to_rfc3339()));
            assert_eq!(answer.status, 201, "{}", answer.body);
            if !number.is_multiple_of(OPEN_OF) {
                withdraw(client, &coordinator.token, &answer.json());
            }
        },
    );
    println!("filled to {to} cases in {:.0} s", began.elapsed().as_secs_f64());
}

/// The family takes it back in writing.
fn withdraw(client: &Client, token: &str, case: &serde_json::Value) {
    let (bearer, version) = (format!("Bearer {token}"), format!("\"{}\"", case["version"]));
    let headers = [("authorization", bearer.as_str()), ("if-match", version.as_str())];
    let path = format!("/api/v1/cases/{}/actions/withdraw", case["reference"].as_str().unwrap());
    let answer = client.post(&path, &headers, &serde_json::json!({ "confirmation": "Their letter" }));
    assert_eq!(answer.status, 200, "{}", answer.body);
}

/// Lets the sweep tell everybody of the dates that passed: in a year it does so day by day, here all at once.
fn settle(world: &World) {
    let server = world.serve();
    let began = Instant::now();
    let database = rusqlite::Connection::open(world.database()).unwrap();
    let events = || {
        let count = database.query_row("SELECT count(*) FROM case_events", [], |row| row.get::<_, i64>(0));
        count.unwrap()
    };
    let mut before = -1;
    while before < events() {
        before = events();
        std::thread::sleep(QUIET);
    }
    drop(server);
    println!("told of the dates that passed in {:.0} s", began.elapsed().as_secs_f64());
}

/// The mail of a year leaves in a year; here it would leave while pages are measured.
fn count_mail_as_sent(world: &World) {
    let database = rusqlite::Connection::open(world.database()).unwrap();
    database.execute("UPDATE outbox SET state = 'sent'", []).unwrap();
    database.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
}

/// One person after the other, over one connection.
fn pages(world: &World, server: &Server) -> Vec<(&'static str, Times)> {
    let school = world.schools().remove(0);
    let head = world.person("headteacher", Some(&school));
    let trust = world.person("trust_officer", None);
    let (head_api, trust_api) =
        (Client::with_token(&server.base, &head.token), Client::with_token(&server.base, &trust.token));
    let head_page = Client::signed_in(&server.base, &head.email, &head.password);
    let trust_page = Client::signed_in(&server.base, &trust.email, &trust.password);
    let list = head_api.get("/api/v1/cases?limit=100").json();
    let references: Vec<String> = list["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["reference"].as_str().unwrap().to_owned())
        .collect();
    let reference = |turn: usize| &references[turn % references.len()];
    let list = |client: &Client, path: &str| Times::of(TURNS, |_| drop(client.get(path)));
    vec![
        ("API, list of 25, headteacher", list(&head_api, "/api/v1/cases?limit=25")),
        ("API, list of 25, trust officer", list(&trust_api, "/api/v1/cases?limit=25")),
        ("page, list of 25, headteacher", list(&head_page, "/cases")),
        ("page, list of 25, trust officer", list(&trust_page, "/cases")),
        ("page, home, headteacher", list(&head_page, "/")),
        ("page, home, trust officer", list(&trust_page, "/")),
        (
            "API, one case",
            Times::of(TURNS, |turn| drop(head_api.get(&format!("/api/v1/cases/{}", reference(turn))))),
        ),
        (
            "page, one case",
            Times::of(TURNS, |turn| drop(head_page.get(&format!("/cases/{}", reference(turn))))),
        ),
    ]
}
