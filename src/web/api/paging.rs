//! Lists come in pages (A9): `limit`, an opaque `cursor`, and `{items, next_cursor}` in an order that stays.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;

use crate::app::error::{Error, FieldCode, FieldProblem};

/// How many items a page has when nothing is asked for.
pub const USUAL_PAGE: usize = 25;
/// How many it has at most.
pub const LARGEST_PAGE: usize = 100;

/// Which page of a list.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct PageQuery {
    /// Where the page before ended.
    pub cursor: Option<String>,
    /// How many items. Where nothing is asked for 25, and of what belongs to one case 100.
    #[param(minimum = 1, maximum = 100)]
    pub limit: Option<usize>,
}

/// A page of a list.
#[derive(Debug, Serialize)]
pub struct Paged<T> {
    items: Vec<T>,
    next_cursor: Option<String>,
}

impl<T> Paged<T> {
    /// A page that somebody else cut.
    pub fn cut(items: Vec<T>, next_cursor: Option<String>) -> Self {
        Self { items, next_cursor }
    }

    /// The items and the cursor.
    pub fn into_parts(self) -> (Vec<T>, Option<String>) {
        (self.items, self.next_cursor)
    }
}

/// How many items are asked for.
///
/// # Errors
/// `Invalid` outside 1 to 100.
pub fn size(asked: Option<usize>, usual: usize) -> Result<usize, Error> {
    match asked {
        None => Ok(usual),
        Some(limit) if (1..=LARGEST_PAGE).contains(&limit) => Ok(limit),
        Some(_) => Err(problem("limit", FieldCode::UnknownChoice, "Ask for 1 to 100")),
    }
}

/// A cursor that leads nowhere in this list.
pub fn strange_cursor() -> Error {
    problem(
        "cursor",
        FieldCode::UnknownCursor,
        "Use the cursor that the page before gave, with the same search and order",
    )
}

fn problem(field: &str, code: FieldCode, words: &str) -> Error {
    Error::Invalid(vec![FieldProblem::new(field, code, words)])
}

impl PageQuery {
    /// The page of a list that is known whole. `place` is what an item keeps while the list grows; a cursor names
    /// the list too, so that none is taken for one of another list.
    ///
    /// # Errors
    /// `Invalid` for a limit that is none and for a cursor of another list.
    pub fn of<T>(&self, list: &str, items: Vec<T>, place: impl Fn(&T) -> String) -> Result<Paged<T>, Error> {
        self.cut(USUAL_PAGE, list, items, place)
    }

    /// The same for a list that belongs to one case: it is short and usually wanted whole, so that a page of it is
    /// as large as any, where nothing is asked for.
    ///
    /// # Errors
    /// As [`PageQuery::of`].
    pub fn of_a_case<T>(
        &self,
        list: &str,
        items: Vec<T>,
        place: impl Fn(&T) -> String,
    ) -> Result<Paged<T>, Error> {
        self.cut(LARGEST_PAGE, list, items, place)
    }

    fn cut<T>(
        &self,
        usual: usize,
        list: &str,
        mut items: Vec<T>,
        place: impl Fn(&T) -> String,
    ) -> Result<Paged<T>, Error> {
        let size = size(self.limit, usual)?;
        if let Some(cursor) = &self.cursor {
            let after = read(list, cursor).ok_or_else(strange_cursor)?;
            let at = items.iter().position(|item| place(item) == after).ok_or_else(strange_cursor)?;
            items.drain(..=at);
        }
        let more = items.len() > size;
        items.truncate(size);
        let next_cursor = items.last().filter(|_| more).map(|last| write(list, &place(last)));
        Ok(Paged { items, next_cursor })
    }
}

fn write(list: &str, place: &str) -> String {
    URL_SAFE_NO_PAD.encode(format!("{list}\n{place}"))
}

fn read(list: &str, cursor: &str) -> Option<String> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()?;
    let (of, place) = text.split_once('\n')?;
    (of == list).then(|| place.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(cursor: Option<String>, limit: Option<usize>, upto: u32) -> Result<Paged<u32>, Error> {
        PageQuery { cursor, limit }.of("numbers", (1..=upto).collect(), u32::to_string)
    }

    /// A9: every item once, in order, even when the list grows between two pages.
    #[test]
    fn pages_join_without_a_gap_while_the_list_grows() {
        let first = page(None, Some(2), 3).unwrap();
        assert_eq!(first.items, [1, 2]);
        let second = page(first.next_cursor, Some(2), 5).unwrap();
        assert_eq!(second.items, [3, 4]);
        let last = page(second.next_cursor, Some(2), 5).unwrap();
        assert_eq!((last.items, last.next_cursor), (vec![5], None));
        assert_eq!(page(None, None, 30).unwrap().items.len(), USUAL_PAGE);
        assert_eq!(page(None, Some(25), 25).unwrap().next_cursor, None);
    }

    #[test]
    fn a_cursor_of_another_list_and_a_limit_that_is_none_are_told() {
        for (cursor, limit) in [
            (Some(write("letters", "1")), None),
            (Some(write("numbers", "99")), None),
            (Some("%%".to_owned()), None),
            (None, Some(0)),
            (None, Some(101)),
        ] {
            let field = if limit.is_some() { "limit" } else { "cursor" };
            let Err(Error::Invalid(problems)) = page(cursor, limit, 3) else { panic!("{field} is taken") };
            assert_eq!(problems[0].field, field);
        }
    }
}
