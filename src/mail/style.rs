//! How a message looks: one [`Letter`], written once, read as plain text and as simple HTML (E1).
//!
//! The manner is GOV.UK Notify's: headings in sentence case, no bold, no italics, no pictures, links whose
//! words say where they go and whose full address is shown (E4). Nothing is fetched from anywhere (E6).

use askama::Template;
use url::Url;

use super::line::one_line;
use super::{Direction, Language};

/// The width of a line of plain text, in characters. A longer word, such as a link, is never broken.
pub(super) const LINE_WIDTH: usize = 72;

/// A message before it is rendered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// The language that it is written in.
    pub language: Language,
    /// The subject: school, reference, and neutral words (E2).
    pub subject: String,
    /// The first line: "Dear Zofia Łukasiewicz".
    pub greeting: String,
    /// What it says, the most important first (E3).
    pub blocks: Vec<Block>,
    /// Who it is from, a line each.
    pub sign_off: Vec<String>,
    /// What every message of the school ends with, a paragraph each: how to reach it, what to do if a child
    /// is at risk.
    pub footer: Vec<String>,
}

/// A piece of a message. Text in it is text: nothing that a person wrote becomes markup.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    /// A heading in sentence case.
    Heading(String),
    /// A paragraph; its line breaks are kept, an empty line begins another.
    Paragraph(String),
    /// A list without an order.
    List(Vec<String>),
    /// Numbered steps.
    Steps(Vec<String>),
    /// Words of another person, or words to stand out.
    Inset(String),
    /// A link.
    Link {
        /// Where it goes, in words: "See your concern". Never "click here".
        words: String,
        /// The full address, which is shown too.
        url: Url,
    },
    /// Dates with what they are for.
    Dates(Vec<DateLine>),
}

/// A date with what it is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DateLine {
    /// What happens: "You will have an answer by".
    pub label: String,
    /// When, written in full: "Thursday 4 June 2026" (E10).
    pub date: String,
}

/// A message as it is frozen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RenderedLetter {
    /// The subject, on one line.
    pub subject: String,
    /// The plain text.
    pub text: String,
    /// The HTML page.
    pub html: String,
}

impl Letter {
    /// Both forms.
    pub fn render(&self) -> RenderedLetter {
        RenderedLetter { subject: one_line(&self.subject), text: render_text(self), html: render_html(self) }
    }
}

/// The plain text: lines of at most 72 characters where words allow it, and one line break at the end.
pub fn render_text(letter: &Letter) -> String {
    let mut parts = vec![wrapped(&letter.greeting, "", "")];
    parts.extend(letter.blocks.iter().map(block_text));
    parts.push(letter.sign_off.iter().map(|line| wrapped(line, "", "")).collect::<Vec<_>>().join("\n"));
    if !letter.footer.is_empty() {
        // Not the `-- ` of a signature: mail programs hide what follows that, and it may be a number to call.
        parts.push("---".to_owned());
        parts.extend(letter.footer.iter().map(|paragraph| wrapped(paragraph, "", "")));
    }
    parts.retain(|part| !part.is_empty());
    format!("{}\n", parts.join("\n\n"))
}

/// The HTML page. The subject is its title.
///
/// # Panics
/// Never: the template writes strings into a string, and nothing in that can fail.
#[expect(clippy::expect_used, reason = "see Panics")]
pub fn render_html(letter: &Letter) -> String {
    LetterPage { letter }.render().expect("a letter renders")
}

fn block_text(block: &Block) -> String {
    match block {
        Block::Heading(words) => heading(words),
        Block::Paragraph(words) => wrapped(words, "", ""),
        Block::List(items) => {
            items.iter().map(|item| wrapped(item, "- ", "  ")).collect::<Vec<_>>().join("\n")
        }
        Block::Steps(items) => (1..)
            .zip(items)
            .map(|(number, item)| wrapped(item, &format!("{number}. "), "   "))
            .collect::<Vec<_>>()
            .join("\n"),
        Block::Inset(words) => wrapped(words, "> ", "> "),
        Block::Link { words, url } => format!("{}:\n{url}", wrapped(words, "", "")),
        Block::Dates(lines) => lines
            .iter()
            .map(|DateLine { label, date }| wrapped(&format!("{label}: {date}"), "", "  "))
            .collect::<Vec<_>>()
            .join("\n"),
    }
}

fn heading(words: &str) -> String {
    let words = one_line(words);
    let length = words.chars().count().min(LINE_WIDTH);
    format!("{words}\n{}", "-".repeat(length))
}

/// Text in lines of at most [`LINE_WIDTH`] characters: `first` stands before the first line, `rest` before each
/// other. Line breaks of the text stay.
fn wrapped(text: &str, first: &str, rest: &str) -> String {
    let mut lines = Vec::new();
    for paragraph in text.trim().lines() {
        let start = if lines.is_empty() { first } else { rest };
        wrap_line(paragraph, start, rest, &mut lines);
    }
    lines.join("\n")
}

