//! What the pages of a case answer.

use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderValue, RETRY_AFTER};
use actix_web::{HttpRequest, HttpResponse, web};
use sha2::{Digest, Sha256};

use crate::app::cases::{self, Answer, Caller, Done, Opened, Order, SeenVersion};
use crate::app::concerns::{self, Sender, Spoken, body::ConcernBody};
use crate::app::error::Error;
use crate::app::messages::{Posted, Tried};
use crate::app::people::Colleague;
use crate::app::readings::What;
use crate::app::{App, IdempotencyKey, alike, messages, readings, schools};
use crate::domain::calendar::{local_date, local_instant};
use crate::domain::case::action::Action;
use crate::domain::case::fields::{fields, present};
use crate::domain::case::refusal::Refusal;
use crate::domain::case::timeline::{Voice, voice_of};
use crate::domain::reference::Reference;
use crate::domain::text::Words;
use crate::urls;
use crate::web::csrf::{CheckedForm, Csrf};
use crate::web::extract::{SignedIn, blocking};
use crate::web::form::{FieldProblem, Pairs, name_of_pointer, pairs_of, read};
use crate::web::page::Shell;
use crate::web::pages::access::go;
use crate::web::pages::desk::frame;
use crate::web::pages::logs::file::{self, LINES_AT_ONCE};
use crate::web::pages::logs::handle::readings_asked;
use crate::web::pages::logs::{self, LogQuery, READINGS_HEADS, reading_cells};
use crate::web::trouble::{Trouble, draw, draw_to_ask};

use super::Sight;
use super::act::{ActionPage, AsksFirst, ConfirmPage, Letter, NotNowPage, Plan, StalePage, asks_first};
use super::alike::OtherCases;
use super::asked::AskedPage;
use super::done::done_notice;
use super::log::{LogPage, LoggedPage, MovedPage, SchoolChoice, question_of, read_log};
use super::readings::{ReadingsPage, who};
use super::show::{CasePage, MessageRow};

/// What was done a moment ago, for the page that comes after it.
#[derive(Debug, serde::Deserialize)]
pub struct After {
    /// The key of the action, or "log".
    done: Option<String>,
}

/// One case.
pub async fn show(
    app: web::Data<App>,
    person: SignedIn,
    csrf: Csrf,
    reference: web::Path<String>,
    after: web::Query<After>,
) -> Result<HttpResponse, Trouble> {
    let caller = Caller::Colleague(person.0.clone());
    let reference = parse(&reference)?;
    let path = urls::case(&reference);
    let colleague = person.0.clone();
    let (opened, posted, others) = blocking(&app, move |app| {
        let opened = cases::open(app, &caller, &reference)?;
        let posted = messages::of_case(app, &caller, &reference)?;
        let others = alike::beside(app, &colleague, &opened)?;
        Ok((opened, posted, others))
    })
    .await?;
    let ctx = opened.context();
    let sight = Sight { case: &opened.case, record: &opened.record, ctx: &ctx };
    let mut shell = frame_of(&app, &person.0, &csrf, "Case", &path, &opened);
    if voice_of(&opened.case, opened.actor) == Voice::AskedToSit {
        shell.notice = after.done.as_deref().and_then(|key| done_notice(key, &[]));
        return Ok(draw(&mut HttpResponse::Ok(), &AskedPage::new(shell, &sight)));
    }
    let on_paper = just_written_for_paper(&opened, &posted);
    shell.notice = after.done.as_deref().and_then(|key| done_notice(key, &on_paper));
    // The newest first, as what was done.
    let rows = posted
        .iter()
        .rev()
        .map(|(posted, _)| {
            let text = messages::readable(&app, &posted.message.body_text);
            MessageRow::of(posted, text, app.now(), csrf.token())
        })
        .collect();
    Ok(draw(
        &mut HttpResponse::Ok(),
        &CasePage::new(shell, &sight, rows).beside(OtherCases::new(&sight, &others)),
    ))
}

