//! Files from the first byte to the last: taken, kept, listed, shut away from whoever may not see them, and
//! downloaded as they were; through the routes, on both databases.

use std::fmt::Write as _;

use actix_web::http::{StatusCode, header};
use chrono::TimeDelta;
use heard::app::access::family;
use heard::app::files::{FileLimits, prove_all};
use heard::app::sweep::sweep;
use heard::db::files;
use heard::domain::ids::DocumentNo;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::kit::browser::{Browser, Page, Site, TestRequest};
use crate::kit::school::{HEAD, SLUG, School, Setting, token_in};

const PDF: &[u8] = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n";
const EXE: &[u8] = b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff\0\0";

impl School {
    /// Files are small here: 1 MB.
    fn of_small_files() -> Self {
        let files = FileLimits { largest_mb: 1, most_with_a_concern: 3, most_on_a_case: 4 };
        Self::staffed_in(Setting { files, ..Setting::default() })
    }

    /// Zofia, or whoever has that address, tells of a bus.
    fn hears_of(&self, email: &str, about: &Value) -> String {
        let them = json!({"name": "Zofia Nowak", "email": email, "relationship": "parent"});
        self.raises(&them, about).as_str().to_owned()
    }

    /// The token of the link that went to that family last.
    async fn link(&self, email: &str) -> String {
        self.delivers().await;
        let mails = self.mail.taken();
        token_in(&mails.iter().rev().find(|mail| mail.to_address.as_str() == email).unwrap().text)
    }

    fn stored(&self) -> u64 {
        self.db.read(files::waiting).unwrap()
    }
}

impl Page {
    /// The status, the place and the code of the first problem.
    fn problem(&self) -> (u16, String, String) {
        let told = self.json();
        let first = &told["errors"][0];
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        (self.status.as_u16(), text(&first["pointer"]), text(&first["code"]))
    }
}

/// A form with files, as browsers write it.
fn multipart(fields: &[(&str, &str)], files: &[(&str, &str, &[u8])]) -> (String, Vec<u8>) {
    let mut body = Vec::new();
    for (name, value) in fields {
        body.extend(
            format!("--cut\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").bytes(),
        );
    }
    for (field, name, bytes) in files {
        let mut head = String::new();
        write!(head, "--cut\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\n")
            .unwrap();
        head.push_str("Content-Type: application/octet-stream\r\n\r\n");
        body.extend(head.bytes());
        body.extend_from_slice(bytes);
        body.extend(b"\r\n");
    }
    body.extend(b"--cut--\r\n");
    ("multipart/form-data; boundary=cut".to_owned(), body)
}

impl Site {
    /// Adds a file by the API, at the version that the caller sees.
    async fn adds(&self, token: &str, case: &str, (kind, body): (String, Vec<u8>), query: &str) -> Page {
        let path = format!("/api/v1/cases/{case}");
        let etag = self.reads(token, &path).await.header("etag").to_owned();
        let request = TestRequest::post()
            .uri(&format!("{path}/documents{query}"))
            .insert_header((header::IF_MATCH, etag))
            .insert_header((header::CONTENT_TYPE, kind))
            .set_payload(body);
        self.asked(token, request).await
    }
}

impl Browser {
    /// Posts a form with files from a page of ours.
    async fn posts(&mut self, path: &str, fields: &[(&str, &str)], files: &[(&str, &str, &[u8])]) -> Page {
        let page = self.get(path).await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        let own = page.form(path);
        let own = own.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let (kind, body) = multipart(&own.chain(fields.iter().copied()).collect::<Vec<_>>(), files);
        let request = TestRequest::post().uri(path).insert_header((header::CONTENT_TYPE, kind));
        self.send(request.set_payload(body)).await
    }
}

fn pdf_form(name: &str) -> (String, Vec<u8>) {
    multipart(&[], &[("file", name, PDF)])
}

