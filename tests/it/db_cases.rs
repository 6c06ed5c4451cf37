//! Cases: the rows are what the events made, two writers do not overwrite each other, the record stays.

use chrono::Days;
use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection, SqliteConnection};
use heard::db::case_rows::CaseRows;
use heard::db::files::{Stay, StoredFile};
use heard::db::visibility::Seen;
use heard::db::{DbError, cases, events, files};
use heard::domain::case::event::Event;
use heard::domain::case::state::{
    Attendance, Audience, Document, ExternalContact, Handler, HearingDate, Held, InvolvedAs, PanelMember,
    Party, RunCause, Scan, Subject,
};
use heard::domain::case::vocabulary::{
    ClosedReason, CompanionRule, ExternalBodyKind, Finding, HearingBasis, PartyKind, RedirectReason,
    Relationship, ReopenReason, SubjectRole,
};
use heard::domain::deadline::{DeadlineRule, Due, Moved};
use heard::domain::ids::{DeadlineNo, DocumentNo, FileId, MeetingNo, PartyNo, PointNo, RemedyNo, RunNo};
use heard::domain::person::{Independence, Role};
use heard::domain::procedure::{StageKey, StageKind};
use heard::domain::text::Words;
use proptest::prelude::*;
use uuid::Uuid;

use crate::db_kit::{CLERK, HAZEL, HEAD, PEOPLE, Plot, World, contact, day, monday, words, world};

const FILE: FileId = FileId(Uuid::from_u128(77));

fn world_with_a_file() -> World {
    let world = world();
    let file = StoredFile {
        id: FILE,
        sha256: "ab".repeat(32),
        bytes: 12,
        media_type: "application/pdf".into(),
        created_at: monday(),
        scan: Scan::NotScanned,
    };
    world.db.write(move |tx| files::add(tx, &file, Stay::OnACase, b"%PDF-1.7 abc")).unwrap();
    world
}

