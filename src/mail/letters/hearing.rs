//! The panel stage, as the family reads it (2.6, R25, R44, R52-R54).

use crate::domain::calendar::day_and_time;
use crate::domain::case::event::Event;
use crate::domain::case::state::{Attendance, PanelMember, Standing};
use crate::domain::case::timeline::listed;
use crate::domain::case::vocabulary::HearingBasis;
use crate::domain::deadline::DeadlineRule;
use crate::domain::ids::PersonId;
use crate::domain::person::Independence;
use crate::domain::text::{Words, capital};
use crate::mail::DateLine;

use super::desk::{Desk, date_line};
use super::draft::Draft;
use super::reply;
use super::talking::what_you_need;

pub(super) fn panel_appointed(desk: &Desk<'_>) -> Draft {
    let chair = desk.hearing().map(|hearing| hearing.chair);
    let members = desk.hearing().map(|hearing| hearing.members.as_slice()).unwrap_or_default();
    let lines = members
        .iter()
        .map(|member| {
            let chairs = if chair == Some(member.person) { ", chairs the panel" } else { "" };
            format!("{}{chairs}{}", desk.facts.directory.name(member.person), independent(member))
        })
        .collect();
    let reason = match desk.event() {
        Some(Event::PanelAppointed { reason, .. }) => reason.as_ref(),
        Some(_) | None => None,
    };
    let named = if reason.is_some() {
        "We have looked again at who sits on the panel for your hearing."
    } else {
        "We have named the panel that will hear your complaint."
    };
    Draft::about("the panel for your hearing")
        .say(named)
        .say("What you need to do: read who they are, and tell the clerk soon if you object to one of them.")
        .quote_under("Why", reason)
        .heading("Who sits on the panel")
        .list(lines)
        .say_if(changes(desk))
        .say_if(stands_by(desk))
        .say_if(nobody_had_a_part(desk).then_some("None of them has had a part in your complaint."))
        .heading("Your right to object")
        .say(
            "Tell us if one of them knows you, knows somebody in it, or was involved before. Say why. On your page, \
             choose \u{201c}Write to the clerk about the hearing\u{201d}. The clerk looks at it before a hearing is \
             held.",
        )
        .heading("Your right to be there")
        .say(
            "You may come to the hearing. You may bring somebody with you, such as a friend or a relative. It is \
             your choice.",
        )
        .heading("What happens next")
        .then(|draft| next_for_the_panel(draft, desk))
        .dates_owed(desk)
        .how_counted(desk)
}

/// Who is new on a panel that was named again, and who does not sit any more.
fn changes(desk: &Desk<'_>) -> Option<String> {
    let hearing = desk.hearing().filter(|hearing| !hearing.sat_before.is_empty())?;
    let name = |person: &PersonId| desk.facts.directory.name(*person);
    let sits = hearing.members.iter().map(|member| &member.person);
    let new: Vec<&str> = sits.filter(|person| !hearing.sat_before.contains(person)).map(name).collect();
    let left: Vec<&str> =
        hearing.sat_before.iter().filter(|person| !hearing.seats(**person)).map(name).collect();
    let is_new = (!new.is_empty()).then(|| {
        let (verb, names) = (if new.len() == 1 { "is" } else { "are" }, listed(&new));
        format!("{names} {verb} new.")
    });
    let has_left = (!left.is_empty()).then(|| {
        let (verb, names) = (if left.len() == 1 { "does" } else { "do" }, listed(&left));
        format!("{names} {verb} not sit on it any more.")
    });
    let said: Vec<String> = is_new.into_iter().chain(has_left).collect();
    (!said.is_empty()).then(|| said.join(" "))
}

/// Who sits if a member cannot (R28).
fn stands_by(desk: &Desk<'_>) -> Option<String> {
    let reserves = &desk.hearing()?.reserves;
    let names: Vec<&str> = reserves.iter().map(|person| desk.facts.directory.name(*person)).collect();
    let (first, rest) = names.split_first()?;
    let then = rest.first().map(|next| format!(", and after that {next}")).unwrap_or_default();
    Some(format!("If one of them cannot sit, {first} sits instead{then}. You may object to them too."))
}

