//! A concern in the making: every answer so far, and the body that it becomes.
//!
//! Stored by the server under a token that the browser keeps; so answers outlive a lost session and a restart
//! (P8). What is sent at the end is the very body of `POST /schools/{school}/concerns`: page and API share one
//! use case.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, Months, NaiveDate};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::domain::case::vocabulary::{
    Flag, Kind, PreferredContact, RedirectReason, Relationship, SubjectRole,
};
use crate::domain::ids::FileId;
use crate::domain::text::Words;

use super::question::Question;

macro_rules! answers {
    ($($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $key:literal;)+ })+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$vdoc])* $variant,)+ }

        impl $name {
            /// What the form sends.
            pub const fn key(self) -> &'static str {
                match self { $(Self::$variant => $key,)+ }
            }

            /// The one that the form sent.
            pub fn from_key(key: &str) -> Option<Self> {
                match key { $($key => Some(Self::$variant),)+ _ => None }
            }
        }
    )+};
}

answers! {
    /// The front doors.
    Door {
        /// A child is at risk now.
        AtRisk = "at_risk";
        /// A matter with its own route.
        OwnRoute = "own_route";
        /// Feedback.
        Feedback = "feedback";
        /// A concern or complaint.
        Concern = "concern";
        /// The family leaves it to us.
        NotSure = "not_sure";
    }
    /// Whom it is about, as first asked.
    AboutWhom {
        /// The child's class teacher.
        ClassTeacher = "class_teacher";
        /// Another member of staff.
        Staff = "staff";
        /// The headteacher.
        Headteacher = "headteacher";
        /// A governor, several, or the clerk.
        Governors = "governors";
        /// Somebody at the trust.
        Trust = "trust";
        /// Somebody else.
        Other = "other";
        /// No one person.
        Nobody = "nobody";
    }
    /// A plain yes or no.
    YesNo {
        /// Yes.
        Yes = "yes";
        /// No.
        No = "no";
    }
}

/// One thing that happened (P12).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Point {
    /// What happened.
    pub what: Words,
    /// When, in the family's words (P15).
    pub when: Option<Words>,
    /// What would put it right.
    pub wanted: Option<Words>,
}

/// The child whom it is about (P18: no more than this).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Child {
    /// Their name.
    pub name: Words,
    /// Their year group, in the family's words.
    pub year_group: Option<Words>,
}

/// When it last happened, as exactly as the family knows (P15).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LastTime {
    /// On that day.
    On(NaiveDate),
    /// In the month that begins on that day.
    InMonth(NaiveDate),
    /// In the year that begins on that day.
    InYear(NaiveDate),
    /// It goes on.
    GoesOn,
    /// The family does not know.
    Unknown,
}

impl LastTime {
    /// The latest day that it can have been, which is the kindest reading; none when nobody knows.
    pub fn latest(self, today: NaiveDate) -> Option<NaiveDate> {
        let before = |start: NaiveDate, months| {
            start
                .checked_add_months(Months::new(months))
                .and_then(|next| next.pred_opt())
                .map(|last| last.min(today))
        };
        match self {
            Self::On(day) => Some(day),
            Self::InMonth(first) => before(first, 1),
            Self::InYear(first) => before(first, 12),
            Self::GoesOn => Some(today),
            Self::Unknown => None,
        }
    }

    /// As the family reads it again.
    pub fn words(self) -> String {
        match self {
            Self::On(day) => day.format("%-d %B %Y").to_string(),
            Self::InMonth(first) => first.format("%B %Y").to_string(),
            Self::InYear(first) => first.year().to_string(),
            Self::GoesOn => "It is still going on".to_owned(),
            Self::Unknown => "I do not know".to_owned(),
        }
    }
}

/// A file that was added and checked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DraftFile {
    /// Its number in this draft; numbers are not used again.
    pub no: u16,
    /// Where it is stored.
    pub id: FileId,
    /// The SHA-256 of its bytes, in hex.
    pub sha256: String,
    /// Its name, made safe.
    pub name: Words,
    /// What it is, found by looking at it: "PDF", "Photo".
    pub what: String,
    /// How many bytes it has.
    pub bytes: u64,
}

