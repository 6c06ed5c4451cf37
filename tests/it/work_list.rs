//! What the lists and the home page show is what each case asks for (S2), over the demo's year and in the random
//! stories of `replay`.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use heard::app::access::ending::{self, Ending};
use heard::app::access::token::colleague_of_token;
use heard::app::access::users::{ChangedBy, NewPlace};
use heard::app::cases::{Caller, Order, SeenVersion, act, open};
use heard::app::concerns::body::ConcernBody;
use heard::app::concerns::{Sender, submit};
use heard::app::people::Colleague;
use heard::app::work_list::{Asking, Sort, WorkListFilter, held_by_me, list};
use heard::app::{App, demo, schools};
use heard::db::visibility::{Seen, Viewer};
use heard::db::{Db, DbError, DbOptions, Tx, cases, migrate, work_list};
use heard::domain::calendar::local_date;
use heard::domain::case::action::Action;
use heard::domain::case::attention::{AttentionKind, attention};
use heard::domain::case::state::{Case, Standing};
use heard::domain::deadline::{DeadlineRule, OwedBy};
use heard::domain::ids::{CaseId, PersonId, SchoolId};
use heard::domain::person::Role;
use heard::domain::reference::Reference;
use heard::domain::text::EmailAddress;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::db_kit::url_of;
use crate::db_migrations::revert_down_to;
use crate::kit::database::empty_database;
use crate::kit::http::Request;
use crate::kit::served::Served;
use crate::kit::trust::{REFERENCE, Trust, app_at, founded};
use crate::permissions::Visit;

/// More than there are.
const ALL: usize = 1_000;

fn open_cases(db: &Db) -> Vec<Case> {
    let load = |tx: &mut Tx| {
        let ids = cases::ids_after(tx, None, 1_000)?;
        let case = |id| Ok(cases::load(tx, Seen::by_the_system(id))?.unwrap().case);
        ids.into_iter().map(case).collect::<Result<Vec<Case>, DbError>>()
    };
    let mut found = db.read(load).unwrap();
    found.retain(|case| case.standing() != Standing::Closed);
    found
}

/// What a case is shown under. Of the kinds that come from dates it is the most pressing: what is overdue is not due
/// today as well.
fn kinds_of(
    case: &Case,
    today: NaiveDate,
    calendar: &heard::domain::calendar::Calendar,
) -> BTreeSet<AttentionKind> {
    let dated = [AttentionKind::Overdue, AttentionKind::DueToday, AttentionKind::DueThisSchoolWeek];
    let mut kinds: BTreeSet<_> =
        attention(case, today, calendar).into_iter().map(|asked| asked.kind).collect();
    let leading = kinds.iter().copied().find(|kind| dated.contains(kind));
    kinds.retain(|kind| !dated.contains(kind) || Some(*kind) == leading);
    kinds
}

fn a_concern() -> Value {
    json!({
        "kind": "concern",
        "complainant": { "name": "Zofia", "email": "zofia@family.example", "relationship": "parent" },
        "child": { "name": "Ola", "year_group": "Year 1" },
        "points": [{ "what_happened": "The bus left without her" }],
    })
}

/// Nobody in particular, who sees every case.
fn wide_viewer(schools: impl Iterator<Item = SchoolId>) -> Viewer {
    Viewer {
        person: PersonId(Uuid::nil()),
        wide_schools: schools.collect(),
        safeguarding_schools: vec![],
        work_schools: vec![],
        pool_schools: vec![],
        in_place: vec![],
        stands_in: vec![],
        only_school: None,
    }
}

/// The list for each kind holds the cases that ask for it, and no other.
pub fn the_lists_say_what_the_cases_ask(app: &App, db: &Db) {
    let today = local_date(app.now());
    let worlds = schools::all(app).unwrap();
    let calendars: BTreeMap<SchoolId, _> = worlds.iter().map(|world| (world.school.id, world)).collect();
    let viewer = wide_viewer(calendars.keys().copied());
    let known = open_cases(db);
    for kind in AttentionKind::ALL {
        let filter = WorkListFilter { asking: Some(Asking { kind, today }), ..WorkListFilter::default() };
        let page = db.read(|tx| work_list::list(tx, &viewer, &filter, Sort::Due, None, ALL)).unwrap();
        let listed: BTreeSet<CaseId> = page.items.iter().map(|item| item.id).collect();
        let asks = |case: &&Case| kinds_of(case, today, &calendars[&case.school].calendar).contains(&kind);
        let expected: BTreeSet<CaseId> = known.iter().filter(asks).map(|case| case.id).collect();
        let differ: Vec<_> = known
            .iter()
            .filter(|case| listed.contains(&case.id) != expected.contains(&case.id))
            .map(|case| (case.reference.to_string(), case.standing(), listed.contains(&case.id)))
            .collect();
        assert_eq!(differ, [], "{kind:?} on {today}: reference, where it is, and whether it is listed");
    }
}

