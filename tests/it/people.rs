//! Looking after people: from the first administrator to a head who signs in, and out again when the post ends.

use std::path::Path;
use std::process::Command;

use actix_web::http::StatusCode;
use chrono::TimeDelta;
use heard::app::IdempotencyKey;
use heard::app::access::administrator::Administrator;
use heard::app::access::ending::{self, Ending};
use heard::app::access::session::{self, Whose};
use heard::app::access::staff::{self, Arrival, PersonForm, PostForm, TRUST};
use heard::app::access::token::{self, NewToken, Scope};
use heard::app::access::{Token, password_link};
use heard::app::error::Error;
use heard::app::test_message::{self, Became};
use heard::db;
use heard::domain::ids::PersonId;
use heard::domain::person::{Post, Role};
use heard::domain::text::EmailAddress;
use heard::secret::Secret;
use heard::urls;
use serde_json::{Value, json};

use crate::kit::browser::{Browser, TestRequest};
use crate::kit::school::{ADMIN, HEAD, PASSWORD, SLUG, School, monday, network};

/// An installation on its first day: a school, its administrator, who is in, and nobody else.
struct House {
    school: School,
    by: Administrator,
    session: Token,
}

impl std::ops::Deref for House {
    type Target = School;

    fn deref(&self) -> &School {
        &self.school
    }
}

impl House {
    fn new() -> Self {
        let school = School::founded();
        let session = school.signs_in(ADMIN, PASSWORD).unwrap();
        let by = administrator(&school, &session).unwrap();
        Self { school, by, session }
    }

    /// A browser in which the administrator is.
    async fn signed_in_browser(&self) -> Browser {
        let mut browser = self.browser().await;
        browser.cookies.push(("heard".into(), self.session.as_str().to_owned()));
        browser
    }

    async fn mails(&self) -> Vec<(String, String)> {
        let mails = self.sends().await.into_iter();
        mails.map(|mail| (mail.to_address.as_str().to_owned(), mail.text)).collect()
    }

    /// The token of the link in the newest mail.
    async fn password_link(&self) -> String {
        let mails = self.mails().await;
        link_in(&mails.last().expect("a mail went out").1)
    }

    fn takes_in(&self, form: &PersonForm) -> PersonId {
        staff::take_on(&self.app, &self.by, form, None).unwrap().person
    }

    /// Somebody with a post and a password, who is in.
    async fn enters(&self, form: &PersonForm) -> (PersonId, Token) {
        let id = self.takes_in(form);
        let link = self.password_link().await;
        password_link::choose(&self.app, &link, &Secret::new(PASSWORD)).unwrap();
        (id, self.signs_in(&form.email, PASSWORD).unwrap())
    }

    fn posts_of(&self, id: PersonId) -> Vec<Post> {
        staff::entry(&self.app, &self.by, id).unwrap().person.posts
    }

    fn api_token(&self, session: &Token, scopes: &[Scope]) -> String {
        let me = self.colleague_in(session).unwrap();
        let owner = EmailAddress::parse(&password_link::own_address(&self.app, me.id).unwrap()).unwrap();
        let new = NewToken { owner, school: None, scopes: scopes.to_vec(), lives: TimeDelta::days(1) };
        token::create_own(&self.app, me.id, new).unwrap().token.as_str().to_owned()
    }
}

/// Whoever is in with that session, if they are an administrator.
fn administrator(school: &School, session: &Token) -> Result<Administrator, Error> {
    Administrator::of(&school.colleague_in(session).unwrap(), None, monday().date_naive())
}

fn person(name: &str, email: &str, role: Role) -> PersonForm {
    PersonForm { name: name.into(), email: email.into(), post: post(role, SLUG) }
}

fn post(role: Role, place: &str) -> PostForm {
    PostForm { role: role.key().into(), place: place.into(), ..PostForm::default() }
}

fn head() -> PersonForm {
    person("Amara Okafor", HEAD, Role::Headteacher)
}

