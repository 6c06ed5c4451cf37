//! Whoever must act on a case can open it, and whoever need not does not lose their place on a panel.

use heard::app::access::administrator::Administrator;
use heard::app::access::staff::{self, PostForm};
use heard::app::cases::{Caller, Opened, Order, SeenVersion, act, before_reading, open, read_knowingly};
use heard::app::demo::Person;
use heard::app::error::Error;
use heard::app::work_list::{Sort, WorkListFilter, list};
use heard::db::outbox;
use heard::db::visibility::Seen;
use heard::domain::calendar::local_date;
use heard::domain::case::action::Action;
use heard::domain::case::decide::{may_handle, may_sit};
use heard::domain::case::refusal::RefusalCode;
use heard::domain::case::sight::WOULD_BAR;
use heard::domain::case::state::{InvolvedAs, Standing};
use heard::domain::person::Role;
use heard::domain::reference::Reference;
use serde_json::{Value, json};

use crate::kit::trust::{REFERENCE, Trust};

fn concern() -> Value {
    json!({
        "kind": "complaint",
        "complainant": { "name": "Zofia", "email": "zofia@family.example", "relationship": "parent" },
        "child": { "name": "Ola", "year_group": "Year 1" },
        "points": [{ "what_happened": "The bus left without her" }],
    })
}

/// The first who holds that role at that school, or else at the trust.
fn who(trust: &Trust, role: Role, school: &str) -> Caller {
    let at = |place: Option<&str>| {
        let here = |person: &&Person| {
            person.posts.iter().any(|post| post.role == role && post.school.as_deref() == place)
        };
        trust.cast.people.iter().find(here)
    };
    let person = at(Some(school)).or_else(|| at(None)).unwrap_or_else(|| panic!("nobody is {role:?}"));
    Caller::Colleague(trust.known(person).colleague)
}

fn id(caller: &Caller) -> heard::domain::ids::PersonId {
    caller.actor().person().unwrap()
}

fn opened(trust: &Trust, caller: &Caller, reference: &Reference) -> Opened {
    open(&trust.app, caller, reference).unwrap_or_else(|error| panic!("{caller:?}: {error:?}"))
}

/// Opens it after the page that says what that means for a panel.
fn opens_knowingly(trust: &Trust, caller: &Caller, reference: &Reference) -> Opened {
    read_knowingly(&trust.app, caller, reference).unwrap();
    opened(trust, caller, reference)
}

fn is_shut_out(trust: &Trust, caller: &Caller, reference: &Reference) {
    let answer = open(&trust.app, caller, reference);
    assert!(matches!(answer, Err(Error::NotFound)), "{caller:?}: {answer:?}");
}

fn does(trust: &Trust, caller: &Caller, reference: &Reference, action: Action, body: Value) {
    let seen = SeenVersion::Exactly(opened(trust, caller, reference).case.length);
    let order = Order { reference: reference.clone(), action, body, seen, key: None };
    act(&trust.app, caller.clone(), order, REFERENCE).unwrap();
}

/// The kinds of the letters about that case to that person.
fn told(trust: &Trust, caller: &Caller, reference: &Reference) -> Vec<String> {
    let seen = Seen::by_the_system(trust.case(reference));
    let posted = trust.db.read(|tx| outbox::of_case(tx, seen)).unwrap();
    posted
        .into_iter()
        .filter(|posted| posted.message.to_person == Some(id(caller)))
        .map(|posted| posted.message.kind)
        .collect()
}

/// 2.4: the clerk is the point of contact, and never sits on a panel, so reads every case of the school. R22: but
/// not one about the clerk.
#[test]
fn the_clerk_reads_every_case_but_one_about_the_clerk() {
    let trust = Trust::new();
    for school in ["hazel-lane", "quarry-beck", "tansy-bank", "sorrel-wood"] {
        let plain = trust.raises(school, &concern());
        let clerk = who(&trust, Role::Clerk, school);
        assert_eq!(opened(&trust, &clerk, &plain).case.standing(), Standing::OpenNew);
        let about = trust.raises(school, &json!({ "about": [{ "role": "clerk" }] }).merged(concern()));
        is_shut_out(&trust, &clerk, &about);
    }
    let elsewhere = trust.raises("hazel-lane", &concern());
    is_shut_out(&trust, &who(&trust, Role::Clerk, "quarry-beck"), &elsewhere);
}

