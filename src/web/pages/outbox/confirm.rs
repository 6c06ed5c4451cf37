//! The page that asks before a message leaves again: to whom, what it says, what follows (S5).

use askama::Template;

use crate::app::messages::{Deed, Full, MessageState, Open};
use crate::urls;
use crate::web::page::Shell;
use crate::web::parts::SummaryRow;

use super::recipient;

/// The page.
#[derive(Clone, Debug, Template)]
#[template(path = "outbox/confirm.html")]
pub struct ConfirmPage {
    /// The frame.
    pub shell: Shell,
    /// To whom, and under which subject.
    pub rows: Vec<SummaryRow>,
    /// What it says; none where the reader does not see the case.
    pub text: Option<String>,
    /// What follows.
    pub effects: Vec<String>,
    /// What was typed, carried along.
    pub carried: Vec<(&'static str, String)>,
    /// Where it is sent.
    pub send_to: String,
    /// What the button says.
    pub button: &'static str,
    /// The way back to the message.
    pub cancel: String,
    /// The token of the form.
    pub csrf: String,
}

impl ConfirmPage {
    /// Asks about a message that is to leave again; none for what sends nothing. `text` is as the reader may see
    /// it, `undo_seconds` how long a corrected one can be called back.
    pub fn new(
        mut shell: Shell,
        full: &Full,
        deed: &Deed,
        text: String,
        undo_seconds: i64,
        csrf: impl Into<String>,
    ) -> Option<Self> {
        let id = full.posted.message.id;
        let (what, carried, button) = match deed {
            Deed::SendAgain => ("send-again", Vec::new(), "Send it again"),
            Deed::SendTo(address) => {
                ("address", vec![("address", address.as_str().to_owned())], "Send it there")
            }
            Deed::CallBack | Deed::Told(..) => return None,
        };
        shell.heading = "Check: send it again".into();
        shell.back = Some(urls::message(id));
        Some(Self {
            rows: rows(full, deed),
            text: (full.content == Open::Open).then_some(text),
            effects: effects(full, deed, undo_seconds),
            carried,
            send_to: urls::message_act(id, what),
            button,
            cancel: urls::message(id),
            csrf: csrf.into(),
            shell,
        })
    }
}

fn rows(full: &Full, deed: &Deed) -> Vec<SummaryRow> {
    let row =
        |key: &'static str, value: String| SummaryRow { key: key.into(), value: Some(value), change: None };
    let message = &full.posted.message;
    match (full.content, deed) {
        (Open::Sealed, _) => vec![row(
            "To",
            "You do not see this case, so you do not see to whom it goes or what it says".to_owned(),
        )],
        (Open::Open, Deed::SendTo(address)) => vec![
            row("To", format!("{} <{}>", message.to_name, address.as_str())),
            row("Subject", message.subject.clone()),
        ],
        (Open::Open, Deed::SendAgain | Deed::CallBack | Deed::Told(..)) => {
            vec![row("To", recipient(message)), row("Subject", message.subject.clone())]
        }
    }
}

fn effects(full: &Full, deed: &Deed, undo_seconds: i64) -> Vec<String> {
    let mut effects = Vec::new();
    match deed {
        Deed::SendTo(_) => {
            effects.push("The same words go to this address.".to_owned());
            if full.posted.message.case.is_some() {
                effects.push("Later letters about this case go there too.".to_owned());
            }
            if undo_seconds > 0 {
                effects.push(format!("For {undo_seconds} seconds you can still call it back."));
            }
        }
        Deed::SendAgain => {
            effects.push("It leaves at once, as it is. It cannot be called back then.".to_owned());
        }
        Deed::CallBack | Deed::Told(..) => {}
    }
    if full.posted.state == MessageState::Flagged {
        effects
            .push("Nobody knows whether it left the first time, so they may have it twice then.".to_owned());
    }
    effects
}