fn wrap_line(line: &str, first: &str, rest: &str, lines: &mut Vec<String>) {
    let mut current = first.to_owned();
    let mut is_empty = true;
    for word in line.split_whitespace() {
        let width = current.chars().count() + usize::from(!is_empty) + word.chars().count();
        if !is_empty && width > LINE_WIDTH {
            lines.push(std::mem::replace(&mut current, rest.to_owned()));
            is_empty = true;
        }
        if !is_empty {
            current.push(' ');
        }
        current.push_str(word);
        is_empty = false;
    }
    lines.push(current.trim_end().to_owned());
}

#[derive(Template)]
#[template(path = "letter.html")]
struct LetterPage<'a> {
    letter: &'a Letter,
}

impl LetterPage<'_> {
    fn direction(&self) -> &'static str {
        Direction::html(self.letter.language.direction())
    }
}

/// The paragraphs of a text, each as its lines: an empty line begins another paragraph.
fn paragraphs(text: &str) -> Vec<Vec<&str>> {
    text.trim()
        .lines()
        .map(str::trim)
        .collect::<Vec<_>>()
        .split(|line| line.is_empty())
        .filter(|lines| !lines.is_empty())
        .map(<[&str]>::to_vec)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const USER_WORDS: &str = "He was pushed <b>twice</b> & nobody came.\r\n\r\n<script>alert(1)</script>\n\
                              \"It's\" {{ subject }} https://evil.example/\u{202e}";

    fn link() -> Url {
        let path = "a-long-token-that-no-line-may-break-".repeat(4);
        Url::parse(&format!("https://heard.example.org/c/HL-4F7K?t={path}&b=1")).unwrap()
    }

    fn letter() -> Letter {
        Letter {
            language: Language::ENGLISH,
            subject: "Hazel Lane Primary School: your concern HL-4F7K".to_owned(),
            greeting: "Dear Zofia Łukasiewicz".to_owned(),
            blocks: vec![
                Block::Paragraph(
                    "We have your concern. Your reference is HL-4F7K. The class teacher will read it first and \
                     will ring you."
                        .to_owned(),
                ),
                Block::Heading("What happens next".to_owned()),
                Block::Steps(vec![
                    "The class teacher reads what you wrote and asks you anything that is not clear, usually by \
                     telephone."
                        .to_owned(),
                    "You get an answer.".to_owned(),
                ]),
                Block::Dates(vec![
                    DateLine {
                        label: "You will hear from us by".to_owned(),
                        date: "Thursday 4 June 2026".to_owned(),
                    },
                    DateLine {
                        label: "You will have an answer by".to_owned(),
                        date: "Thursday 18 June 2026".to_owned(),
                    },
                ]),
                Block::Heading("What you told us".to_owned()),
                Block::Inset(USER_WORDS.to_owned()),
                Block::List(vec!["You can add to it.".to_owned(), "You can take it back.".to_owned()]),
                Block::Link { words: "See your concern and where it is".to_owned(), url: link() },
            ],
            sign_off: vec!["Hazel Lane Primary School".to_owned(), "0113 496 0000".to_owned()],
            footer: vec!["If a child is in danger now, call 999.".to_owned()],
        }
    }

    #[test]
    fn e1_one_letter_reads_as_text_and_as_html() {
        insta::assert_snapshot!("letter_text", render_text(&letter()));
        insta::assert_snapshot!("letter_html", render_html(&letter()));
    }

    #[test]
    fn user_text_never_becomes_markup() {
        let html = render_html(&letter());
        for wrong in ["<b>", "<script>", "\"It's\""] {
            assert!(!html.contains(wrong), "{wrong}");
        }
        assert!(html.contains("{{ subject }}"), "a template does not read what it was given");
    }

    #[test]
    fn e6_nothing_is_fetched_from_anywhere() {
        let html = render_html(&letter());
        for wrong in ["<img", "src=", "url(", "<link", "@import", "<iframe", "<form"] {
            assert!(!html.contains(wrong), "{wrong}");
        }
        assert_eq!(html.matches("href=").count(), 1, "only the link that the letter has");
    }

    #[test]
    fn e4_the_full_address_is_shown_and_never_broken() {
        let url = link().to_string();
        assert!(render_text(&letter()).lines().any(|line| line == url));
        assert_eq!(render_html(&letter()).matches(&url.replace('&', "&#38;")).count(), 2);
    }

    #[test]
    fn lines_of_text_are_at_most_72_characters_unless_one_word_is_longer() {
        for line in render_text(&letter()).lines() {
            assert!(line.chars().count() <= LINE_WIDTH || !line.contains(' '), "{line}");
        }
    }

    #[test]
    fn every_line_of_another_person_is_marked_in_the_text() {
        let lines = Block::Inset(format!("{}\n\nend", "word ".repeat(60)));
        assert!(block_text(&lines).lines().all(|line| line.starts_with('>')));
    }

    #[test]
    fn a_language_from_right_to_left_says_so() {
        let urdu = Letter { language: Language::parse("ur").unwrap(), ..letter() };
        assert!(render_html(&urdu).contains(r#"<html lang="ur" dir="rtl">"#));
    }

    #[test]
    fn an_empty_letter_is_still_a_letter() {
        let empty = Letter { blocks: Vec::new(), sign_off: Vec::new(), footer: Vec::new(), ..letter() };
        assert_eq!(render_text(&empty), "Dear Zofia Łukasiewicz\n");
    }
}
