//! A hidden case is nowhere: not for whoever is complained about, stepped back, left, or never had to do with it, whatever
//! they ask for, and not in a mail (R22-R30, R70, G28, G29). Every route of the table is walked for each of them, and the
//! table has every route.

use heard::app::files::{Adding, Content, Upload, add, look};
use heard::db::visibility::Seen;
use heard::domain::case::state::Audience;
use heard::domain::ids::MessageId;

use super::*;

/// Why somebody sees nothing of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Complained about.
    Subject,
    /// Stepped back by themselves.
    Recused,
    /// Their post here has ended; they have another at another school, or none.
    Left,
    /// May be asked to sit on its panel, or governs.
    InThePool,
    /// Works at another school of the trust.
    Elsewhere,
    /// The family of another case.
    Stranger,
}

struct Hidden {
    scene: Scene,
    secret: Reference,
    kinds: Vec<(Kind, Caller)>,
    /// How many messages there were about it before it was hidden from the last of them.
    told_before: usize,
}

fn one_at<'t>(trust: &'t Trust, role: Role, school: Option<&str>) -> &'t Person {
    let here = |person: &&Person| {
        person.posts.iter().any(|post| post.role == role && post.school.as_deref() == school)
    };
    trust.cast.people.iter().find(here).unwrap_or_else(|| panic!("nobody is {role:?} at {school:?}"))
}

fn clerk(trust: &Trust) -> By {
    By::Colleague(trust.known(one_at(trust, Role::Clerk, Some(SCHOOL))).colleague)
}