/// The family's letters of the last step that have no address to go to and that nobody has posted yet.
fn just_written_for_paper<'p>(opened: &Opened, posted: &'p [(Posted, Vec<Tried>)]) -> Vec<&'p Posted> {
    let last = opened.record.last().map(|recorded| recorded.stamp.at);
    posted
        .iter()
        .map(|(posted, _)| posted)
        .filter(|posted| posted.message.to_party.is_some() && posted.message.to_address.is_empty())
        .filter(|posted| Some(posted.message.created_at) == last && posted.settled_at.is_none())
        .collect()
}

/// Who has read the case.
pub async fn readings(
    app: web::Data<App>,
    person: SignedIn,
    csrf: Csrf,
    reference: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, Trouble> {
    let caller = Caller::Colleague(person.0.clone());
    let reference = parse(&reference)?;
    let path = urls::case_readings(&reference);
    let query = LogQuery::read(path.as_str(), request.query_string());
    let asked = readings_asked(&query);
    let (opened, found) = blocking(&app, move |app| {
        readings::of_case(app, &caller, &reference, (&asked, readings::For::Reading), logs::PAGE)
    })
    .await?;
    let ctx = opened.context();
    let sight = Sight { case: &opened.case, record: &opened.record, ctx: &ctx };
    let shell = frame_of(&app, &person.0, &csrf, "Who has read this case", &path, &opened);
    Ok(draw(&mut HttpResponse::Ok(), &ReadingsPage::new(shell, &sight, &query, &found)))
}

/// The same as a file.
pub async fn readings_file(
    app: web::Data<App>,
    person: SignedIn,
    reference: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, Trouble> {
    let caller = Caller::Colleague(person.0);
    let reference = parse(&reference)?;
    let query = LogQuery::read(urls::case_readings(&reference), request.query_string());
    let name = format!("readings-{reference}.csv");
    file::file(&app, (&name, &READINGS_HEADS), move |app, after| {
        let asked = readings::Asked { after, ..readings_asked(&query) };
        let wanted = (&asked, readings::For::Taking);
        let (opened, found) = readings::of_case(app, &caller, &reference, wanted, LINES_AT_ONCE)?;
        let ctx = opened.context();
        let sight = Sight { case: &opened.case, record: &opened.record, ctx: &ctx };
        let line = |reading| reading_cells(reading, reference.to_string(), who(&sight, reading));
        Ok((found.entries.iter().map(line).collect(), found.next))
    })
    .await
}

/// The frame of a page of a case. It names the school of the case, which for people of several schools is not the
/// name of where they work (S29).
pub(super) fn frame_of(
    app: &App,
    person: &Colleague,
    csrf: &Csrf,
    heading: &'static str,
    path: &str,
    opened: &Opened,
) -> Shell {
    let mut shell = frame(app, person, csrf, heading, path);
    shell.school = Some(opened.setting.world.school.name.clone());
    shell
}

pub(super) fn parse(reference: &str) -> Result<Reference, Trouble> {
    Reference::parse(reference).map_err(|_| Error::NotFound.into())
}

fn parse_action(key: &str) -> Result<Action, Trouble> {
    Action::from_key(key).filter(|action| *action != Action::Lapse).ok_or_else(|| Error::NotFound.into())
}

pub(super) async fn opened(
    app: &web::Data<App>,
    person: &Colleague,
    reference: &Reference,
) -> Result<Opened, Trouble> {
    let (caller, reference) = (Caller::Colleague(person.clone()), reference.clone());
    Ok(blocking(app, move |app| cases::open_to(app, &caller, &reference, What::Action)).await?)
}

/// A visit to the form of one action.
struct Visit<'v> {
    app: &'v App,
    person: &'v Colleague,
    csrf: &'v Csrf,
    action: Action,
    opened: &'v Opened,
}

impl Visit<'_> {
    /// The form, with what was typed and what is to be put right.
    fn form(&self, filled: &Pairs, problems: &[FieldProblem]) -> HttpResponse {
        let ctx = self.opened.context();
        let page = ActionPage::new(
            self.shell(),
            &self.sight(&ctx),
            self.action,
            filled,
            problems,
            self.csrf.token(),
        );
        let mut response =
            if problems.is_empty() { HttpResponse::Ok() } else { HttpResponse::UnprocessableEntity() };
        draw(&mut response, &page)
    }

    /// The form of version `seen` comes back. Drawn again it would carry the version of now, and what somebody
    /// else did meanwhile would go by unread: then both versions are shown first (S9).
    fn again(&self, seen: u32, filled: &Pairs, problems: &[FieldProblem]) -> HttpResponse {
        if seen == self.opened.case.length { self.form(filled, problems) } else { self.stale(seen, filled) }
    }

    /// The form with what was typed, for whoever is faster than anybody works: it can be sent a little later.
    fn too_many(&self, seconds: u64, seen: u32, filled: &Pairs) -> HttpResponse {
        let ctx = self.opened.context();
        let first = fields(self.action, &self.opened.case, &ctx).first().map(|field| field.name.clone());
        let words = format!("That was a lot at once. Wait {seconds} seconds, then send this again");
        let mut answer = self.again(seen, filled, &[FieldProblem { name: first.unwrap_or_default(), words }]);
        *answer.status_mut() = StatusCode::TOO_MANY_REQUESTS;
        if let Ok(wait) = HeaderValue::try_from(seconds.to_string()) {
            answer.headers_mut().insert(RETRY_AFTER, wait);
        }
        answer
    }

    fn stale(&self, seen: u32, filled: &Pairs) -> HttpResponse {
        let ctx = self.opened.context();
        let page =
            StalePage::new(self.shell(), &self.sight(&ctx), self.action, seen, filled, self.csrf.token());
        draw(&mut HttpResponse::Conflict(), &page)
    }

    /// The action cannot be done now: why, and what would make it possible (S4).
    fn not_now(&self, refusal: Refusal) -> HttpResponse {
        let ctx = self.opened.context();
        draw(&mut HttpResponse::Ok(), &NotNowPage::new(self.shell(), &self.sight(&ctx), self.action, refusal))
    }

    fn shell(&self) -> Shell {
        let path = urls::case_action(&self.opened.case.reference, self.action);
        frame_of(self.app, self.person, self.csrf, self.action.title(), &path, self.opened)
    }

    fn sight<'s>(&'s self, ctx: &'s crate::domain::case::context::Context<'s>) -> Sight<'s> {
        Sight { case: &self.opened.case, record: &self.opened.record, ctx }
    }

    /// What the domain says, at the field that it is about, or over the whole form.
    fn problems(&self, error: &Error) -> Option<Vec<FieldProblem>> {
        let ctx = self.opened.context();
        let fields = fields(self.action, &self.opened.case, &ctx);
        let at = |pointer: &str| {
            let first = fields.first().map(|field| field.name.clone()).unwrap_or_default();
            name_of_pointer(&fields, pointer).unwrap_or(first)
        };
        match error {
            Error::Refused(refusal) | Error::Forbidden(refusal) => {
                let name = at(refusal.field.as_deref().unwrap_or_default());
                Some(vec![FieldProblem { name, words: words_of(refusal) }])
            }
            Error::Invalid(problems) => Some(
                problems
                    .iter()
                    .map(|problem| FieldProblem { name: at(&problem.field), words: problem.words.clone() })
                    .collect(),
            ),
            Error::NotFound
            | Error::SignInNeeded
            | Error::Stale { .. }
            | Error::VersionNeeded
            | Error::WouldBar(_)
            | Error::KeyReused
            | Error::TooMany(_)
            | Error::Busy
            | Error::Internal(_) => None,
        }
    }
}

