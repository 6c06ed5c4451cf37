//! The decision: from a case, a command and a context to events, or to a refusal that says why.

mod answering;
mod closing;
mod confirming;
mod consent;
mod hearing;
mod helping;
mod ladder;
mod moving;
mod pausing;
mod raising;
mod recording;
mod redaction;
mod screening;
mod talking;

use crate::domain::calendar::long_date;
use crate::domain::ids::PersonId;
use crate::domain::text::Words;

use super::action::{Action, By, May, may};
use super::command::Command;
use super::context::Context;
use super::event::{Actor, Event};
use super::refusal::{Refusal, RefusalCode};
use super::state::{Case, Standing};

pub use answering::{answer_was_told, delivered_on, window_from};
pub use closing::already_distributed;
#[cfg(test)]
pub(super) use closing::done_or_why_not as closing_words;
pub(super) use hearing::why_closed;
pub use hearing::{
    POOL, hearing_days, in_the_pool, independent_on_record, may_sit, panel_as_it_stands, who_may_sit,
};
pub use ladder::{never_came, no_reply_from, window_is_over};
pub(super) use pausing::counted_again;
pub use pausing::latest_extension;
pub use raising::raise;
pub use recording::whose_contact;
pub use redaction::{AGAIN, entries, mark_of_a_letter};
pub use screening::{came_late, may_handle, must_choose, only_the_chair, who_may_handle};

/// What a command makes of a case, if it may.
///
/// # Errors
/// A [`Refusal`] that says why not, and what would make it possible.
pub fn decide(case: &Case, command: &Command, ctx: &Context<'_>) -> Result<Vec<Event>, Refusal> {
    let directory = ctx.people_for(case);
    let ctx = &Context { directory: &directory, ..*ctx };
    ready(case, command.action(), ctx)?;
    let events = decided(case, command, ctx)?;
    let in_whose_place = acted_for(case, command.action(), ctx);
    let events = in_whose_place.into_iter().chain(with_meeting_called_off(case, events, ctx)).collect();
    Ok(helping::by_hand(events, ctx))
}

/// What somebody does in the place of whoever is away is on record as that (S40).
fn acted_for(case: &Case, action: Action, ctx: &Context<'_>) -> Option<Event> {
    let handler = ctx.acts_for(acting_person(ctx)?, case)?;
    let run = case.run()?.no;
    action.row().by.contains(&By::Handler).then_some(Event::ActedFor { run, person: handler })
}

fn decided(case: &Case, command: &Command, ctx: &Context<'_>) -> Result<Vec<Event>, Refusal> {
    match command {
        Command::Accept(c) => screening::accept(case, c, ctx),
        Command::Redirect(c) => screening::redirect(case, c, ctx),
        Command::MoveSchool(c) => moving::move_school(case, c, ctx),
        Command::ConfirmConcern(c) => confirming::confirm(case, c, ctx),
        Command::AskConsent(c) => consent::ask(case, c, ctx),
        Command::AnswerConsent(c) => consent::answer(case, c, ctx),
        Command::RecordConsent(c) => consent::record(case, c, ctx),
        Command::CloseWithoutConsent(c) => Ok(consent::close_without(c)),
        Command::KeepOnRecord(c) => Ok(screening::keep_on_record(c)),
        Command::ReviewRefusal(c) => screening::review_refusal(case, c, ctx),
        Command::MarkAtRisk(c) => Ok(recording::mark_at_risk(case, c, ctx)),
        Command::RefuseLate(c) => Ok(screening::refuse_late(c)),
        Command::Assign(c) => screening::assign(case, c, ctx),
        Command::Acknowledge(c) => talking::acknowledge(case, c, ctx),
        Command::AskInformation(c) => talking::ask_information(case, c, ctx),
        Command::GiveInformation(c) => talking::give_information(case, c, ctx),
        Command::ArrangeMeeting(c) => talking::arrange_meeting(case, c, ctx),
        Command::CancelMeeting(c) => talking::cancel_meeting(case, c),
        Command::RecordMeeting(c) => talking::record_meeting(case, c, ctx),
        Command::Extend(c) => pausing::extend(case, c, ctx),
        Command::RecordFinding(c) => answering::record_finding(case, c),
        Command::Reply(c) => answering::reply(case, c, ctx),
        Command::Settle(c) => ladder::settle(case, c, ctx),
        Command::Escalate(c) => ladder::escalate(case, c, ctx),
        Command::Lapse(_) => Ok(ladder::lapse(case)),
        Command::Withdraw(c) => ladder::withdraw(case, c, ctx),
        Command::Suspend(c) => pausing::suspend(case, c, ctx),
        Command::Resume(c) => Ok(pausing::resume(case, c, ctx)),
        Command::AppointPanel(c) => hearing::appoint_panel(case, c, ctx),
        Command::DeclareInterest(c) => hearing::declare(case, c, ctx),
        Command::ScheduleHearing(c) => hearing::schedule(case, c, ctx),
        Command::CirculatePapers(c) => hearing::circulate_papers(case, c, ctx),
        Command::RecordHearing(c) => hearing::record(case, c, ctx),
        Command::IssueFindings(c) => hearing::issue_findings(case, c),
        Command::Close(c) => closing::close(case, c, ctx),
        Command::CloseUnreasonable(c) => closing::close_unreasonable(case, c, ctx),
        Command::Reopen(c) => ladder::reopen(case, c, ctx),
        Command::RecordExternalContact(c) => recording::external_contact(case, c, ctx),
        Command::AddNote(c) => Ok(vec![Event::NoteAdded { words: c.words.clone() }]),
        Command::SendMessage(c) => recording::send_message(case, c, ctx),
        Command::AddDocument(c) => Ok(recording::add_document(case, c, ctx)),
        Command::AddParty(c) => recording::add_party(case, c, ctx),
        Command::AddHelper(c) => helping::add(case, c, ctx),
        Command::EndHelper(c) => helping::end(case, c, ctx),
        Command::CorrectContact(c) => recording::correct_contact(case, c, ctx),
        Command::MarkSubject(c) => recording::mark_subject(case, c, ctx),
        Command::Recuse(c) => recording::recuse(case, c, ctx),
        Command::AddAction(c) => recording::add_remedy(case, c, ctx),
        Command::CompleteAction(c) => recording::complete_remedy(case, c),
        Command::TakeOut(c) => redaction::take_out(c, ctx),
        Command::TakeOutFile(c) => redaction::take_out_file(case, c, ctx),
        Command::MeetDuty(c) => recording::meet_duty(case, c),
    }
}

