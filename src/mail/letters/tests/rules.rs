//! What holds for every letter, whatever it says.

use std::collections::BTreeSet;
use std::fmt::Write;

use crate::domain::calendar::Unit;
use crate::domain::case::state::{Case, Subject};
use crate::domain::case::vocabulary::{PartyKind, RedirectReason, Relationship, SubjectRole};
use crate::domain::deadline::DeadlineRule;
use crate::domain::ids::PartyNo;
use crate::domain::notice::{Carries, FamilyNews, NoticeKind, Recipient, StaffNews, Timing};
use crate::domain::school::Nation;
use crate::mail::letters::draft::{counting_rule, open_ended};
use crate::mail::letters::elsewhere::where_to_go;
use crate::mail::letters::origin;
use crate::mail::{Block, Letter, Origin, ScheduleMethod};

use super::stories::{answered_to_the_end, ended_on, everything};
use super::world::{MINA, RUTH, Sent};

/// P37.
const LONGEST_SENTENCE: usize = 25;

/// P11, and the words that a letter has no need of.
const UNWANTED: [&str; 16] = [
    "please",
    "sorry",
    "valid",
    "invalid",
    "oops",
    "forbidden",
    "illegal",
    "click",
    "unfortunately",
    "hereby",
    "regarding",
    "allegation",
    "henceforth",
    "utilise",
    "vexatious",
    "aforementioned",
];

/// To a complainant.
fn to_family(sent: &Sent) -> bool {
    matches!(sent.notice.to, Recipient::Party(_)) && !to_helper(sent)
}

/// To whoever helps one, or is asked to agree: they have an email address, and speak for somebody else.
fn to_helper(sent: &Sent) -> bool {
    matches!(sent.notice.kind, NoticeKind::Family(FamilyNews::HelpBegins | FamilyNews::HelpEnds))
        || sent.notice.kind.is_about_consent()
}

fn to_staff(sent: &Sent) -> bool {
    matches!(sent.notice.to, Recipient::Person(_))
}

fn to_subject(sent: &Sent) -> bool {
    sent.notice.kind.is_for_a_subject()
}

/// What Heard itself says in a letter: no words of people, dates or addresses.
fn our_words(letter: &Letter) -> Vec<String> {
    let mut ours = vec![letter.subject.clone()];
    for block in &letter.blocks {
        match block {
            Block::Heading(words) | Block::Paragraph(words) | Block::Link { words, .. } => {
                ours.push(words.clone());
            }
            Block::List(items) | Block::Steps(items) => ours.extend(items.clone()),
            Block::Dates(lines) => ours.extend(lines.iter().map(|line| line.label.clone())),
            Block::Inset(_) => {}
        }
    }
    ours.extend(letter.footer.clone());
    ours
}

/// Sentences end at a full stop, question mark or exclamation mark that white space or the end follows.
fn sentences(text: &str) -> Vec<String> {
    let mut sentences = vec![String::new()];
    for word in text.split_whitespace() {
        let last = sentences.last_mut().unwrap();
        last.push_str(word);
        last.push(' ');
        if word.ends_with(['.', '!', '?', ':']) {
            sentences.push(String::new());
        }
    }
    sentences
}

#[test]
fn p37_sentences_have_at_most_25_words() {
    for sent in everything() {
        for sentence in our_words(&sent.letter).iter().flat_map(|text| sentences(text)) {
            let count = sentence.split_whitespace().count();
            assert!(count <= LONGEST_SENTENCE, "{}: {count} words: {sentence}", sent.notice.kind.key());
        }
    }
}

/// What the stories do not reach: every route of 2.7, every way of counting.
#[test]
fn p37_p11_the_closed_sets_are_plain_too() {
    let nations = [Nation::England, Nation::Wales, Nation::Scotland, Nation::NorthernIreland];
    let routes = RedirectReason::ALL
        .iter()
        .flat_map(|reason| nations.into_iter().flat_map(|nation| where_to_go(*reason, nation)));
    let units =
        [Unit::SchoolDays, Unit::WorkingDays, Unit::TermWeekdays, Unit::CalendarDays, Unit::CalendarMonths];
    for text in routes.chain(units.map(counting_rule)) {
        for sentence in sentences(text) {
            assert!(sentence.split_whitespace().count() <= LONGEST_SENTENCE, "{sentence}");
        }
        let lower = text.to_lowercase();
        assert!(!lower.split(|c: char| !c.is_alphabetic()).any(|word| UNWANTED.contains(&word)), "{text}");
    }
}

#[test]
fn p11_our_words_are_plain_and_friendly() {
    for sent in everything() {
        for text in our_words(&sent.letter) {
            let lower = text.to_lowercase();
            for word in lower.split(|c: char| !c.is_alphabetic()) {
                assert!(!UNWANTED.contains(&word), "{}: {word}: {text}", sent.notice.kind.key());
            }
        }
    }
}

