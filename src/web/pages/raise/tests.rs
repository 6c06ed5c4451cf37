use askama::Template;
use chrono::NaiveDate;
use serde_json::json;

use crate::domain::case::timeline::begins_informally;
use crate::domain::case::vocabulary::{Flag, Kind, PreferredContact, RedirectReason};
use crate::urls;
use crate::web::field::Problem;
use crate::web::pages::family::Face;
use crate::web::pages::family::tests::{hazel_lane, on_holiday};
use crate::web::pages::files::size_words;
use crate::web::pages::read_aloud;
use crate::web::pages::typed::Typed;

use super::answer::{answer, answer_point, without_point};
use super::check::{answered_at, cards, sections};
use super::done::{DonePage, Sent};
use super::draft::{AboutWhom, Door, Draft, LastTime};
use super::pages::{
    AtRiskPage, BegunPage, CheckPage, FilesPage, Lost, LostPage, OwnRoutePage, PointsPage, QuestionPage,
    RemovePage,
};
use super::question::{Body, Question, Scene, Stop, Uploads, back, missing, next, path};
use super::show::{Around, ask, ask_point, title};
use crate::domain::phase::Phase;
use crate::domain::procedure::{StageKind, defaults};

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub(crate) fn scene() -> Scene {
    Scene {
        today: date("2026-10-15"),
        in_time_since: Some(date("2026-07-15")),
        body: Body::Trust,
        first_step: StageKind::Informal,
        files: Uploads::Taken(crate::app::files::FileLimits::default()),
        phase: Phase::Primary,
        time_bar: defaults().iter().find(|one| one.key == "MAT-SEED").unwrap().time_bar,
    }
}

fn typed(fields: &[(&str, &str)]) -> Typed {
    fields.iter().fold(Typed::default(), |typed, (name, value)| typed.with(name, *value))
}

fn told(draft: &Draft, question: Question, fields: &[(&str, &str)]) -> Draft {
    answer(draft, question, &typed(fields), scene())
        .unwrap_or_else(|problems| panic!("{question:?}: {problems:?}"))
}

fn refused(question: Question, fields: &[(&str, &str)]) -> Vec<String> {
    let problems = answer(&Draft::default(), question, &typed(fields), scene()).unwrap_err();
    problems.into_iter().map(|problem| format!("{}: {}", problem.field, problem.text)).collect()
}

/// Answers whatever comes next, as a parent with one concern would.
fn whole() -> Draft {
    let mut draft = Draft::default();
    while let Stop::Ask(question) = next(&draft, scene()) {
        if question == Question::Points {
            draft = answer_point(
                &draft,
                1,
                &typed(&[
                    ("what", "Reading support stopped in September and nobody told us."),
                    ("when", "September 2026"),
                    ("wanted", "A call"),
                ]),
            )
            .unwrap();
        }
        draft = told(&draft, question, fields(question));
    }
    draft
}

fn fields(question: Question) -> &'static [(&'static str, &'static str)] {
    match question {
        Question::Door => &[("door", "concern")],
        Question::OwnRoute => &[("own_route", "admissions")],
        Question::Kind => &[("kind", "concern")],
        Question::About => &[("about", "class_teacher"), ("about", "governors")],
        Question::AboutGovernors => &[("governors", "chair_of_governors")],
        Question::AboutTrust => &[("trust", "trustee")],
        Question::AboutNames => &[("name-class_teacher", "Mr Adeyemi")],
        Question::AboutChild => &[("about_child", "yes")],
        Question::Child => &[("child_name", "Ayaan Osman"), ("year_group", "Year 4")],
        Question::Last => &[("last-month", "sep"), ("last-year", "2026")],
        Question::Matters => &[("matters", "none")],
        Question::Relationship => &[("relationship", "parent")],
        Question::Name => &[("name", "Zoë O’Brien-Łukasz 王")],
        Question::Reach => &[("email", "zoe@Example.ORG"), ("phone", "01632 960 001")],
        Question::Preferred => &[("preferred", "phone")],
        Question::Language => &[("language", "en")],
        Question::AtRisk
        | Question::OwnRouteHelp
        | Question::Points
        | Question::Late
        | Question::Spoken
        | Question::Files
        | Question::SafeNote
        | Question::Adjustments => &[],
    }
}

/// P6, api.md: the answers are the body of the API, and nothing else.
#[test]
fn the_answers_become_the_body_of_the_api() {
    assert_eq!(
        whole().to_concern(scene().today),
        json!({
            "kind": "concern",
            "complainant": {
                "name": "Zoë O’Brien-Łukasz 王",
                "email": "zoe@example.org",
                "phone": "01632 960 001",
                "relationship": "parent",
                "preferred_contact": "phone",
                "language": "en",
            },
            "child": {"name": "Ayaan Osman", "year_group": "Year 4"},
            "points": [{
                "what_happened": "Reading support stopped in September and nobody told us.",
                "when": "September 2026",
                "wanted": "A call",
            }],
            "about": [{"role": "class_teacher", "name": "Mr Adeyemi"}, {"role": "chair_of_governors"}],
            "last_incident_on": "2026-09-30",
        })
    );
}

