//! Signing in with two steps, by mail, and against whoever guesses: told as stories, on both databases.

use std::collections::BTreeSet;

use actix_web::http::StatusCode;
use chrono::TimeDelta;
use heard::app::Mode;
use heard::app::access::administrator::Administrator;
use heard::app::access::entry::Visitor;
use heard::app::access::known::{self, KnownBrowser};
use heard::app::access::rules::{self, SignInRules};
use heard::app::access::sign_in::sign_in;
use heard::app::access::users::NewPlace;
use heard::app::access::{second_step, session};
use heard::app::error::Error;
use heard::app::maintenance::{self, MaintenanceError, OldKey, Opening};
use heard::clock::{Clock, Ids};
use heard::db;
use heard::domain::ids::PersonId;
use heard::domain::person::Role;
use heard::key::KeyPlace;
use heard::urls::{self, BaseUrl};
use serde_json::json;
use totp_rs::{Builder, Secret};

use crate::kit::browser::{Browser, Page, TestRequest};
use crate::kit::database::{Backend, backend};
use crate::kit::school::{ADMIN, HEAD, PASSWORD, SLUG, School, arrived, code_in, credentials, stranger};

const CLERK: &str = "clerk@hazel-lane.example";

impl School {
    fn id(&self, email: &str) -> PersonId {
        self.db.read(|tx| db::people::sign_in(tx, email)).unwrap().unwrap().id
    }

    fn with_a_clerk() -> Self {
        let house = Self::staffed();
        house.takes_on("Joan Bell", CLERK, Role::Clerk, NewPlace::School(SLUG.into()));
        house
    }

    /// What an app shows now that has this key.
    fn code_of(&self, key: &str) -> String {
        let secret = Secret::try_from_base32(key.replace(' ', "")).unwrap();
        let app = Builder::new().with_secret(secret).build().unwrap();
        app.generate(u64::try_from(self.app.now().timestamp()).unwrap()).to_string()
    }

    /// The texts of the mails that went to somebody since the last look, the oldest first.
    async fn mails_to(&self, email: &str) -> Vec<String> {
        let sent = self.sends().await.into_iter();
        sent.filter(|mail| mail.to_address.as_str() == email)
            .map(|mail| mail.text.replace('\n', " "))
            .collect()
    }

    fn administrator(&self) -> Administrator {
        Administrator::of(&self.colleague(ADMIN), None, self.today()).unwrap()
    }
}

/// The key that a page shows for an app.
fn key_in(page: &Page) -> String {
    let (_, rest) = page.html.split_once("<p class=\"govuk-body\"><strong>").expect("the page has a key");
    rest.split('<').next().unwrap().to_owned()
}

fn recovery_codes_in(page: &Page) -> Vec<String> {
    page.html.split("<code>").skip(1).map(|rest| rest.split('<').next().unwrap().to_owned()).collect()
}

