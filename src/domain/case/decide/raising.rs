//! A concern comes in: what binds it, who must look first, which clocks run at once.

use std::collections::BTreeSet;

use crate::domain::calendar::{Unit, local_date};
use crate::domain::deadline::DeadlineRule;
use crate::domain::ids::{PersonId, PointNo, RunNo};
use crate::domain::person::Role;
use crate::domain::procedure::{Anchor, Limit, Stage, StageKind};
use crate::domain::routing::{Scene, resolve_subject};
use crate::domain::text::Words;

use super::super::command::{Complainant, Contact, Duplicates, Intake};
use super::super::context::{Context, DeadlineMaker};
use super::super::event::{Event, Raised};
use super::super::refusal::{Refusal, RefusalCode};
use super::super::state::{Bound, Case, Child, RunCause, Subject};
use super::super::vocabulary::{Flag, Kind, RedirectReason, Relationship, ScreeningReason, SubjectRole};
use super::{confirming, recording};

/// 30 days to acknowledge a data protection complaint (R15, Data (Use and Access) Act 2025).
const DATA_PROTECTION: Limit = Limit { amount: 30, unit: Unit::CalendarDays, anchor: Anchor::Received };
/// 28 days to give the outcome of an early years complaint (R15, EYFS framework).
const EARLY_YEARS: Limit = Limit { amount: 28, unit: Unit::CalendarDays, anchor: Anchor::Received };

/// A month to give somebody their personal data (R15, UK GDPR article 12).
const SUBJECT_ACCESS: Limit = Limit { amount: 1, unit: Unit::CalendarMonths, anchor: Anchor::Received };
/// 20 school days to answer a request for information; `Context::due` knows what may end sooner (R15).
const INFORMATION_REQUEST: Limit = Limit { amount: 20, unit: Unit::SchoolDays, anchor: Anchor::Received };

/// A concern comes in.
///
/// # Errors
/// A [`Refusal`] when there is no point, or nobody could ever be answered.
pub fn raise(intake: &Intake, ctx: &Context<'_>) -> Result<Vec<Event>, Refusal> {
    if intake.points.is_empty() {
        return Err(
            Refusal::new(RefusalCode::NoPoint, "Tell us at least one thing that happened").at("points")
        );
    }
    let contact = match &intake.complainant {
        Complainant::Known(contact) => {
            reachable(contact)?;
            Some(contact.as_ref().clone())
        }
        Complainant::AnonymousOnPurpose => None,
    };
    let raised = raised(intake, contact, ctx)?;
    // Whoever stands in for somebody whom it is about has no part in it by that (R22).
    let directory =
        ctx.directory.clear_of(&raised.subjects.iter().filter_map(|about| about.person).collect());
    let ctx = &Context { directory: &directory, ..*ctx };
    not_to_come(intake, ctx)?;
    let mut events = vec![Event::Raised(Box::new(raised.clone()))];
    events.extend(recording::sent_along(&intake.documents));
    events.extend(alerts(&raised, ctx));
    let mut deadlines = DeadlineMaker::after(None);
    events.extend(statutory_deadlines(&raised, ctx, &mut deadlines));
    let stage = ctx.procedure.stage(&raised.first_stage).ok_or_else(no_stage)?;
    if raised.screening.is_empty() {
        events.push(first_run(&raised, stage, ctx));
    }
    // Clocks count from receipt even while a person looks first (9.2, accept); feedback opens none, and an
    // anonymous concern has nobody to answer (R16).
    if raised.kind != Kind::Feedback && raised.complainant.is_some() {
        events.extend(stage_deadlines(stage, RunNo(1), raised.received_on, ctx, &mut deadlines));
    }
    events.extend(confirming::asked(&raised, ctx, &mut deadlines));
    Ok(events)
}

/// What was received or has happened lies behind us.
fn not_to_come(intake: &Intake, ctx: &Context<'_>) -> Result<(), Refusal> {
    if local_date(intake.received_at) > ctx.today {
        return Err(Refusal::new(
            RefusalCode::Field,
            "Enter the day on which you heard of it. It cannot be in the future",
        )
        .at("received_on"));
    }
    let received_on = local_date(intake.received_at);
    if super::recorded_by_staff(ctx) && super::is_long_ago(received_on, ctx) && intake.long_ago.is_none() {
        return Err(super::long_ago(received_on).at("received_on"));
    }
    if intake.last_incident_on.is_some_and(|on| on > ctx.today) {
        return Err(Refusal::new(
            RefusalCode::Field,
            "Enter the day on which it last happened. It cannot be in the future",
        )
        .at("last_incident_on"));
    }
    Ok(())
}