fn link_in(text: &str) -> String {
    let (_, after) = text.split_once("/password/").expect("the mail has a link");
    after.split_whitespace().next().unwrap().to_owned()
}

fn codes(error: Error) -> Vec<(String, &'static str)> {
    let Error::Invalid(problems) = error else { panic!("{error:?}") };
    problems.into_iter().map(|problem| (problem.field, problem.code.key())).collect()
}

/// G27, G23: the stored mail opens nothing; the link that leaves may be looked at, and sets one password.
#[actix_web::test]
async fn somebody_new_chooses_a_password_by_the_mailed_link_once() {
    let house = House::new();
    let id = house.takes_in(&head());
    let arrival = || staff::entry(&house.app, &house.by, id).unwrap().arrival;
    assert_eq!(arrival(), Arrival::NoPassword);
    assert!(house.signs_in(HEAD, PASSWORD).is_err(), "nobody comes in without a password");
    let mails = house.mails().await;
    let [(to, text)] = mails.as_slice() else { panic!("{mails:?}") };
    assert_eq!(to, HEAD);
    for said in ["Dear Amara Okafor", "headteacher", "Hazel Lane", "7 days"] {
        assert!(text.contains(said), "{said}: {text}");
    }
    let link = link_in(text);
    assert_ne!(link, heard::app::notify::OWN_LINK);
    assert!(
        password_link::look(&house.app, heard::app::notify::OWN_LINK).unwrap().is_none(),
        "what is stored"
    );
    for _ in 0..2 {
        assert_eq!(password_link::look(&house.app, &link).unwrap().unwrap().email, HEAD, "a scanner looks");
    }
    let choose = |link: &str, password: &str| password_link::choose(&house.app, link, &Secret::new(password));
    assert_eq!(codes(choose(&link, "short").unwrap_err()), [("password".to_owned(), "too_short")]);
    choose(&link, PASSWORD).expect("the link still works after a weak password");
    assert_eq!(arrival(), Arrival::NotYet);
    assert!(matches!(choose(&link, "another password of mine"), Err(Error::NotFound)), "once");
    assert!(password_link::look(&house.app, &link).unwrap().is_none());
    house.signs_in(HEAD, PASSWORD).unwrap();
    assert_eq!(arrival(), Arrival::SignedIn(house.app.now()));
}

#[actix_web::test]
async fn a_link_is_over_after_seven_days_and_can_be_sent_again() {
    let house = House::new();
    let id = house.takes_in(&head());
    let old = house.password_link().await;
    house.waits(password_link::LIVES);
    assert!(password_link::look(&house.app, &old).unwrap().is_none());
    staff::welcome_again(&house.app, &house.doors, &house.by, id).unwrap();
    let fresh = house.password_link().await;
    password_link::choose(&house.app, &fresh, &Secret::new(PASSWORD)).unwrap();
    let tries = (0..5).map(|_| staff::welcome_again(&house.app, &house.doors, &house.by, id));
    assert!(tries.last().is_some_and(|last| matches!(last, Err(Error::TooMany(_)))), "E22");
}

/// P33 for staff: nothing tells whether an address is known, and a new password ends every session.
#[actix_web::test]
async fn a_forgotten_password_is_chosen_anew_and_ends_every_session() {
    let house = House::new();
    let (_, session) = house.enters(&head()).await;
    for nobody in ["nobody@hazel-lane.example", "no address"] {
        password_link::forgotten(&house.app, &house.doors, nobody).unwrap();
    }
    assert!(house.mails().await.is_empty());
    password_link::forgotten(&house.app, &house.doors, " HEAD@hazel-lane.example").unwrap();
    let (one, other) = (house.password_link().await, {
        password_link::forgotten(&house.app, &house.doors, HEAD).unwrap();
        house.password_link().await
    });
    assert!(house.is_in(&session), "asking changes nothing");
    password_link::choose(&house.app, &other, &Secret::new("green kettle sings loudly")).unwrap();
    assert!(!house.is_in(&session));
    assert!(password_link::look(&house.app, &one).unwrap().is_none(), "every link of theirs is over");
    assert!(house.signs_in(HEAD, PASSWORD).is_err());
    house.signs_in(HEAD, "green kettle sings loudly").unwrap();
    for _ in 0..9 {
        password_link::forgotten(&house.app, &house.doors, HEAD).unwrap();
    }
    let links = house.mails().await.into_iter().filter(|(_, text)| text.contains("/password/"));
    assert!(links.count() <= 1, "E22: no mailbox is filled");
}

