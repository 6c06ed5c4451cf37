//! The stages together: where each leads, that each can end, and the steps that Part 7 fixes.

use std::collections::BTreeSet;

use super::stage::place;
use super::{ProblemCode, Problems};
use crate::domain::procedure::{Procedure, Skip, Stage, StageKey, StageKind};

/// The three steps of Part 7, paragraph 33 (d), (e) and (f).
const PART_7: [StageKind; 3] = [StageKind::Informal, StageKind::Formal, StageKind::Panel];

pub(super) fn check(procedure: &Procedure, found: &mut Problems) {
    let Some(first) = procedure.first_stage() else {
        found.add("stages", ProblemCode::NoStages, "A procedure has at least one stage. Add one.");
        return;
    };
    check_keys(procedure, found);
    for (position, stage) in procedure.stages.iter().enumerate() {
        check_next(procedure, position, stage, found);
        check_skip(procedure, position, stage, found);
    }
    check_ends(procedure, first, found);
    if procedure.regime.is_part_7() {
        check_part_7(procedure, first, found);
    }
}

fn check_keys(procedure: &Procedure, found: &mut Problems) {
    let mut seen = BTreeSet::new();
    for stage in &procedure.stages {
        if !seen.insert(&stage.key) {
            found.add(
                place(&stage.key, "key"),
                ProblemCode::KeyTwice,
                "Two stages have this key. Rename or delete one.",
            );
        }
    }
}

/// Where a stage stands in the list, counting from 0.
fn position_of(procedure: &Procedure, key: &StageKey) -> Option<usize> {
    procedure.stages.iter().position(|stage| stage.key == *key)
}

fn check_next(procedure: &Procedure, position: usize, stage: &Stage, found: &mut Problems) {
    let at = place(&stage.key, "next");
    for (index, key) in stage.next.iter().enumerate() {
        if stage.next.iter().take(index).any(|other| other == key) {
            let reason = format!("{key} is named twice. Delete one of the two.");
            found.add(at.as_str(), ProblemCode::NextTwice, reason);
        }
        match position_of(procedure, key) {
            None => {
                let reason = format!("There is no stage {key}. Name one that is there.");
                found.add(at.as_str(), ProblemCode::NextUnknown, reason);
            }
            Some(target) if target <= position => {
                let reason = format!("{key} does not come after {}. Name a later stage.", stage.key);
                found.add(at.as_str(), ProblemCode::NextBackwards, reason);
            }
            Some(target) => check_step(procedure, position, target, found),
        }
    }
}

/// One step up, from one place in the list to a later one.
fn check_step(procedure: &Procedure, from: usize, to: usize, found: &mut Problems) {
    let mut way = procedure.stages.iter().skip(from).take(to - from + 1);
    let (Some(stage), Some(target)) = (way.next(), way.next_back()) else {
        return;
    };
    let at = place(&stage.key, "next");
    if rank(target.kind) < rank(stage.kind) {
        let reason =
            format!("{} is less formal than {} and comes after it. Change the order.", target.key, stage.key);
        found.add(at.as_str(), ProblemCode::KindsOutOfOrder, reason);
    }
    for passed in way {
        if passed.skip == Skip::Never {
            let reason = format!(
                "This leads past {key}, which may not be left out. Set the skip of {key}, or lead to it.",
                key = passed.key
            );
            found.add(at.as_str(), ProblemCode::LeftOutWithoutLeave, reason);
        }
    }
}

/// How formal a stage is.
fn rank(kind: StageKind) -> u8 {
    match kind {
        StageKind::Informal => 0,
        StageKind::Formal => 1,
        StageKind::Panel => 2,
    }
}

/// R49: a stage that may be left out has a way past it.
fn check_skip(procedure: &Procedure, position: usize, stage: &Stage, found: &mut Problems) {
    let passes = |earlier: &Stage| {
        earlier.next.iter().filter_map(|key| position_of(procedure, key)).any(|target| target > position)
    };
    let has_way_past = procedure.stages.iter().take(position).any(passes);
    if stage.skip == Skip::ByComplainant && !has_way_past {
        found.add(
            place(&stage.key, "skip"),
            ProblemCode::SkipLeadsNowhere,
            "No earlier stage leads past this one. Name a later stage in its `next`, or write `never`.",
        );
    }
}

/// The stages that can be reached from one, itself included, going only through those that fit.
fn reach<'a>(
    procedure: &'a Procedure,
    from: &'a Stage,
    through: impl Fn(&Stage) -> bool,
) -> BTreeSet<&'a StageKey> {
    let mut seen = BTreeSet::new();
    let mut to_visit = vec![from];
    while let Some(stage) = to_visit.pop() {
        if through(stage) && seen.insert(&stage.key) {
            to_visit.extend(stage.next.iter().filter_map(|key| procedure.stage(key)));
        }
    }
    seen
}

/// Whether the ladder ends somewhere among those stages.
fn has_end(procedure: &Procedure, keys: &BTreeSet<&StageKey>) -> bool {
    keys.iter().filter_map(|key| procedure.stage(key)).any(|stage| stage.next.is_empty())
}

fn check_ends(procedure: &Procedure, first: &Stage, found: &mut Problems) {
    let reached = reach(procedure, first, |_| true);
    for stage in &procedure.stages {
        if !reached.contains(&stage.key) {
            found.add(
                format!("stage {}", stage.key),
                ProblemCode::Unreachable,
                "No stage leads here. Name it in the `next` of an earlier stage, or delete it.",
            );
        }
        if !has_end(procedure, &reach(procedure, stage, |_| true)) {
            found.add(
                place(&stage.key, "next"),
                ProblemCode::NoWayOut,
                "From here the ladder never ends. Lead it to a stage whose `next` is empty.",
            );
        }
    }
}

/// R1: informal, formal in writing, panel; none of them missing and none that can be gone round.
fn check_part_7(procedure: &Procedure, first: &Stage, found: &mut Problems) {
    if first.kind != StageKind::Informal {
        found.add(
            place(&first.key, "kind"),
            ProblemCode::InformalNotFirst,
            "Part 7 lets a complaint be considered informally first. Begin with an informal stage.",
        );
    }
    for kind in PART_7 {
        let mut stages = procedure.stages.iter().filter(|stage| stage.kind == kind).peekable();
        if stages.peek().is_none() {
            let reason = format!("Part 7 asks for {}, and there is none. Add one.", kind_words(kind));
            found.add("stages", ProblemCode::StageKindMissing, reason);
        } else {
            check_kind_stays(procedure, first, kind, found);
        }
    }
}

fn check_kind_stays(procedure: &Procedure, first: &Stage, kind: StageKind, found: &mut Problems) {
    let own: Vec<_> = procedure.stages.iter().filter(|stage| stage.kind == kind).collect();
    if own.iter().all(|stage| stage.skip == Skip::ByComplainant) {
        for stage in own {
            let reason = format!(
                "Part 7 asks for {}, and this is how it could be left out. Write `never`.",
                kind_words(kind)
            );
            found.add(place(&stage.key, "skip"), ProblemCode::SkipRemovesStage, reason);
        }
    } else if has_end(procedure, &reach(procedure, first, |stage| stage.kind != kind)) {
        let reason = format!(
            "Part 7 asks for {}, and one way through the stages goes round it. Lead every way through it.",
            kind_words(kind)
        );
        found.add("stages", ProblemCode::SkipRemovesStage, reason);
    }
}

fn kind_words(kind: StageKind) -> &'static str {
    match kind {
        StageKind::Informal => "an informal stage",
        StageKind::Formal => "a formal stage in writing",
        StageKind::Panel => "a panel hearing",
    }
}
