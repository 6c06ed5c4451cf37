//! The words of the choices: roles, languages, and where a matter with its own route goes (2.7).

use crate::domain::case::vocabulary::{Flag, PreferredContact, RedirectReason, Relationship, SubjectRole};
use crate::domain::phase::Phase;
use crate::domain::school::Nation;
use crate::web::parts::Link;

/// Languages offered, by tag and by their own name; common first languages of pupils in UK schools.
pub const LANGUAGES: [(&str, &str); 24] = [
    ("en", "English"),
    ("cy", "Cymraeg (Welsh)"),
    ("ar", "العربية (Arabic)"),
    ("bn", "বাংলা (Bengali)"),
    ("bg", "Български (Bulgarian)"),
    ("zh", "中文 (Chinese)"),
    ("fa", "فارسی (Farsi, Dari)"),
    ("fr", "Français (French)"),
    ("gu", "ગુજરાતી (Gujarati)"),
    ("hi", "हिन्दी (Hindi)"),
    ("it", "Italiano (Italian)"),
    ("lt", "Lietuvių (Lithuanian)"),
    ("pl", "Polski (Polish)"),
    ("pt", "Português (Portuguese)"),
    ("pa", "ਪੰਜਾਬੀ (Punjabi)"),
    ("ps", "پښتو (Pashto)"),
    ("ro", "Română (Romanian)"),
    ("so", "Soomaali (Somali)"),
    ("es", "Español (Spanish)"),
    ("ta", "தமிழ் (Tamil)"),
    ("tr", "Türkçe (Turkish)"),
    ("uk", "Українська (Ukrainian)"),
    ("ur", "اردو (Urdu)"),
    ("bfi", "British Sign Language"),
];

/// The name of a language of the list.
pub fn language_name(tag: &str) -> Option<&'static str> {
    LANGUAGES.iter().find(|(known, _)| *known == tag).map(|(_, name)| *name)
}

/// Those whom "a governor or the clerk" may mean.
pub const GOVERNORS: [SubjectRole; 6] = [
    SubjectRole::Governor,
    SubjectRole::ChairOfGovernors,
    SubjectRole::ViceChairOfGovernors,
    SubjectRole::MajorityOfGoverningBody,
    SubjectRole::GoverningBody,
    SubjectRole::Clerk,
];

/// Those whom "somebody at the trust" may mean.
pub const TRUST: [SubjectRole; 6] = [
    SubjectRole::ExecutiveHead,
    SubjectRole::TrustStaff,
    SubjectRole::ChiefExecutive,
    SubjectRole::Trustee,
    SubjectRole::ChairOfTrustees,
    SubjectRole::TrustBoard,
];

/// A role as an answer to choose, with a capital, in the words of a school of that phase.
pub const fn role_label(role: SubjectRole, phase: Phase) -> &'static str {
    match role {
        SubjectRole::ClassTeacher => match phase {
            Phase::Primary => "The class teacher",
            Phase::Secondary => "The form tutor or a subject teacher",
            Phase::Either => "The class teacher or form tutor",
        },
        SubjectRole::Staff => "Another member of staff",
        SubjectRole::Headteacher => "The headteacher",
        SubjectRole::ExecutiveHead => "The executive headteacher",
        SubjectRole::Governor => "A governor",
        SubjectRole::ViceChairOfGovernors => "The vice-chair of governors",
        SubjectRole::ChairOfGovernors => "The chair of governors",
        SubjectRole::MajorityOfGoverningBody => "Most of the governors",
        SubjectRole::GoverningBody => "All of the governors",
        SubjectRole::TrustStaff => "Somebody who works for the trust",
        SubjectRole::ChiefExecutive => "The chief executive",
        SubjectRole::Trustee => "A trustee",
        SubjectRole::ChairOfTrustees => "The chair of trustees",
        SubjectRole::TrustBoard => "All of the trustees",
        SubjectRole::Clerk => "The clerk to the governors",
        SubjectRole::Other => "Somebody else",
    }
}