/// One's own password is changed with the old one; this browser stays in, the others do not (S43).
#[actix_web::test]
async fn ones_own_password_changes_with_the_old_one_only() {
    let house = House::new();
    let (id, session) = house.enters(&head()).await;
    let other = house.signs_in(HEAD, PASSWORD).unwrap();
    let listed = session::list(&house.app, id, session.as_str()).unwrap();
    assert_eq!(listed.iter().filter(|open| open.whose == Whose::ThisBrowser).count(), 1);
    assert_eq!(listed.len(), 2);
    let change = |current: &str, new: &str| {
        let change = password_link::OwnChange { current: Secret::new(current), new: Secret::new(new) };
        password_link::change_own(&house.app, &house.doors, network("192.0.2.1"), id, &change)
    };
    assert_eq!(codes(change("a wrong one entirely", "green kettle sings").unwrap_err())[0].0, "current");
    assert_eq!(codes(change(PASSWORD, "short").unwrap_err())[0].0, "password");
    assert!(house.is_in(&session) && house.is_in(&other));
    let fresh = change(PASSWORD, "green kettle sings loudly").unwrap();
    assert!(house.is_in(&fresh) && !house.is_in(&session) && !house.is_in(&other));
}

/// G30, R71: a post ends at once, with its sessions, and what it was before is on record.
#[actix_web::test]
async fn rights_and_sessions_end_with_the_post_and_the_log_says_from_what_to_what() {
    let house = House::new();
    let (id, session) = house.enters(&head()).await;
    let held = house.posts_of(id)[0].id;
    ending::end_post(&house.app, &house.by, held, Ending::Now).unwrap();
    assert!(!house.is_in(&session));
    assert!(session::list(&house.app, id, "").unwrap().is_empty(), "no session is left behind");
    assert!(house.signs_in(HEAD, PASSWORD).is_err());
    password_link::forgotten(&house.app, &house.doors, HEAD).unwrap();
    assert!(house.mails().await.is_empty(), "whoever has gone gets no link");
    ending::end_post(&house.app, &house.by, held, Ending::Now).expect("a second time changes nothing");
    let logged = house
        .db
        .read(|tx| {
            let school = db::schools::find_by_slug(tx, SLUG)?.unwrap();
            db::logs::settings(tx, &[Some(school.school.id)], &db::logs::SettingsSearch::default(), 10)
        })
        .unwrap();
    let ended = &logged[0].entry;
    assert_eq!(ended.before.as_deref(), Some("Amara Okafor is headteacher from 2026-09-14"));
    assert_eq!(ended.after.as_deref(), Some("Amara Okafor is headteacher from 2026-09-14 to 2026-09-13"));
    assert_eq!(ended.person, Some(house.by.person()));
}

#[actix_web::test]
async fn a_post_can_end_on_a_later_day_and_another_takes_its_place() {
    let house = House::new();
    let (id, session) = house.enters(&head()).await;
    let held = house.posts_of(id)[0].id;
    let friday = monday().date_naive() + TimeDelta::days(4);
    let end = |last| ending::end_post(&house.app, &house.by, held, Ending::With(last));
    assert_eq!(codes(end(friday - TimeDelta::days(10)).unwrap_err())[0].1, "over");
    end(friday).unwrap();
    assert!(house.is_in(&session));
    let again = staff::appoint(&house.app, &house.by, id, &post(Role::Headteacher, SLUG), None);
    assert_eq!(codes(again.unwrap_err())[0].1, "held", "the same post twice at once");
    let later = PostForm { from_on: "19 Sept 2026".into(), ..post(Role::Headteacher, SLUG) };
    staff::appoint(&house.app, &house.by, id, &later, None).unwrap();
    house.waits(TimeDelta::days(5));
    assert!(house.signs_in(HEAD, PASSWORD).is_ok(), "the next post has begun");
}

