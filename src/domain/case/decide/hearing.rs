//! The panel stage, as recorded facts with their guards (2.6, R25-R28, R43, R44, R52-R54).

use std::collections::BTreeSet;

use crate::domain::calendar::{Unit, local_date, short_date};
use crate::domain::deadline::{DeadlineRule, Due, Moved};
use crate::domain::ids::PersonId;
use crate::domain::person::{Independence, Post, Role};
use crate::domain::procedure::{PanelRule, StageKind};
use crate::domain::text::{Words, says_nothing};

use super::super::command::{
    AppointPanel, AttendanceGiven, CirculatePapers, DeclareInterest, IssueFindings, RecordHearing,
    ScheduleHearing,
};
use super::super::context::{Context, DeadlineMaker, SisterSchools};
use super::super::event::Event;
use super::super::refusal::{Refusal, RefusalCode};
use super::super::state::{
    Attendance, Case, Declaration, Hearing, HearingDate, Held, Involvement, MemberDeclaration, PanelMember,
    StageRun, Standing,
};
use super::super::vocabulary::{CompanionRule, Declared, HearingBasis};
use super::answering::unanswered;

/// Offers before the clerk may fix a date (R52).
const OFFERS: usize = 3;

fn panel_run(case: &Case) -> Result<&StageRun, Refusal> {
    case.run().filter(|run| run.kind == StageKind::Panel).ok_or_else(|| {
        Refusal::new(RefusalCode::WrongState, "The case is not at its panel stage")
            .unless("The family takes it there, or staff record that they do")
    })
}

fn rule<'p>(case: &Case, ctx: &'p Context<'_>) -> Result<&'p PanelRule, Refusal> {
    ctx.stage_of(case).and_then(|stage| stage.panel.as_ref()).ok_or_else(|| {
        Refusal::new(RefusalCode::WrongState, "This stage has no panel")
            .unless("Whoever has the stage answers it, without a hearing")
    })
}

fn hearing(case: &Case) -> Result<(&StageRun, &Hearing), Refusal> {
    let run = panel_run(case)?;
    run.hearing.as_ref().map(|hearing| (run, hearing)).ok_or_else(|| {
        Refusal::new(RefusalCode::WrongState, "No panel is appointed yet").unless("Appoint the panel first")
    })
}

/// Whether enough people could sit, so that the clerk hears of it before filling anything in.
pub(super) fn may_appoint(case: &Case, ctx: &Context<'_>) -> Result<(), Refusal> {
    let rule = rule(case, ctx)?;
    let eligible = who_may_sit(case, ctx);
    if eligible.len() < usize::from(rule.members) {
        return Err(too_few(rule, eligible.len()));
    }
    let independent =
        eligible.iter().filter(|person| independence(**person, ctx).0 == Independence::Independent).count();
    if independent < usize::from(rule.independent) {
        return Err(none_independent(rule));
    }
    Ok(())
}

fn too_few(rule: &PanelRule, found: usize) -> Refusal {
    Refusal::new(
        RefusalCode::PanelTooSmall,
        format!(
            "The panel needs {} members who have had no part in the case, and there are {found}",
            rule.members
        ),
    )
    .unless("Add people to the panel pool, from outside the school if need be")
}

fn none_independent(rule: &PanelRule) -> Refusal {
    Refusal::new(
        RefusalCode::PanelNotIndependent,
        format!("The panel needs {} member independent of the running of the school, with the reason on record", rule.independent),
    )
    .unless("Add somebody from outside the school and the trust to the panel pool, and say why they are independent")
}

/// Everybody who may sit on this case's panel.
pub fn who_may_sit(case: &Case, ctx: &Context<'_>) -> Vec<PersonId> {
    ctx.directory
        .people()
        .iter()
        .map(|person| person.id)
        .filter(|person| may_sit(case, *person, ctx).is_ok())
        .collect()
}

/// Whether that person may be asked to sit on a panel of this school.
pub fn in_the_pool(person: PersonId, ctx: &Context<'_>) -> bool {
    POOL.into_iter().any(|role| ctx.holds(person, role))
}

