//! Messages to people with a post: what, by when, and one link. What the case says stays behind it (E5).

use crate::domain::calendar::{day_and_time, short_date};
use crate::domain::case::event::Event;
use crate::domain::case::state::{Handler, RunCause, Standing, State, Subject};
use crate::domain::case::vocabulary::{ClosedReason, Flag, HearingBasis, Kind};
use crate::domain::deadline::{Deadline, DeadlineRule};
use crate::domain::notice::{Recipient, somebody_else_sees_to_dates};
use crate::domain::person::Role;
use crate::domain::procedure::StageKind;
use crate::domain::text::capital;
use crate::mail::DateLine;

use super::desk::{Desk, date_line};
use super::draft::Draft;
use super::hearing::hearing_lines;
use super::talking::meeting_lines;

/// What the school owes, in the words of the work list.
fn due(desk: &Desk<'_>) -> Vec<DateLine> {
    let rules = [
        DeadlineRule::Acknowledge,
        DeadlineRule::Respond,
        DeadlineRule::Convene,
        DeadlineRule::Papers,
        DeadlineRule::Outcome,
        DeadlineRule::DataProtection,
        DeadlineRule::EarlyYears,
        DeadlineRule::SubjectAccess,
        DeadlineRule::InformationRequest,
    ];
    rules
        .into_iter()
        .filter_map(|rule| {
            let on = desk.case().open_deadline(rule)?.due.date()?;
            let label = if on < desk.facts.today { ", which was due by" } else { " by" };
            Some(date_line(format!("{}{label}", rule.title()), on))
        })
        .collect()
}

fn owed(draft: Draft, desk: &Desk<'_>) -> Draft {
    let late = desk.is_late().then_some("It is late already. The family still waits for it.");
    draft.dates(due(desk)).say_if(late).say_if(desk.missing_dates().map(|_| {
        "A date cannot be worked out: the term dates do not reach far enough. An administrator can add them."
    }))
}

pub(super) fn new_case(desk: &Desk<'_>) -> Draft {
    let happened = match desk.run().map(|run| &run.cause) {
        Some(RunCause::Reopened(_)) => "A case is open again, and it is yours.",
        Some(RunCause::First | RunCause::Escalated { .. }) | None => "You have a new case.",
    };
    let draft = Draft::about("a case for you").say(happened);
    match desk.case().kind {
        Kind::Feedback => draft
            .say("What you need to do: read it, and note on the case that you did. It is feedback: nobody waits for an answer.")
            .then(|draft| owed(draft, desk)),
        Kind::Concern | Kind::Complaint | Kind::NotSure => {
            let acknowledges = desk.case().open_deadline(DeadlineRule::Acknowledge).is_some();
            draft
                .say_if(how_formal(desk))
                .say(match how_formal(desk) {
                    None => format!("What you need to do: read it. {}", desk.get_in_touch()),
                    Some(_) => format!("What you need to do: read it. {}", desk.reach_them_safely()),
                })
                .then(|draft| owed(draft, desk))
                .say_if(acknowledges.then_some(
                    "The automatic receipt to the family does not count as the acknowledgement.",
                ))
        }
    }
}

/// What whoever gets it has to know before they pick up the phone: a formal complaint is answered in writing, or heard.
fn how_formal(desk: &Desk<'_>) -> Option<String> {
    let title = desk.stage().map_or("", |stage| stage.title.as_str());
    match desk.run()?.kind {
        StageKind::Informal => None,
        StageKind::Formal => Some(format!(
            "It is a formal complaint, at the step \u{201c}{title}\u{201d}: it is answered in writing."
        )),
        StageKind::Panel => {
            Some(format!("It is a formal complaint, at the step \u{201c}{title}\u{201d}. A panel hears it."))
        }
    }
}

pub(super) fn needs_handler(desk: &Desk<'_>) -> Draft {
    let why = match desk.run() {
        Some(run) => format!("A case has nobody yet. Its step is for {}.", desk.role(run.handler.role)),
        None => "A case has nobody yet.".to_owned(),
    };
    Draft::about("a case needs somebody")
        .say(why)
        .say("What you need to do: give it to somebody who has had no part in it. Its dates already run.")
        .then(|draft| owed(draft, desk))
}

