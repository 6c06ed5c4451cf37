//! Messages that leave, that do not, and what people do about them: through use cases, the worker and the
//! pages, on both databases (E7, E8, E15-E19, E22, E26, S7, G17, G18, G22-G24, G29).

use std::time::Duration;

use actix_web::http::StatusCode;
use chrono::{NaiveDate, TimeDelta};
use heard::app::access::limit::Doors;
use heard::app::access::{Token, family, password_link};
use heard::app::cases::{self, Answer, Caller, Order, SeenVersion};
use heard::app::error::Error;
use heard::app::messages::{self, Deed, Full, MessageState, Open, Outcome, Part, Search, Way};
use heard::app::outbox::{Sender, Transport, deliver};
use heard::app::{App, IdempotencyKey, Mode};
use heard::config::SmtpSecurity;
use heard::domain::calendar::long_date;
use heard::domain::case::action::Action;
use heard::domain::case::state::Standing;
use heard::domain::deadline::{DeadlineRule, Due};
use heard::domain::ids::MessageId;
use heard::domain::reference::Reference;
use heard::domain::text::EmailAddress;
use heard::mail::{FailureKind, Origin, OutgoingMail, SendFailure, Step};
use heard::secret::Secret;
use heard::urls;
use serde_json::{Value, json};

use crate::kit::browser::TestRequest;
use crate::kit::school::{ADMIN, HEAD, SLUG, School, Setting, TEACHER, code_in, token_in};
use crate::kit::smtp::{Control, Faults, Security, SmtpServer};
use crate::kit::trust::REFERENCE;

const FAMILY: &str = "zofia@family.example";
const UNDO: TimeDelta = TimeDelta::seconds(30);

impl School {
    fn in_mode(mode: Mode) -> Self {
        Self::staffed_in(Setting { mode, undo: UNDO, ..Setting::default() })
    }

    /// Where half a minute is left to call a message back.
    fn without_mail_server() -> Self {
        Self::in_mode(Mode::TestMail)
    }

    fn by_mail(&self) -> Reference {
        self.raises(&zofia(), &json!([]))
    }

    /// Somebody without email, but with an address.
    fn by_post(&self) -> Reference {
        let them = json!({"name": "Ewa Nowak", "address": "2 Mill Road\nWestmarch", "relationship": "carer"});
        self.raises(&them, &json!([]))
    }

    fn acts(&self, email: &str, reference: &Reference, action: Action, body: Value) {
        let caller = Caller::Colleague(self.colleague(email));
        let version = cases::open(&self.app, &caller, reference).unwrap().case.length;
        let order = Order {
            reference: reference.clone(),
            action,
            body,
            seen: SeenVersion::Exactly(version),
            key: None,
        };
        cases::act(&self.app, caller, order, REFERENCE).unwrap();
    }

    /// The head writes to the family: waits to be called back, then leaves.
    fn writes(&self, reference: &Reference, words: &str) {
        self.acts(HEAD, reference, Action::SendMessage, json!({"words": words}));
    }

    fn of_case(&self, reference: &Reference) -> Vec<messages::Posted> {
        let caller = Caller::Colleague(self.colleague(HEAD));
        let all = messages::of_case(&self.app, &caller, reference).unwrap();
        all.into_iter().map(|(posted, _)| posted).collect()
    }

    fn newest_of(&self, reference: &Reference, kind: &str) -> MessageId {
        let all = self.of_case(reference);
        all.iter()
            .rev()
            .find(|posted| posted.message.kind == kind)
            .unwrap_or_else(|| panic!("no {kind}"))
            .message
            .id
    }

    fn one(&self, email: &str, id: MessageId) -> Result<Full, Error> {
        messages::one(&self.app, Some(&self.colleague(email)), id)
    }

    fn does(&self, email: &str, id: MessageId, deed: Deed) -> Result<Answer, Error> {
        messages::act(&self.app, &self.colleague(email), id, deed, None, nothing_to_say)
    }

    fn to_do(&self, email: &str) -> usize {
        messages::to_do(&self.app, &self.colleague(email), 50).unwrap().entries.len()
    }

    fn finds(&self, email: &str, part: Option<Part>) -> Vec<messages::Entry> {
        let search = Search { part, ..Search::default() };
        messages::list(&self.app, Some(&self.colleague(email)), &search, 100).unwrap().entries
    }
}

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn nothing_to_say(_: &App, full: &Full) -> Answer {
    Answer { status: 200, body: format!("{:?}", full.posted.state), version: 0 }
}

fn zofia() -> Value {
    json!({"name": "Zofia Lis", "email": FAMILY, "relationship": "parent"})
}

fn refused_for_good() -> SendFailure {
    SendFailure {
        kind: FailureKind::Permanent,
        step: Step::Addressing,
        code: Some("550".into()),
        words: format!("The server does not know <{FAMILY}>"),
    }
}

fn to(mails: &[OutgoingMail], address: &str) -> Vec<OutgoingMail> {
    mails.iter().filter(|mail| mail.to_address.as_str() == address).cloned().collect()
}

/// A failed receipt: it carries a date, so somebody has to see to it.
async fn failed_receipt(school: &School) -> (Reference, MessageId) {
    let reference = school.by_mail();
    let id = school.newest_of(&reference, "receipt");
    school.mail.refuse_next_to(&EmailAddress::parse(FAMILY).unwrap(), refused_for_good());
    school.sends().await;
    let failed = school.finds(HEAD, Some(Part::Failed));
    assert_eq!(failed.iter().map(|entry| entry.posted.message.id).collect::<Vec<_>>(), [id]);
    (reference, id)
}

/// S7: what a person wrote can be called back until it leaves, by page and API alike, and is then never sent.
#[actix_web::test]
async fn s7_a_message_can_be_called_back_for_thirty_seconds_and_no_longer() {
    let school = School::without_mail_server();
    let reference = school.by_mail();
    school.sends().await;
    school.writes(&reference, "The wrong words.");
    let wrong = school.newest_of(&reference, "message_from_school");
    school.waits(UNDO - TimeDelta::seconds(1));
    assert!(to(&school.sends().await, FAMILY).is_empty(), "it waits");
    school.does(HEAD, wrong, Deed::CallBack).unwrap();
    school.waits(TimeDelta::hours(1));
    assert!(to(&school.sends().await, FAMILY).is_empty(), "it never leaves");
    let full = school.one(HEAD, wrong).unwrap();
    assert_eq!(full.posted.state, MessageState::Stopped);
    assert_eq!(full.acts[0].1.as_deref(), Some("Amara Okafor"), "who called it back is on record");

    school.writes(&reference, "The right words.");
    let right = school.newest_of(&reference, "message_from_school");
    school.waits(UNDO);
    let late = school.does(HEAD, right, Deed::CallBack);
    let Err(Error::Refused(refusal)) = late else { panic!("{late:?}") };
    assert_eq!(refusal.makes_possible.as_deref(), Some("Send a correction instead"));
    let mails = to(&school.sends().await, FAMILY);
    assert!(mails[0].text.contains("The right words."));
    let receipt = school.newest_of(&reference, "receipt");
    assert!(school.does(HEAD, receipt, Deed::CallBack).is_err(), "a receipt never waits");
}

