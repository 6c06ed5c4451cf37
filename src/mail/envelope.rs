//! One mail, exactly as it is frozen in the outbox (E18), and the bytes that it becomes.

use std::time::{Duration, SystemTime};

use chrono::{DateTime, Utc};
use lettre::Address;
use lettre::message::header::{
    ContentDisposition, ContentTransferEncoding, ContentType, HeaderName, HeaderValue,
};
use lettre::message::{Mailbox, Message, MessageBuilder, MultiPart, SinglePart};

use super::line::one_line;
use super::{CalendarFile, Language};
use crate::domain::ids::MessageId;
use crate::domain::text::EmailAddress;

/// How many earlier messages the References header names at most: the first and the latest ones (E8).
const MOST_REFERENCES: usize = 10;

/// The automatic answers that Exchange servers hold back. Not `All`: that would hold back reports of
/// non-delivery too, and those are how we learn that an address is gone (G26).
const NO_ANSWERS_TO: &str = "DR, RN, NRN, OOF, AutoReply";

/// A mail as it stands in the outbox. Nothing in it changes after it was written: an edit is a new mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutgoingMail {
    /// The id of the outbox row; the Message-ID header is made from it, so a second attempt has the same.
    pub message_id: MessageId,
    /// Who it is from, in words: the school (E7).
    pub from_name: String,
    /// The address that it is from; bounces go there.
    pub from_address: EmailAddress,
    /// Where answers go, when that is another address (E7).
    pub reply_to: Option<EmailAddress>,
    /// The name of the person that it is for; may be empty.
    pub to_name: String,
    /// The address that it is for: one person, so that nobody learns another's address (P18).
    pub to_address: EmailAddress,
    /// The subject, in neutral words (E2).
    pub subject: String,
    /// The plain text.
    pub text: String,
    /// The same as simple HTML.
    pub html: String,
    /// A meeting to put into the calendar, to move, or to take out of it (E25).
    pub calendar: Option<CalendarFile>,
    /// The message that this one follows.
    pub in_reply_to: Option<MessageId>,
    /// The messages before this one, oldest first.
    pub references: Vec<MessageId>,
    /// Whether a person wrote it.
    pub origin: Origin,
    /// The language that it is written in.
    pub language: Language,
}

/// Who wrote a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The program, by itself: marked, so that no robot answers (E8, G22).
    Automatic,
    /// A person who pressed a button to send these words.
    ByAPerson,
}

/// Why an outbox row cannot become a mail. None of these mends itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MailProblem {
    /// The mail library takes no such address.
    #[error("Mail cannot be sent to or from this address. Check how it is written")]
    Address,
    /// Before 1970 or after 9998: no mail header can carry that date.
    #[error("The date of this message is out of range. Check the clock of this machine")]
    Date,
    /// The parts do not make a message.
    #[error("This message could not be put together")]
    Parts,
}

/// The Message-ID of a mail: the id of its row at the domain that it is from.
pub fn message_id_header(id: MessageId, from: &EmailAddress) -> String {
    format!("<{}@{}>", id.0, ascii_domain(from))
}

/// The mail as lettre sends it, dated `at`. The same mail and instant give the same bytes.
///
/// # Errors
/// See [`MailProblem`].
pub fn to_message(mail: &OutgoingMail, at: DateTime<Utc>) -> Result<Message, MailProblem> {
    let builder = Message::builder()
        .message_id(Some(message_id_header(mail.message_id, &mail.from_address)))
        .date(header_date(at)?)
        .from(mailbox(&mail.from_name, &mail.from_address)?)
        .to(mailbox(&mail.to_name, &mail.to_address)?)
        .subject(one_line(&mail.subject))
        .raw_header(header("Content-Language", mail.language.tag()));
    let builder = with_reply_address(builder, mail)?;
    let builder = with_origin(builder, mail.origin);
    with_thread(builder, mail).multipart(body(mail)).map_err(|_| MailProblem::Parts)
}

fn with_reply_address(builder: MessageBuilder, mail: &OutgoingMail) -> Result<MessageBuilder, MailProblem> {
    match &mail.reply_to {
        Some(address) => Ok(builder.reply_to(mailbox(&mail.from_name, address)?)),
        None => Ok(builder),
    }
}