/// Sets a second step up in that browser, and answers with the key and the recovery codes.
async fn sets_up(house: &School, browser: &mut Browser) -> (String, Vec<String>) {
    let page = browser.get(urls::OWN_SECOND_STEP).await;
    assert!(page.html.contains("Set up a second step"), "{}", page.html);
    let begun = browser.post(urls::BEGIN_SECOND_STEP, &page, &[]).await;
    let page = browser.get(begun.place()).await;
    assert!(page.html.contains("<svg ") && !page.html.contains("style="), "{}", page.html);
    let key = key_in(&page);
    let wrong = browser.post(urls::CONFIRM_SECOND_STEP, &page, &[("code", "000000")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.html.contains("This code is not right") && key_in(&wrong) == key, "{}", wrong.html);
    let code = house.code_of(&key);
    let done = browser.post(urls::CONFIRM_SECOND_STEP, &page, &[("code", &code)]).await;
    let codes = recovery_codes_in(&done);
    assert_eq!(codes.len(), 10, "{}", done.html);
    (key, codes)
}

/// Types address and password into a browser.
async fn types_password(browser: &mut Browser, email: &str) -> Page {
    let page = browser.get("/sign-in").await;
    browser.post("/sign-in", &page, &[("email", email), ("password", PASSWORD)]).await
}

#[actix_web::test]
async fn a_second_step_is_set_up_asked_for_and_turned_off() {
    let house = School::staffed();
    let mut browser = house.site().await.signed_in(HEAD).await;
    let (key, codes) = sets_up(&house, &mut browser).await;
    assert!(house.mails_to(HEAD).await[0].contains("a code from your app"), "its owner is told");
    let stored = house.db.read(|tx| db::doors::authenticator(tx, house.id(HEAD))).unwrap().unwrap();
    let secret = Secret::try_from_base32(key.replace(' ', "")).unwrap();
    assert!(!stored.sealed.windows(20).any(|part| part == secret.as_bytes()), "it is sealed");

    let mut other = browser.another();
    let first = types_password(&mut other, HEAD).await;
    assert!(first.place().starts_with(urls::SECOND_STEP), "{:?}", first.to);
    assert!(other.cookie("heard").is_none(), "a password alone opens nothing");
    assert_eq!(other.get("/cases").await.status, StatusCode::SEE_OTHER);
    let asked = other.get(first.place()).await;
    assert!(asked.html.contains("I do not have my phone"));
    let used = house.code_of(&key);
    let replayed = other.post(urls::SECOND_STEP, &asked, &[("code", &used)]).await;
    assert!(replayed.html.contains("This code was used already"), "{}", replayed.html);
    house.waits(TimeDelta::seconds(30));
    let entered = other.post(urls::SECOND_STEP, &asked, &[("code", &house.code_of(&key))]).await;
    assert_eq!(entered.place(), "/");
    assert_eq!(other.get("/cases").await.status, StatusCode::OK);
    assert!(other.get(urls::SECOND_STEP).await.place().starts_with("/sign-in"), "the first half is used up");

    // The phone is lost: a recovery code lets in once, however it is typed.
    house.sends().await;
    for (typed, fits) in
        [(codes[0].to_uppercase(), true), (codes[0].clone(), false), ("nonsense".into(), false)]
    {
        let mut third = browser.another();
        let first = types_password(&mut third, HEAD).await;
        let asked = third.get(first.place()).await;
        let entered = third.post(urls::SECOND_STEP, &asked, &[("recovery", &typed)]).await;
        assert_eq!(entered.status == StatusCode::SEE_OTHER, fits, "{typed}: {}", entered.html);
    }
    let told = house.mails_to(HEAD).await;
    assert!(told.iter().any(|text| text.contains("recovery code") && text.contains("9 left")), "{told:?}");

    house.waits(TimeDelta::seconds(60));
    let page = browser.get(urls::END_SECOND_STEP).await;
    let code = house.code_of(&key);
    let wrong = [("current", "not my password at all"), ("code", code.as_str())];
    let told = browser.post(urls::END_SECOND_STEP, &page, &wrong).await;
    assert!(told.html.contains("This is not your password"), "{}", told.html);
    let right = [("current", PASSWORD), ("code", code.as_str())];
    let off = browser.post(urls::END_SECOND_STEP, &page, &right).await;
    assert_eq!(off.place(), "/account?done=second-step-off", "{}", off.html);
    assert_eq!(types_password(&mut browser.another(), HEAD).await.place(), "/");
}

/// Five tries in one sign-in, and then the sign-in begins anew.
#[actix_web::test]
async fn a_second_step_cannot_be_guessed() {
    let house = School::staffed();
    let mut browser = house.site().await.signed_in(HEAD).await;
    sets_up(&house, &mut browser).await;
    let mut guesser = browser.another();
    let first = types_password(&mut guesser, HEAD).await;
    let asked = guesser.get(first.place()).await;
    let mut last = String::new();
    for guess in 0..6 {
        last = guesser.post(urls::SECOND_STEP, &asked, &[("code", &format!("{guess:06}"))]).await.html;
    }
    assert!(last.contains("too many tries"), "{last}");
    house.waits(TimeDelta::minutes(10));
    let late = guesser.get(urls::SECOND_STEP).await;
    assert!(late.place().starts_with("/sign-in?"), "it is over after ten minutes");
}

/// A new phone: with the password and a recovery code the second step moves there, also where a post needs one. Nothing
/// else is reached before the new app has shown that it works, and what the old one shows is over.
#[actix_web::test]
async fn a_second_step_moves_to_another_phone() {
    let house = School::staffed();
    let mut browser = house.site().await.signed_in(ADMIN).await;
    let (old, codes) = sets_up(&house, &mut browser).await;
    let mut elsewhere = browser.another();
    let first = types_password(&mut elsewhere, ADMIN).await;
    let asked = elsewhere.get(first.place()).await;
    house.waits(TimeDelta::seconds(60));
    elsewhere.post(urls::SECOND_STEP, &asked, &[("code", &house.code_of(&old))]).await;
    assert_eq!(elsewhere.get("/people").await.status, StatusCode::OK);
    assert!(browser.get(urls::OWN_SECOND_STEP).await.html.contains("Move your second step to another phone"));
    let page = browser.get(urls::MOVE_SECOND_STEP).await;
    let wrong =
        browser.post(urls::MOVE_SECOND_STEP, &page, &[("current", PASSWORD), ("code", "nonsense")]).await;
    assert!(wrong.html.contains("This recovery code is not right"), "{}", wrong.html);
    house.sends().await;
    let right = [("current", PASSWORD), ("code", codes[0].as_str())];
    let moved = browser.post(urls::MOVE_SECOND_STEP, &page, &right).await;
    assert_eq!(moved.place(), urls::OWN_SECOND_STEP, "{}", moved.html);
    let told = house.mails_to(ADMIN).await;
    assert!(told.iter().any(|text| text.contains("The codes of your old app no longer work")), "{told:?}");
    assert_eq!(browser.get("/people").await.place(), urls::OWN_SECOND_STEP, "nothing else before");
    assert!(elsewhere.get("/people").await.place().starts_with("/sign-in"), "signed out everywhere else");
    let entered = types_password(&mut elsewhere, ADMIN).await;
    assert!(entered.place().starts_with(urls::OWN_SECOND_STEP), "and no days of grace: {}", entered.place());
    assert_eq!(elsewhere.get("/people").await.place(), urls::OWN_SECOND_STEP);
    let page = browser.get(urls::OWN_SECOND_STEP).await;
    let refused = browser.post(urls::CONFIRM_SECOND_STEP, &page, &[("code", &house.code_of(&old))]).await;
    assert!(refused.html.contains("This code is not right"), "the old app: {}", refused.html);
    let new = key_in(&page);
    house.waits(TimeDelta::seconds(60));
    let on = browser.post(urls::CONFIRM_SECOND_STEP, &page, &[("code", &house.code_of(&new))]).await;
    assert_eq!(on.status, StatusCode::OK, "{}", on.html);
    assert_eq!(browser.get("/people").await.status, StatusCode::OK);
    assert_ne!(old, new);
}

/// An administrator whose session is in other hands keeps their second step: nobody resets their own.
#[actix_web::test]
async fn nobody_resets_their_own_second_step() {
    let house = School::staffed();
    let (by, me) = (house.administrator(), house.id(ADMIN));
    let mut browser = house.site().await.signed_in(ADMIN).await;
    sets_up(&house, &mut browser).await;
    let refused = second_step::reset(&house.app, &by, me).unwrap_err();
    assert!(matches!(&refused, Error::Refused(known) if known.sentence.contains("their own")), "{refused:?}");
    assert_eq!(second_step::holding(&house.app, me).unwrap().app, second_step::Asked::Yes);
}

/// Whoever has lost everything turns to an administrator; both are told, and it is on record.
#[actix_web::test]
async fn an_administrator_resets_a_second_step() {
    let house = School::staffed();
    let mut browser = house.site().await.signed_in(HEAD).await;
    sets_up(&house, &mut browser).await;
    let (by, head) = (house.administrator(), house.id(HEAD));
    house.sends().await;
    second_step::reset(&house.app, &by, head).unwrap();
    let sent = house.sends().await;
    let to: BTreeSet<&str> = sent.iter().map(|mail| mail.to_address.as_str()).collect();
    assert_eq!(to, [HEAD, ADMIN].into());
    let to_admin = sent.iter().find(|mail| mail.to_address.as_str() == ADMIN).unwrap();
    assert!(to_admin.text.contains("Amara Okafor"), "{}", to_admin.text);
    assert_eq!(browser.get("/cases").await.status, StatusCode::SEE_OTHER, "every session ends");
    assert_eq!(types_password(&mut browser, HEAD).await.place(), "/");
    assert!(matches!(second_step::reset(&house.app, &by, head), Err(Error::Refused(_))), "there is none");
    // Whoever looks after one school alone opens no door to a post elsewhere.
    house.takes_on(
        "Theo Marsh",
        "theo@hazel-lane.example",
        Role::Administrator,
        NewPlace::School(SLUG.into()),
    );
    let local = Administrator::of(&house.colleague("theo@hazel-lane.example"), None, house.today()).unwrap();
    let founder = house.id(ADMIN);
    assert!(matches!(second_step::reset(&house.app, &local, founder), Err(Error::Forbidden(_))));
    assert!(matches!(session::end_all_of(&house.app, &local, founder), Err(Error::Forbidden(_))));
}

/// Administrators need a second step, have fourteen days for it, and after them do nothing else before.
#[actix_web::test]
async fn whoever_needs_a_second_step_sets_it_up_in_time_or_before_anything_else() {
    let house = School::staffed();
    let mut browser = house.browser().await;
    let entered = types_password(&mut browser, ADMIN).await;
    let led = entered.place().to_owned();
    assert!(led.starts_with(urls::OWN_SECOND_STEP), "{led}");
    let page = browser.get(&led).await;
    assert!(page.html.contains("needs a second step from Monday 28 September 2026"), "{}", page.html);
    assert!(page.html.contains("Not now"));
    assert_eq!(browser.get("/people").await.status, StatusCode::OK, "there is time");
    house.waits(TimeDelta::days(14));
    let entered = types_password(&mut browser, ADMIN).await;
    let led = entered.place().to_owned();
    for path in ["/people", "/account", "/cases"] {
        assert_eq!(browser.get(path).await.place(), urls::OWN_SECOND_STEP, "{path}");
    }
    let page = browser.get(&led).await;
    assert!(page.html.contains("Set it up now") && !page.html.contains("Not now"), "{}", page.html);
    let (key, _) = sets_up(&house, &mut browser).await;
    assert_eq!(browser.get("/people").await.status, StatusCode::OK, "and then it goes on");
    house.waits(TimeDelta::seconds(30));
    let page = browser.get(urls::END_SECOND_STEP).await;
    let code = house.code_of(&key);
    let kept = browser.post(urls::END_SECOND_STEP, &page, &[("current", PASSWORD), ("code", &code)]).await;
    assert!(kept.html.contains("needs a second step, so it cannot be turned off"), "{}", kept.html);
    assert_eq!(types_password(&mut house.browser().await, HEAD).await.place(), "/", "nobody else is asked");
}

/// The rules are the organisation's: changed by an administrator of the trust, on record with what they were.
#[actix_web::test]
async fn an_organisation_decides_who_needs_a_second_step() {
    let house = School::staffed();
    let by = house.administrator();
    let before = rules::rules(&house.app).unwrap();
    assert_eq!(before, SignInRules::at_first(Mode::Live));
    assert!(SignInRules::at_first(Mode::Demo).second_step.is_empty(), "nobody in a demo");
    let after = SignInRules { second_step: [Role::Headteacher].into(), grace_days: 0, ..before.clone() };
    let wrong = SignInRules { grace_days: 91, ..after.clone() };
    assert!(matches!(rules::change(&house.app, &by, &before, wrong), Err(Error::Invalid(_))));
    rules::change(&house.app, &by, &before, after.clone()).unwrap();
    let late = rules::change(&house.app, &by, &before, before.clone()).unwrap_err();
    let Error::Invalid(problems) = late else { panic!("{late:?}") };
    assert!(problems[0].words.contains("Somebody else changed these rules"));
    house.takes_on(
        "Theo Marsh",
        "theo@hazel-lane.example",
        Role::Administrator,
        NewPlace::School(SLUG.into()),
    );
    let local = Administrator::of(&house.colleague("theo@hazel-lane.example"), None, house.today()).unwrap();
    assert!(matches!(rules::change(&house.app, &local, &after, before.clone()), Err(Error::Forbidden(_))));
    let mut browser = house.browser().await;
    assert!(types_password(&mut browser, HEAD).await.place().starts_with(urls::OWN_SECOND_STEP));
    assert_eq!(browser.get("/cases").await.place(), urls::OWN_SECOND_STEP, "at once, without days");

    let mut admin = house.site().await.signed_in(ADMIN).await;
    let page = admin.get(urls::SIGN_IN_RULES).await;
    let typed = [("second_step", "clerk"), ("grace_days", "ninety"), ("by_mail", "governor")];
    let told = admin.post(urls::SIGN_IN_RULES, &page, &typed).await;
    assert!(told.html.contains("Enter a number of days from 0 to 90"), "{}", told.html);
    let typed = [("second_step", "clerk"), ("grace_days", "7"), ("by_mail", "governor")];
    assert_eq!(
        admin.post(urls::SIGN_IN_RULES, &page, &typed).await.place(),
        "/people/sign-in-rules?done=saved"
    );
    let now = rules::rules(&house.app).unwrap();
    assert_eq!((now.grace_days, now.second_step), (7, [Role::Clerk].into()));
}

/// P33, G27: for people who come once a term. The link works once, so does the code, in any browser; who is nobody
/// gets the same answer and no mail.
#[actix_web::test]
async fn a_clerk_signs_in_by_mail() {
    let house = School::with_a_clerk();
    let mut browser = house.browser().await;
    let ask = |email: &'static str| [("email", email)];
    let mut answers = Vec::new();
    for email in ["nobody@hazel-lane.example", HEAD, CLERK] {
        let page = browser.answers(urls::SIGN_IN_MAIL, &ask(email)).await;
        assert_eq!(page.status, StatusCode::OK);
        answers.push(page.html.replace(email, "X").replace(&page.hidden("csrf"), ""));
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]), "the same answer to everybody");
    let sent = until_mailed(&house).await;
    let [(to, text)] = sent.as_slice() else { panic!("only the clerk gets one: {sent:?}") };
    assert_eq!(to, CLERK);
    let link = sign_in_path(text);
    let mut scanner = browser.another();
    for _ in 0..2 {
        assert!(scanner.get(&link).await.html.contains("Joan Bell"), "a mail program looks first");
    }
    let entered = browser.opens(&link).await;
    assert_eq!(entered.place(), "/");
    assert_eq!(browser.get("/cases").await.status, StatusCode::OK);
    assert_eq!(scanner.get(&link).await.status, StatusCode::NOT_FOUND, "once");
    let code = code_in(text).unwrap();
    let late = browser.another().answers(urls::SIGN_IN_CODE, &[("email", CLERK), ("code", &code)]).await;
    assert!(late.html.contains("do not belong together"), "the code went with the link: {}", late.html);

    browser.answers(urls::SIGN_IN_MAIL, &ask(CLERK)).await;
    let text = until_mailed(&house).await.remove(0).1;
    let code = code_in(&text).unwrap();
    let mut elsewhere = browser.another();
    let wrong = elsewhere.answers(urls::SIGN_IN_CODE, &[("email", HEAD), ("code", &code)]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    let spaced = format!("{} {}", &code[..3], &code[3..]);
    let entered = elsewhere
        .answers(urls::SIGN_IN_CODE, &[("email", " CLERK@hazel-lane.example"), ("code", &spaced)])
        .await;
    assert_eq!(entered.place(), "/", "{}", entered.html);

    browser.answers(urls::SIGN_IN_MAIL, &ask(CLERK)).await;
    let text = until_mailed(&house).await.remove(0).1;
    house.waits(TimeDelta::minutes(10));
    assert_eq!(browser.get(&sign_in_path(&text)).await.status, StatusCode::NOT_FOUND, "ten minutes");
}

