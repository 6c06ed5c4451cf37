//! Who may come in, and who may not: on both databases, through use cases and through the routes.

use std::time::Instant;

use actix_web::http::{StatusCode, header};
use chrono::{Days, TimeDelta};
use heard::app::access::entry::Entered;
use heard::app::access::password::NewPassword;
use heard::app::access::session::{self, Computer};
use heard::app::access::sign_in::{Credentials, sign_in};
use heard::app::access::token::{self, NewToken, Scope};
use heard::app::access::users::{self, ChangedBy, NewPlace};
use heard::app::access::{Token, family, setup};
use heard::app::error::Error;
use heard::db;
use heard::domain::ids::PersonId;
use heard::domain::person::Role;
use heard::domain::reference::Reference;
use heard::domain::text::EmailAddress;
use heard::secret::Secret;
use heard::urls;
use serde_json::json;

use crate::kit::browser::TestRequest;
use crate::kit::school::{
    BASE, HEAD, PASSWORD, SLUG, School, answers, arrived, code_in, founder, monday, stranger, token_in,
};

const FAMILY: &str = "zofia@family.example";

impl School {
    fn enters(&self) -> Token {
        self.signs_in(HEAD, PASSWORD).unwrap()
    }

    /// Ends the posts of a person with that day as the last.
    fn posts_end(&self, person: PersonId, last: chrono::NaiveDate) {
        self.db
            .write(move |tx| {
                let posts = db::people::find(tx, person)?.unwrap().posts;
                posts.iter().try_for_each(|post| db::people::end_post(tx, post.id, last))
            })
            .unwrap();
    }

    fn head(&self) -> PersonId {
        self.db.read(|tx| db::people::sign_in(tx, HEAD)).unwrap().unwrap().id
    }

    fn is_told_of_a_bus(&self) {
        let her = json!({ "name": "Zofia Łukasiewicz", "email": FAMILY, "relationship": "parent" });
        self.raises(&her, &json!([]));
    }

    /// What the family's newest mail says, after everything that is due was sent.
    async fn newest_mail(&self) -> Option<String> {
        let to_family = self.sends().await.into_iter().rev().find(|mail| mail.to_address.as_str() == FAMILY);
        to_family.map(|mail| mail.text)
    }

    /// The token of the newest link that was mailed to the family.
    async fn newest_token(&self) -> String {
        token_in(&self.newest_mail().await.expect("a mail went to the family"))
    }
}

fn words(error: Error) -> Vec<(String, &'static str, String)> {
    let Error::Invalid(problems) = error else { panic!("{error:?}") };
    problems.into_iter().map(|problem| (problem.field, problem.code.key(), problem.words)).collect()
}

/// The first administrator's link is looked at as often as anybody likes, makes one administrator, and then
/// no other; what they set up is on record (R71).
#[test]
fn the_first_start_makes_one_administrator_and_logs_what_they_set_up() {
    let house = School::empty();
    let (link, other) = (house.first_link(), house.first_link());
    for _ in 0..2 {
        assert_eq!(setup::look(&house.app, &link).unwrap(), setup::SetupLink::Alive, "G27");
    }
    assert_eq!(setup::look(&house.app, "forged").unwrap(), setup::SetupLink::Over);
    let weak = setup::FounderForm { password: Secret::new("short"), ..founder() };
    assert_eq!(words(setup::found(&house.app, &link, &weak).unwrap_err())[0].1, "too_short");
    let session =
        setup::found(&house.app, &link, &founder()).expect("the link still works after a weak password");
    for spent in [&link, &other] {
        assert!(matches!(setup::found(&house.app, spent, &founder()), Err(Error::NotFound)));
        assert_eq!(setup::look(&house.app, spent).unwrap(), setup::SetupLink::Over);
    }
    assert!(setup::first_start_link(&house.app).unwrap().is_none());
    assert!(!house.is_in(&session), "without a post there is nothing to see yet");
    let by = setup::founder_of_session(&house.app, session.as_str()).unwrap().unwrap();
    let slug = setup::set_up(&house.app, &by, answers().plan().unwrap()).unwrap();
    assert!(house.is_in(&session), "the administrator has a post now");
    assert!(setup::founder_of_session(&house.app, session.as_str()).unwrap().is_none(), "it is done once");
    assert!(matches!(setup::set_up(&house.app, &by, answers().plan().unwrap()), Err(Error::NotFound)));
    let logged = house.db.read(|tx| {
        let school = db::schools::find_by_slug(tx, &slug)?.unwrap();
        db::logs::settings(tx, &[Some(school.school.id)], &db::logs::SettingsSearch::default(), 10)
    });
    let logged: Vec<_> = logged.unwrap().into_iter().map(|logged| logged.entry).collect();
    let what: Vec<&str> = logged.iter().rev().map(|change| change.what.as_str()).collect();
    assert_eq!(what, ["school", "procedure", "calendar"]);
    assert!(logged.iter().all(|change| change.person == Some(by.id) && change.after.is_some()));
}

