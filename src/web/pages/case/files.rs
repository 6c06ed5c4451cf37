//! The files of a case, for staff: listed by who can open them, added, downloaded.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use sha2::{Digest, Sha256};

use crate::app::cases::{Caller, SeenVersion, open};
use crate::app::error::Error;
use crate::app::files::{self, Adding, FileKind, FileLimits, Looked};
use crate::app::{App, IdempotencyKey};
use crate::domain::case::action::Action;
use crate::domain::case::decide::ready;
use crate::domain::case::documents::{self, Openness, is_paper, openness};
use crate::domain::case::state::{Audience, Document};
use crate::domain::ids::DocumentNo;
use crate::urls;
use crate::web::csrf::Csrf;
use crate::web::download;
use crate::web::extract::{SignedIn, blocking};
use crate::web::field::{Choices, Field, LabelSize, Problem};
use crate::web::page::{Shell, Standing};
use crate::web::pages::access::go;
use crate::web::pages::desk::frame;
use crate::web::pages::files::detail;
use crate::web::parts::{FileItem, Identity};
use crate::web::trouble::{Trouble, draw};
use crate::web::upload::{self, UploadError};

use super::Sight;
use super::handle::{nothing_to_say, opened, parse};

/// The fields of the form.
const FILE: &str = "file";
const AUDIENCE: &str = "audience";
/// The answers to who can open it, as the API calls them too.
const STAFF: &str = "staff";
const FAMILY: &str = "family";

impl From<UploadError> for Trouble {
    fn from(error: UploadError) -> Self {
        match error {
            UploadError::Broken => Self::OldForm,
            UploadError::TooLarge => Self::TooLarge,
        }
    }
}

/// The files of a case, by who can open them (S6).
#[derive(Clone, Debug, Default)]
pub struct Files {
    /// Those that somebody of the family can open too.
    pub shared: Vec<FileItem>,
    /// Those that stay in school.
    pub only_staff: Vec<FileItem>,
}

impl Files {
    /// The files that whoever looks may know of.
    pub(super) fn of(sight: &Sight<'_>) -> Self {
        let visible = documents::visible(sight.case, sight.ctx.actor);
        let (only_staff, shared): (Vec<&Document>, Vec<&Document>) =
            visible.partition(|document| openness(sight.case, document) == Openness::OnlyStaff);
        let items = |list: Vec<&Document>| list.into_iter().map(|document| item(document, sight)).collect();
        Self { shared: items(shared), only_staff: items(only_staff) }
    }
}

fn item(document: &Document, sight: &Sight<'_>) -> FileItem {
    let mut words = detail(document, sight.record);
    if let Some(party) = document.from.and_then(|from| sight.case.party(from)) {
        words.push_str(&format!(", from {}", party.name));
    }
    if is_paper(sight.case, document.no) {
        words.push_str(", paper for the hearing");
    }
    FileItem {
        name: document.name.to_string(),
        href: Some(urls::case_document(&sight.case.reference, document.no)),
        detail: words,
        remove: None,
    }
}

/// The form that adds a file.
#[derive(Debug, Template)]
#[template(path = "case/file.html")]
pub struct FilePage {
    shell: Shell,
    identity: Identity,
    file: Field,
    audience: Choices,
    problems: Vec<Problem>,
    send_to: String,
    cancel: String,
    csrf: String,
}

/// What is to be put right on the form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct ToPutRight {
    file: Option<String>,
    audience: Option<String>,
}

impl FilePage {
    fn new(
        mut shell: Shell,
        sight: &Sight<'_>,
        limits: FileLimits,
        chosen: &str,
        right: ToPutRight,
        csrf: &Csrf,
    ) -> Self {
        let file = Field::new(FILE, "Choose a photo or a PDF")
            .label_size(LabelSize::Medium)
            .hint(format!("Up to {} MB. Save a document of another kind as a PDF.", limits.largest_mb))
            .accept(FileKind::CHOICE)
            .error(right.file);
        let audience = Choices::new(AUDIENCE, "Who can open it?")
            .label_size(LabelSize::Medium)
            .option(STAFF, "Only staff who see this case")
            .option(FAMILY, "The family too: it is on their page at once")
            .chosen(&[chosen])
            .error(right.audience);
        let problems: Vec<Problem> = [file.problem(), audience.problem()].into_iter().flatten().collect();
        shell.heading = Action::AddDocument.title().into();
        shell.back = Some(urls::case(&sight.case.reference));
        shell.standing = if problems.is_empty() { Standing::Clear } else { Standing::Problem };
        Self {
            shell,
            identity: sight.identity(),
            file,
            audience,
            problems,
            send_to: urls::case_action(&sight.case.reference, Action::AddDocument),
            cancel: urls::case(&sight.case.reference),
            csrf: csrf.token().to_owned(),
        }
    }
}

