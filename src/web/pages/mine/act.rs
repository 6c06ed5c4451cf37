//! What a family can do on its case: each act has a page that says what follows, and then asks.

use askama::Template;
use serde_json::{Map, Value, json};

use crate::domain::calendar::long_date;
use crate::domain::case::action::Action;
use crate::domain::case::decide::ready;
use crate::domain::case::event::Actor;
use crate::domain::case::fields::{Field, Need, fields};
use crate::domain::case::own_words::wanted_last;
use crate::domain::case::state::{Case, Party, Point, Standing};
use crate::domain::case::timeline::if_taken_further;
use crate::domain::case::vocabulary::ContactWay;
use crate::domain::deadline::DeadlineRule;
use crate::domain::text::{TextProblem, Words};
use crate::urls;
use crate::web::field::{Choices, Field as Drawn, Kind, LONGEST, LabelSize, Problem, Stand};
use crate::web::form::{FieldProblem, FormView, Item, Pairs, read};
use crate::web::page::Shell;
use crate::web::pages::family::{Face, standing};
use crate::web::pages::typed::Typed;

use super::screen::{Looked, question};

/// What a family can do on its case by typing. A file has a page of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// Says whether what we wrote down is right.
    Confirm,
    /// Answers our question.
    Answer,
    /// Says what is settled.
    Settle,
    /// Takes it further.
    Escalate,
    /// Writes to us.
    Write,
    /// Puts right how we reach them.
    Details,
    /// Gives somebody who helps them a link.
    AddHelper,
    /// Ends somebody's help.
    EndHelper,
    /// Takes it back.
    Withdraw,
}

impl Act {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Confirm,
        Self::Answer,
        Self::Settle,
        Self::Escalate,
        Self::Write,
        Self::Details,
        Self::AddHelper,
        Self::EndHelper,
        Self::Withdraw,
    ];

    /// The action of the table of moves.
    pub const fn action(self) -> Action {
        match self {
            Self::Confirm => Action::ConfirmConcern,
            Self::Answer => Action::GiveInformation,
            Self::Settle => Action::Settle,
            Self::Escalate => Action::Escalate,
            Self::Write => Action::SendMessage,
            Self::Details => Action::CorrectContact,
            Self::AddHelper => Action::AddHelper,
            Self::EndHelper => Action::EndHelper,
            Self::Withdraw => Action::Withdraw,
        }
    }

    /// The act of that action, where it is one of a family's own.
    pub fn of(action: Action) -> Option<Self> {
        Self::ALL.into_iter().find(|act| act.action() == action)
    }

    /// The act at that address.
    pub fn from_key(key: &str) -> Option<Self> {
        Action::from_key(key).and_then(Self::of)
    }

    /// Its page.
    pub fn path(self) -> String {
        urls::mine_action(self.action())
    }

    /// What its page is called.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Confirm => "Is what we wrote down right?",
            Self::Answer => "Answer our question",
            Self::Settle => "Is it settled?",
            Self::Escalate => "Take it further",
            Self::Write => "Send us a message",
            Self::Details => "Correct your contact details",
            Self::AddHelper => "Add somebody who helps you",
            Self::EndHelper => "End the help of somebody",
            Self::Withdraw => "Withdraw your concern",
        }
    }

    /// What it ended with, on the page of the case: one sentence, once.
    pub const fn done_words(self) -> &'static str {
        match self {
            Self::Confirm => "Thank you. What you told us stands beside what we wrote down",
            Self::Answer => "Your answer was sent",
            Self::Settle => "Thank you. We have noted what is settled",
            Self::Escalate => "It was taken further",
            Self::Write => "Your message was sent",
            Self::Details => "Your contact details are put right",
            Self::AddHelper => "They are added. Their link is on its way to them",
            Self::EndHelper => "Their help has ended. Their link opens nothing any more",
            Self::Withdraw => "It was withdrawn",
        }
    }
}

