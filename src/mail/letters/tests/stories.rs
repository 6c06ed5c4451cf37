//! Cases that between them write every kind of letter.

use std::sync::LazyLock;

use crate::domain::calendar::WallTime;
use uuid::Uuid;

use crate::domain::case::command::*;
use crate::domain::case::event::{Actor, Event};
use crate::domain::case::state::{Audience, Scan};
use crate::domain::case::vocabulary::{
    AgreesFor, Channel, ClosedReason, CompanionRule, ConsentAnswer, ContactWay, Declared, Finding, Flag,
    HearingBasis, HelperScope, HelpsAs, Kind, PartyKind, Recipient, RedirectReason, RefusalReview,
    Relationship, ReopenReason, ScreeningReason, SubjectRole, WrittenDown,
};
use crate::domain::deadline::{DateReminder, DeadlineRule, Due, Moved};
use crate::domain::ids::{DeadlineNo, DocumentNo, FileId, HelperNo, PartyNo, PersonId, PointNo, RunNo};
use crate::domain::procedure::{StageKey, default_for};

use super::world::*;

const ZOFIA: Actor = Actor::Complainant(PartyNo(1));
const MAREK: Actor = Actor::Complainant(PartyNo(2));

fn by(person: PersonId) -> Actor {
    Actor::Person(person)
}

fn local(text: &str) -> WallTime {
    WallTime(format!("{text}:00").parse().unwrap())
}

/// Every letter of every story, written once for all tests.
pub(super) fn everything() -> &'static [Sent] {
    static SENT: LazyLock<Vec<Sent>> = LazyLock::new(tell_all);
    &SENT
}

fn tell_all() -> Vec<Sent> {
    let stories = vec![
        up_the_ladder(),
        by_phone(),
        spoken_and_put_right(),
        asked_to_agree(ConsentAnswer::Agree),
        asked_to_agree(ConsentAnswer::Refuse),
        in_the_holiday(),
        at_risk(),
        about_the_head(),
        about_the_chair(),
        about_data(),
        refused(),
        feedback(),
        settled(),
        helped(),
        lapsed_and_opened_again(),
        withdrawn_at_the_hearing(),
        correspondence_ended(),
        past_the_calendar(),
        joined_before_a_meeting(),
        answered_past_the_calendar(),
        nobody_is_there(),
        panel_broken(),
        let_in_late(),
        at_the_wrong_school(),
        refused_twice(),
        for_somebody_else(),
        nobody_answers(),
        moved_house(),
        about_one_of_us(),
        stood_down(),
        raised_by(Relationship::Pupil),
        raised_by(Relationship::Staff),
        raised_by(Relationship::Public),
    ];
    stories.into_iter().flat_map(|story| story.sent).collect()
}

fn meeting(at: &str, staff: &[PersonId]) -> Command {
    Command::ArrangeMeeting(ArrangeMeeting {
        at: local(at),
        minutes: 45,
        place: words("The small hall, Hazel Lane, Leeds"),
        staff: Some(staff.to_vec()),
    })
}

fn say(to: Option<PartyNo>, text: &str) -> Command {
    Command::SendMessage(SendMessage { to, words: words(text) })
}

fn finding(point: u16, finding: Finding, reasons: &str) -> Command {
    Command::RecordFinding(RecordFinding {
        point: PointNo(point),
        finding,
        reasons: words(reasons),
        policy_reference: (finding == Finding::Upheld).then(|| words("Supervision policy, section 4")),
    })
}

fn reply(message: &str) -> Command {
    Command::Reply(Reply { message: words(message), ..formally() })
}

fn formally() -> Reply {
    Reply {
        message: words("FOR-ZOFIA The answer."),
        steps_taken: Some(words("I spoke to the lunchtime team and looked at the accident book.")),
        actions: Some(words("Two adults watch the climbing frame at every playtime from Monday.")),
        already_settled: None,
        to_subject: None,
        to_subjects: std::collections::BTreeMap::new(),
    }
}

fn escalate(points: &[u16], to_stage: Option<&str>) -> Command {
    Command::Escalate(Escalate {
        points: points.iter().copied().map(PointNo).collect(),
        why: words("ZOFIA-WORDS Nobody has said why we were not called."),
        wanted: words("ZOFIA-WORDS A clear rule for calling parents."),
        to_stage: to_stage.map(|key| StageKey(key.to_owned())),
        skip_reason: to_stage.map(|_| words("ZOFIA-WORDS We would rather have it in writing.")),
        late_cause: None,
    })
}

fn document(name: &str, audience: Audience) -> Command {
    Command::AddDocument(AddDocument {
        file: FileId(Uuid::from_u128(600)),
        name: words(name),
        media_type: "application/pdf".to_owned(),
        bytes: 2048,
        sha256: "00".repeat(32),
        audience,
        scan: Scan::NotScanned,
    })
}

fn add_marek() -> Command {
    Command::AddParty(AddParty {
        party: PartyKind::Complainant,
        contact: contact("Marek Łukasiewicz", "marek@example.net"),
        person: None,
        consent: None,
        about: Some(words("What was said in class on two Tuesdays.")),
        earlier_answers: None,
    })
}

fn add_helper(email: &str, may: HelperScope, consent: Option<&str>) -> Command {
    Command::AddHelper(AddHelper {
        helps_as: HelpsAs::Interpreter,
        name: words("Ana Ruiz"),
        email: words(email),
        may,
        whom: Some(PartyNo(1)),
        consent: consent.map(words),
    })
}

