//! `heard send-test-mail`: one mail, and a readable account of what happened to it.

use std::fmt;

use chrono::{DateTime, Utc};

use super::{
    Block, Delivered, FailureKind, Language, Letter, Mailer, Origin, OutgoingMail, SendFailure, Step,
    message_id_header,
};
use crate::domain::ids::MessageId;
use crate::domain::text::EmailAddress;

/// Who a test mail goes to, and in whose name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrialMail {
    /// A fresh id.
    pub message_id: MessageId,
    /// The name of the school or trust.
    pub from_name: String,
    /// The address that mail is from.
    pub from_address: EmailAddress,
    /// Who gets it.
    pub to_address: EmailAddress,
}

/// What happened to a test mail. Its text is for the person who ran the command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrialReport {
    /// Where mail goes.
    pub route: String,
    /// The Message-ID, by which the mail can be found in the logs of servers.
    pub message_id: String,
    /// How it ended.
    pub outcome: Result<Delivered, SendFailure>,
}

/// Sends one test mail, dated `at`.
pub async fn send_test(mailer: &Mailer, trial: &TrialMail, at: DateTime<Utc>) -> TrialReport {
    let mail = trial.to_mail();
    let outcome = mailer.send(&mail, at).await;
    mailer.rest().await;
    TrialReport {
        route: mailer.describe(),
        message_id: message_id_header(mail.message_id, &mail.from_address),
        outcome,
    }
}

impl TrialMail {
    fn to_mail(&self) -> OutgoingMail {
        let rendered = self.letter().render();
        OutgoingMail {
            message_id: self.message_id,
            from_name: self.from_name.clone(),
            from_address: self.from_address.clone(),
            reply_to: None,
            to_name: String::new(),
            to_address: self.to_address.clone(),
            subject: rendered.subject,
            text: rendered.text,
            html: rendered.html,
            calendar: None,
            in_reply_to: None,
            references: Vec::new(),
            origin: Origin::Automatic,
            language: Language::ENGLISH,
        }
    }

    fn letter(&self) -> Letter {
        Letter {
            language: Language::ENGLISH,
            subject: format!("{}: test of outgoing mail", self.from_name),
            greeting: "Hello".to_owned(),
            blocks: vec![
                Block::Paragraph(
                    "Somebody who looks after Heard sent this mail to check that mail goes out.".to_owned(),
                ),
                Block::Paragraph("It has arrived, so it does. You do not need to do anything.".to_owned()),
                Block::Paragraph(
                    "If it was in your spam folder, tell the person who looks after Heard.".to_owned(),
                ),
            ],
            sign_off: vec![self.from_name.clone()],
            footer: Vec::new(),
        }
    }
}

impl fmt::Display for TrialReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.route)?;
        writeln!(f, "Message-ID: {}", self.message_id)?;
        match &self.outcome {
            Ok(delivered) => {
                writeln!(f, "The mail was taken: {}.", delivered.answer)?;
                write!(f, "Look in the inbox, and in the spam folder, to see that it arrived.")
            }
            Err(failure) => {
                writeln!(f, "The mail was not sent. {}.", failure.words)?;
                write!(f, "{}", advice(failure))
            }
        }
    }
}

/// What to look at next.
fn advice(failure: &SendFailure) -> &'static str {
    match failure.step {
        Step::Writing => "Check the sender's and the recipient's address.",
        Step::Connecting => {
            "Check the server's name and port, its certificate, and that the firewall lets this machine out."
        }
        Step::Securing => {
            "Check that the server offers STARTTLS on this port and has a certificate for this name. For a \
             private authority, give its certificate in the configuration."
        }
        Step::SigningIn => {
            "Check the user name and the password. Some services need a password made for apps."
        }
        Step::Addressing | Step::HandingOver => match failure.kind {
            FailureKind::Permanent => {
                "The server does not take this mail. Check that it may send for this sender's address."
            }
            FailureKind::Temporary => "The server may take it later. Wait some minutes and run this again.",
            FailureKind::Unknown => {
                "The mail may have been taken all the same. Look in the inbox before you run this again."
            }
        },
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::mail::MemoryMailer;
    use crate::mail::envelope::tests::at;

    fn trial() -> TrialMail {
        TrialMail {
            message_id: MessageId(Uuid::from_u128(9)),
            from_name: "Hazel Lane Primary School".to_owned(),
            from_address: EmailAddress::parse("concerns@hazel-lane.example.org").unwrap(),
            to_address: EmailAddress::parse("admin@example.org").unwrap(),
        }
    }

    fn report(mailer: MemoryMailer) -> String {
        tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap()
            .block_on(send_test(&Mailer::Memory(mailer), &trial(), at()))
            .to_string()
    }

    #[test]
    fn the_account_says_what_happened_and_what_to_look_at() {
        let mailer = MemoryMailer::new();
        insta::assert_snapshot!("trial_taken", report(mailer.clone()));
        insta::assert_snapshot!("trial_text", mailer.taken().first().unwrap().text);
        mailer.refuse_next(SendFailure {
            kind: FailureKind::Temporary,
            step: Step::SigningIn,
            code: Some("535".to_owned()),
            words: "Signing in to the mail server: the mail server answered 535 no such user".to_owned(),
        });
        insta::assert_snapshot!("trial_refused", report(mailer));
    }
}
