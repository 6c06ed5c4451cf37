//! Signing in by mail: asking for the message, the button behind its link, and its code in any other browser.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};

use crate::app::App;
use crate::app::access::Token;
use crate::app::access::limit::Doors;
use crate::app::access::mailed::{self, Place};
use crate::app::error::{Error, FieldCode, FieldProblem};
use crate::urls;
use crate::web::csrf::{CheckedForm, Csrf};
use crate::web::extract::{ClientAddress, Comes, blocking};
use crate::web::field::{Choices, Kind, Stand, Width};
use crate::web::limits::{Bucket, Limits};
use crate::web::parts::Link;
use crate::web::problem::log_once;
use crate::web::session::Cookie;
use crate::web::trouble::{Trouble, draw};

use super::access::{computer, frame, go_on_from, let_near, too_many};
use super::simple::{FormPage, Found, Part, SaidPage};
use super::typed::Typed;

/// The page on which the message is asked for.
pub async fn ask_page(app: web::Data<App>, csrf: Csrf) -> HttpResponse {
    let mut shell = frame(&app, "Sign in by mail");
    shell.back = Some(urls::SIGN_IN.to_owned());
    let email = Found(&[])
        .text(&Typed::default(), "email", "Your email address")
        .kind(Kind::Email)
        .autocomplete("username");
    let page = FormPage::new(shell, csrf, urls::SIGN_IN_MAIL.to_owned(), vec![Part::Text(email)])
        .lead(&["For clerks, governors, trustees and panel members, who come seldom. We mail you a link and a code."])
        .button("Send me the message");
    draw(&mut HttpResponse::Ok(), &page)
}

/// Mails it. The answer is the same whoever asks, and does not wait for the mail.
pub async fn ask(
    app: web::Data<App>,
    doors: web::Data<Doors>,
    limits: web::Data<Limits>,
    from: ClientAddress,
    csrf: Csrf,
    form: CheckedForm,
) -> Result<HttpResponse, Trouble> {
    limits.take(Bucket::SignIn, from)?;
    let email = form.0.get("email").to_owned();
    let (sender, asked) = (app.clone(), email.clone());
    // What it takes to write a mail would tell whether there is anybody.
    actix_web::rt::spawn(async move {
        if let Err(error) = blocking(&sender, move |app| mailed::ask(app, &doors, &asked)).await {
            log_once(&error);
        }
    });
    let page = code_form(&app, csrf, &Typed::default().with("email", email), &[]).lead(&[
        "If somebody with this address may sign in by mail, a message is on its way. Open its link, or type its code here.",
        "It works for 10 minutes. If it does not come, look into the spam folder, or sign in with your password.",
    ]);
    Ok(draw(&mut HttpResponse::Ok(), &page))
}

fn code_form(app: &App, csrf: Csrf, typed: &Typed, problems: &[FieldProblem]) -> FormPage {
    let mut shell = frame(app, "Type the code of the message");
    shell.back = Some(urls::SIGN_IN_MAIL.to_owned());
    let found = Found(problems);
    let email = found.text(typed, "email", "Your email address").kind(Kind::Email).autocomplete("username");
    let code = found
        .text(&Typed::default(), "code", "The six digits")
        .kind(Kind::Digits)
        .width(Width::Ten)
        .autocomplete("one-time-code");
    let parts = vec![Part::Text(email), Part::Text(code), Part::Checks(shared(typed))];
    FormPage::new(shell, csrf, urls::SIGN_IN_CODE.to_owned(), parts).button("Sign in")
}

fn shared(typed: &Typed) -> Choices {
    Choices::new("computer", "Is this a shared computer?")
        .hint("A shared computer signs you out after 10 minutes without use. Your own takes an hour.")
        .option("shared", "Yes, others use it too")
        .chosen(&[typed.get("computer")])
        .stand(Stand::Small)
        .optional()
}

/// The page for the code, in any browser.
pub async fn code_page(app: web::Data<App>, csrf: Csrf) -> HttpResponse {
    draw(&mut HttpResponse::Ok(), &code_form(&app, csrf, &Typed::default(), &[]))
}

fn place(request: &HttpRequest, typed: &Typed) -> Place {
    Place { computer: computer(typed), previous: Cookie::Staff.read(request).map(Token::given) }
}

/// Signs in with the code.
pub async fn code(
    request: HttpRequest,
    app: web::Data<App>,
    doors: web::Data<Doors>,
    limits: web::Data<Limits>,
    comes: Comes,
    csrf: Csrf,
    form: CheckedForm,
) -> Result<HttpResponse, Trouble> {
    let CheckedForm(typed) = form;
    let (at, given) = (place(&request, &typed), typed.clone());
    let entered = match let_near(&limits, &comes) {
        Ok(()) => {
            blocking(&app, move |app| {
                let (email, code) = (given.get("email"), given.get("code"));
                mailed::by_code(app, &doors, &comes.visitor, (email, code), at)
            })
            .await
        }
        Err(too_many) => Err(too_many),
    };
    let problems = match entered {
        Ok(entered) => return Ok(go_on_from(&app, csrf, entered, &typed, None).await?),
        Err(Error::Invalid(problems)) => problems,
        Err(Error::TooMany(seconds)) => {
            vec![FieldProblem::new("code", FieldCode::TooManyCodes, too_many(seconds))]
        }
        Err(other) => return Err(other.into()),
    };
    let page = code_form(&app, csrf, &typed, &problems);
    Ok(draw(&mut HttpResponse::build(StatusCode::UNPROCESSABLE_ENTITY), &page))
}

/// The page behind the link. Looking at it uses nothing up (G27).
pub async fn link_page(
    app: web::Data<App>,
    csrf: Csrf,
    link: web::Path<String>,
) -> Result<HttpResponse, Trouble> {
    let asked = link.clone();
    match blocking(&app, move |app| mailed::look(app, &asked)).await? {
        None => Ok(over(&app)),
        Some(name) => {
            let parts = vec![Part::Checks(shared(&Typed::default()))];
            let page = FormPage::new(frame(&app, "Sign in to Heard"), csrf, urls::sign_in_link(&link), parts)
                .about(name)
                .lead(&["Press the button to sign in. The link works once."])
                .button("Sign in");
            Ok(draw(&mut HttpResponse::Ok(), &page))
        }
    }
}

fn over(app: &App) -> HttpResponse {
    let page = SaidPage {
        shell: frame(app, "This link is over"),
        text: vec!["A link to sign in works once, for 10 minutes.".into()],
        links: vec![
            Link::new("Send me another message", urls::SIGN_IN_MAIL),
            Link::new("Sign in with a password", urls::SIGN_IN),
        ],
    };
    draw(&mut HttpResponse::NotFound(), &page)
}

/// Signs in with the link.
pub async fn link(
    request: HttpRequest,
    app: web::Data<App>,
    comes: Comes,
    csrf: Csrf,
    link: web::Path<String>,
    form: CheckedForm,
) -> Result<HttpResponse, Trouble> {
    let CheckedForm(typed) = form;
    let at = place(&request, &typed);
    match blocking(&app, move |app| mailed::by_link(app, &comes.visitor, &link, at)).await {
        Ok(entered) => Ok(go_on_from(&app, csrf, entered, &typed, None).await?),
        Err(Error::NotFound) => Ok(over(&app)),
        Err(other) => Err(other.into()),
    }
}
