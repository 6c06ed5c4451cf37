//! How concerns go: each course is a list of things that happen, so many school days after one another.

/// Something that happens in a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Beat {
    /// A person looked first and lets it in.
    Accept,
    /// The handler acknowledges.
    Acknowledge,
    /// The handler rings the family and writes it down.
    Call,
    /// A meeting is booked, so many school days ahead.
    Meet(u16),
    /// A booked meeting is moved, to so many school days ahead.
    MoveMeeting(u16),
    /// A booked meeting is called off.
    CancelMeeting,
    /// The meeting was held.
    Met,
    /// The handler asks the family.
    Ask,
    /// The family answers.
    Answer,
    /// An internal note.
    Note,
    /// The child's other parent, who lives elsewhere, takes part too.
    OtherParent,
    /// The family writes.
    FamilyWrites,
    /// The handler writes.
    StaffWrites,
    /// The date of the reply is put off by so many school days.
    Extend(u16),
    /// Each point gets its finding.
    Find,
    /// The handler replies.
    Reply,
    /// The handler replies, and the family said at once that it is settled.
    ReplySettled,
    /// The family says that all is settled.
    Settle,
    /// The family says that one point is settled.
    SettleOne,
    /// The family takes it to the next stage.
    Escalate,
    /// The family takes it to the stage after the next, where the procedure lets one be left out.
    Skip,
    /// The clerk names the panel.
    Appoint,
    /// The clerk sets the day, so many school days ahead.
    Schedule(u16),
    /// The clerk sends out the papers.
    Papers,
    /// The hearing was held.
    Hear,
    /// The panel's findings go out.
    Issue,
    /// The case is closed with what was done.
    Close,
    /// The clocks stop; looked at again after so many school days.
    Suspend(u16),
    /// The clocks go on.
    Resume,
    /// The family takes it back.
    Withdraw,
    /// Every point goes to where it belongs.
    Redirect,
    /// The last point goes to where it belongs.
    RedirectOne,
    /// It is refused as too late.
    RefuseLate,
    /// Something is promised, for so many school days ahead.
    Promise(u16),
    /// A promise is kept.
    Keep,
    /// An outside body was in touch.
    External,
    /// Somebody proposes to end the correspondence.
    EndCorrespondence,
    /// Somebody else agrees.
    AgreeToEnd,
    /// It is opened again.
    Reopen,
}

/// A list of things that happen, the first counted from the day on which the concern was raised.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Course {
    length: u16,
    beats: Vec<(u16, Beat)>,
}

impl Course {
    /// Nothing yet but the concern.
    pub fn raised() -> Self {
        Self::default()
    }

    /// The same, and so many school days later that.
    #[must_use]
    pub fn then(mut self, days: u16, beat: Beat) -> Self {
        self.length = self.length.saturating_add(days);
        self.beats.push((self.length, beat));
        self
    }

    /// The things with their school days after receipt, in order.
    pub fn beats(&self) -> &[(u16, Beat)] {
        &self.beats
    }

    /// School days from receipt to the last of them.
    pub fn length(&self) -> u16 {
        self.length
    }

    fn talked(self) -> Self {
        self.then(1, Beat::Acknowledge).then(2, Beat::Call)
    }

    fn answered(self) -> Self {
        self.talked().then(2, Beat::Reply)
    }

    fn met(self) -> Self {
        self.then(1, Beat::Acknowledge).then(1, Beat::Meet(3)).then(3, Beat::Met)
    }

    /// Answered at the first stage, and taken up to the head who answers too.
    fn answered_by_head(self) -> Self {
        self.answered().then(3, Beat::Escalate).met().then(2, Beat::Reply)
    }

    /// Up to an open formal stage, by every rung that the procedure has.
    fn formal(self, ladder: Ladder) -> Self {
        match ladder {
            Ladder::WithChair => self.at_chair().talked().then(3, Beat::Reply).then(2, Beat::Escalate),
            Ladder::WithoutChair => self.answered_by_head().then(3, Beat::Escalate),
        }
    }

    fn at_chair(self) -> Self {
        self.answered_by_head().then(4, Beat::Escalate)
    }

    fn decided_formally(self, ladder: Ladder) -> Self {
        self.formal(ladder).then(3, Beat::Acknowledge).then(6, Beat::Find).then(3, Beat::Reply)
    }