/// What falls to the headteacher falls to one person, and whoever belongs to a school is not given to the trust.
#[actix_web::test]
async fn a_post_is_given_where_it_makes_sense_and_a_school_has_one_headteacher() {
    let house = House::new();
    let first = house.takes_in(&head());
    let second = person("Tomasz Nowak", "tomasz@hazel-lane.example", Role::Headteacher);
    let Error::Invalid(problems) = staff::take_on(&house.app, &house.by, &second, None).unwrap_err() else {
        panic!("a second headteacher")
    };
    assert_eq!(
        problems[0].words,
        "Amara Okafor is headteacher there. End that post first, then give this one"
    );
    let held = house.posts_of(first)[0].id;
    let friday = monday().date_naive() + TimeDelta::days(4);
    ending::end_post(&house.app, &house.by, held, Ending::With(friday)).unwrap();
    let told = staff::take_on(&house.app, &house.by, &second, None).unwrap_err();
    assert_eq!(codes(told), [("role".to_owned(), "held_by_another")], "until Friday there is one");
    let after = PersonForm {
        post: PostForm { from_on: "19 Sept 2026".into(), ..post(Role::Headteacher, SLUG) },
        ..second
    };
    house.takes_in(&after);
    for role in [Role::ClassTeacher, Role::FormTutor, Role::SchoolOffice] {
        let at_trust =
            PersonForm { post: post(role, TRUST), ..person("Cal Reyes", "cal@rowan.example", role) };
        let told = staff::take_on(&house.app, &house.by, &at_trust, None).unwrap_err();
        assert_eq!(codes(told), [("place".to_owned(), "not_at_the_trust")], "{role:?}");
    }
}

/// Nobody is left whom one could ask: the last administrator who can sign in keeps the post.
#[actix_web::test]
async fn no_school_is_left_without_an_administrator() {
    let house = House::new();
    let own = house.posts_of(house.by.person())[0].id;
    let end = || ending::end_post(&house.app, &house.by, own, Ending::Now);
    assert_eq!(codes(end().unwrap_err())[0].1, "last_administrator");
    assert!(house.is_in(&house.session), "nothing was changed");
    let second = person("Tomasz Nowak", "tomasz@rowan.example", Role::Administrator);
    house.takes_in(&second);
    assert_eq!(codes(end().unwrap_err())[0].1, "last_administrator", "the second has no password yet");
    let link = house.password_link().await;
    password_link::choose(&house.app, &link, &Secret::new(PASSWORD)).unwrap();
    end().unwrap();
    assert!(!house.is_in(&house.session));
}

/// An administrator of one school gives no post elsewhere, and does not see who is there.
#[actix_web::test]
async fn an_administrator_of_a_school_looks_after_that_school_alone() {
    let house = House::new();
    let form = person("Tomasz Nowak", "tomasz@hazel-lane.example", Role::Administrator);
    let (_, session) = house.enters(&form).await;
    let local = administrator(&house, &session).unwrap();
    let at_trust = PersonForm { post: post(Role::TrustOfficer, TRUST), ..head() };
    assert!(matches!(staff::take_on(&house.app, &local, &at_trust, None), Err(Error::Forbidden(_))));
    let founders = house.posts_of(house.by.person())[0].id;
    assert!(matches!(ending::end_post(&house.app, &local, founders, Ending::Now), Err(Error::NotFound)));
    staff::take_on(&house.app, &local, &head(), None).unwrap();
    let link = house.password_link().await;
    password_link::choose(&house.app, &link, &Secret::new(PASSWORD)).unwrap();
    let head = house.signs_in(HEAD, PASSWORD).unwrap();
    assert!(matches!(administrator(&house, &head), Err(Error::Forbidden(_))));
}

