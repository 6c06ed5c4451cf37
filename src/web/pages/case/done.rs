//! What the case page says once after something was done on it.

use crate::app::messages::Posted;
use crate::domain::case::action::Action;
use crate::urls;
use crate::web::page::{Notice, NoticeTone};
use crate::web::parts::Link;

/// The banner for the address that the forms lead to: an action's key, or "log". Nothing for other words. `on_paper`
/// are the letters that the action made and that no mail carries.
pub(in crate::web::pages) fn done_notice(key: &str, on_paper: &[&Posted]) -> Option<Notice> {
    let (text, detail) = match key {
        "log" => ("Logged. The case has its reference and its dates.", Some(LOGGED)),
        "alike" => ("What you said of the two cases is on both, for whoever sees both.", None),
        "together" => ("Each family gets the answer in a letter of its own.", None),
        other => (done(Action::from_key(other)?)?, None),
    };
    let made =
        Notice { tone: NoticeTone::Done, text: text.into(), detail: detail.map(Into::into), link: None };
    Some(match on_paper {
        [] => made,
        [first, ..] => to_be_posted(first, Action::from_key(key), made),
    })
}

/// Whoever has no email address is told by a letter, and somebody has to post it.
fn to_be_posted(letter: &Posted, action: Option<Action>, made: Notice) -> Notice {
    let name = &letter.message.to_name;
    let text = match action {
        Some(Action::Reply) => "Your answer is on the case. It goes by post.".into(),
        Some(Action::SendMessage | Action::AskInformation) => "It is on the case. It goes by post.".into(),
        Some(_) | None => made.text,
    };
    Notice {
        text,
        detail: Some(format!("There is no email address for {name}: print the letter and post it.").into()),
        link: Some(Link::new("Print the letter", urls::message_act(letter.message.id, "letter"))),
        ..made
    }
}

const LOGGED: &str = "You can add the rest when there is time: points, files, people.";

/// What was done, in a sentence. Time acts unseen.
fn done(action: Action) -> Option<&'static str> {
    Some(match action {
        Action::Accept => "Accepted. The family and whoever has the case now are told.",
        Action::Redirect => "Sent to the right place. The family is told where.",
        Action::MoveSchool => "Moved to the other school. The family is told, and so is that school.",
        Action::ConfirmConcern => {
            "What they said of it is on the case. Where something is put right, whoever has the case is told."
        }
        Action::AskConsent => "The question is on its way. Whoever is asked gets a link of their own.",
        Action::RecordConsent => "The consent is on the case.",
        Action::CloseWithoutConsent => "The case is closed. The family is told why.",
        Action::KeepOnRecord => "It is kept on record with your decision, and closed.",
        Action::ReviewRefusal => "Looked at again. The family is told.",
        Action::MarkAtRisk => "Marked. Whoever leads on safeguarding is told at once.",
        Action::RefuseLate => "Refused as too late. The family is told why.",
        Action::Assign => "Given to somebody else. Both people and the family are told.",
        Action::Acknowledge => "Acknowledged. The family is told.",
        Action::AskInformation => "Your question goes to the family.",
        Action::GiveInformation => "The answer is on the case. Whoever has the case is told.",
        Action::ArrangeMeeting => "The meeting is arranged. Everybody gets an invitation.",
        Action::CancelMeeting => "The meeting is cancelled. Everybody is told.",
        Action::RecordMeeting => "The note is on the case. The family gets a copy.",
        Action::Extend => "The date is put off. The family is told.",
        Action::RecordFinding => "The finding is recorded. The family reads it with the answer.",
        Action::Reply => "Your answer goes to the family.",
        Action::Settle => "What the family said is on the case. The family is told.",
        Action::Escalate => "Taken further. Both sides are told.",
        Action::Lapse | Action::AnswerConsent => return None,
        Action::Withdraw => "Withdrawn. The case is closed, and the family is told.",
        Action::Suspend => "The case is paused. The family is told.",
        Action::Resume => "The case goes on. The family is told the new dates.",
        Action::AppointPanel => "The panel is appointed. The family and the members are told.",
        Action::DeclareInterest => {
            "The declaration is on the case. If something may stand in the way, the clerk is told."
        }
        Action::Recuse => {
            "You stepped back, and see nothing of that case any more. If you had it, the next has it now and is told, and so is the family."
        }
        Action::ScheduleHearing => "The date of the hearing is on the case. Everybody gets an invitation.",
        Action::CirculatePapers => "The papers are sent to everybody.",
        Action::RecordHearing => "The hearing is recorded. The family is told.",
        Action::IssueFindings => {
            "The findings are issued. The family is told, and whoever must have a copy gets one."
        }
        Action::Close => "The case is closed. The family gets the last letter.",
        Action::CloseUnreasonable => {
            "Recorded. Whoever can agree to it is told: it takes effect when one of them does."
        }
        Action::Reopen => "The case is open again. The family is told.",
        Action::RecordExternalContact => "The contact is in the register.",
        Action::AddNote => "Your note is on the case. The family does not see it.",
        Action::SendMessage => "Your message goes to the family.",
        Action::AddDocument => "The file is on the case.",
        Action::AddParty => "They are on the case. Whoever complains gets a receipt.",
        Action::AddHelper => "They are on the case, and get a link of their own. The family is told.",
        Action::EndHelper => {
            "Their help has ended, and their link opens nothing any more. They and the family are told."
        }
        Action::CorrectContact => "Put right, and the family is told. Letters go there from now on.",
        Action::MarkSubject => {
            "Marked. They can no longer see this case. If they had it, somebody else is told to take it, and so is the family. Once it went further, they are told that they are asked for their side."
        }
        Action::AddAction => "The promise is on the list. Whoever keeps it is told.",
        Action::CompleteAction => "The promise is done.",
        Action::TakeOut => "The words are taken out. The reason stands in their place.",
        Action::TakeOutFile => "The file is taken out. The reason stands in its place.",
        Action::MeetDuty => "The date of the law is met. The family is told.",
    })
}
