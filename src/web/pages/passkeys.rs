//! Signing in with a passkey, adding one, removing one. A script hands the browser what we ask for, and puts its answer
//! into a form; everything else is as without one.

use actix_web::cookie::time::Duration;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use crate::app::App;
use crate::app::access::Token;
use crate::app::access::limit::Doors;
use crate::app::access::passkey::{self, Comer, Offer, Shown, Started, Why};
use crate::app::access::second_step::{self, Asked};
use crate::app::error::{Error, FieldCode, FieldProblem};
use crate::secret::Secret;
use crate::urls;
use crate::web::csrf::{CheckedForm, Csrf};
use crate::web::extract::{AtTheDoor, ClientAddress, Comes, SignedIn, blocking};
use crate::web::field::Kind;
use crate::web::limits::Limits;
use crate::web::page::{Shell, Words};
use crate::web::parts::Link;
use crate::web::session::Cookie;
use crate::web::trouble::{Trouble, draw};

use super::access::{computer, frame as outside, go, go_on_from, let_near, too_many, writer};
use super::second_step::shell;
use super::simple::{FormPage, Found, Part, SaidPage};
use super::typed::Typed;

/// How long a browser keeps what it shows when it answers.
const AWAY: Duration = Duration::minutes(10);

/// What a browser is asked for, when somebody wants to sign in.
pub async fn options(
    app: web::Data<App>,
    limits: web::Data<Limits>,
    comes: Comes,
    _form: CheckedForm,
) -> Result<HttpResponse, Trouble> {
    let_near(&limits, &comes)?;
    let Started { browser, options } = blocking(&app, passkey::begin_sign_in).await?;
    Ok(HttpResponse::Ok().cookie(Cookie::Passkey.keep(app.base(), browser.as_str(), AWAY)).json(options))
}

/// Signs in with what a device answered.
pub async fn sign_in(
    request: HttpRequest,
    app: web::Data<App>,
    limits: web::Data<Limits>,
    comes: Comes,
    csrf: Csrf,
    form: CheckedForm,
) -> Result<HttpResponse, Trouble> {
    let_near(&limits, &comes)?;
    let CheckedForm(typed) = form;
    let comer = Comer {
        visitor: comes.visitor,
        browser: Cookie::Passkey.read(&request).map(Token::given),
        computer: computer(&typed),
        previous: Cookie::Staff.read(&request).map(Token::given),
    };
    let (writer, answer) = (writer(&request, &app).await?, typed.exactly("answer").to_owned());
    let mut response = match blocking(&app, move |app| passkey::sign_in(app, comer, &answer)).await? {
        Ok(entered) => go_on_from(&app, csrf, entered, &typed, writer).await?,
        Err(why) => refused(outside(&app, heading(why)), why, way_back_in()),
    };
    response.add_cookie(&Cookie::Passkey.take(app.base())).map_err(no_header)?;
    Ok(response)
}

fn no_header<E>(_: E) -> Error {
    Error::fault("a cookie of ours is no header")
}

fn way_back_in() -> Vec<Link> {
    vec![
        Link::new("Sign in with your password, or try the passkey again", urls::SIGN_IN),
        Link::new("I forgot my password, or never chose one", urls::FORGOTTEN_PASSWORD),
    ]
}

fn refused(shell: Shell, why: Why, links: Vec<Link>) -> HttpResponse {
    let text = words(why).iter().map(|line| Words::from(*line)).collect();
    draw(&mut HttpResponse::build(StatusCode::UNPROCESSABLE_ENTITY), &SaidPage { shell, text, links })
}

fn heading(why: Why) -> &'static str {
    match why {
        Why::Over => "Begin again",
        Why::Unknown => "We do not know this passkey",
        Why::NotBelieved => "We could not make sure that it is you",
        Why::Copied => "This passkey may have been copied",
        Why::NoPost => "Your post here has ended",
    }
}

fn words(why: Why) -> &'static [&'static str] {
    match why {
        Why::Over => &[
            "This took longer than 10 minutes, was used before, or began in another browser. Nothing was changed.",
        ],
        Why::Unknown => &[
            "It was removed here, or it never belonged to anybody here.",
            "Sign in another way, and add a passkey under “My account”. Delete the old one from your device.",
        ],
        Why::NotBelieved => &[
            "The answer of your device does not fit what we asked for. Begin again, or sign in another way.",
        ],
        Why::Copied => &[
            "Your device says that it was used less often than we have seen. That happens when somebody has a copy of the passkey, so it lets nobody in.",
            "Sign in another way, remove the passkey under “My account”, and tell whoever looks after Heard at your school.",
        ],
        Why::NoPost => &["There is nothing to show. If that is wrong, ask your school’s administrator."],
    }
}

/// The form before a passkey is added: its name, and once more who it is.
pub async fn new_page(app: web::Data<App>, me: AtTheDoor, csrf: Csrf) -> Result<HttpResponse, Trouble> {
    let typed = Typed::default();
    Ok(draw(&mut HttpResponse::Ok(), &naming(&app, &me, csrf, &typed, &[]).await?))
}

