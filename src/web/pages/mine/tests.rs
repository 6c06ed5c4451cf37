use askama::Template;
use serde_json::json;

use crate::app::messages::OwnLetter;
use crate::domain::case::event::Actor;
use crate::domain::case::own_words::wanted_last;
use crate::domain::case::state::Case;
use crate::domain::case::timeline::story::{FATHER, MOTHER, SECRETS, Story, intake};
use crate::domain::case::vocabulary::{Channel, Flag};
use crate::domain::ids::{MessageId, PartyNo};
use crate::web::pages::family::tests::hazel_lane;
use crate::web::pages::read_aloud;
use crate::web::pages::typed::Typed;
use crate::web::parts::Link;

use super::act::{Act, ActPage, Ask, AskPage, Filled, Seal, read_act};
use super::check::CheckPage;
use super::confirm::{CodeStep, ConfirmPage};
use super::entry::{CodePage, ExpiredPage, LeftPage, LinkPage, ResentPage, read_code};
use super::letters::{EVERY_LETTER, LettersPage};
use super::screen::{Beside, CasePage, Looked};

const SEAL: Seal<'static> = Seal { csrf: "t", case: "m" };

const STOPS: [&str; 4] = ["asked", "head_answered", "papers_out", "closed"];

fn seen_by_family(stop: &str, me: PartyNo) -> Story {
    let story = Story::until(stop);
    let now = story.ctx().now.naive_utc().format("%Y-%m-%dT%H:%M").to_string();
    story.seen_by(&now, Actor::Complainant(me))
}

fn page(stop: &str, me: PartyNo) -> String {
    let story = seen_by_family(stop, me);
    let ctx = story.ctx();
    let looked = Looked { case: &story.case, record: &story.record, ctx: &ctx, me };
    CasePage::new(&hazel_lane(), looked, None, Beside::default(), "t").render().unwrap()
}

/// A case whose answer is late, with words that wait.
fn late_page() -> String {
    let story = Story::until("acknowledged").seen_by("2026-10-06T10:00", Actor::Complainant(MOTHER));
    let ctx = story.ctx();
    let looked = Looked { case: &story.case, record: &story.record, ctx: &ctx, me: MOTHER };
    let unsent = vec![Link::new(Act::Write.title(), Act::Write.path())];
    CasePage::new(&hazel_lane(), looked, None, Beside { unsent, ..Beside::default() }, "t").render().unwrap()
}

/// A case of whoever fears for a child, before anybody has let it in.
fn at_risk_page(at: &str, me: PartyNo) -> String {
    let mut intake = intake();
    intake.flags = vec![Flag::ChildAtRisk];
    let story = Story::raised(&intake).seen_by(at, Actor::Complainant(me));
    let ctx = story.ctx();
    let looked = Looked { case: &story.case, record: &story.record, ctx: &ctx, me };
    CasePage::new(&hazel_lane(), looked, None, Beside::default(), "t").render().unwrap()
}

fn act(stop: &str, act: Act, filled: &Filled<'_>) -> String {
    let story = seen_by_family(stop, MOTHER);
    let ctx = story.ctx();
    let looked = Looked { case: &story.case, record: &story.record, ctx: &ctx, me: MOTHER };
    ActPage::new(&hazel_lane(), act, looked, filled, SEAL).render().unwrap()
}

/// What goes further, before it does.
fn check_page() -> String {
    let story = seen_by_family("head_answered", MOTHER);
    let ctx = story.ctx();
    let looked = Looked { case: &story.case, record: &story.record, ctx: &ctx, me: MOTHER };
    let typed = [("points", "1"), ("why", "Nobody has rung."), ("wanted", "A call")];
    let pairs = typed.map(|(name, value)| (name.to_owned(), value.to_owned()));
    CheckPage::new(&hazel_lane(), Act::Escalate, looked, &pairs, SEAL).render().unwrap()
}

fn case(stop: &str) -> Case {
    Story::until(stop).case
}

