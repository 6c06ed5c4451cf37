//! The outbox: each message leaves once, whoever works on it, and nothing is sent twice (G17, G24, E17).

use std::sync::Mutex;
use std::thread;

use chrono::TimeDelta;
use heard::db::mailbox::{self, Pile, Reach, Reader, Wanted};
use heard::db::outbox::{
    self, Carries, Inserted, Leased, Message, MessageState, Outcome, Report, Requeued, Stopped, Then,
};
use heard::domain::ids::MessageId;

use crate::db_kit::{HEAD, OTHER, Plot, World, message, monday, nobody_in_particular, world};

fn insert(world: &World, message: Message) -> Inserted {
    world.db.write(move |tx| outbox::insert(tx, &message)).unwrap()
}

fn lease(world: &World, owner: &'static str, minutes: i64) -> Vec<Leased> {
    let now = monday() + TimeDelta::minutes(minutes);
    let until = now + TimeDelta::minutes(5);
    world.db.write(move |tx| outbox::lease(tx, owner, now, until, 3)).unwrap()
}

fn finish(world: &World, owner: &'static str, leased: Leased, outcome: Outcome, then: Then) {
    let report = Report { outcome, code: Some(250), words: Some("2.0.0 ok".into()), then };
    world.db.write(move |tx| outbox::finish(tx, owner, &leased, monday(), &report)).unwrap();
}

/// Somebody who reads everything.
fn everything() -> Reader {
    Reader { viewer: nobody_in_particular(OTHER), offices: vec![], keepers: vec![], reach: Reach::Demo }
}

fn find(world: &World, id: MessageId) -> outbox::Posted {
    world.db.read(|tx| mailbox::find(tx, &everything(), id)).unwrap().unwrap().posted
}

fn state(world: &World, id: MessageId) -> MessageState {
    find(world, id).state
}

#[test]
fn four_workers_send_each_message_once() {
    let world = world();
    for n in 0..40 {
        insert(&world, message(n, None));
    }
    let sent = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for owner in ["one", "two", "three", "four"] {
            let (world, sent) = (&world, &sent);
            scope.spawn(move || {
                loop {
                    let batch = lease(world, owner, 1);
                    if batch.is_empty() {
                        break;
                    }
                    for leased in batch {
                        sent.lock().unwrap().push(leased.message.id);
                        finish(world, owner, leased, Outcome::Sent, Then::Sent);
                    }
                }
            });
        }
    });
    let mut sent = sent.into_inner().unwrap();
    sent.sort();
    let expected: Vec<MessageId> = (0..40).map(|n| message(n, None).id).collect();
    assert_eq!(sent, expected);
    assert!(lease(&world, "five", 1).is_empty());
}

#[test]
fn a_message_with_the_same_key_is_there_once() {
    let world = world();
    assert_eq!(insert(&world, message(1, Some("reminder 1"))), Inserted::New);
    assert_eq!(insert(&world, message(2, Some("reminder 1"))), Inserted::AlreadyThere);
    assert_eq!(insert(&world, message(3, None)), Inserted::New);
    assert_eq!(insert(&world, message(4, None)), Inserted::New);
    assert_eq!(lease(&world, "one", 0).len(), 3);
}

#[test]
fn a_message_is_tried_again_when_it_is_time_and_each_attempt_is_on_record() {
    let world = world();
    insert(&world, message(1, None));
    let id = message(1, None).id;
    let again = monday() + TimeDelta::minutes(10);
    finish(&world, "one", lease(&world, "one", 0).remove(0), Outcome::Later, Then::Again(again));
    assert!(lease(&world, "one", 9).is_empty());
    assert_eq!(world.db.read(outbox::next_due).unwrap(), Some(again));
    let second = lease(&world, "one", 10).remove(0);
    assert_eq!(second.attempt, 2);
    finish(&world, "one", second, Outcome::Refused, Then::Failed);
    assert_eq!(state(&world, id), MessageState::Failed);
    let attempts = world.db.read(|tx| outbox::attempts(tx, id)).unwrap();
    let outcomes: Vec<_> = attempts.iter().map(|attempt| (attempt.no, attempt.outcome)).collect();
    assert_eq!(outcomes, [(1, Some(Outcome::Later)), (2, Some(Outcome::Refused))]);
    assert_eq!(world.db.read(outbox::next_due).unwrap(), None);

    let send_again = || world.db.write(move |tx| outbox::send_again(tx, id, again)).unwrap();
    assert_eq!(send_again(), Requeued::Again);
    assert_eq!(send_again(), Requeued::No, "a double click sends it once (G18)");
    assert_eq!(lease(&world, "one", 10).remove(0).attempt, 3);
}

#[test]
fn a_message_waits_for_its_time_and_can_be_called_off_until_it_leaves() {
    let world = world();
    let later = Message { not_before: monday() + TimeDelta::minutes(3), ..message(1, None) };
    let id = later.id;
    insert(&world, later);
    assert!(lease(&world, "one", 2).is_empty());
    let stop = |id, minutes| {
        let now = monday() + TimeDelta::minutes(minutes);
        world.db.write(move |tx| outbox::stop(tx, id, now)).unwrap()
    };
    assert_eq!(stop(id, 2), Stopped::InTime);
    assert_eq!(stop(id, 2), Stopped::TooLate, "once");
    assert!(lease(&world, "one", 4).is_empty());

    let (receipt, answer) = (message(2, None), Message { id: message(3, None).id, ..message(1, None) });
    let answer = Message { not_before: monday() + TimeDelta::minutes(3), ..answer };
    insert(&world, receipt.clone());
    insert(&world, answer.clone());
    assert_eq!(stop(receipt.id, 0), Stopped::TooLate, "a receipt never waits (S7)");
    assert_eq!(stop(answer.id, 3), Stopped::TooLate, "its time is over, though no worker came yet");
    assert_eq!(lease(&world, "one", 4).len(), 2);
}

