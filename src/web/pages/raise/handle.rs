//! The handlers of the journey: load the draft, take one answer, keep it, go on.

use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{DateTime, Months, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::app::access::Token;
use crate::app::cases::{Answer, Done};
use crate::app::concerns::{self, Sender, body::ConcernBody};
use crate::app::contact::filed::{self, FILED_LIVES};
use crate::app::drafts::{self, Trace};
use crate::app::error::Error;
use crate::app::files::{Attached, FileLimits};
use crate::app::world::World;
use crate::app::{App, IdempotencyKey};
use crate::domain::calendar::{Unit, local_date, local_time_words, long_date, range_words};
use crate::domain::case::context::Context;
use crate::domain::case::state::Case;
use crate::domain::case::timeline::{Voice, alert_words, begins_informally, explain, now_sentences};
use crate::domain::case::vocabulary::{Kind, PreferredContact};
use crate::domain::deadline::DeadlineRule;
use crate::domain::ids::PartyNo;
use crate::domain::phase::Phase;
use crate::domain::procedure::{Stage, StageKind};
use crate::domain::reference::Reference;
use crate::domain::school::SchoolKind;
use crate::domain::text::Words;
use crate::urls;
use crate::web::field::Problem;
use crate::web::pages::family::Face;
use crate::web::pages::serve::{Trouble, Visit, blocking, go_to, one_more, posted, school};
use crate::web::pages::typed::Typed;
use crate::web::table::{Table, get, post};

use super::answer::{another_point, answer, answer_point, without_point};
use super::draft::{Draft, YesNo};
use super::pages::{
    AtRiskPage, BegunPage, CheckPage, FilesPage, Lost, LostPage, OwnRoutePage, PointsPage, QuestionPage,
    RemovePage,
};
use super::question::{Body, Question, Scene, Stop, Uploads, missing, next, path, ways};
use super::show::{Around, ask, ask_point};
use super::{done, files, later};

pub(super) type Handled = Result<HttpResponse, Trouble>;
pub(super) type Posted = Result<web::Bytes, actix_web::Error>;

/// Every page of the journey, below `/schools/{school}/raise`.
pub fn routes(table: &mut Table<'_>) {
    table
        .route("", get().to(begin))
        .route("/afresh", post().to(afresh))
        .route("/check", get().to(check))
        .route("/check", post().to(send))
        .route("/later", get().to(later::page))
        .route("/later", post().to(later::mail))
        .route("/later/code", post().to(later::code))
        .route("/done", get().to(done::page))
        .route("/done/address", post().to(done::put_right))
        .route("/done/code", post().to(done::return_code))
        .route("/finish", post().to(done::finish))
        .route("/point/{place}", get().to(point))
        .route("/point/{place}", post().to(take_point))
        .route("/point/{place}/remove", get().to(ask_removal))
        .route("/point/{place}/remove", post().to(remove))
        .route("/files", post().to(files::take))
        .route("/file/{no}/remove", get().to(files::ask_removal))
        .route("/file/{no}/remove", post().to(files::remove))
        .route("/{question}", get().to(question))
        .route("/{question}", post().to(take));
}

/// What is kept of one visit: the concern in the making, and the last one that was sent.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Kept {
    pub(super) draft: Draft,
    /// Tells the concerns of one browser apart, so that each has its own idempotency key (P21). It begins with the
    /// millisecond in which the visit began: a visit to another school begins anew and must not count the same again.
    pub(super) serial: u64,
    pub(super) sent: Option<SentRecord>,
    /// Whether the last thing that happened was sending.
    step: Step,
    again: Option<Again>,
}

impl Kept {
    /// A visit that begins now.
    fn begun(now: DateTime<Utc>) -> Self {
        Self { serial: now.timestamp_millis().unsigned_abs(), ..Self::default() }
    }
}

/// Where the visit stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Step {
    /// Somebody writes, or has not begun.
    #[default]
    Writing,
    /// It was sent, and nothing new was begun.
    Sent,
}