    fn panel_asked(self, ladder: Ladder) -> Self {
        self.decided_formally(ladder).then(4, Beat::Escalate)
    }

    fn panel_appointed(self, ladder: Ladder) -> Self {
        self.panel_asked(ladder).then(2, Beat::Acknowledge).then(1, Beat::Appoint)
    }

    fn hearing_set(self, ladder: Ladder) -> Self {
        self.panel_appointed(ladder).then(1, Beat::Schedule(12))
    }

    fn papers_out(self, ladder: Ladder) -> Self {
        self.hearing_set(ladder).then(6, Beat::Papers)
    }

    fn heard(self, ladder: Ladder) -> Self {
        self.papers_out(ladder).then(6, Beat::Hear)
    }

    fn findings_out(self, ladder: Ladder) -> Self {
        self.heard(ladder).then(2, Beat::Find).then(1, Beat::Issue)
    }
}

/// Whether the procedure has the chair's rung between the head and the formal stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ladder {
    /// Class teacher, headteacher, chair, formal, panel.
    WithChair,
    /// Class teacher, headteacher, formal, panel.
    WithoutChair,
}

/// What kind of concern a course needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// Nothing in particular.
    Plain,
    /// One that a person must look at first, with that word of a flag, or `third_party` or `late`.
    Screening(&'static str),
    /// One that belongs elsewhere.
    Elsewhere,
    /// Feedback.
    Feedback,
    /// More than one point.
    SeveralPoints,
    /// One about somebody above the staff.
    Above,
    /// A child whose teacher nobody can tell from the words, so that the co-ordinator chooses.
    NoTeacher,
}

/// How often something happens in a year, and how it goes.
#[derive(Clone, Copy, Debug)]
pub struct Usual {
    /// How often, in the whole trust.
    pub times: u16,
    /// What it needs.
    pub needs: Needs,
    /// How it goes.
    pub course: fn(Ladder) -> Course,
}

const fn usual(times: u16, needs: Needs, course: fn(Ladder) -> Course) -> Usual {
    Usual { times, needs, course }
}