/// Something of every kind that can happen, told by three numbers.
fn happening(kind: usize, n: u16, person: usize) -> Event {
    let person = PEOPLE[person % PEOPLE.len()];
    let (run, no) = (RunNo(1 + n % 2), 1 + n % 3);
    let text = |what: &str| words(&format!("{what} {n} é👩‍👧"));
    match kind {
        0 => Event::NoteAdded { words: text("note") },
        1 => Event::Acknowledged { run, summary: None, unresolved: None, wanted: None, message: None },
        2 => Event::MeetingArranged {
            no: MeetingNo(no),
            at: monday(),
            minutes: 30,
            place: text("room"),
            staff: vec![person],
            sequence: u32::from(n),
        },
        3 => Event::MeetingCancelled { no: MeetingNo(no), sequence: 1, reason: text("snow") },
        4 => Event::MeetingRecorded {
            no: Some(MeetingNo(no)),
            held_on: day(1),
            present: text("all"),
            said: text("much"),
            agreed: None,
        },
        5 => Event::FindingRecorded {
            run,
            point: PointNo(1),
            finding: Finding::PartlyUpheld,
            reasons: Some(text("why")),
            policy_reference: None,
            replaces: Some(Finding::Upheld),
        },
        6 => Event::Replied {
            run,
            message: text("reply"),
            steps_taken: None,
            actions: None,
            last_date: Some(day(9)),
            to_subject: Some(text("to them")),
            to_subjects: [(person, text("to one of them"))].into(),
        },
        7 => Event::DeadlineMoved {
            no: DeadlineNo(no),
            to: Due::On(day(u64::from(n))),
            why: Moved::Extended(text("ill")),
        },
        8 => Event::DeadlineMoved { no: DeadlineNo(no), to: Due::Paused, why: Moved::Paused },
        9 => Event::DeadlineMoved {
            no: DeadlineNo(no),
            to: Due::CalendarMissing(day(200)),
            why: Moved::Resumed,
        },
        10 => Event::Suspended { reason: text("police"), authority: text("head"), review_on: day(30) },
        11 => Event::Resumed { reason: None },
        12 => Event::PanelAppointed {
            run,
            members: vec![PanelMember {
                person,
                independence: Independence::Independent,
                reason: Some(text("outsider")),
            }],
            chair: person,
            reserves: vec![person],
            reason: Some(text("one of them taught the child")),
            passed_over: None,
        },
        13 => Event::HearingScheduled {
            run,
            date: HearingDate { at: monday(), place: text("hall"), basis: HearingBasis::Agreed, sequence: 0 },
            reason: None,
        },
        14 => Event::HearingRecorded {
            run,
            held: Held {
                held_on: day(3),
                present: vec![person],
                complainant: Attendance::InAbsence(text("tried twice")),
                companion: CompanionRule::Alone,
                companion_name: None,
                minutes: text("minutes"),
            },
        },
        15 => Event::SubjectMarked {
            subject: Subject { role: SubjectRole::Staff, name: Some(text("Mr X")), person: Some(person) },
            reason: None,
        },
        16 => Event::RemedyPromised {
            no: RemedyNo(n + 1),
            what: text("a fence"),
            owner: person,
            due_on: day(60),
        },
        17 => Event::RemedyDone { no: RemedyNo(no), evidence: text("photo") },
        18 => Event::ExternalContactRecorded {
            contact: ExternalContact {
                body: ExternalBodyKind::Ofsted,
                contacted_on: day(2),
                reference: None,
                words: text("asked"),
                stage_then: Some(StageKey("C1".into())),
            },
        },
        19 => Event::Redirected { points: vec![PointNo(1)], reason: RedirectReason::Admissions, words: None },
        20 => Event::Closed { reason: ClosedReason::Settled },
        21 => Event::Reopened { ground: ReopenReason::NewEvidence, reason: text("a letter") },
        22 => Event::Involved { person, involved_as: InvolvedAs::Consulted },
        23 => Event::Assigned {
            run,
            handler: Handler { role: Role::SeniorLeader, person: Some(person) },
            before: None,
            reason: None,
        },
        24 => Event::InformationAsked { question: text("when?") },
        25 => {
            Event::Settled { run, settled: vec![PointNo(1)], unsettled: vec![], words: None, heard_by: None }
        }
        26 => Event::WindowReminded { run, number: 1 },
        _ => Event::StageStarted {
            run: RunNo(2),
            stage: StageKey("F2".into()),
            stage_kind: StageKind::Panel,
            handler: Handler { role: Role::Clerk, person: Some(CLERK) },
            counts_from_on: None,
            cause: RunCause::Escalated {
                from: RunNo(1),
                why: text("not settled"),
                wanted: text("an apology"),
                skipped: vec![],
                skip_reason: None,
                late_cause: None,
            },
            points: vec![PointNo(1)],
            passed_over: None,
        },
    }
}

/// What can happen once only, so that numbers stay unique.
fn once() -> Vec<Event> {
    let document = Document {
        no: DocumentNo(1),
        file: FILE,
        name: words("letter.pdf"),
        media_type: "application/pdf".into(),
        bytes: 12,
        sha256: "ab".repeat(32),
        audience: Audience::Family,
        from: Some(PartyNo(1)),
        scan: Scan::NotScanned,
        added_by: None,
    };
    let party = Party {
        no: PartyNo(2),
        kind: PartyKind::Supporter,
        name: words("Sam"),
        email: None,
        phone: contact().phone,
        address: None,
        relationship: Relationship::Public,
        preferred_contact: None,
        language: None,
        adjustments: Some(words("a ramp")),
        safe_contact_note: None,
        ended: None,
        settled_in_part_after: None,
        helps: None,
        asked: None,
        joined: None,
    };
    vec![Event::DocumentAdded { document }, Event::PartyAdded { party, about: None, earlier_answers: None }]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    /// Replaying the events gives the stored case, and its rows are all that and nothing else. After
    /// every few events it is stored, so that rows are added, changed and taken away.
    #[test]
    fn the_stored_case_is_what_its_events_made(
        number in 1_u128..1_000_000,
        steps in prop::collection::vec((0_usize..28, 0_u16..9, 0_usize..5), 1..40),
    ) {
        let world = world_with_a_file();
        let mut story = Plot::new(number).raise();
        story.save(&world.db).unwrap();
        for event in once() {
            story.add(event);
        }
        let mut promised = std::collections::BTreeSet::new();
        for (count, (kind, n, person)) in steps.into_iter().enumerate() {
            // A remedy's number is given once.
            if kind == 16 && !promised.insert(n) {
                continue;
            }
            // A stage begins once with that number.
            if kind == 27 && story.case.runs.len() > 1 {
                continue;
            }
            story.add(happening(kind, n, person));
            if count % 3 == 0 {
                story.save(&world.db).unwrap();
            }
        }
        story.save(&world.db).unwrap();
        story.assert_stored(&world.db);
    }
}

