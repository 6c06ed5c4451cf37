//! One visibility for lists, search, counts and single cases (R22, G29, G30).

use heard::db::asking::Asking;
use heard::db::mailbox::{self, Reach, Reader, Wanted};
use heard::db::visibility::{self, Viewer};
use heard::db::work_list::{self, Cursor, HeldBy, InState, Sort, StateKey, Total, WorkListFilter};
use heard::db::{DbError, outbox};
use heard::domain::case::attention::AttentionKind;
use heard::domain::case::event::Event;
use heard::domain::case::state::InvolvedAs;
use heard::domain::case::vocabulary::{ClosedReason, Flag};
use heard::domain::deadline::{DeadlineRule, Due};
use heard::domain::ids::{CaseId, DeadlineNo};
use heard::domain::procedure::StageKey;

use crate::db_kit::{
    HAZEL, HEAD, LEAD, MARSH, OTHER, Plot, TEACHER, World, day, message, nobody_in_particular, wide, world,
};

fn listed(world: &World, viewer: &Viewer, filter: &WorkListFilter) -> Vec<CaseId> {
    let page = world.db.read(|tx| work_list::list(tx, viewer, filter, Sort::Due, None, 100)).unwrap();
    assert_eq!(page.next, None);
    let count = world.db.read(|tx| work_list::count(tx, viewer, filter, 1000)).unwrap();
    assert_eq!(count, Total::Exactly(page.items.len()), "the count tells what the list shows");
    if let Some(fewer) = page.items.len().checked_sub(1) {
        let capped = world.db.read(|tx| work_list::count(tx, viewer, filter, fewer)).unwrap();
        assert_eq!(capped, Total::MoreThan(fewer), "no more is counted than was asked for");
    }
    page.items.into_iter().map(|item| item.id).collect()
}

fn asking(kind: AttentionKind) -> WorkListFilter {
    WorkListFilter { asking: Some(Asking { kind, today: day(2) }), ..WorkListFilter::default() }
}

fn everything() -> WorkListFilter {
    WorkListFilter { state: InState::Any, ..WorkListFilter::default() }
}

/// Every way that a person could come to know of a case.
fn knows_of(world: &World, viewer: &Viewer, plot: &Plot) -> bool {
    let id = plot.id();
    let by_word = WorkListFilter { words: Some("bus".into()), ..everything() };
    let by_reference = WorkListFilter { words: Some(plot.reference().to_string()), ..everything() };
    let ways = [
        listed(world, viewer, &everything()).contains(&id),
        listed(world, viewer, &by_word).contains(&id),
        listed(world, viewer, &by_reference).contains(&id),
        world.db.read(|tx| visibility::find(tx, viewer, &plot.reference())).unwrap().is_some(),
        world.db.read(|tx| visibility::find_by_id(tx, viewer, id)).unwrap().is_some(),
        world
            .db
            .read(|tx| mailbox::list(tx, &reader(viewer), &all_of_it()))
            .unwrap()
            .iter()
            .any(|shown| shown.posted.message.case == Some(id)),
        world
            .db
            .read(|tx| mailbox::find(tx, &reader(viewer), message(plot.number, None).id))
            .unwrap()
            .is_some(),
    ];
    assert!(ways.iter().all(|way| *way == ways[0]), "{ways:?} differ");
    ways[0]
}

fn reader(viewer: &Viewer) -> Reader {
    Reader { viewer: viewer.clone(), offices: vec![], keepers: vec![], reach: Reach::Posts }
}

fn all_of_it() -> Wanted {
    Wanted { pile: None, school: None, before: None, limit: 50 }
}

fn file(world: &World, plot: &Plot) {
    let mut story = plot.raise();
    story.save(&world.db).unwrap();
    let (id, number, school) = (plot.id(), plot.number, Some(plot.school));
    world
        .db
        .write(move |tx| {
            let mail = outbox::Message { case: Some(id), school, ..message(number, None) };
            outbox::insert(tx, &mail)
        })
        .unwrap();
}

/// G30: what a part in a case lets somebody see ends with their last post at its school.
#[test]
fn a_part_in_a_case_opens_it_only_where_they_still_hold_a_post() {
    let world = world();
    let handled = Plot { handler: Some(TEACHER), ..Plot::new(2) };
    file(&world, &handled);
    let here = nobody_in_particular(TEACHER);
    assert!(knows_of(&world, &here, &handled));
    let moved_on = Viewer { work_schools: vec![MARSH], ..here };
    assert!(!knows_of(&world, &moved_on, &handled));
}

