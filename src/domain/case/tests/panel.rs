//! The panel stage: who may sit, when, on what papers, and what is written down (R24-R29, R43, R44, R52-R54).

use super::super::action::Action;
use super::super::attention::attention;
use super::super::command::{
    AttendanceGiven, CirculatePapers, Close, DeclareInterest, RecordHearing, ScheduleHearing,
};
use super::super::context::SisterSchools;
use super::super::decide::{may_sit, who_may_sit};
use super::super::documents;
use super::super::event::{Actor, Event};
use super::super::refusal::RefusalCode;
use super::super::state::{Attendance, Declaration, InvolvedAs, Standing};
use super::super::timeline::{Voice, now_sentences};
use super::super::vocabulary::{CompanionRule, Finding, HearingBasis, Recipient, SubjectRole};
use super::kit::commands::*;
use super::kit::*;
use crate::domain::calendar::local_date;
use crate::domain::deadline::{DeadlineRule, Ended, Standing as DeadlineStanding};
use crate::domain::ids::{DocumentNo, PartyNo, PersonId};
use crate::domain::notice::{NoticeKind, Recipient as To, StaffNews, notices};

/// MAT-SEED at F2, asked for on 7 September 2026.
fn requested_in(world: World) -> Story {
    answered_in(world)
        .by_family()
        .does(escalate(&[1, 2]))
        .stands(Standing::HearingRequested)
        .by_person(CLERK)
        .does(document())
}

/// The same before the family asks for a panel.
fn answered_in(world: World) -> Story {
    at_the_formal_step(world)
        .does(find(1, Finding::Upheld))
        .does(find(2, Finding::NotUpheld))
        .does(reply_formally())
}

/// About the head, past the chair, with the trust officer.
fn at_the_formal_step(world: World) -> Story {
    Story::in_(world)
        .raise(intake().about(SubjectRole::Headteacher, None))
        .at("C3", CHAIR)
        .by_person(CHAIR)
        .does(reply())
        .by_family()
        .does(escalate(&[1, 2]))
        .at("F1", TRUST_OFFICER)
        .by_person(TRUST_OFFICER)
}

fn requested() -> Story {
    requested_in(World::trust())
}

pub(super) fn appointed() -> Story {
    requested().does(good_panel()).stands(Standing::HearingAppointed)
}

/// The hearing is on Friday 25 September.
fn scheduled() -> Story {
    appointed().does(hear_at("2026-09-25T14:00:00", HearingBasis::Agreed)).stands(Standing::HearingScheduled)
}

/// R41, R43: a hearing that is set keeps the date for it, also on its last day and until it is written up.
#[test]
fn r43_nobody_is_reminded_to_hear_what_has_its_hearing() {
    let told = |story: &Story| {
        let no = story.deadline(DeadlineRule::Convene).no;
        let of = |event: &Event| matches!(event, Event::DateReminded { no: of, .. } if *of == no);
        story.record.iter().filter(|recorded| of(&recorded.event)).count()
    };
    let last = appointed().due(DeadlineRule::Convene);
    let after = last.checked_add_days(chrono::Days::new(4)).unwrap().to_string();
    assert!(told(&appointed().swept_until(&after)) > 0, "nobody has set a day");
    let at = format!("{last}T14:00:00");
    let set = appointed().does(hear_at(&at, HearingBasis::Agreed)).stands(Standing::HearingScheduled);
    assert_eq!(told(&set.swept_until(&after)), 0);
}

fn papers_out() -> Story {
    scheduled().on("2026-09-18").does(papers()).stands(Standing::HearingPapersOut).on("2026-09-25")
}

#[test]
fn the_clerk_acknowledges_a_request_for_a_panel_and_it_stays_requested() {
    let story = requested();
    assert_eq!(story.due(DeadlineRule::Acknowledge), date("2026-09-14"), "ack 5");
    assert_eq!(story.due(DeadlineRule::Convene), date("2026-10-05"), "convene 20");
    let story = story.does(acknowledge()).stands(Standing::HearingRequested);
    assert!(!story.has_open(DeadlineRule::Acknowledge));
    story.refused(RefusalCode::WrongState, acknowledge());
}

#[test]
fn r25_three_members_none_involved_one_independent_with_the_reason() {
    requested()
        .refused(RefusalCode::PanelTooSmall, panel(&[OUTSIDER, SOLICITOR]))
        .refused(RefusalCode::PanelTooSmall, panel(&[OUTSIDER, OUTSIDER, SOLICITOR]))
        .refused(RefusalCode::AlreadyInvolved, panel(&[CHAIR, OUTSIDER, SOLICITOR]))
        .refused(RefusalCode::PanelNotIndependent, panel(&[GOVERNOR_1, GOVERNOR_2, POOL_MEMBER]))
        // They say that they are independent, and nobody wrote down why.
        .refused(RefusalCode::PanelNotIndependent, panel(&[GOVERNOR_1, POOL_MEMBER, NO_REASON_GIVEN]))
        .refused(
            RefusalCode::Field,
            super::super::command::AppointPanel { chair: GOVERNOR_1, ..good_panel() },
        )
        .does(panel(&[GOVERNOR_1, POOL_MEMBER, OUTSIDER]));
}

