//! The five questions of a case page, answered in order (P23): where is it now, who has it, what happens
//! next, by when, what can I do.

use chrono::NaiveDate;

use crate::domain::calendar::{local_date, local_time_words, long_date, short_date};
use crate::domain::case::action::Action;
use crate::domain::case::attention::unrecorded_hearing;
use crate::domain::case::contact::{TurnTo, whom_to_turn_to};
use crate::domain::case::context::Context;
use crate::domain::case::decide::{never_came, no_reply_from, ready, window_is_over};
use crate::domain::case::event::Actor;
use crate::domain::case::own_part::has_the_answer;
use crate::domain::case::state::{Alert, Case, HearingPhase, Meeting, OpenPhase, StageRun, Standing, State};
use crate::domain::case::vocabulary::{ClosedReason, Flag, HearingBasis, Kind};
use crate::domain::deadline::{Deadline, DeadlineRule, Due};
use crate::domain::ids::{DeadlineNo, MeetingNo, PartyNo};
use crate::domain::notice::first_reader;
use crate::domain::person::Role;
use crate::domain::procedure::{Stage, StageKind, called};
use crate::domain::routing::is_above_the_staff;
use crate::domain::text::capital;

use super::{Voice, alerted_roles, listed, lower, whoever};

/// The five answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WhereItIs {
    /// Where is it now?
    pub where_is_it: String,
    /// Who has it? For the family the role; for staff the name too.
    pub who_has_it: String,
    /// What happens next?
    pub what_happens_next: String,
    /// By when?
    pub by_when: String,
    /// The deadline behind that date, so that its working can be shown (P25).
    pub deadline: Option<DeadlineNo>,
    /// What can I do?
    pub what_can_i_do: Vec<Possible>,
}

/// Something that the reader can do now or from a day on (P26).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Possible {
    /// A sentence.
    pub words: String,
    /// The action that a button leads to; absent for what is done elsewhere.
    pub action: Option<Action>,
    /// The first day on which it can be done, while that is still to come; the button is shown from then.
    pub from_on: Option<NaiveDate>,
}

impl Possible {
    fn now(action: Action, words: impl Into<String>) -> Self {
        Self { words: words.into(), action: Some(action), from_on: None }
    }

    fn elsewhere(words: impl Into<String>) -> Self {
        Self { words: words.into(), action: None, from_on: None }
    }
}

/// Answers the five questions for that reader.
pub fn now_sentences(case: &Case, ctx: &Context<'_>, voice: Voice) -> WhereItIs {
    let teller = Now { case, ctx, voice };
    let deadline = teller.leading();
    WhereItIs {
        where_is_it: teller.where_is_it(),
        who_has_it: teller.who_has_it(),
        what_happens_next: teller.next(),
        by_when: teller.by_when(deadline),
        deadline: deadline.filter(|deadline| deadline.due.date().is_some()).map(|deadline| deadline.no),
        what_can_i_do: match voice {
            Voice::Staff => teller.staff_can(),
            Voice::Panel | Voice::AskedToSit => Vec::new(),
            Voice::Complainant(me) => teller.family_can(me),
        },
    }
}

/// What a family can do while no answer comes: take it further, now or from a day, and why not before (9.1, P26).
/// None where no date of an answer is known, or nothing comes after this step.
pub fn without_an_answer(case: &Case, ctx: &Context<'_>) -> Option<String> {
    ctx.stage_of(case)?.next.first()?;
    let from = no_reply_from(case, ctx)?;
    Some(if from <= ctx.today {
        "You need not wait for our answer any longer: you can take it further now.".to_owned()
    } else {
        format!(
            "If no answer comes, you can take it further from {}. {}",
            long_date(from),
            why_not_before(ctx)
        )
    })
}

/// What becomes of a complaint that its family calls formal, where the first step is an informal one: said on the page and in
/// the receipt of what they sent.
pub fn begins_informally(kind: Kind, first_step: StageKind) -> Option<&'static str> {
    match (kind, first_step) {
        (Kind::Complaint, StageKind::Informal) => Some(
            "You called it a formal complaint. The first step is still a talk: the person closest to it tries to put it \
             right. If that does not settle it, you take it on to the formal steps in writing.",
        ),
        (Kind::Complaint, StageKind::Formal | StageKind::Panel)
        | (Kind::Concern | Kind::Feedback | Kind::NotSure, _) => None,
    }
}

