//! How somebody with a post gets in: the link behind which they choose a password.

use url::Url;

use crate::mail::{Block, Language, Letter};

/// What both letters are written from.
#[derive(Clone, Copy, Debug)]
pub struct PasswordLink<'a> {
    /// The school, or the trust for whoever works at no single school.
    pub place: &'a str,
    /// The reader's name.
    pub name: &'a str,
    /// What the reader does there, as people call it.
    pub roles: &'a [&'a str],
    /// Where they choose a password.
    pub link: &'a Url,
    /// Where they get another link.
    pub again: &'a Url,
    /// How many days the link works.
    pub days: i64,
}

/// For somebody who is new.
pub fn welcome(facts: &PasswordLink<'_>) -> Letter {
    let as_what = match facts.roles {
        [] => String::new(),
        roles => format!(" as {}", roles.join(" and ")),
    };
    let blocks = vec![
        Block::Paragraph(format!("You have been added to Heard at {}{as_what}.", facts.place)),
        Block::Paragraph(
            "Heard is where the school keeps concerns and complaints, and the dates by which it answers them."
                .to_owned(),
        ),
        Block::Paragraph(format!("Choose a password within {} days.", facts.days)),
        Block::Link { words: "Choose your password".to_owned(), url: facts.link.clone() },
        Block::Paragraph(
            "The link works for you alone, and once. Do not pass it on. You sign in with this email address."
                .to_owned(),
        ),
        Block::Link { words: "If the link is over, ask for another".to_owned(), url: facts.again.clone() },
    ];
    letter(facts, format!("{}: choose your password for Heard", facts.place), blocks)
}

/// For somebody who has forgotten theirs.
pub fn forgotten_password(facts: &PasswordLink<'_>) -> Letter {
    let blocks = vec![
        Block::Paragraph("Somebody asked for a new password for your account in Heard.".to_owned()),
        Block::Paragraph(format!("If it was you, choose one within {} days.", facts.days)),
        Block::Link { words: "Choose a new password".to_owned(), url: facts.link.clone() },
        Block::Paragraph(
            "The link works for you alone, and once. With a new password you are signed out everywhere.".to_owned(),
        ),
        Block::Heading("If you did not ask".to_owned()),
        Block::Paragraph(
            "You do not have to do anything: your password stays as it is. If this happens often, tell whoever looks \
             after Heard."
                .to_owned(),
        ),
    ];
    letter(facts, format!("{}: a new password for Heard", facts.place), blocks)
}

/// What a letter is written from by which somebody signs in.
#[derive(Clone, Copy, Debug)]
pub struct SignInLetter<'a> {
    /// The school, or the trust for whoever works at no single school.
    pub place: &'a str,
    /// The reader's name.
    pub name: &'a str,
    /// The link.
    pub link: &'a Url,
    /// The six digits for any other browser.
    pub code: &'a str,
    /// Where they are typed.
    pub code_page: &'a Url,
    /// How many minutes both work.
    pub minutes: i64,
}

/// For somebody who signs in without a password.
pub fn sign_in_link(facts: &SignInLetter<'_>) -> Letter {
    let SignInLetter { place, name, link, code, code_page, minutes } = facts;
    Letter {
        language: Language::ENGLISH,
        subject: format!("{place}: sign in to Heard"),
        greeting: format!("Dear {name}"),
        blocks: vec![
            Block::Paragraph(format!("Open this link within {minutes} minutes to sign in.")),
            Block::Link { words: "Sign in to Heard".to_owned(), url: (*link).clone() },
            Block::Paragraph(format!("On another phone or computer, type this code instead: {code}")),
            Block::Link { words: "Type the code here".to_owned(), url: (*code_page).clone() },
            Block::Paragraph(
                "Link and code work once. Do not pass them on, and tell the code to nobody, whoever asks.".to_owned(),
            ),
            Block::Heading("If you did not ask".to_owned()),
            Block::Paragraph(
                "You do not have to do anything: nobody comes in without this message. If this happens often, tell \
                 whoever looks after Heard."
                    .to_owned(),
            ),
        ],
        sign_off: vec![(*place).to_owned()],
        footer: Vec::new(),
    }
}

/// For an administrator who tries whether mail arrives.
pub fn test_message(name: &str, home: &Url) -> Letter {
    Letter {
        language: Language::ENGLISH,
        subject: "Heard: a test message".to_owned(),
        greeting: format!("Dear {name}"),
        blocks: vec![
            Block::Paragraph("You asked for this message, to see whether mail arrives. It does.".to_owned()),
            Block::Paragraph(
                "If it was in your spam folder, families will find theirs there too. Ask whoever runs your mail to \
                 change that."
                    .to_owned(),
            ),
            Block::Link { words: "Go back to Heard".to_owned(), url: home.clone() },
        ],
        sign_off: vec!["Heard".to_owned()],
        footer: Vec::new(),
    }
}

fn letter(facts: &PasswordLink<'_>, subject: String, blocks: Vec<Block>) -> Letter {
    Letter {
        language: Language::ENGLISH,
        subject,
        greeting: format!("Dear {}", facts.name),
        blocks,
        sign_off: vec![facts.place.to_owned()],
        footer: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// E3, E4: what to do and by when comes first, and the address stands there in full.
    #[test]
    fn the_letters_say_who_one_is_what_to_do_and_by_when() {
        let link = Url::parse("https://heard.example/password/abc").unwrap();
        let again = Url::parse("https://heard.example/forgotten-password").unwrap();
        let facts = PasswordLink {
            place: "Hazel Lane Primary School",
            name: "Amara Okafor",
            roles: &["headteacher", "administrator"],
            link: &link,
            again: &again,
            days: 7,
        };
        let new = welcome(&facts).render();
        let on_one_line = new.text.replace('\n', " ");
        for needed in
            ["Dear Amara Okafor", "headteacher and administrator", "7 days", link.as_str(), again.as_str()]
        {
            assert!(on_one_line.contains(needed), "{needed}: {}", new.text);
        }
        let forgotten = forgotten_password(&facts).render();
        assert!(forgotten.text.contains(link.as_str()) && forgotten.text.contains("did not ask"));
        let code_page = Url::parse("https://heard.example/sign-in/code").unwrap();
        let by_mail = sign_in_link(&SignInLetter {
            place: "Hazel Lane Primary School",
            name: "Amara Okafor",
            link: &link,
            code: "123456",
            code_page: &code_page,
            minutes: 10,
        })
        .render();
        for needed in ["10 minutes", "123456", link.as_str(), code_page.as_str(), "did not ask", "work once"]
        {
            assert!(by_mail.text.contains(needed), "{needed}: {}", by_mail.text);
        }
        for paragraph in
            by_mail.text.split("\n\n").chain(new.text.split("\n\n")).chain(forgotten.text.split("\n\n"))
        {
            for sentence in paragraph.replace('\n', " ").split(". ") {
                assert!(sentence.split_whitespace().count() <= 25, "P37: {sentence}");
            }
        }
    }
}
