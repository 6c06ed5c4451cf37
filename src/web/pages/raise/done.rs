//! The page of what was just sent: shown for a while in the browser that sent it, where a mistyped address can be put
//! right, and gone at once when somebody asks for that.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use crate::app::access::{family, return_code};
use crate::app::contact::filed::{self, FILED_LIVES, Right};
use crate::app::error::Error;
use crate::app::{App, drafts};
use crate::domain::case::vocabulary::{ContactWay, Kind, PreferredContact};
use crate::domain::reference::Reference;
use crate::urls;
use crate::web::field::{Field, Kind as Input, Problem};
use crate::web::form::Item;
use crate::web::page::{Notice, NoticeTone, Shell};
use crate::web::pages::family::{Face, HolidayWords, standing};
use crate::web::pages::mine::entry::LeftPage;
use crate::web::pages::mine::paper::ReturnCodePage;
use crate::web::pages::serve::{Visit, blocking, go_to, one_more, posted, school};
use crate::web::pages::typed::Typed;
use crate::web::parts::{Skipped, Working};
use crate::web::session::Cookie;

use super::handle::{Handled, Journey, Posted, SentRecord};
use super::show::Around;

/// What was sent, and what happens next (P22).
#[derive(Clone, Debug)]
pub struct Sent {
    /// The reference.
    pub reference: String,
    /// When it came: "15 October 2026 at 3:05pm".
    pub received: String,
    /// Who has it, by role: "the class teacher".
    pub who_has_it: String,
    /// What happens next, sentence by sentence.
    pub next: Vec<String>,
    /// By when somebody writes to say who looks at it; none for feedback.
    pub first_word_by: Option<String>,
    /// The date of the answer: "Friday 13 November 2026"; none for feedback or while the calendar does not reach.
    pub by: Option<String>,
    /// How that date was worked out.
    pub working: Option<Working>,
    /// Where the receipt went; none without an email address.
    pub receipt_to: Option<String>,
    /// The telephone number that they gave.
    pub phone: Option<String>,
    /// The postal address that they gave.
    pub address: Option<String>,
    /// Who was told at once that a child may be at risk, or that nobody could be (P2, R14).
    pub alert: Option<String>,
    /// What a complaint that the family calls formal begins with, where that is a talk.
    pub named_formal: Option<String>,
    /// How they can be reached: decides what somebody without email is told.
    pub reached_by: Option<PreferredContact>,
}

impl From<SentRecord> for Sent {
    fn from(record: SentRecord) -> Self {
        let SentRecord { receipt_to, phone, address, reached_by, told, .. } = record;
        let working = told.working.map(|working| Working {
            what: working.what,
            steps: working.steps,
            skipped: working.skipped.into_iter().map(|(day, reason)| Skipped { day, reason }).collect(),
            calendar: working.calendar,
        });
        Self {
            reference: told.reference,
            received: told.received,
            who_has_it: told.who_has_it,
            next: told.next,
            first_word_by: told.first_word_by,
            by: told.by,
            working,
            receipt_to,
            phone,
            address,
            alert: told.alert,
            named_formal: told.named_formal,
            reached_by,
        }
    }
}

impl Sent {
    /// What stands where the date of the answer would be, while there is none; nobody answers feedback.
    fn no_date(&self, kind: Kind) -> Option<&'static str> {
        match (kind, &self.by, &self.first_word_by) {
            (Kind::Feedback, _, _) | (_, Some(_), _) => None,
            (Kind::Concern | Kind::Complaint | Kind::NotSure, None, Some(_)) => {
                Some("We tell you the date when we write to say who is looking at it")
            }
            (Kind::Concern | Kind::Complaint | Kind::NotSure, None, None) => {
                Some("We cannot work out the date yet. We write to you as soon as we can")
            }
        }
    }

    /// What becomes of it for somebody whom no mail reaches: where they are rung or written to, for them to check (P22).
    fn without_mail(&self) -> String {
        match (self.reached_by, &self.phone, &self.address) {
            (Some(PreferredContact::Text), Some(phone), _) => {
                format!("The school sends you a text or rings you on {phone}")
            }
            (Some(PreferredContact::Phone), Some(phone), _) | (_, Some(phone), None) => {
                format!("The school rings you on {phone}")
            }
            (_, _, Some(address)) => format!("The school writes to you at {}", one_line(address)),
            (_, None, None) => "The school writes to you by post".to_owned(),
        }
    }

    /// The ways to reach them that they gave us, each as the page shows it.
    fn ways(&self) -> Vec<(ContactWay, String)> {
        let known = |way: &ContactWay| {
            let known = match way {
                ContactWay::Email => self.receipt_to.clone(),
                ContactWay::Phone => self.phone.clone(),
                ContactWay::Address => self.address.as_deref().map(one_line),
            };
            Some((*way, known?))
        };
        ContactWay::ALL.iter().filter_map(known).collect()
    }
}

