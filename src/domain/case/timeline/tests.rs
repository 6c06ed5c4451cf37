//! The two voices, on a case from its first word to its last.

use serde_json::json;

use super::story::{CLERK, FATHER, HEAD, MOTHER, SECRETS, Story, TEACHER};
use super::*;
use crate::domain::case::action::Action;
use crate::domain::case::event::Actor;
use crate::domain::deadline::Deadline;
use crate::domain::record::stamp;

fn told(story: &Story, voice: Voice) -> Vec<Entry> {
    timeline(&story.record, &story.case, &story.ctx(), voice)
}

/// Everything that a reader can read, in one text.
fn text(entries: &[Entry]) -> String {
    let block = |block: &Block| format!("  {}: {}\n", block.label.as_deref().unwrap_or(""), block.words);
    let entry = |entry: &Entry| {
        let body: String = entry.body.iter().map(block).collect();
        format!("{} | {} | {}\n{body}", entry.when(), entry.title, entry.by.as_deref().unwrap_or("-"))
    };
    entries.iter().map(entry).collect()
}

/// P18, P24, S45: the whole case as staff read it.
#[test]
fn the_whole_case_as_staff_read_it() {
    insta::assert_snapshot!(text(&told(&Story::until("closed"), Voice::Staff)));
}

/// P18, P24: the same case as the mother reads it.
#[test]
fn the_whole_case_as_the_mother_reads_it() {
    insta::assert_snapshot!(text(&told(&Story::until("closed"), Voice::Complainant(MOTHER))));
}

/// P18: the father, who was added later, learns nothing that the mother wrote.
#[test]
fn the_whole_case_as_the_father_reads_it() {
    insta::assert_snapshot!(text(&told(&Story::until("closed"), Voice::Complainant(FATHER))));
}

/// P18: staff secrets and the father stay out of the mother's reading at every moment; what the mother wrote
/// and where she is reached stay out of the father's.
#[test]
fn p18_no_complainant_reads_what_is_not_theirs_at_any_moment() {
    let story = Story::until("closed");
    for length in 1..=story.record.len() {
        let events = &story.record[..length];
        let mother = text(&timeline(events, &story.case, &story.ctx(), Voice::Complainant(MOTHER)));
        for secret in SECRETS {
            assert!(
                !mother.contains(secret),
                "after {length} events the mother reads \u{201c}{secret}\u{201d}"
            );
        }
        let father = text(&timeline(events, &story.case, &story.ctx(), Voice::Complainant(FATHER)));
        for secret in
            ["Farah", "farah@", "Tuesdays and Thursdays, since", "nobody rang", "Two calls did not come"]
        {
            assert!(
                !father.contains(secret),
                "after {length} events the father reads \u{201c}{secret}\u{201d}"
            );
        }
    }
    assert!(text(&told(&story, Voice::Complainant(FATHER))).contains("he and I live apart"), "his own words");
    assert!(text(&told(&story, Voice::Staff)).contains("the SENCO was away"), "staff read the note");
}

/// P24: the family reads roles, staff read names too.
#[test]
fn p24_the_family_reads_roles_and_never_names_of_staff() {
    let story = Story::until("closed");
    let mother = told(&story, Voice::Complainant(MOTHER));
    let by: Vec<&str> = mother.iter().filter_map(|entry| entry.by.as_deref()).collect();
    assert!(by.contains(&"headteacher") && by.contains(&"you") && by.contains(&"class teacher"));
    for name in ["Adeyemi", "Okafor,", "Price"] {
        assert!(!by.iter().any(|by| by.contains(name)));
    }
    let staff = told(&story, Voice::Staff);
    assert!(staff.iter().any(|entry| entry.by.as_deref() == Some("Amara Okafor, headteacher")));
    assert!(staff.iter().any(|entry| entry.by.as_deref() == Some("Farah Osman")));
}