/// What was sent and not taken, for the page that shows it once (P8, P10).
///
/// A refusal leads back to its page like every other answer: a page that answered a post cannot be come back to,
/// because the browser then asks whether to send the form again.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Again {
    /// The address of the page.
    at: String,
    typed: Typed,
    problems: Vec<Problem>,
}

/// What the confirmation says, kept so that it survives a reload and a second press (P21, P22).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct SentRecord {
    #[serde(default = "not_told")]
    pub(super) kind: Kind,
    pub(super) receipt_to: Option<String>,
    #[serde(default)]
    pub(super) phone: Option<String>,
    #[serde(default)]
    pub(super) address: Option<String>,
    #[serde(default)]
    pub(super) reached_by: Option<PreferredContact>,
    /// When it was sent: it is shown for a while only, because others may use the same device (P18).
    #[serde(default)]
    pub(super) at: DateTime<Utc>,
    pub(super) told: Told,
}

/// The kind of what was sent before kinds were kept here.
const fn not_told() -> Kind {
    Kind::NotSure
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Told {
    pub(super) reference: String,
    pub(super) received: String,
    pub(super) who_has_it: String,
    pub(super) next: Vec<String>,
    #[serde(default)]
    pub(super) alert: Option<String>,
    #[serde(default)]
    pub(super) named_formal: Option<String>,
    #[serde(default)]
    pub(super) first_word_by: Option<String>,
    pub(super) by: Option<String>,
    pub(super) working: Option<ToldWorking>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct ToldWorking {
    pub(super) what: String,
    pub(super) steps: Vec<String>,
    pub(super) skipped: Vec<(String, String)>,
    pub(super) calendar: String,
}

/// The box that only robots fill in. Its name is nothing that a browser knows about its owner.
const NOBODY_SEES: &str = "leave-this-empty";

/// What the button says that saves an answer and leads to going on later.
const THEN: &str = "then";
const LATER: &str = "later";

/// The button that sends, as the error summary names it.
pub(super) const SEND: &str = "send";

/// A request on its way through the journey.
pub(super) struct Journey {
    pub(super) app: web::Data<App>,
    pub(super) visit: Visit,
    pub(super) face: Face,
    pub(super) scene: Scene,
    pub(super) kept: Kept,
    memory: Memory,
    /// Until when the answers are kept.
    until: String,
}

/// What the server knew of the visit when the request came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Memory {
    /// What was kept.
    Here,
    /// That something was kept until then, and deleted.
    Over(DateTime<Utc>),
    /// Nothing.
    Nothing,
}

/// A page of the journey, as far as it matters whether there is something to go on with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Room {
    /// The first question: whoever never wrote anything begins there.
    Entrance,
    /// Any other.
    Inside,
}

/// The journey, or the page that says why there is none to go on with.
pub(super) type Way = Result<Journey, HttpResponse>;

/// A draft of a program that wrote it otherwise. The family begins again, and whoever reads the log learns why.
fn readable(json: String) -> Option<Kept> {
    serde_json::from_str(&json)
        .inspect_err(
            |error| tracing::warn!(kind = ?error.classify(), "a draft cannot be read and is left out"),
        )
        .ok()
}

impl Journey {
    pub(super) async fn of(app: web::Data<App>, request: &HttpRequest, slug: &str) -> Result<Self, Trouble> {
        let visit = Visit::of(request, &app);
        let (world, face) = school(&app, slug).await?;
        let scene = scene(&world, local_date(app.now()), app.file_limits());
        let (secret, slug) = (visit.secret.clone(), slug.to_owned());
        let stored = blocking(&app, move |app| drafts::load(app, &slug, &secret)).await?;
        let (kept, memory, until) = match stored {
            drafts::Kept::Here(json, until) => {
                (readable(json).unwrap_or_else(|| Kept::begun(app.now())), Memory::Here, until)
            }
            drafts::Kept::Over(until) => {
                (Kept::begun(app.now()), Memory::Over(until), app.now() + drafts::LIVES)
            }
            drafts::Kept::Nothing => (Kept::begun(app.now()), Memory::Nothing, app.now() + drafts::LIVES),
        };
        let mut kept = kept;
        // What was sent is not shown for ever: whoever holds the device later may be somebody else.
        kept.sent = kept.sent.filter(|sent| app.now() < sent.at + FILED_LIVES);
        Ok(Self { app, visit, face, scene, kept, memory, until: local_time_words(until) })
    }

