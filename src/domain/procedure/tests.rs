//! R1-R6, R49, R56 and P37: the nine defaults, a table of broken procedures, and chance.

use proptest::prelude::*;

use super::*;
use ProblemCode as P;

const KEYS: [&str; 9] =
    ["MAT-STD", "MAT-SEED", "MAINT-2", "SINGLE-AT", "CYM-ABC", "NI-2", "SCO-2", "LA-CODE", "INDEP"];

fn procedure(key: &str) -> Procedure {
    default_for(key).unwrap().clone()
}

fn stage<'a>(procedure: &'a Procedure, key: &str) -> &'a Stage {
    procedure.stage(&StageKey(key.into())).unwrap()
}

/// R6: all nine load, check, and come back unchanged from text and from JSON.
#[test]
fn r6_all_nine_load_and_round_trip() {
    let keys: Vec<_> = defaults().iter().map(|own| own.key.as_str()).collect();
    assert_eq!(keys, KEYS);
    for own in defaults() {
        assert_eq!(own.problems(), []);
        let text = toml::to_string(own).unwrap();
        assert_eq!(&Procedure::from_toml(&text).unwrap(), own, "{text}");
        let json = serde_json::to_string(own).unwrap();
        assert_eq!(&serde_json::from_str::<Procedure>(&json).unwrap(), own);
        let source = default_source(&own.key).unwrap();
        assert!(source.starts_with(&format!("# {}:", own.key)));
        assert_eq!(&Procedure::from_toml(source).unwrap(), own);
    }
    assert_eq!(default_for("MAT-XXL"), None);
    assert_eq!(default_source("mat-seed"), None);
}

/// R5: the numbers are data. Each row is one stage of domain.md 9.1: acknowledge, respond, extend, window.
#[test]
fn r5_numbers_are_those_of_9_1() {
    type Row = (&'static str, &'static str, Option<u16>, Option<u16>, Option<Extension>, Option<u16>);
    const UP_TO_5: Option<Extension> = Some(Extension::UpTo(5));
    const UP_TO_10: Option<Extension> = Some(Extension::UpTo(10));
    let rows: [Row; 28] = [
        ("MAT-STD", "C1", Some(2), Some(10), UP_TO_5, Some(10)),
        ("MAT-STD", "C2", Some(2), Some(10), UP_TO_5, Some(10)),
        ("MAT-STD", "F1", Some(5), Some(15), UP_TO_10, Some(10)),
        ("MAT-STD", "F2", Some(5), None, None, None),
        ("MAT-SEED", "C1", Some(2), Some(10), UP_TO_5, Some(10)),
        ("MAT-SEED", "C2", Some(2), Some(10), UP_TO_5, Some(10)),
        ("MAT-SEED", "C3", Some(3), Some(10), None, Some(10)),
        ("MAT-SEED", "F1", Some(5), Some(15), UP_TO_10, Some(10)),
        ("MAT-SEED", "F2", Some(5), None, None, None),
        ("MAINT-2", "C1", Some(5), Some(10), None, Some(10)),
        ("MAINT-2", "C2", Some(5), Some(10), None, Some(10)),
        ("MAINT-2", "F1", Some(5), Some(15), None, Some(10)),
        ("MAINT-2", "F2", Some(5), None, None, None),
        ("SINGLE-AT", "C1", Some(2), Some(10), UP_TO_5, Some(10)),
        ("SINGLE-AT", "F1", Some(5), Some(15), UP_TO_10, Some(10)),
        ("CYM-ABC", "A", Some(0), Some(10), None, Some(5)),
        ("CYM-ABC", "B", Some(5), Some(10), None, Some(5)),
        ("CYM-ABC", "C", Some(5), None, None, None),
        ("NI-2", "1", Some(5), Some(20), None, Some(10)),
        ("NI-2", "2", Some(5), Some(20), None, None),
        ("SCO-2", "1", None, Some(5), UP_TO_5, Some(10)),
        ("SCO-2", "2", Some(3), Some(20), Some(Extension::ByAgreement), None),
        ("LA-CODE", "1", Some(5), Some(10), UP_TO_10, Some(10)),
        ("LA-CODE", "2", Some(5), Some(20), Some(Extension::UpTo(20)), None),
        ("INDEP", "C1", None, Some(10), None, Some(10)),
        ("INDEP", "F1", Some(5), Some(10), None, Some(10)),
        ("INDEP", "F2", Some(5), None, None, None),
        ("SINGLE-AT", "F2", Some(5), None, None, None),
    ];
    for (key, name, acknowledge, respond, extension, window) in rows {
        let own = procedure(key);
        let stage = stage(&own, name);
        let amount = |limit: Option<Limit>| limit.map(|limit| limit.amount);
        let found = (amount(stage.acknowledge), amount(stage.respond), stage.extension, amount(stage.window));
        assert_eq!(found, (acknowledge, respond, extension, window), "{key} {name}");
    }
}

