//! Where a matter goes that is not for the complaints procedure (2.7, R13): who decides it in that nation, and until
//! when they can be asked. What has a route of its own has its own time limit, and the family must not learn of it late.

use crate::domain::case::vocabulary::RedirectReason;
use crate::domain::school::Nation;

use Nation::{England, NorthernIreland, Scotland, Wales};

/// The route of a matter in a nation, a paragraph each: who decides, until when, and what stays with the school.
pub(super) fn where_to_go(reason: RedirectReason, nation: Nation) -> Vec<&'static str> {
    let (who, stays) = who_decides(reason, nation);
    [Some(who), time_limit(reason, nation), stays].into_iter().flatten().collect()
}

/// Who decides it, and what of it the school still looks at.
fn who_decides(reason: RedirectReason, nation: Nation) -> (&'static str, Option<&'static str>) {
    match reason {
        RedirectReason::Admissions => (admissions(nation), None),
        RedirectReason::SpecialNeedsAssessment => {
            (special_needs(nation), Some("The support that a child gets in school stays with us."))
        }
        RedirectReason::Reorganisation => (reorganisation(nation), None),
        RedirectReason::ChildProtection => (child_protection(nation), None),
        RedirectReason::Exclusion => {
            (exclusion(nation), Some("How the behaviour policy was used on other days stays with us."))
        }
        RedirectReason::Whistleblowing => (
            "People who work for the school raise this under its whistleblowing policy. The office can send it to \
             you. The policy also names bodies outside the school.",
            Some("The charity Protect gives free advice to people at work who want to report something."),
        ),
        RedirectReason::StaffGrievance => (
            "People who work for the school raise this under its grievance procedure. Your manager or the office can \
             send it to you. Your union can help you too.",
            None,
        ),
        RedirectReason::StaffConduct => (
            "It is being addressed under the school's own procedure for staff. The law does not let us tell you the \
             details.",
            Some("What happened to your child stays with us."),
        ),
        RedirectReason::ThirdPartyProvider => (
            "The service that uses the school's site has its own complaints procedure. The office can tell you whom \
             to ask.",
            Some("If a child is not safe there, tell us at once."),
        ),
        RedirectReason::CurriculumContent => (curriculum(nation), Some("How we teach it stays with us.")),
        RedirectReason::DataRights => (
            "The school's data protection officer deals with requests about personal data. The privacy notice below \
             says how to reach them. The law sets the time, and you need not ask again.",
            Some("If the answer does not come or is not right, you can go to the Information Commissioner."),
        ),
        RedirectReason::InformationRequest => (
            "The school answers requests for information under a law of its own. You need not ask again: the time of \
             that law runs from the day on which you asked.",
            Some(information_commissioner(nation)),
        ),
        RedirectReason::ExamResults => {
            (exam_results(nation), Some("A mark that we gave ourselves stays with us."))
        }
        RedirectReason::Crime => {
            ("The police look into crimes. Call 101, or 999 if somebody is in danger now.", None)
        }
        RedirectReason::AnotherSchool => (
            "It is about a school that is not ours, so we cannot look into it and have not passed it on. Write to that \
             school: its own complaints procedure says who answers.",
            Some("Send them what you sent us. You can use this letter to show when you first wrote."),
        ),
    }
}

fn admissions(nation: Nation) -> &'static str {
    match nation {
        England => {
            "School places are decided by your council or the school's admission authority. You can appeal to an \
             independent panel."
        }
        Wales => {
            "School places are decided by your council or the school's own admission authority. You can appeal to an \
             independent panel."
        }
        Scotland => {
            "Your council decides about placing requests. You can appeal to its education appeal committee."
        }
        NorthernIreland => {
            "Each school's governors decide about places, and the Education Authority runs admissions. You can appeal \
             to an independent tribunal."
        }
    }
}

fn special_needs(nation: Nation) -> &'static str {
    match nation {
        England => {
            "Your council decides about assessments and plans for special educational needs. You can ask for mediation, \
             and appeal to the SEND tribunal."
        }
        Wales => {
            "Your council decides about individual development plans where you ask it to look again. You can appeal to \
             the Education Tribunal for Wales."
        }
        Scotland => {
            "Your council decides about co-ordinated support plans. You can ask for mediation, and appeal to the \
             Additional Support Needs Tribunal."
        }
        NorthernIreland => {
            "The Education Authority decides about assessments and statements of special educational needs. You can \
             appeal to the tribunal for special educational needs and disability."
        }
    }
}

