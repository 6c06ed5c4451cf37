//! What the components of a page show: links, tags, the ladder, the history, lists.
//!
//! Plain values with words already chosen; the macros of `macros/` draw them.

use super::page::Words;

/// Words that lead somewhere, and say where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// The words.
    pub text: Words,
    /// The address.
    pub href: Words,
}

impl Link {
    /// A link.
    pub fn new(text: impl Into<Words>, href: impl Into<Words>) -> Self {
        Self { text: text.into(), href: href.into() }
    }
}

/// One entry of a navigation.
#[derive(Clone, Debug)]
pub struct NavItem {
    /// Where it leads.
    pub link: Link,
    /// Whether it is the page that we are on.
    pub here: Here,
    /// How many wait there, where a number helps.
    pub count: Option<u32>,
}

/// Whether an entry is the page that we are on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Here {
    /// It is this page.
    ThisPage,
    /// It is another.
    Elsewhere,
}

/// A status: few, adjectives, sentence case, never a link (P32).
#[derive(Clone, Debug)]
pub struct Tag {
    /// The word.
    pub text: Words,
    /// How it looks; the word alone carries the meaning.
    pub tone: Tone,
}

/// How a status looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// Under way.
    Active,
    /// Nothing to do: new, waiting, not started.
    Quiet,
    /// It is the reader's turn. The amber is kept for this.
    YourTurn,
    /// Late.
    Late,
    /// Settled or closed.
    Done,
    /// Not seen by the family.
    Private,
}

impl Tone {
    /// The class that gives the look.
    pub const fn class(self) -> &'static str {
        match self {
            Self::Active => "",
            Self::Quiet => "heard-tag--quiet",
            Self::YourTurn => "heard-tag--turn",
            Self::Late => "heard-tag--late",
            Self::Done => "heard-tag--done",
            Self::Private => "heard-tag--private",
        }
    }
}

/// One rung of the ladder (P24).
#[derive(Clone, Debug)]
pub struct Step {
    /// The stage.
    pub title: Words,
    /// Who handles it, when, or from when it can be asked for: one short line.
    pub note: Option<String>,
    /// Where it stands.
    pub state: StepState,
}

/// Where a rung stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepState {
    /// Behind us.
    Done,
    /// We are here.
    Current,
    /// Not reached.
    Ahead,
    /// Not part of this case.
    LeftOut,
}

impl StepState {
    /// The word that stands beside the title: colour and mark only repeat it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Current => "we are here",
            Self::Ahead => "not needed so far",
            Self::LeftOut => "not needed",
        }
    }

    /// The class that gives the look.
    pub const fn class(self) -> &'static str {
        match self {
            Self::Done => "heard-steps__step--done",
            Self::Current => "heard-steps__step--current",
            Self::Ahead | Self::LeftOut => "",
        }
    }
}

/// One entry of the history.
#[derive(Clone, Debug)]
pub struct TimelineItem {
    /// What happened.
    pub title: Words,
    /// Who did it: a role or a name.
    pub by: Option<String>,
    /// When, for machines: a date, or an instant where the time is known (S45).
    pub machine_time: String,
    /// When, for people: "4 June 2026 at 9:32am".
    pub when: String,
    /// What was written, as it was written; line breaks are kept.
    pub text: Option<String>,
    /// What belongs to it.
    pub links: Vec<Link>,
    /// Who can read it.
    pub readers: Readers,
}

/// Who can read an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readers {
    /// A fact of the case: whoever may see the case.
    Everyone,
    /// A message between school and family.
    Family,
    /// School only.
    School,
}

impl Readers {
    /// The class that gives the look.
    pub const fn class(self) -> &'static str {
        match self {
            Self::Everyone => "",
            Self::Family => "moj-timeline__item--family",
            Self::School => "moj-timeline__item--private",
        }
    }
}

/// One row of a summary.
#[derive(Clone, Debug)]
pub struct SummaryRow {
    /// The question or the fact.
    pub key: Words,
    /// The answer, with its line breaks; none reads "Not provided" (P20).
    pub value: Option<String>,
    /// Where it can be changed, and hidden words that say what: "Change" is read out as "Change your name".
    pub change: Option<Change>,
}