/// The posts from which panels are drawn.
pub const POOL: [Role; 6] = [
    Role::PanelMember,
    Role::Governor,
    Role::ViceChairOfGovernors,
    Role::ChairOfGovernors,
    Role::Trustee,
    Role::ChairOfTrustees,
];

fn governs(person: PersonId, ctx: &Context<'_>) -> bool {
    [Role::Governor, Role::ViceChairOfGovernors, Role::ChairOfGovernors]
        .into_iter()
        .any(|role| ctx.holds(person, role))
}

fn is_trustee(person: PersonId, ctx: &Context<'_>) -> bool {
    [Role::Trustee, Role::ChairOfTrustees].into_iter().any(|role| ctx.holds(person, role))
}

/// Whether that person may sit, and if not why: in the pool, no staff of the school, never the head or the
/// clerk, and with no part in the case (R24-R26).
pub fn may_sit(case: &Case, person: PersonId, ctx: &Context<'_>) -> Result<(), Refusal> {
    let name = ctx.directory.name(person);
    if !in_the_pool(person, ctx) {
        return Err(Refusal::new(RefusalCode::LacksPost, format!("{name} is not in the panel pool"))
            .unless("An administrator adds them to the pool. Choose somebody else until then"));
    }
    let staff = [
        Role::Headteacher,
        Role::ExecutiveHead,
        Role::ChiefExecutive,
        Role::Clerk,
        Role::ClassTeacher,
        Role::FormTutor,
        Role::SeniorLeader,
        Role::SchoolOffice,
        Role::ComplaintsCoordinator,
        Role::DesignatedSafeguardingLead,
        Role::DataProtectionOfficer,
    ];
    if let Some(role) = staff.into_iter().find(|role| ctx.holds(person, *role)) {
        return Err(Refusal::new(
            RefusalCode::LacksPost,
            format!("{name} is {}, so cannot sit on the panel", role.title()),
        )
        .unless("Choose somebody who does not work for the school"));
    }
    // A panel that is appointed again may keep its members, and ask somebody back.
    let sits_already =
        |line: &Involvement| line.involved_as.is_a_seat() && line.run == case.run().map(|run| run.no);
    if governs_with_the_subject(case, person, ctx) {
        return Err(Refusal::new(
            RefusalCode::AlreadyInvolved,
            format!("{name} is a governor here, and the complaint is about the governors"),
        )
        .unless("Choose somebody from outside the governing body"));
    }
    if is_too_close_to_the_board(case, person, ctx) {
        return Err(Refusal::new(
            RefusalCode::AlreadyInvolved,
            format!("{name} is not independent, and the complaint is about the whole board of the trust"),
        )
        .unless("Choose somebody from the panel pool who counts as independent"));
    }
    let had_a_part =
        |line: &Involvement| line.person == person && line.involved_as.is_a_part() && !sits_already(line);
    if case.involvement.iter().any(had_a_part) {
        return Err(Refusal::new(
            RefusalCode::AlreadyInvolved,
            format!("{name} has already had a part in this case"),
        )
        .unless("Choose somebody who knows nothing of it"));
    }
    Ok(())
}

/// A panel about the whole governing body comes from outside it; in a trust, one about any governor does (2.3).
fn governs_with_the_subject(case: &Case, person: PersonId, ctx: &Context<'_>) -> bool {
    let barred = BTreeSet::new();
    governs(person, ctx) && ctx.scene(&case.subjects, None, &barred).panel_is_from_outside()
}

/// About the whole board of the trust, a panel is wholly independent (2.3).
fn is_too_close_to_the_board(case: &Case, person: PersonId, ctx: &Context<'_>) -> bool {
    let barred = BTreeSet::new();
    let wholly = ctx.scene(&case.subjects, None, &barred).panel_is_wholly_independent();
    wholly && !independent_on_record(person, ctx)
}