/// The school that writes: the one at which the case is.
struct Writes {
    name: &'static str,
    phone: &'static str,
    email: &'static str,
}

fn school(sent: &Sent) -> Writes {
    if sent.case.came_from.is_some() {
        let (name, phone, email) = ("Elm Primary School", "0113 496 0050", "concerns@elm.example.org");
        return Writes { name, phone, email };
    }
    let (name, phone, email) =
        ("Hazel Lane Primary School", "0113 496 0000", "concerns@hazel-lane.example.org");
    Writes { name, phone, email }
}

#[test]
fn e2_subjects_have_the_school_the_reference_and_neutral_words() {
    for sent in everything() {
        let subject = &sent.written.letter.subject;
        assert!(subject.starts_with(&format!("{}: ", school(sent).name)), "{subject}");
        assert!(subject.ends_with(&format!("({})", sent.case.reference)), "{subject}");
        for wrong in ["Kasia", "Łukasiewicz", "WORDS", "risk", "safeguarding", "climbing", "Anita", "Ruth"] {
            assert!(!subject.contains(wrong), "{subject}");
        }
        assert!(subject.chars().count() <= 90, "{subject}");
    }
}

#[test]
fn e3_the_first_lines_say_what_happened_and_what_to_do() {
    for sent in everything() {
        let mut first = sent.letter.blocks.iter().take(5).filter_map(|block| match block {
            Block::Paragraph(words) => Some(words.as_str()),
            Block::Heading(_)
            | Block::List(_)
            | Block::Steps(_)
            | Block::Inset(_)
            | Block::Link { .. }
            | Block::Dates(_) => None,
        });
        let says = |words: &str| {
            ["What you need to do", "You do not need to do anything", "Do not wait", "You can answer"]
                .iter()
                .any(|known| words.contains(known))
        };
        let done = first.any(says) || is_self_evident(sent.notice.kind);
        assert!(done, "{}:\n{}", sent.notice.kind.key(), sent.written.letter.text);
    }
}

/// A pause or a cancelled meeting asks for nothing, and says so in words of its own.
fn is_self_evident(kind: NoticeKind) -> bool {
    matches!(
        kind,
        NoticeKind::Staff(StaffNews::MeetingCancelled)
            | NoticeKind::Family(FamilyNews::MeetingCancelled | FamilyNews::Reply | FamilyNews::ReplyFormal)
    )
}

#[test]
fn p18_no_complainant_reads_anything_of_another() {
    let mut seen = 0;
    for sent in everything().iter().filter(|sent| to_family(sent)) {
        let text = &sent.written.letter.text;
        let foreign: &[&str] = match sent.notice.to {
            Recipient::Party(PartyNo(1)) => &["MAREK", "Marek", "marek@"],
            _ => &["ZOFIA", "Zofia", "zofia@"],
        };
        seen += usize::from(sent.notice.to != Recipient::Party(PartyNo(1)));
        for wrong in foreign {
            assert!(!text.contains(wrong), "{}: {wrong}:\n{text}", sent.notice.kind.key());
        }
        for secret in ["0777", "Secret Street"] {
            assert!(!text.contains(secret), "{text}");
        }
    }
    assert!(seen > 20, "the stories have a second complainant");
}

#[test]
fn no_letter_ever_holds_an_internal_note() {
    for sent in everything() {
        for form in [&sent.written.letter.text, &sent.written.letter.html] {
            assert!(!form.contains("INTERNAL"), "{}:\n{form}", sent.notice.kind.key());
        }
    }
}

#[test]
fn e5_staff_letters_hold_a_link_and_nothing_that_the_case_says() {
    for sent in everything().iter().filter(|sent| sent.notice.kind.opens_the_case() && to_staff(sent)) {
        let text = &sent.written.letter.text;
        for wrong in ["WORDS", "NEEDS", "Kasia", "Zofia", "Marek", "climbing", "heard.example.org/c/"] {
            assert!(!text.contains(wrong), "{}: {wrong}:\n{text}", sent.notice.kind.key());
        }
        assert_eq!(text.matches("https://").count(), 1, "one link:\n{text}");
        assert!(text.split_whitespace().count() < 130, "short:\n{text}");
    }
}

