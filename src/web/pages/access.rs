//! Signing in and out.

use actix_web::cookie::time::Duration;
use actix_web::http::StatusCode;
use actix_web::http::header::{LOCATION, RETRY_AFTER};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, web};
use askama::Template;

use crate::app::access::entry::{self, Arrived, Entered, SecondHalf, Waiting};
use crate::app::access::limit::Doors;
use crate::app::access::passkey::{self, Offer};
use crate::app::access::rules::Duty;
use crate::app::access::second_step::Proof;
use crate::app::access::session::{self, Computer, Ended};
use crate::app::access::sign_in::{self, Credentials};
use crate::app::access::{Token, setup};
use crate::app::error::{Error, FieldCode, FieldProblem};
use crate::app::{App, Mode};
use crate::domain::ids::PersonId;
use crate::secret::Secret;
use crate::urls;
use crate::web::csrf::{CheckedForm, Csrf};
use crate::web::extract::{Comes, MaybeSignedIn, blocking};
use crate::web::field::{Choices, Field, Kind, Problem, Stand, Width};
use crate::web::limits::{Bucket, Limits};
use crate::web::page::{Desk, Help, ModeBanner, Shell, Standing};
use crate::web::parts::Link;
use crate::web::session::Cookie;
use crate::web::trouble::{Trouble, draw};

use super::providers;
use super::simple::Found;
use super::typed::Typed;

/// A page for somebody who is not signed in yet.
pub(super) fn frame(app: &App, heading: impl Into<crate::web::page::Words>) -> Shell {
    let help = Help::new("Need help? Ask whoever looks after Heard at your school");
    let mut shell = Shell::staff(heading, Desk::default(), help);
    shell.mode = banner(app.mode());
    shell.footer = vec![Link::new("Accessibility statement", urls::ACCESSIBILITY)];
    shell
}

/// What stands on every page while this is a demo or no mail leaves (E26).
pub fn banner(mode: Mode) -> Option<ModeBanner> {
    let made = |name: &'static str, text: &'static str| ModeBanner {
        name: name.into(),
        text: text.into(),
        link: None,
    };
    match mode {
        Mode::Live => None,
        Mode::TestMail => Some(ModeBanner {
            link: Some(Link::new("See the messages", urls::OUTBOX)),
            ..made("Test mode", "No message leaves. Each one waits on a page instead.")
        }),
        Mode::Demo => Some(ModeBanner {
            link: Some(Link::new("Where to begin, who to sign in as, the clock", urls::DEMO)),
            ..made("Demo", "The schools, the people and the concerns are made up.")
        }),
    }
}

#[derive(Template)]
#[template(path = "access/sign_in.html")]
struct SignInPage {
    shell: Shell,
    csrf: Csrf,
    problems: Vec<Problem>,
    email: Field,
    password: Field,
    shared: Choices,
    /// One for each provider.
    others: Vec<Link>,
    passkeys: Offer,
    wanted: String,
    /// Why they were signed out, where that happened by itself.
    ended: Option<String>,
    /// What was typed into a form that was sent when the session had ended, to go on with afterwards.
    held: Option<String>,
}

/// Why somebody was signed out, in words.
fn ended_words(ended: Ended) -> String {
    match ended {
        Ended::Idle(minutes) => {
            format!("You were signed out because nothing happened here for {minutes} minutes.")
        }
        Ended::Old(hours) => {
            format!("You were signed out because you had been signed in for {hours} hours.")
        }
    }
}

/// The same of the session that a browser had.
async fn why_signed_out(request: &HttpRequest, app: &web::Data<App>) -> Result<Option<String>, Error> {
    let Some(token) = Cookie::Staff.read(request) else { return Ok(None) };
    Ok(blocking(app, move |app| session::ended(app, &token)).await?.map(ended_words))
}

impl SignInPage {
    fn new(app: &App, csrf: Csrf, typed: &Typed, wanted: String, error: Option<String>) -> Self {
        let mut shell = frame(app, "Sign in");
        if error.is_some() {
            shell.standing = Standing::Problem;
        }
        let email = Field::new("email", "Email address")
            .kind(Kind::Email)
            .autocomplete("username")
            .value(typed.get("email"))
            .error(error);
        Self {
            shell,
            csrf,
            problems: email.problem().into_iter().collect(),
            email,
            password: Field::new("password", "Password")
                .kind(Kind::Password)
                .autocomplete("current-password"),
            shared: Choices::new("computer", "Is this a shared computer?")
                .hint("A shared computer signs you out after 10 minutes without use. Your own takes an hour.")
                .option("shared", "Yes, others use it too")
                .chosen(&[typed.get("computer")])
                .stand(Stand::Small)
                .optional(),
            others: providers::links(app, &wanted),
            passkeys: passkey::offer(app),
            wanted,
            ended: None,
            held: None,
        }
    }