/// A relationship as an answer to choose, with what it means.
pub const fn relationship_label(relationship: Relationship) -> (&'static str, Option<&'static str>) {
    match relationship {
        Relationship::Parent => ("Parent of a pupil", None),
        Relationship::Carer => {
            ("Carer of a pupil", Some("For example a grandparent, foster carer or guardian"))
        }
        Relationship::FormerParent => ("Parent of somebody who has left the school", None),
        Relationship::Pupil => ("Pupil", None),
        Relationship::Public => (
            "Another relative, a neighbour or member of the public",
            Some("For example a grandparent or an uncle who does not care for the child"),
        ),
        Relationship::Staff => ("Member of staff", None),
        Relationship::ThirdParty => (
            "Somebody who acts for a family",
            Some("We will ask the family to confirm it before we share anything with you"),
        ),
    }
}

/// What has its own law, as an answer to choose.
pub const fn flag_label(flag: Flag) -> (&'static str, &'static str) {
    match flag {
        Flag::ChildAtRisk => (
            "A child may be at risk of harm",
            "The member of staff who leads on safeguarding is told at once",
        ),
        Flag::DataProtection => (
            "How personal information was used or shared",
            "The law gives us 30 days to tell you that we have it",
        ),
        Flag::EarlyYears => (
            "Care or learning in nursery or Reception",
            "For children up to the end of Reception. The law gives us 28 days to tell you the outcome",
        ),
        Flag::SubjectAccess => (
            "Seeing what we hold about you or your child",
            "A request for personal information. The law gives us one month to answer it",
        ),
        Flag::InformationRequest => (
            "Information that the school holds, about no one person",
            "A request under freedom of information. The law gives us 20 school days to answer it",
        ),
        Flag::Equality => (
            "Being treated unfairly because of who somebody is",
            "For example because of race, disability, religion, sex or who somebody loves",
        ),
    }
}

/// A way to reach somebody, as an answer to choose.
pub const fn way_label(way: PreferredContact) -> &'static str {
    match way {
        PreferredContact::Email => "Email",
        PreferredContact::Text => "Text message",
        PreferredContact::Phone => "Phone call",
        PreferredContact::Post => "Letter",
    }
}

/// What a matter with its own route is called, as an answer to choose.
pub const fn own_route_label(reason: RedirectReason) -> &'static str {
    match reason {
        RedirectReason::Admissions => "Getting a place at a school",
        RedirectReason::SpecialNeedsAssessment => "An assessment or plan for special needs (EHC plan)",
        RedirectReason::Reorganisation => "Closing, merging or changing a school",
        RedirectReason::ChildProtection => "Keeping a child safe from harm",
        RedirectReason::Exclusion => "A suspension or permanent exclusion",
        RedirectReason::Whistleblowing => "Reporting wrongdoing at work",
        RedirectReason::StaffGrievance => "My own job at the school",
        RedirectReason::StaffConduct => "A member of staff being disciplined",
        RedirectReason::ThirdPartyProvider => "A club or company that uses the school’s building",
        RedirectReason::CurriculumContent => "What the national curriculum says",
        RedirectReason::DataRights => "Asking for a copy of information",
        RedirectReason::InformationRequest => "Asking what the school holds about a subject",
        RedirectReason::ExamResults => "An exam grade or result",
        RedirectReason::Crime => "A crime",
        RedirectReason::AnotherSchool => "Another school",
    }
}

/// The matters with their own route, in the order in which families meet them.
pub const OWN_ROUTES: [RedirectReason; 13] = [
    RedirectReason::Admissions,
    RedirectReason::Exclusion,
    RedirectReason::SpecialNeedsAssessment,
    RedirectReason::ExamResults,
    RedirectReason::DataRights,
    RedirectReason::InformationRequest,
    RedirectReason::ChildProtection,
    RedirectReason::Crime,
    RedirectReason::ThirdPartyProvider,
    RedirectReason::CurriculumContent,
    RedirectReason::Reorganisation,
    RedirectReason::StaffGrievance,
    RedirectReason::Whistleblowing,
];