#[test]
fn r78_every_letter_to_a_family_has_the_promise_the_counting_rule_and_the_help() {
    for sent in everything().iter().filter(|sent| to_family(sent)) {
        let text = sent.written.letter.text.split_whitespace().collect::<Vec<_>>().join(" ");
        let promise = match relationship(sent) {
            Relationship::Pupil | Relationship::Staff | Relationship::Public => {
                "will never count against you."
            }
            Relationship::ThirdParty => "will never count against you or those for whom you speak.",
            _ => "will never count against you or your child.",
        };
        let about_head =
            |subject: &Subject| subject.role == SubjectRole::Headteacher || subject.person == Some(RUTH);
        let answers = if sent.case.subjects.iter().any(about_head) {
            "carol.webb@hazel-lane.example.org"
        } else {
            school(sent).email
        };
        for owed in [
            promise,
            "How we count: only school days count.",
            school(sent).phone,
            answers,
            "Monday to Friday, 8:30am to 4pm",
            "call 999",
            "0113 496 0002",
            "https://heard.example.org/hazel-lane/procedure",
            "https://heard.example.org/hazel-lane/privacy",
        ] {
            assert!(text.contains(owed), "{}: {owed}:\n{text}", sent.notice.kind.key());
        }
        // The last word to an old address leads nobody in (P28).
        let is_last = sent.notice.kind == NoticeKind::Family(FamilyNews::ContactCorrectedBefore);
        let leads_in = text.contains("https://heard.example.org/c/k7Qw3vXo9dTz");
        assert_ne!(leads_in, is_last, "{}:\n{text}", sent.notice.kind.key());
    }
}

#[test]
fn r22_nothing_goes_to_whoever_is_complained_about_but_letters_of_their_own() {
    let sent = everything();
    for one in sent {
        if let Recipient::Person(person) = one.notice.to {
            let told = one.case.is_subject(person);
            assert_eq!(told, to_subject(one), "{}: {}", one.story, one.notice.kind.key());
        }
    }
    let about_head: Vec<&Sent> = sent.iter().filter(|one| one.story == "about the head").collect();
    assert!(about_head.iter().all(|one| one.notice.to != Recipient::Person(RUTH)), "R14");
    assert!(about_head.iter().any(|one| one.notice.kind == NoticeKind::Staff(StaffNews::SafeguardingAlert)));
}

fn relationship(sent: &Sent) -> Relationship {
    let Recipient::Party(no) = sent.notice.to else { panic!("no family") };
    sent.case.party(no).unwrap().relationship
}

/// 9.2, 9.5, R54: at a formal stage and after a panel, what was decided, and nothing besides.
#[test]
fn r54_whoever_is_complained_about_reads_the_outcome_without_link_words_or_names() {
    let outcome = NoticeKind::Staff(StaffNews::SubjectOutcome);
    let sent: Vec<&Sent> = everything()
        .iter()
        .filter(|one| one.notice.kind == outcome && one.story == "about one of us")
        .collect();
    let told: Vec<(&str, &str)> = sent.iter().map(|one| (one.event, one.name.as_str())).collect();
    assert_eq!(
        told,
        [("replied", "Ruth Okoye"), ("findings_issued", "Ruth Okoye")],
        "no informal stage tells them"
    );
    for one in &sent {
        for text in [&one.written.letter.text, &one.written.letter.html, &one.by_post.letter.text] {
            for wrong in [
                "WORDS",
                "NEEDS",
                "INTERNAL",
                "FOR-ZOFIA",
                "Kasia",
                "Zofia",
                "zofia@",
                "climbing",
                "http",
                "0777",
            ] {
                assert!(!text.contains(wrong), "{wrong}:\n{text}");
            }
        }
        assert_eq!(one.notice.carries, Carries::Right);
        assert_eq!(one.notice.timing, Timing::AfterUndo, "it can be called back");
    }
    assert!(sent[0].written.letter.text.contains("calls home were late"), "what was written for them");
    assert!(sent[0].written.letter.text.contains("Point 2: upheld"));
    assert!(sent[1].written.letter.text.contains("Point 1: partly upheld"));
}

/// A pupil's own safety comes first, and nobody speaks to a pupil of "your child".
#[test]
fn p37_letters_fit_what_the_reader_is_to_the_child() {
    for (story, own) in [("pupil", true), ("staff", false), ("public", false)] {
        let one = everything().iter().find(|one| one.story == story && to_family(one)).unwrap();
        let text = one.written.letter.text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(!text.contains("your child"), "{text}");
        assert_eq!(text.contains("Childline"), own, "{text}");
        assert_eq!(text.contains("If you are in danger now, call 999."), own, "{text}");
        if own {
            assert!(text.contains("0800 1111"));
            assert!(text.find("If you are in danger") < text.find("another child"), "{text}");
        }
    }
}

