//! A school's own pages for families: start, procedure, privacy, paper form, and what the ways out do.

pub mod handle;

use std::sync::Arc;

use askama::Template;

use crate::app::world::World;
use crate::domain::case::vocabulary::RedirectReason;
use crate::domain::procedure::{ExitText, Procedure, StepText};
use crate::urls;
use crate::web::field::{Choices, Field, Kind, LabelSize, Problem, Width};
use crate::web::page::{Help, ModeBanner, Notice, NoticeTone, Shell};
use crate::web::parts::Link;

use crate::web::pages::addresses;
use crate::web::pages::family::{Face, HolidayWords, SERVICE, standing};
use crate::web::pages::raise::question::Scene;
use crate::web::pages::raise::show::{OnPaper, on_paper};
use crate::web::pages::raise::words::own_route_label;
use crate::web::pages::typed::Typed;

/// The schools by name: a family that lost its link, or never had one, begins here.
#[derive(Template)]
#[template(path = "school/all.html")]
pub struct AllPage {
    shell: Shell,
    /// By name.
    schools: Vec<SchoolLinks>,
}

/// A school on the page of all schools.
#[derive(Clone, Debug)]
struct SchoolLinks {
    name: String,
    phone: String,
    start: String,
    find: String,
}

impl AllPage {
    /// The page.
    pub fn new(worlds: &[Arc<World>], mode: Option<ModeBanner>) -> Self {
        let note = "Each school’s number stands beside its name on this page.".to_owned();
        let help = Help { note: Some(note), ..Help::new("Call the school if you cannot go on") };
        let mut shell = Shell::parent("", "Which school is it about?", help);
        shell.school = None;
        shell.service = SERVICE.into();
        shell.home = urls::SCHOOLS.into();
        shell.mode = mode;
        let mut schools: Vec<SchoolLinks> = worlds
            .iter()
            .map(|world| SchoolLinks {
                name: world.school.name.clone(),
                phone: world.school.phone.clone(),
                start: urls::school(&world.school.slug),
                find: urls::find_my_case(&world.school.slug),
            })
            .collect();
        schools.sort_by_key(|school| school.name.to_lowercase());
        Self { shell, schools }
    }
}

/// The start page (P1).
#[derive(Template)]
#[template(path = "school/start.html")]
pub struct StartPage {
    shell: Shell,
    face: Face,
    holiday: Option<HolidayWords>,
    raise: String,
    /// Who to call when a child is at risk, in full.
    at_risk: String,
    procedure: String,
    paper: String,
    find: String,
    /// Until when answers are kept that are given now: "26 November 2026 at 7:15am".
    until: String,
    /// Matters with a route of their own, each with its page.
    elsewhere: Vec<Link>,
}

/// The matters that families most often bring to the wrong door.
const ELSEWHERE: [RedirectReason; 5] = [
    RedirectReason::Admissions,
    RedirectReason::Exclusion,
    RedirectReason::SpecialNeedsAssessment,
    RedirectReason::ExamResults,
    RedirectReason::DataRights,
];

impl StartPage {
    /// The page.
    pub fn new(face: &Face, until: String) -> Self {
        let slug = &face.slug;
        let mut shell = face.shell("Tell us if something is wrong", urls::school(slug));
        shell.exit = None;
        Self {
            shell,
            face: face.clone(),
            holiday: face.holiday_words(),
            raise: urls::raise(slug),
            at_risk: urls::child_at_risk(slug),
            procedure: urls::procedure(slug),
            paper: urls::paper_form(slug),
            find: urls::find_my_case(slug),
            until,
            elsewhere: ELSEWHERE
                .into_iter()
                .map(|matter| Link::new(own_route_label(matter), urls::where_to_go(slug, matter.key())))
                .collect(),
        }
    }
}

/// Who to call when a child is at risk: the start page has the shortest of it (P2).
#[derive(Template)]
#[template(path = "school/at_risk.html")]
pub struct ChildAtRiskPage {
    shell: Shell,
    face: Face,
    raise: String,
}

impl ChildAtRiskPage {
    /// The page.
    pub fn new(face: &Face) -> Self {
        let slug = &face.slug;
        let mut shell = face.shell("Who to call when a child is at risk", urls::child_at_risk(slug));
        shell.back = Some(urls::school(slug));
        Self { shell, face: face.clone(), raise: urls::raise(slug) }
    }
}

