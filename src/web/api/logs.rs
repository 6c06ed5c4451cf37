//! The logs: what was changed in the settings (S42), and who read the cases of a school (R69).

use actix_web::web::{self, Json};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::openapi::{ObjectBuilder, Schema, Type};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::app::App;
use crate::app::error::{Error, FieldCode, FieldProblem};
use crate::app::logs::{self, Asked, Author, Change, Days, KINDS, Place};
use crate::app::readings::{self, For, How, OfSchool, ReadBy, ReadingOfCase};
use crate::domain::ids::{PartyNo, PersonId};
use crate::web::extract::{ApiColleague, Query, blocking};
use crate::web::pages::logs::{read_cursor, write_cursor};
use crate::web::problem::ApiError;

use super::paging::{self, Paged, USUAL_PAGE};
use super::view::instant;

/// Which changes.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct SettingsQuery {
    /// What was changed; everything when nothing is asked for.
    #[param(schema_with = kinds)]
    pub kind: Option<String>,
    /// Who changed it, by their id.
    pub person: Option<Uuid>,
    /// The slug of one school.
    pub school: Option<String>,
    /// The first day.
    pub from: Option<NaiveDate>,
    /// The last day.
    pub to: Option<NaiveDate>,
    /// Where the page before ended.
    pub cursor: Option<String>,
    /// How many items, 25 when nothing is asked for.
    #[param(minimum = 1, maximum = 100)]
    pub limit: Option<usize>,
}

fn kinds() -> Schema {
    let keys = KINDS.iter().map(|(key, _)| *key);
    ObjectBuilder::new().schema_type(Type::String).enum_values(Some(keys)).into()
}

/// A change of a setting.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChangeView {
    /// When.
    #[schema(format = DateTime)]
    at: String,
    /// What was changed.
    kind: String,
    /// The slug of its school; `null` for the whole organisation.
    school: Option<String>,
    /// Who changed it; `null` for the command line.
    person_id: Option<PersonId>,
    /// Their name.
    name: Option<String>,
    /// What it was before, in lines.
    before: Vec<String>,
    /// What it is since, in lines.
    after: Vec<String>,
}

fn change_view(change: &Change) -> ChangeView {
    ChangeView {
        at: instant(change.at),
        kind: change.kind.clone(),
        school: change.school.as_ref().map(|(slug, _)| slug.clone()),
        person_id: change.by.as_ref().map(|(id, _)| *id),
        name: change.by.as_ref().map(|(_, name)| name.clone()),
        before: change.before.clone(),
        after: change.after.clone(),
    }
}

fn cursor(text: Option<&String>) -> Result<Option<Place>, Error> {
    text.map(|text| read_cursor(text).ok_or_else(paging::strange_cursor)).transpose()
}

/// What was changed in the settings, the newest first; for administrators, the complaints co-ordinator, trust officers, the data protection officer and inspectors, where they hold that post.
#[utoipa::path(get, path = "/logs/settings", tag = "Logs", params(SettingsQuery),
    responses((status = 200, body = [ChangeView]), (status = 401), (status = 403), (status = 422)), security(("token" = [])))]
pub async fn settings(
    app: web::Data<App>,
    ApiColleague(holder): ApiColleague,
    Query(query): Query<SettingsQuery>,
) -> Result<Json<Paged<ChangeView>>, ApiError> {
    let limit = paging::size(query.limit, USUAL_PAGE)?;
    let asked = Asked {
        school: query.school,
        kind: query.kind,
        by: query.person.map(|id| Author::Person(PersonId(id))),
        days: Days { from: query.from, to: query.to },
        after: cursor(query.cursor.as_ref())?,
    };
    let found = blocking(&app, move |app| logs::settings(app, &holder.colleague, &asked, limit)).await?;
    let items = found.entries.iter().map(change_view).collect();
    Ok(Json(Paged::cut(items, found.next.map(write_cursor))))
}

/// Which readings.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ReadingsQuery {
    /// Who read, by their id.
    pub person: Option<Uuid>,
    /// How it was read; in every way when nothing is asked for.
    #[param(schema_with = ways)]
    pub how: Option<String>,
    /// The first day.
    pub from: Option<NaiveDate>,
    /// The last day.
    pub to: Option<NaiveDate>,
    /// Where the page before ended.
    pub cursor: Option<String>,
    /// How many items. Where nothing is asked for 25, and of what belongs to one case 100.
    #[param(minimum = 1, maximum = 100)]
    pub limit: Option<usize>,
}

