//! The published ladder in plain words: page, API and PDF all say exactly this.
//!
//! "We" is the school, "you" is who raises the concern. Sentences have at most 25 words (P37).

use serde::Serialize;

use super::{
    Anchor, Extension, ExternalBody, Limit, PanelRule, Procedure, Regime, Skip, Stage, StageKey, StageKind,
};
use crate::domain::calendar::Unit;
use crate::domain::person::Role;
use crate::domain::text::capital;

/// One stage as people read it. Each text is one sentence or a few whole ones.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct StepText {
    /// The stage.
    pub key: StageKey,
    /// What kind of rung it is.
    pub kind: StageKind,
    /// What people call it.
    pub title: String,
    /// Who handles it, and who does when they cannot.
    pub handled_by: String,
    /// By when each thing happens, in the order in which it happens.
    pub limits: Vec<String>,
    /// Who hears it and what you may do there; empty for a stage without a hearing.
    pub hearing: Vec<String>,
    /// How long you have to take it further. The last stage has none.
    pub window: Option<String>,
    /// That it may be left out, where it may.
    pub skip: Option<String>,
    /// Where to go afterwards; empty except at a last stage.
    pub exits: Vec<ExitText>,
}

/// A body outside the school as people read it (R56).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ExitText {
    /// Its short key.
    pub key: String,
    /// Its name in full.
    pub name: String,
    /// What it looks at and what it does not.
    pub looks_at: String,
    /// Its web address.
    pub address: String,
    /// By when to go there, where there is a limit.
    pub within: Option<String>,
}

/// What a school day is, as people read it beside a procedure (R3).
pub const SCHOOL_DAY_WORDS: &str = "School days are days on which the school is open for pupils.";

impl Unit {
    /// The amount with its unit: "5 school days", "1 school day", "28 days including weekends and holidays".
    pub fn words(self, amount: u16) -> String {
        let (one, many) = match self {
            Self::SchoolDays => ("school day", "school days"),
            Self::WorkingDays => ("working day", "working days"),
            Self::TermWeekdays => ("weekday in term time", "weekdays in term time"),
            Self::CalendarDays => {
                ("day including weekends and holidays", "days including weekends and holidays")
            }
            Self::CalendarMonths => ("month", "months"),
        };
        format!("{amount} {}", if amount == 1 { one } else { many })
    }

    /// The same with "more": "5 more school days".
    fn more_words(self, amount: u16) -> String {
        self.words(amount).replacen(' ', " more ", 1)
    }
}

impl Anchor {
    /// The word for it in a procedure's text.
    pub fn key(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Acknowledged => "acknowledged",
            Self::ResponseSent => "response_sent",
            Self::HearingOn => "hearing_on",
            Self::HearingHeld => "hearing_held",
            Self::InformationAsked => "information_asked",
            Self::LastIncident => "last_incident",
            Self::FinalAnswer => "final_answer",
        }
    }
}

impl Limit {
    /// The limit in the middle of a sentence: "within 10 school days of receiving it".
    pub fn words(self) -> String {
        let amount = self.unit.words(self.amount);
        let of = match self.anchor {
            Anchor::HearingOn => return format!("at least {amount} before the hearing"),
            Anchor::Received if self.amount == 0 => return "on the day we receive it".to_owned(),
            Anchor::Received => "receiving it",
            Anchor::Acknowledged => "acknowledging it",
            Anchor::ResponseSent => "the reply",
            Anchor::HearingHeld => "the hearing",
            Anchor::InformationAsked => "our question",
            Anchor::LastIncident => "what happened, or of the last time that it happened",
            Anchor::FinalAnswer => "our final answer",
        };
        format!("within {amount} of {of}")
    }
}

impl Extension {
    /// How far the reply may be put off, as a sentence; the unit is that of the reply's own limit (R39).
    fn words(self, unit: Unit) -> String {
        match self {
            Self::UpTo(most) => format!(
                "If we need longer, we tell you why before then and take up to {}.",
                unit.more_words(most)
            ),
            Self::ByAgreement => "We take longer only if you agree to a new date before then.".to_owned(),
        }
    }
}

impl Procedure {
    /// The ladder in plain words, one entry a stage, in order.
    pub fn steps(&self) -> Vec<StepText> {
        self.stages.iter().map(|stage| self.step(stage)).collect()
    }