/// Two letters that went to the mother.
fn letters_page() -> LettersPage {
    let letter = |subject: &str, text: &str| OwnLetter {
        id: MessageId(uuid::Uuid::nil()),
        on: chrono::NaiveDate::from_ymd_opt(2026, 9, 14).unwrap(),
        subject: format!("Hazel Lane Primary School: {subject} (4F7K-92MX)"),
        text: text.to_owned(),
    };
    let receipt = "Dear Farah Osman\n\nWe have your concern.\n\nWhat happens next\n-----------------\n\n1. Somebody reads it.\n2. They ring you.";
    let letters =
        [letter("we have your concern", receipt), letter("thank you", "Dear Farah Osman\n\nThank you.")];
    let reference = crate::domain::reference::Reference::from_random(2_026);
    LettersPage::new(&hazel_lane(), EVERY_LETTER, crate::urls::MINE_LETTERS.into(), &letters, &reference)
}

/// P43: a letter has its headings and its lists, and prints without the frame.
#[test]
fn letters_print_as_letters() {
    let html = letters_page().render().unwrap();
    assert_eq!(html.matches("<article class=\"heard-paper heard-paper--own\"").count(), 2, "{html}");
    assert!(html.contains("<h3>What happens next</h3>") && !html.contains("-------"), "{html}");
    assert!(html.contains("1. Somebody reads it.\n2. They ring you."), "{html}");
}

/// Every page of a family's own case, as it is drawn.
pub(crate) fn drawn() -> Vec<(String, String)> {
    let face = hazel_lane();
    let mut pages: Vec<(String, String)> =
        STOPS.iter().map(|stop| (format!("mine-{stop}"), page(stop, MOTHER))).collect();
    for one in Act::ALL {
        let stop = if one == Act::Answer { "asked" } else { "head_answered" };
        pages.push((format!("act-{}", one.action().key()), act(stop, one, &Filled::Fresh)));
    }
    let mut add = |name: &str, html: askama::Result<String>| pages.push((name.to_owned(), html.unwrap()));
    let case = case("asked");
    let missing = Ask::Call.read(&Typed::default()).unwrap_err();
    add("link", LinkPage::new("abc", Some(&face), "t").render());
    add("expired", ExpiredPage::new("abc", None, "t").render());
    add("resent", ResentPage::new().render());
    add("code", CodePage::new(&face, &Typed::default(), Vec::new(), "t").render());
    add("confirm-error", Ok(confirm(&CodeStep::Refused(CodeStep::HOW.to_owned()))));
    add("check-further", Ok(check_page()));
    add("letters", letters_page().render());
    add("left", LeftPage::case().render());
    add("cleared", LeftPage::device(&face).render());
    add("mine-late", Ok(late_page()));
    add("mine-at-risk", Ok(at_risk_page("2026-09-19T10:00", MOTHER)));
    add("confirm", Ok(confirm(&CodeStep::Mailed)));
    add("ask-call", AskPage::new(&face, Ask::Call, &case, &Typed::default(), missing, SEAL).render());
    pages
}

#[test]
fn every_page_keeps_the_manners() {
    for (name, html) in drawn() {
        if !name.starts_with("mine-") {
            read_aloud::check(&name, &html);
        }
        assert_eq!(html.matches("<h1").count(), 1, "{name} has one heading");
        for form in html.split("<form").skip(1) {
            assert!(form.contains("name=\"csrf\""), "{name} has a form without its token");
        }
    }
}

/// P23: the five answers, in this order.
#[test]
fn the_case_page_answers_five_questions_in_order() {
    for stop in STOPS {
        let html = page(stop, MOTHER);
        let places: Vec<usize> =
            ["Where is it now?", "Who has it?", "What happens next?", "By when?", "What can I do?"]
                .iter()
                .map(|words| html.find(words).unwrap_or_else(|| panic!("{stop}: {words}")))
                .collect();
        assert!(places.is_sorted(), "{stop}: {places:?}");
    }
}