    /// The journey for a page that shows something: what was sent is shown, what is gone is told.
    pub(super) async fn seen(
        app: web::Data<App>,
        request: &HttpRequest,
        slug: &str,
        room: Room,
    ) -> Result<Way, Trouble> {
        let journey = Self::of(app, request, slug).await?;
        match journey.lost(room) {
            None => Ok(Ok(journey)),
            Some(Lost::Sent(_)) => Ok(Err(go_to(&urls::raise_done(slug)))),
            Some(lost) => journey.tells(lost, &Typed::default()).map(Err),
        }
    }

    /// The journey for a form that was sent: what was typed into it is shown again where there is nothing to add it to.
    pub(super) async fn told(
        app: web::Data<App>,
        request: &HttpRequest,
        slug: &str,
        room: Room,
        body: Posted,
    ) -> Result<Result<(Self, Typed), HttpResponse>, Trouble> {
        let journey = Self::of(app, request, slug).await?;
        let typed = posted(&journey.visit, body)?;
        match journey.lost(room) {
            None => Ok(Ok((journey, typed))),
            Some(lost) => journey.tells(lost, &typed).map(Err),
        }
    }

    /// Why there is nothing to go on with, if there is nothing.
    pub(super) fn lost(&self, room: Room) -> Option<Lost> {
        match (self.memory, self.kept.step, room) {
            (Memory::Over(until), _, _) => Some(Lost::Over(local_time_words(until))),
            (Memory::Nothing, _, Room::Inside) => Some(Lost::NotHere),
            // At the entrance of a device that others use too, what was sent before is nobody's business (P18).
            (Memory::Nothing | Memory::Here, _, Room::Entrance) | (Memory::Here, Step::Writing, _) => None,
            (Memory::Here, Step::Sent, Room::Inside) => {
                let sent = self.kept.sent.as_ref();
                Some(Lost::Sent(sent.map(|sent| sent.told.reference.clone())))
            }
        }
    }

    /// The page that tells it.
    pub(super) fn tells(&self, lost: Lost, typed: &Typed) -> Handled {
        self.visit.page(&self.app, &LostPage::new(lost, typed, &self.face, &self.visit.csrf()))
    }

    pub(super) async fn keep(&self) -> Result<(), Trouble> {
        let json = serde_json::to_string(&self.kept).map_err(|error| Error::Internal(Box::new(error)))?;
        let (secret, slug) = (self.visit.secret.clone(), self.face.slug.clone());
        let files = self.draft().files.iter().map(|file| file.id).collect();
        let has_words = self.kept.step == Step::Writing && *self.draft() != Draft::default();
        let trace = if has_words { Trace::Kept } else { Trace::None };
        Ok(blocking(&self.app, move |app| drafts::keep(app, &slug, &secret, json, trace, files)).await?)
    }

    pub(super) fn around<'a>(&'a self, csrf: &'a str) -> Around<'a> {
        Around { face: &self.face, scene: self.scene, csrf, until: &self.until }
    }

    pub(super) fn draft(&self) -> &Draft {
        &self.kept.draft
    }

    /// The secret with which this browser may put right the address of the case that it began.
    pub(super) fn filed(&self, case: &Reference) -> Token {
        Token::given(self.visit.derived(&format!("filed {case}")))
    }

    /// Keeps the draft and goes to whatever is open next.
    pub(super) async fn go_on(self, draft: Draft) -> Handled {
        self.goes(draft, Self::next_stop).await
    }

    /// The same, or to the page on which somebody says how they go on later, where they pressed that button.
    async fn go_on_or_leave(self, draft: Draft, typed: &Typed) -> Handled {
        if typed.get(THEN) == LATER {
            return self.goes(draft, |journey| urls::raise_later(&journey.face.slug)).await;
        }
        self.go_on(draft).await
    }

