//! The handlers of a family's own case.

use actix_web::cookie::time::Duration;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::app::access::family::{self, CASE_TOKEN_LIVES, CaseToken, Standing};
use crate::app::access::limit::Doors;
use crate::app::access::return_code;
use crate::app::cases::{self, Answer, Caller, Done, Opened, Order, SeenVersion};
use crate::app::contact;
use crate::app::error::Error;
use crate::app::{App, IdempotencyKey};
use crate::domain::calendar::local_date;
use crate::domain::case::action::Action;
use crate::domain::case::contact::whom_to_turn_to;
use crate::domain::case::decide::ready;
use crate::domain::case::refusal::RefusalCode;
use crate::domain::ids::PartyNo;
use crate::domain::reference::Reference;
use crate::urls;
use crate::web::extract::ClientAddress;
use crate::web::field::Problem;
use crate::web::form::{FieldProblem, Pairs, name_of_pointer, without_controls};
use crate::web::limits::{Bucket, Limits};
use crate::web::page::{Notice, NoticeTone};
use crate::web::pages::family::Face;
use crate::web::pages::school::handle::behind;
use crate::web::pages::serve::{
    Trouble, VISIT_LIVES, Visit, blocking, face, go_to, going, one_more, posted, school,
};
use crate::web::pages::typed::Typed;
use crate::web::parts::Link;
use crate::web::session::Cookie;
use crate::web::table::{Table, get, post};

use super::act::{
    Act, ActPage, Ask, AskPage, Filled, Seal, WRITTEN_MEANWHILE, own_fields, read_act, settles_all,
    with_the_outcome_of_what_was_ticked,
};
use super::check::CheckPage;
use super::closed;
use super::confirm::{CodeStep, ConfirmPage, STEP};
use super::entry::{CodePage, ExpiredPage, LeftPage, LinkPage, ResentPage, read_code, read_elsewhere};
use super::files;
use super::letters;
use super::paper::{ReturnPage, read_return, tries_spent};
use super::screen::{Beside, CasePage, Looked};

pub(super) type Handled = Result<HttpResponse, Trouble>;
type Posted = Result<web::Bytes, actix_web::Error>;

/// Every page of a family's own case, below [`urls::MINE`].
pub fn routes(table: &mut Table<'_>) {
    table
        .route("", get().to(show))
        .route("/leave", post().to(leave))
        .route("/actions/add_document", get().to(files::page))
        .route("/actions/add_document", post().to(files::take))
        .route("/letters", get().to(letters::all))
        .route("/letters/{message}", get().to(letters::one))
        .route("/documents/{no}", get().to(files::get))
        .route("/actions/{action}", get().to(ask_act))
        .route("/actions/{action}", post().to(take_act))
        .route("/ask/{what}", get().to(ask_person))
        .route("/ask/{what}", post().to(send_ask))
        .route("/{token}", get().to(link))
        .route("/{token}", post().to(open))
        .route("/{token}/again", post().to(again));
}

/// The page behind a mailed link. Opening it uses nothing up and shows nothing (P33, G27).
async fn link(app: web::Data<App>, request: HttpRequest, token: web::Path<String>) -> Handled {
    let visit = Visit::of(&request, &app);
    let given = token.clone();
    let looked = blocking(&app, move |app| family::look(app, &given)).await?;
    let face = face_behind(&app, looked.school.as_deref()).await;
    match looked.standing {
        Standing::Alive => visit.page(&app, &LinkPage::new(&token, face.as_ref(), &visit.csrf())),
        Standing::Over => visit.page(&app, &ExpiredPage::new(&token, face.as_ref(), &visit.csrf())),
    }
}

/// The school behind a link: its public name and telephone number, for whoever needs help before the page opens (P39).
async fn face_behind(app: &App, slug: Option<&str>) -> Option<Face> {
    school(app, slug?).await.ok().map(|(_, face)| face)
}

