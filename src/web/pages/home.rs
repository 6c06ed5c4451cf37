//! Where staff begin: six groups, first what the reader must do; those that are empty share one line (S2).

use askama::Template;

use crate::app::work_list::Total;
use crate::domain::case::attention::AttentionKind;
use crate::domain::case::sight::{Reach, reach};
use crate::domain::person::Role;
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
    /// The next step is the reader's.
    WaitingOnMe,
    /// A panel hears it, or will. It stands there only for whoever sits on panels, while there is one.
    Hearings,
    /// Something is owed later in this school week.
    DueThisWeek,
    /// The next step is the family's.
    WaitingOnFamily,
    /// Nobody has acknowledged it yet.
    New,
}

impl GroupKind {
    /// Every group, in the order of the page.
    pub const ALL: [Self; 9] = [
        Self::ChildAtRisk,
        Self::Unassigned,
        Self::Overdue,
        Self::DueToday,
        Self::WaitingOnMe,
        Self::Hearings,
        Self::DueThisWeek,
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
            Self::Hearings => "Hearings that you sit on",
            Self::WaitingOnFamily => "Waiting for the family",
            Self::New => "New",
        }
    }

    /// Whether it stands there when it is empty. What must be acted on at once stands there only when it is there.
    fn always_stands(self) -> bool {
        match self {
            Self::ChildAtRisk | Self::Unassigned | Self::Hearings => false,
            Self::Overdue
            | Self::DueToday
            | Self::DueThisWeek
            | Self::WaitingOnMe
            | Self::WaitingOnFamily
            | Self::New => true,
        }
    }

    /// What stands there when it is empty.
    pub fn nothing(self, view: View) -> &'static str {
        match (self, view) {
            (Self::ChildAtRisk, _) => "No open case says that a child may be at risk.",
            (Self::Unassigned, _) => "Every case has somebody.",
            (Self::Overdue, View::Every) => "Nothing is overdue.",
            (Self::Overdue, View::Part) => "No case that you see is overdue.",
            (Self::DueToday, View::Every) => "Nothing is due today.",
            (Self::DueToday, View::Part) => "Nothing is due today in the cases that you see.",
            (Self::DueThisWeek, View::Every) => "Nothing more is due this school week.",
            (Self::DueThisWeek, View::Part) => {
                "Nothing more is due this school week in the cases that you see."
            }
            (Self::WaitingOnMe, _) => "No case waits for you.",
            (Self::Hearings, _) => "You sit on no hearing.",
            (Self::WaitingOnFamily, View::Every) => "No case waits for a family.",
            (Self::WaitingOnFamily, View::Part) => "No case that you see waits for a family.",
            (Self::New, View::Every) => "Beside those above, no case waits to be acknowledged.",
            (Self::New, View::Part) => "Beside those above, no case that you see waits to be acknowledged.",
        }
    }

    /// The list that shows the whole group: what the home page counts and what "See all" opens are the same.
    pub fn query(self, school: Option<&str>) -> ListQuery {
        let mine = (self == Self::WaitingOnMe).then(|| (Filter::Handler.key(), "me".to_owned()));
        let school = school.map(|slug| (Filter::School.key(), slug.to_owned()));
        let needs = match self.asks_for() {
            // Whoever had it and has no post any more has it no longer.
            Some(AttentionKind::Unassigned) => (Filter::Handler.key(), "nobody".to_owned()),
            Some(kind) => (Filter::Attention.key(), kind.key().to_owned()),
            None => (Filter::State.key(), "hearing".to_owned()),
        };
        ListQuery {
            filters: [Some(needs), mine, school].into_iter().flatten().collect(),
            ..ListQuery::default()
        }
    }

    /// What the cases of the group ask for; nothing where their state makes the group.
    pub fn asks_for(self) -> Option<AttentionKind> {
        match self {
            Self::ChildAtRisk => Some(AttentionKind::ChildAtRisk),
            Self::Unassigned => Some(AttentionKind::Unassigned),
            Self::Overdue => Some(AttentionKind::Overdue),
            Self::DueToday => Some(AttentionKind::DueToday),
            Self::DueThisWeek => Some(AttentionKind::DueThisSchoolWeek),
            Self::WaitingOnMe => Some(AttentionKind::WaitingOnUs),
            Self::Hearings => None,
            Self::WaitingOnFamily => Some(AttentionKind::WaitingOnFamily),
            Self::New => Some(AttentionKind::New),
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
            Self::Hearings => "hearings",
            Self::WaitingOnFamily => "family",
            Self::New => "new",
        }
    }
}