    /// The same with why somebody is asked again.
    fn after(mut self, ended: Option<String>) -> Self {
        self.ended = ended;
        self
    }

    /// The same with a form that was sent before, so that nothing of it is lost.
    fn holding(mut self, held: &str) -> Self {
        self.held = Some(held).filter(|held| !held.is_empty()).map(str::to_owned);
        self
    }
}

/// The page that asks somebody to sign in again whose session ended before they sent a form. What they typed goes
/// along, and stands there afterwards.
///
/// # Errors
/// A fault, when the server was put together without an application.
pub fn sign_in_again(request: &HttpRequest, typed: &Typed) -> Result<Trouble, Trouble> {
    let words = typed.clone().without("confirmed").without_secrets();
    if words.pairs().iter().all(|(_, value)| value.trim().is_empty()) {
        return Ok(Trouble::sign_in_first(request));
    }
    let (app, csrf) = (crate::web::session::app(request)?, crate::web::csrf::for_request(request)?);
    let page = SignInPage::new(app, csrf, &Typed::default(), own_path(request.path()), None)
        .holding(&words.to_text());
    Ok(page.render().map_or_else(|_| Trouble::OldForm(Vec::new()), Trouble::SignInAgain))
}

/// After signing in again: what was typed, and the button that goes on with it.
#[derive(Template)]
#[template(path = "access/go_on.html")]
struct GoOnPage {
    shell: Shell,
    csrf: Csrf,
    /// Where the form is sent.
    to: String,
    fields: Vec<(String, String)>,
    /// What was written in words, to read again.
    words: Vec<String>,
    /// Where somebody goes who leaves it.
    leave: Link,
}

impl GoOnPage {
    fn new(app: &App, csrf: Csrf, to: String, held: &Typed) -> Self {
        let fields = held.clone().without("confirmed").pairs().to_vec();
        let shell = frame(app, "You are signed in again");
        let leave = match urls::case_of(&to) {
            Some(case) => Link::new("Leave it, and go to the case", case),
            None => Link::new("Leave it, and go to the first page", urls::HOME),
        };
        Self { shell, csrf, to, fields, words: held.written(), leave }
    }
}

/// The page that gives a form back which was written before somebody signed out and in again, in another tab.
///
/// # Errors
/// A fault, when the server was put together without an application.
pub fn go_on_here(request: &HttpRequest, typed: &Typed) -> Result<Trouble, Trouble> {
    let (app, csrf) = (crate::web::session::app(request)?, crate::web::csrf::for_request(request)?);
    let page = GoOnPage::new(app, csrf, own_path(request.path()), &typed.clone().without_secrets());
    Ok(page.render().map_or_else(|_| Trouble::OldForm(typed.written()), Trouble::SignInAgain))
}

/// Where somebody wanted to go when they were asked to sign in.
#[derive(Debug, serde::Deserialize)]
pub struct Wanted {
    /// The path.
    #[serde(default)]
    pub(super) next: String,
}

/// The page to sign in.
pub async fn sign_in_page(
    request: HttpRequest,
    app: web::Data<App>,
    person: MaybeSignedIn,
    csrf: Csrf,
    wanted: web::Query<Wanted>,
) -> Result<HttpResponse, Trouble> {
    let wanted = own_path(&wanted.next);
    if person.0.is_some() {
        return Ok(go(&wanted));
    }
    let ended = why_signed_out(&request, &app).await?;
    let page = SignInPage::new(&app, csrf, &Typed::default(), wanted, None).after(ended);
    Ok(draw(&mut HttpResponse::Ok(), &page))
}

