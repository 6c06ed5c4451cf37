//! The link by which a family goes on with what it began, on any device.

use url::Url;

use crate::domain::school::School;
use crate::mail::{Block, Language, Letter};

/// What the letter is written from.
#[derive(Clone, Copy, Debug)]
pub struct DraftLink<'a> {
    /// The school.
    pub school: &'a School,
    /// The link.
    pub link: &'a Url,
    /// Until when it is kept, in words.
    pub until: &'a str,
}

/// Writes the letter. It says nothing of what was written, and not even what kind of thing it is: the mailbox may be read
/// by others (E2, E5).
pub fn draft_link(facts: &DraftLink<'_>) -> Letter {
    let school = facts.school;
    Letter {
        language: Language::ENGLISH,
        subject: format!("{}: go on where you stopped", school.name),
        greeting: "Hello".to_owned(),
        blocks: vec![
            Block::Paragraph("You began to fill in a form of ours, and want to go on later.".to_owned()),
            Block::Link { words: "Go on where you stopped".to_owned(), url: facts.link.clone() },
            Block::Paragraph(
                "Open the link on any phone or computer, and press the button there.".to_owned(),
            ),
            Block::Paragraph(format!(
                "Nothing was sent to us. We keep your answers until {}, and longer each time you go on.",
                facts.until
            )),
            Block::Paragraph("Keep the link to yourself: whoever has it can read your answers.".to_owned()),
            Block::Heading("If this was not you".to_owned()),
            Block::Paragraph("You do not have to do anything.".to_owned()),
        ],
        sign_off: vec![school.name.clone()],
        footer: vec![format!(
            "Help: ring {} or write to {}. The office answers {}.",
            school.phone, school.email, school.office_hours
        )],
    }
}