/// Why, and what would make it possible.
fn words_of(refusal: &Refusal) -> String {
    refusal.makes_possible.as_ref().map_or_else(
        || refusal.sentence.clone(),
        |possible| format!("{}. {possible}", refusal.sentence.trim_end_matches('.')),
    )
}

/// The form of an action. An action that is not possible now says why.
pub async fn action_page(
    app: web::Data<App>,
    person: SignedIn,
    csrf: Csrf,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Trouble> {
    let (reference, key) = path.into_inner();
    let (reference, action) = (parse(&reference)?, parse_action(&key)?);
    let opened = opened(&app, &person.0, &reference).await?;
    let visit = Visit { app: &app, person: &person.0, csrf: &csrf, action, opened: &opened };
    match crate::domain::case::decide::ready(&opened.case, action, &opened.context()) {
        Ok(()) => {
            let stands = present(action, &opened.case, &opened.context());
            let fields = fields(action, &opened.case, &opened.context());
            Ok(visit.form(&pairs_of(&fields, &stands), &[]))
        }
        Err(refusal) => Ok(visit.not_now(refusal)),
    }
}

/// Does the action, after the page that asks first where something leaves (S5).
pub async fn act(
    app: web::Data<App>,
    person: SignedIn,
    csrf: Csrf,
    path: web::Path<(String, String)>,
    form: CheckedForm,
) -> Result<HttpResponse, Trouble> {
    let (reference, key) = path.into_inner();
    let (reference, action) = (parse(&reference)?, parse_action(&key)?);
    let opened = opened(&app, &person.0, &reference).await?;
    let visit = Visit { app: &app, person: &person.0, csrf: &csrf, action, opened: &opened };
    let typed = &form.0;
    let seen: u32 = typed.get("version").parse().unwrap_or_default();
    if typed.get("change") == "yes" {
        return Ok(visit.again(seen, typed.pairs(), &[]));
    }
    let ctx = opened.context();
    let body = match read(&fields(action, &opened.case, &ctx), typed_fields(typed.pairs()).as_slice()) {
        Ok(body) => body,
        Err(problems) => return Ok(visit.again(seen, typed.pairs(), &problems)),
    };
    let key = repeat_key(&csrf, &reference, action, seen, &body)?;
    let order = Order {
        reference: reference.clone(),
        action,
        body,
        seen: SeenVersion::Exactly(seen),
        key: Some(key),
    };
    let caller = Caller::Colleague(person.0.clone());
    let outcome = if asks_first(action) == AsksFirst::Yes && typed.get("confirmed") != "yes" {
        let preview = blocking(&app, move |app| cases::preview(app, &caller, &order)).await;
        preview.map(|preview| visit.confirm(typed.pairs(), &preview))
    } else {
        let done = blocking(&app, move |app| cases::act(app, caller, order, nothing_to_say)).await;
        match done {
            Ok(_) => after_acting(&app, &person.0, &reference, action).await.map(|page| go(&page)),
            Err(error) => Err(error),
        }
    };
    match outcome {
        Ok(response) => Ok(response),
        Err(Error::Stale { .. }) => Ok(visit.stale(seen, typed.pairs())),
        Err(Error::TooMany(seconds)) => Ok(visit.too_many(seconds, seen, typed.pairs())),
        Err(error) => match visit.problems(&error) {
            Some(problems) => Ok(visit.again(seen, typed.pairs(), &problems)),
            None => Err(error.into()),
        },
    }
}

/// The case with what was done; for whoever sees it no more, that it has gone.
async fn after_acting(
    app: &web::Data<App>,
    person: &Colleague,
    reference: &Reference,
    action: Action,
) -> Result<String, Error> {
    if action != Action::MoveSchool {
        return Ok(after(reference, action));
    }
    let (caller, known) = (Caller::Colleague(person.clone()), reference.clone());
    match blocking(app, move |app| cases::find(app, &caller, &known)).await {
        Ok(()) => Ok(urls::case_after(reference, action)),
        Err(Error::NotFound) => Ok(urls::gone_to_others(reference)),
        Err(error) => Err(error),
    }
}

impl Visit<'_> {
    /// The page that asks before something leaves: effect, recipients, text, dates.
    fn confirm(&self, filled: &Pairs, preview: &cases::Preview) -> HttpResponse {
        let ctx = self.opened.context();
        let letters = preview
            .mails
            .iter()
            .map(|mail| Letter {
                name: mail.to_name.clone(),
                address: mail.to_address.clone(),
                subject: mail.written.letter.subject.clone(),
                text: mail.written.letter.text.clone(),
            })
            .collect();
        let plan = Plan {
            after: &preview.after,
            new: &preview.events,
            letters,
            undo_seconds: self.app.undo().num_seconds(),
            left: preview.left.clone().map(|left| left.readable(self.app)),
        };
        let page =
            ConfirmPage::new(self.shell(), &self.sight(&ctx), self.action, filled, plan, self.csrf.token());
        draw_to_ask(&page)
    }
}

