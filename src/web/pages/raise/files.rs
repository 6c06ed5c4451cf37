//! Photos and documents of a concern in the making: taken one at a time, kept with the draft, removed on
//! request (P8, P14). All of it works without a script.

use actix_web::{HttpRequest, HttpResponse, web};

use crate::app::App;
use crate::app::error::Error;
use crate::app::files::{self, FileKind, FileProblem, Upload};
use crate::urls;
use crate::web::extract::ClientAddress;
use crate::web::field::Problem;
use crate::web::limits::{Bucket, Limits};
use crate::web::pages::serve::{Trouble, blocking, go_to};
use crate::web::pages::typed::Typed;
use crate::web::upload::{self, Chosen, UploadError};

use super::answer::answer;
use super::draft::{Draft, DraftFile};
use super::handle::{Handled, Journey, Posted, Room};
use super::pages::RemovePage;
use super::question::{Question, Uploads};

/// The field of the form.
const FILE: &str = "file";

impl From<UploadError> for Trouble {
    fn from(error: UploadError) -> Self {
        match error {
            UploadError::Broken | UploadError::Unnamed => Self::Stranger,
            UploadError::TooLarge => Self::TooLarge,
        }
    }
}

/// Takes a file, and goes on when that was asked for.
pub(super) async fn take(
    app: web::Data<App>,
    limits: web::Data<Limits>,
    from: ClientAddress,
    request: HttpRequest,
    slug: web::Path<String>,
    body: web::Payload,
) -> Handled {
    let journey = Journey::of(app, &request, &slug).await?;
    if let Some(lost) = journey.lost(Room::Inside) {
        return journey.tells(lost, &Typed::default());
    }
    if upload::may_hold_a_file(request.headers()) == Chosen::Yes {
        limits.take(Bucket::Upload, from)?;
    }
    let mut sent = upload::read(&request, body, journey.app.file_limits()).await?;
    journey.visit.checks(&sent.typed)?;
    let go_on = sent.typed.get("then") == "go_on";
    let mut draft = journey.draft().clone();
    if sent.has_file(FILE) == Chosen::Yes {
        match with_file(&journey, draft, sent.file(FILE)).await? {
            Ok(with) => draft = with,
            Err(problem) => return refused(journey, problem).await,
        }
    } else if !go_on {
        return refused(journey, FileProblem::NothingChosen).await;
    }
    if go_on {
        let answered = answer(&draft, Question::Files, &sent.typed, journey.scene);
        return match answered {
            Ok(draft) => journey.go_on(draft).await,
            Err(problems) => journey.ask_again(Question::Files, Typed::default(), problems).await,
        };
    }
    back_to_files(journey, draft).await
}

async fn refused(journey: Journey, problem: FileProblem) -> Handled {
    let problem = Problem { field: FILE.into(), text: problem.to_string() };
    journey.ask_again(Question::Files, Typed::default(), vec![problem]).await
}

async fn back_to_files(mut journey: Journey, draft: Draft) -> Handled {
    journey.kept.draft = draft;
    journey.keep().await?;
    Ok(go_to(&urls::raise_question(&journey.face.slug, Question::Files.key())))
}

/// The draft with one more file. The same file a second time changes nothing (G18).
async fn with_file(
    journey: &Journey,
    mut draft: Draft,
    upload: Upload,
) -> Result<Result<Draft, FileProblem>, Trouble> {
    let Uploads::Taken(limits) = journey.scene.files else { return Err(Error::NotFound.into()) };
    if draft.files.len() >= usize::from(limits.most_with_a_concern) {
        return Ok(Err(FileProblem::TooMany(limits.most_with_a_concern)));
    }
    let known: Vec<String> = draft.files.iter().map(|file| file.sha256.clone()).collect();
    let kept = blocking(&journey.app, move |app| match files::look(upload, limits) {
        Ok(looked) if known.contains(&looked.sha256) => Ok(Ok(None)),
        Ok(looked) => files::keep_for_later(app, looked).map(|waiting| Ok(Some(waiting))),
        Err(problem) => Ok(Err(problem)),
    })
    .await?;
    Ok(kept.map(|waiting| {
        let no = draft.files.last().map_or(1, |last| last.no.saturating_add(1));
        draft.files.extend(waiting.map(|waiting| DraftFile {
            no,
            id: waiting.id,
            sha256: waiting.sha256,
            name: waiting.name,
            what: what(waiting.kind).to_owned(),
            bytes: waiting.bytes,
        }));
        draft
    }))
}

/// What people call it.
const fn what(kind: FileKind) -> &'static str {
    match kind {
        FileKind::Pdf => "PDF",
        FileKind::Jpeg | FileKind::Heic => "Photo",
        FileKind::Png | FileKind::Webp => "Picture",
    }
}

/// Asks before a file is removed.
pub(super) async fn ask_removal(
    app: web::Data<App>,
    request: HttpRequest,
    place: web::Path<(String, u16)>,
) -> Result<HttpResponse, Trouble> {
    let (slug, no) = place.into_inner();
    let journey = match Journey::seen(app, &request, &slug, Room::Inside).await? {
        Ok(journey) => journey,
        Err(page) => return Ok(page),
    };
    let csrf = journey.visit.csrf();
    let page = RemovePage::file(no, journey.draft(), journey.around(&csrf)).ok_or(Error::NotFound)?;
    journey.visit.page(&journey.app, &page)
}

/// Removes a file. One that is gone already stays gone.
pub(super) async fn remove(
    app: web::Data<App>,
    request: HttpRequest,
    place: web::Path<(String, u16)>,
    body: Posted,
) -> Handled {
    let (slug, no) = place.into_inner();
    let journey = match Journey::told(app, &request, &slug, Room::Inside, body).await? {
        Ok((journey, _)) => journey,
        Err(page) => return Ok(page),
    };
    let mut draft = journey.draft().clone();
    if let Some(place) = draft.files.iter().position(|file| file.no == no) {
        let gone = draft.files.remove(place);
        blocking(&journey.app, move |app| files::drop_unsent(app, gone.id)).await?;
    }
    back_to_files(journey, draft).await
}
