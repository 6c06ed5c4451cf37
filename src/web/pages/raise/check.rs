//! All answers on one page, each with a way to change it (P20).

use crate::domain::case::vocabulary::{Kind, SubjectRole};
use crate::domain::phase::Phase;
use crate::domain::text::Words;
use crate::urls;
use crate::web::parts::{Change, Link, SummaryCard, SummaryRow};

use super::draft::{AboutWhom, Door, Draft, DraftFile, LastTime, YesNo};
use super::handle::SEND;
use super::question::{Question, Scene, path};
use super::words;

/// A part of the answers.
#[derive(Clone, Debug)]
pub struct Section {
    /// What it is about.
    pub heading: &'static str,
    /// The answers.
    pub rows: Vec<SummaryRow>,
}

/// Every answer but the points, in parts; only questions that were asked are there.
pub fn sections(draft: &Draft, scene: Scene, slug: &str) -> Vec<Section> {
    let asked = path(draft, scene);
    let part = |heading, questions: &[Question]| Section {
        heading,
        rows: questions
            .iter()
            .filter(|question| asked.contains(question))
            .flat_map(|question| rows(*question, draft, scene))
            .map(|row| row.into_summary(slug))
            .collect(),
    };
    let parts = vec![
        part("What it is about", &ABOUT),
        part("More about it", &MORE),
        part("You", &YOU),
        part("Reaching you", &REACHING),
    ];
    parts.into_iter().filter(|part| !part.rows.is_empty()).collect()
}

const ABOUT: [Question; 6] = [
    Question::Door,
    Question::Kind,
    Question::About,
    Question::AboutNames,
    Question::AboutChild,
    Question::Child,
];
const MORE: [Question; 5] =
    [Question::Last, Question::Late, Question::Spoken, Question::Matters, Question::Files];
const YOU: [Question; 2] = [Question::Relationship, Question::Name];
const REACHING: [Question; 5] =
    [Question::Reach, Question::Preferred, Question::SafeNote, Question::Language, Question::Adjustments];

/// The page on which a field of the concern was answered: a JSON pointer without its first slash.
pub fn answered_at(field: &str, slug: &str) -> String {
    let parts: Vec<&str> = field.split('/').filter(|part| !part.is_empty()).collect();
    let question = match parts.as_slice() {
        ["points", index, ..] => {
            let place = index.parse::<usize>().map_or(1, |index| index.saturating_add(1));
            return urls::raise_point(slug, place);
        }
        ["kind"] => Question::Kind,
        ["about", ..] => Question::About,
        ["child", ..] => Question::Child,
        ["points"] => Question::Points,
        ["last_incident_on"] => Question::Last,
        ["late_reason"] => Question::Late,
        ["already_spoken_to"] => Question::Spoken,
        ["flags", ..] => Question::Matters,
        ["files" | "documents", ..] => Question::Files,
        ["complainant", "name"] => Question::Name,
        ["complainant", "email" | "phone" | "address"] => Question::Reach,
        ["complainant", "relationship"] => Question::Relationship,
        ["complainant", "preferred_contact"] => Question::Preferred,
        ["complainant", "language"] => Question::Language,
        ["complainant", "adjustments"] => Question::Adjustments,
        ["complainant", "safe_contact_note"] => Question::SafeNote,
        _ => return format!("#{SEND}"),
    };
    urls::raise_question(slug, question.key())
}

/// The things that happened, as cards with ways to change and remove them (P12).
pub fn cards(draft: &Draft, slug: &str) -> Vec<SummaryCard> {
    let row = |key: &'static str, value: Option<&Words>| SummaryRow {
        key: key.into(),
        value: value.map(|words| words.as_str().to_owned()),
        change: None,
    };
    (1..)
        .zip(&draft.points)
        .map(|(place, point)| SummaryCard {
            title: format!("Point {place}"),
            actions: vec![
                Link::new("Change", urls::raise_point(slug, place)),
                Link::new("Remove", urls::raise_point_removal(slug, place)),
            ],
            rows: [row("What happened", Some(&point.what)), row("When", point.when.as_ref())]
                .into_iter()
                // Whoever fears for a child is not asked what would put it right.
                .chain(
                    (!draft.is_urgent() || point.wanted.is_some())
                        .then(|| row("What would put it right", point.wanted.as_ref())),
                )
                .collect(),
        })
        .collect()
}

struct Row {
    question: Question,
    key: &'static str,
    value: Option<String>,
    what: &'static str,
}

impl Row {
    fn into_summary(self, slug: &str) -> SummaryRow {
        let change = Change { href: urls::raise_question(slug, self.question.key()), what: self.what.into() };
        SummaryRow { key: self.key.into(), value: self.value, change: Some(change) }
    }
}