/// P33: one answer for an address that nobody has and for a wrong password, and as much work.
#[test]
fn an_unknown_address_is_answered_like_a_wrong_password() {
    let house = School::staffed();
    let wrong = words(house.signs_in(HEAD, "blue kettle hums").unwrap_err());
    let unknown = words(house.signs_in("nobody@hazel-lane.example", PASSWORD).unwrap_err());
    assert_eq!(wrong, unknown);
    let quickest = |email: &str| {
        (0..3)
            .map(|_| {
                let start = Instant::now();
                house.signs_in(email, "blue kettle hums").unwrap_err();
                start.elapsed()
            })
            .min()
            .unwrap()
    };
    let (known, unknown) = (quickest(HEAD), quickest("nobody@hazel-lane.example"));
    // Without the work the answer would come a thousand times sooner; a busy machine makes a difference of a few times.
    assert!(unknown > known / 10 && known > unknown / 10, "{known:?} and {unknown:?}");
}

/// A new session at each sign-in (fixation), and only its digest in the database.
#[test]
fn a_session_has_a_new_token_that_is_not_in_the_database() {
    let house = School::staffed();
    let (one, other) = (house.enters(), house.enters());
    assert_ne!(one, other);
    assert!(one.as_str().len() >= 43, "32 bytes");
    let digest = |token: &Token| {
        use sha2::Digest as _;
        db::Digest(sha2::Sha256::digest(token.as_str()).into())
    };
    let now = house.app.now();
    let found = house.db.read(|tx| db::access::session(tx, digest(&one), now)).unwrap();
    assert_eq!(found.map(|session| session.person), Some(house.head()), "its digest is what is stored");
    let renewed = Credentials {
        email: Secret::new(HEAD),
        password: Secret::new(PASSWORD),
        computer: Computer::Own,
        previous: Some(one.clone()),
    };
    let third = sign_in(&house.app, &house.doors, &stranger("192.0.2.1"), renewed).map(arrived).unwrap();
    assert!(!house.is_in(&one), "the session that the browser had is over");
    assert!(house.is_in(&third) && house.is_in(&other));
    session::sign_out(&house.app, third.as_str()).unwrap();
    assert!(!house.is_in(&third) && house.is_in(&other));
    session::sign_out_everywhere(&house.app, house.head()).unwrap();
    assert!(!house.is_in(&other), "S43");
}

/// Idle for an hour, or ten minutes on a shared computer (S44), or half a day in all.
#[test]
fn a_session_ends_by_itself() {
    let house = School::staffed();
    let own = house.enters();
    house.waits(TimeDelta::minutes(59));
    assert!(house.is_in(&own));
    house.waits(TimeDelta::minutes(59));
    assert!(house.is_in(&own), "use prolongs it");
    house.waits(TimeDelta::minutes(60));
    assert!(!house.is_in(&own));
    let shared = Credentials {
        email: Secret::new(HEAD),
        password: Secret::new(PASSWORD),
        computer: Computer::Shared,
        previous: None,
    };
    let shared = sign_in(&house.app, &house.doors, &stranger("192.0.2.1"), shared).unwrap();
    assert!(matches!(&shared, Entered::In(known) if known.known.is_none()), "S44: nobody's known browser");
    let shared = arrived(shared);
    for _ in 0..3 {
        house.waits(TimeDelta::minutes(9));
        assert!(house.is_in(&shared));
    }
    house.waits(TimeDelta::minutes(10));
    assert!(!house.is_in(&shared), "S44");
    let long = house.enters();
    let used = (0..30).take_while(|_| {
        house.waits(TimeDelta::minutes(30));
        house.is_in(&long)
    });
    assert_eq!(used.count(), 23, "twelve hours");
}

/// G30: rights end with the post, open sessions and tokens included, and so does sign-in.
#[test]
fn a_session_and_a_token_end_with_the_post() {
    let house = School::staffed();
    let (session, made) = (house.enters(), token_of_head(&house, None));
    let holder = || token::colleague_of_token(&house.app, made.token.as_str()).unwrap();
    assert!(house.is_in(&session) && holder().is_some());
    house.posts_end(house.head(), monday().date_naive());
    assert!(house.is_in(&session), "the last day counts");
    house.posts_end(house.head(), monday().date_naive() - Days::new(1));
    assert!(!house.is_in(&session), "the same session, a moment later");
    assert!(holder().is_none());
    assert_eq!(words(house.signs_in(HEAD, PASSWORD).unwrap_err())[0].1, "no_post");
}

