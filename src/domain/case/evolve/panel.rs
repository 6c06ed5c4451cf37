//! Who sits on a panel, and what becomes of a seat (R25, R27, R28).

use crate::domain::calendar::local_date;
use crate::domain::ids::{PersonId, RunNo};

use super::super::event::Stamp;
use super::super::state::{
    Case, Declaration, Hearing, HearingDate, HearingPhase, InvolvedAs, Involvement, MemberDeclaration,
    PanelMember, State,
};
use super::{hearing_mut, run_mut};

/// Who was named: for the seats, for the chair, and to stand by (R28).
pub(super) struct Named<'a> {
    pub members: &'a [PanelMember],
    pub chair: PersonId,
    pub reserves: &'a [PersonId],
}

/// A panel is named. One that changes before its hearing keeps the date; papers that were out go out again, since
/// a new member has none.
pub(super) fn appoint(case: &mut Case, stamp: &Stamp, run_no: RunNo, named: &Named<'_>) {
    let members = named.members;
    let keeps_its_date =
        matches!(case.state, State::Hearing(HearingPhase::Scheduled | HearingPhase::PapersOut));
    let Some(run) = run_mut(case, run_no) else { return };
    let mut before = run.hearing.take();
    // Whoever stays has declared already. An interest is kept of whoever goes, for the day on which they are named
    // again.
    let mut declarations =
        before.as_mut().map(|hearing| std::mem::take(&mut hearing.declarations)).unwrap_or_default();
    let stays = |person| members.iter().any(|member| member.person == person);
    declarations.retain(|known| known.declaration != Declaration::Nothing || stays(known.member));
    let sat_before = before.as_ref().map(who_sat).unwrap_or_default();
    let before = before.filter(|_| keeps_its_date);
    let (dates, papers) = before.map(|hearing| (hearing.dates, hearing.papers)).unwrap_or_default();
    run.hearing = Some(Hearing {
        members: members.to_vec(),
        chair: named.chair,
        reserves: named.reserves.to_vec(),
        sat_before,
        declarations,
        dates,
        papers,
        papers_sent_at: None,
        held: None,
        recommendations: None,
        issued_at: None,
    });
    run.acknowledged_at = run.acknowledged_at.or(Some(stamp.at));
    let phase = if keeps_its_date { HearingPhase::Scheduled } else { HearingPhase::Appointed };
    case.state = State::Hearing(phase);
    seats(case, stamp, run_no, members);
}

fn who_sat(hearing: &Hearing) -> Vec<PersonId> {
    hearing.members.iter().map(|member| member.person).collect()
}

/// Who has which seat once a panel is named: whoever is not among its members has none any more (R27).
fn seats(case: &mut Case, stamp: &Stamp, run: RunNo, members: &[PanelMember]) {
    let sits = |person| members.iter().any(|member| member.person == person);
    let held = |line: &&Involvement| line.run == Some(run) && line.involved_as.is_a_seat();
    let left: Vec<PersonId> = case
        .involvement
        .iter()
        .filter(held)
        .map(|line| line.person)
        .filter(|person| !sits(*person))
        .collect();
    for person in left {
        seat(case, stamp, run, person, InvolvedAs::StoodDown);
    }
    for member in members {
        let has = seat_after(case, run, member.person);
        seat(case, stamp, run, member.person, has);
    }
}

/// What a member's seat is by what they have declared: theirs once nothing stands in the way (R27).
fn seat_after(case: &Case, run: RunNo, member: PersonId) -> InvolvedAs {
    let hearing = case.run_no(run).and_then(|run| run.hearing.as_ref());
    match hearing.and_then(|hearing| hearing.declaration_of(member)) {
        Some(Declaration::Nothing) => InvolvedAs::Panel,
        Some(Declaration::Interest(_)) | None => InvolvedAs::Asked,
    }
}

/// Writes where a seat stands into the register: one line for each person and run.
fn seat(case: &mut Case, stamp: &Stamp, run: RunNo, person: PersonId, involved_as: InvolvedAs) {
    let is_theirs = |line: &&mut Involvement| {
        line.person == person && line.run == Some(run) && line.involved_as.is_a_seat()
    };
    match case.involvement.iter_mut().find(is_theirs) {
        Some(line) if line.involved_as == involved_as => {}
        Some(line) => (line.involved_as, line.since) = (involved_as, stamp.at),
        None => case.involvement.push(Involvement { person, involved_as, run: Some(run), since: stamp.at }),
    }
}

/// Whoever sat at the hearing has heard everything (R53).
pub(super) fn sat(case: &mut Case, stamp: &Stamp, run: RunNo, present: &[PersonId]) {
    for member in present {
        seat(case, stamp, run, *member, InvolvedAs::Panel);
    }
}

pub(super) fn declared(
    case: &mut Case,
    stamp: &Stamp,
    run: RunNo,
    member: PersonId,
    declaration: &Declaration,
) {
    if let Some(hearing) = hearing_mut(case, run) {
        hearing.declarations.retain(|known| known.member != member);
        let hearing_on = hearing.dates.last().map(|date| local_date(date.at));
        let declaration = declaration.clone();
        hearing.declarations.push(MemberDeclaration { member, declaration, hearing_on });
    }
    let has = seat_after(case, run, member);
    seat(case, stamp, run, member, has);
}

pub(super) fn asked_again(case: &mut Case, stamp: &Stamp, run: RunNo) {
    let Some(hearing) = hearing_mut(case, run) else { return };
    // What somebody declared of themselves stands until the clerk decides.
    hearing.declarations.retain(|known| known.declaration != Declaration::Nothing);
    let members: Vec<PersonId> = hearing.members.iter().map(|member| member.person).collect();
    for member in members {
        seat(case, stamp, run, member, InvolvedAs::Asked);
    }
}

/// Whoever declared before any date was set declared for the first one.
pub(super) fn date_set(case: &mut Case, run: RunNo, date: &HearingDate) {
    let Some(hearing) = hearing_mut(case, run) else { return };
    hearing.dates.push(date.clone());
    for known in &mut hearing.declarations {
        known.hearing_on.get_or_insert_with(|| local_date(date.at));
    }
}

/// A panel that loses a member before it has heard the case is appointed again (R25, R28).
pub(super) fn lose_member(case: &mut Case, stamp: &Stamp, person: PersonId) {
    let sits = case.run().and_then(|run| run.hearing.as_ref()).is_some_and(|hearing| hearing.seats(person));
    let state = match &mut case.state {
        // While the case is paused, too: it must not go on with a panel that cannot sit.
        State::Suspended { earlier, .. } => earlier.as_mut(),
        state => state,
    };
    // Where it is requested again, it has lost one already.
    let not_heard = matches!(
        state,
        State::Hearing(
            HearingPhase::Requested
                | HearingPhase::Appointed
                | HearingPhase::Scheduled
                | HearingPhase::PapersOut
        )
    );
    if !sits || !not_heard {
        return;
    }
    *state = State::Hearing(HearingPhase::Requested);
    let Some(run) = case.run().map(|run| run.no) else { return };
    if let Some(hearing) = hearing_mut(case, run) {
        hearing.members.retain(|member| member.person != person);
        hearing.reserves.retain(|reserve| *reserve != person);
    }
    seat(case, stamp, run, person, InvolvedAs::StoodDown);
}
