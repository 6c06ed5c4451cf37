//! One's own second step: setting it up with an app, its recovery codes, turning it off.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use crate::app::App;
use crate::app::access::Token;
use crate::app::access::limit::Doors;
use crate::app::access::passkey::{self, Offer};
use crate::app::access::rules::{self, Duty};
use crate::app::access::second_step::{self, Proof, RecoveryCodes, SetUp, Standing};
use crate::app::access::session::Reach;
use crate::app::error::{Error, FieldCode, FieldProblem};
use crate::app::people::Colleague;
use crate::domain::calendar::{local_date, long_date};
use crate::secret::Secret;
use crate::urls;
use crate::web::csrf::{CheckedForm, Csrf};
use crate::web::extract::{AtTheDoor, ClientAddress, SignedIn, blocking};
use crate::web::field::{Field, Kind, Problem, Width};
use crate::web::page::{Shell, Standing as Stand};
use crate::web::qr::square;
use crate::web::session::Cookie;
use crate::web::trouble::{Trouble, draw};

use super::access::{Wanted, frame as outside, go, own_path, too_many};
use super::desk::frame;
use super::simple::{FormPage, Found, Part};
use super::typed::Typed;

/// The side of the square, in pixels for each module: large enough for any camera, small enough for a phone.
const PIXELS: usize = 5;

/// What the page shows.
enum Face {
    Off,
    Begun(Begun),
    On(On),
}

/// What goes into an app.
struct Begun {
    words: String,
    uri: String,
    modules: usize,
    size: usize,
    path: String,
}

impl Begun {
    fn of(set_up: SetUp) -> Self {
        let (modules, path) =
            square(&set_up.uri).map(|square| (square.modules, square.path)).unwrap_or_default();
        Self { words: set_up.words, uri: set_up.uri, modules, size: modules * PIXELS, path }
    }
}

/// A second step that is on.
struct On {
    since: String,
    left: String,
    needed: bool,
}

#[derive(Template)]
#[template(path = "account/second_step.html")]
struct StepPage {
    shell: Shell,
    csrf: Csrf,
    problems: Vec<Problem>,
    duty: Option<String>,
    face: Face,
    code: Field,
    passkeys: Offer,
    wanted: String,
    /// Where somebody goes who sets it up another day.
    later: Option<String>,
}

/// The frame: whoever can go nowhere else yet sees no navigation.
pub(super) fn shell(app: &App, me: &AtTheDoor, csrf: &Csrf, heading: &'static str) -> Shell {
    match me.reach {
        Reach::Everything => {
            let mut shell = frame(app, &me.person, csrf, heading, urls::OWN_SECOND_STEP);
            shell.back = Some(urls::ACCOUNT.to_owned());
            shell
        }
        Reach::SecondStep => outside(app, heading),
    }
}

fn duty_words(duty: &Duty) -> Option<String> {
    match duty {
        Duty::None => None,
        Duty::By { role, due } => Some(format!(
            "Your post as {} needs a second step from {}. Set it up before that day.",
            role.title(),
            long_date(local_date(*due))
        )),
        Duty::Now { role } => Some(format!(
            "Your post as {} needs a second step. Set it up now, then go on to your work.",
            role.title()
        )),
    }
}

fn left_words(left: i64) -> String {
    match left {
        0 => "You have none left. Make new ones now.".to_owned(),
        1 => "You have one left. Make new ones soon.".to_owned(),
        more => format!("You have {more} left."),
    }
}

async fn drawn(
    app: &web::Data<App>,
    me: &AtTheDoor,
    csrf: Csrf,
    wanted: String,
    problems: &[FieldProblem],
) -> Result<StepPage, Error> {
    let asked = me.person.clone();
    let (standing, duty, needed) = blocking(app, move |app| {
        let (standing, duty) = second_step::standing(app, &asked)?;
        Ok((standing, duty, rules::needs_second_step(app, &asked)?))
    })
    .await?;
    let mut shell = shell(app, me, &csrf, "Your second step");
    let code = Found(problems)
        .text(&Typed::default(), "code", "The six digits that your app shows")
        .kind(Kind::Digits)
        .width(Width::Ten)
        .autocomplete("one-time-code");
    let problems: Vec<Problem> = code.problem().into_iter().collect();
    if !problems.is_empty() {
        shell.standing = Stand::Problem;
    }
    let later = matches!(duty, Duty::By { .. }).then(|| wanted.clone());
    let face = match standing {
        Standing::Off => Face::Off,
        Standing::Begun(set_up) => Face::Begun(Begun::of(set_up)),
        Standing::On { since, codes_left } => Face::On(On {
            since: long_date(local_date(since)),
            left: left_words(codes_left),
            needed: needed == rules::Need::Needed,
        }),
    };
    Ok(StepPage {
        shell,
        csrf,
        problems,
        duty: duty_words(&duty),
        face,
        code,
        passkeys: passkey::offer(app),
        wanted,
        later,
    })
}