/// R25: whoever counts as independent has a reason, and the category is asked of panel members.
#[actix_web::test]
async fn a_panel_member_has_a_category_and_the_independent_one_a_reason() {
    let house = House::new();
    let member = |independence: &str, reason: &str| PersonForm {
        post: PostForm {
            independence: independence.into(),
            independence_reason: reason.into(),
            ..post(Role::PanelMember, TRUST)
        },
        ..person("Dilys Pritchard", "dilys@example.org", Role::PanelMember)
    };
    let told = |form: &PersonForm| codes(staff::take_on(&house.app, &house.by, form, None).unwrap_err());
    assert_eq!(told(&member("", "")), [("independence".to_owned(), "missing")]);
    assert_eq!(told(&member("independent", " ")), [("independence_reason".to_owned(), "missing")]);
    let id = house.takes_in(&member("independent", "retired head of a school elsewhere"));
    let held = &house.posts_of(id)[0];
    assert_eq!(held.independence_reason.as_deref(), Some("retired head of a school elsewhere"));
}

/// P10: every problem at once, each at its field.
#[test]
fn what_does_not_fit_is_told_at_its_field() {
    let house = House::new();
    let wrong = PersonForm {
        name: " ".into(),
        email: "amara".into(),
        post: PostForm { from_on: "31 2 2027".into(), to_on: "soon".into(), ..PostForm::default() },
    };
    let told = codes(staff::take_on(&house.app, &house.by, &wrong, None).unwrap_err());
    let fields: Vec<&str> = told.iter().map(|(field, _)| field.as_str()).collect();
    assert_eq!(fields, ["name", "email", "role", "place", "from_on", "to_on"]);
    let backwards = PersonForm {
        post: PostForm { from_on: "23/9/2026".into(), to_on: "22/9/2026".into(), ..post(Role::Clerk, SLUG) },
        ..head()
    };
    let told = codes(staff::take_on(&house.app, &house.by, &backwards, None).unwrap_err());
    assert_eq!(told, [("to_on".to_owned(), "before_from")]);
    let elsewhere = PersonForm { post: post(Role::Clerk, "marsh-end"), ..head() };
    let told = codes(staff::take_on(&house.app, &house.by, &elsewhere, None).unwrap_err());
    assert_eq!(told, [("place".to_owned(), "unknown_school")]);
    let taken = person("Ines Again", ADMIN, Role::Clerk);
    let told = codes(staff::take_on(&house.app, &house.by, &taken, None).unwrap_err());
    assert_eq!(told, [("email".to_owned(), "taken")]);
}

/// A6: a repeated request takes nobody on twice.
#[test]
fn a_repeated_request_gets_the_same_person_again() {
    let house = House::new();
    let key = || Some(IdempotencyKey::parse("one").unwrap());
    let one = staff::take_on(&house.app, &house.by, &head(), key()).unwrap();
    assert_eq!(staff::take_on(&house.app, &house.by, &head(), key()).unwrap(), one);
    let other = person("Somebody Else", "else@hazel-lane.example", Role::Clerk);
    assert!(matches!(staff::take_on(&house.app, &house.by, &other, key()), Err(Error::KeyReused)));
}

/// A new school says whom it lacks until they are there.
#[test]
fn a_school_says_which_posts_nobody_holds() {
    let house = House::new();
    let vacant = || staff::vacant(&house.app).unwrap().pop().map(|vacant| vacant.roles).unwrap_or_default();
    assert!(vacant().contains(&Role::Headteacher) && vacant().contains(&Role::ClassTeacher));
    house.takes_in(&head());
    assert!(!vacant().contains(&Role::Headteacher));
}