/// Whether somebody counts as independent, and the reason that is on record (1.3, R29).
fn independence(person: PersonId, ctx: &Context<'_>) -> (Independence, Option<Words>) {
    let held = |post: &&Post| post.role == Role::PanelMember && post.is_held_on(ctx.today);
    let post = ctx.directory.person(person).and_then(|known| known.posts.iter().find(held));
    let governs_here =
        governs(person, ctx) || is_trustee(person, ctx) || ctx.holds(person, Role::TrustOfficer);
    let reason = post.and_then(|post| post.independence_reason.clone()).map(Words::ours);
    let claimed = post.map_or(Independence::None, |post| post.independence);
    let counts = match claimed {
        Independence::Independent => true,
        Independence::SisterSchool => ctx.sister_schools == SisterSchools::Independent,
        Independence::None => false,
    };
    let kind = if counts && !governs_here && reason.is_some() {
        Independence::Independent
    } else {
        claimed_or_none(claimed)
    };
    (kind, reason)
}

/// Whether somebody counts as independent on a panel of this school, with the reason on record (1.3).
pub fn independent_on_record(person: PersonId, ctx: &Context<'_>) -> bool {
    independence(person, ctx).0 == Independence::Independent
}

fn claimed_or_none(claimed: Independence) -> Independence {
    match claimed {
        Independence::SisterSchool => Independence::SisterSchool,
        Independence::Independent | Independence::None => Independence::None,
    }
}

/// Names the panel: enough members, none involved, enough independent with the reason on record (R25).
pub(super) fn appoint_panel(
    case: &Case,
    command: &AppointPanel,
    ctx: &Context<'_>,
) -> Result<Vec<Event>, Refusal> {
    let run = panel_run(case)?;
    let rule = rule(case, ctx)?;
    let people: BTreeSet<PersonId> = command.members.iter().copied().collect();
    for person in &people {
        may_sit(case, *person, ctx).map_err(|refusal| refusal.at("members"))?;
    }
    if people.len() < usize::from(rule.members) {
        return Err(Refusal::new(
            RefusalCode::PanelTooSmall,
            format!("Choose at least {} members. You chose {}", rule.members, people.len()),
        )
        .unless(format!(
            "Choose {} more who had no part in the case",
            usize::from(rule.members) - people.len()
        ))
        .at("members"));
    }
    if !people.contains(&command.chair) {
        return Err(
            Refusal::new(RefusalCode::Field, "Choose the chair from the members of the panel").at("chair")
        );
    }
    let members: Vec<PanelMember> = people
        .iter()
        .map(|person| {
            let (independence, reason) = independence(*person, ctx);
            PanelMember { person: *person, independence, reason }
        })
        .collect();
    let independent =
        members.iter().filter(|member| member.independence == Independence::Independent).count();
    if independent < usize::from(rule.independent) {
        return Err(none_independent(rule).at("members"));
    }
    let reserves = reserves(case, command, &people, ctx)?;
    reserves_first(case, command, &people, ctx)?;
    let names_again = case.standing() != Standing::HearingRequested;
    if names_again && command.reason.is_none() {
        return Err(Refusal::new(
            RefusalCode::Field,
            "Write why the panel changes, or why it stays as it is. The family reads this",
        )
        .at("reason"));
    }
    Ok(vec![Event::PanelAppointed {
        run: run.no,
        members,
        chair: command.chair,
        reserves,
        reason: command.reason.clone(),
        passed_over: command.passed_over.clone(),
    }])
}

/// Who stands by from now on: those who were named, or those who did before and do not sit now (R28).
fn reserves(
    case: &Case,
    command: &AppointPanel,
    sits: &BTreeSet<PersonId>,
    ctx: &Context<'_>,
) -> Result<Vec<PersonId>, Refusal> {
    let Some(named) = command.reserves else {
        return Ok(who_stands_by(case, ctx).into_iter().filter(|person| !sits.contains(person)).collect());
    };
    let refuse = |words: String, field: &str| Err(Refusal::new(RefusalCode::Field, words).at(field));
    if named.first.is_none() && named.second.is_some() {
        return refuse("Choose the first reserve before the second".to_owned(), "reserves/first");
    }
    if named.first.is_some() && named.first == named.second {
        return refuse("Choose somebody else as the second reserve".to_owned(), "reserves/second");
    }
    let places = [("reserves/first", named.first), ("reserves/second", named.second)];
    for (field, person) in places.into_iter().filter_map(|(field, person)| Some((field, person?))) {
        if sits.contains(&person) {
            return refuse(format!("{} sits on the panel already", ctx.directory.name(person)), field);
        }
        may_sit(case, person, ctx).map_err(|refusal| refusal.at(field))?;
    }
    Ok(named.in_order())
}

