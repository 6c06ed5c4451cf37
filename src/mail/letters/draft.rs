//! A letter while it is being written, and the frames around it: one for families, one for staff.

use chrono::NaiveDate;
use url::Url;

use crate::domain::calendar::Unit;
use crate::domain::case::contact::TurnTo;
use crate::domain::case::vocabulary::Relationship;
use crate::domain::ids::PersonId;
use crate::domain::notice::{FamilyNews, NoticeKind, Timing};
use crate::domain::text::Words;
use crate::mail::{Block, DateLine, Language, Letter};

use super::Safeguarding;
use super::desk::{Desk, date_line};

/// The neutral words of the subject, and what the letter says.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    subject: String,
    blocks: Vec<Block>,
    safety: Safety,
}

/// Where the letter says what to do about a child at risk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Safety {
    /// Among the last lines, as in every letter.
    InFooter,
    /// Already, under a heading of its own.
    Said,
}

impl Draft {
    /// Begins a letter; the subject is school, these words, reference.
    pub(super) fn about(subject: impl Into<String>) -> Self {
        Self { subject: subject.into(), blocks: Vec::new(), safety: Safety::InFooter }
    }

    fn with(mut self, block: Block) -> Self {
        self.blocks.push(block);
        self
    }

    pub(super) fn heading(self, words: &str) -> Self {
        self.with(Block::Heading(words.to_owned()))
    }

    pub(super) fn say(self, words: impl Into<String>) -> Self {
        self.with(Block::Paragraph(words.into()))
    }

    pub(super) fn say_if(self, words: Option<impl Into<String>>) -> Self {
        match words {
            Some(words) => self.say(words),
            None => self,
        }
    }

    /// Words that a person wrote.
    pub(super) fn quote(self, words: &str) -> Self {
        self.with(Block::Inset(words.to_owned()))
    }

    /// A heading with words that a person wrote, where there are any.
    pub(super) fn quote_under(self, heading: &str, words: Option<&Words>) -> Self {
        match words {
            Some(words) => self.heading(heading).quote(words.as_str()),
            None => self,
        }
    }

    pub(super) fn quote_if(self, words: Option<&Words>) -> Self {
        match words {
            Some(words) => self.quote(words.as_str()),
            None => self,
        }
    }

    pub(super) fn list(self, items: Vec<String>) -> Self {
        if items.is_empty() { self } else { self.with(Block::List(items)) }
    }

    pub(super) fn steps(self, items: Vec<String>) -> Self {
        if items.is_empty() { self } else { self.with(Block::Steps(items)) }
    }

    pub(super) fn dates(self, lines: Vec<DateLine>) -> Self {
        if lines.is_empty() { self } else { self.with(Block::Dates(lines)) }
    }

    pub(super) fn link(self, words: &str, url: &Url) -> Self {
        self.with(Block::Link { words: words.to_owned(), url: url.clone() })
    }

    /// What goes on with another function, so that a letter reads from top to bottom.
    pub(super) fn then(self, more: impl FnOnce(Self) -> Self) -> Self {
        more(self)
    }

    /// The dates that the school owes now, and honestly which it has missed and which it cannot work out.
    pub(super) fn dates_owed(self, desk: &Desk<'_>) -> Self {
        self.dates(desk.dates())
            .say_if(desk.date_follows())
            .say_if(desk.missing_dates())
            .then(|draft| draft.dates_missed(desk))
    }

    /// A date that has passed is never promised again: what was missed, that it is owed all the same, and
    /// what the family can do now.
    fn dates_missed(self, desk: &Desk<'_>) -> Self {
        let missed = desk.missed();
        if missed.is_empty() {
            return self;
        }
        let passed = if missed.len() == 1 { "This date has passed" } else { "These dates have passed" };
        self.say(format!("We are late. {passed}:"))
            .dates(missed)
            .say("We still owe you this. You do not have to ask for it again.")
            .say_if(desk.going_on_without())
    }

    /// The last date to take it further: by when, or that it is over and what is still open to the family.
    pub(super) fn last_date(self, desk: &Desk<'_>, last: Option<NaiveDate>) -> Self {
        match last {
            None => self,
            Some(on) if on >= desk.facts.today => {
                self.dates(vec![date_line("Last date to take it further", on)])
            }
            Some(on) => self
                .dates(vec![date_line("The last date to take it further was", on)])
                .say("If something kept you, tell us now what it was. We can still let it through."),
        }
    }

