//! The pages of the journey as templates.

use askama::Template;

use crate::app::files::{FileKind, FileLimits};
use crate::domain::case::vocabulary::{Kind, RedirectReason};
use crate::urls;
use crate::web::field::{Choices, Field, LabelSize, Problem};
use crate::web::page::Shell;
use crate::web::pages::family::{Face, standing};
use crate::web::pages::files::size_words;
use crate::web::pages::typed::Typed;
use crate::web::parts::{FileItem, Link, SummaryCard};

use super::check::{Section, answered_at, cards, sections};
use super::draft::{Draft, DraftFile, YesNo};
use super::question::{Question, Uploads, path};
use super::show::{Around, Asked, title, way_back};
use super::words::{OwnRoute, own_route};

/// One question.
#[derive(Template)]
#[template(path = "raise/question.html")]
pub struct QuestionPage {
    asked: Asked,
    shell: Shell,
    until: String,
}

impl QuestionPage {
    /// The page of a question.
    pub fn new(asked: Asked) -> Self {
        Self { shell: asked.shell.clone(), until: asked.until.clone(), asked }
    }
}

/// What to do when a child is at risk; the concern can go on.
#[derive(Template)]
#[template(path = "raise/at_risk.html")]
pub struct AtRiskPage {
    shell: Shell,
    face: Face,
    /// Until when the school is closed: "Monday 2 November 2026".
    closed_until: Option<String>,
    action: String,
    csrf: String,
}

impl AtRiskPage {
    /// The page.
    pub fn new(draft: &Draft, around: Around<'_>) -> Self {
        let action = urls::raise_question(&around.face.slug, Question::AtRisk.key());
        let mut shell = around.face.shell(title(Question::AtRisk), action.clone());
        shell.back = Some(way_back(draft, Question::AtRisk, around));
        let closed_until = around.face.closed_until();
        Self { shell, face: around.face.clone(), closed_until, action, csrf: around.csrf.to_owned() }
    }
}

/// Where a matter with its own route goes (2.7): help, not an error.
#[derive(Template)]
#[template(path = "raise/own_route.html")]
pub struct OwnRoutePage {
    shell: Shell,
    route: OwnRoute,
    action: String,
    csrf: String,
    start: String,
}

impl OwnRoutePage {
    /// The page for the matter that was chosen; none before one was.
    pub fn new(draft: &Draft, around: Around<'_>) -> Option<Self> {
        let route = own_route(draft.own_route?, around.face.nation);
        let action = urls::raise_question(&around.face.slug, Question::OwnRouteHelp.key());
        let mut shell = around.face.shell(route.heading, action.clone());
        shell.back = Some(way_back(draft, Question::OwnRouteHelp, around));
        let start = urls::school(&around.face.slug);
        Some(Self { shell, route, action, csrf: around.csrf.to_owned(), start })
    }
}

/// The same without a concern in the making, as the start page links to it (P1).
#[derive(Template)]
#[template(path = "school/where_to_go.html")]
pub struct WhereToGoPage {
    shell: Shell,
    route: OwnRoute,
    raise: String,
}

impl WhereToGoPage {
    /// The page for that matter.
    pub fn new(reason: RedirectReason, face: &Face) -> Self {
        let route = own_route(reason, face.nation);
        let mut shell = face.shell(route.heading, urls::where_to_go(&face.slug, reason.key()));
        shell.back = Some(urls::school(&face.slug));
        Self { shell, route, raise: urls::raise(&face.slug) }
    }
}

/// The things that happened, as cards, and whether there is another (P12).
#[derive(Template)]
#[template(path = "raise/points.html")]
pub struct PointsPage {
    shell: Shell,
    cards: Vec<SummaryCard>,
    another: Choices,
    problems: Vec<Problem>,
    action: String,
    csrf: String,
    until: String,
}

impl PointsPage {
    /// The page.
    pub fn new(draft: &Draft, problems: Vec<Problem>, around: Around<'_>) -> Self {
        let action = urls::raise_question(&around.face.slug, Question::Points.key());
        let mut shell = around.face.shell(title(Question::Points), action.clone());
        shell.standing = standing(&problems);
        shell.back = Some(way_back(draft, Question::Points, around));
        let another = Choices::new("another", "Is there something else to tell us?")
            .label_size(LabelSize::Medium)
            .error(problems.first().map(|problem| problem.text.clone()))
            .option(YesNo::Yes.key(), "Yes")
            .option(YesNo::No.key(), "No, that is everything");
        let cards = cards(draft, &around.face.slug);
        let (csrf, until) = (around.csrf.to_owned(), around.until.to_owned());
        Self { shell, cards, another, problems, action, csrf, until }
    }
}