fn typed_fields(pairs: &Pairs) -> Vec<(String, String)> {
    crate::web::form::without_controls(pairs)
}

/// The same form sent twice is one act (G18): the key is what was sent, by whom, from which version.
fn repeat_key(
    csrf: &Csrf,
    reference: &Reference,
    action: Action,
    seen: u32,
    body: &serde_json::Value,
) -> Result<IdempotencyKey, Error> {
    let text = format!("{} {reference} {} {seen} {body}", csrf.token(), action.key());
    IdempotencyKey::parse(&hex::encode(Sha256::digest(text)))
}

/// A page goes back to the case and says nothing else.
pub(super) fn nothing_to_say(done: &Done) -> Answer {
    Answer { status: 303, body: String::new(), version: done.case.length }
}

/// The form for a call or a talk (S1).
pub async fn log_page(app: web::Data<App>, person: SignedIn, csrf: Csrf) -> Result<HttpResponse, Trouble> {
    concerns::may_log(&app, &person.0)?;
    let schools = own_schools(&app, &person.0).await?;
    let now = local_now(&app);
    let shell = frame(&app, &person.0, &csrf, "Log a call or a talk", urls::NEW_CASE);
    Ok(draw(&mut HttpResponse::Ok(), &LogPage::empty(shell, &schools, now, csrf.token())))
}

