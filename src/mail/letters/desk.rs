//! What the writer of a letter has at hand: the facts around one notice, in the words that letters use.

use chrono::{DateTime, NaiveDate, Utc};

use crate::domain::calendar::{Unit, local_date, long_date};
use crate::domain::case::contact::{TurnTo, whom_to_turn_to};
use crate::domain::case::context::{Context, Letters, Neighbours, SisterSchools, pauses_of};
use crate::domain::case::event::{Actor, Event, Recorded};
use crate::domain::case::own_words::point_words;
use crate::domain::case::sight::is_to_declare;
use crate::domain::case::state::{
    Case, Handler, Hearing, HearingDate, HearingPhase, Meeting, MeetingStatus, Party, Point, RunCause,
    StageRun, Standing, State,
};
use crate::domain::case::timeline::{noun, was_to_be, without_an_answer};
use crate::domain::case::vocabulary::{Channel, Relationship};
use crate::domain::deadline::{Deadline, DeadlineRule, Due, Ended, Standing as DeadlineStanding};
use crate::domain::ids::{PersonId, PointNo};
use crate::domain::notice::{About, Notice, Recipient, first_reader};
use crate::domain::person::{Person, Role};
use crate::domain::procedure::{Anchor, Stage, called};
use crate::mail::DateLine;

use super::Facts;

/// One notice with its facts.
#[derive(Clone, Copy, Debug)]
pub(super) struct Desk<'a> {
    pub(super) notice: &'a Notice,
    pub(super) facts: &'a Facts<'a>,
}

/// Who it was that acted, as the reader of the letter sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ActedBy {
    /// The reader.
    You,
    /// Somebody at the school, for the family.
    School,
    /// Nobody whom the reader may learn of.
    Unsaid,
}

impl<'a> Desk<'a> {
    pub(super) fn new(notice: &'a Notice, facts: &'a Facts<'a>) -> Self {
        Self { notice, facts }
    }