/// S7, E17: an answer with a right in it that was called back is not forgotten: the case has moved on.
#[actix_web::test]
async fn e17_a_called_back_answer_with_a_right_is_a_task_until_it_is_sent_or_told() {
    let school = School::without_mail_server();
    let reference = school.by_mail();
    school.acts(HEAD, &reference, Action::Acknowledge, json!({"message": "I have it."}));
    school.waits(UNDO);
    school.sends().await;
    school.acts(HEAD, &reference, Action::Reply, json!({"message": "This is our answer."}));
    let answer = school.newest_of(&reference, "reply");
    school.does(HEAD, answer, Deed::CallBack).unwrap();
    assert_eq!(school.to_do(HEAD), 1);
    school.does(HEAD, answer, Deed::SendAgain).unwrap();
    assert_eq!(school.to_do(HEAD), 0);
    assert!(to(&school.sends().await, FAMILY).iter().any(|mail| mail.text.contains("This is our answer.")));
}

/// E8: the mails of one case to one person are one conversation, and name nobody else's (P18). What Heard says by
/// itself is marked for robots, what a person wrote is not.
#[actix_web::test]
async fn e8_the_mails_of_a_case_are_one_conversation() {
    let school = School::without_mail_server();
    let reference = school.by_mail();
    let first = to(&school.sends().await, FAMILY);
    assert!(first.iter().all(|mail| mail.origin == Origin::Automatic));
    assert_eq!(first.iter().filter(|mail| mail.in_reply_to.is_none()).count(), 1, "one begins it");
    let mut ids: Vec<MessageId> = first.iter().map(|mail| mail.message_id).collect();
    ids.sort_unstable();
    for words in ["One.", "Two.", "Three."] {
        school.waits(TimeDelta::minutes(1));
        school.writes(&reference, words);
        school.waits(UNDO);
        let mail = to(&school.sends().await, FAMILY).remove(0);
        assert_eq!(mail.in_reply_to, ids.last().copied());
        assert_eq!(mail.references, ids);
        assert_eq!(mail.origin, Origin::ByAPerson);
        ids.push(mail.message_id);
    }
    let jo = json!({"name": "Jo", "email": "jo@family.example", "relationship": "parent"});
    let stranger = school.raises(&jo, &json!([]));
    let others = to(&school.sends().await, "jo@family.example");
    let named = others.iter().flat_map(|mail| mail.references.iter().chain(&mail.in_reply_to));
    assert!(named.clone().all(|id| !ids.contains(id)), "{stranger} is another case");
}

/// E7: mail comes from the school by name, and an answer goes to the school; staff answer where Heard is.
#[actix_web::test]
async fn e7_the_school_is_the_sender_and_answers_reach_it() {
    let school = School::without_mail_server();
    school.by_mail();
    let mails = school.sends().await;
    let family = to(&mails, FAMILY).remove(0);
    assert_eq!(family.from_name, "Hazel Lane");
    assert_eq!(family.reply_to.as_ref().map(EmailAddress::as_str), Some("office@hazel-lane.example"));
    let staff: Vec<_> = mails.iter().filter(|mail| mail.to_address.as_str() != FAMILY).collect();
    assert!(!staff.is_empty());
    // G24: internal and external answers never go to the same place.
    assert!(staff.iter().all(|mail| mail.reply_to.is_none()));
}

/// G23, E18: whatever happens to the address on the case, a message that is written goes where it was written to.
#[actix_web::test]
async fn e17_a_failed_message_is_a_task_is_corrected_and_later_letters_follow() {
    let school = School::without_mail_server();
    let (reference, failed) = failed_receipt(&school).await;
    let full = school.one(HEAD, failed).unwrap();
    assert_eq!(full.attempts.len(), 1, "a permanent answer is not tried again (E16)");
    assert_eq!(full.attempts[0].outcome, Some(Outcome::Refused));
    assert_eq!(full.attempts[0].code, Some(550));
    assert_eq!(school.to_do(HEAD), 1);
    let same = EmailAddress::parse("ZOFIA@family.example").unwrap();
    assert!(matches!(school.does(HEAD, failed, Deed::SendTo(same)), Err(Error::Invalid(_))));

    let right = EmailAddress::parse("zofia.lis@family.example").unwrap();
    let under_a_key = |address: &EmailAddress| {
        let key = IdempotencyKey::parse("address-1").ok();
        let deed = Deed::SendTo(address.clone());
        messages::act(&school.app, &school.colleague(HEAD), failed, deed, key, nothing_to_say)
    };
    under_a_key(&right).unwrap();
    under_a_key(&right).expect("the same key and address get the first answer (A6)");
    let other = EmailAddress::parse("zofia.lee@family.example").unwrap();
    assert!(matches!(under_a_key(&other), Err(Error::KeyReused)));
    assert!(matches!(school.does(HEAD, failed, Deed::SendTo(right)), Err(Error::Refused(_))), "once (G18)");
    assert_eq!(school.to_do(HEAD), 0);
    school.waits(UNDO);
    let sent = to(&school.sends().await, "zofia.lis@family.example").remove(0);
    assert_ne!(sent.message_id, full.posted.message.id, "another recipient is another message (E18)");
    assert_eq!(sent.subject, full.posted.message.subject);
    let old = school.one(HEAD, failed).unwrap();
    assert_eq!((old.posted.message.to_address.as_str(), old.posted.state), (FAMILY, MessageState::Failed));
    assert!(old.replaced_by.is_some());

    school.writes(&reference, "A word more.");
    school.waits(UNDO);
    assert_eq!(to(&school.sends().await, "zofia.lis@family.example").len(), 1, "later letters go there too");

    // P33: who lost the link asks from the right address, which the case itself does not know.
    let ask = |address: &str| {
        let token = Token::fresh(&school.app);
        family::resend(&school.app, &Doors::default(), SLUG, address, &token).unwrap();
    };
    ask("someone.else@family.example");
    assert!(school.sends().await.is_empty());
    ask("Zofia.Lis@family.example");
    assert_eq!(to(&school.sends().await, "zofia.lis@family.example").len(), 1);
}

