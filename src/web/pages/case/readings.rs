//! Who has read a case (R69), for those who lead it, the data protection officer and inspectors.

use askama::Template;

use crate::app::readings::{Page, ReadBy, Reading};
use crate::urls;
use crate::web::page::{Shell, Standing};
use crate::web::pages::logs::{Around, BY_LINK, LogQuery, ReadingLine, around, line_of, person_words};
use crate::web::parts::Identity;

use super::Sight;

/// The page.
#[derive(Clone, Debug, Template)]
#[template(path = "case/readings.html")]
pub struct ReadingsPage {
    shell: Shell,
    identity: Identity,
    around: Around,
    entries: Vec<ReadingLine>,
    case: String,
}

impl ReadingsPage {
    /// The page.
    pub fn new(mut shell: Shell, sight: &Sight<'_>, query: &LogQuery, found: &Page<Reading>) -> Self {
        let around = around(query, sight.ctx.directory, found.next, found.entries.len());
        if around.has_problems() {
            shell.standing = Standing::Problem;
        }
        Self {
            shell,
            identity: sight.identity(),
            around,
            entries: found.entries.iter().map(|reading| line_of(reading, who(sight, reading))).collect(),
            case: urls::case(&sight.case.reference),
        }
    }
}

/// Who read it: by name, and with their posts.
pub fn who(sight: &Sight<'_>, reading: &Reading) -> (String, String) {
    match reading.reader {
        ReadBy::Person(person) => {
            person_words(person, sight.ctx.directory, (sight.ctx.school.id, sight.ctx.today))
        }
        ReadBy::Party(party) => {
            let name =
                sight.case.party(party).map_or_else(String::new, |known| known.name.as_str().to_owned());
            (name, BY_LINK.to_owned())
        }
    }
}
