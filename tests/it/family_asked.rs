//! What is asked of people outside the school, through pages, the API and the mail: whether what they said was written
//! down right (R9), and whether they agree that somebody raises it for them (R10).

use actix_web::http::StatusCode;
use chrono::TimeDelta;
use serde_json::{Value, json};

use heard::app::cases::{self, Caller, Order, SeenVersion};
use heard::app::concerns::{self, Sender, Spoken};
use heard::app::sweep::sweep;
use heard::domain::case::action::Action;
use heard::domain::case::vocabulary::Channel;
use heard::domain::reference::Reference;

use crate::kit::browser::{Page, Site, TestRequest};
use crate::kit::school::{BASE, HEAD, SLUG, School, link_in};
use crate::kit::trust::REFERENCE;

const OWN_WORDS: &str = "OWN-WORDS The bus left without her";
const FARAH: &str = "farah@osman.example";
const PETRA: &str = "petra@brook.example";

fn staff(town: &School, reference: &Reference, action: Action, body: Value) {
    let caller = Caller::Colleague(town.colleague(HEAD));
    let order = Order { reference: reference.clone(), action, body, seen: SeenVersion::Whichever, key: None };
    cases::act(&town.app, caller, order, REFERENCE).unwrap();
}

fn concern(complainant: Value) -> Value {
    json!({
        "kind": "concern", "complainant": complainant,
        "child": {"name": "Nadia Osman", "year_group": "Year 4"},
        "points": [{"what_happened": OWN_WORDS}],
    })
}

/// Farah rings, and the head writes down what she says.
fn spoken(town: &School) -> Reference {
    let farah = json!({"name": "Farah Osman", "email": FARAH, "relationship": "parent"});
    let body = serde_json::from_value(concern(farah)).unwrap();
    let heard = Spoken { channel: Channel::Phone, received_at: town.app.now(), agreed: None, long_ago: None };
    let sender = Sender::Colleague(town.colleague(HEAD), heard);
    let told = concerns::submit(&town.app, SLUG, sender, &body, None, REFERENCE).unwrap();
    Reference::parse(&told.body).unwrap()
}

/// A neighbour raises it for Petra's child, and the head asks Petra.
fn asked(town: &School) -> Reference {
    let ada = json!({"name": "Ada Brook", "email": "ada@brook.example", "relationship": "third_party"});
    let reference = town.takes(concern(ada));
    let petra = json!({"name": "Petra Osman", "email": PETRA, "agrees_for": "child"});
    staff(town, &reference, Action::AskConsent, petra);
    reference
}

async fn mails_to(town: &School, address: &str) -> Vec<(String, String)> {
    town.delivers().await;
    let mails = town.mail.taken();
    let theirs = mails.iter().filter(|mail| mail.to_address.as_str() == address);
    theirs.map(|mail| (mail.subject.clone(), mail.text.clone())).collect()
}

/// The path of the link by which somebody says whether they agree.
fn consent_link(text: &str) -> Option<String> {
    let start = text.find(&format!("{BASE}/consent/"))? + BASE.len();
    text[start..].split_whitespace().next().map(str::to_owned)
}

async fn petras_link(town: &School) -> String {
    mails_to(town, PETRA).await.iter().find_map(|(_, text)| consent_link(text)).expect("a mail with her link")
}

async fn says(site: &Site, path: &str, body: Value) -> Page {
    let request = TestRequest::post()
        .uri(&format!("/api/v1/access{}{path}", if path.is_empty() { "" } else { "/" }))
        .set_json(body);
    site.takes(request.peer_addr("192.0.2.1:4711".parse().unwrap())).await
}

