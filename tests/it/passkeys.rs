//! Signing in with a passkey: told as stories, with a device that signs as real ones do (`kit/authenticator.rs`).

use actix_web::http::StatusCode;
use chrono::{NaiveDate, TimeDelta};
use heard::app::access::administrator::Administrator;
use heard::app::access::rules::{self, SignInRules};
use heard::app::access::second_step;
use heard::app::error::Error;
use heard::db;
use heard::domain::ids::PersonId;
use heard::domain::person::Role;
use heard::urls;
use serde_json::Value;
use totp_rs::{Builder, Secret};

use crate::kit::authenticator::Device;
use crate::kit::browser::{Browser, Page, Site};
use crate::kit::school::{ADMIN, BASE, HEAD, PASSWORD, School, Setting, TEACHER, app_with_base};

const ADDED: &str = "/account/ways-in?done=passkey";

/// What the script of a page hands to the browser.
fn options_in(page: &Page) -> Value {
    let (_, rest) =
        page.html.split_once("data-heard-passkey=\"create\" data-options=\"").expect("a page that asks");
    serde_json::from_str(&rest.split('"').next().unwrap().replace("&#34;", "\"")).unwrap()
}

/// Shows who it is, and comes to the page on which the browser asks.
async fn asks_for_one(browser: &mut Browser, name: &str) -> Page {
    let page = browser.answers(urls::NEW_PASSKEY, &[("name", name), ("current", PASSWORD)]).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.html);
    page
}

/// Adds a passkey in that browser.
async fn adds(browser: &mut Browser, name: &str, number: u8) -> Device {
    let page = asks_for_one(browser, name).await;
    let (device, answer) = Device::makes(&options_in(&page), BASE, number);
    let added = browser.post(urls::PASSKEYS, &page, &[("answer", &answer.to_string())]).await;
    assert_eq!(added.place(), ADDED, "{}", added.html);
    device
}

/// What a browser is asked for that wants to sign in, and the page it is on.
async fn begins(browser: &mut Browser) -> (Page, Value) {
    let page = browser.get("/sign-in?next=%2Fcases").await;
    let options = browser.post(urls::PASSKEY_OPTIONS, &page, &[]).await;
    assert_eq!(options.status, StatusCode::OK, "{}", options.html);
    (page, options.json())
}

async fn sends(browser: &mut Browser, page: &Page, answer: &Value) -> Page {
    browser.post(urls::PASSKEY, page, &[("answer", &answer.to_string())]).await
}

/// Comes in with a passkey, or does not.
async fn comes(browser: &mut Browser, device: &mut Device) -> Page {
    let (page, options) = begins(browser).await;
    assert_eq!(options["publicKey"]["userVerification"], "required");
    assert_eq!(options["publicKey"]["allowCredentials"], serde_json::json!([]), "nobody is named");
    sends(browser, &page, &device.signs(&options)).await
}

#[track_caller]
fn refused(page: &Page, heading: &str) {
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", page.html);
    assert!(page.html.contains(heading), "{}", page.html);
}

const UNSURE: &str = "We could not make sure that it is you";
const AGAIN: &str = "Begin again";

async fn with_a_passkey(house: &School) -> (Site, Device) {
    let site = house.site().await;
    let device = adds(&mut site.signed_in(HEAD).await, "my phone", 1).await;
    (site, device)
}

fn id(house: &School, email: &str) -> PersonId {
    house.db.read(|tx| db::people::sign_in(tx, email)).unwrap().unwrap().id
}

async fn mails_to(house: &School, email: &str) -> Vec<String> {
    let sent = house.sends().await.into_iter();
    sent.filter(|mail| mail.to_address.as_str() == email)
        .map(|mail| format!("{}\n{}", mail.subject, mail.text))
        .collect()
}