/// Findings are told when they are sent, and not when they are written down.
#[test]
fn a_finding_reaches_the_family_with_the_answer() {
    let before = Story::until("found");
    let mother = text(&told(&before, Voice::Complainant(MOTHER)));
    assert!(!mother.contains("artly upheld"), "{mother}");
    let after = Story::until("head_answered");
    assert!(text(&told(&after, Voice::Complainant(MOTHER))).contains("Partly upheld. Sessions were missed"));
}

/// S45: the words use the school's clock.
#[test]
fn s45_times_read_by_the_schools_clock() {
    let story = Story::until("head_acknowledged");
    let last = told(&story, Voice::Staff).pop().unwrap();
    assert_eq!(last.when(), "2 October 2026 at 9:32am");
}

/// Notes, alerts and registers are marked; what was told to the family is not.
#[test]
fn internal_entries_are_marked_as_such() {
    let story = Story::until("head_answered");
    for entry in told(&story, Voice::Staff) {
        let seen = told(&story, Voice::Complainant(MOTHER)).iter().any(|own| own.seq == entry.seq)
            || told(&story, Voice::Complainant(FATHER)).iter().any(|own| own.seq == entry.seq);
        let unseen = matches!(entry.marker, Marker::Internal | Marker::ToCome);
        assert_eq!(unseen, !seen, "{}", entry.title);
        // The family reads a finding with the answer, so it is not called internal.
        assert_eq!(entry.marker == Marker::ToCome, entry.title.starts_with("Finding on"), "{}", entry.title);
    }
}

fn line(story: &Story) -> String {
    let steps = tracker(&story.case, story.ctx().procedure);
    let state = |step: &Step| match step.state {
        StepState::Done => "done",
        StepState::Current => "current",
        StepState::NotYet => "not yet",
        StepState::LeftOut => "left out",
    };
    let one = |step: &Step| {
        let parts: Vec<&str> = step.parts.iter().map(state).collect();
        if parts.is_empty() {
            state(step).to_owned()
        } else {
            format!("{} ({})", state(step), parts.join(", "))
        }
    };
    steps.iter().map(one).collect::<Vec<_>>().join(" > ")
}

/// P24, 9.0: F1 and F2 are one step with two parts, and every step is always there.
#[test]
fn p24_the_tracker_at_every_rung() {
    let rows = [
        ("raised", "current > not yet > not yet > not yet (not yet, not yet)"),
        ("escalated", "done > current > not yet > not yet (not yet, not yet)"),
        ("to_chair", "done > done > current > not yet (not yet, not yet)"),
        ("formal", "done > done > done > current (current, not yet)"),
        ("formal_answered", "done > done > done > current (current, not yet)"),
        ("panel_asked", "done > done > done > current (done, current)"),
        ("closed", "done > done > done > done (done, done)"),
    ];
    for (stop, expected) in rows {
        assert_eq!(line(&Story::until(stop)), expected, "{stop}");
    }
    let skipped = Story::until("head_answered").does(
        "2026-11-04T10:00",
        Actor::Complainant(MOTHER),
        "escalate",
        json!({"points": [1], "why": "No", "wanted": "A formal answer", "to_stage": "F1", "skip_reason": "I know the chair"}),
    );
    assert_eq!(line(&skipped), "done > done > left out > current (current, not yet)");
    let withdrawn = Story::until("escalated")
        .does("2026-10-02T09:00", Actor::Complainant(FATHER), "withdraw", json!({}))
        .does("2026-10-02T10:00", Actor::Complainant(MOTHER), "withdraw", json!({}));
    assert_eq!(line(&withdrawn), "done > done > left out > left out (left out, left out)");
}

/// The five answers, in order, as one text.
fn five(story: &Story, voice: Voice) -> String {
    let now = now_sentences(&story.case, &story.ctx(), voice);
    let mut lines = vec![now.where_is_it, now.who_has_it, now.what_happens_next, now.by_when];
    lines.extend(now.what_can_i_do.into_iter().map(|possible| {
        let action = possible.action.map_or("-", Action::key);
        let from = possible.from_on.map(|on| format!(" from {on}")).unwrap_or_default();
        format!("* {} [{action}{from}]", possible.words)
    }));
    lines.join("\n")
}

