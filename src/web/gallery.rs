//! Every component once, on two pages: to look at, to measure, and as an example of how each is called.
//!
//! The tests write the pages and what they need to a folder named `heard-gallery` in the system's folder for
//! temporary files; `tests/browser/gallery.test.mjs` opens them in a browser.

use std::fs;
use std::path::PathBuf;

use askama::Template;

use super::assets;
use super::field::{Choices, DateField, Field, Kind, LabelSize, Problem, Stand, Width};
use super::page::{
    Desk, Direction, Exit, Help, Language, ModeBanner, Notice, NoticeTone, Shell, SignedIn, Standing,
};
use super::parts::{
    Blocked, Change, ChosenFilter, Due, Fact, FileItem, Here, Identity, Link, Move, NavItem, Nearness, Order,
    Pages, Readers, Skipped, SortHead, Step, StepState, SummaryCard, SummaryRow, Tag, Task, TaskStatus,
    TimelineItem, Tone, Working,
};

#[derive(Template)]
#[template(path = "gallery/parent.html")]
struct ParentGallery {
    shell: Shell,
    problems: Vec<Problem>,
    facts: Vec<Fact>,
    working: Working,
    steps: Vec<Step>,
    history: Vec<TimelineItem>,
    kind: Choices,
    about: Choices,
    what: Field,
    wanted: Field,
    name: Field,
    email: Field,
    phone: Field,
    when: DateField,
    year: Choices,
    file: Field,
    password: Field,
    answers: Vec<SummaryRow>,
    point: SummaryCard,
    files: Vec<FileItem>,
}

#[derive(Template)]
#[template(path = "gallery/staff.html")]
struct StaffGallery {
    shell: Shell,
    identity: Identity,
    parts: Vec<NavItem>,
    moves: Vec<Move>,
    working: Working,
    note: Field,
    message: Field,
    letter: String,
    history: Vec<TimelineItem>,
    steps: Vec<Step>,
    tasks: Vec<Task>,
    chosen: Vec<ChosenFilter>,
    search: Field,
    stage: Choices,
    heads: Vec<SortHead>,
    cases: Vec<(&'static str, &'static str, Due, Tag)>,
    pages: Pages,
    tags: Vec<Tag>,
}

fn help() -> Help {
    Help {
        phone: Some("0117 496 0123".into()),
        email: Some("office@hazel-lane.example".into()),
        hours: Some("School days, 8:15am to 4pm. Closed 26 to 30 October 2026".into()),
        note: None,
        paper: Some(Link::new("Print the form, or ask us for a copy or an interpreter", "/paper")),
        ..Help::new("Talk to the school office")
    }
}

fn footer() -> Vec<Link> {
    vec![
        Link::new("How we deal with concerns", "/procedure"),
        Link::new("Privacy notice", "/privacy"),
        Link::new("Accessibility statement", "/accessibility"),
    ]
}

fn working() -> Working {
    Working {
        what: "13 November 2026".into(),
        steps: vec![
            "We received your concern on Thursday 15 October 2026. That day is not counted.".into(),
            "The headteacher has 15 school days to answer.".into(),
            "Day 1 was Friday 16 October 2026; day 15 is Friday 13 November 2026.".into(),
        ],
        skipped: vec![
            Skipped { day: "Saturday 17 October 2026".into(), reason: "weekend".into() },
            Skipped { day: "Monday 26 to Friday 30 October 2026".into(), reason: "half-term holiday".into() },
            Skipped { day: "Monday 2 November 2026".into(), reason: "staff training day".into() },
        ],
        calendar: "Calendar of Hazel Lane Primary School, version 3".into(),
    }
}

fn steps() -> Vec<Step> {
    let step = |title: &'static str, note: &str, state| Step {
        title: title.into(),
        note: (!note.is_empty()).then(|| note.to_owned()),
        state,
    };
    vec![
        step("Class teacher", "Mr Adeyemi answered on 14 October 2026", StepState::Done),
        step("Headteacher", "Ms Okafor answers by 13 November 2026", StepState::Current),
        step("Chair of governors", "You can ask for this from 14 November 2026", StepState::Ahead),
        step("Panel hearing", "", StepState::Ahead),
    ]
}