/// A page that asks before something is done.
#[derive(Template)]
#[template(path = "mine/act.html")]
pub struct ActPage {
    shell: Shell,
    heading: String,
    lead: Vec<String>,
    quote: Option<String>,
    items: Vec<Item>,
    problems: Vec<Problem>,
    button: &'static str,
    gravity: Gravity,
    action: String,
    version: u32,
    case: String,
    school: String,
    csrf: String,
}

/// What binds a form to the visit, and to the case and the complainant whose page is open in it.
#[derive(Clone, Copy, Debug)]
pub struct Seal<'a> {
    /// The visit's token.
    pub csrf: &'a str,
    /// The mark of the case and of who reads it: nobody can tell either from it.
    pub case: &'a str,
}

/// Whether an act can be taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Gravity {
    Plain,
    Grave,
}

/// What an act looks like when its page comes.
#[derive(Clone, Debug)]
pub enum Filled<'a> {
    /// Nobody wrote anything yet.
    Fresh,
    /// It was written before the page had closed, and never sent.
    Before(&'a Pairs),
    /// Somebody goes back to what they wrote, to change it (P8).
    Again(&'a Pairs),
    /// It came back with something to put right.
    Refused(&'a Pairs, &'a [FieldProblem]),
}

impl ActPage {
    /// The page of an act.
    pub fn new(face: &Face, act: Act, looked: Looked<'_>, filled: &Filled<'_>, seal: Seal<'_>) -> Self {
        let mut words = words(act, looked);
        match filled {
            Filled::Before(_) => words.lead.insert(0, WRITTEN_BEFORE.to_owned()),
            Filled::Fresh if act == Act::Escalate && looked.said_that_it_is_not_settled() => {
                words.lead.insert(0, NOTHING_WENT_FURTHER.to_owned());
            }
            Filled::Fresh | Filled::Again(_) | Filled::Refused(..) => {}
        }
        let carried = carried(act, looked);
        let (pairs, problems): (&Pairs, &[FieldProblem]) = match filled {
            Filled::Fresh => (&carried, &[]),
            Filled::Before(pairs) | Filled::Again(pairs) => (pairs, &[]),
            Filled::Refused(pairs, problems) => (pairs, problems),
        };
        let mut form = match act {
            Act::Settle => settle_form(looked, pairs, problems),
            Act::Confirm
            | Act::Answer
            | Act::Escalate
            | Act::Write
            | Act::Details
            | Act::AddHelper
            | Act::EndHelper
            | Act::Withdraw => FormView::new(&shown_fields(act, looked), pairs, problems),
        };
        for item in &mut form.items {
            if let Item::Area(field) = item {
                field.limit = Some(LONGEST);
            }
        }
        let mut shell = face.shell(words.heading, act.path());
        shell.home = urls::MINE.into();
        shell.back = Some(urls::MINE.to_owned());
        shell.standing = standing(&form.problems);
        Self {
            shell,
            heading: words.heading.to_owned(),
            lead: words.lead,
            quote: question(looked).filter(|_| act == Act::Answer),
            items: form.items,
            problems: form.problems,
            button: words.button,
            gravity: words.gravity,
            action: act.path(),
            version: looked.case.length,
            case: seal.case.to_owned(),
            school: face.slug.clone(),
            csrf: seal.csrf.to_owned(),
        }
    }
}

/// Reads an act's form into the body that the API takes.
///
/// # Errors
/// Every field that is missing or does not fit.
pub fn read_act(act: Act, looked: Looked<'_>, pairs: &Pairs) -> Result<Value, Vec<FieldProblem>> {
    match act {
        Act::Settle => read_settled(looked.case, pairs),
        Act::Details => {
            read(&own_fields(act, looked), pairs).map(|body| with_what_was_cleared(body, looked, pairs))
        }
        Act::Confirm
        | Act::Answer
        | Act::Escalate
        | Act::Write
        | Act::AddHelper
        | Act::EndHelper
        | Act::Withdraw => read(&own_fields(act, looked), pairs),
    }
}

/// What we have of whoever looks, by the name of its field.
fn known_details(looked: Looked<'_>) -> Vec<(ContactWay, &str)> {
    let me = looked.case.party(looked.me);
    let known = |way: &ContactWay| {
        let words = match way {
            ContactWay::Email => looked.ctx.letters.address_of(me?),
            ContactWay::Phone => me?.phone.as_ref(),
            ContactWay::Address => me?.address.as_ref(),
        };
        Some((*way, words?.as_str()))
    };
    ContactWay::ALL.iter().filter_map(known).collect()
}

/// A detail that was cleared on the page is to be taken away.
fn with_what_was_cleared(body: Value, looked: Looked<'_>, pairs: &Pairs) -> Value {
    let cleared =
        |way: ContactWay| pairs.iter().any(|(name, value)| name == way.key() && value.trim().is_empty());
    let gone = known_details(looked).into_iter().map(|(way, _)| way).filter(|way| cleared(*way));
    let gone: Vec<&str> = gone.map(ContactWay::key).collect();
    match body {
        Value::Object(mut map) if !gone.is_empty() => {
            map.insert("remove".to_owned(), json!(gone));
            Value::Object(map)
        }
        other => other,
    }
}

/// The fields as they are drawn: the code for a new address has a step of its own.
fn shown_fields(act: Act, looked: Looked<'_>) -> Vec<Field> {
    let mut list = own_fields(act, looked);
    list.retain(|field| field.name != "code");
    list
}

/// The fields of the act, in words that speak to the family.
pub(super) fn own_fields(act: Act, looked: Looked<'_>) -> Vec<Field> {
    let mut list = fields(act.action(), looked.case, looked.ctx);
    // On the page a detail is taken away by clearing it.
    list.retain(|field| act != Act::Details || field.name != "remove");
    let answered = looked.case.standing() == Standing::Replied;
    for field in &mut list {
        if act == Act::Escalate && field.name == "to_stage" {
            // Where two steps are possible, the family chooses: nothing is chosen for it.
            (field.need, field.usual) = (Need::Required, None);
        }
        let label = match (act, field.name.as_str()) {
            (Act::Withdraw, "reason") => "Why do you withdraw it?",
            (Act::AddHelper, "may") => "What may they do for you?",
            (Act::Escalate, "points") if !answered => "Which points still need an answer?",
            (Act::Escalate, "why") if !answered => {
                field.hint = Some("You can leave it as it is, or add what matters to you.".to_owned());
                "Why do you take it further?"
            }
            (Act::Escalate, "points") => "Which points are not settled?",
            (Act::Escalate, "why") => "Why are you not satisfied?",
            (Act::Escalate, "wanted") => "What outcome do you want?",
            _ => continue,
        };
        label.clone_into(&mut field.label);
    }
    list
}

/// What the family wrote before, carried over (P27): the open points, and what would put them right.
fn carried(act: Act, looked: Looked<'_>) -> Vec<(String, String)> {
    match act {
        Act::Details => {
            let known = known_details(looked).into_iter();
            return known.map(|(way, words)| (way.key().to_owned(), words.to_owned())).collect();
        }
        Act::Confirm
        | Act::Answer
        | Act::Settle
        | Act::Write
        | Act::AddHelper
        | Act::EndHelper
        | Act::Withdraw => {
            return Vec::new();
        }
        Act::Escalate => {}
    }
    let open: Vec<&Point> = looked.case.open_points().collect();
    let last = wanted_last(looked.case, looked.record, Actor::Complainant(looked.me));
    let wanted = last.map_or_else(|| wanted_of(&open, looked), |words| words.as_str().to_owned());
    let points = open.iter().map(|point| ("points".to_owned(), point.no.to_string()));
    // Nobody has to explain why silence does not satisfy them.
    let unanswered =
        (looked.case.standing() != Standing::Replied).then(|| ("why".to_owned(), NO_ANSWER.to_owned()));
    points.chain([("wanted".to_owned(), wanted)]).chain(unanswered).collect()
}

/// What would put these points right, as the family said when it raised them.
fn wanted_of(points: &[&Point], looked: Looked<'_>) -> String {
    let words = points.iter().filter_map(|point| looked.words_of(point));
    let wanted: Vec<&str> = words.filter_map(|words| words.wanted).map(Words::as_str).collect();
    wanted.join("\n")
}

/// The answers with the outcome of the points that were ticked, where it still is as we filled it in from all of them:
/// whoever takes one point further asks nothing for the others.
pub(super) fn with_the_outcome_of_what_was_ticked(
    act: Act,
    looked: Looked<'_>,
    pairs: Vec<(String, String)>,
) -> Vec<(String, String)> {
    if act != Act::Escalate {
        return pairs;
    }
    let ticked =
        |point: &&Point| pairs.iter().any(|(name, value)| name == "points" && *value == point.no.to_string());
    let open: Vec<&Point> = looked.case.open_points().collect();
    let filled_in = wanted_of(&open, looked);
    let of_ticked = wanted_of(&open.iter().copied().filter(ticked).collect::<Vec<_>>(), looked);
    let is_ours = |value: &str| value.replace('\r', "").trim() == filled_in.trim() && !of_ticked.is_empty();
    let fitted = |(name, value): (String, String)| match name.as_str() {
        "wanted" if is_ours(&value) => (name, of_ticked.clone()),
        _ => (name, value),
    };
    pairs.iter().cloned().map(fitted).collect()
}

/// What stands above words that were kept while the page was closed.
const WRITTEN_BEFORE: &str = "These are your words from before your page had closed. They were not sent. Look through them, and send them now.";

/// What whoever has said that it is not settled reads where they can take it further: saying so moved nothing (P29).
const NOTHING_WENT_FURTHER: &str = "We have noted what is settled and what is not. Nothing has gone further yet: it does when you send this form.";

/// What stands as the reason of a family that nobody answered.
const NO_ANSWER: &str = "I have had no answer.";

/// Where files go.
const FILES_APART: &str = "To send a photo or a PDF, go back and choose “Send us a file”.";

struct ActWords {
    heading: &'static str,
    lead: Vec<String>,
    button: &'static str,
    gravity: Gravity,
}

fn words(act: Act, looked: Looked<'_>) -> ActWords {
    let case = looked.case;
    let said = |heading, lead: &[&str], button| ActWords {
        heading,
        lead: lead.iter().map(|words| (*words).to_owned()).collect(),
        button,
        gravity: Gravity::Plain,
    };
    match act {
        Act::Confirm => ActWords {
            lead: std::iter::once("This is what we wrote down when you told us:".to_owned())
                .chain(written_down(looked))
                .collect(),
            ..said(act.title(), &[], "Send your answer")
        },
        Act::Answer => said(act.title(), &[FILES_APART], "Send your answer"),
        Act::Settle => settle_words(case),
        Act::Escalate => {
            ActWords { lead: further_lead(looked), ..said(act.title(), &[], "Check before it goes") }
        }
        Act::Withdraw => ActWords {
            gravity: Gravity::Grave,
            ..said(
                act.title(),
                &[
                    "It is closed for you, and we ask nothing more of you. We tell you when that is done.",
                    "If a child may be at risk, that part goes on all the same.",
                ],
                "Withdraw it",
            )
        },
        Act::AddHelper => said(
            act.title(),
            &[
                "It can be a friend, a relative, an adviser or an interpreter. They get a link of their own, and read what you read here.",
                "They cannot add others, change how we reach you, or withdraw. You can end their help at any time.",
            ],
            "Send them their link",
        ),
        Act::EndHelper => said(
            act.title(),
            &[
                "Their link opens nothing from that moment. We tell them, in kind words. What they wrote stays.",
            ],
            "End their help",
        ),
        Act::Details => said(
            act.title(),
            &[
                "This is how we reach you now. Change what is wrong. What you clear, we take away.",
                "For a new email address we mail you a code first, so that your letters go to nobody else.",
            ],
            "Save your details",
        ),
        Act::Write => said(
            act.title(),
            &["The person who has your concern reads it. It is kept with your concern.", FILES_APART],
            "Send the message",
        ),
    }
}

/// What was written down, point by point.
fn written_down(looked: Looked<'_>) -> impl Iterator<Item = String> {
    let words = looked.case.points.iter().filter_map(move |point| Some((point.no, looked.words_of(point)?)));
    words.map(|(no, words)| {
        let wanted =
            words.wanted.map(|wanted| format!(" What would put it right: {wanted}")).unwrap_or_default();
        format!("Point {no}: {}{wanted}", words.what_happened)
    })
}

/// What stands wherever something goes further.
pub(super) const WHAT_GOES_ALONG: &str =
    "Whoever looks at it was not involved before. What you wrote before goes with it.";

/// Why it may be taken further, to whom it goes, and by when an answer comes.
pub(super) fn further_lead(looked: Looked<'_>) -> Vec<String> {
    // Whoever comes too early reads from when on, and not that it can be done.
    if let Err(refusal) = ready(looked.case, Action::Escalate, looked.ctx) {
        let sentences = [Some(refusal.sentence), refusal.makes_possible].into_iter().flatten();
        return sentences.map(|words| format!("{words}.")).collect();
    }
    let unanswered = (looked.case.standing() != Standing::Replied)
        .then(|| "You have had no answer in time. You do not have to wait for it any longer.".to_owned());
    let rest = WHAT_GOES_ALONG.to_owned();
    unanswered.into_iter().chain(if_taken_further(looked.case, looked.ctx)).chain([rest]).collect()
}

fn settle_words(case: &Case) -> ActWords {
    let last = case.open_deadline(DeadlineRule::Window).and_then(|deadline| deadline.due.date());
    let further = last.map_or_else(
        || "What is not settled, you can take further.".to_owned(),
        |last| format!("What is not settled, you can take further until {}.", long_date(last)),
    );
    ActWords {
        heading: Act::Settle.title(),
        lead: vec!["If everything is settled, we close it.".to_owned(), further],
        button: "Send your answer",
        gravity: Gravity::Plain,
    }
}

/// One question a point: is it settled (P29)?
fn settle_form(looked: Looked<'_>, pairs: &Pairs, problems: &[FieldProblem]) -> FormView {
    let typed = |name: &str| {
        pairs.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str()).unwrap_or_default()
    };
    let error = |name: &str| problems.iter().find(|one| one.name == name).map(|one| one.words.clone());
    let mut items: Vec<Item> = Vec::new();
    let mut summary = Vec::new();
    for point in looked.case.open_points() {
        let name = settle_name(point);
        let mut choices = Choices::new(name.clone(), format!("Point {}: is this settled?", point.no))
            .label_size(LabelSize::Medium)
            .stand(Stand::Inline)
            .option("yes", "Yes")
            .option("no", "No")
            .chosen(&[typed(&name)])
            .error(error(&name));
        choices.hint = looked.words_of(point).map(|words| words.what_happened.as_str().to_owned().into());
        summary.extend(choices.problem());
        items.push(Item::Radios(choices));
    }
    let words = Drawn::new("words", "Anything to add")
        .label_size(LabelSize::Medium)
        .value(typed("words"))
        .error(error("words"))
        .optional()
        .rows(4);
    summary.extend(words.problem());
    items.push(Item::Area(words));
    FormView { items, problems: summary }
}