/// Where a matter goes, and what of it the school can still look at.
#[derive(Clone, Debug)]
pub struct OwnRoute {
    /// The heading of the page.
    pub heading: &'static str,
    /// Who decides it and what to do, one paragraph each.
    pub go: Vec<&'static str>,
    /// Where to read more.
    pub links: Vec<Link>,
    /// What of it the school can look at; none when there is nothing.
    pub still_ours: Option<&'static str>,
}

/// Where a matter goes (2.7), in the words of that nation.
pub fn own_route(reason: RedirectReason, nation: Nation) -> OwnRoute {
    let (heading, go, still_ours) = own_route_words(reason);
    OwnRoute { heading, go: go.to_vec(), links: own_route_links(reason, nation), still_ours }
}

type RouteWords = (&'static str, &'static [&'static str], Option<&'static str>);

fn own_route_words(reason: RedirectReason) -> RouteWords {
    match reason {
        RedirectReason::Admissions => (
            "Places are decided by the admission authority",
            &[
                "The letter that told you about the place says how to appeal and by when. An independent panel hears the appeal.",
                "Check the date in that letter first. Appeals have short time limits.",
            ],
            Some("If it is about how we spoke to you or kept you informed, you can tell us here."),
        ),
        RedirectReason::SpecialNeedsAssessment => (
            "The council decides about assessments and plans",
            &[
                "Speak to the council’s special needs team. Its decision letter tells you about mediation and the tribunal, and by when to ask.",
                "Every area has a free and independent advice service for families. The council’s website has its number.",
            ],
            Some(
                "The help that your child gets in school is ours to look at, whether or not there is a plan.",
            ),
        ),
        RedirectReason::Reorganisation => (
            "Changes to schools are decided elsewhere",
            &[
                "The council or the government decides. The notice about the change says where to send your views and by when.",
            ],
            None,
        ),
        RedirectReason::ChildProtection => (
            "Tell somebody who can act today",
            &[
                "In an emergency call 999. Otherwise call the council’s children’s services, at any hour.",
                "You can also speak to the member of staff who leads on safeguarding. Call the school office and ask for them.",
            ],
            Some("If it is about how we dealt with a worry of yours, you can tell us here as well."),
        ),
        RedirectReason::Exclusion => (
            "Suspensions and exclusions have their own review",
            &[
                "The letter about the exclusion says how to ask the governors to look at it, and by when.",
                "After a permanent exclusion you can ask for an independent review. That letter has a time limit too.",
            ],
            Some("How the behaviour policy was used on other days is ours to look at."),
        ),
        RedirectReason::Whistleblowing => (
            "Use the whistleblowing policy",
            &[
                "If you work here and want to report wrongdoing, the whistleblowing policy protects you. Ask the office or the clerk for it.",
                "A free advice line for workers can help you before you decide.",
            ],
            None,
        ),
        RedirectReason::StaffGrievance => (
            "Use the staff grievance procedure",
            &["Speak to your manager, to the clerk if it is about the headteacher, or to your union."],
            None,
        ),
        RedirectReason::StaffConduct => (
            "Discipline of staff is private",
            &[
                "We can tell you that something is being dealt with. We cannot tell you what happened to a member of staff.",
            ],
            Some("What happened to your child is ours to look at."),
        ),
        RedirectReason::ThirdPartyProvider => (
            "Ask the club or company first",
            &[
                "Clubs and companies that use our building have their own complaints procedure. Ask them for it.",
            ],
            Some("If you think that a child is not safe there, or that we should know, tell us here."),
        ),
        RedirectReason::CurriculumContent => (
            "The government decides what the curriculum says",
            &["The Department for Education answers questions about what the national curriculum contains."],
            Some(
                "How we teach it is ours to look at. Worship and religious education are ours to look at too.",
            ),
        ),
        RedirectReason::DataRights => (
            "Ask for your information",
            &[
                "Write to the school office, say what you would like to see, and say that it is a request for information.",
                "The law gives us one month to answer a request for personal information.",
            ],
            Some(
                "If you think that we used or shared information wrongly, that is a complaint. Tell us here.",
            ),
        ),
        RedirectReason::InformationRequest => (
            "Ask for the information",
            &[
                "Write to the school office, say what you would like to know, and give your name and an address.",
                "The law gives us 20 school days to answer a request for information.",
            ],
            Some("If a request of yours was not dealt with well, tell us here."),
        ),
        RedirectReason::ExamResults => (
            "Exam boards look at results",
            &[
                "Ask the school’s exams officer for a review of marking as soon as you can. The dates are short.",
                "Only the school can ask the exam board for a review of a pupil’s result.",
            ],
            Some("How we prepared a pupil, or a mark that we gave ourselves, is ours to look at."),
        ),
        RedirectReason::AnotherSchool => (
            "Ask the other school",
            &[
                "Each school answers for itself. Write to that school, or find it in the list of schools here.",
            ],
            None,
        ),
        RedirectReason::Crime => (
            "Tell the police",
            &["In an emergency call 999. Otherwise call 101, or report it on the police website."],
            Some("We can look at our own part in it. We may have to wait until the police have finished."),
        ),
    }
}

fn own_route_links(reason: RedirectReason, nation: Nation) -> Vec<Link> {
    let gov = |text: &'static str, href: &'static str| vec![Link::new(text, href)];
    // These pages tell the rules of England; the other nations have rules of their own.
    let england = |text, href| match nation {
        Nation::England => gov(text, href),
        Nation::Wales | Nation::Scotland | Nation::NorthernIreland => Vec::new(),
    };
    match reason {
        RedirectReason::Admissions => england(
            "School admission appeals (GOV.UK)",
            "https://www.gov.uk/schools-admissions/appealing-a-schools-decision",
        ),
        RedirectReason::SpecialNeedsAssessment => england(
            "Special needs and disability (GOV.UK)",
            "https://www.gov.uk/children-with-special-educational-needs",
        ),
        RedirectReason::Exclusion => england(
            "School discipline and exclusions (GOV.UK)",
            "https://www.gov.uk/school-discipline-exclusions",
        ),
        RedirectReason::Whistleblowing => {
            gov("Whistleblowing for employees (GOV.UK)", "https://www.gov.uk/whistleblowing")
        }
        RedirectReason::DataRights | RedirectReason::InformationRequest => gov(
            "Your right to your information (Information Commissioner)",
            "https://ico.org.uk/for-the-public/",
        ),
        RedirectReason::ExamResults => {
            england("Appeal an exam result (GOV.UK)", "https://www.gov.uk/appeal-qualification-result")
        }
        RedirectReason::Crime => gov("Police.uk", "https://www.police.uk/"),
        RedirectReason::CurriculumContent => {
            england("The national curriculum (GOV.UK)", "https://www.gov.uk/national-curriculum")
        }
        RedirectReason::ChildProtection => children_services(nation),
        RedirectReason::Reorganisation
        | RedirectReason::StaffGrievance
        | RedirectReason::StaffConduct
        | RedirectReason::ThirdPartyProvider
        | RedirectReason::AnotherSchool => Vec::new(),
    }
}

/// Where the number of the council's children's services is found.
pub fn children_services(nation: Nation) -> Vec<Link> {
    match nation {
        Nation::England => vec![Link::new(
            "Find the council’s number (GOV.UK)",
            "https://www.gov.uk/report-child-abuse-to-local-council",
        )],
        Nation::Scotland => {
            vec![Link::new("Report child abuse (mygov.scot)", "https://www.mygov.scot/report-child-abuse")]
        }
        Nation::NorthernIreland => vec![Link::new(
            "Report child abuse and neglect (nidirect)",
            "https://www.nidirect.gov.uk/articles/reporting-child-abuse-and-neglect",
        )],
        Nation::Wales => vec![Link::new(
            "Find your council (GOV.WALES)",
            "https://www.gov.wales/find-your-local-authority",
        )],
    }
}
