//! The published tables, the rules by number, and properties over random calendars.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use chrono::{DateTime, Datelike, Days, NaiveDate, Utc, Weekday};
use proptest::prelude::*;
use serde::Deserialize;
use uuid::Uuid;

use super::*;
use crate::domain::ids::CalendarId;

const CALENDARS: &str = include_str!("../../../tests/data/calendars.json");
const DUE_DATES: &str = include_str!("../../../tests/data/due-dates.csv");
const BEFORE: &str = include_str!("../../../tests/data/bank-holidays-before.json");

/// The same list without Scotland's 15 June 2026, which was proclaimed late.
static BANK_HOLIDAYS_BEFORE: LazyLock<BankHolidays> = LazyLock::new(|| BankHolidays::parse(BEFORE).unwrap());

pub(super) fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// A calendar as `calendars.json` publishes it. The name and the count are for people and for one test.
#[derive(Deserialize)]
struct PublishedCalendar {
    division: Division,
    terms: Vec<(NaiveDate, NaiveDate)>,
    inset: Vec<NaiveDate>,
    sessions: usize,
}

impl PublishedCalendar {
    fn year(&self) -> SchoolYear {
        SchoolYear::from_terms(&self.terms, &self.inset).unwrap()
    }
}

fn published() -> BTreeMap<String, PublishedCalendar> {
    serde_json::from_str(CALENDARS).unwrap()
}

fn checked(spec: CalendarSpec) -> Calendar {
    Calendar::new(CalendarId(Uuid::nil()), 1, spec, BankHolidays::shipped()).unwrap()
}

fn problems(spec: CalendarSpec) -> Vec<String> {
    let checked = Calendar::new(CalendarId(Uuid::nil()), 1, spec, BankHolidays::shipped());
    checked.unwrap_err().iter().map(ToString::to_string).collect()
}

/// The years of the named published calendars, one after the other.
fn spec(names: &[&str]) -> CalendarSpec {
    let all = published();
    CalendarSpec::new(Division::EnglandAndWales, names.iter().map(|name| all[*name].year()).collect())
}

/// The school of table 8.4.
fn admiral_then_owps() -> Calendar {
    checked(spec(&["admiral-long-2025", "owps-2026"]))
}

fn due(calendar: &Calendar, received: &str, amount: u16, unit: Unit) -> NaiveDate {
    calendar.due(date(received), amount, unit).unwrap().due_on
}

fn pause(from: &str, to: &str) -> Pause {
    Pause { from: date(from), to: Some(date(to)) }
}

// ---- Published tables ----

#[test]
fn r32_every_cell_of_the_published_due_dates() {
    let calendar = admiral_then_owps();
    let mut rows = csv::Reader::from_reader(DUE_DATES.as_bytes());
    let heads = rows.headers().unwrap().clone();
    let mut cells = 0;
    for row in rows.records() {
        let row = row.unwrap();
        let received = date(&row[0]);
        assert_eq!(calendar.counts_from(received, Unit::SchoolDays), Ok(date(&row[1])), "{received}");
        for (head, cell) in heads.iter().zip(&row).skip(2) {
            let (unit, amount) = head.split_at(2);
            let unit = match unit {
                "sd" => Unit::SchoolDays,
                "wd" => Unit::WorkingDays,
                "cd" => Unit::CalendarDays,
                other => panic!("an unknown unit {other}"),
            };
            let working = calendar.due(received, amount.parse().unwrap(), unit).unwrap();
            assert_eq!(working.due_on, date(cell), "{received} {head}");
            cells += 1;
        }
    }
    assert_eq!(cells, 12 * 9);
}

#[test]
fn the_published_calendars_have_as_many_school_days_as_they_say() {
    for (name, calendar) in published() {
        let (year, sessions) = (calendar.year(), calendar.sessions);
        let checked = checked(CalendarSpec::new(calendar.division, vec![year.clone()]));
        let days = year.from.iter_days().take_while(|on| *on <= year.to);
        let counted = days.filter(|on| checked.day(*on).unwrap().kind == DayKind::SchoolDay).count();
        assert_eq!(counted, sessions, "{name}");
    }
}

#[test]
fn the_worked_information_request_of_8_4() {
    let working = admiral_then_owps().due_foi(date("2026-06-30")).unwrap();
    assert_eq!((working.due_on, working.unit), (date("2026-09-11"), Unit::SchoolDays));
    assert_eq!(due(&admiral_then_owps(), "2026-06-30", 60, Unit::WorkingDays), date("2026-09-23"));
}

#[test]
fn r38_an_information_request_in_the_summer_is_not_deemed_forward() {
    let working = admiral_then_owps().due_foi(date("2026-07-25")).unwrap();
    assert_eq!(working.counts_from_on, date("2026-07-25"));
    assert_eq!(working.counted.first(), Some(&date("2026-09-03")), "day 1 is the first school day after");
    assert_eq!(working.due_on, date("2026-09-30"));
}

#[test]
fn r15_an_information_request_takes_the_working_days_when_they_end_first() {
    let mut with_a_long_closure = spec(&["admiral-long-2025", "owps-2026"]);
    let closed = date("2026-04-13").iter_days().take(60).map(|on| Closure { on, reason: "flood".to_owned() });
    with_a_long_closure.years[0].closures = closed.collect();
    let working = checked(with_a_long_closure).due_foi(date("2026-03-27")).unwrap();
    assert_eq!(working.unit, Unit::WorkingDays);
    assert_eq!(working.due_on, date("2026-06-25"));
}

// ---- Deemed receipt ----