/// Whether a summary has a column of ways to change its answers.
pub fn can_change_any(rows: &[SummaryRow]) -> bool {
    rows.iter().any(|row| row.change.is_some())
}

/// A way to change one answer.
#[derive(Clone, Debug)]
pub struct Change {
    /// The address.
    pub href: String,
    /// What is changed, in lower case: "your name".
    pub what: Words,
}

/// A card with rows: one point of a concern (P12).
#[derive(Clone, Debug)]
pub struct SummaryCard {
    /// "Point 1".
    pub title: String,
    /// What can be done with it.
    pub actions: Vec<Link>,
    /// Its rows.
    pub rows: Vec<SummaryRow>,
}

/// One task of a list.
#[derive(Clone, Debug)]
pub struct Task {
    /// What to do.
    pub title: Words,
    /// Where; none for what cannot start yet.
    pub href: Option<String>,
    /// More about it, or why it cannot start yet.
    pub hint: Option<String>,
    /// How it stands; what is completed is plain text.
    pub status: TaskStatus,
}

/// How a task stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TaskStatus {
    /// Completed.
    Completed,
    /// Begun.
    InProgress,
    /// Not begun.
    ToDo,
    /// Waits for something else.
    CannotStartYet,
}

impl TaskStatus {
    /// The words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Completed => "Completed",
            Self::InProgress => "In progress",
            Self::ToDo => "To do",
            Self::CannotStartYet => "Cannot start yet",
        }
    }

    /// The tag; none for plain words.
    pub const fn tone(self) -> Option<Tone> {
        match self {
            Self::Completed | Self::CannotStartYet => None,
            Self::InProgress => Some(Tone::Active),
            Self::ToDo => Some(Tone::Quiet),
        }
    }
}

/// In which way something cannot be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blocked {
    /// It waits for something.
    NotYet,
    /// It belongs to another part of a case's way.
    NotNow,
    /// It is for others.
    ForOthers,
}

impl Blocked {
    /// A word beside the title.
    pub fn word(self) -> &'static str {
        match self {
            Self::NotYet => "not yet",
            Self::NotNow => "not at this point",
            Self::ForOthers => "for others",
        }
    }
}

/// A move that the case can make, or cannot make yet (S3, S4).
#[derive(Clone, Debug)]
pub enum Move {
    /// It can be made here.
    Open {
        /// A verb first: "Reply to the family".
        link: Link,
        /// What it does.
        note: Option<String>,
    },
    /// It cannot be made yet.
    NotYet {
        /// In which way it cannot be done.
        blocked: Blocked,
        /// A verb first.
        title: Words,
        /// Why, and what would make it possible.
        reason: String,
    },
    /// It is not done here: where, in a sentence.
    Told {
        /// The sentence.
        words: String,
    },
}

/// The widest line of a plain mail, in characters: what is longer was broken there.
const MAIL_WIDTH: usize = 72;

/// A plain mail for a page: lines that were broken only because they were full are one again, so that a narrow
/// screen breaks them where it likes.
pub fn reflowed(mail: &str) -> String {
    let mut page = String::with_capacity(mail.len());
    let mut before: Option<&str> = None;
    for line in mail.lines() {
        match before {
            None => {}
            Some(full) if goes_on(full, line) => page.push(' '),
            Some(_) => page.push('\n'),
        }
        let goes_on_in_quote = before.is_some_and(|full| goes_on(full, line));
        page.push_str(if goes_on_in_quote { unquoted(line) } else { line });
        before = Some(line);
    }
    page
}

/// Whether the next word had no room on the line before.
fn goes_on(full: &str, line: &str) -> bool {
    let same_voice = full.starts_with("> ") == line.starts_with("> ");
    let begins = line.starts_with(['-', '\n']) || line.starts_with("http");
    let Some(word) = unquoted(line).split_whitespace().next() else { return false };
    let room = full.chars().count() + 1 + word.chars().count();
    same_voice && !begins && !full.trim().is_empty() && !full.starts_with("--") && room > MAIL_WIDTH
}

fn unquoted(line: &str) -> &str {
    line.strip_prefix("> ").unwrap_or(line)
}

