//! The files of a case, for staff: listed by who can open them, added, downloaded.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use sha2::{Digest, Sha256};

use crate::app::cases::{Answer, Caller, SeenVersion, open};
use crate::app::error::Error;
use crate::app::files::{self, Adding, AddingWaiting, FileKind, FileLimits, Looked, Waiting};
use crate::app::{App, IdempotencyKey};
use crate::domain::case::action::Action;
use crate::domain::case::decide::ready;
use crate::domain::case::documents::{self, Openness, is_paper, openness};
use crate::domain::case::state::{Audience, Case, Document};
use crate::domain::ids::{DocumentNo, FileId};
use crate::domain::reference::Reference;
use crate::domain::text::Words;
use crate::urls;
use crate::web::csrf::Csrf;
use crate::web::download;
use crate::web::extract::{SignedIn, blocking};
use crate::web::field::{Choices, Field, LabelSize, Problem};
use crate::web::page::{Shell, Standing};
use crate::web::pages::access::go;
use crate::web::pages::files::{being_checked, detail, kind_words, size_words};
use crate::web::pages::typed::Typed;
use crate::web::parts::{FileItem, Identity, SummaryRow};
use crate::web::trouble::{Trouble, draw, draw_to_ask};
use crate::web::upload::{self, UploadError};

use super::Sight;
use super::handle::{frame_of, nothing_to_say, opened, parse};

/// The fields of the form.
const FILE: &str = "file";
const AUDIENCE: &str = "audience";
/// The fields that go through the page that asks: the file that waits, its name, and who was named as its readers.
const KEPT: &str = "kept";
const NAME: &str = "name";
const READERS: &str = "readers";
/// The answers to who can open it, as the API calls them too.
const STAFF: &str = "staff";
const FAMILY: &str = "family";

