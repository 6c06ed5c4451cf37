//! The headers that every answer carries: nothing from other hosts, nothing inline, nothing framed.

use actix_web::middleware::DefaultHeaders;

/// Everything comes from here; nothing is inline; nobody frames a page (P41).
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
     font-src 'none'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Whether browsers are told to come back by TLS only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// Behind TLS.
    Https,
    /// On a test machine.
    Http,
}

/// The headers for every answer.
pub fn security(transport: Transport) -> DefaultHeaders {
    let headers = DefaultHeaders::new()
        .add(("Content-Security-Policy", CONTENT_SECURITY_POLICY))
        .add(("X-Content-Type-Options", "nosniff"))
        .add(("X-Frame-Options", "DENY"))
        .add(("Referrer-Policy", "no-referrer"))
        .add(("Cross-Origin-Opener-Policy", "same-origin"))
        .add(("Cross-Origin-Resource-Policy", "same-origin"))
        .add(("Permissions-Policy", "camera=(), microphone=(), geolocation=()"))
        .add(("Cache-Control", "no-store"));
    match transport {
        Transport::Https => headers.add(("Strict-Transport-Security", "max-age=31536000; includeSubDomains")),
        Transport::Http => headers,
    }
}
