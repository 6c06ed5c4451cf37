//! The files of a family's own case: sending one, downloading one.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use crate::app::cases::SeenVersion;
use crate::app::error::Error;
use crate::app::files::{self, Adding, FileKind, FileLimits, Looked};
use crate::app::{App, IdempotencyKey};
use crate::domain::case::action::Action;
use crate::domain::case::decide::ready;
use crate::domain::case::documents::{self, is_paper};
use crate::domain::case::event::Actor;
use crate::domain::case::state::{Audience, Document};
use crate::domain::ids::DocumentNo;
use crate::urls;
use crate::web::download;
use crate::web::extract::ClientAddress;
use crate::web::field::{Field, LabelSize, Problem};
use crate::web::limits::{Bucket, Limits};
use crate::web::page::Shell;
use crate::web::pages::family::{Face, standing};
use crate::web::pages::files::{being_checked, detail};
use crate::web::pages::serve::{Trouble, blocking, go_to};
use crate::web::parts::FileItem;
use crate::web::upload;

use super::act::Seal;
use super::closed;
use super::handle::{Handled, Inside, done, noted};
use super::screen::Looked as Sight;

/// The field of the form.
const FILE: &str = "file";

/// The page that asks for a file.
#[derive(Template)]
#[template(path = "mine/file.html")]
pub struct FilePage {
    shell: Shell,
    file: Field,
    problems: Vec<Problem>,
    action: String,
    case: String,
    school: String,
    csrf: String,
}

impl FilePage {
    /// The page, with what is to be put right.
    pub fn new(face: &Face, limits: FileLimits, problem: Option<String>, seal: Seal<'_>) -> Self {
        let action = urls::mine_action(Action::AddDocument);
        let mut shell = face.shell("Send us a file", action.clone());
        shell.home = urls::MINE.into();
        shell.back = Some(urls::MINE.to_owned());
        let file = Field::new(FILE, "Choose a photo or a PDF")
            .label_size(LabelSize::Medium)
            .hint(format!("Up to {} MB. You can send more than one, one after the other.", limits.largest_mb))
            .accept(FileKind::CHOICE)
            .error(problem);
        let problems: Vec<Problem> = file.problem().into_iter().collect();
        shell.standing = standing(&problems);
        let (case, school, csrf) = (seal.case.to_owned(), face.slug.clone(), seal.csrf.to_owned());
        Self { shell, file, problems, action, case, school, csrf }
    }
}

/// Asks for a file, while one can be added.
pub(super) async fn page(app: web::Data<App>, request: HttpRequest) -> Handled {
    let inside = Inside::of(app, &request).await?;
    if ready(&inside.opened.case, Action::AddDocument, &inside.opened.context()).is_err() {
        return Ok(go_to(urls::MINE));
    }
    let (csrf, case) = (inside.visit.csrf(), inside.mark());
    let seal = Seal { csrf: &csrf, case: &case };
    let page = FilePage::new(&inside.face, inside.app.file_limits(), None, seal);
    inside.visit.page(&inside.app, &page)
}

/// Takes a file.
pub(super) async fn take(
    app: web::Data<App>,
    limits: web::Data<Limits>,
    from: ClientAddress,
    request: HttpRequest,
    body: web::Payload,
) -> Handled {
    let inside = Inside::of(app, &request).await?;
    limits.take(Bucket::Upload, from)?;
    let mut sent = upload::read(&request, body, inside.app.file_limits()).await?;
    inside.visit.checks(&sent.typed)?;
    // The page of another family was opened in this browser since: its case is not what this file is for (P18).
    if sent.typed.get("case") != inside.mark() {
        return Err(closed::closed(&inside.app, &request).await);
    }
    let (upload, most) = (sent.file(FILE), inside.app.file_limits());
    let looked = blocking(&inside.app, move |_| Ok(files::look(upload, most))).await?;
    let added = match looked {
        Ok(looked) => add(&inside, looked).await,
        Err(problem) => return refused(&inside, &problem.to_string()),
    };
    match added {
        Ok(()) => Ok(done(Action::AddDocument)),
        Err(Error::Invalid(problems)) => {
            refused(&inside, problems.first().map_or("", |problem| problem.words.as_str()))
        }
        Err(Error::Refused(refusal) | Error::Forbidden(refusal)) => refused(&inside, &refusal.to_string()),
        Err(error) => Err(error.into()),
    }
}

