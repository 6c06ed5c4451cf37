//! Which questions are asked, and in which order.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::app::files::FileLimits;
use crate::domain::case::vocabulary::{Kind, PreferredContact};

use super::draft::{AboutWhom, Door, Draft, YesNo};
use crate::domain::phase::Phase;
use crate::domain::procedure::{Limit, StageKind};

macro_rules! questions {
    ($($(#[$doc:meta])* $name:ident = $key:literal;)+) => {
        /// One page of the journey. The order here is the order in which they are asked.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Question { $($(#[$doc])* $name,)+ }

        impl Question {
            /// All of them, in order.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// Its part of the address.
            pub const fn key(self) -> &'static str {
                match self { $(Self::$name => $key,)+ }
            }

            /// The one at that address.
            pub fn from_key(key: &str) -> Option<Self> {
                match key { $($key => Some(Self::$name),)+ _ => None }
            }
        }
    };
}

questions! {
    /// Which of the front doors (P3).
    Door = "what-is-it";
    /// What to do when a child is at risk.
    AtRisk = "child-at-risk";
    /// Which matter with its own route (2.7).
    OwnRoute = "own-route";
    /// Where that matter goes.
    OwnRouteHelp = "where-to-go";
    /// Concern or formal complaint (P3).
    Kind = "concern-or-complaint";
    /// What they are to the child or the school.
    Relationship = "you-and-the-school";
    /// Whom it is about.
    About = "who-it-is-about";
    /// Which governors.
    AboutGovernors = "which-governors";
    /// Who at the trust.
    AboutTrust = "who-at-the-trust";
    /// Their names.
    AboutNames = "names";
    /// Whether it is about one child.
    AboutChild = "about-a-child";
    /// The child (P18).
    Child = "child";
    /// What happened, thing by thing (P12).
    Points = "what-happened";
    /// When it last happened (P15).
    Last = "last-time";
    /// Why it comes late (R11).
    Late = "why-now";
    /// Whom they spoke to.
    Spoken = "spoken-to";
    /// What has its own law.
    Matters = "part-of-it";
    /// Photos and documents (P14).
    Files = "files";
    /// Their name (P16).
    Name = "your-name";
    /// How to reach them (P17).
    Reach = "how-to-reach-you";
    /// Which way they like best.
    Preferred = "best-way";
    /// What to mind when reaching them.
    SafeNote = "safe-contact";
    /// Their language.
    Language = "language";
    /// What they need to take part.
    Adjustments = "support";
}

/// What the journey must know of the day and the school.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scene {
    /// The school's date.
    pub today: NaiveDate,
    /// The first day that is not too long ago by the school's procedure; none when it sets no time (R11).
    pub in_time_since: Option<NaiveDate>,
    /// Who stands behind the school.
    pub body: Body,
    /// What kind of step the school's procedure begins with, when it is about nobody high up.
    pub first_step: StageKind,
    /// Whether files can be taken here.
    pub files: Uploads,
    /// How old the pupils are.
    pub phase: Phase,
    /// After how long it is too late by the school's procedure, for a page that outlives the day: a paper form.
    pub time_bar: Option<Limit>,
}

/// Whether files can be taken here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Uploads {
    /// They are kept, within these limits.
    Taken(FileLimits),
    /// The installation takes none with a concern; the question is left out.
    NotTaken,
}

/// Who stands behind the school.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Body {
    /// A governing body alone.
    Governors,
    /// A trust.
    Trust,
}

/// Where the journey goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// At that question.
    Ask(Question),
    /// Everything is answered: check the answers.
    Check,
}

/// What the safeguarding lead needs and nothing else, in that order: whoever fears for a child is not asked what can
/// wait (R14). Whom it is about stays, because it decides who is told.
const URGENT: [Question; 10] = [
    Question::Door,
    Question::AtRisk,
    Question::Points,
    Question::Child,
    Question::About,
    Question::AboutGovernors,
    Question::AboutTrust,
    Question::AboutNames,
    Question::Name,
    Question::Reach,
];