/// Whether every point of the form was said to be settled.
pub(super) fn settles_all(typed: &Typed) -> bool {
    !typed.pairs().iter().any(|(name, value)| name.starts_with(POINT) && value == "no")
}

/// How the name of a point's question begins.
const POINT: &str = "point-";

fn settle_name(point: &Point) -> String {
    format!("{POINT}{}", point.no)
}

fn read_settled(case: &Case, pairs: &Pairs) -> Result<Value, Vec<FieldProblem>> {
    let typed = |name: &str| pairs.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    let mut settled = Vec::new();
    let mut problems = Vec::new();
    for point in case.open_points() {
        match typed(&settle_name(point)) {
            Some("yes") => settled.push(point.no),
            Some("no") => {}
            Some(_) | None => problems.push(FieldProblem {
                name: settle_name(point),
                words: format!("Choose yes or no for point {}", point.no),
            }),
        }
    }
    let mut body = Map::new();
    body.insert("settled".to_owned(), json!(settled));
    match Words::text(typed("words").unwrap_or_default()) {
        Ok(words) => {
            body.insert("words".to_owned(), json!(words.as_str()));
        }
        Err(TextProblem::Blank) => {}
        Err(problem @ (TextProblem::TooLong(_) | TextProblem::Control)) => {
            problems.push(FieldProblem { name: "words".into(), words: problem.to_string() });
        }
    }
    if problems.is_empty() { Ok(Value::Object(body)) } else { Err(problems) }
}