#[test]
fn r31_a_letter_in_the_summer_is_deemed_received_on_the_first_school_day() {
    let working = admiral_then_owps().due(date("2026-07-25"), 15, Unit::SchoolDays).unwrap();
    assert_eq!(working.received_on, date("2026-07-25"));
    assert_eq!(working.counts_from_on, date("2026-09-03"));
    assert_eq!(working.due_on, date("2026-09-24"));
}

#[test]
fn g2_each_kind_of_closed_day_is_deemed_forward_for_school_days_only() {
    let mut spec = spec(&["admiral-long-2025", "owps-2026"]);
    spec.years[0].closures.push(Closure { on: date("2026-01-15"), reason: "snow".to_owned() });
    let calendar = checked(spec);
    let rows = [
        ("2026-01-10", DayKind::Weekend, "2026-01-12"),
        ("2026-01-11", DayKind::Weekend, "2026-01-12"),
        ("2026-05-04", DayKind::BankHoliday, "2026-05-05"),
        ("2026-01-05", DayKind::Inset, "2026-01-06"),
        ("2026-02-18", DayKind::Holiday, "2026-02-23"),
        ("2026-01-15", DayKind::Closure, "2026-01-16"),
        ("2026-01-14", DayKind::SchoolDay, "2026-01-14"),
    ];
    for (received, kind, counts_from) in rows {
        let on = date(received);
        assert_eq!(calendar.day(on).unwrap().kind, kind, "{received}");
        assert_eq!(calendar.counts_from(on, Unit::SchoolDays), Ok(date(counts_from)), "{received}");
        for unit in [Unit::WorkingDays, Unit::CalendarDays, Unit::CalendarMonths] {
            assert_eq!(calendar.counts_from(on, unit), Ok(on), "R38, 8.4: {received} {unit:?}");
        }
    }
}

#[test]
fn g1_received_on_a_friday_five_school_days_end_on_the_next_friday() {
    let working = admiral_then_owps().due(date("2026-01-16"), 5, Unit::SchoolDays).unwrap();
    assert_eq!(working.counted.first(), Some(&date("2026-01-19")), "day 1 is Monday");
    assert_eq!(working.due_on, date("2026-01-23"));
}

// ---- What is skipped ----

#[test]
fn r33_inset_days_bank_holidays_and_weekends_are_not_school_days() {
    let calendar = admiral_then_owps();
    assert_eq!(due(&calendar, "2026-10-22", 5, Unit::SchoolDays), date("2026-11-09"));
    assert_eq!(due(&calendar, "2026-05-01", 3, Unit::SchoolDays), date("2026-05-07"));
}

#[test]
fn r34_another_schools_calendar_gives_another_date() {
    let admiral = checked(spec(&["admiral-long-2025"]));
    let chapel = checked(spec(&["chapel-high-2025"]));
    assert_eq!(due(&admiral, "2026-02-12", 5, Unit::SchoolDays), date("2026-02-26"));
    assert_eq!(due(&chapel, "2026-02-12", 5, Unit::SchoolDays), date("2026-02-27"));
}

#[test]
fn r35_working_days_keep_the_bank_holidays_of_the_schools_division() {
    let scotland = || CalendarSpec::new(Division::Scotland, Vec::new());
    let now = checked(scotland());
    let before = Calendar::new(CalendarId(Uuid::nil()), 1, scotland(), &BANK_HOLIDAYS_BEFORE).unwrap();
    assert_eq!(due(&now, "2026-06-12", 5, Unit::WorkingDays), date("2026-06-22"));
    assert_eq!(due(&before, "2026-06-12", 5, Unit::WorkingDays), date("2026-06-19"));
}

#[test]
fn g6_the_same_week_differs_in_each_division() {
    let rows = [
        (Division::EnglandAndWales, "2026-07-10", "2026-07-17"),
        (Division::NorthernIreland, "2026-07-10", "2026-07-20"),
        (Division::Scotland, "2026-07-10", "2026-07-17"),
        (Division::EnglandAndWales, "2026-11-27", "2026-12-04"),
        (Division::Scotland, "2026-11-27", "2026-12-07"),
    ];
    for (division, received, expected) in rows {
        let calendar = checked(CalendarSpec::new(division, Vec::new()));
        assert_eq!(due(&calendar, received, 5, Unit::WorkingDays), date(expected), "{division:?}");
    }
}

#[test]
fn g4_a_nursery_open_on_three_days_counts_only_those() {
    let mut nursery = spec(&["admiral-long-2025"]);
    nursery.open_weekdays = vec![Weekday::Tue, Weekday::Wed, Weekday::Thu];
    let calendar = checked(nursery);
    let working = calendar.due(date("2026-01-16"), 4, Unit::SchoolDays).unwrap();
    assert_eq!(working.counts_from_on, date("2026-01-20"), "the next Tuesday");
    let counted = ["2026-01-21", "2026-01-22", "2026-01-27", "2026-01-28"].map(date);
    assert_eq!(working.counted, counted);
    let monday = calendar.day(date("2026-01-19")).unwrap();
    assert_eq!(monday.reason.as_deref(), Some("not open on Mondays"));
}

#[test]
fn g5_a_bank_holiday_inside_a_school_holiday_is_one_day() {
    let calendar = admiral_then_owps();
    let working = calendar.due(date("2026-07-17"), 1, Unit::SchoolDays).unwrap();
    let on_it = working.skipped.iter().filter(|day| day.on == date("2026-08-31"));
    assert_eq!(
        on_it.collect::<Vec<_>>(),
        [&Day {
            on: date("2026-08-31"),
            kind: DayKind::BankHoliday,
            reason: Some("Summer bank holiday".to_owned()),
        }]
    );
    assert_eq!(working.skipped.len(), 47, "every day from 18 July to 2 September, once");
}