/// A year of concerns that are over: most are settled where they began.
pub const PAST: &[Usual] = &[
    usual(52, Needs::Plain, |_| Course::raised().then(1, Beat::ReplySettled)),
    usual(48, Needs::Plain, |_| Course::raised().answered().then(2, Beat::Settle)),
    usual(22, Needs::Plain, |_| Course::raised().met().then(1, Beat::Reply).then(3, Beat::Settle)),
    usual(12, Needs::Plain, |_| {
        Course::raised()
            .then(1, Beat::Acknowledge)
            .then(1, Beat::Ask)
            .then(2, Beat::Answer)
            .then(2, Beat::Reply)
            .then(2, Beat::Settle)
    }),
    usual(22, Needs::Plain, |_| Course::raised().answered()),
    usual(8, Needs::Plain, |_| {
        Course::raised()
            .then(4, Beat::Acknowledge)
            .then(1, Beat::OtherParent)
            .then(3, Beat::FamilyWrites)
            .then(1, Beat::StaffWrites)
            .then(4, Beat::Reply)
            .then(2, Beat::Settle)
    }),
    usual(5, Needs::Plain, |ladder| match ladder {
        // The maintained school's procedure knows no extension.
        Ladder::WithChair => Course::raised()
            .then(1, Beat::Acknowledge)
            .then(6, Beat::Extend(4))
            .then(5, Beat::Reply)
            .then(1, Beat::Settle),
        Ladder::WithoutChair => {
            Course::raised().talked().then(1, Beat::Note).then(2, Beat::Reply).then(1, Beat::Settle)
        }
    }),
    usual(3, Needs::Plain, |_| {
        Course::raised()
            .then(1, Beat::Acknowledge)
            .then(1, Beat::Meet(2))
            .then(1, Beat::MoveMeeting(3))
            .then(3, Beat::Met)
            .then(2, Beat::Reply)
            .then(2, Beat::Settle)
    }),
    usual(2, Needs::Plain, |_| {
        Course::raised()
            .then(1, Beat::Acknowledge)
            .then(1, Beat::Meet(3))
            .then(1, Beat::CancelMeeting)
            .then(1, Beat::Call)
            .then(1, Beat::Reply)
            .then(2, Beat::Settle)
    }),
    usual(4, Needs::SeveralPoints, |_| {
        Course::raised()
            .answered()
            .then(2, Beat::SettleOne)
            .then(2, Beat::Escalate)
            .talked()
            .then(2, Beat::Reply)
            .then(2, Beat::Settle)
    }),
    usual(16, Needs::Plain, |_| {
        Course::raised()
            .answered_by_head()
            .then(1, Beat::Promise(15))
            .then(2, Beat::Settle)
            .then(10, Beat::Keep)
    }),
    usual(4, Needs::Plain, |_| Course::raised().answered_by_head()),
    usual(2, Needs::Plain, |_| {
        Course::raised().then(2, Beat::Acknowledge).then(15, Beat::Escalate).answered().then(2, Beat::Settle)
    }),
    usual(4, Needs::Plain, |_| {
        Course::raised()
            .at_chair()
            .then(1, Beat::Acknowledge)
            .then(4, Beat::Find)
            .then(2, Beat::Reply)
            .then(3, Beat::Settle)
    }),
    usual(3, Needs::Plain, |_| {
        Course::raised()
            .answered_by_head()
            .then(3, Beat::Skip)
            .then(3, Beat::Acknowledge)
            .then(6, Beat::Find)
            .then(2, Beat::Reply)
            .then(2, Beat::Settle)
    }),
    usual(4, Needs::Plain, |ladder| Course::raised().decided_formally(ladder).then(3, Beat::Settle)),
    usual(2, Needs::Plain, |ladder| Course::raised().decided_formally(ladder)),
    usual(4, Needs::SeveralPoints, |ladder| {
        Course::raised()
            .findings_out(ladder)
            .then(1, Beat::Promise(20))
            .then(2, Beat::Close)
            .then(5, Beat::External)
            .then(4, Beat::Keep)
    }),
    usual(6, Needs::Plain, |_| Course::raised().then(1, Beat::Acknowledge).then(2, Beat::Withdraw)),
    usual(2, Needs::Plain, |_| {
        Course::raised().answered().then(2, Beat::Escalate).then(1, Beat::Acknowledge).then(3, Beat::Withdraw)
    }),
    usual(9, Needs::Elsewhere, |_| Course::raised().then(2, Beat::Redirect)),
    usual(2, Needs::SeveralPoints, |_| {
        Course::raised()
            .then(1, Beat::Acknowledge)
            .then(2, Beat::RedirectOne)
            .then(3, Beat::Reply)
            .then(2, Beat::Settle)
    }),
    usual(2, Needs::Screening("late"), |_| Course::raised().then(3, Beat::RefuseLate)),
    usual(1, Needs::Screening("late"), |_| {
        Course::raised().then(2, Beat::Accept).answered().then(2, Beat::Settle)
    }),
    usual(3, Needs::Screening("third_party"), |_| {
        Course::raised().then(3, Beat::Accept).answered().then(2, Beat::Settle)
    }),
    usual(4, Needs::Screening("child_at_risk"), |_| Course::raised().then(0, Beat::Accept).answered()),
    usual(5, Needs::Screening("equality"), |_| {
        Course::raised().then(1, Beat::Accept).met().then(2, Beat::Reply).then(2, Beat::Settle)
    }),
    usual(4, Needs::Screening("early_years"), |_| {
        Course::raised().then(1, Beat::Accept).answered().then(1, Beat::Settle)
    }),
    usual(3, Needs::Screening("data_protection"), |_| {
        Course::raised().then(1, Beat::Accept).answered().then(1, Beat::Settle)
    }),
    usual(8, Needs::Feedback, |_| Course::raised().then(1, Beat::Close)),
    usual(4, Needs::Above, |_| {
        Course::raised().talked().then(5, Beat::Find).then(2, Beat::Reply).then(3, Beat::Settle)
    }),
    usual(1, Needs::Plain, |_| {
        Course::raised()
            .answered_by_head()
            .then(2, Beat::FamilyWrites)
            .then(2, Beat::FamilyWrites)
            .then(1, Beat::External)
            .then(1, Beat::EndCorrespondence)
            .then(1, Beat::AgreeToEnd)
    }),
    usual(2, Needs::Plain, |_| {
        Course::raised()
            .answered()
            .then(2, Beat::Settle)
            .then(12, Beat::Reopen)
            .talked()
            .then(2, Beat::Reply)
            .then(2, Beat::Settle)
    }),
    usual(3, Needs::Plain, |_| {
        Course::raised()
            .then(1, Beat::Acknowledge)
            .then(1, Beat::Suspend(15))
            .then(8, Beat::Resume)
            .then(2, Beat::Reply)
            .then(2, Beat::Settle)
    }),
];