/// An address in one line.
fn one_line(address: &str) -> String {
    let lines: Vec<&str> = address.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    lines.join(", ")
}

/// A way as it was given: "the email address zoe@example.org".
fn as_given((way, known): &(ContactWay, String)) -> String {
    match way {
        ContactWay::Email => format!("the email address {known}"),
        ContactWay::Phone => format!("the phone number {known}"),
        ContactWay::Address => format!("the postal address {known}"),
    }
}

/// The field for what a way should have been.
fn to_put_right(way: ContactWay, typed: &Typed, problems: &[Problem]) -> Item {
    let label = match way {
        ContactWay::Email => "The right email address",
        ContactWay::Phone => "The right phone number",
        ContactWay::Address => "The right postal address",
    };
    let error =
        problems.iter().find(|problem| problem.field == way.key()).map(|problem| problem.text.clone());
    let field = Field::new(way.key(), label).value(typed.get(way.key())).error(error);
    match way {
        ContactWay::Email => Item::Line(field.kind(Input::Email).autocomplete("email")),
        ContactWay::Phone => Item::Line(field.kind(Input::Phone).autocomplete("tel")),
        ContactWay::Address => Item::Area(field.autocomplete("street-address").rows(4)),
    }
}

/// The concern was sent (P22).
#[derive(Template)]
#[template(path = "raise/done.html")]
pub struct DonePage {
    shell: Shell,
    face: Face,
    holiday: Option<HolidayWords>,
    sent: Sent,
    /// Why there is no date for an answer yet.
    no_date: Option<&'static str>,
    heading: &'static str,
    /// Where to ask for the link again.
    find: String,
    /// Every way to reach them, to check.
    known: Vec<String>,
    /// The fields that put them right.
    items: Vec<Item>,
    problems: Vec<Problem>,
    put_right: String,
    /// Where the code on paper is made.
    code: String,
    finish: String,
    csrf: String,
}

impl DonePage {
    /// The page, with the address that was typed to put it right and what is to be put right in that.
    pub fn new(kind: Kind, sent: Sent, typed: &Typed, problems: Vec<Problem>, around: Around<'_>) -> Self {
        let heading = match (kind, &sent.alert) {
            (_, Some(_)) => "We have what you told us",
            (Kind::Feedback, None) => "We have your feedback",
            (Kind::Complaint, None) => "We have your complaint",
            (Kind::Concern | Kind::NotSure, None) => "We have your concern",
        };
        let slug = &around.face.slug;
        let mut shell = around.face.shell(heading, urls::raise_done(slug));
        shell.standing = standing(&problems);
        let ways = sent.ways();
        let items = ways.iter().map(|(way, _)| to_put_right(*way, typed, &problems)).collect();
        Self {
            shell,
            face: around.face.clone(),
            holiday: around.face.holiday_words(),
            no_date: sent.no_date(kind),
            sent,
            heading,
            find: urls::find_my_case(slug),
            known: ways.iter().map(as_given).collect(),
            items,
            problems,
            put_right: urls::raise_done_address(slug),
            code: urls::raise_done_code(slug),
            finish: urls::raise_finish(slug),
            csrf: around.csrf.to_owned(),
        }
    }

    /// The same, just after something was put right: where the receipt goes now, if that was it.
    fn put_right(mut self, receipt_to: Option<&str>) -> Self {
        let text = receipt_to.map_or_else(
            || "We have put it right".to_owned(),
            |to| {
                format!(
                    "We are sending the receipt to {to}. The links that we sent before do not work any more"
                )
            },
        );
        self.shell.notice =
            Some(Notice { tone: NoticeTone::Done, text: text.into(), detail: None, link: None });
        self
    }
}

/// What was just done, as the address says it.
#[derive(Debug, serde::Deserialize)]
pub(super) struct After {
    #[serde(default)]
    done: Option<String>,
}

/// What stands in the address of the page once an email address was put right.
const ADDRESS: &str = "address";

/// What stands there once anything else was.
const DETAILS: &str = "details";

/// What this browser has just sent. A bookmark of the page outlives what it showed; the case has a page of its own.
pub(super) async fn page(
    app: web::Data<App>,
    request: HttpRequest,
    slug: web::Path<String>,
    after: web::Query<After>,
) -> Handled {
    let mut journey = Journey::of(app, &request, &slug).await?;
    let Some(record) = journey.kept.sent.clone() else {
        return Ok(go_to(&urls::find_my_case(&slug)));
    };
    let (typed, problems) = journey.sent_back(&urls::raise_done(&slug)).await?;
    let csrf = journey.visit.csrf();
    let (kind, to) = (record.kind, record.receipt_to.clone());
    let page =
        DonePage::new(kind, record.into(), &typed.unwrap_or_default(), problems, journey.around(&csrf));
    let page = match (after.done.as_deref(), to) {
        (Some(ADDRESS), Some(to)) => page.put_right(Some(&to)),
        (Some(DETAILS), _) => page.put_right(None),
        (Some(_) | None, _) => page,
    };
    journey.visit.page(&journey.app, &page)
}

