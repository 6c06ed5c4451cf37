//! What a decision looks at besides the case: time, actor, school, procedure, calendar and people.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};

use crate::domain::calendar::{Calendar, NoDueDate, Pause, Unit};
use crate::domain::deadline::{Basis, DeadlineRule, Due};
use crate::domain::ids::{DeadlineNo, PartyNo, PersonId, ProcedureId, RunNo, SchoolId};
use crate::domain::person::{Cover, Directory, Role};
use crate::domain::procedure::{Limit, Procedure, Stage};
use crate::domain::routing::Scene;
use crate::domain::school::School;
use crate::domain::text::Words;

use super::action::By;
use super::decide::in_the_pool;
use super::event::{Actor, Event, Recorded};
use super::state::{Case, Child, Handler, InvolvedAs, Involvement, Party, StageRun, Subject};
use super::vocabulary::{Flag, Recipient};

/// Whoever answers for the school, its governors or the trust ([`By::Authority`]).
const AUTHORITY: [Role; 6] = [
    Role::Headteacher,
    Role::ExecutiveHead,
    Role::ChairOfGovernors,
    Role::TrustOfficer,
    Role::ChiefExecutive,
    Role::ChairOfTrustees,
];

/// Whether a governor of another school of the trust counts as independent (R29).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SisterSchools {
    /// They do not: the default.
    #[default]
    NotIndependent,
    /// The trust decided that they do, and recorded why.
    Independent,
}

/// Everything that a decision may look at. There is no clock and no database behind it.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The moment of the decision.
    pub now: DateTime<Utc>,
    /// The school's date of that moment.
    pub today: NaiveDate,
    /// Who acts.
    pub actor: Actor,
    /// The school.
    pub school: &'a School,
    /// The version of the procedure that binds the case.
    pub procedure: &'a Procedure,
    /// Its id.
    pub procedure_id: ProcedureId,
    /// The school's calendar as it is now.
    pub calendar: &'a Calendar,
    /// Who holds which post.
    pub directory: &'a Directory,
    /// The trust's choice about sister schools.
    pub sister_schools: SisterSchools,
    /// Who did not get the answer, or of the four of R54 the findings, that Heard wrote to them: it was called back
    /// or could not be delivered, and nobody has dealt with it.
    pub unsent: &'a [Recipient],
    /// What is known of letters by email to each complainant.
    pub letters: &'a Letters,
    /// The record of the case as it is read, where a decision is about a text of it; empty where none is.
    pub record: &'a [Recorded],
    /// The other schools of the trust, where the case may be about one of them.
    pub neighbours: &'a Neighbours,
    /// By whose hand a complainant acts: somebody who helps them, with a link of their own.
    pub hand: Option<PartyNo>,
}

/// The other schools of the trust, one of which a case that came to the wrong one may be about.
#[derive(Clone, Debug, Default)]
pub struct Neighbours {
    /// Each, by name. Nobody is looked for once a case was answered.
    pub schools: Vec<Neighbour>,
    /// What binds a case at the one that was chosen.
    pub chosen: Option<Destination>,
}

impl Neighbours {
    /// There is none, or none is asked for.
    pub const NONE: &'static Self = &Self { schools: Vec::new(), chosen: None };
}

/// A school to which a case can go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Neighbour {
    /// Which.
    pub id: SchoolId,
    /// What it is called.
    pub name: String,
}

/// Everything that binds a case at the school to which it goes.
#[derive(Clone, Debug)]
pub struct Destination {
    /// The school.
    pub school: School,
    /// The version of its procedure for new cases.
    pub procedure_id: ProcedureId,
    /// The same, read.
    pub procedure: Arc<Procedure>,
    /// Its calendar as it is now.
    pub calendar: Arc<Calendar>,
    /// Who holds which post there.
    pub directory: Arc<Directory>,
}