fn no_stage() -> Refusal {
    Refusal::new(RefusalCode::NotOnCase, "This school has no complaints procedure yet")
        .unless("An administrator chooses one in the settings")
}

fn reachable(contact: &Contact) -> Result<(), Refusal> {
    if contact.email.is_some() || contact.phone.is_some() || contact.address.is_some() {
        return Ok(());
    }
    Err(Refusal::new(
        RefusalCode::NoWayToReach,
        "Tell us one way to reach you: an email address, a phone number or a postal address",
    )
    .at("complainant/email"))
}

fn raised(intake: &Intake, complainant: Option<Contact>, ctx: &Context<'_>) -> Result<Raised, Refusal> {
    let subjects: Vec<Subject> = intake
        .about
        .iter()
        .map(|about| Subject {
            role: about.role,
            name: about.name.clone(),
            person: person_meant(about.role, about.name.as_ref(), intake.child.as_ref(), ctx),
        })
        .collect();
    let barred = subjects.iter().filter_map(|subject| subject.person).collect();
    let scene = ctx.scene(&subjects, intake.child.as_ref(), &barred);
    let first_stage = scene.first_stage().ok_or_else(no_stage)?.key.clone();
    let received_on = local_date(intake.received_at);
    let mut raised = Raised {
        id: intake.id,
        reference: intake.reference.clone(),
        school: ctx.school.id,
        bound: Bound {
            procedure: ctx.procedure_id,
            regime: ctx.procedure.regime,
            nation: ctx.procedure.nation,
            calendar: ctx.calendar.id(),
        },
        kind: intake.kind,
        channel: intake.channel,
        received_at: intake.received_at,
        received_on,
        complainant,
        child: intake.child.clone(),
        points: intake.points.clone(),
        first_stage,
        flags: intake.flags.iter().copied().collect(),
        last_incident_on: intake.last_incident_on,
        late_reason: intake.late_reason.clone(),
        already_spoken_to: intake.already_spoken_to.clone(),
        screening: BTreeSet::new(),
        subjects,
    };
    raised.screening = screening_reasons(&raised, &intake.possible_duplicates, ctx);
    Ok(raised)
}

/// Whom a family means by a role and a name, among the people of this school.
pub(super) fn person_meant(
    role: SubjectRole,
    name: Option<&Words>,
    child: Option<&Child>,
    ctx: &Context<'_>,
) -> Option<PersonId> {
    resolve_subject(role, name.map(Words::as_str), ctx.school.id, child, ctx.directory, ctx.today)
}

/// Whether somebody is named whom we do not know, and who could otherwise be given the case (R22).
pub(super) fn is_meant_but_unknown(subject: &Subject) -> bool {
    subject.person.is_none() && subject.name.is_some() && is_one_of_ours(subject.role)
}

/// Why a person must look first (9.2).
fn screening_reasons(
    raised: &Raised,
    duplicates: &Duplicates,
    ctx: &Context<'_>,
) -> BTreeSet<ScreeningReason> {
    let mut reasons: BTreeSet<ScreeningReason> = raised
        .flags
        .iter()
        .map(|flag| match flag {
            Flag::ChildAtRisk => ScreeningReason::ChildAtRisk,
            Flag::DataProtection => ScreeningReason::DataProtection,
            Flag::EarlyYears => ScreeningReason::EarlyYears,
            Flag::SubjectAccess => ScreeningReason::SubjectAccess,
            Flag::InformationRequest => ScreeningReason::InformationRequest,
            Flag::Equality => ScreeningReason::Equality,
        })
        .collect();
    let relationship = raised.complainant.as_ref().map(|contact| contact.relationship);
    let mut add = |reason, holds: Option<()>| {
        if holds.is_some() {
            reasons.insert(reason);
        }
    };
    add(ScreeningReason::Anonymous, relationship.is_none().then_some(()));
    add(ScreeningReason::ThirdParty, (relationship == Some(Relationship::ThirdParty)).then_some(()));
    add(ScreeningReason::Late, is_late(raised, ctx).then_some(()));
    let about: BTreeSet<PersonId> = raised.subjects.iter().filter_map(|subject| subject.person).collect();
    add(ScreeningReason::Duplicate, duplicates.may_be_told(&about).then_some(()));
    let unknown = raised.subjects.iter().any(is_meant_but_unknown);
    add(ScreeningReason::SubjectUnknown, unknown.then_some(()));
    reasons
}

