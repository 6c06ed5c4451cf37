//! The first start: the administrator, then trust, school, procedure and calendar, a question a page.

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::{FromRequest, HttpRequest, HttpResponse, web};
use askama::Template;
use futures_util::future::LocalBoxFuture;

use crate::app::App;
use crate::app::access::setup::{self, Answers, FounderForm, SetupLink, TERMS};
use crate::app::error::{Error, FieldProblem};
use crate::app::people::Colleague;
use crate::domain::procedure::{Procedure, Regime, Standing as Belongs, defaults};
use crate::secret::Secret;
use crate::urls;
use crate::web::csrf::{CheckedForm, Csrf};
use crate::web::extract::{ClientAddress, blocking};
use crate::web::field::{Choices, Field, Kind, LabelSize, Problem, Width};
use crate::web::limits::{Bucket, Limits};
use crate::web::page::{Audience, Help, Shell, SignedIn, Standing};
use crate::web::parts::{Change, Link, SummaryRow};
use crate::web::session::{Cookie, app};
use crate::web::trouble::{Trouble, draw};

use super::access::{frame, go, with_session};
use super::typed::Typed;

/// The administrator while there is nothing to administer yet.
#[derive(Clone, Debug)]
pub struct Founder(Colleague);

impl FromRequest for Founder {
    type Error = Trouble;
    type Future = LocalBoxFuture<'static, Result<Self, Trouble>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let token = Cookie::Staff.read(&request).ok_or_else(|| Trouble::sign_in_first(&request))?;
            let found = blocking(app(&request)?, move |app| setup::founder_of_session(app, &token)).await?;
            found.map(Self).ok_or(Trouble::UseCase(Error::NotFound))
        })
    }
}

/// The questions, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Trust,
    School,
    Contact,
    Procedure,
    Calendar,
    Check,
}

impl Step {
    const ALL: [Self; 6] =
        [Self::Trust, Self::School, Self::Contact, Self::Procedure, Self::Calendar, Self::Check];

    fn key(self) -> &'static str {
        match self {
            Self::Trust => "trust",
            Self::School => "school",
            Self::Contact => "contact",
            Self::Procedure => "procedure",
            Self::Calendar => "calendar",
            Self::Check => "check",
        }
    }

    fn from_key(key: &str) -> Result<Self, Error> {
        Self::ALL.into_iter().find(|step| step.key() == key).ok_or(Error::NotFound)
    }

    fn question(self) -> &'static str {
        match self {
            Self::Trust => "Does your school belong to a trust?",
            Self::School => "Which school is it?",
            Self::Contact => "How do families reach the school?",
            Self::Procedure => "Which complaints procedure do you follow?",
            Self::Calendar => "When are the school terms?",
            Self::Check => "Check your answers",
        }
    }

    fn why(self) -> &'static [&'static str] {
        match self {
            Self::Trust => &["Begin with one school of the trust."],
            Self::School => &["Kind and nation decide which law applies, and so which procedure we propose."],
            Self::Contact => &["Families see this on every page and in every message."],
            Self::Procedure => &[
                "Each one names who answers, by when, and what comes next. Cases keep the version that they began with.",
            ],
            Self::Calendar => &[
                "We count in school days, so we need the first and last day of each half-term.",
                "Bank holidays are known already: you do not enter them.",
                "Write dates as you like: 23 October 2026, 23 Oct 2026 or 23/10/2026.",
                "You can leave this empty: whoever runs Heard adds term dates with `heard add-terms`. Until then, dates say that the calendar is missing.",
            ],
            Self::Check => &["Nothing is set up until you press the button."],
        }
    }

    fn number(self) -> usize {
        Self::ALL.iter().position(|step| *step == self).unwrap_or_default() + 1
    }

    fn next(self) -> Option<Self> {
        Self::ALL.get(self.number()).copied()
    }

    fn before(self) -> Option<Self> {
        self.number().checked_sub(2).and_then(|index| Self::ALL.get(index)).copied()
    }

    fn path(self) -> String {
        urls::set_up_step(self.key())
    }

    /// What does not fit on this page.
    fn problems(self, answers: &Answers) -> Vec<FieldProblem> {
        let checked = match self {
            Self::Trust => answers.standing().map_or_else(
                || answers.trust_name().map(|_| ()),
                |standing| match standing {
                    Belongs::InTrust => answers.trust_name().map(|_| ()),
                    Belongs::Alone => Ok(()),
                },
            ),
            Self::School => answers.identity().map(|_| ()),
            Self::Contact => answers.check_contact(),
            Self::Procedure => answers.procedure_key().map(|_| ()),
            Self::Calendar => answers.calendar().map(|_| ()),
            Self::Check => answers.plan().map(|_| ()),
        };
        checked.err().unwrap_or_default()
    }

    /// Puts what was typed on this page into the answers.
    fn take(self, answers: &mut Answers, typed: &Typed) {
        let given = |name: &str| typed.get(name).to_owned();
        match self {
            Self::Trust => {
                answers.standing = given("standing");
                answers.trust = given("trust");
            }
            Self::School => {
                answers.school = given("school");
                answers.kind = given("kind");
                answers.nation = given("nation");
            }
            Self::Contact => {
                answers.phone = given("phone");
                answers.email = given("email");
                answers.address = given("address");
                answers.office_hours = given("office_hours");
                answers.safeguarding = given("safeguarding");
                answers.privacy = given("privacy");
            }
            Self::Procedure => answers.procedure = given("procedure"),
            Self::Calendar => {
                let ends = |name: &str| (given(&format!("{name}-first")), given(&format!("{name}-last")));
                answers.terms = TERMS.iter().map(|(name, _)| ends(name)).collect();
                answers.inset = given("inset");
            }
            Self::Check => {}
        }
    }
}

