//! A family raises a concern in a browser, follows the link of its receipt, and acts on its case: through the
//! routes, the use cases and the database, with the mail that goes out.

use actix_web::http::{StatusCode, header};

use heard::app::access::Token;
use heard::app::contact::filed::let_put_right;
use heard::app::sweep::sweep;
use heard::domain::procedure::defaults;
use heard::domain::reference::Reference;

use crate::kit::browser::{Browser, Page, TestRequest};
use crate::kit::school::{School, code_in};

const SCHOOL: &str = "/schools/hazel-lane";

/// Answers the question at that place, and answers where it goes on.
async fn tells(browser: &mut Browser, question: &str, fields: &[(&str, &str)]) -> String {
    browser.answers(&format!("{SCHOOL}/raise/{question}"), fields).await.place().to_owned()
}

const WHOLE: &[(&str, &[(&str, &str)])] = &[
    ("what-is-it", &[("door", "concern")]),
    ("concern-or-complaint", &[("kind", "concern")]),
    ("you-and-the-school", &[("relationship", "parent")]),
    ("who-it-is-about", &[("about", "nobody")]),
    ("about-a-child", &[("about_child", "yes")]),
    ("child", &[("child_name", "Idris Osman"), ("year_group", "Year 4")]),
    ("point/1", &[("what", "Reading stopped. <script>alert(1)</script> ذهبت 👩‍👧"), ("wanted", "A call")]),
    ("what-happened", &[("another", "no")]),
    ("last-time", &[("last-month", "9"), ("last-year", "2026")]),
    ("spoken-to", &[]),
    ("part-of-it", &[("matters", "none")]),
    ("files", &[("then", "go_on")]),
    ("your-name", &[("name", "Farah Osman")]),
    ("how-to-reach-you", &[("email", "farah@osman.example")]),
    ("safe-contact", &[]),
    ("language", &[("language", "en")]),
    ("support", &[]),
];

async fn raise(browser: &mut Browser) -> Page {
    raise_reached_by(browser, &[("email", "farah@osman.example")]).await
}

/// The same, by somebody who is reached in that way.
async fn raise_reached_by(browser: &mut Browser, reached: &[(&str, &str)]) -> Page {
    let begun = browser.get(&format!("{SCHOOL}/raise")).await;
    let first = browser.get(begun.place()).await;
    assert!(first.html.contains("What would you like to do?"));
    let mut at = String::new();
    for (question, fields) in WHOLE {
        let fields = if *question == "how-to-reach-you" { reached } else { fields };
        at = tells(browser, question, fields).await;
        // Asked of whoever gives no email address.
        if at.ends_with("/best-way") {
            at = tells(browser, "best-way", &[("preferred", "phone")]).await;
        }
    }
    assert_eq!(at, format!("{SCHOOL}/raise/check"));
    browser.get(&at).await
}

/// P2, P20-P22, G18: from the first question to the confirmation; a second press makes nothing new.
#[actix_web::test]
async fn a_concern_is_raised_and_sent_once() {
    let town = School::founded();
    let mut browser = town.browser().await;
    let check = raise(&mut browser).await;
    assert!(check.html.contains("Send your concern") && check.html.contains("tel:999"));
    assert!(!check.html.contains("<script>alert"));
    let path = format!("{SCHOOL}/raise/check");
    let sent = browser.post(&path, &check, &[("leave-this-empty", "")]).await;
    assert_eq!(sent.to.as_deref(), Some(&*format!("{SCHOOL}/raise/done")));
    let again = browser.post(&path, &check, &[("leave-this-empty", "")]).await;
    assert_eq!(again.to, sent.to);
    let done = browser.get(&sent.to.unwrap()).await;
    for words in ["We have your concern", "How we worked out", "farah@osman.example"] {
        assert!(done.html.contains(words), "{words}");
    }
    let link = town.newest_link().await;
    let receipts =
        town.mail.taken().iter().filter(|mail| mail.to_address.as_str() == "farah@osman.example").count();
    assert_eq!(receipts, 1, "{link}");
}

/// P8, P10: what was typed comes back with what is to be put right; the draft keeps what it had.
#[actix_web::test]
async fn a_refused_answer_comes_back_filled_in() {
    let town = School::founded();
    let mut browser = town.browser().await;
    browser.get(&format!("{SCHOOL}/raise")).await;
    tells(&mut browser, "what-is-it", &[("door", "not_sure")]).await;
    let path = format!("{SCHOOL}/raise/how-to-reach-you");
    let page = browser.get(&path).await;
    let answer = browser.post(&path, &page, &[("email", "farah"), ("phone", "01632 960 001")]).await;
    assert_eq!(answer.to.as_deref(), Some(&*path), "a refusal leads back, so that Back works in the browser");
    let refused = browser.get(&path).await;
    assert_eq!(refused.status, StatusCode::OK);
    assert!(refused.html.contains("<title>Error: ") && refused.html.contains("value=\"farah\""));
    let later = browser.get(&path).await;
    assert!(!later.html.contains("Error: ") && !later.html.contains("farah"), "it is told once");
    let point = format!("{SCHOOL}/raise/point/1");
    let page = browser.get(&point).await;
    let answer = browser.post(&point, &page, &[("wanted", "A call")]).await;
    let refused = browser.get(&answer.to.unwrap()).await;
    assert!(refused.html.contains("Tell us what happened") && refused.html.contains("A call"));
}