/// Every case that is neither closed nor paused waits on the home page of somebody; a paused one comes back with the
/// day of its review.
pub fn every_open_case_waits_for_somebody(app: &App, db: &Db, colleagues: &[Colleague]) {
    let today = local_date(app.now());
    let worlds = schools::all(app).unwrap();
    let mut waits = BTreeSet::new();
    for colleague in colleagues {
        for kind in AttentionKind::ALL {
            let mine = held_by_me(colleague, worlds.iter(), today);
            let filter = WorkListFilter {
                asking: Some(Asking { kind, today }),
                handler: (kind == AttentionKind::WaitingOnUs).then_some(mine),
                ..WorkListFilter::default()
            };
            let listed = list(app, colleague, &filter, Sort::Due, None, ALL).unwrap();
            waits.extend(listed.items.iter().map(|item| item.id));
        }
    }
    let forgotten: Vec<_> = open_cases(db)
        .into_iter()
        .filter(|case| case.standing() != Standing::Suspended && !waits.contains(&case.id))
        .map(|case| (case.reference.to_string(), case.standing()))
        .collect();
    assert_eq!(forgotten, [], "on nobody's home page");
}

/// S2: in the middle of the year, on the days after it, and in the holidays.
#[test]
fn s2_the_home_page_says_what_the_cases_of_a_year_ask() {
    let database = empty_database();
    let url = url_of(&database);
    migrate::run(&url).unwrap();
    let app = app_at(&database, demo::moment());
    demo::build(&app, 1, demo::Contents::Year, &mut |_| {}).unwrap();
    let db = Db::open(&url, DbOptions::default()).unwrap();
    let cast = demo::cast(&app).unwrap().unwrap();
    let colleagues: Vec<Colleague> = cast
        .people
        .iter()
        .map(|person| colleague_of_token(&app, &person.token).unwrap().unwrap().colleague)
        .collect();
    for days in [0, 1, 4, 30] {
        app.clock().set(demo::moment() + chrono::TimeDelta::days(days));
        the_lists_say_what_the_cases_ask(&app, &db);
        every_open_case_waits_for_somebody(&app, &db, &colleagues);
    }
    // Each kind of a school whose calendar reaches far enough is met.
    let today = local_date(demo::moment());
    let worlds = schools::all(&app).unwrap();
    let met: BTreeSet<AttentionKind> = open_cases(&db)
        .iter()
        .flat_map(|case| {
            let world = worlds.iter().find(|world| world.school.id == case.school).unwrap();
            kinds_of(case, today, &world.calendar)
        })
        .collect();
    assert!(met.len() >= AttentionKind::ALL.len() - 1, "{met:?}");
}

/// What the migration computes for the rows that are there is what the program writes: the school's own date leads,
/// although the family's window closes sooner.
#[test]
fn s2_rows_from_before_are_told_anew() {
    let database = founded();
    let app = app_at(&database, demo::moment());
    let body: ConcernBody = serde_json::from_value(a_concern()).unwrap();
    let sender = Sender::Family("192.0.2.0".to_owned());
    let told = submit(&app, "hazel-lane", sender, &body, None, REFERENCE).unwrap();
    let reference = Reference::parse(&told.body).unwrap();
    let cast = demo::cast(&app).unwrap().unwrap();
    let known = cast.people.iter().map(|person| colleague_of_token(&app, &person.token).unwrap().unwrap());
    let sees = |colleague: &Colleague| open(&app, &Caller::Colleague(colleague.clone()), &reference);
    let teacher = known
        .map(|holder| holder.colleague)
        .find(|one| sees(one).is_ok_and(|opened| opened.case.run().unwrap().handler.person == Some(one.id)))
        .map(Caller::Colleague)
        .unwrap();
    let owner = teacher.actor().person().unwrap();
    for (action, body) in [
        (Action::Reply, json!({ "message": "The bus waits now." })),
        (Action::AddAction, json!({ "what": "Ride along", "owner": owner, "due_on": "2027-03-01" })),
    ] {
        let seen = SeenVersion::Whichever;
        act(
            &app,
            teacher.clone(),
            Order { reference: reference.clone(), action, body, seen, key: None },
            REFERENCE,
        )
        .unwrap();
    }
    let url = url_of(&database);
    let db = Db::open(&url, DbOptions::default()).unwrap();
    let led_by = || {
        let row = |tx: &mut Tx| {
            let viewer = wide_viewer(schools::all(&app).unwrap().iter().map(|world| world.school.id));
            work_list::list(tx, &viewer, &WorkListFilter::default(), Sort::Due, None, ALL)
        };
        let page = db.read(row).unwrap();
        page.items
            .iter()
            .map(|item| (item.next_due_rule, item.next_due_on, item.next_due_owed_by))
            .collect::<Vec<_>>()
    };
    let promise =
        vec![(Some(DeadlineRule::Remedy), Some("2027-03-01".parse().unwrap()), Some(OwedBy::School))];
    assert_eq!(led_by(), promise);
    revert_down_to(&url, "0012");
    let window =
        vec![(Some(DeadlineRule::Window), Some("2026-12-09".parse().unwrap()), Some(OwedBy::Family))];
    assert_eq!(led_by(), window);
    migrate::run(&url).unwrap();
    assert_eq!(led_by(), promise);
}