#[test]
fn of_two_who_change_the_same_version_the_second_is_told() {
    let world = world();
    let mut story = Plot::new(1).raise();
    story.save(&world.db).unwrap();
    let seen = Seen::by_the_system(story.case.id);
    let early = world.db.read(|tx| cases::load(tx, seen)).unwrap().unwrap();
    story.add(Event::NoteAdded { words: words("first") }).save(&world.db).unwrap();

    let (case, before) = (early.case.clone(), early);
    let answer = world.db.write(move |tx| cases::advance(tx, &before, &case, &[]).map(drop));
    assert!(matches!(answer, Err(DbError::Stale)), "{answer:?}");
    story.assert_stored(&world.db);
}

/// Eight writers, each of whom loads, adds a note and stores until it worked: no note is lost.
#[test]
fn writers_who_try_again_lose_nothing() {
    let world = world();
    let mut story = Plot::new(1).raise();
    story.save(&world.db).unwrap();
    let id = story.case.id;
    std::thread::scope(|scope| {
        for _ in 0..8 {
            let db = world.db.clone();
            scope.spawn(move || while db.write(move |tx| add_note(tx, id)).is_err() {});
        }
    });
    let loaded = world.db.read(|tx| cases::load(tx, Seen::by_the_system(id))).unwrap().unwrap();
    assert_eq!(loaded.case.length, story.case.length + 8);
}

fn add_note(tx: &mut heard::db::Tx, id: heard::domain::ids::CaseId) -> Result<(), DbError> {
    use heard::domain::case::event::{Actor, Recorded};
    use heard::domain::case::evolve::evolve;
    use heard::domain::record;
    let before = cases::load(tx, Seen::by_the_system(id))?.unwrap();
    std::thread::yield_now();
    let stamp = record::stamp(before.case.length, monday(), day(0), Actor::Clock);
    let event = Event::NoteAdded { words: words("mine") };
    let mut case = before.case.clone();
    evolve(&mut case, &stamp, &event);
    let sealed =
        record::seal(id, before.end.head, &Recorded { stamp, event }, None, &mut || [1; 16]).unwrap();
    cases::advance(tx, &before, &case, &[sealed]).map(drop)
}

/// R71: the record grows and never changes, whoever holds the database.
#[test]
fn the_record_and_the_settings_log_refuse_to_be_changed() {
    let world = world();
    Plot::new(1).raise().save(&world.db).unwrap();
    world
        .db
        .write(|tx| {
            heard::db::logs::log_setting(
                tx,
                &heard::db::logs::SettingChanged {
                    at: monday(),
                    person: Some(HEAD),
                    school: Some(HAZEL),
                    what: "phone".into(),
                    before: None,
                    after: Some("1".into()),
                },
            )
        })
        .unwrap();
    for statement in [
        "UPDATE case_events SET payload = '{}'",
        "DELETE FROM case_events WHERE seq = 2",
        "UPDATE settings_log SET what = 'nothing'",
        "DELETE FROM settings_log",
    ] {
        let refused = by_hand(&world, statement).unwrap_err();
        assert!(refused.contains("append-only"), "{statement}: {refused}");
    }
    let every = heard::db::logs::SettingsSearch::default();
    let logged = world.db.read(|tx| heard::db::logs::settings(tx, &[Some(HAZEL)], &every, 9));
    assert_eq!(logged.unwrap().len(), 1);
}

/// As somebody who has the database file or its password.
fn by_hand(world: &World, statement: &str) -> Result<(), String> {
    let done = match world.database.file() {
        Some(file) => SqliteConnection::establish(file.to_str().unwrap()).unwrap().batch_execute(statement),
        None => PgConnection::establish(world.database.url()).unwrap().batch_execute(statement),
    };
    done.map_err(|error| error.to_string())
}

