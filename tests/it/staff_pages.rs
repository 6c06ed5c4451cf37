//! What staff meet on the pages of a case and in their lists: old tabs, somebody who stands in, a child at risk.

use actix_web::http::StatusCode;
use chrono::TimeDelta;
use heard::domain::reference::Reference;
use heard::urls;
use serde_json::{Value, json};

use crate::kit::browser::{Browser, Site};
use crate::kit::school::{HEAD, School};
use crate::kit::trust::Trust;

fn zofia() -> Value {
    json!({"name": "Zofia Lis", "email": "zofia@family.example", "relationship": "parent"})
}

/// A case that the headteacher has, because no child is named whose class teacher could have it.
fn raised(school: &School) -> Reference {
    school.raises(&zofia(), &json!([]))
}

/// S9: a form from a tab that was left open does nothing; both sides are shown, no word is lost, and the way on has the
/// version of now.
#[actix_web::test]
async fn s9_a_form_from_an_old_tab_shows_what_happened_meanwhile() {
    let school = School::staffed();
    let case = urls::case(&raised(&school));
    let (note, message) = (format!("{case}/actions/add_note"), format!("{case}/actions/send_message"));
    let mut head = school.site().await.signed_in(HEAD).await;
    let old_tab = head.get(&message).await;
    school.waits(TimeDelta::minutes(1));
    head.answers(&note, &[("words", "Rang: nobody was in.")]).await.place();

    let words = [("words", "We are looking <b>into it</b>.")];
    let stale = head.post(&message, &old_tab, &words).await;
    assert_eq!(stale.status, StatusCode::CONFLICT);
    for owed in ["What happened meanwhile", "Rang: nobody was in.", "We are looking &#60;b&#62;into it"] {
        assert!(stale.html.contains(owed), "{owed}: {}", stale.html);
    }
    let confirmed = [words[0], ("confirmed", "yes")];
    let pressed = head.post(&message, &old_tab, &confirmed).await;
    assert_eq!(pressed.status, StatusCode::CONFLICT, "nor does the last button of an old tab");
    assert!(!head.get(&case).await.html.contains("We are looking"), "nothing was sent");

    let again = head.post(&message, &stale, &[("change", "yes")]).await;
    assert!(again.html.contains("We are looking &#60;b&#62;into it"), "{}", again.html);
    let asks = head.post(&message, &again, &words).await;
    let sent = head.post(&message, &asks, &[("confirmed", "yes")]).await;
    let shown = head.get(sent.place()).await;
    assert!(shown.html.contains("Your message goes to the family."), "{}", shown.html);
    let case = head.get(&case).await.html;
    assert!(!case.contains("Your message goes to the family."), "it is told once");
    let messages = case.split("id=\"messages\"").nth(1).expect("the case lists its messages");
    let at = |topic: &str| messages.find(topic).unwrap_or_else(|| panic!("{topic}: {messages}"));
    assert!(at("We are looking") < at(">We have your concern</span>"), "the newest stands first");
}

/// S9: a form of another session, left open over lunch, is not taken; its words are given back, and the way to the case.
#[actix_web::test]
async fn s9_a_form_of_the_session_before_gives_its_words_back_and_leads_to_the_case() {
    let school = School::staffed();
    let case = urls::case(&raised(&school));
    let path = format!("{case}/actions/add_note");
    let mut head = school.site().await.signed_in(HEAD).await;
    let old_tab = head.get(&path).await;
    let home = head.get(urls::HOME).await;
    head.post(urls::SIGN_OUT, &home, &[]).await.place();
    head.cookies = head.site.signed_in(HEAD).await.cookies;

    let told = head.post(&path, &old_tab, &[("words", "Rang the mother.")]).await;
    assert_eq!(told.status, StatusCode::FORBIDDEN);
    let way_on = format!("href=\"{case}\"");
    for owed in ["Send it again", "Nothing was sent", "Rang the mother.", "Open the case", way_on.as_str()] {
        assert!(told.html.contains(owed), "{owed}: {}", told.html);
    }
    assert!(!head.get(&case).await.html.contains("Rang the mother."));
}

