//! The hard limits that every procedure keeps (R1-R3, domain.md 9.1), checked before it is used.
//!
//! Everything that is wrong is told at once, each with its place and what to do about it.

mod ladder;
mod stage;

use std::collections::BTreeSet;

use serde::Serialize;

use super::{Anchor, ExternalBody, Limit, Procedure, Regime};
use crate::domain::calendar::Unit;
use crate::domain::school::Nation;

/// The longest limit in days: a school year and its summer.
const LONGEST_DAYS: u16 = 400;
/// The longest limit in months.
const LONGEST_MONTHS: u16 = 36;
/// The longest name or title, in characters: it must fit a heading.
const LONGEST_TITLE: usize = 100;
/// The longest key, in characters: it stands in addresses and on the step tracker.
const LONGEST_KEY: usize = 30;

/// One thing that keeps a procedure from being used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ProcedureProblem {
    /// Where: "stage C2, window", or "line 31: …" when the text could not be read.
    pub place: String,
    /// What, as a stable word for programs.
    pub code: ProblemCode,
    /// What, and what to do about it, in plain words.
    pub reason: String,
}

impl std::fmt::Display for ProcedureProblem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.place, self.reason)
    }
}

/// What can be wrong with a procedure. The words are stable: programs may rely on them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ProblemCode {
    /// The text is not TOML.
    Unreadable,
    /// A name that no procedure has.
    UnknownName,
    /// A word outside its closed set: a role, a unit, an anchor.
    UnknownWord,
    /// A name that every procedure has is not there.
    MissingName,
    /// A text where a number belongs, or the other way round.
    WrongValue,
    /// A key is empty, too long, or has characters that cannot stand in an address.
    KeyUnsafe,
    /// Two stages, or two outside bodies, have one key.
    KeyTwice,
    /// A title or name is empty, too long or not one line.
    TitleUnusable,
    /// Versions count from 1.
    VersionZero,
    /// The regime is not the law of that nation.
    RegimeNation,
    /// There is no stage at all.
    NoStages,
    /// Part 7 lacks its informal, written or panel stage (R1).
    StageKindMissing,
    /// Part 7 begins informally (R1).
    InformalNotFirst,
    /// A hearing or written stage comes before a gentler one.
    KindsOutOfOrder,
    /// A stage has no limit for its reply (R2).
    NoReplyLimit,
    /// A limit of nought where nought means nothing.
    LimitZero,
    /// A limit beyond all reason.
    LimitTooLong,
    /// A limit counts from a fact that does not belong to it.
    WrongAnchor,
    /// A reply counts from an acknowledgement that the stage does not have.
    AnchorNeverHappens,
    /// The acknowledgement may come after the reply.
    AcknowledgedAfterReply,
    /// The notice or the papers are due before the hearing was asked for.
    HearingCannotBeInTime,
    /// A stage with a next one has no time in which to ask for it.
    NoWindow,
    /// The last stage has a time to go on, and nowhere to go.
    WindowAfterLast,
    /// No outside body is named (R56).
    NoExit,
    /// The outside body of that regime is not among the exits (R56).
    WrongExit,
    /// An exit does not say what it looks at.
    ExitUnexplained,
    /// An exit's address is not a secure web page.
    AddressUnsafe,
    /// `next` names a stage that is not there.
    NextUnknown,
    /// `next` names one stage twice.
    NextTwice,
    /// `next` names the stage itself or an earlier one.
    NextBackwards,
    /// No stage leads there.
    Unreachable,
    /// From there the ladder has no end.
    NoWayOut,
    /// A skip takes away a stage that Part 7 asks for (R1, R49).
    SkipRemovesStage,
    /// A stage may be left out, yet no way leads past it (R49).
    SkipLeadsNowhere,
    /// A way leads past a stage that may not be left out (R49).
    LeftOutWithoutLeave,
    /// A panel stage has no panel rule (R3).
    PanelRuleMissing,
    /// A stage without a hearing has a panel rule.
    PanelRuleMisplaced,
    /// A panel stage has a limit of its own beside those of its panel.
    ReplyLimitOnPanel,
    /// Fewer than three sit (R3).
    PanelTooSmall,
    /// None is independent (R3).
    NoneIndependent,
    /// More are independent than sit.
    IndependentBeyondMembers,
    /// The complainant is kept out of the hearing (R3, R53).
    AttendanceRefused,
    /// The complainant may bring nobody (R3, R53).
    CompanionRefused,
    /// Nobody handles the stage.
    HandlerMissing,
    /// A role is named twice.
    HandlerTwice,
    /// The role may not decide a stage (domain.md 2.4).
    HandlerCannotDecide,
    /// The role cannot convene a hearing.
    HandlerCannotConvene,
}