/// A file.
#[derive(Clone, Debug)]
pub struct FileItem {
    /// Its name.
    pub name: String,
    /// Where it can be opened; none while it is looked through.
    pub href: Option<String>,
    /// "PDF, 240 kB, added 4 June 2026".
    pub detail: String,
    /// Where it can be removed.
    pub remove: Option<String>,
}

/// A due date with its word (S11).
#[derive(Clone, Debug)]
pub struct Due {
    /// For machines: 2026-11-13.
    pub machine_date: String,
    /// For people: "13 November 2026".
    pub date: String,
    /// "overdue", "today", "3 school days left".
    pub label: String,
    /// How near it is.
    pub nearness: Nearness,
}

/// How near a due date is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nearness {
    /// It has passed.
    Overdue,
    /// It is today.
    Today,
    /// It is to come.
    ToCome,
}

impl Nearness {
    /// The class that gives the look.
    pub const fn class(self) -> &'static str {
        match self {
            Self::Overdue => "heard-due--overdue",
            Self::Today => "heard-due--today",
            Self::ToCome => "",
        }
    }
}

/// How a date was worked out (P25, S31): the same words for family and staff.
#[derive(Clone, Debug)]
pub struct Working {
    /// The date it explains: "reply by 13 November 2026". Completes "How we worked out …".
    pub what: String,
    /// The steps, one sentence each.
    pub steps: Vec<String>,
    /// Days that were not counted, and why.
    pub skipped: Vec<Skipped>,
    /// Which calendar was used: "Calendar of Hazel Lane, version 3".
    pub calendar: String,
}

/// A day that was not counted.
#[derive(Clone, Debug)]
pub struct Skipped {
    /// "Monday 26 October 2026".
    pub day: String,
    /// "half-term holiday".
    pub reason: String,
}

/// A fact with its name.
#[derive(Clone, Debug)]
pub struct Fact {
    /// "Who has it".
    pub name: Words,
    /// "Ms Okafor, headteacher".
    pub value: String,
}

/// What identifies a case, at the top of its page.
#[derive(Clone, Debug)]
pub struct Identity {
    /// The reference.
    pub reference: String,
    /// Where it stands.
    pub status: Tag,
    /// Stage, handler and the like, in order.
    pub facts: Vec<Fact>,
    /// What is due next; none when nothing is.
    pub due: Option<Due>,
}

/// A filter that is set, and the list without it (S10).
#[derive(Clone, Debug)]
pub struct ChosenFilter {
    /// "Stage: Headteacher".
    pub text: String,
    /// The list without this filter.
    pub without: String,
}

/// Ways through a long list.
#[derive(Clone, Debug)]
pub struct Pages {
    /// The page before.
    pub previous: Option<String>,
    /// The page after.
    pub next: Option<String>,
    /// What the list holds: "cases". Completes "More …" for screen readers.
    pub what: Words,
}

/// How a column is sorted, and where a click leads (S10).
#[derive(Clone, Debug)]
pub struct SortHead {
    /// The column.
    pub link: Link,
    /// How it is sorted now.
    pub order: Order,
}

/// How a column is sorted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Not by this column.
    Unsorted,
    /// The smallest or the first first.
    Ascending,
    /// The greatest or the last first.
    Descending,
}

impl Order {
    /// The value of `aria-sort`.
    pub const fn attribute(self) -> &'static str {
        match self {
            Self::Unsorted => "none",
            Self::Ascending => "ascending",
            Self::Descending => "descending",
        }
    }

    /// The mark beside the name of the column.
    pub const fn mark(self) -> &'static str {
        match self {
            Self::Unsorted => "↕",
            Self::Ascending => "▲",
            Self::Descending => "▼",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// S5: the text as it will be read, on a narrow screen too.
    #[test]
    fn lines_that_were_only_full_are_one_again() {
        let mail = "Dear Amira\n\nYou can take it further. The next step is called the headteacher who\nlooks into it.\n\nWhen: Monday\nWhere: The library\n----\n> A quote that is long enough to be broken where the line of it has\n> ended.";
        let page = reflowed(mail);
        assert!(
            page.contains(
                "the headteacher who looks into it.\n\nWhen: Monday\nWhere: The library\n----\n> A"
            )
        );
        assert!(page.ends_with("where the line of it has ended."));
    }
}