/// P8, P10, P15: a date beside an answer that says there is none is asked about at the date, and both are still there.
#[actix_web::test]
async fn p15_a_date_beside_another_answer_is_asked_about_and_kept() {
    let town = School::founded();
    let mut browser = town.browser().await;
    browser.get(&format!("{SCHOOL}/raise")).await;
    tells(&mut browser, "what-is-it", &[("door", "not_sure")]).await;
    let path = format!("{SCHOOL}/raise/last-time");
    let both = [("last-day", "9"), ("last-month", "9"), ("last-year", "2026"), ("last_is", "goes_on")];
    let refused = browser.answers(&path, &both).await;
    assert_eq!(refused.place(), path);
    let page = browser.get(&path).await;
    for owed in
        ["<title>Error: ", "href=\"#last-day\"", "clear the date if you would like to keep the other answer"]
    {
        assert!(page.html.contains(owed), "{owed}: {}", page.html);
    }
    for kept in ["name=\"last-day\"", "name=\"last-month\"", "name=\"last-year\"", "value=\"goes_on\""] {
        let input = page.html.split("<input ").find(|input| input.contains(kept)).expect(kept);
        let input = input.split('>').next().unwrap();
        assert!(
            input.contains("value=\"9\"") || input.contains("value=\"2026\"") || input.contains("checked"),
            "{input}"
        );
    }
    let on = browser.post(&path, &page, &[&both[..3], &[("last_is", "date")]].concat()).await;
    assert_ne!(on.place(), path, "one of the two is an answer");
}

/// P8, P10: what cannot be sent as it is leads to the answer that is to be put right, and nothing is lost; a box
/// that a browser filled in unasked stops nobody.
#[actix_web::test]
async fn what_cannot_be_sent_is_put_right_and_sent() {
    let town = School::founded();
    let mut browser = town.browser().await;
    raise(&mut browser).await;
    tells(&mut browser, "language", &[("language", "en"), ("other_language", "Tigrinya")]).await;
    tells(&mut browser, "support", &[("adjustments", &"x".repeat(100_000))]).await;
    let path = format!("{SCHOOL}/raise/check");
    let check = browser.get(&path).await;
    let refused = browser.post(&path, &check, &[]).await;
    assert_eq!(refused.to.as_deref(), Some(&*path), "{}", refused.html);
    let check = browser.get(&path).await;
    assert!(check.html.contains("<title>Error: "), "{}", check.html);
    assert!(check.html.contains(&format!("<li><a href=\"{SCHOOL}/raise/support\">")), "{}", check.html);
    tells(&mut browser, "support", &[("adjustments", "Large print")]).await;
    let check = browser.get(&path).await;
    let filled = browser.post(&path, &check, &[("leave-this-empty", "https://osman.example")]).await;
    let check = browser.get(&filled.to.unwrap()).await;
    assert!(check.html.contains("send them again"));
    let sent = browser.post(&path, &check, &[("leave-this-empty", "")]).await;
    assert_eq!(sent.to.as_deref(), Some(&*format!("{SCHOOL}/raise/done")));
}

/// P8: whoever comes back is asked before somebody else's answers are shown, and can throw them away.
#[actix_web::test]
async fn what_was_begun_is_gone_on_with_or_thrown_away() {
    let town = School::founded();
    let mut browser = town.browser().await;
    browser.get(&format!("{SCHOOL}/raise/what-is-it")).await;
    tells(&mut browser, "what-is-it", &[("door", "not_sure")]).await;
    let begun = browser.get(&format!("{SCHOOL}/raise")).await;
    assert!(begun.html.contains("You have begun to write to us"));
    assert!(begun.html.contains(&format!("{SCHOOL}/raise/you-and-the-school")));
    let afresh = browser.post(&format!("{SCHOOL}/raise/afresh"), &begun, &[]).await;
    assert_eq!(afresh.to.as_deref(), Some(&*format!("{SCHOOL}/raise/what-is-it")));
    let first = browser.get(&afresh.to.unwrap()).await;
    assert!(!first.html.contains(" checked"));
}

/// P8, P35: what has run out is told, with the day and the way on; what was typed last is shown again; afterwards
/// everything begins anew. Nothing of it is told of what was sent.
#[actix_web::test]
async fn a_draft_that_has_run_out_is_told() {
    let town = School::founded();
    let mut browser = town.browser().await;
    let door = format!("{SCHOOL}/raise/what-is-it");
    assert!(
        browser.get(&door).await.html.contains("17 September 2026 at 9:30am"),
        "until when is told before"
    );
    tells(&mut browser, "what-is-it", &[("door", "not_sure")]).await;
    let path = format!("{SCHOOL}/raise/point/1");
    let point = browser.get(&path).await;
    town.stands_at("2026-09-17T08:30:00Z");
    for swept in [false, true] {
        if swept {
            sweep(&town.app).unwrap();
        }
        for page in ["raise", "raise/what-is-it", "raise/child", "raise/check", "raise/point/1"] {
            let told = browser.get(&format!("{SCHOOL}/{page}")).await;
            assert!(told.html.contains("What you wrote here was deleted"), "{page}");
            assert!(told.html.contains("17 September 2026 at 9:30am"), "{page}");
            assert!(told.html.contains("0117 496 0123") && told.html.contains("Start again"), "{page}");
        }
    }
    let late = browser.post(&path, &point, &[("what", "My last words")]).await;
    assert!(late.html.contains("My last words") && late.html.contains("This was not sent"), "{}", late.html);
    let begun = browser.post(&format!("{SCHOOL}/raise/afresh"), &late, &[]).await;
    assert_eq!(begun.to.as_deref(), Some(&*door));
    assert!(browser.get(&door).await.html.contains("What would you like to do?"));
    let mut stranger = browser.another();
    let unknown = stranger.get(&format!("{SCHOOL}/raise/child")).await;
    assert!(unknown.html.contains("We cannot find what you wrote"));
}