    async fn goes(mut self, draft: Draft, to: impl FnOnce(&Self) -> String) -> Handled {
        self.kept.draft = draft;
        self.kept.step = Step::Writing;
        self.kept.again = None;
        self.keep().await?;
        Ok(go_to(&to(&self)))
    }

    /// Until when the answers are kept, in words.
    pub(super) fn until(&self) -> &str {
        &self.until
    }

    pub(super) fn next_stop(&self) -> String {
        match next(self.draft(), self.scene) {
            Stop::Ask(question) => self.place_of(question),
            Stop::Check => urls::raise_check(&self.face.slug),
        }
    }

    fn place_of(&self, question: Question) -> String {
        urls::raise_question(&self.face.slug, question.key())
    }

    /// Goes back to the page at that address, which shows what was typed with what is to be put right.
    pub(super) async fn again(mut self, at: String, typed: Typed, problems: Vec<Problem>) -> Handled {
        self.kept.again = Some(Again { at: at.clone(), typed: typed.without("csrf"), problems });
        self.keep().await?;
        Ok(go_to(&at))
    }

    /// The same for a question.
    pub(super) async fn ask_again(self, question: Question, typed: Typed, problems: Vec<Problem>) -> Handled {
        let at = self.place_of(question);
        self.again(at, typed, problems).await
    }

    /// What was sent to the page at that address and not taken, once.
    pub(super) async fn sent_back(&mut self, at: &str) -> Result<(Option<Typed>, Vec<Problem>), Trouble> {
        let Some(again) = self.kept.again.take_if(|again| again.at == at) else {
            return Ok((None, Vec::new()));
        };
        self.keep().await?;
        Ok((Some(again.typed), again.problems))
    }

    /// One page of the journey; another that is open when this one is not asked.
    async fn show(mut self, question: Question) -> Handled {
        if question != Question::Door && !path(self.draft(), self.scene).contains(&question) {
            return Ok(go_to(&self.next_stop()));
        }
        let (typed, problems) = self.sent_back(&self.place_of(question)).await?;
        let csrf = self.visit.csrf();
        let (draft, around) = (self.draft(), self.around(&csrf));
        match question {
            Question::AtRisk => self.visit.page(&self.app, &AtRiskPage::new(draft, around)),
            Question::OwnRouteHelp => match OwnRoutePage::new(draft, around) {
                Some(page) => self.visit.page(&self.app, &page),
                None => Ok(go_to(&self.next_stop())),
            },
            Question::Points if draft.points.is_empty() => Ok(go_to(&urls::raise_point(&self.face.slug, 1))),
            Question::Points => self.visit.page(&self.app, &PointsPage::new(draft, problems, around)),
            Question::Files => self.visit.page(&self.app, &FilesPage::new(draft, problems, around)),
            _ => self
                .visit
                .page(&self.app, &QuestionPage::new(ask(question, draft, typed.as_ref(), problems, around))),
        }
    }
}

/// The day and the school as the journey must know them.
pub fn scene(world: &World, today: NaiveDate, limits: FileLimits) -> Scene {
    let bar = world.procedure.time_bar;
    let in_time_since = bar.and_then(|bar| match bar.unit {
        Unit::CalendarMonths => today.checked_sub_months(Months::new(u32::from(bar.amount))),
        Unit::SchoolDays | Unit::WorkingDays | Unit::TermWeekdays | Unit::CalendarDays => {
            world.calendar.due_before(today, bar.amount, bar.unit).ok().map(|working| working.due_on)
        }
    });
    let body = match world.school.kind {
        SchoolKind::Academy => Body::Trust,
        SchoolKind::Maintained | SchoolKind::Independent => Body::Governors,
    };
    let files = if limits.most_with_a_concern == 0 { Uploads::NotTaken } else { Uploads::Taken(limits) };
    let first_step = world.procedure.first_stage().map_or(StageKind::Formal, |stage| stage.kind);
    let phase = Phase::of(&world.directory, world.school.id, today);
    Scene { today, in_time_since, body, first_step, files, phase, time_bar: bar }
}

