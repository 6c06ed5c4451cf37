//! Taking words or a file out (S22, R71): which, by whom, and what is read since.

use super::super::command::TakeOut;
use super::super::documents;
use super::super::event::{Actor, Event};
use super::super::evolve::fold;
use super::super::refusal::RefusalCode;
use super::kit::commands::*;
use super::kit::*;
use crate::domain::ids::{DocumentNo, PartyNo};
use crate::domain::redaction::as_read;

fn begun() -> Story {
    Story::raised().by_person(CLERK)
}

/// S22: the mark says what, when, by whom and why; the rest of the text stays, and other texts do too.
#[test]
fn a_mark_with_the_reason_stands_where_the_words_stood() {
    let story = begun().does(take_out("the trip"));
    let read = fold(&as_read(story.record.clone()).unwrap()).unwrap();
    let texts: Vec<&str> = read.points.iter().map(|point| point.what_happened.as_str()).collect();
    let mark = texts[0].strip_prefix("He was left out of ").unwrap();
    assert!(mark.starts_with("[Part of this was taken out on "), "{mark}");
    assert!(mark.ends_with(" by the clerk: It names another child]"), "{mark}");
    assert_eq!(texts[1], "Nobody told us");
    let whole = begun().does(take_out("Nobody told us"));
    let read = fold(&as_read(whole.record.clone()).unwrap()).unwrap();
    assert!(read.points[1].what_happened.as_str().starts_with("[Taken out on "));
    // Nothing that was taken out is in the event that took it.
    let event = serde_json::to_string(&whole.record.last().unwrap().event).unwrap();
    assert!(!event.contains("Nobody told us"), "{event}");
}

/// S5: what does not fit is said at its field, and nothing is taken out by accident.
#[test]
fn words_that_do_not_stand_there_are_not_taken_out() {
    let asked = |change: &dyn Fn(&mut TakeOut)| {
        let mut command = take_out("the trip");
        change(&mut command);
        begun().refusal(command).field.unwrap()
    };
    assert_eq!(asked(&|command| command.words = words("the bus")), "words");
    assert_eq!(asked(&|command| command.words = words("t h")), "words");
    assert_eq!(asked(&|command| command.entry = 99), "entry");
    assert_eq!(asked(&|command| command.reason = words("It is about the trip of others")), "reason");
    // Who somebody is and how they are reached is corrected, and no word of it taken out.
    assert_eq!(asked(&|command| command.words = words("Finn Ash")), "words");
}

/// S22: the co-ordinator and the clerk; not the handler, not the family, never whoever is complained about.
#[test]
fn few_may_take_out() {
    begun().by_person(COORDINATOR).does(take_out("the trip"));
    begun().by_person(TRUST_OFFICER).does(take_out("the trip"));
    for person in [HEAD, OFFICE] {
        begun().by_person(person).refused(RefusalCode::NotYours, take_out("the trip"));
    }
    begun().by_family().refused(RefusalCode::NotYours, take_out("the trip"));
}

/// A file that is taken out is gone for everybody, with its name; it is not taken out twice.
#[test]
fn a_file_is_taken_out_with_its_name() {
    let story = begun().does(document()).does(document()).does(take_out_file(1));
    let seen =
        |actor| documents::visible(story.case(), actor).map(|document| document.no).collect::<Vec<_>>();
    assert_eq!(seen(Actor::Person(CLERK)), [DocumentNo(2)]);
    assert_eq!(seen(Actor::Complainant(PartyNo(1))), []);
    assert!(documents::find(story.case(), Actor::Person(CLERK), DocumentNo(1)).is_none());
    let read = as_read(story.record.clone()).unwrap();
    let names: Vec<&str> = read
        .iter()
        .filter_map(|recorded| {
            let Event::DocumentAdded { document } = &recorded.event else { return None };
            Some(document.name.as_str())
        })
        .collect();
    assert!(names[0].starts_with("[File taken out on ") && names[1] == "trip-letter.pdf", "{names:?}");
    story.clone().refused(RefusalCode::NotOnCase, take_out_file(1));
    story.does(take_out_file(2)).refused(RefusalCode::NotOnCase, take_out_file(2));
}