#[test]
fn every_kind_of_day_says_why_in_words() {
    let mut spec = spec(&["admiral-long-2025", "owps-2026"]);
    spec.years[0].closures.push(Closure { on: date("2026-01-15"), reason: " burst pipe ".to_owned() });
    let calendar = checked(spec);
    let rows = [
        ("2026-01-14", None),
        ("2026-01-10", Some("Saturday")),
        ("2025-10-28", Some("October half-term")),
        ("2026-02-17", Some("February half-term")),
        ("2026-05-27", Some("May half-term")),
        ("2026-04-08", Some("school holiday")),
        ("2025-12-22", Some("school holiday")),
        ("2026-08-12", Some("school holiday")),
        ("2026-12-28", Some("Boxing Day")),
        ("2026-01-05", Some("INSET day")),
        ("2026-01-15", Some("burst pipe")),
    ];
    for (on, reason) in rows {
        assert_eq!(calendar.day(date(on)).unwrap().reason.as_deref(), reason, "{on}");
    }
}

#[test]
fn scottish_gaps_are_not_called_half_terms() {
    let mut spec = spec(&["admiral-long-2025"]);
    spec.division = Division::Scotland;
    let day = checked(spec).day(date("2025-10-28")).unwrap();
    assert_eq!(day.reason.as_deref(), Some("school holiday"));
}

#[test]
fn days_in_json_have_the_kinds_of_the_api() {
    let day = admiral_then_owps().day(date("2026-05-04")).unwrap();
    let json = serde_json::to_value(day).unwrap();
    let expected = serde_json::json!(
        {"on": "2026-05-04", "kind": "bank_holiday", "reason": "Early May bank holiday"}
    );
    assert_eq!(json, expected);
}

#[test]
fn term_weekdays_count_inset_days_too() {
    let calendar = admiral_then_owps();
    // 27 November 2026 is an INSET day.
    assert_eq!(due(&calendar, "2026-11-26", 1, Unit::TermWeekdays), date("2026-11-27"));
    assert_eq!(due(&calendar, "2026-11-26", 1, Unit::SchoolDays), date("2026-11-30"));
    assert_eq!(due(&calendar, "2026-05-01", 1, Unit::TermWeekdays), date("2026-05-05"), "a bank holiday");
    assert_eq!(calendar.counts_from(date("2026-07-25"), Unit::TermWeekdays), Ok(date("2026-09-03")));
}

// ---- Clocks of the law ----

#[test]
fn r38_g14_the_early_years_answer_runs_through_the_summer() {
    let calendar = admiral_then_owps();
    let early_years = calendar.due(date("2026-07-17"), 28, Unit::CalendarDays).unwrap();
    assert_eq!(early_years.due_on, date("2026-08-14"));
    assert!(early_years.due_on < due(&calendar, "2026-07-17", 15, Unit::SchoolDays), "the earlier leads");
    assert!(early_years.skipped.is_empty());
}

#[test]
fn r38_no_pause_stops_a_clock_of_the_law() {
    let calendar = admiral_then_owps();
    let open = [Pause { from: date("2026-07-18"), to: None }];
    for (amount, unit, expected) in
        [(28, Unit::CalendarDays, "2026-08-14"), (1, Unit::CalendarMonths, "2026-08-17")]
    {
        let working = calendar.due_pausing(date("2026-07-17"), amount, unit, &open).unwrap();
        assert_eq!(working.due_on, date(expected));
        assert_eq!(working.pauses, []);
    }
}

#[test]
fn r38_clocks_of_the_law_need_no_term_dates() {
    let bare = checked(CalendarSpec::new(Division::EnglandAndWales, Vec::new()));
    assert_eq!(due(&bare, "2035-12-24", 28, Unit::CalendarDays), date("2036-01-21"));
}

#[test]
fn r15_a_month_is_the_same_day_or_the_last_of_the_month() {
    let calendar = admiral_then_owps();
    let rows = [
        ("2026-01-31", 1, "2026-02-28"),
        ("2028-01-31", 1, "2028-02-29"),
        ("2028-02-29", 12, "2029-02-28"),
        ("2026-08-31", 1, "2026-09-30"),
        ("2026-02-28", 1, "2026-03-28"),
        ("2026-11-30", 3, "2027-02-28"),
        ("2026-12-15", 1, "2027-01-15"),
        ("2026-12-15", 0, "2026-12-15"),
    ];
    for (received, months, expected) in rows {
        assert_eq!(due(&calendar, received, months, Unit::CalendarMonths), date(expected), "{received}");
    }
}

// ---- Pauses ----

#[test]
fn g10_paused_thursday_to_tuesday_leaves_out_three_school_days() {
    let calendar = admiral_then_owps();
    let received = date("2026-01-12");
    // Paused on Thursday 15 January, on again on Tuesday 20 January.
    let paused = pause("2026-01-15", "2026-01-20");
    let working = calendar.due_pausing(received, 5, Unit::SchoolDays, &[paused]).unwrap();
    let counted = ["2026-01-13", "2026-01-14", "2026-01-20", "2026-01-21", "2026-01-22"].map(date);
    assert_eq!(working.counted, counted);
    assert_eq!(due(&calendar, "2026-01-12", 5, Unit::SchoolDays), date("2026-01-19"));
    assert!(
        working.sentence().ends_with(
            "The clock was paused from Thursday 15 January 2026 until Tuesday 20 January 2026, \
             which left out 3 school days."
        ),
        "{}",
        working.sentence()
    );
}