/// What became of letters by email, as far as a decision asks for it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Letters {
    /// The complainants who did not get the present answer.
    pub without_answer: BTreeSet<PartyNo>,
    /// Where letters go in place of the address on the case: somebody put it right in the outbox (E18).
    pub elsewhere: BTreeMap<PartyNo, Words>,
}

impl Letters {
    /// Nothing is known of any.
    pub const NONE: &'static Self = &Self { without_answer: BTreeSet::new(), elsewhere: BTreeMap::new() };

    /// Where letters by email to that party go.
    pub fn address_of<'p>(&'p self, party: &'p Party) -> Option<&'p Words> {
        let known = party.email.as_ref()?;
        Some(self.elsewhere.get(&party.no).unwrap_or(known))
    }
}

impl<'a> Context<'a> {
    /// The same moment and actor, as they stand at the school to which a case goes.
    #[must_use]
    pub fn at(&self, there: &'a Destination) -> Self {
        Self {
            school: &there.school,
            procedure: &there.procedure,
            procedure_id: there.procedure_id,
            calendar: &there.calendar,
            directory: &there.directory,
            ..*self
        }
    }
}

impl Context<'_> {
    /// Whether that person holds that role at this school today.
    pub fn holds(&self, person: PersonId, role: Role) -> bool {
        self.directory.person(person).is_some_and(|known| known.holds(role, self.school.id, self.today))
    }

    /// Whether that person holds any post at this school today, so that a letter reaches them.
    pub fn has_a_post(&self, person: PersonId) -> bool {
        Role::ALL.into_iter().any(|role| self.holds(person, role))
    }

    /// Whether that person holds any post at this school today that lets them work with cases.
    pub fn is_staff(&self, person: PersonId) -> bool {
        Role::ALL.into_iter().any(|role| role.works_with_cases() && self.holds(person, role))
    }

    /// Who holds which post, as far as that case is concerned: nobody in the place of whoever is shut out of it (R22).
    pub fn people_for(&self, case: &Case) -> Cow<'_, Directory> {
        self.directory.clear_of(&case.shut_out())
    }

    /// As whom the actor may act on a case. Empty for whoever is complained about (R22) or stepped back.
    pub fn relations(&self, case: &Case) -> BTreeSet<By> {
        let directory = self.people_for(case);
        Context { directory: &directory, ..*self }.relations_here(case)
    }

    fn relations_here(&self, case: &Case) -> BTreeSet<By> {
        match self.actor {
            Actor::Clock => BTreeSet::from([By::Clock]),
            Actor::Complainant(party) if case.going_on().any(|known| known.no == party) => {
                BTreeSet::from([By::Complainant])
            }
            Actor::Complainant(party)
                if case.asked_to_agree().is_some_and(|(known, _)| known.no == party) =>
            {
                BTreeSet::from([By::AskedToAgree])
            }
            Actor::Complainant(_) | Actor::Public => BTreeSet::new(),
            Actor::Person(person) if case.is_shut_out(person) => BTreeSet::new(),
            Actor::Person(person) => self.relations_of(person, case),
        }
    }

    fn relations_of(&self, person: PersonId, case: &Case) -> BTreeSet<By> {
        let mut relations = BTreeSet::new();
        if self.is_staff(person) {
            relations.insert(By::Staff);
        }
        // Rights that come from a post end with it (G30); those of whoever stands in with the absence (S40).
        let has_stage =
            |run: &StageRun| run.handler.person == Some(person) && self.holds(person, run.handler.role);
        if case.run().is_some_and(has_stage) || self.acts_for(person, case).is_some() {
            relations.insert(By::Handler);
        }
        if self.is_to_hear(person, case) {
            relations.insert(By::PanelMember);
        }
        if self.holds(person, Role::Clerk) {
            relations.insert(By::Clerk);
        }
        if self.is_coordinator(person) {
            relations.insert(By::Coordinator);
        }
        if AUTHORITY.into_iter().any(|role| self.holds(person, role)) {
            relations.insert(By::Authority);
        }
        if self.holds(person, Role::DataProtectionOfficer) {
            relations.insert(By::DataProtection);
        }
        if case.flags.contains(&Flag::ChildAtRisk) && self.holds(person, Role::DesignatedSafeguardingLead) {
            relations.insert(By::SafeguardingLead);
        }
        relations
    }

    /// In whose place that person acts on the stage that runs, if its handler is away and they look after it (S40).
    pub fn acts_for(&self, person: PersonId, case: &Case) -> Option<PersonId> {
        let Handler { role, person: handler } = case.run()?.handler;
        let handler = handler.filter(|handler| *handler != person)?;
        let looks_after = self.people_for(case).stands_in(person, handler, role, self.school.id, self.today);
        (looks_after && may_stand_in(person, case)).then_some(handler)
    }

    /// Whether whoever has the present stage is there to see to it; none where nobody has it by name.
    pub fn cover(&self, case: &Case) -> Option<Cover> {
        let Handler { role, person } = case.run()?.handler;
        let may_not = |delegate| !may_stand_in(delegate, case);
        Some(self.people_for(case).cover(person?, role, self.school.id, self.today, may_not))
    }

    /// Whether that person sits on the panel of the present stage, and still has a post that lets them.
    fn is_to_hear(&self, person: PersonId, case: &Case) -> bool {
        let hearing = case.run().and_then(|run| run.hearing.as_ref());
        hearing.is_some_and(|hearing| hearing.members.iter().any(|member| member.person == person))
            && in_the_pool(person, self)
    }

    /// The co-ordinator, a trust officer, or the headteacher of a school that has no co-ordinator.
    fn is_coordinator(&self, person: PersonId) -> bool {
        let has_one =
            self.directory.present(Role::ComplaintsCoordinator, self.school.id, self.today).next().is_some();
        self.holds(person, Role::ComplaintsCoordinator)
            || self.holds(person, Role::TrustOfficer)
            || (!has_one && self.holds(person, Role::Headteacher))
    }

    /// Who may not have the next stage of a case, or sit on its panel: complained about, witness, or with a
    /// part in a stage (R22, R23).
    pub fn barred(&self, case: &Case) -> BTreeSet<PersonId> {
        case.involvement
            .iter()
            .filter(|line| {
                matches!(
                    line.involved_as,
                    InvolvedAs::Subject
                        | InvolvedAs::Witness
                        | InvolvedAs::Handled
                        | InvolvedAs::Decided
                        | InvolvedAs::StoodIn
                        | InvolvedAs::Recused
                )
            })
            .map(|line| line.person)
            .collect()
    }

    /// The scene for routing a case.
    pub fn scene<'s>(
        &'s self,
        subjects: &'s [Subject],
        child: Option<&'s Child>,
        barred: &'s BTreeSet<PersonId>,
    ) -> Scene<'s> {
        Scene {
            school: self.school.id,
            procedure: self.procedure,
            directory: self.directory,
            today: self.today,
            subjects,
            child,
            barred,
            before: &[],
        }
    }

    /// The stage of the case's present run.
    pub fn stage_of<'s>(&'s self, case: &Case) -> Option<&'s Stage> {
        case.run().and_then(|run| self.procedure.stage(&run.stage))
    }

    /// What the answer of a stage, or its hearing, is counted in.
    pub fn unit_of(&self, stage: &Stage) -> Unit {
        let limit = stage.respond.or(stage.panel.as_ref().map(|panel| panel.convene));
        limit.map_or(Unit::SchoolDays, |limit| limit.unit)
    }

    /// The date that a limit makes from a day. Statutory clocks never stop (R38).
    pub fn due(
        &self,
        rule: DeadlineRule,
        limit: Limit,
        anchor_on: NaiveDate,
        pauses: &[Pause],
    ) -> (Basis, Due) {
        let basis = Basis {
            anchor: limit.anchor,
            anchor_on,
            amount: limit.amount,
            unit: limit.unit,
            calendar: self.calendar.id(),
        };
        self.counted(rule, basis, pauses)
    }

    /// Counts a date from what it was made of. A request for information has the earlier of two, and its basis
    /// says which (R15).
    pub(super) fn counted(&self, rule: DeadlineRule, basis: Basis, pauses: &[Pause]) -> (Basis, Due) {
        if rule == DeadlineRule::InformationRequest {
            return match self.calendar.due_foi(basis.anchor_on) {
                Ok(working) => {
                    (Basis { amount: working.amount, unit: working.unit, ..basis }, Due::On(working.due_on))
                }
                Err(missing) => (basis, Due::CalendarMissing(missing.on)),
            };
        }
        let pauses = if rule.is_statutory() { &[] } else { pauses };
        let due = match self.calendar.due_pausing(basis.anchor_on, basis.amount, basis.unit, pauses) {
            Ok(working) => Due::On(working.due_on),
            Err(NoDueDate::Missing(missing)) => Due::CalendarMissing(missing.on),
            Err(NoDueDate::Paused { .. }) => Due::Paused,
        };
        (basis, due)
    }
}

