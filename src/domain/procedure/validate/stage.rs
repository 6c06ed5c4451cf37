//! One stage by itself: its limits, its handlers and its hearing.

use super::{ProblemCode, Problems, Purpose, check_key, check_limit, check_longest, check_title};
use crate::domain::person::Role;
use crate::domain::procedure::{
    Anchor, Entitlement, Extension, Limit, PanelRule, Stage, StageKey, StageKind,
};

/// Where in the procedure: "stage C2, window".
pub(super) fn place(key: &StageKey, part: &str) -> String {
    format!("stage {key}, {part}")
}

pub(super) fn check(stage: &Stage, found: &mut Problems) {
    check_key(&stage.key.0, place(&stage.key, "key"), found);
    check_title(&stage.title, place(&stage.key, "title"), found);
    check_handlers(stage, found);
    check_reply(stage, found);
    check_acknowledgement(stage, found);
    check_extension(stage, found);
    check_window(stage, found);
    check_panel(stage, found);
}

fn check_handlers(stage: &Stage, found: &mut Problems) {
    if stage.handlers.is_empty() {
        found.add(
            place(&stage.key, "handlers"),
            ProblemCode::HandlerMissing,
            "Nobody handles this stage. Name at least one role.",
        );
    }
    check_roles(stage, &stage.handlers, "handlers", found);
    check_roles(stage, &stage.fallback, "fallback", found);
    for (index, role) in stage.handlers.iter().chain(&stage.fallback).enumerate() {
        let earlier = stage.handlers.iter().chain(&stage.fallback).take(index);
        if earlier.into_iter().any(|other| other == role) {
            let reason = format!("The role `{}` is named twice. Delete one of the two.", role.key());
            found.add(place(&stage.key, "handlers"), ProblemCode::HandlerTwice, reason);
        }
    }
}

fn check_roles(stage: &Stage, roles: &[Role], part: &str, found: &mut Problems) {
    for role in roles {
        match stage.kind {
            StageKind::Panel if *role != Role::Clerk => {
                let reason = format!(
                    "A hearing is convened by the clerk, and the role `{}` cannot do it. Write `clerk`.",
                    role.key()
                );
                found.add(place(&stage.key, part), ProblemCode::HandlerCannotConvene, reason);
            }
            StageKind::Informal | StageKind::Formal if !decides(*role) => {
                let reason = format!(
                    "The role `{}` does not decide concerns or complaints. Name a role that does.",
                    role.key()
                );
                found.add(place(&stage.key, part), ProblemCode::HandlerCannotDecide, reason);
            }
            StageKind::Panel | StageKind::Informal | StageKind::Formal => {}
        }
    }
}

/// Whether somebody of that role may decide a stage without a hearing (domain.md 2.4).
fn decides(role: Role) -> bool {
    match role {
        Role::ClassTeacher
        | Role::FormTutor
        | Role::SeniorLeader
        | Role::Headteacher
        | Role::ExecutiveHead
        | Role::ChairOfGovernors
        | Role::ViceChairOfGovernors
        | Role::Governor
        | Role::TrustOfficer
        | Role::ChiefExecutive
        | Role::ChairOfTrustees
        | Role::Trustee
        | Role::Investigator => true,
        Role::Clerk
        | Role::ComplaintsCoordinator
        | Role::SchoolOffice
        | Role::DesignatedSafeguardingLead
        | Role::DataProtectionOfficer
        | Role::PanelMember
        | Role::Administrator
        | Role::Inspector => false,
    }
}

/// R2: every stage has a limit for its reply; that of a hearing stands in its panel rule.
fn check_reply(stage: &Stage, found: &mut Problems) {
    let at = place(&stage.key, "respond");
    match (stage.kind, stage.respond) {
        (StageKind::Informal | StageKind::Formal, None) => found.add(
            at,
            ProblemCode::NoReplyLimit,
            "This stage has no limit for its reply. Say how soon the reply is sent.",
        ),
        (StageKind::Informal | StageKind::Formal, Some(respond)) => {
            check_limit(respond, at, Purpose::Respond, found);
            check_reply_can_begin(stage, respond, found);
        }
        (StageKind::Panel, Some(_)) => found.add(
            at,
            ProblemCode::ReplyLimitOnPanel,
            "A hearing has its limits in the panel rule. Delete this one, or change the kind.",
        ),
        (StageKind::Panel, None) => {}
    }
}

fn check_reply_can_begin(stage: &Stage, respond: Limit, found: &mut Problems) {
    if respond.anchor == Anchor::Acknowledged && stage.acknowledge.is_none() {
        found.add(
            place(&stage.key, "respond"),
            ProblemCode::AnchorNeverHappens,
            "The reply counts from the acknowledgement, and there is none. Add `acknowledge`, or count from `received`.",
        );
    }
}