/// G30: whoever leaves is out at once.
#[test]
fn a_session_and_a_token_end_with_the_person() {
    let house = School::staffed();
    let (session, made) = (house.enters(), token_of_head(&house, None));
    let (head, now) = (house.head(), house.app.now());
    house.db.write(move |tx| db::people::end(tx, head, now)).unwrap();
    assert!(!house.is_in(&session));
    assert!(token::colleague_of_token(&house.app, made.token.as_str()).unwrap().is_none());
    let told = words(house.signs_in(HEAD, PASSWORD).unwrap_err());
    assert_eq!(told[0].1, "no_match", "nobody learns that they were here");
}

/// A new password ends what was opened with the old one.
#[test]
fn a_new_password_ends_every_session() {
    let house = School::staffed();
    let session = house.enters();
    let new = NewPassword::parse("green kettle sings loudly", HEAD).unwrap();
    users::change_password(&house.app, ChangedBy::CommandLine, &EmailAddress::parse(HEAD).unwrap(), &new)
        .unwrap();
    assert!(!house.is_in(&session));
    assert!(house.signs_in(HEAD, PASSWORD).is_err());
    assert!(house.signs_in(HEAD, "green kettle sings loudly").is_ok());
}

/// Whoever guesses does not lock the right person out.
#[test]
fn a_guesser_is_slowed_and_the_right_person_is_not() {
    let house = School::staffed();
    let tries: Vec<Error> =
        (0..12).map(|_| house.signs_in_from("203.0.113.9", HEAD, "blue kettle hums").unwrap_err()).collect();
    assert!(matches!(tries.last(), Some(Error::TooMany(seconds)) if *seconds >= 1));
    assert!(
        matches!(house.signs_in_from("203.0.113.9", HEAD, PASSWORD), Err(Error::TooMany(_))),
        "even with luck"
    );
    assert!(house.signs_in(HEAD, PASSWORD).is_ok(), "from school it is as ever");
}

fn token_of_head(house: &School, school: Option<&str>) -> token::Made {
    let new = NewToken {
        owner: EmailAddress::parse(HEAD).unwrap(),
        school: school.map(str::to_owned),
        scopes: vec![Scope::Read],
        lives: TimeDelta::days(30),
    };
    token::create(&house.app, ChangedBy::CommandLine, new).unwrap()
}

/// A12: scoped, expiring, revocable, shown once.
#[test]
fn a_token_does_what_it_was_made_for_until_it_ends() {
    let house = School::staffed();
    let made = token_of_head(&house, Some(SLUG));
    let holder = |text: &str| token::colleague_of_token(&house.app, text).unwrap();
    let found = holder(made.token.as_str()).unwrap();
    assert!(found.may(Scope::Read) && !found.may(Scope::Write) && found.school.is_some());
    assert_eq!(found.colleague.id, house.head());
    let listed = token::list(&house.app, Some(house.head())).unwrap();
    assert_eq!(listed[0].last_used_at, Some(house.app.now()));
    assert!(holder("heard_forged").is_none() && holder("").is_none());
    assert!(holder(&made.token.as_str().replace("heard_", "")).is_none());
    house.waits(TimeDelta::days(30));
    assert!(holder(made.token.as_str()).is_none(), "it has ended");
    let other = token_of_head(&house, None);
    token::revoke(&house.app, ChangedBy::CommandLine, other.id).unwrap();
    assert!(holder(other.token.as_str()).is_none(), "revoked at once");
    token::revoke(&house.app, ChangedBy::CommandLine, other.id).expect("a second time changes nothing");
    for (scopes, days, code) in [
        (vec![], 1, "missing"),
        (vec![Scope::Read], 0, "out_of_range"),
        (vec![Scope::Read], 400, "out_of_range"),
    ] {
        let new = NewToken {
            owner: EmailAddress::parse(HEAD).unwrap(),
            school: None,
            scopes,
            lives: TimeDelta::days(days),
        };
        assert_eq!(words(token::create(&house.app, ChangedBy::CommandLine, new).unwrap_err())[0].1, code);
    }
}

/// A token for one school reaches no further than it, whatever its owner's posts.
#[test]
fn a_token_for_one_school_reaches_no_other() {
    let house = School::staffed();
    house.takes_on("Tomasz Nowak", "tomasz@rowan.example", Role::TrustOfficer, NewPlace::Trust);
    let new = |school: Option<&str>| NewToken {
        owner: EmailAddress::parse("tomasz@rowan.example").unwrap(),
        school: school.map(str::to_owned),
        scopes: Scope::ALL.to_vec(),
        lives: TimeDelta::days(1),
    };
    let made = token::create(&house.app, ChangedBy::CommandLine, new(Some(SLUG))).unwrap();
    let holder = token::colleague_of_token(&house.app, made.token.as_str()).unwrap().unwrap();
    assert_eq!(Some(holder.colleague.trust_schools), holder.school.map(|school| vec![school]));
    let unknown = token::create(&house.app, ChangedBy::CommandLine, new(Some("marsh-end")));
    assert_eq!(words(unknown.unwrap_err())[0].1, "unknown_school");
}

