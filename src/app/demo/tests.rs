//! The demo, built whole into a database of its own.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use chrono::TimeDelta;

use super::*;
use crate::app::{Mode, Parts};
use crate::clock::{Clock, Ids};
use crate::db::visibility::Seen;
use crate::db::{self, DatabaseUrl, Db, DbOptions};
use crate::domain::calendar::local_date;
use crate::domain::case::state::{Case, Standing};
use crate::domain::case::vocabulary::{ClosedReason, Finding};
use crate::domain::deadline::DeadlineRule;
use crate::key::InstallationKey;
use crate::urls::BaseUrl;

struct Whole {
    app: App,
    built: Built,
    cases: Vec<Case>,
    _folder: tempfile::TempDir,
}

fn whole(seed: u64, contents: Contents) -> Whole {
    let folder = tempfile::tempdir().unwrap();
    let url = DatabaseUrl::Sqlite(folder.path().join("heard.db"));
    db::migrate::run(&url).unwrap();
    let app = App::new(Parts {
        db: Db::open(&url, DbOptions::default()).unwrap(),
        clock: Clock::fixed(moment()),
        ids: Ids::seeded(seed),
        base: BaseUrl::parse("http://127.0.0.1:8080").unwrap(),
        undo: TimeDelta::zero(),
        mode: Mode::Demo,
        key: InstallationKey::of([7; 32]),
    });
    let built = build(&app, seed, contents, &mut |_| {}).unwrap();
    let cases = cases(&app);
    Whole { app, built, cases, _folder: folder }
}

fn cases(app: &App) -> Vec<Case> {
    app.db()
        .read(|tx| {
            let ids = db::cases::ids_after(tx, None, 1000)?;
            let load = |id| Ok(db::cases::load(tx, Seen::by_the_system(id))?.unwrap().case);
            ids.into_iter().map(load).collect::<Result<Vec<_>, Error>>()
        })
        .unwrap()
}

/// Built once for all that only look.
static YEAR: LazyLock<Whole> = LazyLock::new(|| whole(1, Contents::Year));

#[test]
fn the_rules_refuse_nothing_of_the_year() {
    assert_eq!(YEAR.built.played.refused, Vec::<String>::new());
    assert!((290..=340).contains(&YEAR.built.played.raised), "{}", YEAR.built.played.raised);
}

/// Every state and phase of domain.md 9.2 has a case that waits in it.
#[test]
fn some_case_waits_in_every_standing() {
    let mut counts: BTreeMap<Standing, usize> = BTreeMap::new();
    for case in &YEAR.cases {
        *counts.entry(case.standing()).or_default() += 1;
    }
    let empty: Vec<_> = Standing::ALL.into_iter().filter(|standing| !counts.contains_key(standing)).collect();
    assert_eq!(empty, [], "{counts:?}");
}

/// Closed cases have every reason of domain.md 9.2, and most were settled at the first stage.
#[test]
fn cases_close_for_every_reason_and_most_are_settled_where_they_began() {
    use crate::domain::case::state::State;
    let reasons: Vec<(ClosedReason, usize)> = YEAR
        .cases
        .iter()
        .filter_map(|case| match &case.state {
            State::Closed { reason, .. } => Some((*reason, case.runs.len())),
            _ => None,
        })
        .collect();
    let met: BTreeSet<ClosedReason> = reasons.iter().map(|(reason, _)| *reason).collect();
    // Whoever writes for another has their consent in this year, and everybody gives a name.
    let rare =
        |reason: &&ClosedReason| matches!(reason, ClosedReason::NoConsent | ClosedReason::KeptOnRecord);
    let missing: Vec<_> =
        ClosedReason::ALL.iter().filter(|reason| !met.contains(reason) && !rare(reason)).collect();
    assert!(missing.is_empty(), "{missing:?}");
    let at_first =
        reasons.iter().filter(|(reason, runs)| *reason == ClosedReason::Settled && *runs == 1).count();
    assert!(at_first * 2 > reasons.len(), "{at_first} of {}", reasons.len());
}

