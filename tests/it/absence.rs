//! A head is away and a deputy looks after what comes (S40); and rights end with what gave them, whatever is open (G30).

use actix_web::http::StatusCode;
use heard::app::access::absence::{self, AbsenceForm};
use heard::app::access::administrator::Administrator;
use heard::app::access::ending::{self, Ending};
use heard::app::access::staff::{self, PostForm};
use heard::app::access::users::{ChangedBy, NewPlace};
use heard::app::cases::{Caller, open};
use heard::app::error::Error;
use heard::app::messages;
use heard::app::sweep::sweep;
use heard::db;
use heard::domain::ids::{MessageId, PersonId};
use heard::domain::person::Role;
use heard::domain::reference::Reference;
use heard::domain::text::EmailAddress;
use heard::urls;
use serde_json::{Value, json};

use crate::kit::browser::{Browser, Page, TestRequest};
use crate::kit::school::{ADMIN, HEAD, SLUG, School, TEACHER};

const DEPUTY: &str = "deputy@hazel-lane.example";
const COORDINATOR: &str = "office@hazel-lane.example";

fn here() -> NewPlace {
    NewPlace::School(SLUG.into())
}

/// A school whose head has a case, with a deputy who knows nothing of it.
fn with_a_case_of_the_head() -> (School, Reference, PersonId) {
    let school = School::staffed();
    let family = json!({ "name": "Zofia Nowak", "email": "zofia@family.example", "relationship": "parent" });
    let reference = school.raises(&family, &json!([]));
    gives(&school, &reference);
    let deputy = school.takes_on("Petra Lund", DEPUTY, Role::SeniorLeader, here());
    (school, reference, deputy)
}

/// The head takes the case, if nobody has it by the usual order.
fn gives(school: &School, reference: &Reference) {
    let head = school.colleague(HEAD);
    let opened = open(&school.app, &Caller::Colleague(head.clone()), reference).unwrap();
    let handler = opened.case.run().unwrap().handler.person;
    if handler != Some(head.id) {
        acts(school, HEAD, reference, "assign", json!({ "handler": head.id }));
    }
}

fn acts(school: &School, by: &str, reference: &Reference, action: &str, body: Value) {
    use heard::app::cases::{Order, SeenVersion, act};
    use heard::domain::case::action::Action;
    let caller = Caller::Colleague(school.colleague(by));
    let length = open(&school.app, &caller, reference).unwrap().case.length;
    let action = Action::from_key(action).unwrap();
    let seen = SeenVersion::Exactly(length);
    let order = Order { reference: reference.clone(), action, body, seen, key: None };
    act(&school.app, caller, order, crate::kit::trust::REFERENCE).unwrap();
}

fn sees(school: &School, email: &str, reference: &Reference) -> bool {
    match open(&school.app, &Caller::Colleague(school.colleague(email)), reference) {
        Ok(_) => true,
        Err(Error::NotFound) => false,
        Err(other) => panic!("{other:?}"),
    }
}

/// The form as the head fills it in: this week, with that answer for each post.
async fn notes(browser: &mut Browser, delegate: &str) -> Page {
    let page = browser.get(urls::AWAY).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.html);
    let question = page.html.split("name=\"delegates/").nth(1).unwrap().split('"').next().unwrap();
    let name = format!("delegates/{question}");
    let fields = [
        ("from_on-day", "14"),
        ("from_on-month", "9"),
        ("from_on-year", "2026"),
        ("to_on-day", "18"),
        ("to_on-month", "9"),
        ("to_on-year", "2026"),
        (name.as_str(), delegate),
    ];
    browser.post(urls::AWAY, &page, &fields).await
}

