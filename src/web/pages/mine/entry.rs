//! The way in (P33, P34, G27).

use askama::Template;

use crate::app::access::family::Elsewhere;
use crate::domain::reference::Reference;
use crate::domain::text::EmailAddress;
use crate::urls;
use crate::web::field::{Field, Kind, LabelSize, Problem, Width};
use crate::web::page::{Help, Shell};
use crate::web::pages::family::{Face, standing};
use crate::web::pages::typed::Typed;

/// The page behind a mailed link: a button and nothing of the case. Opening it changes nothing.
#[derive(Template)]
#[template(path = "mine/link.html")]
pub struct LinkPage {
    shell: Shell,
    action: String,
    csrf: String,
}

impl LinkPage {
    /// The page. Whoever opens it without pressing the button, a mail scanner too, learns the school's public name and
    /// how it is reached, and nothing else (P33, P39).
    pub fn new(token: &str, face: Option<&Face>, csrf: &str) -> Self {
        let action = urls::family_link(token);
        Self { shell: of_school_or_bare(face, "Open your page", &action), action, csrf: csrf.to_owned() }
    }
}

/// A link that no longer works, with one button that sends a new one (P33).
#[derive(Template)]
#[template(path = "mine/expired.html")]
pub struct ExpiredPage {
    shell: Shell,
    action: String,
    csrf: String,
}

impl ExpiredPage {
    /// The page. It says the same of a link that ran out, that was called back, and that never was; for the first it
    /// knows the school.
    pub fn new(token: &str, face: Option<&Face>, csrf: &str) -> Self {
        let action = urls::family_link_again(token);
        let shell = of_school_or_bare(face, "This link no longer works", &action);
        Self { shell, action, csrf: csrf.to_owned() }
    }
}

/// A new link is on its way, whether or not there was a case behind the old one.
#[derive(Template)]
#[template(path = "mine/resent.html")]
pub struct ResentPage {
    shell: Shell,
}

impl ResentPage {
    /// The page.
    pub fn new() -> Self {
        Self { shell: bare("Check your email", urls::MINE) }
    }
}

impl Default for ResentPage {
    fn default() -> Self {
        Self::new()
    }
}

/// A family left this browser.
#[derive(Template)]
#[template(path = "mine/left.html")]
pub struct LeftPage {
    shell: Shell,
    text: &'static str,
}

impl LeftPage {
    /// A family closed its own page.
    pub fn case() -> Self {
        Self {
            shell: bare("You have left your page", urls::LEAVE_MINE),
            text: "Nobody can open your concern from this browser now. The link in your email still works.",
        }
    }

    /// A family that shares its device cleared it of what it sent.
    pub fn device(face: &Face) -> Self {
        Self {
            shell: face.shell("This device is cleared", urls::raise_finish(&face.slug)),
            text: "Nothing of what you sent is left in this browser. We still have it. If you gave us an email address, \
                   the link in our message opens your page.",
        }
    }
}

/// The way in with a code of six digits, for who reads mail on another device.
#[derive(Template)]
#[template(path = "mine/code.html")]
pub struct CodePage {
    shell: Shell,
    code: Field,
    /// What proves the code in a browser that did not ask for it.
    elsewhere: [Field; 2],
    problems: Vec<Problem>,
    action: String,
    again: String,
    csrf: String,
}

impl CodePage {
    /// The page, with what was typed and what is to be put right.
    pub fn new(face: &Face, typed: &Typed, problems: Vec<Problem>, csrf: &str) -> Self {
        let action = urls::case_code(&face.slug);
        let mut shell = face.shell("Enter the code from your email", action.clone());
        shell.standing = standing(&problems);
        shell.back = Some(urls::find_my_case(&face.slug));
        let code = Field::new("code", "Code")
            .label_size(LabelSize::Medium)
            .hint("Six numbers. You can paste them.")
            .kind(Kind::Digits)
            .autocomplete("one-time-code")
            .width(Width::Ten)
            .value(typed.get("code"))
            .error(error_at(&problems, "code"));
        let also = |name: &'static str, label: &'static str| {
            Field::new(name, label).optional().value(typed.get(name)).error(error_at(&problems, name))
        };
        let elsewhere = [
            also("reference", "Reference").hint("It stands in the subject of the message.").width(Width::Ten),
            also("email", "Email address").hint("The one that the message came to.").kind(Kind::Email),
        ];
        let again = urls::find_my_case(&face.slug);
        Self { shell, code, elsewhere, problems, action, again, csrf: csrf.to_owned() }
    }
}

fn error_at(problems: &[Problem], field: &str) -> Option<String> {
    problems.iter().find(|problem| problem.field == field).map(|problem| problem.text.clone())
}

/// What a browser that did not ask for the code gives with it; none when both fields are empty.
///
/// # Errors
/// How to put it right.
pub fn read_elsewhere(typed: &Typed) -> Result<Option<Elsewhere>, Vec<Problem>> {
    let at = |field: &str, text: &str| Problem { field: field.into(), text: text.into() };
    if typed.get("reference").is_empty() && typed.get("email").is_empty() {
        return Ok(None);
    }
    let reference = Reference::parse(typed.get("reference"))
        .map_err(|_| at("reference", "Enter the reference as it stands in the message, like 4F7K-92MX"));
    let email = EmailAddress::parse(typed.get("email")).map_err(|how| at("email", how));
    match (reference, email) {
        (Ok(reference), Ok(email)) => Ok(Some(Elsewhere { reference, email })),
        (reference, email) => Err([reference.err(), email.err()].into_iter().flatten().collect()),
    }
}

/// The six digits, however they were typed or pasted.
///
/// # Errors
/// How to put it right.
pub fn read_code(typed: &str) -> Result<String, Vec<Problem>> {
    let digits: String = typed.chars().filter(|sign| !sign.is_whitespace() && *sign != '-').collect();
    if digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(digits);
    }
    Err(vec![Problem { field: "code".into(), text: "Enter the six numbers from your email".into() }])
}

fn of_school_or_bare(face: Option<&Face>, heading: &'static str, path: &str) -> Shell {
    face.map_or_else(|| bare(heading, path), |face| face.shell(heading, path))
}

pub(in crate::web::pages) fn bare(heading: &'static str, path: &str) -> Shell {
    let mut shell = Shell::parent(
        "",
        heading,
        Help::new("Something does not work? Call the school that you wrote to. Its number is in our message"),
    );
    shell.school = None;
    path.clone_into(&mut shell.path);
    shell
}