/// P3: each door leads to its own questions.
#[test]
fn each_door_leads_to_its_own_questions() {
    let through = |door: &str| path(&told(&Draft::default(), Question::Door, &[("door", door)]), scene());
    assert_eq!(through("at_risk")[1], Question::AtRisk);
    assert_eq!(through("own_route")[1], Question::OwnRoute);
    assert_eq!(through("concern")[1], Question::Kind);
    assert_eq!(through("not_sure")[1], Question::Relationship, "who is not sure is not asked the same again");
    assert_eq!(through("feedback")[1], Question::Relationship);
    for left_out in [Question::Kind, Question::Last, Question::Late, Question::Spoken, Question::Matters] {
        assert!(!through("feedback").contains(&left_out), "{left_out:?}");
    }
    let kinds = [("at_risk", Kind::Concern), ("feedback", Kind::Feedback), ("not_sure", Kind::NotSure)];
    for (door, kind) in kinds {
        assert_eq!(told(&Draft::default(), Question::Door, &[("door", door)]).kind(), kind);
    }
}

/// R14: a child at risk is flagged whichever way it was said, and the page that helps comes at once.
#[test]
fn a_child_at_risk_is_flagged_by_door_and_by_answer() {
    let by_door = told(&Draft::default(), Question::Door, &[("door", "at_risk")]);
    let by_answer = told(&whole(), Question::Matters, &[("matters", "child_at_risk")]);
    for draft in [by_door, by_answer] {
        assert_eq!(draft.to_concern(scene().today)["flags"]["child_at_risk"], true);
        assert_eq!(next(&draft, scene()), Stop::Ask(Question::AtRisk));
    }
}

/// Answers what the door for a child at risk asks, as somebody in a hurry would.
fn urgent() -> Draft {
    let mut draft = told(&Draft::default(), Question::Door, &[("door", "at_risk")]);
    while let Stop::Ask(question) = next(&draft, scene()) {
        draft = match question {
            Question::Points => answer_point(&draft, 1, &typed(&[("what", "He has bruises.")])).unwrap(),
            Question::About => told(&draft, question, &[("about", "other")]),
            Question::Name => told(&draft, question, &[("name", "Zoe"), ("relationship", "public")]),
            _ => told(&draft, question, fields(question)),
        };
    }
    draft
}

/// R14, P18: whoever fears for a child is asked what the safeguarding lead needs, in few pages, and nothing else.
#[test]
fn the_way_of_a_child_at_risk_is_short() {
    let draft = urgent();
    assert_eq!(
        path(&draft, scene()),
        [
            Question::Door,
            Question::AtRisk,
            Question::Points,
            Question::Child,
            Question::About,
            Question::AboutNames,
            Question::Name,
            Question::Reach,
        ]
    );
    let body = draft.to_concern(scene().today);
    assert_eq!(body["flags"]["child_at_risk"], true);
    assert_eq!(body["complainant"]["relationship"], "public");
    let both = answer(&urgent(), Question::Name, &Typed::default(), scene()).unwrap_err();
    assert_eq!(both.len(), 2, "name and connection are asked on one page");
    let unknown = told(&urgent(), Question::Child, &[]);
    assert_eq!(unknown.to_concern(scene().today).get("child"), None, "nobody has to know the name");
    let class = told(&urgent(), Question::Child, &[("year_group", "4B")]);
    let body = class.to_concern(scene().today);
    assert_eq!(body.get("child"), None);
    assert_eq!(body["points"][0]["what_happened"], "He has bruises.\n\nYear group or class: 4B");
    let named = told(&class, Question::Child, &[("child_name", "Idris"), ("year_group", "4B")]);
    let body = named.to_concern(scene().today);
    assert_eq!(body["child"]["year_group"], "4B");
    assert_eq!(body["points"][0]["what_happened"], "He has bruises.", "it is said once");
    let safely = [("phone", "01632 960 001"), ("safe_note", "Do not leave a voicemail")];
    let safely = told(&urgent(), Question::Reach, &safely).to_concern(scene().today);
    assert_eq!(safely["complainant"]["safe_contact_note"], "Do not leave a voicemail");
}

/// R14: said late, it still skips what can wait; what was answered before can be checked all the same.
#[test]
fn a_child_at_risk_who_is_told_late_skips_what_can_wait() {
    let mut draft = whole();
    let asked_before = path(&draft, scene()).len();
    draft = told(&draft, Question::Matters, &[("matters", "child_at_risk")]);
    assert_eq!(path(&draft, scene()).len(), asked_before + 1, "answers that were given stay to be checked");
    for waits in [Question::Files, Question::SafeNote, Question::Language, Question::Adjustments] {
        draft.answered.remove(&waits);
        assert!(!path(&draft, scene()).contains(&waits), "{waits:?}");
    }
    let changed = told(&whole(), Question::Door, &[("door", "at_risk")]);
    assert!(path(&changed, scene()).contains(&Question::Spoken), "what was said before can be changed");
}

