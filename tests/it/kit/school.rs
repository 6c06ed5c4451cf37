//! One school with its people and its mailbox, on a Monday morning in term: what most stories begin with.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use heard::app::access::entry::{Entered, Visitor};
use heard::app::access::known::{self, KnownBrowser};
use heard::app::access::limit::{Doors, Network};
use heard::app::access::password::NewPassword;
use heard::app::access::session::{self, Computer};
use heard::app::access::sign_in::{Credentials, sign_in};
use heard::app::access::token::{self, NewToken, Scope};
use heard::app::access::users::{self, ChangedBy, NewPlace, NewPost, NewUser};
use heard::app::access::{Token, setup};
use heard::app::concerns::{self, Sender as From};
use heard::app::error::Error;
use heard::app::files::FileLimits;
use heard::app::outbox::{Sender, Step, Transport, deliver};
use heard::app::people::Colleague;
use heard::app::{App, Mode, Parts};
use heard::clock::{Clock, Ids};
use heard::db::{self, DatabaseUrl, Db, DbOptions, migrate};
use heard::domain::device::Device;
use heard::domain::ids::PersonId;
use heard::domain::person::Role;
use heard::domain::reference::Reference;
use heard::domain::text::EmailAddress;
use heard::key::InstallationKey;
use heard::mail::{MemoryMailer, OutgoingMail};
use heard::secret::Secret;
use heard::urls::BaseUrl;
use serde_json::{Value, json};

use super::database::{Template, TestDatabase};
use super::trust::REFERENCE;

pub const BASE: &str = "http://heard.example.org";
pub const SLUG: &str = "hazel-lane";
/// The first administrator, Ines Baptiste.
pub const ADMIN: &str = "ines@rowan.example";
/// The headteacher, Amara Okafor.
pub const HEAD: &str = "head@hazel-lane.example";
/// A class teacher, Daniel Ash.
pub const TEACHER: &str = "teacher@hazel-lane.example";
/// Of everybody.
pub const PASSWORD: &str = "blue kettle sings loudly";

static MIGRATED: Template = Template::new(|url| {
    migrate::run(&DatabaseUrl::parse(url).unwrap()).unwrap();
});

static FOUNDED: Template = Template::new(|url| {
    migrate::run(&DatabaseUrl::parse(url).unwrap()).unwrap();
    found(&app_on(url, 1, Setting::default()), &autumn());
});

static STAFFED: Template = Template::new(|url| {
    migrate::run(&DatabaseUrl::parse(url).unwrap()).unwrap();
    let app = app_on(url, 1, Setting::default());
    found(&app, &autumn());
    take_on(&app, "Amara Okafor", HEAD, Role::Headteacher, NewPlace::School(SLUG.into()));
    take_on(&app, "Daniel Ash", TEACHER, Role::ClassTeacher, NewPlace::School(SLUG.into()));
});

/// What an installation decides about itself.
#[derive(Clone, Copy)]
pub struct Setting {
    pub mode: Mode,
    /// How long a message can be called back.
    pub undo: TimeDelta,
    pub files: FileLimits,
}

impl Default for Setting {
    fn default() -> Self {
        Self { mode: Mode::Live, undo: TimeDelta::zero(), files: FileLimits::default() }
    }
}

/// An installation with a database of its own.
pub struct School {
    pub app: App,
    pub db: Db,
    pub doors: Doors,
    pub mail: MemoryMailer,
    pub database: TestDatabase,
    sender: Sender,
}

impl School {
    /// Nobody has come in yet.
    pub fn empty() -> Self {
        Self::on(MIGRATED.copy(), Setting::default())
    }

    /// With a trust, a school and the administrator who named them.
    pub fn founded() -> Self {
        Self::on(FOUNDED.copy(), Setting::default())
    }

    /// With a headteacher and a class teacher too.
    pub fn staffed() -> Self {
        Self::staffed_in(Setting::default())
    }

    pub fn staffed_in(setting: Setting) -> Self {
        Self::on(STAFFED.copy(), setting)
    }

    fn on(database: TestDatabase, setting: Setting) -> Self {
        let app = app_on(database.url(), 2, setting);
        let db = Db::open(&DatabaseUrl::parse(database.url()).unwrap(), DbOptions::default()).unwrap();
        let mail = MemoryMailer::new();
        let from = EmailAddress::parse("heard@heard.example.org").unwrap();
        let sender = Sender::new(&app, Transport::Memory(mail.clone()), from).unwrap();
        Self { app, db, doors: Doors::default(), mail, database, sender }
    }

