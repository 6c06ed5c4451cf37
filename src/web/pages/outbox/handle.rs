//! What the pages of the outbox answer.

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{Error as ActixError, FromRequest, HttpRequest, HttpResponse, web};
use chrono::NaiveDate;

use crate::app::cases::Answer;
use crate::app::error::Error;
use crate::app::messages::{self, Deed, Full, Search, Way};
use crate::app::people::Colleague;
use crate::app::{App, Mode};
use crate::domain::calendar::local_date;
use crate::domain::ids::MessageId;
use crate::domain::text::EmailAddress;
use crate::urls;
use crate::web::csrf::{CheckedForm, Csrf};
use crate::web::extract::{Extracting, MaybeSignedIn, SignedIn, blocking};
use crate::web::form::{FieldProblem, Pairs, read, without_controls};
use crate::web::page::{Notice, NoticeTone, Shell, Standing};
use crate::web::pages::access::go;
use crate::web::pages::desk;
use crate::web::pages::typed::Typed;
use crate::web::trouble::{Trouble, draw, draw_to_ask};

use super::confirm::ConfirmPage;
use super::letter::LetterPage;
use super::{Filled, May, MessagePage, OutboxPage, OutboxQuery, Reading, told_fields};

/// How many messages a page of the list has.
const PAGE: u32 = 25;

/// What a mail is shown under: its own styles and nothing else. No script runs, no form is sent, nothing is
/// fetched, and it is no part of our pages.
const PREVIEW_POLICY: &str = "sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";

/// Who may read here: whoever is signed in, as far as their posts reach, and in a demo whoever is not.
fn reader(app: &App, person: MaybeSignedIn, request: &HttpRequest) -> Result<Option<Colleague>, Trouble> {
    match (person.0, app.mode()) {
        (Some(colleague), _) => Ok(Some(colleague)),
        (None, Mode::Demo) => Ok(None),
        (None, Mode::Live | Mode::TestMail) => Err(Trouble::sign_in_first(request)),
    }
}

fn frame(app: &App, colleague: Option<&Colleague>, csrf: &Csrf, heading: &'static str) -> Shell {
    colleague.map_or_else(
        || desk::bare(app, heading, urls::OUTBOX),
        |colleague| desk::frame(app, colleague, csrf, heading, urls::OUTBOX),
    )
}

/// The list.
pub async fn list(
    app: web::Data<App>,
    person: MaybeSignedIn,
    csrf: Csrf,
    request: HttpRequest,
) -> Result<HttpResponse, Trouble> {
    let colleague = reader(&app, person, &request)?;
    let typed = Typed::read(request.query_string());
    let query = OutboxQuery::read(|name| Some(typed.get(name).to_owned()).filter(|value| !value.is_empty()));
    let search = Search {
        part: query.part,
        school: query.school.clone(),
        before: query.cursor.as_deref().and_then(read_cursor),
    };
    let reading = colleague.clone();
    let listed = blocking(&app, move |app| messages::list(app, reading.as_ref(), &search, PAGE)).await?;
    let shell = frame(&app, colleague.as_ref(), &csrf, "Messages");
    let next = listed.next.map(write_cursor);
    let who = (app.mode(), may(colleague.as_ref()));
    Ok(draw(&mut HttpResponse::Ok(), &OutboxPage::new(shell, who, &query, &listed, next)))
}

/// Where a page of messages begins, as text that only we read.
pub fn write_cursor((at, id): (chrono::DateTime<chrono::Utc>, MessageId)) -> String {
    format!("{}_{}", at.timestamp_micros(), id.0.simple())
}

/// The same, read.
pub fn read_cursor(text: &str) -> Option<(chrono::DateTime<chrono::Utc>, MessageId)> {
    let (at, id) = text.split_once('_')?;
    let at = chrono::DateTime::from_timestamp_micros(at.parse().ok()?)?;
    Some((at, MessageId(id.parse().ok()?)))
}

fn parse(id: &str) -> Result<MessageId, Trouble> {
    id.parse().map(MessageId).map_err(|_| Error::NotFound.into())
}

async fn found(app: &web::Data<App>, colleague: Option<&Colleague>, id: MessageId) -> Result<Full, Trouble> {
    let colleague = colleague.cloned();
    Ok(blocking(app, move |app| messages::one(app, colleague.as_ref(), id)).await?)
}

/// One message.
pub async fn show(
    app: web::Data<App>,
    person: MaybeSignedIn,
    csrf: Csrf,
    request: HttpRequest,
    id: web::Path<String>,
) -> Result<HttpResponse, Trouble> {
    let colleague = reader(&app, person, &request)?;
    let full = found(&app, colleague.as_ref(), parse(&id)?).await?;
    let shell = frame(&app, colleague.as_ref(), &csrf, "Message");
    let page = message_page(&app, shell, &full, may(colleague.as_ref()), &Filled::default(), &csrf);
    Ok(draw(&mut HttpResponse::Ok(), &page))
}

