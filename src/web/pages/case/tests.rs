//! The pages of a believable case, rendered, checked, and written to a folder for the browser.

use std::fs;
use std::path::PathBuf;

use askama::Template;
use serde_json::{Value, json};
use uuid::Uuid;

use super::Sight;
use super::act::{ActionPage, AsksFirst, ConfirmPage, Letter, Plan, StalePage, asks_first};
use super::done::done_notice;
use super::log::{LogPage, SchoolChoice, log_fields, question_of, read_log};
use super::show::{CasePage, Delivery, MessageRow, ToDo};
use crate::domain::case::action::Action;
use crate::domain::case::command::{Complainant, Intake};
use crate::domain::case::event::Actor;
use crate::domain::case::timeline::story::{
    CLERK, COORDINATOR, DEPUTY, HEAD, Story, TEACHER, instant, intake,
};
use crate::domain::case::timeline::{Voice, voice_of};
use crate::domain::case::vocabulary::{Channel, Flag, Relationship};
use crate::domain::ids::PersonId;
use crate::domain::notice::{Recipient, notices};
use crate::domain::text::first_line;
use crate::urls;
use crate::web::assets;
use crate::web::form::{FieldProblem, pairs_of, read};
use crate::web::page::{Desk, Help, ModeBanner, Shell, SignedIn};
use crate::web::pages::case::asked::AskedPage;
use crate::web::pages::outbox::row::Undo;
use crate::web::parts::{Here, Link, NavItem};

const TEACHER_ACTS: Actor = Actor::Person(TEACHER);
const HEAD_ACTS: Actor = Actor::Person(HEAD);
const CLERK_ACTS: Actor = Actor::Person(CLERK);
const COORDINATOR_ACTS: Actor = Actor::Person(COORDINATOR);

pub(crate) fn shell() -> Shell {
    let nav = |text: &'static str, href: &'static str, here| NavItem {
        link: Link::new(text, href),
        here,
        count: None,
    };
    let desk = Desk {
        signed_in: Some(SignedIn {
            name: "Amara Okafor".into(),
            sign_out: urls::SIGN_OUT.into(),
            csrf: "token".into(),
        }),
        nav: vec![
            nav("Home", urls::HOME, Here::Elsewhere),
            nav("Cases", urls::CASES, Here::ThisPage),
            nav("Log a call", urls::NEW_CASE, Here::Elsewhere),
        ],
        switch: None,
    };
    let help = Help {
        phone: Some("0117 496 0123".into()),
        email: Some("office@hazel-lane.example".into()),
        hours: Some("School days, 8:15am to 4pm".into()),
        note: None,
        ..Help::new("Help with Heard")
    };
    let mut shell = Shell::staff("Case", desk, help);
    shell.school = Some("Hazel Lane Primary School".into());
    shell.mode = Some(ModeBanner {
        name: "Demo".into(),
        text: "The school, the people and the concerns are made up.".into(),
        link: None,
    });
    shell
}

fn seen(stop: &str, at: &str, person: crate::domain::ids::PersonId) -> Story {
    Story::until(stop).seen_by(at, Actor::Person(person))
}

