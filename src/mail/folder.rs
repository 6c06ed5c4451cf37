//! Test mode: each mail becomes a file that a mail program can open, and none leaves the machine (E26).

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};

use super::{Delivered, FailureKind, OutgoingMail, SendFailure, Step, to_message};

/// Writes mails into a folder.
#[derive(Clone, Debug)]
pub struct FolderMailer {
    folder: PathBuf,
}

impl FolderMailer {
    /// Uses that folder, and makes it when it is not there yet.
    pub fn open(folder: impl Into<PathBuf>) -> io::Result<Self> {
        let folder = folder.into();
        fs::create_dir_all(&folder)?;
        Ok(Self { folder })
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    pub(super) fn describe(&self) -> String {
        format!("Test mode: mail is written into the folder {}. Nothing is sent.", self.folder.display())
    }

    /// Writes the mail; when this returns, the file is on disk and whole.
    pub(super) async fn send(
        &self,
        mail: &OutgoingMail,
        at: DateTime<Utc>,
    ) -> Result<Delivered, SendFailure> {
        let bytes = to_message(mail, at)?.formatted();
        let name = file_name(mail, at);
        let answer = format!("written to {name}");
        let folder = self.folder.clone();
        tokio::task::spawn_blocking(move || write_whole(&folder, &name, &bytes))
            .await
            .map_err(io::Error::other)
            .flatten()
            .map_err(|error| failure(&error))?;
        Ok(Delivered { answer })
    }
}

/// Sorts by time, then by id; holds nothing that a file system could take amiss.
fn file_name(mail: &OutgoingMail, at: DateTime<Utc>) -> String {
    format!("{}-{}.eml", at.format("%Y%m%dT%H%M%S%.6fZ"), mail.message_id.0)
}

/// Under another name first, so that nobody ever finds half a mail.
fn write_whole(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    let unfinished = folder.join(format!(".{name}.unfinished"));
    let mut file = File::create(&unfinished)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&unfinished, folder.join(name))?;
    File::open(folder)?.sync_all()
}

fn failure(error: &io::Error) -> SendFailure {
    SendFailure {
        kind: FailureKind::Temporary,
        step: Step::HandingOver,
        code: None,
        words: format!("The mail could not be written into its folder: {error}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::Mailer;
    use crate::mail::envelope::tests::{at, receipt};

    fn send(mailer: FolderMailer) -> Result<Delivered, SendFailure> {
        tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap()
            .block_on(Mailer::Folder(mailer).send(&receipt(), at()))
    }

    #[test]
    fn e26_a_mail_becomes_one_whole_file_named_by_time_and_id() {
        let home = tempfile::tempdir().unwrap();
        let mailer = FolderMailer::open(home.path().join("outbox/mails")).unwrap();
        send(mailer.clone()).unwrap();
        let names: Vec<_> = fs::read_dir(mailer.folder())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        assert_eq!(names, ["20260604T083200.000000Z-00000000-0000-0000-0000-000000000007.eml"]);
        let written = fs::read(mailer.folder().join(&names[0])).unwrap();
        assert_eq!(written, to_message(&receipt(), at()).unwrap().formatted());
    }

    #[test]
    fn a_folder_that_went_away_is_worth_another_try() {
        let home = tempfile::tempdir().unwrap();
        let mailer = FolderMailer::open(home.path().join("mails")).unwrap();
        fs::remove_dir(mailer.folder()).unwrap();
        assert_eq!(send(mailer).unwrap_err().kind, FailureKind::Temporary);
    }
}