/// P21, P22: Back after sending leads to what was sent, not to an empty form; something else can be told.
#[actix_web::test]
async fn back_after_sending_shows_what_was_sent() {
    let town = School::founded();
    let mut browser = town.browser().await;
    let check = raise(&mut browser).await;
    browser.post(&format!("{SCHOOL}/raise/check"), &check, &[]).await;
    for page in ["check", "support", "point/1", "files"] {
        let back = browser.get(&format!("{SCHOOL}/raise/{page}")).await;
        assert_eq!(back.to.as_deref(), Some(&*format!("{SCHOOL}/raise/done")), "{page}");
    }
    let stale = browser.post(&format!("{SCHOOL}/raise/support"), &check, &[("adjustments", "A lift")]).await;
    assert!(stale.html.contains("You have sent it already") && stale.html.contains("A lift"));
    // P18: whoever begins on this device next reads nothing of it.
    let begin = browser.get(&format!("{SCHOOL}/raise")).await;
    assert_eq!(begin.to.as_deref(), Some(&*format!("{SCHOOL}/raise/what-is-it")));
    let entrance = browser.get(&begin.to.unwrap()).await;
    assert!(entrance.html.contains("What would you like to do?") && !entrance.html.contains("farah@"));
    let anew = browser.post(&format!("{SCHOOL}/raise/afresh"), &stale, &[]).await;
    assert!(browser.get(&anew.to.unwrap()).await.html.contains("What would you like to do?"));
    let done = browser.get(&format!("{SCHOOL}/raise/done")).await;
    assert!(done.html.contains("We have your concern"), "what was sent is still found");
    town.stands_at("2026-09-18T08:30:00Z");
    sweep(&town.app).unwrap();
    let later = browser.get(&format!("{SCHOOL}/raise")).await;
    assert_eq!(
        later.to.as_deref(),
        Some(&*format!("{SCHOOL}/raise/what-is-it")),
        "what was sent is not deleted"
    );
}

const URGENT: &[(&str, &[(&str, &str)])] = &[
    ("what-is-it", &[("door", "at_risk")]),
    ("child-at-risk", &[]),
    ("point/1", &[("what", "He has bruises.")]),
    ("child", &[("child_name", "Idris Osman")]),
    ("who-it-is-about", &[("about", "nobody")]),
    ("your-name", &[("name", "Farah Osman"), ("relationship", "carer")]),
    ("how-to-reach-you", &[("email", "farah@osman.example"), ("safe_note", "Not at home")]),
];

/// R14, E12: in a holiday a child at risk reaches whoever can act in few pages, and neither the page nor the receipt
/// reads as the timetable of a complaint.
#[actix_web::test]
async fn r14_a_child_at_risk_in_a_holiday_has_no_timetable() {
    let town = School::founded();
    town.stands_at("2026-10-27T09:00:00Z");
    let mut browser = town.browser().await;
    browser.get(&format!("{SCHOOL}/raise")).await;
    let mut at = String::new();
    for (question, fields) in URGENT {
        at = tells(&mut browser, question, fields).await;
    }
    assert_eq!(at, format!("{SCHOOL}/raise/check"));
    let check = browser.get(&at).await;
    assert!(check.html.contains("Send it now") && check.html.contains("Not at home"));
    let sent = browser.post(&at, &check, &[]).await;
    let done = browser.get(&sent.to.unwrap()).await;
    town.delivers().await;
    let mail = town.mail.taken();
    let receipt = mail.iter().find(|mail| mail.to_address.as_str() == "farah@osman.example").unwrap();
    for (place, text) in [("page", &done.html), ("mail", &receipt.text)] {
        assert!(text.contains("999") && !text.contains("Ines Baptiste"), "{place}: {text}");
        assert!(
            text.split_whitespace()
                .collect::<Vec<_>>()
                .join(" ")
                .contains("opens again on Monday 2 November 2026"),
            "{place} says when it is read: {text}"
        );
        for timetable in ["We count", "You will hear from", "You have an answer by", "How we worked out"] {
            assert!(!text.contains(timetable), "{place}, {timetable}: {text}");
        }
    }
}

/// Sends a concern from a fresh browser, and answers the page of what was sent.
async fn sent(browser: &mut Browser) -> Page {
    sent_with(browser, &[("email", "farah@osman.example")]).await
}

/// The same, by somebody who is reached in that way.
pub(crate) async fn sent_with(browser: &mut Browser, reached: &[(&str, &str)]) -> Page {
    let check = raise_reached_by(browser, reached).await;
    let sent = browser.post(&format!("{SCHOOL}/raise/check"), &check, &[]).await;
    browser.get(&sent.to.unwrap()).await
}