/// Those who stand by and may still sit, in their order: nobody who had a part since, or declared an interest.
fn who_stands_by(case: &Case, ctx: &Context<'_>) -> Vec<PersonId> {
    let Some(hearing) = case.run().and_then(|run| run.hearing.as_ref()) else { return Vec::new() };
    let free = |person: &PersonId| {
        let stands = matches!(hearing.declaration_of(*person), Some(Declaration::Interest(_)));
        !stands && may_sit(case, *person, ctx).is_ok()
    };
    hearing.reserves.iter().copied().filter(free).collect()
}

/// Whoever is new on the panel is the next of those who stand by, unless it is said why not (R28).
fn reserves_first(
    case: &Case,
    command: &AppointPanel,
    sits: &BTreeSet<PersonId>,
    ctx: &Context<'_>,
) -> Result<(), Refusal> {
    let Some(hearing) = case.run().and_then(|run| run.hearing.as_ref()) else { return Ok(()) };
    let new: Vec<PersonId> = sits.iter().copied().filter(|person| !hearing.seats(*person)).collect();
    let order = who_stands_by(case, ctx);
    let next = order.into_iter().take(new.len()).find(|reserve| !new.contains(reserve));
    match next {
        Some(next) if command.passed_over.is_none() => {
            let name = ctx.directory.name(next);
            Err(Refusal::new(
                RefusalCode::Field,
                format!(
                    "{name} is next of those who stand by. Choose {name}, or write why somebody else sits"
                ),
            )
            .at("passed_over"))
        }
        Some(_) | None => Ok(()),
    }
}

/// Who would sit if the panel were named at this moment: whoever sits and declared no interest, and in the empty seats
/// those who stand by, in their order (R28).
pub fn panel_as_it_stands(case: &Case, ctx: &Context<'_>) -> Vec<PersonId> {
    let Some(hearing) = case.run().and_then(|run| run.hearing.as_ref()) else { return Vec::new() };
    let stays = |person: &PersonId| {
        !matches!(hearing.declaration_of(*person), Some(Declaration::Interest(_)))
            && may_sit(case, *person, ctx).is_ok()
    };
    let mut sits: Vec<PersonId> = hearing.members.iter().map(|member| member.person).filter(stays).collect();
    let seats = rule(case, ctx).map_or(0, |rule| usize::from(rule.members)).max(hearing.members.len());
    let empty = seats.saturating_sub(sits.len());
    sits.extend(who_stands_by(case, ctx).into_iter().take(empty));
    sits
}

/// A member declares for themself; the clerk writes down what a member told them (R27).
pub(super) fn declare(
    case: &Case,
    command: &DeclareInterest,
    ctx: &Context<'_>,
) -> Result<Vec<Event>, Refusal> {
    let (run, hearing) = hearing(case)?;
    let sits = |person: &PersonId| hearing.members.iter().any(|member| member.person == *person);
    let own = ctx.actor.person().filter(sits);
    let not_theirs = |words: &str| Err(Refusal::new(RefusalCode::Field, words).at("member"));
    let (member, heard_by) = match (own, command.member) {
        (Some(me), None) => (me, None),
        (Some(me), Some(member)) if me == member => (me, None),
        (Some(_), Some(_)) => return not_theirs("Declare for yourself alone"),
        (None, Some(member)) if sits(&member) => (member, Some(told_the_clerk(command)?)),
        (None, Some(_)) => return not_theirs("Choose a member of this panel"),
        (None, None) => return not_theirs("Choose whose declaration it is"),
    };
    let declaration = declaration(command)?;
    let stood = matches!(hearing.declaration_of(member), Some(Declaration::Interest(_)));
    if stood && heard_by.is_none() && declaration == Declaration::Nothing {
        let words =
            "You declared an interest, and the clerk decides what follows. Tell the clerk if it is not so";
        return Err(Refusal::new(RefusalCode::Field, words).at("declared"));
    }
    Ok(vec![Event::InterestDeclared { run: run.no, member, declaration, heard_by }])
}

