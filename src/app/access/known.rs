//! Browsers in which somebody has signed in before. Such a browser holds a cookie that only this installation can have
//! made, for that one person. It opens nothing: it tells the right person from a guesser, so that nobody who hammers at
//! an account can lock its owner out, and a sign-in from anywhere else is told to its owner by mail.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use uuid::Uuid;

use crate::app::App;
use crate::app::error::Error;
use crate::domain::ids::PersonId;
use crate::key::Purpose;

use super::Token;

/// With what the cookie is bound to its use.
const USE: &[u8] = b"known browser";

/// A browser in which somebody has signed in before, found to be one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownBrowser {
    person: PersonId,
    cookie: Token,
}

impl KnownBrowser {
    /// The browser that holds that cookie; none when this installation did not make it.
    pub fn of(app: &App, cookie: &str) -> Option<Self> {
        let sealed = URL_SAFE_NO_PAD.decode(cookie).ok()?;
        let bytes = app.key().open(Purpose::KnownBrowsers, USE, &sealed).ok()?;
        let person = PersonId(Uuid::from_slice(&bytes).ok()?);
        Some(Self { person, cookie: Token::given(cookie) })
    }

    /// Whether somebody signed in there whose account that is.
    pub(super) fn is_of(&self, person: PersonId) -> bool {
        self.person == person
    }

    /// By which its tries are counted.
    pub(super) fn key(&self) -> &str {
        self.cookie.as_str()
    }
}

/// The cookie for a browser in which that person is signing in.
///
/// # Errors
/// None that happens: it is short enough for the cipher.
pub fn cookie(app: &App, person: PersonId) -> Result<Token, Error> {
    let sealed = app
        .key()
        .seal(Purpose::KnownBrowsers, USE, person.0.as_bytes(), app.ids())
        .map_err(|source| Error::Internal(Box::new(source)))?;
    Ok(Token::given(URL_SAFE_NO_PAD.encode(sealed)))
}