fn reorganisation(nation: Nation) -> &'static str {
    match nation {
        England => "Your council or the Department for Education decides about changes to schools.",
        Wales => "Your council decides about changes to schools, and in some cases the Welsh Ministers.",
        Scotland => {
            "Your council decides about changes to schools. The Scottish Ministers can look at a closure."
        }
        NorthernIreland => {
            "The Education Authority proposes changes to schools, and the Department of Education decides."
        }
    }
}

fn child_protection(nation: Nation) -> &'static str {
    match nation {
        England | Wales => {
            "The school's safeguarding lead and the council's children's services look into the safety of children. \
             Their numbers are at the end of this letter."
        }
        Scotland => {
            "The school's child protection co-ordinator and the council's social workers look into the safety of \
             children. The numbers are at the end of this letter."
        }
        NorthernIreland => {
            "The school's designated teacher and the Gateway team of the health and social care trust look into the \
             safety of children. The numbers are at the end of this letter."
        }
    }
}

fn exclusion(nation: Nation) -> &'static str {
    match nation {
        England => {
            "The governors review suspensions and permanent exclusions. After a permanent exclusion you can ask for an \
             independent review panel."
        }
        Wales => {
            "The governors' discipline committee reviews exclusions. After a permanent exclusion you can appeal to an \
             independent panel."
        }
        Scotland => "You can appeal against an exclusion to the council's education appeal committee.",
        NorthernIreland => {
            "The letter about the suspension says whom to ask. After an expulsion you can appeal to an independent \
             tribunal."
        }
    }
}

fn curriculum(nation: Nation) -> &'static str {
    match nation {
        England => "The Department for Education decides what the national curriculum says.",
        Wales => "The Welsh Government decides what the Curriculum for Wales says.",
        Scotland => {
            "Education Scotland and the Scottish Government decide what the national curriculum says."
        }
        NorthernIreland => {
            "The Department of Education and the Council for the Curriculum, Examinations and Assessment decide what \
             the curriculum says."
        }
    }
}

fn exam_results(nation: Nation) -> &'static str {
    match nation {
        England | Wales | NorthernIreland => {
            "The exam board deals with results. The school's exams officer can ask it for a review, and then for an \
             appeal."
        }
        Scotland => {
            "The national qualifications body deals with results. The school or the pupil can ask it for an appeal."
        }
    }
}

fn information_commissioner(nation: Nation) -> &'static str {
    match nation {
        England | Wales | NorthernIreland => {
            "If the answer does not come or is not right, you can go to the Information Commissioner."
        }
        Scotland => {
            "If the answer does not come or is not right, ask us to review it. After that you can go to the Scottish \
             Information Commissioner."
        }
    }
}

/// Until when the other route is open. A number of days stands here only where docs/DOMAIN.md names the source of it: a
/// family that is told a wrong one loses its right. Everywhere else the letter with the decision says it.
fn time_limit(reason: RedirectReason, nation: Nation) -> Option<&'static str> {
    match reason {
        RedirectReason::Admissions => Some(match nation {
            England => {
                "Look at the date first: the letter about the place says until when you can appeal. You have at least \
                 20 school days from that letter."
            }
            Scotland => {
                "Look at the date first: you have 28 days from the day on which you got the council's decision."
            }
            Wales | NorthernIreland => THE_LETTER_SAYS,
        }),
        RedirectReason::SpecialNeedsAssessment => Some(match nation {
            England => {
                "Look at the date first: you have two months from the date on the council's letter, or one month from \
                 the date on the mediation certificate if that is later."
            }
            Wales | Scotland | NorthernIreland => THE_LETTER_SAYS,
        }),
        RedirectReason::Exclusion => Some(match nation {
            England => {
                "Look at the date first: you have 15 school days from the day on which the governors sent their decision \
                 to ask for the independent panel."
            }
            Wales | NorthernIreland => THE_LETTER_SAYS,
            Scotland => "Ask soon: the letter about the exclusion says how to appeal.",
        }),
        RedirectReason::ExamResults => Some("Ask soon: the last dates come within weeks of the results."),
        RedirectReason::Reorganisation
        | RedirectReason::ChildProtection
        | RedirectReason::Whistleblowing
        | RedirectReason::StaffGrievance
        | RedirectReason::StaffConduct
        | RedirectReason::ThirdPartyProvider
        | RedirectReason::CurriculumContent
        | RedirectReason::DataRights
        | RedirectReason::InformationRequest
        | RedirectReason::Crime
        | RedirectReason::AnotherSchool => None,
    }
}

const THE_LETTER_SAYS: &str = "Look at the date first: the letter with the decision says until when you can appeal. Ask soon, because \
    there is a time limit.";
