//! What an event says, before it is known who reads it.

use chrono::NaiveDate;

use crate::domain::calendar::short_date;
use crate::domain::ids::PartyNo;
use crate::domain::text::Words;

use super::{Block, Marker, Voice};

/// How far words reach.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// Whoever may see the case.
    All,
    /// Staff who see the case.
    School,
    /// These complainants, and staff.
    Parties(Vec<PartyNo>),
}

impl Reach {
    pub(super) fn includes(&self, voice: Voice) -> bool {
        match (self, voice) {
            // A panel reads what the parties told the school as their case; see `Told::is_for_a_panel`.
            (_, Voice::Staff)
            | (Self::All, Voice::Complainant(_))
            | (Self::All | Self::Parties(_), Voice::Panel) => true,
            (_, Voice::AskedToSit) | (Self::School, Voice::Complainant(_) | Voice::Panel) => false,
            (Self::Parties(parties), Voice::Complainant(me)) => parties.contains(&me),
        }
    }
}

/// Whether words went between school and family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sort {
    Fact,
    Message,
    Finding,
}

/// What an event says: a title, and blocks of words that may reach less far than it.
pub(super) struct Told {
    pub(super) title: String,
    pub(super) reach: Reach,
    pub(super) blocks: Vec<(Reach, Block)>,
    sort: Sort,
}

impl Told {
    /// Something that everybody who sees the case may know.
    pub(super) fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), reach: Reach::All, blocks: Vec::new(), sort: Sort::Fact }
    }

    pub(super) fn marker(&self) -> Marker {
        match (&self.reach, self.sort) {
            (Reach::School, Sort::Finding) => Marker::ToCome,
            (Reach::School, Sort::Fact | Sort::Message) => Marker::Internal,
            (Reach::All | Reach::Parties(_), Sort::Message) => Marker::Message,
            (Reach::All | Reach::Parties(_), Sort::Fact | Sort::Finding) => Marker::Fact,
        }
    }

    /// Whether a panel reads the entry: not what went between the school and one family alone.
    pub(super) fn is_for_a_panel(&self) -> bool {
        match (&self.reach, self.sort) {
            (Reach::School, _) | (Reach::Parties(_), Sort::Message) => false,
            (Reach::All, _) | (Reach::Parties(_), Sort::Fact | Sort::Finding) => true,
        }
    }

    /// The whole entry is for staff.
    pub(super) fn school_only(self) -> Self {
        self.only(Reach::School)
    }

    /// The whole entry reaches so far.
    pub(super) fn only(mut self, reach: Reach) -> Self {
        self.reach = reach;
        self
    }

    /// It went between school and family.
    pub(super) fn message(mut self) -> Self {
        self.sort = Sort::Message;
        self
    }

    /// Staff read it now, and the family with the answer.
    pub(super) fn finding(mut self) -> Self {
        self.sort = Sort::Finding;
        self.school_only()
    }

    /// Words without a label.
    pub(super) fn say(self, words: &Words) -> Self {
        self.block(Reach::All, None, words.as_str())
    }

    /// Words without a label, if there are any.
    pub(super) fn maybe_say(self, words: Option<&Words>) -> Self {
        words.into_iter().fold(self, Self::say)
    }

    /// Words with what they answer.
    pub(super) fn with(self, label: &str, words: &Words) -> Self {
        self.noted(label, words.as_str())
    }

    /// Words with what they answer, if there are any.
    pub(super) fn maybe(self, label: &str, words: Option<&Words>) -> Self {
        words.into_iter().fold(self, |told, words| told.with(label, words))
    }

    /// Our own words with what they answer; nothing when they are empty.
    pub(super) fn noted(self, label: &str, words: &str) -> Self {
        self.reaching(Reach::All, label, words)
    }

    /// A date with what it is, if there is one.
    pub(super) fn dated(self, label: &str, date: Option<NaiveDate>) -> Self {
        date.into_iter().fold(self, |told, date| told.noted(label, &short_date(date)))
    }

    /// Names in a row.
    pub(super) fn listed(self, label: &str, names: &[&str]) -> Self {
        self.noted(label, &super::listed(names))
    }

    /// Words that staff alone read.
    pub(super) fn private(self, label: &str, words: &str) -> Self {
        self.reaching(Reach::School, label, words)
    }

    /// Words that reach so far.
    pub(super) fn reaching(self, reach: Reach, label: &str, words: &str) -> Self {
        if words.is_empty() { self } else { self.block(reach, Some(label.to_owned()), words) }
    }

    fn block(mut self, reach: Reach, label: Option<String>, words: &str) -> Self {
        let marker = match reach {
            Reach::School => Marker::Internal,
            Reach::All | Reach::Parties(_) => Marker::Fact,
        };
        self.blocks.push((reach, Block { label, words: words.to_owned(), marker }));
        self
    }
}