/// G27: a mail program may look first, and the link works twice. What is forged, over, or another kind of
/// secret opens nothing.
#[actix_web::test]
async fn a_link_works_again_while_it_lives_and_nothing_else_does() {
    let house = School::staffed();
    house.is_told_of_a_bus();
    let link = house.newest_token().await;
    for _ in 0..2 {
        assert_eq!(family::look(&house.app, &link).unwrap().standing, family::Standing::Alive);
    }
    let one = family::exchange(&house.app, &link).unwrap();
    let other = family::exchange(&house.app, &link).expect("it works again");
    assert_ne!(one.token, other.token);
    assert_eq!(one.reference, other.reference);
    let open = |token: &str| family::open_case(&house.app, token).unwrap();
    assert_eq!(
        open(one.token.as_str()).map(|link| link.case()),
        open(other.token.as_str()).map(|link| link.case())
    );
    assert!(open(&link).is_none(), "the link itself is no session");
    let mut forged = link.clone();
    forged.replace_range(0..1, if link.starts_with('A') { "B" } else { "A" });
    for wrong in [forged.as_str(), "", one.token.as_str()] {
        assert!(matches!(family::exchange(&house.app, wrong), Err(Error::NotFound)), "{wrong}");
        assert_eq!(family::look(&house.app, wrong).unwrap().standing, family::Standing::Over);
    }
    family::leave(&house.app, one.token.as_str()).unwrap();
    assert!(open(one.token.as_str()).is_none() && open(other.token.as_str()).is_some());
    house.waits(family::CASE_TOKEN_LIVES);
    assert!(open(other.token.as_str()).is_none());
    house.waits(TimeDelta::days(400));
    assert!(matches!(family::exchange(&house.app, &link), Err(Error::NotFound)), "the link is over");
}

/// P33: a family that lost its link gets another, in the school's words, with a code that its browser alone
/// can use; an address that nobody has gets nothing, and the answer is the same.
#[actix_web::test]
async fn a_lost_link_is_mailed_again_with_a_code() {
    let house = School::staffed();
    house.is_told_of_a_bus();
    let first = house.newest_token().await;
    let challenge = Token::fresh(&house.app);
    let ask = |email: &str, challenge: &Token| {
        family::resend(&house.app, &house.doors, SLUG, email, challenge).unwrap();
    };
    ask("nobody@family.example", &challenge);
    ask("no address", &challenge);
    assert_eq!(house.newest_mail().await, None);
    ask(" Zofia@Family.example ", &challenge);
    let mail = house.newest_mail().await.expect("a mail went out");
    for said in ["Dear Zofia", "Hazel Lane", "0117 496 0123", "10 minutes"] {
        assert!(mail.contains(said), "{said}: {mail}");
    }
    assert_ne!(token_in(&mail), first);
    assert!(family::exchange(&house.app, &token_in(&mail)).is_ok());
    assert!(family::exchange(&house.app, &first).is_ok(), "the old one still lives");
    let (code, elsewhere) = (code_in(&mail).unwrap(), Token::fresh(&house.app));
    let enter =
        |challenge: &Token, code: &str| family::exchange_code(&house.app, &house.doors, challenge, code);
    assert_eq!(words(enter(&elsewhere, &code).unwrap_err())[0].1, "code_wrong", "in another browser");
    let typed = format!("{} {}", &code[..3], &code[3..]);
    assert!(enter(&challenge, &typed).is_ok(), "however it is typed");
    assert_eq!(words(enter(&challenge, &code).unwrap_err())[0].1, "code_wrong", "once");
    house.waits(family::CODE_LIVES);
    assert_eq!(words(enter(&challenge, &code).unwrap_err())[0].1, "code_wrong", "ten minutes");
}