/// Photos and documents, one at a time (P14).
#[derive(Template)]
#[template(path = "raise/files.html")]
pub struct FilesPage {
    shell: Shell,
    files: Vec<FileItem>,
    file: Field,
    problems: Vec<Problem>,
    action: String,
    csrf: String,
    until: String,
}

impl FilesPage {
    /// The page.
    pub fn new(draft: &Draft, problems: Vec<Problem>, around: Around<'_>) -> Self {
        let action = urls::raise_question(&around.face.slug, Question::Files.key());
        let mut shell = around.face.shell(title(Question::Files), action.clone());
        shell.standing = standing(&problems);
        shell.back = Some(way_back(draft, Question::Files, around));
        let limits = match around.scene.files {
            Uploads::Taken(limits) => limits,
            Uploads::NotTaken => FileLimits::default(),
        };
        let label =
            if draft.files.is_empty() { "Choose a photo or a PDF" } else { "Choose another photo or PDF" };
        let file = Field::new("file", label)
            .label_size(LabelSize::Medium)
            .hint(format!(
                "Up to {} MB each, and {} in all. Add one at a time. A photo, a picture of your screen, or a PDF.",
                limits.largest_mb, limits.most_with_a_concern
            ))
            .accept(FileKind::CHOICE)
            .error(problems.first().map(|problem| problem.text.clone()));
        let files = draft.files.iter().map(|file| item(file, &around.face.slug)).collect();
        let (csrf, until) = (around.csrf.to_owned(), around.until.to_owned());
        Self { shell, files, file, problems, action, csrf, until }
    }
}

fn item(file: &DraftFile, slug: &str) -> FileItem {
    FileItem {
        name: file.name.as_str().to_owned(),
        href: None,
        detail: format!("{}, {}", file.what, size_words(file.bytes)),
        remove: Some(urls::raise_file_removal(slug, file.no)),
    }
}

/// Asks before something is removed (P12).
#[derive(Template)]
#[template(path = "raise/remove.html")]
pub struct RemovePage {
    shell: Shell,
    heading: String,
    text: String,
    button: &'static str,
    action: String,
    keep: String,
    csrf: String,
}

impl RemovePage {
    /// The page for one thing that happened, counted from 1; none when it is not there.
    pub fn point(place: usize, draft: &Draft, around: Around<'_>) -> Option<Self> {
        let point = place.checked_sub(1).and_then(|index| draft.points.get(index))?;
        let slug = &around.face.slug;
        Some(Self::new(
            format!("Remove point {place}?"),
            point.what.as_str().to_owned(),
            "Remove this point",
            urls::raise_point_removal(slug, place),
            urls::raise_question(slug, Question::Points.key()),
            around,
        ))
    }

    /// The page for a file; none when it is not there.
    pub fn file(no: u16, draft: &Draft, around: Around<'_>) -> Option<Self> {
        let file = draft.files.iter().find(|file| file.no == no)?;
        let slug = &around.face.slug;
        Some(Self::new(
            "Remove this file?".to_owned(),
            file.name.as_str().to_owned(),
            "Remove this file",
            urls::raise_file_removal(slug, no),
            urls::raise_question(slug, Question::Files.key()),
            around,
        ))
    }

    fn new(
        heading: String,
        text: String,
        button: &'static str,
        action: String,
        keep: String,
        around: Around<'_>,
    ) -> Self {
        let mut shell = around.face.shell(heading.clone(), action.clone());
        shell.back = Some(keep.clone());
        Self { shell, heading, text, button, action, keep, csrf: around.csrf.to_owned() }
    }
}

/// All answers, to be checked and sent (P20).
#[derive(Template)]
#[template(path = "raise/check.html")]
pub struct CheckPage {
    shell: Shell,
    face: Face,
    cards: Vec<SummaryCard>,
    sections: Vec<Section>,
    /// What could not be sent as it is, each with the page where it was answered.
    problems: Vec<Link>,
    add: String,
    action: String,
    csrf: String,
    button: &'static str,
    /// What becomes of it once it is sent.
    promise: &'static str,
    until: String,
}