fn event(title: &'static str, by: &str, when: (&str, &str), text: &str, readers: Readers) -> TimelineItem {
    TimelineItem {
        title: title.into(),
        by: Some(by.to_owned()),
        machine_time: when.0.to_owned(),
        when: when.1.to_owned(),
        text: (!text.is_empty()).then(|| text.to_owned()),
        links: Vec::new(),
        readers,
    }
}

fn history() -> Vec<TimelineItem> {
    let mut answer = event(
        "Answer sent",
        "Ms Okafor, headteacher",
        ("2026-10-22T08:32:00Z", "22 October 2026 at 9:32am"),
        "Thank you for telling us about this.\n\nReading support begins again on 3 November, every Tuesday and \
         Thursday. I will ring you after two weeks to hear how it goes.",
        Readers::Family,
    );
    answer.links = vec![Link::new("Reading support plan (PDF, 84 kB)", "/files/plan")];
    vec![
        answer,
        event(
            "Note",
            "Mr Adeyemi, class teacher",
            ("2026-10-20", "20 October 2026"),
            "Spoke with the reading lead: two staff were away in September.",
            Readers::School,
        ),
        event(
            "Moved to the headteacher",
            "Mrs Osman",
            ("2026-10-15T14:05:00Z", "15 October 2026 at 3:05pm"),
            "",
            Readers::Everyone,
        ),
    ]
}

fn parent() -> ParentGallery {
    let mut shell = Shell::parent("Hazel Lane Primary School", "Pattern gallery", help());
    shell.service = "Raise a concern".into();
    shell.home = "/s/hazel-lane".into();
    shell.standing = Standing::Problem;
    shell.back = Some("/before".into());
    shell.footer = footer();
    shell.exit = Some(Exit { to: "https://www.bbc.co.uk/weather".into(), about: "/about-exit".into() });
    shell.mode = Some(ModeBanner {
        name: "Demo".into(),
        text: "The school, the people and the concerns are made up.".into(),
        link: Some(Link::new("Move the clock", "/demo")),
    });
    shell.languages = vec![
        Language { tag: "en".into(), name: "English".into(), href: None },
        Language { tag: "cy".into(), name: "Cymraeg".into(), href: Some("?lang=cy".into()) },
        Language { tag: "ar".into(), name: "العربية".into(), href: Some("?lang=ar".into()) },
    ];
    let kind = kinds();
    let what = Field::new("what", "What happened?")
        .hint("Use your own words. Say what you saw or heard, and who else was there.")
        .error(Some("Tell us what happened".into()))
        .rows(8);
    let mut when = DateField::new("when", "When did it happen?");
    when.hint = Some("For example, 27 3 2026. A month alone is fine.".into());
    when.day = "31".into();
    when.month = "February".into();
    when.year = "2026".into();
    when.error = Some("February has 28 days in 2026: check the day".into());
    let problems = [kind.problem(), what.problem(), when.problem()].into_iter().flatten().collect();
    let fact = |name: &'static str, value: &str| Fact { name: name.into(), value: value.to_owned() };
    ParentGallery {
        shell,
        problems,
        facts: vec![
            fact("Where is it now", "With the headteacher"),
            fact("Who has it", "Ms Okafor, headteacher"),
            fact("What happens next", "Ms Okafor looks into it and writes to you"),
            fact("By when", "Friday 13 November 2026"),
        ],
        working: working(),
        steps: steps(),
        history: history().into_iter().filter(|item| item.readers != Readers::School).collect(),
        kind,
        about: Choices::new("about", "How can we reach you?")
            .option("email", "Email")
            .option("text", "Text message")
            .option("phone", "Phone call")
            .chosen(&["email", "phone"]),
        what,
        wanted: Field::new("wanted", "What would put it right?")
            .optional()
            .limit(200)
            .rows(3)
            .value("A call"),
        name: Field::new("name", "Full name")
            .kind(Kind::Name)
            .autocomplete("name")
            .value("Zoë O’Brien-Łukasz 王"),
        email: Field::new("email", "Email address")
            .kind(Kind::Email)
            .autocomplete("email")
            .width(Width::Half),
        phone: Field::new("phone", "Phone number")
            .kind(Kind::Phone)
            .autocomplete("tel")
            .width(Width::Twenty)
            .optional(),
        when,
        year: Choices::new("year", "Year group")
            .option("", "I do not know")
            .option("3", "Year 3")
            .chosen(&["3"]),
        file: Field::new("file", "Add a photo or a document")
            .hint("A PDF or a photo, up to 20 MB")
            .optional(),
        password: Field::new("password", "Password").kind(Kind::Password).autocomplete("current-password"),
        answers: answers(),
        point: point(),
        files: files(),
    }
}