/// E16: a message that was held back, or that a person sent again, has all of its tries still before it.
#[actix_web::test]
async fn e16_the_tries_are_counted_anew_when_a_person_sends_a_message_again() {
    let school = School::without_mail_server();
    school.by_mail();
    let later = SendFailure { kind: FailureKind::Temporary, code: Some("451".into()), ..refused_for_good() };
    let failed = || school.finds(HEAD, Some(Part::Failed)).first().map(|entry| entry.posted.message.id);
    let mut tries = 0;
    while failed().is_none() {
        assert!(tries < 20, "it is tried for 72 hours, and not for ever");
        school.mail.refuse_next_to(&EmailAddress::parse(FAMILY).unwrap(), later.clone());
        school.sends().await;
        school.waits(TimeDelta::hours(24));
        tries += 1;
    }
    let id = failed().unwrap();
    school.does(HEAD, id, Deed::SendAgain).unwrap();
    school.mail.refuse_next_to(&EmailAddress::parse(FAMILY).unwrap(), later);
    school.sends().await;
    assert_eq!(
        school.one(HEAD, id).unwrap().posted.state,
        MessageState::Waiting,
        "one 451 is not the end of it"
    );
    school.waits(TimeDelta::seconds(30));
    assert_eq!(to(&school.sends().await, FAMILY).len(), 1);
}

/// E16, G18: sent again by a person it goes once, however often they press.
#[actix_web::test]
async fn e16_a_failed_message_is_sent_again_once() {
    let school = School::without_mail_server();
    let (_, failed) = failed_receipt(&school).await;
    let key = || IdempotencyKey::parse("again-1").ok();
    let head = school.colleague(HEAD);
    let again = || messages::act(&school.app, &head, failed, Deed::SendAgain, key(), nothing_to_say);
    assert_eq!(again().unwrap(), again().unwrap(), "the same key gets the same answer (A6)");
    assert!(matches!(school.does(HEAD, failed, Deed::SendAgain), Err(Error::Refused(_))));
    assert_eq!(to(&school.sends().await, FAMILY).len(), 1);
    assert_eq!(school.one(HEAD, failed).unwrap().posted.state, MessageState::Sent);
}

/// E16: what fails for now is tried again with growing gaps, under the same Message-ID, and each attempt is on
/// record in plain words.
#[actix_web::test]
async fn e16_what_fails_for_now_is_tried_again_as_the_same_message() {
    let school = School::without_mail_server();
    let reference = school.by_mail();
    let receipt = school.newest_of(&reference, "receipt");
    let later = SendFailure {
        kind: FailureKind::Temporary,
        code: Some("451".into()),
        words: "Try later".into(),
        ..refused_for_good()
    };
    school.mail.refuse_next_to(&EmailAddress::parse(FAMILY).unwrap(), later);
    school.sends().await;
    school.waits(TimeDelta::seconds(29));
    assert!(to(&school.sends().await, FAMILY).is_empty());
    school.waits(TimeDelta::seconds(1));
    let sent = to(&school.sends().await, FAMILY);
    assert_eq!(sent.iter().map(|mail| mail.message_id).collect::<Vec<_>>(), [receipt]);
    let full = school.one(HEAD, receipt).unwrap();
    let outcomes: Vec<_> = full.attempts.iter().map(|tried| (tried.outcome, tried.code)).collect();
    assert_eq!(outcomes, [(Some(Outcome::Later), Some(451)), (Some(Outcome::Sent), None)]);
}

/// E17, G26: whoever has no email address is written to all the same: each letter is a task from the receipt on,
/// is printed, and that it was posted is on the record of the case.
#[actix_web::test]
async fn e17_letters_to_somebody_without_email_are_printed_posted_and_recorded() {
    let school = School::without_mail_server();
    let reference = school.by_post();
    school.sends().await;
    assert_eq!(school.to_do(HEAD), 1, "the receipt");
    let receipt = school.newest_of(&reference, "receipt");
    let full = school.one(HEAD, receipt).unwrap();
    assert_eq!(full.party.as_ref().unwrap().address.as_ref().unwrap().as_str(), "2 Mill Road\nWestmarch");
    let tomorrow = school.today().succ_opt().unwrap();
    let early = school.does(HEAD, receipt, Deed::Told(Way::Post, tomorrow));
    assert!(matches!(early, Err(Error::Invalid(ref problems)) if problems[0].field == "on"), "{early:?}");
    school.waits(TimeDelta::days(1));
    school.does(HEAD, receipt, Deed::Told(Way::Post, school.today())).unwrap();
    assert_eq!(school.to_do(HEAD), 0);
    let caller = Caller::Colleague(school.colleague(HEAD));
    let opened = cases::open(&school.app, &caller, &reference).unwrap();
    let record = serde_json::to_string(&opened.record.last().unwrap().event).unwrap();
    assert!(record.contains("Posted on Tuesday 15 September 2026, to Ewa Nowak"), "{record}");

    // News without a right is not lost either.
    school.writes(&reference, "We are still looking.");
    school.waits(UNDO);
    school.sends().await;
    assert_eq!(school.to_do(HEAD), 1);
}

/// E19, G17: a worker that dies while the server has the mail loses nothing: the receipt, which carries a date,
/// goes again as the same message, and nothing goes by two workers at once.
#[actix_web::test]
async fn e19_a_worker_that_dies_in_the_middle_loses_no_receipt() {
    let school = School::without_mail_server();
    let server = SmtpServer::start(Security::StartTls);
    server.control(Control { stall_seconds: 60, ..Control::default() });
    let them =
        json!({"name": "Zofia Lis", "email": "stall-after-1@family.example", "relationship": "parent"});
    let reference = school.raises(&them, &json!([]));
    let worker = || by_smtp(&school.app, &server);
    let dying = worker();
    let killed = tokio::time::timeout(Duration::from_secs(2), deliver(&school.app, &dying)).await;
    assert!(killed.is_err(), "it dies while the server is silent");
    let receipt = school.newest_of(&reference, "receipt");
    assert_eq!(school.one(HEAD, receipt).unwrap().posted.state, MessageState::Sending);
    let before = copies(&server, receipt);

    server.control(Control { faults: Faults::Off, ..Control::default() });
    deliver(&school.app, &worker()).await.unwrap();
    assert_eq!(copies(&server, receipt), before, "as long as it may live, nobody else takes it");
    school.waits(TimeDelta::minutes(6));
    deliver(&school.app, &worker()).await.unwrap();
    assert_eq!(copies(&server, receipt), before + 1, "then it goes again, as the same message");
    let full = school.one(HEAD, receipt).unwrap();
    let outcomes: Vec<_> = full.attempts.iter().map(|tried| tried.outcome).collect();
    assert_eq!(
        (full.posted.state, outcomes),
        (MessageState::Sent, vec![Some(Outcome::Unknown), Some(Outcome::Sent)])
    );
}