/// P22, P28: a mistyped address is put right by the browser that has just sent it: the receipt goes again, and what
/// the old address has opens nothing any more.
#[actix_web::test]
async fn p28_a_mistyped_address_is_put_right_where_it_was_typed() {
    let town = School::founded();
    let mut browser = town.browser().await;
    let done = sent(&mut browser).await;
    let lost = town.newest_link().await;
    let mut stranger = browser.another();
    stranger.opens(&lost).await;
    assert_eq!(stranger.get("/mine").await.status, StatusCode::OK);

    let opened = stranger.cookie("heard-case").unwrap();
    let reference = Reference::parse(opened.split_once('.').unwrap().1).unwrap();
    for _ in 0..2 {
        let_put_right(&town.app, &reference, &Token::given("pressed-twice-at-once"))
            .expect("P21: once is enough");
    }

    let path = format!("{SCHOOL}/raise/done/address");
    let again = browser.post(&path, &done, &[("email", "farah")]).await;
    let again = browser.get(&again.to.unwrap()).await;
    assert!(
        again.html.contains("There is a problem") && again.html.contains("value=\"farah\""),
        "{}",
        again.html
    );
    let right = browser.post(&path, &again, &[("email", "farah@new.example")]).await;
    let right = browser.get(&right.to.unwrap()).await;
    assert!(right.html.contains("We are sending the receipt to farah@new.example"), "{}", right.html);
    town.delivers().await;
    let receipts = |town: &School| {
        let mails = texts_to(town, "farah@new.example");
        mails.iter().filter(|text| text.contains("We have your concern")).count()
    };
    assert_eq!(receipts(&town), 1);
    let found = town.newest_link().await;
    assert_ne!(found, lost);
    assert!(stranger.get(&lost).await.html.contains("This link no longer works"));
    assert_eq!(stranger.get("/mine").await.status, StatusCode::NOT_FOUND, "whoever was in goes out");
    browser.post(&path, &right, &[("email", "farah@new.example")]).await;
    town.delivers().await;
    assert_eq!(receipts(&town), 1, "the address that we have changes nothing");

    let from_elsewhere = stranger.get(&format!("{SCHOOL}/raise")).await;
    let door = stranger.get(&from_elsewhere.to.unwrap()).await;
    let no = stranger.post(&path, &door, &[("email", "thief@new.example")]).await;
    assert_eq!(
        no.to.as_deref(),
        Some(&*format!("{SCHOOL}/find-my-case")),
        "another browser puts nothing right"
    );
    town.stands_at("2026-09-14T09:01:00Z");
    let late = browser.post(&path, &right, &[("email", "late@new.example")]).await;
    assert_eq!(late.to.as_deref(), Some(&*format!("{SCHOOL}/find-my-case")), "half an hour is over");
    town.delivers().await;
    assert!(
        texts_to(&town, "late@new.example").is_empty() && texts_to(&town, "thief@new.example").is_empty()
    );
}

/// P18: on a device that others use, what was sent is there for half an hour, or until it is cleared.
#[actix_web::test]
async fn p18_a_shared_device_forgets_what_was_sent() {
    let town = School::founded();
    let mut browser = town.browser().await;
    let page = format!("{SCHOOL}/raise/done");
    let find = format!("{SCHOOL}/find-my-case");
    let done = sent(&mut browser).await;
    assert!(done.html.contains("I share this device: clear it") && done.html.contains("farah@"));
    let cleared = browser.post(&format!("{SCHOOL}/raise/finish"), &done, &[]).await;
    assert!(cleared.html.contains("This device is cleared") && !cleared.html.contains("farah@"));
    assert!(browser.cookies.is_empty(), "{:?}", browser.cookies);
    assert_eq!(browser.get(&page).await.to.as_deref(), Some(&*find));

    let again = sent(&mut browser).await;
    assert!(again.html.contains("We have your concern"), "another concern is not taken for the first");
    town.stands_at("2026-09-14T08:59:00Z");
    assert!(browser.get(&page).await.html.contains("farah@"));
    town.stands_at("2026-09-14T09:01:00Z");
    assert_eq!(browser.get(&page).await.to.as_deref(), Some(&*find));
    let stale = browser.post(&format!("{SCHOOL}/raise/support"), &again, &[("adjustments", "A lift")]).await;
    assert!(stale.html.contains("You have sent it already") && !stale.html.contains("Your reference is"));
}

/// G18: Back after a message offers the same words in a fresh form; sent again on the same day they are one message.
#[actix_web::test]
async fn g18_a_message_that_is_sent_from_a_page_gone_back_to_is_sent_once() {
    let town = School::founded();
    let mut browser = town.browser().await;
    open(&town, &mut browser).await;
    let path = "/mine/actions/send_message";
    let form = browser.get(path).await;
    let words = [("words", "He cried all evening.")];
    assert_eq!(browser.post(path, &form, &words).await.to.as_deref(), Some("/mine?done=send_message"));
    let fresh = browser.get(path).await;
    for form in [&fresh, &form] {
        let again = browser.post(path, form, &words).await;
        assert_eq!(again.to.as_deref(), Some("/mine?done=sent_already"));
        let told = browser.get(&again.to.unwrap()).await;
        assert!(told.html.contains("You have already sent this today"));
        assert_eq!(told.html.matches("He cried all evening.").count(), 1, "{}", told.html);
    }
    let other = browser.post(path, &fresh, &[("words", "He slept well.")]).await;
    assert_eq!(other.to.as_deref(), Some("/mine?done=send_message"), "other words are another message");
    let form = browser.get(path).await;
    let empty = browser.post(path, &form, &[("words", " ")]).await;
    assert!(empty.html.contains("Write your message"), "{}", empty.html);
}