fn kinds() -> Choices {
    Choices::new("kind", "What would you like to do?")
        .label_size(LabelSize::Medium)
        .hint("You can change this later.")
        .error(Some("Choose what you would like to do".into()))
        .option("feedback", "Give feedback")
        .leading_to("We read it. Nobody has to answer.")
        .option("concern", "Raise a concern")
        .leading_to("The person closest to it looks into it and answers you.")
        .option("complaint", "Make a formal complaint")
        .or("not_sure", "I am not sure")
}

fn answers() -> Vec<SummaryRow> {
    let row = |key: &'static str, value: Option<&str>, what: &'static str| SummaryRow {
        key: key.into(),
        value: value.map(str::to_owned),
        change: Some(Change { href: "/change".into(), what: what.into() }),
    };
    vec![
        row("Your name", Some("Farah Osman"), "your name"),
        row("Address", Some("14 Orchard Street\nWestmarch"), "your address"),
        row("Phone number", None, "your phone number"),
    ]
}

fn point() -> SummaryCard {
    let row = |key: &'static str, value: &str| SummaryRow {
        key: key.into(),
        value: Some(value.to_owned()),
        change: None,
    };
    SummaryCard {
        title: "Point 1".into(),
        actions: vec![Link::new("Change", "/change"), Link::new("Remove", "/remove")],
        rows: vec![
            row("What happened", "Reading support stopped in September and nobody told us."),
            row("When", "September 2026"),
        ],
    }
}

fn files() -> Vec<FileItem> {
    vec![
        FileItem {
            name: "a-very-long-name-of-a-photo-from-a-telephone-IMG_20261014_083211_0001_HDR_edited.jpg"
                .into(),
            href: Some("/files/1".into()),
            detail: "Photo, 2.4 MB, added 14 October 2026".into(),
            remove: Some("/files/1/remove".into()),
        },
        FileItem {
            name: "letter.pdf".into(),
            href: None,
            detail: "PDF, 84 kB, being looked through for viruses".into(),
            remove: None,
        },
    ]
}

fn nav(text: &'static str, here: Here, count: Option<u32>) -> NavItem {
    NavItem { link: Link::new(text, "#"), here, count }
}

fn due(date: &str, label: &str, nearness: Nearness) -> Due {
    Due { machine_date: "2026-11-13".into(), date: date.to_owned(), label: label.to_owned(), nearness }
}

fn tag(text: &'static str, tone: Tone) -> Tag {
    Tag { text: text.into(), tone }
}

fn staff_shell() -> Shell {
    let desk = Desk {
        signed_in: Some(SignedIn {
            name: "Amara Okafor".into(),
            sign_out: "/sign-out".into(),
            csrf: "token".into(),
        }),
        nav: vec![
            nav("Home", Here::Elsewhere, Some(4)),
            nav("Cases", Here::ThisPage, None),
            nav("Log a call", Here::Elsewhere, None),
            nav("Reports", Here::Elsewhere, None),
            nav("Settings", Here::Elsewhere, None),
        ],
        switch: Some(Link::new("Change school", "/schools")),
    };
    let mut shell = Shell::staff("Pattern gallery", desk, Help { paper: None, ..help() });
    shell.school = Some("Hazel Lane Primary School".into());
    shell.footer = footer();
    shell.mode = Some(ModeBanner {
        name: "Test mode".into(),
        text: "No mail leaves. Every message is kept on a page.".into(),
        link: Some(Link::new("See the messages", "/outbox")),
    });
    shell.notice = Some(Notice {
        tone: NoticeTone::Done,
        text: "The note is saved".into(),
        detail: Some("Only people who can see this case can read it.".into()),
        link: None,
    });
    shell
}

