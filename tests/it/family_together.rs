//! Several people on the side of a family: two who raised it and must not learn of each other (P18), and people who help
//! one of them with a link of their own (R10, R20). Through pages, the API and the mail.

use actix_web::http::StatusCode;
use chrono::TimeDelta;
use serde_json::{Value, json};

use heard::app::cases::{self, Caller, Order, SeenVersion};
use heard::domain::case::action::Action;
use heard::domain::reference::Reference;

use crate::kit::browser::{Browser, Page, Site, TestRequest};
use crate::kit::school::{HEAD, School, link_in, token_in};
use crate::kit::trust::REFERENCE;

const HERS: [&str; 5] = ["farah@osman.example", "Farah", "HER-WORDS", "Ana Ruiz", "ana@ruiz.example"];
const HIS: [&str; 3] = ["yusuf@elsewhere.example", "Yusuf", "HIS-WORDS"];

/// What staff do.
fn staff(town: &School, reference: &Reference, action: Action, body: Value) {
    let caller = Caller::Colleague(town.colleague(HEAD));
    let version = cases::open(&town.app, &caller, reference).unwrap().case.length;
    let seen = SeenVersion::Exactly(version);
    let order = Order { reference: reference.clone(), action, body, seen, key: None };
    cases::act(&town.app, caller, order, REFERENCE).unwrap();
}

/// Farah raises it; Yusuf is added by the school.
fn two_of_them(town: &School) -> Reference {
    let reference = town.raises(
        &json!({"name": "Farah Osman", "email": "farah@osman.example", "relationship": "parent"}),
        &json!([]),
    );
    let contact = json!({"name": "Yusuf Amin", "email": "yusuf@elsewhere.example", "relationship": "parent"});
    staff(
        town,
        &reference,
        Action::AddParty,
        json!({"party": "complainant", "about": "Transport on Mondays", "contact": contact}),
    );
    reference
}

/// The link in the newest mail to that address.
async fn link_to(town: &School, address: &str) -> String {
    town.delivers().await;
    let mails = town.mail.taken();
    let mut theirs = mails.iter().rev().filter(|mail| mail.to_address.as_str() == address);
    theirs.find_map(|mail| link_in(&mail.text)).expect("a mail with a link")
}

/// A browser on the page of whoever has that address.
async fn on_their_page(town: &School, site: &Site, address: &str) -> Browser {
    let mut browser = site.browser();
    let link = link_to(town, address).await;
    browser.opens(&link).await;
    browser
}

async fn does(browser: &mut Browser, action: &str, fields: &[(&str, &str)]) -> Page {
    browser.answers(&format!("/mine/actions/{action}"), fields).await
}

/// A token of the API for whoever has that address.
async fn token_of(town: &School, site: &Site, address: &str) -> String {
    let link = link_to(town, address).await;
    let body = json!({"link_token": token_in(&format!("{}{link}", crate::kit::school::BASE))});
    let answer = site
        .takes(
            TestRequest::post()
                .uri("/api/v1/access")
                .set_json(body)
                .peer_addr("192.0.2.1:4711".parse().unwrap()),
        )
        .await;
    answer.json()["case_token"].as_str().unwrap().to_owned()
}

/// Everything that somebody can read of the case: pages, letters, the API, and what was mailed to them.
async fn all_that_they_read(
    town: &School,
    site: &Site,
    address: &str,
    reference: &Reference,
) -> Vec<(String, String)> {
    let mut browser = on_their_page(town, site, address).await;
    let mut read = Vec::new();
    let acts = [
        "add_document",
        "send_message",
        "withdraw",
        "correct_contact",
        "add_helper",
        "escalate",
        "settle",
        "give_information",
    ];
    let pages = acts.map(|act| format!("/mine/actions/{act}"));
    for path in ["/mine", "/mine/letters", "/mine/ask/call"].map(str::to_owned).into_iter().chain(pages) {
        read.push((path.clone(), browser.get(&path).await.html));
    }
    let token = token_of(town, site, address).await;
    let api = format!("/api/v1/cases/{reference}");
    for part in ["", "/events", "/actions", "/messages", "/documents", "/deadlines"] {
        let path = format!("{api}{part}");
        read.push((path.clone(), site.reads(&token, &path).await.html));
    }
    town.delivers().await;
    for mail in town.mail.taken().iter().filter(|mail| mail.to_address.as_str() == address) {
        read.push((
            format!("mail {}", mail.subject),
            format!("{}{:?}{}", mail.text, mail.html, mail.subject),
        ));
    }
    read
}

fn none_of(read: &[(String, String)], words: &[&str]) {
    for (place, text) in read {
        for word in words {
            assert!(!text.contains(word), "{place} has {word}: {text}");
        }
    }
}