/// A secondary school has no Reception, and its pupils have tutors.
#[test]
fn a_secondary_school_is_asked_about_in_its_own_words() {
    let face = hazel_lane();
    let page = |question, phase| {
        let around = Around { scene: Scene { phase, ..scene() }, ..around(&face) };
        QuestionPage::new(ask(question, &Draft::default(), None, Vec::new(), around)).render().unwrap()
    };
    let about = page(Question::About, Phase::Secondary);
    assert!(about.contains("The form tutor or a subject teacher") && !about.contains("class teacher"));
    assert!(page(Question::About, Phase::Either).contains("The class teacher or form tutor"));
    assert!(!page(Question::Matters, Phase::Secondary).contains("Reception"));
    assert!(page(Question::Matters, Phase::Either).contains("Reception"));
    assert!(page(Question::Child, Phase::Secondary).contains("For example Year 8 or 10C"));
}

/// P20: after a change the answers come straight back, unless the change opened a question.
#[test]
fn a_change_leads_straight_back_to_the_answers() {
    let draft = whole();
    assert_eq!(next(&told(&draft, Question::Name, &[("name", "Farah")]), scene()), Stop::Check);
    assert_eq!(back(&draft, Question::Name, scene()), Some(Stop::Check));
    let somebody_new = told(&draft, Question::About, &[("about", "headteacher")]);
    assert_eq!(next(&somebody_new, scene()), Stop::Ask(Question::AboutNames));
    let trust = told(&draft, Question::About, &[("about", "trust")]);
    assert_eq!(next(&trust, scene()), Stop::Ask(Question::AboutTrust));
    let governors_only = Scene { body: Body::Governors, ..scene() };
    assert!(!path(&trust, governors_only).contains(&Question::AboutTrust));
}

#[test]
fn back_leads_to_the_question_before_and_at_first_to_the_school() {
    let draft = told(&Draft::default(), Question::Door, &[("door", "concern")]);
    assert_eq!(back(&draft, Question::Door, scene()), None);
    assert_eq!(back(&draft, Question::Kind, scene()), Some(Stop::Ask(Question::Door)));
    let ticked = told(&whole(), Question::Matters, &[("matters", "child_at_risk")]);
    assert_eq!(back(&ticked, Question::AtRisk, scene()), Some(Stop::Ask(Question::Matters)));
    let from_the_door = told(&Draft::default(), Question::Door, &[("door", "at_risk")]);
    assert_eq!(back(&from_the_door, Question::AtRisk, scene()), Some(Stop::Ask(Question::Door)));
    assert_eq!(missing(&draft, scene())[0], Question::Kind);
}

/// R11: why it comes late is asked only when it does.
#[test]
fn lateness_is_asked_about_only_where_it_matters() {
    let late = told(&whole(), Question::Last, &[("last-month", "June"), ("last-year", "2026")]);
    assert_eq!(next(&late, scene()), Stop::Ask(Question::Late));
    let explained = told(&late, Question::Late, &[("late_reason", "I was in hospital")]);
    assert_eq!(next(&explained, scene()), Stop::Check);
    let recent = told(&explained, Question::Last, &[("last_is", "goes_on")]);
    assert_eq!(recent.to_concern(scene().today)["last_incident_on"], "2026-10-15");
    assert_eq!(recent.late_reason, None);
    let no_bar = Scene { in_time_since: None, ..scene() };
    assert!(!path(&late, no_bar).contains(&Question::Late));
}

/// P15: whole dates, months, years, and not knowing.
#[test]
fn dates_are_taken_as_exactly_as_people_know_them() {
    let rows: [(&[(&str, &str)], LastTime); 8] = [
        (&[("last-day", "27"), ("last-month", "3"), ("last-year", "26")], LastTime::On(date("2026-03-27"))),
        (&[("last-year", "25")], LastTime::InYear(date("2025-01-01"))),
        (&[("last-day", "27"), ("last-month", "3"), ("last-year", "2026")], LastTime::On(date("2026-03-27"))),
        (
            &[("last-day", "1"), ("last-month", "MARCH"), ("last-year", "2026")],
            LastTime::On(date("2026-03-01")),
        ),
        (&[("last-month", "Sept"), ("last-year", "2026")], LastTime::InMonth(date("2026-09-01"))),
        (&[("last-year", "2025")], LastTime::InYear(date("2025-01-01"))),
        (&[("last_is", "goes_on")], LastTime::GoesOn),
        (&[("last_is", "unknown")], LastTime::Unknown),
    ];
    for (fields, last) in rows {
        assert_eq!(told(&Draft::default(), Question::Last, fields).last, Some(last));
    }
    assert_eq!(LastTime::InMonth(date("2026-10-01")).latest(date("2026-10-15")), Some(date("2026-10-15")));
    assert_eq!(LastTime::InYear(date("2025-01-01")).latest(date("2026-10-15")), Some(date("2025-12-31")));
}

