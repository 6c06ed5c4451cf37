//! Mail: the only place that knows lettre.
//!
//! A message is rendered from one [`Letter`] into text and HTML, frozen as an [`OutgoingMail`] in the
//! outbox (E18), and handed to a [`Mailer`] later, with no database transaction open. The same
//! [`OutgoingMail`] always makes the same bytes at the same instant: there is no clock and no randomness
//! here.

mod envelope;
mod folder;
mod invitation;
mod language;
pub mod letters;
mod line;
mod memory;
mod paper;
mod smtp;
mod style;
mod trial;

use chrono::{DateTime, Utc};

pub use crate::secret::Secret;
pub use envelope::{MailProblem, Origin, OutgoingMail, message_id_header, to_message};
pub use folder::FolderMailer;
pub use invitation::{
    CalendarFile, Invitation, InvitationUid, MinutesBefore, Participant, ScheduleMethod, Settledness,
};
pub use language::{Direction, Language};
pub use memory::MemoryMailer;
pub use paper::for_paper;
pub use smtp::{Login, SettingsProblem, SmtpMailer, SmtpSettings, Tls};
pub use style::{Block, DateLine, Letter, RenderedLetter, render_html, render_text};
pub use trial::{TrialMail, TrialReport, send_test};

/// Where mail goes.
#[derive(Debug)]
pub enum Mailer {
    /// To a mail server, and from there to people.
    Smtp(Box<SmtpMailer>),
    /// Into a folder, one file a mail: test mode, in which nothing leaves the machine (E26).
    Folder(FolderMailer),
    /// Into memory, for tests.
    Memory(MemoryMailer),
}

impl Mailer {
    /// Hands over one mail, dated `at`.
    ///
    /// # Errors
    /// Why it was not taken, and whether it is worth trying again.
    pub async fn send(&self, mail: &OutgoingMail, at: DateTime<Utc>) -> Result<Delivered, SendFailure> {
        match self {
            Self::Smtp(mailer) => mailer.send(mail, at).await,
            Self::Folder(mailer) => mailer.send(mail, at).await,
            Self::Memory(mailer) => mailer.send(mail, at),
        }
    }

    /// Closes connections that were kept open for the next mail. To be called when the outbox is empty.
    pub async fn rest(&self) {
        match self {
            Self::Smtp(mailer) => mailer.rest().await,
            Self::Folder(_) | Self::Memory(_) => {}
        }
    }

    /// Where mail goes, in words for a person who looks after the machine; never with a password.
    pub fn describe(&self) -> String {
        match self {
            Self::Smtp(mailer) => mailer.describe(),
            Self::Folder(mailer) => mailer.describe(),
            Self::Memory(_) => "Mail is kept in memory. Nothing is sent.".to_owned(),
        }
    }
}

/// A mail was taken over by the next machine on its way. It does not mean that it was read, or that it
/// arrived: a bounce may still follow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivered {
    /// What the server answered, for the record (it often holds its queue number).
    pub answer: String,
}

/// Why a mail was not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{words}")]
pub struct SendFailure {
    /// Whether to try again.
    pub kind: FailureKind,
    /// How far the conversation with the server had come.
    pub step: Step,
    /// The three-digit code of the server's answer, if it gave one.
    pub code: Option<String>,
    /// What happened, in one line for people. It may repeat the recipient's address, because servers do:
    /// show it on the case, keep it out of logs.
    pub words: String,
}

/// Whether to try again after a failure (E16).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureKind {
    /// Not taken. A later attempt may work.
    Temporary,
    /// Not taken, and no later attempt will be: a 5xx answer about this mail.
    Permanent,
    /// The text went out and no answer came: it may have been taken. To be treated as temporary where a
    /// second copy does less harm than none; the Message-ID stays the same.
    Unknown,
}

/// How far a sending had come when it failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// Turning the row into a mail.
    Writing,
    /// Reaching the server.
    Connecting,
    /// Agreeing on encryption.
    Securing,
    /// Signing in.
    SigningIn,
    /// Naming the sender and the recipient.
    Addressing,
    /// Handing over the text.
    HandingOver,
}

impl Step {
    /// Whether the fault lies with the server or its settings, so that every other mail would fail too and
    /// the whole outbox had better wait.
    pub fn concerns_every_mail(self) -> bool {
        match self {
            Self::Connecting | Self::Securing | Self::SigningIn => true,
            Self::Writing | Self::Addressing | Self::HandingOver => false,
        }
    }
}

impl From<MailProblem> for SendFailure {
    fn from(problem: MailProblem) -> Self {
        Self { kind: FailureKind::Permanent, step: Step::Writing, code: None, words: problem.to_string() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::envelope::tests::{at, receipt};

    #[test]
    fn a_worker_can_send_from_any_thread() {
        fn can_move(work: impl Send) -> impl Send {
            work
        }
        let mailer = Mailer::Memory(MemoryMailer::new());
        drop(can_move(mailer.send(&receipt(), at())));
        drop(can_move(mailer.rest()));
    }
}
