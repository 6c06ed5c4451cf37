//! A whole staff at once, for administrators: a list is sent, the next page says of each row what will happen, and nothing
//! happens before it is confirmed. Rows with a problem are put right on that page, and hold up no others.

use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use crate::app::App;
use crate::app::access::staff_list::{self, Fate, Inviter, Line, SAMPLE, StaffList};
use crate::app::error::{Error, FieldProblem};
use crate::app::files::Content;
use crate::domain::person::Role;
use crate::domain::text::capital;
use crate::urls;
use crate::web::csrf::{CheckedForm, Csrf};
use crate::web::extract::{SignedIn, blocking};
use crate::web::field::{Field, Problem};
use crate::web::page::{Shell, Standing};
use crate::web::pages::desk::frame;
use crate::web::pages::simple::Found;
use crate::web::pages::typed::Typed;
use crate::web::trouble::{Trouble, draw};
use crate::web::upload;

use super::handle::LooksAfter;

/// The fields: the file, the pasted rows, and the rows without a problem, which go along.
const FILE: &str = "file";
const ROWS: &str = "rows";
const GOOD: &str = "good";

#[derive(Template)]
#[template(path = "people/staff_list.html")]
struct ListPage {
    shell: Shell,
    csrf: Csrf,
    problems: Vec<Problem>,
    file: Field,
    rows: Field,
    posts: Vec<String>,
}

fn list_page(app: &App, person: &SignedIn, csrf: Csrf, typed: &Typed, problems: &[FieldProblem]) -> ListPage {
    let mut shell = frame(app, &person.0, &csrf, "Add a whole staff", urls::STAFF_LIST);
    shell.back = Some(urls::PEOPLE.to_owned());
    let file = Field::new(FILE, "Choose the file")
        .accept(".csv,.txt,text/csv,text/plain")
        .hint("Save it from your spreadsheet as CSV. At most 300 rows");
    let rows = Found(problems)
        .text(typed, ROWS, "Or paste the rows here")
        .hint("With the names of the columns in the first row")
        .rows(10);
    let problems: Vec<Problem> = rows.problem().into_iter().collect();
    if !problems.is_empty() {
        shell.standing = Standing::Problem;
    }
    let posts = Role::ALL.into_iter().map(|role| capital(role.title())).collect();
    ListPage { shell, csrf, problems, file, rows, posts }
}

/// A row on the page.
struct RowView {
    number: usize,
    name: String,
    email: String,
    post: String,
    school: String,
    /// What becomes of it, or each thing to put right.
    says: Vec<String>,
}

fn row_view(line: &Line, tense: Tense) -> RowView {
    let cell = |column: &str| line.row.cell(column).to_owned();
    let says = match &line.came {
        Ok(fate) => vec![fate_words(fate, tense)],
        Err(problems) => problems.iter().map(|problem| problem.words.clone()).collect(),
    };
    RowView {
        number: line.row.number,
        name: cell("name"),
        email: cell("email"),
        post: cell("post"),
        school: cell("school"),
        says,
    }
}

/// Whether it will happen or has happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tense {
    ToCome,
    Done,
}

fn fate_words(fate: &Fate, tense: Tense) -> String {
    match (fate, tense) {
        (Fate::New, Tense::ToCome) => "New: gets a mail with a link to choose a password".to_owned(),
        (Fate::New, Tense::Done) => "Added: a mail with a link is on its way".to_owned(),
        (Fate::FurtherPost { known_as }, Tense::ToCome) => {
            format!("Is here already, as {known_as}: gets this post too")
        }
        (Fate::FurtherPost { known_as }, Tense::Done) => format!("{known_as} has this post now too"),
        (Fate::Unchanged, _) => "Has this post already: nothing changes".to_owned(),
        (Fate::SameAs(row), _) => format!("The same as row {row}: nothing changes"),
    }
}

#[derive(Template)]
#[template(path = "people/staff_check.html")]
struct CheckPage {
    shell: Shell,
    csrf: Csrf,
    problems: Vec<Problem>,
    /// What was done, once it was; before, what the button does.
    summary: String,
    done: Option<String>,
    /// What the last column tells.
    came: &'static str,
    fine: Vec<RowView>,
    wrong: Vec<RowView>,
    rows: Field,
    good: String,
}

fn count_words(lines: &[Line], tense: Tense) -> String {
    let count =
        |which: fn(&Fate) -> bool| lines.iter().filter(|line| line.came.as_ref().is_ok_and(which)).count();
    let new = count(|fate| *fate == Fate::New);
    let more = count(|fate| matches!(fate, Fate::FurtherPost { .. }));
    let people = |number: usize| if number == 1 { "1 person".to_owned() } else { format!("{number} people") };
    match (new, more, tense) {
        (0, 0, Tense::ToCome) => "Nothing would change.".to_owned(),
        (0, 0, Tense::Done) => "Nothing was changed.".to_owned(),
        (new, 0, Tense::ToCome) => format!("{} will be added.", people(new)),
        (new, 0, Tense::Done) => format!("{} added.", people(new)),
        (new, more, Tense::ToCome) => {
            format!("{} will be added, and {} will get a further post.", people(new), people(more))
        }
        (new, more, Tense::Done) => format!("{} added, {} with a further post.", people(new), people(more)),
    }
}