#[test]
fn g11_a_pause_in_a_holiday_changes_nothing_and_says_so() {
    let calendar = admiral_then_owps();
    let in_half_term = pause("2026-02-14", "2026-02-23");
    let working = calendar.due_pausing(date("2026-02-11"), 5, Unit::SchoolDays, &[in_half_term]).unwrap();
    assert_eq!(working.due_on, due(&calendar, "2026-02-11", 5, Unit::SchoolDays));
    assert!(working.sentence().contains("which changes nothing, because no day in it would have counted"));
    let beyond = pause("2026-02-14", "2026-02-25");
    let working = calendar.due_pausing(date("2026-02-11"), 5, Unit::SchoolDays, &[beyond]).unwrap();
    assert_eq!(working.due_on, date("2026-02-27"), "only 23 and 24 February are left out");
}

#[test]
fn r42_no_date_is_told_while_the_clock_stands_still() {
    let calendar = admiral_then_owps();
    let open = [Pause { from: date("2026-01-15"), to: None }];
    let told = calendar.due_pausing(date("2026-01-12"), 5, Unit::SchoolDays, &open).unwrap_err();
    assert_eq!(told, NoDueDate::Paused { since: date("2026-01-15") });
    assert_eq!(
        told.to_string(),
        "The clock has been paused since Thursday 15 January 2026. The date appears when the pause ends."
    );
    let over_before = calendar.due_pausing(date("2026-01-12"), 2, Unit::SchoolDays, &open).unwrap();
    assert_eq!(over_before.due_on, date("2026-01-14"), "the limit ended before the pause began");
    assert_eq!(over_before.pauses, []);
}

// ---- Counting back, on and between ----

#[test]
fn r44_papers_are_counted_back_from_the_hearing() {
    let calendar = admiral_then_owps();
    for (hearing, papers) in [("2026-11-30", "2026-11-20"), ("2026-11-04", "2026-10-19")] {
        let working = calendar.due_before(date(hearing), 5, Unit::SchoolDays).unwrap();
        assert_eq!(working.due_on, date(papers));
        assert!(!working.counted.contains(&date(hearing)), "the hearing is not counted");
    }
    let months = calendar.due_before(date("2026-03-31"), 1, Unit::CalendarMonths).unwrap();
    assert_eq!(months.due_on, date("2026-02-28"));
}

#[test]
fn an_extension_counts_on_from_the_old_due_date() {
    let calendar = admiral_then_owps();
    let working = calendar.extend_from(date("2026-10-21"), 2, Unit::SchoolDays).unwrap();
    assert_eq!(working.counted, ["2026-10-22", "2026-11-03"].map(date));
    let from_a_saturday = calendar.extend_from(date("2026-10-31"), 1, Unit::SchoolDays).unwrap();
    assert_eq!(from_a_saturday.due_on, date("2026-11-03"), "day 1 is the first counted day after it");
}

#[test]
fn days_between_are_signed() {
    let calendar = admiral_then_owps();
    let between = |a, b, unit| calendar.days_between(date(a), date(b), unit).unwrap();
    assert_eq!(between("2026-01-14", "2026-01-19", Unit::SchoolDays), 3);
    assert_eq!(between("2026-01-19", "2026-01-14", Unit::SchoolDays), -3);
    assert_eq!(between("2026-01-19", "2026-01-19", Unit::SchoolDays), 0);
    assert_eq!(between("2026-07-17", "2026-09-03", Unit::SchoolDays), 1);
    assert_eq!(between("2026-01-31", "2026-02-28", Unit::CalendarMonths), 1);
    assert_eq!(between("2026-01-15", "2026-03-14", Unit::CalendarMonths), 1);
    assert_eq!(between("2026-03-15", "2026-01-15", Unit::CalendarMonths), -2);
    assert_eq!(between("2026-01-15", "2026-02-14", Unit::CalendarMonths), 0);
}

#[test]
fn g15_the_counted_day_after_a_closed_one() {
    let calendar = admiral_then_owps();
    let sunday = date("2026-02-15");
    assert_eq!(calendar.first_counted_from(sunday, Unit::SchoolDays), Ok(date("2026-02-23")));
    assert_eq!(calendar.first_counted_from(date("2026-02-13"), Unit::SchoolDays), Ok(date("2026-02-13")));
}

#[test]
fn the_school_week_is_monday_to_sunday() {
    for on in ["2026-06-15", "2026-06-18", "2026-06-21"].map(date) {
        let week = Calendar::school_week_of(on);
        assert_eq!((week.monday, week.sunday), (date("2026-06-15"), date("2026-06-21")));
        assert!(week.contains(on));
        assert!(!week.contains(date("2026-06-22")));
    }
}

// ---- Where the calendar ends ----

#[test]
fn r36_g8_past_the_cover_there_is_no_date() {
    let calendar = admiral_then_owps();
    let missing = calendar.due(date("2027-07-16"), 15, Unit::SchoolDays).unwrap_err();
    assert_eq!(missing, CalendarMissing { on: date("2027-09-01"), gap: Gap::NotYetEntered });
    assert_eq!(
        missing.to_string(),
        "The calendar does not reach 1 September 2027 yet. \
         Add the term dates for that school year, and the date appears by itself."
    );
    assert_eq!(due(&calendar, "2027-07-16", 3, Unit::SchoolDays), date("2027-07-21"), "still in cover");
}

#[test]
fn r36_before_the_cover_and_between_two_years_there_is_no_date() {
    let calendar = checked(spec(&["admiral-long-2025"]));
    let before = calendar.day(date("2025-08-31")).unwrap_err();
    assert_eq!(before.gap, Gap::LeftOut);
    assert!(before.to_string().starts_with("The calendar has no entry for 31 August 2025."));
    assert!(calendar.due_before(date("2025-09-04"), 5, Unit::SchoolDays).is_err());
}