/// A code works in any browser with the reference and the address that it was mailed to, and nowhere without them.
#[actix_web::test]
async fn a_mailed_code_works_in_another_browser() {
    let town = School::founded();
    let mut browser = town.browser().await;
    let check = raise(&mut browser).await;
    browser.post(&format!("{SCHOOL}/raise/check"), &check, &[]).await;
    town.delivers().await;
    let find = format!("{SCHOOL}/find-my-case");
    let page = browser.get(&find).await;
    browser.post(&find, &page, &[("email", "farah@osman.example")]).await;
    let mail = loop {
        town.delivers().await;
        let found = town.mail.taken().into_iter().find(|mail| mail.subject.contains("your link and code"));
        if let Some(found) = found {
            break found;
        }
        actix_web::rt::time::sleep(std::time::Duration::from_millis(20)).await;
    };
    let code = code_in(&mail.text).expect("the mail has a code");
    let reference = mail.subject.rsplit_once('(').unwrap().1.trim_end_matches(')').to_owned();
    let path = format!("{SCHOOL}/code");
    let mut other = browser.another();
    let page = other.get(&path).await;
    let alone = other.post(&path, &page, &[("code", &code)]).await;
    assert!(alone.html.contains("another browser asked for it"), "{}", alone.html);
    let half = other.post(&path, &page, &[("code", &code), ("reference", &reference)]).await;
    assert!(half.html.contains("Enter an email address in the form"));
    let wrong = [("code", &*code), ("reference", &*reference), ("email", "somebody@osman.example")];
    assert!(other.post(&path, &page, &wrong).await.html.contains("do not belong together"));
    let right = [("code", &*code), ("reference", &*reference), ("email", "Farah@osman.example")];
    let opened = other.post(&path, &page, &right).await;
    assert_eq!(opened.to.as_deref(), Some("/mine"), "{}", opened.html);
    assert!(other.get("/mine").await.html.contains("Where is it now?"));
    let same = browser.get(&path).await;
    let here = browser.post(&path, &same, &[("code", &code)]).await;
    assert!(here.html.contains("was used already"), "a code works once: {}", here.html);
}

/// A family without a link finds its school, and never a password.
#[actix_web::test]
async fn a_family_finds_its_school() {
    let town = School::founded();
    let mut browser = town.browser().await;
    let page = browser.get("/schools").await;
    assert!(page.html.contains("Hazel Lane") && page.html.contains(SCHOOL));
    assert!(page.html.contains(&format!("{SCHOOL}/find-my-case")));
}

/// A form of another site has no token of this visit; a page that is not there says so in plain words (P40).
#[actix_web::test]
async fn strangers_and_wrong_addresses_get_a_page_that_helps() {
    let town = School::founded();
    let mut browser = town.browser().await;
    let path = format!("{SCHOOL}/raise/what-is-it");
    let form = TestRequest::post().uri(&path).set_form([("door", "concern"), ("csrf", "guess")]);
    let refused = browser.send(form).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert!(refused.html.contains("Go back and send it again"));
    for path in ["/schools/nowhere", "/schools/nowhere/raise", &format!("{SCHOOL}/raise/..%2f..%2fetc")] {
        let page = browser.get(path).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{path}");
        assert!(page.html.contains("There is no page here"), "{path}");
    }
    let page = browser.get("/mine").await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
    assert!(page.html.contains("Your page has closed") && page.html.contains("href=\"/schools\""));
}

/// P39, P40: below a school's address every page of trouble has that school's telephone; without a school, or
/// below a family's own pages, it is still a page for families.
#[actix_web::test]
async fn trouble_has_the_schools_telephone() {
    let town = School::founded();
    let mut browser = town.browser().await;
    for path in ["raise/no-such-question", "no-such-page", "where-to-go/nowhere", "raise/point/1/nothing"] {
        let page = browser.get(&format!("{SCHOOL}/{path}")).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{path}");
        assert!(page.html.contains("There is no page here") && page.html.contains("0117 496 0123"), "{path}");
        assert!(page.html.contains(&format!("href=\"{SCHOOL}\"")), "{path}");
    }
    let strange = TestRequest::post().uri(&format!("{SCHOOL}/raise/what-is-it")).set_form([("csrf", "x")]);
    assert!(browser.send(strange).await.html.contains("0117 496 0123"));
    for path in ["/schools/nowhere/else", "/mine/actions/nothing/at/all"] {
        let page = browser.get(path).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{path}");
        assert!(
            page.html.contains("There is no page here") && page.html.contains("list of schools"),
            "{path}"
        );
    }
    let done = browser.get(&format!("{SCHOOL}/raise/done")).await;
    assert_eq!(done.to.as_deref(), Some(&*format!("{SCHOOL}/find-my-case")), "P22: a bookmark leads on");
}

/// P45: in a holiday the start page, the help on every page and the confirmation say from when we count.
#[actix_web::test]
async fn a_holiday_is_announced_where_somebody_writes() {
    let town = School::founded();
    town.stands_at("2026-10-27T09:00:00Z");
    let mut browser = town.browser().await;
    let closed = "Closed until Monday 2 November 2026";
    let start = browser.get(SCHOOL).await;
    assert!(start.html.contains("School is closed until Monday 2 November 2026"));
    let check = raise(&mut browser).await;
    assert!(check.html.contains(closed), "help stands on every page");
    let sent = browser.post(&format!("{SCHOOL}/raise/check"), &check, &[]).await;
    let done = browser.get(&sent.to.unwrap()).await;
    for words in
        ["School is closed until", "What you send now counts as sent on Monday 2 November 2026", closed]
    {
        assert!(done.html.contains(words), "{words}");
    }
    let link = town.newest_link().await;
    browser.opens(&link).await;
    assert!(browser.get("/mine").await.html.contains(closed));
}