/// R9: the mail asks, the page shows what was written down, and what is put right stands beside it for both sides.
#[actix_web::test]
async fn r9_a_family_puts_right_what_was_written_down_of_its_call() {
    let town = School::staffed();
    let site = town.site().await;
    let reference = spoken(&town);
    let mut staffs = site.signed_in(HEAD).await;
    let case = format!("/cases/{reference}");
    assert!(staffs.get(&case).await.html.contains("Not yet confirmed by Farah Osman"));
    let mails = mails_to(&town, FARAH).await;
    let (_, receipt) = &mails[0];
    let flat = receipt.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(flat.contains("tell us whether it is right"), "{receipt}");
    assert!(!receipt.contains(OWN_WORDS), "a mail says nothing of what it is about: {receipt}");
    let mut hers = site.browser();
    hers.opens(&link_in(receipt).unwrap()).await;
    let page = hers.get("/mine").await.html;
    assert!(page.contains("Is what we wrote down right?") && page.contains("Read it and tell us"), "{page}");
    let path = "/mine/actions/confirm_concern";
    assert!(hers.get(path).await.html.contains(OWN_WORDS));
    let bare = hers.answers(path, &[("written_down", "put_right")]).await;
    assert!(bare.html.contains("Write what is wrong or missing"), "{}", bare.html);
    let right = [("written_down", "put_right"), ("words", "PUT-RIGHT It was the Tuesday")];
    assert_eq!(hers.answers(path, &right).await.place(), "/mine?done=confirm_concern");
    let page = hers.get("/mine").await.html;
    assert!(page.contains(OWN_WORDS) && page.contains("PUT-RIGHT It was the Tuesday"), "{page}");
    assert!(!page.contains("Read it and tell us"), "it is asked once");
    let page = staffs.get(&case).await.html;
    assert!(
        page.contains("Put right by Farah Osman") && page.contains("PUT-RIGHT It was the Tuesday"),
        "{page}"
    );
    let api = site.reads(&town.token(HEAD), &format!("/api/v1{case}")).await.json();
    assert_eq!(api["confirmation"]["written_down"], "put_right");
    assert_eq!(api["confirmation"]["words"], "PUT-RIGHT It was the Tuesday");
}

/// R9: one reminder, and then the case goes on and says so.
#[actix_web::test]
async fn r9_who_never_answers_is_reminded_once_and_the_case_goes_on() {
    let town = School::staffed();
    let site = town.site().await;
    let reference = spoken(&town);
    for _ in 0..14 {
        town.waits(TimeDelta::days(1));
        sweep(&town.app).unwrap();
    }
    let reminders = mails_to(&town, FARAH).await;
    let reminders = reminders.iter().filter(|(subject, _)| subject.contains("is what we wrote down right?"));
    assert_eq!(reminders.count(), 1);
    let mut staffs = site.signed_in(HEAD).await;
    let page = staffs.get(&format!("/cases/{reference}")).await.html;
    assert!(page.contains("The case goes on without it"), "{page}");
    let told = json!({"written_down": "right", "heard_by": "On the phone today"});
    staff(&town, &reference, Action::ConfirmConcern, told);
    assert!(staffs.get(&format!("/cases/{reference}")).await.html.contains("Confirmed by Farah Osman"));
}