/// R11, R24: a late case about the head can be refused by the chair alone, so the chair is told, can open it, and
/// is off its panel. Of a late case that the head may decide the chair learns nothing.
#[test]
fn r11_the_chair_opens_the_late_case_that_the_head_may_not() {
    let trust = Trust::new();
    let late = json!({ "last_incident_on": "2026-03-02", "late_reason": "We were abroad" }).merged(concern());
    let about_head = json!({ "about": [{ "role": "headteacher" }] }).merged(late.clone());
    let chair = who(&trust, Role::ChairOfGovernors, "hazel-lane");
    let plain = trust.raises("hazel-lane", &late);
    is_shut_out(&trust, &chair, &plain);
    let reference = trust.raises("hazel-lane", &about_head);
    is_shut_out(&trust, &who(&trust, Role::Headteacher, "hazel-lane"), &reference);
    assert_eq!(told(&trust, &chair, &reference), ["screening_task"]);
    // To be written to takes nothing from anybody: a page says what opening it means, and the chair goes on (9.3).
    let asked = open(&trust.app, &chair, &reference).map(|_| ());
    assert!(matches!(asked, Err(Error::WouldBar(known)) if known == reference));
    let seen = opened(&trust, &who(&trust, Role::Clerk, "hazel-lane"), &reference);
    assert!(seen.case.is_involved(id(&chair), InvolvedAs::WrittenTo));
    may_sit(&seen.case, id(&chair), &seen.context()).unwrap();
    let seen = opens_knowingly(&trust, &chair, &reference);
    assert!(seen.case.is_involved(id(&chair), InvolvedAs::SawContent));
    let refusal = may_sit(&seen.case, id(&chair), &seen.context()).unwrap_err();
    assert_eq!(refusal.code, RefusalCode::AlreadyInvolved);
    let body = json!({ "consideration": "We looked at why", "reason": "It is eight months ago" });
    does(&trust, &chair, &reference, Action::RefuseLate, body);
    assert_eq!(opened(&trust, &chair, &reference).case.standing(), Standing::Closed);
}

/// R22, R11: the head turns out to be complained about while the late case is still being checked.
#[test]
fn r11_the_chair_is_told_when_the_head_is_marked_later() {
    let trust = Trust::new();
    let late = json!({ "last_incident_on": "2026-03-02" }).merged(concern());
    let reference = trust.raises("quarry-beck", &late);
    let chair = who(&trust, Role::ChairOfGovernors, "quarry-beck");
    is_shut_out(&trust, &chair, &reference);
    let head = id(&who(&trust, Role::Headteacher, "quarry-beck"));
    let coordinator = who(&trust, Role::ComplaintsCoordinator, "quarry-beck");
    let body = json!({ "person": head, "role": "headteacher", "reason": "They took the call." });
    does(&trust, &coordinator, &reference, Action::MarkSubject, body);
    assert_eq!(told(&trust, &chair, &reference), ["screening_task"]);
    assert_eq!(opens_knowingly(&trust, &chair, &reference).case.standing(), Standing::Screening);
}

/// R14: whoever is alerted to a child at risk reads the case behind the alert, the chair too when it is about the
/// head.
#[test]
fn r14_whoever_is_alerted_can_read_it() {
    let trust = Trust::new();
    let at_risk = json!({ "flags": { "child_at_risk": true }, "about": [{ "role": "headteacher" }] });
    let reference = trust.raises("tansy-bank", &at_risk.merged(concern()));
    let chair = who(&trust, Role::ChairOfGovernors, "tansy-bank");
    assert!(told(&trust, &chair, &reference).contains(&"safeguarding_alert".to_owned()));
    opened(&trust, &chair, &reference);
}