fn with_origin(builder: MessageBuilder, origin: Origin) -> MessageBuilder {
    let builder = builder.raw_header(header("X-Auto-Response-Suppress", NO_ANSWERS_TO));
    match origin {
        Origin::Automatic => builder.raw_header(header("Auto-Submitted", "auto-generated")),
        Origin::ByAPerson => builder,
    }
}

/// In-Reply-To and References, so that mail programs show one conversation (E8).
fn with_thread(builder: MessageBuilder, mail: &OutgoingMail) -> MessageBuilder {
    let id = |id: &MessageId| message_id_header(*id, &mail.from_address);
    let builder = match &mail.in_reply_to {
        Some(before) => builder.in_reply_to(id(before)),
        None => builder,
    };
    let references = trimmed_references(&mail.references, mail.in_reply_to);
    if references.is_empty() {
        return builder;
    }
    builder.references(references.iter().map(id).collect::<Vec<_>>().join(" "))
}

/// The first message and the latest ones; the message that is answered comes last.
fn trimmed_references(references: &[MessageId], in_reply_to: Option<MessageId>) -> Vec<MessageId> {
    let mut all: Vec<_> =
        references.iter().copied().filter(|id| Some(*id) != in_reply_to).chain(in_reply_to).collect();
    if all.len() > MOST_REFERENCES {
        all.drain(1..=all.len() - MOST_REFERENCES);
    }
    all
}

fn body(mail: &OutgoingMail) -> MultiPart {
    let alternatives = MultiPart::alternative()
        .boundary(boundary(mail.message_id, "text"))
        .singlepart(text_part(ContentType::TEXT_PLAIN, &mail.text))
        .singlepart(text_part(ContentType::TEXT_HTML, &mail.html));
    let Some(calendar) = &mail.calendar else {
        return alternatives;
    };
    MultiPart::mixed()
        .boundary(boundary(mail.message_id, "all"))
        .multipart(alternatives.singlepart(text_part(calendar_type(calendar), &calendar.ics)))
        .singlepart(calendar_attachment(calendar))
}

/// Outlook, Google and Apple show buttons for the part inside the alternatives.
fn calendar_type(calendar: &CalendarFile) -> ContentType {
    ContentType::parse(&format!("text/calendar; charset=utf-8; method={}", calendar.method.keyword()))
        .unwrap_or(ContentType::TEXT_PLAIN)
}

/// Programs that know no invitations show a file to open.
fn calendar_attachment(calendar: &CalendarFile) -> SinglePart {
    SinglePart::builder()
        .header(ContentType::parse("application/ics").unwrap_or(ContentType::TEXT_PLAIN))
        .header(ContentDisposition::attachment("meeting.ics"))
        .header(ContentTransferEncoding::Base64)
        .body(calendar.ics.clone().into_bytes())
}

/// Always quoted-printable: no line is too long for any server, no byte is outside ASCII, and a boundary
/// that begins with `=_` cannot occur in it, whatever a person wrote.
fn text_part(content_type: ContentType, text: &str) -> SinglePart {
    SinglePart::builder()
        .header(content_type)
        .header(ContentTransferEncoding::QuotedPrintable)
        .body(text.to_owned())
}

fn boundary(id: MessageId, part: &str) -> String {
    format!("=_{}_{part}", id.0.simple())
}

fn mailbox(name: &str, address: &EmailAddress) -> Result<Mailbox, MailProblem> {
    let name = one_line(name);
    let local = address.as_str().rsplit_once('@').map_or("", |(local, _)| local);
    let address = Address::new(local, ascii_domain(address)).map_err(|_| MailProblem::Address)?;
    Ok(Mailbox::new((!name.is_empty()).then_some(name), address))
}

/// The domain in the form that every server knows: `schule.example`, or `xn--…` for other alphabets.
fn ascii_domain(address: &EmailAddress) -> String {
    let domain = address.as_str().rsplit_once('@').map_or("", |(_, domain)| domain);
    url::Host::parse(domain).map_or_else(|_| domain.to_owned(), |host| host.to_string())
}

