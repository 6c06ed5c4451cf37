//! What each question shows: its words, its fields, and what was typed before.

use crate::domain::case::vocabulary::{
    Flag, Kind, PreferredContact, RedirectReason, Relationship, SubjectRole,
};
use crate::domain::phase::Phase;
use crate::domain::procedure::StageKind;
use crate::domain::text::Words as Stored;
use crate::urls;
use crate::web::field::{Choices, DateField, Field, Kind as Box, LONGEST, LabelSize, Problem, Width};
use crate::web::page::{Shell, Words};
use crate::web::pages::addresses;
use crate::web::pages::family::{Face, standing};
use crate::web::pages::typed::Typed;

use super::answer::date_parts;
use super::draft::{AboutWhom, Door, Draft, LastTime, YesNo};
use super::question::{Body, Question, Scene, Stop, back, ways};
use super::words;

/// What may be said of how to reach somebody safely (P17).
const SAFE_EXAMPLE: &str = "For example “do not leave a voicemail” or “call only between 9am and 2pm”.";

/// The answer to "when" that is a date.
const DATE_GIVEN: &str = "date";

/// A page with one question.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The frame.
    pub shell: Shell,
    /// The heading, where it is not the label of the one field.
    pub heading: Option<&'static str>,
    /// Paragraphs before the fields: why we ask (P5).
    pub why: Vec<Words>,
    /// The fields.
    pub inputs: Vec<Input>,
    /// What is to be put right.
    pub problems: Vec<Problem>,
    /// Where the form posts to.
    pub action: String,
    /// The token of the form.
    pub csrf: String,
    /// Until when the answers are kept: "26 November 2026 at 7:15am".
    pub until: String,
}

/// One field of a page.
#[derive(Clone, Debug)]
pub enum Input {
    /// A line.
    Line(Field),
    /// Several lines.
    Area(Field),
    /// One of several.
    Radios(Choices),
    /// Any of several.
    Checkboxes(Choices),
    /// One of many.
    Select(Choices),
    /// A date.
    Date(DateField),
}

/// What stands around a question.
#[derive(Clone, Copy, Debug)]
pub struct Around<'a> {
    /// The school.
    pub face: &'a Face,
    /// The day and the body.
    pub scene: Scene,
    /// The token of the form.
    pub csrf: &'a str,
    /// Until when the answers are kept: "26 November 2026 at 7:15am".
    pub until: &'a str,
}

/// The page of a question: filled in with what was typed, or with the answer that is there.
pub fn ask(
    question: Question,
    draft: &Draft,
    typed: Option<&Typed>,
    problems: Vec<Problem>,
    around: Around<'_>,
) -> Asked {
    let stored = stored(question, draft);
    let fields = Fields { typed: typed.unwrap_or(&stored), problems: &problems };
    let (heading, why, inputs) = fields.of(question, draft, around.scene);
    let path = urls::raise_question(&around.face.slug, question.key());
    let mut shell = around.face.shell(heading.unwrap_or(title(question)), path.clone());
    shell.standing = standing(&problems);
    shell.back = Some(way_back(draft, question, around));
    let (csrf, until) = (around.csrf.to_owned(), around.until.to_owned());
    Asked { shell, heading, why, inputs, problems, action: path, csrf, until }
}

/// The page of one thing that happened (P12). `place` counts from 1.
pub fn ask_point(
    place: usize,
    draft: &Draft,
    typed: Option<&Typed>,
    problems: Vec<Problem>,
    around: Around<'_>,
) -> Asked {
    let stored = stored_point(place, draft);
    let fields = Fields { typed: typed.unwrap_or(&stored), problems: &problems };
    let path = urls::raise_point(&around.face.slug, place);
    let (heading, why) = match (draft.is_urgent(), place) {
        (true, 1) => ("What is happening?", "Write what you know. A few words are enough."),
        (true, _) => ("What else is happening?", "Write what you know. A few words are enough."),
        (false, 1) => ("What happened?", ONE_AT_A_TIME),
        (false, _) => ("What else happened?", ONE_AT_A_TIME),
    };
    let mut shell = around.face.shell(heading, path.clone());
    shell.standing = standing(&problems);
    shell.back = Some(if draft.points.is_empty() {
        way_back(draft, Question::Points, around)
    } else {
        urls::raise_question(&around.face.slug, Question::Points.key())
    });
    Asked {
        shell,
        heading: Some(heading),
        why: vec![why.into()],
        inputs: fields.point(draft),
        problems,
        action: path,
        csrf: around.csrf.to_owned(),
        until: around.until.to_owned(),
    }
}