/// P34: nothing to remember and nothing to type; whoever adds one shows first who they are, and is written to.
#[actix_web::test]
async fn a_passkey_is_added_lets_in_and_is_removed() {
    let house = School::staffed();
    let site = house.site().await;
    let mut browser = site.signed_in(HEAD).await;
    for (name, password, told) in
        [("", PASSWORD, "Give it a name"), ("my phone", "not my password", "This is not your password")]
    {
        let page = browser.answers(urls::NEW_PASSKEY, &[("name", name), ("current", password)]).await;
        refused(&page, told);
        assert!(page.html.contains(&format!("value=\"{name}\"")) || name.is_empty(), "what was typed stays");
    }
    let mut device = adds(&mut browser, "my phone", 1).await;
    let told = mails_to(&house, HEAD).await;
    assert!(told[0].contains("a passkey was added") && told[0].contains("“my phone”"), "{told:?}");
    insta::assert_snapshot!(told[0]);

    let mut other = site.browser();
    assert_eq!(comes(&mut other, &mut device).await.place(), "/cases");
    assert!(other.get(urls::ACCOUNT).await.html.contains("with a passkey"));
    assert_eq!(other.cookie("heard-passkey"), None);
    let page = other.get(urls::WAYS_IN).await;
    assert!(page.html.contains("Added 14 September 2026, last used 14 September 2026"), "{}", page.html);
    let (_, rest) = page.html.split_once("action=\"/account/passkeys/").unwrap();
    let remove = format!("/account/passkeys/{}", rest.split('"').next().unwrap());
    let mut teacher = site.signed_in(TEACHER).await;
    let theirs = teacher.get(urls::WAYS_IN).await;
    assert_eq!(teacher.post(&remove, &theirs, &[]).await.status, StatusCode::NOT_FOUND, "nobody else's");
    assert_eq!(other.post(&remove, &page, &[]).await.place(), "/account/ways-in?done=passkey-removed");
    assert_eq!(other.post(&remove, &page, &[]).await.status, StatusCode::NOT_FOUND);
    let told = mails_to(&house, HEAD).await;
    assert!(told.iter().any(|text| text.contains("a passkey was removed")), "{told:?}");
    refused(&comes(&mut site.browser(), &mut device).await, "We do not know this passkey");
}

/// It is both steps at once: no code is asked for, and a rule that a post needs a second step is met by it.
#[actix_web::test]
async fn a_passkey_is_both_steps_at_once() {
    let house = School::staffed();
    let by = Administrator::of(&house.colleague(ADMIN), None, house.today()).unwrap();
    let before = rules::rules(&house.app).unwrap();
    let after = SignInRules { second_step: [Role::Headteacher].into(), grace_days: 0, ..before.clone() };
    rules::change(&house.app, &by, &before, after).unwrap();
    let site = house.site().await;
    let mut browser = site.signed_in(HEAD).await;
    assert_eq!(browser.get("/cases").await.place(), urls::OWN_SECOND_STEP);
    assert!(browser.get(urls::OWN_SECOND_STEP).await.html.contains("add a passkey"));
    let mut device = adds(&mut browser, "my phone", 1).await;
    assert_eq!(browser.get("/cases").await.status, StatusCode::OK, "and then it goes on");
    assert_eq!(comes(&mut site.browser(), &mut device).await.place(), "/cases");

    // The password alone is one step, and the passkey is the other.
    let mut typing = site.browser();
    let page = typing.get("/sign-in").await;
    let first = typing.post("/sign-in", &page, &[("email", HEAD), ("password", PASSWORD)]).await;
    assert!(first.place().starts_with(urls::SECOND_STEP), "{:?}", first.to);
    assert_eq!(typing.cookie("heard"), None);
    let asked = typing.get(first.place()).await;
    assert!(asked.html.contains("Show your passkey") && !asked.html.contains("Six digits"), "{}", asked.html);
    let coded = typing.post(urls::SECOND_STEP, &asked, &[("code", "123456")]).await;
    assert!(coded.place().starts_with("/sign-in"), "there is no code to guess");
    assert_eq!(comes(&mut typing, &mut device).await.place(), "/cases");
    assert_eq!(typing.cookie("heard-half"), None);

    // The last one stays while the post needs it.
    let page = browser.get(urls::WAYS_IN).await;
    let (_, rest) = page.html.split_once("action=\"/account/passkeys/").unwrap();
    let remove = format!("/account/passkeys/{}", rest.split('"').next().unwrap());
    let kept = browser.post(&remove, &page, &[]).await;
    assert!(kept.html.contains("this passkey is the only one you have"), "{}", kept.html);
    adds(&mut browser, "key ring", 2).await;
    assert_eq!(browser.post(&remove, &page, &[]).await.place(), "/account/ways-in?done=passkey-removed");
}

