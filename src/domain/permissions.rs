//! Who sees, does and decides what, as tables that a headteacher can read: `heard permissions` prints them, and
//! docs/PERMISSIONS.md holds them.
//!
//! Nothing is written down here a second time: each cell asks the function that decides it for a case.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use chrono::NaiveDate;
use uuid::Uuid;

use super::absence::may_stand_in;
use super::case::action::{Action, By, May, may};
use super::case::sight::{Reach, reach};
use super::case::state::{Standing, Subject};
use super::case::vocabulary::SubjectRole;
use super::ids::SchoolId;
use super::person::{Directory, Role};
use super::procedure::{Procedure, StageKind, called, default_for};
use super::routing::Scene;
use super::text::capital;

/// The relations that have a column of their own, with its heading.
const RELATIONS: [(By, &str); 10] = [
    (By::Complainant, "Family"),
    (By::Staff, "Staff, for the family"),
    (By::Handler, "Who has it"),
    (By::Coordinator, "Co-ordinator"),
    (By::Clerk, "Clerk"),
    (By::Authority, "Head, chair, trust"),
    (By::PanelMember, "Panel"),
    (By::SafeguardingLead, "Safeguarding lead"),
    (By::DataProtection, "Data protection"),
    (By::Clock, "By itself"),
];

/// The ladders that the routing table is drawn for: a maintained school, and an academy of a trust.
const MAINTAINED: &str = "MAINT-2";
const OF_A_TRUST: &str = "MAT-STD";

/// All four tables, as Markdown that reads well in a terminal too.
pub fn tables() -> String {
    format!(
        "## Who sees which cases\n\n{}\nWhoever is complained about, or stepped back, sees nothing of the case, whatever their posts, and nobody \
         sees anything after their post has ended.\n\n## Who does what\n\n{}\nA case must also be where the action begins, and its \
         own conditions must hold: docs/DOMAIN.md has both. Whoever is complained about does nothing.\n\n## Who decides what \
         is about whom\n\n{}\nThe first in a row who holds the post and had no part in the case has it. Where nobody does, the \
         case waits in the open, and the clerk and the trust are told.\n\n## Who may look after whose post\n\n{}\nFor the time \
         that is noted, and no longer than they hold their own post. Whoever is complained about, or had a part, looks after \
         nothing of that case. Where nobody looks after a post, somebody is told of each case that waits: the co-ordinator, the \
         head or the clerk, a person at the trust, and last the chair.\n",
        sees(),
        does(),
        decides(),
        looks_after()
    )
}

fn looks_after() -> String {
    let near = |role: Role| -> Vec<&str> { may_stand_in(role).iter().map(|near| near.title()).collect() };
    let rests = Role::ALL.into_iter().filter(|role| !may_stand_in(*role).is_empty());
    table(
        &["Away", "Can be looked after by a"],
        rests.map(|role| vec![capital(role.title()), near(role).join(", ")]).collect(),
    )
}

fn sees() -> String {
    let row = |role: Role| vec![capital(role.title()), what_it_sees(reach(role)).to_owned()];
    table(&["Post", "Sees"], Role::ALL.into_iter().map(row).collect())
}

fn what_it_sees(reach: Reach) -> &'static str {
    match reach {
        Reach::Every => "every case of the school",
        Reach::Safeguarding => "cases in which a child may be at risk, and cases in which they have a part",
        Reach::Own => "cases in which they have a part",
    }
}

fn does() -> String {
    let headings: Vec<&str> =
        std::iter::once("Action").chain(RELATIONS.into_iter().map(|(_, heading)| heading)).collect();
    let row = |action: Action| {
        let ever =
            |by| Standing::ALL.into_iter().any(|at| may(&BTreeSet::from([by]), action, at) == May::Try);
        let cell = |(by, _)| if ever(by) { "yes".to_owned() } else { String::new() };
        std::iter::once(action.title().to_owned()).chain(RELATIONS.into_iter().map(cell)).collect()
    };
    table(&headings, Action::all().map(row).collect())
}

fn decides() -> String {
    let headings = ["About", "Maintained school", "Its committee", "School of a trust", "Its panel"];
    let ladders = [MAINTAINED, OF_A_TRUST].map(default_for);
    let row = |about: SubjectRole| {
        let cells = ladders.iter().flatten().flat_map(|procedure| in_words(about, procedure));
        std::iter::once(capital(about.title())).chain(cells).collect()
    };
    table(&headings, SubjectRole::ALL.iter().copied().map(row).collect())
}

/// Who decides the formal stage, and where its panel comes from.
fn in_words(about: SubjectRole, procedure: &Procedure) -> [String; 2] {
    let subjects = [Subject { role: about, name: None, person: None }];
    let (directory, barred) = (Directory::default(), BTreeSet::new());
    let scene = Scene {
        school: SchoolId(Uuid::nil()),
        procedure,
        directory: &directory,
        today: NaiveDate::default(),
        subjects: &subjects,
        child: None,
        barred: &barred,
        before: &[],
    };
    let formal = procedure.stages.iter().find(|stage| stage.kind == StageKind::Formal);
    let roles = formal.map(|stage| scene.roles_for(stage)).unwrap_or_default();
    let others = roles.into_iter().filter(|role| !scene.is_the_subject(*role));
    let names: Vec<&str> = others.map(|role| called(role, procedure.regime)).collect();
    let panel = match (scene.panel_is_wholly_independent(), scene.panel_is_from_outside()) {
        (true, _) => "independent members alone",
        (false, true) => "nobody of the governing body",
        (false, false) => "governors and others who had no part",
    };
    [names.join("; then "), panel.to_owned()]
}

/// A table whose columns stand under each other.
fn table(headings: &[&str], rows: Vec<Vec<String>>) -> String {
    let widths: Vec<usize> = headings
        .iter()
        .enumerate()
        .map(|(column, heading)| {
            let cells = rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count());
            cells.chain([heading.chars().count()]).max().unwrap_or_default()
        })
        .collect();
    let mut text = String::new();
    let mut line = |cells: &mut dyn Iterator<Item = &str>| {
        for (cell, width) in cells.zip(&widths) {
            let _ = write!(text, "| {cell:width$} ");
        }
        text.push_str("|\n");
    };
    line(&mut headings.iter().copied());
    let rules: Vec<String> = widths.iter().map(|width| "-".repeat(*width)).collect();
    line(&mut rules.iter().map(String::as_str));
    for row in &rows {
        line(&mut row.iter().map(String::as_str));
    }
    text
}