/// What the mother wrote in the story, and where she can be reached: hers alone.
const HERS: [&str; 7] = [
    "Reading support stopped in September and nobody told us",
    "His reading record was empty",
    "That it begins again",
    "It has not begun again",
    "Tuesdays and Thursdays, since the first week",
    "farah@",
    "Farah",
];

/// P18: nothing that is for staff alone, and nothing of the other parent: neither words nor wishes, neither
/// address nor name. The points are there by number with what was found.
#[test]
fn a_family_page_holds_nothing_that_is_not_theirs() {
    for stop in STOPS {
        let html = page(stop, MOTHER);
        for secret in SECRETS {
            assert!(!html.contains(secret), "{stop}: the mother reads {secret}");
        }
        let father = page(stop, FATHER);
        for hers in HERS {
            assert!(!father.contains(hers), "{stop}: the father reads {hers}");
        }
        assert!(father.contains("Point 1") && father.contains("What it is about"));
    }
    assert!(page("head_answered", MOTHER).contains(HERS[0]), "she reads her own words");
    assert!(page("head_answered", FATHER).contains("Partly upheld"), "he reads the answer");
}

/// P18, P27: what the father is asked quotes nothing of the mother.
#[test]
fn the_forms_of_another_complainant_quote_nobody() {
    for one in [Act::Settle, Act::Escalate] {
        let story = seen_by_family("head_answered", FATHER);
        let ctx = story.ctx();
        let looked = Looked { case: &story.case, record: &story.record, ctx: &ctx, me: FATHER };
        let html = ActPage::new(&hazel_lane(), one, looked, &Filled::Fresh, SEAL).render().unwrap();
        for hers in HERS {
            assert!(!html.contains(hers), "{one:?}: the father reads {hers}");
        }
        assert!(html.contains("Point 1"), "{one:?}");
    }
}

/// P25, P29, P31: what was found, why, until when it can be taken further, and how that was worked out.
#[test]
fn an_answered_case_asks_whether_it_is_settled() {
    let html = page("head_answered", MOTHER);
    for words in
        ["Is it settled?", "What we found", "Partly upheld", "How we worked out", "aria-current=\"step\""]
    {
        assert!(html.contains(words), "{words}");
    }
    assert_eq!(html.matches("class=\"heard-turn\"").count(), 1);
}

/// P31: after the last step it says whom to turn to outside, with the address and by when.
#[test]
fn an_ended_case_says_where_to_go_outside() {
    let story = Story::until("closed");
    for exit in story.ctx().procedure.exit_texts() {
        let html = page("closed", MOTHER);
        assert!(html.contains(&format!("href=\"{}\"", exit.address)), "{}", exit.name);
        assert!(exit.within.is_none_or(|within| html.contains(&within)));
    }
    assert!(!page("head_answered", MOTHER).contains("If you are still not satisfied</h2>"));
}

/// P6: the number that we have is there already.
#[test]
fn the_number_to_ring_is_filled_in() {
    let case = case("asked");
    assert_eq!(Ask::Call.known(case.party(MOTHER)).get("number"), "07700 900123");
    assert_eq!(Ask::Call.known(case.party(FATHER)).get("number"), "");
}

/// A question is shown with its words and a button.
#[test]
fn a_question_is_the_familys_turn() {
    let html = page("asked", MOTHER);
    assert!(html.contains("Which days did Idris say that he had no reading?"));
    assert!(html.contains("/mine/actions/give_information"));
}

/// P29: each point is asked about, and the answers become the body of the API.
#[test]
fn settling_asks_about_each_point() {
    let story = seen_by_family("head_answered", MOTHER);
    let ctx = story.ctx();
    let looked = Looked { case: &story.case, record: &story.record, ctx: &ctx, me: MOTHER };
    let open: Vec<u16> = story.case.open_points().map(|point| point.no.0).collect();
    let problems = read_act(Act::Settle, looked, &[]).unwrap_err();
    assert_eq!(problems.len(), open.len());
    assert_eq!(problems[0].words, format!("Choose yes or no for point {}", open[0]));
    let answers: Vec<(String, String)> =
        open.iter().map(|no| (format!("point-{no}"), "yes".to_owned())).collect();
    assert_eq!(read_act(Act::Settle, looked, &answers).unwrap(), json!({ "settled": open }));
    let refused = act("head_answered", Act::Settle, &Filled::Refused(&[], &problems));
    assert!(refused.contains("<title>Error: Is it settled?") && refused.contains("There is a problem"));
}