    /// The token of a link with which the first administrator begins.
    pub fn first_link(&self) -> String {
        first_link(&self.app)
    }

    pub fn takes_on(&self, name: &str, email: &str, role: Role, place: NewPlace) -> PersonId {
        take_on(&self.app, name, email, role, place)
    }

    /// In the browser in which they always sign in.
    pub fn signs_in(&self, email: &str, password: &str) -> Result<Token, Error> {
        let visitor = Visitor { known: self.known_browser(email), ..stranger("192.0.2.1") };
        sign_in(&self.app, &self.doors, &visitor, credentials(email, password)).map(arrived)
    }

    /// In a browser that nobody knows.
    pub fn signs_in_from(&self, address: &str, email: &str, password: &str) -> Result<Token, Error> {
        sign_in(&self.app, &self.doors, &stranger(address), credentials(email, password)).map(arrived)
    }

    /// What a browser keeps in which somebody has signed in, if there is such a person.
    fn known_browser(&self, email: &str) -> Option<KnownBrowser> {
        let person = self.db.read(|tx| db::people::sign_in(tx, email)).unwrap()?.id;
        KnownBrowser::of(&self.app, known::cookie(&self.app, person).unwrap().as_str())
    }

    /// Whoever that session is of, while it lasts.
    pub fn colleague_in(&self, session: &Token) -> Option<Colleague> {
        session::colleague_of_session(&self.app, session.as_str()).unwrap()
    }

    pub fn is_in(&self, session: &Token) -> bool {
        self.colleague_in(session).is_some()
    }

    /// Somebody with the password that all have, as the use cases know them, however often they are asked for.
    pub fn colleague(&self, email: &str) -> Colleague {
        let visitor = Visitor { known: self.known_browser(email), ..stranger("192.0.2.1") };
        let entered = sign_in(&self.app, &Doors::default(), &visitor, credentials(email, PASSWORD));
        self.colleague_in(&arrived(entered.unwrap())).unwrap()
    }

    /// A token of the API that may read and write.
    pub fn token(&self, email: &str) -> String {
        let new = NewToken {
            owner: EmailAddress::parse(email).unwrap(),
            school: None,
            scopes: vec![Scope::Read, Scope::Write],
            lives: TimeDelta::days(30),
        };
        token::create(&self.app, ChangedBy::CommandLine, new).unwrap().token.as_str().to_owned()
    }

    pub fn today(&self) -> NaiveDate {
        self.app.now().date_naive()
    }

    pub fn waits(&self, time: TimeDelta) {
        self.app.clock().set(self.app.now() + time);
    }

    pub fn stands_at(&self, moment: &str) {
        self.app.clock().set(moment.parse().unwrap());
    }

    /// A family raises a concern about a bus by itself.
    pub fn raises(&self, complainant: &Value, about: &Value) -> Reference {
        self.takes(json!({
            "kind": "concern", "complainant": complainant, "about": about,
            "points": [{"what_happened": "The bus left without her.", "wanted": "A seat"}],
        }))
    }

    /// A family sends that by itself.
    pub fn takes(&self, concern: Value) -> Reference {
        let body = serde_json::from_value(concern).unwrap();
        let sender = From::Family("192.0.2.0".into());
        let told = concerns::submit(&self.app, SLUG, sender, &body, None, REFERENCE).unwrap();
        Reference::parse(&told.body).unwrap()
    }

    /// Sends everything that is due.
    pub async fn delivers(&self) {
        while deliver(&self.app, &self.sender).await.unwrap() != Step::Empty {}
    }

    /// Sends everything that is due, and empties the mailbox.
    pub async fn sends(&self) -> Vec<OutgoingMail> {
        self.delivers().await;
        self.mail.take_out()
    }

    /// Sends everything that is due, and answers the path of the newest link to a family's page.
    pub async fn newest_link(&self) -> String {
        self.delivers().await;
        self.mail.taken().iter().rev().find_map(|mail| link_in(&mail.text)).expect("a mail has a link")
    }
}

/// The path of the link to the family's page in a mail.
pub fn link_in(text: &str) -> Option<String> {
    let start = text.find(&format!("{BASE}/mine/"))? + BASE.len();
    text[start..].split_whitespace().next().map(str::to_owned)
}

/// The token of that link.
#[track_caller]
pub fn token_in(text: &str) -> String {
    link_in(text).expect("the mail has a link").rsplit('/').next().unwrap().to_owned()
}

