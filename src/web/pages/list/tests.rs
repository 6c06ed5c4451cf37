//! The list and the home page, with rows as the work list gives them.

use askama::Template;

use super::*;
use crate::domain::case::state::Standing;
use crate::web::pages::case::status_tag;
use crate::web::pages::case::tests::shell;
use crate::web::pages::home::{Group, GroupKind, HomePage, Task};
use crate::web::parts::{Nearness, Tone};

fn row(
    reference: &str,
    headline: &str,
    stage: &str,
    standing: Standing,
    due: (&str, &str, Nearness),
) -> CaseRow {
    CaseRow {
        reference: reference.into(),
        href: format!("/cases/{reference}"),
        headline: headline.into(),
        about: Some("Idris Osman, Year 4".into()),
        school: None,
        shows_school: ShowsSchool::No,
        stage: stage.into(),
        handler: "Amara Okafor".into(),
        due: Some(Due {
            machine_date: "2026-10-21".into(),
            date: due.0.into(),
            label: due.1.into(),
            nearness: due.2,
        }),
        due_for: Some("Reply"),
        status: status_tag(standing),
        alert: None,
    }
}

fn rows() -> Vec<CaseRow> {
    let mut rows = vec![
        row(
            "4F7K-92MX",
            "Reading support stopped in September and nobody told us.",
            "The headteacher looks into it",
            Standing::OpenWorking,
            ("14 October 2026", "overdue by 2 school days", Nearness::Overdue),
        ),
        row(
            "7H3P-44WC",
            "Her PE bag was taken twice.",
            "Talk to the class teacher",
            Standing::OpenNew,
            ("20 October 2026", "due today", Nearness::Today),
        ),
        row(
            "9XKD-73GM",
            "=cmd()|the gate was left open",
            "Panel hearing",
            Standing::HearingScheduled,
            ("21 October 2026", "1 school day left", Nearness::ToCome),
        ),
    ];
    rows[1].alert = Some(Tag { text: "A child may be at risk".into(), tone: Tone::Late });
    rows
}

fn offer(value: &str, words: &str) -> Offer {
    Offer { value: value.into(), words: words.into() }
}

fn offers() -> Offers {
    Offers {
        schools: Vec::new(),
        stages: vec![offer("C1", "Talk to the class teacher"), offer("C2", "The headteacher looks into it")],
        handlers: vec![offer("me", "You"), offer("nobody", "Nobody yet")],
        states: state_offers(),
        attention: vec![offer("overdue", "Overdue"), offer("due_today", "Due today")],
    }
}

fn query(text: &str) -> ListQuery {
    let pairs: Vec<(String, String)> = url::form_urlencoded::parse(text.as_bytes()).into_owned().collect();
    ListQuery::read(&pairs)
}

pub(crate) fn list(text: &str) -> ListPage {
    let found = Found { rows: rows(), total: Total::Exactly(61), next: Some("d_2026-10-21_1".into()) };
    ListPage::new(shell(), &query(text), &offers(), found)
}

pub(crate) fn nothing() -> ListPage {
    ListPage::new(shell(), &query("q=unicorn"), &offers(), Found::default())
}

pub(crate) fn home() -> HomePage {
    let mut rows = rows();
    let new = rows.split_off(1);
    let groups = vec![
        Group::new(GroupKind::New, new, Total::Exactly(14), &GroupKind::New.query(None)),
        Group::new(GroupKind::Overdue, rows, Total::Exactly(1), &GroupKind::Overdue.query(None)),
    ];
    let task = Task {
        words: "A message to Yusuf Osman could not be delivered: the address does not exist.".into(),
        link: Link::new("See the message", "/cases/4F7K-92MX#messages"),
    };
    HomePage::new(shell(), "Tuesday 20 October 2026".into(), vec![task], groups)
}

/// S10: the address says everything, and reads back the same.
#[test]
fn s10_filters_and_order_live_in_the_address() {
    for text in [
        "",
        "q=reading+gate",
        "q=reading&state=open&sort=received",
        "handler=me&limit=50&cursor=d_2026-10-21_1",
    ] {
        let once = query(text);
        let address = once.address();
        let again = address.split_once('?').map_or("", |(_, query)| query);
        assert_eq!(query(again), once, "{text}");
    }
    assert_eq!(query("").address(), "/cases", "unfiltered at first");
    assert_eq!(
        query("sort=nonsense&limit=7&colour=red"),
        ListQuery::default(),
        "an old bookmark still opens"
    );
}

/// S10: each filter that is on is shown in words and can be taken off; a change begins at the first page.
#[test]
fn s10_filters_that_are_on_are_shown_and_removable() {
    let page = list("q=reading&state=open&sort=received&cursor=d_2026-10-21_1");
    let chosen: Vec<(&str, &str)> =
        page.chosen.iter().map(|filter| (filter.text.as_str(), filter.without.as_str())).collect();
    assert_eq!(
        chosen,
        [
            ("Words: reading", "/cases?state=open&sort=received"),
            ("Status: Open", "/cases?q=reading&sort=received")
        ]
    );
    assert_eq!(page.clear, "/cases?sort=received");
    assert_eq!(page.pages.previous.as_deref(), Some("/cases?q=reading&state=open&sort=received"));
    assert!(page.carried.contains(&("sort", "received".to_owned())));
}

/// S10: a heading sorts without a script and says so to a screen reader; 25, 50 and 100 rows.
#[test]
fn s10_headings_sort_and_say_how() {
    let html = list("").render().unwrap();
    assert!(html.contains("aria-sort=\"ascending\""));
    assert!(
        html.contains("/cases?limit=50")
            && html.contains("/cases?limit=100")
            && html.contains("<strong>25</strong>")
    );
    let sorted = list("sort=changed");
    assert_eq!(sorted.heads.iter().filter(|head| head.order == Order::Descending).count(), 1);
}

/// S11: dates carry their word.
#[test]
fn s11_dates_carry_their_word() {
    let html = list("").render().unwrap();
    for words in ["overdue by 2 school days", "due today", "1 school day left"] {
        assert!(html.contains(words));
    }
}

/// S34: the file has the filters of the page, and no cell that a spreadsheet would run.
#[test]
fn s34_the_file_has_the_same_filters_and_harmless_cells() {
    let page = list("q=gate&cursor=d_2026-10-21_1");
    assert_eq!(page.csv.href, "/cases.csv?q=gate");
    let mut row = rows().remove(2);
    row.about = Some("=cmd()".into());
    row.handler = "@home".into();
    let cells = csv_row(&row);
    assert_eq!(cells.len(), CSV_HEADS.len());
    assert!(cells.iter().all(|cell| !cell.starts_with(['=', '+', '-', '@'])), "{cells:?}");
}

/// S2: six groups, always all of them, in the order of the rule, each with its zero state.
#[test]
fn s2_home_has_six_groups_in_order_with_zero_states() {
    let page = home();
    let titles: Vec<&str> = page.groups.iter().map(|group| group.kind.title()).collect();
    assert_eq!(
        titles,
        ["Overdue", "Due today", "Due this school week", "Waiting for you", "Waiting for the family", "New"]
    );
    let html = page.render().unwrap();
    assert!(html.contains("Nothing is due today.") && !html.contains("Nothing is overdue."));
    assert!(html.contains("See all 14"));
    assert_eq!(html.matches("heard-empty").count(), 4);
}

/// An empty list says what to do.
#[test]
fn a_list_without_rows_says_so() {
    let html = nothing().render().unwrap();
    assert!(html.contains("No case fits these filters") && html.contains("Clear all filters"));
    assert!(!html.contains("<table"));
}