/// To whoever had it at the school to which it had come by mistake. They cannot open it any more.
pub(super) fn left_the_school(desk: &Desk<'_>) -> Draft {
    Draft::about("a case has gone to another school")
        .say(format!(
            "The case {} is about another school of the trust, so it has gone there. People of that school deal with \
             it now.",
            desk.case().reference
        ))
        .say("You do not need to do anything. If the family rings you, give them the reference and the name of that school.")
}

/// To whoever can find somebody, where the handler of a case is away or gone (S40).
pub(super) fn nobody_there(desk: &Desk<'_>) -> Draft {
    let directory = desk.context().directory;
    let why = match desk.event() {
        Some(Event::HandlerMissing { person, until: Some(until), .. }) => format!(
            "Nobody is there for a case: {} is away until {}, and nobody looks after it.",
            directory.name(*person),
            short_date(*until)
        ),
        Some(Event::HandlerMissing { person, .. }) => {
            format!("Nobody is there for a case: {} has no post for it any more.", directory.name(*person))
        }
        Some(_) | None => "Nobody is there for a case.".to_owned(),
    };
    Draft::about("nobody is there for a case")
        .say(why)
        .say("What you need to do: give it to somebody who has had no part in it. Its dates go on running.")
        .then(|draft| owed(draft, desk))
}

/// To whoever looks after the cases of somebody who is away: why the letter comes to them (S40).
pub(super) fn in_whose_place(desk: &Desk<'_>) -> Option<String> {
    let Recipient::Person(person) = desk.notice.to else { return None };
    let ctx = desk.context();
    let absent = ctx.acts_for(person, desk.case())?;
    Some(format!("You look after this case for {}, who is away.", ctx.directory.name(absent)))
}

pub(super) fn screening_task(desk: &Desk<'_>) -> Draft {
    let count = match &desk.case().state {
        State::Screening { reasons } => reasons.len(),
        State::Open(_)
        | State::Replied
        | State::Hearing(_)
        | State::Suspended { .. }
        | State::Closed { .. } => 0,
    };
    let reasons = match count {
        1 => "There is 1 reason to look first.".to_owned(),
        _ => format!("There are {count} reasons to look first."),
    };
    Draft::about("a case to check")
        .say(format!("A case waits for you to look at it before it opens. {reasons}"))
        .say("What you need to do: read it today, and accept it or send it to the right place.")
        .then(|draft| owed(draft, desk))
        .say("The dates count from the day on which it came in, not from the day on which you accept it.")
}

/// To the data protection officer, who knows what the law asks for (R15).
pub(super) fn data_protection_duty(desk: &Desk<'_>) -> Draft {
    Draft::about("personal data, and a date of the law")
        .say("A case asks for something on which data protection law puts a date.")
        .say("What you need to do: read it, and help whoever has it to answer by that date. Others see to the rest of it.")
        .then(|draft| owed(draft, desk))
}

/// Whether staff said so just now, of a case that was there already.
fn marked_now(desk: &Desk<'_>) -> bool {
    desk.facts.events.iter().any(|recorded| matches!(recorded.event, Event::AtRiskMarked { .. }))
}

/// At once, whatever the calendar (R14). The subject says how urgent it is, never what it is about (E2).
pub(super) fn safeguarding_alert(desk: &Desk<'_>) -> Draft {
    let about_head = desk.case().subjects.iter().any(is_head);
    let care = about_head.then_some("Do not discuss it with the headteacher.");
    if desk.case().standing() == Standing::Closed {
        return withdrawn_at_risk(desk).say_if(care);
    }
    Draft::about("urgent, read this case now")
        .say(if marked_now(desk) {
            "Somebody at the school has marked a case: a child may be at risk."
        } else {
            "A concern came in with the mark that a child may be at risk."
        })
        .say("What you need to do: read it now and follow the safeguarding policy. Do not wait for a school day.")
        .say("If a child is in danger now, call 999.")
        .say_if(care)
}

