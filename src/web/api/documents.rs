//! Documents of a case: listed, added, downloaded, through the same checks as on the pages (A19).

use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest, HttpResponse, web};
use base64::Engine as _;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};

use crate::app::App;
use crate::app::IdempotencyKey;
use crate::app::cases::{self, Answer, Answering, Caller, Done, Opened, SeenVersion};
use crate::app::error::{Error, FieldCode, FieldProblem};
use crate::app::files::{self, Adding, Content, FileLimits, FileProblem, Upload};
use crate::domain::case::documents::{self, is_paper};
use crate::domain::case::event::Actor;
use crate::domain::case::state::{Audience, Document, Scan};
use crate::domain::ids::DocumentNo;
use crate::domain::reference::Reference;
use crate::urls;
use crate::web::download;
use crate::web::extract::{ApiCaller, Body, Idempotency, IfMatch, Query, blocking, etag};
use crate::web::pages::files::added_at;
use crate::web::problem::{ApiError, EdgeError};
use crate::web::upload::{self, UploadError};

use super::paging::PageQuery;
use super::view::instant;

/// A document.
#[derive(Debug, Serialize, ToSchema)]
pub struct DocumentView {
    /// Its number on the case.
    pub no: u16,
    /// Its name, made safe.
    pub name: String,
    /// What it is, found by looking at its bytes.
    pub media_type: String,
    /// How many bytes it has.
    pub bytes: u64,
    /// The SHA-256 of its bytes, in hex, as it stands in the record.
    pub sha256: String,
    /// Who can open it besides whoever sent it. For staff only.
    pub audience: Option<Audience>,
    /// Whose it is.
    pub from: SentBy,
    /// Which complainant sent it. For staff only.
    pub from_party: Option<u16>,
    /// Whether it went out as a paper for a hearing.
    pub hearing_paper: bool,
    /// When it was added.
    #[schema(format = DateTime)]
    pub added_at: Option<String>,
    /// What a virus scanner said of it.
    pub scan: Scan,
    /// Where its bytes are.
    pub href: String,
}

/// Who sent a document.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SentBy {
    /// The school.
    School,
    /// Whoever asks.
    You,
    /// A complainant.
    Complainant,
}

fn view(
    document: &Document,
    case: &crate::domain::case::state::Case,
    actor: Actor,
    added: Option<String>,
) -> DocumentView {
    let for_staff = actor.person().is_some();
    DocumentView {
        no: document.no.0,
        name: document.name.to_string(),
        media_type: document.media_type.clone(),
        bytes: document.bytes,
        sha256: document.sha256.clone(),
        audience: for_staff.then_some(document.audience),
        from: match (document.from, actor) {
            (None, _) => SentBy::School,
            (Some(from), Actor::Complainant(me)) if from == me => SentBy::You,
            (Some(_), _) => SentBy::Complainant,
        },
        from_party: document.from.filter(|_| for_staff).map(|party| party.0),
        hearing_paper: is_paper(case, document.no),
        added_at: added,
        scan: document.scan,
        href: format!("{}/documents/{}", urls::api_case(&case.reference), document.no),
    }
}

/// The documents that the caller may open, and their own that wait for the virus scanner.
#[utoipa::path(get, path = "/cases/{reference}/documents", tag = "Cases", params(("reference" = String, Path), PageQuery),
    responses((status = 200, body = [DocumentView]), (status = 404, description = "No such case, or not for you to see"), (status = 422)), security(("token" = [])))]
pub async fn list(
    app: web::Data<App>,
    caller: ApiCaller,
    reference: web::Path<String>,
    Query(page): Query<PageQuery>,
) -> Result<HttpResponse, ApiError> {
    let reference = Reference::parse(&reference).map_err(|_| Error::NotFound)?;
    let opened: Opened = blocking(&app, move |app| cases::open(app, &caller.caller, &reference)).await?;
    let waiting = documents::being_checked(&opened.case, opened.actor);
    let items: Vec<DocumentView> = documents::visible(&opened.case, opened.actor)
        .chain(waiting)
        .map(|document| {
            let added = added_at(&opened.record, document.no).map(instant);
            view(document, &opened.case, opened.actor, added)
        })
        .collect();
    let page = page.of_a_case("documents", items, |document| document.no.to_string())?;
    Ok(HttpResponse::Ok().insert_header(etag(opened.case.length)).json(page))
}

/// The bytes of a document, always as a download.
#[utoipa::path(get, path = "/cases/{reference}/documents/{document}", tag = "Cases", params(("reference" = String, Path), ("document" = u16, Path)),
    responses((status = 200, description = "The bytes. `Content-Disposition` names the file, `Repr-Digest` is its SHA-256", content_type = "application/octet-stream"), (status = 404, description = "No such document, or not for you to see")), security(("token" = [])))]
