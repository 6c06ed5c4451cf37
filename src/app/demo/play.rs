//! Plays a planned year: each thing at its moment, by whoever's turn it is, through the use cases.

use std::collections::BTreeMap;

use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, Utc};
use serde_json::{Value, json};

use crate::app::App;
use crate::app::cases::{Answer, Caller, Done, Order, SeenVersion, act};
use crate::app::concerns::body::ConcernBody;
use crate::app::concerns::{Sender, Spoken, submit_with};
use crate::app::error::Error;
use crate::app::files::{self, Adding};
use crate::app::outbox::{digest, new_token};
use crate::app::people::Colleague;
use crate::app::sweep::sweep;
use crate::app::world::Setting;
use crate::db;
use crate::db::access::{LinkKind, NewLink, OpenLink};
use crate::db::visibility::Seen;
use crate::domain::calendar::{Unit, local_date};
use crate::domain::case::action::Action;
use crate::domain::case::decide::{must_choose, who_may_handle, who_may_sit};
use crate::domain::case::event::Actor;
use crate::domain::case::state::{Audience, Case, Standing};
use crate::domain::case::vocabulary::Recipient;
use crate::domain::ids::{CaseId, PartyNo, PersonId, SchoolId};
use crate::domain::person::{Independence, Role};
use crate::domain::procedure::StageKind;
use crate::domain::reference::Reference;

use super::clock::mornings;
use super::courses::Beat;
use super::founding::Founded;
use super::papers;
use super::speech::Speech;
use super::words::Tables;
use super::year::{Planned, Way};
use super::{Broken, Progress, SchoolSetup, moment};

/// What was played.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Played {
    /// Concerns that were raised.
    pub raised: usize,
    /// Moves that were made.
    pub moves: usize,
    /// Moves that the rules refused, each with what it was and why.
    pub refused: Vec<String>,
}

/// A case of the year that has begun.
struct Begun<'y> {
    id: CaseId,
    reference: Reference,
    link: Option<OpenLink>,
    speech: Speech<'y>,
    /// A refused move ends a course: what comes after it would make no sense.
    ended: bool,
}

/// Plays the year up to the demo's moment.
pub(super) fn play(
    app: &App,
    tables: &Tables,
    setups: &[SchoolSetup],
    founded: &Founded,
    year: &[Planned],
    progress: &mut dyn FnMut(Progress),
) -> Result<Played, Error> {
    let mut theatre = Theatre { app, founded, setups, played: Played::default() };
    let mut begun: BTreeMap<usize, Begun<'_>> = BTreeMap::new();
    let turns = turns(year);
    let mut swept = turns.first().map_or_else(moment, |turn| turn.at);
    for (done, turn) in turns.iter().enumerate() {
        sweep_mornings(app, &mut swept, turn.at, |on| progress(Progress { on, done, of: turns.len() }))?;
        app.clock().set(turn.at);
        let Some(planned) = year.get(turn.case) else { continue };
        match turn.beat {
            None => {
                begun.insert(turn.case, theatre.raise(tables, planned)?);
            }
            Some(beat) => {
                if let Some(case) = begun.get_mut(&turn.case).filter(|case| !case.ended) {
                    theatre.turn(case, beat)?;
                }
            }
        }
    }
    sweep_mornings(app, &mut swept, moment(), |_| {})?;
    app.clock().set(moment());
    sweep(app)?;
    app.db().write(move |tx| db::outbox::count_as_sent(tx, moment()))?;
    Ok(theatre.played)
}

/// Something that happens at its moment; without a beat the concern is raised.
#[derive(Clone, Copy)]
struct Turn {
    at: DateTime<Utc>,
    case: usize,
    beat: Option<Beat>,
}

fn turns(year: &[Planned]) -> Vec<Turn> {
    let mut turns: Vec<Turn> = year
        .iter()
        .enumerate()
        .flat_map(|(case, planned)| {
            let raise = Turn { at: planned.raised_at, case, beat: None };
            let beats =
                planned.beats.iter().map(move |timed| Turn { at: timed.at, case, beat: Some(timed.beat) });
            std::iter::once(raise).chain(beats)
        })
        .collect();
    turns.sort_by_key(|turn| (turn.at, turn.case));
    turns
}