/// The family withdrew it; the safety of the child is looked into all the same, by whoever owns the action (R57).
fn withdrawn_at_risk(desk: &Desk<'_>) -> Draft {
    let mine = desk.case().remedies.iter().rev().find(|remedy| {
        remedy.done.is_none() && desk.notice.to == crate::domain::notice::Recipient::Person(remedy.owner)
    });
    let yours = if mine.is_some() {
        "What you need to do: look into it now, and write down on the case what was done. It is your action."
    } else {
        "What you need to do: see that it is looked into now. The safeguarding lead has the action."
    };
    Draft::about("urgent, read this case now")
        .say("A family withdrew a case in which a child may be at risk. The case is closed. That part goes on.")
        .say(yours)
        .dates(mine.map(|remedy| date_line("Do it by", remedy.due_on)).into_iter().collect())
        .say("Do not wait for a school day. If a child is in danger now, call 999.")
}

fn is_head(subject: &Subject) -> bool {
    use crate::domain::case::vocabulary::SubjectRole;
    matches!(subject.role, SubjectRole::Headteacher | SubjectRole::ExecutiveHead)
}

pub(super) fn information_given(desk: &Desk<'_>) -> Draft {
    Draft::about("the family has answered")
        .say("The family has answered your question.")
        .say("What you need to do: read the answer and go on. The date of your reply has not moved.")
        .then(|draft| owed(draft, desk))
}

pub(super) fn meeting_invitation(desk: &Desk<'_>) -> Draft {
    meeting(desk, "a meeting", "You are asked to a meeting with a family.")
}

pub(super) fn meeting_changed(desk: &Desk<'_>) -> Draft {
    meeting(desk, "a meeting has changed", "A meeting with a family has changed. These are the new details.")
}

fn meeting(desk: &Desk<'_>, subject: &str, happened: &str) -> Draft {
    let lines = desk.meeting().map(meeting_lines).unwrap_or_default();
    Draft::about(subject)
        .say(happened)
        .say("What you need to do: put it into your calendar. If you cannot come, tell whoever has the case.")
        .dates(lines)
        .then(|draft| needs(draft, desk))
}

/// What a family needs to take part is shown on every appointment (R20): that there is something, not what.
fn needs(draft: Draft, desk: &Desk<'_>) -> Draft {
    let some = desk.case().complainants().any(|party| party.adjustments.is_some());
    draft.say_if(
        some.then_some(
            "The family needs something to take part. Read on the case what it is, and prepare it.",
        ),
    )
}

pub(super) fn meeting_cancelled(desk: &Desk<'_>) -> Draft {
    let Some(meeting) = desk.meeting() else {
        return Draft::about("a meeting is cancelled").say("A meeting with a family is cancelled.");
    };
    let still_on = Desk::ended_with_case(meeting) && !matches!(desk.case().state, State::Closed { .. });
    let when = day_and_time(meeting.at);
    if still_on {
        return Draft::about("you need not come to a meeting")
            .say(format!("You need not come to the meeting on {when}. It goes on without you."));
    }
    Draft::about("a meeting is cancelled")
        .say(format!("The meeting on {when} is cancelled. You do not need to do anything."))
}

pub(super) fn date_moved(desk: &Desk<'_>) -> Draft {
    Draft::about("a date of yours has moved")
        .say("A date of a case of yours was put off. The family has been told.")
        .say("What you need to do: keep the new date. How often it can move is limited.")
        .then(|draft| owed(draft, desk))
}

pub(super) fn moved_up_to_you(desk: &Desk<'_>) -> Draft {
    if desk.run().is_some_and(|run| run.kind == StageKind::Panel) {
        return asked_for_a_panel(desk);
    }
    let before = if below_was_answered(desk) {
        "What you need to do: read it, with what was answered before."
    } else {
        "Nobody answered it in time at the step before. What you need to do: read it soon."
    };
    Draft::about("a case has come up to you")
        .say("A family has taken its case further, and it is with you now.")
        .say(format!("{before} {}", desk.get_in_touch()))
        .then(|draft| owed(draft, desk))
        .then(|draft| hear_the_other_side(draft, desk))
}

/// The clerk arranges the hearing, and looks into nothing: the panel decides (2.4).
fn asked_for_a_panel(desk: &Desk<'_>) -> Draft {
    Draft::about("a hearing to arrange")
        .say("A family has asked for a panel hearing, and you arrange it.")
        .say("What you need to do: acknowledge it, name a panel that had no part in it, and set a day.")
        .then(|draft| owed(draft, desk))
        .say("The panel decides. Do not look into it yourself, and do not talk about it with either side alone.")
        .then(|draft| hear_the_other_side(draft, desk))
}

