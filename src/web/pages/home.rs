//! Where staff begin: six groups in the order in which they press, each with a sentence when it is empty (S2).

use askama::Template;

use crate::app::work_list::Total;
use crate::domain::case::attention::AttentionKind;
use crate::urls;
use crate::web::page::Shell;
use crate::web::parts::{Here, Link, NavItem};

use super::list::{CaseRow, Filter, ListQuery, Offer};

/// A group of the home page, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum GroupKind {
    /// A child may be at risk (R14). It stands there only while there is one.
    ChildAtRisk,
    /// Nobody has it yet. It stands there only while there is one.
    Unassigned,
    /// The school missed a date.
    Overdue,
    /// Something is owed today.
    DueToday,
    /// Something is owed later in this school week.
    DueThisWeek,
    /// The next step is the reader's.
    WaitingOnMe,
    /// The next step is the family's.
    WaitingOnFamily,
    /// Nobody has acknowledged it yet.
    New,
}

impl GroupKind {
    /// Every group, in the order of the page.
    pub const ALL: [Self; 8] = [
        Self::ChildAtRisk,
        Self::Unassigned,
        Self::Overdue,
        Self::DueToday,
        Self::DueThisWeek,
        Self::WaitingOnMe,
        Self::WaitingOnFamily,
        Self::New,
    ];

    /// Its heading.
    pub fn title(self) -> &'static str {
        match self {
            Self::ChildAtRisk => "A child may be at risk",
            Self::Unassigned => "Nobody has it yet",
            Self::Overdue => "Overdue",
            Self::DueToday => "Due today",
            Self::DueThisWeek => "Due this school week",
            Self::WaitingOnMe => "Waiting for you",
            Self::WaitingOnFamily => "Waiting for the family",
            Self::New => "New",
        }
    }

    /// Whether it stands there when it is empty. What must be acted on at once stands there only when it is there.
    fn always_stands(self) -> bool {
        match self {
            Self::ChildAtRisk | Self::Unassigned => false,
            Self::Overdue
            | Self::DueToday
            | Self::DueThisWeek
            | Self::WaitingOnMe
            | Self::WaitingOnFamily
            | Self::New => true,
        }
    }

    /// What stands there when it is empty.
    pub fn nothing(self) -> &'static str {
        match self {
            Self::ChildAtRisk => "No open case says that a child may be at risk.",
            Self::Unassigned => "Every case has somebody.",
            Self::Overdue => "Nothing is overdue.",
            Self::DueToday => "Nothing is due today.",
            Self::DueThisWeek => "Nothing more is due this school week.",
            Self::WaitingOnMe => "No case waits for you.",
            Self::WaitingOnFamily => "No case waits for a family.",
            Self::New => "No case waits to be acknowledged.",
        }
    }

    /// The list that shows the whole group: what the home page counts and what "See all" opens are the same.
    pub fn query(self, school: Option<&str>) -> ListQuery {
        let mine = (self == Self::WaitingOnMe).then(|| (Filter::Handler.key(), "me".to_owned()));
        let school = school.map(|slug| (Filter::School.key(), slug.to_owned()));
        let needs = (Filter::Attention.key(), self.asks_for().key().to_owned());
        ListQuery {
            filters: [Some(needs), mine, school].into_iter().flatten().collect(),
            ..ListQuery::default()
        }
    }

    /// What the cases of the group ask for.
    pub fn asks_for(self) -> AttentionKind {
        match self {
            Self::ChildAtRisk => AttentionKind::ChildAtRisk,
            Self::Unassigned => AttentionKind::Unassigned,
            Self::Overdue => AttentionKind::Overdue,
            Self::DueToday => AttentionKind::DueToday,
            Self::DueThisWeek => AttentionKind::DueThisSchoolWeek,
            Self::WaitingOnMe => AttentionKind::WaitingOnUs,
            Self::WaitingOnFamily => AttentionKind::WaitingOnFamily,
            Self::New => AttentionKind::New,
        }
    }

    /// The id of its heading.
    pub fn anchor(self) -> &'static str {
        match self {
            Self::ChildAtRisk => "at-risk",
            Self::Unassigned => "unassigned",
            Self::Overdue => "overdue",
            Self::DueToday => "today",
            Self::DueThisWeek => "week",
            Self::WaitingOnMe => "me",
            Self::WaitingOnFamily => "family",
            Self::New => "new",
        }
    }
}