/// The test message takes the way of every other, and says what became of it to whoever sent it.
#[actix_web::test]
async fn a_test_message_tells_what_became_of_it() {
    let house = House::new();
    let id = test_message::send(&house.app, &house.doors, &house.by).unwrap();
    assert_eq!(test_message::look(&house.app, &house.by, id).unwrap(), Became::OnItsWay);
    let mails = house.mails().await;
    assert_eq!(mails[0].0, ADMIN);
    assert_eq!(test_message::look(&house.app, &house.by, id).unwrap(), Became::Sent);
    let form = person("Tomasz Nowak", "tomasz@rowan.example", Role::Administrator);
    let (_, session) = house.enters(&form).await;
    let other = administrator(&house, &session).unwrap();
    assert!(matches!(test_message::look(&house.app, &other, id), Err(Error::NotFound)));
}

/// P35, S9: a form that is sent after the session has ended does nothing, and no word of it is lost. Signing in again
/// leads back to it, and nowhere else.
#[actix_web::test]
async fn p35_what_was_typed_outlives_the_session() {
    let house = House::new();
    let mut browser = house.signed_in_browser().await;
    let form = browser.get("/people/new").await;
    house.waits(TimeDelta::days(2));
    let typed = [("name", "Amara <b>Okafor</b>"), ("confirmed", "yes")];
    let told = browser.post("/people/new", &form, &typed).await;
    assert_eq!((told.status, &told.to), (StatusCode::FORBIDDEN, &None));
    assert!(told.html.contains("You were signed out before you sent this"), "{}", told.html);
    let held = told.hidden("held");
    assert!(!held.contains("csrf") && !held.contains("confirmed") && held.contains("Amara"), "{held}");
    assert_eq!(told.hidden("next"), "/people/new");
    let with = |password| [("email", ADMIN), ("password", password)];
    let again = browser.post(urls::SIGN_IN, &told, &with("wrong words here")).await;
    assert_eq!((again.status, again.hidden("held")), (StatusCode::UNPROCESSABLE_ENTITY, held));
    let back = browser.post(urls::SIGN_IN, &again, &with(PASSWORD)).await;
    assert_eq!(back.status, StatusCode::OK, "{}", back.html);
    assert!(back.html.contains("<form action=\"/people/new\" method=\"post\""), "{}", back.html);
    assert!(back.html.contains("Amara &#60;b&#62;Okafor") && !back.html.contains("name=\"confirmed\""));
    // Nothing but a form sends its words along: a form without any leads to the first page.
    let form = browser.get("/people/new").await;
    house.waits(TimeDelta::days(2));
    let bare = TestRequest::post().uri("/people/new").set_form([("csrf", form.hidden("csrf"))]);
    let empty = browser.send(bare).await;
    assert_eq!(empty.place(), "/sign-in?next=%2F");
}

/// P18: what one colleague had typed when the session ended is shown to no other who signs in on that page.
#[actix_web::test]
async fn what_was_typed_is_for_nobody_else_who_signs_in() {
    let house = House::new();
    let mut browser = house.signed_in_browser().await;
    let form = browser.get("/people/new").await;
    let amara = [("name", "Amara Okafor"), ("email", HEAD), ("role", "headteacher"), ("place", SLUG)];
    browser.post("/people/new", &form, &amara).await.place();
    let link = house.password_link().await;
    password_link::choose(&house.app, &link, &Secret::new(PASSWORD)).unwrap();
    house.waits(TimeDelta::days(2));
    let told = browser.post("/people/new", &form, &[("name", "Somebody hidden")]).await;
    assert!(told.hidden("held").contains("hidden"), "{}", told.html);
    // Whoever signs in elsewhere makes the server forget sessions that ended long ago; this one is known still.
    house.signs_in(ADMIN, PASSWORD).unwrap();
    let page = browser.post(urls::SIGN_IN, &told, &[("email", HEAD), ("password", PASSWORD)]).await;
    assert_eq!(page.place(), "/");
    assert!(!page.html.contains("Somebody hidden"), "{}", page.html);
}

