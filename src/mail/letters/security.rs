//! What happened at the door of somebody's account.

use url::Url;

use crate::mail::{Block, Language, Letter};

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecurityNews<'a> {
    /// A second step was set up.
    SecondStepOn,
    /// It was turned off by its owner.
    SecondStepOff,
    /// Its owner moves it to another phone.
    SecondStepMoves,
    /// An administrator took it away.
    SecondStepReset,
    /// The same, for the administrator who did it.
    SecondStepResetFor {
        /// Whose.
        whom: &'a str,
    },
    /// Fresh recovery codes were made.
    NewRecoveryCodes,
    /// A recovery code let somebody in.
    RecoveryCodeUsed {
        /// So many are left.
        left: i64,
    },
    /// The password was changed.
    PasswordChanged,
    /// Somebody signed in with a browser that was not known.
    NewBrowser {
        /// On what, in words.
        device: &'a str,
    },
}

/// What the letter is written from.
#[derive(Clone, Copy, Debug)]
pub struct SecurityLetter<'a> {
    /// The school, or the trust for whoever works at no single school.
    pub place: &'a str,
    /// The reader's name.
    pub name: &'a str,
    /// When it happened, in words.
    pub when: &'a str,
    /// The reader's own account.
    pub account: &'a Url,
    /// Where a new password is chosen.
    pub forgotten: &'a Url,
    /// What happened.
    pub news: SecurityNews<'a>,
}

/// The letter about it.
pub fn security_news(facts: &SecurityLetter<'_>) -> Letter {
    let (subject, what) = words(facts.news);
    let mut blocks = vec![
        Block::Paragraph(format!("{what} This was {}.", facts.when)),
        Block::Paragraph("If it was you, there is nothing to do.".to_owned()),
    ];
    if let SecurityNews::SecondStepReset = facts.news {
        blocks.push(Block::Paragraph(
            "Until you set one up again, nothing is asked for beside your password, your mailed link or your connected account.".to_owned(),
        ));
    }
    blocks.push(Block::Link {
        words: "See your account and where you are signed in".to_owned(),
        url: facts.account.clone(),
    });
    if let SecurityNews::SecondStepResetFor { .. } = facts.news {
        return letter(facts, subject, blocks);
    }
    blocks.push(Block::Heading("If it was not you".to_owned()));
    let first = "Choose a new password at once. You are then signed out everywhere.";
    let then = match facts.news {
        SecurityNews::SecondStepOn | SecurityNews::SecondStepMoves => {
            "The second step is then still theirs: ask an administrator of Heard at your school today to reset it. Look on \
             your account page whether an account of somebody else is connected, too."
        }
        _ => {
            "Look on your account page whether an account of somebody else is connected. Tell whoever looks after Heard at \
             your school too."
        }
    };
    blocks.push(Block::Paragraph(format!("{first} {then}")));
    blocks.push(Block::Link { words: "Choose a new password".to_owned(), url: facts.forgotten.clone() });
    letter(facts, subject, blocks)
}

fn words(news: SecurityNews<'_>) -> (&'static str, String) {
    match news {
        SecurityNews::SecondStepOn => (
            "a second step was set up",
            "From now on Heard asks for a code from your app when you sign in.".to_owned(),
        ),
        SecurityNews::SecondStepOff => (
            "your second step was turned off",
            "Heard no longer asks for a code from your app when you sign in.".to_owned(),
        ),
        SecurityNews::SecondStepMoves => (
            "your second step moves to another phone",
            "The codes of your old app no longer work. The new one has to show first that it works."
                .to_owned(),
        ),
        SecurityNews::SecondStepReset => (
            "your second step was reset",
            "An administrator took away your second step and your passkeys, because you cannot use them any more.".to_owned(),
        ),
        SecurityNews::SecondStepResetFor { whom } => (
            "you reset a second step",
            format!("You took away the second step and the passkeys of {whom}. They have been told too."),
        ),
        SecurityNews::NewRecoveryCodes => (
            "you have new recovery codes",
            "Ten new recovery codes were made for your account. The old ones no longer work.".to_owned(),
        ),
        SecurityNews::RecoveryCodeUsed { left } => (
            "a recovery code was used",
            format!("Somebody signed in to your account with a recovery code. {}", left_in_words(left)),
        ),
        SecurityNews::PasswordChanged => {
            ("your password was changed", "The password of your account was changed.".to_owned())
        }
        SecurityNews::NewBrowser { device } => (
            "a sign-in from a new browser",
            format!("Somebody signed in to your account with a browser that we did not know: {device}."),
        ),
    }
}

fn left_in_words(left: i64) -> String {
    match left {
        0 => "It was the last one: make new codes on your account page.".to_owned(),
        1 => "You have one left: make new codes on your account page soon.".to_owned(),
        more => format!("You have {more} left."),
    }
}

fn letter(facts: &SecurityLetter<'_>, subject: &str, blocks: Vec<Block>) -> Letter {
    Letter {
        language: Language::ENGLISH,
        subject: format!("{}: {subject}", facts.place),
        greeting: format!("Dear {}", facts.name),
        blocks,
        sign_off: vec![facts.place.to_owned()],
        footer: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What happened and when come first, and what to do if it was somebody else is there in full.
    #[test]
    fn a_mail_about_an_account_says_what_happened_and_what_to_do() {
        let account = Url::parse("https://heard.example/account").unwrap();
        let forgotten = Url::parse("https://heard.example/forgotten-password").unwrap();
        for news in [
            SecurityNews::SecondStepOn,
            SecurityNews::SecondStepOff,
            SecurityNews::SecondStepMoves,
            SecurityNews::SecondStepReset,
            SecurityNews::SecondStepResetFor { whom: "Daniel Ash" },
            SecurityNews::NewRecoveryCodes,
            SecurityNews::RecoveryCodeUsed { left: 9 },
            SecurityNews::RecoveryCodeUsed { left: 1 },
            SecurityNews::RecoveryCodeUsed { left: 0 },
            SecurityNews::PasswordChanged,
            SecurityNews::NewBrowser { device: "Firefox on Windows" },
        ] {
            let text = security_news(&SecurityLetter {
                place: "Hazel Lane Primary School",
                name: "Amara Okafor",
                when: "on 14 September 2026 at 9:30am",
                account: &account,
                forgotten: &forgotten,
                news,
            })
            .render()
            .text;
            assert!(text.contains(account.as_str()) && text.contains("9:30am"), "{text}");
            let own = matches!(news, SecurityNews::SecondStepResetFor { .. });
            assert_eq!(text.contains(forgotten.as_str()), !own, "{text}");
            for sentence in text.replace('\n', " ").split(". ") {
                assert!(sentence.split_whitespace().count() <= 25, "P37: {sentence}");
            }
        }
    }
}
