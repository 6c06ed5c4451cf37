//! One's own account: posts, password, sessions, tokens. And the two pages by which somebody without a password
//! comes in.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use chrono::TimeDelta;
use uuid::Uuid;

use crate::app::App;
use crate::app::access::limit::Doors;
use crate::app::access::password_link::{self, OwnChange, Owner};
use crate::app::access::second_step::{self, Asked, Holding};
use crate::app::access::session::{self, Open, Way, Whose};
use crate::app::access::staff::TRUST;
use crate::app::access::token::{self, NewToken, OwnToken, Scope};
use crate::app::error::{Error, FieldProblem};
use crate::app::people::Colleague;
use crate::app::schools;
use crate::domain::calendar::{local_date, local_time_words, short_date};
use crate::domain::person::Place;
use crate::domain::text::{EmailAddress, capital};
use crate::secret::Secret;
use crate::urls;
use crate::web::csrf::{CheckedForm, Csrf};
use crate::web::extract::{ClientAddress, SignedIn, blocking};
use crate::web::field::{Choices, Kind, Width};
use crate::web::limits::{Bucket, Limits};
use crate::web::page::{Notice, NoticeTone, Shell};
use crate::web::parts::Link;
use crate::web::problem::log_once;
use crate::web::session::Cookie;
use crate::web::trouble::{Trouble, draw};

use super::access::{frame as outside, go, with_session};
use super::desk::frame;
use super::simple::{FormPage, Found, Part, SaidPage};
use super::typed::Typed;

/// What a new password looks like, said before anybody has to guess.
const HOW: &str = "12 characters or more. Three or four words that belong to nobody else work well. Common passwords and names from \
    your school are not taken";

/// A token as its owner sees it.
struct TokenRow {
    made: String,
    may: String,
    ends: String,
    used: String,
    revoke: String,
}

/// A session as its owner sees it.
struct SessionRow {
    device: String,
    when: String,
    here: bool,
    end: String,
}

#[derive(Template)]
#[template(path = "account/account.html")]
struct AccountPage {
    shell: Shell,
    csrf: Csrf,
    name: String,
    email: String,
    posts: Vec<String>,
    sessions: Vec<SessionRow>,
    sign_ins: Vec<String>,
    second_step: &'static str,
    tokens: Vec<TokenRow>,
}

fn notice(request: &HttpRequest) -> Option<Notice> {
    let text = match Typed::read(request.query_string()).get("done") {
        "password" => "Your password was changed, and you were signed out everywhere else",
        "second-step-off" => "Your second step was turned off",
        "session-ended" => "That session was ended",
        "revoked" => "The token was revoked",
        _ => return None,
    };
    Some(Notice { tone: NoticeTone::Done, text: text.into(), detail: None, link: None })
}

/// One's own account.
pub async fn page(
    app: web::Data<App>,
    person: SignedIn,
    csrf: Csrf,
    request: HttpRequest,
) -> Result<HttpResponse, Trouble> {
    let (me, token) = (person.0.clone(), Cookie::Staff.read(&request).unwrap_or_default());
    let (email, posts, sessions, sign_ins, second_step, tokens) = blocking(&app, move |app| {
        Ok((
            password_link::own_address(app, me.id)?,
            own_posts(app, &me)?,
            session::list(app, me.id, &token)?,
            session::sign_ins(app, me.id)?,
            second_step::holding(app, me.id)?,
            token::own(app, me.id)?,
        ))
    })
    .await?;
    let mut shell = frame(&app, &person.0, &csrf, "My account", urls::ACCOUNT);
    shell.notice = notice(&request);
    let page = AccountPage {
        shell,
        csrf,
        name: person.0.name.clone(),
        email,
        posts,
        sessions: sessions.iter().map(session_row).collect(),
        sign_ins: sign_ins.iter().map(sign_in_words).collect(),
        second_step: match second_step {
            Holding { app: Asked::Yes, .. } => "On: Heard asks for a code from your app when you sign in.",
            Holding { app: Asked::No, passkeys: 1.. } => {
                "Your passkey is both steps at once. No codes are asked for."
            }
            Holding { app: Asked::No, .. } => "Off: your password alone lets you in.",
        },
        tokens: tokens.iter().map(token_row).collect(),
    };
    Ok(draw(&mut HttpResponse::Ok(), &page))
}

