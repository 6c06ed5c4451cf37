//! The whole table of domain.md 9.2, copied here in its own words, so that a slip in `action.rs` shows.

use std::collections::BTreeSet;

use super::super::action::{Action, TABLE};
use super::super::event::Actor;
use super::super::refusal::RefusalCode;
use super::super::state::Standing;
use super::super::vocabulary::{Finding, HearingBasis, Kind, ScreeningReason, SubjectRole};
use super::kit::commands::*;
use super::kit::*;
use crate::domain::ids::PartyNo;

/// `action | by | from`, as domain.md 9.2 has it. The last lines are its row for keeping the record, with
/// the sentence below the table: "No action leaves closed but reopen, `record_external_contact`, notes and
/// actions." `raise` has no row here: it makes the case.
const AS_WRITTEN: &str = "
    accept                  | O, K, A       | screening
    redirect                | O, H, K       | screening, open
    refuse_late             | A             | screening
    assign                  | O, K, A       | screening, open, hearing
    acknowledge             | H, O          | open.new
    ask_information         | H             | open
    give_information        | C, S          | open
    arrange_meeting         | H, O          | open
    cancel_meeting          | H, O          | open
    record_meeting          | H             | open
    extend                  | H, O          | open, hearing
    record_finding          | H             | open
    record_finding          | K             | hearing.heard
    reply                   | H             | open
    settle                  | C, S          | replied
    escalate                | C, S          | replied, open
    lapse                   | T             | replied
    withdraw                | C, S          | any but closed
    suspend                 | O, K, A       | open, replied, hearing
    resume                  | O, K, A       | suspended
    appoint_panel           | K             | hearing.requested
    schedule_hearing        | K             | hearing.appointed, hearing.scheduled, hearing.papers_out
    circulate_papers        | K             | hearing.scheduled
    record_hearing          | K             | hearing.papers_out
    issue_findings          | K             | hearing.heard
    close                   | K, O, A       | hearing.decided
    close_unreasonable      | A             | open, replied
    reopen                  | A             | closed
    record_external_contact | S, H, O, K, A | any
    add_note                | S, H, O, K, A | any
    send_message            | C, S, H, O, K, A | any but closed
    add_document            | C, S, H, O, K, A | any but closed
    add_party               | S, H, O, K, A | any but closed
    mark_subject            | S, H, O, K, A | any but closed
    add_action              | H, O, K, A    | any
    complete_action         | S, H, O, K, A | any
";

/// Where we go further than the table, and why. (`close` goes further too; its own test is below.)
const WIDER: &str = "
    acknowledge             | H, O, K       | hearing.requested
    acknowledge             | H, O          | open.working, open.awaiting_information, open.meeting_booked
    accept                  | L             | screening
    redirect                | L             | screening, open
    assign                  | L             | open, hearing
    suspend                 | L             | open, replied, hearing
    resume                  | L             | suspended
    appoint_panel           | K             | hearing.appointed, hearing.scheduled, hearing.papers_out
";
// hearing.requested: the panel stage has `ack 5` of its own (9.1), and the clerk gives it.
// open.*: whoever asks, meets or rings before acknowledging leaves open.new, and the acknowledgement is
// still owed; without this it could never be given.
// L: the safeguarding lead takes over the safeguarding parts (2.4, 4.4), where a child may be at risk.
// appoint_panel: a member who declares something, or an objection, is dealt with before the hearing (R27, R28).

/// Where we are narrower, and why.
const NARROWER: [(&str, &[Standing]); 3] = [
    // Nothing can be given to anybody before there is a stage: accepting makes it and routes it.
    ("assign", &[Standing::Screening]),
    // There is a question to answer only while one waits. Anything else from the family is a message.
    ("give_information", &[Standing::OpenNew, Standing::OpenWorking, Standing::OpenMeetingBooked]),
    // A decided hearing owes no date that could be put off.
    ("extend", &[Standing::HearingDecided]),
];

struct Row {
    action: Action,
    by: BTreeSet<char>,
    from: BTreeSet<Standing>,
}

fn rows() -> Vec<Row> {
    AS_WRITTEN.lines().chain(WIDER.lines()).filter(|line| !line.trim().is_empty()).map(row).collect()
}

fn row(line: &str) -> Row {
    let mut cells = line.split('|').map(str::trim);
    let (name, by, from) = (cells.next().unwrap(), cells.next().unwrap(), cells.next().unwrap());
    let narrower = NARROWER.iter().find(|(narrowed, _)| *narrowed == name).map_or(&[][..], |row| row.1);
    Row {
        action: Action::from_key(name).unwrap_or_else(|| panic!("no action {name}")),
        by: by.split(", ").map(|letter| letter.chars().next().unwrap()).collect(),
        from: from.split(", ").flat_map(places).filter(|place| !narrower.contains(place)).collect(),
    }
}