fn sweep_mornings(
    app: &App,
    swept: &mut DateTime<Utc>,
    until: DateTime<Utc>,
    mut told: impl FnMut(NaiveDate),
) -> Result<(), Error> {
    for morning in mornings(*swept, until) {
        app.clock().set(morning);
        sweep(app)?;
        told(local_date(morning));
    }
    *swept = until;
    Ok(())
}

struct Theatre<'y> {
    app: &'y App,
    founded: &'y Founded,
    setups: &'y [SchoolSetup],
    played: Played,
}

/// The one who makes a move, and the move.
type Move = (Caller, Action, Value);

impl<'y> Theatre<'y> {
    fn raise(&mut self, tables: &'y Tables, planned: &'y Planned) -> Result<Begun<'y>, Error> {
        let setup = self.setups.get(planned.school).ok_or(Broken("world.toml: schools"))?;
        let situation = tables.situations.get(planned.situation).ok_or(Broken("situations"))?;
        let body: ConcernBody = serde_json::from_value(planned.body.clone())
            .map_err(|source| Error::Internal(Box::new(source)))?;
        let school = self.school(planned)?;
        let sender = match planned.way {
            Way::Online => Sender::Family("demo".to_owned()),
            Way::Logged(channel) => {
                let office = self.holder(Role::SchoolOffice, school)?;
                let received_at = self.app.now() - TimeDelta::minutes(6);
                Sender::Colleague(office, Spoken { channel, received_at, agreed: None, long_ago: None })
            }
        };
        let attached = papers::of_family(self.app, planned)?;
        let slug = &setup.school.slug;
        let told = submit_with(self.app, slug, sender, &body, attached, None, answer_with_reference)?;
        let reference = Reference::parse(&told.body).map_err(|_| Error::fault("a reference did not read"))?;
        let id = self.app.db().read(|tx| {
            let seen = db::visibility::find_for_the_system(tx, &reference)?.ok_or(Error::NotFound)?;
            Ok::<_, Error>(seen.case())
        })?;
        self.played.raised += 1;
        let online = planned.body.pointer("/complainant/email").is_some_and(Value::is_string);
        let link = if online { Some(self.link(id)?) } else { None };
        let speech = Speech::new(tables, situation, &planned.family, planned.seed);
        Ok(Begun { id, reference, link, speech, ended: false })
    }

    /// A link as a mail would have brought it to the family.
    fn link(&self, case: CaseId) -> Result<OpenLink, Error> {
        let (now, secret) = (self.app.now(), digest(&new_token(self.app)));
        let link = NewLink {
            secret,
            case,
            party: PartyNo(1),
            helper: None,
            kind: LinkKind::Link,
            created_at: now,
            expires_at: now + TimeDelta::days(800),
        };
        self.app.db().write(move |tx| {
            db::access::add_link(tx, link)?;
            db::access::link(tx, secret, now)?.ok_or(Error::NotFound)
        })
    }

    fn school(&self, planned: &Planned) -> Result<SchoolId, Error> {
        Ok(*self.founded.schools.get(planned.school).ok_or(Broken("world.toml: schools"))?)
    }

    fn load(&self, case: CaseId) -> Result<(Case, Setting), Error> {
        self.app.db().read(|tx| {
            let loaded = db::cases::load(tx, Seen::by_the_system(case))?.ok_or(Error::NotFound)?;
            let setting = self.app.worlds().bound(tx, &loaded.case)?;
            Ok((loaded.case, setting))
        })
    }

    /// Whoever holds that role at that school first.
    fn holder(&self, role: Role, school: SchoolId) -> Result<Colleague, Error> {
        let today = local_date(self.app.now());
        self.founded
            .colleagues
            .values()
            .find(|colleague| {
                colleague
                    .posts
                    .iter()
                    .any(|post| post.role == role && post.is_held_on(today) && post.reaches(school))
            })
            .cloned()
            .ok_or_else(|| Broken("world.toml: a role that nobody holds").into())
    }

    fn colleague(&self, person: PersonId) -> Result<Caller, Error> {
        let found = self.founded.colleagues.get(&person).cloned();
        found.map(Caller::Colleague).ok_or_else(|| Broken("somebody unknown").into())
    }

    fn post(&self, role: Role, case: &Case) -> Result<Caller, Error> {
        self.holder(role, case.school).map(Caller::Colleague)
    }

    /// The family by its link; without one the co-ordinator records what they said.
    fn family(&self, begun: &Begun<'_>, case: &Case) -> Result<Caller, Error> {
        begun
            .link
            .map_or_else(|| self.post(Role::ComplaintsCoordinator, case), |link| Ok(Caller::Family(link)))
    }

    /// Whoever has the case. Where nobody was chosen yet, the co-ordinator chooses now.
    fn handler(&mut self, begun: &mut Begun<'_>) -> Result<Option<PersonId>, Error> {
        let (case, setting) = self.load(begun.id)?;
        let present = case.run().and_then(|run| run.handler.person);
        if present.is_some() {
            return Ok(present);
        }
        let coordinator = self.post(Role::ComplaintsCoordinator, &case)?;
        let choices = who_may_handle(&case, &setting.context(self.app.now(), Actor::Public));
        let place = usize::from(begun.speech.below(u16::try_from(choices.len()).unwrap_or(1)));
        let Some(chosen) = choices.get(place).copied() else { return Ok(None) };
        let order = (coordinator, Action::Assign, json!({"handler": chosen}));
        Ok(self.attempt(begun, &case, order)?.then_some(chosen))
    }

    /// Makes one move. A refusal is noted, and the case goes no further.
    fn attempt(
        &mut self,
        begun: &mut Begun<'_>,
        case: &Case,
        (caller, action, body): Move,
    ) -> Result<bool, Error> {
        let order = Order {
            reference: begun.reference.clone(),
            action,
            body,
            seen: SeenVersion::Exactly(case.length),
            key: None,
        };
        match act(self.app, caller, order, answer_with_reference) {
            Ok(_) => {
                self.played.moves += 1;
                Ok(true)
            }
            Err(error @ (Error::Refused(_) | Error::Forbidden(_) | Error::NotFound | Error::Invalid(_))) => {
                let standing = case.standing().title();
                let key = action.key();
                let about = begun.speech.situation();
                self.played.refused.push(format!("{about}: {key} at \u{201c}{standing}\u{201d}: {error:?}"));
                begun.ended = true;
                Ok(false)
            }
            Err(error) => Err(error),
        }
    }

    /// What happens in a case now.
    fn turn(&mut self, begun: &mut Begun<'_>, beat: Beat) -> Result<(), Error> {
        let (case, _) = self.load(begun.id)?;
        if case.standing() == Standing::Screening && needs_acceptance(beat) && !self.accept(begun)? {
            return Ok(());
        }
        match beat {
            Beat::Accept => self.accept(begun).map(|_| ()),
            Beat::Find => self.find(begun),
            Beat::Reply | Beat::ReplySettled => self.reply(begun, beat),
            Beat::Acknowledge
            | Beat::Call
            | Beat::Meet(_)
            | Beat::MoveMeeting(_)
            | Beat::CancelMeeting
            | Beat::Met
            | Beat::Ask
            | Beat::StaffWrites
            | Beat::Extend(_)
            | Beat::Promise(_) => self.by_handler(begun, beat),
            Beat::Answer
            | Beat::FamilyWrites
            | Beat::Settle
            | Beat::SettleOne
            | Beat::Escalate
            | Beat::Skip
            | Beat::Withdraw => self.by_family(begun, beat),
            Beat::Appoint | Beat::Schedule(_) | Beat::Papers | Beat::Hear | Beat::Issue => {
                self.by_clerk(begun, beat)
            }
            Beat::Note
            | Beat::OtherParent
            | Beat::Close
            | Beat::Suspend(_)
            | Beat::Resume
            | Beat::Redirect
            | Beat::RedirectOne
            | Beat::RefuseLate
            | Beat::Keep
            | Beat::External
            | Beat::EndCorrespondence
            | Beat::AgreeToEnd
            | Beat::Reopen => self.by_office(begun, beat),
        }
    }

    /// What was raised for somebody else waits for their consent (R10).
    fn record_consent(&mut self, begun: &mut Begun<'_>) -> Result<(), Error> {
        let (case, _) = self.load(begun.id)?;
        if case.awaits_consent().is_some() {
            let caller = self.post(Role::ComplaintsCoordinator, &case)?;
            let today = local_date(self.app.now());
            let body = json!({"given_by": "The child\u{2019}s parent", "given_on": today, "how": "letter"});
            self.attempt(begun, &case, (caller, Action::RecordConsent, body))?;
        }
        Ok(())
    }

    /// The co-ordinator answers each reason for which the case was looked at.
    fn accept(&mut self, begun: &mut Begun<'_>) -> Result<bool, Error> {
        use crate::domain::case::state::State;
        self.record_consent(begun)?;
        let (case, setting) = self.load(begun.id)?;
        let State::Screening { reasons } = &case.state else { return Ok(true) };
        let answers: Vec<Value> = reasons
            .iter()
            .map(|reason| {
                let voice = if reason.key() == "third_party" { "consents" } else { "screened" };
                json!({"reason": reason.key(), "words": begun.speech.line(voice)})
            })
            .collect();
        let caller = self.post(Role::ComplaintsCoordinator, &case)?;
        let ctx = setting.context(self.app.now(), Actor::Public);
        let head = self.holder(Role::Headteacher, case.school)?.id;
        // Where a child may be at risk, somebody is chosen: the head, unless it is about the head.
        let chosen = who_may_handle(&case, &ctx);
        let chosen = chosen.iter().find(|person| **person == head).or(chosen.first()).copied();
        let handler = chosen.filter(|_| must_choose(&case, &ctx));
        self.attempt(begun, &case, (caller, Action::Accept, json!({"answers": answers, "handler": handler})))
    }

    /// A finding with reasons for each point that has none; at the panel by the clerk.
    fn find(&mut self, begun: &mut Begun<'_>) -> Result<(), Error> {
        let Some(handler) = self.handler(begun)? else { return Ok(()) };
        loop {
            let (case, _) = self.load(begun.id)?;
            let Some(run) = case.run() else { return Ok(()) };
            let open = case.open_points().map(|point| point.no);
            let missing = open.filter(|no| run.points.contains(no)).find(|no| case.answer_of(*no).is_none());
            let Some(point) = missing else { return Ok(()) };
            let voice = if run.kind == StageKind::Panel { "panel_findings" } else { "formal_findings" };
            let finding = match begun.speech.below(10) {
                0..=3 => "upheld",
                4..=6 => "partly_upheld",
                7 | 8 => "not_upheld",
                _ => "resolved_without_finding",
            };
            let body = json!({"point": point, "finding": finding, "reasons": begun.speech.line(voice)});
            let caller = self.colleague(handler)?;
            if !self.attempt(begun, &case, (caller, Action::RecordFinding, body))? {
                return Ok(());
            }
        }
    }

    fn reply(&mut self, begun: &mut Begun<'_>, beat: Beat) -> Result<(), Error> {
        let Some(handler) = self.handler(begun)? else { return Ok(()) };
        let (case, _) = self.load(begun.id)?;
        let Some(run) = case.run() else { return Ok(()) };
        let (stage, kind) = (run.stage.0.clone(), run.kind);
        if kind == StageKind::Formal {
            self.find(begun)?;
        }
        if begun.ended {
            return Ok(());
        }
        let (case, _) = self.load(begun.id)?;
        let voice = match (kind, stage.as_str()) {
            (StageKind::Formal | StageKind::Panel, _) => "formal_replies",
            (StageKind::Informal, "C2") => "head_replies",
            (StageKind::Informal, "C3") => "chair_replies",
            (StageKind::Informal, _) => "replies",
        };
        let mut body = json!({"message": begun.speech.line(voice)});
        if kind == StageKind::Formal {
            body["steps_taken"] = json!(begun.speech.line("steps"));
            body["actions"] = json!(begun.speech.line("actions"));
        }
        if beat == Beat::ReplySettled {
            body["already_settled"] =
                json!({"heard_by": begun.speech.line("heard_by"), "told_on": local_date(self.app.now())});
        }
        let caller = self.colleague(handler)?;
        self.attempt(begun, &case, (caller, Action::Reply, body)).map(|_| ())
    }

    fn by_handler(&mut self, begun: &mut Begun<'_>, beat: Beat) -> Result<(), Error> {
        let Some(handler) = self.handler(begun)? else { return Ok(()) };
        let (case, setting) = self.load(begun.id)?;
        let today = local_date(self.app.now());
        let ahead = |days| school_day_ahead(&setting, today, days);
        let speech = &mut begun.speech;
        let (action, body) = match beat {
            Beat::Acknowledge => (Action::Acknowledge, acknowledgement(&case, speech)),
            Beat::Call => (Action::RecordMeeting, meeting_note(today, "calls", speech)),
            Beat::Met => (Action::RecordMeeting, meeting_note(today, "meetings", speech)),
            Beat::Meet(days) | Beat::MoveMeeting(days) => (
                Action::ArrangeMeeting,
                json!({"at": wall_clock(ahead(days)?, 15, 30), "minutes": 45, "place": speech.line("places")}),
            ),
            Beat::CancelMeeting => {
                (Action::CancelMeeting, json!({"reason": "The family asked to talk by phone instead."}))
            }
            Beat::Ask => (Action::AskInformation, json!({"question": speech.line("questions")})),
            Beat::StaffWrites => (Action::SendMessage, json!({"words": speech.line("staff_messages")})),
            Beat::Extend(days) => {
                let due = case.open_deadline(crate::domain::deadline::DeadlineRule::Respond);
                let due = due.and_then(|deadline| deadline.due.date()).unwrap_or(today);
                let to = school_day_ahead(&setting, due, days)?;
                (Action::Extend, json!({"new_due_on": to, "reason": speech.line("extensions")}))
            }
            Beat::Promise(days) => (
                Action::AddAction,
                json!({"what": speech.line("promises"), "owner": handler, "due_on": ahead(days)?}),
            ),
            _ => return Ok(()),
        };
        let caller = self.colleague(handler)?;
        self.attempt(begun, &case, (caller, action, body)).map(|_| ())
    }

    fn by_family(&mut self, begun: &mut Begun<'_>, beat: Beat) -> Result<(), Error> {
        let (case, setting) = self.load(begun.id)?;
        let caller = self.family(begun, &case)?;
        let by_staff = begun.link.is_none();
        let open: Vec<_> = case.open_points().map(|point| point.no).collect();
        // Of two who raised it, staff say who told them.
        let who =
            case.going_on().next().map(|party| party.no).filter(|no| by_staff && case.goes_on_without(*no));
        let speech = &mut begun.speech;
        let (action, body) = match beat {
            Beat::Answer => (Action::GiveInformation, json!({"answer": speech.line("answers")})),
            Beat::FamilyWrites if by_staff => (Action::AddNote, json!({"words": speech.line("notes")})),
            Beat::FamilyWrites => (Action::SendMessage, json!({"words": speech.line("family_messages")})),
            Beat::Settle | Beat::SettleOne => {
                let settled =
                    if beat == Beat::Settle { open.as_slice() } else { open.get(..1).unwrap_or_default() };
                let heard_by = by_staff.then(|| speech.line("heard_by"));
                let words = (!by_staff).then(|| speech.line("settled"));
                (
                    Action::Settle,
                    json!({"settled": settled, "words": words, "heard_by": heard_by, "party": who}),
                )
            }
            Beat::Escalate | Beat::Skip => {
                let mut body = json!({
                    "points": open,
                    "why": speech.line("escalations"),
                    "wanted": speech.line("wanted_further"),
                });
                if let Some(to) = skipped_to(&case, &setting, beat) {
                    body["to_stage"] = json!(to);
                    body["skip_reason"] = json!(speech.line("skip_reasons"));
                }
                (Action::Escalate, body)
            }
            Beat::Withdraw => {
                let confirmation = by_staff.then(|| speech.line("confirmations"));
                (
                    Action::Withdraw,
                    json!({"reason": speech.line("withdrawals"), "confirmation": confirmation, "party": who}),
                )
            }
            _ => return Ok(()),
        };
        self.attempt(begun, &case, (caller, action, body)).map(|_| ())
    }

    fn by_clerk(&mut self, begun: &mut Begun<'_>, beat: Beat) -> Result<(), Error> {
        let Some(clerk) = self.handler(begun)? else { return Ok(()) };
        let (case, setting) = self.load(begun.id)?;
        let today = local_date(self.app.now());
        let hearing = case.run().and_then(|run| run.hearing.as_ref());
        let speech = &mut begun.speech;
        let (action, body) = match beat {
            Beat::Appoint => {
                let members = self.panel(&case, &setting);
                (Action::AppointPanel, json!({"members": members, "chair": members.first()}))
            }
            Beat::Schedule(days) => (
                Action::ScheduleHearing,
                json!({
                    "at": wall_clock(school_day_ahead(&setting, today, days)?, 17, 30),
                    "place": speech.line("hearing_places"),
                    "basis": "agreed",
                }),
            ),
            Beat::Papers => {
                self.add_papers(begun, &case, clerk)?;
                let numbers: Vec<usize> = (1..=case.documents.len() + 1).collect();
                (Action::CirculatePapers, json!({"documents": numbers}))
            }
            Beat::Hear => {
                let present: Vec<PersonId> = hearing
                    .map(|hearing| hearing.members.iter().map(|member| member.person).collect())
                    .unwrap_or_default();
                (Action::RecordHearing, hearing_note(today, &present, speech))
            }
            Beat::Issue => (
                Action::IssueFindings,
                json!({"recommendations": speech.line("recommendations"), "message": speech.line("panel_messages")}),
            ),
            _ => return Ok(()),
        };
        let caller = self.colleague(clerk)?;
        let (case, _) = self.load(begun.id)?;
        self.attempt(begun, &case, (caller, action, body)).map(|_| ())
    }

    /// The clerk puts the papers of a hearing together; both sides see them when they go out (R44).
    fn add_papers(&self, begun: &Begun<'_>, case: &Case, clerk: PersonId) -> Result<(), Error> {
        let adding = Adding {
            reference: begun.reference.clone(),
            seen: SeenVersion::Whichever,
            key: None,
            looked: papers::of_clerk(self.app, case)?,
            audience: Audience::Staff,
        };
        files::add(self.app, self.colleague(clerk)?, adding, answer_with_reference).map(|_| ())
    }

    /// Two governors who are clear of the case and somebody from outside; from the pool where governors are
    /// not clear.
    fn panel(&self, case: &Case, setting: &Setting) -> Vec<PersonId> {
        let ctx = setting.context(self.app.now(), Actor::Public);
        let eligible = who_may_sit(case, &ctx);
        let independent = |person: &&PersonId| {
            self.founded.colleagues.get(*person).is_some_and(|known| {
                known.posts.iter().any(|post| post.independence == Independence::Independent)
            })
        };
        let outsiders: Vec<PersonId> = eligible.iter().filter(independent).copied().collect();
        let insiders = eligible.iter().filter(|person| !outsiders.contains(person)).copied();
        // The pool takes turns: another outsider begins for each case.
        let turn = usize::from(case.reference.as_str().bytes().fold(0_u8, u8::wrapping_add));
        let turns: Vec<PersonId> = outsiders
            .iter()
            .cycle()
            .skip(turn % outsiders.len().max(1))
            .take(outsiders.len())
            .copied()
            .collect();
        let mut members: Vec<PersonId> = turns.first().copied().into_iter().chain(insiders.take(2)).collect();
        let more = turns.into_iter().skip(1).take(3_usize.saturating_sub(members.len()));
        members.extend(more);
        members
    }

    fn by_office(&mut self, begun: &mut Begun<'_>, beat: Beat) -> Result<(), Error> {
        let (case, setting) = self.load(begun.id)?;
        let today = local_date(self.app.now());
        let ahead = |days| school_day_ahead(&setting, today, days);
        let role = match beat {
            Beat::RefuseLate | Beat::Reopen | Beat::EndCorrespondence => Role::Headteacher,
            Beat::AgreeToEnd => Role::TrustOfficer,
            _ => Role::ComplaintsCoordinator,
        };
        let caller = self.post(role, &case)?;
        let open: Vec<_> = case.open_points().map(|point| point.no).collect();
        let speech = &mut begun.speech;
        let (action, body) = match beat {
            Beat::Note => (Action::AddNote, json!({"words": speech.line("notes")})),
            Beat::OtherParent => (Action::AddParty, other_parent(&begun.reference, speech)),
            Beat::Close => (Action::Close, closing(&case, today, speech)),
            Beat::Suspend(days) => (
                Action::Suspend,
                json!({"reason": speech.line("suspensions"), "authority": speech.line("authorities"), "review_on": ahead(days)?}),
            ),
            Beat::Resume => (Action::Resume, json!({"reason": speech.line("resumptions")})),
            Beat::Redirect | Beat::RedirectOne => {
                let points =
                    if beat == Beat::Redirect { open } else { open.last().copied().into_iter().collect() };
                (
                    Action::Redirect,
                    json!({"points": points, "reason": speech.elsewhere(), "words": speech.line("redirects")}),
                )
            }
            Beat::RefuseLate => (
                Action::RefuseLate,
                json!({"consideration": speech.line("late_considered"), "reason": speech.line("late_refusals")}),
            ),
            Beat::Keep => {
                let promised =
                    case.remedies.iter().find(|remedy| remedy.done.is_none()).map(|remedy| remedy.no);
                (Action::CompleteAction, json!({"action": promised, "evidence": speech.line("kept")}))
            }
            Beat::External => {
                let body = if speech.below(2) == 0 { "dfe" } else { "mp" };
                (
                    Action::RecordExternalContact,
                    json!({"body": body, "contacted_on": today, "reference": null, "words": speech.line("externals")}),
                )
            }
            Beat::EndCorrespondence | Beat::AgreeToEnd => {
                (Action::CloseUnreasonable, end_of_correspondence(today, speech))
            }
            Beat::Reopen => {
                (Action::Reopen, json!({"ground": "school_error", "reason": speech.line("reopen_reasons")}))
            }
            _ => return Ok(()),
        };
        self.attempt(begun, &case, (caller, action, body)).map(|_| ())
    }
}