#[actix_web::test]
async fn a_code_has_five_tries_whether_or_not_there_is_one() {
    let house = School::staffed();
    house.is_told_of_a_bus();
    house.newest_token().await;
    let told = |challenge: &Token| -> Vec<_> {
        let tries = (0..7).map(|_| family::exchange_code(&house.app, &house.doors, challenge, "abcdef"));
        tries
            .map(|tried| match tried.unwrap_err() {
                Error::TooMany(_) => None,
                other => Some(words(other)),
            })
            .collect()
    };
    let (real, unreal) = (Token::fresh(&house.app), Token::fresh(&house.app));
    family::resend(&house.app, &house.doors, SLUG, FAMILY, &real).unwrap();
    let mail = house.newest_mail().await.unwrap();
    let (known, unknown) = (told(&real), told(&unreal));
    assert_eq!(known, unknown);
    let wrong = known.iter().flatten().filter(|told| told[0].1 == "code_wrong").count();
    assert_eq!((wrong, known.last()), (5, Some(&None)));
    let right = family::exchange_code(&house.app, &house.doors, &real, &code_in(&mail).unwrap());
    assert!(matches!(right, Err(Error::TooMany(1..))), "the right one comes too late");
}

/// P33: the page of a link that is over sends a fresh one with one click, to where the old one went.
#[actix_web::test]
async fn an_old_link_is_renewed_to_its_own_address_only() {
    let house = School::staffed();
    house.is_told_of_a_bus();
    let link = house.newest_token().await;
    house.waits(TimeDelta::days(401));
    assert_eq!(family::look(&house.app, &link).unwrap().standing, family::Standing::Over);
    family::renew(&house.app, &house.doors, "forged", &Token::fresh(&house.app)).unwrap();
    assert_eq!(house.newest_mail().await.filter(|mail| mail.contains("/mine/")), None);
    family::renew(&house.app, &house.doors, &link, &Token::fresh(&house.app)).unwrap();
    let fresh = house.newest_token().await;
    assert!(family::exchange(&house.app, &fresh).is_ok());
}

/// E22: nobody's mailbox is filled by asking again and again.
#[actix_web::test]
async fn asking_for_links_again_and_again_fills_no_mailbox() {
    let house = School::staffed();
    house.is_told_of_a_bus();
    house.newest_token().await;
    for _ in 0..20 {
        family::resend(&house.app, &house.doors, SLUG, FAMILY, &Token::fresh(&house.app)).unwrap();
    }
    house.delivers().await;
    assert_eq!(house.mail.taken().len(), 3);
}

// Through the routes.

const RIGHT: [(&str, &str); 2] = [("email", HEAD), ("password", PASSWORD)];

/// P34: sign-in needs no puzzle, takes paste and password managers; P10: one summary, what was typed is kept.
#[actix_web::test]
async fn signing_in_by_a_page_brings_one_to_where_one_wanted_to_go() {
    let house = School::staffed();
    let mut browser = house.browser().await;
    let page = browser.get("/sign-in?next=/cases%3Fstate%3Dany").await;
    for part in
        ["autocomplete=\"username\"", "autocomplete=\"current-password\"", "<title>Sign in – Heard</title>"]
    {
        assert!(page.html.contains(part), "{part}: {}", page.html);
    }
    let next = ("next", "/cases?state=any");
    let wrong = [("email", "a<b@c"), ("password", "x"), next];
    let told = browser.post("/sign-in", &page, &wrong).await;
    assert_eq!(told.status, StatusCode::UNPROCESSABLE_ENTITY);
    for part in ["<title>Error: Sign in", "There is a problem", "href=\"#email\"", "a&#60;b@c"] {
        assert!(told.html.contains(part), "{part}: {}", told.html);
    }
    assert!(!told.html.contains("value=\"x\""), "a password never comes back");
    let right = [RIGHT[0], RIGHT[1], next];
    let entered = browser.post("/sign-in", &told, &right).await;
    assert_eq!((entered.status, entered.to.as_deref()), (StatusCode::SEE_OTHER, Some("/cases?state=any")));
    let again = browser.get("/sign-in?next=https://evil.example").await;
    assert_eq!(again.to.as_deref(), Some("/"), "and to no other site");
}

/// Fixation: a cookie that somebody planted is worth nothing, and not kept.
#[actix_web::test]
async fn a_planted_cookie_does_not_become_a_session() {
    let house = School::staffed();
    let planted = "a".repeat(43);
    let mut browser = house.browser().await;
    browser.cookies.push(("heard".into(), planted.clone()));
    let page = browser.get("/sign-in").await;
    let entered = browser.post("/sign-in", &page, &RIGHT).await;
    assert_eq!(entered.status, StatusCode::SEE_OTHER);
    let session = browser.cookie("heard").unwrap();
    assert_ne!(session, planted);
    assert!(session::colleague_of_session(&house.app, &planted).unwrap().is_none());
    assert!(session::colleague_of_session(&house.app, &session).unwrap().is_some());
}