/// The clerk sets a date, or it stays.
fn next_for_the_panel(draft: Draft, desk: &Desk<'_>) -> Draft {
    if desk.hearing_date().is_none() {
        return draft
            .say("The clerk sets a date and writes to you. If some days are hard for you, tell us now.");
    }
    let had_papers = desk.hearing().is_some_and(|hearing| !hearing.papers.is_empty());
    draft
        .say("The date of the hearing stays.")
        .say_if(had_papers.then_some("Everybody gets the papers again, so that all have the same."))
        .dates(hearing_lines(desk))
}

/// Whether the involvement register has nothing of a member but the seat itself (R24, R25).
fn nobody_had_a_part(desk: &Desk<'_>) -> bool {
    let members = desk.hearing().map(|hearing| hearing.members.as_slice()).unwrap_or_default();
    !members.iter().any(|member| {
        desk.case()
            .involvement
            .iter()
            .any(|line| line.person == member.person && !line.involved_as.is_a_seat())
    })
}

fn independent(member: &PanelMember) -> &'static str {
    match member.independence {
        Independence::Independent => " (independent of the running of the school)",
        Independence::None | Independence::SisterSchool => "",
    }
}

pub(super) fn invitation(desk: &Desk<'_>) -> Draft {
    let said = match desk.hearing_date().map(|date| date.basis) {
        Some(HearingBasis::Offered) => "We offer you a date for the hearing of your complaint.",
        Some(HearingBasis::Agreed | HearingBasis::Fixed) | None => {
            "The hearing of your complaint has a date."
        }
    };
    Draft::about("the date of your hearing").say(said).then(|draft| details(draft, desk))
}

pub(super) fn changed(desk: &Desk<'_>) -> Draft {
    let said = match desk.hearing_date().map(|date| date.basis) {
        Some(HearingBasis::Offered) => "We offer you another date for the hearing of your complaint.",
        Some(HearingBasis::Agreed | HearingBasis::Fixed) | None => {
            "The hearing of your complaint has changed. These are the new details."
        }
    };
    Draft::about("your hearing has changed").say(said).then(|draft| details(draft, desk))
}

fn details(draft: Draft, desk: &Desk<'_>) -> Draft {
    let Some(date) = desk.hearing_date() else { return draft };
    let reason = match desk.event() {
        Some(Event::HearingScheduled { reason, .. }) => reason.as_ref(),
        Some(_) | None => None,
    };
    draft
        .say(what_to_do(date.basis))
        .dates(hearing_lines(desk))
        .quote_under("Why this date", reason)
        .then(|draft| papers(draft, desk))
        .heading("Who will be there")
        .list(who_is_there(desk))
        .heading("Who can come with you")
        .say("You may bring somebody with you, such as a friend or a relative. Tell the clerk who it is.")
        .then(|draft| what_you_need(draft, desk))
        .heading("What happens on the day")
        .steps(vec![
            "The chair says who is there and how it goes. The hearing is private.".to_owned(),
            "You say what you want the panel to know. Nobody hurries you.".to_owned(),
            "The school says how it sees it. The panel asks both sides questions.".to_owned(),
            "The panel then decides by itself and writes to you.".to_owned(),
        ])
        .heading("If you do not come")
        .say("That is your choice, and it is not held against you. The panel then decides from the papers.")
}

fn what_to_do(basis: HearingBasis) -> &'static str {
    match basis {
        HearingBasis::Offered => {
            "What you need to do: tell us soon whether you can come. On your page, choose \u{201c}Write to the clerk \
             about the hearing\u{201d}. If you cannot come, we offer another date. We offer up to three."
        }
        HearingBasis::Agreed => {
            "What you need to do: put it into your calendar. If something comes up, tell us."
        }
        HearingBasis::Fixed => {
            "We offered you three dates before, so the clerk has fixed this one. What you need to do: tell us \
             whether you can come."
        }
    }
}

pub(super) fn hearing_lines(desk: &Desk<'_>) -> Vec<DateLine> {
    let Some(date) = desk.hearing_date() else { return Vec::new() };
    vec![
        DateLine { label: "When".to_owned(), date: day_and_time(date.at) },
        DateLine { label: "Where".to_owned(), date: date.place.as_str().to_owned() },
    ]
}

fn papers(draft: Draft, desk: &Desk<'_>) -> Draft {
    let due = desk.case().open_deadline(DeadlineRule::Papers).and_then(|deadline| deadline.due.date());
    let Some(due) = due else { return draft };
    let draft = draft.heading("The papers").say("Everybody gets the same papers.");
    if due < desk.facts.today {
        return draft.say(
            "Because of the short notice, they go out as soon as they are ready. If the panel is to read \
             something from you, send it at once.",
        );
    }
    draft
        .say("If the panel is to read something from you, send it before then.")
        .dates(vec![date_line("The papers go out by", due)])
}