fn helped() -> Story {
    let mut story = Story::begin("helped", Actor::Public, &intake("2026-10-19T09:12"));
    let end = |helper| Command::EndHelper(EndHelper { helper: HelperNo(helper), whom: Some(PartyNo(1)) });
    story
        .act(ZOFIA, "2026-10-20T08:00", &add_helper("ana@example.org", HelperScope::ReadAndWrite, None))
        .act(
            by(ELLEN),
            "2026-10-20T09:00",
            &add_helper("ana.ruiz@example.org", HelperScope::Read, Some("Her call")),
        )
        .act(ZOFIA, "2026-10-21T08:00", &end(1))
        .act(by(ELLEN), "2026-10-21T09:00", &end(2));
    story
}

fn acknowledge() -> Command {
    Command::Acknowledge(Acknowledge {
        summary: Some(words(
            "You are worried about who watches the climbing frame, and about late calls home.",
        )),
        unresolved: Some(words("Why nobody rang on the day.")),
        wanted: Some(words("Somebody at the climbing frame, and a call on the same day.")),
        message: Some(words("I am free on most days after 3:30pm if you would like to talk.")),
    })
}

fn reminded(run: u16, number: u8) -> Vec<Event> {
    vec![Event::WindowReminded { run: RunNo(run), number }]
}

fn up_the_ladder() -> Story {
    let mut story = Story::begin("up the ladder", Actor::Public, &intake("2026-10-19T09:12"));
    story
        .act(by(ANITA), "2026-10-20T08:00", &acknowledge())
        .act(
            by(ANITA),
            "2026-10-20T09:00",
            &Command::AskInformation(AskInformation {
                question: words("On which days did it happen?"),
                answer_by: None,
            }),
        )
        .act(
            ZOFIA,
            "2026-10-21T19:00",
            &Command::GiveInformation(GiveInformation {
                answer: words("ZOFIA-WORDS On both Tuesdays."),
                party: None,
            }),
        )
        .act(by(ELLEN), "2026-10-22T09:00", &meeting("2026-11-04T15:30", &[TOM]))
        .act(by(ELLEN), "2026-10-22T10:00", &meeting("2026-11-05T15:30", &[GRACE]))
        .act(
            by(ANITA),
            "2026-11-03T10:00",
            &Command::CancelMeeting(CancelMeeting {
                reason: words("I am ill this week and want to be there myself."),
            }),
        )
        .act(by(ANITA), "2026-11-03T11:00", &meeting("2026-11-06T15:30", &[]))
        .act(
            by(ANITA),
            "2026-11-06T17:00",
            &Command::RecordMeeting(RecordMeeting {
                held_on: date("2026-11-06"),
                present: words("Zofia Łukasiewicz, an interpreter, Anita Patel"),
                said: words("We went through both days, and looked at the climbing frame together."),
                agreed: Some(words("I ring you on the same day if Kasia is hurt.")),
                long_ago: None,
            }),
        )
        .act(
            by(ELLEN),
            "2026-11-09T09:00",
            &Command::Extend(Extend {
                deadline: None,
                new_due_on: date("2026-11-16"),
                reason: words("The lunchtime supervisor is away until Friday, and we need to hear her."),
            }),
        )
        .act(by(ELLEN), "2026-11-10T09:00", &Command::AddNote(AddNote { words: words("INTERNAL a note") }))
        .act(by(ANITA), "2026-11-10T10:00", &say(None, "I have spoken to one of the two supervisors so far."))
        .act(ZOFIA, "2026-11-10T18:00", &say(None, "ZOFIA-WORDS Thank you for the news."))
        .act(ZOFIA, "2026-11-10T18:05", &document("ZOFIA-WORDS photo.pdf", Audience::Family))
        .happens(
            Actor::Clock,
            "2026-11-10T18:06",
            vec![Event::FileChecked { document: DocumentNo(1), found: Scan::Infected }],
        )
        .act(by(ELLEN), "2026-11-11T09:00", &add_marek())
        .act(MAREK, "2026-11-11T18:00", &say(None, "MAREK-WORDS I agree with all of it."))
        .act(
            by(ANITA),
            "2026-11-12T09:00",
            &Command::AddAction(AddAction {
                what: words("INTERNAL rota for the climbing frame"),
                owner: TOM,
                due_on: date("2026-11-23"),
            }),
        )
        .act(
            by(ANITA),
            "2026-11-13T10:00",
            &finding(1, Finding::Upheld, "The rota had nobody at the climbing frame on Tuesdays."),
        )
        .act(
            by(ANITA),
            "2026-11-13T11:00",
            &reply("Thank you for telling us. You were right about the climbing frame."),
        )
        .act(
            ZOFIA,
            "2026-11-16T20:00",
            &Command::Settle(Settle {
                settled: vec![PointNo(1)],
                words: Some(words("ZOFIA-WORDS The rota helps.")),
                heard_by: None,
                party: None,
            }),
        )
        .happens(Actor::Clock, "2026-11-24T08:00", reminded(1, 1))
        .happens(Actor::Clock, "2026-11-26T08:00", reminded(1, 2))
        .act(ZOFIA, "2026-11-30T19:00", &escalate(&[2], None))
        .act(
            by(ELLEN),
            "2026-12-01T09:00",
            &Command::Assign(Assign { handler: PRIYA, reason: Some(words("INTERNAL Ruth is away")) }),
        )
        .act(
            by(ELLEN),
            "2026-12-02T09:00",
            &Command::Suspend(Suspend {
                reason: words("The council is looking at playground safety in all its schools this week."),
                authority: words("Priya Shah, for the trust"),
                review_on: date("2026-12-09"),
            }),
        )
        .act(
            by(ELLEN),
            "2026-12-07T09:00",
            &Command::Resume(Resume { reason: Some(words("The council has finished.")) }),
        )
        .act(by(PRIYA), "2026-12-14T10:00", &reply("We should have rung you, and we did not."))
        .act(ZOFIA, "2026-12-16T19:00", &escalate(&[2], Some("F1")))
        .act(by(DAVID), "2027-01-05T09:00", &acknowledge())
        .act(
            by(DAVID),
            "2027-01-15T09:00",
            &finding(
                2,
                Finding::PartlyUpheld,
                "There was a rule about calling, and it was not known to the lunchtime team.",
            ),
        )
        .act(
            by(DAVID),
            "2027-01-15T10:00",
            &reply("I looked at the rule for calling parents and at how it was followed."),
        )
        .act(ZOFIA, "2027-01-20T19:00", &escalate(&[2], None));
    to_the_panel(&mut story);
    story
}

