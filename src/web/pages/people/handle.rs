//! What the pages about people answer.

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::{FromRequest, HttpRequest, HttpResponse, web};
use uuid::Uuid;

use crate::app::App;
use crate::app::access::administrator::Administrator;
use crate::app::access::ending::{self, Ending};
use crate::app::access::limit::Doors;
use crate::app::access::second_step;
use crate::app::access::session;
use crate::app::access::staff::{self, AtPlace, Entry};
use crate::app::error::{Error, FieldCode, FieldProblem};
use crate::app::people::Colleague;
use crate::domain::calendar::local_date;
use crate::domain::ids::{PersonId, PostId};
use crate::domain::text::capital;
use crate::urls;
use crate::web::csrf::{CheckedForm, Csrf};
use crate::web::extract::{Extracting, SignedIn, blocking};
use crate::web::field::Choices;
use crate::web::page::{Notice, NoticeTone, Shell};
use crate::web::pages::access::go;
use crate::web::pages::desk::frame;
use crate::web::pages::simple::{FormPage, Found, Part, date_of};
use crate::web::pages::typed::Typed;
use crate::web::session::app;
use crate::web::trouble::{Trouble, draw};

use super::show::{
    ListPage, PersonPage, PersonRow, fresh, person_form, person_parts, place_name, post_form, post_parts,
    today, vacancy, when,
};

/// The administrator that a signed-in person is, or the page that says who can help.
pub(in crate::web::pages) fn administrator(app: &App, person: &Colleague) -> Result<Administrator, Error> {
    Administrator::of(person, None, local_date(app.now()))
}

/// Somebody signed in who looks after people.
pub struct LooksAfter {
    /// The person.
    pub person: SignedIn,
    /// What they look after.
    pub by: Administrator,
}

impl FromRequest for LooksAfter {
    type Error = Trouble;
    type Future = Extracting<Self, Trouble>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, signed_in) = (request.clone(), SignedIn::from_request(request, payload));
        Box::pin(async move {
            let person = signed_in.await?;
            let by = administrator(app(&request)?, &person.0)?;
            Ok(Self { person, by })
        })
    }
}

/// What was done before this page came, as its address says.
fn notice(request: &HttpRequest) -> Option<Notice> {
    let done = Typed::read(request.query_string());
    let text = match done.get("done") {
        "added" => "They were added. A mail with a link to choose a password is on its way",
        "appointed" => "The post was given",
        "ended" => "The post was ended",
        "reset" => "Their second step was reset. You have both been told by mail",
        "signed-out" => "They were signed out everywhere",
        "link" => "A mail with a link is on its way",
        _ => return None,
    };
    Some(Notice { tone: NoticeTone::Done, text: text.into(), detail: None, link: None })
}

fn done(path: &str, what: &str) -> HttpResponse {
    go(&format!("{path}?done={what}"))
}

/// Everybody with a post, and the posts that nobody holds.
pub async fn list(
    app: web::Data<App>,
    LooksAfter { person, by }: LooksAfter,
    csrf: Csrf,
    request: HttpRequest,
) -> Result<HttpResponse, Trouble> {
    let asked = by.clone();
    let (entries, places, vacant) = blocking(&app, move |app| {
        Ok((staff::roster(app, &asked)?, staff::places(app, &asked)?, staff::vacant(app)?))
    })
    .await?;
    let today = today(&app);
    let mut shell = frame(&app, &person.0, &csrf, "People", urls::PEOPLE);
    shell.notice = notice(&request);
    let can_end = |place| by.looks_after(place);
    let own = |school: &&staff::Vacant| by.schools().any(|mine| mine == school.school);
    let page = ListPage {
        shell,
        rules: by.may_change_rules().is_ok(),
        vacant: vacant.iter().filter(own).map(vacancy).collect(),
        count: if let [_] = entries.as_slice() {
            "1 person".to_owned()
        } else {
            format!("{} people", entries.len())
        },
        rows: entries.iter().map(|entry| PersonRow::new(entry, &places, &can_end, today)).collect(),
    };
    Ok(draw(&mut HttpResponse::Ok(), &page))
}

/// The form to add a person.
pub async fn new_page(
    app: web::Data<App>,
    LooksAfter { person, by }: LooksAfter,
    csrf: Csrf,
    request: HttpRequest,
) -> Result<HttpResponse, Trouble> {
    let places = places_to_give(&app, &by).await?;
    let wanted = Typed::read(request.query_string());
    let typed = fresh(today(&app), wanted.get("role"), wanted.get("school"));
    let page = person_page(&app, &person, csrf, &typed, &[], &places);
    Ok(draw(&mut HttpResponse::Ok(), &page))
}

async fn places_to_give(app: &web::Data<App>, by: &Administrator) -> Result<Vec<AtPlace>, Error> {
    let by = by.clone();
    blocking(app, move |app| {
        let mut places = staff::places(app, &by)?;
        places.retain(|at| by.looks_after(at.place));
        Ok(places)
    })
    .await
}

