//! Who is away from a post, and who looks after it meanwhile (S40).

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use uuid::Uuid;

use crate::app::App;
use crate::app::access::absence::{
    self, AbsenceForm, Absentee, Coverable, Noted, Overview, Theirs, delegate_field,
};
use crate::app::error::{Error, FieldProblem};
use crate::domain::absence::may_stand_in;
use crate::domain::calendar::{long_date, short_date};
use crate::domain::ids::{AbsenceId, PersonId, PostId};
use crate::urls;
use crate::web::csrf::{CheckedForm, Csrf};
use crate::web::extract::{SignedIn, blocking};
use crate::web::field::{Choices, Problem};
use crate::web::page::{Notice, NoticeTone, Shell, Standing};
use crate::web::parts::Link;
use crate::web::trouble::{Trouble, draw};

use super::access::go;
use super::desk::frame;
use super::simple::{Found, Part, date_of};
use super::typed::Typed;

/// An absence on the page.
struct Row {
    what: String,
    who: String,
    end: Option<String>,
}

#[derive(Template)]
#[template(path = "account/away.html")]
struct AwayPage {
    shell: Shell,
    csrf: Csrf,
    /// Whom the form is about, where it is not whoever asks.
    whom: Option<String>,
    person: String,
    rows: Vec<Row>,
    others: Vec<Link>,
    problems: Vec<Problem>,
    /// Empty where no case rests with them.
    parts: Vec<Part>,
}

fn row(noted: &Noted) -> Row {
    let away = &noted.absence;
    Row {
        what: format!(
            "{}, {} at {}: away from {} to {}",
            noted.name,
            away.post.role.title(),
            noted.place,
            short_date(away.from_on),
            long_date(away.to_on)
        ),
        who: noted.delegate.as_ref().map_or_else(
            || "Nobody looks after it. Somebody is told of each case that waits.".to_owned(),
            |name| format!("{name} looks after it."),
        ),
        end: match noted.theirs {
            Theirs::Yes => Some(urls::end_absence(away.id)),
            Theirs::No => None,
        },
    }
}

fn parts(absentee: &Absentee, typed: &Typed, found: Found<'_>) -> Vec<Part> {
    if absentee.posts.is_empty() {
        return Vec::new();
    }
    let mut parts = vec![
        Part::Date(found.date(typed, "from_on", "First day away", "For example, 23 11 2026")),
        Part::Date(found.date(typed, "to_on", "Last day away", "For example, 27 11 2026")),
    ];
    parts.extend(absentee.posts.iter().map(|coverable| Part::Radios(question(coverable, typed, found))));
    parts
}

fn question(coverable: &Coverable, typed: &Typed, found: Found<'_>) -> Choices {
    let name = delegate_field(coverable.post.id);
    let (role, place) = (coverable.post.role, &coverable.place);
    let label = format!("Who looks after what comes to the {} of {place}?", role.title());
    let near: Vec<&str> = may_stand_in(role).iter().map(|role| role.title()).collect();
    let mut choices = Choices::new(name.clone(), label).hint(format!(
        "They may do all that the post may, on these days only. It can be a: {}",
        near.join(", ")
    ));
    for (person, words) in &coverable.people {
        choices = choices.option(person.to_string(), words.clone());
    }
    choices = choices
        .or(NOBODY, "Nobody")
        .leading_to("The complaints co-ordinator, or the next who is there, is told of each case");
    let given = typed.get(&name).to_owned();
    choices = choices.chosen(&[given.as_str()]);
    choices.error = found.at(&name);
    choices
}

/// The answer that nobody looks after a post.
const NOBODY: &str = "nobody";

fn notice(request: &HttpRequest) -> Option<Notice> {
    let text = match Typed::read(request.query_string()).get("done") {
        "noted" => "It is noted",
        "ended" => "The absence has ended, and so has what was given for it",
        _ => return None,
    };
    Some(Notice { tone: NoticeTone::Done, text: text.into(), detail: None, link: None })
}

async fn looked_up(
    app: &web::Data<App>,
    person: &SignedIn,
    whom: PersonId,
) -> Result<(Overview, Absentee), Error> {
    let colleague = person.0.clone();
    blocking(app, move |app| {
        Ok((absence::overview(app, &colleague)?, absence::absentee(app, &colleague, whom)?))
    })
    .await
}