fn hearing(at: &str, basis: HearingBasis) -> Command {
    Command::ScheduleHearing(ScheduleHearing {
        at: local(at),
        place: words("The trust office, 2 Mill Street, Leeds"),
        basis,
        reason: None,
    })
}

fn panel() -> Command {
    Command::AppointPanel(AppointPanel {
        members: vec![HUGH, MINA, LARS],
        chair: HUGH,
        reserves: Some(Reserves { first: Some(NORA), second: None }),
        reason: None,
        passed_over: None,
    })
}

fn to_the_panel(story: &mut Story) {
    story
        .act(by(CAROL), "2027-01-22T09:00", &panel())
        .act(
            by(MINA),
            "2027-01-22T18:00",
            &Command::DeclareInterest(DeclareInterest {
                member: None,
                declared: Declared::Interest,
                interest: Some(words("I once taught a cousin. WORDS")),
                heard_by: None,
            }),
        )
        .act(by(CAROL), "2027-01-25T09:00", &hearing("2027-02-10T16:00", HearingBasis::Offered))
        .act(by(CAROL), "2027-01-26T09:00", &hearing("2027-02-11T17:00", HearingBasis::Agreed))
        .act(by(CAROL), "2027-02-02T09:00", &document("bundle.pdf", Audience::Family))
        .act(
            by(CAROL),
            "2027-02-03T09:00",
            &Command::CirculatePapers(CirculatePapers { documents: Some(vec![DocumentNo(2)]), waiver: None }),
        )
        .act(
            by(CAROL),
            "2027-02-12T09:00",
            &Command::RecordHearing(RecordHearing {
                held_on: date("2027-02-11"),
                present: vec![HUGH, MINA, LARS],
                complainant: AttendanceGiven::Attended,
                absence_reason: None,
                companion: CompanionRule::Came,
                companion_name: Some(words("INTERNAL Ewa Nowak")),
                minutes: words("INTERNAL minutes of the hearing"),
            }),
        )
        .act(
            by(CAROL),
            "2027-02-23T09:00",
            &finding(
                2,
                Finding::Upheld,
                "The school had the rule and did not tell the people who needed it.",
            ),
        )
        .act(
            by(CAROL),
            "2027-02-23T10:00",
            &Command::IssueFindings(IssueFindings {
                recommendations: words("Every new lunchtime supervisor reads the rule on the first day."),
                message: words("We thank both sides for coming and for speaking so openly."),
                to_subject: None,
                to_subjects: std::collections::BTreeMap::new(),
            }),
        )
        .act(
            by(PRIYA),
            "2027-02-25T10:00",
            &Command::Close(Close {
                distribution: Some(
                    Recipient::ALL
                        .iter()
                        .map(|recipient| Distribution {
                            recipient: *recipient,
                            sent_on: (*recipient != Recipient::Subject).then(|| date("2027-02-24")),
                            not_applicable: (*recipient == Recipient::Subject)
                                .then(|| words("INTERNAL nobody is complained about")),
                        })
                        .collect(),
                ),
                action_taken: Some(words("WORDS rule added to the induction")),
                no_action_reason: None,
            }),
        );
}

fn by_phone() -> Story {
    let intake = Intake { channel: Channel::Phone, ..intake("2026-11-09T09:12") };
    let mut story = Story::begin("by phone", by(ANITA), &intake);
    story.act(
        by(ANITA),
        "2026-11-09T15:00",
        &Command::Reply(Reply {
            message: words("As we said on the phone: from today two adults stand at the climbing frame."),
            steps_taken: None,
            actions: None,
            already_settled: Some(AlreadySettled {
                heard_by: words("INTERNAL on the phone today"),
                told_on: Some(date("2026-11-09")),
                party: None,
            }),
            to_subject: None,
            to_subjects: std::collections::BTreeMap::new(),
        }),
    );
    story
}