/// A visit to the form.
struct Visit<'v> {
    app: &'v App,
    person: &'v SignedIn,
    csrf: &'v Csrf,
    opened: &'v crate::app::cases::Opened,
}

impl Visit<'_> {
    fn form(&self, chosen: &str, right: ToPutRight) -> HttpResponse {
        let case = &self.opened.case;
        let ctx = self.opened.context();
        let sight = Sight { case, record: &self.opened.record, ctx: &ctx };
        let path = urls::case_action(&case.reference, Action::AddDocument);
        let shell = frame(self.app, &self.person.0, self.csrf, Action::AddDocument.title(), &path);
        let mut response = if right == ToPutRight::default() {
            HttpResponse::Ok()
        } else {
            HttpResponse::UnprocessableEntity()
        };
        draw(&mut response, &FilePage::new(shell, &sight, self.app.file_limits(), chosen, right, self.csrf))
    }

    fn refused(&self, chosen: &str, words: String) -> HttpResponse {
        self.form(chosen, ToPutRight { file: Some(words), audience: None })
    }
}

/// The form, while a file can be added.
pub async fn page(
    app: web::Data<App>,
    person: SignedIn,
    csrf: Csrf,
    reference: web::Path<String>,
) -> Result<HttpResponse, Trouble> {
    let reference = parse(&reference)?;
    let opened = opened(&app, &person.0, &reference).await?;
    if ready(&opened.case, Action::AddDocument, &opened.context()).is_err() {
        return Ok(go(&urls::case(&reference)));
    }
    let visit = Visit { app: &app, person: &person, csrf: &csrf, opened: &opened };
    Ok(visit.form("", ToPutRight::default()))
}

/// Adds a file.
pub async fn add(
    app: web::Data<App>,
    person: SignedIn,
    csrf: Csrf,
    request: HttpRequest,
    reference: web::Path<String>,
    body: web::Payload,
) -> Result<HttpResponse, Trouble> {
    let reference = parse(&reference)?;
    let mut sent = upload::read(&request, body, app.file_limits()).await?;
    csrf.check(sent.typed.get("csrf"))?;
    let caller = Caller::Colleague(person.0.clone());
    let looking = reference.clone();
    let opened = blocking(&app, move |app| open(app, &caller, &looking)).await?;
    let visit = Visit { app: &app, person: &person, csrf: &csrf, opened: &opened };
    let chosen = sent.typed.get(AUDIENCE).to_owned();
    let (upload, limits) = (sent.file(FILE), app.file_limits());
    let looked = blocking(&app, move |_| Ok(files::look(upload, limits))).await?;
    let (looked, audience) = match (looked, audience_of(&chosen)) {
        (Ok(looked), Some(audience)) => (looked, audience),
        (looked, audience) => {
            let file = looked.err().map(|problem| problem.to_string());
            let who = audience.is_none().then(|| "Choose who can open it".to_owned());
            return Ok(visit.form(&chosen, ToPutRight { file, audience: who }));
        }
    };
    let adding = adding(&csrf, &reference, looked, audience)?;
    let caller = Caller::Colleague(person.0.clone());
    match blocking(&app, move |app| files::add(app, caller, adding, nothing_to_say)).await {
        Ok(_) => Ok(go(&format!("{}#files", urls::case(&reference)))),
        Err(Error::Invalid(problems)) => {
            Ok(visit.refused(&chosen, problems.into_iter().map(|problem| problem.words).collect()))
        }
        Err(Error::Refused(refusal) | Error::Forbidden(refusal)) => {
            Ok(visit.refused(&chosen, refusal.sentence))
        }
        Err(error) => Err(error.into()),
    }
}

/// The same file for the same readers, sent twice from one session, is one file (G18).
fn adding(
    csrf: &Csrf,
    reference: &crate::domain::reference::Reference,
    looked: Looked,
    audience: Audience,
) -> Result<Adding, Error> {
    let same = format!("{} {reference} {audience:?} {} {}", csrf.token(), looked.sha256, looked.name);
    Ok(Adding {
        reference: reference.clone(),
        seen: SeenVersion::Whichever,
        key: Some(IdempotencyKey::parse(&hex::encode(Sha256::digest(same)))?),
        looked,
        audience,
    })
}

fn audience_of(chosen: &str) -> Option<Audience> {
    match chosen {
        STAFF => Some(Audience::Staff),
        FAMILY => Some(Audience::Family),
        _ => None,
    }
}

/// Downloads a file.
pub async fn get(
    app: web::Data<App>,
    person: SignedIn,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Trouble> {
    let (reference, no) = path.into_inner();
    let reference = parse(&reference)?;
    let no = no.parse().map(DocumentNo).map_err(|_| Error::NotFound)?;
    Ok(download::answer(&app, Caller::Colleague(person.0), &reference, no).await?)
}