fn who_is_there(desk: &Desk<'_>) -> Vec<String> {
    let members = desk.hearing().map_or(0, |hearing| hearing.members.len());
    vec![
        "You, and whoever you bring.".to_owned(),
        format!(
            "The panel: {members} people{}.",
            if nobody_had_a_part(desk) { " who have had no part in it" } else { "" }
        ),
        "Somebody who speaks for the school.".to_owned(),
        "The clerk, who takes notes and does not decide.".to_owned(),
    ]
}

pub(super) fn cancelled(desk: &Desk<'_>) -> Draft {
    let when = desk.hearing_date().map_or_else(String::new, |date| format!(" on {}", day_and_time(date.at)));
    let draft = Draft::about("your hearing is cancelled");
    if desk.case().standing() == Standing::Closed {
        return draft
            .say(format!("The hearing{when} will not be held, because your complaint is closed."))
            .say("You do not need to do anything.");
    }
    draft
        .say(format!("The hearing{when} is off. Somebody on the panel has to be replaced."))
        .say("You do not need to do anything. We write to you with the new panel and a new date.")
        .dates_owed(desk)
}

/// The papers lie behind the link: no attachments (E5).
pub(super) fn papers_out(desk: &Desk<'_>) -> Draft {
    let waiver = match desk.event() {
        Some(Event::PapersCirculated { waiver, .. }) => waiver.as_ref(),
        Some(_) | None => None,
    };
    let count = desk.hearing().map_or(0, |hearing| hearing.papers.len());
    let papers = if count == 1 { "1 paper".to_owned() } else { format!("{count} papers") };
    Draft::about("the papers for your hearing")
        .say(format!("The papers for your hearing are ready: {papers}. Everybody has the same."))
        .say("What you need to do: read them on the page of your case. If you want them on paper, tell us.")
        .dates(hearing_lines(desk))
        .quote_under("Why they come later than usual", waiver)
        .say("If something is missing or wrong, tell the clerk before the hearing.")
}

pub(super) fn held(desk: &Desk<'_>) -> Draft {
    let held = desk.hearing().and_then(|hearing| hearing.held.as_ref());
    let happened = match held.map(|held| &held.complainant) {
        Some(Attendance::Attended) | None => "The panel has heard your complaint.",
        Some(Attendance::ChoseNotTo) => "The panel has met about your complaint. You chose not to be there.",
        Some(Attendance::InAbsence(_)) => "The panel has met about your complaint without you.",
    };
    let reason = match held.map(|held| &held.complainant) {
        Some(Attendance::InAbsence(reason)) => Some(reason),
        Some(Attendance::Attended | Attendance::ChoseNotTo) | None => None,
    };
    Draft::about("your hearing has been held")
        .say(happened)
        .say("You do not need to do anything now. The panel decides and writes to you.")
        .dates_owed(desk)
        .quote_under("Why it went on without you", reason)
        .how_counted(desk)
}

/// The panel's findings and recommendations (R54), and where to go after it (P31).
pub(super) fn findings(desk: &Desk<'_>) -> Draft {
    let reply = desk.run().and_then(|run| run.reply.as_ref());
    let recommends = desk.hearing().and_then(|hearing| hearing.recommendations.as_ref());
    Draft::about("the panel's findings")
        .say("The panel has decided on your complaint. These are its findings.")
        .say_if(reply::it_is_late(desk, reply::Late::Findings))
        .say("What you need to do: read them. This was the last step of the school's procedure.")
        .quote_under("What the panel says", reply.map(|reply| &reply.message))
        .then(|draft| reply::points(draft, desk))
        .quote_under("What the panel recommends", recommends)
        .then(|draft| reply::exits(draft, desk))
        .heading("What happens next")
        .say(format!(
            "{} closes your case when everybody who must have the findings has them. We then write to you once \
             more.",
            capital(desk.handler_role())
        ))
}

/// The recommendations, for the last letter.
pub(super) fn recommendations<'a>(desk: &Desk<'a>) -> Option<&'a Words> {
    desk.hearing().and_then(|hearing| hearing.recommendations.as_ref())
}