/// What a group holds.
#[derive(Clone, Debug)]
pub struct Group {
    /// Which.
    pub kind: GroupKind,
    /// The first of its cases.
    pub rows: Vec<CaseRow>,
    /// How many there are in all.
    pub total: Total,
    /// Where all of them are, when there are more than those shown.
    pub all: Option<Link>,
}

impl Group {
    /// A group with its first cases and their number, of the list that shows all of them.
    pub fn new(kind: GroupKind, rows: Vec<CaseRow>, total: Total, query: &ListQuery) -> Self {
        let all = (total != Total::Exactly(rows.len()))
            .then(|| Link::new(format!("See all {total}"), query.address()));
        Self { kind, rows, total, all }
    }
}

/// Something that a person must look at apart from the cases: a message that failed, a calendar that ends (E17).
#[derive(Clone, Debug)]
pub struct Task {
    /// What, in a sentence.
    pub words: String,
    /// Where.
    pub link: Link,
}

/// The home page.
#[derive(Clone, Debug, Template)]
#[template(path = "home/home.html")]
pub struct HomePage {
    /// The frame.
    pub shell: Shell,
    /// "Good morning, Amara" would be noise: the day, which everything here is measured by.
    pub today: String,
    /// What must be looked at first.
    pub tasks: Vec<Task>,
    /// The six groups, in order.
    pub groups: Vec<Group>,
    /// Where a call is logged.
    pub log: Option<Link>,
    /// The schools to choose from, all of them first; empty for people with one school (S29).
    pub schools: Vec<NavItem>,
    /// For administrators: what there is to look after.
    pub look_after: Vec<Link>,
}

impl HomePage {
    /// The page. Groups that are not given are empty. Six always stand there, in their order; a child at risk and
    /// a case that nobody has come before them, while there is one.
    pub fn new(mut shell: Shell, today: String, tasks: Vec<Task>, given: Vec<Group>) -> Self {
        shell.heading = "Home".into();
        urls::HOME.clone_into(&mut shell.path);
        let mut given = given;
        let groups = GroupKind::ALL
            .into_iter()
            .map(|kind| {
                let place = given.iter().position(|group| group.kind == kind);
                place.map_or_else(
                    || Group::new(kind, Vec::new(), Total::default(), &kind.query(None)),
                    |place| given.swap_remove(place),
                )
            })
            .filter(|group: &Group| group.kind.always_stands() || group.total != Total::default())
            .collect();
        let log = Some(Link::new("Log a call or a talk", urls::NEW_CASE));
        Self { shell, today, tasks, groups, log, schools: Vec::new(), look_after: Vec::new() }
    }

    /// The same with a choice of schools, for whoever has more than one (S29).
    #[must_use]
    pub fn with_schools(mut self, offers: &[Offer], chosen: Option<&str>) -> Self {
        let item = |words: &str, href: String, school: Option<&str>| NavItem {
            link: Link::new(words.to_owned(), href),
            here: if chosen == school { Here::ThisPage } else { Here::Elsewhere },
            count: None,
        };
        if offers.len() > 1 {
            let all = item("All schools", urls::HOME.to_owned(), None);
            let each = offers
                .iter()
                .map(|offer| item(&offer.words, urls::home_of(&offer.value), Some(offer.value.as_str())));
            self.schools = std::iter::once(all).chain(each).collect();
        }
        self
    }

    /// The same with what an administrator looks after.
    #[must_use]
    pub fn looked_after(mut self, links: Vec<Link>, mut tasks: Vec<Task>) -> Self {
        tasks.append(&mut self.tasks);
        self.tasks = tasks;
        self.look_after = links;
        self
    }
}
