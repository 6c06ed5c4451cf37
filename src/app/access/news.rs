//! Mails that tell somebody what happened at the door of their account. Whoever did it themselves reads it and goes on;
//! whoever did not learns it in time.

use crate::app::App;
use crate::app::error::Error;
use crate::app::writing::{self, To};
use crate::db::outbox::Message;
use crate::db::{self, Tx};
use crate::domain::calendar::{local_date, local_time_words};
use crate::domain::ids::{PersonId, SchoolId};
use crate::domain::person::{Place, Post};
use crate::mail::RenderedLetter;
use crate::mail::letters::{SecurityLetter, SecurityNews, security_news};
use crate::urls;

/// Which message that is.
const KIND: &str = "account_news";

/// Where somebody works, as their mails name it.
pub(super) struct Workplace {
    /// The first school of theirs.
    pub school: Option<SchoolId>,
    /// Its name, or that of the trust.
    pub place: String,
}

impl Workplace {
    /// That of a person with these posts.
    pub(super) fn of(tx: &mut Tx, posts: &[&Post]) -> Result<Self, Error> {
        let school = posts.iter().find_map(|post| match post.place {
            Place::School(school) => Some(school),
            Place::Trust => None,
        });
        let place = match school {
            Some(school) => db::schools::find(tx, school)?.map(|record| record.school.name),
            None => db::schools::all_trusts(tx)?.into_iter().next().map(|(_, name)| name),
        };
        Ok(Self { school, place: place.unwrap_or_else(|| "Heard".to_owned()) })
    }
}

/// Puts a mail about a person's own account into the outbox.
pub(super) fn tell(tx: &mut Tx, app: &App, person: PersonId, news: SecurityNews<'_>) -> Result<(), Error> {
    let Some(found) = db::people::find(tx, person)? else { return Ok(()) };
    let today = local_date(app.now());
    let posts: Vec<&Post> = found.posts.iter().filter(|post| post.is_held_on(today)).collect();
    let workplace = Workplace::of(tx, &posts)?;
    let letter = security_news(&SecurityLetter {
        place: &workplace.place,
        name: &found.name,
        when: &local_time_words(app.now()),
        account: &app.base().link(urls::ACCOUNT),
        forgotten: &app.base().link(urls::FORGOTTEN_PASSWORD),
        news,
    })
    .render();
    let to = To::Staff { person, name: &found.name, address: &found.email };
    send(tx, app, to, workplace.school, KIND, letter)
}

/// Puts a mail for one person into the outbox, about no case.
pub(super) fn send(
    tx: &mut Tx,
    app: &App,
    to: To<'_>,
    school: Option<SchoolId>,
    kind: &str,
    letter: RenderedLetter,
) -> Result<(), Error> {
    db::outbox::insert(tx, &Message { school, ..writing::message(app, kind, to, letter) })?;
    Ok(())
}