fn ends_correspondence() -> Value {
    json!({
        "tests": {
            "every_step_taken": "Two letters and a meeting",
            "position_and_options_given": "In the letter of 2 November",
            "same_points_again": "Nine messages with the same point",
        },
        "letter": "We will not write about this again.",
        "review_on": "2027-03-01",
    })
}

/// R67, R24: a second person decides. Where that can only be the chair, the chair is asked and can read it; where the
/// trust can, the chair stays clear for the panel.
#[test]
fn r67_the_chair_decides_second_only_where_nobody_else_can() {
    for trust_can in ["the trust can", "the chair alone can"] {
        let trust = Trust::new();
        let reference = trust.raises("quarry-beck", &concern());
        let head = who(&trust, Role::Headteacher, "quarry-beck");
        let chair = who(&trust, Role::ChairOfGovernors, "quarry-beck");
        if trust_can == "the chair alone can" {
            let of_the_trust = |person: &&Person| person.posts[0].role == Role::TrustOfficer;
            for person in trust.cast.people.iter().filter(of_the_trust) {
                let body = json!({ "person": trust.known(person).colleague.id, "role": "staff" });
                does(&trust, &head, &reference, Action::MarkSubject, body);
            }
        }
        does(&trust, &head, &reference, Action::CloseUnreasonable, ends_correspondence());
        if trust_can == "the trust can" {
            let officer = who(&trust, Role::TrustOfficer, "quarry-beck");
            assert_eq!(told(&trust, &officer, &reference), ["second_decider_needed"]);
            is_shut_out(&trust, &chair, &reference);
        } else {
            assert_eq!(told(&trust, &chair, &reference), ["second_decider_needed"]);
            opens_knowingly(&trust, &chair, &reference);
            does(&trust, &chair, &reference, Action::CloseUnreasonable, ends_correspondence());
            assert_eq!(opened(&trust, &chair, &reference).case.standing(), Standing::Closed);
        }
    }
}

/// R59: whoever is asked to see to a promise can open the case that it was given in.
#[test]
fn r59_the_owner_of_a_promise_can_open_its_case() {
    let trust = Trust::new();
    let reference = trust.raises("hazel-lane", &concern());
    let head = who(&trust, Role::Headteacher, "hazel-lane");
    let office = who(&trust, Role::SchoolOffice, "hazel-lane");
    is_shut_out(&trust, &office, &reference);
    let body = json!({ "what": "Ring the bus company", "owner": id(&office), "due_on": "2026-12-04" });
    does(&trust, &head, &reference, Action::AddAction, body);
    assert_eq!(told(&trust, &office, &reference), ["promised_action"]);
    let body = json!({ "action": 1, "evidence": "They rang back" });
    does(&trust, &office, &reference, Action::CompleteAction, body);
}