/// Whether nothing of the case keeps that person from looking after its stage (R22, R23).
fn may_stand_in(person: PersonId, case: &Case) -> bool {
    let present = case.run().map(|run| run.no);
    let barred = |line: &Involvement| match line.involved_as {
        InvolvedAs::Subject | InvolvedAs::Witness | InvolvedAs::Recused => true,
        InvolvedAs::Handled | InvolvedAs::Decided | InvolvedAs::StoodIn => line.run != present,
        InvolvedAs::Consulted
        | InvolvedAs::WrittenTo
        | InvolvedAs::Attended
        | InvolvedAs::SawContent
        | InvolvedAs::Asked
        | InvolvedAs::Panel
        | InvolvedAs::StoodDown
        | InvolvedAs::Clerked
        | InvolvedAs::Administered => false,
    };
    !case.involvement.iter().any(|line| line.person == person && barred(line))
}

/// Numbers and sets the deadlines that one command makes.
pub(super) struct DeadlineMaker {
    taken: usize,
}

impl DeadlineMaker {
    /// Numbers on from those that the case has.
    pub(super) fn after(case: Option<&Case>) -> Self {
        Self { taken: case.map_or(0, |case| case.deadlines.len()) }
    }

    /// A deadline that a limit makes.
    pub(super) fn by_limit(
        &mut self,
        ctx: &Context<'_>,
        rule: DeadlineRule,
        run: Option<RunNo>,
        limit: Limit,
        anchor_on: NaiveDate,
    ) -> Event {
        let (basis, due) = ctx.due(rule, limit, anchor_on, &[]);
        Event::DeadlineSet { no: self.next(), rule, run, remedy: None, basis: Some(basis), due }
    }

    /// A deadline whose date a person set.
    pub(super) fn by_hand(&mut self, rule: DeadlineRule, run: Option<RunNo>, due_on: NaiveDate) -> Event {
        Event::DeadlineSet { no: self.next(), rule, run, remedy: None, basis: None, due: Due::On(due_on) }
    }

    /// A deadline with a basis that is already counted.
    pub(super) fn counted(
        &mut self,
        rule: DeadlineRule,
        run: Option<RunNo>,
        basis: Basis,
        due: Due,
    ) -> Event {
        Event::DeadlineSet { no: self.next(), rule, run, remedy: None, basis: Some(basis), due }
    }

    /// The number for the next one.
    pub(super) fn next(&mut self) -> DeadlineNo {
        let no = DeadlineNo::next_after(self.taken);
        self.taken += 1;
        no
    }
}

/// The pauses of a case as the calendar counts them.
pub fn pauses_of(case: &Case) -> Vec<Pause> {
    case.suspensions.iter().map(|suspension| Pause { from: suspension.from, to: suspension.to }).collect()
}