/// A form from another site is refused, and so is one without the token of this very browser.
#[actix_web::test]
async fn a_form_of_another_site_is_refused() {
    let house = School::staffed();
    let mut browser = house.browser().await;
    let page = browser.get("/sign-in").await;
    for from in ["cross-site", "same-site"] {
        browser.from = from;
        let refused = browser.post("/sign-in", &page, &RIGHT).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{from}");
        assert!(refused.html.contains("Nothing was sent"));
    }
    browser.from = "same-origin";
    let mut stranger = browser.another();
    let theirs = stranger.get("/sign-in").await.hidden("csrf");
    for token in ["", "0", theirs.as_str()] {
        let refused = browser.post("/sign-in", &page, &[("csrf", token), RIGHT[0], RIGHT[1]]).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{token}");
        assert!(browser.cookie("heard").is_none());
    }
    let entered = browser.post("/sign-in", &page, &RIGHT).await;
    assert_eq!(entered.status, StatusCode::SEE_OTHER);
    let out = browser.post("/sign-out", &page, &[]).await;
    assert_eq!(
        out.status,
        StatusCode::FORBIDDEN,
        "the token of before the session is not that of the session"
    );
    assert!(browser.cookie("heard").is_some());
}

/// Older browsers say `Origin` only, and `null` where no referrer is sent.
#[actix_web::test]
async fn an_origin_that_is_another_is_refused_where_the_browser_says_no_more() {
    let house = School::staffed();
    let site = house.site().await;
    for (origin, wanted) in [
        ("https://evil.example", StatusCode::FORBIDDEN),
        ("http://heard.example.org:8080", StatusCode::FORBIDDEN),
        (BASE, StatusCode::SEE_OTHER),
        ("null", StatusCode::SEE_OTHER),
    ] {
        let mut browser = site.browser();
        let csrf = browser.get("/sign-in").await.hidden("csrf");
        let cookie = format!("heard-guest={}", browser.cookie("heard-guest").unwrap());
        let request = TestRequest::post()
            .uri("/sign-in")
            .insert_header((header::ORIGIN, origin))
            .insert_header((header::COOKIE, cookie))
            .peer_addr("192.0.2.1:4711".parse().unwrap())
            .set_form([("csrf", csrf.as_str()), RIGHT[0], RIGHT[1]]);
        assert_eq!(site.takes(request).await.status, wanted, "{origin}");
    }
}

#[actix_web::test]
async fn signing_out_ends_the_session_and_not_only_the_cookie() {
    let house = School::staffed();
    let mut browser = house.browser().await;
    browser.answers("/sign-in", &RIGHT).await;
    let session = browser.cookie("heard").unwrap();
    assert_eq!(browser.get("/set-up/trust").await.status, StatusCode::NOT_FOUND, "set-up is over");
    let home = browser.get(urls::HOME).await;
    let out = browser.post("/sign-out", &home, &[]).await;
    assert_eq!(out.to.as_deref(), Some(urls::SIGNED_OUT));
    assert_eq!(browser.cookie("heard"), None);
    assert!(session::colleague_of_session(&house.app, &session).unwrap().is_none());
    assert!(browser.get(urls::SIGNED_OUT).await.html.contains("You are signed out"));
}

/// S9: signing out in another tab loses no word of a form, and shows it to nobody else.
#[actix_web::test]
async fn words_of_a_form_survive_signing_out_in_another_tab() {
    let case = urls::case(&Reference::from_random(7));
    let path = format!("{case}/actions/add_note");
    let path = path.as_str();
    let house = School::staffed();
    let mut browser = house.browser().await;
    browser.answers("/sign-in", &RIGHT).await;
    let old = browser.get(urls::HOME).await;
    browser.post("/sign-out", &old, &[]).await;
    let words = [("version", "3"), ("words", "Rang the mother: she is content")];
    // Nobody is signed in: the page asks, and holds what was typed.
    let asks = browser.post(path, &old, &words).await;
    assert_eq!(asks.status, StatusCode::FORBIDDEN);
    let held = asks.hidden("held");
    assert_eq!(held, "version=3&words=Rang+the+mother%3A+she+is+content");
    let again = [RIGHT[0], RIGHT[1], ("next", path), ("held", held.as_str())];
    // In a browser in which nobody was, it comes back to nobody.
    assert_eq!(browser.another().answers("/sign-in", &again).await.place(), urls::HOME);
    let back = browser.post("/sign-in", &asks, &again).await;
    let leave = format!("href=\"{case}\"");
    for part in ["You are signed in again", "Rang the mother: she is content", leave.as_str()] {
        assert!(back.html.contains(part), "{part}: {}", back.html);
    }
    // Signed in again in the other tab, the old form comes back with a token that works.
    let late = browser.post(path, &old, &words).await;
    assert!(late.html.contains("Go on with it") && late.html.contains("she is content"), "{}", late.html);
    assert_eq!(late.hidden("csrf"), browser.get(urls::HOME).await.hidden("csrf"));
    let forged = browser.post(path, &old, &[&words[..], &[("csrf", "0")]].concat()).await;
    assert!(forged.html.contains("Send it again"), "{}", forged.html);
}

