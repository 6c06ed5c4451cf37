//! The closed sets of words of a case, each with its key (API, database) and the title that people read.

use serde::{Deserialize, Serialize};

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $key:literal, $title:literal;)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum $name {
            $($(#[$vdoc])* $variant,)+
        }

        impl $name {
            /// All of them, in the order in which people choose.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The word for it in the API and in the database.
            pub fn key(self) -> &'static str {
                match self { $(Self::$variant => $key,)+ }
            }

            /// What people read.
            pub fn title(self) -> &'static str {
                match self { $(Self::$variant => $title,)+ }
            }

            /// The one with that key.
            pub fn from_key(key: &str) -> Option<Self> {
                match key { $($key => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}

words! {
    /// What the complainant took their matter for (2.1).
    Kind {
        /// A comment with no request for action; it opens no clocks.
        Feedback = "feedback", "Feedback";
        /// A worry where reassurance is sought.
        Concern = "concern", "A concern";
        /// Dissatisfaction about something done or not done.
        Complaint = "complaint", "A formal complaint";
        /// The family leaves it to us.
        NotSure = "not_sure", "Not sure";
    }
}

words! {
    /// A way to reach somebody.
    ContactWay {
        /// By email.
        Email = "email", "the email address";
        /// By telephone.
        Phone = "phone", "the phone number";
        /// By post.
        Address = "address", "the postal address";
    }
}

words! {
    /// How a concern came (R8).
    Channel {
        /// Through the pages or the API, by the family.
        Online = "online", "online";
        /// By telephone.
        Phone = "phone", "by phone";
        /// In person.
        InPerson = "in_person", "in person";
        /// By letter.
        Letter = "letter", "by letter";
        /// By email.
        Email = "email", "by email";
    }
}

impl Channel {
    /// Whether somebody said it, and somebody else wrote it down (R9).
    pub fn is_spoken(self) -> bool {
        match self {
            Self::Phone | Self::InPerson => true,
            Self::Online | Self::Letter | Self::Email => false,
        }
    }
}

words! {
    /// What a party is to the child or the school (R8).
    Relationship {
        /// A parent of a pupil.
        Parent = "parent", "Parent";
        /// Somebody who cares for a pupil.
        Carer = "carer", "Carer";
        /// A parent of somebody who has left.
        FormerParent = "former_parent", "Parent of a former pupil";
        /// A pupil.
        Pupil = "pupil", "Pupil";
        /// Somebody else.
        Public = "public", "Member of the public";
        /// Somebody who works at the school.
        Staff = "staff", "Member of staff";
        /// Somebody who acts for another, with their consent.
        ThirdParty = "third_party", "Acting for somebody else";
    }
}

words! {
    /// How a party would like to be reached (P17).
    PreferredContact {
        /// By email.
        Email = "email", "Email";
        /// By text.
        Text = "text", "Text message";
        /// By telephone.
        Phone = "phone", "Phone";
        /// By letter.
        Post = "post", "Post";
    }
}

words! {
    /// As what somebody outside the school takes part.
    PartyKind {
        /// Raised it.
        Complainant = "complainant", "Complainant";
        /// Helps a complainant.
        Supporter = "supporter", "Supporter";
        /// Interprets.
        Interpreter = "interpreter", "Interpreter";
        /// Saw what happened.
        Witness = "witness", "Witness";
        /// Is asked whether somebody else may raise it for them or for their child (R10).
        AskedToAgree = "asked_to_agree", "Asked to agree";
    }
}

words! {
    /// What whoever said a concern says of what was written down (R9).
    WrittenDown {
        /// It is what they said.
        Right = "right", "Yes, this is what I said";
        /// Something is wrong or missing.
        PutRight = "put_right", "No, something is wrong or missing";
    }
}

words! {
    /// For whom somebody is asked to agree (R10).
    AgreesFor {
        /// For themselves: it was raised for them.
        Themselves = "themselves", "For themselves: it was raised for them";
        /// For a child who is too young to decide it: they have parental responsibility.
        Child = "child", "For a child who is too young to decide it: they have parental responsibility";
    }
}

words! {
    /// What somebody answers who is asked to agree (R10).
    ConsentAnswer {
        /// They agree.
        Agree = "agree", "Yes, I agree";
        /// They do not.
        Refuse = "refuse", "No, I do not agree";
    }
}

words! {
    /// Why somebody should not deal with a case themselves.
    RecusalReason {
        /// They know the family, or belong to it.
        KnowsTheFamily = "knows_the_family", "I know the family, or belong to it";
        /// They are close to whoever is complained about.
        CloseToSubject = "close_to_subject", "I am close to somebody who is complained about";
        /// They had a part in what happened.
        HadAPart = "had_a_part", "I had a part in what happened, or saw it";
        /// Another reason for which others might doubt them.
        Other = "other", "Another reason for which others might doubt that I am fair";
    }
}

words! {
    /// As what somebody helps a complainant (R20).
    HelpsAs {
        /// Stands by them, reads with them, speaks for them.
        Supporter = "supporter", "Supporter";
        /// Brings their words, and the school's, into another language.
        Interpreter = "interpreter", "Interpreter";
    }
}

impl HelpsAs {
    /// As what they take part.
    pub fn kind(self) -> PartyKind {
        match self {
            Self::Supporter => PartyKind::Supporter,
            Self::Interpreter => PartyKind::Interpreter,
        }
    }
}

words! {
    /// What somebody who helps a complainant may do with a link of their own.
    HelperScope {
        /// Nothing but read.
        Read = "read", "Read the page and the letters";
        /// Write as well, in the complainant's name.
        ReadAndWrite = "read_and_write", "Read, and write to the school as well";
    }
}

words! {
    /// What somebody who joins a case reads of the answers that were given before (P18).
    EarlierAnswers {
        /// None.
        NotShared = "not_shared", "No: they read what is written from now on";
        /// All of them.
        Shared = "shared", "Yes: they read the answers of the school too";
    }
}

words! {
    /// In which role somebody is complained about (2.3, api.md).
    SubjectRole {
        /// The child's class teacher.
        ClassTeacher = "class_teacher", "the class teacher";
        /// Another member of staff.
        Staff = "staff", "a member of staff";
        /// The headteacher.
        Headteacher = "headteacher", "the headteacher";
        /// The executive head.
        ExecutiveHead = "executive_head", "the executive head";
        /// A governor.
        Governor = "governor", "a governor";
        /// The vice-chair of governors.
        ViceChairOfGovernors = "vice_chair_of_governors", "the vice-chair of governors";
        /// The chair of governors.
        ChairOfGovernors = "chair_of_governors", "the chair of governors";
        /// The chair and vice-chair, or most governors.
        MajorityOfGoverningBody = "majority_of_governing_body", "most of the governing body";
        /// All governors.
        GoverningBody = "governing_body", "the whole governing body";
        /// The trust's central team.
        TrustStaff = "trust_staff", "somebody who works for the trust";
        /// The chief executive.
        ChiefExecutive = "chief_executive", "the chief executive of the trust";
        /// A trustee.
        Trustee = "trustee", "a trustee";
        /// The chair of trustees.
        ChairOfTrustees = "chair_of_trustees", "the chair of trustees";
        /// All trustees.
        TrustBoard = "trust_board", "the whole board of trustees";
        /// The clerk.
        Clerk = "clerk", "the clerk";
        /// Somebody else.
        Other = "other", "somebody else";
    }
}

words! {
    /// What must be looked at whatever the ladder says.
    Flag {
        /// The safeguarding lead is told at once (R14).
        ChildAtRisk = "child_at_risk", "A child may be at risk";
        /// The 30-day acknowledgement of the law runs (R15).
        DataProtection = "data_protection", "Use of personal data";
        /// The 28-day outcome of the law runs (R15).
        EarlyYears = "early_years", "Early years (under 5)";
        /// Somebody asks to see their personal data; the law gives a month (R15).
        SubjectAccess = "subject_access", "A request to see personal data";
        /// Somebody asks for information that the school holds; the law gives 20 school days (R15).
        InformationRequest = "information_request", "A request for information";
        /// Discrimination is alleged (2.9).
        Equality = "equality", "Unequal treatment";
    }
}

words! {
    /// Why a person must look before a case opens (9.2).
    ScreeningReason {
        /// Safeguarding first.
        ChildAtRisk = "child_at_risk", "A child may be at risk";
        /// A statutory clock may run.
        DataProtection = "data_protection", "It may be about personal data";
        /// A statutory clock may run.
        EarlyYears = "early_years", "It may be about early years";
        /// A clock of the law runs, and it may belong elsewhere.
        SubjectAccess = "subject_access", "It may ask for personal data";
        /// A clock of the law runs, and it may belong elsewhere.
        InformationRequest = "information_request", "It may ask for information";
        /// Needs care from the start.
        Equality = "equality", "Unequal treatment is alleged";
        /// R10.
        ThirdParty = "third_party", "Raised for somebody else; consent is needed";
        /// R11.
        Late = "late", "More than the policy's time has passed";
        /// R16.
        Anonymous = "anonymous", "The sender gave no name";
        /// R17.
        Duplicate = "duplicate", "It may already be here";
        /// Nobody may handle their own case (R22).
        SubjectUnknown = "subject_unknown", "We do not know yet who is complained about";
    }
}

words! {
    /// Where a matter belongs that is not for the complaints procedure (2.7).
    RedirectReason {
        /// The council or the admission authority, and its independent appeal panel.
        Admissions = "admissions", "School admissions";
        /// The council, mediation or the SEND tribunal.
        SpecialNeedsAssessment = "special_needs_assessment", "Assessment of special educational needs";
        /// The council or the Department for Education.
        Reorganisation = "reorganisation", "School reorganisation";
        /// The designated safeguarding lead and the council.
        ChildProtection = "child_protection", "Child protection";
        /// The statutory review.
        Exclusion = "exclusion", "Suspension or permanent exclusion";
        /// The whistleblowing policy.
        Whistleblowing = "whistleblowing", "Whistleblowing";
        /// The grievance procedure.
        StaffGrievance = "staff_grievance", "A staff grievance";
        /// The disciplinary procedure.
        StaffConduct = "staff_conduct", "Staff conduct";
        /// Their own complaints procedure.
        ThirdPartyProvider = "third_party_provider", "Somebody who hires the site";
        /// The Department for Education.
        CurriculumContent = "curriculum_content", "Content of the national curriculum";
        /// The school's data protection officer.
        DataRights = "data_rights", "A request for personal data";
        /// Whoever answers for the school under the law on freedom of information.
        InformationRequest = "information_request", "A request for information";
        /// The exam board's appeal.
        ExamResults = "exam_results", "Exam results";
        /// The police.
        Crime = "crime", "A crime";
        /// A school of another trust or council.
        AnotherSchool = "another_school", "A school of somebody else";
    }
}

words! {
    /// What was found about a point.
    Finding {
        /// It was right.
        Upheld = "upheld", "Upheld";
        /// Part of it was right.
        PartlyUpheld = "partly_upheld", "Partly upheld";
        /// It was not right, or cannot be shown.
        NotUpheld = "not_upheld", "Not upheld";
        /// It was answered without deciding who was right.
        ResolvedWithoutFinding = "resolved_without_finding", "Answered, with no finding";
    }
}

words! {
    /// Why a case is at its end (9.2).
    ClosedReason {
        /// Every point is settled.
        Settled = "settled", "Settled";
        /// The window passed.
        NotPursued = "not_pursued", "Not taken further";
        /// The complainant withdrew it.
        Withdrawn = "withdrawn", "Withdrawn";
        /// It came too late and was refused with reasons.
        OutOfTime = "out_of_time", "Raised too late";
        /// Every point belongs elsewhere.
        Redirected = "redirected", "Sent to the right place";
        /// The last stage is done.
        Completed = "completed", "Procedure completed";
        /// Every test of 2.8 was met.
        Unreasonable = "unreasonable", "Correspondence ended";
        /// Feedback, read and noted.
        FeedbackNoted = "feedback_noted", "Feedback noted";
        /// Raised for somebody who did not agree (R10).
        NoConsent = "no_consent", "No consent";
        /// The sender gave no name, and it is not looked into (R16).
        KeptOnRecord = "kept_on_record", "Kept on record";
    }
}

words! {
    /// How a hearing date came about (R52).
    HearingBasis {
        /// One of at most three offers.
        Offered = "offered", "Offered to the family";
        /// The family agreed to it.
        Agreed = "agreed", "Agreed with the family";
        /// After three offers.
        Fixed = "fixed", "Fixed by the clerk";
    }
}

words! {
    /// What a member of a panel answers when asked whether anything stands in the way (R27).
    Declared {
        /// Nothing does.
        Nothing = "nothing", "Nothing stands in the way";
        /// Something may.
        Interest = "interest", "There is something to declare";
    }
}

words! {
    /// Whether somebody came with the complainant (R53).
    CompanionRule {
        /// A companion was there.
        Came = "came", "Somebody came with them";
        /// They chose to come alone.
        Alone = "alone", "They came alone";
        /// The complainant was not at the hearing.
        NotThere = "not_there", "They were not there";
    }
}

words! {
    /// Why a closed case opens again (9.2).
    ReopenReason {
        /// A direction of an outside body.
        OutsideBody = "outside_body", "An outside body says so";
        /// Something new has come to light.
        NewEvidence = "new_evidence", "There is new evidence";
        /// An error of the school.
        SchoolError = "school_error", "The school made a mistake";
        /// It was refused as too late, and is looked into after all (R11).
        RefusalReviewed = "refusal_reviewed", "The refusal was looked at again";
    }
}

words! {
    /// What comes of looking at a refusal again (R11).
    RefusalReview {
        /// It stays refused.
        Stands = "stands", "The refusal stands";
        /// It is looked into after all.
        LetIn = "let_in", "It is looked into after all";
    }
}

words! {
    /// What two cases have to do with each other (R17).
    PairVerdict {
        /// Linked: they tell of the same.
        SameMatter = "same_matter", "The same matter";
        /// Linked: each has something of its own.
        Related = "related", "Related, and each has something of its own";
        /// Looked at, and not suggested again.
        NotAlike = "not_alike", "Another matter: do not suggest it again";
        /// A link that was made is no more.
        NoLonger = "no_longer", "No link any more";
    }
}

words! {
    /// A body outside the school (R75).
    ExternalBodyKind {
        /// Department for Education.
        Dfe = "dfe", "Department for Education";
        /// Ofsted.
        Ofsted = "ofsted", "Ofsted";
        /// Council.
        Council = "council", "Council";
        /// Member of Parliament.
        Mp = "mp", "Member of Parliament";
        /// Teaching Regulation Agency.
        Tra = "tra", "Teaching Regulation Agency";
        /// Information Commissioner.
        Ico = "ico", "Information Commissioner";
        /// Ombudsman.
        Ombudsman = "ombudsman", "Ombudsman";
        /// Police.
        Police = "police", "Police";
        /// Another body.
        Other = "other", "Another body";
    }
}

words! {
    /// One of the four who receive a panel's findings (R54).
    Recipient {
        /// Who raised it.
        Complainant = "complainant", "the complainant";
        /// Where relevant.
        Subject = "subject", "the person complained about";
        /// Available on the premises.
        Proprietor = "proprietor", "the proprietor (trust or governing body)";
        /// Available on the premises.
        Headteacher = "headteacher", "the headteacher";
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    macro_rules! keys_agree {
        ($($name:ident),+) => {$(
            for word in $name::ALL {
                assert_eq!(serde_json::to_value(word).unwrap(), word.key());
                assert_eq!($name::from_key(word.key()), Some(*word));
                assert!(!word.title().is_empty());
            }
        )+};
    }

    #[test]
    fn every_word_has_one_key_everywhere() {
        keys_agree!(
            Kind,
            Channel,
            Relationship,
            PreferredContact,
            PartyKind,
            WrittenDown,
            AgreesFor,
            ConsentAnswer,
            HelpsAs,
            HelperScope,
            EarlierAnswers,
            SubjectRole,
            Flag,
            ScreeningReason,
            RedirectReason,
            Finding,
            ClosedReason,
            HearingBasis,
            Declared,
            CompanionRule,
            ReopenReason,
            PairVerdict,
            ExternalBodyKind,
            Recipient
        );
    }
}
