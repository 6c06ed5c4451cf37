//! The ladder as data: stages, limits, windows and exits, versioned and checked before use.
//!
//! No law fixes the numbers of days (domain.md, fact 2), so every number lives in a procedure. A case
//! keeps the version that was in force when it was received (R4).

mod defaults;
mod describe;
mod load;
#[cfg(test)]
mod tests;
mod validate;

use serde::{Deserialize, Serialize};

pub use defaults::{Standing, default_for, default_key_for, default_source, defaults};
pub(crate) use describe::called;
pub use describe::{ExitText, SCHOOL_DAY_WORDS, StepText};
pub use validate::{ProblemCode, ProcedureProblem};

use super::calendar::Unit;
use super::person::Role;
use super::school::{Nation, SchoolKind};

/// The legal regime that a procedure is written for (domain.md 1 and 3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Regime {
    /// Education Act 2002 s.29: maintained schools in England.
    MaintainedEngland,
    /// Independent School Standards, Part 7: academies and trusts.
    AcademyPart7,
    /// Independent School Standards, Part 7: independent schools.
    IndependentPart7,
    /// Maintained schools in Wales.
    MaintainedWales,
    /// Schools in Northern Ireland.
    NorthernIreland,
    /// Council schools in Scotland.
    ScotlandCouncil,
    /// A council's own services under the Local Government and Social Care Ombudsman's code.
    CouncilServices,
}

impl Regime {
    /// Whether a school of that kind in that nation can follow it.
    pub fn is_for(self, kind: SchoolKind, nation: Nation) -> bool {
        match self {
            Self::MaintainedEngland | Self::CouncilServices => {
                (kind, nation) == (SchoolKind::Maintained, Nation::England)
            }
            Self::AcademyPart7 => (kind, nation) == (SchoolKind::Academy, Nation::England),
            Self::IndependentPart7 => (kind, nation) == (SchoolKind::Independent, Nation::England),
            Self::MaintainedWales => (kind, nation) == (SchoolKind::Maintained, Nation::Wales),
            Self::NorthernIreland => (kind, nation) == (SchoolKind::Maintained, Nation::NorthernIreland),
            Self::ScotlandCouncil => (kind, nation) == (SchoolKind::Maintained, Nation::Scotland),
        }
    }

    /// Which post stands for the proprietor: the trust, or the governing body by its chair (R54).
    pub fn proprietor(self) -> Role {
        match self {
            Self::AcademyPart7 => Role::TrustOfficer,
            Self::MaintainedEngland
            | Self::IndependentPart7
            | Self::MaintainedWales
            | Self::NorthernIreland
            | Self::ScotlandCouncil
            | Self::CouncilServices => Role::ChairOfGovernors,
        }
    }

    /// Whether Part 7 of the Independent School Standards fixes the three steps (R1).
    pub fn is_part_7(self) -> bool {
        match self {
            Self::AcademyPart7 | Self::IndependentPart7 => true,
            Self::MaintainedEngland
            | Self::MaintainedWales
            | Self::NorthernIreland
            | Self::ScotlandCouncil
            | Self::CouncilServices => false,
        }
    }
}

/// The short name of a stage within its procedure: `C1`, `F2`, `A`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(transparent)]
pub struct StageKey(pub String);

impl std::fmt::Display for StageKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// What kind of rung a stage is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StageKind {
    /// Talking first: points get an answer.
    Informal,
    /// In writing: points get a finding.
    Formal,
    /// A hearing before a panel or committee: points get a finding.
    Panel,
}

/// The fact from which a limit counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Anchor {
    /// The day on which this stage's concern or request was received.
    Received,
    /// The day on which the handler acknowledged it.
    Acknowledged,
    /// The day on which the reply was sent.
    ResponseSent,
    /// The day of the hearing, counted back from.
    HearingOn,
    /// The day on which the hearing was held.
    HearingHeld,
    /// The day on which information was asked for.
    InformationAsked,
    /// The day of the last incident complained about.
    LastIncident,
    /// The day on which the final answer was sent.
    FinalAnswer,
}