#[test]
fn r27_each_member_declares_for_themself_and_the_clerk_writes_down_what_another_told_them() {
    let story = appointed();
    let hearing = |story: &Story| story.case().run().unwrap().hearing.clone().unwrap();
    assert_eq!(hearing(&story).undeclared().count(), 3);
    story.clone().by_person(GOVERNOR_1).refused(RefusalCode::NotYours, nothing_to_declare(None));
    let mine = story.by_person(OUTSIDER);
    mine.clone().refused(RefusalCode::Field, nothing_to_declare(Some(SOLICITOR)));
    let open = DeclareInterest { interest: Some(words("I know him")), ..nothing_to_declare(None) };
    mine.clone().refused(RefusalCode::Field, open);
    mine.clone().refused(RefusalCode::Field, DeclareInterest { interest: None, ..interest(None, "It") });
    let declared = mine.does(nothing_to_declare(None)).by_person(CLERK);
    declared.clone().refused(RefusalCode::Field, nothing_to_declare(None));
    declared.clone().refused(RefusalCode::Field, nothing_to_declare(Some(GOVERNOR_1)));
    let unheard = DeclareInterest { heard_by: None, ..nothing_to_declare(Some(SOLICITOR)) };
    declared.clone().refused(RefusalCode::Field, unheard);
    let both = declared.does(interest(Some(SOLICITOR), "I advised the trust in May"));
    assert_eq!(hearing(&both).undeclared().collect::<Vec<_>>(), [POOL_MEMBER]);
    // A later answer takes the place of the first; a panel that is named again asks only who is new.
    let changed = both.does(nothing_to_declare(Some(SOLICITOR))).does(super::super::command::AppointPanel {
        reason: Some(words("He cannot come")),
        ..panel(&[OUTSIDER, SOLICITOR, GOVERNOR_2])
    });
    assert_eq!(hearing(&changed).declaration_of(SOLICITOR), Some(&Declaration::Nothing));
    assert_eq!(hearing(&changed).undeclared().collect::<Vec<_>>(), [GOVERNOR_2]);
}

#[test]
fn r27_a_hearing_that_moves_far_asks_its_members_again() {
    let declared = scheduled().by_person(OUTSIDER).does(nothing_to_declare(None)).by_person(CLERK);
    let moved = |day: &str| {
        let later = ScheduleHearing {
            reason: Some(words("The family asked for it")),
            ..hear_at(&format!("{day}T14:00:00"), HearingBasis::Agreed)
        };
        declared.clone().does(later)
    };
    let undeclared =
        |story: &Story| story.case().run().unwrap().hearing.as_ref().unwrap().undeclared().count();
    // The hearing is on 25 September.
    assert_eq!(undeclared(&moved("2026-10-09")), 2, "ten school days later");
    let far = moved("2026-10-12");
    assert_eq!(undeclared(&far), 3, "eleven");
    let told = notices(Some(declared.case()), &far.record[declared.record.len()..], far.case(), &far.ctx());
    // One letter to each says both: the new date, and to declare for it.
    let of = |news| told.iter().filter(|notice| notice.kind == NoticeKind::Staff(news)).count();
    assert_eq!(of(StaffNews::DeclarationAsked), 0);
    for member in [OUTSIDER, SOLICITOR, POOL_MEMBER] {
        assert!(told_of_hearing(&declared, &far).contains(&(StaffNews::HearingChanged, member)));
    }
}

/// R28: whoever stands by replaces a member who cannot sit, in the order that was agreed; the form has it filled in
/// already, and somebody else sits only with a reason on record.
#[test]
fn r28_those_who_stand_by_replace_a_member_in_their_order() {
    use super::super::command::{AppointPanel, Reserves};
    let with = |first, second| AppointPanel { reserves: Some(Reserves { first, second }), ..good_panel() };
    let field = |command: AppointPanel| requested().refusal(command).field;
    assert_eq!(field(with(None, Some(GOVERNOR_1))).as_deref(), Some("reserves/first"));
    assert_eq!(field(with(Some(GOVERNOR_1), Some(GOVERNOR_1))).as_deref(), Some("reserves/second"));
    assert_eq!(field(with(Some(SOLICITOR), None)).as_deref(), Some("reserves/first"), "sits already");
    assert_eq!(field(with(Some(CHAIR), None)).as_deref(), Some("reserves/first"), "had a part");

    let named = requested().does(with(Some(GOVERNOR_1), Some(GOVERNOR_2)));
    let declared = named.by_person(POOL_MEMBER).does(interest(None, "I know the family")).by_person(CLERK);
    let stands = super::super::fields::present(Action::AppointPanel, declared.case(), &declared.ctx());
    assert_eq!(stands["members"], serde_json::json!([OUTSIDER, SOLICITOR, GOVERNOR_1]));
    assert_eq!(stands["reserves"], serde_json::json!({ "first": GOVERNOR_2 }));
    let anew =
        |members: &[PersonId]| AppointPanel { reason: Some(words("A member cannot sit")), ..panel(members) };
    let skips = anew(&[OUTSIDER, SOLICITOR, GOVERNOR_2]);
    assert_eq!(declared.refusal(skips.clone()).field.as_deref(), Some("passed_over"));
    let why = declared.clone().does(AppointPanel { passed_over: Some(words("She is away")), ..skips });
    assert!(why.case().run().unwrap().hearing.as_ref().unwrap().seats(GOVERNOR_2));
    let next = declared.does(anew(&[OUTSIDER, SOLICITOR, GOVERNOR_1]));
    let hearing = |story: &Story| story.case().run().unwrap().hearing.clone().unwrap();
    assert_eq!(hearing(&next).reserves, [GOVERNOR_2], "whoever is left stands by");

    // Whoever has a part by now is passed by without a word: they cannot sit.
    let mut tainted = next;
    tainted.add(vec![
        Event::Involved { person: GOVERNOR_2, involved_as: InvolvedAs::Witness },
        Event::Involved { person: SOLICITOR, involved_as: InvolvedAs::Witness },
    ]);
    let stands = super::super::fields::present(Action::AppointPanel, tainted.case(), &tainted.ctx());
    assert_eq!(stands["members"], serde_json::json!([GOVERNOR_1, OUTSIDER]));
    tainted.does(panel(&[OUTSIDER, GOVERNOR_1, NO_REASON_GIVEN]));
}