/// The mails to staff, once the message that was asked for has been written: the page does not wait for it.
async fn until_mailed(house: &School) -> Vec<(String, String)> {
    for _ in 0..200 {
        let sent = house.sends().await.into_iter().filter(|mail| mail.text.contains("/sign-in/link/"));
        let sent: Vec<_> = sent.map(|mail| (mail.to_address.as_str().to_owned(), mail.text)).collect();
        if !sent.is_empty() {
            return sent;
        }
        actix_web::rt::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    Vec::new()
}

fn sign_in_path(text: &str) -> String {
    let (_, rest) = text.split_once("/sign-in/link/").expect("the mail has a link");
    urls::sign_in_link(rest.split_whitespace().next().unwrap())
}

/// A second step is asked for after a mailed link like after a password.
#[actix_web::test]
async fn a_mailed_link_is_one_step_of_two() {
    let house = School::with_a_clerk();
    let mut browser = house.site().await.signed_in(CLERK).await;
    let (key, _) = sets_up(&house, &mut browser).await;
    house.sends().await;
    let mut other = browser.another();
    other.answers(urls::SIGN_IN_MAIL, &[("email", CLERK)]).await;
    let link = sign_in_path(&until_mailed(&house).await[0].1);
    let half = other.opens(&link).await;
    assert!(half.place().starts_with(urls::SECOND_STEP), "{:?}", half.to);
    house.waits(TimeDelta::seconds(30));
    let asked = other.get(half.place()).await;
    let entered = other.post(urls::SECOND_STEP, &asked, &[("code", &house.code_of(&key))]).await;
    assert_eq!(entered.place(), "/");
    let account = other.get("/account").await;
    assert!(account.html.contains("by mail and a code from your app"), "{}", account.html);
}

/// S40: an attacker hammers at the head's account, from everywhere. The head still comes in: in the browser in which
/// they signed in before, also from the attacker's own network.
#[test]
fn whoever_hammers_at_an_account_locks_nobody_out() {
    let house = School::staffed();
    let own = known::cookie(&house.app, house.id(HEAD)).unwrap();
    let guess = |address: String| house.signs_in_from(&address, HEAD, "blue kettle hums").unwrap_err();
    let limited = |error: &Error| matches!(error, Error::TooMany(_));
    assert!((0..12).map(|_| guess("203.0.113.9".into())).filter(limited).count() >= 1);
    assert!((0..110).map(|host| guess(format!("198.51.100.{host}"))).filter(limited).count() >= 1);
    assert!(
        limited(&house.signs_in_from("192.0.2.77", HEAD, PASSWORD).unwrap_err()),
        "the account is closed to strangers"
    );
    let visitor = Visitor { known: KnownBrowser::of(&house.app, own.as_str()), ..stranger("203.0.113.9") };
    sign_in(&house.app, &house.doors, &visitor, credentials(HEAD, PASSWORD))
        .map(arrived)
        .expect("the head comes in");
    let of_another = known::cookie(&house.app, house.id(ADMIN)).unwrap();
    let visitor =
        Visitor { known: KnownBrowser::of(&house.app, of_another.as_str()), ..stranger("203.0.113.9") };
    let told = sign_in(&house.app, &house.doors, &visitor, credentials(HEAD, PASSWORD)).unwrap_err();
    assert!(limited(&told), "a browser is known for its own account alone");
    for forged in ["", "forged", &"A".repeat(75)] {
        assert_eq!(KnownBrowser::of(&house.app, forged), None);
    }
}

/// The owner of an account is told of a browser that was not there before, and of no other.
#[actix_web::test]
async fn a_sign_in_from_a_new_browser_is_told() {
    let house = School::staffed();
    let mut browser = house.site().await.signed_in(HEAD).await;
    assert!(house.mails_to(HEAD).await.is_empty(), "not of the first sign-in");
    types_password(&mut browser, HEAD).await;
    assert!(house.mails_to(HEAD).await.is_empty(), "nor of a browser that is known");
    let mut thief = browser.another();
    let page = thief.get("/sign-in").await;
    let form =
        [page.form("/sign-in"), vec![("email".into(), HEAD.into()), ("password".into(), PASSWORD.into())]]
            .concat();
    let agent = "Mozilla/5.0 (Windows NT 10.0) Gecko/20100101 Firefox/127.0";
    let sent = TestRequest::post().uri("/sign-in").insert_header(("user-agent", agent)).set_form(form);
    assert_eq!(thief.send(sent).await.place(), "/");
    let told = house.mails_to(HEAD).await;
    assert!(told[0].contains("Firefox on Windows") && told[0].contains("/forgotten-password"), "{told:?}");
}

/// S43: each session is listed with its device, can be ended alone, and an administrator ends them all.
#[actix_web::test]
async fn sessions_are_listed_and_ended_one_by_one_or_all() {
    let house = School::staffed();
    let mut browser = house.site().await.signed_in(HEAD).await;
    let mut other = house.site().await.signed_in(HEAD).await;
    let account = browser.get("/account").await;
    assert!(account.html.contains("This browser"), "{}", account.html);
    let (_, rest) = account.html.split_once("/account/sessions/").expect("the other can be ended");
    let path = format!("/account/sessions/{}", rest.split('"').next().unwrap());
    let forged = browser.post("/account/sessions/0000000000000000/end", &account, &[]).await;
    assert_eq!(forged.status, StatusCode::NOT_FOUND);
    assert_eq!(browser.post(&path, &account, &[]).await.place(), "/account?done=session-ended");
    assert_eq!(other.get("/account").await.status, StatusCode::SEE_OTHER);
    assert_eq!(browser.get("/account").await.status, StatusCode::OK);
    let mut admin = house.site().await.signed_in(ADMIN).await;
    let person = urls::person(house.id(HEAD));
    let page = admin.get(&person).await;
    let ended = admin.post(&urls::end_sessions_of(house.id(HEAD)), &page, &[]).await;
    assert_eq!(ended.place(), format!("{person}?done=signed-out"));
    assert_eq!(browser.get("/account").await.status, StatusCode::SEE_OTHER);
}

/// What an administrator does on a page, a program does too (A1).
#[actix_web::test]
async fn a1_the_rules_of_signing_in_are_the_same_by_the_api() {
    let house = School::staffed();
    let site = house.site().await;
    let token = house.token_of_the_administrator();
    let before = site.reads(&token, "/api/v1/sign-in-rules").await.json();
    assert_eq!(before["second_step"], json!(["administrator"]));
    let mut after = before.clone();
    after["grace_days"] = json!(30);
    let body = json!({ "before": before, "after": after });
    let change = || TestRequest::post().uri("/api/v1/sign-in-rules").set_json(&body);
    assert_eq!(site.asked(&token, change()).await.status, StatusCode::NO_CONTENT);
    assert_eq!(site.asked(&token, change()).await.status, StatusCode::UNPROCESSABLE_ENTITY, "they changed");
    let end = format!("/api/v1/people/{}/sessions/end", house.id(HEAD));
    let ended = site.asked(&token, TestRequest::post().uri(&end)).await;
    assert_eq!(ended.status, StatusCode::NO_CONTENT);
}

impl School {
    fn token_of_the_administrator(&self) -> String {
        use heard::app::access::token::{NewToken, Scope, create_own};
        use heard::domain::text::EmailAddress;
        let new = NewToken {
            owner: EmailAddress::parse(ADMIN).unwrap(),
            school: None,
            scopes: Scope::ALL.to_vec(),
            lives: TimeDelta::days(1),
        };
        create_own(&self.app, self.id(ADMIN), new).unwrap().token.as_str().to_owned()
    }
}

/// The key lies outside the database. A server with another one does not start, and says why; a lost one is replaced,
/// and what only it could open is gone.
#[actix_web::test]
async fn the_key_is_the_one_that_the_database_was_used_with() {
    let house = School::staffed();
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| KeyPlace::File(folder.path().join(name));
    let opening = |key: KeyPlace| Opening {
        database_url: house.database.url().to_owned(),
        key,
        clock: Clock::fixed(house.app.now()),
        ids: Ids::seeded(3),
        base: BaseUrl::parse("http://heard.example.org").unwrap(),
        undo: TimeDelta::zero(),
        mode: Mode::Live,
    };
    let app = maintenance::open(opening(place("one"))).unwrap();
    second_step::begin(&app, house.id(HEAD)).unwrap();
    maintenance::open(opening(place("one"))).expect("a second time it is the same");
    let missing = maintenance::open(opening(place("two"))).unwrap_err();
    assert!(
        matches!(missing, MaintenanceError::KeyMissing(_)) && missing.to_string().contains("Put your copy")
    );
    place("two").make(&Ids::seeded(4)).unwrap();
    let differs = maintenance::open(opening(place("two"))).unwrap_err();
    assert!(matches!(differs, MaintenanceError::KeyDiffers(_)), "{differs}");
    assert!(differs.to_string().contains("copy it from the first"), "{differs}");
    let kept = house.db.read(|tx| db::meta::get(tx, "key_fingerprint")).unwrap().unwrap();
    assert!(!kept.is_empty() && house.db.read(|tx| db::meta::get(tx, "code_key")).unwrap().is_none());

    assert_eq!(maintenance::change_key(opening(place("one")), OldKey::AtHand).unwrap(), 1);
    let app = maintenance::open(opening(place("one"))).expect("the new key lies where the old one lay");
    let begun = second_step::standing(&app, &house.colleague(HEAD)).unwrap().0;
    assert!(matches!(begun, second_step::Standing::Begun(_)), "what it sealed is sealed anew: {begun:?}");
    // The machine failed between the database and the file: the next start takes the key up that lies beside.
    std::fs::rename(folder.path().join("one"), folder.path().join("one.key-new")).unwrap();
    std::fs::copy(folder.path().join("two"), folder.path().join("one")).unwrap();
    let app = maintenance::open(opening(place("one"))).expect("the key that fits is put in place");
    let begun = second_step::standing(&app, &house.colleague(HEAD)).unwrap().0;
    assert!(matches!(begun, second_step::Standing::Begun(_)), "{begun:?}");
    std::fs::remove_file(folder.path().join("one")).unwrap();
    assert_eq!(maintenance::change_key(opening(place("one")), OldKey::Lost).unwrap(), 1);
    let app = maintenance::open(opening(place("one"))).unwrap();
    assert_eq!(second_step::standing(&app, &house.colleague(HEAD)).unwrap().0, second_step::Standing::Off);
    if backend() == Backend::Sqlite {
        let beside = KeyPlace::Beside("nowhere".into()).beside(Some(&folder.path().join("heard.db")));
        assert_eq!(beside, KeyPlace::File(folder.path().join("heard.key")));
    }
}

/// A hash of other parameters is made anew at a sign-in, and nothing else changes.
#[test]
fn an_old_hash_is_made_anew_at_a_sign_in() {
    use argon2::password_hash::PasswordHasher as _;
    use argon2::password_hash::phc::PasswordHash;
    use argon2::{Algorithm, Argon2, Params, Version};
    let house = School::staffed();
    let weak = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(1024, 1, 1, None).unwrap());
    let old: PasswordHash = weak.hash_password_with_salt(PASSWORD.as_bytes(), &[1; 16]).unwrap();
    let (head, old) = (house.id(HEAD), old.to_string());
    house.db.write(move |tx| db::people::set_password(tx, head, &old)).unwrap();
    house.signs_in(HEAD, PASSWORD).unwrap();
    let now = house.db.read(|tx| db::people::sign_in(tx, HEAD)).unwrap().unwrap().password_hash.unwrap();
    assert!(now.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{now}");
    assert!(house.signs_in(HEAD, PASSWORD).is_ok());
}