/// A question of the first start: its name, what is answered, and what comes next.
type Step<'s> = (&'s str, &'s [(&'s str, &'s str)], &'s str);

/// The whole first start in a browser: nothing is set up before the last button, everything is after it.
#[actix_web::test]
async fn the_first_administrator_sets_a_school_up_in_a_browser() {
    let house = School::empty();
    let mut browser = house.browser().await;
    let link = format!("/set-up/begin/{}", house.first_link());
    let page = browser.get(&link).await;
    let weak = [("name", "Ines Baptiste"), ("email", "ines@rowan.example"), ("password", "short")];
    let told = browser.post(&link, &page, &weak).await;
    assert!(told.html.contains("12 characters or more") && told.html.contains("value=\"Ines Baptiste\""));
    let strong = [weak[0], weak[1], ("password", PASSWORD)];
    let begun = browser.post(&link, &told, &strong).await;
    assert_eq!(begun.to.as_deref(), Some("/set-up"));
    assert_eq!(browser.get("/set-up").await.to.as_deref(), Some("/set-up/trust"));
    assert!(browser.get(&link).await.html.contains("This set-up link is over"));
    let steps: [Step<'_>; 5] = [
        ("trust", &[("standing", "in_trust"), ("trust", "Rowan Learning Trust")], "school"),
        ("school", &[("school", "Hazel Lane"), ("kind", "academy"), ("nation", "england")], "contact"),
        (
            "contact",
            &[
                ("phone", "0117 496 0123"),
                ("email", "office@hazel-lane.example"),
                ("address", "Hazel Lane\r\nWestmarch"),
                ("office_hours", "8 to 4"),
                ("safeguarding", "Grace, 0117 496 0124"),
                ("privacy", "dpo@rowan.example"),
            ],
            "procedure",
        ),
        ("procedure", &[("procedure", "MAT-SEED")], "calendar"),
        (
            "calendar",
            &[("autumn-1-first", "2 September 2026"), ("autumn-1-last", "23 October 2026")],
            "check",
        ),
    ];
    for (step, fields, next) in steps {
        let path = urls::set_up_step(step);
        let page = browser.get(&path).await;
        assert_eq!(page.status, StatusCode::OK, "{step}");
        if step == "calendar" {
            let wrong = [("autumn-1-first", "31 February 2027"), ("autumn-1-last", "1 April 2027")];
            let told = browser.post(&path, &page, &wrong).await;
            assert_eq!(told.status, StatusCode::UNPROCESSABLE_ENTITY);
            assert!(told.html.contains("href=\"#autumn-1-first\"") && told.html.contains("31 February 2027"));
        }
        let on = browser.post(&path, &page, fields).await;
        assert_eq!(on.to, Some(urls::set_up_step(next)), "{step}: {}", on.html);
    }
    assert!(house.db.read(db::schools::all).unwrap().is_empty(), "nothing before the last button");
    let check = browser.get("/set-up/check").await;
    assert!(check.html.contains("Rowan Learning Trust") && check.html.contains("Not provided"));
    let done = browser.post("/set-up/check", &check, &[]).await;
    assert!(
        done.html.contains("The school is set up") && done.html.contains("/schools/hazel-lane"),
        "{}",
        done.html
    );
    assert_eq!(house.db.read(db::schools::all).unwrap().len(), 1);
    assert!(house.is_in(&Token::given(browser.cookie("heard").unwrap())));
}

/// G28, api.md: a case without the right token is 404, whatever was sent, and never 401.
#[actix_web::test]
async fn a_case_without_the_right_token_is_not_there() {
    let house = School::staffed();
    house.is_told_of_a_bus();
    let link = house.newest_token().await;
    let made = family::exchange(&house.app, &link).unwrap();
    let path = urls::api_case(&made.reference);
    let site = house.site().await;
    let status = async |token: &str, path: &str| {
        let request = TestRequest::get().uri(path).insert_header((header::AUTHORIZATION, token.to_owned()));
        site.takes(request).await.status
    };
    let missing = format!("{}/cases/{}", urls::API, Reference::from_random(1));
    let bearer = |token: &str| format!("Bearer {token}");
    assert_eq!(status(&bearer(made.token.as_str()), &path).await, StatusCode::OK);
    for wrong in ["", "Bearer forged", "Basic eDp5", bearer(&link).as_str()] {
        assert_eq!(status(wrong, &path).await, StatusCode::NOT_FOUND, "{wrong}");
        assert_eq!(status(wrong, &missing).await, StatusCode::NOT_FOUND, "{wrong}");
    }
    assert_eq!(
        status("Bearer forged", "/api/v1/cases").await,
        StatusCode::UNAUTHORIZED,
        "a list is no secret"
    );
}