/// P29: to say that it is not settled moves nothing: the page says so, and leads to where it is taken further. Of two ways
/// to say that it is settled one is enough.
#[test]
fn whoever_says_no_reads_that_nothing_has_gone_further() {
    let answered = page("head_answered", MOTHER);
    assert_eq!(answered.matches("href=\"/mine/actions/settle\"").count(), 1, "{answered}");
    let story = seen_by_family("head_answered", MOTHER);
    let open: Vec<u16> = story.case.open_points().map(|point| point.no.0).collect();
    let at = story.ctx().now.naive_utc().format("%Y-%m-%dT%H:%M").to_string();
    let story = story.does(&at, Actor::Complainant(MOTHER), "settle", json!({ "settled": [] }));
    assert!(!open.is_empty());
    let ctx = story.ctx();
    let looked = Looked { case: &story.case, record: &story.record, ctx: &ctx, me: MOTHER };
    let html = CasePage::new(&hazel_lane(), looked, None, Beside::default(), "t").render().unwrap();
    for owed in ["Nothing has gone further yet", "class=\"heard-turn\"", "href=\"/mine/actions/escalate\""] {
        assert!(html.contains(owed), "{owed}: {html}");
    }
    assert!(!html.contains("We have answered. Is it settled?"), "{html}");
    let form = ActPage::new(&hazel_lane(), Act::Escalate, looked, &Filled::Fresh, SEAL).render().unwrap();
    assert!(form.contains("Nothing has gone further yet: it does when you send this form."), "{form}");
    let father = Looked { me: FATHER, ..looked };
    let html = CasePage::new(&hazel_lane(), father, None, Beside::default(), "t").render().unwrap();
    assert!(!html.contains("You told us that it is not settled"), "{html}");
}

/// P27: what the family wrote before is carried over.
#[test]
fn taking_it_further_carries_over_what_was_written() {
    let html = act("head_answered", Act::Escalate, &Filled::Fresh);
    let story = Story::until("head_answered");
    let wanted = wanted_last(&story.case, &story.record, Actor::Complainant(MOTHER)).expect("a wish");
    assert!(html.contains(wanted.as_str()), "what they wanted last");
    let first =
        story.case.open_points().find_map(|point| point.wanted.as_ref()).expect("it began with another");
    assert!(!html.contains(first.as_str()));
    assert!(html.contains("checked"), "open points are chosen already");
    let page = page("head_answered", MOTHER);
    for place in [&html, &page] {
        assert!(place.contains("It goes to the ") && place.contains("If you send it today, "), "{place}");
    }
}

/// P33, G27: the page behind a link shows nothing of the case; the same words for every link.
#[test]
fn the_page_behind_a_link_is_a_button_and_nothing_else() {
    let html = LinkPage::new("abc", None, "t").render().unwrap();
    assert!(html.contains("method=\"post\"") && html.contains("action=\"/mine/abc\""));
    assert!(!html.contains("Hazel Lane"));
    let known = LinkPage::new("abc", Some(&hazel_lane()), "t").render().unwrap();
    assert!(known.contains("Hazel Lane") && known.contains("0117 496 0123"), "the school is there for help");
    let expired = ExpiredPage::new("abc", None, "t").render().unwrap();
    assert!(expired.contains("Send me a new link"));
}