fn by_smtp(app: &App, server: &SmtpServer) -> Sender {
    let smtp = heard::app::outbox::SmtpServer {
        host: server.host.clone(),
        port: server.port,
        security: SmtpSecurity::Starttls,
        login: Some((server.user.clone(), Secret::new(&server.password))),
        ca_pem: Some(std::fs::read(&server.ca_pem).unwrap()),
        timeout: Duration::from_secs(10),
    };
    Sender::new(app, Transport::Smtp(smtp), EmailAddress::parse("heard@heard.example.org").unwrap()).unwrap()
}

/// How many mails with that Message-ID the server took.
fn copies(server: &SmtpServer, id: MessageId) -> usize {
    let line = format!("Message-ID: <{id}@heard.example.org>");
    server.received().iter().filter(|mail| String::from_utf8_lossy(&mail.raw).contains(&line)).count()
}

/// G22, E22: what Heard says by itself about one case to one address stops after twenty within an hour, goes on
/// after it, and the administrator is told.
#[actix_web::test]
async fn g22_automatic_mail_about_a_case_is_capped_and_nothing_is_lost() {
    let school = School::without_mail_server();
    let reference = school.by_mail();
    let receipt = to(&school.sends().await, FAMILY).remove(0).text;
    let link = token_in(&receipt);
    for _ in 0..25 {
        school.waits(TimeDelta::seconds(1));
        loop_once(&school, &reference, &link);
    }
    let first = to(&school.sends().await, HEAD).len();
    assert!(first <= 20, "{first}");
    let held = messages::to_do(&school.app, &school.colleague(ADMIN), 5).unwrap().held;
    assert!(held >= 5, "{held}");
    assert_eq!(
        messages::to_do(&school.app, &school.colleague(HEAD), 5).unwrap().held,
        0,
        "told to administrators"
    );
    school.waits(TimeDelta::hours(1));
    let rest = to(&school.sends().await, HEAD).len();
    assert_eq!(first + rest, 25);
}

/// The family's program answers each mail: the handler is told each time, by itself.
fn loop_once(school: &School, reference: &Reference, link: &str) {
    let made = family::exchange(&school.app, link).unwrap();
    let open = family::open_case(&school.app, made.token.as_str()).unwrap().unwrap();
    let caller = Caller::Family(open);
    let version = cases::open(&school.app, &caller, reference).unwrap().case.length;
    let order = Order {
        reference: reference.clone(),
        action: Action::SendMessage,
        body: json!({"words": "I am away."}),
        seen: SeenVersion::Exactly(version),
        key: None,
    };
    cases::act(&school.app, caller, order, REFERENCE).unwrap();
}

/// G29, R22: an administrator sees how the mail of a case travels and not what it says; of a case about
/// themselves, nothing. Whoever sees the case reads it; whoever does not finds nothing there.
#[actix_web::test]
async fn g29_the_outbox_shows_each_reader_what_their_posts_let_them_see() {
    let school = School::without_mail_server();
    let (_, failed) = failed_receipt(&school).await;
    let shown = |email: &str| school.finds(email, None).iter().map(|entry| entry.content).collect::<Vec<_>>();
    assert!(!shown(HEAD).is_empty() && shown(HEAD).iter().all(|content| *content == Open::Open));
    assert!(!shown(ADMIN).is_empty() && shown(ADMIN).iter().all(|content| *content == Open::Sealed));
    assert!(
        matches!(school.one(TEACHER, failed), Err(Error::NotFound))
            || shown(TEACHER).len() == shown(HEAD).len()
    );
    let sealed = school.one(ADMIN, failed).unwrap();
    assert_eq!((sealed.content, sealed.reference, sealed.party), (Open::Sealed, None, None));
    assert!(matches!(
        school.does(ADMIN, failed, Deed::Told(Way::Post, school.today())),
        Err(Error::Forbidden(_))
    ));
    school.does(ADMIN, failed, Deed::SendAgain).unwrap();

    let about_head = json!([{"role": "headteacher", "name": "Amara Okafor"}]);
    let hidden = school.raises(&zofia(), &about_head);
    assert!(
        cases::open(&school.app, &Caller::Colleague(school.colleague(HEAD)), &hidden).is_err(),
        "the head is complained about"
    );
    let text = format!("{:?}", school.finds(HEAD, None));
    assert!(!text.contains(hidden.as_str()), "and their mail says nothing of it");
}

/// Nobody but the family gets the family's link: not on a page, not in the API, not on paper.
#[actix_web::test]
async fn the_link_of_a_family_is_shown_to_nobody_else() {
    let school = School::without_mail_server();
    let reference = school.by_mail();
    let receipt = school.newest_of(&reference, "receipt");
    let mail = to(&school.sends().await, FAMILY).remove(0);
    assert!(mail.text.contains("http://heard.example.org/mine/"), "their own copy has it");
    let full = school.one(HEAD, receipt).unwrap();
    let text = messages::readable(&school.app, &full.posted.message.body_text);
    assert!(!text.contains("/mine/") && text.contains(messages::OWN_LINK_WORDS), "{text}");
    let html = messages::readable_html(&school.app, full.posted.message.body_html.as_deref().unwrap());
    assert!(!html.contains("/mine/"), "{html}");
    assert!(matches!(messages::family_link_in_a_demo(&school.app, receipt), Err(Error::NotFound)));
    // The code that comes with a fresh link opens it just as well.
    family::resend(&school.app, &Doors::default(), SLUG, FAMILY, &Token::given("a browser")).unwrap();
    let fresh = school.newest_of(&reference, "fresh_link");
    let mail = to(&school.sends().await, FAMILY).remove(0);
    let code = code_in(&mail.text).expect("their own copy has the code");
    let full = school.one(HEAD, fresh).unwrap().posted.message;
    let text = messages::readable(&school.app, &full.body_text);
    let html = messages::readable_html(&school.app, full.body_html.as_deref().unwrap());
    assert!(text.contains(messages::OWN_CODE_WORDS), "{text}");
    assert!(!text.contains(&code) && !html.contains(&code));
    let demo = School::in_mode(Mode::Demo);
    let reference = demo.by_mail();
    let receipt = demo.newest_of(&reference, "receipt");
    assert!(messages::family_link_in_a_demo(&demo.app, receipt).unwrap().starts_with("/mine/"));
}