/// One part of a question page.
enum Part {
    Text(Field),
    Area(Field),
    Radios(Choices),
    /// Fields that belong together, under a legend.
    Group(String, Vec<Field>),
}

/// The problems of a page, by field.
struct Found<'a>(&'a [FieldProblem]);

impl Found<'_> {
    fn at(&self, field: &str) -> Option<String> {
        let all: Vec<&str> = self
            .0
            .iter()
            .filter(|problem| problem.field == field)
            .map(|problem| problem.words.as_str())
            .collect();
        (!all.is_empty()).then(|| all.join(". "))
    }

    fn text(&self, name: &'static str, label: &'static str, value: &str) -> Field {
        Field::new(name, label).value(value).error(self.at(name))
    }
}

fn parts(step: Step, answers: &Answers, found: &Found<'_>) -> Vec<Part> {
    match step {
        Step::Trust => trust_parts(answers, found),
        Step::School => school_parts(answers, found),
        Step::Contact => contact_parts(answers, found),
        Step::Procedure => procedure_parts(answers, found),
        Step::Calendar => calendar_parts(answers, found),
        Step::Check => Vec::new(),
    }
}

fn trust_parts(answers: &Answers, found: &Found<'_>) -> Vec<Part> {
    let standing = Choices::new("standing", "The school")
        .option("in_trust", "It belongs to a trust")
        .option("alone", "It stands on its own")
        .leading_to("A single academy, an independent school, or a school maintained by a council")
        .chosen(&[answers.standing.as_str()])
        .error(found.at("standing"));
    let trust = found
        .text("trust", "Name of the trust", &answers.trust)
        .hint("Leave this empty if the school stands on its own");
    vec![Part::Radios(standing), Part::Text(trust)]
}

fn school_parts(answers: &Answers, found: &Found<'_>) -> Vec<Part> {
    let kind = Choices::new("kind", "What kind of school is it?")
        .option("academy", "Academy or free school")
        .option("maintained", "Maintained by a council")
        .option("independent", "Independent school")
        .chosen(&[answers.kind.as_str()])
        .error(found.at("kind"));
    let nation = Choices::new("nation", "Where is it?")
        .option("england", "England")
        .option("wales", "Wales")
        .option("scotland", "Scotland")
        .option("northern_ireland", "Northern Ireland")
        .chosen(&[answers.nation.as_str()])
        .error(found.at("nation"));
    vec![
        Part::Text(found.text("school", "Name of the school", &answers.school).autocomplete("organization")),
        Part::Radios(kind),
        Part::Radios(nation),
    ]
}

fn contact_parts(answers: &Answers, found: &Found<'_>) -> Vec<Part> {
    vec![
        Part::Text(
            found.text("phone", "Phone number", &answers.phone).kind(Kind::Phone).width(Width::Twenty),
        ),
        Part::Text(
            found
                .text("email", "Email address for families", &answers.email)
                .kind(Kind::Email)
                .hint("Answers to our messages go here, so somebody must read it"),
        ),
        Part::Area(found.text("address", "Postal address", &answers.address).rows(4)),
        Part::Text(
            found
                .text("office_hours", "When does the office answer?", &answers.office_hours)
                .hint("For example: on school days, 8:15am to 4pm"),
        ),
        Part::Text(
            found
                .text("safeguarding", "Who leads on safeguarding?", &answers.safeguarding)
                .hint("A name and a phone number, for when a child is at risk"),
        ),
        Part::Text(
            found
                .text("privacy", "Whom do families ask about personal data?", &answers.privacy)
                .hint("A name or role, and how to reach them"),
        ),
    ]
}