/// 9.1: unit, hearing, time bar and anchors of each procedure.
#[test]
fn r5_units_and_hearings_are_those_of_9_1() {
    type Hearing = (u16, Option<u16>, u16, u16);
    let months = |amount| Limit { amount, unit: Unit::CalendarMonths, anchor: Anchor::LastIncident };
    let rows: [(&str, Unit, Option<u16>, Option<Hearing>); 9] = [
        ("MAT-STD", Unit::SchoolDays, Some(3), Some((20, Some(10), 5, 5))),
        ("MAT-SEED", Unit::SchoolDays, Some(3), Some((20, Some(10), 5, 5))),
        ("MAINT-2", Unit::SchoolDays, Some(3), Some((20, None, 5, 5))),
        ("SINGLE-AT", Unit::SchoolDays, Some(3), Some((20, Some(10), 5, 5))),
        ("CYM-ABC", Unit::SchoolDays, None, Some((15, None, 5, 10))),
        ("NI-2", Unit::SchoolDays, Some(6), None),
        ("SCO-2", Unit::WorkingDays, Some(6), None),
        ("LA-CODE", Unit::WorkingDays, Some(12), None),
        ("INDEP", Unit::TermWeekdays, Some(3), Some((20, None, 5, 7))),
    ];
    for (key, unit, bar, hearing) in rows {
        let own = procedure(key);
        assert_eq!(own.time_bar, bar.map(months), "{key}");
        assert_eq!((own.no_reply.amount, own.no_reply.unit), (5, unit), "{key}");
        assert_eq!((own.clarification.amount, own.clarification.unit), (10, unit), "{key}");
        for stage in &own.stages {
            let limits = [stage.acknowledge, stage.respond, stage.window];
            assert!(limits.into_iter().flatten().all(|limit| limit.unit == unit), "{key}");
        }
        let panel = own.stages.last().and_then(|last| last.panel.clone());
        let found = panel.map(|rule| {
            assert_eq!((rule.members, rule.independent), (3, 1));
            let notice = rule.notice.map(|limit| limit.amount);
            (rule.convene.amount, notice, rule.papers.amount, rule.outcome.amount)
        });
        assert_eq!(found, hearing, "{key}");
    }
    for name in ["1", "2"] {
        let own = procedure("LA-CODE");
        assert_eq!(stage(&own, name).respond.unwrap().anchor, Anchor::Acknowledged);
    }
}

/// R49: the seed ladder lets a parent leave the chair out, and nothing else.
#[test]
fn r49_only_the_optional_stages_may_be_left_out() {
    let skips = |key: &str| -> Vec<String> {
        let own = procedure(key);
        let optional = own.stages.iter().filter(|stage| stage.skip == Skip::ByComplainant);
        optional.map(|stage| stage.key.0.clone()).collect()
    };
    for key in KEYS {
        let expected: &[&str] = match key {
            "MAT-SEED" => &["C3"],
            "MAINT-2" => &["C2"],
            _ => &[],
        };
        assert_eq!(skips(key), expected, "{key}");
    }
    let seed = procedure("MAT-SEED");
    assert_eq!(stage(&seed, "C2").next, [StageKey("C3".into()), StageKey("F1".into())]);
    assert_eq!(
        stage(&seed, "F1").fallback,
        [Role::SeniorLeader, Role::ChairOfGovernors, Role::TrustOfficer, Role::Governor]
    );
}