/// R56: each procedure names its own bodies, and the words of the counting rule are those of its unit.
#[test]
fn r56_p25_every_procedure_names_its_own_bodies_and_counts_in_its_own_unit() {
    const DFE: &str = "Department for Education";
    const BODIES: [&str; 8] = [
        DFE,
        "Ofsted",
        "Independent Schools Inspectorate",
        "Children's Commissioner for Wales",
        "Your council's education service",
        "Northern Ireland Public Services Ombudsman",
        "Scottish Public Services Ombudsman",
        "Local Government and Social Care Ombudsman",
    ];
    let rows: [(&str, &[&str], &str); 9] = [
        ("MAT-STD", &[DFE, "Ofsted"], "only school days count"),
        ("MAT-SEED", &[DFE, "Ofsted"], "only school days count"),
        ("MAINT-2", &[DFE, "Ofsted"], "only school days count"),
        ("SINGLE-AT", &[DFE, "Ofsted"], "only school days count"),
        ("CYM-ABC", &[BODIES[3], BODIES[4]], "only school days count"),
        ("NI-2", &[BODIES[5]], "only school days count"),
        ("SCO-2", &[BODIES[6]], "in the school holidays too"),
        ("LA-CODE", &[BODIES[7]], "in the school holidays too"),
        ("INDEP", &[DFE, BODIES[2]], "weekdays in term time count"),
    ];
    for (procedure, own, counting) in rows {
        let sent = ended_on(procedure);
        for one in sent.iter().filter(|one| to_family(one)) {
            let text = one.written.letter.text.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(text.contains(counting), "{procedure} {}: {text}", one.notice.kind.key());
        }
        let last = sent.iter().rfind(|one| to_family(one)).unwrap();
        assert_eq!(last.notice.kind, NoticeKind::Family(FamilyNews::CorrespondenceEnded));
        let text = last.written.letter.text.split_whitespace().collect::<Vec<_>>().join(" ");
        // A body is named at the beginning of its line: what another says of it is not a way to it.
        let names = |body: &str| text.contains(&format!("{body}: ")) || text.contains(&format!("{body}, "));
        for body in BODIES {
            assert_eq!(names(body), own.contains(&body), "{procedure}: {body}: {text}");
        }
    }
}

/// R56: where the ladder ends with a reply, that reply names the ombudsman and the time for it.
#[test]
fn r56_the_last_reply_in_northern_ireland_and_in_scotland_names_the_ombudsman() {
    for (procedure, body, within) in [
        ("NI-2", "https://www.nipso.org.uk", "within 6 months"),
        ("SCO-2", "https://www.spso.org.uk", "within 12 months"),
    ] {
        let sent = answered_to_the_end(procedure);
        let replies: Vec<&Sent> = sent
            .iter()
            .filter(|one| {
                matches!(one.notice.kind, NoticeKind::Family(FamilyNews::Reply | FamilyNews::ReplyFormal))
            })
            .collect();
        assert_eq!(replies.len(), 2, "{procedure}");
        assert!(!replies[0].written.letter.text.contains(body), "not before the end");
        let text = replies[1].written.letter.text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(text.contains(body) && text.contains("There is no further step at the school."), "{text}");
        assert!(text.contains(within), "{text}");
        assert!(!text.contains("Department for Education") && !text.contains("Ofsted"), "{text}");
    }
}

#[test]
fn only_complainants_and_people_with_posts_are_told_each_thing_once() {
    let mut told = BTreeSet::new();
    for one in everything() {
        if let Recipient::Party(no) = one.notice.to {
            let is_helper =
                one.case.party(no).is_some_and(|party| party.helps.is_some() || party.asked.is_some());
            assert_eq!(is_helper, to_helper(one));
            assert!(is_helper || kind_of(&one.case, no) == Some(PartyKind::Complainant));
        }
        assert!(told.insert((one.story, one.seq, one.notice.kind, one.notice.to)));
    }
}

#[test]
fn a_letter_by_post_speaks_of_no_link() {
    for sent in everything().iter().filter(|sent| to_family(sent)) {
        let text = &sent.by_post.letter.text;
        assert!(!text.contains("link"), "{}:\n{text}", sent.notice.kind.key());
        assert!(text.contains(&format!("Ring us on {}", school(sent).phone)), "{text}");
    }
}

/// Who is told what, for a person to read.
#[test]
fn who_is_told_what_after_each_event() {
    let mut lines = String::new();
    let mut before = ("", 0);
    for one in everything() {
        let now = (one.story, one.seq);
        if now.0 != before.0 {
            let _ = writeln!(lines, "\n# {}", one.story);
        }
        if now != before {
            lines.push('\n');
        }
        before = now;
        let (kind, notice) = (one.notice.kind.key(), one.notice);
        let _ = writeln!(
            lines,
            "{:<24} {:<20} {kind:<26} {:?}, {:?}",
            one.event, one.name, notice.carries, notice.timing
        );
    }
    insta::assert_snapshot!("who_is_told_what", lines);
}

fn kind_of(case: &Case, no: PartyNo) -> Option<PartyKind> {
    case.party(no).map(|party| party.kind)
}