/// A19, A6: what was sent comes back byte for byte, under headers that let nothing run; the same request again
/// makes nothing new; the record has the digest.
#[actix_web::test]
async fn a19_a_file_goes_in_and_comes_out_as_it_was() {
    let house = School::of_small_files();
    let client = house.browser().await;
    let case = house.hears_of("zofia@family.example", &json!([]));
    let head = house.token(HEAD);
    let large: Vec<u8> = PDF.iter().copied().chain((0..900_000_u32).map(|n| (n % 251) as u8)).collect();
    let path = format!("/api/v1/cases/{case}/documents");
    let etag = client.site.reads(&head, &format!("/api/v1/cases/{case}")).await.header("etag").to_owned();
    let (kind, body) =
        multipart(&[("audience", "family")], &[("file", "Zo\u{eb}\u{2019}s letter.pdf", &large)]);
    let mut answers = Vec::new();
    for _ in 0..2 {
        let request = TestRequest::post()
            .uri(&path)
            .insert_header((header::IF_MATCH, etag.clone()))
            .insert_header(("Idempotency-Key", "one"))
            .insert_header((header::CONTENT_TYPE, kind.clone()))
            .set_payload(body.clone());
        let got = client.site.asked(&head, request).await;
        assert_eq!(got.status, StatusCode::CREATED, "{}", got.html);
        answers.push(got.json());
    }
    assert_eq!(answers[0], answers[1], "A6");
    let listed = client.site.reads(&head, &path).await.json();
    assert_eq!(listed["items"].as_array().unwrap().len(), 1, "{listed}");
    let one = &listed["items"][0];
    let digest = hex::encode(Sha256::digest(&large));
    assert_eq!((one["sha256"].as_str(), one["bytes"].as_u64()), (Some(&*digest), Some(large.len() as u64)));
    assert_eq!(
        (&one["audience"], &one["from"], &one["scan"]),
        (&json!("family"), &json!("school"), &json!("not_scanned"))
    );
    let events = client.site.reads(&head, &format!("/api/v1/cases/{case}/events")).await.html;
    assert!(events.contains(&digest), "the record proves the file");
    let got = client.site.reads(&head, one["href"].as_str().unwrap()).await;
    assert_eq!((got.status, &got.body), (StatusCode::OK, &large));
    for (name, value) in [
        ("content-type", "application/pdf"),
        ("x-content-type-options", "nosniff"),
        ("cache-control", "private, no-store"),
        ("content-security-policy", "sandbox; default-src 'none'; frame-ancestors 'none'"),
    ] {
        assert_eq!(got.header(name), value, "{name}");
    }
    assert_eq!(
        got.header("content-disposition"),
        "attachment; filename=\"Zo__s letter.pdf\"; filename*=UTF-8''Zo%C3%AB%E2%80%99s%20letter.pdf"
    );
    assert_eq!(prove_all(&house.app, &mut |_| {}).unwrap().files, 1);
    assert!(prove_all(&house.app, &mut |_| {}).unwrap().different.is_empty());
}