/// Begins; where something was begun before, asks first whether to go on with it. Whoever holds the phone now
/// may be somebody else (P8).
async fn begin(app: web::Data<App>, request: HttpRequest, slug: web::Path<String>) -> Handled {
    let journey = Journey::of(app, &request, &slug).await?;
    if let Some(lost) = journey.lost(Room::Entrance) {
        return journey.tells(lost, &Typed::default());
    }
    if journey.draft().door.is_none() {
        return Ok(go_to(&urls::raise_question(&slug, Question::Door.key())));
    }
    let csrf = journey.visit.csrf();
    let page = BegunPage::new(journey.next_stop(), journey.around(&csrf));
    journey.visit.page(&journey.app, &page)
}

/// Throws away what was begun, and begins anew.
async fn afresh(app: web::Data<App>, request: HttpRequest, slug: web::Path<String>, body: Posted) -> Handled {
    let mut journey = Journey::of(app, &request, &slug).await?;
    posted(&journey.visit, body)?;
    journey.kept.draft = Draft::default();
    journey.kept.step = Step::Writing;
    journey.keep().await?;
    Ok(go_to(&urls::raise_question(&slug, Question::Door.key())))
}

async fn question(app: web::Data<App>, request: HttpRequest, place: web::Path<(String, String)>) -> Handled {
    let (slug, key) = place.into_inner();
    let question = Question::from_key(&key).ok_or(Error::NotFound)?;
    match Journey::seen(app, &request, &slug, room_of(question)).await? {
        Ok(journey) => journey.show(question).await,
        Err(page) => Ok(page),
    }
}

/// Whether somebody who wrote nothing yet can begin there.
const fn room_of(question: Question) -> Room {
    if matches!(question, Question::Door) { Room::Entrance } else { Room::Inside }
}

async fn take(
    app: web::Data<App>,
    request: HttpRequest,
    place: web::Path<(String, String)>,
    body: Posted,
) -> Handled {
    let (slug, key) = place.into_inner();
    let question = Question::from_key(&key).ok_or(Error::NotFound)?;
    let (journey, typed) = match Journey::told(app, &request, &slug, room_of(question), body).await? {
        Ok(told) => told,
        Err(page) => return Ok(page),
    };
    if question == Question::Points {
        match another_point(&typed) {
            Ok(YesNo::Yes) => {
                return Ok(go_to(&urls::raise_point(&slug, journey.draft().points.len() + 1)));
            }
            Ok(YesNo::No) => {}
            Err(problems) => return journey.ask_again(question, typed, problems).await,
        }
    }
    match answer(journey.draft(), question, &typed, journey.scene) {
        Ok(draft) => journey.go_on_or_leave(draft, &typed).await,
        Err(problems) => journey.ask_again(question, typed, problems).await,
    }
}

async fn point(app: web::Data<App>, request: HttpRequest, place: web::Path<(String, usize)>) -> Handled {
    let (slug, place) = place.into_inner();
    let mut journey = match Journey::seen(app, &request, &slug, Room::Inside).await? {
        Ok(journey) => journey,
        Err(page) => return Ok(page),
    };
    let place = place.clamp(1, journey.draft().points.len() + 1);
    let (typed, problems) = journey.sent_back(&urls::raise_point(&slug, place)).await?;
    let csrf = journey.visit.csrf();
    let asked = ask_point(place, journey.draft(), typed.as_ref(), problems, journey.around(&csrf));
    journey.visit.page(&journey.app, &QuestionPage::new(asked))
}