fn moves() -> Vec<Move> {
    vec![
        Move::Open {
            link: Link::new("Reply to the family", "/reply"),
            note: Some("Answers all 2 points and starts the 10 school days in which they can go on.".into()),
        },
        Move::Open { link: Link::new("Arrange a meeting", "/meet"), note: None },
        Move::NotYet {
            blocked: Blocked::NotYet,
            title: "Schedule the hearing".into(),
            reason: "The panel needs 3 members, 1 of them independent. It has 2. Appoint one more first."
                .into(),
        },
    ]
}

fn tasks() -> Vec<Task> {
    let task = |title: &'static str, hint: &str, status| Task {
        title: title.into(),
        href: (status != TaskStatus::CannotStartYet).then(|| "/task".to_owned()),
        hint: (!hint.is_empty()).then(|| hint.to_owned()),
        status,
    };
    vec![
        task("Acknowledge", "", TaskStatus::Completed),
        task("Speak with the family", "A call settles most concerns", TaskStatus::InProgress),
        task("Write the answer", "", TaskStatus::ToDo),
        task("Send the answer", "Needs a finding for each point", TaskStatus::CannotStartYet),
    ]
}

fn staff() -> StaffGallery {
    let fact = |name: &'static str, value: &str| Fact { name: name.into(), value: value.to_owned() };
    let head = |text: &'static str, order| SortHead { link: Link::new(text, "?sort=x"), order };
    StaffGallery {
        shell: staff_shell(),
        identity: Identity {
            reference: "HL7K-4M2P".into(),
            status: tag("Being looked into", Tone::Active),
            facts: vec![fact("Stage", "Headteacher"), fact("Handler", "Amara Okafor")],
            due: Some(due("13 November 2026", "3 school days left", Nearness::ToCome)),
        },
        parts: vec![
            nav("Case", Here::ThisPage, None),
            nav("Messages", Here::Elsewhere, Some(6)),
            nav("Files", Here::Elsewhere, Some(2)),
            nav("People", Here::Elsewhere, None),
        ],
        moves: moves(),
        working: working(),
        note: Field::new("note", "Your note").rows(3),
        message: Field::new("message", "Your message")
            .rows(5)
            .hint("Plain words. She reads it as you write it."),
        letter: "Dear Mrs Osman,\n\nReading support begins again on 3 November.\n\nAmara Okafor\nHeadteacher"
            .into(),
        history: history(),
        steps: steps(),
        tasks: tasks(),
        chosen: vec![
            ChosenFilter { text: "Stage: Headteacher".into(), without: "?".into() },
            ChosenFilter { text: "Due: this school week".into(), without: "?".into() },
        ],
        search: Field::new("q", "Search").kind(Kind::Search),
        stage: Choices::new("stage", "Stage")
            .stand(Stand::Small)
            .option("teacher", "Class teacher")
            .option("head", "Headteacher")
            .chosen(&["head"]),
        heads: vec![
            head("Reference", Order::Unsorted),
            head("Stage", Order::Unsorted),
            head("Due", Order::Ascending),
            head("Status", Order::Descending),
        ],
        cases: vec![
            (
                "HL7K-4M2P",
                "Headteacher",
                due("6 November 2026", "overdue", Nearness::Overdue),
                tag("Late", Tone::Late),
            ),
            (
                "HL2C-9R4T",
                "Class teacher",
                due("10 November 2026", "today", Nearness::Today),
                tag("Waiting for you", Tone::YourTurn),
            ),
            (
                "HL5D-3X8W",
                "Panel hearing",
                due("13 November 2026", "3 school days left", Nearness::ToCome),
                tag("Being looked into", Tone::Active),
            ),
        ],
        pages: Pages { previous: Some("?p=1".into()), next: Some("?p=3".into()), what: "cases".into() },
        tags: vec![
            tag("New", Tone::Quiet),
            tag("Being looked into", Tone::Active),
            tag("Waiting for you", Tone::YourTurn),
            tag("Late", Tone::Late),
            tag("Settled", Tone::Done),
            tag("Internal", Tone::Private),
        ],
    }
}

