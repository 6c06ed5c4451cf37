//! What was spoken is written down by staff, and whoever said it says whether it is right (R9). Nothing waits for them:
//! the dates run from the day on which it was spoken, and the case goes on without their word.

use crate::domain::calendar::Unit;
use crate::domain::deadline::DeadlineRule;
use crate::domain::procedure::{Anchor, Limit};

use super::super::command::ConfirmConcern;
use super::super::context::{Context, DeadlineMaker};
use super::super::event::{Actor, Event, Raised};
use super::super::refusal::{Refusal, RefusalCode};
use super::super::state::{Case, Party};
use super::super::vocabulary::{Kind, WrittenDown};

/// Within how many school days of the mail whoever said it is asked to answer.
const WITHIN: Limit = Limit { amount: 5, unit: Unit::SchoolDays, anchor: Anchor::InformationAsked };

/// Whoever said it is asked, where staff wrote it down. Nobody has to confirm what asks for nothing.
pub(super) fn asked(raised: &Raised, ctx: &Context<'_>, maker: &mut DeadlineMaker) -> Option<Event> {
    let wrote_down = super::recorded_by_staff(ctx) && raised.channel.is_spoken();
    let is_asked = wrote_down && raised.complainant.is_some() && raised.kind != Kind::Feedback;
    is_asked.then(|| maker.by_limit(ctx, DeadlineRule::Confirmation, None, WITHIN, ctx.today))
}

/// Whoever said it, where nothing was heard from them yet: for themselves, or for staff who write it down.
pub(super) fn may_confirm<'c>(case: &'c Case, ctx: &Context<'_>) -> Result<&'c Party, Refusal> {
    let theirs = |party: &&Party| match ctx.actor {
        Actor::Complainant(me) => party.no == me,
        Actor::Person(_) | Actor::Public | Actor::Clock => true,
    };
    case.awaits_confirmation().filter(theirs).ok_or_else(|| {
        Refusal::new(RefusalCode::NotOnCase, "Nothing that was said waits to be confirmed")
            .unless("What comes up later goes into a message")
    })
}

/// What was written down stays as it is; what is put right stands beside it.
pub(super) fn confirm(
    case: &Case,
    command: &ConfirmConcern,
    ctx: &Context<'_>,
) -> Result<Vec<Event>, Refusal> {
    let party = may_confirm(case, ctx)?;
    if command.written_down == WrittenDown::PutRight && command.words.is_none() {
        return Err(Refusal::new(RefusalCode::Field, "Write what is wrong or missing").at("words"));
    }
    let by_staff = super::recorded_by_staff(ctx);
    if by_staff && command.heard_by.is_none() {
        return Err(Refusal::new(
            RefusalCode::Field,
            format!("Write how and when {} told you, such as on the phone today", party.name),
        )
        .at("heard_by"));
    }
    Ok(vec![Event::ConcernConfirmed {
        party: party.no,
        written_down: command.written_down,
        words: command.words.clone(),
        heard_by: command.heard_by.clone().filter(|_| by_staff),
    }])
}