/// R27: it counts from the day that a member declared for, however often the hearing moves in between.
#[test]
fn r27_a_hearing_that_moves_far_in_two_steps_asks_its_members_again() {
    let declared = scheduled().by_person(OUTSIDER).does(nothing_to_declare(None)).by_person(CLERK);
    let moved = |story: Story, day: &str| {
        let reason = Some(words("The family asked for it"));
        story.does(ScheduleHearing { reason, ..hear_at(&format!("{day}T14:00:00"), HearingBasis::Agreed) })
    };
    let undeclared =
        |story: &Story| story.case().run().unwrap().hearing.as_ref().unwrap().undeclared().count();
    let once = moved(declared, "2026-10-02");
    assert_eq!(undeclared(&once), 2, "five school days");
    assert_eq!(undeclared(&moved(once, "2026-10-12")), 3, "six more are eleven");
}

/// R22-R27: a seat ends at once when the panel is named without its member: the case, its files, and a mail that says
/// so in one sentence and gives no way back in; the register says "stood down".
#[test]
fn r27_whoever_is_replaced_on_a_panel_sees_nothing_any_more_and_is_told() {
    use super::super::sight::{consulted, sees};
    let before =
        scheduled().by_person(OUTSIDER).does(interest(None, "I taught his brother")).by_person(CLERK);
    assert!(sees(before.case(), OUTSIDER, &before.ctx()));
    let without = super::super::command::AppointPanel {
        reason: Some(words("A member cannot sit")),
        ..panel(&[SOLICITOR, POOL_MEMBER, GOVERNOR_2])
    };
    let after = before.clone().does(without);
    assert!(!sees(after.case(), OUTSIDER, &after.ctx()));
    assert!(after.case().is_involved(OUTSIDER, InvolvedAs::StoodDown));
    assert!(!after.case().is_involved(OUTSIDER, InvolvedAs::Asked));
    let told = notices(Some(before.case()), &after.record[before.record.len()..], after.case(), &after.ctx());
    let hers: Vec<_> =
        told.iter().filter(|notice| notice.to == To::Person(OUTSIDER)).map(|notice| notice.kind).collect();
    assert_eq!(hers, [NoticeKind::Staff(StaffNews::StoodDown)]);
    let noted = consulted(&told, after.case(), &after.ctx());
    assert!(
        !format!("{noted:?}").contains(&format!("{OUTSIDER:?}")),
        "a letter without a link opens nothing"
    );
    // Named again, her interest still stands in the way of reading.
    let back = super::super::command::AppointPanel {
        reason: Some(words("The family agreed")),
        ..panel(&[OUTSIDER, SOLICITOR, POOL_MEMBER])
    };
    let back = after.does(back);
    assert!(back.case().is_involved(OUTSIDER, InvolvedAs::Asked));
    assert!(!back.case().is_involved(OUTSIDER, InvolvedAs::StoodDown));
}

/// R27: a member who saw what happened loses the seat with the panel, and hears of it in the same way.
#[test]
fn r27_a_member_who_turns_out_to_be_a_witness_stands_down() {
    let before = scheduled().by_person(SOLICITOR).does(nothing_to_declare(None)).by_person(CLERK);
    let mut after = before.clone();
    after.add(vec![Event::Involved { person: SOLICITOR, involved_as: InvolvedAs::Witness }]);
    assert!(after.case().is_involved(SOLICITOR, InvolvedAs::StoodDown));
    assert!(!super::super::sight::sees(after.case(), SOLICITOR, &after.ctx()));
    assert!(told_of_hearing(&before, &after).contains(&(StaffNews::StoodDown, SOLICITOR)));
    assert!(!told_of_hearing(&before, &after).contains(&(StaffNews::HearingCancelled, SOLICITOR)));
}

/// R27, 2.4: where nobody has the panel's stage, or whoever had it has left, the clerk of today hears of an interest.
#[test]
fn r27_an_interest_reaches_a_clerk_whoever_held_the_stage() {
    let mut story = appointed();
    let people = everybody().into_iter().filter(|person| person.id != TRUST_OFFICER).collect();
    story.world.directory = crate::domain::person::Directory::new(people);
    let mut unheld = story.case().clone();
    unheld.runs.last_mut().unwrap().handler.person = None;
    let after = story.clone().by_person(OUTSIDER).does(interest(None, "I know the family"));
    let mut left = after.case().clone();
    left.runs.last_mut().unwrap().handler.person = None;
    let told = notices(Some(&unheld), &after.record[story.record.len()..], &left, &after.ctx());
    let to: Vec<_> = told.iter().map(|notice| (notice.kind, notice.to)).collect();
    assert_eq!(to, [(NoticeKind::Staff(StaffNews::InterestDeclared), To::Person(CLERK))]);
}

/// 2.4, R22: whoever is complained about is asked for their side when it goes to a panel; where a child may be at risk
/// nobody tells them but the safeguarding lead.
#[test]
fn whoever_is_complained_about_hears_that_it_goes_to_a_panel() {
    let answered = answered_in(World::trust());
    let up = answered.clone().by_family().does(escalate(&[1, 2]));
    assert!(told_of_hearing(&answered, &up).contains(&(StaffNews::SubjectMovedUp, HEAD)));
}