/// Why an answer that is late has to be waited for a little longer (9.1).
fn why_not_before(ctx: &Context<'_>) -> String {
    let wait = ctx.procedure.no_reply;
    format!(
        "Our procedure leaves {} after the date of the answer, in case it is only a little late.",
        wait.unit.amount_words(wait.amount)
    )
}

struct Now<'a> {
    case: &'a Case,
    ctx: &'a Context<'a>,
    voice: Voice,
}

impl Now<'_> {
    fn family(&self) -> bool {
        match self.voice {
            Voice::Complainant(_) => true,
            Voice::Staff | Voice::Panel | Voice::AskedToSit => false,
        }
    }

    /// Whether a question waits for the complainant who reads this.
    fn is_asked(&self) -> bool {
        matches!(self.voice, Voice::Complainant(me) if self.case.question_for(me).is_some())
    }

    /// Whether the answer is not for the complainant who reads this: it was given before they joined, or they wait for the
    /// consent of somebody else.
    fn has_no_answer(&self) -> bool {
        matches!(self.voice, Voice::Complainant(me) if !has_the_answer(self.case, me))
    }

    /// Who of several has not answered a question that another has answered: for staff.
    fn still_asked(&self) -> Option<String> {
        let asked = self.case.asked.keys().filter_map(|no| self.case.party(*no));
        let names: Vec<&str> = asked.map(|party| party.name.as_str()).collect();
        (self.voice == Voice::Staff && !names.is_empty())
            .then(|| format!("{} can still answer the question", listed(&names)))
    }

    fn run(&self) -> Option<&StageRun> {
        self.case.run()
    }

    /// "the headteacher"; "the school" before there is a stage.
    fn handler(&self) -> String {
        let Some(run) = self.run() else { return "the school".to_owned() };
        whoever(run.handler, self.case, self.ctx)
    }

    /// The alert of the family that reads this, while safeguarding has it and it is not yet a complaint (R14).
    fn with_safeguarding(&self) -> Option<&Alert> {
        let Voice::Complainant(me) = self.voice else { return None };
        self.case.alert_of(me).filter(|_| self.case.is_with_safeguarding(me))
    }

    fn where_is_it(&self) -> String {
        let stage = self.ctx.stage_of(self.case).map_or("", |stage| stage.title.as_str());
        let stage = format!("\u{201c}{stage}\u{201d}");
        match &self.case.state {
            State::Screening { .. } => match self.with_safeguarding() {
                Some(alert) if alert.people.is_empty() => "Nobody could be told at once".to_owned(),
                Some(_) => "With whoever looks after the safety of pupils".to_owned(),
                None => "Somebody reads it first, to see where it belongs".to_owned(),
            },
            State::Open(OpenPhase::New) if self.case.kind == Kind::Feedback => {
                format!("At the step {stage}: waiting to be read")
            }
            State::Open(OpenPhase::Working) if self.case.kind == Kind::Feedback => {
                format!("At the step {stage}: being read")
            }
            State::Open(OpenPhase::New) => format!("At the step {stage}: waiting to be looked at"),
            State::Open(OpenPhase::Working) => format!("At the step {stage}: being looked into"),
            State::Open(OpenPhase::AwaitingInformation { .. }) if self.is_asked() => {
                format!("At the step {stage}: waiting for your answer to a question")
            }
            State::Open(OpenPhase::AwaitingInformation { .. }) if self.family() => {
                format!("At the step {stage}: being looked into")
            }
            State::Open(OpenPhase::AwaitingInformation { .. }) => {
                format!("At the step {stage}: waiting for the family")
            }
            State::Open(OpenPhase::MeetingBooked(_)) => format!("At the step {stage}: a meeting is booked"),
            State::Replied => format!("At the step {stage}: answered"),
            State::Hearing(phase) => format!("At the step {stage}: {}", hearing_words(*phase)),
            State::Suspended { .. } => "It is paused".to_owned(),
            State::Closed { reason, .. } => format!("It is closed: {}", lower(reason.title())),
        }
    }

    fn who_has_it(&self) -> String {
        if self.case.standing() == Standing::Closed {
            return "Nobody: it is closed".to_owned();
        }
        let Some(run) = self.run() else { return self.checker() };
        let role = run.handler.role.title();
        match (self.voice, run.handler.person) {
            (Voice::Staff, Some(person)) => {
                format!("{}, {role}{}", self.ctx.directory.name(person), self.instead_of(run))
            }
            (Voice::Staff, None) => format!("Nobody yet. It waits for the {role}"),
            (Voice::Panel | Voice::AskedToSit, _) | (Voice::Complainant(_), Some(_)) => {
                capital(&self.handler())
            }
            (Voice::Complainant(_), None) => self.until_somebody_has_it(),
        }
    }

    /// Instead of whom somebody has the stage whose role is not the one that it is named after, and why: for staff. They
    /// do not act for them; a family reads who has it, and no more.
    fn instead_of(&self, run: &StageRun) -> String {
        let usual = self.ctx.procedure.stage(&run.stage).map_or(&[][..], |stage| stage.handlers.as_slice());
        // A form tutor is to one school what a class teacher is to another.
        let same = |first: Role| {
            first == run.handler.role || (first == Role::ClassTeacher && run.handler.role == Role::FormTutor)
        };
        let Some(first) = usual.first().filter(|first| !same(**first)) else { return String::new() };
        format!(", instead of the {} ({})", first.title(), self.why_another(*first))
    }

    /// Why the usual role does not have a stage.
    fn why_another(&self, usual: Role) -> &'static str {
        let mut holders = self.ctx.directory.holders(usual, self.ctx.school.id, self.ctx.today).peekable();
        if holders.peek().is_none() {
            "nobody has that post now"
        } else if holders.any(|person| self.case.is_subject(person.id)) {
            "who is complained about"
        } else if self.case.subjects.iter().any(|subject| is_above_the_staff(subject.role)) {
            "because of whom it is about"
        } else if usual == Role::ClassTeacher && self.case.child.is_none() {
            // Routing goes past the teachers where there is no child to have one.
            "no child is named, so no teacher could be found"
        } else {
            "by choice, or because of an earlier part in it"
        }
    }

    fn at_risk(&self) -> bool {
        self.case.flags.contains(&Flag::ChildAtRisk)
    }

    fn checker(&self) -> String {
        if let Some(alert) = self.with_safeguarding().filter(|alert| !alert.people.is_empty()) {
            return capital(&alerted_roles(&alert.people, self.ctx));
        }
        match self.voice {
            Voice::Staff if self.at_risk() => {
                "The safeguarding lead, with the complaints co-ordinator or the clerk".to_owned()
            }
            Voice::Staff => "The complaints co-ordinator or the clerk".to_owned(),
            // The same role as in the letters: whoever looks first at this school, clear of the case.
            Voice::Complainant(_) | Voice::Panel | Voice::AskedToSit => first_reader(self.case, self.ctx)
                .map_or_else(
                    || "The school".to_owned(),
                    |role| capital(called(role, self.ctx.procedure.regime)),
                ),
        }
    }

    /// Who answers for it while the right person is chosen, as the letters say.
    fn until_somebody_has_it(&self) -> String {
        let who = match whom_to_turn_to(self.case, self.ctx) {
            TurnTo::Office => "The school office".to_owned(),
            TurnTo::Instead { person, role } => {
                format!("{}, {}", person.name, called(role, self.ctx.procedure.regime))
            }
        };
        format!("{who}, until we have chosen the right person")
    }

    fn next(&self) -> String {
        let handler = self.handler();
        let you = if self.family() { "you" } else { "the family" };
        match &self.case.state {
            State::Screening { .. } => match self.with_safeguarding() {
                Some(alert) if alert.people.is_empty() => {
                    "Call the council\u{2019}s children\u{2019}s services. Do not wait for us".to_owned()
                }
                Some(_) => "They decide what to do. They may call you, the council or the police".to_owned(),
                None => format!("We decide who deals with it, and tell {you}"),
            },
            State::Open(OpenPhase::New | OpenPhase::Working) if self.case.kind == Kind::Feedback => {
                format!("{} reads it. Nobody has to answer", capital(&handler))
            }
            State::Open(OpenPhase::New) if self.acknowledges_first() => {
                format!("{} acknowledges it, then looks into it and answers {you}", capital(&handler))
            }
            State::Open(OpenPhase::New | OpenPhase::Working) => {
                let told = format!("{} looks into it and answers {you}", capital(&handler));
                self.still_asked().map_or(told.clone(), |asked| format!("{told}. {asked}"))
            }
            State::Open(OpenPhase::AwaitingInformation { .. }) if self.is_asked() => {
                format!("You answer the question. Then {handler} goes on")
            }
            State::Open(OpenPhase::AwaitingInformation { .. }) if self.family() => {
                format!("{} looks into it and answers you", capital(&handler))
            }
            State::Open(OpenPhase::AwaitingInformation { .. }) => {
                "The family answers the question. The date of the answer does not move".to_owned()
            }
            State::Open(OpenPhase::MeetingBooked(no)) => self.meeting(*no),
            State::Replied if !self.family() && never_came(self.ctx) => {
                "The family has not had the answer: print it and post it, or tell them, and note the day at the message".to_owned()
            }
            State::Replied if self.is_last_stage() => "This was the last step of the procedure".to_owned(),
            State::Replied if self.has_no_answer() => {
                "It was answered before you joined. Ask us if you want to know what the answer says".to_owned()
            }
            State::Replied if self.family() => "You tell us whether it is settled".to_owned(),
            State::Replied => "The family says whether it is settled, or takes it further".to_owned(),
            State::Hearing(phase) => self.hearing_next(*phase),
            State::Suspended { review_on, .. } => {
                format!("We look at it again on {}. No school dates run until then", long_date(*review_on))
            }
            State::Closed { reason, .. } => self.after_close(*reason),
        }
    }

    /// Staff who owe the family an acknowledgement are told of that first: its date comes before the others.
    fn acknowledges_first(&self) -> bool {
        !self.family() && self.case.open_deadline(DeadlineRule::Acknowledge).is_some()
    }

    fn meeting(&self, no: MeetingNo) -> String {
        let meeting: Option<&Meeting> = self.case.meetings.iter().find(|meeting| meeting.no == no);
        let who = if self.family() { "You meet" } else { "The family meets" };
        meeting.map_or_else(
            || format!("{who} {}", self.handler()),
            |meeting| {
                format!("{who} {} on {}, {}", self.handler(), local_time_words(meeting.at), meeting.place)
            },
        )
    }

    fn hearing_next(&self, phase: HearingPhase) -> String {
        let you = if self.family() { "you" } else { "the family" };
        match phase {
            HearingPhase::Requested => {
                "The clerk appoints a panel of people who had no part in it".to_owned()
            }
            HearingPhase::Appointed => format!("The clerk agrees a date for the hearing with {you}"),
            HearingPhase::Scheduled => {
                format!("Everybody gets the same papers, {you} too. {}", self.hearing_day())
            }
            HearingPhase::PapersOut => self.hearing_day(),
            HearingPhase::Heard => format!("The panel decides on each point and writes to {you}"),
            HearingPhase::Decided if self.family() => "The clerk closes the case".to_owned(),
            HearingPhase::Decided => {
                "Close the case: say who received the findings and what was done".to_owned()
            }
        }
    }

    fn hearing_day(&self) -> String {
        if let Some(on) = unrecorded_hearing(self.case, self.ctx.today) {
            return match self.voice {
                Voice::Staff if self.case.standing() == Standing::HearingScheduled => {
                    format!("Set a new day: {} is over, and the papers never went out", long_date(on))
                }
                Voice::Staff => format!("Record the hearing: its day, {}, is over", long_date(on)),
                Voice::Complainant(_) | Voice::Panel | Voice::AskedToSit => {
                    format!(
                        "The day of the hearing, {}, is over. The clerk writes to everybody",
                        long_date(on)
                    )
                }
            };
        }
        let date = self.run().and_then(|run| run.hearing.as_ref()).and_then(|hearing| hearing.dates.last());
        date.map_or_else(
            || "The hearing is held".to_owned(),
            |date| match date.basis {
                HearingBasis::Offered => {
                    format!("The hearing is offered for {}, {}", local_time_words(date.at), date.place)
                }
                HearingBasis::Agreed | HearingBasis::Fixed => {
                    format!("The hearing is on {}, {}", local_time_words(date.at), date.place)
                }
            },
        )
    }

    fn after_close(&self, reason: ClosedReason) -> String {
        if self.case.deadlines.iter().any(|deadline| deadline.is_open() && deadline.rule.is_statutory()) {
            return "The school still gives what the law asks for, by its date".to_owned();
        }
        match reason {
            ClosedReason::Completed => "The school\u{2019}s procedure is complete".to_owned(),
            ClosedReason::Settled
            | ClosedReason::NotPursued
            | ClosedReason::Withdrawn
            | ClosedReason::OutOfTime
            | ClosedReason::Redirected
            | ClosedReason::Unreasonable
            | ClosedReason::NoConsent
            | ClosedReason::KeptOnRecord
            | ClosedReason::FeedbackNoted => {
                "Nothing more, unless something promised is still to be done".to_owned()
            }
        }
    }

    /// The deadline that the reader asks about: the one that moves the case on from where it is.
    fn leading(&self) -> Option<&Deadline> {
        if self.with_safeguarding().is_some() {
            return None;
        }
        let rules: &[DeadlineRule] = match self.case.standing() {
            // The family waits to hear from the school, whatever the school has asked meanwhile.
            Standing::Screening
            | Standing::OpenNew
            | Standing::OpenAwaitingInformation
            | Standing::HearingRequested
            | Standing::HearingAppointed
                if self.acknowledges_first() =>
            {
                &[DeadlineRule::Acknowledge]
            }
            Standing::OpenAwaitingInformation if !self.family() || self.is_asked() => {
                &[DeadlineRule::Clarification]
            }
            Standing::Replied => &[DeadlineRule::Window],
            Standing::HearingRequested | Standing::HearingAppointed => &[DeadlineRule::Convene],
            Standing::HearingHeard => &[DeadlineRule::Outcome],
            // Looking first is part of acknowledging: the family hears from the school by then.
            Standing::Screening => {
                &[DeadlineRule::Acknowledge, DeadlineRule::Respond, DeadlineRule::EarlyYears]
            }
            Standing::OpenNew
            | Standing::OpenWorking
            | Standing::OpenAwaitingInformation
            | Standing::OpenMeetingBooked => {
                &[DeadlineRule::Respond, DeadlineRule::EarlyYears, DeadlineRule::Acknowledge]
            }
            // The school sends the papers first; the family looks to the day itself.
            Standing::HearingScheduled if self.voice == Voice::Staff && !self.hearing_is_over() => {
                &[DeadlineRule::Papers]
            }
            Standing::HearingScheduled
            | Standing::HearingPapersOut
            | Standing::HearingDecided
            | Standing::Suspended => &[],
            // What the law asks for is owed after closing too (R15).
            Standing::Closed => &DeadlineRule::STATUTORY,
        };
        rules.iter().find_map(|rule| self.case.open_deadline(*rule))
    }

    fn hearing_is_over(&self) -> bool {
        unrecorded_hearing(self.case, self.ctx.today).is_some()
    }

    fn by_when(&self, deadline: Option<&Deadline>) -> String {
        if self.with_safeguarding().is_some() {
            return "Safeguarding waits for no date. If the child is in danger now, call 999".to_owned();
        }
        if let Some(on) = self.case.hearing_is_set().filter(|_| deadline.is_none()) {
            let over = on < self.ctx.today;
            return if over { format!("{} was the day. It is late", long_date(on)) } else { long_date(on) };
        }
        if !self.family() && self.case.standing() == Standing::Replied && never_came(self.ctx) {
            return "At once: their time to take it further counts from the day on which they have it"
                .to_owned();
        }
        let Some(deadline) = deadline else { return self.without_date() };
        let at_once =
            self.at_risk() && self.voice == Voice::Staff && self.case.standing() == Standing::Screening;
        match deadline.due {
            Due::On(due) if at_once => {
                let told = if due < self.ctx.today {
                    format!("The family was to hear from the school by {}. It is late", long_date(due))
                } else {
                    format!("The family hears from the school by {}", long_date(due))
                };
                return format!("At once: a child may be at risk. {told}");
            }
            Due::On(_) | Due::CalendarMissing(_) | Due::Paused => {}
        }
        match deadline.due {
            Due::On(due) if due < self.ctx.today => {
                let late = match self.case.standing() {
                    Standing::Replied => "was the last date",
                    Standing::OpenAwaitingInformation => "was the date that we asked for",
                    Standing::Screening
                    | Standing::OpenNew
                    | Standing::OpenWorking
                    | Standing::OpenMeetingBooked
                    | Standing::HearingRequested
                    | Standing::HearingAppointed
                    | Standing::HearingScheduled
                    | Standing::HearingPapersOut
                    | Standing::HearingHeard
                    | Standing::HearingDecided
                    | Standing::Suspended
                    | Standing::Closed => "was the date. It is late",
                };
                format!("{} {late}", long_date(due))
            }
            Due::On(due) if due == self.ctx.today => format!("Today, {}", long_date(due)),
            Due::On(due) => long_date(due),
            Due::CalendarMissing(_) => {
                "We cannot tell the date yet: the school\u{2019}s term dates do not reach that far".to_owned()
            }
            Due::Paused => "A date comes when the case goes on".to_owned(),
        }
    }

    fn without_date(&self) -> String {
        match &self.case.state {
            State::Suspended { .. } => "A date comes when the case goes on".to_owned(),
            State::Closed { at, .. } => format!("Closed on {}", long_date(local_date(*at))),
            State::Screening { .. } | State::Open(_) | State::Replied | State::Hearing(_) => {
                "There is no date for this step".to_owned()
            }
        }
    }

    fn is_last_stage(&self) -> bool {
        self.ctx.stage_of(self.case).is_none_or(|stage| stage.next.is_empty())
    }

    /// The moves that this person can make now and that take the case on.
    fn staff_can(&self) -> Vec<Possible> {
        Action::all()
            .filter(|action| takes_on(*action))
            .filter(|action| ready(self.case, *action, self.ctx).is_ok())
            .map(|action| Possible::now(action, action.title()))
            .collect()
    }

    fn family_can(&self, me: PartyNo) -> Vec<Possible> {
        let ctx = &Context { actor: Actor::Complainant(me), ..*self.ctx };
        let can = |action| ready(self.case, action, ctx).is_ok();
        let mut list = Vec::new();
        if can(Action::GiveInformation) {
            list.push(Possible::now(Action::GiveInformation, "Answer our question"));
        }
        if can(Action::ConfirmConcern) {
            list.push(Possible::now(Action::ConfirmConcern, "Tell us whether what we wrote down is right"));
        }
        if can(Action::Settle) && has_the_answer(self.case, me) {
            list.push(Possible::now(Action::Settle, "Tell us whether it is settled"));
        }
        list.extend(self.going_further(ctx));
        if can(Action::SendMessage) {
            let before_a_hearing = matches!(
                self.case.standing(),
                Standing::HearingAppointed | Standing::HearingScheduled | Standing::HearingPapersOut
            );
            // The letters name it so: whether they can come, and whom they object to (R52).
            let words =
                if before_a_hearing { "Write to the clerk about the hearing" } else { "Add something" };
            list.push(Possible::now(Action::SendMessage, words));
        }
        if can(Action::AddDocument) {
            list.push(Possible::now(Action::AddDocument, "Send us a file"));
        }
        if can(Action::CorrectContact) {
            list.push(Possible::now(Action::CorrectContact, "Correct your contact details"));
        }
        if can(Action::AddHelper) {
            list.push(Possible::now(Action::AddHelper, "Add somebody who helps you"));
        }
        if can(Action::EndHelper) {
            list.push(Possible::now(Action::EndHelper, "End the help of somebody"));
        }
        if can(Action::Withdraw) {
            list.push(Possible::now(Action::Withdraw, "Withdraw it"));
        }
        list
    }

    /// Taking it further: now, from a day that is told before it comes (P26), or with a body outside (R56).
    fn going_further(&self, ctx: &Context<'_>) -> Option<Possible> {
        if self.with_safeguarding().is_some() {
            return None;
        }
        let standing = self.case.standing();
        if standing == Standing::HearingDecided
            || standing == Standing::Closed
            || (standing == Standing::Replied && self.is_last_stage())
        {
            return Some(self.outside());
        }
        let next = ctx.stage_of(self.case)?.next.first()?;
        let asking = asking(ctx.procedure.stage(next)?, self.case, ctx);
        if standing == Standing::Replied {
            return Some(self.within_window(ctx, &asking));
        }
        let from = no_reply_from(self.case, ctx)?;
        let open = ready(self.case, Action::Escalate, ctx).is_ok();
        Some(if open {
            Possible::now(Action::Escalate, format!("The answer is late. You can {asking} now"))
        } else {
            let why = why_not_before(ctx);
            let why = why.trim_end_matches('.');
            let words = format!("If you have no answer, you can {asking} from {}. {why}", short_date(from));
            Possible { words, action: Some(Action::Escalate), from_on: Some(from) }
        })
    }

    fn within_window(&self, ctx: &Context<'_>, asking: &str) -> Possible {
        let last = self.case.open_deadline(DeadlineRule::Window).and_then(|deadline| deadline.due.date());
        match last {
            Some(last) if window_is_over(self.case, ctx) => Possible::elsewhere(format!(
                "The last date to take it further was {}. If there was a good reason for the delay, tell the school",
                short_date(last)
            )),
            Some(last) => Possible::now(
                Action::Escalate,
                format!("If it is not settled, you can {asking} until {}", short_date(last)),
            ),
            None => Possible::now(Action::Escalate, format!("If it is not settled, you can {asking}")),
        }
    }

    fn outside(&self) -> Possible {
        let complete = match &self.case.state {
            State::Closed { reason, .. } => *reason == ClosedReason::Completed,
            State::Screening { .. }
            | State::Open(_)
            | State::Replied
            | State::Hearing(_)
            | State::Suspended { .. } => true,
        };
        let names: Vec<&str> = self.ctx.procedure.exits.iter().map(|exit| exit.name.as_str()).collect();
        if !complete || names.is_empty() {
            return Possible::elsewhere("If something new comes up, tell the school. It can be opened again");
        }
        let names = listed(&names).replace(" and ", " or ");
        Possible::elsewhere(format!(
            "If you are still not satisfied, you can go to a body outside the school: {names}. Each looks at something else"
        ))
    }
}