fn told_the_clerk(command: &DeclareInterest) -> Result<Words, Refusal> {
    command.heard_by.clone().ok_or_else(|| {
        Refusal::new(RefusalCode::Field, "Write how the member told you, and when").at("heard_by")
    })
}

fn declaration(command: &DeclareInterest) -> Result<Declaration, Refusal> {
    match (command.declared, &command.interest) {
        (Declared::Nothing, None) => Ok(Declaration::Nothing),
        (Declared::Interest, Some(words)) => Ok(Declaration::Interest(words.clone())),
        (Declared::Interest, None) => {
            Err(Refusal::new(RefusalCode::Field, "Write what it is, so that the clerk can decide")
                .at("interest"))
        }
        (Declared::Nothing, Some(_)) => Err(Refusal::new(
            RefusalCode::Field,
            "You chose that nothing stands in the way, and wrote that something does. Leave this empty, or choose \
             that there is something",
        )
        .at("interest")),
    }
}

/// Sets the day: a school day, with notice, within the limit or with a reason; three offers come before a
/// date that the clerk fixes (R43, R52).
pub(super) fn schedule(
    case: &Case,
    command: &ScheduleHearing,
    ctx: &Context<'_>,
) -> Result<Vec<Event>, Refusal> {
    let (run, hearing) = hearing(case)?;
    let rule = rule(case, ctx)?;
    let at = command.at.instant();
    let on = command.at.date();
    let offers = hearing.dates.iter().filter(|date| date.basis == HearingBasis::Offered).count();
    match command.basis {
        HearingBasis::Offered if offers >= OFFERS => {
            return Err(Refusal::new(RefusalCode::OffersLeft, "Three dates were offered already")
                .unless("Agree a date with the family, or fix one")
                .at("basis"));
        }
        HearingBasis::Fixed if offers < OFFERS => {
            return Err(Refusal::new(
                RefusalCode::OffersLeft,
                format!("Offer {} more before you fix one", OFFERS - offers),
            )
            .unless("Or choose that the date was agreed, if the family agreed to it")
            .at("basis"));
        }
        HearingBasis::Offered | HearingBasis::Agreed | HearingBasis::Fixed => {}
    }
    a_school_day(on, ctx).map_err(|refusal| refusal.at("at"))?;
    let reason = command.reason.as_ref();
    with_notice(on, rule, reason, ctx)?;
    within_limit(case, on, reason, ctx)?;
    let sequence = u32::try_from(hearing.dates.len()).unwrap_or(u32::MAX);
    let date = HearingDate { at, place: command.place.clone(), basis: command.basis, sequence };
    let mut events = vec![Event::HearingScheduled { run: run.no, date, reason: command.reason.clone() }];
    events.push(papers_deadline(case, run, rule, on, ctx)?);
    events.extend(limit_follows(case, on));
    events.extend(asked_again(run, hearing, on, ctx));
    Ok(events)
}

/// A hearing that moves by more school days than this from the day that a member declared for asks its members anew
/// (R27), however often it moved in between.
const MOVES_FAR: i32 = 10;

fn asked_again(run: &StageRun, hearing: &Hearing, on: chrono::NaiveDate, ctx: &Context<'_>) -> Option<Event> {
    let is_far = |known: &MemberDeclaration| {
        let moved = known.hearing_on.map(|before| ctx.calendar.days_between(before, on, Unit::SchoolDays));
        moved.is_some_and(|moved| moved.is_ok_and(|days| days.abs() > MOVES_FAR))
    };
    let sits = |known: &&MemberDeclaration| hearing.seats(known.member);
    let anew = hearing.declarations.iter().filter(sits).any(is_far);
    anew.then_some(Event::DeclarationsAskedAgain { run: run.no })
}