/// Bad input: 31 February, the year 20256, the future (P10, P11: how to put it right).
#[test]
fn a_date_that_cannot_be_says_how_to_put_it_right() {
    let rows: [(&[(&str, &str)], &str); 10] = [
        (
            &[("last-day", "1"), ("last-month", "2"), ("last-year", "99")],
            "Enter a date that is not in the future",
        ),
        (
            &[("last-day", "1"), ("last-month", "2"), ("last-year", "+6")],
            "Enter the year with four numbers, like 2026",
        ),
        (
            &[("last-day", "31"), ("last-month", "2"), ("last-year", "2026")],
            "Check the day: February 2026 has 28 days",
        ),
        (
            &[("last-day", "1"), ("last-month", "2"), ("last-year", "20256")],
            "Enter the year with four numbers, like 2026",
        ),
        (&[("last-day", "1"), ("last-year", "2026")], "Enter the month, like 3 or March"),
        (&[("last-month", "3")], "Enter the year, like 2026"),
        (
            &[("last-month", "13"), ("last-year", "2026")],
            "Enter the month as a number or a name, like 3 or March",
        ),
        (
            &[("last-day", "x"), ("last-month", "3"), ("last-year", "2026")],
            "Enter the day as a number, like 27",
        ),
        (
            &[("last-day", "16"), ("last-month", "10"), ("last-year", "2026")],
            "Enter a date that is not in the future",
        ),
        (&[], "Enter a date or a month, or choose an answer below it"),
    ];
    for (fields, words) in rows {
        assert_eq!(refused(Question::Last, fields), [format!("last-day: {words}")]);
    }
}

/// P15, G21: an answer that was kept never stands in the way of another one.
#[test]
fn a_date_takes_the_place_of_still_going_on_and_back() {
    let date = [("last-day", "27"), ("last-month", "3"), ("last-year", "2026")];
    let chosen = |draft: &Draft, last_is: &str| {
        let fields: Vec<(&str, &str)> = date.into_iter().chain([("last_is", last_is)]).collect();
        answer(draft, Question::Last, &typed(&fields), scene()).map(|draft| draft.last)
    };
    let goes_on = Draft { last: Some(LastTime::GoesOn), ..Draft::default() };
    let on = LastTime::On("2026-03-27".parse().unwrap());
    assert_eq!(chosen(&goes_on, "date").unwrap(), Some(on));
    let refused = chosen(&goes_on, "goes_on").unwrap_err();
    assert!(
        refused[0].text.contains("I have given a date"),
        "the way on is on the page: {}",
        refused[0].text
    );
    let dated = Draft { last: Some(on), ..Draft::default() };
    assert_eq!(chosen(&dated, "unknown").unwrap(), Some(LastTime::Unknown), "the date was there before");
    let face = hazel_lane();
    let html =
        QuestionPage::new(ask(Question::Last, &goes_on, None, Vec::new(), around(&face))).render().unwrap();
    assert!(html.contains("I have given a date"), "the answer that was kept can be left");
}

/// P10: what is missing is said at its field.
#[test]
fn what_is_missing_is_said_at_its_field() {
    type Row = (Question, &'static [(&'static str, &'static str)], &'static str);
    let rows: [Row; 8] = [
        (Question::Door, &[], "door: Choose what you would like to do"),
        (Question::Door, &[("door", "../../etc")], "door: Choose what you would like to do"),
        (Question::About, &[], "about: Choose who it is about, or “It is not about one person”"),
        (
            Question::About,
            &[("about", "nobody"), ("about", "staff")],
            "about: Choose the people it is about, or “It is not about one person”, but not both",
        ),
        (Question::Child, &[("year_group", "Year 4")], "child_name: Enter the child’s name"),
        (Question::Name, &[("name", " ")], "name: Enter your name"),
        (Question::Reach, &[], "email: Enter an email address, a phone number or a postal address"),
        (Question::Matters, &[], "matters: Choose what is part of it, or “None of these”"),
    ];
    for (question, fields, words) in rows {
        assert_eq!(refused(question, fields), [words]);
    }
    let both = refused(Question::Reach, &[("email", "zoe"), ("phone", "12")]);
    assert_eq!(
        both,
        [
            "email: Enter an email address in the form name@example.com",
            "phone: Enter the whole phone number with its area code, like 01632 960 001. Begin a number abroad with +"
        ]
    );
    let hidden = refused(Question::Name, &[("name", "a\0b")]);
    assert!(hidden[0].starts_with("name: This has a hidden character"), "U+0000 is refused at the field");
    assert!(answer_point(&Draft::default(), 1, &typed(&[("when", "May")])).is_err());
}

/// P12: things are added, changed and removed; without one the journey asks again.
#[test]
fn points_are_added_changed_and_removed() {
    let point = |draft: &Draft, place, what| answer_point(draft, place, &typed(&[("what", what)])).unwrap();
    let two = point(&whole(), 2, "The office did not call back.");
    assert_eq!(cards(&two, "x").len(), 2);
    let changed = point(&two, 2, "Nobody called back.");
    assert_eq!(changed.points[1].what.as_str(), "Nobody called back.");
    assert_eq!(without_point(&changed, 1).points[0].what.as_str(), "Nobody called back.");
    assert_eq!(without_point(&changed, 9).points.len(), 2, "what is not there cannot be removed");
    let none = without_point(&whole(), 1);
    assert_eq!(next(&none, scene()), Stop::Ask(Question::Points));
}

/// P17: only ways that were given can be liked best.
#[test]
fn the_best_way_is_one_that_was_given() {
    let draft = told(&whole(), Question::Reach, &[("email", "zoe@example.org")]);
    assert_eq!(draft.preferred, None);
    assert!(!path(&draft, scene()).contains(&Question::Preferred), "one way needs no choice (P18)");
    let by_phone = told(&whole(), Question::Preferred, &[("preferred", "text")]);
    assert_eq!(by_phone.preferred, Some(PreferredContact::Text));
    assert!(answer(&whole(), Question::Preferred, &typed(&[("preferred", "post")]), scene()).is_err());
}