async fn naming(
    app: &web::Data<App>,
    me: &AtTheDoor,
    csrf: Csrf,
    typed: &Typed,
    problems: &[FieldProblem],
) -> Result<FormPage, Error> {
    if passkey::offer(app) == Offer::Closed {
        return Err(Error::NotFound);
    }
    let person = me.person.id;
    let holding = blocking(app, move |app| second_step::holding(app, person)).await?;
    let mut shell = shell(app, me, &csrf, "Add a passkey");
    shell.back = Some(urls::OWN_SECOND_STEP.to_owned());
    let (found, empty) = (Found(problems), Typed::default());
    let name = found
        .text(typed, "name", "What do you call this device?")
        .hint("Such as “my phone” or “school laptop”, so that you know it again")
        .autocomplete("off");
    let proof = match holding.app {
        Asked::Yes => Part::Text(
            found
                .text(&empty, "code", "The six digits that your app shows")
                .kind(Kind::Digits)
                .autocomplete("one-time-code"),
        ),
        Asked::No => Part::Password(
            found
                .text(&empty, "current", "Your password")
                .kind(Kind::Password)
                .autocomplete("current-password"),
        ),
    };
    let parts = vec![Part::Text(name), proof];
    Ok(FormPage::new(shell, csrf, urls::NEW_PASSKEY.to_owned(), parts).lead(&[
        "A passkey lets you in by itself: with your finger, your face or the code of your device. Add it on a device that is yours alone.",
    ]))
}

#[derive(Template)]
#[template(path = "account/make_passkey.html")]
struct MakePage {
    shell: Shell,
    csrf: Csrf,
    /// What the script hands to the browser.
    options: String,
}

/// Begins to add one: the page on which the browser asks.
pub async fn begin(
    app: web::Data<App>,
    doors: web::Data<Doors>,
    from: ClientAddress,
    me: AtTheDoor,
    csrf: Csrf,
    form: CheckedForm,
) -> Result<HttpResponse, Trouble> {
    let CheckedForm(typed) = form;
    let shown = match typed.get("code") {
        "" => Shown::Password(Secret::new(typed.exactly("current"))),
        code => Shown::Code(Secret::new(code)),
    };
    let (person, name) = (me.person.clone(), typed.get("name").to_owned());
    let begun =
        blocking(&app, move |app| passkey::begin(app, &doors, from.network(), &person, (&name, &shown)));
    let problems = match begun.await {
        Ok(Started { browser, options }) => {
            let mut shell = shell(&app, &me, &csrf, "Make the passkey");
            shell.back = Some(urls::NEW_PASSKEY.to_owned());
            let page = MakePage { shell, csrf, options: options.to_string() };
            let cookie = Cookie::Passkey.keep(app.base(), browser.as_str(), AWAY);
            return Ok(draw(HttpResponse::Ok().cookie(cookie), &page));
        }
        Err(Error::Invalid(problems)) => problems,
        Err(Error::TooMany(seconds)) => {
            let field = if typed.get("code").is_empty() { "current" } else { "code" };
            vec![FieldProblem::new(field, FieldCode::TooManyCodes, too_many(seconds))]
        }
        Err(other) => return Err(other.into()),
    };
    let page = naming(&app, &me, csrf, &typed, &problems).await?;
    Ok(draw(&mut HttpResponse::build(StatusCode::UNPROCESSABLE_ENTITY), &page))
}

/// Keeps the passkey that a device made.
pub async fn finish(
    request: HttpRequest,
    app: web::Data<App>,
    me: AtTheDoor,
    csrf: Csrf,
    form: CheckedForm,
) -> Result<HttpResponse, Trouble> {
    let (person, answer) = (me.person.clone(), form.0.exactly("answer").to_owned());
    let session = Token::given(Cookie::Staff.read(&request).unwrap_or_default());
    let browser = Cookie::Passkey.read(&request).map(Token::given);
    let added = blocking(&app, move |app| passkey::finish(app, &person, &session, browser, &answer)).await?;
    let mut response = match added {
        Ok(()) => go(&format!("{}?done=passkey", urls::WAYS_IN)),
        Err(why) => {
            let shell = shell(&app, &me, &csrf, "The passkey was not added");
            refused(shell, why, vec![Link::new("Add a passkey", urls::NEW_PASSKEY)])
        }
    };
    response.add_cookie(&Cookie::Passkey.take(app.base())).map_err(no_header)?;
    Ok(response)
}

/// Removes one's own passkey.
pub async fn remove(
    app: web::Data<App>,
    person: SignedIn,
    id: web::Path<String>,
    _form: CheckedForm,
) -> Result<HttpResponse, Trouble> {
    let (me, id) = (person.0, id.into_inner());
    blocking(&app, move |app| passkey::remove(app, &me, &id)).await?;
    Ok(go(&format!("{}?done=passkey-removed", urls::WAYS_IN)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// P11, P40: what happened and the way on, without blame.
    #[test]
    fn each_reason_is_told_in_plain_words() {
        for why in [Why::Over, Why::Unknown, Why::NotBelieved, Why::Copied, Why::NoPost] {
            let all = format!("{} {}", heading(why), words(why).join(" ")).to_lowercase();
            for word in
                ["please", "sorry", "invalid", "oops", "forbidden", "error", "credential", "challenge"]
            {
                assert!(!all.contains(word), "{word}: {all}");
            }
            assert!(!words(why).is_empty());
        }
    }
}