/// R24: somebody of the panel pool who reads a case by another post is in its register from then on, and off its panel.
#[test]
fn r24_reading_a_case_bars_from_its_panel() {
    let trust = Trust::new();
    let reference = trust.raises("hazel-lane", &concern());
    let Caller::Colleague(administrator) = who(&trust, Role::Administrator, "hazel-lane") else { panic!() };
    let today = local_date(trust.app.now());
    let by = Administrator::of(&administrator, None, today).unwrap();
    let officer = || who(&trust, Role::TrustOfficer, "hazel-lane");
    opened(&trust, &officer(), &reference);
    let pool = PostForm {
        role: Role::PanelMember.key().to_owned(),
        place: "hazel-lane".to_owned(),
        independence: "none".to_owned(),
        ..PostForm::default()
    };
    staff::appoint(&trust.app, &by, id(&officer()), &pool, None).unwrap();
    let before = opened(&trust, &who(&trust, Role::Headteacher, "hazel-lane"), &reference);
    assert_eq!(may_sit(&before.case, id(&officer()), &before.context()), Ok(()));
    // Before it opens they are asked, and nothing of it is shown, wherever they look (9.3).
    let asked = open(&trust.app, &officer(), &reference).map(|_| ());
    assert!(matches!(asked, Err(Error::WouldBar(known)) if known == reference));
    let Caller::Colleague(colleague) = officer() else { panic!() };
    let shown = |words: Option<&str>| {
        let filter = WorkListFilter { words: words.map(str::to_owned), ..WorkListFilter::default() };
        let listed = list(&trust.app, &colleague, &filter, Sort::Due, None, 100).unwrap().items;
        listed.into_iter().filter(|item| item.reference == reference).collect::<Vec<_>>()
    };
    let [row] = shown(None).try_into().unwrap();
    assert_eq!((row.headline.as_str(), row.complainant_name), (WOULD_BAR, None));
    assert_eq!(shown(Some("bus")), [], "nor is it found by what it says");
    let warned = before_reading(&trust.app, &officer(), &reference).unwrap().expect("a warning");
    assert!(!warned.others.is_empty(), "and who could look instead is named");
    read_knowingly(&trust.app, &officer(), &reference).unwrap();
    read_knowingly(&trust.app, &officer(), &reference).unwrap();
    let first = opened(&trust, &officer(), &reference);
    assert_eq!(before_reading(&trust.app, &officer(), &reference).unwrap(), None);
    assert_ne!(shown(None)[0].headline, WOULD_BAR);
    assert!(first.case.is_involved(id(&officer()), InvolvedAs::SawContent), "written before it opens");
    let refusal = may_sit(&first.case, id(&officer()), &first.context()).unwrap_err();
    assert_eq!(refusal.code, RefusalCode::AlreadyInvolved);
    let again = opened(&trust, &officer(), &reference);
    assert_eq!((first.case.length, again.case.length), (before.case.length + 1, before.case.length + 1));
}

/// R23: a colleague who saw what happened decides nothing of the case. A stage that they had goes to somebody else.
#[test]
fn r23_a_colleague_who_is_a_witness_decides_nothing() {
    let trust = Trust::new();
    let reference = trust.raises("hazel-lane", &concern());
    let head = who(&trust, Role::Headteacher, "hazel-lane");
    let teacher = opened(&trust, &head, &reference).case.run().unwrap().handler.person.unwrap();
    let contact = json!({ "name": "The class teacher", "relationship": "staff" });
    let body = json!({ "party": "witness", "contact": contact, "person": teacher });
    let order = |party: &str| {
        let mut body = body.clone();
        body["party"] = party.into();
        let seen = SeenVersion::Exactly(opened(&trust, &head, &reference).case.length);
        Order { reference: reference.clone(), action: Action::AddParty, body, seen, key: None }
    };
    let refused = act(&trust.app, head.clone(), order("supporter"), REFERENCE);
    assert!(matches!(refused, Err(Error::Refused(refusal)) if refusal.code == RefusalCode::Field));
    act(&trust.app, head.clone(), order("witness"), REFERENCE).unwrap();
    let after = opened(&trust, &head, &reference);
    assert!(after.case.is_involved(teacher, InvolvedAs::Witness));
    assert_ne!(after.case.run().unwrap().handler.person, Some(teacher));
    assert_eq!(may_handle(&after.case, teacher, &after.context()).unwrap_err().code, RefusalCode::IsWitness);
}

trait Merged {
    /// The same with what the other has besides.
    fn merged(self, other: Value) -> Value;
}

impl Merged for Value {
    fn merged(mut self, other: Value) -> Value {
        let Value::Object(more) = other else { panic!("{other} is no object") };
        for (key, value) in more {
            self.as_object_mut().unwrap().entry(key).or_insert(value);
        }
        self
    }
}