/// What asking for the next stage is, after "you can". The role is the one to whom it would go, which need not be
/// the one that the stage is named after: whoever has it already does not get it again (R23).
fn asking(stage: &Stage, case: &Case, ctx: &Context<'_>) -> String {
    match stage.kind {
        StageKind::Informal => {
            let barred = ctx.barred(case);
            let scene = ctx.scene(&case.subjects, case.child.as_ref(), &barred);
            let handler = scene.after(&case.runs).route(stage);
            format!("ask {} to look at it", called(handler.role, ctx.procedure.regime))
        }
        StageKind::Formal => "make it a formal complaint".to_owned(),
        StageKind::Panel => "ask for a panel hearing".to_owned(),
    }
}

fn hearing_words(phase: HearingPhase) -> &'static str {
    match phase {
        HearingPhase::Requested => "asked for",
        HearingPhase::Appointed => "the panel is appointed",
        HearingPhase::Scheduled => "a date is set",
        HearingPhase::PapersOut => "the papers are out",
        HearingPhase::Heard => "held, the findings are to come",
        HearingPhase::Decided => "the findings are out",
    }
}

/// Whether an action takes a case on, and is not one that is open at any time.
fn takes_on(action: Action) -> bool {
    match action {
        Action::Accept
        | Action::Redirect
        | Action::MoveSchool
        | Action::ConfirmConcern
        | Action::AskConsent
        | Action::AnswerConsent
        | Action::RecordConsent
        | Action::CloseWithoutConsent
        | Action::KeepOnRecord
        | Action::RefuseLate
        | Action::Acknowledge
        | Action::AskInformation
        | Action::GiveInformation
        | Action::ArrangeMeeting
        | Action::CancelMeeting
        | Action::RecordMeeting
        | Action::RecordFinding
        | Action::Reply
        | Action::Settle
        | Action::Escalate
        | Action::Resume
        | Action::AppointPanel
        | Action::DeclareInterest
        | Action::ScheduleHearing
        | Action::CirculatePapers
        | Action::RecordHearing
        | Action::IssueFindings
        | Action::Close => true,
        Action::Assign
        | Action::Extend
        | Action::Lapse
        | Action::Withdraw
        | Action::Suspend
        | Action::CloseUnreasonable
        | Action::Reopen
        | Action::RecordExternalContact
        | Action::AddNote
        | Action::SendMessage
        | Action::AddDocument
        | Action::AddParty
        | Action::AddHelper
        | Action::EndHelper
        | Action::CorrectContact
        | Action::MarkSubject
        | Action::MarkAtRisk
        | Action::ReviewRefusal
        | Action::Recuse
        | Action::AddAction
        | Action::CompleteAction
        | Action::MeetDuty
        | Action::TakeOut
        | Action::TakeOutFile => false,
    }
}