const ONE_AT_A_TIME: &str =
    "Tell us one thing at a time. You can add another in a moment. We answer each one by itself.";

/// Where "Back" leads.
pub fn way_back(draft: &Draft, question: Question, around: Around<'_>) -> String {
    let slug = &around.face.slug;
    match back(draft, question, around.scene) {
        Some(Stop::Ask(before)) => urls::raise_question(slug, before.key()),
        Some(Stop::Check) => urls::raise_check(slug),
        None => urls::school(slug),
    }
}

/// The question in words: the heading of its page and the first part of its title (P9).
pub const fn title(question: Question) -> &'static str {
    match question {
        Question::Door => "What would you like to do?",
        Question::AtRisk => "What to do when a child is at risk",
        Question::OwnRoute => "What is it about?",
        Question::OwnRouteHelp => "Where to go",
        Question::Kind => "Is it a concern or a formal complaint?",
        Question::About => "Who is it about?",
        Question::AboutGovernors => "Which governors is it about?",
        Question::AboutTrust => "Who at the trust is it about?",
        Question::AboutNames => "What are their names?",
        Question::AboutChild => "Is it about one child?",
        Question::Child => "Which child is it about?",
        Question::Points => "What you have told us",
        Question::Last => "When did it last happen?",
        Question::Late => "Why are you telling us now?",
        Question::Spoken => "Have you spoken to anybody at school about it?",
        Question::Matters => "Is any of this part of it?",
        Question::Files => "Do you want to add photos or documents?",
        Question::Relationship => "How are you connected with the child or the school?",
        Question::Name => "What is your name?",
        Question::Reach => "How can we reach you?",
        Question::Preferred => "What is the best way to reach you?",
        Question::SafeNote => "Is there anything we should know before we contact you?",
        Question::Language => "Which language suits you best?",
        Question::Adjustments => "Is there anything that would make this easier for you?",
    }
}

/// The answer that is there, as a form would send it: one way to fill in every page.
fn stored(question: Question, draft: &Draft) -> Typed {
    let typed = Typed::default();
    let words = |words: Option<&Stored>| words.map(|words| words.as_str().to_owned());
    match question {
        Question::Door => typed.with_some("door", draft.door.map(Door::key)),
        Question::OwnRoute => typed.with_some("own_route", draft.own_route.map(RedirectReason::key)),
        Question::Kind => typed.with_some("kind", draft.kind.map(Kind::key)),
        Question::About => draft.about.iter().fold(typed, |typed, whom| typed.with("about", whom.key())),
        Question::AboutGovernors => {
            draft.governors.iter().fold(typed, |typed, role| typed.with("governors", role.key()))
        }
        Question::AboutTrust => draft.trust.iter().fold(typed, |typed, role| typed.with("trust", role.key())),
        Question::AboutNames => draft
            .names
            .iter()
            .fold(typed, |typed, (role, name)| typed.with(&format!("name-{}", role.key()), name.as_str())),
        Question::AboutChild => typed.with_some("about_child", draft.about_child.map(YesNo::key)),
        Question::Child => {
            let year = draft.year_group();
            typed
                .with_some("child_name", words(draft.child.as_ref().map(|child| &child.name)))
                .with_some("year_group", words(year))
        }
        Question::Last => stored_last(draft.last),
        Question::Late => typed.with_some("late_reason", words(draft.late_reason.as_ref())),
        Question::Spoken => typed.with_some("spoken", words(draft.spoken.as_ref())),
        Question::Matters => stored_matters(draft),
        Question::Relationship => typed.with_some("relationship", draft.relationship.map(Relationship::key)),
        Question::Name => typed
            .with_some("name", words(draft.name.as_ref()))
            .with_some("relationship", draft.relationship.map(Relationship::key)),
        Question::Reach => typed
            .with_some("email", words(draft.email.as_ref()))
            .with_some(addresses::WHICH, words(draft.email.as_ref()))
            .with_some("safe_note", words(draft.safe_note.as_ref()))
            .with_some("phone", words(draft.phone.as_ref()))
            .with_some("address", words(draft.address.as_ref())),
        Question::Preferred => typed.with_some("preferred", draft.preferred.map(PreferredContact::key)),
        Question::SafeNote => typed.with_some("safe_note", words(draft.safe_note.as_ref())),
        Question::Language => typed
            .with("language", draft.language.as_deref().unwrap_or("en"))
            .with_some("other_language", words(draft.other_language.as_ref())),
        Question::Adjustments => typed.with_some("adjustments", words(draft.adjustments.as_ref())),
        Question::AtRisk | Question::OwnRouteHelp | Question::Points | Question::Files => typed,
    }
}