/// A case about the headteacher that waits for its panel: the trust officer has answered, and the family went on.
fn waits_for_a_panel(trust: &Trust) -> Reference {
    let about_head = json!({ "about": [{ "role": "headteacher" }] });
    let reference = trust.raises("hazel-lane", &about_head.merged(concern()));
    let handler = || {
        let clerk = who(trust, Role::Clerk, "hazel-lane");
        let person = opened(trust, &clerk, &reference).case.run().unwrap().handler.person.unwrap();
        let known = trust.cast.people.iter().map(|person| trust.known(person).colleague);
        Caller::Colleague(known.into_iter().find(|colleague| colleague.id == person).unwrap())
    };
    let further = json!({ "points": [1], "why": "It goes on", "wanted": "A place on the bus" });
    let clerk = who(trust, Role::Clerk, "hazel-lane");
    does(trust, &handler(), &reference, Action::Reply, json!({ "message": "I have looked into it." }));
    does(trust, &clerk, &reference, Action::Escalate, further.clone());
    let found = json!({ "point": 1, "finding": "upheld", "reasons": "The list shows it" });
    let understood = json!({ "summary": "The bus", "unresolved": "All", "wanted": "A place" });
    does(trust, &handler(), &reference, Action::Acknowledge, understood);
    does(trust, &handler(), &reference, Action::RecordFinding, found);
    let answer = json!({ "message": "My findings", "steps_taken": "I read the lists", "actions": "A place on the bus" });
    does(trust, &handler(), &reference, Action::Reply, answer);
    does(trust, &clerk, &reference, Action::Escalate, further);
    reference
}

/// R22-R27: whoever is asked to sit finds the case in lists without its words, and not by them, until nothing stands in
/// the way; whoever is replaced finds nothing any more, neither the case nor its mails, and is told.
#[test]
fn r27_a_seat_shows_nothing_before_the_declaration_and_nothing_after_it_is_left() {
    use heard::app::work_list::{self, Sort, WorkListFilter};
    let trust = Trust::new();
    let reference = waits_for_a_panel(&trust);
    let clerk = who(&trust, Role::Clerk, "hazel-lane");
    let before = opened(&trust, &clerk, &reference);
    let pool = heard::domain::case::decide::who_may_sit(&before.case, &before.context());
    let is_in_pool = |person: &&Person| pool.contains(&trust.known(person).colleague.id);
    let mut callers = trust.cast.people.iter().filter(is_in_pool).map(|person| trust.known(person).colleague);
    let members: Vec<_> = callers.by_ref().collect();
    let seats: Vec<_> = members.iter().map(|member| member.id).collect();
    does(&trust, &clerk, &reference, Action::AppointPanel, json!({ "members": seats, "chair": seats[0] }));
    let colleague = members.last().unwrap().clone();
    let member = Caller::Colleague(colleague.clone());
    let listed = |words: Option<&str>| {
        let filter = WorkListFilter { words: words.map(str::to_owned), ..WorkListFilter::default() };
        let page = work_list::list(&trust.app, &colleague, &filter, Sort::Due, None, 25).unwrap();
        page.items.into_iter().map(|item| item.headline).collect::<Vec<_>>()
    };
    assert_eq!(listed(None), [heard::domain::case::sight::DECLARE_FIRST]);
    assert_eq!(listed(Some("bus")), [""; 0]);
    does(&trust, &member, &reference, Action::DeclareInterest, json!({ "declared": "nothing" }));
    assert_eq!(listed(Some("bus")), ["The bus left without her"]);
    let kept = &seats[..seats.len() - 1];
    let named = json!({ "members": kept, "chair": kept[0], "reason": "A member cannot sit" });
    // Two of the same moment have no order.
    trust.app.clock().set(trust.app.now() + chrono::TimeDelta::minutes(1));
    does(&trust, &clerk, &reference, Action::AppointPanel, named);
    is_shut_out(&trust, &member, &reference);
    assert_eq!(listed(None), [""; 0]);
    assert_eq!(told(&trust, &member, &reference), ["declaration_asked", "stood_down"]);
    let register = opened(&trust, &clerk, &reference).case;
    assert!(register.is_involved(colleague.id, InvolvedAs::StoodDown));
}