    /// How the date that matters most was counted (P25).
    pub(super) fn how_counted(self, desk: &Desk<'_>) -> Self {
        match desk.main_working() {
            Some(working) => self.heading("How we worked out the date").say(working),
            None => self,
        }
    }

    /// What to do about a child at risk, under a heading of its own.
    pub(super) fn child_at_risk(mut self, desk: &Desk<'_>) -> Self {
        self.safety = Safety::Said;
        let heading = match desk.relationship() {
            Some(Relationship::Pupil) => "If you are not safe",
            Some(
                Relationship::Parent
                | Relationship::Carer
                | Relationship::FormerParent
                | Relationship::Public
                | Relationship::Staff
                | Relationship::ThirdParty,
            )
            | None => "If a child is at risk",
        };
        self.heading(heading).list(safety_lines(desk))
    }

    /// The letter as a complainant gets it: their own link, the promise, the counting rule and the help.
    pub(super) fn for_family(self, desk: &Desk<'_>) -> Letter {
        // A receipt or a reminder is nobody's own letter.
        let author = match desk.notice.timing {
            Timing::AfterUndo if desk.notice.kind == NoticeKind::Family(FamilyNews::Findings) => {
                the_panel(desk)
            }
            // Whoever passed it on works for the school that it has left.
            Timing::AfterUndo if desk.notice.kind == NoticeKind::Family(FamilyNews::SchoolMoved) => {
                Vec::new()
            }
            Timing::AfterUndo => desk.author().map(|person| desk.person_line(person)).into_iter().collect(),
            Timing::AtOnce => Vec::new(),
        };
        let school = desk.facts.school.name.clone();
        let footer = family_footer(desk, self.safety);
        let with_link = self.own_page(desk);
        Letter {
            language: Language::ENGLISH,
            subject: subject(desk, &with_link.subject),
            greeting: desk.reader().map_or_else(|| "Hello".to_owned(), |name| format!("Dear {name}")),
            blocks: with_link.blocks,
            sign_off: author.into_iter().chain([school]).collect(),
            footer,
        }
    }

    /// The letter to whoever is asked to agree that somebody raises it for them: they are no part of the case, so it
    /// speaks of no page, no dates of it and no procedure (R10).
    pub(super) fn for_whoever_is_asked(self, desk: &Desk<'_>) -> Letter {
        let school = desk.facts.school.name.clone();
        let draft = if let Some(url) = &desk.facts.links.case {
            self.link("Tell us yes or no", url)
        } else {
            let (phone, reference) = (&desk.facts.school.phone, &desk.case().reference);
            self.say(format!("Ring us on {phone} or write to us. Give the reference, {reference}."))
        };
        Letter {
            language: Language::ENGLISH,
            subject: subject(desk, &draft.subject),
            greeting: desk.reader().map_or_else(|| "Hello".to_owned(), |name| format!("Dear {name}")),
            blocks: draft.blocks,
            sign_off: vec![school],
            footer: vec![
                help(desk),
                safety_lines(desk).join(" "),
                "Tell us if you need this in another language, in large print or on paper. We arrange it."
                    .to_owned(),
                format!("How we use what you tell us: {}", desk.facts.links.privacy),
            ],
        }
    }

    fn own_page(self, desk: &Desk<'_>) -> Self {
        let noun = desk.noun();
        match &desk.facts.links.case {
            Some(url) => self
                .heading("How to answer us")
                .say(how_to_answer(desk))
                .link(&format!("See your {noun} and what you can do"), url),
            None => self.heading("How to answer us").say(format!(
                "Ring us on {}{} or write to us. Give your reference, {}.",
                desk.facts.school.phone,
                ask_for(desk),
                desk.case().reference
            )),
        }
    }

    /// The letter as staff get it: short, with one link and nothing of what the case says (E5).
    pub(super) fn for_staff(self, desk: &Desk<'_>) -> Letter {
        let draft = self.link("Open the case", &desk.facts.links.staff);
        Letter {
            language: Language::ENGLISH,
            subject: subject(desk, &draft.subject),
            greeting: desk.reader().map_or_else(|| "Hello".to_owned(), |name| format!("Dear {name}")),
            blocks: draft.blocks,
            sign_off: vec![format!("Heard, for {}", desk.facts.school.name)],
            footer: vec![
                "This message is short on purpose. What the case says stays behind the link. Only people who \
                 may see the case can open it."
                    .to_owned(),
            ],
        }
    }
}