/// R10: the link tells who raised it and at which school, nothing of what it says, takes one answer and is over.
#[actix_web::test]
async fn r10_somebody_agrees_by_a_link_of_their_own() {
    let town = School::staffed();
    let site = town.site().await;
    let reference = asked(&town);
    let link = petras_link(&town).await;
    let mut hers = site.browser();
    let page = hers.get(&link).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.html.contains("Ada Brook") && page.html.contains("Nadia Osman"), "{}", page.html);
    let mails = mails_to(&town, PETRA).await;
    for text in mails.iter().flat_map(|(subject, text)| [subject, text]).chain([&page.html]) {
        assert!(!text.contains("OWN-WORDS") && !text.contains("ada@brook.example"), "{text}");
    }
    assert!(
        mails.iter().all(|(_, text)| !text.contains("Nadia")),
        "whoever reads the mail may be a stranger"
    );
    let token = link.rsplit('/').next().unwrap();
    assert_eq!(says(&site, "consent", json!({"link_token": link})).await.json()["raised_by"], "Ada Brook");
    // It opens no page and no case.
    assert_eq!(says(&site, "", json!({"link_token": token})).await.status, StatusCode::NOT_FOUND);
    assert_eq!(hers.get("/mine").await.status, StatusCode::NOT_FOUND);
    let nothing = hers.answers(&link, &[]).await;
    assert_eq!(nothing.status, StatusCode::UNPROCESSABLE_ENTITY);
    let thanks = hers.answers(&link, &[("answer", "agree")]).await;
    assert!(thanks.html.contains("You said that you agree"), "{}", thanks.html);
    let again = says(&site, "consent/answer", json!({"link_token": token, "answer": "refuse"})).await.json();
    assert_eq!(again["answer"], "agree", "what was answered stands: {again}");
    assert!(again["raised_by"].is_null(), "and it tells no more than that");
    let last = mails_to(&town, PETRA).await.pop().unwrap();
    assert!(last.1.contains("You told us that you agree") && consent_link(&last.1).is_none(), "{}", last.1);
    let mut staffs = site.signed_in(HEAD).await;
    let page = staffs.get(&format!("/cases/{reference}")).await.html;
    assert!(page.contains("Consent recorded: Petra Osman"), "{page}");
    staff(
        &town,
        &reference,
        Action::Accept,
        json!({"answers": [{"reason": "third_party", "words": "She agrees"}]}),
    );
}

/// R10: a refusal is on record, whoever raised it learns nothing, and nothing is shared.
#[actix_web::test]
async fn r10_somebody_who_does_not_agree_is_heard_and_nothing_is_shared() {
    let town = School::staffed();
    let site = town.site().await;
    let reference = asked(&town);
    let link = petras_link(&town).await;
    site.browser().answers(&link, &[("answer", "refuse")]).await;
    let mut staffs = site.signed_in(HEAD).await;
    let page = staffs.get(&format!("/cases/{reference}")).await.html;
    assert!(page.contains("Petra Osman does not agree that it is raised for them"), "{page}");
    let mails = mails_to(&town, "ada@brook.example").await;
    let mut adas = site.browser();
    adas.opens(&mails.iter().find_map(|(_, text)| link_in(text)).unwrap()).await;
    let page = adas.get("/mine").await.html;
    let read = mails.into_iter().flat_map(|(subject, text)| [subject, text]).chain([page]);
    for text in read {
        assert!(!text.contains("Petra") && !text.contains(PETRA), "{text}");
    }
}

/// R10: one reminder; a link that was called back, and one that never was, tell nothing.
#[actix_web::test]
async fn r10_one_reminder_and_a_link_that_is_over_tells_nothing() {
    let town = School::staffed();
    let site = town.site().await;
    let reference = asked(&town);
    let link = petras_link(&town).await;
    for _ in 0..21 {
        town.waits(TimeDelta::days(1));
        sweep(&town.app).unwrap();
    }
    let mails = mails_to(&town, PETRA).await;
    assert_eq!(mails.len(), 2, "{mails:?}");
    staff(
        &town,
        &reference,
        Action::RecordConsent,
        json!({"given_by": "Petra Osman", "given_on": "2026-10-01", "how": "phone"}),
    );
    let mut hers = site.browser();
    let (over, forged) = (hers.get(&link).await, hers.get("/consent/forged").await);
    assert!(over.html.contains("There is nothing to answer here"), "{}", over.html);
    for page in [&over, &forged] {
        assert!(!page.html.contains("Ada Brook") && !page.html.contains("Hazel"), "{}", page.html);
    }
    assert_eq!(over.status, forged.status);
    let answered = says(&site, "consent/answer", json!({"link_token": link, "answer": "agree"})).await;
    assert_eq!(answered.status, StatusCode::NOT_FOUND);
}