fn ways() -> Schema {
    let keys = How::ALL.into_iter().map(How::key);
    ObjectBuilder::new().schema_type(Type::String).enum_values(Some(keys)).into()
}

impl ReadingsQuery {
    /// What is asked for.
    ///
    /// # Errors
    /// `Invalid` for a way that is none and a cursor of another list.
    pub fn asked(&self) -> Result<readings::Asked, Error> {
        let way = |key: &str| {
            let words = "Ask for one of the ways that are listed";
            How::from_key(key).ok_or_else(|| {
                Error::Invalid(vec![FieldProblem::new("how", FieldCode::UnknownChoice, words)])
            })
        };
        Ok(readings::Asked {
            person: self.person.map(PersonId),
            how: self.how.as_deref().map(way).transpose()?,
            days: Days { from: self.from, to: self.to },
            after: cursor(self.cursor.as_ref())?,
        })
    }
}

/// Which readings of a school's cases.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct SchoolReadingsQuery {
    /// The slug of a school; the first of the caller's when nothing is asked for.
    pub school: Option<String>,
    /// Who read, by their id.
    pub person: Option<Uuid>,
    /// How it was read; in every way when nothing is asked for.
    #[param(schema_with = ways)]
    pub how: Option<String>,
    /// The first day; 30 days back when nothing is asked for.
    pub from: Option<NaiveDate>,
    /// The last day.
    pub to: Option<NaiveDate>,
    /// Where the page before ended.
    pub cursor: Option<String>,
    /// How many items, 25 when nothing is asked for.
    #[param(minimum = 1, maximum = 100)]
    pub limit: Option<usize>,
}

/// Who opened what of one of several cases.
#[derive(Debug, Serialize, ToSchema)]
pub struct SchoolReadingView {
    /// When.
    #[schema(format = DateTime)]
    at: String,
    /// The case.
    reference: String,
    /// What was opened, as in the readings of the case.
    what: String,
    /// How: `page`, `api`, `file`, `export`, `family_link`, or `unknown`.
    how: &'static str,
    /// Why, where a reason is asked for.
    about: Option<String>,
    /// Who, when they have a post.
    person_id: Option<PersonId>,
    /// Their name.
    name: Option<String>,
    /// Who, when they are a party of the case.
    party: Option<PartyNo>,
}

fn reading_view(entry: &ReadingOfCase, found: &OfSchool) -> SchoolReadingView {
    let (person_id, party) = match entry.reading.reader {
        ReadBy::Person(person) => (Some(person), None),
        ReadBy::Party(party) => (None, Some(party)),
    };
    SchoolReadingView {
        at: instant(entry.reading.at),
        reference: entry.reference.to_string(),
        what: entry.reading.what.clone(),
        how: How::of(&entry.reading).key(),
        about: entry.reading.about.clone(),
        person_id,
        name: person_id.map(|person| found.world.directory.name(person).to_owned()),
        party,
    }
}

/// Who read the cases of a school, the newest first, of those cases that the caller sees; for its data protection officer and inspectors.
#[utoipa::path(get, path = "/logs/readings", tag = "Logs", params(SchoolReadingsQuery),
    responses((status = 200, body = [SchoolReadingView]), (status = 401), (status = 403), (status = 422)), security(("token" = [])))]
pub async fn readings(
    app: web::Data<App>,
    ApiColleague(holder): ApiColleague,
    Query(query): Query<SchoolReadingsQuery>,
) -> Result<Json<Paged<SchoolReadingView>>, ApiError> {
    let limit = paging::size(query.limit, USUAL_PAGE)?;
    let SchoolReadingsQuery { school, person, how, from, to, cursor, .. } = query;
    let asked = ReadingsQuery { person, how, from, to, cursor, limit: None }.asked()?;
    let found = blocking(&app, move |app| {
        readings::of_school(app, &holder.colleague, (school.as_deref(), &asked), For::Reading, limit)
    })
    .await?;
    let items = found.page.entries.iter().map(|entry| reading_view(entry, &found)).collect();
    Ok(Json(Paged::cut(items, found.page.next.map(write_cursor))))
}