impl Draft {
    /// The letter to whoever is complained about, or stood down from a panel: signed by the school, with no way into the
    /// case (R22, R27). Questions go to the clerk, and not to an office that may work for the reader.
    pub(super) fn without_link(self, desk: &Desk<'_>) -> Letter {
        let school = desk.facts.school;
        Letter {
            language: Language::ENGLISH,
            subject: subject(desk, &self.subject),
            greeting: desk.reader().map_or_else(|| "Hello".to_owned(), |name| format!("Dear {name}")),
            blocks: self.blocks,
            sign_off: vec![school.name.clone()],
            footer: vec![desk.clerk().map_or_else(
                || {
                    format!(
                        "If you have a question about this letter, ring the school on {} or write to {}.",
                        school.phone, school.email
                    )
                },
                |(clerk, role)| {
                    format!(
                        "If you have a question about this letter, write to {}, {}: {}.",
                        clerk.name,
                        desk.role(role),
                        clerk.email
                    )
                },
            )],
        }
    }
}

/// Findings are the panel's own: its chair signs first, then each member (2.4).
fn the_panel(desk: &Desk<'_>) -> Vec<String> {
    let Some(hearing) = desk.hearing() else { return Vec::new() };
    let sat = hearing.held.as_ref().map(|held| held.present.as_slice());
    let mut members: Vec<PersonId> = hearing
        .members
        .iter()
        .map(|member| member.person)
        .filter(|person| sat.is_none_or(|sat| sat.contains(person)))
        .collect();
    members.sort_by_key(|person| *person != hearing.chair);
    let line = |person: PersonId| {
        let part = if person == hearing.chair { "chair of the panel" } else { "member of the panel" };
        format!("{}, {part}", desk.facts.directory.name(person))
    };
    members.into_iter().map(line).collect()
}

fn subject(desk: &Desk<'_>, words: &str) -> String {
    format!("{}: {words} ({})", desk.facts.school.name, desk.case().reference)
}

/// Where an answer goes: to the school, or to somebody whom the office does not stand above (R22).
fn how_to_answer(desk: &Desk<'_>) -> String {
    match desk.turn_to() {
        TurnTo::Office => {
            "Use your own link, and keep it to yourself. You can also ring us or write to us.".to_owned()
        }
        TurnTo::Instead { person, role } => format!(
            "Use your own link, and keep it to yourself. You can also answer this message. It goes to {}, {}, and not \
             to the school office.",
            person.name,
            desk.role(role)
        ),
    }
}

/// Whom to ask for on the telephone of the school.
fn ask_for(desk: &Desk<'_>) -> String {
    match desk.turn_to() {
        TurnTo::Office => String::new(),
        TurnTo::Instead { person, role } => format!(", ask for {}, {},", person.name, desk.role(role)),
    }
}

/// How to reach a person (P39).
fn help(desk: &Desk<'_>) -> String {
    let school = desk.facts.school;
    match desk.turn_to() {
        TurnTo::Office => format!(
            "Help: ring {} or write to {}. The office answers {}.",
            school.phone, school.email, school.office_hours
        ),
        TurnTo::Instead { person, role } => format!(
            "Help: write to {}, {}, at {}. If you ring the school on {}, ask for them. You do not have to say what it \
             is about. The office answers {}.",
            person.name,
            desk.role(role),
            person.email,
            school.phone,
            school.office_hours
        ),
    }
}

/// What every letter to a family ends with (R78, P39).
fn family_footer(desk: &Desk<'_>, safety: Safety) -> Vec<String> {
    let facts = desk.facts;
    let mut footer = vec![promise(desk).to_owned(), counting_rule(desk.unit()).to_owned()];
    footer.push(help(desk));
    match safety {
        Safety::InFooter => footer.push(safety_lines(desk).join(" ")),
        Safety::Said => {}
    }
    footer.push(
        "Tell us if you need this in another language, in large print or on paper. We arrange it.".to_owned(),
    );
    footer.push(format!(
        "Our complaints procedure: {}\nHow we use what you tell us: {}",
        facts.links.policy, facts.links.privacy
    ));
    footer
}