#[actix_web::test]
async fn s40_the_head_is_away_and_the_deputy_looks_after_the_case_until_the_absence_ends() {
    let (school, reference, deputy) = with_a_case_of_the_head();
    let site = school.site().await;
    let (mut head, mut stands_in) = (site.signed_in(HEAD).await, site.signed_in(DEPUTY).await);
    let case = urls::case(&reference);
    assert_eq!(stands_in.get(&case).await.status, StatusCode::NOT_FOUND);
    let done = notes(&mut head, &deputy.to_string()).await;
    assert_eq!(done.place(), format!("{}?done=noted", urls::AWAY), "{}", done.html);
    let mails = school.sends().await;
    let told = mails.iter().find(|mail| mail.to_address.as_str() == DEPUTY).expect("the deputy is told");
    assert_eq!(told.subject, "Hazel Lane: you look after the cases of Amara Okafor");
    insta::assert_snapshot!("standing_in", told.text);
    // In the session that was open all the time, and without a word from anybody.
    let page = stands_in.get(&case).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.html.contains("away until 18 September 2026; Petra Lund looks after it"), "{}", page.html);
    for list in [urls::CASES.to_owned(), format!("{}?handler=me", urls::CASES), urls::HOME.to_owned()] {
        let page = stands_in.get(&list).await.html;
        assert!(page.contains(reference.as_str()), "{list}");
        assert!(page.contains("Petra Lund looks after it"), "{list}");
    }
    assert!(stands_in.get(urls::HOME).await.html.contains("You look after what comes to the headteacher"));
    acts(&school, DEPUTY, &reference, "acknowledge", json!({ "message": "We are on it." }));
    let told = head.get(&case).await.html;
    assert!(told.contains("Petra Lund, senior leader, for Amara Okafor"), "{told}");
    // The mail that goes to the head goes to the deputy, too.
    school.sends().await;
    acts(
        &school,
        HEAD,
        &reference,
        "suspend",
        json!({
        "reason": "The teacher is ill", "authority": "The head", "review_on": "2026-09-21" }),
    );
    let mails = school.sends().await;
    let to_deputy =
        mails.iter().find(|mail| mail.to_address.as_str() == DEPUTY).expect("a mail to the deputy");
    assert!(to_deputy.text.contains("You look after this case for Amara Okafor, who is away."));
    // The head is back early.
    let page = head.get(urls::AWAY).await;
    let end = page.html.split("action=\"/account/away/").nth(1).unwrap().split('"').next().unwrap();
    let done = head.post(&format!("{}/{end}", urls::AWAY), &page, &[]).await;
    assert_eq!(done.place(), format!("{}?done=ended", urls::AWAY));
    let mails = school.sends().await;
    let told = mails.iter().find(|mail| mail.to_address.as_str() == DEPUTY).expect("the deputy is told");
    assert_eq!(told.subject, "Hazel Lane: you no longer look after the cases of Amara Okafor");
    insta::assert_snapshot!("standing_in_ended", told.text);
    let gone = stands_in.get(&case).await;
    assert_eq!(gone.status, StatusCode::NOT_FOUND);
    assert!(!stands_in.get(urls::CASES).await.html.contains(reference.as_str()));
}

#[actix_web::test]
async fn s40_nobody_looks_after_it_so_the_co_ordinator_is_told_and_every_list_says_so() {
    let (school, reference, _) = with_a_case_of_the_head();
    school.takes_on("Olive Reed", COORDINATOR, Role::ComplaintsCoordinator, here());
    school.sends().await;
    let site = school.site().await;
    let mut head = site.signed_in(HEAD).await;
    assert_eq!(notes(&mut head, "nobody").await.place(), format!("{}?done=noted", urls::AWAY));
    assert_eq!(sweep(&school.app).unwrap(), 1);
    assert_eq!(sweep(&school.app).unwrap(), 0, "once");
    let mut mails = school.sends().await;
    mails.retain(|mail| !mail.subject.ends_with("a sign-in from a new browser"));
    let [mail] = mails.as_slice() else { panic!("{mails:?}") };
    assert_eq!(mail.to_address.as_str(), COORDINATOR);
    let text = mail.text.split_whitespace().collect::<Vec<_>>().join(" ");
    let why = "Nobody is there for a case: Amara Okafor is away until 18 September 2026, and nobody looks after it.";
    assert!(text.contains(why), "{text}");
    let mut coordinator = site.signed_in(COORDINATOR).await;
    let home = coordinator.get(urls::HOME).await.html;
    assert!(home.contains("1 case rests with somebody who is away or has left"), "{home}");
    let nobodys = coordinator.get(&format!("{}?handler=nobody", urls::CASES)).await.html;
    assert!(nobodys.contains(reference.as_str()));
    assert!(nobodys.contains("away until 18 September 2026; nobody looks after it"));
}