/// Whether an action could be done now, before anything is filled in. The page and the API list every
/// action with this answer, and `decide` begins with it, so that the words are the same everywhere.
///
/// # Errors
/// A [`Refusal`] that says why not, and what would make it possible.
pub fn ready(case: &Case, action: Action, ctx: &Context<'_>) -> Result<(), Refusal> {
    let directory = ctx.people_for(case);
    let ctx = &Context { directory: &directory, ..*ctx };
    helping::may(case, action, ctx)?;
    match may(&ctx.relations(case), action, case.standing()) {
        May::Try => {}
        May::NotTheirs => return Err(not_theirs(case, action, ctx)),
        May::NotNow => return Err(not_now(case, action)),
    }
    match action {
        Action::Escalate => ladder::may_escalate(case, ctx),
        Action::Lapse => ladder::may_lapse(case, ctx),
        Action::Extend => pausing::may_extend(case, ctx),
        Action::RecordFinding => answering::may_decide(case, ctx),
        Action::Reply => answering::may_reply(case, ctx),
        Action::Acknowledge => talking::may_acknowledge(case, ctx),
        Action::CancelMeeting => talking::may_cancel(case),
        Action::Accept => screening::may_accept(case, ctx),
        Action::ConfirmConcern => confirming::may_confirm(case, ctx).map(|_| ()),
        Action::AskConsent => consent::may_ask(case).map(|_| ()),
        Action::AnswerConsent => consent::may_answer(case, ctx).map(|_| ()),
        Action::RecordConsent => consent::may_record(case).map(|_| ()),
        Action::CloseWithoutConsent => consent::may_close_without(case),
        Action::KeepOnRecord => screening::may_keep_on_record(case),
        Action::ReviewRefusal => screening::may_review_refusal(case, ctx),
        Action::MarkAtRisk => recording::may_mark_at_risk(case),
        Action::RefuseLate => screening::may_refuse_late(case, ctx),
        Action::AppointPanel => hearing::may_appoint(case, ctx),
        Action::IssueFindings => hearing::may_issue(case),
        Action::Close => closing::may_close(case, ctx),
        Action::CloseUnreasonable => closing::may_propose(case, ctx),
        Action::Redirect => screening::may_redirect(case),
        Action::MoveSchool => moving::may_move(case, ctx),
        Action::CompleteAction => recording::may_complete(case),
        Action::MeetDuty => recording::may_meet_duty(case),
        Action::TakeOutFile => redaction::may_take_out_file(case),
        Action::Withdraw => ladder::may_withdraw(case),
        Action::EndHelper => helping::may_end(case, ctx),
        Action::Assign => screening::may_assign(case, ctx),
        Action::GiveInformation => talking::may_give_information(case, ctx),
        Action::AskInformation
        | Action::ArrangeMeeting
        | Action::RecordMeeting
        | Action::Settle
        | Action::Suspend
        | Action::Resume
        | Action::DeclareInterest
        | Action::ScheduleHearing
        | Action::CirculatePapers
        | Action::RecordHearing
        | Action::Reopen
        | Action::RecordExternalContact
        | Action::AddNote
        | Action::SendMessage
        | Action::AddDocument
        | Action::AddParty
        | Action::AddHelper
        | Action::CorrectContact
        | Action::MarkSubject
        | Action::AddAction
        | Action::Recuse
        | Action::TakeOut => Ok(()),
    }
}