/// Whoever has an app shows its code before they add one, and is asked for none when they come with it.
#[actix_web::test]
async fn a_passkey_needs_no_code_of_the_app() {
    let house = School::staffed();
    let site = house.site().await;
    let mut browser = site.signed_in(HEAD).await;
    let page = browser.get(urls::OWN_SECOND_STEP).await;
    let begun = browser.post(urls::BEGIN_SECOND_STEP, &page, &[]).await;
    let page = browser.get(begun.place()).await;
    let (_, rest) = page.html.split_once("<p class=\"govuk-body\"><strong>").unwrap();
    let secret = Secret::try_from_base32(rest.split('<').next().unwrap().replace(' ', "")).unwrap();
    let totp = Builder::new().with_secret(secret).build().unwrap();
    let code = || totp.generate(u64::try_from(house.app.now().timestamp()).unwrap()).to_string();
    browser.post(urls::CONFIRM_SECOND_STEP, &page, &[("code", &code())]).await;
    house.waits(TimeDelta::seconds(30));
    let wrong = browser.answers(urls::NEW_PASSKEY, &[("name", "my phone"), ("code", "000000")]).await;
    refused(&wrong, "This code is not right");
    let fields = [("name", "my phone"), ("current", PASSWORD)];
    refused(&browser.answers(urls::NEW_PASSKEY, &fields).await, "Enter the code of your app");
    let page = browser.answers(urls::NEW_PASSKEY, &[("name", "my phone"), ("code", &code())]).await;
    let (mut device, answer) = Device::makes(&options_in(&page), BASE, 1);
    let added = browser.post(urls::PASSKEYS, &page, &[("answer", &answer.to_string())]).await;
    assert_eq!(added.place(), ADDED);
    assert_eq!(comes(&mut site.browser(), &mut device).await.place(), "/cases");
}

/// One answer counts once, in the browser that asked, for ten minutes.
#[actix_web::test]
async fn an_answer_counts_once_and_in_the_browser_that_asked() {
    let house = School::staffed();
    let (site, mut device) = with_a_passkey(&house).await;
    let (mut mine, mut theirs) = (site.browser(), site.browser());
    let (page, options) = begins(&mut mine).await;
    let answer = device.signs(&options);
    let (their_page, _) = begins(&mut theirs).await;
    refused(&sends(&mut theirs, &their_page, &answer).await, UNSURE);
    let mut nobody = site.browser();
    let blank = nobody.get("/sign-in").await;
    refused(&sends(&mut nobody, &blank, &answer).await, AGAIN);
    let cookies = mine.cookies.clone();
    assert_eq!(sends(&mut mine, &page, &answer).await.place(), "/cases");
    mine.cookies = cookies;
    refused(&sends(&mut mine, &page, &answer).await, AGAIN);

    let (page, options) = begins(&mut theirs).await;
    let answer = device.signs(&options);
    house.waits(TimeDelta::minutes(10));
    refused(&sends(&mut theirs, &page, &answer).await, AGAIN);
    let (page, _) = begins(&mut theirs).await;
    refused(&sends(&mut theirs, &page, &Value::String("nonsense".into())).await, UNSURE);
}

/// A page of somebody else asks in vain, and so does whoever cannot show that it is them.
#[actix_web::test]
async fn what_a_device_did_not_sign_for_us_is_not_believed() {
    let house = School::staffed();
    let (site, device) = with_a_passkey(&house).await;
    let teacher = adds(&mut site.signed_in(TEACHER).await, "my laptop", 2).await;
    let wrong: [fn(&mut Device); 5] = [
        |device| device.origin = "https://heard.example.org.evil.example".into(),
        |device| device.origin = "https://heard.example.org".into(),
        |device| device.site = "evil.example".into(),
        // Nobody's finger was seen: whoever holds the device.
        |device| device.flags = 0x01,
        |device| device.user = vec![7; 16],
    ];
    for (number, spoil) in wrong.into_iter().enumerate() {
        let mut spoiled = device.clone();
        spoil(&mut spoiled);
        let mut browser = site.browser();
        refused(&comes(&mut browser, &mut spoiled).await, UNSURE);
        assert_eq!(browser.cookie("heard"), None, "{number}");
    }
    // The key of one person under the name of another.
    let mut as_head = teacher.clone();
    as_head.user.clone_from(&device.user);
    refused(&comes(&mut site.browser(), &mut as_head).await, UNSURE);
    let mut own = teacher;
    assert_eq!(comes(&mut site.browser(), &mut own).await.place(), "/cases");
}