/// The published procedure, with a way to ask for a copy (R7).
#[derive(Template)]
#[template(path = "school/procedure.html")]
pub struct ProcedurePage {
    shell: Shell,
    title: String,
    version: u32,
    steps: Vec<StepText>,
    rules: Vec<String>,
    exits: Vec<ExitText>,
    fields: [Field; 2],
    /// Which of two addresses, where the one that was typed looks mistyped.
    which: Option<Choices>,
    address: Field,
    problems: Vec<Problem>,
    action: String,
    raise: String,
    csrf: String,
}

/// A request for a copy of the procedure, as it stands on its page.
#[derive(Clone, Debug)]
pub enum CopyRequest<'a> {
    /// Nobody asked yet.
    None,
    /// It was taken, and is on its way.
    Taken,
    /// It came back with something to put right.
    Refused(&'a Typed, Vec<Problem>),
}

impl ProcedurePage {
    /// The page.
    pub fn new(face: &Face, procedure: &Procedure, request: CopyRequest<'_>, csrf: &str) -> Self {
        let slug = &face.slug;
        let mut shell = face.shell("How we deal with concerns and complaints", urls::procedure(slug));
        shell.exit = None;
        shell.back = Some(urls::school(slug));
        let empty = Typed::default();
        let (typed, problems) = match request {
            CopyRequest::None => (&empty, Vec::new()),
            CopyRequest::Taken => {
                shell.notice = Some(copy_taken());
                (&empty, Vec::new())
            }
            CopyRequest::Refused(typed, problems) => (typed, problems),
        };
        shell.standing = standing(&problems);
        let error = |field: &str| error_at(&problems, field);
        let field = |name: &'static str, label: &'static str| {
            Field::new(name, label).value(typed.get(name)).error(error(name))
        };
        Self {
            title: procedure.title.clone(),
            version: procedure.version,
            steps: procedure.steps(),
            rules: procedure.general_rules(),
            exits: procedure.exit_texts(),
            fields: [
                field("name", "Your name").kind(Kind::Name).autocomplete("name"),
                field("email", "Email address").kind(Kind::Email).autocomplete("email").optional(),
            ],
            which: addresses::which(typed, &problems),
            address: field("address", "Postal address").autocomplete("street-address").rows(4).optional(),
            problems,
            action: urls::procedure_copies(slug),
            raise: urls::raise(slug),
            csrf: csrf.to_owned(),
            shell,
        }
    }
}

fn error_at(problems: &[Problem], field: &str) -> Option<String> {
    problems.iter().find(|problem| problem.field == field).map(|problem| problem.text.clone())
}

fn copy_taken() -> Notice {
    Notice {
        tone: NoticeTone::Done,
        text: "We are sending you a copy of the procedure".into(),
        detail: Some("By email it comes in a few minutes. By post it takes a few days.".into()),
        link: None,
    }
}

/// The privacy notice (4.2, 4.3): plain, and true of this program.
#[derive(Template)]
#[template(path = "school/privacy.html")]
pub struct PrivacyPage {
    shell: Shell,
    face: Face,
}

impl PrivacyPage {
    /// The page.
    pub fn new(face: &Face) -> Self {
        let mut shell = face.shell("Privacy notice", urls::privacy(&face.slug));
        shell.back = Some(urls::school(&face.slug));
        shell.exit = None;
        Self { shell, face: face.clone() }
    }
}

/// What "Exit this page" can and cannot hide (P19).
#[derive(Template)]
#[template(path = "school/exit.html")]
pub struct ExitPage {
    shell: Shell,
}

impl ExitPage {
    /// The page.
    pub fn new(face: &Face) -> Self {
        let mut shell = face.shell("What “Exit this page” does", urls::about_exit(&face.slug));
        shell.back = Some(urls::school(&face.slug));
        Self { shell }
    }
}

/// The same questions on paper, in the same order and with the same answers to choose (P44).
#[derive(Template)]
#[template(path = "school/paper.html")]
pub struct PaperPage {
    shell: Shell,
    face: Face,
    questions: Vec<OnPaper>,
}