/// How it stands with one's own second step.
pub async fn page(
    app: web::Data<App>,
    me: AtTheDoor,
    csrf: Csrf,
    wanted: web::Query<Wanted>,
) -> Result<HttpResponse, Trouble> {
    let page = drawn(&app, &me, csrf, own_path(&wanted.next), &[]).await?;
    Ok(draw(&mut HttpResponse::Ok(), &page))
}

/// Begins to set it up.
pub async fn begin(app: web::Data<App>, me: AtTheDoor, form: CheckedForm) -> Result<HttpResponse, Trouble> {
    let person = me.person.id;
    blocking(&app, move |app| second_step::begin(app, person)).await?;
    Ok(go(&urls::with_next(urls::OWN_SECOND_STEP, &own_path(form.0.get("next")))))
}

#[derive(Template)]
#[template(path = "account/recovery_codes.html")]
struct CodesPage {
    shell: Shell,
    codes: Vec<String>,
    on: String,
}

/// The recovery codes, the one time that they are shown.
fn show(app: &App, me: &Colleague, csrf: &Csrf, codes: &RecoveryCodes, on: String) -> HttpResponse {
    let shell = frame(app, me, csrf, "Your recovery codes", urls::RECOVERY_CODES);
    draw(&mut HttpResponse::Ok(), &CodesPage { shell, codes: codes.all().to_vec(), on })
}

/// What is wrong with a code, where that is what stopped it.
fn problems_of(error: Error) -> Result<Vec<FieldProblem>, Error> {
    match error {
        Error::Invalid(problems) => Ok(problems),
        Error::TooMany(seconds) => {
            Ok(vec![FieldProblem::new("code", FieldCode::TooManyCodes, too_many(seconds))])
        }
        other => Err(other),
    }
}

fn again(page: &impl Template) -> HttpResponse {
    draw(&mut HttpResponse::build(StatusCode::UNPROCESSABLE_ENTITY), page)
}

/// Takes the first code of the app, and shows the recovery codes.
pub async fn confirm(
    request: HttpRequest,
    app: web::Data<App>,
    doors: web::Data<Doors>,
    me: AtTheDoor,
    csrf: Csrf,
    form: CheckedForm,
) -> Result<HttpResponse, Trouble> {
    let (person, code) = (me.person.id, Secret::new(form.0.get("code")));
    let session = Token::given(Cookie::Staff.read(&request).unwrap_or_default());
    let wanted = own_path(form.0.get("next"));
    let taken = blocking(&app, move |app| second_step::confirm(app, &doors, person, &session, &code)).await;
    match taken {
        Ok(codes) => Ok(show(&app, &me.person, &csrf, &codes, wanted)),
        Err(error) => {
            let problems = problems_of(error)?;
            Ok(again(&drawn(&app, &me, csrf, wanted, &problems).await?))
        }
    }
}

/// Makes fresh recovery codes, and shows them.
pub async fn new_codes(
    app: web::Data<App>,
    doors: web::Data<Doors>,
    person: SignedIn,
    csrf: Csrf,
    form: CheckedForm,
) -> Result<HttpResponse, Trouble> {
    let (id, code) = (person.0.id, Secret::new(form.0.get("code")));
    match blocking(&app, move |app| second_step::new_codes(app, &doors, id, &code)).await {
        Ok(codes) => Ok(show(&app, &person.0, &csrf, &codes, urls::OWN_SECOND_STEP.to_owned())),
        Err(error) => {
            let problems = problems_of(error)?;
            let me = AtTheDoor { person: person.0, reach: Reach::Everything };
            Ok(again(&drawn(&app, &me, csrf, urls::ACCOUNT.to_owned(), &problems).await?))
        }
    }
}