/// The standings that a word of the table means.
fn places(word: &str) -> Vec<Standing> {
    let any = || Standing::ALL.into_iter();
    match word {
        "any" => any().collect(),
        "any but closed" => any().filter(|standing| *standing != Standing::Closed).collect(),
        _ => {
            let (state, phase) =
                word.split_once('.').map_or((word, None), |(state, phase)| (state, Some(phase)));
            let found: Vec<_> = any()
                .filter(|standing| standing.state_key() == state)
                .filter(|standing| phase.is_none() || standing.phase_key() == phase)
                .collect();
            assert!(!found.is_empty(), "no standing {word}");
            found
        }
    }
}

/// A case at that standing, with everything done that the guards of its moves ask for where they can all be
/// met at once. The stage is C3 with a governor, who is no member of staff, so that H stands by itself.
fn story_at(standing: Standing) -> Story {
    let late = || Story::in_(World::trust()).raise(intake().last_happened("2026-05-01"));
    let screened = || late().by_person(OFFICE).does(mark(YEAR_5_TEACHER, SubjectRole::ClassTeacher));
    let at_c3 = || {
        screened()
            .by_person(COORDINATOR)
            .does(accept(&[ScreeningReason::Late]))
            .by_person(YEAR_4_TEACHER)
            .does(reply())
            .by_family()
            .does(escalate(&[1, 2]))
            .by_person(HEAD)
            .does(reply())
            .by_family()
            .does(escalate(&[1, 2]))
            .by_person(COORDINATOR)
            .does(assign(GOVERNOR_1))
            .by_person(GOVERNOR_1)
    };
    let requested = || {
        at_c3()
            .does(reply())
            .by_family()
            .does(escalate(&[1, 2]))
            .at("F1", TRUST_OFFICER)
            .by_person(TRUST_OFFICER)
            .does(find(1, Finding::Upheld))
            .does(find(2, Finding::NotUpheld))
            .does(reply_formally())
            .by_family()
            .does(escalate(&[1, 2]))
            .by_person(CLERK)
            .does(document())
    };
    let papers_out = || {
        requested()
            .does(good_panel())
            .does(hear_at("2026-09-25T14:00:00", HearingBasis::Agreed))
            .does(papers())
    };
    let heard = || papers_out().on("2026-09-25").does(heard_on("2026-09-25"));
    let answered = || heard().does(find(1, Finding::Upheld)).does(find(2, Finding::NotUpheld));
    match standing {
        Standing::Screening => screened(),
        // The reply is overdue for long enough, so that it may be escalated from `open` (9.1).
        Standing::OpenNew => at_c3().later(20),
        Standing::OpenWorking => at_c3().does(met_on("2026-09-07")).later(20),
        Standing::OpenAwaitingInformation => at_c3().does(ask()).later(20),
        Standing::OpenMeetingBooked => at_c3().does(meet_at("2026-09-14T16:00:00")).later(20),
        Standing::Replied => at_c3().does(reply()),
        Standing::HearingRequested => requested(),
        Standing::HearingAppointed => requested().does(good_panel()),
        Standing::HearingScheduled => {
            requested().does(good_panel()).does(hear_at("2026-09-25T14:00:00", HearingBasis::Agreed))
        }
        Standing::HearingPapersOut => papers_out(),
        Standing::HearingHeard => answered(),
        Standing::HearingDecided => answered().does(issue()),
        Standing::Suspended => at_c3().by_person(COORDINATOR).does(suspend_until("2026-12-01")),
        Standing::Closed => at_c3().by_family().does(withdraw()),
    }
}

/// Who tries, and the letters that they are in that case. The teacher who is complained about is staff with
/// a post, and none of them all the same (R22).
fn letters(standing: Standing) -> Vec<(Actor, &'static str)> {
    let at_panel = standing.state_key() == "hearing";
    let screening = standing == Standing::Screening;
    vec![
        (Actor::Complainant(PartyNo(1)), "C"),
        (Actor::Complainant(PartyNo(9)), ""),
        (Actor::Public, ""),
        (Actor::Clock, "T"),
        (Actor::Person(OFFICE), "S"),
        (Actor::Person(GOVERNOR_1), if at_panel || screening { "" } else { "H" }),
        (Actor::Person(COORDINATOR), "SO"),
        (Actor::Person(CLERK), if at_panel { "SHK" } else { "SK" }),
        (Actor::Person(HEAD), "SA"),
        (Actor::Person(CHAIR), "SA"),
        (Actor::Person(TRUST_OFFICER), "SOA"),
        (Actor::Person(YEAR_5_TEACHER), ""),
        (Actor::Person(GOVERNOR_2), ""),
        (Actor::Person(OUTSIDER), ""),
        (Actor::Person(ADMINISTRATOR), ""),
    ]
}

/// "A (head or chair, not subject)": there a trust officer is no A while one of them is clear.
fn is_letter_of(action: Action, actor: Actor, letter: char) -> bool {
    !(action == Action::RefuseLate && actor == Actor::Person(TRUST_OFFICER) && letter == 'A')
}

