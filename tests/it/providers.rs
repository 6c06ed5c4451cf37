//! Signing in with an account of a provider, against a real one that runs on this machine (`tests/browser/provider.mjs`).

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use actix_web::http::StatusCode;
use actix_web::http::header;
use chrono::NaiveDate;
use heard::app::App;
use heard::app::access::provider::Providers;
use heard::app::outbox::{Sender, Step, Transport, deliver};
use heard::clock::Clock;
use heard::config::{AddressesOf, ProviderConfig, TheirSecondStep};
use heard::db;
use heard::domain::ids::PersonId;
use heard::domain::text::EmailAddress;
use heard::mail::{MemoryMailer, OutgoingMail};
use heard::secret::Secret;
use heard::urls;
use serde_json::{Value, json};

use crate::kit::browser::{Browser, Page, Site};
use crate::kit::http::Request;
use crate::kit::package;
use crate::kit::school::{ADMIN, BASE, HEAD, School, Setting, TEACHER, app_with_clock, monday};

const KEY: &str = "test";
const BEGIN: &str = "/sign-in/with/test?next=%2Fcases";

/// The provider, until it is dropped.
struct Provider {
    child: Child,
    issuer: String,
}

impl Provider {
    fn start() -> Self {
        let mut child = Command::new("node")
            .arg(package().join("tests/browser/provider.mjs"))
            .arg(format!("{BASE}{}", urls::back_from_provider(KEY)))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("node is there, as for building");
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let said: Value =
            serde_json::from_str(&line).expect("tests/run puts oidc-provider into tests/browser");
        Self { child, issuer: said["issuer"].as_str().unwrap().to_owned() }
    }

    fn address(&self) -> std::net::SocketAddr {
        self.issuer.trim_start_matches("http://").parse().unwrap()
    }

    /// Whose account the next visitor has.
    fn is_visited_by(&self, subject: &str, claims: &Value) {
        self.told(&json!({ "sub": subject, "claims": claims }));
    }

    /// The same, with what else is told of the visit.
    fn is_visited(&self, subject: &str, claims: &Value, more: &Value) {
        let mut visit = json!({ "sub": subject, "claims": claims });
        visit.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.told(&visit);
    }

    fn is_refused(&self) {
        self.told(&json!({ "refuses": true }));
    }

    fn told(&self, what: &Value) {
        assert_eq!(Request::post("/control").json(what).send(self.address()).unwrap().status, 200);
    }

    /// Goes there as a browser does, and comes back with the path to which it is sent.
    fn sees(&self, to: &str) -> String {
        let mut jar: Vec<(String, String)> = Vec::new();
        let mut place = to.to_owned();
        for _ in 0..10 {
            if let Some(back) = place.strip_prefix(BASE) {
                return back.to_owned();
            }
            let path = place.strip_prefix(&self.issuer).unwrap_or(&place).to_owned();
            let cookies: Vec<String> = jar.iter().map(|(name, value)| format!("{name}={value}")).collect();
            let answer =
                Request::get(&path).header("Cookie", &cookies.join("; ")).send(self.address()).unwrap();
            for (_, set) in answer.headers.iter().filter(|(name, _)| name == "set-cookie") {
                let (name, value) = set.split(';').next().unwrap().split_once('=').unwrap();
                jar.retain(|(own, _)| own != name);
                jar.push((name.to_owned(), value.to_owned()));
            }
            place =
                answer.named("location").unwrap_or_else(|| panic!("{path}: {}", answer.text())).to_owned();
        }
        panic!("the provider sends on and on: {place}");
    }