/// Signs in.
pub async fn sign_in(
    request: HttpRequest,
    app: web::Data<App>,
    doors: web::Data<Doors>,
    limits: web::Data<Limits>,
    comes: Comes,
    csrf: Csrf,
    form: CheckedForm,
) -> Result<HttpResponse, Trouble> {
    let CheckedForm(typed) = form;
    let credentials = Credentials {
        email: Secret::new(typed.get("email")),
        password: Secret::new(typed.exactly("password")),
        computer: computer(&typed),
        previous: Cookie::Staff.read(&request).map(Token::given),
    };
    let writer = writer(&request, &app).await?;
    let entered = match let_near(&limits, &comes) {
        Ok(()) => blocking(&app, move |app| sign_in::sign_in(app, &doors, &comes.visitor, credentials)).await,
        Err(too_many) => Err(too_many),
    };
    let page = |csrf, words| {
        SignInPage::new(&app, csrf, &typed, own_path(typed.get("next")), words).holding(typed.get("held"))
    };
    match entered {
        Ok(entered) => Ok(go_on_from(&app, csrf, entered, &typed, writer).await?),
        Err(Error::Invalid(problems)) => {
            let words = problems.into_iter().next().map(|problem| problem.words);
            Ok(draw(&mut HttpResponse::build(StatusCode::UNPROCESSABLE_ENTITY), &page(csrf, words)))
        }
        Err(Error::TooMany(seconds)) => {
            let mut response = HttpResponse::build(StatusCode::TOO_MANY_REQUESTS);
            let response = response.insert_header((RETRY_AFTER, seconds.to_string()));
            Ok(draw(response, &page(csrf, Some(too_many(seconds)))))
        }
        Err(other) => Err(other.into()),
    }
}

/// What somebody reads who tried too often, at the field.
pub(super) fn too_many(seconds: u64) -> String {
    format!("That was too many tries. Wait {seconds} seconds, then try again")
}

/// On what kind of computer somebody says that they are.
pub(super) fn computer(typed: &Typed) -> Computer {
    if typed.get("computer") == "shared" { Computer::Shared } else { Computer::Own }
}

/// Counts somebody who wants to come in, unless somebody has come in with their browser before: whoever else tries from
/// the same network does not shut them out. Passwords and codes are counted for the account besides.
pub(super) fn let_near(limits: &Limits, comes: &Comes) -> Result<(), Error> {
    match comes.visitor.known {
        Some(_) => Ok(()),
        None => limits.take(Bucket::SignIn, comes.from).map(drop),
    }
}

/// Goes on after the first proof: in, or to the second one. `writer` is whose session this browser had before.
pub(super) async fn go_on_from(
    app: &web::Data<App>,
    csrf: Csrf,
    entered: Entered,
    typed: &Typed,
    writer: Option<PersonId>,
) -> Result<HttpResponse, Error> {
    let half = match entered {
        Entered::In(arrived) => return arrive(app, arrived, typed, writer).await,
        Entered::SecondStepAsked(half) => half,
    };
    let cookie = Cookie::Half.give(app.base(), &half);
    let wanted = own_path(typed.get("next"));
    if typed.get("held").is_empty() {
        let to = urls::with_next(urls::SECOND_STEP, &wanted);
        return Ok(HttpResponse::SeeOther().cookie(cookie).insert_header((LOCATION, to)).finish());
    }
    let waiting = blocking(app, move |app| entry::waits(app, half.as_str())).await?;
    Ok(asking(app, csrf, waiting, typed, HttpResponse::Ok().cookie(cookie)))
}

/// Gives somebody who is in their cookies, and leads them on: to what they typed before, to what they wanted, or to
/// what is asked of them.
async fn arrive(
    app: &web::Data<App>,
    arrived: Arrived,
    typed: &Typed,
    writer: Option<PersonId>,
) -> Result<HttpResponse, Error> {
    let Arrived { token, known, duty } = arrived;
    let (held, wanted) = (typed.get("held"), own_path(typed.get("next")));
    let mut response = match duty {
        Duty::None | Duty::By { .. } if !held.is_empty() => {
            came_back(app, &token, wanted, held, writer).await?
        }
        Duty::None => signed_in(app, &token, &wanted).await?,
        Duty::By { .. } | Duty::Now { .. } => {
            with_session(app, &token, &urls::with_next(urls::OWN_SECOND_STEP, &wanted))
        }
    };
    let base = app.base();
    let known = known.map(|known| Cookie::Known.keep(base, known.as_str(), KNOWN_LIVES));
    for cookie in known.into_iter().chain([Cookie::Half.take(base)]) {
        response.add_cookie(&cookie).map_err(|source| Error::Internal(Box::new(source)))?;
    }
    Ok(response)
}

/// A browser is known for so long after each sign-in.
const KNOWN_LIVES: Duration = Duration::days(365);

/// Whose session this browser had last: what was typed then is for nobody else. Asked before a sign-in ends it.
pub(super) async fn writer(request: &HttpRequest, app: &web::Data<App>) -> Result<Option<PersonId>, Error> {
    let before = Cookie::Staff.read(request).or_else(|| Cookie::Before.read(request));
    blocking(app, move |app| before.map_or(Ok(None), |token| session::whose(app, &token))).await
}