/// P8: a draft comes back from the store as it went in.
#[test]
fn a_draft_survives_the_store() {
    let draft = told(&whole(), Question::Matters, &[("matters", "equality")]);
    let stored = serde_json::to_string(&draft).unwrap();
    assert_eq!(serde_json::from_str::<Draft>(&stored).unwrap(), draft);
    assert_eq!(serde_json::from_str::<Draft>("{}").unwrap(), Draft::default());
    assert!(!format!("{draft:?}").contains("Reading support"), "no personal words in a log");
}

#[test]
fn a_language_that_is_not_listed_becomes_a_need() {
    let draft = told(&whole(), Question::Language, &[("language", "en"), ("other_language", "Tigrinya")]);
    let draft = told(&draft, Question::Adjustments, &[("adjustments", "Large print")]);
    let body = draft.to_concern(scene().today);
    assert_eq!(body["complainant"]["adjustments"], "Language: Tigrinya\nLarge print");
}

/// P18: what was said about a child is not sent when it turns out not to be about one.
#[test]
fn a_child_is_sent_only_when_it_is_about_one() {
    let draft = told(&whole(), Question::AboutChild, &[("about_child", "no")]);
    assert_eq!(draft.to_concern(scene().today).get("child"), None);
}

/// P20: all that was asked is there, skipped answers too, each with a way to change it.
#[test]
fn all_answers_can_be_checked_and_changed() {
    let draft = whole();
    let sections = sections(&draft, scene(), "hazel-lane");
    let rows: Vec<(String, Option<String>)> = sections
        .iter()
        .flat_map(|section| &section.rows)
        .map(|row| (row.key.to_string(), row.value.clone()))
        .collect();
    assert!(
        rows.contains(&("Who it is about".into(), Some("The class teacher\nThe chair of governors".into())))
    );
    assert!(rows.contains(&("Their names".into(), Some("Mr Adeyemi (the class teacher)".into()))));
    assert!(rows.contains(&("When it last happened".into(), Some("September 2026".into()))));
    assert!(rows.contains(&("Postal address".into(), None)));
    for section in &sections {
        for row in &section.rows {
            let change = row.change.as_ref().unwrap();
            assert!(change.href.starts_with("/schools/hazel-lane/raise/"), "{}", change.href);
        }
    }
}

#[test]
fn sizes_read_as_people_say_them() {
    for (bytes, words) in [(12, "12 bytes"), (84_400, "84 kB"), (2_450_000, "2.4 MB")] {
        assert_eq!(size_words(bytes), words);
    }
}

fn around(face: &Face) -> Around<'_> {
    Around { face, scene: scene(), csrf: "token", until: "18 October 2026 at 3:05pm" }
}

fn sent() -> Sent {
    Sent {
        reference: "4F7K-92MX".into(),
        received: "15 October 2026 at 3:05pm".into(),
        who_has_it: "The class teacher".into(),
        next: vec!["The class teacher talks to you and tries to put it right.".into()],
        first_word_by: Some("Tuesday 20 October 2026".into()),
        by: Some("Friday 6 November 2026".into()),
        working: None,
        receipt_to: Some("zoe@example.org".into()),
        phone: None,
        address: None,
        alert: None,
        named_formal: None,
        reached_by: Some(PreferredContact::Email),
    }
}

fn done(kind: Kind, sent: Sent, around: Around<'_>) -> DonePage {
    DonePage::new(kind, sent, &Typed::default(), Vec::new(), around)
}

const ALERTED: &str = "We have written to the designated safeguarding lead at once. The school is closed now and opens again on Monday 2 November 2026. Count on it being read on that day, not before.";