async fn open(
    app: web::Data<App>,
    limits: web::Data<Limits>,
    from: ClientAddress,
    request: HttpRequest,
    token: web::Path<String>,
    body: Posted,
) -> Handled {
    limits.take(Bucket::SignIn, from)?;
    let visit = Visit::of(&request, &app);
    posted(&visit, body)?;
    let given = token.clone();
    match blocking(&app, move |app| family::enter(app, &given)).await {
        Ok(case) => Ok(entered(&app, &case)),
        Err(Error::NotFound) => {
            let given = token.clone();
            let looked = blocking(&app, move |app| family::look(app, &given)).await?;
            let face = face_behind(&app, looked.school.as_deref()).await;
            visit.page(&app, &ExpiredPage::new(&token, face.as_ref(), &visit.csrf()))
        }
        Err(error) => Err(error.into()),
    }
}

fn entered(app: &App, case: &CaseToken) -> HttpResponse {
    let value = format!("{}.{}", case.token.as_str(), case.reference);
    let lives = Duration::seconds(CASE_TOKEN_LIVES.num_seconds());
    going(urls::MINE)
        .cookie(Cookie::Case.keep(app.base(), &value, lives))
        .cookie(Cookie::School.keep(app.base(), &case.school, VISIT_LIVES))
        .finish()
}

/// One button sends a new link to where the old one went. The page says the same whether there was one.
async fn again(
    app: web::Data<App>,
    doors: web::Data<Doors>,
    request: HttpRequest,
    token: web::Path<String>,
    body: Posted,
) -> Handled {
    one_more(&request)?;
    let visit = Visit::of(&request, &app);
    posted(&visit, body)?;
    let (token, challenge) = (token.into_inner(), visit.secret.clone());
    behind(&app, move |app| family::renew(app, &doors, &token, &challenge));
    visit.page(&app, &ResentPage::new())
}

/// The page for a code, at [`urls::case_code`].
pub async fn code(app: web::Data<App>, request: HttpRequest, slug: web::Path<String>) -> Handled {
    let (_, face) = school(&app, &slug).await?;
    let visit = Visit::of(&request, &app);
    visit.page(&app, &CodePage::new(&face, &Typed::default(), Vec::new(), &visit.csrf()))
}

/// Takes the code that was mailed to this browser's visit.
pub async fn enter_code(
    app: web::Data<App>,
    doors: web::Data<Doors>,
    limits: web::Data<Limits>,
    from: ClientAddress,
    request: HttpRequest,
    slug: web::Path<String>,
    body: Posted,
) -> Handled {
    limits.take(Bucket::SignIn, from)?;
    let (_, face) = school(&app, &slug).await?;
    let visit = Visit::of(&request, &app);
    let typed = posted(&visit, body)?;
    let again = |problems| visit.again(&app, &CodePage::new(&face, &typed, problems, &visit.csrf()));
    let (code, elsewhere) = match (read_code(typed.get("code")), read_elsewhere(&typed)) {
        (Ok(code), Ok(elsewhere)) => (code, elsewhere),
        (code, elsewhere) => {
            return again([code.err(), elsewhere.err()].into_iter().flatten().flatten().collect());
        }
    };
    let challenge = visit.secret.clone();
    let exchanged = blocking(&app, move |app| match elsewhere {
        Some(whose) => family::exchange_code_elsewhere(app, &doors, &whose, &code),
        None => family::enter_with_code(app, &doors, &challenge, &code),
    });
    match exchanged.await {
        Ok(case) => Ok(entered(&app, &case)),
        Err(Error::Invalid(found)) => {
            again(found.into_iter().map(|one| Problem { field: "code".into(), text: one.words }).collect())
        }
        Err(Error::TooMany(seconds)) => {
            again(vec![Problem { field: "code".into(), text: family::codes_spent(seconds) }])
        }
        Err(error) => Err(error.into()),
    }
}

/// The page for a code on paper, at [`urls::return_code`].
pub async fn return_page(app: web::Data<App>, request: HttpRequest, slug: web::Path<String>) -> Handled {
    let (_, face) = school(&app, &slug).await?;
    let visit = Visit::of(&request, &app);
    visit.page(&app, &ReturnPage::new(&face, &Typed::default(), Vec::new(), &visit.csrf()))
}