/// The office writes down a call; the family is reminded, and puts it right.
fn spoken_and_put_right() -> Story {
    let intake = Intake { channel: Channel::InPerson, ..intake("2026-11-09T09:12") };
    let mut story = Story::begin("spoken", by(CAROL), &intake);
    said_of(&mut story, DeadlineRule::Confirmation, "2026-11-12T08:00", &[DateReminder::ToAnswer]);
    story.act(
        ZOFIA,
        "2026-11-12T18:00",
        &Command::ConfirmConcern(ConfirmConcern {
            written_down: WrittenDown::PutRight,
            words: Some(words("ZOFIA-WORDS It was three times.")),
            heard_by: None,
        }),
    );
    story
}

/// A neighbour writes for Zofia\u{2019}s child; her mother is asked by mail, reminded, and answers.
fn asked_to_agree(answer: ConsentAnswer) -> Story {
    let mut intake = intake("2026-11-09T09:12");
    let contact =
        Contact { relationship: Relationship::ThirdParty, ..contact("Ada Brook", "ada@example.com") };
    intake.complainant = Complainant::Known(Box::new(contact));
    let mut story = Story::begin(
        match answer {
            ConsentAnswer::Agree => "agrees",
            ConsentAnswer::Refuse => "does not agree",
        },
        Actor::Public,
        &intake,
    );
    story.act(
        by(ELLEN),
        "2026-11-10T09:00",
        &Command::AskConsent(AskConsent {
            name: words("Zofia Łukasiewicz"),
            email: words("zofia@example.com"),
            agrees_for: AgreesFor::Child,
        }),
    );
    said_of(&mut story, DeadlineRule::Consent, "2026-11-20T08:00", &[DateReminder::ToAnswer]);
    story.act(MAREK, "2026-11-23T18:00", &Command::AnswerConsent(AnswerConsent { answer }));
    story
}

/// Somebody who is no parent raises what is about a child.
fn raised_by(relationship: Relationship) -> Story {
    let mut intake = intake("2026-11-09T09:12");
    if let Complainant::Known(contact) = &mut intake.complainant {
        contact.relationship = relationship;
    }
    Story::begin(relationship.key(), Actor::Public, &intake)
}

fn in_the_holiday() -> Story {
    Story::begin("in the holiday", Actor::Public, &intake("2026-12-28T21:40"))
}

fn at_risk() -> Story {
    let mut intake = intake("2026-11-09T09:12");
    intake.flags = vec![Flag::ChildAtRisk];
    intake.child.as_mut().unwrap().year_group = None;
    let mut story = Story::begin("at risk", Actor::Public, &intake);
    story
        .act(
            by(CAROL),
            "2026-11-10T09:00",
            &Command::Accept(Accept {
                answers: vec![ScreeningAnswer {
                    reason: ScreeningReason::ChildAtRisk,
                    words: words("INTERNAL Grace has looked into it"),
                }],
                handler: Some(RUTH),
            }),
        )
        .act(
            by(ELLEN),
            "2026-11-10T10:00",
            &Command::Redirect(Redirect {
                points: vec![PointNo(2)],
                reason: RedirectReason::DataRights,
                words: Some(words(
                    "Write to dpo@hazel-lane.example.org and say which records you would like.",
                )),
            }),
        )
        .act(by(ELLEN), "2026-11-10T11:00", &Command::Assign(Assign { handler: ANITA, reason: None }))
        .act(
            by(ELLEN),
            "2026-11-11T11:00",
            &Command::MarkSubject(MarkSubject {
                person: ANITA,
                role: SubjectRole::ClassTeacher,
                reason: Some(words("INTERNAL named in the call")),
            }),
        )
        .act(
            by(ELLEN),
            "2026-11-12T11:00",
            &Command::MeetDuty(MeetDuty {
                duty: DeadlineNo(3),
                message: words("The records of this school year are in the post to you today, on 14 pages."),
            }),
        )
        .act(
            ZOFIA,
            "2026-11-13T11:00",
            &Command::Withdraw(Withdraw { reason: None, confirmation: None, party: None }),
        );
    story
}