/// R56: each regime ends at its own outside body, and says by when.
#[test]
fn r56_every_procedure_names_its_outside_body() {
    let rows: [(&str, &[&str]); 9] = [
        ("MAT-STD", &["dfe", "ofsted"]),
        ("MAT-SEED", &["dfe", "ofsted"]),
        ("MAINT-2", &["dfe", "ofsted"]),
        ("SINGLE-AT", &["dfe", "ofsted"]),
        ("CYM-ABC", &["childrens_commissioner_wales", "council_wales"]),
        ("NI-2", &["nipso"]),
        ("SCO-2", &["spso"]),
        ("LA-CODE", &["lgsco"]),
        ("INDEP", &["dfe", "isi"]),
    ];
    for (key, bodies) in rows {
        let steps = procedure(key).steps();
        let (last, before) = steps.split_last().unwrap();
        let found: Vec<_> = last.exits.iter().map(|exit| exit.key.as_str()).collect();
        assert_eq!(found, bodies, "{key}");
        assert!(before.iter().all(|step| step.exits.is_empty() && step.window.is_some()));
    }
    let within = |key: &str| procedure(key).exit_texts()[0].within.clone().unwrap();
    assert_eq!(within("NI-2"), "Go there within 6 months of our final answer.");
    assert!(within("SCO-2").starts_with("Go there within 12 months of what happened"));
}

/// The default to propose follows the law of the school, and is silent where none is written for it.
#[test]
fn a_new_school_is_offered_the_procedure_of_its_law() {
    use crate::domain::school::SchoolKind as Kind;
    let rows = [
        (Kind::Academy, Nation::England, Standing::InTrust, Some("MAT-STD")),
        (Kind::Academy, Nation::England, Standing::Alone, Some("SINGLE-AT")),
        (Kind::Maintained, Nation::England, Standing::InTrust, Some("MAINT-2")),
        (Kind::Independent, Nation::England, Standing::Alone, Some("INDEP")),
        (Kind::Maintained, Nation::Wales, Standing::Alone, Some("CYM-ABC")),
        (Kind::Maintained, Nation::NorthernIreland, Standing::Alone, Some("NI-2")),
        (Kind::Maintained, Nation::Scotland, Standing::Alone, Some("SCO-2")),
        (Kind::Independent, Nation::Scotland, Standing::Alone, None),
    ];
    for (kind, nation, standing, expected) in rows {
        let key = default_key_for(kind, nation, standing);
        assert_eq!(key, expected);
        assert!(key.is_none_or(|key| default_for(key).is_some_and(|own| own.nation == nation)));
    }
}

/// The source of a default with one part exchanged; the part must be there.
fn edited(key: &str, from: &str, to: &str) -> String {
    let source = default_source(key).unwrap();
    assert!(source.contains(from), "{key} has no {from}");
    source.replacen(from, to, 1)
}

/// The source with one part exchanged after the line `key = "…"` of that stage.
fn edited_at(key: &str, stage: &str, from: &str, to: &str) -> String {
    let source = default_source(key).unwrap();
    let at = source.find(&format!("key = \"{stage}\"")).unwrap();
    let (before, after) = source.split_at(at);
    assert!(after.contains(from), "{key} {stage} has no {from}");
    format!("{before}{}", after.replacen(from, to, 1))
}