/// Every answer so far.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Draft {
    /// Which front door.
    pub door: Option<Door>,
    /// Which matter with its own route.
    pub own_route: Option<RedirectReason>,
    /// Concern or formal complaint, where that was asked.
    pub kind: Option<Kind>,
    /// Whom it is about, as first asked.
    pub about: BTreeSet<AboutWhom>,
    /// Which governors.
    pub governors: BTreeSet<SubjectRole>,
    /// Who at the trust.
    pub trust: BTreeSet<SubjectRole>,
    /// The names that were given.
    pub names: BTreeMap<SubjectRole, Words>,
    /// Whether it is about one child.
    pub about_child: Option<YesNo>,
    /// The child.
    pub child: Option<Child>,
    /// The year group or class of a child at risk whose name nobody knows.
    pub class_alone: Option<Words>,
    /// What happened, thing by thing.
    pub points: Vec<Point>,
    /// When it last happened.
    pub last: Option<LastTime>,
    /// Why it comes late.
    pub late_reason: Option<Words>,
    /// Whom they spoke to before.
    pub spoken: Option<Words>,
    /// What must be looked at whatever the ladder says.
    pub matters: BTreeSet<Flag>,
    /// Files.
    pub files: Vec<DraftFile>,
    /// What they are to the child or the school.
    pub relationship: Option<Relationship>,
    /// Their name.
    pub name: Option<Words>,
    /// Their email address.
    pub email: Option<Words>,
    /// Their telephone number.
    pub phone: Option<Words>,
    /// Their postal address.
    pub address: Option<Words>,
    /// How they would like to be reached.
    pub preferred: Option<PreferredContact>,
    /// What to mind when reaching them.
    pub safe_note: Option<Words>,
    /// Their language, as a BCP 47 tag.
    pub language: Option<String>,
    /// A language that is not on our list, in their words.
    pub other_language: Option<Words>,
    /// What they need to take part.
    pub adjustments: Option<Words>,
    /// The questions that were answered, blank answers to optional ones included.
    pub answered: BTreeSet<Question>,
}

impl Draft {
    /// What the family takes it for.
    pub fn kind(&self) -> Kind {
        match (self.door, self.kind) {
            (Some(Door::Feedback), _) => Kind::Feedback,
            (Some(Door::AtRisk), None) => Kind::Concern,
            (Some(Door::NotSure | Door::OwnRoute | Door::Concern) | None, None) => Kind::NotSure,
            (_, Some(kind)) => kind,
        }
    }

    /// Whether it came through the door for a child at risk: the safeguarding lead waits for it.
    pub fn is_urgent(&self) -> bool {
        self.door == Some(Door::AtRisk)
    }

    /// Whether a child may be at risk, by whichever answer.
    pub fn is_child_at_risk(&self) -> bool {
        self.is_urgent() || self.matters.contains(&Flag::ChildAtRisk)
    }

    /// Everybody whom it is about, by role.
    pub fn roles(&self) -> BTreeSet<SubjectRole> {
        let mut roles = BTreeSet::new();
        for whom in &self.about {
            match whom {
                AboutWhom::ClassTeacher => roles.extend([SubjectRole::ClassTeacher]),
                AboutWhom::Staff => roles.extend([SubjectRole::Staff]),
                AboutWhom::Headteacher => roles.extend([SubjectRole::Headteacher]),
                AboutWhom::Governors => roles.extend(&self.governors),
                AboutWhom::Trust => roles.extend(&self.trust),
                AboutWhom::Other => roles.extend([SubjectRole::Other]),
                AboutWhom::Nobody => {}
            }
        }
        roles
    }