/// S2, G8: cases whose dates no calendar reaches are a task on the home page, which leads to their list.
#[test]
fn s2_a_calendar_that_ends_too_early_is_a_task_on_the_home_page() {
    let trust = Trust::new();
    let page = |path: &str, trust: &Trust| {
        let served = Served::start(trust.app.clone());
        let visit = Visit::signed_in(trust, Role::ComplaintsCoordinator, "hazel-lane");
        Request::get(path).header("Cookie", &visit.cookies()).send(served.address).unwrap().text()
    };
    assert!(!page("/", &trust).contains("for a date"));
    trust.app.clock().set("2028-07-13T10:00:00Z".parse().unwrap());
    let reference = trust.raises("hazel-lane", &a_concern());
    assert!(page("/", &trust).contains("1 case waits for a date, because the calendar ends too early"));
    let listed = page("/cases?attention=calendar_missing&school=hazel-lane", &trust);
    assert!(listed.contains(reference.as_str()));
}

/// G30, S2: a case of somebody whose last post has ended is nobody's, on the home page and in the list, and the filter
/// still knows their name.
#[test]
fn g30_a_case_of_somebody_who_has_left_is_under_those_that_nobody_has() {
    let trust = Trust::new();
    let reference = trust.raises("hazel-lane", &a_concern());
    let coordinator = Visit::signed_in(&trust, Role::ComplaintsCoordinator, "hazel-lane");
    let page = |path: &str| {
        let served = Served::start(trust.app.clone());
        Request::get(path).header("Cookie", &coordinator.cookies()).send(served.address).unwrap().text()
    };
    let case = cases_of(&trust, &reference);
    let teacher = case.run().unwrap().handler.person.expect("Year 1 has a teacher");
    let worlds = schools::all(&trust.app).unwrap();
    let known = worlds.iter().find_map(|world| world.directory.person(teacher)).unwrap().clone();
    assert!(!page("/cases?handler=nobody").contains(reference.as_str()));
    let email = EmailAddress::parse(&known.email).unwrap();
    let place = NewPlace::School("hazel-lane".into());
    let by = ChangedBy::CommandLine;
    ending::end_post_of(&trust.app, by, &email, Role::ClassTeacher, &place, Ending::Now).unwrap();
    let listed = page("/cases?handler=nobody");
    assert!(listed.contains(reference.as_str()), "{listed}");
    assert!(listed.contains(&format!("{} (no post any more)", known.name)), "{listed}");
    let here = |post: &demo::Post| {
        post.role == Role::ComplaintsCoordinator && post.school.as_deref() == Some("hazel-lane")
    };
    let knows = trust.cast.people.iter().find(|person| person.posts.iter().any(here)).unwrap();
    let served = Served::start(trust.app.clone());
    let asked = Request::get("/api/v1/cases?handler=nobody&limit=100");
    let asked = asked.header("Authorization", &format!("Bearer {}", knows.token));
    assert!(asked.send(served.address).unwrap().text().contains(reference.as_str()), "the API says the same");
    let home = page("/");
    let group = home.split("id=\"unassigned\"").nth(1).expect("the group stands there");
    assert!(group.split("</section>").next().unwrap().contains(reference.as_str()));
}

fn cases_of(trust: &Trust, reference: &Reference) -> Case {
    let seen = Seen::by_the_system(trust.case(reference));
    trust.db.read(|tx| cases::load(tx, seen)).unwrap().unwrap().case
}