// Through the routes.

/// E15, E26: the list with its filters in the address, the message with its text, attempts and views.
#[actix_web::test]
async fn e26_staff_read_every_message_on_a_page() {
    let school = School::without_mail_server();
    let (reference, failed) = failed_receipt(&school).await;
    let site = school.site().await;
    let mut stranger = site.browser();
    assert_eq!(stranger.get(urls::OUTBOX).await.to.as_deref(), Some("/sign-in?next=%2Foutbox"));
    let mut head = site.signed_in(HEAD).await;
    let list = head.get("/outbox?state=failed").await;
    assert_eq!(list.status, StatusCode::OK);
    assert!(
        list.html.contains("No mail leaves this machine") && list.html.contains(&format!("/outbox/{failed}"))
    );
    assert!(list.html.contains("State: Failed"), "the filter is shown and can be taken off (S10)");
    assert!(!head.get("/outbox?state=called_back").await.html.contains(&format!("/outbox/{failed}")));
    let page = head.get(&format!("/outbox/{failed}")).await;
    for words in [
        "Zofia Lis &#60;zofia@family.example&#62;",
        "We have your concern",
        "attempt 1: it cannot be sent",
        "550",
    ] {
        assert!(page.html.contains(words), "{words}\n{}", page.html);
    }
    let html = head.get(&format!("/outbox/{failed}/html")).await;
    assert!(html.header("content-security-policy").starts_with("sandbox; default-src 'none'"));
    let letter = head.get(&format!("/outbox/{failed}/letter")).await;
    assert!(letter.html.contains("Ring us on 0117 496 0123 and say your reference"), "{}", letter.html);
    assert_eq!(head.get("/outbox/no-message").await.status, StatusCode::NOT_FOUND);
    let home = head.get("/").await;
    assert!(
        home.html.contains("did not reach Zofia Lis") && home.html.contains(&format!("/outbox/{failed}"))
    );
    let case = head.get(&urls::case(&reference)).await;
    assert!(case.html.contains("A message did not arrive"), "a banner on the case (E17)");
}

