//! Every route is tried by everybody: 404 if you may not know that it exists, 403 if you may and it is not
//! yours to do. A case that somebody may not see is not on any page or in any answer that they get.

mod leaks;

use std::collections::BTreeSet;

use chrono::TimeDelta;
use heard::app::access::Token;
use heard::app::access::token::{NewToken, Scope, create};
use heard::app::access::users::ChangedBy;
use heard::app::cases::{Caller as By, Order, SeenVersion, act, open};
use heard::app::demo::Person;
use heard::db::access::{LinkKind, Session, begin_session};
use heard::domain::case::action::Action;
use heard::domain::case::decide::ready;
use heard::domain::ids::{CaseId, PartyNo, PersonId};
use heard::domain::person::Role;
use heard::domain::reference::Reference;
use heard::domain::text::EmailAddress;
use heard::web::{assets, routes};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::kit::http::{Answer, Request};
use crate::kit::served::Served;
use crate::kit::trust::{REFERENCE, Trust, digest};

/// A word that is in every text of the case that nobody may find.
const MARK: &str = "Quetzalmoth";
const SCHOOL: &str = "hazel-lane";

/// Who may ask, in the order of the columns of [`TABLE`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Class {
    /// Without a session or a token.
    Nobody,
    /// Staff whose post or part lets them see the case.
    Sees,
    /// Staff who do not see it.
    Blind,
    /// Complained about in it, with a post that would let them see it (R22).
    Subject,
    /// The family of the case.
    Own,
    /// The family of another case.
    Other,
    /// With a session and a token that have ended.
    Ended,
}

#[derive(Clone, Debug)]
struct Caller {
    name: String,
    class: Class,
    with: With,
}

/// What a caller shows at the door.
#[derive(Clone, Debug)]
enum With {
    Nothing,
    Staff(PersonId, String),
    Family(CaseId, Reference),
    Ended { session: String, token: String, case: String },
}

