//! What stands around every page: title, names, navigation, help, ways out.
//!
//! A page is an askama template with a `shell: Shell` field; it extends `layout/parent.html` or
//! `layout/staff.html`, which read it. Nothing here decides anything: it is filled in by the page's handler.

use std::borrow::Cow;

use super::assets;
use super::parts::{Link, NavItem};

/// Words that are either ours and fixed, or made for this page.
pub type Words = Cow<'static, str>;

/// The frame of one page.
#[derive(Clone, Debug)]
pub struct Shell {
    /// The question that the page asks, or what it shows: the first part of the title (P9).
    pub heading: Words,
    /// Whether something on the page is to be put right; the title then begins "Error: " (P9).
    pub standing: Standing,
    /// The name of the service, the second part of the title: "Raise a concern".
    pub service: Words,
    /// Where the service's name leads.
    pub home: Words,
    /// The school, or on staff pages of a whole trust the trust; the last part of the title. None before set-up.
    pub school: Option<String>,
    /// Whose page it is.
    pub audience: Audience,
    /// Language of the page, as in `lang`: "en", "cy", "ar".
    pub lang: Words,
    /// Which way the language runs.
    pub dir: Direction,
    /// The languages that this page can be read in; none or one shows no switch (P36).
    pub languages: Vec<Language>,
    /// Tells that this is a demo or that no mail leaves (E26). On every page while it is so.
    pub mode: Option<ModeBanner>,
    /// What has just happened, once: at most one a page, and never together with an error summary.
    pub notice: Option<Notice>,
    /// Where "Back" leads (P4).
    pub back: Option<String>,
    /// The quick way out (P19).
    pub exit: Option<Exit>,
    /// Who helps, in the same place on every page (P39).
    pub help: Help,
    /// Privacy notice, accessibility statement, the procedure.
    pub footer: Vec<Link>,
    /// The address of this page, without the host: for the language switch and to come back to.
    pub path: String,
}

/// Whether the page came back with something to put right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Nothing to put right.
    Clear,
    /// There is a problem to put right.
    Problem,
}

/// Whose page it is.
#[derive(Clone, Debug)]
pub enum Audience {
    /// A family, or anybody else who raises a concern: the school's name comes first.
    Parent,
    /// Somebody who works with cases.
    Staff(Desk),
}

/// What a signed-in member of staff has in the header. Signing in, set-up and trouble pages have an empty one.
#[derive(Clone, Debug, Default)]
pub struct Desk {
    /// Who is signed in, and how to leave.
    pub signed_in: Option<SignedIn>,
    /// The main navigation.
    pub nav: Vec<NavItem>,
    /// Where to choose another school; only for people with more than one (S29).
    pub switch: Option<Link>,
}

/// A signed-in person.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// Their name.
    pub name: String,
    /// Where the sign-out form posts to.
    pub sign_out: Words,
    /// The token that the sign-out form carries.
    pub csrf: String,
}

/// Which way a language runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// As English.
    LeftToRight,
    /// As Arabic and Urdu.
    RightToLeft,
}

impl Direction {
    /// The value of the `dir` attribute.
    pub const fn attribute(self) -> &'static str {
        match self {
            Self::LeftToRight => "ltr",
            Self::RightToLeft => "rtl",
        }
    }
}

/// One language of the switch.
#[derive(Clone, Debug)]
pub struct Language {
    /// Its tag: "cy".
    pub tag: Words,
    /// Its name in itself: "Cymraeg".
    pub name: Words,
    /// This page in that language; none for the language that the page is in.
    pub href: Option<String>,
}

/// A banner that stays while the program runs in a special mode.
#[derive(Clone, Debug)]
pub struct ModeBanner {
    /// "Demo" or "Test mode".
    pub name: Words,
    /// What that means for the reader, in a sentence.
    pub text: Words,
    /// Where to see or change it.
    pub link: Option<Link>,
}

/// What has just happened.
#[derive(Clone, Debug)]
pub struct Notice {
    /// How it ended.
    pub tone: NoticeTone,
    /// The one sentence.
    pub text: Words,
    /// What follows from it, in another.
    pub detail: Option<Words>,
    /// Where that is done.
    pub link: Option<Link>,
}