/// Takes the code that somebody typed from their paper.
pub async fn come_back(
    app: web::Data<App>,
    doors: web::Data<Doors>,
    limits: web::Data<Limits>,
    from: ClientAddress,
    request: HttpRequest,
    slug: web::Path<String>,
    body: Posted,
) -> Handled {
    limits.take(Bucket::SignIn, from)?;
    let (_, face) = school(&app, &slug).await?;
    let visit = Visit::of(&request, &app);
    let typed = posted(&visit, body)?;
    let again = |problems| visit.again(&app, &ReturnPage::new(&face, &typed, problems, &visit.csrf()));
    let code = match read_return(&typed, from.network()) {
        Ok(code) => code,
        Err(problems) => return again(problems),
    };
    match blocking(&app, move |app| return_code::enter(app, &doors, &code)).await {
        Ok(case) => Ok(entered(&app, &case)),
        Err(Error::Invalid(found)) => {
            again(found.into_iter().map(|one| Problem { field: one.field, text: one.words }).collect())
        }
        Err(Error::TooMany(seconds)) => {
            again(vec![Problem { field: "code".into(), text: tries_spent(seconds) }])
        }
        Err(error) => Err(error.into()),
    }
}

/// A family that came in, with its case.
pub(super) struct Inside {
    pub(super) app: web::Data<App>,
    pub(super) visit: Visit,
    pub(super) caller: Caller,
    me: PartyNo,
    pub(super) opened: Opened,
    pub(super) face: Face,
}

impl Inside {
    /// The case that this browser may open; otherwise the page that says how it is opened again.
    pub(super) async fn of(app: web::Data<App>, request: &HttpRequest) -> Result<Self, Trouble> {
        match Self::opened(app.clone(), request).await {
            Err(Trouble::App(Error::NotFound)) => Err(closed::closed(&app, request).await),
            opened => opened,
        }
    }

    /// The same for a form: what was typed into it is given back when the page has closed, or when another case or
    /// another complainant's page was opened in this browser since (P8, P18).
    async fn for_form(
        app: web::Data<App>,
        request: &HttpRequest,
        form: &str,
        body: &Posted,
    ) -> Result<Self, Trouble> {
        match (Self::opened(app.clone(), request).await, body) {
            (Err(Trouble::App(Error::NotFound)), Ok(body)) => {
                Err(closed::giving_back(&app, request, form, body).await)
            }
            (Err(Trouble::App(Error::NotFound)), Err(_)) => Err(Trouble::TooLarge),
            (Ok(inside), Ok(body)) if !inside.has_form(body) => {
                Err(closed::giving_back(&inside.app, request, form, body).await)
            }
            (opened, _) => opened,
        }
    }

    /// Whether a form was shown for the case and the complainant whose page is open now.
    fn has_form(&self, body: &[u8]) -> bool {
        Typed::read(&String::from_utf8_lossy(body)).get("case") == self.mark()
    }

    pub(super) fn mark(&self) -> String {
        closed::mark(&self.visit, &self.opened.case.reference, self.caller.hand().unwrap_or(self.me))
    }

    /// What this browser typed into that form before its page had closed.
    async fn unsent(&self, form: &str) -> Option<Typed> {
        closed::kept(&self.app, &self.visit, &self.face.slug, form, &self.mark()).await
    }

    /// It was sent after all.
    async fn sent(&self, form: &str) -> Result<(), Error> {
        closed::forget(&self.app, &self.visit, form, &self.mark()).await
    }

    /// Whoever leaves leaves no words behind.
    async fn forgets_all(&self) -> Result<(), Error> {
        for form in forms() {
            self.sent(form).await?;
        }
        Ok(())
    }