/// P23: a stage keeps its name whoever has it. Pages and letters say who has it, and staff for whom and why.
#[actix_web::test]
async fn whoever_stands_in_is_named_beside_the_stage() {
    let school = School::staffed();
    let reference = raised(&school);
    let mut head = school.site().await.signed_in(HEAD).await;
    let list = head.get(urls::CASES).await.html;
    let row = list.split("<tr").find(|row| row.contains(reference.as_str())).expect("the case is listed");
    for owed in ["Talk to the class teacher", "Amara Okafor"] {
        assert!(row.contains(owed), "{owed}: {row}");
    }
    let case = head.get(&urls::case(&reference)).await.html;
    assert!(
        case.contains("Amara Okafor, headteacher, instead of the class teacher (no child is named"),
        "{case}"
    );
    let mails = school.sends().await;
    let text = |address: &str| {
        let mail = mails.iter().find(|mail| mail.to_address.as_str() == address).expect("a mail went there");
        mail.text.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let receipt = text("zofia@family.example");
    assert!(receipt.contains("The headteacher has it") && !receipt.contains("class teacher"), "{receipt}");
    assert!(text(HEAD).contains("You have a new case"), "and the letter is with whoever stands in");
}

/// R14, S2: a case in which a child may be at risk, and which nobody has looked at, says so before its number.
#[actix_web::test]
async fn r14_a_case_with_a_child_at_risk_says_check_now_until_somebody_has() {
    let school = School::staffed();
    let reference = school.takes(json!({
        "kind": "concern", "complainant": zofia(), "flags": {"child_at_risk": true},
        "points": [{"what_happened": "He has bruises."}],
    }));
    let mut head = school.site().await.signed_in(HEAD).await;
    let row = async |head: &mut Browser| {
        let list = head.get(urls::CASES).await.html;
        let row = list.split("<tr").find(|row| row.contains(reference.as_str())).expect("it is listed");
        row.to_owned()
    };
    assert!(row(&mut head).await.contains("Check now"));
    let other = raised(&school);
    assert_eq!(head.get(urls::CASES).await.html.matches("Check now").count(), 1, "{other} can wait");
    let accept = format!("{}/actions/accept", urls::case(&reference));
    let handler = head.get(&accept).await;
    let handler =
        handler.html.split("name=\"handler\" type=\"radio\" value=\"").nth(1).expect("somebody can have it");
    let handler = handler.split('"').next().unwrap().to_owned();
    let answers = [("answers.child_at_risk.words", "We rang the council."), ("handler", handler.as_str())];
    let asks = head.answers(&accept, &answers).await;
    head.post(&accept, &asks, &[("confirmed", "yes")]).await.place();
    let looked_at = row(&mut head).await;
    assert!(!looked_at.contains("Check now") && looked_at.contains("A child may be at risk"), "{looked_at}");
}

/// P2, R14: the page of whom to call opens for every school, in term and in a holiday, and names a role to ask for and a
/// number that is answered at that hour.
#[actix_web::test]
async fn p2_whom_to_call_for_a_child_at_risk_is_told_by_every_school_on_every_day() {
    let trust = Trust::new();
    let mut browser = Site::of(&trust.app).await.browser();
    for (moment, open) in [("2026-11-24T10:00:00Z", true), ("2026-12-28T10:00:00Z", false)] {
        trust.app.clock().set(moment.parse().unwrap());
        for school in ["hazel-lane", "quarry-beck", "tansy-bank", "sorrel-wood"] {
            let page = browser.get(&urls::child_at_risk(school)).await;
            assert_eq!(page.status, StatusCode::OK, "{school}");
            for always in [
                "tel:999",
                "children’s services, day or night",
                "tel:08088005000",
                "Safeguarding at this school",
            ] {
                assert!(page.html.contains(always), "{school}, {moment}: {always}");
            }
            assert_eq!(page.html.contains("and ask for the safeguarding lead"), open, "{school}, {moment}");
            assert_eq!(
                page.html.contains("Nobody may answer there before then"),
                !open,
                "{school}, {moment}"
            );
        }
    }
}