fn check_acknowledgement(stage: &Stage, found: &mut Problems) {
    let Some(acknowledge) = stage.acknowledge else {
        return;
    };
    let at = place(&stage.key, "acknowledge");
    check_limit(acknowledge, at.as_str(), Purpose::Acknowledge, found);
    let answers = [stage.respond.as_ref(), stage.panel.as_ref().map(|panel| &panel.convene)];
    let late = |answer: &Limit| {
        answer.anchor == acknowledge.anchor
            && answer.unit == acknowledge.unit
            && answer.amount < acknowledge.amount
    };
    if answers.into_iter().flatten().any(late) {
        found.add(
            at,
            ProblemCode::AcknowledgedAfterReply,
            "The acknowledgement may come after the reply or hearing. Shorten it.",
        );
    }
}

fn check_extension(stage: &Stage, found: &mut Problems) {
    let at = place(&stage.key, "extension");
    match stage.extension {
        Some(Extension::UpTo(0)) => found.add(
            at,
            ProblemCode::LimitZero,
            "An extension by 0 is none. Write 1 or more, or delete the line.",
        ),
        Some(Extension::UpTo(most)) => {
            let answer = stage.respond.or(stage.panel.as_ref().map(|panel| panel.convene));
            if let Some(answer) = answer {
                check_longest(most, answer.unit, &at, found);
            }
        }
        Some(Extension::ByAgreement) | None => {}
    }
}

fn check_window(stage: &Stage, found: &mut Problems) {
    let at = place(&stage.key, "window");
    match (stage.window, stage.next.is_empty()) {
        (None, false) => found.add(
            at,
            ProblemCode::NoWindow,
            "Nothing says how long after the reply the next stage may be asked for. Add a window.",
        ),
        (Some(_), true) => found.add(
            at,
            ProblemCode::WindowAfterLast,
            "This stage leads nowhere, so its window is of no use. Delete it, or name the next stage.",
        ),
        (Some(window), false) => check_limit(window, at, Purpose::Window, found),
        (None, true) => {}
    }
}

fn check_panel(stage: &Stage, found: &mut Problems) {
    match (stage.kind, &stage.panel) {
        (StageKind::Panel, None) => found.add(
            place(&stage.key, "panel"),
            ProblemCode::PanelRuleMissing,
            "A hearing needs its rules: who sits, and by when. Add a panel rule.",
        ),
        (StageKind::Informal | StageKind::Formal, Some(_)) => found.add(
            place(&stage.key, "panel"),
            ProblemCode::PanelRuleMisplaced,
            "Only a stage of the kind `panel` has a panel rule. Delete it, or change the kind.",
        ),
        (StageKind::Panel, Some(rule)) => check_rule(&stage.key, rule, found),
        (StageKind::Informal | StageKind::Formal, None) => {}
    }
}

fn check_rule(key: &StageKey, rule: &PanelRule, found: &mut Problems) {
    check_seats(key, rule, found);
    check_entitlements(key, rule, found);
    check_limit(rule.convene, place(key, "panel.convene"), Purpose::Convene, found);
    check_limit(rule.outcome, place(key, "panel.outcome"), Purpose::Outcome, found);
    check_before_hearing(key, rule, rule.papers, "panel.papers", found);
    if let Some(notice) = rule.notice {
        check_before_hearing(key, rule, notice, "panel.notice", found);
    }
}

/// R3: at least three sit, at least one of them independent.
fn check_seats(key: &StageKey, rule: &PanelRule, found: &mut Problems) {
    if rule.members < 3 {
        found.add(
            place(key, "panel.members"),
            ProblemCode::PanelTooSmall,
            "A panel has at least three members. Write 3 or more.",
        );
    }
    let at = place(key, "panel.independent");
    if rule.independent == 0 {
        found.add(
            at,
            ProblemCode::NoneIndependent,
            "At least one member is independent of the management and running of the school. Write 1 or more.",
        );
    } else if rule.independent > rule.members {
        found.add(
            at,
            ProblemCode::IndependentBeyondMembers,
            "More members are independent than there are members. Write a smaller number.",
        );
    }
}

/// R3, R53: the complainant may attend and bring somebody, whatever a policy says.
fn check_entitlements(key: &StageKey, rule: &PanelRule, found: &mut Problems) {
    if rule.attendance == Entitlement::Refused {
        found.add(
            place(key, "panel.attendance"),
            ProblemCode::AttendanceRefused,
            "The complainant may always attend the hearing. Write `allowed`.",
        );
    }
    if rule.companion == Entitlement::Refused {
        found.add(
            place(key, "panel.companion"),
            ProblemCode::CompanionRefused,
            "The complainant may always bring somebody to the hearing. Write `allowed`.",
        );
    }
}

fn check_before_hearing(key: &StageKey, rule: &PanelRule, limit: Limit, part: &str, found: &mut Problems) {
    check_limit(limit, place(key, part), Purpose::BeforeHearing, found);
    if limit.unit == rule.convene.unit && limit.amount >= rule.convene.amount {
        found.add(
            place(key, part),
            ProblemCode::HearingCannotBeInTime,
            "This is due before the hearing was asked for. Shorten it, or allow longer to convene.",
        );
    }
}