#[test]
fn r27_the_clerk_is_told_of_an_interest_and_the_family_reads_nothing_of_it() {
    let before = appointed();
    let after = before.clone().by_person(OUTSIDER).does(interest(None, "I taught his brother"));
    let new = &after.record[before.record.len()..];
    let ctx = after.ctx();
    let told = notices(Some(before.case()), new, after.case(), &ctx);
    let to: Vec<_> = told.iter().map(|notice| (notice.kind, notice.to)).collect();
    assert_eq!(to, [(NoticeKind::Staff(StaffNews::InterestDeclared), To::Person(CLERK))]);
    let read = |voice| format!("{:?}", super::super::timeline::timeline(new, after.case(), &ctx, voice));
    for (reader, reads) in [(CLERK, true), (TRUST_OFFICER, false), (HEAD, false), (COORDINATOR, false)] {
        let by = after.clone().by_person(reader);
        let told = super::super::timeline::timeline(new, by.case(), &by.ctx(), Voice::Staff);
        assert_eq!(format!("{told:?}").contains("I taught his brother"), reads, "{reader:?}");
    }
    for voice in [Voice::Panel, Voice::Complainant(PartyNo(1))] {
        assert_eq!(read(voice), "[]", "{voice:?}");
    }
}

fn warned(story: &Story, command: impl Into<super::super::command::Command>) -> Vec<String> {
    let after = story.clone().does(command);
    super::super::cautions::cautions(&after.record[story.record.len()..], after.case(), &after.ctx())
}

/// 1.3, R27: a panel that may be split, papers of one side alone, and members who have not declared are worth a
/// second look; none of it is refused.
#[test]
fn what_speaks_against_a_step_of_the_panel_is_said_beforehand() {
    assert_eq!(warned(&requested(), good_panel()), [""; 0]);
    let four = warned(&requested(), panel(&[OUTSIDER, SOLICITOR, POOL_MEMBER, GOVERNOR_2]));
    assert!(four.len() == 1 && four[0].contains("panel of 4"), "{four:?}");
    let declared = [OUTSIDER, SOLICITOR]
        .into_iter()
        .fold(scheduled(), |story, member| story.by_person(member).does(nothing_to_declare(None)));
    let declared = declared.by_person(CLERK).on("2026-09-18");
    let words = warned(&declared, papers());
    assert!(words.len() == 1 && words[0].contains("has not declared yet"), "{words:?}");
    let theirs = declared.by_family().does(document()).by_person(CLERK);
    let theirs = theirs.does(interest(Some(POOL_MEMBER), "I know the father"));
    let words = warned(&theirs, circulate(&[2]));
    assert!(
        words[0].contains("comes from the school") && words[1].contains("declared an interest"),
        "{words:?}"
    );
    assert_eq!(words.len(), 2);
}

#[test]
fn r26_neither_the_head_nor_the_clerk_nor_staff_sit() {
    let story = requested();
    for person in [HEAD, CLERK, YEAR_4_TEACHER, SENIOR_LEADER, COORDINATOR, OFFICE, DSL, ADMINISTRATOR] {
        assert!(may_sit(story.case(), person, &story.ctx()).is_err(), "{person}");
    }
    // Not even when somebody put the head into the pool as well.
    let mut pooled = requested();
    let mut people = everybody();
    people[2].posts.push(post(HEAD, crate::domain::person::Role::PanelMember));
    pooled.world.directory = crate::domain::person::Directory::new(people);
    assert!(may_sit(pooled.case(), HEAD, &pooled.ctx()).is_err());
}

#[test]
fn r24_whoever_is_appointed_is_in_the_register_and_cannot_be_given_a_stage() {
    let story = appointed();
    assert!(story.case().is_involved(OUTSIDER, InvolvedAs::Asked));
    let declared = story.clone().by_person(OUTSIDER).does(nothing_to_declare(None));
    assert!(declared.case().is_involved(OUTSIDER, InvolvedAs::Panel));
    assert!(story.case().is_involved(CLERK, InvolvedAs::Clerked));
    assert!(!story.case().is_involved(CLERK, InvolvedAs::Decided), "the clerk decides nothing");
}

#[test]
fn r29_a_governor_of_a_sister_school_counts_only_where_the_trust_said_so() {
    let with_sister = || panel(&[GOVERNOR_1, POOL_MEMBER, SISTER_GOVERNOR]);
    requested().refused(RefusalCode::PanelNotIndependent, with_sister());
    let mut lenient = World::trust();
    lenient.sister_schools = SisterSchools::Independent;
    requested_in(lenient).does(with_sister());
}

#[test]
fn nine_point_three_the_clerk_hears_at_once_that_too_few_could_sit() {
    let gone = [OUTSIDER, SOLICITOR, POOL_MEMBER, SISTER_GOVERNOR, NO_REASON_GIVEN, VICE_CHAIR, GOVERNOR_1];
    let story = requested_in(World::trust().without(&gone));
    let refusal = story.ready(super::super::action::Action::AppointPanel).unwrap_err();
    assert_eq!(refusal.code, RefusalCode::PanelTooSmall);
    let story = requested_in(World::trust().without(&[OUTSIDER, SOLICITOR]));
    let refusal = story.ready(super::super::action::Action::AppointPanel).unwrap_err();
    assert_eq!(refusal.code, RefusalCode::PanelNotIndependent);
}