/// To do something one signs in.
fn may(colleague: Option<&Colleague>) -> May {
    if colleague.is_some() { May::Act } else { May::Read }
}

fn message_page(app: &App, shell: Shell, full: &Full, may: May, filled: &Filled, csrf: &Csrf) -> MessagePage {
    let text = messages::readable(app, &full.posted.message.body_text);
    let reading = Reading { full, text, now: app.now(), mode: app.mode(), may };
    MessagePage::new(shell, &reading, filled, csrf.token())
}

/// The message as mail programs show it, on a page of its own that can do nothing.
pub async fn html(
    app: web::Data<App>,
    person: MaybeSignedIn,
    request: HttpRequest,
    id: web::Path<String>,
) -> Result<HttpResponse, Trouble> {
    let colleague = reader(&app, person, &request)?;
    let full = readable(&app, colleague.as_ref(), parse(&id)?).await?;
    let html = full.posted.message.body_html.as_deref().ok_or(Error::NotFound)?;
    Ok(HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CONTENT_SECURITY_POLICY, PREVIEW_POLICY))
        .body(messages::readable_html(&app, html)))
}

/// The message as a letter to print.
pub async fn letter(
    app: web::Data<App>,
    person: MaybeSignedIn,
    csrf: Csrf,
    request: HttpRequest,
    id: web::Path<String>,
) -> Result<HttpResponse, Trouble> {
    let colleague = reader(&app, person, &request)?;
    let full = readable(&app, colleague.as_ref(), parse(&id)?).await?;
    let shell = frame(&app, colleague.as_ref(), &csrf, "Letter to print");
    let text = messages::readable(&app, &full.posted.message.body_text);
    let page = LetterPage::new(shell, &full, &text, messages::OWN_LINK_WORDS, local_date(app.now()));
    Ok(draw(&mut HttpResponse::Ok(), &page))
}

/// A message whose content the reader may see; for others it is as if it were not there.
async fn readable(
    app: &web::Data<App>,
    colleague: Option<&Colleague>,
    id: MessageId,
) -> Result<Full, Trouble> {
    let full = found(app, colleague, id).await?;
    match full.content {
        messages::Open::Open => Ok(full),
        messages::Open::Sealed => Err(Error::NotFound.into()),
    }
}

/// Somebody who is signed in, at a message.
pub struct AtMessage {
    app: web::Data<App>,
    person: Colleague,
    csrf: Csrf,
    id: MessageId,
}

impl FromRequest for AtMessage {
    type Error = ActixError;
    type Future = Extracting<Self, ActixError>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let parts = <(web::Data<App>, SignedIn, Csrf, web::Path<String>)>::from_request(request, payload);
        Box::pin(async move {
            let (app, person, csrf, id) = parts.await?;
            Ok(Self { app, person: person.0, csrf, id: parse(&id)? })
        })
    }
}

/// Calls a message back (S7).
pub async fn call_back(here: AtMessage, _form: CheckedForm) -> Result<HttpResponse, Trouble> {
    here.act(Deed::CallBack, &[]).await
}

/// Sends a message again, after the page that asks (S5).
pub async fn send_again(here: AtMessage, form: CheckedForm) -> Result<HttpResponse, Trouble> {
    if form.0.get("confirmed") == "yes" {
        return here.act(Deed::SendAgain, &[]).await;
    }
    here.ask_first(Deed::SendAgain, &[]).await
}

/// Sends the same words to another address, after the page that asks (S5).
pub async fn send_to(here: AtMessage, form: CheckedForm) -> Result<HttpResponse, Trouble> {
    let pairs = form.0.pairs();
    if form.0.get("change") == "yes" {
        return here.typed_again(pairs).await;
    }
    match EmailAddress::parse(form.0.get("address")) {
        Ok(address) if form.0.get("confirmed") == "yes" => here.act(Deed::SendTo(address), pairs).await,
        Ok(address) => here.ask_first(Deed::SendTo(address), pairs).await,
        Err(how) => {
            let problem = FieldProblem { name: "address".to_owned(), words: how.to_owned() };
            here.again(pairs, vec![problem]).await
        }
    }
}

/// Notes that somebody was told without mail.
pub async fn told(here: AtMessage, form: CheckedForm) -> Result<HttpResponse, Trouble> {
    let full = here.found().await?;
    let pairs = without_controls(form.0.pairs());
    let body = match read(&told_fields(&full, here.app.now()), &pairs) {
        Ok(body) => body,
        Err(problems) => return here.again(&pairs, problems).await,
    };
    let text = |name: &str| body.get(name).and_then(serde_json::Value::as_str);
    let way = text("way").and_then(Way::from_key);
    let on = text("on").and_then(|on| on.parse::<NaiveDate>().ok());
    let (Some(way), Some(on)) = (way, on) else {
        return Err(Error::fault("a form was read and lost").into());
    };
    here.act(Deed::Told(way, on), &pairs).await
}