fn check_page(
    app: &App,
    person: &SignedIn,
    csrf: Csrf,
    lines: &[Line],
    tense: Tense,
) -> Result<CheckPage, Error> {
    let heading = match tense {
        Tense::ToCome => "Check the list",
        Tense::Done => "The list was taken on",
    };
    let mut shell = frame(app, &person.0, &csrf, heading, urls::STAFF_LIST);
    shell.back = Some(urls::STAFF_LIST.to_owned());
    let (fine, wrong): (Vec<&Line>, Vec<&Line>) = lines.iter().partition(|line| line.came.is_ok());
    let error = match (wrong.len(), tense) {
        (0, _) => None,
        (1, Tense::ToCome) => Some("1 row needs another look".to_owned()),
        (count, Tense::ToCome) => Some(format!("{count} rows need another look")),
        (1, Tense::Done) => Some("1 row was left out".to_owned()),
        (count, Tense::Done) => Some(format!("{count} rows were left out")),
    };
    let rows = Field::new(ROWS, "Put these rows right")
        .value(staff_list::written(wrong.iter().map(|line| &line.row))?)
        .rows(8)
        .error(error);
    let problems: Vec<Problem> = rows.problem().into_iter().collect();
    if !problems.is_empty() {
        shell.standing = Standing::Problem;
    }
    let waits = |line: &&&Line| matches!(line.came, Ok(Fate::New | Fate::FurtherPost { .. }));
    let changes = fine.iter().any(|line| waits(&line));
    let good = match tense {
        Tense::ToCome => staff_list::written(fine.iter().map(|line| &line.row))?,
        Tense::Done => String::new(),
    };
    Ok(CheckPage {
        shell,
        csrf,
        problems,
        summary: count_words(lines, tense),
        done: match tense {
            Tense::ToCome if changes => None,
            Tense::ToCome => Some("There is nothing to confirm.".to_owned()),
            Tense::Done => Some("Whoever is new finds a link in their mail. It works for 7 days.".to_owned()),
        },
        came: match tense {
            Tense::ToCome => "What happens",
            Tense::Done => "What happened",
        },
        fine: fine.into_iter().map(|line| row_view(line, tense)).collect(),
        wrong: wrong.into_iter().map(|line| row_view(line, tense)).collect(),
        rows,
        good,
    })
}

/// The page on which a list is sent.
pub async fn page(
    app: web::Data<App>,
    LooksAfter { person, .. }: LooksAfter,
    csrf: Csrf,
) -> Result<HttpResponse, Trouble> {
    Ok(draw(&mut HttpResponse::Ok(), &list_page(&app, &person, csrf, &Typed::default(), &[])))
}

/// A list to begin with.
pub async fn sample(_by: LooksAfter) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/csv; charset=utf-8"))
        .insert_header((CONTENT_DISPOSITION, "attachment; filename=\"staff.csv\""))
        // The mark by which spreadsheets know the letters.
        .body(format!("\u{feff}{SAMPLE}"))
}

/// What was sent: the rows without a problem, and those that were pasted or put right; or a file.
fn read(typed: &Typed, file: &Content) -> Result<StaffList, Error> {
    if let Content::Bytes(bytes) = file
        && bytes.is_empty()
    {
        let (good, rows) = (typed.exactly(GOOD), typed.exactly(ROWS));
        return match (good.trim(), rows.trim()) {
            ("", _) => StaffList::read(rows.as_bytes()),
            (_, "") => StaffList::read(good.as_bytes()),
            (_, _) => StaffList::read(good.as_bytes())?.and(StaffList::read(rows.as_bytes())?),
        };
    }
    match file {
        Content::Bytes(bytes) => StaffList::read(bytes),
        Content::TooMuch => Err(staff_list::too_large()),
    }
}

/// Looks at a list, and says what would happen.
pub async fn look(
    app: web::Data<App>,
    LooksAfter { person, by }: LooksAfter,
    csrf: Csrf,
    request: HttpRequest,
    body: web::Payload,
) -> Result<HttpResponse, Trouble> {
    let mut sent = upload::read(&request, body, app.file_limits()).await?;
    csrf.check(sent.typed.get("csrf"))?;
    let (typed, file) = (sent.typed.clone(), sent.file(FILE).content);
    let looked =
        blocking(&app, move |app| staff_list::look(app, &Inviter::Administrator(by), &read(&typed, &file)?));
    answer(&app, &person, csrf, &sent.typed, looked.await, Tense::ToCome)
}

/// Takes a list on: the rows without a problem that were looked at, and no others.
pub async fn take_on(
    app: web::Data<App>,
    LooksAfter { person, by }: LooksAfter,
    csrf: Csrf,
    form: CheckedForm,
) -> Result<HttpResponse, Trouble> {
    let typed = form.0.clone();
    let done = blocking(&app, move |app| {
        let list = read(&typed, &Content::Bytes(Vec::new()))?;
        staff_list::take_on(app, &Inviter::Administrator(by), list)
    });
    answer(&app, &person, csrf, &form.0, done.await, Tense::Done)
}

fn answer(
    app: &App,
    person: &SignedIn,
    csrf: Csrf,
    typed: &Typed,
    lines: Result<Vec<Line>, Error>,
    tense: Tense,
) -> Result<HttpResponse, Trouble> {
    match lines {
        Ok(lines) => Ok(draw(&mut HttpResponse::Ok(), &check_page(app, person, csrf, &lines, tense)?)),
        Err(Error::Invalid(problems)) => {
            let page = list_page(app, person, csrf, typed, &problems);
            Ok(draw(&mut HttpResponse::build(StatusCode::UNPROCESSABLE_ENTITY), &page))
        }
        Err(other) => Err(other.into()),
    }
}
