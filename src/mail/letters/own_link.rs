//! A fresh link to one's own case, for the family that asked for one (P33).

use url::Url;

use crate::domain::reference::Reference;
use crate::domain::school::School;
use crate::mail::{Block, Language, Letter};

use super::draft::open_ended;

/// What the letter with a fresh link is written from.
#[derive(Clone, Copy, Debug)]
pub struct FreshLink<'a> {
    /// The school.
    pub school: &'a School,
    /// Where an answer to this letter goes.
    pub answers_go_to: &'a str,
    /// Whom to tell when a child is at risk, in words.
    pub safeguarding: &'a str,
    /// The reader's name.
    pub name: &'a str,
    /// The case.
    pub reference: &'a Reference,
    /// The reader's own page.
    pub link: &'a Url,
    /// The six digits that do the same.
    pub code: &'a str,
}

/// Writes the letter. It says nothing of what the case is about: the address may be read by others (E2, E5).
pub fn fresh_link(facts: &FreshLink<'_>) -> Letter {
    let FreshLink { school, reference, code, .. } = facts;
    Letter {
        language: Language::ENGLISH,
        subject: format!("{}: your link and code ({reference})", school.name),
        greeting: format!("Dear {}", facts.name),
        blocks: vec![
            Block::Paragraph(format!(
                "Somebody asked us for a way back to {reference}, with your email address. If it was you, use the \
                 link or the code."
            )),
            Block::Link { words: "See where it is and what you can do".to_owned(), url: facts.link.clone() },
            Block::Paragraph("Open the link on any phone or computer, and press the button there.".to_owned()),
            Block::Heading("Or type this code".to_owned()),
            Block::Inset((*code).to_owned()),
            Block::Paragraph(
                "The code works for 10 minutes, on the page where you asked for it. On another phone or computer, give \
                 the reference and this email address with it. Never tell it to anybody, staff of the school included."
                    .to_owned(),
            ),
            Block::Heading("If you did not ask".to_owned()),
            Block::Paragraph(
                "You do not have to do anything. Nobody can open your page without this message.".to_owned(),
            ),
        ],
        sign_off: vec![school.name.clone()],
        footer: vec![
            format!(
                "Help: ring {} or write to {}. The office answers {}.",
                school.phone, facts.answers_go_to, school.office_hours
            ),
            format!(
                "If a child is in danger now, call 999. For any worry about a child's safety: {}.",
                open_ended(facts.safeguarding)
            ),
        ],
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::domain::ids::{SchoolId, TrustId};
    use crate::domain::school::{Nation, SchoolKind};

    /// E2, E4: school and reference in the subject, the link in full, and not a word about the matter.
    #[test]
    fn the_letter_has_link_and_code_in_the_schools_words() {
        let school = School {
            id: SchoolId(Uuid::nil()),
            trust: TrustId(Uuid::nil()),
            slug: "hazel-lane".into(),
            name: "Hazel Lane Primary School".into(),
            kind: SchoolKind::Academy,
            nation: Nation::England,
            phone: "0117 496 0123".into(),
            email: "office@hazel-lane.example".into(),
            address: String::new(),
            office_hours: "on school days, 8:15am to 4pm".into(),
        };
        let reference = Reference::from_random(7);
        let link = Url::parse("https://heard.example/mine/abc").unwrap();
        let facts = FreshLink {
            school: &school,
            answers_go_to: "clerk@hazel-lane.example",
            safeguarding: "Grace Okafor, 0117 496 0124",
            name: "Zofia Łukasiewicz",
            reference: &reference,
            link: &link,
            code: "004211",
        };
        let letter = fresh_link(&facts).render();
        assert_eq!(letter.subject, format!("Hazel Lane Primary School: your link and code ({reference})"));
        for needed in [
            "Dear Zofia",
            "https://heard.example/mine/abc",
            "004211",
            "0117 496 0123",
            "clerk@hazel-lane",
            "999",
        ] {
            assert!(letter.text.contains(needed), "{needed}: {}", letter.text);
        }
        assert!(letter.html.contains("https://heard.example/mine/abc"));
    }
}