/// A new installation is no dead end: the home page says whom it lacks, and leads on.
#[actix_web::test]
async fn an_administrator_finds_the_way_on_and_nobody_else_does() {
    let house = House::new();
    let mut browser = house.signed_in_browser().await;
    let home = browser.get(urls::HOME).await.html;
    for part in
        ["nobody holds class teacher, headteacher", "/people/new", "/test-message", "/schools/hazel-lane"]
    {
        assert!(home.contains(part), "{part}: {home}");
    }
    let wrong = [("name", "Amara Okafor"), ("email", "amara"), ("role", "headteacher")];
    let told = browser.answers(urls::NEW_PERSON, &wrong).await;
    assert_eq!(told.status, StatusCode::UNPROCESSABLE_ENTITY);
    for part in ["<title>Error: ", "href=\"#email\"", "href=\"#place\"", "value=\"Amara Okafor\""] {
        assert!(told.html.contains(part), "{part}: {}", told.html);
    }
    let right = [wrong[0], ("email", HEAD), wrong[2], ("place", SLUG)];
    let taken_on = browser.post(urls::NEW_PERSON, &told, &right).await;
    let shown = browser.get(taken_on.place()).await.html;
    assert!(
        shown.contains("Amara Okafor") && shown.contains("Headteacher") && shown.contains("has not chosen")
    );
    let link = house.password_link().await;
    password_link::choose(&house.app, &link, &Secret::new(PASSWORD)).unwrap();
    let mut head = browser.site.signed_in(HEAD).await;
    for path in [urls::PEOPLE, urls::NEW_PERSON, urls::TEST_MESSAGE] {
        let told = head.get(path).await;
        assert_eq!(told.status, StatusCode::FORBIDDEN, "{path}");
        assert!(told.html.contains("Ask an administrator"), "{}", told.html);
    }
    let home = head.get(urls::HOME).await.html;
    assert!(!home.contains("/people") && home.contains("/account"));
    let account = head.get(urls::ACCOUNT).await;
    assert_eq!(account.status, StatusCode::OK);
    let account = account.html;
    assert!(account.contains("Headteacher, Hazel Lane") && account.contains("This browser"), "{account}");
}