fn own_posts(app: &App, me: &Colleague) -> Result<Vec<String>, Error> {
    let worlds = schools::all(app)?;
    let today = local_date(app.now());
    let place = |place| match place {
        Place::Trust => "the trust".to_owned(),
        Place::School(id) => {
            let world = worlds.iter().find(|world| world.school.id == id);
            world.map_or_else(|| "a school".to_owned(), |world| world.school.name.clone())
        }
    };
    let words = |post: &crate::domain::person::Post| {
        let until = super::people::when(post, today);
        format!("{}, {} ({until})", capital(post.role.title()), place(post.place))
    };
    Ok(me.posts.iter().map(words).collect())
}

fn session_row(open: &Open) -> SessionRow {
    let (since, used) = (local_time_words(open.created_at), local_time_words(open.last_seen_at));
    SessionRow {
        device: capital(&open.device.to_string()),
        when: format!("Signed in {since}, last used {used}"),
        here: open.whose == Whose::ThisBrowser,
        end: urls::end_session(&open.name),
    }
}

/// "14 Sept 2026 at 9:30am, with a password and a code from your app, Firefox on Windows".
fn sign_in_words(signed_in: &session::SignedIn) -> String {
    let how = match signed_in.way {
        Way::Password => "with a password",
        Way::PasswordAndApp => "with a password and a code from your app",
        Way::PasswordAndRecovery => "with a password and a recovery code",
        Way::Mail => "by mail",
        Way::MailAndApp => "by mail and a code from your app",
        Way::MailAndRecovery => "by mail and a recovery code",
        Way::Provider => "with an account of a provider",
        Way::ProviderAndApp => "with an account of a provider and a code from your app",
        Way::ProviderAndRecovery => "with an account of a provider and a recovery code",
        Way::ProviderWithBoth => "with an account of a provider, which asked for a second step",
        Way::Passkey => "with a passkey",
        Way::Other => "after choosing a password",
    };
    format!("{}, {how}, {}", local_time_words(signed_in.at), signed_in.device)
}

/// Ends one session of one's own. Where it is this one, its owner signs in again.
pub async fn end_session(
    app: web::Data<App>,
    person: SignedIn,
    name: web::Path<String>,
    _form: CheckedForm,
) -> Result<HttpResponse, Trouble> {
    let (me, name) = (person.0.id, name.into_inner());
    blocking(&app, move |app| session::end_one(app, me, &name)).await?;
    Ok(go(&format!("{}?done=session-ended", urls::ACCOUNT)))
}

fn token_row(token: &OwnToken) -> TokenRow {
    let day = |at| short_date(local_date(at));
    let may: Vec<&str> = token.scopes.iter().map(|scope| scope.key()).collect();
    TokenRow {
        made: day(token.created_at),
        may: may.join(", "),
        ends: token.expires_at.map_or_else(|| "when it is revoked".to_owned(), day),
        used: token.last_used_at.map_or_else(|| "never".to_owned(), local_time_words),
        revoke: urls::revoke_token(token.id),
    }
}

/// The form to change one's password.
pub async fn password_page(
    app: web::Data<App>,
    person: SignedIn,
    csrf: Csrf,
) -> Result<HttpResponse, Trouble> {
    Ok(draw(&mut HttpResponse::Ok(), &own_password(&app, &person, csrf, &[])))
}

