//! Drawn and read again, a form says what it said before; what is wrong is told at once and in plain words.

use chrono::{NaiveDate, NaiveDateTime};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::*;
use crate::domain::case::action::Action;
use crate::domain::case::command::Command;
use crate::domain::case::event::Actor;
use crate::domain::case::fields::{self, DateRange, Need};
use crate::domain::case::timeline::story::{CLERK, HEAD, Story, TEACHER};
use crate::web::field::{Pick, Problem};

/// Words that no message uses (P11).
const NEVER: [&str; 8] = ["please", "sorry", "valid", "invalid", "oops", "forbidden", "illegal", "error"];

fn field(name: &str, kind: FieldKind, need: Need) -> Field {
    Field { name: name.into(), label: format!("About {name}?"), hint: None, kind, need, usual: None }
}

fn choice(value: impl Into<Value>) -> Choice {
    let value = value.into();
    Choice { label: format!("The {value}"), value, hint: None }
}

/// One field of every kind, by itself and nested.
fn every_kind() -> Vec<Field> {
    use Need::{Optional, Required};
    let words = || FieldKind::Choice(vec![choice("upheld"), choice("not_upheld")]);
    let numbers = || FieldKind::Choices(vec![choice(1), choice(2), choice(3)]);
    let any = || FieldKind::Date(DateRange::default());
    vec![
        field("name", FieldKind::Line, Required),
        field("why", FieldKind::Text, Optional),
        field("email", FieldKind::Email, Optional),
        field("held_on", any(), Required),
        field("at", FieldKind::DateTime, Optional),
        field("minutes", FieldKind::Number(5, 480), Required),
        field("finding", words(), Required),
        field("points", numbers(), Required),
        field("staff", numbers(), Optional),
        field(
            "already_settled",
            FieldKind::Group(vec![field("heard_by", FieldKind::Line, Required)]),
            Optional,
        ),
        field(
            "contact",
            FieldKind::Group(vec![
                field("name", FieldKind::Line, Required),
                field("kind", words(), Optional),
            ]),
            Required,
        ),
        field(
            "distribution",
            FieldKind::Rows(RowSet {
                key: "recipient",
                rows: vec![choice("complainant"), choice("headteacher")],
                columns: vec![
                    field("sent_on", any(), Optional),
                    field("not_applicable", FieldKind::Line, Optional),
                ],
            }),
            Required,
        ),
    ]
}

fn long_words() -> impl Strategy<Value = String> {
    "[\\PC\n\t]{1,60}".prop_filter_map("blank", |text| {
        crate::domain::text::Words::text(&text).ok().map(|words| words.as_str().to_owned())
    })
}

fn line_words() -> impl Strategy<Value = String> {
    "\\PC{1,40}".prop_filter_map("blank", |text| {
        crate::domain::text::Words::line(&text).ok().map(|words| words.as_str().to_owned())
    })
}

fn a_date() -> impl Strategy<Value = NaiveDate> {
    (0..100_000_u64).prop_map(|days| NaiveDate::from_ymd_opt(1900, 1, 1).unwrap() + chrono::Days::new(days))
}

fn a_moment() -> impl Strategy<Value = NaiveDateTime> {
    (a_date(), 0..24_u32, 0..60_u32)
        .prop_map(|(date, hours, minutes)| date.and_hms_opt(hours, minutes, 0).unwrap())
}

prop_compose! {
    fn a_row(key: &'static str)(sent_on in proptest::option::of(a_date()), words in proptest::option::of(line_words())) -> Value {
        let mut row = json!({"recipient": key});
        put(&mut row, "sent_on", sent_on.map(|date| date.to_string().into()));
        put(&mut row, "not_applicable", words.map(Value::from));
        row
    }
}

prop_compose! {
    fn a_body()(
        name in line_words(), why in proptest::option::of(long_words()), mail in proptest::option::of("[a-z]{1,9}@[a-z]{1,9}\\.example"),
        held_on in a_date(), at in proptest::option::of(a_moment()), minutes in 5..=480_u16,
        finding in prop_oneof![Just("upheld"), Just("not_upheld")],
        points in proptest::sample::subsequence(vec![1, 2, 3], 0..=3),
        staff in proptest::sample::subsequence(vec![1, 2, 3], 0..=3),
        heard_by in proptest::option::of(line_words()), contact in line_words(), kind in proptest::option::of(Just("upheld")),
        rows in (a_row("complainant"), a_row("headteacher")),
    ) -> Value {
        let mut body = json!({"name": name, "held_on": held_on.to_string(), "minutes": minutes, "finding": finding,
            "points": points, "contact": {"name": contact}, "distribution": [rows.0, rows.1]});
        put(&mut body, "why", why.map(Value::from));
        put(&mut body, "email", mail.map(Value::from));
        put(&mut body, "at", at.map(|at| at.format("%Y-%m-%dT%H:%M:%S").to_string().into()));
        put(&mut body, "staff", (!staff.is_empty()).then(|| staff.into()));
        put(&mut body, "already_settled", heard_by.map(|heard_by| json!({"heard_by": heard_by})));
        put(&mut body["contact"], "kind", kind.map(Value::from));
        body
    }
}

