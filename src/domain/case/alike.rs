//! Cases that may be about the same matter (R17): what makes two of them look alike, who may say so, and what was said.
//!
//! Two cases are never made one. What somebody says of a pair stands beside the records of both and in neither, because
//! not everybody who reads the one may know of the other.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};

use crate::domain::ids::{CaseId, PersonId};
use crate::domain::procedure::StageKind;
use crate::domain::text::Words;

use super::action::{Action, By};
use super::command::Confirmed;
use super::context::Context;
use super::decide::ready;
use super::refusal::{Refusal, RefusalCode};
use super::state::Case;
use super::vocabulary::PairVerdict;

/// Two cases, whichever was named first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pair {
    /// The one with the smaller id.
    pub first: CaseId,
    /// The other.
    pub second: CaseId,
}

impl Pair {
    /// The pair of these two; none of one and the same.
    pub fn of(one: CaseId, other: CaseId) -> Option<Self> {
        (one != other).then(|| Self { first: one.min(other), second: one.max(other) })
    }

    /// The case that stands beside that one.
    pub fn beside(self, case: CaseId) -> CaseId {
        if self.first == case { self.second } else { self.first }
    }
}

/// What two cases have in common, the strongest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shared {
    /// A child of the same name.
    Child,
    /// The email address of a complainant.
    Email,
    /// The telephone number of a complainant.
    Phone,
    /// The name of a complainant.
    Name,
    /// Somebody who is complained about, within [`NEAR`].
    Subject,
}

/// How many days apart two cases may be received that share a child or a family.
pub const FAR: u64 = 366;
/// How many days apart two cases may be received that share no more than whom they are about.
pub const NEAR: u64 = 31;

impl Shared {
    /// In words, inside a sentence.
    fn words(self) -> &'static str {
        match self {
            Self::Child => "a child of the same name",
            Self::Email => "the same email address",
            Self::Phone => "the same phone number",
            Self::Name => "a complainant of the same name",
            Self::Subject => "the same person complained about",
        }
    }
}

/// Why another case is suggested, in a sentence: what both have, and how far apart they came.
pub fn why(shared: &BTreeSet<Shared>, own: NaiveDate, other: NaiveDate) -> String {
    let parts: Vec<&str> = shared.iter().map(|shared| shared.words()).collect();
    let both = match parts.as_slice() {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [before @ .., last] => format!("{} and {last}", before.join(", ")),
    };
    let days = (other - own).num_days();
    let apart = match days {
        0 => "received on the same day".to_owned(),
        1 => "received a day later".to_owned(),
        -1 => "received a day earlier".to_owned(),
        later if later > 0 => format!("received {later} days later"),
        earlier => format!("received {} days earlier", earlier.unsigned_abs()),
    };
    format!("Both have {both}. It was {apart}.")
}

/// What somebody said of a pair of cases.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// Its place among what was said of the pair, from 1.
    pub no: u16,
    /// What.
    pub verdict: PairVerdict,
    /// Why.
    pub reason: Words,
    /// Who.
    pub by: PersonId,
    /// When.
    pub at: DateTime<Utc>,
}

/// What holds of a pair now: the last that was said.
pub fn in_force(said: &[Said]) -> Option<PairVerdict> {
    said.last().map(|last| last.verdict)
}

/// Whoever has, checks or leads a case may say what it has to do with another (R17).
///
/// # Errors
/// A [`Refusal`] for everybody else.
pub fn may_say(case: &Case, ctx: &Context<'_>) -> Result<(), Refusal> {
    const BY: [By; 5] = [By::Handler, By::Coordinator, By::Clerk, By::Authority, By::SafeguardingLead];
    let relations = ctx.relations(case);
    if BY.iter().any(|by| relations.contains(by)) {
        return Ok(());
    }
    Err(Refusal::new(
        RefusalCode::NotYours,
        "Whether two cases belong together is for whoever has or leads both",
    )
    .unless("Ask the complaints co-ordinator"))
}

/// Whether that can be said after what was said before.
///
/// # Errors
/// A [`Refusal`] where it holds already, or a link would end that there is none of.
pub fn may_follow(said: &[Said], verdict: PairVerdict) -> Result<(), Refusal> {
    let now = in_force(said);
    if now == Some(verdict) {
        let sentence = "This was said of the two cases already";
        return Err(Refusal::new(RefusalCode::WrongState, sentence).at("verdict"));
    }
    let linked = now.is_some_and(PairVerdict::links);
    if verdict == PairVerdict::NoLonger && !linked {
        let sentence = "These cases are not linked, so there is no link to end";
        return Err(Refusal::new(RefusalCode::WrongState, sentence).at("verdict"));
    }
    Ok(())
}