/// What has been found so far.
#[derive(Default)]
struct Problems(Vec<ProcedureProblem>);

impl Problems {
    fn add(&mut self, place: impl Into<String>, code: ProblemCode, reason: impl Into<String>) {
        self.0.push(ProcedureProblem { place: place.into(), code, reason: reason.into() });
    }
}

impl Procedure {
    /// Everything that keeps this procedure from being used; nothing when it may be.
    pub fn problems(&self) -> Vec<ProcedureProblem> {
        let mut found = Problems::default();
        check_heading(self, &mut found);
        for stage in &self.stages {
            stage::check(stage, &mut found);
        }
        ladder::check(self, &mut found);
        check_exits(self, &mut found);
        found.0
    }
}

fn check_heading(procedure: &Procedure, found: &mut Problems) {
    check_key(&procedure.key, "key", found);
    check_title(&procedure.title, "title", found);
    if procedure.version == 0 {
        found.add("version", ProblemCode::VersionZero, "Versions count from 1. Write 1 or more.");
    }
    if procedure.nation != nation_of(procedure.regime) {
        found.add(
            "nation",
            ProblemCode::RegimeNation,
            "This regime is the law of another nation. Change the regime or the nation.",
        );
    }
    if let Some(bar) = procedure.time_bar {
        check_limit(bar, "time_bar", Purpose::TimeBar, found);
    }
    check_limit(procedure.no_reply, "no_reply", Purpose::NoReply, found);
    check_limit(procedure.clarification, "clarification", Purpose::Clarification, found);
}

fn nation_of(regime: Regime) -> Nation {
    match regime {
        Regime::MaintainedEngland
        | Regime::AcademyPart7
        | Regime::IndependentPart7
        | Regime::CouncilServices => Nation::England,
        Regime::MaintainedWales => Nation::Wales,
        Regime::NorthernIreland => Nation::NorthernIreland,
        Regime::ScotlandCouncil => Nation::Scotland,
    }
}

/// A key stands in addresses, on trackers and in letters: letters, digits, hyphen and underscore.
fn check_key(key: &str, place: impl Into<String>, found: &mut Problems) {
    let tame = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if key.is_empty() || key.len() > LONGEST_KEY || !key.chars().all(tame) {
        let reason = format!(
            "A key has 1 to {LONGEST_KEY} letters, digits, hyphens or underscores, and nothing else. Change it."
        );
        found.add(place, ProblemCode::KeyUnsafe, reason);
    }
}

fn check_title(title: &str, place: impl Into<String>, found: &mut Problems) {
    let fits = !title.trim().is_empty() && title.chars().count() <= LONGEST_TITLE;
    if !fits || title.chars().any(char::is_control) {
        let reason = format!("Write one line of 1 to {LONGEST_TITLE} characters that people will read.");
        found.add(place, ProblemCode::TitleUnusable, reason);
    }
}

fn check_exits(procedure: &Procedure, found: &mut Problems) {
    if procedure.exits.is_empty() {
        found.add(
            "exits",
            ProblemCode::NoExit,
            "Nothing says where to go after the last stage. Name the outside body.",
        );
        return;
    }
    let body = body_of(procedure.regime);
    if !procedure.exits.iter().any(|exit| exit.key == body) {
        let reason =
            format!("The outside body of this regime is missing. Add an exit with the key `{body}`.");
        found.add("exits", ProblemCode::WrongExit, reason);
    }
    let mut seen = BTreeSet::new();
    for exit in &procedure.exits {
        check_exit(exit, found);
        if !seen.insert(&exit.key) {
            let reason = "Two exits have this key. Rename or delete one.";
            found.add(format!("exit {}", exit.key), ProblemCode::KeyTwice, reason);
        }
    }
}

