//! Signing in with an account of a provider, and the page on which somebody looks after their ways in.

use actix_web::cookie::time::Duration;
use actix_web::http::StatusCode;
use actix_web::http::header::{LOCATION, REFRESH};
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::app::App;
use crate::app::access::Token;
use crate::app::access::passkey::{self, Offer};
use crate::app::access::provider::{self, Answer, Came, Comer, OwnProvider, Purpose, Started, Why};
use crate::app::error::Error;
use crate::domain::calendar::{local_date, short_date};
use crate::urls;
use crate::web::csrf::{CheckedForm, Csrf};
use crate::web::extract::{ClientAddress, Comes, MaybeSignedIn, SignedIn, blocking};
use crate::web::limits::{Bucket, Limits};
use crate::web::page::{Notice, NoticeTone, Shell, Words};
use crate::web::parts::Link;
use crate::web::session::Cookie;
use crate::web::trouble::{Trouble, draw};

use super::access::{frame as outside, go, go_on_from, let_near, own_path};
use super::desk::frame;
use super::simple::SaidPage;
use super::typed::Typed;

/// How long a browser keeps what it shows when it comes back.
const AWAY: Duration = Duration::minutes(10);

/// Where somebody wants to go afterwards.
#[derive(Debug, Deserialize)]
pub struct Wanted {
    #[serde(default)]
    next: String,
}

/// The links of the sign-in page, one for each provider.
pub(super) fn links(app: &App, wanted: &str) -> Vec<Link> {
    let link = |(key, name): (&str, &str)| {
        Link::new(format!("Sign in with {name}"), urls::sign_in_with_then(key, wanted))
    };
    app.providers().named().map(link).collect()
}

fn name_of(app: &App, key: &str) -> String {
    let name = app.providers().named().find(|(own, _)| *own == key).map(|(_, name)| name.to_owned());
    name.unwrap_or_default()
}

/// Sends the browser to the provider.
pub async fn set_out(
    app: web::Data<App>,
    limits: web::Data<Limits>,
    from: ClientAddress,
    key: web::Path<String>,
    wanted: web::Query<Wanted>,
) -> Result<HttpResponse, Trouble> {
    limits.take(Bucket::SignIn, from)?;
    let (asked, next) = (key.clone(), own_path(&wanted.next));
    match blocking(&app, move |app| provider::begin(app, &asked, Purpose::SignIn { next })).await? {
        Ok(Started { browser, to }) => Ok(HttpResponse::SeeOther()
            .cookie(Cookie::Away.keep(app.base(), browser.as_str(), AWAY))
            .insert_header((LOCATION, to.to_string()))
            .finish()),
        Err(why) => Ok(refused(&app, &key, why)),
    }
}

/// The browser comes back from the provider.
pub async fn come_back(
    request: HttpRequest,
    app: web::Data<App>,
    limits: web::Data<Limits>,
    comes: Comes,
    (csrf, person): (Csrf, MaybeSignedIn),
    key: web::Path<String>,
    answer: web::Query<Answer>,
) -> Result<HttpResponse, Trouble> {
    let_near(&limits, &comes)?;
    let comer = Comer {
        visitor: comes.visitor,
        browser: Cookie::Away.read(&request).map(Token::given),
        person: person.0.map(|person| person.id),
        previous: Cookie::Staff.read(&request).map(Token::given),
    };
    let (asked, answer) = (key.clone(), answer.into_inner());
    let came = blocking(&app, move |app| provider::finish(app, &asked, comer, answer)).await?;
    let mut response = match came {
        Ok(Came::In { entered, next }) => {
            go_on_from(&app, csrf, entered, &Typed::default().with("next", next), None).await?
        }
        Ok(Came::Connected) => go(&format!("{}?done=connected", urls::WAYS_IN)),
        Err(why) => refused(&app, &key, why),
    };
    let taken = response.add_cookie(&Cookie::Away.take(app.base()));
    taken.map_err(|_| Error::fault("a cookie of ours is no header"))?;
    Ok(response)
}

