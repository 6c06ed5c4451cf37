//! The page of what was just sent: shown for a while in the browser that sent it, where a mistyped address can be put
//! right, and gone at once when somebody asks for that.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use crate::app::access::family;
use crate::app::contact::filed::{self, FILED_LIVES};
use crate::app::error::Error;
use crate::app::{App, drafts};
use crate::domain::case::timeline::begins_informally;
use crate::domain::case::vocabulary::{Kind, PreferredContact};
use crate::domain::reference::Reference;
use crate::urls;
use crate::web::field::{Field, Kind as Input, Problem};
use crate::web::page::{Notice, NoticeTone, Shell};
use crate::web::pages::family::{Face, HolidayWords, standing};
use crate::web::pages::mine::entry::LeftPage;
use crate::web::pages::serve::{Visit, blocking, go_to, one_more, posted, school};
use crate::web::pages::typed::Typed;
use crate::web::parts::{Skipped, Working};
use crate::web::session::Cookie;

use super::handle::{Handled, Journey, Posted, SentRecord};
use super::show::Around;

/// The field of the form.
const EMAIL: &str = "email";

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
    /// Who was told at once that a child may be at risk, or that nobody could be (P2, R14).
    pub alert: Option<String>,
    /// How they can be reached: decides what somebody without email is told.
    pub reached_by: Option<PreferredContact>,
}

impl From<SentRecord> for Sent {
    fn from(record: SentRecord) -> Self {
        let SentRecord { receipt_to, reached_by, told, .. } = record;
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
            alert: told.alert,
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

    /// What becomes of it for somebody whom no mail reaches.
    fn without_mail(&self) -> &'static str {
        match self.reached_by {
            Some(PreferredContact::Phone | PreferredContact::Text) => "The school rings you",
            Some(PreferredContact::Post | PreferredContact::Email) | None => {
                "The school writes to you by post"
            }
        }
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
    /// What a complaint that the family calls formal begins with.
    named_formal: Option<&'static str>,
    /// Where to ask for the link again.
    find: String,
    email: Field,
    problems: Vec<Problem>,
    put_right: String,
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
        let email = Field::new(EMAIL, "The right email address")
            .kind(Input::Email)
            .autocomplete("email")
            .value(typed.get(EMAIL))
            .error(problems.first().map(|problem| problem.text.clone()));
        Self {
            shell,
            face: around.face.clone(),
            holiday: around.face.holiday_words(),
            no_date: sent.no_date(kind),
            named_formal: begins_informally(kind, around.scene.first_step),
            sent,
            heading,
            find: urls::find_my_case(slug),
            email,
            problems,
            put_right: urls::raise_done_address(slug),
            finish: urls::raise_finish(slug),
            csrf: around.csrf.to_owned(),
        }
    }

    /// The same, just after the address was put right.
    fn put_right(mut self, to: &str) -> Self {
        let text =
            format!("We are sending the receipt to {to}. The links that we sent before do not work any more");
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

/// What stands in the address once an email address was put right.
const ADDRESS: &str = "address";

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
        (Some(ADDRESS), Some(to)) => page.put_right(&to),
        (Some(_) | None, _) => page,
    };
    journey.visit.page(&journey.app, &page)
}

/// Puts a mistyped address right, from the browser that typed it, while the page stands.
pub(super) async fn put_right(
    app: web::Data<App>,
    request: HttpRequest,
    slug: web::Path<String>,
    body: Posted,
) -> Handled {
    one_more(&request)?;
    let mut journey = Journey::of(app, &request, &slug).await?;
    let typed = posted(&journey.visit, body)?;
    let sent = journey.kept.sent.as_ref().filter(|sent| sent.receipt_to.is_some());
    let Some(case) = sent.and_then(|sent| Reference::parse(&sent.told.reference).ok()) else {
        return Ok(go_to(&urls::find_my_case(&slug)));
    };
    let (secret, address) = (journey.filed(&case), typed.get(EMAIL).trim().to_owned());
    let email = address.clone();
    match blocking(&journey.app, move |app| filed::put_right(app, &secret, &email)).await {
        Ok(()) => {}
        Err(Error::NotFound) => return Ok(go_to(&urls::find_my_case(&slug))),
        Err(Error::Invalid(found)) => {
            let problems = found.into_iter().map(|one| Problem { field: EMAIL.to_owned(), text: one.words });
            return journey.again(urls::raise_done(&slug), typed, problems.collect()).await;
        }
        Err(error) => return Err(error.into()),
    }
    if let Some(sent) = journey.kept.sent.as_mut() {
        sent.receipt_to = Some(address);
    }
    journey.keep().await?;
    Ok(go_to(&format!("{}?done={ADDRESS}", urls::raise_done(&slug))))
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