    /// The body of `POST /schools/{school}/concerns` (api.md). What was not given is left out.
    pub fn to_concern(&self, today: NaiveDate) -> Value {
        let mut body = Map::new();
        body.insert("kind".into(), json!(self.kind().key()));
        body.insert("complainant".into(), self.complainant());
        put(&mut body, "child", self.child_told().map(child));
        body.insert("points".into(), self.points_told());
        let about: Vec<Value> = self.roles().into_iter().map(|role| self.about_one(role)).collect();
        put(&mut body, "about", (!about.is_empty()).then_some(Value::Array(about)));
        let last = self.last.and_then(|last| last.latest(today));
        put(&mut body, "last_incident_on", last.map(|day| json!(day)));
        put(&mut body, "late_reason", text(self.late_reason.as_ref()));
        put(&mut body, "already_spoken_to", text(self.spoken.as_ref()));
        put(&mut body, "flags", self.flags());
        Value::Object(body)
    }

    /// The child, unless the family said since that it is not about one.
    pub fn child_told(&self) -> Option<&Child> {
        self.child.as_ref().filter(|_| self.about_child == Some(YesNo::Yes))
    }

    /// The year group or class as it was written, with or without a name.
    pub fn year_group(&self) -> Option<&Words> {
        self.child.as_ref().and_then(|child| child.year_group.as_ref()).or(self.class_alone.as_ref())
    }

    /// What happened. A class without a name goes with the first point: it may be all that leads to the child.
    fn points_told(&self) -> Value {
        let mut told: Vec<Value> = self.points.iter().map(point).collect();
        let class = self.class_alone.as_ref().filter(|_| self.is_urgent());
        if let (Some(class), Some(first), Some(words)) = (class, self.points.first(), told.first_mut()) {
            words["what_happened"] = json!(format!("{}\n\nYear group or class: {class}", first.what));
        }
        Value::Array(told)
    }

    fn complainant(&self) -> Value {
        let mut who = Map::new();
        put(&mut who, "name", text(self.name.as_ref()));
        put(&mut who, "email", text(self.email.as_ref()));
        put(&mut who, "phone", text(self.phone.as_ref()));
        put(&mut who, "address", text(self.address.as_ref()));
        put(&mut who, "relationship", self.relationship.map(|what| json!(what.key())));
        put(&mut who, "preferred_contact", self.preferred.map(|way| json!(way.key())));
        put(&mut who, "language", self.language.as_ref().map(|tag| json!(tag)));
        put(&mut who, "adjustments", self.adjustments_told().map(Value::String));
        put(&mut who, "safe_contact_note", text(self.safe_note.as_ref()));
        Value::Object(who)
    }

    /// A language that we have no tag for is a need like any other: somebody must find an interpreter.
    fn adjustments_told(&self) -> Option<String> {
        let language = self.other_language.as_ref().map(|words| format!("Language: {words}"));
        let needs = self.adjustments.as_ref().map(|words| words.as_str().to_owned());
        let both: Vec<String> = [language, needs].into_iter().flatten().collect();
        (!both.is_empty()).then(|| both.join("\n"))
    }

    fn about_one(&self, role: SubjectRole) -> Value {
        let mut one = Map::new();
        one.insert("role".into(), json!(role.key()));
        put(&mut one, "name", text(self.names.get(&role)));
        Value::Object(one)
    }

    fn flags(&self) -> Option<Value> {
        let mut flags = self.matters.clone();
        if self.is_child_at_risk() {
            flags.insert(Flag::ChildAtRisk);
        }
        let all = Flag::ALL.iter().map(|flag| (flag.key().to_owned(), json!(flags.contains(flag))));
        (!flags.is_empty()).then(|| Value::Object(all.collect()))
    }
}

fn text(words: Option<&Words>) -> Option<Value> {
    words.map(|words| json!(words.as_str()))
}

fn put(body: &mut Map<String, Value>, key: &str, value: Option<Value>) {
    if let Some(value) = value {
        body.insert(key.to_owned(), value);
    }
}

fn child(child: &Child) -> Value {
    let mut told = Map::new();
    told.insert("name".into(), json!(child.name.as_str()));
    put(&mut told, "year_group", text(child.year_group.as_ref()));
    Value::Object(told)
}

fn point(point: &Point) -> Value {
    let mut told = Map::new();
    told.insert("what_happened".into(), json!(point.what.as_str()));
    put(&mut told, "when", text(point.when.as_ref()));
    put(&mut told, "wanted", text(point.wanted.as_ref()));
    Value::Object(told)
}