#[test]
fn r21_a_panel_about_a_governor_comes_from_outside_the_board_of_an_academy() {
    let about = |world: World, role: SubjectRole, handler: PersonId| {
        let story = Story::in_(world)
            .raise(intake().about(role, None))
            .at("F1", handler)
            .by_person(handler)
            .does(find(1, Finding::Upheld))
            .does(find(2, Finding::Upheld))
            .does(reply_formally())
            .by_family()
            .does(escalate(&[1, 2]));
        who_may_sit(story.case(), &story.ctx())
    };
    let pool = [OUTSIDER, SOLICITOR, POOL_MEMBER, SISTER_GOVERNOR, NO_REASON_GIVEN];
    assert_eq!(about(World::trust(), SubjectRole::ChairOfGovernors, TRUST_OFFICER), pool);
    assert_eq!(about(World::trust(), SubjectRole::GoverningBody, TRUST_OFFICER), pool);
    // A maintained school: a committee of governors without whoever it is about.
    let committee = about(World::maintained(), SubjectRole::ChairOfGovernors, VICE_CHAIR);
    assert_eq!(committee[..3], [GOVERNOR_1, GOVERNOR_2, GOVERNOR_3]);
    assert!(!committee.contains(&CHAIR) && !committee.contains(&VICE_CHAIR));
}

#[test]
fn r43_a_hearing_is_on_a_school_day_to_come_with_notice_and_within_the_limit() {
    let on = |day: &str| hear_at(&format!("{day}T14:00:00"), HearingBasis::Agreed);
    let with_reason =
        |day: &str| ScheduleHearing { reason: Some(words("The family asked for it")), ..on(day) };
    appointed()
        .refused(RefusalCode::NotASchoolDay, on("2026-09-26"))
        .refused(RefusalCode::Field, on("2026-09-07"))
        .refused(RefusalCode::CalendarMissing, on("2027-09-06"))
        // Notice of 10 school days: the 21st is the first.
        .refused(RefusalCode::TooSoon, on("2026-09-18"))
        .refused(RefusalCode::BeyondLimit, on("2026-10-06"));
    appointed().does(on("2026-09-21"));
    appointed().does(on("2026-10-05"));
    appointed().does(with_reason("2026-09-18"));
    appointed().does(with_reason("2026-10-06"));
}

#[test]
fn r52_three_offers_come_before_the_clerk_fixes_a_date() {
    let offer = |day: &str| hear_at(&format!("{day}T14:00:00"), HearingBasis::Offered);
    let fixed = || hear_at("2026-09-28T14:00:00", HearingBasis::Fixed);
    let story = appointed()
        .refused(RefusalCode::OffersLeft, fixed())
        .does(offer("2026-09-22"))
        .does(offer("2026-09-23"))
        .refused(RefusalCode::OffersLeft, fixed())
        .does(offer("2026-09-24"))
        .refused(RefusalCode::OffersLeft, offer("2026-09-25"))
        .does(fixed());
    let dates = &story.case().run().unwrap().hearing.as_ref().unwrap().dates;
    assert_eq!(dates.iter().map(|date| date.sequence).collect::<Vec<_>>(), [0, 1, 2, 3]);
}

#[test]
fn r44_papers_count_back_from_the_hearing_and_move_with_it() {
    // The rule's own example: a hearing on 30 November, an INSET day on the 27th.
    let late = ScheduleHearing {
        reason: Some(words("The family is away until then")),
        ..hear_at("2026-11-30T14:00:00", HearingBasis::Agreed)
    };
    let story = scheduled();
    assert_eq!(story.due(DeadlineRule::Papers), date("2026-09-18"));
    let story = story.does(late);
    assert_eq!(story.due(DeadlineRule::Papers), date("2026-11-20"));
    let open = story.case().deadlines.iter().filter(|deadline| deadline.rule == DeadlineRule::Papers);
    assert_eq!(open.count(), 1);
}

#[test]
fn r44_papers_go_out_in_time_or_with_the_time_waived_and_are_on_the_case() {
    scheduled()
        .refused(RefusalCode::NotOnCase, circulate(&[9]))
        .refused(RefusalCode::Field, circulate(&[]))
        .on("2026-09-18")
        .does(papers());
    let late = scheduled().on("2026-09-21").refused(RefusalCode::TooSoon, papers());
    late.does(CirculatePapers { waiver: Some(words("Both agreed by email")), ..papers() });
}

#[test]
fn r44_papers_are_the_same_for_both_sides_and_the_panel_who_see_nothing_else_of_each_other() {
    let family = Actor::Complainant(PartyNo(1));
    let member = Actor::Person(OUTSIDER);
    let story = scheduled().by_family().does(document()).by_person(CLERK).does(document()).does(document());
    let seen = |story: &Story, actor| -> Vec<u16> {
        documents::visible(story.case(), actor).map(|document| document.no.0).collect()
    };
    assert_eq!((seen(&story, family), seen(&story, member)), (vec![2], vec![]));
    // R27: nothing before the member has declared.
    assert_eq!(seen(&story.clone().does(circulate(&[1, 2])), member), Vec::<u16>::new());
    let story = story.by_person(OUTSIDER).does(nothing_to_declare(None)).by_person(CLERK);
    assert_eq!(seen(&story, Actor::Person(CLERK)), [1, 2, 3, 4]);
    let story = story.does(circulate(&[1, 2]));
    assert_eq!((seen(&story, family), seen(&story, member)), (vec![1, 2], vec![1, 2]));
    assert_eq!(seen(&story, Actor::Complainant(PartyNo(2))), [1, 2], "each side has the same papers");
    assert!(documents::find(story.case(), family, DocumentNo(3)).is_none(), "the third is not a paper");
    assert_eq!(seen(&story, Actor::Public), Vec::<u16>::new());
}

#[test]
fn r44_a_pause_does_not_move_papers_whose_hearing_stands() {
    let story = scheduled().does(suspend_until("2026-12-01")).on("2026-09-14").does(resume());
    assert_eq!(story.due(DeadlineRule::Papers), date("2026-09-18"));
}

#[test]
fn a_hearing_that_moves_after_the_papers_needs_them_again() {
    let story = scheduled()
        .does(papers())
        .does(hear_at("2026-10-01T14:00:00", HearingBasis::Agreed))
        .stands(Standing::HearingScheduled);
    assert!(story.has_open(DeadlineRule::Papers));
}