fn header(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

/// Whole seconds since 1970 up to the end of 9998; the library panics outside the years that it knows.
fn header_date(at: DateTime<Utc>) -> Result<SystemTime, MailProblem> {
    const YEAR_9999: u64 = 253_370_764_800;
    let seconds = u64::try_from(at.timestamp()).map_err(|_| MailProblem::Date)?;
    if seconds >= YEAR_9999 {
        return Err(MailProblem::Date);
    }
    Ok(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds))
}

#[cfg(test)]
pub(super) mod tests {
    use chrono::TimeZone;
    use uuid::Uuid;

    use super::*;
    use crate::mail::invitation::tests::{cancelled, invited};

    pub(in crate::mail) fn at() -> DateTime<Utc> {
        Utc.with_ymd_and_hms(2026, 6, 4, 8, 32, 0).unwrap()
    }

    fn id(number: u128) -> MessageId {
        MessageId(Uuid::from_u128(number))
    }

    fn address(raw: &str) -> EmailAddress {
        EmailAddress::parse(raw).unwrap()
    }

    pub(in crate::mail) fn receipt() -> OutgoingMail {
        OutgoingMail {
            message_id: id(7),
            from_name: "Hazel Lane Primary School".to_owned(),
            from_address: address("concerns@hazel-lane.example.org"),
            reply_to: Some(address("reply-x7k2@hazel-lane.example.org")),
            to_name: "Zofia Łukasiewicz".to_owned(),
            to_address: address("zofia@example.com"),
            subject: "Hazel Lane Primary School: your concern HL-4F7K".to_owned(),
            text: "Dear Zofia\n\nWe have your concern.\n".to_owned(),
            html: "<p>Dear Zofia</p><p>We have your concern.</p>".to_owned(),
            calendar: None,
            in_reply_to: None,
            references: Vec::new(),
            origin: Origin::Automatic,
            language: Language::ENGLISH,
        }
    }

    fn eml(mail: &OutgoingMail) -> String {
        String::from_utf8(to_message(mail, at()).unwrap().formatted()).unwrap()
    }

    fn head(mail: &OutgoingMail) -> String {
        eml(mail).split_once("\r\n\r\n").unwrap().0.to_owned()
    }

    fn header_names(mail: &OutgoingMail) -> Vec<String> {
        let unfolded = head(mail).replace("\r\n ", " ");
        unfolded.lines().map(|line| line.split(':').next().unwrap().to_owned()).collect()
    }

    #[test]
    fn e1_a_mail_is_text_and_html_and_the_same_bytes_each_time() {
        assert_eq!(eml(&receipt()), eml(&receipt()));
        insta::assert_snapshot!("receipt_eml", eml(&receipt()));
    }

    #[test]
    fn e25_an_invitation_is_a_part_and_an_attachment() {
        for (name, calendar) in [("invited_eml", invited()), ("cancelled_eml", cancelled())] {
            let mail = OutgoingMail { calendar: Some(calendar.to_file(at())), ..receipt() };
            insta::assert_snapshot!(name, eml(&mail));
        }
    }

    #[test]
    fn no_name_or_subject_can_start_a_header() {
        let mail = OutgoingMail {
            from_name: "School\r\nBcc: spy@example.net".to_owned(),
            to_name: "\"Jo\" <x>\r\n\r\n<script>\nBcc: spy@example.net".to_owned(),
            subject: "Concern\r\nBcc: spy@example.net\r\n\r\nHello".to_owned(),
            ..receipt()
        };
        let message = to_message(&mail, at()).unwrap();
        assert_eq!(message.envelope().to().len(), 1);
        assert_eq!(header_names(&mail), header_names(&receipt()));
    }