/// The same file sent twice is one file (G18).
async fn add(inside: &Inside, looked: Looked) -> Result<(), Error> {
    let key = inside.visit.derived(&format!("file {} {}", looked.sha256, looked.name));
    let adding = Adding {
        reference: inside.opened.case.reference.clone(),
        seen: SeenVersion::Whichever,
        key: Some(IdempotencyKey::parse(&key)?),
        looked,
        audience: Audience::Family,
    };
    let caller = inside.caller.clone();
    blocking(&inside.app, move |app| files::add(app, caller, adding, noted)).await.map(|_| ())
}

fn refused(inside: &Inside, words: &str) -> Handled {
    let problem = Some(words.to_owned());
    let (csrf, case) = (inside.visit.csrf(), inside.mark());
    let seal = Seal { csrf: &csrf, case: &case };
    let page = FilePage::new(&inside.face, inside.app.file_limits(), problem, seal);
    inside.visit.again(&inside.app, &page)
}

/// Downloads a file that this complainant may open.
pub(super) async fn get(
    app: web::Data<App>,
    request: HttpRequest,
    no: web::Path<String>,
) -> Result<HttpResponse, Trouble> {
    let no = no.parse().map(DocumentNo).map_err(|_| Error::NotFound)?;
    let inside = Inside::of(app, &request).await?;
    let reference = inside.opened.case.reference.clone();
    Ok(download::answer(&inside.app, inside.caller, &reference, no).await?)
}

/// The files that this complainant sent, and those that the school shared.
pub(super) fn lists(looked: Sight<'_>) -> (Vec<FileItem>, Vec<FileItem>) {
    let me = Actor::Complainant(looked.me);
    let visible = documents::visible(looked.case, me).chain(documents::being_checked(looked.case, me));
    let (own, shared): (Vec<&Document>, Vec<&Document>) =
        visible.partition(|document| document.from == Some(looked.me));
    let items = |list: Vec<&Document>| list.into_iter().map(|document| item(document, looked)).collect();
    (items(own), items(shared))
}

fn item(document: &Document, looked: Sight<'_>) -> FileItem {
    let mut words = detail(document, looked.record);
    if is_paper(looked.case, document.no) {
        words.push_str(", paper for the hearing");
    }
    if let Some(waits) = being_checked(document) {
        words.push_str(", ");
        words.push_str(&waits);
    }
    FileItem {
        name: document.name.as_str().to_owned(),
        href: document.scan.lets_open().then(|| urls::mine_document(document.no)),
        detail: words,
        remove: None,
    }
}

/// What came of it, in a sentence.
pub(super) const SENT: &str = "Your file was sent";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::files::FileProblem;
    use crate::web::pages::family::tests::hazel_lane;

    /// P14: the words stand at the field and in the summary.
    #[test]
    fn a_file_that_is_not_taken_is_told_at_its_field() {
        let words = FileProblem::Empty.to_string();
        let page = FilePage::new(
            &hazel_lane(),
            FileLimits::default(),
            Some(words.clone()),
            Seal { csrf: "token", case: "mark" },
        );
        let html = page.render().unwrap();
        assert_eq!(html.matches(&words).count(), 2, "{html}");
        assert!(html.contains("enctype=\"multipart/form-data\"") && html.contains("href=\"#file\""));
        assert!(html.contains("name=\"case\" value=\"mark\""), "{html}");
    }
}