/// Whoever is complained about is asked before anything is decided (2.4).
fn hear_the_other_side(draft: Draft, desk: &Desk<'_>) -> Draft {
    let formal = desk.run().is_some_and(|run| run.kind != StageKind::Informal);
    let asks = formal && desk.case().subjects.iter().any(|subject| subject.person.is_some());
    draft.say_if(asks.then_some(
        "Ask whoever is complained about for their side before anything is decided. Where a child may be at risk, ask \
         the safeguarding lead first.",
    ))
}

/// Whether the stage from which it came had been answered.
fn below_was_answered(desk: &Desk<'_>) -> bool {
    let from = match desk.run().map(|run| &run.cause) {
        Some(RunCause::Escalated { from, .. }) => desk.case().run_no(*from),
        Some(RunCause::First | RunCause::Reopened(_)) | None => None,
    };
    from.is_some_and(|run| run.reply.is_some())
}

pub(super) fn moved_up_from_you(desk: &Desk<'_>) -> Draft {
    let draft = Draft::about("a case has moved on");
    if desk.run().is_some_and(|run| run.reply.is_some()) {
        return draft
            .say("A family has taken a case that you answered to the next step. Somebody else has it now.")
            .say("You do not need to do anything. It says nothing against your answer.");
    }
    draft
        .say("A case that you had went to the next step, because the family had no answer in time.")
        .say("Somebody else has it now. What you need to do: if you have notes about it, add them to the case today.")
}

/// The school day before a date, or its own morning (R41, E13).
pub(super) fn date_coming(desk: &Desk<'_>) -> Draft {
    let can_wait = desk.deadline().is_some_and(|deadline| match deadline.rule {
        DeadlineRule::Respond => desk.stage().is_some_and(|stage| stage.extension.is_some()),
        DeadlineRule::Convene | DeadlineRule::Outcome => true,
        DeadlineRule::Acknowledge
        | DeadlineRule::Window
        | DeadlineRule::Clarification
        | DeadlineRule::Confirmation
        | DeadlineRule::Consent
        | DeadlineRule::Papers
        | DeadlineRule::DataProtection
        | DeadlineRule::EarlyYears
        | DeadlineRule::SubjectAccess
        | DeadlineRule::InformationRequest
        | DeadlineRule::Review
        | DeadlineRule::Remedy => false,
    });
    Draft::about("a date is close")
        .say("A date of a case of yours is close.")
        .say_if(first_of_all(desk))
        .dates(this_date(desk))
        .say("What you need to do: see that it is kept.")
        .say_if(can_wait.then_some(
            "If you need longer, put the date off now and say why. Once it has passed, that cannot be done.",
        ))
}

/// The first school day after a date that was missed (R41, E13).
pub(super) fn date_overdue(desk: &Desk<'_>) -> Draft {
    Draft::about("a date has passed")
        .say(format!("A date of a case of yours has passed{}.", and_who_waits(desk)))
        .say_if(first_of_all(desk))
        .dates(this_date(desk))
        .say("What you need to do: do it today. If you cannot, tell the family today when it comes.")
        .say_if(has_note(desk).then(|| desk.get_in_touch()))
        .say(format!("When it is sent, say why it was late.{}", who_was_told(desk)))
}