#[test]
fn r53_the_parents_attendance_and_companion_are_written_down_or_their_absence() {
    let held = |complainant, companion| RecordHearing { complainant, companion, ..heard_on("2026-09-25") };
    papers_out()
        .refused(RefusalCode::Field, held(AttendanceGiven::Attended, CompanionRule::NotThere))
        .refused(RefusalCode::Field, held(AttendanceGiven::ChoseNotTo, CompanionRule::Came))
        // R52: going on without them needs the reason and the attempts.
        .refused(RefusalCode::Field, held(AttendanceGiven::InAbsence, CompanionRule::NotThere));
    papers_out().does(held(AttendanceGiven::Attended, CompanionRule::Alone));
    papers_out().does(held(AttendanceGiven::ChoseNotTo, CompanionRule::NotThere));
    let story = papers_out().does(RecordHearing {
        absence_reason: Some(words("Three dates were turned down; we rang twice")),
        ..held(AttendanceGiven::InAbsence, CompanionRule::NotThere)
    });
    let held = story.case().run().unwrap().hearing.as_ref().unwrap().held.as_ref().unwrap();
    assert!(matches!(held.complainant, Attendance::InAbsence(_)));
}

#[test]
fn r25_at_the_hearing_enough_members_sit_and_one_of_them_is_independent() {
    let sat = |present: &[PersonId]| RecordHearing { present: present.to_vec(), ..heard_on("2026-09-25") };
    papers_out()
        .refused(RefusalCode::PanelTooSmall, sat(&[OUTSIDER, SOLICITOR]))
        .refused(RefusalCode::PanelTooSmall, sat(&[OUTSIDER, SOLICITOR, SOLICITOR]))
        .refused(RefusalCode::LacksPost, sat(&[OUTSIDER, SOLICITOR, GOVERNOR_3]))
        .does(sat(&[OUTSIDER, SOLICITOR, POOL_MEMBER]));
    // Four are appointed; the one independent member is ill.
    requested()
        .does(panel(&[OUTSIDER, GOVERNOR_1, GOVERNOR_2, GOVERNOR_3]))
        .does(hear_at("2026-09-25T14:00:00", HearingBasis::Agreed))
        .does(papers())
        .on("2026-09-25")
        .refused(RefusalCode::PanelNotIndependent, sat(&[GOVERNOR_1, GOVERNOR_2, GOVERNOR_3]));
}

#[test]
fn a_hearing_is_recorded_on_its_day_or_later_and_never_before() {
    papers_out()
        .refused(RefusalCode::Field, heard_on("2026-09-24"))
        .refused(RefusalCode::Field, heard_on("2026-09-28"))
        .does(heard_on("2026-09-25"));
}

#[test]
fn r40_a_hearing_held_in_time_is_in_time_however_late_it_is_written_down() {
    let last_day = appointed()
        .does(hear_at("2026-10-05T14:00:00", HearingBasis::Agreed))
        .does(papers())
        .on("2026-10-08")
        .does(heard_on("2026-10-05"));
    let convened = last_day.deadline(DeadlineRule::Convene).standing(last_day.today, local_date);
    assert_eq!(convened, DeadlineStanding::Met);
    let two = "2026-10-05T13:00:00Z".parse().unwrap();
    let ended = last_day.deadline(DeadlineRule::Convene).ended;
    assert_eq!(ended, Some(Ended::Met(two)), "at the hour of the hearing: 14:00 in summer");
    assert_eq!(last_day.due(DeadlineRule::Outcome), date("2026-10-12"), "outcome 5, from the hearing");
}

#[test]
fn a_member_who_turns_out_to_be_complained_about_costs_the_panel_its_hearing() {
    let story = scheduled()
        .does(mark(POOL_MEMBER, SubjectRole::Other))
        .stands(Standing::HearingRequested)
        .refused(RefusalCode::AlreadyInvolved, good_panel());
    // The other two may stay (R28: a replacement takes the place of whoever is tainted).
    story.does(panel(&[OUTSIDER, SOLICITOR, GOVERNOR_1])).stands(Standing::HearingAppointed);
}

#[test]
fn a_member_who_turns_out_to_be_complained_about_while_the_case_is_paused_does_not_sit_after_it() {
    let paused = scheduled().by_person(COORDINATOR).does(suspend_until("2026-12-01"));
    let story = paused.does(mark(POOL_MEMBER, SubjectRole::Other)).stands(Standing::Suspended);
    story.does(resume()).stands(Standing::HearingRequested);
}

#[test]
fn r44_a_hearing_day_that_passes_without_papers_asks_for_a_new_day() {
    let story = scheduled().on("2026-12-01");
    let asked = attention(story.case(), story.today, &story.world.calendar);
    assert!(asked.iter().any(|one| one.words.contains("Set a new day for the hearing")), "{asked:?}");
    story.refused(RefusalCode::WrongState, heard_on("2026-11-30"));
}

#[test]
fn r19_the_panel_finds_on_every_point_before_its_findings_go_out() {
    papers_out()
        .does(heard_on("2026-09-25"))
        .refused(RefusalCode::PointUnanswered, issue())
        .does(find(1, Finding::Upheld))
        .refused(RefusalCode::PointUnanswered, issue())
        .does(find(2, Finding::NotUpheld))
        .does(issue())
        .stands(Standing::HearingDecided);
}