/// A file whose name must be nowhere either.
fn attaches(trust: &Trust, by: &By, reference: &Reference) {
    let content = Content::Bytes(b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n".to_vec());
    let upload = Upload { name: format!("{MARK}.pdf"), content };
    let adding = Adding {
        reference: reference.clone(),
        seen: SeenVersion::Whichever,
        key: None,
        looked: look(upload, trust.app.file_limits()).unwrap(),
        audience: Audience::Staff,
    };
    add(&trust.app, by.clone(), adding, REFERENCE).unwrap();
}

impl Hidden {
    fn set() -> Self {
        let scene = Scene::set();
        let trust = &scene.trust;
        let secret = trust.raises(SCHOOL, &concern(MARK, "secret@family.example"));
        let colleague = |person: &Person| trust.known(person).colleague;
        let subject = one_at(trust, Role::Headteacher, Some(SCHOOL));
        marks(trust, &secret, colleague(subject).id, MARK);
        let recused = one_at(trust, Role::ComplaintsCoordinator, Some(SCHOOL));
        let by = By::Colleague(colleague(recused));
        does(trust, &by, &secret, Action::AddNote, json!({ "words": MARK }));
        does(trust, &by, &secret, Action::Recuse, json!({ "reason": "knows_the_family", "words": MARK }));
        attaches(trust, &clerk(trust), &secret);
        let inspector = trust.cast.people.iter().find(|person| holds(person, Role::Inspector)).unwrap();
        let elsewhere = trust
            .cast
            .people
            .iter()
            .find(|person| {
                holds(person, Role::Headteacher)
                    && person.posts.iter().all(|post| post.school.as_deref().is_some_and(|at| at != SCHOOL))
            })
            .unwrap();
        let stranger = trust.raises(SCHOOL, &concern("The tram", "stranger@family.example"));
        let known = |kind, name: &str, person: &Person| {
            (kind, Caller { class: Class::Blind, ..staff(trust, name, person, &secret) })
        };
        let kinds = vec![
            known(Kind::Subject, "the subject", subject),
            known(Kind::Recused, "whoever stepped back", recused),
            known(Kind::Left, "an inspector after the last day", inspector),
            known(Kind::InThePool, "a governor", one_at(trust, Role::Governor, Some(SCHOOL))),
            known(Kind::InThePool, "a panel member", one_at(trust, Role::PanelMember, None)),
            known(Kind::Elsewhere, "the head of another school", elsewhere),
            (Kind::Stranger, family(trust, "a strange family", Class::Other, &stranger)),
        ];
        let yesterday = trust.app.now().date_naive().pred_opt().unwrap();
        for post in colleague(inspector).posts {
            trust.db.write(move |tx| heard::db::people::end_post(tx, post.id, yesterday)).unwrap();
        }
        let told_before = messages_of(trust, &secret).len();
        Self { scene, secret, kinds, told_before }
    }
}

/// Whether an answer has a word of the hidden case, in its text or its headers.
fn shows(answer: &Answer) -> bool {
    let headers = answer.headers.iter().map(|(name, value)| format!("{name}: {value}"));
    let text = headers.chain([answer.text()]).collect::<Vec<_>>().join("\n");
    text.contains(MARK)
}

fn messages_of(trust: &Trust, reference: &Reference) -> Vec<heard::db::outbox::Posted> {
    let seen = Seen::by_the_system(trust.case(reference));
    trust.db.read(|tx| heard::db::outbox::of_case(tx, seen)).unwrap()
}

/// Whatever they ask for, of another case or of this one, by every route that there is.
#[test]
fn g29_what_is_hidden_is_in_no_answer_on_no_route() {
    let hidden = Hidden::set();
    let mut shown = Vec::new();
    for row in TABLE {
        for (kind, caller) in &hidden.kinds {
            for asked in [&hidden.scene.open, &hidden.secret] {
                let visit = Visit::of(&hidden.scene.trust, caller);
                let answer = hidden.scene.ask(caller, row, asked, &visit);
                // What somebody typed into the address comes back to them; nothing else names the case.
                let names_it = asked != &hidden.secret && answer.text().contains(hidden.secret.as_str());
                if names_it || shows(&answer) {
                    shown.push(format!("{} shows it to {} ({kind:?})", row.0, caller.name));
                }
            }
        }
    }
    assert!(shown.is_empty(), "{} answers:\n{}", shown.len(), shown.join("\n"));
}

/// Searching, filtering, counting: the same as if it were not there.
#[test]
fn g29_no_search_filter_or_count_tells_of_it() {
    let hidden = Hidden::set();
    let paths = [
        format!("/cases?words={MARK}&state=any"),
        format!("/cases?words={}&state=any", hidden.secret),
        format!("/cases.csv?words={MARK}&state=any"),
        format!("/api/v1/cases?q={MARK}&state=any"),
        format!("/api/v1/cases?q={}&state=any", hidden.secret),
        "/cases?handler=nobody&state=any".to_owned(),
        "/".to_owned(),
        "/outbox".to_owned(),
        "/api/v1/outbox".to_owned(),
        "/logs/settings".to_owned(),
        "/logs/settings.csv".to_owned(),
        "/logs/readings".to_owned(),
        "/logs/readings.csv".to_owned(),
        "/api/v1/logs/readings?limit=100".to_owned(),
        format!("/cases/{}/readings.csv", hidden.secret),
    ];
    for (kind, caller) in &hidden.kinds {
        for path in &paths {
            let visit = Visit::of(&hidden.scene.trust, caller);
            let request = Request::get(path);
            let request = if path.starts_with("/api") {
                bearing(request, &visit)
            } else {
                request.header("Cookie", &visit.cookies())
            };
            let text = request.send(hidden.scene.served.address).unwrap().text();
            // The words that were searched for stand in their own box, and a file of rows has none.
            let rows = text.matches("left without her").count();
            assert_eq!(
                rows,
                text.matches("The bus left without her").count()
                    + text.matches("The coach left without her").count()
                    + text.matches("The tram left without her").count(),
                "{path} for {} ({kind:?})",
                caller.name
            );
            assert!(!text.contains(&format!("Zofia {MARK}")), "{path} for {} ({kind:?})", caller.name);
            assert!(!text.contains(&format!("/cases/{}", hidden.secret)), "{path} for {}", caller.name);
        }
    }
}

/// A message about it answers like one that is not there, and none is written to them from then on.
#[test]
fn g28_its_messages_are_not_there_and_no_mail_goes_to_them() {
    let hidden = Hidden::set();
    let trust = &hidden.scene.trust;
    let message = messages_of(trust, &hidden.secret)[0].message.id;
    let nothing = MessageId(uuid::Uuid::from_u128(7));
    let told = |caller: &Caller, id: MessageId, api: bool| {
        let visit = Visit::of(trust, caller);
        let path = if api { format!("/api/v1/outbox/{id}") } else { format!("/outbox/{id}") };
        let request = Request::get(&path);
        let request = if api { bearing(request, &visit) } else { request.header("Cookie", &visit.cookies()) };
        let answer = request.send(hidden.scene.served.address).unwrap();
        (answer.status, answer.text().replace(&id.to_string(), "…"))
    };
    for (kind, caller) in &hidden.kinds {
        for api in [false, true] {
            assert_eq!(told(caller, message, api), told(caller, nothing, api), "{kind:?} {}", caller.name);
        }
    }
    // The family writes, the clerk notes, the case goes to somebody: none of it reaches them.
    does(trust, &clerk(trust), &hidden.secret, Action::SendMessage, json!({ "words": MARK }));
    let ids: Vec<PersonId> = hidden
        .kinds
        .iter()
        .filter_map(|(_, caller)| match &caller.with {
            With::Staff(person, _) => Some(*person),
            With::Nothing | With::Family(..) | With::Ended { .. } => None,
        })
        .collect();
    let since = messages_of(trust, &hidden.secret);
    assert!(since.len() > hidden.told_before, "somebody is written to");
    let newest = &since[hidden.told_before..];
    assert!(
        newest.iter().all(|posted| posted.message.to_person.is_none_or(|to| !ids.contains(&to))),
        "{newest:?}"
    );
}

/// Marked while their page is open: the next thing they ask for is not there.
#[test]
fn s13_marking_somebody_takes_effect_in_the_session_that_is_open() {
    let scene = Scene::set();
    let trust = &scene.trust;
    let person = one_at(trust, Role::Headteacher, Some(SCHOOL));
    let caller = staff(trust, "the head", person, &scene.open);
    let visit = Visit::of(trust, &caller);
    let looks = |path: &str| {
        Request::get(path).header("Cookie", &visit.cookies()).send(scene.served.address).unwrap()
    };
    let path = format!("/cases/{}", scene.open);
    assert_eq!(looks(&path).status, 200);
    assert!(looks("/cases").text().contains(scene.open.as_str()));
    marks(trust, &scene.open, trust.known(person).colleague.id, MARK);
    let (gone, missing) = (looks(&path), looks(&format!("/cases/{}", scene.unknown)));
    let same = |answer: &Answer, reference: &Reference| answer.text().replace(reference.as_str(), "…");
    assert_eq!((gone.status, missing.status), (404, 404));
    assert_eq!(same(&gone, &scene.open), same(&missing, &scene.unknown));
    for list in ["/", "/cases?state=any", "/cases.csv?state=any", "/outbox"] {
        assert!(!looks(list).text().contains(scene.open.as_str()), "{list}");
    }
}