fn procedure_parts(answers: &Answers, found: &Found<'_>) -> Vec<Part> {
    let proposed = answers.proposed();
    let chosen = if answers.procedure.is_empty() { proposed.unwrap_or_default() } else { &answers.procedure };
    let is_proposed = |procedure: &&Procedure| Some(procedure.key.as_str()) == proposed;
    let mut choices = Choices::new("procedure", "The procedure").error(found.at("procedure"));
    let offered = answers.offered();
    let first = offered.iter().copied().filter(is_proposed);
    let others = offered.iter().copied().filter(|procedure| !is_proposed(procedure));
    for procedure in first.chain(others) {
        let stages: Vec<&str> = procedure.stages.iter().map(|stage| stage.title.as_str()).collect();
        let proposal = if is_proposed(&procedure) { "Proposed for your school. " } else { "" };
        choices = choices.option(procedure.key.clone(), called(procedure)).leading_to(format!(
            "{proposal}Stages: {}. Code: {}",
            stages.join(", "),
            procedure.key
        ));
    }
    vec![Part::Radios(choices.chosen(&[chosen]))]
}

/// The procedures have much the same title; whom each is for, and who answers, tells them apart.
fn called(procedure: &Procedure) -> String {
    match procedure.key.as_str() {
        "MAT-STD" => return "Trust ladder: class teacher, headteacher, panel".to_owned(),
        "MAT-SEED" => {
            return "Trust ladder with the chair: class teacher, headteacher, chair of governors, panel"
                .to_owned();
        }
        "SINGLE-AT" => return "Ladder of a single academy: class teacher, headteacher, panel".to_owned(),
        _ => {}
    }
    let whom = match procedure.regime {
        Regime::MaintainedEngland => "maintained schools in England",
        Regime::AcademyPart7 => "academies",
        Regime::IndependentPart7 => "independent schools",
        Regime::MaintainedWales => "schools in Wales",
        Regime::NorthernIreland => "schools in Northern Ireland",
        Regime::ScotlandCouncil => "council schools in Scotland",
        Regime::CouncilServices => "services of a council",
    };
    format!("{} for {whom}", procedure.title)
}

/// A first and a last day for each half-term, as an example of how a date is written.
const TERM_EXAMPLES: [(&str, &str); 6] = [
    ("2 September 2026", "23 October 2026"),
    ("2 November 2026", "18 December 2026"),
    ("4 January 2027", "12 February 2027"),
    ("22 February 2027", "25 March 2027"),
    ("12 April 2027", "28 May 2027"),
    ("7 June 2027", "21 July 2027"),
];

fn calendar_parts(answers: &Answers, found: &Found<'_>) -> Vec<Part> {
    let mut parts: Vec<Part> = (0..)
        .zip(TERMS)
        .map(|(index, (name, title)): (usize, _)| {
            let (first, last) = answers.terms.get(index).cloned().unwrap_or_default();
            let day = |end: &str, label: &'static str, example: &str, value: String| {
                let field = format!("{name}-{end}");
                let error = found.at(&field);
                let hint = format!("For example, {example}");
                Field::new(field, label).hint(hint).value(value).error(error).width(Width::Twenty)
            };
            let (from, to) = TERM_EXAMPLES.get(index).copied().unwrap_or_default();
            Part::Group(
                title.to_owned(),
                vec![day("first", "First day", from, first), day("last", "Last day", to, last)],
            )
        })
        .collect();
    parts.push(Part::Area(
        found
            .text("inset", "Training days without pupils (INSET)", &answers.inset)
            .label_size(LabelSize::Medium)
            .hint("One date on each line, for example 4 January 2027")
            .rows(5)
            .optional(),
    ));
    parts
}

#[derive(Template)]
#[template(path = "set_up/step.html")]
struct StepPage {
    shell: Shell,
    csrf: Csrf,
    caption: String,
    why: &'static [&'static str],
    action: String,
    problems: Vec<Problem>,
    parts: Vec<Part>,
    rows: Vec<SummaryRow>,
    button: &'static str,
}

impl StepPage {
    fn new(
        app: &App,
        founder: &Founder,
        csrf: Csrf,
        step: Step,
        answers: &Answers,
        problems: &[FieldProblem],
    ) -> Self {
        let mut shell = founders_frame(app, founder, &csrf, step.question());
        shell.back = step.before().map(Step::path);
        if !problems.is_empty() {
            shell.standing = Standing::Problem;
        }
        let last = step == Step::Check;
        Self {
            shell,
            csrf,
            caption: format!("Set up Heard: step {} of {}", step.number(), Step::ALL.len()),
            why: step.why(),
            action: step.path(),
            problems: summary(problems),
            parts: parts(step, answers, &Found(problems)),
            rows: if last { rows(answers) } else { Vec::new() },
            button: if last { "Set up the school" } else { "Continue" },
        }
    }
}