    /// What holds at every stage, in whole sentences.
    pub fn general_rules(&self) -> Vec<String> {
        let bar = self.time_bar.map(|bar| format!("Tell us {}.", bar.words()));
        let late = bar.as_ref().map(|_| {
            "If it is later than that, tell us all the same. We look at the reason before we decide."
                .to_owned()
        });
        let overdue = format!(
            "If a reply is {} late, you can take it further without waiting for it.",
            self.no_reply.unit.words(self.no_reply.amount)
        );
        let question =
            format!("If we ask you something, answer {}. We remind you once.", self.clarification.words());
        [bar, late, Some(overdue), Some(question)].into_iter().flatten().collect()
    }

    /// Where to go after the last stage (R56).
    pub fn exit_texts(&self) -> Vec<ExitText> {
        self.exits.iter().map(ExternalBody::text).collect()
    }

    fn step(&self, stage: &Stage) -> StepText {
        StepText {
            key: stage.key.clone(),
            kind: stage.kind,
            title: stage.title.clone(),
            handled_by: self.handled_by(stage),
            limits: limits(stage),
            hearing: stage.panel.as_ref().map(hearing).unwrap_or_default(),
            window: stage.window.map(|window| self.window(stage, window)),
            skip: skip(stage.skip),
            exits: if stage.next.is_empty() { self.exit_texts() } else { Vec::new() },
        }
    }

    fn window(&self, stage: &Stage, window: Limit) -> String {
        let ask = format!("If it is not settled, you can take it further {}.", window.words());
        let next = stage.next.iter().filter_map(|key| self.stage(key));
        let titles: Vec<String> = next
            .filter_map(|stage| Some(format!("step {}, \"{}\"", self.place(stage)?, stage.title)))
            .collect();
        if titles.is_empty() {
            return ask;
        }
        format!("{ask} Then comes {}.", either(&titles))
    }

    /// Which step it is, counted from 1.
    fn place(&self, stage: &Stage) -> Option<usize> {
        self.stages.iter().position(|known| known.key == stage.key).map(|index| index.saturating_add(1))
    }

    /// Who handles a stage. Where its usual handler led an earlier step, whoever had no part comes first: a ladder
    /// goes up (R23).
    fn handled_by(&self, stage: &Stage) -> String {
        let earlier = self.stages.iter().take_while(|known| known.key != stage.key);
        let before: Vec<Role> = earlier.flat_map(|known| known.handlers.iter().copied()).collect();
        let looked = |role: &Role| before.contains(role);
        if stage.kind == StageKind::Panel || !stage.handlers.iter().all(looked) {
            return handled_by(stage, self.regime);
        }
        let all = stage.handlers.iter().chain(&stage.fallback).copied();
        let (known, fresh): (Vec<Role>, Vec<Role>) = all.partition(looked);
        let first = "Somebody who had no part in the earlier steps looks at all of it again.".to_owned();
        let fresh =
            (!fresh.is_empty()).then(|| format!("It can be {}.", either(&names(&fresh, self.regime))));
        let known = format!(
            "{} handles it only where they had no part before.",
            capital(&either(&names(&known, self.regime)))
        );
        [Some(first), fresh, Some(known)].into_iter().flatten().collect::<Vec<_>>().join(" ")
    }
}

impl ExternalBody {
    /// As people read it.
    pub fn text(&self) -> ExitText {
        ExitText {
            key: self.key.clone(),
            name: self.name.clone(),
            looks_at: self.looks_at.clone(),
            address: self.address.clone(),
            within: self.within.map(|within| format!("Go there {}.", within.words())),
        }
    }
}

fn handled_by(stage: &Stage, regime: Regime) -> String {
    let who = either(&names(&stage.handlers, regime));
    let first = match stage.kind {
        StageKind::Informal | StageKind::Formal => format!("{} handles it.", capital(&who)),
        StageKind::Panel => format!("{} arranges the hearing.", capital(&who)),
    };
    if stage.fallback.is_empty() {
        return first;
    }
    let others = either(&names(&stage.fallback, regime));
    format!("{first} If they cannot, or were involved before, it goes to {others}.")
}

