//! Cookies. Each holds a random token and nothing else; what it stands for is known to the server alone.
//!
//! Behind TLS their names begin with `__Host-`, so that no other host of the domain can set one, and they
//! travel by TLS only. On a test machine without TLS they have their plain names.

use actix_web::HttpRequest;
use actix_web::http::header::{COOKIE, HeaderValue};
use actix_web::web::Data;

use crate::app::App;
use crate::app::access::Token;
use crate::app::error::Error;
use crate::urls::BaseUrl;

/// The cookies of staff pages; those of families are in `pages::serve`. Every one is needed for the service to work; none follows anybody (P41).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cookie {
    /// The session of somebody with posts.
    Staff,
    /// What binds the forms of somebody who is not signed in to their browser.
    Visit,
}

impl Cookie {
    fn plain_name(self) -> &'static str {
        match self {
            Self::Staff => "heard",
            Self::Visit => "heard-guest",
        }
    }

    fn name(self, base: &BaseUrl) -> String {
        let prefix = if base.is_https() { "__Host-" } else { "" };
        format!("{prefix}{}", self.plain_name())
    }

    /// The value that the browser sent, if it can be one of ours.
    pub fn read(self, request: &HttpRequest) -> Option<String> {
        let name = self.name(app(request).ok()?.base());
        let headers = request.headers().get_all(COOKIE).filter_map(|header| header.to_str().ok());
        headers
            .flat_map(|header| header.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .find(|(own, value)| *own == name && is_token(value))
            .map(|(_, value)| value.to_owned())
    }

    /// The `Set-Cookie` header that gives it to a browser.
    ///
    /// # Errors
    /// Never for a token of ours.
    pub fn give(self, base: &BaseUrl, token: &Token) -> Result<HeaderValue, Error> {
        // Without an age it goes when the browser is closed.
        self.header(base, token.as_str(), "")
    }

    /// The `Set-Cookie` header that takes it away.
    ///
    /// # Errors
    /// Never.
    pub fn take(self, base: &BaseUrl) -> Result<HeaderValue, Error> {
        self.header(base, "", "; Max-Age=0")
    }

    fn header(self, base: &BaseUrl, value: &str, age: &str) -> Result<HeaderValue, Error> {
        let secure = if base.is_https() { "; Secure" } else { "" };
        let text = format!("{}={value}; Path=/; HttpOnly; SameSite=Lax{secure}{age}", self.name(base));
        HeaderValue::from_str(&text).map_err(|_| Error::fault("a cookie does not fit into a header"))
    }
}

/// Letters, digits, hyphens and underscores, as base64url has them; long enough and not endless.
fn is_token(value: &str) -> bool {
    (20..=100).contains(&value.len())
        && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
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
        let given = Cookie::Staff.give(&https, &token).unwrap();
        assert_eq!(given, "__Host-heard=abc; Path=/; HttpOnly; SameSite=Lax; Secure");
        let http = BaseUrl::parse("http://127.0.0.1:8080").unwrap();
        assert_eq!(Cookie::Staff.give(&http, &token).unwrap(), "heard=abc; Path=/; HttpOnly; SameSite=Lax");
        let taken = Cookie::Visit.take(&http).unwrap();
        assert_eq!(taken, "heard-guest=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0");
    }

    #[test]
    fn what_cannot_be_a_token_is_no_cookie_of_ours() {
        assert!(is_token(&"a".repeat(43)) && is_token("case_0123456789abcdef-ABC"));
        for wrong in ["", "short", "has space in it, and more", "\"quoted-quoted-quoted\"", &"a".repeat(101)]
        {
            assert!(!is_token(wrong), "{wrong}");
        }
    }
}
