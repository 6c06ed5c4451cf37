//! An email address on a form for families. Where it looks mistyped, the page asks once which one is right: a receipt
//! that goes astray is a family that waits for nothing.

use crate::domain::address::probably_meant;
use crate::domain::text::EmailAddress;
use crate::web::field::{Choices, Problem};

use super::typed::Typed;

/// The field of the address.
pub const FIELD: &str = "email";
/// The field of the answer to "Did you mean …?". Its value is the address itself, so that an address that is changed
/// afterwards is looked at anew.
pub const WHICH: &str = "email_is";

/// The address that was typed, or chosen where two were shown; none when the field is empty.
///
/// # Errors
/// How to put it right, or which of two is meant.
pub fn read(typed: &Typed) -> Result<Option<EmailAddress>, Problem> {
    if typed.get(FIELD).is_empty() {
        return Ok(None);
    }
    let given = EmailAddress::parse(typed.get(FIELD))
        .map_err(|how| Problem { field: FIELD.to_owned(), text: how.to_owned() })?;
    let Some(meant) = probably_meant(&given) else { return Ok(Some(given)) };
    match typed.get(WHICH) {
        which if which == meant.as_str() => Ok(Some(meant)),
        which if which == given.as_str() => Ok(Some(given)),
        _ => Err(Problem { field: WHICH.to_owned(), text: format!("Did you mean {meant}?") }),
    }
}

/// The two addresses to choose from, where the one that was typed looks mistyped.
pub fn which(typed: &Typed, problems: &[Problem]) -> Option<Choices> {
    let given = EmailAddress::parse(typed.get(FIELD)).ok()?;
    let meant = probably_meant(&given)?;
    let error = problems.iter().find(|problem| problem.field == WHICH).map(|problem| problem.text.clone());
    let choices = Choices::new(WHICH, "Which email address is right?")
        .option(meant.as_str().to_owned(), meant.as_str().to_owned())
        .option(given.as_str().to_owned(), format!("{given}, as you typed it"))
        .chosen(&[typed.get(WHICH)])
        .error(error);
    Some(choices)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(fields: &[(&str, &str)]) -> Typed {
        fields.iter().fold(Typed::default(), |typed, (name, value)| typed.with(name, *value))
    }

    /// P10, G21: asked once, answered either way, and asked anew for another address.
    #[test]
    fn a_slip_is_asked_about_and_what_was_typed_can_be_kept() {
        let slip = typed(&[("email", "zoe@gmial.com")]);
        assert_eq!(read(&slip).unwrap_err().text, "Did you mean zoe@gmail.com?");
        assert_eq!(which(&slip, &[]).unwrap().options.len(), 2);
        let answered = |which| read(&slip.clone().with(WHICH, which)).map(|read| read.unwrap().to_string());
        assert_eq!(answered("zoe@gmail.com").unwrap(), "zoe@gmail.com");
        assert_eq!(answered("zoe@gmial.com").unwrap(), "zoe@gmial.com");
        let changed = typed(&[("email", "zoe@hotmial.com"), (WHICH, "zoe@gmial.com")]);
        assert_eq!(read(&changed).unwrap_err().text, "Did you mean zoe@hotmail.com?");
        let right = typed(&[("email", "zoe@gmail.com")]);
        assert_eq!(read(&right).unwrap().unwrap().as_str(), "zoe@gmail.com");
        assert!(which(&right, &[]).is_none());
        assert_eq!(read(&Typed::default()).unwrap(), None);
    }
}