/// An amount of time: a number of days or months of one kind, from an anchor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Limit {
    /// How many units.
    pub amount: u16,
    /// What is counted.
    pub unit: Unit,
    /// From when.
    pub anchor: Anchor,
}

/// How far a response may be put off (R39).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Extension {
    /// By up to this many more of the response limit's own unit.
    UpTo(u16),
    /// By whatever both sides agree to.
    ByAgreement,
}

/// When a stage may be left out, and that the reason is kept (R49).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Skip {
    /// Every case goes through it.
    Never,
    /// The complainant may go past it, with a reason.
    ByComplainant,
}

/// The rules of a panel or committee (R3, R25, R43, R44, R53).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PanelRule {
    /// How many members sit; never fewer than three.
    pub members: u16,
    /// How many of them are independent of the management and running of the school.
    pub independent: u16,
    /// Whether the complainant may attend. Always so; it is written out so that a policy that says otherwise is refused.
    pub attendance: Entitlement,
    /// Whether the complainant may bring somebody.
    pub companion: Entitlement,
    /// The last day to hold the hearing, from the request.
    pub convene: Limit,
    /// How long before the hearing the date is told.
    pub notice: Option<Limit>,
    /// How long before the hearing the papers go out.
    pub papers: Limit,
    /// The last day to send the findings, from the hearing.
    pub outcome: Limit,
}

/// Something that a complainant is entitled to, or is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Entitlement {
    /// May.
    Allowed,
    /// May not; only here so that it can be read and refused.
    Refused,
}

/// One rung of the ladder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stage {
    /// Its short name, unique in the procedure.
    pub key: StageKey,
    /// What people call it: "The headteacher looks at it".
    pub title: String,
    /// What kind of rung it is.
    pub kind: StageKind,
    /// The roles that may handle it, the first choice first.
    pub handlers: Vec<Role>,
    /// Who handles it when everybody in `handlers` is barred or missing, in order.
    #[serde(default)]
    pub fallback: Vec<Role>,
    /// How soon the handler acknowledges it.
    pub acknowledge: Option<Limit>,
    /// How soon the reply is sent. A panel stage has its limits in `panel`.
    pub respond: Option<Limit>,
    /// How far the reply may be put off.
    pub extension: Option<Extension>,
    /// How long after the reply it may be taken further. The last stage has none.
    pub window: Option<Limit>,
    /// Whether it may be left out.
    pub skip: Skip,
    /// The stages that may follow, the usual one first. Empty for the last.
    #[serde(default)]
    pub next: Vec<StageKey>,
    /// The rules of the hearing, for a panel stage.
    pub panel: Option<PanelRule>,
}

/// A body outside the school to which a complainant may go after the last stage (R56).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExternalBody {
    /// Its short key: `dfe`, `ofsted`, `nipso`.
    pub key: String,
    /// Its name in full.
    pub name: String,
    /// What it looks at and what it does not, in one or two plain sentences.
    pub looks_at: String,
    /// Its web address.
    pub address: String,
    /// How soon after the final answer, where there is a limit.
    pub within: Option<Limit>,
}

/// One version of a procedure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Procedure {
    /// Its name: `MAT-SEED`.
    pub key: String,
    /// Its version, counting from 1.
    pub version: u32,
    /// What people call it.
    pub title: String,
    /// The law that it follows.
    pub regime: Regime,
    /// The nation whose exits and rules apply.
    pub nation: Nation,
    /// How old a matter may be when it is raised (R11).
    pub time_bar: Option<Limit>,
    /// How long an overdue reply is waited for before it may be escalated.
    pub no_reply: Limit,
    /// How long a request for information waits before its one reminder and closure.
    pub clarification: Limit,
    /// The rungs, in order.
    pub stages: Vec<Stage>,
    /// Where to go after the last stage.
    pub exits: Vec<ExternalBody>,
}

impl Procedure {
    /// The stage of that name.
    pub fn stage(&self, key: &StageKey) -> Option<&Stage> {
        self.stages.iter().find(|stage| stage.key == *key)
    }

    /// The stage at which a case begins unless its subject says otherwise.
    pub fn first_stage(&self) -> Option<&Stage> {
        self.stages.first()
    }
}