#[derive(Template)]
#[template(path = "access/second_step.html")]
struct SecondStepPage {
    shell: Shell,
    csrf: Csrf,
    problems: Vec<Problem>,
    code: Field,
    recovery: Field,
    passkeys: Offer,
    wanted: String,
    held: Option<String>,
}

impl SecondStepPage {
    fn new(app: &App, csrf: Csrf, wanted: String, problems: &[FieldProblem]) -> Self {
        let (found, empty) = (Found(problems), Typed::default());
        let mut shell = frame(app, "Enter the code from your app");
        let code = found
            .text(&empty, "code", "Six digits")
            .kind(Kind::Digits)
            .width(Width::Ten)
            .autocomplete("one-time-code");
        let recovery = found
            .text(&empty, "recovery", "Recovery code")
            .width(Width::Twenty)
            .hint("Ten letters and digits, like abcde-23456")
            .autocomplete("off");
        let problems: Vec<Problem> = [code.problem(), recovery.problem()].into_iter().flatten().collect();
        if !problems.is_empty() {
            shell.standing = Standing::Problem;
        }
        Self { shell, csrf, problems, code, recovery, passkeys: passkey::offer(app), wanted, held: None }
    }

    fn holding(mut self, held: &str) -> Self {
        self.held = Some(held).filter(|held| !held.is_empty()).map(str::to_owned);
        self
    }
}

/// The same for somebody whose second step is a passkey, which is both steps at once.
#[derive(Template)]
#[template(path = "access/show_passkey.html")]
struct ShowPasskeyPage {
    shell: Shell,
    csrf: Csrf,
    wanted: String,
    held: Option<String>,
}

/// The page that asks for what is waited for; the first page of a sign-in when that is over.
fn asking(
    app: &App,
    csrf: Csrf,
    waiting: Waiting,
    typed: &Typed,
    response: &mut HttpResponseBuilder,
) -> HttpResponse {
    let (wanted, held) = (own_path(typed.get("next")), typed.get("held"));
    match waiting {
        Waiting::ForACode => draw(response, &SecondStepPage::new(app, csrf, wanted, &[]).holding(held)),
        Waiting::ForAPasskey => {
            let shell = frame(app, "Show your passkey");
            let held = Some(held).filter(|held| !held.is_empty()).map(str::to_owned);
            draw(response, &ShowPasskeyPage { shell, csrf, wanted, held })
        }
        Waiting::Over => go(&urls::sign_in_then(&wanted)),
    }
}

/// The page that asks for the second step of somebody who has shown the first.
pub async fn second_step_page(
    request: HttpRequest,
    app: web::Data<App>,
    csrf: Csrf,
    wanted: web::Query<Wanted>,
) -> Result<HttpResponse, Trouble> {
    let half = Cookie::Half.read(&request).unwrap_or_default();
    let waiting = blocking(&app, move |app| entry::waits(app, &half)).await?;
    let typed = Typed::default().with("next", wanted.into_inner().next);
    Ok(asking(&app, csrf, waiting, &typed, &mut HttpResponse::Ok()))
}

/// Takes the second step.
pub async fn second_step(
    request: HttpRequest,
    app: web::Data<App>,
    doors: web::Data<Doors>,
    comes: Comes,
    csrf: Csrf,
    form: CheckedForm,
) -> Result<HttpResponse, Trouble> {
    let CheckedForm(typed) = form;
    let wanted = own_path(typed.get("next"));
    let proof = match typed.get("recovery") {
        "" => Proof::App(Secret::new(typed.get("code"))),
        code => Proof::Recovery(Secret::new(code)),
    };
    let with = SecondHalf {
        half: Token::given(Cookie::Half.read(&request).unwrap_or_default()),
        proof,
        previous: Cookie::Staff.read(&request).map(Token::given),
    };
    let writer = writer(&request, &app).await?;
    let problems = match blocking(&app, move |app| entry::finish(app, &doors, &comes.visitor, with)).await {
        Ok(arrived) => return Ok(arrive(&app, arrived, &typed, writer).await?),
        Err(Error::NotFound) => return Ok(go(&urls::sign_in_then(&wanted))),
        Err(Error::Invalid(problems)) => problems,
        Err(Error::TooMany(seconds)) => {
            vec![FieldProblem::new("code", FieldCode::TooManyCodes, too_many(seconds))]
        }
        Err(other) => return Err(other.into()),
    };
    let page = SecondStepPage::new(&app, csrf, wanted, &problems).holding(typed.get("held"));
    Ok(draw(&mut HttpResponse::build(StatusCode::UNPROCESSABLE_ENTITY), &page))
}

