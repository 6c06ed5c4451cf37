//! The stylesheet, the script and the icon: built by `build.rs`, embedded in the program, served under names that
//! carry a hash of their content.

use std::borrow::Cow;

use actix_web::http::header::{
    AcceptEncoding, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, Encoding, VARY, X_CONTENT_TYPE_OPTIONS,
};
use actix_web::{HttpResponse, web};
use rust_embed::Embed;

use super::table::{Table, get};

#[derive(Embed)]
#[folder = "static/dist/"]
struct Dist;

/// The address of the stylesheet.
pub const CSS: &str = concat!("/assets/", env!("HEARD_CSS"));

/// The address of the script: a module that only adds to pages which work without it.
pub const JS: &str = concat!("/assets/", env!("HEARD_JS"));

/// The address of the icon that browsers show beside a page's title.
pub const ICON: &str = concat!("/assets/", env!("HEARD_ICON"));

/// A name says what content it has, so a browser may keep it for a year, which is the longest that means anything.
const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// Adds `/assets/{file}` to the routes.
pub fn routes(table: &mut Table<'_>) {
    table.route("/assets/{file}", get().to(serve));
}

/// `GET /assets/{file}`: one embedded file. Other names are 404, the compressed twins and the manifest included.
async fn serve(file: web::Path<String>, accepts: Option<web::Header<AcceptEncoding>>) -> HttpResponse {
    let Some((kind, plain)) = find(&file) else {
        return HttpResponse::NotFound().insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff")).finish();
    };
    let squeezed =
        accepts.filter(|accepts| takes_gzip(accepts)).and_then(|_| Dist::get(&format!("{file}.gz")));
    let mut answer = HttpResponse::Ok();
    answer
        .insert_header((CONTENT_TYPE, kind.content_type()))
        .insert_header((CACHE_CONTROL, FOR_EVER))
        .insert_header((VARY, "Accept-Encoding"))
        .insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"));
    match squeezed {
        Some(gzip) => answer.insert_header((CONTENT_ENCODING, "gzip")).body(bytes(gzip.data)),
        None => answer.body(bytes(plain)),
    }
}

/// What we serve, and so what a browser is told that it gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Style,
    Script,
    Icon,
    Text,
}

impl Kind {
    fn of(name: &str) -> Option<Self> {
        let (_, ending) = name.rsplit_once('.')?;
        match ending {
            "css" => Some(Self::Style),
            "js" => Some(Self::Script),
            "svg" => Some(Self::Icon),
            "txt" => Some(Self::Text),
            _ => None,
        }
    }

    const fn content_type(self) -> &'static str {
        match self {
            Self::Style => "text/css; charset=utf-8",
            Self::Script => "text/javascript; charset=utf-8",
            Self::Icon => "image/svg+xml",
            Self::Text => "text/plain; charset=utf-8",
        }
    }
}

pub(super) fn find(name: &str) -> Option<(Kind, Cow<'static, [u8]>)> {
    Some((Kind::of(name)?, Dist::get(name)?.data))
}

fn takes_gzip(accepts: &AcceptEncoding) -> bool {
    let ours = [Encoding::gzip(), Encoding::identity()];
    accepts.negotiate(ours.iter()) == Some(Encoding::gzip())
}