impl PaperPage {
    /// The page.
    pub fn new(face: &Face, scene: Scene) -> Self {
        let mut shell = face.shell("Paper form, interpreters and other ways", urls::paper_form(&face.slug));
        shell.back = Some(urls::school(&face.slug));
        shell.exit = None;
        Self { shell, face: face.clone(), questions: on_paper(scene) }
    }
}

/// Asks for a new link to one's own case. The same words follow for every address (P33).
#[derive(Template)]
#[template(path = "school/find.html")]
pub struct FindPage {
    shell: Shell,
    face: Face,
    email: Field,
    /// Which of two addresses, where the one that was typed looks mistyped.
    which: Option<Choices>,
    problems: Vec<Problem>,
    action: String,
    csrf: String,
}

impl FindPage {
    /// The page, with what was typed and what is to be put right.
    pub fn new(face: &Face, typed: &Typed, problems: Vec<Problem>, csrf: &str) -> Self {
        let action = urls::find_my_case(&face.slug);
        let mut shell = face.shell("Find your concern again", action.clone());
        shell.standing = standing(&problems);
        shell.back = Some(urls::school(&face.slug));
        let email = Field::new("email", "Email address")
            .label_size(LabelSize::Medium)
            .hint("The one that you gave us.")
            .kind(Kind::Email)
            .autocomplete("email")
            .width(Width::Full)
            .value(typed.get("email"))
            .error(error_at(&problems, "email"));
        let which = addresses::which(typed, &problems);
        Self { shell, face: face.clone(), email, which, problems, action, csrf: csrf.to_owned() }
    }
}

/// What follows, whether or not we know the address (P33).
#[derive(Template)]
#[template(path = "school/found.html")]
pub struct FoundPage {
    shell: Shell,
    face: Face,
    again: String,
    code: String,
}

impl FoundPage {
    /// The page.
    pub fn new(face: &Face) -> Self {
        let again = urls::find_my_case(&face.slug);
        let mut shell = face.shell("Check your email", again.clone());
        shell.back = Some(again.clone());
        Self { shell, face: face.clone(), again, code: urls::case_code(&face.slug) }
    }
}

/// The accessibility statement of this installation.
#[derive(Template)]
#[template(path = "school/accessibility.html")]
pub struct AccessibilityPage {
    shell: Shell,
}

impl AccessibilityPage {
    /// The page; it belongs to no one school.
    pub fn new() -> Self {
        let mut shell =
            Shell::parent("", "Accessibility statement", Help::new("Something does not work for you?"));
        shell.school = None;
        shell.path = urls::ACCESSIBILITY.into();
        Self { shell }
    }
}

impl Default for AccessibilityPage {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::domain::procedure::defaults;
    use crate::web::pages::family::tests::{hazel_lane, on_holiday};
    use crate::web::pages::raise::pages::WhereToGoPage;
    use crate::web::pages::raise::question::Question;
    use crate::web::pages::raise::show::title;
    use crate::web::pages::raise::tests::scene;
    use crate::web::pages::read_aloud;

    const UNTIL: &str = "18 October 2026 at 3:05pm";

    fn procedure() -> Procedure {
        defaults().iter().find(|one| one.key == "MAT-SEED").unwrap().clone()
    }

    /// Every page of a school, as it is drawn.
    pub(crate) fn drawn() -> Vec<(String, String)> {
        let face = hazel_lane();
        let typed = Typed::default().with("email", "zoe");
        let wrong = |field: &str| {
            vec![Problem {
                field: field.to_owned(),
                text: "Enter an email address in the form name@example.com".to_owned(),
            }]
        };
        let refused = CopyRequest::Refused(&typed, wrong("email"));
        let page = |name: &str, html: askama::Result<String>| (name.to_owned(), html.unwrap());
        vec![
            page("start", StartPage::new(&face, UNTIL.into()).render()),
            page("start-holiday", StartPage::new(&on_holiday(), UNTIL.into()).render()),
            page("procedure", ProcedurePage::new(&face, &procedure(), CopyRequest::None, "t").render()),
            page(
                "procedure-taken",
                ProcedurePage::new(&face, &procedure(), CopyRequest::Taken, "t").render(),
            ),
            page("procedure-error", ProcedurePage::new(&face, &procedure(), refused, "t").render()),
            page("where-to-go", WhereToGoPage::new(RedirectReason::Exclusion, &face).render()),
            page("privacy", PrivacyPage::new(&face).render()),
            page("exit", ExitPage::new(&face).render()),
            page("paper", PaperPage::new(&face, scene()).render()),
            page("find", FindPage::new(&face, &Typed::default(), Vec::new(), "t").render()),
            page("find-error", FindPage::new(&face, &typed, wrong("email"), "t").render()),
            page("found", FoundPage::new(&face).render()),
            page("child-at-risk", ChildAtRiskPage::new(&face).render()),
            page("child-at-risk-holiday", ChildAtRiskPage::new(&on_holiday()).render()),
            page("accessibility", AccessibilityPage::new().render()),
        ]
    }