#[test]
fn r54_r55_the_case_closes_when_all_four_have_it_and_the_action_is_on_record() {
    let decided = papers_out()
        .does(heard_on("2026-09-25"))
        .does(find(1, Finding::Upheld))
        .does(find(2, Finding::NotUpheld))
        .does(issue());
    let nothing_done = Close { action_taken: None, ..close_with_all_sent("2026-09-25") };
    let story = decided
        .refused(RefusalCode::NotDistributed, close_with_all_sent("2026-09-26"))
        .refused(RefusalCode::NoActionTaken, nothing_done);
    for left_out in Recipient::ALL {
        let mut command = close_with_all_sent("2026-09-25");
        let lines = command.distribution.as_mut().unwrap();
        let line = lines.iter_mut().find(|line| line.recipient == *left_out).unwrap();
        line.sent_on = None;
        let refusal = story.refusal(command.clone());
        assert_eq!(refusal.field, Some(format!("distribution/{}", left_out.key())));
        let lines = command.distribution.as_mut().unwrap();
        let line = lines.iter_mut().find(|line| line.recipient == *left_out).unwrap();
        line.not_applicable = Some(words("They have left the country"));
        story.clone().does(command).stands(Standing::Closed);
    }
}

/// R54: findings that are made go to all who are to have them; a withdrawal cannot take them back.
#[test]
fn r54_nobody_withdraws_once_the_findings_are_made() {
    let decided = papers_out()
        .does(heard_on("2026-09-25"))
        .does(find(1, Finding::Upheld))
        .does(find(2, Finding::NotUpheld))
        .does(issue())
        .stands(Standing::HearingDecided);
    let refusal = decided.clone().by_family().refusal(withdraw());
    assert_eq!(refusal.code, RefusalCode::WrongState);
    assert!(refusal.makes_possible.unwrap().contains("closes the case"));
    let paused = decided.clone().by_person(COORDINATOR).does(suspend_until("2026-12-01"));
    paused.by_family().refused(RefusalCode::WrongState, withdraw());
    let heard = papers_out().does(heard_on("2026-09-25"));
    heard.by_family().does(withdraw()).stands(Standing::Closed);
    decided.by_person(CLERK).does(close_with_all_sent("2026-09-25")).stands(Standing::Closed);
}

/// R54: what was called back or could not be delivered was not sent.
#[test]
fn r54_a_message_that_did_not_leave_counts_as_sent_to_nobody() {
    let mut decided = papers_out()
        .does(heard_on("2026-09-25"))
        .does(find(1, Finding::Upheld))
        .does(find(2, Finding::NotUpheld))
        .does(issue());
    let asked = |story: &Story| story.refusal(close()).sentence;
    // The headteacher is complained about here, and had the letter of whoever is: nobody is asked about any of the four.
    decided.clone().does(close()).stands(Standing::Closed);
    decided.world.unsent = vec![Recipient::Complainant, Recipient::Subject, Recipient::Proprietor];
    for who in ["the complainant", "the person complained about", "the proprietor", "the headteacher"] {
        assert!(asked(&decided).contains(who), "{who}: {}", asked(&decided));
    }
    assert_eq!(decided.refusal(close()).code, RefusalCode::NotDistributed);
    decided.does(close_with_all_sent("2026-09-25")).stands(Standing::Closed);
}

/// Whom the last step tells of the hearing, but for the family.
fn told_of_hearing(before: &Story, after: &Story) -> Vec<(StaffNews, PersonId)> {
    let events = after.record.get(before.record.len()..).unwrap();
    let told = notices(Some(before.case()), events, after.case(), &after.ctx());
    told.into_iter()
        .filter_map(|notice| match (notice.kind, notice.to) {
            (NoticeKind::Staff(news), To::Person(person)) => Some((news, person)),
            (NoticeKind::Staff(_) | NoticeKind::Family(_), _) => None,
        })
        .collect()
}

/// 2.6, P30: whoever answered for the school at the stage below is asked to the hearing, hears that it moved, and
/// has the same papers as everybody.
#[test]
fn whoever_speaks_for_the_school_is_asked_to_the_hearing_and_has_its_papers() {
    let appointed = appointed();
    let set = appointed.clone().does(hear_at("2026-09-25T14:00:00", HearingBasis::Agreed));
    let invited = told_of_hearing(&appointed, &set);
    assert!(invited.contains(&(StaffNews::HearingInvitation, TRUST_OFFICER)), "{invited:?}");
    let to_head: Vec<_> = invited.iter().filter(|(_, person)| *person == HEAD).collect();
    assert_eq!(
        to_head,
        [&(StaffNews::SubjectHearing, HEAD)],
        "complained about: a letter of her own (R22, 2.4)"
    );
    let moved = set.clone().does(hear_at("2026-09-28T14:00:00", HearingBasis::Agreed));
    assert!(told_of_hearing(&set, &moved).contains(&(StaffNews::HearingChanged, TRUST_OFFICER)));
    let out = set.clone().on("2026-09-18").does(papers());
    assert!(told_of_hearing(&set, &out).contains(&(StaffNews::PapersOut, TRUST_OFFICER)));
    let closed = set.clone().by_family().does(withdraw());
    assert!(told_of_hearing(&set, &closed).contains(&(StaffNews::HearingCancelled, TRUST_OFFICER)));
}

