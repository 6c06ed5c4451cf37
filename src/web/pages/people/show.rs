//! What the pages about people show.

use askama::Template;
use chrono::NaiveDate;

use crate::app::access::second_step::{Asked, Holding};
use crate::app::access::staff::{Arrival, AtPlace, Entry, PersonForm, PostForm, Vacant};
use crate::domain::calendar::{local_date, local_time_words, short_date};
use crate::domain::person::{Independence, Place, Post, Role};
use crate::domain::text::capital;
use crate::urls;
use crate::web::csrf::Csrf;
use crate::web::field::{Choices, Kind};
use crate::web::page::Shell;
use crate::web::pages::simple::{Found, Part, date_of};
use crate::web::pages::typed::Typed;

/// A post as people read it.
pub(super) struct PostRow {
    title: String,
    place: String,
    when: String,
    more: Option<String>,
    end: Option<String>,
}

/// A person with their posts.
pub(super) struct PersonRow {
    name: String,
    href: String,
    posts: Vec<PostRow>,
    arrival: String,
}

impl PersonRow {
    pub(super) fn new(
        entry: &Entry,
        places: &[AtPlace],
        can_end: &dyn Fn(Place) -> bool,
        today: NaiveDate,
    ) -> Self {
        let person = &entry.person;
        let row = |post: &Post| PostRow {
            title: capital(post.role.title()),
            place: place_name(post.place, places),
            when: when(post, today),
            more: more(post),
            end: (can_end(post.place) && post.to_on.is_none_or(|last| today <= last))
                .then(|| urls::end_post(person.id, post.id)),
        };
        Self {
            name: person.name.clone(),
            href: urls::person(person.id),
            posts: person.posts.iter().map(row).collect(),
            arrival: arrival(entry.arrival),
        }
    }
}

fn arrival(arrival: Arrival) -> String {
    match arrival {
        Arrival::NoPassword => "Not yet: has not chosen a password".to_owned(),
        Arrival::NotYet => "Not yet: has a password".to_owned(),
        Arrival::SignedIn(at) => local_time_words(at),
    }
}

pub(super) fn place_name(place: Place, places: &[AtPlace]) -> String {
    let found = places.iter().find(|at| at.place == place).map(|at| at.name.clone());
    found.unwrap_or_else(|| "another school".to_owned())
}

/// "since 14 September 2026", "from … to …", "until …", "ended …".
pub(in crate::web::pages) fn when(post: &Post, today: NaiveDate) -> String {
    match post.to_on {
        Some(last) if last < post.from_on => {
            format!("ended before it began, on {}", short_date(post.from_on))
        }
        Some(last) if last < today => format!("ended, {} to {}", short_date(post.from_on), short_date(last)),
        Some(last) => format!("{} to {}", short_date(post.from_on), short_date(last)),
        None if today < post.from_on => format!("from {}", short_date(post.from_on)),
        None => format!("since {}", short_date(post.from_on)),
    }
}

fn more(post: &Post) -> Option<String> {
    if post.role != Role::PanelMember {
        return (!post.year_groups.is_empty()).then(|| post.year_groups.join(", "));
    }
    let reason = post.independence_reason.as_deref();
    Some(match post.independence {
        Independence::None => "Not independent".to_owned(),
        Independence::SisterSchool => "Governor of a sister school".to_owned(),
        Independence::Independent => format!("Independent: {}", reason.unwrap_or("no reason given")),
    })
}

/// "Hazel Lane: nobody holds headteacher, class teacher. Concerns wait until somebody does."
pub(in crate::web::pages) fn vacancy(vacant: &Vacant) -> String {
    let roles: Vec<&str> = vacant.roles.iter().map(|role| role.title()).collect();
    format!("{}: nobody holds {}. Concerns wait there until somebody does.", vacant.name, roles.join(", "))
}

#[derive(Template)]
#[template(path = "people/list.html")]
pub(super) struct ListPage {
    pub shell: Shell,
    pub vacant: Vec<String>,
    pub count: String,
    /// Whether the rules of signing in are the reader's to change.
    pub rules: bool,
    pub rows: Vec<PersonRow>,
}

#[derive(Template)]
#[template(path = "people/person.html")]
pub(super) struct PersonPage {
    pub shell: Shell,
    pub csrf: Csrf,
    pub email: String,
    pub row: PersonRow,
    pub new_post: String,
    pub send_link: String,
    pub second_step: &'static str,
    pub reset: Option<String>,
    pub sign_out: String,
    pub link_words: &'static str,
    pub link_button: &'static str,
}

impl PersonPage {
    pub(super) fn new(shell: Shell, csrf: Csrf, entry: &Entry, row: PersonRow, holding: Holding) -> Self {
        let (link_words, link_button) = match entry.arrival {
            Arrival::NoPassword => (
                "We mailed a link by which they choose a password. It works for 7 days, and once.",
                "Send the link again",
            ),
            Arrival::NotYet | Arrival::SignedIn(_) => (
                "If they cannot sign in, send a link by which they choose a new password. The old one works until then.",
                "Send a link for a new password",
            ),
        };
        Self {
            shell,
            csrf,
            email: entry.person.email.clone(),
            new_post: urls::new_post(entry.person.id),
            send_link: urls::person_link(entry.person.id),
            second_step: match holding {
                Holding { app: Asked::Yes, passkeys: 1.. } => {
                    "They have a second step, a code from an app, and passkeys."
                }
                Holding { app: Asked::Yes, .. } => {
                    "They have a second step: a code from an app, besides their password."
                }
                Holding { app: Asked::No, passkeys: 1.. } => {
                    "They sign in with a passkey, which is both steps at once."
                }
                Holding { app: Asked::No, .. } => "They have no second step.",
            },
            reset: (holding.app == Asked::Yes || holding.passkeys > 0)
                .then(|| urls::reset_second_step(entry.person.id)),
            sign_out: urls::end_sessions_of(entry.person.id),
            row,
            link_words,
            link_button,
        }
    }
}