    /// The forms in which words wait that were typed when the page had closed.
    async fn words_that_wait(&self) -> Result<Vec<Link>, Error> {
        let waiting =
            closed::waiting(&self.app, &self.visit, &self.face.slug, forms().collect(), &self.mark()).await?;
        Ok(waiting.into_iter().filter_map(link_of_form).collect())
    }

    async fn opened(app: web::Data<App>, request: &HttpRequest) -> Result<Self, Trouble> {
        let visit = Visit::of(request, &app);
        let cookie = Cookie::Case.read(request).ok_or(Error::NotFound)?;
        let (token, reference) = cookie.split_once('.').ok_or(Error::NotFound)?;
        let reference = Reference::parse(reference).map_err(|_| Error::NotFound)?;
        let token = token.to_owned();
        let (caller, me, opened) = blocking(&app, move |app| {
            let link = family::open_page(app, &token)?.ok_or(Error::NotFound)?;
            let me = link.party;
            let caller = Caller::Family(link);
            let opened = cases::open(app, &caller, &reference)?;
            Ok((caller, me, opened))
        })
        .await?;
        let turn_to = whom_to_turn_to(&opened.case, &opened.context());
        let face = face(&app, &opened.setting.world).turning_to(turn_to, opened.case.bound.regime);
        Ok(Self { app, visit, caller, me, opened, face })
    }

    /// Whoever helps finds no page of what is for the complainant alone, such as how they are reached.
    fn may_try(&self, act: Act) -> Result<(), Error> {
        match ready(&self.opened.case, act.action(), &self.opened.context()) {
            Err(refusal) if self.caller.hand().is_some() && refusal.code == RefusalCode::NotYours => {
                Err(Error::NotFound)
            }
            Ok(()) | Err(_) => Ok(()),
        }
    }

    /// Whether something could be done, without doing it: before the page that shows what goes.
    async fn would_go(&self, act: Act, body: serde_json::Value, typed: &Typed) -> Result<(), Error> {
        let version: u32 = typed.get("version").parse().map_err(|_| Error::VersionNeeded)?;
        let order = Order {
            reference: self.opened.case.reference.clone(),
            action: act.action(),
            body,
            seen: SeenVersion::Exactly(version),
            key: None,
        };
        let caller = self.caller.clone();
        blocking(&self.app, move |app| cases::preview(app, &caller, &order)).await.map(|_| ())
    }

    /// Does something; a code for a new address can be tried a few times only.
    async fn tries(
        &self,
        act: Act,
        body: serde_json::Value,
        typed: &Typed,
        doors: &Doors,
    ) -> Result<Answer, Error> {
        contact::one_more_code(doors, &self.caller, act.action(), &body)?;
        self.acts(act, body, typed).await
    }

    /// Does something, once for each form that was shown: a second press has the same key (G18). A message has the same
    /// key all day: whoever goes back finds their words in a fresh form, and must not send them twice.
    async fn acts(&self, act: Act, body: serde_json::Value, typed: &Typed) -> Result<Answer, Error> {
        let version: u32 = typed.get("version").parse().map_err(|_| Error::VersionNeeded)?;
        let once = match act {
            Act::Write => local_date(self.app.now()).to_string(),
            Act::Confirm
            | Act::Answer
            | Act::Settle
            | Act::Escalate
            | Act::Details
            | Act::AddHelper
            | Act::EndHelper
            | Act::Withdraw => version.to_string(),
        };
        let key = self.visit.derived(&format!("{} {once} {body}", act.action().key()));
        let order = Order {
            reference: self.opened.case.reference.clone(),
            action: act.action(),
            body,
            seen: SeenVersion::Exactly(version),
            key: Some(IdempotencyKey::parse(&key)?),
        };
        let caller = self.caller.clone();
        blocking(&self.app, move |app| cases::act(app, caller, order, noted)).await
    }
}

/// What stands in the address when the same words were sent before.
const SENT_ALREADY: &str = "sent_already";