    pub(super) fn case(&self) -> &'a Case {
        self.facts.case
    }

    /// The run that the notice is about, or the present one.
    pub(super) fn run(&self) -> Option<&'a StageRun> {
        match self.notice.about {
            About::Run(no) => self.case().run_no(no),
            About::Case | About::Meeting(_) | About::Deadline(_) => self.case().run(),
        }
    }

    pub(super) fn stage(&self) -> Option<&'a Stage> {
        let key = self.run().map_or(&self.case().first_stage, |run| &run.stage);
        self.facts.procedure.stage(key)
    }

    pub(super) fn meeting(&self) -> Option<&'a Meeting> {
        match self.notice.about {
            About::Meeting(no) => self.case().meetings.iter().find(|meeting| meeting.no == no),
            About::Case | About::Run(_) | About::Deadline(_) => None,
        }
    }

    pub(super) fn deadline(&self) -> Option<&'a Deadline> {
        match self.notice.about {
            About::Deadline(no) => self.case().deadlines.iter().find(|deadline| deadline.no == no),
            About::Case | About::Run(_) | About::Meeting(_) => None,
        }
    }

    pub(super) fn hearing(&self) -> Option<&'a Hearing> {
        self.run().and_then(|run| run.hearing.as_ref())
    }

    pub(super) fn hearing_date(&self) -> Option<&'a HearingDate> {
        self.hearing().and_then(|hearing| hearing.dates.last())
    }

    /// When the hearing is that stands and is still to come.
    pub(super) fn hearing_to_come(&self) -> Option<DateTime<Utc>> {
        let hearing = self.case().run()?.hearing.as_ref().filter(|hearing| hearing.held.is_none())?;
        let set = matches!(
            self.case().state_under_pause(),
            State::Hearing(HearingPhase::Scheduled | HearingPhase::PapersOut)
        );
        hearing.dates.last().map(|date| date.at).filter(|at| set && *at > self.facts.now)
    }

    /// The meeting that is booked and still to come.
    pub(super) fn meeting_to_come(&self) -> Option<&'a Meeting> {
        self.case().booked_meeting().filter(|meeting| meeting.at > self.facts.now)
    }

    /// The event that the notice follows from.
    pub(super) fn event(&self) -> Option<&'a Event> {
        self.recorded().map(|recorded| &recorded.event)
    }

    fn recorded(&self) -> Option<&'a Recorded> {
        self.facts.events.iter().find(|recorded| recorded.stamp.seq == self.notice.cause)
    }

    pub(super) fn actor(&self) -> Option<Actor> {
        self.recorded().map(|recorded| recorded.stamp.actor)
    }

    pub(super) fn acted_by(&self) -> ActedBy {
        match (self.actor(), self.notice.to) {
            (Some(Actor::Complainant(no)), Recipient::Party(to)) if no == to => ActedBy::You,
            (Some(Actor::Public), _) => ActedBy::You,
            (Some(Actor::Person(_)), _) => ActedBy::School,
            (Some(Actor::Complainant(_) | Actor::Clock) | None, _) => ActedBy::Unsaid,
        }
    }

    /// The complainant whom the letter is for.
    pub(super) fn party(&self) -> Option<&'a Party> {
        match self.notice.to {
            Recipient::Party(no) => self.case().party(no),
            Recipient::Person(_) => None,
        }
    }

    /// What the complainant whom the letter is for is to the child or the school.
    pub(super) fn relationship(&self) -> Option<Relationship> {
        self.party().map(|party| party.relationship)
    }

    /// The name of whoever the letter is for, if we have it.
    pub(super) fn reader(&self) -> Option<&'a str> {
        match self.notice.to {
            Recipient::Party(no) => self.case().party(no).map(|party| party.name.as_str()),
            Recipient::Person(person) => {
                self.facts.directory.person(person).map(|person| person.name.as_str())
            }
        }
    }

    /// Whom the family turns to: the office, or somebody else where that works for whoever is complained about.
    pub(super) fn turn_to(&self) -> TurnTo<'a> {
        whom_to_turn_to(self.case(), &self.context())
    }

    /// The address that the family's answers go to.
    pub(super) fn answers_go_to(&self) -> &'a str {
        match self.turn_to() {
            TurnTo::Office => &self.facts.school.email,
            TurnTo::Instead { person, .. } => &person.email,
        }
    }

    /// Who answers for the panel, and for the outcome, to staff: whoever clerks the present stage, another clerk, or the
    /// trust. Nobody who is complained about (2.3).
    pub(super) fn clerk(&self) -> Option<(&'a Person, Role)> {
        let (facts, case) = (self.facts, self.case());
        let clear = |role: Role| {
            let holders = facts.directory.holders(role, facts.school.id, facts.today);
            holders.filter(|person| !case.is_shut_out(person.id)).map(move |person| (person, role))
        };
        let handler = self.run().and_then(|run| run.handler.person);
        clear(Role::Clerk)
            .find(|(clerk, _)| handler == Some(clerk.id))
            .or_else(|| clear(Role::Clerk).next())
            .or_else(|| clear(Role::TrustOfficer).next())
    }

    /// How staff are asked to reach the family: nobody rings who was asked not to (R20).
    pub(super) fn get_in_touch(&self) -> &'static str {
        let mut complainants = self.case().complainants().peekable();
        if complainants.peek().is_none() {
            return "It came without a name, so there is nobody to write to.";
        }
        let (mut noted, mut asked) = (false, false);
        for party in complainants {
            noted |= party.safe_contact_note.is_some();
            asked |= party.preferred_contact.is_some();
        }
        match (noted, asked) {
            (true, _) => {
                "Before you ring or write, read the note on the case about how to reach the family safely."
            }
            (false, true) => "Get in touch with the family in the way that they asked for.",
            (false, false) => "Get in touch with the family. A call often settles it.",
        }
    }

    /// Whether whoever it is for has not declared yet that nothing stands in the way of sitting (R27).
    pub(super) fn has_to_declare(&self) -> bool {
        match self.notice.to {
            Recipient::Person(person) => is_to_declare(self.case(), person),
            Recipient::Party(_) => false,
        }
    }

    /// The same where a call settles nothing: what to mind before anybody rings or writes.
    pub(super) fn reach_them_safely(&self) -> &'static str {
        let noted = self.case().complainants().any(|party| party.safe_contact_note.is_some());
        if noted { self.get_in_touch() } else { "Tell the family that you have it." }
    }

    /// The day by which the present run was to be answered, where its answer was sent later (R40).
    pub(super) fn answered_late(&self) -> Option<NaiveDate> {
        let run = self.run()?.no;
        let rules = [DeadlineRule::Respond, DeadlineRule::Outcome];
        let of_run = |deadline: &&Deadline| rules.contains(&deadline.rule) && deadline.run == Some(run);
        self.case().deadlines.iter().filter(of_run).find_map(|deadline| {
            let late = deadline.standing(self.facts.today, local_date) == DeadlineStanding::MetLate;
            deadline.due.date().filter(|_| late)
        })
    }

    /// What the family calls it at this stage.
    pub(super) fn noun(&self) -> &'static str {
        noun(self.case())
    }

    /// The point's own words, for whoever raised it. Another complainant never reads them here (P18).
    pub(super) fn words_of(&self, point: &'a Point) -> Option<&'a str> {
        match self.notice.to {
            Recipient::Party(no) => point_words(point, Actor::Complainant(no)),
            Recipient::Person(_) => None,
        }
        .map(|words| words.what_happened.as_str())
    }

    pub(super) fn point(&self, no: PointNo) -> Option<&'a Point> {
        self.case().points.iter().find(|point| point.no == no)
    }

    pub(super) fn context(&self) -> Context<'a> {
        Context {
            now: self.facts.now,
            today: self.facts.today,
            actor: Actor::Clock,
            school: self.facts.school,
            procedure: self.facts.procedure,
            procedure_id: self.case().bound.procedure,
            calendar: self.facts.calendar,
            directory: self.facts.directory,
            sister_schools: SisterSchools::default(),
            neighbours: Neighbours::NONE,
            unsent: &[],
            letters: Letters::NONE,
            record: &[],
            hand: None,
        }
    }

    /// A role with its article, as the nation and regime call it: "the headteacher".
    pub(super) fn role(&self, role: Role) -> &'static str {
        match role {
            Role::Governor => "a governor",
            Role::ClassTeacher
            | Role::FormTutor
            | Role::SeniorLeader
            | Role::Headteacher
            | Role::ChairOfGovernors
            | Role::ViceChairOfGovernors
            | Role::Clerk
            | Role::ComplaintsCoordinator
            | Role::SchoolOffice
            | Role::ExecutiveHead
            | Role::DesignatedSafeguardingLead
            | Role::DataProtectionOfficer
            | Role::TrustOfficer
            | Role::ChiefExecutive
            | Role::ChairOfTrustees
            | Role::Trustee
            | Role::PanelMember
            | Role::Investigator
            | Role::Administrator
            | Role::Inspector => called(role, self.facts.procedure.regime),
        }
    }

    /// Who has the run, by role (E11).
    pub(super) fn handler_role(&self) -> &'static str {
        let Some(run) = self.run() else { return "the school" };
        let Handler { role, person } = run.handler;
        self.case().another(role, person).unwrap_or_else(|| self.role(role))
    }

    /// Who reads it before it opens, by role.
    pub(super) fn first_reader(&self) -> &'static str {
        first_reader(self.case(), &self.context()).map_or("the school", |role| self.role(role))
    }

    /// "Anita Patel, class teacher".
    pub(super) fn person_line(&self, person: PersonId) -> String {
        let name = self.facts.directory.name(person);
        match self.post_of(person) {
            Some(role) if self.case().another(role, Some(person)).is_some() => format!("{name}, a teacher"),
            Some(role) => format!("{name}, {}", role.title()),
            None => name.to_owned(),
        }
    }

    /// The role in which somebody acts: the one that they have the stage in, or the first of their posts.
    fn post_of(&self, person: PersonId) -> Option<Role> {
        let handler = self.case().run().map(|run| run.handler);
        if let Some(handler) = handler.filter(|handler| handler.person == Some(person)) {
            return Some(handler.role);
        }
        let known = self.facts.directory.person(person)?;
        Role::ALL.into_iter().find(|role| known.holds(*role, self.facts.school.id, self.facts.today))
    }

    /// Who signs: the person who acted, where a person did.
    pub(super) fn author(&self) -> Option<PersonId> {
        self.actor().and_then(Actor::person)
    }

    /// "Anita Patel, the class teacher," in the middle of a sentence; the role alone when nobody acted.
    pub(super) fn author_words(&self) -> String {
        let who = self.author().map(|person| (self.facts.directory.name(person), self.post_of(person)));
        match who {
            // Beside a name it is "a teacher": "another" would be another than the one named.
            Some((name, Some(role))) if self.case().another(role, self.author()).is_some() => {
                format!("{name}, a teacher,")
            }
            Some((name, Some(role))) => format!("{name}, {},", self.role(role)),
            Some((name, None)) => name.to_owned(),
            None => self.handler_role().to_owned(),
        }
    }

    /// The stage that comes next, and the role that would have it.
    pub(super) fn next_stage(&self) -> Option<(&'a Stage, &'static str)> {
        let next = self.stage()?.next.first()?;
        let stage = self.facts.procedure.stage(next)?;
        let ctx = self.context();
        let barred = ctx.barred(self.case());
        let scene = ctx.scene(&self.case().subjects, self.case().child.as_ref(), &barred);
        let handler = scene.after(&self.case().runs).route(stage);
        Some((stage, self.role(handler.role)))
    }

    /// The stages that could follow besides the usual one.
    pub(super) fn shortcuts(&self) -> Vec<&'a Stage> {
        let next = self.stage().map(|stage| stage.next.as_slice()).unwrap_or_default();
        next.iter().skip(1).filter_map(|key| self.facts.procedure.stage(key)).collect()
    }

    /// The last date to take it further, while the window is open.
    pub(super) fn last_date(&self) -> Option<NaiveDate> {
        self.window().and_then(|deadline| deadline.due.date())
    }

    pub(super) fn window(&self) -> Option<&'a Deadline> {
        let run = self.run().map(|run| run.no);
        self.case()
            .deadlines
            .iter()
            .find(|deadline| deadline.rule == DeadlineRule::Window && deadline.run == run)
    }

    fn owed(&self) -> impl Iterator<Item = (&'a Deadline, String)> {
        let rules = [
            DeadlineRule::Acknowledge,
            DeadlineRule::Respond,
            DeadlineRule::Convene,
            DeadlineRule::Outcome,
            DeadlineRule::DataProtection,
            DeadlineRule::EarlyYears,
            DeadlineRule::SubjectAccess,
            DeadlineRule::InformationRequest,
        ];
        rules.into_iter().filter_map(|rule| {
            let deadline = self.case().open_deadline(rule)?;
            Some((deadline, self.label(rule)?))
        })
    }

    /// What a date is for, as the family reads it.
    fn label(&self, rule: DeadlineRule) -> Option<String> {
        let who = self.stage_handler();
        match rule {
            // Whoever asks a question is heard from already.
            DeadlineRule::Acknowledge if matches!(self.event(), Some(Event::InformationAsked { .. })) => None,
            DeadlineRule::Acknowledge => Some(format!("You will hear from {who} by")),
            DeadlineRule::Respond => Some("You will have an answer by".to_owned()),
            DeadlineRule::Convene => Some("The panel will meet by".to_owned()),
            DeadlineRule::Outcome => Some("You will have the panel's findings by".to_owned()),
            DeadlineRule::DataProtection => {
                Some("By law, you will hear about the use of your data by".to_owned())
            }
            DeadlineRule::EarlyYears => {
                Some("By law, you will have the outcome about early years by".to_owned())
            }
            DeadlineRule::SubjectAccess => {
                Some("By law, you will have an answer about your personal data by".to_owned())
            }
            DeadlineRule::InformationRequest => {
                Some("By law, you will have an answer to your request for information by".to_owned())
            }
            DeadlineRule::Window => Some("Last date to take it further".to_owned()),
            DeadlineRule::Clarification => Some("Your answer to our question is due by".to_owned()),
            DeadlineRule::Confirmation => Some("Tell us whether it is right by".to_owned()),
            DeadlineRule::Consent => Some("Answer by".to_owned()),
            DeadlineRule::Papers | DeadlineRule::Review | DeadlineRule::Remedy => None,
        }
    }

    /// Who has the stage. While somebody looks first, nobody is named: it may go to another role.
    fn stage_handler(&self) -> &'static str {
        match self.run().map(|run| run.handler) {
            Some(Handler { person: Some(_), .. }) => self.handler_role(),
            // Nobody has it yet, so nobody is named: the office has it until somebody does.
            Some(Handler { person: None, .. }) | None => "us",
        }
    }

    /// Who has it while nobody was chosen yet.
    pub(super) fn until_somebody_has_it(&self) -> String {
        match self.turn_to() {
            TurnTo::Office => format!(
                "We are choosing the right person now. Until then the school office has it: {}.",
                self.facts.school.phone
            ),
            TurnTo::Instead { person, role } => format!(
                "We are choosing the right person now. Until then {}, {}, has it: {}.",
                person.name,
                self.role(role),
                person.email
            ),
        }
    }

    /// The dates that the school owes the family and that are still to come, today among them.
    pub(super) fn dates(&self) -> Vec<DateLine> {
        self.owed().filter_map(|(deadline, label)| Some(date_line(label, self.to_come(deadline)?))).collect()
    }

    /// The date of a deadline, unless it has passed: no letter promises a day that is over.
    pub(super) fn to_come(self, deadline: &Deadline) -> Option<NaiveDate> {
        deadline.due.date().filter(|due| *due >= self.facts.today)
    }

    /// The dates that the school owed the family and has missed: told as what they are (P37, R40).
    pub(super) fn missed(&self) -> Vec<DateLine> {
        self.owed()
            .filter_map(|(deadline, _)| {
                let due = deadline.due.date().filter(|due| *due < self.facts.today)?;
                Some(date_line(self.missed_label(deadline.rule)?, due))
            })
            .collect()
    }

    /// Whether what happened just now took the place of a question that waited for the family.
    pub(super) fn question_is_over(&self) -> bool {
        let ended_now = Some(Ended::Dropped(self.facts.now));
        let question = |deadline: &&Deadline| deadline.rule == DeadlineRule::Clarification;
        self.case().deadlines.iter().filter(question).any(|deadline| deadline.ended == ended_now)
    }

    /// Whether the school has missed a date that it owes.
    pub(super) fn is_late(&self) -> bool {
        !self.missed().is_empty()
    }

    /// What a missed date was for, as the family reads it. A letter says from whom they were to hear.
    fn missed_label(&self, rule: DeadlineRule) -> Option<String> {
        if rule == DeadlineRule::Acknowledge {
            return Some(format!("You were to hear from {} by", self.stage_handler()));
        }
        was_to_be(rule).map(|what| format!("{what} by"))
    }

    /// What a family can do about an answer that is late: take it further, now or from a day (9.1).
    pub(super) fn going_on_without(&self) -> Option<String> {
        let answer = self
            .case()
            .open_deadline(DeadlineRule::Respond)
            .or_else(|| self.case().open_deadline(DeadlineRule::Acknowledge))?;
        if self.to_come(answer).is_some() || self.run().is_none() || self.next_stage().is_none() {
            return None;
        }
        without_an_answer(self.case(), &self.context())
    }

    /// The same while the date of the answer is still to come, and another was missed before it.
    pub(super) fn going_on_later(&self) -> Option<String> {
        let answer = self.case().open_deadline(DeadlineRule::Respond)?;
        self.to_come(answer)?;
        self.run()?;
        without_an_answer(self.case(), &self.context())
    }

    /// The dates that cannot be worked out yet, honestly (R36, G8).
    pub(super) fn missing_dates(&self) -> Option<String> {
        let missing = |(deadline, _): (&Deadline, String)| match deadline.due {
            Due::CalendarMissing(on) => Some(on),
            Due::On(_) | Due::Paused => None,
        };
        let on = self.owed().filter_map(missing).min()?;
        Some(format!(
            "We cannot work out every date yet. The school's term dates do not reach {}. When they do, we write to \
             you with the date.",
            long_date(on)
        ))
    }

    /// Where the answer's date is made only when somebody acknowledges.
    pub(super) fn date_follows(&self) -> Option<&'static str> {
        let counts_from_acknowledgement = self
            .stage()
            .and_then(|stage| stage.respond)
            .is_some_and(|limit| limit.anchor == Anchor::Acknowledged);
        let open = self.case().open_deadline(DeadlineRule::Respond).is_some();
        let over = self.case().standing() == Standing::Closed;
        (counts_from_acknowledgement && !open && !over)
            .then_some("That message will tell you the date of your answer.")
    }

    /// How the date that matters most was counted: the answer's, or the hearing's.
    pub(super) fn main_working(&self) -> Option<String> {
        [DeadlineRule::Respond, DeadlineRule::Convene, DeadlineRule::Outcome, DeadlineRule::Acknowledge]
            .into_iter()
            .find_map(|rule| {
                self.case().open_deadline(rule).filter(|deadline| self.to_come(deadline).is_some())
            })
            .and_then(|deadline| self.working(deadline))
    }

    /// How a date was counted, where it is still the date that was counted (P25).
    pub(super) fn working(&self, deadline: &Deadline) -> Option<String> {
        let (basis, due) = (deadline.basis?, deadline.due.date()?);
        let mut pauses = if deadline.rule.is_statutory() { Vec::new() } else { pauses_of(self.case()) };
        // A pause that was over before this clock began has nothing to do with it.
        pauses.retain(|pause| pause.to.is_none_or(|to| to > basis.anchor_on));
        let working =
            self.facts.calendar.due_pausing(basis.anchor_on, basis.amount, basis.unit, &pauses).ok()?;
        let sentence = working.sentence();
        let began = self.began(basis.anchor);
        let sentence =
            sentence.strip_prefix("Sent on").map_or(sentence.clone(), |rest| format!("{began}{rest}"));
        (working.due_on == due).then_some(sentence)
    }

    /// What happened on the day from which a date counts.
    fn began(&self, anchor: Anchor) -> &'static str {
        let cause = self.case().run().map(|run| &run.cause);
        match (anchor, cause, self.case().channel) {
            (Anchor::Received, Some(RunCause::Escalated { .. }), _) => "Taken further on",
            (Anchor::Received, Some(RunCause::Reopened(_)), _) => "Opened again on",
            // Whoever joined later sent nothing and told us nothing then.
            (Anchor::Received, Some(RunCause::First) | None, _)
                if self.party().is_some_and(|party| party.joined.is_some()) =>
            {
                "It reached us on"
            }
            (Anchor::Received, Some(RunCause::First) | None, Channel::Phone | Channel::InPerson) => {
                "You told us on"
            }
            (Anchor::Received, Some(RunCause::First) | None, Channel::Letter | Channel::Email) => {
                "It reached us on"
            }
            (Anchor::Received, Some(RunCause::First) | None, Channel::Online) => "You sent it on",
            (Anchor::Acknowledged, _, _) => "We acknowledged it on",
            (Anchor::ResponseSent | Anchor::FinalAnswer, _, _) => "Our answer was sent on",
            (Anchor::HearingOn | Anchor::HearingHeld, _, _) => "The hearing was on",
            (Anchor::InformationAsked, _, _) => "We asked on",
            (Anchor::LastIncident, _, _) => "It happened on",
        }
    }

    /// What the answer of the present stage is counted in.
    pub(super) fn unit(&self) -> Unit {
        let limit = self.stage().and_then(|stage| {
            stage.respond.or(stage.panel.as_ref().map(|panel| panel.convene)).or(stage.acknowledge)
        });
        limit.map_or_else(|| self.case().reply_unit(), |limit| limit.unit)
    }

    /// Whether a case that ended took this meeting with it, and nobody had called it off before.
    pub(super) fn ended_with_case(meeting: &Meeting) -> bool {
        match meeting.status {
            MeetingStatus::Booked => true,
            MeetingStatus::Cancelled { .. } | MeetingStatus::Held { .. } => false,
        }
    }
}

/// A date in full with what it is for (E10).
pub(super) fn date_line(label: impl Into<String>, on: NaiveDate) -> DateLine {
    DateLine { label: label.into(), date: long_date(on) }
}

/// "a", "a and b", "a, b and c".
pub(super) fn all_of(items: &[String]) -> String {
    match items.split_last() {
        None => String::new(),
        Some((only, [])) => only.clone(),
        Some((last, before)) => format!("{} and {last}", before.join(", ")),
    }
}

/// "point 1", "points 1 and 3".
pub(super) fn points_words(points: &[PointNo]) -> String {
    let numbers: Vec<String> = points.iter().map(ToString::to_string).collect();
    let noun = if points.len() == 1 { "point" } else { "points" };
    format!("{noun} {}", all_of(&numbers))
}