/// P23, P26, P28: what the mother is told at each moment.
#[test]
fn p23_the_five_answers_at_each_moment() {
    let moments = [
        ("raised", "2026-09-14T20:00"),
        ("asked", "2026-09-17T18:00"),
        ("answered", "2026-09-25T08:00"),
        ("head_acknowledged", "2026-10-02T18:00"),
        ("meeting", "2026-10-06T18:00"),
        ("extended", "2026-10-20T18:00"),
        ("panel_asked", "2026-12-10T18:00"),
        ("hearing_set", "2026-12-15T18:00"),
        ("heard", "2027-01-20T18:00"),
        ("closed", "2027-02-01T18:00"),
    ];
    let all: Vec<String> = moments
        .iter()
        .map(|(stop, at)| {
            let story = Story::until(stop).seen_by(at, Actor::Complainant(MOTHER));
            format!("== {stop}\n{}", five(&story, Voice::Complainant(MOTHER)))
        })
        .collect();
    insta::assert_snapshot!(all.join("\n\n"));
}

/// R14, P2: a family that fears for a child is told when it is read, and never to ring a school that is closed.
#[test]
fn r14_nobody_waits_for_a_school_that_is_closed() {
    let told = |at: &str, people: &[PersonId]| {
        let story = Story::until("acknowledged").seen_by(at, Actor::Public);
        let ctx = story.ctx();
        let event = Event::AlertRaised { flag: Flag::ChildAtRisk, people: people.to_vec() };
        let recorded = Recorded { stamp: stamp(story.case.length, ctx.now, ctx.today, Actor::Public), event };
        alert_words(&[recorded], &ctx).unwrap()
    };
    let (friday, saturday) = ("2026-09-18T10:00", "2026-09-19T10:00");
    assert!(
        told(friday, &[HEAD])
            .contains("They read it today or, if school is over, on Monday 21 September 2026.")
    );
    assert!(told(friday, &[]).contains("Call the school office."));
    let closed = told(saturday, &[HEAD]);
    assert!(
        closed.contains("opens again on Monday 21 September 2026. Count on it being read on that day"),
        "{closed}"
    );
    let nobody = told(saturday, &[]);
    assert!(nobody.contains("children\u{2019}s services") && !nobody.contains("school office"), "{nobody}");
}

/// P26, P27: to whom it goes and by when an answer comes, as it would be if it were sent now.
#[test]
fn p27_whoever_takes_it_further_reads_first_to_whom_it_goes_and_by_when() {
    let story = Story::until("head_answered");
    let now = story.ctx().now.naive_utc().format("%Y-%m-%dT%H:%M").to_string();
    let story = story.seen_by(&now, Actor::Complainant(MOTHER));
    let [to, by] = <[String; 2]>::try_from(if_taken_further(&story.case, &story.ctx())).unwrap();
    assert_eq!(to, "It goes to the chair of governors, at the step “The chair of governors looks into it”.");
    assert!(by.starts_with("If you send it today, you have an answer by ") && by.ends_with(" 2026."), "{by}");
    let closed = Story::until("closed").seen_by("2027-06-01T10:00", Actor::Complainant(MOTHER));
    assert_eq!(if_taken_further(&closed.case, &closed.ctx()), [] as [String; 0]);
}

/// P26: told before it opens; the button comes on the day.
#[test]
fn p26_the_next_step_is_told_before_it_opens_and_opens_on_its_day() {
    let at = |at: &str| {
        let story = Story::until("acknowledged").seen_by(at, Actor::Complainant(MOTHER));
        let now = now_sentences(&story.case, &story.ctx(), Voice::Complainant(MOTHER));
        now.what_can_i_do.into_iter().find(|possible| possible.action == Some(Action::Escalate)).unwrap()
    };
    let before = at("2026-09-16T10:00");
    assert_eq!(
        before.words,
        "If you have no answer, you can ask the headteacher to look at it from 5 October 2026. Our procedure leaves 5 \
         school days after the date of the answer, in case it is only a little late"
    );
    let opens = before.from_on.unwrap();
    let eve = at(&format!("{}T23:59", opens.pred_opt().unwrap()));
    assert_eq!(eve.from_on, Some(opens));
    let on_the_day = at(&format!("{opens}T00:00"));
    assert_eq!(on_the_day.from_on, None);
    assert!(on_the_day.words.starts_with("The answer is late."), "{}", on_the_day.words);
}