async fn take_point(
    app: web::Data<App>,
    request: HttpRequest,
    place: web::Path<(String, usize)>,
    body: Posted,
) -> Handled {
    let (slug, place) = place.into_inner();
    let (mut journey, typed) = match Journey::told(app, &request, &slug, Room::Inside, body).await? {
        Ok(told) => told,
        Err(page) => return Ok(page),
    };
    match answer_point(journey.draft(), place, &typed) {
        // Whoever fears for a child is not asked whether there is more: they can add it from the list of answers.
        Ok(draft) if draft.is_urgent() || missing(&draft, journey.scene).is_empty() => {
            journey.go_on_or_leave(draft, &typed).await
        }
        Ok(draft) if typed.get(THEN) == LATER => journey.go_on_or_leave(draft, &typed).await,
        Ok(draft) => {
            journey.kept.draft = draft;
            journey.kept.again = None;
            journey.keep().await?;
            Ok(go_to(&urls::raise_question(&slug, Question::Points.key())))
        }
        Err(problems) => {
            let place = place.clamp(1, journey.draft().points.len() + 1);
            journey.again(urls::raise_point(&slug, place), typed, problems).await
        }
    }
}

async fn ask_removal(
    app: web::Data<App>,
    request: HttpRequest,
    place: web::Path<(String, usize)>,
) -> Handled {
    let (slug, place) = place.into_inner();
    let journey = match Journey::seen(app, &request, &slug, Room::Inside).await? {
        Ok(journey) => journey,
        Err(page) => return Ok(page),
    };
    let csrf = journey.visit.csrf();
    let page = RemovePage::point(place, journey.draft(), journey.around(&csrf)).ok_or(Error::NotFound)?;
    journey.visit.page(&journey.app, &page)
}

async fn remove(
    app: web::Data<App>,
    request: HttpRequest,
    place: web::Path<(String, usize)>,
    body: Posted,
) -> Handled {
    let (slug, place) = place.into_inner();
    let journey = match Journey::told(app, &request, &slug, Room::Inside, body).await? {
        Ok((journey, _)) => journey,
        Err(page) => return Ok(page),
    };
    let draft = without_point(journey.draft(), place);
    journey.go_on(draft).await
}

async fn check(app: web::Data<App>, request: HttpRequest, slug: web::Path<String>) -> Handled {
    let mut journey = match Journey::seen(app, &request, &slug, Room::Inside).await? {
        Ok(journey) => journey,
        Err(page) => return Ok(page),
    };
    if !missing(journey.draft(), journey.scene).is_empty() {
        return Ok(go_to(&journey.next_stop()));
    }
    let (_, problems) = journey.sent_back(&urls::raise_check(&slug)).await?;
    let csrf = journey.visit.csrf();
    let page = CheckPage::new(journey.draft(), problems, journey.around(&csrf));
    journey.visit.page(&journey.app, &page)
}

/// Sends it, once: a second press finds the first one's answer (P21, G18).
async fn send(app: web::Data<App>, request: HttpRequest, slug: web::Path<String>, body: Posted) -> Handled {
    one_more(&request)?;
    let mut journey = Journey::of(app, &request, &slug).await?;
    let typed = posted(&journey.visit, body)?;
    match journey.lost(Room::Inside) {
        Some(Lost::Sent(_)) => return Ok(go_to(&urls::raise_done(&slug))),
        Some(lost) => return journey.tells(lost, &typed),
        None => {}
    }
    if !missing(journey.draft(), journey.scene).is_empty() {
        return Ok(go_to(&journey.next_stop()));
    }
    // Only a robot fills in what nobody sees; should a browser have done it, the sender can put it right.
    if !typed.get(NOBODY_SEES).is_empty() {
        let problems = vec![Problem {
            field: SEND.to_owned(),
            text: "Your browser filled in a hidden box. Your answers are all here: send them again"
                .to_owned(),
        }];
        return journey.again(urls::raise_check(&slug), Typed::default(), problems).await;
    }
    let told = match submit(&journey).await {
        Ok(told) => told,
        Err(Trouble::App(Error::Invalid(found))) => {
            let problems = found.into_iter().map(|one| Problem { field: one.field, text: one.words });
            return journey.again(urls::raise_check(&slug), Typed::default(), problems.collect()).await;
        }
        Err(trouble) => return Err(trouble),
    };
    let draft = std::mem::take(&mut journey.kept.draft);
    let (kind, reached_by) = (draft.kind(), ways(&draft).into_iter().next());
    let said = |words: Option<Words>| words.map(|words| words.as_str().to_owned());
    let (receipt_to, phone, address) = (said(draft.email), said(draft.phone), said(draft.address));
    journey.kept.serial += 1;
    journey.kept.step = Step::Sent;
    let_put_right(&journey, &told.reference).await;
    let at = journey.app.now();
    journey.kept.sent = Some(SentRecord { kind, receipt_to, phone, address, reached_by, at, told });
    journey.keep().await?;
    Ok(go_to(&urls::raise_done(&slug)))
}