/// The six digits in a mail.
pub fn code_in(text: &str) -> Option<String> {
    let is_code = |word: &&str| word.len() == 6 && word.bytes().all(|byte| byte.is_ascii_digit());
    text.split_whitespace().find(is_code).map(str::to_owned)
}

/// Monday 14 September 2026, half past nine in the morning in London.
pub fn monday() -> DateTime<Utc> {
    "2026-09-14T08:30:00Z".parse().unwrap()
}

/// Who comes in first.
pub fn founder() -> setup::FounderForm {
    setup::FounderForm { name: "Ines Baptiste".into(), email: ADMIN.into(), password: Secret::new(PASSWORD) }
}

/// Two half-terms, with a holiday between them.
fn autumn() -> Value {
    json!([["2026-09-02", "2026-10-23"], ["2026-11-02", "2026-12-18"]])
}

/// What they say of their school.
pub fn answers() -> setup::Answers {
    answers_with(&autumn())
}

fn answers_with(terms: &Value) -> setup::Answers {
    serde_json::from_value(json!({
        "standing": "in_trust", "trust": "Rowan Learning Trust", "school": "Hazel Lane",
        "kind": "academy", "nation": "england", "phone": "0117 496 0123",
        "email": "office@hazel-lane.example", "address": "Hazel Lane\nWestmarch",
        "office_hours": "on school days, 8:15am to 4pm", "safeguarding": "Grace Lindqvist, 0117 496 0124",
        "privacy": "dpo@rowan.example", "procedure": "MAT-SEED",
        "terms": terms, "inset": "",
    }))
    .unwrap()
}

/// Somebody with a browser that nobody knows, at that address.
pub fn stranger(address: &str) -> Visitor {
    Visitor { network: network(address), device: Device::default(), known: None }
}

/// The session of somebody of whom no second step is asked.
#[track_caller]
pub fn arrived(entered: Entered) -> Token {
    match entered {
        Entered::In(arrived) => arrived.token,
        Entered::SecondStepAsked(_) => panic!("a second step is asked for"),
    }
}

pub fn credentials(email: &str, password: &str) -> Credentials {
    Credentials {
        email: Secret::new(email),
        password: Secret::new(password),
        computer: Computer::Own,
        previous: None,
    }
}

/// The network of that address.
pub fn network(address: &str) -> Network {
    Network::of(address.parse().unwrap())
}

fn app_on(url: &str, seed: u64, setting: Setting) -> App {
    app_at(url, seed, setting, BASE, Clock::fixed(monday()))
}

/// The same installation under another address.
pub fn app_with_base(url: &str, setting: Setting, base: &str) -> App {
    app_at(url, 3, setting, base, Clock::fixed(monday()))
}

/// The same installation at another time.
pub fn app_with_clock(url: &str, setting: Setting, clock: Clock) -> App {
    app_at(url, 4, setting, BASE, clock)
}

fn app_at(url: &str, seed: u64, setting: Setting, base: &str, clock: Clock) -> App {
    let Setting { mode, undo, files } = setting;
    let app = App::new(Parts {
        db: Db::open(&DatabaseUrl::parse(url).unwrap(), DbOptions::default()).unwrap(),
        clock,
        ids: Ids::seeded(seed),
        base: BaseUrl::parse(base).unwrap(),
        undo,
        mode,
        key: InstallationKey::of([7; 32]),
    });
    app.limiting_files(files)
}

fn first_link(app: &App) -> String {
    let link = setup::first_start_link(app).unwrap().expect("nobody is there yet");
    link.path().rsplit('/').next().unwrap().to_owned()
}

/// The first administrator comes in and names trust and school, with these terms.
pub fn found(app: &App, terms: &Value) {
    let session = setup::found(app, &first_link(app), &founder()).unwrap();
    let by = setup::founder_of_session(app, session.as_str()).unwrap().unwrap();
    setup::set_up(app, &by, answers_with(terms).plan().unwrap()).unwrap();
}

fn take_on(app: &App, name: &str, email: &str, role: Role, place: NewPlace) -> PersonId {
    let user = NewUser {
        name: name.into(),
        email: EmailAddress::parse(email).unwrap(),
        password: Some(NewPassword::parse(PASSWORD, email).unwrap()),
        posts: vec![NewPost { role, place, year_groups: vec![], from_on: None }],
    };
    users::add_user(app, ChangedBy::CommandLine, user).unwrap()
}