/// Staff are told names, and what they can do is what the rules let them do.
#[test]
fn staff_read_names_and_their_own_moves() {
    let head = Story::until("escalated").seen_by("2026-10-02T08:00", Actor::Person(HEAD));
    let now = five(&head, Voice::Staff);
    assert!(now.contains("Amara Okafor, headteacher") && now.contains("[reply]"), "{now}");
    let teacher = Story::until("escalated").seen_by("2026-10-02T08:00", Actor::Person(TEACHER));
    assert!(!five(&teacher, Voice::Staff).contains("[reply]"), "it is not the teacher's any more");
}

fn deadlines(story: &Story) -> Vec<(&Deadline, Option<Explained>)> {
    story
        .case
        .deadlines
        .iter()
        .map(|deadline| (deadline, explain(deadline, &story.case, &story.ctx())))
        .collect()
}

/// P25, S31: every dated deadline that counting made has a working, and it ends at the date that holds.
#[test]
fn p25_a_working_leads_to_the_date_that_holds() {
    let story = Story::until("closed");
    let mut told = Vec::new();
    for (deadline, explained) in deadlines(&story) {
        let explained = explained.unwrap_or_else(|| panic!("{:?} has no working", deadline.rule));
        assert_eq!(Some(explained.due_on), deadline.due.date());
        told.push(format!(
            "{}: {}\n  {}",
            deadline.rule.title(),
            explained.due_on,
            explained.steps.join("\n  ")
        ));
    }
    insta::assert_snapshot!(told.join("\n"));
}

/// S31: a date that a person set has no working, and none is made up.
#[test]
fn s31_a_date_set_by_a_person_has_no_invented_working() {
    let story = Story::until("escalated").does(
        "2026-10-05T09:00",
        Actor::Person(CLERK),
        "suspend",
        json!({"reason": "The police asked", "authority": "The trust", "review_on": "2026-10-12"}),
    );
    let by_hand =
        deadlines(&story).into_iter().find(|(deadline, _)| deadline.rule == DeadlineRule::Review).unwrap();
    assert!(by_hand.0.due.date().is_some() && by_hand.1.is_none());
}

/// R42: the days of a pause are in the working of the dates that they moved.
#[test]
fn r42_a_pause_is_shown_in_the_working() {
    let person = Actor::Person(CLERK);
    let story = Story::until("escalated")
        .does(
            "2026-10-05T09:00",
            person,
            "suspend",
            json!({"reason": "The police asked", "authority": "The trust", "review_on": "2026-10-12"}),
        )
        .does("2026-10-09T09:00", person, "resume", json!({}));
    let respond = deadlines(&story)
        .into_iter()
        .find(|(deadline, _)| deadline.rule == DeadlineRule::Respond && deadline.is_open())
        .unwrap();
    let steps = respond.1.unwrap().steps.join(" ");
    assert!(steps.contains("paused from Monday 5 October 2026 until Friday 9 October 2026"), "{steps}");
}

/// 2.4, 2.6: a member of the panel reads what both sides know, and nothing that one side or the school keeps to
/// itself; nor how the family is reached.
#[test]
fn a_panel_reads_what_both_sides_know() {
    let story = Story::until("closed");
    let read = told(&story, Voice::Panel);
    assert!(read.iter().any(|entry| entry.title.starts_with("Answer sent")), "{}", text(&read));
    for entry in &read {
        assert_ne!(entry.marker, Marker::Internal, "{}", entry.title);
        assert!(entry.body.iter().all(|block| block.marker != Marker::Internal), "{}", entry.title);
        assert!(!entry.title.starts_with("Message") && !entry.title.starts_with("File added"));
    }
    let staff = told(&story, Voice::Staff);
    assert!(read.len() < staff.len());
}