/// Logs a call or a talk.
pub async fn log(
    app: web::Data<App>,
    person: SignedIn,
    csrf: Csrf,
    form: CheckedForm,
) -> Result<HttpResponse, Trouble> {
    concerns::may_log(&app, &person.0)?;
    let schools = own_schools(&app, &person.0).await?;
    let pairs = form.0.pairs().to_vec();
    let again = |problems: &[FieldProblem]| {
        let shell = frame(&app, &person.0, &csrf, "Log a call or a talk", urls::NEW_CASE);
        draw(
            &mut HttpResponse::UnprocessableEntity(),
            &LogPage::again(shell, &schools, &pairs, problems, csrf.token()),
        )
    };
    let logged = match read_log(&schools, local_now(&app), &pairs) {
        Ok(logged) => logged,
        Err(problems) => return Ok(again(&problems)),
    };
    let slug =
        logged.school.or_else(|| schools.first().map(|school| school.slug.clone())).ok_or(Error::NotFound)?;
    let concern: ConcernBody =
        serde_json::from_value(logged.concern).map_err(|source| Error::Internal(Box::new(source)))?;
    let received_at = local_instant(logged.received_at.date(), logged.received_at.time());
    let agreed = logged.agreed.as_deref().and_then(|agreed| Words::text(agreed).ok());
    let spoken = Spoken { channel: logged.channel, received_at, agreed, long_ago: logged.long_ago };
    let sender = Sender::Colleague(person.0.clone(), spoken);
    let key = IdempotencyKey::parse(&hex::encode(Sha256::digest(format!("{} {pairs:?}", csrf.token()))))?;
    match blocking(&app, move |app| concerns::submit(app, &slug, sender, &concern, Some(key), its_reference))
        .await
    {
        Ok(answer) => after_logging(&app, person.0, answer.body).await.map(|page| go(&page)),
        Err(error) => match log_problems(&error) {
            Some(problems) => Ok(again(&problems)),
            None => Err(error.into()),
        },
    }
}