/// R1-R3 and the rest: each broken text is refused with its place, its code and a reason.
#[test]
fn r1_r2_r3_broken_procedures_are_refused_with_place_and_reason() {
    let sd = |amount: u16, anchor: &str| {
        format!("{{ amount = {amount}, unit = \"school_days\", anchor = \"{anchor}\" }}")
    };
    let seed = |from: &str, to: &str| edited("MAT-SEED", from, to);
    let at = |stage: &str, from: &str, to: &str| edited_at("MAT-SEED", stage, from, to);
    let respond = |amount| format!("respond = {}", sd(amount, "received"));
    let window = format!("window = {}", sd(10, "response_sent"));
    let rows: Vec<(String, &str, P)> = vec![
        (at("F1", &respond(15), ""), "stage F1, respond", P::NoReplyLimit),
        (at("C2", &window, ""), "stage C2, window", P::NoWindow),
        (at("F1", "kind = \"formal\"", "kind = \"informal\""), "stages", P::StageKindMissing),
        (at("C1", "kind = \"informal\"", "kind = \"formal\""), "stage C1, kind", P::InformalNotFirst),
        (at("C1", "kind = \"informal\"", "kind = \"formal\""), "stage C1, next", P::KindsOutOfOrder),
        (at("F2", "members = 3", "members = 2"), "stage F2, panel.members", P::PanelTooSmall),
        (at("F2", "independent = 1", "independent = 0"), "stage F2, panel.independent", P::NoneIndependent),
        (
            at("F2", "independent = 1", "independent = 4"),
            "stage F2, panel.independent",
            P::IndependentBeyondMembers,
        ),
        (
            at("F2", "attendance = \"allowed\"", "attendance = \"refused\""),
            "stage F2, panel.attendance",
            P::AttendanceRefused,
        ),
        (
            at("F2", "companion = \"allowed\"", "companion = \"refused\""),
            "stage F2, panel.companion",
            P::CompanionRefused,
        ),
        (
            edited("MAINT-2", "independent = 1", "independent = 0"),
            "stage F2, panel.independent",
            P::NoneIndependent,
        ),
        (at("F2", "kind = \"panel\"", "kind = \"formal\""), "stage F2, panel", P::PanelRuleMisplaced),
        (at("F1", "kind = \"formal\"", "kind = \"panel\""), "stage F1, panel", P::PanelRuleMissing),
        (at("F1", "kind = \"formal\"", "kind = \"panel\""), "stage F1, respond", P::ReplyLimitOnPanel),
        (at("F2", "[\"clerk\"]", "[\"headteacher\"]"), "stage F2, handlers", P::HandlerCannotConvene),
        (at("C1", "\"form_tutor\"", "\"panel_member\""), "stage C1, handlers", P::HandlerCannotDecide),
        (at("F1", "\"trust_officer\"", "\"clerk\""), "stage F1, fallback", P::HandlerCannotDecide),
        (at("F1", "\"governor\"", "\"headteacher\""), "stage F1, handlers", P::HandlerTwice),
        (at("F1", "[\"headteacher\"]", "[]"), "stage F1, handlers", P::HandlerMissing),
        (at("C2", "[\"C3\", \"F1\"]", "[\"C3\", \"F9\"]"), "stage C2, next", P::NextUnknown),
        (at("C2", "[\"C3\", \"F1\"]", "[\"C3\", \"C3\"]"), "stage C2, next", P::NextTwice),
        (at("C2", "[\"C3\", \"F1\"]", "[\"F1\"]"), "stage C3", P::Unreachable),
        (at("C2", "[\"C3\", \"F1\"]", "[\"C3\"]"), "stage C3, skip", P::SkipLeadsNowhere),
        (at("C3", "skip = \"by_complainant\"", "skip = \"never\""), "stage C2, next", P::LeftOutWithoutLeave),
        (at("F1", "[\"F2\"]", "[\"C3\"]"), "stage F1, next", P::NextBackwards),
        (at("F1", "[\"F2\"]", "[\"C3\"]"), "stage F1, next", P::NoWayOut),
        (at("F1", "skip = \"never\"", "skip = \"by_complainant\""), "stage F1, skip", P::SkipRemovesStage),
        (at("C2", "[\"C3\", \"F1\"]", "[\"C3\", \"F1\", \"F2\"]"), "stages", P::SkipRemovesStage),
        (at("C2", "[\"C3\", \"F1\"]", "[\"C3\", \"F1\", \"F2\"]"), "stage C2, next", P::LeftOutWithoutLeave),
        (at("C3", "key = \"C3\"", "key = \"C2\""), "stage C2, key", P::KeyTwice),
        (at("C3", "key = \"C3\"", "key = \"\""), "stage , key", P::KeyUnsafe),
        (at("C3", "key = \"C3\"", "key = \"../C3\""), "stage ../C3, key", P::KeyUnsafe),
        (seed("\"MAT-SEED\"", "\"MAT SEED\""), "key", P::KeyUnsafe),
        (at("C2", "The headteacher looks into it", " "), "stage C2, title", P::TitleUnusable),
        (seed("version = 1", "version = 0"), "version", P::VersionZero),
        (seed("\"england\"", "\"wales\""), "nation", P::RegimeNation),
        (at("F1", &respond(15), &respond(0)), "stage F1, respond", P::LimitZero),
        (at("F1", &respond(15), &respond(401)), "stage F1, respond", P::LimitTooLong),
        (seed("amount = 3, unit", "amount = 37, unit"), "time_bar", P::LimitTooLong),
        (at("F1", &respond(15), &respond(4)), "stage F1, acknowledge", P::AcknowledgedAfterReply),
        (
            at("F1", &respond(15), &format!("respond = {}", sd(15, "hearing_held"))),
            "stage F1, respond",
            P::WrongAnchor,
        ),
        (at("C2", &window, &format!("window = {}", sd(10, "received"))), "stage C2, window", P::WrongAnchor),
        (at("F2", "papers = { amount = 5", "papers = { amount = 0"), "stage F2, panel.papers", P::LimitZero),
        (at("F2", "\"hearing_on\"", "\"hearing_held\""), "stage F2, panel.notice", P::WrongAnchor),
        (at("F2", "\"hearing_held\"", "\"hearing_on\""), "stage F2, panel.outcome", P::WrongAnchor),
        (
            at("F2", "notice = { amount = 10", "notice = { amount = 20"),
            "stage F2, panel.notice",
            P::HearingCannotBeInTime,
        ),
        (seed("no_reply = { amount = 5", "no_reply = { amount = 0"), "no_reply", P::LimitZero),
        (seed("\"information_asked\"", "\"received\""), "clarification", P::WrongAnchor),
        (at("C1", "{ up_to = 5 }", "{ up_to = 0 }"), "stage C1, extension", P::LimitZero),
        (at("C1", "{ up_to = 5 }", "{ up_to = 500 }"), "stage C1, extension", P::LimitTooLong),
        (
            edited_at("SCO-2", "1", "anchor = \"received\"", "anchor = \"acknowledged\""),
            "stage 1, respond",
            P::AnchorNeverHappens,
        ),
        (at("F2", "next = []", &format!("{window}\nnext = []")), "stage F2, window", P::WindowAfterLast),
        (seed("key = \"dfe\"", "key = \"dfes\""), "exits", P::WrongExit),
        (seed("key = \"ofsted\"", "key = \"dfe\""), "exit dfe", P::KeyTwice),
        (
            seed("https://www.gov.uk/complain-about-school", "http://www.gov.uk/x"),
            "exit dfe, address",
            P::AddressUnsafe,
        ),
        (
            seed("https://www.gov.uk/complain-about-school", "javascript:alert(1)"),
            "exit dfe, address",
            P::AddressUnsafe,
        ),
        (seed("name = \"Ofsted\"", "name = \"\""), "exit ofsted, name", P::TitleUnusable),
    ];
    for (source, place, code) in rows {
        let problems = Procedure::from_toml(&source).expect_err(place);
        let found = problems.iter().find(|own| own.place == place && own.code == code);
        let found = found.unwrap_or_else(|| panic!("{place} {code:?} is not among {problems:#?}"));
        assert!(found.reason.ends_with('.'), "{found}");
        assert!(longest_sentence(&found.reason) <= 25, "{found}");
    }
}