fn stored_last(last: Option<LastTime>) -> Typed {
    let typed = Typed::default();
    match (last, last.and_then(date_parts)) {
        (Some(LastTime::GoesOn), _) => typed.with("last_is", "goes_on"),
        (Some(LastTime::Unknown), _) => typed.with("last_is", "unknown"),
        (_, Some([day, month, year])) => typed
            .with("last_is", "date")
            .with("last-day", day)
            .with("last-month", month)
            .with("last-year", year),
        (_, None) => typed,
    }
}

fn stored_matters(draft: &Draft) -> Typed {
    let typed = draft.matters.iter().fold(Typed::default(), |typed, flag| typed.with("matters", flag.key()));
    if draft.matters.is_empty() && draft.answered.contains(&Question::Matters) {
        return typed.with("matters", "none");
    }
    typed
}

fn stored_point(place: usize, draft: &Draft) -> Typed {
    let point = place.checked_sub(1).and_then(|index| draft.points.get(index));
    point.map_or_else(Typed::default, |point| {
        Typed::default()
            .with("what", point.what.as_str())
            .with_some("when", point.when.as_ref().map(Stored::as_str))
            .with_some("wanted", point.wanted.as_ref().map(Stored::as_str))
    })
}

/// Makes fields with what was typed and what is to be put right.
struct Fields<'a> {
    typed: &'a Typed,
    problems: &'a [Problem],
}

