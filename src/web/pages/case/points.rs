//! Points as cards, each with what every stage found on it.

use crate::domain::calendar::short_date;
use crate::domain::case::state::{Answer, Case, Point, PointStatus, StageRun};
use crate::domain::case::timeline::Voice;
use crate::domain::case::vocabulary::Finding;
use crate::web::parts::{SummaryRow, Tag, Tone};

use super::Sight;

/// One point.
#[derive(Clone, Debug)]
pub struct PointCard {
    /// "Point 1".
    pub title: String,
    /// Where it stands.
    pub status: Tag,
    /// What the family wrote.
    pub rows: Vec<SummaryRow>,
    /// What each stage found, the first stage first.
    pub findings: Vec<FindingRow>,
}

/// What one stage found on one point.
#[derive(Clone, Debug)]
pub struct FindingRow {
    /// The stage.
    pub stage: String,
    /// The finding.
    pub finding: Tag,
    /// Why, where it was written.
    pub reasons: Option<String>,
    /// The policy or rule that it rests on.
    pub policy: Option<String>,
    /// Who decided, and when.
    pub by: String,
    /// Whether the family knows of it.
    pub sent: Sent,
}

/// Whether a finding went out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sent {
    /// With the answer of its stage.
    Yes,
    /// Not yet: the family does not see it.
    NotYet,
}

/// The points. A panel reads what was found and sent; what is still being written is for staff.
pub(super) fn cards(sight: &Sight<'_>, voice: Voice) -> Vec<PointCard> {
    sight.case.points.iter().map(|point| card(point, sight, voice)).collect()
}

/// What one stage found as a whole.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The stage.
    pub stage: String,
    /// What it found.
    pub finding: Tag,
}

/// What each stage that has answered found as a whole, the first stage first (S19).
pub(super) fn outcomes(sight: &Sight<'_>) -> Vec<Outcome> {
    let answered = sight.case.runs.iter().filter(|run| run.reply.is_some());
    answered
        .filter_map(|run| {
            let finding = run.outcome()?;
            let finding = Tag { text: finding.title().into(), tone: tone(finding) };
            Some(Outcome { stage: stage_words(run, sight), finding })
        })
        .collect()
}

fn stage_words(run: &StageRun, sight: &Sight<'_>) -> String {
    let stage = sight.ctx.procedure.stage(&run.stage);
    stage.map_or_else(|| run.stage.to_string(), |stage| stage.title.clone())
}

fn card(point: &Point, sight: &Sight<'_>, voice: Voice) -> PointCard {
    let row = |key: &'static str, value: Option<&crate::domain::text::Words>| {
        value.map(|words| SummaryRow { key: key.into(), value: Some(words.to_string()), change: None })
    };
    let rows = [
        row("What happened", Some(&point.what_happened)),
        row("When", point.when.as_ref()),
        row("What would put it right", point.wanted.as_ref()),
    ];
    let told = |run: &&StageRun| voice == Voice::Staff || run.reply.is_some();
    let findings = sight.case.runs.iter().filter(told).filter_map(|run| {
        let answer = run.answers.iter().find(|answer| answer.point == point.no)?;
        Some(finding(answer, run, sight))
    });
    PointCard {
        title: format!("Point {}", point.no),
        status: status(point, sight.case),
        rows: rows.into_iter().flatten().collect(),
        findings: findings.collect(),
    }
}

fn status(point: &Point, case: &Case) -> Tag {
    let (text, tone) = match point.status {
        PointStatus::Open if case.answer_of(point.no).is_some() => ("Answered", Tone::Active),
        PointStatus::Open => ("Open", Tone::Quiet),
        PointStatus::Settled(_) => ("Settled", Tone::Done),
        PointStatus::Redirected(_) => ("Sent elsewhere", Tone::Done),
        PointStatus::LeftBehind(_) => ("Not taken further", Tone::Done),
    };
    Tag { text: text.into(), tone }
}

fn finding(answer: &Answer, run: &StageRun, sight: &Sight<'_>) -> FindingRow {
    let on = short_date(crate::domain::calendar::local_date(answer.at));
    let who = answer.by.map_or("the panel", |person| sight.ctx.directory.name(person));
    FindingRow {
        stage: stage_words(run, sight),
        finding: Tag { text: answer.finding.title().into(), tone: tone(answer.finding) },
        reasons: answer.reasons.as_ref().map(ToString::to_string),
        policy: answer.policy_reference.as_ref().map(ToString::to_string),
        by: format!("{who}, {on}"),
        sent: if run.reply.is_some() { Sent::Yes } else { Sent::NotYet },
    }
}

fn tone(finding: Finding) -> Tone {
    match finding {
        Finding::Upheld | Finding::PartlyUpheld | Finding::NotUpheld => Tone::Active,
        Finding::ResolvedWithoutFinding => Tone::Quiet,
    }
}