/// The body that a final letter names in that regime (R56, domain.md 2.10 and 3).
fn body_of(regime: Regime) -> &'static str {
    match regime {
        Regime::MaintainedEngland | Regime::AcademyPart7 | Regime::IndependentPart7 => "dfe",
        Regime::MaintainedWales => "childrens_commissioner_wales",
        Regime::NorthernIreland => "nipso",
        Regime::ScotlandCouncil => "spso",
        Regime::CouncilServices => "lgsco",
    }
}

fn check_exit(exit: &ExternalBody, found: &mut Problems) {
    let place = |part: &str| format!("exit {}, {part}", exit.key);
    check_key(&exit.key, place("key"), found);
    check_title(&exit.name, place("name"), found);
    if exit.looks_at.trim().is_empty() {
        found.add(
            place("looks_at"),
            ProblemCode::ExitUnexplained,
            "Say in a sentence or two what this body looks at and what it does not.",
        );
    }
    if !is_secure_page(&exit.address) {
        found.add(
            place("address"),
            ProblemCode::AddressUnsafe,
            "Write the address of a web page that begins with https://.",
        );
    }
    if let Some(within) = exit.within {
        check_limit(within, place("within"), Purpose::External, found);
    }
}

fn is_secure_page(address: &str) -> bool {
    url::Url::parse(address).is_ok_and(|url| {
        url.scheme() == "https" && url.has_host() && url.username().is_empty() && url.password().is_none()
    })
}

/// What a limit is for, which decides what it may count from.
#[derive(Clone, Copy)]
enum Purpose {
    Acknowledge,
    Respond,
    Window,
    Convene,
    BeforeHearing,
    Outcome,
    TimeBar,
    NoReply,
    Clarification,
    External,
}

impl Purpose {
    fn anchors(self) -> &'static [Anchor] {
        match self {
            Self::Acknowledge | Self::Convene => &[Anchor::Received],
            Self::Respond => &[Anchor::Received, Anchor::Acknowledged],
            // An overdue reply counts from the day on which it should have been sent.
            Self::Window | Self::NoReply => &[Anchor::ResponseSent],
            Self::BeforeHearing => &[Anchor::HearingOn],
            Self::Outcome => &[Anchor::HearingHeld],
            Self::TimeBar => &[Anchor::LastIncident],
            Self::Clarification => &[Anchor::InformationAsked],
            Self::External => &[Anchor::FinalAnswer, Anchor::LastIncident],
        }
    }

    /// Nought means "the same day"; only an acknowledgement is asked for as fast as that.
    fn least(self) -> u16 {
        match self {
            Self::Acknowledge => 0,
            Self::Respond
            | Self::Window
            | Self::Convene
            | Self::BeforeHearing
            | Self::Outcome
            | Self::TimeBar
            | Self::NoReply
            | Self::Clarification
            | Self::External => 1,
        }
    }
}

fn check_limit(limit: Limit, place: impl Into<String>, purpose: Purpose, found: &mut Problems) {
    let place = place.into();
    if limit.amount < purpose.least() {
        found.add(
            place.as_str(),
            ProblemCode::LimitZero,
            "A limit of 0 leaves no time at all. Write 1 or more.",
        );
    }
    check_longest(limit.amount, limit.unit, &place, found);
    if !purpose.anchors().contains(&limit.anchor) {
        let fitting: Vec<_> = purpose.anchors().iter().map(|anchor| anchor.key()).collect();
        let reason = format!(
            "This limit cannot count from `{}`. Write `{}`.",
            limit.anchor.key(),
            fitting.join("` or `")
        );
        found.add(place, ProblemCode::WrongAnchor, reason);
    }
}

fn check_longest(amount: u16, unit: Unit, place: &str, found: &mut Problems) {
    let longest = match unit {
        Unit::SchoolDays | Unit::WorkingDays | Unit::TermWeekdays | Unit::CalendarDays => LONGEST_DAYS,
        Unit::CalendarMonths => LONGEST_MONTHS,
    };
    if amount > longest {
        let reason = format!("{amount} is longer than any clear timescale. Write {longest} or fewer.");
        found.add(place, ProblemCode::LimitTooLong, reason);
    }
}