/// This browser may put a mistyped address right while its page of what was sent stands. What was sent does not hang on
/// it: where it fails, the address is put right by telephone.
async fn let_put_right(journey: &Journey, reference: &str) {
    let Ok(reference) = Reference::parse(reference) else { return };
    let secret = journey.filed(&reference);
    let granted = blocking(&journey.app, move |app| filed::let_put_right(app, &reference, &secret)).await;
    if granted.is_err() {
        tracing::warn!("whoever sent a concern cannot put its address right on the page that follows");
    }
}

async fn submit(journey: &Journey) -> Result<Told, Trouble> {
    let fault = |error: serde_json::Error| Error::Internal(Box::new(error));
    let body = journey.draft().to_concern(journey.scene.today);
    let body: ConcernBody = serde_json::from_value(body).map_err(fault)?;
    let key = IdempotencyKey::parse(&journey.visit.derived(&format!("send {}", journey.kept.serial)))?;
    let sender = Sender::Family(journey.visit.derived("sender"));
    let slug = journey.face.slug.clone();
    let files = journey.draft().files.iter();
    let attached = files.map(|file| Attached { id: file.id, name: file.name.clone() }).collect();
    let answer = blocking(&journey.app, move |app| {
        concerns::submit_with(app, &slug, sender, &body, attached, Some(key), confirmation)
    })
    .await?;
    Ok(serde_json::from_str(&answer.body).map_err(fault)?)
}

/// What the confirmation says of a case that has just come in (P22).
fn confirmation(done: &Done) -> Answer {
    let ctx = done.setting.context(done.now, done.actor);
    let now = now_sentences(&done.case, &ctx, Voice::Complainant(PartyNo(1)));
    let deadline = done.case.open_deadline(DeadlineRule::Respond);
    let working = deadline.and_then(|deadline| explain(deadline, &done.case, &ctx)).map(|explained| {
        let runs = explained.working.skipped_runs().into_iter();
        ToldWorking {
            what: long_date(explained.due_on),
            steps: explained.steps,
            skipped: runs.map(|run| (range_words(run.from, run.to), run.reason)).collect(),
            calendar: format!(
                "Calendar of {}, version {}",
                ctx.school.name, explained.working.calendar_version
            ),
        }
    });
    let told = Told {
        reference: done.case.reference.to_string(),
        received: local_time_words(done.case.received_at),
        who_has_it: now.who_has_it,
        next: vec![format!("{}.", now.what_happens_next)],
        alert: alert_words(&done.events, &ctx),
        named_formal: first_stage(&done.case, &ctx)
            .and_then(|stage| begins_informally(done.case.kind, stage.kind))
            .map(str::to_owned),
        first_word_by: due_words(&done.case, DeadlineRule::Acknowledge),
        by: due_words(&done.case, DeadlineRule::Respond),
        working,
    };
    Answer { status: 201, body: serde_json::to_string(&told).unwrap_or_default(), version: done.case.length }
}

/// The stage at which it begins, or will once a person has looked: not the procedure's first where it is about somebody
/// for whom that is too low (R49).
fn first_stage<'a>(case: &Case, ctx: &Context<'a>) -> Option<&'a Stage> {
    let key = case.run().map_or(&case.first_stage, |run| &run.stage);
    ctx.procedure.stage(key)
}

fn due_words(case: &Case, rule: DeadlineRule) -> Option<String> {
    case.open_deadline(rule).and_then(|deadline| deadline.due.date()).map(long_date)
}