/// Back to the case, which says what was done; or that it had been done before this form came.
fn done_once(act: Act, answer: &Answer, typed: &Typed, inside: &Inside) -> HttpResponse {
    if act == Act::Write && answer.version <= inside.opened.case.length {
        return go_to(&format!("{}?done={SENT_ALREADY}", urls::MINE));
    }
    if act == Act::Settle && !settles_all(typed) {
        return not_settled(inside);
    }
    done(act.action())
}

/// Whoever says that something is not settled is led to where they take it further; where that is over, they read that
/// nothing has gone further (P29).
fn not_settled(inside: &Inside) -> HttpResponse {
    match ready(&inside.opened.case, Action::Escalate, &inside.opened.context()) {
        Ok(()) => go_to(&Act::Escalate.path()),
        Err(_) => go_to(&format!("{}?done={NOT_SETTLED}", urls::MINE)),
    }
}

/// What stands in the address when something was said not to be settled and there is no further step.
const NOT_SETTLED: &str = "not_settled";

/// Every form in which words can wait.
fn forms() -> impl Iterator<Item = &'static str> {
    Act::ALL.map(|act| act.action().key()).into_iter().chain([Ask::Call.key()])
}

/// The form of that name, by what it is for.
fn link_of_form(form: &str) -> Option<Link> {
    let act = || Act::from_key(form).map(|act| Link::new(act.title(), act.path()));
    let ask = || Ask::from_key(form).map(|ask| Link::new(ask.title(), urls::mine_ask(ask.key())));
    act().or_else(ask)
}

/// All that a page needs to know of what it did.
pub(super) fn noted(done: &Done) -> Answer {
    Answer { status: 200, body: String::new(), version: done.case.length }
}

/// What was just done, as the address says it.
#[derive(Debug, Deserialize)]
struct After {
    #[serde(default)]
    done: Option<String>,
}

async fn show(app: web::Data<App>, request: HttpRequest, after: web::Query<After>) -> Handled {
    let inside = Inside::of(app, &request).await?;
    let just_done = after.done.as_deref().and_then(done_words);
    let notice = just_done.map(|words| Notice {
        tone: NoticeTone::Done,
        text: words.into(),
        detail: None,
        link: None,
    });
    let ctx = inside.opened.context();
    let looked =
        Looked { case: &inside.opened.case, record: &inside.opened.record, ctx: &ctx, me: inside.me };
    let letters = letters::own(&inside).await?;
    let letters = letters::lines(&letters, &inside.face.name, &inside.opened.case.reference);
    let beside = Beside { unsent: inside.words_that_wait().await?, letters };
    let page = CasePage::new(&inside.face, looked, notice, beside, &inside.visit.csrf());
    inside.visit.page(&inside.app, &page)
}

async fn leave(app: web::Data<App>, request: HttpRequest, body: Posted) -> Handled {
    let visit = Visit::of(&request, &app);
    posted(&visit, body)?;
    if let Ok(inside) = Inside::opened(app.clone(), &request).await {
        inside.forgets_all().await?;
    }
    if let Some(cookie) = Cookie::Case.read(&request) {
        let token = cookie.split_once('.').map_or("", |(token, _)| token).to_owned();
        blocking(&app, move |app| family::leave(app, &token)).await?;
    }
    let html = LeftPage::case().render().map_err(|error| Error::Internal(Box::new(error)))?;
    let (gone, forgotten) = (Cookie::Case.take(app.base()), Cookie::School.take(app.base()));
    Ok(HttpResponse::Ok()
        .cookie(gone)
        .cookie(forgotten)
        .insert_header(CLEARED)
        .content_type("text/html; charset=utf-8")
        .body(html))
}

/// What a browser that is left forgets beside its cookies: pages that it kept, so that nobody goes back to one. The
/// cookies are taken one by one, because staff may be signed in to the same host.
const CLEARED: (&str, &str) = ("Clear-Site-Data", "\"cache\", \"storage\"");

/// Back to the case, which says what was done.
pub(super) fn done(action: Action) -> HttpResponse {
    go_to(&format!("{}?done={}", urls::MINE, action.key()))
}