fn put(object: &mut Value, name: &str, value: Option<Value>) {
    if let Some(value) = value {
        object[name] = value;
    }
}

/// What a browser sends for a form that it was given.
fn sent(form: &FormView) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    for item in &form.items {
        match item {
            Item::Line(field) | Item::Area(field) => {
                pairs.push((field.name.to_string(), field.value.clone()));
            }
            Item::Date(date) => boxes(date, &mut pairs),
            Item::Moment(date, time) => {
                boxes(date, &mut pairs);
                pairs.push((time.name.to_string(), time.value.clone()));
            }
            Item::Radios(choices) | Item::Select(choices) | Item::Ticks(choices) => pairs.extend(
                choices
                    .options
                    .iter()
                    .filter(|option| option.pick == Pick::Chosen)
                    .map(|option| (choices.name.to_string(), option.value.to_string())),
            ),
            Item::Open(..) | Item::Close | Item::Row(_) => {}
        }
    }
    pairs
}

fn boxes(date: &crate::web::field::DateField, pairs: &mut Vec<(String, String)>) {
    let parts = [("day", &date.day), ("month", &date.month), ("year", &date.year)];
    pairs.extend(parts.map(|(part, typed)| (format!("{}-{part}", date.name), typed.clone())));
}

proptest! {
    /// P8: what was typed comes back, and is read as it was.
    #[test]
    fn p8_drawn_and_read_again_a_form_says_what_it_said(body in a_body()) {
        let fields = every_kind();
        let form = FormView::new(&fields, &pairs_of(&fields, &body), &[]);
        prop_assert_eq!(read(&fields, &sent(&form)), Ok(body));
    }

    /// Whatever comes, nothing breaks, and every problem stands in the summary once (P10).
    #[test]
    fn p10_whatever_is_typed_each_problem_stands_at_its_field_and_in_the_summary(
        typed in proptest::collection::vec((0..20_usize, "\\PC{0,12}"), 0..20),
    ) {
        let fields = every_kind();
        let names = ["name", "why", "email", "held_on-day", "held_on-month", "held_on-year", "at-day", "at-month", "at-year",
            "at-time", "minutes", "finding", "points", "staff", "already_settled.heard_by", "contact.name", "contact.kind",
            "distribution.complainant.sent_on-day", "distribution.headteacher.not_applicable", "stranger"];
        let pairs: Vec<(String, String)> = typed.into_iter().map(|(at, value)| (names[at].to_owned(), value)).collect();
        if let Err(problems) = read(&fields, &pairs) {
            let form = FormView::new(&fields, &pairs, &problems);
            for problem in &problems {
                prop_assert!(form.problems.iter().any(|line| line.text.contains(&problem.words)), "{:?}", problem);
            }
            let mut names: Vec<&str> = problems.iter().map(|problem| problem.name.as_str()).collect();
            names.dedup();
            prop_assert_eq!(names.len(), problems.len(), "one problem a field");
        }
    }
}