/// Whether a case can be answered in the same words as others that are about the same matter (R18): by whoever has it, and
/// at an informal stage, since a formal one answers each point of each case for itself (R19).
///
/// # Errors
/// A [`Refusal`] that says why not, and what would make it possible.
pub fn may_answer_together(case: &Case, ctx: &Context<'_>) -> Result<(), Refusal> {
    ready(case, Action::Reply, ctx)?;
    match case.run().map(|run| run.kind) {
        Some(StageKind::Informal) => Ok(()),
        Some(StageKind::Formal | StageKind::Panel) | None => Err(Refusal::new(
            RefusalCode::WrongState,
            "It is past the informal stage, where each point has a finding of its own",
        )
        .unless("Answer it by itself")),
    }
}

/// What each family reads that is answered together with others: the answer, that others wrote where staff say so, and
/// what they can do where their own concern is another (R18).
pub fn words_for_each(message: &Words, tell_of_others: Option<Confirmed>) -> Words {
    let before = tell_of_others.map_or("", |Confirmed::Yes| TOLD_OF_OTHERS);
    Words::ours(format!("{before}{message}\n\n{YOURS_ALONE}"))
}

const TOLD_OF_OTHERS: &str =
    "Others told us about the same matter too. We answer everybody in the same words.\n\n";
const YOURS_ALONE: &str = "If your concern is about something else, or this does not answer all of it, tell us. Your concern \
    stays your own: you can say what is not settled, and take it further.";

impl PairVerdict {
    /// Whether it links the two cases.
    pub fn links(self) -> bool {
        match self {
            Self::SameMatter | Self::Related => true,
            Self::NotAlike | Self::NoLonger => false,
        }
    }

    /// What the history says of it, with the reference of the other case.
    pub fn told(self, other: &str) -> String {
        match self {
            Self::SameMatter => format!("Linked with {other}: the same matter"),
            Self::Related => format!("Linked with {other}: related"),
            Self::NotAlike => format!("{other} was looked at: it is another matter"),
            Self::NoLonger => format!("The link with {other} was ended"),
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn said(verdict: PairVerdict) -> Said {
        Said {
            no: 1,
            verdict,
            reason: Words::ours("x"),
            by: PersonId(Uuid::from_u128(1)),
            at: DateTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn a_pair_is_the_same_from_both_sides() {
        let [one, other] = [1, 2].map(|no| CaseId(Uuid::from_u128(no)));
        assert_eq!(Pair::of(one, other), Pair::of(other, one));
        assert_eq!(Pair::of(one, one), None);
        assert_eq!(Pair::of(other, one).unwrap().beside(one), other);
        assert_eq!(Pair::of(other, one).unwrap().beside(other), one);
    }

    /// R17: each suggestion says why.
    #[test]
    fn r17_why_is_a_sentence() {
        let both = BTreeSet::from([Shared::Email, Shared::Child]);
        assert_eq!(
            why(&both, day("2026-11-21"), day("2026-11-01")),
            "Both have a child of the same name and the same email address. It was received 20 days earlier."
        );
        let subject = BTreeSet::from([Shared::Subject]);
        assert_eq!(
            why(&subject, day("2026-11-01"), day("2026-11-02")),
            "Both have the same person complained about. It was received a day later."
        );
        assert!(why(&subject, day("2026-11-01"), day("2026-11-01")).ends_with("received on the same day."));
    }

    /// R17: a link ends and can be made anew; nothing is said twice, and what is no link does not end.
    #[test]
    fn r17_a_link_ends_once() {
        use PairVerdict::{NoLonger, NotAlike, Related, SameMatter};
        for first in [SameMatter, Related, NotAlike] {
            assert_eq!(may_follow(&[], first), Ok(()));
            assert!(may_follow(&[said(first)], first).is_err());
        }
        assert!(may_follow(&[], NoLonger).is_err());
        assert!(may_follow(&[said(NotAlike)], NoLonger).is_err());
        assert_eq!(may_follow(&[said(Related)], NoLonger), Ok(()));
        assert_eq!(may_follow(&[said(Related), said(NoLonger)], Related), Ok(()));
        assert_eq!(may_follow(&[said(NotAlike)], SameMatter), Ok(()));
    }
}