/// The first day that gives the family its notice, and the last one by the limit, so that whoever sets the day
/// knows both beforehand. Absent where the procedure or the calendar has none.
pub fn hearing_days(
    case: &Case,
    ctx: &Context<'_>,
) -> (Option<chrono::NaiveDate>, Option<chrono::NaiveDate>) {
    let notice = rule(case, ctx).ok().and_then(|rule| rule.notice);
    let first =
        notice.and_then(|notice| ctx.calendar.extend_from(ctx.today, notice.amount, notice.unit).ok());
    let last = case.open_deadline(DeadlineRule::Convene).and_then(|deadline| deadline.due.date());
    (first.map(|working| working.due_on), last)
}

/// The next day on which the school is open, so that nobody has to look for it.
fn next_school_day(on: chrono::NaiveDate, ctx: &Context<'_>) -> String {
    match ctx.calendar.extend_from(on, 1, Unit::SchoolDays) {
        Ok(working) => format!("The next school day is {}", short_date(working.due_on)),
        Err(_) => "Choose a day on which the school is open".to_owned(),
    }
}

/// Why the school is closed on a day, in brackets, where the calendar says it.
pub(in crate::domain::case) fn why_closed(on: chrono::NaiveDate, ctx: &Context<'_>) -> String {
    let reason = ctx.calendar.day(on).ok().and_then(|day| day.reason);
    reason.map_or_else(String::new, |reason| format!(" ({reason})"))
}

/// A day to come on which the school is open.
pub(super) fn a_school_day(on: chrono::NaiveDate, ctx: &Context<'_>) -> Result<(), Refusal> {
    match ctx.calendar.counts(on, Unit::SchoolDays) {
        Ok(true) if on > ctx.today => Ok(()),
        Ok(true) => Err(Refusal::new(RefusalCode::Field, "Choose a day that is still to come")),
        Ok(false) => Err(Refusal::new(
            RefusalCode::NotASchoolDay,
            format!("{} is not a school day at this school{}", short_date(on), why_closed(on, ctx)),
        )
        .unless(next_school_day(on, ctx))),
        Err(missing) => Err(Refusal::new(RefusalCode::CalendarMissing, missing.to_string())
            .unless("An administrator adds the term dates that are missing")),
    }
}

fn with_notice(
    on: chrono::NaiveDate,
    rule: &PanelRule,
    reason: Option<&Words>,
    ctx: &Context<'_>,
) -> Result<(), Refusal> {
    let Some(notice) = rule.notice else { return Ok(()) };
    let given = ctx.calendar.days_between(ctx.today, on, notice.unit).unwrap_or_default();
    if given >= i32::from(notice.amount) || reason.is_some() {
        return Ok(());
    }
    let words = notice.unit.words(notice.amount);
    Err(Refusal::new(RefusalCode::TooSoon, format!("The family has {words} of notice of a hearing, and this gives {given}"))
        .unless("Choose a later day, or write the reason why less notice is fair (for example, the family asked for it)")
        .at("at"))
}

fn within_limit(
    case: &Case,
    on: chrono::NaiveDate,
    reason: Option<&Words>,
    ctx: &Context<'_>,
) -> Result<(), Refusal> {
    let limit = case.open_deadline(DeadlineRule::Convene).and_then(|deadline| deadline.due.date());
    match limit {
        Some(limit) if on > limit && reason.is_none() && limit < ctx.today => Err(Refusal::new(
            RefusalCode::BeyondLimit,
            format!("The hearing was to be held by {}, and that day has passed", short_date(limit)),
        )
        .unless("Write the reason why it is late. The family reads it")
        .at("reason")),
        Some(limit) if on > limit && reason.is_none() => Err(Refusal::new(
            RefusalCode::BeyondLimit,
            format!("The hearing is to be held by {}", short_date(limit)),
        )
        .unless("Choose an earlier day, or write the reason for the later one")
        .at("at")),
        Some(_) | None => Ok(()),
    }
}

