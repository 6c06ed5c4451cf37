//! What a family reads of another, and what a school keeps of those who ask for its procedure: over HTTP, by page
//! and by API.

use chrono::TimeDelta;
use heard::app::demo::Person;
use heard::app::outbox::{Sender, Step, Transport, deliver};
use heard::db::access::LinkKind;
use heard::domain::ids::PartyNo;
use heard::domain::person::Role;
use heard::domain::reference::Reference;
use heard::domain::text::EmailAddress;
use heard::mail::MemoryMailer;
use serde_json::json;

use crate::kit::http::Request;
use crate::kit::served::Served;
use crate::kit::trust::Trust;
use crate::permissions::Visit;

/// Words of the first parent, with which nobody else is to meet.
const HERS: [&str; 6] =
    ["left without her", "an apology by letter", "every Monday", "farah@", "Farah", "Nobody rang"];

/// The case of two parents who complain together and live apart, with a token for the page of each.
fn two_parents(trust: &Trust, served: &Served) -> (Reference, [String; 2]) {
    let hers = trust.raises(
        "hazel-lane",
        &json!({
            "kind": "concern",
            "complainant": { "name": "Farah Osman", "email": "farah@osman.example", "relationship": "parent" },
            "points": [{ "what_happened": "The bus left without her", "when": "every Monday",
                "wanted": "an apology by letter" }],
            "already_spoken_to": "Nobody rang back, says Farah",
        }),
    );
    let case = trust.case(&hers);
    let is_coordinator = |person: &&Person| {
        person.posts.iter().any(|post| {
            post.role == Role::ComplaintsCoordinator && post.school.as_deref() == Some("hazel-lane")
        })
    };
    let coordinator = &trust.cast.people.iter().find(is_coordinator).unwrap().token;
    let api = format!("/api/v1/cases/{hers}");
    let known = Request::get(&api).bearer(coordinator).send(served.address).unwrap();
    let etag = known.named("etag").unwrap().to_owned();
    let father = json!({"party": "complainant", "about": "Transport on Mondays", "contact": {
        "name": "Yusuf Osman", "email": "yusuf@osman.example", "relationship": "parent" }});
    let add = Request::post(&format!("{api}/actions/add_party")).bearer(coordinator);
    let added = add.header("If-Match", &etag).json(&father).send(served.address).unwrap();
    assert_eq!(added.status, 200, "{}", added.text());
    let tokens = [PartyNo(1), PartyNo(2)]
        .map(|party| trust.secret(case, party, LinkKind::CaseToken, TimeDelta::hours(1)));
    (hers, tokens)
}

/// P18: two parents complain together and live apart. The second reads where each point stands, on pages and by
/// the API, and nothing that the first wrote.
#[test]
fn another_complainant_reads_nothing_that_the_first_wrote() {
    let trust = Trust::new();
    let served = Served::start(trust.app.clone());
    let (hers, tokens) = two_parents(&trust, &served);
    let api = format!("/api/v1/cases/{hers}");
    let get = |path: &str, token: &str| Request::get(path).bearer(token).send(served.address).unwrap();
    for path in [api.clone(), format!("{api}/events"), format!("{api}/actions")] {
        let [mother, father] = tokens.each_ref().map(|token| get(&path, token).text());
        for words in HERS {
            assert!(!father.contains(words), "{path}: he reads {words}: {father}");
        }
        assert!(!mother.contains("Yusuf") && !mother.contains("yusuf@"), "{path}: {mother}");
        assert!(mother.contains(HERS[0]) || path.ends_with("/actions"), "{path}: she reads her own words");
    }
    let seen = get(&api, &tokens[1]).json();
    assert_eq!(seen.pointer("/points/0/no"), Some(&json!(1)), "{seen}");
    assert_eq!(seen.pointer("/points/0/what_happened"), Some(&json!(null)), "{seen}");
    let cookie = format!("heard-case={}.{hers}", tokens[1]);
    for path in ["/mine", "/mine/actions/send_message", "/mine/actions/withdraw", "/mine/ask/call"] {
        let page = Request::get(path).header("Cookie", &cookie).send(served.address).unwrap();
        assert_eq!(page.status, 200, "{path}: {}", page.text());
        for words in HERS {
            assert!(!page.text().contains(words), "{path}: he reads {words}");
        }
        assert!(path != "/mine" || page.text().contains("Point 1"));
    }
}