type Page = (Option<&'static str>, Vec<Words>, Vec<Input>);

impl Fields<'_> {
    fn error(&self, field: &str) -> Option<String> {
        self.problems.iter().find(|problem| problem.field == field).map(|problem| problem.text.clone())
    }

    fn field(&self, name: impl Into<Words>, label: impl Into<Words>) -> Field {
        let name = name.into();
        Field::new(name.clone(), label).value(self.typed.get(&name)).error(self.error(&name))
    }

    fn filled(&self, choices: Choices) -> Choices {
        let chosen: Vec<&str> = self.typed.all(&choices.name).collect();
        let error = self.error(&choices.name);
        choices.chosen(&chosen).error(error)
    }

    fn alone(question: Question, choices: &'static str) -> Choices {
        Choices::new(choices, title(question)).label_size(LabelSize::Question)
    }

    fn area(&self, question: Question, name: &'static str, hint: &'static str) -> Page {
        let field = self
            .field(name, title(question))
            .label_size(LabelSize::Question)
            .hint(hint)
            .optional()
            .rows(6)
            .limit(LONGEST);
        (None, Vec::new(), vec![Input::Area(field)])
    }

    fn of(&self, question: Question, draft: &Draft, scene: Scene) -> Page {
        match question {
            Question::Door => self.one(doors()),
            Question::OwnRoute => self.one(own_routes()),
            Question::Kind => self.one(kinds(scene.first_step)),
            Question::About => self.any(about(draft, scene)),
            Question::AboutGovernors => {
                self.any(roles(Self::alone(question, "governors"), &words::GOVERNORS, scene.phase))
            }
            Question::AboutTrust => {
                self.any(roles(Self::alone(question, "trust"), &words::TRUST, scene.phase))
            }
            Question::AboutNames => self.names(draft, scene.phase),
            Question::AboutChild => self.one(
                Self::alone(question, "about_child")
                    .hint("We ask so that it goes to the right person.")
                    .option(
                        YesNo::Yes.key(),
                        if is_pupil(draft) { "Yes, about me or another pupil" } else { "Yes" },
                    )
                    .option(YesNo::No.key(), "No"),
            ),
            Question::Child => self.child(draft, scene.phase),
            Question::Last => self.last(),
            Question::Late => {
                let (heading, mut why, inputs) = self.area(
                    question,
                    "late_reason",
                    "For example illness, or that you only heard about it now.",
                );
                why.push(
                    "It was some time ago. We look at the reason before we decide what we can do.".into(),
                );
                (heading, why, inputs)
            }
            Question::Spoken => self.area(
                question,
                "spoken",
                "Tell us who, about when, and what they said. Leave it blank if you have not.",
            ),
            Question::Matters => self.any(matters(draft, scene.phase)),
            Question::Relationship => self.one(relationships(Reader::Anybody)),
            Question::Name if draft.is_urgent() => self.who(),
            Question::Name => self.name(),
            Question::Reach => self.reach(draft),
            Question::Preferred => self.one(preferred(draft)),
            Question::SafeNote => self.area(question, "safe_note", SAFE_EXAMPLE),
            Question::Language => self.language(),
            Question::Adjustments => self.area(
                question,
                "adjustments",
                "For example large print, short messages, a step-free room, or somebody to come with you.",
            ),
            Question::AtRisk | Question::OwnRouteHelp | Question::Points | Question::Files => {
                (Some(title(question)), Vec::new(), Vec::new())
            }
        }
    }

    fn one(&self, choices: Choices) -> Page {
        (None, Vec::new(), vec![Input::Radios(self.filled(choices))])
    }

    fn any(&self, choices: Choices) -> Page {
        (None, Vec::new(), vec![Input::Checkboxes(self.filled(choices))])
    }

    fn names(&self, draft: &Draft, phase: Phase) -> Page {
        let roles = draft.roles();
        let inputs = roles.into_iter().map(|role| {
            let name = format!("name-{}", role.key());
            Input::Line(self.field(name, words::role_label(role, phase)).kind(Box::Name).optional())
        });
        let why = if draft.kind() == Kind::Feedback {
            "A name helps us to pass it on. Leave it blank if you do not know."
        } else {
            "A name helps us to keep it away from the person it is about. Leave it blank if you do not know."
        };
        (Some(title(Question::AboutNames)), vec![why.into()], inputs.collect())
    }

    fn child(&self, draft: &Draft, phase: Phase) -> Page {
        let whose = if is_pupil(draft) { "Your name, or the other pupil’s" } else { "Child’s name" };
        let name = self.field("child_name", whose).kind(Box::Name).width(Width::Full);
        let year = self
            .field("year_group", "Year group or class")
            .hint(match phase {
                Phase::Primary => "For example Year 4 or Reception",
                Phase::Secondary => "For example Year 8 or 10C",
                Phase::Either => "For example Year 4, Reception or 7B",
            })
            .width(Width::Ten)
            .optional();
        let (heading, name, why) = if draft.is_urgent() {
            (
                "Which child is it?",
                name.optional(),
                "If it is you, write your own name. If you do not know the name, leave it blank.",
            )
        } else {
            (
                title(Question::Child),
                name,
                "We ask so that it goes to the right teacher. Only people who look at your concern see it.",
            )
        };
        (Some(heading), vec![why.into()], vec![Input::Line(name), Input::Line(year)])
    }

    fn point(&self, draft: &Draft) -> Vec<Input> {
        let (wanted, example) = if draft.kind() == Kind::Feedback {
            (
                "What would you like us to do with it?",
                "For example pass on your thanks, or try something new.",
            )
        } else {
            (
                "What would put it right?",
                "For example an explanation, an apology, or a change in how things are done.",
            )
        };
        let what = self
            .field("what", "Tell us about it")
            .label_size(LabelSize::Medium)
            .hint("Use your own words. Say what you saw or heard, where it was, and who else was there.")
            .rows(10)
            .limit(LONGEST);
        let when = self
            .field("when", "When was it?")
            .label_size(LabelSize::Medium)
            .hint("For example 27 March 2026, March 2026, or every Tuesday since half-term")
            .width(Width::Half)
            .optional();
        if draft.is_urgent() {
            return vec![Input::Area(what), Input::Line(when)];
        }
        let wanted = self
            .field("wanted", wanted)
            .label_size(LabelSize::Medium)
            .hint(example)
            .optional()
            .rows(4)
            .limit(LONGEST);
        vec![Input::Area(what), Input::Line(when), Input::Area(wanted)]
    }

    fn last(&self) -> Page {
        let mut date = DateField::new("last", title(Question::Last));
        date.label_size = LabelSize::Question;
        date.hint = Some("For example 27 3 2026. A month and a year are enough.".into());
        self.typed.get("last-day").clone_into(&mut date.day);
        self.typed.get("last-month").clone_into(&mut date.month);
        self.typed.get("last-year").clone_into(&mut date.year);
        date.error = self.error("last-day");
        let other = Choices::new("last_is", "Or choose one of these")
            .option(DATE_GIVEN, "I have given a date")
            .option("goes_on", "It is still going on")
            .option("unknown", "I do not know");
        (None, Vec::new(), vec![Input::Date(date), Input::Radios(self.filled(other))])
    }

    fn name(&self) -> Page {
        let field = self
            .field("name", title(Question::Name))
            .label_size(LabelSize::Question)
            .hint("Write it the way you would like us to use it.")
            .kind(Box::Name)
            .autocomplete("name");
        (None, Vec::new(), vec![Input::Line(field)])
    }

    /// Name and connection on one page: whoever fears for a child has few pages to go.
    fn who(&self) -> Page {
        let name = self
            .field("name", "Your name")
            .label_size(LabelSize::Medium)
            .kind(Box::Name)
            .autocomplete("name");
        let mut known = relationships(Reader::FearsForAChild);
        known.label_size = LabelSize::Medium;
        let inputs = vec![Input::Line(name), Input::Radios(self.filled(known))];
        (Some("Who are you?"), vec![WITHOUT_A_NAME.into()], inputs)
    }

    fn reach(&self, draft: &Draft) -> Page {
        let email = self
            .field("email", "Email address")
            .hint("We send you a link to follow your concern.")
            .kind(Box::Email)
            .autocomplete("email");
        let phone =
            self.field("phone", "Phone number").kind(Box::Phone).autocomplete("tel").width(Width::Twenty);
        let address = self.field("address", "Postal address").autocomplete("street-address").rows(4);
        let which = addresses::which(self.typed, self.problems).map(Input::Radios);
        let mind = draft.is_child_at_risk().then(|| {
            let label = "Is there anything we should know before we contact you?";
            Input::Area(self.field("safe_note", label).hint(SAFE_EXAMPLE).optional().rows(3).limit(LONGEST))
        });
        let by_mail = std::iter::once(Input::Line(email)).chain(which);
        let by_phone = std::iter::once(Input::Line(phone));
        let (why, quickest): (_, Vec<Input>) = if draft.is_urgent() {
            let why = "Give at least one. A phone number is the quickest way to reach you.";
            (why, by_phone.chain(by_mail).collect())
        } else {
            let why = "Give at least one. An email address is the quickest way to hear from us.";
            (why, by_mail.chain(by_phone).collect())
        };
        let inputs = quickest.into_iter().chain([Input::Area(address)]).chain(mind).collect();
        (Some(title(Question::Reach)), vec![why.into()], inputs)
    }

    fn language(&self) -> Page {
        let list = words::LANGUAGES
            .iter()
            .fold(Choices::new("language", "Language"), |list, (tag, name)| list.option(*tag, *name));
        let other = self
            .field("other_language", "Another language")
            .hint("Tell us which, if it is not in the list.")
            .width(Width::Twenty)
            .optional();
        let why = "We use it to find an interpreter or a translation when you need one.";
        let inputs = vec![Input::Select(self.filled(list)), Input::Line(other)];
        (Some(title(Question::Language)), vec![why.into()], inputs)
    }
}