impl AtMessage {
    async fn found(&self) -> Result<Full, Trouble> {
        found(&self.app, Some(&self.person), self.id).await
    }

    fn frame(&self) -> Shell {
        frame(&self.app, Some(&self.person), &self.csrf, "Message")
    }

    fn page(&self, shell: Shell, full: &Full, filled: &Filled) -> MessagePage {
        message_page(&self.app, shell, full, May::Act, filled, &self.csrf)
    }

    async fn act(self, deed: Deed, pairs: &Pairs) -> Result<HttpResponse, Trouble> {
        let (colleague, id) = (self.person.clone(), self.id);
        match blocking(&self.app, move |app| messages::act(app, &colleague, id, deed, None, where_to)).await {
            Ok(answer) => Ok(go(&answer.body)),
            Err(error) => self.not_done(pairs, error).await,
        }
    }

    /// Asks before the message leaves: to whom, what it says, what follows (S5).
    async fn ask_first(self, deed: Deed, pairs: &Pairs) -> Result<HttpResponse, Trouble> {
        let (colleague, id, about) = (self.person.clone(), self.id, deed.clone());
        match blocking(&self.app, move |app| messages::ask_first(app, &colleague, id, &about)).await {
            Ok(full) => {
                let text = messages::readable(&self.app, &full.posted.message.body_text);
                let seconds = self.app.undo().num_seconds();
                let page = ConfirmPage::new(self.frame(), &full, &deed, text, seconds, self.csrf.token());
                let page = page.ok_or_else(|| Error::fault("nothing would leave"))?;
                Ok(draw_to_ask(&page))
            }
            Err(error) => self.not_done(pairs, error).await,
        }
    }

    /// Why it was not done: at its field, or as the message stands now.
    async fn not_done(self, pairs: &Pairs, error: Error) -> Result<HttpResponse, Trouble> {
        match error {
            Error::Invalid(problems) => {
                let problems = problems
                    .into_iter()
                    .map(|problem| FieldProblem { name: problem.field, words: problem.words })
                    .collect();
                self.again(pairs, problems).await
            }
            // Pressed twice, or a moment too late: the page says how it stands, and what can be done instead.
            Error::Refused(refusal) => {
                let full = self.found().await?;
                let mut shell = self.frame();
                shell.notice = Some(Notice {
                    tone: NoticeTone::ToKnow,
                    text: format!("{}.", refusal.sentence).into(),
                    detail: refusal.makes_possible.map(|possible| format!("{possible}.").into()),
                    link: None,
                });
                Ok(draw(&mut HttpResponse::Conflict(), &self.page(shell, &full, &Filled::default())))
            }
            Error::NotFound
            | Error::SignInNeeded
            | Error::Forbidden(_)
            | Error::Stale { .. }
            | Error::VersionNeeded
            | Error::WouldBar(_)
            | Error::KeyReused
            | Error::TooMany(_)
            | Error::Busy
            | Error::Internal(_) => Err(error.into()),
        }
    }

    async fn again(self, pairs: &Pairs, problems: Vec<FieldProblem>) -> Result<HttpResponse, Trouble> {
        let full = self.found().await?;
        let mut shell = self.frame();
        shell.standing = Standing::Problem;
        let filled = Filled { pairs: pairs.to_vec(), problems };
        Ok(draw(&mut HttpResponse::UnprocessableEntity(), &self.page(shell, &full, &filled)))
    }

    /// The message with what was typed, to be typed anew.
    async fn typed_again(self, pairs: &Pairs) -> Result<HttpResponse, Trouble> {
        let full = self.found().await?;
        let filled = Filled { pairs: pairs.to_vec(), problems: Vec::new() };
        Ok(draw(&mut HttpResponse::Ok(), &self.page(self.frame(), &full, &filled)))
    }
}

/// After a deed the message's own page says how it stands now.
fn where_to(_: &App, full: &Full) -> Answer {
    Answer { status: 303, body: urls::message(full.posted.message.id), version: 0 }
}

/// Opens the page of the family that a message of a demo went to.
pub async fn family(
    app: web::Data<App>,
    id: web::Path<String>,
    _form: CheckedForm,
) -> Result<HttpResponse, Trouble> {
    let id = parse(&id)?;
    let link = blocking(&app, move |app| messages::family_link_in_a_demo(app, id)).await?;
    Ok(go(&link))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_as_it_was_written() {
        let at = chrono::DateTime::from_timestamp_micros(1_788_768_000_123_456).unwrap();
        let here = (at, MessageId(uuid::Uuid::from_u128(7)));
        assert_eq!(read_cursor(&write_cursor(here)), Some(here));
        assert_eq!(read_cursor("no cursor"), None);
    }
}
