//! The way back for a family without email: a code on paper, from the page after sending or from staff, typed in any
//! browser (P33).

use actix_web::http::StatusCode;
use serde_json::{Value, json};

use heard::app::cases::{self, Caller};
use heard::domain::reference::Reference;
use heard::domain::return_code::ReturnCode;

use crate::kit::browser::{Browser, Page, Site, TestRequest};
use crate::kit::school::{HEAD, SLUG, School, TEACHER};

const RETURN: &str = "/schools/hazel-lane/return";

/// Farah has no email address.
fn without_email(town: &School) -> Reference {
    town.raises(
        &json!({"name": "Farah Osman", "phone": "01632 960 111", "relationship": "parent"}),
        &json!([]),
    )
}

/// What looks like a code on a page: ten letters and numbers, in two groups.
fn code_on(page: &Page) -> ReturnCode {
    let words = page.html.split(|sign: char| !(sign.is_ascii_alphanumeric() || sign == '-'));
    let mut found = words.filter(|word| word.len() == 11).filter_map(|word| ReturnCode::parse(word).ok());
    found.next().unwrap_or_else(|| panic!("no code: {}", page.html))
}

/// Staff print a code.
async fn printed(site: &Site, reference: &Reference) -> ReturnCode {
    let mut staff = site.signed_in(HEAD).await;
    let paper = staff.answers(&format!("/cases/{reference}/return-code"), &[]).await;
    assert_eq!(paper.status, StatusCode::OK, "{}", paper.html);
    let code = code_on(&paper);
    for path in ["", "/return-code"].map(|below| format!("/cases/{reference}{below}")) {
        assert!(!staff.get(&path).await.html.contains(code.as_str()), "it is not shown again");
    }
    assert!(staff.get(&format!("/cases/{reference}")).await.html.contains("A return code on paper was made"));
    code
}

async fn types(browser: &mut Browser, reference: &str, code: &str) -> Page {
    browser.answers(RETURN, &[("reference", reference), ("code", code)]).await
}

async fn exchanges(site: &Site, body: Value, from: &str) -> Page {
    let request = TestRequest::post().uri("/api/v1/access/return-code").set_json(body);
    site.takes(request.peer_addr(format!("{from}:4711").parse().unwrap())).await
}

/// P33: the code opens the page in any browser, however it is typed, as often as it is needed, and only with its case.
#[actix_web::test]
async fn p33_a_code_on_paper_opens_the_page_in_any_browser() {
    let town = School::staffed();
    let site = town.site().await;
    let reference = without_email(&town);
    let code = printed(&site, &reference).await;
    for typed in [code.as_str().to_owned(), code.as_str().to_lowercase().replace('-', " ")] {
        let mut hers = site.browser();
        assert_eq!(types(&mut hers, reference.as_str(), &typed).await.place(), "/mine");
        let page = hers.get("/mine").await.html;
        assert!(page.contains("The bus left without her"), "{page}");
        assert!(!page.contains(code.as_str()));
    }
    let other =
        town.raises(&json!({"name": "Bo", "phone": "01632 960 112", "relationship": "parent"}), &json!([]));
    let mut strangers = site.browser();
    let refused = types(&mut strangers, other.as_str(), code.as_str()).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.html.contains("do not belong together"), "{}", refused.html);
    let body = json!({"reference": reference.as_str(), "code": code.as_str()});
    let token = exchanges(&site, body, "192.0.2.9").await.json();
    let token = token["case_token"].as_str().unwrap();
    assert_eq!(site.reads(token, &format!("/api/v1/cases/{reference}")).await.status, StatusCode::OK);
}

/// One code takes the place of the last, each is on record, and whoever has no business with the case makes none.
#[actix_web::test]
async fn a_new_code_ends_the_old_one_and_is_on_record() {
    let town = School::staffed();
    let site = town.site().await;
    let reference = without_email(&town);
    let first = printed(&site, &reference).await;
    let second = printed(&site, &reference).await;
    assert_ne!(first, second);
    let mut hers = site.browser();
    let old = types(&mut hers, reference.as_str(), first.as_str()).await;
    assert_eq!(old.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(types(&mut hers, reference.as_str(), second.as_str()).await.place(), "/mine");
    assert!(hers.get("/mine").await.html.contains("A return code on paper was made for your page"));
    let head = Caller::Colleague(town.colleague(HEAD));
    let record = cases::open(&town.app, &head, &reference).unwrap().record;
    let made = record.iter().filter(|recorded| recorded.event.kind() == "return_code_made");
    assert_eq!(made.count(), 2);
    let teacher = town.token(TEACHER);
    let path = format!("/api/v1/cases/{reference}/return-code");
    let request = TestRequest::post().uri(&path).insert_header(("if-match", "\"1\"")).set_json(json!({}));
    let answer = site.asked(&teacher, request).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND, "hidden means not there");
}

/// G27: a slip of the finger is no try; guesses from one network run out, and the family comes in from any other.
#[actix_web::test]
async fn whoever_guesses_codes_locks_nobody_out() {
    let town = School::staffed();
    let site = town.site().await;
    let reference = without_email(&town);
    let code = printed(&site, &reference).await;
    let guess =
        |number| json!({"reference": reference.as_str(), "code": ReturnCode::from_random(number).as_str()});
    let slip = json!({"reference": reference.as_str(), "code": "AAAAA-AAAAA"});
    for _ in 0..20 {
        let answer = exchanges(&site, slip.clone(), "203.0.113.9").await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let mut refused = 0;
    for number in 0..15 {
        let answer = exchanges(&site, guess(number), "203.0.113.9").await;
        refused += u32::from(answer.status == StatusCode::TOO_MANY_REQUESTS);
    }
    assert_eq!(refused, 5);
    let hers = json!({"reference": reference.as_str(), "code": code.as_str()});
    assert_eq!(exchanges(&site, hers, "192.0.2.77").await.status, StatusCode::OK);
    let nobodys = json!({"reference": "4F7K-92MX", "code": code.as_str()});
    let unknown = exchanges(&site, nobodys, "192.0.2.78").await;
    assert_ne!(unknown.status, StatusCode::NOT_FOUND, "nobody learns which cases there are");
}

/// P22: whoever has just sent a concern without an email address can have the code at once, in that browser alone.
#[actix_web::test]
async fn p22_the_page_after_sending_gives_a_code_to_whoever_has_no_email() {
    let town = School::staffed();
    let site = town.site().await;
    let mut hers = site.browser();
    let done = super::family_pages::sent_with(&mut hers, &[("phone", "01632 960 111")]).await;
    assert!(done.html.contains("Show me a return code"), "{}", done.html);
    let path = format!("/schools/{SLUG}/raise/done/code");
    let shown = hers.post(&path, &done, &[]).await;
    let code = code_on(&shown);
    let words = shown.html.split(|sign: char| !(sign.is_ascii_alphanumeric() || sign == '-'));
    let reference =
        words.filter(|word| word.len() == 9).find_map(|word| Reference::parse(word).ok()).unwrap();
    let mut library = site.browser();
    assert_eq!(types(&mut library, reference.as_str(), code.as_str()).await.place(), "/mine");
    let mut stranger = site.browser();
    let page = stranger.get(RETURN).await;
    let refused = stranger.post(&path, &page, &[]).await;
    assert!(!refused.html.contains("Return code"), "{}", refused.html);
}