/// What is said when a case changed while somebody wrote.
pub const WRITTEN_MEANWHILE: &str =
    "Something was added while you were writing. Check your answer and send it again";

/// What is asked of a person by message (P28).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ask {
    /// That somebody rings.
    Call,
}

impl Ask {
    /// Its part of the address.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Call => "call",
        }
    }

    /// The one at that address.
    pub fn from_key(key: &str) -> Option<Self> {
        match key {
            "call" => Some(Self::Call),
            _ => None,
        }
    }

    /// What people read.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Call => "Ask for a person to call you",
        }
    }

    const fn questions(self) -> [(&'static str, &'static str, Kind); 2] {
        match self {
            Self::Call => [
                ("number", "Which number is best?", Kind::Phone),
                ("times", "When is a good time?", Kind::Text),
            ],
        }
    }

    /// What we know already (P6): the number to ring.
    pub fn known(self, me: Option<&Party>) -> Typed {
        match self {
            Self::Call => {
                Typed::default().with_some("number", me.and_then(|me| me.phone.as_ref()).map(Words::as_str))
            }
        }
    }

    /// What is said when the case changed while somebody wrote, at the first question (P8).
    pub fn written_meanwhile(self) -> Vec<Problem> {
        let [(first, _, _), _] = self.questions();
        vec![Problem { field: first.into(), text: WRITTEN_MEANWHILE.into() }]
    }

    /// Reads the form into the body of a message.
    ///
    /// # Errors
    /// Each question that has no answer.
    pub fn read(self, typed: &Typed) -> Result<Value, Vec<Problem>> {
        let mut lines = vec![format!("{}.", self.title())];
        let mut problems = Vec::new();
        for (name, question, _) in self.questions() {
            match Words::line(typed.get(name)) {
                Ok(words) => lines.push(format!("{question} {words}")),
                Err(TextProblem::Blank) => {
                    problems.push(Problem { field: name.into(), text: "Write your answer here".into() });
                }
                Err(problem @ (TextProblem::TooLong(_) | TextProblem::Control)) => {
                    problems.push(Problem { field: name.into(), text: problem.to_string() });
                }
            }
        }
        if problems.is_empty() { Ok(json!({ "words": lines.join("\n") })) } else { Err(problems) }
    }
}