/// The case, for whoever sees it: one about a person is for those alone who deal with it (R22, R70).
async fn after_logging(
    app: &web::Data<App>,
    person: Colleague,
    reference: String,
) -> Result<String, Trouble> {
    let caller = Caller::Colleague(person);
    let (known, page) =
        (Reference::parse(&reference).map_err(|_| Error::NotFound)?, urls::case_logged(&reference));
    match blocking(app, move |app| cases::find(app, &caller, &known)).await {
        Ok(()) => Ok(page),
        Err(Error::NotFound) => Ok(urls::logged_for_others(&reference)),
        Err(error) => Err(error.into()),
    }
}

/// Says to whoever logged a case that they do not see that it is there, and why they read no more of it; and to whoever
/// moved one to another school that it is there.
pub async fn logged_for_others(
    app: web::Data<App>,
    person: SignedIn,
    csrf: Csrf,
    reference: web::Path<String>,
    after: web::Query<After>,
) -> Result<HttpResponse, Trouble> {
    let reference = Reference::parse(&reference).map_err(|_| Error::NotFound)?.to_string();
    if after.done.as_deref() == Some(Action::MoveSchool.key()) {
        let shell = frame(&app, &person.0, &csrf, "It has gone to the other school", urls::CASES);
        return Ok(draw(&mut HttpResponse::Ok(), &MovedPage { shell, reference }));
    }
    let shell = frame(&app, &person.0, &csrf, "It is logged", urls::CASES);
    Ok(draw(&mut HttpResponse::Ok(), &LoggedPage { shell, reference }))
}

/// What the use case says about a call, each at the question of the form that it is about.
fn log_problems(error: &Error) -> Option<Vec<FieldProblem>> {
    let at = |pointer: &str, words: String| FieldProblem { name: question_of(pointer).to_owned(), words };
    match error {
        Error::Invalid(problems) => {
            Some(problems.iter().map(|problem| at(&problem.field, problem.words.clone())).collect())
        }
        Error::Refused(refusal) | Error::Forbidden(refusal) => {
            Some(vec![at(refusal.field.as_deref().unwrap_or_default(), words_of(refusal))])
        }
        Error::NotFound
        | Error::SignInNeeded
        | Error::Stale { .. }
        | Error::VersionNeeded
        | Error::WouldBar(_)
        | Error::KeyReused
        | Error::TooMany(_)
        | Error::Busy
        | Error::Internal(_) => None,
    }
}

fn its_reference(done: &Done) -> Answer {
    Answer { status: 303, body: done.case.reference.to_string(), version: done.case.length }
}

fn local_now(app: &App) -> chrono::NaiveDateTime {
    app.now().with_timezone(&chrono_tz::Europe::London).naive_local()
}

async fn own_schools(app: &web::Data<App>, person: &Colleague) -> Result<Vec<SchoolChoice>, Trouble> {
    let own = person.logs_for(local_date(app.now()));
    let worlds = blocking(app, schools::all).await?;
    Ok(worlds
        .iter()
        .filter(|world| own.contains(&world.school.id))
        .map(|world| SchoolChoice { slug: world.school.slug.clone(), name: world.school.name.clone() })
        .collect())
}

/// Where somebody goes after an action: whoever stepped back has no page of that case any more.
fn after(reference: &Reference, action: Action) -> String {
    if action == Action::Recuse {
        return format!("{}?done={}", urls::HOME, action.key());
    }
    urls::case_after(reference, action)
}
