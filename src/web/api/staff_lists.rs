//! A whole staff at once, for programs of administrators: the same list as on the page, looked at first or taken on.

use actix_web::web::{self, Json};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::app::access::staff_list::{self, Fate, Inviter, Line, StaffList};
use crate::app::error::FieldProblem;
use crate::web::extract::{ApiAdministrator, Body, blocking};
use crate::web::problem::ApiError;

/// A list of staff.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StaffListBody {
    /// The list as a spreadsheet saves it (CSV): the names of the columns in the first row, then at most 300 rows. The
    /// columns are `name`, `email`, `post`, `school`, and where they are wanted `from`, `to`, `year_groups`,
    /// `independence`, `independence_reason`.
    pub rows: String,
}

/// What becomes of a row.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// They are taken on, and mailed the link by which they choose a password.
    New,
    /// They are here already, and get this post too.
    FurtherPost,
    /// They have this post already.
    Unchanged,
    /// The same stands in a row above.
    SameAsAbove,
    /// It has problems, and is left out.
    LeftOut,
}

/// A column of a row that does not fit.
#[derive(Debug, Serialize, ToSchema)]
pub struct CellProblem {
    /// The column.
    column: String,
    /// The stable code.
    code: String,
    /// What to put right.
    message: String,
}

/// A row, and what becomes of it.
#[derive(Debug, Serialize, ToSchema)]
pub struct StaffRow {
    /// Where it stands, as spreadsheets count: the names of the columns are row 1.
    row: usize,
    /// Whose.
    email: String,
    /// What becomes of it.
    outcome: Outcome,
    /// What to put right, where it is left out.
    problems: Vec<CellProblem>,
}

fn view(line: Line) -> StaffRow {
    let (outcome, problems) = match line.came {
        Ok(Fate::New) => (Outcome::New, Vec::new()),
        Ok(Fate::FurtherPost { .. }) => (Outcome::FurtherPost, Vec::new()),
        Ok(Fate::Unchanged) => (Outcome::Unchanged, Vec::new()),
        Ok(Fate::SameAs(_)) => (Outcome::SameAsAbove, Vec::new()),
        Err(problems) => (Outcome::LeftOut, problems),
    };
    let problem = |problem: FieldProblem| CellProblem {
        column: problem.field,
        code: problem.code.key().to_owned(),
        message: problem.words,
    };
    StaffRow {
        row: line.row.number,
        email: line.row.cell("email").to_owned(),
        outcome,
        problems: problems.into_iter().map(problem).collect(),
    }
}

/// What becomes of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct StaffListView {
    /// Each row, in its order.
    rows: Vec<StaffRow>,
}

fn views(lines: Vec<Line>) -> Json<StaffListView> {
    Json(StaffListView { rows: lines.into_iter().map(view).collect() })
}

/// Look at a list of staff: what would become of each row. Nothing happens.
#[utoipa::path(post, path = "/people/list/check", tag = "People", request_body = StaffListBody,
    responses((status = 200, body = StaffListView), (status = 401), (status = 403), (status = 422)), security(("token" = [])))]
pub async fn look(
    app: web::Data<App>,
    caller: ApiAdministrator,
    Body(body): Body<StaffListBody>,
) -> Result<Json<StaffListView>, ApiError> {
    let by = Inviter::Administrator(caller.by);
    let lines =
        blocking(&app, move |app| staff_list::look(app, &by, &StaffList::read(body.rows.as_bytes())?));
    Ok(views(lines.await?))
}

/// Take a list of staff on: every row without a problem, in one step. The same list a second time changes nothing.
#[utoipa::path(post, path = "/people/list", tag = "People", request_body = StaffListBody,
    responses((status = 200, body = StaffListView), (status = 401), (status = 403), (status = 422)), security(("token" = [])))]
pub async fn take_on(
    app: web::Data<App>,
    caller: ApiAdministrator,
    Body(body): Body<StaffListBody>,
) -> Result<Json<StaffListView>, ApiError> {
    let by = Inviter::Administrator(caller.by);
    let lines =
        blocking(&app, move |app| staff_list::take_on(app, &by, StaffList::read(body.rows.as_bytes())?));
    Ok(views(lines.await?))
}