/// Whether the role is one whose holder could otherwise be given the case.
fn is_one_of_ours(role: SubjectRole) -> bool {
    match role {
        SubjectRole::ClassTeacher
        | SubjectRole::Staff
        | SubjectRole::Headteacher
        | SubjectRole::ExecutiveHead
        | SubjectRole::Governor
        | SubjectRole::ViceChairOfGovernors
        | SubjectRole::ChairOfGovernors
        | SubjectRole::Clerk
        | SubjectRole::TrustStaff => true,
        SubjectRole::MajorityOfGoverningBody
        | SubjectRole::GoverningBody
        | SubjectRole::ChiefExecutive
        | SubjectRole::Trustee
        | SubjectRole::ChairOfTrustees
        | SubjectRole::TrustBoard
        | SubjectRole::Other => false,
    }
}

/// More than the policy's time since the last incident (R11, R12).
fn is_late(raised: &Raised, ctx: &Context<'_>) -> bool {
    let (Some(last), Some(bar)) = (raised.last_incident_on, ctx.procedure.time_bar) else { return false };
    ctx.calendar.due(last, bar.amount, bar.unit).is_ok_and(|working| raised.received_on > working.due_on)
}

/// A child at risk alerts the safeguarding lead at once; an allegation about the head goes to the chair and
/// the trust, never to the head (R14).
fn alerts(raised: &Raised, ctx: &Context<'_>) -> Vec<Event> {
    if !raised.flags.contains(&Flag::ChildAtRisk) {
        return Vec::new();
    }
    let shut_out = raised.subjects.iter().filter_map(|subject| subject.person).collect();
    let people = whom_to_alert(&raised.subjects, &shut_out, ctx);
    vec![Event::AlertRaised { flag: Flag::ChildAtRisk, people }]
}

/// Whom a safeguarding flag alerts: the first of these groups in which somebody is there, and with them whoever of the
/// groups before is away, so that nobody is passed over in silence (R14). Nobody who is shut out of the case.
pub(super) fn whom_to_alert(
    subjects: &[Subject],
    shut_out: &BTreeSet<PersonId>,
    ctx: &Context<'_>,
) -> Vec<PersonId> {
    let directory = ctx.directory.clear_of(shut_out);
    let about_head = subjects.iter().any(|subject| is_a_head(subject, ctx));
    let roles: &[&[Role]] = if about_head {
        &[
            &[Role::DesignatedSafeguardingLead, Role::ChairOfGovernors, Role::TrustOfficer],
            &[Role::ExecutiveHead, Role::ChiefExecutive, Role::ChairOfTrustees],
        ]
    } else {
        &[
            &[Role::DesignatedSafeguardingLead],
            &[Role::Headteacher],
            &[Role::ChairOfGovernors, Role::TrustOfficer],
            &[Role::ExecutiveHead, Role::ChiefExecutive, Role::ChairOfTrustees],
        ]
    };
    // A safeguarding lead who stands in for the head is told of what is about the head.
    let heads: BTreeSet<PersonId> =
        directory.own_holders(Role::Headteacher, ctx.school.id, ctx.today).map(|person| person.id).collect();
    let mut told = BTreeSet::new();
    for group in roles {
        let clear =
            |person: &PersonId| !shut_out.contains(person) && (!about_head || !heads.contains(person));
        let holders = |role: &Role| directory.holders(*role, ctx.school.id, ctx.today).map(|known| known.id);
        let present = |role: &Role| directory.present(*role, ctx.school.id, ctx.today).map(|known| known.id);
        told.extend(group.iter().flat_map(holders).filter(clear));
        if group.iter().flat_map(present).any(|person| clear(&person)) {
            break;
        }
    }
    told.into_iter().collect()
}

/// Whether it is about the head, whatever the family called them.
pub(super) fn is_a_head(subject: &Subject, ctx: &Context<'_>) -> bool {
    matches!(subject.role, SubjectRole::Headteacher | SubjectRole::ExecutiveHead)
        || subject.person.is_some_and(|person| ctx.holds(person, Role::Headteacher))
}