fn doors() -> Choices {
    Fields::alone(Question::Door, "door")
        .option(Door::AtRisk.key(), "Tell somebody that a child is at risk now")
        .leading_to("We show you who can act at once.")
        .option(Door::OwnRoute.key(), "Ask about something that has its own process")
        .leading_to("For example a school place, an exclusion, an EHC plan or an exam result. We show you where to go.")
        .option(Door::Feedback.key(), "Give feedback")
        .leading_to("Praise, an idea or a comment. We read it and pass it on. Nobody has to reply.")
        .option(Door::Concern.key(), "Raise a concern or make a complaint")
        .leading_to("Somebody looks into it and answers you by a date that we tell you.")
        .or(Door::NotSure.key(), "I am not sure")
}

fn own_routes() -> Choices {
    let list = Fields::alone(Question::OwnRoute, "own_route")
        .hint("Each of these has rules of its own. We show you who decides.");
    words::OWN_ROUTES
        .iter()
        .fold(list, |list, reason| list.option(reason.key(), words::own_route_label(*reason)))
}

fn kinds(first_step: StageKind) -> Choices {
    let complaint = match first_step {
        StageKind::Informal => {
            "You want a decision in writing on each thing that happened. It begins like a concern: somebody talks to you \
             and tries to put it right. If that does not settle it, you take it on to the written steps."
        }
        StageKind::Formal | StageKind::Panel => {
            "You want it looked into in writing, with a decision on each thing that happened."
        }
    };
    Fields::alone(Question::Kind, "kind")
        .hint("You can start with a concern and make a complaint later. Nothing is lost.")
        .option(Kind::Concern.key(), "A concern")
        .leading_to("Something worries you. The person closest to it talks to you and tries to put it right.")
        .option(Kind::Complaint.key(), "A formal complaint")
        .leading_to(complaint)
        .or(Kind::NotSure.key(), "I am not sure")
}