    fn config(&self) -> ProviderConfig {
        ProviderConfig {
            key: KEY.to_owned(),
            name: "Rowan".to_owned(),
            issuer: self.issuer.clone(),
            client_id: "heard".to_owned(),
            client_secret: Secret::new("the secret of the tests"),
            addresses: AddressesOf::Verified,
            domains: Vec::new(),
            second_step: TheirSecondStep::default(),
        }
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A school whose people may come with accounts of that provider.
struct House {
    school: School,
    app: App,
    provider: Provider,
}

impl House {
    fn new() -> Self {
        Self::vouching(AddressesOf::Verified, &[])
    }

    fn vouching(addresses: AddressesOf, domains: &[&str]) -> Self {
        Self::set_up(|config| ProviderConfig {
            addresses,
            domains: domains.iter().map(|domain| (*domain).to_owned()).collect(),
            ..config
        })
    }

    /// A second step counts that the provider asked for.
    fn trusting(amr: &[&str], acr: &[&str]) -> Self {
        let all = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        let second_step = TheirSecondStep { amr: all(amr), acr: all(acr) };
        Self::set_up(|config| ProviderConfig { second_step, ..config })
    }

    fn set_up(with: impl FnOnce(ProviderConfig) -> ProviderConfig) -> Self {
        let (school, provider) = (School::staffed(), Provider::start());
        let providers = Providers::of(vec![with(provider.config())]);
        // A token ends by the clock of its provider, which is the machine's.
        let clock = Clock::fixed(Clock::System.now().max(monday()));
        let app = app_with_clock(school.database.url(), Setting::default(), clock).with_providers(providers);
        Self { school, app, provider }
    }

    async fn site(&self) -> Site {
        Site::of(&self.app).await
    }

    /// A browser goes to the provider and comes back.
    async fn comes(&self, browser: &mut Browser, subject: &str, claims: &Value) -> Page {
        self.provider.is_visited_by(subject, claims);
        self.goes_and_comes(browser).await
    }

    async fn goes_and_comes(&self, browser: &mut Browser) -> Page {
        let away = browser.get(BEGIN).await;
        let back = self.provider.sees(away.place());
        browser.get(&back).await
    }

    fn accounts(&self, email: &str) -> Vec<String> {
        let person = self.person(email);
        let all = self.school.db.read(|tx| db::ways_in::accounts_of(tx, person)).unwrap();
        all.into_iter().map(|account| account.subject).collect()
    }

    fn person(&self, email: &str) -> PersonId {
        self.school.db.read(|tx| db::people::sign_in(tx, email)).unwrap().unwrap().id
    }

    async fn letters(&self) -> Vec<OutgoingMail> {
        let mail = MemoryMailer::new();
        let from = EmailAddress::parse("heard@heard.example.org").unwrap();
        let sender = Sender::new(&self.app, Transport::Memory(mail.clone()), from).unwrap();
        while deliver(&self.app, &sender).await.unwrap() != Step::Empty {}
        mail.take_out()
    }
}

fn verified(email: &str) -> Value {
    json!({ "email": email, "email_verified": true })
}

#[track_caller]
fn refused(page: &Page, heading: &str) {
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", page.html);
    assert!(page.html.contains(heading), "{}", page.html);
    assert!(page.html.contains("Sign in with your password"), "a way on");
}

const UNKNOWN: &str = "We do not know this account";
const AGAIN: &str = "Begin again";

/// The first time by an address that the provider proved, and from then on by the account, whatever address it has.
#[actix_web::test]
async fn an_account_finds_its_person_once_and_stays_theirs() {
    let house = House::new();
    let mut browser = house.site().await.browser();
    assert!(browser.get("/sign-in").await.html.contains("Sign in with Rowan"));
    let entered = house.comes(&mut browser, "account-1", &verified("Head@hazel-lane.example")).await;
    assert_eq!(entered.place(), "/cases");
    assert_eq!(browser.cookie("heard-away"), None);
    assert!(browser.get(urls::ACCOUNT).await.html.contains("Amara Okafor"));
    assert_eq!(house.accounts(HEAD), ["account-1"]);

    let mut later = browser.another();
    let entered = house.comes(&mut later, "account-1", &verified(TEACHER)).await;
    assert_eq!(entered.place(), "/cases");
    assert!(later.get(urls::ACCOUNT).await.html.contains("Amara Okafor"), "not whoever has the address now");
    assert!(house.accounts(TEACHER).is_empty());
}

/// nOAuth: an address that nobody proved finds nobody, however often the account comes.
#[actix_web::test]
async fn an_address_that_nobody_proved_finds_nobody() {
    let house = House::new();
    let site = house.site().await;
    for claims in [
        json!({ "email": HEAD }),
        json!({ "email": HEAD, "email_verified": false }),
        json!({ "email": HEAD, "xms_edov": false }),
        json!({ "email_verified": true }),
        verified("stranger@elsewhere.example"),
        verified("head@hazel-lane.example\u{0}"),
    ] {
        let mut browser = site.browser();
        refused(&house.comes(&mut browser, "account-9", &claims).await, UNKNOWN);
        assert_eq!(browser.cookie("heard"), None, "{claims}");
    }
    assert!(house.accounts(HEAD).is_empty());
    let mut browser = site.browser();
    let proved = house.comes(&mut browser, "account-1", &json!({ "email": HEAD, "xms_edov": "1" })).await;
    assert_eq!(proved.place(), "/cases", "as Microsoft says it");
}

/// An account of one's own tenant has addresses that the trust itself gives out; a guest's is not one of them.
#[actix_web::test]
async fn a_tenant_vouches_for_its_own_domains_and_for_no_others() {
    let house = House::vouching(AddressesOf::OwnDomains, &["hazel-lane.example"]);
    let site = house.site().await;
    let guest =
        house.comes(&mut site.browser(), "account-2", &json!({ "email": "ines@rowan.example" })).await;
    refused(&guest, UNKNOWN);
    let own = house.comes(&mut site.browser(), "account-1", &json!({ "email": HEAD })).await;
    assert_eq!(own.place(), "/cases");

    let narrow = House::vouching(AddressesOf::Verified, &["hazel-lane.example"]);
    let site = narrow.site().await;
    refused(&narrow.comes(&mut site.browser(), "account-2", &verified("ines@rowan.example")).await, UNKNOWN);
    assert_eq!(narrow.comes(&mut site.browser(), "account-1", &verified(HEAD)).await.place(), "/cases");
}

/// Somebody who gets an address that another had before them does not get in as the other.
#[actix_web::test]
async fn another_account_with_the_same_address_is_another_account() {
    let house = House::new();
    let site = house.site().await;
    house.comes(&mut site.browser(), "account-1", &verified(HEAD)).await.place();
    let page = house.comes(&mut site.browser(), "account-2", &verified(HEAD)).await;
    refused(&page, "You are connected with another Rowan account");
    assert_eq!(house.accounts(HEAD), ["account-1"]);
}

#[actix_web::test]
async fn an_answer_counts_once_and_in_the_browser_that_asked() {
    let house = House::new();
    let site = house.site().await;
    house.provider.is_visited_by("account-1", &verified(HEAD));
    let (mut mine, mut theirs) = (site.browser(), site.browser());
    let away = mine.get(BEGIN).await;
    let back = house.provider.sees(away.place());
    refused(&site.browser().get(&back).await, AGAIN);

    // The code of one browser with the state of another: what it was made for does not fit.
    let theirs_away = theirs.get(BEGIN).await;
    let code = |path: &str| path.split(['?', '&']).find(|part| part.starts_with("code=")).unwrap().to_owned();
    let theirs_back = house.provider.sees(theirs_away.place());
    let swapped = theirs_back.replace(&code(&theirs_back), &code(&back));
    refused(&theirs.get(&swapped).await, "We could not make sure that it is you");
    refused(&theirs.get(&theirs_back).await, AGAIN);

    // Its own state, changed.
    let wrong = back.replace("state=", "state=x");
    let cookies = mine.cookies.clone();
    refused(&mine.get(&wrong).await, AGAIN);
    mine.cookies = cookies;
    refused(&mine.get(&back).await, AGAIN);

    // And once more from the beginning, and then again.
    let away = mine.get(BEGIN).await;
    let back = house.provider.sees(away.place());
    let cookies = mine.cookies.clone();
    assert_eq!(mine.get(&back).await.place(), "/cases");
    mine.cookies = cookies;
    refused(&mine.get(&back).await, AGAIN);
}

/// ASVS 10.5: a token that was signed by the right key, and is for another try, another program, another time, or from
/// another provider.
#[actix_web::test]
async fn a_token_that_is_not_for_this_try_is_not_believed() {
    let house = House::new();
    let site = house.site().await;
    let now = Clock::System.now().timestamp();
    for forged in [
        json!({ "nonce": "of another try" }),
        json!({ "nonce": null }),
        json!({ "aud": "another program" }),
        json!({ "aud": ["heard", "another program"], "azp": "another program" }),
        json!({ "exp": now - 3600, "iat": now - 7200 }),
        json!({ "iss": "https://login.example/another-tenant" }),
    ] {
        let mut browser = site.browser();
        house.provider.is_visited("account-1", &verified(HEAD), &json!({ "forged": forged }));
        refused(&house.goes_and_comes(&mut browser).await, "We could not make sure that it is you");
        assert_eq!(browser.cookie("heard"), None, "{forged}");
    }
    assert!(house.accounts(HEAD).is_empty());
    house.provider.is_visited("account-1", &verified(HEAD), &json!({ "forged": { "name": "Amara" } }));
    assert_eq!(
        house.goes_and_comes(&mut site.browser()).await.place(),
        "/cases",
        "signed anew, it still fits"
    );
}

/// ASVS 6.8.4: a second step of the provider counts where the configuration says so, and nowhere else.
#[actix_web::test]
async fn a_second_step_of_the_provider_counts_where_it_is_said_to() {
    let strong = json!({ "amr": ["pwd", "mfa"], "acr": "gold" });
    let weak = json!({ "amr": ["pwd"], "acr": "bronze" });
    for (house, counts) in [
        (House::new(), false),
        (House::trusting(&["mfa"], &[]), true),
        (House::trusting(&[], &["gold"]), true),
        (House::trusting(&["hwk"], &["platinum"]), false),
    ] {
        let site = house.site().await;
        // An administrator has to have a second step, and sets up none here.
        for (said, whole) in [(&weak, false), (&strong, counts)] {
            let mut browser = site.browser();
            house.provider.is_visited("account-1", &verified(ADMIN), said);
            let entered = house.goes_and_comes(&mut browser).await;
            let asked = entered.place().starts_with(urls::OWN_SECOND_STEP);
            assert_eq!(asked, !whole, "{said}: {:?}", entered.to);
        }
    }
}

#[actix_web::test]
async fn whoever_says_no_there_is_told_and_nothing_comes_of_it() {
    let house = House::new();
    let mut browser = house.site().await.browser();
    house.provider.is_refused();
    let away = browser.get(BEGIN).await;
    let back = house.provider.sees(away.place());
    refused(&browser.get(&back).await, "You did not sign in with Rowan");
    assert_eq!(browser.cookie("heard"), None);
}

/// G30: rights end with the post, whoever vouches for the person.
#[actix_web::test]
async fn somebody_whose_post_ended_does_not_come_in_by_an_account() {
    let house = House::new();
    let site = house.site().await;
    house.comes(&mut site.browser(), "account-1", &verified(HEAD)).await.place();
    let (person, last) = (house.person(HEAD), NaiveDate::from_ymd_opt(2026, 9, 6).unwrap());
    house
        .school
        .db
        .write(move |tx| {
            let posts = db::people::find(tx, person)?.unwrap().posts;
            posts.iter().try_for_each(|post| db::people::end_post(tx, post.id, last))
        })
        .unwrap();
    let mut browser = site.browser();
    refused(&house.comes(&mut browser, "account-1", &verified(HEAD)).await, "Your post here has ended");
    assert_eq!(browser.cookie("heard"), None);
}

#[actix_web::test]
async fn a_provider_that_is_down_is_told_and_the_password_still_works() {
    let mut house = House::new();
    let site = house.site().await;
    house.provider.child.kill().unwrap();
    house.provider.child.wait().unwrap();
    let mut browser = site.browser();
    let page = browser.get(BEGIN).await;
    assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE, "{}", page.html);
    assert!(page.html.contains("Rowan does not answer at the moment"), "{}", page.html);
    assert!(site.signed_in(HEAD).await.get(urls::HOME).await.status.is_success());
}

/// Nobody is sent on to another site by it.
#[actix_web::test]
async fn the_way_back_leads_to_a_page_of_ours() {
    let house = House::new();
    let site = house.site().await;
    house.provider.is_visited_by("account-1", &verified(HEAD));
    for next in ["%2F%2Fevil.example", "https%3A%2F%2Fevil.example", "%2F%5Cevil.example"] {
        let mut browser = site.browser();
        let away = browser.get(&format!("/sign-in/with/test?next={next}")).await;
        let back = house.provider.sees(away.place());
        assert_eq!(browser.get(&back).await.place(), "/", "{next}");
    }
    assert_eq!(site.browser().get("/sign-in/with/another").await.status, StatusCode::NOT_FOUND);
}

/// The owner connects and disconnects, and is written to at each change.
#[actix_web::test]
async fn an_account_is_connected_and_disconnected_on_ones_own_page() {
    let house = House::new();
    let site = house.site().await;
    let mut browser = site.signed_in(HEAD).await;
    let page = browser.get(urls::WAYS_IN).await;
    assert!(page.html.contains("No Rowan account is connected"), "{}", page.html);
    house.provider.is_visited_by("account-7", &json!({ "email": "amara@home.example" }));
    let connect = urls::connect_provider(KEY);
    let on = browser.post(&connect, &page, &[]).await;
    assert_eq!(on.status, StatusCode::OK);
    let to = on.header(header::REFRESH.as_str()).strip_prefix("0; url=").unwrap().to_owned();
    let back = house.provider.sees(&to);
    assert_eq!(browser.get(&back).await.place(), "/account/ways-in?done=connected");
    assert_eq!(house.accounts(HEAD), ["account-7"]);

    // It lets her in, though nobody proved its address: she herself connected it.
    let entered = house.comes(&mut site.browser(), "account-7", &json!({})).await;
    assert_eq!(entered.place(), "/cases");
    // And nobody else can take it.
    let mut teacher = site.signed_in(TEACHER).await;
    let page = teacher.get(urls::WAYS_IN).await;
    let on = teacher.post(&connect, &page, &[]).await;
    let to = on.header(header::REFRESH.as_str()).strip_prefix("0; url=").unwrap().to_owned();
    refused(&teacher.get(&house.provider.sees(&to)).await, "This account signs in somebody else");

    let page = browser.get(urls::WAYS_IN).await;
    assert!(page.html.contains("amara@home.example, connected on"), "{}", page.html);
    let gone = browser.post(&urls::disconnect_provider(KEY), &page, &[]).await;
    assert_eq!(gone.place(), "/account/ways-in?done=disconnected");
    assert!(house.accounts(HEAD).is_empty());
    refused(&house.comes(&mut site.browser(), "account-7", &json!({})).await, UNKNOWN);

    let letters = house.letters().await;
    let subjects: Vec<&str> = letters.iter().map(|letter| letter.subject.as_str()).collect();
    assert!(
        subjects.iter().any(|subject| subject.ends_with("you can sign in with Rowan now")),
        "{subjects:?}"
    );
    assert!(
        subjects.iter().any(|subject| subject.ends_with("you no longer sign in with Rowan")),
        "{subjects:?}"
    );
    insta::assert_snapshot!(letters.last().unwrap().text);
}

/// A try that somebody began does not connect their account with whoever signs in meanwhile.
#[actix_web::test]
async fn an_account_is_connected_with_whoever_asked_for_it_alone() {
    let house = House::new();
    let site = house.site().await;
    let mut browser = site.signed_in(HEAD).await;
    let page = browser.get(urls::WAYS_IN).await;
    house.provider.is_visited_by("account-7", &verified("amara@home.example"));
    let on = browser.post(&urls::connect_provider(KEY), &page, &[]).await;
    let to = on.header(header::REFRESH.as_str()).strip_prefix("0; url=").unwrap().to_owned();
    let back = house.provider.sees(&to);
    let mut teacher = site.signed_in(TEACHER).await;
    teacher.cookies.push(("heard-away".to_owned(), browser.cookie("heard-away").unwrap()));
    refused(&teacher.get(&back).await, AGAIN);
    assert!(house.accounts(TEACHER).is_empty() && house.accounts(HEAD).is_empty());
}