impl CheckPage {
    /// The page.
    pub fn new(draft: &Draft, problems: Vec<Problem>, around: Around<'_>) -> Self {
        let slug = &around.face.slug;
        let action = urls::raise_check(slug);
        let mut shell = around.face.shell("Check your answers before you send them", action.clone());
        let last = path(draft, around.scene).last().copied().unwrap_or(Question::Door);
        shell.back = Some(urls::raise_question(slug, last.key()));
        shell.standing = standing(&problems);
        Self {
            shell,
            face: around.face.clone(),
            cards: cards(draft, slug),
            sections: sections(draft, around.scene, slug),
            problems: told_once(problems, slug),
            add: urls::raise_point(slug, draft.points.len() + 1),
            action,
            csrf: around.csrf.to_owned(),
            button: if draft.is_urgent() { "Send it now" } else { send_words(draft.kind()) },
            promise: if draft.is_child_at_risk() {
                "Whoever leads on safeguarding is told as soon as you send it, on any day. They ask you what else they need to know."
            } else {
                "Only the people who look into it can read it. We send you a receipt with a reference and the dates."
            },
            until: around.until.to_owned(),
        }
    }
}

/// Every problem with the page where it was answered, each once (P10): two fields of one page may lack the same.
fn told_once(problems: Vec<Problem>, slug: &str) -> Vec<Link> {
    let mut told: Vec<Link> = Vec::new();
    for problem in problems {
        let link = Link::new(problem.text, answered_at(&problem.field, slug));
        if !told.contains(&link) {
            told.push(link);
        }
    }
    told
}

/// The button names the act (P20).
const fn send_words(kind: Kind) -> &'static str {
    match kind {
        Kind::Feedback => "Send your feedback",
        Kind::Complaint => "Send your complaint",
        Kind::Concern | Kind::NotSure => "Send your concern",
    }
}

/// Something was begun before, perhaps by somebody else at the same screen (P8).
#[derive(Template)]
#[template(path = "raise/begun.html")]
pub struct BegunPage {
    shell: Shell,
    /// Where it was left.
    go_on: String,
    afresh: String,
    csrf: String,
    until: String,
}

impl BegunPage {
    /// The page.
    pub fn new(go_on: String, around: Around<'_>) -> Self {
        let slug = &around.face.slug;
        let mut shell = around.face.shell("You have begun to write to us", urls::raise(slug));
        shell.back = Some(urls::school(slug));
        let (csrf, until) = (around.csrf.to_owned(), around.until.to_owned());
        Self { shell, go_on, afresh: urls::raise_afresh(slug), csrf, until }
    }
}

/// Why there is nothing to go on with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lost {
    /// It was kept until then, and deleted: "26 November 2026 at 7:15am".
    Over(String),
    /// Nothing is known in this browser.
    NotHere,
    /// It was sent, under that reference; none once the page of it is over.
    Sent(Option<String>),
}

/// The texts of the journey: what somebody would have to write again.
const WRITTEN: [&str; 7] = ["what", "when", "wanted", "late_reason", "spoken", "safe_note", "adjustments"];

/// What was typed is no longer here, or was sent already: why, and the way on. Nothing vanishes without a word (P8).
#[derive(Template)]
#[template(path = "raise/lost.html")]
pub struct LostPage {
    shell: Shell,
    face: Face,
    lost: Lost,
    /// What came with the form that found nothing any more, to be copied.
    written: Vec<String>,
    afresh: String,
    done: String,
    find: String,
    paper: String,
    csrf: String,
}

impl LostPage {
    /// The page, with what was typed just now.
    pub fn new(lost: Lost, typed: &Typed, face: &Face, csrf: &str) -> Self {
        let slug = &face.slug;
        let heading = match lost {
            Lost::Over(_) => "What you wrote here was deleted",
            Lost::NotHere => "We cannot find what you wrote",
            Lost::Sent(_) => "You have sent it already",
        };
        let mut shell = face.shell(heading, urls::raise(slug));
        shell.back = Some(urls::school(slug));
        let written = WRITTEN.into_iter().map(|field| typed.get(field).to_owned());
        Self {
            shell,
            face: face.clone(),
            lost,
            written: written.filter(|text| !text.is_empty()).collect(),
            afresh: urls::raise_afresh(slug),
            done: urls::raise_done(slug),
            find: urls::find_my_case(slug),
            paper: urls::paper_form(slug),
            csrf: csrf.to_owned(),
        }
    }
}
