//! A list as a file for a spreadsheet (S34): read some at a time while the file is on its way, so that a large one fills
//! no memory.

use std::future::ready;

use actix_web::HttpResponse;
use actix_web::error::ErrorInternalServerError;
use actix_web::web::{self, Bytes};
use futures_util::stream::{self, StreamExt};

use crate::app::App;
use crate::app::error::Error;
use crate::app::logs::Place;
use crate::web::extract::blocking;
use crate::web::problem::log_once;
use crate::web::trouble::Trouble;

/// How many lines are read at once.
pub const LINES_AT_ONCE: usize = 1_000;

/// The mark at the beginning tells spreadsheets that this is UTF-8.
pub(in crate::web::pages) const BEGINNING: &str = "\u{feff}";

/// Some lines, and where they go on.
pub type Lines = (Vec<Vec<String>>, Option<Place>);

/// A cell that a spreadsheet would take for a formula begins with an apostrophe.
pub(in crate::web::pages) fn harmless(cell: String) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}") } else { cell }
}

/// The file. The first lines are read before it begins, so that a refusal is a page; a fault later breaks the download
/// off, so that nobody takes a part for the whole.
///
/// # Errors
/// Those of the first lines.
pub async fn file<F>(
    app: &web::Data<App>,
    (name, heads): (&str, &'static [&'static str]),
    lines: F,
) -> Result<HttpResponse, Trouble>
where
    F: Fn(&App, Option<Place>) -> Result<Lines, Error> + Clone + Send + 'static,
{
    let first = lines.clone();
    let (found, next) = blocking(app, move |app| first(app, None)).await?;
    let heads = heads.iter().map(|head| (*head).to_owned()).collect();
    let beginning = text(std::iter::once(heads).chain(found).collect(), BEGINNING)?;
    let app = app.clone();
    let further = stream::try_unfold(next, move |next| {
        let (app, lines) = (app.clone(), lines.clone());
        async move {
            let Some(place) = next else { return Ok(None) };
            let read = blocking(&app, move |app| {
                let (found, next) = lines(app, Some(place))?;
                Ok((text(found, "")?, next))
            });
            read.await.map(Some).map_err(|fault| {
                log_once(&fault);
                ErrorInternalServerError("the log could not be read to its end")
            })
        }
    });
    let whole = stream::once(ready(Ok::<_, actix_web::Error>(beginning))).chain(further);
    Ok(HttpResponse::Ok()
        .content_type("text/csv; charset=utf-8")
        .insert_header(("Content-Disposition", format!("attachment; filename=\"{name}\"")))
        .streaming(whole))
}

fn text(rows: Vec<Vec<String>>, beginning: &str) -> Result<Bytes, Error> {
    let mut writer = csv::Writer::from_writer(beginning.as_bytes().to_vec());
    let internal = |source: csv::Error| Error::Internal(Box::new(source));
    for row in rows {
        writer.write_record(row.into_iter().map(harmless)).map_err(internal)?;
    }
    let whole = writer.into_inner().map_err(|error| internal(error.into_error().into()))?;
    Ok(Bytes::from(whole))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// S34: what a family could write is never run by a spreadsheet.
    #[test]
    fn s34_no_cell_is_a_formula() {
        for formula in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"] {
            assert!(harmless(formula.to_owned()).starts_with('\''), "{formula:?}");
        }
        assert_eq!(harmless("Amara".to_owned()), "Amara");
    }
}