/// A second complainant, who lives elsewhere and has messages of their own (P18).
fn other_parent(reference: &Reference, speech: &mut Speech<'_>) -> Value {
    json!({"party": "complainant", "about": speech.line("neutral_words"), "contact": {
        "name": speech.line("other_parents"),
        "email": format!("{}@elsewhere.example", reference.as_str().to_lowercase()),
        "relationship": "parent",
        "safe_contact_note": speech.line("other_parent_notes"),
    }})
}

/// What may happen to a case while it is being checked needs no acceptance first.
fn needs_acceptance(beat: Beat) -> bool {
    !matches!(
        beat,
        Beat::Accept
            | Beat::Redirect
            | Beat::RedirectOne
            | Beat::RefuseLate
            | Beat::Withdraw
            | Beat::Note
            | Beat::FamilyWrites
    )
}

fn answer_with_reference(done: &Done) -> Answer {
    Answer { status: 200, body: done.case.reference.as_str().to_owned(), version: done.case.length }
}

fn school_day_ahead(setting: &Setting, from: NaiveDate, days: u16) -> Result<NaiveDate, Error> {
    let working = setting.world.calendar.extend_from(from, days, Unit::SchoolDays);
    working.map(|working| working.due_on).map_err(|_| Broken("world.toml: a calendar is too short").into())
}