pub async fn one(
    app: web::Data<App>,
    caller: ApiCaller,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, ApiError> {
    let (reference, no) = path.into_inner();
    let reference = Reference::parse(&reference).map_err(|_| Error::NotFound)?;
    let no = no.parse().map(DocumentNo).map_err(|_| Error::NotFound)?;
    Ok(download::answer(&app, caller.caller, &reference, no).await?)
}

/// What goes with a body that is the file itself.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct AddQuery {
    /// The name of the file, where the body is its bytes.
    pub name: Option<String>,
    /// `staff` is the usual, where staff add it. What a complainant adds is theirs.
    #[param(value_type = Option<Audience>, inline)]
    pub audience: Option<String>,
}

/// A file in JSON.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FileBody {
    /// Its name.
    pub name: String,
    /// Its bytes in base64 (RFC 4648, section 4).
    pub content: String,
    /// `staff` is the usual, where staff add it.
    #[schema(value_type = Option<Audience>)]
    pub audience: Option<String>,
}

/// Add a document: as a form with the fields `file` and `audience`, as JSON, or as its bytes with the name in the
/// address.
#[utoipa::path(post, path = "/cases/{reference}/documents", tag = "Cases",
    params(("reference" = String, Path), AddQuery, ("If-Match" = String, Header, description = "The ETag of the case that you saw"), ("Idempotency-Key" = Option<String>, Header)),
    request_body(content((FileBody = "application/json"), (String = "multipart/form-data"), (String = "application/octet-stream"))),
    responses((status = 201, body = DocumentView), (status = 400, description = "The body broke off"), (status = 403, description = "Not yours to do"), (status = 404, description = "No such case, or not for you to see"), (status = 412, description = "Changed meanwhile"), (status = 413, description = "Too large"), (status = 422, description = "Not taken, with the place and the reason"), (status = 428, description = "Send If-Match")), security(("token" = [])))]
pub async fn add(
    app: web::Data<App>,
    caller: ApiCaller,
    request: HttpRequest,
    reference: web::Path<String>,
    Query(query): Query<AddQuery>,
    (IfMatch(seen), Idempotency(key)): (IfMatch, Idempotency),
    payload: web::Payload,
) -> Result<HttpResponse, EdgeError> {
    let reference = Reference::parse(&reference).map_err(|_| Error::NotFound)?;
    let limits = app.file_limits();
    let came = came(&request, query, payload, limits).await?;
    let order = Order { reference, seen, key };
    let answer = carry_out(&app, caller.caller, order, came, added).await?;
    let place: Value = serde_json::from_str(&answer.body).unwrap_or(Value::Null);
    let mut response = HttpResponse::Created();
    if let Some(href) = place.get("href").and_then(Value::as_str) {
        response.insert_header((header::LOCATION, href));
    }
    Ok(response
        .insert_header((header::CONTENT_TYPE, "application/json"))
        .insert_header(etag(answer.version))
        .body(answer.body))
}

fn added(done: &Done) -> Answer {
    let body = done.case.documents.last().map(|document| {
        let at = done.events.last().map(|recorded| instant(recorded.stamp.at));
        view(document, &done.case, done.actor, at)
    });
    let body = serde_json::to_string(&body).unwrap_or_default();
    Answer { status: 201, body, version: done.case.length }
}

/// Which case, and how it is known and repeated.
pub(super) struct Order {
    pub(super) reference: Reference,
    pub(super) seen: SeenVersion,
    pub(super) key: Option<IdempotencyKey>,
}

/// A file that came, with who is to see it.
pub(super) struct Came {
    upload: Upload,
    audience: Option<String>,
}

/// The action `add_document` with its JSON body.
pub(super) fn from_json(body: Value) -> Result<Came, EdgeError> {
    let text = body.to_string();
    let file: FileBody = crate::web::extract::read_json(text.as_bytes())?;
    let bytes = base64::engine::general_purpose::STANDARD
        .decode(file.content.trim())
        .map_err(|_| problem("content", FieldCode::DoesNotFit, "Send the bytes of the file in base64"))?;
    let upload = Upload { name: file.name, content: Content::Bytes(bytes) };
    Ok(Came { upload, audience: file.audience })
}

