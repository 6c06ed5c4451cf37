//! What the pages of the logs answer.

use actix_web::{HttpRequest, HttpResponse, web};

use crate::app::App;
use crate::app::error::Error;
use crate::app::logs::{self, Asked};
use crate::app::people::Colleague;
use crate::app::readings::{self, For};
use crate::domain::calendar::local_date;
use crate::urls;
use crate::web::csrf::Csrf;
use crate::web::extract::{SignedIn, blocking};
use crate::web::pages::desk::frame;
use crate::web::trouble::{Trouble, draw};

use super::file::{self, LINES_AT_ONCE};
use super::{
    LogQuery, PAGE, READINGS_HEADS, ReadingsPage, SETTINGS_HEADS, SettingsPage, author_of, readings_row,
    settings_row,
};

/// What of the log of settings the address asks for. A kind that is none is left out.
fn settings_asked(query: &LogQuery, schools: &[(String, String)]) -> Asked {
    let kind = query.get("kind").filter(|kind| logs::KINDS.iter().any(|(key, _)| key == kind));
    Asked {
        school: query.get("school").filter(|slug| schools.iter().any(|(own, _)| own == slug)),
        kind,
        by: query.get("person").as_deref().and_then(author_of),
        days: query.days(),
        after: query.after(),
    }
}

/// Where the other log is, for whoever watches over who reads cases.
fn other_log(app: &App, colleague: &Colleague) -> Option<&'static str> {
    readings::watches(colleague, local_date(app.now())).then_some(urls::READINGS_LOG)
}

/// What was changed in the settings.
pub async fn settings(
    app: web::Data<App>,
    person: SignedIn,
    csrf: Csrf,
    request: HttpRequest,
) -> Result<HttpResponse, Trouble> {
    let query = LogQuery::read(urls::SETTINGS_LOG, request.query_string());
    let (colleague, asked) = (person.0.clone(), query.clone());
    let found = blocking(&app, move |app| {
        let schools = logs::schools(app, &colleague)?;
        logs::settings(app, &colleague, &settings_asked(&asked, &schools), PAGE)
    })
    .await?;
    let shell = frame(&app, &person.0, &csrf, "Changed settings", urls::SETTINGS_LOG);
    let page = SettingsPage::new(shell, &query, &found, other_log(&app, &person.0));
    Ok(draw(&mut HttpResponse::Ok(), &page))
}

/// The same as a file.
pub async fn settings_file(
    app: web::Data<App>,
    person: SignedIn,
    request: HttpRequest,
) -> Result<HttpResponse, Trouble> {
    let query = LogQuery::read(urls::SETTINGS_LOG, request.query_string());
    let colleague = person.0;
    file::file(&app, ("changed-settings.csv", &SETTINGS_HEADS), move |app, after| {
        let schools = logs::schools(app, &colleague)?;
        let asked = Asked { after, ..settings_asked(&query, &schools) };
        let found = logs::settings(app, &colleague, &asked, LINES_AT_ONCE)?;
        Ok((found.entries.iter().map(settings_row).collect(), found.next))
    })
    .await
}

/// The readings that the address asks for.
pub(in crate::web::pages) fn readings_asked(query: &LogQuery) -> readings::Asked {
    readings::Asked { person: query.person(), how: query.how(), days: query.days(), after: query.after() }
}

/// The school that the address asks for, where it is one of those that the reader watches over.
fn school_asked(app: &App, colleague: &Colleague, query: &LogQuery) -> Result<Option<String>, Error> {
    let own = readings::schools_watched(app, colleague)?;
    Ok(query.get("school").filter(|slug| own.contains(slug)))
}

/// Who read the cases of a school.
pub async fn readings(
    app: web::Data<App>,
    person: SignedIn,
    csrf: Csrf,
    request: HttpRequest,
) -> Result<HttpResponse, Trouble> {
    let query = LogQuery::read(urls::READINGS_LOG, request.query_string());
    let (colleague, asked) = (person.0.clone(), query.clone());
    let found = blocking(&app, move |app| {
        let school = school_asked(app, &colleague, &asked)?;
        let wanted = (school.as_deref(), &readings_asked(&asked));
        readings::of_school(app, &colleague, wanted, For::Reading, PAGE)
    })
    .await?;
    let mut shell = frame(&app, &person.0, &csrf, "Who read cases", urls::SETTINGS_LOG);
    shell.school = Some(found.world.school.name.clone());
    Ok(draw(&mut HttpResponse::Ok(), &ReadingsPage::new(shell, &query, &found)))
}

/// The same as a file.
pub async fn readings_file(
    app: web::Data<App>,
    person: SignedIn,
    request: HttpRequest,
) -> Result<HttpResponse, Trouble> {
    let query = LogQuery::read(urls::READINGS_LOG, request.query_string());
    let colleague = person.0;
    file::file(&app, ("readings.csv", &READINGS_HEADS), move |app, after| {
        let school = school_asked(app, &colleague, &query)?;
        let asked = readings::Asked { after, ..readings_asked(&query) };
        let wanted = (school.as_deref(), &asked);
        let found = readings::of_school(app, &colleague, wanted, For::Taking, LINES_AT_ONCE)?;
        let lines = found.page.entries.iter().map(|entry| readings_row(entry, &found)).collect();
        Ok((lines, found.page.next))
    })
    .await
}