/// R41, P8: what is late stands at the top, with what can be done about it; words that were never sent are told of.
#[test]
fn a_late_case_says_so_with_what_can_be_done() {
    let html = late_page();
    for owed in [
        "We are late",
        "You were to have an answer by",
        "You need not wait for our answer any longer: you can take it further now.",
        "No answer yet. It is late",
        "Words that you have not sent",
        "href=\"/mine/actions/send_message\">Send us a message</a>",
    ] {
        assert!(html.contains(owed), "{owed}: {html}");
    }
    assert!(!html.contains("Waiting to be looked at") && !html.contains("Being looked at"), "{html}");
    let calls = html.matches("call you").count() + html.matches("ring you").count();
    assert_eq!(calls, 1, "one door to ask for a call: {html}");
    assert!(!page("asked", MOTHER).contains("We are late"));
}

/// R14, P2: whoever fears for a child reads who was told and when, that the school is closed, and the numbers to call;
/// no timetable of a complaint, however late that would be. Nobody else who raises it reads of the alert (P18).
#[test]
fn r14_a_child_at_risk_is_no_concern_that_waits_its_turn() {
    let html = at_risk_page("2026-09-19T10:00", MOTHER);
    for owed in [
        "We wrote to the headteacher on Monday 14 September 2026 at 7:42pm, because a child may be at risk.",
        "The school is closed now and opens again on Monday 21 September 2026.",
        "With whoever looks after the safety of pupils",
        "0117 496 0124",
        "We told the headteacher at once that a child may be at risk",
    ] {
        assert!(html.contains(owed), "{owed}: {html}");
    }
    assert!(html.find("Is a child in danger now?") < html.find("Where is it now?"), "{html}");
    let later = at_risk_page("2026-11-20T10:00", MOTHER);
    for html in [&html, &later] {
        for never in [
            "reads it first",
            "It is late",
            "We are late",
            "You have an answer",
            "The steps</h2>",
            "wait for our answer",
        ] {
            assert!(!html.contains(never), "{never}: {html}");
        }
    }
    assert!(!later.contains("The school is closed now"), "{later}");
    let father = at_risk_page("2026-09-19T10:00", FATHER);
    assert!(!father.contains("We wrote to the headteacher"), "{father}");
}

/// R44: a hearing that is set has its day, with the weekday; the last day for it is no second one.
#[test]
fn a_hearing_that_is_set_has_one_date() {
    let html = page("hearing_set", MOTHER);
    assert!(html.contains("Tuesday 19 January 2027 at 4:00pm"), "{html}");
    assert!(!html.contains("The panel meets"), "{html}");
    assert!(page("panel_asked", MOTHER).contains("Your complaint"), "it is no concern any more");
}

/// R54: what a panel recommends is no promise of the school, and the clerk who sends the findings does not make them.
#[test]
fn r54_a_panel_recommends_and_signs_for_itself() {
    let html = page("closed", MOTHER);
    let panel = html.split("The panel’s findings</h2>").nth(1).unwrap().split("</details>").next().unwrap();
    let panel = panel.split("<details").next().unwrap();
    assert!(
        panel.contains("What the panel recommends") && panel.contains("For the panel, sent on"),
        "{panel}"
    );
    assert!(!panel.contains("What the school will do"), "{panel}");
    let history = html.split("What has happened so far").nth(1).unwrap();
    let sent = history.split("The panel\u{2019}s findings were sent").nth(1).unwrap();
    assert!(sent.split("</li>").next().unwrap().contains("the panel"), "{sent}");
}

/// P24: of the later steps only the next says where a complaint began.
#[test]
fn only_the_next_step_says_where_a_complaint_began() {
    let mut complaint = intake();
    complaint.kind = crate::domain::case::vocabulary::Kind::Complaint;
    complaint.channel = Channel::Phone;
    let story = Story::raised(&complaint).seen_by("2026-09-15T10:00", Actor::Complainant(MOTHER));
    let ctx = story.ctx();
    let looked = Looked { case: &story.case, record: &story.record, ctx: &ctx, me: MOTHER };
    let html = CasePage::new(&hazel_lane(), looked, None, Beside::default(), "t").render().unwrap();
    assert_eq!(html.matches("Your complaint begins at the step before").count(), 1, "{html}");
    assert!(html.matches("Only if you take it further").count() > 1, "{html}");
    assert!(html.contains("You told us your complaint, and we wrote it down"), "{html}");
}