/// What is sent along.
#[derive(Clone, Copy, Debug)]
enum Payload {
    Nothing,
    Form(&'static [(&'static str, &'static str)]),
    Json(&'static str),
}

use Payload::{Form, Json, Nothing};

/// Method and pattern, what is sent, and the statuses for each [`Class`] in order.
type Row = (&'static str, Payload, [u16; 7]);

const OPEN_TO_ALL: [u16; 7] = [200; 7];

/// Every route there is.
#[rustfmt::skip]
const TABLE: &[Row] = &[
    //                                                          nobody sees blind subj own other ended
    ("GET /assets/{file}", Nothing, OPEN_TO_ALL),
    ("GET /health", Nothing, OPEN_TO_ALL),
    ("GET /ready", Nothing, OPEN_TO_ALL),
    ("GET /accessibility", Nothing, OPEN_TO_ALL),
    ("GET /schools", Nothing, OPEN_TO_ALL),
    // A family's own case. A link opens it whoever has it.
    ("GET /mine", Nothing,                                      [404, 404, 404, 404, 200, 200, 404]),
    ("POST /mine/leave", Form(&[]), OPEN_TO_ALL),
    ("GET /mine/actions/add_document", Nothing,                 [404, 404, 404, 404, 200, 200, 404]),
    ("POST /mine/actions/add_document", Form(&[]),              [404, 404, 404, 404, 422, 422, 404]),
    ("GET /mine/documents/{no}", Nothing, [404; 7]),
    ("GET /mine/letters", Nothing,                              [404, 404, 404, 404, 200, 200, 404]),
    // The receipt has not left yet.
    ("GET /mine/letters/{message}", Nothing, [404; 7]),
    ("GET /mine/actions/{action}", Nothing,                     [404, 404, 404, 404, 200, 200, 404]),
    ("POST /mine/actions/{action}", Form(&[("words", "x")]),    [404, 404, 404, 404, 303, 303, 404]),
    ("GET /mine/ask/{what}", Nothing,                           [404, 404, 404, 404, 200, 200, 404]),
    ("POST /mine/ask/{what}", Form(&[]),                        [404, 404, 404, 404, 422, 422, 404]),
    ("GET /mine/{token}", Nothing, OPEN_TO_ALL),
    ("POST /mine/{token}", Form(&[]), [303; 7]),
    ("POST /mine/{token}/again", Form(&[]), OPEN_TO_ALL),
    // Whoever is asked for consent has a link of their own, and needs nothing else.
    ("GET /consent/{token}", Nothing, OPEN_TO_ALL),
    ("POST /consent/{token}", Form(&[]), OPEN_TO_ALL),
    // What was begun on another device is opened by its link or code, whoever has it.
    ("GET /go-on", Nothing, OPEN_TO_ALL),
    ("POST /go-on", Form(&[]), [422; 7]),
    ("GET /go-on/{token}", Nothing, OPEN_TO_ALL),
    ("POST /go-on/{token}", Form(&[]), OPEN_TO_ALL),
    // What a school shows everybody.
    ("GET /schools/{school}", Nothing, OPEN_TO_ALL),
    ("GET /schools/{school}/code", Nothing, OPEN_TO_ALL),
    ("POST /schools/{school}/code", Form(&[]), [422; 7]),
    ("GET /schools/{school}/return", Nothing, OPEN_TO_ALL),
    ("POST /schools/{school}/return", Form(&[]), [422; 7]),
    ("GET /schools/{school}/where-to-go/{matter}", Nothing, OPEN_TO_ALL),
    ("GET /schools/{school}/child-at-risk", Nothing, OPEN_TO_ALL),
    // Whoever wrote nothing yet is told so, whatever they ask for.
    ("GET /schools/{school}/raise", Nothing, [303; 7]),
    ("GET /schools/{school}/raise/check", Nothing, OPEN_TO_ALL),
    ("POST /schools/{school}/raise/check", Form(&[]), OPEN_TO_ALL),
    ("GET /schools/{school}/raise/later", Nothing, OPEN_TO_ALL),
    ("POST /schools/{school}/raise/later", Form(&[]), OPEN_TO_ALL),
    ("POST /schools/{school}/raise/later/code", Form(&[]), OPEN_TO_ALL),
    ("GET /schools/{school}/raise/done", Nothing, [303; 7]),
    ("POST /schools/{school}/raise/done/code", Form(&[]), [303; 7]),
    ("POST /schools/{school}/raise/done/address", Form(&[("email", "zoe@example.org")]), [303; 7]),
    ("POST /schools/{school}/raise/finish", Form(&[]), OPEN_TO_ALL),
    ("GET /schools/{school}/raise/point/{place}", Nothing, OPEN_TO_ALL),
    ("POST /schools/{school}/raise/point/{place}", Form(&[]), OPEN_TO_ALL),
    ("GET /schools/{school}/raise/point/{place}/remove", Nothing, OPEN_TO_ALL),
    ("POST /schools/{school}/raise/point/{place}/remove", Form(&[]), OPEN_TO_ALL),
    ("POST /schools/{school}/raise/afresh", Form(&[]), [303; 7]),
    ("POST /schools/{school}/raise/files", Form(&[]), OPEN_TO_ALL),
    ("GET /schools/{school}/raise/file/{no}/remove", Nothing, OPEN_TO_ALL),
    ("POST /schools/{school}/raise/file/{no}/remove", Form(&[]), OPEN_TO_ALL),
    ("GET /schools/{school}/raise/{question}", Nothing, OPEN_TO_ALL),
    ("POST /schools/{school}/raise/{question}", Form(&[]), [303; 7]),
    ("GET /schools/{school}/procedure", Nothing, OPEN_TO_ALL),
    ("POST /schools/{school}/procedure/copies", Form(&[]), [422; 7]),
    ("GET /schools/{school}/privacy", Nothing, OPEN_TO_ALL),
    ("GET /schools/{school}/paper-form", Nothing, OPEN_TO_ALL),
    ("GET /schools/{school}/exit-this-page", Nothing, OPEN_TO_ALL),
    ("GET /schools/{school}/find-my-case", Nothing, OPEN_TO_ALL),
    ("POST /schools/{school}/find-my-case", Form(&[]), [422; 7]),
    // Staff. Whoever is not signed in signs in first.
    ("GET /", Nothing,                                          [303, 200, 200, 200, 303, 303, 303]),
    ("GET /cases", Nothing,                                     [303, 200, 200, 200, 303, 303, 303]),
    ("GET /cases.csv", Nothing,                                 [303, 200, 200, 200, 303, 303, 303]),
    ("GET /cases/new", Nothing,                                 [303, 200, 200, 200, 303, 303, 303]),
    ("POST /cases/new", Form(&[]),                              [303, 422, 422, 422, 303, 303, 303]),
    // It tells nothing but that something was logged.
    ("GET /cases/new/{reference}", Nothing,                     [303, 200, 200, 200, 303, 303, 303]),
    ("GET /cases/{reference}", Nothing,                         [303, 200, 404, 404, 303, 303, 303]),
    ("GET /cases/{reference}/documents/{document}", Nothing,    [303, 404, 404, 404, 303, 303, 303]),
    ("GET /cases/{reference}/actions/add_document", Nothing,    [303, 200, 404, 404, 303, 303, 303]),
    ("POST /cases/{reference}/actions/add_document", Form(&[]), [303, 422, 404, 404, 303, 303, 303]),
    ("GET /cases/{reference}/actions/{action}", Nothing,        [303, 200, 404, 404, 303, 303, 303]),
    ("POST /cases/{reference}/actions/{action}", Form(&[("words", "x")]), [303, 303, 404, 404, 303, 303, 303]),
    // Reading takes nothing from those who ask here, so they go straight on.
    ("GET /cases/{reference}/before-you-read", Nothing,         [303, 303, 404, 404, 303, 303, 303]),
    ("POST /cases/{reference}/before-you-read", Form(&[]),      [303, 303, 404, 404, 303, 303, 303]),
    ("GET /cases/{reference}/readings", Nothing,                [303, 200, 404, 404, 303, 303, 303]),
    ("GET /cases/{reference}/readings.csv", Nothing,            [303, 200, 404, 404, 303, 303, 303]),
    ("GET /cases/{reference}/return-code", Nothing,             [303, 200, 404, 404, 303, 303, 303]),
    ("POST /cases/{reference}/return-code", Form(&[]),          [303, 200, 404, 404, 303, 303, 303]),
    // The entry took nothing out.
    ("GET /cases/{reference}/originals/{entry}", Nothing,       [303, 404, 404, 404, 303, 303, 303]),
    ("POST /cases/{reference}/originals/{entry}", Form(&[("reason", "x")]), [303, 404, 404, 404, 303, 303, 303]),
    // Two cases: the one asked for, and itself, which is no pair.
    ("GET /cases/{reference}/alike", Nothing,                   [303, 200, 404, 404, 303, 303, 303]),
    ("POST /cases/{reference}/alike", Form(&[("other", "x")]),  [303, 422, 404, 404, 303, 303, 303]),
    ("GET /cases/{reference}/alike/{other}", Nothing,           [303, 404, 404, 404, 303, 303, 303]),
    ("POST /cases/{reference}/alike/{other}", Form(&[("verdict", "related"), ("reason", "x"), ("after", "0")]), [303, 404, 404, 404, 303, 303, 303]),
    // The case has its handler, and nothing else is linked with it.
    ("GET /cases/{reference}/answer-together", Nothing,         [303, 403, 404, 404, 303, 303, 303]),
    ("POST /cases/{reference}/answer-together", Form(&[]),      [303, 403, 404, 404, 303, 303, 303]),
    // The message is one of the case.
    ("GET /outbox", Nothing,                                    [303, 200, 200, 200, 303, 303, 303]),
    ("GET /outbox/{message}", Nothing,                          [303, 200, 404, 404, 303, 303, 303]),
    ("GET /outbox/{message}/html", Nothing,                     [303, 200, 404, 404, 303, 303, 303]),
    ("GET /outbox/{message}/letter", Nothing,                   [303, 200, 404, 404, 303, 303, 303]),
    ("POST /outbox/{message}/call-back", Form(&[]),             [303, 409, 404, 404, 303, 303, 303]),
    ("POST /outbox/{message}/send-again", Form(&[]),            [303, 409, 404, 404, 303, 303, 303]),
    ("POST /outbox/{message}/address", Form(&[]),               [303, 422, 404, 404, 303, 303, 303]),
    ("POST /outbox/{message}/told", Form(&[]),                  [303, 422, 404, 404, 303, 303, 303]),
    ("POST /outbox/{message}/family", Form(&[]), [404; 7]),
    ("GET /sign-in", Nothing,                                   [200, 303, 303, 303, 200, 200, 200]),
    ("POST /sign-in", Form(&[]), [422; 7]),
    // Nobody has shown the first of two proofs.
    ("GET /sign-in/second-step", Nothing, [303; 7]),
    ("POST /sign-in/second-step", Form(&[]), [303; 7]),
    // Everybody may be asked for a passkey, and nobody has one.
    ("POST /sign-in/passkey/options", Form(&[]), OPEN_TO_ALL),
    ("POST /sign-in/passkey", Form(&[]), [422; 7]),
    ("GET /account/passkeys/new", Nothing,                      [303, 200, 200, 200, 303, 303, 303]),
    ("POST /account/passkeys/new", Form(&[]),                   [303, 422, 422, 422, 303, 303, 303]),
    ("POST /account/passkeys", Form(&[]),                       [303, 422, 422, 422, 303, 303, 303]),
    ("POST /account/passkeys/{passkey}/remove", Form(&[]),      [303, 404, 404, 404, 303, 303, 303]),
    ("GET /sign-in/mail", Nothing, OPEN_TO_ALL),
    ("POST /sign-in/mail", Form(&[]), OPEN_TO_ALL),
    ("GET /sign-in/code", Nothing, OPEN_TO_ALL),
    ("POST /sign-in/code", Form(&[]), [422; 7]),
    ("GET /sign-in/link/{link}", Nothing, [404; 7]),
    ("POST /sign-in/link/{link}", Form(&[]), [404; 7]),
    ("POST /sign-out", Form(&[]), [303; 7]),
    ("GET /signed-out", Nothing, OPEN_TO_ALL),
    // There is an administrator already.
    // One's own account.
    ("GET /account", Nothing,                                   [303, 200, 200, 200, 303, 303, 303]),
    ("GET /account/away", Nothing,                              [303, 200, 200, 200, 303, 303, 303]),
    ("POST /account/away", Form(&[]),                           [303, 422, 422, 422, 303, 303, 303]),
    ("POST /account/away/{absence}/end", Form(&[]),             [303, 404, 404, 404, 303, 303, 303]),
    // No provider is set up here.
    ("GET /sign-in/with/{provider}", Nothing, [404; 7]),
    ("GET /sign-in/back/{provider}", Nothing, [404; 7]),
    ("GET /account/ways-in", Nothing,                           [303, 200, 200, 200, 303, 303, 303]),
    ("POST /account/ways-in/{provider}/connect", Form(&[]),     [303, 404, 404, 404, 303, 303, 303]),
    ("POST /account/ways-in/{provider}/disconnect", Form(&[]),  [303, 404, 404, 404, 303, 303, 303]),
    ("GET /account/password", Nothing,                          [303, 200, 200, 200, 303, 303, 303]),
    ("POST /account/password", Form(&[]),                       [303, 422, 422, 422, 303, 303, 303]),
    ("GET /account/second-step", Nothing,                       [303, 200, 200, 200, 303, 303, 303]),
    ("POST /account/second-step/begin", Form(&[]),              [303, 303, 303, 303, 303, 303, 303]),
    ("POST /account/second-step/confirm", Form(&[]),            [303, 422, 422, 422, 303, 303, 303]),
    ("POST /account/second-step/codes", Form(&[]),              [303, 404, 404, 404, 303, 303, 303]),
    ("GET /account/second-step/another-phone", Nothing,         [303, 200, 200, 200, 303, 303, 303]),
    ("POST /account/second-step/another-phone", Form(&[]),      [303, 422, 422, 422, 303, 303, 303]),
    ("GET /account/second-step/off", Nothing,                   [303, 200, 200, 200, 303, 303, 303]),
    ("POST /account/second-step/off", Form(&[]),                [303, 422, 422, 422, 303, 303, 303]),
    ("POST /account/sessions/{session}/end", Form(&[]),         [303, 404, 404, 404, 303, 303, 303]),
    ("GET /account/tokens/new", Nothing,                        [303, 200, 200, 200, 303, 303, 303]),
    ("POST /account/tokens/new", Form(&[]),                     [303, 422, 422, 422, 303, 303, 303]),
    ("POST /account/tokens/{token}/revoke", Form(&[]),          [303, 404, 404, 404, 303, 303, 303]),
    ("GET /forgotten-password", Nothing, OPEN_TO_ALL),
    ("POST /forgotten-password", Form(&[]), OPEN_TO_ALL),
    ("GET /password/{link}", Nothing, [404; 7]),
    ("POST /password/{link}", Form(&[]), [404; 7]),
    // Who works here: for administrators, and nobody else.
    ("GET /people", Nothing,                                    [303, 403, 403, 403, 303, 303, 303]),
    ("GET /people/new", Nothing,                                [303, 403, 403, 403, 303, 303, 303]),
    ("POST /people/new", Form(&[]),                             [303, 403, 403, 403, 303, 303, 303]),
    ("GET /people/list", Nothing,                               [303, 403, 403, 403, 303, 303, 303]),
    ("POST /people/list", Form(&[]),                            [303, 403, 403, 403, 303, 303, 303]),
    ("POST /people/list/take-on", Form(&[]),                    [303, 403, 403, 403, 303, 303, 303]),
    ("GET /people/list/sample.csv", Nothing,                    [303, 403, 403, 403, 303, 303, 303]),
    ("GET /people/sign-in-rules", Nothing,                      [303, 403, 403, 403, 303, 303, 303]),
    ("POST /people/sign-in-rules", Form(&[]),                   [303, 403, 403, 403, 303, 303, 303]),
    ("POST /people/{person}/sessions/end", Form(&[]),           [303, 403, 403, 403, 303, 303, 303]),
    ("POST /people/{person}/second-step/reset", Form(&[]),      [303, 403, 403, 403, 303, 303, 303]),
    ("GET /people/{person}", Nothing,                           [303, 403, 403, 403, 303, 303, 303]),
    ("POST /people/{person}/link", Form(&[]),                   [303, 403, 403, 403, 303, 303, 303]),
    ("GET /people/{person}/posts/new", Nothing,                 [303, 403, 403, 403, 303, 303, 303]),
    ("POST /people/{person}/posts/new", Form(&[]),              [303, 403, 403, 403, 303, 303, 303]),
    ("GET /people/{person}/posts/{post}/end", Nothing,          [303, 403, 403, 403, 303, 303, 303]),
    ("POST /people/{person}/posts/{post}/end", Form(&[]),       [303, 403, 403, 403, 303, 303, 303]),
    // The logs: for whoever answers for what is in them.
    ("GET /logs/settings", Nothing,                             [303, 403, 403, 403, 303, 303, 303]),
    ("GET /logs/settings.csv", Nothing,                         [303, 403, 403, 403, 303, 303, 303]),
    ("GET /logs/readings", Nothing,                             [303, 403, 403, 403, 303, 303, 303]),
    ("GET /logs/readings.csv", Nothing,                         [303, 403, 403, 403, 303, 303, 303]),
    ("GET /test-message", Nothing,                              [303, 403, 403, 403, 303, 303, 303]),
    ("POST /test-message", Form(&[]),                           [303, 403, 403, 403, 303, 303, 303]),
    ("GET /test-message/{message}", Nothing,                    [303, 403, 403, 403, 303, 303, 303]),
    ("GET /set-up", Nothing,                                     [303, 404, 404, 404, 303, 303, 404]),
    ("GET /set-up/begin/{link}", Nothing, [404; 7]),
    ("POST /set-up/begin/{link}", Form(&[]), [404; 7]),
    ("GET /set-up/{step}", Nothing,                              [303, 404, 404, 404, 303, 303, 404]),
    ("POST /set-up/{step}", Form(&[]),                           [303, 404, 404, 404, 303, 303, 404]),
    // Outside a demo there is no clock to move.
    ("GET /demo", Nothing, [404; 7]),
    ("POST /demo/clock", Form(&[]), [404; 7]),
    // The API: what is public,
    ("GET /api/v1/openapi.json", Nothing, OPEN_TO_ALL),
    ("GET /api/v1/docs", Nothing, OPEN_TO_ALL),
    ("GET /api/v1/schools", Nothing, OPEN_TO_ALL),
    ("GET /api/v1/schools/{school}", Nothing, OPEN_TO_ALL),
    ("GET /api/v1/schools/{school}/procedure", Nothing, OPEN_TO_ALL),
    ("GET /api/v1/schools/{school}/procedure/copies", Nothing,  [401, 200, 200, 200, 401, 401, 401]),
    ("POST /api/v1/schools/{school}/procedure/copies", Json("{}"), [422; 7]),
    ("GET /api/v1/schools/{school}/calendar", Nothing, OPEN_TO_ALL),
    ("GET /api/v1/schools/{school}/calendar/due", Nothing, OPEN_TO_ALL),
    ("POST /api/v1/schools/{school}/concerns", Json("{}"), [422; 7]),
    ("POST /api/v1/schools/{school}/links", Json(r#"{"email": "nobody@family.example"}"#), [202; 7]),
    ("POST /api/v1/access", Json(r#"{"link_token": "forged"}"#), [404; 7]),
    // Without a code, so that it is not the sixth wrong one.
    ("POST /api/v1/access/code", Json(r#"{"challenge": "x"}"#), [422; 7]),
    ("POST /api/v1/access/return-code", Json(r#"{"reference": "x", "code": "y"}"#), [422; 7]),
    ("POST /api/v1/access/consent", Json(r#"{"link_token": "forged"}"#), [404; 7]),
    ("POST /api/v1/access/consent/answer", Json(r#"{"link_token": "forged", "answer": "agree"}"#), [404; 7]),
    // and what is for staff by role and for a complainant in their own case. Without a token that opens a
    // case it is not there, so that nobody learns what exists.
    ("GET /api/v1/cases", Nothing,                              [401, 200, 200, 200, 200, 200, 401]),
    ("POST /api/v1/cases", Json(NO_CONCERN),                    [401, 422, 422, 422, 401, 401, 401]),
    ("GET /api/v1/cases/{reference}", Nothing,                  [404, 200, 404, 404, 200, 404, 404]),
    ("GET /api/v1/cases/{reference}/actions", Nothing,          [404, 200, 404, 404, 200, 404, 404]),
    ("POST /api/v1/cases/{reference}/actions/{action}", Json(r#"{"words": "x"}"#), [404, 200, 404, 404, 403, 404, 404]),
    ("GET /api/v1/cases/{reference}/events", Nothing,           [404, 200, 404, 404, 200, 404, 404]),
    ("GET /api/v1/cases/{reference}/deadlines", Nothing,        [404, 200, 404, 404, 200, 404, 404]),
    ("GET /api/v1/cases/{reference}/deadlines/{deadline}/working", Nothing, [404, 200, 404, 404, 200, 404, 404]),
    ("GET /api/v1/cases/{reference}/messages", Nothing,         [404, 200, 404, 404, 200, 404, 404]),
    ("GET /api/v1/cases/{reference}/documents", Nothing,        [404, 200, 404, 404, 200, 404, 404]),
    ("POST /api/v1/cases/{reference}/documents", Json("{}"),    [404, 422, 422, 422, 422, 422, 404]),
    ("GET /api/v1/cases/{reference}/documents/{document}", Nothing, [404; 7]),
    ("GET /api/v1/cases/{reference}/involvement", Nothing,      [404, 200, 404, 404, 404, 404, 404]),
    ("POST /api/v1/cases/{reference}/return-code", Json("{}"),  [404, 200, 404, 404, 404, 404, 404]),
    ("POST /api/v1/cases/{reference}/read-knowingly", Nothing,  [404, 204, 404, 404, 404, 404, 404]),
    ("GET /api/v1/cases/{reference}/alike", Nothing,            [404, 200, 404, 404, 404, 404, 404]),
    ("POST /api/v1/cases/{reference}/alike/{other}", Json(r#"{"verdict": "related", "reason": "x", "after": 0}"#), [404; 7]),
    ("POST /api/v1/cases/{reference}/answer-together", Json(r#"{"cases": [], "message": "x"}"#), [404, 422, 404, 404, 404, 404, 404]),
    ("GET /api/v1/cases/{reference}/readings", Nothing,         [404, 200, 404, 404, 404, 404, 404]),
    ("POST /api/v1/cases/{reference}/originals/{entry}", Json(r#"{"reason": "x"}"#), [404; 7]),
    ("GET /api/v1/logs/settings", Nothing,                      [401, 403, 403, 403, 401, 401, 401]),
    ("GET /api/v1/logs/readings", Nothing,                      [401, 403, 403, 403, 401, 401, 401]),
    ("GET /api/v1/outbox", Nothing,                             [401, 200, 200, 200, 401, 401, 401]),
    ("GET /api/v1/outbox/{message}", Nothing,                   [401, 200, 404, 404, 401, 401, 401]),
    ("POST /api/v1/outbox/{message}/call-back", Json("{}"),     [401, 422, 404, 404, 401, 401, 401]),
    ("POST /api/v1/outbox/{message}/send-again", Json("{}"),    [401, 422, 404, 404, 401, 401, 401]),
    ("POST /api/v1/outbox/{message}/address", Json(r#"{"address": "x"}"#), [401, 422, 422, 422, 401, 401, 401]),
    ("POST /api/v1/outbox/{message}/told", Json(r#"{"way": "pigeon", "on": "2026-11-03"}"#), [401, 422, 422, 422, 401, 401, 401]),
    // Who is away: everybody for themselves.
    ("GET /api/v1/absences", Nothing,                           [401, 200, 200, 200, 401, 401, 401]),
    ("POST /api/v1/absences", Json(NO_ABSENCE),                 [401, 422, 422, 422, 401, 401, 401]),
    ("POST /api/v1/absences/{absence}/end", Json("{}"),         [401, 404, 404, 404, 401, 401, 401]),
    // People, posts and tokens: for administrators.
    ("GET /api/v1/people", Nothing,                             [401, 403, 403, 403, 401, 401, 401]),
    ("POST /api/v1/people", Json(NO_PERSON),                    [401, 403, 403, 403, 401, 401, 401]),
    ("POST /api/v1/people/list/check", Json(r#"{"rows": ""}"#), [401, 403, 403, 403, 401, 401, 401]),
    ("POST /api/v1/people/list", Json(r#"{"rows": ""}"#),       [401, 403, 403, 403, 401, 401, 401]),
    ("GET /api/v1/posts", Nothing,                              [401, 403, 403, 403, 401, 401, 401]),
    ("POST /api/v1/posts", Json(NO_POST),                       [401, 403, 403, 403, 401, 401, 401]),
    ("POST /api/v1/posts/{post}/end", Json("{}"),               [401, 403, 403, 403, 401, 401, 401]),
    ("GET /api/v1/sign-in-rules", Nothing,                      [401, 403, 403, 403, 401, 401, 401]),
    ("POST /api/v1/sign-in-rules", Json(NO_RULES),              [401, 403, 403, 403, 401, 401, 401]),
    ("POST /api/v1/people/{person}/sessions/end", Json("{}"),   [401, 403, 403, 403, 401, 401, 401]),
    ("POST /api/v1/people/{person}/second-step/reset", Json("{}"), [401, 403, 403, 403, 401, 401, 401]),
    ("GET /api/v1/tokens", Nothing,                             [401, 403, 403, 403, 401, 401, 401]),
    ("POST /api/v1/tokens", Json(NO_TOKEN),                     [401, 403, 403, 403, 401, 401, 401]),
    ("POST /api/v1/tokens/{token}/revoke", Json("{}"),          [401, 403, 403, 403, 401, 401, 401]),
];

/// Bodies of the right shape that say nothing, so that they are looked at by whoever may send them.
const NO_CONCERN: &str = r#"{"school": "hazel-lane", "channel": "phone", "received_at": "2026-11-03T10:00:00Z",
    "kind": "concern", "complainant": {"name": "", "relationship": "parent"}, "points": []}"#;
const NO_PERSON: &str = r#"{"name": "", "email": "", "post": {"role": "governor"}}"#;
const NO_ABSENCE: &str = r#"{"from_on": "2026-11-10", "to_on": "2026-11-03"}"#;
const NO_POST: &str = r#"{"person": "00000000-0000-0000-0000-000000000000", "role": "governor"}"#;
const NO_RULES: &str = r#"{"before": {"second_step": [], "grace_days": 1, "by_mail": []}, "after": {"second_step": [],
    "grace_days": 2, "by_mail": []}}"#;
/// An id that nothing has.
const NOBODY_S: &str = "00000000-0000-0000-0000-000000000000";
const NO_TOKEN: &str = r#"{"scopes": [], "expires_at": "2027-01-01T00:00:00Z"}"#;

/// Where somebody gets another answer than others of their class: an administrator sees to mail that does not
/// arrive, and so knows of every message without its words.
const EXCEPTIONS: &[(&str, &str, u16)] = &[
    // The clerk sees every case and leads none.
    ("GET /cases/{reference}/readings", "clerk", 403),
    ("GET /cases/{reference}/readings.csv", "clerk", 403),
    ("GET /api/v1/cases/{reference}/readings", "clerk", 403),
    // Whoever does not work with cases logs none (9.2, raise).
    ("GET /cases/new", "administrator", 403),
    ("POST /cases/new", "administrator", 403),
    ("POST /api/v1/cases", "administrator", 403),
    ("GET /cases/new", "panel_member", 403),
    ("POST /cases/new", "panel_member", 403),
    ("POST /api/v1/cases", "panel_member", 403),
    ("GET /cases/new", "governor", 403),
    ("POST /cases/new", "governor", 403),
    ("POST /api/v1/cases", "governor", 403),
    ("GET /cases/new", "trustee", 403),
    ("POST /cases/new", "trustee", 403),
    ("POST /api/v1/cases", "trustee", 403),
    ("GET /cases/new", "investigator", 403),
    ("POST /cases/new", "investigator", 403),
    ("POST /api/v1/cases", "investigator", 403),
    ("GET /cases/new", "inspector", 403),
    ("POST /cases/new", "inspector", 403),
    ("POST /api/v1/cases", "inspector", 403),
    // Whoever inspects reads and does nothing (33(k)).
    ("GET /cases/{reference}/actions/add_document", "inspector", 303),
    ("POST /cases/{reference}/actions/{action}", "inspector", 422),
    ("POST /api/v1/cases/{reference}/actions/{action}", "inspector", 403),
    // Changed settings and readings are for those who answer for them (S42, R69).
    ("GET /logs/settings", "administrator", 200),
    ("GET /logs/settings.csv", "administrator", 200),
    ("GET /api/v1/logs/settings", "administrator", 200),
    ("GET /logs/settings", "complaints_coordinator", 200),
    ("GET /logs/settings.csv", "complaints_coordinator", 200),
    ("GET /api/v1/logs/settings", "complaints_coordinator", 200),
    ("GET /logs/settings", "trust_officer", 200),
    ("GET /logs/settings.csv", "trust_officer", 200),
    ("GET /api/v1/logs/settings", "trust_officer", 200),
    ("GET /logs/settings", "data_protection_officer", 200),
    ("GET /logs/settings.csv", "data_protection_officer", 200),
    ("GET /api/v1/logs/settings", "data_protection_officer", 200),
    ("GET /logs/settings", "inspector", 200),
    ("GET /logs/settings.csv", "inspector", 200),
    ("GET /api/v1/logs/settings", "inspector", 200),
    // Who is complained about there is a trust officer.
    ("GET /logs/settings", "the subject", 200),
    ("GET /logs/settings.csv", "the subject", 200),
    ("GET /api/v1/logs/settings", "the subject", 200),
    ("GET /logs/readings", "data_protection_officer", 200),
    ("GET /logs/readings.csv", "data_protection_officer", 200),
    ("GET /api/v1/logs/readings", "data_protection_officer", 200),
    ("GET /logs/readings", "inspector", 200),
    ("GET /logs/readings.csv", "inspector", 200),
    ("GET /api/v1/logs/readings", "inspector", 200),
    ("GET /cases/{reference}/return-code", "inspector", 404),
    ("POST /cases/{reference}/return-code", "inspector", 404),
    ("POST /api/v1/cases/{reference}/return-code", "inspector", 404),
    // What two cases are to each other is said by those who have or lead them.
    ("GET /cases/{reference}/alike", "inspector", 403),
    ("POST /cases/{reference}/alike", "inspector", 403),
    ("GET /cases/{reference}/answer-together", "the handler", 200),
    ("POST /cases/{reference}/answer-together", "the handler", 422),
    ("GET /people", "administrator", 200),
    ("GET /people/new", "administrator", 200),
    ("POST /people/new", "administrator", 422),
    ("GET /people/list", "administrator", 200),
    ("POST /people/list", "administrator", 422),
    ("POST /people/list/take-on", "administrator", 422),
    ("GET /people/list/sample.csv", "administrator", 200),
    ("POST /api/v1/people/list/check", "administrator", 422),
    ("POST /api/v1/people/list", "administrator", 422),
    ("GET /people/sign-in-rules", "administrator", 200),
    ("POST /people/sign-in-rules", "administrator", 422),
    ("POST /people/{person}/sessions/end", "administrator", 404),
    ("POST /people/{person}/second-step/reset", "administrator", 422),
    ("GET /people/{person}", "administrator", 200),
    ("POST /people/{person}/link", "administrator", 303),
    ("GET /people/{person}/posts/new", "administrator", 200),
    ("POST /people/{person}/posts/new", "administrator", 422),
    ("GET /people/{person}/posts/{post}/end", "administrator", 404),
    ("POST /people/{person}/posts/{post}/end", "administrator", 404),
    ("GET /test-message", "administrator", 200),
    ("POST /test-message", "administrator", 303),
    ("GET /test-message/{message}", "administrator", 404),
    ("GET /api/v1/people", "administrator", 200),
    ("POST /api/v1/people", "administrator", 422),
    ("GET /api/v1/posts", "administrator", 200),
    ("POST /api/v1/posts", "administrator", 404),
    ("POST /api/v1/posts/{post}/end", "administrator", 404),
    ("GET /api/v1/sign-in-rules", "administrator", 200),
    ("POST /api/v1/sign-in-rules", "administrator", 422),
    ("POST /api/v1/people/{person}/sessions/end", "administrator", 404),
    ("POST /api/v1/people/{person}/second-step/reset", "administrator", 422),
    ("GET /api/v1/tokens", "administrator", 200),
    ("POST /api/v1/tokens", "administrator", 422),
    ("POST /api/v1/tokens/{token}/revoke", "administrator", 404),
    ("GET /outbox/{message}", "administrator", 200),
    ("POST /outbox/{message}/call-back", "administrator", 403),
    ("POST /outbox/{message}/send-again", "administrator", 409),
    ("POST /outbox/{message}/address", "administrator", 422),
    ("POST /outbox/{message}/told", "administrator", 422),
    ("GET /api/v1/outbox/{message}", "administrator", 200),
    ("POST /api/v1/outbox/{message}/call-back", "administrator", 403),
    ("POST /api/v1/outbox/{message}/send-again", "administrator", 422),
];

/// A case that many see, one that next to nobody does, and everybody who may ask.
pub struct Scene {
    pub trust: Trust,
    pub served: Served,
    /// The case that the table is about.
    pub open: Reference,
    /// Its heads of governors, and nobody else of those who ask, see this one.
    hidden: Reference,
    hidden_handler: PersonId,
    /// Well formed, and nobody's.
    unknown: Reference,
    callers: Vec<Caller>,
}

fn concern(mark: &str, email: &str) -> Value {
    json!({
        "kind": "concern",
        "complainant": { "name": format!("Zofia {mark}"), "email": email, "relationship": "parent", "adjustments": mark },
        "child": { "name": format!("Ola {mark}"), "year_group": "Year 1" },
        "points": [{ "what_happened": format!("{mark} left without her"), "when": mark, "wanted": mark }],
    })
}

impl Scene {
    pub fn set() -> Self {
        let trust = Trust::new();
        let ended = ended(&trust);
        let open = trust.raises(SCHOOL, &concern("The bus", "zofia@family.example"));
        let other = trust.raises(SCHOOL, &concern("The coach", "jo@family.example"));
        let mut about_head = concern(MARK, "hidden@family.example");
        about_head["about"] = json!([{ "role": "headteacher", "name": MARK }]);
        let hidden = trust.raises(SCHOOL, &about_head);
        let shut_out =
            trust.known(trust.cast.people.iter().rfind(|person| holds(person, Role::TrustOfficer)).unwrap());
        marks(&trust, &open, shut_out.colleague.id, "It is about what they did.");
        let hidden_handler = let_only_its_handler_see(&trust, &hidden);
        let unknown =
            (0..4).map(Reference::from_random).find(|one| ![&open, &other, &hidden].contains(&one)).unwrap();
        let mut callers = vec![
            Caller { name: "nobody".into(), class: Class::Nobody, with: With::Nothing },
            family(&trust, "the family", Class::Own, &open),
            family(&trust, "another family", Class::Other, &other),
            ended,
        ];
        callers.extend(one_of_each_role(&trust, &open, shut_out.colleague.id));
        let served = Served::start(trust.app.clone());
        Self { trust, served, open, hidden, hidden_handler, unknown, callers }
    }

    /// The request of that caller on that route.
    fn ask(&self, caller: &Caller, row: &Row, reference: &Reference, visit: &Visit) -> Answer {
        let (method, pattern) = row.0.split_once(' ').unwrap();
        let path = self.fill(pattern, reference);
        let pages = !pattern.starts_with("/api");
        let mut request = Request::new(method, &path);
        request = if pages { request.header("Cookie", &visit.cookies()) } else { bearing(request, visit) };
        let request = match row.1 {
            Nothing => request,
            Form(fields) => {
                let own = match &caller.with {
                    With::Family(_, own) if pattern.starts_with("/mine") => own,
                    With::Family(..) | With::Nothing | With::Staff(..) | With::Ended { .. } => reference,
                };
                let (version, own_case) = (self.version(own).to_string(), own);
                // Each account has tries of its own.
                let email = format!("{}@nowhere.example", caller.name.replace(' ', "."));
                let csrf = visit.csrf(pattern);
                let own = [("csrf", csrf.as_str()), ("version", version.as_str()), ("confirmed", "yes")];
                let mut form: Vec<_> = own.into_iter().chain(fields.iter().copied()).collect();
                let mark = visit.mark(own_case);
                if pattern.starts_with("/mine/") {
                    form.push(("case", &mark));
                }
                if pattern == "/sign-in" {
                    form.push(("email", &email));
                }
                let body = serde_html_form::to_string(form).unwrap();
                request.bytes("application/x-www-form-urlencoded", body.into_bytes())
            }
            Json(body) => request
                .header("If-Match", &format!("\"{}\"", self.version(reference)))
                .bytes("application/json", body.as_bytes().to_vec()),
        };
        let answer = request.send(self.served.address).unwrap();
        assert!(answer.status < 500, "{} for {}: {}", row.0, caller.name, answer.text());
        answer
    }

    /// The receipt of the case that the table is about.
    fn message(&self) -> String {
        let seen = heard::db::visibility::Seen::by_the_system(self.trust.case(&self.open));
        let posted = self.trust.db.read(|tx| heard::db::outbox::of_case(tx, seen)).unwrap();
        posted.first().expect("the case has a receipt").message.id.to_string()
    }

    /// A class teacher.
    fn somebody(&self) -> String {
        let teacher = self.trust.cast.people.iter().find(|person| holds(person, Role::ClassTeacher)).unwrap();
        self.trust.known(teacher).colleague.id.to_string()
    }

    fn version(&self, reference: &Reference) -> u32 {
        let case = |tx: &mut heard::db::Tx| {
            let Some(seen) = heard::db::visibility::find_for_the_system(tx, reference)? else { return Ok(1) };
            Ok::<_, heard::db::DbError>(heard::db::cases::load(tx, seen)?.unwrap().case.length)
        };
        self.trust.db.read(case).unwrap()
    }

    pub fn fill(&self, pattern: &str, reference: &Reference) -> String {
        let action = if pattern.starts_with("/mine") { "send_message" } else { "add_note" };
        let link =
            self.trust.secret(self.trust.case(&self.open), PartyNo(1), LinkKind::Link, TimeDelta::days(9));
        let query = match pattern {
            "/api/v1/schools/{school}/calendar" => "?from=2026-11-01&to=2026-11-30",
            "/api/v1/schools/{school}/calendar/due" => "?received=2026-11-03&amount=5&unit=school_days",
            "/cases" | "/cases.csv" | "/api/v1/cases" => "?state=any",
            _ => "",
        };
        let somebody = self.somebody();
        let filled = pattern
            .replace("{file}", assets::CSS.trim_start_matches("/assets/"))
            .replace("{school}", SCHOOL)
            .replace("{reference}", reference.as_str())
            .replace("{other}", reference.as_str())
            .replace("{action}", action)
            .replace("{deadline}", "1")
            .replace("{entry}", "1")
            .replace("{token}", if pattern.contains("/tokens/") { NOBODY_S } else { &link })
            .replace("{link}", "forged")
            .replace("{provider}", "nobody")
            .replace("{session}", "0000000000000000")
            .replace("{passkey}", "0000000000000000")
            .replace("{step}", "school")
            .replace("{what}", "call")
            .replace("{question}", "what-is-it")
            .replace("{matter}", "exclusion")
            .replace("{place}", "1")
            .replace("{no}", "1")
            .replace("{document}", "1")
            // Nobody is signed out: everybody is to stay in for the other routes.
            .replace("{person}", if pattern.ends_with("/sessions/end") { NOBODY_S } else { &somebody })
            // Nobody's: the person is to keep theirs for the other routes.
            .replace("{post}", NOBODY_S)
            .replace("{absence}", NOBODY_S)
            .replace("{message}", &self.message());
        assert!(!filled.contains('{'), "say what goes into {pattern}");
        filled + query
    }
}

fn holds(person: &Person, role: Role) -> bool {
    person.posts.iter().any(|post| post.role == role)
}

fn does(trust: &Trust, by: &By, reference: &Reference, action: Action, body: Value) {
    let length = open(&trust.app, by, reference).unwrap().case.length;
    let seen = SeenVersion::Exactly(length);
    let order = Order { reference: reference.clone(), action, body, seen, key: None };
    act(&trust.app, by.clone(), order, REFERENCE).unwrap();
}

/// The first of the people who may do that on that case.
fn whoever_may(trust: &Trust, reference: &Reference, action: Action, but: PersonId) -> By {
    let people = trust.cast.people.iter().map(|person| trust.known(person).colleague);
    let may = |by: &By| {
        open(&trust.app, by, reference)
            .is_ok_and(|opened| ready(&opened.case, action, &opened.context()).is_ok())
    };
    people
        .filter(|colleague| colleague.id != but)
        .map(By::Colleague)
        .find(may)
        .unwrap_or_else(|| panic!("nobody may {action:?}"))
}

pub fn marks(trust: &Trust, reference: &Reference, person: PersonId, reason: &str) {
    let by = whoever_may(trust, reference, Action::MarkSubject, person);
    does(
        trust,
        &by,
        reference,
        Action::MarkSubject,
        json!({ "person": person, "role": "staff", "reason": reason }),
    );
}

/// Marks everybody who would see that case by their post, until its handler alone is left.
fn let_only_its_handler_see(trust: &Trust, reference: &Reference) -> PersonId {
    let case = trust.case(reference);
    let handler = || {
        let seen = heard::db::visibility::Seen::by_the_system(case);
        let loaded = trust.db.read(|tx| heard::db::cases::load(tx, seen)).unwrap().unwrap();
        loaded.case.run().unwrap().handler.person.expect("somebody has it")
    };
    for person in &trust.cast.people {
        let colleague = trust.known(person).colleague;
        if colleague.id != handler() && open(&trust.app, &By::Colleague(colleague.clone()), reference).is_ok()
        {
            marks(trust, reference, colleague.id, MARK);
        }
    }
    handler()
}

fn family(trust: &Trust, name: &str, class: Class, reference: &Reference) -> Caller {
    Caller { name: name.into(), class, with: With::Family(trust.case(reference), reference.clone()) }
}

/// A session, a token and a case token that were good once. The clock goes on two days.
fn ended(trust: &Trust) -> Caller {
    let head = trust.cast.people.iter().find(|person| holds(person, Role::Headteacher)).unwrap();
    let session = session(trust, trust.known(head).colleague.id);
    let new = NewToken {
        owner: EmailAddress::parse(&head.email).unwrap(),
        school: None,
        scopes: Scope::ALL.to_vec(),
        lives: TimeDelta::hours(1),
    };
    let token = create(&trust.app, ChangedBy::CommandLine, new).unwrap().token.as_str().to_owned();
    let reference = trust.raises(SCHOOL, &concern("The tram", "ended@family.example"));
    let case = trust.secret(trust.case(&reference), PartyNo(1), LinkKind::CaseToken, TimeDelta::hours(1));
    trust.app.clock().set(trust.app.now() + TimeDelta::days(2));
    let case = format!("{case}.{reference}");
    Caller { name: TIME_IS_OVER.into(), class: Class::Ended, with: With::Ended { session, token, case } }
}

fn session(trust: &Trust, person: PersonId) -> String {
    let (token, now) = (Token::fresh(&trust.app).as_str().to_owned(), trust.app.now());
    let begun = Session::beginning(person, now, now + TimeDelta::hours(1));
    let secret = digest(&token);
    trust.db.write(move |tx| begin_session(tx, secret, begun)).unwrap();
    token
}

fn one_of_each_role(trust: &Trust, reference: &Reference, subject: PersonId) -> Vec<Caller> {
    let mut callers = Vec::new();
    for role in Role::ALL {
        let here = |person: &&Person| {
            person.posts.iter().any(|post| {
                post.role == role
                    && post.school.as_deref().is_none_or(|school| school == SCHOOL || role == Role::FormTutor)
            })
        };
        let person = trust.cast.people.iter().find(here).unwrap_or_else(|| panic!("nobody is {role:?}"));
        callers.push(staff(trust, role.key(), person, reference));
    }
    let handler =
        trust.cast.people.iter().filter(|person| holds(person, Role::ClassTeacher)).find(|person| {
            let colleague = trust.known(person).colleague;
            open(&trust.app, &By::Colleague(colleague), reference).is_ok()
        });
    callers.push(staff(trust, "the handler", handler.expect("a class teacher has it"), reference));
    let shut_out =
        trust.cast.people.iter().find(|person| trust.known(person).colleague.id == subject).unwrap();
    callers.push(Caller { class: Class::Subject, ..staff(trust, "the subject", shut_out, reference) });
    callers
}

/// Which roles see every case of their school is said here once more, so that the rule has two witnesses.
fn staff(trust: &Trust, name: &str, person: &Person, reference: &Reference) -> Caller {
    let colleague = trust.known(person).colleague;
    let wide = [
        Role::Headteacher,
        Role::ExecutiveHead,
        Role::ComplaintsCoordinator,
        Role::TrustOfficer,
        Role::Clerk,
        Role::Inspector,
    ];
    let has_it = || {
        let opened = open(&trust.app, &By::Colleague(colleague.clone()), reference);
        opened.is_ok_and(|opened| opened.case.run().unwrap().handler.person == Some(colleague.id))
    };
    let sees = wide.iter().any(|role| holds(person, *role)) || has_it();
    let class = if sees { Class::Sees } else { Class::Blind };
    Caller { name: name.into(), class, with: With::Staff(colleague.id, person.token.clone()) }
}

/// One visit of a caller: secrets of its own, since some requests end them.
pub struct Visit {
    staff: Option<String>,
    guest: String,
    family: String,
    case: Option<String>,
    bearer: Option<String>,
}

impl Visit {
    fn of(trust: &Trust, caller: &Caller) -> Self {
        let fresh = || Token::fresh(&trust.app).as_str().to_owned();
        let mut visit = Self { staff: None, guest: fresh(), family: fresh(), case: None, bearer: None };
        match &caller.with {
            With::Nothing => {}
            With::Staff(person, token) => {
                visit.staff = Some(session(trust, *person));
                visit.bearer = Some(token.clone());
            }
            With::Family(case, reference) => {
                let token = trust.secret(*case, PartyNo(1), LinkKind::CaseToken, TimeDelta::hours(2));
                visit.case = Some(format!("{token}.{reference}"));
                visit.bearer = Some(token);
            }
            With::Ended { session, token, case } => {
                visit.staff = Some(session.clone());
                visit.bearer = Some(token.clone());
                visit.case = Some(case.clone());
            }
        }
        visit
    }

    /// Somebody who holds that role at that school.
    pub fn signed_in(trust: &Trust, role: Role, school: &str) -> Self {
        let here =
            |post: &heard::app::demo::Post| post.role == role && post.school.as_deref() == Some(school);
        let person = trust.cast.people.iter().find(|person| person.posts.iter().any(here)).unwrap();
        let with = With::Staff(trust.known(person).colleague.id, person.token.clone());
        Self::of(trust, &Caller { name: role.key().into(), class: Class::Sees, with })
    }

    /// Somebody who holds that role at the trust.
    pub fn at_trust(trust: &Trust, role: Role) -> Self {
        let here = |post: &heard::app::demo::Post| post.role == role && post.school.is_none();
        let person = trust.cast.people.iter().find(|person| person.posts.iter().any(here)).unwrap();
        let with = With::Staff(trust.known(person).colleague.id, person.token.clone());
        Self::of(trust, &Caller { name: role.key().into(), class: Class::Sees, with })
    }

    /// That colleague.
    pub fn of_person(trust: &Trust, id: PersonId) -> Self {
        let person = trust.cast.people.iter().find(|person| trust.known(person).colleague.id == id).unwrap();
        let with = With::Staff(id, person.token.clone());
        Self::of(trust, &Caller { name: "a colleague".into(), class: Class::Sees, with })
    }

    /// Somebody from the street.
    pub fn of_nobody(trust: &Trust) -> Self {
        Self::of(trust, &Caller { name: "nobody".into(), class: Class::Nobody, with: With::Nothing })
    }

    /// The family of that case.
    pub fn of_family(trust: &Trust, reference: &Reference) -> Self {
        Self::of(trust, &family(trust, "the family", Class::Own, reference))
    }

    pub fn bearer(&self) -> Option<&str> {
        self.bearer.as_deref()
    }

    pub fn cookies(&self) -> String {
        let mut jar = format!("heard-guest={}; heard-family={}", self.guest, self.family);
        for (name, value) in [("heard", &self.staff), ("heard-case", &self.case)] {
            if let Some(value) = value {
                jar.extend(["; ", name, "=", value]);
            }
        }
        jar
    }

    /// The mark of a case and its first complainant, as a form of theirs carries it.
    fn mark(&self, case: &Reference) -> String {
        hex::encode(Sha256::digest(format!("case {case} {}\0{}", PartyNo(1), self.family)))
    }

    /// The token of a form as a page would carry it.
    pub fn csrf(&self, pattern: &str) -> String {
        let families = ["/mine", "/schools", "/demo", "/consent", "/go-on"]
            .iter()
            .any(|start| pattern.starts_with(start));
        let text = if families {
            format!("form\0{}", self.family)
        } else {
            format!("form of {}", self.staff.as_ref().unwrap_or(&self.guest))
        };
        hex::encode(Sha256::digest(text))
    }
}

fn bearing(request: Request, visit: &Visit) -> Request {
    match &visit.bearer {
        Some(token) => request.bearer(token),
        None => request,
    }
}

fn patterns() -> BTreeSet<String> {
    routes::listed().iter().map(|listed| format!("{} {}", listed.method, listed.pattern)).collect()
}

/// Who has a cookie of a session that has ended.
const TIME_IS_OVER: &str = "whose time is over";

/// The pages of staff that take a file with their form: no page can keep a file that was chosen.
const TAKE_A_FILE: [&str; 2] = ["POST /cases/{reference}/actions/add_document", "POST /people/list"];

/// Forms of a second step hold a code that is over in half a minute, or a password, or what a device signed: there are no
/// words to keep.
const HOLDS_A_CODE: [&str; 5] = [
    "POST /sign-in/second-step",
    "POST /account/second-step/begin",
    "POST /account/second-step/confirm",
    "POST /account/passkeys/new",
    "POST /account/passkeys",
];

/// Whether a form asks whoever has no session to sign in: then whoever had one does so without losing their words.
fn asks_to_sign_in(scene: &Scene, row: &Row) -> bool {
    if !row.0.starts_with("POST ") || row.2[Class::Nobody as usize] != 303 {
        return false;
    }
    let nobody = scene.callers.iter().find(|caller| caller.class == Class::Nobody).expect("one has nothing");
    let answer = scene.ask(nobody, row, &scene.open, &Visit::of_nobody(&scene.trust));
    answer.named("location").is_some_and(|to| to.starts_with(heard::urls::SIGN_IN))
}

/// An answer without the version that its own form had sent, which it gives back.
fn without_own_version(text: &str) -> String {
    let mut parts = text.split("version=");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |all, part| all + part.trim_start_matches(|sign: char| sign.is_ascii_digit()))
}

/// A route that is not in the table has been tried by nobody.
#[test]
fn the_table_has_every_route() {
    let tried: BTreeSet<String> = TABLE.iter().map(|row| row.0.to_owned()).collect();
    assert_eq!(tried.len(), TABLE.len(), "a route is there twice");
    let served = patterns();
    let missing: Vec<_> = served.difference(&tried).collect();
    let gone: Vec<_> = tried.difference(&served).collect();
    assert!(missing.is_empty() && gone.is_empty(), "not in the table: {missing:?}; not served: {gone:?}");
}

/// R22, R70, G28: who gets what, route by route; what is hidden is on no page.
#[test]
fn every_route_by_everybody() {
    let scene = Scene::set();
    let mut wrong = Vec::new();
    for row in TABLE {
        let asks_to_sign_in = asks_to_sign_in(&scene, row);
        for caller in &scene.callers {
            let visit = Visit::of(&scene.trust, caller);
            let answer = scene.ask(caller, row, &scene.open, &visit);
            let exception = EXCEPTIONS.iter().find(|one| (one.0, one.1) == (row.0, caller.name.as_str()));
            let wanted = exception.map_or(row.2[caller.class as usize], |exception| exception.2);
            // Whose session ended before they sent a form signs in on the page that keeps their words (P35).
            let keeps = wanted == 303
                && row.0.starts_with("POST ")
                && caller.name == TIME_IS_OVER
                && asks_to_sign_in
                && !TAKE_A_FILE.contains(&row.0)
                && !HOLDS_A_CODE.contains(&row.0);
            let wanted = if keeps { 403 } else { wanted };
            let told = answer.text().contains("You were signed out before you sent this");
            if answer.status != wanted || told != keeps {
                let text: String = answer.text().chars().take(300).collect();
                wrong.push(format!(
                    "{} for {}: {} in place of {wanted} {text}",
                    row.0, caller.name, answer.status
                ));
            }
            let policy = answer.named("content-security-policy");
            if policy != Some(policy_of(row.0, answer.status)) {
                wrong.push(format!("{} for {}: the policy {policy:?}", row.0, caller.name));
            }
            let text = answer.text();
            let may_know = matches!(&caller.with, With::Staff(person, _) if *person == scene.hidden_handler);
            if !may_know && (text.contains(MARK) || text.contains(scene.hidden.as_str())) {
                wrong.push(format!("{} shows {} the hidden case", row.0, caller.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of the table:\n{}", wrong.len(), wrong.join("\n"));
}

/// P41: what a browser may load and run on the answer of a route. What is not a page of ours, a file that somebody
/// added and a mail as mail programs show it, may do nothing at all.
fn policy_of(route: &str, status: u16) -> &'static str {
    match (route, status) {
        ("GET /outbox/{message}/html", 200) => {
            "sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
        }
        (
            "GET /cases/{reference}/documents/{document}"
            | "GET /mine/documents/{document}"
            | "GET /api/v1/cases/{reference}/documents/{document}",
            200,
        ) => "sandbox; default-src 'none'; frame-ancestors 'none'",
        _ => {
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'none'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        }
    }
}

/// S29: a page of a case names the school of that case, for people of several schools too; they can change the
/// school from there. Whoever has one school sees its name and nothing to choose.
#[test]
fn s29_a_case_names_its_school_whoever_looks() {
    let scene = Scene::set();
    let page = |name: &str, path: &str| {
        let caller = scene.callers.iter().find(|caller| caller.name == name).unwrap();
        let visit = Visit::of(&scene.trust, caller);
        let request = Request::get(path).header("Cookie", &visit.cookies());
        let answer = request.send(scene.served.address).unwrap();
        assert_eq!(answer.status, 200, "{path} for {name}");
        answer.text()
    };
    let header =
        |html: &str| html.split("<header").nth(1).unwrap().split("</header>").next().unwrap().to_owned();
    let name = |slug: &str| {
        let schools = heard::app::schools::all(&scene.trust.app).unwrap();
        schools.iter().find(|world| world.school.slug == slug).unwrap().school.name.clone()
    };
    let case = format!("/cases/{}", scene.open);
    for path in [
        case.clone(),
        format!("{case}/actions/add_note"),
        format!("{case}/actions/add_document"),
        format!("{case}/readings"),
    ] {
        for caller in ["headteacher", "complaints_coordinator", "trust_officer"] {
            let header = header(&page(caller, &path));
            assert!(
                header.contains(&format!("<span class=\"heard-header__school\">{}</span>", name(SCHOOL))),
                "{caller}: {header}"
            );
            assert_eq!(header.contains("Change school"), caller == "trust_officer", "{caller}: {header}");
        }
    }
    let own = header(&page("the handler", &case));
    assert!(own.contains(&name(SCHOOL)) && !own.contains("Change school"), "{own}");
    let others = heard::app::schools::all(&scene.trust.app).unwrap();
    let other = others.iter().find(|world| world.school.slug != SCHOOL).unwrap();
    let home = page("trust_officer", "/");
    assert!(header(&home).contains("<a class=\"heard-header__service\" href=\"/\">Change school</a>"));
    let link = format!("href=\"/?school={}\"", other.school.slug);
    assert!(home.contains(&link), "the page that the link leads to has the schools: {home}");
    let there = page("trust_officer", &format!("/?school={}", other.school.slug));
    assert!(header(&there).contains(&other.school.name) && !header(&there).contains(&name(SCHOOL)));
}

/// The one who has the hidden case sees it, so that the test above looks for something that can be found.
#[test]
fn the_hidden_case_is_there_for_whoever_has_it() {
    let scene = Scene::set();
    let chair = scene
        .trust
        .cast
        .people
        .iter()
        .find(|person| scene.trust.known(person).colleague.id == scene.hidden_handler);
    let chair = chair.unwrap();
    let caller = staff(&scene.trust, "the chair", chair, &scene.hidden);
    for row in TABLE.iter().filter(|row| {
        ["GET /cases", "GET /cases.csv", "GET /cases/{reference}", "GET /api/v1/cases"].contains(&row.0)
    }) {
        let answer = scene.ask(&caller, row, &scene.hidden, &Visit::of(&scene.trust, &caller));
        assert_eq!(answer.status, 200, "{}", row.0);
        assert!(answer.text().contains(MARK) && answer.text().contains(scene.hidden.as_str()), "{}", row.0);
    }
}

/// G28: for whoever may not see a case the answer is that for a case that is not there, to the letter.
#[test]
fn a_hidden_case_answers_like_none() {
    let scene = Scene::set();
    let about_a_case = TABLE.iter().filter(|row| row.0.contains("{reference}"));
    for row in about_a_case {
        for caller in &scene.callers {
            if matches!(&caller.with, With::Staff(person, _) if *person == scene.hidden_handler) {
                continue;
            }
            let visit = Visit::of(&scene.trust, caller);
            let told = |reference: &Reference| {
                let answer = scene.ask(caller, row, reference, &visit);
                let location = answer.named("location").map(|to| to.replace(reference.as_str(), "…"));
                let text = answer.text().replace(reference.as_str(), "…");
                (answer.status, location, without_own_version(&text))
            };
            assert_eq!(told(&scene.hidden), told(&scene.unknown), "{} for {}", row.0, caller.name);
        }
    }
}
