//! The demo's trust without a case: four schools, people for every role with their tokens, a clock that
//! stands still until a test moves it.

use chrono::{DateTime, TimeDelta, Utc};
use heard::app::access::Token;
use heard::app::access::token::{TokenHolder, colleague_of_token};
use heard::app::cases::{Answer, Answering, Caller};
use heard::app::concerns::body::ConcernBody;
use heard::app::concerns::{self, Sender};
use heard::app::demo::{self, Cast, Contents, Person};
use heard::app::{App, Mode, Parts};
use heard::clock::{Clock, Ids};
use heard::db::access::{LinkKind, NewLink};
use heard::db::{self, DatabaseUrl, Db, DbError, DbOptions, migrate};
use heard::domain::ids::{CaseId, PartyNo};
use heard::domain::reference::Reference;
use heard::key::InstallationKey;
use heard::urls::BaseUrl;
use serde_json::Value;
use sha2::Digest as _;

use super::database::{Template, TestDatabase};

static FOUNDED: Template = Template::new(|url| {
    let url = DatabaseUrl::parse(url).unwrap();
    migrate::run(&url).unwrap();
    let app = app_on(&url, 1);
    demo::build(&app, 1, Contents::Empty, &mut |_| {}).unwrap();
});

/// The trust's database alone, for a program of its own.
pub fn founded() -> TestDatabase {
    FOUNDED.copy()
}

/// An application on that database, at that moment.
pub fn app_at(database: &TestDatabase, now: DateTime<Utc>) -> App {
    let app = app_on(&DatabaseUrl::parse(database.url()).unwrap(), 2);
    app.clock().set(now);
    app
}

fn app_on(url: &DatabaseUrl, seed: u64) -> App {
    app_that_waits(url, seed, TimeDelta::zero())
}

fn app_that_waits(url: &DatabaseUrl, seed: u64, undo: TimeDelta) -> App {
    App::new(Parts {
        db: Db::open(url, DbOptions::default()).unwrap(),
        clock: Clock::fixed(demo::moment()),
        ids: Ids::seeded(seed),
        base: BaseUrl::parse("http://heard.example.org").unwrap(),
        undo,
        // In a demo the outbox is open to anybody; here it is as in a real installation without mail.
        mode: Mode::TestMail,
        key: InstallationKey::of([7; 32]),
    })
}

/// The trust, in a database of its own.
pub struct Trust {
    pub app: App,
    pub db: Db,
    pub cast: Cast,
    pub database: TestDatabase,
}

impl Trust {
    /// It stands at Tuesday 24 November 2026, ten in the morning.
    pub fn new() -> Self {
        Self::with_time_to_call_back(TimeDelta::zero())
    }

    /// The same where a message can be called back for that long.
    pub fn with_time_to_call_back(undo: TimeDelta) -> Self {
        let database = founded();
        let url = DatabaseUrl::parse(database.url()).unwrap();
        let app = app_that_waits(&url, 2, undo);
        let db = Db::open(&url, DbOptions::default()).unwrap();
        let cast = demo::cast(&app).unwrap().expect("the template holds a finished demo");
        Self { app, db, cast, database }
    }

    /// The same person as their token makes them known to the use cases.
    pub fn known(&self, person: &Person) -> TokenHolder {
        colleague_of_token(&self.app, &person.token).unwrap().expect("the token lives")
    }

    /// A family raises a concern by itself.
    pub fn raises(&self, school: &str, body: &Value) -> Reference {
        let body: ConcernBody = serde_json::from_value(body.clone()).unwrap();
        let sender = Sender::Family("192.0.2.0".to_owned());
        let told = concerns::submit(&self.app, school, sender, &body, None, REFERENCE).unwrap();
        Reference::parse(&told.body).unwrap()
    }

    pub fn case(&self, reference: &Reference) -> CaseId {
        let find = |tx: &mut db::Tx| db::visibility::find_for_the_system(tx, reference);
        self.db.read(find).unwrap().expect("the case is there").case()
    }

    /// The secret of a link as a mail would bring it to that party, or of a session begun by one.
    pub fn secret(&self, case: CaseId, party: PartyNo, kind: LinkKind, lives: TimeDelta) -> String {
        let (now, token) = (self.app.now(), Token::fresh(&self.app).as_str().to_owned());
        let link = NewLink {
            secret: digest(&token),
            case,
            party,
            helper: None,
            kind,
            created_at: now,
            expires_at: now + lives,
        };
        self.db.write(move |tx| db::access::add_link(tx, link)).unwrap();
        token
    }

    /// The family of that case, as its link makes them known to the use cases.
    pub fn family(&self, case: CaseId, party: PartyNo) -> Caller {
        let token = self.secret(case, party, LinkKind::Link, TimeDelta::days(800));
        let now = self.app.now();
        let open = |tx: &mut db::Tx| db::access::link(tx, digest(&token), now);
        Caller::Family(self.db.read::<_, DbError>(open).unwrap().expect("the link lives"))
    }
}

/// Answers with the reference alone.
pub const REFERENCE: Answering =
    |done| Answer { status: 200, body: done.case.reference.as_str().to_owned(), version: done.case.length };

pub fn digest(token: &str) -> db::Digest {
    db::Digest(sha2::Sha256::digest(token).into())
}