/// E17, P10: what is missing is said at its field, and what was done shows at once.
#[actix_web::test]
async fn e17_the_page_takes_a_posted_letter_and_a_corrected_address() {
    let school = School::without_mail_server();
    let (_, failed) = failed_receipt(&school).await;
    let site = school.site().await;
    let mut head = site.signed_in(HEAD).await;
    let path = format!("/outbox/{failed}");
    let page = head.get(&path).await;
    let empty = head.post(&format!("{path}/told"), &page, &[]).await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(empty.html.contains("There is a problem"));
    let wrong = head.post(&format!("{path}/address"), &page, &[("address", "not an address")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.html.contains("not an address"), "what was typed is kept (P8)");
    let asks = head.post(&format!("{path}/address"), &page, &[("address", "zofia@new.example")]).await;
    for words in ["Zofia Lis &#60;zofia@new.example&#62;", "We have your concern", "Later letters about this"]
    {
        assert!(asks.html.contains(words), "S5: {words}\n{}", asks.html);
    }
    let change = [("address", "zofia@new.example"), ("change", "yes")];
    let back = head.post(&format!("{path}/address"), &asks, &change).await;
    assert!(back.html.contains("value=\"zofia@new.example\""), "what was typed is kept (P8)");
    let told = [("way", "post"), ("on-day", "14"), ("on-month", "9"), ("on-year", "2026")];
    let done = head.post(&format!("{path}/told"), &page, &told).await;
    assert_eq!(
        (done.status, done.to.as_deref()),
        (StatusCode::SEE_OTHER, Some(path.as_str())),
        "{}",
        done.html
    );
    let page = head.get(&path).await;
    assert!(page.html.contains("Amara Okafor posted it, on Monday 14 September 2026"), "{}", page.html);
    let again = head.post(&format!("{path}/told"), &page, &told).await;
    assert_eq!(again.status, StatusCode::CONFLICT, "pressed twice, done once");
}

/// S5: nothing leaves again before the page that asks, with recipient, text and effect, is answered.
#[actix_web::test]
async fn s5_a_message_goes_again_after_the_page_that_asks() {
    let school = School::without_mail_server();
    let (_, failed) = failed_receipt(&school).await;
    let site = school.site().await;
    let mut head = site.signed_in(HEAD).await;
    let path = format!("/outbox/{failed}");
    let page = head.get(&path).await;
    let asks = head.post(&format!("{path}/send-again"), &page, &[]).await;
    assert_eq!(asks.status, StatusCode::OK);
    for words in ["Zofia Lis &#60;zofia@family.example&#62;", "It leaves at once", "Dear Zofia Lis"] {
        assert!(asks.html.contains(words), "{words}\n{}", asks.html);
    }
    assert!(to(&school.sends().await, FAMILY).is_empty(), "nothing has left");
    let done = head.post(&format!("{path}/send-again"), &asks, &[("confirmed", "yes")]).await;
    assert_eq!(done.to.as_deref(), Some(path.as_str()));
    assert_eq!(to(&school.sends().await, FAMILY).len(), 1);
    let late = head.post(&format!("{path}/send-again"), &asks, &[]).await;
    assert_eq!(late.status, StatusCode::CONFLICT, "what has left is not asked about");

    let mut admin = site.signed_in(ADMIN).await;
    let (_, other) = failed_receipt(&school).await;
    let path = format!("/outbox/{other}");
    let page = admin.get(&path).await;
    let asks = admin.post(&format!("{path}/send-again"), &page, &[]).await;
    assert!(asks.html.contains("You do not see this case"), "{}", asks.html);
    assert!(!asks.html.contains("Zofia"), "2.4: who looks after the mail does not learn whose it is");
}

/// S7 on the pages: the case shows what can still be called back, and a moment too late the page says so.
#[actix_web::test]
async fn s7_the_case_page_calls_a_message_back() {
    let school = School::without_mail_server();
    let reference = school.by_mail();
    school.sends().await;
    school.writes(&reference, "The wrong words.");
    let site = school.site().await;
    let mut head = site.signed_in(HEAD).await;
    let case = head.get(&urls::case(&reference)).await;
    let id = school.newest_of(&reference, "message_from_school");
    let path = format!("/outbox/{id}/call-back");
    assert!(case.html.contains(&format!("action=\"{path}\"")), "{}", case.html);
    let forged = TestRequest::post().uri(&path).set_form([("csrf", "forged")]);
    assert_eq!(head.send(forged).await.status, StatusCode::FORBIDDEN);
    assert_eq!(head.post(&path, &case, &[]).await.status, StatusCode::SEE_OTHER);
    let late = head.post(&path, &case, &[]).await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    assert!(late.html.contains("can no longer be called back"));
}

/// The API has the same (A1): list, filters, one message with text, state and attempts, and what can be done.
#[actix_web::test]
async fn the_api_reads_the_outbox_and_acts_on_it() {
    let school = School::without_mail_server();
    let (reference, failed) = failed_receipt(&school).await;
    let site = school.site().await;
    let (head, admin) = (school.token(HEAD), school.token(ADMIN));
    let ask = async |request: TestRequest, token: &str| {
        let answer = site.asked(token, request).await;
        let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        (answer.status, body)
    };
    let get = |path: &str| TestRequest::get().uri(path);
    let (status, list) = ask(get("/api/v1/outbox?state=failed"), &head).await;
    assert_eq!(status, StatusCode::OK);
    let item = &list["items"][0];
    assert_eq!(
        (item["reference"].as_str(), item["to_address"].as_str()),
        (Some(reference.as_str()), Some(FAMILY))
    );
    assert!(item["text"].as_str().unwrap().contains("We have your concern"));
    let (_, sealed) = ask(get("/api/v1/outbox"), &admin).await;
    assert!(
        sealed["items"]
            .as_array()
            .unwrap()
            .iter()
            .all(|item| item["text"].is_null() && item["content"] == "sealed")
    );
    assert_eq!(ask(get("/api/v1/outbox?state=lost"), &head).await.0, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(ask(get("/api/v1/outbox"), "none").await.0, StatusCode::UNAUTHORIZED);

    let of_case = format!("/api/v1/cases/{reference}/messages");
    let (_, messages) = ask(get(&of_case), &head).await;
    let receipt =
        messages["items"].as_array().unwrap().iter().find(|item| item["id"] == failed.to_string()).unwrap();
    assert_eq!(receipt["attempts"][0]["outcome"], "refused");
    assert_eq!(receipt["recipient"]["name"], "Zofia Lis");

    let path = format!("/api/v1/outbox/{failed}");
    let post = |act: &str| TestRequest::post().uri(&format!("{path}/{act}"));
    let wrong = post("told").set_json(json!({"way": "pigeon", "on": "2026-09-14"}));
    assert_eq!(ask(wrong, &head).await.0, StatusCode::UNPROCESSABLE_ENTITY);
    let (status, told) =
        ask(post("told").set_json(json!({"way": "telephone", "on": "2026-09-14"})), &head).await;
    assert_eq!(status, StatusCode::OK, "{told}");
    assert_eq!(
        (told["done"][0]["what"].as_str(), told["needs_a_person"].as_bool()),
        (Some("telephone_call"), Some(false))
    );
    let (status, refused) = ask(post("send-again"), &head).await;
    assert_eq!(
        (status, refused["code"].as_str()),
        (StatusCode::UNPROCESSABLE_ENTITY, Some("message_is_dealt_with"))
    );
    assert_eq!(
        ask(get("/api/v1/outbox/00000000-0000-0000-0000-000000000000"), &head).await.0,
        StatusCode::NOT_FOUND
    );
}

/// In a demo anybody who looks around reads the mailbox of everybody; in a school that is real, nobody does.
#[actix_web::test]
async fn a_demos_messages_are_read_without_signing_in() {
    let demo = School::in_mode(Mode::Demo);
    let reference = demo.by_mail();
    let receipt = demo.newest_of(&reference, "receipt");
    let site = demo.site().await;
    let mut anybody = site.browser();
    let list = anybody.get(urls::OUTBOX).await;
    assert!(
        list.html.contains(FAMILY) && list.html.contains("mailbox of everybody in the demo"),
        "{}",
        list.html
    );
    let page = anybody.get(&format!("/outbox/{receipt}")).await;
    let family = anybody.post(&format!("/outbox/{receipt}/family"), &page, &[]).await;
    assert!(family.to.unwrap().starts_with("/mine/"));
    assert!(!page.html.contains("call-back"), "to do something one signs in");
}

/// E26, P18: a demo is open to look around in, and whoever says who they are reads what their posts allow, by token
/// and by page, as in a school that is real.
#[actix_web::test]
async fn e26_whoever_says_who_they_are_reads_by_their_posts() {
    for mode in [Mode::Demo, Mode::TestMail] {
        let school = School::in_mode(mode);
        let reference = school.by_mail();
        let receipt = school.newest_of(&reference, "receipt");
        let site = school.site().await;
        let (teacher, head, admin) = (school.token(TEACHER), school.token(HEAD), school.token(ADMIN));
        let one = format!("/api/v1/outbox/{receipt}");
        let list = site.reads(&teacher, "/api/v1/outbox").await;
        assert_eq!(list.json()["items"], json!([]), "{mode:?}: hidden is absent");
        let of_case = format!("/api/v1/cases/{reference}/messages");
        for path in [&one, &of_case] {
            assert_eq!(site.reads(&teacher, path).await.status, StatusCode::NOT_FOUND, "{mode:?}");
        }
        let read = site.reads(&head, &one).await.json();
        assert_eq!((&read["content"], &read["to_address"]), (&json!("open"), &json!(FAMILY)), "{mode:?}");
        let sealed = site.reads(&admin, &one).await.json();
        assert_eq!((&sealed["content"], &sealed["text"]), (&json!("sealed"), &Value::Null), "{mode:?}");
        let anybody = site.browser().get("/api/v1/outbox").await;
        assert_eq!(anybody.status, StatusCode::UNAUTHORIZED, "{mode:?}: the API asks for a token");
        let deed = TestRequest::post().uri(&format!("{one}/call-back"));
        assert_eq!(site.asked(&teacher, deed).await.status, StatusCode::NOT_FOUND, "{mode:?}");
        let mut browser = site.signed_in(TEACHER).await;
        assert!(!browser.get(urls::OUTBOX).await.html.contains(FAMILY), "{mode:?}");
        let page = browser.get(&format!("/outbox/{receipt}")).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{mode:?}");
    }
}

/// The link by which somebody chooses their password is theirs: the office cannot have it sent to another address
/// and come in as the head.
#[actix_web::test]
async fn a_link_to_choose_a_password_goes_to_its_owner_alone() {
    let school = School::without_mail_server();
    school.mail.refuse_next_to(&EmailAddress::parse(HEAD).unwrap(), refused_for_good());
    password_link::forgotten(&school.app, &Doors::default(), HEAD).unwrap();
    assert!(to(&school.sends().await, HEAD).is_empty());
    let failed = school.finds(ADMIN, Some(Part::Failed)).remove(0).posted.message;
    let redirected = school.does(ADMIN, failed.id, Deed::SendTo(EmailAddress::parse(ADMIN).unwrap()));
    assert!(matches!(redirected, Err(Error::Refused(_))), "{redirected:?}");
    let site = school.site().await;
    let mut admin = site.signed_in(ADMIN).await;
    let page = admin.get(&format!("/outbox/{}", failed.id)).await;
    assert!(page.html.contains("Send it again"), "{}", page.html);
    assert!(!page.html.contains(&format!("/outbox/{}/address", failed.id)), "{}", page.html);
}

/// R48, domain.md 8.1: no time runs out on an answer that waits to be posted. The letter names the last date that
/// holds, and the window counts from the day on which the family has it.
#[actix_web::test]
async fn r48_a_posted_answer_counts_from_the_day_on_which_it_is_there() {
    let school = School::without_mail_server();
    let reference = school.by_post();
    school.acts(HEAD, &reference, Action::Reply, json!({"message": "This is our answer."}));
    let answer = school.newest_of(&reference, "reply");
    school.waits(UNDO);
    school.sends().await;
    let case = || {
        let caller = Caller::Colleague(school.colleague(HEAD));
        cases::open(&school.app, &caller, &reference).unwrap().case
    };
    let window = || case().open_deadline(DeadlineRule::Window).map(|window| window.due);
    assert_eq!(window(), Some(Due::On(date("2026-09-28"))), "ten school days from the 14th");
    // Nobody posts it for weeks: nobody is reminded, and the case does not close.
    for _ in 0..30 {
        school.waits(TimeDelta::days(1));
        heard::app::sweep::sweep(&school.app).unwrap();
    }
    assert_eq!((case().standing(), case().run().unwrap().window_reminders), (Standing::Replied, 0));
    // Printed on Wednesday 14 October: counted from Friday, over half-term.
    let full = school.one(HEAD, answer).unwrap();
    let last = full.last_date_if_posted.unwrap();
    assert!(last > date("2026-10-26"), "{last}");
    let site = school.site().await;
    let mut head = site.signed_in(HEAD).await;
    let letter = head.get(&format!("{}/letter", urls::message(answer))).await;
    let words = format!("so you can take it further until {}.", long_date(last));
    assert!(letter.html.contains("posted on Wednesday 14 October 2026") && letter.html.contains(&words));
    school.does(HEAD, answer, Deed::Told(Way::Post, school.today())).unwrap();
    assert_eq!(window(), Some(Due::On(last)));
    assert_eq!(case().run().unwrap().reply.as_ref().unwrap().last_date, Some(last));
    assert_eq!(school.one(HEAD, answer).unwrap().last_date_if_posted, None);
}

/// G26: the same for an answer whose address did not work: it counts from the day on which it went elsewhere.
#[actix_web::test]
async fn g26_an_answer_that_bounced_counts_from_the_day_on_which_it_is_sent_again() {
    let school = School::without_mail_server();
    let reference = school.by_mail();
    school.sends().await;
    school.acts(HEAD, &reference, Action::Reply, json!({"message": "This is our answer."}));
    let answer = school.newest_of(&reference, "reply");
    school.does(HEAD, answer, Deed::CallBack).unwrap();
    school.waits(TimeDelta::days(4));
    school.does(HEAD, answer, Deed::SendAgain).unwrap();
    let caller = Caller::Colleague(school.colleague(HEAD));
    let case = cases::open(&school.app, &caller, &reference).unwrap().case;
    let window = case.open_deadline(DeadlineRule::Window).unwrap();
    assert_eq!(window.due, Due::On(date("2026-10-02")), "ten school days from the 18th");
    assert_eq!(window.original_due, Due::On(date("2026-09-28")));
    let mails = to(&school.sends().await, FAMILY);
    let mail = mails.last().unwrap();
    let holds =
        "sent again on Friday 18 September 2026, so you can take it further until Friday 2 October 2026.";
    assert!(mail.text.contains(holds) && mail.html.contains(holds), "{}", mail.text);
    assert!(mail.text.starts_with("Dear Zofia Lis"), "{}", mail.text);
}

/// P28: when staff put an address right, what still waits goes to the new one, whoever came in by an old link is out,
/// and a message that goes to the old address all the same has no way in.
#[actix_web::test]
async fn p28_nothing_that_waits_opens_the_page_to_whoever_reads_the_old_address() {
    let school = School::without_mail_server();
    let (reference, receipt) = failed_receipt(&school).await;
    school.acts(HEAD, &reference, Action::Reply, json!({"message": "This is our answer."}));
    school.acts(HEAD, &reference, Action::CorrectContact, json!({"email": "zofia@new.example"}));
    school.does(HEAD, receipt, Deed::SendAgain).unwrap();
    school.waits(UNDO);
    let mails = school.sends().await;
    let answers = to(&mails, "zofia@new.example");
    assert!(answers.iter().any(|mail| mail.text.contains("This is our answer.")), "{answers:?}");
    assert!(answers.iter().all(|mail| !mail.text.contains("your-own-link")), "{answers:?}");
    let old = to(&mails, FAMILY);
    assert!(
        old.iter().all(|mail| !mail.text.contains("/mine/") || mail.text.contains("your-own-link")),
        "{old:?}"
    );
    assert_eq!(old.len(), 2, "the receipt, and the last word");
}

/// E18, P28: an address that staff mistyped in the outbox is put back on the case, to what stands there already.
#[actix_web::test]
async fn e18_an_address_mistyped_in_the_outbox_is_put_back_on_the_case() {
    let school = School::without_mail_server();
    let (reference, receipt) = failed_receipt(&school).await;
    let typo = EmailAddress::parse("zofia@famly.example").unwrap();
    school.waits(TimeDelta::minutes(1));
    school.does(HEAD, receipt, Deed::SendTo(typo)).unwrap();
    school.waits(TimeDelta::minutes(1));
    school.sends().await;
    school.acts(HEAD, &reference, Action::CorrectContact, json!({"email": FAMILY}));
    school.waits(TimeDelta::minutes(1));
    school.writes(&reference, "We write to you.");
    school.waits(UNDO);
    let mails = school.sends().await;
    assert!(to(&mails, FAMILY).iter().any(|mail| mail.text.contains("We write to you.")), "{mails:?}");
}

/// P28: an address that staff put right closes every way in that went to the old one: the link and the page that was
/// opened by it. The link in the letters to the new address opens the case.
#[actix_web::test]
async fn p28_an_address_that_staff_put_right_closes_the_links_that_went_to_the_old_one() {
    let school = School::without_mail_server();
    let reference = school.by_mail();
    let link_to = |mails: &[OutgoingMail], address: &str| {
        token_in(&to(mails, address).pop().expect("a mail went there").text)
    };
    let old = link_to(&school.sends().await, FAMILY);
    let opened = family::exchange(&school.app, &old).unwrap();
    let opens = |token: &str| family::open_case(&school.app, token).unwrap().is_some();
    assert!(opens(opened.token.as_str()));
    school.acts(HEAD, &reference, Action::CorrectContact, json!({"email": "zofia@new.example"}));
    assert!(!opens(opened.token.as_str()), "whoever is in by the old address is out");
    let behind = family::look(&school.app, &old).unwrap();
    assert_eq!(behind.standing, family::Standing::Over);
    assert!(family::exchange(&school.app, &old).is_err());
    school.waits(UNDO);
    let new = link_to(&school.sends().await, "zofia@new.example");
    let again = family::exchange(&school.app, &new).unwrap();
    assert!(opens(again.token.as_str()));
}

/// E17: a letter that nobody posted yet and that a later one makes needless leaves the pile; an answer never does.
#[actix_web::test]
async fn e17_a_letter_overtaken_by_a_later_one_leaves_the_pile_and_stays_on_record() {
    let school = School::without_mail_server();
    let reference = school.by_post();
    let other = school.by_post();
    school.sends().await;
    let receipt = school.newest_of(&reference, "receipt");
    let state = |id| school.one(HEAD, id).unwrap().posted.state;
    assert_eq!((state(receipt), school.to_do(HEAD)), (MessageState::Failed, 2));
    school.waits(TimeDelta::minutes(5));
    school.acts(HEAD, &reference, Action::Acknowledge, json!({"message": "I have it."}));
    assert_eq!(state(receipt), MessageState::Overtaken);
    assert_eq!(
        state(school.newest_of(&other, "receipt")),
        MessageState::Failed,
        "that of another case stays"
    );
    school.waits(TimeDelta::minutes(5));
    // What a person asks is in no other letter; the answer carries a right.
    school.acts(HEAD, &reference, Action::AskInformation, json!({"question": "On which day was it?"}));
    school.waits(TimeDelta::minutes(5));
    school.acts(HEAD, &reference, Action::Reply, json!({"message": "This is our answer."}));
    school.waits(TimeDelta::minutes(5));
    school.sends().await;
    let of = |kind| state(school.newest_of(&reference, kind));
    for own_words in ["acknowledgement", "information_asked", "reply"] {
        assert_eq!(of(own_words), MessageState::Failed, "{own_words}: what a person wrote goes");
    }
    assert_eq!(school.to_do(HEAD), 4, "the three of this case, and the receipt of the other");
    assert_eq!(
        school.of_case(&reference).len(),
        4 + staff_mail(&school, &reference),
        "all of it is on record"
    );
    assert!(
        school.does(HEAD, receipt, Deed::Told(Way::Post, school.today())).is_err(),
        "nothing is to be done"
    );
}

/// E17, S7: a letter that is called back before it left leaves on the pile what it would have made needless.
#[actix_web::test]
async fn s7_what_a_letter_made_needless_goes_again_when_that_letter_is_called_back() {
    let school = School::without_mail_server();
    let reference = school.by_post();
    school.sends().await;
    let receipt = school.newest_of(&reference, "receipt");
    let state = |id| school.one(HEAD, id).unwrap().posted.state;
    school.waits(TimeDelta::minutes(5));
    school.acts(HEAD, &reference, Action::Acknowledge, json!({"message": "I have it."}));
    assert_eq!(state(receipt), MessageState::Overtaken);
    let acknowledgement = school.newest_of(&reference, "acknowledgement");
    school.does(HEAD, acknowledgement, Deed::CallBack).unwrap();
    assert_eq!(state(receipt), MessageState::Failed, "somebody has to post it");
    assert!(school.to_do(HEAD) >= 1);
}

/// The same where two letters made it needless and only the later one is called back.
#[actix_web::test]
async fn s7_what_an_earlier_letter_made_needless_stays_so() {
    let school = School::without_mail_server();
    let reference = school.by_post();
    school.acts(HEAD, &reference, Action::Assign, json!({"handler": school.colleague(TEACHER).id}));
    school.waits(UNDO);
    school.sends().await;
    let told = school.newest_of(&reference, "handler_changed");
    let state = |id| school.one(HEAD, id).unwrap().posted.state;
    assert_eq!(state(told), MessageState::Failed, "somebody has to post it");
    school.waits(TimeDelta::minutes(5));
    school.acts(TEACHER, &reference, Action::Acknowledge, json!({"message": "I have it."}));
    assert_eq!(state(told), MessageState::Overtaken);
    school.waits(TimeDelta::minutes(5));
    school.acts(TEACHER, &reference, Action::Reply, json!({"message": "This is our answer."}));
    school.does(HEAD, school.newest_of(&reference, "reply"), Deed::CallBack).unwrap();
    assert_eq!(state(told), MessageState::Overtaken, "the acknowledgement says who has it");
}

fn staff_mail(school: &School, reference: &Reference) -> usize {
    school.of_case(reference).iter().filter(|posted| posted.message.to_person.is_some()).count()
}