/// Every page of the journey, as it is drawn.
pub(crate) fn drawn() -> Vec<(String, String)> {
    let face = hazel_lane();
    let closed = on_holiday();
    let here = around(&face);
    let mut draft = whole();
    draft.own_route = Some(RedirectReason::SpecialNeedsAssessment);
    draft.files.push(super::draft::DraftFile {
        no: 1,
        id: crate::domain::ids::FileId(uuid::Uuid::from_u128(1)),
        sha256: "ab".repeat(32),
        name: crate::domain::text::Words::ours("IMG_20261014_083211.jpg"),
        what: "Photo".into(),
        bytes: 2_450_000,
    });
    let mut pages: Vec<(String, String)> = Question::ALL
        .iter()
        .filter(|question| !special(**question))
        .map(|question| {
            let page = QuestionPage::new(ask(*question, &draft, None, Vec::new(), here));
            (question.key().to_owned(), page.render().unwrap())
        })
        .collect();
    let problems = answer(&draft, Question::Reach, &typed(&[("email", "zoe")]), scene()).unwrap_err();
    let wrong = typed(&[("email", "zoe"), ("phone", "01632 960 001")]);
    let again = ask(Question::Reach, &draft, Some(&wrong), problems, here);
    let missing = answer(&Draft::default(), Question::Door, &Typed::default(), scene()).unwrap_err();
    let fresh = ask(Question::Door, &Draft::default(), Some(&Typed::default()), missing, here);
    let mut add = |name: &str, html: String| pages.push((name.to_owned(), html));
    add("reach-error", QuestionPage::new(again).render().unwrap());
    add("door-error", QuestionPage::new(fresh).render().unwrap());
    add("point", QuestionPage::new(ask_point(1, &draft, None, Vec::new(), here)).render().unwrap());
    add("points", PointsPage::new(&draft, Vec::new(), here).render().unwrap());
    add("remove", RemovePage::point(1, &draft, here).unwrap().render().unwrap());
    add("files", FilesPage::new(&draft, Vec::new(), here).render().unwrap());
    add("at-risk", AtRiskPage::new(&draft, here).render().unwrap());
    add("check", CheckPage::new(&draft, Vec::new(), here).render().unwrap());
    let begun = urls::raise_question(&face.slug, Question::Name.key());
    add("begun", BegunPage::new(begun, here).render().unwrap());
    let typed_last = typed(&[("what", "The last thing that I wrote.")]);
    for (name, lost) in [
        ("lost-over", Lost::Over("15 October 2026 at 3:05pm".into())),
        ("lost-unknown", Lost::NotHere),
        ("lost-sent", Lost::Sent(Some("4F7K-92MX".into()))),
    ] {
        add(name, LostPage::new(lost, &typed_last, &face, "token").render().unwrap());
    }
    let hurried = urgent();
    add("urgent-point", QuestionPage::new(ask_point(1, &hurried, None, Vec::new(), here)).render().unwrap());
    for question in [Question::Child, Question::About, Question::Name, Question::Reach] {
        let page = QuestionPage::new(ask(question, &hurried, None, Vec::new(), here));
        add(&format!("urgent-{}", question.key()), page.render().unwrap());
    }
    add("urgent-check", CheckPage::new(&hurried, Vec::new(), here).render().unwrap());
    add("at-risk-holiday", AtRiskPage::new(&draft, around(&closed)).render().unwrap());
    let alerted = Sent { alert: Some(ALERTED.into()), ..sent() };
    add("done-at-risk", done(Kind::Concern, alerted, around(&closed)).render().unwrap());
    let slip = typed(&[("email", "zoe@gmial.com")]);
    let problems = answer(&draft, Question::Reach, &slip, scene()).unwrap_err();
    let which = ask(Question::Reach, &draft, Some(&slip), problems, here);
    add("reach-slip", QuestionPage::new(which).render().unwrap());
    let gone = Problem {
        field: "files/0".into(),
        text: "A file is no longer there. Add it again, or remove it".into(),
    };
    add("check-error", CheckPage::new(&draft, vec![gone], here).render().unwrap());
    add("done", done(draft.kind(), sent(), around(&closed)).render().unwrap());
    let undated = Sent { by: None, first_word_by: None, ..sent() };
    let slip =
        vec![Problem { field: "email".into(), text: "Enter an email address, like name@example.org".into() }];
    let slipped = DonePage::new(Kind::Complaint, sent(), &typed(&[("email", "zoe@")]), slip, here);
    add("done-address", slipped.render().unwrap());
    add("done-undated", done(Kind::Complaint, undated, here).render().unwrap());
    for reason in super::words::OWN_ROUTES {
        let draft = Draft { own_route: Some(reason), ..draft.clone() };
        add(&format!("own-{}", reason.key()), OwnRoutePage::new(&draft, here).unwrap().render().unwrap());
    }
    pages
}

fn special(question: Question) -> bool {
    matches!(question, Question::AtRisk | Question::OwnRouteHelp | Question::Points | Question::Files)
}

/// P4, P5, P9, P10, P19, P39: the manners of every page of the journey.
#[test]
fn every_page_keeps_the_manners() {
    for (name, html) in drawn() {
        read_aloud::check(&name, &html);
        assert_eq!(html.matches("<h1").count(), 1, "{name} has one heading");
        assert!(html.contains("govuk-back-link") || name.starts_with("done"), "{name} has a way back");
        for form in html.split("<form").skip(1) {
            assert!(form.contains("name=\"csrf\""), "{name} has a form without its token");
            assert!(form.contains("novalidate"), "{name} leaves checking to the browser");
        }
    }
}

/// P2, R14: where a child is at risk in a holiday the page says whom to call now, when it is read, and names no school
/// that is closed as a place to ring.
#[test]
fn r14_a_child_at_risk_in_a_holiday_is_told_whom_to_call_now() {
    let alerted = Sent { alert: Some(ALERTED.into()), ..sent() };
    let html = done(Kind::Concern, alerted, around(&on_holiday())).render().unwrap();
    let (said, help) = html.split_once("<footer").unwrap();
    for owed in [
        "tel:999",
        "children’s services, day or night",
        "tel:08088005000",
        "Count on it being read on that day",
        "0117 496 0124",
        "The school is closed until Monday 2 November 2026. Nobody may answer there before then.",
    ] {
        assert!(said.contains(owed), "{owed}: {said}");
    }
    assert!(!said.contains("0117 496 0123"), "the closed office is no number to ring: {said}");
    assert!(help.contains("Closed until Monday 2 November 2026"));
}