fn pairs(typed: &[(&str, &str)]) -> Vec<(String, String)> {
    typed.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// P10: everything that is missing is told at once, and each line leads to its field.
#[test]
fn p10_every_missing_answer_is_told_at_once() {
    let fields = every_kind();
    let problems = read(&fields, &[]).unwrap_err();
    let names: Vec<&str> = problems.iter().map(|problem| problem.name.as_str()).collect();
    assert_eq!(names, ["name", "held_on", "minutes", "finding", "contact.name"]);
    let form = FormView::new(&fields, &[], &problems);
    let anchors: Vec<&str> = form.problems.iter().map(|problem| problem.field.as_str()).collect();
    assert_eq!(anchors, ["name", "held_on-day", "minutes", "finding", "contact.name"]);
    assert_eq!(
        form.problems[0],
        Problem { field: "name".into(), text: "Write an answer: About name?".into() }
    );
}

/// An optional group is left out whole when it is empty, and asked for whole when it is begun.
#[test]
fn an_optional_group_is_whole_or_not_there() {
    let group = |need| {
        let inner =
            vec![field("a", FieldKind::Line, Need::Required), field("b", FieldKind::Line, Need::Required)];
        vec![field("group", FieldKind::Group(inner), need)]
    };
    let blank = pairs(&[("group.a", "  "), ("group.b", "")]);
    assert_eq!(read(&group(Need::Optional), &blank), Ok(json!({})));
    let half = read(&group(Need::Optional), &pairs(&[("group.a", "x"), ("group.b", "")])).unwrap_err();
    assert_eq!(half[0].name, "group.b");
    assert_eq!(read(&group(Need::Required), &blank).unwrap_err().len(), 2);
}

/// A5: a name that the form does not have is refused, and so is an answer that was not offered.
#[test]
fn a5_what_the_form_does_not_have_is_refused() {
    let fields = [field("finding", FieldKind::Choice(vec![choice("upheld")]), Need::Optional)];
    let stranger = read(&fields, &pairs(&[("finding", "upheld"), ("admin", "yes")])).unwrap_err();
    assert_eq!(stranger[0].name, "admin");
    assert_eq!(read(&fields, &pairs(&[("finding", "maybe")])).unwrap_err()[0].name, "finding");
    let controls = pairs(&[("csrf", "t"), ("version", "4"), ("finding", "upheld")]);
    assert_eq!(without_controls(&controls), pairs(&[("finding", "upheld")]));
}

/// Hard cases of the brief: 31 February, year 20256, U+0000, and a moment without its time.
#[test]
fn dates_that_cannot_be_and_signs_that_cannot_be_stored_are_told_at_the_field() {
    let date = [field("held_on", FieldKind::Date(DateRange::default()), Need::Required)];
    let wrong = |day: &str, month: &str, year: &str| {
        let typed = pairs(&[("held_on-day", day), ("held_on-month", month), ("held_on-year", year)]);
        read(&date, &typed).unwrap_err().remove(0)
    };
    assert_eq!(wrong("31", "2", "2026").words, "February 2026 has 28 days. Check the day");
    assert!(wrong("3", "2", "20256").words.contains("four numbers"));
    assert_eq!(wrong("31", "2", "2026").name, "held_on");
    let nul = read(&[field("why", FieldKind::Text, Need::Optional)], &pairs(&[("why", "a\0b")])).unwrap_err();
    assert!(nul[0].words.contains("hidden character"));
    let moment = [field("at", FieldKind::DateTime, Need::Required)];
    let typed = pairs(&[("at-day", "8"), ("at-month", "10"), ("at-year", "2026"), ("at-time", "")]);
    assert_eq!(read(&moment, &typed).unwrap_err()[0].name, "at-time");
}

/// A pointer of the domain comes home to the field that people see.
#[test]
fn a_refusal_comes_home_to_its_field() {
    let fields = every_kind();
    let rows = [
        ("name", Some("name")),
        ("points/0", Some("points")),
        ("contact/name", Some("contact.name")),
        ("contact", Some("contact.name")),
        ("distribution/headteacher", Some("distribution.headteacher.sent_on")),
        ("distribution/1/not_applicable", Some("distribution.headteacher.not_applicable")),
        ("distribution", Some("distribution.complainant.sent_on")),
        ("elsewhere", None),
        ("", None),
    ];
    for (pointer, expected) in rows {
        assert_eq!(name_of_pointer(&fields, pointer).as_deref(), expected, "{pointer}");
    }
}

/// A problem without a field is not lost: it stands in the summary and leads to the form.
#[test]
fn a_problem_without_a_field_is_still_told() {
    let fields = every_kind();
    let lost = [FieldProblem { name: String::new(), words: "The calendar does not reach that far".into() }];
    let form = FormView::new(&fields, &[], &lost);
    assert_eq!(form.problems, [Problem { field: "name".into(), text: lost[0].words.clone() }]);
}

/// Every action of the table, at many moments of a case, draws a form; filled in as its schema says, the
/// browser's answer becomes the action's command.
#[test]
fn a1_every_action_can_be_filled_in_and_sent() {
    let mut seen = std::collections::BTreeSet::new();
    for stop in [
        "raised",
        "asked",
        "answered",
        "escalated",
        "meeting",
        "formal",
        "panel_asked",
        "panel_appointed",
        "hearing_set",
        "papers_out",
        "panel_found",
        "issued",
        "closed",
    ] {
        for person in [TEACHER, HEAD, CLERK] {
            let story = Story::until(stop).seen_by("2027-02-01T10:00", Actor::Person(person));
            for action in Action::all() {
                let fields = fields::fields(action, &story.case, &story.ctx());
                if action == Action::AddDocument || has_no_choice(&fields) {
                    continue;
                }
                let filled = pairs_of(&fields, &Value::Object(filled(&fields)));
                let form = FormView::new(&fields, &filled, &[]);
                let body = read(&fields, &sent(&form))
                    .unwrap_or_else(|problems| panic!("{action:?} at {stop}: {problems:?}"));
                let command = Command::from_json(action, body.clone());
                assert!(command.is_ok(), "{action:?} at {stop}: {:?} {body}", command.err());
                seen.insert(action);
            }
        }
    }
    let never: Vec<Action> = Action::all().filter(|action| !seen.contains(action)).collect();
    assert_eq!(
        never,
        [
            Action::MoveSchool,
            Action::AddDocument,
            Action::EndHelper,
            Action::CompleteAction,
            Action::MeetDuty
        ],
        "this school stands alone; a file is not typed; nobody helps; nothing is promised here, and the law sets no date"
    );
}

/// Whether a needed answer has nothing to choose from at this moment.
fn has_no_choice(fields: &[Field]) -> bool {
    fields.iter().any(|field| {
        field.need == Need::Required
            && matches!(&field.kind, FieldKind::Choice(choices) if choices.is_empty())
    })
}

/// An answer to every field.
fn filled(fields: &[Field]) -> Map<String, Value> {
    fields.iter().filter_map(|field| Some((field.name.clone(), one_answer(field)?))).collect()
}

fn one_answer(field: &Field) -> Option<Value> {
    Some(match &field.kind {
        FieldKind::Line | FieldKind::Text => "Some words".into(),
        FieldKind::Email => "someone@family.example".into(),
        FieldKind::Date(range) => range.to.or(range.from).unwrap_or_default().to_string().into(),
        FieldKind::DateTime => "2027-03-02T15:30:00".into(),
        FieldKind::Number(least, _) => (*least).into(),
        FieldKind::Choice(choices) => choices.first()?.value.clone(),
        FieldKind::Choices(choices) => choices.iter().take(3).map(|choice| choice.value.clone()).collect(),
        FieldKind::Group(fields) => Value::Object(filled(fields)),
        FieldKind::Rows(rows) => rows
            .rows
            .iter()
            .map(|row| {
                let mut object = filled(&rows.columns);
                object.insert(rows.key.into(), row.value.clone());
                Value::Object(object)
            })
            .collect(),
    })
}

/// P11: what is to be put right is told without blame, codes or shouting, whatever is typed where.
#[test]
fn p11_messages_use_none_of_the_words_that_we_never_use() {
    let mut told = Vec::new();
    for stop in ["raised", "answered", "meeting", "formal", "panel_asked", "papers_out", "issued", "closed"] {
        let story = Story::until(stop).seen_by("2027-02-01T10:00", Actor::Person(CLERK));
        for action in Action::all() {
            let fields = fields::fields(action, &story.case, &story.ctx());
            for typed in ["", "x", "\u{0}", "99", "2026"] {
                let form = FormView::empty(&fields);
                let names: Vec<(String, String)> =
                    every_name(&form).into_iter().map(|name| (name, typed.to_owned())).collect();
                told.extend(read(&fields, &names).err().into_iter().flatten().map(|problem| problem.words));
            }
        }
    }
    assert!(told.len() > 100);
    for words in told {
        for never in NEVER {
            let has =
                words.to_lowercase().split(|sign: char| !sign.is_alphabetic()).any(|word| word == never);
            assert!(!has, "\u{201c}{words}\u{201d} has \u{201c}{never}\u{201d}");
        }
    }
}

/// Every name under which something can be typed.
fn every_name(form: &FormView) -> Vec<String> {
    form.items
        .iter()
        .flat_map(|item| match item {
            Item::Line(field) | Item::Area(field) => vec![field.name.to_string()],
            Item::Date(date) => ["day", "month", "year"].map(|part| format!("{}-{part}", date.name)).to_vec(),
            Item::Moment(date, time) => {
                vec![
                    format!("{}-day", date.name),
                    format!("{}-month", date.name),
                    format!("{}-year", date.name),
                    time.name.to_string(),
                ]
            }
            Item::Radios(choices) | Item::Select(choices) | Item::Ticks(choices) => {
                vec![choices.name.to_string()]
            }
            Item::Open(..) | Item::Close | Item::Row(_) => Vec::new(),
        })
        .collect()
}