/// The questions of a new person.
pub(super) fn person_parts(typed: &Typed, found: Found<'_>, places: &[AtPlace]) -> Vec<Part> {
    let mut parts = vec![
        Part::Text(found.text(typed, "name", "Full name").kind(Kind::Name).autocomplete("off")),
        Part::Text(
            found
                .text(typed, "email", "Email address")
                .kind(Kind::Email)
                .autocomplete("off")
                .hint("Their own, not one that several people read. They sign in with it"),
        ),
    ];
    parts.extend(post_parts(typed, found, places));
    parts
}

/// The questions of a post.
pub(super) fn post_parts(typed: &Typed, found: Found<'_>, places: &[AtPlace]) -> Vec<Part> {
    let mut role = Choices::new("role", "What do they do?").error(found.at("role"));
    for each in Role::ALL {
        role = role.option(each.key(), capital(each.title()));
        if let Some(hint) = does(each) {
            role = role.leading_to(hint);
        }
    }
    let mut place = Choices::new("place", "Where?").error(found.at("place"));
    for at in places {
        place = place.option(at.key.clone(), at.name.clone());
        if at.place == Place::Trust {
            place = place.leading_to("At the trust, and so at each of its schools");
        }
    }
    let only = if let [one] = places { one.key.as_str() } else { "" };
    let chosen = if typed.get("place").is_empty() { only } else { typed.get("place") };
    let mut to_on = found.date(
        typed,
        "to_on",
        "Last day",
        "Only if you know it. An inspector needs one. For example, 23 7 2027",
    );
    to_on.need = crate::web::field::Need::Optional;
    vec![
        Part::Radios(role.chosen(&[typed.get("role")])),
        Part::Radios(place.chosen(&[chosen])),
        Part::Text(
            found
                .text(typed, "year_groups", "Year groups, for class teachers and tutors")
                .hint("With commas between them, for example: Reception, Year 4. A concern goes to the teacher of the child’s year")
                .optional(),
        ),
        Part::Date(found.date(typed, "from_on", "First day", "For example, 23 9 2026")),
        Part::Date(to_on),
        Part::Radios(panel(typed, found)),
        Part::Text(
            found
                .text(typed, "independence_reason", "For panel members: why do they count as independent?")
                .hint("For example: retired head of a school of another trust, no tie to ours")
                .optional(),
        ),
    ]
}

fn panel(typed: &Typed, found: Found<'_>) -> Choices {
    Choices::new("independence", "For panel members: how do they stand to the school?")
        .hint("A panel needs at least one member who is independent of the management and running of the school")
        .option("independent", "Independent")
        .leading_to("From outside the school and the trust")
        .option("sister_school", "Governor of another school of the trust")
        .option("none", "Governor, trustee or staff of the school or the trust")
        .chosen(&[typed.get("independence")])
        .error(found.at("independence"))
        .optional()
}

fn does(role: Role) -> Option<&'static str> {
    match role {
        Role::ComplaintsCoordinator => Some("Logs, acknowledges and chases; never decides"),
        Role::Clerk => Some("Convenes panels and never sits on them"),
        Role::SchoolOffice => Some("Records calls and letters"),
        Role::TrustOfficer => Some("Works for the trust across its schools"),
        Role::PanelMember => Some("May be asked to sit on a panel"),
        Role::Administrator => Some("Looks after people and settings; sees no case"),
        Role::ExecutiveHead => Some("Heads several schools, above their heads"),
        Role::DataProtectionOfficer => Some("Is told of complaints about personal data and sees those"),
        Role::ChiefExecutive => Some("Leads the trust; has what is about its staff, sees no other case"),
        Role::ChairOfTrustees => Some("Has what is about the chief executive, sees no other case"),
        Role::Trustee => Some("May be asked to decide or to sit on a panel"),
        Role::Investigator => Some("From outside; looks into what nobody inside may"),
        Role::Inspector => Some("Reads every case until the last day of the post, changes nothing"),
        Role::ClassTeacher
        | Role::FormTutor
        | Role::SeniorLeader
        | Role::Headteacher
        | Role::ChairOfGovernors
        | Role::ViceChairOfGovernors
        | Role::Governor
        | Role::DesignatedSafeguardingLead => None,
    }
}

/// What was typed about a post.
pub(super) fn post_form(typed: &Typed) -> PostForm {
    let given = |name: &str| typed.get(name).to_owned();
    PostForm {
        role: given("role"),
        place: given("place"),
        year_groups: given("year_groups"),
        from_on: date_of(typed, "from_on"),
        to_on: date_of(typed, "to_on"),
        independence: given("independence"),
        independence_reason: given("independence_reason"),
    }
}

/// What was typed about a person.
pub(super) fn person_form(typed: &Typed) -> PersonForm {
    PersonForm {
        name: typed.get("name").to_owned(),
        email: typed.get("email").to_owned(),
        post: post_form(typed),
    }
}

/// An empty form, with today as the first day.
pub(super) fn fresh(today: NaiveDate, role: &str, school: &str) -> Typed {
    use chrono::Datelike as _;
    Typed::default()
        .with("from_on-day", today.day().to_string())
        .with("from_on-month", today.month().to_string())
        .with("from_on-year", today.year().to_string())
        .with("role", role)
        .with("place", school)
}

/// The school's date of that moment.
pub(super) fn today(app: &crate::app::App) -> NaiveDate {
    local_date(app.now())
}