#[test]
fn e17_what_carries_a_right_says_so_and_what_a_person_wrote_waits_for_the_undo() {
    for sent in everything() {
        let (kind, notice) = (sent.notice.kind, sent.notice);
        assert_eq!(notice.carries, kind.carries());
        match kind {
            NoticeKind::Family(FamilyNews::Receipt | FamilyNews::WindowReminderFirst)
            | NoticeKind::Staff(StaffNews::SafeguardingAlert) => {
                assert_eq!((notice.timing, origin(&notice)), (Timing::AtOnce, Origin::Automatic));
            }
            NoticeKind::Family(
                FamilyNews::Reply | FamilyNews::ReplyFormal | FamilyNews::MessageFromSchool,
            ) => assert_eq!((notice.timing, origin(&notice)), (Timing::AfterUndo, Origin::ByAPerson)),
            NoticeKind::Family(_) | NoticeKind::Staff(_) => {}
        }
    }
    assert_eq!(FamilyNews::Lapsed.carries(), Carries::Right);
    assert_eq!(FamilyNews::MessageFromSchool.carries(), Carries::Nothing);
}

#[test]
fn r47_a_reply_holds_the_last_date_the_next_stage_and_what_happens_otherwise() {
    let sent = everything();
    let reply = sent
        .iter()
        .find(|one| {
            one.story == "up the ladder" && one.notice.kind == NoticeKind::Family(FamilyNews::ReplyFormal)
        })
        .unwrap();
    let text = reply.written.letter.text.split_whitespace().collect::<Vec<_>>().join(" ");
    for owed in [
        "Last date to take it further: Friday 29 January 2027",
        "The next step is called “Panel hearing”. It goes to the clerk",
        "What we did to look into it",
        "Point 2: partly upheld",
        "Our reasons:",
        "What we will do",
        "If you do nothing",
    ] {
        assert!(text.contains(owed), "{owed}:\n{text}");
    }
}

/// R40: what is late is told as late. A date that has passed is never promised, whatever the letter.
#[test]
fn r40_no_letter_promises_a_day_that_has_passed() {
    const OVER: [&str; 3] = ["were to", "was to", "was"];
    let mut late = 0;
    for sent in everything() {
        for line in sent.letter.blocks.iter().filter_map(dates).flatten() {
            let Ok(on) = chrono::NaiveDate::parse_from_str(&line.date, "%A %d %B %Y") else { continue };
            let told_as_over =
                OVER.iter().any(|word| line.label.contains(word)) || line.label == "The date before";
            assert!(on >= sent.on || told_as_over, "{}: {} {}", sent.story, line.label, line.date);
            assert!(on < sent.on || !told_as_over || line.label == "The date before", "{}", line.label);
            late += usize::from(told_as_over);
        }
        let text = &sent.written.letter.text;
        assert!(sent.story != "let in late" || !text.contains("our dates stay the same"), "{text}");
    }
    assert!(late > 6, "a story writes letters about a case that is late");
}

fn dates(block: &Block) -> Option<&Vec<crate::mail::DateLine>> {
    match block {
        Block::Dates(lines) => Some(lines),
        Block::Heading(_)
        | Block::Paragraph(_)
        | Block::List(_)
        | Block::Steps(_)
        | Block::Inset(_)
        | Block::Link { .. } => None,
    }
}

#[test]
fn a_full_stop_that_the_school_entered_is_not_said_twice() {
    let entered =
        "Priya Rao, 01632 960 110. Outside school hours: 01632 960 199. If a child is in danger, ring 999.";
    assert_eq!(open_ended(entered), "Priya Rao, 01632 960 110. Outside school hours: 01632 960 199");
    assert_eq!(open_ended("Grace Okafor, 0113 496 0001"), "Grace Okafor, 0113 496 0001");
}

#[test]
fn r56_the_last_letters_name_the_bodies_outside_the_school() {
    for sent in everything() {
        let NoticeKind::Family(
            FamilyNews::Completed | FamilyNews::Findings | FamilyNews::CorrespondenceEnded,
        ) = sent.notice.kind
        else {
            continue;
        };
        let text = &sent.written.letter.text;
        assert!(text.contains("https://www.gov.uk/complain-about-school"), "{text}");
        assert!(text.contains("Ofsted"), "{text}");
    }
}

const CALENDARS: [&str; 4] =
    ["panel broken", "up the ladder", "withdrawn at the hearing", "joined before a meeting"];

#[test]
fn e25_invitations_keep_their_uid_raise_their_sequence_and_have_neutral_titles() {
    let sent = everything();
    let mut earlier: Vec<(Recipient, String, u32)> = Vec::new();
    let mut cancelled = 0;
    for one in sent.iter().filter(|one| CALENDARS.contains(&one.story)) {
        let Some(file) = &one.written.calendar else { continue };
        let line =
            |name: &str| file.ics.lines().find_map(|line| line.strip_prefix(name)).unwrap().trim().to_owned();
        let (uid, sequence) = (line("UID:"), line("SEQUENCE:").parse::<u32>().unwrap());
        let uid = format!("{} {uid}", one.story);
        if let Some(before) = earlier.iter().rfind(|known| known.0 == one.notice.to && known.1 == uid) {
            assert!(sequence > before.2, "{}: {sequence} after {}", one.notice.kind.key(), before.2);
        }
        cancelled += usize::from(file.method == ScheduleMethod::Cancel);
        let title = line("SUMMARY:");
        assert!(
            title == "Meeting with Hazel Lane Primary School" || title.starts_with("Meeting "),
            "{title}"
        );
        earlier.push((one.notice.to, uid, sequence));
    }
    assert!(cancelled >= 10, "cancelled: {cancelled}");
}

