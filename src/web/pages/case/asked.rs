//! The page of somebody who is asked to sit on a panel, before they have declared: who takes part and when the hearing
//! is, so that they can tell whether anything stands in the way, and nothing of what anybody said (R27, 9.3).

use askama::Template;

use crate::domain::calendar::{local_date, local_time_words};
use crate::domain::case::action::Action;
use crate::domain::case::decide::ready;
use crate::domain::case::refusal::Refusal;
use crate::domain::case::state::Declaration;
use crate::domain::procedure::StageKind;
use crate::urls;
use crate::web::page::Shell;
use crate::web::parts::{Fact, Identity, Link};

use super::{Sight, people};

/// The page before a declaration.
#[derive(Clone, Debug, Template)]
#[template(path = "case/asked.html")]
pub struct AskedPage {
    /// The frame.
    pub shell: Shell,
    /// What identifies the case.
    pub identity: Identity,
    /// What to do now, or why nothing can be done.
    pub stands: String,
    /// The names, and the day.
    pub facts: Vec<Fact>,
    /// Where they declare, while they can.
    pub declare: Option<Link>,
}

impl AskedPage {
    /// The page of whoever looks.
    pub fn new(mut shell: Shell, sight: &Sight<'_>) -> Self {
        shell.heading = sight.case.reference.to_string().into();
        let refusal = ready(sight.case, Action::DeclareInterest, sight.ctx).err();
        let href = urls::case_action(&sight.case.reference, Action::DeclareInterest);
        Self {
            identity: sight.identity(),
            stands: stands(sight, refusal.as_ref()),
            facts: facts(sight),
            declare: refusal.is_none().then(|| Link::new(Action::DeclareInterest.title(), href)),
            shell,
        }
    }
}

fn stands(sight: &Sight<'_>, refusal: Option<&Refusal>) -> String {
    if let Some(refusal) = refusal {
        return format!("You cannot declare now. {}.", refusal.sentence);
    }
    let hearing = sight.case.run().and_then(|run| run.hearing.as_ref());
    let mine = hearing.zip(sight.ctx.actor.person()).and_then(|(hearing, me)| hearing.declaration_of(me));
    match mine {
        Some(Declaration::Interest(_)) => {
            "You have declared that something may stand in the way. The clerk decides \
                                           whether the panel changes, and writes to you if it does."
                .to_owned()
        }
        Some(Declaration::Nothing) | None => {
            "Read these names first. Then declare whether you know any of them, have \
                                              heard of the matter, or anything else stands in the way."
                .to_owned()
        }
    }
}

fn facts(sight: &Sight<'_>) -> Vec<Fact> {
    let case = sight.case;
    let families: Vec<String> = case.complainants().map(|party| party.name.to_string()).collect();
    let child = case.child.as_ref().map(|child| child.name.to_string());
    let fact = |name: &'static str, value: String| Fact { name: name.into(), value };
    [
        Some(fact("Who complains", families.join(", "))),
        child.map(|child| fact("About the child", child)),
        Some(fact("Complained about", people::subjects(sight).join(", "))),
        Some(fact("Who has dealt with it", handled(sight))),
        Some(fact("With you on the panel", fellows(sight))),
        Some(fact("The hearing", hearing(sight))),
    ]
    .into_iter()
    .flatten()
    .filter(|fact| !fact.value.is_empty())
    .collect()
}

/// Whoever had a stage below the panel.
fn handled(sight: &Sight<'_>) -> String {
    let below = sight.case.runs.iter().filter(|run| run.kind != StageKind::Panel);
    let mut names: Vec<&str> = Vec::new();
    for person in below.filter_map(|run| run.handler.person) {
        let name = sight.ctx.directory.name(person);
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names.join(", ")
}

fn fellows(sight: &Sight<'_>) -> String {
    let hearing = sight.case.run().and_then(|run| run.hearing.as_ref());
    let members = hearing.map(|hearing| hearing.members.as_slice()).unwrap_or_default();
    let others = members.iter().map(|member| member.person);
    let others = others.filter(|person| sight.ctx.actor.person() != Some(*person));
    let names: Vec<&str> = others.map(|person| sight.ctx.directory.name(person)).collect();
    names.join(", ")
}

fn hearing(sight: &Sight<'_>) -> String {
    let hearing = sight.case.run().and_then(|run| run.hearing.as_ref());
    hearing.and_then(|hearing| hearing.dates.last()).map_or_else(
        || "No date is set yet.".to_owned(),
        |date| format!("{} {}, {}", local_date(date.at).format("%A"), local_time_words(date.at), date.place),
    )
}