fn own_password(app: &App, person: &SignedIn, csrf: Csrf, problems: &[FieldProblem]) -> FormPage {
    let mut shell = frame(app, &person.0, &csrf, "Change your password", urls::OWN_PASSWORD);
    shell.back = Some(urls::ACCOUNT.to_owned());
    let (found, empty) = (Found(problems), Typed::default());
    let current = found
        .text(&empty, "current", "Your password until now")
        .kind(Kind::Password)
        .autocomplete("current-password");
    let parts = vec![Part::Password(current), Part::Password(new_password(found))];
    FormPage::new(shell, csrf, urls::OWN_PASSWORD.to_owned(), parts)
        .lead(&["You are signed out on every other computer when it changes."])
        .button("Change my password")
}

fn new_password(found: Found<'_>) -> crate::web::field::Field {
    found
        .text(&Typed::default(), "password", "Choose a password")
        .kind(Kind::Password)
        .hint(HOW)
        .autocomplete("new-password")
}

/// Changes one's password.
pub async fn change_password(
    app: web::Data<App>,
    doors: web::Data<Doors>,
    from: ClientAddress,
    person: SignedIn,
    csrf: Csrf,
    form: CheckedForm,
) -> Result<HttpResponse, Trouble> {
    let me = person.0.id;
    let change = OwnChange {
        current: Secret::new(form.0.exactly("current")),
        new: Secret::new(form.0.exactly("password")),
    };
    let changed =
        blocking(&app, move |app| password_link::change_own(app, &doors, from.network(), me, &change)).await;
    match changed {
        Ok(token) => Ok(with_session(&app, &token, &format!("{}?done=password", urls::ACCOUNT))),
        Err(Error::Invalid(problems)) => Ok(again(&own_password(&app, &person, csrf, &problems))),
        Err(other) => Err(other.into()),
    }
}

fn again(page: &FormPage) -> HttpResponse {
    draw(&mut HttpResponse::build(StatusCode::UNPROCESSABLE_ENTITY), page)
}

/// The form to make a token.
pub async fn token_page(app: web::Data<App>, person: SignedIn, csrf: Csrf) -> Result<HttpResponse, Trouble> {
    let schools = own_schools(&app, &person.0).await?;
    let typed = Typed::default().with("scopes", Scope::Read.key()).with("days", "90");
    Ok(draw(&mut HttpResponse::Ok(), &new_token(&app, &person, csrf, &typed, &[], &schools)))
}

/// Slug and name of the schools that somebody reaches.
async fn own_schools(app: &web::Data<App>, me: &Colleague) -> Result<Vec<(String, String)>, Error> {
    let me = me.clone();
    blocking(app, move |app| {
        let mine = me.schools(local_date(app.now()));
        let worlds = schools::all(app)?;
        let reached = worlds.iter().filter(|world| mine.contains(&world.school.id));
        Ok(reached.map(|world| (world.school.slug.clone(), world.school.name.clone())).collect())
    })
    .await
}

fn new_token(
    app: &App,
    person: &SignedIn,
    csrf: Csrf,
    typed: &Typed,
    problems: &[FieldProblem],
    schools: &[(String, String)],
) -> FormPage {
    let mut shell = frame(app, &person.0, &csrf, "Make a token", urls::NEW_TOKEN);
    shell.back = Some(urls::ACCOUNT.to_owned());
    let found = Found(problems);
    let chosen: Vec<&str> = typed.all("scopes").collect();
    let scopes = Choices::new("scopes", "What may the program do?")
        .option(Scope::Read.key(), "Read what you see")
        .option(Scope::Write.key(), "Log concerns and act on cases")
        .option(Scope::Settings.key(), "Look after people and settings, where you may")
        .chosen(&chosen)
        .error(found.at("scopes"));
    let mut school = Choices::new("school", "At which school?").option(TRUST, "Every school that you reach");
    for (slug, name) in schools {
        school = school.option(slug.clone(), name.clone());
    }
    let wanted = if typed.get("school").is_empty() { TRUST } else { typed.get("school") };
    let days = found
        .text(typed, "days", "After how many days does it end?")
        .kind(Kind::Digits)
        .width(Width::Four)
        .hint("1 to 366");
    let parts = vec![
        Part::Checks(scopes),
        Part::Radios(school.chosen(&[wanted]).error(found.at("school"))),
        Part::Text(days),
    ];
    FormPage::new(shell, csrf, urls::NEW_TOKEN.to_owned(), parts)
        .lead(&["Whoever has the token can do this in your name. We show it once."])
        .button("Make the token")
}