fn done_words(key: &str) -> Option<&'static str> {
    if key == Action::AddDocument.key() {
        return Some(files::SENT);
    }
    if key == NOT_SETTLED {
        return Some("We have noted what is settled and what is not. Nothing has gone further");
    }
    if key == SENT_ALREADY {
        return Some("You have already sent this today. We have it once");
    }
    Act::from_key(key).map(Act::done_words)
}

async fn ask_act(app: web::Data<App>, request: HttpRequest, action: web::Path<String>) -> Handled {
    let act = Act::from_key(&action).ok_or(Error::NotFound)?;
    let inside = Inside::of(app, &request).await?;
    inside.may_try(act)?;
    match inside.unsent(act.action().key()).await {
        Some(typed) => act_page(&inside, act, &Filled::Before(typed.pairs())),
        None => act_page(&inside, act, &Filled::Fresh),
    }
}

fn act_page(inside: &Inside, act: Act, filled: &Filled<'_>) -> Handled {
    let ctx = inside.opened.context();
    let looked =
        Looked { case: &inside.opened.case, record: &inside.opened.record, ctx: &ctx, me: inside.me };
    let (csrf, case) = (inside.visit.csrf(), inside.mark());
    let page = ActPage::new(&inside.face, act, looked, filled, Seal { csrf: &csrf, case: &case });
    match filled {
        Filled::Fresh | Filled::Before(_) | Filled::Again(_) => inside.visit.page(&inside.app, &page),
        Filled::Refused(..) => inside.visit.again(&inside.app, &page),
    }
}

async fn take_act(
    app: web::Data<App>,
    doors: web::Data<Doors>,
    request: HttpRequest,
    action: web::Path<String>,
    body: Posted,
) -> Handled {
    let act = Act::from_key(&action).ok_or(Error::NotFound)?;
    let inside = Inside::for_form(app, &request, act.action().key(), &body).await?;
    inside.may_try(act)?;
    if act == Act::Details {
        // It mails a code, or tries one.
        one_more(&request)?;
    }
    let typed = posted(&inside.visit, body)?;
    let answers = typed.clone().without("school").without(STEP);
    let pairs = {
        let ctx = inside.opened.context();
        let looked =
            Looked { case: &inside.opened.case, record: &inside.opened.record, ctx: &ctx, me: inside.me };
        with_the_outcome_of_what_was_ticked(act, looked, without_controls(answers.pairs()))
    };
    if act == Act::Details && CodeStep::goes_back(&typed) {
        return act_page(&inside, act, &Filled::Again(&pairs));
    }
    if act == Act::Details && CodeStep::is_blank(&typed) {
        return code_page(&inside, &pairs, &CodeStep::Refused(CodeStep::HOW.to_owned()));
    }
    let read = {
        let ctx = inside.opened.context();
        let looked =
            Looked { case: &inside.opened.case, record: &inside.opened.record, ctx: &ctx, me: inside.me };
        read_act(act, looked, &pairs)
    };
    if act == Act::Escalate && CheckPage::goes_back(&typed) {
        return act_page(&inside, act, &Filled::Again(&pairs));
    }
    let problems = match read {
        Ok(body) if act == Act::Escalate && !CheckPage::is_checked(&typed) => {
            match inside.would_go(act, body, &typed).await {
                Ok(()) => return check_page(&inside, act, &pairs),
                Err(error) => told(error, act, &inside)?,
            }
        }
        Ok(body) => match inside.tries(act, body, &typed, &doors).await {
            Ok(answer) => {
                inside.sent(act.action().key()).await?;
                return Ok(done_once(act, &answer, &typed, &inside));
            }
            Err(error) => match CodeStep::of(act, &error) {
                Some(step) => return code_page(&inside, &pairs, &step),
                None => told(error, act, &inside)?,
            },
        },
        Err(problems) => problems,
    };
    act_page(&inside, act, &Filled::Refused(&pairs, &problems))
}