/// The page that asks a person for something.
#[derive(Template)]
#[template(path = "mine/ask.html")]
pub struct AskPage {
    shell: Shell,
    fields: Vec<Drawn>,
    problems: Vec<Problem>,
    action: String,
    version: u32,
    case: String,
    school: String,
    csrf: String,
}

impl AskPage {
    /// The page, with what was typed and what is to be put right.
    pub fn new(
        face: &Face,
        ask: Ask,
        case: &Case,
        typed: &Typed,
        problems: Vec<Problem>,
        seal: Seal<'_>,
    ) -> Self {
        let mut shell = face.shell(ask.title(), urls::mine_ask(ask.key()));
        shell.home = urls::MINE.into();
        shell.back = Some(urls::MINE.to_owned());
        shell.standing = standing(&problems);
        let fields = ask.questions().into_iter().map(|(name, question, kind)| {
            let error = problems.iter().find(|one| one.field == name).map(|one| one.text.clone());
            Drawn::new(name, question).kind(kind).value(typed.get(name)).error(error)
        });
        Self {
            fields: fields.collect(),
            shell,
            problems,
            action: urls::mine_ask(ask.key()),
            version: case.length,
            case: seal.case.to_owned(),
            school: face.slug.clone(),
            csrf: seal.csrf.to_owned(),
        }
    }
}