/// Puts a mistyped address or number right, from the browser that typed it, while the page stands.
pub(super) async fn put_right(
    app: web::Data<App>,
    request: HttpRequest,
    slug: web::Path<String>,
    body: Posted,
) -> Handled {
    one_more(&request)?;
    let mut journey = Journey::of(app, &request, &slug).await?;
    let typed = posted(&journey.visit, body)?;
    let Some(sent) = journey.kept.sent.clone() else { return Ok(go_to(&urls::find_my_case(&slug))) };
    let Ok(case) = Reference::parse(&sent.told.reference) else {
        return Ok(go_to(&urls::find_my_case(&slug)));
    };
    let right = right(&typed, &sent);
    if right == Right::default() {
        let first = Sent::from(sent).ways().into_iter().next();
        let field = first.map_or_else(String::new, |(way, _)| way.key().to_owned());
        let problems = vec![Problem { field, text: "Enter what it should have been".to_owned() }];
        return journey.again(urls::raise_done(&slug), typed, problems).await;
    }
    let (secret, asked) = (journey.filed(&case), right.clone());
    match blocking(&journey.app, move |app| filed::put_right(app, &secret, &asked)).await {
        Ok(()) => {}
        Err(Error::NotFound) => return Ok(go_to(&urls::find_my_case(&slug))),
        Err(Error::Invalid(found)) => {
            let problems = found.into_iter().map(|one| Problem { field: one.field, text: one.words });
            return journey.again(urls::raise_done(&slug), typed, problems.collect()).await;
        }
        Err(error) => return Err(error.into()),
    }
    let done = if right.email.is_some() { ADDRESS } else { DETAILS };
    if let Some(sent) = journey.kept.sent.as_mut() {
        sent.receipt_to = right.email.or(sent.receipt_to.take());
        sent.phone = right.phone.or(sent.phone.take());
        sent.address = right.address.or(sent.address.take());
    }
    journey.keep().await?;
    Ok(go_to(&format!("{}?done={done}", urls::raise_done(&slug))))
}

/// Makes the code on paper for whoever has no email, and shows it this once.
pub(super) async fn return_code(
    app: web::Data<App>,
    request: HttpRequest,
    slug: web::Path<String>,
    body: Posted,
) -> Handled {
    one_more(&request)?;
    let journey = Journey::of(app, &request, &slug).await?;
    posted(&journey.visit, body)?;
    let sent = journey.kept.sent.as_ref().map(|sent| Reference::parse(&sent.told.reference));
    let Some(Ok(case)) = sent else { return Ok(go_to(&urls::find_my_case(&slug))) };
    let secret = journey.filed(&case);
    match blocking(&journey.app, move |app| return_code::for_whoever_filed(app, &secret)).await {
        Ok(issued) => {
            let place = journey.app.base().link(&urls::return_code(&slug)).to_string();
            journey.visit.page(&journey.app, &ReturnCodePage::new(&journey.face, &issued, place))
        }
        Err(Error::NotFound) => Ok(go_to(&urls::find_my_case(&slug))),
        Err(error) => Err(error.into()),
    }
}

/// What somebody typed for the ways that they gave; an empty field stays as it is.
fn right(typed: &Typed, sent: &SentRecord) -> Right {
    let of = |way: ContactWay, known: &Option<String>| {
        let words = typed.get(way.key()).trim();
        (known.is_some() && !words.is_empty()).then(|| words.to_owned())
    };
    Right {
        email: of(ContactWay::Email, &sent.receipt_to),
        phone: of(ContactWay::Phone, &sent.phone),
        address: of(ContactWay::Address, &sent.address),
    }
}

/// Clears the device: nothing of this visit is left in it, nor on our side of it. What was sent stays sent.
pub(super) async fn finish(
    app: web::Data<App>,
    request: HttpRequest,
    slug: web::Path<String>,
    body: Posted,
) -> Handled {
    let visit = Visit::of(&request, &app);
    posted(&visit, body)?;
    let (_, face) = school(&app, &slug).await?;
    let own = Cookie::Case.read(&request);
    let secret = visit.secret.clone();
    blocking(&app, move |app| {
        drafts::forget(app, &secret)?;
        let token = own.as_deref().and_then(|value| value.split_once('.')).map(|(token, _)| token);
        token.map_or(Ok(()), |token| family::leave(app, token))
    })
    .await?;
    let html = LeftPage::device(&face).render().map_err(|error| Error::Internal(Box::new(error)))?;
    let mut answer = HttpResponse::Ok();
    for cookie in [Cookie::Family, Cookie::Case, Cookie::School] {
        answer.cookie(cookie.take(app.base()));
    }
    Ok(answer.content_type("text/html; charset=utf-8").body(html))
}

/// For how long the page stands, in minutes.
pub const STANDS: i64 = FILED_LIVES.num_minutes();
