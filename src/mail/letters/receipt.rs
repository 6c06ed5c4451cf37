//! We have it: receipts, which go within minutes and are never the acknowledgement (E11, E12).

use crate::domain::calendar::{long_date, short_date};
use crate::domain::case::event::Event;
use crate::domain::case::own_part::has_the_answer;
use crate::domain::case::state::{Standing, State};
use crate::domain::case::timeline::{alert_words, begins_informally};
use crate::domain::case::vocabulary::{Channel, Kind};
use crate::domain::deadline::DeadlineRule;
use crate::domain::procedure::StageKind;
use crate::domain::text::capital;

use super::desk::{ActedBy, Desk, date_line};
use super::draft::Draft;

pub(super) fn receipt(desk: &Desk<'_>) -> Draft {
    match desk.case().kind {
        Kind::Feedback => feedback(desk),
        Kind::Concern | Kind::Complaint | Kind::NotSure => concern(desk),
    }
}

fn concern(desk: &Desk<'_>) -> Draft {
    if let Some(alert) = alert_words(desk.facts.events, &desk.context()) {
        return at_risk(desk, alert);
    }
    let (noun, reference) = (desk.noun(), &desk.case().reference);
    Draft::about(format!("we have your {noun}"))
        .say(format!("{} Your reference is {reference}.", came(desk)))
        .say(who_has_it(desk))
        .say(what_to_do(desk))
        .then(|draft| to_confirm(draft, desk))
        .say_if(named_formal(desk))
        .then(|draft| holiday_and_dates(draft, desk))
        .heading("What happens next")
        .steps(next_steps(desk))
        .say(not_the_acknowledgement(desk))
        .how_counted(desk)
        .child_at_risk(desk)
        .then(|draft| add_or_withdraw(draft, desk))
}

/// Where a child may be at risk: who knows, what they do whatever the calendar says, and the numbers to call. When a
/// complaint is answered is not for this letter (R14).
fn at_risk(desk: &Desk<'_>, alert: String) -> Draft {
    let (noun, reference) = (desk.noun(), &desk.case().reference);
    Draft::about(format!("we have your {noun}"))
        .say(alert)
        .say(format!("{} Your reference is {reference}.", came(desk)))
        .child_at_risk(desk)
        .then(|draft| to_confirm(draft, desk))
        .heading("Whatever else you told us")
        .say(
            "It is looked into as well. We tell you by when we answer it when we ring you or write to you."
                .to_owned(),
        )
        .then(|draft| add_or_withdraw(draft, desk))
}

/// How it came: by the family's own hand, or told to somebody who wrote it down (R9).
fn came(desk: &Desk<'_>) -> String {
    let (noun, on) = (desk.noun(), long_date(desk.case().received_on));
    match (desk.acted_by(), desk.case().channel) {
        (ActedBy::You | ActedBy::Unsaid, _) | (ActedBy::School, Channel::Online) => {
            format!("We have your {noun}.")
        }
        (ActedBy::School, Channel::Phone | Channel::InPerson) => {
            format!("We wrote down the {noun} that you told us about on {on}.")
        }
        (ActedBy::School, Channel::Letter | Channel::Email) => {
            format!("We have the {noun} that reached us {} on {on}.", desk.case().channel.title())
        }
    }
}

fn who_has_it(desk: &Desk<'_>) -> String {
    let who = desk.handler_role();
    match (&desk.case().state, desk.run().and_then(|run| run.handler.person)) {
        (State::Screening { .. }, _) => format!(
            "{} reads it first, and makes sure that the right person gets it. We write to you when it goes on.",
            capital(desk.first_reader())
        ),
        (_, Some(person)) if desk.author() == Some(person) => format!("{} has it.", capital(who)),
        (_, Some(_)) => format!("{} has it and will read it.", capital(who)),
        (_, None) => format!("It goes to {who}. {}", desk.until_somebody_has_it()),
    }
}