#[test]
fn s40_each_refusal_says_why_and_what_would_do() {
    let (school, reference, deputy) = with_a_case_of_the_head();
    let head = school.colleague(HEAD);
    let teacher = school.colleague(TEACHER);
    let post = head.posts[0].id;
    let form = |delegate: PersonId, from: &str, to: &str| AbsenceForm {
        person: None,
        from_on: from.into(),
        to_on: to.into(),
        delegates: [(post, delegate)].into(),
    };
    let refused = |form: AbsenceForm| match absence::note(&school.app, &head, &form, None) {
        Err(Error::Invalid(problems)) => {
            problems.into_iter().map(|problem| (problem.field, problem.words)).collect::<Vec<_>>()
        }
        other => panic!("{other:?}"),
    };
    let said = refused(form(teacher.id, "2026-09-14", "2026-09-18"));
    assert_eq!(said[0].0, format!("delegates/{post}"));
    assert!(said[0].1.starts_with("Daniel Ash cannot look after this on all of those days"), "{said:?}");
    assert_eq!(
        refused(form(head.id, "2026-09-14", "2026-09-18")).len(),
        1,
        "nobody stands in for themselves"
    );
    let words = refused(form(deputy, "2026-09-18", "2026-09-14"));
    assert_eq!(words[0].1, "Enter a last day that is not before the first");
    assert_eq!(refused(form(deputy, "", "soon")).len(), 2, "every problem at once");
    // A deputy who is complained about in a case of the head's: the head knows the case, and is told.
    acts(&school, HEAD, &reference, "mark_subject", json!({ "person": deputy, "role": "staff" }));
    let words = refused(form(deputy, "2026-09-14", "2026-09-18"));
    assert!(words[0].1.contains("is complained about in a case of yours, or had a part in it"), "{words:?}");
    // Others are not: they might be whom it is about. It is noted, and gives no sight of that case.
    let admin = school.colleague(ADMIN);
    let for_head = AbsenceForm { person: Some(head.id), ..form(deputy, "2026-09-14", "2026-09-18") };
    absence::note(&school.app, &admin, &for_head, None).unwrap();
    assert!(!sees(&school, DEPUTY, &reference), "R22");
    assert!(
        matches!(absence::note(&school.app, &teacher, &for_head, None), Err(Error::NotFound)),
        "somebody else's absence is not for a colleague to note"
    );
}

/// A case rests with nobody once its handler holds that post no more, whatever other posts they hold.
#[test]
fn g30_a_case_of_somebody_who_has_another_post_now_is_one_that_nobody_has() {
    let (school, _, _) = with_a_case_of_the_head();
    // They go on as a senior leader: a post here, and not the one in which they have the case.
    let leader = PostForm { role: "senior_leader".into(), place: SLUG.into(), ..PostForm::default() };
    let by = Administrator::of(&school.colleague(ADMIN), None, school.today()).unwrap();
    staff::appoint(&school.app, &by, school.colleague(HEAD).id, &leader, None).unwrap();
    school.takes_on("Cora Field", COORDINATOR, Role::ComplaintsCoordinator, here());
    let email = EmailAddress::parse(HEAD).unwrap();
    ending::end_post_of(&school.app, ChangedBy::CommandLine, &email, Role::Headteacher, &here(), Ending::Now)
        .unwrap();
    let coordinator = school.colleague(COORDINATOR);
    let worlds = heard::app::schools::all(&school.app).unwrap();
    let whose = heard::app::work_list::Whose::of(&coordinator, worlds.iter(), school.today());
    let filter = heard::app::work_list::WorkListFilter { handler: Some(whose.nobodys), ..Default::default() };
    let total = heard::app::work_list::count(&school.app, &coordinator, &filter, 10).unwrap();
    assert_eq!(total, heard::app::work_list::Total::Exactly(1));
}

/// G30: a post that ends between the page and the button, with everything open that can be.
#[actix_web::test]
async fn g30_a_post_that_ends_takes_every_open_door_with_it_at_once() {
    let (school, reference, _) = with_a_case_of_the_head();
    let token = school.token(HEAD);
    let site = school.site().await;
    let mut head = site.signed_in(HEAD).await;
    let form = head.get(&action(&reference)).await;
    assert_eq!(form.status, StatusCode::OK, "{}", form.html);
    let message = first_message(&school, &reference);
    assert_eq!(head.get(&urls::message(message)).await.status, StatusCode::OK);
    let email = EmailAddress::parse(HEAD).unwrap();
    ending::end_post_of(&school.app, ChangedBy::CommandLine, &email, Role::Headteacher, &here(), Ending::Now)
        .unwrap();
    let before = version(&school, &reference);
    let posted = head.post(&action(&reference), &form, &[("words", "Too late")]).await;
    assert_ne!(posted.status, StatusCode::OK);
    assert_eq!(version(&school, &reference), before, "nothing was written");
    for page in
        [urls::case(&reference), urls::message(message), urls::CASES.to_owned(), urls::HOME.to_owned()]
    {
        let shut = head.get(&page).await;
        assert_eq!(shut.status, StatusCode::SEE_OTHER, "{page}");
    }
    for path in [format!("/api/v1/cases/{reference}"), format!("/api/v1/outbox/{message}")] {
        let status = site.asked(&token, TestRequest::get().uri(&path)).await.status;
        assert!([StatusCode::NOT_FOUND, StatusCode::UNAUTHORIZED].contains(&status), "{path}: {status}");
    }
}