/// Adds it.
pub(super) async fn carry_out(
    app: &web::Data<App>,
    caller: Caller,
    order: Order,
    came: Came,
    answering: Answering,
) -> Result<Answer, EdgeError> {
    let audience = audience_of(came.audience.as_deref())?;
    let limits = app.file_limits();
    let upload = came.upload;
    let looked = blocking(app, move |_| Ok(files::look(upload, limits))).await?.map_err(not_taken)?;
    let Order { reference, seen, key } = order;
    let adding = Adding { reference, seen, key, looked, audience };
    Ok(blocking(app, move |app| files::add(app, caller, adding, answering)).await?)
}

fn not_taken(problem: FileProblem) -> EdgeError {
    match problem {
        FileProblem::TooBig(_) => EdgeError::FileTooLarge(problem.to_string()),
        FileProblem::NothingChosen
        | FileProblem::Empty
        | FileProblem::WrongKind
        | FileProblem::UnreadableHeic
        | FileProblem::PasswordProtected
        | FileProblem::LockedDocument
        | FileProblem::HasMacros
        | FileProblem::Packed
        | FileProblem::Damaged
        | FileProblem::TooMany(_) => files::refused(problem).into(),
    }
}

fn audience_of(word: Option<&str>) -> Result<Audience, EdgeError> {
    match word {
        None | Some("staff") => Ok(Audience::Staff),
        Some("family") => Ok(Audience::Family),
        Some(_) => Err(problem("audience", FieldCode::UnknownChoice, "Choose one of: staff, family")),
    }
}

fn problem(field: &str, code: FieldCode, words: &str) -> EdgeError {
    Error::Invalid(vec![FieldProblem::new(field, code, words)]).into()
}

/// Reads a body in whichever of the three ways it came.
async fn came(
    request: &HttpRequest,
    query: AddQuery,
    payload: web::Payload,
    limits: FileLimits,
) -> Result<Came, EdgeError> {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let kind = kind.unwrap_or_default().to_ascii_lowercase();
    if upload::is_multipart(request.headers()) {
        return from_form(upload::read(request, payload, limits).await.map_err(unread)?, query);
    }
    if kind.starts_with("application/json") {
        let mut payload = payload.into_inner();
        let Body(body) = Body::<Value>::from_request(request, &mut payload).await?;
        return from_json(body);
    }
    let name = query.name.filter(|name| !name.trim().is_empty()).ok_or_else(|| {
        problem("name", FieldCode::Missing, "Say the name of the file: …/documents?name=letter.pdf")
    })?;
    let content = upload::read_raw(payload, limits).await.map_err(unread)?;
    Ok(Came { upload: Upload { name, content }, audience: query.audience })
}

fn from_form(mut sent: upload::Sent, query: AddQuery) -> Result<Came, EdgeError> {
    let fields = sent.typed.pairs().iter().map(|(name, _)| name.as_str());
    let unknown = fields.filter(|name| *name != "audience");
    let files = sent.files.iter().map(|(name, _)| name.as_str()).filter(|name| *name != "file");
    if let Some(name) = unknown.chain(files).next() {
        return Err(problem(name, FieldCode::UnknownField, "This field is not known here. Take it out"));
    }
    let typed = Some(sent.typed.get("audience").to_owned()).filter(|word| !word.is_empty());
    let mut upload = sent.file("file");
    if let Some(name) = query.name {
        upload.name = name;
    }
    Ok(Came { upload, audience: typed.or(query.audience) })
}

const UNNAMED: &str = "A part of the form does not say what it is called. Write Content-Disposition: form-data; name=\"file\"; filename=\"letter.pdf\", without control characters in the name";

fn unread(error: UploadError) -> EdgeError {
    match error {
        UploadError::Broken => EdgeError::Malformed("The body broke off. Send it again".to_owned()),
        UploadError::Unnamed => EdgeError::Malformed(UNNAMED.to_owned()),
        UploadError::TooLarge => EdgeError::TooLarge,
    }
}

/// The JSON Schema (2020-12) of the body of the action `add_document`.
pub(super) fn schema(actor: Actor) -> Value {
    let mut properties = serde_json::Map::new();
    properties.insert(
        "name".into(),
        json!({"type": "string", "minLength": 1, "title": "What is the file called?"}),
    );
    properties.insert(
        "content".into(),
        json!({"type": "string", "contentEncoding": "base64", "title": "The bytes of a PDF or a photo",
            "description": "Larger files go to \u{2026}/documents as a form or as they are."}),
    );
    if actor.person().is_some() {
        let choices = json!([{"const": "staff", "title": "Only staff who see this case"}, {"const": "family", "title": "The family too"}]);
        properties.insert(
            "audience".into(),
            json!({"enum": ["staff", "family"], "default": "staff", "title": "Who can open it?", "oneOf": choices}),
        );
    }
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object", "properties": properties,
        "required": ["name", "content"], "additionalProperties": false,
    })
}
