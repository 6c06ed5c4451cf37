//! What a family began is gone on with on another device, by a mailed link or a code that it wrote down (P8).

use actix_web::http::StatusCode;
use chrono::TimeDelta;

use heard::domain::return_code::ReturnCode;

use crate::kit::browser::{Browser, Page};
use crate::kit::school::{BASE, School};

const RAISE: &str = "/schools/hazel-lane/raise";
const WORDS: &str = "OWN-WORDS The bus left without her";

/// Somebody begins, and writes what happened.
async fn begins(town: &School) -> Browser {
    let mut browser = town.browser().await;
    browser.get(RAISE).await;
    for (question, fields) in [
        ("what-is-it", &[("door", "concern")][..]),
        ("concern-or-complaint", &[("kind", "concern")]),
        ("you-and-the-school", &[("relationship", "parent")]),
        ("who-it-is-about", &[("about", "nobody")]),
        ("about-a-child", &[("about_child", "no")]),
    ] {
        browser.answers(&format!("{RAISE}/{question}"), fields).await;
    }
    let left = browser.answers(&format!("{RAISE}/point/1"), &[("what", WORDS), ("then", "later")]).await;
    assert_eq!(left.place(), format!("{RAISE}/later"), "what was typed is saved on the way");
    browser
}

async fn has_the_words(browser: &mut Browser) -> bool {
    browser.get(&format!("{RAISE}/what-happened")).await.html.contains(WORDS)
}

async fn mailed_link(town: &School) -> String {
    town.delivers().await;
    let mails = town.mail.taken();
    let mail = mails.last().expect("a mail");
    assert_eq!(mail.to_address.as_str(), "farah@osman.example");
    assert!(!mail.text.contains("OWN-WORDS") && !mail.subject.contains("concern"), "{}", mail.text);
    let start = mail.text.find(&format!("{BASE}/go-on/")).expect("a link") + BASE.len();
    mail.text[start..].split_whitespace().next().unwrap().to_owned()
}

fn code_on(page: &Page) -> ReturnCode {
    let words = page.html.split(|sign: char| !(sign.is_ascii_alphanumeric() || sign == '-'));
    let mut found = words.filter(|word| word.len() == 11).filter_map(|word| ReturnCode::parse(word).ok());
    found.next().unwrap_or_else(|| panic!("no code: {}", page.html))
}

/// P8: the link opens nothing until its button is pressed; then the answers are on this device and not on the other, and
/// the link finds them again wherever they are.
#[actix_web::test]
async fn p8_a_mailed_link_opens_what_was_begun_on_another_device() {
    let town = School::founded();
    let mut phone = begins(&town).await;
    let asked = phone.answers(&format!("{RAISE}/later"), &[("email", "farah@osman.example")]).await;
    assert!(asked.html.contains("A link is on its way to farah@osman.example"), "{}", asked.html);
    let link = mailed_link(&town).await;
    let mut laptop = town.browser().await;
    let page = laptop.get(&link).await;
    assert!(!page.html.contains("OWN-WORDS") && has_the_words(&mut phone).await, "looking moves nothing");
    assert_eq!(laptop.opens(&link).await.place(), RAISE);
    assert!(has_the_words(&mut laptop).await);
    assert!(!has_the_words(&mut phone).await);
    assert_eq!(phone.opens(&link).await.place(), RAISE, "and back again");
    assert!(has_the_words(&mut phone).await && !has_the_words(&mut laptop).await);
    let wrong = phone.answers(&format!("{RAISE}/later"), &[("email", "farah")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
}

/// P8: whoever has no email writes down a code; a new way back ends the old one, and a wrong code tells nothing.
#[actix_web::test]
async fn p8_a_code_that_was_written_down_does_the_same() {
    let town = School::founded();
    let mut phone = begins(&town).await;
    let later = phone.get(&format!("{RAISE}/later")).await;
    let first = code_on(&phone.post(&format!("{RAISE}/later/code"), &later, &[]).await);
    let second = code_on(&phone.post(&format!("{RAISE}/later/code"), &later, &[]).await);
    let mut library = town.browser().await;
    let old = library.answers("/go-on", &[("code", first.as_str())]).await;
    assert!(old.html.contains("leads to nothing that is kept"), "{}", old.html);
    let slip = library.answers("/go-on", &[("code", "AAAAA-AAAAA")]).await;
    assert_eq!(slip.status, StatusCode::UNPROCESSABLE_ENTITY);
    let typed = second.as_str().to_lowercase();
    assert_eq!(library.answers("/go-on", &[("code", &typed)]).await.place(), RAISE);
    assert!(has_the_words(&mut library).await);
}

/// P8: once it was thrown away, sent, or kept for its time, the link leads nowhere, and a page says what became of it.
#[actix_web::test]
async fn p8_the_link_ends_with_the_draft() {
    let town = School::founded();
    let mut phone = begins(&town).await;
    phone.answers(&format!("{RAISE}/later"), &[("email", "farah@osman.example")]).await;
    let link = mailed_link(&town).await;
    town.waits(TimeDelta::days(2));
    let mut laptop = town.browser().await;
    assert!(laptop.get(&link).await.html.contains("Open my answers here"));
    town.waits(TimeDelta::days(2));
    let over = laptop.get(&link).await;
    assert!(over.html.contains("There is nothing to go on with"), "{}", over.html);
    assert_eq!(over.status, laptop.get("/go-on/forged").await.status);
    let mut phone = begins(&town).await;
    phone.answers(&format!("{RAISE}/later"), &[("email", "farah@osman.example")]).await;
    let link = mailed_link(&town).await;
    let begun = phone.get(RAISE).await;
    phone.post(&format!("{RAISE}/afresh"), &begun, &[]).await;
    assert!(laptop.get(&link).await.html.contains("There is nothing to go on with"));
}