#[test]
fn posts_and_involvement_open_cases_and_nothing_else_does() {
    let world = world();
    let plain = Plot::new(1);
    let handled = Plot { handler: Some(TEACHER), ..Plot::new(2) };
    let at_risk = Plot { flags: vec![Flag::ChildAtRisk], ..Plot::new(3) };
    let elsewhere = Plot { school: MARSH, ..Plot::new(5) };
    let both = Plot { flags: vec![Flag::ChildAtRisk], handler: Some(LEAD), ..Plot::new(6) };
    let plots = [&plain, &handled, &at_risk, &elsewhere, &both];
    for plot in &plots {
        file(&world, plot);
    }

    let lead = Viewer { safeguarding_schools: vec![HAZEL], ..nobody_in_particular(LEAD) };
    for (viewer, sees) in [
        // By the head's own events the head is "administered" nowhere here: rights come from the posts.
        (wide(OTHER, &[HAZEL]), [true, true, true, false, true]),
        (wide(OTHER, &[HAZEL, MARSH]), [true; 5]),
        (nobody_in_particular(OTHER), [false; 5]),
        (nobody_in_particular(TEACHER), [false, true, false, false, false]),
        (lead, [false, false, true, false, true]),
    ] {
        for (plot, expected) in plots.iter().zip(sees) {
            assert_eq!(knows_of(&world, &viewer, plot), expected, "{viewer:?} and case {}", plot.number);
        }
    }
}

/// R22: whoever is complained about never learns of the case, whatever their posts and involvement.
#[test]
fn the_subject_of_a_case_is_shut_out_of_every_way() {
    let world = world();
    let hidden =
        Plot { handler: Some(HEAD), subject: Some(HEAD), flags: vec![Flag::ChildAtRisk], ..Plot::new(1) };
    file(&world, &hidden);
    for viewer in [
        wide(HEAD, &[HAZEL, MARSH]),
        nobody_in_particular(HEAD),
        Viewer { safeguarding_schools: vec![HAZEL], ..nobody_in_particular(HEAD) },
    ] {
        assert!(!knows_of(&world, &viewer, &hidden), "{viewer:?}");
    }
    assert!(knows_of(&world, &wide(OTHER, &[HAZEL]), &hidden));
}

/// A token for one school shows nothing of another, not even a case in which its owner has a part.
#[test]
fn a_token_for_one_school_shows_nothing_of_another() {
    let world = world();
    let here = Plot { handler: Some(TEACHER), ..Plot::new(1) };
    let there = Plot { handler: Some(TEACHER), school: MARSH, ..Plot::new(2) };
    file(&world, &here);
    file(&world, &there);
    let everywhere = nobody_in_particular(TEACHER);
    assert!(knows_of(&world, &everywhere, &here) && knows_of(&world, &everywhere, &there));
    let only_here = Viewer { only_school: Some(HAZEL), ..everywhere };
    assert!(knows_of(&world, &only_here, &here) && !knows_of(&world, &only_here, &there));
}

/// 2.4, G30: of a case on whose panel somebody sits they read what was written to them, and only where they see the case.
#[test]
fn a_seat_shows_ones_own_mail_and_only_where_the_case_is_seen() {
    let world = world();
    for (number, school) in [(1, HAZEL), (2, MARSH)] {
        let plot = Plot { school, ..Plot::new(number) };
        let mut story = plot.raise();
        story.add(Event::Involved { person: TEACHER, involved_as: InvolvedAs::Panel });
        story.save(&world.db).unwrap();
        let of = |number, to_person| outbox::Message {
            case: Some(plot.id()),
            school: Some(school),
            to_person,
            ..message(number, None)
        };
        let (theirs, familys) = (of(number, Some(TEACHER)), of(number + 10, None));
        world
            .db
            .write(move |tx| outbox::insert(tx, &theirs).and_then(|_| outbox::insert(tx, &familys)))
            .unwrap();
    }
    let shown = |viewer: &Viewer| -> Vec<u128> {
        let list = world.db.read(|tx| mailbox::list(tx, &reader(viewer), &all_of_it())).unwrap();
        let mut numbers: Vec<u128> =
            list.iter().map(|shown| shown.posted.message.id.0.as_u128() - 0x9000).collect();
        numbers.sort_unstable();
        let found = |number: &u128| {
            let id = message(*number, None).id;
            world.db.read(|tx| mailbox::find(tx, &reader(viewer), id)).unwrap().is_some()
        };
        let opened: Vec<u128> = [1, 2, 11, 12].into_iter().filter(found).collect();
        assert_eq!(numbers, opened, "the list shows what opens");
        numbers
    };
    let everywhere = nobody_in_particular(TEACHER);
    assert_eq!(shown(&everywhere), [1, 2]);
    assert_eq!(shown(&Viewer { only_school: Some(HAZEL), ..everywhere.clone() }), [1]);
    assert_eq!(
        shown(&Viewer { work_schools: vec![MARSH], ..everywhere }),
        [2],
        "whose post at the other has ended"
    );
    assert_eq!(shown(&wide(TEACHER, &[HAZEL, MARSH])), [1, 2], "a seat comes before a post");
    assert_eq!(shown(&wide(OTHER, &[HAZEL, MARSH])), [1, 2, 11, 12]);
}

