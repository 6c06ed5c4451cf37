//! The frame of every page for signed-in staff.

use crate::app::App;
use crate::app::logs::reads_settings;
use crate::app::people::Colleague;
use crate::domain::calendar::local_date;
use crate::domain::person::Role;
use crate::urls;
use crate::web::csrf::Csrf;
use crate::web::page::{Desk, Help, Shell, SignedIn};
use crate::web::parts::{Here, Link, NavItem};

use super::access::banner;

/// What the navigation leads to: people are for administrators, the logs for whoever answers for them.
fn navigation(app: &App, colleague: &Colleague) -> Vec<(&'static str, &'static str)> {
    let mut items = vec![("Home", urls::HOME), ("Cases", urls::CASES), ("Messages", urls::OUTBOX)];
    let today = local_date(app.now());
    if colleague.holds(Role::Administrator, today) {
        items.push(("People", urls::PEOPLE));
    }
    if reads_settings(colleague, today) {
        items.push(("Logs", urls::SETTINGS_LOG));
    }
    items.push(("My account", urls::ACCOUNT));
    items
}

/// The frame, with the navigation and the way out.
pub fn frame(app: &App, colleague: &Colleague, csrf: &Csrf, heading: &'static str, path: &str) -> Shell {
    let item = |words: &'static str, to: &'static str| NavItem {
        link: Link::new(words, to),
        here: if path == to { Here::ThisPage } else { Here::Elsewhere },
        count: None,
    };
    let several = colleague.schools(local_date(app.now())).len() > 1;
    let desk = Desk {
        signed_in: Some(SignedIn {
            name: colleague.name.clone(),
            sign_out: urls::SIGN_OUT.into(),
            csrf: csrf.token().to_owned(),
        }),
        nav: navigation(app, colleague).into_iter().map(|(words, to)| item(words, to)).collect(),
        switch: several.then(|| Link::new("Change school", urls::HOME)),
    };
    let mut help = Help::new("Help with Heard");
    help.note = Some("Ask your school\u{2019}s administrator or complaints co-ordinator".to_owned());
    let mut shell = Shell::staff(heading, desk, help);
    shell.mode = banner(app.mode());
    shell.school = Some(colleague.workplace.clone()).filter(|name| !name.is_empty());
    shell.footer = vec![Link::new("Accessibility statement", urls::ACCESSIBILITY)];
    path.clone_into(&mut shell.path);
    shell
}

/// What stands where help stands elsewhere: there is nobody to ask.
pub fn help_of_a_demo() -> Help {
    let note =
        "No family and no school reads what you write here. Delete the folder of the demo to begin anew.";
    Help { note: Some(note.to_owned()), ..Help::new("Nothing here is real") }
}

/// The frame without anybody signed in: a demo's messages are for everybody who looks around.
pub fn bare(app: &App, heading: &'static str, path: &str) -> Shell {
    let mut shell = Shell::staff(heading, Desk::default(), help_of_a_demo());
    shell.mode = banner(app.mode());
    path.clone_into(&mut shell.path);
    shell
}