fn action(reference: &Reference) -> String {
    format!("{}/actions/add_note", urls::case(reference))
}

fn version(school: &School, reference: &Reference) -> u32 {
    let length = |tx: &mut db::Tx| {
        let seen = db::visibility::find_for_the_system(tx, reference)?.unwrap();
        Ok::<_, db::DbError>(db::cases::load(tx, seen)?.unwrap().case.length)
    };
    school.db.read(length).unwrap()
}

/// The first message about that case that the head reads.
fn first_message(school: &School, reference: &Reference) -> MessageId {
    let caller = Caller::Colleague(school.colleague(HEAD));
    messages::of_case(&school.app, &caller, reference).unwrap()[0].0.message.id
}

#[actix_web::test]
async fn r22_whoever_stands_in_finds_no_case_from_which_the_one_who_is_away_is_shut_out() {
    let (school, reference, deputy) = with_a_case_of_the_head();
    let family = json!({ "name": "Ola Berg", "email": "ola@family.example", "relationship": "parent" });
    let about_head = school.raises(&family, &json!([{ "role": "headteacher" }]));
    let site = school.site().await;
    let (mut head, mut stands_in) = (site.signed_in(HEAD).await, site.signed_in(DEPUTY).await);
    notes(&mut head, &deputy.to_string()).await;
    assert!(sees(&school, DEPUTY, &reference), "what rests with the head");
    assert!(!sees(&school, DEPUTY, &about_head), "and nothing of what is about the head");
    assert_eq!(stands_in.get(&urls::case(&about_head)).await.status, StatusCode::NOT_FOUND);
    let search = format!("{}?words={}", urls::CASES, about_head.as_str());
    for place in [urls::CASES.to_owned(), search, urls::HOME.to_owned(), urls::OUTBOX.to_owned()] {
        let page = stands_in.get(&place).await.html;
        assert!(!page.contains(&format!(">{}", about_head.as_str())), "{place}: {page}");
        assert!(!page.contains("Ola Berg"), "{place}");
    }
    assert!(stands_in.get(urls::CASES).await.html.contains(reference.as_str()));
}

#[actix_web::test]
async fn s40_whoever_is_noted_as_away_by_another_is_told_and_nobody_chooses_themselves() {
    let (school, reference, deputy) = with_a_case_of_the_head();
    school.takes_on("Olive Reed", COORDINATOR, Role::ComplaintsCoordinator, here());
    school.sends().await;
    let head = school.colleague(HEAD);
    let coordinator = school.colleague(COORDINATOR);
    let form = |delegate: PersonId| AbsenceForm {
        person: Some(head.id),
        from_on: "2026-09-14".into(),
        to_on: "2026-09-18".into(),
        delegates: [(head.posts[0].id, delegate)].into(),
    };
    let refused = absence::note(&school.app, &coordinator, &form(coordinator.id), None);
    let Err(Error::Invalid(problems)) = refused else { panic!("{refused:?}") };
    assert!(problems[0].words.starts_with("You cannot give yourself the cases of"), "{problems:?}");
    // The co-ordinator is complained about in the head's case: what they note gives nobody sight of it.
    acts(&school, HEAD, &reference, "mark_subject", json!({ "person": coordinator.id, "role": "staff" }));
    school.sends().await;
    absence::note(&school.app, &coordinator, &form(deputy), None).unwrap();
    assert!(!sees(&school, DEPUTY, &reference), "R22");
    let mails = school.sends().await;
    let told = mails.iter().find(|mail| mail.to_address.as_str() == HEAD).expect("the head is told");
    assert_eq!(told.subject, "Hazel Lane: Olive Reed noted that you are away");
    insta::assert_snapshot!("noted_away", told.text);
}