/// P33: one page for an address that somebody has and for one that nobody has.
#[actix_web::test]
async fn asking_for_a_new_password_says_nothing_about_who_is_there() {
    let house = House::new();
    let site = house.site().await;
    let mut answers = Vec::new();
    for email in [ADMIN, "nobody@rowan.example"] {
        let answer = site.browser().answers(urls::FORGOTTEN_PASSWORD, &[("email", email)]).await;
        answers.push((answer.status, answer.html));
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!(answers[0].0, StatusCode::OK);
}

/// A1: what the pages do, under the same rules; and no token makes one that can do more than itself.
#[actix_web::test]
async fn the_api_looks_after_people_posts_and_tokens() {
    let house = House::new();
    let site = house.site().await;
    let (all, reading) =
        (house.api_token(&house.session, &Scope::ALL), house.api_token(&house.session, &[Scope::Read]));
    let (_, head_session) = house.enters(&head()).await;
    let heads = house.api_token(&head_session, &Scope::ALL);
    let call = async |token: &str, path: &str, body: Option<Value>| -> (StatusCode, Value) {
        let request = match body {
            Some(body) => TestRequest::post().set_json(body),
            None => TestRequest::get(),
        };
        let answer = site.asked(token, request.uri(&format!("/api/v1{path}"))).await;
        (answer.status, serde_json::from_slice(&answer.body).unwrap_or(Value::Null))
    };
    for path in ["/people", "/posts", "/tokens"] {
        assert_eq!(call("forged", path, None).await.0, StatusCode::UNAUTHORIZED, "{path}");
        assert_eq!(call(&reading, path, None).await.0, StatusCode::FORBIDDEN, "{path}: the scope");
        assert_eq!(call(&heads, path, None).await.0, StatusCode::FORBIDDEN, "{path}: the post");
        assert_eq!(call(&all, path, None).await.0, StatusCode::OK, "{path}");
    }
    let clerk = json!({ "name": "Colm Reilly", "email": "colm@rowan.example", "post": { "role": "clerk", "school": SLUG } });
    let (status, made) = call(&all, "/people", Some(clerk)).await;
    assert_eq!(status, StatusCode::CREATED, "{made}");
    assert_eq!((&made["has_password"], &made["posts"][0]["role"]), (&json!(false), &json!("clerk")));
    let wrong =
        json!({ "name": "X", "email": "x@rowan.example", "post": { "role": "wizard", "school": SLUG } });
    let (status, told) = call(&all, "/people", Some(wrong)).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(told["errors"][0]["pointer"], "/post/role");
    let governor =
        json!({ "person": made["id"], "role": "governor", "school": SLUG, "from_on": "2026-09-21" });
    let (status, post) = call(&all, "/posts", Some(governor)).await;
    assert_eq!(status, StatusCode::CREATED, "{post}");
    let unknown = json!({ "person": made["id"], "role": "governor", "school": SLUG, "until": "2026-09-21" });
    assert_eq!(call(&all, "/posts", Some(unknown)).await.0, StatusCode::UNPROCESSABLE_ENTITY, "A5");
    let end = format!("/posts/{}/end", made["posts"][0]["id"].as_str().unwrap());
    assert_eq!(call(&all, &end, Some(json!({}))).await.0, StatusCode::NO_CONTENT);
    let (_, listed) = call(&all, "/posts", None).await;
    let ended = listed["items"].as_array().unwrap().iter().find(|post| post["role"] == "clerk").unwrap();
    assert_eq!(ended["to_on"], "2026-09-13");
    let settings = house.api_token(&house.session, &[Scope::Settings]);
    let asks = |scopes: Value| json!({ "scopes": scopes, "expires_at": "2026-09-20T00:00:00Z" });
    let (status, _) = call(&settings, "/tokens", Some(asks(json!(["write"])))).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "no token makes one that can do more");
    let (status, fresh) = call(&settings, "/tokens", Some(asks(json!(["settings"])))).await;
    assert_eq!(status, StatusCode::CREATED);
    let secret = fresh["token"].as_str().unwrap().to_owned();
    assert_eq!(call(&secret, "/people", None).await.0, StatusCode::OK);
    let revoke = format!("/tokens/{}/revoke", fresh["id"].as_str().unwrap());
    assert_eq!(call(&heads, &revoke, Some(json!({}))).await.0, StatusCode::FORBIDDEN);
    assert_eq!(call(&all, &revoke, Some(json!({}))).await.0, StatusCode::NO_CONTENT);
    assert_eq!(call(&secret, "/people", None).await.0, StatusCode::UNAUTHORIZED, "at once");
}

/// What families wrote is for the owner of the installation alone: database, backup and mail folder.
#[test]
fn files_and_folders_are_for_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let home = tempfile::tempdir().unwrap();
    let data = home.path().join("data");
    let heard = |arguments: &[&str]| {
        let done = Command::new("sh")
            .args(["-c", "umask 022; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_heard")])
            .args(arguments)
            .args(["--data", data.to_str().unwrap()])
            .env_remove("DATABASE_URL")
            .output()
            .unwrap();
        assert!(done.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
    };
    let copy = home.path().join("copy");
    heard(&["migrate"]);
    heard(&["send-test-mail", "--to", "me@example.org"]);
    heard(&["backup", "--to", copy.to_str().unwrap()]);
    let mut seen = Vec::new();
    for folder in [&data, &copy] {
        walk(folder, &mut |path| {
            let mode = std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
            let wanted = if path.is_dir() { 0o700 } else { 0o600 };
            assert_eq!(mode, wanted, "{}", path.display());
            seen.push(path.file_name().unwrap().to_str().unwrap().to_owned());
        });
    }
    assert!(seen.iter().filter(|name| name.as_str() == "heard.db").count() == 2, "{seen:?}");
    assert!(seen.iter().any(|name| Path::new(name).extension().is_some_and(|end| end == "eml")), "{seen:?}");
}

fn walk(path: &Path, look: &mut impl FnMut(&Path)) {
    look(path);
    if path.is_dir() {
        for entry in std::fs::read_dir(path).unwrap() {
            walk(&entry.unwrap().path(), look);
        }
    }
}