/// A formal complaint about the headteacher, told to a trust officer, up to the panel's findings.
fn about_one_of_us() -> Story {
    let mut intake = intake("2026-11-09T09:12");
    intake.kind = Kind::Complaint;
    intake.about = vec![About { role: SubjectRole::Headteacher, name: None }];
    let mut story = Story::begin("about one of us", Actor::Public, &intake);
    let for_ruth = Some(words("It was found that calls home were late. Nothing else is left for you to do."));
    story
        .act(by(DAVID), "2026-11-10T10:00", &reply("I have looked at it as the chair."))
        .act(ZOFIA, "2026-11-11T10:00", &escalate(&[1, 2], None))
        .act(by(PRIYA), "2026-11-12T10:00", &acknowledge())
        .act(by(PRIYA), "2026-11-13T10:00", &finding(1, Finding::NotUpheld, "FOR-ZOFIA reasons."))
        .act(by(PRIYA), "2026-11-13T10:10", &finding(2, Finding::Upheld, "FOR-ZOFIA reasons."))
        .act(by(PRIYA), "2026-11-13T11:00", &Command::Reply(Reply { to_subject: for_ruth, ..formally() }))
        .act(ZOFIA, "2026-11-16T10:00", &escalate(&[1], None))
        .act(by(CAROL), "2026-11-17T10:00", &panel())
        .act(by(CAROL), "2026-11-18T10:00", &hearing("2026-12-10T16:00", HearingBasis::Agreed))
        .act(by(CAROL), "2026-11-19T10:00", &document("INTERNAL bundle.pdf", Audience::Staff))
        .act(
            by(CAROL),
            "2026-11-19T11:00",
            &Command::CirculatePapers(CirculatePapers { documents: Some(vec![DocumentNo(1)]), waiver: None }),
        )
        .act(
            by(CAROL),
            "2026-12-11T09:00",
            &Command::RecordHearing(RecordHearing {
                held_on: date("2026-12-10"),
                present: vec![HUGH, MINA, LARS],
                complainant: AttendanceGiven::Attended,
                absence_reason: None,
                companion: CompanionRule::Alone,
                companion_name: None,
                minutes: words("INTERNAL minutes"),
            }),
        )
        .act(by(CAROL), "2026-12-11T10:00", &finding(1, Finding::PartlyUpheld, "FOR-ZOFIA reasons."))
        .act(
            by(CAROL),
            "2026-12-11T11:00",
            &Command::IssueFindings(IssueFindings {
                recommendations: words("A rule for calls home."),
                message: words("FOR-ZOFIA The panel thanks you."),
                to_subject: None,
                to_subjects: std::collections::BTreeMap::new(),
            }),
        );
    story
}

/// Looked at weeks after every date of it has passed; then somebody turns out to be complained about.
/// Zofia asks for the refusal to be looked at again; the chair does, and it stands.
fn refused_twice() -> Story {
    let mut intake = intake("2026-11-09T09:12");
    intake.last_incident_on = Some(date("2026-03-02"));
    let mut story = Story::begin("refused twice", Actor::Public, &intake);
    story
        .act(
            by(RUTH),
            "2026-11-10T09:00",
            &Command::RefuseLate(RefuseLate {
                consideration: words("We read what you sent, and what was written down in March."),
                reason: words("Nobody who was there works here any more."),
            }),
        )
        .act(
            by(DAVID),
            "2026-11-16T09:00",
            &Command::ReviewRefusal(ReviewRefusal {
                outcome: RefusalReview::Stands,
                reasons: words(
                    "You told us that you were away in spring. You were back in June, and wrote in November.",
                ),
            }),
        );
    story
}

/// A neighbour writes for Zofia\u{2019}s child, and nobody of the family agrees.
fn for_somebody_else() -> Story {
    let mut intake = intake("2026-11-09T09:12");
    let contact =
        Contact { relationship: Relationship::ThirdParty, ..contact("Ada Brook", "ada@example.com") };
    intake.complainant = Complainant::Known(Box::new(contact));
    let mut story = Story::begin("for somebody else", Actor::Public, &intake);
    story.act(
        by(ELLEN),
        "2026-11-24T09:00",
        &Command::CloseWithoutConsent(CloseWithoutConsent {
            asked: words("We asked the family in writing on 10 and 17 November."),
        }),
    );
    story
}

/// Zofia chose the wrong school of the trust; its co-ordinator sees that and passes it on.
fn at_the_wrong_school() -> Story {
    let mut story = Story::begin("at the wrong school", Actor::Public, &intake("2026-11-09T09:12"));
    story.beside_elm().act(
        by(ELLEN),
        "2026-11-10T09:00",
        &Command::MoveSchool(MoveSchool {
            school: ELM,
            reason: words("The climbing frame is on the playground of Elm Primary School."),
        }),
    );
    story
}

fn let_in_late() -> Story {
    let mut intake = intake("2026-11-09T09:12");
    intake.flags = vec![Flag::Equality];
    intake.child.as_mut().unwrap().year_group = None;
    let mut story = Story::begin("let in late", Actor::Public, &intake);
    story
        .act(
            by(CAROL),
            "2026-12-17T09:00",
            &Command::Accept(Accept {
                answers: vec![ScreeningAnswer {
                    reason: ScreeningReason::Equality,
                    words: words("INTERNAL read, and it goes on"),
                }],
                handler: None,
            }),
        )
        .act(by(ELLEN), "2026-12-17T09:30", &Command::Assign(Assign { handler: ANITA, reason: None }))
        .act(
            by(ANITA),
            "2026-12-17T10:00",
            &Command::AskInformation(AskInformation {
                question: words("On which days was it?"),
                answer_by: None,
            }),
        )
        .act(
            by(ELLEN),
            "2026-12-17T11:00",
            &Command::MarkSubject(MarkSubject {
                person: ANITA,
                role: SubjectRole::ClassTeacher,
                reason: None,
            }),
        )
        .act(by(TOM), "2026-12-17T12:00", &acknowledge());
    story
}

fn said(story: &mut Story, when: &str, reminders: &[DateReminder]) {
    said_of(story, DeadlineRule::Respond, when, reminders);
}

fn said_of(story: &mut Story, rule: DeadlineRule, when: &str, reminders: &[DateReminder]) {
    let open = story.case().open_deadline(rule).map(|deadline| (deadline.no, deadline.due));
    let (no, due) = open.unwrap();
    let due = due.date().unwrap();
    let events = reminders.iter().map(|reminder| Event::DateReminded { no, due, reminder: *reminder });
    story.happens(Actor::Clock, when, events.collect());
}