fn is_pupil(draft: &Draft) -> bool {
    draft.relationship == Some(Relationship::Pupil)
}

fn about(draft: &Draft, scene: Scene) -> Choices {
    let hint = match (draft.kind(), draft.is_urgent()) {
        (Kind::Feedback, _) => "We pass it on to them, or to whoever looks after it. Choose all that apply.",
        (_, true) => "The people you choose are not told, and do not see it. Choose all that apply.",
        (Kind::Concern | Kind::Complaint | Kind::NotSure, false) => {
            "The people you choose will not handle it. Choose all that apply."
        }
    };
    let list = Fields::alone(Question::About, "about")
        .hint(hint)
        .option(AboutWhom::ClassTeacher.key(), words::role_label(SubjectRole::ClassTeacher, scene.phase))
        .option(AboutWhom::Staff.key(), "Another member of staff")
        .option(AboutWhom::Headteacher.key(), "The headteacher")
        .option(AboutWhom::Governors.key(), "A governor or the clerk");
    let list = match scene.body {
        Body::Trust => list.option(AboutWhom::Trust.key(), "Somebody at the trust"),
        Body::Governors => list,
    };
    let somebody_else = if draft.is_urgent() {
        "For example somebody at home, or another child. You do not have to give a name."
    } else {
        "For example another child or their family. You do not have to name a child."
    };
    list.option(AboutWhom::Other.key(), "Somebody else")
        .leading_to(somebody_else)
        .or(AboutWhom::Nobody.key(), "It is not about one person")
}

fn roles(list: Choices, roles: &[SubjectRole], phase: Phase) -> Choices {
    roles
        .iter()
        .fold(list, |list, role| list.option(role.key(), words::role_label(*role, phase)))
        .hint("Choose all that apply.")
}

fn matters(draft: &Draft, phase: Phase) -> Choices {
    let list = Fields::alone(Question::Matters, "matters")
        .hint("Some things have rules of their own in law. Choose all that apply.");
    let asked = Flag::ALL.iter().filter(|flag| match flag {
        Flag::ChildAtRisk => !draft.is_urgent(),
        // No pupil of a secondary school is that young.
        Flag::EarlyYears => phase != Phase::Secondary || draft.matters.contains(flag),
        Flag::DataProtection | Flag::SubjectAccess | Flag::InformationRequest | Flag::Equality => true,
    });
    asked
        .fold(list, |list, flag| {
            let (label, hint) = words::flag_label(*flag);
            list.option(flag.key(), label).leading_to(hint)
        })
        .or("none", "None of these")
}

/// Who is asked what they are to the child or the school.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reader {
    /// Whoever raises a concern.
    Anybody,
    /// Whoever fears for a child. Nothing may make them stop here: not even that a family is asked about them.
    FearsForAChild,
}

/// Where whoever will not give a name is heard.
const WITHOUT_A_NAME: &str = "If you want to give no name, call the council’s children’s services or the NSPCC on \
                              0808 800 5000 instead. Both listen to you without one.";

fn relationships(asked: Reader) -> Choices {
    let list = Fields::alone(Question::Relationship, "relationship")
        .hint("We ask because the law says to whom we may tell what about a child.");
    Relationship::ALL.iter().fold(list, |list, what| {
        let (label, hint) = words::relationship_label(*what);
        let list = list.option(what.key(), label);
        match (hint, asked, what) {
            (Some(_), Reader::FearsForAChild, Relationship::ThirdParty) | (None, _, _) => list,
            (Some(hint), _, _) => list.leading_to(hint),
        }
    })
}