fn refused(app: &App, key: &str, why: Why) -> HttpResponse {
    let (heading, text) = words(why, &name_of(app, key));
    let status = match why {
        Why::Unreachable => StatusCode::SERVICE_UNAVAILABLE,
        Why::Over
        | Why::Declined
        | Why::NotBelieved
        | Why::Unknown
        | Why::NoPost
        | Why::AnotherAccount
        | Why::OfSomebodyElse => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let page = SaidPage {
        shell: outside(app, heading),
        text: text.into_iter().map(Words::from).collect(),
        links: vec![
            Link::new("Sign in with your password", urls::SIGN_IN),
            Link::new("I forgot my password, or never chose one", urls::FORGOTTEN_PASSWORD),
        ],
    };
    draw(&mut HttpResponse::build(status), &page)
}

/// Heading and text for each reason.
fn words(why: Why, name: &str) -> (String, Vec<String>) {
    let page = |heading: String, text: &[&str]| {
        (heading, text.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>())
    };
    match why {
        Why::Over => page(
            "Begin again".to_owned(),
            &[
                "This sign-in took longer than 10 minutes, was used before, or began in another browser. Nothing was changed.",
            ],
        ),
        Why::Declined => page(
            format!("You did not sign in with {name}"),
            &["It was broken off there. Nothing was changed."],
        ),
        Why::Unreachable => page(
            format!("{name} does not answer at the moment"),
            &[
                "Use your email address and password here. You can choose a password by a mailed link if you have none.",
            ],
        ),
        Why::NotBelieved => page(
            "We could not make sure that it is you".to_owned(),
            &["The answer that came back does not fit what we asked for. Begin again, or use your password."],
        ),
        Why::Unknown => page(
            "We do not know this account".to_owned(),
            &[
                "Nobody with a post here has the address of this account, or it was not proved to be theirs.",
                "If you have a password here, sign in with it and connect the account under “My account”. If not, ask your administrator which address they have for you.",
            ],
        ),
        Why::NoPost => page(
            "Your post here has ended".to_owned(),
            &["There is nothing to show. If that is wrong, ask your school’s administrator."],
        ),
        Why::AnotherAccount => page(
            format!("You are connected with another {name} account"),
            &[
                "Sign in with that one. Or sign in with your password, and connect this one under “My account”.",
            ],
        ),
        Why::OfSomebodyElse => page(
            "This account signs in somebody else".to_owned(),
            &["It is connected with another person here. Nothing was changed."],
        ),
    }
}

/// A provider on the page of the ways in.
struct Row {
    name: String,
    /// The account there, in words; nothing where none is connected.
    account: Option<String>,
    /// Where the one thing to do about it is sent.
    action: String,
}

#[derive(Template)]
#[template(path = "account/ways_in.html")]
struct WaysInPage {
    shell: Shell,
    csrf: Csrf,
    passkeys: Offer,
    own: Vec<OwnPasskey>,
    rows: Vec<Row>,
}

/// A passkey on the page of the ways in.
struct OwnPasskey {
    name: String,
    when: String,
    remove: String,
}

fn own_passkey(own: passkey::Own) -> OwnPasskey {
    let day = |at| short_date(local_date(at));
    let used =
        own.last_used_at.map_or_else(|| "not used yet".to_owned(), |at| format!("last used {}", day(at)));
    OwnPasskey {
        when: format!("Added {}, {used}", day(own.created_at)),
        remove: urls::remove_passkey(&own.id),
        name: own.name,
    }
}

fn row(own: OwnProvider) -> Row {
    let words = own.account.as_ref().map(|account| {
        let day = short_date(local_date(account.connected_at));
        if account.email.is_empty() {
            format!("connected on {day}")
        } else {
            format!("{}, connected on {day}", account.email)
        }
    });
    let action =
        if words.is_some() { urls::disconnect_provider(&own.key) } else { urls::connect_provider(&own.key) };
    Row { name: own.name, account: words, action }
}

/// One's own ways in beside the password.
pub async fn ways_in(
    app: web::Data<App>,
    person: SignedIn,
    csrf: Csrf,
    request: HttpRequest,
) -> Result<HttpResponse, Trouble> {
    let me = person.0.id;
    let (rows, own) =
        blocking(&app, move |app| Ok((provider::own(app, me)?, passkey::own(app, me)?))).await?;
    let mut shell = frame(&app, &person.0, &csrf, "Ways to sign in", urls::WAYS_IN);
    shell.back = Some(urls::ACCOUNT.to_owned());
    let text = match Typed::read(request.query_string()).get("done") {
        "connected" => Some("Your account is connected: you can sign in with it"),
        "passkey" => Some("Your passkey is there: you can sign in with it"),
        "passkey-removed" => Some("That passkey was removed: it no longer lets anybody in"),
        "disconnected" => Some("Your account is disconnected: it no longer lets anybody in"),
        _ => None,
    };
    shell.notice =
        text.map(|text| Notice { tone: NoticeTone::Done, text: text.into(), detail: None, link: None });
    let page = WaysInPage {
        shell,
        csrf,
        passkeys: passkey::offer(&app),
        own: own.into_iter().map(own_passkey).collect(),
        rows: rows.into_iter().map(row).collect(),
    };
    Ok(draw(&mut HttpResponse::Ok(), &page))
}

/// Sends somebody who is signed in to the provider whose account they want to connect. A form may lead to no other host,
/// so a page stands in between, which goes on by itself.
pub async fn connect(
    app: web::Data<App>,
    limits: web::Data<Limits>,
    from: ClientAddress,
    person: SignedIn,
    csrf: Csrf,
    key: web::Path<String>,
    _form: CheckedForm,
) -> Result<HttpResponse, Trouble> {
    limits.take(Bucket::SignIn, from)?;
    let (asked, me) = (key.clone(), person.0.id);
    let purpose = Purpose::Connect { person: me };
    let Started { browser, to } =
        match blocking(&app, move |app| provider::begin(app, &asked, purpose)).await? {
            Ok(started) => started,
            Err(why) => return Ok(refused(&app, &key, why)),
        };
    let name = name_of(&app, &key);
    let mut shell = frame(&app, &person.0, &csrf, "Ways to sign in", urls::WAYS_IN);
    shell.heading = format!("Go on to {name}").into();
    shell.back = Some(urls::WAYS_IN.to_owned());
    let page = SaidPage {
        shell,
        text: vec![
            format!("Sign in there with the account that you want to use here. {name} then brings you back.")
                .into(),
        ],
        links: vec![Link::new(format!("Go on to {name}"), to.to_string())],
    };
    let mut response = HttpResponse::Ok();
    response.cookie(Cookie::Away.keep(app.base(), browser.as_str(), AWAY));
    Ok(draw(response.insert_header((REFRESH, format!("0; url={to}"))), &page))
}

/// Disconnects one's own account.
pub async fn disconnect(
    app: web::Data<App>,
    person: SignedIn,
    key: web::Path<String>,
    _form: CheckedForm,
) -> Result<HttpResponse, Trouble> {
    let (key, me) = (key.into_inner(), person.0.id);
    blocking(&app, move |app| provider::disconnect(app, &key, me)).await?;
    Ok(go(&format!("{}?done=disconnected", urls::WAYS_IN)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// P11, P40: what happened and the way on, without blame.
    #[test]
    fn each_reason_is_told_in_plain_words() {
        for why in [
            Why::Over,
            Why::Declined,
            Why::Unreachable,
            Why::NotBelieved,
            Why::Unknown,
            Why::NoPost,
            Why::AnotherAccount,
            Why::OfSomebodyElse,
        ] {
            let (heading, text) = words(why, "Microsoft");
            let all = format!("{heading} {}", text.join(" ")).to_lowercase();
            for word in ["please", "sorry", "invalid", "oops", "forbidden", "error", "token"] {
                assert!(!all.contains(word), "{word}: {all}");
            }
            assert!(!text.is_empty());
        }
    }
}