fn wall_clock(on: NaiveDate, hour: u32, minute: u32) -> String {
    on.and_time(NaiveTime::from_hms_opt(hour, minute, 0).unwrap_or_default())
        .format("%Y-%m-%dT%H:%M:%S")
        .to_string()
}

/// A stage further up where the procedure lets one be left out.
fn skipped_to(case: &Case, setting: &Setting, beat: Beat) -> Option<String> {
    let stage = setting.procedure.stage(&case.run()?.stage)?;
    (beat == Beat::Skip).then(|| stage.next.get(1)).flatten().map(|key| key.0.clone())
}

fn acknowledgement(case: &Case, speech: &mut Speech<'_>) -> Value {
    match case.run().map(|run| run.kind) {
        Some(StageKind::Formal) => json!({
            "summary": speech.line("summaries"),
            "unresolved": speech.line("unresolved"),
            "wanted": speech.line("wanted_further"),
            "message": speech.line("acknowledgements"),
        }),
        Some(StageKind::Informal | StageKind::Panel) | None => {
            json!({"message": speech.line("acknowledgements")})
        }
    }
}

fn meeting_note(on: NaiveDate, voice: &str, speech: &mut Speech<'_>) -> Value {
    json!({
        "held_on": on,
        "present": speech.line("present"),
        "said": speech.line(voice),
        "agreed": speech.line("agreed"),
    })
}