#[test]
fn r36_no_date_where_the_bank_holidays_are_not_known() {
    let bare = checked(CalendarSpec::new(Division::EnglandAndWales, Vec::new()));
    assert_eq!(due(&bare, "2028-12-21", 4, Unit::WorkingDays), date("2028-12-29"));
    let missing = bare.due(date("2028-12-21"), 5, Unit::WorkingDays).unwrap_err();
    assert_eq!(missing, CalendarMissing { on: date("2029-01-01"), gap: Gap::BankHolidays });
    let years = vec![SchoolYear::from_terms(&[(date("2028-09-04"), date("2029-07-20"))], &[]).unwrap()];
    let into_2029 = checked(CalendarSpec::new(Division::EnglandAndWales, years));
    assert_eq!(into_2029.day(date("2029-01-08")).unwrap_err().gap, Gap::BankHolidays);
}

#[test]
fn absurd_dates_and_huge_amounts_end_with_an_answer() {
    let calendar = admiral_then_owps();
    let far = NaiveDate::from_ymd_opt(20256, 3, 1).unwrap();
    for unit in
        [Unit::SchoolDays, Unit::WorkingDays, Unit::TermWeekdays, Unit::CalendarDays, Unit::CalendarMonths]
    {
        assert_eq!(calendar.due(far, 5, unit).unwrap_err().gap, Gap::OutOfRange, "{unit:?}");
        assert!(calendar.due(NaiveDate::MAX, 5, unit).is_err());
        assert!(calendar.due_before(NaiveDate::MIN, 5, unit).is_err());
        assert!(calendar.due(date("2026-01-12"), u16::MAX, unit).is_err(), "{unit:?}");
        assert!(calendar.days_between(date("2026-01-12"), NaiveDate::MAX, unit).is_err(), "{unit:?}");
    }
    assert!(calendar.holiday_at(NaiveDate::MAX).is_err());
    let none_counts = calendar.due(date("2026-01-12"), 0, Unit::SchoolDays).unwrap();
    assert_eq!(none_counts.due_on, date("2026-01-12"));
}

// ---- Holidays announced ----

#[test]
fn p45_e12_a_holiday_says_when_school_opens_again() {
    let calendar = admiral_then_owps();
    let holiday = |on| calendar.holiday_at(date(on)).unwrap();
    let summer = Holiday { from: date("2026-07-18"), to: date("2026-09-02"), back_on: date("2026-09-03") };
    for on in ["2026-07-18", "2026-07-20", "2026-08-31", "2026-09-02"] {
        assert_eq!(holiday(on), Some(summer.clone()), "{on}");
    }
    let half_term = Holiday { from: date("2026-10-23"), to: date("2026-11-02"), back_on: date("2026-11-03") };
    assert_eq!(holiday("2026-10-28"), Some(half_term));
    for on in ["2026-01-14", "2026-01-17", "2026-05-02", "2026-05-04", "2026-11-27"] {
        assert_eq!(holiday(on), None, "a school day, a weekend or a single closed day: {on}");
    }
}

#[test]
fn p45_a_holiday_whose_end_is_not_known_is_not_announced_with_a_guess() {
    let calendar = admiral_then_owps();
    let missing = calendar.holiday_at(date("2027-08-10")).unwrap_err();
    assert_eq!(missing.on, date("2027-09-01"));
    let first = calendar.holiday_at(date("2025-09-01")).unwrap();
    assert_eq!(first, None, "two INSET days at the very start are not a holiday");
}

// ---- Clock changes ----

#[test]
fn g13_clock_changes_never_move_a_due_date() {
    let calendar = admiral_then_owps();
    let rows = [("2026-03-26T23:59:00Z", "2026-04-16"), ("2025-10-22T22:59:00Z", "2025-11-05")];
    for (instant, expected) in rows {
        let at: DateTime<Utc> = instant.parse().unwrap();
        let working = calendar.due(local_date(at), 5, Unit::SchoolDays).unwrap();
        assert_eq!(working.due_on, date(expected));
        assert_eq!(
            local_date(end_of_local_day(working.due_on) - chrono::Duration::seconds(1)),
            working.due_on
        );
    }
}

// ---- Working in words ----

#[test]
fn the_working_reads_as_plain_english() {
    let calendar = admiral_then_owps();
    let sentence = |working: Result<Working, CalendarMissing>| working.unwrap().sentence();
    assert_eq!(
        sentence(calendar.due(date("2026-07-17"), 15, Unit::SchoolDays)),
        "Sent on Friday 17 July 2026. Day 1 is Thursday 3 September 2026. \
         Day 15, Wednesday 23 September 2026, is the last day: 15 school days. \
         Not counted: 18 July to 2 September 2026 (INSET day and school holiday); other weekends."
    );
    assert_eq!(
        sentence(calendar.due(date("2026-05-02"), 1, Unit::SchoolDays)),
        "Sent on Saturday 2 May 2026. The school is closed on that day (weekend and Early May bank \
         holiday), so it counts from Tuesday 5 May 2026. Day 1, Wednesday 6 May 2026, is the last day: \
         1 school day. Not counted: 2 to 4 May 2026 (weekend and Early May bank holiday)."
    );
    assert_eq!(
        sentence(calendar.due(date("2026-07-17"), 28, Unit::CalendarDays)),
        "Sent on Friday 17 July 2026. Day 1 is Saturday 18 July 2026. Day 28, Friday 14 August 2026, is \
         the last day: 28 calendar days. Every day counts, weekends and holidays too."
    );
    assert_eq!(
        sentence(calendar.due(date("2026-01-31"), 1, Unit::CalendarMonths)),
        "Sent on Saturday 31 January 2026. 1 month later is Saturday 28 February 2026."
    );
    assert_eq!(
        sentence(calendar.due_before(date("2026-11-30"), 5, Unit::SchoolDays)),
        "It takes place on Monday 30 November 2026. That day is not counted. 5 school days before is \
         Friday 20 November 2026. Not counted: 27 to 29 November 2026 (INSET day and weekend); other \
         weekends."
    );
    assert_eq!(
        sentence(calendar.extend_from(date("2026-01-14"), 2, Unit::SchoolDays)),
        "Extended by 2 school days from Wednesday 14 January 2026. Day 1 is Thursday 15 January 2026. \
         Day 2, Friday 16 January 2026, is the last day: 2 school days."
    );
    assert_eq!(
        sentence(calendar.due(date("2026-01-14"), 0, Unit::SchoolDays)),
        "Sent on Wednesday 14 January 2026. Wednesday 14 January 2026 is the last day."
    );
}