/// How it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoticeTone {
    /// It was done. Read out at once by screen readers.
    Done,
    /// Something to know, such as a holiday.
    ToKnow,
}

/// "Exit this page".
#[derive(Clone, Debug)]
pub struct Exit {
    /// A harmless page somewhere else.
    pub to: Words,
    /// The page that tells what the button can and cannot hide.
    pub about: Words,
}

/// Who helps, and when.
#[derive(Clone, Debug)]
pub struct Help {
    /// "Talk to the school office".
    pub heading: Words,
    /// A telephone number as people read it.
    pub phone: Option<String>,
    /// An address for mail.
    pub email: Option<String>,
    /// When somebody answers, holidays included.
    pub hours: Option<String>,
    /// Whom to ask, in a sentence.
    pub note: Option<String>,
    /// The way without a computer: a paper form, an interpreter.
    pub paper: Option<Link>,
}

impl Help {
    /// A help block with a heading and nothing else yet.
    pub fn new(heading: impl Into<Words>) -> Self {
        Self { heading: heading.into(), phone: None, email: None, hours: None, note: None, paper: None }
    }
}

impl Shell {
    /// A page for families. The caller sets what else it has.
    pub fn parent(school: impl Into<String>, heading: impl Into<Words>, help: Help) -> Self {
        let mut shell = Self::bare(heading.into(), help);
        shell.school = Some(school.into());
        shell
    }

    /// A page for staff. The caller sets what else it has.
    pub fn staff(heading: impl Into<Words>, desk: Desk, help: Help) -> Self {
        let mut shell = Self::bare(heading.into(), help);
        shell.audience = Audience::Staff(desk);
        shell
    }

    fn bare(heading: Words, help: Help) -> Self {
        Self {
            heading,
            standing: Standing::Clear,
            service: "Heard".into(),
            home: "/".into(),
            school: None,
            audience: Audience::Parent,
            lang: "en".into(),
            dir: Direction::LeftToRight,
            languages: Vec::new(),
            mode: None,
            notice: None,
            back: None,
            exit: None,
            help,
            footer: Vec::new(),
            path: String::new(),
        }
    }

    /// The title of the page: "Question – Service – School", with "Error: " before it while something is to be
    /// put right (P9).
    pub fn title(&self) -> String {
        let parts: Vec<&str> = [Some(&*self.heading), Some(&*self.service), self.school.as_deref()]
            .into_iter()
            .flatten()
            .collect();
        match self.standing {
            Standing::Clear => parts.join(" – "),
            Standing::Problem => format!("Error: {}", parts.join(" – ")),
        }
    }

    /// The address of the stylesheet.
    pub const fn css(&self) -> &'static str {
        assets::CSS
    }

    /// The address of the script.
    pub const fn js(&self) -> &'static str {
        assets::JS
    }

    /// The address of the icon.
    pub const fn icon(&self) -> &'static str {
        assets::ICON
    }
}

/// A telephone number as `tel:` wants it: digits, with the plus sign that may lead them.
pub fn dialled(phone: &str) -> String {
    phone.chars().filter(|sign| sign.is_ascii_digit() || *sign == '+').collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// P9
    #[test]
    fn a_title_is_question_service_school_and_says_error_first() {
        let mut shell = Shell::parent("Hazel Lane Primary School", "What happened?", Help::new("Help"));
        shell.service = "Raise a concern".into();
        assert_eq!(shell.title(), "What happened? – Raise a concern – Hazel Lane Primary School");
        shell.standing = Standing::Problem;
        assert_eq!(shell.title(), "Error: What happened? – Raise a concern – Hazel Lane Primary School");
        shell.school = None;
        assert_eq!(shell.title(), "Error: What happened? – Raise a concern");
    }

    #[test]
    fn a_number_is_dialled_without_its_spaces() {
        assert_eq!(dialled("+44 (0)20 7946 0000"), "+4402079460000");
        assert_eq!(dialled("0117 496 0123"), "01174960123");
    }
}
