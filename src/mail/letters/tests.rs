//! Every letter of believable cases at a fictional school, with a fixed clock: read as a worried parent would.

mod rules;
mod stories;
mod world;

use std::collections::BTreeMap;

use crate::domain::notice::{FamilyNews, NoticeKind, StaffNews};

use stories::everything;

/// One file for each kind: the first letter of that kind that the stories made.
#[test]
fn every_kind_of_letter_reads_as_it_should() {
    let sent = everything();
    let mut first: BTreeMap<&str, &world::Sent> = BTreeMap::new();
    for one in sent {
        first.entry(one.notice.kind.key()).or_insert(one);
    }
    for kind in NoticeKind::all() {
        let one = first.get(kind.key()).unwrap_or_else(|| panic!("no story writes {}", kind.key()));
        let letter = &one.written.letter;
        insta::assert_snapshot!(kind.key(), format!("Subject: {}\n\n{}", letter.subject, letter.text));
    }
}

/// Letters of a kind that read differently by the case: each variant has a file too.
#[test]
fn variants_read_as_they_should() {
    let sent = everything();
    for (name, story, kind) in [
        ("receipt_by_phone", "by phone", NoticeKind::Family(FamilyNews::Receipt)),
        ("receipt_in_holiday", "in the holiday", NoticeKind::Family(FamilyNews::Receipt)),
        ("receipt_screened", "at risk", NoticeKind::Family(FamilyNews::Receipt)),
        ("receipt_feedback", "feedback", NoticeKind::Family(FamilyNews::Receipt)),
        ("receipt_calendar_missing", "past the calendar", NoticeKind::Family(FamilyNews::Receipt)),
        ("reply_settled_at_once", "by phone", NoticeKind::Family(FamilyNews::Reply)),
        ("reply_calendar_missing", "answered past the calendar", NoticeKind::Family(FamilyNews::Reply)),
        ("date_known_window", "answered past the calendar", NoticeKind::Family(FamilyNews::DateKnown)),
        ("hearing_cancelled_panel_broken", "panel broken", NoticeKind::Family(FamilyNews::HearingCancelled)),
        ("handler_chosen", "let in late", NoticeKind::Family(FamilyNews::HandlerChanged)),
        ("withdrawn_by_another", "withdrawn at the hearing", NoticeKind::Family(FamilyNews::Withdrawn)),
        ("let_in_late", "let in late", NoticeKind::Family(FamilyNews::LetIn)),
        ("handler_changed_late", "let in late", NoticeKind::Family(FamilyNews::HandlerChanged)),
        ("new_case_late", "let in late", NoticeKind::Staff(StaffNews::NewCase)),
        ("withdrawn_at_risk", "at risk", NoticeKind::Family(FamilyNews::Withdrawn)),
        ("alert_withdrawn", "at risk", NoticeKind::Staff(StaffNews::SafeguardingAlert)),
        ("receipt_pupil", "pupil", NoticeKind::Family(FamilyNews::Receipt)),
        ("outcome_of_a_panel", "about one of us", NoticeKind::Staff(StaffNews::SubjectOutcome)),
        ("receipt_about_the_head", "about the head", NoticeKind::Family(FamilyNews::Receipt)),
        ("reply_late", "nobody answers", NoticeKind::Family(FamilyNews::Reply)),
        ("date_missed_in_the_holiday", "nobody answers", NoticeKind::Family(FamilyNews::DateMissed)),
        ("moved_up_unanswered", "nobody answers", NoticeKind::Family(FamilyNews::MovedUp)),
        ("moved_up_to_you_unanswered", "nobody answers", NoticeKind::Staff(StaffNews::MovedUpToYou)),
        ("moved_up_from_you_unanswered", "nobody answers", NoticeKind::Staff(StaffNews::MovedUpFromYou)),
        ("acknowledgement_feedback", "feedback", NoticeKind::Family(FamilyNews::Acknowledgement)),
        ("new_case_formal", "about the chair", NoticeKind::Staff(StaffNews::NewCase)),
        ("subject_moved_up_formal", "stood down", NoticeKind::Staff(StaffNews::SubjectMovedUp)),
        ("new_case_feedback", "feedback", NoticeKind::Staff(StaffNews::NewCase)),
        ("new_case_reopened", "lapsed", NoticeKind::Staff(StaffNews::NewCase)),
    ] {
        let mut ones = sent.iter().filter(|one| one.story == story && one.notice.kind == kind);
        let one = if ["handler_chosen", "subject_moved_up_formal"].contains(&name) {
            ones.next()
        } else {
            ones.next_back()
        }
        .unwrap();
        let letter = &one.written.letter;
        insta::assert_snapshot!(name, format!("Subject: {}\n\n{}", letter.subject, letter.text));
    }
}

#[test]
fn e1_the_same_as_simple_html() {
    let sent = everything();
    for (name, kind) in [
        ("receipt_html", FamilyNews::Receipt),
        ("reply_formal_html", FamilyNews::ReplyFormal),
        ("hearing_invitation_html", FamilyNews::HearingInvitation),
    ] {
        let one = sent.iter().find(|one| one.notice.kind == NoticeKind::Family(kind)).unwrap();
        insta::assert_snapshot!(name, one.written.letter.html);
    }
}