/// Makes a token, and shows it the one time.
pub async fn make_token(
    app: web::Data<App>,
    person: SignedIn,
    csrf: Csrf,
    form: CheckedForm,
) -> Result<HttpResponse, Trouble> {
    let (me, typed) = (person.0.id, form.0.clone());
    let made = blocking(&app, move |app| {
        let owner = EmailAddress::parse(&password_link::own_address(app, me)?)
            .map_err(|_| Error::fault("a stored address cannot be read"))?;
        token::create_own(app, me, token_form(&typed, owner))
    })
    .await;
    match made {
        Ok(made) => {
            let mut shell = frame(&app, &person.0, &csrf, "Your token", urls::NEW_TOKEN);
            shell.heading = "Copy your token now".into();
            let until = short_date(local_date(made.expires_at));
            let text = vec![
                "We cannot show it again. If it is lost, revoke it and make another.".into(),
                made.token.as_str().to_owned().into(),
                format!("It ends on {until}.").into(),
            ];
            let links = vec![Link::new("I have copied it: back to my account", urls::ACCOUNT)];
            Ok(draw(&mut HttpResponse::Ok(), &SaidPage { shell, text, links }))
        }
        Err(Error::Invalid(problems)) => {
            let at = |problem: FieldProblem| match problem.field.as_str() {
                "expires" => FieldProblem { field: "days".to_owned(), ..problem },
                _ => problem,
            };
            let problems: Vec<FieldProblem> = problems.into_iter().map(at).collect();
            let schools = own_schools(&app, &person.0).await?;
            Ok(again(&new_token(&app, &person, csrf, &form.0, &problems, &schools)))
        }
        Err(other) => Err(other.into()),
    }
}

fn token_form(typed: &Typed, owner: EmailAddress) -> NewToken {
    // What is no number is no number of days, and is told like one that is out of range.
    let days: i64 = typed.get("days").parse().unwrap_or_default();
    NewToken {
        owner,
        school: Some(typed.get("school"))
            .filter(|slug| *slug != TRUST && !slug.is_empty())
            .map(str::to_owned),
        scopes: typed.all("scopes").filter_map(Scope::from_key).collect(),
        lives: TimeDelta::try_days(days).unwrap_or_default(),
    }
}

/// Revokes a token of one's own.
pub async fn revoke_token(
    app: web::Data<App>,
    person: SignedIn,
    id: web::Path<Uuid>,
    _form: CheckedForm,
) -> Result<HttpResponse, Trouble> {
    let (me, id) = (person.0.id, *id);
    blocking(&app, move |app| token::revoke_own(app, me, id)).await?;
    Ok(go(&format!("{}?done=revoked", urls::ACCOUNT)))
}

/// The page for whoever forgot their password.
pub async fn forgotten_page(app: web::Data<App>, csrf: Csrf) -> HttpResponse {
    let mut shell = outside(&app, "Choose a new password");
    shell.back = Some(urls::SIGN_IN.to_owned());
    let email = Found(&[])
        .text(&Typed::default(), "email", "Your email address")
        .kind(Kind::Email)
        .autocomplete("username");
    let page = FormPage::new(shell, csrf, urls::FORGOTTEN_PASSWORD.to_owned(), vec![Part::Text(email)])
        .lead(&["We mail you a link, by which you choose a new password. It works for 7 days."])
        .button("Send me a link");
    draw(&mut HttpResponse::Ok(), &page)
}