/// G28, R22: a file of somebody else's case, of one's own case but for staff, and none at all: the same 404.
#[actix_web::test]
async fn g28_r22_a_file_is_not_there_for_whoever_may_not_see_it() {
    let house = School::of_small_files();
    let mut client = house.browser().await;
    let about = json!([{"role": "headteacher", "name": "Amara Okafor"}]);
    let hidden_case = house.hears_of("zofia@family.example", &about);
    let zofia = family::exchange(&house.app, &house.link("zofia@family.example").await).unwrap();
    let zofia = zofia.token.as_str().to_owned();
    let sent = client.site.adds(&zofia, &hidden_case, pdf_form("hers.pdf"), "").await;
    assert_eq!(sent.status, StatusCode::CREATED, "{}", sent.html);
    assert_eq!((&sent.json()["from"], &sent.json()["audience"]), (&json!("you"), &Value::Null));
    let case = house.hears_of("farid@family.example", &json!([]));
    let farid = family::exchange(&house.app, &house.link("farid@family.example").await).unwrap();
    let farid = farid.token.as_str().to_owned();
    let head = house.token(HEAD);
    let internal = client.site.adds(&head, &case, pdf_form("internal.pdf"), "?audience=staff").await;
    assert_eq!(internal.status, StatusCode::CREATED);
    let missing = client.site.reads(&head, &format!("/api/v1/cases/{case}/documents/9")).await;
    for (who, path) in [
        (&head, format!("/api/v1/cases/{hidden_case}/documents")),
        (&head, format!("/api/v1/cases/{hidden_case}/documents/1")),
        (&farid, format!("/api/v1/cases/{hidden_case}/documents/1")),
        (&farid, format!("/api/v1/cases/{case}/documents/1")),
        (&zofia, format!("/api/v1/cases/{case}/documents/1")),
        (&zofia, format!("/api/v1/cases/{case}/documents")),
        (&farid, format!("/api/v1/cases/{case}/documents/x")),
        (&"nothing".to_owned(), format!("/api/v1/cases/{case}/documents/1")),
    ] {
        let got = client.site.reads(who, &path).await;
        assert_eq!((got.status, &got.body), (StatusCode::NOT_FOUND, &missing.body), "{path}");
    }
    let own = client.site.reads(&farid, &format!("/api/v1/cases/{case}/documents")).await.json();
    assert_eq!(own["items"], json!([]), "he learns of no staff file");
    let record = client.site.reads(&farid, &format!("/api/v1/cases/{case}/events")).await.html;
    assert!(!record.contains("internal.pdf"), "nor by the record");
    client = client.site.signed_in(HEAD).await;
    assert_eq!(client.get(&format!("/cases/{hidden_case}/documents/1")).await.status, StatusCode::NOT_FOUND);
}

/// P14, G31 and bad input: each is refused with its place and its reason, and nothing is kept.
#[actix_web::test]
async fn p14_what_is_no_pdf_and_no_photo_is_refused_by_its_bytes() {
    let house = School::of_small_files();
    let client = house.browser().await;
    let case = house.hears_of("zofia@family.example", &json!([]));
    let head = house.token(HEAD);
    let raw = |bytes: &[u8]| ("application/octet-stream".to_owned(), bytes.to_vec());
    let file = |name: &str, bytes: &[u8]| multipart(&[], &[("file", name, bytes)]);
    let json_body = |body: Value| ("application/json".to_owned(), body.to_string().into_bytes());
    let large = [PDF, &vec![b'x'; 1_000_001]].concat();
    for (what, body, query, told) in [
        ("a disguised program", file("letter.pdf", EXE), "", (422, "/file", "wrong_kind")),
        ("a page", file("photo.jpg", b"<html><script>alert(1)</script>"), "", (422, "/file", "wrong_kind")),
        ("no bytes", file("letter.pdf", b""), "", (422, "/file", "empty")),
        ("no file", multipart(&[("audience", "staff")], &[]), "", (422, "/file", "missing")),
        ("too many bytes", file("letter.pdf", &large), "", (413, "/file", "too_large")),
        ("too many bytes, raw", raw(&large), "?name=a.pdf", (413, "/file", "too_large")),
        ("no name", raw(PDF), "", (422, "/name", "missing")),
        ("nobody", file("a.pdf", PDF), "?audience=everybody", (422, "/audience", "unknown_choice")),
        (
            "an unknown field",
            multipart(&[("colour", "red")], &[("file", "a.pdf", PDF)]),
            "",
            (422, "/colour", "unknown_field"),
        ),
        (
            "no base64",
            json_body(json!({"name": "a.pdf", "content": "%%%"})),
            "",
            (422, "/content", "does_not_fit"),
        ),
        (
            "a stored file by its id",
            json_body(json!({"name": "a.pdf", "file": "x"})),
            "",
            (422, "/file", "unknown_field"),
        ),
        (
            "half a form",
            ("multipart/form-data; boundary=cut".into(), b"--cut\r\nContent-Dis".to_vec()),
            "",
            (400, "", ""),
        ),
    ] {
        let got = client.site.adds(&head, &case, body, query).await;
        let (status, place, code) = told;
        assert_eq!(got.problem(), (status, place.to_owned(), code.to_owned()), "{what}: {}", got.html);
    }
    let listed = client.site.reads(&head, &format!("/api/v1/cases/{case}/documents")).await.json();
    assert_eq!(listed["items"], json!([]));
    let blind =
        TestRequest::post().uri(&format!("/api/v1/cases/{case}/documents?name=a.pdf")).set_payload(PDF);
    assert_eq!(client.site.asked(&head, blind).await.status.as_u16(), 428, "A7");
}