/// The teacher never answers, the family goes on without, and the headteacher answers late. Nobody asked to be reached
/// in any way.
fn nobody_answers() -> Story {
    let mut intake = intake("2026-11-09T09:12");
    if let Complainant::Known(contact) = &mut intake.complainant {
        contact.safe_contact_note = None;
    }
    let mut story = Story::begin("nobody answers", Actor::Public, &intake);
    said_of(&mut story, DeadlineRule::Acknowledge, "2026-11-12T07:00", &[DateReminder::LateToFamily]);
    said(&mut story, "2026-11-20T07:00", &[DateReminder::Coming]);
    said(&mut story, "2026-11-24T07:00", &[DateReminder::LateToSchool, DateReminder::LateToFamily]);
    story.act(ZOFIA, "2026-12-02T19:00", &escalate(&[1, 2], None));
    said(&mut story, "2026-12-21T07:00", &[DateReminder::LateToFamily]);
    said(&mut story, "2027-01-04T07:00", &[DateReminder::LateToSchool]);
    story.act(
        by(RUTH),
        "2027-01-05T10:00",
        &reply("Nobody told you how it stood, and you waited for weeks."),
    );
    story
}

fn moved_house() -> Story {
    let mut story = Story::begin("moved house", Actor::Public, &intake("2026-11-09T09:12"));
    let correct = |email: Option<&str>, remove: Option<Vec<ContactWay>>| {
        Command::CorrectContact(CorrectContact {
            party: Some(PartyNo(1)),
            email: email.map(words),
            phone: Some(words("0777 000 0009")),
            address: None,
            remove,
            code: None,
        })
    };
    story.act(ZOFIA, "2026-11-10T09:00", &correct(Some("new@example.net"), None)).act(
        by(ELLEN),
        "2026-11-11T09:00",
        &correct(None, Some(vec![ContactWay::Email, ContactWay::Address])),
    );
    story
}

fn about_the_head() -> Story {
    let mut intake = intake("2026-11-09T09:12");
    intake.kind = Kind::Complaint;
    intake.flags = vec![Flag::ChildAtRisk];
    intake.about = vec![About { role: SubjectRole::Headteacher, name: None }];
    Story::begin("about the head", Actor::Public, &intake)
}

/// It begins above everybody at the school, at the formal step.
fn about_the_chair() -> Story {
    let mut intake = intake("2026-11-09T09:12");
    intake.kind = Kind::Complaint;
    intake.about = vec![About { role: SubjectRole::ChairOfGovernors, name: None }];
    Story::begin("about the chair", Actor::Public, &intake)
}

/// It is about how personal data were used.
fn about_data() -> Story {
    let mut intake = intake("2026-11-09T09:12");
    intake.flags = vec![Flag::DataProtection];
    Story::begin("about data", Actor::Public, &intake)
}

fn refused() -> Story {
    let mut intake = intake("2026-11-09T09:12");
    intake.last_incident_on = Some(date("2026-05-11"));
    let mut story = Story::begin("refused", Actor::Public, &intake);
    story.act(
        by(RUTH),
        "2026-11-10T10:00",
        &Command::RefuseLate(RefuseLate {
            consideration: words("You told us that you were moving house in the summer."),
            reason: words("The two supervisors have left since, and nobody can say any more what happened."),
        }),
    );
    story
}

fn feedback() -> Story {
    let intake = Intake { kind: Kind::Feedback, ..intake("2026-11-09T09:12") };
    let mut story = Story::begin("feedback", Actor::Public, &intake);
    story.act(by(ANITA), "2026-11-10T09:00", &acknowledge());
    let noted = Event::Closed { reason: ClosedReason::FeedbackNoted };
    story.happens(by(ELLEN), "2026-11-10T10:00", vec![noted]);
    story
}

fn answered(name: &'static str) -> Story {
    let mut story = Story::begin(name, Actor::Public, &intake("2026-11-09T09:12"));
    story.act(by(ELLEN), "2026-11-09T10:00", &add_marek()).act(
        by(ANITA),
        "2026-11-10T10:00",
        &reply("Two adults watch the climbing frame from today."),
    );
    story
}

/// The window of an answer in July ends in a school year without dates.
fn answered_past_the_calendar() -> Story {
    let intake = Intake { last_incident_on: Some(date("2027-07-01")), ..intake("2027-07-05T09:12") };
    let mut story = Story::begin("answered past the calendar", Actor::Public, &intake);
    story.act(by(ANITA), "2027-07-19T10:00", &reply("Two adults watch the climbing frame from today."));
    let window = story.case().deadlines.last().map(|deadline| deadline.no).unwrap();
    let known =
        Event::DeadlineMoved { no: window, to: Due::On(date("2027-09-14")), why: Moved::CalendarArrived };
    story.happens(Actor::Clock, "2027-08-02T09:00", vec![known]);
    story
}