impl From<UploadError> for Trouble {
    fn from(error: UploadError) -> Self {
        match error {
            UploadError::Broken | UploadError::Unnamed => Self::OldForm(Vec::new()),
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
        let actor = sight.ctx.actor;
        let visible =
            documents::visible(sight.case, actor).chain(documents::being_checked(sight.case, actor));
        let (only_staff, shared): (Vec<&Document>, Vec<&Document>) =
            visible.partition(|document| openness(sight.case, document) == Openness::OnlyStaff);
        let items = |list: Vec<&Document>| list.into_iter().map(|document| item(document, sight)).collect();
        Self { shared: items(shared), only_staff: items(only_staff) }
    }
}

fn item(document: &Document, sight: &Sight<'_>) -> FileItem {
    let from = document.from.and_then(|from| sight.case.party(from));
    let from = from.map(|party| format!("from {}", party.name));
    let paper = is_paper(sight.case, document.no).then(|| "paper for the hearing".to_owned());
    let words: Vec<String> = [Some(detail(document, sight.record)), from, paper, being_checked(document)]
        .into_iter()
        .flatten()
        .collect();
    FileItem {
        name: document.name.to_string(),
        href: document.scan.lets_open().then(|| urls::case_document(&sight.case.reference, document.no)),
        detail: words.join(", "),
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

/// The page that asks before the family can open a file: which, who, and that it cannot be taken back (S5).
#[derive(Debug, Template)]
#[template(path = "case/file_confirm.html")]
pub struct ConfirmFilePage {
    shell: Shell,
    identity: Identity,
    /// Which file, and who can open it.
    rows: Vec<SummaryRow>,
    carried: Vec<(&'static str, String)>,
    send_to: String,
    cancel: String,
    csrf: String,
}

impl ConfirmFilePage {
    fn new(mut shell: Shell, sight: &Sight<'_>, waiting: &Waiting, csrf: &Csrf) -> Self {
        shell.heading = "Check: the family can open this file".into();
        shell.back = Some(urls::case(&sight.case.reference));
        let row = |key: &'static str, value: String| SummaryRow {
            key: key.into(),
            value: Some(value),
            change: None,
        };
        let names: Vec<&str> = sight.case.complainants().map(|party| party.name.as_str()).collect();
        let kind = kind_words(waiting.kind.media_type());
        let rows = vec![
            row("File", format!("{} ({kind}, {})", waiting.name, size_words(waiting.bytes))),
            row("Of the family", names.join("\n")),
            row("In school", "Staff who see this case".to_owned()),
        ];
        let carried = vec![
            (KEPT, waiting.id.to_string()),
            (NAME, waiting.name.to_string()),
            (AUDIENCE, FAMILY.to_owned()),
            (READERS, readers(sight.case)),
        ];
        Self {
            identity: sight.identity(),
            rows,
            carried,
            send_to: urls::case_action(&sight.case.reference, Action::AddDocument),
            cancel: urls::case(&sight.case.reference),
            csrf: csrf.token().to_owned(),
            shell,
        }
    }
}

/// Who of the family would be able to open a file, as the confirm page carries it.
fn readers(case: &Case) -> String {
    let numbers: Vec<String> = case.complainants().map(|party| party.no.to_string()).collect();
    numbers.join(" ")
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
        let shell =
            frame_of(self.app, &self.person.0, self.csrf, Action::AddDocument.title(), &path, self.opened);
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

    /// Asks before the family can open it.
    fn confirm(&self, waiting: &Waiting) -> HttpResponse {
        let case = &self.opened.case;
        let ctx = self.opened.context();
        let sight = Sight { case, record: &self.opened.record, ctx: &ctx };
        let path = urls::case_action(&case.reference, Action::AddDocument);
        let shell =
            frame_of(self.app, &self.person.0, self.csrf, Action::AddDocument.title(), &path, self.opened);
        draw_to_ask(&ConfirmFilePage::new(shell, &sight, waiting, self.csrf))
    }

    /// What came of adding it.
    fn added(&self, chosen: &str, outcome: Result<Answer, Error>) -> Result<HttpResponse, Trouble> {
        match outcome {
            Ok(_) => Ok(go(&format!("{}#files", urls::case(&self.opened.case.reference)))),
            Err(Error::Invalid(problems)) => {
                Ok(self.refused(chosen, problems.into_iter().map(|problem| problem.words).collect()))
            }
            Err(Error::Refused(refusal) | Error::Forbidden(refusal)) => {
                Ok(self.refused(chosen, refusal.sentence))
            }
            Err(error) => Err(error.into()),
        }
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

/// Adds a file, after the page that asks where the family will be able to open it (S5).
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
    if !sent.typed.get(KEPT).is_empty() {
        return checked(&app, &visit, &reference, &sent.typed).await;
    }
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
    match audience {
        Audience::Staff => {
            let adding = adding(&csrf, &reference, looked)?;
            let caller = Caller::Colleague(person.0.clone());
            let outcome = blocking(&app, move |app| files::add(app, caller, adding, nothing_to_say)).await;
            visit.added(&chosen, outcome)
        }
        Audience::Family => ask_first(&app, &visit, looked).await,
    }
}

/// The file waits while its sender checks who will be able to open it.
async fn ask_first(app: &web::Data<App>, visit: &Visit<'_>, looked: Looked) -> Result<HttpResponse, Trouble> {
    if let Err(refusal) = ready(&visit.opened.case, Action::AddDocument, &visit.opened.context()) {
        return Ok(visit.refused(FAMILY, refusal.sentence));
    }
    let waiting = blocking(app, move |app| files::keep_for_later(app, looked)).await?;
    Ok(visit.confirm(&waiting))
}

/// The answer to the page that asks. Where others of the family joined meanwhile, it asks again.
async fn checked(
    app: &web::Data<App>,
    visit: &Visit<'_>,
    reference: &Reference,
    typed: &Typed,
) -> Result<HttpResponse, Trouble> {
    let id = typed.get(KEPT).parse().map(FileId).map_err(|_| Error::NotFound)?;
    if typed.get("change") == "yes" {
        blocking(app, move |app| files::drop_unsent(app, id)).await?;
        return Ok(visit.form(FAMILY, ToPutRight::default()));
    }
    let name = typed.get(NAME).to_owned();
    let waiting = match blocking(app, move |app| files::waiting(app, id, &name)).await {
        Ok(waiting) => waiting,
        Err(error) => return visit.added(FAMILY, Err(error)),
    };
    if typed.get("confirmed") != "yes" || typed.get(READERS) != readers(&visit.opened.case) {
        return Ok(visit.confirm(&waiting));
    }
    let audience = Audience::Family;
    let key = Some(repeat_key(visit.csrf, reference, audience, &waiting.sha256, &waiting.name)?);
    let adding = AddingWaiting { reference: reference.clone(), key, waiting, audience };
    let caller = Caller::Colleague(visit.person.0.clone());
    let outcome = blocking(app, move |app| files::add_waiting(app, caller, adding, nothing_to_say)).await;
    visit.added(FAMILY, outcome)
}

/// The same file for the same readers, sent twice from one session, is one file (G18).
fn repeat_key(
    csrf: &Csrf,
    reference: &Reference,
    audience: Audience,
    sha256: &str,
    name: &Words,
) -> Result<IdempotencyKey, Error> {
    let same = format!("{} {reference} {audience:?} {sha256} {name}", csrf.token());
    IdempotencyKey::parse(&hex::encode(Sha256::digest(same)))
}

/// A file for staff alone.
fn adding(csrf: &Csrf, reference: &Reference, looked: Looked) -> Result<Adding, Error> {
    let audience = Audience::Staff;
    Ok(Adding {
        reference: reference.clone(),
        seen: SeenVersion::Whichever,
        key: Some(repeat_key(csrf, reference, audience, &looked.sha256, &looked.name)?),
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