/// A concern that waits at the demo's moment.
#[derive(Clone, Copy, Debug)]
pub struct Waiting {
    /// Which of the schools, by their order.
    pub school: usize,
    /// What it needs.
    pub needs: Needs,
    /// What has happened.
    pub course: fn(Ladder) -> Course,
    /// School days since the last thing that happened.
    pub since: u16,
}

const fn waiting(school: usize, since: u16, needs: Needs, course: fn(Ladder) -> Course) -> Waiting {
    Waiting { school, needs, course, since }
}

const HAZEL_LANE: usize = 0;
const QUARRY_BECK: usize = 1;
const TANSY_BANK: usize = 2;
const SORREL_WOOD: usize = 3;

fn raised(_: Ladder) -> Course {
    Course::raised()
}

fn acknowledged(_: Ladder) -> Course {
    Course::raised().then(1, Beat::Acknowledge)
}

fn talked(_: Ladder) -> Course {
    Course::raised().talked()
}

fn asked(_: Ladder) -> Course {
    Course::raised().then(1, Beat::Acknowledge).then(1, Beat::Ask)
}

fn booked(_: Ladder) -> Course {
    Course::raised().then(1, Beat::Acknowledge).then(1, Beat::Meet(5))
}

fn answered(_: Ladder) -> Course {
    Course::raised().answered()
}

fn with_head(_: Ladder) -> Course {
    Course::raised().answered().then(3, Beat::Escalate)
}

fn head_at_work(_: Ladder) -> Course {
    Course::raised().answered().then(3, Beat::Escalate).then(1, Beat::Acknowledge)
}

fn formal(ladder: Ladder) -> Course {
    Course::raised().formal(ladder)
}

fn formal_at_work(ladder: Ladder) -> Course {
    Course::raised().formal(ladder).then(4, Beat::Acknowledge)
}

fn suspended(_: Ladder) -> Course {
    Course::raised().then(1, Beat::Acknowledge).then(2, Beat::Suspend(15))
}