/// A member of the panel turns out to be complained about: the hearing is off, and one of the others is
/// named with somebody new.
/// A member declares an interest and another takes the seat; then the family withdraws.
fn stood_down() -> Story {
    let mut intake = intake("2026-11-09T09:12");
    intake.kind = Kind::Complaint;
    intake.about = vec![About { role: SubjectRole::Headteacher, name: None }];
    let mut story = Story::begin("stood down", Actor::Public, &intake);
    let interest = DeclareInterest {
        member: None,
        declared: Declared::Interest,
        interest: Some(words("I once taught a cousin. WORDS")),
        heard_by: None,
    };
    let named_again = AppointPanel {
        members: vec![HUGH, LARS, NORA],
        chair: HUGH,
        reserves: None,
        reason: Some(words("A member cannot sit.")),
        passed_over: None,
    };
    story
        .act(by(DAVID), "2026-11-10T10:00", &reply("I have looked at it as the chair."))
        .act(ZOFIA, "2026-11-11T10:00", &escalate(&[1, 2], None))
        .act(by(PRIYA), "2026-11-12T10:00", &acknowledge())
        .act(by(PRIYA), "2026-11-13T10:00", &finding(1, Finding::NotUpheld, "FOR-ZOFIA reasons."))
        .act(by(PRIYA), "2026-11-13T10:10", &finding(2, Finding::Upheld, "FOR-ZOFIA reasons."))
        .act(by(PRIYA), "2026-11-13T11:00", &Command::Reply(formally()))
        .act(ZOFIA, "2026-11-16T10:00", &escalate(&[1], None))
        .act(
            by(CAROL),
            "2026-11-16T15:00",
            &Command::Acknowledge(Acknowledge {
                summary: None,
                unresolved: None,
                wanted: None,
                message: Some(words("I ring you on Thursday about days that suit you.")),
            }),
        )
        .act(by(CAROL), "2026-11-17T10:00", &panel())
        .act(by(CAROL), "2026-11-18T10:00", &hearing("2026-12-10T16:00", HearingBasis::Offered))
        .act(by(MINA), "2026-11-18T18:00", &Command::DeclareInterest(interest))
        .act(by(CAROL), "2026-11-19T10:00", &Command::AppointPanel(named_again))
        .act(
            ZOFIA,
            "2026-11-20T10:00",
            &Command::Withdraw(Withdraw { reason: None, confirmation: None, party: None }),
        );
    story
}

fn panel_broken() -> Story {
    let mut intake = intake("2026-11-09T09:12");
    intake.kind = Kind::Complaint;
    let mut story = Story::begin("panel broken", Actor::Public, &intake);
    story
        .act(by(ANITA), "2026-11-10T10:00", &reply("Two adults watch it from today."))
        .act(ZOFIA, "2026-11-11T10:00", &escalate(&[1, 2], None))
        .act(by(RUTH), "2026-11-12T10:00", &reply("I agree with what the class teacher did."))
        .act(ZOFIA, "2026-11-13T10:00", &escalate(&[1, 2], Some("F1")))
        .act(by(TOM), "2026-11-16T10:00", &acknowledge())
        .act(by(TOM), "2026-11-17T10:00", &finding(1, Finding::NotUpheld, "Both were at their places."))
        .act(by(TOM), "2026-11-17T10:10", &finding(2, Finding::NotUpheld, "The office rang at noon."))
        .act(by(TOM), "2026-11-17T11:00", &reply("I looked at both points again."))
        .act(ZOFIA, "2026-11-18T10:00", &escalate(&[1], None))
        .act(by(CAROL), "2026-11-19T10:00", &panel())
        .act(by(CAROL), "2026-11-20T10:00", &hearing("2026-12-10T16:00", HearingBasis::Offered))
        .act(
            by(ELLEN),
            "2026-11-23T10:00",
            &Command::MarkSubject(MarkSubject { person: LARS, role: SubjectRole::Other, reason: None }),
        );
    story
}

/// Somebody joins while a meeting is booked, and withdrawing takes the meeting out of every calendar.
fn joined_before_a_meeting() -> Story {
    let mut story = Story::begin("joined before a meeting", Actor::Public, &intake("2026-11-09T09:12"));
    story
        .act(by(ANITA), "2026-11-09T10:00", &meeting("2026-11-12T15:30", &[TOM]))
        .act(by(ELLEN), "2026-11-09T11:00", &add_marek())
        .act(
            ZOFIA,
            "2026-11-10T09:00",
            &Command::Withdraw(Withdraw { reason: None, confirmation: None, party: None }),
        )
        .act(
            MAREK,
            "2026-11-10T10:00",
            &Command::Withdraw(Withdraw { reason: None, confirmation: None, party: None }),
        );
    story
}

fn settled() -> Story {
    let mut story = answered("settled");
    let settled = Settle { settled: vec![PointNo(1), PointNo(2)], words: None, heard_by: None, party: None };
    story.act(MAREK, "2026-11-11T09:00", &Command::Settle(settled.clone()));
    story.act(
        ZOFIA,
        "2026-11-11T10:00",
        &Command::Settle(Settle {
            settled: vec![PointNo(1), PointNo(2)],
            words: None,
            heard_by: None,
            party: None,
        }),
    );
    story
}

fn lapsed_and_opened_again() -> Story {
    let mut story = answered("lapsed");
    story
        .happens(Actor::Clock, "2026-11-18T08:00", reminded(1, 1))
        .happens(Actor::Clock, "2026-11-20T08:00", reminded(1, 2))
        .act(Actor::Clock, "2026-11-26T08:00", &Command::Lapse(Lapse {}))
        .act(
            by(RUTH),
            "2026-12-01T10:00",
            &Command::Reopen(Reopen {
                ground: ReopenReason::SchoolError,
                reason: words("INTERNAL we lost a letter"),
            }),
        );
    story
}