    #[test]
    fn every_page_of_a_school_keeps_the_manners() {
        for (name, html) in drawn() {
            read_aloud::check(&name, &html);
            assert_eq!(html.matches("<h1").count(), 1, "{name} has one heading");
        }
    }

    /// P1, P2, P45
    #[test]
    fn the_start_page_says_what_it_is_for_and_what_not() {
        let html = StartPage::new(&on_holiday(), UNTIL.into()).render().unwrap();
        let said = [
            "tel:999",
            "about 20 short pages",
            "children’s services, day or night",
            "/schools/hazel-lane/child-at-risk",
            "School is closed until Monday 2 November 2026",
            "exclusion",
            "0117 496 0123",
            "paper form",
            "/schools/hazel-lane/raise\"",
        ];
        for words in said {
            assert!(html.contains(words), "{words}");
        }
    }

    /// P1: each matter with a route of its own is one click away.
    #[test]
    fn the_start_page_leads_to_what_has_a_route_of_its_own() {
        let html = StartPage::new(&hazel_lane(), UNTIL.into()).render().unwrap();
        for matter in ELSEWHERE {
            let href = format!("href=\"/schools/hazel-lane/where-to-go/{}\"", matter.key());
            assert!(html.contains(&href), "{href}");
        }
    }

    /// P2: who to call stands in full on a page of its own; a school that is closed is nobody to call.
    #[test]
    fn the_page_of_a_child_at_risk_names_everybody_who_can_be_called_now() {
        let open = ChildAtRiskPage::new(&hazel_lane()).render().unwrap();
        for who in [
            "tel:999",
            "tel:08088005000",
            "tel:08001111",
            "0117 496 0124",
            "tel:01174960123\">0117 496 0123</a> and ask",
        ] {
            assert!(open.contains(who), "{who}");
        }
        let closed = ChildAtRiskPage::new(&on_holiday()).render().unwrap();
        assert!(
            closed.contains("The school is closed until Monday 2 November 2026. Nobody may answer there")
        );
        assert!(!closed.contains("and ask for the safeguarding lead"), "{closed}");
    }

    /// P44: the paper form asks what the pages ask, in their order, with their answers as boxes.
    #[test]
    fn the_paper_form_asks_the_same_in_the_same_order() {
        let html = PaperPage::new(&hazel_lane(), scene()).render().unwrap();
        let left_out =
            [Question::AtRisk, Question::OwnRoute, Question::OwnRouteHelp, Question::Points, Question::Files];
        let asked = Question::ALL.iter().filter(|question| !left_out.contains(question));
        let places: Vec<usize> = asked
            .map(|question| html.find(title(*question)).unwrap_or_else(|| panic!("{question:?}")))
            .collect();
        assert!(places.is_sorted(), "{places:?}");
        for choice in ["The headteacher", "A formal complaint", "It is still going on", "Another relative"] {
            assert!(html.contains(&format!("</span> {choice}")), "{choice} is a box");
        }
    }

    /// R7: the page says the whole procedure, and a copy can be asked for.
    #[test]
    fn the_procedure_page_says_every_step_and_offers_a_copy() {
        let html = ProcedurePage::new(&hazel_lane(), &procedure(), CopyRequest::None, "t").render().unwrap();
        for step in procedure().steps() {
            assert!(html.contains(&step.title), "{}", step.title);
        }
        assert!(html.contains("Department for Education"));
        assert!(html.contains("action=\"/schools/hazel-lane/procedure/copies\""));
    }
}