/// The step that shows what goes, before it does (P20).
fn check_page(inside: &Inside, act: Act, pairs: &Pairs) -> Handled {
    let ctx = inside.opened.context();
    let looked =
        Looked { case: &inside.opened.case, record: &inside.opened.record, ctx: &ctx, me: inside.me };
    let (csrf, case) = (inside.visit.csrf(), inside.mark());
    let page = CheckPage::new(&inside.face, act, looked, pairs, Seal { csrf: &csrf, case: &case });
    inside.visit.page(&inside.app, &page)
}

/// The step that asks for the code, which is no trouble when it comes first.
fn code_page(inside: &Inside, pairs: &Pairs, step: &CodeStep) -> Handled {
    let (csrf, case) = (inside.visit.csrf(), inside.mark());
    let seal = Seal { csrf: &csrf, case: &case };
    let page = ConfirmPage::new(&inside.face, &inside.opened.case, pairs, step, seal);
    match step {
        CodeStep::Mailed => inside.visit.page(&inside.app, &page),
        CodeStep::Refused(_) => inside.visit.again(&inside.app, &page),
    }
}

/// What a use case refused, as problems at the fields of the form; what was typed is kept (P8).
///
/// # Errors
/// What no form can put right.
fn told(error: Error, act: Act, inside: &Inside) -> Result<Vec<FieldProblem>, Trouble> {
    let ctx = inside.opened.context();
    let looked =
        Looked { case: &inside.opened.case, record: &inside.opened.record, ctx: &ctx, me: inside.me };
    let fields = own_fields(act, looked);
    let home = |pointer: &str| name_of_pointer(&fields, pointer).unwrap_or_default();
    match error {
        Error::Invalid(found) => Ok(found
            .into_iter()
            .map(|one| FieldProblem { name: home(&one.field), words: one.words })
            .collect()),
        Error::Refused(refusal) => {
            let name = refusal.field.as_deref().map(home).unwrap_or_default();
            Ok(vec![FieldProblem { name, words: refusal.to_string() }])
        }
        Error::Stale { .. } => {
            Ok(vec![FieldProblem { name: String::new(), words: WRITTEN_MEANWHILE.into() }])
        }
        other => Err(other.into()),
    }
}

async fn ask_person(app: web::Data<App>, request: HttpRequest, what: web::Path<String>) -> Handled {
    let ask = Ask::from_key(&what).ok_or(Error::NotFound)?;
    let inside = Inside::of(app, &request).await?;
    inside.may_try(Act::Write)?;
    let (csrf, case) = (inside.visit.csrf(), inside.mark());
    let known = match inside.unsent(ask.key()).await {
        Some(typed) => typed,
        // Whoever helps reads nobody's telephone number here.
        None => ask.known(inside.opened.case.party(inside.caller.hand().unwrap_or(inside.me))),
    };
    let seal = Seal { csrf: &csrf, case: &case };
    let page = AskPage::new(&inside.face, ask, &inside.opened.case, &known, Vec::new(), seal);
    inside.visit.page(&inside.app, &page)
}

async fn send_ask(
    app: web::Data<App>,
    request: HttpRequest,
    what: web::Path<String>,
    body: Posted,
) -> Handled {
    let ask = Ask::from_key(&what).ok_or(Error::NotFound)?;
    let inside = Inside::for_form(app, &request, ask.key(), &body).await?;
    let typed = posted(&inside.visit, body)?;
    let problems = match ask.read(&typed) {
        Ok(message) => match inside.acts(Act::Write, message, &typed).await {
            Ok(answer) => {
                inside.sent(ask.key()).await?;
                return Ok(done_once(Act::Write, &answer, &typed, &inside));
            }
            Err(Error::Stale { .. }) => ask.written_meanwhile(),
            Err(error) => return Err(error.into()),
        },
        Err(problems) => problems,
    };
    let (csrf, case) = (inside.visit.csrf(), inside.mark());
    let seal = Seal { csrf: &csrf, case: &case };
    let page = AskPage::new(&inside.face, ask, &inside.opened.case, &typed, problems, seal);
    inside.visit.again(&inside.app, &page)
}