/// A text that is taken out is gone from record and rows, and the chain is whole.
#[test]
fn a_removed_text_is_gone_everywhere_and_the_chain_holds() {
    let world = world();
    let mut story = Plot::new(1).raise();
    story.save(&world.db).unwrap();
    let seen = Seen::by_the_system(story.case.id);
    let texts = world.db.read(|tx| events::sealed(tx, seen)).unwrap().remove(0).texts;
    world
        .db
        .write(move |tx| {
            for text in &texts {
                events::remove_text(tx, seen, 1, text.slot)?;
            }
            cases::refresh(tx, seen)
        })
        .unwrap();
    let loaded = world.db.read(|tx| cases::load(tx, seen)).unwrap().unwrap();
    assert_eq!(loaded.case.points[0].what_happened, Words::Removed);
    story.case = loaded.case;
    story.assert_stored(&world.db);
    let rows = world.db.read(|tx| CaseRows::read(tx, seen)).unwrap().unwrap();
    assert!(!format!("{rows:?}").contains("bus"));
}

#[test]
fn the_sweep_finds_what_is_open_and_due_school_by_school() {
    let world = world();
    let plots = [
        Plot { due_on: day(1), ..Plot::new(1) },
        Plot { due_on: day(3), ..Plot::new(2) },
        Plot { due_on: day(1), school: crate::db_kit::MARSH, ..Plot::new(3) },
    ];
    for plot in &plots {
        let mut story = plot.raise();
        story.add(plot.deadline(3, DeadlineRule::Window, Due::On(day(2))));
        story.add(plot.deadline(4, DeadlineRule::Outcome, Due::CalendarMissing(day(300))));
        story.save(&world.db).unwrap();
    }
    let due = |rules: &[DeadlineRule], from, before| {
        let rules = rules.to_vec();
        let found = world.db.read(|tx| cases::open_deadlines(tx, HAZEL, &rules, from, before)).unwrap();
        found.into_iter().map(|one| (one.case, one.rule, one.on)).collect::<Vec<_>>()
    };
    let both = [DeadlineRule::Acknowledge, DeadlineRule::Window];
    let first = (plots[0].id(), DeadlineRule::Acknowledge, day(1));
    assert_eq!(due(&both, None, day(2)), [first]);
    assert_eq!(
        due(&both, Some(day(2)), day(3)),
        [(plots[0].id(), DeadlineRule::Window, day(2)), (plots[1].id(), DeadlineRule::Window, day(2))]
    );
    let missing = world.db.read(|tx| cases::awaiting_calendar(tx, HAZEL)).unwrap();
    assert_eq!(missing.len(), 2);
    assert!(missing.iter().all(|one| one.on == day(300) && one.rule == DeadlineRule::Outcome));
}

#[test]
fn a_deadline_that_was_met_is_swept_no_more() {
    let world = world();
    let mut story = Plot { due_on: day(1), ..Plot::new(1) }.raise();
    story.save(&world.db).unwrap();
    let overdue = || {
        let rules = DeadlineRule::ALL;
        world
            .db
            .read(|tx| cases::open_deadlines(tx, HAZEL, &rules, None, day(0) + Days::new(2)))
            .unwrap()
            .len()
    };
    assert_eq!(overdue(), 1);
    story
        .add(Event::Acknowledged {
            run: RunNo(1),
            summary: None,
            unresolved: None,
            wanted: None,
            message: None,
        })
        .save(&world.db)
        .unwrap();
    assert_eq!(overdue(), 0);
}

#[test]
fn a_family_is_found_by_its_address_however_it_is_written() {
    let world = world();
    Plot::new(1).raise().save(&world.db).unwrap();
    let found = world.db.read(|tx| cases::of_complainant(tx, HAZEL, "JO@example.ORG")).unwrap();
    assert_eq!(found, [(Plot::new(1).id(), PartyNo(1), Plot::new(1).reference())]);
    assert_eq!(world.db.read(|tx| cases::of_complainant(tx, HAZEL, "other@example.org")).unwrap(), []);
}