/// What needs the values themselves: no stage at all, no exit at all, an exit that explains nothing.
#[test]
fn r2_r56_what_is_empty_is_refused() {
    let mut bare = procedure("MAT-SEED");
    bare.stages.clear();
    bare.exits.clear();
    let codes: Vec<_> = bare.problems().into_iter().map(|own| own.code).collect();
    assert_eq!(codes, [P::NoStages, P::NoExit]);
    let mut silent = procedure("NI-2");
    silent.exits[0].looks_at.clear();
    assert_eq!(silent.problems()[0].code, P::ExitUnexplained);
    assert_eq!(silent.problems()[0].place, "exit nipso, looks_at");
}

/// Everything is told at once, so that nobody mends one thing to be told the next.
#[test]
fn all_problems_come_together() {
    let source = edited("MAT-SEED", "members = 3", "members = 1").replace("version = 1", "version = 0");
    let source = source.replace("independent = 1", "independent = 0");
    let codes: Vec<_> = Procedure::from_toml(&source).unwrap_err().into_iter().map(|own| own.code).collect();
    assert_eq!(codes, [P::VersionZero, P::PanelTooSmall, P::NoneIndependent]);
}

/// R1 is Part 7's: a council's code of two written stages needs neither talk nor panel.
#[test]
fn r1_binds_part_7_alone() {
    let mut own = procedure("LA-CODE");
    assert_eq!(own.problems(), []);
    own.regime = Regime::AcademyPart7;
    let missing = own.problems();
    let kinds = missing.iter().filter(|own| own.code == P::StageKindMissing);
    assert_eq!(kinds.count(), 2, "{missing:?}");
}