fn limits(stage: &Stage) -> Vec<String> {
    let acknowledge = stage.acknowledge.map(|limit| format!("We acknowledge it {}.", limit.words()));
    let respond = stage.respond.map(|limit| format!("We reply {}.", limit.words()));
    let panel = stage.panel.as_ref();
    let answer = stage.respond.or(panel.map(|panel| panel.convene));
    let extension = stage.extension.zip(answer).map(|(extension, answer)| extension.words(answer.unit));
    [acknowledge, respond, extension]
        .into_iter()
        .flatten()
        .chain(panel.map(panel_limits).into_iter().flatten())
        .collect()
}

fn panel_limits(panel: &PanelRule) -> Vec<String> {
    let convene = format!(
        "The hearing is within {} of receiving your request.",
        panel.convene.unit.words(panel.convene.amount)
    );
    let notice = panel.notice.map(|limit| format!("We tell you the date {}.", limit.words()));
    let papers = format!("Everybody gets the same papers {}.", panel.papers.words());
    let outcome = format!("We send you the findings {}.", panel.outcome.words());
    [Some(convene), notice, Some(papers), Some(outcome)].into_iter().flatten().collect()
}

fn hearing(panel: &PanelRule) -> Vec<String> {
    let be = if panel.independent == 1 { "is" } else { "are" };
    vec![
        format!("{} people who were not involved before hear it.", panel.members),
        format!(
            "At least {} of them {be} independent of the management and running of the school.",
            panel.independent
        ),
        "You may be there, and you may bring somebody with you.".to_owned(),
    ]
}

fn skip(skip: Skip) -> Option<String> {
    match skip {
        Skip::Never => None,
        Skip::ByComplainant => Some("You may leave this step out if you tell us why.".to_owned()),
    }
}

fn names(roles: &[Role], regime: Regime) -> Vec<String> {
    roles.iter().map(|role| called(*role, regime).to_owned()).collect()
}

/// What a role is called under that regime, with its article.
pub(crate) fn called(role: Role, regime: Regime) -> &'static str {
    match role {
        Role::ClassTeacher => "the class teacher",
        Role::FormTutor => "the form tutor",
        Role::SeniorLeader => senior_leader(regime),
        Role::Headteacher => head(regime),
        Role::ExecutiveHead => "the executive headteacher",
        Role::ChairOfGovernors => "the chair of governors",
        Role::ViceChairOfGovernors => "the vice-chair of governors",
        Role::Governor => "another governor",
        Role::Clerk => "the clerk",
        Role::ComplaintsCoordinator => "the complaints co-ordinator",
        Role::SchoolOffice => "the school office",
        Role::DesignatedSafeguardingLead => "the designated safeguarding lead",
        Role::DataProtectionOfficer => "the data protection officer",
        Role::TrustOfficer => officer(regime),
        Role::ChiefExecutive => "the chief executive",
        Role::ChairOfTrustees => "the chair of trustees",
        Role::Trustee => "a trustee",
        Role::PanelMember => "a panel member",
        Role::Investigator => "an independent investigator",
        Role::Administrator => "an administrator",
        Role::Inspector => "an inspector",
    }
}

fn senior_leader(regime: Regime) -> &'static str {
    match regime {
        Regime::CouncilServices => "the service manager",
        Regime::MaintainedEngland
        | Regime::AcademyPart7
        | Regime::IndependentPart7
        | Regime::MaintainedWales
        | Regime::NorthernIreland
        | Regime::ScotlandCouncil => "a senior leader",
    }
}

fn head(regime: Regime) -> &'static str {
    match regime {
        Regime::CouncilServices => "the head of the service",
        Regime::NorthernIreland => "the principal",
        Regime::MaintainedEngland
        | Regime::AcademyPart7
        | Regime::IndependentPart7
        | Regime::MaintainedWales
        | Regime::ScotlandCouncil => "the headteacher",
    }
}

fn officer(regime: Regime) -> &'static str {
    match regime {
        Regime::CouncilServices | Regime::ScotlandCouncil => "an officer of the council",
        Regime::MaintainedEngland
        | Regime::AcademyPart7
        | Regime::IndependentPart7
        | Regime::MaintainedWales
        | Regime::NorthernIreland => "an officer of the trust",
    }
}

/// "a, b or c".
fn either(names: &[String]) -> String {
    match names.split_last() {
        None => String::new(),
        Some((only, [])) => only.clone(),
        Some((last, before)) => format!("{} or {last}", before.join(", ")),
    }
}