/// R46: what a family calls a formal complaint begins with a talk where the case begins so; the page says it, but not to
/// whoever fears for a child (R14).
#[test]
fn a_complaint_that_begins_informally_says_so_where_it_was_sent() {
    let face = hazel_lane();
    let named = begins_informally(Kind::Complaint, StageKind::Informal).map(str::to_owned);
    let informal = Sent { named_formal: named, ..sent() };
    let page = |sent| done(Kind::Complaint, sent, around(&face)).render().unwrap();
    assert!(page(informal.clone()).contains("The first step is still a talk"));
    assert!(!page(sent()).contains("formal complaint"));
    let alerted = Sent { alert: Some(ALERTED.into()), ..informal };
    assert!(!page(alerted).contains("formal complaint"));
}

/// R14: nothing on the short way stops whoever fears for a child: no word of asking the family, and where to go without a
/// name; what was never asked is no gap among the answers.
#[test]
fn r14_nothing_frightens_whoever_fears_for_a_child() {
    let face = hazel_lane();
    let draft = told(&Draft::default(), Question::Door, &[("door", "at_risk")]);
    let asked = |draft: &Draft| {
        QuestionPage::new(ask(Question::Name, draft, None, Vec::new(), around(&face))).render().unwrap()
    };
    let who = asked(&draft);
    assert!(!who.contains("ask the family") && who.contains("0808 800 5000"), "{who}");
    assert!(who.contains("Another relative"), "{who}");
    let draft = answer_point(&draft, 1, &typed(&[("what", "He has bruises.")])).unwrap();
    assert!(cards(&draft, "hazel-lane")[0].rows.iter().all(|row| row.key != "What would put it right"));
    assert!(AtRiskPage::new(&draft, around(&face)).render().unwrap().contains("without a name"));
}

/// P22, P28: whoever left no email address reads where they are rung or written to, and can put it right there.
#[test]
fn p22_whoever_is_rung_or_written_to_can_check_where() {
    let face = hazel_lane();
    let page = |reached_by, phone: Option<&str>, address: Option<&str>| {
        let (phone, address) = (phone.map(str::to_owned), address.map(str::to_owned));
        let sent = Sent { receipt_to: None, phone, address, reached_by: Some(reached_by), ..sent() };
        done(Kind::Concern, sent, around(&face)).render().unwrap()
    };
    let number = Some("01632 960 001");
    let text = page(PreferredContact::Text, number, None);
    assert!(text.contains("The school sends you a text or rings you on 01632 960 001"), "{text}");
    assert!(text.contains("The right phone number") && !text.contains("The right email"), "{text}");
    assert!(page(PreferredContact::Phone, number, None).contains("The school rings you on 01632 960 001"));
    let post = page(PreferredContact::Post, number, Some("12 Mill Road\nWestmarch"));
    assert!(post.contains("The school writes to you at 12 Mill Road, Westmarch"), "{post}");
    assert!(post.contains("The right phone number") && post.contains("The right postal address"), "{post}");
}

/// P4: the heading is the question, and the button says Continue.
#[test]
fn a_question_page_asks_its_question() {
    let face = hazel_lane();
    for question in Question::ALL.iter().filter(|question| !special(**question)) {
        let html =
            QuestionPage::new(ask(*question, &whole(), None, Vec::new(), around(&face))).render().unwrap();
        let heading = html.split("<h1").nth(1).unwrap().split("</h1>").next().unwrap();
        assert!(heading.contains(title(*question)), "{question:?}: {heading}");
        assert!(html.contains(">Continue</button>"), "{question:?}");
    }
}

/// P8, P10: what was typed comes back with the error, once in the summary and once at the field.
#[test]
fn a_refused_form_comes_back_filled_in() {
    let pages = drawn();
    let (_, html) = pages.iter().find(|(name, _)| name == "reach-error").unwrap();
    assert!(html.contains("<title>Error: How can we reach you?"));
    assert_eq!(html.matches("Enter an email address in the form name@example.com").count(), 2);
    assert!(html.contains("value=\"zoe\"") && html.contains("value=\"01632 960 001\""));
}

/// P10: what could not be sent is said on the page with the answers, with the way to where it was answered.
#[test]
fn what_could_not_be_sent_leads_to_its_answer() {
    let pages = drawn();
    let (_, html) = pages.iter().find(|(name, _)| name == "check-error").unwrap();
    assert!(html.contains("<title>Error: Check your answers"));
    assert!(html.contains("<li><a href=\"/schools/hazel-lane/raise/files\">A file is no longer there."));
    for (field, place) in [
        ("complainant/email", "/schools/x/raise/how-to-reach-you"),
        ("points/1/what_happened", "/schools/x/raise/point/2"),
        ("complainant/adjustments", "/schools/x/raise/support"),
        ("something/new", "#send"),
    ] {
        assert_eq!(answered_at(field, "x"), place);
    }
}

/// P2: the urgent-risk notice stands before the button that sends.
#[test]
fn the_urgent_notice_comes_before_sending() {
    let pages = drawn();
    let (_, html) = pages.iter().find(|(name, _)| name == "check").unwrap();
    let notice = html.find("tel:999").unwrap();
    assert!(notice < html.find(">Send your concern</button>").unwrap());
    assert!(html.contains("Change<span class=\"govuk-visually-hidden\"> your name</span>"));
    assert!(html.contains("Not provided"));
}