/// How much of the cases of their schools somebody sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    /// Every case but those about themselves.
    Every,
    /// Some: those in which they have a part, or in which a child may be at risk.
    Part,
}

impl View {
    /// What somebody with these roles sees.
    pub fn of(roles: &[Role]) -> Self {
        if roles.iter().any(|role| reach(*role) == Reach::Every) { Self::Every } else { Self::Part }
    }
}

/// What somebody with these roles sees and does not see, so that an empty page does not read as if all were well.
pub fn what_is_seen(roles: &[Role]) -> Option<&'static str> {
    let has = |wanted: &[Role]| roles.iter().any(|role| wanted.contains(role));
    let pool = [Role::PanelMember, Role::Governor, Role::ChairOfGovernors, Role::ViceChairOfGovernors];
    match View::of(roles) {
        View::Every => None,
        View::Part if has(&[Role::DesignatedSafeguardingLead]) => Some(
            "You see the cases in which a child may be at risk, and those in which you have a part. The school may \
             have others that are not shown to you.",
        ),
        View::Part if has(&pool) => Some(
            "You see the cases in which you have a part. Other cases are kept from you on purpose: whoever knows a \
             case cannot sit on its panel.",
        ),
        View::Part if roles.iter().all(|role| *role == Role::Administrator) => Some(
            "You look after people and settings, and see no cases: this page does not tell how they stand.",
        ),
        View::Part => Some(
            "You see the cases in which you have a part. The school may have others that are not shown to you.",
        ),
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
    /// What the reader sees, where that is not every case.
    pub seen: Option<&'static str>,
    /// How much they see.
    pub view: View,
    /// The groups, in order; none for whoever can have no case.
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
        Self {
            shell,
            today,
            tasks,
            seen: None,
            view: View::Every,
            groups,
            log,
            schools: Vec::new(),
            look_after: Vec::new(),
        }
    }

    /// The groups that hold something.
    fn filled(&self) -> impl Iterator<Item = &Group> {
        self.groups.iter().filter(|group| !group.rows.is_empty())
    }

    /// What stands there for all the groups that are empty, on one line.
    fn nothing(&self) -> String {
        let empty = self.groups.iter().filter(|group| group.rows.is_empty());
        let sentences: Vec<&str> = empty.map(|group| group.kind.nothing(self.view)).collect();
        sentences.join(" ")
    }

    /// The same for somebody with these roles: with what they see, and without groups that could never hold a case.
    #[must_use]
    pub fn for_roles(mut self, roles: &[Role]) -> Self {
        self.seen = what_is_seen(roles);
        self.view = View::of(roles);
        let holds_cases = roles.iter().any(|role| role.works_with_cases());
        let sits = roles.iter().any(|role| matches!(role, Role::Governor | Role::PanelMember));
        self.groups.retain(|group| match group.kind {
            GroupKind::Hearings => sits && self.view == View::Part,
            GroupKind::ChildAtRisk
            | GroupKind::Unassigned
            | GroupKind::Overdue
            | GroupKind::DueToday
            | GroupKind::DueThisWeek
            | GroupKind::WaitingOnMe
            | GroupKind::WaitingOnFamily
            | GroupKind::New => holds_cases || group.total != Total::default(),
        });
        let leads = roles.contains(&Role::DesignatedSafeguardingLead);
        let stand = [(GroupKind::ChildAtRisk, leads), (GroupKind::Hearings, sits && self.view == View::Part)];
        for (kind, _) in stand.into_iter().filter(|(_, stands)| *stands) {
            if !self.groups.iter().any(|group| group.kind == kind) {
                self.groups.push(Group::new(kind, Vec::new(), Total::default(), &kind.query(None)));
            }
        }
        self.groups.sort_by_key(|group| group.kind);
        self
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