/// What waits at the demo's moment: every state and phase of domain.md 9.2, some overdue, some due today,
/// some this week, some with the family. Numbers are school days since the last thing that happened.
pub const WAITING: &[Waiting] = &[
    // Being checked.
    waiting(HAZEL_LANE, 0, Needs::Screening("child_at_risk"), raised),
    waiting(SORREL_WOOD, 1, Needs::Screening("early_years"), raised),
    waiting(TANSY_BANK, 2, Needs::Screening("data_protection"), raised),
    waiting(QUARRY_BECK, 1, Needs::Screening("third_party"), raised),
    waiting(HAZEL_LANE, 3, Needs::Screening("late"), raised),
    waiting(TANSY_BANK, 1, Needs::Screening("equality"), raised),
    // New: this morning, yesterday, to be acknowledged today, overdue, nobody chosen yet.
    waiting(HAZEL_LANE, 0, Needs::Plain, raised),
    waiting(TANSY_BANK, 0, Needs::Plain, raised),
    waiting(QUARRY_BECK, 0, Needs::Plain, raised),
    waiting(HAZEL_LANE, 1, Needs::Plain, raised),
    waiting(SORREL_WOOD, 1, Needs::Plain, raised),
    waiting(HAZEL_LANE, 2, Needs::Plain, raised),
    waiting(SORREL_WOOD, 2, Needs::Plain, raised),
    waiting(TANSY_BANK, 4, Needs::Plain, raised),
    waiting(QUARRY_BECK, 5, Needs::Plain, raised),
    waiting(HAZEL_LANE, 1, Needs::NoTeacher, raised),
    waiting(SORREL_WOOD, 0, Needs::Feedback, raised),
    // At work: due today, tomorrow, this week, with time, overdue.
    waiting(HAZEL_LANE, 7, Needs::Plain, talked),
    waiting(TANSY_BANK, 7, Needs::Plain, talked),
    waiting(SORREL_WOOD, 6, Needs::Plain, talked),
    waiting(QUARRY_BECK, 5, Needs::SeveralPoints, talked),
    waiting(HAZEL_LANE, 5, Needs::Plain, talked),
    waiting(TANSY_BANK, 1, Needs::Plain, talked),
    waiting(QUARRY_BECK, 0, Needs::Plain, acknowledged),
    waiting(SORREL_WOOD, 2, Needs::Plain, talked),
    waiting(HAZEL_LANE, 10, Needs::Plain, acknowledged),
    waiting(TANSY_BANK, 12, Needs::Plain, acknowledged),
    waiting(QUARRY_BECK, 15, Needs::Plain, acknowledged),
    // Waiting for the family: asked yesterday, asked long ago.
    waiting(HAZEL_LANE, 1, Needs::Plain, asked),
    waiting(TANSY_BANK, 4, Needs::Plain, asked),
    waiting(SORREL_WOOD, 7, Needs::Plain, asked),
    // A meeting tomorrow, later this week, today.
    waiting(HAZEL_LANE, 4, Needs::Plain, booked),
    waiting(TANSY_BANK, 3, Needs::Plain, booked),
    waiting(QUARRY_BECK, 5, Needs::Plain, booked),
    // Answered: just now, half-way, the last date tomorrow, today.
    waiting(SORREL_WOOD, 1, Needs::Plain, answered),
    waiting(HAZEL_LANE, 5, Needs::Plain, answered),
    waiting(TANSY_BANK, 9, Needs::Plain, answered),
    waiting(QUARRY_BECK, 10, Needs::Plain, answered),
    waiting(HAZEL_LANE, 4, Needs::Plain, |_| Course::raised().answered_by_head()),
    waiting(TANSY_BANK, 3, Needs::SeveralPoints, |ladder| Course::raised().decided_formally(ladder)),
    // Further up.
    waiting(HAZEL_LANE, 1, Needs::Plain, with_head),
    waiting(SORREL_WOOD, 8, Needs::Plain, head_at_work),
    waiting(QUARRY_BECK, 11, Needs::Plain, head_at_work),
    waiting(TANSY_BANK, 1, Needs::Plain, |_| Course::raised().at_chair()),
    waiting(HAZEL_LANE, 6, Needs::Plain, |_| Course::raised().at_chair().then(1, Beat::Acknowledge)),
    waiting(SORREL_WOOD, 2, Needs::Plain, formal),
    waiting(QUARRY_BECK, 7, Needs::SeveralPoints, formal_at_work),
    waiting(HAZEL_LANE, 13, Needs::Plain, formal_at_work),
    // Before the panel.
    waiting(TANSY_BANK, 1, Needs::Plain, |ladder| Course::raised().panel_asked(ladder)),
    waiting(SORREL_WOOD, 2, Needs::SeveralPoints, |ladder| Course::raised().panel_appointed(ladder)),
    waiting(HAZEL_LANE, 3, Needs::Plain, |ladder| Course::raised().hearing_set(ladder)),
    waiting(QUARRY_BECK, 2, Needs::SeveralPoints, |ladder| Course::raised().papers_out(ladder)),
    waiting(TANSY_BANK, 1, Needs::Plain, |ladder| Course::raised().heard(ladder)),
    waiting(SORREL_WOOD, 1, Needs::Plain, |ladder| Course::raised().findings_out(ladder)),
    // The clocks stand still.
    waiting(TANSY_BANK, 4, Needs::Plain, suspended),
    waiting(QUARRY_BECK, 9, Needs::Plain, suspended),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_year_has_about_three_hundred_concerns_and_most_are_settled_where_they_began() {
        let past: u16 = PAST.iter().map(|usual| usual.times).sum();
        let all = usize::from(past) + WAITING.len();
        assert!((290..=340).contains(&all), "{all}");
        let climbed = |usual: &&Usual| {
            (usual.course)(Ladder::WithChair)
                .beats()
                .iter()
                .any(|(_, beat)| matches!(beat, Beat::Escalate | Beat::Skip))
        };
        let higher: u16 = PAST.iter().filter(climbed).map(|usual| usual.times).sum();
        assert!(higher * 5 < past, "{higher} of {past}");
    }

    #[test]
    fn no_course_needs_more_than_half_a_school_year() {
        for ladder in [Ladder::WithChair, Ladder::WithoutChair] {
            for length in PAST.iter().map(|usual| (usual.course)(ladder).length()) {
                assert!(length < 95, "{length}");
            }
        }
    }
}
