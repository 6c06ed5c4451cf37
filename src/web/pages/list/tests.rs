//! The list and the home page, with rows as the work list gives them.

use askama::Template;

use super::*;
use crate::domain::case::state::Standing;
use crate::domain::person::Role;
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
        urgent: None,
        due: Some(Due {
            machine_date: "2026-10-21".into(),
            date: due.0.into(),
            label: due.1.into(),
            nearness: due.2,
        }),
        due_for: Some("Reply"),
        received: Day::of("2026-09-14".parse().unwrap()),
        changed: Day::of("2026-10-19".parse().unwrap()),
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
    for (sort, address, order) in
        [("Due", "/cases", "ascending"), ("Received", "/cases?sort=received", "descending")]
    {
        let key = sort.to_lowercase();
        let html = list(&format!("sort={key}")).render().unwrap();
        let head = format!("aria-sort=\"{order}\"><a class=\"govuk-link\" href=\"{address}\">{sort}");
        assert!(html.contains(&head), "{sort}: {html}");
        assert_eq!(html.matches("aria-sort=\"none\"").count(), 1, "the other does not sort it");
    }
    let changed = list("sort=changed").render().unwrap();
    assert!(changed.contains("<strong aria-current=\"true\">Changed</strong>"), "the line above says it");
    assert_eq!(changed.matches("aria-sort=\"none\"").count(), 2);
    assert!(html.contains("<time datetime=\"2026-09-14\">14 Sep 2026</time>"), "{html}");
    assert!(
        html.contains("/cases?limit=50")
            && html.contains("/cases?limit=100")
            && html.contains("<strong>25</strong>")
    );
    let sorted = list("sort=changed");
    assert_eq!(sorted.heads.iter().filter(|head| head.order == Order::Descending).count(), 1);
}

/// S10: closed cases are never left out unseen: the caption says it, and one link shows them.
#[test]
fn s10_the_first_list_says_that_closed_cases_are_left_out() {
    let page = list("q=gate&cursor=d_2026-10-21_1");
    assert_eq!(page.caption, "61 cases, closed ones left out");
    assert_eq!(page.closed_too.unwrap().href, "/cases?q=gate&state=any");
    assert_eq!(nothing().caption, "No case fits these filters, closed ones left out");
    for all in ["state=any", "state=closed", "state=open"] {
        let page = list(all);
        assert_eq!(page.caption, "61 cases", "{all}: the filter is shown");
        assert!(page.closed_too.is_none());
    }
}

/// S10: a filter that cannot be applied is not shown as on. The list opens without it and says so.
#[test]
fn s10_a_filter_of_an_old_address_is_left_out_and_told() {
    let offers = Offers { schools: vec![offer("hazel-lane", "Hazel Lane"), offer("oak", "Oak")], ..offers() };
    let asked = query("q=gate&school=gone&handler=bob&state=odd&stage=C2&cursor=d_2026-10-21_1");
    let (known, unknown) = asked.known_to(&offers);
    assert_eq!(known.address(), "/cases?q=gate&stage=C2&cursor=d_2026-10-21_1");
    assert_eq!(unknown, [Filter::State, Filter::Handler, Filter::School]);
    assert_eq!(
        left_out_words(&unknown[1..2]).unwrap(),
        "The filter “With” of this address is not known here. It was left out."
    );
    assert!(left_out_words(&unknown).unwrap().starts_with("The filters “Status” and “With” and “School”"));
    assert_eq!(query("handler=me&school=oak").known_to(&offers).1, []);
    assert_eq!(left_out_words(&[]), None);
    let mut page = list("");
    page.left_out = left_out_words(&unknown[..1]);
    assert!(page.render().unwrap().contains("It was left out."));
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
    assert_eq!(cells.last().map(String::as_str), Some("no"), "whether a child may be at risk");
    assert_eq!(csv_row(&rows()[1]).last().map(String::as_str), Some("yes"));
    assert_eq!(cells.len(), CSV_HEADS.len());
    assert!(cells.iter().all(|cell| !cell.starts_with(['=', '+', '-', '@'])), "{cells:?}");
}

/// S2: six groups, first what the reader must do; the zero states share one line.
#[test]
fn s2_home_has_six_groups_in_order_with_zero_states() {
    let page = home();
    let titles: Vec<&str> = page.groups.iter().map(|group| group.kind.title()).collect();
    assert_eq!(
        titles,
        ["Overdue", "Due today", "Waiting for you", "Due this school week", "Waiting for the family", "New"]
    );
    let html = page.render().unwrap();
    assert!(html.contains("Nothing is due today.") && !html.contains("Nothing is overdue."));
    assert!(html.contains("See all 14"));
    assert_eq!(html.matches("heard-empty").count(), 1, "one line for all that is empty");
    assert!(!html.contains("id=\"today\""), "an empty group has no heading");
}

/// S2: an empty page does not read as if all were well: it says what its reader cannot see, and names what can wait
/// for them.
#[test]
fn s2_home_says_what_is_not_shown() {
    let page = |roles: &[Role]| {
        let page = HomePage::new(shell(), "Tuesday 20 October 2026".into(), Vec::new(), Vec::new());
        let page = page.for_roles(roles);
        let titles: Vec<&str> = page.groups.iter().map(|group| group.kind.title()).collect();
        (titles, page.render().unwrap())
    };
    let (groups, html) = page(&[Role::Headteacher]);
    assert_eq!((groups.len(), html.contains("not shown to you")), (6, false));
    assert!(html.contains("Nothing is overdue."));
    let (groups, html) = page(&[Role::DesignatedSafeguardingLead]);
    assert_eq!(groups[0], "A child may be at risk", "theirs stands there even when there is none");
    assert!(html.contains("No case that you see is overdue.") && html.contains("not shown to you"));
    let (groups, html) = page(&[Role::PanelMember]);
    assert_eq!(groups, ["Hearings that you sit on"]);
    assert!(html.contains("kept from you on purpose") && html.contains("You sit on no hearing."));
    let (groups, html) = page(&[Role::Administrator]);
    assert!(groups.is_empty() && html.contains("this page does not tell how they stand"), "{html}");
    assert!(!html.contains("Nothing is"), "{html}");
}

/// An empty list says what to do.
#[test]
fn a_list_without_rows_says_so() {
    let html = nothing().render().unwrap();
    assert!(html.contains("No case fits these filters") && html.contains("Clear all filters"));
    assert!(!html.contains("<table"));
}