#[test]
fn skipped_days_are_grouped_into_runs() {
    let calendar = admiral_then_owps();
    let runs = |received, amount| {
        let working = calendar.due(date(received), amount, Unit::SchoolDays).unwrap();
        working.skipped_runs().iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(runs("2026-03-26", 2), ["28 March to 12 April 2026: school holiday"]);
    assert_eq!(runs("2026-05-20", 3), ["23 to 31 May 2026: May half-term"]);
    assert_eq!(
        runs("2026-04-30", 6),
        ["2 to 4 May 2026: weekend and Early May bank holiday", "9 to 10 May 2026: weekend"]
    );
}

#[test]
fn a_working_names_its_calendar() {
    let id = CalendarId(Uuid::from_u128(7));
    let calendar = Calendar::new(id, 3, spec(&["owps-2026"]), BankHolidays::shipped()).unwrap();
    let working = calendar.due(date("2026-11-26"), 1, Unit::SchoolDays).unwrap();
    assert_eq!((working.calendar_id, working.calendar_version), (id, 3));
    let json = serde_json::to_value(&working).unwrap();
    assert_eq!(json["due_on"], "2026-11-30");
    assert_eq!(json["unit"], "school_days");
    assert_eq!(json["direction"], "after");
    assert_eq!(json["skipped"][0]["reason"], "INSET day");
    assert_eq!(serde_json::from_value::<Working>(json).unwrap(), working);
}

// ---- What a calendar may say ----

fn one_year(change: impl FnOnce(&mut SchoolYear)) -> CalendarSpec {
    let mut spec = spec(&["owps-2026"]);
    change(&mut spec.years[0]);
    spec
}

#[test]
fn r45_each_problem_says_where_and_why() {
    let year = "School year 1 September 2026 to 31 August 2027";
    let far = NaiveDate::from_ymd_opt(20256, 9, 3).unwrap();
    let twice = date("2026-11-27");
    let rows = [
        (
            one_year(|year| year.terms[1].first = date("2026-10-22")),
            format!(
                "{year}, term 2: starts on Thursday 22 October 2026, before term 1 ends on Thursday 22 \
                 October 2026"
            ),
        ),
        (
            one_year(|year| {
                year.terms[0] = Term {
                    first: date("2026-10-22"),
                    last: date("2026-09-03"),
                    name: Some("Autumn 1".to_owned()),
                }
            }),
            format!("{year}, Autumn 1: The last day comes before the first. Swap them"),
        ),
        (
            one_year(|year| year.terms[5].last = date("2027-09-21")),
            format!("{year}, term 6: Tuesday 21 September 2027 is outside the school year"),
        ),
        (
            one_year(|year| year.terms[5].last = far),
            format!("{year}, term 6: The year 20256 is not between 2000 and 2100. Check the year"),
        ),
        (
            one_year(|year| year.inset.push(twice)),
            format!("{year}, INSET days: Friday 27 November 2026 is there twice"),
        ),
        (
            one_year(|year| year.inset.push(far)),
            format!("{year}, INSET days: The year 20256 is not between 2000 and 2100. Check the year"),
        ),
        (
            one_year(|year| year.inset.push(date("2025-09-01"))),
            format!("{year}, INSET days: Monday 1 September 2025 is outside the school year"),
        ),
        (
            one_year(|year| {
                year.closures.push(Closure { on: date("2027-01-12"), reason: " ".to_owned() });
            }),
            format!("{year}, closure on Tuesday 12 January 2027: Say why the school was closed"),
        ),
        (
            one_year(|year| year.to = date("2026-08-31")),
            "School year 1 September to 31 August 2026: The last day comes before the first. Swap them"
                .to_owned(),
        ),
        (
            one_year(|year| year.to = date("2028-08-31")),
            "School year 1 September 2026 to 31 August 2028: This is longer than fourteen months. Enter \
             each school year by itself"
                .to_owned(),
        ),
        (
            CalendarSpec { open_weekdays: Vec::new(), ..spec(&["owps-2026"]) },
            "Opening days: Choose at least one day of the week".to_owned(),
        ),
        (
            spec(&["owps-2026", "owps-2026"]),
            format!("{year}: starts before the year before it ends, whose last term ends on 21 July 2027"),
        ),
    ];
    for (spec, expected) in rows {
        assert_eq!(problems(spec).first(), Some(&expected));
    }
}

#[test]
fn r45_every_problem_is_told_at_once() {
    let spec = one_year(|year| {
        year.terms[0].last = date("2026-09-01");
        year.inset.push(date("2026-11-27"));
        year.closures.push(Closure { on: date("2030-01-12"), reason: "snow\n".repeat(50) });
    });
    assert_eq!(problems(spec).len(), 4);
}

#[test]
fn a_school_may_open_in_august_inside_the_cover_of_the_year_before() {
    let leicester = SchoolYear::from_terms(&[(date("2024-08-27"), date("2025-07-11"))], &[]).unwrap();
    assert_eq!((leicester.from, leicester.to), (date("2024-08-27"), date("2025-08-31")));
    let before = SchoolYear::from_terms(&[(date("2023-08-29"), date("2024-07-12"))], &[]).unwrap();
    let calendar = checked(CalendarSpec::new(Division::EnglandAndWales, vec![leicester, before]));
    assert_eq!(calendar.day(date("2024-08-27")).unwrap().kind, DayKind::SchoolDay);
    assert_eq!(calendar.day(date("2024-08-23")).unwrap().kind, DayKind::Holiday);
    assert_eq!(due(&calendar, "2024-07-12", 1, Unit::SchoolDays), date("2024-08-27"));
}

#[test]
fn a_year_can_be_told_from_a_spring_term_alone_but_not_from_nothing() {
    let year = SchoolYear::from_terms(&[(date("2026-01-05"), date("2026-03-27"))], &[]).unwrap();
    assert_eq!((year.from, year.to), (date("2025-09-01"), date("2026-08-31")));
    let problem = SchoolYear::from_terms(&[], &[date("2026-01-05")]).unwrap_err();
    assert_eq!(problem.reason, "There are no terms. Add the first and last day of each");
}

#[test]
fn a_stored_calendar_reads_back_and_refuses_fields_it_does_not_know() {
    let json = r#"{"division": "scotland", "years": [{"from": "2026-08-01", "to": "2027-07-31",
        "terms": [{"first": "2026-08-17", "last": "2026-10-09", "name": "Term 1"}]}]}"#;
    let spec: CalendarSpec = serde_json::from_str(json).unwrap();
    assert_eq!(spec.open_weekdays.len(), 5);
    let again = serde_json::to_string(&spec).unwrap();
    assert_eq!(serde_json::from_str::<CalendarSpec>(&again).unwrap(), spec);
    assert_eq!(checked(spec).covered_to(), Some(date("2027-07-31")));
    let unknown = json.replace("\"name\"", "\"nmae\"");
    assert!(serde_json::from_str::<CalendarSpec>(&unknown).unwrap_err().to_string().contains("nmae"));
    let impossible = json.replace("2026-10-09", "2026-02-31");
    assert!(serde_json::from_str::<CalendarSpec>(&impossible).is_err());
}