/// A hearing that is set beyond its limit, with the reason on record, takes the limit along, so that everybody reads one
/// date; one that comes back takes it back, as far as the procedure's own.
fn limit_follows(case: &Case, on: chrono::NaiveDate) -> Option<Event> {
    let open = case.open_deadline(DeadlineRule::Convene)?;
    let due = open.due.date()?;
    let mut others = open.changes.iter().rev().filter(|change| change.why != Moved::HearingMoved);
    let own = others.next().map_or(open.original_due, |change| change.to).date()?;
    let to = on.max(own);
    (to != due).then_some(Event::DeadlineMoved { no: open.no, to: Due::On(to), why: Moved::HearingMoved })
}

/// The papers' deadline counts back from the hearing; when the hearing moves, it moves along (R44).
fn papers_deadline(
    case: &Case,
    run: &StageRun,
    rule: &PanelRule,
    on: chrono::NaiveDate,
    ctx: &Context<'_>,
) -> Result<Event, Refusal> {
    let working = ctx.calendar.due_before(on, rule.papers.amount, rule.papers.unit).map_err(|missing| {
        Refusal::new(RefusalCode::CalendarMissing, missing.to_string())
            .unless("An administrator adds the term dates that are missing")
            .at("at")
    })?;
    let due = Due::On(working.due_on);
    if let Some(open) = case.open_deadline(DeadlineRule::Papers) {
        return Ok(Event::DeadlineMoved { no: open.no, to: due, why: Moved::HearingMoved });
    }
    let (basis, _) = ctx.due(DeadlineRule::Papers, rule.papers, on, &[]);
    Ok(DeadlineMaker::after(Some(case)).counted(DeadlineRule::Papers, Some(run.no), basis, due))
}

/// The same papers to all, in time, or with the time waived in writing (R44).
pub(super) fn circulate_papers(
    case: &Case,
    command: &CirculatePapers,
    ctx: &Context<'_>,
) -> Result<Vec<Event>, Refusal> {
    let (run, _) = hearing(case)?;
    let documents = command.documents.as_deref().unwrap_or_default();
    if documents.is_empty() {
        return Err(Refusal::new(RefusalCode::Field, "Choose the papers: there is nothing to send out yet")
            .unless("Add each paper to the case as a file, then choose it here")
            .at("documents"));
    }
    let known = |no| case.documents.iter().any(|document| document.no == no && document.scan.lets_open());
    if let Some(unknown) = documents.iter().find(|no| !known(**no)) {
        return Err(Refusal::new(
            RefusalCode::NotOnCase,
            format!("There is no document {unknown} on this case"),
        )
        .at("documents"));
    }
    let due = case.open_deadline(DeadlineRule::Papers).and_then(|deadline| deadline.due.date());
    match due {
        Some(due) if ctx.today > due && command.waiver.is_none() => Err(Refusal::new(
            RefusalCode::TooSoon,
            format!("The papers were to go out by {}", short_date(due)),
        )
        .unless("Move the hearing, or write where both sides agreed to shorter time")
        .at("waiver")),
        Some(_) | None => Ok(vec![Event::PapersCirculated {
            run: run.no,
            documents: documents.to_vec(),
            waiver: command.waiver.clone(),
        }]),
    }
}