fn person_page(
    app: &App,
    person: &SignedIn,
    csrf: Csrf,
    typed: &Typed,
    problems: &[FieldProblem],
    places: &[AtPlace],
) -> FormPage {
    let mut shell = frame(app, &person.0, &csrf, "Add a person", urls::NEW_PERSON);
    shell.back = Some(urls::PEOPLE.to_owned());
    let parts = person_parts(typed, Found(problems), places);
    FormPage::new(shell, csrf, urls::NEW_PERSON.to_owned(), parts)
        .lead(&["They get a mail with a link, by which they choose a password. You can give them more posts later."])
        .button("Add this person")
}

/// Adds a person.
pub async fn add(
    app: web::Data<App>,
    LooksAfter { person, by }: LooksAfter,
    csrf: Csrf,
    form: CheckedForm,
) -> Result<HttpResponse, Trouble> {
    let (asked, given) = (by.clone(), person_form(&form.0));
    match blocking(&app, move |app| staff::take_on(app, &asked, &given, None)).await {
        Ok(taken_on) => Ok(done(&urls::person(taken_on.person), "added")),
        Err(Error::Invalid(problems)) => {
            let places = places_to_give(&app, &by).await?;
            Ok(again(&person_page(&app, &person, csrf, &form.0, &problems, &places)))
        }
        Err(other) => Err(other.into()),
    }
}

fn again(page: &FormPage) -> HttpResponse {
    draw(&mut HttpResponse::build(StatusCode::UNPROCESSABLE_ENTITY), page)
}

async fn found(
    app: &web::Data<App>,
    by: &Administrator,
    id: PersonId,
) -> Result<(Entry, Vec<AtPlace>), Error> {
    let by = by.clone();
    blocking(app, move |app| Ok((staff::entry(app, &by, id)?, staff::places(app, &by)?))).await
}

fn named(app: &App, person: &SignedIn, csrf: &Csrf, heading: String, path: &str) -> Shell {
    let mut shell = frame(app, &person.0, csrf, "People", path);
    shell.heading = heading.into();
    shell
}

/// One person.
pub async fn show(
    app: web::Data<App>,
    LooksAfter { person, by }: LooksAfter,
    csrf: Csrf,
    id: web::Path<Uuid>,
    request: HttpRequest,
) -> Result<HttpResponse, Trouble> {
    let (entry, places) = found(&app, &by, PersonId(*id)).await?;
    let mut shell = named(&app, &person, &csrf, entry.person.name.clone(), &urls::person(*id));
    shell.back = Some(urls::PEOPLE.to_owned());
    shell.notice = notice(&request);
    let row = PersonRow::new(&entry, &places, &|place| by.looks_after(place), today(&app));
    let person = entry.person.id;
    let second_step = blocking(&app, move |app| second_step::holding(app, person)).await?;
    Ok(draw(&mut HttpResponse::Ok(), &PersonPage::new(shell, csrf, &entry, row, second_step)))
}

/// The form to give another post.
pub async fn post_page(
    app: web::Data<App>,
    LooksAfter { person, by }: LooksAfter,
    csrf: Csrf,
    id: web::Path<Uuid>,
) -> Result<HttpResponse, Trouble> {
    let (entry, _) = found(&app, &by, PersonId(*id)).await?;
    let places = places_to_give(&app, &by).await?;
    let page = appoint_page(&app, &person, csrf, &entry, &fresh(today(&app), "", ""), &[], &places);
    Ok(draw(&mut HttpResponse::Ok(), &page))
}

fn appoint_page(
    app: &App,
    person: &SignedIn,
    csrf: Csrf,
    entry: &Entry,
    typed: &Typed,
    problems: &[FieldProblem],
    places: &[AtPlace],
) -> FormPage {
    let id = entry.person.id;
    let mut shell = named(app, person, &csrf, "Give another post".to_owned(), &urls::new_post(id));
    shell.back = Some(urls::person(id));
    let parts = post_parts(typed, Found(problems), places);
    FormPage::new(shell, csrf, urls::new_post(id), parts)
        .about(entry.person.name.clone())
        .button("Give this post")
}

/// Gives another post.
pub async fn appoint(
    app: web::Data<App>,
    LooksAfter { person, by }: LooksAfter,
    csrf: Csrf,
    id: web::Path<Uuid>,
    form: CheckedForm,
) -> Result<HttpResponse, Trouble> {
    let id = PersonId(*id);
    let (asked, given) = (by.clone(), post_form(&form.0));
    match blocking(&app, move |app| staff::appoint(app, &asked, id, &given, None)).await {
        Ok(_) => Ok(done(&urls::person(id), "appointed")),
        Err(Error::Invalid(problems)) => {
            let (entry, _) = found(&app, &by, id).await?;
            let places = places_to_give(&app, &by).await?;
            Ok(again(&appoint_page(&app, &person, csrf, &entry, &form.0, &problems, &places)))
        }
        Err(other) => Err(other.into()),
    }
}