/// 10 MB in one field: a page that says what to do, not a fault.
#[actix_web::test]
async fn ten_megabytes_are_refused_with_a_way_on() {
    let town = School::founded();
    let mut browser = town.browser().await;
    browser.get(&format!("{SCHOOL}/raise")).await;
    tells(&mut browser, "what-is-it", &[("door", "not_sure")]).await;
    let path = format!("{SCHOOL}/raise/point/1");
    let page = browser.get(&path).await;
    let answer = browser.post(&path, &page, &[("what", &"x".repeat(10_000_000))]).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(answer.html.contains("shorten it"));
}

/// Opens the case of the newest mail in that browser.
async fn open(town: &School, browser: &mut Browser) -> String {
    let check = raise(browser).await;
    browser.post(&format!("{SCHOOL}/raise/check"), &check, &[]).await;
    let link = town.newest_link().await;
    browser.opens(&link).await;
    link
}

/// P8, P39: whoever writes for longer than a page stays open loses nothing. The answer has the words and the school's
/// telephone, and the form has them again when the page is open.
#[actix_web::test]
async fn words_written_into_a_page_that_had_closed_are_given_back() {
    let town = School::founded();
    let mut browser = town.browser().await;
    let link = open(&town, &mut browser).await;
    let path = "/mine/actions/send_message";
    let form = browser.get(path).await;
    let case = form.hidden("case");
    town.stands_at("2026-09-15T08:00:00Z");
    let fields = [("words", "He cried all <evening>."), ("case", case.as_str())];
    let closed = browser.post(path, &form, &fields).await;
    assert_eq!(closed.status, StatusCode::NOT_FOUND);
    for owed in ["Your page has closed", "He cried all", "0117 496 0123", "find-my-case"] {
        assert!(closed.html.contains(owed), "{owed}: {}", closed.html);
    }
    assert!(
        !closed.html.contains("<evening>") && !closed.html.contains(&case) && !closed.html.contains("Farah")
    );

    browser.opens(&link).await;
    let form = browser.get(path).await;
    assert!(form.html.contains("He cried all") && form.html.contains("They were not sent"), "{}", form.html);
    assert!(!browser.get("/mine/actions/withdraw").await.html.contains("He cried"), "another form");
    let sent = browser.post(path, &form, &fields).await;
    assert_eq!(sent.to.as_deref(), Some("/mine?done=send_message"), "{}", sent.html);
    assert!(!browser.get(path).await.html.contains("He cried"), "it was sent");
    assert!(browser.get("/mine").await.html.contains("He cried all"));
}

/// What is hidden stays hidden: the page says the same to whoever had a case and to whoever guesses; another browser
/// and another case find nothing of it, and the form of another site is not shown.
#[actix_web::test]
async fn a_page_that_had_closed_tells_nothing_of_a_case() {
    let town = School::founded();
    let mut browser = town.browser().await;
    let link = open(&town, &mut browser).await;
    let form = browser.get("/mine/ask/call").await;
    let case = form.hidden("case");
    town.stands_at("2026-09-15T08:00:00Z");
    let path = "/mine/ask/call";
    let fields = |case| [("number", "07700 900 123"), ("times", "After six"), ("case", case)];
    let known = browser.post(path, &form, &fields(&case)).await;
    let guessed = browser.post(path, &form, &fields("H7K2-M4XQ")).await;
    assert_eq!((known.status, &known.html), (guessed.status, &guessed.html));

    let mut stranger = browser.another();
    let foreign = TestRequest::post().uri(path).set_form([("csrf", "guess"), ("times", "After six")]);
    let foreign = stranger.send(foreign).await;
    assert!(foreign.status == StatusCode::FORBIDDEN && !foreign.html.contains("After six"));
    let mut other = browser.another();
    other.opens(&link).await;
    assert!(!other.get(path).await.html.contains("After six"), "another browser");
}

/// P18: two families, or two parents, share a laptop. What one typed before her page closed is in no form of the other;
/// a form that she still has open does nothing to his page, and her words come back to her.
#[actix_web::test]
async fn p18_what_one_typed_is_not_for_the_next_in_the_same_browser() {
    let town = School::founded();
    let mut browser = town.browser().await;
    let hers = open(&town, &mut browser).await;
    let path = "/mine/actions/send_message";
    let form = browser.get(path).await;
    town.stands_at("2026-09-15T08:00:00Z");
    browser.post(path, &form, &[("words", "My first words.")]).await;

    let mut phone = browser.another();
    let his = open(&town, &mut phone).await;
    assert_ne!(his, hers);
    browser.opens(&his).await;
    let shown = browser.get(path).await;
    assert_eq!(shown.status, StatusCode::OK);
    assert!(!shown.html.contains("My first words"), "he reads what she typed");
    assert_ne!(shown.hidden("case"), form.hidden("case"), "each has a mark of its own");
    let crossed = browser.post(path, &form, &[("words", "Meant for mine.")]).await;
    assert_eq!(crossed.status, StatusCode::NOT_FOUND, "{:?}", crossed.to);
    assert!(crossed.html.contains("Meant for mine.") && crossed.html.contains("was not sent"));
    assert!(!browser.get("/mine").await.html.contains("Meant for mine"), "nothing was done to his page");

    let file = browser.get("/mine/actions/add_document").await;
    browser.opens(&hers).await;
    let hers_now = browser.get("/mine/actions/add_document").await;
    assert_ne!(file.hidden("case"), hers_now.hidden("case"), "a file is for the page it was chosen on");
    let crossed = browser.post("/mine/actions/add_document", &file, &[]).await;
    assert_eq!(crossed.status, StatusCode::NOT_FOUND, "{}", crossed.html);
    let waits = browser.get("/mine").await;
    assert!(waits.html.contains("Words that you have not sent"), "{}", waits.html);
    let again = browser.get(path).await;
    assert!(again.html.contains("Meant for mine."), "her words are hers");
    browser.post("/mine/leave", &again, &[]).await;
    browser.opens(&hers).await;
    assert!(!browser.get(path).await.html.contains("Meant for mine."), "whoever leaves leaves nothing");
}