#[test]
fn only_meetings_and_hearings_go_into_calendars() {
    let of_one = NoticeKind::Family(FamilyNews::WithdrawnForOne);
    for sent in everything().iter().filter(|sent| sent.notice.kind != of_one) {
        let is_date = sent.notice.kind.key().contains("meeting_")
            || sent.notice.kind.key().contains("hearing_")
            || matches!(
                sent.notice.kind,
                NoticeKind::Staff(StaffNews::StoodDown | StaffNews::SubjectHearing)
            );
        let is_news =
            matches!(sent.notice.kind, NoticeKind::Family(FamilyNews::MeetingNote | FamilyNews::HearingHeld));
        assert_eq!(sent.written.calendar.is_some(), is_date && !is_news, "{}", sent.notice.kind.key());
    }
}

/// E25, P18: whoever ends their own part while a hearing stands has it out of their calendar, and nobody else has.
#[test]
fn e25_whoever_ends_their_own_part_has_the_hearing_out_of_their_calendar() {
    let of_one = NoticeKind::Family(FamilyNews::WithdrawnForOne);
    let left = everything().iter().find(|sent| sent.notice.kind == of_one && sent.written.calendar.is_some());
    let left = left.expect("somebody leaves while something is booked");
    let file = left.written.calendar.as_ref().unwrap();
    assert_eq!(file.method, ScheduleMethod::Cancel);
    assert!(left.written.letter.text.contains("You do not need to come to the hearing"));
    let others = everything().iter().filter(|sent| (sent.story, sent.seq) == (left.story, left.seq));
    assert!(others.filter(|sent| sent.notice.kind != of_one).all(|sent| sent.written.calendar.is_none()));
}

/// S19: the family reads the policy that a finding rests on beside its reasons, and nothing where none was named.
#[test]
fn s19_a_reply_names_the_policy_that_a_finding_rests_on() {
    let texts: Vec<&str> = everything().iter().map(|sent| sent.written.letter.text.as_str()).collect();
    let named = "It rests on this policy or rule:";
    assert!(texts.iter().any(|text| text.contains(named) && text.contains("Supervision policy, section 4")));
    let without = texts.iter().filter(|text| text.contains("Our reasons:") && !text.contains(named));
    assert!(without.count() > 0);
}