fn founders_frame(app: &App, founder: &Founder, csrf: &Csrf, heading: &'static str) -> Shell {
    let mut shell = frame(app, heading);
    if let Audience::Staff(desk) = &mut shell.audience {
        desk.signed_in = Some(SignedIn {
            name: founder.0.name.clone(),
            sign_out: urls::SIGN_OUT.into(),
            csrf: csrf.token().to_owned(),
        });
    }
    shell.help = own_help();
    shell
}

fn own_help() -> Help {
    Help::new("Need help? The guide is in docs/OPERATIONS.md")
}

fn summary(problems: &[FieldProblem]) -> Vec<Problem> {
    let mut lines: Vec<Problem> = Vec::new();
    for problem in problems {
        match lines.iter_mut().find(|line| line.field == problem.field) {
            Some(line) => line.text = format!("{}. {}", line.text, problem.words),
            None => lines.push(Problem { field: problem.field.clone(), text: problem.words.clone() }),
        }
    }
    lines
}

fn rows(answers: &Answers) -> Vec<SummaryRow> {
    let procedure = defaults().iter().find(|procedure| procedure.key == answers.procedure);
    let terms: Vec<String> = TERMS
        .iter()
        .zip(&answers.terms)
        .filter(|(_, (first, last))| !first.is_empty() || !last.is_empty())
        .map(|((_, title), (first, last))| format!("{title}: {first} to {last}"))
        .collect();
    let trust = if answers.standing == "alone" { "None" } else { &answers.trust };
    vec![
        row("Trust", trust, Step::Trust),
        row("School", &answers.school, Step::School),
        row("Kind", words(&answers.kind), Step::School),
        row("Where", words(&answers.nation), Step::School),
        row("Phone", &answers.phone, Step::Contact),
        row("Email", &answers.email, Step::Contact),
        row("Postal address", &answers.address, Step::Contact),
        row("Office hours", &answers.office_hours, Step::Contact),
        row("Safeguarding lead", &answers.safeguarding, Step::Contact),
        row("Personal data", &answers.privacy, Step::Contact),
        row("Procedure", &procedure.map(called).unwrap_or_default(), Step::Procedure),
        row("Terms", &terms.join("\n"), Step::Calendar),
        row("Training days", &answers.inset, Step::Calendar),
    ]
}

fn words(key: &str) -> &str {
    match key {
        "academy" => "Academy or free school",
        "maintained" => "Maintained by a council",
        "independent" => "Independent school",
        "england" => "England",
        "wales" => "Wales",
        "scotland" => "Scotland",
        "northern_ireland" => "Northern Ireland",
        other => other,
    }
}

fn row(name: &'static str, value: &str, step: Step) -> SummaryRow {
    SummaryRow {
        key: name.into(),
        value: (!value.is_empty()).then(|| value.to_owned()),
        change: Some(Change { href: step.path(), what: name.to_lowercase().into() }),
    }
}

#[derive(Template)]
#[template(path = "set_up/begin.html")]
struct BeginPage {
    shell: Shell,
    csrf: Csrf,
    action: String,
    problems: Vec<Problem>,
    name: Field,
    email: Field,
    password: Field,
}

impl BeginPage {
    fn new(app: &App, csrf: Csrf, link: &str, typed: &Typed, problems: &[FieldProblem]) -> Self {
        let mut shell = frame(app, "Who will look after Heard?");
        shell.help = own_help();
        if !problems.is_empty() {
            shell.standing = Standing::Problem;
        }
        let found = Found(problems);
        Self {
            shell,
            csrf,
            action: urls::set_up_link(link),
            problems: summary(problems),
            name: found
                .text("name", "Your full name", typed.get("name"))
                .kind(Kind::Name)
                .autocomplete("name"),
            email: found
                .text("email", "Your email address", typed.get("email"))
                .kind(Kind::Email)
                .hint("You sign in with it")
                .autocomplete("username"),
            password: found
                .text("password", "Choose a password", "")
                .kind(Kind::Password)
                .hint("12 characters or more. Three or four words that belong to nobody else work well")
                .autocomplete("new-password"),
        }
    }
}

#[derive(Template)]
#[template(path = "set_up/over.html")]
struct OverPage {
    shell: Shell,
}