/// P34: a code can be pasted with spaces.
#[test]
fn a_code_is_read_however_it_was_pasted() {
    assert_eq!(read_code(" 123 456 ").unwrap(), "123456");
    for wrong in ["12345", "1234567", "abcdef", ""] {
        assert_eq!(read_code(wrong).unwrap_err()[0].text, "Enter the six numbers from your email");
    }
}

/// P28: a call is asked for by message.
#[test]
fn asking_for_a_call_is_a_message() {
    let typed = Typed::default().with("number", "01632 960 001").with("times", "after 3pm");
    assert_eq!(
        Ask::Call.read(&typed).unwrap(),
        json!({"words": "Ask for a person to call you.\nWhich number is best? 01632 960 001\nWhen is a good time? after 3pm"})
    );
    assert_eq!(Ask::from_key("call"), Some(Ask::Call));
    assert_eq!(Ask::from_key("../x"), None);
}

/// P6, P28: the details that we have are there already; what is cleared is taken away, and a code is asked for in
/// a step of its own.
#[test]
fn contact_details_are_filled_in_and_what_is_cleared_is_taken_away() {
    let html = act("asked", Act::Details, &Filled::Fresh);
    assert!(html.contains("07700 900123") && html.contains("farah@"), "{html}");
    assert!(!html.contains("name=\"code\"") && !html.contains("name=\"remove\""), "{html}");

    let story = seen_by_family("asked", MOTHER);
    let ctx = story.ctx();
    let looked = Looked { case: &story.case, record: &story.record, ctx: &ctx, me: MOTHER };
    let pairs = [("email", "farah@new.example"), ("phone", " "), ("address", "")];
    let pairs: Vec<(String, String)> =
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let body = read_act(Act::Details, looked, &pairs).unwrap();
    assert_eq!(body["email"], "farah@new.example");
    assert_eq!(body["remove"], json!(["phone"]), "there was no address to take away");
}

fn confirm(step: &CodeStep) -> String {
    let pairs = [("email", "farah@new.example"), ("phone", ""), ("code", "123")];
    let pairs: Vec<(String, String)> =
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    ConfirmPage::new(&hazel_lane(), &case("asked"), &pairs, step, SEAL).render().unwrap()
}

/// P11, P28: the code for a new address is a step and no trouble; another one is asked for with a button of its own, and
/// the details that were typed go with both.
#[test]
fn the_code_for_a_new_address_is_a_step_of_its_own() {
    let first = confirm(&CodeStep::Mailed);
    assert!(first.contains("<h1 class=\"govuk-heading-l\">Check your email</h1>"), "{first}");
    assert!(!first.contains("There is a problem") && !first.contains("(optional)"), "{first}");
    assert_eq!(first.matches("name=\"email\" value=\"farah@new.example\"").count(), 3);
    assert_eq!(first.matches("name=\"phone\" value=\"\"").count(), 3, "what was cleared stays cleared");
    assert!(first.contains("name=\"step\" value=\"back\""), "{first}");
    assert_eq!((first.matches("name=\"code\"").count(), first.matches("Send another code").count()), (1, 1));
    let wrong = confirm(&CodeStep::Refused("This code is not right".into()));
    assert!(wrong.contains("There is a problem") && wrong.contains("Error:"), "{wrong}");
}

/// Nobody has to say why silence does not satisfy them.
#[test]
fn taking_it_further_without_an_answer_asks_in_words_that_fit() {
    let html = act("asked", Act::Escalate, &Filled::Fresh);
    assert!(html.contains("I have had no answer.") && html.contains("Why do you take it further?"), "{html}");
    assert!(!html.contains("not satisfied") && !html.contains("not settled"), "{html}");
    let answered = act("head_answered", Act::Escalate, &Filled::Fresh);
    assert!(answered.contains("Why are you not satisfied?"), "{answered}");
}