fn ending(app: &App, person: &SignedIn, csrf: Csrf, problems: &[FieldProblem]) -> FormPage {
    let mut shell = frame(app, &person.0, &csrf, "Turn off your second step", urls::END_SECOND_STEP);
    shell.back = Some(urls::OWN_SECOND_STEP.to_owned());
    let (found, empty) = (Found(problems), Typed::default());
    let password =
        found.text(&empty, "current", "Your password").kind(Kind::Password).autocomplete("current-password");
    let code = found
        .text(&empty, "code", "The six digits that your app shows")
        .kind(Kind::Digits)
        .width(Width::Ten)
        .autocomplete("one-time-code");
    let parts = vec![Part::Password(password), Part::Text(code)];
    FormPage::new(shell, csrf, urls::END_SECOND_STEP.to_owned(), parts)
        .lead(&["After this, nothing else is asked for when you sign in. Your recovery codes are over too."])
        .button("Turn it off")
}

/// The form that turns it off.
pub async fn end_page(app: web::Data<App>, person: SignedIn, csrf: Csrf) -> Result<HttpResponse, Trouble> {
    Ok(draw(&mut HttpResponse::Ok(), &ending(&app, &person, csrf, &[])))
}

/// Turns it off.
pub async fn end(
    app: web::Data<App>,
    doors: web::Data<Doors>,
    from: ClientAddress,
    person: SignedIn,
    csrf: Csrf,
    form: CheckedForm,
) -> Result<HttpResponse, Trouble> {
    let me = person.0.clone();
    let (current, code) = (Secret::new(form.0.exactly("current")), Secret::new(form.0.get("code")));
    let ended = blocking(&app, move |app| {
        second_step::turn_off(app, &doors, from.network(), &me, (&current, Proof::App(code)))
    })
    .await;
    match ended {
        Ok(()) => Ok(go(&format!("{}?done=second-step-off", urls::ACCOUNT))),
        Err(error) => Ok(again(&ending(&app, &person, csrf, &problems_of(error)?))),
    }
}

fn moving(app: &App, person: &SignedIn, csrf: Csrf, problems: &[FieldProblem]) -> FormPage {
    let heading = "Move your second step to another phone";
    let mut shell = frame(app, &person.0, &csrf, heading, urls::MOVE_SECOND_STEP);
    shell.back = Some(urls::OWN_SECOND_STEP.to_owned());
    let (found, empty) = (Found(problems), Typed::default());
    let password =
        found.text(&empty, "current", "Your password").kind(Kind::Password).autocomplete("current-password");
    let code = found
        .text(&empty, "code", "A code of your old app, or one of your recovery codes")
        .width(Width::Ten)
        .autocomplete("one-time-code");
    let parts = vec![Part::Password(password), Part::Text(code)];
    FormPage::new(shell, csrf, urls::MOVE_SECOND_STEP.to_owned(), parts)
        .lead(&[
            "Have the new phone at hand: the next page shows what its app has to scan.",
            "The old app and your old recovery codes stop working at once, and you are signed out everywhere else.",
        ])
        .button("Go on with the new phone")
}

/// The form that begins anew with another phone.
pub async fn move_page(app: web::Data<App>, person: SignedIn, csrf: Csrf) -> Result<HttpResponse, Trouble> {
    Ok(draw(&mut HttpResponse::Ok(), &moving(&app, &person, csrf, &[])))
}

/// Six digits are of an app; anything else is read as a recovery code.
fn either_code(typed: &str) -> Proof {
    let digits = typed.chars().filter(|sign| !sign.is_whitespace());
    let of_an_app = digits.clone().count() == 6 && digits.clone().all(|sign| sign.is_ascii_digit());
    if of_an_app { Proof::App(Secret::new(typed)) } else { Proof::Recovery(Secret::new(typed)) }
}

/// Begins anew with another phone.
pub async fn move_it(
    request: HttpRequest,
    app: web::Data<App>,
    doors: web::Data<Doors>,
    from: ClientAddress,
    person: SignedIn,
    csrf: Csrf,
    form: CheckedForm,
) -> Result<HttpResponse, Trouble> {
    let me = person.0.clone();
    let session = Token::given(Cookie::Staff.read(&request).unwrap_or_default());
    let (current, proof) = (Secret::new(form.0.exactly("current")), either_code(form.0.get("code")));
    let moved = blocking(&app, move |app| {
        second_step::move_to_another_phone(app, &doors, from.network(), &me, &session, (&current, proof))
    })
    .await;
    match moved {
        Ok(()) => Ok(go(urls::OWN_SECOND_STEP)),
        Err(error) => {
            let at_the_code = |problem: FieldProblem| match problem.field.as_str() {
                "recovery" => FieldProblem { field: "code".to_owned(), ..problem },
                _ => problem,
            };
            let problems: Vec<FieldProblem> = problems_of(error)?.into_iter().map(at_the_code).collect();
            Ok(again(&moving(&app, &person, csrf, &problems)))
        }
    }
}