/// Unknown names, roles, units, missing parts and broken text: the line, its words, and what would fit.
#[test]
fn text_that_cannot_be_read_is_refused_with_its_line() {
    let rows = [
        (
            edited_at("MAT-SEED", "C2", "[\"headteacher\"]", "[\"headmaster\"]"),
            P::UnknownWord,
            "(stage C2): handlers = [\"headmaster\"]",
            "`class_teacher`",
        ),
        (
            edited("MAT-SEED", "version = 1", "version = 1\ncolour = \"blue\""),
            P::UnknownName,
            ": colour = \"blue\"",
            "`regime`",
        ),
        (
            edited_at("MAT-SEED", "F1", "respond = {", "respond = { grace = 3,"),
            P::UnknownName,
            "(stage F1): respond = {",
            "`anchor`",
        ),
        (
            edited("MAT-SEED", "unit = \"school_days\"", "unit = \"days\""),
            P::UnknownWord,
            ": no_reply =",
            "`school_days`",
        ),
        (
            edited_at("MAT-SEED", "F2", "convene =", "# convene ="),
            P::MissingName,
            "(stage F2): [stages.panel]",
            "`convene` is missing",
        ),
        (
            edited("MAT-SEED", "version = 1", "version = \"one\""),
            P::WrongValue,
            "line 8: version = \"one\"",
            "Write a whole number",
        ),
        (
            edited("MAT-SEED", "amount = 3", "amount = -3"),
            P::WrongValue,
            ": time_bar =",
            "Write a whole number",
        ),
        (edited("MAT-SEED", "version = 1", "version 1"), P::Unreadable, "line 8: version 1", "TOML"),
    ];
    for (source, code, place, reason) in rows {
        let problems = Procedure::from_toml(&source).unwrap_err();
        let [problem] = problems.as_slice() else { panic!("{problems:?}") };
        assert_eq!(problem.code, code, "{problem}");
        assert!(problem.place.starts_with("line ") && problem.place.contains(place), "{problem}");
        assert!(problem.reason.contains(reason), "{problem}");
        assert!(!problem.reason.contains("invalid"), "{problem}");
    }
    assert!(Procedure::from_toml("").is_err());
    assert!(Procedure::from_toml("\0").is_err());
}

/// The codes are words that programs rely on.
#[test]
fn codes_are_stable_words() {
    let word = serde_json::to_string(&P::PanelTooSmall).unwrap();
    assert_eq!(word, "\"panel_too_small\"");
}

fn longest_sentence(text: &str) -> usize {
    let sentences = text.split_inclusive(['.', '?', '!']);
    sentences.map(|one| one.split_whitespace().count()).max().unwrap_or(0)
}

/// P37: no published sentence is longer than 25 words, and none holds a word that scolds.
#[test]
fn p37_published_sentences_are_short_and_plain() {
    for own in defaults() {
        for step in own.steps() {
            let exits = step.exits.iter();
            let texts = exits
                .flat_map(|exit| [Some(exit.looks_at.clone()), exit.within.clone()])
                .chain([Some(step.title), Some(step.handled_by), step.window, step.skip])
                .flatten()
                .chain(step.limits)
                .chain(step.hearing)
                .chain(own.general_rules());
            for text in texts {
                assert!(longest_sentence(&text) <= 25, "{}: {text}", own.key);
                let lower = text.to_lowercase();
                for word in ["please", "sorry", "valid", "oops", "forbidden", "illegal"] {
                    assert!(!lower.contains(word), "{text}");
                }
            }
        }
    }
}

/// One place says how much time there is.
#[test]
fn limits_read_as_people_say_them() {
    let rows = [
        (Unit::SchoolDays, 5, "5 school days"),
        (Unit::SchoolDays, 1, "1 school day"),
        (Unit::CalendarMonths, 3, "3 months"),
        (Unit::CalendarMonths, 1, "1 month"),
        (Unit::WorkingDays, 20, "20 working days"),
        (Unit::TermWeekdays, 7, "7 weekdays in term time"),
        (Unit::CalendarDays, 28, "28 days including weekends and holidays"),
    ];
    for (unit, amount, words) in rows {
        assert_eq!(unit.words(amount), words);
    }
    let limit = |amount, anchor| Limit { amount, unit: Unit::SchoolDays, anchor };
    assert_eq!(limit(10, Anchor::Received).words(), "within 10 school days of receiving it");
    assert_eq!(limit(0, Anchor::Received).words(), "on the day we receive it");
    assert_eq!(limit(5, Anchor::HearingOn).words(), "at least 5 school days before the hearing");
    assert_eq!(limit(1, Anchor::ResponseSent).words(), "within 1 school day of the reply");
}