// ---- Properties over random calendars ----

/// Six terms of random length with random gaps, INSET days, closures and opening days, for two years.
fn any_calendar() -> impl Strategy<Value = CalendarSpec> {
    let division = prop_oneof![
        Just(Division::EnglandAndWales),
        Just(Division::Scotland),
        Just(Division::NorthernIreland)
    ];
    let weekdays = prop_oneof![
        3 => Just(vec![Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri]),
        1 => Just(vec![Weekday::Tue, Weekday::Wed, Weekday::Thu]),
        1 => Just(vec![Weekday::Mon, Weekday::Sat]),
    ];
    (division, weekdays, any_year(2025), any_year(2026)).prop_map(|(division, open_weekdays, one, two)| {
        CalendarSpec { division, years: vec![two, one], open_weekdays }
    })
}

fn any_year(year: i32) -> impl Strategy<Value = SchoolYear> {
    let terms = prop::collection::vec((3_u64..20, 20_u64..36), 6);
    let days = |most| prop::collection::btree_set(0_u64..360, 0..most);
    (0_u64..12, terms, days(6), days(4)).prop_map(move |(opens, terms, inset, closures)| {
        let september = NaiveDate::from_ymd_opt(year, 9, 1).unwrap();
        let mut next = september + Days::new(opens);
        let mut built = Vec::new();
        for (gap, length) in terms {
            built.push((next, next + Days::new(length)));
            next = next + Days::new(length + gap);
        }
        let inset: Vec<_> = inset.into_iter().map(|day| september + Days::new(day)).collect();
        let mut year = SchoolYear::from_terms(&built, &inset).unwrap();
        year.closures = closures
            .into_iter()
            .map(|day| Closure { on: september + Days::new(day), reason: "snow".to_owned() })
            .collect();
        year
    })
}

fn any_counted_unit() -> impl Strategy<Value = Unit> {
    prop_oneof![
        3 => Just(Unit::SchoolDays),
        1 => Just(Unit::WorkingDays),
        1 => Just(Unit::TermWeekdays),
        1 => Just(Unit::CalendarDays)
    ]
}

fn any_receipt() -> impl Strategy<Value = NaiveDate> {
    (0_u64..500).prop_map(|day| date("2025-09-01") + Days::new(day))
}

/// The school days of a calendar, found another way: all days of the terms, less everything else.
fn naive_school_days(spec: &CalendarSpec) -> BTreeSet<NaiveDate> {
    let mut days = BTreeSet::new();
    for term in spec.years.iter().flat_map(|year| &year.terms) {
        days.extend(term.first.iter_days().take_while(|on| *on <= term.last));
    }
    for year in &spec.years {
        for on in year.inset.iter().chain(year.closures.iter().map(|closure| &closure.on)) {
            days.remove(on);
        }
    }
    days.retain(|on| spec.open_weekdays.contains(&on.weekday()));
    days.retain(|on| BankHolidays::shipped().title(spec.division, *on).is_none());
    days
}