/// R27: the mail that tells of a declared interest is for whoever it went to, also where others see the whole school.
#[test]
fn r27_the_mail_about_an_interest_is_for_its_reader() {
    let world = world();
    let plot = Plot::new(1);
    plot.raise().save(&world.db).unwrap();
    let id = plot.id();
    world
        .db
        .write(move |tx| {
            let of = |number, kind: &str, to_person| outbox::Message {
                case: Some(id),
                kind: kind.into(),
                to_person,
                ..message(number, None)
            };
            outbox::insert(tx, &of(1, "interest_declared", Some(LEAD)))?;
            outbox::insert(tx, &of(2, "receipt", None))
        })
        .unwrap();
    let opened = |viewer: &Viewer| {
        let list = world.db.read(|tx| mailbox::list(tx, &reader(viewer), &all_of_it())).unwrap();
        let found = |number: &u128| {
            let id = message(*number, None).id;
            world.db.read(|tx| mailbox::find(tx, &reader(viewer), id)).unwrap().is_some()
        };
        let opened: Vec<u128> = [1, 2].into_iter().filter(found).collect();
        assert_eq!(list.len(), opened.len(), "the list shows what opens");
        opened
    };
    assert_eq!(opened(&wide(HEAD, &[HAZEL])), [2]);
    assert_eq!(opened(&wide(LEAD, &[HAZEL])), [1, 2]);
}

#[test]
fn a_witness_and_a_reader_see_nothing_by_that_alone() {
    let world = world();
    let plot = Plot::new(1);
    let mut story = plot.raise();
    story.add(Event::Involved { person: TEACHER, involved_as: InvolvedAs::Witness });
    story.add(Event::Involved { person: LEAD, involved_as: InvolvedAs::SawContent });
    story.add(Event::Involved { person: OTHER, involved_as: InvolvedAs::Consulted });
    story.save(&world.db).unwrap();
    let sees = |person| !listed(&world, &nobody_in_particular(person), &everything()).is_empty();
    assert_eq!([TEACHER, LEAD, OTHER].map(sees), [false, false, true]);
}

#[test]
fn filters_keep_what_they_say() {
    let world = world();
    let viewer = wide(OTHER, &[HAZEL, MARSH]);
    let first = Plot { handler: Some(TEACHER), due_on: day(2), ..Plot::new(1) };
    let second =
        Plot { school: MARSH, due_on: day(5), what_happened: "100% of the Über_bus".into(), ..Plot::new(2) };
    file(&world, &first);
    file(&world, &second);
    let mut third = Plot::new(3).raise();
    third.add(Event::Closed { reason: ClosedReason::Settled }).save(&world.db).unwrap();
    let third = Plot::new(3);

    let all = [&first, &second, &third];
    let default = WorkListFilter::default;
    for (filter, expected) in [
        (default(), vec![1, 2]),
        (everything(), vec![1, 2, 3]),
        (WorkListFilter { state: InState::State(StateKey::Closed), ..default() }, vec![3]),
        (WorkListFilter { school: Some(MARSH), ..default() }, vec![2]),
        (WorkListFilter { stage: Some(StageKey("C2".into())), ..default() }, vec![]),
        (WorkListFilter { handler: Some(HeldBy::Person(TEACHER)), ..default() }, vec![1]),
        (WorkListFilter { handler: Some(HeldBy::Nobody(Vec::new())), ..default() }, vec![2]),
        (WorkListFilter { due_before: Some(day(5)), ..default() }, vec![1]),
        (WorkListFilter { due_from: Some(day(3)), ..default() }, vec![2]),
        (asking(AttentionKind::WaitingOnFamily), vec![]),
        (asking(AttentionKind::WaitingOnUs), vec![1, 2]),
        (asking(AttentionKind::Unassigned), vec![2]),
        (WorkListFilter { received_from: Some(day(1)), ..everything() }, vec![]),
        (WorkListFilter { words: Some("ÜBER bus".into()), ..default() }, vec![2]),
        (WorkListFilter { words: Some("100% _bus".into()), ..default() }, vec![2]),
        (WorkListFilter { words: Some("1%0".into()), ..default() }, vec![]),
        (WorkListFilter { words: Some("ödegaard 李".into()), ..default() }, vec![1, 2]),
        (WorkListFilter { words: Some(third.reference().as_str().to_lowercase()), ..everything() }, vec![3]),
    ] {
        let expected: Vec<CaseId> =
            all.iter().filter(|plot| expected.contains(&plot.number)).map(|plot| plot.id()).collect();
        assert_eq!(listed(&world, &viewer, &filter), expected, "{filter:?}");
    }
}