/// Whoever can give the case to somebody is told so, and not to ask others for it.
fn not_theirs(case: &Case, action: Action, ctx: &Context<'_>) -> Refusal {
    let row = action.row();
    let who: Vec<&str> = row.by.iter().map(|by| by.title()).collect();
    let for_handler = row.by.contains(&By::Handler);
    Refusal::new(RefusalCode::NotYours, format!("This is for {}", one_of(&who))).unless(
        match who.as_slice() {
            [_] if !for_handler => "Ask them to do it",
            _ if for_handler && can_give_it(case, ctx) => {
                "Ask one of them, or give the case to somebody: you can do that yourself"
            }
            _ => "Ask one of them, or ask the complaints co-ordinator to give the case to you",
        },
    )
}

fn can_give_it(case: &Case, ctx: &Context<'_>) -> bool {
    may(&ctx.relations(case), Action::Assign, case.standing()) == May::Try
        && screening::may_assign(case, ctx).is_ok()
}

fn not_now(case: &Case, action: Action) -> Refusal {
    let row = action.row();
    let standing = case.standing();
    let begins: Vec<&str> = row.from.iter().map(|from| from.title()).collect();
    let sentence = match standing {
        Standing::Closed => "The case is closed".to_owned(),
        Standing::Suspended => "The case is paused".to_owned(),
        other => format!("The case is at \u{201c}{}\u{201d}", other.title()),
    };
    let refusal = Refusal::new(RefusalCode::WrongState, sentence);
    match standing {
        Standing::Closed => {
            refusal.unless("The headteacher, the chair or a trust officer can open it again, with a reason")
        }
        Standing::Suspended => refusal.unless("Go on with the case first"),
        _ => refusal.unless(format!("This begins at: {}", begins.join(", "))),
    }
}

/// A case that leaves its stage calls off the meeting that was booked, so that nobody comes for nothing.
fn with_meeting_called_off(case: &Case, events: Vec<Event>, ctx: &Context<'_>) -> Vec<Event> {
    let leaves = |event: &Event| {
        matches!(event, Event::Replied { .. } | Event::StageStarted { .. } | Event::Closed { .. })
    };
    let Some(meeting) = case.booked_meeting().filter(|_| events.iter().any(leaves)) else { return events };
    let called_off = Event::MeetingCancelled {
        no: meeting.no,
        sequence: meeting.sequence + 1,
        reason: Words::ours(if meeting.at > ctx.now {
            "The case has gone on, so this meeting does not take place"
        } else {
            "The case has gone on, and nobody wrote down what was said"
        }),
    };
    [called_off].into_iter().chain(events).collect()
}

/// Days after which a day in the past may be a slip of the year or the month.
const LONG_AGO: chrono::Days = chrono::Days::new(31);

/// Whether a day is so long past that whoever wrote it down looks again.
pub fn is_long_ago(on: chrono::NaiveDate, ctx: &Context<'_>) -> bool {
    ctx.today.checked_sub_days(LONG_AGO).is_some_and(|month_ago| on < month_ago)
}

fn long_ago(on: chrono::NaiveDate) -> Refusal {
    Refusal::new(
        RefusalCode::Field,
        format!("{} is more than a month ago. Look again at the day, the month and the year", long_date(on)),
    )
    .unless("If the date is right, say so in the answer about a day long past")
}

/// "a", "a or b", "a, b or c".
fn one_of(items: &[&str]) -> String {
    match items {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [before @ .., last] => format!("{} or {last}", before.join(", ")),
    }
}

/// The person who acts, where only people can.
fn acting_person(ctx: &Context<'_>) -> Option<PersonId> {
    ctx.actor.person()
}

/// Whether staff recorded this for the family.
fn recorded_by_staff(ctx: &Context<'_>) -> bool {
    match ctx.actor {
        Actor::Person(_) => true,
        Actor::Complainant(_) | Actor::Public | Actor::Clock => false,
    }
}

/// As whom somebody may act, for the list of actions.
pub fn relations(case: &Case, ctx: &Context<'_>) -> std::collections::BTreeSet<By> {
    ctx.relations(case)
}