/// The home page has something in each of its groups (S2).
#[test]
fn some_replies_are_overdue_some_due_today_and_some_this_week() {
    let today = local_date(moment());
    let dues: Vec<_> = YEAR
        .cases
        .iter()
        .filter(|case| case.standing() != Standing::Closed)
        .flat_map(|case| &case.deadlines)
        .filter(|deadline| deadline.is_open())
        .filter(|deadline| matches!(deadline.rule, DeadlineRule::Respond | DeadlineRule::Acknowledge))
        .filter_map(|deadline| deadline.due.date())
        .collect();
    let count = |holds: &dyn Fn(&NaiveDate) -> bool| dues.iter().filter(|due| holds(due)).count();
    assert!(count(&|due| *due < today) >= 4, "overdue: {dues:?}");
    assert!(count(&|due| *due == today) >= 3, "today: {dues:?}");
    assert!(count(&|due| *due > today && (*due - today).num_days() <= 3) >= 2, "this week: {dues:?}");
    assert!(count(&|due| (*due - today).num_days() > 3) >= 3, "later: {dues:?}");
}

/// Panels were held at schools of both kinds, with findings of every sort.
#[test]
fn the_whole_ladder_was_climbed_at_academies_and_at_the_maintained_school() {
    use crate::domain::procedure::{Regime, StageKind};
    let panels: BTreeSet<bool> = YEAR
        .cases
        .iter()
        .filter(|case| case.runs.iter().any(|run| run.kind == StageKind::Panel))
        .map(|case| case.bound.regime == Regime::MaintainedEngland)
        .collect();
    assert_eq!(panels, BTreeSet::from([true, false]));
    let findings: BTreeSet<Finding> = YEAR
        .cases
        .iter()
        .flat_map(|case| &case.runs)
        .flat_map(|run| &run.answers)
        .map(|answer| answer.finding)
        .collect();
    assert_eq!(findings.len(), Finding::ALL.len());
}

/// The worker would send nothing of the past: it counts as sent.
#[test]
fn no_message_of_the_past_waits_to_be_sent() {
    let next = crate::app::outbox::next_due(&YEAR.app).unwrap();
    assert!(next.is_none_or(|at| at >= moment()), "{next:?}");
    assert_eq!(YEAR.app.now(), moment());
}

/// Everybody signs in with the printed password, and the printed token is theirs.
#[test]
fn people_can_sign_in_with_what_is_printed() {
    let cast = &YEAR.built.cast;
    assert_eq!(cast.schools.len(), 4);
    let head = cast.people.iter().find(|person| person.posts[0].role == Role::Headteacher).unwrap();
    let holder = crate::app::access::token::colleague_of_token(&YEAR.app, &head.token).unwrap().unwrap();
    assert_eq!(holder.colleague.name, head.name);
    let stored = YEAR.app.db().read(|tx| db::people::sign_in(tx, &head.email)).unwrap().unwrap();
    let given = crate::secret::Secret::new(PASSWORD.to_owned());
    let verdict = crate::app::access::password::check(&given, stored.password_hash.as_deref()).unwrap();
    assert_eq!(verdict, crate::app::access::password::Verdict::Right);
}

#[test]
fn an_empty_demo_has_schools_and_people_and_no_case() {
    let empty = whole(3, Contents::Empty);
    assert_eq!(empty.built.cast.schools, YEAR.built.cast.schools);
    assert_ne!(empty.built.cast.people[5].token, YEAR.built.cast.people[5].token);
    assert!(empty.cases.is_empty());
    assert_eq!(cast(&empty.app).unwrap(), Some(empty.built.cast));
}

/// Another seed makes a whole year too.
#[test]
fn another_seed_meets_no_refusal_either() {
    let other = whole(20_261_124, Contents::Year);
    assert_eq!(other.built.played.refused, Vec::<String>::new());
    let standings: BTreeSet<Standing> = other.cases.iter().map(Case::standing).collect();
    assert_eq!(standings.len(), Standing::ALL.len());
}

/// The same seed makes the same world, to the last event and token. Its clock goes on through the sweep:
/// windows that close on the way lapse, and it does not go back.
#[test]
fn the_same_seed_makes_the_same_world_and_its_clock_goes_on() {
    let again = whole(1, Contents::Year);
    assert_eq!(again.cases, YEAR.cases);
    assert_eq!(again.built.cast, YEAR.built.cast);
    let replied = |cases: &[Case]| cases.iter().filter(|case| case.standing() == Standing::Replied).count();
    let now = move_clock(&again.app, MoveClock::by("P60D").unwrap()).unwrap();
    assert_eq!(now, moment() + TimeDelta::days(60));
    assert!(replied(&cases(&again.app)) < replied(&again.cases));
    assert!(clock_to_go_on_from(&again.app).unwrap() >= now, "kept, so that it opens again as it was");
    assert!(move_clock(&again.app, MoveClock::To(moment())).is_err());
    assert!(move_clock(&again.app, MoveClock::By(TimeDelta::days(9000))).is_err());
}