fn hearing_note(on: NaiveDate, present: &[PersonId], speech: &mut Speech<'_>) -> Value {
    let minutes = speech.line("minutes");
    match speech.below(4) {
        0 => {
            json!({"held_on": on, "present": present, "complainant": "chose_not_to", "companion": "not_there", "minutes": minutes})
        }
        1 => {
            json!({"held_on": on, "present": present, "complainant": "attended", "companion": "alone", "minutes": minutes})
        }
        _ => json!({"held_on": on, "present": present, "complainant": "attended", "companion": "came",
            "companion_name": speech.line("companions"), "minutes": minutes}),
    }
}

fn closing(case: &Case, on: NaiveDate, speech: &mut Speech<'_>) -> Value {
    let panel = case.run().is_some_and(|run| run.kind == StageKind::Panel);
    if !panel {
        return json!({"no_action_reason": speech.line("feedback_closed")});
    }
    let distribution: Vec<Value> = Recipient::ALL
        .iter()
        .map(|recipient| match recipient {
            Recipient::Subject if case.subjects.is_empty() => {
                json!({"recipient": recipient.key(), "not_applicable": "Nobody was complained about by name."})
            }
            Recipient::Complainant | Recipient::Subject | Recipient::Proprietor | Recipient::Headteacher => {
                json!({"recipient": recipient.key(), "sent_on": on})
            }
        })
        .collect();
    json!({"distribution": distribution, "action_taken": speech.line("actions_taken")})
}

fn end_of_correspondence(today: NaiveDate, speech: &mut Speech<'_>) -> Value {
    json!({
        "tests": {
            "every_step_taken": "Every stage was offered; two were held, and both replies are on file.",
            "position_and_options_given": "Two letters say where we stand and where the family can go.",
            "same_points_again": "Nine letters in six weeks, with the same points in nearly the same words.",
        },
        "letter": speech.line("close_letters"),
        "review_on": today.checked_add_days(Days::new(180)),
    })
}