    #[test]
    fn text_of_every_script_travels_in_ascii_lines_that_every_server_takes() {
        let mail = OutgoingMail {
            to_name: "محمد 张伟 👩‍👧".to_owned(),
            subject: "Ysgol Gynradd Tŷ Gwyn: 您的意见 HL-4F7K ".repeat(4),
            text: "ذهبت 👩‍👧 ".repeat(400),
            html: "<p>张伟</p>".repeat(400),
            language: Language::parse("ar").unwrap(),
            ..receipt()
        };
        let eml = eml(&mail);
        assert!(eml.is_ascii());
        assert!(eml.split("\r\n").all(|line| line.len() <= 998 && !line.contains('\n')));
        assert!(head(&mail).contains("Content-Language: ar"));
        assert!(head(&mail).contains("=?utf-8?b?"));
    }

    #[test]
    fn nobody_can_write_a_boundary_into_a_text() {
        let forged = format!("--{}\r\nContent-Type: text/html", boundary(id(7), "text"));
        let mail = OutgoingMail { text: forged, ..receipt() };
        let boundary_lines = eml(&mail).lines().filter(|line| line.starts_with("--=_")).count();
        assert_eq!(boundary_lines, 3, "two parts and the end");
    }

    #[test]
    fn e8_what_robots_look_for_stands_on_automatic_mail_only_where_it_belongs() {
        let automatic = head(&receipt());
        assert!(automatic.contains("Auto-Submitted: auto-generated"));
        assert!(automatic.contains("X-Auto-Response-Suppress: DR, RN, NRN, OOF, AutoReply"));
        let by_a_person = head(&OutgoingMail { origin: Origin::ByAPerson, ..receipt() });
        assert!(!by_a_person.contains("Auto-Submitted"));
        assert!(by_a_person.contains("X-Auto-Response-Suppress"));
    }

    #[test]
    fn e9_a_mail_about_a_case_has_no_way_to_unsubscribe() {
        assert!(!eml(&receipt()).to_lowercase().contains("unsubscribe"));
    }

    #[test]
    fn e8_references_are_trimmed_to_the_first_and_the_latest() {
        let mail = OutgoingMail {
            references: (100..130).map(id).collect(),
            in_reply_to: Some(id(130)),
            ..receipt()
        };
        let expected: Vec<_> = std::iter::once(100).chain(122..=130).map(id).collect();
        assert_eq!(trimmed_references(&mail.references, mail.in_reply_to), expected);
        let unfolded = head(&mail).replace("\r\n ", " ");
        let references = unfolded.lines().find(|line| line.starts_with("References:")).unwrap();
        assert_eq!(references.matches("@hazel-lane.example.org>").count(), 10);
        assert!(
            unfolded.contains(&format!("In-Reply-To: {}", message_id_header(id(130), &mail.from_address)))
        );
    }

    #[test]
    fn a_domain_in_another_alphabet_goes_out_in_its_ascii_form() {
        let mail = OutgoingMail { to_address: address("jo@schüle.example"), ..receipt() };
        let message = to_message(&mail, at()).unwrap();
        assert_eq!(message.envelope().to().first().unwrap().to_string(), "jo@xn--schle-mva.example");
    }

    #[test]
    fn a_date_that_no_header_can_carry_is_refused_instead_of_a_crash() {
        for year in [1969, 9999, 20256] {
            let at = Utc.with_ymd_and_hms(year, 1, 1, 0, 0, 0).unwrap();
            assert_eq!(to_message(&receipt(), at).err(), Some(MailProblem::Date), "{year}");
        }
    }

    proptest::proptest! {
        #[test]
        fn whatever_people_write_the_mail_has_the_same_headers_and_goes_to_one_address(
            words in "\\PC{0,200}|[\\r\\n:<>\"=?,;@ a-z\u{0}-\u{1f}]{0,200}",
        ) {
            let mail = OutgoingMail {
                from_name: words.clone(),
                to_name: words.clone(),
                subject: words.clone(),
                text: words.clone(),
                html: words,
                ..receipt()
            };
            let eml = eml(&mail);
            let lone_breaks = eml.replace("\r\n", "").contains(['\r', '\n']);
            proptest::prop_assert!(eml.is_ascii() && !lone_breaks);
            proptest::prop_assert_eq!(header_names(&mail), header_names(&receipt()));
            proptest::prop_assert_eq!(to_message(&mail, at()).unwrap().envelope().to().len(), 1);
        }
    }
}
