//! Cookies. Each holds a random token and nothing else; what it stands for is known to the server alone. One has the
//! name of a school.
//!
//! Behind TLS their names begin with `__Host-`, so that no other host of the domain can set one, and they
//! travel by TLS only. On a test machine without TLS they have their plain names.

use actix_web::HttpRequest;
use actix_web::cookie::time::Duration;
use actix_web::cookie::{self, SameSite};
use actix_web::web::Data;

use crate::app::App;
use crate::app::access::Token;
use crate::app::error::Error;
use crate::urls::BaseUrl;

/// Every cookie that there is. Each is needed for the service to work; none follows anybody (P41).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cookie {
    /// The session of somebody with posts.
    Staff,
    /// A session that was signed out in this browser. It opens nothing: it tells whose words a form holds that was
    /// written before.
    Before,
    /// What binds the forms of somebody who is not signed in to their browser.
    Visit,
    /// A browser that is with a provider, to be known again when it comes back.
    Away,
    /// A browser that was asked for a passkey, to be known again when it answers.
    Passkey,
    /// What stands for the first of two proofs, while the second is waited for.
    Half,
    /// A browser in which somebody with posts has signed in before. It opens nothing: it tells them from a guesser.
    Known,
    /// A family's visit: its draft is kept under it, and its forms are bound to it.
    Family,
    /// What opens a family's own case: the case token, a dot, and the reference.
    Case,
    /// The school whose case this browser opened last: its telephone number is there when the page has closed.
    School,
}

impl Cookie {
    fn name(self, base: &BaseUrl) -> &'static str {
        match (self, base.is_https()) {
            (Self::Staff, true) => "__Host-heard",
            (Self::Staff, false) => "heard",
            (Self::Before, true) => "__Host-heard-before",
            (Self::Before, false) => "heard-before",
            (Self::Visit, true) => "__Host-heard-guest",
            (Self::Visit, false) => "heard-guest",
            (Self::Away, true) => "__Host-heard-away",
            (Self::Away, false) => "heard-away",
            (Self::Passkey, true) => "__Host-heard-passkey",
            (Self::Passkey, false) => "heard-passkey",
            (Self::Half, true) => "__Host-heard-half",
            (Self::Half, false) => "heard-half",
            (Self::Known, true) => "__Host-heard-known",
            (Self::Known, false) => "heard-known",
            (Self::Family, true) => "__Host-heard-family",
            (Self::Family, false) => "heard-family",
            (Self::Case, true) => "__Host-heard-case",
            (Self::Case, false) => "heard-case",
            (Self::School, true) => "__Host-heard-school",
            (Self::School, false) => "heard-school",
        }
    }

    /// The value that the browser sent, if it can be one of ours.
    pub fn read(self, request: &HttpRequest) -> Option<String> {
        let cookie = request.cookie(self.name(app(request).ok()?.base()))?;
        self.fits(cookie.value()).then(|| cookie.value().to_owned())
    }

    fn fits(self, value: &str) -> bool {
        match self {
            Self::Staff
            | Self::Before
            | Self::Visit
            | Self::Away
            | Self::Passkey
            | Self::Half
            | Self::Known
            | Self::Family => is_token(value),
            Self::Case => value.split_once('.').is_some_and(|(token, _)| is_token(token)),
            Self::School => is_slug(value),
        }
    }

    /// The cookie for a browser. It goes when the browser is closed.
    pub fn give(self, base: &BaseUrl, token: &Token) -> cookie::Cookie<'static> {
        self.build(base, token.as_str())
    }

    /// The cookie for a browser that keeps it for a while.
    pub fn keep(self, base: &BaseUrl, value: &str, lives: Duration) -> cookie::Cookie<'static> {
        let mut kept = self.build(base, value);
        kept.set_max_age(lives);
        kept
    }

    /// The cookie that takes it away.
    pub fn take(self, base: &BaseUrl) -> cookie::Cookie<'static> {
        let mut gone = self.build(base, "");
        gone.set_max_age(Duration::ZERO);
        gone
    }

    fn build(self, base: &BaseUrl, value: &str) -> cookie::Cookie<'static> {
        cookie::Cookie::build(self.name(base), value.to_owned())
            .path("/")
            .http_only(true)
            .same_site(SameSite::Lax)
            .secure(base.is_https())
            .finish()
    }
}

/// Letters, digits, hyphens and underscores, as base64url has them; long enough and not endless.
fn is_token(value: &str) -> bool {
    (20..=100).contains(&value.len())
        && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

/// A school's name in addresses.
fn is_slug(value: &str) -> bool {
    (1..=100).contains(&value.len())
        && value.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

/// The application that answers this request.
///
/// # Errors
/// A fault, when the server was put together without one.
pub fn app(request: &HttpRequest) -> Result<&Data<App>, Error> {
    request.app_data::<Data<App>>().ok_or_else(|| Error::fault("the server has no application"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_bound_to_its_host_and_out_of_reach_of_scripts() {
        let token = Token::given("abc");
        let https = BaseUrl::parse("https://heard.example").unwrap();
        let given = Cookie::Staff.give(&https, &token).to_string();
        assert_eq!(given, "__Host-heard=abc; HttpOnly; SameSite=Lax; Secure; Path=/");
        let http = BaseUrl::parse("http://127.0.0.1:8080").unwrap();
        let given = Cookie::Staff.give(&http, &token).to_string();
        assert_eq!(given, "heard=abc; HttpOnly; SameSite=Lax; Path=/");
        let kept = Cookie::Case.keep(&https, "abc.H7K2", Duration::hours(2)).to_string();
        assert_eq!(kept, "__Host-heard-case=abc.H7K2; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=7200");
        let taken = Cookie::Visit.take(&http).to_string();
        assert_eq!(taken, "heard-guest=; HttpOnly; SameSite=Lax; Path=/; Max-Age=0");
    }

    #[test]
    fn what_cannot_be_a_token_is_no_cookie_of_ours() {
        assert!(is_token(&"a".repeat(43)) && is_token("case_0123456789abcdef-ABC"));
        for wrong in ["", "short", "has space in it, and more", "\"quoted-quoted-quoted\"", &"a".repeat(101)]
        {
            assert!(!is_token(wrong), "{wrong}");
        }
        assert!(Cookie::Case.fits(&format!("{}.H7K2-M4", "a".repeat(43))));
        assert!(!Cookie::Case.fits(&"a".repeat(43)) && !Cookie::Family.fits("a.b"));
    }
}