fn rows(question: Question, draft: &Draft, scene: Scene) -> Vec<Row> {
    let row = |key, value: Option<String>, what| Row { question, key, value, what };
    let said = |words: Option<&Words>| words.map(|words| words.as_str().to_owned());
    match question {
        Question::Door => {
            vec![row("You would like to", draft.door.map(door_words), "what you would like to do")]
        }
        Question::Kind => {
            vec![row(
                "Concern or complaint",
                draft.kind.map(kind_words),
                "whether it is a concern or a complaint",
            )]
        }
        Question::About => vec![row("Who it is about", about_words(draft, scene.phase), "who it is about")],
        Question::AboutNames => vec![row("Their names", names(draft, scene.phase), "their names")],
        Question::AboutChild => {
            let value = draft.about_child.map(|one| yes_no(one).to_owned());
            vec![row("About one child", value, "whether it is about one child")]
        }
        Question::Child => {
            let year = draft.year_group();
            vec![
                row("Child’s name", said(draft.child.as_ref().map(|child| &child.name)), "the child’s name"),
                row("Year group or class", said(year), "the year group or class"),
            ]
        }
        Question::Last => {
            vec![row("When it last happened", draft.last.map(LastTime::words), "when it last happened")]
        }
        Question::Late => {
            vec![row("Why now", said(draft.late_reason.as_ref()), "why you are telling us now")]
        }
        Question::Spoken => {
            vec![row("Who you have spoken to", said(draft.spoken.as_ref()), "who you have spoken to")]
        }
        Question::Matters => vec![row("Also part of it", Some(matters(draft)), "what is part of it")],
        Question::Files => {
            vec![row("Photos and documents", file_names(&draft.files), "photos and documents")]
        }
        // The way of who fears for a child asks it with the name.
        Question::Relationship if draft.is_urgent() => Vec::new(),
        Question::Relationship => {
            vec![row("You are", relationship(draft), "what you are to the child or the school")]
        }
        Question::Name => {
            let name = row("Your name", said(draft.name.as_ref()), "your name");
            let known = || row("You are", relationship(draft), "what you are to the child or the school");
            std::iter::once(name).chain(draft.is_urgent().then(known)).collect()
        }
        Question::Reach => {
            let mind = || {
                let note = said(draft.safe_note.as_ref());
                row("When we contact you", note, "what to mind when we contact you")
            };
            let ways = vec![
                row("Email address", said(draft.email.as_ref()), "your email address"),
                row("Phone number", said(draft.phone.as_ref()), "your phone number"),
                row("Postal address", said(draft.address.as_ref()), "your postal address"),
            ];
            ways.into_iter().chain(draft.is_child_at_risk().then(mind)).collect()
        }
        Question::Preferred => {
            let value = draft.preferred.map(|way| words::way_label(way).to_owned());
            vec![row("Best way to reach you", value, "the best way to reach you")]
        }
        // Where a child may be at risk it stands with the ways to reach them.
        Question::SafeNote if draft.is_child_at_risk() => Vec::new(),
        Question::SafeNote => {
            vec![row(
                "When we contact you",
                said(draft.safe_note.as_ref()),
                "what to mind when we contact you",
            )]
        }
        Question::Language => vec![row("Language", Some(language(draft)), "your language")],
        Question::Adjustments => {
            vec![row(
                "What would make it easier",
                said(draft.adjustments.as_ref()),
                "what would make this easier",
            )]
        }
        Question::AtRisk
        | Question::OwnRoute
        | Question::OwnRouteHelp
        | Question::AboutGovernors
        | Question::AboutTrust
        | Question::Points => Vec::new(),
    }
}

fn door_words(door: Door) -> String {
    match door {
        Door::AtRisk => "Tell somebody that a child is at risk now",
        Door::OwnRoute | Door::Concern => "Raise a concern or make a complaint",
        Door::Feedback => "Give feedback",
        Door::NotSure => "I am not sure",
    }
    .to_owned()
}

fn kind_words(kind: Kind) -> String {
    match kind {
        Kind::Feedback => "Feedback",
        Kind::Concern => "A concern",
        Kind::Complaint => "A formal complaint",
        Kind::NotSure => "I am not sure",
    }
    .to_owned()
}

fn relationship(draft: &Draft) -> Option<String> {
    draft.relationship.map(|what| words::relationship_label(what).0.to_owned())
}

fn about_words(draft: &Draft, phase: Phase) -> Option<String> {
    if draft.about.contains(&AboutWhom::Nobody) {
        return Some("It is not about one person".to_owned());
    }
    let roles: Vec<&str> = draft.roles().into_iter().map(|role| words::role_label(role, phase)).collect();
    (!roles.is_empty()).then(|| roles.join("\n"))
}

fn names(draft: &Draft, phase: Phase) -> Option<String> {
    let called = |role: SubjectRole| match role {
        SubjectRole::ClassTeacher => phase.nearest_teacher(),
        other => other.title(),
    };
    let named: Vec<String> = draft
        .roles()
        .into_iter()
        .filter_map(|role| draft.names.get(&role).map(|name| format!("{name} ({})", called(role))))
        .collect();
    (!named.is_empty()).then(|| named.join("\n"))
}

fn yes_no(answer: YesNo) -> &'static str {
    match answer {
        YesNo::Yes => "Yes",
        YesNo::No => "No",
    }
}

fn matters(draft: &Draft) -> String {
    let labels: Vec<&str> = draft.matters.iter().map(|flag| words::flag_label(*flag).0).collect();
    if labels.is_empty() { "None of these".to_owned() } else { labels.join("\n") }
}

fn file_names(files: &[DraftFile]) -> Option<String> {
    let names: Vec<&str> = files.iter().map(|file| file.name.as_str()).collect();
    (!names.is_empty()).then(|| names.join("\n"))
}

fn language(draft: &Draft) -> String {
    let listed = draft.language.as_deref().and_then(words::language_name).unwrap_or("English");
    draft.other_language.as_ref().map_or_else(|| listed.to_owned(), |other| other.as_str().to_owned())
}