fn drawn(
    app: &App,
    person: &SignedIn,
    csrf: Csrf,
    (overview, absentee): (&Overview, &Absentee),
    (typed, problems): (&Typed, &[FieldProblem]),
) -> AwayPage {
    let mut shell = frame(app, &person.0, &csrf, "When you are away", urls::AWAY);
    shell.back = Some(urls::ACCOUNT.to_owned());
    let parts = parts(absentee, typed, Found(problems));
    let problems: Vec<Problem> = parts.iter().filter_map(Part::problem).collect();
    if !problems.is_empty() {
        shell.standing = Standing::Problem;
    }
    let is_me = absentee.person == person.0.id;
    let others = overview.others.iter().filter(|(id, _)| *id != absentee.person);
    AwayPage {
        shell,
        csrf,
        whom: (!is_me).then(|| absentee.name.clone()),
        person: absentee.person.to_string(),
        rows: overview.noted.iter().map(row).collect(),
        others: others.map(|(id, name)| Link::new(name.clone(), urls::away(id))).collect(),
        problems,
        parts,
    }
}

/// Whom it is about: whoever asks, unless somebody is named.
fn whom(person: &SignedIn, typed: &Typed) -> Result<PersonId, Error> {
    match typed.get("person") {
        "" => Ok(person.0.id),
        named => named.parse().map(PersonId).map_err(|_| Error::NotFound),
    }
}

/// What is noted, and the form for more: for oneself, or for `person`.
pub async fn page(
    app: web::Data<App>,
    person: SignedIn,
    csrf: Csrf,
    request: HttpRequest,
) -> Result<HttpResponse, Trouble> {
    let asked = Typed::read(request.query_string());
    let whom = whom(&person, &asked)?;
    let (overview, absentee) = looked_up(&app, &person, whom).await?;
    let mut page = drawn(&app, &person, csrf, (&overview, &absentee), (&Typed::default(), &[]));
    page.shell.notice = notice(&request);
    Ok(draw(&mut HttpResponse::Ok(), &page))
}

/// Notes an absence.
pub async fn note(
    app: web::Data<App>,
    person: SignedIn,
    csrf: Csrf,
    form: CheckedForm,
) -> Result<HttpResponse, Trouble> {
    let typed = form.0;
    let whom = whom(&person, &typed)?;
    let (overview, absentee) = looked_up(&app, &person, whom).await?;
    let (given, mut problems) = given(&absentee, &typed);
    let done = if problems.is_empty() {
        let colleague = person.0.clone();
        blocking(&app, move |app| absence::note(app, &colleague, &given, None)).await
    } else {
        Err(Error::Invalid(absence::problems_of_days(&app, &given)))
    };
    match done {
        Ok(_) => Ok(go(&format!("{}?done=noted", urls::AWAY))),
        Err(Error::Invalid(more)) => {
            problems.extend(more);
            let page = drawn(&app, &person, csrf, (&overview, &absentee), (&typed, &problems));
            Ok(draw(&mut HttpResponse::build(StatusCode::UNPROCESSABLE_ENTITY), &page))
        }
        Err(other) => Err(other.into()),
    }
}

/// What was typed, and the posts for which nobody was chosen, not even that there is nobody.
fn given(absentee: &Absentee, typed: &Typed) -> (AbsenceForm, Vec<FieldProblem>) {
    let mut problems = Vec::new();
    let mut delegates: BTreeMap<PostId, PersonId> = BTreeMap::new();
    for coverable in &absentee.posts {
        let field = delegate_field(coverable.post.id);
        match (typed.get(&field), typed.get(&field).parse()) {
            (NOBODY, _) => {}
            (_, Ok(id)) => {
                delegates.insert(coverable.post.id, PersonId(id));
            }
            (_, Err(_)) => problems.push(FieldProblem::new(
                &field,
                crate::app::error::FieldCode::Missing,
                "Choose who looks after it, or that nobody does",
            )),
        }
    }
    let form = AbsenceForm {
        person: Some(absentee.person),
        from_on: date_of(typed, "from_on"),
        to_on: date_of(typed, "to_on"),
        delegates,
    };
    (form, problems)
}

/// Ends an absence at once.
pub async fn end(
    app: web::Data<App>,
    person: SignedIn,
    absence: web::Path<Uuid>,
    _form: CheckedForm,
) -> Result<HttpResponse, Trouble> {
    let colleague = person.0.clone();
    blocking(&app, move |app| absence::end(app, &colleague, AbsenceId(*absence))).await?;
    Ok(go(&format!("{}?done=ended", urls::AWAY)))
}