/// P18, P31, P43: each of two parents reads again what went to them, in order and to print, and nothing of the other;
/// no letter opens a page.
#[actix_web::test]
async fn each_complainant_reads_their_own_letters_again() {
    let trust = Trust::new();
    let served = Served::start(trust.app.clone());
    let (hers, tokens) = two_parents(&trust, &served);
    let cookies = tokens.map(|token| format!("heard-case={token}.{hers}"));
    let get =
        |path: &str, cookie: &str| Request::get(path).header("Cookie", cookie).send(served.address).unwrap();
    assert!(!get("/mine", &cookies[0]).text().contains("/mine/letters"), "what has not left may be stopped");
    let from = EmailAddress::parse("heard@heard.example.org").unwrap();
    let sender = Sender::new(&trust.app, Transport::Memory(MemoryMailer::new()), from).unwrap();
    while deliver(&trust.app, &sender).await.unwrap() != Step::Empty {}

    let [her_page, his_page] = cookies.each_ref().map(|cookie| get("/mine", cookie).text());
    let [her_letters, his_letters] = [&her_page, &his_page].map(|page| letters_of(page));
    assert!(!her_letters.is_empty() && !his_letters.is_empty(), "{her_page} {his_page}");
    assert!(her_page.contains(">We have your concern</a>"), "{her_page}");
    for letter in &her_letters {
        let read = get(letter, &cookies[0]);
        assert!(read.status == 200 && read.text().contains("Dear Farah Osman"), "{}", read.text());
        assert!(read.text().contains("(the link to your page)"), "{}", read.text());
        assert_eq!(get(letter, &cookies[1]).status, 404, "he opens her letter");
        assert!(!his_letters.contains(letter));
    }
    let [all_hers, all_his] = cookies.each_ref().map(|cookie| get("/mine/letters", cookie).text());
    assert_eq!(all_hers.matches("<article").count(), her_letters.len());
    assert!(all_his.contains("Dear Yusuf Osman"), "{all_his}");
    for words in HERS {
        assert!(!all_his.contains(words) && !his_page.contains(words), "he reads {words}: {all_his}");
    }
}

/// The addresses of the letters that a page lists.
fn letters_of(page: &str) -> Vec<String> {
    let links = page.split("href=\"/mine/letters/").skip(1);
    links.map(|rest| format!("/mine/letters/{}", rest.split('"').next().unwrap())).collect()
}

/// R7: a copy by post has its address where the office prints the letter, and the log of copies is there for
/// those who see to such mail, and for nobody else.
#[test]
fn r7_a_copy_by_post_has_an_address_and_a_line_in_the_log() {
    let trust = Trust::new();
    let served = Served::start(trust.app.clone());
    let copies = "/api/v1/schools/hazel-lane/procedure/copies";
    let asked = json!({ "name": "Farah Osman", "address": "1 Mill Lane\nWestmarch" });
    assert_eq!(Request::post(copies).json(&asked).send(served.address).unwrap().status, 202);
    let token = |role: Role| {
        let here = |person: &&Person| {
            person.posts.iter().any(|post| post.role == role && post.school.as_deref() == Some("hazel-lane"))
        };
        trust.cast.people.iter().find(here).unwrap().token.clone()
    };
    let log = |role| Request::get(copies).bearer(&token(role)).send(served.address).unwrap().json();
    let seen = log(Role::SchoolOffice);
    assert_eq!(seen.pointer("/items/0/name"), Some(&json!("Farah Osman")), "{seen}");
    assert_eq!(seen.pointer("/items/0/way"), Some(&json!("post")), "{seen}");
    assert!(seen.pointer("/items/0/asked_at").is_some_and(|at| at.as_str().is_some()), "{seen}");
    assert_eq!(log(Role::ClassTeacher).pointer("/items"), Some(&json!([])), "not for everybody");
    let message = seen.pointer("/items/0/message").and_then(|id| id.as_str()).unwrap();
    let office = Visit::signed_in(&trust, Role::SchoolOffice, "hazel-lane");
    let letter = Request::get(&format!("/outbox/{message}/letter")).header("Cookie", &office.cookies());
    let letter = letter.send(served.address).unwrap();
    assert_eq!(letter.status, 200, "{}", letter.text());
    assert!(letter.text().contains("Farah Osman<br>1 Mill Lane<br>Westmarch"), "{}", letter.text());
    assert!(!letter.text().contains("We have no postal address"));
}