/// The class teacher is away, and nobody looks after what they have (S40).
fn nobody_is_there() -> Story {
    let mut story = Story::begin("nobody is there", Actor::Public, &intake("2026-11-09T09:12"));
    let until = Some(date("2026-11-20"));
    let missing = Event::HandlerMissing { run: RunNo(1), person: ANITA, until, told: vec![ELLEN] };
    story.happens(Actor::Clock, "2026-11-10T08:00", vec![missing]);
    story
}

fn withdrawn_at_the_hearing() -> Story {
    let mut intake = intake("2026-11-09T09:12");
    intake.kind = Kind::Complaint;
    let mut story = Story::begin("withdrawn at the hearing", Actor::Public, &intake);
    story
        .act(by(ELLEN), "2026-11-09T10:00", &add_marek())
        .act(by(ANITA), "2026-11-10T10:00", &reply("Two adults watch it from today."))
        .act(ZOFIA, "2026-11-11T10:00", &escalate(&[1, 2], None))
        .act(by(RUTH), "2026-11-12T10:00", &reply("I agree with what the class teacher did."))
        .act(ZOFIA, "2026-11-13T10:00", &escalate(&[1, 2], Some("F1")))
        .act(by(TOM), "2026-11-16T10:00", &acknowledge())
        .act(
            by(TOM),
            "2026-11-17T10:00",
            &finding(1, Finding::NotUpheld, "Both supervisors were at their places."),
        )
        .act(
            by(TOM),
            "2026-11-17T10:10",
            &finding(2, Finding::ResolvedWithoutFinding, "We agreed on a rule."),
        )
        .act(by(TOM), "2026-11-17T11:00", &reply("I looked at both points again."))
        .act(ZOFIA, "2026-11-18T10:00", &escalate(&[1], None))
        .act(by(CAROL), "2026-11-19T10:00", &panel())
        .act(by(CAROL), "2026-11-20T10:00", &hearing("2026-12-10T16:00", HearingBasis::Offered))
        .act(
            MAREK,
            "2026-11-23T09:00",
            &Command::Withdraw(Withdraw { reason: None, confirmation: None, party: None }),
        )
        .act(
            ZOFIA,
            "2026-11-23T10:00",
            &Command::Withdraw(Withdraw {
                reason: Some(words("ZOFIA-WORDS It is too much.")),
                confirmation: None,
                party: None,
            }),
        );
    story
}

fn correspondence_ended() -> Story {
    let mut story = answered("correspondence ended");
    let end = end_of_correspondence();
    story.act(by(RUTH), "2026-11-16T10:00", &end).act(by(DAVID), "2026-11-17T10:00", &end);
    story
}

fn end_of_correspondence() -> Command {
    Command::CloseUnreasonable(CloseUnreasonable {
        tests: UnreasonableTests {
            every_step_taken: words("INTERNAL every step"),
            position_and_options_given: words("INTERNAL position given"),
            same_points_again: words("INTERNAL same points"),
        },
        letter: words("We have answered these two points in full, and nothing new has come up since."),
        review_on: date("2027-05-10"),
    })
}

/// The calendar ends in August 2027: a concern in July has no date for its answer until it grows.
fn past_the_calendar() -> Story {
    let mut story = Story::begin(
        "past the calendar",
        Actor::Public,
        &Intake { last_incident_on: Some(date("2027-07-16")), ..intake("2027-07-20T09:12") },
    );
    let moved = story
        .case()
        .deadlines
        .iter()
        .filter(|deadline| matches!(deadline.due, Due::CalendarMissing(_)))
        .zip(["2027-09-06", "2027-09-15"])
        .map(|(deadline, on)| Event::DeadlineMoved {
            no: deadline.no,
            to: Due::On(date(on)),
            why: Moved::CalendarArrived,
        })
        .collect();
    story.happens(Actor::Clock, "2027-08-02T09:00", moved);
    story
}

/// A case on that ladder whose correspondence two people end, with the letters of it.
pub(super) fn ended_on(procedure: &str) -> Vec<Sent> {
    let ladder = default_for(procedure).unwrap();
    let mut story = Story::begin_on(ladder, "ended", Actor::Public, &intake("2026-11-09T09:12"));
    let end = end_of_correspondence();
    story.act(by(RUTH), "2026-11-16T10:00", &end).act(by(DAVID), "2026-11-17T10:00", &end);
    story.sent
}

/// A case that is answered on every rung of a ladder without a panel.
pub(super) fn answered_to_the_end(procedure: &str) -> Vec<Sent> {
    let ladder = default_for(procedure).unwrap();
    let mut story = Story::begin_on(ladder, "to the end", Actor::Public, &intake("2026-11-09T09:12"));
    for (answered, further) in [("2026-11-10T10:00", Some("2026-11-11T10:00")), ("2026-11-12T10:00", None)] {
        let handler = story.case().run().and_then(|run| run.handler.person).unwrap();
        story
            .act(by(handler), answered, &finding(1, Finding::NotUpheld, "Both were at their places."))
            .act(by(handler), answered, &finding(2, Finding::NotUpheld, "The office rang at noon."))
            .act(by(handler), answered, &reply("We have looked at both points."));
        if let Some(further) = further {
            story.act(ZOFIA, further, &escalate(&[1, 2], None));
        }
    }
    story.sent
}