fn pages() -> [(&'static str, String); 2] {
    [("parent.html", parent().render().unwrap()), ("staff.html", staff().render().unwrap())]
}

/// P41: the content security policy allows nothing inline, so nothing inline may be written.
#[test]
fn no_page_has_a_script_or_a_style_inline() {
    for (name, html) in pages() {
        assert!(!html.contains("<style"), "{name}");
        for attribute in [" style=", " onclick=", " onload=", " onsubmit=", " onchange=", "javascript:"] {
            assert!(!html.contains(attribute), "{name} has {attribute}");
        }
        let scripts: Vec<&str> = html.split("<script").skip(1).collect();
        for script in scripts {
            assert!(script.starts_with(" type=\"module\" src=\"/assets/"), "{name} has a script inline");
            assert!(script.contains("></script>"), "{name} has a script inline");
        }
    }
}

/// P4, P5, P9, P10, P19, P39, P42 on the parents' page.
#[test]
fn a_parent_page_keeps_the_manners() {
    let html = parent().render().unwrap();
    assert!(
        html.contains("<title>Error: Pattern gallery – Raise a concern – Hazel Lane Primary School</title>")
    );
    assert_eq!(html.matches("There is a problem").count(), 1);
    assert_eq!(html.matches("Tell us what happened").count(), 2, "once in the summary, once at the field");
    assert!(html.contains("href=\"#when-day\"") && html.contains("id=\"when-day\""));
    assert!(html.contains("What would put it right? (optional)"));
    assert!(!html.contains('*'));
    assert!(html.contains("Exit this page"));
    assert!(
        html.find("Hazel Lane Primary School</a>") < html.find("heard-wordmark"),
        "the school comes first"
    );
    assert!(html.contains("id=\"help-heading\"") && html.contains("tel:01174960123"));
    assert!(!html.contains("GOV.UK"));
}

/// S6: what stays in school and what goes home differ in frame, heading and button.
#[test]
fn a_note_and_a_message_cannot_be_mistaken() {
    let html = staff().render().unwrap();
    let private = html.find("heard-form--private").unwrap();
    let family = html.find("heard-form--family").unwrap();
    assert!(private < family, "internal comes first");
    assert!(html[private..family].contains("the family will not see this"));
    assert!(html[family..].contains("Mrs Farah Osman will read this"));
}

/// P24, S11: the words carry the state.
#[test]
fn states_are_told_in_words() {
    let html = staff().render().unwrap();
    for words in [
        "(done)",
        "(we are here)",
        "(not needed so far)",
        "overdue",
        "3 school days left",
        "Cannot start yet",
    ] {
        assert!(html.contains(words), "{words}");
    }
    assert_eq!(html.matches("aria-current=\"step\"").count(), 1);
    assert!(html.contains("aria-sort=\"ascending\""));
}

/// P8, P13: what was typed comes back as it was, whatever it holds.
#[test]
fn typed_text_comes_back_as_it_was_and_cannot_break_out() {
    let mut page = parent();
    page.what =
        Field::new("what", "What happened?").value("\n</textarea><script>alert(1)</script> & \"more\"");
    page.name.value = "\"><img src=x onerror=alert(1)>".into();
    let html = page.render().unwrap();
    assert!(!html.contains("<script>alert") && !html.contains("<img"));
    // The first line break after the tag is dropped by browsers; the second is the person's own.
    assert!(html.contains(">\n\n&#60;/textarea&#62;") || html.contains(">\n\n&lt;/textarea&gt;"), "{html}");
}

/// P36
#[test]
fn a_page_can_run_from_right_to_left() {
    let mut page = parent();
    page.shell.lang = "ar".into();
    page.shell.dir = Direction::RightToLeft;
    assert!(page.render().unwrap().contains("<html class=\"govuk-template\" lang=\"ar\" dir=\"rtl\">"));
}

/// Leaves the gallery where the browser checks find it.
#[test]
fn the_gallery_is_written_for_the_browser() {
    let folder = gallery_folder();
    fs::create_dir_all(folder.join("assets")).unwrap();
    for (name, html) in pages() {
        fs::write(folder.join(name), html).unwrap();
    }
    for address in [assets::CSS, assets::JS, assets::ICON] {
        let name = address.strip_prefix("/assets/").unwrap();
        let (_, content) = assets::find(name).unwrap();
        fs::write(folder.join("assets").join(name), content).unwrap();
    }
    assert!(folder.join("parent.html").exists());
}

fn gallery_folder() -> PathBuf {
    std::env::temp_dir().join("heard-gallery")
}
