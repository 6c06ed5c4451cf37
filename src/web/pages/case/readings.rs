//! Who has read a case (R69), for those who lead it.

use askama::Template;

use crate::app::readings::{ReadBy, Reading, Way, What};
use crate::domain::calendar::local_time_words;
use crate::domain::text::capital;
use crate::urls;
use crate::web::api::view::instant;
use crate::web::page::Shell;
use crate::web::parts::Identity;

use super::Sight;

/// The page.
#[derive(Clone, Debug, Template)]
#[template(path = "case/readings.html")]
pub struct ReadingsPage {
    shell: Shell,
    identity: Identity,
    lines: Vec<Line>,
    case: String,
}

/// One opening.
#[derive(Clone, Debug)]
struct Line {
    who: String,
    /// Their post, or that they are of the family.
    part: String,
    what: String,
    /// By which way, and why where a reason was asked for.
    more: String,
    at: String,
    machine_time: String,
}

impl ReadingsPage {
    /// The page.
    pub fn new(shell: Shell, sight: &Sight<'_>, readings: &[Reading]) -> Self {
        Self {
            shell,
            identity: sight.identity(),
            lines: readings.iter().map(|reading| line(sight, reading)).collect(),
            case: urls::case(&sight.case.reference),
        }
    }
}

/// By which way, and why.
fn more(reading: &Reading) -> String {
    let way = match reading.way {
        Way::Page => " on a page",
        Way::Api => " by the API",
        Way::Unknown => "",
    };
    reading.about.as_ref().map_or_else(|| way.to_owned(), |why| format!("{way}. Why: {why}"))
}

fn line(sight: &Sight<'_>, reading: &Reading) -> Line {
    let (who, part) = match reading.reader {
        ReadBy::Person(person) => {
            let posts: Vec<&str> = sight
                .ctx
                .directory
                .person(person)
                .into_iter()
                .flat_map(|known| &known.posts)
                .filter(|post| post.reaches(sight.ctx.school.id) && post.is_held_on(sight.ctx.today))
                .map(|post| post.role.title())
                .collect();
            let part = if posts.is_empty() { "no post here now".to_owned() } else { posts.join(", ") };
            (sight.ctx.directory.name(person).to_owned(), part)
        }
        ReadBy::Party(party) => {
            let name =
                sight.case.party(party).map_or_else(String::new, |known| known.name.as_str().to_owned());
            (name, "by the family\u{2019}s own link".to_owned())
        }
    };
    Line {
        who,
        part: capital(&part),
        // A file is logged with its number, "document 3", an original with that of its entry.
        what: What::ALL
            .into_iter()
            .find(|what| what.key() == reading.what)
            .map_or_else(|| reading.what.clone(), |what| what.title().to_owned()),
        more: more(reading),
        at: local_time_words(reading.at),
        machine_time: instant(reading.at),
    }
}
