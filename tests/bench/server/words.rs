//! Concerns to file: the length of real ones, no two alike.

use serde_json::{Value, json};

const WHAT: [&str; 4] = [
    "He came home with his lunch uneaten for the third time this week, and says that there was no time to eat \
     it because the queue was so long. He is hungry and cross by three o'clock.",
    "Two older boys take her bag at break and throw it over the fence. She has told the adults on duty twice. \
     She does not want to go to school on Mondays any more.",
    "The reading book has not been changed since the beginning of the half-term. We wrote in the reading \
     record each week and nobody has answered.",
    "We were told that the support in the plan would begin in September. It is now November, and as far as we \
     can tell the hours with the teaching assistant have not started.",
];
const WANTED: [&str; 4] = [
    "Somebody who makes sure that he eats.",
    "An adult nearby at break, and a word with the boys' families.",
    "A new book each week.",
    "A date on which the support begins, in writing.",
];

/// The body of a concern, number so-and-so.
pub fn concern(number: usize) -> Value {
    json!({
        "kind": "concern",
        "complainant": {
            "name": format!("Parent {number}"),
            "email": format!("parent{number}@family.example"),
            "phone": "01632 960123",
            "relationship": "parent",
        },
        "child": { "name": format!("Child {number}"), "year_group": "Year 4" },
        "points": [{ "what_happened": WHAT[number % 4], "when": "Since half-term", "wanted": WANTED[number % 4] }],
        "about": [{ "role": "class_teacher" }],
    })
}

/// The same, as the office writes it down at that moment.
pub fn logged(number: usize, school: &str, received_at: &str) -> Value {
    let mut body = concern(number);
    let fields = body.as_object_mut().unwrap();
    fields.insert("school".to_owned(), json!(school));
    fields.insert("channel".to_owned(), json!("phone"));
    fields.insert("received_at".to_owned(), json!(received_at));
    // Most of the year lies more than a month back, which somebody has to say on purpose.
    fields.insert("long_ago".to_owned(), json!("yes"));
    body
}