/// Answers the same whether or not anybody has that address, and as quickly.
pub async fn forgotten(
    app: web::Data<App>,
    doors: web::Data<Doors>,
    limits: web::Data<Limits>,
    from: ClientAddress,
    form: CheckedForm,
) -> Result<HttpResponse, Trouble> {
    limits.take(Bucket::SignIn, from)?;
    let email = form.0.get("email").to_owned();
    let sender = app.clone();
    // After the answer: how long it takes to write a mail would tell whether there is anybody.
    actix_web::rt::spawn(async move {
        let sent = blocking(&sender, move |app| password_link::forgotten(app, &doors, &email)).await;
        if let Err(error) = sent {
            log_once(&error);
        }
    });
    let page = SaidPage {
        shell: outside(&app, "Look into your inbox"),
        text: vec![
            "If somebody with a post here has this address, a mail with a link is on its way.".into(),
            "If it does not come within a few minutes, look into the spam folder. Then ask your administrator.".into(),
        ],
        links: vec![Link::new("Back to sign in", urls::SIGN_IN)],
    };
    Ok(draw(&mut HttpResponse::Ok(), &page))
}

/// The page behind a mailed link. Looking at it uses nothing up (G27).
pub async fn choose_page(
    app: web::Data<App>,
    csrf: Csrf,
    link: web::Path<String>,
) -> Result<HttpResponse, Trouble> {
    let asked = link.clone();
    match blocking(&app, move |app| password_link::look(app, &asked)).await? {
        Some(owner) => Ok(draw(&mut HttpResponse::Ok(), &choosing(&app, csrf, &link, &owner, &[]))),
        None => Ok(over(&app)),
    }
}

fn choosing(app: &App, csrf: Csrf, link: &str, owner: &Owner, problems: &[FieldProblem]) -> FormPage {
    let shell = outside(app, "Choose your password");
    let parts = vec![Part::Password(new_password(Found(problems)))];
    FormPage::new(shell, csrf, urls::choose_password(link), parts)
        .about(format!("{}, {}", owner.name, owner.email))
        .lead(&["You sign in with your email address and this password."])
        .button("Set my password")
}

fn over(app: &App) -> HttpResponse {
    let page = SaidPage {
        shell: outside(app, "This link is over"),
        text: vec!["A link to choose a password works once, for 7 days.".into()],
        links: vec![
            Link::new("Send me another link", urls::FORGOTTEN_PASSWORD),
            Link::new("I have a password: sign in", urls::SIGN_IN),
        ],
    };
    draw(&mut HttpResponse::NotFound(), &page)
}

/// Sets the password that was chosen.
pub async fn choose(
    app: web::Data<App>,
    limits: web::Data<Limits>,
    from: ClientAddress,
    csrf: Csrf,
    link: web::Path<String>,
    form: CheckedForm,
) -> Result<HttpResponse, Trouble> {
    limits.take(Bucket::SignIn, from)?;
    let (asked, chosen) = (link.clone(), Secret::new(form.0.exactly("password")));
    match blocking(&app, move |app| password_link::choose(app, &asked, &chosen)).await {
        Ok(()) => {
            let page = SaidPage {
                shell: outside(&app, "Your password is set"),
                text: vec![
                    "Sign in with your email address and the password that you have just chosen.".into(),
                ],
                links: vec![Link::new("Sign in", urls::SIGN_IN)],
            };
            Ok(draw(&mut HttpResponse::Ok(), &page))
        }
        Err(Error::NotFound) => Ok(over(&app)),
        Err(Error::Invalid(problems)) => {
            let asked = link.clone();
            let owner = blocking(&app, move |app| password_link::look(app, &asked)).await?;
            Ok(owner
                .map_or_else(|| over(&app), |owner| again(&choosing(&app, csrf, &link, &owner, &problems))))
        }
        Err(other) => Err(other.into()),
    }
}