/// P28, A14: a code for a new address cannot be guessed through the API either, which says what is used up.
#[actix_web::test]
async fn a_code_for_a_new_address_can_be_tried_five_times() {
    let town = School::founded();
    let mut browser = town.browser().await;
    open(&town, &mut browser).await;
    let cookie = browser.cookie("heard-case").unwrap();
    let (token, reference) = cookie.split_once('.').unwrap();
    let (mut statuses, mut buckets) = (Vec::new(), Vec::new());
    for no in 0..6 {
        let request = TestRequest::post()
            .uri(&format!("/api/v1/cases/{reference}/actions/correct_contact"))
            .insert_header((header::IF_MATCH, "\"1\""))
            .set_json(serde_json::json!({"email": "thief@new.example", "code": format!("00000{no}")}));
        let answer = browser.site.asked(token, request).await;
        statuses.push(answer.status.as_u16());
        let bucket = answer.headers.get("ratelimit-limit");
        buckets.push(bucket.and_then(|bucket| bucket.to_str().ok()).unwrap_or_default().to_owned());
    }
    assert_eq!(buckets.last().map(String::as_str), Some("5"), "the bucket is that of codes: {buckets:?}");
    assert!(statuses.iter().take(5).all(|status| *status != 429), "{statuses:?}");
    assert_eq!(statuses.last(), Some(&429), "{statuses:?}");
}

/// The texts of the mails to that address that left so far, the newest last.
fn texts_to(town: &School, address: &str) -> Vec<String> {
    let taken = town.mail.taken();
    taken.iter().filter(|mail| mail.to_address.as_str() == address).map(|mail| mail.text.clone()).collect()
}

/// P28: a new email address is confirmed by a code that was mailed to it. From then on letters go there, the old address
/// is told without a way in, and the links that it has stop working.
#[actix_web::test]
async fn a_new_email_address_is_confirmed_and_the_old_one_is_told() {
    let town = School::founded();
    let mut browser = town.browser().await;
    let link = open(&town, &mut browser).await;
    let path = "/mine/actions/correct_contact";
    let form = browser.get(path).await;
    assert!(form.html.contains("value=\"farah@osman.example\"") && !form.html.contains("name=\"code\""));
    let asked = browser.post(path, &form, &[("email", "farah@new.example"), ("phone", "")]).await;
    assert_eq!(asked.status, StatusCode::OK, "a step is no trouble: {:?}", asked.to);
    for owed in ["<h1 class=\"govuk-heading-l\">Check your email</h1>", "farah@new.example", "name=\"code\""]
    {
        assert!(asked.html.contains(owed), "{owed}: {}", asked.html);
    }
    assert!(!asked.html.contains("There is a problem"), "{}", asked.html);
    town.delivers().await;
    let blank =
        browser.post(path, &asked, &[("email", "farah@new.example"), ("step", "code"), ("code", "")]).await;
    assert!(blank.html.contains("Enter the six numbers from your email"), "{}", blank.html);
    town.delivers().await;
    assert_eq!(texts_to(&town, "farah@new.example").len(), 1, "an empty field mails no other code");
    let mailed = texts_to(&town, "farah@new.example").pop().unwrap();
    let code = code_in(&mailed).expect("the mail has a code");
    assert!(!mailed.contains("/mine/") && !mailed.contains("Idris"), "{mailed}");

    let wrong = if code == "000000" { "111111" } else { "000000" };
    let refused = browser.post(path, &asked, &[("email", "farah@new.example"), ("code", wrong)]).await;
    assert!(refused.html.contains("This code is not right"), "{}", refused.html);
    let another = browser.post(path, &asked, &[("email", "other@new.example"), ("code", &code)]).await;
    assert!(another.html.contains("This code is not right"), "a code is good for one address");
    let done = browser.post(path, &asked, &[("email", "farah@new.example"), ("code", &code)]).await;
    assert_eq!(done.to.as_deref(), Some("/mine?done=correct_contact"), "{}", done.html);

    town.delivers().await;
    let old = texts_to(&town, "farah@osman.example").pop().unwrap();
    let old = old.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(old.contains("last message to this one") && !old.contains("/mine/"), "{old}");
    assert!(!old.contains("farah@new.example"), "{old}");
    let new = texts_to(&town, "farah@new.example").pop().unwrap();
    assert!(new.contains("put right how we reach you") && new.contains("/mine/"), "{new}");
    assert_eq!(browser.get("/mine").await.status, StatusCode::OK, "whoever is in stays in");
    let mut other = browser.another();
    assert!(other.get(&link).await.html.contains("This link no longer works"));
}