/// Names that lead elsewhere, hide their ending, or break a header come out harmless; so does JSON's own way in,
/// which is the action of the same name.
#[actix_web::test]
async fn names_are_harmless_and_a_case_has_its_fill() {
    let house = School::of_small_files();
    let client = house.browser().await;
    let case = house.hears_of("zofia@family.example", &json!([]));
    let head = house.token(HEAD);
    let content = "JVBERi0xLjcKMSAwIG9iago8PD4+CmVuZG9iagp0cmFpbGVyCg==";
    for (name, safe) in [
        ("../../../etc/passwd", "passwd.pdf"),
        ("fdp.\u{202e}exe", "fdp.exe.pdf"),
        ("a\u{0}b\r\nSet-Cookie: x=1.pdf", "abSet-Cookie x=1.pdf"),
        ("\u{645}\u{644}\u{641} \u{1f469}.pdf", "\u{645}\u{644}\u{641} \u{1f469}.pdf"),
    ] {
        let path = format!("/api/v1/cases/{case}");
        let etag = client.site.reads(&head, &path).await.header("etag").to_owned();
        let request = TestRequest::post()
            .uri(&format!("{path}/actions/add_document"))
            .insert_header((header::IF_MATCH, etag))
            .set_json(json!({"name": name, "content": content, "audience": "family"}));
        let got = client.site.asked(&head, request).await;
        assert_eq!(got.status, StatusCode::OK, "{}", got.html);
        let listed = client.site.reads(&head, &format!("{path}/documents")).await.json();
        let last = listed["items"].as_array().unwrap().last().unwrap().clone();
        assert_eq!(last["name"], safe);
        let file = client.site.reads(&head, last["href"].as_str().unwrap()).await;
        assert_eq!(file.body, PDF);
        assert!(file.headers.get("set-cookie").is_none());
    }
    let full = client.site.adds(&head, &case, pdf_form("fifth.pdf"), "").await;
    assert_eq!(full.problem(), (422, "/file".into(), "too_many".into()));
    let actions = client.site.reads(&head, &format!("/api/v1/cases/{case}/actions")).await.json();
    let add =
        actions["items"].as_array().unwrap().iter().find(|action| action["name"] == "add_document").unwrap();
    assert_eq!(add["fields"]["properties"]["content"]["contentEncoding"], "base64", "A8");
}

const BEFORE: &[(&str, &[(&str, &str)])] = &[
    ("what-is-it", &[("door", "concern")]),
    ("concern-or-complaint", &[("kind", "concern")]),
    ("you-and-the-school", &[("relationship", "parent")]),
    ("who-it-is-about", &[("about", "nobody")]),
    ("about-a-child", &[("about_child", "no")]),
    ("point/1", &[("what", "The bus left without her.")]),
    ("what-happened", &[("another", "no")]),
    ("last-time", &[("last-month", "9"), ("last-year", "2026")]),
    ("spoken-to", &[]),
    ("part-of-it", &[("matters", "none")]),
];
const AFTER: &[(&str, &[(&str, &str)])] = &[
    ("your-name", &[("name", "Farah Osman")]),
    ("how-to-reach-you", &[("email", "farah@osman.example")]),
    ("safe-contact", &[]),
    ("language", &[("language", "en")]),
    ("support", &[]),
];