/// P18: each of two writes, and one has somebody who helps. Nothing of either is on a page, in a mail or in the API of
/// the other.
#[actix_web::test]
async fn p18_two_who_raised_it_together_learn_nothing_of_each_other() {
    let town = School::staffed();
    let site = town.site().await;
    let reference = two_of_them(&town);
    let mut hers = on_their_page(&town, &site, "farah@osman.example").await;
    does(&mut hers, "send_message", &[("words", "HER-WORDS The bus again")]).await;
    let help =
        [("name", "Ana Ruiz"), ("email", "ana@ruiz.example"), ("helps_as", "supporter"), ("may", "read")];
    assert_eq!(does(&mut hers, "add_helper", &help).await.place(), "/mine?done=add_helper");
    let mut his = on_their_page(&town, &site, "yusuf@elsewhere.example").await;
    does(&mut his, "send_message", &[("words", "HIS-WORDS The bus once more")]).await;
    none_of(&all_that_they_read(&town, &site, "yusuf@elsewhere.example", &reference).await, &HERS);
    none_of(&all_that_they_read(&town, &site, "farah@osman.example", &reference).await, &HIS);
    assert!(hers.get("/mine").await.html.contains("Ana Ruiz (supporter)"), "who is helped reads by whom");
}

/// P18, R57: one of two withdraws. Their own page is closed and tells nothing of what follows; the other goes on, is told
/// nothing, and is the only one who is written to.
#[actix_web::test]
async fn p18_one_of_two_withdraws_and_the_other_goes_on_unaware() {
    let town = School::staffed();
    let site = town.site().await;
    let reference = two_of_them(&town);
    let mut hers = on_their_page(&town, &site, "farah@osman.example").await;
    let before = hers.get("/mine").await.html;
    assert!(before.contains("Withdraw it"));
    assert_eq!(
        does(&mut hers, "withdraw", &[("reason", "HER-WORDS Enough")]).await.place(),
        "/mine?done=withdraw"
    );
    let closed = hers.get("/mine").await.html;
    assert!(closed.contains("Withdrawn") && !closed.contains("Send us a file"), "{closed}");
    staff(&town, &reference, Action::SendMessage, json!({"words": "LATER-WORDS for whoever goes on"}));
    let his = all_that_they_read(&town, &site, "yusuf@elsewhere.example", &reference).await;
    assert!(his.iter().any(|(_, text)| text.contains("LATER-WORDS")));
    none_of(&his, &["HER-WORDS", "Farah", "withdrew", "Withdrawn", "withdrawn", "settled_for_one"]);
    let read = all_that_they_read(&town, &site, "farah@osman.example", &reference).await;
    none_of(&read, &["LATER-WORDS", "Yusuf", "yusuf@", "withdrawn_for_one"]);
    let api = read.iter().find(|(path, _)| path.ends_with(reference.as_str())).unwrap();
    assert!(api.1.contains("\"state\":\"closed\""), "{}", api.1);
    let seen = Caller::Colleague(town.colleague(HEAD));
    let case = cases::open(&town.app, &seen, &reference).unwrap().case;
    assert_eq!(case.going_on().count(), 1, "for the school it goes on");
}

