//! To whoever helps a complainant with a link of their own, and to the complainant when the school changed it.

use crate::domain::case::event::Event;
use crate::domain::case::state::Party;
use crate::domain::case::vocabulary::HelperScope;

use super::desk::Desk;
use super::draft::Draft;

/// Who helped, as the event names them.
fn helper<'a>(desk: &Desk<'a>) -> Option<&'a Party> {
    let event = desk.event()?;
    if let Event::HelperAdded { party, .. } = event {
        return Some(party);
    }
    let Event::HelperEnded { party } = event else { return None };
    desk.case().party(*party)
}

fn whom<'a>(desk: &Desk<'a>) -> &'a str {
    let help = helper(desk).and_then(|party| party.helps);
    help.and_then(|help| desk.case().party(help.whom)).map_or("Somebody", |party| party.name.as_str())
}

/// Says nothing of what the case is about: that is on the page, for whoever opens it (E2, E5).
pub(super) fn begins(desk: &Desk<'_>) -> Draft {
    let whom = whom(desk);
    let may = match helper(desk).and_then(|party| party.helps).map(|help| help.may) {
        Some(HelperScope::ReadAndWrite) => {
            "You can read the page and the letters, and write to us in their name. Your name stands beside what you do."
        }
        Some(HelperScope::Read) | None => {
            "You can read the page and the letters. Writing to us stays with them."
        }
    };
    Draft::about("you can help somebody")
        .say(format!(
            "{whom} would like you to help with something that they raised with us. Thank you for doing that."
        ))
        .say("What you need to do: open your own link, and keep it to yourself.")
        .say(may)
        .say(format!("{whom} can end this at any time. You can stop at any time, too: tell them or us."))
        .heading("If you do not want to")
        .say("You do not have to do anything. If you do not know this person, tell us.")
}

/// Kind, and final: the link is dead already.
pub(super) fn ends(desk: &Desk<'_>) -> Draft {
    Draft::about("your help has ended")
        .say(format!("You do not need to help {} with this any more, and your link is closed.", whom(desk)))
        .say("You do not need to do anything. What you wrote stays on the record. Thank you for your help.")
        .say("If you kept copies of letters, give them back or destroy them.")
}

/// To the complainant: the school did it for them, so they can say when it is not right.
pub(super) fn changed(desk: &Desk<'_>) -> Draft {
    let name = helper(desk).map_or("Somebody", |party| party.name.as_str());
    let happened = match (desk.event(), helper(desk).and_then(|party| party.helps)) {
        (Some(Event::HelperAdded { .. }), Some(help)) => {
            let may = match help.may {
                HelperScope::Read => "read your page and your letters",
                HelperScope::ReadAndWrite => "read your page and your letters, and write to us in your name",
            };
            format!("As you agreed, {name} can now help you. They can {may}.")
        }
        (Some(_) | None, _) => format!("{name} does not help you any more, and reads nothing more of it."),
    };
    Draft::about("who helps you").say(happened).say(
        "You do not need to do anything. If this is not right, tell us today, or change it on your page.",
    )
}
