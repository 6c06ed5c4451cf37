//! The page on which somebody says whether they agree that another raises it for them or for their child (R10). It shows
//! who does, and at which school: nothing of what they wrote.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use crate::app::App;
use crate::app::access::consent::{self, Behind, Question};
use crate::app::error::Error;
use crate::domain::calendar::long_date;
use crate::domain::case::vocabulary::{AgreesFor, ConsentAnswer};
use crate::urls;
use crate::web::extract::ClientAddress;
use crate::web::field::{Choices, LabelSize, Problem};
use crate::web::limits::{Bucket, Limits};
use crate::web::page::Shell;
use crate::web::pages::family::{Face, standing};
use crate::web::pages::serve::{Trouble, Visit, blocking, posted, school};
use crate::web::table::{Table, get, post};

use super::entry::bare;

type Handled = Result<HttpResponse, Trouble>;

/// Below [`urls::CONSENT`].
pub fn routes(table: &mut Table<'_>) {
    table.route("/{token}", get().to(page)).route("/{token}", post().to(take));
}

/// The question.
#[derive(Template)]
#[template(path = "mine/consent.html")]
pub struct ConsentPage {
    shell: Shell,
    lead: Vec<String>,
    yes: String,
    no: String,
    answer: Choices,
    problems: Vec<Problem>,
    action: String,
    csrf: String,
}

impl ConsentPage {
    /// The page, with what is to be put right.
    pub fn new(token: &str, face: &Face, question: &Question, problems: Vec<Problem>, csrf: &str) -> Self {
        let action = urls::consent_link(token);
        let mut shell = face.shell("Do you agree?", action.clone());
        shell.standing = standing(&problems);
        let who = &question.who;
        let whom = match (question.agrees_for, &question.child) {
            (AgreesFor::Themselves, _) => "you".to_owned(),
            (AgreesFor::Child, Some(child)) => format!("your child, {child}"),
            (AgreesFor::Child, None) => "your child".to_owned(),
        };
        let short = match question.agrees_for {
            AgreesFor::Themselves => "you",
            AgreesFor::Child => "your child",
        };
        let by = question.by.map(|on| format!("Answer by {}.", long_date(on)));
        let answer = Choices::new("answer", "Do you agree?")
            .label_size(LabelSize::Medium)
            .option(ConsentAnswer::Agree.key(), ConsentAnswer::Agree.title())
            .option(ConsentAnswer::Refuse.key(), ConsentAnswer::Refuse.title())
            .error(problems.first().map(|problem| problem.text.clone()));
        Self {
            shell,
            lead: [
                Some(format!("{}, {who} has raised something with {} for {whom}.", question.name, face.name)),
                Some(format!("Until you agree, the school tells {who} nothing about {short}.")),
                by,
            ]
            .into_iter()
            .flatten()
            .collect(),
            yes: format!(
                "The school deals with it, and tells {who} what it found. That can include things about {short}."
            ),
            no: format!(
                "The school tells {who} nothing about {short}. You can talk to the school yourself at any time, about anything."
            ),
            answer,
            problems,
            action,
            csrf: csrf.to_owned(),
        }
    }
}

/// After the answer, and where nobody is asked any more.
#[derive(Template)]
#[template(path = "mine/consent_over.html")]
pub struct ConsentOverPage {
    shell: Shell,
    text: Vec<String>,
}

impl ConsentOverPage {
    /// What they answered.
    pub fn answered(token: &str, face: &Face, answer: ConsentAnswer, on: &str) -> Self {
        let said = match answer {
            ConsentAnswer::Agree => "You said that you agree",
            ConsentAnswer::Refuse => "You said that you do not agree",
        };
        Self {
            shell: face.shell("Thank you for your answer", urls::consent_link(token)),
            text: vec![
                format!("{said}, on {on}. We have told the person who deals with it."),
                "You do not need to do anything else. We send you a message that says what you answered."
                    .to_owned(),
                format!("If you want to change it, ring the school on {}.", face.phone),
            ],
        }
    }

    /// The same of a link that is over, that was called back, and that never was one.
    pub fn over(token: &str) -> Self {
        Self {
            shell: bare("There is nothing to answer here", &urls::consent_link(token)),
            text: vec![
                "Your answer is not needed any more, or the link is not whole. If you pasted it, check that you have all \
                 of it."
                    .to_owned(),
                "If you want to tell the school something, ring it. Its number is in our message.".to_owned(),
            ],
        }
    }
}

async fn page(
    app: web::Data<App>,
    limits: web::Data<Limits>,
    from: ClientAddress,
    request: HttpRequest,
    token: web::Path<String>,
) -> Handled {
    limits.take(Bucket::SignIn, from)?;
    let visit = Visit::of(&request, &app);
    let given = token.clone();
    let behind = blocking(&app, move |app| consent::look(app, &given)).await?;
    show(&app, &visit, &token, behind).await
}

async fn show(app: &App, visit: &Visit, token: &str, behind: Behind) -> Handled {
    match behind {
        Behind::Asked(question) => {
            let (_, face) = school(app, &question.school).await?;
            visit.page(app, &ConsentPage::new(token, &face, &question, Vec::new(), &visit.csrf()))
        }
        Behind::Answered { school: slug, answer, on } => {
            let (_, face) = school(app, &slug).await?;
            visit.page(app, &ConsentOverPage::answered(token, &face, answer, &long_date(on)))
        }
        Behind::Over => visit.page(app, &ConsentOverPage::over(token)),
    }
}

async fn take(
    app: web::Data<App>,
    limits: web::Data<Limits>,
    from: ClientAddress,
    request: HttpRequest,
    token: web::Path<String>,
    body: Result<web::Bytes, actix_web::Error>,
) -> Handled {
    limits.take(Bucket::SignIn, from)?;
    let visit = Visit::of(&request, &app);
    let typed = posted(&visit, body)?;
    let given = token.clone();
    let Some(answer) = ConsentAnswer::from_key(typed.get("answer")) else {
        let behind = blocking(&app, move |app| consent::look(app, &given)).await?;
        let Behind::Asked(question) = behind else { return show(&app, &visit, &token, behind).await };
        let (_, face) = school(&app, &question.school).await?;
        let problem = Problem { field: "answer".into(), text: "Choose yes or no".into() };
        return visit.again(&app, &ConsentPage::new(&token, &face, &question, vec![problem], &visit.csrf()));
    };
    match blocking(&app, move |app| consent::answer(app, &given, answer)).await {
        Ok(behind) => show(&app, &visit, &token, behind).await,
        Err(Error::NotFound) => show(&app, &visit, &token, Behind::Over).await,
        Err(error) => Err(error.into()),
    }
}