/// R41, G17: the day after a date was missed the family is told, once however often the sweep runs: first that nobody
/// wrote to say who looks at it, then that the answer is late.
#[actix_web::test]
async fn r41_a_family_is_told_once_that_its_answer_is_late() {
    let town = School::founded();
    let mut browser = town.browser().await;
    open(&town, &mut browser).await;
    let late = || {
        let texts = texts_to(&town, "farah@osman.example");
        texts.iter().filter(|text| text.contains("We have not kept a date that we gave you")).count()
    };
    for (moment, told) in [
        ("2026-09-16T09:00:00Z", 0),
        ("2026-09-17T07:00:00Z", 1),
        ("2026-09-17T07:15:00Z", 1),
        ("2026-09-28T09:00:00Z", 1),
        ("2026-09-29T04:00:00Z", 1),
        ("2026-09-29T07:00:00Z", 2),
        ("2026-09-29T07:15:00Z", 2),
        ("2026-10-02T07:00:00Z", 2),
    ] {
        town.stands_at(moment);
        sweep(&town.app).unwrap();
        town.delivers().await;
        assert_eq!(late(), told, "{moment}");
    }
    browser.opens(&town.newest_link().await).await;
    let case = browser.get("/mine").await;
    for owed in [
        "We are late",
        "You were to hear who is looking at it by Wednesday 16 September 2026",
        "You were to have an answer by Monday 28 September 2026",
        "If no answer comes, you can take it further from Monday 5 October 2026. Our procedure leaves 5 school days",
        "No answer yet. It is late",
    ] {
        assert!(case.html.contains(owed), "{owed}: {}", case.html);
    }
    assert!(case.html.contains("was missed, and a message went out that says so"), "{}", case.html);
    assert!(!case.html.contains("Told the school that it is late"), "that is the school\u{2019}s own");
}

/// P23, P33, G27: opening the link shows a button only, again and again; pressing it opens the case.
#[actix_web::test]
async fn the_link_opens_the_case_by_its_button() {
    let town = School::founded();
    let mut browser = town.browser().await;
    let check = raise(&mut browser).await;
    browser.post(&format!("{SCHOOL}/raise/check"), &check, &[]).await;
    let link = town.newest_link().await;

    let mut scanner = browser.another();
    for _ in 0..3 {
        let page = scanner.get(&link).await;
        assert!(page.html.contains("Open my page") && !page.html.contains("Farah"));
        assert_eq!(scanner.get("/mine").await.status, StatusCode::NOT_FOUND, "a scanner has no session");
    }

    let mut phone = browser.another();
    let opened = phone.opens(&link).await;
    assert_eq!(opened.to.as_deref(), Some("/mine"));
    let case = phone.get("/mine").await;
    for words in ["Where is it now?", "Who has it?", "What happens next?", "By when?", "What can I do?"] {
        assert!(case.html.contains(words), "{words}");
    }

    let path = "/mine/actions/send_message";
    let form = phone.get(path).await;
    let empty = phone.post(path, &form, &[("words", " ")]).await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    let sent = phone.post(path, &form, &[("words", "It happened again today.")]).await;
    assert_eq!(sent.to.as_deref(), Some("/mine?done=send_message"), "{}", sent.html);
    let twice = phone.post(path, &form, &[("words", "It happened again today.")]).await;
    assert_eq!(
        twice.to.as_deref(),
        Some("/mine?done=sent_already"),
        "a second press is the same message (G18)"
    );
    let case = phone.get("/mine").await;
    assert_eq!(case.html.matches("It happened again today.").count(), 1);

    let path = "/mine/actions/withdraw";
    let form = phone.get(path).await;
    let gone = phone.post(path, &form, &[]).await;
    assert_eq!(gone.to.as_deref(), Some("/mine?done=withdraw"), "{}", gone.html);
    let closed = phone.get("/mine").await;
    phone.post("/mine/leave", &closed, &[]).await;
    assert_eq!(phone.get("/mine").await.status, StatusCode::NOT_FOUND);
}

/// P33: a link that never was, and an address that nobody has, get the same words as any other.
#[actix_web::test]
async fn nothing_tells_known_from_unknown() {
    let town = School::founded();
    let mut browser = town.browser().await;
    let dead = browser.get("/mine/abcdefghijkl").await;
    assert!(dead.html.contains("Send me a new link"));
    let resent = browser.post("/mine/abcdefghijkl/again", &dead, &[]).await;
    assert!(resent.html.contains("If the old link was one of ours"));
    let path = format!("{SCHOOL}/find-my-case");
    let find = browser.get(&path).await;
    let found = browser.post(&path, &find, &[("email", "nobody@example.org")]).await;
    assert!(found.html.contains("If we have a concern with that address"));
}

/// R7: a copy of the procedure is asked for, and sent with everything that its page says.
#[actix_web::test]
async fn r7_a_copy_of_the_procedure_says_what_its_page_says() {
    let town = School::founded();
    let mut browser = town.browser().await;
    let page = browser.get(&format!("{SCHOOL}/procedure")).await;
    let path = format!("{SCHOOL}/procedure/copies");
    let wrong = browser.post(&path, &page, &[("name", "Farah Osman")]).await;
    assert!(wrong.html.contains("Enter an email address or a postal address"));
    let right = [("name", "Farah Osman"), ("email", "farah@osman.example")];
    let asked = browser.post(&path, &page, &right).await;
    let told = browser.get(&asked.to.unwrap()).await;
    assert!(told.html.contains("We are sending you a copy of the procedure"));
    town.delivers().await;
    let mail = town.mail.taken();
    let copy = mail.iter().find(|mail| mail.subject.contains("a copy of our complaints procedure")).unwrap();
    let text = copy.text.replace('\n', " ");
    for words in ["version 1", "School days are days on which", "https://"] {
        assert!(text.contains(words) && page.html.contains(words), "{words}: {text}");
    }
    let body = defaults().iter().find(|one| one.key == "MAT-SEED").unwrap();
    for exit in body.exit_texts() {
        for words in [exit.name, exit.address].into_iter().chain(exit.within) {
            assert!(text.contains(&words), "{words}: {text}");
        }
    }
}