fn over(app: &App) -> HttpResponse {
    draw(&mut HttpResponse::NotFound(), &OverPage { shell: frame(app, "This set-up link is over") })
}

/// The page behind the one-time link.
pub async fn begin_page(
    app: web::Data<App>,
    csrf: Csrf,
    link: web::Path<String>,
) -> Result<HttpResponse, Trouble> {
    let link = link.into_inner();
    let looked = link.clone();
    match blocking(&app, move |app| setup::look(app, &looked)).await? {
        SetupLink::Over => Ok(over(&app)),
        SetupLink::Alive => {
            Ok(draw(&mut HttpResponse::Ok(), &BeginPage::new(&app, csrf, &link, &Typed::default(), &[])))
        }
    }
}

/// Makes the first administrator.
pub async fn begin(
    app: web::Data<App>,
    limits: web::Data<Limits>,
    from: ClientAddress,
    csrf: Csrf,
    link: web::Path<String>,
    form: CheckedForm,
) -> Result<HttpResponse, Trouble> {
    limits.take(Bucket::SignIn, from)?;
    let (link, CheckedForm(typed)) = (link.into_inner(), form);
    let founder = FounderForm {
        name: typed.get("name").to_owned(),
        email: typed.get("email").to_owned(),
        password: Secret::new(typed.exactly("password")),
    };
    let given = link.clone();
    match blocking(&app, move |app| setup::found(app, &given, &founder)).await {
        Ok(token) => Ok(with_session(&app, &token, urls::SET_UP)),
        Err(Error::NotFound) => Ok(over(&app)),
        Err(Error::Invalid(problems)) => {
            let page = BeginPage::new(&app, csrf, &link, &typed, &problems);
            Ok(draw(&mut HttpResponse::build(StatusCode::UNPROCESSABLE_ENTITY), &page))
        }
        Err(other) => Err(other.into()),
    }
}

/// Goes to the first question that has no answer yet.
pub async fn resume(app: web::Data<App>, _founder: Founder) -> Result<HttpResponse, Trouble> {
    let answers = blocking(&app, setup::answers).await?;
    let open = Step::ALL.into_iter().find(|step| !step.problems(&answers).is_empty()).unwrap_or(Step::Check);
    Ok(go(&open.path()))
}

/// A question.
pub async fn step_page(
    app: web::Data<App>,
    founder: Founder,
    csrf: Csrf,
    step: web::Path<String>,
) -> Result<HttpResponse, Trouble> {
    let step = Step::from_key(&step)?;
    let answers = blocking(&app, setup::answers).await?;
    Ok(draw(&mut HttpResponse::Ok(), &StepPage::new(&app, &founder, csrf, step, &answers, &[])))
}

/// An answer, kept whether or not it fits (P8); or, on the last page, everything at once.
pub async fn step(
    app: web::Data<App>,
    founder: Founder,
    csrf: Csrf,
    step: web::Path<String>,
    form: CheckedForm,
) -> Result<HttpResponse, Trouble> {
    let step = Step::from_key(&step)?;
    let mut answers = blocking(&app, setup::answers).await?;
    step.take(&mut answers, &form.0);
    let problems = step.problems(&answers);
    let kept = answers.clone();
    blocking(&app, move |app| setup::keep(app, &kept)).await?;
    if !problems.is_empty() {
        let page = StepPage::new(&app, &founder, csrf, step, &answers, &problems);
        return Ok(draw(&mut HttpResponse::build(StatusCode::UNPROCESSABLE_ENTITY), &page));
    }
    match step.next() {
        Some(next) => Ok(go(&next.path())),
        None => finish(&app, founder, answers).await,
    }
}

#[derive(Template)]
#[template(path = "set_up/done.html")]
struct DonePage {
    shell: Shell,
    school: Link,
    home: &'static str,
    dated: Dated,
}

/// Whether the school can give dates already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Dated {
    Yes,
    NotYet,
}

async fn finish(app: &web::Data<App>, founder: Founder, answers: Answers) -> Result<HttpResponse, Trouble> {
    let plan = answers.plan().map_err(Error::Invalid)?;
    let dated = if plan.calendar.years.is_empty() { Dated::NotYet } else { Dated::Yes };
    let name = plan.school.name.clone();
    let slug = blocking(app, move |app| setup::set_up(app, &founder.0, plan)).await?;
    let mut shell = frame(app, "The school is set up");
    shell.school = Some(name.clone());
    let page = DonePage { shell, school: Link::new(name, urls::school(&slug)), home: urls::HOME, dated };
    Ok(draw(&mut HttpResponse::Ok(), &page))
}