fn published(key: &str) -> String {
    let own = procedure(key);
    let mut lines = own.general_rules();
    for step in own.steps() {
        lines.push(format!("\n{} {}", step.key, step.title));
        lines.push(step.handled_by);
        lines.extend(step.limits.into_iter().chain(step.hearing));
        lines.extend(step.window.into_iter().chain(step.skip));
        for exit in step.exits {
            lines.push(format!("-> {} <{}>", exit.name, exit.address));
            lines.extend([Some(exit.looks_at), exit.within].into_iter().flatten());
        }
    }
    lines.join("\n")
}

#[test]
fn the_seed_ladder_as_published() {
    insta::assert_snapshot!(published("MAT-SEED"));
}

#[test]
fn the_maintained_ladder_as_published() {
    insta::assert_snapshot!(published("MAINT-2"));
}

/// One change to a sound procedure.
#[derive(Clone, Debug)]
enum Change {
    DropStage(usize),
    DropReply(usize),
    DropWindow(usize),
    DropPanel(usize),
    DropHandlers(usize),
    DropNext(usize),
    DropExits,
    Seats(usize, u16, u16),
    Refuse(usize),
    Lead(usize, usize),
    MayLeaveOut(usize),
    Kind(usize, StageKind),
    Reply(usize, u16),
}

fn changes() -> impl Strategy<Value = Change> {
    let at = 0..6_usize;
    let kind = prop_oneof![Just(StageKind::Informal), Just(StageKind::Formal), Just(StageKind::Panel)];
    prop_oneof![
        at.clone().prop_map(Change::DropStage),
        at.clone().prop_map(Change::DropReply),
        at.clone().prop_map(Change::DropWindow),
        at.clone().prop_map(Change::DropPanel),
        at.clone().prop_map(Change::DropHandlers),
        at.clone().prop_map(Change::DropNext),
        Just(Change::DropExits),
        (at.clone(), 0..6_u16, 0..6_u16).prop_map(|(i, all, own)| Change::Seats(i, all, own)),
        at.clone().prop_map(Change::Refuse),
        (at.clone(), at.clone()).prop_map(|(i, to)| Change::Lead(i, to)),
        at.clone().prop_map(Change::MayLeaveOut),
        (at.clone(), kind).prop_map(|(i, kind)| Change::Kind(i, kind)),
        (at, 0..600_u16).prop_map(|(i, amount)| Change::Reply(i, amount)),
    ]
}

fn change(own: &mut Procedure, change: &Change) {
    let keys: Vec<_> = own.stages.iter().map(|stage| stage.key.clone()).collect();
    let stages = &mut own.stages;
    let found = |i: usize| i % stages.len().max(1);
    match *change {
        Change::DropStage(i) if !stages.is_empty() => drop(stages.remove(i % stages.len())),
        Change::DropStage(_) => {}
        Change::DropExits => own.exits.clear(),
        Change::DropReply(i)
        | Change::DropWindow(i)
        | Change::DropPanel(i)
        | Change::DropHandlers(i)
        | Change::DropNext(i)
        | Change::Seats(i, ..)
        | Change::Refuse(i)
        | Change::Lead(i, _)
        | Change::MayLeaveOut(i)
        | Change::Kind(i, _)
        | Change::Reply(i, _) => {
            let i = found(i);
            if let Some(stage) = stages.get_mut(i) {
                change_stage(stage, &keys, change);
            }
        }
    }
}