fn texts_of(story: &str, kind: NoticeKind) -> impl Iterator<Item = String> + '_ {
    let of_kind = move |sent: &&'static Sent| sent.story == story && sent.notice.kind == kind;
    everything()
        .iter()
        .filter(of_kind)
        .map(|sent| sent.written.letter.text.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// R22: the office of a school works for its head, so a complaint about the head is answered past it.
#[test]
fn r22_a_complaint_about_the_head_is_answered_to_the_clerk() {
    let about_head = everything().iter().filter(|sent| sent.story == "about the head" && to_family(sent));
    let mut letters = 0;
    for sent in about_head {
        let text = &sent.written.letter.text;
        assert!(text.contains("Carol Webb") && text.contains("carol.webb@hazel-lane.example.org"), "{text}");
        assert!(!text.contains("concerns@hazel-lane.example.org"), "{text}");
        assert!(sent.by_post.letter.text.contains("ask for Carol Webb, the clerk"), "{text}");
        letters += 1;
    }
    assert!(letters > 0);
}

/// R41, E3, P26: what was missed, who has it, what can be done now, and why not before.
#[test]
fn r41_a_missed_date_is_told_with_who_has_it_and_what_can_be_done() {
    let texts: Vec<String> = texts_of("nobody answers", NoticeKind::Family(FamilyNews::DateMissed)).collect();
    let [word, first, second] = texts.as_slice() else { panic!("{texts:?}") };
    let unbroken = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    for owed in [
        "You were to hear from the class teacher by: Wednesday 11 November 2026",
        "You will have an answer by: Monday 23 November 2026",
        "If no answer comes, you can take it further from Tuesday 1 December 2026. Our procedure leaves 5 school days \
         after the date of the answer",
    ] {
        assert!(unbroken(word).contains(owed), "{owed}:\n{word}");
    }
    for owed in [
        "You were to have an answer by: Monday 23 November 2026",
        "The class teacher has it. They are told that it is late.",
        "you can take it further from Tuesday 1 December 2026",
        "ring us or write to us",
    ] {
        assert!(first.contains(owed), "{owed}:\n{first}");
    }
    assert!(second.contains("closed for a holiday until"), "{second}");
}

/// E13: the handler before and after the date, and whoever chases dates after it.
#[test]
fn e13_the_handler_is_reminded_and_somebody_beside_them_learns_that_it_is_late() {
    let of = |news| {
        let of_kind =
            move |sent: &&Sent| sent.story == "nobody answers" && sent.notice.kind == NoticeKind::Staff(news);
        everything().iter().filter(of_kind).map(|sent| sent.name.as_str()).collect::<Vec<_>>()
    };
    assert_eq!(of(StaffNews::DateComing), ["Anita Patel"]);
    assert_eq!(of(StaffNews::DateOverdue), ["Anita Patel", "Ruth Okoye"]);
    assert_eq!(of(StaffNews::DateOverdueElsewhere), ["Ellen Ford", "Ellen Ford"]);
}

/// R40: a late answer owns its lateness; one in time has nothing to say.
#[test]
fn r40_a_late_answer_says_when_it_was_due() {
    let owned = "You were to have this answer by Wednesday 16 December 2026. It comes late, on Tuesday 5 January 2027.";
    let late: Vec<String> = texts_of("nobody answers", NoticeKind::Family(FamilyNews::Reply)).collect();
    assert!(late.iter().any(|text| text.contains(owned)), "{late:?}");
    let in_time: Vec<String> = texts_of("settled", NoticeKind::Family(FamilyNews::Reply)).collect();
    assert!(!in_time.is_empty() && in_time.iter().all(|text| !text.contains("It comes late")));
}

/// Nobody reads of an answer that there was not.
#[test]
fn what_moves_up_unanswered_is_not_told_as_answered() {
    let told = |kind| texts_of("nobody answers", kind).collect::<String>();
    let from = told(NoticeKind::Staff(StaffNews::MovedUpFromYou));
    assert!(
        from.contains("the family had no answer in time") && !from.contains("that you answered"),
        "{from}"
    );
    let to = told(NoticeKind::Staff(StaffNews::MovedUpToYou));
    assert!(to.contains("Nobody answered it in time") && to.contains("A call often settles it"), "{to}");
    let family = told(NoticeKind::Family(FamilyNews::MovedUp));
    assert!(family.contains("Why you take it further") && !family.contains("not satisfied"), "{family}");
    let answered =
        texts_of("up the ladder", NoticeKind::Staff(StaffNews::MovedUpFromYou)).collect::<String>();
    assert!(answered.contains("a case that you answered"), "{answered}");
}

/// R20: where somebody said how they can be reached safely, no message tells staff to ring without reading it.
#[test]
fn r20_staff_are_sent_to_the_note_before_they_ring() {
    let mut noted = 0;
    for sent in everything().iter().filter(|sent| to_staff(sent)) {
        let text = &sent.written.letter.text;
        let has_note = sent.case.complainants().any(|party| party.safe_contact_note.is_some());
        assert!(!has_note || !text.contains("Get in touch with the family"), "{text}");
        noted += usize::from(text.contains("Before you ring or write, read the note"));
    }
    assert!(noted > 5);
}

/// Nobody looks into praise, and nobody is told to answer it.
#[test]
fn feedback_is_read_and_not_looked_into() {
    for sent in everything().iter().filter(|sent| sent.story == "feedback") {
        let text = &sent.written.letter.text;
        assert!(!text.contains("looking into") && !text.contains("get in touch"), "{text}");
    }
    let read: Vec<String> = texts_of("feedback", NoticeKind::Family(FamilyNews::Acknowledgement)).collect();
    assert!(read.iter().any(|text| text.contains("has read your feedback")), "{read:?}");
}

/// 2.6: the clerk arranges a hearing and decides nothing, so nobody is told that the clerk looks into it or that a call
/// settles it; and the clerk is reached at the clerk's own address.
#[test]
fn a_request_for_a_panel_is_acknowledged_as_what_it_is() {
    let flat = |text: String| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let acknowledged = NoticeKind::Family(FamilyNews::AcknowledgementFormal);
    let last = texts_of("stood down", acknowledged).last().map(flat).unwrap();
    for wrong in ["looking into", "how we understand", "before we decide"] {
        assert!(!last.contains(wrong), "{wrong}: {last}");
    }
    assert!(last.contains("arranges it, and the panel decides") && last.contains("carol.webb@"), "{last}");
    let to_clerk =
        texts_of("stood down", NoticeKind::Staff(StaffNews::MovedUpToYou)).last().map(flat).unwrap();
    assert!(to_clerk.contains("set a day") && !to_clerk.contains("A call"), "{to_clerk}");
    let owed = texts_of("stood down", NoticeKind::Staff(StaffNews::HearingInvitation)).collect::<Vec<_>>();
    let duty = owed.iter().filter(|text| text.contains("Send out the papers")).count();
    assert_eq!(duty, 1, "the papers are the clerk's to send: {owed:?}");
}

/// R27, R22: who stood down has one kind letter, and whoever is complained about is told of each step that asks for
/// their side: no link, nobody's words, and the clerk to turn to, not an office that works for them.
#[test]
fn r27_r22_letters_without_a_link_name_the_clerk() {
    let kinds = [
        StaffNews::StoodDown,
        StaffNews::SubjectMovedUp,
        StaffNews::SubjectHearing,
        StaffNews::SubjectHearingOff,
        StaffNews::SubjectOutcome,
    ];
    for kind in kinds {
        let texts: Vec<String> = texts_of("stood down", NoticeKind::Staff(kind)).collect();
        assert!(!texts.is_empty(), "{kind:?}");
        for text in texts {
            assert!(text.contains("carol.webb@hazel-lane.example.org"), "{kind:?}: {text}");
            for wrong in ["http", "WORDS", "FOR-ZOFIA", "Zofia", "Kasia", "concerns@", "manager"] {
                assert!(!text.contains(wrong), "{kind:?}: {wrong}: {text}");
            }
        }
    }
    let to =
        |kind| everything().iter().find(|one| one.story == "stood down" && one.notice.kind == kind).unwrap();
    let stood_down = to(NoticeKind::Staff(StaffNews::StoodDown));
    assert_eq!(stood_down.notice.to, Recipient::Person(MINA));
    let taken_out = stood_down.written.calendar.as_ref().unwrap();
    assert!(taken_out.ics.contains("METHOD:CANCEL"), "{}", taken_out.ics);
    // R52: an offered day is no date yet.
    let offered = to(NoticeKind::Family(FamilyNews::HearingInvitation)).written.calendar.as_ref().unwrap();
    assert!(offered.ics.contains("STATUS:TENTATIVE"), "{}", offered.ics);
}

/// A question is a word from whoever asks it: its letter names the day to answer by, and promises no first word that
/// has come with it, nor calls one late.
#[test]
fn a_question_names_the_day_to_answer_by_and_promises_no_word_that_has_come() {
    let asked = NoticeKind::Family(FamilyNews::InformationAsked);
    let letters: Vec<&Sent> = everything().iter().filter(|sent| sent.notice.kind == asked).collect();
    assert!(letters.iter().any(|sent| sent.case.open_deadline(DeadlineRule::Acknowledge).is_some()));
    for sent in letters {
        let text = sent.written.letter.text.split_whitespace().collect::<Vec<_>>().join(" ");
        let by =
            sent.case.open_deadline(DeadlineRule::Clarification).and_then(|deadline| deadline.due.date());
        assert!(text.contains(&crate::domain::calendar::long_date(by.unwrap())), "{text}");
        assert!(!text.contains("ou will hear from") && !text.contains("ou were to hear from"), "{text}");
    }
}

/// R13: what has a route of its own with a time limit says until when, in the words of each nation; and what stays with
/// the school is said too.
#[test]
fn r13_each_route_says_who_decides_in_that_nation_and_until_when() {
    let nations = [Nation::England, Nation::Wales, Nation::Scotland, Nation::NorthernIreland];
    for nation in nations {
        let route = |reason| where_to_go(reason, nation);
        for reason in RedirectReason::ALL {
            assert!(!route(*reason).is_empty(), "{reason:?} in {nation:?}");
        }
        for reason in
            [RedirectReason::Admissions, RedirectReason::SpecialNeedsAssessment, RedirectReason::Exclusion]
        {
            let words = route(reason);
            // An appeal against an exclusion in Scotland has no time limit (docs/DOMAIN.md).
            let endless = (reason, nation) == (RedirectReason::Exclusion, Nation::Scotland);
            let said = if endless { "Ask soon" } else { "Look at the date first" };
            assert!(words.iter().any(|text| text.starts_with(said)), "{reason:?} {nation:?}");
            assert!(words[0].contains("appeal") || words[0].contains("review"), "{reason:?} {nation:?}");
        }
        for reason in [
            RedirectReason::SpecialNeedsAssessment,
            RedirectReason::Exclusion,
            RedirectReason::CurriculumContent,
            RedirectReason::ExamResults,
        ] {
            let stays = route(reason).iter().any(|text| text.ends_with("stays with us."));
            assert!(stays, "split by point: {reason:?} {nation:?}");
        }
    }
    // Each nation has a body of its own.
    let of =
        |reason| nations.map(|nation| where_to_go(reason, nation)[0]).into_iter().collect::<BTreeSet<_>>();
    assert_eq!(of(RedirectReason::SpecialNeedsAssessment).len(), 4);
    assert_eq!(of(RedirectReason::CurriculumContent).len(), 4);
}