/// A passkey that somebody else has already is nobody's second one, and one that another page made is none.
#[actix_web::test]
async fn what_a_device_did_not_make_for_us_is_not_kept() {
    let house = School::staffed();
    let (site, device) = with_a_passkey(&house).await;
    let mut teacher = site.signed_in(TEACHER).await;
    let wrong: [fn(&mut Device); 4] = [
        |_| (),
        |device| device.origin = "https://evil.example".into(),
        |device| device.site = "evil.example".into(),
        |device| device.flags = 0x01,
    ];
    for (number, spoil) in wrong.into_iter().enumerate() {
        let page = asks_for_one(&mut teacher, "my laptop").await;
        let options = options_in(&page);
        // The first is the very passkey of the headteacher; the others are new ones.
        let mut spoiled = if number == 0 { device.clone() } else { Device::makes(&options, BASE, 9).0 };
        spoil(&mut spoiled);
        let answer = spoiled.answers_the_making(&options).to_string();
        refused(
            &teacher.post(urls::PASSKEYS, &page, &[("answer", &answer)]).await,
            "The passkey was not added",
        );
    }
    // Begun by one person and ended by another, in one browser.
    let page = asks_for_one(&mut teacher, "my laptop").await;
    let (_, answer) = Device::makes(&options_in(&page), BASE, 3);
    let mut head = site.signed_in(HEAD).await;
    head.cookies.push(("heard-passkey".into(), teacher.cookie("heard-passkey").unwrap()));
    let own = head.get(urls::NEW_PASSKEY).await;
    refused(&head.post(urls::PASSKEYS, &own, &[("answer", &answer.to_string())]).await, "was not added");
    assert_eq!(house.db.read(|tx| db::passkeys::count(tx, id(&house, TEACHER))).unwrap(), 0);
}

/// A count that goes back means that there are two of it: neither lets anybody in.
#[actix_web::test]
async fn a_copy_of_a_passkey_lets_nobody_in() {
    let house = School::staffed();
    let (site, mut device) = with_a_passkey(&house).await;
    comes(&mut site.browser(), &mut device).await.place();
    let mut copy = device.clone();
    assert_eq!(comes(&mut site.browser(), &mut device).await.place(), "/cases");
    let mut browser = site.browser();
    refused(&comes(&mut browser, &mut copy).await, "This passkey may have been copied");
    assert_eq!(browser.cookie("heard"), None);
}

/// G30: rights end with the post, whatever somebody shows.
#[actix_web::test]
async fn somebody_whose_post_ended_does_not_come_in_with_a_passkey() {
    let house = School::staffed();
    let (site, mut device) = with_a_passkey(&house).await;
    let (person, last) = (id(&house, HEAD), NaiveDate::from_ymd_opt(2026, 9, 6).unwrap());
    house
        .db
        .write(move |tx| {
            let posts = db::people::find(tx, person)?.unwrap().posts;
            posts.iter().try_for_each(|post| db::people::end_post(tx, post.id, last))
        })
        .unwrap();
    let mut browser = site.browser();
    refused(&comes(&mut browser, &mut device).await, "Your post here has ended");
    assert_eq!(browser.cookie("heard"), None);
}

/// A device that is lost: an administrator takes it away, every session ends, and both are told.
#[actix_web::test]
async fn an_administrator_takes_a_lost_passkey_away() {
    let house = School::staffed();
    let (site, mut device) = with_a_passkey(&house).await;
    let mut browser = site.browser();
    comes(&mut browser, &mut device).await.place();
    let mut admin = site.signed_in(ADMIN).await;
    let person = id(&house, HEAD);
    let page = admin.get(&urls::person(person.0)).await;
    assert!(page.html.contains("They sign in with a passkey"), "{}", page.html);
    house.sends().await;
    let reset = admin.post(&urls::reset_second_step(person.0), &page, &[]).await;
    assert!(reset.place().ends_with("done=reset"));
    assert_eq!(browser.get("/cases").await.status, StatusCode::SEE_OTHER, "every session ends");
    refused(&comes(&mut browser, &mut device).await, "We do not know this passkey");
    assert!(mails_to(&house, HEAD).await[0].contains("your passkeys"));
    let by = Administrator::of(&house.colleague(ADMIN), None, house.today()).unwrap();
    assert!(matches!(second_step::reset(&house.app, &by, person), Err(Error::Refused(_))), "there is none");
}

/// Browsers know no passkeys for a site without a name, so no page speaks of them there.
#[actix_web::test]
async fn without_a_name_there_are_no_passkeys() {
    let house = School::staffed();
    let app = app_with_base(house.database.url(), Setting::default(), "http://127.0.0.1:8080");
    let site = Site::of(&app).await;
    let mut browser = site.signed_in(HEAD).await;
    assert_eq!(browser.get(urls::NEW_PASSKEY).await.status, StatusCode::NOT_FOUND);
    for path in [urls::WAYS_IN, urls::OWN_SECOND_STEP] {
        assert!(!browser.get(path).await.html.to_lowercase().contains("passkey"), "{path}");
    }
    let mut nobody = site.browser();
    let page = nobody.get("/sign-in").await;
    assert!(!page.html.to_lowercase().contains("passkey"), "{}", page.html);
    assert_eq!(nobody.post(urls::PASSKEY_OPTIONS, &page, &[]).await.status, StatusCode::NOT_FOUND);
}
