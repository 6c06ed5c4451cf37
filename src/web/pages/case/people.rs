//! Who takes part, what they need, and who is tainted for what.

use crate::domain::calendar::{local_date, local_time_words, short_date};
use crate::domain::case::sight::line_as_read;
use crate::domain::case::state::{AskingEnded, Case, Helping, PartEnd, Party};
use crate::domain::case::timeline::{Voice, involvement_words};
use crate::domain::case::vocabulary::ConsentAnswer;
use crate::web::pages::raise::words::language_name;
use crate::web::parts::{Fact, SummaryRow};

use super::Sight;

/// Somebody who takes part from outside the school.
#[derive(Clone, Debug)]
pub struct PersonCard {
    /// Their name.
    pub name: String,
    /// "Complainant, parent".
    pub part: String,
    /// How to reach them.
    pub rows: Vec<SummaryRow>,
    /// What to mind when reaching them; shown before anything else (R20).
    pub mind: Option<String>,
    /// What they need to take part (R20).
    pub needs: Option<String>,
}

/// One line of the involvement register.
#[derive(Clone, Debug)]
pub struct Involved {
    /// Who.
    pub name: String,
    /// As what, at which stage.
    pub part: String,
    /// Since when.
    pub since: String,
}

/// Everybody who takes part. A panel reads who they are and what they need at the hearing, not how to reach them:
/// it does not talk with either side alone (2.4).
pub(super) fn cards(sight: &Sight<'_>, voice: Voice) -> Vec<PersonCard> {
    let seen = |party| match voice {
        Voice::Staff => card(party, sight),
        Voice::Panel | Voice::AskedToSit | Voice::Complainant(_) => {
            PersonCard { rows: Vec::new(), mind: None, ..card(party, sight) }
        }
    };
    sight.case.parties.iter().map(seen).collect()
}

fn card(party: &Party, sight: &Sight<'_>) -> PersonCard {
    let row = |key: &'static str, value: Option<String>| {
        value.map(|value| SummaryRow { key: key.into(), value: Some(value), change: None })
    };
    let words = |words: &Option<crate::domain::text::Words>| words.as_ref().map(ToString::to_string);
    let rows = [
        row("Email", words(&party.email)),
        row("Phone", words(&party.phone)),
        row("Address", words(&party.address)),
        row("Prefers", party.preferred_contact.map(|how| how.title().to_owned())),
        row("Language", language(party)),
        row("Consent", consent(party, sight)),
        row("Asked", asked_words(party, sight)),
        row("Helps", party.helps.and_then(|help| helps_words(help, sight.case))),
        row("Own part", party.ended.map(|ended| ended_words(ended.how).to_owned())),
    ];
    PersonCard {
        name: party.name.to_string(),
        part: match party.asked {
            Some(_) => party.kind.title().to_owned(),
            None => format!("{}, {}", party.kind.title(), party.relationship.title().to_lowercase()),
        },
        rows: rows.into_iter().flatten().collect(),
        mind: words(&party.safe_contact_note),
        needs: words(&party.adjustments),
    }
}

/// Who agreed that they raise it for somebody else (R10).
fn consent(party: &Party, sight: &Sight<'_>) -> Option<String> {
    let recorded = sight.case.consents.get(&party.no);
    let waits = sight.case.awaits_consent().is_some_and(|known| known.no == party.no);
    recorded
        .map(|known| format!("{}, {}, {}", known.given_by, known.how.title(), short_date(known.given_on)))
        .or_else(|| waits.then(|| "Not recorded yet: nothing is shared with them".to_owned()))
}

/// For whom somebody is asked to agree, since when, and what they answered (R10).
fn asked_words(party: &Party, sight: &Sight<'_>) -> Option<String> {
    let asked = party.asked?;
    let whom = &sight.case.party(asked.whom)?.name;
    let on = short_date(asked.asked_on);
    Some(match asked.ended {
        None => format!("Whether {whom} may raise it, by email on {on}. No answer yet"),
        Some(AskingEnded::Answered(ConsentAnswer::Agree, day)) => format!("Agreed on {}", short_date(day)),
        Some(AskingEnded::Answered(ConsentAnswer::Refuse, day)) => {
            format!("Did not agree, on {}: share nothing with {whom}", short_date(day))
        }
        Some(AskingEnded::Needless) => format!("Whether {whom} may raise it, on {on}. Not asked any more"),
    })
}

/// Whom somebody helps, and how far; or that it is over.
fn helps_words(help: Helping, case: &Case) -> Option<String> {
    let whom = &case.party(help.whom)?.name;
    Some(match help.ended_at {
        Some(at) => format!("{whom}, until {}", local_time_words(at)),
        None => format!("{whom}. {}", help.may.title()),
    })
}

/// How the part of one of several ended. Nobody tells the others.
const fn ended_words(how: PartEnd) -> &'static str {
    match how {
        PartEnd::Settled => "Settled for them. They get no more letters; do not tell the others",
        PartEnd::Withdrawn => "Withdrawn. They get no more letters; do not tell the others",
    }
}

/// Their language by its name; a tag that no list knows stands as it is.
fn language(party: &Party) -> Option<String> {
    let tag = party.language.as_deref().filter(|tag| *tag != "en")?;
    Some(language_name(tag).map_or_else(|| tag.to_owned(), str::to_owned))
}

/// What must be known before anybody rings or writes: one fact for each person with a note (R20).
pub(super) fn before_contact(people: &[PersonCard]) -> Vec<Fact> {
    let fact = |name: &str, value: &str| Fact { name: name.to_owned().into(), value: value.to_owned() };
    people
        .iter()
        .flat_map(|person| {
            let mind = person.mind.as_deref().map(|words| fact(&format!("Reaching {}", person.name), words));
            let needs = person.needs.as_deref().map(|words| fact(&format!("{} needs", person.name), words));
            [mind, needs]
        })
        .flatten()
        .collect()
}

pub(super) fn subjects(sight: &Sight<'_>) -> Vec<String> {
    sight
        .case
        .subjects
        .iter()
        .map(|subject| {
            let role = subject.role.title();
            match (subject.person, &subject.name) {
                (Some(person), _) => format!("{}, {role}", sight.ctx.directory.name(person)),
                (None, Some(name)) => format!("{name}, {role} (not found among the staff)"),
                (None, None) => role.to_owned(),
            }
        })
        .collect()
}

pub(super) fn involvement(sight: &Sight<'_>) -> Vec<Involved> {
    sight
        .case
        .involvement
        .iter()
        .map(|line| line_as_read(line, sight.case, sight.ctx))
        .map(|line| {
            let stage = line
                .run
                .and_then(|run| sight.case.run_no(run))
                .and_then(|run| sight.ctx.procedure.stage(&run.stage))
                .map_or(String::new(), |stage| format!(" at \u{201c}{}\u{201d}", stage.title));
            Involved {
                name: sight.ctx.directory.name(line.person).to_owned(),
                part: format!("{}{stage}", involvement_words(line.involved_as)),
                since: short_date(local_date(line.since)),
            }
        })
        .collect()
}