/// What can wait where a child may be at risk.
const CAN_WAIT: [Question; 5] =
    [Question::Files, Question::Preferred, Question::SafeNote, Question::Language, Question::Adjustments];

/// The questions that this draft is asked, in order. What was answered before stays, so that it can be checked.
pub fn path(draft: &Draft, scene: Scene) -> Vec<Question> {
    let asked = |question: &Question| is_asked(*question, draft, scene);
    let all = Question::ALL.iter().copied();
    if draft.is_urgent() {
        let before = all.filter(|question| draft.answered.contains(question) && !URGENT.contains(question));
        return URGENT.into_iter().chain(before).filter(asked).collect();
    }
    let waits = |question: &Question| {
        draft.is_child_at_risk() && CAN_WAIT.contains(question) && !draft.answered.contains(question)
    };
    all.filter(asked).filter(|question| !waits(question)).collect()
}

/// The questions that still wait for an answer, in order.
pub fn missing(draft: &Draft, scene: Scene) -> Vec<Question> {
    path(draft, scene).into_iter().filter(|question| !draft.answered.contains(question)).collect()
}

/// Where to go after an answer: to the first question that is open, and after a change straight back to the
/// answers (P20). Nothing that was answered is asked again on the way (P6).
pub fn next(draft: &Draft, scene: Scene) -> Stop {
    missing(draft, scene).first().map_or(Stop::Check, |question| Stop::Ask(*question))
}

/// Where "Back" leads from a question: to the answers once there is nothing open, else to the question before.
/// None at the first: that leads to the school's start page.
pub fn back(draft: &Draft, question: Question, scene: Scene) -> Option<Stop> {
    let open = missing(draft, scene);
    if open.is_empty() {
        return Some(Stop::Check);
    }
    // Whoever comes to it by an answer goes back to that answer.
    if question == Question::AtRisk && !draft.is_urgent() {
        return Some(Stop::Ask(Question::Matters));
    }
    path(draft, scene).into_iter().take_while(|asked| *asked != question).last().map(Stop::Ask)
}

fn is_asked(question: Question, draft: &Draft, scene: Scene) -> bool {
    let is_feedback = draft.kind() == Kind::Feedback;
    match question {
        Question::AtRisk => draft.is_child_at_risk(),
        Question::OwnRoute => draft.door == Some(Door::OwnRoute),
        Question::OwnRouteHelp => draft.door == Some(Door::OwnRoute) && draft.own_route.is_some(),
        Question::Kind => matches!(draft.door, Some(Door::Concern | Door::OwnRoute)),
        Question::AboutGovernors => draft.about.contains(&AboutWhom::Governors),
        Question::AboutTrust => draft.about.contains(&AboutWhom::Trust) && scene.body == Body::Trust,
        Question::AboutNames => !draft.roles().is_empty(),
        Question::Child => draft.about_child == Some(YesNo::Yes) || draft.is_urgent(),
        Question::Late => !is_feedback && is_late(draft, scene),
        Question::Last | Question::Spoken | Question::Matters => !is_feedback,
        Question::Files => scene.files != Uploads::NotTaken,
        Question::Preferred => ways(draft).len() > 1,
        Question::Door
        | Question::About
        | Question::AboutChild
        | Question::Points
        | Question::Relationship
        | Question::Name
        | Question::Reach
        | Question::SafeNote
        | Question::Language
        | Question::Adjustments => true,
    }
}

fn is_late(draft: &Draft, scene: Scene) -> bool {
    let last = draft.last.and_then(|last| last.latest(scene.today));
    matches!((last, scene.in_time_since), (Some(last), Some(since)) if last < since)
}

/// The ways to reach them that they gave us; only those can be liked best.
pub fn ways(draft: &Draft) -> Vec<PreferredContact> {
    let email = draft.email.as_ref().map(|_| PreferredContact::Email);
    let phone = draft.phone.as_ref().map(|_| PreferredContact::Phone);
    let text = draft.phone.as_ref().map(|_| PreferredContact::Text);
    let post = draft.address.as_ref().map(|_| PreferredContact::Post);
    [email, phone, text, post].into_iter().flatten().collect()
}