/// A date of a complaint is not the clock of a child who may be at risk (R57).
fn first_of_all(desk: &Desk<'_>) -> Option<&'static str> {
    let at_risk = desk.case().flags.contains(&Flag::ChildAtRisk);
    at_risk.then_some(
        "A child may be at risk. Make sure today that somebody sees to that, before anything else.",
    )
}

/// Where a family is part of the case, it waits.
fn and_who_waits(desk: &Desk<'_>) -> &'static str {
    let family = desk.case().complainants().next();
    family.map_or("", |_| ", and the family still waits")
}

fn who_was_told(desk: &Desk<'_>) -> &'static str {
    let late = match desk.notice.to {
        Recipient::Person(person) => Some(person),
        Recipient::Party(_) => None,
    };
    let told = somebody_else_sees_to_dates(desk.case(), late, &desk.context());
    if told { " Whoever chases dates has been told too." } else { "" }
}

/// To whoever chases dates: somebody else is late.
pub(super) fn date_overdue_elsewhere(desk: &Desk<'_>) -> Draft {
    let who = match desk.run().map(|run| run.handler) {
        Some(Handler { role, person: Some(_) }) => format!("{} has it.", capital(desk.role(role))),
        Some(Handler { role, person: None }) => format!("Nobody has it: it waits for {}.", desk.role(role)),
        None => "It still waits to be looked at first.".to_owned(),
    };
    Draft::about("a case is late")
        .say(format!("A date of a case has passed{}.", and_who_waits(desk)))
        .say_if(first_of_all(desk))
        .dates(this_date(desk))
        .say(who)
        .say(
            "What you need to do: find out what holds it up. If they cannot go on, give it to somebody else.",
        )
}

/// The date that the message is about.
fn this_date(desk: &Desk<'_>) -> Vec<DateLine> {
    let line = |deadline: &Deadline| {
        let on = deadline.due.date()?;
        let label = if on < desk.facts.today { ", which was due by" } else { " by" };
        Some(date_line(format!("{}{label}", deadline.rule.title()), on))
    };
    desk.deadline().and_then(line).into_iter().collect()
}

/// Whether there is something to mind before anybody reaches the family.
fn has_note(desk: &Desk<'_>) -> bool {
    desk.case().complainants().any(|party| party.safe_contact_note.is_some())
}

pub(super) fn handed_over(_: &Desk<'_>) -> Draft {
    Draft::about("a case is with somebody else")
        .say("A case that you had is with somebody else now.")
        .say("You do not need to do anything. If you have notes about it, add them to the case today.")
}

pub(super) fn suspended(desk: &Desk<'_>) -> Draft {
    let review = match &desk.case().state {
        State::Suspended { review_on, .. } => vec![date_line("The pause is looked at again by", *review_on)],
        State::Screening { .. }
        | State::Open(_)
        | State::Replied
        | State::Hearing(_)
        | State::Closed { .. } => Vec::new(),
    };
    Draft::about("a case is paused")
        .say("A case of yours is paused. You do not need to do anything until it goes on.")
        .dates(review)
}

pub(super) fn resumed(desk: &Desk<'_>) -> Draft {
    Draft::about("a case goes on")
        .say("The pause of a case of yours is over.")
        .say("What you need to do: go on with it. The dates were counted again.")
        .then(|draft| owed(draft, desk))
}

/// Each member declares that nothing stands in the way (R27).
pub(super) fn declaration_asked(desk: &Desk<'_>) -> Draft {
    let chairs = desk.hearing().is_some_and(|hearing| desk.notice.to == Recipient::Person(hearing.chair));
    let asked = if chairs { "You are asked to chair a panel." } else { "You are asked to sit on a panel." };
    Draft::about("a panel")
        .say(asked)
        .say("What you need to do, before you read any papers: open the case and declare whether one of these is true.")
        .list(vec![
            "You know the family, or anybody whom it is about.".to_owned(),
            "You have heard of the matter before.".to_owned(),
            "You work for the school or trust, or somebody close to you does.".to_owned(),
        ])
        .say("Declare it also if none of them is true. Do not talk about it with anybody.")
        .say_if(the_clerk(desk))
}

/// To whoever does not sit on the panel any more, in the same way whatever the reason (R27).
pub(super) fn stood_down(desk: &Desk<'_>) -> Draft {
    let when = desk
        .hearing_date()
        .map(|date| format!(" You need not come to the hearing on {}.", day_and_time(date.at)));
    Draft::about("you no longer sit on a panel")
        .say(format!(
            "Thank you for being ready to sit on the panel: somebody else sits in your place now.{}",
            when.unwrap_or_default()
        ))
        .say(
            "What you need to do: delete any papers that you have. Do not talk about the matter with anybody. You \
             cannot open it any more.",
        )
}

/// A member may not be able to sit: the clerk decides (R27, R28).
pub(super) fn interest_declared() -> Draft {
    Draft::about("a panel")
        .say("A member of a panel has declared an interest.")
        .say("What you need to do: read it on the case, and decide whether the panel changes. If it does, appoint it again.")
}

/// How the clerk of the panel is reached.
fn the_clerk(desk: &Desk<'_>) -> Option<String> {
    desk.clerk()
        .map(|(clerk, role)| format!("{} is {}: {}.", capital(desk.role(role)), clerk.name, clerk.email))
}

pub(super) fn hearing_invitation(desk: &Desk<'_>) -> Draft {
    let happened = if is_offered(desk) { OFFERED } else { "The hearing of a case has a date." };
    hearing(desk, "a hearing has a date", happened)
}

pub(super) fn hearing_changed(desk: &Desk<'_>) -> Draft {
    let changed = "The hearing of a case has changed. These are the new details.";
    hearing(desk, "a hearing has changed", if is_offered(desk) { OFFERED } else { changed })
        .say_if(desk.has_to_declare().then_some(DECLARE))
}

const OFFERED: &str = "The family is offered a date for the hearing of a case. It may still change.";

/// Whoever has not declared for the new day does so, again where the hearing moved far (R27).
const DECLARE: &str =
    "Open the case and declare whether anything stands in your way. It counts for the new date.";

/// Whether the date waits for the word of the family (R52).
fn is_offered(desk: &Desk<'_>) -> bool {
    desk.hearing_date().is_some_and(|date| date.basis == HearingBasis::Offered)
}

fn hearing(desk: &Desk<'_>, subject: &str, happened: &str) -> Draft {
    Draft::about(subject)
        .say(happened)
        .say("What you need to do: put it into your calendar. If you cannot come, tell the clerk today.")
        .say_if(speaks_for_the_school(desk).then_some("You speak for the school there."))
        .dates(hearing_lines(desk))
        .then(|draft| by_part(draft, desk))
        .then(|draft| needs(draft, desk))
}

/// The dates of a hearing are the clerk's to keep; everybody else reads when their papers come.
fn by_part(draft: Draft, desk: &Desk<'_>) -> Draft {
    if is_the_clerk(desk) {
        return owed(draft, desk);
    }
    let papers = desk.case().open_deadline(DeadlineRule::Papers);
    let due = papers.and_then(|deadline| desk.to_come(deadline));
    draft.dates(due.map(|due| date_line("You get the papers by", due)).into_iter().collect())
}

/// Whether the letter goes to whoever arranges the hearing.
fn is_the_clerk(desk: &Desk<'_>) -> bool {
    let Recipient::Person(person) = desk.notice.to else { return false };
    let ctx = desk.context();
    desk.run().is_some_and(|run| {
        run.handler.person == Some(person) || (run.handler.person.is_none() && ctx.holds(person, Role::Clerk))
    })
}

/// Whether the letter goes to somebody who neither sits on the panel nor is its clerk.
fn speaks_for_the_school(desk: &Desk<'_>) -> bool {
    let to = |person| desk.notice.to == Recipient::Person(person);
    let sits = desk.hearing().is_some_and(|hearing| hearing.members.iter().any(|member| to(member.person)));
    !sits && !is_the_clerk(desk)
}

pub(super) fn hearing_cancelled(desk: &Desk<'_>) -> Draft {
    let when = desk.hearing_date().map_or_else(String::new, |date| format!(" on {}", day_and_time(date.at)));
    let why = match &desk.case().state {
        State::Closed { .. } => "because the case is closed",
        State::Screening { .. }
        | State::Open(_)
        | State::Replied
        | State::Hearing(_)
        | State::Suspended { .. } => "because the panel has to be named again",
    };
    Draft::about("a hearing is cancelled")
        .say(format!("The hearing{when} will not be held, {why}."))
        .say("You do not need to do anything.")
}

pub(super) fn papers_out(desk: &Desk<'_>) -> Draft {
    Draft::about("papers to read")
        .say("The papers for a hearing are ready. Everybody has the same.")
        .say("What you need to do: read them before the hearing. Do not copy them or pass them on.")
        .say_if(desk.has_to_declare().then_some(
            "Before you can open them, say on the page of the case whether anything stands in the way of your sitting.",
        ))
        .dates(hearing_lines(desk))
}

/// Available to the head and the proprietor (R54).
pub(super) fn findings_copy(_: &Desk<'_>) -> Draft {
    Draft::about("a panel's findings")
        .say("A panel has decided on a case. You may read its findings and recommendations.")
        .say("What you need to do: read them, and see to what the panel recommends.")
}

pub(super) fn second_decider_needed(_: &Desk<'_>) -> Draft {
    Draft::about("a second person must decide")
        .say("Somebody proposed to end the correspondence about a case. That needs two people.")
        .say("What you need to do: read the case and the proposal, and decide for yourself. You may say no.")
}

pub(super) fn message_from_family(desk: &Desk<'_>) -> Draft {
    Draft::about("the family has written")
        .say("The family has sent a message.")
        .say("What you need to do: read it and answer it.")
        .say_if(has_note(desk).then(|| desk.get_in_touch()))
        .then(|draft| owed(draft, desk))
}

/// Only those whose own part it was are told: whoever has the case must not tell the others (P18).
pub(super) fn one_ended_their_part(desk: &Desk<'_>) -> Draft {
    let happened = match desk.event() {
        Some(Event::WithdrawnForOne { .. }) => "One of the people who raised it has withdrawn.",
        Some(_) | None => "One of the people who raised it says that it is settled for them.",
    };
    Draft::about("it has ended for one of several people")
        .say(happened)
        .say("The case goes on for the others. They are not told, so do not speak of it to them.")
        .say("What you need to do: nothing more than before. The case shows whose part has ended.")
}

pub(super) fn document_from_family(_: &Desk<'_>) -> Draft {
    Draft::about("the family has added a file")
        .say("The family has added a file to a case.")
        .say("What you need to do: look at it.")
}

/// Without its name: a file that nobody may open is named to whoever sent it, and on the case.
pub(super) fn file_infected(_: &Desk<'_>) -> Draft {
    Draft::about("a virus was found in a file")
        .say("Our virus scanner found a virus in a file that was added to a case. Nobody can open the file. The case itself goes on as before.")
        .say("What you need to do: see on the case which file it is. If what is in it matters, ask for it in another way: as a new photo, on paper, or in their own words.")
}

pub(super) fn promised_action(desk: &Desk<'_>) -> Draft {
    let by = match desk.event() {
        Some(Event::RemedyPromised { due_on, .. }) => vec![date_line("Do it by", *due_on)],
        Some(_) | None => Vec::new(),
    };
    Draft::about("something was promised")
        .say("Something was promised to a family, and you see to it.")
        .say("What you need to do: read what it is, do it, and write down the proof.")
        .dates(by)
}

pub(super) fn case_closed(desk: &Desk<'_>) -> Draft {
    let why = match &desk.case().state {
        State::Closed { reason, .. } => closed_words(*reason),
        State::Screening { .. }
        | State::Open(_)
        | State::Replied
        | State::Hearing(_)
        | State::Suspended { .. } => "A case of yours is closed.",
    };
    Draft::about("a case is closed").say(why).then(|draft| after_closing(draft, desk))
}

/// What the law asks for is owed after closing too (R15).
fn after_closing(draft: Draft, desk: &Desk<'_>) -> Draft {
    if desk.case().deadlines.iter().any(|deadline| deadline.is_open() && deadline.rule.is_statutory()) {
        return draft
            .say("What you need to do: see that the family gets what the law asks for. Its date runs on.")
            .then(|draft| owed(draft, desk));
    }
    draft.say("You do not need to do anything. Promised actions stay on your list until they are done.")
}

fn closed_words(reason: ClosedReason) -> &'static str {
    match reason {
        ClosedReason::Settled => "A case of yours is closed: it is settled.",
        ClosedReason::NotPursued => "A case of yours is closed: the family did not take it further.",
        ClosedReason::Withdrawn => "A case of yours is closed: the family withdrew it.",
        ClosedReason::OutOfTime => "A case of yours is closed: it was raised too late.",
        ClosedReason::Redirected => "A case of yours is closed: it belongs elsewhere.",
        ClosedReason::Completed => "A case of yours is closed: the procedure is complete.",
        ClosedReason::Unreasonable => "A case of yours is closed: two people ended the correspondence.",
        ClosedReason::NoConsent => "A case of yours is closed: there is no consent of the person concerned.",
        ClosedReason::KeptOnRecord => "A case of yours is closed: it is kept on record.",
        ClosedReason::FeedbackNoted => "A case of yours is closed: the feedback is noted.",
    }
}