fn preferred(draft: &Draft) -> Choices {
    ways(draft).into_iter().fold(Fields::alone(Question::Preferred, "preferred"), |list, way| {
        list.option(way.key(), words::way_label(way))
    })
}

/// A question as it stands on paper (P44).
#[derive(Clone, Debug)]
pub struct OnPaper {
    /// The question.
    pub title: String,
    /// When to leave it out, or what helps.
    pub help: Vec<Words>,
    /// Where to write or tick.
    pub parts: Vec<PaperPart>,
}

/// Where to write or tick.
#[derive(Clone, Debug)]
pub enum PaperPart {
    /// Boxes to tick.
    Boxes(Option<Words>, Vec<Words>),
    /// One line.
    Line(Option<Words>),
    /// Room for a few lines.
    Room(Option<Words>),
    /// Room for most of a page.
    Page(Option<Words>),
}

/// Every question in order, with its answers as boxes. What only a screen can show is left out.
pub fn on_paper(scene: Scene) -> Vec<OnPaper> {
    let anything = || Some(Stored::ours("x"));
    let draft = Draft {
        door: Some(Door::Concern),
        email: anything(),
        phone: anything(),
        address: anything(),
        ..Draft::default()
    };
    let asked = Question::ALL.iter().filter(|question| match question {
        Question::AtRisk | Question::OwnRoute | Question::OwnRouteHelp => false,
        Question::AboutTrust => scene.body == Body::Trust,
        Question::Late => scene.time_bar.is_some(),
        _ => true,
    });
    asked.map(|question| one_on_paper(*question, &draft, scene)).collect()
}

fn one_on_paper(question: Question, draft: &Draft, scene: Scene) -> OnPaper {
    let fields = Fields { typed: &Typed::default(), problems: &[] };
    let (_, why, inputs) = fields.of(question, draft, scene);
    let named = title(question);
    // When to leave a question out comes first; on a screen the journey knows it.
    let note = paper_note(question, scene).into_iter();
    let help = note.chain(why.into_iter().filter(|_| question != Question::Late)).collect();
    let parts = match question {
        Question::AboutNames => vec![PaperPart::Room(None)],
        Question::Points => points_on_paper(),
        Question::Language => vec![PaperPart::Line(None)],
        Question::Files => Vec::new(),
        _ => inputs.into_iter().map(|input| part_on_paper(input, named)).collect(),
    };
    let title = if question == Question::Points { "What happened?" } else { named };
    OnPaper { title: title.to_owned(), help, parts }
}

/// What a screen would do by itself.
fn paper_note(question: Question, scene: Scene) -> Option<Words> {
    let note = match question {
        Question::AboutGovernors => "Only if it is about a governor or the clerk.".into(),
        Question::AboutTrust => "Only if it is about somebody at the trust.".into(),
        Question::Child => "Only if it is about one child.".into(),
        Question::Points => "Number each thing. Use more paper if you like.".into(),
        Question::Late => {
            let bar = scene.time_bar?;
            format!("Only if it was longer ago than {}.", bar.unit.words(bar.amount)).into()
        }
        Question::Files => "Put copies in the envelope, and keep what you have.".into(),
        _ => return None,
    };
    Some(note)
}

fn points_on_paper() -> Vec<PaperPart> {
    vec![
        PaperPart::Page(Some("Say what you saw or heard, where it was, and who else was there.".into())),
        PaperPart::Line(Some("When was it?".into())),
        PaperPart::Room(Some("What would put it right?".into())),
    ]
}

/// One field with room for a pen. A label that only repeats the question is left out.
fn part_on_paper(input: Input, question: &str) -> PaperPart {
    let label = |label: Words| (*label != *question).then_some(label);
    match input {
        Input::Line(field) => PaperPart::Line(label(field.label)),
        Input::Area(field) => PaperPart::Room(label(field.label)),
        Input::Radios(choices) | Input::Checkboxes(choices) | Input::Select(choices) => PaperPart::Boxes(
            label(choices.label),
            choices
                .options
                .into_iter()
                .filter(|option| option.value != DATE_GIVEN)
                .map(|option| option.label)
                .collect(),
        ),
        Input::Date(_) => PaperPart::Line(Some("Day, month and year, or as much of it as you know".into())),
    }
}
