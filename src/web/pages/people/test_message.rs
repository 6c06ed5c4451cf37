//! Sending oneself a test message, and seeing what became of it.

use std::time::Duration;

use actix_web::{HttpResponse, web};
use uuid::Uuid;

use crate::app::access::limit::Doors;
use crate::app::test_message::{self, Became};
use crate::app::{App, Mode};
use crate::domain::ids::MessageId;
use crate::urls;
use crate::web::csrf::{CheckedForm, Csrf};
use crate::web::extract::blocking;
use crate::web::page::Words;
use crate::web::pages::access::go;
use crate::web::pages::desk::frame;
use crate::web::pages::simple::{FormPage, SaidPage};
use crate::web::parts::Link;
use crate::web::trouble::{Trouble, draw};

use super::handle::LooksAfter;

/// How long the page waits for the worker, and how often it looks.
const LOOKS: u32 = 20;
const PAUSE: Duration = Duration::from_millis(200);

/// The page with the button.
pub async fn page(
    app: web::Data<App>,
    LooksAfter { person, .. }: LooksAfter,
    csrf: Csrf,
) -> Result<HttpResponse, Trouble> {
    let mut shell = frame(&app, &person.0, &csrf, "Send yourself a test message", urls::TEST_MESSAGE);
    shell.back = Some(urls::HOME.to_owned());
    let where_to = match app.mode() {
        Mode::Live => "It goes by your mail server, like every message to a family.",
        Mode::TestMail | Mode::Demo => {
            "No mail leaves at the moment: it goes into a folder, like every message."
        }
    };
    let page = FormPage::new(shell, csrf, urls::TEST_MESSAGE.to_owned(), Vec::new())
        .lead(&["We send one message to your own address, and show what your mail server says.", where_to])
        .button("Send a test message");
    Ok(draw(&mut HttpResponse::Ok(), &page))
}

/// Sends it.
pub async fn send(
    app: web::Data<App>,
    doors: web::Data<Doors>,
    LooksAfter { by, .. }: LooksAfter,
    _form: CheckedForm,
) -> Result<HttpResponse, Trouble> {
    let id = blocking(&app, move |app| test_message::send(app, &doors, &by)).await?;
    Ok(go(&urls::test_message(id)))
}

/// What became of it. The page waits a moment, because most servers answer within a second.
pub async fn result(
    app: web::Data<App>,
    LooksAfter { person, by }: LooksAfter,
    csrf: Csrf,
    id: web::Path<Uuid>,
) -> Result<HttpResponse, Trouble> {
    let id = MessageId(*id);
    let mut became = Became::OnItsWay;
    for _ in 0..LOOKS {
        let asked = by.clone();
        became = blocking(&app, move |app| test_message::look(app, &asked, id)).await?;
        if became != Became::OnItsWay {
            break;
        }
        actix_web::rt::time::sleep(PAUSE).await;
    }
    let mut shell = frame(&app, &person.0, &csrf, "Send yourself a test message", urls::TEST_MESSAGE);
    let (heading, text) = words(&became, app.mode());
    shell.heading = heading.into();
    let again = match became {
        Became::OnItsWay => Link::new("Look again", urls::test_message(id)),
        Became::Sent | Became::Later(_) | Became::Failed(_) => {
            Link::new("Send another test message", urls::TEST_MESSAGE)
        }
    };
    let page = SaidPage { shell, text, links: vec![again, Link::new("Go to the first page", urls::HOME)] };
    Ok(draw(&mut HttpResponse::Ok(), &page))
}

fn words(became: &Became, mode: Mode) -> (&'static str, Vec<Words>) {
    let said = |words: &str| vec![Words::from(format!("What the mail server said: {words}"))];
    match (became, mode) {
        (Became::Sent, Mode::Live) => (
            "The mail server took the message",
            vec!["Look into your inbox, and into the spam folder too. If it is in neither, ask whoever runs your mail.".into()],
        ),
        (Became::Sent, Mode::TestMail | Mode::Demo) => (
            "The message was written into its folder",
            vec!["No mail leaves until a mail server is entered in the configuration (docs/OPERATIONS.md).".into()],
        ),
        (Became::OnItsWay, _) => {
            ("The message is still on its way", vec!["The mail server takes its time. Look again in a minute.".into()])
        }
        (Became::Later(answer), _) => {
            let mut lines = said(answer);
            lines.push("We go on trying for 72 hours. Check the mail server’s name, port and password.".into());
            ("The message did not leave yet", lines)
        }
        (Became::Failed(answer), _) => {
            let mut lines = said(answer);
            lines.push("Until this works, families get no message. Check the settings of the mail server.".into());
            ("The mail server refused the message", lines)
        }
    }
}