/// P20, P22: the button and the confirmation call it what the family chose; a date that is not there yet is said.
#[test]
fn a_complaint_is_called_a_complaint() {
    let face = hazel_lane();
    for (kind, button) in [
        (Kind::Complaint, ">Send your complaint</button>"),
        (Kind::Concern, ">Send your concern</button>"),
        (Kind::NotSure, ">Send your concern</button>"),
    ] {
        let draft = Draft { kind: Some(kind), ..whole() };
        let html = CheckPage::new(&draft, Vec::new(), around(&face)).render().unwrap();
        assert!(html.contains(button), "{button}");
    }
    let pages = drawn();
    let (_, html) = pages.iter().find(|(name, _)| name == "done-undated").unwrap();
    assert!(html.contains("We have your complaint") && html.contains("We cannot work out the date yet"));
}

fn drawn_as(wanted: &str) -> String {
    drawn().into_iter().find(|(name, _)| name == wanted).unwrap().1
}

/// R14: with a child at risk the pages say who knows and whom to call; no holiday and no timetable stands between.
#[test]
fn a_child_at_risk_has_no_timetable() {
    let done = drawn_as("done-at-risk");
    for words in [ALERTED, "tel:999", "tel:08001111", "tel:01174960124", "4F7K-92MX"] {
        assert!(done.contains(words), "{words}");
    }
    for timetable in ["20 October 2026", "6 November 2026", "We count days", "You have an answer by"] {
        assert!(!done.contains(timetable), "{timetable}");
    }
    let page = drawn_as("at-risk-holiday");
    assert!(page.contains("closed until Monday 2 November 2026") && page.contains("Do not wait for us"));
    assert!(!drawn_as("urgent-point").contains("What would put it right?"));
    assert!(drawn_as("urgent-check").contains(">Send it now</button>"));
}

/// P8, P35: until when answers are kept stands on the pages, and what is gone is told with what was written last.
#[test]
fn nothing_vanishes_without_a_word() {
    for page in ["point", "check", "points", "files", "begun"] {
        assert!(drawn_as(page).contains("18 October 2026 at 3:05pm"), "{page}");
    }
    let over = drawn_as("lost-over");
    for words in ["15 October 2026 at 3:05pm", "so we deleted it", "Start again", "tel:01174960123"] {
        assert!(over.contains(words), "{words}");
    }
    for page in ["lost-over", "lost-unknown", "lost-sent"] {
        assert!(drawn_as(page).contains("The last thing that I wrote."), "{page}");
    }
    assert!(drawn_as("lost-sent").contains("4F7K-92MX"));
}

/// P10: a slip in an address is asked about with both addresses to choose from.
#[test]
fn a_slip_in_an_address_is_asked_about() {
    let html = drawn_as("reach-slip");
    assert_eq!(html.matches("Did you mean zoe@gmail.com?").count(), 2, "in the summary and at the field");
    assert!(html.contains("href=\"#email_is\"") && html.contains("id=\"email_is\""));
    let kept = told(&whole(), Question::Reach, &[("email", "zoe@gmial.com"), ("email_is", "zoe@gmial.com")]);
    assert_eq!(kept.email.unwrap().as_str(), "zoe@gmial.com");
}

/// P10: what is wrong twice in the same words on the same page is told once.
#[test]
fn the_same_words_are_not_said_twice() {
    let face = hazel_lane();
    let same = |field: &str| Problem { field: field.into(), text: "This has a hidden character".into() };
    let problems = vec![same("complainant/phone"), same("complainant/address"), same("child/name")];
    let html = CheckPage::new(&whole(), problems, around(&face)).render().unwrap();
    assert_eq!(html.matches("This has a hidden character").count(), 2, "once for each page");
}

/// P22, P45: the confirmation says who has it, by when, and from when we count.
#[test]
fn the_confirmation_says_what_happens_next() {
    let pages = drawn();
    let (_, html) = pages.iter().find(|(name, _)| name == "done").unwrap();
    for words in ["4F7K-92MX", "The class teacher", "Friday 6 November 2026", "School is closed until"] {
        assert!(html.contains(words), "{words}");
    }
}

/// HTML in any answer stays text.
#[test]
fn typed_markup_stays_text() {
    let mut draft = whole();
    draft = answer_point(&draft, 1, &typed(&[("what", "</textarea><script>alert(1)</script>")])).unwrap();
    draft = told(&draft, Question::Name, &[("name", "\"><img src=x onerror=alert(1)>")]);
    let face = hazel_lane();
    for html in [
        CheckPage::new(&draft, Vec::new(), around(&face)).render().unwrap(),
        QuestionPage::new(ask_point(1, &draft, None, Vec::new(), around(&face))).render().unwrap(),
        QuestionPage::new(ask(Question::Name, &draft, None, Vec::new(), around(&face))).render().unwrap(),
    ] {
        assert!(!html.contains("<script>alert") && !html.contains("<img"));
    }
}

/// The choices are closed sets: each key of a form is read back as what it says.
#[test]
fn every_key_is_read_back() {
    for question in Question::ALL {
        assert_eq!(Question::from_key(question.key()), Some(*question));
    }
    for (key, door) in [("feedback", Door::Feedback), ("own_route", Door::OwnRoute)] {
        assert_eq!(Door::from_key(key), Some(door));
    }
    assert_eq!(AboutWhom::from_key("nobody"), Some(AboutWhom::Nobody));
    assert_eq!(Flag::from_key("equality"), Some(Flag::Equality));
}