fn what_to_do(desk: &Desk<'_>) -> &'static str {
    if desk
        .case()
        .awaits_consent()
        .is_some_and(|party| Some(party.no) == desk.party().map(|reader| reader.no))
    {
        return "What you need to do: send us the consent of the person for whom you write. A parent or carer can give \
                it for a child. They can write to us or ring us. Before that we cannot tell you anything about it.";
    }
    match (desk.acted_by(), desk.case().channel) {
        (ActedBy::School, Channel::Phone | Channel::InPerson) => {
            "What you need to do: read what we wrote down, and tell us whether it is right. You can put right what is wrong \
             or missing."
        }
        (ActedBy::School, Channel::Online | Channel::Letter | Channel::Email)
        | (ActedBy::You | ActedBy::Unsaid, _) => "You do not need to do anything now.",
    }
}

/// By when they are asked whether it was written down right, and that nothing waits for it (R9). A letter by post brings
/// what was written down: nobody opens a page from it.
fn to_confirm(draft: Draft, desk: &Desk<'_>) -> Draft {
    let asked = desk.case().awaits_confirmation().map(|party| party.no);
    if asked.is_none() || asked != desk.party().map(|reader| reader.no) {
        return draft;
    }
    let by =
        desk.case().open_deadline(DeadlineRule::Confirmation).and_then(|deadline| desk.to_come(deadline));
    let dated =
        draft.dates(by.map(|on| date_line("Tell us whether it is right by", on)).into_iter().collect());
    let draft = dated
        .say("Nothing waits for this: we have begun, and our dates run from the day on which you told us.");
    if desk.facts.links.case.is_some() {
        return draft;
    }
    let draft = draft.heading("What we wrote down");
    desk.case().points.iter().filter_map(|point| desk.words_of(point)).fold(draft, Draft::quote)
}

/// That a complaint which its family calls formal begins with a talk, where it does. What goes straight to a formal
/// step needs no word.
fn named_formal(desk: &Desk<'_>) -> Option<&'static str> {
    let first = desk.stage().or_else(|| desk.facts.procedure.first_stage())?;
    begins_informally(desk.case().kind, first.kind)
}

fn holiday_and_dates(draft: Draft, desk: &Desk<'_>) -> Draft {
    draft.say_if(holiday(desk)).dates_owed(desk)
}

/// In a holiday: until when the school is closed, and the day from which we count (E12, P45, G2).
fn holiday(desk: &Desk<'_>) -> Option<String> {
    let (calendar, received_on) = (desk.facts.calendar, desk.case().received_on);
    let counts_from = calendar.counts_from(received_on, desk.unit()).ok().filter(|on| *on != received_on);
    let closed = calendar.holiday_at(desk.facts.today).ok().flatten();
    match (closed, counts_from) {
        (Some(holiday), Some(from)) => Some(format!(
            "The school is closed for a holiday until {}. It opens again on {}, and we count as if you had sent this \
             on that day.",
            long_date(holiday.to),
            long_date(from)
        )),
        (Some(holiday), None) => Some(format!(
            "The school is closed for a holiday until {}. The dates below take that into account.",
            long_date(holiday.to)
        )),
        (None, Some(from)) => Some(format!(
            "The school is not open on {}. We count from {}, the next school day.",
            short_date(received_on),
            long_date(from)
        )),
        (None, None) => None,
    }
}

fn next_steps(desk: &Desk<'_>) -> Vec<String> {
    let who = match &desk.case().state {
        State::Screening { .. } => "Whoever gets it".to_owned(),
        State::Open(_)
        | State::Replied
        | State::Hearing(_)
        | State::Suspended { .. }
        | State::Closed { .. } => capital(desk.handler_role()),
    };
    let answer = match desk.stage().map(|stage| stage.kind) {
        Some(StageKind::Formal | StageKind::Panel) => {
            "You get a written answer. It says for each of your points what we found, and why."
        }
        Some(StageKind::Informal) | None => "You get an answer to what you raised.",
    };
    vec![
        format!("{who} reads what you told us and gets in touch with you."),
        "They look into it. They may ring you, ask you something or offer to meet.".to_owned(),
        answer.to_owned(),
        "You tell us whether it is settled. If it is not, the answer says how to take it further, and by when."
            .to_owned(),
    ]
}

fn not_the_acknowledgement(desk: &Desk<'_>) -> String {
    let wrote_it_down =
        desk.author().is_some_and(|person| desk.run().is_some_and(|run| run.handler.person == Some(person)));
    if wrote_it_down {
        return "This message is an automatic receipt. Your answer comes later.".to_owned();
    }
    let who = match &desk.case().state {
        State::Screening { .. } => "the person who gets it",
        State::Open(_)
        | State::Replied
        | State::Hearing(_)
        | State::Suspended { .. }
        | State::Closed { .. } => desk.handler_role(),
    };
    format!("This message is an automatic receipt. {} still has to write to you or ring you.", capital(who))
}

fn add_or_withdraw(draft: Draft, desk: &Desk<'_>) -> Draft {
    draft.heading("If you want to add something or take it back").say(format!(
        "You can add words and files, correct your contact details or withdraw your {} at any time.",
        desk.noun()
    ))
}

fn feedback(desk: &Desk<'_>) -> Draft {
    let who = match &desk.case().state {
        State::Screening { .. } => desk.first_reader(),
        State::Open(_)
        | State::Replied
        | State::Hearing(_)
        | State::Suspended { .. }
        | State::Closed { .. } => desk.handler_role(),
    };
    Draft::about("thank you for your feedback")
        .say(format!("We have your feedback. Thank you. Your reference is {}.", desk.case().reference))
        .say(format!("{} will read it.", capital(who)))
        .say(
            "You do not need to do anything. We do not send an answer to feedback, so there is no date for \
             one. If you want an answer, tell us. We then treat it as a concern.",
        )
        .dates_owed(desk)
        .child_at_risk(desk)
}

/// The receipt of a complainant who joined later. It tells nothing of anybody else (P18).
pub(super) fn joined(desk: &Desk<'_>) -> Draft {
    let noun = desk.noun();
    Draft::about(format!("you are part of a {noun}"))
        .say(format!(
            "We have put you down as somebody who raises this {noun}. Its reference is {}.",
            desk.case().reference
        ))
        .quote_under("What it is about", desk.party().and_then(|party| party.joined.as_ref()?.about.as_ref()))
        .say(who_has_it(desk))
        .say(joins_where(desk))
        .say("If you did not ask for this, tell us.")
        .dates_owed(desk)
        .heading("What you can do")
        .list(vec![
            "See where it is, and what happens next.".to_owned(),
            "Send us messages and files. We show them to nobody else who raises it.".to_owned(),
            "Ask us to ring you.".to_owned(),
        ])
        .how_counted(desk)
        .child_at_risk(desk)
}

/// Where it is when somebody joins: a right that runs is told with its last date, whatever they read of the answer.
fn joins_where(desk: &Desk<'_>) -> String {
    let case = desk.case();
    let last = case.open_deadline(DeadlineRule::Window).and_then(|deadline| deadline.due.date());
    match (case.standing(), last) {
        (Standing::Replied, last) => {
            let reads = desk.party().is_some_and(|party| has_the_answer(case, party.no));
            let answer = if reads {
                "The school has answered it already. The answer is on your own page."
            } else {
                "The school answered it before you joined. If you want to know what the answer says, ask us."
            };
            let further = last.map_or_else(String::new, |last| {
                format!(" If it is not settled for you, you can take it further until {}.", long_date(last))
            });
            format!("{answer}{further}")
        }
        _ => "You do not need to do anything now.".to_owned(),
    }
}

/// Somebody looked first, and it goes on.
pub(super) fn let_in(desk: &Desk<'_>) -> Draft {
    let (noun, who) = (desk.noun(), desk.handler_role());
    if desk.case().kind == Kind::Feedback {
        return Draft::about("your feedback goes on")
            .say(format!("We have looked at your feedback. It goes to {who}, who will read it."))
            .say(
                "You do not need to do anything. Nobody has to answer it, so there is no date for an answer.",
            )
            .dates_owed(desk);
    }
    let with = match desk.run().and_then(|run| run.handler.person) {
        Some(_) => format!("{} has it now and will get in touch with you.", capital(who)),
        None => format!("It goes to {who}. {}", desk.until_somebody_has_it()),
    };
    Draft::about(format!("your {noun} goes on"))
        .say(format!("We have looked at your {noun}, and it goes on. {with}"))
        .say("You do not need to do anything now.")
        .dates_owed(desk)
        .say(format!("The dates count from when your {noun} reached us, not from today."))
        .say_if((!desk.is_late()).then_some("So you lose no time."))
        .how_counted(desk)
}

/// It came to one school and is about another: who has it now, and that nothing is lost by it.
pub(super) fn school_moved(desk: &Desk<'_>) -> Draft {
    let (noun, reference) = (desk.noun(), &desk.case().reference);
    let Some(Event::SchoolMoved { from_name, to_name, reason, .. }) = desk.event() else {
        return Draft::about(format!("where your {noun} is")).say(who_has_it(desk));
    };
    let alerted = desk.party().is_some_and(|party| desk.case().alert_of(party.no).is_some());
    let alert = if alerted { alert_words(desk.facts.events, &desk.context()) } else { None };
    let has_dates = desk.case().has_clocks();
    Draft::about(format!("your {noun} is with us now"))
        .say(format!("Your {noun} came to {from_name}. It is about {to_name}, so we have passed it on."))
        .say(format!("You do not need to do anything or tell it again. Your reference is still {reference}."))
        .say_if(alert)
        .say(who_has_it(desk))
        .dates_owed(desk)
        .say_if(has_dates.then(|| format!("We count from when your {noun} first reached us, not from today.")))
        .quote_under("Why it belongs there", Some(reason))
        .heading("Who sees it now")
        .say(format!(
            "The people at {to_name} who deal with it. People who work for {from_name} alone do not see it any more."
        ))
        .then(|draft| if alerted { draft.child_at_risk(desk) } else { draft })
}