#[test]
fn every_action_from_every_standing_by_every_letter() {
    let rows = rows();
    let (mut allowed, mut tried) = (0, 0);
    for standing in Standing::ALL {
        let story = story_at(standing).stands(standing);
        for (actor, letters) in letters(standing) {
            let story = story.clone().by(actor);
            for action in Action::all() {
                tried += 1;
                let own = |row: &&Row| {
                    row.action == action
                        && row.by.iter().any(|by| letters.contains(*by) && is_letter_of(action, actor, *by))
                };
                let may = rows.iter().filter(own).any(|row| row.from.contains(&standing));
                let code = story.ready(action).err().map(|refusal| refusal.code);
                let by_the_table = !matches!(code, Some(RefusalCode::NotYours | RefusalCode::WrongState));
                assert_eq!(
                    by_the_table, may,
                    "{action:?} at {standing:?} by {actor:?} ({letters}): {code:?}"
                );
                if letters.is_empty() {
                    assert_eq!(code, Some(RefusalCode::NotYours), "{action:?} at {standing:?} by {actor:?}");
                }
                allowed += u32::from(by_the_table);
            }
        }
    }
    assert_eq!(tried, 14 * 15 * 35);
    assert!(allowed > 700, "{allowed} cells are allowed");
}

/// Moves that the table allows and a guard then holds back, in the stories above: each has its own test
/// elsewhere, and here stands that no other guard holds anything back.
#[test]
fn every_allowed_move_is_ready_but_for_these() {
    use Action::*;
    use RefusalCode::*;
    let held_back = [
        // C3 has no extension in 9.1 (R39).
        (Extend, BeyondCap),
        // The window is still open.
        (Lapse, WindowOver),
        // No meeting is booked.
        (CancelMeeting, NotOnCase),
        // Nothing was promised.
        (CompleteAction, NotOnCase),
    ];
    for standing in Standing::ALL {
        for (actor, _) in letters(standing) {
            let story = story_at(standing).by(actor);
            for action in Action::all() {
                match story.ready(action).map_err(|refusal| refusal.code) {
                    Ok(()) | Err(NotYours | WrongState) => {}
                    Err(code) => assert!(
                        held_back.contains(&(action, code)),
                        "{action:?} at {standing:?} by {actor:?}: {code:?}"
                    ),
                }
            }
        }
    }
}

#[test]
fn every_row_of_the_program_is_a_row_of_the_document() {
    let documented: BTreeSet<Action> = rows().iter().map(|row| row.action).collect();
    assert_eq!(documented, Action::all().collect());
    for row in TABLE {
        assert_eq!(Action::from_key(row.key), Some(row.action));
        assert_eq!(serde_json::to_value(row.action).unwrap(), row.key);
        assert!(!row.by.is_empty() && !row.from.is_empty(), "{}", row.key);
    }
}

/// Wider than the table: where the last stage has no panel (NI-2, SCO-2, LA-CODE), its reply is the end of
/// the procedure, and somebody must be able to close the case.
#[test]
fn close_also_after_the_reply_of_the_last_stage() {
    let story = Story::in_(World::on("NI-2"))
        .raise(intake())
        .at("1", HEAD)
        .by_person(HEAD)
        .does(find(1, Finding::Upheld))
        .does(find(2, Finding::NotUpheld))
        .does(reply_formally())
        .by_person(COORDINATOR)
        .refused(RefusalCode::WrongState, close())
        .by_family()
        .does(escalate(&[1, 2]))
        .at("2", CHAIR)
        .by_person(CHAIR)
        .does(find(1, Finding::Upheld))
        .does(find(2, Finding::NotUpheld))
        .does(reply_formally())
        .by_family()
        .refused(RefusalCode::LastStage, escalate(&[1]));
    for person in [COORDINATOR, CLERK, HEAD] {
        story.clone().by_person(person).does(close()).stands(Standing::Closed);
    }
    story.by_person(OFFICE).refused(RefusalCode::NotYours, close());
}

/// Wider than the table: feedback ends when it was read, at once, by its handler too (2.1).
#[test]
fn close_also_ends_feedback_from_open() {
    let feedback =
        Story::in_(World::trust()).raise(intake().of_kind(Kind::Feedback)).at("C1", YEAR_4_TEACHER);
    for person in [YEAR_4_TEACHER, COORDINATOR, CLERK, HEAD] {
        let closed = feedback.clone().by_person(person).does(close()).stands(Standing::Closed);
        assert_eq!(closed.kinds_since(closed.record.len() - 1), ["closed"]);
    }
    feedback.clone().by_person(OFFICE).refused(RefusalCode::NotYours, close());
    let concern = Story::raised();
    for person in [YEAR_4_TEACHER, COORDINATOR] {
        concern.clone().by_person(person).refused(RefusalCode::WrongState, close());
    }
}