/// The law's own clocks start at once, from the day of receipt, whatever the school's calendar (R15, R38).
fn statutory_deadlines(raised: &Raised, ctx: &Context<'_>, maker: &mut DeadlineMaker) -> Vec<Event> {
    raised
        .flags
        .iter()
        .filter_map(|flag| match flag {
            Flag::DataProtection => Some((DeadlineRule::DataProtection, DATA_PROTECTION)),
            Flag::EarlyYears => Some((DeadlineRule::EarlyYears, EARLY_YEARS)),
            Flag::SubjectAccess => Some((DeadlineRule::SubjectAccess, SUBJECT_ACCESS)),
            Flag::InformationRequest => Some((DeadlineRule::InformationRequest, INFORMATION_REQUEST)),
            Flag::ChildAtRisk | Flag::Equality => None,
        })
        .map(|(rule, limit)| maker.by_limit(ctx, rule, None, limit, raised.received_on))
        .collect()
}

/// The law's clock of a request that was sent to its own route, from the day of receipt, unless it runs or ran
/// already (R15).
pub(super) fn clock_of_request(case: &Case, reason: RedirectReason, ctx: &Context<'_>) -> Option<Event> {
    let (rule, limit) = match reason {
        RedirectReason::DataRights => (DeadlineRule::SubjectAccess, SUBJECT_ACCESS),
        RedirectReason::InformationRequest => (DeadlineRule::InformationRequest, INFORMATION_REQUEST),
        RedirectReason::Admissions
        | RedirectReason::SpecialNeedsAssessment
        | RedirectReason::Reorganisation
        | RedirectReason::ChildProtection
        | RedirectReason::Exclusion
        | RedirectReason::Whistleblowing
        | RedirectReason::StaffGrievance
        | RedirectReason::StaffConduct
        | RedirectReason::ThirdPartyProvider
        | RedirectReason::CurriculumContent
        | RedirectReason::ExamResults
        | RedirectReason::Crime
        | RedirectReason::AnotherSchool => return None,
    };
    let known = case.deadlines.iter().any(|deadline| deadline.rule == rule);
    let mut maker = DeadlineMaker::after(Some(case));
    (!known).then(|| maker.by_limit(ctx, rule, None, limit, case.received_on))
}

fn first_run(raised: &Raised, stage: &Stage, ctx: &Context<'_>) -> Event {
    let barred = raised.subjects.iter().filter_map(|subject| subject.person).collect();
    let scene = ctx.scene(&raised.subjects, raised.child.as_ref(), &barred);
    let points = (1..).zip(&raised.points).map(|(no, _)| PointNo(no)).collect();
    stage_started(RunNo(1), stage, &scene, raised.received_on, RunCause::First, points, ctx)
}

/// A stage run begins with whoever routing finds.
pub(super) fn stage_started(
    run: RunNo,
    stage: &Stage,
    scene: &Scene<'_>,
    received_on: chrono::NaiveDate,
    cause: RunCause,
    points: Vec<PointNo>,
    ctx: &Context<'_>,
) -> Event {
    let unit = ctx.unit_of(stage);
    let passed_over = match cause {
        RunCause::First => scene.passed_over(),
        RunCause::Escalated { .. } | RunCause::Reopened(_) => None,
    };
    Event::StageStarted {
        run,
        stage: stage.key.clone(),
        stage_kind: stage.kind,
        handler: scene.route(stage),
        counts_from_on: ctx.calendar.counts_from(received_on, unit).ok(),
        cause,
        points,
        passed_over,
    }
}

/// The deadlines with which a stage begins.
pub(super) fn stage_deadlines(
    stage: &Stage,
    run: RunNo,
    received_on: chrono::NaiveDate,
    ctx: &Context<'_>,
    maker: &mut DeadlineMaker,
) -> Vec<Event> {
    let mut limits: Vec<(DeadlineRule, Limit)> = Vec::new();
    limits.extend(stage.acknowledge.map(|limit| (DeadlineRule::Acknowledge, limit)));
    match stage.kind {
        StageKind::Informal | StageKind::Formal => {
            // A reply that counts from the acknowledgement is dated when that is given.
            limits.extend(
                stage
                    .respond
                    .filter(|limit| limit.anchor == Anchor::Received)
                    .map(|limit| (DeadlineRule::Respond, limit)),
            );
        }
        StageKind::Panel => {
            limits.extend(stage.panel.as_ref().map(|panel| (DeadlineRule::Convene, panel.convene)));
        }
    }
    limits.into_iter().map(|(rule, limit)| maker.by_limit(ctx, rule, Some(run), limit, received_on)).collect()
}