fn change_stage(stage: &mut Stage, keys: &[StageKey], change: &Change) {
    match *change {
        Change::DropReply(_) => stage.respond = None,
        Change::DropWindow(_) => stage.window = None,
        Change::DropPanel(_) => stage.panel = None,
        Change::DropHandlers(_) => stage.handlers.clear(),
        Change::DropNext(_) => stage.next.clear(),
        Change::MayLeaveOut(_) => stage.skip = Skip::ByComplainant,
        Change::Kind(_, kind) => stage.kind = kind,
        Change::Lead(_, to) => stage.next.extend(keys.get(to).cloned()),
        Change::Reply(_, amount) => {
            if let Some(limit) = &mut stage.respond {
                limit.amount = amount;
            }
        }
        Change::Seats(_, members, independent) => {
            if let Some(rule) = &mut stage.panel {
                (rule.members, rule.independent) = (members, independent);
            }
        }
        Change::Refuse(_) => {
            if let Some(rule) = &mut stage.panel {
                rule.companion = Entitlement::Refused;
            }
        }
        Change::DropStage(_) | Change::DropExits => {}
    }
}

/// Every way through the ladder by brute force, up to a length that no sound ladder has.
fn ways<'a>(
    own: &'a Procedure,
    stage: &'a Stage,
    so_far: &mut Vec<&'a Stage>,
    all: &mut Vec<Vec<StageKind>>,
) -> bool {
    so_far.push(stage);
    let ends = if so_far.len() > own.stages.len() {
        false
    } else if stage.next.is_empty() {
        all.push(so_far.iter().map(|stage| stage.kind).collect());
        true
    } else {
        stage.next.iter().all(|key| own.stage(key).is_some_and(|next| ways(own, next, so_far, all)))
    };
    so_far.pop();
    ends
}

/// The hard limits of 9.1 told a second time, independently of the check.
fn keeps_the_hard_limits(own: &Procedure) -> bool {
    let Some(first) = own.stages.first() else {
        return false;
    };
    let mut all = Vec::new();
    let every_way_ends = ways(own, first, &mut Vec::new(), &mut all);
    let three_steps = |way: &Vec<StageKind>| {
        [StageKind::Informal, StageKind::Formal, StageKind::Panel].iter().all(|kind| way.contains(kind))
    };
    let sound = |stage: &Stage| {
        let answer = match stage.kind {
            StageKind::Panel => stage.panel.as_ref().is_some_and(|rule| {
                rule.members >= 3
                    && (1..=rule.members).contains(&rule.independent)
                    && rule.companion == Entitlement::Allowed
            }),
            _ => stage.respond.is_some_and(|limit| (1..=400).contains(&limit.amount)),
        };
        answer && !stage.handlers.is_empty() && (stage.next.is_empty() || stage.window.is_some())
    };
    every_way_ends
        && (!own.regime.is_part_7() || all.iter().all(three_steps))
        && own.stages.iter().all(sound)
        && !own.exits.is_empty()
}

proptest! {
    /// R1-R3: whatever is changed, the check never panics and lets nothing through that breaks a hard limit.
    #[test]
    fn r1_r2_r3_no_change_slips_a_hard_limit(
        which in 0..KEYS.len(),
        list in proptest::collection::vec(changes(), 1..4),
    ) {
        let mut own = procedure(KEYS[which]);
        for one in &list {
            change(&mut own, one);
        }
        let problems = own.problems();
        prop_assert!(!problems.is_empty() || keeps_the_hard_limits(&own), "{list:?} {own:?}");
        prop_assert!(problems.iter().all(|own| !own.place.is_empty() && !own.reason.is_empty()));
        let _ = own.steps();
    }

    /// Any line lost or any letter changed: an answer, never a panic; what loads keeps the hard limits.
    #[test]
    fn broken_text_is_answered(which in 0..KEYS.len(), at in any::<prop::sample::Index>(), letter in any::<char>()) {
        let source = default_source(KEYS[which]).unwrap();
        let lines: Vec<_> = source.lines().collect();
        let lost = at.index(lines.len());
        let without: Vec<_> = lines.iter().enumerate().filter(|(i, _)| *i != lost).map(|(_, line)| *line).collect();
        let mut letters: Vec<_> = source.chars().collect();
        let place = at.index(letters.len());
        letters[place] = letter;
        for text in [without.join("\n"), letters.into_iter().collect()] {
            match Procedure::from_toml(&text) {
                Ok(own) => prop_assert!(keeps_the_hard_limits(&own), "{text}"),
                Err(problems) => prop_assert!(!problems.is_empty()),
            }
        }
    }
}