/// Writes down the hearing: enough members, attendance and companion, or absence by choice (R53).
pub(super) fn record(case: &Case, command: &RecordHearing, ctx: &Context<'_>) -> Result<Vec<Event>, Refusal> {
    let (run, hearing) = hearing(case)?;
    let rule = rule(case, ctx)?;
    let set = hearing.dates.last().map(|date| local_date(date.at));
    if command.held_on > ctx.today || set.is_some_and(|set| command.held_on < set) {
        return Err(Refusal::new(RefusalCode::Field, "Enter the day on which the hearing was held: the day that was set, or later, and not in the future").at("held_on"));
    }
    let present: BTreeSet<PersonId> = command.present.iter().copied().collect();
    if !present.iter().all(|person| hearing.members.iter().any(|member| member.person == *person)) {
        return Err(Refusal::new(RefusalCode::LacksPost, "Only members of this panel sit at its hearing")
            .unless("Choose from the members who were appointed, or appoint the panel again first")
            .at("present"));
    }
    if present.len() < usize::from(rule.members) {
        return Err(Refusal::new(
            RefusalCode::PanelTooSmall,
            format!("{} members of the panel sit, or the hearing is adjourned", rule.members),
        )
        .unless("Set a new date")
        .at("present"));
    }
    if let Some(subject) = present.iter().find(|person| case.is_shut_out(**person)) {
        let name = ctx.directory.name(*subject);
        return Err(Refusal::new(
            RefusalCode::IsSubject,
            format!("{name} is complained about, so cannot sit"),
        )
        .unless("Set a new date, and appoint somebody else")
        .at("present"));
    }
    let independent = hearing
        .members
        .iter()
        .filter(|member| present.contains(&member.person))
        .filter(|member| member.independence == Independence::Independent)
        .count();
    if independent < usize::from(rule.independent) {
        return Err(none_independent(rule).at("present"));
    }
    let held = Held {
        held_on: command.held_on,
        present: present.into_iter().collect(),
        complainant: attendance(command)?,
        companion: command.companion,
        companion_name: command.companion_name.clone(),
        minutes: command.minutes.clone(),
    };
    let outcome = DeadlineMaker::after(Some(case)).by_limit(
        ctx,
        DeadlineRule::Outcome,
        Some(run.no),
        rule.outcome,
        command.held_on,
    );
    Ok(vec![Event::HearingRecorded { run: run.no, held }, outcome])
}

fn attendance(command: &RecordHearing) -> Result<Attendance, Refusal> {
    let came = matches!(command.companion, CompanionRule::Came | CompanionRule::Alone);
    match (command.complainant, &command.absence_reason) {
        (AttendanceGiven::Attended, _) if !came => {
            Err(Refusal::new(RefusalCode::Field, "Say whether somebody came with the family").at("companion"))
        }
        (AttendanceGiven::Attended, _) => Ok(Attendance::Attended),
        (AttendanceGiven::ChoseNotTo | AttendanceGiven::InAbsence, _) if came => {
            Err(Refusal::new(RefusalCode::Field, "The family was not there, so nobody came with them")
                .at("companion"))
        }
        (AttendanceGiven::ChoseNotTo, _) => Ok(Attendance::ChoseNotTo),
        (AttendanceGiven::InAbsence, Some(reason)) => Ok(Attendance::InAbsence(reason.clone())),
        (AttendanceGiven::InAbsence, None) => Err(Refusal::new(
            RefusalCode::Field,
            "Write why the panel went on without the family, and how you tried to reach them",
        )
        .at("absence_reason")),
    }
}

pub(super) fn may_issue(case: &Case) -> Result<(), Refusal> {
    let run = panel_run(case)?;
    let missing = unanswered(case, run);
    if missing.is_empty() {
        return Ok(());
    }
    let numbers: Vec<String> = missing.iter().map(|point| format!("point {point}")).collect();
    let refs: Vec<&str> = numbers.iter().map(String::as_str).collect();
    Err(Refusal::new(
        RefusalCode::PointUnanswered,
        format!("There is no finding yet for {}", super::one_of(&refs)),
    )
    .unless("Record what the panel found on each point, with reasons"))
}

/// What the letters say: "none" stands there as a sentence.
fn recommended(words: &Words) -> Words {
    if says_nothing(words.as_str()) { Words::ours("The panel recommends nothing.") } else { words.clone() }
}

pub(super) fn issue_findings(case: &Case, command: &IssueFindings) -> Result<Vec<Event>, Refusal> {
    let run = panel_run(case)?;
    super::answering::somebody_may_be_told(case)?;
    Ok(vec![Event::FindingsIssued {
        run: run.no,
        recommendations: recommended(&command.recommendations),
        message: command.message.clone(),
        to_subject: command.to_subject.clone(),
        to_subjects: super::answering::of_subjects(case, &command.to_subjects)?,
    }])
}