async fn signed_in(app: &web::Data<App>, token: &Token, wanted: &str) -> Result<HttpResponse, Error> {
    let given = token.clone();
    let founder = blocking(app, move |app| setup::founder_of_session(app, given.as_str())).await?;
    let to = if founder.is_some() { urls::SET_UP } else { wanted };
    Ok(with_session(app, token, to))
}

/// Goes on with what was typed before the session ended, if it was the same person: whoever else signs in on that
/// page begins at the beginning, and reads none of it.
async fn came_back(
    app: &web::Data<App>,
    token: &Token,
    wanted: String,
    held: &str,
    writer: Option<PersonId>,
) -> Result<HttpResponse, Error> {
    let given = token.clone();
    let present = blocking(app, move |app| session::whose(app, given.as_str())).await?;
    match (writer, present) {
        (Some(writer), Some(present)) if writer == present => Ok(go_on(app, token, wanted, held)),
        (Some(_) | None, Some(_) | None) => signed_in(app, token, urls::HOME).await,
    }
}

/// Shows what was typed before the session ended, with the new session.
fn go_on(app: &App, token: &Token, wanted: String, held: &str) -> HttpResponse {
    let mut response = HttpResponse::Ok();
    response.cookie(Cookie::Staff.give(app.base(), token)).cookie(Cookie::Visit.take(app.base()));
    draw(&mut response, &GoOnPage::new(app, Csrf::of_session(token), wanted, &Typed::read(held)))
}

/// Goes on with a new session.
pub(super) fn with_session(app: &App, token: &Token, to: &str) -> HttpResponse {
    HttpResponse::SeeOther()
        .cookie(Cookie::Staff.give(app.base(), token))
        .cookie(Cookie::Visit.take(app.base()))
        .insert_header((LOCATION, to.to_owned()))
        .finish()
}

/// Signs out: here, or with `where=everywhere` on every computer (S43).
pub async fn sign_out(
    request: HttpRequest,
    app: web::Data<App>,
    person: MaybeSignedIn,
    form: CheckedForm,
) -> Result<HttpResponse, Trouble> {
    let token = Cookie::Staff.read(&request);
    let ended = token.clone().map(Token::given);
    let everywhere = person.0.filter(|_| form.0.get("where") == "everywhere").map(|person| person.id);
    blocking(&app, move |app| match (everywhere, token) {
        (Some(person), _) => session::sign_out_everywhere(app, person),
        (None, Some(token)) => session::sign_out(app, &token),
        (None, None) => Ok(()),
    })
    .await?;
    let mut response = HttpResponse::SeeOther();
    if let Some(ended) = &ended {
        // A form that is open in another tab comes back to whoever wrote it.
        response.cookie(Cookie::Before.give(app.base(), ended));
    }
    Ok(response
        .cookie(Cookie::Staff.take(app.base()))
        // Whoever uses this computer next finds no page in it.
        .insert_header(("Clear-Site-Data", "\"cache\""))
        .insert_header((LOCATION, urls::SIGNED_OUT))
        .finish())
}

#[derive(Template)]
#[template(path = "access/signed_out.html")]
struct SignedOutPage {
    shell: Shell,
}

/// The page after signing out.
pub async fn signed_out(app: web::Data<App>) -> HttpResponse {
    draw(&mut HttpResponse::Ok(), &SignedOutPage { shell: frame(&app, "You are signed out") })
}

/// Goes to a page of ours.
pub(super) fn go(to: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((LOCATION, to.to_owned())).finish()
}

/// A path on this server, or the first page: nobody is sent on to another site from here.
pub(super) fn own_path(wanted: &str) -> String {
    let second = wanted.chars().nth(1);
    let own = wanted.starts_with('/')
        && second.is_none_or(|sign| sign != '/' && sign != '\\')
        && wanted.chars().all(|sign| sign.is_ascii_graphic());
    if own { wanted.to_owned() } else { urls::HOME.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_sent_on_to_another_site() {
        for own in ["/", "/cases?state=open", "/cases/HL-1"] {
            assert_eq!(own_path(own), own);
        }
        for other in
            ["", "//evil.example", "/\\evil.example", "https://evil.example", "cases", "/a\r\nX: y", "/\t/x"]
        {
            assert_eq!(own_path(other), "/", "{other}");
        }
    }
}