/// One week taken out of the term that it lies in: a half-term where there was none.
fn with_a_week_off(spec: &CalendarSpec, monday: NaiveDate) -> Option<CalendarSpec> {
    let sunday = monday + Days::new(6);
    let mut spec = spec.clone();
    for year in &mut spec.years {
        let inside = year.terms.iter().position(|term| term.first < monday && sunday < term.last);
        if let Some(index) = inside {
            let mut later = year.terms[index].clone();
            later.first = sunday + Days::new(1);
            year.terms[index].last = monday - Days::new(1);
            year.terms.push(later);
            return Some(spec);
        }
    }
    None
}

proptest! {
    #[test]
    fn random_calendars_are_checked_and_agree_with_a_naive_count(
        spec in any_calendar(), received in any_receipt(), amount in 0_u16..60,
    ) {
        let naive = naive_school_days(&spec);
        let day_zero = naive.range(received..).next();
        let expected = day_zero.and_then(|zero| naive.range(*zero..).nth(usize::from(amount)));
        match (checked(spec).due(received, amount, Unit::SchoolDays), expected) {
            (Ok(working), expected) => prop_assert_eq!(Some(&working.due_on), expected),
            (Err(missing), expected) => {
                prop_assert_eq!(expected, None);
                prop_assert_eq!(missing.gap, Gap::NotYetEntered);
            }
        }
    }

    #[test]
    fn a_due_date_falls_on_a_day_that_counts_and_adding_agrees_with_counting(
        spec in any_calendar(), received in any_receipt(), amount in 1_u16..40, unit in any_counted_unit(),
    ) {
        let calendar = checked(spec);
        if let Ok(working) = calendar.due(received, amount, unit) {
            prop_assert!(calendar.counts(working.due_on, unit).unwrap());
            prop_assert!(working.counts_from_on >= received);
            prop_assert_eq!(working.counted.len(), usize::from(amount));
            let between = calendar.days_between(working.counts_from_on, working.due_on, unit);
            prop_assert_eq!(between, Ok(i32::from(amount)));
            let all: BTreeSet<_> =
                working.counted.iter().copied().chain(working.skipped.iter().map(|day| day.on)).collect();
            let passed = (working.due_on - received).num_days();
            let known = i64::try_from(all.len()).unwrap();
            prop_assert_eq!(known, passed, "each day is counted or has its reason");
            for day in &working.skipped {
                prop_assert!(day.reason.is_some());
            }
        }
    }

    #[test]
    fn counting_back_undoes_counting_on(
        spec in any_calendar(), received in any_receipt(), amount in 1_u16..40, unit in any_counted_unit(),
    ) {
        let calendar = checked(spec);
        let day_zero = calendar.first_counted_from(received, unit);
        if let Ok(working) = day_zero.and_then(|on| calendar.extend_from(on, amount, unit)) {
            let back = calendar.due_before(working.due_on, amount, unit).unwrap();
            prop_assert_eq!(back.due_on, working.received_on);
        }
    }

    #[test]
    fn g3_a_half_term_moves_a_date_by_its_school_days_and_never_back(
        spec in any_calendar(), received in any_receipt(), amount in 1_u16..40, week in 0_u64..70,
    ) {
        let monday = date("2025-09-01") + Days::new(7 * week);
        let Some(with_week_off) = with_a_week_off(&spec, monday) else { return Ok(()) };
        let calendar = checked(spec);
        let (Ok(old), Ok(new)) = (
            calendar.due(received, amount, Unit::SchoolDays),
            checked(with_week_off).due(received, amount, Unit::SchoolDays),
        ) else { return Ok(()) };
        prop_assert!(new.due_on >= old.due_on);
        if old.counts_from_on < monday {
            let lost = monday.iter_days().take(7).filter(|on| old.counted.contains(on)).count();
            let moved = calendar.days_between(old.due_on, new.due_on, Unit::SchoolDays).unwrap();
            let week_has = monday.iter_days().take(7).filter(|on| {
                calendar.counts(*on, Unit::SchoolDays).unwrap()
            }).count();
            let expected = if lost == 0 { 0 } else { week_has };
            prop_assert_eq!(moved, i32::try_from(expected).unwrap());
        }
    }

    #[test]
    fn g10_a_pause_costs_exactly_the_days_that_would_have_counted(
        spec in any_calendar(), received in any_receipt(), amount in 1_u16..40,
        starts in 0_u64..60, lasts in 0_u64..30,
    ) {
        let calendar = checked(spec);
        let from = received + Days::new(starts);
        let paused = [Pause { from, to: Some(from + Days::new(lasts)) }];
        if let Ok(working) = calendar.due_pausing(received, amount, Unit::SchoolDays, &paused) {
            prop_assert_eq!(working.counted.len(), usize::from(amount));
            prop_assert!(working.counted.iter().all(|on| *on < from || from + Days::new(lasts) <= *on));
            let left_out = from.iter_days().take(usize::try_from(lasts).unwrap()).filter(|on| {
                working.counts_from_on < *on
                    && *on < working.due_on
                    && calendar.counts(*on, Unit::SchoolDays).unwrap()
            }).count();
            let through = calendar.days_between(working.counts_from_on, working.due_on, Unit::SchoolDays);
            prop_assert_eq!(through, Ok(i32::from(amount) + i32::try_from(left_out).unwrap()));
        }
    }
}

#[test]
fn g3_a_whole_half_term_week_moves_a_date_by_five_school_days() {
    let original = spec(&["admiral-long-2025"]);
    let without = with_a_week_off(&original, date("2026-01-19")).unwrap();
    let (plain, moved) = (checked(original), checked(without));
    let (old, new) =
        (due(&plain, "2026-01-14", 5, Unit::SchoolDays), due(&moved, "2026-01-14", 5, Unit::SchoolDays));
    assert_eq!((old, new), (date("2026-01-21"), date("2026-01-28")));
    assert_eq!(plain.days_between(old, new, Unit::SchoolDays), Ok(5));
}
