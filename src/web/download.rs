//! A file goes out: always as a download, never opened as a page of ours, never kept on the way (A19).

use actix_web::body::SizedStream;
use actix_web::http::header;
use actix_web::web::{Bytes, Data};
use actix_web::{HttpResponse, error};
use futures_util::stream::{self, StreamExt};

use crate::app::App;
use crate::app::cases::Caller;
use crate::app::error::Error;
use crate::app::files::{self, Download};
use crate::domain::ids::DocumentNo;
use crate::domain::reference::Reference;

use super::extract::blocking;

/// Nothing in a file runs, loads or sends anything, should a browser show it after all.
const SANDBOX: &str = "sandbox; default-src 'none'; frame-ancestors 'none'";

/// The file of that number, for whoever may open it.
///
/// # Errors
/// `NotFound` for whatever the caller may not know of, and for what is not there.
pub async fn answer(
    app: &Data<App>,
    caller: Caller,
    reference: &Reference,
    no: DocumentNo,
) -> Result<HttpResponse, Error> {
    let reference = reference.clone();
    let download = blocking(app, move |app| files::open(app, caller, &reference, no)).await?;
    Ok(sent(app, download))
}

/// A download that somebody was let have.
pub fn sent(app: &Data<App>, download: Download) -> HttpResponse {
    let document = &download.document;
    let mut response = HttpResponse::Ok();
    response
        .insert_header((header::CONTENT_TYPE, document.media_type.clone()))
        .insert_header((header::CONTENT_DISPOSITION, attachment(document.name.as_str())))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::CONTENT_SECURITY_POLICY, SANDBOX))
        .insert_header((header::CACHE_CONTROL, "private, no-store"))
        .insert_header(("Repr-Digest", repr_digest(&document.sha256)));
    let length = document.bytes;
    response.body(SizedStream::new(length, parts(app.clone(), download)))
}

/// The digest as RFC 9530 writes it, so that a client can check what it got.
fn repr_digest(sha256: &str) -> String {
    use base64::Engine as _;
    let bytes = hex::decode(sha256).unwrap_or_default();
    format!("sha-256=:{}:", base64::engine::general_purpose::STANDARD.encode(bytes))
}

/// The bytes, a part at a time.
fn parts(
    app: Data<App>,
    download: Download,
) -> impl stream::Stream<Item = Result<Bytes, actix_web::Error>> + 'static {
    let parts = 0..download.parts;
    stream::iter(parts).then(move |no| {
        let (app, download) = (app.clone(), download.clone());
        async move {
            let part = blocking(&app, move |app| files::part(app, &download, no)).await;
            part.map(Bytes::from).map_err(|fault| {
                super::problem::log_once(&fault);
                error::ErrorInternalServerError("a part of the file is missing")
            })
        }
    })
}

/// The header that names a download: plain letters for old programs, the real name for all others (RFC 6266,
/// RFC 8187).
fn attachment(name: &str) -> String {
    let plain: String = name
        .chars()
        .map(|sign| if sign.is_ascii_alphanumeric() || " ._-()".contains(sign) { sign } else { '_' })
        .collect();
    if plain == name {
        return format!("attachment; filename=\"{plain}\"");
    }
    let exact: String = name.bytes().map(exactly).collect();
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{exact}")
}

/// A byte of a name: the letters that RFC 8187 lets stand, and the others by their number.
fn exactly(byte: u8) -> String {
    if byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte) {
        char::from(byte).to_string()
    } else {
        format!("%{byte:02X}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_breaks_no_header_in_any_script() {
        for (name, header) in [
            ("letter.pdf", "attachment; filename=\"letter.pdf\""),
            ("Zoë.pdf", "attachment; filename=\"Zo_.pdf\"; filename*=UTF-8''Zo%C3%AB.pdf"),
            (
                "a\"; b=\r\nX: y.pdf",
                "attachment; filename=\"a__ b___X_ y.pdf\"; filename*=UTF-8''a%22%3B%20b%3D%0D%0AX%3A%20y.pdf",
            ),
        ] {
            assert_eq!(attachment(name), header);
        }
    }
}