/// The page that asks before a post ends.
pub async fn end_page(
    app: web::Data<App>,
    LooksAfter { person, by }: LooksAfter,
    csrf: Csrf,
    path: web::Path<(Uuid, Uuid)>,
) -> Result<HttpResponse, Trouble> {
    let (id, post) = path.into_inner();
    let (entry, places) = found(&app, &by, PersonId(id)).await?;
    let page = ending_page(&app, &person, csrf, (&entry, &places), PostId(post), (&Typed::default(), &[]))?;
    Ok(draw(&mut HttpResponse::Ok(), &page))
}

fn ending_page(
    app: &App,
    person: &SignedIn,
    csrf: Csrf,
    (entry, places): (&Entry, &[AtPlace]),
    id: PostId,
    (typed, problems): (&Typed, &[FieldProblem]),
) -> Result<FormPage, Error> {
    let post = entry.person.posts.iter().find(|post| post.id == id).ok_or(Error::NotFound)?;
    let path = urls::end_post(entry.person.id, id);
    let mut shell = named(app, person, &csrf, "When does this post end?".to_owned(), &path);
    shell.back = Some(urls::person(entry.person.id));
    let found = Found(problems);
    let moment = Choices::new("ending", "The post ends")
        .option("now", "Now")
        .leading_to("If it is their only post, they are signed out at once")
        .option("later", "At the end of a day")
        .chosen(&[typed.get("ending")])
        .error(found.at("ending"));
    let last = found.date(typed, "to_on", "Their last day", "For example, 23 7 2027");
    let what = format!(
        "{}: {}, {}, {}",
        entry.person.name,
        capital(post.role.title()),
        place_name(post.place, places),
        when(post, today(app))
    );
    Ok(FormPage::new(shell, csrf, path, vec![Part::Radios(moment), Part::Date(last)])
        .about(what)
        .lead(&[
            "What this post lets them see and do ends with it, tokens of their programs included.",
            "Cases that they handle stay theirs by name until somebody else is given them.",
        ])
        .button("End this post"))
}

/// Ends a post.
pub async fn end(
    app: web::Data<App>,
    LooksAfter { person, by }: LooksAfter,
    csrf: Csrf,
    path: web::Path<(Uuid, Uuid)>,
    form: CheckedForm,
) -> Result<HttpResponse, Trouble> {
    let (id, post) = path.into_inner();
    let asked = by.clone();
    let ended = match ending_asked(&form.0) {
        Ok(ending) => blocking(&app, move |app| ending::end_post(app, &asked, PostId(post), ending)).await,
        Err(error) => Err(error),
    };
    match ended {
        // Whoever ended their own last post as an administrator has no such page any more.
        Ok(()) if by.person() == PersonId(id) => Ok(go(urls::HOME)),
        Ok(()) => Ok(done(&urls::person(id), "ended")),
        Err(Error::Invalid(problems)) => {
            let (entry, places) = found(&app, &by, PersonId(id)).await?;
            let page =
                ending_page(&app, &person, csrf, (&entry, &places), PostId(post), (&form.0, &problems))?;
            Ok(again(&page))
        }
        Err(other) => Err(other.into()),
    }
}

fn ending_asked(typed: &Typed) -> Result<Ending, Error> {
    let missing =
        |field: &str, words: &str| Error::Invalid(vec![FieldProblem::new(field, FieldCode::Missing, words)]);
    match typed.get("ending") {
        "now" => Ok(Ending::Now),
        "later" => {
            let last = staff::last_day(&date_of(typed, "to_on"))?;
            last.map(Ending::With).ok_or_else(|| missing("to_on", "Enter their last day, like 23 7 2027"))
        }
        _ => Err(missing("ending", "Choose whether the post ends now or at the end of a day")),
    }
}

/// Signs somebody out everywhere.
pub async fn sign_out(
    app: web::Data<App>,
    LooksAfter { by, .. }: LooksAfter,
    id: web::Path<Uuid>,
    _form: CheckedForm,
) -> Result<HttpResponse, Trouble> {
    let id = PersonId(*id);
    blocking(&app, move |app| session::end_all_of(app, &by, id)).await?;
    Ok(done(&urls::person(id), "signed-out"))
}

/// Takes somebody's second step away.
pub async fn reset_second_step(
    app: web::Data<App>,
    LooksAfter { by, .. }: LooksAfter,
    id: web::Path<Uuid>,
    _form: CheckedForm,
) -> Result<HttpResponse, Trouble> {
    let id = PersonId(*id);
    blocking(&app, move |app| second_step::reset(app, &by, id)).await?;
    Ok(done(&urls::person(id), "reset"))
}

/// Mails somebody a link by which they choose a password.
pub async fn send_link(
    app: web::Data<App>,
    doors: web::Data<Doors>,
    LooksAfter { by, .. }: LooksAfter,
    id: web::Path<Uuid>,
    _form: CheckedForm,
) -> Result<HttpResponse, Trouble> {
    let id = PersonId(*id);
    blocking(&app, move |app| staff::welcome_again(app, &doors, &by, id)).await?;
    Ok(done(&urls::person(id), "link"))
}