/// P8, P14, P20, G18: files are taken one at a time, refused with words while the others stay, removed, shown
/// with the answers, sent once, and part of the case from its first moment.
#[actix_web::test]
async fn p14_files_come_with_a_concern() {
    let house = School::of_small_files();
    let mut client = house.browser().await;
    let raise = format!("/schools/{SLUG}/raise");
    client.get(&raise).await;
    for (question, fields) in BEFORE {
        client.answers(&format!("{raise}/{question}"), fields).await.place();
    }
    let files = format!("{raise}/files");
    let png = [&b"\x89PNG\r\n\x1a\n"[..], &[0; 40]].concat();
    let add = [("then", "add")];
    assert_eq!(client.posts(&files, &add, &[("file", "a.pdf", PDF)]).await.place(), files);
    for (name, bytes, words) in [
        ("b.pdf", EXE, "This is not a PDF or a photo"),
        ("b.pdf", &b""[..], "This file is empty"),
        ("", &b""[..], "Choose a file first"),
        ("b.pdf", &[PDF, &vec![b'x'; 1_000_000]].concat(), "This file is larger than 1 MB"),
    ] {
        assert_eq!(client.posts(&files, &add, &[("file", name, bytes)]).await.place(), files);
        let html = client.get(&files).await.html;
        assert!(html.contains(words) && html.contains("a.pdf") && html.contains("<title>Error: "), "{words}");
    }
    client.posts(&files, &add, &[("file", "a again.pdf", PDF)]).await.place();
    client.posts(&files, &add, &[("file", "../wrong.png", &png)]).await.place();
    assert_eq!(house.stored(), 2, "the same file twice is one (G18)");
    assert_eq!(client.answers(&format!("{raise}/file/2/remove"), &[]).await.place(), files);
    let page = client.get(&files).await.html;
    assert!(page.contains("a.pdf") && !page.contains("wrong.png"));
    assert_eq!(house.stored(), 1, "what was removed is gone");
    let photo = [&[0xff, 0xd8, 0xff, 0xe0][..], b"\0\x10JFIF photo"].concat();
    let on = client.posts(&files, &[("then", "go_on")], &[("file", "photo.jpg", &photo)]).await;
    assert_eq!(on.place(), format!("{raise}/your-name"), "a file that was chosen comes along");
    for (question, fields) in AFTER {
        client.answers(&format!("{raise}/{question}"), fields).await.place();
    }
    let check = format!("{raise}/check");
    let answers = client.get(&check).await.html;
    assert!(answers.contains("a.pdf") && answers.contains("photo.jpg"), "P20");
    client.answers(&check, &[]).await.place();
    assert_eq!(house.stored(), 0, "both are on the case now");
    let done = client.get(&format!("{raise}/done")).await.html;
    let reference =
        done.split("heard-reference\">").nth(1).map(|rest| rest.split('<').next().unwrap().to_owned());
    let reference = reference.unwrap_or_else(|| panic!("{done}"));
    let head = house.token(HEAD);
    let listed = client.site.reads(&head, &format!("/api/v1/cases/{reference}/documents")).await.json();
    assert_eq!(
        (&listed["items"][0]["name"], &listed["items"][1]["name"]),
        (&json!("a.pdf"), &json!("photo.jpg"))
    );
    assert_eq!(
        (&listed["items"][0]["from"], &listed["items"][0]["from_party"]),
        (&json!("complainant"), &json!(1))
    );
    let got = client.site.reads(&head, listed["items"][1]["href"].as_str().unwrap()).await;
    assert_eq!(got.body, photo);
    let mails = house.mail.taken();
    assert!(
        mails.iter().all(|mail| !mail.text.contains("a.pdf")),
        "E5: no file and no file's name in a mail"
    );
}

/// What was never sent is forgotten after three days; what was sent stays.
#[actix_web::test]
async fn files_that_were_never_sent_are_swept() {
    let house = School::of_small_files();
    let mut client = house.browser().await;
    let raise = format!("/schools/{SLUG}/raise");
    client.get(&raise).await;
    for (question, fields) in BEFORE {
        client.answers(&format!("{raise}/{question}"), fields).await.place();
    }
    client.posts(&format!("{raise}/files"), &[("then", "add")], &[("file", "a.pdf", PDF)]).await.place();
    let case = house.hears_of("zofia@family.example", &json!([]));
    let head = house.token(HEAD);
    client.site.adds(&head, &case, pdf_form("kept.pdf"), "").await;
    let now = house.app.now();
    house.app.clock().set(now + TimeDelta::days(2));
    sweep(&house.app).unwrap();
    assert_eq!(house.stored(), 1);
    client.answers(&format!("{raise}/spoken-to"), &[]).await;
    house.app.clock().set(now + TimeDelta::days(4));
    sweep(&house.app).unwrap();
    assert_eq!(house.stored(), 1, "a draft that is worked on keeps its files (P8)");
    house.app.clock().set(now + TimeDelta::days(8));
    sweep(&house.app).unwrap();
    assert_eq!(house.stored(), 0);
    let kept = client.site.reads(&head, &format!("/api/v1/cases/{case}/documents/1")).await;
    assert_eq!(kept.body, PDF);
}