/// R54: what was called back or failed was sent to nobody, until a person has dealt with it.
#[test]
fn r54_what_did_not_leave_is_known_until_somebody_dealt_with_it() {
    let world = world();
    let plot = Plot::new(1);
    plot.raise().save(&world.db).unwrap();
    let findings = |number, kind: &str, person| Message {
        case: Some(plot.id()),
        kind: kind.to_owned(),
        to_person: person,
        to_party: person.is_none().then_some(heard::domain::ids::PartyNo(1)),
        not_before: monday() + TimeDelta::minutes(3),
        ..message(number, None)
    };
    let (family, copy) = (findings(1, "findings", None), findings(2, "findings_copy", Some(HEAD)));
    for one in [family.clone(), copy.clone(), findings(3, "receipt", None)] {
        insert(&world, one);
    }
    let lost = |minutes| {
        let since = monday() + TimeDelta::minutes(minutes);
        let kinds = ["findings", "findings_copy"];
        world.db.read(|tx| outbox::undelivered(tx, plot.id(), &kinds, since)).unwrap()
    };
    assert_eq!(lost(0), [], "what waits will leave");
    for id in [family.id, copy.id, message(3, None).id] {
        assert_eq!(world.db.write(move |tx| outbox::stop(tx, id, monday())).unwrap(), Stopped::InTime);
    }
    assert_eq!(lost(0), [None, Some(HEAD)], "the receipt is no finding");
    assert_eq!(lost(1), [], "what an earlier panel wrote says nothing of this one");
    world.db.write(move |tx| outbox::settle(tx, family.id, monday())).unwrap();
    assert_eq!(lost(0), [Some(HEAD)], "the family was told by post");
}

/// E17: the list of what a person has to see to holds what `is_for_a_person` says, whatever the state, what it
/// carries and whom it is for.
#[test]
fn e17_the_list_for_a_person_and_the_rule_agree() {
    let world = world();
    let mut n = 0;
    for carries in [Carries::Right, Carries::Deadline, Carries::Nothing] {
        for party in [None, Some(heard::domain::ids::PartyNo(1))] {
            for then in [Then::Sent, Then::Failed, Then::Stopped, Then::Flagged, Then::Again(monday())] {
                n += 1;
                insert(&world, Message { carries, to_party: party, ..message(n, None) });
                let leased =
                    lease(&world, "one", 0).into_iter().find(|one| one.message.id == message(n, None).id);
                finish(&world, "one", leased.unwrap(), Outcome::Later, then);
            }
        }
    }
    for kind in ["confirm_address", "contact_corrected_before"] {
        n += 1;
        let party = Some(heard::domain::ids::PartyNo(1));
        insert(&world, Message { kind: kind.to_owned(), to_party: party, ..message(n, None) });
        let leased = lease(&world, "one", 0).into_iter().find(|one| one.message.id == message(n, None).id);
        finish(&world, "one", leased.unwrap(), Outcome::Refused, Then::Failed);
    }
    let settled = message(2, None).id;
    assert_eq!(
        world.db.write(move |tx| outbox::settle(tx, settled, monday())).unwrap(),
        outbox::Settled::Now
    );
    let wanted = |pile| Wanted { pile, school: None, before: None, limit: 100 };
    let list = |pile| world.db.read(|tx| mailbox::list(tx, &everything(), &wanted(pile))).unwrap();
    let by_list: Vec<MessageId> =
        list(Some(Pile::ForAPerson)).iter().map(|one| one.posted.message.id).collect();
    let by_rule: Vec<MessageId> = list(None)
        .iter()
        .filter(|one| one.posted.is_for_a_person())
        .map(|one| one.posted.message.id)
        .collect();
    assert_eq!(by_list, by_rule);
    assert_eq!(by_list.len(), 4 * 3 + 2 - 1, "three states of four kinds, two of news to a family, less one");
    let piles = [Pile::Waiting, Pile::Sent, Pile::Failed, Pile::CalledBack];
    let each: usize = piles.iter().map(|pile| list(Some(*pile)).len()).sum();
    assert_eq!(each, list(None).len(), "every message is in one of the parts");
}

/// After a crash a message that carries a right goes again under its own id; another is for a person.
#[test]
fn what_a_dead_worker_had_goes_again_or_is_flagged() {
    let world = world();
    insert(&world, message(1, None));
    insert(&world, Message { carries: Carries::Nothing, ..message(2, None) });
    let lost = lease(&world, "dead", 0);
    assert_eq!(lost.len(), 2);
    let recover = |minutes| {
        let now = monday() + TimeDelta::minutes(minutes);
        world.db.write(move |tx| outbox::recover(tx, now)).unwrap()
    };
    assert_eq!(recover(4), [], "the lease still runs");
    assert_eq!(recover(6), [message(2, None).id]);
    assert_eq!(state(&world, message(2, None).id), MessageState::Flagged);
    let again = lease(&world, "alive", 6);
    assert_eq!(
        again.iter().map(|one| (one.message.id, one.attempt)).collect::<Vec<_>>(),
        [(message(1, None).id, 2)]
    );

    // The dead worker was only slow: what it reports now does not touch the message that another has.
    finish(&world, "dead", lost[0].clone(), Outcome::Sent, Then::Sent);
    assert_eq!(state(&world, message(1, None).id), MessageState::Sending);
}
