//! The way back with a code on paper, for families without email: where it is typed, and the page on which it is shown
//! once.

use askama::Template;

use crate::app::access::limit::Network;
use crate::app::access::return_code;
use crate::domain::reference::Reference;
use crate::domain::return_code::ReturnCode;
use crate::urls;
use crate::web::field::{Field, LabelSize, Problem, Width};
use crate::web::page::Shell;
use crate::web::pages::family::{Face, standing};
use crate::web::pages::typed::Typed;

/// Where somebody types what stands on their paper.
#[derive(Template)]
#[template(path = "mine/return.html")]
pub struct ReturnPage {
    shell: Shell,
    face: Face,
    reference: Field,
    code: Field,
    problems: Vec<Problem>,
    action: String,
    find: String,
    csrf: String,
}

impl ReturnPage {
    /// The page, with what was typed and what is to be put right.
    pub fn new(face: &Face, typed: &Typed, problems: Vec<Problem>, csrf: &str) -> Self {
        let action = urls::return_code(&face.slug);
        let mut shell = face.shell("Open your page with your return code", action.clone());
        shell.standing = standing(&problems);
        shell.back = Some(urls::find_my_case(&face.slug));
        let error = |name: &str| problems.iter().find(|one| one.field == name).map(|one| one.text.clone());
        let field = |name: &'static str, label: &'static str, hint: &'static str| {
            Field::new(name, label)
                .label_size(LabelSize::Medium)
                .hint(hint)
                .width(Width::Ten)
                .value(typed.get(name))
                .error(error(name))
        };
        Self {
            reference: field("reference", "Reference", "Eight letters and numbers, like 4F7K-92MX."),
            code: field(
                "code",
                "Return code",
                "Ten letters and numbers, like K7M2P-4XRT9. Capital or small letters do not matter.",
            ),
            shell,
            face: face.clone(),
            problems,
            action,
            find: urls::find_my_case(&face.slug),
            csrf: csrf.to_owned(),
        }
    }
}

/// What somebody typed, as far as it can be what stands on a paper. A slip of the finger counts as no try.
///
/// # Errors
/// Each field that is not right, with how to put it right.
pub fn read_return(typed: &Typed, from: Network) -> Result<return_code::Typed, Vec<Problem>> {
    let at = |field: &str, text: String| Problem { field: field.into(), text };
    let reference = Reference::parse(typed.get("reference")).map_err(|_| {
        at("reference", "Enter the reference as it stands on your paper, like 4F7K-92MX".to_owned())
    });
    let code = ReturnCode::parse(typed.get("code")).map_err(|how| at("code", how.to_string()));
    match (reference, code) {
        (Ok(reference), Ok(code)) => Ok(return_code::Typed { reference, code, from }),
        (reference, code) => Err([reference.err(), code.err()].into_iter().flatten().collect()),
    }
}

/// What somebody reads who tried too many codes.
pub fn tries_spent(seconds: u64) -> String {
    match seconds.div_ceil(60) {
        0 | 1 => "That was too many tries. Wait a minute, then try again".to_owned(),
        minutes => format!("That was too many tries. Wait {minutes} minutes, then try again"),
    }
}

/// The code, shown once to whoever has just sent a concern: to print or to write down.
#[derive(Template)]
#[template(path = "mine/return_code.html")]
pub struct ReturnCodePage {
    shell: Shell,
    reference: String,
    code: String,
    /// Where it is typed, as it is written on paper.
    place: String,
    back: String,
}

impl ReturnCodePage {
    /// The page. `place` is the whole address of the page on which it is typed.
    pub fn new(face: &Face, issued: &return_code::Issued, place: String) -> Self {
        Self {
            shell: face.shell("Your return code", urls::raise_done_code(&face.slug)),
            reference: issued.reference.to_string(),
            code: issued.code.as_str().to_owned(),
            place,
            back: urls::raise_done(&face.slug),
        }
    }
}