/// P28, G18: the family's own page takes a file, once, lists it, and gives it back.
#[actix_web::test]
async fn p28_a_family_adds_a_file_to_its_case() {
    let house = School::of_small_files();
    let mut client = house.browser().await;
    let case = house.hears_of("zofia@family.example", &json!([]));
    let head = house.token(HEAD);
    client.site.adds(&head, &case, pdf_form("internal.pdf"), "?audience=staff").await;
    client.site.adds(&head, &case, pdf_form("for you.pdf"), "?audience=family").await;
    let link = format!("/mine/{}", house.link("zofia@family.example").await);
    client.answers(&link, &[]).await.place();
    let path = "/mine/actions/add_document";
    for (name, bytes, words) in
        [("x.pdf", EXE, "This is not a PDF or a photo"), ("", &b""[..], "Choose a file first")]
    {
        let got = client.posts(path, &[], &[("file", name, bytes)]).await;
        assert_eq!(got.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(got.html.contains(words), "{words}");
    }
    let photo = [&[0xff, 0xd8, 0xff, 0xe0][..], b"\0\x10JFIF photo"].concat();
    for _ in 0..2 {
        let sent = client.posts(path, &[], &[("file", "photo.jpg", &photo)]).await;
        assert_eq!(sent.place(), "/mine?done=add_document");
    }
    let page = client.get("/mine?done=add_document").await.html;
    assert!(page.contains("Your file was sent") && page.contains("for you.pdf"));
    assert_eq!(page.matches("/mine/documents/3").count(), 1, "one file, once (G18)");
    assert!(!page.contains("internal.pdf") && !page.contains("/mine/documents/4"));
    assert_eq!(client.get("/mine/documents/3").await.body, photo);
    assert_eq!(client.get("/mine/documents/2").await.body, PDF);
    for path in ["/mine/documents/1", "/mine/documents/9", "/mine/documents/x"] {
        assert_eq!(client.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    let stranger = multipart(&[("csrf", "guess")], &[("file", "a.pdf", PDF)]);
    let request = TestRequest::post().uri(path).insert_header((header::CONTENT_TYPE, stranger.0));
    assert_eq!(client.send(request.set_payload(stranger.1)).await.status, StatusCode::FORBIDDEN);
}

/// S6, G18: staff say who can open a file, and the page shows the two kinds apart.
#[actix_web::test]
async fn s6_staff_add_a_file_for_staff_or_for_the_family() {
    let house = School::of_small_files();
    let mut client = house.browser().await;
    let case = house.hears_of("zofia@family.example", &json!([]));
    client = client.site.signed_in(HEAD).await;
    let path = format!("/cases/{case}/actions/add_document");
    let got = client.posts(&path, &[], &[("file", "a.pdf", EXE)]).await;
    assert_eq!(got.status, StatusCode::UNPROCESSABLE_ENTITY);
    for words in ["This is not a PDF or a photo", "Choose who can open it"] {
        assert!(got.html.contains(words), "every problem at once: {words}");
    }
    let got = client.posts(&path, &[("audience", "staff")], &[("file", "", b"")]).await;
    assert!(got.html.contains("value=\"staff\" checked"), "what was chosen is kept (P8)");
    for _ in 0..2 {
        let added = client.posts(&path, &[("audience", "staff")], &[("file", "notes.pdf", PDF)]).await;
        assert_eq!(added.place(), format!("/cases/{case}#files"));
    }
    for _ in 0..2 {
        let asks = client.posts(&path, &[("audience", "family")], &[("file", "reply.pdf", PDF)]).await;
        let fields = checked_form(&asks);
        let added = client.answers(&path, &borrowed(&fields)).await;
        assert_eq!(added.place(), format!("/cases/{case}#files"));
    }
    let page = client.get(&format!("/cases/{case}")).await.html;
    let at = |words: &str| page.find(words).unwrap_or_else(|| panic!("{words}"));
    assert!(at("Only staff can open these") < at(&format!("/cases/{case}/documents/1")));
    assert!(at("The family can open these too") < at(&format!("/cases/{case}/documents/2")));
    assert!(!page.contains(&format!("/cases/{case}/documents/3")), "twice is once (G18)");
    assert_eq!(client.get(&format!("/cases/{case}/documents/1")).await.body, PDF);
}

/// What the page that asks carries, with the button that says yes.
fn checked_form(page: &Page) -> Vec<(&'static str, String)> {
    let mut fields: Vec<_> =
        ["kept", "name", "audience", "readers"].map(|name| (name, page.hidden(name))).to_vec();
    fields.push(("confirmed", "yes".to_owned()));
    fields
}

fn borrowed<'f>(fields: &'f [(&'static str, String)]) -> Vec<(&'static str, &'f str)> {
    fields.iter().map(|(name, value)| (*name, value.as_str())).collect()
}

/// S5, P18: before the family can open a file the page says which, who and that it cannot be taken back; nothing is
/// on the case before. Where somebody joined meanwhile, it asks again; a file that is not waiting is not taken.
#[actix_web::test]
async fn s5_a_file_for_the_family_is_shown_before_they_can_open_it() {
    let house = School::of_small_files();
    let mut client = house.browser().await;
    let case = house.hears_of("zofia@family.example", &json!([]));
    client = client.site.signed_in(HEAD).await;
    let path = format!("/cases/{case}/actions/add_document");
    let asks = client.posts(&path, &[("audience", "family")], &[("file", "reply.pdf", PDF)]).await;
    assert_eq!(asks.status, StatusCode::OK);
    for words in ["reply.pdf (PDF, ", "Zofia Nowak", "It cannot be taken back"] {
        assert!(asks.html.contains(words), "{words}: {}", asks.html);
    }
    assert!(!client.get(&format!("/cases/{case}")).await.html.contains("reply.pdf"), "not before the yes");

    let mut fields = checked_form(&asks);
    fields[3].1 = "1 2".to_owned();
    let again = client.answers(&path, &borrowed(&fields)).await;
    assert_eq!(again.status, StatusCode::OK, "others can open it than were named: it asks again");
    let change = [("kept", fields[0].1.as_str()), ("change", "yes")];
    let form = client.answers(&path, &change).await.html;
    assert!(form.contains("value=\"family\" checked"), "{form}");
    assert_eq!(house.stored(), 0, "what is not to be added is not kept");
    let gone = client.answers(&path, &borrowed(&checked_form(&asks))).await;
    assert_eq!(gone.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(gone.html.contains("We no longer have “reply.pdf”. Choose it again"));
}

/// The record proves the file: bytes that were changed in the database are found.
#[actix_web::test]
async fn a_file_that_was_changed_is_found() {
    let house = School::of_small_files();
    let client = house.browser().await;
    let case = house.hears_of("zofia@family.example", &json!([]));
    let head = house.token(HEAD);
    client.site.adds(&head, &case, pdf_form("a.pdf"), "").await;
    change_every_file(&house);
    let proved = prove_all(&house.app, &mut |_| {}).unwrap();
    assert_eq!(proved.different.len(), 1);
    assert_eq!((proved.different[0].0.as_str(), proved.different[0].1), (&*case, DocumentNo(1)));
}

fn change_every_file(house: &School) {
    use diesel::connection::SimpleConnection;
    use diesel::{Connection, PgConnection, SqliteConnection};
    let url = house.database.url();
    if let Some(file) = url.strip_prefix("sqlite://") {
        let mut conn = SqliteConnection::establish(file).unwrap();
        conn.batch_execute("UPDATE file_parts SET bytes = x'00'").unwrap();
    } else {
        let mut conn = PgConnection::establish(url).unwrap();
        conn.batch_execute("UPDATE file_parts SET bytes = '\\x00'::bytea").unwrap();
    }
}