fn with<R>(story: &Story, look: impl FnOnce(&Sight<'_>) -> R) -> R {
    let ctx = story.ctx();
    look(&Sight { case: &story.case, record: &story.record, ctx: &ctx })
}

fn messages() -> Vec<MessageRow> {
    let row = |to: &str, subject: &str, text: &str, delivery, detail: Option<&str>| MessageRow {
        to: to.into(),
        subject: subject.into(),
        text: text.into(),
        written: super::show::written_at(instant("2026-10-02T09:32")),
        delivery,
        detail: detail.map(str::to_owned),
        href: "/outbox/1".into(),
        undo: (delivery == Delivery::Waiting).then(|| Undo {
            send_to: "/outbox/1/call-back".into(),
            until: "2 October 2026 at 9:32am".into(),
            csrf: "token".into(),
        }),
        to_do: match delivery {
            Delivery::Failed | Delivery::ToBePosted => ToDo::Yes,
            _ => ToDo::No,
        },
        print: (delivery == Delivery::ToBePosted).then(|| "/outbox/1/letter".into()),
    };
    vec![
        row(
            "Farah Osman <farah@osman.example>",
            "Hazel Lane: we are looking at your concern",
            "Dear Farah Osman,\n\nI have read everything that you sent. Could we meet next week?\n\nAmara Okafor\nHeadteacher",
            Delivery::Sent,
            Some("Sent 2 October 2026 at 9:33am"),
        ),
        row(
            "Yusuf Osman <yusuf@osman.example>",
            "Hazel Lane: we are looking at your concern",
            "Dear Yusuf Osman,",
            Delivery::Failed,
            Some("The address does not exist. Ring them, and correct the address"),
        ),
        row(
            "Farah Osman <farah@osman.example>",
            "Hazel Lane: a meeting (4F7K-92MX)",
            "Dear Farah Osman,",
            Delivery::Waiting,
            None,
        ),
        row(
            "Ewa Nowak (no email address)",
            "Hazel Lane: our answer",
            "Dear Ewa Nowak,",
            Delivery::ToBePosted,
            Some("There is no email address: print it and post it"),
        ),
    ]
}

fn case_page(story: &Story) -> String {
    with(story, |sight| match voice_of(sight.case, sight.ctx.actor) {
        Voice::AskedToSit => AskedPage::new(shell(), sight).render().unwrap(),
        Voice::Staff | Voice::Panel | Voice::Complainant(_) => {
            CasePage::new(shell(), sight, messages()).render().unwrap()
        }
    })
}

fn action_page(story: &Story, action: Action) -> String {
    with(story, |sight| ActionPage::new(shell(), sight, action, &[], &[], "token").render().unwrap())
}

fn reply_pairs(story: &Story) -> Vec<(String, String)> {
    let fields = crate::domain::case::fields::fields(Action::Reply, &story.case, &story.ctx());
    pairs_of(
        &fields,
        &json!({"message": "You were right.\n\nTwo sessions a week begin on 3 November.", "actions": "Two sessions a week"}),
    )
}

fn confirm_page(story: &Story) -> String {
    let after = Story::until("head_answered");
    with(story, |sight| {
        let letters = vec![Letter {
            name: "Farah Osman".into(),
            address: Some("farah@osman.example".into()),
            subject: "Hazel Lane: our answer (4F7K-92MX)".into(),
            text: "Dear Farah Osman,\n\nYou were right.\n\nIf it is not settled, you can ask the chair of governors to look at it until 13 November 2026.\n\nAmara Okafor\nHeadteacher".into(),
        }];
        let plan = Plan { after: &after.case, new: &[], letters, undo_seconds: 30, left: None };
        ConfirmPage::new(shell(), sight, Action::Reply, &reply_pairs(story), plan, "token").render().unwrap()
    })
}

fn stale_page() -> String {
    stale_page_for(HEAD)
}

fn stale_page_for(reader: PersonId) -> String {
    let story = seen("found", "2026-10-20T15:00", reader);
    let seen = story.case.length - 3;
    with(&story, |sight| {
        StalePage::new(shell(), sight, Action::Reply, seen, &reply_pairs(&story), "token").render().unwrap()
    })
}

fn school() -> Vec<SchoolChoice> {
    vec![SchoolChoice { slug: "hazel-lane".into(), name: "Hazel Lane Primary School".into() }]
}

fn now() -> chrono::NaiveDateTime {
    "2026-10-02T09:32:00".parse().unwrap()
}

/// S3, S4: legal moves are verbs that lead somewhere; what is missing for the next is told; the rest is listed
/// with its reason, and has no link.
#[test]
fn s3_s4_moves_are_links_and_the_others_have_their_reason() {
    let story =
        seen("formal_acknowledged", "2026-11-19T10:00", crate::domain::case::timeline::story::OFFICER);
    let html = case_page(&story);
    let href = |action| format!("href=\"{}\"", urls::case_action(&story.case.reference, action));
    assert!(html.contains(&href(Action::RecordFinding)));
    assert!(!html.contains(&href(Action::Reply)), "a point has no finding yet");
    assert!(html.contains("There is no finding yet for point 1"), "{html}");
    assert!(html.contains("What cannot be done from here, and why"));
    let (next, done) = (html.find("What’s next").unwrap(), html.rfind("What’s done").unwrap());
    assert!(next < done);
}

/// S6: note and message differ in address, frame, heading and button; the note's button comes first.
#[test]
fn s6_a_note_and_a_message_cannot_be_mistaken() {
    let story = seen("head_acknowledged", "2026-10-02T10:00", HEAD);
    let note = action_page(&story, Action::AddNote);
    assert!(note.contains("heard-form--private") && !note.contains("heard-form--family"));
    assert!(note.contains("the family will not see this") && note.contains("Save the note"));
    let message = action_page(&story, Action::SendMessage);
    assert!(message.contains("heard-form--family") && !message.contains("heard-form--private"));
    assert!(message.contains("Farah Osman and Yusuf Osman will read this"));
    assert!(message.contains("Check the message before it goes"));
    let page = case_page(&story);
    assert!(page.find("Add an internal note") < page.find("Send a message to the family"));
}

/// S5: recipient in full, the text as it will be read, what happens to the dates, one way back.
#[test]
fn s5_what_leaves_is_shown_before_it_leaves() {
    let html = confirm_page(&seen("found", "2026-10-21T15:00", HEAD));
    for words in [
        "To Farah Osman &lt;farah@osman.example&gt;",
        "you can ask the chair of governors to look at it until 13 November 2026",
        "New date. Last date to take it further: 13 November 2026.",
        "Reply: done.",
        "For 30 seconds you can still call the message back",
        "name=\"confirmed\"",
        "name=\"change\"",
    ] {
        assert!(html.contains(words), "{words}: {html}");
    }
    // Carried along whole: the blank line too.
    assert!(html.contains("value=\"You were right.\n\nTwo sessions a week begin on 3 November.\""));
}

/// A case at which somebody of the staff can do that action: until which step of the story, when, who, with which
/// words. None for what time alone does.
fn occasion(action: Action) -> Option<(Story, &'static str, Actor, Value)> {
    let until = Story::until;
    let late = || {
        let long_ago = Some("2026-01-12".parse().unwrap());
        Story::raised(&Intake { last_incident_on: long_ago, ..intake() })
    };
    let spoken = || {
        let intake = Intake { channel: Channel::Phone, ..intake() };
        Story::raised_by(Actor::Person(COORDINATOR), &intake)
    };
    let for_another = || {
        let mut raised = intake();
        if let Complainant::Known(contact) = &mut raised.complainant {
            contact.relationship = Relationship::ThirdParty;
        }
        Story::raised(&raised)
    };
    let asked_for_data = || {
        let flags = [Flag::DataProtection].into();
        Story::raised(&Intake { flags, ..intake() })
    };
    let promised = || {
        until("head_acknowledged").does(
            "2026-10-02T11:00",
            HEAD_ACTS,
            "add_action",
            json!({"what": "A weekly call", "owner": DEPUTY.to_string(), "due_on": "2026-11-06"}),
        )
    };
    let paused = || {
        until("acknowledged").does(
            "2026-09-16T10:00",
            COORDINATOR_ACTS,
            "suspend",
            json!({"reason": "The police look first", "authority": "The police", "review_on": "2026-10-05"}),
        )
    };
    let members: Vec<String> = [21, 22, 23].map(|id| PersonId(Uuid::from_u128(id)).to_string()).to_vec();
    let (teacher, head, clerk, coordinator) = (TEACHER_ACTS, HEAD_ACTS, CLERK_ACTS, COORDINATOR_ACTS);
    Some(match action {
        Action::Lapse | Action::AnswerConsent => return None,
        Action::Accept => (
            late(),
            "2026-09-15T09:00",
            head,
            json!({"answers": [{"reason": "late", "words": "It is still going on"}]}),
        ),
        Action::RefuseLate => (
            late(),
            "2026-09-15T09:00",
            head,
            json!({"consideration": "We read it all", "reason": "Nobody is left who was there"}),
        ),
        Action::Redirect => (
            until("raised"),
            "2026-09-15T09:00",
            coordinator,
            json!({"points": [1, 2], "reason": "admissions"}),
        ),
        Action::ConfirmConcern => (
            spoken(),
            "2026-09-15T09:00",
            coordinator,
            json!({"written_down": "put_right", "words": "It was the Tuesday", "heard_by": "On the phone today"}),
        ),
        Action::AskConsent => (
            for_another(),
            "2026-09-15T09:00",
            coordinator,
            json!({"name": "Petra Ash", "email": "petra@family.example", "agrees_for": "child"}),
        ),
        Action::RecordConsent => (
            for_another(),
            "2026-09-15T09:00",
            coordinator,
            json!({"given_by": "His mother", "given_on": "2026-09-14", "how": "letter"}),
        ),
        Action::KeepOnRecord => (
            Story::raised(&Intake { complainant: Complainant::AnonymousOnPurpose, ..intake() }),
            "2026-09-15T09:00",
            head,
            json!({"reason": "Nothing in it can be looked into"}),
        ),
        Action::CloseWithoutConsent => {
            (for_another(), "2026-09-15T09:00", coordinator, json!({"asked": "In writing, twice"}))
        }
        Action::ReviewRefusal => (
            late().does(
                "2026-09-15T09:00",
                head,
                "refuse_late",
                json!({"consideration": "We read it all", "reason": "Nobody is left who was there"}),
            ),
            "2026-09-18T09:00",
            Actor::Person(PersonId(Uuid::from_u128(13))),
            json!({"outcome": "stands", "reasons": "They had months to tell us"}),
        ),
        Action::MarkAtRisk => (
            until("acknowledged"),
            "2026-09-16T10:00",
            coordinator,
            json!({"reason": "He is afraid to go home"}),
        ),
        Action::MoveSchool => (
            until("raised").beside_another(),
            "2026-09-15T09:00",
            coordinator,
            json!({"school": Uuid::from_u128(99).to_string(), "reason": "It was on their playground"}),
        ),
        Action::Assign => {
            (until("raised"), "2026-09-15T09:00", coordinator, json!({"handler": DEPUTY.to_string()}))
        }
        Action::Acknowledge => (until("raised"), "2026-09-15T08:40", teacher, json!({})),
        Action::AskInformation => {
            (until("acknowledged"), "2026-09-16T08:40", teacher, json!({"question": "Which days?"}))
        }
        Action::GiveInformation => {
            (until("asked"), "2026-09-18T08:40", coordinator, json!({"answer": "Tuesdays"}))
        }
        Action::ArrangeMeeting => (
            until("head_acknowledged"),
            "2026-10-05T10:05",
            head,
            json!({"at": "2026-10-08T15:30:00", "minutes": 40, "place": "The library"}),
        ),
        Action::CancelMeeting => {
            (until("meeting"), "2026-10-06T10:00", head, json!({"reason": "The library floods"}))
        }
        Action::RecordMeeting => (
            until("meeting"),
            "2026-10-08T16:45",
            head,
            json!({"held_on": "2026-10-08", "present": "All", "said": "Much"}),
        ),
        Action::Extend => (
            until("council"),
            "2026-10-12T09:10",
            head,
            json!({"new_due_on": "2026-10-21", "reason": "Her answer is needed"}),
        ),
        Action::RecordFinding => (
            until("extended"),
            "2026-10-20T14:00",
            head,
            json!({"point": 1, "finding": "upheld", "reasons": "The register shows it"}),
        ),
        Action::Reply => (
            until("found"),
            "2026-10-21T15:20",
            head,
            json!({"message": "You were right", "steps_taken": "I read it all", "actions": "Two calls"}),
        ),
        Action::Settle => (
            until("answered"),
            "2026-09-25T10:00",
            teacher,
            json!({"settled": [1], "heard_by": "At the gate", "party": 1}),
        ),
        Action::Escalate => (
            until("answered"),
            "2026-09-28T10:00",
            coordinator,
            json!({"points": [1], "why": "It went on", "wanted": "A plan"}),
        ),
        Action::Withdraw => {
            (until("acknowledged"), "2026-09-16T10:00", teacher, json!({"confirmation": "Their email"}))
        }
        Action::Suspend => (
            until("acknowledged"),
            "2026-09-16T10:00",
            coordinator,
            json!({"reason": "The police look first", "authority": "The police", "review_on": "2026-10-05"}),
        ),
        Action::Resume => (paused(), "2026-09-21T10:00", coordinator, json!({})),
        Action::AppointPanel => (
            until("panel_asked"),
            "2026-12-11T10:00",
            clerk,
            json!({"members": members, "chair": members[0]}),
        ),
        Action::DeclareInterest => (
            until("panel_appointed"),
            "2026-12-12T10:00",
            Actor::Person(PersonId(uuid::Uuid::from_u128(21))),
            json!({"declared": "interest", "interest": "I know the family"}),
        ),
        Action::ScheduleHearing => (
            until("panel_appointed"),
            "2026-12-14T10:00",
            clerk,
            json!({"at": "2027-01-19T16:00:00", "place": "The town hall", "basis": "agreed"}),
        ),
        Action::CirculatePapers => {
            (until("paper_added"), "2027-01-08T10:00", clerk, json!({"documents": [1]}))
        }
        Action::RecordHearing => (
            until("papers_out"),
            "2027-01-20T10:00",
            clerk,
            json!({"held_on": "2027-01-19", "present": members, "complainant": "attended", "companion": "alone", "minutes": "Four pages"}),
        ),
        Action::IssueFindings => (
            until("panel_found"),
            "2027-01-25T10:00",
            clerk,
            json!({"message": "The panel upholds it", "recommendations": "None"}),
        ),
        Action::Close => (
            until("issued"),
            "2027-01-28T10:00",
            clerk,
            json!({"distribution": [
                {"recipient": "complainant", "sent_on": "2027-01-25"}, {"recipient": "subject", "not_applicable": "Nobody"},
                {"recipient": "proprietor", "sent_on": "2027-01-25"}, {"recipient": "headteacher", "sent_on": "2027-01-25"}],
                "action_taken": "A rota for calls"}),
        ),
        Action::CloseUnreasonable => (
            until("head_answered"),
            "2026-10-23T10:00",
            head,
            json!({"tests": {"every_step_taken": "Yes", "position_and_options_given": "In May", "same_points_again": "Nine letters"},
                "letter": "We do not answer this again", "review_on": "2027-03-01"}),
        ),
        Action::Reopen => (
            until("closed"),
            "2027-02-01T10:00",
            head,
            json!({"ground": "new_evidence", "reason": "A photo turned up"}),
        ),
        Action::RecordExternalContact => (
            until("acknowledged"),
            "2026-09-16T10:00",
            teacher,
            json!({"body": "council", "contacted_on": "2026-09-16", "words": "They asked how far we are"}),
        ),
        Action::AddNote => {
            (until("acknowledged"), "2026-09-16T10:00", teacher, json!({"words": "Rang back"}))
        }
        Action::SendMessage => {
            (until("acknowledged"), "2026-09-16T10:00", teacher, json!({"words": "We look into it"}))
        }
        Action::AddDocument => (
            until("acknowledged"),
            "2026-09-16T10:00",
            teacher,
            json!({"file": Uuid::from_u128(7).to_string(), "name": "plan.pdf", "media_type": "application/pdf",
                "bytes": 10, "sha256": "ab".repeat(32), "audience": "family"}),
        ),
        Action::AddParty => (
            until("asked"),
            "2026-09-17T16:10",
            coordinator,
            json!({"party": "complainant", "about": "Reading support at school", "contact": {"name": "Yusuf Osman", "email": "yusuf@osman.example", "relationship": "parent"}}),
        ),
        Action::AddHelper => (
            until("asked"),
            "2026-09-17T16:10",
            coordinator,
            json!({"name": "Ana Ruiz", "email": "ana@ruiz.example", "helps_as": "supporter", "may": "read",
                "consent": "Farah's call of today"}),
        ),
        Action::EndHelper => (
            until("asked").does(
                "2026-09-17T16:05",
                coordinator,
                "add_helper",
                json!({"name": "Ana Ruiz", "email": "ana@ruiz.example", "helps_as": "supporter", "may": "read",
                    "consent": "Farah's call of today"}),
            ),
            "2026-09-17T16:10",
            coordinator,
            json!({"helper": 1}),
        ),
        Action::CorrectContact => {
            (until("asked"), "2026-09-17T16:10", coordinator, json!({"phone": "07700 900 321"}))
        }
        Action::Recuse => (
            until("acknowledged"),
            "2026-09-16T08:40",
            teacher,
            json!({"reason": "knows_the_family", "words": "Her mother is my sister"}),
        ),
        Action::MarkSubject => (
            until("acknowledged"),
            "2026-09-16T10:00",
            coordinator,
            json!({"person": TEACHER.to_string(), "role": "class_teacher"}),
        ),
        Action::AddAction => (
            until("head_acknowledged"),
            "2026-10-02T11:00",
            head,
            json!({"what": "A weekly call", "owner": DEPUTY.to_string(), "due_on": "2026-11-06"}),
        ),
        Action::CompleteAction => {
            (promised(), "2026-10-09T11:00", head, json!({"action": 1, "evidence": "It is done"}))
        }
        Action::TakeOut => (
            until("acknowledged"),
            "2026-09-16T10:00",
            coordinator,
            json!({"entry": 1, "words": "two weeks", "reason": "It names another child"}),
        ),
        Action::TakeOutFile => (
            until("acknowledged").does(
                "2026-09-16T10:00",
                teacher,
                "add_document",
                json!({"file": Uuid::from_u128(7).to_string(), "name": "plan.pdf", "media_type": "application/pdf",
                    "bytes": 10, "sha256": "ab".repeat(32), "audience": "family"}),
            ),
            "2026-09-16T11:00",
            coordinator,
            json!({"document": 1, "reason": "It shows another child"}),
        ),
        Action::MeetDuty => (
            asked_for_data(),
            "2026-09-15T09:00",
            head,
            json!({"duty": 1, "message": "Here is what we hold about Finn."}),
        ),
    })
}

/// S5: every action that sends something to somebody asks first; each is done here, and what leaves is counted.
#[test]
fn s5_nothing_that_is_sent_goes_without_asking() {
    let mut quiet = Vec::new();
    for action in Action::all() {
        let Some((before, at, actor, body)) = occasion(action) else { continue };
        let (case, from) = (before.case.clone(), before.record.len());
        let after = before.does(at, actor, action.key(), body);
        let told = notices(Some(&case), &after.record[from..], &after.case, &after.ctx());
        if told.is_empty() {
            quiet.push(action);
        } else {
            let kinds: Vec<_> = told.iter().map(|notice| notice.kind.key()).collect();
            assert_eq!(asks_first(action), AsksFirst::Yes, "{action:?} sends {kinds:?}");
        }
    }
    // What stays in school. A file has a page of its own that asks where the family is to open it.
    assert_eq!(
        quiet,
        [
            Action::RecordConsent,
            Action::KeepOnRecord,
            Action::RecordFinding,
            Action::RecordExternalContact,
            Action::AddNote,
            Action::AddDocument,
            Action::CompleteAction,
            Action::TakeOut,
            Action::TakeOutFile
        ]
    );
    assert_eq!(asks_first(Action::AddNote), AsksFirst::No, "a note is saved at once");
}

/// S7: the green box after an action says who was written to, and names the family only where it was.
#[test]
fn s7_the_green_box_says_who_is_told_and_nobody_else() {
    let mut untrue = Vec::new();
    for action in Action::all() {
        let Some((before, at, actor, body)) = occasion(action) else {
            assert!(done_notice(action.key(), &[]).is_none(), "{action:?} happens unseen");
            continue;
        };
        let (case, from) = (before.case.clone(), before.record.len());
        let after = before.does(at, actor, action.key(), body);
        let told = notices(Some(&case), &after.record[from..], &after.case, &after.ctx());
        let said = done_notice(action.key(), &[]).unwrap_or_else(|| panic!("{action:?} says nothing"));
        let said = said.text.to_string();
        let says = |words: &[&str]| words.iter().any(|words| said.contains(words));
        let of_somebody = says(&["told", "get", "goes to", "sent to"]);
        let of_family =
            of_somebody && says(&["amily", "verybody", "oth sides", "Whoever complains", "Whoever is asked"]);
        let family = told.iter().any(|notice| matches!(notice.to, Recipient::Party(_)));
        if (of_family, of_somebody) != (family, !told.is_empty()) {
            let kinds: Vec<_> = told.iter().map(|notice| notice.kind.key()).collect();
            untrue.push(format!("{action:?}: {said} {kinds:?}"));
        }
    }
    assert_eq!(untrue, Vec::<String>::new());
}

/// R27: a member finds their declaration first of all they can do, and reads nobody else's; the clerk reads all of them.
#[test]
fn r27_a_member_of_the_panel_is_asked_to_declare_on_the_page_of_the_case() {
    let member = PersonId(uuid::Uuid::from_u128(21));
    let asked = case_page(&seen("panel_appointed", "2026-12-12T10:00", member));
    assert!(asked.contains("Declare an interest, or that there is none"), "{asked}");
    // 9.3: names only, and nothing that anybody said, found or wrote.
    let (names, words) = with(&seen("panel_appointed", "2026-12-12T10:00", member), |sight| {
        let case = sight.case;
        let names: Vec<String> = case.complainants().map(|party| party.name.to_string()).collect();
        let said = case.points.iter().map(|point| point.what_happened.to_string());
        let why =
            case.runs.iter().flat_map(|run| run.answers.iter().filter_map(|answer| answer.reasons.as_ref()));
        (names, said.chain(why.map(ToString::to_string)).collect::<Vec<_>>())
    });
    assert!(!words.is_empty() && names.iter().all(|name| asked.contains(name.as_str())), "{asked}");
    assert!(!words.iter().any(|words| asked.contains(first_line(words, 30).as_str())), "{asked}");
    assert!(!asked.contains("Messages") && !asked.contains("Who had a part"), "{asked}");
    let declared = Story::until("panel_appointed").does(
        "2026-12-12T10:00",
        Actor::Person(member),
        "declare_interest",
        json!({"declared": "interest", "interest": "I know the family well"}),
    );
    let own = case_page(&declared);
    assert!(own.contains("The clerk decides whether the panel changes"), "{own}");
    assert!(!own.contains("I know the family well"), "{own}");
    let clerk = declared.seen_by("2026-12-12T11:00", Actor::Person(CLERK));
    let told = with(&clerk, |sight| sight.ctx.directory.name(member).to_owned());
    let page = case_page(&clerk);
    assert!(page.contains(&format!("There is something to declare: {told} (")), "{page}");
    assert!(page.contains("). Not declared yet: "), "{page}");
    // Once nothing stands in the way the case opens, without what is never a panel's: nothing is called empty.
    let opened = case_page(&Story::until("panel_appointed").does(
        "2026-12-12T10:00",
        Actor::Person(member),
        "declare_interest",
        json!({"declared": "nothing"}),
    ));
    assert!(
        opened.contains("id=\"points\"") && !opened.contains("No message has been written yet"),
        "{opened}"
    );
    assert!(!opened.contains("Who had a part"), "{opened}");
}

/// E17: a letter that is to be posted is never called a message that did not arrive, and can be printed from the case.
#[test]
fn a_letter_to_be_posted_is_printed_from_its_case() {
    let html = case_page(&Story::until("head_answered"));
    let letter = html.split("A letter is to be posted").nth(1).expect("it stands there");
    let section = letter.split("</section>").next().unwrap();
    assert!(section.contains("goes by post") && section.contains("href=\"/outbox/1/letter\""), "{section}");
    assert!(!section.contains("did not reach"), "{section}");
}

/// E17: whoever has no email address is told by a letter, and the page says who posts it.
#[test]
fn an_answer_that_no_mail_carries_is_checked_as_a_letter_to_be_posted() {
    let story = Story::until("found");
    let after = Story::until("head_answered");
    let check = with(&story, |sight| {
        let letters = vec![Letter {
            name: "Farah Osman".into(),
            address: None,
            subject: "Our answer".into(),
            text: "Dear Farah Osman".into(),
        }];
        let plan = Plan { after: &after.case, new: &[], letters, undo_seconds: 30, left: None };
        ConfirmPage::new(shell(), sight, Action::Reply, &reply_pairs(&story), plan, "token").render().unwrap()
    });
    assert!(check.contains("Save it, for the post") && check.contains("post it"), "{check}");
    assert!(!check.contains("call the message back"), "a letter cannot be called back: {check}");
}

/// S5, S19: what goes out on each point is read before it goes, and that nothing was found is said.
#[test]
fn the_check_page_of_a_reply_lists_every_point() {
    let story = seen("head_acknowledged", "2026-10-05T10:05", HEAD);
    let after = Story::until("head_answered");
    let check = with(&story, |sight| {
        let plan = Plan { after: &after.case, new: &[], letters: Vec::new(), undo_seconds: 30, left: None };
        ConfirmPage::new(shell(), sight, Action::Reply, &reply_pairs(&story), plan, "token").render().unwrap()
    });
    assert!(check.contains("What the family is told on each point"));
    assert!(check.contains("No finding yet"), "{check}");
    assert!(
        !confirm_page(&Story::until("found")).contains("No finding yet"),
        "every point has its finding there"
    );
}

/// S9: both versions are shown, and what was typed goes along.
#[test]
fn s9_a_form_that_comes_too_late_shows_both_versions() {
    let html = stale_page();
    assert!(html.contains("You changed this case yourself meanwhile, in another tab or window"));
    let other = stale_page_for(CLERK);
    assert!(other.contains("Amara Okafor changed this case while you were writing"), "{other}");
    assert!(html.contains("Finding on point 1: partly upheld"), "what happened meanwhile");
    assert!(html.contains("Two sessions a week begin on 3 November."), "what was written");
    assert!(html.contains("name=\"message\""), "and it goes along");
}

/// R20: needs and safe-contact notes stand before anything else, and again where somebody is about to ring.
#[test]
fn r20_needs_and_safe_contact_notes_are_shown_first() {
    let story = seen("head_acknowledged", "2026-10-02T10:00", HEAD);
    let html = case_page(&story);
    let mind = html.find("Do not leave voicemail").unwrap();
    assert!(mind < html.find("id=\"next\"").unwrap());
    assert!(html.contains("Large print, and time to read"));
    assert!(action_page(&story, Action::ArrangeMeeting).contains("Large print, and time to read"));
}

/// E15, S31: messages have a state in words; dates have their working.
#[test]
fn e15_s31_messages_and_dates_tell_where_they_stand() {
    let html = case_page(&seen("extended", "2026-10-20T10:00", HEAD));
    for words in [
        "The address does not exist",
        "Failed",
        "How we worked out 21 October 2026",
        "It was put off by 4 school days",
        "Was 15 October 2026. Put off on 12 October 2026",
        "1 school day left",
    ] {
        assert!(html.contains(words), "{words}");
    }
    let listed = html.split("id=\"messages\"").nth(1).unwrap();
    assert!(listed.contains(">A meeting</span>"), "school and reference stand above: {listed}");
}

/// S19: the page shows the policy that a finding rests on, and what a stage that has answered found as a whole.
#[test]
fn s19_the_page_shows_the_policy_and_the_outcome_of_each_stage() {
    let finding = json!({"point": 1, "finding": "partly_upheld", "reasons": "Sessions were missed",
        "policy_reference": "Reading policy, section 3"});
    let found = Story::until("extended").does("2026-10-20T14:00", HEAD_ACTS, "record_finding", finding);
    let html = case_page(&found);
    assert!(html.contains("Policy or rule: Reading policy, section 3"), "{html}");
    let whole = |html: &str| {
        let list = html.split("What each stage found as a whole").nth(1)?.split("</ul>").next()?;
        Some((list.matches("<li>").count(), list.contains("Partly upheld")))
    };
    assert_eq!(whole(&html), Some((1, false)), "the head has not answered yet: only the teacher has");
    let answer = json!({"message": "You were right in part", "actions": "Two calls"});
    let answered = found.does("2026-10-21T15:20", HEAD_ACTS, "reply", answer);
    assert_eq!(whole(&case_page(&answered)), Some((2, true)));
}

/// S31: a date that no rule made says who chose it, and when.
#[test]
fn s31_a_date_set_by_hand_says_who_set_it() {
    let (story, at, actor, body) = occasion(Action::AddAction).unwrap();
    let promised = story.does(at, actor, "add_action", body);
    assert!(case_page(&promised).contains("Set by hand: Amara Okafor, on 2 October 2026"));
    let (story, at, actor, body) = occasion(Action::Suspend).unwrap();
    let paused = case_page(&story.does(at, actor, "suspend", body));
    assert!(
        paused.contains("Set by hand: Dev Shah, on 16 September 2026"),
        "the day of its review: {paused}"
    );
}

/// P10: a form that comes back keeps what was typed, with the same words at the field and in the summary.
#[test]
fn p10_a_form_that_comes_back_says_the_same_twice() {
    let story = seen("head_acknowledged", "2026-10-02T10:00", HEAD);
    let problem = FieldProblem { name: "place".into(), words: "Write an answer: where?".into() };
    let typed = vec![("at-day".to_owned(), "31".to_owned()), ("minutes".to_owned(), "<b>".to_owned())];
    let html = with(&story, |sight| {
        ActionPage::new(shell(), sight, Action::ArrangeMeeting, &typed, &[problem], "token").render().unwrap()
    });
    assert_eq!(html.matches("Write an answer: where?").count(), 2);
    assert!(html.contains("<title>Error: Arrange a meeting"));
    assert!(html.contains("value=\"31\"") && html.contains("value=\"&#60;b&#62;\""));
}

/// S1: what is needed for a receipt and a deadline is read from six answers; the agreed words become a note.
#[test]
fn s1_a_call_is_logged_with_few_answers() {
    let typed: Vec<(String, String)> = [
        ("name", "Joan Reyes"),
        ("reach", "07700 900456"),
        ("relationship", "parent"),
        ("child", "Mia"),
        ("what", "Her PE bag was taken twice."),
        ("agreed", "I ring her on Friday."),
        ("risk", "no"),
        ("channel", "phone"),
        ("received_at-day", "2"),
        ("received_at-month", "10"),
        ("received_at-year", "2026"),
        ("received_at-time", "9:15am"),
        ("csrf", "token"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .to_vec();
    let logged = read_log(&school(), now(), &typed).unwrap();
    assert_eq!(
        logged.concern,
        json!({"kind": "concern", "complainant": {"name": "Joan Reyes", "relationship": "parent", "phone": "07700 900456"},
            "points": [{"what_happened": "Her PE bag was taken twice."}], "child": {"name": "Mia"}})
    );
    assert_eq!(logged.agreed.as_deref(), Some("Agreed when it was logged: I ring her on Friday."));
    let late = read_log(&school(), "2026-10-01T09:00:00".parse().unwrap(), &typed).unwrap_err();
    assert_eq!(late[0].name, "received_at");
    let missing = read_log(&school(), now(), &[]).unwrap_err();
    assert_eq!(missing.len(), 7, "{missing:?}");
}

/// A6, P10: whatever the use case says about a call stands at the question that it is about, and each of those
/// questions is on the form.
#[test]
fn a6_what_is_said_about_a_call_stands_at_its_question() {
    let names: Vec<String> = log_fields(&school()).into_iter().map(|field| field.name).collect();
    for (pointer, question) in [
        ("complainant/name", "name"),
        ("complainant/phone", "reach"),
        ("complainant/email", "reach"),
        ("complainant/relationship", "relationship"),
        ("child/name", "child"),
        ("child/year_group", "year_group"),
        ("points/0/what_happened", "what"),
        ("about/0/role", "about_role"),
        ("about/0/name", "about_name"),
        ("received_at", "received_at"),
        ("received_on", "received_at"),
        ("", "what"),
    ] {
        assert_eq!(question_of(pointer), question, "{pointer}");
        assert!(names.iter().any(|name| name == question), "{question} is asked");
    }
}

/// A closed case, a case that nobody has, and every step of the story can be shown to everybody who may act.
#[test]
fn every_moment_of_a_case_has_a_page() {
    for stop in [
        "raised",
        "asked",
        "answered",
        "meeting",
        "met",
        "formal",
        "panel_asked",
        "hearing_set",
        "heard",
        "closed",
    ] {
        for person in [TEACHER, HEAD, CLERK] {
            let story = seen(stop, "2027-02-01T10:00", person);
            let html = case_page(&story);
            assert!(html.contains(story.case.reference.as_str()));
            for action in Action::all() {
                action_page(&story, action);
            }
        }
    }
}

/// A browser sends line breaks as two signs; they come back as one, and the confirm page carries them whole.
#[test]
fn line_breaks_of_browsers_are_kept_as_one() {
    let story = seen("found", "2026-10-21T15:00", HEAD);
    let fields = crate::domain::case::fields::fields(Action::AddNote, &story.case, &story.ctx());
    let typed = vec![("words".to_owned(), "one\r\n\r\ntwo".to_owned())];
    assert_eq!(read(&fields, &typed), Ok(json!({"words": "one\n\ntwo"})));
}

/// No page has a script or a style inline, an asterisk, or the address of somebody else's machine (P5, P41).
#[test]
fn p41_no_page_has_anything_inline() {
    for (name, html) in pages() {
        for never in ["<style", " style=", " onclick=", "javascript:", "https://"] {
            assert!(!html.contains(never), "{name} has {never}");
        }
        assert_eq!(html.matches("<h1").count(), 1, "{name}");
    }
}

fn pages() -> Vec<(&'static str, String)> {
    let head = |stop, at| seen(stop, at, HEAD);
    let working = head("head_acknowledged", "2026-10-02T10:00");
    let problems =
        vec![FieldProblem { name: "at".into(), words: "February 2027 has 28 days. Check the day".into() }];
    let typed = vec![
        ("at-day".to_owned(), "31".to_owned()),
        ("at-month".to_owned(), "2".to_owned()),
        ("at-year".to_owned(), "2027".to_owned()),
    ];
    let broken = with(&working, |sight| {
        ActionPage::new(shell(), sight, Action::ArrangeMeeting, &typed, &problems, "token").render().unwrap()
    });
    let panel = seen("issued", "2027-01-26T10:00", CLERK);
    let late = head("head_acknowledged", "2026-10-20T10:00");
    vec![
        ("case-head.html", case_page(&head("found", "2026-10-20T15:00"))),
        ("case-late.html", case_page(&late)),
        ("case-new.html", case_page(&seen("raised", "2026-09-15T08:00", TEACHER))),
        ("case-panel.html", case_page(&panel)),
        ("case-closed.html", case_page(&head("closed", "2027-02-01T10:00"))),
        ("act-note.html", action_page(&working, Action::AddNote)),
        ("act-message.html", action_page(&working, Action::SendMessage)),
        ("act-meeting.html", broken),
        ("act-finding.html", action_page(&working, Action::RecordFinding)),
        ("act-close.html", action_page(&panel, Action::Close)),
        ("act-person.html", action_page(&working, Action::AddParty)),
        ("confirm.html", confirm_page(&head("found", "2026-10-21T15:00"))),
        ("stale.html", stale_page()),
        ("log.html", LogPage::empty(shell(), &school(), now(), "token").render().unwrap()),
        ("home.html", crate::web::pages::list::tests::home().render().unwrap()),
        (
            "list.html",
            crate::web::pages::list::tests::list("q=reading&state=open&sort=received").render().unwrap(),
        ),
        ("list-none.html", crate::web::pages::list::tests::nothing().render().unwrap()),
    ]
}

/// Leaves the pages where the browser checks find them, beside the gallery.
#[test]
fn the_pages_are_written_for_the_browser() {
    let folder: PathBuf = std::env::temp_dir().join("heard-gallery").join("desk");
    fs::create_dir_all(folder.join("assets")).unwrap();
    for (name, html) in pages() {
        fs::write(folder.join(name), html).unwrap();
    }
    for address in [assets::CSS, assets::JS, assets::ICON] {
        let name = address.strip_prefix("/assets/").unwrap();
        let (_, content) = assets::find(name).unwrap();
        fs::write(folder.join("assets").join(name), content).unwrap();
    }
    assert!(folder.join("case-head.html").exists());
}