/// The no-detriment promise (R78), in words that fit what the reader is to the child or the school.
fn promise(desk: &Desk<'_>) -> &'static str {
    match (desk.relationship(), &desk.case().child) {
        (Some(Relationship::Pupil | Relationship::Staff | Relationship::Public), _) => {
            "Our promise: raising this will never count against you."
        }
        (Some(Relationship::ThirdParty), _) => {
            "Our promise: raising this will never count against you or those for whom you speak."
        }
        (Some(Relationship::Parent | Relationship::Carer | Relationship::FormerParent) | None, Some(_)) => {
            "Our promise: raising this will never count against you or your child."
        }
        (Some(Relationship::Parent | Relationship::Carer | Relationship::FormerParent) | None, None) => {
            "Our promise: raising this will never count against you or your family."
        }
    }
}

/// The counting rule that the dates follow (R78, 8.1).
pub(super) fn counting_rule(unit: Unit) -> &'static str {
    match unit {
        Unit::SchoolDays => {
            "How we count: only school days count. Weekends, school holidays, bank holidays and training days \
             do not. The day on which something is sent is day 0. The next school day is day 1. The last day \
             counts to its end."
        }
        Unit::WorkingDays => {
            "How we count: Monday to Friday count, in the school holidays too. Bank holidays do not. The day \
             on which something is sent is day 0. The next working day is day 1. The last day counts to its \
             end."
        }
        Unit::TermWeekdays => {
            "How we count: weekdays in term time count, training days too. Weekends, school holidays and bank \
             holidays do not. The day on which something is sent is day 0. The last day counts to its end."
        }
        Unit::CalendarDays => {
            "How we count: every day counts, weekends and holidays too. The day on which something is sent is \
             day 0. The last day counts to its end."
        }
        Unit::CalendarMonths => {
            "How we count: a month ends on the same day of the next month, or on its last day. The last day \
             counts to its end."
        }
    }
}

/// What to do about a child at risk (E12). A pupil reads first what is for themselves.
fn safety_lines(desk: &Desk<'_>) -> Vec<String> {
    let help = desk.facts.safeguarding;
    if desk.relationship() == Some(Relationship::Pupil) {
        return safety_of_a_pupil(help);
    }
    let council = match &help.council {
        Some(council) => {
            format!("If you are worried that a child is not safe, call {}.", open_ended(council))
        }
        None => {
            "If you are worried that a child is not safe, call your council's children's services.".to_owned()
        }
    };
    let lead = match &help.lead {
        Some(lead) => format!("You can also talk to the school's safeguarding lead: {}.", open_ended(lead)),
        None => "You can also ask the school office for the safeguarding lead.".to_owned(),
    };
    vec!["If a child is in danger now, call 999.".to_owned(), council, lead]
}

/// A pupil's own safety, then that of others.
fn safety_of_a_pupil(help: &Safeguarding) -> Vec<String> {
    let lead = match &help.lead {
        Some(lead) => format!("At school you can talk to the safeguarding lead: {}.", open_ended(lead)),
        None => "At school you can ask the office for the safeguarding lead.".to_owned(),
    };
    let council = match &help.council {
        Some(council) => {
            format!("If you do not feel safe, or another child is not safe, call {}.", open_ended(council))
        }
        None => {
            "If you do not feel safe, or another child is not safe, call your council's children's services."
                .to_owned()
        }
    };
    vec![
        "If you are in danger now, call 999.".to_owned(),
        "You can talk to Childline at any hour, free: 0800 1111.".to_owned(),
        council,
        lead,
    ]
}

/// What a school entered, ready for our own full stop. What it says about 999 stands in our first line already.
pub(super) fn open_ended(entered: &str) -> String {
    let said_again = |sentence: &&str| !sentence.contains("999");
    let kept: Vec<&str> = entered
        .split_inclusive(". ")
        .map(str::trim)
        .filter(said_again)
        .filter(|part| !part.is_empty())
        .collect();
    let text = if kept.is_empty() { entered.trim().to_owned() } else { kept.join(" ") };
    text.trim_end_matches('.').to_owned()
}