/// A12: a token that may read does not write.
#[actix_web::test]
async fn a_reading_token_does_not_write() {
    let house = School::staffed();
    house.is_told_of_a_bus();
    let case = family::exchange(&house.app, &house.newest_token().await).unwrap();
    let made = token_of_head(&house, None);
    let site = house.site().await;
    let token = made.token.as_str();
    assert_eq!(site.reads(token, "/api/v1/cases").await.status, StatusCode::OK);
    let path = format!("{}/actions/add_note", urls::api_case(&case.reference));
    let answer = site.asked(token, TestRequest::post().uri(&path).set_json(json!({}))).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    let told = answer.json();
    assert_eq!(told["code"], "not_yours");
    assert!(told["detail"].as_str().unwrap().contains("write"));
}

/// A14: 429 with `Retry-After`, in a bucket of its own.
#[actix_web::test]
async fn too_many_requests_are_told_when_to_come_back() {
    let house = School::staffed();
    let site = house.site().await;
    let mut last = None;
    for _ in 0..21 {
        let request = TestRequest::post()
            .uri("/api/v1/schools/hazel-lane/links")
            .peer_addr("203.0.113.9:1".parse().unwrap())
            .set_json(json!({ "email": "nobody@family.example" }));
        last = Some(site.takes(request).await);
    }
    let last = last.unwrap();
    assert_eq!(last.status, StatusCode::TOO_MANY_REQUESTS);
    let seconds: u64 = last.header("retry-after").parse().unwrap();
    assert!((1..=21).contains(&seconds));
    let other = TestRequest::get().uri("/api/v1/schools").peer_addr("203.0.113.9:1".parse().unwrap());
    assert_eq!(site.takes(other).await.status, StatusCode::OK);
}

/// api.md: what is no JSON is 400, another media type 415, too much 413, an unknown field 422 with its place.
#[actix_web::test]
async fn a_body_that_does_not_fit_is_told_why() {
    let house = School::staffed();
    let site = house.site().await;
    let post = || TestRequest::post().uri("/api/v1/access");
    let json = "application/json";
    for (kind, body, status) in [
        (json, "{".to_owned(), 400),
        ("text/plain", "{}".to_owned(), 415),
        (json, format!("\"{}\"", "x".repeat(5_000_000)), 413),
        (json, "{\"link_token\": 7}".to_owned(), 422),
        (json, "{\"link_token\": \"forged\"}".to_owned(), 404),
        (json, "{\"link_token\": \"x\", \"who\": 1}".to_owned(), 422),
    ] {
        let request = post().insert_header((header::CONTENT_TYPE, kind)).set_payload(body);
        let answer = site.takes(request).await;
        assert_eq!(answer.status.as_u16(), status);
        assert_eq!(answer.header("content-type"), "application/problem+json");
    }
}

/// S44: whoever did nothing for an hour is told so, and comes back to where they were; what they had typed is still there.
#[actix_web::test]
async fn s44_whoever_did_nothing_for_an_hour_is_told_why_they_sign_in_again() {
    let house = School::staffed();
    let mut browser = house.site().await.signed_in(HEAD).await;
    let away = browser.get(urls::AWAY).await;
    house.waits(TimeDelta::minutes(59));
    assert_eq!(browser.get("/cases?state=open").await.status, StatusCode::OK, "a minute is left");
    house.waits(TimeDelta::minutes(60));
    let asked = browser.get("/cases?state=open").await;
    let page = browser.get(asked.place()).await;
    assert!(page.html.contains("because nothing happened here for 60 minutes"), "{}", page.html);
    assert_eq!(page.hidden("next"), "/cases?state=open");

    // A form is not lost: what was typed goes through the page, and no other does.
    let typed = [("from_on-day", "17"), ("note", "At the dentist")];
    let held = browser.post(urls::AWAY, &away, &typed).await;
    assert!(held.html.contains("nothing is lost"), "{}", held.html);
    let back = browser.post("/sign-in", &held, &[("email", HEAD), ("password", PASSWORD)]).await;
    assert!(back.html.contains("At the dentist"), "{}", back.html);

    let mut shared = house.browser().await;
    let page = shared.get("/sign-in").await;
    let entered = [("email", HEAD), ("password", PASSWORD), ("computer", "shared")];
    shared.post("/sign-in", &page, &entered).await.place();
    house.waits(TimeDelta::minutes(10));
    let asked = shared.get("/").await;
    assert!(shared.get(asked.place()).await.html.contains("nothing happened here for 10 minutes"));
    let mut nobody = house.browser().await;
    assert!(!nobody.get("/sign-in").await.html.contains("You were signed out"));
}