/// R10, R20, P24: whoever helps has a link of their own, reads what the complainant reads, writes in their name with
/// their own name beside it, and finds no page of what is not theirs. When it ends, everything closes at once.
#[actix_web::test]
async fn r20_whoever_helps_has_a_link_of_their_own_until_it_ends() {
    let town = School::staffed();
    let site = town.site().await;
    let complainant = json!({"name": "Farah Osman", "email": "farah@osman.example", "phone": "01632 960 111", "relationship": "parent"});
    let reference = town.raises(&complainant, &json!([]));
    let mut hers = on_their_page(&town, &site, "farah@osman.example").await;
    let help = [
        ("name", "Ana Ruiz"),
        ("email", "ana@ruiz.example"),
        ("helps_as", "interpreter"),
        ("may", "read_and_write"),
    ];
    does(&mut hers, "add_helper", &help).await;
    let mut anas = on_their_page(&town, &site, "ana@ruiz.example").await;
    let page = anas.get("/mine").await.html;
    assert!(page.contains("You are here as Ana Ruiz, for Farah Osman"), "{page}");
    assert!(page.contains("The bus left without her") && !page.contains("Withdraw it"), "{page}");
    does(&mut anas, "send_message", &[("words", "We can come on Monday")]).await;
    let hers_now = hers.get("/mine").await.html;
    assert!(
        hers_now.contains("Ana Ruiz, for you") && hers_now.contains("We can come on Monday"),
        "{hers_now}"
    );
    for path in ["/mine/actions/correct_contact", "/mine/actions/withdraw", "/mine/actions/add_helper"] {
        assert_eq!(anas.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    assert!(!anas.get("/mine/ask/call").await.html.contains("01632 960 111"), "no number of the complainant");
    let token = token_of(&town, &site, "ana@ruiz.example").await;
    let api = format!("/api/v1/cases/{reference}");
    let case = site.reads(&token, &api).await;
    assert!(!case.html.contains("\"withdraw\"") && case.html.contains("\"send_message\""), "{}", case.html);
    let etag = case.header("etag").to_owned();
    let act = TestRequest::post().uri(&format!("{api}/actions/withdraw")).insert_header(("if-match", etag));
    assert_eq!(site.asked(&token, act.set_json(json!({}))).await.status, StatusCode::FORBIDDEN);
    assert_eq!(does(&mut hers, "end_helper", &[("helper", "1")]).await.place(), "/mine?done=end_helper");
    assert_eq!(site.reads(&token, &api).await.status, StatusCode::NOT_FOUND);
    assert!(!anas.get("/mine").await.html.contains("The bus"), "what was open is closed");
    town.delivers().await;
    let last =
        town.mail.taken().into_iter().rev().find(|mail| mail.to_address.as_str() == "ana@ruiz.example");
    let last = last.unwrap();
    assert!(
        last.text.contains("You do not need to help Farah Osman") && link_in(&last.text).is_none(),
        "{}",
        last.text
    );
}

/// P35: a page that nobody uses closes after 60 minutes; one that is used stays, for 12 hours at the most.
#[actix_web::test]
async fn a_familys_page_closes_when_nobody_uses_it() {
    let town = School::staffed();
    let site = town.site().await;
    let reference = two_of_them(&town);
    let mut hers = on_their_page(&town, &site, "farah@osman.example").await;
    let page = hers.get("/mine").await.html;
    assert!(
        page.contains("nobody has used it for 60 minutes") && page.contains("data-heard-idle-minutes=\"57\"")
    );
    for _ in 0..3 {
        town.waits(TimeDelta::minutes(50));
        assert!(hers.get("/mine").await.html.contains(reference.as_str()), "it is used, so it stays");
    }
    town.waits(TimeDelta::minutes(61));
    let closed = hers.get("/mine").await;
    assert_eq!(closed.status, StatusCode::NOT_FOUND);
    assert!(closed.html.contains("Your page has closed"), "{}", closed.html);
    let mut again = on_their_page(&town, &site, "farah@osman.example").await;
    for _ in 0..14 {
        town.waits(TimeDelta::minutes(50));
        again.get("/mine").await;
    }
    town.waits(TimeDelta::minutes(30));
    assert_eq!(again.get("/mine").await.status, StatusCode::NOT_FOUND, "twelve hours are over");
}

/// ASVS 14.3.1: leaving takes the pages out of the browser, too.
#[actix_web::test]
async fn whoever_leaves_their_page_leaves_nothing_in_the_browser() {
    let town = School::staffed();
    let site = town.site().await;
    two_of_them(&town);
    let mut hers = on_their_page(&town, &site, "farah@osman.example").await;
    let page = hers.get("/mine").await;
    let left = hers.post("/mine/leave", &page, &[]).await;
    assert_eq!(left.header("clear-site-data"), "\"cache\", \"storage\"");
    assert!(hers.cookie("heard-case").is_none());
}

/// P20, P27: what goes further is shown before it goes, with the outcome of the point that was ticked, and goes once it
/// is checked. Who goes back finds every word.
#[actix_web::test]
async fn p20_what_goes_further_is_checked_before_it_goes() {
    let town = School::staffed();
    let site = town.site().await;
    let reference = town.takes(json!({
        "kind": "concern",
        "complainant": {"name": "Farah Osman", "email": "farah@osman.example", "relationship": "parent"},
        "about": [{"role": "class_teacher", "name": "Daniel Ash"}],
        "points": [{"what_happened": "The bus left.", "wanted": "A seat"}, {"what_happened": "Nobody rang.", "wanted": "A call"}],
    }));
    staff(&town, &reference, Action::Reply, json!({"message": "This is our answer."}));
    let mut hers = on_their_page(&town, &site, "farah@osman.example").await;
    let path = "/mine/actions/escalate";
    let form = hers.get(path).await;
    assert!(form.html.contains("A seat\nA call"), "{}", form.html);
    let typed = [("points", "2"), ("why", "WHY-WORDS"), ("wanted", "A seat\r\nA call")];
    let check = hers.post(path, &form, &typed).await;
    assert_eq!(check.status, StatusCode::OK, "{}", check.html);
    for words in ["Check what you send", "WHY-WORDS", "Nobody rang.", "A call"] {
        assert!(check.html.contains(words), "{words}: {}", check.html);
    }
    assert!(!check.html.contains("A seat"), "nothing is asked for the point that stays: {}", check.html);
    let caller = Caller::Colleague(town.colleague(HEAD));
    let runs = || cases::open(&town.app, &caller, &reference).unwrap().case.runs.len();
    assert_eq!(runs(), 1, "nothing has gone yet");
    let back = hers.post(path, &check, &[("step", "back")]).await;
    assert!(back.html.contains("WHY-WORDS") && back.html.contains("Check before it goes"), "{}", back.html);
    let sent = hers.post(path, &check, &[]).await;
    assert_eq!((sent.place(), runs()), ("/mine?done=escalate", 2));
}