/// 2.4: whoever turns out to be complained about once the day is set learns of it, and so hears when it is off; as long
/// as there is no day, they learn that they are asked for their side.
#[test]
fn whoever_is_marked_at_the_panel_is_told_what_the_others_were_told() {
    let set = scheduled();
    let marked = set.clone().does(mark(YEAR_5_TEACHER, SubjectRole::ClassTeacher));
    assert_eq!(told_of_hearing(&set, &marked), [(StaffNews::SubjectHearing, YEAR_5_TEACHER)]);
    let off = marked.clone().does(mark(OUTSIDER, SubjectRole::Other));
    let told = told_of_hearing(&marked, &off);
    assert!(told.contains(&(StaffNews::SubjectHearingOff, YEAR_5_TEACHER)), "{told:?}");
    let before = appointed();
    let marked = before.clone().does(mark(YEAR_5_TEACHER, SubjectRole::ClassTeacher));
    assert_eq!(told_of_hearing(&before, &marked), [(StaffNews::SubjectMovedUp, YEAR_5_TEACHER)]);
    // Nobody is invited to what is over and not yet written down.
    let over = scheduled().on("2026-10-05");
    let marked = over.clone().does(mark(YEAR_5_TEACHER, SubjectRole::ClassTeacher));
    assert_eq!(told_of_hearing(&over, &marked), []);
    // Where it began at the formal step nobody who is complained about was told, and so they are not either.
    let begun = Story::in_(World::trust())
        .raise(intake().about(SubjectRole::ChairOfGovernors, None))
        .at("F1", TRUST_OFFICER);
    let marked = begun.clone().by_person(TRUST_OFFICER).does(mark(YEAR_5_TEACHER, SubjectRole::ClassTeacher));
    assert_eq!(told_of_hearing(&begun, &marked), []);
    let informal = Story::raised();
    let marked = informal.clone().by_person(HEAD).does(mark(YEAR_5_TEACHER, SubjectRole::ClassTeacher));
    assert_eq!(told_of_hearing(&informal, &marked), []);
}

/// One source for the day that everything shows once a hearing is set: the papers first, then the hearing itself, and
/// not the last day on which it may be held.
#[test]
fn a_hearing_that_is_set_is_what_the_case_waits_for() {
    let set = scheduled();
    assert_eq!(set.due(DeadlineRule::Convene), date("2026-10-05"), "the limit stays");
    let leads = |story: &Story| {
        let leading = story.case().leading_due().unwrap();
        (leading.rule, leading.due.date().unwrap())
    };
    assert_eq!(leads(&set), (DeadlineRule::Papers, date("2026-09-18")));
    let staff = |story: &Story| now_sentences(story.case(), &story.ctx(), Voice::Staff).by_when;
    assert_eq!(staff(&set), "Friday 18 September 2026");
    let out = set.on("2026-09-18").does(papers());
    assert_eq!(leads(&out), (DeadlineRule::Convene, date("2026-09-25")));
    assert_eq!(staff(&out), "Friday 25 September 2026");
}

/// R43, R52: a hearing beyond its limit, with the reason on record, takes the limit along: one date for everybody, and
/// nothing is late before it. One that comes back brings the limit back, as far as the procedure's own.
#[test]
fn r43_the_limit_follows_a_hearing_that_is_set_beyond_it() {
    let own = date("2026-10-05");
    let limit = |story: &Story| {
        story.case().open_deadline(DeadlineRule::Convene).and_then(|deadline| deadline.due.date()).unwrap()
    };
    let beyond = ScheduleHearing {
        reason: Some(words("The family is away until then")),
        ..hear_at("2026-10-13T14:00:00", HearingBasis::Agreed)
    };
    let set = scheduled();
    assert_eq!(limit(&set), own);
    let moved = set.does(beyond);
    assert_eq!(limit(&moved), date("2026-10-13"));
    assert_eq!(moved.case().open_deadline(DeadlineRule::Convene).unwrap().original_due.date(), Some(own));
    let back = moved.does(hear_at("2026-09-30T14:00:00", HearingBasis::Agreed));
    assert_eq!(limit(&back), own);
}

/// 2.4: before an answer leaves, whoever sends it reads who can give their side, and that several read the same words.
#[test]
fn what_speaks_against_an_answer_about_colleagues_is_said_beforehand() {
    let before = at_the_formal_step(World::trust())
        .does(mark(YEAR_5_TEACHER, SubjectRole::ClassTeacher))
        .does(find(1, Finding::Upheld))
        .does(find(2, Finding::NotUpheld));
    let said = warned(
        &before,
        super::super::command::Reply { to_subject: Some(words("No fault")), ..reply_formally() },
    );
    assert_eq!(said.len(), 2, "{said:?}");
    assert!(said[0].contains("Helen Ward and Ben Okoro had word that they can give their side"), "{said:?}");
    assert!(said[1].contains("goes to Helen Ward and Ben Okoro in the same words"), "{said:?}");
    let informal = Story::raised().by_person(YEAR_4_TEACHER);
    assert_eq!(warned(&informal, reply()), [""; 0]);
}

/// R27: what a member declared stands until the clerk decides; they cannot take it back alone.
#[test]
fn r27_a_member_does_not_undo_their_own_interest() {
    let story = appointed().by_person(OUTSIDER).does(interest(None, "I know the family"));
    let refusal = story.refusal(nothing_to_declare(None));
    assert_eq!((refusal.code, refusal.field.as_deref()), (RefusalCode::Field, Some("declared")));
    story.by_person(CLERK).does(nothing_to_declare(Some(OUTSIDER)));
    // Nor where the hearing moves by so much that everybody is asked again.
    let moved =
        scheduled().by_person(OUTSIDER).does(interest(None, "I know the family")).by_person(CLERK).does(
            ScheduleHearing {
                reason: Some(words("A member is away until then")),
                ..hear_at("2026-10-13T14:00:00", HearingBasis::Agreed)
            },
        );
    let asked_again = |recorded: &crate::domain::case::event::Recorded| {
        matches!(recorded.event, Event::DeclarationsAskedAgain { .. })
    };
    assert!(moved.record.iter().any(asked_again));
    let refusal = moved.by_person(OUTSIDER).refusal(nothing_to_declare(None));
    assert_eq!(refusal.field.as_deref(), Some("declared"));
}