fn bytes(data: Cow<'static, [u8]>) -> web::Bytes {
    match data {
        Cow::Borrowed(embedded) => web::Bytes::from_static(embedded),
        Cow::Owned(read) => web::Bytes::from(read),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use actix_web::http::StatusCode;
    use actix_web::test::{TestRequest, call_service, init_service, read_body};
    use actix_web::{App, dev::ServiceResponse};

    use super::*;

    async fn ask(address: &str, encodings: &str) -> ServiceResponse {
        let app = init_service(App::new().configure(|config| routes(&mut Table::of(config)))).await;
        let request = TestRequest::get().uri(address).insert_header(("accept-encoding", encodings));
        call_service(&app, request.to_request()).await
    }

    fn header(answer: &ServiceResponse, name: &str) -> String {
        answer.headers().get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default()
    }

    fn text_of(address: &str) -> String {
        let name = address.strip_prefix("/assets/").unwrap();
        String::from_utf8(find(name).unwrap().1.into_owned()).unwrap()
    }

    #[test]
    fn the_addresses_are_those_of_the_manifest() {
        let manifest = Dist::get("manifest.json").unwrap();
        let named: BTreeMap<String, String> = serde_json::from_slice(&manifest.data).unwrap();
        for (plain, address) in [("heard.css", CSS), ("heard.js", JS), ("favicon.svg", ICON)] {
            assert_eq!(format!("/assets/{}", named[plain]), address);
        }
        for served in named.values() {
            assert!(find(served).is_some(), "{served} is in the manifest and not embedded");
        }
    }

    #[actix_web::test]
    async fn each_file_has_its_type_and_may_be_kept_for_ever() {
        for (address, kind) in [
            (CSS, "text/css; charset=utf-8"),
            (JS, "text/javascript; charset=utf-8"),
            (ICON, "image/svg+xml"),
        ] {
            let answer = ask(address, "identity").await;
            assert_eq!(answer.status(), StatusCode::OK);
            assert_eq!(header(&answer, "content-type"), kind);
            assert_eq!(header(&answer, "cache-control"), FOR_EVER);
            assert_eq!(header(&answer, "x-content-type-options"), "nosniff");
            assert_eq!(header(&answer, "content-encoding"), "");
            assert_eq!(read_body(answer).await, text_of(address).into_bytes());
        }
    }

    #[actix_web::test]
    async fn whoever_takes_gzip_gets_it_and_whoever_refuses_it_does_not() {
        let squeezed = ask(CSS, "gzip, deflate, br").await;
        assert_eq!(header(&squeezed, "content-encoding"), "gzip");
        assert_eq!(header(&squeezed, "vary"), "Accept-Encoding");
        assert!(read_body(squeezed).await.starts_with(&[0x1f, 0x8b]));
        assert_eq!(header(&ask(CSS, "gzip;q=0").await, "content-encoding"), "");
    }

    #[actix_web::test]
    async fn other_names_are_not_there() {
        let twin = format!("{CSS}.gz");
        for address in
            ["/assets/manifest.json", "/assets/sources.hash", "/assets/..%2f..%2fCargo.toml", &twin]
        {
            assert_eq!(ask(address, "gzip").await.status(), StatusCode::NOT_FOUND, "{address}");
        }
    }

    /// P41, P42: nothing of GOV.UK's own brand, and nothing that would call another host.
    #[test]
    fn no_borrowed_brand_and_no_outside_host() {
        for (address, text) in [(CSS, text_of(CSS)), (JS, text_of(JS))] {
            let text = text.to_lowercase();
            for mark in ["@font-face", "gds transport", "crown", "//fonts", "@import"] {
                assert!(!text.contains(mark), "{address} holds {mark}");
            }
            // A passkey is asked for at the address that the page's own form names; nothing else is fetched.
            assert!(text.matches("fetch(").count() <= 1, "{address} fetches more");
        }
        let css = text_of(CSS).to_lowercase();
        assert!(!css.contains("gov.uk"), "the stylesheet names GOV.UK");
        for address in css.split("url(").skip(1) {
            let address = address.trim_start_matches(['"', '\'']);
            assert!(address.starts_with("./"), "the stylesheet asks another host for {address:.60}");
        }
    }

    /// One theme of the built stylesheet: the colours by name.
    fn theme(css: &str, after: &str) -> BTreeMap<String, [f64; 3]> {
        let from = css.find(after).unwrap_or_else(|| panic!("{after} is not in the stylesheet"));
        let rest = &css[from..];
        let block = &rest[rest.find("--heard-page").unwrap()..];
        let block = &block[..block.find('}').unwrap()];
        block
            .split(';')
            .filter_map(|line| line.split_once(':'))
            .filter_map(|(name, value)| Some((name.trim().to_owned(), colour(value.trim())?)))
            .collect()
    }

    /// A colour in hexadecimal, as fractions of full red, green and blue.
    fn colour(written: &str) -> Option<[f64; 3]> {
        let digits = written.strip_prefix('#')?;
        let wide: String = if digits.len() == 3 {
            digits.chars().flat_map(|digit| [digit, digit]).collect()
        } else {
            digits.into()
        };
        let part =
            |at: usize| u8::from_str_radix(&wide[at..at + 2], 16).ok().map(|value| f64::from(value) / 255.0);
        Some([part(0)?, part(2)?, part(4)?])
    }

    /// The contrast ratio of WCAG 2.2.
    fn contrast(one: [f64; 3], other: [f64; 3]) -> f64 {
        let linear = |part: f64| {
            if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        };
        let light = |[r, g, b]: [f64; 3]| 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
        let (high, low) = (light(one).max(light(other)), light(one).min(light(other)));
        (high + 0.05) / (low + 0.05)
    }

    /// Words on their ground: at least 4.5 to 1.
    const TEXT: [(&str, &str); 34] = [
        ("ink", "page"),
        ("ink", "surface"),
        ("ink", "raised"),
        ("ink", "deep-tint"),
        ("ink-soft", "page"),
        ("ink-soft", "surface"),
        ("page", "ink"),
        ("page", "deep-hover"),
        ("deep", "page"),
        ("deep", "surface"),
        ("deep", "deep-tint"),
        ("on-deep", "deep"),
        ("on-deep", "deep-hover"),
        ("on-bar", "bar"),
        ("link-hover", "private"),
        ("link", "page"),
        ("link", "surface"),
        ("link", "private"),
        ("link-hover", "page"),
        ("link-hover", "surface"),
        ("link-visited", "page"),
        ("link-visited", "surface"),
        ("turn-ink", "turn"),
        ("private-ink", "private"),
        ("error", "page"),
        ("error", "surface"),
        ("error", "private"),
        ("error-hover", "page"),
        ("on-warning", "warning"),
        ("on-warning", "warning-hover"),
        ("success", "page"),
        ("success-ink", "success-tint"),
        ("success-ink", "page"),
        ("ink", "private"),
    ];

    /// Frames and marks that carry meaning: at least 3 to 1.
    const MARKS: [(&str, &str); 7] = [
        ("edge", "page"),
        ("edge", "surface"),
        ("edge", "raised"),
        ("turn-edge", "page"),
        ("turn-edge", "turn"),
        ("private-edge", "page"),
        ("deep-shade", "page"),
    ];

    /// P38, in light and in dark.
    #[test]
    fn every_pair_of_colours_that_meet_can_be_read() {
        let css = text_of(CSS);
        for (name, theme) in
            [("light", theme(&css, "--heard-page")), ("dark", theme(&css, "prefers-color-scheme:dark"))]
        {
            let all = TEXT.iter().map(|pair| (pair, 4.5)).chain(MARKS.iter().map(|pair| (pair, 3.0)));
            for ((over, under), least) in all {
                let ratio = contrast(theme[&format!("--heard-{over}")], theme[&format!("--heard-{under}")]);
                assert!(ratio >= least, "{name}: {over} on {under} is {ratio:.2}, below {least}");
            }
        }
    }

    #[test]
    fn the_measure_of_contrast_is_that_of_wcag() {
        let ratio = |one, other| contrast(colour(one).unwrap(), colour(other).unwrap());
        assert!((ratio("#000", "#ffffff") - 21.0).abs() < 0.001);
        assert!((ratio("#767676", "#fff") - 4.54).abs() < 0.01);
    }
}