/// Pages follow each other without a gap or a repeat, in every order, over several schools.
#[test]
fn pages_add_up_to_the_list() {
    let world = world();
    for n in 1..=23 {
        let school = if n % 3 == 0 { MARSH } else { HAZEL };
        let plot = Plot { school, due_on: day(u64::try_from(n % 5).unwrap()), ..Plot::new(n) };
        plot.raise().save(&world.db).unwrap();
    }
    let viewer = wide(OTHER, &[HAZEL, MARSH]);
    for sort in [Sort::Due, Sort::Received, Sort::Changed] {
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let page =
                world.db.read(|tx| work_list::list(tx, &viewer, &everything(), sort, after, 5)).unwrap();
            seen.extend(page.items);
            let Some(next) = page.next else { break };
            assert_eq!(Cursor::parse(&next.to_text()), Some(next));
            after = Some(next);
        }
        let mut ids: Vec<CaseId> = seen.iter().map(|item| item.id).collect();
        match sort {
            Sort::Due => assert!(seen.is_sorted_by_key(|item| item.next_due_on)),
            Sort::Received => assert!(seen.is_sorted_by_key(|item| std::cmp::Reverse(item.received_at))),
            Sort::Changed => assert!(seen.is_sorted_by_key(|item| std::cmp::Reverse(item.updated_at))),
        }
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), 23, "{sort:?}");
    }
    assert_eq!(Cursor::parse("d_2026-09-07_x"), None);
    assert_eq!(Cursor::parse("nonsense"), None);
}

#[test]
fn a_case_that_is_not_there_is_not_found() -> Result<(), DbError> {
    let world = world();
    let viewer = wide(OTHER, &[HAZEL]);
    assert_eq!(world.db.read(|tx| visibility::find(tx, &viewer, &Plot::new(9).reference()))?, None);
    Ok(())
}

/// R15, R38: a closed case of which the law still asks something stands among the open ones, by its date; the other
/// closed ones do not.
#[test]
fn r15_a_closed_case_stands_in_the_list_while_the_law_asks_for_something() {
    let world = world();
    let closed = Event::Closed { reason: ClosedReason::Withdrawn };
    let owing = Plot::new(1);
    let mut story = owing.raise();
    let law = Event::DeadlineSet {
        no: DeadlineNo(3),
        rule: DeadlineRule::DataProtection,
        run: None,
        remedy: None,
        basis: None,
        due: Due::On(day(30)),
    };
    story.add(law).add(closed.clone()).save(&world.db).unwrap();
    let over = Plot::new(2);
    over.raise().add(closed).save(&world.db).unwrap();
    let viewer = wide(OTHER, &[HAZEL]);
    let filter = WorkListFilter { due_before: Some(day(31)), ..WorkListFilter::default() };
    for filter in [WorkListFilter::default(), filter] {
        let page = world.db.read(|tx| work_list::list(tx, &viewer, &filter, Sort::Due, None, 100)).unwrap();
        let found: Vec<_> = page.items.iter().map(|item| (item.id, item.next_due_on)).collect();
        assert_eq!(found, [(owing.id(), Some(day(30)))]);
        assert_eq!(page.items[0].next_due_rule, Some(DeadlineRule::DataProtection));
    }
}
